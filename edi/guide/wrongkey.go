package guide

import (
	"claimwire/edi/x12"
)

// Segments whose key is wrong, and what they might be.

// doubt is a segment whose key is wrong and that might be any of several uses:
// what comes next may tell which, and one of them is not missing.
type doubt struct {
	id      x12.SegmentID
	ordinal int
	cur     *Node // the use that was matched before it
	epochs  []doubtUse
}

type doubtUse struct {
	use   *Node
	epoch uint32 // of the parent's instance
}

// maxDoubts bounds how many are remembered.
const maxDoubts = 16

// wrongKey looks for uses of the segment that are possible here but for their
// key, and reports the key element.
func (m *Matcher) wrongKey(seg *x12.Segment) (Match, bool) {
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(seg.ID())]
	if r.start == r.end {
		return Match{}, false
	}
	if m.skipping {
		return Match{}, true
	}
	best, bestScore := -1, -1
	lowest := m.g.candidates[r.start].level
	for i := r.start; i < r.end; i++ {
		c := &m.g.candidates[i]
		use := c.node
		if use.first {
			use = use.Parent
		}
		score := 0
		if use.Usage == Required && m.seen(use) == 0 {
			score += 4
		}
		if c.level == lowest {
			score += 2
		}
		if m.mayRepeat(c) {
			score++
		}
		if c.node.hl {
			score += m.hlScore(c.node, seg)
		}
		if score > bestScore {
			best, bestScore = int(i), score
		}
	}
	c := &m.g.candidates[best]
	n := c.node
	if len(n.keys) == 0 {
		return Match{}, false
	}
	// Which of the keys is wrong: the first that does not match.
	k := n.keys[0]
	for _, t := range n.keys {
		if v := keyValue(seg, t); len(v) == 0 || !t.codes.has(v) {
			k = t
			break
		}
	}
	got := keyValue(seg, k)
	var want []string
	for i := r.start; i < r.end; i++ {
		if m.g.candidates[i].level > c.level {
			continue
		}
		for _, t := range m.g.candidates[i].node.keys {
			if t.element == k.element && t.component == k.component {
				want = append(want, t.codes.text...)
			}
		}
	}
	req := n.Usage == Required && m.seen(n) == 0
	if n.first {
		req = n.Parent.Usage == Required && m.seen(n.Parent) == 0
	}
	check := &n.checks[k.element-1]
	if k.component > 0 {
		check = &check.parts[k.component-1]
	}
	code := codeElementMissing
	if len(got) > 0 {
		code = codeNotInGuide
		if check.standard != nil && !check.standard[string(got)] {
			code = codeNotInStandard
		}
	}
	if k.component > 0 {
		code += 100
	}
	m.report(n, code, k.element, k.component, got, listCodes(want))
	if !n.hl && m.doubtful(r, lowest) {
		if !req {
			return Match{}, true
		}
		mt := Match{Node: n}
		if n.first {
			mt.Opened = n.Parent
		}
		return mt, true
	}
	if !req && !n.first {
		return Match{}, true
	}
	for _, q := range c.required {
		u := m.g.Nodes[q]
		if m.seen(u) == 0 && u != n && u != n.Parent {
			m.missing(u)
		}
	}
	m.leave(n)
	mt := Match{Node: n}
	if n.first {
		mt.Opened = n.Parent
		if req {
			m.count(n.Parent)
		}
		m.open(n.Parent)
		if !req && m.muted == nil {
			m.muted = n.Parent
			mt.Muted = true
		}
	}
	m.count(n)
	m.standAt(n)
	if n.claimAt > 0 {
		m.openClaim(n, seg)
	}
	if n.hl {
		m.checkHL(n, seg)
	}
	m.scanElements(n, seg, k.element, k.component)
	return mt, true
}

// doubtful notes which uses a segment with a wrong key might be; false where
// there is but one.
func (m *Matcher) doubtful(r *candidateRange, level int) bool {
	d := doubt{id: m.g.candidates[r.start].node.Segment, ordinal: m.ordinal, cur: m.cur}
	for i := r.start; i < r.end; i++ {
		if c := &m.g.candidates[i]; c.level == level {
			u := c.node
			if u.first {
				u = u.Parent
			}
			d.epochs = append(d.epochs, doubtUse{u, m.tallies[u.Parent.Index].epoch})
		}
	}
	if len(d.epochs) < 2 {
		return false
	}
	if len(m.doubts) == maxDoubts {
		m.doubts = append(m.doubts[:0], m.doubts[1:]...)
	}
	m.doubts = append(m.doubts, d)
	return true
}

// resolve takes the segment after one that might have opened several loops: it
// stands in the first of them that holds it: one that is required and has not
// come before others, then one that may come again.
func (m *Matcher) resolve(seg *x12.Segment) (Match, bool) {
	d := &m.doubts[len(m.doubts)-1]
	if d.cur != m.cur {
		return Match{}, false
	}
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(d.id)]
	var best *candidate
	bestScore := -1
	for i := r.start; i < r.end; i++ {
		c := &m.g.candidates[i]
		if !c.node.first || c.node.hl || !holds(c.node.Parent, seg) || !d.has(c.node.Parent) {
			continue
		}
		score := 0
		if m.awaits(c.node.Parent) {
			score += 2
		}
		if m.mayRepeat(c) {
			score++ // one that may not come again is the least likely
		}
		if score > bestScore {
			best, bestScore = c, score
		}
	}
	if best == nil {
		return Match{}, false
	}
	m.doubts = m.doubts[:len(m.doubts)-1]
	loop := best.node.Parent
	sure := m.awaits(loop)
	for _, q := range best.required {
		if u := m.g.Nodes[q]; m.seen(u) == 0 && u != loop {
			m.missing(u)
		}
	}
	m.leave(best.node)
	m.count(loop)
	m.open(loop)
	m.count(best.node)
	if best.node.count > 0 {
		m.lxs[loop.Parent.Index]++
		m.lxLast[loop.Parent.Index]++
	}
	m.standAt(best.node)
	if !sure && m.muted == nil {
		m.muted = loop
	}
	mt := m.withCare(seg)
	if mt.Opened == nil {
		mt.Opened = loop
	}
	return mt, true
}

func (d *doubt) has(u *Node) bool {
	for _, e := range d.epochs {
		if e.use == u {
			return true
		}
	}
	return false
}

func keyValue(seg *x12.Segment, k keyTest) []byte {
	if k.component > 0 {
		return seg.Component(k.element, k.component)
	}
	return seg.Element(k.element)
}

// levelOfParent finds the level whose parent HL02 names, where HL03 says
// another below a level that has none below it: HL03 is wrong, not all that
// follows. nil: HL02 does not speak against it.
func (m *Matcher) levelOfParent(seg *x12.Segment, c *candidate) *candidate {
	if c.node.Parent.hlAbove != int32(m.hlNode.Index) || m.hlScore(c.node, seg) > 0 {
		return nil
	}
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(seg.ID())]
	for i := r.start; i < r.end; i++ {
		if o := &m.g.candidates[i]; o.node.hl && o != c && len(o.node.keys) > 0 && o.node.Parent.hlAbove >= 0 && m.hlScore(o.node, seg) > 0 {
			return o
		}
	}
	return nil
}

// hlScore prefers the level whose parent is the one that HL02 names.
func (m *Matcher) hlScore(n *Node, seg *x12.Segment) int {
	above := n.Parent.hlAbove
	parent, ok := smallInt(seg.Element(2))
	switch {
	case above < 0 && len(seg.Element(2)) == 0:
		return 8
	case above >= 0 && ok && (m.hl[above] == parent || m.hlTrue[above] == parent):
		return 8
	}
	return 0
}
