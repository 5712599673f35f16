package guide

import (
	"claimwire/edi/x12"
)

// What a segment is that no use takes. This runs on faulty sets only, so it may
// search.

// unmatched decides what a segment is that no use takes. It runs only on
// faulty sets, so it may search.
func (m *Matcher) unmatched(seg *x12.Segment) Match {
	id := seg.ID()
	sd := m.g.Dictionary.Segments[id]
	if sd == nil {
		m.reportSegment(id, codeUnknownSegment, "")
		m.remember(seg)
		return Match{}
	}
	used := m.g.segmentIndex(id) >= 0
	if set := m.g.Dictionary.Sets[m.g.Set]; !used && set != nil && !set[id] {
		m.reportSegment(id, codeSegmentNotInSet, "")
		m.remember(seg)
		return Match{}
	}
	if !used {
		code := codeSegmentNotUsed
		if m.g.Partial { // it may well use what is not known
			code = codeUnsureSegment
		}
		m.reportSegment(id, code, "")
		m.remember(seg)
		return Match{}
	}
	if c := m.meant(seg); c != nil {
		return m.takeWithoutOpener(seg, c)
	}
	if c := m.promisedLevel(seg); c != nil {
		return m.takeWithoutOpener(seg, c)
	}
	// 0. What the open instance of a loop has had already: the next instance,
	// without its opener.
	if c := m.nextInstance(seg, false); c != nil {
		if o := m.nextInstance(seg, true); o != nil {
			c = o
		}
		if o := m.missingOpener(seg, false); o != nil && o.node.Parent.Parent == m.cur.Parent && firstIn(o.node.Parent, seg) && !m.passes(o) && m.fits(opener(use(o.node.Parent, seg)), seg) {
			c = o
		}
		return m.takeWithoutOpener(seg, c)
	}
	// What came after a segment of no known name may well belong to it.
	if m.strange > 0 && m.strange+1 == m.ordinal && m.earlier(seg) != nil && !m.awaited(useOf(m.earlier(seg))) {
		m.strange = m.ordinal
		return Match{}
	}
	// 1. Something that should have stood earlier in the loop, and has not; but
	// rather a level of the hierarchy without its HL where that fits better.
	if n := m.earlier(seg); n != nil && !m.fits(n, seg) {
		if c := m.missingOpener(seg, false); c != nil && c.node.hl && firstIn(c.node.Parent, seg) && !m.passes(c) && m.fits(opener(use(c.node.Parent, seg)), seg) {
			return m.takeWithoutOpener(seg, c)
		}
	}
	if n := m.earlier(seg); n != nil && n.Parent == m.cur.Parent && (n.Max == 0 || int(m.seen(n)) < n.Max || m.awaited(n)) {
		return m.outOfOrder(seg, n)
	}
	// 2. A required loop whose opening segment is missing. Where the segment could
	// stand here but for its key, the loop's own key has to speak for it.
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(id)]
	if c := m.missingOpener(seg, true); c != nil && (r.start == r.end || keyed(c.node.Parent, seg) && firstIn(c.node.Parent, seg)) {
		return m.takeWithoutOpener(seg, c)
	}
	// 3. Something that should have stood earlier; where it has stood, rather the
	// loop beside this one that begins with it, but for its opening segment.
	if n := m.earlier(seg); n != nil {
		if c := m.missingOpener(seg, false); c != nil && n.Max > 0 && int(m.seen(n)) >= n.Max && c.node.Parent.Parent == n.Parent.Parent && c.node.Parent != n.Parent &&
			firstIn(c.node.Parent, seg) && !m.passes(c) && m.fits(opener(use(c.node.Parent, seg)), seg) {
			return m.takeWithoutOpener(seg, c)
		}
		return m.outOfOrder(seg, n)
	}
	// 4. What by its key belongs to a loop whose opening segment is missing.
	if c := m.missingOpener(seg, false); c != nil && m.plausible(c, seg) && !m.awaitedHere(seg) {
		return m.takeWithoutOpener(seg, c)
	}
	// 5. The right segment with a wrong key.
	if mt, ok := m.wrongKey(seg); ok {
		return mt
	}
	// 6. Any loop whose opening segment is missing.
	if c := m.missingOpener(seg, false); c != nil && firstIn(c.node.Parent, seg) {
		keyed := len(opener(use(c.node.Parent, seg)).keys) > 0
		mt := m.takeWithoutOpener(seg, c)
		m.opener.stray = m.opener.loop == c.node.Parent && !keyed
		return mt
	}
	if !m.skipping {
		m.reportSegment(id, codeSegmentUnexpected, "")
	}
	if m.opens(id) {
		m.skipping = true
	}
	return Match{}
}

// opens says whether the segment opens some loop of the guide, so that what
// follows it belongs to it.
func (m *Matcher) opens(id x12.SegmentID) bool {
	for _, n := range m.g.Nodes {
		if n.IsLoop && n.Segment == id {
			return true
		}
	}
	return false
}

// missingOpener looks for a loop that could open here and that holds the
// segment, though not as its first.
func (m *Matcher) missingOpener(seg *x12.Segment, requiredOnly bool) *candidate {
	st := &m.g.states[m.cur.state]
	for i := range st.ranges {
		r := &st.ranges[i]
		for k := r.start; k < r.end; k++ {
			c := &m.g.candidates[k]
			if !c.node.first {
				continue
			}
			loop := c.node.Parent
			if requiredOnly && (loop.Usage != Required || m.seen(loop) > 0 || m.passes(c)) {
				continue
			}
			if holds(loop, seg) {
				return m.betterOpener(c, seg, requiredOnly)
			}
		}
	}
	return nil
}

// holds says whether the segment is a use of the loop, or opens a loop in it,
// other than the segment that opens the loop itself.
func holds(loop *Node, seg *x12.Segment) bool {
	for _, ch := range loop.Children[1:] {
		if n := opener(ch); n.Segment == seg.ID() && (len(n.keys) == 0 || keysMatch(n, seg, 0)) {
			return true
		}
	}
	return false
}

// betterOpener prefers a candidate that has nothing to say against the segment,
// among those the one that closes the fewest loops, and the first of them,
// whatever segment opens it.
func (m *Matcher) betterOpener(found *candidate, seg *x12.Segment, requiredOnly bool) *candidate {
	best, fits := found, m.fits(opener(use(found.node.Parent, seg)), seg)
	st := &m.g.states[m.cur.state]
	for i := range st.ranges {
		r := &st.ranges[i]
		for k := r.start; k < r.end; k++ {
			c := &m.g.candidates[k]
			if !c.node.first || requiredOnly && (c.node.Parent.Usage != Required || m.seen(c.node.Parent) > 0 || m.passes(c)) {
				continue
			}
			if !holds(c.node.Parent, seg) {
				continue
			}
			good := m.fits(opener(use(c.node.Parent, seg)), seg)
			better := good && !fits
			if good == fits {
				at, before := c.node.Parent.Index, best.node.Parent.Index
				behind := at < m.cur.Index
				better = c.level < best.level || c.level == best.level && (behind == (before < m.cur.Index) && at < before || !behind && before < m.cur.Index)
			}
			if better {
				best, fits = c, good
			}
		}
	}
	return best
}

// nextInstance looks outward for an open loop that may repeat and has had the
// segment as often as it may, and if asked, has nothing to say against it.
func (m *Matcher) nextInstance(seg *x12.Segment, fitting bool) *candidate {
	here := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(seg.ID())]
	reachable := here.start < here.end
	for loop := m.cur.Parent; loop != nil && loop.Parent != nil && !loop.hl; loop = loop.Parent {
		u := use(loop, seg)
		if u == nil || reachable && len(opener(u).keys) == 0 {
			continue // where it could stand here but for its key, a key has to speak for it
		}
		if m.seen(u) == 0 || m.awaited(u) || (u.Max == 0 || int(m.seen(u)) < u.Max) && groupOf(loop, u) != 1 {
			return nil // it has come too late; not so what follows the opener and has been left behind
		}
		if loop.Max > 0 && int(m.seen(loop)) >= loop.Max {
			continue
		}
		if fitting && !m.fits(opener(u), seg) {
			continue
		}
		first := loop.Children[0]
		r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(first.Segment)]
		for k := r.start; k < r.end; k++ {
			if c := &m.g.candidates[k]; c.node == first && !m.passes(c) {
				return c
			}
		}
	}
	return nil
}

// use is the use of a segment in a loop, other than as its first; nil: none.
func use(loop *Node, seg *x12.Segment) *Node {
	for _, ch := range loop.Children[1:] {
		if n := opener(ch); n.Segment == seg.ID() && (len(n.keys) == 0 || keysMatch(n, seg, 0)) {
			return ch
		}
	}
	return nil
}

// keyed says whether a key tells that the segment is a use of the loop.
func keyed(loop *Node, seg *x12.Segment) bool {
	u := use(loop, seg)
	return u != nil && len(opener(u).keys) > 0
}

// firstIn says whether nothing that the loop requires stands between its first
// segment and this one.
func firstIn(loop *Node, seg *x12.Segment) bool {
	u := use(loop, seg)
	if u == nil {
		return false
	}
	for _, ch := range loop.Children[1:] {
		if ch.Position < u.Position && ch.Usage == Required {
			return false
		}
	}
	return true
}

// passes says whether a candidate passes over a required use that has not come.
func (m *Matcher) passes(c *candidate) bool {
	for _, r := range c.required {
		if u := m.g.Nodes[r]; u != c.node.Parent && m.seen(u) == 0 {
			return true
		}
	}
	return false
}

// plausible says whether the segment is told by its key to belong to the loop
// of a candidate, with nothing else missing.
func (m *Matcher) plausible(c *candidate, seg *x12.Segment) bool {
	u := use(c.node.Parent, seg)
	return u != nil && len(opener(u).keys) > 0 && firstIn(c.node.Parent, seg) && !m.passes(c)
}

// awaitedHere says whether a use of the segment that is required here has not
// come, so that a wrong key is likelier than a missing opener.
func (m *Matcher) awaitedHere(seg *x12.Segment) bool {
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(seg.ID())]
	for i := r.start; i < r.end; i++ {
		n := m.g.candidates[i].node
		if n.first {
			n = n.Parent
		}
		if n.Usage == Required && m.seen(n) == 0 && !m.passes(&m.g.candidates[i]) {
			return true
		}
	}
	return false
}

// promisedLevel is the level below the open one, whose HL04 says that one
// follows, where the segment belongs to it and its HL has not come.
func (m *Matcher) promisedLevel(seg *x12.Segment) *candidate {
	if !m.hlOpen || m.hlHasChild != '1' {
		return nil
	}
	r := &m.g.states[m.cur.state].ranges[m.g.segmentIndex(m.hlNode.Segment)]
	for i := r.start; i < r.end; i++ {
		if c := &m.g.candidates[i]; c.node.Parent.hlAbove == int32(m.hlNode.Index) && holds(c.node.Parent, seg) {
			return c
		}
	}
	return nil
}
