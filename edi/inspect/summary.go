package inspect

import (
	"fmt"
	"html"
	"io"
	"strings"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
)

// maxListed is how many claims the table at the top of a page lists. Those with
// something to do come first into it: the others make room for them.
const maxListed = 300

// summary is the table of a file's claims: what a biller looks at first.
type summary struct {
	rows   []claimRow
	claims int
	todo   int // rows with something to do
	total  money.Amount
	paid   money.Amount
	pays   bool // an 835: there is a column of what was paid

	answers  bool     // the claims are answered, not sent
	payments []string // of remittances and groups of a 999, HTML: at most maxPayments
	more     int      // of them that are not listed
}

// maxPayments is how many payments are said one by one.
const maxPayments = 50

// claimRow is a claim in the table.
type claimRow struct {
	id, patient, word, class string
	charge, paid             money.Optional
	owes                     money.Optional
	offset                   int64
}

// take adds what the first reading of a file says of its claims.
func (s *summary) take(sink *edi.Sink) {
	sink.Claim = func(c *claim.Claim, v *edi.Verdict) {
		r := claimRow{id: strings.Clone(c.ID), charge: c.Charge, offset: c.At.Offset, word: "nothing found"}
		if p := c.PatientPerson(); p != nil {
			r.patient = strings.TrimSpace(p.Name.First + " " + p.Name.Last)
		}
		switch {
		case v.Errors > 0:
			r.word, r.class = count(v.Errors, "error"), "error"
		case len(v.Findings) > 0:
			r.word, r.class = count(len(v.Findings), "warning"), "warning"
		}
		s.add(r)
	}
	sink.ClaimPayment = func(c *remit.ClaimPayment) {
		s.pays, s.answers = true, true
		r := claimRow{id: strings.Clone(c.ID), charge: c.Charge, paid: c.Paid, owes: c.PatientResponsibility, offset: c.At.Offset, word: strings.ReplaceAll(string(c.Kind), "_", " ")}
		if n := c.Name("QC"); n != nil {
			r.patient = strings.TrimSpace(n.First + " " + n.Last)
		}
		switch c.Kind {
		case remit.Denial:
			r.class = "error"
		case remit.Reversal:
			r.class = "warning"
		}
		s.add(r)
	}
	sink.Remittance = func(r *remit.Remittance) {
		if len(s.payments) == maxPayments {
			s.more++
			return
		}
		s.payments = append(s.payments, paymentWords(r))
	}
	sink.Functional = func(f *ack.Functional) {
		if len(s.payments) == maxPayments {
			s.more++
			return
		}
		s.payments = append(s.payments, "<section class=\"payment\"><p>What became of what was sent</p>"+functionalCard(f)+"</section>\n")
	}
	sink.ClaimStatus = func(c *status.ClaimStatus) {
		s.answers = true
		r := claimRow{id: strings.Clone(c.ClaimID()), offset: c.At.Offset}
		if c.Patient != nil {
			r.patient = strings.TrimSpace(c.Patient.Name.First + " " + c.Patient.Name.Last)
		}
		for i := range c.Infos {
			if c.Infos[i].Charge.Known {
				r.charge = c.Infos[i].Charge
				break
			}
		}
		switch {
		case c.Dialect != status.Acknowledgment:
			r.word = strings.ReplaceAll(c.Kind(), "_", " ")
			if c.Kind() == "request_for_information" || c.Kind() == "denial" {
				r.class = "warning"
			}
		case c.Accepted():
			r.word, r.class = "accepted", "good"
		default:
			r.word, r.class = "rejected", "error"
		}
		s.add(r)
	}
}

func (s *summary) add(r claimRow) {
	s.claims++
	s.total += r.charge.Amount
	s.paid += r.paid.Amount
	r.patient = strings.Clone(r.patient)
	todo := r.class == "error" || r.class == "warning"
	if todo {
		s.todo++
	}
	if len(s.rows) == maxListed {
		if !todo {
			return
		}
		for i := len(s.rows) - 1; ; i-- { // the last that asks for nothing makes room
			if i < 0 {
				return
			}
			if c := s.rows[i].class; c != "error" && c != "warning" {
				s.rows = append(s.rows[:i], s.rows[i+1:]...)
				break
			}
		}
	}
	s.rows = append(s.rows, r)
}

func amountCell(a money.Optional) string {
	if !a.Known {
		return "<td></td>"
	}
	return "<td class=\"amount\">" + a.Amount.String() + "</td>"
}

// paymentWords says what a remittance pays, and how it comes to that.
func paymentWords(r *remit.Remittance) string {
	how := map[string]string{"ACH": "by transfer", "CHK": "by check", "FWT": "by wire", "BOP": "as the bank decides", "NON": "with no payment"}[r.Method]
	if how == "" {
		how = "by " + esc(r.Method)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<section class=\"payment\"><p><b>%s</b> pays <b>%s</b> <span class=\"amount\">%s</span> %s", esc(or(r.Payer.Name, "The payer")), esc(or(r.Payee.Name, "the payee")), amountText(r.Amount), how)
	if r.Trace != "" {
		fmt.Fprintf(&b, ", number %s", esc(r.Trace))
	}
	if r.Date != "" {
		fmt.Fprintf(&b, ", on %s", esc(or(Days(r.Date), r.Date)))
	}
	b.WriteString(".</p><table class=\"lines sum\"><tbody>")
	fmt.Fprintf(&b, "<tr><td>Paid on %s</td>%s</tr>", count(r.Claims, "claim"), amountCell(money.Of(r.PaidTotal)))
	for i := range r.ProviderAdjustments {
		a := &r.ProviderAdjustments[i]
		if i == maxPayments {
			fmt.Fprintf(&b, "<tr><td>and %s more</td><td></td></tr>", count(len(r.ProviderAdjustments)-i, "adjustment"))
			break
		}
		off := a.Amount
		off.Amount = -off.Amount
		fmt.Fprintf(&b, "<tr><td><span class=\"code\">%s</span> %s <small>%s %s</small></td>%s</tr>", esc(a.Reason), word(explain.Words("plb", a.Reason)), esc(a.Reference), word("sent as "+a.Amount.String()), amountCell(off))
	}
	class, note := "total", "Payment"
	switch bal := r.Balance(); {
	case !bal.Known:
		note = "Payment; whether it balances cannot be evaluated, since an amount is missing"
	case !bal.Holds():
		class, note = "total wrong", "Payment; the lines above come to "+bal.Computed.String()
	}
	fmt.Fprintf(&b, "<tr class=\"%s\"><td>%s</td>%s</tr></tbody></table></section>\n", class, word(note), amountCell(r.Amount))
	return b.String()
}

func amountText(a money.Optional) string {
	if !a.Known {
		return "an amount that cannot be read"
	}
	return a.Amount.String()
}

// write writes the table; nothing for a file without claims.
func (s *summary) write(w io.Writer) {
	for _, p := range s.payments {
		io.WriteString(w, p)
	}
	if s.more > 0 {
		fmt.Fprintf(w, "<p class=\"left\">%s more, not listed here.</p>\n", count(s.more, "summary"))
	}
	if s.claims == 0 {
		return
	}
	open := " open"
	if s.claims > 40 {
		open = ""
	}
	fmt.Fprintf(w, "<details class=\"claims\"%s><summary><b>%s</b> <span class=\"amount\">charge %s</span>", open, count(s.claims, "claim"), s.total)
	if s.pays {
		fmt.Fprintf(w, " <span class=\"amount\">paid %s</span>", s.paid)
	}
	if s.todo > 0 {
		fmt.Fprintf(w, " <span class=\"chip warning\">%d to look at</span>", s.todo)
	}
	io.WriteString(w, "</summary>\n<table><thead><tr><th scope=\"col\">Claim</th><th scope=\"col\">Patient</th><th scope=\"col\" class=\"amount\">Charge</th>")
	if s.pays {
		io.WriteString(w, "<th scope=\"col\" class=\"amount\">Paid</th><th scope=\"col\" class=\"amount\">Patient owes</th>")
	}
	io.WriteString(w, "<th scope=\"col\">What is said of it</th></tr></thead><tbody>\n")
	for i := range s.rows {
		r := &s.rows[i]
		fmt.Fprintf(w, "<tr><th scope=\"row\"><a href=\"#o%d\">%s</a></th><td>%s</td>%s", r.offset, esc(or(r.id, "no number")), esc(r.patient), amountCell(r.charge))
		if s.pays {
			io.WriteString(w, amountCell(r.paid)+amountCell(r.owes))
		}
		fmt.Fprintf(w, "<td><span class=\"chip %s\">%s</span></td></tr>\n", r.class, html.EscapeString(r.word))
	}
	io.WriteString(w, "</tbody></table>\n")
	if n := s.claims - len(s.rows); n > 0 {
		fmt.Fprintf(w, "<p class=\"left\">%s more, not listed. Those with something to look at come first into this table.</p>\n", count(n, "claim"))
	}
	io.WriteString(w, "</details>\n")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
