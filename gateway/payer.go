package gateway

import (
	"regexp"

	"claimwire/edi/claim"
)

// Payer is what the payer directory knows of a payer.
type Payer struct {
	ID          string // as it stands in claims (NM109 of 2010BB)
	Name        string
	OtherIDs    []string // other numbers that offices use for it
	Aliases     []string // other names that offices use for it
	Partner     string   // the trading partner that its claims go to
	ClaimFiling string   // claim filing indicator code (SBR09), "" when the office must say
	Claims      []claim.Kind
	Enrolment   Enrolment

	MemberID            *regexp.Regexp // what member numbers look like; nil: not known
	MemberForm          string         // that in words
	FilingDays          int            // days from the service within which a claim must arrive; 0: not known
	Requires            []Requirement
	PatientIsSubscriber bool // the patient is always the subscriber (Medicare)
}

// Enrolment says for which transactions a billing provider must have enrolled
// with the payer before they flow, and who has.
type Enrolment struct {
	Claims      bool // needed for claims
	Remittances bool // needed for remittance advices
	Enrolled    []Enrolled
}

// Enrolled is a billing provider's enrolment with a payer. Dates are CCYYMMDD;
// empty is not enrolled.
type Enrolled struct {
	NPI         string
	Claims      string
	Remittances string
}

// Of finds the enrolment of a billing provider; its zero value when there is
// none.
func (e *Enrolment) Of(npi string) Enrolled {
	for _, n := range e.Enrolled {
		if n.NPI == npi {
			return n
		}
	}
	return Enrolled{}
}

// Requirement is something that one payer asks for and the guide does not.
type Requirement string

// The requirements that the scrubber knows.
const (
	RequiresTelehealthModifier Requirement = "telehealth_modifier" // 93, 95, GT, GQ or FQ with places 02 and 10
	RequiresBillingTaxonomy    Requirement = "billing_taxonomy"
	RequiresRenderingTaxonomy  Requirement = "rendering_taxonomy"
	RequiresReferral           Requirement = "referral"     // a referring provider or a referral number
	RequiresGroupNumber        Requirement = "group_number" // of the subscriber
	RequiresDrugCode           Requirement = "drug_code"    // a national drug code with drugs (J codes)
)

// Takes says whether the payer takes claims of a kind through us.
func (p *Payer) Takes(k claim.Kind) bool {
	for _, c := range p.Claims {
		if c == k {
			return true
		}
	}
	return false
}

// Asks says whether the payer asks for something.
func (p *Payer) Asks(r Requirement) bool {
	for _, q := range p.Requires {
		if q == r {
			return true
		}
	}
	return false
}

// Requirements lists them all.
var Requirements = []Requirement{
	RequiresTelehealthModifier, RequiresBillingTaxonomy, RequiresRenderingTaxonomy, RequiresReferral,
	RequiresGroupNumber, RequiresDrugCode,
}
