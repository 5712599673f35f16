package claim

import "claimwire/edi/adjust"

// Loop 2320: other coverage, and the parties of 2330.

var readCoverage = map[string]handler{
	"SBR": func(m *Mapper) { c := &m.otherCoverage().Coverage; c.At = m.at; c.segment(&m.wire) },
	"CAS": func(m *Mapper) { readAdjustments(m, &m.otherCoverage().Adjustments) },
	"AMT": func(m *Mapper) { readAmount(m, &m.otherCoverage().Amounts) },
	"OI":  func(m *Mapper) { i := &m.otherCoverage().Insurance; i.At = m.at; i.segment(&m.wire) },
	"MIA": func(m *Mapper) {
		a := zeroed(m, &m.pools.inpatient)
		m.otherCoverage().Inpatient = a
		a.At = m.at
		a.segment(&m.wire)
	},
	"MOA": func(m *Mapper) {
		a := zeroed(m, &m.pools.outpatient)
		m.otherCoverage().Outpatient = a
		a.At = m.at
		a.segment(&m.wire)
	},
}

var readOtherPayer = map[string]handler{
	"DTP": func(m *Mapper) { readDate(m, &m.otherCoverage().Payer.Dates) },
}

func openCoverage(m *Mapper) {
	o := extend(m, &m.current().OtherCoverages)
	o.reset()
	m.coverage = o
}

// otherCoverage is the open one; where its SBR is missing, one begins.
func (m *Mapper) otherCoverage() *OtherCoverage {
	if m.coverage == nil {
		openCoverage(m)
	}
	return m.coverage
}

func openOtherProvider(m *Mapper) { m.openParty(extend(m, &m.otherCoverage().Providers)) }

func (i *OtherInsurance) segment(w *wire) { // OI
	text(w, 3, &i.BenefitsAssignment)
	text(w, 4, &i.PatientSignatureSource)
	text(w, 6, &i.ReleaseOfInformation)
}

func (a *OutpatientAdjudication) segment(w *wire) { // MOA
	text(w, 1, (*string)(&a.ReimbursementRate))
	amount(w, 2, &a.PayableAmount)
	texts(w, 3, a.Remarks[:])
	amount(w, 8, &a.RenalDiseasePayment)
	amount(w, 9, &a.NonPayableProfessional)
}

func (a *InpatientAdjudication) segment(w *wire) { // MIA
	text(w, 1, (*string)(&a.CoveredDays))
	text(w, 2, (*string)(&a.OperatingOutlier))
	text(w, 3, (*string)(&a.LifetimePsychiatricDays))
	amount(w, 4, &a.DRGAmount)
	text(w, 5, &a.Remark)
	amount(w, 6, &a.DisproportionateShare)
	amount(w, 7, &a.PassThrough)
	amount(w, 8, &a.CapitalAmount)
	amount(w, 9, &a.CapitalFederalDRG)
	amount(w, 10, &a.CapitalHospitalDRG)
	amount(w, 11, &a.CapitalShareDRG)
	amount(w, 12, &a.OldCapital)
	amount(w, 13, &a.CapitalIndirectEducation)
	amount(w, 14, &a.OperatingHospitalDRG)
	text(w, 15, (*string)(&a.CostReportDays))
	amount(w, 16, &a.OperatingFederalDRG)
	amount(w, 17, &a.CapitalOutlier)
	amount(w, 18, &a.IndirectTeaching)
	amount(w, 19, &a.NonPayableProfessional)
	texts(w, 20, a.MoreRemarks[:])
	amount(w, 24, &a.CapitalExceptionAmount)
}

// CAS: up to six adjustments of one group.

// triple is one adjustment in the elements from number e on.
func triple(w *wire, e int, a *adjust.Adjustment) {
	text(w, e, (*string)(&a.Reason))
	amount(w, e+1, &a.Amount)
	text(w, e+2, (*string)(&a.Quantity))
}

func readAdjustments(m *Mapper, list *[]adjust.Adjustment) {
	w := &m.wire
	var group adjust.Group
	text(w, 1, (*string)(&group))
	for e := 2; e <= min(m.seg.Len(), 1+3*adjust.PerSegment); e += 3 {
		if len(m.seg.Element(e)) == 0 && len(m.seg.Element(e+1)) == 0 && len(m.seg.Element(e+2)) == 0 {
			continue
		}
		a := extend(m, list)
		*a = adjust.Adjustment{At: m.at, Element: int8(e), Group: group}
		triple(w, e, a)
	}
}

func writeAdjustments(w *wire, list []adjust.Adjustment) {
	for len(list) > 0 {
		n := adjust.Next(list)
		w.out.Begin("CAS")
		w.next = 1
		text(w, 1, (*string)(&list[0].Group))
		e := 2
		for i := range list[:n] {
			e = max(e, int(list[i].Element))
			triple(w, e, &list[i])
			e += 3
		}
		w.out.End()
		list = list[n:]
	}
}

// writeCoverage writes loop 2320 and the parties of 2330, in the order they
// were read in.
func writeCoverage(w *wire, o *OtherCoverage) {
	put(w, "SBR", &o.Coverage)
	writeAdjustments(w, o.Adjustments)
	putAll(w, "AMT", o.Amounts)
	put(w, "OI", &o.Insurance)
	if o.Inpatient != nil {
		put(w, "MIA", o.Inpatient)
	}
	if o.Outpatient != nil {
		put(w, "MOA", o.Outpatient)
	}
	subscriber, payer := !o.Subscriber.empty(), !o.Payer.empty()
	payerAt := o.Payer.At
	writePayer := func() {
		if payer {
			writeOtherPayer(w, &o.Payer)
			payer = false
		}
	}
	writeSubscriber := func() {
		if subscriber {
			if before(payerAt, o.Subscriber.At) {
				writePayer()
			}
			writeParty(w, &o.Subscriber, RoleSubscriber, nil)
			subscriber = false
		}
	}
	for i := range o.Providers {
		p := &o.Providers[i]
		if !before(p.At, o.Subscriber.At) {
			writeSubscriber()
		}
		if !before(p.At, payerAt) {
			writePayer()
		}
		writeParty(w, p, "", nil)
	}
	writeSubscriber()
	writePayer()
}

// writeOtherPayer is writeParty with the dates between address and references.
func writeOtherPayer(w *wire, p *OtherPayer) {
	own := Party{Role: p.Role, Name: p.Name, ID: p.ID, Address: p.Address}
	writeParty(w, &own, RolePayer, nil)
	putAll(w, "DTP", p.Dates)
	putAll(w, "REF", p.References)
}

// JSON.

func (o *OtherCoverage) fields(f *fields) {
	o.Coverage.fields(f)
	adjustmentsField(f, &o.Adjustments)
	list(f, "amounts", &o.Amounts)
	o.Insurance.fields(f)
	optional(f, "inpatient", &o.Inpatient)
	optional(f, "outpatient", &o.Outpatient)
	partyField(f, "subscriber", &o.Subscriber, RoleSubscriber)
	object(f, "payer", &o.Payer, !o.Payer.empty())
	list(f, "providers", &o.Providers)
}

func (p *OtherPayer) empty() bool { return p.Party.empty() && len(p.Dates) == 0 }

func (p *OtherPayer) fields(f *fields) {
	p.Party.fieldsAs(f, RolePayer)
	list(f, "dates", &p.Dates)
}

func (i *OtherInsurance) fields(f *fields) {
	textField(f, "benefits_assignment", &i.BenefitsAssignment)
	textField(f, "patient_signature_source", &i.PatientSignatureSource)
	textField(f, "release_of_information", &i.ReleaseOfInformation)
}

func (a *OutpatientAdjudication) fields(f *fields) {
	numberField(f, "reimbursement_rate", (*string)(&a.ReimbursementRate))
	amountField(f, "payable_amount", &a.PayableAmount)
	textsField(f, "remarks", a.Remarks[:])
	amountField(f, "renal_disease_payment", &a.RenalDiseasePayment)
	amountField(f, "non_payable_professional", &a.NonPayableProfessional)
}

func (a *InpatientAdjudication) fields(f *fields) {
	numberField(f, "covered_days", (*string)(&a.CoveredDays))
	numberField(f, "operating_outlier", (*string)(&a.OperatingOutlier))
	numberField(f, "lifetime_psychiatric_days", (*string)(&a.LifetimePsychiatricDays))
	amountField(f, "drg_amount", &a.DRGAmount)
	textField(f, "remark", &a.Remark)
	amountField(f, "disproportionate_share", &a.DisproportionateShare)
	amountField(f, "pass_through", &a.PassThrough)
	amountField(f, "capital_amount", &a.CapitalAmount)
	amountField(f, "capital_federal_drg", &a.CapitalFederalDRG)
	amountField(f, "capital_hospital_drg", &a.CapitalHospitalDRG)
	amountField(f, "capital_share_drg", &a.CapitalShareDRG)
	amountField(f, "old_capital", &a.OldCapital)
	amountField(f, "capital_indirect_education", &a.CapitalIndirectEducation)
	amountField(f, "operating_hospital_drg", &a.OperatingHospitalDRG)
	numberField(f, "cost_report_days", (*string)(&a.CostReportDays))
	amountField(f, "operating_federal_drg", &a.OperatingFederalDRG)
	amountField(f, "capital_outlier", &a.CapitalOutlier)
	amountField(f, "indirect_teaching", &a.IndirectTeaching)
	amountField(f, "non_payable_professional", &a.NonPayableProfessional)
	textsField(f, "more_remarks", a.MoreRemarks[:])
	amountField(f, "capital_exception_amount", &a.CapitalExceptionAmount)
}

// adjustmentFields gives adjustments the walk that package adjust does not
// know of.
type adjustmentFields adjust.Adjustment

func (a *adjustmentFields) fields(f *fields) {
	textField(f, "group", (*string)(&a.Group))
	textField(f, "reason", (*string)(&a.Reason))
	amountField(f, "amount", &a.Amount)
	numberField(f, "quantity", (*string)(&a.Quantity))
	place := (a.Element + 1) / 3 // elements 2, 5, 8, …
	f.position(&place, string(a.Group), adjust.PerSegment)
	if f.mode == parsing && place > 0 {
		a.Element = 3*place - 1
	}
}

func adjustmentsField(f *fields, p *[]adjust.Adjustment) {
	f.element, f.class = 0, ""
	switch f.mode {
	case appending:
		if len(*p) == 0 {
			return
		}
		f.key("adjustments")
		f.dst = append(f.dst, '[')
		for i := range *p {
			f.dst = append(f.dst, '{')
			(*adjustmentFields)(&(*p)[i]).fields(f)
			f.end('}')
			f.dst = append(f.dst, ',')
		}
		f.end(']')
		f.dst = append(f.dst, ',')
	case cloning:
		*p = append([]adjust.Adjustment(nil), *p...)
		for i := range *p {
			(*adjustmentFields)(&(*p)[i]).fields(f)
		}
	case parsing:
		var read []adjustmentFields
		list(f, "adjustments", &read)
		for _, a := range read {
			*p = append(*p, adjust.Adjustment(a))
		}
	}
}
