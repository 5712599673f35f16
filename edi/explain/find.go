package explain

import (
	"slices"
	"strings"

	"claimwire/edi/diag"
)

// Result is everything that a query may mean.
type Result struct {
	Query       string
	Diagnostics []*diag.Entry // our own finding codes
	Meanings    []*Entry
	// Parts says that Meanings belong together, as the group and reason of
	// "CO-45" or category, status and entity of "A7:507:85", rather than being
	// different things that the query may mean.
	Parts bool
	// Sentence says a claim status composite as a whole; else empty.
	Sentence string
	// Wordless are codes of the query that exist and are not explained here.
	Wordless []Wordless
	// Unknown are parts of the query that are in no list.
	Unknown []string
}

// Wordless is a code that exists, as far as its list says, and is not
// explained here.
type Wordless struct {
	List *List
	Code string
}

// Ambiguous says whether the query may mean different things.
func (r Result) Ambiguous() bool {
	return !r.Parts && len(r.Meanings)+len(r.Diagnostics) > 1
}

// Found says whether there are words for all of the query.
func (r Result) Found() bool {
	if r.Parts && len(r.Wordless)+len(r.Unknown) > 0 {
		return false
	}
	return len(r.Meanings)+len(r.Diagnostics) > 0
}

// maxQuery bounds what is looked at; no code is that long.
const maxQuery = 64

// Find reads a code as people write it: "E2407", "CO-45", "45", "N381",
// "A7:507:85", "TA1:025", "IK403:7", "PLB WO", "CLP02=22", "POS:11",
// "18842-5", and the id of an edit, "X222.2300.CLM02.010". Letters may be small.
func Find(query string) Result {
	r := Result{Query: query}
	q := strings.ToUpper(strings.TrimSpace(query))
	if q == "" || len(q) > maxQuery {
		return r
	}
	if c, ok := diag.ParseCode(q); ok {
		if e, ok := diag.Lookup(c); ok {
			r.Diagnostics = append(r.Diagnostics, e)
		}
		return r
	}
	if strings.Count(q, ".") >= 2 { // the id of an edit
		for _, e := range diag.Entries() {
			if e.ID == q {
				r.Diagnostics = append(r.Diagnostics, e)
			}
		}
		return r
	}
	lib := library()
	if list, code, ok := lib.named(q); ok {
		r.Parts = strings.Contains(code, ":") || list.Name == "carc" && strings.Contains(code, "-")
		if !r.Parts {
			r.add(list, code)
			return r
		}
		q = code
	}
	if r.adjustment(lib, q) || r.status(lib, q) {
		r.Parts = true
		return r
	}
	r.Parts = false
	for _, l := range lib.order {
		r.add(l, q)
	}
	return r
}

// add looks a code up in a list and says whether the list has it.
func (r *Result) add(l *List, code string) bool {
	if e, ok := l.Lookup(code); ok {
		r.Meanings = append(r.Meanings, e)
		return true
	}
	if l.Known(code) {
		r.Wordless = append(r.Wordless, Wordless{List: l, Code: l.normal(code)})
		return true
	}
	return false
}

// addPart looks up a part of a composite, which must be in its list.
func (r *Result) addPart(l *List, code string) {
	if !r.add(l, code) {
		r.Unknown = append(r.Unknown, code)
	}
}

// named reads a code with the name of its list before it.
func (lib *Library) named(q string) (*List, string, bool) {
	i := strings.IndexAny(q, ":=*/ ")
	if i < 0 {
		return nil, "", false
	}
	name, code := q[:i], strings.TrimLeft(q[i:], ":=*/ ")
	if code == "" {
		return nil, "", false
	}
	for _, l := range lib.order {
		if strings.EqualFold(l.Name, name) || slices.Contains(l.Aliases, name) {
			return l, code, true
		}
	}
	return nil, "", false
}

// adjustment reads "CO-45", "CO 45", "CO45": a claim adjustment group with a
// reason.
func (r *Result) adjustment(lib *Library, q string) bool {
	if len(q) < 3 {
		return false
	}
	group, ok := lib.lists["group"].Lookup(q[:2])
	if !ok {
		return false
	}
	reason := strings.TrimLeft(q[2:], "-: *")
	if reason == "" {
		return false
	}
	if !lib.lists["carc"].Known(reason) {
		return false
	}
	r.Meanings = append(r.Meanings, group)
	r.addPart(lib.lists["carc"], reason)
	return true
}

// status reads the composite of an STC: "A7:507:85", "R4:18842-5::LOI".
func (r *Result) status(lib *Library, q string) bool {
	parts := strings.FieldsFunc(q, func(c rune) bool { return c == ':' || c == '>' })
	if len(parts) < 2 || !lib.lists["category"].Known(parts[0]) {
		return false
	}
	r.addPart(lib.lists["category"], parts[0])
	if isLOINC(parts[1]) {
		r.addPart(lib.lists["loinc"], parts[1])
	} else {
		r.addPart(lib.lists["status"], parts[1])
	}
	entity := ""
	if len(parts) > 2 && parts[2] != "LOI" {
		entity = parts[2]
		r.addPart(lib.lists["entity"], entity)
	}
	r.Sentence = Status(parts[0], parts[1], entity)
	return true
}

// isLOINC says whether a code has LOINC's form: digits, a hyphen, one digit.
func isLOINC(s string) bool {
	n, check, ok := strings.Cut(s, "-")
	return ok && allDigits(n) && len(check) == 1 && allDigits(check)
}
