package guide

import (
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// How findings are placed and said.

// at is the position of the segment at hand.
func (m *Matcher) at() diag.Pos {
	return diag.Pos{Offset: m.offset, Interchange: m.pos.Interchange, Group: m.pos.Group,
		Transaction: m.pos.Transaction, Segment: m.ordinal, Claim: string(m.claim)}
}

// report places a finding in the segment at hand, taken as use n.
func (m *Matcher) report(n *Node, code diag.Code, element, component int, got []byte, want string) {
	d := diag.Diagnostic{Pos: m.at(), Code: m.g.sure(n, code, element, component), Got: clip(got), Want: want}
	d.SegmentID, d.Loop, d.Element, d.Component = n.Segment.String(), m.loopName(n), element, component
	d.Name = n.nameOf(code, element, component)
	m.say(d)
}

// sure is the code of a finding, or the warning that stands for it where the
// guide says what it says from one source only, or where a guide that is not
// known whole does not list something.
func (g *Guide) sure(n *Node, code diag.Code, element, component int) diag.Code {
	if code.SNIP() != 2 {
		return code
	}
	switch {
	case element == 0 && (n.unsure || n.first && n.Parent.unsure && code == codeLoopRepeats):
		return codeUnsureSegment
	case element == 0 || element > len(n.checks) || code == codeHLNumber || code == codeHLParent || code == codeCounter:
		return code
	}
	c := &n.checks[element-1]
	if component > 0 {
		c = &c.parts[component-1]
	}
	switch {
	case !c.unsure && !(g.Partial && c.usage == NotUsed):
		return code
	case component > 0:
		return codeUnsureComponent
	}
	return codeUnsureElement
}

func (m *Matcher) reportSegment(id x12.SegmentID, code diag.Code, want string) {
	d := diag.Diagnostic{Pos: m.at(), Code: code, Want: want}
	d.SegmentID, d.Loop = id.String(), m.loopName(m.cur)
	m.say(d)
}

// loopName is the loop that a finding names; segments of the set itself stand
// in none.
func (m *Matcher) loopName(n *Node) string {
	if n == m.g.Root || n.Parent == m.g.Root && !n.IsLoop {
		return ""
	}
	return n.Loop
}

// say reports unless the segment stands in a loop that was entered on a guess.
func (m *Matcher) say(d diag.Diagnostic) {
	if d.Code.SNIP() <= 2 {
		m.said++
	}
	if m.muted != nil {
		return
	}
	m.rep.Report(d)
}

// maxGot bounds what a finding copies of the file.
const maxGot = 99

func clip(b []byte) string {
	if len(b) > maxGot {
		b = b[:maxGot]
	}
	return string(b)
}

// listCodes joins codes for a message, without repeats and not too many.
func listCodes(codes []string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range codes {
		if seen[c] {
			continue
		}
		if len(seen) == 24 {
			b.WriteString(", …")
			break
		}
		if len(seen) > 0 {
			b.WriteString(", ")
		}
		seen[c] = true
		b.WriteString(c)
	}
	return b.String()
}
