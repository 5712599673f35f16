package remit

import (
	"claimwire/edi/adjust"
	"claimwire/edi/money"
)

// Balance is one of the three equations: what was stated, and what the other
// terms come to. Known is false when a term is missing, so that nothing can be
// said.
type Balance struct {
	Stated, Computed money.Amount
	Known            bool
}

// Holds says whether the equation is known to hold.
func (b Balance) Holds() bool { return b.Known && b.Stated == b.Computed }

// Balance of a line: SVC02 is SVC03 plus its adjustments.
func (l *ServicePayment) Balance() Balance {
	sum, ok := adjust.Sum(l.Adjustments)
	total, err := sum.Add(l.Paid.Amount)
	return Balance{l.Charge.Amount, total, ok && err == nil && l.Charge.Known && l.Paid.Known}
}

// Balance of a claim: CLP03 is CLP04 plus the adjustments of the claim and of
// its lines.
func (c *ClaimPayment) Balance() Balance {
	total, known := adjust.Sum(c.Adjustments)
	known = known && c.Charge.Known && c.Paid.Known
	add := func(a money.Amount) {
		t, err := total.Add(a)
		known = known && err == nil
		total = t
	}
	add(c.Paid.Amount)
	for i := range c.Lines {
		s, ok := adjust.Sum(c.Lines[i].Adjustments)
		known = known && ok
		add(s)
	}
	return Balance{c.Charge.Amount, total, known}
}

// Balance of the set: BPR02 is what was paid on its claims, less the provider
// adjustments.
func (r *Remittance) Balance() Balance {
	total, known := r.PaidTotal, r.Amount.Known && !r.Unbalanced
	for i := range r.ProviderAdjustments {
		a := r.ProviderAdjustments[i].Amount
		t, err := total.Sub(a.Amount)
		known = known && a.Known && err == nil
		total = t
	}
	return Balance{r.Amount.Amount, total, known}
}
