// Package diag is the one record of what is wrong with a file: where, which
// rule, what was found and what was wanted.
//
// Text, JSON, the web page, TA1, 999 and 277CA are views of it. What a code
// means, what it rejects and which acknowledgment codes it maps to stands in
// the catalogue (the files of catalogue/), never in code.
//
// Bad input is a Diagnostic; a Go error means I/O or our own bug.
package diag

import (
	"strconv"
	"strings"
)

// Code names a rule: SNIP type, level, two-digit serial. 2407 prints as
// "E2407". Codes are append only: one that was published is never given
// another meaning.
type Code uint16

// String gives the form that people grep for, "E2407".
func (c Code) String() string {
	s := strconv.Itoa(int(c))
	return "E" + strings.Repeat("0", max(0, 4-len(s))) + s
}

// SNIP is the WEDI type of the rule, 1 to 7.
func (c Code) SNIP() int { return int(c) / 1000 }

// Level says what the rule is about.
func (c Code) Level() Level { return Level(int(c) / 100 % 10) }

// ParseCode reads "E2407", "e2407" or "2407".
func ParseCode(s string) (Code, bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "E"), "e")
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || len(s) != 4 {
		return 0, false
	}
	return Code(n), true
}

// Level is the second digit of a code.
type Level int

// The levels, from the outermost envelope to the business content.
const (
	LevelInterchange Level = 0
	LevelGroup       Level = 1
	LevelSet         Level = 2
	LevelSegment     Level = 3
	LevelElement     Level = 4
	LevelComponent   Level = 5
	LevelBusiness    Level = 9
)

// Pos says where in a file something stands. Counts start at 1; 0 is "none".
type Pos struct {
	Offset      int64  // byte offset of the segment in the file
	Interchange string // ISA13
	Group       string // GS06
	Transaction string // ST02
	Segment     int    // ordinal inside the set, ST is 1
	SegmentID   string // "CLM"
	Loop        string // "2300"; empty outside the guide
	Element     int
	Component   int
	Repetition  int
	Claim       string // patient control number; may be PHI
}

// Designator is the reference designator, "CLM05-2", "NM109", "HI".
func (p Pos) Designator() string {
	if p.SegmentID == "" || p.Element == 0 {
		return p.SegmentID
	}
	var b strings.Builder
	b.WriteString(p.SegmentID)
	if p.Element < 10 {
		b.WriteByte('0')
	}
	b.WriteString(strconv.Itoa(p.Element))
	if p.Component > 0 {
		b.WriteByte('-')
		b.WriteString(strconv.Itoa(p.Component))
	}
	return b.String()
}

// Diagnostic is one finding. Got is what stood in the file (it may be PHI and
// is masked unless asked for); Want is what the rule asks for, and never PHI.
type Diagnostic struct {
	Pos
	Code    Code
	Got     string
	Want    string
	Name    string  // what the guide calls the segment or element at Pos; may be empty
	Trigger Trigger // of a situation: what asks for the thing at Pos; zero where that is Pos itself
}

// Trigger is the place of what makes a segment or element required, or keeps it
// out: the situational trigger of a 999 (CTX).
type Trigger struct {
	Segment   int    // ordinal inside the set, ST is 1
	SegmentID string // empty: there is none
	Loop      string
	Element   int
	Component int
}

// Reporter takes findings as they are made.
type Reporter interface {
	Report(d Diagnostic)
}

// ReporterFunc makes a Reporter of a function.
type ReporterFunc func(d Diagnostic)

// Report calls f.
func (f ReporterFunc) Report(d Diagnostic) { f(d) }

// List collects findings up to a bound; what comes after it is counted.
type List struct {
	Items      []Diagnostic
	Limit      int // 0: DefaultLimit
	Suppressed int
	Errors     int // how many findings, kept or suppressed, are errors
}

// DefaultLimit is how many findings of a file are kept one by one.
const DefaultLimit = 1000

// Report adds a finding, or counts it when the list is full.
func (l *List) Report(d Diagnostic) {
	if d.Code.Severity() == Error {
		l.Errors++
	}
	limit := l.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	if len(l.Items) >= limit {
		l.Suppressed++
		return
	}
	l.Items = append(l.Items, d)
}
