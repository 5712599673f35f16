package rule

import (
	"strconv"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/drg"
	"claimwire/edi/mce"
)

// Stays edits and groups inpatient hospital stays by CMS's tables, where the
// operator has them.
type Stays interface {
	// Editor gives the tables of the Medicare Code Editor; nil: there are none.
	Editor() *mce.Tables
	// Grouper gives a version of the MS-DRG grouper, 431 is 43.1; nil: there is none.
	Grouper(version int) *drg.Grouper
}

const (
	codeGroupDiffers diag.Code = 5960
	codeGroupNone    diag.Code = 5961
)

// editCodes are the codes of the editor's edits. What other rules say, of codes
// that are none, of those that stand twice and of causes that come first, is not
// said again.
var editCodes = map[mce.Edit]diag.Code{
	mce.AgeConflict: 5941, mce.SexConflict: 5942, mce.QuestionableAdmission: 5943, mce.ManifestationAsPDX: 5944, mce.UnacceptablePDX: 5946,
	mce.RequiresSecondary: 5947, mce.NonCovered: 5949, mce.LimitedCoverage: 5950, mce.QuestionableObstetric: 5951, mce.InvalidDischargeStatus: 5952,
	mce.WrongProcedure: 5953, mce.InconsistentStay: 5954, mce.Unspecified: 5955,
}

// EditCodes are the codes that rules of stays say.
func EditCodes() (list []diag.Code) {
	for _, c := range editCodes {
		list = append(list, c)
	}
	return append(list, codeGroupDiffers, codeGroupNone)
}

// HospitalStay is an inpatient stay as the grouper and the editor look at it,
// with the codes that it was made of.
type HospitalStay struct {
	Stay      drg.Stay
	Edited    mce.Stay
	diagnoses []*claim.Diagnosis         // principal first
	surgeries []*claim.SurgicalProcedure // in their order
}

// StayOf makes a stay of a claim of an inpatient hospital. ok is false where the
// claim is none, or lacks what every stay has.
func StayOf(c *claim.Claim) (h *HospitalStay, ok bool) {
	h = new(HospitalStay)
	return h, h.read(c)
}

// read takes the stay of a claim into memory that may have held another's.
func (h *HospitalStay) read(c *claim.Claim) (ok bool) {
	if c.Kind != claim.Institutional || c.PlaceOfService != "11" || c.Admission == nil {
		return false
	}
	statement := c.Date(claim.DateStatement)
	discharge := statement.To()
	person := c.PatientPerson()
	admitted := c.Date(claim.DateAdmission).From()
	if len(admitted) > 8 {
		admitted = admitted[:8]
	}
	if !validDay(admitted) {
		admitted = statement.From()
	}
	if person == nil || !validDay(discharge) || !validDay(admitted) || !validDay(person.Demographics.BirthDate) || person.Demographics.BirthDate > admitted {
		return false
	}
	age := yearsBetween(person.Demographics.BirthDate, admitted)
	h.diagnoses, h.surgeries = h.diagnoses[:0], h.surgeries[:0]
	h.Stay = drg.Stay{Age: age, Sex: 'U', DischargeStatus: c.Admission.PatientStatus, Secondary: h.Stay.Secondary[:0], Procedures: h.Stay.Procedures[:0]}
	h.Edited = mce.Stay{Discharge: dayNumberOf(discharge), Age: age, DischargeStatus: smallNumber(c.Admission.PatientStatus), LengthOfStay: dayNumber(discharge) - dayNumber(admitted),
		Secondary: h.Edited.Secondary[:0], Procedures: h.Edited.Procedures[:0]}
	switch person.Demographics.Gender {
	case "M":
		h.Stay.Sex, h.Edited.Sex = 'M', 1
	case "F":
		h.Stay.Sex, h.Edited.Sex = 'F', 2
	}
	dx := func(d *claim.Diagnosis) drg.Diagnosis {
		poa := byte(' ')
		if d.PresentOnAdmission != "" {
			poa = d.PresentOnAdmission[0]
		}
		return drg.Diagnosis{Code: d.Code, PresentOnAdmission: poa}
	}
	for i := range c.Diagnoses {
		if d := &c.Diagnoses[i]; d.Kind == claim.DiagnosisPrincipal && d.Code != "" {
			h.diagnoses = append(h.diagnoses, d)
			h.Stay.Principal, h.Edited.Principal = dx(d), d.Code
			break
		}
	}
	if len(h.diagnoses) == 0 {
		return false
	}
	for i := range c.Diagnoses {
		if d := &c.Diagnoses[i]; d.Kind == claim.DiagnosisOther && d.Code != "" {
			h.diagnoses = append(h.diagnoses, d)
			h.Stay.Secondary = append(h.Stay.Secondary, dx(d))
			h.Edited.Secondary = append(h.Edited.Secondary, d.Code)
		}
	}
	for i := range c.Procedures {
		if p := &c.Procedures[i]; (p.Kind == claim.ProcedurePrincipal || p.Kind == claim.ProcedureOther) && p.Code != "" {
			h.surgeries = append(h.surgeries, p)
			h.Stay.Procedures = append(h.Stay.Procedures, p.Code)
			h.Edited.Procedures = append(h.Edited.Procedures, p.Code)
		}
	}
	return true
}

// smallNumber reads two digits; -1 when they are none.
func smallNumber(s string) int {
	if len(s) != 2 || !digits(s) {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

// stay edits and groups the stay of a claim.
func (x *check) stay(s *CodeSets) {
	if s.Stays == nil || x.Kind != claim.Institutional || x.PlaceOfService != "11" {
		return
	}
	h := &s.stay
	if !h.read(x.Claim) {
		return
	}
	editor, said := s.Stays.Editor(), ""
	switch {
	case editor == nil || !editor.Covers(h.Edited.Discharge):
		s.note("mce", h.Edited.Discharge)
	default:
		delivery := false // is said once a claim
		for _, f := range editor.Findings(&h.Edited) {
			code, ok := editCodes[f.Edit]
			if !ok {
				continue
			}
			at, got := x.clm(5, 1), ""
			switch {
			case f.Diagnosis >= 0 && f.Diagnosis < len(h.diagnoses):
				d := h.diagnoses[f.Diagnosis]
				at, got = hi(d.At, d.Element, 2), d.Code
			case f.Procedure >= 0 && f.Procedure < len(h.surgeries):
				p := h.surgeries[f.Procedure]
				at, got = hi(p.At, p.Element, 2), p.Code
				if f.Edit == mce.QuestionableObstetric {
					if delivery {
						continue
					}
					delivery = true
				}
			case f.Edit == mce.InvalidDischargeStatus && x.Admission != nil:
				at, got = place{x.Admission.At, "2300", "CL1", 3, 0}, x.Admission.PatientStatus
				said = drg.InvalidStatus
			}
			x.say(code, at, got, "")
		}
	}
	if st, _ := s.diagnosis(h.Stay.Principal.Code, h.Edited.Discharge); st == codes.Heading || st == codes.NoCode {
		said = drg.InvalidPDX
	}
	x.grouped(s, h, said)
}

// grouped compares the DRG that the coder gives with the one that the stay groups
// to. A patient who is still there has none yet. said is why it may group to none
// and what has been said already.
func (x *check) grouped(s *CodeSets, h *HospitalStay, said string) {
	if x.DRG.Code == "" || len(x.DRG.Code) != 3 || !digits(x.DRG.Code) || x.Admission.PatientStatus == "30" {
		return
	}
	version := drg.Version(x.Date(claim.DateStatement).To())
	session := s.session(version)
	if session == nil {
		s.note("ms-drg", h.Edited.Discharge)
		return
	}
	r := session.Group(&h.Stay)
	at := hi(x.DRG.At, x.DRG.Element, 2)
	if r.ReturnCode != drg.OK {
		if r.ReturnCode == said {
			return
		}
		x.say(codeGroupNone, at, x.DRG.Code, groupWords[r.ReturnCode])
		return
	}
	if smallGroup(x.DRG.Code) == r.Final.DRG {
		return
	}
	x.say(codeGroupDiffers, at, x.DRG.Code, s.explained(session, version, &h.Stay))
}

// explained is why a stay groups as it does. What was said last is kept: stays that
// are alike in all that groups them come together.
func (s *CodeSets) explained(session *drg.Session, version int, stay *drg.Stay) string {
	key := strconv.AppendInt(s.key[:0], int64(version), 10)
	key = strconv.AppendInt(append(key, ' ', stay.Sex, ' '), int64(stay.Age), 10)
	key = append(append(append(append(key, ' '), stay.DischargeStatus...), ' '), stay.Principal.Code...)
	for i := range stay.Secondary {
		d := &stay.Secondary[i]
		key = append(append(append(key, ' '), d.Code...), d.PresentOnAdmission)
	}
	key = append(key, '/')
	for _, p := range stay.Procedures {
		key = append(append(key, ' '), p...)
	}
	s.key = key
	text, ok := s.reasons[string(key)]
	if !ok {
		if s.reasons == nil || len(s.reasons) >= mostReasons {
			s.reasons = map[string]string{}
		}
		why := session.Explain(stay)
		text = why.String()
		s.reasons[string(key)] = text
	}
	return text
}

// mostReasons bounds how many explanations are kept.
const mostReasons = 256

// smallGroup reads three digits.
func smallGroup(s string) int { return int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0') }

var groupWords = map[string]string{
	drg.CannotBePDX:   "the principal diagnosis is an external cause",
	drg.InvalidPDX:    "the principal diagnosis is not known to the version",
	drg.InvalidSex:    "the sex is not known, and the principal diagnosis asks for it",
	drg.InvalidStatus: "the patient's status at discharge is none",
	drg.MissingPOA:    "a condition that may have been acquired in hospital does not say whether it was present on admission",
}

// session is the session of a version that is used again; nil: the tables do not
// hold it.
func (s *CodeSets) session(version int) *drg.Session {
	if session, ok := s.sessions[version]; ok {
		return session
	}
	if s.sessions == nil {
		s.sessions = map[int]*drg.Session{}
	}
	var session *drg.Session
	if g := s.Stays.Grouper(version); g != nil {
		session = g.NewSession()
	}
	s.sessions[version] = session
	return session
}
