package claim

import (
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/x12"
)

// wire is a segment on its way in or out. Each segment has one function that
// names its elements once; run on a wire that reads it fills the struct, run on
// one that writes it writes the segment.
//
// Elements are named in ascending order, and so are the components between
// open and close.
type wire struct {
	// Reading: out is nil.
	seg    *x12.Segment
	at     x12.At
	memory *x12.Memory // of what is read
	view   x12.View    // of the segment, in memory
	room   int         // how many bytes a claim may still take, its strings included
	unread []Unread
	have   int // how many elements there are; inside a composite, components
	parts  [16][]byte

	inside  bool // a composite is open
	element int  // which

	// Writing.
	out      *x12.Writer
	next     int // element, or component, that comes next
	begun    bool
	nextPart int
	buf      []byte
	runs     []codeRun

	// Segments that are no struct of a claim, made here so that writing one
	// allocates nothing.
	name      nameSegment
	specialty specialtySegment
	level     hierarchy
	number    lineNumber
}

// segment is what one function a segment gives.
type segment interface{ segment(w *wire) }

// put writes a segment; one without any element is not written.
func put(w *wire, id string, s segment) {
	w.out.Begin(id)
	w.next = 1
	s.segment(w)
	w.out.End()
}

// putAll writes a repeated segment.
func putAll[T any, P interface {
	*T
	segment
}](w *wire, id string, list []T) {
	for i := range list {
		put(w, id, P(&list[i]))
	}
}

// read starts reading a segment.
func (w *wire) read(seg *x12.Segment, ordinal int) {
	w.seg, w.have = seg, seg.Len()
	w.at = x12.At{Segment: int32(ordinal), Offset: seg.Offset}
}

// write adds element e, or component e of the open composite.
func (w *wire) write(e int, s string) {
	if s == "" {
		return
	}
	w.skipTo(e)
	w.out.Text(s)
}

// skipTo writes what is empty before element or component e.
func (w *wire) skipTo(e int) {
	if !w.inside {
		if e > w.next {
			w.out.Empty(e - w.next)
		}
		w.next = e + 1
		return
	}
	if !w.begun {
		if w.element > w.next {
			w.out.Empty(w.element - w.next)
		}
		w.next = w.element + 1
		w.out.BeginComposite()
		w.begun, w.nextPart = true, 1
	}
	if e > w.nextPart {
		w.out.Empty(e - w.nextPart)
	}
	w.nextPart = e + 1
}

// value is element e, or component e of the open composite, of those there are.
func (w *wire) value(e int) []byte {
	if !w.inside {
		return w.seg.Element(e)
	}
	return w.parts[e-1]
}

// has says whether there is anything of element e to be read or written.
func (w *wire) has(e int) bool { return e <= w.have || w.out != nil }

// open turns from elements to the components of element e, until close.
func (w *wire) open(e int) {
	w.inside, w.element, w.begun = true, e, false
	if w.out != nil {
		return
	}
	w.have = 0
	rest := w.seg.Element(e)
	if len(rest) == 0 {
		return
	}
	sep := w.seg.Delimiters().Component
	for more := true; more && w.have < len(w.parts); w.have++ {
		w.parts[w.have], rest, more = x12.NextComponent(rest, sep)
	}
}

func (w *wire) close() {
	w.inside = false
	if w.out == nil {
		w.have = w.seg.Len()
	} else if w.begun {
		w.out.EndComposite()
	}
}

// text is an element or component that is text or a code. What is not there is not
// touched: a struct is empty before it is read. Many are not there: it is
// inlined, so that those cost no call.
func text(w *wire, e int, p *string) {
	if e <= w.have || w.out != nil {
		w.text(e, p)
	}
}

func (w *wire) text(e int, p *string) {
	var s string
	switch {
	case w.out != nil:
		w.write(e, *p)
	case !w.inside && w.view.Has(): // nearly always
		s = w.view.Element(e)
	default:
		s = w.memory.Part(w.seg, w.value(e))
	}
	if s != "" {
		*p = s
	}
}

// texts are consecutive elements or components from number e on.
func texts(w *wire, e int, list []string) {
	if w.out == nil && e > w.have {
		return
	}
	for i := range list {
		text(w, e+i, &list[i])
	}
}

// amount is an element or component in dollars and cents. What is none goes to
// unread.
func amount(w *wire, e int, p *money.Optional) {
	if w.out != nil {
		if p.Known {
			w.skipTo(e)
			w.buf = p.Amount.AppendX12(w.buf[:0])
			w.out.Bytes(w.buf)
		}
		return
	}
	if e > w.have {
		return
	}
	v := w.value(e)
	if len(v) == 0 {
		return
	}
	a, err := money.Parse(v)
	if err != nil {
		w.cannotRead(e, v)
		return
	}
	*p = money.Of(a)
}

func (w *wire) cannotRead(e int, v []byte) {
	u := Unread{At: w.at, Segment: w.seg.ID().String(), Element: int8(e), Text: w.memory.Text(v)}
	if w.inside {
		u.Element, u.Component = int8(w.element), int8(e)
	}
	w.unread = append(w.unread, u)
	w.room -= sizeOf[Unread]()
}

// entity is the element that tells a person from an organisation.
func entity(w *wire, e int, p *party.Entity) {
	if w.out != nil {
		if *p != party.Unknown {
			w.skipTo(e)
			w.buf = append(w.buf[:0], byte(*p))
			w.out.Bytes(w.buf)
		}
		return
	}
	if e > w.have {
		return
	}
	if v := w.value(e); len(v) == 1 && v[0] > ' ' && v[0] <= '~' {
		*p = party.Entity(v[0])
	}
}

// period is a format and the text that follows it.
func period(w *wire, e int, p *Period) {
	text(w, e, (*string)(&p.Format))
	text(w, e+1, &p.Text)
}

// fixed is an element or component that has one code only, and stands when
// what it belongs to does. It is not kept.
func (w *wire) fixed(e int, stands bool, code string) {
	if w.out != nil && stands {
		w.write(e, code)
	}
}

// before says that a was read before b. What was not read has its own place.
func before(a, b x12.At) bool { return a.Known() && b.Known() && a.Segment < b.Segment }
