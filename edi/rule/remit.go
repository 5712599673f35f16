package rule

import (
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/remit"
)

const (
	codePaidLine        diag.Code = 3911
	codePaidClaim       diag.Code = 3912
	codePaidSet         diag.Code = 3913
	codePaidNotComplete diag.Code = 3914
)

// Remittances checks the three equations of remittance advices. Nothing is
// ever adjusted: what does not balance is said, with what it should be.
type Remittances struct {
	Types  Types
	Report diag.Reporter
}

// ClaimPayment checks a claim payment and its lines.
func (r *Remittances) ClaimPayment(c *remit.ClaimPayment) {
	if !r.Types.Has(3) {
		return
	}
	lines := false
	for i := range c.Lines {
		l := &c.Lines[i]
		if !l.At.Known() {
			continue // usage says that its SVC is missing
		}
		b := l.Balance()
		at := diag.Pos{Offset: l.At.Offset, Segment: int(l.At.Segment), SegmentID: "SVC", Loop: "2110", Element: 2}
		lines = r.judge(c, at, b, codePaidLine) || lines
	}
	b := c.Balance()
	at := diag.Pos{Offset: c.At.Offset, Segment: int(c.At.Segment), SegmentID: "CLP", Loop: "2100", Element: 3}
	if lines && b.Known && !b.Holds() && len(c.Lines) > 0 && linesExplain(c, b) {
		return // the line that does not balance has been named
	}
	r.judge(c, at, b, codePaidClaim)
}

// linesExplain says whether the claim is out of balance by just what its lines
// are.
func linesExplain(c *remit.ClaimPayment, b remit.Balance) bool {
	diff := b.Stated - b.Computed
	for i := range c.Lines {
		l := c.Lines[i].Balance()
		if !l.Known {
			return false
		}
		diff -= l.Stated - l.Computed
	}
	return diff == 0
}

func (r *Remittances) judge(c *remit.ClaimPayment, at diag.Pos, b remit.Balance, code diag.Code) (found bool) {
	if b.Holds() {
		return false
	}
	at.Interchange, at.Group, at.Transaction, at.Claim = c.Source.Interchange, c.Source.Group, c.Source.Transaction, strings.Clone(c.ID)
	switch {
	case !b.Known:
		r.Report.Report(diag.Diagnostic{Pos: at, Code: codePaidNotComplete})
	case !b.Holds():
		r.Report.Report(diag.Diagnostic{Pos: at, Code: code, Got: b.Stated.String(), Want: b.Computed.String()})
	default:
		return false
	}
	return true
}

// Remittance checks the payment of a set, after its claims.
func (r *Remittances) Remittance(a *remit.Remittance) {
	if !r.Types.Has(3) || !a.At.Known() {
		return
	}
	b := a.Balance()
	at := diag.Pos{Offset: a.At.Offset, Segment: int(a.At.Segment), SegmentID: "BPR", Element: 2,
		Interchange: a.Source.Interchange, Group: a.Source.Group, Transaction: a.Source.Transaction}
	switch {
	case !b.Known:
		r.Report.Report(diag.Diagnostic{Pos: at, Code: codePaidNotComplete})
	case !b.Holds():
		r.Report.Report(diag.Diagnostic{Pos: at, Code: codePaidSet, Got: b.Stated.String(), Want: b.Computed.String()})
	}
}
