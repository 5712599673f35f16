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

	block  []byte   // what the positions point into
	index  *index   // of which ends tells where things end in block: of this segment,
	first  int      // the first is where the id ends,
	count  int      // and as many follow as there are elements
	wide   []uint32 // the same, from the id on, where 16 bits do not do; count is then 0
	start  int      // where the segment begins in block
	head   uint64   // its first eight bytes, the first of which is the lowest; 0: not known
	id     SegmentID
	flags  segmentFlags
	delims *Delimiters
}

type segmentFlags uint8

const (
	flagStreamed     segmentFlags = 1 << iota // the payload is not in the window
	flagUnterminated                          // the file ended before the terminator
	flagHeader                                // an ISA that declares delimiters
)

// ParseSegment makes a segment of its text, without terminator. It is for
// tests and for small things; a Scanner allocates nothing.
func ParseSegment(raw []byte, d Delimiters) *Segment {
	s := &Segment{PayloadLen: -1, block: raw, delims: &d}
	s.wide = appendEnds(nil, raw, d.Element)
	s.id = SegmentIDOf(raw[:s.wide[0]])
	return s
}

// appendEnds appends where the id and the elements of raw end.
func appendEnds(ends []uint32, raw []byte, separator byte) []uint32 {
	for at := 0; ; {
		i := bytes.IndexByte(raw[at:], separator)
		if i < 0 {
			return append(ends, uint32(len(raw)))
		}
		ends = append(ends, uint32(at+i))
		at += i + 1
	}
}

// Head is the first eight bytes of the segment and what follows it, the first
// of them the lowest; 0 where that is not known.
func (s *Segment) Head() uint64 { return s.head }

// ID is the segment identifier.
func (s *Segment) ID() SegmentID { return s.id }

// Raw is the segment as it stood, without its terminator. For a binary segment
// whose payload was streamed it ends before the payload.
func (s *Segment) Raw() []byte {
	_, end := s.bounds(s.Len())
	return s.block[s.start:end:end]
}

// Len is the number of elements after the identifier: NM1*A*B has 2.
func (s *Segment) Len() int {
	if s.wide != nil {
		return len(s.wide) - 1
	}
	return s.count
}

// Element gives element i, counted from 1 (NM103 is Element(3)), nil when the
// segment is shorter. It is a slice of the window: do not change it, and copy
// what must outlive the segment.
func (s *Segment) Element(i int) []byte {
	if uint(i-1) >= uint(s.count) {
		return s.wideElement(i)
	}
	i += s.first
	return s.block[s.index.ends[uint(i-1)%blockSize]+1 : s.index.ends[uint(i)%blockSize]]
}

// Table says where all elements stand, for who goes through them in order:
// element i, counted from 1, is block[ends.At(id+i-1)+1:ends.At(id+i)]. Both
// are the window's: do not change them. ends is nil for the few segments, long
// or binary, that have no such table; Element gives theirs.
func (s *Segment) Table() (block []byte, ends *Positions, id uint) {
	if s.wide != nil {
		return nil, nil, 0
	}
	return s.block, &s.index.ends, uint(s.first)
}

func (s *Segment) wideElement(i int) []byte {
	if i < 1 || i >= len(s.wide) {
		return nil
	}
	from, to := s.wide[i-1]+1, s.wide[i]
	return s.block[from:to:to]
}

// bounds says where in the block element i, which exists, begins and ends;
// element 0 is the identifier.
func (s *Segment) bounds(i int) (from, to int) {
	if s.wide != nil {
		if i > 0 {
			from = int(s.wide[i-1]) + 1
		}
		return from, int(s.wide[i])
	}
	if i > 0 {
		from = int(s.index.ends[s.first+i-1]) + 1
	}
	return from, int(s.index.ends[s.first+i])
}

// Component gives component c of the first repetition of element e, both
// counted from 1: CLM05-2 is Component(5, 2). It is nil when there is none.
func (s *Segment) Component(e, c int) []byte {
	v := s.Element(e)
	if r := s.delims.Repetition; r != 0 {
		v, _, _ = NextComponent(v, r)
	}
	for more := true; c > 0 && more; c-- {
		var one []byte
		if one, v, more = NextComponent(v, s.delims.Component); c == 1 {
			return one
		}
	}
	return nil
}

// Delimiters are those of the interchange that the segment stands in.
func (s *Segment) Delimiters() Delimiters { return *s.delims }

// Streamed says that the payload of a binary segment was too long to be held;
// it went to ScannerOptions.Payload, and the segment's last element is empty.
func (s *Segment) Streamed() bool { return s.flags&flagStreamed != 0 }

// Unterminated says that the segment's terminator is missing: an IEA at the end
// of the file, or directly before the next ISA.
func (s *Segment) Unterminated() bool { return s.flags&flagUnterminated != 0 }

// Clone gives a copy that outlives the scanner's next step.
func (s *Segment) Clone() *Segment {
	c := ParseSegment(bytes.Clone(s.Raw()), *s.delims)
	if s.wide != nil { // an ISA, or a payload with separators in it
		c.wide = c.wide[:0]
		for _, e := range s.wide {
			c.wide = append(c.wide, e-uint32(s.start))
		}
	}
	c.Offset, c.PayloadLen, c.flags = s.Offset, s.PayloadLen, s.flags
	return c
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
