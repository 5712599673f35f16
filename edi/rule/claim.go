package rule

import (
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Types says which SNIP types are checked; bit n stands for type n.
type Types uint16

// Of makes Types of a list of numbers.
func Of(types ...int) Types {
	var t Types
	for _, n := range types {
		t |= 1 << n
	}
	return t
}

// All are the types that this package knows.
var All = Of(3, 4, 6)

// Has says whether a type is among them.
func (t Types) Has(n int) bool { return t&(1<<n) != 0 }

// Claims checks one claim after another. It keeps nothing of a claim.
type Claims struct {
	Types  Types
	Today  string // CCYYMMDD; empty: the date of the submission (BHT04)
	Report diag.Reporter

	at check // reused
}

// check is what a rule works with: the claim and where findings go.
type check struct {
	*claim.Claim
	today string
	rep   diag.Reporter
}

// claimRules are tried in this order; kinds says for which kinds of claim.
var claimRules = []struct {
	snip  int
	kinds string // of claim.Kind
	run   func(*check)
}{
	{3, "PID", chargeIsSumOfLines},
	{3, "PID", otherPayerBalances},
	{3, "PID", otherPayerLineBalances},
	{4, "PID", replacementNamesOriginal},
	{4, "PID", accidentHasDate},
	{4, "PID", autoAccidentHasState},
	{4, "PID", accidentDateHasCause},
	{4, "PD", pointersPointToDiagnoses},
	{4, "PID", serviceDatesAreReal},
	{4, "PID", birthDateIsReal},
	{4, "PID", patientIsNamedOnce},
	{4, "P", inpatientHasAdmission},
	{4, "P", ambulanceHasPlaces},
	{4, "PID", chargesAreNotNegative},
	{4, "PID", unitsAreNotZero},
	{4, "PID", linesAreNotTwice},
	{4, "PI", drugCodeHasElevenDigits},
	{4, "PI", medicareNumberIsWellFormed},
	{4, "PID", billingZIPHasNineDigits},
	{4, "PID", billingAddressIsAStreet},
	{4, "P", anesthesiaIsInMinutes},
	{4, "PID", otherPayerIsNamed},
	{4, "PID", otherPayerDecidedOnADay},
	{4, "PID", laterPayerHasEarlierOne},
	{4, "PID", attachmentHasControlNumber},
	{4, "PID", lineControlNumbersDiffer},
	{4, "P", purchasedServiceHasProvider},
}

// Check runs the rules over a claim.
func (c *Claims) Check(cl *claim.Claim) {
	x := &c.at
	*x = check{Claim: cl, today: c.Today, rep: c.Report}
	if x.today == "" && cl.Submission != nil {
		x.today = cl.Submission.Date
	}
	for i := range claimRules {
		r := &claimRules[i]
		if !c.Types.Has(r.snip) {
			continue
		}
		for k := range len(r.kinds) {
			if claim.Kind(r.kinds[k]) == cl.Kind {
				r.run(x)
				break
			}
		}
	}
}

// place says where a finding stands.
type place struct {
	at                 x12.At
	loop, segment      string
	element, component int
}

// say reports a finding of the claim. Whoever takes it may keep it: the claim's
// own strings do not outlive the claim.
func (x *check) say(code diag.Code, p place, got, want string) {
	x.rep.Report(diag.Diagnostic{Code: code, Got: strings.Clone(got), Want: want, Pos: diag.Pos{
		Offset: p.at.Offset, Segment: int(p.at.Segment), SegmentID: p.segment, Loop: p.loop,
		Element: p.element, Component: p.component,
		Interchange: x.Source.Interchange, Group: x.Source.Group, Transaction: x.Source.Transaction, Claim: strings.Clone(x.ID),
	}})
}

func (x *check) clm(element, component int) place {
	return place{x.At, "2300", "CLM", element, component}
}

// service is the segment that carries a line's charge.
func (x *check) service(l *claim.Line, element, component int) place {
	return place{l.ServiceAt, "2400", x.serviceSegment(), element, component}
}

func (x *check) serviceSegment() string {
	switch x.Kind {
	case claim.Institutional:
		return "SV2"
	case claim.Dental:
		return "SV3"
	}
	return "SV1"
}

// chargeElement is where a line's charge stands.
func (x *check) chargeElement() int {
	if x.Kind == claim.Institutional {
		return 3
	}
	return 2
}

// patientLoop is the loop of the patient's name.
func (x *check) patientLoop() string {
	if x.Patient != nil {
		return "2010CA"
	}
	return "2010BA"
}
