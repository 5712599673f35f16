// Package report is numbers about claims: how many go through at first, are
// rejected or denied, by payer, provider, coder, code and reason; how long payers
// take; how old the open money is; what contracts promise against what is paid.
//
// It reads claims, payments and events once, in the order in which they are
// kept, and knows no store.
package report

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Source is what is reported on.
type Source interface {
	EachClaim(visit func(c *gateway.Claim) error) error
	EachPayment(visit func(p *gateway.Payment) error) error
	EachEvent(visit func(e *gateway.Event) error) error
	EachCorrection(visit func(k *gateway.Correction) error) error
	// Coder is who gave a file of claims.
	Coder(transmission int64) string
	// Table is the table of outcomes of a partner.
	Table(partner string) *remit.Table
}

// Options pick what is reported.
type Options struct {
	Name     string // one of Names
	From, To string // of the service, CCYYMMDD; empty: all
	Today    time.Time
	Contract *Contract // of expected
}

// Names are the reports.
var Names = []string{"payers", "providers", "coders", "codes", "reasons", "denials", "days", "ageing", "expected"}

// MaxClaims bounds what one report holds in memory.
const MaxClaims = 5_000_000

// Report is a table of numbers. Money is a string with two decimals, rates have
// four.
type Report struct {
	Name    string     `json:"report"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Notes   []string   `json:"notes,omitempty"`
}

// fact is what is held of a claim.
type fact struct {
	payer, partner, provider string
	transmission             int64
	charge                   money.Amount
	m                        gateway.Money
	state                    gateway.State
	to                       string
	sent, answered           int64 // milliseconds; 0: not
	paidOn                   string
	rejected, deniedEver     bool
	denied                   bool // something is denied now
	decisions                int

	// Money counts once: with the claim that was sent last for the services, and
	// with the first payer's where another payer is asked after it.
	followed, follows, void bool
	after                   *fact // what the first payer decided, of a claim for the next
}

// charged is the charge where it counts.
func (f *fact) charged() money.Amount {
	if f.followed || f.void || f.after != nil {
		return 0
	}
	return f.charge
}

// open is what nobody has decided, and somebody may still pay: of a claim for
// the next payer, what the first one left to the patient.
func (f *fact) open() money.Amount {
	switch {
	case f.followed || f.void:
		return 0
	case f.after != nil:
		return min(f.m.Open, f.after.m.Patient)
	}
	return f.m.Open
}

func (f *fact) decided() bool { return f.state == gateway.Paid || f.state == gateway.Denied }

// Make makes a report.
func Make(src Source, o Options) (*Report, error) {
	if !slices.Contains(Names, o.Name) {
		return nil, fmt.Errorf("no report %q", o.Name)
	}
	m := &maker{o: o, src: src, facts: map[int64]*fact{}}
	if err := src.EachClaim(m.claim); err != nil {
		return nil, err
	}
	if err := src.EachCorrection(m.correction); err != nil {
		return nil, err
	}
	if o.Name != "ageing" {
		if err := src.EachPayment(m.payment); err != nil {
			return nil, err
		}
	}
	switch o.Name {
	case "payers", "providers", "coders", "days":
		if err := src.EachEvent(m.event); err != nil {
			return nil, err
		}
	}
	switch o.Name {
	case "payers":
		return m.rates("payer", func(f *fact) string { return f.payer }), nil
	case "providers":
		return m.rates("provider", func(f *fact) string { return f.provider }), nil
	case "coders":
		return m.rates("coder", func(f *fact) string { return src.Coder(f.transmission) }), nil
	case "codes":
		return m.codes(), nil
	case "reasons":
		return m.reasons(), nil
	case "denials":
		return m.denials(), nil
	case "days":
		return m.days(), nil
	case "ageing":
		return m.ageing(), nil
	}
	return m.expected(), nil
}

type maker struct {
	o     Options
	src   Source
	facts map[int64]*fact

	byReason  map[string]*reasonSum
	byDenial  map[[2]string]map[int64]bool // payer, reason → claims
	byCode    map[string]*codeSum
	variances map[[3]string]*variance
}

func (m *maker) claim(c *gateway.Claim) error {
	if m.o.From != "" && c.To < m.o.From || m.o.To != "" && c.From > m.o.To {
		return nil
	}
	if len(m.facts) >= MaxClaims {
		return fmt.Errorf("more than %d claims: report on fewer days", MaxClaims)
	}
	payer := c.Payer
	if payer == "" {
		payer = c.PayerName
	}
	m.facts[c.ID] = &fact{payer: payer, partner: c.Partner, provider: c.NPI, transmission: c.Transmission, charge: c.Charge, m: c.Money, state: c.State, to: max(c.To, c.From),
		rejected: c.State == gateway.Rejected, void: c.Frequency == "8"}
	return nil
}

func (m *maker) correction(k *gateway.Correction) error {
	was, is := m.facts[k.Original], m.facts[k.Claim]
	switch {
	case k.Kind == gateway.CorrectSecondary:
		if is != nil && was != nil {
			is.after = was
		}
		return nil
	case is == nil: // it is of other days
		return nil
	case was != nil:
		was.followed = true
	}
	is.follows = true
	return nil
}

type reasonSum struct {
	claims map[int64]bool
	times  int
	amount money.Amount
	denied int
}

type codeSum struct {
	lines, denied         int
	charge, paid, deniedA money.Amount
}

func (m *maker) payment(p *gateway.Payment) error {
	f := m.facts[p.Claim]
	if f == nil || p.Kind == string(remit.Reversal) || p.Pair != 0 {
		if f != nil && p.Kind == string(remit.Denial) {
			f.deniedEver = true
		}
		return nil
	}
	f.decisions++
	f.denied = f.denied || p.Money.Denied != 0
	f.deniedEver = f.deniedEver || p.Money.Denied != 0
	f.paidOn = max(f.paidOn, p.PaidOn)
	switch m.o.Name {
	case "codes", "reasons", "denials", "expected":
	default:
		return nil
	}
	c, err := remit.ParseRecord(p.Document)
	if err != nil {
		return err
	}
	table := m.src.Table(f.partner)
	switch m.o.Name {
	case "codes":
		m.lines(c, table)
	case "reasons":
		m.reasonsOf(p.Claim, c, table)
	case "denials":
		if !f.decided() {
			return nil
		}
		table.EachDenying(c, func(_ int, a *adjust.Adjustment) {
			k := [2]string{f.payer, string(a.Group) + "-" + string(a.Reason)}
			if m.byDenial == nil {
				m.byDenial = map[[2]string]map[int64]bool{}
			}
			if m.byDenial[k] == nil {
				m.byDenial[k] = map[int64]bool{}
			}
			m.byDenial[k][p.Claim] = true
		})
	case "expected":
		m.compare(f, c)
	}
	return nil
}

func (m *maker) event(e *gateway.Event) error {
	for i := range e.Claims {
		f := m.facts[e.Claims[i].Claim]
		if f == nil {
			continue
		}
		switch e.Kind {
		case "sent":
			if f.sent == 0 {
				f.sent = e.At.UnixMilli()
			}
		case "accepted", "rejected":
			f.rejected = f.rejected || e.Kind == "rejected"
			if f.answered == 0 {
				f.answered = e.At.UnixMilli()
			}
		}
	}
	return nil
}

// rate is a share with four decimals; nothing of nothing is none.
func rate(n, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/float64(of), 'f', 4, 64)
}

// rates counts by one thing. First pass: decided, at the first go, with nothing
// rejected or denied.
func (m *maker) rates(column string, of func(f *fact) string) *Report {
	type sum struct {
		claims, sent, rejected, decided, denied, part, first int
		charged, paid, open                                  money.Amount
	}
	sums := map[string]*sum{}
	for _, f := range m.facts {
		k := of(f)
		s := sums[k]
		if s == nil {
			s = &sum{}
			sums[k] = s
		}
		s.claims++
		s.charged += f.charged()
		s.paid += f.m.Paid
		s.open += f.open()
		if f.state != gateway.Held && f.state != gateway.Received && f.state != gateway.Queued {
			s.sent++
		}
		if f.rejected {
			s.rejected++
		}
		if f.decided() {
			s.decided++
			switch {
			case f.state == gateway.Denied:
				s.denied++
			case f.denied:
				s.part++
			case !f.follows && !f.rejected && !f.deniedEver && f.decisions == 1:
				s.first++
			}
		}
	}
	r := &Report{Name: m.o.Name, Columns: []string{column, "claims", "sent", "rejected", "rejection_rate", "decided", "denied", "denial_rate", "partly_denied", "first_pass", "first_pass_rate", "charged", "paid", "open"}}
	for k, s := range sums {
		r.Rows = append(r.Rows, []string{k, strconv.Itoa(s.claims), strconv.Itoa(s.sent), strconv.Itoa(s.rejected), rate(s.rejected, s.sent), strconv.Itoa(s.decided), strconv.Itoa(s.denied),
			rate(s.denied, s.decided), strconv.Itoa(s.part), strconv.Itoa(s.first), rate(s.first, s.decided), s.charged.String(), s.paid.String(), s.open.String()})
	}
	return r.sorted(1)
}

func (m *maker) lines(c *remit.ClaimPayment, table *remit.Table) {
	if m.byCode == nil {
		m.byCode = map[string]*codeSum{}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		code := l.Procedure.Code
		if l.Submitted.Code != "" {
			code = l.Submitted.Code
		}
		s := m.byCode[code]
		if s == nil {
			s = &codeSum{}
			m.byCode[code] = s
		}
		s.lines++
		s.charge += l.Charge.Amount
		s.paid += l.Paid.Amount
		if table.LineDenied(l) || c.Kind == remit.Denial {
			s.denied++
			s.deniedA += l.Charge.Amount
		}
	}
}

func (m *maker) codes() *Report {
	r := &Report{Name: "codes", Columns: []string{"code", "lines", "denied", "denial_rate", "charged", "paid", "denied_amount"}}
	for k, s := range m.byCode {
		r.Rows = append(r.Rows, []string{k, strconv.Itoa(s.lines), strconv.Itoa(s.denied), rate(s.denied, s.lines), s.charge.String(), s.paid.String(), s.deniedA.String()})
	}
	return r.sorted(1)
}

func (m *maker) reasonsOf(claim int64, c *remit.ClaimPayment, table *remit.Table) {
	if m.byReason == nil {
		m.byReason = map[string]*reasonSum{}
	}
	at := func(a *adjust.Adjustment) *reasonSum {
		k := string(a.Group) + "-" + string(a.Reason)
		s := m.byReason[k]
		if s == nil {
			s = &reasonSum{claims: map[int64]bool{}}
			m.byReason[k] = s
		}
		return s
	}
	add := func(list []adjust.Adjustment) {
		for i := range list {
			s := at(&list[i])
			s.claims[claim] = true
			s.times++
			s.amount += list[i].Amount.Amount
		}
	}
	add(c.Adjustments)
	for i := range c.Lines {
		add(c.Lines[i].Adjustments)
	}
	table.EachDenying(c, func(_ int, a *adjust.Adjustment) { at(a).denied++ })
}

func (m *maker) reasons() *Report {
	r := &Report{Name: "reasons", Columns: []string{"reason", "claims", "times", "denying", "amount"}}
	for k, s := range m.byReason {
		r.Rows = append(r.Rows, []string{k, strconv.Itoa(len(s.claims)), strconv.Itoa(s.times), strconv.Itoa(s.denied), s.amount.String()})
	}
	return r.sorted(1)
}

// denials is the denial rate by payer and reason: of the claims that a payer has
// decided, how many it denied, whole or in part, for a reason.
func (m *maker) denials() *Report {
	decided := map[string]int{}
	for _, f := range m.facts {
		if f.decided() {
			decided[f.payer]++
		}
	}
	r := &Report{Name: "denials", Columns: []string{"payer", "reason", "denied", "decided", "denial_rate"}}
	for k, claims := range m.byDenial {
		r.Rows = append(r.Rows, []string{k[0], k[1], strconv.Itoa(len(claims)), strconv.Itoa(decided[k[0]]), rate(len(claims), decided[k[0]])})
	}
	slices.SortFunc(r.Rows, func(a, b []string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return r
}

// days is how long payers take to acknowledge (277CA) and to pay.
func (m *maker) days() *Report {
	type both struct{ ack, pay []float64 }
	sums := map[string]*both{}
	for _, f := range m.facts {
		s := sums[f.payer]
		if s == nil {
			s = &both{}
			sums[f.payer] = s
		}
		if f.sent == 0 {
			continue
		}
		if f.answered >= f.sent && f.answered != 0 {
			s.ack = append(s.ack, float64(f.answered-f.sent)/86_400_000)
		}
		if d, err := time.Parse("20060102", f.paidOn); err == nil {
			sent := time.UnixMilli(f.sent).UTC()
			s.pay = append(s.pay, math.Max(0, d.Sub(time.Date(sent.Year(), sent.Month(), sent.Day(), 0, 0, 0, 0, time.UTC)).Hours()/24))
		}
	}
	r := &Report{Name: "days", Columns: []string{"payer", "acknowledged", "ack_median", "ack_p90", "paid", "pay_median", "pay_p90"}}
	q := func(list []float64, at float64) string {
		if len(list) == 0 {
			return ""
		}
		slices.Sort(list)
		return strconv.FormatFloat(list[int(math.Ceil(at*float64(len(list))))-1], 'f', 2, 64)
	}
	for k, s := range sums {
		r.Rows = append(r.Rows, []string{k, strconv.Itoa(len(s.ack)), q(s.ack, .5), q(s.ack, .9), strconv.Itoa(len(s.pay)), q(s.pay, .5), q(s.pay, .9)})
	}
	return r.sorted(0)
}

// ages are the last days of the buckets of ageing.
var ages = []int{30, 60, 90, 120}

// ageing is how old the money is that nobody has decided, by the last day of
// service.
func (m *maker) ageing() *Report {
	sums := map[string]*[6]money.Amount{}
	for _, f := range m.facts {
		open := f.open()
		if open == 0 {
			continue
		}
		s := sums[f.payer]
		if s == nil {
			s = &[6]money.Amount{}
			sums[f.payer] = s
		}
		k := len(ages)
		if d, err := time.Parse("20060102", f.to); err == nil {
			old := int(m.o.Today.Sub(d).Hours() / 24)
			for i, last := range ages {
				if old <= last {
					k = i
					break
				}
			}
		}
		s[k] += open
		s[5] += open
	}
	r := &Report{Name: "ageing", Columns: []string{"payer", "0-30", "31-60", "61-90", "91-120", "over_120", "open"}}
	for k, s := range sums {
		row := []string{k}
		for _, v := range s {
			row = append(row, v.String())
		}
		r.Rows = append(r.Rows, row)
	}
	return r.sorted(0)
}

// sorted orders rows by a number, the largest first, and then by name; column 0:
// by name.
func (r *Report) sorted(column int) *Report {
	slices.SortFunc(r.Rows, func(a, b []string) int {
		if column > 0 {
			x, _ := strconv.Atoi(a[column])
			y, _ := strconv.Atoi(b[column])
			if x != y {
				return y - x
			}
		}
		return cmp.Compare(a[0], b[0])
	})
	return r
}

// CSV writes the report with its head. What a program for tables might take for
// a formula is told apart by an apostrophe.
func (r *Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(r.Columns); err != nil {
		return err
	}
	for _, row := range r.Rows {
		out := slices.Clone(row)
		for i, v := range out {
			out[i] = gateway.Cell(v)
		}
		if err := c.Write(out); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// JSON writes one object a row.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, row := range r.Rows {
		o := make(map[string]string, len(row))
		for i, c := range r.Columns {
			o[c] = row[i]
		}
		if err := enc.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// Text writes a table for people.
func (r *Report) Text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.ReplaceAll(strings.Join(r.Columns, "\t"), "_", " ")))
	for _, row := range r.Rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, n)
	}
	return nil
}
