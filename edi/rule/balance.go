package rule

import (
	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
)

const (
	codeClaimTotal      diag.Code = 3901
	codeOtherPayerClaim diag.Code = 3902
	codeOtherPayerLine  diag.Code = 3903
	codeCannotEvaluate  diag.Code = 3904
)

// chargeIsSumOfLines: CLM02 is the sum of the line charges.
func chargeIsSumOfLines(x *check) {
	if !x.Charge.Known {
		for i := range x.Unread {
			if u := &x.Unread[i]; u.Segment == "CLM" && u.Element == 2 { // too large for an amount; other forms are said
				x.say(codeCannotEvaluate, x.clm(2, 0), "", "")
			}
		}
	}
	if len(x.Lines) == 0 || !x.Charge.Known || x.Charge.Amount < 0 {
		return // usage says so, or that it is negative is said
	}
	var sum money.Amount
	for i := range x.Lines {
		l := &x.Lines[i]
		if !l.ServiceAt.Known() || l.RevenueCode == "0001" {
			return // usage says that the segment is missing; the total of a paper claim is said to be no line
		}
		if !l.Charge.Known {
			x.say(codeCannotEvaluate, x.service(l, x.chargeElement(), 0), "", "")
			return
		}
		var err error
		if sum, err = sum.Add(l.Charge.Amount); err != nil {
			x.say(codeCannotEvaluate, x.service(l, x.chargeElement(), 0), "", "")
			return
		}
	}
	if sum == x.Charge.Amount {
		return
	}
	for i := range x.Lines {
		if x.Lines[i].Charge.Amount < 0 {
			return // said to be negative
		}
	}
	x.offBy = sum - x.Charge.Amount
	x.say(codeClaimTotal, x.clm(2, 0), sent(x.Charge), sum.String())
}

// sent is an amount as X12 writes it, and so as it most likely stands in the
// file.
func sent(o money.Optional) string { return string(o.Amount.AppendX12(nil)) }

// otherPayerBalances: for each other payer that decided the claim, CLM02 is
// what it paid plus all that it adjusted, on the claim and on its lines. Where
// its lines do not balance by just as much, they are said, and this is not.
func otherPayerBalances(x *check) {
	for i := range x.OtherCoverages {
		o := &x.OtherCoverages[i]
		stated := amountAt(o.Amounts, claim.AmountPayerPaid)
		paid := stated.Amount
		if !paid.Known || !x.Charge.Known || x.Charge.Amount < 0 {
			continue // it has not decided yet
		}
		sum, ok := adjust.Sum(o.Adjustments)
		lines, unbalanced := false, false
		var off money.Amount // by what its lines do not balance
		for k := range x.Lines {
			l := &x.Lines[k]
			for j := range l.Adjudications {
				a := &l.Adjudications[j]
				if a.PayerID != o.Payer.ID.Value {
					continue
				}
				lines = true
				s, fine := adjust.Sum(a.Adjustments)
				t, err := sum.Add(s)
				ok = ok && fine && err == nil
				sum = t
				if total, known, first := decided(l, j); first && a.BundledLine == "" && l.Charge.Known && known && total != l.Charge.Amount {
					unbalanced = true
					off += total - l.Charge.Amount
				}
			}
		}
		at := place{stated.At, "2320", "AMT", 2, 0}
		total, err := sum.Add(paid.Amount)
		switch {
		case !ok || err != nil:
			x.say(codeCannotEvaluate, at, "", "")
		case total == x.Charge.Amount:
		case x.offBy != 0 && total == x.Charge.Amount+x.offBy:
			// It balances with the lines: the total is said to be wrong.
		case unbalanced && (total-x.Charge.Amount == off || lines && len(o.Adjustments) == 0):
			// The line that does not balance is said.
		case x.strayDecision():
			// A decision names no payer of the claim, and may be this one's.
		default:
			x.report(codeOtherPayerClaim, x.clm(2, 0), at, sent(x.Charge), total.String())
		}
	}
}

func amountAt(list []claim.StatedAmount, kind claim.AmountKind) claim.StatedAmount {
	for i := range list {
		if list[i].Kind == kind {
			return list[i]
		}
	}
	return claim.StatedAmount{}
}

// decided is what the payer of decision j of a line paid and adjusted of it, in
// all parts; first says whether it is that payer's first.
func decided(l *claim.Line, j int) (total money.Amount, known, first bool) {
	payer := l.Adjudications[j].PayerID
	for k := range j {
		if l.Adjudications[k].PayerID == payer {
			return 0, false, false
		}
	}
	known = true
	for k := j; k < len(l.Adjudications); k++ {
		b := &l.Adjudications[k]
		if b.PayerID != payer {
			continue
		}
		s, fine := adjust.Sum(b.Adjustments)
		t, err := total.Add(s)
		known = known && fine && b.Paid.Known && err == nil
		if total, err = t.Add(b.Paid.Amount); err != nil {
			known = false
		}
	}
	return total, known, true
}

// otherPayerLineBalances: a line's charge is what the other payer paid for it
// plus what it adjusted; where it split the line, over all its parts.
func otherPayerLineBalances(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !l.Charge.Known || l.Charge.Amount < 0 {
			continue
		}
		for j := range l.Adjudications {
			a := &l.Adjudications[j]
			total, known, first := decided(l, j)
			at := place{a.At, "2430", "SVD", 2, 0}
			switch {
			case !first:
			case a.BundledLine != "":
				// Bundled into another line: its charge is balanced there.
			case !known:
				x.say(codeCannotEvaluate, at, "", "")
			case x.offBy != 0 && l.Charge.Amount-total == x.offBy:
				// The charge of this line is why the claim does not balance.
			case total != l.Charge.Amount:
				x.report(codeOtherPayerLine, x.service(l, x.chargeElement(), 0), at, sent(l.Charge), total.String())
			}
		}
	}
}

// strayDecision says whether a line has a decision of nobody.
func (x *check) strayDecision() bool {
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			if a := &x.Lines[i].Adjudications[j]; a.PayerID != "" && !x.hasOtherPayer(a.PayerID) {
				return true
			}
		}
	}
	return false
}

// hasOtherPayer says whether another payer of the claim has the identifier.
func (x *check) hasOtherPayer(id string) bool {
	for k := range x.OtherCoverages {
		if x.OtherCoverages[k].Payer.ID.Value == id {
			return true
		}
	}
	return false
}
