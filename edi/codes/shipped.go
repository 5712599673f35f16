// Package codes holds code sets that others keep: which codes exist, and, as
// releases are loaded, from when to when.
//
// Shipped in the binary is only what is public domain or our own and small.
// A set that is not loaded makes an edit say "not checked", never "passed".
package codes

import (
	_ "embed"
	"strings"
)

// Set is a list of codes without dates.
type Set struct {
	Name  string
	codes map[string]struct{}
	short *[1 << 10]uint64 // codes of two bytes, a bit each; nil: others are in the set, too
	test  func([]byte) bool
}

// Has says whether the code is in the set. It does not allocate.
func (s *Set) Has(code []byte) bool {
	if s.test != nil {
		return s.test(code)
	}
	if s.short != nil {
		if len(code) != 2 {
			return false
		}
		i := uint(code[0])<<8 | uint(code[1])
		return s.short[i/64]&(1<<(i%64)) != 0
	}
	_, ok := s.codes[string(code)]
	return ok
}

// pack makes the bits of a set whose codes all have two bytes.
func (s *Set) pack() {
	var bits [1 << 10]uint64
	for c := range s.codes {
		if len(c) != 2 {
			return
		}
		i := uint(c[0])<<8 | uint(c[1])
		bits[i/64] |= 1 << (i % 64)
	}
	s.short = &bits
}

// Some gives codes of the set, for generated samples; nil where the set is a
// test rather than a list.
func (s *Set) Some() []string {
	list := make([]string, 0, len(s.codes))
	for c := range s.codes {
		list = append(list, c)
	}
	return list
}

//go:embed shipped.txt
var shippedText string

var shipped = parseShipped(shippedText)

// Shipped finds a set of the binary: "states", "countries", "currency", "pos",
// "npi" (a test of the check digit).
func Shipped(name string) (*Set, bool) {
	s, ok := shipped[name]
	return s, ok
}

// parseShipped reads `set NAME` lines, each followed by indented codes.
func parseShipped(text string) map[string]*Set {
	m := map[string]*Set{"npi": {Name: "npi", test: ValidNPI}}
	var cur *Set
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		f := strings.Fields(line)
		if line[0] != ' ' {
			cur = &Set{Name: f[1], codes: map[string]struct{}{}}
			m[f[1]] = cur
			continue
		}
		for _, c := range f {
			cur.codes[c] = struct{}{}
		}
	}
	for _, s := range m {
		if s.test == nil {
			s.pack()
		}
	}
	return m
}

// ValidNPI says whether b is a national provider identifier: ten digits, the
// first 1 or 2, the last the Luhn digit over 80840 and the first nine.
func ValidNPI(b []byte) bool {
	if len(b) != 10 || b[0] != '1' && b[0] != '2' {
		return false
	}
	sum := 24 // what the prefix 80840 adds
	for i := 9; i >= 0; i-- {
		d := int(b[i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if (9-i)%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
