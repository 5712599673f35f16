package guide

import (
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Codes that the Matcher raises. What each means stands in the catalogue.
const (
	codeUnknownSegment    diag.Code = 1301
	codeSegmentNotInSet   diag.Code = 1302
	codeSegmentOutOfOrder diag.Code = 1303
	codeSegmentEmpty      diag.Code = 1304
	codeTrailingSeparator diag.Code = 1305
	codeSegmentNotUsed    diag.Code = 2301
	codeSegmentUnexpected diag.Code = 2302
	codeSegmentMissing    diag.Code = 2303
	codeLoopMissing       diag.Code = 2304
	codeSegmentRepeats    diag.Code = 2305
	codeLoopRepeats       diag.Code = 2306

	// What only one source has, by level: a warning.
	codeUnsureSegment   diag.Code = 2390
	codeUnsureElement   diag.Code = 2490
	codeUnsureComponent diag.Code = 2590
)

// SetPos says where the set stands that a Matcher is about to read.
type SetPos struct {
	Interchange, Group, Transaction string // control numbers
}

// tally is how often a node has stood.
type tally struct {
	epoch uint32 // of a loop: number of its open instance
	stamp uint32 // instance of the parent in which count is true
	count uint32
	above int32  // index of the parent; -1: none
	shape uint32 // of a use: which elements its last segment without fault had
}

func newTallies(g *Guide) []tally {
	list := make([]tally, len(g.Nodes))
	for i, n := range g.Nodes {
		list[i].above = -1
		if n.Parent != nil {
			list[i].above = int32(n.Parent.Index)
		}
	}
	return list
}

// Match says which use a segment is.
type Match struct {
	Node   *Node // nil: no use; it has been reported, or follows one that was
	Opened *Node // the loop that this segment opens; nil: none
	Muted  bool  // inside a loop that was not recognised by its key
}

// Matcher walks one set after another through a guide and reports what SNIP
// types 1 and 2 have to say of each segment. On a valid set it allocates
// nothing. It is not safe for concurrent use; make one a goroutine.
type Matcher struct {
	// ClaimClosed, when set, is called as soon as a claim is complete and all
	// that the Matcher has to say of it has been reported: before the segment
	// that follows the claim is checked.
	ClaimClosed func()

	g   *Guide
	rep diag.Reporter
	pos SetPos

	cur     *Node     // the segment matched last
	two     *[2]guess // what is likely to follow it
	alert   bool      // what comes next is not to be guessed: see withCare
	tallies []tally
	lxs     []uint32 // of a loop node: how many of its counted segments came
	hl      []int32  // of an HL loop node: HL01 of the open instance
	hlTrue  []int32  // and what it should have been
	hlCount int32    // levels so far
	hlLast  int32    // HL01 read last
	lxLast  []uint32 // of a loop node: the number that its last counted segment had
	marks   []mark   // of a use that others may follow in any order: where it stood first
	epoch   uint32

	hlOpen       bool // an HL segment was read and its HL04 awaits what follows
	hlNode       *Node
	hlHasChild   byte
	hlAt         diag.Pos
	ordinal      int
	offset       int64
	delims       x12.Delimiters
	classes      [256]byte
	claim        []byte
	claimLoop    *Node
	pending      []pendingMissing
	late         mark  // segment that came too late
	lateUse      *Node // and its use
	held         heldLate
	strange      int          // ordinal of a segment that is none of the guide's, or of what came after it and belongs to it
	stranger     *x12.Segment // a copy of it
	strangerAt   int          // and its own ordinal
	said         int          // findings so far
	opener       pendingOpener
	doubts       []doubt
	skipping     bool  // follow-ons of an unrecognised opener are not reported
	muted        *Node // loop entered on a guess: nothing in it is reported
	unchecked    uint64
	unknownSoFar int

	block                 []byte     // that the segment at hand stands in, for clean
	component, repetition uint64     // the separators, in every byte
	named                 uint64     // code sets that the segment at hand names, as in unchecked
	guesses               [][2]guess // by state
	thorough              bool       // for tests: nothing is guessed, and clean vouches for nothing
}

// pendingMissing is a missing use whose report waits: it may turn out to stand
// later, out of order.
type pendingMissing struct {
	node  *Node
	epoch uint32 // of the parent's instance
	d     diag.Diagnostic
}

// mark is where a segment stands.
type mark struct {
	ordinal int
	offset  int64
}

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

// heldLate is the report that a segment came too late, which waits: the segment
// may belong to a loop whose opening segment is missing.
type heldLate struct {
	node *Node // nil: none waits
	d    diag.Diagnostic
}

// maxDoubts bounds how many are remembered.
const maxDoubts = 16

// NewMatcher makes a Matcher of a guide that reports to rep.
func NewMatcher(g *Guide, rep diag.Reporter) *Matcher {
	n := len(g.Nodes)
	return &Matcher{g: g, rep: rep,
		tallies: newTallies(g), guesses: make([][2]guess, len(g.states)), alert: true,
		lxs: make([]uint32, n), lxLast: make([]uint32, n), hl: make([]int32, n), hlTrue: make([]int32, n), marks: make([]mark, n)}
}

// Guide is the guide that the Matcher walks.
func (m *Matcher) Guide() *Guide { return m.g }

// Begin starts a set; its ST is the first segment given to Segment.
func (m *Matcher) Begin(pos SetPos, delims x12.Delimiters) {
	m.pos = pos
	m.standAt(nil)
	m.hlCount, m.hlLast, m.hlOpen, m.hlNode = 0, 0, false, nil
	clear(m.hl)
	clear(m.hlTrue)
	m.late, m.lateUse, m.opener.loop, m.held.node = mark{}, nil, nil, nil
	m.strange, m.stranger = 0, nil
	m.claim, m.claimLoop = m.claim[:0], nil
	m.pending, m.doubts = m.pending[:0], m.doubts[:0]
	m.skipping, m.muted = false, nil
	m.unknownSoFar = 0
	if delims != m.delims || m.classes['0'] == 0 {
		m.delims = delims
		m.classes = classTable(delims)
		m.component, m.repetition = everyByte*uint64(delims.Component), everyByte*uint64(delims.Repetition)
		m.forget()
	}
}

// Claim is the patient control number of the claim that is open; it may be
// PHI, and is valid until the next Segment.
func (m *Matcher) Claim() []byte { return m.claim }

// Unchecked lists the code sets that elements named and no set was loaded for.
func (m *Matcher) Unchecked() []string {
	var list []string
	for i, s := range m.g.unshipped {
		if m.unchecked&(1<<min(i, 63)) != 0 {
			list = append(list, s)
		}
	}
	return list
}

// AddUnchecked adds the code sets that another Matcher of the guide has named.
func (m *Matcher) AddUnchecked(other *Matcher) { m.unchecked |= other.unchecked }

// standAt notes the segment that was matched last; nil: none in this set.
func (m *Matcher) standAt(n *Node) {
	m.cur, m.alert = n, m.alert || n == nil
	if n != nil {
		m.two = &m.guesses[n.state]
	}
}

// Segment matches the next segment and checks it. ordinal counts from ST = 1.
func (m *Matcher) Segment(seg *x12.Segment, ordinal int) Match {
	m.ordinal, m.offset = ordinal, seg.Offset
	if m.alert {
		return m.withCare(seg)
	}
	g := m.guess(seg)
	if g == nil {
		return m.withCare(seg)
	}
	n := g.node
	if !g.plain {
		if n.hl && m.hlOpen && m.hlHasChild == '0' && n.Parent.hlAbove == int32(m.hlNode.Index) {
			return m.withCare(seg)
		}
		return m.take(seg, n, g.required)
	}
	t := &m.tallies[g.use]
	if e := m.tallies[g.above].epoch; t.stamp != e {
		t.stamp, t.count = e, 0
	}
	t.count++
	m.cur, m.two = n, g.next
	if !m.clean(n, seg) {
		m.checkAll(n, seg)
	}
	return Match{Node: n, Muted: m.muted != nil}
}

// withCare matches a segment where the last of its kind tells nothing of it, or
// where something that was found before waits for it.
func (m *Matcher) withCare(seg *x12.Segment) Match {
	mt := m.decide(seg)
	last := len(m.doubts) - 1
	m.alert = m.thorough || m.cur == nil || m.opener.loop != nil || last >= 0 && m.doubts[last].ordinal == m.ordinal ||
		m.strange == m.ordinal || m.held.node != nil || m.skipping
	return mt
}

func (m *Matcher) decide(seg *x12.Segment) Match {
	if m.cur == nil {
		return m.start(seg)
	}
	if m.opener.loop != nil && m.ordinal != m.opener.ordinal {
		if mt, ok := m.swapped(seg); ok {
			return mt
		}
	}
	if n := len(m.doubts); n > 0 && m.doubts[n-1].ordinal+1 == m.ordinal {
		if mt, ok := m.resolve(seg); ok {
			return mt
		}
	}
	si := m.g.segmentIndex(seg.ID())
	if si < 0 {
		return m.unmatched(seg)
	}
	r := &m.g.states[m.cur.state].ranges[si]
	c, sure := m.find(r, seg)
	if c == nil {
		return m.unmatched(seg)
	}
	if sure {
		m.learn(seg, r, c)
	}
	if m.strange > 0 && m.strange+1 == m.ordinal && !c.node.first && !m.mayRepeat(c) {
		if c := m.meant(seg); c != nil {
			return m.takeWithoutOpener(seg, c)
		}
	}
	m.skipping = false
	if m.held.node != nil && !m.mayRepeat(c) {
		// Nor is it the loop's own segment twice, when the one before was not late.
		if o := m.missingOpener(seg, true); o != nil && m.reclaims(o.node.Parent) {
			return m.takeWithoutOpener(seg, o)
		}
	}
	if c.node.hl && m.hlOpen && m.hlHasChild == '0' {
		if other := m.levelOfParent(seg, c); other != nil {
			key := other.node.keys[0]
			m.report(other.node, codeNotInGuide, key.element, 0, seg.Element(key.element), listCodes(key.codes.text))
			c = other
		}
	}
	return m.take(seg, c.node, c.required)
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

// start takes the ST.
func (m *Matcher) start(seg *x12.Segment) Match {
	root := m.g.Root
	m.open(root)
	first := root.Children[0]
	m.standAt(first)
	m.count(first)
	if seg.ID() != first.Segment {
		return Match{}
	}
	m.check(first, seg)
	return Match{Node: first, Opened: root}
}

// open begins a new instance of a loop.
func (m *Matcher) open(loop *Node) {
	m.epoch++
	m.tallies[loop.Index].epoch = m.epoch
	m.lxs[loop.Index], m.lxLast[loop.Index] = 0, 0
}

// seen says how often a use has stood in the open instance of its loop.
func (m *Matcher) seen(n *Node) uint32 { return m.seenAt(int32(n.Index)) }

func (m *Matcher) seenAt(index int32) uint32 {
	p := &m.tallies[index]
	if p.above >= 0 && p.stamp != m.tallies[p.above].epoch {
		return 0
	}
	return p.count
}

// count counts a use and gives how often it has stood.
func (m *Matcher) count(n *Node) uint32 {
	p := &m.tallies[n.Index]
	e := uint32(0)
	if p.above >= 0 {
		e = m.tallies[p.above].epoch
	}
	if p.stamp != e {
		p.stamp, p.count = e, 0
		if n.marked {
			m.marks[n.Index] = mark{m.ordinal, m.offset}
		}
	}
	p.count++
	return p.count
}

// find picks the first candidate whose keys match, and of those that match the
// first that may still repeat. sure says that it is so wherever the first key
// is the same, as long as the candidate may repeat.
func (m *Matcher) find(r *candidateRange, seg *x12.Segment) (c *candidate, sure bool) {
	if r.only != nil { // no key has to tell it from others
		return r.only, true
	}
	if r.start == r.end {
		return nil, false
	}
	g := m.g
	var full *candidate
	if r.uniform {
		var v []byte
		if r.comp > 0 {
			v = seg.Component(int(r.element), int(r.comp))
		} else {
			v = seg.Element(int(r.element))
		}
		key, ok := pack(v)
		if !ok || len(v) == 0 {
			return nil, false
		}
		sure = true
		for i, code := range r.codes {
			if code != key {
				continue
			}
			c := &g.candidates[r.of[i]]
			sure = sure && full == nil && len(c.node.keys) == 1
			if len(c.node.keys) > 1 && !keysMatch(c.node, seg, 1) {
				continue
			}
			if m.mayRepeat(c) {
				return c, sure
			}
			if full == nil {
				full = c
			}
		}
		return full, false
	}
	for i := r.start; i < r.end; i++ {
		c := &g.candidates[i]
		if len(c.node.keys) > 0 && !keysMatch(c.node, seg, 0) {
			continue
		}
		if m.mayRepeat(c) {
			return c, false
		}
		if full == nil {
			full = c
		}
	}
	return full, false
}

func (m *Matcher) mayRepeat(c *candidate) bool {
	n := c.node
	if n.first {
		n = n.Parent
	}
	return n.Max == 0 || int(m.seen(n)) < n.Max
}

// keysMatch tests the keys of a use from number `from` on.
func keysMatch(n *Node, seg *x12.Segment, from int) bool {
	for i := from; i < len(n.keys); i++ {
		k := &n.keys[i]
		var v []byte
		if k.component > 0 {
			v = seg.Component(k.element, k.component)
		} else {
			v = seg.Element(k.element)
		}
		if len(v) == 0 || !k.codes.has(v) {
			return false
		}
	}
	return true
}

// take moves to a use: reports what was passed over, counts, checks.
func (m *Matcher) take(seg *x12.Segment, n *Node, required []int32) Match {
	for _, r := range required {
		if m.seenAt(r) == 0 {
			m.missing(m.g.Nodes[r])
		}
	}
	if n.Parent != m.cur.Parent || n.first {
		m.leave(n)
	}
	mt := Match{Node: n}
	if n.first {
		loop := n.Parent
		mt.Opened = loop
		if k := m.count(loop); loop.Max > 0 && int(k) == loop.Max+1 {
			m.report(n, codeLoopRepeats, 0, 0, nil, strconv.Itoa(loop.Max))
		}
		m.open(loop)
		m.count(n)
	} else if k := m.count(n); n.Max > 0 && int(k) == n.Max+1 {
		m.report(n, codeSegmentRepeats, 0, 0, nil, strconv.Itoa(n.Max))
	}
	m.standAt(n)
	if n.claimAt > 0 {
		m.openClaim(n, seg)
	}
	if n.hl {
		m.checkHL(n, seg)
	}
	if n.count > 0 {
		m.checkCounter(n, seg)
	}
	if m.thorough || !m.clean(n, seg) {
		m.checkAll(n, seg)
	}
	mt.Muted = m.muted != nil
	return mt
}

// openClaim notes whose claim the following findings belong to. What waits from
// before it is said now, so that a claim that is handed on has its findings.
func (m *Matcher) openClaim(n *Node, seg *x12.Segment) {
	keep := m.pending[:0]
	for _, p := range m.pending {
		if p.node.Parent == n.Parent && p.epoch == m.tallies[n.Parent.Index].epoch {
			keep = append(keep, p) // of this claim, whose number does not come first
			continue
		}
		m.rep.Report(p.d)
	}
	m.pending = keep
	m.claim = append(m.claim[:0], seg.Element(int(n.claimAt))...)
	m.claimLoop = n.Parent
}

// leave closes what is no longer open once n has been reached: the claim, the
// muted loop, and findings that waited for a segment out of order.
func (m *Matcher) leave(n *Node) {
	m.sayLate()
	if m.claimLoop != nil && (n.Parent == m.claimLoop && n.first || !within(n, m.claimLoop)) {
		m.flush(m.claimLoop)
		m.closeClaim()
	}
	if m.muted != nil && (n.Parent == m.muted && n.first || !within(n, m.muted)) {
		m.muted = nil
	}
	if len(m.pending) > 0 {
		m.flushClosed(n)
	}
}

// within says whether n stands in the loop or below it.
func within(n, loop *Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p == loop {
			return true
		}
	}
	return false
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

// End closes the set after its SE.
func (m *Matcher) End() {
	m.sayOpener()
	m.sayLate()
	m.checkHLChild(nil)
	for _, p := range m.pending {
		m.rep.Report(p.d)
	}
	m.pending = m.pending[:0]
	m.closeClaim()
	m.standAt(nil)
}

func (m *Matcher) closeClaim() {
	if m.claimLoop != nil && m.ClaimClosed != nil {
		m.ClaimClosed()
	}
	m.claim, m.claimLoop = m.claim[:0], nil
}

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

// awaited says whether the use was found missing in the open instance.
func (m *Matcher) awaited(use *Node) bool {
	for _, p := range m.pending {
		if p.node == use && p.epoch == m.tallies[use.Parent.Index].epoch {
			return true
		}
	}
	return false
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

// awaits says whether a use is required and has not come.
func (m *Matcher) awaits(u *Node) bool { return u.Usage == Required && m.seen(u) == 0 }

func keyValue(seg *x12.Segment, k keyTest) []byte {
	if k.component > 0 {
		return seg.Component(k.element, k.component)
	}
	return seg.Element(k.element)
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
