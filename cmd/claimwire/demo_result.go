package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"

	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/store"
)

// demoResult is what became of every claim and every dollar.
type demoResult struct {
	claims       []gateway.Claim
	reasons      map[int64]string
	interchanges []gateway.Interchange
	remittances  []gateway.Remittance
	payments     []gateway.Payment
	transmitted  []gateway.Transmission
	outcomes     map[string]int
	charged      money.Amount
	total        gateway.Money
	problems     []string
}

// outcomeOrder is the order of the contract.
var outcomeOrder = []string{"held", "rejected", "payment", "request_for_information", "denial", "open"}

func outcomeOf(s gateway.State) string {
	switch s {
	case gateway.Held, gateway.Rejected, gateway.Paid, gateway.Requested, gateway.Denied:
		return string(s)
	case gateway.Reversed:
		return "payment" // undone, as the void asked
	}
	return "open"
}

func (d *demo) result(ctx context.Context) (*demoResult, error) {
	r := &demoResult{reasons: map[int64]string{}, outcomes: map[string]int{}}
	err := d.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		if r.claims, err = tx.Claims(demoScope); err != nil {
			return err
		}
		if r.interchanges, err = tx.Interchanges(demoScope); err != nil {
			return err
		}
		if r.remittances, err = tx.Remittances(demoScope); err != nil {
			return err
		}
		if r.payments, err = tx.Payments(demoScope); err != nil {
			return err
		}
		if r.transmitted, err = tx.Transmissions(demoScope); err != nil {
			return err
		}
		events, err := tx.Events(demoScope)
		for _, e := range events {
			for _, c := range e.Claims {
				// Why a claim is where it is: the event that brought it there.
				if e.Kind == string(c.State) {
					r.reasons[c.Claim] = c.Reason
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	primary := map[string]bool{}
	for i := range r.claims {
		if c := &r.claims[i]; c.Sequence == "P" && c.Frequency != "8" {
			primary[c.ClaimID] = true
		}
	}
	for i := range r.claims {
		c := &r.claims[i]
		r.outcomes[outcomeOf(c.State)]++
		if c.Frequency == "8" || c.Sequence != "P" && c.Sequence != "" && primary[c.ClaimID] {
			continue // counted with the claim that it belongs to
		}
		r.charged += c.Charge
		r.total.Paid += c.Money.Paid
		r.total.Adjusted += c.Money.Adjusted
		r.total.Patient += c.Money.Patient
		r.total.Denied += c.Money.Denied
		r.total.Open += c.Money.Open
	}
	r.check()
	return r, nil
}

// check says what does not add up.
func (r *demoResult) check() {
	bad := func(format string, a ...any) { r.problems = append(r.problems, fmt.Sprintf(format, a...)) }
	if sum := r.total.Paid + r.total.Adjusted + r.total.Patient + r.total.Denied + r.total.Open; sum != r.charged {
		bad("the dollars come to %v instead of %v", sum, r.charged)
	}
	for _, c := range r.claims {
		if m := c.Money; m.Paid+m.Adjusted+m.Patient+m.Denied+m.Open != c.Charge {
			bad("claim %s: its dollars do not come to its charge", c.ClaimID)
		}
		if outcomeOf(c.State) == "open" {
			bad("claim %s was not answered", c.ClaimID)
		}
	}
	for _, i := range r.interchanges {
		if i.State != "accepted" && i.State != "sent" {
			bad("interchange %s is %s %s", i.Control, i.State, i.Note)
		}
	}
	for _, p := range r.payments {
		if p.Claim == 0 {
			bad("a payment of %v for claim %s matches no single claim: %s", p.Paid, p.ClaimID, p.Candidates)
		}
	}
	for _, t := range r.transmitted {
		if t.State != "taken" {
			bad("file %s is %s %s", t.Name, t.State, t.Note)
		} else if t.Note != "" && t.Kind != "encounters" {
			bad("file %s: %s", t.Name, t.Note)
		}
	}
}

func (r *demoResult) appendJSON(b []byte) []byte {
	b = append(b, `{"encounters":`...)
	b = strconv.AppendInt(b, int64(len(r.claims)), 10)
	b = append(b, `,"outcomes":{`...)
	for i, o := range outcomeOrder {
		b = comma(b, i)
		b = append(b, '"')
		b = append(b, o...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, int64(r.outcomes[o]), 10)
	}
	b = append(b, `},"money":{`...)
	for i, m := range []struct {
		name string
		v    money.Amount
	}{{"charged", r.charged}, {"paid", r.total.Paid}, {"adjusted", r.total.Adjusted}, {"patient", r.total.Patient}, {"denied", r.total.Denied}, {"open", r.total.Open}} {
		b = comma(b, i)
		b = append(b, '"')
		b = append(b, m.name...)
		b = append(b, `":"`...)
		b = m.v.AppendDecimal(b)
		b = append(b, '"')
	}
	return append(b, "}}"...)
}

func (r *demoResult) writeText(w *bufio.Writer, dir string) {
	fmt.Fprintf(w, "%-24s %-26s %-24s %10s %10s %10s %10s %10s %10s  %s\n", "claim", "payer", "came to", "charge", "paid", "adjusted", "patient", "denied", "open", "why")
	for i := range r.claims {
		c := &r.claims[i]
		why := r.reasons[c.ID]
		if c.State == gateway.Held {
			why, _, _ = strings.Cut(c.Findings, "\n")
		}
		fmt.Fprintf(w, "%-24s %-26s %-24s %10v %10v %10v %10v %10v %10v  %s\n", short(c.ClaimID, 24), short(c.PayerName, 26), c.State, c.Charge,
			c.Money.Paid, c.Money.Adjusted, c.Money.Patient, c.Money.Denied, c.Money.Open, short(why, 110))
	}
	fmt.Fprintln(w)
	for _, o := range outcomeOrder {
		fmt.Fprintf(w, "%-26s %4d\n", strings.ReplaceAll(o, "_", " "), r.outcomes[o])
	}
	fmt.Fprintf(w, "%-26s %4d encounters\n\n", "in all", len(r.claims))
	for _, m := range []struct {
		name string
		v    money.Amount
	}{{"paid", r.total.Paid}, {"adjusted", r.total.Adjusted}, {"patient", r.total.Patient}, {"denied", r.total.Denied}, {"open", r.total.Open}, {"charged", r.charged}} {
		fmt.Fprintf(w, "%-10s %14v\n", m.name, m.v)
	}
	var sent, received int
	for _, i := range r.interchanges {
		if i.State == "sent" || i.State == "accepted" {
			sent++
		}
	}
	for _, t := range r.transmitted {
		if t.Kind != "encounters" {
			received++
		}
	}
	fmt.Fprintf(w, "\n%s sent over SFTP, %s received, %s posted.\n", count(sent, "interchange"), count(received, "file"), count(len(r.remittances), "remittance advice"))
	if dir != "" {
		fmt.Fprintf(w, "The files that went over SFTP lie in %s: taken holds the claims, outbound the answers.\n", dir+"/payer/home")
	}
	if len(r.problems) == 0 {
		fmt.Fprintln(w, "Every claim and every dollar is accounted for.")
		return
	}
	for _, p := range r.problems {
		fmt.Fprintln(w, "not accounted for:", p)
	}
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// steps shows progress on a terminal, and nothing in a pipe.
type steps struct {
	out io.Writer
	any bool
}

func newSteps(w io.Writer) *steps {
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return &steps{out: w}
	}
	return &steps{}
}

func (s *steps) show(claims, done int) {
	if s.out != nil && claims > 0 {
		s.any = true
		width := 30
		fill := width * done / claims
		fmt.Fprintf(s.out, "\r[%s%s] %d of %d claims have come to an end ", strings.Repeat("#", fill), strings.Repeat(".", width-fill), done, claims)
	}
}

func (s *steps) stop() {
	if s.any {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}
