package guide

import (
	"bytes"
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
// first byte is the highest, where it has no more than eight.

// valueTest is what clean wants of an element or component.
type valueTest struct {
	kind      testKind
	qualifier uint8  // of testPaired: position of the qualifier
	min, span uint16 // length: min to min+span
	word      uint64 // the one code, or bits for Matcher.named
	list      *codeTable
	more      *moreTest // of testSet, testPaired and testComposite
}

// moreTest is what few tests need.
type moreTest struct {
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
	testSet
	testDecimal
	testCents
	testInteger
	testDate
	testTime
	testPaired
	testComposite
)

// codeTable is a set of codes of up to eight bytes, as codeAt makes words of
// them, each in a slot of its own. Slots that are left hold any of them.
type codeTable struct {
	factor uint64
	shift  uint8
	slots  []uint64
}

func (t *codeTable) has(w uint64) bool { return t.slots[w*t.factor>>t.shift] == w }

// newCodeTable looks for a factor that gives each code its slot; nil: none found.
func newCodeTable(list []string) *codeTable {
	factor := uint64(0x9E3779B97F4A7C15)
	for size := max(2, bits.Len(uint(len(list)))); size < 14; size++ {
		for range 64 {
			factor = factor*6364136223846793005 + 1442695040888963407 | 1
			t := &codeTable{factor, uint8(64 - size), make([]uint64, 1<<size)}
			if t.fill(list) {
				return t
			}
		}
	}
	return nil
}

func (t *codeTable) fill(list []string) bool {
	some := uint64(0)
	for _, c := range list {
		if len(c) == 0 || len(c) > 8 {
			continue
		}
		some = codeOf(c)
		slot := &t.slots[some*t.factor>>t.shift]
		if *slot != 0 && *slot != some {
			return false
		}
		*slot = some
	}
	for i := range t.slots {
		if t.slots[i] == 0 {
			t.slots[i] = some
		}
	}
	return true
}

// codeOf makes a word of a code of up to eight bytes, as codeAt does.
func codeOf(c string) uint64 {
	w := uint64(len(c) % 8)
	for i := range len(c) {
		w |= uint64(c[i]) << (56 - 8*i)
	}
	return w
}

// testOf compiles a check.
func testOf(c *elementCheck) valueTest {
	t := valueTest{min: uint16(c.min), span: uint16(c.max - c.min)}
	if c.usage == NotUsed || c.min < 0 || c.max < c.min || c.max > 1<<15 {
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
		if t.list = newCodeTable(c.codes.text); t.list != nil {
			t.kind = testCodes
		}
	case !c.codes.empty():
	case c.set != nil:
		t.kind, t.more = testSet, &moreTest{set: c.set}
	default:
		t.word = c.setBit
		switch c.typ {
		case AN, ID:
			t.kind = testText
		case R:
			t.kind = testDecimal
			if c.places == 2 {
				t.kind = testCents
			}
		case N0:
			t.kind = testInteger
		case DT:
			t.kind = testDate
		case TM:
			t.kind = testTime
		}
	}
	return t
}

// clean says whether a segment is without fault beyond doubt.
func (m *Matcher) clean(n *Node, seg *x12.Segment) bool {
	block, ends := seg.Table()
	if len(ends) < 2 || len(ends)-1 > min(len(n.tests), 31) || ends[1] < 8 {
		return false
	}
	m.named = 0
	tests := n.tests[:len(ends)-1]
	from, to := uint(ends[0])+1, uint(0)
	present, bit := uint32(0), uint32(1)
	for i := range tests {
		to = uint(ends[i+1])
		if from != to {
			present |= bit
			t := &tests[i]
			switch t.kind {
			case testNothing:
			case testText:
				if to-from-uint(t.min) > uint(t.span) || !m.isText(block, from, to) {
					return false
				}
				m.named |= t.word
			case testCode:
				if to-from > 8 || codeAt(block, from, to) != t.word {
					return false
				}
			case testPaired:
				q := uint(t.qualifier)
				if !m.pairedIsGood(t, block, uint(ends[q-1])+1, uint(ends[q]), from, to) {
					return false
				}
			default:
				if !m.isGood(t, block, from, to) {
					return false
				}
			}
		}
		bit <<= 1
		from = to + 1
	}
	if present < bit>>1 {
		return false // ends with a separator
	}
	if shape := &m.shapes[n.Index]; *shape != present {
		if present&n.required != n.required || !allHold(n.notes, present) {
			return false
		}
		*shape = present
	}
	m.unchecked |= m.named
	return true
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
func (m *Matcher) isGood(t *valueTest, block []byte, from, to uint) bool {
	n := to - from
	switch t.kind {
	case testText:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && m.isText(block, from, to)
	case testCode:
		return n <= 8 && codeAt(block, from, to) == t.word
	case testCodes:
		return n <= 8 && t.list.has(codeAt(block, from, to))
	case testSet:
		return t.more.set.Has(block[from:to])
	case testDecimal:
		m.named |= t.word
		digits, ok := decimal(block, from, to)
		return ok && digits-uint(t.min) <= uint(t.span)
	case testCents:
		m.named |= t.word
		digits, ok := decimal(block, from, to)
		return ok && digits-uint(t.min) <= uint(t.span) && (n < 4 || block[to-3] == '.' || bytes.IndexByte(block[from:to-3], '.') < 0)
	case testInteger:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && n <= 8 && notDigits(wordAt(block, from, to))>>((64-8*n)%64) == 0
	case testDate:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && isDate(block, from, to)
	case testTime:
		m.named |= t.word
		return n-uint(t.min) <= uint(t.span) && x12.ValidTime(block[from:to])
	case testComposite:
		return m.compositeIsGood(t.more, block, from, to)
	}
	return false
}

// pairedIsGood tests a value whose form its qualifier decides.
func (m *Matcher) pairedIsGood(t *valueTest, block []byte, qFrom, qTo, from, to uint) bool {
	if qFrom == qTo || qTo-qFrom > 8 || qTo < 8 {
		return qFrom == qTo && m.isGood(t.more.other, block, from, to)
	}
	q := wordAt(block, qFrom, qTo) >> (64 - 8*(qTo-qFrom))
	for i := range t.more.forms {
		f := &t.more.forms[i]
		if f.code != q {
			continue
		}
		switch f.form {
		case formDate8:
			return to-from == 8 && isDate(block, from, to)
		case formDates8:
			return m.classes['-'] == classSign && x12.ValidDateRange(block[from:to])
		case formSet:
			if f.set != nil {
				return to-from-uint(t.min) <= uint(t.span) && f.set.Has(block[from:to])
			}
			m.named |= f.bit
			return m.isGood(t.more.other, block, from, to)
		}
		return false
	}
	return m.isGood(t.more.other, block, from, to)
}

// compositeIsGood tests a composite that does not repeat.
func (m *Matcher) compositeIsGood(c *moreTest, block []byte, from, to uint) bool {
	if from < 8 {
		return false
	}
	var first, last uint // the first component
	present, bit := uint32(0), uint32(1)
	for i := range c.parts {
		end := from
		for end < to && m.classes[block[end]]&(classComponent|classRepeat) == 0 {
			end++
		}
		if end < to && block[end] != m.delims.Component {
			return false // it repeats
		}
		if i == 0 {
			first, last = from, end
		}
		if end > from {
			present |= bit
			t := &c.parts[i]
			if t.kind != testPaired {
				if !m.isGood(t, block, from, end) {
					return false
				}
			} else if t.qualifier != 1 || !m.pairedIsGood(t, block, first, last, from, end) {
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
)

// wordAt makes a word of block[from:to], which is not empty; to is at least 8.
func wordAt(block []byte, from, to uint) uint64 {
	return binary.BigEndian.Uint64(block[to-8:to]) << ((64 - 8*(to-from)) % 64)
}

// codeAt makes a word of block[from:to] that tells it from all other values of
// up to eight bytes: in the byte that is left, the length.
func codeAt(block []byte, from, to uint) uint64 {
	return wordAt(block, from, to) | uint64((to-from)%8)
}

// notDigits sets the top bit of each byte of w that is no digit.
func notDigits(w uint64) uint64 {
	w ^= everyByte * '0'
	return (w | (w + everyByte*(0x80-10))) & highBits
}

// isText says whether a value has neither separators nor control characters.
func (m *Matcher) isText(block []byte, from, to uint) bool {
	odd := m.odd(binary.BigEndian.Uint64(block[to-8 : to]))
	if to-from < 8 {
		odd <<= 64 - 8*(to-from)
	} else {
		for at := from; at+8 < to; at += 8 {
			odd |= m.odd(binary.BigEndian.Uint64(block[at:]))
		}
	}
	if odd == 0 {
		return true
	}
	var f byte
	for _, c := range block[from:to] {
		f |= m.classes[c]
	}
	return f&(classComponent|classRepeat|classBad) == 0
}

// odd sets the top bit of each byte of w that needs a closer look: separators,
// control characters, what is not ASCII, and sometimes what stands before that.
func (m *Matcher) odd(w uint64) uint64 {
	return (w | (w + everyByte) | ^(w + everyByte*0x60) | ^((w ^ m.component) + lowBits) | ^((w ^ m.repetition) + lowBits)) & highBits
}

// decimal says whether a value is a number, and how many digits it has.
func decimal(block []byte, from, to uint) (digits uint, ok bool) {
	n := to - from
	if n <= 8 {
		w := wordAt(block, from, to)
		not := notDigits(w) >> ((64 - 8*n) % 64) << ((64 - 8*n) % 64)
		if not == 0 {
			return n, true
		}
		if not&(not-1) == 0 && byte(w>>(uint(bits.TrailingZeros64(not))-7)) == '.' {
			return n - 1, n > 1
		}
	}
	k, ok := x12.ValidDecimal(block[from:to])
	return uint(k), ok
}

// isDate says whether a value is a date, CCYYMMDD or YYMMDD.
func isDate(block []byte, from, to uint) bool {
	if to-from != 8 {
		return x12.ValidDate(block[from:to])
	}
	w := wordAt(block, from, to)
	if notDigits(w) != 0 {
		return false
	}
	w ^= everyByte * '0'
	const pairs = 0x00FF00FF00FF00FF
	w = w>>8&pairs*10 + w&pairs
	month, day := w>>16&0xFF, w&0xFF
	if month > 12 || day == 0 || day > uint64(longest[month]) {
		return false
	}
	return day < 29 || month != 2 || x12.ValidDate(block[from:to])
}

// longest is how many days a month may have.
var longest = [13]uint8{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
