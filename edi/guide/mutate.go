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

// AnyLoop is the Loop of what is wanted of a segment whose wrong key might have
// opened any of several loops.
const AnyLoop = "*"

// Mutate makes single faults of a sample from the grammar: every kind of fault
// once for each seed, at a place chosen by the seed. Kinds that the sample
// gives no place for are left out.
func (s *Sample) Mutate(seed uint64) []Mutation {
	mu := &mutator{s: s, rng: rand.New(rand.NewPCG(seed, 0xfa017))}
	var all []Mutation
	for _, fault := range mu.faults() {
		for _, i := range mu.rng.Perm(len(s.Segments)) {
			if fault(i); len(mu.out) > 0 {
				all = append(all, mu.out[mu.rng.IntN(len(mu.out))])
				mu.out = mu.out[:0]
				break
			}
		}
	}
	return all
}

// Faults makes every single fault that is known of every use of the guide, each
// in a small sample that holds the use with as many elements as may be; from
// use number `from` on, every step-th use. It ends when yield says so.
func (g *Guide) Faults(from, step int, yield func(Mutation) bool) {
	for at := from; at < len(g.Nodes); at += step {
		n := g.Nodes[at]
		if n.IsLoop || n.control {
			continue
		}
		s := g.Generate(uint64(at), GenerateOptions{Optional: 0.1, Include: n, Segments: 60})
		i := slices.IndexFunc(s.Segments, func(seg SampleSegment) bool { return seg.Node == n })
		if i < 0 {
			continue // cannot be: Include is always there
		}
		mu := &mutator{s: s, rng: rand.New(rand.NewPCG(uint64(at), 0xfa017))}
		for _, fault := range mu.faults() {
			fault(i)
		}
		for _, m := range mu.out {
			if !yield(m) {
				return
			}
		}
	}
}

type mutator struct {
	s   *Sample
	rng *rand.Rand
	out []Mutation
}

// faults are the kinds; each appends what it can make of segment i.
func (mu *mutator) faults() []func(i int) {
	return []func(i int){
		mu.dropSegment, mu.dropOpener, mu.dropLoop, mu.unknownSegment, mu.foreignSegment, mu.unusedSegment, mu.misplacedSegment,
		mu.repeatSegment, mu.repeatLoop, mu.wrongOrder, mu.emptySegment, mu.trailingSeparator, mu.tooManyElements,
		mu.dropElement, mu.unusedElement, mu.codeOfTheStandard, mu.codeOfNobody, mu.wrongType, mu.badCharacter, mu.blank, mu.tooLong, mu.tooShort,
		mu.tooManyComponents, mu.componentInSimple, mu.repetition, mu.tooManyRepetitions, mu.brokenNote, mu.brokenComponentNote,
		mu.level, mu.counter,
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
	d := diag.Diagnostic{Code: mu.s.Guide.sure(n, code, element, component)}
	if n.Parent == nil || n.Parent != mu.s.Guide.Root {
		d.Loop = n.Loop
	}
	d.SegmentID, d.Segment, d.Element, d.Component = n.Segment.String(), at+1, element, component
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

func edge(n *Node) bool { return n.control }

// takes says whether a use that may follow segment i would take a segment of n:
// then it is another fault, or none, than the one that was meant.
func (mu *mutator) takes(i int, n *Node, but *Node) bool {
	g := mu.s.Guide
	r := g.states[mu.s.Segments[i].Node.state].ranges[g.segmentIndex(n.Segment)]
	for k := r.start; k < r.end; k++ {
		if c := g.candidates[k].node; c != but && !disjoint(c, n) {
			return true
		}
	}
	return false
}

// dropSegment leaves out a required segment.
func (mu *mutator) dropSegment(i int) {
	n := mu.s.Segments[i].Node
	if edge(n) || n.first || n.Usage != Required || !mu.standsOnce(i) {
		return
	}
	c := mu.clone()
	c.Segments = slices.Delete(c.Segments, i, i+1)
	mu.add("required segment dropped", c, codeSegmentMissing, n, mu.afterPlace(i, i+1)-1, 0, 0)
}

// dropOpener leaves out the segment that opens a required loop, whose others
// stay.
func (mu *mutator) dropOpener(i int) {
	n := mu.s.Segments[i].Node
	loop := n.Parent
	if edge(n) || !n.first || loop.Usage != Required || i+1 >= len(mu.s.Segments) || !mu.onlyOne(i) {
		return
	}
	next := mu.s.Segments[i+1].Node
	if next.Parent != loop || mu.takes(i-1, next, nil) {
		return
	}
	c := mu.clone()
	c.Segments = slices.Delete(c.Segments, i, i+1)
	mu.add("opening segment dropped", c, codeSegmentMissing, n, i, 0, 0)
}

// onlyOne says whether the loop that segment i opens stands once in the loop
// around it.
func (mu *mutator) onlyOne(i int) bool {
	n := mu.s.Segments[i].Node
	for k, s := range mu.s.Segments {
		if s.Node == n && k != i && mu.sameParent(i, k) {
			return false
		}
	}
	return true
}

// dropLoop leaves out a required loop.
func (mu *mutator) dropLoop(i int) {
	n := mu.s.Segments[i].Node
	loop := n.Parent
	if edge(n) || !n.first || n.hl || loop.Usage != Required || !mu.onlyOne(i) {
		return
	}
	from, to := mu.instance(i)
	for k := from; k < to; k++ {
		if mu.s.Segments[k].Node.hl {
			return
		}
	}
	c := mu.clone()
	c.Segments = slices.Delete(c.Segments, from, to)
	if n.count > 0 {
		renumber(c.Segments, loop.Parent, from, -1)
	}
	at := mu.afterPlace(from, to) - (to - from)
	d := diag.Diagnostic{Code: codeLoopMissing}
	if loop.unsure {
		d.Code = codeUnsureSegment
	}
	d.Loop, d.SegmentID, d.Segment = loop.Loop, loop.Segment.String(), at+1
	mu.out = append(mu.out, Mutation{"required loop dropped", c, d})
}

func (mu *mutator) insert(at int, n *Node, values ...string) *Sample {
	c := mu.clone()
	c.Segments = slices.Insert(c.Segments, at, SampleSegment{n, values})
	return c
}

func (mu *mutator) unknownSegment(i int) {
	if i == 0 {
		return
	}
	n := &Node{Segment: x12.SegmentIDOf("QQ9"), Loop: loopAt(mu.s.Segments[i-1].Node)}
	mu.add("unknown segment", mu.insert(i, n, "X"), codeUnknownSegment, n, i, 0, 0)
}

// loopAt is the loop that a finding after a segment names: the root has none.
func loopAt(n *Node) string {
	if n.Parent != nil && n.Parent.Parent == nil {
		return ""
	}
	return n.Loop
}

// idsOf lists the segments of the dictionary that are in the standard's set and
// that the guide does not use, and those that are not in the set.
func (mu *mutator) idsOf() (unused, foreign []string) {
	g := mu.s.Guide
	set := g.Dictionary.Sets[g.Set]
	if set == nil {
		return nil, nil
	}
	for id, sd := range g.Dictionary.Segments {
		switch {
		case sd == nil || g.segmentIndex(id) >= 0 || id.String() == "ISA" || id.String() == "IEA" || id.String() == "GS" || id.String() == "GE":
		case set[id]:
			unused = append(unused, id.String())
		default:
			foreign = append(foreign, id.String())
		}
	}
	slices.Sort(unused)
	slices.Sort(foreign)
	return unused, foreign
}

// unusedSegment inserts a segment of the standard's set that the guide never
// uses.
func (mu *mutator) unusedSegment(i int) {
	ids, _ := mu.idsOf()
	if i == 0 || len(ids) == 0 {
		return
	}
	n := &Node{Segment: x12.SegmentIDOf(ids[mu.rng.IntN(len(ids))]), Loop: loopAt(mu.s.Segments[i-1].Node)}
	code := codeSegmentNotUsed
	if mu.s.Guide.Partial {
		code = codeUnsureSegment
	}
	mu.add("unused segment", mu.insert(i, n, "X"), code, n, i, 0, 0)
}

// foreignSegment inserts a segment that the standard's set does not have.
func (mu *mutator) foreignSegment(i int) {
	_, ids := mu.idsOf()
	if i == 0 || len(ids) == 0 {
		return
	}
	n := &Node{Segment: x12.SegmentIDOf(ids[mu.rng.IntN(len(ids))]), Loop: loopAt(mu.s.Segments[i-1].Node)}
	mu.add("another set's segment", mu.insert(i, n, "X"), codeSegmentNotInSet, n, i, 0, 0)
}

// misplacedSegment inserts a segment of the guide where no use could take it,
// nor any loop that might have been begun without its first segment.
func (mu *mutator) misplacedSegment(i int) {
	g := mu.s.Guide
	if i == 0 {
		return
	}
	before := mu.s.Segments[i-1].Node
	var ids []x12.SegmentID
	for _, n := range g.Nodes {
		if n.IsLoop || n.control || n.first || endsInData(n) || slices.Contains(ids, n.Segment) || mu.explains(before, n.Segment) {
			continue
		}
		ids = append(ids, n.Segment)
	}
	if len(ids) == 0 {
		return
	}
	n := &Node{Segment: ids[mu.rng.IntN(len(ids))], Loop: loopAt(before)}
	mu.add("segment in a wrong place", mu.insert(i, n, "X"), codeSegmentUnexpected, n, i, 0, 0)
}

// explains says whether a segment with the id could be something after the use:
// what comes next, what should have come before, or a part of a loop that could
// open.
func (mu *mutator) explains(before *Node, id x12.SegmentID) bool {
	g := mu.s.Guide
	st := &g.states[before.state]
	if r := st.ranges[g.segmentIndex(id)]; r.start < r.end {
		return true
	}
	for i := range st.ranges {
		for k := st.ranges[i].start; k < st.ranges[i].end; k++ {
			if n := g.candidates[k].node; n.first && has(n.Parent, id) {
				return true
			}
		}
	}
	for loop := before.Parent; loop != nil; loop = loop.Parent {
		if has(loop, id) {
			return true
		}
		if loop.hl {
			break
		}
	}
	return false
}

// has says whether the loop holds the segment, or a loop that it opens.
func has(loop *Node, id x12.SegmentID) bool {
	return slices.ContainsFunc(loop.Children, func(n *Node) bool { return opener(n).Segment == id })
}

// repeatSegment repeats a segment once more than it may stand.
func (mu *mutator) repeatSegment(i int) {
	n := mu.s.Segments[i].Node
	if edge(n) || n.first || n.Max == 0 || n.Max > 100 || !mu.standsOnce(i) || mu.takes(i, n, n) {
		return
	}
	c := mu.clone()
	c.Segments = slices.Insert(c.Segments, i+1, slices.Repeat(c.Segments[i:i+1:i+1], n.Max)...)
	mu.add("segment repeats", c, codeSegmentRepeats, n, i+n.Max, 0, 0)
}

// repeatLoop repeats a loop once more than it may stand.
func (mu *mutator) repeatLoop(i int) {
	n := mu.s.Segments[i].Node
	loop := n.Parent
	if edge(n) || !n.first || n.hl || loop.Max == 0 || !mu.onlyOne(i) {
		return
	}
	from, to := mu.instance(i)
	if loop.Max*(to-from) > 1200 || mu.takes(to-1, n, n) {
		return
	}
	for k := from; k < to; k++ {
		if mu.s.Segments[k].Node.hl {
			return
		}
	}
	c := mu.clone()
	one := slices.Clone(c.Segments[from:to])
	var more []SampleSegment
	for k := range loop.Max {
		for _, s := range one {
			if s.Node == n && n.count > 0 {
				s.Values = slices.Clone(s.Values)
				s.Values[n.count-1] = plus(s.Values[n.count-1], k+1)
			}
			more = append(more, s)
		}
	}
	c.Segments = slices.Insert(c.Segments, to, more...)
	if n.count > 0 {
		renumber(c.Segments, loop.Parent, to+len(more), loop.Max)
	}
	mu.add("loop repeats", c, codeLoopRepeats, n, from+loop.Max*(to-from), 0, 0)
}

// renumber adds to the numbers of the loops from segment i on that are counted
// within the same instance of the loop around.
func renumber(segments []SampleSegment, around *Node, i, by int) {
	for ; i < len(segments); i++ {
		n := segments[i].Node
		if n.first && n.Parent == around || n.Parent != around && !within(n, around) {
			return
		}
		if n.count > 0 && n.Parent.Parent == around {
			segments[i].Values = slices.Clone(segments[i].Values)
			segments[i].Values[n.count-1] = plus(segments[i].Values[n.count-1], by)
		}
	}
}

func plus(number string, by int) string {
	n, _ := strconv.Atoi(number)
	return strconv.Itoa(n + by)
}

// wrongOrder swaps two neighbours of one loop that stand in different places.
func (mu *mutator) wrongOrder(i int) {
	if i+1 >= len(mu.s.Segments) {
		return
	}
	a, b := mu.s.Segments[i].Node, mu.s.Segments[i+1].Node
	if edge(a) || edge(b) || a.first || b.first || a.Parent != b.Parent || a.state == b.state ||
		a.Segment == b.Segment || !mu.standsOnce(i) {
		return
	}
	// Another use after b could take a.
	if mu.takes(i+1, a, nil) {
		return
	}
	c := mu.clone()
	c.Segments[i], c.Segments[i+1] = c.Segments[i+1], c.Segments[i]
	mu.add("wrong order", c, codeSegmentOutOfOrder, a, i+1, 0, 0)
}

// emptySegment leaves nothing of a segment but its id.
func (mu *mutator) emptySegment(i int) {
	n := mu.s.Segments[i].Node
	if edge(n) || n.hl || len(n.keys) > 0 {
		return // a segment without its key is one whose key is missing
	}
	c := mu.clone()
	c.Segments[i].Values = nil
	if demandsOne(n) { // then that one is missing
		at := slices.IndexFunc(n.checks, func(c elementCheck) bool { return c.usage == Required })
		mu.add("segment without elements", c, codeElementMissing, n, i, at+1, 0)
		return
	}
	mu.add("segment without elements", c, codeSegmentEmpty, n, i, 0, 0)
}

func (mu *mutator) trailingSeparator(i int) {
	n := mu.s.Segments[i].Node
	if edge(n) || endsInData(n) || len(mu.s.Segments[i].Values) == len(n.checks) {
		return
	}
	c := mu.clone()
	c.Segments[i].Values = append(c.Segments[i].Values, "")
	mu.add("separator at the end", c, codeTrailingSeparator, n, i, 0, 0)
}

// endsInData says whether the segment ends with binary data.
func endsInData(n *Node) bool { return n.checks[len(n.checks)-1].typ == B }

func (mu *mutator) tooManyElements(i int) {
	n := mu.s.Segments[i].Node
	if edge(n) || endsInData(n) {
		return
	}
	c := mu.clone()
	for len(c.Segments[i].Values) < len(n.checks) {
		c.Segments[i].Values = append(c.Segments[i].Values, "")
	}
	c.Segments[i].Values = append(c.Segments[i].Values, "X")
	mu.add("too many elements", c, codeTooManyElements, n, i, len(n.checks)+1, 0)
}

// place is an element or a component of a sample's segment.
type place struct {
	element, component int // component 0: the element, or the composite as a whole
	check              *elementCheck
	value              string // of an element that repeats, of the first
}

// places lists the elements, composites and components of a segment; of a
// composite that is not there the components are left out.
func places(s SampleSegment) []place {
	var list []place
	for e := range s.Node.checks {
		c := &s.Node.checks[e]
		v := ""
		if e < len(s.Values) {
			v, _, _ = strings.Cut(s.Values[e], "^")
		}
		list = append(list, place{e + 1, 0, c, v})
		if c.typ != Composite || v == "" {
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
	first, others, repeats := strings.Cut(s.Values[p.element-1], "^")
	if p.component == 0 {
		first = v
	} else {
		parts := strings.Split(first, ":")
		for len(parts) < p.component {
			parts = append(parts, "")
		}
		parts[p.component-1] = v
		first = strings.TrimRight(strings.Join(parts, ":"), ":")
	}
	if repeats && v != "" {
		first += "^" + others
	}
	s.Values[p.element-1] = first
	for len(s.Values) > 0 && s.Values[len(s.Values)-1] == "" {
		s.Values = s.Values[:len(s.Values)-1]
	}
	return c
}

// change makes one fault of a value wherever make gives one.
func (mu *mutator) change(kind string, i int, make func(s SampleSegment, p place) (v string, code diag.Code, ok bool)) {
	s := mu.s.Segments[i]
	if edge(s.Node) {
		return
	}
	for _, p := range places(s) {
		if s.Node.hl || int(s.Node.count) == p.element || p.check.typ == B || endsInData(s.Node) && p.check.typ == N0 {
			continue // levels and counters have mutations of their own, and so have payloads
		}
		v, code, ok := make(s, p)
		if !ok {
			continue
		}
		if p.component > 0 {
			code += 100
		}
		mu.add(kind, mu.set(i, p, v), code, s.Node, i, p.element, p.component)
		if p.check.isKey && s.Node.first {
			mu.out[len(mu.out)-1].Want.Loop = AnyLoop
		}
	}
}

func (mu *mutator) dropElement(i int) {
	mu.change("required element dropped", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.usage != Required || p.value == "" {
			return "", 0, false
		}
		if p.component > 0 && !strings.Contains(strings.Trim(p.siblings(s), ":"), ":") {
			return "", 0, false // the composite would vanish with it
		}
		if p.component == 0 && nonEmpty(s.Values) == 1 {
			return "", 0, false // the segment would be empty
		}
		if p.component == 0 && len(p.check.parts) > 0 && slices.ContainsFunc(s.Node.keys, func(k keyTest) bool { return k.element == p.element && k.component > 0 }) {
			return "", 0, false // the key, which is what is missed, stands in it
		}
		return "", codeElementMissing, true
	})
}

// siblings is the first value of the composite that a component stands in.
func (p place) siblings(s SampleSegment) string {
	first, _, _ := strings.Cut(s.Values[p.element-1], "^")
	return first
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

func (mu *mutator) unusedElement(i int) {
	mu.change("unused element present", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.usage != NotUsed || p.value != "" {
			return "", 0, false
		}
		return strings.Repeat("1", max(p.check.min, 1)), codeElementNotUsed, true
	})
}

// codeOfTheStandard puts a code that the standard has and no use of the segment
// in the guide allows.
func (mu *mutator) codeOfTheStandard(i int) {
	mu.change("code of the standard, not of the guide", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.codes.empty() || p.check.set != nil || p.check.standard == nil {
			return "", 0, false
		}
		var list []string
		for c := range p.check.standard {
			if len(c) >= p.check.min && len(c) <= p.check.max && !mu.printed(s.Node.Segment, p, c) {
				list = append(list, c)
			}
		}
		if len(list) == 0 {
			return "", 0, false
		}
		slices.Sort(list)
		return list[mu.rng.IntN(len(list))], codeNotInGuide, true
	})
}

// printed says whether some use of the segment allows the code at the place.
func (mu *mutator) printed(id x12.SegmentID, p place, code string) bool {
	for _, n := range mu.s.Guide.Nodes {
		if n.IsLoop || n.Segment != id {
			continue
		}
		c := &n.checks[p.element-1]
		if p.component > 0 {
			c = &c.parts[p.component-1]
		}
		if c.codes.has([]byte(code)) {
			return true
		}
	}
	return false
}

// codeOfNobody puts a code that the standard does not have.
func (mu *mutator) codeOfNobody(i int) {
	mu.change("code of nobody", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.codes.empty() || p.check.typ != ID && p.check.typ != AN {
			return "", 0, false
		}
		code := codeNotInGuide
		if p.check.standard != nil {
			code = codeNotInStandard
		}
		return strings.Repeat("}", max(p.check.min, 1)), code, true
	})
}

func (mu *mutator) wrongType(i int) {
	mu.change("wrong type", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || !p.check.codes.empty() {
			return "", 0, false
		}
		switch p.check.typ {
		case R:
			return []string{"12A", "1.2.3", "1-", "1,5", " 1"}[mu.rng.IntN(5)], codeNotNumber, true
		case N0:
			return []string{"1A", "1.0", "A"}[mu.rng.IntN(3)], codeNotNumber, true
		case DT:
			if p.check.max != 8 {
				return "261341", codeBadDate, true
			}
			return []string{"20261341", "20260230", "2026101", "202610155", "10152026"}[mu.rng.IntN(5)], codeBadDate, true
		case TM:
			return []string{"2561", "1260", "12A0", "1"}[mu.rng.IntN(4)], codeBadTime, true
		}
		switch {
		case s.hasForm(p, formDate8):
			return []string{"20260231", "2026", "2026-10-15"}[mu.rng.IntN(3)], codeBadForm, true
		case s.hasForm(p, formDates8):
			return []string{"20260901", "20260901-20260931", "20260901/20260930"}[mu.rng.IntN(3)], codeBadForm, true
		case s.hasForm(p, formTime):
			return "2460", codeBadForm, true
		}
		return "", 0, false
	})
}

// hasForm says whether the qualifier of a place asks for the form.
func (s SampleSegment) hasForm(p place, want form) bool {
	if p.check.pair == 0 {
		return false
	}
	var q string
	if p.component > 0 {
		if parts := strings.Split(p.siblings(s), ":"); p.check.pair <= len(parts) {
			q = parts[p.check.pair-1]
		}
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

// paired says whether a qualifier decides the form of this place.
func (s SampleSegment) paired(p place) bool {
	for f := formDate6; f <= formSet; f++ {
		if s.hasForm(p, f) {
			return true
		}
	}
	return false
}

// badCharacter puts a control character into a text.
func (mu *mutator) badCharacter(i int) {
	mu.change("control character", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.usage == NotUsed || p.check.typ == Composite || p.check.isKey {
			return "", 0, false
		}
		return p.value[:len(p.value)-1] + "\x01", codeBadCharacter, true
	})
}

// blank puts blanks, as many as the value has.
func (mu *mutator) blank(i int) {
	mu.change("nothing but blanks", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.usage == NotUsed || p.check.isKey || p.check.typ != AN && p.check.typ != ID || !p.check.codes.empty() || p.check.set != nil || s.paired(p) {
			return "", 0, false
		}
		return strings.Repeat(" ", len(p.value)), codeBlank, true
	})
}

func (mu *mutator) tooLong(i int) {
	mu.change("too long", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.usage == NotUsed || p.check.isKey || p.check.set != nil || s.paired(p) {
			return "", 0, false
		}
		switch p.check.typ {
		case AN, ID:
			return strings.Repeat("A", p.check.max+1), codeTooLong, p.check.max < 1000
		case R, N0:
			return strings.Repeat("9", p.check.max+1), codeTooLong, p.check.codes.empty()
		}
		return "", 0, false
	})
}

func (mu *mutator) tooShort(i int) {
	mu.change("too short", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.value == "" || p.check.usage == NotUsed || p.check.isKey || p.check.set != nil || p.check.min < 2 || s.paired(p) {
			return "", 0, false
		}
		switch p.check.typ {
		case AN, ID:
			return strings.Repeat("A", p.check.min-1), codeTooShort, true
		case R, N0:
			return strings.Repeat("1", p.check.min-1), codeTooShort, true
		}
		return "", 0, false
	})
}

// tooManyComponents adds one to a composite that has all.
func (mu *mutator) tooManyComponents(i int) {
	mu.change("too many components", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.typ != Composite || p.value == "" || p.component > 0 {
			return "", 0, false
		}
		return p.value + strings.Repeat(":", len(p.check.parts)-strings.Count(p.value, ":")) + "X", codeTooManyComponents, true
	})
}

func (mu *mutator) componentInSimple(i int) {
	mu.change("component in a simple element", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.typ == Composite || p.value == "" || p.component > 0 || p.check.isKey || p.check.usage == NotUsed {
			return "", 0, false
		}
		return p.value + ":" + p.value, codeTooManyComponents, true
	})
}

func (mu *mutator) repetition(i int) {
	mu.change("repetition where none may be", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.repeat != 1 || p.value == "" || p.component > 0 || p.check.usage == NotUsed {
			return "", 0, false
		}
		for _, k := range s.Node.keys {
			if k.element == p.element {
				return "", 0, false
			}
		}
		return p.value + "^" + p.value, codeTooManyRepetitions, true
	})
}

func (mu *mutator) tooManyRepetitions(i int) {
	mu.change("too many repetitions", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.check.repeat < 2 || p.value == "" || p.component > 0 || p.check.usage == NotUsed {
			return "", 0, false
		}
		more := p.check.repeat - strings.Count(s.Values[p.element-1], "^")
		return p.value + strings.Repeat("^"+p.value, more), codeTooManyRepetitions, true
	})
}

// brokenNote takes away or adds an element so that one syntax note of the
// segment is broken.
func (mu *mutator) brokenNote(i int) {
	mu.change("broken syntax note", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.component > 0 || p.check.usage != Situational {
			return "", 0, false
		}
		var present uint32
		for k, v := range s.Values {
			if v != "" {
				present |= 1 << k
			}
		}
		v, code, at := mu.breakNote(s.Node.notes, p.check, p.value, present, p.element, s.Values)
		return v, code, at == p.element && nonEmpty(s.Values) > 1
	})
}

// brokenComponentNote does so with the notes of composites.
func (mu *mutator) brokenComponentNote(i int) {
	mu.change("broken syntax note", i, func(s SampleSegment, p place) (string, diag.Code, bool) {
		if p.component == 0 || p.check.usage != Situational {
			return "", 0, false
		}
		var present uint32
		parts := strings.Split(p.siblings(s), ":")
		for k, v := range parts {
			if v != "" {
				present |= 1 << k
			}
		}
		v, code, at := mu.breakNote(s.Node.checks[p.element-1].notes, p.check, p.value, present, p.component, parts)
		return v, code, at == p.component && present&(present-1) != 0
	})
}

// breakNote gives a value of part number `at`, nothing or something, that breaks
// one note, and the part that the finding points at; 0: it breaks none, or more.
func (mu *mutator) breakNote(notes []syntaxNote, c *elementCheck, value string, present uint32, at int, before []string) (v string, code diag.Code, point int) {
	after := present ^ 1<<(at-1)
	broken := 0
	for i := range notes {
		n := &notes[i]
		if n.holds(after) {
			continue
		}
		broken++
		code = codeConditional
		switch n.kind {
		case 'P', 'C':
			point = 0
			for _, q := range n.parts {
				if after&(1<<(q-1)) == 0 && point == 0 {
					point = q
				}
			}
		case 'R':
			point = n.parts[0]
		case 'L':
			point = n.parts[1]
		case 'E':
			code = codeExclusive
			for _, q := range n.parts {
				if after&(1<<(q-1)) != 0 {
					point = q
				}
			}
		}
	}
	if broken != 1 || after == 0 {
		return "", 0, 0
	}
	if value == "" {
		gen := &generator{g: mu.s.Guide, opt: GenerateOptions{Repeats: 1}, rng: mu.rng, sets: map[string][]string{}}
		q := ""
		if c.pair > 0 && c.pair <= len(before) {
			q = before[c.pair-1]
		}
		if c.typ == Composite {
			return gen.once(c, nil, false), code, point
		}
		return gen.value(c, q), code, point
	}
	return "", code, point
}

// level makes the faults of a level of the hierarchy.
func (mu *mutator) level(i int) {
	s := mu.s.Segments[i]
	if !s.Node.hl || s.Node.Segment != x12.SegmentIDOf("HL") {
		return
	}
	number, _ := strconv.Atoi(s.Values[0])
	one := func(kind string, element int, v string, code diag.Code) {
		mu.add(kind, mu.set(i, place{element: element}, v), code, s.Node, i, element, 0)
	}
	one("level number", 1, strconv.Itoa(number+7), codeHLNumber)
	one("level number", 1, "A", codeHLNumber)
	one("level number missing", 1, "", codeElementMissing)
	if s.Node.Parent.hlAbove >= 0 {
		one("level parent", 2, "99", codeHLParent)
		one("level parent", 2, strconv.Itoa(number), codeHLParent) // itself
		for other := 1; other < number; other++ {
			if v := strconv.Itoa(other); v != s.Values[1] {
				one("level parent", 2, v, codeHLParent) // a level, but not the one that it stands below
				break
			}
		}
		if s.Node.checks[1].usage == Required {
			one("level parent missing", 2, "", codeElementMissing)
		}
	} else {
		one("level parent", 2, "1", codeElementNotUsed)
	}
	nobody := func(c *elementCheck) diag.Code {
		if c.standard == nil {
			return codeNotInGuide
		}
		return codeNotInStandard
	}
	one("level code", 3, "}}"[:min(2, s.Node.checks[2].max)], nobody(&s.Node.checks[2]))
	if len(s.Values) < 4 {
		return // the guide does not use HL04 here
	}
	flip := map[string]string{"0": "1", "1": "0"}[s.Values[3]]
	code := codeHLChild
	if c := s.Node.checks[3].codes; !c.empty() && !c.has([]byte(flip)) {
		code = codeNotInGuide
	}
	one("level children", 4, flip, code)
	one("level children", 4, "}", nobody(&s.Node.checks[3]))
	if s.Node.checks[3].usage == Required {
		one("level children missing", 4, "", codeElementMissing)
	}
}

// counter makes a wrong number of what counts from 1.
func (mu *mutator) counter(i int) {
	s := mu.s.Segments[i]
	if s.Node.count == 0 {
		return
	}
	p := place{element: int(s.Node.count)}
	mu.add("counter", mu.set(i, p, "47"), codeCounter, s.Node, i, p.element, 0)
	mu.add("counter", mu.set(i, p, "A"), codeNotNumber, s.Node, i, p.element, 0)
}
