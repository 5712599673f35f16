package storetest

import (
	"fmt"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// audit: entries are chained per organisation, and found by what they say.
func audit(t *testing.T, s *store.Store) {
	for i, a := range []gateway.Audited{
		{Scope: here, Actor: "user:lena", Role: "biller", Action: "claim.view", Object: "claim:1", Outcome: gateway.AuditDone},
		{Scope: others, Actor: "user:omar", Role: "biller", Action: "claim.view", Object: "claim:1", Outcome: gateway.AuditDone},
		{Scope: here, Actor: "partner:acme", Action: "file.upload", Object: "file:4", Outcome: gateway.AuditDone, Detail: "5 bytes"},
		{Scope: here, Actor: "user:lena", Role: "biller", Action: "claim.correct", Object: "claim:1", Outcome: gateway.AuditDenied},
		{Scope: here, Actor: "user:lena", Role: "biller", Action: "claims.export", Outcome: gateway.AuditDone},
	} {
		a.At = noon.Add(time.Duration(i) * time.Minute)
		if err := s.Audit(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	page := func(scope gateway.Scope, q gateway.AuditQuery) string {
		out := ""
		for _, a := range ask(t, s, func(tx *store.Tx) ([]gateway.Audited, error) { return tx.AuditPage(scope, q) }) {
			if !a.Intact || a.Scope != scope {
				t.Errorf("entry %+v", a)
			}
			out += fmt.Sprintf("%s %s;", a.Action, a.Outcome)
		}
		return out
	}
	for _, c := range []struct {
		scope gateway.Scope
		q     gateway.AuditQuery
		want  string
	}{
		{here, gateway.AuditQuery{}, "claim.view done;file.upload done;claim.correct denied;claims.export done;"},
		{here, gateway.AuditQuery{Newest: true, Page: gateway.Page{Limit: 1}}, "claims.export done;"},
		{here, gateway.AuditQuery{Action: "claim."}, "claim.view done;claim.correct denied;"},
		{here, gateway.AuditQuery{Action: "claim.view"}, "claim.view done;"},
		{here, gateway.AuditQuery{Actor: "partner:acme"}, "file.upload done;"},
		{here, gateway.AuditQuery{Object: "claim:1"}, "claim.view done;claim.correct denied;"},
		{here, gateway.AuditQuery{Since: noon.Add(2 * time.Minute), Until: noon.Add(4 * time.Minute)}, "file.upload done;claim.correct denied;"},
		{others, gateway.AuditQuery{}, "claim.view done;"},
		{live, gateway.AuditQuery{}, ""},
	} {
		if got := page(c.scope, c.q); got != c.want {
			t.Errorf("%v %+v: %s, want %s", c.scope, c.q, got, c.want)
		}
	}
	if w := ask(t, s, func(tx *store.Tx) ([]string, error) { return tx.BrokenAudit(here) }); len(w) != 0 {
		t.Errorf("the trail is whole, and broken: %v", w)
	}
}
