package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
)

// Trail is where the audit trail is read.
type Trail interface {
	gateway.Auditor
	AuditPage(ctx context.Context, s gateway.Scope, q gateway.AuditQuery) ([]gateway.Audited, error)
	// BrokenAudit names entries that were changed, removed before or slipped in.
	BrokenAudit(ctx context.Context, s gateway.Scope) ([]string, error)
}

const auditOnPage = 100

// auditQuery reads what is asked for: actor, action, object, and days.
func auditQuery(r *request) gateway.AuditQuery {
	q := gateway.AuditQuery{Actor: strings.TrimSpace(r.FormValue("actor")), Action: strings.TrimSpace(r.FormValue("action")), Object: strings.TrimSpace(r.FormValue("object")), Newest: true}
	if t, err := time.Parse(time.DateOnly, r.FormValue("since")); err == nil {
		q.Since = t
	}
	if t, err := time.Parse(time.DateOnly, r.FormValue("until")); err == nil {
		q.Until = t.AddDate(0, 0, 1)
	}
	q.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64)
	return q
}

func showAudit(s *server, r *request) error {
	q := auditQuery(r)
	q.Limit = auditOnPage
	list, err := s.Audit.AuditPage(r.Context(), r.who.Scope, q)
	if err != nil {
		return err
	}
	next := ""
	if len(list) == auditOnPage {
		v := url.Values{}
		for _, k := range []string{"actor", "action", "object", "since", "until"} {
			if t := r.FormValue(k); t != "" {
				v.Set(k, t)
			}
		}
		v.Set("after", strconv.FormatInt(list[len(list)-1].ID, 10))
		next = "/audit?" + v.Encode()
	}
	return s.show(r, http.StatusOK, "audit", "Audit trail", map[string]any{"Entries": list, "Next": next, "Actor": q.Actor, "Action": q.Action, "Object": q.Object,
		"Since": r.FormValue("since"), "Until": r.FormValue("until")})
}

// proveAudit reads the whole trail and says whether it is unbroken.
func proveAudit(s *server, r *request) error {
	wrong, err := s.Audit.BrokenAudit(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	s.audit(r, "audit.prove", "", gateway.AuditDone, strconv.Itoa(len(wrong))+" wrong")
	return s.show(r, http.StatusOK, "proof", "Is the audit trail whole?", map[string]any{"Wrong": wrong})
}

// exportAudit gives the trail as CSV, the oldest first, in pages, so that none
// is ever whole in memory.
func exportAudit(s *server, r *request) error {
	q := auditQuery(r)
	q.Newest, q.After, q.Limit = false, 0, gateway.MaxPage
	s.audit(r, "audit.export", "", gateway.AuditDone, "")
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	w := csv.NewWriter(r.w)
	w.Write([]string{"id", "at", "actor", "role", "address", "action", "object", "outcome", "detail", "previous", "digest", "intact"})
	for {
		list, err := s.Audit.AuditPage(r.Context(), r.who.Scope, q)
		if err != nil {
			return err
		}
		for _, a := range list {
			w.Write([]string{strconv.FormatInt(a.ID, 10), a.At.UTC().Format(time.RFC3339Nano), gateway.Cell(a.Actor), a.Role, a.Address, a.Action, gateway.Cell(a.Object), a.Outcome, gateway.Cell(a.Detail), a.Previous, a.Digest,
				strconv.FormatBool(a.Intact)})
			q.After = a.ID
		}
		w.Flush()
		if len(list) < gateway.MaxPage || w.Error() != nil {
			return w.Error()
		}
	}
}
