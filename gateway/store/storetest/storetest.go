// Package storetest is what every store has to do: one suite, run on each
// database. It also starts a real PostgreSQL for tests.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// The scopes of the suite: nothing of one is seen in another.
var (
	here   = gateway.Scope{Organisation: "here", Usage: "test"}
	live   = gateway.Scope{Organisation: "here", Usage: "production"}
	others = gateway.Scope{Organisation: "others", Usage: "test"}
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Run runs the suite; open gives a new, empty store.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, c := range []struct {
		name string
		f    func(t *testing.T, s *store.Store)
	}{
		{"postings", postings},
		{"questions", questions},
		{"deposits", deposits},
		{"transmissions", transmissions},
		{"claims", claims},
		{"controls", controls},
		{"interchanges", interchanges},
		{"events", events},
		{"money", remittances},
		{"jobs", jobs},
		{"many workers", manyWorkers},
		{"rollback", rollback},
		{"idempotency", idempotency},
		{"locks", locks},
		{"audit", audit},
		{"reading", reading},
		{"looks", looks},
		{"odd text", oddText},
		{"watching", watching},
		{"retention", retention},
		{"users", users},
		{"passkeys", passkeys},
		{"people", people},
		{"keys", keys}, {"tasks", tasks}, {"drafts", drafts}, {"denied", denied},
		{"conditions", conditions},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { s.Close() })
			c.f(t, s)
		})
	}
}

func do(t *testing.T, s *store.Store, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// ask runs one query in a transaction of its own.
func ask[T any](t *testing.T, s *store.Store, f func(tx *store.Tx) (T, error)) T {
	t.Helper()
	var v T
	do(t, s, func(tx *store.Tx) (err error) {
		v, err = f(tx)
		return err
	})
	return v
}

func transmission(scope gateway.Scope, sum string) gateway.Transmission {
	return gateway.Transmission{Scope: scope, Inbound: true, Partner: "acme", Name: "a.837", SHA256: sum, Size: 5, Kind: "encounters", State: "received", At: noon}
}

func transmissions(t *testing.T, s *store.Store) {
	m := transmission(here, "aa")
	do(t, s, func(tx *store.Tx) error {
		if added, err := tx.AddTransmission(&m); !added || m.ID == 0 {
			t.Errorf("added %v as %d: %v", added, m.ID, err)
		}
		again := transmission(here, "aa")
		if added, err := tx.AddTransmission(&again); added || again.ID != m.ID {
			t.Errorf("the same bytes are added again as %d: %v", again.ID, err)
		}
		elsewhere := transmission(others, "aa")
		added, err := tx.AddTransmission(&elsewhere)
		if !added || elsewhere.ID == m.ID {
			t.Errorf("another office's same bytes: %v %v", added, err)
		}
		return err
	})
	m.State, m.Business, m.Note = "taken", "835 X", "a note"
	do(t, s, func(tx *store.Tx) error { return tx.SetTransmission(&m) })
	got := ask(t, s, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(here, m.ID) })
	if !got.At.Equal(m.At) {
		t.Errorf("at %v, want %v", got.At, m.At)
	}
	if got.At = m.At; got != m {
		t.Errorf("kept %+v, read %+v", m, got)
	}
	for _, scope := range []gateway.Scope{live, others} {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Transmission(scope, m.ID)
			return err
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v sees it: %v", scope, err)
		}
	}
	second := transmission(here, "bb")
	do(t, s, func(tx *store.Tx) error {
		if other, _, err := tx.OwnDocuments(&m, []string{"ISA 1", "835 X"}); other != 0 {
			t.Errorf("the first of its documents, and told of %d: %v", other, err)
		}
		_, err := tx.AddTransmission(&second)
		return err
	})
	own := func(m gateway.Transmission, documents ...string) (other int64, which string) {
		do(t, s, func(tx *store.Tx) (err error) {
			other, which, err = tx.OwnDocuments(&m, documents)
			return err
		})
		return other, which
	}
	if other, _ := own(m, "ISA 1", "835 X"); other != 0 {
		t.Error("its own documents are told as another's")
	}
	if other, which := own(second, "ISA 2", "835 X"); other != m.ID || which != "835 X" {
		t.Errorf("another file's document: %d, %q", other, which)
	}
	third := transmission(here, "cc")
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&third)
		return err
	})
	if other, _ := own(third, "ISA 2"); other != 0 {
		t.Error("a file that was put aside owns a document")
	}
	second.Released = "a person"
	if other, _ := own(second, "ISA 2", "835 X", "835 Y"); other != 0 {
		t.Error("a file that a person has released is put aside again")
	}
	if other, _ := own(third, "835 Y"); other != second.ID {
		t.Error("what a released file alone holds is not its own")
	}
	foreign := third
	foreign.Scope = others
	if other, _ := own(foreign, "835 X"); other != 0 {
		t.Error("another office is told of the document")
	}
	for i := range 25 {
		m := transmission(live, "p"+strconv.Itoa(i))
		do(t, s, func(tx *store.Tx) error {
			_, err := tx.AddTransmission(&m)
			return err
		})
	}
	seen := 0
	for after := int64(0); ; {
		list := ask(t, s, func(tx *store.Tx) ([]gateway.Transmission, error) {
			return tx.TransmissionPage(live, gateway.Page{After: after, Limit: 10})
		})
		for _, m := range list {
			if m.ID <= after || m.Scope != live {
				t.Errorf("page gives %+v after %d", m, after)
			}
			after = m.ID
			seen++
		}
		if len(list) < 10 {
			break
		}
	}
	if seen != 25 {
		t.Errorf("%d of 25 on the pages", seen)
	}
}

func newClaim(scope gateway.Scope, m int64, item int) gateway.Claim {
	return gateway.Claim{Scope: scope, Transmission: m, Item: item, ClaimID: "PCN" + strconv.Itoa(item), Trace: fmt.Sprintf("%s-%s-%d-%d", scope.Organisation, scope.Usage, m, item),
		Kind: "professional", Payer: "LHP01", PayerName: "LAKESHORE", Partner: "lakeshore", NPI: "2000000010", TaxID: "999000001", Charge: 25100, From: "20261012", To: "20261013",
		Frequency: "1", Sequence: "P", State: gateway.Queued, At: noon, Document: []byte(`{"a":1}`), Money: gateway.Money{Open: 25100}}
}

func claims(t *testing.T, s *store.Store) {
	var ids []int64
	do(t, s, func(tx *store.Tx) error {
		for i := 1; i <= 3; i++ {
			c := newClaim(here, 7, i)
			if added, err := tx.AddClaim(&c); !added || err != nil {
				t.Errorf("claim %d: %v %v", i, added, err)
			}
			ids = append(ids, c.ID)
			again := newClaim(here, 7, i)
			again.Trace += "x"
			if added, err := tx.AddClaim(&again); added || err != nil {
				t.Errorf("the same item again: %v %v", added, err)
			}
		}
		c := newClaim(others, 8, 1)
		_, err := tx.AddClaim(&c)
		return err
	})
	first := func() gateway.Claim {
		return ask(t, s, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(here, ids[0]) })
	}
	c, want := first(), newClaim(here, 7, 1)
	if c.Charge != want.Charge || c.From != want.From || string(c.Document) != string(want.Document) || c.Money != want.Money || c.State != want.State || !c.At.Equal(noon) {
		t.Errorf("kept %+v, read %+v", want, c)
	}
	c.State, c.Interchange, c.Set, c.PayerClaimID = gateway.Paid, 3, "0001", "ICN1"
	c.Money = gateway.Money{Paid: 10000, Adjusted: 5100, Patient: 5000, Denied: 5000}
	do(t, s, func(tx *store.Tx) error { return tx.SetClaim(&c) })
	if got := first(); got.State != gateway.Paid || got.Money != c.Money || got.Interchange != 3 || got.PayerClaimID != "ICN1" {
		t.Errorf("changed to %+v, read %+v", c, got)
	}
	foreign := c
	foreign.Scope = others
	if err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.SetClaim(&foreign) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another office changes it: %v", err)
	}
	for what, q := range map[string]gateway.ClaimQuery{"state": {State: gateway.Paid}, "interchange": {Interchange: 3}, "claim_id": {ClaimID: "PCN1"}, "id": {IDs: []int64{ids[0], 1 << 40}},
		"trace": {Trace: c.Trace}, "payer's number": {PayerClaimID: "ICN1"}, "being sent": {Sent: true}} {
		if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimPage(here, q) }); len(list) != 1 || list[0].ID != ids[0] {
			t.Errorf("by %s: %d claims", what, len(list))
		}
		if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimPage(live, q) }); len(list) != 0 {
			t.Errorf("by %s: the other usage sees %d claims", what, len(list))
		}
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Waiting(here, "lakeshore", 10) }); len(list) != 2 {
		t.Errorf("%d claims wait, want 2", len(list))
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ByTrace(others, c.Trace) }); len(list) != 0 {
		t.Error("another office finds it by our number")
	}
	if n := ask(t, s, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(here) }); n[gateway.Paid] != 1 || n[gateway.Queued] != 2 {
		t.Errorf("states: %v", n)
	}
	// The second bills what was billed; the fourth what the third bills; the first
	// is paid, which is billed too.
	list := []gateway.Claim{newClaim(here, 9, 1), newClaim(here, 9, 2), newClaim(here, 9, 50), newClaim(here, 9, 50), newClaim(here, 9, 60)}
	list[3].Item = 51
	same := ask(t, s, func(tx *store.Tx) ([]int64, error) {
		return tx.SameServices(list, func(*gateway.Claim) bool { return true })
	})
	if want := []int64{ids[0], ids[1], 0, -1, 0}; !slices.Equal(same, want) {
		t.Errorf("the same services: %v, want %v", same, want)
	}
	var many []gateway.Claim
	for i := range 250 {
		many = append(many, newClaim(here, 10, i+1))
	}
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddClaims(many[:130]); err != nil {
			return err
		}
		return tx.AddClaims(many) // the first 130 again, as after a crash
	})
	var put []int64
	for i := range many {
		if (many[i].ID != 0) != (i >= 130) {
			t.Fatalf("claim %d: id %d", i, many[i].ID)
		}
		if many[i].ID != 0 {
			put = append(put, many[i].ID)
		}
	}
	do(t, s, func(tx *store.Tx) error { return tx.PutInto(here, 77, "0002", put) })
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimsOf(here, 77, "0002") }); len(list) != len(put) {
		t.Errorf("%d claims are in the interchange, want %d", len(list), len(put))
	}
	// The first two of the interchange are rejected already; the others move.
	do(t, s, func(tx *store.Tx) error {
		list, err := tx.ClaimsOf(here, 77, "")
		if err != nil {
			return err
		}
		list[0].State, list[1].State = gateway.Rejected, gateway.Rejected
		return tx.SetClaims([]*gateway.Claim{&list[0], &list[1]})
	})
	moved := ask(t, s, func(tx *store.Tx) ([]gateway.ClaimChange, error) {
		return tx.MoveClaims(here, 77, gateway.Sent, noon, gateway.Received, gateway.Queued)
	})
	for i, c := range moved {
		if want := []gateway.State{gateway.Rejected, gateway.Sent}[min(i/2, 1)]; c.State != want || c.Claim != put[i] {
			t.Errorf("claim %d of the interchange: %+v, want %d as %s", i, c, put[i], want)
		}
	}
	if len(moved) != len(put) {
		t.Errorf("%d claims of the interchange, want %d", len(moved), len(put))
	}
	byNumber := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) {
		return tx.ByClaimIDs(here, "lakeshore", []string{"PCN140", "PCN200", "PCN7777", "PCN2"})
	})
	if len(byNumber) != 2 || byNumber[0].ClaimID != "PCN140" || byNumber[1].ClaimID != "PCN200" || byNumber[0].Document != nil {
		t.Errorf("by their numbers: %+v", byNumber)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) {
		return tx.ByClaimIDs(others, "lakeshore", []string{"PCN140"})
	}); len(list) != 0 {
		t.Error("another office finds them by their numbers")
	}
	if err := s.Do(t.Context(), func(tx *store.Tx) error {
		foreign := byNumber[0]
		foreign.Scope = others
		return tx.SetClaims([]*gateway.Claim{&byNumber[1], &foreign})
	}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another office changes one of two: %v", err)
	}
	if err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.PutInto(others, 78, "0001", put[:1]) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another office puts it into its interchange: %v", err)
	}
}

func controls(t *testing.T, s *store.Store) {
	const each, hands = 50, 4
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for range hands {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range each {
				var v int64
				err := s.Do(context.Background(), func(tx *store.Tx) (err error) {
					v, err = tx.NextControl(here, "acme", "ISA13")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[v] {
					t.Errorf("%d was given twice", v)
				}
				seen[v] = true
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if len(seen) != each*hands || !seen[1] || !seen[each*hands] {
		t.Errorf("%d numbers were given", len(seen))
	}
	if v := ask(t, s, func(tx *store.Tx) (int64, error) { return tx.NextControl(others, "acme", "ISA13") }); v != 1 {
		t.Errorf("another office begins at %d", v)
	}
}

func interchanges(t *testing.T, s *store.Store) {
	i := gateway.Interchange{Scope: here, Partner: "acme", Control: "000000001", Group: "1", SHA256: "aa", Name: "1.837", Size: 9, Claims: 2, Charge: 100, State: "queued", At: noon}
	do(t, s, func(tx *store.Tx) error { return tx.AddInterchange(&i) })
	twice := i
	if err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.AddInterchange(&twice) }); err == nil {
		t.Error("a control number was used twice")
	}
	lease := func(owner string, at time.Time) (d store.Delivery, ok bool) {
		do(t, s, func(tx *store.Tx) (err error) {
			d, ok, err = tx.Lease(i.ID, owner, at, at.Add(time.Minute))
			return err
		})
		return d, ok
	}
	first, ok := lease("a", noon)
	if !ok || first.Step != 0 || first.Temporary != "" {
		t.Fatalf("the first lease: %v, %+v", ok, first)
	}
	for _, owner := range []string{"a", "b"} {
		if _, ok := lease(owner, noon.Add(time.Second)); ok {
			t.Errorf("two deliveries hold the lease, the second of process %s", owner)
		}
	}
	first.Step, first.Temporary = 2, "1.837.tmp"
	if !ask(t, s, func(tx *store.Tx) (bool, error) { return tx.Step(i.ID, first) }) {
		t.Error("the owner cannot step")
	}
	if !ask(t, s, func(tx *store.Tx) (bool, error) { return tx.Renew(i.ID, first.Fence, noon.Add(3*time.Minute)) }) {
		t.Error("the owner cannot renew")
	}
	if _, ok := lease("b", noon.Add(2*time.Minute)); ok {
		t.Error("a lease that was renewed is given to another")
	}
	second, ok := lease("b", noon.Add(4*time.Minute))
	if !ok || second.Step != 2 || second.Temporary != "1.837.tmp" || second.Fence <= first.Fence {
		t.Errorf("after it ran out: %v, %+v after %+v", ok, second, first)
	}
	for what, f := range map[string]func(tx *store.Tx) (bool, error){
		"step":    func(tx *store.Tx) (bool, error) { return tx.Step(i.ID, first) },
		"renew":   func(tx *store.Tx) (bool, error) { return tx.Renew(i.ID, first.Fence, noon.Add(time.Hour)) },
		"release": func(tx *store.Tx) (bool, error) { return tx.Release(i.ID, first.Fence) },
	} {
		if ask(t, s, f) {
			t.Errorf("who lost the lease can still %s", what)
		}
	}
	do(t, s, func(tx *store.Tx) error { return tx.Redeliver(i.ID) })
	third, ok := lease("c", noon.Add(4*time.Minute))
	if !ok || third.Step != 0 || third.Temporary != "" || third.Fence <= second.Fence {
		t.Errorf("after a person let it be sent again: %v, %+v", ok, third)
	}
	i.SentAt, i.TA1At, i.AcknowledgedAt = noon, noon.Add(time.Minute), noon.Add(time.Hour)
	i.State = "sent"
	do(t, s, func(tx *store.Tx) error { return tx.SetInterchange(&i) })
	if got := ask(t, s, func(tx *store.Tx) (gateway.Interchange, error) { return tx.Interchange(here, i.ID) }); !got.SentAt.Equal(noon) || !got.TA1At.Equal(i.TA1At) ||
		!got.AcknowledgedAt.Equal(i.AcknowledgedAt) || !got.PurgedAt.IsZero() {
		t.Errorf("kept %+v, read %+v", i, got)
	}
	if _, ok := lease("c", noon.Add(time.Hour)); ok {
		t.Error("what was sent can be leased again")
	}
	if got := ask(t, s, func(tx *store.Tx) (gateway.Interchange, error) { return tx.ByControl(here, "acme", "000000001", "") }); got.ID != i.ID || got.State != "sent" {
		t.Errorf("by control: %+v", got)
	}
	if got := ask(t, s, func(tx *store.Tx) (gateway.Interchange, error) { return tx.ByControl(here, "acme", "", "1") }); got.ID != i.ID {
		t.Errorf("by group: %+v", got)
	}
}

func events(t *testing.T, s *store.Store) {
	for n := range 12 {
		e := gateway.Event{Scope: here, At: noon, Kind: "sent", Transmission: int64(n), Interchange: 5, Place: gateway.Place{SHA256: "aa", Offset: 17, Segment: 3},
			Claims: []gateway.ClaimChange{{Claim: int64(n), State: gateway.Sent}, {Claim: 100, State: gateway.Sent, Reason: "A2:20"}}}
		do(t, s, func(tx *store.Tx) error { return tx.AddEvent(&e) })
	}
	list := ask(t, s, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(here, 1) })
	if len(list) != 1 || len(list[0].Claims) != 1 || list[0].Place.Offset != 17 {
		t.Errorf("of claim 1: %+v", list)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(here, 100) }); len(list) != 12 || list[0].Claims[0].Reason != "A2:20" {
		t.Errorf("of claim 100: %d events", len(list))
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(others, 100) }); len(list) != 0 {
		t.Error("another office sees them")
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventPage(here, gateway.Page{Limit: 5}) }); len(list) != 5 || list[0].ID >= list[4].ID {
		t.Errorf("a page of %d", len(list))
	}
}

func remittances(t *testing.T, s *store.Store) {
	m := gateway.Remittance{Scope: here, Partner: "acme", Trace: "EFT1", Origin: "1999", Amount: 24150, Date: "20261021", Method: "ACH", Balanced: true, Adjusted: 1000,
		Place: gateway.Place{SHA256: "aa", Offset: 9, Segment: 2}}
	again := m
	do(t, s, func(tx *store.Tx) error {
		if added, err := tx.AddRemittance(&m); !added || err != nil {
			t.Errorf("added %v %v", added, err)
		}
		if added, err := tx.AddRemittance(&again); added || again.ID != m.ID {
			t.Errorf("the same trace again: %v %d %v", added, again.ID, err)
		}
		m.Claims = 2
		return tx.SetRemittance(&m)
	})
	if got := ask(t, s, func(tx *store.Tx) (gateway.Remittance, error) { return tx.Remittance(here, m.ID) }); got != m {
		t.Errorf("kept %+v, read %+v", m, got)
	}
	p := gateway.Payment{Scope: here, Remittance: m.ID, Claim: 4, Kind: "denial", Status: "1", Scenario: "other", ClaimID: "PCN1", Charge: 100,
		Money: gateway.Money{Denied: 100}, Place: gateway.Place{SHA256: "aa", Offset: 40, Segment: 9}, Document: []byte("{}")}
	twin := p
	do(t, s, func(tx *store.Tx) error {
		if added, err := tx.AddPayment(&p); !added || err != nil {
			t.Errorf("payment: %v %v", added, err)
		}
		if added, err := tx.AddPayment(&twin); added || err != nil {
			t.Errorf("the same place again: %v %v", added, err)
		}
		return nil
	})
	for what, query := range map[string]gateway.PaymentQuery{"remittance": {Remittance: m.ID}, "claim": {Claim: 4}, "kind": {Kind: "denial"}, "file": {File: "aa"}} {
		list := ask(t, s, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.PaymentPage(here, query) })
		if len(list) != 1 || list[0].Money.Denied != 100 {
			t.Errorf("by %s: %+v", what, list)
		}
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Payment, error) {
		return tx.PaymentPage(here, gateway.PaymentQuery{Unmatched: true})
	}); len(list) != 0 {
		t.Error("a matched payment is told as unmatched")
	}
	r := gateway.Request{Scope: here, Claim: 4, Partner: "acme", Due: "20261201", Question: "why", State: "open", Place: gateway.Place{SHA256: "bb", Offset: 1}}
	do(t, s, func(tx *store.Tx) error {
		if added, err := tx.AddRequest(&r); !added || err != nil {
			t.Errorf("request: %v %v", added, err)
		}
		twin := r
		if added, err := tx.AddRequest(&twin); added || err != nil {
			t.Errorf("the same request again: %v %v", added, err)
		}
		return nil
	})
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestPage(others, gateway.Page{}) }); len(list) != 0 {
		t.Error("another office sees the request")
	}
}

func jobs(t *testing.T, s *store.Store) {
	do(t, s, func(tx *store.Tx) error {
		for _, a := range []string{"1", "1", "2"} {
			if err := tx.AddJob(here, "take", a, noon); err != nil {
				return err
			}
		}
		return tx.AddJob(here, "take", "later", noon.Add(time.Hour))
	})
	take := func(at time.Time) *gateway.Job {
		j, err := s.TakeJob(t.Context(), []string{"take", "other"}, at, at.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	a, b := take(noon), take(noon)
	if a == nil || b == nil || a.Args == b.Args || take(noon) != nil {
		t.Fatalf("took %v and %v", a, b)
	}
	// While it runs, the same fact may ask again: it may have looked before.
	do(t, s, func(tx *store.Tx) error { return tx.AddJob(here, "take", a.Args, noon) })
	if c := take(noon); c == nil || c.Args != a.Args {
		t.Errorf("asked again while running: %v", c)
	} else if err := s.FinishJob(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if j, err := s.TakeJob(t.Context(), []string{"poll"}, noon.Add(time.Hour), noon.Add(2*time.Hour)); err != nil || j != nil {
		t.Errorf("who does other jobs takes %v, %v", j, err)
	}
	if err := s.RetryJob(t.Context(), b, noon.Add(time.Second), true, "not yet"); err != nil {
		t.Fatal(err)
	}
	// It waits: the same is not added beside it.
	do(t, s, func(tx *store.Tx) error { return tx.AddJob(here, "take", b.Args, noon) })
	if j := take(noon.Add(2 * time.Second)); j == nil || j.ID != b.ID || j.Attempts != 2 || j.Failures != 1 || j.Note != "not yet" {
		t.Errorf("after a retry: %+v", j)
	} else {
		// Asked for again while it ran: one of them is left, with what the other knew.
		do(t, s, func(tx *store.Tx) error { return tx.AddJob(here, "take", b.Args, noon) })
		if err := s.RetryJob(t.Context(), j, noon.Add(3*time.Second), true, "again"); err != nil {
			t.Fatal(err)
		}
		j = take(noon.Add(4 * time.Second))
		if j == nil || j.Args != b.Args || j.Failures != 2 || take(noon.Add(4*time.Second)) != nil {
			t.Fatalf("two of the same, one that failed: %+v", j)
		}
		if err := s.ParkJob(t.Context(), j, "a person"); err != nil {
			t.Fatal(err)
		}
		b = j
	}
	// a's worker is not heard of: another takes it, and the first one's word does
	// not count any more.
	again := take(noon.Add(2 * time.Minute))
	if again == nil || again.ID != a.ID {
		t.Fatalf("after the lease ran out: %v", again)
	}
	// That is a failure, as no answer is known of; a job that came to its end and is
	// put off has none any more.
	if again.Failures != 1 {
		t.Errorf("after the lease ran out: %d failures", again.Failures)
	}
	again.Failures = 0
	if err := s.RetryJob(t.Context(), again, noon.Add(2*time.Minute), false, ""); err != nil {
		t.Fatal(err)
	}
	if again = take(noon.Add(2 * time.Minute)); again == nil || again.ID != a.ID || again.Failures != 0 || again.Attempts != 3 {
		t.Fatalf("put off: %+v", again)
	}
	if err := s.FinishJob(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if open, parked, err := s.Pending(t.Context()); err != nil || open != 2 || parked != 1 {
		t.Errorf("%d open, %d parked, %v; want 2 and 1", open, parked, err)
	}
	if err := s.FinishJob(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	// A person lets the parked one run; another office cannot.
	parked := ask(t, s, func(tx *store.Tx) ([]gateway.Job, error) { return tx.Jobs(here, "parked", gateway.Page{}) })
	if len(parked) != 1 || parked[0].Note != "a person" || parked[0].ID != b.ID {
		t.Fatalf("parked: %+v", parked)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Job, error) { return tx.Jobs(others, "parked", gateway.Page{}) }); len(list) != 0 {
		t.Error("another office sees the parked job")
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Job, error) { return tx.Jobs(gateway.Scope{}, "parked", gateway.Page{}) }); len(list) != 1 {
		t.Errorf("all scopes have %d parked jobs", len(list))
	}
	free := func(scope gateway.Scope) error {
		return s.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.FreeJob(scope, b.ID, noon)
			return err
		})
	}
	if err := free(others); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another office frees it: %v", err)
	}
	if err := free(here); err != nil {
		t.Fatal(err)
	}
	if err := free(here); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("freed twice: %v", err)
	}
	freed := take(noon)
	if freed == nil || freed.Args != b.Args || freed.Failures != 0 {
		t.Fatalf("freed: %+v", freed)
	}
	if ok, err := s.RenewJob(t.Context(), freed, noon.Add(time.Hour)); !ok || err != nil {
		t.Errorf("its worker cannot renew: %v %v", ok, err)
	}
	if err := s.FinishJob(t.Context(), freed); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.RenewJob(t.Context(), freed, noon.Add(time.Hour)); ok || err != nil {
		t.Errorf("a job that is done is renewed: %v %v", ok, err)
	}
	// The clock was set back by an hour: what is left is due an hour earlier.
	if err := s.ShiftJobs(t.Context(), -time.Hour); err != nil {
		t.Fatal(err)
	}
	if backlog, err := s.Backlog(t.Context(), noon); err != nil || backlog.Open != 1 || backlog.Parked != 0 || !backlog.Oldest.Equal(noon) {
		t.Errorf("backlog %+v, %v", backlog, err)
	}
	later := take(noon)
	if later == nil {
		t.Fatal("the later job is not due")
	}
	// One that asks to be called again is there once.
	for range 2 {
		do(t, s, func(tx *store.Tx) error { return tx.AddRecurring(here, "other", "x", noon) })
	}
	recurring := take(noon)
	do(t, s, func(tx *store.Tx) error { return tx.AddRecurring(here, "other", "x", noon) })
	if more := take(noon); recurring == nil || more != nil {
		t.Errorf("recurring: %v, and beside it %v", recurring, more)
	}
}

// looks: a partner's folder, look after look.
func looks(t *testing.T, s *store.Store) {
	look := func(at time.Time, files ...gateway.Sighting) []gateway.Sighting {
		do(t, s, func(tx *store.Tx) error { return tx.Look(here, "acme", files, at) })
		return files
	}
	a, b := gateway.Sighting{Name: "a.835", Size: 7, Modified: noon}, gateway.Sighting{Name: "b.835", Size: 9, Modified: noon}
	if l := look(noon, a, b); !l[0].Since.IsZero() || !l[1].Since.IsZero() || l[0].Fetched {
		t.Errorf("the first look: %+v", l)
	}
	grown := b
	grown.Size = 10
	if l := look(noon.Add(time.Minute), a, grown); !l[0].Since.Equal(noon) || !l[1].Since.IsZero() {
		t.Errorf("the second look, one has grown: %+v", l)
	}
	do(t, s, func(tx *store.Tx) error { return tx.AddFetched(here, "acme", a, "aa", noon.Add(2*time.Minute)) })
	if l := look(noon.Add(2*time.Minute), a, grown); !l[0].Fetched || l[1].Fetched || !l[1].Since.Equal(noon.Add(time.Minute)) {
		t.Errorf("the third look, one was fetched: %+v", l)
	}
	// The same name and size at another time is another file.
	again := a
	again.Modified = noon.Add(time.Hour)
	if l := look(noon.Add(3*time.Minute), again); l[0].Fetched || !l[0].Since.IsZero() {
		t.Errorf("another file of the same name and size: %+v", l)
	}
	// One that went and came back is looked at anew.
	if l := look(noon.Add(4*time.Minute), grown); !l[0].Since.IsZero() {
		t.Errorf("it went and came back: %+v", l)
	}
	if sums := ask(t, s, func(tx *store.Tx) ([]string, error) { return tx.Unaccounted(here) }); len(sums) != 1 || sums[0] != "aa" {
		t.Errorf("fetched and not accounted for: %v", sums)
	}
	if l := ask(t, s, func(tx *store.Tx) (gateway.Link, error) { return tx.Link(here, "acme") }); !l.HeardAt.Equal(noon.Add(2*time.Minute)) || l.Stopped {
		t.Errorf("heard of: %+v", l)
	}
	l := gateway.Link{Scope: here, Partner: "acme", Stopped: true, Failures: 3, Reason: "refused", Since: noon, NextTry: noon.Add(time.Minute)}
	do(t, s, func(tx *store.Tx) error { return tx.SetLink(&l) })
	got := ask(t, s, func(tx *store.Tx) ([]gateway.Link, error) { return tx.Links() })
	if len(got) != 1 || !got[0].Stopped || got[0].Failures != 3 || !got[0].NextTry.Equal(l.NextTry) || got[0].HeardAt.IsZero() {
		t.Errorf("links: %+v", got)
	}
	if l := ask(t, s, func(tx *store.Tx) (gateway.Link, error) { return tx.Link(others, "acme") }); l.Stopped || l.Partner != "acme" {
		t.Errorf("another office's link: %+v", l)
	}
}

// oddText: what is no UTF-8, or holds a NUL, is kept the same way everywhere.
func oddText(t *testing.T, s *store.Store) {
	c := newClaim(here, 7, 1)
	c.ClaimID, c.PayerName, c.Findings = "PCN\xc9", "JOS\xc9 \x00", "é stays é"
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddClaim(&c)
		return err
	})
	got := ask(t, s, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(here, c.ID) })
	if got.ClaimID != "PCNÉ" || got.PayerName != "JOSÉ \uFFFD" || got.Findings != "é stays é" {
		t.Errorf("kept as %q, %q, %q", got.ClaimID, got.PayerName, got.Findings)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) {
		return tx.ClaimPage(here, gateway.ClaimQuery{ClaimID: "PCN\xc9"})
	}); len(list) != 1 {
		t.Error("it is not found by what it came as")
	}
}

// manyWorkers wants each job done once, however many take jobs at once.
func manyWorkers(t *testing.T, s *store.Store) {
	const n = 120
	do(t, s, func(tx *store.Tx) error {
		for i := range n {
			if err := tx.AddJob(here, "take", strconv.Itoa(i), noon); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	done := map[string]int{}
	var wg sync.WaitGroup
	for range 6 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				j, err := s.TakeJob(context.Background(), []string{"take"}, noon, noon.Add(time.Minute))
				if err != nil {
					t.Error(err)
					return
				}
				if j == nil {
					return
				}
				mu.Lock()
				done[j.Args]++
				mu.Unlock()
				if err := s.FinishJob(context.Background(), j); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if len(done) != n {
		t.Errorf("%d of %d done", len(done), n)
	}
	for a, k := range done {
		if k != 1 {
			t.Errorf("job %s was done %d times", a, k)
		}
	}
}

// rollback wants nothing left of a transaction that fails: neither the fact nor
// the job that it asked for.
func rollback(t *testing.T, s *store.Store) {
	boom := errors.New("boom")
	err := s.Do(t.Context(), func(tx *store.Tx) error {
		m := transmission(here, "aa")
		if _, err := tx.AddTransmission(&m); err != nil {
			return err
		}
		if err := tx.AddJob(here, "take", "1", noon); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.Transmissions(here) }); len(list) != 0 {
		t.Error("the fact is there")
	}
	if open, _, _ := s.Pending(t.Context()); open != 0 {
		t.Error("the job is there")
	}
}

func idempotency(t *testing.T, s *store.Store) {
	try := func(scope gateway.Scope, key, sum string, id int64) (got int64, same bool) {
		do(t, s, func(tx *store.Tx) (err error) {
			got, same, err = tx.Idempotent(scope, key, sum, id, noon)
			return err
		})
		return got, same
	}
	if id, same := try(here, "k", "aa", 1); id != 1 || !same {
		t.Errorf("first: %d %v", id, same)
	}
	if id, same := try(here, "k", "aa", 2); id != 1 || !same {
		t.Errorf("again: %d %v", id, same)
	}
	if id, same := try(here, "k", "bb", 3); id != 1 || same {
		t.Errorf("with other bytes: %d %v", id, same)
	}
	if id, same := try(others, "k", "bb", 3); id != 3 || !same {
		t.Errorf("another office: %d %v", id, same)
	}
}

// locks wants those who hold the same name one after the other.
func locks(t *testing.T, s *store.Store) {
	var inside, most int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := s.Do(context.Background(), func(tx *store.Tx) error {
				if err := tx.Lock(here, "x"); err != nil {
					return err
				}
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				time.Sleep(5 * time.Millisecond)
				mu.Lock()
				inside--
				mu.Unlock()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d held the lock at once", most)
	}
}

// reading: a transaction that reads sees one state, does not wait for one that
// writes, and cannot write.
func reading(t *testing.T, s *store.Store) {
	m := transmission(here, "aa")
	do(t, s, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&m)
		return err
	})
	count := func(tx *store.Tx) int {
		list, err := tx.Transmissions(here)
		if err != nil {
			t.Error(err)
		}
		return len(list)
	}
	do(t, s, func(w *store.Tx) error {
		second := transmission(here, "bb")
		if _, err := w.AddTransmission(&second); err != nil {
			return err
		}
		return s.Read(t.Context(), func(r *store.Tx) error {
			if n := count(r); n != 1 {
				t.Errorf("it reads %d of what is not committed, want 1", n)
			}
			return nil
		})
	})
	if err := s.Read(t.Context(), func(r *store.Tx) error {
		if n := count(r); n != 2 {
			t.Errorf("it reads %d, want 2", n)
		}
		third := transmission(here, "cc")
		_, err := r.AddTransmission(&third)
		return err
	}); err == nil {
		t.Error("it may write")
	}
}
