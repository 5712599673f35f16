package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"claimwire/gateway"
)

// nouns are what paths call things, and what the audit trail calls them.
var nouns = map[string]string{"claims": "claim", "transmissions": "file", "interchanges": "interchange", "remittances": "remittance", "payments": "payment",
	"denials": "denial", "requests": "request", "events": "event", "partners": "partner"}

// audited says a request as the audit trail has it: GET /v1/claims/17 is
// claim.view of claim:17, POST /v1/payments/3/match is payment.match of
// payment:3. A search is a view of what it found.
func audited(r *http.Request) (action, object string) {
	_, pattern, _ := strings.Cut(r.Pattern, " ")
	parts := strings.Split(strings.TrimPrefix(pattern, "/v1/"), "/")
	noun := nouns[parts[0]]
	if noun == "" {
		noun = strings.TrimSuffix(parts[0], "s")
	}
	verb := "view"
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		verb = "add"
		if last := parts[len(parts)-1]; len(parts) > 1 && !strings.HasPrefix(last, "{") {
			verb = last
		}
	} else if last := parts[len(parts)-1]; len(parts) > 1 && last == "content" {
		verb = "read"
	} else if len(parts) == 1 {
		verb = "list"
	}
	if id := r.PathValue("id"); id != "" && strings.Trim(id, "0123456789") == "" && len(id) < 20 {
		object = noun + ":" + id
	}
	return noun + "." + verb, object
}

// audit writes what a key did. When the trail cannot be written, it is logged:
// the answer is under way.
func (s *server) audit(r *http.Request, c caller, status int) {
	if s.cfg.Audit == nil || r.Pattern == "" {
		return
	}
	outcome := gateway.AuditDone
	switch {
	case status == http.StatusForbidden:
		outcome = gateway.AuditDenied
	case status >= 400:
		outcome = gateway.AuditFailed
	}
	action, object := audited(r)
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	if err := s.cfg.Audit.Audit(ctx, gateway.Audited{Scope: c.Scope, At: s.cfg.Now(), Actor: c.Actor, Role: string(c.Role), Address: host, Action: action, Object: object, Outcome: outcome}); err != nil {
		s.cfg.Log.Error().Err(err).Str("action", action).Msg("the audit trail could not be written")
	}
}
