package rule

import (
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Types says which SNIP types are checked; bit n stands for type n.
type Types uint16

// Of makes Types of a list of numbers.
func Of(types ...int) Types {
	var t Types
	for _, n := range types {
		t |= 1 << n
	}
	return t
}

// All are the types that this package knows.
var All = Of(3, 4, 5, 6)

// Has says whether a type is among them.
func (t Types) Has(n int) bool { return t&(1<<n) != 0 }

// Claims checks one claim after another. It keeps nothing of a claim.
type Claims struct {
	Types  Types
	Today  string // CCYYMMDD; empty: the later of the days of the group (GS04) and of the submission (BHT04)
	Group  string // CCYYMMDD, GS04 of the group at hand; may be empty
	Report diag.Reporter
	Codes  *CodeSets // nil: no code is looked up

	at      check  // reused
	plans   []plan // by hash of what a claim has
	inOrder int64  // offset of a billing provider that nothing is said of, so that it is looked at once and not with each claim
}

// check is what a rule works with: the claim, what was worked out of it, and
// where findings go.
type check struct {
	*claim.Claim
	today       string // CCYYMMDD that "in the future" is judged against; may be empty
	group       string // GS04
	first, last string // days of service, CCYYMMDD; empty: none that can be read
	born        string // the patient's birth date; empty: none that can be read
	has         parts
	said        int                 // findings
	saidOfLines int                 // findings of 2400 and below
	offBy       money.Amount        // by what the lines exceed the claim, when that is said
	numbers     map[string]struct{} // of lines, used again
	billed      []billed            // lines, used again
	rep         diag.Reporter
}

// parts are things that a claim has or has not. A rule names those without
// which it has nothing to say, so that the many rules on rare things cost a
// plain claim nothing.
type parts uint64

const (
	hasDates             parts = 1 << iota // 2300 DTP
	hasAttachments                         // PWK, of claim or line
	hasContract                            // CN1, of claim or line
	hasAmounts                             // AMT, of claim or line
	hasAmbulance                           // CR1, of claim or line
	hasSpinal                              // 2300 CR2
	hasCertifications                      // 2300 CRC
	hasProviders                           // 2310
	hasLineProviders                       // 2420
	hasOther                               // 2320
	hasAdjudications                       // 2430
	hasDrug                                // 2410
	hasEquipment                           // SV5
	hasCMN                                 // 2400 CR3
	hasTeeth                               // TOO
	hasPurchased                           // PS1
	hasPatient                             // 2000C
	hasCauses                              // CLM11
	hasInformation                         // PAT with more than the relationship
	hasCounts                              // 2400 QTY
	hasLineCRC                             // 2400 CRC
	hasMoreDates                           // a line with other dates than that of the service
	hasOrthodontics                        // DN1
	hasToothStatus                         // DN2
	hasPayTo                               // 2010AB
	hasOccurrences                         // HI BH
	hasSpans                               // HI BI
	hasValues                              // HI BE
	hasConditions                          // HI BG
	hasProcedures                          // HI with procedures
	hasTreatments                          // HI TC
	isMedicare                             // SBR09 MA or MB
	isInpatient                            // by the type of bill
	isOutpatient                           // by the type of bill
	isPredetermination                     // CLM19
	hasLineReferences                      // 2400 REF
	hasMoreReferences                      // 2400 REF besides one line item control number
	hasNegative                            // a charge below zero
	hasFarPointers                         // a pointer beyond the diagnoses, or one of two digits
	hasImaging                             // a procedure of mammography
	hasReferences                          // 2300 REF besides that of a clearinghouse
	hasFrequency                           // CLM05-3 other than 1
	hasModifiers                           // a modifier on a line
	hasLetteredModifiers                   // a modifier that begins with a letter
	hasLetters                             // a procedure that begins with a letter: HCPCS level II
	hasMinutes                             // minutes, or anesthesia
	hasMedicine                            // a procedure of the chapter of medicine: therapy, dialysis, manipulation
	hasUnits                               // units other than 1
	hasPointers                            // a line with more than one pointer
	hasRanges                              // a range of dates
	hasLateService                         // a service after today
	hasBirth                               // a birth date that can be compared
	hasNumbers                             // REF of subscriber or patient
	isNewBilling                           // the billing provider has not been found to be in order
)

// claimRule is one rule and what it needs.
type claimRule struct {
	codes []diag.Code // what it may say; the first is its name
	kinds string      // of claim.Kind
	needs parts       // all of these
	run   func(*check)
}

// ruleSet are the rules of one kind of claim, in groups that need the same. The
// needs stand beside each other: every claim is compared with all of them.
type ruleSet struct {
	needs  []parts
	groups []ruleGroup
	// Those that look at the billing provider alone are kept apart.
	billing ruleGroup
}

type ruleGroup struct{ balances, situations, services []func(*check) }

func (g *ruleGroup) add(r *claimRule) {
	switch r.codes[0].SNIP() {
	case 3:
		g.balances = append(g.balances, r.run)
	case 6:
		g.services = append(g.services, r.run)
	default:
		g.situations = append(g.situations, r.run)
	}
}

// sets are the rules by kind of claim, those that need the same in the order of
// the table; first those that every claim is checked by.
var sets = map[claim.Kind]*ruleSet{
	claim.Professional: setOf('P'), claim.Institutional: setOf('I'), claim.Dental: setOf('D'),
}

var professional, institutional, dental = sets[claim.Professional], sets[claim.Institutional], sets[claim.Dental]

// allRules are the rules of both tables.
func allRules() (list []*claimRule) {
	for _, table := range [][]claimRule{claimRules, serviceRules} {
		for i := range table {
			list = append(list, &table[i])
		}
	}
	return list
}

func setOf(kind rune) *ruleSet {
	s := new(ruleSet)
	for _, r := range allRules() {
		if !strings.ContainsRune(r.kinds, kind) {
			continue
		}
		if r.needs == isNewBilling {
			s.billing.add(r)
			continue
		}
		i := 0
		for i < len(s.needs) && s.needs[i] != r.needs {
			i++
		}
		if i == len(s.needs) {
			s.needs, s.groups = append(s.needs, r.needs), append(s.groups, ruleGroup{})
		}
		s.groups[i].add(r)
	}
	return s
}

func (g *ruleGroup) run(x *check, balances, situations bool) {
	if balances {
		for _, run := range g.balances {
			run(x)
		}
	}
	if situations {
		for _, run := range g.situations {
			run(x)
		}
	}
}

// plan are the rules that look at claims that have the same parts: most claims
// are like one before.
type plan struct {
	set             *ruleSet
	types           Types
	has             parts
	rules, services []func(*check)
}

// plans is how many are kept.
const plans = 64

// planOf gives the rules for claims of a kind that have certain parts.
func (c *Claims) planOf(set *ruleSet, has parts) *plan {
	if c.plans == nil {
		c.plans = make([]plan, plans)
	}
	p := &c.plans[uint64(has)*0x9E3779B97F4A7C15>>32%plans]
	if p.set == set && p.types == c.Types && p.has == has {
		return p
	}
	p.set, p.types, p.has, p.rules, p.services = set, c.Types, has, p.rules[:0], p.services[:0]
	for i, needs := range set.needs {
		if has&needs != needs {
			continue
		}
		g := &set.groups[i]
		if c.Types.Has(3) {
			p.rules = append(p.rules, g.balances...)
		}
		if c.Types.Has(4) {
			p.rules = append(p.rules, g.situations...)
		}
		if c.Types.Has(6) {
			p.services = append(p.services, g.services...)
		}
	}
	return p
}

// Check runs the rules over a claim.
func (c *Claims) Check(cl *claim.Claim) {
	x := &c.at
	numbers, lines := x.numbers, x.billed
	if numbers == nil {
		numbers = map[string]struct{}{}
	}
	*x = check{Claim: cl, today: c.Today, group: c.Group, rep: c.Report, numbers: numbers, billed: lines}
	if x.today == "" {
		if validDay(c.Group) {
			x.today = c.Group
		}
		switch s := cl.Submission; {
		case s == nil:
		case !validDay(s.Date):
			x.today = "" // it is said that the day is wrong; the group's may be any
		case s.Date > x.today:
			x.today = s.Date
		}
	}
	x.look()
	set := professional
	switch cl.Kind {
	case claim.Institutional:
		set = institutional
	case claim.Dental:
		set = dental
	case claim.Professional:
	default:
		return
	}
	balances, situations := c.Types.Has(3), c.Types.Has(4)
	billing := int64(0)
	if b := cl.BillingProvider; b != nil && b.HL.Known() {
		billing = b.HL.Offset
	}
	if billing == 0 || billing != c.inOrder {
		set.billing.run(x, balances, situations)
		if x.said == 0 && situations {
			c.inOrder = billing
		}
	}
	p := c.planOf(set, x.has)
	for _, run := range p.rules {
		run(x)
	}
	if c.Codes != nil && c.Types.Has(5) {
		x.codeSets(c.Codes)
	}
	// What a line of service asks is said once its lines are in order: much of it
	// would only follow from what is wrong with them.
	if x.saidOfLines > 0 {
		return
	}
	for _, run := range p.services {
		run(x)
	}
}

// look works out what the claim has.
func (x *check) look() {
	h := some(hasDates, len(x.Dates)) | some(hasAttachments, len(x.Attachments)) | some(hasAmounts, len(x.Amounts)) |
		some(hasCertifications, len(x.Certifications)) | some(hasProviders, len(x.Providers)) |
		some(hasOther, len(x.OtherCoverages)) | some(hasToothStatus, len(x.ToothStatuses)) |
		given(hasContract, x.Contract != nil) | given(hasAmbulance, x.Ambulance != nil) | given(hasSpinal, x.SpinalManipulation != nil) |
		given(hasPatient, x.Patient != nil) | given(hasCauses, x.RelatedCauses.Causes[0] != "") |
		given(hasOrthodontics, x.Orthodontics != nil) | given(isPredetermination, x.Predetermination != "")
	h |= given(hasFrequency, x.Frequency != "1") | given(hasNegative, x.Charge.Amount < 0) |
		given(hasReferences, len(x.References) > 1 || len(x.References) == 1 && x.References[0].Kind != claim.ReferenceTrace)
	if x.Kind == claim.Institutional {
		h |= some(hasOccurrences, len(x.Occurrences)) | some(hasSpans, len(x.OccurrenceSpans)) | some(hasValues, len(x.Values)) |
			some(hasTreatments, len(x.Treatments)) | x.billType()
		if d := dateOf(x.Dates, claim.DateStatement); d != nil && formed(d) && validDay(d.From()) && validDay(d.To()) {
			x.first, x.last = d.From(), d.To()
		}
	}
	h |= some(hasConditions, len(x.Conditions)) | some(hasProcedures, len(x.Procedures))
	if b := x.BillingProvider; b != nil && b.PayToAddress != nil {
		h |= hasPayTo
	}
	if s := x.Subscriber; s != nil && (s.Coverage.ClaimFiling == "MA" || s.Coverage.ClaimFiling == "MB") {
		h |= isMedicare
	}
	if i := x.PatientInformation(); i != nil && (i.DeathDate != "" || i.Weight != "" || i.Pregnant != "") {
		h |= hasInformation
	}
	for i := range x.Dates {
		h |= given(hasRanges, x.Dates[i].Format == claim.FormatRange)
		if x.Dates[i].Kind == claim.DateService { // dental
			x.served(&x.Dates[i])
		}
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		h |= some(hasAttachments, len(l.Attachments)) | some(hasAmounts, len(l.Amounts)) | some(hasLineProviders, len(l.Providers)) |
			some(hasAdjudications, len(l.Adjudications)) | some(hasTeeth, len(l.Teeth)) |
			some(hasCounts, len(l.Counts)) | some(hasLineCRC, len(l.Certifications)) | some(hasLineReferences, len(l.References)) |
			given(hasContract, l.Contract != nil) | given(hasAmbulance, l.Ambulance != nil) | given(hasDrug, l.Drug != nil) |
			given(hasEquipment, l.Equipment != nil) | given(hasCMN, l.EquipmentCertification != nil) |
			given(hasPurchased, l.PurchasedService != nil) |
			given(hasMoreDates, len(l.Dates) > 1 || len(l.Dates) == 1 && l.Dates[0].Kind != claim.DateService) |
			given(hasModifiers, l.Procedure.Modifiers[0] != "" || l.Procedure.Modifiers[1] != "" || l.Procedure.Modifiers[2] != "") | given(hasPointers, l.DiagnosisPointers[1] != "" || l.DiagnosisPointers[2] != "") |
			given(hasNegative, l.Charge.Amount < 0) |
			given(hasMoreReferences, len(l.References) > 1 || len(l.References) == 1 && l.References[0].Kind != claim.ReferenceLineControlNumber) |
			given(hasUnits, l.Units != "1") | given(hasMinutes, l.Unit == "MJ")
		for _, m := range l.Procedure.Modifiers {
			h |= given(hasLetteredModifiers, m != "" && m[0] >= 'A')
		}
		if p := l.Procedure.Code; p != "" {
			h |= given(hasLetters, p[0] >= 'A') | given(hasMinutes, p[0] == '0') | given(hasImaging, p[0] == '7') |
				given(hasMedicine, p[0] == '9' && len(p) == 5 && p[1] != '9')
		}
		for _, p := range l.DiagnosisPointers {
			if p == "" {
				break
			}
			h |= given(hasFarPointers, len(p) > 1 || int(p[0]-'0') > len(x.Diagnoses) || p == "0")
		}
		if l.DiagnosisPointers[0] == "" {
			h |= hasFarPointers // what follows is looked at one by one
		}
		for k := range l.Dates {
			d := &l.Dates[k]
			h |= given(hasRanges, d.Format == claim.FormatRange)
			if d.Kind == claim.DateService {
				x.served(d)
			}
		}
	}
	if p := x.PatientPerson(); p != nil {
		h |= some(hasNumbers, len(p.References))
		if validDay(p.Demographics.BirthDate) {
			x.born = p.Demographics.BirthDate
			h |= hasBirth
		}
	}
	if x.Subscriber != nil {
		h |= some(hasNumbers, len(x.Subscriber.References))
	}
	x.has = h | given(hasLateService, x.today != "" && x.last > x.today)
}

// formed says whether a date has the form that its qualifier says.
func formed(d *claim.Date) bool {
	switch d.Format {
	case claim.FormatDate:
		return len(d.Text) == 8
	case claim.FormatRange:
		return len(d.Text) == 17
	}
	return true
}

// served widens the days of service.
func (x *check) served(d *claim.Date) {
	if !formed(d) {
		return
	}
	if from := d.From(); from != x.first && validDay(from) && (x.first == "" || from < x.first) {
		x.first = from
	}
	if to := d.To(); to != x.last && to > x.last && validDay(to) {
		x.last = to
	}
}

func some(p parts, n int) parts { return given(p, n > 0) }

func given(p parts, yes bool) parts {
	if yes {
		return p
	}
	return 0
}

// billType sorts the types of bill. What is neither (home health, hospice,
// residential) is not judged by the rules of one of them.
func (x *check) billType() parts {
	switch x.PlaceOfService {
	case "11", "18", "21", "41":
		return isInpatient
	case "13", "14", "23", "43", "71", "72", "73", "74", "75", "76", "77", "78", "79", "83", "84", "85":
		return isOutpatient
	}
	return 0
}

// ClaimCodes are the codes that rules of claims say, with the kinds of claim
// that each looks at, "P", "I", "D".
func ClaimCodes() map[diag.Code]string {
	m := map[diag.Code]string{4932: "PID"} // package edi says this one: there is no claim to look at
	for _, r := range allRules() {
		for _, c := range r.codes {
			m[c] = r.kinds
		}
	}
	return m
}

// place says where a finding stands.
type place struct {
	at                 x12.At
	loop, segment      string
	element, component int
}

// say reports a finding of the claim. Whoever takes it may keep it: the claim's
// own strings do not outlive the claim.
func (x *check) say(code diag.Code, p place, got, want string) {
	x.report(code, p, place{}, got, want)
}

func (x *check) report(code diag.Code, p, trigger place, got, want string) {
	d := diag.Diagnostic{Code: code, Got: strings.Clone(got), Want: want, Pos: diag.Pos{
		Offset: p.at.Offset, Segment: int(p.at.Segment), SegmentID: p.segment, Loop: p.loop,
		Element: p.element, Component: p.component,
		Interchange: x.Source.Interchange, Group: x.Source.Group, Transaction: x.Source.Transaction, Claim: strings.Clone(x.ID),
	}}
	d.Trigger = trigger.trigger()
	x.said++
	if strings.HasPrefix(p.loop, "24") {
		x.saidOfLines++
	}
	x.rep.Report(d)
}

func (p place) trigger() diag.Trigger {
	return diag.Trigger{Segment: int(p.at.Segment), SegmentID: p.segment, Loop: p.loop, Element: p.element, Component: p.component}
}

// missing reports a segment that ought to stand in a loop, and does not: it is
// placed where it should have stood. trigger is what asks for it.
func (x *check) missing(code diag.Code, in scope, loop, segment string, trigger place, want string) {
	x.report(code, place{x.gap(in, loop, segment), loop, segment, 0, 0}, trigger, "", want)
}

func (x *check) clm(element, component int) place {
	return place{x.At, "2300", "CLM", element, component}
}

func (x *check) sbr(element int) place {
	return place{x.Subscriber.Coverage.At, "2000B", "SBR", element, 0}
}

// dtp is the date of a DTP segment.
func dtp(loop string, d *claim.Date) place { return place{d.At, loop, "DTP", 3, 0} }

// hi is a component of a code of an HI segment.
func hi(at x12.At, element int8, component int) place {
	return place{at, "2300", "HI", max(int(element), 1), component}
}

// service is the segment that carries a line's charge.
func (x *check) service(l *claim.Line, element, component int) place {
	return place{l.ServiceAt, "2400", x.serviceSegment(), element, component}
}

func (x *check) serviceSegment() string {
	switch x.Kind {
	case claim.Institutional:
		return "SV2"
	case claim.Dental:
		return "SV3"
	}
	return "SV1"
}

// chargeElement is where a line's charge stands.
func (x *check) chargeElement() int {
	if x.Kind == claim.Institutional {
		return 3
	}
	return 2
}

// unitsElement is where a line's units stand.
func (x *check) unitsElement() int {
	switch x.Kind {
	case claim.Institutional:
		return 5
	case claim.Dental:
		return 6
	}
	return 4
}

// procedureElement is where a line's procedure stands.
func (x *check) procedureElement() int {
	if x.Kind == claim.Institutional {
		return 2
	}
	return 1
}

// patientLoop is the loop of the patient's name.
func (x *check) patientLoop() string {
	if x.Patient != nil {
		return "2010CA"
	}
	return "2010BA"
}
