package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/edi/party"
	"claimwire/gateway"
	"claimwire/gateway/ledger"
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
	document := (&claim.Claim{Kind: claim.Professional, Subscriber: &claim.Subscriber{Person: claim.Person{Party: claim.Party{Name: party.PersonName("Abernathy", "M"), ID: party.Identify(party.QualifierMember, "m111")}}}}).AppendJSON(nil)
	for _, c := range []struct{ name, clp, patient, day, why string }{
		{"the number of the payer is another claim's", "A*1*100*80**12*IB", "ABERNATHY", "20260901", "the payer's number is that of claim"},
		{"another number and another patient", "A*1*100*80**12*IZ", "SMITH*Z****MI*M999", "20260901", "another number of the payer and another patient"},
		{"another number and another name alone", "A*1*100*80**12*IZ", "SMITH", "20260901", ""},
		{"another name of the same member", "A*1*100*80**12*IZ", "SMITH*Z****MI*M111", "20260901", ""},
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
			m := w.take(file(1, advice("80", "E1", "CLP*"+c.clp+"*11*1~NM1*QC*1*"+c.patient+"~"+strings.Replace(svc("100", "80", "CAS*CO*45*20~"), "20260901", c.day, 1))))
			p := w.payments()
			if len(p) != 1 || (p[0].Claim == 0) != (c.why != "") || !strings.Contains(p[0].Candidates, c.why) {
				t.Errorf("%+v\n%s", p, m.Note)
			}
		})
	}
}

// A denial takes no payment back: of a claim that was paid it is the answer to the
// same claim sent twice. A payment after a denial, without a reversal, counts.
func TestDenialOfWhatWasPaid(t *testing.T) {
	paid := advice("80", "E1", "CLP*A*1*100*80**12*I1*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc("100", "80", "CAS*CO*45*20~"))
	denied := func(trace, charge string) string {
		return advice("0", trace, "CLP*A*1*"+charge+"*0**12*I2*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc(charge, "0", "CAS*CO*18*"+charge+"~"))
	}
	part := advice("40", "E1", "CLP*A*1*50*40**12*I1*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc("50", "40", "CAS*CO*45*10~"))
	for _, c := range []struct {
		name  string
		files []string
		want  gateway.Money
		open  int // denials that wait for somebody
	}{
		{"paid, then denied", []string{paid, denied("E2", "100")}, gateway.Money{Paid: 8000, Adjusted: 2000}, 0},
		{"denied twice after", []string{paid, denied("E2", "100"), denied("E3", "100")}, gateway.Money{Paid: 8000, Adjusted: 2000}, 0},
		{"in parts", []string{part, denied("E2", "50")}, gateway.Money{Paid: 4000, Adjusted: 1000, Denied: 5000}, 1},
	} {
		w := newWorld(t)
		a := w.claim("A", 10000, nil)
		for i, f := range c.files {
			// Each is of a later day.
			w.take(file(1+i, strings.ReplaceAll(f, "20261021", fmt.Sprint(20261021+i))))
		}
		if k := w.now(a); k.State != gateway.Paid || k.Money != c.want {
			t.Errorf("%s: it is %s %+v, want %+v", c.name, k.State, k.Money, c.want)
		}
		w.do(func(tx *store.Tx) error {
			list, err := tx.Denied(here, gateway.Page{Limit: 10})
			if len(list) != c.open {
				t.Errorf("%s: %d denials wait", c.name, len(list))
			}
			return err
		})
	}
}

// What a person lets through unbalanced leaves open what nobody explains.
func TestReleasedUnbalanced(t *testing.T) {
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	f := file(1, advice("80", "E1", "CLP*A*1*100*80**12*I1*11*1~CAS*CO*45*17~NM1*QC*1*ABERNATHY*MARGARET~"))
	w.take(f)
	w.release(f)
	if k := w.now(a); k.Money != (gateway.Money{Paid: 8000, Adjusted: 1700, Open: 300}) {
		t.Errorf("it came to %+v", k.Money)
	}
}

// release lets the advice of a file that was taken and held go.
func (w *world) release(f []byte) {
	w.t.Helper()
	held := w.advices()[0].ID
	w.do(func(tx *store.Tx) error {
		_, err := w.l.Decide(tx, here, held, true, "mary", "the payer says so")
		return err
	})
	w.do(func(tx *store.Tx) error {
		r, err := tx.Remittance(here, held)
		if err != nil {
			return err
		}
		m, err := tx.TransmissionOf(here, "lakeshore", r.Place.SHA256)
		if err != nil {
			return err
		}
		return w.l.Release(tx, &r, &m, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f)), nil })
	})
}

// Paid twice and taken back once, the claim is paid; of two advices that name one
// payment one is posted; one that was discarded and comes again is looked at again;
// what is no money of ours, or a test, is not posted.
func TestPaidOnce(t *testing.T) {
	pay := func(trace string) string {
		return advice("80", trace, "CLP*A*1*100*80**12*I1*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc("100", "80", "CAS*CO*45*20~"))
	}
	back := advice("-80", "E3", "CLP*A*22*-100*-80**12*I1*11*1~NM1*QC*1*ABERNATHY*MARGARET~"+svc("-100", "-80", "CAS*CO*45*-20~"))
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	for i, f := range []string{pay("E1"), pay("E2"), back} {
		w.take(file(1+i, strings.ReplaceAll(f, "20261021", fmt.Sprint(20261021+i))))
	}
	if k := w.now(a); k.State != gateway.Paid || k.Money != (gateway.Money{Paid: 8000, Adjusted: 2000}) {
		t.Errorf("paid twice, taken back once: %s %+v", k.State, k.Money)
	}

	w = newWorld(t)
	w.claim("A", 10000, nil)
	wrong := file(1, advice("81", "E1", "CLP*A*1*100*80**12*I1*11*1~CAS*CO*45*20~NM1*QC*1*ABERNATHY*MARGARET~"))
	w.take(wrong)
	w.take(file(2, pay("E1"))) // held: it names the payment of the first
	w.release(wrong)
	second := w.advices()[1]
	w.do(func(tx *store.Tx) error {
		if _, err := w.l.Decide(tx, here, second.ID, true, "mary", "this one as well"); !errors.Is(err, ledger.ErrPosted) {
			t.Errorf("two advices of one payment are released: %v", err)
		}
		_, err := w.l.Decide(tx, here, second.ID, false, "mary", "the other was posted")
		return err
	})
	w.take(file(3, pay("E1")))
	if r := w.advices()[1]; r.State != gateway.RemittanceHeld || !strings.Contains(r.Hold, "came again") {
		t.Errorf("a discarded advice that comes again is %s: %s", r.State, r.Hold)
	}

	w = newWorld(t)
	w.claim("A", 10000, nil)
	w.take(file(1, strings.Replace(pay("E1"), "~DTM*405", "~CUR*PR*CAD~DTM*405", 1)))
	if r := w.advices(); len(r) != 1 || r[0].State != gateway.RemittanceHeld || !strings.Contains(r[0].Hold, "CAD") {
		t.Errorf("dollars of another country: %+v", r)
	}
	m := w.take([]byte(strings.Replace(string(file(2, pay("E2"))), "GE*1*2", "GE*2*2", 1)))
	if m.State != "taken" || !strings.Contains(m.Note, "may be missing") {
		t.Errorf("a group that lacks a set: %s %s", m.State, m.Note)
	}
	w.do(func(tx *store.Tx) error {
		m := take(t, tx, w.l, gateway.Scope{Organisation: "here", Usage: "production"}, "lakeshore", file(3, pay("E3")))
		if m.State != "quarantined" || !strings.Contains(m.Note, "ISA15") {
			t.Errorf("a test of a production partner is %s: %s", m.State, m.Note)
		}
		return nil
	})
}
