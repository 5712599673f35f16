package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
)

// TestPagesOfAFullStore: the bulk loader leaves something on every worklist, and all
// pages and questions that bench measures are answered on either database.
func TestPagesOfAFullStore(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		payers, err := payerDirectory("")
		if err != nil {
			t.Fatal(err)
		}
		p, err := partners.Parse("bench.yaml", []byte(demoEnvelope))
		if err != nil {
			t.Fatal(err)
		}
		g, err := openSpine(t.Context(), spineOptions{Dir: filepath.Join(t.TempDir(), "data"), Database: database, Payers: payers, Profiles: []*partners.Profile{p}, Now: time.Now, Log: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		defer g.close()
		const n = 300
		if err := g.fill(t.Context(), p.ID, n); err != nil {
			t.Fatal(err)
		}
		list, err := g.benchPages(t.Context(), 2)
		if err != nil || len(list) < 10 {
			t.Fatalf("%d pages: %v", len(list), err)
		}
		states, err := read(t.Context(), g, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(demoScope) })
		if err != nil {
			t.Fatal(err)
		}
		for state, want := range map[gateway.State]int{gateway.Held: 6, gateway.Rejected: 3, gateway.Sent: 6, gateway.Denied: 9, gateway.Requested: 6, gateway.Paid: paidOf(n)} {
			if states[state] != want {
				t.Errorf("%d are %s, want %d", states[state], state, want)
			}
		}
		open, err := read(t.Context(), g, func(tx *store.Tx) (int, error) {
			n, _, err := tx.SumDenied(demoScope, 100)
			return n, err
		})
		if err != nil || open != 9 {
			t.Errorf("%v: %d denials are open", err, open)
		}
	})
}

// paidOf counts those of the first n claims that are paid.
func paidOf(n int) int {
	paid := n / 100 * 90
	for i := range n % 100 {
		if stateOf(i) == gateway.Paid {
			paid++
		}
	}
	return paid
}
