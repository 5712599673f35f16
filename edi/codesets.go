package edi

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// The findings about codes of releases that an operator has loaded.
const (
	codeDiagnosisHeading diag.Code = 5901
	codeNoDiagnosis      diag.Code = 5902
	codeNoSurgery        diag.Code = 5903
	codeNoSupply         diag.Code = 5904
)

// mostBelow is how many codes below a heading are named.
const mostBelow = 8

// checkCodes looks the codes of a claim up in the releases of their day: the
// discharge of an inpatient stay, else the first day of service. What no
// release answers for is noted, never passed.
func (p *process) checkCodes(c *claim.Claim) {
	if p.opt.Codes == nil || !p.opt.Types.Has(5) {
		return
	}
	day := dayOf(c)
	for i := range c.Diagnoses {
		d := &c.Diagnoses[i]
		switch d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisAdmitting, claim.DiagnosisReasonForVisit, claim.DiagnosisExternalCause:
			p.look(c, codes.ICD10CM, d.Code, day, codeNoDiagnosis, d.At, "2300", "HI", int(d.Element), 2)
		}
	}
	for i := range c.Procedures {
		s := &c.Procedures[i]
		switch s.Kind {
		case claim.ProcedurePrincipal, claim.ProcedureOther:
			p.look(c, codes.ICD10PC, s.Code, day, codeNoSurgery, s.At, "2300", "HI", int(s.Element), 2)
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		q := &l.Procedure
		if q.Qualifier != "HC" || len(q.Code) != 5 || q.Code[0] < 'A' || q.Code[0] > 'V' || q.Code[0] == 'D' {
			continue // CPT, CDT, HIPPS and others have lists of their own
		}
		at := day
		if from := number(l.Service().From()); from != 0 {
			at = from
		}
		segment, element := "SV1", 1
		if c.Kind == claim.Institutional {
			segment, element = "SV2", 2
		}
		p.look(c, codes.HCPCS, q.Code, at, codeNoSupply, l.ServiceAt, "2400", segment, element, 2)
	}
}

// dayOf is the day on which a claim's codes have to be valid.
func dayOf(c *claim.Claim) int {
	if s := c.Date(claim.DateStatement); s.From() != "" {
		if to := number(s.To()); to != 0 {
			return to
		}
		return number(s.From())
	}
	first := number(c.Date(claim.DateService).From())
	for i := range c.Lines {
		if d := number(c.Lines[i].Service().From()); d != 0 && (first == 0 || d < first) {
			first = d
		}
	}
	return first
}

func number(day string) int {
	if len(day) != 8 {
		return 0
	}
	n, err := strconv.Atoi(day)
	if err != nil {
		return 0
	}
	return n
}

func (p *process) look(c *claim.Claim, system, code string, day int, none diag.Code, at x12.At, loop, segment string, element, component int) {
	if code == "" || day == 0 || !hasForm(system, code) {
		return
	}
	_, r, standing := p.opt.Codes.Lookup(system, code, day)
	d := diag.Diagnostic{Code: none, Got: strings.Clone(code), Pos: diag.Pos{Segment: int(at.Segment), Offset: at.Offset, Loop: loop, SegmentID: segment, Element: element, Component: component,
		Interchange: c.Source.Interchange, Group: c.Source.Group, Transaction: c.Source.Transaction, Claim: strings.Clone(c.ID)}}
	switch standing {
	case codes.NotLoaded:
		if p.sum.NotCheckedOn == nil {
			p.sum.NotCheckedOn = map[string]int{}
		}
		if p.sum.NotCheckedOn[system] == 0 {
			p.sum.NotCheckedOn[system] = day
		}
		return
	case codes.Valid:
		return
	case codes.Heading:
		if system != codes.ICD10CM {
			break
		}
		d.Code = codeDiagnosisHeading
		if below := r.Below(code, day, mostBelow+1); len(below) > 0 {
			more := ""
			if len(below) > mostBelow {
				below, more = below[:mostBelow], " …"
			}
			d.Want = "; billable below it: " + strings.Join(below, ", ") + more
		}
	case codes.NoCode:
		if r.Known(code) {
			d.Want = "; it was, or will be, on another"
		}
	}
	p.report(d)
}

// judged says whether a code set was judged wherever it was named: it has a
// release, and none of the days asked for was without one.
func (p *process) judged(set string) bool {
	return p.opt.Codes != nil && len(p.opt.Codes.Releases(set)) > 0 && p.sum.NotCheckedOn[set] == 0
}
