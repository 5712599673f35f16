package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimwire/gateway"
)

// Webhooks is what Books can do besides, where events are told to addresses.
type Webhooks interface {
	Webhooks(ctx context.Context, s gateway.Scope) ([]gateway.Webhook, error)
	Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, []gateway.WebhookAttempt, error)
	AddWebhook(ctx context.Context, h gateway.Webhook) (int64, error)
	ChangeWebhook(ctx context.Context, s gateway.Scope, id int64, f func(h *gateway.Webhook) error) error
	RemoveWebhook(ctx context.Context, s gateway.Scope, id int64) error
	// Check says what is wrong with an address; empty: nothing.
	Check(address string) string
	NewSecret() string
}

// Webhook is an address that events are told to.
type Webhook struct {
	ID       int64     `json:"id"`
	URL      string    `json:"url"`
	Secret   string    `json:"secret,omitempty" doc:"By which messages are signed; told when the webhook is made, and not again"`
	Kinds    []string  `json:"kinds" doc:"Events that are told; empty: all"`
	State    string    `json:"state" enum:"active,paused,failing"`
	Cursor   int64     `json:"cursor" doc:"The last event that was told"`
	Failures int       `json:"failures" doc:"In a row"`
	Made     time.Time `json:"made"`
}

// Attempt is one message to a webhook.
type Attempt struct {
	ID      int64     `json:"id"`
	Message string    `json:"message" doc:"Its webhook-id: evt_17 is event 17"`
	At      time.Time `json:"at"`
	Status  int       `json:"status" doc:"Of HTTP; 0: no answer"`
	Note    string    `json:"note,omitempty"`
	Took    int64     `json:"took_ms"`
}

// WebhookWhole is a webhook with its last messages.
type WebhookWhole struct {
	Webhook
	Attempts []Attempt `json:"attempts"`
}

func shapeWebhook(h gateway.Webhook) Webhook {
	return Webhook{ID: h.ID, URL: h.URL, Kinds: append([]string{}, h.Kinds...), State: h.State, Cursor: h.Cursor, Failures: h.Failures, Made: h.Made.UTC()}
}

func shapeAttempt(a gateway.WebhookAttempt) Attempt {
	return Attempt{a.ID, a.Message, a.At.UTC(), a.Status, a.Note, a.Took.Milliseconds()}
}

func (s *server) webhooks(b Webhooks) {
	get(s, "/v1/webhooks", "list-webhooks", "Addresses that events are told to", "webhooks",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]Webhook], error) {
			list, err := b.Webhooks(ctx, scope)
			return &only[[]Webhook]{shapeAll(list, shapeWebhook)}, err
		})
	get(s, "/v1/webhooks/{id}", "show-webhook", "One webhook with its last messages", "webhooks",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[WebhookWhole], error) {
			h, attempts, err := b.Webhook(ctx, scope, in.ID)
			return &only[WebhookWhole]{WebhookWhole{shapeWebhook(h), shapeAll(attempts, shapeAttempt)}}, err
		})
	post(s, "/v1/webhooks", "add-webhook", "Tell events to an address (Standard Webhooks): asked again with the same address, it is the same webhook", "webhooks",
		func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			Body struct {
				URL   string   `json:"url" maxLength:"2000"`
				Kinds []string `json:"kinds,omitempty" maxItems:"20" doc:"received, held, queued, sent, accepted, rejected, request_for_information, payment, denial, reversal; empty: all"`
			}
		}) (*only[Webhook], error) {
			address := strings.TrimSpace(in.Body.URL)
			if p := b.Check(address); p != "" {
				return nil, fieldProblem("url", p)
			}
			for _, k := range in.Body.Kinds {
				if !slices.Contains(gateway.EventKinds, k) {
					return nil, fieldProblem("kinds", "one of "+strings.Join(gateway.EventKinds, ", "))
				}
			}
			list, err := b.Webhooks(ctx, scope)
			if err != nil {
				return nil, err
			}
			for _, h := range list {
				if h.URL == address {
					return &only[Webhook]{shapeWebhook(h)}, nil
				}
			}
			if len(list) >= gateway.MaxWebhooks {
				return nil, Refused{Reason: "there are 20 webhooks; remove one that nobody needs"}
			}
			h := gateway.Webhook{Scope: scope, URL: address, Secret: b.NewSecret(), Kinds: in.Body.Kinds, State: gateway.WebhookActive, MadeBy: "key:" + by, Made: s.cfg.Now()}
			if h.ID, err = b.AddWebhook(ctx, h); err != nil {
				return nil, err
			}
			out := shapeWebhook(h)
			out.Secret = h.Secret
			return &only[Webhook]{out}, nil
		})
	change := func(id, verb, summary string, f func(h *gateway.Webhook, from int64) error) {
		post(s, "/v1/webhooks/{id}/"+verb, id, summary, "webhooks", func(ctx context.Context, scope gateway.Scope, _ string, in *struct {
			ByID
			From int64 `query:"from" minimum:"0" doc:"Of a replay: the first event to be told once more"`
		}) (*only[Webhook], error) {
			if err := b.ChangeWebhook(ctx, scope, in.ID, func(h *gateway.Webhook) error { return f(h, in.From) }); err != nil {
				return nil, err
			}
			h, _, err := b.Webhook(ctx, scope, in.ID)
			return &only[Webhook]{shapeWebhook(h)}, err
		})
	}
	change("pause-webhook", "pause", "Tell a webhook nothing until it is resumed", func(h *gateway.Webhook, _ int64) error {
		h.State = gateway.WebhookPaused
		return nil
	})
	change("resume-webhook", "resume", "Go on telling, from where it stopped", func(h *gateway.Webhook, _ int64) error {
		h.State, h.Failures = gateway.WebhookActive, 0
		return nil
	})
	change("replay-webhook", "replay", "Tell events once more, from one on", func(h *gateway.Webhook, from int64) error {
		if from < 1 || from > h.Cursor {
			return Refused{Reason: "from is an event that was told already"}
		}
		h.Cursor, h.State, h.Failures = from-1, gateway.WebhookActive, 0
		return nil
	})
	post(s, "/v1/webhooks/{id}/remove", "remove-webhook", "Remove a webhook with its log", "webhooks",
		func(ctx context.Context, scope gateway.Scope, _ string, in *struct {
			ByID
		}) (*struct{}, error) {
			return nil, b.RemoveWebhook(ctx, scope, in.ID)
		})
}

// fieldProblem is a problem of one field of the body.
func fieldProblem(field, want string) error {
	p := problem(http.StatusUnprocessableEntity, "the request is not as described")
	p.(*Problem).Errors = []ProblemField{{Location: "body." + field, Pointer: pointerTo(field), Message: want}}
	return p
}
