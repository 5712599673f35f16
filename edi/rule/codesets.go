package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/drg"
	"claimwire/edi/x12"
)

// Code sets that others keep (SNIP type 5): each coded element against its set
// on its day. What no release answers for is noted and never passed.
const (
	codeDiagnosisHeading diag.Code = 5901
	codeNoDiagnosis      diag.Code = 5902
	codeNoSurgery        diag.Code = 5903
	codeNoSupply         diag.Code = 5904
	codeNoProcedure      diag.Code = 5905
	codeNoModifier       diag.Code = 5906
	codeNoTaxonomy       diag.Code = 5907
	codeUnlistedDrug     diag.Code = 5908
	codeNoRevenue        diag.Code = 5909
	codeNoReason         diag.Code = 5910
	codeNoRemark         diag.Code = 5920
	codeNoCategory       diag.Code = 5921
	codeNoStatus         diag.Code = 5922
	codeNotInList        diag.Code = 5923
	codeNoDental         diag.Code = 5924
	codeExemptReported   diag.Code = 5925
	codePresenceMissing  diag.Code = 5926
	codeOtherSide        diag.Code = 5927
	codeSideUnspecified  diag.Code = 5928
)

// CodeSets are the releases that codes are looked up in, and what they did not
// answer for. They are not safe for use by several goroutines.
type CodeSets struct {
	lib *codes.Library

	cm, pcs, hcpcs, cpt, cdt, modifiers, cptModifiers, taxonomy, ndc, revenue, carc, rarc, category, status, poa *codes.System
	// What an operator may have loaded of the lists of the uniform bill and others.
	lists    map[string]*codes.System
	Stays    Stays // CMS's tables of inpatient stays; nil: none
	sessions map[int]*drg.Session
	stay     HospitalStay      // used again
	reasons  map[string]string // why stays group as they do, by all that groups them
	key      []byte            // of those, used again

	// Diagnoses come again and again: what was found of them last, and what was said.
	judged []judged
	hints  map[hintOf]string

	coding codingTables
	addOn  *codes.System
	// missing has, of a set, the first day that no release answers for.
	missing map[string]int
}

// operatorLists are lists that only an operator can load.
var operatorLists = []string{"admission-type", "admission-source", "patient-status", "claim-frequency", "condition-code", "occurrence-code", "occurrence-span-code",
	"value-code", "treatment-code", "drg", "hipps", "bill-type", "ncpdp-reject", "loinc"}

// NewCodeSets makes CodeSets of a library; nil when it is nil.
func NewCodeSets(lib *codes.Library) *CodeSets {
	if lib == nil {
		return nil
	}
	s := &CodeSets{lib: lib, cm: lib.System(codes.ICD10CM), pcs: lib.System(codes.ICD10PC), hcpcs: lib.System(codes.HCPCS), cpt: lib.System(codes.CPT), cdt: lib.System(codes.CDT),
		modifiers: lib.System(codes.Modifiers), cptModifiers: lib.System("cpt-modifier"), taxonomy: lib.System(codes.Taxonomy), ndc: lib.System(codes.NDCs),
		revenue: lib.System(codes.Revenue), carc: lib.System(codes.CARC), rarc: lib.System(codes.RARC), category: lib.System(codes.Category), status: lib.System(codes.Status),
		poa: lib.System(codes.POA), lists: map[string]*codes.System{}, coding: newCodingTables(lib), addOn: lib.System(codes.AddOn)}
	for _, name := range operatorLists {
		if list := lib.System(name); list != nil {
			s.lists[name] = list
		}
	}
	return s
}

// Missing lists the sets that codes were not judged by, with the first day that
// no release answers for; 0: the day of the code is not known.
func (s *CodeSets) Missing() map[string]int {
	if s == nil {
		return nil
	}
	return s.missing
}

// TakeMissing gives the same and forgets it.
func (s *CodeSets) TakeMissing() map[string]int {
	if s == nil {
		return nil
	}
	m := s.missing
	s.missing = nil
	return m
}

// AddMissing adds what others that read further on in the file have missed.
func (s *CodeSets) AddMissing(later map[string]int) {
	for set, day := range later {
		s.note(set, day)
	}
}

func (s *CodeSets) note(set string, day int) {
	if s.missing == nil {
		s.missing = map[string]int{}
	}
	if _, noted := s.missing[set]; !noted {
		s.missing[set] = day
	}
}

// judge looks a code up and notes when nobody can say.
func (s *CodeSets) judge(set *codes.System, name, code string, day int) codes.Standing {
	standing := codes.NotLoaded
	if day != 0 {
		standing, _ = set.Judge(code, day)
	}
	if standing == codes.NotLoaded {
		s.note(name, day)
	}
	return standing
}

// judged is what was found of a diagnosis on a day.
type judged struct {
	code     uint64 // up to eight characters
	day      int32
	standing codes.Standing
	side     int
}

// judgedBits are the bits of the number of diagnoses that are kept.
const judgedBits = 11

// diagnosis judges a diagnosis, and says what its title says of the side.
func (s *CodeSets) diagnosis(code string, day int) (codes.Standing, int) {
	k := uint64(0)
	for i := range code {
		k = k<<8 | uint64(code[i])
	}
	if s.judged == nil {
		s.judged = make([]judged, 1<<judgedBits)
	}
	j := &s.judged[k*0x9e3779b97f4a7c15>>(64-judgedBits)]
	if j.code != k || j.day != int32(day) || len(code) > 8 {
		*j = judged{code: k, day: int32(day)}
		if day != 0 {
			j.standing, j.side = s.cm.JudgeValue(code, day)
			j.side &= codes.SideOf
		}
		if len(code) > 8 {
			j.code = 0
		}
	}
	if j.standing == codes.NotLoaded {
		s.note(codes.ICD10CM, day)
	}
	return j.standing, j.side
}

// hintOf is what a hint depends on.
type hintOf struct {
	code string
	day  int
	none diag.Code // what is said
}

// mostHints bounds how many hints are kept.
const mostHints = 4096

// hint is what a finding of a diagnosis says besides. Finding it out takes longer
// than judging a code; the same codes are wrong again and again.
func (s *CodeSets) hint(of hintOf, find func(code string, day int) string) string {
	text, ok := s.hints[of]
	if !ok {
		if s.hints == nil || len(s.hints) >= mostHints {
			s.hints = map[hintOf]string{}
		}
		of.code = strings.Clone(of.code)
		text = find(of.code, of.day)
		s.hints[of] = text
	}
	return text
}

// finer says what is billable below a heading.
func (s *CodeSets) finer(code string, day int) string {
	below := s.cm.Below(code, day, mostNamed+1)
	if len(below) == 0 {
		return ""
	}
	return "; billable below it: " + listed(below, mostNamed)
}

// instead says what may have been meant by a code that is none.
func (s *CodeSets) instead(code string, day int) string {
	want := whenItWas(s.cm, code, day)
	if by, _ := s.lib.ReplacedBy(code, day, mostNamed+1); len(by) > 0 {
		return want + "; it was replaced by, or divided into, " + listed(by, mostNamed)
	}
	if len(code) > 3 { // a code that is cut short, or one too long
		if below := s.cm.Below(code, day, mostNamed+1); len(below) > 0 {
			return want + "; codes that begin so are " + listed(below, mostNamed)
		}
		if st, _ := s.cm.Judge(code[:len(code)-1], day); st == codes.Valid {
			return want + "; " + pointed(code[:len(code)-1]) + ", without the last character, is one"
		}
	}
	// No code has these letters after its first.
	if digits := code[:1] + digitsForLetters.Replace(code[1:]); digits != code {
		if st, _ := s.cm.Judge(digits, day); st == codes.Valid {
			return want + "; " + pointed(digits) + ", with digits for the letters O and I, is one"
		}
	}
	return want
}

var digitsForLetters = strings.NewReplacer("O", "0", "I", "1")

// sided names the codes that say the side.
func (s *CodeSets) sided(code string, day int) string {
	return listed(s.cm.Sided(code, day), mostNamed)
}

// dayNumberOf reads CCYYMMDD as a number; 0 when it is none.
func dayNumberOf(day string) int {
	if len(day) != 8 {
		return 0
	}
	n, err := strconv.Atoi(day)
	if err != nil {
		return 0
	}
	return n
}

// codesDay is the day on which the diagnoses and inpatient procedures of a claim
// have to be valid: the discharge, or last day, of an institutional claim, but for
// an outpatient one its first; else the first day of service.
func (x *check) codesDay() int {
	if s := x.Date(claim.DateStatement); x.Kind == claim.Institutional && s.From() != "" {
		if to := dayNumberOf(s.To()); to != 0 && x.has&isOutpatient == 0 {
			return to
		}
		return dayNumberOf(s.From())
	}
	first := dayNumberOf(x.Date(claim.DateService).From())
	for i := range x.Lines {
		if d := dayNumberOf(x.Lines[i].Service().From()); d != 0 && (first == 0 || d < first) {
			first = d
		}
	}
	return first
}

// whenItWas says when a code that is not valid on a day was, or will be.
func whenItWas(set *codes.System, code string, day int) string {
	e, ok := set.Ever(code)
	switch {
	case !ok:
		return ""
	case e.To != 0 && e.To < day:
		return "; it was valid until " + isoDay(e.To)
	case e.From > day:
		return "; it is valid from " + isoDay(e.From) + " on"
	}
	return "; it was, or will be, on another"
}

func isoDay(n int) string {
	s := strconv.Itoa(n)
	if len(s) != 8 {
		return s
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

// pointed writes a code of ICD-10-CM with its point.
func pointed(code string) string {
	if len(code) <= 3 {
		return code
	}
	return code[:3] + "." + code[3:]
}

// listed writes codes of ICD-10-CM, at most so many, with a mark for more.
func listed(list []string, most int) string {
	more := ""
	if len(list) > most {
		list, more = list[:most], " …"
	}
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = pointed(c)
	}
	return strings.Join(out, ", ") + more
}

// mostNamed is how many codes a hint names.
const mostNamed = 8

// codeSets looks at every coded element of a claim.
func (x *check) codeSets(s *CodeSets) {
	day := x.codesDay()
	x.diagnosisCodes(s, day)
	for i := range x.Procedures {
		p := &x.Procedures[i]
		switch p.Kind {
		case claim.ProcedurePrincipal, claim.ProcedureOther:
			if icd10pcs(p.Code) && s.judge(s.pcs, codes.ICD10PC, p.Code, day) == codes.NoCode {
				x.say(codeNoSurgery, hi(p.At, p.Element, 2), p.Code, whenItWas(s.pcs, p.Code, day))
			}
		case claim.ProcedureAnesthesia:
			x.procedureCode(s, "HC", p.Code, day, hi(p.At, p.Element, 2))
		}
	}
	for i := range x.Lines {
		x.lineCodes(s, &x.Lines[i], day)
	}
	x.correctCodes(s)
	x.stay(s)
	x.taxonomyCodes(s, day)
	x.otherPayersCodes(s, day)
	if len(s.lists) > 0 {
		x.listedCodes(s, day)
	}
}

// diagnosisCodes looks the diagnoses up, says which side they leave open, and
// whether they have to say that they were present on admission.
func (x *check) diagnosisCodes(s *CodeSets, day int) {
	sides := x.Kind == claim.Professional
	reported := true // by a rule that needs no list
	for i := range x.Diagnoses {
		d := &x.Diagnoses[i]
		switch d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisAdmitting, claim.DiagnosisReasonForVisit, claim.DiagnosisExternalCause:
		default:
			continue // ICD-9-CM
		}
		if d.Code == "" {
			continue
		}
		if (d.Kind == claim.DiagnosisPrincipal || d.Kind == claim.DiagnosisOther) && d.PresentOnAdmission == "" && neverExempt(d.Code) {
			reported = false
		}
		code := d.Code
		if !icd10cm(code) {
			continue // its form has been spoken of
		}
		at := hi(d.At, d.Element, 2)
		switch standing, side := s.diagnosis(code, day); {
		case standing == codes.Heading:
			x.say(codeDiagnosisHeading, at, code, s.hint(hintOf{code, day, codeDiagnosisHeading}, s.finer))
		case standing == codes.NoCode:
			x.say(codeNoDiagnosis, at, code, s.hint(hintOf{code, day, codeNoDiagnosis}, s.instead))
		case standing == codes.Valid && sides && side == codes.SideUnspecified:
			x.say(codeSideUnspecified, at, code, s.hint(hintOf{code, day, codeSideUnspecified}, s.sided))
		}
	}
	if x.Kind == claim.Institutional && x.PlaceOfService == "11" {
		x.presence(s, day, reported)
	}
}

// presence holds the indicators of a hospital stay to the list of exempt codes.
// said is false when another rule has spoken of a missing one.
func (x *check) presence(s *CodeSets, day int, said bool) {
	for i := range x.Diagnoses {
		d := &x.Diagnoses[i]
		if d.Kind != claim.DiagnosisPrincipal && d.Kind != claim.DiagnosisOther || d.Code == "" || !s.poa.Covers(day) {
			if d.Code != "" && (d.Kind == claim.DiagnosisPrincipal || d.Kind == claim.DiagnosisOther) {
				s.note(codes.POA, day)
			}
			continue
		}
		exempt, _ := s.poa.Judge(d.Code, day)
		switch {
		case exempt == codes.Valid && d.PresentOnAdmission != "":
			x.say(codeExemptReported, hi(d.At, d.Element, 9), d.PresentOnAdmission, "")
		case exempt == codes.NoCode && d.PresentOnAdmission == "" && said:
			if st, _ := s.cm.Judge(d.Code, day); st == codes.Valid || st == codes.NotLoaded {
				x.say(codePresenceMissing, hi(d.At, d.Element, 9), "", "")
			}
		}
	}
}

// lineCodes looks at the codes of a service line, on its day.
func (x *check) lineCodes(s *CodeSets, l *claim.Line, day int) {
	if d := dayNumberOf(l.Service().From()); d != 0 {
		day = d
	}
	e := x.procedureElement()
	x.procedureCode(s, l.Procedure.Qualifier, l.Procedure.Code, day, x.service(l, e, 2))
	x.modifierCodes(s, &l.Procedure, day, x.service(l, e, 3))
	if len(l.RevenueCode) == 4 && digits(l.RevenueCode) && s.revenue != nil {
		x.inList(s, s.revenue, codes.Revenue, codeNoRevenue, l.RevenueCode, day, x.service(l, 1, 0))
	}
	if q := l.Equipment; q != nil {
		at := place{q.At, "2400", "SV5", 1, 2}
		if q.Procedure.Code != l.Procedure.Code {
			x.procedureCode(s, q.Procedure.Qualifier, q.Procedure.Code, day, at)
		}
	}
	if h := l.Repricing; h != nil && h.Procedure != "" && h.Procedure != l.Procedure.Code {
		x.procedureCode(s, h.ProcedureQualifier, h.Procedure, day, place{h.At, "2400", "HCP", 10, 0})
	}
	if d := l.Drug; d != nil && d.Qualifier == "N4" && (len(d.Code) == 11 || len(d.Code) == 12) && digits(d.Code) {
		if s.judge(s.ndc, codes.NDCs, d.Code, day) == codes.NoCode {
			x.say(codeUnlistedDrug, place{d.At, "2410", "LIN", 3, 0}, d.Code, "")
		}
	}
	for i := range l.Adjudications {
		a := &l.Adjudications[i]
		if a.Procedure.Code != l.Procedure.Code {
			x.procedureCode(s, a.Procedure.Qualifier, a.Procedure.Code, day, place{a.At, "2430", "SVD", 3, 2})
		}
		x.modifierCodes(s, &a.Procedure, day, place{a.At, "2430", "SVD", 3, 3})
		if a.RevenueCode != "" && a.RevenueCode != l.RevenueCode && s.revenue != nil {
			x.inList(s, s.revenue, codes.Revenue, codeNoRevenue, a.RevenueCode, day, place{a.At, "2430", "SVD", 4, 0})
		}
	}
	x.otherSides(s, l, day)
}

// systemOf is the system that a procedure code is of, by its qualifier and form;
// nil: none that is known here.
func (s *CodeSets) systemOf(qualifier, code string) (set *codes.System, name string, none diag.Code) {
	switch qualifier {
	case "AD":
		return s.cdt, codes.CDT, codeNoDental
	case "HP":
		return s.lists["hipps"], "hipps", codeNotInList
	case "HC":
	default:
		return nil, "", 0
	}
	if len(code) != 5 {
		return nil, "", 0
	}
	switch c := code[0]; {
	case c >= '0' && c <= '9':
		return s.cpt, codes.CPT, codeNoProcedure
	case c == 'D':
		return s.cdt, codes.CDT, codeNoDental
	case c <= 'V':
		return s.hcpcs, codes.HCPCS, codeNoSupply
	}
	return nil, "", 0 // W to Z are codes of a state
}

// procedureCode looks a procedure up.
func (x *check) procedureCode(s *CodeSets, qualifier, code string, day int, at place) {
	if code == "" || qualifier == "HC" && !procedureForm(code) {
		return
	}
	set, name, none := s.systemOf(qualifier, code)
	if name == "" || set == nil && name == "hipps" {
		return
	}
	if s.judge(set, name, code, day) != codes.NoCode {
		return
	}
	want := whenItWas(set, code, day)
	if none == codeNotInList {
		want = name
	}
	x.say(none, at, code, want)
}

// modifierCodes looks modifiers up: those of HCPCS, and where the operator has
// loaded them those of CPT.
func (x *check) modifierCodes(s *CodeSets, p *claim.Procedure, day int, at place) {
	if p.Qualifier != "HC" {
		return
	}
	for i, m := range p.Modifiers {
		if len(m) != 2 {
			continue
		}
		set, name := s.modifiers, codes.Modifiers
		if digits(m) || m[0] == 'P' && m[1] >= '1' && m[1] <= '6' || m[1] == 'P' && m[0] >= '1' && m[0] <= '8' {
			if set, name = s.cptModifiers, "cpt-modifier"; set == nil && s.modifiers == nil {
				name = codes.Modifiers
			}
		}
		if s.judge(set, name, m, day) == codes.NoCode {
			at.component = 3 + i
			x.say(codeNoModifier, at, m, whenItWas(set, m, day))
		}
	}
}

// otherSides: what a line says of the side, and what its diagnoses say.
func (x *check) otherSides(s *CodeSets, l *claim.Line, day int) {
	side := 0
	for _, m := range l.Procedure.Modifiers {
		switch m {
		case "RT":
			side |= codes.SideRight
		case "LT":
			side |= codes.SideLeft
		}
	}
	if side != codes.SideRight && side != codes.SideLeft {
		return
	}
	said := 0
	for _, p := range l.DiagnosisPointers {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > len(x.Diagnoses) {
			continue
		}
		v, _, _ := s.cm.Value(x.Diagnoses[n-1].Code, day)
		if v &= codes.SideOf; v == 0 || v == codes.SideUnspecified {
			return // a diagnosis that has no side may be why
		}
		said |= v
	}
	if said != 0 && said&side == 0 {
		word := "right"
		if side == codes.SideLeft {
			word = "left"
		}
		x.say(codeOtherSide, x.service(l, x.procedureElement(), 3), "", word)
	}
}

// taxonomyCodes looks at the specialties of providers.
func (x *check) taxonomyCodes(s *CodeSets, day int) {
	look := func(p *claim.Party, loop string) {
		if t := p.Specialty.Taxonomy; t != "" && len(t) == 10 && s.judge(s.taxonomy, codes.Taxonomy, t, day) == codes.NoCode {
			x.say(codeNoTaxonomy, place{p.Specialty.At, loop, "PRV", 3, 0}, t, whenItWas(s.taxonomy, t, day))
		}
	}
	if b := x.BillingProvider; b != nil {
		look(&b.Party, "2000A")
	}
	for i := range x.Providers {
		look(&x.Providers[i], x.providerLoop(x.Providers[i].Role, false))
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Providers {
			look(&x.Lines[i].Providers[k], x.providerLoop(x.Lines[i].Providers[k].Role, true))
		}
	}
}

// otherPayersCodes looks at the reasons and remarks of other payers. They are
// told again, not said: a code that has been stopped since is still right.
func (x *check) otherPayersCodes(s *CodeSets, day int) {
	reason := func(code string, at x12.At, loop string, element int8) {
		if code == "" {
			return
		}
		if s.carc == nil {
			s.note(codes.CARC, day)
		} else if !s.carc.Known(code) {
			x.say(codeNoReason, place{at, loop, "CAS", max(int(element), 2), 0}, code, "")
		}
	}
	remark := func(code string, at x12.At, segment string, element int) {
		if code == "" {
			return
		}
		if s.rarc == nil {
			s.note(codes.RARC, day)
		} else if !s.rarc.Known(code) {
			x.say(codeNoRemark, place{at, "2320", segment, element, 0}, code, "")
		}
	}
	for i := range x.OtherCoverages {
		o := &x.OtherCoverages[i]
		for k := range o.Adjustments {
			reason(string(o.Adjustments[k].Reason), o.Adjustments[k].At, "2320", o.Adjustments[k].Element)
		}
		if m := o.Outpatient; m != nil {
			for k, r := range m.Remarks {
				remark(r, m.At, "MOA", 3+k)
			}
		}
		if m := o.Inpatient; m != nil {
			remark(m.Remark, m.At, "MIA", 5)
			for k, r := range m.MoreRemarks {
				remark(r, m.At, "MIA", 20+k)
			}
		}
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Adjudications {
			a := &x.Lines[i].Adjudications[k]
			for j := range a.Adjustments {
				reason(string(a.Adjustments[j].Reason), a.Adjustments[j].At, "2430", a.Adjustments[j].Element)
			}
		}
	}
}

// inList looks a code up in a list of the operator's.
func (x *check) inList(s *CodeSets, set *codes.System, name string, none diag.Code, code string, day int, at place) {
	if set == nil || code == "" {
		return
	}
	if s.judge(set, name, code, day) == codes.NoCode {
		want := name
		if none != codeNotInList {
			want = whenItWas(set, code, day)
		}
		x.say(none, at, code, want)
	}
}

// listedCodes looks at what the lists of the uniform bill have, those that the
// operator has loaded.
func (x *check) listedCodes(s *CodeSets, day int) {
	look := func(name, code string, at place) { x.inList(s, s.lists[name], name, codeNotInList, code, day, at) }
	look("claim-frequency", x.Frequency, x.clm(5, 3))
	if x.Kind != claim.Institutional {
		for i := range x.Conditions {
			look("condition-code", x.Conditions[i].Code, hi(x.Conditions[i].At, x.Conditions[i].Element, 2))
		}
		return
	}
	look("bill-type", x.PlaceOfService+x.Frequency, x.clm(5, 1))
	if a := x.Admission; a != nil {
		look("admission-type", a.Type, place{a.At, "2300", "CL1", 1, 0})
		look("admission-source", a.Origin, place{a.At, "2300", "CL1", 2, 0})
		if len(a.PatientStatus) == 2 {
			look("patient-status", a.PatientStatus, place{a.At, "2300", "CL1", 3, 0})
		}
	}
	look("drg", x.DRG.Code, hi(x.DRG.At, x.DRG.Element, 2))
	for i := range x.Conditions {
		look("condition-code", x.Conditions[i].Code, hi(x.Conditions[i].At, x.Conditions[i].Element, 2))
	}
	for i := range x.Treatments {
		look("treatment-code", x.Treatments[i].Code, hi(x.Treatments[i].At, x.Treatments[i].Element, 2))
	}
	for i := range x.Values {
		look("value-code", x.Values[i].Code, hi(x.Values[i].At, x.Values[i].Element, 2))
	}
	for i := range x.Occurrences {
		look("occurrence-code", x.Occurrences[i].Code, hi(x.Occurrences[i].At, x.Occurrences[i].Element, 2))
	}
	for i := range x.OccurrenceSpans {
		look("occurrence-span-code", x.OccurrenceSpans[i].Code, hi(x.OccurrenceSpans[i].At, x.OccurrenceSpans[i].Element, 2))
	}
}
