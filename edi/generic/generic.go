// Package generic gives the sets of guides that no other package gives a
// meaning, such as eligibility (270, 271), as trees of loops and segments.
//
// A Record is one level of the hierarchy (HL) with the loops below it that are
// no levels themselves; or a loop that stands directly in the set; or what
// stands in no loop. So a set of any length is given piece by piece, in its
// order, and the level's own numbers tell how the pieces hang together. A set
// of a guide that is not known is given as its segments.
package generic

import (
	"bytes"
	"strconv"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// maxRecord bounds a record in bytes: one that would be longer goes on in the
// next, which says that it is continued.
const maxRecord = 1 << 20

// Record is one line of decode, valid until the next.
type Record struct {
	Source    record.Source
	Guide     string // GS08 or ST03
	Set       string // ST01
	Loop      string // "" for what stands in no loop
	Name      string
	Continued bool // goes on with the loop of the record before
	Level     bool
	Number    string // HL01
	Parent    string // HL02
	Kind      string // HL03

	content []byte // JSON items, separated by commas
}

// AppendJSON appends the record `generic`.
func (r *Record) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"generic","source":`...)
	b = r.Source.AppendJSON(b)
	b = field(b, "guide", r.Guide)
	b = field(b, "set", r.Set)
	b = field(b, "loop", r.Loop)
	if r.Name != "" {
		b = field(b, "name", r.Name)
	}
	if r.Level {
		b = append(b, `,"level":{"number":`...)
		b = record.AppendString(b, r.Number)
		b = field(b, "parent", r.Parent)
		b = field(b, "kind", r.Kind)
		b = append(b, '}')
	}
	if r.Continued {
		b = append(b, `,"continued":true`...)
	}
	b = append(b, `,"content":[`...)
	b = append(b, r.content...)
	return append(b, "]}"...)
}

func field(b []byte, name, v string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendString(b, v)
}

// Mapper makes records of matched segments.
type Mapper struct {
	Record func(*Record)

	g      *guide.Guide // nil: not known
	source record.Source
	set    string
	name   string // of the guide, as the file has it
	rec    Record
	open   []*guide.Node // loops that are open in the record, its own first
	fresh  bool          // nothing stands yet in the loop that is open
	used   bool
}

// NewMapper makes a Mapper for a guide; nil where it is not known.
func NewMapper(g *guide.Guide, rec func(*Record)) *Mapper { return &Mapper{Record: rec, g: g} }

// Begin starts a set.
func (m *Mapper) Begin(src record.Source, set *x12.Set) {
	m.source, m.set, m.name = src, "", ""
	if set != nil {
		m.set, m.name = set.ID, set.Reference
	}
	if m.g != nil {
		m.set, m.name = m.g.Set, m.g.ID
	}
	m.start(nil, 0, false)
}

// start begins a record.
func (m *Mapper) start(loop *guide.Node, ordinal int, continued bool) {
	r := &m.rec
	*r = Record{Source: m.source, Guide: m.name, Set: m.set, Continued: continued, content: r.content[:0]}
	r.Source.Segment = ordinal
	m.open, m.fresh, m.used = m.open[:0], true, false
	if loop != nil {
		m.open = append(m.open, loop)
		r.Loop, r.Name = loop.Loop, loop.Name
	}
}

var (
	idST = x12.SegmentIDOf("ST")
	idSE = x12.SegmentIDOf("SE")
)

// Segment maps a segment. One that the guide has no place for stands where it
// was found, and says so.
func (m *Mapper) Segment(mt guide.Match, seg *x12.Segment, ordinal int) {
	if seg.ID() == idST || seg.ID() == idSE {
		return
	}
	if mt.Node != nil {
		m.place(mt, seg, ordinal)
	}
	if len(m.rec.content) > maxRecord {
		var loop *guide.Node
		if n := len(m.open); n > 0 {
			loop = m.open[n-1]
		}
		m.Flush()
		m.start(loop, ordinal, true)
	}
	if !m.used {
		m.used = true
		if m.rec.Source.Segment == 0 {
			m.rec.Source.Segment = ordinal
		}
	}
	m.segment(mt.Node, seg, ordinal)
}

// place opens and closes loops so that the segment of mt stands in its own.
func (m *Mapper) place(mt guide.Match, seg *x12.Segment, ordinal int) {
	loop, root := mt.Node.Parent, m.g.Root
	if mt.Opened != nil && (mt.Opened.IsLevel() || mt.Opened.Parent == root) {
		m.Flush()
		m.start(mt.Opened, ordinal, false)
		if mt.Opened.IsLevel() {
			r := &m.rec
			r.Level, r.Number, r.Parent, r.Kind = true, string(seg.Element(1)), string(seg.Element(2)), string(seg.Element(3))
		}
		return
	}
	if loop == nil || loop == root {
		if len(m.open) > 0 {
			m.Flush()
			m.start(nil, ordinal, false)
		}
		return
	}
	within := loop
	if mt.Opened != nil {
		within = mt.Opened.Parent
	}
	for n := len(m.open); n > 0 && m.open[n-1] != within; n = len(m.open) {
		if n == 1 { // a loop of another level: what opened it could not be read
			m.Flush()
			m.start(loop, ordinal, true)
			return
		}
		m.rec.content = append(m.rec.content, "]}"...)
		m.open, m.fresh = m.open[:n-1], false
	}
	if len(m.open) == 0 {
		m.Flush()
		m.start(loop, ordinal, true)
		return
	}
	if mt.Opened != nil {
		m.comma()
		b := append(m.rec.content, `{"loop":`...)
		b = record.AppendString(b, mt.Opened.Loop)
		if mt.Opened.Name != "" {
			b = field(b, "name", mt.Opened.Name)
		}
		m.rec.content = append(b, `,"content":[`...)
		m.open, m.fresh = append(m.open, mt.Opened), true
	}
}

func (m *Mapper) comma() {
	if !m.fresh {
		m.rec.content = append(m.rec.content, ',')
	}
	m.fresh = false
}

func (m *Mapper) segment(n *guide.Node, seg *x12.Segment, ordinal int) {
	m.comma()
	b := append(m.rec.content, `{"segment":`...)
	b = record.AppendString(b, seg.ID().String())
	b = append(b, `,"ordinal":`...)
	b = strconv.AppendInt(b, int64(ordinal), 10)
	if n == nil && m.g != nil {
		b = append(b, `,"unexpected":true`...)
	}
	b = append(b, `,"elements":[`...)
	d := seg.Delimiters()
	last := seg.Len()
	if seg.PayloadLen >= 0 {
		last-- // binary data is no text
	}
	for i := 1; i <= last; i++ {
		if i > 1 {
			b = append(b, ',')
		}
		var e *guide.Element
		if n != nil && i <= len(n.Elements) {
			e = &n.Elements[i-1]
		}
		b = element(b, seg.Element(i), e, d)
	}
	m.rec.content = append(b, "]}"...)
}

// element appends a value: a string, a list of the components of a composite,
// or {"repetitions":[…]}.
func element(b, v []byte, e *guide.Element, d x12.Delimiters) []byte {
	if d.Repetition != 0 && bytes.IndexByte(v, d.Repetition) >= 0 {
		b = append(b, `{"repetitions":[`...)
		for more, first := true, true; more; first = false {
			var one []byte
			one, v, more = x12.NextComponent(v, d.Repetition)
			if !first {
				b = append(b, ',')
			}
			b = composite(b, one, e, d)
		}
		return append(b, "]}"...)
	}
	return composite(b, v, e, d)
}

func composite(b, v []byte, e *guide.Element, d x12.Delimiters) []byte {
	holds := bytes.IndexByte(v, d.Component) >= 0
	if !holds && (e == nil || len(e.Components) == 0 || len(v) == 0) {
		return record.AppendString(b, v)
	}
	b = append(b, '[')
	for more, first := true, true; more; first = false {
		var one []byte
		one, v, more = x12.NextComponent(v, d.Component)
		if !first {
			b = append(b, ',')
		}
		b = record.AppendString(b, one)
	}
	return append(b, ']')
}

// Flush hands on the open record; nothing where there is none.
func (m *Mapper) Flush() {
	if !m.used {
		return
	}
	for n := len(m.open); n > 1; n-- {
		m.rec.content = append(m.rec.content, "]}"...)
	}
	m.open, m.used = m.open[:0], false
	if m.Record != nil {
		m.Record(&m.rec)
	}
}

// End ends the set after its SE.
func (m *Mapper) End() { m.Flush() }
