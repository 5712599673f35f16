package intake

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/party"
)

// professionalLines is how many lines a professional or dental claim has room
// for.
const professionalLines = 50

func (k *conversion) lines() {
	e, c := k.e, k.c
	most := professionalLines
	if c.Kind == claim.Institutional {
		most = maxLines
	} else {
		k.place()
	}
	switch {
	case len(e.Lines) == 0:
		k.say(codeNoLine, "lines", "")
	case len(e.Lines) > most:
		k.say(codeTooManyLines, "lines", strconv.Itoa(most))
	}
	for i := range e.Lines {
		switch c.Kind {
		case claim.Institutional:
			c.Lines = append(c.Lines, k.institutionalLine(&e.Lines[i], i))
		case claim.Dental:
			c.Lines = append(c.Lines, k.dentalLine(&e.Lines[i], i))
		default:
			c.Lines = append(c.Lines, k.line(&e.Lines[i], i))
		}
	}
}

// place is where the services were done.
func (k *conversion) place() {
	e, c := k.e, k.c
	c.PlaceOfService = capitals(e.PlaceOfService)
	for i := 0; c.PlaceOfService == "" && i < len(e.Lines); i++ {
		c.PlaceOfService = capitals(e.Lines[i].PlaceOfService)
	}
	if c.PlaceOfService == "" {
		k.miss("place_of_service", "The place of service")
	}
}

// line makes one service line.
func (k *conversion) line(l *Line, i int) claim.Line {
	at := func(name string) string { return index("lines", i, name) }
	var x claim.Line
	k.lineCommon(l, i, &x)
	switch {
	case l.Units != "" && l.Minutes != "":
		k.say(codeUnitsAndMinutes, at("minutes"), "")
		fallthrough
	case l.Minutes != "":
		x.Unit, x.Units = "MJ", k.quantity(l.Minutes)
	default:
		x.Unit, x.Units = "UN", k.quantity(l.Units)
		if l.Units == "" {
			x.Units = "1"
		}
	}
	if p := capitals(l.PlaceOfService); p != k.c.PlaceOfService {
		x.PlaceOfService = p
	}
	k.pointers(l, i, &x)
	k.lineDates(l, i, &x)
	for _, y := range []struct {
		said string
		code *string
	}{{l.Emergency, &x.Emergency}, {l.EPSDT, &x.EPSDT}, {l.FamilyPlanning, &x.FamilyPlanning}} {
		if isYes(y.said) {
			*y.code = "Y"
		}
	}
	if isYes(l.CopayExempt) {
		x.CopayStatus = "0"
	}
	k.lineReferences(l, i, &x)
	for _, a := range []struct {
		kind claim.AmountKind
		text string
	}{{claim.AmountSalesTax, l.SalesTax}, {claim.AmountPostage, l.Postage}} {
		if m, ok := readAmount(a.text); ok {
			x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: a.kind, Amount: money.Of(m)})
		}
	}
	if l.Note != "" {
		x.Notes = append(x.Notes, claim.Note{Kind: claim.NoteKind(coded(lineNoteWords, l.NoteKind, "ADD")), Text: capitals(l.Note)})
	}
	if l.ThirdPartyNote != "" {
		x.Notes = append(x.Notes, claim.Note{Kind: claim.NoteThirdParty, Text: capitals(l.ThirdPartyNote)})
	}
	k.lineProviders(l, i, &x)
	k.drug(l.NDC, at("ndc"), &x)
	k.equipment(l.Equipment, at("equipment"), &x)
	if l.Ambulance != nil {
		x.Ambulance, x.Certifications = k.transport(l.Ambulance, at("ambulance"), &x.Providers, x.Certifications)
	}
	if s := isYes(l.HospiceEmployee); s || isNo(l.HospiceEmployee) {
		applies := "N"
		if s {
			applies = "Y"
		}
		x.Certifications = append(x.Certifications, claim.Certification{Kind: claim.CertificationHospice, Applies: applies, Conditions: [5]string{"65"}})
	}
	if n := k.patients(l); n != "" {
		x.Counts = append(x.Counts, claim.Count{Kind: claim.CountPatients, Quantity: n})
	}
	if n := k.quantity(l.ObstetricUnits); n != "" {
		x.Counts = append(x.Counts, claim.Count{Kind: claim.CountAnesthesiaUnits, Quantity: n})
	}
	for _, t := range l.TestResults {
		reference := "TR"
		if isYes(t.Starting) {
			reference = "OG"
		}
		x.TestResults = append(x.TestResults, claim.TestResult{Reference: reference, Kind: testWords.code(t.Test), Value: k.quantity(t.Value)})
	}
	x.Attachments = k.attachments(l.Attachments, at("attachments"))
	for n, f := range l.Forms {
		x.Forms = append(x.Forms, k.form(&f, index(at("forms"), n, "")))
	}
	k.priorPayments(l, i, &x)
	return x
}

// lineCommon is what the lines of all kinds have: procedure, charge, price and
// what other payers decided of it.
func (k *conversion) lineCommon(l *Line, i int, x *claim.Line) {
	at := func(name string) string { return index("lines", i, name) }
	x.Procedure = claim.Procedure{Qualifier: k.qualifier(), Code: k.procedure(l.Procedure, at("procedure")), Description: capitals(l.Description)}
	if x.Procedure.Code == "" {
		k.miss(at("procedure"), "The procedure code")
	}
	k.modifiers(l.Modifiers, at("modifiers"), &x.Procedure)
	k.lineMoney(l, i, x)
}

func (k *conversion) lineMoney(l *Line, i int, x *claim.Line) {
	at := func(name string) string { return index("lines", i, name) }
	if x.Charge = optional(l.Charge); l.Charge == "" {
		k.miss(at("charge"), "The charge")
	}
	x.Contract = k.contract(l.Contract, at("contract"))
	x.Repricing = k.repricing(l.Repricing, at("repricing"))
	x.FileInformation = fileInformation(l.FileInformation)
}

func (k *conversion) modifiers(list []string, field string, p *claim.Procedure) {
	if len(list) > len(p.Modifiers) {
		k.say(codeTooManyModifiers, field, strconv.Itoa(len(p.Modifiers)))
	}
	n := 0
	for i, s := range list {
		s = compact(s, " ")
		if s == "" || n == len(p.Modifiers) {
			continue
		}
		if len(s) != 2 || !alphanumeric(s) {
			k.say(codeModifierForm, index(field, i, ""), "")
		}
		p.Modifiers[n] = s
		n++
	}
}

// pointers name the diagnoses that the line was for. Where there is only one,
// nothing needs to be said.
func (k *conversion) pointers(l *Line, i int, x *claim.Line) {
	field := index("lines", i, "diagnosis_pointers")
	n := 0
	for _, s := range l.DiagnosisPointers {
		switch p := readPointer(s); {
		case p == "":
		case n == len(x.DiagnosisPointers):
			k.say(codeTooManyPointers, field, strconv.Itoa(n))
			return
		default:
			x.DiagnosisPointers[n] = p
			n++
		}
	}
	if len(l.DiagnosisPointers) > 0 {
		return
	}
	switch len(k.e.Diagnoses) {
	case 0:
	case 1:
		x.DiagnosisPointers[0] = "1"
	default:
		k.say(codeNoPointer, field, "")
	}
}

func (k *conversion) lineDates(l *Line, i int, x *claim.Line) {
	from, to, said := l.From, l.To, "from"
	if from == "" {
		from = k.e.ServiceDate
		if from == "" {
			k.miss(index("lines", i, said), "The date of service")
		}
	}
	switch a, b := readDay(from), readDay(to); {
	case a == "":
	case b == "" || a == b:
		x.Dates = append(x.Dates, claim.On(claim.DateService, a))
	default:
		x.Dates = append(x.Dates, claim.Between(claim.DateService, a, b))
	}
	for _, d := range []struct {
		kind claim.DateKind
		text string
	}{
		{claim.DatePrescription, l.PrescriptionDate},
		{claim.DateRecertification, l.CertificationRevisionDate},
		{claim.DateBeginTherapy, l.BeginTherapyDate},
		{claim.DateLastCertification, l.LastCertificationDate},
		{claim.DateLastSeen, l.LastSeenDate},
		{claim.DateHemoglobinTest, l.HemoglobinTestDate},
		{claim.DateCreatinineTest, l.CreatinineTestDate},
		{claim.DateShipped, l.ShippedDate},
		{claim.DateLastXRay, l.LastXRayDate},
		{claim.DateInitialTreatment, l.InitialTreatmentDate},
	} {
		if day := readDay(d.text); day != "" {
			x.Dates = append(x.Dates, claim.On(d.kind, day))
		}
	}
}

// lineReferences: a line without a number of its own has its place in the
// list, so that payments find it.
func (k *conversion) lineReferences(l *Line, i int, x *claim.Line) {
	add := func(kind claim.ReferenceKind, value string) {
		if value != "" {
			x.References = append(x.References, claim.Reference{Kind: kind, Value: value})
		}
	}
	add(claim.ReferencePriorAuthorization, capitals(l.PriorAuthorization))
	number := l.ControlNumber
	if number == "" {
		number = strconv.Itoa(i + 1)
	} else if !safeNumber(number) {
		k.say(codeIDCharacters, index("lines", i, "control_number"), "")
	}
	add(claim.ReferenceLineControlNumber, number)
	if r := l.Repricing; r != nil {
		add(claim.ReferenceRepricedLine, capitals(r.ClaimNumber))
		add(claim.ReferenceAdjustedRepricedLine, capitals(r.AdjustedClaimNumber))
	}
	add(claim.ReferencePredetermination, capitals(l.PredeterminationNumber))
	add(claim.ReferenceMammography, capitals(l.MammographyCertification))
	add(claim.ReferenceCLIA, k.clia(l.CLIA, index("lines", i, "clia")))
	add(claim.ReferenceReferringCLIA, k.clia(l.ReferringCLIA, index("lines", i, "referring_clia")))
	add(claim.ReferenceImmunizationBatch, capitals(l.ImmunizationBatch))
	add(claim.ReferenceReferral, capitals(l.ReferralNumber))
}

func (k *conversion) lineProviders(l *Line, i int, x *claim.Line) {
	at := func(name string) string { return index("lines", i, name) }
	k.provider(&x.Providers, l.RenderingProvider, claim.RoleRendering, at("rendering_provider"))
	if p := l.PurchasedService; p != nil {
		x.PurchasedService = &claim.PurchasedService{ProviderID: compact(p.NPI, "- ")}
		if a, ok := readAmount(p.Charge); ok {
			x.PurchasedService.Charge = money.Of(a)
		} else if p.Charge == "" {
			k.miss(at("purchased_service.charge"), "What was paid for the service")
		}
		x.Providers = append(x.Providers, claim.Party{Role: claim.RolePurchasedService, Name: party.Name{Entity: party.Organization},
			ID: k.npi(k.need(p.NPI, at("purchased_service.npi"), "The NPI of the provider that it was bought from"))})
	}
	k.provider(&x.Providers, l.ServiceFacility, claim.RoleServiceFacility, at("service_facility"))
	k.provider(&x.Providers, l.SupervisingProvider, claim.RoleSupervising, at("supervising_provider"))
	switch {
	case l.OrderingProvider != nil:
		k.provider(&x.Providers, l.OrderingProvider, claim.RoleOrdering, at("ordering_provider"))
	case i == 0:
		k.provider(&x.Providers, k.e.OrderingProvider, claim.RoleOrdering, "ordering_provider")
	default:
		// What is wrong with it has been said with the first line.
		said := len(k.findings)
		k.provider(&x.Providers, k.e.OrderingProvider, claim.RoleOrdering, "ordering_provider")
		k.findings = k.findings[:said]
	}
	k.provider(&x.Providers, l.ReferringProvider, claim.RoleReferring, at("referring_provider"))
}

// drug makes the drug of a line. A code with hyphens says which of its parts
// lacks a digit, and gets the zero there; one without is left as it is.
func (k *conversion) drug(d *Drug, field string, x *claim.Line) {
	if d == nil {
		return
	}
	switch {
	case d.Quantity == "" && d.Unit == "":
		k.say(codeDrugIncomplete, field, "quantity and no unit")
	case d.Quantity == "":
		k.say(codeDrugIncomplete, field+".quantity", "quantity")
	case d.Unit == "":
		k.say(codeDrugIncomplete, field+".unit", "unit")
	}
	if d.Code == "" {
		k.miss(field+".code", "The national drug code")
		return
	}
	x.Drug = &claim.Drug{Qualifier: "N4", Code: drugCode(d.Code), Quantity: k.quantity(d.Quantity), Unit: drugUnitWords.code(d.Unit)}
	if d.PrescriptionNumber != "" {
		x.Drug.References = append(x.Drug.References, claim.Reference{Kind: claim.ReferencePrescription, Value: capitals(d.PrescriptionNumber)})
	}
}

func drugCode(s string) string {
	s = compact(s, " ")
	parts := strings.Split(s, "-")
	if len(parts) == 3 && allDigits(parts[0]) && allDigits(parts[1]) && allDigits(parts[2]) &&
		len(parts[0])+len(parts[1])+len(parts[2]) == 10 {
		for i, n := range []int{5, 4, 2} {
			if len(parts[i]) == n-1 {
				parts[i] = "0" + parts[i]
				break
			}
		}
	}
	return strings.Join(parts, "")
}

func (k *conversion) equipment(e *Equipment, field string, x *claim.Line) {
	if e == nil {
		return
	}
	if e.Days != "" || e.RentalPrice != "" || e.PurchasePrice != "" || e.RentalUnit != "" {
		y := &claim.Equipment{Procedure: claim.Procedure{Qualifier: "HC", Code: x.Procedure.Code}, Days: k.quantity(e.Days), RentalUnit: rentalWords.code(e.RentalUnit)}
		if a, ok := readAmount(e.RentalPrice); ok {
			y.RentalPrice = money.Of(a)
		}
		if a, ok := readAmount(e.PurchasePrice); ok {
			y.PurchasePrice = money.Of(a)
		}
		x.Equipment = y
	}
	if e.CertificationType != "" {
		x.EquipmentCertification = &claim.EquipmentCertification{Type: certificationWords.code(e.CertificationType), Months: k.quantity(e.CertificationMonths)}
		if e.CertificationMonths == "" {
			k.miss(field+".certification_months", "How many months the certification is for")
		}
	}
	var said [5]string
	n := 0
	for _, y := range []struct{ said, code string }{{e.CertificationOnFile, "38"}, {e.ReplacementItem, "ZV"}} {
		if isYes(y.said) {
			said[n] = y.code
			n++
		}
	}
	if n > 0 {
		x.Certifications = append(x.Certifications, claim.Certification{Kind: claim.CertificationEquipment, Applies: "Y", Conditions: said})
	}
}

// patients is how many there were in the ambulance, when more than one.
func (k *conversion) patients(l *Line) money.Quantity {
	a := l.Ambulance
	if a == nil {
		a = k.e.Ambulance
	}
	if a == nil {
		return ""
	}
	return k.quantity(a.Patients)
}

func (k *conversion) form(f *Form, field string) claim.Form {
	x := claim.Form{CodeList: coded(formWords, f.List, "UT"), ID: capitals(f.ID)}
	if f.ID == "" {
		k.miss(field+".id", "The number of the form")
	}
	if len(f.Answers) == 0 {
		k.miss(field+".answers", "The answers to its questions")
	}
	for i, a := range f.Answers {
		if a.Question == "" {
			k.miss(index(field+".answers", i, "question"), "The number of the question")
		}
		x.Answers = append(x.Answers, claim.Answer{Question: capitals(a.Question), YesNo: formAnswerWords.code(a.YesNo),
			Text: capitals(a.Text), Date: readDay(a.Date), Percent: k.quantity(a.Percent)})
	}
	return x
}

func (k *conversion) priorPayments(l *Line, i int, x *claim.Line) {
	for n := range l.PriorPayments {
		k.priorPayment(l, i, n, x)
	}
}

// priorPayment is what another payer decided of the line; what it does not say
// is the line's.
func (k *conversion) priorPayment(l *Line, i, n int, x *claim.Line) {
	p := &l.PriorPayments[n]
	field := index(index("lines", i, "prior_payments"), n, "")
	o := k.priorPayer(p)
	if o < 0 {
		k.say(codeWhichPayer, field+".payer_id", "")
		return
	}
	y := claim.Adjudication{PayerID: k.c.OtherCoverages[o].Payer.ID.Value, Procedure: x.Procedure, Units: k.quantity(p.Units)}
	y.Procedure.Description = ""
	if a, ok := readAmount(p.Paid); ok {
		y.Paid = money.Of(a)
	} else if p.Paid == "" {
		k.miss(field+".paid", "What the payer paid")
	}
	if p.Procedure != "" {
		y.Procedure = claim.Procedure{Qualifier: k.qualifier(), Code: k.procedure(p.Procedure, field+".procedure")}
		k.modifiers(p.Modifiers, field+".modifiers", &y.Procedure)
	}
	if y.Units == "" {
		y.Units = x.Units
	}
	if y.RevenueCode = x.RevenueCode; p.RevenueCode != "" {
		y.RevenueCode = revenueCode(p.RevenueCode)
	}
	if b := k.quantity(p.BundledInto); b != "" {
		y.BundledLine = string(b)
	}
	y.Adjustments = k.adjustments(p.Adjustments, field+".adjustments")
	day := readDay(p.DecidedOn)
	if p.DecidedOn == "" {
		day = readDay(k.e.OtherInsurance[o].DecidedOn)
	}
	if day != "" {
		y.Dates = append(y.Dates, claim.On(claim.DateAdjudicated, day))
	}
	if a, ok := readAmount(p.RemainingLiability); ok {
		y.Amounts = append(y.Amounts, claim.StatedAmount{Kind: claim.AmountRemainingLiability, Amount: money.Of(a)})
	}
	x.Adjudications = append(x.Adjudications, y)
}
