package codes

import (
	"hash/fnv"
	"io"
	"strings"
)

// Sides of the body, as the values of codes of ICD-10-CM. A code of both is
// right and left; one that leaves the side open, where others say it, is
// unspecified.
const (
	SideRight       = 1
	SideLeft        = 2
	SideUnspecified = 4

	// SideOf is the part of a value that is the side. The rest is a digest of the
	// title without the side: codes of the two sides have the same.
	SideOf = 7
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
	value := func(side int, words string) int {
		h := fnv.New32a()
		io.WriteString(h, words)
		return side | int(h.Sum32()>>4)<<3
	}
	each(func(e *Entry, side int, k key) {
		if side != SideUnspecified {
			e.Value = value(side, k.words)
			named[k] |= side
		}
	})
	each(func(e *Entry, side int, k key) {
		if side == SideUnspecified && named[k] == SideRight|SideLeft {
			e.Value = value(SideUnspecified, k.words)
		}
	})
}

// Sided lists the codes that name the side which a code leaves open.
func (s *System) Sided(code string, day int) (list []string) {
	if s == nil || len(code) < 5 {
		return nil
	}
	for _, r := range s.others {
		if !r.Covers(day) {
			continue
		}
		v, ok := r.Value(code, day)
		if !ok || v&SideOf != SideUnspecified {
			return nil
		}
		var buf [16]byte
		near := buf[:copy(buf[:], code)]
		// The side is most often said by the last character, or the last before that
		// of the encounter.
		for at := min(len(near)-1, 5); at >= 3; at-- {
			both := 0
			for _, c := range []byte("123456780ABCDEFGHIJKLMNOPQRSTUVWXYZ9") {
				near[at] = c
				w, ok := r.Value(string(near), day)
				if ok && w&^SideOf == v&^SideOf && (w&SideOf == SideRight || w&SideOf == SideLeft) {
					list, both = append(list, string(near)), both|w&SideOf
				}
				if both == SideRight|SideLeft {
					return list // what is of both sides is not looked for
				}
			}
			near[at], list = code[at], nil
		}
		return nil
	}
	return nil
}
