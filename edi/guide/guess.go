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
	key       uint64 // its first byte is the lowest
	id        x12.SegmentID
	use       int32  // index of the use that counts: the loop, where the candidate opens one
	most      uint32 // how often it may have stood before
	element   uint8  // where the key stands; 0: there is none
	component bool   // it is the first component there
	length    uint8  // of the key
	plain     bool   // nothing has to be done but to count it: see isPlain
}

// guess finds what a segment is by what came before; nil: not by that.
func (m *Matcher) guess(seg *x12.Segment) *guess {
	two := &m.guesses[m.cur.state]
	for i := range two {
		g := &two[i]
		if g.id == seg.ID() && (g.element == 0 || m.hasKey(seg, g)) && m.seenAt(g.use) <= g.most && g.candidate != nil {
			return g
		}
	}
	return nil
}

// hasKey compares the key of a segment.
func (m *Matcher) hasKey(seg *x12.Segment, g *guess) bool {
	block, ends, id := seg.Table()
	k := uint(g.element)
	if ends == nil || k > uint(seg.Len()) {
		return false
	}
	from, to := ends.At(id+k-1)+1, ends.At(id+k)
	end := from + uint(g.length)
	if end != to && (!g.component || end > to || block[end] != m.delims.Component) || end < 8 {
		return false
	}
	return binary.LittleEndian.Uint64(block[end-8:end])>>((64-8*g.length)%64) == g.key
}

// learn notes a candidate that find was sure of.
func (m *Matcher) learn(seg *x12.Segment, r *candidateRange, c *candidate) {
	use := useOf(c.node)
	g := guess{candidate: c, id: seg.ID(), use: int32(use.Index), most: uint32(use.Max - 1), plain: c.isPlain(m.cur.Parent)}
	if r.only == nil {
		v := seg.Element(int(r.element))
		if r.comp > 0 {
			v = seg.Component(int(r.element), int(r.comp))
		}
		if r.comp > 1 || len(v) == 0 || len(v) > 8 {
			return
		}
		g.element, g.component, g.length = uint8(r.element), r.comp == 1, uint8(len(v))
		for i, b := range v {
			g.key |= uint64(b) << (8 * i)
		}
	}
	two := &m.guesses[m.cur.state]
	two[0], two[1] = g, two[0]
}

// isPlain says whether a candidate asks for nothing but to be counted and
// checked when the loop that is open is its own: it passes over nothing that is
// required, and opens and numbers nothing.
func (c *candidate) isPlain(open *Node) bool {
	n := c.node
	return n.Parent == open && len(c.required) == 0 && !n.first && !n.hl && !n.marked && n.count == 0 && n.claimAt == 0
}

// again takes a plain segment.
func (m *Matcher) again(seg *x12.Segment, g *guess) Match {
	n := g.candidate.node
	t := &m.tallies[g.use]
	if e := m.tallies[t.above].epoch; t.stamp != e {
		t.stamp, t.count = e, 0
	}
	t.count++
	m.cur, m.skipping = n, false
	if m.thorough || !m.clean(n, seg) {
		m.check(n, seg)
	}
	return Match{Node: n, Muted: m.muted != nil}
}
