package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/x12"
)

const (
	codePaidLine        diag.Code = 3911
	codePaidClaim       diag.Code = 3912
	codePaidSet         diag.Code = 3913
	codePaidNotComplete diag.Code = 3914
	codePatientShare    diag.Code = 3915
	codeChargesOfLines  diag.Code = 3916
	codeClaimsOfGroup   diag.Code = 3917
	codeChargesOfGroup  diag.Code = 3918
)

// Remittances checks remittance advices: the three equations, and what their
// segments ask of each other. Nothing is ever adjusted: what does not balance
// is said, with what it should be.
type Remittances struct {
	Types  Types
	Report diag.Reporter

	at      payment // reused
	summary summary
	off     money.Amount // by what claims of the set are out of balance
}

// summary is what a group of claims (loop 2000) says it holds, and what it has
// been seen to hold. TS304 counts the claims, TS305 sums their charges up.
type summary struct {
	group   x12.At // LX
	stated  [2]string
	count   int
	charge  money.Amount
	unknown bool

	interchange, functional, transaction string
}

// payment is what a rule of a claim payment works with.
type payment struct {
	*remit.ClaimPayment
	has paidParts
	rep diag.Reporter
}

// paidParts are things that a claim payment has, without which rules have
// nothing to say.
type paidParts uint32

const (
	paidStatus     paidParts = 1 << iota // CLP02 other than 1, 2 and 3
	paidNames                            // more names than the patient's
	paidNegative                         // an amount below zero
	paidDates                            // DTM of the claim
	paidNoDate                           // no first day of the claim
	paidRanges                           // a line with several dates, or with one that is no day of service
	paidReasons                          // several adjustments on one level
	paidUnclear                          // an adjustment that asks for a remark
	paidLines                            // several lines
	paidQuantities                       // QTY
	paidGroup                            // CLP11 to CLP13
	paidBothWays                         // MIA and MOA
	paidLate                             // a service after the day of the advice
)

// paymentRule is one rule of claim payments.
type paymentRule struct {
	code  diag.Code
	needs paidParts
	run   func(*payment)
}

// paymentRules are tried in this order.
var paymentRules = []paymentRule{
	{codePatientShare, 0, patientShareIsAdjusted},
	{codeChargesOfLines, 0, chargeIsSumOfPaidLines},
	{4370, paidStatus, forwardedClaimSaysTo},
	{4371, paidNames, forwardingIsSaid},
	{4372, paidBothWays, inpatientOrOutpatient},
	{4373, paidDates | paidNoDate, lastDayHasFirst},
	{4374, paidNoDate, paidLinesHaveDates},
	{4375, paidRanges, rangesHaveBothEnds},
	{4540, paidStatus, reversalsAreNegative},
	{4541, paidNegative, chargesArePositive},
	{4542, paidNegative, paymentsArePositive},
	{4543, paidStatus, unknownPatientsAreNotPaid},
	{4544, paidStatus, plansAreNotPaid},
	{4545, paidNegative, sharesArePositive},
	{4546, paidDates, claimDatesGoForward},
	{4547, paidRanges, lineDatesGoForward},
	{4548, paidRanges, daysOrRanges},
	{4549, paidLate, servicesAreBeforeAdvice},
	{4550, paidReasons, adjustmentReasonsDiffer},
	{4551, paidNegative, lineChargesArePositive},
	{4552, paidNegative, linePaymentsArePositive},
	{4553, paidLines, paidLineNumbersDiffer},
	{4556, paidDates, claimIsReceivedAfterService},
	{4557, paidQuantities, quantitiesAreNotNegative},
	{4559, paidStatus, reversedLinesAreNegative},
	{4561, paidGroup, weightHasGroup},
	{4562, paidGroup, fractionIsOne},
	{4566, paidUnclear, reasonsHaveRemarks},
}

// look works out what the payment has.
func (p *payment) look() {
	var h paidParts
	set := func(part paidParts, yes bool) {
		if yes {
			h |= part
		}
	}
	made := p.made()
	set(paidStatus, p.Status != "1" && p.Status != "2" && p.Status != "3")
	set(paidNames, len(p.Names) > 1)
	set(paidNegative, negative(p.Charge) || negative(p.Paid) || negative(p.PatientResponsibility))
	set(paidDates, len(p.Dates) > 0)
	set(paidReasons, len(p.Adjustments) > 1)
	set(paidLines, len(p.Lines) > 1)
	set(paidQuantities, len(p.Quantities) > 0)
	set(paidGroup, p.DRG != "" || p.DRGWeight != "" || p.DischargeFraction != "")
	set(paidBothWays, p.InpatientAt.Known() && p.OutpatientAt.Known())
	first := false
	for i := range p.Dates {
		first = first || p.Dates[i].Kind == "232"
		set(paidLate, made != "" && p.Dates[i].Day > made)
	}
	set(paidNoDate, !first)
	for i := range p.Adjustments {
		set(paidUnclear, asksForRemark(p.Adjustments[i].Reason))
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		set(paidNegative, negative(l.Charge) || negative(l.Paid))
		set(paidRanges, len(l.Dates) > 1)
		set(paidReasons, len(l.Adjustments) > 1)
		for k := range l.Dates {
			d := &l.Dates[k]
			set(paidRanges, d.Kind != "472")
			set(paidLate, made != "" && d.Day > made)
		}
		for k := range l.Adjustments {
			set(paidUnclear, asksForRemark(l.Adjustments[k].Reason))
		}
	}
	p.has = h
}

// remittanceRules are of the payment as a whole.
var remittanceRules = []struct {
	code diag.Code
	run  func(*advice)
}{
	{4202, noPaymentIsZero},
	{4203, zeroIsNoPayment},
	{4204, paymentIsNotNegative},
	{4205, noticeHasNoPayment},
	{4206, transferHasFormat},
	{4207, transferHasSender},
	{4208, transferHasCompany},
	{4209, transferHasReceiver},
	{4210, checkHasNoAccounts},
	{4211, traceNamesPayer},
	{4212, companyIsOfTrace},
	{4214, payeeHasTaxID},
	{4216, providerAdjustmentsAreNotZero},
	{4563, recoupmentsHaveReference},
}

// RemittanceCodes are the codes that rules of remittance advices say.
func RemittanceCodes() []diag.Code {
	list := []diag.Code{codePaidLine, codePaidClaim, codePaidSet, codePaidNotComplete, codeClaimsOfGroup, codeChargesOfGroup}
	for _, r := range paymentRules {
		list = append(list, r.code)
	}
	for _, r := range remittanceRules {
		list = append(list, r.code)
	}
	return list
}

// ClaimPayment checks a claim payment and its lines.
func (r *Remittances) ClaimPayment(c *remit.ClaimPayment) {
	p := &r.at
	*p = payment{c, 0, r.Report}
	if r.Types.Has(4) {
		p.look()
		for i := range paymentRules {
			if w := &paymentRules[i]; p.has&w.needs == w.needs && w.code >= 4000 {
				w.run(p)
			}
		}
	}
	if !r.Types.Has(3) {
		return
	}
	r.sumUp(c)
	if b := p.Balance(); b.Known {
		r.off += b.Computed - b.Stated
	}
	if !p.balance() {
		patientShareIsAdjusted(p)
		chargeIsSumOfPaidLines(p)
	}
}

// sumUp counts a claim with its group, and settles the one before.
func (r *Remittances) sumUp(c *remit.ClaimPayment) {
	h := c.Header
	if h == nil {
		return
	}
	s := &r.summary
	if h.At != s.group || c.Source.Transaction != s.transaction {
		r.settle()
		*s = summary{group: h.At, interchange: c.Source.Interchange, functional: c.Source.Group, transaction: c.Source.Transaction}
		if len(h.Provider) >= 5 {
			s.stated = [2]string{strings.Clone(h.Provider[3]), strings.Clone(h.Provider[4])}
		}
	}
	s.count++
	sum, err := s.charge.Add(c.Charge.Amount)
	s.charge = sum
	s.unknown = s.unknown || err != nil || !c.Charge.Known
}

// settle compares what a group says with what it holds.
func (r *Remittances) settle() {
	s := r.summary
	r.summary = summary{}
	if s.count == 0 || s.stated == [2]string{} {
		return
	}
	say := func(code diag.Code, element int, want string) {
		r.Report.Report(diag.Diagnostic{Code: code, Got: s.stated[element-4], Want: want, Pos: diag.Pos{
			Offset: s.group.Offset, Segment: int(s.group.Segment) + 1, SegmentID: "TS3", Loop: "2000", Element: element,
			Interchange: s.interchange, Group: s.functional, Transaction: s.transaction}})
	}
	if order, ok := money.Quantity(s.stated[0]).Compare(money.Quantity(strconv.Itoa(s.count))); ok && order != 0 {
		say(codeClaimsOfGroup, 4, strconv.Itoa(s.count))
	}
	if stated, err := money.Parse(s.stated[1]); err == nil && !s.unknown && stated != s.charge {
		say(codeChargesOfGroup, 5, s.charge.String())
	}
}

// balance judges the equations of the lines and of the claim, and says whether
// one does not hold.
func (p *payment) balance() (found bool) {
	if !p.reversal() && (negative(p.Charge) || negative(p.Paid) || negative(p.PatientResponsibility)) {
		return true // said
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		switch {
		case !l.At.Known(): // usage says that its SVC is missing
		case !p.reversal() && (negative(l.Charge) || negative(l.Paid)):
			found = true // said
		default:
			found = p.judge(place{l.At, "2110", "SVC", 2, 0}, l.Balance(), codePaidLine) || found
		}
	}
	b := p.Balance()
	if found && b.Known && !b.Holds() && p.linesExplain(b) {
		return true // the line that does not balance has been named
	}
	return p.judge(p.clp(3), b, codePaidClaim) || found
}

// linesExplain says whether the claim is out of balance by just what its lines
// are.
func (p *payment) linesExplain(b remit.Balance) bool {
	diff := b.Stated - b.Computed
	for i := range p.Lines {
		l := p.Lines[i].Balance()
		if !l.Known {
			return false
		}
		diff -= l.Stated - l.Computed
	}
	return diff == 0
}

func (p *payment) judge(at place, b remit.Balance, code diag.Code) (found bool) {
	switch {
	case !b.Known:
		p.say(codePaidNotComplete, at, "", "")
	case !b.Holds():
		p.say(code, at, b.Stated.String(), b.Computed.String())
	default:
		return false
	}
	return true
}

func (p *payment) clp(element int) place { return place{p.At, "2100", "CLP", element, 0} }

func (p *payment) say(code diag.Code, at place, got, want string) {
	p.report(code, at, place{}, got, want)
}

func (p *payment) report(code diag.Code, at, trigger place, got, want string) {
	d := diag.Diagnostic{Code: code, Got: strings.Clone(got), Want: strings.Clone(want), Pos: diag.Pos{
		Offset: at.at.Offset, Segment: int(at.at.Segment), SegmentID: at.segment, Loop: at.loop, Element: at.element, Component: at.component,
		Interchange: p.Source.Interchange, Group: p.Source.Group, Transaction: p.Source.Transaction, Claim: strings.Clone(p.ID)}}
	d.Trigger = trigger.trigger()
	p.rep.Report(d)
}

// patientShareIsAdjusted: what the patient owes (CLP05) is what the adjustments
// of that group say.
func patientShareIsAdjusted(p *payment) {
	var sum money.Amount
	add := func(list []adjust.Adjustment) {
		for i := range list {
			if list[i].Group == adjust.PatientResponsibility {
				sum += list[i].Amount.Amount
			}
		}
	}
	add(p.Adjustments)
	for i := range p.Lines {
		add(p.Lines[i].Adjustments)
	}
	if p.PatientResponsibility.Amount != sum {
		p.say(codePatientShare, p.clp(5), sent(p.PatientResponsibility), sum.String())
	}
}

// chargeIsSumOfPaidLines: where there are lines, their charges are the claim's.
func chargeIsSumOfPaidLines(p *payment) {
	if len(p.Lines) == 0 || !p.Charge.Known {
		return
	}
	var sum money.Amount
	for i := range p.Lines {
		if !p.Lines[i].Charge.Known || !p.Lines[i].At.Known() {
			return
		}
		sum += p.Lines[i].Charge.Amount
	}
	if sum != p.Charge.Amount {
		p.say(codeChargesOfLines, p.clp(3), sent(p.Charge), sum.String())
	}
}

// forwarded says whether the claim was sent on to another payer.
func (p *payment) forwarded() bool {
	switch p.Status {
	case "19", "20", "21", "23":
		return true
	}
	return false
}

// forwardedClaimSaysTo: a claim that was sent on says to whom.
func forwardedClaimSaysTo(p *payment) {
	if p.forwarded() && p.Name("TT") == nil {
		p.missing(4370, nil, "NM1", p.clp(2))
	}
}

// forwardingIsSaid: and one that was not names nobody.
func forwardingIsSaid(p *payment) {
	if n := p.Name("TT"); n != nil && !p.forwarded() {
		p.report(4371, place{n.At, "2100", "NM1", 0, 0}, p.clp(2), "", "")
	}
}

// inpatientOrOutpatient: a claim is decided as the one or the other.
func inpatientOrOutpatient(p *payment) {
	if p.InpatientAt.Known() && p.OutpatientAt.Known() {
		p.say(4372, place{p.OutpatientAt, "2100", "MOA", 0, 0}, "", "")
	}
}

func dateOfPayment(list []remit.Date, kind string) *remit.Date {
	for i := range list {
		if list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

func dtm(loop string, d *remit.Date) place { return place{d.At, loop, "DTM", 2, 0} }

// lastDayHasFirst: the end of a period has its begin.
func lastDayHasFirst(p *payment) {
	if d := dateOfPayment(p.Dates, "233"); d != nil && dateOfPayment(p.Dates, "232") == nil {
		p.missing(4373, nil, "DTM", place{d.At, "2100", "DTM", 1, 0})
	}
}

// paidLinesHaveDates: a line has its day, unless the claim has one for all.
func paidLinesHaveDates(p *payment) {
	if dateOfPayment(p.Dates, "232") != nil {
		return
	}
	for i := range p.Lines {
		if l := &p.Lines[i]; l.At.Known() && len(l.Dates) == 0 {
			p.missing(4374, l, "DTM", place{l.At, "2110", "SVC", 1, 0})
		}
	}
}

// rangesHaveBothEnds: a service over several days has its first and its last.
func rangesHaveBothEnds(p *payment) {
	for i := range p.Lines {
		l := &p.Lines[i]
		if len(l.Dates) == 0 || dateOfPayment(l.Dates, "472") != nil {
			continue // none, or said to be too many
		}
		from, to := dateOfPayment(l.Dates, "150"), dateOfPayment(l.Dates, "151")
		switch {
		case from != nil && to == nil:
			p.missing(4375, l, "DTM", place{from.At, "2110", "DTM", 1, 0})
		case from == nil && to != nil:
			p.missing(4375, l, "DTM", place{to.At, "2110", "DTM", 1, 0})
		}
	}
}

func (p *payment) reversal() bool { return p.Status == "22" }

func negative(o money.Optional) bool { return o.Known && o.Amount < 0 }
func positive(o money.Optional) bool { return o.Known && o.Amount > 0 }

// reversalsAreNegative: a reversal takes a charge back.
func reversalsAreNegative(p *payment) {
	if p.reversal() && positive(p.Charge) {
		p.report(4540, p.clp(3), p.clp(2), sent(p.Charge), "")
	}
}

// chargesArePositive: and nothing else does.
func chargesArePositive(p *payment) {
	if !p.reversal() && negative(p.Charge) {
		p.report(4541, p.clp(3), p.clp(2), sent(p.Charge), "")
	}
}

// paymentsArePositive: nor a payment.
func paymentsArePositive(p *payment) {
	if !p.reversal() && negative(p.Paid) && !negative(p.Charge) {
		p.report(4542, p.clp(4), p.clp(2), sent(p.Paid), "")
	}
}

// unknownPatientsAreNotPaid: 4 is for a patient whom the payer does not know.
func unknownPatientsAreNotPaid(p *payment) {
	if p.Status == "4" && p.Paid.Known && p.Paid.Amount != 0 {
		p.report(4543, p.clp(4), p.clp(2), sent(p.Paid), "0")
	}
}

// plansAreNotPaid: a predetermination pays nothing.
func plansAreNotPaid(p *payment) {
	if p.Status == "25" && p.Paid.Known && p.Paid.Amount != 0 {
		p.report(4544, p.clp(4), p.clp(2), sent(p.Paid), "0")
	}
}

// sharesArePositive: a patient owes no less than nothing.
func sharesArePositive(p *payment) {
	if !p.reversal() && negative(p.PatientResponsibility) && !negative(p.Charge) {
		p.report(4545, p.clp(5), p.clp(2), sent(p.PatientResponsibility), "")
	}
}

// inOrder says whether two days, where both are there, follow each other.
func inOrder(from, to *remit.Date) bool {
	return from == nil || to == nil || !validDay(from.Day) || !validDay(to.Day) || to.Day >= from.Day
}

// claimDatesGoForward: the period of a claim does not end before it begins.
func claimDatesGoForward(p *payment) {
	if from, to := dateOfPayment(p.Dates, "232"), dateOfPayment(p.Dates, "233"); !inOrder(from, to) {
		p.report(4546, dtm("2100", to), dtm("2100", from), to.Day, "")
	}
}

// lineDatesGoForward: nor that of a line.
func lineDatesGoForward(p *payment) {
	for i := range p.Lines {
		if l := &p.Lines[i]; len(l.Dates) > 1 {
			if from, to := dateOfPayment(l.Dates, "150"), dateOfPayment(l.Dates, "151"); !inOrder(from, to) {
				p.report(4547, dtm("2110", to), dtm("2110", from), to.Day, "")
			}
		}
	}
}

// daysOrRanges: a line has one day, or a first and a last.
func daysOrRanges(p *payment) {
	for i := range p.Lines {
		l := &p.Lines[i]
		if len(l.Dates) < 2 {
			continue
		}
		if d := dateOfPayment(l.Dates, "472"); d != nil && (dateOfPayment(l.Dates, "150") != nil || dateOfPayment(l.Dates, "151") != nil) {
			p.say(4548, place{d.At, "2110", "DTM", 1, 0}, "472", "")
		}
	}
}

// made is the day of the advice: that of its making or of its payment, whichever
// is later; "" where either is none.
func (p *payment) made() string {
	r := p.Remittance
	if r == nil || !validDay(r.Production) || !validDay(r.Date) {
		return ""
	}
	return max(r.Production, r.Date)
}

// servicesAreBeforeAdvice: services were done by the day that the advice was
// made.
func servicesAreBeforeAdvice(p *payment) {
	made := p.made()
	if made == "" || p.Status == "25" {
		return
	}
	if d := dateOfPayment(p.Dates, "232"); d != nil && validDay(d.Day) && d.Day > made {
		p.say(4549, dtm("2100", d), d.Day, iso(made))
	}
	for i := range p.Lines {
		for k := range p.Lines[i].Dates {
			if d := &p.Lines[i].Dates[k]; (d.Kind == "472" || d.Kind == "150") && validDay(d.Day) && d.Day > made {
				p.say(4549, dtm("2110", d), d.Day, iso(made))
			}
		}
	}
}

// adjustmentReasonsDiffer: on one level, a group has a reason once.
func adjustmentReasonsDiffer(p *payment) {
	if a := repeated(p.Adjustments); a != nil {
		p.say(4550, place{a.At, "2100", "CAS", int(a.Element), 0}, string(a.Reason), "")
	}
	for i := range p.Lines {
		if a := repeated(p.Lines[i].Adjustments); a != nil {
			p.say(4550, place{a.At, "2110", "CAS", int(a.Element), 0}, string(a.Reason), "")
		}
	}
}

// lineChargesArePositive: but in a reversal.
func lineChargesArePositive(p *payment) {
	if p.reversal() || negative(p.Charge) {
		return
	}
	for i := range p.Lines {
		if l := &p.Lines[i]; negative(l.Charge) {
			p.say(4551, place{l.At, "2110", "SVC", 2, 0}, sent(l.Charge), "")
		}
	}
}

// linePaymentsArePositive: likewise.
func linePaymentsArePositive(p *payment) {
	if p.reversal() || negative(p.Charge) || negative(p.Paid) {
		return
	}
	for i := range p.Lines {
		if l := &p.Lines[i]; negative(l.Paid) && !negative(l.Charge) {
			p.say(4552, place{l.At, "2110", "SVC", 3, 0}, sent(l.Paid), "")
		}
	}
}

// reversedLinesAreNegative: the lines of a reversal take back.
func reversedLinesAreNegative(p *payment) {
	if !p.reversal() || positive(p.Charge) {
		return
	}
	for i := range p.Lines {
		if l := &p.Lines[i]; positive(l.Charge) {
			p.report(4559, place{l.At, "2110", "SVC", 2, 0}, p.clp(2), sent(l.Charge), "")
		}
	}
}

// paidLineNumbersDiffer: a line control number finds one line.
func paidLineNumbersDiffer(p *payment) {
	if len(p.Lines) > 100 {
		return // splits of long claims repeat them
	}
	for i := 1; i < len(p.Lines); i++ {
		l := &p.Lines[i]
		number := l.ControlNumber()
		if number == "" {
			continue
		}
		for k := range i {
			m := &p.Lines[k]
			if m.ControlNumber() == number && m.Procedure == l.Procedure {
				for j := range l.References {
					if l.References[j].Kind == "6R" {
						p.say(4553, place{l.References[j].At, "2110", "REF", 2, 0}, number, "")
						break
					}
				}
				break
			}
		}
	}
}

// claimIsReceivedAfterService: a payer gets a claim after the service.
func claimIsReceivedAfterService(p *payment) {
	if from, got := dateOfPayment(p.Dates, "232"), dateOfPayment(p.Dates, "050"); !inOrder(from, got) && p.Status != "25" {
		p.report(4556, dtm("2100", got), dtm("2100", from), got.Day, "")
	}
}

// quantitiesAreNotNegative: days, visits and units are counted from nothing up,
// but in a reversal.
func quantitiesAreNotNegative(p *payment) {
	if p.reversal() {
		return
	}
	for i := range p.Quantities {
		if q := &p.Quantities[i]; strings.HasPrefix(q.Value, "-") {
			p.say(4557, place{q.At, "2100", "QTY", 2, 0}, q.Value, "")
		}
	}
}

// weightHasGroup: a weight is that of a DRG.
func weightHasGroup(p *payment) {
	if sign, ok := p.DRGWeight.Sign(); p.DRGWeight != "" && p.DRG == "" && ok && sign != 0 {
		p.report(4561, p.clp(11), p.clp(12), "", "")
	}
}

// fractionIsOne: what part of a stay was paid is a fraction.
func fractionIsOne(p *payment) {
	if p.DischargeFraction == "" {
		return
	}
	low, ok := p.DischargeFraction.Sign()
	high, fine := p.DischargeFraction.Compare("1")
	if ok && fine && (low < 0 || high > 0) {
		p.say(4562, p.clp(13), string(p.DischargeFraction), "")
	}
}

// missing reports a segment that ought to stand in a claim payment, or in a
// line of it, where it should have stood.
func (p *payment) missing(code diag.Code, l *remit.ServicePayment, segment string, trigger place) {
	order, loop := " CLP CAS NM1 MIA MOA REF DTM PER AMT QTY ", "2100"
	if l != nil {
		order, loop = " SVC DTM CAS REF AMT QTY LQ ", "2110"
	}
	wanted := strings.Index(order, " "+segment+" ")
	var after x12.At
	see := func(s string, at x12.At) {
		if strings.Index(order, " "+s+" ") <= wanted && at.Segment > after.Segment {
			after = at
		}
	}
	if l != nil {
		see("SVC", l.At)
		for i := range l.Dates {
			see("DTM", l.Dates[i].At)
		}
	} else {
		see("CLP", p.At)
		for i := range p.Adjustments {
			see("CAS", p.Adjustments[i].At)
		}
		for i := range p.Names {
			see("NM1", p.Names[i].At)
		}
		see("MIA", p.InpatientAt)
		see("MOA", p.OutpatientAt)
		for i := range p.References {
			see("REF", p.References[i].At)
		}
		for i := range p.Dates {
			see("DTM", p.Dates[i].At)
		}
	}
	after.Segment++
	p.report(code, place{after, loop, segment, 0, 0}, trigger, "", "")
}

// advice is what a rule of the payment as a whole works with.
type advice struct {
	*remit.Remittance
	rep diag.Reporter
}

// Remittance checks the payment of a set, after its claims.
func (r *Remittances) Remittance(a *remit.Remittance) {
	if !a.At.Known() {
		r.off, r.summary = 0, summary{}
		return // usage says that the BPR is missing
	}
	x := &advice{a, r.Report}
	if r.Types.Has(4) {
		for i := range remittanceRules {
			remittanceRules[i].run(x)
		}
	}
	if !r.Types.Has(3) {
		return
	}
	r.settle()
	off := r.off
	r.off = 0
	switch b := a.Balance(); {
	case b.Known && off != 0 && b.Computed-b.Stated == off:
		// What was paid on a claim is wrong, and that is said.
	case negative(a.Amount):
		// That is said.
	case !b.Known:
		x.say(codePaidNotComplete, x.bpr(2), "", "")
	case !b.Holds():
		x.say(codePaidSet, x.bpr(2), b.Stated.String(), b.Computed.String())
	}
}

func (x *advice) bpr(element int) place { return place{x.At, "", "BPR", element, 0} }

func (x *advice) say(code diag.Code, at place, got, want string) {
	x.report(code, at, place{}, got, want)
}

func (x *advice) report(code diag.Code, at, trigger place, got, want string) {
	d := diag.Diagnostic{Code: code, Got: strings.Clone(got), Want: strings.Clone(want), Pos: diag.Pos{
		Offset: at.at.Offset, Segment: int(at.at.Segment), SegmentID: at.segment, Loop: at.loop, Element: at.element, Component: at.component,
		Interchange: x.Source.Interchange, Group: x.Source.Group, Transaction: x.Source.Transaction}}
	d.Trigger = trigger.trigger()
	x.rep.Report(d)
}

// noPaymentIsZero: the method "no payment" pays nothing.
func noPaymentIsZero(x *advice) {
	if x.Method == "NON" && positive(x.Amount) {
		x.report(4202, x.bpr(4), x.bpr(2), "NON", "")
	}
}

// zeroIsNoPayment: and what pays nothing has that method.
func zeroIsNoPayment(x *advice) {
	if x.Amount.Known && x.Amount.Amount == 0 && x.Method != "NON" && x.Method != "" && x.Balance().Holds() {
		x.report(4203, x.bpr(4), x.bpr(2), x.Method, "NON")
	}
}

// paymentIsNotNegative: what a payer takes back beyond what it owes is carried
// forward.
func paymentIsNotNegative(x *advice) {
	if negative(x.Amount) {
		x.say(4204, x.bpr(2), sent(x.Amount), "")
	}
}

// noticeHasNoPayment: a mere notice moves no money.
func noticeHasNoPayment(x *advice) {
	if x.Handling == "H" && positive(x.Amount) && x.Method != "NON" {
		x.report(4205, x.bpr(1), x.bpr(2), "H", "")
	}
}

// transfer says whether money goes from account to account.
func (x *advice) transfer() bool {
	return x.Method == "ACH" || x.Method == "BOP" || x.Method == "FWT"
}

// transferHasFormat: an ACH payment has the format of its addenda.
func transferHasFormat(x *advice) {
	if x.Method == "ACH" && x.Format == "" {
		x.report(4206, x.bpr(5), x.bpr(4), "", "")
	}
}

// account reports the first empty element of BPR from one number to another.
func (x *advice) account(code diag.Code, from, to int) {
	if !x.transfer() {
		return
	}
	for e := from; e <= to; e++ {
		if x.Accounts[e-6] == "" {
			x.report(code, x.bpr(e), x.bpr(4), "", "")
			return
		}
	}
}

// transferHasSender: a transfer comes from an account.
func transferHasSender(x *advice) { x.account(4207, 6, 9) }

// transferHasCompany: of a company.
func transferHasCompany(x *advice) { x.account(4208, 10, 10) }

// transferHasReceiver: and goes to an account.
func transferHasReceiver(x *advice) { x.account(4209, 12, 15) }

// checkHasNoAccounts: a check does not.
func checkHasNoAccounts(x *advice) {
	if x.Method != "CHK" && (x.Method != "NON" || !x.Amount.Known || x.Amount.Amount != 0) {
		return // that nothing is paid by NON is said
	}
	for i, a := range x.Accounts {
		if a != "" && i != 4 && i != 5 { // the company may be named
			x.report(4210, x.bpr(6+i), x.bpr(4), a, "")
			return
		}
	}
}

// traceNamesPayer: the trace number comes with the payer's tax id, 1 before it.
func traceNamesPayer(x *advice) {
	if t := x.TraceOrigin; x.TraceAt.Known() && t != "" && (len(t) != 10 || t[0] != '1' || !digits(t)) {
		x.say(4211, place{x.TraceAt, "", "TRN", 3, 0}, t, "")
	}
}

// companyIsOfTrace: and the company that pays is the same.
func companyIsOfTrace(x *advice) {
	if c := x.Accounts[4]; c != "" && x.TraceOrigin != "" && c != x.TraceOrigin {
		x.report(4212, x.bpr(10), place{x.TraceAt, "", "TRN", 3, 0}, c, "")
	}
}

// payeeHasTaxID: who is paid is known by a tax id, beside its NPI.
func payeeHasTaxID(x *advice) {
	if p := &x.Payee; p.At.Known() && p.ID != "" && p.IDQualifier != "FI" && p.TaxID() == "" {
		at := p.At
		for i := range p.References {
			at = p.References[i].At
		}
		at.Segment++
		x.report(4214, place{at, "1000B", "REF", 0, 0}, place{p.At, "1000B", "N1", 3, 0}, "", "")
	}
}

// providerAdjustmentsAreNotZero: what adjusts nothing is not said.
func providerAdjustmentsAreNotZero(x *advice) {
	element := 4
	for i := range x.ProviderAdjustments {
		a := &x.ProviderAdjustments[i]
		if i > 0 && x.ProviderAdjustments[i-1].At == a.At {
			element += 2
		} else {
			element = 4
		}
		if a.Amount.Known && a.Amount.Amount == 0 && x.Balance().Holds() {
			x.say(4216, place{a.At, "", "PLB", element, 0}, "0", "")
		}
	}
}

// recoupmentsHaveReference: what was taken back or carried over names the claim
// or the advice it is of.
func recoupmentsHaveReference(x *advice) {
	element := 3
	for i := range x.ProviderAdjustments {
		a := &x.ProviderAdjustments[i]
		if i > 0 && x.ProviderAdjustments[i-1].At == a.At {
			element += 2
		} else {
			element = 3
		}
		if (a.Reason == "WO" || a.Reason == "FB") && a.Reference == "" {
			x.say(4563, place{a.At, "", "PLB", element, 2}, "", "")
		}
	}
}

// asksForRemark says whether a reason is no reason without a remark code.
func asksForRemark(r adjust.Reason) bool {
	switch r {
	case "16", "96", "125", "129", "148", "226", "227", "234", "252", "267", "A1":
		return true
	}
	return false
}

// reasonsHaveRemarks: some reasons only say that a remark says why.
func reasonsHaveRemarks(p *payment) {
	if p.claimRemarks() {
		return
	}
	for i := range p.Adjustments {
		if a := &p.Adjustments[i]; asksForRemark(a.Reason) && !p.lineRemarks() {
			p.say(4566, place{a.At, "2100", "CAS", int(a.Element), 0}, string(a.Reason), "")
			return
		}
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		for k := range l.Adjustments {
			if a := &l.Adjustments[k]; asksForRemark(a.Reason) && len(l.Remarks) == 0 {
				p.say(4566, place{a.At, "2110", "CAS", int(a.Element), 0}, string(a.Reason), "")
				break
			}
		}
	}
}

func (p *payment) lineRemarks() bool {
	for i := range p.Lines {
		if len(p.Lines[i].Remarks) > 0 {
			return true
		}
	}
	return false
}

// claimRemarks says whether the decision has remark codes: MOA03 to 07, MIA05
// and MIA20 to 23.
func (p *payment) claimRemarks() bool {
	for i, v := range p.Outpatient {
		if v != "" && i >= 2 && i <= 6 {
			return true
		}
	}
	for i, v := range p.Inpatient {
		if v != "" && (i == 4 || i >= 19 && i <= 22) {
			return true
		}
	}
	return false
}
