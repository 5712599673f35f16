package guide

import (
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Loops whose opening segment is missing.

// pendingOpener is the report of a missing opener, which waits for one segment:
// when the opener comes next, the two have only been swapped.
type pendingOpener struct {
	loop *Node // nil: none waits
	id   x12.SegmentID
	in   string // the loop before it
	mark
	d     diag.Diagnostic
	stray bool // nothing but its name ties the segment to the loop
}

// say makes the report one of the segment that came, where it came.
func (o *pendingOpener) say(code diag.Code) {
	o.d.Code, o.d.SegmentID, o.d.Loop, o.d.Want = code, o.id.String(), o.in, ""
}

// sayOpener reports the missing opener that waits.
func (m *Matcher) sayOpener() {
	if m.opener.loop == nil {
		return
	}
	m.opener.loop = nil
	m.say(m.opener.d)
}

// strayed says whether a loop that was entered by a segment of no certain place
// is left at once, with more missing than its opener: the segment is out of
// place, and there is no such loop. What is missing in it is not.
func (m *Matcher) strayed(seg *x12.Segment) bool {
	o := &m.opener
	if !o.stray || o.ordinal+1 != m.ordinal {
		return false
	}
	if si := m.g.segmentIndex(seg.ID()); si >= 0 {
		c, _ := m.find(&m.g.states[m.cur.state].ranges[si], seg)
		if c == nil || within(c.node, o.loop) && !(c.node.first && c.node.Parent == o.loop) {
			return false
		}
	}
	lacks := false
	for _, u := range o.loop.Children[1:] {
		if u.Usage == Required && m.seen(u) == 0 {
			m.count(u)
			lacks = true
		}
	}
	return lacks
}

// swapped takes the segment that opens the loop which was entered without one
// just before: the two have changed places. Else the missing opener is said.
func (m *Matcher) swapped(seg *x12.Segment) (Match, bool) {
	if m.strayed(seg) {
		m.opener.say(codeSegmentUnexpected)
	}
	o := &m.opener
	n := o.loop.Children[0]
	if n.hl || n.claimAt > 0 || o.ordinal+1 != m.ordinal || n.Segment != seg.ID() || len(n.keys) > 0 && !keysMatch(n, seg, 0) {
		m.sayOpener()
		return Match{}, false
	}
	if n.count > 0 {
		if number, ok := smallInt(seg.Element(int(n.count))); ok && number == int32(m.lxLast[n.Parent.Parent.Index])+1 {
			m.sayOpener() // the next one: the one before is missing
			return Match{}, false
		}
	}
	o.say(codeSegmentUnexpected)
	m.sayOpener()
	if n.count > 0 {
		m.lxs[n.Parent.Parent.Index]--
		m.checkCounter(n, seg)
	}
	m.check(n, seg)
	return Match{Node: n, Muted: m.muted != nil}, true
}

// takeWithoutOpener reports the missing opener and goes on inside the loop.
func (m *Matcher) takeWithoutOpener(seg *x12.Segment, c *candidate) Match {
	loop := c.node.Parent
	for _, r := range c.required {
		if u := m.g.Nodes[r]; m.seen(u) == 0 && u != loop {
			m.missing(u)
		}
	}
	in := m.loopName(m.cur)
	d := diag.Diagnostic{Pos: m.at(), Code: codeSegmentMissing, Want: c.node.Name}
	d.Loop, d.SegmentID = loop.Loop, c.node.Segment.String()
	if m.reclaim(loop) {
		d.Segment, d.Offset = m.held.d.Segment, m.held.d.Offset
	}
	m.leave(c.node)
	m.sayOpener()
	if !m.misspelt(m.ordinal, c.node) {
		m.opener = pendingOpener{loop: loop, id: seg.ID(), in: in, mark: mark{m.ordinal, m.offset}, d: d}
	}
	m.count(loop)
	m.open(loop)
	m.count(c.node)
	m.standAt(c.node)
	if c.node.hl {
		m.hlOpen = false
		m.hl[loop.Index] = -1 // its number is not known: children are not judged by it
		m.hlCount++
		m.hlLast++
	}
	if c.node.count > 0 {
		m.lxs[loop.Parent.Index]++
		m.lxLast[loop.Parent.Index]++
	}
	mt := m.withCare(seg)
	if mt.Opened == nil {
		mt.Opened = loop
	}
	return mt
}
