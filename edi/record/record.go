// Package record holds what every JSON Lines record has in common: where it
// was read from, and how JSON text is appended without reflection.
//
// It knows nothing of X12. Records of claim, remit, status and ack append
// themselves with these functions; encoding/json is not on that path.
package record

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// Source says where a record was read from. Segment is the ordinal (ST is 1)
// of the segment that opens the record; 0 when it stands outside a set.
type Source struct {
	File        string `json:"file"`
	Interchange string `json:"interchange"`
	Group       string `json:"group"`
	Transaction string `json:"transaction"`
	Segment     int    `json:"segment"`
}

// AppendJSON appends the source as a JSON object.
func (s Source) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"file":`...)
	dst = AppendString(dst, s.File)
	dst = append(dst, `,"interchange":`...)
	dst = AppendString(dst, s.Interchange)
	dst = append(dst, `,"group":`...)
	dst = AppendString(dst, s.Group)
	dst = append(dst, `,"transaction":`...)
	dst = AppendString(dst, s.Transaction)
	dst = append(dst, `,"segment":`...)
	dst = strconv.AppendInt(dst, int64(s.Segment), 10)
	return append(dst, '}')
}

const hex = "0123456789abcdef"

// plain marks the ASCII bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// Plain says whether all of b from one place on stands for itself in a JSON
// string: printable ASCII, no quote, no backslash. What stands before that place
// ends with a quote. Eight bytes are looked at in one word.
func Plain(b []byte, from int) bool {
	n := uint(len(b) - from)
	if n == 0 || len(b) < 8 {
		for _, c := range b[from:] {
			if !plain[c] || c == 0x7F {
				return false
			}
		}
		return true
	}
	odd := oddBytes(binary.LittleEndian.Uint64(b[len(b)-8:]))
	if n < 8 {
		odd >>= (64 - 8*n) % 64 // nothing of what stands before
	}
	for at := from + 8; at < len(b); at += 8 {
		odd |= oddBytes(binary.LittleEndian.Uint64(b[at-8 : at]))
	}
	return odd == 0
}

// oddBytes sets the top bit of each byte of w that does not stand for itself,
// and perhaps of bytes after that.
func oddBytes(w uint64) uint64 {
	const every = 0x0101010101010101
	const low = every * 0x7F
	return (w | (w + every) | ^((w + every*0x60) & ((w ^ every*'"') + low) & ((w ^ every*'\\') + low))) & (every << 7)
}

// AppendString appends s as a JSON string. Bytes that are not UTF-8 are read
// as Latin-1, so that no two different inputs give the same text by loss.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := len(dst)
	dst = append(dst, s...)
	if Plain(dst, from) {
		return append(dst, '"')
	}
	dst = dst[:from]
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c == '\n':
			dst = append(dst, '\\', 'n')
			i++
		case c == '\r':
			dst = append(dst, '\\', 'r')
			i++
		case c == '\t':
			dst = append(dst, '\\', 't')
			i++
		case c < 0x20 || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		default:
			end := min(i+utf8.UTFMax, len(s))
			r, n := utf8.DecodeRuneInString(string(s[i:end]))
			if r == utf8.RuneError && n <= 1 {
				r, n = rune(c), 1
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		}
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// AppendDate appends CCYYMMDD as an ISO date, "2026-10-15", in quotes. What is
// not eight digits is appended as it stands: the checks have said so already.
func AppendDate[T string | []byte](dst []byte, d T) []byte {
	if len(d) != 8 {
		return AppendString(dst, d)
	}
	for i := 0; i < 8; i++ {
		if d[i] < '0' || d[i] > '9' {
			return AppendString(dst, d)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, d[0:4]...)
	dst = append(dst, '-')
	dst = append(dst, d[4:6]...)
	dst = append(dst, '-')
	dst = append(dst, d[6:8]...)
	return append(dst, '"')
}
