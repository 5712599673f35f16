package main

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

// writeTwin reads a file and writes its twin.
func writeTwin(w io.Writer, r io.Reader, name string) error {
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

// coded is a code with its words.
func coded(list, code string) string {
	if w := explain.Words(list, code); w != "" {
		return code + " (" + strings.TrimRight(w, ".") + ")"
	}
	return code
}

func codedList(list string, codes []string) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = coded(list, c)
	}
	return strings.Join(out, ", ")
}

func (t *twin) interchange(k *ack.Interchange) {
	t.line(0, "")
	t.line(0, "Answer to interchange %s: %s; %s", k.Control, coded("ta104", k.Status), coded("ta105", k.Note))
}

func (t *twin) functional(f *ack.Functional) {
	t.line(0, "Answer to group %s (%s %s): %s", f.Group, f.FunctionalID, f.Guide, coded("ak901", f.Status))
	if len(f.Codes) > 0 {
		t.line(1, "because: %s", codedList("ak905", f.Codes))
	}
	t.line(1, "sets sent %d, received %d, accepted %d", f.Included, f.Received, f.Accepted)
	for i := range f.Sets {
		s := &f.Sets[i]
		t.line(1, "set %s %s: %s", s.Type, s.Control, coded("ik501", s.Status))
		if len(s.Codes) > 0 {
			t.line(2, "because: %s", codedList("ik502", s.Codes))
		}
		for k := range s.Errors {
			e := &s.Errors[k]
			where := fmt.Sprintf("segment %d %s", e.Segment, e.SegmentID)
			if e.Loop != "" {
				where += " in loop " + e.Loop
			}
			if e.Claim != "" {
				where = "claim " + e.Claim + ", " + where
			}
			if e.HasElement {
				at := fmt.Sprintf("%s%02d", e.SegmentID, e.Element)
				if e.Component > 0 {
					at += fmt.Sprintf("-%d", e.Component)
				}
				t.line(2, "%s, %s: %s", where, at, coded("ik403", e.Code))
			} else {
				t.line(2, "%s: %s", where, coded("ik304", e.Code))
			}
		}
	}
}

func codeWords(c status.Code) string {
	if c.Category == "" {
		return ""
	}
	list := "status"
	if c.LOINC() != "" {
		list = "loinc"
	}
	s := coded("category", c.Category) + ": " + coded(list, c.Status)
	if c.Entity != "" {
		s += ", " + coded("entity", c.Entity)
	}
	return s
}

func (t *twin) infos(depth int, list []status.Info) {
	for i := range list {
		for _, c := range list[i].Codes {
			if w := codeWords(c); w != "" {
				t.line(depth, "%s", w)
			}
		}
		if list[i].Text != "" {
			t.line(depth, "the payer writes: %s", list[i].Text)
		}
	}
}

func person(n *status.Name) string { return strings.TrimSpace(n.First + " " + n.Last) }

func (t *twin) heads(c *status.ClaimStatus) {
	if c.Receiver != nil && c.Receiver != t.receiver {
		t.receiver = c.Receiver
		t.line(0, "For %s, batch %s", person(&c.Receiver.Name), c.Receiver.Trace.Value)
		t.infos(1, c.Receiver.Infos)
	}
	if c.Provider != nil && c.Provider != t.provider {
		t.provider = c.Provider
		t.line(1, "Provider %s %s", person(&c.Provider.Name), c.Provider.Name.Value)
		t.infos(2, c.Provider.Infos)
	}
}

func (t *twin) status(c *status.ClaimStatus) {
	t.heads(c)
	t.claims++
	charge := ""
	for i := range c.Infos {
		if a := c.Infos[i].Charge; a.Known {
			charge = ", charge " + a.String()
			break
		}
	}
	word := ""
	if c.Dialect == status.Acknowledgment {
		word = "ACCEPTED  "
		if !c.Accepted() {
			word = "REJECTED  "
			t.refused++
		}
	}
	patient := ""
	if c.Patient != nil {
		patient = person(&c.Patient.Name)
	}
	t.line(1, "%sclaim %s, %s%s%s", word, c.ClaimID(), patient, charge, before(", payer's number ", c.PayerClaimID()))
	t.infos(3, c.Infos)
	if d := c.DueDate(); d != "" {
		t.line(3, "answer by %s", isoDays(d))
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		t.line(3, "line %s %s %s", l.ControlNumber(), l.Procedure, strings.Join(l.Modifiers[:], " "))
		t.infos(4, l.Infos)
	}
}

// level is a level with nothing below: what it says falls on all below it.
func (t *twin) level(l *status.Level) {
	t.line(1, "%s %s", levels[l.Kind], person(&l.Name))
	t.infos(2, l.Infos)
}

func (t *twin) adjustments(depth int, list []adjust.Adjustment) {
	for i := range list {
		a := &list[i]
		t.line(depth, "%10s  %s-%s  %s", a.Amount.String(), a.Group, a.Reason, explain.Words("carc", string(a.Reason)))
	}
}

func (t *twin) payment(c *remit.ClaimPayment) {
	if t.remit == nil {
		t.remit = c.Remittance
		r := c.Remittance
		t.line(0, "%s pays %s %s, %s, trace %s, %s", r.Payer.Name, r.Payee.Name, r.Amount.String(), r.Method, r.Trace, isoDays(r.Date))
		t.line(0, "")
	}
	t.claims++
	patient := ""
	if n := c.Name("QC"); n != nil {
		patient = strings.TrimSpace(n.First + " " + n.Last)
	}
	t.line(0, "%s  claim %s, %s%s", strings.ToUpper(strings.ReplaceAll(string(c.Kind), "_", " ")), c.ID, patient, before(", payer's number ", c.PayerClaimID))
	t.line(1, "charge %s   paid %s   patient owes %s   %s", c.Charge.String(), c.Paid.String(), c.PatientResponsibility.String(), explain.Words("clp02", c.Status))
	for _, r := range c.Reasons {
		t.line(1, "%s", r)
	}
	t.adjustments(1, c.Adjustments)
	for i := range c.Lines {
		l := &c.Lines[i]
		t.line(1, "line %s %s  %s  charge %s  paid %s", strings.TrimSpace(l.Procedure.Code+" "+l.RevenueCode), strings.TrimSpace(strings.Join(l.Procedure.Modifiers[:], " ")),
			isoDays(l.Date()), l.Charge.String(), l.Paid.String())
		t.adjustments(2, l.Adjustments)
		for k := range l.Remarks {
			t.line(2, "%s", coded("rarc", l.Remarks[k].Code))
		}
	}
}

func (t *twin) remittance(r *remit.Remittance) {
	t.line(0, "")
	for i := range r.ProviderAdjustments {
		a := &r.ProviderAdjustments[i]
		t.line(0, "%10s  to or from the provider: %s%s", a.Amount.String(), coded("plb", a.Reason), before(", reference ", a.Reference))
	}
	t.line(0, "%s in all, paid for claims %s, payment %s", count(r.Claims, "claim"), r.PaidTotal.String(), r.Amount.String())
}

func (t *twin) end() {
	if t.refused > 0 {
		t.line(0, "")
		t.line(0, "%d of %s rejected", t.refused, count(t.claims, "claim"))
	}
}
