package main

import (
	"context"
	"slices"

	"claimwire/edi/claim"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/denial"
	"claimwire/gateway/store"
)

var _ api.DenialDesk = books{}

// rulesOf is what is known of the payer of a claim.
func (g *spine) rulesOf(c *gateway.Claim) denial.Rules {
	var r denial.Rules
	if c.Payer == "" && c.PayerName == "" {
		return r
	}
	if p, ok := g.payer(c.Payer, c.PayerName); ok {
		r.Filing, r.FilingDays = p.ClaimFiling, p.FilingDays
	}
	if p := g.profile(c.Partner); p != nil {
		r.AppealDays, r.CorrectedDays = p.Denials.AppealDays, p.Denials.CorrectedDays
	}
	return r
}

func (g *spine) table(partner string) *remit.Table {
	if t := g.outcomesOf(partner); t != nil {
		return t
	}
	return remit.DefaultTable()
}

// denied lists what is denied of a payment.
func (g *spine) denied(tx *store.Tx, s gateway.Scope, p gateway.Payment) ([]denial.Item, error) {
	var items []denial.Item
	err := g.eachDenied(tx, s, []gateway.Payment{p}, func(list []denial.Item, _ gateway.DenialWork) { items = list })
	return items, err
}

// eachDenied visits what is denied of payments, and what is done about it. The
// store is asked once for all of them.
func (g *spine) eachDenied(tx *store.Tx, s gateway.Scope, pays []gateway.Payment, visit func(items []denial.Item, w gateway.DenialWork)) error {
	claims := map[int64]gateway.Claim{}
	var ids, asked []int64
	for i := range pays {
		ids = append(ids, pays[i].ID)
		if id := pays[i].Claim; id != 0 && !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	if len(asked) > 0 {
		list, err := tx.ClaimPage(s, gateway.ClaimQuery{Page: gateway.Page{Limit: len(asked)}, IDs: asked})
		if err != nil {
			return err
		}
		for i := range list {
			claims[list[i].ID] = list[i]
		}
	}
	works, err := tx.DenialWorks(s, ids)
	if err != nil {
		return err
	}
	for i := range pays {
		p := &pays[i]
		c, ok := claims[p.Claim]
		if !ok && p.Claim != 0 {
			return store.ErrNotFound
		}
		items, err := denial.Items(g.table(c.Partner), *p, c, g.rulesOf(&c))
		if err != nil {
			return err
		}
		visit(items, works[p.ID])
	}
	return nil
}

func shapeDenial(it *denial.Item, w *gateway.DenialWork) api.DenialItem {
	out := api.DenialItem{Payment: it.Payment.ID, Claim: it.Payment.Claim, ClaimID: it.Payment.ClaimID, Payer: it.Claim.Payer, Line: it.Line, Procedure: it.Procedure, Denied: it.Denied.String(),
		Scenario: it.Scenario, Reasons: []api.DenialReason{}, Action: it.Action, Who: it.Who, Deadlines: []api.Deadline{}, State: string(w.State), Owner: w.Owner, Note: w.Note,
		PaidOn: api.ISODate(it.Payment.PaidOn)}
	for _, r := range it.Reasons {
		k := api.DenialReason{Code: r.Code, Words: r.Words, Next: r.Next}
		if r.Amount != 0 {
			k.Amount = r.Amount.String()
		}
		out.Reasons = append(out.Reasons, k)
	}
	for _, d := range it.Deadlines {
		out.Deadlines = append(out.Deadlines, api.Deadline{What: d.What, By: api.ISODate(d.By), Days: d.Days, Rule: d.Rule})
	}
	return out
}

// Denials lists what is denied.
func (b books) Denials(ctx context.Context, s gateway.Scope, state, who, by string, p gateway.Page) ([]api.DenialItem, int64, error) {
	var next int64
	today := b.g.now().Format("20060102")
	list, err := read(ctx, b.g, func(tx *store.Tx) ([]api.DenialItem, error) {
		pays, err := tx.Denied(s, p)
		if err != nil {
			return nil, err
		}
		if len(pays) == p.Bound() {
			next = pays[len(pays)-1].ID
		}
		out := []api.DenialItem{}
		err = b.g.eachDenied(tx, s, pays, func(items []denial.Item, w gateway.DenialWork) {
			if state != "" && string(w.State) != state {
				return
			}
			for i := range items {
				it := &items[i]
				first := denial.First(it.Deadlines, today)
				if who != "" && it.Who != who || by != "" && (first.By == "" || first.By > by) {
					continue
				}
				out = append(out, shapeDenial(it, &w))
			}
		})
		return out, err
	})
	return list, next, err
}

// Denial shows what is denied of a payment.
func (b books) Denial(ctx context.Context, s gateway.Scope, id int64) ([]api.DenialItem, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]api.DenialItem, error) { return b.g.shapeDenials(tx, s, id) })
}

func (g *spine) shapeDenials(tx *store.Tx, s gateway.Scope, id int64) ([]api.DenialItem, error) {
	p, err := tx.Payment(s, id)
	if err != nil {
		return nil, err
	}
	w, err := tx.DenialWork(s, id)
	if err != nil {
		return nil, err
	}
	items, err := g.denied(tx, s, p)
	out := []api.DenialItem{}
	for i := range items {
		out = append(out, shapeDenial(&items[i], &w))
	}
	return out, err
}

// WorkDenial notes what is done about a denial.
func (b books) WorkDenial(ctx context.Context, s gateway.Scope, id int64, by string, f func(d *gateway.DenialWork)) ([]api.DenialItem, error) {
	return change(ctx, b.g, func(tx *store.Tx) ([]api.DenialItem, error) {
		p, err := tx.Payment(s, id)
		if err != nil {
			return nil, err
		}
		if p.Money.Denied == 0 || p.Kind == string(remit.Reversal) {
			return nil, api.Refused{Reason: "nothing of this payment is denied"}
		}
		w, err := tx.DenialWork(s, id)
		if err != nil {
			return nil, err
		}
		f(&w)
		w.By, w.At = by, b.g.now()
		if err := tx.SetDenialWork(&w); err != nil {
			return nil, err
		}
		return b.g.shapeDenials(tx, s, id)
	})
}

// claimRecord reads a claim's record.
func claimRecord(c *gateway.Claim) (*claim.Claim, error) {
	k, err := claim.ParseJSON(c.Document)
	if err != nil {
		return nil, api.Refused{Reason: "the claim's record cannot be read"}
	}
	return k, nil
}
