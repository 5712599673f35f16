package diag

import (
	"embed"
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Severity says what a finding does to the file.
type Severity int

// A file with an Error is not valid; a Warning leaves it valid.
const (
	Error Severity = iota
	Warning
)

// String gives the word of the JSON contract.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Scope is how much a finding rejects when the receiver answers strictly.
type Scope int

// The scopes, narrowest first.
const (
	RejectsNothing Scope = iota
	RejectsLine
	RejectsClaim
	RejectsSet
	RejectsGroup
	RejectsInterchange
)

var scopeNames = map[string]Scope{
	"nothing": RejectsNothing, "line": RejectsLine, "claim": RejectsClaim,
	"set": RejectsSet, "group": RejectsGroup, "interchange": RejectsInterchange,
}

// Entry is everything the project says about a code.
type Entry struct {
	Code     Code
	Severity Severity
	Rejects  Scope
	TA1      string // TA105 note code
	AK9      string // AK905 group error
	IK5      string // IK502 set error
	IK3      string // IK304 segment error
	IK4      string // IK403 element error; IK304 is then 8
	Status   string // 277CA STC composite category:status[:entity]
	ID       string // CMS-style edit id, X222.2010BA.NM109.020, for SNIP 3 and up
	Message  string // {got} is never allowed here; {want}, {at} are
	Fix      string
	Bad      []Example
	Good     []Example
}

// Example is an edit of a base document of testdata: it is executed by a test.
// Base names the document; Find is the beginning of a segment of it; Replace
// is what stands instead (several segments joined by ~; empty removes it).
type Example struct {
	Base, Find, Replace string
}

//go:embed catalogue/*.txt
var catalogueFiles embed.FS

var catalogue = sync.OnceValue(func() map[Code]*Entry {
	m, err := readCatalogue()
	if err != nil {
		panic(err) // embedded at build time; a test reads it first
	}
	return m
})

// Severity is what the catalogue says of the code; unknown codes are errors.
func (c Code) Severity() Severity {
	if int(c) >= 10000 {
		return Error
	}
	if e := catalogue()[c]; e != nil {
		return e.Severity
	}
	return Error
}

// Missing says whether the finding is that a segment is missing.
func (c Code) Missing() bool {
	e, ok := Lookup(c)
	return ok && (e.IK3 == "3" || e.IK3 == "I6")
}

// Lookup finds the entry of a code.
func Lookup(c Code) (*Entry, bool) {
	e, ok := catalogue()[c]
	return e, ok
}

// Entries lists the catalogue in the order of codes.
func Entries() []*Entry {
	m := catalogue()
	list := make([]*Entry, 0, len(m))
	for _, e := range m {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list
}

// Message says in words what is wrong. It never holds what stood in the file.
func (d Diagnostic) Message() string {
	e, ok := Lookup(d.Code)
	if !ok {
		return "finding " + d.Code.String()
	}
	return expand(e.Message, d)
}

// Hint says what to do about it.
func (d Diagnostic) Hint() string {
	e, ok := Lookup(d.Code)
	if !ok {
		return ""
	}
	return expand(e.Fix, d)
}

func expand(s string, d Diagnostic) string {
	if !strings.Contains(s, "{") {
		return s
	}
	at, segment := d.Designator(), d.SegmentID
	switch {
	case d.Name == "":
	case d.Element > 0:
		at += " (" + d.Name + ")"
	default:
		segment += " (" + d.Name + ")"
	}
	loop := d.Loop
	switch {
	case loop != "":
		loop = "loop " + loop
	case d.Segment > 0:
		loop = "the transaction set"
	default:
		loop = "the envelope"
	}
	return strings.NewReplacer("{want}", d.Want, "{at}", at, "{segment}", segment, "{loop}", loop).Replace(s)
}

func readCatalogue() (map[Code]*Entry, error) {
	files, err := catalogueFiles.ReadDir("catalogue")
	if err != nil {
		return nil, err
	}
	m := make(map[Code]*Entry)
	for _, f := range files {
		b, err := catalogueFiles.ReadFile("catalogue/" + f.Name())
		if err != nil {
			return nil, err
		}
		if err := parseCatalogue(m, f.Name(), string(b)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// parseCatalogue reads one file of the form described at the top of
// catalogue/snip1.txt.
func parseCatalogue(m map[Code]*Entry, name, text string) error {
	var e *Entry
	for n, line := range strings.Split(text, "\n") {
		fail := func(format string, a ...any) error {
			return fmt.Errorf("%s:%d: %s", name, n+1, fmt.Sprintf(format, a...))
		}
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] != ' ' {
			c, ok := ParseCode(strings.TrimSpace(line))
			if !ok {
				return fail("want a code, got %q", line)
			}
			if m[c] != nil {
				return fail("%v stands twice", c)
			}
			e = &Entry{Code: c}
			m[c] = e
			continue
		}
		if e == nil {
			return fail("a line before the first code")
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "severity":
			switch rest {
			case "error":
				e.Severity = Error
			case "warning":
				e.Severity = Warning
			default:
				return fail("severity is error or warning, got %q", rest)
			}
		case "rejects":
			s, ok := scopeNames[rest]
			if !ok {
				return fail("unknown scope %q", rest)
			}
			e.Rejects = s
		case "ta1":
			e.TA1 = rest
		case "ak9":
			e.AK9 = rest
		case "ik5":
			e.IK5 = rest
		case "ik3":
			e.IK3 = rest
		case "ik4":
			e.IK4 = rest
		case "status":
			e.Status = rest
		case "id":
			e.ID = rest
		case "message":
			e.Message = rest
		case "fix":
			e.Fix = rest
		case "bad", "good":
			ex, err := parseExample(rest)
			if err != nil {
				return fail("%v", err)
			}
			if word == "bad" {
				e.Bad = append(e.Bad, ex)
			} else {
				e.Good = append(e.Good, ex)
			}
		default:
			return fail("unknown word %q", word)
		}
	}
	return nil
}

func parseExample(s string) (Example, error) {
	base, edit, ok := strings.Cut(s, ":")
	if !ok {
		return Example{}, fmt.Errorf("an example is `base: find => replace`, got %q", s)
	}
	find, replace, ok := strings.Cut(edit, "=>")
	if !ok && strings.TrimSpace(edit) != "" {
		return Example{}, fmt.Errorf("an example is `base: find => replace`, got %q", s)
	}
	return Example{Base: strings.TrimSpace(base), Find: strings.TrimSpace(find), Replace: strings.TrimSpace(replace)}, nil
}
