package x12

import "io"

// WriterOptions change what a Writer writes.
type WriterOptions struct {
	LineBreaks bool // a line feed after every segment
}

// Writer writes interchanges: exact envelopes, exact counts, nothing allocated
// per segment once its buffer has grown. It is the caller's duty to give
// control numbers, dates and times; a Writer has no clock and no memory.
//
// Delimiters inside data are left out, never escaped; Stripped counts them.
type Writer struct {
	d   Delimiters
	buf []byte
}

// NewWriter writes to w; when w is nil everything stays in Buffer.
func NewWriter(w io.Writer, d Delimiters, opt WriterOptions) *Writer { return &Writer{d: d} }

// BeginInterchange writes the ISA, ids padded, the control number brought to
// nine digits. ic.Delimiters and ic.Offset are not looked at.
func (w *Writer) BeginInterchange(ic Interchange) {}

// Ack writes a TA1: between BeginInterchange and the first BeginGroup.
func (w *Writer) Ack(control, date, time, status, note string) {}

// BeginGroup writes the GS.
func (w *Writer) BeginGroup(g Group) {}

// BeginSet writes the ST; ST03 is left out when reference is empty.
func (w *Writer) BeginSet(id, control, reference string) {}

// EndSet writes the SE with the number of segments since BeginSet.
func (w *Writer) EndSet() {}

// EndGroup writes the GE with the number of sets.
func (w *Writer) EndGroup() {}

// EndInterchange writes the IEA with the number of groups.
func (w *Writer) EndInterchange() {}

// Begin starts a segment inside a set.
func (w *Writer) Begin(id string) {}

// Text adds an element (inside a composite: a component).
func (w *Writer) Text(s string) {}

// Bytes adds an element (inside a composite: a component).
func (w *Writer) Bytes(b []byte) {}

// Int adds a whole number as an element (inside a composite: a component).
func (w *Writer) Int(n int) {}

// Empty adds n empty elements (inside a composite: components).
func (w *Writer) Empty(n int) {}

// Composite adds an element of components; trailing empty ones are left out.
func (w *Writer) Composite(parts ...string) {}

// BeginComposite starts an element whose components are given one by one.
func (w *Writer) BeginComposite() {}

// EndComposite ends it; trailing empty components are left out.
func (w *Writer) EndComposite() {}

// Repeat makes what comes next a further repetition of the element just given.
func (w *Writer) Repeat() {}

// End ends the segment; trailing empty elements are left out. A segment with
// no element at all is not written and not counted.
func (w *Writer) End() {}

// Copy writes a segment that was read, in this writer's delimiters.
func (w *Writer) Copy(s *Segment) {}

// Binary writes a BIN (filter empty) or a BDS with its payload, byte for byte.
func (w *Writer) Binary(filter string, data []byte) {}

// BinaryFrom writes a BIN or BDS whose payload of exactly n bytes comes from r.
func (w *Writer) BinaryFrom(filter string, n int64, r io.Reader) error { return nil }

// Segments is the number of segments written since BeginSet, ST included.
func (w *Writer) Segments() int { return 0 }

// Stripped is how many characters were left out of data because they are delimiters.
func (w *Writer) Stripped() int { return 0 }

// Buffer is what has been written and not flushed; valid until the next call.
func (w *Writer) Buffer() []byte { return w.buf }

// Reset empties the buffer and begins anew, writing to dst.
func (w *Writer) Reset(dst io.Writer) {}

// Flush hands what is buffered to the io.Writer.
func (w *Writer) Flush() error { return nil }

// Err is the first thing that went wrong: writing failed, or calls came in an
// order that makes no interchange.
func (w *Writer) Err() error { return nil }
