package storetest

import (
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// deposits is money at the bank and what explains it, and work on denials.
func deposits(t *testing.T, s *store.Store) {
	m := gateway.Remittance{Scope: here, Partner: "acme", Trace: "E1", Amount: 500, Date: "20261101", Method: "ACH", Digest: "x", Place: gateway.Place{SHA256: "aa"}}
	other := m
	other.Scope = others
	d := []gateway.Deposit{{Scope: here, SHA256: "bb", Position: 1, Format: "bai2", Trace: "E1", Amount: 500, Date: "20261102", Company: "C", State: gateway.DepositWaiting, At: noon},
		{Scope: here, SHA256: "bb", Position: 2, Format: "bai2", Amount: 7, State: gateway.DepositWaiting, At: noon}}
	do(t, s, func(tx *store.Tx) error {
		for _, k := range []*gateway.Remittance{&m, &other} {
			if _, err := tx.AddRemittance(k); err != nil {
				return err
			}
		}
		for range 2 {
			if err := tx.AddDeposits(d); err != nil {
				return err
			}
		}
		return nil
	})
	open := ask(t, s, func(tx *store.Tx) ([]gateway.Deposit, error) { return tx.DepositsOpen(here, gateway.Page{}) })
	if len(open) != 2 || open[0].Trace != "E1" || open[0].Amount != 500 || open[0].Company != "C" {
		t.Fatalf("%+v", open)
	}
	if some := ask(t, s, func(tx *store.Tx) ([]gateway.Deposit, error) { return tx.DepositsToMatch(here, gateway.Page{}) }); len(some) != 1 || some[0].Trace != "E1" {
		t.Errorf("to match: %+v", some)
	}
	unpaid := func(before string) int {
		return len(ask(t, s, func(tx *store.Tx) ([]gateway.Remittance, error) { return tx.Unpaid(here, before, gateway.Page{}) }))
	}
	if unpaid("20261105") != 1 || unpaid("20261101") != 0 {
		t.Error("unpaid")
	}
	if n := len(ask(t, s, func(tx *store.Tx) ([]gateway.Remittance, error) {
		return tx.Unpaid(others, "20261105", gateway.Page{})
	})); n != 0 {
		t.Error("an office without a bank's files is told of payments that are late")
	}
	open[0].State, open[0].Remittance, open[0].Note = gateway.DepositMatched, m.ID, "n"
	do(t, s, func(tx *store.Tx) error {
		if err := tx.SetDeposit(&open[0]); err != nil {
			return err
		}
		got, err := tx.Deposit(here, open[0].ID)
		if got.State != gateway.DepositMatched || got.Remittance != m.ID {
			t.Errorf("%+v", got)
		}
		of, err2 := tx.DepositsOf(here, m.ID)
		page, err3 := tx.DepositPage(here, gateway.DepositMatched, gateway.Page{})
		if len(of) != 1 || len(page) != 1 || err2 != nil || err3 != nil {
			t.Errorf("%+v %+v", of, page)
		}
		return err
	})
	if unpaid("20261105") != 0 {
		t.Error("a matched payment is told as late")
	}
	p := gateway.Payment{Scope: here, Remittance: m.ID, Claim: 1, Kind: "denial", Money: gateway.Money{Denied: 5}, Place: gateway.Place{SHA256: "aa", Offset: 5}, Document: []byte("{}")}
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddPayment(&p); err != nil {
			return err
		}
		list, err := tx.Denied(here, gateway.Page{})
		if len(list) != 1 {
			t.Errorf("denied: %+v", list)
		}
		if w, err := tx.DenialWork(here, p.ID); w.State != gateway.DenialOpen || err != nil {
			t.Errorf("%+v %v", w, err)
		}
		for _, state := range []gateway.DenialState{gateway.DenialAppealed, gateway.DenialClosed} {
			if err := tx.SetDenialWork(&gateway.DenialWork{Payment: p.ID, Scope: here, Owner: "mary", State: state, By: "m", At: noon}); err != nil {
				return err
			}
		}
		if w, _ := tx.DenialWork(here, p.ID); w.State != gateway.DenialClosed || w.Owner != "mary" {
			t.Errorf("%+v", w)
		}
		return err
	})
}
