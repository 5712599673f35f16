package codes

import "strings"

// Sides of the body, as the values of codes of ICD-10-CM. A code of both is
// right and left; one that leaves the side open, where others say it, is
// unspecified.
const (
	SideRight       = 1
	SideLeft        = 2
	SideUnspecified = 4
)

var sideWords = []struct {
	word string
	side int
}{{"bilateral", SideRight | SideLeft}, {"right", SideRight}, {"left", SideLeft}, {"unspecified", SideUnspecified}}

// sideOf takes the side out of a title: its words without it.
func sideOf(long string) (side int, without string) {
	title := strings.ToLower(long)
	for _, w := range sideWords {
		at := wordIn(title, w.word)
		if at < 0 {
			continue
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(title[at+len(w.word):], " side"), " ")
		return w.side, strings.Trim(strings.ReplaceAll(title[:at]+rest, ", ,", ","), " ,")
	}
	return 0, title
}

// wordIn finds a word among words.
func wordIn(s, word string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		if (i == 0 || s[i-1] == ' ' || s[i-1] == '(') && (end == len(s) || s[end] == ' ' || s[end] == ',' || s[end] == ')') {
			return i
		}
		from = end
	}
}

// markSides says of each code which side it is of. One that is unspecified is
// marked only where codes that differ from it in one character name both sides in
// the same words.
func markSides(list []Entry) {
	type key struct{ code, words string }
	named := map[key]int{}
	each := func(visit func(e *Entry, side int, k key)) {
		for i := range list {
			e := &list[i]
			if e.Heading || len(e.Code) < 5 {
				continue
			}
			side, words := sideOf(e.Long)
			if side == 0 {
				continue
			}
			for at := 3; at < len(e.Code); at++ {
				visit(e, side, key{e.Code[:at] + "." + e.Code[at+1:], words})
			}
		}
	}
	each(func(e *Entry, side int, k key) {
		if side != SideUnspecified {
			e.Value = side
			named[k] |= side
		}
	})
	each(func(e *Entry, side int, k key) {
		if side == SideUnspecified && named[k] == SideRight|SideLeft {
			e.Value = SideUnspecified
		}
	})
}

// Sided lists the codes that name the side which a code leaves open.
func (s *System) Sided(code string, day int) (list []string) {
	if s == nil {
		return nil
	}
	for _, r := range s.others {
		if !r.Covers(day) {
			continue
		}
		e, ok := r.Entry(code, day)
		if !ok || e.Value != SideUnspecified {
			return nil
		}
		_, words := sideOf(e.Long)
		for at := 3; at < len(code); at++ {
			r.Starting(code[:at], func(o Entry) bool {
				if len(o.Code) == len(code) && o.Code[at+1:] == code[at+1:] && o.Code != code && (o.Value == SideRight || o.Value == SideLeft) {
					if full, ok := r.Entry(o.Code, day); ok {
						if _, w := sideOf(full.Long); w == words {
							list = append(list, o.Code)
						}
					}
				}
				return len(list) < 8
			})
			if len(list) > 1 {
				return list
			}
			list = nil
		}
		return nil
	}
	return nil
}
