package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold gives a text in the characters that every receiver takes: capital
// letters, digits and the signs of the extended set, one blank where there
// were several. Accents are left out (José is JOSE), typographic quotes and
// dashes become plain ones, and the signs that most interchanges use to
// separate become others (10:30 is 10.30), since a writer would leave them out.
// ok is false when a character has no such form; it is left out.
func fold(s string) (folded string, ok bool) {
	ok = true
	if plainCapitals(s) {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	add := func(text string) {
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteString(text)
	}
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0':
			blank = true
		case unicode.Is(unicode.Mn, r):
			// The accent of the letter before.
		case r < utf8.RuneSelf && r > ' ' && r != 0x7f:
			switch r {
			case '`', '^':
				r = '\''
			case ':':
				r = '.'
			case '~':
				r = '-'
			case '*':
				blank = true
				continue
			}
			add(string(unicode.ToUpper(r)))
		default:
			text, known := spellings[r]
			if !known {
				ok = false
				continue
			}
			add(text)
		}
	}
	return b.String(), ok
}

// plainCapitals says whether fold has nothing to do.
func plainCapitals(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c >= 'a' && c <= 'z' || strings.IndexByte("`^:*~", c) >= 0 || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// spellings are what stands for letters and signs that are no letter with an
// accent.
var spellings = map[rune]string{
	'ß': "SS", 'ẞ': "SS", 'æ': "AE", 'Æ': "AE", 'œ': "OE", 'Œ': "OE", 'ø': "O", 'Ø': "O", 'ł': "L", 'Ł': "L",
	'đ': "D", 'Đ': "D", 'ð': "D", 'Ð': "D", 'þ': "TH", 'Þ': "TH", 'ı': "I",
	'‘': "'", '’': "'", '‚': "'", '“': "\"", '”': "\"", '„': "\"", '–': "-", '—': "-", '‐': "-", '‑': "-",
	'…': "...", '•': "-", '·': ".", '×': "X", '÷': "/", '°': " DEG", '½': "1/2", '¼': "1/4", '¾': "3/4", 'µ': "U", 'μ': "U",
	'®': "", '™': "", '©': "", '\u200b': "", '\ufeff': "",
}
