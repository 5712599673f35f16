package remit

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"sync"

	"claimwire/edi/adjust"
)

// Kind is what a claim payment is, and the name of its record.
type Kind string

// The kinds.
const (
	Payment  Kind = "payment"
	Denial   Kind = "denial"
	Reversal Kind = "reversal"
)

// Outcome is what a claim payment comes to.
type Outcome struct {
	Kind        Kind
	Word        string   // of a payment: paid, patient_responsibility, contractual, other_payer, forwarded, predetermination
	Scenario    string   // of a denial: documentation, claim_data, not_covered, not_separately_payable, patient_not_found, other
	Reasons     []string // of a denial: in words
	DeniedLines int      // lines of which nothing was paid, for a reason that is no contract's
}

//go:embed data/outcomes.txt
var outcomesText string

// Table says what adjustment reasons make of a payment.
type Table struct {
	Version  string
	means    map[reason]meaning
	scenario map[adjust.Reason]string
	request  map[string]bool // remark codes
}

// reason is an adjustment reason under its group: CO 45.
type reason struct {
	group adjust.Group
	code  adjust.Reason
}

// meaning is what a reason makes of the dollars that it takes away.
type meaning uint8

const (
	unnamed     meaning = iota // a denial, as the table does not name it
	contractual                // lowered by contract, law or bundling
	patient                    // the patient pays
	otherPayer                 // another payer has paid it, or must
)

var meanings = map[string]meaning{"contractual": contractual, "patient": patient, "other_payer": otherPayer, "denial": unnamed}

// of says what an adjustment means.
func (t *Table) of(a *adjust.Adjustment) meaning { return t.means[reason{a.Group, a.Reason}] }

// DefaultTable is the one of the binary.
var DefaultTable = sync.OnceValue(func() *Table {
	t, err := ParseTable("outcomes.txt", outcomesText)
	if err != nil {
		panic(err) // embedded; a test reads it first
	}
	return t
})

// ParseTable reads the form described at the top of data/outcomes.txt.
func ParseTable(name, text string) (*Table, error) {
	t := &Table{means: map[reason]meaning{}, scenario: map[adjust.Reason]string{}, request: map[string]bool{}}
	return t, t.read(name, text, false)
}

// With gives a copy of the table in which the lines of a text, such as a
// partner's, go before those of the table. Besides the table's words it has
// `denial GROUP REASON...`, for what is a denial there, and `no_request
// REMARK...`.
func (t *Table) With(name, text string) (*Table, error) {
	c := &Table{Version: t.Version, means: maps.Clone(t.means), scenario: maps.Clone(t.scenario), request: maps.Clone(t.request)}
	return c, c.read(name, text, true)
}

// read adds lines; override says that they go before what is there.
func (t *Table) read(name, text string, override bool) error {
	for n, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) < 2 {
			return fmt.Errorf("%s:%d: a word without values", name, n+1)
		}
		switch f[0] {
		case "version":
			t.Version = f[1]
		case "contractual", "patient", "other_payer", "denial":
			if f[0] == "denial" && !override {
				return fmt.Errorf("%s:%d: what the table does not name is a denial", name, n+1)
			}
			for _, r := range f[2:] {
				t.means[reason{adjust.Group(f[1]), adjust.Reason(r)}] = meanings[f[0]]
			}
		case "scenario":
			if !scenarios[f[1]] {
				return fmt.Errorf("%s:%d: unknown scenario %q", name, n+1, f[1])
			}
			for _, r := range f[2:] {
				if old := t.scenario[adjust.Reason(r)]; !override && old != "" && old != f[1] {
					return fmt.Errorf("%s:%d: reason %s stands in two scenarios, %s and %s", name, n+1, r, old, f[1])
				}
				t.scenario[adjust.Reason(r)] = f[1]
			}
		case "request", "no_request":
			for _, r := range f[1:] {
				t.request[r] = f[0] == "request"
			}
		default:
			return fmt.Errorf("%s:%d: unknown word %q", name, n+1, f[0])
		}
	}
	return nil
}

// scenarios of denials: the four business scenarios of CAQH CORE, and two more.
var scenarios = map[string]bool{"documentation": true, "claim_data": true, "not_covered": true, "not_separately_payable": true, "patient_not_found": true, "other": true}

// Classify says what the claim payment is, in the order of field practice:
// reversal, predetermination, forwarded, unknown patient, paid, and then by
// the reasons of nothing paid. words gives the meaning of a code of a list
// ("carc", "rarc", "clp02"), or "".
func (t *Table) Classify(c *ClaimPayment, words func(list, code string) string) Outcome {
	o := Outcome{Kind: Payment}
	for i := range c.Lines {
		if t.LineDenied(&c.Lines[i]) {
			o.DeniedLines++
		}
	}
	switch c.Status {
	case "22":
		return Outcome{Kind: Reversal}
	case "25":
		o.Word = "predetermination"
		return o
	case "19", "20", "21", "23":
		o.Word = "forwarded"
		return o
	case "4":
		o.Kind, o.Scenario = Denial, "patient_not_found"
		o.Reasons = t.reasons(c, words)
		return o
	}
	if c.Name("TT") != nil { // the crossover carrier: it was transferred, whatever the status
		o.Word = "forwarded"
		return o
	}
	if c.anythingPaid() { // also a negative amount: money taken back is no denial
		o.Word = "paid"
		return o
	}
	var found [otherPayer + 1]bool
	c.eachAdjustment(func(a *adjust.Adjustment) {
		if !a.Amount.Known || a.Amount.Amount != 0 {
			found[t.of(a)] = true
		}
	})
	switch {
	case found[unnamed]:
	case found[patient]:
		o.Word = "patient_responsibility"
		return o
	case found[otherPayer]:
		o.Word = "other_payer"
		return o
	case found[contractual]:
		o.Word = "contractual"
		return o
	case c.Charge.Known && c.Charge.Amount == 0:
		o.Word = "contractual"
		return o
	}
	o.Kind = Denial
	o.Scenario = t.scenarioOf(c)
	o.Reasons = t.reasons(c, words)
	return o
}

// anythingPaid says whether money moved: by CLP04, or by the lines where CLP04
// is missing.
func (c *ClaimPayment) anythingPaid() bool {
	if c.Paid.Known {
		return c.Paid.Amount != 0
	}
	for i := range c.Lines {
		if c.Lines[i].Paid.Amount != 0 {
			return true
		}
	}
	return false
}

func (c *ClaimPayment) eachAdjustment(visit func(a *adjust.Adjustment)) {
	for i := range c.Adjustments {
		visit(&c.Adjustments[i])
	}
	for k := range c.Lines {
		for i := range c.Lines[k].Adjustments {
			visit(&c.Lines[k].Adjustments[i])
		}
	}
}

// LineDenied says whether a line is denied: nothing paid, and a reason that is no
// contract's, patient's share or other payer's. PR 204 is one as well: the
// patient may owe it, and the plan has refused it.
func (t *Table) LineDenied(l *ServicePayment) bool {
	if !l.Paid.Known || l.Paid.Amount != 0 || !l.Charge.Known || l.Charge.Amount == 0 {
		return false
	}
	for i := range l.Adjustments {
		if t.Denying(&l.Adjustments[i]) {
			return true
		}
	}
	return false
}

// scenarioOf is the scenario of the largest adjustment that is no contract's;
// a remark that asks for documents makes it one of documentation.
func (t *Table) scenarioOf(c *ClaimPayment) string {
	best, scenario := int64(-1), "other"
	asks := false
	c.eachAdjustment(func(a *adjust.Adjustment) {
		if t.of(a) != unnamed {
			return
		}
		amount := int64(a.Amount.Amount)
		if amount < 0 {
			amount = -amount
		}
		if amount > best {
			best = amount
			if scenario = t.scenario[a.Reason]; scenario == "" {
				scenario = "other"
			}
			asks = scenario == "claim_data" && (a.Reason == "16" || a.Reason == "125")
		}
	})
	if asks {
		for _, r := range c.RemarkCodes() {
			if t.request[r] {
				return "documentation"
			}
		}
	}
	return scenario
}

// RemarkCodes lists the remark codes of the claim and its lines.
func (c *ClaimPayment) RemarkCodes() []string {
	var list []string
	add := func(code string) {
		if code == "" {
			return
		}
		for _, s := range list {
			if s == code {
				return
			}
		}
		list = append(list, code)
	}
	for _, r := range c.claimRemarks() {
		add(r)
	}
	for i := range c.Lines {
		for _, r := range c.Lines[i].Remarks {
			if r.CodeList == "HE" {
				add(r.Code)
			}
		}
	}
	return list
}

// claimRemarks are the remark codes of MOA and MIA.
func (c *ClaimPayment) claimRemarks() []string {
	var list []string
	pick := func(elements []string, at ...int) {
		for _, i := range at {
			if i <= len(elements) && elements[i-1] != "" {
				list = append(list, elements[i-1])
			}
		}
	}
	pick(c.Outpatient, 3, 4, 5, 6, 7)
	pick(c.Inpatient, 5, 20, 21, 22, 23)
	return list
}

// reasons gives the reasons in words, each once.
func (t *Table) reasons(c *ClaimPayment, words func(list, code string) string) []string {
	if words == nil {
		return nil
	}
	var list []string
	add := func(label, s string) {
		if s == "" {
			s = label
		} else {
			s = label + ": " + s
		}
		for _, have := range list {
			if have == s {
				return
			}
		}
		if len(list) < 20 {
			list = append(list, s)
		}
	}
	if c.Status == "4" {
		add("CLP02 4", words("clp02", "4"))
	}
	c.eachAdjustment(func(a *adjust.Adjustment) {
		if t.of(a) == contractual {
			return
		}
		add(string(a.Group)+"-"+string(a.Reason), words("carc", string(a.Reason)))
	})
	for _, r := range c.RemarkCodes() {
		add(r, words("rarc", r))
	}
	return list
}

// Denying says whether an adjustment is a reason of a denial: no contract's, no
// patient's share and no other payer's.
func (t *Table) Denying(a *adjust.Adjustment) bool {
	return t.of(a) == unnamed && (!a.Amount.Known || a.Amount.Amount != 0)
}

// Unprocessable is the remark of a payer that it has processed nothing: there is
// nothing to appeal and nothing to replace, and a new claim is to be sent.
const Unprocessable = "MA130"

// EachDenying goes through the reasons for which a claim payment, or a line of
// it (from 1; 0: the claim), is denied.
func (t *Table) EachDenying(c *ClaimPayment, visit func(line int, a *adjust.Adjustment)) {
	each := func(line int, list []adjust.Adjustment) {
		for i := range list {
			if t.Denying(&list[i]) {
				visit(line, &list[i])
			}
		}
	}
	if c.Kind == Denial {
		each(0, c.Adjustments)
		for i := range c.Lines {
			each(i+1, c.Lines[i].Adjustments)
		}
		return
	}
	if c.Kind != Payment || c.Word == "predetermination" {
		return
	}
	for i := range c.Lines {
		if t.LineDenied(&c.Lines[i]) {
			each(i+1, c.Lines[i].Adjustments)
		}
	}
}
