package edi

import (
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Codes that cannot be codes of the list they are of, whichever releases are
// loaded.
const (
	codeDiagnosisForm diag.Code = 5911
	codeProcedureForm diag.Code = 5912
	codeRevenueForm   diag.Code = 5913
	codeStatusForm    diag.Code = 5914
)

// checkForms looks whether the codes of a claim have the form that all codes of
// their lists have.
func (p *process) checkForms(c *claim.Claim) {
	if !p.opt.Types.Has(5) {
		return
	}
	for i := range c.Diagnoses {
		d := &c.Diagnoses[i]
		switch d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisAdmitting, claim.DiagnosisReasonForVisit, claim.DiagnosisExternalCause:
			if d.Code != "" && !hasForm(codes.ICD10CM, d.Code) {
				p.noForm(c, codeDiagnosisForm, d.Code, d.At, "2300", "HI", int(d.Element), 2)
			}
		}
	}
	for i := range c.Procedures {
		s := &c.Procedures[i]
		switch s.Kind {
		case claim.ProcedurePrincipal, claim.ProcedureOther:
			if s.Code != "" && !hasForm(codes.ICD10PC, s.Code) {
				p.noForm(c, codeProcedureForm, s.Code, s.At, "2300", "HI", int(s.Element), 2)
			}
		}
	}
	segment, element := "SV1", 1
	if c.Kind == claim.Institutional {
		segment, element = "SV2", 2
		if a := c.Admission; a != nil && a.PatientStatus != "" && !(len(a.PatientStatus) == 2 && digits(a.PatientStatus)) {
			p.noForm(c, codeStatusForm, a.PatientStatus, a.At, "2300", "CL1", 3, 0)
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if q := &l.Procedure; q.Qualifier == "HC" && q.Code != "" && !hasForm(codes.HCPCS, q.Code) {
			p.noForm(c, codeProcedureForm, q.Code, l.ServiceAt, "2400", segment, element, 2)
		}
		if r := l.RevenueCode; r != "" && !(len(r) == 4 && digits(r)) {
			p.noForm(c, codeRevenueForm, r, l.ServiceAt, "2400", segment, 1, 0)
		}
	}
}

// hasForm says whether a code could be one of its list. HCPCS is both levels:
// five digits, or a letter in front or behind.
func hasForm(system, code string) bool {
	switch system {
	case codes.ICD10CM:
		return len(code) >= 3 && len(code) <= 7 && letter(code[0]) && digit(code[1]) && plain(code[2:])
	case codes.ICD10PC:
		return len(code) == 7 && plain(code) && !strings.ContainsAny(code, "IO")
	case codes.HCPCS:
		return len(code) == 5 && plain(code[:1]) && digits(code[1:4]) && plain(code[4:])
	}
	return true
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c >= 'A' && c <= 'Z' }

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return true
}

// plain says whether there is nothing but digits and capital letters.
func plain(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) && !letter(s[i]) {
			return false
		}
	}
	return true
}

func (p *process) noForm(c *claim.Claim, code diag.Code, got string, at x12.At, loop, segment string, element, component int) {
	p.report(diag.Diagnostic{Code: code, Got: strings.Clone(got), Pos: diag.Pos{Segment: int(at.Segment), Offset: at.Offset,
		Loop: loop, SegmentID: segment, Element: max(element, 1), Component: component,
		Interchange: c.Source.Interchange, Group: c.Source.Group, Transaction: c.Source.Transaction, Claim: strings.Clone(c.ID)}})
}
