package guide

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Mutation is a valid sample with one fault, and what must be said of it.
type Mutation struct {
	Kind   string
	Sample *Sample
	Want   diag.Diagnostic // Code, Loop, SegmentID, Segment, Element, Component
}

// Mutate makes single faults of a sample from the grammar: every kind of fault
// once for each seed, at a place chosen by the seed. Kinds that the sample
// gives no place for are left out.
func (s *Sample) Mutate(seed uint64) []Mutation {
	mu := &mutator{s: s, rng: rand.New(rand.NewPCG(seed, 0xfa017))}
	for _, f := range []func(){
		mu.dropSegment, mu.dropLoop, mu.unknownSegment, mu.unusedSegment, mu.repeatSegment,
		mu.dropElement, mu.unusedElement, mu.wrongCode, mu.wrongType, mu.tooLong, mu.tooShort,
		mu.tooMany, mu.brokenNote, mu.wrongOrder, mu.wrongLevel, mu.wrongCounter,
	} {
		f()
	}
	return mu.out
}

type mutator struct {
	s   *Sample
	rng *rand.Rand
	out []Mutation
}

// pick visits the segments in an order of the seed until try succeeds.
func (mu *mutator) pick(try func(i int) bool) {
	for _, i := range mu.rng.Perm(len(mu.s.Segments)) {
		if try(i) {
			return
		}
	}
}

func (mu *mutator) clone() *Sample {
	c := &Sample{Guide: mu.s.Guide, Segments: slices.Clone(mu.s.Segments)}
	for i := range c.Segments {
		c.Segments[i].Values = slices.Clone(c.Segments[i].Values)
	}
	return c
}

func (mu *mutator) add(kind string, s *Sample, code diag.Code, n *Node, at, element, component int) {
	d := diag.Diagnostic{Code: code}
	if n.Parent == nil || n.Parent != mu.s.Guide.Root {
		d.Loop = n.Loop
	}
	d.SegmentID, d.Segment, d.Element, d.Component = n.Segment.String(), at+1, element, component
	d.Code = mu.s.Guide.sure(n, code, element, component)
	mu.out = append(mu.out, Mutation{kind, s, d})
}

// instance gives the bounds of the open instance of the loop that segment i
// stands in: [from, to).
func (mu *mutator) instance(i int) (from, to int) {
	loop := mu.s.Segments[i].Node.Parent
	from = i
	for from > 0 && !(mu.s.Segments[from].Node.Parent == loop && mu.s.Segments[from].Node.first) {
		from--
	}
	to = from + 1
	for to < len(mu.s.Segments) {
		n := mu.s.Segments[to].Node
		if n.Parent == loop && n.first || n.Parent != loop && !within(n, loop) {
			break
		}
		to++
	}
	return from, to
}

// standsOnce says whether the use of segment i stands once in its loop.
func (mu *mutator) standsOnce(i int) bool {
	from, to := mu.instance(i)
	n := mu.s.Segments[i].Node
	count := 0
	for k := from; k < to; k++ {
		if mu.s.Segments[k].Node == n {
			count++
		}
	}
	return count == 1
}

func edge(n *Node) bool { return n.Segment.String() == "ST" || n.Segment.String() == "SE" }

func (mu *mutator) dropSegment() {
	mu.pick(func(i int) bool {
		n := mu.s.Segments[i].Node
		if edge(n) || n.first || n.Usage != Required || !mu.standsOnce(i) {
			return false
		}
		c := mu.clone()
		c.Segments = slices.Delete(c.Segments, i, i+1)
		mu.add("required segment dropped", c, codeSegmentMissing, n, mu.afterPlace(i, i+1)-1, 0, 0)
		return true
	})
}

func (mu *mutator) dropLoop() {
	mu.pick(func(i int) bool {
		n := mu.s.Segments[i].Node
		loop := n.Parent
		if edge(n) || !n.first || n.hl || loop.Usage != Required || n.count > 0 {
			return false
		}
		from, to := mu.instance(i)
		for k, s := range mu.s.Segments {
			if s.Node == n && k != i && mu.sameParent(i, k) {
				return false
			}
		}
		for k := from; k < to; k++ {
			if mu.s.Segments[k].Node.hl {
				return false
			}
		}
		c := mu.clone()
		c.Segments = slices.Delete(c.Segments, from, to)
		at := mu.afterPlace(from, to) - (to - from)
		mu.add("required loop dropped", c, codeLoopMissing, &Node{Loop: loop.Loop, Segment: loop.Segment}, at, 0, 0)
		return true
	})
}

// afterPlace is the first segment from index next on that stands beyond the
// place of segment i: uses that share a position come in any order, and one of
// them is missed before the first that the guide has after it.
func (mu *mutator) afterPlace(i, next int) int {
	use := mu.s.Segments[i].Node
	if use.first {
		use = use.Parent
	}
	for next < len(mu.s.Segments) {
		n := mu.s.Segments[next].Node
		for n.Parent != nil && n.Parent != use.Parent {
			n = n.Parent
		}
		if n.Parent == nil || n.first || n.Position != use.Position || n.Index > use.Index {
			break
		}
		next++
	}
	return next
}

// sameParent says whether the loops that segments i and k open stand in the
// same instance of the loop around them.
func (mu *mutator) sameParent(i, k int) bool {
	around := mu.s.Segments[i].Node.Parent.Parent
	if around == nil {
		return true
	}
	if k < i {
		i, k = k, i
	}
	for j := i + 1; j <= k; j++ {
		n := mu.s.Segments[j].Node
		if n.first && n.Parent == around || n.Parent != around && !within(n, around) {
			return false
		}
	}
	return true
}

func (mu *mutator) insert(at int, n *Node, values ...string) *Sample {
	c := mu.clone()
	c.Segments = slices.Insert(c.Segments, at, SampleSegment{n, values})
	return c
}

func (mu *mutator) unknownSegment() {
	mu.pick(func(i int) bool {
		if i == 0 {
			return false
		}
		n := &Node{Segment: x12.SegmentIDOf("QQ9"), Loop: loopAt(mu.s.Segments[i-1].Node)}
		mu.add("unknown segment", mu.insert(i, n, "X"), codeUnknownSegment, n, i, 0, 0)
		return true
	})
}

// loopAt is the loop that a finding after a segment names: the root has none.
func loopAt(n *Node) string {
	if n.Parent != nil && n.Parent.Parent == nil {
		return ""
	}
	return n.Loop
}

// unusedSegment inserts a segment of the standard's set that the guide never
// uses.
func (mu *mutator) unusedSegment() {
	g := mu.s.Guide
	var ids []string
	for id := range g.Dictionary.Sets[g.Set] {
		if g.segmentIndex(id) < 0 && g.Dictionary.Segments[id] != nil {
			ids = append(ids, id.String())
		}
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	mu.pick(func(i int) bool {
		if i == 0 {
			return false
		}
		n := &Node{Segment: x12.SegmentIDOf(ids[mu.rng.IntN(len(ids))]), Loop: loopAt(mu.s.Segments[i-1].Node)}
		code := codeSegmentNotUsed
		if g.Partial {
			code = codeUnsureSegment
		}
		mu.add("unused segment", mu.insert(i, n, "X"), code, n, i, 0, 0)
		return true
	})
}

func (mu *mutator) repeatSegment() {
	mu.pick(func(i int) bool {
		n := mu.s.Segments[i].Node
		if edge(n) || n.first || n.Max == 0 || n.Max > 20 || !mu.standsOnce(i) {
			return false
		}
		// Another use that may follow could take the extra one.
		r := mu.s.Guide.states[n.state].ranges[mu.s.Guide.segmentIndex(n.Segment)]
		for k := r.start; k < r.end; k++ {
			if c := mu.s.Guide.candidates[k].node; c != n && !disjoint(c, n) {
				return false
			}
		}
		c := mu.clone()
		for range n.Max {
			c.Segments = slices.Insert(c.Segments, i+1, c.Segments[i])
		}
		mu.add("segment repeats", c, codeSegmentRepeats, n, i+n.Max, 0, 0)
		return true
	})
}

// place is an element or a component of a sample's segment.
type place struct {
	element, component int
	check              *elementCheck
	value              string
}

func places(s SampleSegment) []place {
	var list []place
	for e := range s.Node.checks {
		c := &s.Node.checks[e]
		v := ""
		if e < len(s.Values) {
			v = s.Values[e]
		}
		if c.typ != Composite {
			list = append(list, place{e + 1, 0, c, v})
			continue
		}
		if v == "" {
			continue
		}
		parts := strings.Split(v, ":")
		for k := range c.parts {
			pv := ""
			if k < len(parts) {
				pv = parts[k]
			}
			list = append(list, place{e + 1, k + 1, &c.parts[k], pv})
		}
	}
	return list
}

// set puts a value at a place of a copy of the sample.
func (mu *mutator) set(i int, p place, v string) *Sample {
	c := mu.clone()
	s := &c.Segments[i]
	for len(s.Values) < p.element {
		s.Values = append(s.Values, "")
	}
	if p.component == 0 {
		s.Values[p.element-1] = v
	} else {
		parts := strings.Split(s.Values[p.element-1], ":")
		for len(parts) < p.component {
			parts = append(parts, "")
		}
		parts[p.component-1] = v
		s.Values[p.element-1] = strings.TrimRight(strings.Join(parts, ":"), ":")
	}
	for len(s.Values) > 0 && s.Values[len(s.Values)-1] == "" {
		s.Values = s.Values[:len(s.Values)-1]
	}
	return c
}

// change makes one fault of a value wherever make gives one.
func (mu *mutator) change(kind string, make func(s SampleSegment, p place) (v string, code diag.Code, ok bool)) {
	mu.pick(func(i int) bool {
		s := mu.s.Segments[i]
		if edge(s.Node) {
			return false
		}
		list := places(s)
		for _, k := range mu.rng.Perm(len(list)) {
			p := list[k]
			if s.Node.hl || int(s.Node.count) == p.element {
				continue // levels and counters have mutations of their own
			}
			v, code, ok := make(s, p)
			if !ok {
				continue
			}
			if p.component > 0 {
				code += 100
			}
			mu.add(kind, mu.set(i, p, v), code, s.Node, i, p.element, p.component)
			return true
		}
		return false
	})
}

func (mu *mutator) dropElement() {
	mu.change("required element dropped", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.usage != Required || p.value == "" || p.check.typ == Composite || p.check.isKey {
			return "", 0, false
		}
		if p.component > 0 && !strings.Contains(strings.Trim(s.Values[p.element-1], ":"), ":") {
			return "", 0, false // the composite would vanish with it
		}
		if nonEmpty(s.Values) == 1 {
			return "", 0, false // the segment would be empty
		}
		return "", codeElementMissing, !decides(s.Node, p)
	})
}

func nonEmpty(values []string) int {
	n := 0
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

// decides says whether another place's form depends on this one.
func decides(n *Node, p place) bool {
	checks := n.checks
	at := p.element
	if p.component > 0 {
		checks, at = n.checks[p.element-1].parts, p.component
	}
	for i := range checks {
		if checks[i].pair == at {
			return true
		}
	}
	return false
}

func (mu *mutator) unusedElement() {
	mu.change("unused element present", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.usage != NotUsed || p.value != "" || p.check.typ == B {
			return "", 0, false
		}
		return strings.Repeat("1", max(p.check.min, 1)), codeElementNotUsed, true
	})
}

func (mu *mutator) wrongCode() {
	mu.change("code not in the guide", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.codes.empty() || p.check.isKey || p.check.typ == R || p.check.typ == N0 || decides(s.Node, p) {
			return "", 0, false
		}
		bad := strings.Repeat("\x7d", max(p.check.min, 1)) // }
		code := codeNotInGuide
		if p.check.standard != nil {
			code = codeNotInStandard
		}
		return bad, code, true
	})
}

func (mu *mutator) wrongType() {
	mu.change("wrong type", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || !p.check.codes.empty() {
			return "", 0, false
		}
		switch p.check.typ {
		case R:
			return "12A", codeNotNumber, true
		case N0:
			return "1A", codeNotNumber, true
		case DT:
			return "20261341"[8-p.check.max:], codeBadDate, p.check.max == 8
		case TM:
			return "2561", codeBadTime, true
		}
		if p.check.pair > 0 && s.hasForm(p, formDate8) {
			return "20260231", codeBadForm, true
		}
		return "", 0, false
	})
}

// hasForm says whether the qualifier of a place asks for the form.
func (s SampleSegment) hasForm(p place, want form) bool {
	q := ""
	if p.component > 0 {
		parts := strings.Split(s.Values[p.element-1], ":")
		q = parts[p.check.pair-1]
	} else {
		q = s.Values[p.check.pair-1]
	}
	v, ok := pack([]byte(q))
	for _, f := range p.check.forms {
		if ok && f.code == v && f.form == want {
			return true
		}
	}
	return false
}

func (mu *mutator) tooLong() {
	mu.change("too long", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || !p.check.codes.empty() || p.check.set != nil || p.check.typ != AN || p.check.max > 300 || s.paired(p) {
			return "", 0, false
		}
		return strings.Repeat("A", p.check.max+1), codeTooLong, true
	})
}

// paired says whether a qualifier decides the form of this place.
func (s SampleSegment) paired(p place) bool {
	if p.check.pair == 0 {
		return false
	}
	for f := formDate6; f <= formSet; f++ {
		if s.hasForm(p, f) {
			return true
		}
	}
	return false
}

func (mu *mutator) tooShort() {
	mu.change("too short", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || !p.check.codes.empty() || p.check.set != nil || p.check.min < 2 || s.paired(p) ||
			p.check.typ != AN && p.check.typ != ID {
			return "", 0, false
		}
		return strings.Repeat("A", p.check.min-1), codeTooShort, true
	})
}

func (mu *mutator) tooMany() {
	mu.pick(func(i int) bool {
		s := mu.s.Segments[i]
		if edge(s.Node) || s.Node.checks[len(s.Node.checks)-1].typ == B {
			return false
		}
		c := mu.clone()
		for len(c.Segments[i].Values) < len(s.Node.checks) {
			c.Segments[i].Values = append(c.Segments[i].Values, "")
		}
		c.Segments[i].Values = append(c.Segments[i].Values, "X")
		mu.add("too many elements", c, codeTooManyElements, s.Node, i, len(s.Node.checks)+1, 0)
		return true
	})
}

func (mu *mutator) brokenNote() {
	mu.change("broken syntax note", func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.component > 0 || p.value == "" || p.check.usage != Situational {
			return "", 0, false
		}
		var present uint32
		for i, v := range s.Values {
			if v != "" {
				present |= 1 << i
			}
		}
		without := present &^ (1 << (p.element - 1))
		broken := 0
		for i := range s.Node.notes {
			n := &s.Node.notes[i]
			if n.holds(without) {
				continue
			}
			broken++
			// The finding points at the first missing part of the note.
			for _, q := range n.parts {
				if without&(1<<(q-1)) == 0 {
					if (n.kind == 'P' || n.kind == 'C') && q != p.element {
						return "", 0, false
					}
					if n.kind == 'R' && n.parts[0] != p.element || n.kind == 'L' && n.parts[1] != p.element {
						return "", 0, false
					}
					break
				}
			}
		}
		return "", codeConditional, broken == 1 && without != 0
	})
}

// wrongOrder swaps two neighbours of one loop that stand in different places.
func (mu *mutator) wrongOrder() {
	mu.pick(func(i int) bool {
		if i+1 >= len(mu.s.Segments) {
			return false
		}
		a, b := mu.s.Segments[i].Node, mu.s.Segments[i+1].Node
		if edge(a) || edge(b) || a.first || b.first || a.Parent != b.Parent || a.state == b.state ||
			a.Segment == b.Segment || !mu.standsOnce(i) {
			return false
		}
		// Another use after b could take a, or b could be taken earlier.
		g := mu.s.Guide
		r := g.states[b.state].ranges[g.segmentIndex(a.Segment)]
		for k := r.start; k < r.end; k++ {
			if !disjoint(g.candidates[k].node, a) {
				return false
			}
		}
		c := mu.clone()
		c.Segments[i], c.Segments[i+1] = c.Segments[i+1], c.Segments[i]
		mu.add("wrong order", c, codeSegmentOutOfOrder, a, i+1, 0, 0)
		return true
	})
}

func (mu *mutator) wrongLevel() {
	mu.pick(func(i int) bool {
		s := mu.s.Segments[i]
		if !s.Node.hl {
			return false
		}
		number, _ := strconv.Atoi(s.Values[0])
		switch mu.rng.IntN(3) {
		case 0:
			mu.add("level number", mu.set(i, place{element: 1}, strconv.Itoa(number+7)), codeHLNumber, s.Node, i, 1, 0)
			last := true
			for k := i + 1; k < len(mu.s.Segments); k++ {
				last = last && !mu.s.Segments[k].Node.hl
			}
			if !last {
				mu.out = mu.out[:len(mu.out)-1]
				return false // levels below and after would be wrong with it
			}
		case 1:
			if s.Node.Parent.hlAbove < 0 {
				return false
			}
			mu.add("level parent", mu.set(i, place{element: 2}, "99"), codeHLParent, s.Node, i, 2, 0)
		default:
			if len(s.Values) < 4 {
				return false // the guide does not use HL04 here
			}
			flip := map[string]string{"0": "1", "1": "0"}[s.Values[3]]
			if c := s.Node.checks[3].codes; !c.empty() && !c.has([]byte(flip)) {
				return false
			}
			mu.add("level children", mu.set(i, place{element: 4}, flip), codeHLChild, s.Node, i, 4, 0)
		}
		return true
	})
}

func (mu *mutator) wrongCounter() {
	mu.pick(func(i int) bool {
		s := mu.s.Segments[i]
		if s.Node.count == 0 {
			return false
		}
		for k := i + 1; k < len(mu.s.Segments); k++ {
			if mu.s.Segments[k].Node == s.Node && mu.sameParent(i, k) {
				return false
			}
		}
		mu.add("counter", mu.set(i, place{element: int(s.Node.count)}, "47"), codeCounter, s.Node, i, int(s.Node.count), 0)
		return true
	})
}
