package gateway

import "time"

// Alert is something that a person should see to. It is raised once, and closed
// when its cause ends.
type Alert struct {
	ID       int64
	Scope    Scope  // whose; empty: the gateway's own, for its operator
	Kind     string // late-ta1, partner-silent, job-parked …
	Subject  string // what it is about, by our own numbers and names: interchange:17
	Partner  string
	Message  string // what is wrong; no patient's data
	Advice   string // what to do
	RaisedAt time.Time
	ClosedAt time.Time // zero: it is open
}

// Hold keeps what retention would delete.
type Hold struct {
	ID           int64
	Scope        Scope
	Transmission int64 // 0: everything of the organisation
	Reason       string
	By           string
	At           time.Time
	EndedAt      time.Time // zero: it holds
}
