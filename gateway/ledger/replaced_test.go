package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/edi/party"
	"claimwire/gateway"
	"claimwire/gateway/store"
)

func svc(charge, paid, cas string) string {
	return "SVC*HC:99213*" + charge + "*" + paid + "**1~DTM*472*20260901~" + cas
}

// A payer answers a replacement: it takes its first decision back and decides
// anew, under the number of the first, another, or none, in one advice or two,
// in either order. The new decision is the replacement's, always.
func TestDecisionOfAReplacement(t *testing.T) {
	reversal := func(icn string) string {
		return "CLP*A*22*-100*-80**12*" + icn + "*11*1~NM1*QC*1*ABERNATHY*MARGARET~" + svc("-100", "-80", "CAS*CO*45*-20~")
	}
	anew := func(icn, frequency string) string {
		return "CLP*A*1*100*63*30*12*" + icn + "*11*" + frequency + "~NM1*QC*1*ABERNATHY*MARGARET~" + svc("100", "63", "CAS*CO*45*7~CAS*PR*1*30~")
	}
	for _, icn := range []string{"I1", "I2", ""} { // the same number, another, none
		for _, frequency := range []string{"1", "7"} {
			for name, files := range map[string][]string{
				"in one":             {advice("-17", "E2", reversal(icn)+anew(icn, frequency))},
				"in two":             {advice("-80", "E2", reversal(icn)), advice("63", "E3", anew(icn, frequency))},
				"the new one first":  {advice("63", "E3", anew(icn, frequency)), advice("-80", "E2", reversal(icn))},
				"first, in one":      {advice("-17", "E2", anew(icn, frequency)+reversal(icn))},
				"and the same again": {advice("-17", "E2", reversal(icn)+anew(icn, frequency)), advice("-17", "E2", reversal(icn)+anew(icn, frequency))},
			} {
				t.Run(fmt.Sprintf("%s, number %q, frequency %s", name, icn, frequency), func(t *testing.T) {
					w := newWorld(t)
					first := w.claim("A", 10000, nil)
					w.take(file(1, advice("80", "E1", "CLP*A*1*100*80**12*I1*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc("100", "80", "CAS*CO*45*20~"))))
					second := w.claim("A", 10000, func(c *gateway.Claim) { c.Frequency = "7" })
					for i, f := range files {
						w.take(file(2+i, f))
					}
					if c := w.now(first); c.State != gateway.Reversed || c.Money.Open != 10000 || c.Money.Paid != 0 {
						t.Errorf("the first claim is %s %+v", c.State, c.Money)
					}
					if c := w.now(second); c.State != gateway.Paid || c.Money != (gateway.Money{Paid: 6300, Adjusted: 700, Patient: 3000}) {
						t.Errorf("the replacement is %s %+v", c.State, c.Money)
					}
				})
			}
		}
	}
}

// A payment that speaks of two claims of ours, or of another patient or other
// days, waits for a person, who is told why.
func TestContradictionsWait(t *testing.T) {
	document := (&claim.Claim{Kind: claim.Professional, Subscriber: &claim.Subscriber{Person: claim.Person{Party: claim.Party{Name: party.PersonName("Abernathy", "M")}}}}).AppendJSON(nil)
	for _, c := range []struct{ name, clp, patient, day, why string }{
		{"the number of the payer is another claim's", "A*1*100*80**12*IB", "ABERNATHY", "20260901", "the payer's number is that of claim"},
		{"another number and another patient", "A*1*100*80**12*IZ", "SMITH", "20260901", "another number of the payer and another patient"},
		{"other days", "C*1*100*80**12*IZ", "ABERNATHY", "20250101", "is of other days"},
		{"another number", "A*1*100*80**12*IZ", "ABERNATHY", "20260901", ""},
		{"another patient under the payer's number", "A*1*100*80**12*IA", "SMITH", "20260901", ""},
		{"other days under the payer's number", "A*1*100*80**12*IA", "ABERNATHY", "20250101", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			for _, id := range []string{"A", "B", "C"} {
				k := w.claim(id, 10000, func(c *gateway.Claim) { c.Document = document })
				if id != "C" {
					k.PayerClaimID = "I" + id
					w.do(func(tx *store.Tx) error { return tx.SetClaim(&k) })
				}
			}
			m := w.take(file(1, advice("80", "E1", "CLP*"+c.clp+"*11*1~NM1*QC*1*"+c.patient+"*M~"+strings.Replace(svc("100", "80", "CAS*CO*45*20~"), "20260901", c.day, 1))))
			p := w.payments()
			if len(p) != 1 || (p[0].Claim == 0) != (c.why != "") || !strings.Contains(p[0].Candidates, c.why) {
				t.Errorf("%+v\n%s", p, m.Note)
			}
		})
	}
}
