package x12

import "io"

// Bounds of a Scanner that its options do not set.
const (
	DefaultMaxSegment = 1 << 20
	DefaultWindow     = 256 << 10
)

// ScannerOptions change what a Scanner does. The zero value is right for most.
type ScannerOptions struct {
	// MaxSegment bounds the length of a segment in bytes, terminator included;
	// what is longer is skipped to its terminator and reported as a Gap. It also
	// bounds which binary payloads are held. 0: DefaultMaxSegment.
	MaxSegment int
	// Window is the size of the read buffer. 0: DefaultWindow. It grows as far as
	// one segment of MaxSegment needs.
	Window int
	// Payload, where set, takes the data of BIN and BDS segments chunk by chunk
	// before the segment itself is given; offset counts from 0 in each segment.
	// The chunk is valid during the call only. An error ends the scan.
	Payload func(seg *Segment, offset int64, chunk []byte) error
}

// GapKind says why bytes belong to no segment.
type GapKind uint8

// The kinds of gaps.
const (
	GapNone         GapKind = iota
	GapForeign              // not X12: text before, between or after interchanges
	GapByteOrder            // a UTF-8 byte order mark
	GapUTF16                // the file is UTF-16
	GapEmpty                // a terminator with nothing before it
	GapTooLong              // a segment longer than the bound
	GapUnterminated         // the file ends inside a segment
	GapPayload              // the length of a BIN or BDS does not lead to a terminator
)

// Gap is a stretch of the file that belongs to no segment.
type Gap struct {
	Kind   GapKind
	Offset int64
	Length int64
	ID     SegmentID // of the segment that could not be read, where known
}

// Scanner cuts a file into segments. It judges nothing: what it cannot give as
// a segment, it gives as a Gap. It allocates nothing per segment.
type Scanner struct {
	seg Segment
	err error
}

// NewScanner reads from r.
func NewScanner(r io.Reader, opt ScannerOptions) *Scanner { return &Scanner{} }

// NewBytesScanner scans a file that is in memory; no byte is copied.
func NewBytesScanner(b []byte) *Scanner { return &Scanner{} }

// Next goes to the next segment; false at the end of the file, or when reading
// failed (Err).
func (s *Scanner) Next() bool { return false }

// Segment is the segment that Next went to, valid until the next Next.
func (s *Scanner) Segment() *Segment { return &s.seg }

// Gaps are the stretches passed over between the last segment and this one, or
// after the last one. Valid until the next Next.
func (s *Scanner) Gaps() []Gap { return nil }

// Err is what made reading fail; nil at the end of the file.
func (s *Scanner) Err() error { return s.err }
