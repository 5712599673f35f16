package intake

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// document is one JSON value cut into tokens, so that the members of an object
// can be asked for by name in any order and those that nobody asked for can be
// found.
type document struct {
	text   []byte
	tokens []token
}

// token is a value. The members of an object and the items of an array follow
// it; next is the token after all of them.
type token struct {
	kind             byte // { [ " 0 (a number) t (true) f (false) n (null)
	used             bool // a field has been read from it
	start, end       int32
	keyStart, keyEnd int32 // of a member, without quotes
	next             int32
}

// maxDepth bounds how deep arrays and objects stand in each other; an
// encounter needs seven.
const maxDepth = 16

// faultAt is where a text stops being JSON, and what should have come.
type faultAt struct {
	offset int
	want   string
}

func (e *faultAt) Error() string {
	return fmt.Sprintf("not JSON at byte %d: want %s", e.offset, e.want)
}

// read cuts text into tokens. The text must live as long as the document.
func (d *document) read(text []byte) *faultAt {
	d.text, d.tokens = text, d.tokens[:0]
	end, err := d.value(d.blank(0), token{}, 0)
	if err != nil {
		return err
	}
	if end = d.blank(end); end < len(text) {
		return &faultAt{end, "nothing after the encounter"}
	}
	return nil
}

func (d *document) blank(i int) int {
	for i < len(d.text) && (d.text[i] == ' ' || d.text[i] == '\t' || d.text[i] == '\n' || d.text[i] == '\r') {
		i++
	}
	return i
}

func (d *document) at(i int) byte {
	if i < len(d.text) {
		return d.text[i]
	}
	return 0
}

// value adds the value that begins at i and gives where it ends. t has the key
// of a member.
func (d *document) value(i int, t token, depth int) (end int, err *faultAt) {
	if depth > maxDepth {
		return i, &faultAt{i, "less nesting"}
	}
	self := len(d.tokens)
	t.kind, t.start = d.at(i), int32(i)
	d.tokens = append(d.tokens, t)
	switch c := t.kind; c {
	case '{', '[':
		if end, err = d.items(i, c, depth); err != nil {
			return end, err
		}
	case '"':
		if end, err = d.quoted(i); err != nil {
			return end, err
		}
	case 't', 'f', 'n':
		for _, word := range []string{"true", "false", "null"} {
			if end = i + len(word); c == word[0] && end <= len(d.text) && string(d.text[i:end]) == word {
				break
			}
			end = i
		}
		if end == i {
			return i, &faultAt{i, "a value"}
		}
	default:
		if end = d.number(i); end == i {
			return i, &faultAt{i, "a value"}
		}
		d.tokens[self].kind = '0'
	}
	d.tokens[self].end, d.tokens[self].next = int32(end), int32(len(d.tokens))
	return end, nil
}

// items adds the members of the object, or the items of the array, that opens
// at i.
func (d *document) items(i int, open byte, depth int) (end int, err *faultAt) {
	shut := open + 2 // ] follows [ and } follows { by two
	i = d.blank(i + 1)
	if d.at(i) == shut {
		return i + 1, nil
	}
	for {
		var member token
		if open == '{' {
			if d.at(i) != '"' {
				return i, &faultAt{i, "the name of a field in quotes"}
			}
			if end, err = d.quoted(i); err != nil {
				return end, err
			}
			member.keyStart, member.keyEnd = int32(i+1), int32(end-1)
			if i = d.blank(end); d.at(i) != ':' {
				return i, &faultAt{i, "a colon after the name of a field"}
			}
			i = d.blank(i + 1)
		}
		if i, err = d.value(i, member, depth+1); err != nil {
			return i, err
		}
		switch i = d.blank(i); d.at(i) {
		case shut:
			return i + 1, nil
		case ',':
			i = d.blank(i + 1)
		default:
			return i, &faultAt{i, "a comma or a closing " + string(shut)}
		}
	}
}

// quoted gives where the string that begins at i ends.
func (d *document) quoted(i int) (end int, err *faultAt) {
	for i++; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			return i + 1, nil
		case c < 0x20:
			return i, &faultAt{i, "the closing quote of a text, or \\n for a line break in it"}
		case c == '\\':
			i++
			switch d.at(i) {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for k := 1; k <= 4; k++ {
					if !isHex(d.at(i + k)) {
						return i, &faultAt{i, "four hexadecimal digits"}
					}
				}
				i += 4
			default:
				return i, &faultAt{i, "a known escape; a backslash itself is written twice"}
			}
		}
	}
	return i, &faultAt{i, "the closing quote of a text"}
}

func isHex(c byte) bool { return c-'0' <= 9 || (c|0x20)-'a' <= 5 }

// number gives where the number that begins at i ends; i when there is none.
func (d *document) number(i int) int {
	start := i
	if d.at(i) == '-' {
		i++
	}
	digits := func() bool {
		from := i
		for d.at(i)-'0' <= 9 {
			i++
		}
		return i > from
	}
	zero := d.at(i) == '0'
	first := i
	if !digits() || zero && i > first+1 {
		return start
	}
	if d.at(i) == '.' {
		if i++; !digits() {
			return start
		}
	}
	if d.at(i)|0x20 == 'e' {
		if i++; d.at(i) == '+' || d.at(i) == '-' {
			i++
		}
		if !digits() {
			return start
		}
	}
	return i
}

// raw is the text of a number or a string without its quotes, escapes as they
// stand.
func (d *document) raw(t *token) []byte {
	if t.kind == '"' {
		return d.text[t.start+1 : t.end-1]
	}
	return d.text[t.start:t.end]
}

func (d *document) key(t *token) []byte { return d.text[t.keyStart:t.keyEnd] }

// plain is the text of a string or number token without escapes.
func (d *document) plain(t *token) string {
	raw := d.raw(t)
	for i := range raw {
		if raw[i] == '\\' {
			return string(appendPlain(nil, raw))
		}
	}
	return string(raw)
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
		if c <= '9' {
			r = r<<4 | rune(c-'0')
		} else {
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}
