package gateway

import (
	"context"
	"time"
)

// Audited is one entry of the audit trail: who looked at or changed what, or
// tried to. It names rows and files by the gateway's own numbers; nothing of a
// patient stands in it. Entries are chained per organisation and never changed.
type Audited struct {
	ID      int64
	Scope   Scope // whose data it is about; of a log-in that failed: nobody's (empty)
	At      time.Time
	Actor   string // user:LOGIN, key:NAME, partner:ID, or system
	Role    string // as which the actor did it; empty for keys, partners and the system
	Address string // where from, without the port
	Action  string // noun and verb: claim.view, session.begin, file.upload, partner.change …
	Object  string // what it was done to, by our own number or id: claim:17, file:4, user:lena
	Outcome string // done, denied, failed
	Detail  string // in our words or codes; no values of a claim

	Previous string // digest of the entry before it in its organisation
	Digest   string
	Intact   bool // it is what its digest says; set when it is read
}

// What an audited action ended in.
const (
	AuditDone   = "done"
	AuditDenied = "denied" // it may not
	AuditFailed = "failed" // it could not be done
)

// AuditQuery picks entries; empty fields pick all.
type AuditQuery struct {
	Page
	Actor  string
	Action string // whole, or its noun with a point: "claim."
	Object string
	Since  time.Time
	Until  time.Time
	// Newest gives the newest first; After is then the id to come before.
	Newest bool
}

// Auditor writes the audit trail.
type Auditor interface {
	Audit(ctx context.Context, a Audited) error
}
