package intake

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/party"
	"claimwire/edi/x12"
)

// Locate gives a func that says which field of an encounter a finding about its
// claim is about: "lines[2].charge" for SV102 of the third line. The claim is
// one that was read from the X12 that the finding was made on; the encounter
// tells apart what several fields of it may have given, and may be nil. What
// has no field gives "".
func Locate(e *Encounter) func(*claim.Claim, diag.Diagnostic) string {
	return func(c *claim.Claim, d diag.Diagnostic) string {
		p := placing{c: c, d: d, at: int32(d.Segment)}
		field := p.field()
		if e != nil {
			field = e.stated(field)
		}
		return field
	}
}

// stated gives for a field of a line that the office left out the field of the
// encounter that stood in for it.
func (e *Encounter) stated(field string) string {
	switch {
	case field == "statement_from" && e.StatementFrom == "" && e.AdmissionDate != "" && inpatientBill(facilityType(e.TypeOfBill)):
		return "admission_date"
	case field == "statement_from" && e.StatementFrom == "" && e.ServiceDate != "":
		return "service_date"
	case field == "statement_to" && e.StatementTo == "" && e.DischargeDate != "":
		return "discharge_date"
	case field == "statement_to" && e.StatementTo == "" && e.ServiceDate != "":
		return "service_date"
	}
	rest, ok := strings.CutPrefix(field, rowList+"[")
	if !ok {
		return field
	}
	number, name, _ := strings.Cut(rest, "].")
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(e.Lines) {
		return field
	}
	switch l := &e.Lines[i]; {
	case name == "from" && l.From == "" && l.To == "" && e.ServiceDate != "":
		return "service_date"
	case name == "units" && l.Minutes != "":
		return index(rowList, i, "minutes")
	case name == "units" && l.Days != "":
		return index(rowList, i, "days")
	case name == "procedure" && l.HIPPS != "":
		return index(rowList, i, "hipps")
	case strings.HasPrefix(name, "ordering_provider") && l.OrderingProvider == nil:
		return name
	case strings.HasPrefix(name, "prior_payments") && strings.HasSuffix(name, ".decided_on"):
		return field
	}
	return field
}

// placing is the search for the field of one finding.
type placing struct {
	c  *claim.Claim
	d  diag.Diagnostic
	at int32 // ordinal of the segment
}

// Findings whose place says where the rule looked, and not what is missing.
var placedByCode = map[diag.Code]string{
	4901: "original_reference",
	4902: "accident.date",
	4903: "accident.state",
	4911: "patient",
	4912: "admission_date",
	4925: "other_insurance",
	4304: "accident",
	4318: "original_reference",
	4312: "attending_provider",
	4313: "operating_provider",
	4314: "operating_provider",
	4327: "admitting_diagnosis",
	4328: "admitting_diagnosis",
	4329: "reasons_for_visit",
	4330: "reasons_for_visit",
	4331: "drg",
	4332: "procedures",
	4333: "procedures",
	4334: "discharge_hour",
	4335: "discharge_hour",
	4336: "admission_date",
	4339: "values",
	4340: "conditions",
	4341: "treatment_codes",
	4361: "orthodontics.banding_date",
	4362: "orthodontics",
	4438: "admission_date",
	4449: "admission_hour",
	4484: "discharge_status",
	4485: "discharge_status",
	4486: "admission_source",
	4525: "admission_source",
	4526: "admission_type",
	4319: "acute_date",
	4320: "clia",
	4323: "ambulance",
	7960: "insurance.payer",
	7961: "insurance.payer",
	7967: "referral_number",
	7973: "id",
	7977: "clia",
	7978: "ambulance",
	7979: "accident",
	7981: "lines",
	7982: "occurrence_spans",
	7983: "occurrences",
	7984: "values",
	7986: "lines",
}

// byTrigger are balances that point at the stated total of a claim, where a
// biller looks for what another payer paid.
var byTrigger = map[diag.Code]bool{3902: true, 3903: true, 3908: true}

func (p *placing) field() string {
	if f := placedByCode[p.d.Code]; f != "" {
		return f
	}
	if t := &p.d.Trigger; t.SegmentID != "" && (p.d.Code.Missing() || byTrigger[p.d.Code]) {
		// What is missing has no place in the encounter, what asks for it has.
		p.d.SegmentID, p.d.Loop, p.d.Element, p.d.Component, p.at = t.SegmentID, t.Loop, t.Element, t.Component, int32(t.Segment)
	}
	loop := p.d.Loop
	switch {
	case strings.HasPrefix(loop, "24"):
		return p.line()
	case strings.HasPrefix(loop, "232"), strings.HasPrefix(loop, "233"):
		return p.other()
	case loop == "2300":
		return p.claim()
	case strings.HasPrefix(loop, "2310"):
		return p.provider(loop[4:], "")
	}
	self := p.c.Patient == nil
	switch loop {
	case "2000A", "2010AA":
		if p.d.SegmentID == "REF" {
			return "billing_provider." + p.partyReference(billing(p.c))
		}
		return join("billing_provider", p.party(p.organization(billing(p.c))))
	case "2010AB":
		return join("pay_to_address", p.bareAddress(false))
	case "2000B":
		if p.d.SegmentID == "PAT" {
			return join("patient", p.information())
		}
		return join("insurance", p.coverage())
	case "2000C":
		if p.d.SegmentID == "PAT" && p.d.Element == 1 {
			return "insurance.relationship"
		}
		return join("patient", p.information())
	case "2010BA":
		if p.d.SegmentID == "NM1" && p.d.Element >= 8 {
			return "insurance.member_id"
		}
		if self {
			return join("patient", p.person())
		}
		if s := p.c.Subscriber; s != nil && s.Name.Entity == party.Organization && p.d.SegmentID == "NM1" {
			return "insurance.subscriber.name"
		}
		return join("insurance.subscriber", p.person())
	case "2010CA":
		return join("patient", p.person())
	case "2010BB":
		if p.d.SegmentID == "REF" {
			return "billing_provider.provider_number"
		}
		return join("insurance.payer", payerField(p.party(true)))
	}
	return ""
}

// join adds a step to a path; an empty one adds nothing.
func join(path, name string) string {
	if name == "" {
		return path
	}
	return path + "." + name
}

func payerField(name string) string {
	if name == "npi" {
		return "id"
	}
	return name
}

func billing(c *claim.Claim) *claim.Party {
	if c.BillingProvider == nil {
		return nil
	}
	return &c.BillingProvider.Party
}

func (p *placing) organization(x *claim.Party) bool {
	return x == nil || x.Name.Entity != party.Person
}

// party is the field of a provider or payer that a segment of its loop holds.
func (p *placing) party(organization bool) string {
	switch p.d.SegmentID {
	case "NM1":
		switch e := p.d.Element; {
		case e == 8 || e == 9:
			return "npi"
		case organization:
			return "name"
		default:
			return personName(e)
		}
	case "PRV":
		return "taxonomy"
	case "PER":
		return "phone"
	}
	return p.address()
}

func personName(element int) string {
	return map[int]string{3: "last_name", 4: "first_name", 5: "middle_name", 7: "suffix"}[element]
}

func (p *placing) address() string {
	switch p.d.SegmentID {
	case "N3":
		return "address.line" + strconv.Itoa(max(p.d.Element, 1))
	case "N4":
		return join("address", map[int]string{1: "city", 2: "state", 3: "zip", 4: "country"}[p.d.Element])
	}
	return ""
}

// bareAddress is the field of an address that stands by itself.
func (p *placing) bareAddress(named bool) string {
	if p.d.SegmentID == "NM1" {
		if named {
			return "name"
		}
		return ""
	}
	_, name, _ := strings.Cut(p.address(), ".")
	return name
}

func (p *placing) person() string {
	switch p.d.SegmentID {
	case "NM1":
		return personName(p.d.Element)
	case "DMG":
		return map[int]string{2: "birth_date", 3: "sex"}[p.d.Element]
	case "PER":
		return "phone"
	}
	return p.address()
}

func (p *placing) information() string {
	return map[int]string{6: "death_date", 8: "weight_pounds", 9: "pregnant"}[p.d.Element]
}

func (p *placing) coverage() string {
	return map[int]string{1: "order", 2: "relationship", 3: "group_number", 4: "group_name", 5: "medicare_secondary_reason", 9: "kind"}[p.d.Element]
}

// partyReference is the field of a reference of a provider, found by where it
// stands.
func (p *placing) partyReference(x *claim.Party) string {
	if x != nil {
		for i := range x.References {
			if x.References[i].At.Segment == p.at {
				switch x.References[i].Kind {
				case claim.ReferenceLicense:
					return "license"
				case claim.ReferenceProviderNumber:
					return "provider_number"
				}
			}
		}
	}
	return "tax_id"
}

// provider is a provider's field on claim level, or on a line's, where the
// letter of the loop says which.
func (p *placing) provider(letter, line string) string {
	fields := map[string]string{"A": "referring_provider", "B": "rendering_provider", "C": "service_facility",
		"D": "supervising_provider", "E": "ambulance.pick_up", "F": "ambulance.drop_off"}
	if line != "" {
		fields = map[string]string{"A": "rendering_provider", "B": "purchased_service", "C": "service_facility",
			"D": "supervising_provider", "E": "ordering_provider", "F": "referring_provider", "G": "ambulance.pick_up", "H": "ambulance.drop_off"}
	}
	switch {
	case p.c.Kind == claim.Institutional && line == "":
		fields = map[string]string{"A": "attending_provider", "B": "operating_provider", "C": "other_operating_provider", "D": "rendering_provider",
			"E": "service_facility", "F": "referring_provider"}
	case p.c.Kind == claim.Institutional:
		fields = map[string]string{"A": "operating_provider", "B": "other_operating_provider", "C": "rendering_provider", "D": "referring_provider"}
	case p.c.Kind == claim.Dental && line == "":
		fields = map[string]string{"A": "referring_provider", "B": "rendering_provider", "C": "service_facility", "D": "assistant_surgeon", "E": "supervising_provider"}
	case p.c.Kind == claim.Dental:
		fields = map[string]string{"A": "rendering_provider", "B": "assistant_surgeon", "C": "supervising_provider", "D": "service_facility"}
	}
	name := fields[letter]
	if name == "" {
		return line
	}
	field := name
	if line != "" {
		field = line + "." + name
	}
	if p.d.SegmentID == "REF" {
		if x := p.standing(line); x != nil {
			return join(field, p.partyReference(x))
		}
	}
	if strings.HasPrefix(name, "ambulance.") {
		return join(field, p.bareAddress(strings.HasSuffix(name, "drop_off")))
	}
	return join(field, p.party(name == "service_facility" || p.organization(p.standing(line)) && name == "rendering_provider"))
}

// standing is the provider whose loop the finding stands in.
func (p *placing) standing(line string) *claim.Party {
	list := p.c.Providers
	if line != "" {
		list = p.c.Lines[p.lineIndex()].Providers
	}
	var found *claim.Party
	for i := range list {
		if list[i].At.Segment <= p.at {
			found = &list[i]
		}
	}
	return found
}

var claimDateFields = map[claim.DateKind]string{
	claim.DateOnset: "onset_date", claim.DateInitialTreatment: "initial_treatment_date", claim.DateLastSeen: "last_seen_date",
	claim.DateAcuteManifestation: "acute_date", claim.DateAccident: "accident.date", claim.DateLastMenstrualPeriod: "last_menstrual_period",
	claim.DateLastXRay: "last_x_ray_date", claim.DatePrescription: "prescription_date", claim.DateDisability: "disability_from",
	claim.DateDisabilityBegin: "disability_from", claim.DateDisabilityEnd: "disability_to", claim.DateLastWorked: "last_worked_date",
	claim.DateReturnToWork: "return_to_work_date", claim.DateAdmission: "admission_date", claim.DateDischarge: "discharge_date",
	claim.DateAssumedCare: "assumed_care_date", claim.DateRelinquishedCare: "relinquished_care_date", claim.DateFirstContact: "first_contact_date",
}

var referenceFields = map[claim.ReferenceKind]string{
	claim.ReferencePayerClaimID: "original_reference", claim.ReferenceAuthorizationException: "authorization_exception",
	claim.ReferenceMammography: "mammography_certification", claim.ReferenceReferral: "referral_number",
	claim.ReferencePriorAuthorization: "prior_authorization", claim.ReferenceCLIA: "clia", claim.ReferenceReferringCLIA: "referring_clia",
	claim.ReferenceInvestigationalDevice: "investigational_device", claim.ReferenceMedicalRecord: "medical_record_number",
	claim.ReferenceDemonstrationProject: "demonstration_project", claim.ReferenceCarePlanOversight: "care_plan_oversight",
	claim.ReferenceLineControlNumber: "control_number", claim.ReferencePeerReview: "peer_review", claim.ReferencePredetermination: "predetermination_number",
	claim.ReferenceRepricedClaim: "repricing.claim_number", claim.ReferenceAdjustedRepricedClaim: "repricing.adjusted_claim_number",
	claim.ReferenceRepricedLine: "repricing.claim_number", claim.ReferenceAdjustedRepricedLine: "repricing.adjusted_claim_number",
	claim.ReferenceAutoAccidentState: "accident.state", claim.ReferenceImmunizationBatch: "immunization_batch",
}

// claim is the field that a segment of loop 2300 holds.
func (p *placing) claim() string {
	c, d := p.c, p.d
	switch d.SegmentID {
	case "CLM":
		switch d.Element {
		case 5:
			switch {
			case c.Kind == claim.Institutional:
				return "type_of_bill"
			case d.Component == 3:
				return "frequency"
			}
			return "place_of_service"
		case 11:
			if d.Component == 4 {
				return "accident.state"
			}
			return "accident.related_to"
		}
		return map[int]string{1: "id", 2: "total_charge", 6: "provider_signature_on_file", 7: "accept_assignment", 8: "assign_benefits",
			9: "release_of_information", 10: "signed_for_patient", 12: "special_program", 19: "predetermination", 20: "delay_reason"}[d.Element]
	case "DTP":
		for i := range c.Dates {
			if c.Dates[i].At.Segment == p.at {
				return p.claimDate(&c.Dates[i])
			}
		}
	case "CL1":
		return map[int]string{1: "admission_type", 2: "admission_source", 3: "discharge_status"}[d.Element]
	case "DN1":
		return join("orthodontics", map[int]string{1: "months", 2: "months_remaining", 4: "description"}[d.Element])
	case "DN2":
		return p.toothStatus()
	case "CN1":
		return join("contract", contractField(d.Element))
	case "HCP":
		return join("repricing", repricingField(d.Element))
	case "K3":
		return "file_information"
	case "REF":
		for i := range c.References {
			if c.References[i].At.Segment == p.at {
				return referenceFields[c.References[i].Kind]
			}
		}
	case "HI":
		return p.code()
	case "AMT":
		if c.Kind == claim.Institutional {
			return "patient_due"
		}
		return "patient_paid"
	case "NTE":
		return "note"
	case "PWK":
		for i := range c.Attachments {
			if c.Attachments[i].At.Segment == p.at {
				return join(index("attachments", i, ""), attachmentField(d.Element))
			}
		}
	case "CR1":
		return p.transport("ambulance")
	case "CR2":
		return join("spinal_manipulation", map[int]string{8: "condition", 10: "description", 11: "additional_description"}[d.Element])
	case "CRC":
		for i := range c.Certifications {
			if c.Certifications[i].At.Segment == p.at {
				return certificationField(c.Certifications[i].Kind)
			}
		}
	}
	return ""
}

// claimDate is the field of a date of the claim, of which an institutional one
// has the days of the bill and the hours of the stay.
func (p *placing) claimDate(d *claim.Date) string {
	switch {
	case d.Kind == claim.DateStatement:
		// What is wrong with a period is said of its end, unless it is not even
		// a period.
		if p.d.Element == 3 && d.From() != "" && d.From() == d.To() {
			return "statement_from"
		}
		return "statement_to"
	case d.Kind == claim.DateDischarge && p.c.Kind == claim.Institutional:
		return "discharge_hour"
	case d.Kind == claim.DateService:
		return "service_date"
	case d.Kind == claim.DateAppliancePlacement:
		return "orthodontics.banding_date"
	case d.Kind == claim.DateRepricerReceived:
		return "repricing.received_on"
	}
	return claimDateFields[d.Kind]
}

// facilityType is what a type of bill as the office wrote it says of the
// facility.
func facilityType(bill string) string {
	if bill = strings.TrimPrefix(compact(bill, " "), "0"); len(bill) == 3 {
		return bill[:2]
	}
	return ""
}

func (p *placing) toothStatus() string {
	missing, extract := 0, 0
	for i := range p.c.ToothStatuses {
		t := &p.c.ToothStatuses[i]
		n, name := &missing, "missing_teeth"
		if t.Status == "E" {
			n, name = &extract, "teeth_to_extract"
		}
		if t.At.Segment == p.at {
			return index(name, *n, "")
		}
		*n++
	}
	return "missing_teeth"
}

func contractField(element int) string {
	return map[int]string{1: "type", 2: "amount", 3: "percentage", 4: "code", 5: "terms_discount", 6: "version"}[element]
}

func repricingField(element int) string {
	return map[int]string{1: "method", 2: "allowed", 3: "savings", 4: "organization_id", 5: "rate", 6: "group_code", 7: "group_amount", 8: "revenue_code",
		9: "procedure", 10: "procedure", 12: "units", 13: "reject_reason", 14: "compliance", 15: "exception"}[element]
}

func attachmentField(element int) string {
	return map[int]string{1: "report", 2: "transmission", 6: "control_number"}[element]
}

func certificationField(k claim.CertificationKind) string {
	switch k {
	case claim.CertificationAmbulance:
		return "ambulance.conditions"
	case claim.CertificationHomebound:
		return "homebound"
	case claim.CertificationEPSDT:
		return "epsdt"
	}
	return "vision"
}

func (p *placing) transport(field string) string {
	switch p.d.Code {
	case 4913:
		return field + ".pick_up"
	case 4914:
		return field + ".drop_off"
	}
	return join(field, map[int]string{2: "patient_weight", 4: "reason", 6: "miles", 9: "round_trip_purpose", 10: "stretcher_purpose"}[p.d.Element])
}

// code is the field of a code in an HI segment.
func (p *placing) code() string {
	c := p.c
	here := func(at x12.At, element int8) bool { return at.Segment == p.at && int(element) == max(p.d.Element, 1) }
	counts := map[string]int{}
	for i := range c.Diagnoses {
		x := &c.Diagnoses[i]
		list := "diagnoses"
		switch x.Kind {
		case claim.DiagnosisAdmitting:
			list = "admitting_diagnosis"
		case claim.DiagnosisReasonForVisit:
			list = "reasons_for_visit"
		case claim.DiagnosisExternalCause:
			list = "external_causes"
		}
		n := counts[list]
		counts[list]++
		switch {
		case !here(x.At, x.Element):
		case list == "admitting_diagnosis":
			return list
		case p.d.Component == 9:
			return index(list, n, "present_on_admission")
		default:
			return index(list, n, "")
		}
	}
	for i := range c.Procedures {
		if x := &c.Procedures[i]; here(x.At, x.Element) {
			switch {
			case x.Kind == claim.ProcedureAnesthesia || x.Kind == claim.ProcedureAnesthesiaFurther:
				return index("anesthesia_for", i, "")
			case p.d.Component == 3 || p.d.Component == 4:
				return index("procedures", i, "date")
			}
			return index("procedures", i, "")
		}
	}
	for i := range c.Conditions {
		if x := &c.Conditions[i]; here(x.At, x.Element) {
			return index("conditions", i, "")
		}
	}
	for i := range c.Occurrences {
		if x := &c.Occurrences[i]; here(x.At, x.Element) {
			return index("occurrences", i, codePart(p.d.Component, "date"))
		}
	}
	for i := range c.OccurrenceSpans {
		if x := &c.OccurrenceSpans[i]; here(x.At, x.Element) {
			return index("occurrence_spans", i, codePart(p.d.Component, "to"))
		}
	}
	for i := range c.Values {
		if x := &c.Values[i]; here(x.At, x.Element) {
			return index("values", i, codePart(p.d.Component, "amount"))
		}
	}
	for i := range c.Treatments {
		if x := &c.Treatments[i]; here(x.At, x.Element) {
			return index("treatment_codes", i, "")
		}
	}
	if here(c.DRG.At, c.DRG.Element) {
		return "drg"
	}
	return "diagnoses"
}

// codePart is what a component of a code in an HI segment holds.
func codePart(component int, beside string) string {
	if component > 2 {
		return beside
	}
	return "code"
}

// other is the field of another insurance.
func (p *placing) other() string {
	i := -1
	for k := range p.c.OtherCoverages {
		if p.c.OtherCoverages[k].Coverage.At.Segment <= p.at {
			i = k
		}
	}
	if i < 0 {
		return "other_insurance"
	}
	o := &p.c.OtherCoverages[i]
	name := ""
	if p.d.Code == 4924 {
		return index("other_insurance", i, "decided_on")
	}
	switch p.d.SegmentID {
	case "SBR":
		name = p.coverage()
	case "CAS":
		name = "adjustments"
	case "AMT":
		name = "paid"
		for k := range o.Amounts {
			if o.Amounts[k].At.Segment == p.at {
				switch o.Amounts[k].Kind {
				case claim.AmountNonCovered:
					name = "non_covered"
				case claim.AmountRemainingLiability:
					name = "remaining_liability"
				}
			}
		}
	case "OI":
		name = map[int]string{3: "assign_benefits", 4: "signed_for_patient", 6: "release_of_information"}[p.d.Element]
	case "MOA", "MIA":
		if name = "remarks"; p.d.SegmentID == "MIA" {
			switch p.d.Element {
			case 0, 1:
				name = "covered_days"
			case 4:
				name = "drg_amount"
			}
		}
	case "DTP":
		name = "decided_on"
	case "REF":
		for k := range o.Payer.References {
			if r := &o.Payer.References[k]; r.At.Segment == p.at {
				name = referenceFields[r.Kind]
				if r.Kind == claim.ReferencePayerClaimID {
					name = "claim_number"
				}
			}
		}
	default:
		switch {
		case p.d.Loop == "2330A" && p.d.SegmentID == "NM1" && p.d.Element >= 8:
			name = "member_id"
		case p.d.Loop == "2330A":
			name = join("subscriber", p.person())
		case p.d.Loop == "2330B":
			name = join("payer", payerField(p.party(true)))
		}
	}
	return join(index("other_insurance", i, ""), name)
}

func (p *placing) lineIndex() int {
	i := 0
	for k := range p.c.Lines {
		if p.c.Lines[k].At.Segment <= p.at {
			i = k
		}
	}
	return i
}

var lineDateFields = map[claim.DateKind]string{
	claim.DateService: "from", claim.DatePrescription: "prescription_date", claim.DateRecertification: "certification_revision_date",
	claim.DateBeginTherapy: "begin_therapy_date", claim.DateLastCertification: "last_certification_date", claim.DateLastSeen: "last_seen_date",
	claim.DateHemoglobinTest: "hemoglobin_test_date", claim.DateCreatinineTest: "creatinine_test_date", claim.DateShipped: "shipped_date",
	claim.DatePriorPlacement: "prior_placement_date", claim.DateAppliancePlacement: "banding_date", claim.DateReplacement: "replacement_date",
	claim.DateTreatmentStart: "treatment_start", claim.DateTreatmentCompletion: "treatment_completion",
	claim.DateLastXRay: "last_x_ray_date", claim.DateInitialTreatment: "initial_treatment_date",
}

// line is the field of a line.
func (p *placing) line() string {
	if len(p.c.Lines) == 0 {
		return "lines"
	}
	i := p.lineIndex()
	l, line := &p.c.Lines[i], index(rowList, i, "")
	switch p.d.Code {
	case 4917:
		return line
	case 7964:
		return line + ".modifiers"
	case 7969:
		return line + ".ndc"
	case 4338, 4357:
		return line + ".from"
	case 4359:
		return line + ".prior_placement_date"
	case 4363:
		return line + ".teeth"
	case 4364:
		return line + ".teeth[0].surfaces"
	case 4365:
		return line + ".oral_cavity"
	}
	if strings.HasPrefix(p.d.Loop, "2420") {
		return p.provider(p.d.Loop[4:], line)
	}
	return join(line, p.lineField(l))
}

func (p *placing) lineField(l *claim.Line) string {
	d := p.d
	switch d.SegmentID {
	case "SV1":
		switch d.Element {
		case 1:
			switch c := d.Component; {
			case c >= 3 && c <= 6:
				return index("modifiers", c-3, "")
			case c == 7:
				return "description"
			}
			return "procedure"
		case 7:
			if d.Component > 0 {
				return index("diagnosis_pointers", d.Component-1, "")
			}
			return "diagnosis_pointers"
		}
		return map[int]string{2: "charge", 3: "units", 4: "units", 5: "place_of_service", 9: "emergency", 11: "epsdt", 12: "family_planning", 15: "copay_exempt"}[d.Element]
	case "SV2":
		if d.Element == 2 {
			return procedureField(d.Component)
		}
		return map[int]string{1: "revenue_code", 3: "charge", 4: "units", 5: "units", 7: "non_covered"}[d.Element]
	case "SV3":
		switch d.Element {
		case 1:
			return procedureField(d.Component)
		case 4:
			return index("oral_cavity", max(d.Component-1, 0), "")
		case 11:
			return index("diagnosis_pointers", max(d.Component-1, 0), "")
		}
		return map[int]string{2: "charge", 3: "place_of_service", 5: "prosthesis", 6: "units"}[d.Element]
	case "TOO":
		for i := range l.Teeth {
			if l.Teeth[i].At.Segment == p.at {
				if d.Element == 3 {
					return index("teeth", i, "surfaces")
				}
				return index("teeth", i, "")
			}
		}
		return "teeth"
	case "CN1":
		return join("contract", contractField(d.Element))
	case "HCP":
		return join("repricing", repricingField(d.Element))
	case "K3":
		return "file_information"
	case "SV5":
		return join("equipment", map[int]string{3: "days", 4: "rental_price", 5: "purchase_price", 6: "rental_unit"}[d.Element])
	case "CR1":
		return p.transport("ambulance")
	case "CR3":
		return join("equipment", map[int]string{1: "certification_type", 3: "certification_months"}[d.Element])
	case "PWK":
		for i := range l.Attachments {
			if l.Attachments[i].At.Segment == p.at {
				return join(index("attachments", i, ""), attachmentField(d.Element))
			}
		}
	case "DTP":
		if d.Loop == "2430" {
			return join(p.payment(l), "decided_on")
		}
		for i := range l.Dates {
			if l.Dates[i].At.Segment == p.at {
				return lineDateFields[l.Dates[i].Kind]
			}
		}
	case "REF":
		if d.Loop == "2410" {
			return "ndc.prescription_number"
		}
		for i := range l.References {
			if l.References[i].At.Segment == p.at {
				return referenceFields[l.References[i].Kind]
			}
		}
	case "AMT":
		if d.Loop == "2430" {
			return join(p.payment(l), "remaining_liability")
		}
		for i := range l.Amounts {
			if l.Amounts[i].At.Segment != p.at {
				continue
			}
			switch l.Amounts[i].Kind {
			case claim.AmountPostage:
				return "postage"
			case claim.AmountServiceTax:
				return "service_tax"
			case claim.AmountFacilityTax:
				return "facility_tax"
			}
		}
		return "sales_tax"
	case "NTE":
		if p.c.Kind == claim.Institutional {
			return "third_party_note"
		}
		return "note"
	case "PS1":
		return join("purchased_service", map[int]string{1: "npi", 2: "charge"}[d.Element])
	case "LIN":
		return "ndc.code"
	case "CTP":
		return join("ndc", map[int]string{4: "quantity", 5: "unit"}[d.Element])
	case "QTY":
		return "obstetric_units"
	case "MEA":
		return "test_results"
	case "SVD":
		return join(p.payment(l), map[int]string{1: "payer_id", 2: "paid", 3: "procedure", 4: "revenue_code", 5: "units", 6: "bundled_into"}[d.Element])
	case "CAS":
		return join(p.payment(l), "adjustments")
	case "LQ", "FRM":
		return "forms"
	}
	return ""
}

// procedureField is what a component of a line's procedure holds.
func procedureField(component int) string {
	switch {
	case component >= 3 && component <= 6:
		return index("modifiers", component-3, "")
	case component == 7:
		return "description"
	}
	return "procedure"
}

// payment is the prior payment whose loop the finding stands in.
func (p *placing) payment(l *claim.Line) string {
	n := 0
	for i := range l.Adjudications {
		if l.Adjudications[i].At.Segment <= p.at {
			n = i
		}
	}
	return index("prior_payments", n, "")
}
