package edi

import "claimwire/edi/diag"

// offsets remember where the last segments of the open set begin. A rule knows
// the ordinal of what was read where a segment should have stood, and not where
// that begins when it is none of its claim.
type offsets struct {
	at   [1 << 12]int64
	last int
}

func (o *offsets) note(ordinal int, offset int64) {
	o.at[uint(ordinal)%uint(len(o.at))], o.last = offset, ordinal
}

// of corrects the offset of a finding that stands in a segment.
func (o *offsets) of(d *diag.Diagnostic) {
	if d.Segment > 0 && d.Segment <= o.last && d.Segment > o.last-len(o.at) {
		d.Offset = o.at[d.Segment%len(o.at)]
	}
}
