package edi

import "claimwire/edi/diag"

// What the rules say where an amount is missing.
const (
	codeClaimUnknown diag.Code = 3904
	codePaidUnknown  diag.Code = 3914
	codeCountUnknown diag.Code = 3925
)

// fault is what form, guide or code lists said of a segment.
type fault struct {
	loop, segment string
	ordinal       int
	element       int // 0: the segment as a whole
}

// maxFaults bounds how many are remembered, those said last.
const maxFaults = 32

// faults are what types 1, 2 and 5 have said of the open claim and of the
// levels above it. The rules look at what stands there after that: they would
// miss what could not be read, and say the same fault again.
type faults struct {
	own, above []fault
	amount     bool // an amount of the open claim is missing or wrong
	setAmount  bool // the same of the set
}

// next forgets the claim that is complete.
func (f *faults) next() { f.own, f.amount = f.own[:0], false }

// explain notes a finding, or says that it only repeats what was said.
func (f *faults) explain(d diag.Diagnostic) bool {
	switch d.Code.SNIP() {
	case 1, 2:
		switch d.SegmentID {
		case "CLM", "SV1", "SV2", "SV3", "CAS", "AMT", "SVD", "CLP", "SVC", "BPR", "PLB", "QTY", "STC":
			f.amount, f.setAmount = true, true
		}
		f.note(d)
	case 5:
		f.note(d)
	case 3, 4:
		switch d.Code {
		case codeClaimUnknown, codePaidUnknown, codeCountUnknown:
			return f.amount || f.setAmount && (d.SegmentID == "BPR" || d.Code == codeCountUnknown)
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
	*list = append(*list, fault{d.Loop, d.SegmentID, d.Segment, d.Element})
}

// nearby is how far a fault above a claim may stand from what it explains: the
// levels are short.
const nearby = 12

// explains says whether a rule only repeats the fault: of the same element, of
// the element that asks for another, or of a segment that is missing since the
// one that was read in its place is wrong. own says that the fault is of the
// claim that the rule looks at.
func (f *fault) explains(d diag.Diagnostic, own bool) bool {
	same := f.element == 0 || d.Element == 0 || f.element == d.Element
	if f.ordinal == d.Segment && f.segment == d.SegmentID && same {
		return true
	}
	t := &d.Trigger
	if t.Segment > 0 && f.ordinal == t.Segment && f.segment == t.SegmentID && (f.element == 0 || f.element == t.Element) {
		return true
	}
	if d.Element > 0 || !d.Code.Missing() {
		return false
	}
	if f.ordinal == d.Segment && f.element == 0 {
		return true
	}
	far := !own && (f.loop != d.Loop || f.ordinal > d.Segment+nearby || f.ordinal < d.Segment-nearby)
	return f.segment == d.SegmentID && f.element <= 2 && !far
}
