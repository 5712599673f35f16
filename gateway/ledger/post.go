package ledger

import (
	"slices"
	"strings"

	"claimwire/edi/remit"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Claim payments are posted in sets: over a network, each question to the
// database is a round trip, and a remittance advice has thousands of payments.

// postingSet is how many claim payments are posted at once.
const postingSet = 500

// posting is a claim payment that was read and is to be posted.
type posting struct {
	p          gateway.Payment
	at         x12.At
	remittance *gateway.Remittance
	claim      *gateway.Claim   // that it is about; nil: none, or more than one
	same       []*gateway.Claim // all of its number
	before     gateway.State    // of the claim, before this was posted
	// What it was read from is gone when the set is posted; this is what its claim
	// needs to know.
	npi, taxID string
	from, to   string // days of service
	frequency  string
	reasons    string
	words      []string // of a denial
	last       []string // last names of patient and insured, as the payer has them
	members    []string // and their member numbers
}

// payment reads a claim payment; it is posted with its set. One of an advice
// that is held, or that came before, is passed over.
func (t *taking) payment(c *remit.ClaimPayment) error {
	r := t.remits[c.Remittance.At.Offset]
	if r == nil {
		return nil
	}
	payee := &c.Remittance.Payee
	b := t.table.Split(c)
	w := posting{remittance: r, at: c.At, npi: strings.Clone(payee.NPI()), taxID: strings.Clone(payee.TaxID()), frequency: strings.Clone(c.Frequency), reasons: reasons(c),
		p: gateway.Payment{Scope: t.m.Scope, Remittance: r.ID, Kind: string(c.Kind), Status: strings.Clone(c.Status), Outcome: c.Word, Scenario: c.Scenario,
			ClaimID: strings.Clone(c.ID), PayerClaimID: strings.Clone(c.PayerClaimID), Charge: c.Charge.Amount, Paid: c.Paid.Amount, Money: moneyOf(b),
			OtherPayer: b.OtherPayer, PaidOn: r.Date,
			Place: gateway.Place{SHA256: t.m.SHA256, Offset: c.At.Offset, Segment: int(c.At.Segment)}, Document: c.AppendJSON(nil)}}
	w.days(c)
	for i := range c.Names {
		if n := &c.Names[i]; n.Last != "" && (n.Role == "QC" || n.Role == "IL" || n.Role == "74") {
			if n.ID != "" {
				w.members = append(w.members, strings.ToUpper(strings.Clone(n.ID)))
			}
			w.last = append(w.last, strings.ToUpper(strings.Clone(n.Last))) // ToUpper gives what is upper case as it is
		}
	}
	if c.Kind == remit.Denial {
		w.words = slices.Clone(c.Reasons)
	}
	if t.postings = append(t.postings, w); len(t.postings) == postingSet {
		return t.post()
	}
	return nil
}

// moneyOf is what stands in the rows: another payer's share is among the adjusted,
// and what does not balance nowhere.
func moneyOf(b remit.Buckets) gateway.Money {
	return gateway.Money{Paid: b.Paid, Patient: b.Patient, Denied: b.Denied, Adjusted: b.Contractual + b.OtherPayer}
}

// days are the first and the last day of service.
func (w *posting) days(c *remit.ClaimPayment) {
	add := func(list []remit.Date) {
		for i := range list {
			switch d := list[i]; d.Kind {
			case "232", "233", "472", "150", "151":
				if w.from == "" || d.Day < w.from {
					w.from = d.Day
				}
				w.to = max(w.to, d.Day)
			}
		}
	}
	add(c.Dates)
	for i := range c.Lines {
		add(c.Lines[i].Dates)
	}
	w.from, w.to = strings.Clone(w.from), strings.Clone(w.to)
}

// post posts the payments that were read.
func (t *taking) post() error {
	if len(t.postings) == 0 {
		return nil
	}
	list := t.postings
	t.postings = nil
	if err := t.match(list); err != nil {
		return err
	}
	payments := make([]gateway.Payment, len(list))
	for i := range list {
		payments[i] = list[i].p
	}
	if err := t.tx.AddPayments(payments); err != nil {
		return err
	}
	var changed []*gateway.Claim
	seen := map[*gateway.Claim]bool{}
	add := func(c *gateway.Claim) {
		if !seen[c] {
			seen[c] = true
			changed = append(changed, c)
		}
	}
	for i := range list {
		w := &list[i]
		w.remittance.Claims++
		if w.p.ID = payments[i].ID; w.p.ID == 0 || w.claim == nil { // posted before, or nobody's
			continue
		}
		w.before = w.claim.State
		add(w.claim)
	}
	if err := t.project(changed); err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		if w.p.ID == 0 || w.claim == nil {
			continue
		}
		if err := t.tell(w, add); err != nil {
			return err
		}
	}
	return t.tx.SetClaims(changed)
}

// project works out what claims came to by all their payments.
func (t *taking) project(claims []*gateway.Claim) error {
	ids := make([]int64, len(claims))
	for i, c := range claims {
		ids[i] = c.ID
	}
	all, err := t.tx.PaymentsOf(t.m.Scope, ids)
	if err != nil {
		return err
	}
	byClaim := map[int64][]gateway.Payment{}
	for _, p := range all {
		byClaim[p.Claim] = append(byClaim[p.Claim], p)
	}
	for _, c := range claims {
		if err := settle(t.tx, c, byClaim[c.ID]); err != nil {
			return err
		}
		c.At = t.l.Now()
		t.states[c.ID] = c.State
	}
	return nil
}

// settle brings a claim and the pairs among its payments to where its payments
// leave them. The caller writes the claim.
func settle(tx interface {
	SetPayment(p *gateway.Payment) error
}, c *gateway.Claim, payments []gateway.Payment) error {
	s := Project(c, payments)
	c.Money = s.Money
	if s.State != "" {
		c.State = s.State
	}
	for _, id := range s.Again {
		s.Pairs[id] = gateway.Superseded
	}
	for i := range payments {
		if p := &payments[i]; p.Pair != s.Pairs[p.ID] {
			p.Pair = s.Pairs[p.ID]
			if err := tx.SetPayment(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell says what a payment did to its claim, and asks for what it asks for.
func (t *taking) tell(w *posting, changed func(c *gateway.Claim)) error {
	kind := w.p.Kind
	if w.p.Outcome == "predetermination" {
		kind = w.p.Outcome
	}
	t.change(kind, w.claim, w.at, w.reasons)
	if w.before == gateway.Requested || w.before == gateway.Denied {
		if err := t.closeRequests(w.claim.ID, "the payer has decided"); err != nil {
			return err
		}
	}
	switch {
	case kind == string(remit.Reversal) && w.claim.Frequency != "8":
		// The void that asked for it is answered too.
		for _, v := range w.same {
			if v.Frequency == "8" && (v.State.Acknowledged() || v.State == gateway.Queued) && v.Charge == -w.p.Charge {
				v.State, v.At = gateway.Reversed, t.l.Now()
				changed(v)
				t.change(kind, v, w.at, w.reasons)
			}
		}
	case kind == string(remit.Denial) && w.p.Scenario == "documentation":
		q := gateway.Request{Kind: gateway.RequestDenial, Trace: w.p.PayerClaimID, Question: strings.Join(w.words, "; "), Place: w.p.Place}
		if err := t.ask(&q, w.claim, nil, w.words); err != nil {
			return err
		}
	}
	return nil
}
