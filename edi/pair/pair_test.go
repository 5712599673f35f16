package pair_test

import (
	"fmt"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/pair"
	"claimwire/edi/remit"
)

// line reads "99213-25-59 100 20261001 #L1": procedure and modifiers, charge,
// and, in any order, a day, a control number (#), a submitted procedure (<).
func parts(text string) (proc claim.Procedure, charge money.Amount, day, number string, submitted claim.Procedure) {
	of := func(s string) claim.Procedure {
		f := strings.Split(s, "-")
		p := claim.Procedure{Qualifier: "HC", Code: f[0]}
		if strings.HasPrefix(f[0], "R") { // a revenue code alone
			p = claim.Procedure{Qualifier: "NU", Code: f[0][1:]}
		}
		copy(p.Modifiers[:], f[1:])
		return p
	}
	f := strings.Fields(text)
	proc = of(f[0])
	charge, _ = money.Parse(f[1])
	for _, w := range f[2:] {
		switch {
		case w[0] == '#':
			number = w[1:]
		case w[0] == '<':
			submitted = of(w[1:])
		default:
			day = w
		}
	}
	return proc, charge, day, number, submitted
}

func build(claimLines, paidLines string) (*claim.Claim, *remit.ClaimPayment) {
	c, p := &claim.Claim{}, &remit.ClaimPayment{}
	for _, t := range strings.Split(claimLines, ",") {
		proc, charge, day, number, _ := parts(strings.TrimSpace(t))
		l := claim.Line{Procedure: proc, Charge: money.Of(charge)}
		if proc.Qualifier == "NU" {
			l.RevenueCode, l.Procedure = proc.Code, claim.Procedure{}
		}
		if day != "" {
			l.Dates = []claim.Date{claim.On(claim.DateService, day)}
		}
		if number != "" {
			l.References = []claim.Reference{{Kind: claim.ReferenceLineControlNumber, Value: number}}
		}
		c.Lines = append(c.Lines, l)
	}
	for _, t := range strings.Split(paidLines, ",") {
		proc, charge, day, number, sub := parts(strings.TrimSpace(t))
		s := remit.ServicePayment{Procedure: remit.Procedure(proc), Submitted: remit.Procedure(sub), Charge: money.Of(charge)}
		if day != "" {
			s.Dates = []remit.Date{{Kind: "472", Day: day}}
		}
		if number != "" {
			s.References = []remit.Reference{{Kind: "6R", Value: number}}
		}
		p.Lines = append(p.Lines, s)
	}
	return c, p
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ name, claim, paid, want string }{
		{"by our numbers, in another order", "99213 100 #A, 85025 40 #B", "85025 40 #B, 99213 100 #A", "1 0"},
		{"by our numbers, whatever was paid", "99213 100 #A", "99212 100 #A", "0"},
		{"by place, where we gave none", "99213 100, 99213 100", "99213 100 #2, 99213 100 #1", "1 0"},
		{"a number that two lines have says nothing", "99213 100 #A, 85025 40 #A", "85025 40 #A, 99213 100 #A", "1 0"},
		{"by procedure", "99213 100, 85025 40", "85025 40, 99213 100", "1 0"},
		{"by modifiers", "97110-GP 100, 97110-GP-59 100", "97110-59-GP 100, 97110-GP 100", "1 0"},
		{"by day", "97110 100 20261001, 97110 100 20261003", "97110 100 20261003, 97110 100 20261001", "1 0"},
		{"modifiers were dropped", "99213-25 100 20261001, 85025 40 20261001", "99213 100 20261001, 85025 40 20261001", "0 1"},
		{"another day is another line", "97110 100 20261001", "97110 100 20261002", "-1"},
		{"bundled: what was submitted decides", "80048 30, 80076 50", "80053 30 <80048, 80053 50 <80076", "0 1"},
		{"split: two for one", "99213 100, 85025 40", "99213 60, 99213 40, 85025 40", "0 0+ 1"},
		{"the same twice, each once", "97110 50, 97110 50", "97110 50, 97110 50", "0 1"},
		{"by the charge among the same", "97110 50, 97110 75", "97110 75, 97110 50", "1 0"},
		{"a revenue line", "R0450 500, R0250 70", "R0250 70, R0450 500", "1 0"},
		{"nothing like it", "99213 100", "J1885 12", "-1"},
		{"a reversal", "99213 100", "99213 -100", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl, p := build(c.claim, c.paid)
			var got []string
			for i, m := range pair.Lines(cl, p) {
				if m.Payment != i || (m.Line >= 0) != (m.By != "") {
					t.Errorf("%+v", m)
				}
				s := fmt.Sprint(m.Line)
				if m.Again {
					s += "+"
				}
				got = append(got, s)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
		})
	}
}

func TestAnesthesiaUnits(t *testing.T) {
	minutes := &claim.Line{Unit: "MJ", Units: "75"}
	units := &claim.Line{Unit: "UN", Units: "3"}
	for _, c := range []struct {
		s    remit.ServicePayment
		l    *claim.Line
		want money.Quantity
	}{
		{remit.ServicePayment{Units: "10"}, minutes, "75"},
		{remit.ServicePayment{Units: "10", SubmittedUnits: "60"}, minutes, "60"},
		{remit.ServicePayment{Units: "2", SubmittedUnits: "3"}, units, "2"},
		{remit.ServicePayment{}, units, "1"},
	} {
		if got := pair.PaidUnits(&c.s, c.l); got != c.want {
			t.Errorf("%+v: %s, want %s", c.s, got, c.want)
		}
	}
}
