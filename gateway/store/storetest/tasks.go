package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// tasks: who works on what is known by kind and scope, and changed in place.
func tasks(t *testing.T, s *store.Store) {
	k := gateway.Task{Scope: here, Kind: gateway.TaskClaim, Object: 7, Owner: "mia", Due: "20261201", Note: "ask the office", By: "user:lena", At: noon}
	other := k
	other.Scope, other.Owner = others, "otto"
	do(t, s, func(tx *store.Tx) error { return errors.Join(tx.SetTask(&k), tx.SetTask(&other)) })
	k.Owner, k.Note, k.At = "ben", "", noon.Add(time.Hour)
	do(t, s, func(tx *store.Tx) error { return tx.SetTask(&k) })
	got := ask(t, s, func(tx *store.Tx) (map[int64]gateway.Task, error) {
		return tx.Tasks(here, gateway.TaskClaim, []int64{6, 7})
	})
	if len(got) != 1 || !got[7].At.Equal(k.At) || got[7].Owner != "ben" || got[7].Due != k.Due || got[7].Note != "" {
		t.Errorf("%+v", got)
	}
	if got := ask(t, s, func(tx *store.Tx) ([]gateway.Task, error) { return tx.TasksOf(here, gateway.TaskClaim, "ben", 10) }); len(got) != 1 || got[0].Object != 7 {
		t.Errorf("ben has %+v", got)
	}
	if got := ask(t, s, func(tx *store.Tx) ([]gateway.Task, error) { return tx.TasksOf(others, gateway.TaskClaim, "ben", 10) }); len(got) != 0 {
		t.Errorf("elsewhere ben has %+v", got)
	}
	for _, kind := range []gateway.TaskKind{gateway.TaskPayment, gateway.TaskRemittance} {
		if got := ask(t, s, func(tx *store.Tx) (map[int64]gateway.Task, error) { return tx.Tasks(here, kind, []int64{7}) }); len(got) != 0 {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

// drafts: a document is taken out of an answer until it is sent, by its own
// organisation alone.
func drafts(t *testing.T, s *store.Store) {
	a := gateway.Answer{Scope: here, Request: 31, Claim: 4, Partner: "acme", State: gateway.AnswerDraft, By: "mary", At: noon}
	var d [2]gateway.Document
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddAnswer(&a); err != nil {
			return err
		}
		for i := range d {
			d[i] = gateway.Document{Answer: a.ID, Item: -1, Content: "pdf", Name: fmt.Sprint(i), SHA256: "cc", Size: 5}
			if err := tx.AddDocument(&d[i]); err != nil {
				return err
			}
		}
		return nil
	})
	remove := func(scope gateway.Scope, request, document int64) error {
		return s.Do(t.Context(), func(tx *store.Tx) error { return tx.RemoveDocument(scope, request, document) })
	}
	if err := remove(others, 31, d[0].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another organisation: %v", err)
	}
	if err := remove(here, 32, d[0].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another request: %v", err)
	}
	if err := remove(here, 31, d[0].ID); err != nil {
		t.Error(err)
	}
	do(t, s, func(tx *store.Tx) error {
		a.State = gateway.AnswerQueued
		return tx.SetAnswer(&a)
	})
	if err := remove(here, 31, d[1].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of an answer that is on its way: %v", err)
	}
	if got := ask(t, s, func(tx *store.Tx) (gateway.Answer, error) { return tx.Answer(here, a.ID) }); len(got.Documents) != 1 || got.Documents[0].ID != d[1].ID {
		t.Errorf("%+v", got.Documents)
	}
}

// denied: what is denied is listed and counted by where work on it stands.
func denied(t *testing.T, s *store.Store) {
	scope := gateway.Scope{Organisation: "denied", Usage: "test"}
	var ids []int64
	do(t, s, func(tx *store.Tx) error {
		for i := range 3 {
			p := gateway.Payment{Scope: scope, Remittance: 900, Kind: "denial", ClaimID: fmt.Sprint("D", i), Charge: 100, Money: gateway.Money{Denied: 100}, Place: gateway.Place{SHA256: "dd", Offset: int64(i + 1)}, Document: []byte("{}")}
			if _, err := tx.AddPayment(&p); err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		if err := tx.SetDenialWork(&gateway.DenialWork{Payment: ids[0], Scope: scope, State: gateway.DenialAppealed, At: noon}); err != nil {
			return err
		}
		if err := tx.SetDenialWork(&gateway.DenialWork{Payment: ids[1], Scope: scope, Owner: "mia", State: gateway.DenialOpen, At: noon}); err != nil {
			return err
		}
		works, err := tx.DenialWorks(scope, []int64{ids[0], ids[1], 77})
		if len(works) != 3 || works[ids[0]].State != gateway.DenialAppealed || works[ids[1]].Owner != "mia" || works[77].State != gateway.DenialOpen {
			t.Errorf("what is done about denials: %+v", works)
		}
		return err
	})
	for state, want := range map[gateway.DenialState][]int64{"": ids, gateway.DenialOpen: ids[1:], gateway.DenialAppealed: ids[:1], gateway.DenialClosed: nil} {
		list := ask(t, s, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.DeniedIn(scope, state, gateway.Page{}) })
		var got []int64
		for _, p := range list {
			got = append(got, p.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", state, got, want)
		}
	}
	if n := ask(t, s, func(tx *store.Tx) (string, error) {
		n, sum, err := tx.SumDenied(scope, 10)
		return fmt.Sprint(n, " ", sum), err
	}); n != "2 2.00" {
		t.Errorf("%s are open", n)
	}
}
