package intake

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// form is what the text of a field must look like, whatever it means.
type form struct {
	kind     formKind
	max      int // characters; 0: plainMax
	words    *vocabulary
	required bool
}

type formKind uint8

const (
	plain    formKind = iota // any text
	amount                   // dollars and cents
	quantity                 // a decimal number
	day                      // a date
	yesNo                    // true or false
	word                     // one of a list
	pointer                  // the number or letter of a diagnosis
	hour                     // a time of day
)

// plainMax is how long a text is that says nothing of its own; longer ones
// belong into notes.
const plainMax = 80

func text(max int) form        { return form{max: max} }
func oneOf(v *vocabulary) form { return form{kind: word, words: v} }
func needed(k form) form       { k.required = true; return k }
func (k form) numeric() bool   { return k.kind == amount || k.kind == quantity || k.kind == pointer }
func isYes(s string) bool      { return affirmation(s) == 'Y' }
func isNo(s string) bool       { return affirmation(s) == 'N' }

func (k form) limit() int {
	if k.max > 0 {
		return k.max
	}
	return plainMax
}

// The forms without a bound or list of their own.
var (
	dollars = form{kind: amount}
	number  = form{kind: quantity}
	date    = form{kind: day}
	truth   = form{kind: yesNo}
	points  = form{kind: pointer}
	clock   = form{kind: hour}
)

// affirmation reads yes and no in the spellings of CSV exports, and gives Y, N
// or 0.
func affirmation(s string) byte {
	switch strings.ToLower(s) {
	case "yes", "y", "true":
		return 'Y'
	case "no", "n", "false":
		return 'N'
	}
	return 0
}

// fault says what is wrong with the form of a text; 0 when nothing is.
func (k form) fault(s string) (code diag.Code, want string) {
	switch k.kind {
	case amount:
		if a, ok := readAmount(s); !ok || a > maxAmount || a < -maxAmount {
			return codeAmount, ""
		}
	case quantity:
		if q := money.Quantity(s); !q.Valid() || len(s) > 15 {
			return codeNumber, ""
		}
	case day:
		if readDay(s) == "" {
			return codeDate, ""
		}
	case yesNo:
		if affirmation(s) == 0 {
			return codeWord, "yes or no"
		}
	case word:
		if k.words.code(s) == "" {
			return codeWord, k.words.offer(s)
		}
	case pointer:
		if readPointer(s) == "" {
			return codePointerForm, ""
		}
	case hour:
		if readHour(s) == "" {
			return codeHour, ""
		}
	default:
		if n := utf8.RuneCountInString(s); n > k.limit() {
			return codeTextTooLong, strconv.Itoa(k.limit())
		}
		if _, ok := fold(s); !ok {
			return codeCharacters, ""
		}
	}
	return 0, ""
}

// maxAmount is what fits the amounts of a claim, 99,999,999.99.
const maxAmount money.Amount = 99_999_999_99

// readAmount reads dollars and cents; a currency sign, blanks or thousands
// separators are not guessed at.
func readAmount(s string) (money.Amount, bool) {
	a, err := money.Parse(s)
	return a, err == nil
}

// readDay reads a date as 2026-10-15, 20261015 or 10/15/2026 and gives it as
// CCYYMMDD, or "". Years have four digits: nothing is guessed.
func readDay(s string) string {
	var d string
	switch {
	case len(s) == 10 && s[4] == '-' && s[7] == '-':
		d = s[:4] + s[5:7] + s[8:]
	case len(s) == 8 && !strings.ContainsAny(s, "/-"):
		d = s
	default:
		month, rest, _ := strings.Cut(s, "/")
		day, year, _ := strings.Cut(rest, "/")
		if len(year) != 4 || len(month) == 0 || len(month) > 2 || len(day) == 0 || len(day) > 2 {
			return ""
		}
		d = year + strings.Repeat("0", 2-len(month)) + month + strings.Repeat("0", 2-len(day)) + day
	}
	if len(d) != 8 || !allDigits(d) || !x12.ValidDate([]byte(d)) || d < "18500101" {
		return ""
	}
	return d
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// readPointer reads the number of a diagnosis, 1 to 12, or its letter on the
// paper form, A to L, and gives the number.
func readPointer(s string) string {
	if len(s) == 1 {
		switch c := s[0] | 0x20; {
		case c >= 'a' && c <= 'l':
			return strconv.Itoa(int(c-'a') + 1)
		}
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return strconv.Itoa(n)
	}
	return ""
}

// readHour reads a time of day as 0830, 08:30, or the hour alone, 08, and gives
// it as HHMM, or "".
func readHour(s string) string {
	d := s
	if i := strings.IndexByte(s, ':'); i == 1 || i == 2 {
		d = strings.Repeat("0", 2-i) + s[:i] + s[i+1:]
	} else if len(s) <= 2 {
		d = strings.Repeat("0", 2-len(s)) + s + "00"
	}
	if len(d) != 4 || s == "" || !allDigits(d) || d[:2] > "23" || d[2:] > "59" {
		return ""
	}
	return d
}
