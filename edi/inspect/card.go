package inspect

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"

	"claimwire/edi/ack"
	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/remit"
	"claimwire/edi/status"
)

// A card says in a biller's words what a claim comes to: who, what for, and its
// lines with the money in columns. It stands at the top of the claim; the
// segments that it was read from fold out below.

// card is the HTML of one.
type card struct{ b bytes.Buffer }

// word escapes our own words.
func word(s string) string { return html.EscapeString(s) }

// begin opens the list of who and what.
func (k *card) begin() { k.b.WriteString("<div class=\"card\"><dl class=\"who\">") }

// row adds a line to it; nothing where there is no value. The value is HTML.
func (k *card) row(name, value string) {
	if value != "" {
		fmt.Fprintf(&k.b, "<div><dt>%s</dt><dd>%s</dd></div>", word(name), value)
	}
}

func (k *card) end() string {
	k.b.WriteString("</div>\n")
	return k.b.String()
}

// table opens a table of lines. Columns that begin with $ hold amounts.
func (k *card) table(label string, columns ...string) {
	fmt.Fprintf(&k.b, "</dl><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table class=\"lines\"><thead><tr>", word(label))
	for _, c := range columns {
		if name, ok := strings.CutPrefix(c, "$"); ok {
			fmt.Fprintf(&k.b, "<th scope=\"col\" class=\"amount\">%s</th>", word(name))
		} else {
			fmt.Fprintf(&k.b, "<th scope=\"col\">%s</th>", word(c))
		}
	}
	k.b.WriteString("</tr></thead><tbody>\n")
}

// cells are those of a row: HTML, or an amount.
func (k *card) cells(class string, cells ...any) {
	if class != "" {
		class = " class=\"" + class + "\""
	}
	fmt.Fprintf(&k.b, "<tr%s>", class)
	for _, c := range cells {
		switch c := c.(type) {
		case money.Optional:
			k.b.WriteString(amountCell(c))
		case money.Amount:
			k.b.WriteString(amountCell(money.Of(c)))
		default:
			fmt.Fprintf(&k.b, "<td>%s</td>", c)
		}
	}
	k.b.WriteString("</tr>\n")
}

// total adds a row whose first cell spans some columns.
func (k *card) total(class, note string, span int, cells ...money.Optional) {
	fmt.Fprintf(&k.b, "<tr class=\"%s\"><td colspan=\"%d\">%s</td>", class, span, word(note))
	for _, c := range cells {
		k.b.WriteString(amountCell(c))
	}
	k.b.WriteString("</tr>\n")
}

// says adds a row over the whole width below a line.
func (k *card) says(columns int, value string) {
	fmt.Fprintf(&k.b, "<tr class=\"says\"><td></td><td colspan=\"%d\">%s</td></tr>\n", columns-1, value)
}

func (k *card) endTable() { k.b.WriteString("</tbody></table></div>\n") }

// nextStep is what to do about a code: its next step.
func nextStep(list, code string) string {
	e, ok := explain.Lookup(list, code)
	if !ok || e.Next == "" {
		return ""
	}
	return " <span class=\"next\">" + word(e.Next) + "</span>"
}

func personName(n *party.Name) string {
	return esc(strings.Join(strings.Fields(n.First+" "+n.Middle+" "+n.Last+" "+n.Suffix), " "))
}

// partyLine is a name with its identifier.
func partyLine(p *claim.Party) string {
	s := personName(&p.Name)
	if s == "" && p.ID.Value == "" {
		return ""
	}
	if p.ID.Value != "" {
		kind := map[string]string{"XX": "NPI", "MI": "member", "PI": "payer id", "FI": "tax id", "24": "tax id", "46": "id"}[string(p.ID.Qualifier)]
		s += " <small>" + strings.TrimSpace(kind+" "+esc(p.ID.Value)) + "</small>"
	}
	return s
}

func period(p claim.Period) string {
	from, to := p.From(), p.To()
	switch {
	case from == "":
		return ""
	case to == "" || to == from:
		return esc(or(Days(from), from))
	}
	return esc(or(Days(from), from)) + " to " + esc(or(Days(to), to))
}

// icd10 writes a diagnosis as people do, with its point.
func icd10(code string) string {
	if len(code) > 3 {
		return code[:3] + "." + code[3:]
	}
	return code
}

// procedure is a code with its modifiers.
func procedure(code string, modifiers [4]string) string {
	s := "<b>" + esc(code) + "</b>"
	for _, m := range modifiers {
		if m != "" {
			s += " <small>" + esc(m) + "</small>"
		}
	}
	return s
}

// claimCard is the card of a claim (837).
func claimCard(c *claim.Claim) string {
	var k card
	k.begin()
	if p := c.PatientPerson(); p != nil {
		s := personName(&p.Name)
		if d := p.Demographics.BirthDate; d != "" {
			s += " <small>born " + esc(or(Days(d), d)) + map[string]string{"F": ", female", "M": ", male"}[p.Demographics.Gender] + "</small>"
		}
		k.row("Patient", s)
	}
	if s := c.Subscriber; s != nil {
		v := ""
		if c.Patient != nil {
			v = personName(&s.Name) + " "
		}
		if s.ID.Value != "" {
			v += "<small>member</small> " + esc(s.ID.Value)
		}
		if g := s.Coverage.GroupNumber; g != "" {
			v += " <small>group " + esc(g) + "</small>"
		}
		k.row("Insured", v)
	}
	if p := c.Payer; p != nil {
		k.row("Payer", partyLine(p))
	}
	if p := c.BillingProvider; p != nil {
		k.row("Billed by", partyLine(&p.Party))
	}
	for _, r := range []struct {
		name string
		role claim.Role
	}{{"Attending", claim.RoleAttending}, {"Operating", claim.RoleOperating}, {"Rendered by", claim.RoleRendering}, {"Referred by", claim.RoleReferring}, {"Supervised by", claim.RoleSupervising}, {"At", claim.RoleServiceFacility}} {
		if p := c.Provider(r.role); p != nil {
			k.row(r.name, partyLine(p))
		}
	}
	if c.Kind == claim.Institutional {
		k.row("Type of bill", "<b>0"+esc(c.PlaceOfService+c.Frequency)+"</b> <small>"+word(explain.Words("frequency", c.Frequency))+"</small>")
		k.row("Statement", period(c.Date(claim.DateStatement)))
		k.row("Admitted", period(c.Date(claim.DateAdmission)))
	} else {
		k.row("Place", esc(c.PlaceOfService)+" <small>"+word(explain.Words("pos", c.PlaceOfService))+"</small>")
		if c.Frequency != "1" {
			k.row("Sent as", esc(c.Frequency)+" <small>"+word(explain.Words("frequency", c.Frequency))+"</small>")
		}
	}
	for _, d := range []struct {
		name string
		kind claim.DateKind
	}{{"Onset", claim.DateOnset}, {"Accident", claim.DateAccident}} {
		k.row(d.name, period(c.Date(d.kind)))
	}
	k.row("Authorization", esc(c.Reference(claim.ReferencePriorAuthorization)))
	k.row("Referral", esc(c.Reference(claim.ReferenceReferral)))
	k.row("Payer's number of the earlier claim", esc(c.Reference(claim.ReferencePayerClaimID)))
	var diagnoses []string
	for i := range c.Diagnoses {
		d := &c.Diagnoses[i]
		s := esc(icd10(d.Code))
		switch d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther:
			s = "<b>" + s + "</b>"
		case claim.DiagnosisAdmitting:
			s += " <small>admitting</small>"
		case claim.DiagnosisReasonForVisit:
			s += " <small>reason for the visit</small>"
		case claim.DiagnosisExternalCause:
			s += " <small>cause</small>"
		}
		if !slices.Contains(diagnoses, s) {
			diagnoses = append(diagnoses, s)
		}
	}
	k.row("Diagnoses", strings.Join(diagnoses, ", "))
	if c.DRG.Code != "" {
		k.row("DRG", esc(c.DRG.Code))
	}
	for i := range c.OtherCoverages {
		o := &c.OtherCoverages[i]
		v := partyLine(&o.Payer.Party)
		for _, a := range o.Amounts {
			if a.Kind == claim.AmountPayerPaid && a.Amount.Known {
				v += " <span class=\"amount\">paid " + a.Amount.Amount.String() + "</span>"
			}
		}
		k.row("Other payer", v)
	}
	k.claimLines(c)
	return k.end()
}

// claimLines is the table of a claim's lines.
func (k *card) claimLines(c *claim.Claim) {
	columns := []string{"#", "Date", "Procedure", "Diagnoses", "Units", "$Charge"}
	switch c.Kind {
	case claim.Institutional:
		columns[3] = "Revenue"
	case claim.Dental:
		columns[3] = "Tooth"
	}
	k.table("Service lines", columns...)
	var sum money.Amount
	known := true
	for i := range c.Lines {
		l := &c.Lines[i]
		date := period(l.Service())
		if date == "" {
			date = period(c.Date(claim.DateService))
		}
		about := ""
		switch c.Kind {
		case claim.Institutional:
			about = esc(l.RevenueCode)
		case claim.Dental:
			for _, t := range l.Teeth {
				about += esc(strings.TrimSpace(t.Number+" "+strings.Join(t.Surfaces[:], ""))) + " "
			}
		default:
			var list []string
			for _, p := range l.DiagnosisPointers {
				if d := c.Diagnosis(p); d != nil {
					list = append(list, esc(icd10(d.Code)))
				}
			}
			about = strings.Join(list, ", ")
		}
		what := ""
		if l.Procedure.Code != "" {
			what = procedure(l.Procedure.Code, l.Procedure.Modifiers)
		}
		if d := l.Drug; d != nil && d.Code != "" {
			what += " <small>drug " + esc(d.Code) + " " + esc(string(d.Quantity)) + " " + esc(d.Unit) + "</small>"
		}
		units := esc(string(l.Units))
		if l.Unit == "MJ" {
			units += " <small>minutes</small>"
		}
		k.cells("", esc(or(l.Number, fmt.Sprint(i+1))), date, what, about, units, l.Charge)
		known = known && l.Charge.Known
		sum += l.Charge.Amount
	}
	class, note := "total", "Sum of the lines"
	if known && c.Charge.Known && sum != c.Charge.Amount {
		class, note = "total wrong", "Sum of the lines; the claim says "+c.Charge.Amount.String()
	}
	k.total(class, note, 5, money.Optional{Amount: sum, Known: known})
	k.endTable()
}

// paymentCard is the card of a claim payment (835).
func paymentCard(c *remit.ClaimPayment) string {
	var k card
	k.begin()
	for i := range c.Names {
		n := &c.Names[i]
		name := map[string]string{"QC": "Patient", "IL": "Insured", "74": "Corrected to", "82": "Rendered by", "TT": "Forwarded to", "PR": "Pays before"}[n.Role]
		if name == "" {
			continue
		}
		v := esc(strings.Join(strings.Fields(n.First+" "+n.Middle+" "+n.Last), " "))
		if n.ID != "" {
			v += " <small>" + esc(n.ID) + "</small>"
		}
		k.row(name, v)
	}
	k.row("Payer's claim number", esc(c.PayerClaimID))
	k.row("Status", esc(c.Status)+" <small>"+word(explain.Words("clp02", c.Status))+"</small>")
	comes := map[string]string{"paid": "paid", "patient_responsibility": "the patient owes it", "contractual": "nothing due by contract", "other_payer": "another payer has paid", "forwarded": "forwarded to another payer", "predetermination": "a prediction, no payment"}[c.Word]
	switch c.Kind {
	case remit.Denial:
		comes = "denied: " + map[string]string{"documentation": "documents are wanted", "claim_data": "something on the claim is missing or wrong", "not_covered": "not covered", "not_separately_payable": "not paid separately", "patient_not_found": "the patient is not known", "other": "see the reasons"}[c.Scenario]
	case remit.Reversal:
		comes = "an earlier payment is taken back"
	}
	k.row("Comes to", word(comes))
	for _, d := range c.Dates {
		if name := map[string]string{"232": "From", "233": "To", "050": "Received"}[d.Kind]; name != "" {
			k.row(name, esc(or(Days(d.Day), d.Day)))
		}
	}
	const columns = 7
	k.table("Service lines and what became of them", "Date", "Procedure", "$Charge", "$Contract", "$Patient", "$Other", "$Paid")
	for i := range c.Lines {
		l := &c.Lines[i]
		what := procedure(or(l.Procedure.Code, l.RevenueCode), l.Procedure.Modifiers)
		if l.Submitted.Code != "" && l.Submitted.Code != l.Procedure.Code {
			what += " <small>sent as " + esc(l.Submitted.Code) + "</small>"
		}
		co, pr, other := byBearer(l.Adjustments)
		k.cells("", esc(or(Days(l.Date()), l.Date())), what, l.Charge, co, pr, other, l.Paid)
		k.reasons(columns, l.Adjustments, func(yield func(string)) {
			for _, r := range l.Remarks {
				if r.CodeList == "HE" {
					yield(r.Code)
				}
			}
		})
	}
	if len(c.Adjustments) > 0 || len(c.RemarkCodes()) > 0 {
		co, pr, other := byBearer(c.Adjustments)
		if len(c.Adjustments) > 0 {
			k.cells("", "", "the claim as a whole", money.Optional{}, co, pr, other, money.Optional{})
		}
		k.reasons(columns, c.Adjustments, func(yield func(string)) {
			for _, list := range [][]string{pick(c.Outpatient, 3, 4, 5, 6, 7), pick(c.Inpatient, 5, 20, 21, 22, 23)} {
				for _, r := range list {
					yield(r)
				}
			}
		})
	}
	all := slices.Clone(c.Adjustments)
	for i := range c.Lines {
		all = append(all, c.Lines[i].Adjustments...)
	}
	co, pr, other := byBearer(all)
	class, note := "total", "Claim"
	if b := c.Balance(); b.Known && !b.Holds() {
		class, note = "total wrong", "Claim: paid and adjustments come to "+b.Computed.String()
	}
	k.total(class, note, 2, c.Charge, co, pr, other, c.Paid)
	k.endTable()
	return k.end()
}

// pick gives elements that are there.
func pick(elements []string, at ...int) (list []string) {
	for _, i := range at {
		if i <= len(elements) && elements[i-1] != "" {
			list = append(list, elements[i-1])
		}
	}
	return list
}

// byBearer sums adjustments by who bears them; what there is none of stays empty.
func byBearer(list []adjust.Adjustment) (co, pr, other money.Optional) {
	for i := range list {
		a := &list[i]
		to := &other
		switch a.Group {
		case adjust.ContractualObligation:
			to = &co
		case adjust.PatientResponsibility:
			to = &pr
		}
		to.Known = true
		to.Amount += a.Amount.Amount
	}
	return co, pr, other
}

// reasons adds what adjustments and remarks mean.
func (k *card) reasons(columns int, list []adjust.Adjustment, remarks func(yield func(string))) {
	for i := range list {
		a := &list[i]
		k.says(columns, fmt.Sprintf("<span class=\"code\">%s-%s</span> <span class=\"amount\">%s</span> %s%s", esc(string(a.Group)), esc(string(a.Reason)), a.Amount.String(),
			word(explain.Words("carc", string(a.Reason))), nextStep("carc", string(a.Reason))))
	}
	remarks(func(code string) {
		k.says(columns, fmt.Sprintf("<span class=\"code\">%s</span> %s%s", esc(code), word(explain.Words("rarc", code)), nextStep("rarc", code)))
	})
}

// statusCard is the card of a claim in a 277.
func statusCard(c *status.ClaimStatus) string {
	var k card
	k.begin()
	if id := c.ClaimID(); id != c.Trace.Value {
		k.row("Your claim", "<b>"+esc(id)+"</b>")
	}
	if c.Patient != nil {
		n := &c.Patient.Name
		v := esc(person(n))
		if n.Value != "" {
			v += " <small>member " + esc(n.Value) + "</small>"
		}
		k.row("Patient", v)
	}
	if c.Provider != nil {
		k.row("Provider", esc(person(&c.Provider.Name))+" <small>"+esc(c.Provider.Name.Value)+"</small>")
	}
	k.row("Payer's claim number", esc(c.PayerClaimID()))
	for _, d := range c.Dates {
		if name := map[string]string{"472": "Service", "106": "Answer by", "R01": "Answer by"}[d.Kind]; name != "" {
			v := or(Days(d.Text), d.Text)
			if name == "Answer by" {
				v = "<b>" + esc(v) + "</b>"
			} else {
				v = esc(v)
			}
			k.row(name, v)
		}
	}
	k.b.WriteString("</dl>")
	k.statuses(c.Infos)
	for i := range c.Lines {
		l := &c.Lines[i]
		charge := ""
		if l.Charge.Known {
			charge = " <span class=\"amount\">" + l.Charge.Amount.String() + "</span>"
		}
		fmt.Fprintf(&k.b, "<p class=\"line\">Line %s %s%s</p>", esc(l.ControlNumber()), procedure(or(l.Procedure, l.Revenue), l.Modifiers), charge)
		k.statuses(l.Infos)
	}
	return k.end()
}

// statuses says status codes in sentences, with what to do.
func (k *card) statuses(list []status.Info) {
	if len(list) == 0 {
		return
	}
	k.b.WriteString("<ul class=\"says\">")
	for i := range list {
		for _, c := range list[i].Codes {
			if c.Category == "" {
				continue
			}
			next := nextStep("status", c.Status)
			if next == "" || c.Category[0] == 'A' || c.Category[0] == 'R' {
				next = nextStep("category", c.Category)
			}
			fmt.Fprintf(&k.b, "<li><span class=\"code\">%s</span> %s%s</li>", esc(strings.TrimRight(c.Category+":"+c.Status+":"+c.Entity, ":")), word(explain.Status(c.Category, c.Status, c.Entity)), next)
		}
		if s := list[i].Text; s != "" {
			fmt.Fprintf(&k.b, "<li>The payer writes: %s</li>", esc(s))
		}
	}
	k.b.WriteString("</ul>")
}

// functionalCard is what a 999 says of a group and its sets.
func functionalCard(f *ack.Functional) string {
	var k card
	k.begin()
	k.row("Group", esc(f.Group)+" <small>"+esc(f.FunctionalID)+" "+esc(f.Guide)+"</small>")
	k.row("Comes to", "<b>"+word(explain.Words("ak901", f.Status))+"</b>")
	for _, c := range f.Codes {
		k.row("Because", "<span class=\"code\">"+esc(c)+"</span> "+word(explain.Words("ak905", c))+nextStep("ak905", c))
	}
	k.row("Sets", fmt.Sprintf("%d sent, %d received, %d accepted", f.Included, f.Received, f.Accepted))
	k.table("Sets and what was found in them", "Set", "Claim", "Where", "What is wrong")
	for i := range f.Sets {
		s := &f.Sets[i]
		words := word(explain.Words("ik501", s.Status))
		for _, c := range s.Codes {
			words += " <small>" + word(explain.Words("ik502", c)) + "</small>"
		}
		class := ""
		if s.Rejected() {
			class = "wrong"
		}
		k.cells(class, "<b>"+esc(s.Control)+"</b>", "", esc(s.Type), words)
		for n := range s.Errors {
			if n == maxListed {
				k.says(4, word(count(len(s.Errors)-n, "error")+" more, not listed here; they stand below."))
				break
			}
			e := &s.Errors[n]
			list := "ik304"
			at := e.SegmentID
			if e.HasElement {
				list = "ik403"
				at = fmt.Sprintf("%s%02d", e.SegmentID, e.Element)
				if e.Component > 0 {
					at += fmt.Sprintf("-%d", e.Component)
				}
			}
			where := "segment " + fmt.Sprint(e.Segment) + ", <b>" + esc(at) + "</b>"
			if e.Loop != "" {
				where += " <small>loop " + esc(e.Loop) + "</small>"
			}
			k.cells("", "", esc(e.Claim), where, "<span class=\"code\">"+esc(e.Code)+"</span> "+word(explain.Words(list, e.Code)))
		}
	}
	k.endTable()
	return k.end()
}
