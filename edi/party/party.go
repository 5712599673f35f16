// Package party holds what people and organisations have in all transactions:
// names, addresses, identifiers and contacts. They are plain values; where
// they stand in a segment is the business of those who read it.
package party

// Entity tells a person from an organisation (NM102).
type Entity byte

// The two kinds of entity; the zero Entity was not stated.
const (
	Unknown      Entity = 0
	Person       Entity = '1'
	Organization Entity = '2'
)

// String is the word of the JSON records.
func (e Entity) String() string {
	switch e {
	case Person:
		return "person"
	case Organization:
		return "organization"
	}
	return ""
}

// Name is a person's or an organisation's name (NM102 to NM107). An
// organisation has its whole name in Last.
type Name struct {
	Entity Entity
	Last   string // or the organisation's name
	First  string
	Middle string
	Prefix string
	Suffix string
}

// PersonName makes the name of a person.
func PersonName(last, first string) Name {
	return Name{Entity: Person, Last: last, First: first}
}

// OrganizationName makes the name of an organisation.
func OrganizationName(name string) Name {
	return Name{Entity: Organization, Last: name}
}

// Empty says whether nothing of the name was stated.
func (n Name) Empty() bool { return n == Name{} }

// Address is a postal address (N3, N4).
type Address struct {
	Line1       string
	Line2       string
	City        string
	State       string // of the USA or Canada, two letters
	PostalCode  string // digits only: five or nine in the USA
	Country     string // ISO 3166, two letters; empty for the USA
	Subdivision string // ISO 3166-2, of other countries
}

// Empty says whether nothing of the address was stated.
func (a *Address) Empty() bool {
	return a.Line1 == "" && a.City == "" && a.State == "" && a.PostalCode == "" && a.Line2 == "" && a.Country == "" && a.Subdivision == ""
}

// IDQualifier says what kind of identifier it is (NM108, N103).
type IDQualifier string

// The qualifiers of the HIPAA guides.
const (
	QualifierNPI            IDQualifier = "XX" // national provider identifier
	QualifierPayer          IDQualifier = "PI" // payor identification
	QualifierPlan           IDQualifier = "XV" // CMS plan identifier
	QualifierMember         IDQualifier = "MI" // member identification number
	QualifierHealthID       IDQualifier = "II" // standard unique health identifier
	QualifierETIN           IDQualifier = "46" // electronic transmitter identification number
	QualifierTaxID          IDQualifier = "FI" // federal taxpayer's identification number
	QualifierEmployer       IDQualifier = "24" // employer's identification number
	QualifierSSN            IDQualifier = "34" // social security number
	QualifierServiceNumber  IDQualifier = "SV" // service provider number
	QualifierBlueCross      IDQualifier = "BD" // Blue Cross provider number
	QualifierBlueShield     IDQualifier = "BS" // Blue Shield provider number
	QualifierMedicare       IDQualifier = "MC" // Medicaid provider number
	QualifierProviderNumber IDQualifier = "PC" // provider commercial number
)

// Identifier is an identifier and what kind it is.
type Identifier struct {
	Qualifier IDQualifier
	Value     string
}

// Empty says whether no identifier was stated.
func (i Identifier) Empty() bool { return i == Identifier{} }

// NPI is the identifier as a national provider identifier, or "" when it is
// another kind.
func (i Identifier) NPI() NPI {
	if i.Qualifier != QualifierNPI {
		return ""
	}
	return NPI(i.Value)
}

// Identify makes an identifier.
func Identify(q IDQualifier, value string) Identifier {
	return Identifier{Qualifier: q, Value: value}
}

// NPI is a national provider identifier: ten digits, the first 1 or 2, the
// last a check digit.
type NPI string

// Identifier is the NPI with its qualifier.
func (n NPI) Identifier() Identifier { return Identifier{QualifierNPI, string(n)} }

// Valid checks form and check digit.
func (n NPI) Valid() bool { return ValidNPI(string(n)) }

// ValidNPI checks form and check digit of an NPI: the Luhn sum over the card
// prefix 80840 and the ten digits is a multiple of ten.
func ValidNPI[T string | []byte](s T) bool {
	if len(s) != 10 || s[0] != '1' && s[0] != '2' {
		return false
	}
	sum := 24 // what the prefix 80840 adds
	for i := range 10 {
		d := int(s[i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// TaxIDKind tells the kinds of tax identification numbers (REF01).
type TaxIDKind string

// The two kinds.
const (
	EmployerID     TaxIDKind = "EI" // employer identification number
	SocialSecurity TaxIDKind = "SY" // social security number
)

// TaxID is a tax identification number: nine digits without hyphens.
type TaxID struct {
	Kind  TaxIDKind
	Value string
}

// Valid checks the form: nine digits.
func (t TaxID) Valid() bool {
	if len(t.Value) != 9 {
		return false
	}
	for i := range 9 {
		if t.Value[i] < '0' || t.Value[i] > '9' {
			return false
		}
	}
	return true
}

// NumberKind says what a contact's number is (PER03).
type NumberKind string

// The kinds of the HIPAA guides.
const (
	Telephone  NumberKind = "TE"
	Fax        NumberKind = "FX"
	Email      NumberKind = "EM"
	Extension  NumberKind = "EX"
	AccessEDI  NumberKind = "ED" // electronic data interchange access number
	WebAddress NumberKind = "UR"
)

// Number is a way to reach a contact.
type Number struct {
	Kind  NumberKind
	Value string
}

// Contact is a person or office to ask (PER).
type Contact struct {
	Name    string
	Numbers [3]Number
}

// Number finds the first number of a kind, or "".
func (c Contact) Number(kind NumberKind) string {
	for _, n := range c.Numbers {
		if n.Kind == kind {
			return n.Value
		}
	}
	return ""
}

// Empty says whether nothing of the contact was stated.
func (c Contact) Empty() bool { return c == Contact{} }
