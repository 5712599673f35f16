package ack

import (
	"slices"
	"strings"
	"unicode/utf8"

	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// An answer repeats what the sender wrote: identifiers, control numbers, names,
// bad values. What was wrong there must not make the answer wrong, since an
// answer that cannot be read tells nobody anything. So everything that is
// repeated passes through here: it is cut to the length of its new place,
// characters that have no place in X12 or would be our delimiters become blanks,
// and what is still not fit gives way to a plain stand-in.

// echo makes a value fit for an element of at most so many characters.
func echo(s string, most int) string {
	fit := true
	for i := 0; i < len(s) && fit; i++ {
		fit = s[i] >= 0x20 && s[i] < 0x7f && s[i] != '*' && s[i] != '~' && s[i] != ':' && s[i] != '^'
	}
	if !fit {
		s = plainLetters(s)
		s = strings.Map(func(r rune) rune {
			if r < 0x20 || r > 0x7e || r == '*' || r == '~' || r == ':' || r == '^' {
				return ' '
			}
			return r
		}, s)
	}
	s = strings.TrimSpace(s)
	if len(s) > most {
		s = strings.TrimRight(s[:most], " ")
	}
	return strings.Clone(s)
}

// plain are the letters that stand in for those of other alphabets' Latin.
var plain = strings.NewReplacer(
	"À", "A", "Á", "A", "Â", "A", "Ã", "A", "Ä", "A", "Å", "A", "Æ", "AE", "Ç", "C", "È", "E", "É", "E", "Ê", "E", "Ë", "E", "Ì", "I", "Í", "I", "Î", "I", "Ï", "I",
	"Ñ", "N", "Ò", "O", "Ó", "O", "Ô", "O", "Õ", "O", "Ö", "O", "Ø", "O", "Ù", "U", "Ú", "U", "Û", "U", "Ü", "U", "Ý", "Y", "ß", "ss",
	"à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "æ", "ae", "ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e", "ì", "i", "í", "i", "î", "i", "ï", "i",
	"ñ", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y")

// plainLetters takes the marks off letters, in UTF-8 and in Latin-1, so that a
// name stays one that people know.
func plainLetters(s string) string {
	if !utf8.ValidString(s) {
		r := make([]rune, len(s))
		for i := range len(s) {
			r[i] = rune(s[i])
		}
		s = string(r)
	}
	return plain.Replace(s)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// qualifiers are what ISA05 and ISA07 may be.
var qualifiers = []string{"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"}

func echoQualifier(s string) string {
	if slices.Contains(qualifiers, s) {
		return s
	}
	return "ZZ"
}

func echoID(s string) string { return or(echo(s, 15), "UNKNOWN") }

func echoUsage(s string) string {
	if s == "P" {
		return "P"
	}
	return "T"
}

// functionalIDs are the groups that a 999 may answer, with the set in each.
var functionalIDs = map[string]string{"BE": "834", "HB": "271", "HC": "837", "HI": "278", "HN": "277", "HP": "835", "HR": "276", "HS": "270", "PI": "275", "RA": "820"}

// echoGroup gives AK101: the group's own identifier, or the one that goes with
// its first set.
func echoGroup(id, set string) string {
	if functionalIDs[id] != "" {
		return id
	}
	for f, s := range functionalIDs {
		if s == set {
			return f
		}
	}
	return "HC"
}

// echoNumber gives a control number that is a whole number of at most nine
// digits.
func echoNumber(s string) string {
	if isDigits(s) && len(s) <= 9 {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	return or(s[:min(len(s), 9)], "0")
}

// echoSet gives AK201: the set's own identifier where a 999 may name it.
func echoSet(id, functionalID string) string {
	for _, s := range functionalIDs {
		if s == id {
			return id
		}
	}
	return or(functionalIDs[functionalID], "837")
}

// echoControl gives AK202: four to nine characters.
func echoControl(s string) string {
	s = strings.ReplaceAll(echo(s, 9), " ", "0")
	for len(s) < 4 {
		s = "0" + s
	}
	return s
}

// echoSegment gives IK301: two or three capitals and digits.
func echoSegment(id string) string {
	if len(id) < 2 || len(id) > 3 {
		return "UNK"
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return "UNK"
		}
	}
	return id
}

// echoName makes a name fit for an NM1 of a 277CA, which wants an identifier.
func echoName(n status.Name) status.Name {
	n.Last, n.First, n.Middle, n.Suffix = or(echo(n.Last, 60), "UNKNOWN"), echo(n.First, 35), echo(n.Middle, 25), echo(n.Suffix, 10)
	n.IDQualifier, n.Value = echo(n.IDQualifier, 2), echoIdentifier(n.Value)
	if n.Entity != "1" {
		n.Entity = "2"
	}
	if n.Entity == "2" {
		n.First, n.Middle, n.Suffix = "", "", ""
	}
	return n
}

// echoIdentifier makes an identifier fit for NM109, or gives "".
func echoIdentifier(s string) string {
	if s = echo(s, 80); len(s) < 2 {
		return ""
	}
	return s
}

// echoDay gives a date that is one, or "".
func echoDay(s string) string {
	if !x12.ValidDate([]byte(s)) {
		return ""
	}
	return strings.Clone(s)
}
