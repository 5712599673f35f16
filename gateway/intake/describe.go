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
	f.text("note_to_reader", &e.NoteToReader, text(500), "For people who read the file; it goes nowhere.")
	f.text("id", &e.ID, needed(text(38)), "Patient control number: the office's own number of this bill. Every answer comes back with it. At most 20 characters are safe with all payers.")
	f.text("kind", &e.Kind, oneOf(kindWords), "Kind of claim; professional when left out.")
	f.text("frequency", &e.Frequency, oneOf(frequencyWords), "Whether this is the first bill (original, when left out), replaces one that the payer has decided (corrected), or takes it back (void).")
	f.text("original_reference", &e.OriginalReference, text(50), "The payer's own number of the claim that is corrected or voided, from its remittance advice.")
	f.text("delay_reason", &e.DelayReason, oneOf(delayWords), "Why the claim comes late.")

	object(f, "billing_provider", &e.BillingProvider, "Who bills: the practice, or a person who bills alone.")
	f.required()
	object(f, "pay_to_address", &e.PayToAddress, "Where payments go when not to the billing provider's address, such as a post box.")
	provider(f, "rendering_provider", &e.RenderingProvider, treating, "Who treated the patient, when it is not the billing provider.")
	provider(f, "referring_provider", &e.ReferringProvider, person, "Who referred the patient.")
	provider(f, "ordering_provider", &e.OrderingProvider, person|reachable, "Who ordered the services or supplies of all lines.")
	provider(f, "supervising_provider", &e.SupervisingProvider, person, "Who supervised the rendering provider.")
	provider(f, "service_facility", &e.ServiceFacility, place, "Where the services were done, when not at the billing provider's address.")

	object(f, "patient", &e.Patient, "Who was treated.")
	f.required()
	object(f, "insurance", &e.Insurance, "The coverage that this claim goes to.")
	f.required()
	list(f, "other_insurance", "other_insurance", &e.OtherInsurance, maxPayers, "Other coverages of the patient; of payers that came before, with what they decided.")

	f.text("place_of_service", &e.PlaceOfService, text(2), "Place of service of all lines that have none of their own, two digits: 11 office, 02 or 10 telehealth, 21 inpatient hospital.")
	f.text("service_date", &e.ServiceDate, date, "Date of all lines that have none of their own.")
	list(f, "diagnoses", "diagnosis", &e.Diagnoses, maxDiagnoses, "Diagnoses, the principal one first: ICD-10-CM, with or without the point.")
	f.required()
	f.texts("anesthesia_for", "anesthesia_for", &e.AnesthesiaFor, 2, text(5), "The surgical procedures that anesthesia was given for.")
	f.texts("conditions", "condition", &e.Conditions, 24, text(2), "Condition codes of the NUBC list.")
	list(f, "lines", "line", &e.Lines, maxLines, "The services, one a line.")
	f.required()
	f.text("total_charge", &e.TotalCharge, dollars, "The total as the office states it; it must be the sum of the lines. When left out, the lines are summed.")
	f.text("patient_paid", &e.PatientPaid, dollars, "What the patient has paid on this bill.")

	f.text("prior_authorization", &e.PriorAuthorization, text(50), "The payer's authorization number.")
	f.text("referral_number", &e.ReferralNumber, text(50), "The payer's referral number.")
	f.text("clia", &e.CLIA, text(10), "CLIA number of the laboratory, ten characters such as 05D0000000.")
	f.text("medical_record_number", &e.MedicalRecordNumber, text(50), "The office's number of the patient's record.")
	f.text("mammography_certification", &e.MammographyCertification, text(50), "FDA certification number of the mammography facility.")
	f.text("investigational_device", &e.InvestigationalDevice, text(50), "Investigational device exemption number.")
	f.text("demonstration_project", &e.DemonstrationProject, text(50), "Number of the demonstration project.")
	f.text("care_plan_oversight", &e.CarePlanOversight, text(50), "NPI of the home health agency or hospice whose care plan was overseen.")
	f.text("authorization_exception", &e.AuthorizationException, text(1), "Why there is no authorization, where a state asks for it: 1 to 7.")

	object(f, "accident", &e.Accident, "The condition comes from an accident or from work.")
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
	f.text("admission_date", &e.AdmissionDate, date, "When the patient was admitted to the hospital that these services belong to.")
	f.text("discharge_date", &e.DischargeDate, date, "When the patient was discharged from it.")
	f.text("assumed_care_date", &e.AssumedCareDate, date, "When this provider took over post-operative care.")
	f.text("relinquished_care_date", &e.RelinquishedCareDate, date, "When this provider gave up post-operative care.")
	f.text("first_contact_date", &e.FirstContactDate, date, "First contact with the injured person; workers' compensation and auto.")

	f.text("provider_signature_on_file", &e.ProviderSignature, truth, "The provider's signature is on file; true when left out.")
	f.text("accept_assignment", &e.AcceptAssignment, oneOf(assignmentWords), "Whether the provider accepts assignment; yes when left out.")
	f.text("assign_benefits", &e.AssignBenefits, oneOf(benefitsWords), "Whether the patient lets the payer pay the provider; yes when left out.")
	f.text("release_of_information", &e.ReleaseOfInformation, oneOf(releaseWords), "How the release of information was given; signed when left out.")
	f.text("signed_for_patient", &e.SignedForPatient, truth, "The provider signed for the patient, who was not present or not able.")
	f.text("special_program", &e.SpecialProgram, oneOf(programWords), "Special program under which the services were given.")

	f.text("note", &e.Note, text(80), "What the payer must know of the whole claim.")
	f.text("note_kind", &e.NoteKind, oneOf(claimNoteWords), "What the note is; additional when left out.")
	list(f, "attachments", "attachment", &e.Attachments, 10, "Documents that support the claim and are sent or kept.")
	object(f, "ambulance", &e.Ambulance, "The transport, for ambulance services.")
	object(f, "spinal_manipulation", &e.SpinalManipulation, "The condition that a chiropractor treats.")
	list(f, "vision", "vision", &e.Vision, 3, "Why lenses, contact lenses or frames are needed.")
	object(f, "epsdt", &e.EPSDT, "Referral from a child's screening.")
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
	person    part = 0
	treating  part = 1 << iota // an organisation too, with a taxonomy code
	reachable                  // with address and contact
	place                      // an organisation with an address and a telephone
)

// provider is a member that is a provider; the part it took decides which
// members it has.
func provider(f *fields, name string, p **Provider, what part, about string) {
	kind := map[part]string{person: "provider", treating: "rendering_provider", person | reachable: "ordering_provider", place: "facility"}[what]
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
		if what&treating != 0 {
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
	f.text("death_date", &p.DeathDate, date, "Date of death.")
	f.text("weight_pounds", &p.WeightPounds, number, "Weight in pounds, where a drug or equipment asks for it.")
	f.text("pregnant", &p.Pregnant, truth, "The patient is pregnant.")
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
	f.text("medicare_secondary_reason", &i.MedicareSecondaryReason, oneOf(medicareSecondaryWords), "Why Medicare comes second.")
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
	f.text("assign_benefits", &o.AssignBenefits, oneOf(benefitsWords), "As on the claim, when left out.")
	f.text("release_of_information", &o.ReleaseOfInformation, oneOf(releaseWords), "As on the claim, when left out.")
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
}

func (d *Diagnosis) short() string     { return d.Code }
func (d *Diagnosis) setShort(s string) { d.Code = s }
func (d *Diagnosis) isShort() bool     { return *d == Diagnosis{Code: d.Code} }

func (l *Line) fields(f *fields) {
	f.text("procedure", &l.Procedure, needed(text(5)), "CPT or HCPCS code, five characters.")
	f.texts("modifiers", "modifier", &l.Modifiers, 8, text(2), "Modifiers, in order; a claim has room for four.")
	f.text("description", &l.Description, text(80), "What was done, where the procedure code is for unlisted services.")
	f.texts("diagnosis_pointers", "pointer", &l.DiagnosisPointers, 12, points, "Which diagnoses the service was for: their numbers (1 is the first) or letters (A is the first). May be left out when there is only one.")
	f.text("charge", &l.Charge, needed(dollars), "Charge of the line, all units together.")
	f.text("units", &l.Units, number, "Units; 1 when left out.")
	f.text("minutes", &l.Minutes, number, "Minutes instead of units; anesthesia.")
	f.text("from", &l.From, date, "Date of service; first day where there are several.")
	f.text("to", &l.To, date, "Last day, where there are several.")
	f.text("place_of_service", &l.PlaceOfService, text(2), "Place of service, when not the encounter's.")
	f.text("control_number", &l.ControlNumber, text(30), "The office's own number of the line; answers come back with it. Its place in the list when left out.")

	f.text("emergency", &l.Emergency, truth, "It was an emergency.")
	f.text("epsdt", &l.EPSDT, truth, "It came from a child's screening.")
	f.text("family_planning", &l.FamilyPlanning, truth, "It was family planning.")
	f.text("copay_exempt", &l.CopayExempt, truth, "The patient is exempt from a copayment.")
	f.text("hospice_employee", &l.HospiceEmployee, truth, "The provider is employed by the patient's hospice.")

	object(f, "ndc", &l.NDC, "The drug that was given.")
	f.text("note", &l.Note, text(80), "What the payer must know of this line.")
	f.text("note_kind", &l.NoteKind, oneOf(lineNoteWords), "What the note is; additional when left out.")
	f.text("third_party_note", &l.ThirdPartyNote, text(80), "Note to a third party organisation.")

	provider(f, "rendering_provider", &l.RenderingProvider, treating, "Who did this service, when not the encounter's rendering provider.")
	provider(f, "referring_provider", &l.ReferringProvider, person, "Who referred to this service, when not the encounter's.")
	provider(f, "ordering_provider", &l.OrderingProvider, person|reachable, "Who ordered this service, when not the encounter's.")
	provider(f, "supervising_provider", &l.SupervisingProvider, person, "Who supervised this service, when not the encounter's.")
	provider(f, "service_facility", &l.ServiceFacility, place, "Where this service was done, when not at the encounter's.")
	object(f, "purchased_service", &l.PurchasedService, "The service was bought from another provider.")

	f.text("prior_authorization", &l.PriorAuthorization, text(50), "Authorization number, when not the encounter's.")
	f.text("referral_number", &l.ReferralNumber, text(50), "Referral number, when not the encounter's.")
	f.text("clia", &l.CLIA, text(10), "CLIA number, when not the encounter's.")
	f.text("referring_clia", &l.ReferringCLIA, text(10), "CLIA number of the laboratory that referred the test.")
	f.text("mammography_certification", &l.MammographyCertification, text(50), "Mammography certification, when not the encounter's.")
	f.text("immunization_batch", &l.ImmunizationBatch, text(50), "Batch number of the vaccine.")
	f.text("sales_tax", &l.SalesTax, dollars, "Sales tax within the charge.")
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
	list(f, "attachments", "attachment", &l.Attachments, 10, "Documents that support the line.")
	list(f, "forms", "form", &l.Forms, 5, "A payer's forms with their answers, such as a certificate of medical necessity.")
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
	f.texts("modifiers", "modifier", &p.Modifiers, 4, text(2), "The modifiers that it paid for, when the procedure is not the line's.")
	f.text("units", &p.Units, number, "The units that it paid for, when not the line's.")
	f.text("bundled_into", &p.BundledInto, number, "The line that it bundled this one into.")
	f.text("decided_on", &p.DecidedOn, date, "Date of the decision, when not the other insurance's.")
	f.text("remaining_liability", &p.RemainingLiability, dollars, "What the patient still owes of the line.")
	list(f, "adjustments", "adjustment", &p.Adjustments, maxAdjustments, "What it took off the line.")
}

func (a *Accident) fields(f *fields) {
	f.texts("related_to", "related_to", &a.RelatedTo, 2, needed(oneOf(causeWords)), "What the condition comes from.")
	f.text("date", &a.Date, date, "Date of the accident.")
	f.text("state", &a.State, text(2), "State in which an auto accident was.")
	f.text("country", &a.Country, text(2), "Country of it, when not the United States.")
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
