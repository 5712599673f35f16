package guide

import (
	"strconv"

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

// mark is where a segment stands.
type mark struct {
	ordinal int
	offset  int64
}

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
