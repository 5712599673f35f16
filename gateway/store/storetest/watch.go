package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// sentInterchange adds an interchange that was sent, with claims in states.
func sentInterchange(t *testing.T, s *store.Store, scope gateway.Scope, control string, sent time.Time, states ...gateway.State) gateway.Interchange {
	t.Helper()
	i := gateway.Interchange{Scope: scope, Partner: "acme", Control: control, Group: control, SHA256: "sum" + control, Name: control, Claims: len(states), State: "queued", At: sent}
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddInterchange(&i); err != nil {
			return err
		}
		i.State, i.SentAt = "sent", sent
		if err := tx.SetInterchange(&i); err != nil {
			return err
		}
		for k, state := range states {
			c := newClaim(scope, 1000+i.ID, k+1)
			if _, err := tx.AddClaim(&c); err != nil {
				return err
			}
			c.State, c.Interchange = state, i.ID
			if err := tx.SetClaim(&c); err != nil {
				return err
			}
		}
		return nil
	})
	return i
}

// watching: what is overdue, and alerts that are raised once and closed.
func watching(t *testing.T, s *store.Store) {
	a := sentInterchange(t, s, here, "000000001", noon, gateway.Sent, gateway.Accepted, gateway.Paid)
	b := sentInterchange(t, s, here, "000000002", noon.Add(time.Hour), gateway.Paid, gateway.Rejected)
	sentInterchange(t, s, others, "000000003", noon, gateway.Sent)
	overdue := func(answer string, before time.Time) string {
		text := ""
		for _, i := range ask(t, s, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.Overdue(here, "acme", answer, before, 10) }) {
			text += fmt.Sprintf("%s:%d ", i.Control[8:], i.Claims)
		}
		return text
	}
	day := noon.Add(24 * time.Hour)
	for _, c := range []struct {
		answer string
		before time.Time
		want   string
	}{{"ta1", noon, ""}, {"ta1", noon.Add(time.Second), "1:3 "}, {"ta1", day, "1:3 2:2 "}, {"999", day, "1:3 2:2 "}, {"277ca", day, "1:1 "}, {"835", day, "1:2 "}} {
		if got := overdue(c.answer, c.before); got != c.want {
			t.Errorf("no %s before %v: %q, want %q", c.answer, c.before, got, c.want)
		}
	}
	if at := ask(t, s, func(tx *store.Tx) (time.Time, error) { return tx.FirstUnanswered(here, "acme") }); !at.Equal(noon) {
		t.Errorf("first unanswered %v", at)
	}
	a.AcknowledgedAt = noon
	do(t, s, func(tx *store.Tx) error { return tx.SetInterchange(&a) })
	if got := overdue("999", day); got != "" {
		t.Errorf("the second has no claim that waits, the first its 999: %q", got)
	}
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.MoveClaims(here, a.ID, gateway.Paid, noon, gateway.Sent, gateway.Accepted)
		return err
	})
	if at := ask(t, s, func(tx *store.Tx) (time.Time, error) { return tx.FirstUnanswered(here, "acme") }); !at.IsZero() {
		t.Errorf("all are answered, and the first unanswered is of %v", at)
	}
	if got := overdue("835", day); got != "" {
		t.Errorf("all are answered: %q", got)
	}
	b.State, b.Note = "unsure", "gone"
	do(t, s, func(tx *store.Tx) error { return tx.SetInterchange(&b) })
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.Unsure(gateway.Page{}) }); len(list) != 1 || list[0].ID != b.ID {
		t.Errorf("unsure: %+v", list)
	}
	m := transmission(here, "aa")
	m.State = "quarantined"
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&m)
		return err
	})
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.Aside(gateway.Page{}) }); len(list) != 1 || list[0].ID != m.ID {
		t.Errorf("put aside: %+v", list)
	}

	set := func(at time.Time, now ...gateway.Alert) string {
		text := ""
		do(t, s, func(tx *store.Tx) error {
			raised, closed, err := tx.SetAlerts(now, at)
			for _, a := range raised {
				text += "+" + a.Kind
			}
			for _, a := range closed {
				text += "-" + a.Kind
			}
			return err
		})
		return text
	}
	one := gateway.Alert{Scope: here, Kind: "late-999", Subject: "interchange:1", Partner: "acme", Message: "for 1 hour", Advice: "ask", RaisedAt: noon}
	own := gateway.Alert{Kind: "disk-full", Subject: "data", Message: "5 MiB", Advice: "make room", RaisedAt: noon}
	later := one
	later.Message = "for 2 hours"
	for k, c := range []struct {
		now  []gateway.Alert
		want string
	}{{[]gateway.Alert{one, own}, "+late-999+disk-full"}, {[]gateway.Alert{later, own}, ""}, {[]gateway.Alert{own}, "-late-999"}, {[]gateway.Alert{own, later}, "+late-999"}} {
		if got := set(noon.Add(time.Duration(k)*time.Minute), c.now...); got != c.want {
			t.Errorf("step %d: %q, want %q", k, got, c.want)
		}
	}
	count := func(scope gateway.Scope, own, all bool) int {
		return len(ask(t, s, func(tx *store.Tx) ([]gateway.Alert, error) { return tx.Alerts(scope, own, all, gateway.Page{}) }))
	}
	if a, b, c, d := count(here, false, false), count(here, false, true), count(here, true, false), count(others, false, true); a != 1 || b != 2 || c != 2 || d != 0 {
		t.Errorf("alerts open %d, all %d, with the gateway's own %d, of another office %d; want 1, 2, 2, 0", a, b, c, d)
	}
	if n := ask(t, s, func(tx *store.Tx) (map[string]int, error) { return tx.OpenAlerts() }); n["late-999"] != 1 || n["disk-full"] != 1 {
		t.Errorf("open by kind: %v", n)
	}
}

// retention: what may go, and what a hold keeps.
func retention(t *testing.T, s *store.Store) {
	add := func(scope gateway.Scope, sum, kind string, at time.Time) gateway.Transmission {
		m := transmission(scope, sum)
		m.Kind, m.State, m.At = kind, "taken", at
		do(t, s, func(tx *store.Tx) error {
			_, err := tx.AddTransmission(&m)
			return err
		})
		return m
	}
	old, newer := add(here, "aa", "835", noon), add(here, "bb", "835", noon.Add(48*time.Hour))
	twin := add(others, "aa", "835", noon)
	text := add(here, "cc", "other", noon)
	busy := add(here, "dd", "837", noon)
	c := newClaim(here, busy.ID, 1)
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddClaim(&c)
		return err
	})
	expired := func(before time.Time, kinds, others []string) string {
		out := ""
		for _, m := range ask(t, s, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.ExpiredFiles(kinds, others, before, 10) }) {
			out += fmt.Sprint(m.ID, " ")
		}
		return out
	}
	day := noon.Add(24 * time.Hour)
	if got, want := expired(day, []string{"835"}, nil), fmt.Sprint(old.ID, " ", twin.ID, " "); got != want {
		t.Errorf("expired %q, want %q (not %d, which is newer)", got, want, newer.ID)
	}
	if got, want := expired(day, nil, []string{"835"}), fmt.Sprint(text.ID, " "); got != want {
		t.Errorf("of other kinds %q, want %q: a claim of %d waits", got, want, busy.ID)
	}
	hold := gateway.Hold{Scope: here, Transmission: old.ID, Reason: "case", By: "key:a", At: noon}
	all := gateway.Hold{Scope: others, Reason: "case", By: "key:a", At: noon}
	do(t, s, func(tx *store.Tx) error { return errors.Join(tx.AddHold(&hold), tx.AddHold(&all)) })
	if got := expired(day, []string{"835"}, nil); got != "" {
		t.Errorf("held, and expired: %q", got)
	}
	if got := expired(day, nil, []string{"835"}); got == "" {
		t.Error("a hold on one file holds another")
	}
	if h := ask(t, s, func(tx *store.Tx) (gateway.Hold, error) { return tx.EndHold(here, hold.ID, day) }); !h.EndedAt.Equal(day) {
		t.Errorf("ended: %+v", h)
	}
	if err := s.Do(t.Context(), func(tx *store.Tx) error {
		_, err := tx.EndHold(here, all.ID, day)
		return err
	}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another office ends a hold: %v", err)
	}
	p := gateway.Payment{Scope: here, Remittance: 1, Claim: 4, Kind: "payment", ClaimID: "PCN1", Place: gateway.Place{SHA256: "aa", Offset: 40}, Document: []byte(`{"a":"b"}`)}
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddPayment(&p)
		return err
	})
	if last := ask(t, s, func(tx *store.Tx) (bool, error) { return tx.PurgeFile(&old, day) }); last {
		t.Error("bytes that another office keeps may be removed")
	}
	if last := ask(t, s, func(tx *store.Tx) (bool, error) { return tx.PurgeFile(&twin, day) }); !last {
		t.Error("bytes that nobody needs may not be removed")
	}
	for sum, want := range map[string]bool{"aa": true, "bb": false, "nobody": false} {
		if got := ask(t, s, func(tx *store.Tx) (bool, error) { return tx.Purged(sum) }); got != want {
			t.Errorf("%s purged: %v", sum, got)
		}
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Payment, error) {
		return tx.PaymentPage(here, gateway.PaymentQuery{File: "aa"})
	}); len(list) != 1 || string(list[0].Document) != "{}" {
		t.Errorf("the payment of a file that went: %+v", list)
	}
	i := sentInterchange(t, s, here, "000000009", noon, gateway.Paid)
	expiredOut := func() int {
		return len(ask(t, s, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.ExpiredInterchanges(day, 10) }))
	}
	if expiredOut() != 1 {
		t.Error("an interchange that is settled does not expire")
	}
	inside := gateway.Hold{Scope: here, Transmission: 1000 + i.ID, Reason: "case", By: "key:a", At: noon}
	do(t, s, func(tx *store.Tx) error { return tx.AddHold(&inside) })
	if expiredOut() != 0 {
		t.Error("a hold on a file does not hold the interchange that its claims went in")
	}
	if last := ask(t, s, func(tx *store.Tx) (bool, error) { return tx.PurgeInterchange(&i, day) }); !last {
		t.Error("an interchange's bytes may not be removed")
	}
	do(t, s, func(tx *store.Tx) error { return tx.Forget(day, day) })
}
