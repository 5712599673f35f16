package ack

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/status"
)

//go:embed data/reasons.txt
var reasonsText string

// reasons say what a finding of form or guide is about, in claim status codes.
type reasons struct {
	entities  []entityOf
	bySegment map[string][]reason
}

// entityOf is whom a loop is about.
type entityOf struct{ kind, loop, code string }

// reason is a line of data/reasons.txt.
type reason struct {
	loop               string // the beginning of its name; "*" any, "@" one with an entity
	element, component int    // -1: any; element 0: the segment as a whole
	qualifier          string // of the date, reference or list; empty: any
	status             string
	entity             string // "@": the loop's; empty: none
}

var reasonTable = sync.OnceValue(func() *reasons {
	t, err := parseReasons("reasons.txt", reasonsText)
	if err != nil {
		panic(err) // embedded; a test reads it first
	}
	return t
})

// parseReasons reads the form described at the top of data/reasons.txt.
func parseReasons(name, text string) (*reasons, error) {
	t := &reasons{bySegment: map[string][]reason{}}
	for n, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		fail := func(what string) error { return fmt.Errorf("%s:%d: %s", name, n+1, what) }
		switch {
		case f[0] == "entity" && len(f) == 4:
			t.entities = append(t.entities, entityOf{f[1], f[2], f[3]})
		case f[0] == "reason" && (len(f) == 5 || len(f) == 6 && f[3] == "key"):
			r := reason{loop: f[1], element: -1, component: -1}
			if len(f) == 6 {
				r.qualifier = f[4]
			} else if f[3] != "*" {
				element, component, ok := strings.Cut(f[3], "-")
				var err error
				if r.element, err = strconv.Atoi(element); err != nil {
					return nil, fail("an element is a number")
				}
				if ok {
					if r.component, err = strconv.Atoi(component); err != nil {
						return nil, fail("a component is a number")
					}
				}
			}
			code, entity, ok := strings.Cut(f[len(f)-1], ":")
			if r.status, r.entity = code, entity; ok && entity == "" {
				r.entity = "@"
			}
			if r.entity == "@" && r.loop == "*" {
				return nil, fail("not every loop has an entity")
			}
			t.bySegment[f[2]] = append(t.bySegment[f[2]], r)
		default:
			return nil, fail("neither an entity nor a reason")
		}
	}
	return t, nil
}

// entity is whom a loop of a kind of claim is about, or "".
func (t *reasons) entity(kind claim.Kind, loop string) string {
	for _, e := range t.entities {
		if e.loop == loop && (e.kind == "*" || e.kind[0] == byte(kind)) {
			return e.code
		}
	}
	return ""
}

// find gives status and entity of what a finding is about; "" where the table
// does not know.
func (t *reasons) find(c *claim.Claim, d *diag.Diagnostic) (code, entity string) {
	whom := t.entity(c.Kind, d.Loop)
	qualifier, looked := "", false
	for _, r := range t.bySegment[d.SegmentID] {
		switch {
		case r.loop == "@" && whom == "":
			continue
		case r.loop != "*" && r.loop != "@" && !strings.HasPrefix(d.Loop, r.loop):
			continue
		case r.element >= 0 && r.element != d.Element, r.component >= 0 && r.component != d.Component:
			continue
		}
		if r.qualifier != "" {
			if !looked {
				qualifier, looked = qualifierAt(c, d.Segment), true
			}
			if r.qualifier != qualifier {
				continue
			}
		}
		if r.entity == "@" {
			return r.status, whom
		}
		return r.status, r.entity
	}
	return "", ""
}

// qualifierAt is what tells the date, reference, amount or list at an ordinal
// from others of its kind, as far as the claim has read it.
func qualifierAt(c *claim.Claim, segment int) string {
	at := int32(segment)
	dates := func(list []claim.Date) string {
		for i := range list {
			if list[i].At.Segment == at {
				return string(list[i].Kind)
			}
		}
		return ""
	}
	references := func(list []claim.Reference) string {
		for i := range list {
			if list[i].At.Segment == at {
				return string(list[i].Kind)
			}
		}
		return ""
	}
	for i := range c.Diagnoses {
		if c.Diagnoses[i].At.Segment == at {
			return string(c.Diagnoses[i].Kind)
		}
	}
	for i := range c.Procedures {
		if c.Procedures[i].At.Segment == at {
			return string(c.Procedures[i].Kind)
		}
	}
	for i := range c.Amounts {
		if c.Amounts[i].At.Segment == at {
			return string(c.Amounts[i].Kind)
		}
	}
	for i := range c.Values {
		if c.Values[i].At.Segment == at {
			return "BE"
		}
	}
	for _, l := range []struct {
		list []claim.Occurrence
		key  string
	}{{c.OccurrenceSpans, "BI"}, {c.Occurrences, "BH"}} {
		for i := range l.list {
			if l.list[i].At.Segment == at {
				return l.key
			}
		}
	}
	for _, l := range []struct {
		list []claim.IndustryCode
		key  string
	}{{c.Conditions, "BG"}, {c.Treatments, "TC"}} {
		for i := range l.list {
			if l.list[i].At.Segment == at {
				return l.key
			}
		}
	}
	if c.DRG.Code != "" && c.DRG.At.Segment == at {
		return "DR"
	}
	if q := dates(c.Dates) + references(c.References); q != "" {
		return q
	}
	if s := c.Subscriber; s != nil {
		if q := references(s.References); q != "" {
			return q
		}
	}
	if p := c.Patient; p != nil {
		if q := references(p.References); q != "" {
			return q
		}
	}
	for i := range c.OtherCoverages {
		o := &c.OtherCoverages[i]
		for k := range o.Amounts {
			if o.Amounts[k].At.Segment == at {
				return string(o.Amounts[k].Kind)
			}
		}
		if q := references(o.Payer.References); q != "" {
			return q
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if q := dates(l.Dates) + references(l.References); q != "" {
			return q
		}
	}
	return ""
}

// lineEntities are whom a status of a claim or a line may be about.
var lineEntities = []string{"03", "1P", "1Z", "40", "41", "71", "72", "73", "77", "82", "85", "87", "DK", "DN", "DQ", "FA", "GB", "HK", "IL", "LI",
	"MSC", "PR", "PRP", "QB", "QC", "QD", "SEP", "TL", "TTP", "TU"}

// needEntity are status codes that say nothing without whom they are about.
var needEntity = []string{"125", "126", "127", "128", "145", "148", "153", "157", "158", "164", "500", "501", "502", "503", "505", "514", "562", "680", "695", "754", "775"}

// reasonOf is the claim status that a finding about a claim becomes.
func reasonOf(c *claim.Claim, d *diag.Diagnostic) status.Code {
	code := StatusOf(d.Code)
	switch {
	case code.Status == "684":
		s, entity := reasonTable().find(c, d)
		if s == "" {
			return code
		}
		code.Status, code.Entity = s, entity
		if missing(d.Code) {
			code.Category = "A6"
		}
	case code.Entity == "" && slices.Contains(needEntity, code.Status):
		code.Entity = reasonTable().entity(c.Kind, d.Loop)
	}
	if !slices.Contains(lineEntities, code.Entity) {
		code.Entity = ""
	}
	return code
}

// missing says whether a finding is that something is missing.
func missing(code diag.Code) bool {
	e, ok := diag.Lookup(code)
	return ok && (e.IK3 == "3" || e.IK3 == "I6" || e.IK4 == "1" || e.IK4 == "2" || e.IK4 == "I9")
}
