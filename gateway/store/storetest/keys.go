package storetest

import (
	"errors"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// keys: a key serves until it is revoked, by its own organisation alone.
func keys(t *testing.T, s *store.Store) {
	k := gateway.APIKey{Scope: here, Name: "billing system", Role: "biller", ReadOnly: true, SHA256: "aa", MadeBy: "user:mia", Made: noon}
	do(t, s, func(tx *store.Tx) error { return tx.AddKey(&k) })
	find := func() (gateway.APIKey, error) {
		var got gateway.APIKey
		err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
			got, err = tx.KeyByDigest("aa")
			return err
		})
		return got, err
	}
	got, err := find()
	if err != nil || !got.Made.Equal(noon) {
		t.Fatalf("%+v: %v", got, err)
	}
	if got.Made = noon; got != k {
		t.Errorf("%+v, want %+v", got, k)
	}
	for _, c := range []struct {
		scope gateway.Scope
		want  error
	}{{others, store.ErrNotFound}, {live, store.ErrNotFound}, {here, nil}, {here, store.ErrNotFound}} {
		if err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.RevokeKey(c.scope, k.ID, noon.Add(time.Hour)) }); !errors.Is(err, c.want) {
			t.Errorf("revoked as %v: %v, want %v", c.scope, err, c.want)
		}
	}
	if _, err := find(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a revoked key serves: %v", err)
	}
	if all := ask(t, s, func(tx *store.Tx) ([]gateway.APIKey, error) { return tx.Keys(here) }); len(all) != 1 || all[0].Revoked.IsZero() {
		t.Errorf("listed: %+v", all)
	}
}
