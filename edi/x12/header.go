package x12

import "bytes"

// An interchange begins with an ISA of 106 bytes whose every element has a
// fixed width: that, not the letters "ISA", is what begins an interchange (a
// patient may be called LISA), and it tells the delimiters.

// isaLength is the length of an ISA, terminator included.
const isaLength = 106

// isaEnds are where the identifier and the sixteen elements of an ISA end.
var isaEnds = [...]uint32{3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103, 105}

// isaWidths are the widths of its elements.
var isaWidths = [...]int{2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1}

// headerReach is how far an ISA is looked at: a deformed one is known by the
// GS, TA1 or IEA that follows it within this many bytes.
const headerReach = 512

// header is an ISA that was recognised.
type header struct {
	ends   []uint32 // where identifier and elements end; the last is the terminator
	delims Delimiters
}

// length is how many bytes the ISA takes, terminator included.
func (h *header) length() int { return int(h.ends[len(h.ends)-1]) + 1 }

// parseHeader recognises the ISA at the beginning of b, which should reach
// headerReach bytes on, or to the end of the file. ends is overwritten.
func parseHeader(b []byte, ends []uint32) (header, bool) {
	if len(b) < 4 || b[0] != 'I' || b[1] != 'S' || b[2] != 'A' || !canDelimit(b[3]) {
		return header{}, false
	}
	if fixedHeader(b) {
		h := header{ends: append(ends[:0], isaEnds[:]...)}
		h.delims = Delimiters{Element: b[3], Component: b[104], Segment: b[105]}
		h.repetition(b)
		return h, true
	}
	return deformedHeader(b, ends)
}

func fixedHeader(b []byte) bool {
	if len(b) < isaLength || !canDelimit(b[105]) || b[105] == b[3] {
		return false
	}
	for _, at := range isaEnds[:len(isaEnds)-1] {
		if b[at] != b[3] {
			return false
		}
	}
	return true
}

// deformedHeader recognises an ISA whose elements have lost their padding, or
// have too much, or of which there are too few or too many, by what follows.
func deformedHeader(b []byte, ends []uint32) (header, bool) {
	if len(b) > headerReach {
		b = b[:headerReach]
	}
	e := b[3]
	// A second ISA before that: then the letters that b begins with are text. It
	// is looked for first, so that a file of nothing but ISA takes no longer than
	// its length.
	reach := min(len(b), nextISA(b))
	next := -1
	for i := 8; i < reach; i++ {
		if opensBody(b[i:], e) && !isAlphanumeric(b[i-1]) && b[i-1] != e {
			next = i
			break
		}
	}
	if next < 0 {
		return header{}, false
	}
	// What stands before it, without line breaks and what indents it.
	content := next - trailingBlanks(b[4:next])
	last := bytes.LastIndexByte(b[:content], e) + 1 // where the last element begins
	d := Delimiters{Element: e}
	end := content
	switch n := content - last; {
	case n >= 2: // ISA16 and the terminator
		d.Component, d.Segment, end = b[content-2], b[content-1], content-1
	case content < next && b[content] != ' ': // the line break is the terminator
		d.Segment = b[content]
		if n == 1 {
			d.Component = b[content-1]
		}
	case n == 1: // ISA16 or the terminator is missing; what follows was cut off
		d.Segment, end = b[content-1], content-1
	default:
		return header{}, false
	}
	if !canDelimit(d.Segment) || d.Segment == e {
		return header{}, false
	}
	h := header{ends: appendEnds(ends[:0], b[:end], e), delims: d}
	h.repetition(b)
	return h, true
}

// nextISA says where in b, which begins with one, another ISA begins; behind b
// when there is none.
func nextISA(b []byte) int {
	for at := 3; ; at++ {
		i := bytes.Index(b[at:], []byte("ISA"))
		if i < 0 {
			return len(b)
		}
		at += i
		if !isAlphanumeric(b[at-1]) && at+3 < len(b) && canDelimit(b[at+3]) {
			return at
		}
	}
}

// opensBody says whether b begins with what may follow an ISA.
func opensBody(b []byte, element byte) bool {
	switch {
	case len(b) > 3 && b[3] == element:
		return string(b[:3]) == "TA1" || string(b[:3]) == "IEA"
	case len(b) > 2 && b[2] == element:
		return string(b[:2]) == "GS"
	}
	return false
}

// repetition takes the repetition separator of ISA11, which it is from version
// 00402 on and where it can be told from the other delimiters.
func (h *header) repetition(b []byte) {
	if len(h.ends) < 13 {
		return
	}
	isa11 := b[h.ends[10]+1 : h.ends[11]]
	isa12 := b[h.ends[11]+1 : h.ends[12]]
	if len(isa11) != 1 || len(isa12) != 5 || string(isa12) < "00402" {
		return
	}
	if c := isa11[0]; canDelimit(c) && !h.delims.Holds(c) {
		h.delims.Repetition = c
	}
}
