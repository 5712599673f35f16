package x12

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"
)

// Bounds of a Scanner that its options do not set.
const (
	DefaultMaxSegment = 1 << 20
	DefaultWindow     = 256 << 10
)

// ScannerOptions change what a Scanner does. The zero value is right for most.
type ScannerOptions struct {
	// MaxSegment bounds the length of a segment in bytes, terminator not
	// included; what is longer is skipped to its terminator and given as a Gap. It
	// also bounds which binary payloads are held. 0: DefaultMaxSegment; at least
	// 256.
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
	GapForeign      GapKind = 1 + iota // not X12: text before, between or after interchanges
	GapByteOrder                       // a UTF-8 byte order mark
	GapUTF16                           // the file is UTF-16
	GapEmpty                           // a terminator with nothing before it
	GapTooLong                         // a segment longer than the bound
	GapUnterminated                    // the file ends inside a segment
	GapPayload                         // the length of a BIN or BDS does not lead to a terminator
)

// Gap is a stretch of the file that belongs to no segment. Blanks and line
// breaks around segments are not worth one.
type Gap struct {
	Kind   GapKind
	Offset int64
	Length int64     // 0 for a GapPayload whose segment was read all the same
	ID     SegmentID // of the segment that could not be read, where known
	Count  int       // how many gaps of the kind, one after the other, this is
}

// maxGaps bounds how many gaps in a row are kept apart.
const maxGaps = 64

// Identifiers that the scanner and the reader know.
const (
	idISA SegmentID = 'I'<<16 | 'S'<<8 | 'A'
	idIEA SegmentID = 'I'<<16 | 'E'<<8 | 'A'
	idTA1 SegmentID = 'T'<<16 | 'A'<<8 | '1'
	idGS  SegmentID = 'G'<<8 | 'S'
	idGE  SegmentID = 'G'<<8 | 'E'
	idST  SegmentID = 'S'<<8 | 'T'
	idSE  SegmentID = 'S'<<8 | 'E'
	idBIN SegmentID = 'B'<<16 | 'I'<<8 | 'N'
	idBDS SegmentID = 'B'<<16 | 'D'<<8 | 'S'
)

// Scanner cuts a file into segments. It judges nothing: what it cannot give as
// a segment, it gives as a Gap. It allocates nothing per segment, and its
// memory is bounded whatever the file holds.
type Scanner struct {
	seg  Segment
	gaps []Gap
	err  error

	// The window. Of a file in memory it is the whole file.
	src  io.Reader // nil for a file in memory
	file *fileAt   // the same, where it can be read from any place; else nil
	buf  []byte
	base int64 // offset of buf[0] in the file
	at   int   // where in buf the block, and what comes after it, begins
	eof  bool  // nothing comes after buf

	// The block: the part of the window that is indexed.
	block   []byte
	blockAt int64 // its offset in the file
	index   index
	size    int // of the next block: small after an ISA, doubled up to blockSize
	next    int // where in the block the next segment begins
	cut     int // which of index.lasts is its last
	first   int // which of index.ends is its first

	inside  bool // between ISA and IEA
	within  bool // of passSet: what comes next is no beginning of a segment
	delims  Delimiters
	breaks  [256]bool // what is passed over after a terminator
	wide    []uint32
	small   [64]byte // the head of a segment whose payload is streamed
	max     int
	window  int
	payload func(*Segment, int64, []byte) error
}

// NewScanner reads from r.
func NewScanner(r io.Reader, opt ScannerOptions) *Scanner {
	s := newScanner(opt)
	s.src = r
	return s
}

// NewBytesScanner scans a file that is in memory; no byte is copied, none is
// changed. It takes options as NewScanner does, at most one.
func NewBytesScanner(b []byte, opt ...ScannerOptions) *Scanner {
	s := newScanner(append(opt, ScannerOptions{})[0])
	s.buf, s.eof = b, true
	return s
}

func newScanner(opt ScannerOptions) *Scanner {
	s := &Scanner{max: opt.MaxSegment, window: opt.Window, payload: opt.Payload}
	if s.max <= 0 {
		s.max = DefaultMaxSegment
	}
	if s.window <= 0 {
		s.window = DefaultWindow
	}
	s.max = max(s.max, 256)
	s.seg = Segment{PayloadLen: -1, index: &s.index, delims: &s.delims}
	return s
}

// Segment is the segment that Next went to, valid until the next Next.
func (s *Scanner) Segment() *Segment { return &s.seg }

// Gaps are the stretches passed over between the last segment and this one, or
// after the last one. Valid until the next Next.
func (s *Scanner) Gaps() []Gap { return s.gaps }

// Offset is where in the file the scanner stands: all bytes before it have been
// given, as segments or as gaps.
func (s *Scanner) Offset() int64 { return s.base + int64(s.at+s.next) }

// Err is what made reading fail; nil at the end of the file.
func (s *Scanner) Err() error { return s.err }

// Next goes to the next segment; false at the end of the file, or when reading
// failed (Err).
func (s *Scanner) Next() bool {
	if len(s.gaps) > 0 {
		s.gaps = s.gaps[:0]
	}
	for {
		for s.cut < s.index.cuts {
			g, block := &s.seg, s.block
			start, first, last := s.next, s.first, int(s.index.lasts[s.cut%blockSize])
			end := int(s.index.ends[last%blockSize])
			next := end + 1
			for next < len(block) && s.breaks[block[next]] {
				next++
			}
			s.cut++
			s.first, s.next = last+1, next
			if start == end {
				s.empty(s.blockAt + int64(start))
				continue
			}
			g.start, g.first, g.count = start, first, last-first
			g.Offset = s.blockAt + int64(start)
			n := int(s.index.ends[first%blockSize]) - start
			if start+8 <= len(block) && uint(n-1) < 4 {
				g.head = binary.LittleEndian.Uint64(block[start:])
				g.id = SegmentID(bits.ReverseBytes32(uint32(g.head)) >> (32 - 8*uint(n)))
			} else {
				g.head, g.id = 0, SegmentIDOf(block[start:start+n])
			}
			switch g.id {
			default:
				return true
			case idIEA:
				if g.count == 2 && end-start <= maxIEA {
					s.inside = false
					s.leaveBlock(next)
					return true
				}
			case idISA, idBIN, idBDS:
			}
			s.leaveBlock(start)
			break
		}
		if more, given := s.advance(); given || !more {
			return given
		}
	}
}

// advance does what is to be done when the block is used up: finds the next
// interchange, indexes the next block, or gives a segment that the index does
// not do for. given: there is a segment; more: go on.
func (s *Scanner) advance() (more, given bool) {
	s.leaveBlock(s.next)
	if !s.inside {
		return false, s.seek()
	}
	size := min(s.size, s.max+1)
	b := s.have(size)
	if s.err != nil || len(b) == 0 {
		return false, false
	}
	if s.breaks[b[0]] { // of the segment before, which ended the block before
		for s.at < len(s.buf) && s.breaks[s.buf[s.at]] {
			s.at++
		}
		return true, false
	}
	if needsCare(b) {
		return s.one()
	}
	s.block = b[:min(len(b), size)]
	s.index.build(s.block, s.delims)
	if s.index.cuts == 0 {
		s.leaveBlock(0)
		return s.one()
	}
	s.blockAt = s.base + int64(s.at)
	s.seg.block, s.seg.wide, s.seg.flags, s.seg.PayloadLen = s.block, nil, 0, -1
	s.size = min(2*s.size, blockSize)
	return true, false
}

// leaveBlock gives the block up; what comes next begins n bytes into it.
func (s *Scanner) leaveBlock(n int) {
	s.at += n
	s.block = nil
	s.next, s.cut, s.first, s.index.cuts = 0, 0, 0, 0
}

// have gives what the window holds from s.at on: at least n bytes unless the
// file ends before.
func (s *Scanner) have(n int) []byte {
	if len(s.buf)-s.at < n && !s.eof {
		s.read(n)
	}
	return s.buf[s.at:]
}

// read slides the window and reads until it holds n bytes from s.at on.
func (s *Scanner) read(n int) {
	kept := s.buf[s.at:]
	s.base += int64(s.at)
	s.at = 0
	if cap(s.buf) < n {
		s.buf = append(make([]byte, 0, max(s.window, n+n/4)), kept...)
	} else {
		s.buf = s.buf[:copy(s.buf[:cap(s.buf)], kept)]
	}
	for idle := 0; len(s.buf) < n; {
		m, err := s.src.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+m]
		if idle++; m > 0 {
			idle = 0
		} else if err == nil && idle == 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
			return
		}
	}
}

// seek finds the next ISA and gives it; what stands before it is a gap.
func (s *Scanner) seek() bool {
	const none = -1
	from, kind := int64(none), GapForeign
	for {
		b := s.have(headerReach)
		here := s.base + int64(s.at)
		if s.err != nil {
			return false
		}
		if len(b) == 0 {
			if from != none {
				s.gap(Gap{Kind: kind, Offset: from, Length: here - from})
			}
			return false
		}
		if from == none {
			if n := blanks(b); n > 0 {
				s.at += n
				continue
			}
			if bytes.HasPrefix(b, byteOrderMark) {
				s.gap(Gap{Kind: GapByteOrder, Offset: here, Length: int64(len(byteOrderMark))})
				s.at += len(byteOrderMark)
				continue
			}
		}
		if h, ok := parseHeader(b, s.wide); ok {
			if from != none {
				s.gap(Gap{Kind: kind, Offset: from, Length: here - from})
			}
			s.open(b, h)
			return true
		}
		if from == none {
			if cutHeader(b) {
				s.gap(Gap{Kind: GapUnterminated, Offset: here, Length: int64(len(b)), ID: idISA})
				s.at += len(b)
				return false
			}
			from = here
			if here == 0 && isUTF16(b) {
				kind = GapUTF16
			}
		}
		if i := bytes.Index(b[1:], []byte("ISA")); i >= 0 {
			s.at += i + 1
		} else if s.eof {
			s.at += len(b)
		} else {
			s.at += len(b) - 2 // an ISA may begin in the last two
		}
	}
}

// open begins an interchange and gives its ISA, which b begins with.
func (s *Scanner) open(b []byte, h header) {
	s.wide, s.inside = h.ends, true
	s.delimit(h.delims)
	s.give(b, idISA, flagHeader)
	s.at += h.length()
}

// give makes a segment that the index does not hold: its text is at the
// beginning of b, and s.wide says where its elements end.
func (s *Scanner) give(b []byte, id SegmentID, flags segmentFlags) {
	g := &s.seg
	g.Offset, g.PayloadLen = s.base+int64(s.at), -1
	g.block, g.start, g.count, g.wide = b, 0, 0, s.wide
	g.head, g.id, g.flags = 0, id, flags
}

// needsCare says whether b begins with a segment that one should read. It must
// not let pass what Next leaves a block for.
func needsCare(b []byte) bool {
	switch SegmentIDOf(b[:min(len(b), 3)]) {
	case idISA, idIEA, idBIN, idBDS:
		return true
	}
	return false
}

// maxIEA bounds what is taken for an IEA without a second look.
const maxIEA = 40

// one gives the segment at s.at without the index: an ISA, an IEA that runs
// into the next ISA, binary data, a segment longer than a block, the end.
func (s *Scanner) one() (more, given bool) {
	b := s.have(maxIEA + headerReach)
	if s.err != nil {
		return false, false
	}
	if len(b) >= 4 {
		switch SegmentIDOf(b[:3]) {
		case idISA: // of the next interchange: the IEA before it is missing
			if h, ok := parseHeader(b, s.wide); ok {
				s.open(b, h)
				return true, true
			}
		case idIEA:
			i := bytes.Index(b[:min(len(b), maxIEA)], []byte("ISA"))
			if i > 0 && bytes.IndexByte(b[:i], s.delims.Segment) < 0 {
				if _, ok := parseHeader(b[i:], nil); ok {
					raw := b[:i-trailingBlanks(b[:i])]
					s.wide = appendEnds(s.wide[:0], raw, s.delims.Element)
					s.give(raw, idIEA, flagUnterminated)
					s.at += i
					s.inside = false
					return true, true
				}
			}
		case idBIN, idBDS:
			if head, n, ok := payloadHead(b, s.delims.Element); ok {
				if int64(head)+n > int64(s.max) {
					return s.stream(b[:head], n)
				}
				if s.hold(head, int(n)) {
					return s.err == nil, s.err == nil
				}
			}
		}
	}
	return s.plain()
}

// plain gives the segment at s.at, whatever its length.
func (s *Scanner) plain() (more, given bool) {
	from := 0
	for want := min(4<<10, s.max+1); ; want = min(2*want, s.max+1) {
		b := s.have(want)
		b = b[:min(len(b), s.max+1)]
		if s.err != nil {
			return false, false
		}
		if i := bytes.IndexByte(b[from:], s.delims.Segment); i >= 0 {
			raw := b[:from+i]
			if len(raw) == 0 {
				s.empty(s.base + int64(s.at))
				s.at++
				return true, false
			}
			s.wide = appendEnds(s.wide[:0], raw, s.delims.Element)
			s.give(raw, SegmentIDOf(raw[:s.wide[0]]), 0)
			s.at += len(raw) + 1
			s.inside = s.seg.id != idIEA
			return true, true
		}
		if len(b) > s.max {
			return s.skip(Gap{Kind: GapTooLong, Offset: s.base + int64(s.at), ID: idOf(b, s.delims.Element)}), false
		}
		if s.eof && len(b) < want {
			return false, s.unterminated(b)
		}
		from = len(b)
	}
}

// unterminated gives what the file ends with: an IEA may do without its
// terminator, another segment is a gap.
func (s *Scanner) unterminated(b []byte) bool {
	raw := b[:len(b)-trailingBlanks(b)]
	offset := s.base + int64(s.at)
	id := idOf(raw, s.delims.Element)
	switch {
	case len(raw) == 0:
	case id == idIEA:
		s.wide = appendEnds(s.wide[:0], raw, s.delims.Element)
		s.give(raw, id, flagUnterminated)
		s.inside = false
	default:
		s.gap(Gap{Kind: GapUnterminated, Offset: offset, Length: int64(len(raw)), ID: id})
	}
	s.at += len(b)
	return len(raw) > 0 && id == idIEA
}

// skip passes over everything to the next terminator, which g becomes the gap
// of; false when the file ends before there is one.
func (s *Scanner) skip(g Gap) (more bool) {
	for {
		b := s.have(1)
		if s.err != nil {
			return false
		}
		i := bytes.IndexByte(b, s.delims.Segment)
		if i >= 0 {
			s.at += i + 1
		} else {
			s.at += len(b)
		}
		if i >= 0 || len(b) == 0 {
			g.Length = s.base + int64(s.at) - g.Offset
			s.gap(g)
			return i >= 0
		}
	}
}

// payloadHead reads the head of a BIN or BDS: how many bytes stand before the
// data, and how many the data has.
func payloadHead(b []byte, element byte) (head int, n int64, ok bool) {
	if b[3] != element {
		return 0, 0, false
	}
	head = 4
	if b[1] == 'D' { // the filter of a BDS
		i := bytes.IndexByte(b[head:min(len(b), 16)], element)
		if i < 0 {
			return 0, 0, false
		}
		head += i + 1
	}
	digits := 0
	for ; head < len(b) && b[head] >= '0' && b[head] <= '9' && digits < 15; head++ {
		n = 10*n + int64(b[head]-'0')
		digits++
	}
	if digits == 0 || head == len(b) || b[head] != element {
		return 0, 0, false
	}
	return head + 1, n, true
}

// hold gives a binary segment whose payload fits the window; false when its
// length does not lead to a terminator, which becomes a gap.
func (s *Scanner) hold(head, n int) bool {
	b := s.have(head + n + 1)
	if s.err != nil {
		return true
	}
	id := SegmentIDOf(b[:3])
	if len(b) <= head+n && bytes.IndexByte(b[head:], s.delims.Segment) < 0 {
		return false // the file ends within the payload
	}
	if len(b) <= head+n || b[head+n] != s.delims.Segment {
		s.gap(Gap{Kind: GapPayload, Offset: s.base + int64(s.at), ID: id})
		return false
	}
	s.wide = appendEnds(s.wide[:0], b[:head-1], s.delims.Element)
	s.wide = append(s.wide, uint32(head+n))
	s.give(b[:head+n], id, 0)
	s.seg.PayloadLen = int64(n)
	if s.payload != nil && n > 0 {
		s.err = s.payload(&s.seg, 0, b[head:head+n])
	}
	s.at += head + n + 1
	return true
}

// stream gives a binary segment whose payload does not fit the window; the
// payload goes by in chunks.
func (s *Scanner) stream(head []byte, n int64) (more, given bool) {
	h := s.small[:copy(s.small[:], head)]
	s.wide = appendEnds(s.wide[:0], h, s.delims.Element)
	s.give(h, SegmentIDOf(h[:3]), flagStreamed)
	s.seg.PayloadLen = n
	s.at += len(h)
	for done := int64(0); done < n; {
		b := s.have(1)
		if s.err != nil {
			return false, false
		}
		if len(b) == 0 {
			here := s.base + int64(s.at)
			s.gap(Gap{Kind: GapUnterminated, Offset: s.seg.Offset, Length: here - s.seg.Offset, ID: s.seg.id})
			return false, false
		}
		chunk := b[:min(int64(len(b)), n-done)]
		if s.payload != nil {
			if s.err = s.payload(&s.seg, done, chunk); s.err != nil {
				return false, false
			}
		}
		done += int64(len(chunk))
		s.at += len(chunk)
	}
	if b := s.have(1); len(b) > 0 && b[0] == s.delims.Segment {
		s.at++
	} else if s.err == nil {
		s.skip(Gap{Kind: GapPayload, Offset: s.base + int64(s.at), ID: s.seg.id})
	}
	return s.err == nil, s.err == nil
}

// empty notes a terminator with nothing before it; where line breaks are the
// terminators, empty lines are nothing to speak of.
func (s *Scanner) empty(offset int64) {
	if t := s.delims.Segment; t != '\r' && t != '\n' {
		s.gap(Gap{Kind: GapEmpty, Offset: offset, Length: 1})
	}
}

// gap notes a gap. Gaps that adjoin each other become one, so that a file of
// nothing but faults needs no memory.
func (s *Scanner) gap(g Gap) {
	g.Count = 1
	if n := len(s.gaps); n > 0 {
		before := &s.gaps[n-1]
		if before.Kind == g.Kind && before.Offset+before.Length == g.Offset || n == maxGaps {
			before.Length = g.Offset + g.Length - before.Offset
			before.Count++
			return
		}
	}
	s.gaps = append(s.gaps, g)
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// blanks counts the bytes at the beginning of b that may stand between
// interchanges: blanks, line breaks, and the mark that old systems end files with.
func blanks(b []byte) int {
	for i, c := range b {
		if !isBlank(c) {
			return i
		}
	}
	return len(b)
}

func trailingBlanks(b []byte) int {
	n := 0
	for n < len(b) && isBlank(b[len(b)-1-n]) {
		n++
	}
	return n
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x1A
}

// isUTF16 says whether a file begins as UTF-16 does.
func isUTF16(b []byte) bool {
	for _, p := range []string{"\xFF\xFE", "\xFE\xFF", "I\x00S\x00A\x00", "\x00I\x00S\x00A"} {
		if len(b) >= len(p) && string(b[:len(p)]) == p {
			return true
		}
	}
	return false
}

// cutHeader says whether b, which is all that is left of the file, is an ISA
// that was cut off.
func cutHeader(b []byte) bool {
	return len(b) > 3 && len(b) < isaLength && string(b[:3]) == "ISA" && canDelimit(b[3])
}

// idOf is the identifier of the segment that b begins with.
func idOf(b []byte, element byte) SegmentID {
	if i := bytes.IndexByte(b[:min(len(b), 5)], element); i >= 0 {
		b = b[:i]
	}
	return SegmentIDOf(b)
}
