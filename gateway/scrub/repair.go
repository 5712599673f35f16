package scrub

import (
	"fmt"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/party"
	"claimwire/edi/rule"
	"claimwire/gateway"
)

// Repairs are what may be put right in a claim without asking: how something is
// written, never what it says. A partner's profile names them.
type Repairs uint8

// The repairs.
const (
	RepairPoints Repairs = 1 << iota // the point in a code of ICD-10
	RepairBlanks                     // blanks around and within codes
	RepairCase                       // small letters in codes and states
	RepairZIPs                       // the hyphen of a ZIP code
	RepairPhones                     // what is no digit in a phone number
	RepairDashes                     // hyphens in tax ids, drug codes and Medicare numbers
)

var repairNames = []struct {
	name string
	kind Repairs
	what string
}{
	{"points", RepairPoints, "the point of the code"}, {"blanks", RepairBlanks, "blanks"}, {"case", RepairCase, "small letters"},
	{"zip", RepairZIPs, "the form of the ZIP code"}, {"phones", RepairPhones, "the form of the number"}, {"dashes", RepairDashes, "hyphens"},
}

// ParseRepairs reads the names of repairs; "all" is all of them.
func ParseRepairs(names []string) (Repairs, error) {
	var r Repairs
next:
	for _, n := range names {
		if n == "all" {
			return RepairPoints | RepairBlanks | RepairCase | RepairZIPs | RepairPhones | RepairDashes, nil
		}
		for _, k := range repairNames {
			if k.name == n {
				r |= k.kind
				continue next
			}
		}
		return 0, fmt.Errorf("%q is no repair: points, blanks, case, zip, phones, dashes or all", n)
	}
	return r, nil
}

// Repair is one thing that was put right.
type Repair struct {
	Kind          Repairs
	Loop, Segment string
	Element       int
	Component     int
	Before, After string
}

// codeRepaired is the finding of a repair.
const codeRepaired diag.Code = 7990

// Finding is how a claim's history shows it.
func (r Repair) Finding(c *claim.Claim) gateway.Finding {
	what := ""
	for _, k := range repairNames {
		if r.Kind&k.kind != 0 {
			what = strings.TrimPrefix(what+", "+k.what, ", ")
		}
	}
	return gateway.Finding{Diagnostic: diag.Diagnostic{Code: codeRepaired, Want: what + ": " + r.Before + " → " + r.After,
		Pos: diag.Pos{Loop: r.Loop, SegmentID: r.Segment, Element: r.Element, Component: r.Component, Claim: c.ID}}}
}

// repairing is the walk over one claim.
type repairing struct {
	allow Repairs
	list  []Repair
}

// Apply repairs a claim, which the caller owns, and says what it did. What is
// repaired twice is as it was after the first time.
func (allow Repairs) Apply(c *claim.Claim) []Repair {
	if allow == 0 {
		return nil
	}
	r := &repairing{allow: allow}
	for i := range c.Diagnoses {
		r.icd(&c.Diagnoses[i].Code, max(1, int(c.Diagnoses[i].Element)))
	}
	for i := range c.Procedures {
		p := &c.Procedures[i]
		r.icd(&p.Code, max(1, int(p.Element)))
	}
	if b := c.BillingProvider; b != nil {
		own := *b // the levels above are shared with other claims
		c.BillingProvider = &own
		own.References = append([]claim.Reference(nil), own.References...)
		own.Contacts = append([]claim.Contact(nil), own.Contacts...)
		r.party(&own.Party, "2010AA")
	}
	if s := c.Subscriber; s != nil {
		own := *s
		c.Subscriber = &own
		own.References = append([]claim.Reference(nil), own.References...)
		r.party(&own.Party, "2010BA")
		if f := own.Coverage.ClaimFiling; f == "MA" || f == "MB" {
			if plain := strings.ToUpper(strings.ReplaceAll(own.ID.Value, "-", "")); rule.ValidMBI(plain) {
				r.set(&own.ID.Value, plain, RepairDashes, "2010BA", "NM1", 9, 0)
			}
		}
	}
	if p := c.Patient; p != nil {
		own := *p
		c.Patient = &own
		own.References = append([]claim.Reference(nil), own.References...)
		r.party(&own.Party, "2010CA")
	}
	for i := range c.Providers {
		r.party(&c.Providers[i], "2310")
	}
	for i := range c.Lines {
		r.line(c, &c.Lines[i])
	}
	return r.list
}

// set puts a value right when its repairs are allowed.
func (r *repairing) set(value *string, after string, kind Repairs, loop, segment string, element, component int) {
	if *value == after || after == "" || r.allow&kind != kind {
		return
	}
	r.list = append(r.list, Repair{kind, loop, segment, element, component, *value, after})
	*value = after
}

// code takes blanks and small letters out of a code.
func (r *repairing) code(value *string, loop, segment string, element, component int) {
	r.set(value, strings.ReplaceAll(*value, " ", ""), RepairBlanks, loop, segment, element, component)
	r.set(value, strings.ToUpper(*value), RepairCase, loop, segment, element, component)
}

func (r *repairing) icd(value *string, element int) {
	r.code(value, "2300", "HI", element, 2)
	// A point after the third character is how ICD-10 is printed; anywhere else it
	// may stand for something that is missing.
	if v := *value; len(v) > 4 && v[3] == '.' && strings.Count(v, ".") == 1 {
		r.set(value, v[:3]+v[4:], RepairPoints, "2300", "HI", element, 2)
	}
}

func (r *repairing) party(p *claim.Party, loop string) {
	r.code(&p.Address.State, loop, "N4", 2, 0)
	if p.Address.Country == "" || p.Address.Country == "US" {
		if z := digitsOf(p.Address.PostalCode); (len(z) == 9 || len(z) == 5) && onlyOf(p.Address.PostalCode, "0123456789- ") {
			r.set(&p.Address.PostalCode, z, RepairZIPs, loop, "N4", 3, 0)
		}
	}
	if p.ID.Qualifier == party.QualifierNPI {
		if n := digitsOf(p.ID.Value); codes.ValidNPI([]byte(n)) && onlyOf(p.ID.Value, "0123456789- ") {
			r.set(&p.ID.Value, n, RepairDashes, loop, "NM1", 9, 0)
		}
	}
	for i := range p.References {
		k := &p.References[i]
		if k.Kind == claim.ReferenceEmployerID || k.Kind == claim.ReferenceSocialSecurity {
			if n := digitsOf(k.Value); len(n) == 9 && onlyOf(k.Value, "0123456789- ") {
				r.set(&k.Value, n, RepairDashes, loop, "REF", 2, 0)
			}
		}
	}
	for i := range p.Contacts {
		for k := range p.Contacts[i].Numbers {
			n := &p.Contacts[i].Numbers[k]
			if n.Kind != party.Telephone && n.Kind != party.Fax {
				continue
			}
			d := digitsOf(n.Value)
			if len(d) == 11 && d[0] == '1' {
				d = d[1:]
			}
			if len(d) == 10 && onlyOf(n.Value, "0123456789-.()+ ") {
				r.set(&n.Value, d, RepairPhones, loop, "PER", 4+2*k, 0)
			}
		}
	}
}

func (r *repairing) line(c *claim.Claim, l *claim.Line) {
	segment, element := "SV1", 1
	switch c.Kind {
	case claim.Institutional:
		segment, element = "SV2", 2
	case claim.Dental:
		segment, element = "SV3", 1
	}
	r.code(&l.Procedure.Code, "2400", segment, element, 2)
	for i := range l.Procedure.Modifiers {
		r.code(&l.Procedure.Modifiers[i], "2400", segment, element, 3+i)
	}
	if d := l.Drug; d != nil && d.Qualifier == "N4" && strings.Contains(d.Code, "-") {
		if n, ok := codes.NDC(d.Code); ok && len(n) == 11 {
			r.set(&d.Code, n, RepairDashes, "2410", "LIN", 3, 0)
		}
	}
	for i := range l.Providers {
		r.party(&l.Providers[i], "2420")
	}
}

func digitsOf(s string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
}

func onlyOf(s, set string) bool { return strings.Trim(s, set) == "" }
