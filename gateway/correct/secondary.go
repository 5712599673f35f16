package correct

import (
	"slices"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/pair"
	"claimwire/edi/party"
	"claimwire/edi/remit"
)

// order is in which order payers come (SBR01).
const order = "PSTABCDEFGH"

// Next finds the coverage that a claim goes to after its own payer; nil when
// none is known.
func Next(c *claim.Claim) *claim.OtherCoverage {
	if c.Subscriber == nil {
		return nil
	}
	own := strings.Index(order, c.Subscriber.Coverage.Sequence)
	var next *claim.OtherCoverage
	best := len(order)
	for i := range c.OtherCoverages {
		o := &c.OtherCoverages[i]
		if at := strings.Index(order, o.Coverage.Sequence); at > own && at < best && !decided(o) {
			next, best = o, at
		}
	}
	return next
}

// decided says whether a coverage tells of a decision.
func decided(o *claim.OtherCoverage) bool {
	return len(o.Adjustments) > 0 || o.Amount(claim.AmountPayerPaid).Known
}

// Secondary builds the claim to the next payer from a claim and what its payer
// decided of it: one decision, or the parts of a split claim. It is balanced, or
// it is refused with the reason. A payer dates a payment some days ahead; the
// next claim says today (CCYYMMDD) then.
func Secondary(c *claim.Claim, decisions []*remit.ClaimPayment, today string) (*claim.Claim, error) {
	if len(decisions) == 0 {
		return nil, refuse("the payer has not decided it, or has taken its decision back")
	}
	for _, d := range decisions {
		if err := forwarded(d); err != nil {
			return nil, err
		}
	}
	next := Next(c)
	if next == nil {
		return nil, refuse("no payer after this one is known: the claim names no further coverage")
	}
	// A copy that shares nothing.
	n, err := claim.ParseJSON(c.AppendJSON(nil))
	if err != nil {
		return nil, err
	}
	next = Next(n)
	prior, err := priorPayer(n, decisions)
	if err != nil {
		return nil, err
	}
	if err := lines(n, decisions, prior, today); err != nil {
		return nil, err
	}
	to := *next
	n.OtherCoverages = slices.DeleteFunc(n.OtherCoverages, func(o claim.OtherCoverage) bool { return o.Coverage.Sequence == to.Coverage.Sequence && !decided(&o) })
	if err := turn(n, &to); err != nil {
		return nil, err
	}
	n.OtherCoverages = append([]claim.OtherCoverage{*prior}, n.OtherCoverages...)
	Apply(n, Plan{Frequency: "1"})
	n.Submission = nil
	return n, balanced(n, prior)
}

// forwarded refuses what the payer has sent on itself, and what is no decision.
func forwarded(d *remit.ClaimPayment) error {
	to := ""
	if t := d.Name("TT"); t != nil {
		to = " to " + t.Last
	}
	switch d.Status {
	case "19", "20", "21", "23":
		return refuse("the payer has forwarded it%s (claim status %s): a claim of ours would be a duplicate", to, d.Status)
	case "22":
		return refuse("the payer has taken its decision back")
	case "25":
		return refuse("it is a predetermination: nothing was done yet, and nothing is owed")
	}
	if to != "" {
		return refuse("the payer has forwarded it%s: a claim of ours would be a duplicate", to)
	}
	if b := d.Balance(); !b.Holds() {
		return refuse("the payer's decision does not balance (charge %v, paid and adjusted %v): nothing may be built on it", b.Stated, b.Computed)
	}
	return nil
}

// priorPayer makes the coverage by the payer that has decided (2320, 2330).
func priorPayer(n *claim.Claim, decisions []*remit.ClaimPayment) (*claim.OtherCoverage, error) {
	s := n.Subscriber
	if s == nil || n.Payer == nil {
		return nil, refuse("the claim has no subscriber or no payer")
	}
	o := &claim.OtherCoverage{Coverage: s.Coverage}
	if o.Coverage.Sequence == "P" {
		o.Coverage.InsuranceType = ""
	}
	if o.Coverage.Relationship == "" && n.Patient != nil {
		o.Coverage.Relationship = n.Patient.Information.Relationship
	}
	if o.Coverage.Relationship == "" {
		o.Coverage.Relationship = "18"
	}
	o.Insurance = claim.OtherInsurance{BenefitsAssignment: n.BenefitsAssignment, ReleaseOfInformation: n.ReleaseOfInformation, PatientSignatureSource: n.PatientSignatureSource}
	o.Subscriber = claim.Party{Role: claim.RoleSubscriber, Name: s.Name, ID: s.ID, Address: s.Address}
	o.Payer.Party = claim.Party{Role: claim.RolePayer, Name: n.Payer.Name, ID: n.Payer.ID, Address: n.Payer.Address}
	var paid, patient money.Amount
	var remarks []string
	for _, d := range decisions {
		paid += d.Paid.Amount
		o.Adjustments = append(o.Adjustments, kept(d.Adjustments)...)
		for _, a := range d.Adjustments {
			if a.Group == adjust.PatientResponsibility {
				patient += a.Amount.Amount
			}
		}
		for i := range d.Lines {
			for _, a := range d.Lines[i].Adjustments {
				if a.Group == adjust.PatientResponsibility {
					patient += a.Amount.Amount
				}
			}
		}
		remarks = append(remarks, claimRemarks(d)...)
		if d.PayerClaimID != "" && len(o.Payer.References) == 0 {
			o.Payer.References = append(o.Payer.References, claim.Reference{Kind: claim.ReferencePayerClaimID, Value: d.PayerClaimID})
		}
	}
	o.Amounts = []claim.StatedAmount{{Kind: claim.AmountPayerPaid, Amount: money.Of(paid)}}
	if patient > 0 {
		o.Amounts = append(o.Amounts, claim.StatedAmount{Kind: claim.AmountRemainingLiability, Amount: money.Of(patient)})
	}
	o.Adjustments = joined(o.Adjustments)
	if len(remarks) > 0 {
		if n.Kind == claim.Institutional && decisions[0].Inpatient != nil {
			o.Inpatient = &claim.InpatientAdjudication{CoveredDays: money.Quantity(element(decisions[0].Inpatient, 1)), Remark: remarks[0]}
			copy(o.Inpatient.MoreRemarks[:], remarks[1:])
		} else {
			o.Outpatient = &claim.OutpatientAdjudication{}
			copy(o.Outpatient.Remarks[:], remarks)
		}
	}
	// Numbers that the prior payer gave belong to it, not to the next.
	own := n.References[:0]
	for _, r := range n.References {
		switch r.Kind {
		case claim.ReferencePriorAuthorization, claim.ReferenceReferral:
			o.Payer.References = append(o.Payer.References, claim.Reference{Kind: r.Kind, Value: r.Value})
		default:
			own = append(own, r)
		}
	}
	n.References = own
	return o, nil
}

func element(list []string, i int) string {
	if i <= len(list) {
		return list[i-1]
	}
	return ""
}

func claimRemarks(d *remit.ClaimPayment) []string {
	var list []string
	for _, i := range []int{3, 4, 5, 6, 7} {
		if r := element(d.Outpatient, i); r != "" {
			list = append(list, r)
		}
	}
	for _, i := range []int{5, 20, 21, 22, 23} {
		if r := element(d.Inpatient, i); r != "" {
			list = append(list, r)
		}
	}
	return list[:min(len(list), 5)]
}

// kept are adjustments as the next claim carries them: without those of nothing,
// and without where they stood.
func kept(list []adjust.Adjustment) []adjust.Adjustment {
	var out []adjust.Adjustment
	for _, a := range list {
		if a.Amount.Amount == 0 {
			continue
		}
		a.At.Segment, a.At.Offset, a.Element = 0, 0, 0
		out = append(out, a)
	}
	return out
}

// joined adds up what has the same group and reason, and brings groups
// together: a CAS is sent once for each group.
func joined(list []adjust.Adjustment) []adjust.Adjustment {
	var out []adjust.Adjustment
	for _, a := range list {
		k := slices.IndexFunc(out, func(b adjust.Adjustment) bool { return b.Group == a.Group && b.Reason == a.Reason })
		if k < 0 {
			out = append(out, a)
			continue
		}
		out[k].Amount.Amount += a.Amount.Amount
		out[k].Quantity = ""
	}
	out = slices.DeleteFunc(out, func(a adjust.Adjustment) bool { return a.Amount.Amount == 0 })
	groups := []adjust.Group{adjust.ContractualObligation, adjust.Other, adjust.PayerInitiated, adjust.PatientResponsibility}
	slices.SortStableFunc(out, func(a, b adjust.Adjustment) int { return slices.Index(groups, a.Group) - slices.Index(groups, b.Group) })
	return out
}

// lines says on each line what the prior payer decided of it (2430).
func lines(n *claim.Claim, decisions []*remit.ClaimPayment, prior *claim.OtherCoverage, today string) error {
	dated := false
	day := ""
	for _, d := range decisions {
		decided := ""
		if r := d.Remittance; r != nil && r.Date != "" {
			decided = min(r.Date, today)
			day = max(day, decided)
		}
		for _, m := range pair.Lines(n, d) {
			s := &d.Lines[m.Payment]
			if m.Line < 0 {
				return refuse("line %d of the payer's decision (%s) is none of the claim's: the lines cannot be balanced", m.Payment+1, s.Procedure.Code)
			}
			l := &n.Lines[m.Line]
			a := claim.Adjudication{PayerID: prior.Payer.ID.Value, Paid: s.Paid, Units: pair.PaidUnits(s, l), Adjustments: joined(kept(s.Adjustments)),
				Procedure: claim.Procedure{Qualifier: s.Procedure.Qualifier, Code: s.Procedure.Code, Modifiers: s.Procedure.Modifiers}}
			if n.Kind == claim.Institutional {
				if a.RevenueCode = s.RevenueCode; a.RevenueCode == "" {
					a.RevenueCode = l.RevenueCode
				}
			}
			if s.Procedure.Qualifier == "NU" { // a revenue line without procedure
				a.Procedure = claim.Procedure{}
			}
			if decided != "" {
				a.Dates = []claim.Date{claim.On(claim.DateAdjudicated, decided)}
				dated = true
			}
			l.Adjudications = append(l.Adjudications, a)
		}
	}
	if !dated && day != "" { // a date stands on the claim or on the lines, not on both
		prior.Payer.Dates = []claim.Date{claim.On(claim.DateAdjudicated, day)}
	}
	return nil
}

// turn makes the next coverage the claim's own.
func turn(n *claim.Claim, to *claim.OtherCoverage) error {
	if to.Payer.ID.Value == "" {
		return refuse("the next payer has no number")
	}
	if to.Subscriber.ID.Value == "" {
		return refuse("the member number at the next payer is not known")
	}
	switch f := to.Coverage.ClaimFiling; {
	case n.Kind == claim.Professional && (f == "MA" || f == "MB") && to.Coverage.InsuranceType == "":
		return refuse("the next payer is Medicare, and why Medicare is not first (SBR05) is not known")
	}
	patient := n.PatientPerson()
	if patient == nil {
		return refuse("the claim has no patient")
	}
	who := *patient
	info := claim.Information{}
	if n.Patient != nil {
		info = n.Patient.Information
	} else if n.Subscriber.Information != nil {
		info = *n.Subscriber.Information
	}
	coverage := to.Coverage
	relation := coverage.Relationship
	s := &claim.Subscriber{Coverage: coverage}
	if relation == "18" || relation == "" {
		who.ID = to.Subscriber.ID
		who.References = nil
		who.Role = claim.RoleSubscriber
		s.Coverage.Relationship, s.Person = "18", who
		if info.DeathDate != "" || info.Weight != "" || info.Pregnant != "" {
			info.Relationship = ""
			s.Information = &info
		}
		n.Patient = nil
	} else {
		s.Coverage.Relationship = ""
		s.Person = claim.Person{Party: claim.Party{Role: claim.RoleSubscriber, Name: to.Subscriber.Name, ID: to.Subscriber.ID, Address: to.Subscriber.Address}}
		who.ID = party.Identifier{}
		who.Role = claim.RolePatient
		who.References = nil
		info.Relationship = relation
		n.Patient = &claim.Patient{Information: info, Person: who}
	}
	if n.Kind == claim.Institutional || coverage.Sequence == "P" {
		s.Coverage.InsuranceType = ""
	}
	n.Subscriber = s
	payer := to.Payer.Party
	payer.References = slices.DeleteFunc(slices.Clone(payer.References), func(r claim.Reference) bool { return r.Kind == claim.ReferencePayerClaimID })
	n.Payer = &payer
	// Numbers that the prior payer gave to providers are not the next payer's.
	drop := func(list []claim.Party) {
		for i := range list {
			list[i].References = slices.DeleteFunc(slices.Clone(list[i].References), func(r claim.Reference) bool { return r.Kind == claim.ReferenceProviderNumber })
		}
	}
	drop(n.Providers)
	for i := range n.Lines {
		drop(n.Lines[i].Providers)
	}
	return nil
}

// balanced holds the two equations of a claim after another payer: the charge is
// what it paid and adjusted, and so is each line's that it decided of.
func balanced(n *claim.Claim, prior *claim.OtherCoverage) error {
	total, ok := adjust.Sum(prior.Adjustments)
	paid := prior.Amount(claim.AmountPayerPaid)
	total += paid.Amount
	for i := range n.Lines {
		l := &n.Lines[i]
		var line money.Amount
		of := 0
		for k := range l.Adjudications {
			a := &l.Adjudications[k]
			if a.PayerID != prior.Payer.ID.Value {
				continue
			}
			of++
			sum, known := adjust.Sum(a.Adjustments)
			ok = ok && known
			total += sum
			line += sum + a.Paid.Amount
		}
		if of > 0 && line != l.Charge.Amount {
			return refuse("line %d was charged %v, and what the payer paid and adjusted of it comes to %v", i+1, l.Charge.Amount, line)
		}
	}
	if !ok || total != n.Charge.Amount {
		return refuse("the claim was charged %v, and what the payer paid and adjusted comes to %v", n.Charge.Amount, total)
	}
	return nil
}
