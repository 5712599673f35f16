package claim

import (
	"encoding/json"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// document is a JSON text cut into tokens, so that the fields of an object can
// be asked for by name in any order.
type document struct {
	text   []byte
	tokens []token
}

// token is a value. The members of an object and the items of an array follow
// it; next is the token after all of them.
type token struct {
	kind             byte // { [ " 0 (a number) t (true, false) n (null)
	used             bool // a field has been read from it
	start, end       int32
	keyStart, keyEnd int32 // of a member, without quotes
	next             int32
}

// Bounds of what is read as a record.
const (
	maxDepth  = 16
	maxRecord = 64 << 20
)

var errNotJSON = errors.New("claim: not one JSON object")

// read cuts text into tokens. The text must live as long as the document.
func (d *document) read(text []byte) error {
	d.text, d.tokens = text, d.tokens[:0]
	if len(text) > maxRecord {
		return errors.New("claim: the record is too long")
	}
	// The standard library judges the form, so that what follows may trust it.
	if !json.Valid(text) {
		return errNotJSON
	}
	if _, err := d.value(d.blank(0), 0, 0, 0); err != nil {
		return err
	}
	if d.tokens[0].kind != '{' {
		return errNotJSON
	}
	return nil
}

func (d *document) blank(i int) int {
	for i < len(d.text) && (d.text[i] == ' ' || d.text[i] == '\t' || d.text[i] == '\n' || d.text[i] == '\r') {
		i++
	}
	return i
}

// value adds the value that begins at i and gives where it ends.
func (d *document) value(i, keyStart, keyEnd, depth int) (int, error) {
	if depth > maxDepth {
		return 0, errors.New("claim: the record is nested too deeply")
	}
	at := len(d.tokens)
	d.tokens = append(d.tokens, token{kind: d.text[i], start: int32(i), keyStart: int32(keyStart), keyEnd: int32(keyEnd)})
	end := i
	switch c := d.text[i]; c {
	case '{', '[':
		end = d.blank(i + 1)
		for d.text[end] != '}' && d.text[end] != ']' {
			ks, ke := 0, 0
			if c == '{' {
				ks = end + 1
				end = d.quoted(end)
				ke = end - 1
				end = d.blank(d.blank(end) + 1) // the colon
			}
			var err error
			if end, err = d.value(end, ks, ke, depth+1); err != nil {
				return 0, err
			}
			if end = d.blank(end); d.text[end] == ',' {
				end = d.blank(end + 1)
			}
		}
		end++
	case '"':
		end = d.quoted(i)
	default:
		for end < len(d.text) && d.text[end] != ',' && d.text[end] != '}' && d.text[end] != ']' && d.blank(end) == end {
			end++
		}
		if c == '-' || c >= '0' && c <= '9' {
			d.tokens[at].kind = '0'
		} else if c == 'f' {
			d.tokens[at].kind = 't'
		}
	}
	d.tokens[at].end, d.tokens[at].next = int32(end), int32(len(d.tokens))
	return end, nil
}

// quoted gives where the string that begins at i ends.
func (d *document) quoted(i int) int {
	for i++; d.text[i] != '"'; i++ {
		if d.text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// raw is the text of a number or a string without its quotes, escapes as they
// stand.
func (d *document) raw(t *token) []byte {
	if t.kind == '"' {
		return d.text[t.start+1 : t.end-1]
	}
	return d.text[t.start:t.end]
}

// appendPlain appends the text of a string without escapes.
func appendPlain(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			r := hex4(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(raw[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, raw[i])
		}
	}
	return dst
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c <= '9':
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}
