package guide

import (
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Segments that come too late.

// heldLate is the report that a segment came too late, which waits: the segment
// may belong to a loop whose opening segment is missing.
type heldLate struct {
	node *Node // nil: none waits
	d    diag.Diagnostic
}

// earlier looks for a use that the segment comes too late for: in the open
// loop, or in one around it where the use was found missing, or where nothing
// else could explain the segment. A level of the hierarchy is not searched
// from the level below it.
func (m *Matcher) earlier(seg *x12.Segment) *Node {
	r := m.g.states[m.cur.state].ranges[m.g.segmentIndex(seg.ID())]
	reachable := r.start < r.end
	for n := m.cur; n.Parent != nil; n = n.Parent {
		if n.IsLoop && n.hl {
			return nil
		}
		gi := groupOf(n.Parent, n)
		for k := gi - 1; k >= 0; k-- {
			for _, i := range n.Parent.groups[k] {
				ch := n.Parent.Children[i]
				if ch.first {
					continue
				}
				target := opener(ch)
				if target.Segment != seg.ID() || len(target.keys) > 0 && !keysMatch(target, seg, 0) {
					continue
				}
				if n == m.cur || !reachable || m.awaited(ch) {
					return target
				}
			}
		}
	}
	return nil
}

// useOf is the use that a segment counts as: the loop that it opens, or itself.
func useOf(n *Node) *Node {
	if n.first {
		return n.Parent
	}
	return n
}

// outOfOrder reports a use that comes too late, takes back the report that it
// was missing, and goes on as if it had come in time.
func (m *Matcher) outOfOrder(seg *x12.Segment, n *Node) Match {
	use := useOf(n)
	keep := m.pending[:0]
	forgiven := false
	for _, p := range m.pending {
		if !forgiven && p.node == use && p.epoch == m.tallies[use.Parent.Index].epoch {
			forgiven = true
			continue
		}
		keep = append(keep, p)
	}
	m.pending = keep
	// What follows it in its own order comes late for the same reason.
	if m.lateUse == nil || m.lateUse.Parent != use.Parent || m.late.ordinal+1 != m.ordinal || use.Position < m.lateUse.Position || n.first {
		m.sayLate()
		if forgiven || n.first || use.Usage == Required || m.muted != nil {
			m.report(n, codeSegmentOutOfOrder, 0, 0, nil, "")
		} else {
			d := diag.Diagnostic{Pos: m.at(), Code: codeSegmentOutOfOrder}
			d.SegmentID, d.Loop = n.Segment.String(), m.loopName(n)
			m.held = heldLate{n, d}
		}
	}
	m.late, m.lateUse = mark{m.ordinal, m.offset}, use
	back := m.cur
	if !forgiven {
		m.count(use) // that it may repeat too often as well is the same fault
	}
	mt := Match{Node: n}
	if n.first {
		// What follows belongs to this loop, and then to where we are: the loops
		// around are still open and their later uses are reachable from it.
		mt.Opened = use
		m.open(use)
		m.count(n)
		m.standAt(n)
	} else {
		m.standAt(back)
	}
	m.check(n, seg)
	return mt
}

// sayLate reports the segment that came too late, where its report waits.
func (m *Matcher) sayLate() {
	if m.held.node != nil {
		m.held.node = nil
		m.say(m.held.d)
	}
}

// reclaim says whether the segment that came too late belongs to a loop beside
// its own that is required and has not been opened: then it is not late, and
// the opening segment is missing where it stands.
func (m *Matcher) reclaim(loop *Node) bool {
	if !m.reclaims(loop) {
		return false
	}
	m.held.node = nil
	return true
}

func (m *Matcher) reclaims(loop *Node) bool {
	n := m.held.node
	if n == nil || !loop.IsLoop || loop.Usage != Required || loop.Parent != n.Parent.Parent {
		return false
	}
	for _, ch := range loop.Children[1:] {
		if u := opener(ch); u.Segment == n.Segment && (len(u.keys) == 0 || !disjoint(u, n)) {
			return true
		}
	}
	return false
}
