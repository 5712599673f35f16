package scrub

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// The scrubber's own edits, and what code sets say of diagnoses.
const (
	codeHeading            diag.Code = 5901
	codeNoDiagnosisCode    diag.Code = 5902
	codePayerUnknown       diag.Code = 7960
	codePayerTakesNone     diag.Code = 7961
	codeNotEnrolled        diag.Code = 7962
	codeNoRemittances      diag.Code = 7963
	codeTelehealthModifier diag.Code = 7964
	codeBillingTaxonomy    diag.Code = 7965
	codeRenderingTaxonomy  diag.Code = 7966
	codeNoReferral         diag.Code = 7967
	codeNoGroupNumber      diag.Code = 7968
	codeNoDrugCode         diag.Code = 7969
	codeMemberNumber       diag.Code = 7970
	codeFilingLimit        diag.Code = 7971
	codeFilingLimitNear    diag.Code = 7972
	codeSentBefore         diag.Code = 7973
	codePatientInsured     diag.Code = 7974
	codeMedicareSecond     diag.Code = 7975
	codeNoCharge           diag.Code = 7976
	codeNoCLIA             diag.Code = 7977
	codeNoTransport        diag.Code = 7978
	codeNoAccident         diag.Code = 7979
	codeNoRate             diag.Code = 7981
	codeNoHospitalStay     diag.Code = 7982
	codeNoCertification    diag.Code = 7983
	codeNoDialysisValues   diag.Code = 7984
	codeNoProsthesis       diag.Code = 7985
	codeNoRoom             diag.Code = 7986
)

// place reports an edit about an element of the claim.
func (x *scrubbing) place(code diag.Code, at x12.At, loop, segment string, element, component int, want string) {
	x.say(x.c, diag.Diagnostic{Code: code, Want: want, Pos: diag.Pos{
		Segment: int(at.Segment), Offset: at.Offset, Loop: loop, SegmentID: segment, Element: element, Component: component,
		Interchange: x.c.Source.Interchange, Group: x.c.Source.Group, Transaction: x.c.Source.Transaction,
	}})
}

// edits runs the scrubber's own edits, each over the whole claim.
func (x *scrubbing) edits() {
	if x.c.Subscriber == nil || x.c.Payer == nil || x.c.BillingProvider == nil {
		return
	}
	x.payer()
	x.medicare()
	x.diagnoses()
	x.charges()
	x.waivedTests()
	x.ambulance()
	x.casualty()
	switch x.c.Kind {
	case claim.Institutional:
		x.facility()
	case claim.Dental:
		x.prostheses()
	}
	x.sentBefore()
}

// payer: the claim goes to a payer of the directory, which takes it, from a
// billing provider that it knows, with what it asks for.
func (x *scrubbing) payer() {
	c := x.c
	if x.Payers == nil {
		x.unchecked("payers", "no payer directory")
		return
	}
	at := c.Payer.At
	p, ok := x.Payers.Payer(c.Payer.ID.Value, c.Payer.Name.Last)
	if !ok {
		want := ""
		if near := x.Payers.Nearest(c.Payer.ID.Value, c.Payer.Name.Last, 3); len(near) > 0 {
			want = "; the nearest are " + strings.Join(near, ", ")
		}
		x.place(codePayerUnknown, at, "2010BB", "NM1", 0, 0, want)
		return
	}
	if !p.Takes(c.Kind) {
		x.place(codePayerTakesNone, at, "2010BB", "NM1", 0, 0, c.Kind.String())
	}
	x.enrolment(&p)
	s := c.Subscriber
	if p.MemberID != nil && s.ID.Value != "" && !p.MemberID.MatchString(s.ID.Value) {
		x.place(codeMemberNumber, s.Person.At, "2010BA", "NM1", 9, 0, p.MemberForm)
	}
	if p.PatientIsSubscriber && c.Patient != nil {
		x.place(codePatientInsured, s.Coverage.At, "2000B", "SBR", 2, 0, "")
	}
	if p.Asks(gateway.RequiresGroupNumber) && s.Coverage.GroupNumber == "" {
		x.place(codeNoGroupNumber, s.Coverage.At, "2000B", "SBR", 3, 0, "")
	}
	if p.Asks(gateway.RequiresReferral) && c.Reference(claim.ReferenceReferral) == "" && c.Provider(claim.RoleReferring) == nil {
		x.place(codeNoReferral, c.At, "2300", "REF", 2, 0, "")
	}
	x.taxonomies(&p)
	for i := range c.Lines {
		l := &c.Lines[i]
		if p.Asks(gateway.RequiresTelehealthModifier) && isTelehealth(placeOfService(c, l)) && !hasModifier(l, "93", "95", "GT", "GQ", "FQ") {
			x.place(codeTelehealthModifier, l.ServiceAt, "2400", "SV1", 1, 3, "")
		}
		if p.Asks(gateway.RequiresDrugCode) && isDrug(l.Procedure.Code) && l.Drug == nil {
			x.place(codeNoDrugCode, l.ServiceAt, "2400", "LIN", 3, 0, "")
		}
	}
	x.filing(&p)
}

func (x *scrubbing) enrolment(p *gateway.Payer) {
	b := x.c.BillingProvider
	has := p.Enrolment.Of(b.ID.Value)
	if p.Enrolment.Claims && (has.Claims == "" || has.Claims > x.in.Today) {
		x.place(codeNotEnrolled, b.Party.At, "2010AA", "NM1", 9, 0, "")
	} else if p.Enrolment.Remittances && (has.Remittances == "" || has.Remittances > x.in.Today) {
		x.place(codeNoRemittances, b.Party.At, "2010AA", "NM1", 9, 0, "")
	}
}

func (x *scrubbing) taxonomies(p *gateway.Payer) {
	c := x.c
	b := c.BillingProvider
	if p.Asks(gateway.RequiresBillingTaxonomy) && b.Specialty.Taxonomy == "" {
		x.place(codeBillingTaxonomy, b.HL, "2000A", "PRV", 3, 0, "")
	}
	if !p.Asks(gateway.RequiresRenderingTaxonomy) {
		return
	}
	if r := c.Provider(claim.RoleRendering); r != nil && r.Specialty.Taxonomy == "" {
		x.place(codeRenderingTaxonomy, r.At, "2310B", "PRV", 3, 0, "")
	}
	for i := range c.Lines {
		if r := c.Lines[i].Provider(claim.RoleRendering); r != nil && r.Specialty.Taxonomy == "" {
			x.place(codeRenderingTaxonomy, r.At, "2420A", "PRV", 3, 0, "")
		}
	}
}

// filingWarning is how many days before a payer's limit we speak up.
const filingWarning = 14

// filing: original claims to the first payer come in time, or say why not.
// Corrected and secondary claims have windows of their own.
func (x *scrubbing) filing(p *gateway.Payer) {
	c := x.c
	if p.FilingDays == 0 || c.Frequency != "1" || len(c.OtherCoverages) > 0 {
		return
	}
	today, err := time.Parse("20060102", x.in.Today)
	if err != nil {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		day, err := time.Parse("20060102", l.Service().To())
		if err != nil {
			continue
		}
		left := p.FilingDays - int(today.Sub(day).Hours()/24)
		for k := range l.Dates {
			if l.Dates[k].Kind != claim.DateService {
				continue
			}
			switch limit := strconv.Itoa(p.FilingDays); {
			case left < 0 && c.DelayReason == "":
				x.place(codeFilingLimit, l.Dates[k].At, "2400", "DTP", 3, 0, limit)
				return
			case left >= 0 && left <= filingWarning:
				x.place(codeFilingLimitNear, l.Dates[k].At, "2400", "DTP", 3, 0, limit)
				return
			}
		}
	}
}

// medicare: who comes second says why.
func (x *scrubbing) medicare() {
	s := x.c.Subscriber
	if f := s.Coverage.ClaimFiling; (f == "MB" || f == "MA") && s.Coverage.Sequence != "P" && s.Coverage.InsuranceType == "" {
		x.place(codeMedicareSecond, s.Coverage.At, "2000B", "SBR", 5, 0, "")
	}
}

// diagnoses: a code that has finer codes below it is not billed.
func (x *scrubbing) diagnoses() {
	if day, err := strconv.Atoi(firstDay(x.c)); err == nil && x.Codes.System(codes.ICD10CM).Covers(day) {
		return // the engine has looked them up
	}
	set := x.Diagnoses
	if set == nil {
		set = Shipped{}
	}
	checked := true
	for i := range x.c.Diagnoses {
		d := &x.c.Diagnoses[i]
		switch d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisAdmitting, claim.DiagnosisReasonForVisit, claim.DiagnosisExternalCause:
		default:
			continue // ICD-9-CM
		}
		standing, want := set.Diagnosis(d.Code, firstDay(x.c))
		if want != "" {
			want = "; " + want
		}
		switch standing {
		case NotChecked:
			checked = false
		case Heading:
			x.place(codeHeading, d.At, "2300", "HI", int(d.Element), 2, want)
		case NoCode:
			x.place(codeNoDiagnosisCode, d.At, "2300", "HI", int(d.Element), 2, want)
		}
	}
	if !checked {
		x.unchecked("icd-10-cm", "no release loaded for the day of service")
	}
}

// firstDay is the first day that the claim bills.
func firstDay(c *claim.Claim) string {
	first := c.Date(claim.DateStatement).From()
	for i := range c.Lines {
		if d := c.Lines[i].Service().From(); d != "" && (first == "" || d < first) {
			first = d
		}
	}
	return first
}

// Shipped is what the binary knows of ICD-10-CM without a release: the codes
// of three characters that are billable as they stand. All others of three
// characters are headings, or no codes; longer ones it cannot judge.
type Shipped struct{}

// Diagnosis judges codes of three characters.
func (Shipped) Diagnosis(code, _ string) (Standing, string) {
	set, ok := codes.Shipped("icd-10-cm-categories")
	switch {
	case !ok || len(code) != 3:
		return NotChecked, ""
	case set.Has([]byte(code)):
		return Billable, ""
	}
	return Heading, ""
}

// charges: every line asks for something, but for what others have supplied
// and codes that only report quality. Institutional lines may be without a
// charge, such as that of a rate, and so may all that is only reported.
func (x *scrubbing) charges() {
	if x.c.Kind == claim.Institutional || x.c.Submission != nil && x.c.Submission.Use == claim.UseReporting {
		return
	}
	segment := "SV1"
	if x.c.Kind == claim.Dental {
		segment = "SV3"
	}
	for i := range x.c.Lines {
		l := &x.c.Lines[i]
		code := l.Procedure.Code
		if !l.Charge.Known || l.Charge.Amount != 0 || hasModifier(l, "SL") ||
			len(code) == 5 && (code[4] == 'F' || strings.HasPrefix(code, "G8") || strings.HasPrefix(code, "G9")) {
			continue
		}
		x.place(codeNoCharge, l.ServiceAt, "2400", segment, 2, 0, "")
	}
}

// waivedTests: QW says that the laboratory has a certificate; its number goes
// with it.
func (x *scrubbing) waivedTests() {
	if x.c.Reference(claim.ReferenceCLIA) != "" {
		return
	}
	for i := range x.c.Lines {
		if l := &x.c.Lines[i]; hasModifier(l, "QW") && l.Reference(claim.ReferenceCLIA) == "" {
			x.place(codeNoCLIA, x.c.At, "2300", "REF", 2, 0, "")
			return
		}
	}
}

// ambulance: a transport or its miles (A0425 to A0436) go with the trip.
func (x *scrubbing) ambulance() {
	if x.c.Ambulance != nil {
		return
	}
	for i := range x.c.Lines {
		if l := &x.c.Lines[i]; l.Procedure.Code >= "A0425" && l.Procedure.Code <= "A0436" && l.Ambulance == nil {
			x.place(codeNoTransport, x.c.At, "2300", "CR1", 0, 0, "")
			return
		}
	}
}

// casualty: who insures accidents is told of one.
func (x *scrubbing) casualty() {
	switch x.c.Subscriber.Coverage.ClaimFiling {
	case "WC", "AM", "LM":
		if x.c.RelatedCauses.Causes[0] == "" {
			x.place(codeNoAccident, x.c.At, "2300", "CLM", 11, 0, "")
		}
	}
}

// sentBefore: the same services are billed once.
func (x *scrubbing) sentBefore() {
	if x.History == nil {
		x.unchecked("history", "no record of earlier claims")
		return
	}
	if x.c.Frequency != "1" {
		return
	}
	if id, when, ok := x.History.Sent(x.c); ok {
		want := "in another claim"
		if len(when) == 8 {
			want = "on " + when[:4] + "-" + when[4:6] + "-" + when[6:]
		}
		// The other claim's number may name a patient: it is what was found.
		x.say(x.c, diag.Diagnostic{Code: codeSentBefore, Got: id, Want: want, Pos: diag.Pos{
			Segment: int(x.c.At.Segment), Loop: "2300", SegmentID: "CLM", Element: 1}})
	}
}

func placeOfService(c *claim.Claim, l *claim.Line) string {
	if l.PlaceOfService != "" {
		return l.PlaceOfService
	}
	return c.PlaceOfService
}

func isTelehealth(place string) bool { return place == "02" || place == "10" }

func hasModifier(l *claim.Line, any ...string) bool {
	for _, m := range l.Procedure.Modifiers {
		if m != "" && slices.Contains(any, m) {
			return true
		}
	}
	return false
}

// isDrug says whether a HCPCS code is of the chapter of injected drugs.
func isDrug(code string) bool { return len(code) == 5 && code[0] == 'J' }
