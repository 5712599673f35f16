package rule

import (
	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// What a claim says of itself: its kind, accidents, documents, conditions,
// contracts and amounts.

const (
	codeNoOriginal         diag.Code = 4901
	codeNoAccidentDate     diag.Code = 4902
	codeNoAccidentState    diag.Code = 4903
	codeNoAccidentCause    diag.Code = 4904
	codeNoAdmission        diag.Code = 4912
	codeNegative           diag.Code = 4915
	codeAttachmentNumber   diag.Code = 4926
	codeAttachmentNoNumber diag.Code = 4927
)

// replacementNamesOriginal: a replacement (7) or void (8) gives the payer's
// number of the claim that it is about.
func replacementNamesOriginal(x *check) {
	if (x.Frequency == "7" || x.Frequency == "8") && x.Reference(claim.ReferencePayerClaimID) == "" {
		x.missing(codeNoOriginal, scope{}, "2300", "REF", x.clm(5, 3), "")
	}
}

// originalNamesNoOther: the payer's number of an earlier claim goes with a
// claim that is about one.
func originalNamesNoOther(x *check) {
	if x.Frequency != "1" {
		return
	}
	for i := range x.References {
		if r := &x.References[i]; r.Kind == claim.ReferencePayerClaimID && r.Value != "" {
			x.report(4318, place{r.At, "2300", "REF", 0, 0}, x.clm(5, 3), r.Value, "")
		}
	}
}

// frequencyIsProfessional: only institutional claims are billed in parts.
func frequencyIsProfessional(x *check) {
	switch x.Frequency {
	case "", "1", "7", "8":
	default:
		x.say(4504, x.clm(5, 3), x.Frequency, "")
	}
}

func (x *check) cause(code string) bool {
	for _, c := range x.RelatedCauses.Causes {
		if c == code {
			return true
		}
	}
	return false
}

// accidentHasDate: an accident has its date. For an institutional claim it is
// an occurrence code.
func accidentHasDate(x *check) {
	if (x.cause("AA") || x.cause("OA")) && dateOf(x.Dates, claim.DateAccident) == nil {
		x.missing(codeNoAccidentDate, scope{}, "2300", "DTP", x.clm(11, 1), "")
	}
}

// autoAccidentHasState: an auto accident says in which state it was, or in
// which other country.
func autoAccidentHasState(x *check) {
	if x.cause("AA") && x.RelatedCauses.State == "" && x.RelatedCauses.Country == "" {
		x.report(codeNoAccidentState, x.clm(11, 4), x.clm(11, 1), "", "")
	}
}

// stateIsOfAutoAccident: the state is for auto accidents.
func stateIsOfAutoAccident(x *check) {
	if !x.cause("AA") && x.RelatedCauses.State != "" {
		x.report(4503, x.clm(11, 4), x.clm(11, 1), x.RelatedCauses.State, "")
	}
}

// accidentDateHasCause: a date of an accident stands with the cause.
func accidentDateHasCause(x *check) {
	if d := dateOf(x.Dates, claim.DateAccident); d != nil && x.RelatedCauses.Causes[0] == "" {
		x.report(codeNoAccidentCause, x.clm(11, 0), place{d.At, "2300", "DTP", 1, 0}, "", "")
	}
}

// causesDiffer: a cause is said once.
func causesDiffer(x *check) {
	c := &x.RelatedCauses.Causes
	if c[1] != "" && c[1] == c[0] {
		x.say(4501, x.clm(11, 2), c[1], "")
	}
}

// inpatientHasAdmission: visits to an inpatient (place 21) say when the
// patient was admitted.
func inpatientHasAdmission(x *check) {
	if x.PlaceOfService == "21" && dateOf(x.Dates, claim.DateAdmission) == nil {
		x.missing(codeNoAdmission, scope{}, "2300", "DTP", x.clm(5, 1), "")
	}
}

// chargesAreNotNegative: a claim is taken back by a void, not by less than
// nothing.
func chargesAreNotNegative(x *check) {
	if x.Charge.Known && x.Charge.Amount < 0 {
		x.say(codeNegative, x.clm(2, 0), sent(x.Charge), "")
	}
	for i := range x.Lines {
		if l := &x.Lines[i]; l.Charge.Known && l.Charge.Amount < 0 {
			x.say(codeNegative, x.service(l, x.chargeElement(), 0), sent(l.Charge), "")
		}
	}
}

// amountsAreNotNegative: nor is any other amount that the provider states.
func amountsAreNotNegative(x *check) {
	for i := range x.Amounts {
		if a := &x.Amounts[i]; a.Amount.Known && a.Amount.Amount < 0 {
			x.say(4472, place{a.At, "2300", "AMT", 2, 0}, sent(a.Amount), "")
		}
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Amounts {
			if a := &x.Lines[i].Amounts[k]; a.Amount.Known && a.Amount.Amount < 0 {
				x.say(4472, place{a.At, "2400", "AMT", 2, 0}, sent(a.Amount), "")
			}
		}
	}
}

// patientPaidNoMoreThanTheCharge: what the patient has paid is most often no
// more than what is charged.
func patientPaidNoMoreThanTheCharge(x *check) {
	for i := range x.Amounts {
		a := &x.Amounts[i]
		if a.Kind == claim.AmountPatientPaid && a.Amount.Known && x.Charge.Known && a.Amount.Amount > x.Charge.Amount && x.Charge.Amount > 0 {
			x.say(4473, place{a.At, "2300", "AMT", 2, 0}, sent(a.Amount), x.Charge.String())
		}
	}
}

// contractAmountIsNotNegative: of claim and lines.
func contractAmountIsNotNegative(x *check) {
	x.contracts(func(loop string, c *claim.Contract) {
		if c.Amount.Known && c.Amount.Amount < 0 {
			x.say(4470, place{c.At, loop, "CN1", 2, 0}, sent(c.Amount), "")
		}
	})
}

// contractPercentageIsOne: from 0 to 100.
func contractPercentageIsOne(x *check) {
	x.contracts(func(loop string, c *claim.Contract) {
		if c.Percentage == "" {
			return
		}
		low, ok := c.Percentage.Sign()
		high, fine := c.Percentage.Compare("100")
		if ok && fine && (low < 0 || high > 0) {
			x.say(4471, place{c.At, loop, "CN1", 3, 0}, string(c.Percentage), "")
		}
	})
}

func (x *check) contracts(visit func(loop string, c *claim.Contract)) {
	if x.Contract != nil {
		visit("2300", x.Contract)
	}
	for i := range x.Lines {
		if c := x.Lines[i].Contract; c != nil {
			visit("2400", c)
		}
	}
}

// requestedDocumentsHaveNoNumber: documents that are only available on request
// have no number yet.
func requestedDocumentsHaveNoNumber(x *check) {
	x.attachments(func(loop string, a *claim.Attachment) {
		if a.Transmission == "AA" && a.ControlNumber != "" {
			x.report(codeAttachmentNumber, place{a.At, loop, "PWK", 6, 0}, place{a.At, loop, "PWK", 2, 0}, a.ControlNumber, "")
		}
	})
}

// sentDocumentsHaveNumber: documents that are sent have a number to find them
// by.
func sentDocumentsHaveNumber(x *check) {
	x.attachments(func(loop string, a *claim.Attachment) {
		switch a.Transmission {
		case "BM", "EL", "EM", "FT", "FX":
			if a.ControlNumber == "" && a.ReportType != "CT" {
				x.report(codeAttachmentNoNumber, place{a.At, loop, "PWK", 6, 0}, place{a.At, loop, "PWK", 2, 0}, "", "")
			}
		}
	})
}

// maxDocuments is how many documents are compared with each other.
const maxDocuments = 200

// documentsHaveNumbersOfTheirOwn: two documents with one number cannot be told
// apart.
func documentsHaveNumbersOfTheirOwn(x *check) {
	n := 0
	x.attachments(func(string, *claim.Attachment) { n++ })
	if n > maxDocuments {
		return // nobody sends so many, and each is compared with each
	}
	x.attachments(func(loop string, a *claim.Attachment) {
		if a.ControlNumber == "" {
			return
		}
		first := true
		x.attachments(func(_ string, b *claim.Attachment) {
			first = first && !(b.ControlNumber == a.ControlNumber && b.ReportType == a.ReportType && b.At.Segment < a.At.Segment)
		})
		if !first {
			x.say(4475, place{a.At, loop, "PWK", 6, 0}, a.ControlNumber, "")
		}
	})
}

func (x *check) attachments(visit func(loop string, a *claim.Attachment)) {
	for i := range x.Attachments {
		visit("2300", &x.Attachments[i])
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Attachments {
			visit("2400", &x.Lines[i].Attachments[k])
		}
	}
}

// conditionsDiffer: each condition of a claim is said once.
func conditionsDiffer(x *check) {
	for i := range x.Certifications {
		x.conditionsOf("2300", &x.Certifications[i])
	}
}

// lineConditionsDiffer: and each of a line.
func lineConditionsDiffer(x *check) {
	for i := range x.Lines {
		for k := range x.Lines[i].Certifications {
			x.conditionsOf("2400", &x.Lines[i].Certifications[k])
		}
	}
}

func (x *check) conditionsOf(loop string, c *claim.Certification) {
	for i, v := range c.Conditions {
		for k := range i {
			if v != "" && v == c.Conditions[k] {
				x.say(4508, place{c.At, loop, "CRC", 3 + i, 0}, v, "")
				break
			}
		}
	}
}

// noReferralIsSaidSo: where a screening led to no referral, its condition says
// just that.
func noReferralIsSaidSo(x *check) {
	for i := range x.Certifications {
		if c := &x.Certifications[i]; c.Kind == claim.CertificationEPSDT && c.Applies == "N" && c.Conditions[0] != "" && c.Conditions[0] != "NU" {
			x.report(4506, place{c.At, "2300", "CRC", 3, 0}, place{c.At, "2300", "CRC", 2, 0}, c.Conditions[0], "NU")
		}
	}
}

// referralIsSaidSo: where it led to one, the condition says which.
func referralIsSaidSo(x *check) {
	for i := range x.Certifications {
		c := &x.Certifications[i]
		for k, v := range c.Conditions {
			if c.Kind == claim.CertificationEPSDT && c.Applies == "Y" && v == "NU" {
				x.report(4507, place{c.At, "2300", "CRC", 3 + k, 0}, place{c.At, "2300", "CRC", 2, 0}, v, "")
			}
		}
	}
}

// acuteConditionHasDate: Medicare asks when an acute condition that the spine
// is treated for began.
func acuteConditionHasDate(x *check) {
	s := x.SpinalManipulation
	if x.has&isMedicare != 0 && (s.Condition == "A" || s.Condition == "M") && dateOf(x.Dates, claim.DateAcuteManifestation) == nil {
		x.missing(4319, scope{}, "2300", "DTP", place{s.At, "2300", "CR2", 8, 0}, "")
	}
}

// cliaNumberIsWellFormed: ten characters, the third a D.
func cliaNumberIsWellFormed(x *check) {
	for i := range x.References {
		if r := &x.References[i]; r.Kind == claim.ReferenceCLIA {
			x.clia("2300", r)
		}
	}
}

// lineCLIANumberIsWellFormed: on lines, too, and that of the laboratory that a
// test was referred to.
func lineCLIANumberIsWellFormed(x *check) {
	for i := range x.Lines {
		for k := range x.Lines[i].References {
			if r := &x.Lines[i].References[k]; r.Kind == claim.ReferenceCLIA || r.Kind == claim.ReferenceReferringCLIA {
				x.clia("2400", r)
			}
		}
	}
}

func (x *check) clia(loop string, r *claim.Reference) {
	if v := r.Value; v != "" && (len(v) != 10 || v[2] != 'D' || !digits(v[:2]) || !digits(v[3:])) {
		x.say(4478, place{r.At, loop, "REF", 2, 0}, v, "")
	}
}

// ambulances visits the transports of claim and lines.
func (x *check) ambulances(visit func(loop string, l *claim.Line, a *claim.AmbulanceTransport)) {
	if x.Ambulance != nil {
		visit("2300", nil, x.Ambulance)
	}
	for i := range x.Lines {
		if a := x.Lines[i].Ambulance; a != nil {
			visit("2400", &x.Lines[i], a)
		}
	}
}

const (
	codeNoPickUp  diag.Code = 4913
	codeNoDropOff diag.Code = 4914
)

// transportHasPickUp: a transport says from where.
func transportHasPickUp(x *check) { x.transportHas(codeNoPickUp, claim.RolePickUp) }

// transportHasDropOff: and to where.
func transportHasDropOff(x *check) { x.transportHas(codeNoDropOff, claim.RoleDropOff) }

// transportHas: an address of the claim is that of its lines, too.
func (x *check) transportHas(code diag.Code, role claim.Role) {
	if x.Provider(role) != nil {
		return
	}
	if x.Ambulance != nil {
		on := 0
		for i := range x.Lines {
			if x.Lines[i].Provider(role) != nil {
				on++
			}
		}
		if on == 0 {
			x.missing(code, scope{}, x.providerLoop(role, false), "NM1", place{x.Ambulance.At, "2300", "CR1", 0, 0}, "")
		}
		return
	}
	for i := range x.Lines {
		if l := &x.Lines[i]; l.Ambulance != nil && l.Provider(role) == nil {
			x.missing(code, scope{line: l}, x.providerLoop(role, true), "NM1", place{l.Ambulance.At, "2400", "CR1", 0, 0}, "")
		}
	}
}

// isTransport says whether a HCPCS code is that of a transport by ambulance;
// mileage and supplies come beside one.
func isTransport(p *claim.Procedure) bool {
	switch p.Code {
	case "A0426", "A0427", "A0428", "A0429", "A0430", "A0431", "A0433", "A0434", "A0225":
		return p.Qualifier == "HC"
	}
	return false
}

// transportIsDescribed: a line that bills a transport has its particulars, or
// the claim has.
func transportIsDescribed(x *check) {
	if x.Ambulance != nil {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Ambulance == nil && isTransport(&l.Procedure) {
			x.missing(4323, scope{}, "2300", "CR1", x.service(l, 1, 2), "")
			return
		}
	}
}

// certificationHasTransport: conditions of a transport stand with one.
func certificationHasTransport(x *check) {
	if x.has&hasAmbulance != 0 {
		return
	}
	for i := range x.Lines {
		if isTransport(&x.Lines[i].Procedure) {
			return // that one is billed and not described, is said
		}
	}
	for i := range x.Certifications {
		if c := &x.Certifications[i]; c.Kind == claim.CertificationAmbulance {
			x.say(4324, place{c.At, "2300", "CRC", 0, 0}, "", "")
		}
	}
}

// transportWeightIsPositive: whoever is carried weighs something.
func transportWeightIsPositive(x *check) {
	x.ambulances(func(loop string, _ *claim.Line, a *claim.AmbulanceTransport) {
		if sign, ok := a.PatientWeight.Sign(); a.PatientWeight != "" && ok && sign <= 0 {
			x.say(4481, place{a.At, loop, "CR1", 2, 0}, string(a.PatientWeight), "")
		}
	})
}

// milesAreNotNegative: nobody is carried less than no miles.
func milesAreNotNegative(x *check) {
	x.ambulances(func(loop string, _ *claim.Line, a *claim.AmbulanceTransport) {
		if sign, ok := a.Miles.Sign(); a.Miles != "" && ok && sign < 0 {
			x.say(4482, place{a.At, loop, "CR1", 6, 0}, string(a.Miles), "")
		}
	})
}

// patientsAreCountedFromTwo: the count is for transports of several.
func patientsAreCountedFromTwo(x *check) {
	x.patientCounts(func(c *claim.Count) {
		if order, ok := c.Quantity.Compare("2"); ok && order < 0 {
			x.say(4483, place{c.At, "2400", "QTY", 2, 0}, string(c.Quantity), "")
		}
	})
}

// patientsAreInAnAmbulance: patients are counted in a transport.
func patientsAreInAnAmbulance(x *check) {
	if x.has&hasAmbulance != 0 {
		return
	}
	x.patientCounts(func(c *claim.Count) { x.say(4325, place{c.At, "2400", "QTY", 0, 0}, "", "") })
}

func (x *check) patientCounts(visit func(*claim.Count)) {
	for i := range x.Lines {
		for k := range x.Lines[i].Counts {
			if c := &x.Lines[i].Counts[k]; c.Kind == claim.CountPatients {
				visit(c)
			}
		}
	}
}

// dischargeHasAdmission: who was discharged was admitted.
func dischargeHasAdmission(x *check) {
	d := dateOf(x.Dates, claim.DateDischarge)
	if d != nil && dateOf(x.Dates, claim.DateAdmission) == nil && x.PlaceOfService != "21" {
		x.missing(4342, scope{}, "2300", "DTP", place{d.At, "2300", "DTP", 1, 0}, "")
	}
}

// transportIsInAnAmbulance: a transport is billed as done in an ambulance.
func transportIsInAnAmbulance(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isTransport(&l.Procedure) {
			continue
		}
		at, where := x.clm(5, 1), x.PlaceOfService
		if l.PlaceOfService != "" {
			at, where = x.service(l, 5, 0), l.PlaceOfService
		}
		if where != "41" && where != "42" && where != "" {
			x.report(4509, at, x.service(l, 1, 2), where, "")
			return
		}
	}
}
