package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// users: what is kept of a person is read back whole, logins are one's own, and
// sessions end.
func users(t *testing.T, s *store.Store) {
	lena := gateway.User{Login: "lena@larkspur.example", Name: "Lena Marsh", Password: "text", Secret: "BASE32", LastStep: 5, Subject: "issuer 17", MustChange: true,
		Memberships: []gateway.Membership{{Scope: others, Role: "payer", Partner: "acme"}, {Scope: here, Role: "biller"}}}
	omar := gateway.User{Login: "omar", Name: "Omar", Disabled: true, Memberships: []gateway.Membership{{Scope: others, Role: "coder"}}}
	do(t, s, func(tx *store.Tx) error {
		for _, u := range []*gateway.User{&lena, &omar} {
			if added, err := tx.AddUser(u); !added || err != nil {
				t.Errorf("%s: %v %v", u.Login, added, err)
			}
		}
		again := gateway.User{Login: "omar"}
		added, err := tx.AddUser(&again)
		if added {
			t.Error("a login is given twice")
		}
		return err
	})
	lena.Failures, lena.LockedUntil, lena.Memberships = 3, noon, lena.Memberships[1:]
	do(t, s, func(tx *store.Tx) error { return tx.SetUser(&lena) })
	for how, find := range map[string]func(tx *store.Tx) (gateway.User, error){
		"id":      func(tx *store.Tx) (gateway.User, error) { return tx.User(lena.ID) },
		"login":   func(tx *store.Tx) (gateway.User, error) { return tx.UserByLogin(lena.Login) },
		"subject": func(tx *store.Tx) (gateway.User, error) { return tx.UserBySubject(lena.Subject) },
	} {
		got := ask(t, s, find)
		if !got.LockedUntil.Equal(noon) {
			t.Errorf("by %s: locked until %v", how, got.LockedUntil)
		}
		got.LockedUntil = noon
		if !reflect.DeepEqual(got, lena) {
			t.Errorf("by %s: %+v, want %+v", how, got, lena)
		}
	}
	err := s.Read(t.Context(), func(tx *store.Tx) error {
		_, err := tx.UserBySubject("")
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's subject finds somebody: %v", err)
	}
	for org, want := range map[string]int{"": 2, "here": 1, "others": 1, "nowhere": 0} {
		if got := ask(t, s, func(tx *store.Tx) ([]gateway.User, error) { return tx.Users(org) }); len(got) != want {
			t.Errorf("%d users of %q, want %d", len(got), org, want)
		}
	}
	do(t, s, func(tx *store.Tx) error {
		tx.SetOrganisation(gateway.Organisation{ID: "here", Name: "Here", Kind: "office"})
		return tx.SetOrganisation(gateway.Organisation{ID: "here", Name: "Here and now", Kind: "office"})
	})
	if got := ask(t, s, func(tx *store.Tx) ([]gateway.Organisation, error) { return tx.Organisations() }); len(got) != 1 || got[0].Name != "Here and now" {
		t.Errorf("organisations %v", got)
	}

	for range 2 {
		if err := s.SetSession(t.Context(), "token", []byte("data"), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	there := func(now time.Time) bool {
		b, ok, err := s.Session(t.Context(), "token", now)
		if err != nil || ok && string(b) != "data" {
			t.Errorf("session %q: %v", b, err)
		}
		return ok
	}
	if !there(noon) || there(noon.Add(time.Hour)) {
		t.Error("a session does not end when it should")
	}
	s.EndSessions(t.Context(), noon)
	if !there(noon) {
		t.Error("a session that goes on is forgotten")
	}
	s.EndSession(t.Context(), "token")
	if there(noon) {
		t.Error("a session that was ended goes on")
	}
}
