package rule

import (
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/party"
	"claimwire/edi/x12"
)

// The levels above a claim: who is insured, who is the patient, which payer
// comes when.

const (
	codePatientTwice   diag.Code = 4910
	codePatientNowhere diag.Code = 4911
	codeMedicareNumber diag.Code = 4919
	codeNoEarlierPayer diag.Code = 4925
)

// covered says whether the subscriber's coverage can be looked at; usage says
// when it is missing.
func (x *check) covered() bool { return x.Subscriber != nil && x.Subscriber.Coverage.At.Known() }

// patientIsNamedOnce: where SBR02 says that the subscriber is the patient, no
// patient level follows.
func patientIsNamedOnce(x *check) {
	if x.covered() && x.Subscriber.Coverage.Relationship == "18" {
		x.say(codePatientTwice, x.sbr(2), "18", "")
	}
}

// patientIsNamed: without a patient level, SBR02 says that the subscriber is
// the patient.
func patientIsNamed(x *check) {
	if x.Patient == nil && x.covered() && x.Subscriber.Coverage.Relationship == "" {
		x.say(codePatientNowhere, x.sbr(2), "", "18")
	}
}

// selfIsPatient says whether the subscriber is the patient and named.
func (x *check) selfIsPatient() bool {
	return x.Patient == nil && x.covered() && x.Subscriber.Coverage.Relationship == "18" && x.Subscriber.At.Known()
}

// subscriberHasDemographics: a subscriber who is the patient has a birth date
// and a sex.
func subscriberHasDemographics(x *check) {
	if x.selfIsPatient() && !x.Subscriber.Demographics.At.Known() && x.Subscriber.Name.Entity != party.Organization {
		x.missing(4301, scope{}, "2010BA", "DMG", x.sbr(2), "")
	}
}

// subscriberHasStreet: and a street.
func subscriberHasStreet(x *check) {
	if x.selfIsPatient() && !x.Subscriber.StreetAt.Known() {
		x.missing(4302, scope{}, "2010BA", "N3", x.sbr(2), "")
	}
}

// subscriberHasCity: and a city. Without a street, that alone is said.
func subscriberHasCity(x *check) {
	if x.selfIsPatient() && x.Subscriber.StreetAt.Known() && !x.Subscriber.CityAt.Known() {
		x.missing(4303, scope{}, "2010BA", "N4", x.sbr(2), "")
	}
}

// patientIsAPerson: an organisation, such as an employer, is insured and no
// patient.
func patientIsAPerson(x *check) {
	if x.selfIsPatient() && x.Subscriber.Name.Entity == party.Organization {
		x.say(4459, place{x.Subscriber.At, "2010BA", "NM1", 2, 0}, "2", "1")
	}
}

// personsHaveFirstNames: payers find people by both names.
func personsHaveFirstNames(x *check) {
	if s := x.Subscriber; s != nil && s.At.Known() && s.Name.Entity == party.Person && s.Name.First == "" && s.Name.Last != "" {
		x.say(4450, place{s.At, "2010BA", "NM1", 4, 0}, "", "")
	}
	if p := x.Patient; p != nil && p.At.Known() && p.Name.First == "" && p.Name.Last != "" {
		x.say(4450, place{p.At, "2010CA", "NM1", 4, 0}, "", "")
	}
}

// pregnantIsFemale: a man is not pregnant.
func pregnantIsFemale(x *check) {
	if x.PatientInformation().Pregnant == "Y" && x.PatientPerson().Demographics.Gender == "M" {
		x.say(4451, x.pat(9), "Y", "")
	}
}

// weightIsPositive: whoever is weighed weighs something.
func weightIsPositive(x *check) {
	w := x.PatientInformation().Weight
	if sign, ok := w.Sign(); w != "" && ok && sign <= 0 {
		x.say(4452, x.pat(8), string(w), "")
	}
}

// medicareInsuresThePatient: with Medicare, the patient is always the
// subscriber.
func medicareInsuresThePatient(x *check) {
	if x.Subscriber.Coverage.Relationship != "18" {
		x.say(4930, x.sbr(2), x.Subscriber.Coverage.Relationship, "18")
	}
}

// medicareSaysWhyItIsSecond: where Medicare is not the first payer, SBR05 says
// why.
func medicareSaysWhyItIsSecond(x *check) {
	c := &x.Subscriber.Coverage
	if c.Sequence != "P" && c.Sequence != "U" && c.Sequence != "" && c.InsuranceType == "" {
		x.report(4453, x.sbr(5), x.sbr(1), "", "")
	}
}

// insuranceTypeIsMedicares: SBR05 is for Medicare as a later payer, and for
// nothing else.
func insuranceTypeIsMedicares(x *check) {
	if !x.covered() {
		return
	}
	c := &x.Subscriber.Coverage
	if c.InsuranceType != "" && (c.Sequence == "P" || x.has&isMedicare == 0 && c.ClaimFiling != "") {
		why := x.sbr(9)
		if c.Sequence == "P" {
			why = x.sbr(1)
		}
		x.report(4454, x.sbr(5), why, c.InsuranceType, "")
	}
}

// groupIsNumberedOrNamed: the group's name is sent where its number is not.
func groupIsNumberedOrNamed(x *check) {
	if x.covered() && x.Subscriber.Coverage.GroupNumber != "" && x.Subscriber.Coverage.GroupName != "" {
		x.report(4455, x.sbr(4), x.sbr(3), x.Subscriber.Coverage.GroupName, "")
	}
}

// coverageHasKind: as long as plans have no identifiers of their own, SBR09
// says what kind they are.
func coverageHasKind(x *check) {
	if x.covered() && x.Subscriber.Coverage.ClaimFiling == "" {
		x.say(4456, x.sbr(9), "", "")
	}
}

// payersHaveTheirTurn: no two payers of a claim have the same turn.
func payersHaveTheirTurn(x *check) {
	if x.Subscriber == nil {
		return
	}
	for i := range x.OtherCoverages {
		o := &x.OtherCoverages[i]
		s := o.Coverage.Sequence
		if s == "" || s == "U" {
			continue
		}
		twice := s == x.Subscriber.Coverage.Sequence
		for k := range i {
			twice = twice || s == x.OtherCoverages[k].Coverage.Sequence
		}
		if twice {
			x.say(4457, place{o.Coverage.At, "2320", "SBR", 1, 0}, s, "")
		}
	}
}

// later says whether payers of this turn come after others.
func later(sequence string) bool {
	return len(sequence) == 1 && strings.Contains("STABCDEFGH", sequence)
}

// laterPayerHasEarlierOne: a claim to a secondary or later payer says who came
// before.
func laterPayerHasEarlierOne(x *check) {
	if x.lacksEarlierPayer() {
		x.missing(codeNoEarlierPayer, scope{}, "2320", "SBR", x.sbr(1), "")
	}
}

func (x *check) lacksEarlierPayer() bool {
	return x.covered() && len(x.OtherCoverages) == 0 && later(x.Subscriber.Coverage.Sequence)
}

// somebodyPaysFirst: of several payers, one is the first.
func somebodyPaysFirst(x *check) {
	if !x.covered() || !later(x.Subscriber.Coverage.Sequence) {
		return
	}
	twice := false
	for i := range x.OtherCoverages {
		switch s := x.OtherCoverages[i].Coverage.Sequence; s {
		case "P", "U", "":
			return
		default:
			twice = twice || s == x.Subscriber.Coverage.Sequence
		}
	}
	if !twice { // which says it already
		x.report(4931, place{x.OtherCoverages[0].Coverage.At, "2320", "SBR", 1, 0}, x.sbr(1), x.OtherCoverages[0].Coverage.Sequence, "P")
	}
}

// medicareNumberIsWellFormed: a Medicare beneficiary identifier has eleven
// places, each a digit or a letter by its position.
func medicareNumberIsWellFormed(x *check) {
	day := x.first
	if day == "" {
		day = x.today
	}
	if day != "" && day < "20200101" {
		return // before that, cards had other numbers
	}
	id := x.Subscriber.ID
	if id.Qualifier == "MI" && id.Value != "" && !ValidMBI(id.Value) {
		x.say(codeMedicareNumber, place{x.Subscriber.Person.At, "2010BA", "NM1", 9, 0}, id.Value, "")
	}
}

// ValidMBI says whether s has the form of a Medicare beneficiary identifier:
// C A AN N A AN N A A N N without dashes, letters without S L O I B Z.
func ValidMBI(s string) bool {
	const form = "CAXNAXNAANN"
	if len(s) != len(form) {
		return false
	}
	for i := range len(form) {
		c := s[i]
		digit := c >= '0' && c <= '9'
		letter := c >= 'A' && c <= 'Z' && !strings.ContainsRune("SLOIBZ", rune(c))
		switch form[i] {
		case 'C':
			if !digit || c == '0' {
				return false
			}
		case 'N':
			if !digit {
				return false
			}
		case 'A':
			if !letter {
				return false
			}
		default:
			if !digit && !letter {
				return false
			}
		}
	}
	return true
}

// socialSecurityNumbersHaveNineDigits: of subscriber and patient.
func socialSecurityNumbersHaveNineDigits(x *check) {
	if s := x.Subscriber; s != nil && len(s.References) > 0 {
		x.nineDigits(4469, "2010BA", s.References, claim.ReferenceSocialSecurity)
	}
	if p := x.Patient; p != nil && len(p.References) > 0 {
		x.nineDigits(4469, "2010CA", p.References, claim.ReferenceSocialSecurity)
	}
}

// nineDigits says so of references of a kind that are not nine digits.
func (x *check) nineDigits(code diag.Code, loop string, list []claim.Reference, kind claim.ReferenceKind) {
	for i := range list {
		if r := &list[i]; r.Kind == kind && r.Value != "" && (len(r.Value) != 9 || !digits(r.Value)) {
			if loop == "2010AA" && isSeparated(r.Value) {
				code = codeTaxIDSeparated
			}
			x.say(code, place{r.At, loop, "REF", 2, 0}, r.Value, "")
		}
	}
}

// isSeparated says whether a number is nine digits with hyphens in between.
func isSeparated(s string) bool {
	plain := strings.ReplaceAll(s, "-", "")
	return len(plain) == 9 && digits(plain)
}

// digits says whether a text holds nothing else.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// casualtyClaimHasNumber: a property and casualty claim carries the insurer's
// number of the accident.
func casualtyClaimHasNumber(x *check) {
	if !x.covered() {
		return
	}
	switch x.Subscriber.Coverage.ClaimFiling {
	case "WC", "AM":
		p := x.PatientPerson()
		if p.At.Known() && p.Reference(claim.ReferencePropertyCasualtyClaim) == "" && x.Subscriber.Reference(claim.ReferencePropertyCasualtyClaim) == "" {
			x.missing(4304, scope{}, x.patientLoop(), "REF", x.sbr(9), "")
		}
	}
}

// subrogationHasPlan: a demand of a Medicaid agency says which plan is to be
// paid.
func subrogationHasPlan(x *check) {
	if s := x.Submission; s != nil && s.Use == claim.UseSubrogation && x.BillingProvider != nil && x.BillingProvider.PayToPlan == nil {
		b := x.BillingProvider
		after := b.At
		walkParty("2010AA", &b.Party, func(_, _ string, at x12.At) {
			if at.Segment > after.Segment {
				after = at
			}
		})
		after.Segment++
		x.report(4305, place{after, "2010AC", "NM1", 0, 0}, place{s.At, "", "BHT", 6, 0}, "", "")
	}
}

// planIsOfSubrogation: and no other claim does.
func planIsOfSubrogation(x *check) {
	if s := x.Submission; s != nil && s.Use != claim.UseSubrogation && s.Use != "" && x.BillingProvider != nil && x.BillingProvider.PayToPlan != nil {
		x.report(4337, place{x.BillingProvider.PayToPlan.At, "2010AC", "NM1", 0, 0}, place{s.At, "", "BHT", 6, 0}, string(s.Use), "31")
	}
}

// currencyIsForeign: amounts in US dollars need no currency.
func currencyIsForeign(x *check) {
	if b := x.BillingProvider; b != nil && b.Currency.Code == "USD" {
		x.say(4447, place{b.Currency.At, "2000A", "CUR", 2, 0}, "USD", "")
	}
}

// patientIsSomebodyElse: a patient who is the subscriber has no level of his
// own.
func patientIsSomebodyElse(x *check) {
	s, p := x.Subscriber, x.Patient
	if s == nil || !s.At.Known() || s.Coverage.Relationship == "18" || s.Demographics.BirthDate == "" {
		return
	}
	if s.Name.Last == p.Name.Last && s.Name.First == p.Name.First && s.Name.Middle == p.Name.Middle && s.Demographics == (claim.Demographics{At: s.Demographics.At, BirthDate: p.Demographics.BirthDate, Gender: p.Demographics.Gender}) {
		x.say(4350, place{p.At, "2010CA", "NM1", 0, 0}, "", "")
	}
}
