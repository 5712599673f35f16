package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/x12"
	"claimwire/gateway"

	"io"

	"claimwire/edi"
)

// The gate before posting: a remittance advice is posted when each of its lines
// and claims, and the whole, balance, and when it is the first that names its
// payment. Any other is held with the arithmetic, and only a person releases
// it. Nothing is ever adjusted to make it fit.

// advice is a remittance advice of a file, before anything of it is posted.
type advice struct {
	row         gateway.Remittance
	adjustments []gateway.ProviderAdjustment
}

// gate looks at the remittance advices of a file, one after the other.
type gate struct {
	m         *gateway.Transmission
	equations remit.Gate
	digest    hash.Hash
	open      bool
	payments  int      // BPR segments of the set
	traces    int      // TRN segments before its claims
	envelope  []string // what is wrong with ST and SE
	counts    []string // and with GE and IEA
}

func (g *gate) begin(set string) {
	g.equations.Next()
	g.payments, g.traces, g.envelope = 0, 0, nil
	if g.open = set == "835"; !g.open {
		return
	}
	if g.digest == nil {
		g.digest = sha256.New()
	}
	g.digest.Reset()
}

var segmentST, segmentSE, segmentBPR, segmentTRN = x12.SegmentIDOf("ST"), x12.SegmentIDOf("SE"), x12.SegmentIDOf("BPR"), x12.SegmentIDOf("TRN")

// report keeps what is wrong with the envelope of a set: a count that is not
// that of its segments says that something was left out or put in.
func (g *gate) report(d diag.Diagnostic) {
	if (d.SegmentID == "GE" || d.SegmentID == "IEA") && d.Code.Severity() == diag.Error && len(g.counts) < 5 {
		g.counts = append(g.counts, d.Message())
	}
	if g.open && (d.SegmentID == "SE" || d.SegmentID == "ST") && d.Code.Severity() == diag.Error && len(g.envelope) < 5 {
		g.envelope = append(g.envelope, d.Message())
	}
}

// end is what is known of an advice when its set is over.
func (g *gate) end(a *advice) {
	hold := g.envelope
	if g.payments > 1 {
		hold = append(hold, fmt.Sprintf("BPR stands %d times: nobody knows what was paid", g.payments))
	}
	if g.traces > 1 {
		hold = append(hold, fmt.Sprintf("TRN stands %d times: the payment has no one number, by which it is told from others", g.traces))
	}
	if len(hold) > 0 {
		a.row.Hold = strings.TrimLeft(a.row.Hold+"\n"+strings.Join(hold, "\n"), "\n")
	}
}

// segment adds to what tells an advice from others: all but its envelope and
// control numbers.
func (g *gate) segment(seg *x12.Segment) {
	if !g.open || seg.ID() == segmentST || seg.ID() == segmentSE {
		return
	}
	switch seg.ID() {
	case segmentBPR:
		g.payments++
	case segmentTRN:
		g.traces++
	}
	io.WriteString(g.digest, seg.ID().String())
	for i := range seg.Len() {
		g.digest.Write([]byte{0x1f})
		g.digest.Write(seg.Element(i + 1))
	}
	g.digest.Write([]byte{'\n'})
}

// remittance judges an advice, after its claims.
func (g *gate) remittance(r *remit.Remittance) advice {
	g.equations.Remittance(r)
	if r.At.Offset == 0 {
		g.equations.Faults = append(g.equations.Faults, remit.Fault{Level: "set", Text: "BPR is missing: nobody knows what was paid"})
	}
	a := advice{row: gateway.Remittance{Scope: g.m.Scope, Partner: g.m.Partner, Trace: strings.Clone(r.Trace), Origin: strings.Clone(r.TraceOrigin), Amount: r.Amount.Amount,
		Date: strings.Clone(r.Date), Method: strings.Clone(r.Method), Handling: strings.Clone(r.Handling), Balanced: g.equations.Holds(), State: gateway.RemittancePosted,
		PayerName: strings.Clone(r.Payer.Name), Payee: strings.Clone(r.Payee.NPI()), PayeeName: strings.Clone(r.Payee.Name),
		Place: gateway.Place{SHA256: g.m.SHA256, Offset: r.At.Offset, Segment: int(r.At.Segment)}}}
	if a.row.Payee == "" {
		a.row.Payee = strings.Clone(r.Payee.ID)
	}
	var sum [sha256.Size]byte
	if g.digest != nil {
		a.row.Digest = hex.EncodeToString(g.digest.Sum(sum[:0]))
	}
	var hold []string
	if c := r.Currency; c != "" && c != "USD" {
		hold = append(hold, "CUR02 is "+c+": amounts of another currency are not posted as dollars")
	}
	for _, f := range g.equations.Faults {
		hold = append(hold, f.String())
	}
	if g.equations.More > 0 {
		hold = append(hold, fmt.Sprintf("and %d more", g.equations.More))
	}
	a.row.Hold = strings.Join(hold, "\n")
	var total money.Amount
	for i := range r.ProviderAdjustments {
		p := &r.ProviderAdjustments[i]
		total += p.Amount.Amount
		a.adjustments = append(a.adjustments, gateway.ProviderAdjustment{Scope: g.m.Scope, Partner: g.m.Partner, Payee: a.row.Payee, Provider: strings.Clone(p.ProviderID),
			FiscalYear: strings.Clone(p.FiscalYear), Reason: strings.Clone(p.Reason), Reference: strings.Clone(p.Reference), Amount: p.Amount.Amount, Date: a.row.Date,
			Trace: a.row.Trace, Position: i + 1})
	}
	a.row.Adjusted = total
	return a
}

// receive notes the remittance advices of a file, and says which are posted.
func (t *taking) receive(list []advice) error {
	for i := range list {
		a := &list[i]
		m := &a.row
		other, same, err := t.tx.SameTrace(m)
		if err != nil {
			return err
		}
		if same {
			old, err := t.tx.Remittance(t.m.Scope, other)
			if err != nil {
				return err
			}
			if old.State == gateway.RemittanceDiscarded {
				old.State, old.Hold = gateway.RemittanceHeld, old.Hold+fmt.Sprintf("\nit came again, in file %d, after it was discarded", t.m.ID)
				if err := t.tx.SetRemittance(&old); err != nil {
					return err
				}
				t.note("a remittance advice that was discarded came again, as number %d: it is held", other)
				continue
			}
			t.note("a remittance advice that came before, as number %d", other)
			continue
		}
		if other != 0 && m.Trace != "" {
			m.Hold = strings.TrimLeft(m.Hold+"\n"+fmt.Sprintf("it names the payment of remittance advice %d, and says something else", other), "\n")
		}
		if m.Hold != "" {
			m.State = gateway.RemittanceHeld
			why, _, _ := strings.Cut(m.Hold, "\n")
			if strings.HasPrefix(why, "claim ") {
				_, why, _ = strings.Cut(why, ": ") // the number may be a patient's
			}
			t.note("a remittance advice is held, nothing of it is posted: %s", why)
		}
		added, err := t.tx.AddRemittance(m)
		if err != nil {
			return err
		}
		if !added || m.State == gateway.RemittanceHeld {
			continue
		}
		if err := t.accept(a); err != nil {
			return err
		}
	}
	return nil
}

// accept takes an advice that is to be posted.
func (t *taking) accept(a *advice) error {
	t.remits[a.row.Place.Offset] = &a.row
	for i := range a.adjustments {
		a.adjustments[i].Remittance = a.row.ID
	}
	return t.tx.AddProviderAdjustments(a.adjustments)
}

// Release posts a held remittance advice as it is, since a person has said so:
// m is the file that it came in. It runs once: an advice that is not being
// released is left alone.
func (l *Ledger) Release(tx Tx, r *gateway.Remittance, m *gateway.Transmission, open func() (io.ReadCloser, error)) error {
	if r.State != gateway.RemittanceReleasing {
		return nil
	}
	f, err := open()
	if err != nil {
		return err
	}
	k, err := l.first(f, m)
	f.Close()
	if err != nil {
		return err
	}
	t := l.taking(tx, m)
	for i := range k.advices {
		if a := &k.advices[i]; a.row.Place.Offset == r.Place.Offset && a.row.Digest == r.Digest {
			a.row.ID, a.row.State, a.row.Hold = r.ID, gateway.RemittanceReleased, r.Hold
			if err := t.accept(a); err != nil {
				return err
			}
		}
	}
	if len(t.remits) == 0 {
		return fmt.Errorf("remittance advice %d is not in its file any more", r.ID)
	}
	if err := t.read(open, edi.Sink{Report: func(diag.Diagnostic) {}, ClaimPayment: func(c *remit.ClaimPayment) { t.do(func() error { return t.payment(c) }) }}); err != nil {
		return err
	}
	*r = *t.remits[r.Place.Offset]
	return nil
}
