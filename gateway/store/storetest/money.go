package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// postings is what remittances are worked with: advices that name the same
// payment, payments by claim, provider adjustments, corrections.
func postings(t *testing.T, s *store.Store) {
	m := gateway.Remittance{Scope: here, Partner: "acme", Trace: "EFT1", Origin: "1999", Amount: 8000, Date: "20261021", Digest: "d1", Hold: "why", State: gateway.RemittanceHeld,
		Handling: "I", PayerName: "LAKESHORE", Payee: "2000000010", PayeeName: "PRAIRIE", Place: gateway.Place{SHA256: "aa", Offset: 9}}
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddRemittance(&m); err != nil {
			return err
		}
		for _, c := range []struct {
			name   string
			change func(r *gateway.Remittance)
			id     int64
			same   bool
		}{
			{"itself", func(*gateway.Remittance) {}, m.ID, true},
			{"itself by another way", func(r *gateway.Remittance) { r.Partner = "other" }, m.ID, true},
			{"other words", func(r *gateway.Remittance) { r.Digest = "d2" }, m.ID, false},
			{"other words by another way", func(r *gateway.Remittance) { r.Digest, r.Partner = "d2", "other" }, m.ID, false},
			{"another payment by another way", func(r *gateway.Remittance) { r.Digest, r.Partner, r.Amount = "d2", "other", 1 }, 0, false},
			{"another payer", func(r *gateway.Remittance) { r.Origin = "1888" }, 0, false},
			{"another office", func(r *gateway.Remittance) { r.Scope = others }, 0, false},
		} {
			r := m
			c.change(&r)
			if id, same, err := tx.SameTrace(&r); id != c.id || same != c.same || err != nil {
				t.Errorf("%s: %d %v %v", c.name, id, same, err)
			}
		}
		return nil
	})
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Remittance, error) {
		return tx.RemittancesIn(here, gateway.RemittanceHeld, gateway.Page{})
	}); len(list) != 1 || list[0] != m {
		t.Errorf("held: %+v", list)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Remittance, error) { return tx.RemittanceByTrace(here, "EFT1") }); len(list) != 1 {
		t.Errorf("by trace: %+v", list)
	}
	var pays []gateway.Payment
	for i, claim := range []int64{4, 5, 4, 0} {
		pays = append(pays, gateway.Payment{Scope: here, Remittance: m.ID, Claim: claim, Kind: "payment", ClaimID: "A", Charge: 10000, Paid: 8000, OtherPayer: 500, PaidOn: "20261021",
			Money: gateway.Money{Paid: 8000, Adjusted: 2000}, Place: gateway.Place{SHA256: "aa", Offset: int64(100 + i)}, Document: []byte(`{"x":1}`)})
	}
	pays[2].Kind = "reversal"
	elsewhere := pays[0]
	elsewhere.Scope = others
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddPayments(pays); err != nil {
			return err
		}
		if added, err := tx.AddPayment(&elsewhere); !added || err != nil {
			t.Errorf("another office's payment of the same bytes: %v %v", added, err)
		}
		list, err := tx.PaymentsOf(here, []int64{4})
		if len(list) != 2 || list[0].ID != pays[0].ID || list[0].OtherPayer != 500 || list[0].PaidOn != "20261021" || list[0].Money != pays[0].Money {
			t.Errorf("payments of a claim: %+v", list)
		}
		return err
	})
	alone := func() []gateway.Payment {
		return ask(t, s, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.ReversalsAlone(here, gateway.Page{}) })
	}
	if list := alone(); len(list) != 1 || list[0].ID != pays[2].ID {
		t.Errorf("alone: %+v", list)
	}
	pays[2].Pair, pays[3].Claim, pays[3].Candidates = pays[0].ID, 5, "by hand"
	do(t, s, func(tx *store.Tx) error {
		for i := range pays {
			if err := tx.SetPayment(&pays[i]); err != nil {
				return err
			}
		}
		p, err := tx.Payment(here, pays[3].ID)
		if p.Claim != 5 || p.Candidates != "by hand" || string(p.Document) != `{"x":1}` {
			t.Errorf("%+v", p)
		}
		return err
	})
	if len(alone()) != 0 {
		t.Error("a paired reversal is told as alone")
	}
	adjustments := []gateway.ProviderAdjustment{
		{Scope: here, Remittance: m.ID, Partner: "acme", Payee: "2000000010", Provider: "2000000010", FiscalYear: "20261231", Reason: "WO", Reference: "X", Amount: 500, Date: "20261021", Trace: "EFT1", Position: 1},
		{Scope: here, Remittance: m.ID, Partner: "acme", Payee: "2000000010", Provider: "2000000010", FiscalYear: "20261231", Reason: "L6", Amount: -5, Date: "20261021", Trace: "EFT1", Position: 2},
	}
	do(t, s, func(tx *store.Tx) error {
		for range 2 {
			if err := tx.AddProviderAdjustments(adjustments); err != nil {
				return err
			}
		}
		list, err := tx.ProviderAdjustments(here, m.ID, gateway.Page{})
		for i := range list {
			list[i].ID = 0
		}
		if !slices.Equal(list, adjustments) {
			t.Errorf("provider adjustments: %+v", list)
		}
		return err
	})
	c := gateway.Correction{Claim: 9, Scope: here, Original: 4, Kind: gateway.CorrectReplace, At: noon, Note: "n"}
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddCorrection(&c); err != nil {
			return err
		}
		list, err := tx.CorrectionsOf(here, 4, 5)
		if len(list) != 1 || list[0].Claim != 9 || list[0].Kind != c.Kind || !list[0].At.Equal(noon) {
			t.Errorf("corrections: %+v %v", list, err)
		}
		one, err := tx.CorrectedBy(here, 9)
		if one.Original != 4 {
			t.Errorf("corrects %+v", one)
		}
		if none, err := tx.CorrectedBy(others, 9); none.Original != 0 || err != nil {
			t.Errorf("another office sees it: %+v %v", none, err)
		}
		return err
	})
	// What a correction has followed waits no more; what went on to the next payer
	// does.
	do(t, s, func(tx *store.Tx) error {
		original := newClaim(here, 3, 5)
		passed := newClaim(here, 3, 6)
		original.State, passed.State = gateway.Held, gateway.Held
		for _, c := range []*gateway.Claim{&original, &passed} {
			if added, err := tx.AddClaim(c); !added || err != nil {
				t.Fatalf("%v %v", added, err)
			}
		}
		waiting := func() string {
			list, err := tx.ClaimPage(here, gateway.ClaimQuery{Transmission: 3, State: gateway.Held, Waiting: true})
			if err != nil {
				t.Fatal(err)
			}
			var items []int
			for _, c := range list {
				items = append(items, c.Item)
			}
			return fmt.Sprint(items)
		}
		if got := waiting(); got != "[5 6]" {
			t.Errorf("%s wait", got)
		}
		for i, c := range []gateway.Correction{{Original: original.ID, Kind: gateway.CorrectNew}, {Original: passed.ID, Kind: gateway.CorrectSecondary}} {
			c.Claim, c.Scope, c.At = int64(900+i), here, noon
			if err := tx.AddCorrection(&c); err != nil {
				return err
			}
		}
		if got := waiting(); got != "[6]" {
			t.Errorf("after a correction %s wait", got)
		}
		pairs, err := tx.CorrectionPage(here, gateway.Page{After: 900, Limit: 1})
		if err != nil || len(pairs) != 1 || pairs[0].Claim != 901 || pairs[0].Kind != gateway.CorrectSecondary || pairs[0].Original != passed.ID {
			t.Errorf("what follows what: %+v %v", pairs, err)
		}
		n, err := tx.CountClaims(here, gateway.ClaimQuery{Transmission: 3, State: gateway.Held, Waiting: true}, 9)
		if n != 1 {
			t.Errorf("%d are counted", n)
		}
		return err
	})
	// Quiet is what a payer says nothing of since a time, the longest first.
	do(t, s, func(tx *store.Tx) error {
		for i, state := range []gateway.State{gateway.Sent, gateway.Sent, gateway.Accepted, gateway.Sent} {
			c := newClaim(here, 31, i+1)
			c.State, c.At = state, noon.Add(-time.Duration(i)*time.Hour)
			if added, err := tx.AddClaim(&c); !added || err != nil {
				t.Fatalf("%v %v", added, err)
			}
		}
		list, err := tx.QuietFor(here, gateway.Sent, store.Quiet{Before: noon}, 10)
		if err != nil || len(list) != 2 || list[0].Item != 4 || list[1].Item != 2 {
			t.Errorf("silent: %+v %v", list, err)
		}
		// A partner has a time of its own, a longer one or a shorter one.
		for partner, want := range map[string]int{list[0].Partner: 2, "somebody-else": 0} {
			if n, _, err := tx.SumQuiet(here, gateway.Sent, store.Quiet{Before: noon.Add(-9 * time.Hour), Of: map[string]time.Time{partner: noon, "third": noon.Add(-time.Hour)}}, 10); n != want || err != nil {
				t.Errorf("with a time of %s's own %d are silent, want %d: %v", partner, n, want, err)
			}
			if list, err := tx.QuietFor(here, gateway.Sent, store.Quiet{Before: noon, Of: map[string]time.Time{partner: noon.Add(-9 * time.Hour)}}, 10); len(list) != 2-want || err != nil {
				t.Errorf("with a longer time of %s's own %d are silent, want %d: %v", partner, len(list), 2-want, err)
			}
		}
		n, open, err := tx.SumQuiet(here, gateway.Accepted, store.Quiet{Before: noon}, 10)
		if none, _, e := tx.SumQuiet(others, gateway.Sent, store.Quiet{Before: noon}, 10); n != 1 || open != list[0].Money.Open || none != 0 || e != nil {
			t.Errorf("%d with %v and %d are silent: %v", n, open, none, e)
		}
		return err
	})
	// What rejections said of claims, the last word of each.
	do(t, s, func(tx *store.Tx) error {
		for i, reason := range []string{"A7:562:85", "A3:21"} {
			e := gateway.Event{Scope: here, At: noon, Kind: "rejected", Transmission: 77, Place: gateway.Place{SHA256: fmt.Sprint("re", i)}, Claims: []gateway.ClaimChange{{Claim: 7001, State: gateway.Rejected, Reason: reason}, {Claim: int64(7002 + i), State: gateway.Rejected, Reason: "A7:1"}}}
			if err := tx.AddEvent(&e); err != nil {
				return err
			}
		}
		got, err := tx.ReasonsOf(here, "rejected", []int64{7001, 7003})
		if fmt.Sprint(got) != "map[7001:A3:21 7003:A7:1]" {
			t.Errorf("reasons: %v", got)
		}
		return err
	})
	do(t, s, func(tx *store.Tx) error {
		n, _, err := tx.SumUnmatched(here, 1000)
		list, e := tx.PaymentPage(here, gateway.PaymentQuery{Unmatched: true, Page: gateway.Page{Limit: 1000}})
		if n != len(list) || e != nil {
			t.Errorf("%d of %d have no claim", n, len(list))
		}
		m, _, e := tx.SumHeldRemittances(here, 1000)
		held, e2 := tx.RemittancesIn(here, gateway.RemittanceHeld, gateway.Page{Limit: 1000})
		if m != len(held) || e != nil || e2 != nil {
			t.Errorf("%d of %d are held: %v %v", m, len(held), e, e2)
		}
		return err
	})
	k := newClaim(here, 3, 1)
	k.PayerClaimID = "ICN9"
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddClaim(&k); err != nil {
			return err
		}
		if err := tx.SetClaim(&k); err != nil {
			return err
		}
		if err := tx.PutInto(here, 7, "0001", []int64{k.ID}); err != nil {
			return err
		}
		by, err := tx.ByPayerClaimID(here, "lakeshore", "ICN9")
		if len(by) != 1 || err != nil {
			t.Errorf("by the payer's number: %+v %v", by, err)
		}
		like, err := tx.Like(here, "lakeshore", 25100, "ICN9", 10)
		if len(like) != 2 {
			t.Errorf("like it: %d", len(like))
		}
		return err
	})
	f := transmission(here, "zz")
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddTransmission(&f); err != nil {
			return err
		}
		got, err := tx.TransmissionOf(here, "acme", "zz")
		if got.ID != f.ID {
			t.Errorf("by bytes: %+v", got)
		}
		return err
	})
}
