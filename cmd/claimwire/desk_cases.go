package main

import (
	"context"
	"io"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/denial"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

var _ web.Casework = deskActions{}

// FileOf finds the file of some bytes that came from a trading partner.
func (d desk) FileOf(ctx context.Context, s gateway.Scope, partner, sha256 string) (gateway.Transmission, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (gateway.Transmission, error) { return tx.TransmissionOf(s, partner, sha256) })
}

// Denials lists what is denied and in a state.
func (a deskActions) Denials(ctx context.Context, s gateway.Scope, state string, p gateway.Page) (list []web.Denied, next int64, err error) {
	list, err = look(ctx, a.b.g.store, func(tx *store.Tx) (out []web.Denied, err error) {
		pays, err := tx.DeniedIn(s, gateway.DenialState(state), p)
		if err != nil {
			return nil, err
		}
		if len(pays) == p.Bound() {
			next = pays[len(pays)-1].ID
		}
		return a.denied(tx, s, pays)
	})
	return list, next, err
}

// denied makes of payments what is denied of them.
func (a deskActions) denied(tx *store.Tx, s gateway.Scope, pays []gateway.Payment) (out []web.Denied, err error) {
	today := a.b.g.now()
	err = a.b.g.eachDenied(tx, s, pays, func(items []denial.Item, w gateway.DenialWork) {
		for i := range items {
			it := &items[i]
			d := web.Denied{Payment: it.Payment, Claim: it.Claim, Line: it.Line, Procedure: it.Procedure, Amount: it.Denied, Scenario: it.Scenario, Action: it.Action, Who: it.Who, Work: w}
			for _, r := range it.Reasons {
				d.Reasons = append(d.Reasons, web.DeniedReason{Code: r.Code, Amount: r.Amount, Words: r.Words, Next: r.Next})
			}
			for _, k := range it.Deadlines {
				d.Deadlines = append(d.Deadlines, deadline(k, today))
			}
			if f := denial.First(it.Deadlines, today.Format("20060102")); f.By != "" {
				d.First = deadline(f, today)
			}
			out = append(out, d)
		}
	})
	return out, err
}

func deadline(k denial.Deadline, now time.Time) web.Deadline {
	d := web.Deadline{What: k.What, By: k.By, Rule: k.Rule}
	if t, err := time.Parse("20060102", k.By); err == nil {
		d.Left = int(t.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)).Hours() / 24)
	}
	return d
}

// DeniedOf lists what is denied of a claim.
func (a deskActions) DeniedOf(ctx context.Context, s gateway.Scope, claim int64) ([]web.Denied, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]web.Denied, error) {
		pays, err := tx.PaymentPage(s, gateway.PaymentQuery{Page: gateway.Page{Limit: 100}, Claim: claim})
		if err != nil {
			return nil, err
		}
		var open []gateway.Payment
		for _, p := range pays {
			if p.Money.Denied != 0 && p.Kind != "reversal" && p.Pair == 0 {
				open = append(open, p)
			}
		}
		return a.denied(tx, s, open)
	})
}

// Denial lists what is denied of a claim payment.
func (a deskActions) Denial(ctx context.Context, s gateway.Scope, payment int64) ([]web.Denied, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]web.Denied, error) {
		p, err := tx.Payment(s, payment)
		if err != nil || p.Money.Denied == 0 || p.Kind == "reversal" {
			return nil, err
		}
		return a.denied(tx, s, []gateway.Payment{p})
	})
}

// WorkDenial notes what is done about a denial.
func (a deskActions) WorkDenial(ctx context.Context, s gateway.Scope, payment int64, by string, f func(d *gateway.DenialWork)) error {
	_, err := a.b.WorkDenial(ctx, s, payment, by, f)
	return said(err)
}

// RequestsDue lists open questions, those first that are due first.
func (a deskActions) RequestsDue(ctx context.Context, s gateway.Scope, by string, limit int) ([]gateway.Request, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestsDue(s, by, limit) })
}

// RequestsOf lists the questions about a claim.
func (a deskActions) RequestsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Request, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestsOf(s, claim) })
}

// Request finds a question with its answers.
func (a deskActions) Request(ctx context.Context, s gateway.Scope, id int64) (gateway.Request, []gateway.Answer, error) {
	q, list, err := a.b.Request(ctx, s, id)
	return q, list, said(err)
}

// ChangeRequest changes a question.
func (a deskActions) ChangeRequest(ctx context.Context, s gateway.Scope, id int64, by string, f func(q *gateway.Request) error) error {
	_, err := a.b.ChangeRequest(ctx, s, id, by, f)
	return said(err)
}

// AddDocument keeps a document for an answer.
func (a deskActions) AddDocument(ctx context.Context, s gateway.Scope, request int64, item int, report, name, by string, r io.Reader) error {
	_, err := a.b.AddDocument(ctx, s, request, item, true, report, name, by, r)
	return said(err)
}

// RemoveDocument takes it out again.
func (a deskActions) RemoveDocument(ctx context.Context, s gateway.Scope, request, document int64) error {
	return said(a.b.g.store.Do(ctx, func(tx *store.Tx) error { return tx.RemoveDocument(s, request, document) }))
}

// SendAnswer lets an answer go.
func (a deskActions) SendAnswer(ctx context.Context, s gateway.Scope, request int64, again bool, by string) (gateway.Answer, error) {
	w, err := a.b.SendAnswer(ctx, s, request, again, by)
	return w, said(err)
}

// AnswersFor lists the documents about a claim.
func (a deskActions) AnswersFor(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Answer, error) {
	list, err := a.b.AnswersFor(ctx, s, claim)
	return list, said(err)
}

// Inquire asks the payer where a claim is.
func (a deskActions) Inquire(ctx context.Context, s gateway.Scope, claim int64, by string) error {
	_, err := a.b.Inquire(ctx, s, claim, by)
	return said(err)
}

// Inquiries lists what was asked about a claim.
func (a deskActions) Inquiries(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Inquiry, error) {
	list, err := a.b.Inquiries(ctx, s, claim)
	return list, said(err)
}

// Paper writes a document for people.
func (a deskActions) Paper(ctx context.Context, s gateway.Scope, kind, format string, id int64) ([]byte, string, error) {
	b, content, err := a.b.Paper(ctx, s, kind, format, id)
	return b, content, said(err)
}

// ProviderAdjustments lists money that belongs to no claim.
func (a deskActions) ProviderAdjustments(ctx context.Context, s gateway.Scope, remittance int64, p gateway.Page) ([]gateway.ProviderAdjustment, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.ProviderAdjustment, error) {
		return tx.ProviderAdjustments(s, remittance, p)
	})
}

// Balances lists what payers moved forward or take back later.
func (a deskActions) Balances(ctx context.Context, s gateway.Scope) ([]web.Balance, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) (out []web.Balance, err error) {
		all, err := adjustmentsOf(tx, s)
		for _, d := range ledger.Debts(all) {
			out = append(out, web.Balance{Partner: d.Partner, Payee: d.Payee, Kind: d.Kind, Reference: d.Reference, Trace: d.Trace, Since: d.Since, Until: d.Until, Opened: d.Opened, Settled: d.Settled, Open: d.Open()})
		}
		return out, err
	})
}

// Original says which claim a claim follows.
func (a deskActions) Original(ctx context.Context, s gateway.Scope, claim int64) (gateway.Correction, bool, error) {
	k, err := look(ctx, a.b.g.store, func(tx *store.Tx) (gateway.Correction, error) { return tx.CorrectedBy(s, claim) })
	return k, k.Original != 0, err
}
