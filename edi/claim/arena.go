package claim

import "unsafe"

// arena is the memory behind the strings of a claim, or of a level above it.
// Strings are views of it: reset makes all of them worthless.
//
// What is read is copied block by block, not segment by segment: most of a block
// becomes strings, and one copy of it costs less than hundreds.
//
// This file is the only one of the package that reads memory by address.
type arena struct {
	buf    []byte   // of single texts; what grows beyond it goes to a new one, so that earlier views stay true
	blocks [][]byte // of blocks
	used   int      // so many of them
	twin   twin     // of the last
	at     int64    // where that begins in the file; of the set, if any is used
}

// reset makes room for the next record. The last block is kept: the next record
// begins in it.
func (a *arena) reset() {
	a.buf = a.buf[:0]
	if a.used > 1 {
		last := a.used - 1
		a.blocks[0], a.blocks[last] = a.blocks[last], a.blocks[0]
		a.used = 1
	}
}

// clear is reset before another set, whose blocks are others.
func (a *arena) clear() {
	a.reset()
	a.used = 0
}

// twinOf gives the copy of a block that begins at a place of the file, and how
// many bytes had to be copied for it.
func (a *arena) twinOf(block []byte, at int64) (t *twin, copied int) {
	if a.at == at && a.used > 0 {
		return &a.twin, 0
	}
	return a.copyBlock(block, at), len(block)
}

func (a *arena) copyBlock(block []byte, at int64) *twin {
	if a.used == len(a.blocks) {
		a.blocks = append(a.blocks, nil)
	}
	k := append(a.blocks[a.used][:0], block...)
	a.blocks[a.used] = k
	a.used++
	a.at = at
	a.twin = twin{unsafe.Pointer(unsafe.SliceData(block)), unsafe.Pointer(unsafe.SliceData(k)), uintptr(len(k))}
	return &a.twin
}

// keep copies b and gives the copy.
func (a *arena) keep(b []byte) []byte {
	n := len(a.buf)
	if cap(a.buf)-n < len(b) {
		a.buf = make([]byte, 0, max(2*cap(a.buf), 2*len(b), 4096))
		n = 0
	}
	a.buf = append(a.buf, b...)
	return a.buf[n:]
}

// copy gives a string with memory of its own.
func (a *arena) copy(s string) string {
	if s == "" {
		return ""
	}
	return a.text(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// text copies b and gives the copy as a string.
func (a *arena) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	k := a.keep(b)
	return unsafe.String(unsafe.SliceData(k), len(k))
}

// twin is a copy of bytes, from which the parts of the original are had as
// strings.
type twin struct {
	whole, copy unsafe.Pointer
	size        uintptr
}

// part gives the string that stands in the copy where b stands in the
// original; ok is false when b is no part of it.
func (t *twin) part(b []byte) (s string, ok bool) {
	from := uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(t.whole)
	if from > t.size || uintptr(len(b)) > t.size-from {
		return "", false
	}
	return unsafe.String((*byte)(unsafe.Add(t.copy, from)), len(b)), true
}

// between gives the string that stands in the copy where the bytes from one
// place of the original to another stand; "" when they do not.
func (t *twin) between(from, to uint) string {
	if from > to || to > uint(t.size) {
		return ""
	}
	return unsafe.String((*byte)(unsafe.Add(t.copy, from)), to-from)
}

// sizeOf is what a value takes in memory, without what it points to.
func sizeOf[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}
