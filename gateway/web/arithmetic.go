package web

import (
	"encoding/json"
	"slices"

	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/gateway"
)

// sum is how a payer came from a charge to what it paid: what it took off, line
// by line, and whether that adds up.
type sum struct {
	What     string // procedure with its modifiers; empty: the claim as a whole
	Day      string
	Charge   money.Amount
	Off      []taken
	Paid     money.Amount
	Holds    bool // charge less what was taken off is what was paid
	Computed money.Amount
	Remarks  []meaning
}

// taken is one adjustment.
type taken struct {
	Code   string
	Who    string // who bears it
	Words  string
	Amount money.Amount
}

var bearers = map[string]string{"CO": "by contract", "PR": "the patient", "OA": "another payer, or nobody", "PI": "the payer decided so", "CR": "a correction"}

// accountOf reads from a payment's record its arithmetic: the lines, then the claim.
func accountOf(p *gateway.Payment) []sum {
	type adjustment struct{ Group, Reason, Amount string }
	type line struct {
		Procedure, Charge, Paid, Date string
		Modifiers                     []string
		Adjustments                   []adjustment
		Remarks                       []string
	}
	var rec struct {
		line
		Lines []line
	}
	if json.Unmarshal(p.Document, &rec) != nil {
		return nil
	}
	amount := func(s string) money.Amount {
		a, _ := money.Parse([]byte(s)) // a record has amounts as they were read
		return a
	}
	one := func(l *line, charge, paid money.Amount) sum {
		s := sum{What: l.Procedure, Day: l.Date, Charge: charge, Paid: paid, Computed: charge}
		for _, m := range l.Modifiers {
			s.What += " " + m
		}
		for _, a := range l.Adjustments {
			t := taken{Code: a.Group + "-" + a.Reason, Who: bearers[a.Group], Words: explain.Words("carc", a.Reason), Amount: amount(a.Amount)}
			s.Computed -= t.Amount
			s.Off = append(s.Off, t)
		}
		s.Remarks = explained(joined(l.Remarks))
		return s
	}
	var list []sum
	var all []taken
	for i := range rec.Lines {
		l := &rec.Lines[i]
		s := one(l, amount(l.Charge), amount(l.Paid))
		s.Holds = s.Computed == s.Paid
		all = append(all, s.Off...)
		list = append(list, s)
	}
	whole := one(&rec.line, p.Charge, p.Paid)
	whole.What = ""
	for _, t := range all {
		whole.Computed -= t.Amount
	}
	whole.Holds = whole.Computed == whole.Paid
	if len(list) == 0 || len(whole.Off) > 0 || len(whole.Remarks) > 0 || len(list) > 1 || !whole.Holds {
		if len(list) > 0 {
			whole.Off = slices.Concat(summed(all), whole.Off)
		}
		list = append(list, whole)
	}
	return list
}

// summed is what all lines were adjusted by, each reason once.
func summed(all []taken) []taken {
	var list []taken
	for _, t := range all {
		i := slices.IndexFunc(list, func(o taken) bool { return o.Code == t.Code })
		if i < 0 {
			list = append(list, t)
		} else {
			list[i].Amount += t.Amount
		}
	}
	return list
}

func joined(codes []string) string {
	out := ""
	for _, c := range codes {
		out += c + ","
	}
	return out
}
