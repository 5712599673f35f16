package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/deposit"
	"claimwire/gateway/store"
)

var _ api.Deposits = books{}

// AddDeposits takes in a bank's file.
func (b books) AddDeposits(ctx context.Context, s gateway.Scope, name, by string, r io.Reader) (out api.DepositsAdded, err error) {
	g := b.g
	sum, size, err := g.archive.Put(r)
	if err != nil {
		return out, err
	}
	_, err = inLedger(ctx, g, s, func(tx *store.Tx) (nothing, error) {
		m := gateway.Transmission{Scope: s, Inbound: true, Partner: "bank:" + by, Name: name, SHA256: sum, Size: size, Kind: "bank", State: "received", At: g.now()}
		fresh, err := tx.AddTransmission(&m)
		if err != nil || !fresh {
			return nothing{}, err
		}
		out, err = g.takeDeposits(tx, &m)
		return nothing{}, err
	})
	if out.Notes == nil {
		out.Notes = []string{}
	}
	return out, err
}

// takeDeposits takes the deposits of a bank's file that is kept.
func (g *spine) takeDeposits(tx *store.Tx, m *gateway.Transmission) (out api.DepositsAdded, err error) {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return out, err
	}
	defer f.Close()
	list, notes, err := deposit.Read(f)
	if err != nil {
		return out, api.Refused{Reason: "the bank's file cannot be read: " + err.Error()}
	}
	for i := range list {
		list[i].Scope, list[i].SHA256, list[i].At = m.Scope, m.SHA256, g.now()
	}
	if err := tx.AddDeposits(list); err != nil {
		return out, err
	}
	if out.Matched, err = deposit.Match(tx, m.Scope); err != nil {
		return out, err
	}
	out.Added, out.Notes = len(list), notes
	m.Kind, m.State, m.Note = "bank", "taken", strings.Join(notes, "; ")
	return out, tx.SetTransmission(m)
}

// takeBank takes a file that a partner brought when it is a bank's; false: it is
// something else.
func (g *spine) takeBank(tx *store.Tx, m *gateway.Transmission) (bool, error) {
	if m.State != "received" {
		return false, nil
	}
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return false, err
	}
	head := make([]byte, 96)
	n, err := io.ReadFull(f, head)
	f.Close()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	if !deposit.Known(head[:n]) {
		return false, nil
	}
	var refused api.Refused
	if _, err := g.takeDeposits(tx, m); errors.As(err, &refused) {
		m.Kind, m.State, m.Note = "bank", "quarantined", refused.Reason
		return true, tx.SetTransmission(m)
	} else if err != nil {
		return true, err
	}
	return true, nil
}

// Deposits lists deposits.
func (b books) Deposits(ctx context.Context, s gateway.Scope, state string, p gateway.Page) ([]gateway.Deposit, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Deposit, error) {
		return tx.DepositPage(s, gateway.DepositState(state), p)
	})
}

// MatchDeposit gives a deposit to a remittance advice.
func (b books) MatchDeposit(ctx context.Context, s gateway.Scope, id, remittance int64, by string) (gateway.Deposit, error) {
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Deposit, error) {
		d, err := tx.Deposit(s, id)
		if err != nil {
			return d, err
		}
		m, err := tx.Remittance(s, remittance)
		if err != nil {
			return d, err
		}
		if err := deposit.ByHand(&d, &m, by); err != nil {
			return d, api.Refused{Reason: err.Error()}
		}
		return d, tx.SetDeposit(&d)
	})
}

// lateBefore is the day before which a payment without advice, or the other way
// round, is late.
func (g *spine) lateBefore(partner string, now time.Time) string {
	days := deposit.BankDays
	if p := g.profile(partner); p != nil && p.Remittances.BankDays > 0 {
		days = p.Remittances.BankDays
	}
	return deposit.Before(now, days)
}

// Unpaid lists remittance advices whose payment is late.
func (b books) Unpaid(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Remittance, error) { return b.g.unpaid(tx, s, p) })
}

func (g *spine) unpaid(tx *store.Tx, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	now := g.now()
	list, err := tx.Unpaid(s, now.Format("20060102"), p)
	var late []gateway.Remittance
	for _, m := range list {
		if m.Date < g.lateBefore(m.Partner, now) {
			late = append(late, m)
		}
	}
	return late, err
}

// maxLate bounds the alerts of one kind.
const maxLate = 200

// moneyAlerts are the alerts that hold now: payments and advices that lack each
// other, and questions that are due.
func (g *spine) moneyAlerts(tx *store.Tx, now time.Time) ([]gateway.Alert, error) {
	var list []gateway.Alert
	scopes, err := tx.Scopes()
	if err != nil {
		return nil, err
	}
	soon := now.AddDate(0, 0, 3).Format("20060102")
	for _, s := range scopes {
		unpaid, err := g.unpaid(tx, s, gateway.Page{Limit: maxLate})
		if err != nil {
			return nil, err
		}
		for _, m := range unpaid {
			list = append(list, gateway.Alert{Scope: s, Kind: "payment-missing", Subject: fmt.Sprintf("remittance:%d", m.ID), Partner: m.Partner,
				Message: fmt.Sprintf("the transfer of %v that remittance advice %d announces for %s has not come", m.Amount, m.ID, api.ISODate(m.Date)), Advice: "Ask the bank, then the payer: its procedure for late payments applies."})
		}
		open, err := tx.DepositsOpen(s, gateway.Page{Limit: maxLate})
		if err != nil {
			return nil, err
		}
		late := deposit.Before(now, deposit.BankDays)
		for _, d := range open {
			switch {
			case d.State == gateway.DepositDiffers:
				list = append(list, gateway.Alert{Scope: s, Kind: "payment-differs", Subject: fmt.Sprintf("deposit:%d", d.ID), Message: fmt.Sprintf("deposit %d is of %v; %s", d.ID, d.Amount, d.Note),
					Advice: "Ask the payer which of the two is right; nothing is adjusted."})
			case d.Amount > 0 && d.Date != "" && d.Date < late:
				list = append(list, gateway.Alert{Scope: s, Kind: "advice-missing", Subject: fmt.Sprintf("deposit:%d", d.ID), Message: fmt.Sprintf("%v came to the bank on %s, and no remittance advice explains it", d.Amount, api.ISODate(d.Date)),
					Advice: "Ask the payer for the remittance advice, or match the deposit by hand: claimwire deposits match."})
			}
		}
		due, err := tx.RequestsDue(s, soon, maxLate)
		if err != nil {
			return nil, err
		}
		for _, q := range due {
			list = append(list, gateway.Alert{Scope: s, Kind: "request-due", Subject: fmt.Sprintf("request:%d", q.ID), Partner: q.Partner, Message: fmt.Sprintf("request %d is to be answered by %s", q.ID, api.ISODate(q.Due)),
				Advice: "Answer it: claimwire requests answer; without an answer the claim is denied."})
		}
	}
	return list, nil
}
