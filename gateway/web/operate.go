package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Operator is what a person does with what the gateway put aside; own says that
// who asks sees what is the gateway's own besides. A refusal is a Refused.
type Operator interface {
	Alerts(ctx context.Context, s gateway.Scope, own, all bool, p gateway.Page) ([]gateway.Alert, error)
	Jobs(ctx context.Context, s gateway.Scope, own bool, state string, p gateway.Page) ([]gateway.Job, error)
	RetryJob(ctx context.Context, s gateway.Scope, own bool, id int64, who string) error
	// Aside lists files that were put aside; Unsure interchanges of which nobody
	// knows whether the partner has them.
	Aside(ctx context.Context, s gateway.Scope) ([]gateway.Transmission, error)
	Unsure(ctx context.Context, s gateway.Scope) ([]gateway.Interchange, error)
	Release(ctx context.Context, s gateway.Scope, id int64, who string) error
	Dismiss(ctx context.Context, s gateway.Scope, id int64, who string) error
	Decide(ctx context.Context, s gateway.Scope, id int64, decision, who string) error
	Links(ctx context.Context, s gateway.Scope) ([]gateway.Link, error)
	Resume(ctx context.Context, s gateway.Scope, partner, who string) error
}

// Refused is what a person asked for and cannot have, in words for them.
type Refused struct{ Reason string }

// Error gives the reason.
func (r Refused) Error() string { return r.Reason }

func showAlerts(s *server, r *request) error {
	all := r.FormValue("all") != ""
	list, err := s.Operator.Alerts(r.Context(), r.who.Scope, r.who.May(access.AllTenants), all, gateway.Page{Limit: 200})
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "alerts", "Alerts", map[string]any{"Alerts": list, "All": all})
}

// showOperation is what waits for somebody who runs the gateway.
func showOperation(s *server, r *request) error {
	ctx, scope, own := r.Context(), r.who.Scope, r.who.May(access.AllTenants)
	parked, err := s.Operator.Jobs(ctx, scope, own, "parked", gateway.Page{Limit: 200})
	if err != nil {
		return err
	}
	aside, err := s.Operator.Aside(ctx, scope)
	if err != nil {
		return err
	}
	unsure, err := s.Operator.Unsure(ctx, scope)
	if err != nil {
		return err
	}
	links, err := s.Operator.Links(ctx, scope)
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "operation", "Operation", map[string]any{"Parked": parked, "Aside": aside, "Unsure": unsure, "Links": links})
}

// operate does one thing to what was put aside. Each is in the audit trail in
// the transaction that does it.
func operate(s *server, r *request) error {
	ctx, scope, who := r.Context(), r.who.Scope, r.who.Actor
	what, said := r.PostFormValue("do"), ""
	id, err := strconv.ParseInt(r.PostFormValue("id"), 10, 64)
	if err != nil && what != "resume" {
		return errNotFound
	}
	switch what {
	case "retry":
		said = "It runs again."
		err = s.Operator.RetryJob(ctx, scope, r.who.May(access.AllTenants), id, who)
	case "release":
		said = "The file is let in and read."
		err = s.Operator.Release(ctx, scope, id, who)
	case "dismiss":
		said = "The file stays out for good."
		err = s.Operator.Dismiss(ctx, scope, id, who)
	case "sent", "resend":
		said = map[string]string{"sent": "Noted: the partner has it.", "resend": "The same bytes go again, under the same numbers."}[what]
		err = s.Operator.Decide(ctx, scope, id, what, who)
	case "resume":
		said = "The partner's connection is tried again."
		err = s.Operator.Resume(ctx, scope, strings.TrimSpace(r.PostFormValue("partner")), who)
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	s.flash(r, said)
	return s.redirect(r, "/operation")
}
