package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// passkeys: what is kept of one is read back whole, a credential is one's own, a
// count of signatures only goes on, and a question is answered once.
func passkeys(t *testing.T, s *store.Store) {
	u := gateway.User{Login: "keys", Name: "Keys", Memberships: []gateway.Membership{{Scope: here, Role: "biller"}}}
	k := gateway.Passkey{Handle: []byte{1, 2, 3}, Credential: []byte{9, 0, 255}, Key: []byte{4, 5}, Count: 1 << 31, Flags: 29, Transports: "internal,hybrid", Name: "Laptop", Made: noon}
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddUser(&u); err != nil {
			return err
		}
		k.User = u.ID
		if added, err := tx.AddPasskey(&k); !added || err != nil {
			t.Errorf("%v %v", added, err)
		}
		again := k
		added, err := tx.AddPasskey(&again)
		if added {
			t.Error("a credential is added twice")
		}
		return err
	})
	same := func(got gateway.Passkey) {
		t.Helper()
		if !got.Made.Equal(noon) {
			t.Errorf("made %v", got.Made)
		}
		got.Made = noon
		if !reflect.DeepEqual(got, k) {
			t.Errorf("%+v, want %+v", got, k)
		}
	}
	same(ask(t, s, func(tx *store.Tx) (gateway.Passkey, error) { return tx.Passkey(k.ID) }))
	same(ask(t, s, func(tx *store.Tx) (gateway.Passkey, error) { return tx.PasskeyOf(k.Credential) }))
	if got := ask(t, s, func(tx *store.Tx) ([]gateway.Passkey, error) { return tx.Passkeys(u.ID) }); len(got) != 1 {
		t.Errorf("%d passkeys", len(got))
	}
	if got := ask(t, s, func(tx *store.Tx) (gateway.User, error) { return tx.User(u.ID) }); got.Passkeys != 1 {
		t.Errorf("the user has %d passkeys", got.Passkeys)
	}
	if got := ask(t, s, func(tx *store.Tx) ([]gateway.Passkey, error) { return tx.Passkeys(u.ID + 1) }); len(got) != 0 {
		t.Error("somebody else has them")
	}
	use := func(count uint32) (ok bool) {
		t.Helper()
		do(t, s, func(tx *store.Tx) (err error) {
			ok, err = tx.UsePasskey(k.ID, count, 1, noon.Add(time.Hour))
			return err
		})
		return ok
	}
	if !use(1<<31+1) || !use(1<<31+5) {
		t.Error("a count that goes on is refused")
	}
	got := ask(t, s, func(tx *store.Tx) (gateway.Passkey, error) { return tx.Passkey(k.ID) })
	if got.Count != 1<<31+5 || got.Flags != 1 || !got.Used.Equal(noon.Add(time.Hour)) || !got.Suspect.IsZero() {
		t.Errorf("used: %+v", got)
	}
	if use(1<<31 + 5) {
		t.Error("the same count serves twice")
	}
	if got := ask(t, s, func(tx *store.Tx) (gateway.Passkey, error) { return tx.Passkey(k.ID) }); got.Suspect.IsZero() {
		t.Error("it is not suspect")
	}
	if use(1<<31 + 9) {
		t.Error("a suspect passkey serves")
	}
	// Many count nothing at all.
	zero := gateway.Passkey{User: u.ID, Handle: k.Handle, Credential: []byte{7}, Key: []byte{1}, Name: "Phone", Made: noon}
	do(t, s, func(tx *store.Tx) error { _, err := tx.AddPasskey(&zero); return err })
	for range 2 {
		do(t, s, func(tx *store.Tx) error {
			ok, err := tx.UsePasskey(zero.ID, 0, 0, noon)
			if !ok {
				t.Error("one that counts nothing is refused")
			}
			return err
		})
	}
	err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.RemovePasskey(u.ID+1, k.ID) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("somebody else removes it: %v", err)
	}
	do(t, s, func(tx *store.Tx) error { return tx.RemovePasskey(u.ID, k.ID) })
	err = s.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.PasskeyOf(k.Credential); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}

	if ok, err := s.AddChallenge(t.Context(), "token", []byte("data"), noon, noon.Add(time.Minute)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if b, ok, err := s.TakeChallenge(t.Context(), "token", noon); !ok || string(b) != "data" || err != nil {
		t.Errorf("%q %v %v", b, ok, err)
	}
	for _, token := range []string{"token", "other"} {
		if _, ok, err := s.TakeChallenge(t.Context(), token, noon); ok || err != nil {
			t.Errorf("%s, once more: %v %v", token, ok, err)
		}
	}
	s.AddChallenge(t.Context(), "late", nil, noon, noon.Add(time.Minute))
	if _, ok, err := s.TakeChallenge(t.Context(), "late", noon.Add(time.Minute)); ok || err != nil {
		t.Errorf("too late: %v %v", ok, err)
	}
}
