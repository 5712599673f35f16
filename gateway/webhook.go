package gateway

import "time"

// Webhook is where an organisation wants to be told what happened. What is
// told are events, in their order, at least once; each has a number by which a
// receiver knows one that it has had.
type Webhook struct {
	ID       int64
	Scope    Scope
	URL      string
	Secret   string   // whsec_ and base64, as Standard Webhooks has it
	Kinds    []string // of events; empty: all
	Cursor   int64    // the last event that was told, or passed over
	State    string   // active, paused, or failing: too many failures, a person resumes it
	Failures int      // in a row
	MadeBy   string
	Made     time.Time
}

// The states of a webhook.
const (
	WebhookActive  = "active"
	WebhookPaused  = "paused"
	WebhookFailing = "failing"
)

// WebhookAttempt is one try to tell.
type WebhookAttempt struct {
	ID      int64
	Webhook int64
	Message string // evt_17 or evt_17_2: the event, and which part of a long one
	At      time.Time
	Status  int    // of HTTP; 0: no answer
	Note    string // why it failed, in our words
	Took    time.Duration
}

// MaxWebhooks bounds the webhooks of an organisation.
const MaxWebhooks = 20

// EventKinds are the events that a webhook can be told of; none chosen: all.
var EventKinds = []string{"received", "held", "queued", "sent", "accepted", "rejected", "request_for_information", "payment", "denial", "reversal"}
