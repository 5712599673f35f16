package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
)

var here = gateway.Scope{Organisation: "here", Usage: "test"}

// advice is one set: BPR02, the trace, and the claims.
func advice(amount, trace, claims string) string {
	return "BPR*I*" + amount + "*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*20261021~TRN*1*" + trace + "*1999000002~DTM*405*20261020~N1*PR*LAKESHORE~" +
		"N3*1 LAKE PLAZA~N4*CHICAGO*IL*60601~PER*BL*DESK*TE*2175550120~N1*PE*PRAIRIE*XX*2000000010~REF*TJ*999000001~LX*1~" + claims
}

// file makes an interchange of sets.
func file(control int, sets ...string) []byte {
	s := fmt.Sprintf("ISA*00*          *00*          *ZZ*LAKESHORE      *ZZ*PRAIRIE        *261020*0615*^*00501*%09d*0*T*:~GS*HP*L*P*20261020*0615*%d*X*005010X221A1~", control, control)
	for i, body := range sets {
		s += fmt.Sprintf("ST*835*%04d~%sSE*%d*%04d~", i+1, body, strings.Count(body, "~")+2, i+1)
	}
	return []byte(s + fmt.Sprintf("GE*%d*%d~IEA*1*%09d~", len(sets), control, control))
}

func paid(id, icn, charge, paid, cas string) string {
	return "CLP*" + id + "*1*" + charge + "*" + paid + "**12*" + icn + "*11*1~" + cas + "NM1*QC*1*ABERNATHY*MARGARET~"
}

// world is a store with claims of one office that were sent to lakeshore.
type world struct {
	t  *testing.T
	db *store.Store
	l  *ledger.Ledger
	n  int
}

func newWorld(t *testing.T) *world { return &world{t: t, db: openStore(t), l: newLedger()} }

func (w *world) do(f func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Do(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) claim(id string, charge money.Amount, change func(c *gateway.Claim)) (out gateway.Claim) {
	w.t.Helper()
	w.n++
	c := gateway.Claim{Scope: here, Transmission: 1, Item: w.n, ClaimID: id, Trace: fmt.Sprint("T", w.n), Partner: "lakeshore", NPI: "2000000010", TaxID: "999000001", Charge: charge,
		From: "20260901", To: "20260901", Frequency: "1", Sequence: "P"}
	if change != nil {
		change(&c)
	}
	w.do(func(tx *store.Tx) error { out = addClaim(w.t, tx, c); return nil })
	return out
}

func (w *world) take(f []byte) (m gateway.Transmission) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error { m = take(w.t, tx, w.l, here, "lakeshore", f); return nil })
	return m
}

func (w *world) now(c gateway.Claim) (out gateway.Claim) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { out, err = tx.Claim(here, c.ID); return err })
	return out
}

func (w *world) advices() (list []gateway.Remittance) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { list, err = tx.Remittances(here); return err })
	return list
}

func (w *world) payments() (list []gateway.Payment) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { list, err = tx.Payments(here); return err })
	return list
}

// What does not balance, or cannot be evaluated, is held with the arithmetic,
// and nothing of it is posted; its neighbours in the file are.
func TestGateHolds(t *testing.T) {
	good := func(id string) string {
		return "CLP*" + id + "*1*100*80**12*I" + id + "*11*1~NM1*QC*1*ABERNATHY*MARGARET~SVC*HC:99213*100*80**1~DTM*472*20260901~CAS*CO*45*20~"
	}
	for _, c := range []struct{ name, set, why string }{
		{"the line", advice("80", "E1", strings.Replace(good("A"), "SVC*HC:99213*100*80", "SVC*HC:99213*100*70", 1)), "claim A, line 1: SVC02 100.00, and SVC03 70.00 + CAS 20.00 = 90.00; the difference is 10.00"},
		{"the claim", advice("80", "E1", strings.Replace(good("A"), "*1*100*80", "*1*120*80", 1)), "claim A: CLP03 120.00, and CLP04 80.00 + CAS 20.00 = 100.00; the difference is 20.00"},
		{"the set", advice("90", "E1", good("A")), "BPR02 90.00, and the sum of CLP04 80.00 - PLB 0.00 = 80.00; the difference is 10.00"},
		{"the set with PLB", advice("80", "E1", good("A")+"PLB*2000000010*20261231*WO:X*5~"), "BPR02 80.00, and the sum of CLP04 80.00 - PLB 5.00 = 75.00; the difference is 5.00"},
		{"CLP04 is missing", advice("80", "E1", strings.Replace(good("A"), "*1*100*80*", "*1*100**", 1)), "claim A: it cannot be evaluated: CLP04 is missing"},
		{"SVC03 is missing", advice("80", "E1", strings.Replace(good("A"), "SVC*HC:99213*100*80", "SVC*HC:99213*100*", 1)), "claim A, line 1: it cannot be evaluated: SVC03 is missing"},
		{"a CAS amount is missing", advice("80", "E1", strings.Replace(good("A"), "CAS*CO*45*20", "CAS*CO*45", 1)), "claim A, line 1: it cannot be evaluated: the amount of CAS CO-45 is missing"},
		{"BPR02 is missing", advice("", "E1", good("A")), "it cannot be evaluated: BPR02 is missing"},
		{"no money, and money", strings.Replace(advice("80", "E1", good("A")), "*ACH*CCP", "*NON*", 1), "BPR04 NON says that no money moves, and BPR02 is 80.00"},
		{"no number", advice("80", "", good("A")), "TRN02 is missing: a payment without number cannot be told from others"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.claim("A", 10000, nil), w.claim("B", 10000, nil)
			m := w.take(file(1, c.set, advice("80", "E2", good("B"))))
			if m.State != "taken" || !strings.Contains(m.Note, "held") || strings.Contains(m.Note, "claim A") {
				t.Errorf("the file is %s: %s", m.State, m.Note)
			}
			list := w.advices()
			if len(list) != 2 || list[0].State != gateway.RemittanceHeld || list[1].State != gateway.RemittancePosted || list[0].Balanced || list[0].Claims != 0 {
				t.Fatalf("%+v", list)
			}
			if !strings.Contains("\n"+list[0].Hold+"\n", "\n"+c.why+"\n") {
				t.Errorf("held for\n%s\nwant\n%s", list[0].Hold, c.why)
			}
			if w.now(a).State != gateway.Sent || w.now(b).State != gateway.Paid || len(w.payments()) != 1 {
				t.Error("of the held one something is posted, or of the good one nothing")
			}
		})
	}
}

// A person releases a held advice, with a reason, and it is posted as it stands;
// or discards it.
func TestReleaseAndDiscard(t *testing.T) {
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	f := file(1, advice("75", "E1", paid("A", "IA", "100", "80", "CAS*CO*45*20~")+"PLB*2000000010*20261231*LE:C9*2~"))
	m := w.take(f)
	decide := func(id int64, release bool, reason string) (r gateway.Remittance, err error) {
		w.do(func(tx *store.Tx) error { r, err = w.l.Decide(tx, here, id, release, "mary", reason); return nil })
		return r, err
	}
	id := w.advices()[0].ID
	if _, err := decide(id, true, ""); !errors.Is(err, ledger.ErrReasonGiven) {
		t.Error("released without a reason", err)
	}
	r, err := decide(id, true, "the bank paid 75.00")
	if err != nil || r.State != gateway.RemittanceReleasing {
		t.Fatal(r.State, err)
	}
	for range 2 { // a job may run twice
		w.do(func(tx *store.Tx) error {
			r, err := tx.Remittance(here, id)
			if err != nil {
				return err
			}
			return w.l.Release(tx, &r, &m, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f)), nil })
		})
	}
	got := w.advices()[0]
	if got.State != gateway.RemittanceReleased || got.Claims != 1 || got.Amount != 7500 || !strings.Contains(got.Hold, "difference is") || !strings.Contains(got.Hold, "by mary: the bank paid 75.00") {
		t.Errorf("%+v", got)
	}
	if c := w.now(a); c.State != gateway.Paid || c.Money.Paid != 8000 || len(w.payments()) != 1 {
		t.Errorf("%+v", c.Money)
	}
	if _, err := decide(id, false, "no"); !errors.Is(err, ledger.ErrNotHeld) {
		t.Error("discarded after it was posted", err)
	}
	w.take(file(2, advice("1", "E7", paid("A", "IA", "100", "80", "CAS*CO*45*20~"))))
	if r, err := decide(w.advices()[1].ID, false, "wrong file"); err != nil || r.State != gateway.RemittanceDiscarded {
		t.Error(r.State, err)
	}
}

// The same payment is posted once: the same bytes, the same advice in another
// envelope, and one that names it and says something else, which a person sees.
func TestSameTrace(t *testing.T) {
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	one := advice("80", "E1", paid("A", "IA", "100", "80", "CAS*CO*45*20~"))
	w.take(file(1, one))
	w.take(file(1, one))
	if m := w.take(file(2, one)); !strings.Contains(m.Note, "came before, as number 1") {
		t.Errorf("in another envelope: %s %s", m.State, m.Note)
	}
	if m := w.take(file(3, one, advice("10", "E2", paid("A", "IB", "100", "10", "CAS*CO*45*90~")))); m.State != "taken" || len(w.advices()) != 2 {
		t.Errorf("beside another: %s %s", m.State, m.Note)
	}
	other := advice("70", "E1", paid("A", "IA", "100", "70", "CAS*CO*45*30~"))
	w.take(file(4, other))
	list := w.advices()
	if len(list) != 3 || list[2].State != gateway.RemittanceHeld || !strings.Contains(list[2].Hold, "it names the payment of remittance advice 1, and says something else") {
		t.Fatalf("%+v", list)
	}
	if !list[2].Balanced || len(w.payments()) != 2 || w.now(a).Money.Paid != 9000 {
		t.Errorf("posted %d, paid %v", len(w.payments()), w.now(a).Money.Paid)
	}
}

// Notifications and advices without money are posted; no payment is expected.
func TestNoMoney(t *testing.T) {
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	set := "BPR*H*0*C*NON************20261021~TRN*1*N1*1999000002~DTM*405*20261020~N1*PR*LAKESHORE~N3*1 LAKE PLAZA~N4*CHICAGO*IL*60601~PER*BL*DESK*TE*2175550120~N1*PE*PRAIRIE*XX*2000000010~LX*1~" +
		paid("A", "IA", "100", "0", "CAS*PR*1*100~")
	w.take(file(1, set))
	if r := w.advices()[0]; r.State != gateway.RemittancePosted || r.Handling != "H" || r.Method != "NON" {
		t.Errorf("%+v", r)
	}
	if c := w.now(a); c.State != gateway.Paid || c.Money.Patient != 10000 {
		t.Errorf("%+v", c)
	}
	// A set of provider adjustments alone is an advice too.
	w.take(file(2, strings.Replace(advice("5", "E9", "PLB*2000000010*20261231*L6:*-5~"), "LX*1~", "", 1)))
	if list := w.advices(); len(list) != 2 || list[1].Adjusted != -500 || list[1].State != gateway.RemittancePosted {
		t.Errorf("%+v", list)
	}
}

func TestMatching(t *testing.T) {
	set := func(clp string) []byte { return file(1, advice("80", "E1", clp)) }
	plain := paid("A", "IA", "100", "80", "CAS*CO*45*20~")
	for _, c := range []struct {
		name string
		have []func(c *gateway.Claim)
		clp  string
		want int // which; -1 none
		why  string
	}{
		{"one of its number", []func(*gateway.Claim){nil}, plain, 0, ""},
		{"another charge, the same provider: a split claim", []func(*gateway.Claim){func(c *gateway.Claim) { c.Charge = 30000 }}, plain, 0, ""},
		{"nobody's", nil, plain, -1, "no claim of ours has its number"},
		{"another provider's", []func(*gateway.Claim){func(c *gateway.Claim) { c.NPI, c.TaxID = "2000000028", "999000002" }}, plain, -1, "is another provider's"},
		{"two the same", []func(*gateway.Claim){nil, nil}, plain, -1, "2 claims of ours answer to it equally"},
		{"the one that was not rejected", []func(*gateway.Claim){func(c *gateway.Claim) { c.State = gateway.Rejected }, nil}, plain, 1, ""},
		{"the payer's number decides", []func(*gateway.Claim){nil, func(c *gateway.Claim) { c.PayerClaimID = "IA" }}, plain, 1, ""},
		{"the payer's number, where ours is missing", []func(*gateway.Claim){func(c *gateway.Claim) { c.ClaimID, c.PayerClaimID = "Z", "IA" }}, plain, 0, ""},
		{"the charge decides", []func(*gateway.Claim){func(c *gateway.Claim) { c.Charge = 7 }, nil}, plain, 1, ""},
		{"the payer's turn decides: primary", []func(*gateway.Claim){func(c *gateway.Claim) { c.Sequence = "S" }, nil}, plain, 1, ""},
		{"the payer's turn decides: secondary", []func(*gateway.Claim){nil, func(c *gateway.Claim) { c.Sequence = "S" }}, strings.Replace(plain, "A*1*", "A*2*", 1), 1, ""},
		{"the days decide", []func(*gateway.Claim){func(c *gateway.Claim) { c.From, c.To = "20260801", "20260801" }, nil},
			"CLP*A*1*100*80**12*IA*11*1~NM1*QC*1*X*Y~SVC*HC:99213*100*80~DTM*472*20260901~CAS*CO*45*20~", 1, ""},
		{"a replacement is paid, not what it replaced", []func(*gateway.Claim){func(c *gateway.Claim) { c.PayerClaimID = "I1" }, func(c *gateway.Claim) { c.Frequency = "7" }},
			strings.Replace(plain, "*11*1~", "*11*7~", 1), 1, ""},
		{"never a void", []func(*gateway.Claim){func(c *gateway.Claim) { c.Frequency = "8" }, nil}, plain, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			var list []gateway.Claim
			for _, f := range c.have {
				k := w.claim("A", 10000, f)
				extra := gateway.Claim{}
				if f != nil {
					f(&extra)
				}
				if extra.PayerClaimID != "" || extra.State != "" {
					w.do(func(tx *store.Tx) error {
						k.PayerClaimID = extra.PayerClaimID
						if extra.State != "" {
							k.State = extra.State
						}
						return tx.SetClaim(&k)
					})
				}
				list = append(list, k)
			}
			w.take(set(c.clp))
			p := w.payments()
			if len(p) != 1 {
				t.Fatalf("%d payments", len(p))
			}
			if c.want < 0 {
				if p[0].Claim != 0 || !strings.Contains(p[0].Candidates, c.why) {
					t.Errorf("given to %d: %q; want %q", p[0].Claim, p[0].Candidates, c.why)
				}
				return
			}
			if p[0].Claim != list[c.want].ID {
				t.Errorf("given to %d (%s), want %d", p[0].Claim, p[0].Candidates, list[c.want].ID)
			}
		})
	}
}

// What a person matches, and takes away again, moves the claim both ways.
func TestByHand(t *testing.T) {
	w := newWorld(t)
	a, b := w.claim("A", 10000, nil), w.claim("B", 10000, nil)
	w.take(file(1, advice("80", "E1", paid("X", "IX", "100", "80", "CAS*CO*45*20~"))))
	p := w.payments()[0]
	w.do(func(tx *store.Tx) error {
		list, err := w.l.Candidates(tx, here, p.ID)
		if len(list) != 2 || list[0].Words != "the same: the charge, the provider, the payer's turn" {
			t.Errorf("%+v", list)
		}
		return err
	})
	try := func(f func(tx *store.Tx) error) (err error) {
		w.do(func(tx *store.Tx) error { err = f(tx); return nil })
		return err
	}
	match := func(id int64) error {
		return try(func(tx *store.Tx) error { return w.l.Match(tx, here, p.ID, id, "mary") })
	}
	if err := match(a.ID); err != nil {
		t.Fatal(err)
	}
	if err := match(a.ID); err != nil {
		t.Error("the same again:", err)
	}
	if err := match(b.ID); !errors.Is(err, ledger.ErrMatched) {
		t.Error("to another while it has one:", err)
	}
	if c := w.now(a); c.State != gateway.Paid || c.Money.Paid != 8000 || c.PayerClaimID != "IX" {
		t.Errorf("%+v", c)
	}
	if err := try(func(tx *store.Tx) error { return w.l.Unmatch(tx, here, p.ID, "mary") }); err != nil {
		t.Fatal(err)
	}
	if c := w.now(a); c.State != gateway.Sent || c.Money.Open != 10000 || c.PayerClaimID != "" {
		t.Errorf("%+v", c)
	}
	if err := match(b.ID); err != nil || w.now(b).State != gateway.Paid {
		t.Error(err)
	}
	w.do(func(tx *store.Tx) error {
		events, err := tx.EventsOf(here, a.ID)
		if n := len(events); n != 2 || events[0].Kind != "matched" || events[1].Kind != "unmatched" || events[1].Claims[0].State != gateway.Sent || events[1].Claims[0].Reason != "by mary" {
			t.Errorf("%+v", events)
		}
		return err
	})
}

// Claims and lines that forward, reverse, or undo a void.
func TestVoidIsAnswered(t *testing.T) {
	w := newWorld(t)
	a := w.claim("A", 10000, nil)
	w.take(file(1, advice("80", "E1", paid("A", "IA", "100", "80", "CAS*CO*45*20~"))))
	v := w.claim("A", 10000, func(c *gateway.Claim) { c.Frequency = "8" })
	w.take(file(2, advice("-80", "E2", "CLP*A*22*-100*-80**12*IA*11*8~CAS*CO*45*-20~NM1*QC*1*X*Y~")))
	if list := w.advices(); list[1].State != gateway.RemittancePosted {
		t.Fatalf("%+v", list[1])
	}
	for _, c := range []gateway.Claim{a, v} {
		if k := w.now(c); k.State != gateway.Reversed || k.Money.Open != 10000 {
			t.Errorf("claim %d: %s %+v", c.ID, k.State, k.Money)
		}
	}
	if p := w.payments(); p[0].Pair != p[1].ID || p[1].Pair != p[0].ID {
		t.Errorf("pairs %d and %d", p[0].Pair, p[1].Pair)
	}
}

// A set that is not whole, or whose payment has more than one name, is held as
// well: its equations may hold for all that.
func TestGateHoldsWhatIsNotWhole(t *testing.T) {
	const claims = "CLP*A*1*100*80**12*IA*11*1~NM1*QC*1*ABERNATHY*MARGARET~SVC*HC:99213*100*80**1~DTM*472*20260901~CAS*CO*45*20~"
	const trn = "~TRN*1*E1*1999000002~"
	for _, c := range []struct {
		name   string
		change func(s string) string
		why    string
	}{
		{"a count of segments that is another", func(s string) string { return strings.Replace(s, "~SE*", "~SE*9", 1) }, "SE01"},
		{"another control number at the end", func(s string) string { return strings.Replace(s, "*0001~GE", "*0009~GE", 1) }, "SE02"},
		{"a claim was taken out", func(s string) string {
			return strings.Replace(s, "CLP*Z*1*50*0**12*IZ*11*1~CAS*CO*29*50~NM1*QC*1*ABERNATHY*MARGARET~", "", 1)
		}, "SE01"},
		{"two numbers", func(s string) string { return strings.Replace(s, trn, trn+"TRN*1*E1X*1999000002~", 1) }, "TRN stands 2 times"},
		{"two payments", func(s string) string { return strings.Replace(s, trn, "~BPR*I*80*C*CHK************20261021"+trn, 1) }, "BPR stands 2 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.claim("A", 10000, nil)
			whole := string(file(1, advice("80", "E1", claims+"CLP*Z*1*50*0**12*IZ*11*1~CAS*CO*29*50~NM1*QC*1*ABERNATHY*MARGARET~")))
			changed := c.change(whole)
			if changed == whole {
				t.Fatal("nothing was changed")
			}
			w.take([]byte(changed))
			list := w.advices()
			if len(list) != 1 || list[0].State != gateway.RemittanceHeld || !strings.Contains(list[0].Hold, c.why) {
				t.Errorf("it is %+v", list)
			}
			if len(w.payments()) != 0 || w.now(a).State != gateway.Sent {
				t.Errorf("something of it was posted: %+v", w.payments())
			}
			// The same payment as it should be comes afterwards, and is looked at by a
			// person too: it has the name of one that is held, or is that one.
			w.take([]byte(strings.ReplaceAll(whole, "*000000001", "*000000002")))
			for _, m := range w.advices() {
				if m.State != gateway.RemittanceHeld {
					t.Errorf("the one that is whole is %+v", m)
				}
			}
			w.do(func(tx *store.Tx) error {
				account, err := ledger.Reconcile(tx)
				if err == nil && strings.Contains(fmt.Sprint(account.Problems), "remittance") {
					t.Errorf("the books: %v", account.Problems)
				}
				return err
			})
		})
	}
}

// An advice of a version that nobody here can read is put aside for a person to
// see, never taken as if it said nothing.
func TestUnknownVersionsAreSeen(t *testing.T) {
	w := newWorld(t)
	set := advice("80", "E1", "CLP*A*1*100*80**12*IA*11*1~CAS*CO*45*20~NM1*QC*1*ABERNATHY*MARGARET~")
	m := w.take([]byte(strings.Replace(string(file(1, set)), "005010X221A1", "004010X091A1", 1)))
	if m.State != "quarantined" || !strings.Contains(m.Note, "835 of 004010X091A1") || len(w.advices()) != 0 {
		t.Errorf("the file is %s: %s", m.State, m.Note)
	}
	// Beside others that can be read, it is said.
	m = w.take([]byte(strings.Replace(string(file(2, set)), "GE*1*2~", "GE*1*2~GS*HP*L*P*20261020*0615*3*X*004010X091A1~ST*835*0001~"+set+fmt.Sprintf("SE*%d*0001~GE*1*3~", strings.Count(set, "~")+2), 1)))
	if m.State != "taken" || !strings.Contains(m.Note, "835 of 004010X091A1 is not read") || len(w.advices()) != 1 {
		t.Errorf("the file is %s: %s; %+v", m.State, m.Note, w.advices())
	}
}
