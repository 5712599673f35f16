package edi

import "claimwire/edi/diag"

// Rules that what could not be read makes speak.
const (
	codeTrailing         diag.Code = 1305
	codeSegmentUnknown   diag.Code = 1301
	codeSegmentElsewhere diag.Code = 1302
	codeSegmentLate      diag.Code = 1303
	codeSegmentNotUsed   diag.Code = 2301
	codeSegmentNotHere   diag.Code = 2302
	codeConditional      diag.Code = 1408

	codeClaimUnknown diag.Code = 3904
	codePaidUnknown  diag.Code = 3914
	codeCountUnknown diag.Code = 3925

	codePatientShare      diag.Code = 3915
	codeChargesOfLines    diag.Code = 3916
	codeOtherPayerClaim   diag.Code = 3902
	codeOtherPayerUnknown diag.Code = 4923
	codeNoDecisionDate    diag.Code = 4924
	codeNoTransport       diag.Code = 4324
	codeNoCountedRide     diag.Code = 4325
	codeNoProviderNumber  diag.Code = 4465
	codeNoReplacement     diag.Code = 4360
)

// fault is what form, guide or code lists said of a segment.
type fault struct {
	loop, segment string
	ordinal       int
	element       int // 0: the segment as a whole
	component     int // 0: the element as a whole
}

// maxFaults bounds how many are remembered, those said last.
const maxFaults = 32

// faults are what types 1, 2 and 5 have said of the open claim and of the
// levels above it. The rules look at what stands there after that: they would
// miss what could not be read, and say the same fault again.
type faults struct {
	own, above []fault
	claim, set gaps
}

// gaps are what cannot be relied on.
type gaps struct {
	amount  bool // an amount is missing or wrong
	sums    bool // a segment that sums are made of has no place, or is missing
	service bool // what a line bills is missing or wrong
	payers  bool // what another payer is known by is missing or wrong
	unknown bool // a segment is none of the guide's, or stands where it cannot: it is not looked at
}

// next forgets the claim that is complete.
func (f *faults) next() { f.own, f.claim = f.own[:0], gaps{} }

// reset forgets the set.
func (f *faults) reset() { *f = faults{own: f.own[:0], above: f.above[:0]} }

// add notes what a finding of form or guide leaves open.
func (g *gaps) add(d *diag.Diagnostic) {
	whole := d.Element == 0
	switch d.Code {
	case codeSegmentUnknown, codeSegmentElsewhere, codeSegmentLate, codeSegmentNotUsed, codeSegmentNotHere:
		g.unknown = true
	}
	switch d.SegmentID {
	case "LX":
		g.sums = g.sums || whole
	case "CLM", "SV1", "SV2", "SV3", "CAS", "AMT", "SVD", "CLP", "SVC", "BPR", "PLB", "QTY", "STC", "AK2", "IK5", "AK9":
		g.amount = true
		// Half of a pair of reason and amount is not counted.
		g.sums = g.sums || whole || d.Code == codeConditional && (d.SegmentID == "CAS" || d.SegmentID == "PLB")
		g.service = g.service || d.SegmentID[:2] == "SV" && d.SegmentID != "SVD" && d.Element <= 2
		g.payers = g.payers || d.SegmentID == "SVD" && d.Element <= 1
	case "NM1":
		g.payers = g.payers || d.Loop == "2330B"
	}
}

// explain says whether the gaps are why a rule finds something.
func (g *gaps) explain(d *diag.Diagnostic) bool {
	switch d.Code {
	case codeClaimUnknown, codePaidUnknown, codeCountUnknown, codePatientShare, codeChargesOfLines:
		return g.amount || g.unknown
	case codeOtherPayerClaim, codeOtherPayerUnknown, codeNoDecisionDate:
		return g.payers || g.unknown || d.Code == codeOtherPayerClaim && g.sums
	case codeNoTransport, codeNoCountedRide, codeNoProviderNumber, codeNoReplacement:
		return g.unknown
	}
	if d.Code.SNIP() == 6 && (g.service || g.sums || g.unknown) {
		return true // lines of service are told by what they bill
	}
	if d.Code.SNIP() == 3 {
		return g.sums || g.unknown
	}
	return g.unknown && d.Code.Missing()
}

// explain notes a finding, or says that it only repeats what was said.
func (f *faults) explain(d diag.Diagnostic) bool {
	switch d.Code.SNIP() {
	case 1, 2:
		if d.Code == codeTrailing {
			return false // all of the segment is read: it explains nothing else
		}
		f.claim.add(&d)
		f.set.add(&d)
		f.note(d)
	case 5:
		for i := range f.own {
			if f.own[i].explains(d, true) {
				return true
			}
		}
		f.note(d)
	case 3, 4, 6:
		if d.Segment == 0 {
			return true // it asks for something of a segment that has not come
		}
		// A sum over a set rests on all of it.
		if f.claim.explain(&d) || d.Claim == "" && d.Code.SNIP() == 3 && f.set.explain(&d) {
			return true
		}
		for i := range f.own {
			if f.own[i].explains(d, true) {
				return true
			}
		}
		for i := range f.above {
			if f.above[i].explains(d, false) {
				return true
			}
		}
	}
	return false
}

func (f *faults) note(d diag.Diagnostic) {
	list := &f.above
	if d.Claim != "" {
		list = &f.own
	}
	if len(*list) == maxFaults {
		copy(*list, (*list)[1:])
		*list = (*list)[:maxFaults-1]
	}
	*list = append(*list, fault{d.Loop, d.SegmentID, d.Segment, d.Element, d.Component})
}

// nearby is how far a fault above a claim may stand from what it explains: the
// levels are short.
const nearby = 12

// explains says whether a rule only repeats the fault: of the same element, of
// the element that asks for another, or of a segment that is missing since the
// one that was read in its place is wrong. own says that the fault is of the
// claim that the rule looks at.
func (f *fault) explains(d diag.Diagnostic, own bool) bool {
	if f.ordinal == d.Segment && f.segment == d.SegmentID && (d.Element == 0 || f.covers(d.Element, d.Component)) {
		return true
	}
	t := &d.Trigger
	if t.Segment > 0 && f.ordinal == t.Segment && f.segment == t.SegmentID && f.covers(t.Element, t.Component) {
		return true
	}
	if d.Element > 0 || !d.Code.Missing() {
		return false
	}
	if f.element == 0 && f.ordinal >= d.Segment-2 && f.ordinal <= d.Segment {
		return true
	}
	far := !own && (f.loop != d.Loop || f.ordinal > d.Segment+nearby || f.ordinal < d.Segment-nearby)
	return f.segment == d.SegmentID && f.element <= 2 && !far
}

// covers says whether the fault is of an element, or of the same part of it.
func (f *fault) covers(element, component int) bool {
	return f.element == 0 || f.element == element && (f.component == 0 || component == 0 || f.component == component)
}
