package inspect

import (
	"fmt"
	"io"
	"strings"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/adjust"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// twin writes the plain-text twin of an answer: what a TA1, 999, 277CA, 277 or
// 835 says, for a person to read. Its length is that of the file's claims;
// nothing is held but the claim at hand.
type twin struct {
	w        io.Writer
	set      *edi.Set
	receiver *status.Level // whose head was written
	provider *status.Level
	remit    *remit.Remittance
	claims   int
	refused  int
	rejected money.Amount
	sum      money.Amount
}

// Text reads an answer and writes it as text for a person to read.
func Text(w io.Writer, r io.Reader, name string) error {
	t := &twin{w: w}
	_, err := edi.Process(r, edi.Options{File: name, Types: 1 << 1}, edi.Sink{
		Report: nil,
		BeginInterchange: func(ic *x12.Interchange) {
			t.line(0, "Interchange %s from %s to %s, %s", ic.Control, strings.TrimSpace(ic.Sender), strings.TrimSpace(ic.Receiver), map[string]string{"P": "production", "T": "test"}[ic.Usage])
		},
		BeginSet: func(s *edi.Set) {
			t.set, t.receiver, t.provider, t.remit, t.claims, t.refused, t.rejected, t.sum = s, nil, nil, nil, 0, 0, 0, 0
			title := s.GuideID
			if s.Guide != nil {
				title = s.Guide.Title
			}
			t.line(0, "")
			t.line(0, "%s, set %s", title, s.Control)
			t.line(0, "%s", strings.Repeat("-", 78))
		},
		EndSet:       func(*edi.Set) { t.end() },
		Ack:          t.interchange,
		Functional:   t.functional,
		ClaimStatus:  t.status,
		StatusLevel:  t.level,
		ClaimPayment: t.payment,
		Remittance:   t.remittance,
	})
	return err
}

func (t *twin) line(depth int, format string, a ...any) {
	s := format
	if len(a) > 0 {
		s = fmt.Sprintf(format, a...)
	}
	fmt.Fprintf(t.w, "%s%s\n", strings.Repeat("  ", depth), printable(strings.TrimRight(s, " ")))
}

// twinWidth is where lines are broken.
const twinWidth = 96

// say writes a label and a sentence, broken at the width, what follows aligned
// below its beginning.
func (t *twin) say(depth int, label, words string) {
	head := strings.Repeat("  ", depth) + printable(label)
	if label != "" {
		head += "  "
	}
	line, indent := head, len([]rune(head))
	for _, w := range strings.Fields(printable(words)) {
		if n := len([]rune(line)); n > indent && n+1+len([]rune(w)) > twinWidth {
			fmt.Fprintln(t.w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", indent)
		}
		if len([]rune(line)) > indent {
			line += " "
		}
		line += w
	}
	fmt.Fprintln(t.w, strings.TrimRight(line, " "))
}

// code says a code of a list, and what to do about it, where there is something.
func (t *twin) code(depth int, list, code, label string) {
	t.say(depth, label, or(explain.Words(list, code), "no words for it here"))
	if e, ok := explain.Lookup(list, code); ok && e.Who != explain.Nobody {
		t.next(depth, e.Next)
	}
}

func (t *twin) next(depth int, words string) {
	if words != "" {
		t.say(depth+2, "->", words)
	}
}

func (t *twin) interchange(k *ack.Interchange) {
	t.line(0, "")
	t.say(0, "", "Answer to interchange "+k.Control+": "+or(explain.Words("ta104", k.Status), k.Status))
	if k.Note != "000" && k.Note != "" {
		t.code(1, "ta105", k.Note, k.Note)
	}
}

func (t *twin) functional(f *ack.Functional) {
	t.say(0, "", fmt.Sprintf("Answer to group %s (%s %s): %s", f.Group, f.FunctionalID, f.Guide, or(explain.Words("ak901", f.Status), f.Status)))
	for _, c := range f.Codes {
		t.code(1, "ak905", c, c)
	}
	t.line(1, "%s sent, %d received, %d accepted", count(f.Included, "set"), f.Received, f.Accepted)
	for i := range f.Sets {
		s := &f.Sets[i]
		t.say(1, "", fmt.Sprintf("Set %s (%s): %s", s.Control, s.Type, or(explain.Words("ik501", s.Status), s.Status)))
		for _, c := range s.Codes {
			t.say(2, c, or(explain.Words("ik502", c), "no words for it here"))
		}
		for k := range s.Errors {
			e := &s.Errors[k]
			where, list := e.SegmentID, "ik304"
			if e.HasElement {
				list = "ik403"
				where = fmt.Sprintf("%s%02d", e.SegmentID, e.Element)
				if e.Component > 0 {
					where += fmt.Sprintf("-%d", e.Component)
				}
			}
			where = fmt.Sprintf("%s, segment %d", where, e.Segment)
			if e.Loop != "" {
				where += " in loop " + e.Loop
			}
			if e.Claim != "" {
				where = "claim " + e.Claim + ": " + where
			}
			t.line(2, "%s", where)
			words := or(explain.Words(list, e.Code), "no words for it here")
			if e.Value != "" {
				words += " It is: " + e.Value
			}
			t.say(3, e.Code, words)
		}
	}
}

// infos says status codes in sentences, and, if next, what to do about them.
func (t *twin) infos(depth int, list []status.Info, next bool) {
	for i := range list {
		for _, c := range list[i].Codes {
			if c.Category == "" {
				continue
			}
			t.say(depth, strings.TrimRight(c.Category+":"+c.Status+":"+c.Entity, ":"), explain.Status(c.Category, c.Status, c.Entity))
			e, ok := explain.Lookup("status", c.Status)
			if k, found := explain.Lookup("category", c.Category); found && (!ok || e.Next == "" || c.Category[0] == 'A' || c.Category[0] == 'R') {
				e, ok = k, found
			}
			if ok && next && e.Who != explain.Nobody {
				t.next(depth, e.Next)
			}
		}
		if list[i].Text != "" {
			t.say(depth, "", "The payer writes: "+list[i].Text)
		}
	}
}

func person(n *status.Name) string { return strings.TrimSpace(n.First + " " + n.Last) }

// heads writes the levels that begin; what they say only where it is a refusal,
// which falls on all below.
func (t *twin) heads(c *status.ClaimStatus) {
	refused := func(depth int, l *status.Level) {
		if status.Rejects(l.Infos) {
			t.line(depth, "All claims below are refused:")
			t.infos(depth+1, l.Infos, true)
		}
	}
	if c.Receiver != nil && c.Receiver != t.receiver {
		t.receiver = c.Receiver
		from := ""
		if c.Sender != nil {
			from = "From " + person(&c.Sender.Name) + " "
		}
		t.line(0, "%sfor %s%s", from, person(&c.Receiver.Name), before(", batch ", c.Receiver.Trace.Value))
		refused(1, c.Receiver)
	}
	if c.Provider != nil && c.Provider != t.provider {
		t.provider = c.Provider
		t.line(0, "Provider %s %s", person(&c.Provider.Name), c.Provider.Name.Value)
		refused(1, c.Provider)
		t.line(0, "")
	}
}

func (t *twin) status(c *status.ClaimStatus) {
	t.heads(c)
	t.claims++
	charge := ""
	for i := range c.Infos {
		if a := c.Infos[i].Charge; a.Known {
			charge = ", charge " + a.String()
			t.sum += a.Amount
			if c.Dialect == status.Acknowledgment && !c.Accepted() {
				t.rejected += a.Amount
			}
			break
		}
	}
	word := map[string]string{"request_for_information": "ASKED FOR  ", "denial": "DENIED     "}[c.Kind()]
	if c.Dialect == status.Acknowledgment {
		word = "ACCEPTED   "
		if !c.Accepted() {
			word = "REJECTED   "
			t.refused++
		}
	}
	patient := ""
	if c.Patient != nil {
		patient = person(&c.Patient.Name)
	}
	t.line(0, "%sclaim %s, %s%s%s", word, c.ClaimID(), patient, charge, before(", payer's number ", c.PayerClaimID()))
	for i := range c.Dates {
		if d := &c.Dates[i]; d.Kind == "472" && Days(d.Text) != "" {
			t.line(2, "service on %s", Days(d.Text))
		}
	}
	if d := c.DueDate(); d != "" {
		t.line(2, "answer by %s", Days(d))
	}
	todo := c.Dialect != status.Acknowledgment || !c.Accepted() // who is accepted waits
	t.infos(2, c.Infos, todo)
	for i := range c.Lines {
		l := &c.Lines[i]
		t.line(2, "line %s", strings.Join(strings.Fields(l.ControlNumber()+" "+or(l.Procedure, l.Revenue)+" "+strings.Join(l.Modifiers[:], " ")), " "))
		t.infos(3, l.Infos, todo)
	}
}

// level is a level with nothing below: what it says falls on all below it.
func (t *twin) level(l *status.Level) {
	t.line(0, "All claims of %s %s%s:", Levels[l.Kind], person(&l.Name), before(", batch ", l.Batch()))
	t.infos(1, l.Infos, true)
}

// adjustments says who bears what; what to do about it where it was denied.
func (t *twin) adjustments(depth int, list []adjust.Adjustment, next bool) {
	for i := range list {
		a := &list[i]
		label := fmt.Sprintf("%10s  %s-%s", a.Amount.String(), a.Group, a.Reason)
		t.say(depth, label, or(explain.Words("carc", string(a.Reason)), "no words for it here"))
		if e, ok := explain.Lookup("carc", string(a.Reason)); ok && next && e.Who != explain.Nobody {
			t.next(depth+4, e.Next)
		}
	}
}

func (t *twin) payment(c *remit.ClaimPayment) {
	if t.remit == nil {
		t.remit = c.Remittance
		t.pays(c.Remittance)
	}
	t.claims++
	patient := ""
	if n := c.Name("QC"); n != nil {
		patient = strings.TrimSpace(n.First + " " + n.Last)
	}
	word := strings.ToUpper(string(c.Kind))
	if c.Kind == remit.Payment && c.Word != "paid" {
		word = map[string]string{"patient_responsibility": "PATIENT OWES", "contractual": "NOTHING DUE", "other_payer": "OTHER PAYER HAS PAID", "forwarded": "FORWARDED", "predetermination": "PREDETERMINATION"}[c.Word]
	}
	t.line(0, "%s  claim %s, %s%s", word, c.ID, patient, before(", payer's number ", c.PayerClaimID))
	t.line(1, "charge %s   paid %s   patient owes %s   %s", c.Charge.String(), c.Paid.String(), c.PatientResponsibility.String(), explain.Words("clp02", c.Status))
	denied := c.Kind == remit.Denial
	t.adjustments(1, c.Adjustments, denied)
	for _, list := range [][]string{pick(c.Outpatient, 3, 4, 5, 6, 7), pick(c.Inpatient, 5, 20, 21, 22, 23)} {
		for _, r := range list {
			t.say(1, fmt.Sprintf("%10s  %s", "", r), or(explain.Words("rarc", r), "no words for it here"))
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		label := ""
		if remit.DefaultTable().LineDenied(l) {
			label = "   DENIED"
		}
		t.line(1, "line %s  charge %s  paid %s%s", strings.Join(strings.Fields(l.Procedure.Code+" "+l.RevenueCode+" "+strings.Join(l.Procedure.Modifiers[:], " ")+" "+Days(l.Date())), " "), l.Charge.String(), l.Paid.String(), label)
		t.adjustments(1, l.Adjustments, denied || label != "")
		for k := range l.Remarks {
			t.say(1, fmt.Sprintf("%10s  %s", "", l.Remarks[k].Code), or(explain.Words("rarc", l.Remarks[k].Code), "no words for it here"))
		}
	}
	t.line(0, "")
}

// pays says what a remittance pays, before its claims.
func (t *twin) pays(r *remit.Remittance) {
	how := map[string]string{"ACH": "by transfer", "CHK": "by check", "FWT": "by wire", "NON": "no money moves", "BOP": "as the bank decides"}[r.Method]
	t.say(0, "", fmt.Sprintf("%s pays %s %s, %s%s%s.", r.Payer.Name, r.Payee.Name, r.Amount.String(), or(how, r.Method), before(", number ", r.Trace), before(", on ", Days(r.Date))))
	t.line(0, "")
}

func (t *twin) remittance(r *remit.Remittance) {
	if t.remit == nil { // no claims
		t.pays(r)
	}
	t.line(0, "%12s  paid on %s", r.PaidTotal.String(), count(r.Claims, "claim"))
	for i := range r.ProviderAdjustments {
		a := &r.ProviderAdjustments[i]
		off := a.Amount
		off.Amount = -off.Amount
		t.say(0, fmt.Sprintf("%12s  %s", off.String(), a.Reason), or(explain.Words("plb", a.Reason), "no words for it here")+before(" Reference ", a.Reference))
	}
	words := "the payment"
	switch b := r.Balance(); {
	case !b.Known:
		words += "; whether it balances cannot be evaluated, since an amount is missing"
	case !b.Holds():
		words += "; IT DOES NOT BALANCE: the amounts above come to " + b.Computed.String()
	}
	t.say(0, fmt.Sprintf("%12s", r.Amount.String()), words)
}

func (t *twin) end() {
	if t.refused > 0 {
		t.line(0, "")
		t.line(0, "%d of %s rejected: %s of %s", t.refused, count(t.claims, "claim"), t.rejected, t.sum)
	}
}
