package guide

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/codes"
	"claimwire/edi/x12"
)

// Sample is a generated transaction set: valid by SNIP types 1 and 2, without
// a meaning. The same guide, seed and options give the same sample.
type Sample struct {
	Guide    *Guide
	Segments []SampleSegment // ST to SE
}

// SampleSegment is one generated segment and the use that it stands for.
// Values[i] is element i+1, with components joined by ':' and repetitions by '^'.
type SampleSegment struct {
	Node   *Node
	Values []string
}

// GenerateOptions say how full a sample is.
type GenerateOptions struct {
	Optional float64 // chance of each situational part, 0 to 1
	Repeats  int     // most repeats of a part that may repeat; 0: 1
	AtBounds bool    // repeat up to the guide's bound where that is at most 12
	Segments int     // stop adding optional parts after this many; 0: 2000
	Lengths  bool    // values as short and as long as the guide allows, besides others

	// Include is a segment that stands in the sample in any case, with the loops
	// around it and as many of its elements as may stand together; nil: none.
	Include *Node
	Times   int // how often Include stands, as far as its bound allows; 0: once
}

// generator carries the state of one sample.
type generator struct {
	g    *Guide
	opt  GenerateOptions
	rng  *rand.Rand
	out  []SampleSegment
	hl   int
	sets map[string][]string
	way  map[*Node]bool // Include and the loops around it
}

// Generate makes a valid sample from a seed.
func (g *Guide) Generate(seed uint64, opt GenerateOptions) *Sample {
	if opt.Repeats < 1 {
		opt.Repeats = 1
	}
	if opt.Segments == 0 {
		opt.Segments = 2000
	}
	gen := &generator{g: g, opt: opt, rng: rand.New(rand.NewPCG(seed, 0x837)), sets: map[string][]string{}, way: map[*Node]bool{}}
	for n := opt.Include; n != nil; n = n.Parent {
		gen.way[n] = true
	}
	gen.loop(g.Root, 0)
	return &Sample{Guide: g, Segments: gen.out}
}

// repeats decides how often a use stands.
func (gen *generator) repeats(n *Node) int {
	full := len(gen.out) >= gen.opt.Segments
	switch {
	case n == gen.opt.Include && !n.first && gen.opt.Times > 1:
		if n.Max == 0 {
			return gen.opt.Times
		}
		return min(gen.opt.Times, n.Max)
	case gen.way[n]:
		return 1
	}
	if n.Usage == Situational && (full || gen.rng.Float64() >= gen.opt.Optional) {
		return 0
	}
	if full || n.Max == 1 {
		return 1
	}
	if gen.opt.AtBounds && n.Max > 0 && n.Max <= 12 && gen.rng.IntN(4) == 0 {
		return n.Max
	}
	most := gen.opt.Repeats
	if n.Max > 0 {
		most = min(most, n.Max)
	}
	return 1 + gen.rng.IntN(most)
}

// loop writes one instance and gives how many HL children it holds.
func (gen *generator) loop(loop *Node, parentHL int) {
	hlAt, hlNumber := -1, parentHL
	children, numbered := 0, 0
	for _, group := range loop.groups {
		for _, i := range group {
			ch := loop.Children[i]
			count := 1
			if !ch.first {
				count = gen.repeats(ch)
			}
			for k := range count {
				switch {
				case ch.IsLoop && ch.hl:
					children++
					gen.loop(ch, hlNumber)
				case ch.IsLoop:
					numbered = gen.counted(ch, numbered, hlNumber)
				default:
					if ch.hl {
						gen.hl++
						hlNumber = gen.hl
						hlAt = len(gen.out)
					}
					gen.segment(ch, k+1, hlNumber, parentHL)
				}
			}
		}
	}
	if hlAt >= 0 && gen.out[hlAt].Node.checks[3].usage != NotUsed {
		child := "0"
		if children > 0 {
			child = "1"
		}
		for len(gen.out[hlAt].Values) < 4 {
			gen.out[hlAt].Values = append(gen.out[hlAt].Values, "")
		}
		gen.out[hlAt].Values[3] = child
	}
}

// counted writes a loop that may be numbered within its parent, where so many
// were numbered before it, of its kind or another, and gives how many are now.
func (gen *generator) counted(loop *Node, numbered, hl int) int {
	at := len(gen.out)
	gen.loop(loop, hl)
	if c := loop.Children[0].count; c > 0 {
		numbered++
		gen.out[at].Values[c-1] = strconv.Itoa(numbered)
	}
	return numbered
}

func (gen *generator) segment(n *Node, number, hl, parentHL int) {
	s := SampleSegment{Node: n, Values: make([]string, len(n.checks))}
	chosen := make([]bool, len(n.checks))
	whole := n == gen.opt.Include
	for i := range n.checks {
		chosen[i] = gen.chosen(&n.checks[i], whole)
	}
	atLeastOne(n.checks, chosen)
	settleNotes(n.notes, n.checks, chosen)
	for i := range n.checks {
		if chosen[i] {
			s.Values[i] = gen.element(&n.checks[i], s.Values, whole)
		}
	}
	switch n.Segment.String() {
	case "HL":
		s.Values[0] = strconv.Itoa(hl)
		if n.checks[1].usage != NotUsed {
			s.Values[1] = strconv.Itoa(parentHL)
			if parentHL == 0 {
				s.Values[1] = ""
			}
		}
	case "ST":
		s.Values[0], s.Values[1] = gen.g.Set, "0001"
		if len(s.Values) > 2 && n.checks[2].usage != NotUsed {
			s.Values[2] = gen.g.ID
		}
	case "SE":
		s.Values[0], s.Values[1] = strconv.Itoa(len(gen.out)+1), "0001"
	case "BIN":
		s.Values[0] = strconv.Itoa(len(s.Values[1]))
	case "BDS":
		s.Values[1] = strconv.Itoa(len(s.Values[2]))
	}
	for len(s.Values) > 0 && s.Values[len(s.Values)-1] == "" {
		s.Values = s.Values[:len(s.Values)-1]
	}
	gen.out = append(gen.out, s)
}

func (gen *generator) chosen(c *elementCheck, whole bool) bool {
	switch c.usage {
	case Required:
		return true
	case Situational:
		return c.typ != B && (gen.rng.Float64() < gen.opt.Optional || whole)
	}
	return false
}

// atLeastOne chooses something where nothing is required, since a segment or
// composite without a value may not be sent.
func atLeastOne(checks []elementCheck, chosen []bool) {
	if slices.Contains(chosen, true) {
		return
	}
	for i := range checks {
		if checks[i].usage == Situational && checks[i].typ != B {
			chosen[i] = true
			return
		}
	}
}

// settleNotes adds or drops chosen parts until the syntax notes hold. What is
// required stays; what is not used stays out.
func settleNotes(notes []syntaxNote, checks []elementCheck, chosen []bool) {
	usable := func(p int) bool { return p <= len(checks) && checks[p-1].usage != NotUsed && checks[p-1].typ != B }
	drop := func(p int) {
		if p <= len(checks) && checks[p-1].usage != Required {
			chosen[p-1] = false
		}
	}
	for range 32 {
		var present uint32
		for i, c := range chosen {
			if c {
				present |= 1 << i
			}
		}
		settled := true
		for i := range notes {
			n := &notes[i]
			if n.holds(present) {
				continue
			}
			settled = false
			all := true
			for _, p := range n.parts {
				all = all && usable(p)
			}
			switch n.kind {
			case 'P':
				for _, p := range n.parts {
					if all {
						chosen[p-1] = true
					} else {
						drop(p)
					}
				}
			case 'C':
				if all {
					for _, p := range n.parts {
						chosen[p-1] = true
					}
				} else {
					drop(n.parts[0])
				}
			case 'R', 'L':
				done := false
				from := 0
				if n.kind == 'L' {
					from = 1
				}
				for _, p := range n.parts[from:] {
					if usable(p) && !done {
						chosen[p-1], done = true, true
					}
				}
				if !done && n.kind == 'L' {
					drop(n.parts[0])
				}
			case 'E':
				kept := false
				for _, p := range n.parts {
					if p <= len(chosen) && chosen[p-1] {
						if kept {
							drop(p)
						}
						kept = true
					}
				}
			}
			break
		}
		if settled {
			return
		}
	}
}

// element writes an element, repeated where it may be.
func (gen *generator) element(c *elementCheck, before []string, whole bool) string {
	times := 1
	if c.repeat != 1 {
		times += gen.rng.IntN(gen.opt.Repeats)
		if gen.opt.AtBounds && c.repeat > 0 && gen.rng.IntN(4) == 0 {
			times = c.repeat
		}
		if c.repeat > 0 {
			times = min(times, c.repeat)
		}
	}
	var v strings.Builder
	for i := range times {
		if i > 0 {
			v.WriteByte('^')
		}
		v.WriteString(gen.once(c, before, whole))
	}
	return v.String()
}

func (gen *generator) once(c *elementCheck, before []string, whole bool) string {
	if c.typ != Composite {
		q := ""
		if c.pair > 0 {
			q = before[c.pair-1]
		}
		return gen.value(c, q)
	}
	values := make([]string, len(c.parts))
	chosen := make([]bool, len(c.parts))
	for i := range c.parts {
		chosen[i] = gen.chosen(&c.parts[i], whole)
	}
	atLeastOne(c.parts, chosen)
	settleNotes(c.notes, c.parts, chosen)
	for i := range c.parts {
		if chosen[i] {
			q := ""
			if p := c.parts[i].pair; p > 0 {
				q = values[p-1]
			}
			values[i] = gen.value(&c.parts[i], q)
		}
	}
	return strings.TrimRight(strings.Join(values, ":"), ":")
}

func (gen *generator) value(c *elementCheck, qualifier string) string {
	if c.pair > 0 {
		if q, ok := pack([]byte(qualifier)); ok && qualifier != "" {
			for _, pf := range c.forms {
				if pf.code == q {
					if v := gen.form(pf); v != "" {
						return v
					}
				}
			}
		}
	}
	if !c.codes.empty() {
		return c.codes.text[gen.rng.IntN(len(c.codes.text))]
	}
	if c.set != nil {
		return gen.fromSet(c.setName, c.set)
	}
	if gen.opt.Lengths {
		if v := gen.bound(c); v != "" {
			return v
		}
	}
	switch c.typ {
	case R:
		whole := strconv.Itoa(gen.rng.IntN(pow10(min(c.max, 4))-1) + 1)
		if c.max >= 6 && gen.rng.IntN(3) == 0 {
			return fmt.Sprintf("%s.%02d", whole, 1+gen.rng.IntN(98))
		}
		return whole
	case N0:
		n := max(c.min, min(c.max, 2))
		lo := pow10(n - 1)
		return strconv.Itoa(lo + gen.rng.IntN(9*lo))
	case DT:
		if c.max < 8 {
			return "261015"
		}
		return gen.date()
	case TM:
		return fmt.Sprintf("%02d%02d", gen.rng.IntN(24), gen.rng.IntN(60))
	}
	n := max(c.min, min(c.max, c.min+gen.rng.IntN(10)))
	b := make([]byte, max(n, 1))
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	for i := range b {
		b[i] = letters[gen.rng.IntN(len(letters))]
	}
	return string(b)
}

// bound gives, every other time, a value as short or as long as may be.
func (gen *generator) bound(c *elementCheck) string {
	n := c.min
	switch gen.rng.IntN(4) {
	case 0:
	case 1:
		n = c.max
	default:
		return ""
	}
	switch c.typ {
	case R:
		if n > 1 && gen.rng.IntN(2) == 0 {
			return "-" + strings.Repeat("9", n-1) + ".9" // neither the sign nor the point counts
		}
		return strings.Repeat("9", n)
	case N0:
		return strings.Repeat("9", n)
	case AN, ID:
		return strings.Repeat("Z", min(max(n, 1), 500))
	}
	return ""
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func (gen *generator) date() string {
	return fmt.Sprintf("2026%02d%02d", 1+gen.rng.IntN(12), 1+gen.rng.IntN(28))
}

func (gen *generator) form(pf pairForm) string {
	switch pf.form {
	case formDate6:
		return "261015"
	case formDate8:
		return gen.date()
	case formDates8:
		return fmt.Sprintf("202609%02d-202610%02d", 1+gen.rng.IntN(28), 1+gen.rng.IntN(28))
	case formTime:
		return fmt.Sprintf("%02d%02d", gen.rng.IntN(24), gen.rng.IntN(60))
	case formDateTime:
		return gen.date() + "0930"
	case formSet:
		if pf.set != nil {
			return gen.fromSet(pf.name, pf.set)
		}
	}
	return ""
}

func (gen *generator) fromSet(name string, set *codes.Set) string {
	if name == "npi" {
		b := []byte("2000000000")
		for i := 1; i < 9; i++ {
			b[i] = byte('0' + gen.rng.IntN(10))
		}
		for d := byte('0'); d <= '9'; d++ {
			if b[9] = d; codes.ValidNPI(b) {
				break
			}
		}
		return string(b)
	}
	list := gen.sets[name]
	if list == nil {
		list = set.Some()
		slices.Sort(list)
		gen.sets[name] = list
	}
	return list[gen.rng.IntN(len(list))]
}

// AppendX12 appends the set as segments, ST to SE, with the delimiters given.
// SE01 counts the segments that there are.
func (s *Sample) AppendX12(dst []byte, d x12.Delimiters) []byte {
	for i, seg := range s.Segments {
		dst = append(dst, seg.Node.Segment.String()...)
		values := seg.Values
		if seg.Node.Segment.String() == "SE" {
			values = slices.Clone(values)
			values[0] = strconv.Itoa(i + 1)
		}
		for _, v := range values {
			dst = append(dst, d.Element)
			for k := range len(v) {
				switch v[k] {
				case ':':
					dst = append(dst, d.Component)
				case '^':
					dst = append(dst, d.Repetition)
				default:
					dst = append(dst, v[k])
				}
			}
		}
		dst = append(dst, d.Segment)
	}
	return dst
}

// AppendInterchange appends samples of one guide as a whole interchange.
func AppendInterchange(dst []byte, d x12.Delimiters, samples ...*Sample) []byte {
	if len(samples) == 0 {
		return dst
	}
	g := samples[0].Guide
	e := string(d.Element)
	t := string(d.Segment)
	dst = append(dst, strings.Join([]string{"ISA", "00", "          ", "00", "          ", "ZZ", "SENDERID       ", "ZZ", "RECEIVERID     ",
		"261015", "0930", string(d.Repetition), "00501", "000000101", "0", "T", string(d.Component)}, e)+t...)
	dst = append(dst, strings.Join([]string{"GS", g.Functional, "SENDERID", "RECEIVERID", "20261015", "0930", "101", "X", g.ID}, e)+t...)
	for i, s := range samples {
		control := fmt.Sprintf("%04d", i+1)
		s.Segments[0].Values[1] = control
		s.Segments[len(s.Segments)-1].Values[1] = control
		dst = s.AppendX12(dst, d)
	}
	dst = append(dst, strings.Join([]string{"GE", strconv.Itoa(len(samples)), "101"}, e)+t...)
	return append(dst, strings.Join([]string{"IEA", "1", "000000101"}, e)+t...)
}
