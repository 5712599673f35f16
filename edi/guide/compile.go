package guide

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/codes"
	"claimwire/edi/x12"
)

// tables is the compiled form that the Matcher walks. A state is "the last
// matched segment stood in this loop, in this position group"; all segments
// of a group share one. For each state and segment id the candidates stand in
// the order in which they are tried: innermost loop first, then by position.
type tables struct {
	segments   [256]segmentSlot // open addressing over x12.SegmentID
	nSegments  int
	states     []state
	candidates []candidate
	unshipped  []string // code sets named by the guide that are not in the binary, by bit
	maxElement int
}

type segmentSlot struct {
	id    x12.SegmentID
	index int16
	used  bool
}

type state struct {
	loop   *Node
	group  int
	ranges []candidateRange // by segment index
}

// candidateRange is a run of tables.candidates. When every candidate of the
// run is told by the same element, codes and of hold the flattened keys.
type candidateRange struct {
	start, end    int32
	only          *candidate // the one candidate of the run, where it has no key
	element, comp int8
	uniform       bool
	codes         []uint64
	of            []int32 // candidate of codes[i]
}

// candidate is a use that may come next.
type candidate struct {
	node     *Node
	required []int32 // required uses passed over on the way; inner loops first
	level    int     // how many loops are closed
}

// keyTest is one key element of a use.
type keyTest struct {
	element, component int
	codes              *codeList
}

// codeList is a set of short codes, packed big-endian into words.
type codeList struct {
	packed []uint64  // sorted
	long   []string  // over eight characters
	text   []string  // as printed, for messages
	test   *moreTest // for clean
}

// pack packs up to eight bytes; longer values give ok = false.
func pack(b []byte) (v uint64, ok bool) {
	if len(b) > 8 {
		return 0, false
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, true
}

func newCodeList(codes []string) *codeList {
	l := &codeList{text: codes, test: &moreTest{list: newCodeTable(codes)}}
	for _, c := range codes {
		if v, ok := pack([]byte(c)); ok {
			l.packed = append(l.packed, v)
		} else {
			l.long = append(l.long, c)
		}
	}
	slices.Sort(l.packed)
	return l
}

func (l *codeList) empty() bool { return len(l.text) == 0 }

func (l *codeList) has(b []byte) bool {
	v, ok := pack(b)
	if !ok {
		for _, s := range l.long {
			if s == string(b) {
				return true
			}
		}
		return false
	}
	if len(l.packed) <= 12 {
		for _, c := range l.packed {
			if c == v {
				return true
			}
		}
		return false
	}
	_, found := slices.BinarySearch(l.packed, v)
	return found
}

// elementCheck is what is checked of an element or component. What nearly every
// value needs is one cache line, and the rest stands elsewhere: a guide has
// thousands of these, and a set walks through hundreds of them.
type elementCheck struct {
	usage    Usage
	typ      Type
	isKey    bool
	simple   bool // used, no composite, and its form depends on no other
	matched  bool // a simple element by which the use is found: it is right when it gets here
	pair     int  // position of the qualifier that decides the form; 0: none
	min, max int
	places   int        // decimal places allowed; 0: any
	one      uint64     // the one code that is allowed; 0: none or more
	codes    *codeList  // never nil
	set      *codes.Set // shipped list kept by others; nil: none
	setBit   uint64     // bit of a set that is not shipped, for "not checked"
	*elementMore
}

// elementMore is what few values need.
type elementMore struct {
	repeat   int  // 0: no bound
	unsure   bool // what the guide says of it is known from one source only
	parts    []elementCheck
	needed   int // of a composite: components up to the last required one
	notes    []syntaxNote
	forms    []pairForm
	setName  string
	standard map[string]bool // the dictionary's list, to tell I6 from 7
}

var noCodes = &codeList{}

type pairForm struct {
	code uint64
	word uint64 // the same, for clean
	form form
	set  *codes.Set
	bit  uint64
	name string
}

// form is how a value after a qualifier is written.
type form byte

const (
	formAny form = iota
	formDate6
	formDate8
	formDates8 // CCYYMMDD-CCYYMMDD
	formTime
	formDateTime // CCYYMMDDHHMM
	formSet      // a list kept by others, see pairForm.set
)

// formWords say to a person what a value should be.
var formWords = map[form]string{
	formDate6: "a date YYMMDD", formDate8: "a date CCYYMMDD", formDates8: "a range of dates CCYYMMDD-CCYYMMDD",
	formTime: "a time of day HHMM", formDateTime: "a date and time CCYYMMDDHHMM",
}

var formNames = map[string]form{
	"date6": formDate6, "date8": formDate8, "dates8": formDates8, "time": formTime, "datetime12": formDateTime,
}

// compiler expands a definition.
type compiler struct {
	def  *definition
	dict *Dictionary
	g    *Guide
	open []string // loops being expanded, to find one inside itself
	sets map[string]uint64

	lists map[string]*codeList // by their codes: uses with the same list share it
}

func (c *compiler) codeList(codes []string) *codeList {
	key := strings.Join(codes, "\x00")
	l := c.lists[key]
	if l == nil {
		l = newCodeList(codes)
		if c.lists == nil {
			c.lists = map[string]*codeList{}
		}
		c.lists[key] = l
	}
	return l
}

// maxNodes bounds the expanded tree, so that a loop file cannot explode.
const maxNodes = 20000

func compile(def *definition, dict *Dictionary) (*Guide, error) {
	c := &compiler{def: def, dict: dict, g: &Guide{
		File: def.file, Added: def.added, ID: def.id, Set: def.set, Functional: def.functional, Version: dict.Version,
		Title: def.title, Aliases: def.aliases, Sources: def.sources, Partial: def.partial, Dictionary: dict,
	}}
	root, err := c.loop(def.loops[0], &useDef{usage: Required, max: 1, position: 0}, nil)
	if err != nil {
		return nil, err
	}
	c.g.Root = root
	c.states()
	return c.g, nil
}

func (c *compiler) fail(line int, format string, a ...any) error {
	return &lineError{c.def.file, line, fmt.Sprintf(format, a...)}
}

func (c *compiler) node(n *Node) *Node {
	n.Index = len(c.g.Nodes)
	n.hlAbove = -1
	c.g.Nodes = append(c.g.Nodes, n)
	return n
}

func (c *compiler) loop(l *loopDef, ref *useDef, parent *Node) (*Node, error) {
	if slices.Contains(c.open, l.id) {
		return nil, c.fail(l.line, "loop %s stands inside itself", l.id)
	}
	c.open = append(c.open, l.id)
	defer func() { c.open = c.open[:len(c.open)-1] }()
	if len(l.uses) == 0 || l.uses[0].segment == "" {
		return nil, c.fail(l.line, "loop %s does not begin with a segment", l.id)
	}
	if len(c.g.Nodes) > maxNodes {
		return nil, c.fail(l.line, "the guide has more than %d places", maxNodes)
	}
	name, _, _ := strings.Cut(l.id, ".") // 2110C.LS is a part of 2110C that stands or is missing as one
	n := c.node(&Node{IsLoop: true, Loop: name, Name: l.name, Usage: ref.usage, Max: ref.max,
		Position: ref.position, Parent: parent, Segment: l.uses[0].segmentID(), unsure: ref.unsure})
	for p := parent; p != nil; p = p.Parent {
		if p.hl {
			n.hlAbove = int32(p.Index)
			break
		}
	}
	last := -1
	for i, u := range l.uses {
		if u.position < last {
			return nil, c.fail(u.line, "position %04d comes after %04d: positions ascend within a loop. Where the published table starts over, as its next table does, go on with higher numbers of your own", u.position, last)
		}
		if u.usage == NotUsed {
			continue
		}
		var child *Node
		var err error
		if u.segment != "" {
			child, err = c.segment(u, n, i == 0)
		} else {
			inner := c.def.byID[u.loop]
			if inner == nil {
				return nil, c.fail(u.line, "loop %s is not defined", u.loop)
			}
			child, err = c.loop(inner, u, n)
		}
		if err != nil {
			return nil, err
		}
		if u.position != last || len(n.groups) == 0 {
			n.groups = append(n.groups, nil)
		}
		last = u.position
		n.groups[len(n.groups)-1] = append(n.groups[len(n.groups)-1], len(n.Children))
		n.Children = append(n.Children, child)
		if i == 0 && child.Segment == x12.SegmentIDOf("HL") {
			n.hl = true
		}
	}
	for _, g := range n.groups {
		required := false
		for _, i := range g {
			ch := n.Children[i]
			ch.marked = required
			required = required || ch.Usage == Required
		}
	}
	return n, nil
}

func (c *compiler) segment(u *useDef, parent *Node, first bool) (*Node, error) {
	id := u.segmentID()
	sd := c.dict.Segments[id]
	if sd == nil {
		return nil, c.fail(u.line, "segment %s is not in dictionary %s", u.segment, c.dict.Version)
	}
	n := c.node(&Node{Loop: parent.Loop, Segment: id, Name: u.name, Usage: u.usage, Max: u.max,
		Position: u.position, Parent: parent, first: first, notes: sd.Notes, unsure: u.unsure})
	if n.Name == "" {
		n.Name = sd.Name
	}
	n.hl = id == x12.SegmentIDOf("HL")
	n.control = id == x12.SegmentIDOf("ST") || id == x12.SegmentIDOf("SE")
	n.checks = make([]elementCheck, len(sd.Elements))
	n.Elements = make([]Element, len(sd.Elements))
	for i, p := range sd.Elements {
		n.checks[i], n.Elements[i] = c.part(u.segment, i+1, 0, p)
	}
	seen := map[[2]int]bool{}
	for _, e := range u.elements {
		if seen[[2]int{e.element, e.component}] {
			return nil, c.fail(e.line, "%s%02d-%d stands twice", u.segment, e.element, e.component)
		}
		seen[[2]int{e.element, e.component}] = true
		if len(n.checks) == 0 {
			return nil, c.fail(e.line, "of segment %s dictionary %s has only the id: define it in a dictionary of your own (`dictionary … from %s`)", u.segment, c.dict.Version, c.dict.Version)
		}
		if e.element > len(n.checks) {
			return nil, c.fail(e.line, "%s has %d elements in dictionary %s", u.segment, len(n.checks), c.dict.Version)
		}
		check, pub := &n.checks[e.element-1], &n.Elements[e.element-1]
		if e.component > 0 {
			if e.component > len(check.parts) {
				return nil, c.fail(e.line, "%s%02d has %d components in dictionary %s", u.segment, e.element, len(check.parts), c.dict.Version)
			}
			check, pub = &check.parts[e.component-1], &pub.Components[e.component-1]
		}
		if check.typ == Composite && len(e.codes) > 0 {
			return nil, c.fail(e.line, "%s is a composite; its codes stand with a component", pub.Designator)
		}
		check.usage, check.repeat, check.isKey, check.unsure = e.usage, e.repeat, e.key, e.unsure
		if len(e.codes) > 0 {
			check.codes = c.codeList(e.codes)
		}
		if e.max > 0 {
			check.min, check.max = e.min, e.max
		}
		if e.set != "" {
			c.useSet(check, e.set)
		}
		if e.key {
			n.keys = append(n.keys, keyTest{e.element, e.component, check.codes})
		}
		if e.claim {
			n.claimAt = int8(e.element)
		}
		if e.count {
			n.count = int8(e.element)
		}
		pub.Usage, pub.Codes, pub.CodeSet, pub.Repeat, pub.Key = e.usage, e.codes, e.set, e.repeat, e.key
		pub.Min, pub.Max = check.min, check.max
		if e.name != "" {
			pub.Name = e.name
		}
	}
	c.pairs(sd.Elements, n.checks)
	n.needed = lastRequired(n.checks)
	for i := range n.checks {
		c := &n.checks[i]
		c.simple = c.usage != NotUsed && c.typ != Composite && c.pair == 0
		c.matched = c.isKey && c.typ != Composite
		c.single()
		for k := range c.parts {
			c.parts[k].single()
		}
	}
	for i := range n.checks {
		n.checks[i].needed = lastRequired(n.checks[i].parts)
	}
	for i := range n.checks {
		if len(n.checks) < 32 && !n.control {
			n.tests = append(n.tests, testOf(&n.checks[i]))
		}
		if n.checks[i].usage == Required {
			n.required |= 1 << i
		}
	}
	c.g.maxElement = max(c.g.maxElement, len(n.checks))
	return n, nil
}

// single notes the one code of a list of one.
func (c *elementCheck) single() {
	if len(c.codes.packed) == 1 && len(c.codes.text) == 1 {
		c.one = c.codes.packed[0]
	}
}

func lastRequired(checks []elementCheck) int {
	n := 0
	for i := range checks {
		if checks[i].usage == Required {
			n = i + 1
		}
	}
	return n
}

// part makes the check of an element as the dictionary has it, not used.
func (c *compiler) part(segment string, element, component int, p Part) (elementCheck, Element) {
	des := fmt.Sprintf("%s%02d", segment, element)
	if component > 0 {
		des += fmt.Sprintf("-%d", component)
	}
	if p.Element != nil {
		e := p.Element
		standard := e.Codes
		if standard == nil {
			standard = e.Printed // the nearest to the standard's list that is known
		}
		return elementCheck{usage: NotUsed, typ: e.Type, min: e.Min, max: e.Max, places: e.Places, codes: noCodes, elementMore: &elementMore{repeat: 1, standard: standard}},
			Element{Designator: des, Name: e.Name, Usage: NotUsed, Number: e.Number, Type: e.Type, Min: e.Min, Max: e.Max, Repeat: 1}
	}
	check := elementCheck{usage: NotUsed, typ: Composite, codes: noCodes, elementMore: &elementMore{repeat: 1, notes: p.Composite.Notes}}
	pub := Element{Designator: des, Name: p.Composite.Name, Usage: NotUsed, Number: p.Composite.ID, Type: Composite, Repeat: 1}
	for i, q := range p.Composite.Components {
		if q.Element == nil {
			continue // no composite of the standard holds another
		}
		k, e := c.part(segment, element, i+1, q)
		check.parts = append(check.parts, k)
		pub.Components = append(pub.Components, e)
	}
	c.pairs(p.Composite.Components, check.parts)
	return check, pub
}

func (c *compiler) useSet(check *elementCheck, name string) {
	check.setName = name
	if s, ok := codes.Shipped(name); ok {
		check.set = s
		return
	}
	check.setBit = c.setBit(name)
}

// setBit numbers the sets that are not shipped; the 64th and later share one.
func (c *compiler) setBit(name string) uint64 {
	if c.sets == nil {
		c.sets = map[string]uint64{}
	}
	b, ok := c.sets[name]
	if !ok {
		b = 1 << min(len(c.sets), 63)
		c.sets[name] = b
		c.g.unshipped = append(c.g.unshipped, name)
	}
	return b
}

// pairs ties each element whose form a qualifier decides to that qualifier:
// the nearest one before it.
func (c *compiler) pairs(parts []Part, checks []elementCheck) {
	for i, p := range parts {
		if p.Element == nil || i >= len(checks) {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			q := parts[j].Element
			if q == nil {
				continue
			}
			codeNames, formsOf := c.dict.forms(q.Number, p.Element.Number)
			if len(codeNames) == 0 {
				continue
			}
			checks[i].pair = j + 1
			checks[i].forms = nil
			for k, code := range codeNames {
				v, ok := pack([]byte(code))
				if !ok {
					continue
				}
				pf := pairForm{code: v, word: codeOf(code), name: formsOf[k]}
				if f, ok := formNames[formsOf[k]]; ok {
					pf.form = f
				} else {
					pf.form = formSet
					if s, ok := codes.Shipped(formsOf[k]); ok {
						pf.set = s
					} else {
						pf.bit = c.setBit(formsOf[k])
					}
				}
				checks[i].forms = append(checks[i].forms, pf)
			}
			break
		}
	}
}

// segmentIndex gives the small number of a segment id; -1: not in this guide.
func (t *tables) segmentIndex(id x12.SegmentID) int {
	h := slotOf(id)
	for i := range t.segments {
		s := &t.segments[(h+i)&255]
		if !s.used {
			return -1
		}
		if s.id == id {
			return int(s.index)
		}
	}
	return -1
}

func slotOf(id x12.SegmentID) int {
	return int((uint32(id) * 2654435761) >> 24)
}

func (t *tables) addSegment(id x12.SegmentID) int {
	if i := t.segmentIndex(id); i >= 0 {
		return i
	}
	h := slotOf(id)
	for i := 0; ; i++ {
		s := &t.segments[(h+i)&255]
		if !s.used {
			*s = segmentSlot{id, int16(t.nSegments), true}
			t.nSegments++
			return int(s.index)
		}
	}
}

// states builds the tables.
func (c *compiler) states() {
	g := c.g
	for _, n := range g.Nodes {
		if !n.IsLoop {
			g.addSegment(n.Segment)
		}
	}
	pool := map[string][]int32{}
	for _, loop := range g.Nodes {
		if !loop.IsLoop {
			continue
		}
		for gi, members := range loop.groups {
			si := int32(len(g.states))
			for _, m := range members {
				if ch := loop.Children[m]; !ch.IsLoop {
					ch.state = si
				}
			}
			g.states = append(g.states, c.state(loop, gi, pool))
		}
	}
	for i := range g.states {
		for k := range g.states[i].ranges {
			r := &g.states[i].ranges[k]
			if r.end-r.start == 1 && len(g.candidates[r.start].node.keys) == 0 {
				r.only = &g.candidates[r.start]
			}
		}
	}
}

func (c *compiler) state(loop *Node, group int, pool map[string][]int32) state {
	g := c.g
	bySegment := make([][]candidate, g.nSegments)
	var closed []int32 // required uses of the loops closed so far
	level := 0
	for l, gi := loop, group; l != nil; level++ {
		passed := slices.Clone(closed)
		for k := gi; k < len(l.groups); k++ {
			for _, m := range l.groups[k] {
				ch := l.Children[m]
				target := ch
				if ch.IsLoop {
					target = ch.Children[0]
				} else if ch.first {
					continue // the opener of an open loop is reached through the loop around it
				}
				i := g.segmentIndex(target.Segment)
				bySegment[i] = append(bySegment[i], candidate{node: target, required: intern(pool, passed), level: level})
			}
			if k == gi && len(l.groups[k]) == 1 {
				continue // where we are: it has come
			}
			for _, m := range l.groups[k] {
				if ch := l.Children[m]; ch.Usage == Required && !ch.first {
					passed = append(passed, int32(ch.Index))
				}
			}
		}
		closed = passed
		if l.Parent == nil {
			break
		}
		gi = groupOf(l.Parent, l)
		l = l.Parent
	}
	st := state{loop: loop, group: group, ranges: make([]candidateRange, g.nSegments)}
	for i, list := range bySegment {
		st.ranges[i] = g.addRange(list)
	}
	return st
}

func intern(pool map[string][]int32, list []int32) []int32 {
	if len(list) == 0 {
		return nil
	}
	key := fmt.Sprint(list)
	if have, ok := pool[key]; ok {
		return have
	}
	cp := slices.Clone(list)
	pool[key] = cp
	return cp
}

func groupOf(loop, child *Node) int {
	for gi, members := range loop.groups {
		for _, m := range members {
			if loop.Children[m] == child {
				return gi
			}
		}
	}
	return 0
}

func (t *tables) addRange(list []candidate) candidateRange {
	r := candidateRange{start: int32(len(t.candidates))}
	t.candidates = append(t.candidates, list...)
	r.end = int32(len(t.candidates))
	if len(list) == 0 {
		return r
	}
	r.uniform = true
	for _, k := range list {
		if len(k.node.keys) == 0 || len(k.node.keys[0].codes.long) > 0 {
			r.uniform = false
			return r
		}
		first, this := list[0].node.keys[0], k.node.keys[0]
		if first.element != this.element || first.component != this.component {
			r.uniform = false
			return r
		}
	}
	r.element, r.comp = int8(list[0].node.keys[0].element), int8(list[0].node.keys[0].component)
	for i, k := range list {
		for _, code := range k.node.keys[0].codes.packed {
			r.codes = append(r.codes, code)
			r.of = append(r.of, r.start+int32(i))
		}
	}
	return r
}
