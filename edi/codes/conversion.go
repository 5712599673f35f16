package codes

import (
	"io"
	"regexp"
	"strconv"
	"strings"
)

// The conversion table says of each new code of ICD-10-CM since when it is, and
// which codes it was taken from. It is kept the other way round: of each code
// that was given up or divided, what came of it.

var spanOfCodes = regexp.MustCompile(`^([A-Z][0-9A-Z.]+)\s*-\s*([A-Z][0-9A-Z.]+)$`)

// maxSpan bounds a range such as H02.101-H02.106.
const maxSpan = 200

// readConversion reads the rows of the conversion table: current code, year or
// day since when, previous codes.
func readConversion(name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: Conversion, Name: filepathBase(name), From: 20151001}
	if label, from, _ := fiscal(name); from != 0 {
		out.Name = label
	} else if m := regexp.MustCompile(`(?i)fy(20\d\d)`).FindStringSubmatch(name); m != nil {
		out.Name = "FY" + m[1]
	}
	after := map[string][]string{} // of a code: what replaced it, newest year last
	since := map[string]int{}
	var order []string
	started := false
	err := rows(r, func(n int, f []string) error {
		if len(f) < 3 || !started {
			started = started || len(f) >= 3 && strings.Contains(strings.ToLower(f[0]), "current code")
			return nil
		}
		current := plain(f[0])
		if current == "" {
			return nil
		}
		day, ok := conversionDay(f[1])
		if !ok || !isCode(current) || formOf(ICD10CM, current) != "" {
			return &LineError{n, "it has not a code, the year or day since when, and the codes before"}
		}
		for _, c := range codesIn(f[2]) {
			if len(after[c]) == 0 {
				order = append(order, c)
			}
			after[c] = append(after[c], current)
			since[c] = max(since[c], day)
		}
		return nil
	})
	for n, c := range order {
		if err == nil {
			err = out.add(n+1, Entry{Code: c, Value: since[c], Long: strings.Join(after[c], " ")})
		}
	}
	return out.done(err)
}

func plain(s string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), ".", ""))
}

// codesIn takes codes out of a cell: "A and B", "A, B", "A; B", "A1-A3".
func codesIn(cell string) (list []string) {
	cell = strings.NewReplacer(" and ", ",", ";", ",", "\n", ",", " or ", ",").Replace(cell)
	for _, part := range strings.Split(cell, ",") {
		part = strings.TrimSpace(part)
		if m := spanOfCodes.FindStringSubmatch(part); m != nil {
			list = append(list, between(plain(m[1]), plain(m[2]))...)
			continue
		}
		if c := plain(part); isCode(c) && formOf(ICD10CM, c) == "" && len(c) <= 7 {
			list = append(list, c)
		}
	}
	return list
}

// between lists the codes of a range whose ends differ in their last digit.
func between(a, b string) []string {
	n := len(a) - 1
	if len(a) != len(b) || n < 2 || a[:n] != b[:n] || a[n] > b[n] {
		return []string{a, b}
	}
	var list []string
	for c := a[n]; c <= b[n] && len(list) < maxSpan; c++ {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			list = append(list, a[:n]+string(c))
		}
	}
	return list
}

// conversionDay reads a year, from whose October codes hold, or a day as
// spreadsheets count them.
func conversionDay(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	switch {
	case err != nil:
		return tableDay(s)
	case n > 2000 && n < 2100:
		return n*10000 + 1001, true
	case n > 30000 && n < 80000:
		return serialDay(n), true
	}
	return 0, false
}

// ReplacedBy says what a code was replaced by, or divided into, and since when
// (CCYYMMDD), by the conversion tables that are loaded; most bounds the list.
func (l *Library) ReplacedBy(code string, day, most int) (list []string, since int) {
	s := l.System(Conversion)
	if s == nil {
		return nil, 0
	}
	seen := map[string]bool{}
	next := []string{code}
	for depth := 0; depth < 4 && len(next) > 0; depth++ {
		var more []string
		for _, c := range next {
			e, ok := s.Ever(c)
			if !ok {
				continue
			}
			if since == 0 {
				since = e.Value
			}
			for _, by := range strings.Fields(e.Long) {
				if seen[by] || by == code || len(list) >= most {
					continue
				}
				seen[by] = true
				switch standing, _ := l.System(ICD10CM).Judge(by, day); standing {
				case Valid, NotLoaded:
					list = append(list, by)
				default:
					more = append(more, by) // was replaced in its turn
				}
			}
		}
		next = more
	}
	return list, since
}
