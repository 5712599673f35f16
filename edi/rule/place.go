package rule

import (
	"cmp"
	"slices"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/x12"
)

// Where a segment that is missing should have stood: after the last one of its
// loop that the guides have before it, at the ordinal of what was read there.
// This is worked out only when something is missing.

// scope is the instance of a loop that a segment is missing in; the zero scope
// is the claim.
type scope struct {
	line     *claim.Line
	coverage *claim.OtherCoverage
}

// order is how segments follow each other, by kind of loop.
var order = map[string]string{
	"2300": " CLM DTP CL1 DN1 DN2 PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP ",
	"2320": " SBR CAS AMT OI MIA MOA ",
	"2400": " LX SV1 SV2 SV3 TOO SV5 PWK CR1 CR3 CRC DTP QTY MEA CN1 REF AMT K3 NTE PS1 HCP ",
	"2410": " LIN CTP REF ",
	"2430": " SVD CAS DTP AMT ",
	"2440": " LQ FRM ",
}

const orderOfParty = " NM1 PRV N3 N4 DMG DTP REF PER "

// rank is the place of a segment within its loop.
func rank(loop, segment string) int {
	s, ok := order[loop]
	if !ok {
		s = orderOfParty
	}
	return strings.Index(s, " "+segment+" ")
}

// gap finds where the segment should have stood.
func (x *check) gap(in scope, loop, segment string) x12.At {
	var after x12.At
	wanted := rank(loop, segment)
	x.walk(in, func(l, s string, at x12.At) {
		if at.Segment > after.Segment && (l < loop || l == loop && rank(l, s) <= wanted) {
			after = at
		}
	})
	gap := x12.At{Segment: after.Segment + 1, Offset: after.Offset}
	see := func(_, _ string, at x12.At) {
		if at.Segment == gap.Segment {
			gap = at
		}
	}
	if in.line == nil {
		x.walk(scope{}, see)
		return gap
	}
	// A line ends where the next one begins; a claim may have a thousand.
	x.walk(in, see)
	i, found := slices.BinarySearchFunc(x.Lines, gap.Segment, func(l claim.Line, segment int32) int { return cmp.Compare(l.At.Segment, segment) })
	if found {
		see("", "", x.Lines[i].At)
	}
	return gap
}

type visitor func(loop, segment string, at x12.At)

// walk visits the segments of a scope, in no order.
func (x *check) walk(in scope, visit visitor) {
	see := func(loop, segment string, at x12.At) {
		if at.Known() {
			visit(loop, segment, at)
		}
	}
	switch {
	case in.line != nil:
		x.walkLine(in.line, see)
		return
	case in.coverage != nil:
		walkCoverage(in.coverage, see)
		return
	}
	if s := x.Subscriber; s != nil {
		see("2000B", "HL", s.HL)
		see("2000B", "SBR", s.Coverage.At)
		walkParty("2010BA", &s.Party, see)
		see("2010BA", "DMG", s.Demographics.At)
	}
	if x.Payer != nil {
		walkParty("2010BB", x.Payer, see)
	}
	if p := x.Patient; p != nil {
		see("2000C", "HL", p.HL)
		see("2000C", "PAT", p.Information.At)
		walkParty("2010CA", &p.Party, see)
		see("2010CA", "DMG", p.Demographics.At)
	}
	see("2300", "CLM", x.At)
	for i := range x.Dates {
		see("2300", "DTP", x.Dates[i].At)
	}
	if x.Admission != nil {
		see("2300", "CL1", x.Admission.At)
	}
	if x.Orthodontics != nil {
		see("2300", "DN1", x.Orthodontics.At)
	}
	for i := range x.ToothStatuses {
		see("2300", "DN2", x.ToothStatuses[i].At)
	}
	for i := range x.Attachments {
		see("2300", "PWK", x.Attachments[i].At)
	}
	if x.Contract != nil {
		see("2300", "CN1", x.Contract.At)
	}
	for i := range x.Amounts {
		see("2300", "AMT", x.Amounts[i].At)
	}
	for i := range x.References {
		see("2300", "REF", x.References[i].At)
	}
	for i := range x.FileInformation {
		see("2300", "K3", x.FileInformation[i].At)
	}
	for i := range x.Notes {
		see("2300", "NTE", x.Notes[i].At)
	}
	if x.Ambulance != nil {
		see("2300", "CR1", x.Ambulance.At)
	}
	if x.SpinalManipulation != nil {
		see("2300", "CR2", x.SpinalManipulation.At)
	}
	for i := range x.Certifications {
		see("2300", "CRC", x.Certifications[i].At)
	}
	for i := range x.Diagnoses {
		see("2300", "HI", x.Diagnoses[i].At)
	}
	see("2300", "HI", x.DRG.At)
	for i := range x.Procedures {
		see("2300", "HI", x.Procedures[i].At)
	}
	for i := range x.OccurrenceSpans {
		see("2300", "HI", x.OccurrenceSpans[i].At)
	}
	for i := range x.Occurrences {
		see("2300", "HI", x.Occurrences[i].At)
	}
	for i := range x.Values {
		see("2300", "HI", x.Values[i].At)
	}
	for i := range x.Conditions {
		see("2300", "HI", x.Conditions[i].At)
	}
	for i := range x.Treatments {
		see("2300", "HI", x.Treatments[i].At)
	}
	if x.Repricing != nil {
		see("2300", "HCP", x.Repricing.At)
	}
	for i := range x.Providers {
		p := &x.Providers[i]
		walkParty(x.providerLoop(p.Role, false), p, see)
	}
	for i := range x.OtherCoverages {
		walkCoverage(&x.OtherCoverages[i], see)
	}
	for i := range x.Lines {
		x.walkLine(&x.Lines[i], see)
	}
}

func walkParty(loop string, p *claim.Party, see visitor) {
	see(loop, "NM1", p.At)
	see(loop, "PRV", p.Specialty.At)
	see(loop, "N3", p.StreetAt)
	see(loop, "N4", p.CityAt)
	for i := range p.References {
		see(loop, "REF", p.References[i].At)
	}
	for i := range p.Contacts {
		see(loop, "PER", p.Contacts[i].At)
	}
}

func walkCoverage(o *claim.OtherCoverage, see visitor) {
	see("2320", "SBR", o.Coverage.At)
	for i := range o.Adjustments {
		see("2320", "CAS", o.Adjustments[i].At)
	}
	for i := range o.Amounts {
		see("2320", "AMT", o.Amounts[i].At)
	}
	see("2320", "OI", o.Insurance.At)
	if o.Inpatient != nil {
		see("2320", "MIA", o.Inpatient.At)
	}
	if o.Outpatient != nil {
		see("2320", "MOA", o.Outpatient.At)
	}
	walkParty("2330A", &o.Subscriber, see)
	walkParty("2330B", &o.Payer.Party, see)
	for i := range o.Payer.Dates {
		see("2330B", "DTP", o.Payer.Dates[i].At)
	}
	for i := range o.Providers {
		walkParty("2330C", &o.Providers[i], see)
	}
}

func (x *check) walkLine(l *claim.Line, see visitor) {
	see("2400", "LX", l.At)
	see("2400", x.serviceSegment(), l.ServiceAt)
	for i := range l.Teeth {
		see("2400", "TOO", l.Teeth[i].At)
	}
	if l.Equipment != nil {
		see("2400", "SV5", l.Equipment.At)
	}
	for i := range l.Attachments {
		see("2400", "PWK", l.Attachments[i].At)
	}
	if l.Ambulance != nil {
		see("2400", "CR1", l.Ambulance.At)
	}
	if l.EquipmentCertification != nil {
		see("2400", "CR3", l.EquipmentCertification.At)
	}
	for i := range l.Certifications {
		see("2400", "CRC", l.Certifications[i].At)
	}
	for i := range l.Dates {
		see("2400", "DTP", l.Dates[i].At)
	}
	for i := range l.Counts {
		see("2400", "QTY", l.Counts[i].At)
	}
	for i := range l.TestResults {
		see("2400", "MEA", l.TestResults[i].At)
	}
	if l.Contract != nil {
		see("2400", "CN1", l.Contract.At)
	}
	for i := range l.References {
		see("2400", "REF", l.References[i].At)
	}
	for i := range l.Amounts {
		see("2400", "AMT", l.Amounts[i].At)
	}
	for i := range l.FileInformation {
		see("2400", "K3", l.FileInformation[i].At)
	}
	for i := range l.Notes {
		see("2400", "NTE", l.Notes[i].At)
	}
	if l.PurchasedService != nil {
		see("2400", "PS1", l.PurchasedService.At)
	}
	if l.Repricing != nil {
		see("2400", "HCP", l.Repricing.At)
	}
	if d := l.Drug; d != nil {
		see("2410", "LIN", d.At)
		see("2410", "CTP", d.QuantityAt)
		for i := range d.References {
			see("2410", "REF", d.References[i].At)
		}
	}
	for i := range l.Providers {
		p := &l.Providers[i]
		walkParty(x.providerLoop(p.Role, true), p, see)
	}
	for i := range l.Adjudications {
		a := &l.Adjudications[i]
		see("2430", "SVD", a.At)
		for k := range a.Adjustments {
			see("2430", "CAS", a.Adjustments[k].At)
		}
		for k := range a.Dates {
			see("2430", "DTP", a.Dates[k].At)
		}
		for k := range a.Amounts {
			see("2430", "AMT", a.Amounts[k].At)
		}
	}
	for i := range l.Forms {
		see("2440", "LQ", l.Forms[i].At)
		for k := range l.Forms[i].Answers {
			see("2440", "FRM", l.Forms[i].Answers[k].At)
		}
	}
}

// providerLoops are the loops of providers by kind of claim and role: 2310 of
// the claim, 2420 of a line.
var providerLoops = map[claim.Kind]map[claim.Role][2]string{
	claim.Professional: {
		claim.RoleReferring: {"2310A", "2420F"}, claim.RolePrimaryCareReferring: {"2310A", "2420F"},
		claim.RoleRendering: {"2310B", "2420A"}, claim.RoleServiceFacility: {"2310C", "2420C"},
		claim.RoleSupervising: {"2310D", "2420D"}, claim.RolePickUp: {"2310E", "2420G"}, claim.RoleDropOff: {"2310F", "2420H"},
		claim.RolePurchasedService: {"", "2420B"}, claim.RoleOrdering: {"", "2420E"},
	},
	claim.Institutional: {
		claim.RoleAttending: {"2310A", ""}, claim.RoleOperating: {"2310B", "2420A"}, claim.RoleOtherOperating: {"2310C", "2420B"},
		claim.RoleRendering: {"2310D", "2420C"}, claim.RoleServiceFacility: {"2310E", ""}, claim.RoleReferring: {"2310F", "2420D"},
	},
	claim.Dental: {
		claim.RoleReferring: {"2310A", ""}, claim.RolePrimaryCareReferring: {"2310A", ""},
		claim.RoleRendering: {"2310B", "2420A"}, claim.RoleServiceFacility: {"2310C", "2420D"},
		claim.RoleAssistantSurgeon: {"2310D", "2420B"}, claim.RoleSupervising: {"2310E", "2420C"},
	},
}

func (x *check) providerLoop(r claim.Role, line bool) string {
	l := providerLoops[x.Kind][r]
	if line {
		return l[1]
	}
	return l[0]
}

// nm1 is an element of a party's name on claim level.
func (x *check) nm1(p *claim.Party, element int) place {
	return place{p.At, x.providerLoop(p.Role, false), "NM1", element, 0}
}
