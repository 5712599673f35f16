package ledger

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/gateway"
)

// HandTx is what matching by hand asks of a transaction.
type HandTx interface {
	Payment(s gateway.Scope, id int64) (gateway.Payment, error)
	SetPayment(p *gateway.Payment) error
	PaymentsOf(s gateway.Scope, claims []int64) ([]gateway.Payment, error)
	Remittance(s gateway.Scope, id int64) (gateway.Remittance, error)
	Claim(s gateway.Scope, id int64) (gateway.Claim, error)
	SetClaim(c *gateway.Claim) error
	AddEvent(e *gateway.Event) error
	ByClaimID(s gateway.Scope, partner, claimID string) ([]gateway.Claim, error)
	Like(s gateway.Scope, partner string, amount money.Amount, payerClaimID string, limit int) ([]gateway.Claim, error)
}

// What a person asks for and cannot have.
var (
	ErrMatched     = errors.New("the payment has a claim: take it away from that first")
	ErrNotMatched  = errors.New("the payment has no claim")
	ErrOtherPayer  = errors.New("the claim went to another partner than the payment came from")
	ErrNeverSent   = errors.New("the claim was never sent: nothing is paid on it")
	ErrNotHeld     = errors.New("the remittance advice is not held")
	ErrPosted      = errors.New("another remittance advice that names this payment is posted: to post this one too would count it twice; discard it")
	ErrReasonGiven = errors.New("say why: the reason is kept")
)

// Match gives a payment that waits to a claim, since a person has said so.
func (l *Ledger) Match(tx HandTx, s gateway.Scope, payment, claim int64, by string) error {
	p, err := tx.Payment(s, payment)
	if err != nil {
		return err
	}
	c, err := tx.Claim(s, claim)
	if err != nil {
		return err
	}
	r, err := tx.Remittance(s, p.Remittance)
	switch {
	case err != nil:
		return err
	case p.Claim == c.ID:
		return nil
	case p.Claim != 0:
		return ErrMatched
	case c.Partner != r.Partner:
		return ErrOtherPayer
	case c.Interchange == 0:
		return ErrNeverSent
	}
	p.Claim, p.Candidates = c.ID, "matched by hand"
	if err := tx.SetPayment(&p); err != nil {
		return err
	}
	if c.PayerClaimID == "" && p.Kind != string(remit.Reversal) {
		c.PayerClaimID = p.PayerClaimID
	}
	return l.byHand(tx, &c, "matched", by, &p)
}

// Unmatch takes a payment away from its claim; it waits again.
func (l *Ledger) Unmatch(tx HandTx, s gateway.Scope, payment int64, by string) error {
	p, err := tx.Payment(s, payment)
	if err != nil {
		return err
	}
	if p.Claim == 0 {
		return ErrNotMatched
	}
	c, err := tx.Claim(s, p.Claim)
	if err != nil {
		return err
	}
	p.Claim, p.Pair, p.Candidates = 0, 0, fmt.Sprintf("taken away from claim %d by hand", c.ID)
	if err := tx.SetPayment(&p); err != nil {
		return err
	}
	if c.PayerClaimID == p.PayerClaimID {
		c.PayerClaimID = ""
	}
	return l.byHand(tx, &c, "unmatched", by, &p)
}

// byHand works out again what a claim came to.
func (l *Ledger) byHand(tx HandTx, c *gateway.Claim, kind, by string, p *gateway.Payment) error {
	left, err := tx.PaymentsOf(c.Scope, []int64{c.ID})
	if err != nil {
		return err
	}
	if len(left) == 0 {
		c.State = beforeMoney(c)
	}
	if err := settle(tx, c, left); err != nil {
		return err
	}
	c.At = l.Now()
	if err := tx.SetClaim(c); err != nil {
		return err
	}
	return tx.AddEvent(&gateway.Event{Scope: c.Scope, At: l.Now(), Kind: kind, Place: p.Place,
		Claims: []gateway.ClaimChange{{Claim: c.ID, State: c.State, Reason: "by " + by, Offset: p.Place.Offset, Seg: p.Place.Segment}}})
}

// beforeMoney is the state of a claim that acknowledgments alone have moved.
func beforeMoney(c *gateway.Claim) gateway.State {
	var interchange int64
	var text string
	if _, err := fmt.Sscanf(c.Standing, "%d %s", &interchange, &text); err == nil && interchange == c.Interchange {
		switch status.ParseStanding(text).Outcome {
		case status.Taken:
			return gateway.Accepted
		case status.Rejected:
			return gateway.Rejected
		}
	}
	return gateway.Sent
}

// Candidate is a claim that a payment without one may belong to.
type Candidate struct {
	Claim gateway.Claim
	Words string // what is the same, and what is not
	score int
}

// Candidates lists claims that a payment may belong to, the likeliest first.
func (l *Ledger) Candidates(tx HandTx, s gateway.Scope, payment int64) ([]Candidate, error) {
	p, err := tx.Payment(s, payment)
	if err != nil {
		return nil, err
	}
	r, err := tx.Remittance(s, p.Remittance)
	if err != nil {
		return nil, err
	}
	w := posting{p: p}
	w.fromRecord(p.Document)
	found, err := tx.ByClaimID(s, r.Partner, p.ClaimID)
	if err != nil {
		return nil, err
	}
	like, err := tx.Like(s, r.Partner, max(p.Charge, -p.Charge), p.PayerClaimID, 50)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var list []Candidate
	for _, c := range append(found, like...) {
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		f := w.fit(&c)
		words := f.Words()
		n := f.score()
		if c.ClaimID == p.ClaimID {
			words, n = "its number; "+words, n+16
		}
		list = append(list, Candidate{c, words, n})
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.Claim.ID, b.Claim.ID))
	})
	return list[:min(len(list), 20)], nil
}

// fromRecord takes what matching needs from a payment's record.
func (w *posting) fromRecord(document []byte) {
	var rec struct {
		Frequency string `json:"frequency"`
		Payee     struct {
			Qualifier string `json:"id_qualifier"`
			ID        string `json:"id"`
			TaxID     string `json:"tax_id"`
		} `json:"payee"`
		Dates []struct{ Kind, Date string } `json:"dates"`
		Lines []struct{ Date string }       `json:"lines"`
	}
	if json.Unmarshal(document, &rec) != nil {
		return
	}
	w.frequency, w.taxID = rec.Frequency, rec.Payee.TaxID
	if rec.Payee.Qualifier == "XX" {
		w.npi = rec.Payee.ID
	}
	add := func(iso string) {
		if len(iso) != 10 {
			return
		}
		d := iso[:4] + iso[5:7] + iso[8:]
		if w.from == "" || d < w.from {
			w.from = d
		}
		w.to = max(w.to, d)
	}
	for _, d := range rec.Dates {
		if d.Kind == "232" || d.Kind == "233" {
			add(d.Date)
		}
	}
	for _, l := range rec.Lines {
		add(l.Date)
	}
}

// Decide releases or discards a held remittance advice. One that is released is
// posted as it stands, by the caller's job; the reason stays with it.
func (l *Ledger) Decide(tx interface {
	Remittance(s gateway.Scope, id int64) (gateway.Remittance, error)
	RemittancesBy(s gateway.Scope, trace string) ([]gateway.Remittance, error)
	SetRemittance(m *gateway.Remittance) error
}, s gateway.Scope, id int64, release bool, by, reason string) (gateway.Remittance, error) {
	r, err := tx.Remittance(s, id)
	if err != nil {
		return r, err
	}
	if reason == "" {
		return r, ErrReasonGiven
	}
	if r.State != gateway.RemittanceHeld {
		return r, ErrNotHeld
	}
	if release && r.Trace != "" {
		others, err := tx.RemittancesBy(s, r.Trace)
		if err != nil {
			return r, err
		}
		for _, o := range others {
			if o.ID != r.ID && o.Origin == r.Origin && o.Partner == r.Partner && o.State != gateway.RemittanceHeld && o.State != gateway.RemittanceDiscarded {
				return r, ErrPosted
			}
		}
	}
	r.State = gateway.RemittanceDiscarded
	word := "discarded"
	if release {
		r.State, word = gateway.RemittanceReleasing, "released"
	}
	r.Hold += fmt.Sprintf("\n%s on %s by %s: %s", word, l.Now().UTC().Format("2006-01-02 15:04"), by, reason)
	return r, tx.SetRemittance(&r)
}
