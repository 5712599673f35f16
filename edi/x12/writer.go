package x12

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// WriterOptions change what a Writer writes.
type WriterOptions struct {
	LineBreaks bool // a line feed after every segment
}

// Writer writes interchanges: exact envelopes, exact counts, nothing allocated
// per segment once its buffer has grown. Control numbers, dates and times are
// the caller's; a Writer has no clock and no memory.
//
//	w := x12.NewWriter(out, x12.DefaultDelimiters, x12.WriterOptions{})
//	w.BeginInterchange(ic)
//	w.BeginGroup(group)
//	w.BeginSet("837", "0001", "005010X222A1")
//	w.Begin("CLM")
//	w.Text("PCN0001")
//	w.Text("85.5")
//	w.Empty(2)
//	w.Composite("11", "B", "1")
//	w.End()
//	w.EndSet()
//	w.EndGroup()
//	w.EndInterchange()
//	err := w.Flush()
//
// Delimiters and control characters inside data are left out, never escaped;
// Stripped counts them. Calls in an order that makes no interchange are our
// own bug: the first becomes Err, and nothing is written from then on.
type Writer struct {
	dst  io.Writer
	d    Delimiters
	opt  WriterOptions
	buf  []byte
	err  error
	drop [256]bool // what is left out of data

	interchange, group, set string // control numbers, where open
	state                   writerState
	groups, sets, segments  int
	stripped                int

	segment   int  // where in buf the open segment begins
	content   int  // where in buf what must not be trimmed ends
	composite bool // between BeginComposite and EndComposite
	first     bool // the next component is the first of its composite
	repeat    bool // the next element is a repetition
}

type writerState uint8

const (
	writesNothing writerState = iota
	writesInterchange
	writesGroup
	writesSet
	writesSegment
)

// flushAt is how much is gathered before it is handed on.
const flushAt = 64 << 10

// NewWriter writes to w; when w is nil everything stays in Buffer. Delimiters
// that cannot be told apart are an Err at once.
func NewWriter(w io.Writer, d Delimiters, opt WriterOptions) *Writer {
	x := &Writer{d: d, opt: opt}
	x.Reset(w)
	return x
}

// Reset forgets all that was written and begins anew, with the same delimiters
// and options.
func (w *Writer) Reset(dst io.Writer) {
	*w = Writer{dst: dst, d: w.d, opt: w.opt, buf: w.buf[:0], err: w.d.Check()}
	for c := range w.drop {
		w.drop[c] = c < ' ' || c == 0x7F || w.d.Holds(byte(c))
	}
}

// Err is the first thing that went wrong: writing failed, or calls came in an
// order that makes no interchange.
func (w *Writer) Err() error { return w.err }

// Stripped is how many characters were left out of data, because they are
// delimiters or control characters.
func (w *Writer) Stripped() int { return w.stripped }

// Segments is the number of segments written since BeginSet, ST included: the
// ordinal of the last one.
func (w *Writer) Segments() int { return w.segments }

// Buffer is what has been written and not flushed; valid until the next call.
func (w *Writer) Buffer() []byte { return w.buf }

// Flush hands what is buffered to the io.Writer, if there is one.
func (w *Writer) Flush() error {
	if w.err != nil || w.dst == nil || len(w.buf) == 0 {
		return w.err
	}
	if w.state == writesSegment {
		w.fail("Flush inside a segment")
		return w.err
	}
	_, w.err = w.dst.Write(w.buf)
	w.buf = w.buf[:0]
	return w.err
}

func (w *Writer) fail(what string) {
	if w.err == nil {
		w.err = errors.New("x12: " + what)
	}
}

// in says whether the writer stands in the state that a call needs.
func (w *Writer) in(state writerState, call string) bool {
	if w.err == nil && w.state != state {
		w.fail(call + " out of order")
	}
	return w.err == nil
}

// BeginInterchange writes the ISA, ids padded, the control number brought to
// nine digits. ic.Offset is not looked at, and the delimiters are the
// Writer's. An empty Version is 00501; from 00402 on there must be a
// repetition separator. What does not fit its element is an Err.
func (w *Writer) BeginInterchange(ic Interchange) {
	if !w.in(writesNothing, "BeginInterchange") {
		return
	}
	if ic.Version == "" {
		ic.Version = "00501"
	}
	isa11 := w.d.Repetition
	if ic.Version < "00402" {
		isa11 = 'U'
	} else if isa11 == 0 {
		w.fail("no repetition separator for version " + ic.Version)
		return
	}
	ack := "0"
	if ic.AckRequested {
		ack = "1"
	}
	w.interchange = zeros(ic.Control, isaWidths[12])
	w.open("ISA")
	for i, v := range [...]string{
		or(ic.AuthorizationQualifier, "00"), ic.Authorization, or(ic.SecurityQualifier, "00"), ic.Security,
		ic.SenderQualifier, ic.Sender, ic.ReceiverQualifier, ic.Receiver, ic.Date, ic.Time,
		string([]byte{isa11}), ic.Version, w.interchange, ack, ic.Usage, string([]byte{w.d.Component}),
	} {
		w.padded(i, v)
	}
	w.close()
	w.state, w.groups = writesInterchange, 0
}

// padded writes element i+1 of the ISA.
func (w *Writer) padded(i int, v string) {
	w.buf = append(w.buf, w.d.Element)
	at := len(w.buf)
	if i == 10 || i == 15 { // the delimiters themselves
		w.buf = append(w.buf, v...)
	} else {
		appendClean(w, v)
	}
	switch n := len(w.buf) - at; {
	case n > isaWidths[i]:
		w.fail("ISA" + strconv.Itoa(i+1) + " is too long")
	case n < isaWidths[i] && i != 1 && i != 3 && i != 5 && i != 7:
		w.fail("ISA" + strconv.Itoa(i+1) + " is too short")
	default:
		for ; n < isaWidths[i]; n++ {
			w.buf = append(w.buf, ' ')
		}
	}
}

// Ack writes a TA1, between BeginInterchange and the first BeginGroup: ISA13,
// ISA09 and ISA10 of the interchange it answers, TA104 and TA105.
func (w *Writer) Ack(control, date, time, status, note string) {
	if !w.in(writesInterchange, "Ack") || w.groups > 0 {
		w.fail("Ack after a group")
		return
	}
	w.open("TA1")
	w.elements(control, date, time, status, note)
	w.close()
}

// BeginGroup writes the GS. An empty Agency is X.
func (w *Writer) BeginGroup(g Group) {
	if !w.in(writesInterchange, "BeginGroup") {
		return
	}
	w.group = g.Control
	w.groups++
	w.open("GS")
	w.elements(g.FunctionalID, g.Sender, g.Receiver, g.Date, g.Time, g.Control, or(g.Agency, "X"), g.Version)
	w.close()
	w.state, w.sets = writesGroup, 0
}

// BeginSet writes the ST; ST03 is left out when reference is empty.
func (w *Writer) BeginSet(id, control, reference string) {
	if !w.in(writesGroup, "BeginSet") {
		return
	}
	w.set = control
	w.sets++
	w.open("ST")
	w.elements(id, control)
	if reference != "" {
		w.elements(reference)
	}
	w.close()
	w.state, w.segments = writesSet, 1
}

// EndSet writes the SE with the number of segments since BeginSet.
func (w *Writer) EndSet() {
	if w.in(writesSet, "EndSet") {
		w.segments++
		w.trailer("SE", w.segments, w.set)
		w.state = writesGroup
	}
}

// EndGroup writes the GE with the number of sets.
func (w *Writer) EndGroup() {
	if w.in(writesGroup, "EndGroup") {
		w.trailer("GE", w.sets, w.group)
		w.state = writesInterchange
	}
}

// EndInterchange writes the IEA with the number of groups. Another interchange
// may follow.
func (w *Writer) EndInterchange() {
	if w.in(writesInterchange, "EndInterchange") {
		w.trailer("IEA", w.groups, w.interchange)
		w.state = writesNothing
	}
}

// elements writes elements as they are given, empty ones too.
func (w *Writer) elements(values ...string) {
	for _, v := range values {
		w.buf = append(w.buf, w.d.Element)
		appendClean(w, v)
	}
}

func (w *Writer) trailer(id string, count int, control string) {
	w.open(id)
	w.buf = append(w.buf, w.d.Element)
	w.buf = strconv.AppendInt(w.buf, int64(count), 10)
	w.elements(control)
	w.close()
}

func (w *Writer) open(id string) {
	w.segment = len(w.buf)
	w.buf = append(w.buf, id...)
}

func (w *Writer) close() {
	w.buf = append(w.buf, w.d.Segment)
	if w.opt.LineBreaks {
		w.buf = append(w.buf, '\n')
	}
	if len(w.buf) >= flushAt && w.dst != nil && w.err == nil {
		_, w.err = w.dst.Write(w.buf)
		w.buf = w.buf[:0]
	}
}

// Begin starts a segment inside a set.
func (w *Writer) Begin(id string) {
	if !w.in(writesSet, "Begin") {
		return
	}
	w.open(id)
	w.content = len(w.buf)
	w.composite, w.repeat = false, false
	w.state = writesSegment
}

// End ends the segment; trailing empty elements are left out. A segment with
// no element at all is not written and not counted.
func (w *Writer) End() {
	if !w.in(writesSegment, "End") {
		return
	}
	if w.composite {
		w.fail("End inside a composite")
		return
	}
	w.state = writesSet
	if bytes.IndexByte(w.buf[w.segment:w.content], w.d.Element) < 0 {
		w.buf = w.buf[:w.segment]
		return
	}
	w.buf = w.buf[:w.content]
	w.segments++
	w.close()
}

// Text adds an element (inside a composite: a component).
func (w *Writer) Text(s string) {
	if w.separate() {
		appendClean(w, s)
		w.filled(len(s) > 0)
	}
}

// Bytes adds an element (inside a composite: a component).
func (w *Writer) Bytes(b []byte) {
	if w.separate() {
		appendClean(w, b)
		w.filled(len(b) > 0)
	}
}

// Int adds a whole number as an element (inside a composite: a component).
func (w *Writer) Int(n int) {
	if w.separate() {
		w.buf = strconv.AppendInt(w.buf, int64(n), 10)
		w.filled(true)
	}
}

// Empty adds n empty elements (inside a composite: components).
func (w *Writer) Empty(n int) {
	for ; n > 0; n-- {
		w.separate()
	}
}

// separate writes the separator that stands before what comes next.
func (w *Writer) separate() bool {
	if !w.in(writesSegment, "an element") {
		return false
	}
	switch {
	case w.composite && w.first:
		w.first = false
	case w.composite:
		w.buf = append(w.buf, w.d.Component)
	case w.repeat:
		w.buf = append(w.buf, w.d.Repetition)
		w.repeat = false
	default:
		w.buf = append(w.buf, w.d.Element)
	}
	return true
}

// filled notes that all up to here is to be kept, if something stands here. A
// value of nothing but delimiters was stripped to nothing.
func (w *Writer) filled(meant bool) {
	if meant && !w.separator(w.buf[len(w.buf)-1]) {
		w.content = len(w.buf)
	}
}

func (w *Writer) separator(c byte) bool {
	return c == w.d.Element || c == w.d.Component || c == w.d.Repetition
}

// Composite adds an element of components; trailing empty ones are left out.
func (w *Writer) Composite(parts ...string) {
	w.BeginComposite()
	for _, p := range parts {
		w.Text(p)
	}
	w.EndComposite()
}

// BeginComposite starts an element whose components are given one by one.
func (w *Writer) BeginComposite() {
	if w.composite {
		w.fail("a composite inside a composite")
		return
	}
	if w.separate() {
		w.composite, w.first = true, true
	}
}

// EndComposite ends it; trailing empty components are left out.
func (w *Writer) EndComposite() {
	if !w.composite {
		w.fail("EndComposite without BeginComposite")
		return
	}
	w.composite = false
	for w.buf[len(w.buf)-1] == w.d.Component {
		w.buf = w.buf[:len(w.buf)-1]
	}
}

// Repeat makes what comes next a further repetition of the element just given.
func (w *Writer) Repeat() {
	if w.composite || w.d.Repetition == 0 {
		w.fail("Repeat inside a composite, or without a repetition separator")
		return
	}
	w.repeat = true
}

// Copy writes a segment of a set as it was read, in this writer's delimiters.
// Data that holds one of them loses it.
func (w *Writer) Copy(s *Segment) {
	if s.PayloadLen >= 0 && !s.Streamed() {
		filter := ""
		if s.id == idBDS {
			filter = string(s.Element(1))
		}
		w.Binary(filter, s.Element(s.Len()))
		return
	}
	if !w.in(writesSet, "Copy") {
		return
	}
	w.open(s.id.String())
	same := w.d == *s.delims
	for i := 1; i <= s.Len(); i++ {
		w.buf = append(w.buf, w.d.Element)
		v := s.Element(i)
		if same {
			w.buf = append(w.buf, v...)
			continue
		}
		for _, c := range v {
			switch {
			case c == s.delims.Component:
				w.buf = append(w.buf, w.d.Component)
			case c == s.delims.Repetition && c != 0:
				w.buf = append(w.buf, w.d.Repetition)
			case w.d.Holds(c):
				w.stripped++
			default:
				w.buf = append(w.buf, c)
			}
		}
	}
	w.segments++
	w.close()
}

// Binary writes a BIN (filter empty) or a BDS with its payload, byte for byte.
func (w *Writer) Binary(filter string, data []byte) {
	if w.binaryHead(filter, int64(len(data))) {
		w.buf = append(w.buf, data...)
		w.segments++
		w.close()
	}
}

// BinaryFrom writes a BIN or BDS whose payload of exactly n bytes comes from r
// and is never held whole. When r has fewer, what was written is no
// interchange, and Err says so.
func (w *Writer) BinaryFrom(filter string, n int64, r io.Reader) error {
	if !w.binaryHead(filter, n) {
		return w.err
	}
	if w.dst == nil {
		b := bytes.NewBuffer(w.buf)
		_, w.err = io.CopyN(b, r, n)
		w.buf = b.Bytes()
	} else {
		if _, w.err = w.dst.Write(w.buf); w.err == nil {
			_, w.err = io.CopyN(w.dst, r, n)
		}
		w.buf = w.buf[:0]
	}
	w.segments++
	w.close()
	return w.err
}

func (w *Writer) binaryHead(filter string, n int64) bool {
	if !w.in(writesSet, "a binary segment") {
		return false
	}
	if n < 0 {
		w.fail("a payload of negative length")
		return false
	}
	if filter == "" {
		w.open("BIN")
	} else {
		w.open("BDS")
		w.elements(filter)
	}
	w.buf = append(w.buf, w.d.Element)
	w.buf = strconv.AppendInt(w.buf, n, 10)
	w.buf = append(w.buf, w.d.Element)
	return true
}

// appendClean appends data without what may not stand in it.
func appendClean[T string | []byte](w *Writer, v T) {
	for i := range len(v) {
		if w.drop[v[i]] {
			appendStripped(w, v)
			return
		}
	}
	w.buf = append(w.buf, v...)
}

func appendStripped[T string | []byte](w *Writer, v T) {
	for i := range len(v) {
		if w.drop[v[i]] {
			w.stripped++
		} else {
			w.buf = append(w.buf, v[i])
		}
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// zeros fills a number up to its width.
func zeros(s string, width int) string {
	if n := width - len(s); n > 0 {
		return strings.Repeat("0", n) + s
	}
	return s
}
