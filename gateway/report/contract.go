package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/remit"
)

// Contract is what payers have promised for services.
type Contract struct {
	lines map[[3]string]promise // payer, procedure, modifier
}

type promise struct {
	amount  money.Amount // per unit; 0: by percent
	percent int64        // of the charge, in hundredths of a percent
	from    string
	to      string
}

// maxContract bounds a contract file.
const maxContract = 2_000_000

// ReadContract reads a CSV file with the columns payer, procedure, modifier,
// amount (per unit) or percent (of the charge), and from and to (YYYY-MM-DD),
// which may be left out. What is wrong is said with its line.
func ReadContract(r io.Reader) (*Contract, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))] = i
	}
	for _, must := range []string{"payer", "procedure"} {
		if _, ok := at[must]; !ok {
			return nil, fmt.Errorf("contract: the column %s is missing", must)
		}
	}
	out := &Contract{lines: map[[3]string]promise{}}
	for n := 2; ; n++ {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("contract: line %d: %w", n, err)
		}
		if n > maxContract {
			return nil, fmt.Errorf("contract: more than %d lines", maxContract)
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		p := promise{from: strings.ReplaceAll(cell("from"), "-", ""), to: strings.ReplaceAll(cell("to"), "-", "")}
		switch amount, percent := cell("amount"), cell("percent"); {
		case amount != "":
			if p.amount, err = money.Parse(amount); err != nil || p.amount <= 0 {
				return nil, fmt.Errorf("contract: line %d: amount is dollars and cents above 0", n)
			}
		case percent != "":
			f, err := strconv.ParseFloat(percent, 64)
			if err != nil || f <= 0 || f > 1000 {
				return nil, fmt.Errorf("contract: line %d: percent is a number above 0", n)
			}
			p.percent = int64(f*100 + .5)
		default:
			return nil, fmt.Errorf("contract: line %d: amount or percent is missing", n)
		}
		if cell("payer") == "" || cell("procedure") == "" {
			return nil, fmt.Errorf("contract: line %d: payer or procedure is missing", n)
		}
		out.lines[[3]string{cell("payer"), cell("procedure"), cell("modifier")}] = p
	}
}

// allowed is what a contract promises for a line; false where it says nothing.
func (c *Contract) allowed(payer string, l *remit.ServicePayment) (money.Amount, bool) {
	proc := l.Procedure
	if l.Submitted.Code != "" {
		proc = l.Submitted
	}
	var p promise
	ok := false
	for _, m := range append(proc.Modifiers[:], "") {
		if p, ok = c.lines[[3]string{payer, proc.Code, m}]; ok {
			break
		}
	}
	if day := l.Date(); !ok || p.from != "" && day < p.from || p.to != "" && day > p.to {
		return 0, false
	}
	if p.percent > 0 {
		return money.Amount((int64(l.Charge.Amount)*p.percent + 5000) / 10000), true
	}
	units := int64(100)
	if u, err := money.Parse(string(l.Units)); err == nil && u > 0 {
		units = int64(u)
	}
	return money.Amount((int64(p.amount)*units + 50) / 100), true
}

type variance struct {
	lines, under, over int
	expected, allowed  money.Amount
}

// compare holds what a payer allowed (paid, and left to the patient and to other
// payers) against the contract, line by line.
func (m *maker) compare(f *fact, c *remit.ClaimPayment) {
	if m.o.Contract == nil || c.Kind != remit.Payment {
		return
	}
	if m.variances == nil {
		m.variances = map[[3]string]*variance{}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		want, ok := m.o.Contract.allowed(f.payer, l)
		if !ok {
			continue
		}
		got := l.Paid.Amount
		for k := range l.Adjustments {
			a := &l.Adjustments[k]
			if a.Group == adjust.PatientResponsibility || a.Group == adjust.Other && (a.Reason == "23" || a.Reason == "22") {
				got += a.Amount.Amount
			}
		}
		k := [3]string{f.payer, l.Procedure.Code, strings.Trim(strings.Join(l.Procedure.Modifiers[:], " "), " ")}
		v := m.variances[k]
		if v == nil {
			v = &variance{}
			m.variances[k] = v
		}
		v.lines++
		v.expected += want
		v.allowed += got
		switch {
		case got < want:
			v.under++
		case got > want:
			v.over++
		}
	}
}

func (m *maker) expected() *Report {
	r := &Report{Name: "expected", Columns: []string{"payer", "procedure", "modifiers", "lines", "underpaid", "overpaid", "expected", "allowed", "difference"}}
	var want, got money.Amount
	for k, v := range m.variances {
		want, got = want+v.expected, got+v.allowed
		r.Rows = append(r.Rows, []string{k[0], k[1], k[2], strconv.Itoa(v.lines), strconv.Itoa(v.under), strconv.Itoa(v.over), v.expected.String(), v.allowed.String(), (v.allowed - v.expected).String()})
	}
	r.sorted(3)
	r.Notes = append(r.Notes, fmt.Sprintf("expected %v, allowed %v, difference %v", want, got, got-want))
	return r
}
