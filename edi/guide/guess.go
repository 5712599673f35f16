package guide

import (
	"encoding/binary"

	"claimwire/edi/x12"
)

// What comes after a segment is mostly what came after its like the last times.
// A Matcher keeps two of these a state, and asks the large tables only when
// none of them fits.

// guess is a segment that came in a state, and the candidate that it was. It is
// for candidates that are the only ones, or the first that the first key leads
// to: then they are right again, as long as they may repeat.
type guess struct {
	candidate *candidate
	key       uint64 // shifted so that it ends with the highest byte
	id        x12.SegmentID
	use       int32  // index of the use that counts: the loop, where the candidate opens one
	most      uint32 // how often it may have stood before
	element   uint8  // where the key stands; 0: there is none
	component bool   // it is the first component there
	length    uint8  // of the key
}

// guess finds the candidate that a segment is by what came before; nil: not by
// that.
func (m *Matcher) guess(seg *x12.Segment) *candidate {
	two := &m.guesses[m.cur.state]
	for i := range two {
		g := &two[i]
		if g.id == seg.ID() && (g.element == 0 || m.hasKey(seg, g)) && m.seenAt(g.use) <= g.most {
			return g.candidate
		}
	}
	return nil
}

// hasKey compares the key of a segment.
func (m *Matcher) hasKey(seg *x12.Segment, g *guess) bool {
	block, ends := seg.Table()
	k := int(g.element)
	if k >= len(ends) {
		return false
	}
	from, to := int(ends[k-1])+1, int(ends[k])
	if end := from + int(g.length); end != to && (!g.component || end > to || block[end] != m.delims.Component) || from+8 > len(block) {
		return false
	}
	return binary.LittleEndian.Uint64(block[from:from+8])<<((64-8*g.length)%64) == g.key
}

// learn notes a candidate that find was sure of.
func (m *Matcher) learn(seg *x12.Segment, r *candidateRange, c *candidate) {
	use := useOf(c.node)
	g := guess{candidate: c, id: seg.ID(), use: int32(use.Index), most: uint32(use.Max - 1)}
	if r.only == nil {
		v := seg.Element(int(r.element))
		if r.comp > 0 {
			v = seg.Component(int(r.element), int(r.comp))
		}
		if r.comp > 1 || len(v) == 0 || len(v) > 8 {
			return
		}
		g.element, g.component, g.length = uint8(r.element), r.comp == 1, uint8(len(v))
		for _, b := range v {
			g.key = g.key>>8 | uint64(b)<<56
		}
	}
	two := &m.guesses[m.cur.state]
	two[0], two[1] = g, two[0]
}
