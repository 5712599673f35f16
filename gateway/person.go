package gateway

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// People are found by a text that is made of their names and the day of their
// birth: what people write in more than one way (case, accents, hyphens, blanks)
// is the same in it.

// personApart stands between the parts of such a text; it is in none of them, and comes
// before all letters, so that a whole name comes before those that begin with it.
const personApart = ","

// NotIndexed is what stands in its place for claims that came before there was
// one, until it is made. No name is folded to it.
const NotIndexed = "?"

// plainLetters are those that are letters of their own and are written with others
// where a keyboard has none of them.
var plainLetters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ħ", "h", "ı", "i")

// FoldName is a name without what people write in more than one way.
func FoldName(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x80
	}
	if !plain {
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if plain {
		return b.String()
	}
	return plainLetters.Replace(b.String())
}

// maxPersonName bounds each name in the text.
const maxPersonName = 40

func foldedPart(s string) string {
	r := []rune(FoldName(s))
	return string(r[:min(len(r), maxPersonName)])
}

// PersonKey is the text by which a person is found: last name, first name, and
// date of birth (CCYYMMDD); empty without a last name.
func PersonKey(last, first, born string) string {
	last = foldedPart(last)
	if last == "" {
		return ""
	}
	return last + personApart + foldedPart(first) + personApart + born
}

// PersonQuery picks people by folded names. First and Born may be empty.
type PersonQuery struct {
	Last  string // a last name, or how it begins
	Whole bool   // it is the whole last name
	First string // how the first name begins
	Born  string // CCYYMMDD
}

// Range gives the first text that may be among those that are picked, and the first
// after them that is not; and what a text among them matches (LIKE), empty where all do.
func (q PersonQuery) Range() (from, until, like string) {
	from = q.Last
	switch {
	case q.Whole && q.First != "":
		from += personApart + q.First
	case q.Whole:
		from += personApart
	case q.First != "":
		like = "%" + personApart + q.First + "%"
	}
	if q.Born != "" {
		if like == "" {
			like = "%"
		}
		like += personApart + q.Born
	}
	return from, from + "\U0010FFFF", like
}

// PersonQueries reads what somebody types to find a person: "Marsh", "Marsh, Le",
// "Lena Marsh", "Marsh Lena 1980-01-31". It gives the ways in which it can be meant,
// the likeliest first; none where it is no name. A last name has at least two
// letters.
func PersonQueries(text string) []PersonQuery {
	born := ""
	var words []string
	comma := -1
	for _, w := range strings.Fields(strings.ReplaceAll(text, ",", " , ")) {
		switch day := dayOfBirth(w); {
		case w == ",":
			if comma < 0 {
				comma = len(words)
			}
		case day != "" && born == "":
			born = day
		default:
			// A number is of a claim or a check, and of nobody's name.
			if strings.ContainsFunc(w, unicode.IsDigit) {
				return nil
			}
			words = append(words, w)
		}
	}
	joined := func(words []string) string { return foldedPart(strings.Join(words, "")) }
	var all []PersonQuery
	add := func(q PersonQuery) {
		q.Born = born
		if len([]rune(q.Last)) >= 2 {
			all = append(all, q)
		}
	}
	n := len(words)
	switch {
	case n == 0 || n > 8:
	case comma > 0:
		add(PersonQuery{Last: joined(words[:comma]), First: joined(words[comma:])})
	default:
		add(PersonQuery{Last: joined(words)})
		if n > 1 {
			add(PersonQuery{Last: joined(words[n-1:]), Whole: true, First: joined(words[:n-1])})
			add(PersonQuery{Last: joined(words[:1]), Whole: true, First: joined(words[1:])})
		}
		if n > 2 {
			add(PersonQuery{Last: joined(words[1:]), Whole: true, First: joined(words[:1])})
			add(PersonQuery{Last: joined(words[:n-1]), Whole: true, First: joined(words[n-1:])})
		}
	}
	return all
}

// dayOfBirth reads a day as people type it, 1980-01-31, 01/31/1980 or 19800131;
// empty: it is none.
func dayOfBirth(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '-' || r == '/' || r == '.' {
			return -1
		}
		return r
	}, s)
	if len(digits) != 8 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	if parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' || r == '.' }); len(parts) == 3 && len(parts[2]) == 4 {
		digits = digits[4:] + digits[:4]
	}
	if digits < "18500101" || digits > "21000000" || digits[4:6] < "01" || digits[4:6] > "12" || digits[6:] < "01" || digits[6:] > "31" {
		return ""
	}
	return digits
}
