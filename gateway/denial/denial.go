// Package denial is what is done about denied claims and lines: why, in our
// words and by the business scenarios of CAQH CORE; what to do, who does it, and
// by when. It knows no store and no clock.
package denial

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"claimwire/edi/adjust"
	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Item is a denied claim, or a denied line of a claim that was paid.
type Item struct {
	Payment   gateway.Payment
	Claim     gateway.Claim // its zero value where it is not known
	Line      int           // from 1; 0: the claim
	Procedure string
	Denied    money.Amount
	Scenario  string
	Reasons   []Reason
	Action    string // what to do, in a sentence
	Who       string // coder, biller, enrolment, patient, payer
	Deadlines []Deadline
	// NoAppeal says why nothing can be appealed; empty: it can.
	NoAppeal string
}

// Appeal is the day until which it may be appealed; its zero value where it may
// not, or no more on a day.
func (it *Item) Appeal(today string) Deadline {
	var list []Deadline
	for _, d := range it.Deadlines {
		if strings.HasPrefix(d.What, "appeal") {
			list = append(list, d)
		}
	}
	return First(list, today)
}

// Reason is one code of the denial.
type Reason struct {
	Code   string // "CO-50", "N115"
	Amount money.Amount
	Words  string
	Next   string // what to do about this code
	Who    string
}

// Deadline is a day that ends something.
type Deadline struct {
	What string // "appeal: redetermination", "corrected claim", "timely filing"
	Days int
	From string // CCYYMMDD
	By   string // CCYYMMDD
	Rule string // who says so
}

// Rules are what is known of the payer of a claim.
type Rules struct {
	Filing        string // SBR09: claim filing indicator
	FilingDays    int    // from the payer directory; 0: not known
	AppealDays    int    // of the partner's profile, of the first level; 0: not known
	CorrectedDays int    // of the partner's profile; 0: not known
}

// actions by scenario.
var actions = map[string]struct{ what, who string }{
	"documentation":          {"Send the documents that the payer asks for: answer its request.", "biller"},
	"claim_data":             {"Correct the claim and send it as a replacement (7) under the payer's number.", "biller"},
	"not_covered":            {"Appeal, where the plan should cover it; else bill the patient, where the group code is PR, or write it off.", "biller"},
	"not_separately_payable": {"Look at the bundling: replace the claim where a modifier is due, else write it off.", "coder"},
	"patient_not_found":      {"Find out who insures the patient, and send a claim to that payer.", "biller"},
	"other":                  {"Read the reasons, and ask the payer where they do not say what is wanted.", "biller"},
}

// Items lists what is denied of a claim payment: the claim, or lines of it.
func Items(t *remit.Table, p gateway.Payment, c gateway.Claim, r Rules) ([]Item, error) {
	rec, err := remit.ParseRecord(p.Document)
	if err != nil {
		return nil, err
	}
	var list []Item
	make := func(line int, s *remit.ServicePayment) {
		it := Item{Payment: p, Claim: c, Line: line, Denied: p.Money.Denied, Scenario: p.Scenario}
		if s != nil {
			it.Procedure, it.Denied = s.Procedure.Code, s.Charge.Amount
			one := *rec
			one.Adjustments, one.Lines, one.Outpatient, one.Status = nil, []remit.ServicePayment{*s}, nil, "1"
			one.Charge, one.Paid = s.Charge, s.Paid
			it.Scenario = t.Classify(&one, nil).Scenario
			it.reasons(&one)
		} else {
			it.reasons(rec)
		}
		it.judge()
		it.Deadlines = deadlines(p.PaidOn, &c, r)
		it.final(r)
		list = append(list, it)
	}
	if p.Kind == string(remit.Denial) {
		make(0, nil)
		return list, nil
	}
	for i := range rec.Lines {
		if t.LineDenied(&rec.Lines[i]) {
			make(i+1, &rec.Lines[i])
		}
	}
	return list, nil
}

// reasons lists the codes, the weightiest first.
func (it *Item) reasons(c *remit.ClaimPayment) {
	at := map[string]int{}
	add := func(list []adjust.Adjustment) {
		for i := range list {
			a := &list[i]
			code := string(a.Group) + "-" + string(a.Reason)
			k, ok := at[code]
			if !ok {
				k = len(it.Reasons)
				at[code] = k
				r := Reason{Code: code, Words: explain.Words("carc", string(a.Reason))}
				if e, ok := explain.Lookup("carc", string(a.Reason)); ok {
					r.Next, r.Who = e.Next, string(e.Who)
				}
				it.Reasons = append(it.Reasons, r)
			}
			it.Reasons[k].Amount += a.Amount.Amount
		}
	}
	add(c.Adjustments)
	for i := range c.Lines {
		add(c.Lines[i].Adjustments)
	}
	for i := 1; i < len(it.Reasons); i++ {
		for k := i; k > 0 && it.Reasons[k].Amount > it.Reasons[k-1].Amount; k-- {
			it.Reasons[k], it.Reasons[k-1] = it.Reasons[k-1], it.Reasons[k]
		}
	}
	for _, code := range c.RemarkCodes() {
		r := Reason{Code: code, Words: explain.Words("rarc", code)}
		if e, ok := explain.Lookup("rarc", code); ok {
			r.Next, r.Who = e.Next, string(e.Who)
		}
		it.Reasons = append(it.Reasons, r)
	}
}

// final takes out what cannot be done: an appeal of what was not processed, and
// with Medicare of a claim that came too late.
func (it *Item) final(r Rules) {
	has := func(code string) bool {
		return slices.ContainsFunc(it.Reasons, func(r Reason) bool { return r.Code == code })
	}
	gone := func(what string) {
		it.Deadlines = slices.DeleteFunc(it.Deadlines, func(d Deadline) bool { return strings.HasPrefix(d.What, what) })
	}
	switch {
	case has(remit.Unprocessable):
		it.NoAppeal = "the payer has processed nothing (" + remit.Unprocessable + "): there is nothing to appeal, and a new claim is to be sent"
		it.Action = "Correct what is wrong and send a new claim: the payer has processed nothing, so there is nothing to appeal or to replace."
		gone("appeal")
		gone("corrected claim")
	case kindOf(r.Filing) == "medicare" && (has("CO-29") || has("PI-29") || has("OA-29")):
		it.NoAppeal = "Medicare's denial of a claim that came too late is no decision that can be appealed (42 CFR 405.926)"
		it.Action = "Show that it came in time (proof of filing), or that an exception holds, and ask for a reopening; a late denial cannot be appealed, and the patient is not billed."
		gone("appeal")
	}
}

// judge says what to do and who: by the scenario, and by the weightiest reason
// that knows better.
func (it *Item) judge() {
	a, ok := actions[it.Scenario]
	if !ok {
		a = actions["other"]
	}
	it.Action, it.Who = a.what, a.who
	patient := len(it.Reasons) > 0 && strings.HasPrefix(it.Reasons[0].Code, "PR-")
	for _, r := range it.Reasons {
		if strings.HasPrefix(r.Code, "CO-45") || r.Who == "" || r.Who == string(explain.Nobody) || r.Who == string(explain.Payer) {
			continue
		}
		it.Who = r.Who
		if r.Next != "" {
			it.Action = r.Next
		}
		break
	}
	if it.Scenario == "not_covered" && patient {
		it.Who, it.Action = string(explain.Patient), "The patient owes it: bill the patient, unless the plan should cover it; then appeal."
	}
}

//go:embed data/appeals.txt
var appealsText string

// level is a level of appeal.
type level struct {
	days int
	name string
}

var appeals = sync.OnceValue(func() map[string][]level {
	m := map[string][]level{}
	for line := range strings.Lines(appealsText) {
		f := strings.Fields(line)
		if len(f) < 3 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if days, err := strconv.Atoi(f[1]); err == nil {
			m[f[0]] = append(m[f[0]], level{days, strings.Join(f[2:], " ")})
		}
	}
	return m
})

// kindOf is the kind of payer by its claim filing indicator.
func kindOf(filing string) string {
	switch filing {
	case "MA", "MB":
		return "medicare"
	case "16":
		return "medicare_advantage"
	case "MC":
		return "medicaid"
	case "CH":
		return "tricare"
	}
	return "commercial"
}

// MedicareFiling is one calendar year (42 CFR 424.44).
const MedicareFiling = 365

// filingDays is within how many days of the service a claim has to come, and who
// says so; 0: it is not known.
func filingDays(r Rules) (days int, rule string) {
	if r.FilingDays == 0 && kindOf(r.Filing) == "medicare" {
		return MedicareFiling, "rule for medicare"
	}
	return r.FilingDays, "the payer directory"
}

// Filing is the day by which a claim has to be with its payer; nothing where it
// is not known.
func Filing(c *gateway.Claim, r Rules) []Deadline {
	days, rule := filingDays(r)
	from := max(c.To, c.From)
	d, err := time.Parse("20060102", from)
	if err != nil || days <= 0 {
		return nil
	}
	return []Deadline{{"timely filing", days, from, d.AddDate(0, 0, days).Format("20060102"), rule}}
}

func deadlines(decided string, c *gateway.Claim, r Rules) []Deadline {
	var list []Deadline
	add := func(what, from string, days int, rule string) {
		if d, err := time.Parse("20060102", from); err == nil && days > 0 {
			list = append(list, Deadline{what, days, from, d.AddDate(0, 0, days).Format("20060102"), rule})
		}
	}
	kind := kindOf(r.Filing)
	levels := appeals()[kind]
	if len(levels) > 0 {
		days, rule := levels[0].days, "rule for "+strings.ReplaceAll(kind, "_", " ")
		if r.AppealDays > 0 {
			days, rule = r.AppealDays, "the partner's profile"
		}
		add("appeal: "+levels[0].name, decided, days, rule)
	}
	list = append(list, Filing(c, r)...)
	filing, rule := filingDays(r)
	if r.CorrectedDays > 0 {
		add("corrected claim", decided, r.CorrectedDays, "the partner's profile")
	} else if filing > 0 {
		add("corrected claim", max(c.To, c.From), filing, rule)
	}
	return list
}

// Levels are the levels of appeal with a payer, in words.
func Levels(filing string) []string {
	var list []string
	for _, l := range appeals()[kindOf(filing)] {
		list = append(list, fmt.Sprintf("%s: within %d days", l.name, l.days))
	}
	return list
}

// First is the first day that ends something that is not over on a day; its zero
// value when none is.
func First(list []Deadline, today string) Deadline {
	var first Deadline
	for _, d := range list {
		if d.By >= today && (first.By == "" || d.By < first.By) {
			first = d
		}
	}
	return first
}
