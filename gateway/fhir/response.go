package fhir

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/pair"
	"claimwire/edi/party"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Decided is a claim with what its payer decided and what stands of it.
type Decided struct {
	Claim     *gateway.Claim
	Record    *claim.Claim
	Payments  []gateway.Payment // that stand
	Decisions []*remit.ClaimPayment
	Table     *remit.Table
	Now       time.Time
}

type item struct {
	ItemSequence     int            `json:"itemSequence,omitempty"` // ClaimResponse
	Sequence         int            `json:"sequence,omitempty"`     // ExplanationOfBenefit
	Revenue          *concept       `json:"revenue,omitempty"`
	ProductOrService *concept       `json:"productOrService,omitempty"`
	Modifier         []concept      `json:"modifier,omitempty"`
	ServicedDate     string         `json:"servicedDate,omitempty"`
	NoteNumber       []int          `json:"noteNumber,omitempty"`
	Adjudication     []adjudication `json:"adjudication"`
}

type addItem struct {
	ProductOrService concept        `json:"productOrService"`
	Adjudication     []adjudication `json:"adjudication"`
}

type payment struct {
	Type   concept     `json:"type"`
	Date   string      `json:"date,omitempty"`
	Amount *amount     `json:"amount,omitempty"`
	ID     *identifier `json:"identifier,omitempty"`
}

type note struct {
	Number int    `json:"number"`
	Type   string `json:"type,omitempty"`
	Text   string `json:"text"`
}

type insurance struct {
	Sequence int       `json:"sequence,omitempty"`
	Focal    bool      `json:"focal"`
	Coverage reference `json:"coverage"`
}

type claimResponse struct {
	ResourceType string         `json:"resourceType"`
	ID           string         `json:"id"`
	Contained    []contained    `json:"contained"`
	Identifier   []identifier   `json:"identifier,omitempty"`
	Status       string         `json:"status"`
	Type         concept        `json:"type"`
	Use          string         `json:"use"`
	Patient      reference      `json:"patient"`
	Created      string         `json:"created"`
	Insurer      reference      `json:"insurer"`
	Requestor    *reference     `json:"requestor,omitempty"`
	Request      *reference     `json:"request,omitempty"`
	Outcome      string         `json:"outcome"`
	Disposition  string         `json:"disposition,omitempty"`
	Item         []item         `json:"item,omitempty"`
	AddItem      []addItem      `json:"addItem,omitempty"`
	Adjudication []adjudication `json:"adjudication,omitempty"`
	Total        []total        `json:"total,omitempty"`
	Payment      *payment       `json:"payment,omitempty"`
	ProcessNote  []note         `json:"processNote,omitempty"`
	Insurance    []insurance    `json:"insurance,omitempty"`
}

type explanation struct {
	ResourceType   string         `json:"resourceType"`
	ID             string         `json:"id"`
	Contained      []contained    `json:"contained"`
	Identifier     []identifier   `json:"identifier,omitempty"`
	Status         string         `json:"status"`
	Type           concept        `json:"type"`
	Use            string         `json:"use"`
	Patient        reference      `json:"patient"`
	BillablePeriod *period        `json:"billablePeriod,omitempty"`
	Created        string         `json:"created"`
	Insurer        reference      `json:"insurer"`
	Provider       reference      `json:"provider"`
	Outcome        string         `json:"outcome"`
	Disposition    string         `json:"disposition,omitempty"`
	Diagnosis      []diagnosis    `json:"diagnosis,omitempty"`
	Insurance      []insurance    `json:"insurance"`
	Item           []item         `json:"item,omitempty"`
	AddItem        []addItem      `json:"addItem,omitempty"`
	Adjudication   []adjudication `json:"adjudication,omitempty"`
	Total          []total        `json:"total,omitempty"`
	Payment        *payment       `json:"payment,omitempty"`
	ProcessNote    []note         `json:"processNote,omitempty"`
}

type diagnosis struct {
	Sequence int     `json:"sequence"`
	Concept  concept `json:"diagnosisCodeableConcept"`
}

// common is what both resources are made of.
type common struct {
	id          string
	contained   []contained
	identifiers []identifier
	kind        concept
	use         string
	outcome     string
	disposition string
	created     string
	items       []item
	added       []addItem
	claimLevel  []adjudication
	totals      []total
	paid        *payment
	notes       []note
}

func personOf(id string, n party.Name, more contained) contained {
	more.ResourceType, more.ID = "Patient", id
	h := humanName{Family: n.Last}
	for _, g := range []string{n.First, n.Middle} {
		if g != "" {
			h.Given = append(h.Given, g)
		}
	}
	more.Name = []humanName{h}
	return more
}

func (d *Decided) common() common {
	c, k := d.Record, d.Claim
	yes := true
	out := common{id: fmt.Sprintf("claim-%d", k.ID), use: "claim", created: d.Now.UTC().Format(time.RFC3339), kind: category(systemClaimType, typeCode(c.Kind))}
	if c.Predetermination != "" {
		out.use = "predetermination"
	}
	if p := c.PatientPerson(); p != nil {
		more := contained{BirthDate: isoDay(p.Demographics.BirthDate), Gender: map[string]string{"F": "female", "M": "male", "U": "unknown"}[p.Demographics.Gender]}
		out.contained = append(out.contained, personOf("patient", p.Name, more))
	}
	insurer := contained{ResourceType: "Organization", ID: "insurer", Active: &yes, Name: k.PayerName}
	if k.Payer != "" {
		insurer.Identifier = []identifier{{Value: k.Payer}}
	}
	out.contained = append(out.contained, insurer)
	if b := c.BillingProvider; b != nil {
		o := contained{ResourceType: "Organization", ID: "provider", Active: &yes, Name: name(b.Name)}
		if b.ID.Value != "" {
			o.Identifier = append(o.Identifier, identifier{System: systemNPI, Value: b.ID.Value})
		}
		if t := b.TaxID().Value; t != "" {
			o.Identifier = append(o.Identifier, identifier{System: systemTaxID, Value: t})
		}
		out.contained = append(out.contained, o)
	}
	cover := contained{ResourceType: "Coverage", ID: "coverage", Status: "active", Beneficiary: &reference{Reference: "#patient"}, Payor: []reference{{Reference: "#insurer"}}}
	if c.Subscriber != nil {
		cover.SubscriberID = c.Subscriber.ID.Value
	}
	out.contained = append(out.contained, cover)
	out.identifiers = []identifier{{System: "urn:claimwire:claim", Value: strconv.FormatInt(k.ID, 10)}}
	if k.PayerClaimID != "" {
		out.identifiers = append(out.identifiers, identifier{Type: &concept{Text: "payer's claim number"}, Value: k.PayerClaimID})
	}
	switch k.State {
	case gateway.Paid, gateway.Denied:
		out.outcome, out.disposition = "complete", "The payer has decided."
	case gateway.Rejected:
		out.outcome, out.disposition = "error", "The payer has rejected the claim; it was never taken in."
	case gateway.Requested:
		out.outcome, out.disposition = "partial", "The payer asks for information."
	default:
		out.outcome, out.disposition = "queued", "The payer has not decided yet."
	}
	d.adjudicate(&out)
	return out
}

func name(n party.Name) string {
	if n.First != "" {
		return n.First + " " + n.Last
	}
	return n.Last
}

func typeCode(k claim.Kind) string {
	switch k {
	case claim.Institutional:
		return "institutional"
	case claim.Dental:
		return "oral"
	}
	return "professional"
}

// adjudicate says what was decided, of the lines of the claim, of lines that the
// payer made, and of the claim as a whole.
func (d *Decided) adjudicate(out *common) {
	lines := make([][]adjudication, len(d.Record.Lines))
	numbers := map[string]int{}
	notesOf := make([][]int, len(d.Record.Lines))
	noteFor := func(code string) int {
		if n, ok := numbers[code]; ok {
			return n
		}
		w := explain.Remark(code)
		n := len(out.notes) + 1
		out.notes = append(out.notes, note{Number: n, Type: "display", Text: code + ": " + w})
		numbers[code] = n
		return n
	}
	var sum remit.Buckets
	var charge, paid money.Amount
	day := ""
	trace := ""
	for _, c := range d.Decisions {
		sum, charge, paid = sum.Plus(d.Table.Split(c)), charge+c.Charge.Amount, paid+c.Paid.Amount
		if r := c.Remittance; r != nil {
			day, trace = max(day, r.Date), r.Trace
		}
		out.claimLevel = append(out.claimLevel, reasons(c.Adjustments)...)
		for _, r := range c.RemarkCodes() {
			noteFor(r)
		}
		for _, m := range pair.Lines(d.Record, c) {
			s := &c.Lines[m.Payment]
			list := []adjudication{{Category: category(systemAdjudication, "submitted"), Amount: usdOf(s.Charge.Amount)}}
			list = append(list, reasons(s.Adjustments)...)
			list = append(list, adjudication{Category: category(systemAdjudication, "benefit"), Amount: usdOf(s.Paid.Amount)})
			if m.Line < 0 {
				out.added = append(out.added, addItem{ProductOrService: *procedure(s.Procedure.Code, s.RevenueCode), Adjudication: list})
				continue
			}
			lines[m.Line] = append(lines[m.Line], list...)
			for _, r := range s.Remarks {
				if r.CodeList == "HE" {
					notesOf[m.Line] = append(notesOf[m.Line], noteFor(r.Code))
				}
			}
		}
	}
	for i := range d.Record.Lines {
		l := &d.Record.Lines[i]
		it := item{Sequence: i + 1, ItemSequence: i + 1, ProductOrService: procedure(l.Procedure.Code, l.RevenueCode), Adjudication: lines[i], NoteNumber: notesOf[i], ServicedDate: isoDay(l.Service().From())}
		if l.RevenueCode != "" {
			it.Revenue = &concept{Coding: []coding{{System: systemRevenue, Code: l.RevenueCode}}}
		}
		for _, m := range l.Procedure.Modifiers {
			if m != "" {
				it.Modifier = append(it.Modifier, concept{Coding: []coding{{System: systemProcedure, Code: m}}})
			}
		}
		if len(it.Adjudication) == 0 {
			it.Adjudication = []adjudication{{Category: category(systemAdjudication, "submitted"), Amount: usdOf(l.Charge.Amount)}}
		}
		out.items = append(out.items, it)
	}
	if len(d.Decisions) == 0 {
		out.totals = []total{{category(systemAdjudication, "submitted"), usd(d.Claim.Charge)}}
		return
	}
	out.totals = []total{{category(systemAdjudication, "submitted"), usd(charge)}, {category(systemAdjudication, "benefit"), usd(paid)}}
	for _, t := range []struct {
		code string
		v    money.Amount
	}{{"memberliability", sum.Patient}, {"noncovered", sum.Denied}, {"priorpayerpaid", sum.OtherPayer}, {"discount", sum.Contractual}} {
		if t.v != 0 {
			out.totals = append(out.totals, total{category(systemC4BB, t.code), usd(t.v)})
		}
	}
	kind := "complete"
	if paid < charge {
		kind = "partial"
	}
	out.paid = &payment{Type: category(systemPayment, kind), Date: isoDay(day), Amount: usdOf(paid)}
	if trace != "" {
		out.paid.ID = &identifier{Value: trace}
	}
}

func procedure(code, revenue string) *concept {
	switch {
	case code != "":
		return &concept{Coding: []coding{{System: systemProcedure, Code: code}}}
	case revenue != "":
		return &concept{Coding: []coding{{System: systemRevenue, Code: revenue}}}
	}
	return &concept{Text: "service"}
}

// reasons are adjustments with their category and reason.
func reasons(list []adjust.Adjustment) []adjudication {
	var out []adjudication
	for i := range list {
		a := &list[i]
		system, code := systemC4BB, "noncovered"
		switch {
		case a.Group == adjust.PatientResponsibility && a.Reason == "1":
			system, code = systemAdjudication, "deductible"
		case a.Group == adjust.PatientResponsibility && a.Reason == "2":
			code = "coinsurance"
		case a.Group == adjust.PatientResponsibility && a.Reason == "3":
			system, code = systemAdjudication, "copay"
		case a.Group == adjust.PatientResponsibility:
			code = "memberliability"
		case a.Reason == "45":
			code = "discount"
		case a.Reason == "22" || a.Reason == "23":
			code = "priorpayerpaid"
		}
		out = append(out, adjudication{Category: category(system, code), Amount: usdOf(a.Amount.Amount),
			Reason: &concept{Coding: []coding{{System: systemReason, Code: string(a.Reason)}}, Text: string(a.Group) + "-" + string(a.Reason)}})
	}
	return out
}

// Response writes a ClaimResponse.
func (d *Decided) Response(w io.Writer) error {
	c := d.common()
	items := make([]item, len(c.items))
	for i, it := range c.items {
		items[i] = item{ItemSequence: it.ItemSequence, NoteNumber: it.NoteNumber, Adjudication: it.Adjudication}
	}
	r := claimResponse{ResourceType: "ClaimResponse", ID: c.id, Contained: c.contained, Identifier: c.identifiers, Status: "active", Type: c.kind, Use: c.use, Patient: reference{Reference: "#patient"},
		Created: c.created, Insurer: reference{Reference: "#insurer"}, Requestor: &reference{Reference: "#provider"}, Request: &reference{Identifier: &identifier{System: "urn:claimwire:trace", Value: d.Claim.Trace}},
		Outcome: c.outcome, Disposition: c.disposition, Item: items, AddItem: c.added, Adjudication: c.claimLevel, Total: c.totals, Payment: c.paid, ProcessNote: c.notes,
		Insurance: []insurance{{1, true, reference{Reference: "#coverage"}}}}
	return json.NewEncoder(w).Encode(r)
}

// Explanation writes an ExplanationOfBenefit.
func (d *Decided) Explanation(w io.Writer) error {
	c := d.common()
	for i := range c.items {
		c.items[i].ItemSequence = 0
	}
	r := explanation{ResourceType: "ExplanationOfBenefit", ID: c.id, Contained: c.contained, Identifier: c.identifiers, Status: "active", Type: c.kind, Use: c.use, Patient: reference{Reference: "#patient"},
		BillablePeriod: &period{isoDay(d.Claim.From), isoDay(max(d.Claim.To, d.Claim.From))}, Created: c.created, Insurer: reference{Reference: "#insurer"}, Provider: reference{Reference: "#provider"},
		Outcome: c.outcome, Disposition: c.disposition, Insurance: []insurance{{0, true, reference{Reference: "#coverage"}}}, Item: c.items, AddItem: c.added, Adjudication: c.claimLevel, Total: c.totals,
		Payment: c.paid, ProcessNote: c.notes}
	for i := range d.Record.Diagnoses {
		r.Diagnosis = append(r.Diagnosis, diagnosis{i + 1, concept{Coding: []coding{{System: systemDiagnosis, Code: dotted(d.Record.Diagnoses[i].Code)}}}})
	}
	return json.NewEncoder(w).Encode(r)
}

// dotted is an ICD-10-CM code with its point.
func dotted(code string) string {
	if len(code) > 3 {
		return code[:3] + "." + code[3:]
	}
	return code
}

type reconciliation struct {
	ResourceType      string       `json:"resourceType"`
	ID                string       `json:"id"`
	Contained         []contained  `json:"contained"`
	Identifier        []identifier `json:"identifier,omitempty"`
	Status            string       `json:"status"`
	Created           string       `json:"created"`
	PaymentIssuer     *reference   `json:"paymentIssuer,omitempty"`
	Outcome           string       `json:"outcome,omitempty"`
	Disposition       string       `json:"disposition,omitempty"`
	PaymentDate       string       `json:"paymentDate"`
	PaymentAmount     amount       `json:"paymentAmount"`
	PaymentIdentifier *identifier  `json:"paymentIdentifier,omitempty"`
	Detail            []detail     `json:"detail,omitempty"`
	ProcessNote       []struct {
		Type string `json:"type,omitempty"`
		Text string `json:"text,omitempty"`
	} `json:"processNote,omitempty"`
}

type detail struct {
	Identifier *identifier `json:"identifier,omitempty"`
	Type       concept     `json:"type"`
	Request    *reference  `json:"request,omitempty"`
	Date       string      `json:"date,omitempty"`
	Amount     *amount     `json:"amount,omitempty"`
}

// Reconciliation writes the PaymentReconciliation of a remittance advice: its
// details sum to what was paid.
func Reconciliation(w io.Writer, m *gateway.Remittance, payments []gateway.Payment, adjustments []gateway.ProviderAdjustment, now time.Time) error {
	yes := true
	r := reconciliation{ResourceType: "PaymentReconciliation", ID: fmt.Sprintf("remittance-%d", m.ID), Contained: []contained{{ResourceType: "Organization", ID: "issuer", Active: &yes, Name: m.PayerName}},
		Status: "active", Created: now.UTC().Format(time.RFC3339), PaymentIssuer: &reference{Reference: "#issuer"}, Outcome: "complete", PaymentDate: isoDay(m.Date), PaymentAmount: usd(m.Amount),
		PaymentIdentifier: &identifier{Value: m.Trace}}
	if r.PaymentDate == "" {
		r.PaymentDate = now.UTC().Format(time.DateOnly)
	}
	if m.State != gateway.RemittancePosted && m.State != gateway.RemittanceReleased {
		r.Outcome, r.Disposition = "error", "The remittance advice is "+string(m.State)+"."
	}
	for i := range payments {
		p := &payments[i]
		d := detail{Type: category(systemPaymentType, "payment"), Date: isoDay(p.PaidOn), Amount: usdOf(p.Paid)}
		if p.PayerClaimID != "" {
			d.Identifier = &identifier{Value: p.PayerClaimID}
		}
		if p.Claim != 0 {
			d.Request = &reference{Identifier: &identifier{System: "urn:claimwire:claim", Value: strconv.FormatInt(p.Claim, 10)}}
		}
		if p.Kind == string(remit.Reversal) {
			d.Type = category(systemPaymentType, "adjustment")
		}
		r.Detail = append(r.Detail, d)
	}
	for _, a := range adjustments {
		kind := "adjustment"
		if remit.ProviderKind(a.Reason) == "advance" {
			kind = "advance"
		}
		d := detail{Type: category(systemPaymentType, kind), Date: isoDay(a.Date), Amount: usdOf(-a.Amount), Identifier: &identifier{Value: a.Reason, Type: &concept{Text: "provider adjustment reason"}}}
		r.Detail = append(r.Detail, d)
	}
	return json.NewEncoder(w).Encode(r)
}
