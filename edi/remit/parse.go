package remit

import (
	"encoding/json"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
)

// ParseRecord reads a record `payment`, `denial` or `reversal`, as AppendJSON
// writes it, back into a claim payment: all that the record holds, without the
// places in the file. Its kind is classified anew by whoever asks for it.
func ParseRecord(b []byte) (*ClaimPayment, error) {
	type adjustment struct{ Group, Reason, Amount, Quantity string }
	type procedure struct {
		Procedure, Qualifier, Units string
		Modifiers                   []string
	}
	type party struct {
		Name      string
		Qualifier string `json:"id_qualifier"`
		ID        string
		TaxID     string `json:"tax_id"`
	}
	var r struct {
		Record       string
		ClaimID      string `json:"claim_id"`
		Status       string `json:"status_code"`
		Outcome      string
		Scenario     string
		Reasons      []string
		PayerClaimID string `json:"payer_claim_id"`
		Charge       *string
		Paid         *string
		Patient      *string `json:"patient_responsibility"`
		Adjustments  []adjustment
		Remarks      []string
		Lines        []struct {
			procedure
			Charge, Paid *string
			Adjustments  []adjustment
			Remarks      []string
			Date         string
			Control      string `json:"control_number"`
			Revenue      string `json:"revenue_code"`
			Submitted    *procedure
		}
		Trace       string
		PaymentDate string `json:"payment_date"`
		Payer       party
		Payee       party
		DeniedLines int `json:"denied_lines"`
		Filing      string
		Frequency   string
		DRG         string
		Names       []struct {
			Role      string
			Last      string `json:"last_name"`
			First     string `json:"first_name"`
			Middle    string `json:"middle_name"`
			Suffix    string
			Qualifier string `json:"id_qualifier"`
			ID        string
		}
		References []struct{ Kind, Value string }
		Dates      []struct{ Kind, Date string }
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, err
	}
	var failed error
	amount := func(s *string) money.Optional {
		if s == nil {
			return money.Optional{}
		}
		a, err := money.Parse(*s)
		if err != nil {
			failed = err
			return money.Optional{}
		}
		return money.Of(a)
	}
	adjustments := func(list []adjustment) []adjust.Adjustment {
		var out []adjust.Adjustment
		for i := range list {
			a := adjust.Adjustment{Group: adjust.Group(list[i].Group), Reason: adjust.Reason(list[i].Reason), Quantity: money.Quantity(list[i].Quantity)}
			if list[i].Amount != "" {
				a.Amount = amount(&list[i].Amount)
			}
			out = append(out, a)
		}
		return out
	}
	day := func(iso string) string { return strings.ReplaceAll(iso, "-", "") }
	proc := func(p *procedure) Procedure {
		out := Procedure{Qualifier: p.Qualifier, Code: p.Procedure}
		copy(out.Modifiers[:], p.Modifiers)
		return out
	}
	who := func(p party) Party {
		out := Party{Name: p.Name, IDQualifier: p.Qualifier, ID: p.ID}
		if p.TaxID != "" && p.Qualifier != "FI" {
			out.References = []Reference{{Kind: "TJ", Value: p.TaxID}}
		}
		return out
	}
	c := &ClaimPayment{ID: r.ClaimID, Status: r.Status, PayerClaimID: r.PayerClaimID, Charge: amount(r.Charge), Paid: amount(r.Paid), PatientResponsibility: amount(r.Patient),
		Adjustments: adjustments(r.Adjustments), Filing: r.Filing, Frequency: r.Frequency, DRG: r.DRG,
		Outcome:    Outcome{Kind: Kind(r.Record), Word: r.Outcome, Scenario: r.Scenario, Reasons: r.Reasons, DeniedLines: r.DeniedLines},
		Remittance: &Remittance{Trace: r.Trace, Date: day(r.PaymentDate), Payer: who(r.Payer), Payee: who(r.Payee)}}
	if n := min(len(r.Remarks), 5); n > 0 {
		c.Outpatient = make([]string, 7)
		copy(c.Outpatient[2:], r.Remarks[:n])
	}
	roles := map[string]string{}
	for code, word := range roleWords {
		roles[word] = code
	}
	for _, n := range r.Names {
		role := roles[n.Role]
		if role == "" {
			role = n.Role
		}
		c.Names = append(c.Names, Name{Role: role, Entity: "1", Last: n.Last, First: n.First, Middle: n.Middle, Suffix: n.Suffix, IDQualifier: n.Qualifier, ID: n.ID})
	}
	for _, v := range r.References {
		c.References = append(c.References, Reference{Kind: v.Kind, Value: v.Value})
	}
	for _, v := range r.Dates {
		c.Dates = append(c.Dates, Date{Kind: v.Kind, Day: day(v.Date)})
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		s := ServicePayment{Procedure: proc(&l.procedure), Charge: amount(l.Charge), Paid: amount(l.Paid), RevenueCode: l.Revenue, Units: money.Quantity(l.Units), Adjustments: adjustments(l.Adjustments)}
		if l.Submitted != nil {
			s.Submitted, s.SubmittedUnits = proc(l.Submitted), money.Quantity(l.Submitted.Units)
		}
		if l.Date != "" {
			s.Dates = []Date{{Kind: "472", Day: day(l.Date)}}
		}
		if l.Control != "" {
			s.References = []Reference{{Kind: "6R", Value: l.Control}}
		}
		for _, k := range l.Remarks {
			s.Remarks = append(s.Remarks, Remark{CodeList: "HE", Code: k})
		}
		c.Lines = append(c.Lines, s)
	}
	return c, failed
}
