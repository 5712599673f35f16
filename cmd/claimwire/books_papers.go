package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/correct"
	"claimwire/gateway/denial"
	"claimwire/gateway/ledger"
	"claimwire/gateway/paper"
	"claimwire/gateway/store"
)

var _ api.Papers = books{}

// Paper writes a document for people.
func (b books) Paper(ctx context.Context, s gateway.Scope, kind, format string, id int64) ([]byte, string, error) {
	d, err := read(ctx, b.g, func(tx *store.Tx) (*paper.Document, error) {
		switch kind {
		case "remittance":
			return b.g.advicePaper(tx, s, id)
		case "eob":
			return b.g.benefitsPaper(tx, s, id)
		case "proof":
			return b.g.proofPaper(tx, s, id)
		case "appeal":
			return b.g.appealPaper(tx, s, id)
		}
		return nil, api.ErrNotFound
	})
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	if format == "pdf" {
		err = d.PDF(&out)
		return out.Bytes(), "application/pdf", err
	}
	err = d.HTML(&out)
	return out.Bytes(), "text/html; charset=utf-8", err
}

// maxPaper bounds the claims of one paper; a longer advice is looked at in parts
// with the exports.
const maxPaper = 5000

func dayWords(day string) string {
	t, err := time.Parse("20060102", strings.ReplaceAll(day, "-", ""))
	if err != nil {
		return day
	}
	return t.Format("2 January 2006")
}

// advicePaper is a remittance advice.
func (g *spine) advicePaper(tx *store.Tx, s gateway.Scope, id int64) (*paper.Document, error) {
	m, err := tx.Remittance(s, id)
	if err != nil {
		return nil, err
	}
	d := &paper.Document{Title: "Remittance advice " + m.Trace, Date: g.now(), Foot: "Made by claimwire from the file with SHA-256 " + m.Place.SHA256}
	how := map[string]string{"ACH": "bank transfer", "CHK": "check", "FWT": "wire transfer", "NON": "no payment", "BOP": "as the bank decides"}[m.Method]
	d.Facts([2]string{"Payer", m.PayerName}, [2]string{"Payee", strings.TrimSpace(m.PayeeName + " " + m.Payee)}, [2]string{"Amount", m.Amount.String()}, [2]string{"Paid by", how},
		[2]string{"Number", m.Trace}, [2]string{"Date", dayWords(m.Date)}, [2]string{"State", string(m.State)})
	if m.Hold != "" {
		d.Heading("Held")
		for _, line := range strings.Split(m.Hold, "\n") {
			d.Text(line)
		}
	}
	table := g.table(m.Partner)
	p := paper.Part{Head: []string{"Patient, number", "Service", "Charge", "Paid", "Contract", "Patient", "Other payer", "Denied", "Why"}, Widths: []float64{3, 2.4, 1.5, 1.5, 1.5, 1.4, 1.4, 1.4, 3},
		Right: []bool{false, false, true, true, true, true, true, true, false}}
	var sum remit.Buckets
	var charge, paid money.Amount
	var codes []string
	for after, n := int64(0), 0; ; {
		list, err := tx.PaymentPage(s, gateway.PaymentQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, Remittance: id})
		if err != nil {
			return nil, err
		}
		for i := range list {
			if n++; n > maxPaper {
				return nil, api.Refused{Reason: fmt.Sprintf("the advice has more than %d claims: export it instead", maxPaper)}
			}
			after = list[i].ID
			c, err := remit.ParseRecord(list[i].Document)
			if err != nil {
				return nil, err
			}
			b := table.Split(c)
			sum, charge, paid = sum.Plus(b), charge+list[i].Charge, paid+list[i].Paid
			who := list[i].ClaimID
			if q := c.Name("QC"); q != nil {
				who = strings.TrimSpace(q.Last+", "+q.First) + "\n" + who
			}
			kind := list[i].Kind
			if list[i].Outcome != "" && list[i].Outcome != "paid" {
				kind = strings.ReplaceAll(list[i].Outcome, "_", " ")
			}
			p.Rows = append(p.Rows, []string{who, kind, list[i].Charge.String(), b.Paid.String(), b.Contractual.String(), b.Patient.String(), b.OtherPayer.String(), b.Denied.String(), strings.Join(reasonCodes(c.Adjustments, nil), " ")})
			codes = addCodes(codes, reasonCodes(c.Adjustments, c.RemarkCodes()))
			for k := range c.Lines {
				l := &c.Lines[k]
				one := remit.ClaimPayment{Status: c.Status, Charge: l.Charge, Paid: l.Paid, Lines: c.Lines[k : k+1], Outcome: remit.Outcome{Kind: remit.Payment}}
				lb := table.Split(&one)
				p.Rows = append(p.Rows, []string{"    " + strings.TrimSpace(l.Procedure.Code+" "+strings.Join(mods(l.Procedure.Modifiers), " ")), dayShort(l.Date()), l.Charge.String(), l.Paid.String(),
					lb.Contractual.String(), lb.Patient.String(), lb.OtherPayer.String(), lb.Denied.String(), strings.Join(reasonCodes(l.Adjustments, remarksOf(l)), " ")})
				codes = addCodes(codes, reasonCodes(l.Adjustments, remarksOf(l)))
			}
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	if len(p.Rows) > 0 {
		p.Total = []string{"In all", "", charge.String(), sum.Paid.String(), sum.Contractual.String(), sum.Patient.String(), sum.OtherPayer.String(), sum.Denied.String(), ""}
		d.Heading("Claims")
		d.Parts = append(d.Parts, p)
	}
	adj, err := tx.ProviderAdjustments(s, id, gateway.Page{Limit: gateway.MaxPage})
	if err != nil {
		return nil, err
	}
	total := paid
	if len(adj) > 0 {
		d.Heading("Between payer and provider")
		q := paper.Part{Head: []string{"What", "Reference", "Amount", "It"}, Widths: []float64{5, 3, 1.5, 2.5}, Right: []bool{false, false, true, false}}
		for _, a := range adj {
			total -= a.Amount
			does := "takes from the payment"
			if a.Amount < 0 {
				does = "adds to the payment"
			}
			q.Rows = append(q.Rows, []string{a.Reason + " " + explain.Words("plb", a.Reason), a.Reference, a.Amount.String(), does})
		}
		d.Parts = append(d.Parts, q)
	}
	if m.State == gateway.RemittancePosted || m.State == gateway.RemittanceReleased {
		d.Heading("How the payment comes about")
		d.Facts([2]string{"Paid on the claims", paid.String()}, [2]string{"Less adjustments", (paid - total).String()}, [2]string{"Comes to", total.String()}, [2]string{"The payer says", m.Amount.String()})
	}
	glossary(d, codes)
	return d, nil
}

func mods(list [4]string) []string {
	var out []string
	for _, m := range list {
		if m != "" {
			out = append(out, m)
		}
	}
	return out
}

func dayShort(day string) string {
	if len(day) != 8 {
		return day
	}
	return day[:4] + "-" + day[4:6] + "-" + day[6:]
}

func remarksOf(l *remit.ServicePayment) []string {
	var out []string
	for _, r := range l.Remarks {
		if r.CodeList == "HE" {
			out = append(out, r.Code)
		}
	}
	return out
}

// glossary says what the codes of a paper mean.
func glossary(d *paper.Document, codes []string) {
	if len(codes) == 0 {
		return
	}
	d.Heading("What the codes mean")
	var facts [][2]string
	for _, c := range codes {
		list, code := "rarc", c
		if _, reason, ok := strings.Cut(c, "-"); ok {
			list, code = "carc", reason
		}
		w := explain.Words(list, code)
		if w == "" {
			w = "(not explained here)"
		}
		facts = append(facts, [2]string{c, w})
	}
	d.Facts(facts...)
}

// benefitsPaper is the patient's explanation of benefits: what was charged, what
// the plan did, and what is left to pay.
func (g *spine) benefitsPaper(tx *store.Tx, s gateway.Scope, id int64) (*paper.Document, error) {
	c, err := tx.Claim(s, id)
	if err != nil {
		return nil, err
	}
	f, err := g.facts(tx, s, id)
	if err != nil {
		return nil, err
	}
	pays, err := tx.PaymentPage(s, gateway.PaymentQuery{Page: gateway.Page{Limit: gateway.MaxPage}, Claim: id})
	if err != nil {
		return nil, err
	}
	counted := countedOf(&f)
	k, err := claimRecord(&c)
	if err != nil {
		return nil, err
	}
	d := &paper.Document{Title: "Explanation of benefits", Date: g.now(), Foot: "This is not a bill. Claim " + c.ClaimID + "."}
	provider := ""
	if k.BillingProvider != nil {
		provider = fullName(k.BillingProvider.Name)
	}
	patient := ""
	if p := k.PatientPerson(); p != nil {
		patient = fullName(p.Name)
	}
	d.Facts([2]string{"Patient", patient}, [2]string{"Provider", provider}, [2]string{"Health plan", c.PayerName}, [2]string{"Plan's number", c.PayerClaimID}, [2]string{"Services", daySpan(c.From, c.To)})
	if len(counted) == 0 {
		d.Text("Your health plan has not decided this claim yet. You owe nothing on it for now.")
		return d, nil
	}
	p := paper.Part{Head: []string{"Date", "Service", "Charged", "Not allowed", "Plan paid", "Other plans", "You may owe", "Note"}, Widths: []float64{1.7, 1.7, 1.5, 1.5, 1.5, 1.5, 1.6, 1.7},
		Right: []bool{false, false, true, true, true, true, true, false}}
	table := g.table(c.Partner)
	var codes []string
	var sum remit.Buckets
	var charge money.Amount
	foretold := true // nothing is decided: the plan says what it would pay
	var owed money.Amount
	// What a payer denies and puts on the patient (group PR) the patient may owe.
	row := func(day, service string, ch money.Amount, b remit.Buckets, onPatient money.Amount, notes []string) {
		onPatient = max(onPatient, b.Patient)
		owed += onPatient
		p.Rows = append(p.Rows, []string{dayShort(day), service, ch.String(), (b.Contractual + b.Denied + b.Patient - onPatient).String(), b.Paid.String(), b.OtherPayer.String(), onPatient.String(), strings.Join(notes, " ")})
		codes = addCodes(codes, notes)
	}
	for i := range pays {
		if !counted[pays[i].ID] {
			continue
		}
		r, err := remit.ParseRecord(pays[i].Document)
		if err != nil {
			return nil, err
		}
		foretold = foretold && pays[i].Outcome == "predetermination"
		sum, charge = sum.Plus(table.Split(r)), charge+pays[i].Charge
		if len(r.Lines) == 0 || len(r.Adjustments) > 0 {
			onPatient := groupPR(r.Adjustments)
			for n := range r.Lines {
				onPatient += groupPR(r.Lines[n].Adjustments)
			}
			row(c.From, "whole claim", pays[i].Charge, table.Split(r), onPatient, reasonCodes(r.Adjustments, r.RemarkCodes()))
			continue
		}
		for n := range r.Lines {
			l := &r.Lines[n]
			one := remit.ClaimPayment{Status: r.Status, Charge: l.Charge, Paid: l.Paid, Lines: r.Lines[n : n+1], Outcome: remit.Outcome{Kind: remit.Payment}}
			row(l.Date(), l.Procedure.Code, l.Charge.Amount, table.Split(&one), groupPR(l.Adjustments), reasonCodes(l.Adjustments, remarksOf(l)))
		}
	}
	p.Total = []string{"In all", "", charge.String(), (sum.Contractual + sum.Denied + sum.Patient - owed).String(), sum.Paid.String(), sum.OtherPayer.String(), owed.String(), ""}
	if foretold {
		d.Text("Your health plan was asked what it would pay, and has said so. Nothing has been done yet, nothing is decided, and you owe nothing for it.")
		glossary(d, codes)
		return d, nil
	}
	d.Heading("What the plan decided")
	d.Parts = append(d.Parts, p)
	switch {
	case owed > 0:
		d.Text(fmt.Sprintf("By the plan's decision you may owe your provider %v.", owed))
	case sum.Denied > 0:
		d.Text(fmt.Sprintf("The plan denied %v. Ask your provider what is being done about it before you pay anything.", sum.Denied))
	default:
		d.Text("By the plan's decision you owe nothing.")
	}
	glossary(d, codes)
	return d, nil
}

// groupPR is what a payer puts on the patient.
func groupPR(list []adjust.Adjustment) (sum money.Amount) {
	for i := range list {
		if list[i].Group == "PR" {
			sum += list[i].Amount.Amount
		}
	}
	return sum
}

func fullName(n party.Name) string { return strings.TrimSpace(n.First + " " + n.Last) }

func daySpan(from, to string) string {
	if to == "" || to == from {
		return dayWords(from)
	}
	return dayWords(from) + " to " + dayWords(to)
}

// proofOf gathers what proves that a claim was filed: the file, when it was
// sent, and the payer's acknowledgments. why says why there is no proof.
func (g *spine) proofOf(tx *store.Tx, s gateway.Scope, c *gateway.Claim) (parts []paper.Part, why string, err error) {
	if c.Interchange == 0 {
		return nil, "it was never sent", nil
	}
	i, err := tx.Interchange(s, c.Interchange)
	if err != nil {
		return nil, "", err
	}
	if i.SentAt.IsZero() {
		return nil, "it was not sent yet", nil
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format("2 January 2006, 15:04:05 UTC")
	}
	facts := func(heading string, list ...[2]string) {
		d := paper.Document{}
		d.Facts(list...)
		parts = append(parts, paper.Part{Heading: heading})
		parts = append(parts, d.Parts...)
	}
	facts("The claim", [2]string{"Patient control number", c.ClaimID}, [2]string{"Our number (REF*D9)", c.Trace}, [2]string{"Payer", strings.TrimSpace(c.PayerName + " " + c.Payer)},
		[2]string{"Services", daySpan(c.From, c.To)}, [2]string{"Charge", c.Charge.String()}, [2]string{"Billing provider", c.NPI})
	facts("The file that it was sent in", [2]string{"Interchange control number", i.Control}, [2]string{"Transaction set", c.Set}, [2]string{"File", i.Name}, [2]string{"Bytes", fmt.Sprint(i.Size)},
		[2]string{"SHA-256", i.SHA256}, [2]string{"Sent", at(i.SentAt)}, [2]string{"TA1", at(i.TA1At)}, [2]string{"999", at(i.AcknowledgedAt)})
	events, err := tx.EventsOf(s, c.ID)
	if err != nil {
		return nil, "", err
	}
	accepted := false
	table := paper.Part{Head: []string{"When", "What", "Codes", "File, segment"}, Widths: []float64{2.6, 2, 2, 5}}
	for _, e := range events {
		if len(e.Claims) == 0 {
			continue
		}
		switch e.Kind {
		case "sent", "acknowledged", "received by payer", "accepted", "rejected":
			accepted = accepted || e.Kind == "accepted"
			where := e.Place.SHA256
			if n := e.Claims[0].Seg; n > 0 {
				where += fmt.Sprintf(", segment %d", n)
			}
			table.Rows = append(table.Rows, []string{at(e.At), e.Kind, e.Claims[0].Reason, where})
		}
	}
	parts = append(parts, paper.Part{Heading: "What the payer has said"}, table)
	if !accepted {
		why = "no acknowledgment accepts it into adjudication: a 999 alone, or a rejection, proves nothing"
	}
	return parts, why, nil
}

// proofPaper is the proof of filing.
func (g *spine) proofPaper(tx *store.Tx, s gateway.Scope, id int64) (*paper.Document, error) {
	c, err := tx.Claim(s, id)
	if err != nil {
		return nil, err
	}
	parts, why, err := g.proofOf(tx, s, &c)
	if err != nil {
		return nil, err
	}
	if why != "" {
		return nil, api.Refused{Reason: "there is no proof of filing: " + why}
	}
	d := &paper.Document{Title: "Proof of filing", Date: g.now(), Parts: parts, Foot: "Made by claimwire from its archive. Each digest is of the bytes as they went or came."}
	d.Heading("What this proves")
	d.Text("The payer's own acknowledgment (277CA) accepted the claim into adjudication on the day given above. The bytes of each file named here are kept as they went or came, and have the digests given.")
	return d, nil
}

// appealPaper is a letter of appeal.
func (g *spine) appealPaper(tx *store.Tx, s gateway.Scope, id int64) (*paper.Document, error) {
	p, err := tx.Payment(s, id)
	if err != nil {
		return nil, err
	}
	if p.Claim == 0 {
		return nil, api.Refused{Reason: "the payment has no claim: match it first"}
	}
	items, err := g.denied(tx, s, p)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, api.Refused{Reason: "nothing of this payment is denied"}
	}
	if n := slices.IndexFunc(items, func(it denial.Item) bool { return it.NoAppeal == "" }); n < 0 {
		return nil, api.Refused{Reason: items[0].NoAppeal}
	}
	c := items[0].Claim
	k, err := claimRecord(&c)
	if err != nil {
		return nil, err
	}
	m, err := tx.Remittance(s, p.Remittance)
	if err != nil {
		return nil, err
	}
	d := &paper.Document{Title: "Appeal of a denied claim", Date: g.now(), Foot: "Claim " + c.ClaimID + ", payer's number " + p.PayerClaimID}
	from := ""
	if b := k.BillingProvider; b != nil {
		from = strings.TrimSpace(strings.Join([]string{fullName(b.Name), b.Address.Line1, strings.TrimSpace(b.Address.City + ", " + b.Address.State + " " + zipCode(b.Address.PostalCode))}, "\n"))
	}
	to := c.PayerName
	if k.Payer != nil && k.Payer.Address.Line1 != "" {
		a := k.Payer.Address
		to = strings.Join([]string{c.PayerName, a.Line1, strings.TrimSpace(a.City + ", " + a.State + " " + zipCode(a.PostalCode))}, "\n")
	}
	d.Facts([2]string{"From", from}, [2]string{"To", to + "\nAppeals"})
	who, member, born := "", "", ""
	if q := k.PatientPerson(); q != nil {
		who, born = fullName(q.Name), dayWords(q.Demographics.BirthDate)
	}
	if k.Subscriber != nil {
		member = k.Subscriber.ID.Value
	}
	d.Facts([2]string{"Patient", who}, [2]string{"Born", born}, [2]string{"Member number", member}, [2]string{"Our claim", c.ClaimID}, [2]string{"Your claim", p.PayerClaimID},
		[2]string{"Services", daySpan(c.From, c.To)}, [2]string{"Charge", p.Charge.String()}, [2]string{"Decided", dayWords(p.PaidOn)}, [2]string{"Remittance advice", m.Trace})
	d.Text("We ask you to reconsider your decision on this claim.")
	d.Heading("What you denied")
	t := paper.Part{Head: []string{"Line", "Service", "Denied", "Your reasons"}, Widths: []float64{1, 1.6, 1.6, 8}, Right: []bool{false, false, true, false}}
	var denied money.Amount
	for _, it := range items {
		line := "all"
		if it.Line > 0 {
			line = fmt.Sprint(it.Line)
		}
		var why []string
		for _, r := range it.Reasons {
			if strings.HasSuffix(r.Code, "-45") {
				continue
			}
			w := r.Code
			if r.Words != "" {
				w += ": " + r.Words
			}
			why = append(why, w)
		}
		denied += it.Denied
		t.Rows = append(t.Rows, []string{line, it.Procedure, it.Denied.String(), strings.Join(why, "\n")})
	}
	d.Parts = append(d.Parts, t)
	d.Heading("Why we ask")
	for _, text := range grounds(items, k) {
		d.Text(text)
	}
	parts, why, err := g.proofOf(tx, s, &c)
	if err != nil {
		return nil, err
	}
	d.Text(fmt.Sprintf("We ask you to pay the %v that was denied, or to name the provision of the plan or contract that you rely on, and the person who decided.", denied))
	if first := items[0].Appeal(g.now().Format("20060102")); first.By != "" {
		d.Text("This appeal is within the time allowed: " + strings.TrimPrefix(first.What, "appeal: ") + " by " + dayWords(first.By) + " (" + first.Rule + ").")
	}
	d.Text("Sincerely,")
	d.Text(nameOfProvider(k))
	if why == "" {
		d.Enclosure("Enclosed: proof of filing")
		d.Parts = append(d.Parts, parts...)
	}
	return d, nil
}

func nameOfProvider(k *claim.Claim) string {
	if k.BillingProvider == nil {
		return ""
	}
	return fullName(k.BillingProvider.Name)
}

// grounds are what the facts say for the claim, by the scenario of the denial.
func grounds(items []denial.Item, k *claim.Claim) []string {
	var list []string
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.Scenario] {
			continue
		}
		seen[it.Scenario] = true
		switch it.Scenario {
		case "documentation":
			list = append(list, "The documents that you ask for are enclosed, or were sent to you as an electronic attachment (275). They support the services as billed.")
		case "claim_data":
			list = append(list, "The claim was complete when you accepted it (277CA, below). Where you still miss something, please say which element of the claim it is.")
		case "not_covered":
			var dx []string
			for i := range k.Diagnoses {
				if len(dx) < 4 {
					dx = append(dx, k.Diagnoses[i].Code)
				}
			}
			list = append(list, "The services were necessary for the conditions for which they were given (diagnoses "+strings.Join(dx, ", ")+"); the medical record supports it and is available to you.")
		case "not_separately_payable":
			list = append(list, "The services were distinct, as the modifiers and the record show, and are to be paid separately.")
		case "patient_not_found":
			list = append(list, "The patient was insured with you on the day of the services under the member number given above.")
		default:
			for _, r := range it.Reasons {
				if strings.HasSuffix(r.Code, "-29") {
					list = append(list, "The claim was filed in time: the proof of filing below shows when you accepted it.")
				}
				if strings.HasSuffix(r.Code, "-18") {
					list = append(list, "The claim is no duplicate of another: please name the claim that you take it to repeat.")
				}
			}
		}
	}
	if len(list) == 0 {
		list = append(list, "The services were given and billed as the record shows.")
	}
	return list
}

// reasonCodes lists adjustment and remark codes, each once.
func reasonCodes(list []adjust.Adjustment, remarks []string) []string {
	var out []string
	for i := range list {
		out = addCodes(out, []string{string(list[i].Group) + "-" + string(list[i].Reason)})
	}
	return addCodes(out, remarks)
}

func addCodes(list, more []string) []string {
	for _, c := range more {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// countedOf are the payments of a claim that stand.
func countedOf(f *correct.Facts) map[int64]bool {
	m := map[int64]bool{}
	for _, id := range ledger.Project(&f.Claim, f.Payments).Counted {
		m[id] = true
	}
	return m
}

// zipCode writes a ZIP code as it stands on letters.
func zipCode(code string) string {
	if len(code) == 9 {
		return code[:5] + "-" + code[5:]
	}
	return code
}
