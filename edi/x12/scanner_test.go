package x12

import (
	"bytes"
	"io"
	"testing/iotest"
)

type way struct {
	name    string
	scanner func() *Scanner
}

// waysToRead are the ways a file may come; none may make a difference.
func waysToRead(file []byte) []way {
	from := func(r io.Reader, window int) func() *Scanner {
		return func() *Scanner { return NewScanner(r, ScannerOptions{Window: window}) }
	}
	return []way{
		{"bytes", func() *Scanner { return NewBytesScanner(file) }},
		{"reader", from(bytes.NewReader(file), 0)},
		{"one byte at a time", from(iotest.OneByteReader(bytes.NewReader(file)), 0)},
		{"half at a time", from(iotest.HalfReader(bytes.NewReader(file)), 0)},
		{"end with data", from(iotest.DataErrReader(bytes.NewReader(file)), 0)},
		{"window of 1", from(bytes.NewReader(file), 1)},
		{"window of 521", from(bytes.NewReader(file), 521)},
		{"window of 33,333", from(iotest.HalfReader(bytes.NewReader(file)), 33333)},
	}
}
