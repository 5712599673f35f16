package remit

import (
	"fmt"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Fault is an equation of a remittance advice that does not hold, or that
// cannot be evaluated because a term is missing.
type Fault struct {
	At      x12.At
	Level   string // line, claim or set
	ClaimID string // of a line or claim
	Line    int    // from 1; of a line
	Text    string // the arithmetic: what is stated, and what the other terms come to
}

// String says where, and the arithmetic.
func (f Fault) String() string {
	switch f.Level {
	case "line":
		return fmt.Sprintf("claim %s, line %d: %s", f.ClaimID, f.Line, f.Text)
	case "claim":
		return fmt.Sprintf("claim %s: %s", f.ClaimID, f.Text)
	}
	return f.Text
}

// maxFaults bounds what a Gate keeps of one set; the rest is counted.
const maxFaults = 50

// Gate holds the three equations against a remittance advice: of each line, of
// each claim, and of the set. Nothing is ever adjusted to make them hold. It is
// given the claims of a set and then the set, and begins anew after Next.
type Gate struct {
	Faults []Fault
	More   int // faults beyond those
}

// Next begins a new set.
func (g *Gate) Next() { *g = Gate{} }

// Holds says whether every equation is known to hold.
func (g *Gate) Holds() bool { return len(g.Faults) == 0 }

func (g *Gate) fault(f Fault) {
	if len(g.Faults) >= maxFaults {
		g.More++
		return
	}
	f.ClaimID = strings.Clone(f.ClaimID)
	g.Faults = append(g.Faults, f)
}

// ClaimPayment looks at a claim and its lines.
func (g *Gate) ClaimPayment(c *ClaimPayment) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if b := l.Balance(); !b.Holds() {
			g.fault(Fault{At: l.At, Level: "line", ClaimID: c.ID, Line: i + 1, Text: arithmetic(b, "SVC02", l.Charge, "SVC03", l.Paid, l.Adjustments)})
		}
	}
	if b := c.Balance(); !b.Holds() {
		all := append([]adjust.Adjustment(nil), c.Adjustments...)
		for i := range c.Lines {
			all = append(all, c.Lines[i].Adjustments...)
		}
		g.fault(Fault{At: c.At, Level: "claim", ClaimID: c.ID, Text: arithmetic(b, "CLP03", c.Charge, "CLP04", c.Paid, all)})
	}
}

// arithmetic writes the equation of a line or claim out.
func arithmetic(b Balance, chargeAt string, charge money.Optional, paidAt string, paid money.Optional, list []adjust.Adjustment) string {
	var missing []string
	if !charge.Known {
		missing = append(missing, chargeAt)
	}
	if !paid.Known {
		missing = append(missing, paidAt)
	}
	var sum money.Amount
	for i := range list {
		if a := &list[i]; !a.Amount.Known {
			missing = append(missing, fmt.Sprintf("the amount of CAS %s-%s", a.Group, a.Reason))
		} else {
			sum += a.Amount.Amount
		}
	}
	if len(missing) > 0 {
		return "it cannot be evaluated: " + strings.Join(missing[:min(len(missing), 5)], ", ") + " is missing"
	}
	if !b.Known {
		return "it cannot be evaluated: a sum does not fit"
	}
	return fmt.Sprintf("%s %v, and %s %v + CAS %v = %v; the difference is %v", chargeAt, charge.Amount, paidAt, paid.Amount, sum, b.Computed, b.Stated-b.Computed)
}

// Remittance looks at the set, after its claims.
func (g *Gate) Remittance(r *Remittance) {
	b := r.Balance()
	switch {
	case !r.Amount.Known:
		g.fault(Fault{At: r.At, Level: "set", Text: "it cannot be evaluated: BPR02 is missing"})
	case !b.Known:
		g.fault(Fault{At: r.At, Level: "set", Text: "it cannot be evaluated: an amount of a claim or of a PLB is missing, or a sum does not fit"})
	case !b.Holds():
		var plb money.Amount
		for i := range r.ProviderAdjustments {
			plb += r.ProviderAdjustments[i].Amount.Amount
		}
		g.fault(Fault{At: r.At, Level: "set", Text: fmt.Sprintf("BPR02 %v, and the sum of CLP04 %v - PLB %v = %v; the difference is %v", b.Stated, r.PaidTotal, plb, b.Computed, b.Stated-b.Computed)})
	case r.Method == "NON" && r.Amount.Amount > 0:
		g.fault(Fault{At: r.At, Level: "set", Text: fmt.Sprintf("BPR04 NON says that no money moves, and BPR02 is %v", r.Amount.Amount)})
	}
	if strings.TrimSpace(r.Trace) == "" {
		g.fault(Fault{At: r.At, Level: "set", Text: "TRN02 is missing: a payment without number cannot be told from others"})
	}
}
