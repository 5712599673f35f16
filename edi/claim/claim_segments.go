package claim

// Loop 2300: the claim, and the providers of 2310.

var readClaim = map[string]handler{
	"CLM": func(m *Mapper) { c := m.current(); c.At = m.at; c.segment(&m.wire) },
	"DTP": func(m *Mapper) { readDate(m, &m.current().Dates) },
	"CL1": func(m *Mapper) {
		a := zeroed(m, &m.pools.admission)
		m.current().Admission = a
		a.At = m.at
		a.segment(&m.wire)
	},
	"DN1": func(m *Mapper) {
		o := zeroed(m, &m.pools.orthodontics)
		m.current().Orthodontics = o
		o.At = m.at
		o.segment(&m.wire)
	},
	"DN2": func(m *Mapper) {
		t := extend(m, &m.current().ToothStatuses)
		*t = ToothStatus{At: m.at}
		t.segment(&m.wire)
	},
	"PWK": func(m *Mapper) { readAttachment(m, &m.current().Attachments) },
	"CN1": func(m *Mapper) { m.current().Contract = readContract(m) },
	"AMT": func(m *Mapper) { readAmount(m, &m.current().Amounts) },
	"REF": func(m *Mapper) { readReference(m, &m.current().References) },
	"K3":  func(m *Mapper) { readFileInformation(m, &m.current().FileInformation) },
	"NTE": func(m *Mapper) { readNote(m, &m.current().Notes) },
	"CR1": func(m *Mapper) { m.current().Ambulance = readAmbulance(m) },
	"CR2": func(m *Mapper) {
		s := zeroed(m, &m.pools.spinal)
		m.current().SpinalManipulation = s
		s.At = m.at
		s.segment(&m.wire)
	},
	"CRC": func(m *Mapper) { readCertification(m, &m.current().Certifications) },
	"HI":  readCodes,
	"HCP": func(m *Mapper) { m.current().Repricing = readRepricing(m) },
}

func openClaimProvider(m *Mapper) { m.openParty(extend(m, &m.current().Providers)) }

func (c *Claim) segment(w *wire) { // CLM
	text(w, 1, &c.ID)
	amount(w, 2, &c.Charge)
	w.open(5)
	text(w, 1, &c.PlaceOfService)
	qualifier := "B"
	if c.Kind == Institutional {
		qualifier = "A"
	}
	w.fixed(2, c.PlaceOfService != "", qualifier)
	text(w, 3, &c.Frequency)
	w.close()
	text(w, 6, &c.ProviderSignature)
	text(w, 7, &c.Assignment)
	text(w, 8, &c.BenefitsAssignment)
	text(w, 9, &c.ReleaseOfInformation)
	text(w, 10, &c.PatientSignatureSource)
	if w.has(11) {
		w.open(11)
		texts(w, 1, c.RelatedCauses.Causes[:])
		text(w, 4, &c.RelatedCauses.State)
		text(w, 5, &c.RelatedCauses.Country)
		w.close()
	}
	text(w, 12, &c.SpecialProgram)
	text(w, 19, &c.Predetermination)
	text(w, 20, &c.DelayReason)
}

func (d *Date) segment(w *wire) { // DTP
	text(w, 1, (*string)(&d.Kind))
	period(w, 2, &d.Period)
}

func readDate(m *Mapper, list *[]Date) {
	d := extend(m, list)
	*d = Date{At: m.at}
	d.segment(&m.wire)
}

func (a *Admission) segment(w *wire) { // CL1
	text(w, 1, &a.Type)
	text(w, 2, &a.Origin)
	text(w, 3, &a.PatientStatus)
}

func (o *Orthodontics) segment(w *wire) { // DN1
	text(w, 1, (*string)(&o.Months))
	text(w, 2, (*string)(&o.MonthsRemaining))
	text(w, 3, &o.Indicator)
	text(w, 4, &o.Description)
}

func (t *ToothStatus) segment(w *wire) { // DN2
	text(w, 1, &t.Tooth)
	text(w, 2, &t.Status)
	w.fixed(6, t.Tooth != "", "JP")
}

func (a *Attachment) segment(w *wire) { // PWK
	text(w, 1, &a.ReportType)
	text(w, 2, &a.Transmission)
	w.fixed(5, a.ControlNumber != "", "AC")
	text(w, 6, &a.ControlNumber)
}

func readAttachment(m *Mapper, list *[]Attachment) {
	a := extend(m, list)
	*a = Attachment{At: m.at}
	a.segment(&m.wire)
}

func (c *Contract) segment(w *wire) { // CN1
	text(w, 1, &c.Type)
	amount(w, 2, &c.Amount)
	text(w, 3, (*string)(&c.Percentage))
	text(w, 4, &c.Code)
	text(w, 5, (*string)(&c.TermsDiscount))
	text(w, 6, &c.Version)
}

func readContract(m *Mapper) *Contract {
	c := zeroed(m, &m.pools.contract)
	c.At = m.at
	c.segment(&m.wire)
	return c
}

func (a *StatedAmount) segment(w *wire) { // AMT
	text(w, 1, (*string)(&a.Kind))
	amount(w, 2, &a.Amount)
}

func readAmount(m *Mapper, list *[]StatedAmount) {
	a := extend(m, list)
	*a = StatedAmount{At: m.at}
	a.segment(&m.wire)
}

func (i *FileInformation) segment(w *wire) { text(w, 1, &i.Text) } // K3

func readFileInformation(m *Mapper, list *[]FileInformation) {
	i := extend(m, list)
	*i = FileInformation{At: m.at}
	i.segment(&m.wire)
}

func (n *Note) segment(w *wire) { // NTE
	text(w, 1, (*string)(&n.Kind))
	text(w, 2, &n.Text)
}

func readNote(m *Mapper, list *[]Note) {
	n := extend(m, list)
	*n = Note{At: m.at}
	n.segment(&m.wire)
}

func (a *AmbulanceTransport) segment(w *wire) { // CR1
	w.fixed(1, a.PatientWeight != "", "LB")
	text(w, 2, (*string)(&a.PatientWeight))
	text(w, 4, &a.Reason)
	w.fixed(5, a.Miles != "", "DH")
	text(w, 6, (*string)(&a.Miles))
	text(w, 9, &a.RoundTripPurpose)
	text(w, 10, &a.StretcherPurpose)
}

func readAmbulance(m *Mapper) *AmbulanceTransport {
	a := zeroed(m, &m.pools.ambulance)
	a.At = m.at
	a.segment(&m.wire)
	return a
}

func (s *SpinalManipulation) segment(w *wire) { // CR2
	text(w, 8, &s.Condition)
	text(w, 10, &s.Description)
	text(w, 11, &s.AdditionalDescription)
}

func (c *Certification) segment(w *wire) { // CRC
	text(w, 1, (*string)(&c.Kind))
	text(w, 2, &c.Applies)
	texts(w, 3, c.Conditions[:])
}

func readCertification(m *Mapper, list *[]Certification) {
	c := extend(m, list)
	*c = Certification{At: m.at}
	c.segment(&m.wire)
}

func (r *Repricing) segment(w *wire) { // HCP
	text(w, 1, &r.Methodology)
	amount(w, 2, &r.Allowed)
	amount(w, 3, &r.Savings)
	text(w, 4, &r.OrganizationID)
	text(w, 5, (*string)(&r.Rate))
	text(w, 6, &r.GroupCode)
	amount(w, 7, &r.GroupAmount)
	text(w, 8, &r.RevenueCode)
	text(w, 9, &r.ProcedureQualifier)
	text(w, 10, &r.Procedure)
	text(w, 11, &r.Unit)
	text(w, 12, (*string)(&r.Units))
	text(w, 13, &r.RejectReason)
	text(w, 14, &r.PolicyCompliance)
	text(w, 15, &r.Exception)
}

func readRepricing(m *Mapper) *Repricing {
	r := zeroed(m, &m.pools.repricing)
	r.At = m.at
	r.segment(&m.wire)
	return r
}

// writeClaim writes loop 2300 and all below it.
func writeClaim(w *wire, c *Claim) {
	put(w, "CLM", c)
	putAll(w, "DTP", c.Dates)
	if c.Admission != nil {
		put(w, "CL1", c.Admission)
	}
	if c.Orthodontics != nil {
		put(w, "DN1", c.Orthodontics)
	}
	putAll(w, "DN2", c.ToothStatuses)
	putAll(w, "PWK", c.Attachments)
	if c.Contract != nil {
		put(w, "CN1", c.Contract)
	}
	putAll(w, "AMT", c.Amounts)
	putAll(w, "REF", c.References)
	putAll(w, "K3", c.FileInformation)
	putAll(w, "NTE", c.Notes)
	if c.Ambulance != nil {
		put(w, "CR1", c.Ambulance)
	}
	if c.SpinalManipulation != nil {
		put(w, "CR2", c.SpinalManipulation)
	}
	putAll(w, "CRC", c.Certifications)
	writeCodes(w, c)
	if c.Repricing != nil {
		put(w, "HCP", c.Repricing)
	}
	for i := range c.Providers {
		writeParty(w, &c.Providers[i], "", nil)
	}
	for i := range c.OtherCoverages {
		writeCoverage(w, &c.OtherCoverages[i])
	}
	for i := range c.Lines {
		writeLine(w, &c.Lines[i], i+1, c.Kind)
	}
}

// JSON.

func (c *Claim) fields(f *fields) {
	f.kind = c.Kind
	textField(f, "claim_id", &c.ID)
	amountField(f, "charge", &c.Charge)
	textField(f, "frequency", &c.Frequency)
	place := "place_of_service"
	if c.Kind == Institutional {
		place = "facility_type"
	}
	textField(f, place, &c.PlaceOfService)
	flagField(f, "truncated", &c.Truncated)
	list(f, "unread", &c.Unread)
	if !f.sharedLevels(c) {
		optional(f, "submission", &c.Submission)
		optional(f, "billing_provider", &c.BillingProvider)
	}
	optional(f, "subscriber", &c.Subscriber)
	optionalParty(f, "payer", &c.Payer, RolePayer)
	patientField(f, c)

	textField(f, "provider_signature", &c.ProviderSignature)
	textField(f, "assignment", &c.Assignment)
	textField(f, "benefits_assignment", &c.BenefitsAssignment)
	textField(f, "release_of_information", &c.ReleaseOfInformation)
	textField(f, "patient_signature_source", &c.PatientSignatureSource)
	object(f, "related_causes", &c.RelatedCauses, c.RelatedCauses != RelatedCauses{})
	textField(f, "special_program", &c.SpecialProgram)
	textField(f, "predetermination", &c.Predetermination)
	textField(f, "delay_reason", &c.DelayReason)

	list(f, "dates", &c.Dates)
	optional(f, "admission", &c.Admission)
	optional(f, "orthodontics", &c.Orthodontics)
	list(f, "tooth_statuses", &c.ToothStatuses)
	list(f, "attachments", &c.Attachments)
	optional(f, "contract", &c.Contract)
	list(f, "amounts", &c.Amounts)
	f.references = claimReferenceWords
	list(f, "references", &c.References)
	f.references = nil
	list(f, "file_information", &c.FileInformation)
	list(f, "notes", &c.Notes)
	optional(f, "ambulance", &c.Ambulance)
	optional(f, "spinal_manipulation", &c.SpinalManipulation)
	list(f, "certifications", &c.Certifications)

	codesOf(f, "diagnoses", &c.Diagnoses)
	textField(f, "drg", &c.DRG.Code)
	codesOf(f, "procedures", &c.Procedures)
	codesOf(f, "occurrence_spans", &c.OccurrenceSpans)
	codesOf(f, "occurrences", &c.Occurrences)
	codesOf(f, "values", &c.Values)
	codesOf(f, "conditions", &c.Conditions)
	codesOf(f, "treatments", &c.Treatments)
	optional(f, "repricing", &c.Repricing)

	list(f, "providers", &c.Providers)
	list(f, "other_coverages", &c.OtherCoverages)
	list(f, "lines", &c.Lines)
}

func (u *Unread) fields(f *fields) {
	textField(f, "segment_id", &u.Segment)
	smallField(f, "element", &u.Element)
	smallField(f, "component", &u.Component)
	textField(f, "text", &u.Text)
}

func (r *RelatedCauses) fields(f *fields) {
	textsField(f, "causes", r.Causes[:])
	textField(f, "state", &r.State)
	textField(f, "country", &r.Country)
}

func (d *Date) fields(f *fields) {
	kind(f, "type", "qualifier", dateWords, (*string)(&d.Kind))
	d.Period.fields(f)
}

func (a *Admission) fields(f *fields) {
	textField(f, "type", &a.Type)
	textField(f, "origin", &a.Origin)
	textField(f, "patient_status", &a.PatientStatus)
}

func (o *Orthodontics) fields(f *fields) {
	numberField(f, "months", (*string)(&o.Months))
	numberField(f, "months_remaining", (*string)(&o.MonthsRemaining))
	textField(f, "indicator", &o.Indicator)
	textField(f, "description", &o.Description)
}

func (t *ToothStatus) fields(f *fields) {
	textField(f, "tooth", &t.Tooth)
	textField(f, "status", &t.Status)
}

func (a *Attachment) fields(f *fields) {
	textField(f, "report_type", &a.ReportType)
	textField(f, "transmission", &a.Transmission)
	textField(f, "control_number", &a.ControlNumber)
}

func (c *Contract) fields(f *fields) {
	textField(f, "type", &c.Type)
	amountField(f, "amount", &c.Amount)
	numberField(f, "percentage", (*string)(&c.Percentage))
	textField(f, "code", &c.Code)
	numberField(f, "terms_discount", (*string)(&c.TermsDiscount))
	textField(f, "version", &c.Version)
}

func (a *StatedAmount) fields(f *fields) {
	kind(f, "type", "qualifier", amountWords, (*string)(&a.Kind))
	amountField(f, "amount", &a.Amount)
}

func (i *FileInformation) fields(f *fields) { textField(f, "text", &i.Text) }

func (n *Note) fields(f *fields) {
	kind(f, "type", "qualifier", noteWords, (*string)(&n.Kind))
	textField(f, "text", &n.Text)
}

func (a *AmbulanceTransport) fields(f *fields) {
	numberField(f, "patient_weight", (*string)(&a.PatientWeight))
	textField(f, "reason", &a.Reason)
	numberField(f, "miles", (*string)(&a.Miles))
	textField(f, "round_trip_purpose", &a.RoundTripPurpose)
	textField(f, "stretcher_purpose", &a.StretcherPurpose)
}

func (s *SpinalManipulation) fields(f *fields) {
	textField(f, "condition", &s.Condition)
	textField(f, "description", &s.Description)
	textField(f, "additional_description", &s.AdditionalDescription)
}

func (c *Certification) fields(f *fields) {
	kind(f, "type", "qualifier", certificationWords, (*string)(&c.Kind))
	textField(f, "applies", &c.Applies)
	textsField(f, "conditions", c.Conditions[:])
}

func (r *Repricing) fields(f *fields) {
	textField(f, "methodology", &r.Methodology)
	amountField(f, "allowed", &r.Allowed)
	amountField(f, "savings", &r.Savings)
	textField(f, "organization_id", &r.OrganizationID)
	numberField(f, "rate", (*string)(&r.Rate))
	textField(f, "group_code", &r.GroupCode)
	amountField(f, "group_amount", &r.GroupAmount)
	textField(f, "revenue_code", &r.RevenueCode)
	textField(f, "qualifier", &r.ProcedureQualifier)
	textField(f, "procedure", &r.Procedure)
	textField(f, "unit", &r.Unit)
	numberField(f, "units", (*string)(&r.Units))
	textField(f, "reject_reason", &r.RejectReason)
	textField(f, "policy_compliance", &r.PolicyCompliance)
	textField(f, "exception", &r.Exception)
}

// fields writes a day as date, a range as from and to, a time of day as time.
// What has another form stands as it is, as format and text.
func (p *Period) fields(f *fields) {
	switch f.mode {
	case cloning:
		textField(f, "format", (*string)(&p.Format))
		textField(f, "text", &p.Text)
	case appending:
		t := p.Text
		switch {
		case p.Format == FormatDate && len(t) == 8 && digits(t):
			dayField(f, "date", &t)
		case p.Format == FormatRange && len(t) == 17 && t[8] == '-' && digits(t[:8]) && digits(t[9:]):
			from, to := t[:8], t[9:]
			dayField(f, "from", &from)
			dayField(f, "to", &to)
		case p.Format == FormatDateTime && len(t) == 12 && digits(t):
			day := t[:8]
			dayField(f, "date", &day)
			f.clock(t[8:])
		case p.Format == FormatTime && len(t) == 4 && digits(t):
			f.clock(t)
		default:
			textField(f, "format", (*string)(&p.Format))
			textField(f, "text", &p.Text)
		}
	case parsing:
		textField(f, "format", (*string)(&p.Format))
		textField(f, "text", &p.Text)
		var date, from, to string
		switch {
		case dayField(f, "from", &from):
			dayField(f, "to", &to)
			p.Format, p.Text = FormatRange, from+"-"+to
		case dayField(f, "date", &date):
			p.Format, p.Text = FormatDate, date
			if t := f.readClock(); t != "" {
				p.Format, p.Text = FormatDateTime, date+t
			}
		default:
			if t := f.readClock(); t != "" {
				p.Format, p.Text = FormatTime, t
			}
		}
	}
}

// clock appends HHMM as "HH:MM".
func (f *fields) clock(t string) {
	f.key("time")
	f.dst = append(f.dst, '"', t[0], t[1], ':', t[2], t[3], '"', ',')
}

func (f *fields) readClock() string {
	v, ok := f.read("time")
	if !ok {
		return ""
	}
	if len(v) == 5 && v[2] == ':' {
		return string(v[:2]) + string(v[3:])
	}
	return string(v)
}
