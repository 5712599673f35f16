package rule

import (
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// Service lines.

const (
	codeNoUnits         diag.Code = 4916
	codeLineTwice       diag.Code = 4917
	codeDrugCode        diag.Code = 4918
	codeMinutes         diag.Code = 4922
	codeLineNumberTwice diag.Code = 4928
	codeNoPurchasedFrom diag.Code = 4929
)

// unitsAreNotZero: a line bills something.
func unitsAreNotZero(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Units == "" || l.Units == "1" {
			continue
		}
		if sign, ok := l.Units.Sign(); ok && sign <= 0 {
			x.say(codeNoUnits, x.service(l, x.unitsElement(), 0), string(l.Units), "")
		}
	}
}

// unitsHaveThreeDecimals: at most.
func unitsHaveThreeDecimals(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if len(l.Units) < 5 {
			continue
		}
		if _, decimals, ok := strings.Cut(string(l.Units), "."); ok && len(decimals) > 3 {
			x.say(4488, x.service(l, x.unitsElement(), 0), string(l.Units), "")
		}
	}
}

// isAnesthesia says whether a line is anesthesia by its procedure: CPT 00100 to
// 01999.
func isAnesthesia(p *claim.Procedure) bool {
	c := p.Code
	return len(c) == 5 && c[0] == '0' && p.Qualifier == "HC" && c >= "00100" && c <= "01999" && digits(c)
}

// anesthesiaIsInMinutes: time-based anesthesia is billed in minutes; 01996 is
// not timed.
func anesthesiaIsInMinutes(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if isAnesthesia(&l.Procedure) && l.Procedure.Code != "01996" && l.Unit == "UN" {
			x.report(codeMinutes, x.service(l, 3, 0), x.service(l, 1, 2), l.Unit, "MJ")
		}
	}
}

// minutesAreOfAnesthesia: and nothing else is.
func minutesAreOfAnesthesia(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Unit == "MJ" && l.Procedure.Qualifier == "HC" && l.Procedure.Code != "" && !isAnesthesia(&l.Procedure) {
			x.report(4489, x.service(l, 3, 0), x.service(l, 1, 2), "MJ", "UN")
		}
	}
}

// minutesAreWhole: minutes are counted whole.
func minutesAreWhole(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Unit != "MJ" {
			continue
		}
		if _, decimals, ok := strings.Cut(string(l.Units), "."); ok && strings.Trim(decimals, "0") != "" && len(decimals) <= 3 {
			x.say(4490, x.service(l, 4, 0), string(l.Units), "")
		}
	}
}

// surgeryOfAnesthesiaHasAnesthesia: the surgery that anesthesia was given for
// stands with anesthesia.
func surgeryOfAnesthesiaHasAnesthesia(x *check) {
	for i := range x.Procedures {
		p := &x.Procedures[i]
		if p.Kind != claim.ProcedureAnesthesia {
			continue
		}
		for k := range x.Lines {
			if l := &x.Lines[k]; l.Unit == "MJ" || isAnesthesia(&l.Procedure) {
				return
			}
		}
		x.say(4345, hi(p.At, p.Element, 1), string(p.Kind), "")
	}
}

// linesAreNotTwice: two lines that agree in all that payers compare are most
// often one, sent twice.
func linesAreNotTwice(x *check) {
	for i := 1; i < len(x.Lines) && i < 50; i++ {
		l := &x.Lines[i]
		for k := range i {
			m := &x.Lines[k]
			if l.Charge == m.Charge && l.Procedure.Code == m.Procedure.Code && l.Procedure.Code != "" && l.Procedure.Modifiers == m.Procedure.Modifiers &&
				l.Units == m.Units && l.Service() == m.Service() &&
				l.PlaceOfService == m.PlaceOfService && sameTeeth(l, m) && sameDrug(l.Drug, m.Drug) {
				x.say(codeLineTwice, x.service(l, 1, 0), "", strconv.Itoa(k+1))
				break
			}
		}
	}
}

func sameTeeth(a, b *claim.Line) bool {
	if len(a.Teeth) != len(b.Teeth) || a.OralCavity != b.OralCavity {
		return false
	}
	for i := range a.Teeth {
		if a.Teeth[i].Number != b.Teeth[i].Number || a.Teeth[i].Surfaces != b.Teeth[i].Surfaces {
			return false
		}
	}
	return true
}

func sameDrug(a, b *claim.Drug) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Code == b.Code
}

// modifiersDiffer: a modifier is said once on a line.
func modifiersDiffer(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		m := &l.Procedure.Modifiers
		for k := 1; k < len(m) && m[k] != ""; k++ {
			if slices.Contains(m[:k], m[k]) {
				x.say(4528, x.service(l, x.procedureElement(), 3+k), m[k], "")
				break
			}
		}
	}
}

// modifiersHaveNoGap: they stand one after the other.
func modifiersHaveNoGap(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		m := &l.Procedure.Modifiers
		if m[1] == "" && m[2] == "" && m[3] == "" {
			continue
		}
		for k := range len(m) - 1 {
			if m[k] == "" && m[k+1] != "" {
				x.say(4529, x.service(l, x.procedureElement(), 3+k), "", "")
				break
			}
		}
	}
}

// undefined are HCPCS codes for what has no code of its own.
var undefined = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(`A0999 A4421 A4641 A4649 A4913 A6262 A9698 A9699 A9999 B9998 B9999 E1399 H0046 J1599
		J3490 J3590 J3591 J7199 J7599 J7699 J7799 J7999 J8498 J8499 J8597 J8999 J9999 K0108 K0812 K0898 L0999 L1499 L2999
		L3649 L3999 L5999 L7499 L8039 L8499 L8699 Q4050 Q4051 Q4082 Q4100 T1999 T5999 V2199 V2499 V2599 V2629 V2799 V5298 V5299`) {
		m[c] = true
	}
	return m
}()

// undefinedProcedureIsDescribed: where a code does not say what was done, words
// do, or the drug's own code.
func undefinedProcedureIsDescribed(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		c := l.Procedure.Code
		if len(c) != 5 || c[0] < 'A' || l.Procedure.Qualifier != "HC" || l.Procedure.Description != "" || l.Drug != nil || len(l.Notes) > 0 || !undefined[c] {
			continue
		}
		if len(x.Notes) == 0 {
			x.report(4531, x.service(l, x.procedureElement(), 7), x.service(l, x.procedureElement(), 2), "", "")
		}
	}
}

// drugCodeHasElevenDigits: a national drug code is sent as 5-4-2 without
// hyphens.
func drugCodeHasElevenDigits(x *check) {
	for i := range x.Lines {
		d := x.Lines[i].Drug
		if d != nil && d.Qualifier == "N4" && (len(d.Code) != 11 || !digits(d.Code)) {
			x.say(codeDrugCode, place{d.At, "2410", "LIN", 3, 0}, d.Code, "")
		}
	}
}

// drugCodeIsOne: eleven zeros are none.
func drugCodeIsOne(x *check) {
	for i := range x.Lines {
		if d := x.Lines[i].Drug; d != nil && d.Qualifier == "N4" && d.Code == "00000000000" {
			x.say(4532, place{d.At, "2410", "LIN", 3, 0}, d.Code, "")
		}
	}
}

// drugWasGiven: a quantity of a drug is above zero.
func drugWasGiven(x *check) {
	for i := range x.Lines {
		d := x.Lines[i].Drug
		if d == nil || d.Quantity == "" {
			continue
		}
		if sign, ok := d.Quantity.Sign(); ok && sign <= 0 {
			x.say(4493, place{d.QuantityAt, "2410", "CTP", 4, 0}, string(d.Quantity), "")
		}
	}
}

// lineControlNumbersDiffer: answers find a line by its number.
func lineControlNumbersDiffer(x *check) {
	if len(x.Lines) > fewLines {
		clear(x.numbers)
	}
	for i := range x.Lines {
		for j := range x.Lines[i].References {
			r := &x.Lines[i].References[j]
			if r.Kind == claim.ReferenceLineControlNumber && r.Value != "" && x.numbered(i, r.Value) {
				x.say(codeLineNumberTwice, place{r.At, "2400", "REF", 2, 0}, r.Value, "")
			}
		}
	}
}

// fewLines is up to how many lines comparing each with each costs less than
// looking numbers up.
const fewLines = 24

// numbered says whether a line before number i has the number.
func (x *check) numbered(i int, number string) bool {
	if len(x.Lines) > fewLines {
		before := len(x.numbers)
		x.numbers[number] = struct{}{}
		return len(x.numbers) == before
	}
	for k := range i {
		if x.Lines[k].Reference(claim.ReferenceLineControlNumber) == number {
			return true
		}
	}
	return false
}

// purchasedServiceHasProvider: what was bought says from whom.
func purchasedServiceHasProvider(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.PurchasedService != nil && l.Provider(claim.RolePurchasedService) == nil {
			x.missing(codeNoPurchasedFrom, scope{line: l}, "2420B", "NM1", place{l.PurchasedService.At, "2400", "PS1", 1, 0}, "")
		}
	}
}

// purchasedServiceNamesItsProvider: and names the same one twice.
func purchasedServiceNamesItsProvider(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.PurchasedService == nil || l.PurchasedService.ProviderID == "" {
			continue
		}
		p := l.Provider(claim.RolePurchasedService)
		if p == nil || p.ID.Value == "" || p.ID.Value == l.PurchasedService.ProviderID {
			continue
		}
		same := false
		for k := range p.References {
			same = same || p.References[k].Value == l.PurchasedService.ProviderID
		}
		if !same {
			x.say(4494, place{l.PurchasedService.At, "2400", "PS1", 1, 0}, l.PurchasedService.ProviderID, "")
		}
	}
}

// authorizationsNameAPayer: an authorisation that another payer gave names one
// of the claim's.
func authorizationsNameAPayer(x *check) {
	for i := range x.Lines {
		for k := range x.Lines[i].References {
			r := &x.Lines[i].References[k]
			if r.OtherPayer != "" && !x.hasPayer(r.OtherPayer) {
				x.say(4495, place{r.At, "2400", "REF", 4, 2}, r.OtherPayer, "")
			}
		}
	}
}

// hasPayer says whether a payer of the claim has the identifier.
func (x *check) hasPayer(id string) bool {
	return x.Payer != nil && x.Payer.ID.Value == id || x.hasOtherPayer(id)
}

// renewedCertificationHasDate: a certificate that was renewed or revised has the
// day of it.
func renewedCertificationHasDate(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if c := l.EquipmentCertification; c != nil && (c.Type == "R" || c.Type == "S") && dateOf(l.Dates, claim.DateRecertification) == nil {
			x.missing(4346, scope{line: l}, "2400", "DTP", place{c.At, "2400", "CR3", 1, 0}, "")
		}
	}
}

// certifiedTherapyHasBegun: a certificate of medical necessity comes with the
// day on which the therapy began.
func certifiedTherapyHasBegun(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if c := l.EquipmentCertification; c != nil && dateOf(l.Dates, claim.DateBeginTherapy) == nil {
			x.missing(4347, scope{line: l}, "2400", "DTP", place{c.At, "2400", "CR3", 0, 0}, "")
		}
	}
}

// certificateIsSentSomehow: and says how the certificate reaches the payer.
func certificateIsSentSomehow(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.EquipmentCertification == nil {
			continue
		}
		found := false
		for k := range l.Attachments {
			found = found || l.Attachments[k].ReportType == "CT"
		}
		if !found {
			x.missing(4348, scope{line: l}, "2400", "PWK", place{l.EquipmentCertification.At, "2400", "CR3", 0, 0}, "")
		}
	}
}

// sentCertificateIsDescribed: a certificate that is on its way stands on the line.
func sentCertificateIsDescribed(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.EquipmentCertification != nil {
			continue
		}
		for k := range l.Attachments {
			switch a := &l.Attachments[k]; a.Transmission {
			case "AB", "AD", "AF", "AG", "NS": // those of a DME certificate
				x.missing(4376, scope{line: l}, "2400", "CR3", place{a.At, "2400", "PWK", 2, 0}, "")
			}
		}
	}
}

// certifiedEquipmentWasOrdered: what a certificate is for, somebody ordered.
func certifiedEquipmentWasOrdered(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if c := l.EquipmentCertification; c != nil && l.Provider(claim.RoleOrdering) == nil {
			x.missing(4349, scope{line: l}, "2420E", "NM1", place{c.At, "2400", "CR3", 0, 0}, "")
		}
	}
}

// equipmentIsThatOfTheLine: what is rented or bought is what the line bills.
func equipmentIsThatOfTheLine(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if e := l.Equipment; e != nil && e.Procedure.Code != "" && l.Procedure.Code != "" && e.Procedure.Code != l.Procedure.Code {
			x.report(4530, place{e.At, "2400", "SV5", 1, 2}, x.service(l, 1, 2), e.Procedure.Code, "")
		}
	}
}

// equipmentIsNeededForDays: at least one.
func equipmentIsNeededForDays(x *check) {
	for i := range x.Lines {
		e := x.Lines[i].Equipment
		if e == nil || e.Days == "" {
			continue
		}
		if sign, ok := e.Days.Sign(); ok && sign <= 0 {
			x.say(4492, place{e.At, "2400", "SV5", 3, 0}, string(e.Days), "")
		}
	}
}

// equipmentPricesAreNotNegative: neither to rent nor to buy.
func equipmentPricesAreNotNegative(x *check) {
	for i := range x.Lines {
		e := x.Lines[i].Equipment
		if e == nil {
			continue
		}
		if e.RentalPrice.Known && e.RentalPrice.Amount < 0 {
			x.say(4479, place{e.At, "2400", "SV5", 4, 0}, sent(e.RentalPrice), "")
		}
		if e.PurchasePrice.Known && e.PurchasePrice.Amount < 0 {
			x.say(4479, place{e.At, "2400", "SV5", 5, 0}, sent(e.PurchasePrice), "")
		}
	}
}

// waivedTestHasNumber: a test that a laboratory may do under a certificate of
// waiver (modifier QW) comes with the certificate's number.
func waivedTestHasNumber(x *check) {
	if x.Reference(claim.ReferenceCLIA) != "" {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		for k, m := range l.Procedure.Modifiers {
			if m == "QW" && l.Reference(claim.ReferenceCLIA) == "" {
				x.missing(4320, scope{}, "2300", "REF", x.service(l, 1, 3+k), "")
				return
			}
		}
	}
}

// mammographyIsCertified: a mammogram comes with the number of the facility's
// certificate, but for the reading alone.
func mammographyIsCertified(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		switch l.Procedure.Code {
		case "77065", "77066", "77067":
		default:
			continue
		}
		if l.Procedure.Modifiers[0] == "26" || x.Reference(claim.ReferenceMammography) != "" || l.Reference(claim.ReferenceMammography) != "" {
			continue
		}
		x.missing(4321, scope{}, "2300", "REF", x.service(l, 1, 2), "")
		return
	}
}

// oversightNamesAgency: Medicare asks which agency or hospice the plan of care
// is of that a physician oversees.
func oversightNamesAgency(x *check) {
	if x.Reference(claim.ReferenceCarePlanOversight) != "" {
		return
	}
	for i := range x.Lines {
		if c := x.Lines[i].Procedure.Code; c == "G0181" || c == "G0182" {
			x.missing(4322, scope{}, "2300", "REF", x.service(&x.Lines[i], 1, 2), "")
			return
		}
	}
}

// hospiceEmployeeIsNoOutsider: who works for the hospice does not bill as one
// who does not (modifier GV).
func hospiceEmployeeIsNoOutsider(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		for k := range l.Certifications {
			c := &l.Certifications[k]
			if c.Kind != claim.CertificationHospice || c.Applies != "Y" {
				continue
			}
			for j, m := range l.Procedure.Modifiers {
				if m == "GV" {
					x.report(4533, place{c.At, "2400", "CRC", 2, 0}, x.service(l, 1, 3+j), "Y", "N")
				}
			}
		}
	}
}

// glassesHavePrescription: glasses and lenses were prescribed.
func glassesHavePrescription(x *check) {
	if dateOf(x.Dates, claim.DatePrescription) != nil {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if c := l.Procedure.Code; len(c) == 5 && c >= "V2020" && c <= "V2599" && dateOf(l.Dates, claim.DatePrescription) == nil {
			x.missing(4326, scope{}, "2300", "DTP", x.service(l, 1, 2), "")
			return
		}
	}
}

// equipmentConditionsAreCertified: a certificate that is on file (38) is
// described; a replacement (ZV) needs none.
func equipmentConditionsAreCertified(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		for k := range l.Certifications {
			if c := &l.Certifications[k]; c.Kind == claim.CertificationEquipment && c.Conditions[0] == "38" && l.EquipmentCertification == nil {
				x.say(4352, place{c.At, "2400", "CRC", 0, 0}, "", "")
				break
			}
		}
	}
}

// spinalTreatmentHasBegun: Medicare asks when the treatment of a spine began.
func spinalTreatmentHasBegun(x *check) {
	if dateOf(x.Dates, claim.DateInitialTreatment) != nil {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		switch l.Procedure.Code {
		case "98940", "98941", "98942":
			if dateOf(l.Dates, claim.DateInitialTreatment) == nil {
				x.missing(4366, scope{}, "2300", "DTP", x.service(l, 1, 2), "")
				return
			}
		}
	}
}
