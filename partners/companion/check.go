package companion

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// The findings of a companion; what they mean stands in the catalogue.
const (
	codeMissing      diag.Code = 7301
	codeTooMany      diag.Code = 7302
	codeNotWanted    diag.Code = 7303
	codeValue        diag.Code = 7401
	codeEmpty        diag.Code = 7402
	codeTooLong      diag.Code = 7403
	codeElementThere diag.Code = 7404
	codeForm         diag.Code = 7405
)

// Of gives a check of sets of a guide; nil: nothing is different there.
func (c *Companion) Of(g *guide.Guide) edi.Narrowed {
	s := c.section(g)
	if s == nil || len(s.Rules) == 0 {
		return nil
	}
	return &check{s: s}
}

// check follows one set after another through the loops that are open.
type check struct {
	s      *Section
	report func(diag.Diagnostic)
	open   []frame
}

// frame is an open loop with what came in it so far.
type frame struct {
	node  *guide.Node
	came  []int // by the index of a rule: how often
	claim bool  // the loop of the open claim
}

var (
	idCLM = x12.SegmentIDOf("CLM")
	idCLP = x12.SegmentIDOf("CLP")
)

// Begin begins a set.
func (k *check) Begin(report func(diag.Diagnostic)) {
	k.report = report
	k.open = append(k.open[:0], k.frame(k.s.Guide.Root))
}

func (k *check) frame(n *guide.Node) frame {
	return frame{node: n, came: make([]int, len(k.s.loops[n]))}
}

// Segment takes a segment.
func (k *check) Segment(mt guide.Match, seg *x12.Segment, at diag.Pos) {
	n := mt.Node
	if n == nil || mt.Muted || len(k.open) == 0 {
		return
	}
	in := n.Parent
	if mt.Opened != nil {
		in = mt.Opened.Parent
	}
	for len(k.open) > 1 && k.open[len(k.open)-1].node != in {
		k.close(at)
	}
	rules := &k.s.byNode[n.Index]
	outer := &k.open[len(k.open)-1]
	if mt.Opened != nil {
		// What counts the loop, counts in the loop around it.
		k.count(outer, n, seg, at, true)
		k.open = append(k.open, k.frame(mt.Opened))
	}
	inner := &k.open[len(k.open)-1]
	if id := seg.ID(); id == idCLM || id == idCLP {
		inner.claim = true
	}
	k.count(inner, n, seg, at, false)
	say := func(code diag.Code, r *Rule, want string) {
		d := diag.Diagnostic{Pos: at, Code: code, Want: want}
		d.Loop, d.SegmentID, d.Element, d.Component = n.Loop, n.Segment.String(), r.Element, r.Component
		if r.Element > 0 {
			d.Got = string(r.value(seg))
			if len(d.Got) > 80 {
				d.Got = d.Got[:80]
			}
		}
		k.report(d)
	}
	for _, r := range rules.forbid {
		if r.Segment == "" || isKey(r, n, seg) {
			say(codeNotWanted, r, "")
		}
	}
	for _, r := range rules.elements {
		if r.Key != "" && !isKey(r, n, seg) {
			continue
		}
		v := r.value(seg)
		switch {
		case r.Verb == Require:
			if len(v) == 0 {
				say(codeEmpty, r, "")
			}
		case len(v) == 0:
		case r.Verb == Forbid:
			say(codeElementThere, r, "")
		case r.Verb == Only && !slices.Contains(r.Values, string(v)):
			say(codeValue, r, strings.Join(r.Values, ", "))
		case r.Verb == Length && len(bytes.TrimRight(v, " ")) > r.N:
			say(codeTooLong, r, strconv.Itoa(r.N))
		case r.Verb == Like && !match(r.Pattern, v):
			say(codeForm, r, r.Pattern)
		}
	}
}

// isKey says whether a segment has the key that a rule names.
func isKey(r *Rule, n *guide.Node, seg *x12.Segment) bool {
	if r.Key == "" {
		return true
	}
	e, c := keyPlace(n)
	if c > 0 {
		return string(seg.Component(e, c)) == r.Key
	}
	return string(seg.Element(e)) == r.Key
}

// count counts what came in a loop; opened says that it is a loop that came.
func (k *check) count(f *frame, n *guide.Node, seg *x12.Segment, at diag.Pos, opened bool) {
	rules := &k.s.byNode[n.Index]
	for _, q := range rules.require {
		if (q.rule.Segment == "") == opened && k.meant(f, q.rule, q.index) && (q.rule.Segment == "" || isKey(q.rule, n, seg)) {
			f.came[q.index]++
		}
	}
	for _, m := range rules.max {
		if (m.rule.Segment == "") != opened || !k.meant(f, m.rule, m.index) || m.rule.Segment != "" && !isKey(m.rule, n, seg) {
			continue
		}
		if f.came[m.index]++; f.came[m.index] == m.rule.N+1 {
			d := diag.Diagnostic{Pos: at, Code: codeTooMany, Want: strconv.Itoa(m.rule.N)}
			d.Loop, d.SegmentID = m.rule.Loop, seg.ID().String()
			k.report(d)
		}
	}
}

// meant says whether a rule is counted in a frame.
func (k *check) meant(f *frame, r *Rule, index int) bool {
	list := k.s.loops[f.node]
	return index < len(list) && list[index].rule == r
}

// close ends the innermost loop: what had to stand in it and does not is said
// at the segment before which it should have stood.
func (k *check) close(at diag.Pos) {
	f := &k.open[len(k.open)-1]
	for i, l := range k.s.loops[f.node] {
		if l.rule.Verb != Require || f.came[i] > 0 {
			continue
		}
		d := diag.Diagnostic{Pos: at, Code: codeMissing, Want: l.rule.where()}
		d.Loop, d.SegmentID, d.Element, d.Component = l.rule.Loop, l.rule.Segment, 0, 0
		if l.rule.Segment == "" {
			for _, n := range k.s.nodes(l.rule) {
				d.SegmentID = n.Segment.String()
				break
			}
		}
		k.report(d)
	}
	k.open = k.open[:len(k.open)-1]
}

// ClaimClosed ends the claim's loop, and all in it.
func (k *check) ClaimClosed(at diag.Pos) {
	for i := range k.open {
		if k.open[i].claim {
			for len(k.open) > i {
				k.close(at)
			}
			return
		}
	}
}

// End ends the set.
func (k *check) End(at diag.Pos) {
	for len(k.open) > 0 {
		k.close(at)
	}
}
