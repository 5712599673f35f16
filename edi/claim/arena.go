package claim

import "unsafe"

// arena is the memory behind the strings of a claim, or of a level above it.
// Strings are views of it: reset makes all of them worthless. What grows
// beyond a block goes to a new one, so that earlier views stay true.
//
// This file is the only one of the package that reads memory by address.
type arena struct{ buf []byte }

// reset makes room for the next record in the largest block so far.
func (a *arena) reset() { a.buf = a.buf[:0] }

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

// part gives the string in kept, a copy of whole, that stands where b stands
// in whole. ok is false when b is not a part of whole.
func part(kept, whole, b []byte) (s string, ok bool) {
	from := uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(unsafe.Pointer(unsafe.SliceData(whole)))
	if from > uintptr(len(kept)) || uintptr(len(b)) > uintptr(len(kept))-from {
		return "", false
	}
	p := kept[from : from+uintptr(len(b))]
	return unsafe.String(unsafe.SliceData(p), len(p)), true
}

// sizeOf is what a value takes in memory, without what it points to.
func sizeOf[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}
