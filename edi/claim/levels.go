package claim

// The levels above a claim: header (BHT, 1000), billing provider (2000A),
// subscriber (2000B), patient (2000C).

// beyondClaim are the loops that end the open claim.
var beyondClaim = map[string]bool{"2000A": true, "2000B": true, "2000C": true, "2300": true}

// openLoop is what the opening of a loop does before its first segment is
// mapped.
var openLoop = map[string]handler{
	"1000A": func(m *Mapper) { m.openParty(&m.submission.Submitter) },
	"1000B": func(m *Mapper) { m.openParty(&m.submission.Receiver) },

	"2000A":  openBillingLevel,
	"2010AA": func(m *Mapper) { m.openParty(&m.billing.Party) },
	"2010AB": func(m *Mapper) { m.billing.PayToAddress = m.openParty(&m.payTo[0]) },
	"2010AC": func(m *Mapper) { m.billing.PayToPlan = m.openParty(&m.payTo[1]) },

	"2000B":  openSubscriberLevel,
	"2010BA": func(m *Mapper) { m.openPerson(&m.subscriber.Person) },
	"2010BB": func(m *Mapper) { m.hasPayer = true; m.openParty(&m.payer) },

	"2000C":  openPatientLevel,
	"2010CA": func(m *Mapper) { m.openPerson(&m.patient.Person) },

	"2300": func(m *Mapper) { m.beginClaim() },

	"2310A": openClaimProvider, "2310B": openClaimProvider, "2310C": openClaimProvider,
	"2310D": openClaimProvider, "2310E": openClaimProvider, "2310F": openClaimProvider,

	"2320":  openCoverage,
	"2330A": func(m *Mapper) { m.openParty(&m.otherCoverage().Subscriber) },
	"2330B": func(m *Mapper) { m.openParty(&m.otherCoverage().Payer.Party) },
	"2330C": openOtherProvider, "2330D": openOtherProvider, "2330E": openOtherProvider,
	"2330F": openOtherProvider, "2330G": openOtherProvider, "2330H": openOtherProvider,
	"2330I": openOtherProvider,

	"2400":  openLine,
	"2410":  openDrug,
	"2420A": openLineProvider, "2420B": openLineProvider, "2420C": openLineProvider,
	"2420D": openLineProvider, "2420E": openLineProvider, "2420F": openLineProvider,
	"2420G": openLineProvider, "2420H": openLineProvider,
	"2430": openAdjudication,
	"2440": openForm,
}

// partyLoop are the loops whose segments are those of a party.
var partyLoop = map[string]bool{
	"1000A": true, "1000B": true,
	"2010AA": true, "2010AB": true, "2010AC": true, "2010BA": true, "2010BB": true, "2010CA": true,
	"2310A": true, "2310B": true, "2310C": true, "2310D": true, "2310E": true, "2310F": true,
	"2330A": true, "2330B": true, "2330C": true, "2330D": true, "2330E": true, "2330F": true,
	"2330G": true, "2330H": true, "2330I": true,
	"2420A": true, "2420B": true, "2420C": true, "2420D": true, "2420E": true, "2420F": true,
	"2420G": true, "2420H": true,
}

// openParty makes p the party that the next segments belong to. What it held
// is dropped, but not the specialty of a billing provider, which stands in
// 2000A.
func (m *Mapper) openParty(p *Party) *Party {
	s := p.Specialty
	p.reset()
	if p == &m.billing.Party {
		p.Specialty = s
	}
	m.party, m.demographics = p, nil
	return p
}

func (m *Mapper) openPerson(p *Person) {
	m.openParty(&p.Party)
	p.Demographics = Demographics{}
	m.demographics = &p.Demographics
}

// readLoop maps the segments of loops that are no party's, and those that a
// party's loop has beside them.
var readLoop = map[string]map[string]handler{
	"ST_LOOP": readHeader,
	"2000A":   readBillingLevel,
	"2000B":   readSubscriberLevel,
	"2000C":   readPatientLevel,
	"2300":    readClaim,
	"2320":    readCoverage,
	"2330B":   readOtherPayer,
	"2400":    readLine,
	"2410":    readDrug,
	"2430":    readAdjudication,
	"2440":    readForm,
}

// Header.

var readHeader = map[string]handler{
	"BHT": func(m *Mapper) { s := &m.submission; s.At = m.at; s.segment(&m.wire) },
}

func (s *Submission) segment(w *wire) { // BHT
	w.fixed(1, true, "0019")
	text(w, 2, (*string)(&s.Purpose))
	text(w, 3, &s.ID)
	text(w, 4, &s.Date)
	text(w, 5, &s.Time)
	text(w, 6, (*string)(&s.Use))
}

// writeHeader writes BHT, 1000A and 1000B.
func writeHeader(w *wire, s *Submission) {
	put(w, "BHT", s)
	if before(s.Receiver.At, s.Submitter.At) {
		writeParty(w, &s.Receiver, RoleReceiver, nil)
		writeParty(w, &s.Submitter, RoleSubmitter, nil)
		return
	}
	writeParty(w, &s.Submitter, RoleSubmitter, nil)
	writeParty(w, &s.Receiver, RoleReceiver, nil)
}

func (s *Submission) fields(f *fields) {
	kind(f, "purpose", "purpose_code", purposeWords, (*string)(&s.Purpose))
	textField(f, "id", &s.ID)
	dayField(f, "date", &s.Date)
	textField(f, "time", &s.Time)
	kind(f, "use", "use_code", useWords, (*string)(&s.Use))
	partyField(f, "submitter", &s.Submitter, RoleSubmitter)
	partyField(f, "receiver", &s.Receiver, RoleReceiver)
}

// Billing provider.

var readBillingLevel = map[string]handler{
	"HL":  func(m *Mapper) { m.billing.HL = m.at },
	"PRV": func(m *Mapper) { readSpecialty(m, &m.billing.Specialty) },
	"CUR": func(m *Mapper) { c := &m.billing.Currency; *c = Currency{At: m.at}; c.segment(&m.wire) },
}

func openBillingLevel(m *Mapper) {
	m.shared.json = m.shared.json[:0]
	m.memory = &m.billingMemory
	m.memory.Reset()
	b := &m.billing
	b.Party.reset()
	*b = BillingProvider{Party: b.Party}
	m.hasBilling, m.hasSubscriber, m.hasPayer, m.hasPatient = true, false, false, false
	m.party, m.demographics = &m.ignore, nil
	m.ignore.reset()
}

func (c *Currency) segment(w *wire) { // CUR
	w.fixed(1, c.Code != "", string(RoleBilling))
	text(w, 2, &c.Code)
}

// writeBilling writes what follows the HL of 2000A.
func writeBilling(w *wire, b *BillingProvider) {
	writeSpecialty(w, &b.Specialty, RoleBilling)
	put(w, "CUR", &b.Currency)
	writeParty(w, &b.Party, RoleBilling, nil)
	first, second := b.PayToAddress, b.PayToPlan
	roles := [2]Role{RolePayToAddress, RolePayToPlan}
	if first != nil && second != nil && before(second.At, first.At) {
		first, second = second, first
		roles[0], roles[1] = roles[1], roles[0]
	}
	if first != nil {
		writeParty(w, first, roles[0], nil)
	}
	if second != nil {
		writeParty(w, second, roles[1], nil)
	}
}

func (b *BillingProvider) fields(f *fields) {
	b.Party.fieldsAs(f, RoleBilling)
	textField(f, "currency", &b.Currency.Code)
	optionalParty(f, "pay_to_address", &b.PayToAddress, RolePayToAddress)
	optionalParty(f, "pay_to_plan", &b.PayToPlan, RolePayToPlan)
}

// Subscriber and payer.

var readSubscriberLevel = map[string]handler{
	"HL":  func(m *Mapper) { m.subscriber.HL = m.at },
	"SBR": func(m *Mapper) { c := &m.subscriber.Coverage; *c = Coverage{At: m.at}; c.segment(&m.wire) },
	"PAT": func(m *Mapper) {
		i := &m.information
		m.subscriber.Information = i
		*i = Information{At: m.at}
		i.segment(&m.wire)
	},
}

func openSubscriberLevel(m *Mapper) {
	m.memory = &m.subscriberMemory
	m.memory.Reset()
	s := &m.subscriber
	s.Party.reset()
	*s = Subscriber{Person: Person{Party: s.Party}}
	m.payer.reset()
	m.hasSubscriber, m.hasPayer, m.hasPatient = true, false, false
	m.party, m.demographics = &m.ignore, nil
	m.ignore.reset()
}

func (c *Coverage) segment(w *wire) { // SBR
	text(w, 1, &c.Sequence)
	text(w, 2, &c.Relationship)
	text(w, 3, &c.GroupNumber)
	text(w, 4, &c.GroupName)
	text(w, 5, &c.InsuranceType)
	text(w, 9, &c.ClaimFiling)
}

func (i *Information) segment(w *wire) { // PAT
	text(w, 1, &i.Relationship)
	w.fixed(5, i.DeathDate != "", string(FormatDate))
	text(w, 6, &i.DeathDate)
	w.fixed(7, i.Weight != "", "01")
	text(w, 8, (*string)(&i.Weight))
	text(w, 9, &i.Pregnant)
}

// writeSubscriber writes what follows the HL of 2000B.
func writeSubscriber(w *wire, s *Subscriber, payer *Party) {
	put(w, "SBR", &s.Coverage)
	if s.Information != nil {
		put(w, "PAT", s.Information)
	}
	payerFirst := payer != nil && before(payer.At, s.At)
	if payerFirst {
		writeParty(w, payer, RolePayer, nil)
	}
	if !s.Party.empty() || s.Demographics != (Demographics{}) {
		writeParty(w, &s.Party, RoleSubscriber, &s.Demographics)
	}
	if payer != nil && !payerFirst {
		writeParty(w, payer, RolePayer, nil)
	}
}

func (c *Coverage) fields(f *fields) {
	textField(f, "sequence", &c.Sequence)
	textField(f, "relationship", &c.Relationship)
	textField(f, "group_number", &c.GroupNumber)
	textField(f, "group_name", &c.GroupName)
	textField(f, "insurance_type", &c.InsuranceType)
	textField(f, "claim_filing", &c.ClaimFiling)
}

func (s *Subscriber) fields(f *fields) {
	s.Coverage.fields(f)
	s.Person.fieldsAs(f, RoleSubscriber)
	switch f.mode {
	case appending:
		if s.Information != nil {
			s.Information.fields(f)
		}
	case parsing:
		var i Information
		if i.fields(f); i != (Information{}) {
			s.Information = &i
		}
	case cloning:
		if s.Information != nil {
			c := *s.Information
			s.Information = &c
			c.fields(f)
		}
	}
}

func (p *Person) fieldsAs(f *fields, implied Role) {
	p.Party.fieldsAs(f, implied)
	p.Demographics.fields(f)
}

// fields leaves out the relationship, which a subscriber's coverage has.
func (i *Information) fields(f *fields) {
	dayField(f, "death_date", &i.DeathDate)
	numberField(f, "weight", (*string)(&i.Weight))
	textField(f, "pregnant", &i.Pregnant)
}

// Patient.

var readPatientLevel = map[string]handler{
	"HL":  func(m *Mapper) { m.patient.HL = m.at },
	"PAT": func(m *Mapper) { i := &m.patient.Information; *i = Information{At: m.at}; i.segment(&m.wire) },
}

func openPatientLevel(m *Mapper) {
	m.memory = &m.patientMemory
	m.memory.Reset()
	p := &m.patient
	p.Party.reset()
	*p = Patient{Person: Person{Party: p.Party}}
	m.hasPatient = true
	m.party, m.demographics = &m.ignore, nil
	m.ignore.reset()
}

// writePatient writes what follows the HL of 2000C.
func writePatient(w *wire, p *Patient) {
	put(w, "PAT", &p.Information)
	writeParty(w, &p.Party, RolePatient, &p.Demographics)
}

func (p *Patient) fields(f *fields) {
	textField(f, "relationship", &p.Information.Relationship)
	p.Person.fieldsAs(f, RolePatient)
	p.Information.fields(f)
}

// patientField: the record always has a patient. One who is the subscriber is
// repeated in short, marked is_subscriber, and skipped when it is read.
func patientField(f *fields, c *Claim) {
	switch f.mode {
	case appending:
		s := c.Subscriber
		if c.Patient != nil || s == nil {
			optional(f, "patient", &c.Patient)
			return
		}
		f.key("patient")
		f.dst = append(f.dst, `{"is_subscriber":true,`...)
		f.member("relationship", s.Coverage.Relationship)
		nameFields(f, &s.Name)
		s.Demographics.fields(f)
		f.end('}')
		f.dst = append(f.dst, ',')
	case cloning:
		optional(f, "patient", &c.Patient)
	case parsing:
		var same bool
		i := f.find("patient")
		if i < 0 {
			return
		}
		back := f.into(i, "patient", -1)
		if f.open < 0 {
			f.out(back)
			return
		}
		if flagField(f, "is_subscriber", &same); same {
			f.path = f.path[:len(f.path)-1]
			f.open, f.cursor = back[0], back[1]
			return
		}
		c.Patient = new(Patient)
		c.Patient.fields(f)
		f.out(back)
	}
}

// partyField is a party whose place implies its role.
func partyField(f *fields, name string, p *Party, implied Role) {
	f.implied = implied
	object(f, name, p, !p.empty())
	f.implied = ""
}

// optionalParty is partyField for a party that may not be there.
func optionalParty(f *fields, name string, p **Party, implied Role) {
	f.implied = implied
	optional(f, name, p)
	f.implied = ""
}
