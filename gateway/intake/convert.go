package intake

import (
	"strconv"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/gateway"
)

// Payers finds payers by number or name; the payer directory does.
type Payers interface {
	Payer(id, name string) (gateway.Payer, bool)
}

// Claim makes the claim of an encounter that was read, and adds what keeps it
// from being one to the item's findings. What has been reported of a field is
// not said again. It is nil when there is no encounter to make it of.
func (it *Item) Claim(payers Payers) *claim.Claim {
	if it.Encounter == nil || it.blind {
		return nil
	}
	c, findings := ToClaim(it.Encounter, payers)
	known := it.Findings
	for _, f := range findings {
		if gateway.Covered(known, f.Field) {
			continue
		}
		f.Row = it.Line(f.Field)
		it.report(f)
	}
	return c
}

// ToClaim makes the claim of an encounter: the office's words become the
// standard's codes, names and addresses become capitals, points and hyphens
// are left out of codes and numbers, what was left out gets its default. The
// claim has no Submission yet.
//
// The findings say what is missing or cannot be read, and nothing that rules
// over claims say (package rule): those are for the scrubber. A claim comes
// back whatever was found, as far as it could be made. A payer that payers
// does not know, or payers being nil, leaves what the office wrote.
func ToClaim(e *Encounter, payers Payers) (*claim.Claim, []Finding) {
	k := conversion{e: e, payers: payers, c: &claim.Claim{Kind: claim.Professional}}
	f := fields{mode: checking, kind: professional}
	f.report = func(code diag.Code, field, want string, _ int) { k.say(code, field, want) }
	switch code := kindWords.code(e.Kind); code {
	case "":
		if e.Kind != "" {
			// Which fields it may have nobody knows.
			f.kind = professional | institutional | dental
			e.fields(&f)
			k.c.Kind = 0
			return k.c, k.findings
		}
	default:
		k.c.Kind = claim.Kind(code[0])
		f.kind = map[claim.Kind]kinds{claim.Professional: professional, claim.Institutional: institutional, claim.Dental: dental}[k.c.Kind]
	}
	e.fields(&f)
	k.head()
	k.billing()
	k.coverage()
	switch k.c.Kind {
	case claim.Institutional:
		k.stay()
		k.institutionalProviders()
		k.institutionalCodes()
	case claim.Dental:
		k.dental()
		k.dentalProviders()
		k.diagnoses()
	default:
		k.dates()
		k.providers()
		k.diagnoses()
	}
	k.facts()
	k.others()
	k.lines()
	k.total()
	// What is always needed and nothing above has missed.
	for _, field := range f.absent {
		if !gateway.Covered(k.findings, field) {
			name := field[strings.LastIndexByte(field, '.')+1:]
			k.miss(field, "The field "+strings.ReplaceAll(name, "_", " "))
		}
	}
	return k.c, k.findings
}

// conversion is one encounter on its way to a claim.
type conversion struct {
	e        *Encounter
	payers   Payers
	c        *claim.Claim
	findings []Finding
	filing   string // claim filing indicator of the claim's payer
}

func (k *conversion) say(code diag.Code, field, want string) {
	k.findings = append(k.findings, Finding{Field: field, Diagnostic: diag.Diagnostic{
		Code: code, Want: want, Pos: diag.Pos{Claim: k.e.ID},
	}})
}

// miss says that something is not there that a claim needs.
func (k *conversion) miss(field, what string) { k.say(codeMissing, field, what) }

// need is a text that a claim cannot be without.
func (k *conversion) need(s, field, what string) string {
	if strings.TrimSpace(s) == "" {
		k.miss(field, what)
	}
	return capitals(s)
}

func capitals(s string) string {
	s, _ = fold(s)
	return s
}

// compact leaves out what people write into numbers to read them better.
func compact(s, out string) string {
	s = capitals(s)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(out, r) {
			return -1
		}
		return r
	}, s)
}

// index is the path of an item, list[i].name.
func index(list string, i int, name string) string {
	s := list + "[" + strconv.Itoa(i) + "]"
	if name != "" {
		s += "." + name
	}
	return s
}

func (k *conversion) head() {
	e, c := k.e, k.c
	c.ID = e.ID
	switch {
	case e.ID == "":
		k.miss("id", "The patient control number")
	case !safeNumber(e.ID):
		k.say(codeIDCharacters, "id", "")
	case len(e.ID) > 20 && len(e.ID) <= 38:
		k.say(codeLongID, "id", "20")
	}
	if purposeWords.code(e.Purpose) == string(claim.UseReporting) {
		c.Submission = &claim.Submission{Use: claim.UseReporting}
	}
	c.Frequency = frequencyWords.code(e.Frequency)
	if e.Frequency == "" {
		c.Frequency = "1"
	}
	if c.Kind == claim.Institutional {
		k.typeOfBill()
	}
	if e.OriginalReference != "" {
		if c.Frequency == "1" {
			k.say(codeOriginalWithNumber, "original_reference", "")
		}
		k.reference(claim.ReferencePayerClaimID, e.OriginalReference)
	}
	c.DelayReason = delayWords.code(e.DelayReason)
}

// safeNumber says whether a number of the office's keeps all its characters in
// every interchange: it must come back as it went out.
func safeNumber(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
		case strings.IndexByte("-_./# ", c) >= 0:
		default:
			return false
		}
	}
	return true
}

func (k *conversion) reference(kind claim.ReferenceKind, value string) {
	if value != "" {
		k.c.References = append(k.c.References, claim.Reference{Kind: kind, Value: capitals(value)})
	}
}

func (k *conversion) billing() {
	e := k.e
	b := &claim.BillingProvider{Party: claim.Party{Role: claim.RoleBilling}}
	k.c.BillingProvider = b
	if e.BillingProvider == nil {
		k.miss("billing_provider", "The billing provider")
		return
	}
	p := e.BillingProvider
	b.Name = k.name(&p.Provider)
	if b.Name.Last == "" {
		k.miss("billing_provider.name", "The billing provider's name")
	} else if b.Name.Entity == party.Person && b.Name.First == "" {
		k.miss("billing_provider.first_name", "The billing provider's first name")
	}
	b.ID = k.npi(k.need(p.NPI, "billing_provider.npi", "The billing provider's NPI"))
	b.Specialty.Taxonomy = k.taxonomy(p.Taxonomy, "billing_provider.taxonomy")
	b.Address = k.address(p.Address, "billing_provider.address", "The billing provider's address")
	if tax := compact(p.TaxID, "- "); tax == "" {
		k.miss("billing_provider.tax_id", "The billing provider's tax identification number")
	} else {
		kind := claim.ReferenceKind(taxIDWords.code(p.TaxIDKind))
		if p.TaxIDKind == "" {
			kind = claim.ReferenceEmployerID
		}
		if len(tax) != 9 || !allDigits(tax) || strings.Trim(tax, tax[:1]) == "" {
			k.say(codeTaxIDForm, "billing_provider.tax_id", "")
		}
		b.References = append(b.References, claim.Reference{Kind: kind, Value: tax})
	}
	if p.License != "" {
		b.References = append(b.References, claim.Reference{Kind: claim.ReferenceLicense, Value: capitals(p.License)})
	}
	var contact party.Contact
	contact.Name = capitals(p.ContactName)
	n := 0
	for _, m := range []struct {
		kind  party.NumberKind
		value string
	}{
		{party.Telephone, k.phone(p.Phone, "billing_provider.phone")},
		{party.Fax, k.phone(p.Fax, "billing_provider.fax")},
		{party.Email, p.Email},
	} {
		if m.value != "" {
			contact.Numbers[n] = party.Number{Kind: m.kind, Value: m.value}
			n++
		}
	}
	if n > 0 {
		b.Contacts = append(b.Contacts, claim.Contact{Contact: contact})
	}
	if e.PayToAddress != nil {
		b.PayToAddress = &claim.Party{Role: claim.RolePayToAddress, Name: party.Name{Entity: b.Name.Entity},
			Address: k.address(e.PayToAddress, "pay_to_address", "")}
	}
}

// name of a provider: an organisation's, else a person's.
func (k *conversion) name(p *Provider) party.Name {
	if p.Name != "" {
		return party.OrganizationName(capitals(p.Name))
	}
	return party.Name{Entity: party.Person, Last: capitals(p.LastName), First: capitals(p.FirstName),
		Middle: capitals(p.MiddleName), Suffix: capitals(strings.TrimSuffix(p.Suffix, "."))}
}

// npi leaves blanks and hyphens out; the check of its last digit is a rule of
// the guide.
func (k *conversion) npi(s string) party.Identifier {
	if s = compact(s, "- "); s == "" {
		return party.Identifier{}
	}
	return party.Identify(party.QualifierNPI, s)
}

func (k *conversion) taxonomy(s, field string) string {
	s = compact(s, " ")
	if s != "" && (len(s) != 10 || s[9] != 'X' || !alphanumeric(s)) {
		k.say(codeTaxonomyForm, field, "")
	}
	return s
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

func (k *conversion) phone(s, field string) string {
	if s == "" {
		return ""
	}
	d := strings.TrimPrefix(compact(s, "()-. /"), "+")
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	if len(d) != 10 || !allDigits(d) {
		k.say(codePhoneForm, field, "")
	}
	return d
}

// address of someone; what names it where a claim cannot be without it.
func (k *conversion) address(a *Address, field, what string) party.Address {
	if a == nil {
		if what != "" {
			k.miss(field, what)
		}
		return party.Address{}
	}
	x := party.Address{
		Line1: k.need(a.Line1, field+".line1", "The street"), Line2: capitals(a.Line2),
		City: k.need(a.City, field+".city", "The city"), State: capitals(a.State), Country: capitals(a.Country),
	}
	switch x.Country {
	case "", "US", "USA":
		x.Country = ""
		if x.State == "" {
			k.miss(field+".state", "The state")
		}
		x.PostalCode = compact(a.ZIP, "- ")
		switch {
		case x.PostalCode == "":
			k.miss(field+".zip", "The ZIP code")
		case len(x.PostalCode) != 5 && len(x.PostalCode) != 9 || !allDigits(x.PostalCode):
			k.say(codeZIPForm, field+".zip", "")
		}
	default:
		x.PostalCode = compact(a.ZIP, " ")
	}
	return x
}

// coverage makes subscriber, patient and payer.
func (k *conversion) coverage() {
	e := k.e
	s := &claim.Subscriber{Person: claim.Person{Party: claim.Party{Role: claim.RoleSubscriber}}}
	k.c.Subscriber = s
	k.c.Payer = &claim.Party{Role: claim.RolePayer, Name: party.Name{Entity: party.Organization}}
	if e.Patient == nil {
		k.say(codeNoPatient, "patient", "")
	}
	i := e.Insurance
	if i == nil {
		k.miss("insurance", "The insurance")
		s.Coverage.Relationship = "18" // nobody else is named
		return
	}
	relationship := k.relationship(i, "insurance")
	var known gateway.Payer
	*k.c.Payer, known = k.payer(i.Payer, "insurance.payer")
	s.Coverage = k.plan(i, "insurance", known)
	k.filing = s.Coverage.ClaimFiling
	s.Coverage.Sequence = orderWords.code(i.Order)
	if i.Order == "" {
		s.Coverage.Sequence = "P"
	}
	if k.c.Kind != claim.Institutional {
		s.Coverage.InsuranceType = medicareSecondaryWords.code(i.MedicareSecondaryReason)
	}
	s.ID = k.member(i, "insurance", s.Coverage.ClaimFiling)
	if e.BillingProvider != nil && e.BillingProvider.ProviderNumber != "" {
		k.c.Payer.References = append(k.c.Payer.References,
			claim.Reference{Kind: claim.ReferenceProviderNumber, Value: capitals(e.BillingProvider.ProviderNumber)})
	}

	if relationship == "18" {
		s.Coverage.Relationship = "18"
		if e.Patient != nil {
			k.human(&e.Patient.Person, "patient", "The patient's", &s.Person)
			if info := k.information(); info != (claim.Information{}) {
				s.Information = &info
			}
			k.casualty(&s.Person)
		}
		return
	}
	if i.Subscriber != nil {
		k.subscriber(i.Subscriber, "insurance.subscriber", &s.Person)
	}
	if e.Patient != nil {
		p := &claim.Patient{Information: k.information(), Person: claim.Person{Party: claim.Party{Role: claim.RolePatient}}}
		p.Information.Relationship = relationship
		k.human(&e.Patient.Person, "patient", "The patient's", &p.Person)
		k.casualty(&p.Person)
		k.c.Patient = p
	}
}

// relationship of the patient to the subscriber, and whether both are there.
func (k *conversion) relationship(i *Insurance, field string) string {
	code := relationshipWords.code(i.Relationship)
	switch {
	case i.Relationship != "" && code == "":
		return "21" // its word has been reported
	case i.Relationship == "" && i.Subscriber == nil:
		return "18"
	case i.Relationship == "":
		k.miss(field+".relationship", "The patient's relationship to the subscriber")
		return "21"
	case code == "18" && i.Subscriber != nil:
		k.say(codeSelfWithSubscriber, field+".relationship", "")
	case code != "18" && i.Subscriber == nil:
		k.say(codeNoSubscriber, field+".subscriber", "")
	}
	return code
}

// payer makes a payer; the directory's number and name stand for what the
// office calls it.
func (k *conversion) payer(p *Payer, field string) (claim.Party, gateway.Payer) {
	x := claim.Party{Role: claim.RolePayer, Name: party.Name{Entity: party.Organization}}
	if p == nil || p.ID == "" && p.Name == "" {
		k.miss(field, "The payer")
		return x, gateway.Payer{}
	}
	x.Name.Last, x.ID = capitals(p.Name), party.Identify(party.QualifierPayer, compact(p.ID, " "))
	if p.ID == "" {
		x.ID = party.Identifier{}
	}
	var known gateway.Payer
	if k.payers != nil {
		var ok bool
		if known, ok = k.payers.Payer(p.ID, p.Name); ok {
			x.Name.Last, x.ID = capitals(known.Name), party.Identify(party.QualifierPayer, known.ID)
		}
	}
	if x.Name.Last == "" {
		x.Name.Last = x.ID.Value
	}
	if p.Address != nil {
		x.Address = k.address(p.Address, field+".address", "")
	}
	return x, known
}

// plan makes the coverage segment, without its place in the order.
func (k *conversion) plan(i *Insurance, field string, known gateway.Payer) claim.Coverage {
	c := claim.Coverage{GroupNumber: capitals(i.GroupNumber), ClaimFiling: insuranceWords.code(i.Kind)}
	if c.GroupNumber == "" {
		c.GroupName = capitals(i.GroupName)
	}
	if i.Kind == "" {
		if c.ClaimFiling = known.ClaimFiling; c.ClaimFiling == "" {
			k.miss(field+".kind", "The kind of insurance")
		}
	}
	return c
}

// member is the member number. Medicare prints it with hyphens that are no
// part of it.
func (k *conversion) member(i *Insurance, field, filing string) party.Identifier {
	out := " "
	if filing == "MB" || filing == "MA" {
		out = " -"
	}
	id := compact(i.MemberID, out)
	if id == "" {
		k.say(codeNoMemberID, field+".member_id", "")
		return party.Identifier{}
	}
	return party.Identify(party.QualifierMember, id)
}

// human makes a patient, who must have all that identifies him.
func (k *conversion) human(p *Person, field, whose string, x *claim.Person) {
	x.Name = party.Name{Entity: party.Person,
		Last:   k.need(p.LastName, field+".last_name", whose+" last name"),
		First:  k.need(p.FirstName, field+".first_name", whose+" first name"),
		Middle: capitals(p.MiddleName), Suffix: capitals(strings.TrimSuffix(p.Suffix, "."))}
	x.Address = k.address(p.Address, field+".address", whose+" address")
	x.Demographics = claim.Demographics{BirthDate: readDay(p.BirthDate), Gender: sexWords.code(p.Sex)}
	if p.BirthDate == "" {
		k.miss(field+".birth_date", whose+" date of birth")
	}
	if p.Sex == "" {
		k.miss(field+".sex", whose+" sex")
	}
}

// subscriber makes a subscriber who is not the patient: his name is enough.
func (k *conversion) subscriber(s *Subscriber, field string, x *claim.Person) {
	if s.Name != "" {
		x.Name = party.OrganizationName(capitals(s.Name))
	} else {
		x.Name = party.Name{Entity: party.Person,
			Last:   k.need(s.LastName, field+".last_name", "The subscriber's last name"),
			First:  k.need(s.FirstName, field+".first_name", "The subscriber's first name"),
			Middle: capitals(s.MiddleName), Suffix: capitals(strings.TrimSuffix(s.Suffix, "."))}
	}
	if s.Address != nil {
		x.Address = k.address(s.Address, field+".address", "")
	}
	if s.BirthDate != "" || s.Sex != "" {
		x.Demographics = claim.Demographics{BirthDate: readDay(s.BirthDate), Gender: sexWords.code(s.Sex)}
		if s.BirthDate == "" {
			k.miss(field+".birth_date", "The subscriber's date of birth")
		}
		if s.Sex == "" {
			x.Demographics.Gender = "U"
		}
	}
}

// information is what is said of the patient's body.
func (k *conversion) information() claim.Information {
	p := k.e.Patient
	if k.c.Kind != claim.Professional {
		return claim.Information{}
	}
	info := claim.Information{DeathDate: readDay(p.DeathDate), Weight: k.quantity(p.WeightPounds)}
	if isYes(p.Pregnant) {
		info.Pregnant = "Y"
	}
	return info
}

func (k *conversion) quantity(s string) money.Quantity {
	if q := money.Quantity(s); q.Valid() {
		return q
	}
	return ""
}

// casualty adds what a casualty insurer finds the injured person by.
func (k *conversion) casualty(p *claim.Person) {
	if a := k.e.Accident; a != nil && a.ClaimNumber != "" {
		p.References = append(p.References, claim.Reference{Kind: claim.ReferencePropertyCasualtyClaim, Value: capitals(a.ClaimNumber)})
		if phone := k.phone(k.e.Patient.Phone, "patient.phone"); phone != "" && k.c.Kind != claim.Institutional {
			name := strings.TrimSpace(p.Name.First + " " + p.Name.Last)
			p.Contacts = append(p.Contacts, claim.Contact{Contact: party.Contact{Name: name,
				Numbers: [3]party.Number{{Kind: party.Telephone, Value: phone}}}})
		}
	}
}

// providers of the claim, in the order of its loops.
func (k *conversion) providers() {
	e := k.e
	k.provider(&k.c.Providers, e.ReferringProvider, claim.RoleReferring, "referring_provider")
	if !k.bills(e.RenderingProvider) {
		k.provider(&k.c.Providers, e.RenderingProvider, claim.RoleRendering, "rendering_provider")
	}
	k.provider(&k.c.Providers, e.ServiceFacility, claim.RoleServiceFacility, "service_facility")
	k.provider(&k.c.Providers, e.SupervisingProvider, claim.RoleSupervising, "supervising_provider")
	if a := e.Ambulance; a != nil {
		k.c.Ambulance, k.c.Certifications = k.transport(a, "ambulance", &k.c.Providers, k.c.Certifications)
	}
}

// bills says whether the provider who treated the patient is the one who
// bills: then it is not said twice.
func (k *conversion) bills(p *Provider) bool {
	b := k.e.BillingProvider
	return p != nil && b != nil && p.NPI != "" && p.NPI == b.NPI
}

var roleOwners = map[claim.Role]string{
	claim.RoleReferring: "The referring provider's", claim.RoleRendering: "The rendering provider's",
	claim.RoleServiceFacility: "The service facility's", claim.RoleSupervising: "The supervising provider's",
	claim.RoleOrdering: "The ordering provider's", claim.RoleAttending: "The attending provider's", claim.RoleOperating: "The operating provider's",
	claim.RoleOtherOperating: "The other operating provider's", claim.RoleAssistantSurgeon: "The assistant surgeon's",
}

func (k *conversion) provider(list *[]claim.Party, p *Provider, role claim.Role, field string) {
	if p == nil {
		return
	}
	whose := roleOwners[role]
	x := claim.Party{Role: role, Name: k.name(p), ID: k.npi(p.NPI)}
	if role == claim.RoleServiceFacility {
		x.Name = party.OrganizationName(k.need(p.Name, field+".name", whose+" name"))
		x.Address = k.address(p.Address, field+".address", whose+" address")
	} else if x.Name.Entity == party.Person {
		k.need(p.LastName, field+".last_name", whose+" last name")
		k.need(p.FirstName, field+".first_name", whose+" first name")
	}
	switch role {
	case claim.RoleRendering, claim.RoleAttending, claim.RoleAssistantSurgeon:
		if role == claim.RoleRendering && k.c.Kind == claim.Institutional {
			k.lost(p.Taxonomy, field+".taxonomy")
			break
		}
		x.Specialty.Taxonomy = k.taxonomy(p.Taxonomy, field+".taxonomy")
	}
	if p.NPI == "" && role != claim.RoleServiceFacility && p.License == "" && p.ProviderNumber == "" {
		k.miss(field+".npi", whose+" NPI")
	}
	if p.License != "" {
		x.References = append(x.References, claim.Reference{Kind: claim.ReferenceLicense, Value: capitals(p.License)})
	}
	if p.ProviderNumber != "" {
		x.References = append(x.References, claim.Reference{Kind: claim.ReferenceProviderNumber, Value: capitals(p.ProviderNumber)})
	}
	if role == claim.RoleOrdering {
		if p.Address != nil {
			x.Address = k.address(p.Address, field+".address", "")
		}
	}
	if k.c.Kind == claim.Institutional {
		k.lost(p.Phone, field+".phone")
	} else if p.Phone != "" {
		x.Contacts = append(x.Contacts, claim.Contact{Contact: party.Contact{Name: capitals(p.ContactName),
			Numbers: [3]party.Number{{Kind: party.Telephone, Value: k.phone(p.Phone, field+".phone")}}}})
	}
	*list = append(*list, x)
}

// lost says that an institutional claim has no room for something.
func (k *conversion) lost(s, field string) {
	if s != "" {
		k.say(codeOtherKind, field, (professional | dental).String())
	}
}

// transport is the facts of an ambulance ride; the places go to the providers,
// the conditions to the certifications.
func (k *conversion) transport(a *Ambulance, field string, places *[]claim.Party, certs []claim.Certification) (*claim.AmbulanceTransport, []claim.Certification) {
	x := &claim.AmbulanceTransport{PatientWeight: k.quantity(a.PatientWeight), Reason: transportWords.code(a.Reason),
		Miles: k.quantity(a.Miles), RoundTripPurpose: capitals(a.RoundTripPurpose), StretcherPurpose: capitals(a.StretcherPurpose)}
	if a.Reason == "" {
		k.miss(field+".reason", "The reason of the transport")
	}
	if a.Miles == "" {
		k.miss(field+".miles", "The loaded miles")
	}
	if a.PickUp != nil {
		*places = append(*places, claim.Party{Role: claim.RolePickUp, Name: party.Name{Entity: party.Organization},
			Address: k.address(a.PickUp, field+".pick_up", "")})
	}
	if a.DropOff != nil {
		*places = append(*places, claim.Party{Role: claim.RoleDropOff, Name: party.OrganizationName(capitals(a.DropOff.Name)),
			Address: k.address(&a.DropOff.Address, field+".drop_off", "")})
	}
	if len(a.Conditions) > 0 {
		certs = append(certs, claim.Certification{Kind: claim.CertificationAmbulance, Applies: "Y",
			Conditions: conditions(a.Conditions, transportConditionWords)})
	}
	return x, certs
}

func conditions(list []string, words *vocabulary) (c [5]string) {
	n := 0
	for _, s := range list {
		if code := words.code(s); code != "" && n < len(c) {
			c[n] = code
			n++
		}
	}
	return c
}

func (k *conversion) diagnoses() {
	e := k.e
	if len(e.Diagnoses) == 0 && k.c.Kind != claim.Dental {
		k.say(codeNoDiagnosis, "diagnoses", "")
	}
	if len(e.Diagnoses) > 12 {
		k.say(codeTooManyDiagnoses, "diagnoses", "12")
	}
	for i, d := range e.Diagnoses[:min(len(e.Diagnoses), 12)] {
		kind := claim.DiagnosisOther
		if i == 0 {
			kind = claim.DiagnosisPrincipal
		}
		k.diagnosis(kind, d, index("diagnoses", i, ""))
	}
	for i, s := range e.AnesthesiaFor {
		kind := claim.ProcedureAnesthesia
		if i > 0 {
			kind = claim.ProcedureAnesthesiaFurther
		}
		k.c.Procedures = append(k.c.Procedures, claim.SurgicalProcedure{Kind: kind, Code: k.procedure(s, index("anesthesia_for", i, ""))})
	}
	for _, s := range e.Conditions {
		if code := capitals(s); code != "" {
			k.c.Conditions = append(k.c.Conditions, claim.IndustryCode{Code: code})
		}
	}
}

func (k *conversion) diagnosis(kind claim.DiagnosisKind, d Diagnosis, field string) {
	code, ok := readDiagnosis(d.Code)
	if !ok {
		k.say(codeDiagnosisForm, field, "")
	}
	k.c.Diagnoses = append(k.c.Diagnoses, claim.Diagnosis{Kind: kind, Code: code, PresentOnAdmission: presentWords.code(d.PresentOnAdmission)})
}

// readDiagnosis leaves the point out of an ICD-10-CM code. ok is false when it
// is not formed like one: a letter, a digit, a third character, then after a
// point up to four more.
func readDiagnosis(s string) (code string, ok bool) {
	s = compact(s, " ")
	whole, rest, pointed := strings.Cut(s, ".")
	code = whole + rest
	ok = len(code) >= 3 && len(code) <= 7 && alphanumeric(code) && code[0] >= 'A' && code[1] >= '0' && code[1] <= '9' &&
		(!pointed || len(whole) == 3 && rest != "")
	return code, ok
}

// procedure checks the form of a CPT or HCPCS code: five digits, four digits
// and a letter, or a letter and four digits.
func (k *conversion) procedure(s, field string) string {
	s = compact(s, " ")
	if s == "" {
		return s
	}
	if len(s) != 5 || !alphanumeric(s) || !allDigits(s[1:4]) || !allDigits(s[:1]) && !allDigits(s[4:]) {
		k.say(codeProcedureForm, field, "")
	}
	return s
}

// dates of a professional claim.
func (k *conversion) dates() {
	e, c := k.e, k.c
	for _, d := range []struct {
		kind claim.DateKind
		text string
	}{
		{claim.DateOnset, e.OnsetDate},
		{claim.DateInitialTreatment, e.InitialTreatmentDate},
		{claim.DateLastSeen, e.LastSeenDate},
		{claim.DateAcuteManifestation, e.AcuteDate},
		{claim.DateAccident, k.accident().Date},
		{claim.DateLastMenstrualPeriod, e.LastMenstrualPeriod},
		{claim.DateLastXRay, e.LastXRayDate},
		{claim.DatePrescription, e.PrescriptionDate},
		{claim.DateLastWorked, e.LastWorkedDate},
		{claim.DateReturnToWork, e.ReturnToWorkDate},
		{claim.DateAdmission, e.AdmissionDate},
		{claim.DateDischarge, e.DischargeDate},
		{claim.DateAssumedCare, e.AssumedCareDate},
		{claim.DateRelinquishedCare, e.RelinquishedCareDate},
		{claim.DateFirstContact, e.FirstContactDate},
		{claim.DateRepricerReceived, k.received()},
	} {
		if day := readDay(d.text); day != "" {
			c.Dates = append(c.Dates, claim.On(d.kind, day))
		}
	}
	switch from, to := readDay(e.DisabilityFrom), readDay(e.DisabilityTo); {
	case from != "" && to != "":
		c.Dates = append(c.Dates, claim.Between(claim.DateDisability, from, to))
	case from != "":
		c.Dates = append(c.Dates, claim.On(claim.DateDisabilityBegin, from))
	case to != "":
		c.Dates = append(c.Dates, claim.On(claim.DateDisabilityEnd, to))
	}
}

// received is when a network received the claim.
func (k *conversion) received() string {
	if k.e.Repricing == nil {
		return ""
	}
	return k.e.Repricing.ReceivedOn
}

// facts are references and what else stands on the claim.
func (k *conversion) facts() {
	e, c := k.e, k.c
	k.reference(claim.ReferencePredetermination, e.PredeterminationNumber)
	k.reference(claim.ReferenceAuthorizationException, e.AuthorizationException)
	k.reference(claim.ReferenceMammography, e.MammographyCertification)
	k.reference(claim.ReferenceReferral, e.ReferralNumber)
	k.reference(claim.ReferencePriorAuthorization, e.PriorAuthorization)
	k.reference(claim.ReferenceCLIA, k.clia(e.CLIA, "clia"))
	k.reference(claim.ReferenceInvestigationalDevice, e.InvestigationalDevice)
	k.reference(claim.ReferenceMedicalRecord, e.MedicalRecordNumber)
	k.reference(claim.ReferenceDemonstrationProject, e.DemonstrationProject)
	k.reference(claim.ReferenceCarePlanOversight, e.CarePlanOversight)
	k.reference(claim.ReferencePeerReview, e.PeerReview)
	if r := e.Repricing; r != nil {
		k.reference(claim.ReferenceRepricedClaim, r.ClaimNumber)
		k.reference(claim.ReferenceAdjustedRepricedClaim, r.AdjustedClaimNumber)
	}

	a := k.accident()
	switch {
	case c.Kind == claim.Institutional:
		k.reference(claim.ReferenceAutoAccidentState, a.State)
	case e.Accident != nil && len(a.RelatedTo) == 0:
		k.miss("accident.related_to", "What the condition comes from")
	}
	n := 0
	for _, s := range a.RelatedTo {
		if code := causeWords.code(s); code != "" && n < len(c.RelatedCauses.Causes) {
			c.RelatedCauses.Causes[n] = code
			n++
		}
	}
	if n > 0 {
		c.RelatedCauses.State, c.RelatedCauses.Country = capitals(a.State), capitals(a.Country)
	}

	if c.Kind != claim.Institutional {
		c.ProviderSignature = "Y"
		if isNo(e.ProviderSignature) {
			c.ProviderSignature = "N"
		}
	}
	c.Assignment = coded(assignmentWords, e.AcceptAssignment, "A")
	c.BenefitsAssignment = coded(benefitsWords, e.AssignBenefits, "Y")
	c.ReleaseOfInformation = coded(releaseWords, e.ReleaseOfInformation, "Y")
	if isYes(e.SignedForPatient) {
		c.PatientSignatureSource = "P"
	}
	c.SpecialProgram = programWords.code(e.SpecialProgram)
	if paid, ok := readAmount(e.PatientPaid); ok && c.Kind != claim.Institutional {
		c.Amounts = append(c.Amounts, claim.StatedAmount{Kind: claim.AmountPatientPaid, Amount: money.Of(paid)})
	}
	if due, ok := readAmount(e.PatientDue); ok {
		c.Amounts = append(c.Amounts, claim.StatedAmount{Kind: claim.AmountPatientEstimated, Amount: money.Of(due)})
	}
	c.Attachments = k.attachments(e.Attachments, "attachments")
	c.Contract = k.contract(e.Contract, "contract")
	c.Repricing = k.repricing(e.Repricing, "repricing")
	c.FileInformation = fileInformation(e.FileInformation)
	if e.Note != "" {
		c.Notes = append(c.Notes, claim.Note{Kind: claim.NoteKind(coded(claimNoteWords, e.NoteKind, "ADD")), Text: capitals(e.Note)})
	}
	if s := e.SpinalManipulation; s != nil {
		c.SpinalManipulation = &claim.SpinalManipulation{Condition: spinalWords.code(s.Condition),
			Description: capitals(s.Description), AdditionalDescription: capitals(s.AdditionalDescription)}
		if s.Condition == "" {
			k.miss("spinal_manipulation.condition", "The condition")
		}
	}
	for _, v := range e.Vision {
		applies := "Y"
		if isNo(v.Needed) {
			applies = "N"
		}
		c.Certifications = append(c.Certifications, claim.Certification{Kind: claim.CertificationKind(visionItemWords.code(v.Item)),
			Applies: applies, Conditions: conditions(v.Conditions, visionWords)})
	}
	if isYes(e.Homebound) {
		c.Certifications = append(c.Certifications, claim.Certification{Kind: claim.CertificationHomebound, Applies: "Y", Conditions: [5]string{"IH"}})
	}
	if s := e.EPSDT; s != nil {
		applies := "Y"
		if isNo(s.ReferralGiven) {
			applies = "N"
		}
		c.Certifications = append(c.Certifications, claim.Certification{Kind: claim.CertificationEPSDT, Applies: applies,
			Conditions: conditions(s.Conditions, screeningWords)})
	}
}

// contract is what provider and payer have agreed on.
func (k *conversion) contract(a *Contract, field string) *claim.Contract {
	if a == nil {
		return nil
	}
	if a.Type == "" {
		k.miss(field+".type", "The kind of the contract")
	}
	return &claim.Contract{Type: contractWords.code(a.Type), Amount: optional(a.Amount), Percentage: k.quantity(a.Percentage),
		Code: capitals(a.Code), TermsDiscount: k.quantity(a.TermsDiscount), Version: capitals(a.Version)}
}

// optional is an amount that may be left out.
func optional(s string) money.Optional {
	if a, ok := readAmount(s); ok {
		return money.Of(a)
	}
	return money.Optional{}
}

func (k *conversion) repricing(r *Repricing, field string) *claim.Repricing {
	if r == nil {
		return nil
	}
	if r.Method == "" {
		k.miss(field+".method", "How the price was made")
	}
	if r.Allowed == "" {
		k.miss(field+".allowed", "What is allowed")
	}
	x := &claim.Repricing{Methodology: repricingWords.code(r.Method), Allowed: optional(r.Allowed), Savings: optional(r.Savings),
		OrganizationID: capitals(r.OrganizationID), Rate: k.quantity(r.Rate), GroupCode: capitals(r.GroupCode), GroupAmount: optional(r.GroupAmount),
		RevenueCode: revenueCode(r.RevenueCode), RejectReason: capitals(r.RejectReason), PolicyCompliance: capitals(r.Compliance), Exception: capitals(r.Exception)}
	if r.Procedure != "" {
		x.ProcedureQualifier, x.Procedure = k.qualifier(), compact(r.Procedure, " ")
	}
	if r.Units != "" {
		x.Unit, x.Units = "UN", k.quantity(r.Units)
	}
	return x
}

// qualifier says which code set procedures are of.
func (k *conversion) qualifier() string {
	if k.c.Kind == claim.Dental {
		return "AD"
	}
	return "HC"
}

func fileInformation(list []string) []claim.FileInformation {
	var x []claim.FileInformation
	for _, s := range list {
		if s = capitals(s); s != "" {
			x = append(x, claim.FileInformation{Text: s})
		}
	}
	return x
}

// coded is the code of a word, or what stands when there is none.
func coded(v *vocabulary, s, otherwise string) string {
	if code := v.code(s); code != "" {
		return code
	}
	return otherwise
}

func (k *conversion) accident() *Accident {
	if k.e.Accident != nil {
		return k.e.Accident
	}
	return &Accident{}
}

func (k *conversion) clia(s, field string) string {
	s = compact(s, " -")
	if s != "" && (len(s) != 10 || s[2] != 'D' || !alphanumeric(s)) {
		k.say(codeCLIAForm, field, "")
	}
	return s
}

func (k *conversion) attachments(list []Attachment, field string) []claim.Attachment {
	var x []claim.Attachment
	for i, a := range list {
		if a.Report == "" {
			k.miss(index(field, i, "report"), "What the document is")
		}
		if a.Transmission == "" {
			k.miss(index(field, i, "transmission"), "How the document is sent")
		}
		x = append(x, claim.Attachment{ReportType: reportWords.code(a.Report), Transmission: transmissionWords.code(a.Transmission),
			ControlNumber: strings.TrimSpace(a.ControlNumber)})
	}
	return x
}

// rank orders payers; unknown comes last.
func rank(sequence string) int { return strings.Index("PSTABCDEFGHU", sequence) }

// others makes the coverages by other payers.
func (k *conversion) others() {
	e := k.e
	taken := map[string]bool{}
	if e.Insurance != nil {
		taken[k.c.Subscriber.Coverage.Sequence] = true
	}
	for i := range e.OtherInsurance {
		o := &e.OtherInsurance[i]
		field := index("other_insurance", i, "")
		var x claim.OtherCoverage
		var known gateway.Payer
		x.Payer.Party, known = k.payer(o.Payer, field+".payer")
		x.Coverage = k.plan(&o.Insurance, field, known)
		x.Coverage.Relationship = k.relationship(&o.Insurance, field)
		switch x.Coverage.Sequence = orderWords.code(o.Order); {
		case o.Order == "":
			// The first place that is free.
			for _, s := range []string{"P", "S", "T", "A", "B", "C", "D", "E", "F", "G", "H"} {
				if !taken[s] {
					x.Coverage.Sequence = s
					break
				}
			}
		case taken[x.Coverage.Sequence] && x.Coverage.Sequence != "U":
			k.say(codeOrderTwice, field+".order", orderWords.word(x.Coverage.Sequence))
		}
		taken[x.Coverage.Sequence] = true
		if k.c.Kind != claim.Institutional {
			x.Coverage.InsuranceType = medicareSecondaryWords.code(o.MedicareSecondaryReason)
		}

		x.Subscriber.Role = claim.RoleSubscriber
		var person claim.Person
		if o.Subscriber != nil {
			k.subscriber(o.Subscriber, field+".subscriber", &person)
		} else if e.Patient != nil {
			p := &e.Patient.Person
			person.Name = party.Name{Entity: party.Person, Last: capitals(p.LastName), First: capitals(p.FirstName),
				Middle: capitals(p.MiddleName), Suffix: capitals(strings.TrimSuffix(p.Suffix, "."))}
		}
		x.Subscriber.Name, x.Subscriber.Address = person.Name, person.Address
		x.Subscriber.ID = k.member(&o.Insurance, field, x.Coverage.ClaimFiling)

		x.Insurance.BenefitsAssignment = coded(benefitsWords, o.AssignBenefits, k.c.BenefitsAssignment)
		x.Insurance.ReleaseOfInformation = coded(releaseWords, o.ReleaseOfInformation, k.c.ReleaseOfInformation)
		x.Insurance.PatientSignatureSource = k.c.PatientSignatureSource
		if isYes(o.SignedForPatient) {
			x.Insurance.PatientSignatureSource = "P"
		}
		k.decision(o, i, field, &x)
		k.c.OtherCoverages = append(k.c.OtherCoverages, x)
	}
}

// decision is what another payer decided of the claim. Its payment is the sum
// of its payments for the lines where the office did not add them up.
func (k *conversion) decision(o *OtherInsurance, i int, field string, x *claim.OtherCoverage) {
	paid, stated := readAmount(o.Paid)
	lines := false
	var sum money.Amount
	for l := range k.e.Lines {
		for p := range k.e.Lines[l].PriorPayments {
			if q := &k.e.Lines[l].PriorPayments[p]; k.priorPayer(q) == i {
				lines = true
				a, _ := readAmount(q.Paid)
				sum, _ = sum.Add(a)
			}
		}
	}
	earlier := rank(x.Coverage.Sequence) < rank(k.c.Subscriber.Coverage.Sequence)
	switch {
	case o.Paid == "" && lines:
		paid, stated = sum, true
	case o.Paid == "" && earlier:
		k.say(codeNoEarlierDecision, field+".paid", "")
	}
	if stated {
		x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: claim.AmountPayerPaid, Amount: money.Of(paid)})
	}
	if a, ok := readAmount(o.NonCovered); ok {
		x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: claim.AmountNonCovered, Amount: money.Of(a)})
	}
	if a, ok := readAmount(o.RemainingLiability); ok {
		x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: claim.AmountRemainingLiability, Amount: money.Of(a)})
	}
	// Where the lines are dated the claim is not.
	if day := readDay(o.DecidedOn); day != "" && !lines {
		x.Payer.Dates = append(x.Payer.Dates, claim.On(claim.DateAdjudicated, day))
	}
	for _, r := range []struct {
		kind  claim.ReferenceKind
		value string
	}{
		{claim.ReferencePriorAuthorization, o.PriorAuthorization},
		{claim.ReferenceReferral, o.ReferralNumber},
		{claim.ReferencePayerClaimID, o.ClaimNumber},
	} {
		if r.value != "" {
			x.Payer.References = append(x.Payer.References, claim.Reference{Kind: r.kind, Value: capitals(r.value)})
		}
	}
	x.Adjustments = k.adjustments(o.Adjustments, field+".adjustments")
	switch inpatient := k.c.Kind == claim.Institutional && inpatientBill(k.c.PlaceOfService); {
	case inpatient && (len(o.Remarks) > 0 || o.CoveredDays != "" || o.DRGAmount != ""):
		if o.CoveredDays == "" {
			k.miss(field+".covered_days", "How many days the other payer covered")
		}
		x.Inpatient = &claim.InpatientAdjudication{CoveredDays: k.quantity(o.CoveredDays), DRGAmount: optional(o.DRGAmount)}
		for n, r := range o.Remarks[:min(len(o.Remarks), 5)] {
			if n == 0 {
				x.Inpatient.Remark = capitals(r)
			} else {
				x.Inpatient.MoreRemarks[n-1] = capitals(r)
			}
		}
	case len(o.Remarks) > 0:
		x.Outpatient = &claim.OutpatientAdjudication{}
		for n, r := range o.Remarks[:min(len(o.Remarks), 5)] {
			x.Outpatient.Remarks[n] = capitals(r)
		}
	}
}

func (k *conversion) adjustments(list []Adjustment, field string) []adjust.Adjustment {
	var x []adjust.Adjustment
	for i, a := range list {
		if a.Group == "" {
			k.miss(index(field, i, "group"), "Who bears the adjustment")
		}
		if a.Reason == "" {
			k.miss(index(field, i, "reason"), "The reason of the adjustment")
		}
		y := adjust.Adjustment{Group: adjust.Group(adjustmentWords.code(a.Group)), Reason: adjust.Reason(capitals(a.Reason)), Quantity: k.quantity(a.Units)}
		if m, ok := readAmount(a.Amount); ok {
			y.Amount = money.Of(m)
		} else if a.Amount == "" {
			k.miss(index(field, i, "amount"), "The amount of the adjustment")
		}
		x = append(x, y)
	}
	// One segment holds the adjustments of one group: bring them together.
	var together []adjust.Adjustment
	done := map[adjust.Group]bool{}
	for i := range x {
		if done[x[i].Group] {
			continue
		}
		done[x[i].Group] = true
		for j := i; j < len(x); j++ {
			if x[j].Group == x[i].Group {
				together = append(together, x[j])
			}
		}
	}
	return together
}

// priorPayer is the index of the other insurance that a line's payment belongs
// to; -1 when that is not clear.
func (k *conversion) priorPayer(p *PriorPayment) int {
	if p.PayerID == "" {
		if len(k.e.OtherInsurance) == 1 {
			return 0
		}
		return -1
	}
	for i := range k.e.OtherInsurance {
		if o := k.e.OtherInsurance[i].Payer; o != nil && compact(o.ID, " ") == compact(p.PayerID, " ") {
			return i
		}
	}
	return -1
}

// total is what the office states, else the sum of the lines.
func (k *conversion) total() {
	if a, ok := readAmount(k.e.TotalCharge); ok {
		k.c.Charge = money.Of(a)
		return
	}
	var sum money.Amount
	for i := range k.c.Lines {
		if !k.c.Lines[i].Charge.Known {
			return
		}
		var err error
		if sum, err = sum.Add(k.c.Lines[i].Charge.Amount); err != nil {
			return
		}
	}
	k.c.Charge = money.Of(sum)
}
