package guide

import (
	"encoding/binary"

	"claimwire/edi/x12"
)

// What comes after a segment is mostly what came after its like the last times.
// A Matcher keeps two of these a state, and asks the large tables only when
// none of them fits.

// guess is a segment that came in a state, and the use that it was. It is for
// candidates that are the only ones, or the first that the first key leads to:
// then they are right again, as long as they may repeat.
type guess struct {
	word, mask uint64    // what its first bytes are, and which of them count: the id, and the key where that follows at once
	node       *Node     // the use
	next       *[2]guess // what is likely to follow it
	required   []int32   // as candidate has it
	use        int32     // index of the use that counts: the loop, where node opens one
	above      int32     // index of the loop that it is counted in
	most       uint32    // how often it may have stood before
	element    uint8     // where the key stands that word does not hold; 0: there is none
	component  bool      // it is the first component there
	length     uint8     // of the key
	plain      bool      // nothing has to be done but to count it: see isPlain
	key        uint64    // its first byte is the lowest
}

// never is no segment.
var never = guess{word: 1}

// forget forgets all guesses.
func (m *Matcher) forget() {
	for i := range m.guesses {
		m.guesses[i] = [2]guess{never, never}
	}
}

// guess finds what a segment is by what came before; nil: not by that.
func (m *Matcher) guess(seg *x12.Segment) *guess {
	head, two := seg.Head(), m.two
	g := &two[0]
	if head&g.mask != g.word || g.element > 0 && !m.hasKey(seg, g) {
		g = &two[1]
		if head&g.mask != g.word || g.element > 0 && !m.hasKey(seg, g) {
			return nil
		}
	}
	if t := &m.tallies[g.use]; t.count > g.most && t.stamp == m.tallies[g.above].epoch {
		return nil
	}
	return g
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
	head := seg.Head()
	if head == 0 || m.thorough {
		return
	}
	n := c.node
	use := useOf(n)
	if use.Parent == nil {
		return
	}
	g := guess{node: n, next: &m.guesses[n.state], required: c.required, use: int32(use.Index), above: int32(use.Parent.Index), most: uint32(use.Max - 1), plain: c.isPlain(m.cur.Parent)}
	told := len(seg.ID().String()) + 1 // so many bytes of head tell it: the id and a separator
	if r.only == nil {
		v := seg.Element(int(r.element))
		if r.comp > 0 {
			v = seg.Component(int(r.element), int(r.comp))
		}
		if r.comp > 1 || len(v) == 0 || len(v) > 8 {
			return
		}
		if r.element == 1 && told+len(v) < 8 { // and so does what ends the key
			told += len(v) + 1
		} else {
			g.element, g.component, g.length = uint8(r.element), r.comp == 1, uint8(len(v))
			for i, b := range v {
				g.key |= uint64(b) << (8 * i)
			}
		}
	}
	g.mask = 1<<(8*told) - 1 // all, if it is 8
	g.word = head & g.mask
	two := m.two
	if two[0].word == g.word && two[0].key == g.key && two[0].node == n {
		return
	}
	two[0], two[1] = g, two[0]
}

// isPlain says whether a candidate asks for nothing but to be counted and
// checked when the loop that is open is its own: it passes over nothing that is
// required, and opens and numbers nothing.
func (c *candidate) isPlain(open *Node) bool {
	n := c.node
	return n.Parent == open && len(c.required) == 0 && !n.first && !n.hl && !n.marked && n.count == 0 && n.claimAt == 0
}
