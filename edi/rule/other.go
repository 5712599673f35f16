package rule

import (
	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// Other payers of a claim, and what they have decided.

const (
	codeOtherPayerUnknown diag.Code = 4923
	codeNoDecisionDate    diag.Code = 4924
)

// otherPayerIsNamed: what a line says of another payer's decision names a
// payer of the claim.
func otherPayerIsNamed(x *check) {
	if x.lacksEarlierPayer() {
		return // which is said
	}
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			a := &x.Lines[i].Adjudications[j]
			if a.PayerID != "" && !x.hasOtherPayer(a.PayerID) {
				x.say(codeOtherPayerUnknown, place{a.At, "2430", "SVD", 1, 0}, a.PayerID, "")
			}
		}
	}
}

// decidedLines says whether lines have a decision of other payer k, and whether
// all of those are dated. Of two payers with one identifier they are the first's.
func (x *check) decidedLines(k int) (any, dated bool) {
	payer := x.OtherCoverages[k].Payer.ID.Value
	for i := range k {
		if x.OtherCoverages[i].Payer.ID.Value == payer {
			return false, false
		}
	}
	dated = true
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			if a := &x.Lines[i].Adjudications[j]; a.PayerID == payer && payer != "" {
				any = true
				dated = dated && dateOf(a.Dates, claim.DateAdjudicated) != nil
			}
		}
	}
	return any, any && dated
}

// otherPayerDecidedOnADay: a payer that decided has the date of it, with the
// payer or with the lines.
func otherPayerDecidedOnADay(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		if !o.Amount(claim.AmountPayerPaid).Known || dateOf(o.Payer.Dates, claim.DateAdjudicated) != nil {
			continue
		}
		if lines, _ := x.decidedLines(k); !lines && o.Payer.At.Known() {
			a := amountAt(o.Amounts, claim.AmountPayerPaid)
			x.missing(codeNoDecisionDate, scope{coverage: o}, "2330B", "DTP", place{a.At, "2320", "AMT", 1, 0}, "")
		}
	}
}

// decisionIsDatedOnce: with the payer, or with the lines.
func decisionIsDatedOnce(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		if d := dateOf(o.Payer.Dates, claim.DateAdjudicated); d != nil {
			if _, dated := x.decidedLines(k); dated {
				x.say(4355, place{d.At, "2330B", "DTP", 0, 0}, d.Text, "")
			}
		}
	}
}

// earlierPayerHasDecided: a payer that comes before the one a claim is for has
// said what it pays, or the claim says that it was not asked.
func earlierPayerHasDecided(x *check) {
	if !x.covered() {
		return
	}
	own := turn(x.Subscriber.Coverage.Sequence)
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		t := turn(o.Coverage.Sequence)
		if own == 0 || t == 0 || t >= own || len(o.Adjustments) > 0 || !o.Coverage.At.Known() {
			continue
		}
		if o.Amount(claim.AmountPayerPaid).Known || o.Amount(claim.AmountNonCovered).Known || amountAt(o.Amounts, claim.AmountPayerPaid).At.Known() {
			continue
		}
		if lines, _ := x.decidedLines(k); !lines {
			x.missing(4353, scope{coverage: o}, "2320", "AMT", place{o.Coverage.At, "2320", "SBR", 1, 0}, "")
		}
	}
}

// turn is the place of a payer among the others; 0: not known.
func turn(sequence string) int {
	if len(sequence) != 1 {
		return 0
	}
	for i := range len("PSTABCDEFGH") {
		if "PSTABCDEFGH"[i] == sequence[0] {
			return i + 1
		}
	}
	return 0
}

// decisionHasTotal: a payer that decided has paid a sum, if only 0.
func decisionHasTotal(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		if amountAt(o.Amounts, claim.AmountPayerPaid).At.Known() || !o.Coverage.At.Known() {
			continue
		}
		if lines, _ := x.decidedLines(k); (lines || len(o.Adjustments) > 0) && !amountAt(o.Amounts, claim.AmountNonCovered).At.Known() {
			x.missing(4356, scope{coverage: o}, "2320", "AMT", place{o.Payer.At, "2330B", "NM1", 9, 0}, "")
		}
	}
}

// notAskedIsNotDecided: where a payer was not asked because it covers nothing,
// there is nothing that it paid or adjusted.
func notAskedIsNotDecided(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		a := amountAt(o.Amounts, claim.AmountNonCovered)
		if a.At.Known() && (len(o.Adjustments) > 0 || amountAt(o.Amounts, claim.AmountPayerPaid).At.Known()) {
			x.say(4354, place{a.At, "2320", "AMT", 1, 0}, "A8", "")
		}
	}
}

// notAskedIsAll: and what it does not cover is the whole charge.
func notAskedIsAll(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		a := amountAt(o.Amounts, claim.AmountNonCovered)
		if !a.Amount.Known || !x.Charge.Known || len(o.Adjustments) > 0 || amountAt(o.Amounts, claim.AmountPayerPaid).At.Known() {
			continue
		}
		if a.Amount.Amount != x.Charge.Amount {
			x.report(3908, x.clm(2, 0), place{a.At, "2320", "AMT", 2, 0}, sent(x.Charge), a.Amount.String())
		}
	}
}

// reasonsDiffer: on one level, a group has a reason once.
func reasonsDiffer(x *check) {
	for k := range x.OtherCoverages {
		if a := repeated(x.OtherCoverages[k].Adjustments); a != nil {
			x.say(4496, place{a.At, "2320", "CAS", int(a.Element), 0}, string(a.Reason), "")
		}
	}
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			if a := repeated(x.Lines[i].Adjudications[j].Adjustments); a != nil {
				x.say(4496, place{a.At, "2430", "CAS", int(a.Element), 0}, string(a.Reason), "")
			}
		}
	}
}

// repeated finds an adjustment whose group and reason stood before.
func repeated(list []adjust.Adjustment) *adjust.Adjustment {
	for i := 1; i < len(list); i++ {
		for k := range i {
			if list[k].Reason == list[i].Reason && list[k].Group == list[i].Group && list[i].Reason != "" {
				return &list[i]
			}
		}
	}
	return nil
}

// payersHaveIdentifiersOfTheirOwn: decisions on lines name a payer by it.
func payersHaveIdentifiersOfTheirOwn(x *check) {
	for i := range x.OtherCoverages {
		p := &x.OtherCoverages[i].Payer
		for k := range i {
			if p.ID.Value != "" && x.OtherCoverages[k].Payer.ID.Value == p.ID.Value {
				x.say(4497, place{p.At, "2330B", "NM1", 9, 0}, p.ID.Value, "")
				break
			}
		}
	}
}

// bundledLineExists: a line that another payer bundled into a second one names
// a line of the claim.
func bundledLineExists(x *check) {
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			a := &x.Lines[i].Adjudications[j]
			if a.BundledLine == "" {
				continue
			}
			found := false
			for k := range x.Lines {
				found = found || k != i && x.Lines[k].Number == a.BundledLine
			}
			if !found {
				x.say(4498, place{a.At, "2430", "SVD", 6, 0}, a.BundledLine, "")
			}
		}
	}
}

// paidUnitsAreNotNegative: a payer pays for no less than nothing.
func paidUnitsAreNotNegative(x *check) {
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			a := &x.Lines[i].Adjudications[j]
			if sign, ok := a.Units.Sign(); a.Units != "" && ok && sign < 0 {
				x.say(4499, place{a.At, "2430", "SVD", 5, 0}, string(a.Units), "")
			}
		}
	}
}
