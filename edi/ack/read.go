package ack

import (
	"strconv"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Interchange is a TA1 that was received: what became of an interchange of
// ours.
type Interchange struct {
	Source  record.Source
	Control string // TA101, the ISA13 that it answers
	Date    string // TA102, YYMMDD
	Time    string
	Status  string // TA104: A, E, R
	Note    string // TA105
	Offset  int64
}

// ReadTA1 reads a TA1 segment.
func ReadTA1(src record.Source, seg *x12.Segment) *Interchange {
	return &Interchange{src, string(seg.Element(1)), string(seg.Element(2)), string(seg.Element(3)), string(seg.Element(4)),
		string(seg.Element(5)), seg.Offset}
}

// AppendJSON appends the record `interchange_acknowledgment`.
func (a *Interchange) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"interchange_acknowledgment","source":`...)
	b = a.Source.AppendJSON(b)
	b = field(b, "interchange", a.Control)
	b = field(b, "status", a.Status)
	b = field(b, "note", a.Note)
	return append(b, '}')
}

// Functional is a 999 that was received: what became of a group of ours.
type Functional struct {
	Source       record.Source
	At           x12.At // AK1
	ClosedAt     x12.At // AK9
	FunctionalID string // AK101
	Group        string // AK102, the GS06 that it answers
	Guide        string // AK103
	Status       string // AK901: A E P R M W X
	Codes        []string
	Included     int // AK902
	Received     int
	Accepted     int
	Sets         []Set
}

// Set is what became of a set.
type Set struct {
	At       x12.At // AK2
	Type     string
	Control  string // AK202
	Status   string // IK501
	ClosedAt x12.At // IK5
	Codes    []string
	Errors   []Error
}

// Error is a segment, or an element of it, that a receiver found wrong.
type Error struct {
	At         x12.At // IK3 or IK4
	SegmentID  string
	Segment    int
	Loop       string
	Code       string // IK304, or IK403 of an element
	Element    int
	Component  int
	Repetition int
	Claim      string // of a CTX, where the receiver names it
	Value      string // IK404, a copy of what is wrong
	HasElement bool
}

// Rejected says whether the set was refused.
func (s *Set) Rejected() bool {
	switch s.Status {
	case "R", "M", "W", "X":
		return true
	}
	return false
}

// Mapper makes Functionals of the matched segments of a 999.
type Mapper struct {
	Emit func(*Functional)

	src record.Source
	f   *Functional
	err *Error
}

// NewMapper makes a Mapper.
func NewMapper(_ *guide.Guide, emit func(*Functional)) *Mapper { return &Mapper{Emit: emit} }

// of997 are the segments of the older 997 that some write into a 999.
var of997 = map[string]string{"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}

// maxErrors bounds what is kept of a set.
const maxErrors = 10000

// Begin starts a set.
func (m *Mapper) Begin(src record.Source, _ *x12.Set) { m.src, m.f, m.err = src, nil, nil }

// Segment maps a segment.
func (m *Mapper) Segment(mt guide.Match, seg *x12.Segment, ordinal int) {
	at := x12.At{Segment: int32(ordinal), Offset: seg.Offset}
	str := func(e int) string { return string(seg.Element(e)) }
	num := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n }
	id := seg.ID().String()
	if mt.Node == nil {
		if id = of997[id]; id == "" {
			return
		}
	}
	if id == "AK1" {
		src := m.src
		src.Segment = ordinal
		m.f = &Functional{Source: src, At: at, FunctionalID: str(1), Group: str(2), Guide: str(3)}
		return
	}
	if m.f == nil {
		return
	}
	var set *Set
	if n := len(m.f.Sets); n > 0 {
		set = &m.f.Sets[n-1]
	}
	switch id {
	case "AK2":
		m.f.Sets = append(m.f.Sets, Set{At: at, Type: str(1), Control: str(2)})
		m.err = nil
	case "IK3":
		m.add(set, Error{At: at, SegmentID: str(1), Segment: num(seg.Element(2)), Loop: str(3), Code: str(4)})
	case "IK4":
		e := Error{At: at, Code: str(3), Element: num(seg.Component(1, 1)), Component: num(seg.Component(1, 2)), Repetition: num(seg.Component(1, 3)), HasElement: true, Value: str(4)}
		if m.err != nil {
			e.SegmentID, e.Segment, e.Loop, e.Claim = m.err.SegmentID, m.err.Segment, m.err.Loop, m.err.Claim
			if !m.err.HasElement && m.err.Code == "8" && set != nil {
				set.Errors[len(set.Errors)-1] = e // the element says more than the segment
				m.err = &set.Errors[len(set.Errors)-1]
				return
			}
		}
		m.add(set, e)
	case "CTX":
		if m.err != nil && string(seg.Component(1, 1)) == "CLM01" {
			m.err.Claim = string(seg.Component(1, 2))
		}
	case "IK5":
		if set != nil {
			set.Status, set.ClosedAt = str(1), at
			for i := 2; i <= 6; i++ {
				if c := str(i); c != "" {
					set.Codes = append(set.Codes, c)
				}
			}
		}
	case "AK9":
		m.f.Status, m.f.ClosedAt = str(1), at
		m.f.Included, m.f.Received, m.f.Accepted = num(seg.Element(2)), num(seg.Element(3)), num(seg.Element(4))
		for i := 5; i <= 9; i++ {
			if c := str(i); c != "" {
				m.f.Codes = append(m.f.Codes, c)
			}
		}
	}
}

func (m *Mapper) add(set *Set, e Error) {
	if set == nil || len(set.Errors) >= maxErrors {
		m.err = nil
		return
	}
	set.Errors = append(set.Errors, e)
	m.err = &set.Errors[len(set.Errors)-1]
}

// Flush does nothing: a 999 is complete at its end.
func (m *Mapper) Flush() {}

// End hands on the 999.
func (m *Mapper) End() {
	if m.f != nil && m.Emit != nil {
		m.Emit(m.f)
	}
	m.f = nil
}

// AppendJSON appends the record `functional_acknowledgment`.
func (f *Functional) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"functional_acknowledgment","source":`...)
	b = f.Source.AppendJSON(b)
	b = field(b, "group", f.Group)
	b = field(b, "functional_id", f.FunctionalID)
	b = field(b, "guide", f.Guide)
	b = field(b, "status", f.Status)
	b = append(b, `,"included":`...)
	b = strconv.AppendInt(b, int64(f.Included), 10)
	b = append(b, `,"received":`...)
	b = strconv.AppendInt(b, int64(f.Received), 10)
	b = append(b, `,"accepted":`...)
	b = strconv.AppendInt(b, int64(f.Accepted), 10)
	b = append(b, `,"codes":`...)
	b = list(b, f.Codes)
	b = append(b, `,"transactions":[`...)
	for i := range f.Sets {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.Sets[i].appendJSON(b)
	}
	return append(b, "]}"...)
}

func (s *Set) appendJSON(b []byte) []byte {
	b = append(b, `{"control_number":`...)
	b = record.AppendString(b, s.Control)
	b = field(b, "type", s.Type)
	b = field(b, "status", s.Status)
	b = append(b, `,"codes":`...)
	b = list(b, s.Codes)
	b = append(b, `,"errors":[`...)
	for i := range s.Errors {
		e := &s.Errors[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"segment_id":`...)
		b = record.AppendString(b, e.SegmentID)
		b = append(b, `,"segment":`...)
		b = strconv.AppendInt(b, int64(e.Segment), 10)
		b = field(b, "loop", e.Loop)
		b = append(b, `,"element":`...)
		b = strconv.AppendInt(b, int64(e.Element), 10)
		b = append(b, `,"component":`...)
		b = strconv.AppendInt(b, int64(e.Component), 10)
		b = field(b, "code", e.Code)
		if e.Claim != "" {
			b = field(b, "claim_id", e.Claim)
		}
		if e.Value != "" {
			b = field(b, "value", e.Value)
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func field(b []byte, name, v string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendString(b, v)
}

func list(b []byte, l []string) []byte {
	b = append(b, '[')
	for i, s := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = record.AppendString(b, s)
	}
	return append(b, ']')
}
