package guide

import (
	"encoding/binary"
	"math/bits"

	"claimwire/edi/codes"
	"claimwire/edi/x12"
)

// Nearly all segments of nearly all files are without fault. clean says so of a
// segment at the least cost, by tests that were compiled from the checks of its
// use; whatever it does not vouch for is looked at by scanElements, which can
// say what is wrong. That clean never vouches for what scanElements finds fault
// with is tested on all samples and mutations (TestCleanIsNeverWrong).
//
// A value is looked at as one word: its last eight bytes, shifted so that its
// first byte is the lowest, where it has no more than eight.

// valueTest is what clean wants of an element or component.
type valueTest struct {
	kind      testKind
	qualifier uint8     // of testPaired: position of the qualifier
	places    uint8     // of testDecimal: most decimal places
	min, span uint16    // length: min to min+span
	word      uint64    // the one code, or bits for Matcher.named
	more      *moreTest // of testCodes, testSet, testPaired and testComposite
}

// moreTest is what few tests need.
type moreTest struct {
	list     codeTable // of testCodes
	set      *codes.Set
	forms    []pairForm
	other    *valueTest  // of testPaired: where the qualifier decides nothing
	parts    []valueTest // of a composite
	required uint32      // of a composite: parts that must be there
	notes    []syntaxNote
}

type testKind uint8

const (
	testNever testKind = iota // only scanElements can tell
	testNothing
	testText
	testCode
	testCodes
	testDecimal
	testPaired
	testComposite
	testSet
	testInteger
	testDate
	testTime
)

var testKinds = [Composite + 1]testKind{AN: testText, ID: testText, R: testDecimal, N0: testInteger, DT: testDate, TM: testTime}

// testOf compiles a check.
func testOf(c *elementCheck) valueTest {
	t := valueTest{min: uint16(c.min), span: uint16(c.max - c.min)}
	if c.usage == NotUsed || c.typ == B || c.max < c.min || c.max > 1<<15 || c.min == 0 && c.typ != Composite {
		return t
	}
	switch {
	case c.matched:
		t.kind = testNothing
	case c.typ == Composite:
		t.kind = testComposite
		t.more = &moreTest{notes: c.notes}
		for i := range c.parts {
			p := &c.parts[i]
			t.more.parts = append(t.more.parts, testOf(p))
			if p.usage == Required {
				t.more.required |= 1 << i
			}
		}
	case c.pair > 0 && len(c.forms) > 0:
		plain := *c
		plain.pair = 0
		other := testOf(&plain)
		t.kind, t.qualifier, t.more = testPaired, uint8(c.pair), &moreTest{forms: c.forms, other: &other}
	case c.one != 0:
		t.kind, t.word = testCode, codeOf(c.codes.text[0])
	case len(c.codes.packed) > 0:
		t.kind, t.more = testCodes, c.codes.test
	case !c.codes.empty():
	case c.set != nil:
		t.kind, t.more = testSet, &moreTest{set: c.set}
	default:
		t.word, t.places = c.setBit, uint8(c.places)
		if c.places == 0 { // any
			t.places = 255
		}
		t.kind = testKinds[c.typ]
	}
	return t
}

// clean says whether a segment is without fault beyond doubt.
func (m *Matcher) clean(n *Node, seg *x12.Segment) bool {
	block, ends, id := seg.Table()
	tests, count := n.tests, uint(seg.Len())
	if ends == nil || count-1 >= uint(len(tests)) || ends.At(id+1) < 8 {
		return false
	}
	tests = tests[:count]
	m.block, m.named = block, 0
	present, i := m.simple(tests, ends, id, 0)
	for i < count {
		t, from, to := &tests[i], ends.At(id+i)+1, ends.At(id+i+1)
		if t.kind == testPaired {
			q := id + uint(t.qualifier)
			if !m.pairedIsGood(t, ends.At(q-1)+1, ends.At(q), from, to) {
				return false
			}
		} else if !m.isGood(t, from, to) {
			return false
		}
		present |= 1 << (i % 32)
		if i++; i < count {
			var more uint32
			more, i = m.simple(tests, ends, id, i)
			present |= more
		}
	}
	if present>>((count-1)%32) == 0 {
		return false // ends with a separator
	}
	if shape := &m.tallies[n.Index].shape; *shape != present {
		if present&n.required != n.required || !allHold(n.notes, present) {
			return false
		}
		*shape = present
	}
	m.unchecked |= m.named
	return true
}

// simple tests element i and those after it as far as it can vouch for them
// without calling anything, so that all that it works with stays in registers.
// It gives where it stopped, and which of those before are not empty.
func (m *Matcher) simple(tests []valueTest, ends *x12.Positions, id, i uint) (present uint32, stopped uint) {
	block, from := m.block, ends.At(id+i)+1
	for ; i < uint(len(tests)); i++ {
		to := ends.At(id + i + 1)
		n := to - from
		if n == 0 {
			from = to + 1
			continue
		}
		t := &tests[i]
	test:
		switch t.kind {
		case testNothing:
		case testText:
			if n-uint(t.min) > uint(t.span) || block[from] == ' ' {
				return present, i
			}
			odd := oddBytes(binary.LittleEndian.Uint64(block[to-8:to]), m.component, m.repetition)
			if n < 8 {
				odd >>= (64 - 8*n) % 64
			}
			for at := from + 8; at < to; at += 8 {
				odd |= oddBytes(binary.LittleEndian.Uint64(block[at-8:at]), m.component, m.repetition)
			}
			if odd != 0 {
				return present, i
			}
			m.named |= t.word
		case testCode:
			if n > 8 || codeWord(binary.LittleEndian.Uint64(block[to-8:to]), n) != t.word {
				return present, i
			}
		case testCodes:
			if n > 8 || !t.more.list.has(codeWord(binary.LittleEndian.Uint64(block[to-8:to]), n)) {
				return present, i
			}
		case testDecimal:
			not := notDigits(binary.LittleEndian.Uint64(block[to-8:to])) >> ((64 - 8*n) % 64)
			if n > 8 || not != 0 {
				point := uint(bits.TrailingZeros64(not) / 8)
				if n > 8 || not&(not-1) != 0 || block[from+point] != '.' || n-1-point > uint(t.places) {
					return present, i
				}
				n--
			}
			if n-uint(t.min) > uint(t.span) {
				return present, i
			}
			m.named |= t.word
		case testPaired:
			q := ends.At(id + uint(t.qualifier))
			k := q - ends.At(id+uint(t.qualifier)-1) - 1
			if k-1 >= 8 || q < 8 {
				return present, i
			}
			w := codeWord(binary.LittleEndian.Uint64(block[q-8:q]), k)
			for f := range t.more.forms {
				form := &t.more.forms[f]
				if form.word != w {
					continue
				}
				if form.form == formDate8 && n == 8 && commonDate(binary.LittleEndian.Uint64(block[to-8:to])) {
					goto good
				}
				if form.form != formSet || form.set != nil {
					return present, i
				}
				m.named |= form.bit
				break
			}
			t = t.more.other
			goto test
		default:
			return present, i
		}
	good:
		present |= 1 << (i % 32)
		from = to + 1
	}
	return present, i
}

// commonDate says of most dates CCYYMMDD that they are one: not of the last days
// of a month.
func commonDate(w uint64) bool {
	w ^= everyByte * '0'
	const lanes = 0x00FF00FF00FF00FF
	pairs := w&lanes*10 + w>>8&lanes
	return (w|(w+everyByte*(0x80-10)))&highBits == 0 && pairs>>32&0xFF-1 < 12 && pairs>>48-1 < 28
}

func allHold(notes []syntaxNote, present uint32) bool {
	for i := range notes {
		if !notes[i].holds(present) {
			return false
		}
	}
	return true
}

// isGood tests a value whose form no other decides; it is not empty.
func (m *Matcher) isGood(t *valueTest, from, to uint) bool {
	n := to - from
	switch t.kind {
	case testText:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && m.isText(from, to)
	case testCode:
		return n <= 8 && m.codeAt(from, to) == t.word
	case testCodes:
		return n <= 8 && t.more.list.has(m.codeAt(from, to))
	case testDecimal:
		m.named |= t.word
		digits := m.decimal(from, to, uint(t.places))
		return digits-uint(t.min) <= uint(t.span)
	case testComposite:
		return m.compositeIsGood(t.more, from, to)
	case testSet:
		return t.more.set.Has(m.block[from:to])
	case testInteger:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && n <= 8 && notDigits(m.lastEight(to))>>((64-8*n)%64) == 0
	case testDate:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && x12.ValidDate(m.block[from:to])
	case testTime:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && x12.ValidTime(m.block[from:to])
	}
	return false
}

// pairedIsGood tests a value whose form its qualifier decides.
func (m *Matcher) pairedIsGood(t *valueTest, qFrom, qTo, from, to uint) bool {
	if qTo-qFrom > 8 || qTo < 8 {
		return false
	}
	if qFrom == qTo {
		return m.isGood(t.more.other, from, to)
	}
	q := m.codeAt(qFrom, qTo)
	for i := range t.more.forms {
		f := &t.more.forms[i]
		if f.word != q {
			continue
		}
		switch f.form {
		case formDate8:
			return to-from == 8 && x12.ValidDate(m.block[from:to])
		case formDates8:
			return m.classes['-'] == classSign && x12.ValidDateRange(m.block[from:to])
		case formSet:
			if f.set != nil {
				return to-from-uint(t.min) <= uint(t.span) && f.set.Has(m.block[from:to])
			}
			m.named |= f.bit
			return m.isGood(t.more.other, from, to)
		}
		return false
	}
	return m.isGood(t.more.other, from, to)
}

// compositeIsGood tests a composite that does not repeat.
func (m *Matcher) compositeIsGood(c *moreTest, from, to uint) bool {
	if to < 40 || to-from > 40 {
		return false
	}
	separators := m.separators(from, to)
	first, last := from, to // the first component
	start, present, bit := from, uint32(0), uint32(1)
	for i := range c.parts {
		end := to
		if separators != 0 {
			end = start + uint(bits.TrailingZeros64(separators))
			separators &= separators - 1
			if m.block[end] != m.delims.Component {
				return false
			}
		}
		if i == 0 {
			last = end
		}
		if end > from {
			present |= bit
			t := &c.parts[i]
			if t.kind != testPaired {
				if !m.isGood(t, from, end) {
					return false
				}
			} else if t.qualifier != 1 || !m.pairedIsGood(t, first, last, from, end) {
				return false
			}
		}
		if end == to {
			return present&c.required == c.required && allHold(c.notes, present)
		}
		bit <<= 1
		from = end + 1
	}
	return false // more components than there are
}

const (
	everyByte = 0x0101010101010101
	highBits  = everyByte << 7
	lowBits   = everyByte * 0x7F
	gather    = 0x0102040810204080 // brings the lowest bits of all bytes into the top byte
)

// lastEight makes a word of the eight bytes before to, which is at least 8.
func (m *Matcher) lastEight(to uint) uint64 {
	return binary.LittleEndian.Uint64(m.block[to-8 : to])
}

// codeAt makes a word of m.block[from:to], which has one to eight bytes, that
// tells it from all other values. to is at least 8.
func (m *Matcher) codeAt(from, to uint) uint64 { return codeWord(m.lastEight(to), to-from) }

// codeWord keeps the last n bytes of w; where those are less than eight, the
// highest byte becomes n.
func codeWord(w uint64, n uint) uint64 { return w>>((64-8*n)%64) | uint64(n%8)<<56 }

// notDigits sets the top bit of each byte of w that is no digit.
func notDigits(w uint64) uint64 {
	w ^= everyByte * '0'
	return (w | (w + everyByte*(0x80-10))) & highBits
}

// isText says whether a value has neither separators nor control characters.
func (m *Matcher) isText(from, to uint) bool {
	if m.block[from] == ' ' { // perhaps there is nothing else
		return false
	}
	odd := oddBytes(m.lastEight(to), m.component, m.repetition)
	if n := to - from; n < 8 {
		odd >>= (64 - 8*n) % 64
	}
	for at := from + 8; at < to; at += 8 {
		odd |= oddBytes(m.lastEight(at), m.component, m.repetition)
	}
	return odd == 0 || m.isOddText(from, to)
}

// isOddText says the same byte by byte.
func (m *Matcher) isOddText(from, to uint) bool {
	var f byte
	for _, c := range m.block[from:to] {
		f |= m.classes[c]
	}
	return f&(classComponent|classRepeat|classBad) == 0
}

// oddBytes sets the top bit of each byte of w that needs a closer look:
// separators, control characters, what is not ASCII, and sometimes what stands
// after that.
func oddBytes(w, component, repetition uint64) uint64 {
	return (w | (w + everyByte) | ^((w + everyByte*0x60) & ((w ^ component) + lowBits) & ((w ^ repetition) + lowBits))) & highBits
}

// separators has a bit for each byte of a composite, the first of which is bit
// 0: set where it separates components or repetitions. to-from is 40 at most,
// and to at least.
func (m *Matcher) separators(from, to uint) (set uint64) {
	at := to
	for at > from {
		w := m.lastEight(at)
		set = set<<8 | (^(differ(w, m.component)&differ(w, m.repetition))&highBits>>7)*gather>>56
		at -= 8
	}
	return set >> (from - at) // what stands before it goes
}

// differ sets the top bit of each byte of w that is not pattern's.
func differ(w, pattern uint64) uint64 {
	x := w ^ pattern
	return (x&lowBits + lowBits) | x
}

// decimal counts the digits of a number; 0: it is none, or has more decimal
// places than given.
func (m *Matcher) decimal(from, to, places uint) (digits uint) {
	n := to - from
	if n <= 8 {
		not := notDigits(m.lastEight(to)) >> ((64 - 8*n) % 64)
		if not == 0 {
			return n
		}
		point := uint(bits.TrailingZeros64(not) / 8)
		if not&(not-1) == 0 && m.block[from+point] == '.' && n-1-point <= places {
			return n - 1
		}
	}
	v := m.block[from:to]
	if k, ok := x12.ValidDecimal(v); ok && !tooFine(v, int(places)) {
		return uint(k)
	}
	return 0
}

// codeTable is a set of codes of up to eight bytes, hashed as the words that
// codeAt makes of them. At least half of the slots are free: they are 0.
type codeTable []uint64

func (t codeTable) has(w uint64) bool {
	for i := w * everyHash >> 40; ; i++ {
		if s := t[i&uint64(len(t)-1)]; s == w || s == 0 {
			return s != 0
		}
	}
}

const everyHash = 0x9E3779B97F4A7C15

func newCodeTable(list []string) codeTable {
	t := make(codeTable, 4<<bits.Len(uint(len(list))))
	for _, c := range list {
		if len(c) == 0 || len(c) > 8 {
			continue
		}
		i := codeOf(c) * everyHash >> 40
		for t[i&uint64(len(t)-1)] != 0 {
			i++
		}
		t[i&uint64(len(t)-1)] = codeOf(c)
	}
	return t
}

// codeOf makes a word of a code of up to eight bytes, as codeAt does.
func codeOf(c string) uint64 {
	w := uint64(len(c)%8) << 56
	for i := range len(c) {
		w |= uint64(c[i]) << (8 * i)
	}
	return w
}
