package x12

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"

	"claimwire/edi/diag"
)

// A Reader can hand a transaction set over to another Reader and pass over it,
// so that the sets of a file are read side by side. The first one judges the
// ST, which it needs the other sets of the group for, and looks for the SE by
// its text alone. Whether that is truly where the set ends, only the other
// Reader knows: who compares the two ends may rely on both.

// Handover is a set with all that is needed to read it alone.
type Handover struct {
	Offset int64 // of the ST

	reader     Reader // before the ST
	delims     Delimiters
	found      []diag.Diagnostic // about the ST
	numberless bool
}

// HandOver gives the set that has just begun away: the event is SetStart, and
// Pass must come next.
func (r *Reader) HandOver() *Handover {
	h := &Handover{Offset: r.sc.seg.Offset, delims: r.sc.delims, reader: *r}
	rep := r.rep
	r.rep = diag.ReporterFunc(func(d diag.Diagnostic) { h.found = append(h.found, d) })
	r.checkHeader()
	r.rep = rep
	h.numberless = r.numberless[levelSet]
	r.sc.leaveBlock(r.sc.next)
	r.sc.within = false
	h.reader.event, h.reader.inSet, h.reader.set, h.reader.ordinal = 0, false, nil, 0
	h.reader.unchecked, h.reader.handed = false, h
	return h
}

// Pass goes on behind the set that was handed over, to where the first SE after
// its ST ends. It gives -1 when that is not within the next limit bytes, and is
// to be called again then; ok is false where the file holds no such SE.
func (r *Reader) Pass(limit int64) (end int64, ok bool) {
	end, ok = r.sc.passSet(limit)
	if end >= 0 && ok {
		r.inSet, r.event = false, SetEnd
	}
	return end, ok
}

// Read gives a Reader of the set that was handed over. sc was made by
// NewScannerAt of the same file; what it read before is over. The first event is
// SetStart; SetEnd should be the last that is asked for.
func (h *Handover) Read(sc *Scanner, rep diag.Reporter) *Reader {
	sc.goTo(h.Offset, h.delims)
	r := h.reader
	r.sc, r.rep = sc, rep
	return &r
}

// NewScannerAt is for Handover.Read.
func NewScannerAt(file io.ReaderAt, opt ScannerOptions) *Scanner {
	s := newScanner(opt)
	s.file = &fileAt{file: file}
	s.src = s.file
	return s
}

// fileAt reads on from any place of a file.
type fileAt struct {
	file io.ReaderAt
	at   int64
}

func (f *fileAt) Read(b []byte) (int, error) {
	n, err := f.file.ReadAt(b, f.at)
	f.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// goTo continues inside an interchange at another place of the file.
func (s *Scanner) goTo(offset int64, d Delimiters) {
	s.leaveBlock(s.next)
	if at := offset - s.base; at >= int64(s.at) && at <= int64(len(s.buf)) {
		s.at = int(at)
	} else {
		s.buf, s.at, s.base, s.file.at = s.buf[:0], 0, offset, offset
		s.eof = false
	}
	s.gaps, s.err = s.gaps[:0], nil
	s.inside = true
	s.delimit(d)
}

// delimit takes the delimiters of an interchange.
func (s *Scanner) delimit(d Delimiters) {
	s.delims = d
	s.breaks = [256]bool{}
	for _, c := range []byte("\r\n\t ") {
		s.breaks[c] = c != d.Element && c != d.Segment
	}
	s.size = 1 << 10
}

// passWindow is how much passSet looks at at once.
const passWindow = 64 << 10

// passSet goes on behind the first SE from here on: see Reader.Pass.
func (s *Scanner) passSet(limit int64) (end int64, ok bool) {
	for passed := int64(0); passed < limit; {
		b := s.have(passWindow)
		if s.err != nil || len(b) == 0 {
			return 0, false
		}
		if i := s.findSE(b); i >= 0 {
			s.at += i
			return s.passSegment()
		}
		// What comes after the last terminator is looked at again, with what follows.
		n := bytes.LastIndexByte(b, s.delims.Segment) + 1
		if n == 0 && s.eof {
			return 0, false
		}
		s.within = n == 0
		if n == 0 {
			n = len(b)
		}
		s.at += n
		passed += int64(n)
	}
	return -1, true
}

// findSE looks for an SE that begins a segment.
func (s *Scanner) findSE(b []byte) int {
	for from := 0; ; {
		i := indexOf(b[from:], 'S', 'E', s.delims.Element)
		if i < 0 {
			return -1
		}
		i += from
		k := i
		for k > 0 && s.breaks[b[k-1]] {
			k--
		}
		if k == 0 && !s.within || k > 0 && b[k-1] == s.delims.Segment {
			return i
		}
		from = i + 1
	}
}

// passSegment passes over the segment that begins here.
func (s *Scanner) passSegment() (end int64, ok bool) {
	for want := 1 << 10; ; want *= 2 {
		b := s.have(min(want, s.max+1))
		if s.err != nil {
			return 0, false
		}
		if i := bytes.IndexByte(b, s.delims.Segment); i >= 0 {
			s.at += i + 1
			s.size = 1 << 10
			return s.base + int64(s.at), true
		}
		if s.eof || len(b) > s.max {
			return 0, false
		}
	}
}

// indexOf finds three bytes in a row.
func indexOf(b []byte, first, second, third byte) int {
	x, y, z := everyByte*uint64(first), everyByte*uint64(second), everyByte*uint64(third)
	at := 0
	for ; at+10 <= len(b); at += 8 {
		w := binary.LittleEndian.Uint64(b[at:]) ^ x | binary.LittleEndian.Uint64(b[at+1:]) ^ y | binary.LittleEndian.Uint64(b[at+2:]) ^ z
		if zero := (w - everyByte) &^ w & highBits; zero != 0 {
			return at + bits.TrailingZeros64(zero)/8
		}
	}
	for ; at+3 <= len(b); at++ {
		if b[at] == first && b[at+1] == second && b[at+2] == third {
			return at
		}
	}
	return -1
}
