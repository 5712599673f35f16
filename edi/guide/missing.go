package guide

import (
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// What a set lacks, and what waits until it is clear that it does: a use may still
// come late, or be a segment that stands there under a wrong name or key.

// pendingMissing is a missing use whose report waits: it may turn out to stand
// later, out of order.
type pendingMissing struct {
	node  *Node
	epoch uint32 // of the parent's instance
	d     diag.Diagnostic
}

// missing notes a required use that was passed over.
func (m *Matcher) missing(u *Node) {
	if m.muted != nil && within(u, m.muted) || len(m.pending) >= 64 {
		return
	}
	if m.excused(u) {
		m.count(u)
		return
	}
	d := diag.Diagnostic{Pos: m.at(), Code: codeSegmentMissing}
	d.Loop, d.SegmentID = m.loopName(u), u.Segment.String()
	d.Want = u.Name
	if u.IsLoop {
		d.Code = codeLoopMissing
	}
	if m.reclaim(u) {
		d.Code, d.Want = codeSegmentMissing, u.Children[0].Name
		d.Segment, d.Offset = m.held.d.Segment, m.held.d.Offset
		m.count(u)
		m.pending = append(m.pending, pendingMissing{u, m.tallies[u.Parent.Index].epoch, d})
		return
	}
	if u.unsure {
		d.Code = codeUnsureSegment
	}
	// Where uses may come in any order, it should have stood before the first
	// that the guide has after it.
	if g := u.Parent.groups[groupOf(u.Parent, u)]; len(g) > 1 {
		for _, i := range g {
			if k := u.Parent.Children[i]; k.Index > u.Index && k.marked && m.seen(k) > 0 && m.marks[k.Index].ordinal < d.Segment {
				d.Segment, d.Offset = m.marks[k.Index].ordinal, m.marks[k.Index].offset
			}
		}
	}
	// Counted as seen, so that it is reported once.
	m.count(u)
	if m.misspelt(d.Segment, opener(u)) {
		return
	}
	m.pending = append(m.pending, pendingMissing{u, m.tallies[u.Parent.Index].epoch, d})
}

// flushClosed reports the pending findings of loops that n is not within.
func (m *Matcher) flushClosed(n *Node) {
	keep := m.pending[:0]
	for _, p := range m.pending {
		if m.tallies[p.node.Parent.Index].epoch == p.epoch && within(n, p.node.Parent) && !(n.first && n.Parent == p.node.Parent) {
			keep = append(keep, p)
			continue
		}
		m.rep.Report(p.d)
	}
	m.pending = keep
}

// flush reports the pending findings of a loop and all below it.
func (m *Matcher) flush(loop *Node) {
	keep := m.pending[:0]
	for _, p := range m.pending {
		if p.node.Parent != loop && !within(p.node, loop) {
			keep = append(keep, p)
			continue
		}
		m.rep.Report(p.d)
	}
	m.pending = keep
}

// awaited says whether the use was found missing in the open instance.
func (m *Matcher) awaited(use *Node) bool {
	for _, p := range m.pending {
		if p.node == use && p.epoch == m.tallies[use.Parent.Index].epoch {
			return true
		}
	}
	return false
}

// awaits says whether a use is required and has not come.
func (m *Matcher) awaits(u *Node) bool { return u.Usage == Required && m.seen(u) == 0 }

// excused says whether a use that has not come may be the segment whose key was
// wrong; each such segment excuses one.
func (m *Matcher) excused(u *Node) bool {
	for i := range m.doubts {
		for _, d := range m.doubts[i].epochs {
			if d.use == u && d.epoch == m.tallies[u.Parent.Index].epoch {
				m.doubts = append(m.doubts[:i], m.doubts[i+1:]...)
				return true
			}
		}
	}
	return false
}

// misspelt says whether what is missing before a segment is likely the one that
// stands there under a name that is none of the guide's. It is asked once of
// each such segment.
func (m *Matcher) misspelt(before int, use *Node) bool {
	if m.strange == 0 || m.strange+1 != before {
		if m.stranger == nil || m.strangerAt >= before || m.strangerAt+maxStray < before || !m.fits(use, m.stranger) {
			return false
		}
	}
	m.strange, m.stranger = 0, nil
	return true
}

// maxStray bounds how many segments may stand between an unknown segment and
// the place where what it was meant to be is missed.
const maxStray = 8

// remember keeps a segment that is none of the guide's: what follows may tell
// which it was meant to be.
func (m *Matcher) remember(seg *x12.Segment) {
	m.strange, m.strangerAt, m.stranger = m.ordinal, m.ordinal, nil
	if len(seg.Raw()) <= maxStranger {
		m.stranger = seg.Clone()
	}
}

// maxStranger bounds the segments that are remembered.
const maxStranger = 512

// meant is the loop that the unknown segment before this one opens, if it has
// all that the loop's first segment asks for but the name, and the loop holds
// this one.
func (m *Matcher) meant(seg *x12.Segment) *candidate {
	if m.stranger == nil || m.strange+1 != m.ordinal {
		return nil
	}
	var best *candidate
	st := &m.g.states[m.cur.state]
	for i := range st.ranges {
		r := &st.ranges[i]
		for k := r.start; k < r.end; k++ {
			c := &m.g.candidates[k]
			if !c.node.first || best != nil && (c.level > best.level || c.level == best.level && c.node.Index > best.node.Index) {
				continue
			}
			if holds(c.node.Parent, seg) && m.fits(c.node, m.stranger) {
				best = c
			}
		}
	}
	return best
}

// fits says whether nothing is wrong with the elements of a segment, taken as a
// use.
func (m *Matcher) fits(n *Node, seg *x12.Segment) bool {
	if !keysMatch(n, seg, 0) {
		return false
	}
	muted, said := m.muted, m.said
	m.muted = n
	m.scanElements(n, seg, 0, 0)
	good := m.said == said
	m.muted, m.said = muted, said
	return good
}
