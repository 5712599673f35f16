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
	if len(x.Lines) == 0 || !x.Charge.Known {
		return // usage says so
	}
	var sum money.Amount
	for i := range x.Lines {
		l := &x.Lines[i]
		if !l.ServiceAt.Known() {
			return // usage says that the segment is missing
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
	if sum != x.Charge.Amount {
		x.say(codeClaimTotal, x.clm(2, 0), sent(x.Charge), sum.String())
	}
}

// sent is an amount as X12 writes it, and so as it most likely stands in the
// file.
func sent(o money.Optional) string { return string(o.Amount.AppendX12(nil)) }

// otherPayerBalances: for each other payer that decided the claim, CLM02 is
// what it paid plus all that it adjusted, on the claim and on its lines.
func otherPayerBalances(x *check) {
	for i := range x.OtherCoverages {
		o := &x.OtherCoverages[i]
		paid := o.Amount(claim.AmountPayerPaid)
		if !paid.Known || !x.Charge.Known {
			continue // it has not decided yet
		}
		sum, ok := adjust.Sum(o.Adjustments)
		lines, lineLevel := 0, false
		for k := range x.Lines {
			for j := range x.Lines[k].Adjudications {
				a := &x.Lines[k].Adjudications[j]
				if a.PayerID != o.Payer.ID.Value {
					continue
				}
				lines++
				lineLevel = lineLevel || len(a.Adjustments) > 0
				s, fine := adjust.Sum(a.Adjustments)
				t, err := sum.Add(s)
				ok = ok && fine && err == nil
				sum = t
			}
		}
		at := place{amountAt(o.Amounts, claim.AmountPayerPaid).At, "2320", "AMT", 2, 0}
		if !ok {
			x.say(codeCannotEvaluate, at, "", "")
			continue
		}
		if len(o.Adjustments) == 0 && !lineLevel && lines == 0 && paid.Amount == x.Charge.Amount {
			continue
		}
		total, err := sum.Add(paid.Amount)
		if err != nil {
			x.say(codeCannotEvaluate, at, "", "")
			continue
		}
		if total != x.Charge.Amount {
			x.say(codeOtherPayerClaim, at, sent(paid), x.Charge.String())
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

// otherPayerLineBalances: a line's charge is what the other payer paid for it
// plus what it adjusted; where it split the line, over all its parts.
func otherPayerLineBalances(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !l.Charge.Known {
			continue
		}
		for j := range l.Adjudications {
			a := &l.Adjudications[j]
			first := true
			for k := range j {
				first = first && l.Adjudications[k].PayerID != a.PayerID
			}
			if !first {
				continue
			}
			var total money.Amount
			ok := true
			for k := j; k < len(l.Adjudications); k++ {
				b := &l.Adjudications[k]
				if b.PayerID != a.PayerID {
					continue
				}
				s, fine := adjust.Sum(b.Adjustments)
				ok = ok && fine && b.Paid.Known
				t, err := total.Add(s)
				ok = ok && err == nil
				if total, err = t.Add(b.Paid.Amount); err != nil {
					ok = false
				}
			}
			at := place{a.At, "2430", "SVD", 2, 0}
			switch {
			case a.BundledLine != "":
				// Bundled into another line: its charge is balanced there.
			case !ok:
				x.say(codeCannotEvaluate, at, "", "")
			case total != l.Charge.Amount:
				x.say(codeOtherPayerLine, at, sent(a.Paid), l.Charge.String())
			}
		}
	}
}
