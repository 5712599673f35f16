package record

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// Document is one JSON value cut into tokens, so that the members of an object
// can be asked for by name in any order and those that nobody asked for can be
// found.
type Document struct {
	Text   []byte
	Tokens []Token
}

// Token is a value. The members of an object and the items of an array follow
// it; Next is the token after all of them.
type Token struct {
	Kind             byte // { [ " 0 (a number) t (true) f (false) n (null)
	Used             bool // a field has been read from it
	Start, End       int32
	KeyStart, KeyEnd int32 // of a member, without quotes
	Next             int32
}

// maxDepth bounds how deep arrays and objects stand in each other; an encounter
// needs seven, the record of a claim nine.
const maxDepth = 16

// maxDocument is the longest text that is read.
const maxDocument = 1<<31 - 1

// Fault is where a text stops being JSON, and what should have come.
type Fault struct {
	Offset int
	Want   string
}

func (e *Fault) Error() string {
	return fmt.Sprintf("not JSON at byte %d: want %s", e.Offset, e.Want)
}

// Read cuts text into tokens. The text must live as long as the document.
func (d *Document) Read(text []byte) *Fault {
	d.Text, d.Tokens = text, d.Tokens[:0]
	if len(text) > maxDocument {
		return &Fault{maxDocument, "a shorter text"}
	}
	end, err := d.value(d.blank(0), Token{}, 0)
	if err != nil {
		return err
	}
	if end = d.blank(end); end < len(text) {
		return &Fault{end, "nothing after the record"}
	}
	return nil
}

func (d *Document) blank(i int) int {
	for i < len(d.Text) && (d.Text[i] == ' ' || d.Text[i] == '\t' || d.Text[i] == '\n' || d.Text[i] == '\r') {
		i++
	}
	return i
}

func (d *Document) at(i int) byte {
	if i < len(d.Text) {
		return d.Text[i]
	}
	return 0
}

// value adds the value that begins at i and gives where it ends. t has the key
// of a member.
func (d *Document) value(i int, t Token, depth int) (end int, err *Fault) {
	if depth > maxDepth {
		return i, &Fault{i, "less nesting"}
	}
	self := len(d.Tokens)
	t.Kind, t.Start = d.at(i), int32(i)
	d.Tokens = append(d.Tokens, t)
	switch c := t.Kind; c {
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
			if end = i + len(word); c == word[0] && end <= len(d.Text) && string(d.Text[i:end]) == word {
				break
			}
			end = i
		}
		if end == i {
			return i, &Fault{i, "a value"}
		}
	default:
		if end = d.number(i); end == i {
			return i, &Fault{i, "a value"}
		}
		d.Tokens[self].Kind = '0'
	}
	d.Tokens[self].End, d.Tokens[self].Next = int32(end), int32(len(d.Tokens))
	return end, nil
}

// items adds the members of the object, or the items of the array, that opens
// at i.
func (d *Document) items(i int, open byte, depth int) (end int, err *Fault) {
	shut := open + 2 // ] follows [ and } follows { by two
	i = d.blank(i + 1)
	if d.at(i) == shut {
		return i + 1, nil
	}
	for {
		var member Token
		if open == '{' {
			if d.at(i) != '"' {
				return i, &Fault{i, "the name of a field in quotes"}
			}
			if end, err = d.quoted(i); err != nil {
				return end, err
			}
			member.KeyStart, member.KeyEnd = int32(i+1), int32(end-1)
			if i = d.blank(end); d.at(i) != ':' {
				return i, &Fault{i, "a colon after the name of a field"}
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
			return i, &Fault{i, "a comma or a closing " + string(shut)}
		}
	}
}

// quoted gives where the string that begins at i ends.
func (d *Document) quoted(i int) (end int, err *Fault) {
	for i++; i < len(d.Text); i++ {
		switch c := d.Text[i]; {
		case c == '"':
			return i + 1, nil
		case c < 0x20:
			return i, &Fault{i, "the closing quote of a text, or \\n for a line break in it"}
		case c == '\\':
			i++
			switch d.at(i) {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for k := 1; k <= 4; k++ {
					if !isHex(d.at(i + k)) {
						return i, &Fault{i, "four hexadecimal digits"}
					}
				}
				i += 4
			default:
				return i, &Fault{i, "a known escape; a backslash itself is written twice"}
			}
		}
	}
	return i, &Fault{i, "the closing quote of a text"}
}

func isHex(c byte) bool { return c-'0' <= 9 || (c|0x20)-'a' <= 5 }

// number gives where the number that begins at i ends; i when there is none.
func (d *Document) number(i int) int {
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

// Raw is the text of a number or a string without its quotes, escapes as they
// stand.
func (d *Document) Raw(t *Token) []byte {
	if t.Kind == '"' {
		return d.Text[t.Start+1 : t.End-1]
	}
	return d.Text[t.Start:t.End]
}

// Key is the name of a member, escapes as they stand.
func (d *Document) Key(t *Token) []byte { return d.Text[t.KeyStart:t.KeyEnd] }

// Plain is the text of a string or number token without escapes.
func (d *Document) Plain(t *Token) string {
	raw := d.Raw(t)
	for i := range raw {
		if raw[i] == '\\' {
			return string(AppendPlain(nil, raw))
		}
	}
	return string(raw)
}

// AppendPlain appends the text of a string without escapes.
func AppendPlain(dst, raw []byte) []byte {
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

// Child is the token of a member by name, or of an item by index; -1 when
// there is none.
func (d *Document) Child(of int32, name string, index int) int32 {
	n := 0
	for i := of + 1; i < d.Tokens[of].Next; i = d.Tokens[i].Next {
		if name != "" && string(d.Key(&d.Tokens[i])) == name || name == "" && n == index {
			return i
		}
		n++
	}
	return -1
}
