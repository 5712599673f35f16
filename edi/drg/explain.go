package drg

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/codes"
)

// Explanation says why a stay came to its group.
type Explanation struct {
	Version int
	Result
	Title      string // of the final group
	MDCTitle   string
	Formula    string // the one that won, in the names of CMS's tables
	Severity   string // MCC, CC or none: what the formula was judged with
	Diagnoses  []Weighed
	Procedures []Used
	Questions  []Question

	principal string
}

// Weighed is a secondary diagnosis and what it weighs, or why it does not.
type Weighed struct {
	Code     string
	Severity string // MCC, CC, or empty, by the tables
	Weighs   bool
	Why      string // why not; empty where it weighs, or has nothing to weigh
}

// Used is a code that the winning formula looked at.
type Used struct {
	Code  string
	Names []string // of the formula
}

// Question is what a coder may be asked: what the group would be if one more thing
// were documented. Nothing is ever added to a claim.
type Question struct {
	Ask   string
	DRG   int
	Title string
}

var severityNames = [3]string{"MCC", "CC", ""}

// Explain groups a stay and says why. It is slower than Group.
func (s *Session) Explain(stay *Stay) Explanation {
	g := s.g
	x := Explanation{Version: g.Version, Result: s.Group(stay), principal: stay.Principal.Code}
	x.Title, x.MDCTitle = g.t.titles[x.Final.DRG], g.t.mdcTitles[x.Final.MDC]
	if x.ReturnCode != OK || x.Final.DRG == ungroupable || s.matched == nil {
		return x
	}
	won, list := s.matched, s.matchedList
	x.Formula = won.text
	x.Severity = s.weight(won)
	x.Diagnoses = s.weigh(stay, won)
	x.Procedures = s.used(stay, won, list)
	x.Questions = s.questions(stay, x.Final.DRG)
	return x
}

// Severity groups a stay and says what weighed in it: MCC, CC or none; empty where
// the stay has no group.
func (s *Session) Severity(stay *Stay) string {
	if r := s.Group(stay); r.ReturnCode != OK || r.Final.DRG == ungroupable || s.matched == nil {
		return ""
	}
	return s.weight(s.matched)
}

// weight is the highest severity that a formula was judged with.
func (s *Session) weight(won *compiled) string {
	if name := severityNames[s.severity(won.suppress)]; name != "" {
		return name
	}
	return "none"
}

// weigh says of each secondary diagnosis whether it weighs.
func (s *Session) weigh(stay *Stay, won *compiled) (list []Weighed) {
	g := s.g
	excluded := g.excluded(codes.Packed(stay.Principal.Code))
	k := 0
	for i := range stay.Secondary {
		d := &stay.Secondary[i]
		e := g.diagnosis(codes.Packed(d.Code))
		w := Weighed{Code: d.Code}
		if e == nil {
			w.Why = "the version does not know it"
			list = append(list, w)
			continue
		}
		sec := &s.secs[k]
		k++
		if w.Severity = severityNames[e.severity]; w.Severity == "" {
			list = append(list, w)
			continue
		}
		out := excluded.has(codes.Packed(d.Code))
		switch {
		case out:
			w.Why = "excluded by the principal diagnosis " + stay.Principal.Code
		case stay.DischargeStatus == "20" && e.mccAlive:
			w.Why = "one that weighs only for patients who live"
		case sec.severity == severityNone:
			w.Why = "acquired in hospital (condition " + strconv.Itoa(e.hacs[0]) + ", present on admission: " + poaWord(d.PresentOnAdmission) + ")"
		default:
			for _, a := range won.suppress {
				if has(e.attributes, a) {
					w.Why = "part of what the group is already made of (" + g.nameList[a] + ")"
				}
			}
			w.Weighs = w.Why == ""
		}
		list = append(list, w)
	}
	return list
}

func poaWord(c byte) string {
	if c == ' ' || c == 0 {
		return "not said"
	}
	return string(c)
}

// used lists the codes that set names of the winning formula.
func (s *Session) used(stay *Stay, won *compiled, mdc int) (list []Used) {
	g := s.g
	of := func(code string, names []int32) {
		u := Used{Code: code}
		for _, o := range won.ops {
			if o.kind == 'n' && slices.Contains(names, o.name) && s.mask[o.name]&(1<<mdc) == 0 && !slices.Contains(u.Names, g.nameList[o.name]) {
				u.Names = append(u.Names, g.nameList[o.name])
			}
		}
		if len(u.Names) > 0 {
			list = append(list, u)
		}
	}
	if e := g.diagnosis(codes.Packed(stay.Principal.Code)); e != nil {
		of(stay.Principal.Code, e.pdx)
	}
	for i := range stay.Secondary {
		if e := g.diagnosis(codes.Packed(stay.Secondary[i].Code)); e != nil {
			of(stay.Secondary[i].Code, e.sdx)
		}
	}
	for _, code := range stay.Procedures {
		e := g.procedure(codes.Packed(code))
		if e == nil {
			continue
		}
		of(code, e.names)
		for _, c := range e.clusters {
			if s.hasCluster(c, 0) {
				of(code+" with others", c.entry.names)
			}
		}
	}
	return list
}

// mostQuestions bounds the list.
const mostQuestions = 5

// questions tries what one more thing in the record would make of the stay: a
// complication of either weight, and the other codes of a category whose code says
// little.
func (s *Session) questions(stay *Stay, drg int) (list []Question) {
	g := s.g
	seen := map[int]bool{drg: true}
	ask := func(group int, text string) {
		if group != ungroupable && !seen[group] && len(list) < mostQuestions {
			seen[group] = true
			list = append(list, Question{text, group, g.t.titles[group]})
		}
	}
	type kind struct {
		entry    *dxEntry
		excluded bool
	}
	var tried []kind
	excluded := g.excluded(codes.Packed(stay.Principal.Code))
	try := *stay
	for i := range stay.Secondary {
		code := stay.Secondary[i].Code
		e := g.diagnosis(codes.Packed(code))
		if e == nil || len(code) < 4 || code[len(code)-1] != '9' && code[len(code)-1] != '0' {
			continue
		}
		tried = tried[:0]
		for _, other := range g.sameCategory(code) {
			o := kind{g.diagnosis(codes.Packed(other)), excluded.has(codes.Packed(other))}
			if o.entry.severity >= e.severity || len(list) == mostQuestions || slices.Contains(tried, o) {
				continue // one of each kind tells
			}
			tried = append(tried, o)
			try.Secondary = slices.Clone(stay.Secondary)
			try.Secondary[i].Code = other
			if r := s.Group(&try); r.ReturnCode == OK {
				ask(r.Final.DRG, fmt.Sprintf("%s says little: does the record say more, as %s does (%s)?", pointed(code), pointed(other), severityNames[o.entry.severity]))
			}
		}
	}
	s.Group(stay) // leaves the session as it was
	for _, want := range []int{severityMCC, severityCC} {
		try := *stay
		code := g.sample(want, stay)
		if code == "" {
			continue
		}
		try.Secondary = append(slices.Clone(stay.Secondary), Diagnosis{code, 'Y'})
		if r := s.Group(&try); r.ReturnCode == OK {
			ask(r.Final.DRG, fmt.Sprintf("Does the record name another condition, treated or watched, that weighs as %s?", map[int]string{severityMCC: "a major complication (MCC)", severityCC: "a complication (CC)"}[want]))
		}
	}
	s.Group(stay)
	return list
}

func pointed(code string) string {
	if len(code) <= 3 {
		return code
	}
	return code[:3] + "." + code[3:]
}

// sameCategory lists the codes of the version with the same first three
// characters, in their order.
func (g *Grouper) sameCategory(code string) (list []string) {
	g.orderOnce.Do(func() { g.order = sorted(slices.Clone(g.t.diagnoses.keys)) })
	first := codes.Packed(code[:3])
	at, _ := slices.BinarySearch(g.order, first)
	for ; at < len(g.order) && g.order[at]>>40 == first>>40; at++ {
		if g.diagnosis(g.order[at]) != nil {
			list = append(list, codes.Unpacked(g.order[at]))
		}
	}
	return list
}

// sample is a diagnosis of a severity that does nothing but weigh: it has no
// attributes, and the principal diagnosis does not exclude it.
func (g *Grouper) sample(severity int, stay *Stay) string {
	excluded := g.excluded(codes.Packed(stay.Principal.Code))
	for _, category := range []string{"R65", "J96", "G93", "E43", "I46", "N17", "D62", "E87", "J98", "K65"} {
		for _, c := range g.sameCategory(category) {
			e := g.diagnosis(codes.Packed(c))
			out := excluded.has(codes.Packed(c))
			if e.severity == severity && !out && len(e.hacs) == 0 && !e.mccAlive && !strings.HasPrefix(stay.Principal.Code, category) && !slices.ContainsFunc(stay.Secondary, func(d Diagnosis) bool { return d.Code == c }) {
				return c
			}
		}
	}
	return ""
}

// String says it in a few sentences.
func (x *Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "DRG %03d", x.Final.DRG)
	if x.Title != "" {
		b.WriteString(" (" + x.Title + ")")
	}
	if x.Formula == "" {
		return b.String()
	}
	fmt.Fprintf(&b, "; the principal diagnosis %s makes MDC %02d", pointed(x.principal), x.Final.MDC)
	if x.MDCTitle != "" {
		b.WriteString(" (" + x.MDCTitle + ")")
	}
	var weigh, not []string
	for _, w := range x.Diagnoses {
		switch {
		case w.Weighs && w.Severity == x.Severity:
			weigh = append(weigh, pointed(w.Code))
		case w.Severity != "" && w.Why != "":
			not = append(not, pointed(w.Code)+" would weigh as "+w.Severity+", but is "+w.Why)
		}
	}
	if len(weigh) > 0 {
		b.WriteString("; " + strings.Join(weigh[:min(len(weigh), 3)], ", ") + " weighs as " + x.Severity)
	} else {
		b.WriteString("; no diagnosis weighs as CC or MCC")
	}
	for _, n := range not[:min(len(not), 3)] {
		b.WriteString("; " + n)
	}
	fmt.Fprintf(&b, "; the formula that held is %q", x.Formula)
	for i, u := range x.Procedures[:min(len(x.Procedures), 4)] {
		b.WriteString([]string{": ", ", "}[min(i, 1)] + u.Code + " gives " + strings.Join(u.Names, " and "))
	}
	if x.Initial != x.Final {
		fmt.Fprintf(&b, "; before conditions acquired in hospital it was %03d", x.Initial.DRG)
	}
	for _, q := range x.Questions[:min(len(x.Questions), 2)] {
		fmt.Fprintf(&b, "; a question to the coder: %s It would then be DRG %03d", q.Ask, q.DRG)
	}
	return b.String()
}
