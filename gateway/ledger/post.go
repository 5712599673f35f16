package ledger

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/remit"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Claim payments are posted in sets: over a network, each question to the
// database is a round trip, and a remittance advice has thousands of payments.
// What stands in a set is applied in its order, as if one came after the other.

// postingSet is how many claim payments are posted at once.
const postingSet = 500

// posting is a claim payment that was read and is to be posted.
type posting struct {
	p          gateway.Payment
	at         x12.At
	remittance *gateway.Remittance
	claim      *gateway.Claim // that it is about; nil: none, or more than one
	// What it was read from is gone when the set is posted; this is what its claim
	// needs to know.
	npi, taxID string
	reasons    string
	words      []string // of a denial
}

// payment reads a claim payment; it is posted with its set.
func (t *taking) payment(c *remit.ClaimPayment) error {
	r, err := t.remittance(c.Remittance)
	if err != nil || r == nil {
		return err
	}
	payee := &c.Remittance.Payee
	w := posting{remittance: r, at: c.At, npi: strings.Clone(payee.NPI()), taxID: strings.Clone(payee.TaxID()), reasons: reasons(c), p: gateway.Payment{
		Scope: t.m.Scope, Remittance: r.ID, Kind: string(c.Kind), Status: strings.Clone(c.Status), Outcome: c.Word, Scenario: c.Scenario,
		ClaimID: strings.Clone(c.ID), PayerClaimID: strings.Clone(c.PayerClaimID), Charge: c.Charge.Amount, Paid: c.Paid.Amount, Money: split(c),
		Place: gateway.Place{SHA256: t.m.SHA256, Offset: c.At.Offset, Segment: int(c.At.Segment)}, Document: c.AppendJSON(nil)}}
	if c.Kind == remit.Denial {
		w.words = slices.Clone(c.Reasons)
	}
	if t.postings = append(t.postings, w); len(t.postings) == postingSet {
		return t.post()
	}
	return nil
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
	for i := range list {
		w := &list[i]
		w.remittance.Claims++
		if payments[i].ID == 0 || w.claim == nil { // posted before, or nobody's
			continue
		}
		if err := t.apply(w); err != nil {
			return err
		}
		if !seen[w.claim] {
			seen[w.claim] = true
			changed = append(changed, w.claim)
		}
	}
	return t.tx.SetClaims(changed)
}

// match finds the claim of each payment.
func (t *taking) match(list []posting) error {
	var ids []string
	asked := map[string]bool{}
	for i := range list {
		if id := list[i].p.ClaimID; id != "" && !asked[id] {
			asked[id] = true
			ids = append(ids, id)
		}
	}
	claims, err := t.tx.ByClaimIDs(t.m.Scope, t.m.Partner, ids)
	if err != nil {
		return err
	}
	byID := map[string][]*gateway.Claim{}
	for i := range claims {
		byID[claims[i].ClaimID] = append(byID[claims[i].ClaimID], &claims[i])
	}
	for i := range list {
		w := &list[i]
		claim, n := w.pick(byID[w.p.ClaimID])
		if claim == nil {
			w.p.Candidates = fmt.Sprintf("%d claims of ours answer to it", n)
			t.note("a claim payment matches %d claims of ours", n)
			continue
		}
		w.claim, w.p.Claim = claim, claim.ID
		if claim.PayerClaimID == "" {
			claim.PayerClaimID = w.p.PayerClaimID
		}
	}
	return nil
}

// pick chooses among the claims of a number the one that is paid; nil with how
// many are left when there is not one.
func (w *posting) pick(list []*gateway.Claim) (*gateway.Claim, int) {
	if len(list) > 1 {
		var some []*gateway.Claim
		for _, k := range list {
			sameCharge := w.p.Charge == k.Charge || w.p.Charge == -k.Charge
			if w.p.PayerClaimID != "" && k.PayerClaimID == w.p.PayerClaimID || sameCharge && (w.npi == "" || w.npi == k.NPI || w.taxID != "" && w.taxID == k.TaxID) {
				some = append(some, k)
			}
		}
		if len(some) > 0 {
			list = some
		}
	}
	if len(list) != 1 {
		return nil, len(list)
	}
	return list[0], 1
}

// apply does to a claim what its payment says.
func (t *taking) apply(w *posting) error {
	claim := w.claim
	next := gateway.Paid
	switch remit.Kind(w.p.Kind) {
	case remit.Reversal:
		next = gateway.Reversed
		claim.Money = gateway.Money{Open: claim.Charge}
	case remit.Denial:
		next = gateway.Denied
		claim.Money = w.p.Money
	default:
		claim.Money = w.p.Money
		if w.p.Outcome == "predetermination" {
			// It is answered, and nothing is owed: what would be paid stands among
			// its adjustments.
			t.change("predetermination", claim, w.at, "")
			claim.Money = gateway.Money{Adjusted: claim.Charge}
		}
	}
	claim.State, claim.At = next, t.l.Now()
	t.change(string(next), claim, w.at, w.reasons)
	if next == gateway.Denied && w.p.Scenario == "documentation" {
		q := gateway.Request{Scope: t.m.Scope, Claim: claim.ID, Partner: t.m.Partner, State: "open", Question: strings.Join(w.words, "; "), Place: w.p.Place}
		if _, err := t.tx.AddRequest(&q); err != nil {
			return err
		}
	}
	return nil
}
