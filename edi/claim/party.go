package claim

import (
	"claimwire/edi/party"
)

// empty says whether nothing of a party was stated but its role.
func (p *Party) empty() bool {
	return p.Name.Empty() && p.ID.Empty() && p.Specialty.Taxonomy == "" && p.Address.Empty() &&
		len(p.References) == 0 && len(p.Contacts) == 0
}

// Segments of a party.

type nameSegment Party

func (p *nameSegment) segment(w *wire) { // NM1
	text(w, 1, (*string)(&p.Role))
	entity(w, 2, &p.Name.Entity)
	text(w, 3, &p.Name.Last)
	text(w, 4, &p.Name.First)
	text(w, 5, &p.Name.Middle)
	text(w, 7, &p.Name.Suffix)
	text(w, 8, (*string)(&p.ID.Qualifier))
	text(w, 9, &p.ID.Value)
}

type streetSegment Party

func (p *streetSegment) segment(w *wire) { // N3
	text(w, 1, &p.Address.Line1)
	text(w, 2, &p.Address.Line2)
}

type citySegment Party

func (p *citySegment) segment(w *wire) { // N4
	text(w, 1, &p.Address.City)
	text(w, 2, &p.Address.State)
	text(w, 3, &p.Address.PostalCode)
	text(w, 4, &p.Address.Country)
	text(w, 7, &p.Address.Subdivision)
}

// specialtySegment needs the role of the provider, which PRV01 repeats in
// codes of its own.
type specialtySegment struct {
	*Specialty
	role Role
}

func (s *specialtySegment) segment(w *wire) { // PRV
	stands := s.Taxonomy != ""
	w.fixed(1, stands, providerCode(s.role))
	w.fixed(2, stands, "PXC")
	text(w, 3, &s.Taxonomy)
}

// providerCode is PRV01 of a role.
func providerCode(r Role) string {
	switch r {
	case RoleBilling:
		return "BI"
	case RoleAttending:
		return "AT"
	case RoleReferring, RolePrimaryCareReferring:
		return "RF"
	case RoleAssistantSurgeon:
		return "AS"
	}
	return "PE"
}

func (r *Reference) segment(w *wire) { // REF
	text(w, 1, (*string)(&r.Kind))
	text(w, 2, &r.Value)
	if w.has(4) {
		w.open(4)
		w.fixed(1, r.OtherPayer != "", "2U")
		text(w, 2, &r.OtherPayer)
		w.close()
	}
}

func (c *Contact) segment(w *wire) { // PER
	w.fixed(1, !c.Contact.Empty(), "IC")
	text(w, 2, &c.Name)
	for i := range c.Numbers {
		text(w, 3+2*i, (*string)(&c.Numbers[i].Kind))
		text(w, 4+2*i, &c.Numbers[i].Value)
	}
}

func (d *Demographics) segment(w *wire) { // DMG
	w.fixed(1, d.BirthDate != "", string(FormatDate))
	text(w, 2, &d.BirthDate)
	text(w, 3, &d.Gender)
}

func writeSpecialty(w *wire, s *Specialty, role Role) {
	w.specialty = specialtySegment{s, role}
	put(w, "PRV", &w.specialty)
}

// readParty maps the segments that every loop of a party may hold.
var readParty = map[string]handler{
	"NM1": func(m *Mapper) { p := m.party; p.At = m.at; (*nameSegment)(p).segment(&m.wire) },
	"PRV": func(m *Mapper) { readSpecialty(m, &m.party.Specialty) },
	"N3":  func(m *Mapper) { p := m.party; p.StreetAt = m.at; (*streetSegment)(p).segment(&m.wire) },
	"N4":  func(m *Mapper) { p := m.party; p.CityAt = m.at; (*citySegment)(p).segment(&m.wire) },
	"REF": func(m *Mapper) { readReference(m, &m.party.References) },
	"PER": func(m *Mapper) {
		c := extend(m, &m.party.Contacts)
		*c = Contact{At: m.at}
		c.segment(&m.wire)
	},
	"DMG": func(m *Mapper) {
		if d := m.demographics; d != nil {
			*d = Demographics{At: m.at}
			d.segment(&m.wire)
		}
	},
}

func readSpecialty(m *Mapper, s *Specialty) {
	s.At = m.at
	m.specialty.Specialty = s
	m.specialty.segment(&m.wire)
}

func readReference(m *Mapper, list *[]Reference) {
	r := extend(m, list)
	*r = Reference{At: m.at}
	r.segment(&m.wire)
}

// writeParty writes a party in the order of all loops: NM1, PRV, N3, N4, DMG,
// REF, PER. role stands in when the party has none.
func writeParty(w *wire, p *Party, role Role, d *Demographics) {
	own := p.Role
	if own == "" {
		own = role
	}
	w.name.Role, w.name.Name, w.name.ID = own, p.Name, p.ID
	put(w, "NM1", &w.name)
	// The specialty of a billing provider stands in 2000A.
	if own != RoleBilling {
		writeSpecialty(w, &p.Specialty, own)
	}
	put(w, "N3", (*streetSegment)(p))
	put(w, "N4", (*citySegment)(p))
	if d != nil {
		put(w, "DMG", d)
	}
	for i := range p.References {
		put(w, "REF", &p.References[i])
	}
	for i := range p.Contacts {
		put(w, "PER", &p.Contacts[i])
	}
}

// JSON.

func (p *Party) fields(f *fields) {
	implied := f.implied
	f.implied = ""
	p.fieldsAs(f, implied)
}

// fieldsAs leaves the role out when it is the one that the place implies.
func (p *Party) fieldsAs(f *fields, implied Role) {
	if f.mode != appending || p.Role != implied {
		kind(f, "role", "role_code", roleWords, (*string)(&p.Role))
		if f.mode == parsing && p.Role == "" {
			p.Role = implied
		}
	}
	nameFields(f, &p.Name)
	identifierFields(f, &p.ID)
	textField(f, "taxonomy", &p.Specialty.Taxonomy)
	if f.wants(!p.Address.Empty()) {
		object(f, "address", (*addressFields)(&p.Address), true)
	}
	if f.wants(len(p.References) > 0) {
		list(f, "references", &p.References)
	}
	if f.wants(len(p.Contacts) > 0) {
		list(f, "contacts", &p.Contacts)
	}
}

// nameFields: a person has last_name, an organisation name. entity is said
// where that leaves it open.
func nameFields(f *fields, n *party.Name) {
	switch f.mode {
	case appending:
		last := "last_name"
		switch {
		case n.Entity == party.Organization && n.Last != "":
			last = "name"
		case n.Entity == party.Person && n.Last != "":
		case n.Entity == party.Unknown && n.Last != "":
			f.member("entity", "unknown")
		case n.Entity.String() != "":
			f.member("entity", n.Entity.String())
		case n.Entity != party.Unknown:
			f.member("entity_code", string(rune(n.Entity)))
		}
		f.member(last, n.Last)
	case parsing:
		if textField(f, "name", &n.Last) {
			n.Entity = party.Organization
		} else if textField(f, "last_name", &n.Last) {
			n.Entity = party.Person
		}
		var word string
		if textField(f, "entity", &word) {
			switch word {
			case "person":
				n.Entity = party.Person
			case "organization":
				n.Entity = party.Organization
			case "unknown":
				n.Entity = party.Unknown
			default:
				f.fail("entity", "person, organization or unknown")
			}
		}
		if textField(f, "entity_code", &word) && len(word) == 1 {
			n.Entity = party.Entity(word[0])
		}
	case cloning:
		textField(f, "name", &n.Last)
	}
	textField(f, "first_name", &n.First)
	textField(f, "middle_name", &n.Middle)
	textField(f, "suffix", &n.Suffix)
}

// identifierWords name the identifiers of NM108.
var identifierWords = newWords(
	"XX", "npi",
	"PI", "payer_id",
	"XV", "plan_id",
	"MI", "member_id",
	"II", "health_id",
	"46", "etin",
)

func identifierFields(f *fields, id *party.Identifier) {
	switch f.mode {
	case appending:
		if word := identifierWords.word(string(id.Qualifier)); word != "" && id.Value != "" {
			f.member(word, id.Value)
			return
		}
	case parsing:
		for _, e := range identifierWords.list {
			if textField(f, e.word, &id.Value) {
				id.Qualifier = party.IDQualifier(e.code)
			}
		}
	}
	textField(f, "id_qualifier", (*string)(&id.Qualifier))
	textField(f, "id", &id.Value)
}

type addressFields party.Address

func (a *addressFields) fields(f *fields) {
	textField(f, "line1", &a.Line1)
	textField(f, "line2", &a.Line2)
	textField(f, "city", &a.City)
	textField(f, "state", &a.State)
	textField(f, "postal_code", &a.PostalCode)
	textField(f, "country", &a.Country)
	textField(f, "subdivision", &a.Subdivision)
}

func (r *Reference) fields(f *fields) {
	w := f.references
	if w == nil {
		w = referenceWords
	}
	kind(f, "type", "qualifier", w, (*string)(&r.Kind))
	textField(f, "value", &r.Value)
	textField(f, "payer_id", &r.OtherPayer)
}

var numberWords = newWords(
	"TE", "telephone",
	"FX", "fax",
	"EM", "email",
	"EX", "extension",
	"ED", "edi_access",
	"UR", "web",
)

type numberFields party.Number

func (n *numberFields) fields(f *fields) {
	kind(f, "type", "qualifier", numberWords, (*string)(&n.Kind))
	textField(f, "value", &n.Value)
}

func (c *Contact) fields(f *fields) {
	textField(f, "name", &c.Name)
	switch f.mode {
	case appending:
		n := len(c.Numbers)
		for n > 0 && c.Numbers[n-1] == (party.Number{}) {
			n--
		}
		if n == 0 {
			return
		}
		f.key("numbers")
		f.dst = append(f.dst, '[')
		for i := range c.Numbers[:n] {
			f.dst = append(f.dst, '{')
			(*numberFields)(&c.Numbers[i]).fields(f)
			f.end('}')
			f.dst = append(f.dst, ',')
		}
		f.end(']')
		f.dst = append(f.dst, ',')
	case cloning:
		for i := range c.Numbers {
			(*numberFields)(&c.Numbers[i]).fields(f)
		}
	case parsing:
		var numbers []numberFields
		list(f, "numbers", &numbers)
		if len(numbers) > len(c.Numbers) {
			f.fail("numbers", "at most three")
			return
		}
		for i, n := range numbers {
			c.Numbers[i] = party.Number(n)
		}
	}
}

func (d *Demographics) fields(f *fields) {
	dayField(f, "birth_date", &d.BirthDate)
	textField(f, "gender", &d.Gender)
}
