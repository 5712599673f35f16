package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/record"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// Answers are judged by the code sets on the day that they were given: an advice
// by the day of its payment, a status by its own. A reversal repeats what was said
// before, so that a code stopped since then is still right in it.

// answer is an answer that is judged.
type answer struct {
	sets   *CodeSets
	rep    diag.Reporter
	source record.Source
	claim  string
	day    int
	again  bool // what was said before is said again
}

func (a *answer) say(code diag.Code, p place, got, want string) {
	a.rep.Report(diag.Diagnostic{Code: code, Got: strings.Clone(got), Want: want, Pos: diag.Pos{
		Offset: p.at.Offset, Segment: int(p.at.Segment), SegmentID: p.segment, Loop: p.loop, Element: p.element, Component: p.component,
		Interchange: a.source.Interchange, Group: a.source.Group, Transaction: a.source.Transaction, Claim: strings.Clone(a.claim)}})
}

// look judges a code of a list that codes come to and leave.
func (a *answer) look(set *codes.System, name string, none diag.Code, code string, p place) {
	if code == "" {
		return
	}
	if a.again && set != nil && set.Known(code) {
		return
	}
	if a.sets.judge(set, name, code, a.day) == codes.NoCode {
		a.say(none, p, code, whenItWas(set, code, a.day))
	}
}

func (a *answer) adjustments(list []adjust.Adjustment, loop string) {
	for i := range list {
		a.look(a.sets.carc, codes.CARC, codeNoReason, string(list[i].Reason), place{list[i].At, loop, "CAS", max(int(list[i].Element), 2), 0})
	}
}

// Payment judges the codes of a claim payment.
func (s *CodeSets) Payment(c *remit.ClaimPayment, rep diag.Reporter) {
	a := &answer{sets: s, rep: rep, source: c.Source, claim: c.ID, again: c.Status == "22"}
	if c.Remittance != nil {
		a.day = dayNumberOf(c.Remittance.Date)
	}
	a.adjustments(c.Adjustments, "2100")
	remarks := func(elements []string, at x12.At, segment string, places ...int) {
		for _, n := range places {
			if n <= len(elements) {
				a.look(s.rarc, codes.RARC, codeNoRemark, elements[n-1], place{at, "2100", segment, n, 0})
			}
		}
	}
	remarks(c.Inpatient, c.InpatientAt, "MIA", 5, 20, 21, 22, 23)
	remarks(c.Outpatient, c.OutpatientAt, "MOA", 3, 4, 5, 6, 7)
	if list := s.lists["drg"]; list != nil {
		a.look(list, "drg", codeNotInList, c.DRG, place{c.At, "2100", "CLP", 11, 0})
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		day := a.day
		a.day = lineDayOf(l, c, day)
		a.procedure(&l.Procedure, place{l.At, "2110", "SVC", 1, 2})
		if l.Submitted.Code != l.Procedure.Code {
			a.procedure(&l.Submitted, place{l.At, "2110", "SVC", 6, 2})
		}
		if s.revenue != nil {
			a.look(s.revenue, codes.Revenue, codeNoRevenue, l.RevenueCode, place{l.At, "2110", "SVC", 4, 0})
		}
		a.day = day
		a.adjustments(l.Adjustments, "2110")
		for k := range l.Remarks {
			switch r := &l.Remarks[k]; r.CodeList {
			case "HE":
				a.look(s.rarc, codes.RARC, codeNoRemark, r.Code, place{r.At, "2110", "LQ", 2, 0})
			case "RX":
				if list := s.lists["ncpdp-reject"]; list != nil {
					a.look(list, "ncpdp-reject", codeNotInList, r.Code, place{r.At, "2110", "LQ", 2, 0})
				}
			}
		}
	}
}

// lineDayOf is the day of a line's service, or else the claim's, or else day.
func lineDayOf(l *remit.ServicePayment, c *remit.ClaimPayment, day int) int {
	for i := range l.Dates {
		if k := l.Dates[i].Kind; k == "472" || k == "150" {
			if d := dayNumberOf(l.Dates[i].Day); d != 0 {
				return d
			}
		}
	}
	for i := range c.Dates {
		if c.Dates[i].Kind == "232" {
			if d := dayNumberOf(c.Dates[i].Day); d != 0 {
				return d
			}
		}
	}
	return day
}

// procedure judges a procedure of an answer and its modifiers.
func (a *answer) procedure(p *remit.Procedure, at place) {
	if p.Code == "" || p.Qualifier == "HC" && !procedureForm(p.Code) {
		return
	}
	if set, name, none := a.sets.systemOf(p.Qualifier, p.Code); name != "" && (set != nil || name != "hipps") {
		if a.sets.judge(set, name, p.Code, a.day) == codes.NoCode {
			want := whenItWas(set, p.Code, a.day)
			if none == codeNotInList {
				want = name
			}
			a.say(none, at, p.Code, want)
		}
	}
	for i, m := range p.Modifiers {
		if p.Qualifier != "HC" || len(m) != 2 || m[0] <= '9' || m[1] == 'P' || m[0] == 'P' && m[1] <= '9' {
			continue
		}
		if a.sets.judge(a.sets.modifiers, codes.Modifiers, m, a.day) == codes.NoCode {
			at.component = 3 + i
			a.say(codeNoModifier, at, m, whenItWas(a.sets.modifiers, m, a.day))
		}
	}
}

// Status judges the codes of a claim's status.
func (s *CodeSets) Status(c *status.ClaimStatus, rep diag.Reporter) {
	a := &answer{sets: s, rep: rep, source: c.Source}
	if c.Header != nil {
		a.day = dayNumberOf(c.Header.Date)
	}
	loop := "2200D"
	if c.Subscriber != nil {
		loop = "2200E"
	}
	if c.Dialect == status.Acknowledgment {
		loop = "2200D"
	}
	a.claim = c.Trace.Value
	a.infos(c.Infos, loop)
	for i := range c.Lines {
		a.infos(c.Lines[i].Infos, "2220"+loop[4:])
	}
}

// Level judges the codes of a level that claims stand below.
func (s *CodeSets) Level(l *status.Level, rep diag.Reporter) {
	a := &answer{sets: s, rep: rep}
	loop := map[string]string{"20": "2200A", "21": "2200B", "19": "2200C"}[l.Kind]
	a.infos(l.Infos, loop)
}

func (a *answer) infos(list []status.Info, loop string) {
	said := a.day
	for i := range list {
		a.day = said
		if d := dayNumberOf(list[i].Date); d != 0 {
			a.day = d
		}
		for k, c := range list[i].Codes {
			p := place{list[i].At, loop, "STC", [3]int{1, 10, 11}[k], 1}
			a.look(a.sets.category, codes.Category, codeNoCategory, c.Category, p)
			p.component = 2
			switch {
			case c.List == "LOI":
				if l := a.sets.lists["loinc"]; l != nil {
					a.look(l, "loinc", codeNotInList, c.Status, p)
				}
			default:
				a.look(a.sets.status, codes.Status, codeNoStatus, withoutZeros(c.Status), p)
			}
		}
	}
	a.day = said
}

// withoutZeros is a status code as its list has it.
func withoutZeros(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return strconv.Itoa(n)
	}
	return s
}
