package main

import (
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// TestClaimCounts: of few claims a count is of now; what was counted of many
// serves for a few seconds.
func TestClaimCounts(t *testing.T) {
	in := newIncoming(t, "", "delete")
	add := func(n int) {
		t.Helper()
		if err := in.g.store.Do(t.Context(), func(tx *store.Tx) error {
			c := gateway.Claim{Scope: prairie, Transmission: int64(100 + n), Item: 1, ClaimID: "PCN0001", Trace: numbered("trace", int64(n)), Kind: "professional", State: gateway.Held, At: in.now, Document: []byte("{}")}
			_, err := tx.AddClaim(&c)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when string, held int) {
		t.Helper()
		n, err := (books{in.g}).ClaimStates(t.Context(), prairie)
		if err != nil || n[gateway.Held] != held {
			t.Errorf("%s: %v, %v; want %d", when, n, err, held)
		}
	}
	want("none", 0)
	add(1)
	want("one", 1)
	add(2)
	want("two", 2)
	c := in.g.counts.of(prairie)
	c.at, c.states = in.now, map[gateway.State]int{gateway.Held: manyClaims}
	want("many", manyClaims)
	in.now = in.now.Add(countServe - time.Millisecond)
	want("a little later", manyClaims)
	in.now = in.now.Add(time.Millisecond)
	want("when it was long enough", 2)
	add(3)
	want("three", 3)
	c.at, c.states = in.now.Add(time.Hour), map[gateway.State]int{gateway.Held: manyClaims}
	want("when the clock was set back", 3)
}
