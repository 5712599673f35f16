package ledger_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/store/sqlite"
)

// A history is what payers do to claims over weeks: they pay, deny, split, take
// back, decide again, carry balances and withhold, and their remittance advices
// arrive in any order, some twice. What each claim came to in the end is known
// when it is made up, and is worked out in no other way: nothing here looks at
// payments to add them.

// truth is what a claim came to in the end.
type truth struct {
	id                    string
	charge                money.Amount
	state                 gateway.State
	paid, patient, denied money.Amount
	open                  money.Amount
}

// decision is what a payer decided of a claim, or of a part of it.
type decision struct {
	icn                   string
	charge, paid, patient money.Amount
	contract              money.Amount
	denied                bool
	lines                 int
	claimLevel            bool
}

// act is a CLP of some day.
type act struct {
	day, claim int
	reversal   bool
	d          decision
}

type history struct {
	r      *rand.Rand
	number int
	claims []truth
	acts   []act
	files  [][]byte
	checks money.Amount            // sum of BPR02 of all sets
	debts  money.Amount            // owed at the end: put off, and not taken back yet
	owed   map[string]money.Amount // the same by reason and trace
	plb    money.Amount
	serial int
	grain  int // days that payers put one date on
}

func (h *history) decide(claim int, charge money.Amount) decision {
	h.serial++
	d := decision{icn: fmt.Sprintf("ICN%d-%d", claim, h.serial), charge: charge, lines: 1 + h.r.IntN(3), claimLevel: h.r.IntN(4) == 0}
	switch h.r.IntN(4) {
	case 0:
		d.denied = true
	case 1: // all to the deductible
		d.patient = charge
	default:
		d.contract = charge * money.Amount(h.r.IntN(50)) / 100
		d.patient = (charge - d.contract) * money.Amount(h.r.IntN(40)) / 100
		d.paid = charge - d.contract - d.patient
	}
	return d
}

// live makes up the life of one claim.
func (h *history) live(k int) {
	charge := money.Amount(5000 + h.r.IntN(200000))
	c := truth{id: fmt.Sprintf("H%d-%d", h.number, k), charge: charge, open: charge, state: gateway.Sent}
	day := h.r.IntN(5)
	var now []decision
	do := func(reversal bool, d decision) {
		// Some payers name no number of theirs, or a new one. What that undoes cannot
		// be known where several decisions of the same amounts have one date.
		if reversal && h.grain == 1 {
			switch h.r.IntN(6) {
			case 0:
				d.icn = ""
			case 1:
				d.icn += "R"
			}
		}
		h.acts = append(h.acts, act{day, k, reversal, d})
	}
	one := h.r.IntN(3) == 0 // the payer's number stays through reversal and correction
	number := func(list []decision) {
		for i := range list {
			if one {
				list[i].icn = fmt.Sprintf("ICN%d", k)
			}
		}
	}
	first := func() {
		now = nil
		if h.r.IntN(5) == 0 { // split
			part := charge * money.Amount(20+h.r.IntN(60)) / 100
			now = append(now, h.decide(k, part), h.decide(k, charge-part))
		} else {
			now = append(now, h.decide(k, charge))
		}
		number(now)
		for _, d := range now {
			do(false, d)
		}
	}
	first()
	for h.r.IntN(2) == 0 {
		day += 1 + h.r.IntN(6)
		if len(now) == 1 && now[0].denied && h.r.IntN(2) == 0 {
			day += h.grain // of another date: within one nobody knows which came later
			// Decided again without a reversal: the later day counts.
			d := h.decide(k, charge)
			now = []decision{d}
			number(now)
			do(false, now[0])
			continue
		}
		for _, d := range now {
			do(true, d)
		}
		now = nil
		if h.r.IntN(6) == 0 {
			break // taken back for good
		}
		if h.r.IntN(3) == 0 {
			day += h.r.IntN(4) // the correction comes later
		}
		first()
	}
	c.state = gateway.Reversed
	for i, d := range now {
		c.open -= d.charge
		c.paid += d.paid
		c.patient += d.patient
		switch {
		case d.denied:
			c.denied += d.charge
			if i == 0 {
				c.state = gateway.Denied
			}
		default:
			c.state = gateway.Paid
		}
	}
	h.claims = append(h.claims, c)
}

// clp writes an act; a reversal mirrors every amount.
func (a *act) clp(c *truth) string {
	sign := money.Amount(1)
	status := "1"
	if a.reversal {
		sign, status = -1, "22"
	}
	n := func(v money.Amount) string { return (v * sign).String() }
	d := a.d
	var b strings.Builder
	fmt.Fprintf(&b, "CLP*%s*%s*%s*%s**12*%s*11*1~", c.id, status, n(d.charge), n(d.paid), d.icn)
	cas := func(charge, paid, patient, contract money.Amount) string {
		s := ""
		if d.denied {
			return fmt.Sprintf("CAS*CO*50*%s~", n(charge))
		}
		if contract != 0 {
			s += fmt.Sprintf("CAS*CO*45*%s~", n(contract))
		}
		if patient != 0 {
			s += fmt.Sprintf("CAS*PR*1*%s~", n(patient))
		}
		return s
	}
	if d.claimLevel {
		b.WriteString(cas(d.charge, d.paid, d.patient, d.contract))
		b.WriteString("NM1*QC*1*ABERNATHY*MARGARET~")
		return b.String()
	}
	b.WriteString("NM1*QC*1*ABERNATHY*MARGARET~")
	charge, paid, patient, contract := d.charge, d.paid, d.patient, d.contract
	for i := range d.lines {
		share := func(v *money.Amount) money.Amount {
			if i == d.lines-1 {
				return *v
			}
			p := *v / money.Amount(d.lines-i)
			*v -= p
			return p
		}
		p, q, k := share(&paid), share(&patient), share(&contract)
		all := p + q + k
		if d.denied {
			all = share(&charge)
		}
		fmt.Fprintf(&b, "SVC*HC:9921%d*%s*%s**1~DTM*472*20260901~%sREF*6R*%d~", i+1, n(all), n(p), cas(all, p, q, k), i+1)
	}
	return b.String()
}

// write makes the remittance advices: one or two a day, with balances that are
// carried, differences put off and taken later, interest and levies.
func (h *history) write() {
	byDay := map[int][]act{}
	last := 0
	for _, a := range h.acts {
		byDay[a.day] = append(byDay[a.day], a)
		last = max(last, a.day)
	}
	type debt struct {
		reason, reference, trace string
		amount                   money.Amount
	}
	var owed []debt
	var sets []string
	for day := range last + 8 {
		parts := [][]act{byDay[day]}
		if len(byDay[day]) > 1 && h.r.IntN(3) == 0 {
			k := 1 + h.r.IntN(len(byDay[day])-1)
			parts = [][]act{byDay[day][:k], byDay[day][k:]}
		}
		for n, part := range parts {
			if len(part) == 0 {
				continue
			}
			trace := fmt.Sprintf("EFT%d-%03d-%d", h.number, day, n)
			date := time.Date(2026, 10, 1+day-day%h.grain, 0, 0, 0, 0, time.UTC).Format("20060102")
			var total money.Amount
			body := ""
			for i := range part {
				a := &part[i]
				body += a.clp(&h.claims[a.claim])
				if a.reversal {
					total -= a.d.paid
				} else {
					total += a.d.paid
				}
			}
			plb := ""
			add := func(reason, reference string, amount money.Amount) {
				plb += fmt.Sprintf("PLB*2000000010*20261231*%s:%s*%s~", reason, reference, amount)
				total -= amount
				h.plb += amount
			}
			if total < 0 && h.r.IntN(2) == 0 { // the difference is put off
				owed = append(owed, debt{"WO", part[0].d.icn + trace, trace, -total})
				add("WO", part[0].d.icn+trace, total)
			}
			if h.r.IntN(6) == 0 {
				add("L6", "", -money.Amount(1+h.r.IntN(500)))
			}
			for len(owed) > 0 && total > 0 && h.r.IntN(3) > 0 {
				// Few payers name what they take back as they named it first. One
				// that names nothing takes the oldest; one that does, any.
				k := 0
				if h.r.IntN(2) == 0 {
					k = h.r.IntN(len(owed))
				}
				d := &owed[k]
				names := []string{d.reference, d.trace}
				if !slices.ContainsFunc(owed[:k], func(o debt) bool { return o.reason == d.reason }) {
					names = append(names, "", "CASE7")
				}
				take := min(d.amount, total)
				add(d.reason, names[h.r.IntN(len(names))], take)
				if d.amount -= take; d.amount == 0 {
					owed = slices.Delete(owed, k, k+1)
				}
			}
			if total > 200 && h.r.IntN(8) == 0 {
				add("LE", "CASE9", 200)
			}
			if total < 0 { // carried to the next
				owed = append(owed, debt{"FB", trace, trace, -total})
				add("FB", trace, total)
			}
			h.checks += total
			how := "BPR*I*" + total.String() + "*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*" + date
			if total == 0 {
				how = "BPR*H*0*C*NON************" + date
			}
			sets = append(sets, how+"~TRN*1*"+trace+"*1999000002~DTM*405*"+date+"~N1*PR*LAKESHORE~N3*1 LAKE PLAZA~N4*CHICAGO*IL*60601~PER*BL*DESK*TE*2175550120~"+
				"N1*PE*PRAIRIE*XX*2000000010~LX*1~"+body+plb)
		}
	}
	h.owed = map[string]money.Amount{}
	for _, d := range owed {
		h.owed[d.reason+" "+d.trace] = d.amount
		h.debts += d.amount
	}
	// Some files have several sets, some several interchanges; some sets come
	// again in another file, some files come again.
	control := 0
	interchange := func(sets ...string) string {
		control++
		s := fmt.Sprintf("ISA*00*          *00*          *ZZ*LAKESHORE      *ZZ*PRAIRIE        *261020*0615*^*00501*%09d*0*T*:~GS*HP*L*P*20261020*0615*%d*X*005010X221A1~", h.number*100+control, control)
		for i, body := range sets {
			s += fmt.Sprintf("ST*835*%04d~%sSE*%d*%04d~", i+1, body, strings.Count(body, "~")+2, i+1)
		}
		return s + fmt.Sprintf("GE*%d*%d~IEA*1*%09d~", len(sets), control, h.number*100+control)
	}
	for rest := sets; len(rest) > 0; {
		n := min(1+h.r.IntN(3), len(rest))
		file := interchange(rest[:n]...)
		if rest = rest[n:]; len(rest) > 0 && h.r.IntN(4) == 0 {
			file += interchange(rest[0])
			rest = rest[1:]
		}
		h.files = append(h.files, []byte(file))
	}
	if h.r.IntN(2) == 0 {
		h.files = append(h.files, h.files[h.r.IntN(len(h.files))])
	}
	if h.r.IntN(2) == 0 {
		h.files = append(h.files, []byte(interchange(sets[h.r.IntN(len(sets))])))
	}
	h.r.Shuffle(len(h.files), func(i, k int) { h.files[i], h.files[k] = h.files[k], h.files[i] })
}

// take gives the ledger a file, as the gateway does.
func take(t testing.TB, tx *store.Tx, l *ledger.Ledger, s gateway.Scope, partner string, file []byte) gateway.Transmission {
	t.Helper()
	sum := sha256.Sum256(file)
	m := gateway.Transmission{Scope: s, Inbound: true, Partner: partner, Name: "a.835", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(file)), Kind: "other", State: "received", At: l.Now()}
	added, err := tx.AddTransmission(&m)
	if err != nil {
		t.Fatal(err)
	}
	if !added {
		return m // the same bytes: nothing is done
	}
	if err := l.Take(tx, &m, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

func newLedger() *ledger.Ledger {
	return &ledger.Ledger{Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }, NotFound: store.ErrNotFound}
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "gateway.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// addClaim puts a claim in as one that was sent.
func addClaim(t testing.TB, tx *store.Tx, c gateway.Claim) gateway.Claim {
	t.Helper()
	c.State, c.At, c.Money.Open = gateway.Sent, time.Unix(1e9, 0), c.Charge
	if c.Document == nil {
		c.Document = []byte("{}")
	}
	if c.Kind == "" {
		c.Kind = "professional"
	}
	if _, err := tx.AddClaim(&c); err != nil {
		t.Fatal(err)
	}
	if err := tx.PutInto(c.Scope, 1, "0001", []int64{c.ID}); err != nil {
		t.Fatal(err)
	}
	c.Interchange, c.Set = 1, "0001"
	return c
}

func TestHistories(t *testing.T) {
	count := 2000
	if testing.Short() {
		count = 200
	}
	db := openStore(t)
	l := newLedger()
	var paid, reversed, denied, twice int
	for from := 0; from < count; from += 100 {
		err := db.Do(t.Context(), func(tx *store.Tx) error {
			for n := from; n < from+100; n++ {
				h := &history{r: rand.New(rand.NewPCG(uint64(n), 8)), number: n, grain: 1 + 3*(n%2)}
				for k := range 1 + h.r.IntN(4) {
					h.live(k)
				}
				h.write()
				s := gateway.Scope{Organisation: fmt.Sprint("h", n), Usage: "test"}
				ids := map[string]int64{}
				for i, c := range h.claims {
					k := addClaim(t, tx, gateway.Claim{Scope: s, Transmission: int64(n + 1), Item: i + 1, ClaimID: c.id, Trace: c.id, Partner: "lakeshore", NPI: "2000000010", Charge: c.charge,
						From: "20260901", To: "20260901", Frequency: "1", Sequence: "P"})
					ids[c.id] = k.ID
				}
				for _, f := range h.files {
					m := take(t, tx, l, s, "lakeshore", f)
					if m.State != "taken" {
						t.Errorf("history %d: a file is %s: %s", n, m.State, m.Note)
					}
					if strings.Contains(m.Note, "came before") {
						twice++
					}
					for id, k := range ids { // whatever has arrived so far, every dollar of a claim is somewhere
						c, err := tx.Claim(s, k)
						if m := c.Money; err != nil || m.Paid+m.Adjusted+m.Patient+m.Denied+m.Open != c.Charge {
							t.Errorf("history %d: claim %s of %v holds %+v; %v", n, id, c.Charge, m, err)
						}
					}
				}
				var sum money.Amount
				for _, c := range h.claims {
					got, err := tx.Claim(s, ids[c.id])
					if err != nil {
						return err
					}
					want := gateway.Money{Paid: c.paid, Patient: c.patient, Denied: c.denied, Open: c.open, Adjusted: c.charge - c.paid - c.patient - c.denied - c.open}
					if got.Money != want || got.State != c.state {
						t.Errorf("history %d: claim %s came to %s %+v, the ledger says %s %+v", n, c.id, c.state, want, got.State, got.Money)
					}
					sum += got.Money.Paid
					switch c.state {
					case gateway.Paid:
						paid++
					case gateway.Reversed:
						reversed++
					case gateway.Denied:
						denied++
					}
				}
				advices, err := tx.Remittances(s)
				if err != nil {
					return err
				}
				var checks, moved money.Amount
				for _, m := range advices {
					if m.State != gateway.RemittancePosted {
						t.Errorf("history %d: advice %s is %s: %s", n, m.Trace, m.State, m.Hold)
					}
					checks += m.Amount
					moved += m.Adjusted
				}
				if checks != h.checks || moved != h.plb || sum-moved != checks {
					t.Errorf("history %d: checks %v, want %v; moved %v, want %v; claims were paid %v", n, checks, h.checks, moved, h.plb, sum)
				}
				adjustments, err := tx.ProviderAdjustments(s, 0, gateway.Page{Limit: 1000})
				if err != nil {
					return err
				}
				var open, all money.Amount
				for _, d := range ledger.Debts(adjustments) {
					open += d.Open()
					reason := map[string]string{"forward": "FB", "recovery": "WO"}[d.Kind]
					if want := h.owed[reason+" "+d.Trace]; d.Open() != want {
						t.Errorf("history %d: of %s %s %v is owed, want %v", n, reason, d.Trace, d.Open(), want)
					}
				}
				for _, a := range adjustments {
					all += a.Amount
				}
				if open != h.debts || all != h.plb {
					t.Errorf("history %d: %v is owed, want %v; provider adjustments %v, want %v", n, open, h.debts, all, h.plb)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			break
		}
	}
	if !t.Failed() && (paid < count/3 || reversed < count/40 || denied < count/20 || twice < count/20) {
		t.Errorf("too few of a kind: %d paid, %d reversed, %d denied, %d files twice", paid, reversed, denied, twice)
	}
}
