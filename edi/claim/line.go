package claim

import "strconv"

// Loop 2400: a service line, its drug (2410), providers (2420), what other
// payers decided of it (2430) and its forms (2440).

var readLine = map[string]handler{
	"LX":  func(m *Mapper) { l := m.serviceLine(); l.At = m.at; text(&m.wire, 1, &l.Number) },
	"SV1": func(m *Mapper) { l := m.serviceLine(); l.ServiceAt = m.at; (*professionalService)(l).segment(&m.wire) },
	"SV2": func(m *Mapper) {
		l := m.serviceLine()
		l.ServiceAt = m.at
		(*institutionalService)(l).segment(&m.wire)
	},
	"SV3": func(m *Mapper) { l := m.serviceLine(); l.ServiceAt = m.at; (*dentalService)(l).segment(&m.wire) },
	"TOO": func(m *Mapper) {
		t := extend(m, &m.serviceLine().Teeth)
		*t = Tooth{At: m.at}
		t.segment(&m.wire)
	},
	"SV5": func(m *Mapper) {
		e := zeroed(m, &m.pools.equipment)
		m.serviceLine().Equipment = e
		e.At = m.at
		e.segment(&m.wire)
	},
	"PWK": func(m *Mapper) { readAttachment(m, &m.serviceLine().Attachments) },
	"CR1": func(m *Mapper) { m.serviceLine().Ambulance = readAmbulance(m) },
	"CR3": func(m *Mapper) {
		c := zeroed(m, &m.pools.certification)
		m.serviceLine().EquipmentCertification = c
		c.At = m.at
		c.segment(&m.wire)
	},
	"CRC": func(m *Mapper) { readCertification(m, &m.serviceLine().Certifications) },
	"DTP": func(m *Mapper) { readDate(m, &m.serviceLine().Dates) },
	"QTY": func(m *Mapper) {
		c := extend(m, &m.serviceLine().Counts)
		*c = Count{At: m.at}
		c.segment(&m.wire)
	},
	"MEA": func(m *Mapper) {
		r := extend(m, &m.serviceLine().TestResults)
		*r = TestResult{At: m.at}
		r.segment(&m.wire)
	},
	"CN1": func(m *Mapper) { m.serviceLine().Contract = readContract(m) },
	"REF": func(m *Mapper) { readReference(m, &m.serviceLine().References) },
	"AMT": func(m *Mapper) { readAmount(m, &m.serviceLine().Amounts) },
	"K3":  func(m *Mapper) { readFileInformation(m, &m.serviceLine().FileInformation) },
	"NTE": func(m *Mapper) { readNote(m, &m.serviceLine().Notes) },
	"PS1": func(m *Mapper) {
		p := zeroed(m, &m.pools.purchased)
		m.serviceLine().PurchasedService = p
		p.At = m.at
		p.segment(&m.wire)
	},
	"HCP": func(m *Mapper) { m.serviceLine().Repricing = readRepricing(m) },
}

var readDrug = map[string]handler{
	"LIN": func(m *Mapper) { d := m.drug(); d.At = m.at; (*drugSegment)(d).segment(&m.wire) },
	"CTP": func(m *Mapper) { d := m.drug(); d.QuantityAt = m.at; (*drugQuantity)(d).segment(&m.wire) },
	"REF": func(m *Mapper) { readReference(m, &m.drug().References) },
}

var readAdjudication = map[string]handler{
	"SVD": func(m *Mapper) { a := m.lineAdjudication(); a.At = m.at; a.segment(&m.wire) },
	"CAS": func(m *Mapper) { readAdjustments(m, &m.lineAdjudication().Adjustments) },
	"DTP": func(m *Mapper) { readDate(m, &m.lineAdjudication().Dates) },
	"AMT": func(m *Mapper) { readAmount(m, &m.lineAdjudication().Amounts) },
}

var readForm = map[string]handler{
	"LQ": func(m *Mapper) { f := m.lineForm(); f.At = m.at; f.segment(&m.wire) },
	"FRM": func(m *Mapper) {
		a := extend(m, &m.lineForm().Answers)
		*a = Answer{At: m.at}
		a.segment(&m.wire)
	},
}

func openLine(m *Mapper) {
	l := extend(m, &m.current().Lines)
	l.reset()
	m.line, m.adjudication, m.form = l, nil, nil
}

// serviceLine is the open line; where its LX is missing, one begins.
func (m *Mapper) serviceLine() *Line {
	if m.line == nil {
		openLine(m)
	}
	return m.line
}

func openDrug(m *Mapper) {
	d := m.pools.drug.take(m)
	*d = Drug{References: d.References[:0]}
	m.serviceLine().Drug = d
}

func (m *Mapper) drug() *Drug {
	if m.serviceLine().Drug == nil {
		openDrug(m)
	}
	return m.line.Drug
}

func openLineProvider(m *Mapper) { m.openParty(extend(m, &m.serviceLine().Providers)) }

func openAdjudication(m *Mapper) {
	a := extend(m, &m.serviceLine().Adjudications)
	*a = Adjudication{Adjustments: a.Adjustments[:0], Dates: a.Dates[:0], Amounts: a.Amounts[:0]}
	m.adjudication = a
}

func (m *Mapper) lineAdjudication() *Adjudication {
	if m.adjudication == nil {
		openAdjudication(m)
	}
	return m.adjudication
}

func openForm(m *Mapper) {
	f := extend(m, &m.serviceLine().Forms)
	*f = Form{Answers: f.Answers[:0]}
	m.form = f
}

func (m *Mapper) lineForm() *Form {
	if m.form == nil {
		openForm(m)
	}
	return m.form
}

// composite is C003.
func (p *Procedure) composite(w *wire, e int) {
	w.open(e)
	text(w, 1, &p.Qualifier)
	text(w, 2, &p.Code)
	texts(w, 3, p.Modifiers[:])
	text(w, 7, &p.Description)
	w.close()
}

func pointers(w *wire, e int, list []string) {
	if w.has(e) {
		w.open(e)
		texts(w, 1, list)
		w.close()
	}
}

type professionalService Line

func (l *professionalService) segment(w *wire) { // SV1
	l.Procedure.composite(w, 1)
	amount(w, 2, &l.Charge)
	text(w, 3, &l.Unit)
	text(w, 4, (*string)(&l.Units))
	text(w, 5, &l.PlaceOfService)
	pointers(w, 7, l.DiagnosisPointers[:])
	text(w, 9, &l.Emergency)
	text(w, 11, &l.EPSDT)
	text(w, 12, &l.FamilyPlanning)
	text(w, 15, &l.CopayStatus)
}

type institutionalService Line

func (l *institutionalService) segment(w *wire) { // SV2
	text(w, 1, &l.RevenueCode)
	l.Procedure.composite(w, 2)
	amount(w, 3, &l.Charge)
	text(w, 4, &l.Unit)
	text(w, 5, (*string)(&l.Units))
	amount(w, 7, &l.NonCovered)
}

type dentalService Line

func (l *dentalService) segment(w *wire) { // SV3
	l.Procedure.composite(w, 1)
	amount(w, 2, &l.Charge)
	text(w, 3, &l.PlaceOfService)
	pointers(w, 4, l.OralCavity[:])
	text(w, 5, &l.Prosthesis)
	text(w, 6, (*string)(&l.Units))
	pointers(w, 11, l.DiagnosisPointers[:])
}

func (t *Tooth) segment(w *wire) { // TOO
	w.fixed(1, t.Number != "", "JP")
	text(w, 2, &t.Number)
	pointers(w, 3, t.Surfaces[:])
}

func (e *Equipment) segment(w *wire) { // SV5
	e.Procedure.composite(w, 1)
	w.fixed(2, e.Days != "", "DA")
	text(w, 3, (*string)(&e.Days))
	amount(w, 4, &e.RentalPrice)
	amount(w, 5, &e.PurchasePrice)
	text(w, 6, &e.RentalUnit)
}

func (c *EquipmentCertification) segment(w *wire) { // CR3
	text(w, 1, &c.Type)
	w.fixed(2, c.Months != "", "MO")
	text(w, 3, (*string)(&c.Months))
}

func (c *Count) segment(w *wire) { // QTY
	text(w, 1, (*string)(&c.Kind))
	text(w, 2, (*string)(&c.Quantity))
}

func (r *TestResult) segment(w *wire) { // MEA
	text(w, 1, &r.Reference)
	text(w, 2, &r.Kind)
	text(w, 3, (*string)(&r.Value))
}

func (p *PurchasedService) segment(w *wire) { // PS1
	text(w, 1, &p.ProviderID)
	amount(w, 2, &p.Charge)
}

type drugSegment Drug

func (d *drugSegment) segment(w *wire) { // LIN
	text(w, 2, &d.Qualifier)
	text(w, 3, &d.Code)
}

type drugQuantity Drug

func (d *drugQuantity) segment(w *wire) { // CTP
	text(w, 4, (*string)(&d.Quantity))
	w.open(5)
	text(w, 1, &d.Unit)
	w.close()
}

func (a *Adjudication) segment(w *wire) { // SVD
	text(w, 1, &a.PayerID)
	amount(w, 2, &a.Paid)
	a.Procedure.composite(w, 3)
	text(w, 4, &a.RevenueCode)
	text(w, 5, (*string)(&a.Units))
	text(w, 6, &a.BundledLine)
}

func (f *Form) segment(w *wire) { // LQ
	text(w, 1, &f.CodeList)
	text(w, 2, &f.ID)
}

func (a *Answer) segment(w *wire) { // FRM
	text(w, 1, &a.Question)
	text(w, 2, &a.YesNo)
	text(w, 3, &a.Text)
	text(w, 4, &a.Date)
	text(w, 5, (*string)(&a.Percent))
}

// lineNumber is LX01: as read, or counted.
type lineNumber struct {
	text  string
	count int
}

func (n *lineNumber) segment(w *wire) { // LX
	if n.text != "" {
		text(w, 1, &n.text)
		return
	}
	w.buf = strconv.AppendInt(w.buf[:0], int64(n.count), 10)
	w.skipTo(1)
	w.out.Bytes(w.buf)
}

// writeLine writes loop 2400 and all below it.
func writeLine(w *wire, l *Line, count int, kind Kind) {
	w.number = lineNumber{l.Number, count}
	put(w, "LX", &w.number)
	switch kind {
	case Institutional:
		put(w, "SV2", (*institutionalService)(l))
	case Dental:
		put(w, "SV3", (*dentalService)(l))
	default:
		put(w, "SV1", (*professionalService)(l))
	}
	putAll(w, "TOO", l.Teeth)
	if l.Equipment != nil {
		put(w, "SV5", l.Equipment)
	}
	putAll(w, "PWK", l.Attachments)
	if l.Ambulance != nil {
		put(w, "CR1", l.Ambulance)
	}
	if l.EquipmentCertification != nil {
		put(w, "CR3", l.EquipmentCertification)
	}
	putAll(w, "CRC", l.Certifications)
	putAll(w, "DTP", l.Dates)
	putAll(w, "QTY", l.Counts)
	putAll(w, "MEA", l.TestResults)
	if l.Contract != nil {
		put(w, "CN1", l.Contract)
	}
	putAll(w, "REF", l.References)
	putAll(w, "AMT", l.Amounts)
	putAll(w, "K3", l.FileInformation)
	putAll(w, "NTE", l.Notes)
	if l.PurchasedService != nil {
		put(w, "PS1", l.PurchasedService)
	}
	if l.Repricing != nil {
		put(w, "HCP", l.Repricing)
	}
	if d := l.Drug; d != nil {
		put(w, "LIN", (*drugSegment)(d))
		put(w, "CTP", (*drugQuantity)(d))
		putAll(w, "REF", d.References)
	}
	for i := range l.Providers {
		writeParty(w, &l.Providers[i], "", nil)
	}
	for i := range l.Adjudications {
		a := &l.Adjudications[i]
		put(w, "SVD", a)
		writeAdjustments(w, a.Adjustments)
		putAll(w, "DTP", a.Dates)
		putAll(w, "AMT", a.Amounts)
	}
	for i := range l.Forms {
		put(w, "LQ", &l.Forms[i])
		putAll(w, "FRM", l.Forms[i].Answers)
	}
}

// JSON.

func (l *Line) fields(f *fields) {
	numberField(f, "number", &l.Number)
	textField(f, "revenue_code", &l.RevenueCode)
	l.Procedure.fields(f)
	amountField(f, "charge", &l.Charge)
	textField(f, "unit", &l.Unit)
	numberField(f, "units", (*string)(&l.Units))
	textField(f, "place_of_service", &l.PlaceOfService)
	numbersField(f, "diagnosis_pointers", l.DiagnosisPointers[:])
	datesOfLine(f, l)
	if f.wants(len(l.References) > 0) {
		list(f, "references", &l.References)
	}
	if f.wants(len(l.Providers) > 0) {
		list(f, "providers", &l.Providers)
	}
	if f.wants(l.hasMore()) {
		l.more(f)
	}
}

// hasMore says whether a line holds any of what most lines do not.
func (l *Line) hasMore() bool {
	return len(l.Emergency)+len(l.EPSDT)+len(l.FamilyPlanning)+len(l.CopayStatus)+len(l.Prosthesis)+
		len(l.Teeth)+len(l.Attachments)+len(l.Certifications)+len(l.Counts)+len(l.TestResults)+len(l.Amounts)+
		len(l.FileInformation)+len(l.Notes)+len(l.Adjudications)+len(l.Forms) > 0 ||
		l.NonCovered.Known || l.OralCavity != [5]string{} ||
		l.Equipment != nil || l.Ambulance != nil || l.EquipmentCertification != nil || l.Contract != nil ||
		l.PurchasedService != nil || l.Repricing != nil || l.Drug != nil
}

func (l *Line) more(f *fields) {
	textField(f, "emergency", &l.Emergency)
	textField(f, "epsdt", &l.EPSDT)
	textField(f, "family_planning", &l.FamilyPlanning)
	textField(f, "copay_status", &l.CopayStatus)
	amountField(f, "non_covered", &l.NonCovered)
	textsField(f, "oral_cavity", l.OralCavity[:])
	textField(f, "prosthesis", &l.Prosthesis)
	list(f, "teeth", &l.Teeth)
	optional(f, "equipment", &l.Equipment)
	list(f, "attachments", &l.Attachments)
	optional(f, "ambulance", &l.Ambulance)
	optional(f, "equipment_certification", &l.EquipmentCertification)
	list(f, "certifications", &l.Certifications)
	list(f, "counts", &l.Counts)
	list(f, "test_results", &l.TestResults)
	optional(f, "contract", &l.Contract)
	list(f, "amounts", &l.Amounts)
	list(f, "file_information", &l.FileInformation)
	list(f, "notes", &l.Notes)
	optional(f, "purchased_service", &l.PurchasedService)
	optional(f, "repricing", &l.Repricing)
	optional(f, "drug", &l.Drug)
	list(f, "adjudications", &l.Adjudications)
	list(f, "forms", &l.Forms)
}

// datesOfLine: the service date, when it comes first, is the line's own date,
// or from and to; all others are in dates.
func datesOfLine(f *fields, l *Line) {
	switch f.mode {
	case appending:
		rest := l.Dates
		if len(rest) > 0 && rest[0].Kind == DateService && (rest[0].Format != "" || rest[0].Text != "") {
			rest[0].Period.fields(f)
			rest = rest[1:]
		}
		list(f, "dates", &rest)
	case parsing:
		var p Period
		if p.fields(f); p != (Period{}) {
			l.Dates = append(l.Dates, Date{Kind: DateService, Period: p})
		}
		list(f, "dates", &l.Dates)
	case cloning:
		list(f, "dates", &l.Dates)
	}
}

func (p *Procedure) fields(f *fields) {
	textField(f, "procedure", &p.Code)
	textField(f, "qualifier", &p.Qualifier)
	textsField(f, "modifiers", p.Modifiers[:])
	textField(f, "description", &p.Description)
}

func (t *Tooth) fields(f *fields) {
	textField(f, "number", &t.Number)
	textsField(f, "surfaces", t.Surfaces[:])
}

func (e *Equipment) fields(f *fields) {
	e.Procedure.fields(f)
	numberField(f, "days", (*string)(&e.Days))
	amountField(f, "rental_price", &e.RentalPrice)
	amountField(f, "purchase_price", &e.PurchasePrice)
	textField(f, "rental_unit", &e.RentalUnit)
}

func (c *EquipmentCertification) fields(f *fields) {
	textField(f, "type", &c.Type)
	numberField(f, "months", (*string)(&c.Months))
}

func (c *Count) fields(f *fields) {
	kind(f, "type", "qualifier", countWords, (*string)(&c.Kind))
	numberField(f, "quantity", (*string)(&c.Quantity))
}

func (r *TestResult) fields(f *fields) {
	textField(f, "reference", &r.Reference)
	textField(f, "type", &r.Kind)
	numberField(f, "value", (*string)(&r.Value))
}

func (p *PurchasedService) fields(f *fields) {
	textField(f, "provider_id", &p.ProviderID)
	amountField(f, "charge", &p.Charge)
}

// fields: a drug with a national drug code has ndc, others qualifier and code.
func (d *Drug) fields(f *fields) {
	switch {
	case f.mode == appending && d.Qualifier == "N4" && d.Code != "":
		f.member("ndc", d.Code)
	case f.mode == parsing && textField(f, "ndc", &d.Code):
		d.Qualifier = "N4"
	default:
		textField(f, "qualifier", &d.Qualifier)
		textField(f, "code", &d.Code)
	}
	numberField(f, "quantity", (*string)(&d.Quantity))
	textField(f, "unit", &d.Unit)
	list(f, "references", &d.References)
}

func (a *Adjudication) fields(f *fields) {
	textField(f, "payer_id", &a.PayerID)
	amountField(f, "paid", &a.Paid)
	a.Procedure.fields(f)
	textField(f, "revenue_code", &a.RevenueCode)
	numberField(f, "units", (*string)(&a.Units))
	textField(f, "bundled_line", &a.BundledLine)
	adjustmentsField(f, &a.Adjustments)
	list(f, "dates", &a.Dates)
	list(f, "amounts", &a.Amounts)
}

func (f *Form) fields(w *fields) {
	textField(w, "code_list", &f.CodeList)
	textField(w, "id", &f.ID)
	list(w, "answers", &f.Answers)
}

func (a *Answer) fields(f *fields) {
	textField(f, "question", &a.Question)
	textField(f, "yes_no", &a.YesNo)
	textField(f, "text", &a.Text)
	dayField(f, "date", &a.Date)
	numberField(f, "percent", (*string)(&a.Percent))
}
