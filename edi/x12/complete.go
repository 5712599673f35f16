package x12

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
)

// Complete says whether a file is whole. X12 says so itself: every ISA has its
// IEA, which names it and counts its groups, and the last one is terminated.
// A file that does not begin with an ISA has no such sign and is taken as it
// is. Of the file, no more than a window is in memory; the error is the
// reader's.
func Complete(r io.Reader) (bool, error) {
	br := bufio.NewReaderSize(r, 4096)
	head, err := br.Peek(512)
	if err != nil && err != io.EOF {
		return false, err
	}
	start := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t")
	if !bytes.HasPrefix(start, []byte("ISA")) || len(start) > 3 && !canDelimit(start[3]) {
		return true, nil
	}
	sc := NewScanner(br, ScannerOptions{})
	var control [16]byte // ISA13 of the open interchange
	size, seen, open, groups := 0, false, false, 0
	for sc.Next() {
		seg := sc.Segment()
		switch seg.ID() {
		case isaID:
			if open {
				return false, nil
			}
			size, seen, open, groups = copy(control[:], seg.Element(13)), true, true, 0
		case gsID:
			groups++
		case ieaID:
			n, err := strconv.Atoi(string(seg.Element(1)))
			if !open || seg.Unterminated() || err != nil || n != groups || !bytes.Equal(bytes.TrimSpace(seg.Element(2)), bytes.TrimSpace(control[:size])) {
				return false, sc.Err()
			}
			open = false
		}
	}
	return seen && !open, sc.Err()
}

var (
	isaID = SegmentIDOf("ISA")
	gsID  = SegmentIDOf("GS")
	ieaID = SegmentIDOf("IEA")
)
