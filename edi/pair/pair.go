// Package pair finds, for the lines of a claim payment, the lines of the claim
// that they speak of. Payers leave lines out, put them in another order, bundle
// several into one, split one into several, drop modifiers, and count anesthesia
// in other units than it was billed in; so each line is looked for by the number
// that we gave it, then by ever less of what it says.
//
//	for _, m := range pair.Lines(claim, payment) {
//		fmt.Println(m.Payment, m.Line, m.By)   // 0 2 control number
//	}
package pair

import (
	"slices"
	"strconv"

	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/remit"
)

// Match joins a line of a payment with a line of its claim. Both count from 0.
type Match struct {
	Payment int
	Line    int    // -1: the claim has none like it
	By      string // control number, procedure, procedure without modifiers, revenue code
	// Again says that another line of the payment speaks of the same line of the
	// claim: the payer has split it.
	Again bool
}

// wanted is what a line of a payment was submitted as: SVC06 where the payer
// decided of something else than was billed, as when it bundles lines.
func wanted(s *remit.ServicePayment) remit.Procedure {
	if s.Submitted.Code != "" {
		return s.Submitted
	}
	return s.Procedure
}

// Lines joins each line of a payment with one of the claim, in the payment's
// order.
func Lines(c *claim.Claim, p *remit.ClaimPayment) []Match {
	list := make([]Match, len(p.Lines))
	taken := make([]int, len(c.Lines))
	done := 0
	for i := range list {
		list[i] = Match{Payment: i, Line: -1}
	}
	take := func(i, line int, by string) {
		list[i].Line, list[i].By, list[i].Again = line, by, taken[line] > 0
		taken[line]++
		done++
	}
	numbers := map[string]int{}
	for k := range c.Lines {
		n := ControlNumber(&c.Lines[k], k)
		if _, twice := numbers[n]; twice {
			numbers[n] = -1
		} else {
			numbers[n] = k
		}
	}
	for i := range list {
		s := &p.Lines[i]
		n := s.ControlNumber()
		if n == "" {
			continue
		}
		if k, ok := numbers[n]; ok && k >= 0 {
			take(i, k, "control number")
		}
	}
	// By ever less, and each line of the claim once before any is split.
	for _, again := range []bool{false, true} {
		for _, rule := range rules {
			if done == len(list) {
				return list
			}
			for i := range list {
				if list[i].Line >= 0 {
					continue
				}
				for k := range c.Lines {
					if (taken[k] == 0 || again && sameProcedure(&p.Lines[i], &c.Lines[k])) && rule.same(&p.Lines[i], &c.Lines[k]) {
						take(i, k, rule.by)
						break
					}
				}
			}
		}
	}
	return list
}

// ControlNumber is the number of a line as the payer gives it back: ours, or
// where we gave none its place.
func ControlNumber(l *claim.Line, at int) string {
	if n := l.Reference(claim.ReferenceLineControlNumber); n != "" {
		return n
	}
	if l.Number != "" {
		return l.Number
	}
	return strconv.Itoa(at + 1)
}

// rules go from the most that can be the same to the least.
var rules = []struct {
	by   string
	same func(s *remit.ServicePayment, l *claim.Line) bool
}{
	{"procedure", func(s *remit.ServicePayment, l *claim.Line) bool {
		return sameProcedure(s, l) && sameModifiers(s, l) && sameDay(s, l) && sameCharge(s, l)
	}},
	{"procedure", func(s *remit.ServicePayment, l *claim.Line) bool {
		return sameProcedure(s, l) && sameModifiers(s, l) && sameDay(s, l)
	}},
	{"procedure without modifiers", func(s *remit.ServicePayment, l *claim.Line) bool {
		return sameProcedure(s, l) && sameDay(s, l) && sameCharge(s, l)
	}},
	{"procedure without modifiers", func(s *remit.ServicePayment, l *claim.Line) bool { return sameProcedure(s, l) && sameDay(s, l) }},
	{"procedure without its day", func(s *remit.ServicePayment, l *claim.Line) bool {
		return sameProcedure(s, l) && sameCharge(s, l) && s.Date() == ""
	}},
	{"revenue code", func(s *remit.ServicePayment, l *claim.Line) bool {
		return sameRevenue(s, l) && sameDay(s, l) && sameCharge(s, l)
	}},
	{"revenue code", func(s *remit.ServicePayment, l *claim.Line) bool { return sameRevenue(s, l) && sameCharge(s, l) }},
}

func sameProcedure(s *remit.ServicePayment, l *claim.Line) bool {
	w := wanted(s)
	if w.Code == "" || w.Code != l.Procedure.Code {
		return l.Procedure.Code == "" && w.Qualifier == "NU" && w.Code == l.RevenueCode && w.Code != ""
	}
	return true
}

func sameRevenue(s *remit.ServicePayment, l *claim.Line) bool {
	if l.RevenueCode == "" {
		return false
	}
	w := wanted(s)
	return s.RevenueCode == l.RevenueCode || w.Qualifier == "NU" && w.Code == l.RevenueCode
}

// sameModifiers compares modifiers whatever their order.
func sameModifiers(s *remit.ServicePayment, l *claim.Line) bool {
	a, b := wanted(s).Modifiers, l.Procedure.Modifiers
	x, y := a[:], b[:]
	slices.Sort(x)
	slices.Sort(y)
	return a == b
}

// sameDay holds too where one of the two does not say.
func sameDay(s *remit.ServicePayment, l *claim.Line) bool {
	day, when := s.Date(), l.Service()
	return day == "" || when.From() == "" || when.From() <= day && day <= when.To()
}

func sameCharge(s *remit.ServicePayment, l *claim.Line) bool {
	return s.Charge.Known && l.Charge.Known && (s.Charge.Amount == l.Charge.Amount || s.Charge.Amount == -l.Charge.Amount)
}

// PaidUnits is how many units of a line were paid, in the line's own unit.
// Anesthesia is billed in minutes and paid in units of the payer's: these are
// not minutes, and the minutes that were submitted stand in SVC07 or on the
// line.
func PaidUnits(s *remit.ServicePayment, l *claim.Line) money.Quantity {
	if l.Unit != "MJ" {
		if s.Units == "" {
			return "1" // SVC05 that is not sent means one
		}
		return s.Units
	}
	if s.SubmittedUnits != "" {
		return s.SubmittedUnits
	}
	return l.Units
}
