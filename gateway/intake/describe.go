package intake

import "sync"

// rowList is the list of which each row of a CSV file is one item.
const rowList = "lines"

// Bounds of the lists of an encounter. Those of a claim are narrower where its
// guide has them so: ToClaim says that.
const (
	maxLines       = 999
	maxDiagnoses   = 25
	maxPayers      = 10
	maxAdjustments = 30
	maxAnswers     = 99
)

var (
	tree     node
	treeOnce sync.Once
)

// description is the tree of all fields.
func description() *node {
	treeOnce.Do(func() {
		tree.typeName = "encounter"
		f := fields{mode: describing, node: &tree}
		new(Encounter).fields(&f)
	})
	return &tree
}

func (e *Encounter) fields(f *fields) {
	const (
		visit    = professional | dental
		facility = professional | institutional
	)
	f.text("note_to_reader", &e.NoteToReader, text(500), "For people who read the file; it goes nowhere.")
	f.text("id", &e.ID, needed(text(38)), "Patient control number: the office's own number of this bill. Every answer comes back with it. At most 20 characters are safe with all payers.")
	f.text("kind", &e.Kind, oneOf(kindWords), "Kind of claim; professional when left out.")
	f.text("purpose", &e.Purpose, oneOf(purposeWords), "What it is sent for: payment, when left out, or reporting, where the provider is paid in another way, such as by the month.")
	f.of(institutional)
	f.text("type_of_bill", &e.TypeOfBill, text(4), "Type of bill, three digits or four with a leading zero: 0111 is a hospital stay from admission to discharge. Its last digit is the frequency.")
	f.of(dental)
	f.text("predetermination", &e.Predetermination, truth, "Nothing has been done yet: the payer is asked what it would pay.")
	f.of(0)
	f.text("frequency", &e.Frequency, oneOf(frequencyWords), "Whether this is the first bill (original, when left out), replaces one that the payer has decided (corrected), or takes it back (void).")
	f.text("original_reference", &e.OriginalReference, text(50), "The payer's own number of the claim that is corrected or voided, from its remittance advice.")
	f.text("delay_reason", &e.DelayReason, oneOf(delayWords), "Why the claim comes late.")

	object(f, "billing_provider", &e.BillingProvider, "Who bills: the practice, or a person who bills alone.")
	f.required()
	object(f, "pay_to_address", &e.PayToAddress, "Where payments go when not to the billing provider's address, such as a post box.")
	provider(f, "rendering_provider", &e.RenderingProvider, treating, "Who treated the patient, when it is not the billing provider.")
	provider(f, "referring_provider", &e.ReferringProvider, person, "Who referred the patient.")
	f.of(professional)
	provider(f, "ordering_provider", &e.OrderingProvider, person|reachable, "Who ordered the services or supplies of all lines.")
	f.of(visit)
	provider(f, "supervising_provider", &e.SupervisingProvider, person, "Who supervised the rendering provider.")
	f.of(0)
	provider(f, "service_facility", &e.ServiceFacility, place, "Where the services were done, when not at the billing provider's address.")
	f.of(institutional)
	provider(f, "attending_provider", &e.AttendingProvider, specialist, "Who is responsible for the patient's care during the stay or visit.")
	provider(f, "operating_provider", &e.OperatingProvider, person, "Who did the principal procedure.")
	provider(f, "other_operating_provider", &e.OtherOperatingProvider, person, "Who operated as well.")
	f.of(dental)
	provider(f, "assistant_surgeon", &e.AssistantSurgeon, specialist, "Who assisted in surgery.")
	f.of(0)

	object(f, "patient", &e.Patient, "Who was treated.")
	f.required()
	object(f, "insurance", &e.Insurance, "The coverage that this claim goes to.")
	f.required()
	list(f, "other_insurance", "other_insurance", &e.OtherInsurance, maxPayers, "Other coverages of the patient; of payers that came before, with what they decided.")

	f.of(visit)
	f.text("place_of_service", &e.PlaceOfService, text(2), "Place of service of all lines that have none of their own, two digits: 11 office, 02 or 10 telehealth, 21 inpatient hospital.")
	f.of(0)
	f.text("service_date", &e.ServiceDate, date, "Date of all lines that have none of their own.")
	f.of(institutional)
	f.text("statement_from", &e.StatementFrom, date, "First day that the bill is for; the day of admission or service when left out.")
	f.text("statement_to", &e.StatementTo, date, "Last day that the bill is for; the day of discharge or the last service when left out.")
	f.of(0)
	list(f, "diagnoses", "diagnosis", &e.Diagnoses, maxDiagnoses, "Diagnoses, the principal one first: ICD-10-CM, with or without the point. All but dental encounters have one.")
	f.of(institutional)
	f.text("admitting_diagnosis", &e.AdmittingDiagnosis, text(8), "Diagnosis that the patient was admitted for.")
	f.texts("reasons_for_visit", "reason_for_visit", &e.ReasonsForVisit, 3, text(8), "Diagnoses that an outpatient came with.")
	list(f, "external_causes", "external_cause", &e.ExternalCauses, 12, "Causes of an injury, V00 to Y99.")
	list(f, "procedures", "procedure", &e.Procedures, 25, "Procedures of an inpatient stay in ICD-10-PCS, the principal one first.")
	f.text("drg", &e.DRG, text(4), "Diagnosis related group, three digits.")
	list(f, "occurrences", "occurrence", &e.Occurrences, 24, "Occurrence codes of the NUBC list, with their days.")
	list(f, "occurrence_spans", "occurrence_span", &e.OccurrenceSpans, 24, "Occurrence span codes of the NUBC list, with their days.")
	list(f, "values", "value", &e.Values, 24, "Value codes of the NUBC list, with their amounts.")
	f.texts("treatment_codes", "treatment_code", &e.TreatmentCodes, 24, text(30), "Treatment codes of home health.")
	f.of(professional)
	f.texts("anesthesia_for", "anesthesia_for", &e.AnesthesiaFor, 2, text(5), "The surgical procedures that anesthesia was given for.")
	f.of(facility)
	f.texts("conditions", "condition", &e.Conditions, 24, text(2), "Condition codes of the NUBC list.")
	f.of(0)
	list(f, "lines", "line", &e.Lines, maxLines, "The services, one a line.")
	f.required()
	f.text("total_charge", &e.TotalCharge, dollars, "The total as the office states it; it must be the sum of the lines. When left out, the lines are summed.")
	f.of(visit)
	f.text("patient_paid", &e.PatientPaid, dollars, "What the patient has paid on this bill.")
	f.of(institutional)
	f.text("patient_due", &e.PatientDue, dollars, "What the patient is expected to owe.")
	f.of(0)

	f.text("prior_authorization", &e.PriorAuthorization, text(50), "The payer's authorization number.")
	f.text("referral_number", &e.ReferralNumber, text(50), "The payer's referral number.")
	f.of(professional)
	f.text("clia", &e.CLIA, text(10), "CLIA number of the laboratory, ten characters such as 05D0000000.")
	f.of(facility)
	f.text("medical_record_number", &e.MedicalRecordNumber, text(50), "The office's number of the patient's record.")
	f.of(professional)
	f.text("mammography_certification", &e.MammographyCertification, text(50), "FDA certification number of the mammography facility.")
	f.of(facility)
	f.text("investigational_device", &e.InvestigationalDevice, text(50), "Investigational device exemption number.")
	f.text("demonstration_project", &e.DemonstrationProject, text(50), "Number of the demonstration project.")
	f.of(professional)
	f.text("care_plan_oversight", &e.CarePlanOversight, text(50), "NPI of the home health agency or hospice whose care plan was overseen.")
	f.of(institutional)
	f.text("peer_review", &e.PeerReview, text(50), "Approval number of the peer review organization.")
	f.of(dental)
	f.text("predetermination_number", &e.PredeterminationNumber, text(50), "The payer's number of the predetermination that was made before.")
	f.of(0)
	f.text("authorization_exception", &e.AuthorizationException, text(1), "Why there is no authorization, where a state asks for it: 1 to 7.")

	object(f, "accident", &e.Accident, "The condition comes from an accident or from work.")
	f.of(professional)
	f.text("onset_date", &e.OnsetDate, date, "When the illness or its symptoms began.")
	f.text("initial_treatment_date", &e.InitialTreatmentDate, date, "When treatment began.")
	f.text("last_seen_date", &e.LastSeenDate, date, "When the attending or supervising physician last saw the patient.")
	f.text("acute_date", &e.AcuteDate, date, "When a chronic condition became acute; chiropractic.")
	f.text("last_menstrual_period", &e.LastMenstrualPeriod, date, "First day of the last menstrual period.")
	f.text("last_x_ray_date", &e.LastXRayDate, date, "When the last x-ray was taken; chiropractic.")
	f.text("prescription_date", &e.PrescriptionDate, date, "When hearing devices or glasses were prescribed.")
	f.text("disability_from", &e.DisabilityFrom, date, "First day of disability.")
	f.text("disability_to", &e.DisabilityTo, date, "Last day of disability.")
	f.text("last_worked_date", &e.LastWorkedDate, date, "Last day at work.")
	f.text("return_to_work_date", &e.ReturnToWorkDate, date, "Day of authorized return to work.")
	f.of(facility)
	f.text("admission_date", &e.AdmissionDate, date, "When the patient was admitted: to the stay of this bill, or to the hospital that these services belong to; home health and hospice: when care began.")
	f.of(institutional)
	f.text("admission_hour", &e.AdmissionHour, clock, "Time of the admission: 0830, 08:30 or 08.")
	f.text("admission_type", &e.AdmissionType, text(1), "Priority of the admission or visit: 1 emergency, 2 urgent, 3 elective, 4 newborn, 5 trauma, 9 not known.")
	f.text("admission_source", &e.AdmissionSource, text(1), "Where the patient came from, one character of the NUBC list.")
	f.of(facility)
	f.text("discharge_date", &e.DischargeDate, date, "When the patient was discharged.")
	f.of(institutional)
	f.text("discharge_hour", &e.DischargeHour, clock, "Time of the discharge: 1130, 11:30 or 11.")
	f.text("discharge_status", &e.DischargeStatus, text(2), "Where the patient went, or that he is still here: patient status of the NUBC list, two digits.")
	f.of(professional)
	f.text("assumed_care_date", &e.AssumedCareDate, date, "When this provider took over post-operative care.")
	f.text("relinquished_care_date", &e.RelinquishedCareDate, date, "When this provider gave up post-operative care.")
	f.text("first_contact_date", &e.FirstContactDate, date, "First contact with the injured person; workers' compensation and auto.")

	f.of(dental)
	object(f, "orthodontics", &e.Orthodontics, "The orthodontic treatment that the services belong to.")
	f.texts("missing_teeth", "missing_tooth", &e.MissingTeeth, 35, text(2), "Teeth that are missing, by their numbers.")
	f.texts("teeth_to_extract", "tooth_to_extract", &e.TeethToExtract, 35, text(2), "Teeth that are to be extracted, by their numbers.")
	f.of(visit)

	f.text("provider_signature_on_file", &e.ProviderSignature, truth, "The provider's signature is on file; true when left out.")
	f.of(0)
	f.text("accept_assignment", &e.AcceptAssignment, oneOf(assignmentWords), "Whether the provider accepts assignment; yes when left out.")
	f.text("assign_benefits", &e.AssignBenefits, oneOf(benefitsWords), "Whether the patient lets the payer pay the provider; yes when left out.")
	f.text("release_of_information", &e.ReleaseOfInformation, oneOf(releaseWords), "How the release of information was given; signed when left out.")
	f.of(visit)
	f.text("signed_for_patient", &e.SignedForPatient, truth, "The provider signed for the patient, who was not present or not able.")
	f.text("special_program", &e.SpecialProgram, oneOf(programWords), "Special program under which the services were given.")
	f.of(0)

	object(f, "contract", &e.Contract, "What provider and payer have agreed on, where the payer asks for it.")
	object(f, "repricing", &e.Repricing, "What a network has made of the price.")
	f.texts("file_information", "file_information", &e.FileInformation, 10, text(80), "What a state or payer asks for in a form of its own.")
	f.text("note", &e.Note, text(80), "What the payer must know of the whole claim.")
	f.text("note_kind", &e.NoteKind, oneOf(claimNoteWords), "What the note is; additional when left out.")
	list(f, "attachments", "attachment", &e.Attachments, 10, "Documents that support the claim and are sent or kept.")
	f.of(professional)
	object(f, "ambulance", &e.Ambulance, "The transport, for ambulance services.")
	object(f, "spinal_manipulation", &e.SpinalManipulation, "The condition that a chiropractor treats.")
	list(f, "vision", "vision", &e.Vision, 3, "Why lenses, contact lenses or frames are needed.")
	f.of(facility)
	object(f, "epsdt", &e.EPSDT, "Referral from a child's screening.")
	f.of(professional)
	f.text("homebound", &e.Homebound, truth, "The patient is homebound.")
}

func (a *Address) fields(f *fields) {
	f.text("line1", &a.Line1, needed(text(55)), "Street and number.")
	f.text("line2", &a.Line2, text(55), "Suite, floor or apartment.")
	f.text("city", &a.City, needed(text(30)), "City.")
	f.text("state", &a.State, text(2), "State, two letters; in the United States and Canada.")
	f.text("zip", &a.ZIP, text(15), "ZIP code, five digits or nine (98052-4471); the billing provider's and the facility's with nine.")
	f.text("country", &a.Country, text(2), "Country, two letters; left out for the United States.")
}

func nameFields(f *fields, last, first, middle, suffix *string, must bool) {
	need := text(60)
	need.required = must
	f.text("last_name", last, need, "Last name.")
	need.max = 35
	f.text("first_name", first, need, "First name.")
	f.text("middle_name", middle, text(25), "Middle name or initial.")
	f.text("suffix", suffix, text(10), "Suffix such as Jr or III.")
}

func (b *BillingProvider) fields(f *fields) {
	f.text("name", &b.Name, text(60), "Name of the practice, as the payer has it on file. A person who bills alone has last_name and first_name instead.")
	nameFields(f, &b.LastName, &b.FirstName, &b.MiddleName, &b.Suffix, false)
	f.text("npi", &b.NPI, needed(text(10)), "National provider identifier, ten digits.")
	f.text("tax_id", &b.TaxID, needed(text(11)), "Employer identification or social security number, nine digits.")
	f.text("tax_id_kind", &b.TaxIDKind, oneOf(taxIDWords), "Which of the two; ein when left out.")
	f.text("taxonomy", &b.Taxonomy, text(10), "Provider taxonomy code, ten characters.")
	f.text("license", &b.License, text(50), "State license number.")
	f.text("provider_number", &b.ProviderNumber, text(50), "The payer's own number for the provider.")
	object(f, "address", &b.Address, "Street address; a post box belongs into pay_to_address.")
	f.required()
	f.text("contact_name", &b.ContactName, text(60), "Whom the payer may ask.")
	f.text("phone", &b.Phone, text(20), "Telephone, ten digits.")
	f.text("fax", &b.Fax, text(20), "Fax, ten digits.")
	f.text("email", &b.Email, text(80), "E-mail address.")
}

// part says which fields a provider has beyond name and NPI.
type part uint8

const (
	person     part = 0
	treating   part = 1 << iota // an organisation too, with a taxonomy code
	reachable                   // with address and contact
	place                       // an organisation with an address and a telephone
	specialist                  // with a taxonomy code
)

// provider is a member that is a provider; the part it took decides which
// members it has.
func provider(f *fields, name string, p **Provider, what part, about string) {
	kind := map[part]string{person: "provider", treating: "rendering_provider", person | reachable: "ordering_provider", place: "facility", specialist: "specialist"}[what]
	objectAs(f, name, p, about, kind, func(v *Provider) {
		if what&(treating|place) != 0 {
			k := text(60)
			k.required = what == place
			f.text("name", &v.Name, k, "Name of the organisation.")
		}
		if what != place {
			nameFields(f, &v.LastName, &v.FirstName, &v.MiddleName, &v.Suffix, what != treating)
		}
		f.text("npi", &v.NPI, text(10), "National provider identifier, ten digits.")
		if what&(treating|specialist) != 0 {
			f.text("taxonomy", &v.Taxonomy, text(10), "Provider taxonomy code, ten characters.")
		}
		f.text("license", &v.License, text(50), "State license number.")
		f.text("provider_number", &v.ProviderNumber, text(50), "The payer's own number for the provider.")
		if what&(reachable|place) != 0 {
			object(f, "address", &v.Address, "Address.")
			if what == place {
				f.required()
			}
			f.text("contact_name", &v.ContactName, text(60), "Whom the payer may ask.")
			f.text("phone", &v.Phone, text(20), "Telephone, ten digits.")
		}
	})
}

func (p *Person) fields(f *fields, must bool) {
	nameFields(f, &p.LastName, &p.FirstName, &p.MiddleName, &p.Suffix, must)
	k := date
	k.required = must
	f.text("birth_date", &p.BirthDate, k, "Date of birth.")
	k = oneOf(sexWords)
	k.required = must
	f.text("sex", &p.Sex, k, "Sex as the payer has it on file.")
	object(f, "address", &p.Address, "Home address.")
	if must {
		f.required()
	}
}

func (p *Patient) fields(f *fields) {
	p.Person.fields(f, true)
	f.of(professional)
	f.text("death_date", &p.DeathDate, date, "Date of death.")
	f.text("weight_pounds", &p.WeightPounds, number, "Weight in pounds, where a drug or equipment asks for it.")
	f.text("pregnant", &p.Pregnant, truth, "The patient is pregnant.")
	f.of(professional | dental)
	f.text("phone", &p.Phone, text(20), "Telephone; workers' compensation and auto.")
}

func (s *Subscriber) fields(f *fields) {
	f.text("name", &s.Name, text(60), "Name of the employer that is insured; workers' compensation.")
	s.Person.fields(f, false)
}

func (p *Payer) fields(f *fields) {
	f.text("id", &p.ID, text(80), "The payer's number, from the card or the payer directory.")
	f.text("name", &p.Name, text(60), "The payer's name; enough by itself where the payer directory knows it.")
	object(f, "address", &p.Address, "The payer's address for claims; seldom needed.")
}

func (i *Insurance) fields(f *fields) {
	object(f, "payer", &i.Payer, "Who is asked to pay, by number or name.")
	f.required()
	f.text("kind", &i.Kind, oneOf(insuranceWords), "Kind of insurance; the payer directory's when left out.")
	f.text("order", &i.Order, oneOf(orderWords), "Whether this payer comes first, second or later; primary when left out.")
	f.text("member_id", &i.MemberID, needed(text(80)), "Member number as on the card, without blanks.")
	f.text("group_number", &i.GroupNumber, text(50), "Group or policy number.")
	f.text("group_name", &i.GroupName, text(60), "Name of the group, where there is no number.")
	f.of(professional | dental)
	f.text("medicare_secondary_reason", &i.MedicareSecondaryReason, oneOf(medicareSecondaryWords), "Why Medicare comes second.")
	f.of(0)
	f.text("relationship", &i.Relationship, oneOf(relationshipWords), "What the patient is to the subscriber; self when there is no subscriber.")
	object(f, "subscriber", &i.Subscriber, "Who holds the insurance, when it is not the patient.")
}

func (o *OtherInsurance) fields(f *fields) {
	o.Insurance.fields(f)
	f.text("paid", &o.Paid, dollars, "What this payer paid of the claim; 0 when it decided to pay nothing.")
	f.text("non_covered", &o.NonCovered, dollars, "What this payer does not cover at all, without having decided a claim.")
	f.text("remaining_liability", &o.RemainingLiability, dollars, "What the patient still owes after this payer.")
	f.text("decided_on", &o.DecidedOn, date, "Date of this payer's decision, check or remittance advice.")
	f.text("claim_number", &o.ClaimNumber, text(50), "This payer's own number of the claim.")
	f.text("prior_authorization", &o.PriorAuthorization, text(50), "This payer's authorization number.")
	f.text("referral_number", &o.ReferralNumber, text(50), "This payer's referral number.")
	list(f, "adjustments", "adjustment", &o.Adjustments, maxAdjustments, "What this payer took off the claim as a whole; adjustments of lines stand with the lines.")
	f.texts("remarks", "remark", &o.Remarks, 5, text(10), "Remark codes of the remittance advice.")
	f.of(institutional)
	f.text("covered_days", &o.CoveredDays, number, "Days that this payer covered of an inpatient stay.")
	f.text("drg_amount", &o.DRGAmount, dollars, "What this payer's DRG came to.")
	f.of(0)
	f.text("assign_benefits", &o.AssignBenefits, oneOf(benefitsWords), "As on the claim, when left out.")
	f.text("release_of_information", &o.ReleaseOfInformation, oneOf(releaseWords), "As on the claim, when left out.")
	f.of(professional | dental)
	f.text("signed_for_patient", &o.SignedForPatient, truth, "As on the claim, when left out.")
}

func (a *Adjustment) fields(f *fields) {
	f.text("group", &a.Group, needed(oneOf(adjustmentWords)), "Who bears it: CO contractual, PR patient, OA other, PI payer.")
	f.text("reason", &a.Reason, needed(text(5)), "Claim adjustment reason code.")
	f.text("amount", &a.Amount, needed(dollars), "Amount; a positive one lowers what is paid.")
	f.text("units", &a.Units, number, "Units that were taken off.")
}

func (d *Diagnosis) fields(f *fields) {
	// In the columns of a CSV file the item itself is the code.
	if f.mode != readingCSV {
		f.text("code", &d.Code, needed(text(8)), "ICD-10-CM code, with or without the point.")
	}
	f.of(institutional)
	f.text("present_on_admission", &d.PresentOnAdmission, oneOf(presentWords), "Whether it was present on admission; an inpatient hospital says it of every diagnosis that is not exempt.")
}

func (d *Diagnosis) short() string     { return d.Code }
func (d *Diagnosis) setShort(s string) { d.Code = s }
func (d *Diagnosis) isShort() bool     { return *d == Diagnosis{Code: d.Code} }

func (p *StayProcedure) fields(f *fields) {
	if f.mode != readingCSV {
		f.text("code", &p.Code, needed(text(8)), "ICD-10-PCS code, seven characters.")
	}
	f.text("date", &p.Date, date, "Day of the procedure; it must be there.")
}

func (p *StayProcedure) short() string     { return p.Code }
func (p *StayProcedure) setShort(s string) { p.Code = s }
func (p *StayProcedure) isShort() bool     { return *p == StayProcedure{Code: p.Code} }

func (o *Occurrence) fields(f *fields) {
	f.text("code", &o.Code, needed(text(2)), "Occurrence code, two characters.")
	f.text("date", &o.Date, needed(date), "Its day.")
}

func (o *OccurrenceSpan) fields(f *fields) {
	f.text("code", &o.Code, needed(text(2)), "Occurrence span code, two characters.")
	f.text("from", &o.From, needed(date), "First day.")
	f.text("to", &o.To, needed(date), "Last day.")
}

func (v *Value) fields(f *fields) {
	f.text("code", &v.Code, needed(text(2)), "Value code, two characters.")
	f.text("amount", &v.Amount, needed(dollars), "Its amount; of codes that count days or visits, that number.")
}

func (o *Orthodontics) fields(f *fields) {
	f.text("months", &o.Months, number, "Months that the whole treatment takes.")
	f.text("months_remaining", &o.MonthsRemaining, number, "Months of it that remain, where another office began it.")
	f.text("banding_date", &o.BandingDate, date, "When the appliance was placed.")
	f.text("description", &o.Description, text(80), "The treatment in words.")
}

func (t *Tooth) fields(f *fields) {
	if f.mode != readingCSV {
		f.text("tooth", &t.Tooth, needed(text(2)), "Number 1 to 32 or letter A to T of the universal system; supernumerary teeth 51 to 82 and AS to TS.")
	}
	f.text("surfaces", &t.Surfaces, text(5), "Surfaces by their letters, such as MOD.")
}

func (t *Tooth) short() string     { return t.Tooth }
func (t *Tooth) setShort(s string) { t.Tooth = s }
func (t *Tooth) isShort() bool     { return *t == Tooth{Tooth: t.Tooth} }

func (c *Contract) fields(f *fields) {
	f.text("type", &c.Type, needed(oneOf(contractWords)), "Kind of the contract.")
	f.text("amount", &c.Amount, dollars, "Amount that was agreed on.")
	f.text("percentage", &c.Percentage, number, "Percentage that was agreed on.")
	f.text("code", &c.Code, text(50), "Number of the contract.")
	f.text("terms_discount", &c.TermsDiscount, number, "Discount of its terms, in percent.")
	f.text("version", &c.Version, text(30), "Its version.")
}

func (r *Repricing) fields(f *fields) {
	f.text("method", &r.Method, needed(oneOf(repricingWords)), "How the price was made.")
	f.text("allowed", &r.Allowed, needed(dollars), "What is allowed.")
	f.text("savings", &r.Savings, dollars, "What is saved.")
	f.text("organization_id", &r.OrganizationID, text(50), "Number of the network.")
	f.text("rate", &r.Rate, number, "Rate for a day, or flat rate.")
	f.text("group_code", &r.GroupCode, text(50), "DRG or ambulatory group that the network found.")
	f.text("group_amount", &r.GroupAmount, dollars, "What that group comes to.")
	f.text("revenue_code", &r.RevenueCode, text(4), "Revenue code that the network found.")
	f.text("procedure", &r.Procedure, text(5), "Procedure that the network found.")
	f.text("units", &r.Units, number, "Units that the network approved.")
	f.text("reject_reason", &r.RejectReason, text(2), "Why the network rejects it: T1 to T6.")
	f.text("compliance", &r.Compliance, text(1), "How the rules of the policy were kept: 1 to 5.")
	f.text("exception", &r.Exception, text(1), "Why the network was left: 1 to 6.")
	f.text("claim_number", &r.ClaimNumber, text(50), "The network's number of the claim or line.")
	f.text("adjusted_claim_number", &r.AdjustedClaimNumber, text(50), "Its number after an adjustment.")
	f.text("received_on", &r.ReceivedOn, date, "When the network received the claim; of the whole claim alone.")
}

func (l *Line) fields(f *fields) {
	const visit = professional | dental
	f.of(institutional)
	f.text("revenue_code", &l.RevenueCode, text(4), "Revenue code, four digits, or three without the leading zero; all lines of an institutional encounter have one.")
	f.text("hipps", &l.HIPPS, text(5), "HIPPS rate code, five characters, where a rate is paid instead of a procedure: nursing facilities, home health.")
	f.of(0)
	f.text("procedure", &l.Procedure, text(5), "CPT, HCPCS or CDT code, five characters; institutional lines such as a room have none.")
	f.texts("modifiers", "modifier", &l.Modifiers, 8, text(2), "Modifiers, in order; a claim has room for four.")
	f.text("description", &l.Description, text(80), "What was done, where the procedure code is for unlisted services.")
	f.of(visit)
	f.texts("diagnosis_pointers", "pointer", &l.DiagnosisPointers, 12, points, "Which diagnoses the service was for: their numbers (1 is the first) or letters (A is the first). May be left out when there is only one.")
	f.of(0)
	f.text("charge", &l.Charge, needed(dollars), "Charge of the line, all units together.")
	f.text("units", &l.Units, number, "Units; 1 when left out.")
	f.of(professional)
	f.text("minutes", &l.Minutes, number, "Minutes instead of units; anesthesia.")
	f.of(institutional)
	f.text("days", &l.Days, number, "Days instead of units; rooms.")
	f.of(0)
	f.text("from", &l.From, date, "Date of service; first day where there are several.")
	f.text("to", &l.To, date, "Last day, where there are several.")
	f.of(visit)
	f.text("place_of_service", &l.PlaceOfService, text(2), "Place of service, when not the encounter's.")
	f.of(0)
	f.text("control_number", &l.ControlNumber, text(30), "The office's own number of the line; answers come back with it. Its place in the list when left out.")

	f.of(institutional)
	f.text("non_covered", &l.NonCovered, dollars, "What of the charge is not covered.")
	f.text("service_tax", &l.ServiceTax, dollars, "Tax on the service within the charge.")
	f.text("facility_tax", &l.FacilityTax, dollars, "Tax on the facility within the charge.")

	f.of(dental)
	list(f, "teeth", "tooth", &l.Teeth, 32, "Teeth that the service was done on.")
	f.texts("oral_cavity", "oral_cavity", &l.OralCavity, 5, oneOf(oralCavityWords), "Areas of the mouth that the service was done in.")
	f.text("prosthesis", &l.Prosthesis, oneOf(prosthesisWords), "Whether a crown, bridge or denture is the first or replaces another.")
	f.text("prior_placement_date", &l.PriorPlacementDate, date, "When the one that is replaced was placed.")
	f.text("banding_date", &l.BandingDate, date, "When the orthodontic appliance of this line was placed.")
	f.text("replacement_date", &l.ReplacementDate, date, "When an orthodontic appliance was replaced.")
	f.text("treatment_start", &l.TreatmentStart, date, "When a treatment of several visits began.")
	f.text("treatment_completion", &l.TreatmentCompletion, date, "When it was finished.")
	f.text("predetermination_number", &l.PredeterminationNumber, text(50), "The payer's number of the predetermination of this service.")
	f.of(professional)

	f.text("emergency", &l.Emergency, truth, "It was an emergency.")
	f.text("epsdt", &l.EPSDT, truth, "It came from a child's screening.")
	f.text("family_planning", &l.FamilyPlanning, truth, "It was family planning.")
	f.text("copay_exempt", &l.CopayExempt, truth, "The patient is exempt from a copayment.")
	f.text("hospice_employee", &l.HospiceEmployee, truth, "The provider is employed by the patient's hospice.")

	f.of(professional | institutional)
	object(f, "ndc", &l.NDC, "The drug that was given.")
	f.of(professional)
	f.text("note", &l.Note, text(80), "What the payer must know of this line.")
	f.text("note_kind", &l.NoteKind, oneOf(lineNoteWords), "What the note is; additional when left out.")
	f.of(professional | institutional)
	f.text("third_party_note", &l.ThirdPartyNote, text(80), "Note to a third party organisation.")

	f.of(0)
	provider(f, "rendering_provider", &l.RenderingProvider, treating, "Who did this service, when not the encounter's rendering provider.")
	f.of(professional | institutional)
	provider(f, "referring_provider", &l.ReferringProvider, person, "Who referred to this service, when not the encounter's.")
	f.of(professional)
	provider(f, "ordering_provider", &l.OrderingProvider, person|reachable, "Who ordered this service, when not the encounter's.")
	f.of(visit)
	provider(f, "supervising_provider", &l.SupervisingProvider, person, "Who supervised this service, when not the encounter's.")
	provider(f, "service_facility", &l.ServiceFacility, place, "Where this service was done, when not at the encounter's.")
	f.of(professional)
	object(f, "purchased_service", &l.PurchasedService, "The service was bought from another provider.")
	f.of(institutional)
	provider(f, "operating_provider", &l.OperatingProvider, person, "Who did this procedure, when not the encounter's.")
	provider(f, "other_operating_provider", &l.OtherOperatingProvider, person, "Who operated as well, when not the encounter's.")
	f.of(dental)
	provider(f, "assistant_surgeon", &l.AssistantSurgeon, specialist, "Who assisted in this service, when not the encounter's.")

	f.of(visit)
	object(f, "contract", &l.Contract, "What was agreed on for this line.")
	f.of(0)
	object(f, "repricing", &l.Repricing, "What a network has made of the price of this line.")
	f.of(visit)
	f.texts("file_information", "file_information", &l.FileInformation, 10, text(80), "What a state or payer asks for of this line in a form of its own.")
	f.of(visit)
	f.text("prior_authorization", &l.PriorAuthorization, text(50), "Authorization number, when not the encounter's.")
	f.text("referral_number", &l.ReferralNumber, text(50), "Referral number, when not the encounter's.")
	f.of(professional)
	f.text("clia", &l.CLIA, text(10), "CLIA number, when not the encounter's.")
	f.text("referring_clia", &l.ReferringCLIA, text(10), "CLIA number of the laboratory that referred the test.")
	f.text("mammography_certification", &l.MammographyCertification, text(50), "Mammography certification, when not the encounter's.")
	f.text("immunization_batch", &l.ImmunizationBatch, text(50), "Batch number of the vaccine.")
	f.of(visit)
	f.text("sales_tax", &l.SalesTax, dollars, "Sales tax within the charge.")
	f.of(professional)
	f.text("postage", &l.Postage, dollars, "Postage within the charge.")

	f.text("prescription_date", &l.PrescriptionDate, date, "When it was prescribed.")
	f.text("certification_revision_date", &l.CertificationRevisionDate, date, "When the certification was revised or renewed; equipment.")
	f.text("begin_therapy_date", &l.BeginTherapyDate, date, "When therapy with the equipment began.")
	f.text("last_certification_date", &l.LastCertificationDate, date, "When the equipment was last certified.")
	f.text("last_seen_date", &l.LastSeenDate, date, "When the physician last saw the patient, when not the encounter's.")
	f.text("hemoglobin_test_date", &l.HemoglobinTestDate, date, "When hemoglobin or hematocrit was tested.")
	f.text("creatinine_test_date", &l.CreatinineTestDate, date, "When creatinine was tested.")
	f.text("shipped_date", &l.ShippedDate, date, "When the item was shipped.")
	f.text("last_x_ray_date", &l.LastXRayDate, date, "When the last x-ray was taken, when not the encounter's.")
	f.text("initial_treatment_date", &l.InitialTreatmentDate, date, "When treatment began, when not the encounter's.")

	f.text("obstetric_units", &l.ObstetricUnits, number, "Additional units of obstetric anesthesia.")
	list(f, "test_results", "test_result", &l.TestResults, 5, "Values of tests that the payer asks for.")
	object(f, "equipment", &l.Equipment, "Rental or purchase of equipment, and its certification.")
	object(f, "ambulance", &l.Ambulance, "The transport of this line, when not the encounter's.")
	f.of(professional | institutional)
	list(f, "attachments", "attachment", &l.Attachments, 10, "Documents that support the line.")
	f.of(professional)
	list(f, "forms", "form", &l.Forms, 5, "A payer's forms with their answers, such as a certificate of medical necessity.")
	f.of(0)
	list(f, "prior_payments", "prior_payment", &l.PriorPayments, 15, "What other payers decided of this line.")
}

func (d *Drug) fields(f *fields) {
	f.text("code", &d.Code, needed(text(14)), "National drug code: 11 digits, or with its hyphens.")
	f.text("quantity", &d.Quantity, needed(number), "Quantity of the drug, in the unit.")
	f.text("unit", &d.Unit, needed(oneOf(drugUnitWords)), "Unit of the quantity.")
	f.text("prescription_number", &d.PrescriptionNumber, text(50), "Number of the prescription.")
}

func (p *PurchasedService) fields(f *fields) {
	f.text("npi", &p.NPI, needed(text(10)), "NPI of the provider that it was bought from.")
	f.text("charge", &p.Charge, needed(dollars), "What was paid for it.")
}

func (t *TestResult) fields(f *fields) {
	f.text("test", &t.Test, needed(oneOf(testWords)), "What was tested.")
	f.text("value", &t.Value, needed(number), "The result.")
	f.text("starting", &t.Starting, truth, "It is the value at the start of treatment.")
}

func (e *Equipment) fields(f *fields) {
	f.text("days", &e.Days, number, "Days that the equipment is needed.")
	f.text("rental_price", &e.RentalPrice, dollars, "Rent for one rental unit.")
	f.text("purchase_price", &e.PurchasePrice, dollars, "Price when bought.")
	f.text("rental_unit", &e.RentalUnit, oneOf(rentalWords), "What one rent pays for.")
	f.text("certification_type", &e.CertificationType, oneOf(certificationWords), "Kind of the certification.")
	f.text("certification_months", &e.CertificationMonths, number, "Months that the certification is for.")
	f.text("certification_on_file", &e.CertificationOnFile, truth, "The physician's signed certification is at the supplier's.")
	f.text("replacement_item", &e.ReplacementItem, truth, "The item replaces one that is lost, stolen or broken.")
}

func (o *Form) fields(f *fields) {
	f.text("list", &o.List, oneOf(formWords), "Whose form it is; cms when left out.")
	f.text("id", &o.ID, needed(text(30)), "Number of the form, such as 484.03.")
	list(f, "answers", "answer", &o.Answers, maxAnswers, "Answers to its questions.")
	f.required()
}

func (a *Answer) fields(f *fields) {
	f.text("question", &a.Question, needed(text(20)), "Number of the question on the form.")
	f.text("yes_no", &a.YesNo, oneOf(formAnswerWords), "Answer to a yes-or-no question.")
	f.text("text", &a.Text, text(50), "Answer in words or as a measure.")
	f.text("date", &a.Date, date, "Answer that is a date.")
	f.text("percent", &a.Percent, number, "Answer that is a percentage.")
}

func (p *PriorPayment) fields(f *fields) {
	f.text("payer_id", &p.PayerID, text(80), "Which of the other payers; may be left out when there is only one.")
	f.text("paid", &p.Paid, needed(dollars), "What it paid for the line.")
	f.text("procedure", &p.Procedure, text(5), "The procedure that it paid for, when not the line's.")
	f.of(institutional)
	f.text("revenue_code", &p.RevenueCode, text(4), "The revenue code that it paid for, when not the line's.")
	f.of(0)
	f.texts("modifiers", "modifier", &p.Modifiers, 4, text(2), "The modifiers that it paid for, when the procedure is not the line's.")
	f.text("units", &p.Units, number, "The units that it paid for, when not the line's.")
	f.text("bundled_into", &p.BundledInto, number, "The line that it bundled this one into.")
	f.text("decided_on", &p.DecidedOn, date, "Date of the decision, when not the other insurance's.")
	f.text("remaining_liability", &p.RemainingLiability, dollars, "What the patient still owes of the line.")
	list(f, "adjustments", "adjustment", &p.Adjustments, maxAdjustments, "What it took off the line.")
}

func (a *Accident) fields(f *fields) {
	f.of(professional | dental)
	f.texts("related_to", "related_to", &a.RelatedTo, 2, oneOf(causeWords), "What the condition comes from; it must be there.")
	f.text("date", &a.Date, date, "Date of the accident.")
	f.of(0)
	f.text("state", &a.State, text(2), "State in which an auto accident was.")
	f.of(professional | dental)
	f.text("country", &a.Country, text(2), "Country of it, when not the United States.")
	f.of(0)
	f.text("claim_number", &a.ClaimNumber, text(50), "The casualty insurer's number of the injury.")
}

func (a *Attachment) fields(f *fields) {
	f.text("report", &a.Report, needed(oneOf(reportWords)), "What the document is.")
	f.text("transmission", &a.Transmission, needed(oneOf(transmissionWords)), "How the payer gets it.")
	f.text("control_number", &a.ControlNumber, text(50), "The number that is written on it; not when it is only kept for request.")
}

func (a *Ambulance) fields(f *fields) {
	f.text("reason", &a.Reason, needed(oneOf(transportWords)), "Why the patient was taken where he was.")
	f.text("miles", &a.Miles, needed(number), "Loaded miles.")
	f.text("patient_weight", &a.PatientWeight, number, "Weight of the patient in pounds.")
	f.text("patients", &a.Patients, number, "How many patients were in the ambulance, when more than one.")
	f.text("round_trip_purpose", &a.RoundTripPurpose, text(80), "Purpose of a round trip.")
	f.text("stretcher_purpose", &a.StretcherPurpose, text(80), "Why a stretcher was needed.")
	f.texts("conditions", "condition", &a.Conditions, 5, oneOf(transportConditionWords), "What made the ambulance necessary.")
	object(f, "pick_up", &a.PickUp, "Where the patient was picked up.")
	f.required()
	object(f, "drop_off", &a.DropOff, "Where the patient was taken.")
	f.required()
}

func (p *Place) fields(f *fields) {
	f.text("name", &p.Name, text(60), "Name of the place.")
	p.Address.fields(f)
}

func (s *SpinalManipulation) fields(f *fields) {
	f.text("condition", &s.Condition, needed(oneOf(spinalWords)), "How the condition is.")
	f.text("description", &s.Description, text(80), "The condition in words.")
	f.text("additional_description", &s.AdditionalDescription, text(80), "More words.")
}

func (v *Vision) fields(f *fields) {
	f.text("item", &v.Item, needed(oneOf(visionItemWords)), "What is needed.")
	f.text("needed", &v.Needed, truth, "The conditions apply; true when left out.")
	f.texts("conditions", "condition", &v.Conditions, 5, needed(oneOf(visionWords)), "Why it is needed.")
}

func (e *EPSDT) fields(f *fields) {
	f.text("referral_given", &e.ReferralGiven, needed(truth), "The child was referred.")
	f.texts("conditions", "condition", &e.Conditions, 3, needed(oneOf(screeningWords)), "To what end, or why not.")
}
