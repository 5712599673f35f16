package storetest

import (
	"slices"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// conditions: what a patient was coded for, by scope and year, each once.
func conditions(t *testing.T, s *store.Store) {
	a, b := gateway.Scope{Organisation: "a", Usage: "T"}, gateway.Scope{Organisation: "b", Usage: "T"}
	do(t, s, func(tx *store.Tx) error { return tx.AddConditions(a, "digest", 2025, []int{226, 38, 226}) })
	do(t, s, func(tx *store.Tx) error { return tx.AddConditions(a, "digest", 2025, []int{38}) })
	do(t, s, func(tx *store.Tx) error { return tx.AddConditions(a, "digest", 2026, []int{326}) })
	for _, c := range []struct {
		scope   gateway.Scope
		patient string
		year    int
		want    []int
	}{{a, "digest", 2025, []int{38, 226}}, {a, "digest", 2026, []int{326}}, {a, "digest", 2024, nil}, {a, "other", 2025, nil}, {b, "digest", 2025, nil}} {
		got := ask(t, s, func(tx *store.Tx) ([]int, error) { return tx.Conditions(c.scope, c.patient, c.year) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
	do(t, s, func(tx *store.Tx) error { return tx.AddConditions(a, "digest", 2027, []int{38}) })
	if got := ask(t, s, func(tx *store.Tx) ([]int, error) { return tx.Conditions(a, "digest", 2025) }); len(got) > 0 {
		t.Errorf("what nobody compares any more is kept: %v", got)
	}
}
