package rule

import (
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/party"
)

const (
	codeZIP     diag.Code = 4920
	codePostBox diag.Code = 4921
)

// american says whether an address is one of the United States.
func american(p *claim.Party) bool { return p.Address.Country == "" || p.Address.Country == "US" }

// billingZIPHasNineDigits: the billing provider's address in the United States
// has the full ZIP code.
func billingZIPHasNineDigits(x *check) {
	if x.BillingProvider == nil {
		return
	}
	if zip := x.BillingProvider.Address.PostalCode; american(&x.BillingProvider.Party) && zip != "" && len(zip) != 9 && isZIP(zip) {
		x.say(codeZIP, place{x.BillingProvider.CityAt, "2010AA", "N4", 3, 0}, zip, "")
	}
}

// facilityZIPHasNineDigits: so has that of the place of service.
func facilityZIPHasNineDigits(x *check) {
	if p := x.Provider(claim.RoleServiceFacility); p != nil && american(p) {
		if zip := p.Address.PostalCode; zip != "" && len(zip) != 9 && isZIP(zip) {
			x.say(4461, place{p.CityAt, x.providerLoop(p.Role, false), "N4", 3, 0}, zip, "")
		}
	}
}

// isZIP says whether a postal code is one of the United States: five digits or
// nine.
func isZIP(s string) bool { return (len(s) == 5 || len(s) == 9) && digits(s) }

// postalCodesAreZIPs: an address in the United States has a ZIP code.
func postalCodesAreZIPs(x *check) {
	if x.Subscriber != nil {
		x.zip(&x.Subscriber.Person.Party, "2010BA")
	}
	if x.Payer != nil {
		x.zip(x.Payer, "2010BB")
	}
	if x.Patient != nil {
		x.zip(&x.Patient.Person.Party, "2010CA")
	}
}

// billingPostalCodesAreZIPs: nor has a billing provider another.
func billingPostalCodesAreZIPs(x *check) {
	if b := x.BillingProvider; b != nil {
		x.zip(&b.Party, "2010AA")
		if b.PayToAddress != nil {
			x.zip(b.PayToAddress, "2010AB")
		}
	}
}

// providersPostalCodesAreZIPs: nor the places of a claim.
func providersPostalCodesAreZIPs(x *check) {
	for i := range x.Providers {
		p := &x.Providers[i]
		x.zip(p, x.providerLoop(p.Role, false))
	}
}

func (x *check) zip(p *claim.Party, loop string) {
	if zip := p.Address.PostalCode; zip != "" && american(p) && !isZIP(zip) {
		x.say(4567, place{p.CityAt, loop, "N4", 3, 0}, zip, "")
	}
}

// billingAddressIsAStreet: a post box belongs into the pay-to address.
func billingAddressIsAStreet(x *check) {
	if x.BillingProvider == nil {
		return
	}
	for i, line := range [...]string{x.BillingProvider.Address.Line1, x.BillingProvider.Address.Line2} {
		if isPostBox(line) {
			x.say(codePostBox, place{x.BillingProvider.StreetAt, "2010AA", "N3", i + 1, 0}, line, "")
		}
	}
}

func isPostBox(line string) bool {
	for _, box := range [...]string{"POBOX", "POSTOFFICEBOX", "LOCKBOX"} {
		if beginsWith(line, box) {
			return true
		}
	}
	return false
}

// beginsWith compares the letters of a line with a word in capitals; points,
// blanks and hyphens do not count. Every claim of a file asks, so it allocates
// nothing.
func beginsWith(line, word string) bool {
	n := 0
	for i := 0; i < len(line) && n < len(word); i++ {
		switch c := line[i]; {
		case c == '.' || c == ' ' || c == '-':
		case c == word[n] || c >= 'a' && c <= 'z' && c-'a'+'A' == word[n]:
			n++
		default:
			return false
		}
	}
	return n == len(word)
}

// billingProviderHasNumber: who bills is known by an NPI, or, having none, by
// the payer's own number.
func billingProviderHasNumber(x *check) {
	b := x.BillingProvider
	if b == nil || !b.At.Known() || b.ID.Value != "" || b.ID.Qualifier != "" {
		return
	}
	if x.Payer == nil || x.Payer.Reference(claim.ReferenceProviderNumber) == "" && x.Payer.Reference(claim.ReferenceLocation) == "" {
		x.say(4462, place{b.At, "2010AA", "NM1", 9, 0}, "", "")
	}
}

// validTaxonomy says whether s has the form of a taxonomy code.
func validTaxonomy(s string) bool {
	if len(s) != 10 {
		return false
	}
	for i := range 10 {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// billingTaxonomyIsWellFormed: ten letters and digits.
func billingTaxonomyIsWellFormed(x *check) {
	if b := x.BillingProvider; b != nil && b.Specialty.Taxonomy != "" && !validTaxonomy(b.Specialty.Taxonomy) {
		x.say(4463, place{b.Specialty.At, "2000A", "PRV", 3, 0}, b.Specialty.Taxonomy, "")
	}
}

// taxonomiesAreWellFormed: of the other providers of the claim, too.
func taxonomiesAreWellFormed(x *check) { x.taxonomies(x.Providers, false) }

// lineTaxonomiesAreWellFormed: and of those of its lines.
func lineTaxonomiesAreWellFormed(x *check) {
	for i := range x.Lines {
		x.taxonomies(x.Lines[i].Providers, true)
	}
}

func (x *check) taxonomies(list []claim.Party, line bool) {
	for i := range list {
		if p := &list[i]; p.Specialty.Taxonomy != "" && !validTaxonomy(p.Specialty.Taxonomy) {
			x.say(4463, place{p.Specialty.At, x.providerLoop(p.Role, line), "PRV", 3, 0}, p.Specialty.Taxonomy, "")
		}
	}
}

// codeTaxIDSeparated: the publisher's own examples have a hyphen.
const codeTaxIDSeparated diag.Code = 4569

// taxIDHasNineDigits: without hyphens.
func taxIDHasNineDigits(x *check) {
	if b := x.BillingProvider; b != nil {
		x.nineDigits(4468, "2010AA", b.References, claim.ReferenceEmployerID)
		x.nineDigits(4468, "2010AA", b.References, claim.ReferenceSocialSecurity)
	}
}

// samePlace says whether two addresses are one.
func samePlace(a, b *claim.Party) bool {
	return a.Address.Line1 != "" && a.Address.Line1 == b.Address.Line1 && a.Address.Line2 == b.Address.Line2 && a.Address.PostalCode == b.Address.PostalCode
}

// payToIsElsewhere: the pay-to address is for payments that go to another one.
func payToIsElsewhere(x *check) {
	if b := x.BillingProvider; samePlace(b.PayToAddress, &b.Party) {
		x.say(4306, place{b.PayToAddress.At, "2010AB", "NM1", 0, 0}, "", "")
	}
}

// sameNPI says whether two providers are one.
func sameNPI(a, b *claim.Party) bool {
	return a != nil && b != nil && a.ID.NPI() != "" && a.ID.NPI() == b.ID.NPI()
}

// renderingIsNotBilling: the rendering provider is said where it is another
// than the one who bills.
func renderingIsNotBilling(x *check) {
	if p := x.Provider(claim.RoleRendering); p != nil && x.BillingProvider != nil && sameNPI(p, &x.BillingProvider.Party) {
		x.say(4307, x.nm1(p, 0), "", "")
	}
}

// lineRenderingDiffers: on a line, where it is another than the claim's.
func lineRenderingDiffers(x *check) {
	of := x.Provider(claim.RoleRendering)
	for i := range x.Lines {
		if p := x.Lines[i].Provider(claim.RoleRendering); sameNPI(p, of) {
			x.say(4308, place{p.At, x.providerLoop(p.Role, true), "NM1", 0, 0}, "", "")
		}
	}
}

// lineReferringDiffers: likewise the referring provider.
func lineReferringDiffers(x *check) {
	of := x.Provider(claim.RoleReferring)
	for i := range x.Lines {
		if p := x.Lines[i].Provider(claim.RoleReferring); sameNPI(p, of) {
			x.say(4317, place{p.At, x.providerLoop(p.Role, true), "NM1", 0, 0}, "", "")
		}
	}
}

// facilityIsElsewhere: the place of service is said where it is another than
// that of the billing provider.
func facilityIsElsewhere(x *check) {
	p := x.Provider(claim.RoleServiceFacility)
	if p != nil && x.BillingProvider != nil && samePlace(p, &x.BillingProvider.Party) {
		x.say(4309, x.nm1(p, 0), "", "")
	}
}

// firstReferralComesFirst: the primary care provider is the second to be named
// as referring, not the only one.
func firstReferralComesFirst(x *check) {
	if p := x.Provider(claim.RolePrimaryCareReferring); p != nil && x.Provider(claim.RoleReferring) == nil {
		x.say(4310, x.nm1(p, 1), "P3", "DN")
	}
}

// referralsDiffer: of two referring providers, one is the last, the other the
// first.
func referralsDiffer(x *check) {
	for i := range x.Providers {
		p := &x.Providers[i]
		if p.Role != claim.RoleReferring && p.Role != claim.RolePrimaryCareReferring {
			continue
		}
		for k := range i {
			if x.Providers[k].Role == p.Role {
				x.say(4311, x.nm1(p, 1), string(p.Role), "")
				break
			}
		}
	}
}

// somebodyAttends: institutional care has an attending provider, but for
// transports.
func somebodyAttends(x *check) {
	if x.Provider(claim.RoleAttending) != nil || len(x.Lines) == 0 {
		return
	}
	for i := range x.Lines {
		if r := x.Lines[i].RevenueCode; len(r) != 4 || r[:3] != "054" {
			x.missing(4312, scope{}, "2310A", "NM1", place{}, "")
			return
		}
	}
}

// surgeryHasOperatingPhysician: a surgical procedure was done by somebody.
func surgeryHasOperatingPhysician(x *check) {
	if x.Provider(claim.RoleOperating) != nil {
		return
	}
	for i := range x.Lines {
		if x.Lines[i].Provider(claim.RoleOperating) != nil {
			return
		}
	}
	for i := range x.Procedures {
		p := &x.Procedures[i]
		if (p.Kind == claim.ProcedurePrincipal || p.Kind == claim.ProcedureOther) && p.Code != "" && p.Code[0] == '0' {
			x.missing(4313, scope{}, "2310B", "NM1", hi(p.At, p.Element, 2), "")
			return
		}
	}
}

// otherOperatingIsSecond: another operating physician comes beside the first.
func otherOperatingIsSecond(x *check) {
	if p := x.Provider(claim.RoleOtherOperating); p != nil && x.Provider(claim.RoleOperating) == nil {
		x.missing(4314, scope{}, "2310B", "NM1", x.nm1(p, 1), "")
	}
}

// renderingIsNotAttending: on an institutional claim, the rendering provider is
// said where it is another than the attending one.
func renderingIsNotAttending(x *check) {
	if p := x.Provider(claim.RoleRendering); sameNPI(p, x.Provider(claim.RoleAttending)) {
		x.say(4315, x.nm1(p, 0), "", "")
	}
}

// referringIsNotAttending: and likewise the referring one.
func referringIsNotAttending(x *check) {
	if p := x.Provider(claim.RoleReferring); sameNPI(p, x.Provider(claim.RoleAttending)) {
		x.say(4316, x.nm1(p, 0), "", "")
	}
}

// providersHaveNumbers: a payer finds a provider by a number, not by a name. A
// place of service need not have one, nor a place on an ambulance's way.
func providersHaveNumbers(x *check) { x.providerNumbers(x.Providers, false) }

// lineProvidersHaveNumbers: likewise those of lines.
func lineProvidersHaveNumbers(x *check) {
	for i := range x.Lines {
		x.providerNumbers(x.Lines[i].Providers, true)
	}
}

func (x *check) providerNumbers(list []claim.Party, line bool) {
	for i := range list {
		p := &list[i]
		switch p.Role {
		case claim.RoleServiceFacility, claim.RolePickUp, claim.RoleDropOff:
			continue
		}
		loop := x.providerLoop(p.Role, line) // none: the role is said to be wrong
		if loop != "" && p.At.Known() && p.ID.Value == "" && p.ID.Qualifier == "" && len(p.References) == 0 {
			x.say(4465, place{p.At, loop, "NM1", 9, 0}, "", "")
		}
	}
}

// providersHaveFirstNames: a provider who is a person has both names.
func providersHaveFirstNames(x *check) {
	for i := range x.Providers {
		if p := &x.Providers[i]; p.At.Known() && p.Name.Entity == party.Person && p.Name.First == "" && p.Name.Last != "" {
			x.say(4448, x.nm1(p, 4), "", "")
		}
	}
}

// supervisingIsNotRendering: nobody supervises himself.
func supervisingIsNotRendering(x *check) {
	if p := x.Provider(claim.RoleSupervising); sameNPI(p, x.Provider(claim.RoleRendering)) {
		x.say(4344, x.nm1(p, 0), "", "")
	}
}
