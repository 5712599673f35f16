package intake

import (
	"bytes"
	"errors"
	"io"
)

// window is the part of a file that is being looked at. It holds at most max
// bytes, however long the file is.
type window struct {
	r      io.Reader
	buf    []byte
	start  int   // what has been consumed of buf
	offset int64 // of buf[start] in the file
	row    int   // line of buf[start], the first is 1
	column int   // bytes before buf[start] on its line
	dark   bool  // those are not all blank
	max    int
	err    error // io.EOF, or what the reader said
}

func newWindow(r io.Reader, limit int) *window { return &window{r: r, row: 1, max: limit} }

// rest is what has been read and not consumed.
func (w *window) rest() []byte { return w.buf[w.start:] }

// errFull says that an item is longer than the window may be.
var errFull = errors.New("intake: longer than the window")

// fill reads more; false when there is no more, or no room for it (full).
func (w *window) fill() bool {
	if w.err != nil || len(w.rest()) >= w.max {
		return false
	}
	if w.start > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.start:])]
		w.start = 0
	}
	if len(w.buf) == cap(w.buf) {
		grown := make([]byte, len(w.buf), min(max(2*cap(w.buf), 64<<10), w.max))
		copy(grown, w.buf)
		w.buf = grown
	}
	for range 100 {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if err != nil {
			w.err = err
		}
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// atLeast reads until n bytes are at hand, or as many as there are.
func (w *window) atLeast(n int) {
	for len(w.rest()) < n && w.fill() {
	}
}

// full says whether fill failed for want of room.
func (w *window) full() bool { return w.err == nil && len(w.rest()) >= w.max }

// failed is the error of the reader, nil at the plain end of the file.
func (w *window) failed() error {
	if w.err == io.EOF {
		return nil
	}
	return w.err
}

// consume goes on by n bytes.
func (w *window) consume(n int) {
	gone := w.buf[w.start : w.start+n]
	w.row += bytes.Count(gone, []byte{'\n'})
	w.start += n
	w.offset += int64(n)
	if i := bytes.LastIndexByte(gone, '\n'); i >= 0 {
		gone, w.column, w.dark = gone[i+1:], 0, false
	}
	w.column += len(gone)
	w.dark = w.dark || len(bytes.TrimLeft(gone, " \t")) > 0
}

// line gives the length of the line that begins at byte from of rest, its end
// included; 0 when the file ends there. It is errFull when the line does not
// end within the window.
func (w *window) line(from int) (n int, err error) {
	for at := from; ; {
		if i := bytes.IndexByte(w.rest()[at:], '\n'); i >= 0 {
			return at + i + 1 - from, nil
		}
		at = len(w.rest())
		if !w.fill() {
			if w.full() {
				return at - from, errFull
			}
			return at - from, nil
		}
	}
}
