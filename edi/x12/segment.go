package x12

import "bytes"

// SegmentID is a segment identifier, its bytes packed so that it compares and
// switches as a number: "NM1" is 'N'<<16 | 'M'<<8 | '1'. It is 0 for what is
// no identifier: nothing, or more than four bytes.
type SegmentID uint32

// SegmentIDOf packs an identifier.
func SegmentIDOf[T ~string | ~[]byte](s T) SegmentID {
	if len(s) > 4 {
		return 0
	}
	var id SegmentID
	for i := 0; i < len(s); i++ {
		id = id<<8 | SegmentID(s[i])
	}
	return id
}

// String unpacks the identifier.
func (id SegmentID) String() string {
	var b [4]byte
	n := 4
	for ; id != 0; id >>= 8 {
		n--
		b[n] = byte(id)
	}
	return string(b[n:])
}

// Segment is a view of one segment in the scanner's window. It and every slice
// it gives are valid until the scanner moves on.
type Segment struct {
	// Offset is where the segment begins in the file, in bytes.
	Offset int64
	// PayloadLen is how many bytes of binary data a BIN or BDS declares and
	// brought; -1 for every other segment.
	PayloadLen int64

	block  []byte   // what ends points into
	ends   []uint32 // where the id and each element end; the last is the terminator
	start  uint32
	id     SegmentID
	flags  segmentFlags
	delims *Delimiters
}

type segmentFlags uint8

const (
	flagStreamed     segmentFlags = 1 << iota // the payload is not in the window
	flagUnterminated                          // the file ended before the terminator
	flagLook                                  // the block holds bytes worth a closer look
)

// ParseSegment makes a segment of its text, without terminator. It is for
// tests and for small things; a Scanner allocates nothing.
func ParseSegment(raw []byte, d Delimiters) *Segment {
	s := &Segment{PayloadLen: -1, block: raw, delims: &d, flags: flagLook}
	for i, c := range raw {
		if c == d.Element {
			s.ends = append(s.ends, uint32(i))
		}
	}
	s.ends = append(s.ends, uint32(len(raw)))
	s.id = SegmentIDOf(raw[:s.ends[0]])
	return s
}

// ID is the segment identifier.
func (s *Segment) ID() SegmentID { return s.id }

// Raw is the segment as it stood, without its terminator. For a binary segment
// whose payload was streamed it ends before the payload.
func (s *Segment) Raw() []byte { return s.block[s.start:s.ends[len(s.ends)-1]] }

// Len is the number of elements after the identifier: NM1*A*B has 2.
func (s *Segment) Len() int { return len(s.ends) - 1 }

// Element gives element i, counted from 1 (NM103 is Element(3)), nil when the
// segment is shorter. It is a slice of the window: do not change it, and copy
// what must outlive the segment.
func (s *Segment) Element(i int) []byte {
	if uint(i-1) >= uint(len(s.ends)-1) {
		return nil
	}
	from, to := s.ends[i-1]+1, s.ends[i]
	return s.block[from:to:to]
}

// Component gives component c of the first repetition of element e, both
// counted from 1: CLM05-2 is Component(5, 2). It is nil when there is none.
func (s *Segment) Component(e, c int) []byte {
	v := s.Element(e)
	if r := s.delims.Repetition; r != 0 {
		if i := bytes.IndexByte(v, r); i >= 0 {
			v = v[:i]
		}
	}
	for ; c > 1; c-- {
		i := bytes.IndexByte(v, s.delims.Component)
		if i < 0 {
			return nil
		}
		v = v[i+1:]
	}
	if i := bytes.IndexByte(v, s.delims.Component); i >= 0 {
		v = v[:i:i]
	}
	return v
}

// Delimiters are those of the interchange that the segment stands in.
func (s *Segment) Delimiters() Delimiters { return *s.delims }

// Streamed says that the payload of a binary segment was too long to be held;
// it went to ScannerOptions.Payload, and the segment's last element is empty.
func (s *Segment) Streamed() bool { return s.flags&flagStreamed != 0 }

// Unterminated says that the file ended before the segment's terminator.
func (s *Segment) Unterminated() bool { return s.flags&flagUnterminated != 0 }

// Unusual says whether the segment holds a control character, or a byte above
// 0x7E, outside a binary payload. It costs next to nothing where the file has none.
func (s *Segment) Unusual() bool {
	if s.flags&flagLook == 0 {
		return false
	}
	raw := s.Raw()
	if s.PayloadLen > 0 && !s.Streamed() {
		raw = raw[:len(raw)-int(s.PayloadLen)]
	}
	for _, c := range raw {
		if (c < ' ' || c > '~') && !s.delims.Holds(c) {
			return true
		}
	}
	return false
}

// Clone gives a copy that outlives the scanner's next step.
func (s *Segment) Clone() *Segment {
	c := *s
	c.block = append([]byte(nil), s.Raw()...)
	c.ends = make([]uint32, len(s.ends))
	for i, e := range s.ends {
		c.ends[i] = e - s.start
	}
	c.start = 0
	d := *s.delims
	c.delims = &d
	return &c
}

// NextComponent cuts the first component off rest, without allocating. It
// serves repetitions as well, with their separator:
//
//	for more := true; more; {
//		var c []byte
//		c, rest, more = x12.NextComponent(rest, sep)
//	}
//
// more says that a separator followed, so that tail, though it may be empty,
// is a component too.
func NextComponent(rest []byte, sep byte) (comp, tail []byte, more bool) {
	for i, c := range rest {
		if c == sep {
			return rest[:i:i], rest[i+1:], true
		}
	}
	return rest, nil, false
}
