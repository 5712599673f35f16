package guide

import (
	"bytes"
	"fmt"
	"strconv"

	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Codes of elements; a component's code is the element's plus 100.
const (
	codeTooManyElements    diag.Code = 1401
	codeTooShort           diag.Code = 1402
	codeTooLong            diag.Code = 1403
	codeBadCharacter       diag.Code = 1404
	codeNotNumber          diag.Code = 1405
	codeBadDate            diag.Code = 1406
	codeBadTime            diag.Code = 1407
	codeConditional        diag.Code = 1408
	codeExclusive          diag.Code = 1409
	codeTooManyRepetitions diag.Code = 1410
	codeTooManyComponents  diag.Code = 1411
	codeBadForm            diag.Code = 1412
	codeBlank              diag.Code = 1414
	codeTooFine            diag.Code = 1413
	codeElementMissing     diag.Code = 2401
	codeNotInGuide         diag.Code = 2402
	codeNotInStandard      diag.Code = 2403
	codeElementNotUsed     diag.Code = 2404
	codeHLNumber           diag.Code = 2410
	codeHLParent           diag.Code = 2411
	codeHLChild            diag.Code = 2412
	codeCounter            diag.Code = 2413
)

// setCodes gives the finding of each shipped list, at element level.
var setCodes = map[string]diag.Code{
	"states": 5401, "countries": 5402, "pos": 5403, "currency": 5404, "npi": 5405,
}

// Classes of bytes inside an element.
const (
	classDigit     = 1 << iota // 0-9
	classComponent             // the interchange's component separator
	classRepeat                // its repetition separator
	classBad                   // a control character
	classSign                  // + or -
	classPoint                 // .
	classOther                 // anything else that may stand in text
)

func classTable(d x12.Delimiters) (t [256]byte) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = classDigit
		case c < 0x20 || c == 0x7f:
			t[c] = classBad
		case c == '-' || c == '+':
			t[c] = classSign
		case c == '.':
			t[c] = classPoint
		default:
			t[c] = classOther
		}
	}
	t[d.Component] = classComponent
	if d.Repetition != 0 {
		t[d.Repetition] = classRepeat
	}
	return t
}

// check reports what is wrong with the elements of a recognised segment.
func (m *Matcher) check(n *Node, seg *x12.Segment) {
	if m.thorough || !m.clean(n, seg) {
		m.checkAll(n, seg)
	}
}

func (m *Matcher) checkAll(n *Node, seg *x12.Segment) {
	if n.control {
		m.checkControl(n, seg)
		return
	}
	m.scanElements(n, seg, 0, 0)
}

// checkControl checks of ST and SE what x12.Reader leaves: that the guide's
// name is there (ST03), and that there are not too many elements. Numbers and
// counts are the Reader's, and so that one fault is one finding, only its.
func (m *Matcher) checkControl(n *Node, seg *x12.Segment) {
	if k := len(n.checks); seg.Len() > k {
		m.report(n, codeTooManyElements, k+1, 0, seg.Element(k+1), strconv.Itoa(k))
	}
	for i := 2; i < len(n.checks); i++ {
		if n.checks[i].usage == Required && len(seg.Element(i+1)) == 0 {
			m.report(n, codeElementMissing, i+1, 0, nil, n.Elements[i].Name)
		}
	}
}

// scanElements checks all elements but the one that has been reported already.
func (m *Matcher) scanElements(n *Node, seg *x12.Segment, skipElement, skipComponent int) {
	count := seg.Len()
	if count > len(n.checks) {
		m.report(n, codeTooManyElements, len(n.checks)+1, 0, seg.Element(len(n.checks)+1), strconv.Itoa(len(n.checks)))
		count = len(n.checks)
	}
	if count == 0 && len(n.checks) > 0 && !demandsOne(n) {
		m.report(n, codeSegmentEmpty, 0, 0, nil, "")
		return
	}
	said := m.said
	var present, faulty uint32
	for i := range max(count, n.needed) {
		c := &n.checks[i]
		v := seg.Element(i + 1)
		if len(v) == 0 && c.typ == B && seg.PayloadLen > 0 {
			present |= 1 << i // it has gone by, and is not held
			continue
		}
		if len(v) == 0 {
			if c.usage == Required {
				if i+1 != skipElement {
					m.report(n, codeElementMissing, i+1, 0, nil, n.called(i+1, 0))
				}
				faulty |= 1 << i
			}
			continue
		}
		present |= 1 << i
		if skipElement == 0 && (c.matched || c.simple && m.good(c, v, nil)) {
			continue
		}
		if i+1 == skipElement && skipComponent == 0 {
			faulty |= 1 << i
			continue
		}
		if c.usage == NotUsed {
			m.report(n, codeElementNotUsed, i+1, 0, v, "")
			faulty |= 1 << i
			continue
		}
		if c.typ == Composite {
			skip := 0
			if i+1 == skipElement {
				skip = skipComponent
			}
			m.composite(n, seg, c, i+1, v, skip)
			continue
		}
		var qualifier []byte
		if c.pair > 0 && faulty&(1<<(c.pair-1)) == 0 { // a wrong one says nothing of what it qualifies
			qualifier = seg.Element(c.pair)
		}
		if !m.element(n, seg, c, i+1, v, qualifier) {
			faulty |= 1 << i
		}
	}
	for i := range n.notes {
		note := &n.notes[i]
		if note.mask&faulty == 0 && !note.holds(present) {
			m.brokenNote(n, note, present, 0)
		}
	}
	// An element that is missing at the end leaves its separator behind.
	if l := seg.Len(); l > 0 && count == l && len(seg.Element(l)) == 0 && m.said == said && seg.PayloadLen <= 0 {
		m.report(n, codeTrailingSeparator, 0, 0, nil, "")
	}
}

// demandsOne says whether a use asks for one element, and no syntax note for
// another, so that a segment without any lacks that one.
func demandsOne(n *Node) bool {
	required := 0
	for i := range n.checks {
		if n.checks[i].usage == Required {
			required++
		}
	}
	for i := range n.notes {
		if !n.notes[i].holds(0) {
			return false
		}
	}
	return required == 1
}

// good says whether a value is right beyond doubt. It answers for nearly all
// values of a valid file at the least cost; what it turns down is looked at
// again by the checks that can say what is wrong.
func (m *Matcher) good(c *elementCheck, v, qualifier []byte) bool {
	if c.pair > 0 {
		if pf := c.formOf(qualifier); pf != nil {
			switch pf.form {
			case formDate8:
				return len(v) == 8 && x12.ValidDate(v)
			case formSet:
				if pf.set != nil {
					return len(v) <= c.max && pf.set.Has(v)
				}
				m.unchecked |= pf.bit
			default:
				return false
			}
		}
	}
	if c.one != 0 {
		k, ok := pack(v)
		return ok && k == c.one
	}
	if !c.codes.empty() {
		return c.codes.has(v)
	}
	if c.set != nil {
		return c.set.Has(v)
	}
	m.unchecked |= c.setBit
	switch c.typ {
	case R:
		digits, ok := x12.ValidDecimal(v)
		return ok && digits >= c.min && digits <= c.max && !tooFine(v, c.places)
	case AN, ID:
		if len(v) < c.min || len(v) > c.max || v[0] == ' ' {
			return false
		}
		var f byte
		for _, b := range v {
			f |= m.classes[b]
		}
		return f&(classComponent|classRepeat|classBad) == 0
	case DT:
		return len(v) >= c.min && len(v) <= c.max && x12.ValidDate(v)
	}
	return false
}

// tooFine says whether a decimal has more places than are allowed; 0: any.
func tooFine(v []byte, places int) bool {
	point := bytes.IndexByte(v, '.')
	return places > 0 && point >= 0 && len(v)-point-1 > places
}

// formOf is the form that a qualifier gives the value; nil: none.
func (c *elementCheck) formOf(qualifier []byte) *pairForm {
	q, short := pack(qualifier)
	if !short || q == 0 {
		return nil
	}
	for i := range c.forms {
		if c.forms[i].code == q {
			return &c.forms[i]
		}
	}
	return nil
}

// element checks a simple element, repetitions included.
func (m *Matcher) element(n *Node, seg *x12.Segment, c *elementCheck, at int, v, qualifier []byte) bool {
	if c.typ == B {
		return true
	}
	if m.good(c, v, qualifier) {
		return true
	}
	var f byte
	for _, b := range v {
		f |= m.classes[b]
	}
	if f&(classComponent|classRepeat|classBad) == 0 {
		return m.value(n, seg, c, at, 0, 0, v, qualifier, f)
	}
	switch {
	case f&classBad != 0:
		m.finding(n, codeBadCharacter, at, 0, 0, v, "")
		return false
	case f&classRepeat != 0 && c.repeat != 1:
		good := true
		rep := 1
		for rest := v; ; rep++ {
			one, tail, more := x12.NextComponent(rest, m.delims.Repetition)
			if c.repeat > 0 && rep == c.repeat+1 {
				m.finding(n, codeTooManyRepetitions, at, 0, rep, one, strconv.Itoa(c.repeat))
				return false
			}
			var g byte
			for _, b := range one {
				g |= m.classes[b]
			}
			if g&classComponent != 0 {
				m.finding(n, codeTooManyComponents, at, 0, rep, one, "1")
				good = false
			} else if len(one) > 0 {
				good = m.value(n, seg, c, at, 0, rep, one, qualifier, g) && good
			}
			if !more {
				return good
			}
			rest = tail
		}
	case f&classRepeat != 0:
		m.finding(n, codeTooManyRepetitions, at, 0, 0, v, "1")
	default:
		m.finding(n, codeTooManyComponents, at, 0, 0, v, "1")
	}
	return false
}

// composite checks a composite element, repetitions included.
func (m *Matcher) composite(n *Node, seg *x12.Segment, c *elementCheck, at int, v []byte, skip int) {
	if m.delims.Repetition != 0 && bytes.IndexByte(v, m.delims.Repetition) >= 0 {
		if c.repeat == 1 {
			m.finding(n, codeTooManyRepetitions, at, 0, 0, v, "1")
			return
		}
		rep := 1
		for rest := v; ; rep++ {
			one, tail, more := x12.NextComponent(rest, m.delims.Repetition)
			if c.repeat > 0 && rep == c.repeat+1 {
				m.finding(n, codeTooManyRepetitions, at, 0, rep, one, strconv.Itoa(c.repeat))
				return
			}
			m.components(n, seg, c, at, rep, one, skip)
			if !more {
				return
			}
			rest = tail
		}
	}
	m.components(n, seg, c, at, 0, v, skip)
}

func (m *Matcher) components(n *Node, seg *x12.Segment, c *elementCheck, at, rep int, v []byte, skip int) {
	var present, faulty uint32
	rest, more := v, true
	for k := range c.parts {
		if !more && k >= c.needed {
			break
		}
		p := &c.parts[k]
		var one []byte
		if more {
			one, rest, more = x12.NextComponent(rest, m.delims.Component)
		}
		if len(one) == 0 {
			if p.usage == Required {
				// A value that is no such composite lacks the rest for the same reason.
				if k+1 != skip && (faulty&1 == 0 || bytes.IndexByte(v, m.delims.Component) >= 0) {
					m.finding(n, codeElementMissing+100, at, k+1, rep, nil, n.called(at, k+1))
				}
				faulty |= 1 << k
			}
			continue
		}
		present |= 1 << k
		if k+1 == skip {
			faulty |= 1 << k
			continue
		}
		if p.usage == NotUsed {
			m.finding(n, codeElementNotUsed+100, at, k+1, rep, one, "")
			faulty |= 1 << k
			continue
		}
		var qualifier []byte
		if p.pair > 0 && faulty&(1<<(p.pair-1)) == 0 {
			qualifier = componentOf(v, m.delims.Component, p.pair)
		}
		if m.good(p, one, qualifier) {
			continue
		}
		var f byte
		for _, b := range one {
			f |= m.classes[b]
		}
		if f&classBad != 0 {
			m.finding(n, codeBadCharacter+100, at, k+1, rep, one, "")
			faulty |= 1 << k
			continue
		}
		if !m.part(n, c, at, k, rep, one, qualifier, f) {
			faulty |= 1 << k
		}
	}
	if more {
		m.finding(n, codeTooManyComponents, at, 0, rep, v, strconv.Itoa(len(c.parts)))
	}
	for i := range c.notes {
		if note := &c.notes[i]; note.mask&faulty == 0 && !note.holds(present) {
			m.brokenNote(n, note, present, at)
		}
	}
}

// part checks one component of a composite.
func (m *Matcher) part(n *Node, c *elementCheck, at, k, rep int, v, qualifier []byte, f byte) bool {
	p := &c.parts[k]
	if p.pair > 0 && len(p.forms) > 0 {
		if done, ok := m.paired(n, p, at, k+1, rep, v, qualifier); done {
			return ok
		}
	}
	return m.plain(n, p, at, k+1, rep, v, f)
}

func componentOf(v []byte, sep byte, i int) []byte {
	for rest, k := v, 1; ; k++ {
		one, tail, more := x12.NextComponent(rest, sep)
		if k == i {
			return one
		}
		if !more {
			return nil
		}
		rest = tail
	}
}

// value checks a simple element's value.
func (m *Matcher) value(n *Node, seg *x12.Segment, c *elementCheck, at, comp, rep int, v, qualifier []byte, f byte) bool {
	if c.pair > 0 && len(c.forms) > 0 {
		if done, ok := m.paired(n, c, at, comp, rep, v, qualifier); done {
			return ok
		}
	}
	if c.set != nil && c.setName == "states" && foreign(n, seg) {
		return m.length(n, c, at, comp, rep, v)
	}
	return m.plain(n, c, at, comp, rep, v, f)
}

// foreign says whether the address of an N4 is outside the United States and
// Canada, whose states and provinces the list holds.
func foreign(n *Node, seg *x12.Segment) bool {
	for i := range n.Elements {
		if n.Elements[i].Number == "26" {
			v := seg.Element(i + 1)
			return len(v) > 0 && string(v) != "US" && string(v) != "CA"
		}
	}
	return false
}

// paired checks a value whose form its qualifier decides. done is false when
// the qualifier says nothing of it.
func (m *Matcher) paired(n *Node, c *elementCheck, at, comp, rep int, v, qualifier []byte) (done, ok bool) {
	if pf := c.formOf(qualifier); pf != nil {
		switch pf.form {
		case formSet:
			if pf.set == nil {
				m.unchecked |= pf.bit
				return false, true
			}
			if !m.length(n, c, at, comp, rep, v) {
				return true, false
			}
			if !pf.set.Has(v) {
				m.notInSet(n, pf.name, pf.set, at, comp, rep, v)
				return true, false
			}
			return true, true
		case formDate8:
			ok = len(v) == 8 && x12.ValidDate(v)
		case formDate6:
			ok = len(v) == 6 && x12.ValidDate(v)
		case formDates8:
			ok = x12.ValidDateRange(v)
		case formTime:
			ok = x12.ValidTime(v)
		case formDateTime:
			ok = len(v) >= 12 && x12.ValidDate(v[:8]) && x12.ValidTime(v[8:])
		default:
			return false, true
		}
		if !ok {
			m.finding(n, level(codeBadForm, comp), at, comp, rep, v, formWords[pf.form])
		}
		return true, ok
	}
	return false, true
}

// level makes a component's code of an element's.
func level(c diag.Code, comp int) diag.Code {
	if comp > 0 {
		return c + 100
	}
	return c
}

func (m *Matcher) length(n *Node, c *elementCheck, at, comp, rep int, v []byte) bool {
	if len(v) < c.min {
		m.finding(n, level(codeTooShort, comp), at, comp, rep, v, strconv.Itoa(c.min))
		return false
	}
	if len(v) > c.max {
		m.finding(n, level(codeTooLong, comp), at, comp, rep, v, strconv.Itoa(c.max))
		return false
	}
	return true
}

// plain checks type, length, and lists.
func (m *Matcher) plain(n *Node, c *elementCheck, at, comp, rep int, v []byte, f byte) bool {
	switch c.typ {
	case R:
		digits, ok := x12.ValidDecimal(v)
		if !ok {
			m.finding(n, level(codeNotNumber, comp), at, comp, rep, v, "decimal")
			return false
		}
		if digits > c.max {
			m.finding(n, level(codeTooLong, comp), at, comp, rep, v, strconv.Itoa(c.max))
			return false
		}
		if digits < c.min {
			m.finding(n, level(codeTooShort, comp), at, comp, rep, v, strconv.Itoa(c.min))
			return false
		}
		if tooFine(v, c.places) {
			m.finding(n, level(codeTooFine, comp), at, comp, rep, v, strconv.Itoa(c.places))
			return false
		}
	case N0:
		if f != classDigit && !x12.ValidInteger(v) {
			m.finding(n, level(codeNotNumber, comp), at, comp, rep, v, "whole")
			return false
		}
		digits := len(v)
		if v[0] == '-' || v[0] == '+' {
			digits--
		}
		if digits > c.max {
			m.finding(n, level(codeTooLong, comp), at, comp, rep, v, strconv.Itoa(c.max))
			return false
		}
		if digits < c.min {
			m.finding(n, level(codeTooShort, comp), at, comp, rep, v, strconv.Itoa(c.min))
			return false
		}
	case DT:
		if len(v) < c.min || len(v) > c.max || !x12.ValidDate(v) {
			m.finding(n, level(codeBadDate, comp), at, comp, rep, v, "")
			return false
		}
	case TM:
		if len(v) < c.min || len(v) > c.max || !x12.ValidTime(v) {
			m.finding(n, level(codeBadTime, comp), at, comp, rep, v, "")
			return false
		}
	default:
		if v[0] == ' ' && len(bytes.TrimLeft(v, " ")) == 0 {
			m.finding(n, level(codeBlank, comp), at, comp, rep, v, "")
			return false
		}
		// A value outside a short list is one fault, however long it is.
		if c.codes.empty() || len(v) >= c.min && len(v) <= c.max {
			if !m.length(n, c, at, comp, rep, v) {
				return false
			}
		}
	}
	if !c.codes.empty() && !c.codes.has(v) {
		if c.set == nil || !c.set.Has(v) {
			if (c.typ == ID || c.typ == AN) && (len(v) < c.min || len(v) > c.max) {
				return m.length(n, c, at, comp, rep, v)
			}
			code := codeNotInGuide
			if c.standard != nil && !c.standard[string(v)] {
				code = codeNotInStandard
			}
			m.finding(n, level(code, comp), at, comp, rep, v, listCodes(c.codes.text))
			return false
		}
		return true
	}
	if c.codes.empty() {
		if c.set != nil && !c.set.Has(v) {
			m.notInSet(n, c.setName, c.set, at, comp, rep, v)
			return false
		}
		m.unchecked |= c.setBit
	}
	return true
}

func (m *Matcher) notInSet(n *Node, name string, set *codes.Set, at, comp, rep int, v []byte) {
	m.finding(n, level(setCodes[name], comp), at, comp, rep, v, name)
}

func (m *Matcher) finding(n *Node, code diag.Code, at, comp, rep int, got []byte, want string) {
	d := diag.Diagnostic{Pos: m.at(), Code: m.g.sure(n, code, at, comp), Got: clip(got), Want: want}
	d.SegmentID, d.Loop, d.Element, d.Component, d.Repetition = n.Segment.String(), m.loopName(n), at, comp, rep
	d.Name = n.nameOf(code, at, comp)
	m.say(d)
}

// brokenNote reports a syntax note at the element that is missing or too many.
func (m *Matcher) brokenNote(n *Node, note *syntaxNote, present uint32, composite int) {
	at, code := 0, codeConditional
	switch note.kind {
	case 'P', 'C':
		for _, p := range note.parts {
			if present&(1<<(p-1)) == 0 {
				at = p
				break
			}
		}
	case 'R':
		at = note.parts[0]
	case 'L':
		at = note.parts[1]
	case 'E':
		code = codeExclusive
		for _, p := range note.parts {
			if present&(1<<(p-1)) != 0 {
				at = p // the last one present
			}
		}
	}
	if composite > 0 {
		m.finding(n, code+100, composite, at, 0, nil, note.words(fmt.Sprintf("%s%02d-", n.Segment, composite), 1))
		return
	}
	m.finding(n, code, at, 0, 0, nil, note.words(n.Segment.String(), 2))
}

// checkHL checks that levels are numbered 1, 2, 3 …, name their open parent,
// and say truly whether other levels follow below.
func (m *Matcher) checkHL(n *Node, seg *x12.Segment) {
	loop := n.Parent
	m.checkHLChild(loop)
	m.hlCount++
	number, ok := smallInt(seg.Element(1))
	// After a wrong number both go on right: who counts on from it, and who counts
	// levels.
	if v := seg.Element(1); len(v) > 0 && len(v) <= n.checks[0].max && (!ok || number != m.hlLast+1 && number != m.hlCount) {
		m.report(n, codeHLNumber, 1, 0, seg.Element(1), strconv.Itoa(int(m.hlLast+1)))
	}
	if m.hlLast++; ok {
		m.hlLast = number
	}
	m.hl[loop.Index], m.hlTrue[loop.Index] = m.hlLast, m.hlCount
	parent := seg.Element(2)
	if loop.hlAbove >= 0 {
		want := m.hl[loop.hlAbove]
		got, isNumber := smallInt(parent)
		switch {
		case want <= 0 || len(parent) == 0:
			// The parent's number is not known, or HL02 is missing, which the usage says.
		case len(parent) > n.checks[1].max: // which is said
		case !isNumber || got != want && got != m.hlTrue[loop.hlAbove]:
			m.report(n, codeHLParent, 2, 0, parent, strconv.Itoa(int(want)))
		}
	}
	m.hlOpen, m.hlNode = true, loop
	m.hlHasChild = 0
	if c := seg.Element(4); len(c) == 1 && (n.checks[3].codes.empty() || n.checks[3].codes.has(c)) {
		m.hlHasChild = c[0]
	}
	m.hlAt.Offset, m.hlAt.Segment = m.offset, m.ordinal
}

// checkHLChild compares HL04 of the level read last with the level that came
// after it (nil: none).
func (m *Matcher) checkHLChild(next *Node) {
	if !m.hlOpen {
		return
	}
	m.hlOpen = false
	child := next != nil && next.hlAbove == int32(m.hlNode.Index)
	if m.hlHasChild != '0' && m.hlHasChild != '1' || child == (m.hlHasChild == '1') {
		return
	}
	d := diag.Diagnostic{Pos: m.at(), Code: codeHLChild, Got: string(m.hlHasChild), Want: "1"}
	if !child {
		d.Want = "0"
	}
	d.Offset, d.Segment = m.hlAt.Offset, m.hlAt.Segment
	d.SegmentID, d.Loop, d.Element = "HL", m.hlNode.Loop, 4
	d.Claim = ""
	m.say(d)
}

// checkCounter checks an element that counts from 1 within the loop above.
func (m *Matcher) checkCounter(n *Node, seg *x12.Segment) {
	above := n.Parent.Parent
	if above == nil {
		return
	}
	m.lxs[above.Index]++
	got, ok := smallInt(seg.Element(int(n.count)))
	want := int32(m.lxLast[above.Index]) + 1
	if !ok {
		m.lxLast[above.Index]++
		if v := seg.Element(int(n.count)); x12.ValidInteger(v) && len(v) <= n.checks[n.count-1].max { // else its form is reported
			m.report(n, codeCounter, int(n.count), 0, v, strconv.Itoa(int(want)))
		}
		return
	}
	if got != want && got != int32(m.lxs[above.Index]) { // as with levels
		m.report(n, codeCounter, int(n.count), 0, seg.Element(int(n.count)), strconv.Itoa(int(want)))
	}
	m.lxLast[above.Index] = uint32(got)
}

func smallInt(b []byte) (int32, bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	n := int32(0)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int32(c-'0')
	}
	return n, true
}
