package rule

import (
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

const (
	codeSetsIncluded diag.Code = 3931
	codeSetsReceived diag.Code = 3932
	codeSetsAccepted diag.Code = 3933
	codeGroupStatus  diag.Code = 4233
	codeSetStatus    diag.Code = 4234
)

// Answer is what a 999 says of a group.
type Answer struct {
	Source                       record.Source
	At                           x12.At // AK9
	Status                       string // AK901
	Codes                        []string
	Included, Received, Accepted int // AK902, AK903, AK904
	Sets                         []AnsweredSet
}

// AnsweredSet is what a 999 says of a set.
type AnsweredSet struct {
	At     x12.At // IK5
	Status string // IK501
	Errors bool   // errors are listed
}

// Answers checks implementation acknowledgments (999): what AK9 counts is what
// stands above it. A set that was accepted need not be listed.
type Answers struct {
	Types  Types
	Report diag.Reporter
}

// AnswerCodes are the codes that rules of implementation acknowledgments say.
func AnswerCodes() []diag.Code {
	return []diag.Code{codeSetsIncluded, codeSetsReceived, codeSetsAccepted, codeGroupStatus, codeSetStatus}
}

// Check checks one.
func (c *Answers) Check(a *Answer) {
	if a.At.Offset == 0 {
		return // no AK9, which the guide says
	}
	for i := range a.Sets {
		if s := a.Sets[i].Status; len(s) != 1 || !strings.Contains("AERMWX", s) {
			return // no verdict, which the guide says
		}
	}
	if c.Types.Has(3) && c.counts(a) || !c.Types.Has(4) {
		return
	}
	c.statuses(a)
}

// counts says whether a count is wrong.
func (c *Answers) counts(a *Answer) bool {
	listed, refused := len(a.Sets), 0
	for i := range a.Sets {
		if rejects(a.Sets[i].Status) {
			refused++
		}
	}
	switch {
	case a.Included != a.Received && listed == a.Received && !slices.Contains(a.Codes, "5"):
		c.say(codeSetsIncluded, a, 2, a.Included, a.Received)
	case listed > a.Received || a.Included != a.Received && listed == a.Included && !slices.Contains(a.Codes, "5"):
		c.say(codeSetsReceived, a, 3, a.Received, listed)
	case a.Accepted > a.Received-refused, a.Accepted < a.Received-refused && (listed == a.Received || listed > 0 && len(a.Codes) == 0):
		// What is refused is listed, unless the whole group is.
		c.say(codeSetsAccepted, a, 4, a.Accepted, a.Received-refused)
	default:
		return false
	}
	return true
}

// statuses compares the verdict on the group with those on the sets, and those
// with what is listed.
func (c *Answers) statuses(a *Answer) {
	noted, whole := false, true
	for i := range a.Sets {
		s := &a.Sets[i]
		noted = noted || s.Status == "E" || s.Errors
		if s.Status == "A" && s.Errors {
			whole = false
			c.report(codeSetStatus, a, place{s.At, "2000", "IK5", 1, 0}, s.Status, "E")
		}
	}
	if !whole {
		return
	}
	want := a.Status
	switch {
	case rejects(a.Status):
		if a.Accepted > 0 {
			want = "P"
		}
	case a.Accepted == 0 && a.Received > 0:
		want = "R"
	case a.Accepted < a.Received:
		want = "P"
	case noted && len(a.Sets) > 0:
		want = "E"
	case a.Status == "P":
		want = "A"
	}
	if want == "P" && a.Accepted == a.Received {
		want = "A"
		if noted {
			want = "E"
		}
	}
	if a.Status != "" && want != a.Status {
		c.report(codeGroupStatus, a, place{a.At, "", "AK9", 1, 0}, a.Status, want)
	}
}

// rejects says whether AK901 or IK501 refuses.
func rejects(status string) bool {
	return len(status) == 1 && strings.Contains("RMWX", status)
}

func (c *Answers) say(code diag.Code, a *Answer, element, got, want int) {
	c.report(code, a, place{a.At, "", "AK9", element, 0}, strconv.Itoa(got), strconv.Itoa(want))
}

func (c *Answers) report(code diag.Code, a *Answer, p place, got, want string) {
	c.Report.Report(diag.Diagnostic{Code: code, Got: got, Want: want, Pos: diag.Pos{
		Offset: p.at.Offset, Segment: int(p.at.Segment), SegmentID: p.segment, Loop: p.loop, Element: p.element,
		Interchange: a.Source.Interchange, Group: a.Source.Group, Transaction: a.Source.Transaction}})
}
