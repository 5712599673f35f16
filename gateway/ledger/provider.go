package ledger

import (
	"cmp"
	"slices"

	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Debt is what a provider owes a payer: moved forward, or an overpayment whose
// taking back was put off. A negative adjustment opens it, positive ones settle
// it, in whatever order they arrive.
type Debt struct {
	Partner   string
	Payee     string
	Kind      string // forward or recovery
	Reference string // of the adjustment that opened it, or alone settled it
	Trace     string // of the remittance advice that opened it
	Opened    money.Amount
	Settled   money.Amount
	Since     string // CCYYMMDD
	Until     string // of the last that settled a part
}

// Open is what is still owed; negative where more was taken than was opened
// here: the payment that opened it is not here, or a claim was reversed without
// giving the difference for now.
func (d *Debt) Open() money.Amount { return d.Opened - d.Settled }

// Debts works out what is owed from all provider adjustments, in any order. One
// that settles is joined with what its reference names, the reference or the
// trace of what was opened, else with the oldest of the same kind that is open.
// The sum of what is open is that of the adjustments, negated, always.
func Debts(list []gateway.ProviderAdjustment) []Debt {
	type owner struct{ partner, payee, kind string }
	byOwner := map[owner][]gateway.ProviderAdjustment{}
	var owners []owner
	for _, a := range list {
		kind := remit.ProviderKind(a.Reason)
		if kind != "forward" && kind != "recovery" {
			continue
		}
		o := owner{a.Partner, a.Payee, kind}
		if byOwner[o] == nil {
			owners = append(owners, o)
		}
		byOwner[o] = append(byOwner[o], a)
	}
	slices.SortFunc(owners, func(a, b owner) int {
		return cmp.Or(cmp.Compare(a.partner, b.partner), cmp.Compare(a.payee, b.payee), cmp.Compare(a.kind, b.kind))
	})
	var all []Debt
	for _, o := range owners {
		all = append(all, debtsOf(o.partner, o.payee, o.kind, byOwner[o])...)
	}
	return all
}

func debtsOf(partner, payee, kind string, list []gateway.ProviderAdjustment) []Debt {
	slices.SortFunc(list, func(a, b gateway.ProviderAdjustment) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Trace, b.Trace), cmp.Compare(a.Position, b.Position))
	})
	var debts []Debt
	for _, a := range list {
		if a.Amount < 0 {
			debts = append(debts, Debt{Partner: partner, Payee: payee, Kind: kind, Reference: a.Reference, Trace: a.Trace, Opened: -a.Amount, Since: a.Date})
		}
	}
	opened := len(debts)
	settle := func(d *Debt, amount money.Amount, day string) money.Amount {
		part := min(amount, d.Open())
		if part <= 0 {
			return amount
		}
		d.Settled += part
		d.Until = max(d.Until, day)
		return amount - part
	}
	// First all that name what they settle, so that none of it is taken by one
	// that does not.
	rest := make([]money.Amount, len(list))
	for i, a := range list {
		if rest[i] = a.Amount; a.Amount <= 0 || a.Reference == "" {
			continue
		}
		for k := range debts[:opened] {
			if d := &debts[k]; d.Reference == a.Reference || d.Trace == a.Reference {
				rest[i] = settle(d, rest[i], a.Date)
			}
		}
	}
	for i, a := range list {
		for k := range debts[:opened] {
			if rest[i] > 0 {
				rest[i] = settle(&debts[k], rest[i], a.Date)
			}
		}
		if rest[i] > 0 {
			debts = append(debts, Debt{Partner: partner, Payee: payee, Kind: kind, Reference: a.Reference, Trace: a.Trace, Settled: rest[i], Since: a.Date, Until: a.Date})
		}
	}
	return debts
}
