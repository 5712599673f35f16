package remit

import (
	"strconv"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/record"
)

// AppendJSON appends the record `payment`, `denial` or `reversal`.
func (c *ClaimPayment) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"`...)
	b = append(b, c.Kind...)
	b = append(b, `","source":`...)
	b = c.Source.AppendJSON(b)
	b = text1(b, "claim_id", c.ID)
	b = text1(b, "status_code", c.Status)
	switch c.Kind {
	case Payment:
		b = text1(b, "outcome", c.Word)
	case Denial:
		b = text1(b, "scenario", c.Scenario)
		b = append(b, `,"reasons":`...)
		b = texts(b, c.Reasons)
	}
	b = text1(b, "payer_claim_id", c.PayerClaimID)
	b = amount(b, "charge", c.Charge)
	b = amount(b, "paid", c.Paid)
	b = amount(b, "patient_responsibility", c.PatientResponsibility)
	b = append(b, `,"adjustments":`...)
	b = adjustments(b, c.Adjustments)
	b = append(b, `,"remarks":`...)
	b = texts(b, c.claimRemarks())
	b = append(b, `,"lines":[`...)
	for i := range c.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.Lines[i].appendJSON(b)
	}
	b = append(b, ']')
	if r := c.Remittance; r != nil {
		b = text1(b, "trace", r.Trace)
		b = day(b, "payment_date", r.Date)
		b = party(b, "payer", &r.Payer)
		b = party(b, "payee", &r.Payee)
	}
	b = append(b, `,"denied_lines":`...)
	b = strconv.AppendInt(b, int64(c.DeniedLines), 10)
	b = c.Buckets.appendJSON(b)
	if c.Filing != "" {
		b = text1(b, "filing", c.Filing)
	}
	if c.Frequency != "" {
		b = text1(b, "frequency", c.Frequency)
	}
	if c.DRG != "" {
		b = text1(b, "drg", c.DRG)
	}
	b = c.names(b)
	b = references(b, c.References)
	b = dates(b, c.Dates)
	return append(b, '}')
}

var roleWords = map[string]string{"QC": "patient", "IL": "insured", "74": "corrected", "82": "service_provider",
	"TT": "crossover_carrier", "PR": "priority_payer", "GB": "other_subscriber"}

func (c *ClaimPayment) names(b []byte) []byte {
	if len(c.Names) == 0 {
		return b
	}
	b = append(b, `,"names":[`...)
	for i := range c.Names {
		n := &c.Names[i]
		if i > 0 {
			b = append(b, ',')
		}
		role := roleWords[n.Role]
		if role == "" {
			role = n.Role
		}
		b = append(b, `{"role":`...)
		b = record.AppendString(b, role)
		b = some(b, "last_name", n.Last)
		b = some(b, "first_name", n.First)
		b = some(b, "middle_name", n.Middle)
		b = some(b, "suffix", n.Suffix)
		b = some(b, "id_qualifier", n.IDQualifier)
		b = some(b, "id", n.ID)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (l *ServicePayment) appendJSON(b []byte) []byte {
	b = append(b, `{"procedure":`...)
	b = record.AppendString(b, l.Procedure.Code)
	b = text1(b, "qualifier", l.Procedure.Qualifier)
	b = append(b, `,"modifiers":`...)
	b = modifiers(b, l.Procedure.Modifiers)
	b = amount(b, "charge", l.Charge)
	b = amount(b, "paid", l.Paid)
	b = append(b, `,"adjustments":`...)
	b = adjustments(b, l.Adjustments)
	b = append(b, `,"remarks":[`...)
	first := true
	for i := range l.Remarks {
		if l.Remarks[i].CodeList != "HE" {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = record.AppendString(b, l.Remarks[i].Code)
	}
	b = append(b, ']')
	b = day(b, "date", l.Date())
	b = text1(b, "control_number", l.ControlNumber())
	b = some(b, "revenue_code", l.RevenueCode)
	b = some(b, "units", string(l.Units))
	if l.Submitted.Code != "" {
		b = append(b, `,"submitted":{"procedure":`...)
		b = record.AppendString(b, l.Submitted.Code)
		b = text1(b, "qualifier", l.Submitted.Qualifier)
		b = append(b, `,"modifiers":`...)
		b = modifiers(b, l.Submitted.Modifiers)
		b = some(b, "units", string(l.SubmittedUnits))
		b = append(b, '}')
	}
	return append(b, '}')
}

// AppendJSON appends the record `remittance`.
func (r *Remittance) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"remittance","source":`...)
	src := r.Source
	src.Segment = max(int(r.At.Segment), 1)
	b = src.AppendJSON(b)
	b = amount(b, "amount", r.Amount)
	b = text1(b, "method", r.Method)
	b = text1(b, "handling", r.Handling)
	b = text1(b, "trace", r.Trace)
	b = day(b, "date", r.Date)
	b = party(b, "payer", &r.Payer)
	b = party(b, "payee", &r.Payee)
	b = append(b, `,"claims":`...)
	b = strconv.AppendInt(b, int64(r.Claims), 10)
	b = append(b, `,"provider_adjustments":[`...)
	for i := range r.ProviderAdjustments {
		a := &r.ProviderAdjustments[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"reason":`...)
		b = record.AppendString(b, a.Reason)
		b = text1(b, "reference", a.Reference)
		b = amount(b, "amount", a.Amount)
		b = some(b, "provider", a.ProviderID)
		b = append(b, '}')
	}
	b = append(b, ']')
	b = r.Buckets.appendJSON(b)
	b = append(b, `,"balanced":`...)
	b = strconv.AppendBool(b, r.Balance().Holds())
	return append(b, '}')
}

// appendJSON appends the buckets; what is in none only where there is such.
func (k *Buckets) appendJSON(b []byte) []byte {
	sum := func(name string, v money.Amount) {
		b = append(b, name...)
		b = v.AppendDecimal(b)
		b = append(b, '"')
	}
	sum(`,"buckets":{"paid":"`, k.Paid)
	sum(`,"contractual":"`, k.Contractual)
	sum(`,"patient":"`, k.Patient)
	sum(`,"denied":"`, k.Denied)
	sum(`,"other_payer":"`, k.OtherPayer)
	if k.Unexplained != 0 {
		sum(`,"unexplained":"`, k.Unexplained)
	}
	return append(b, '}')
}

func text1(b []byte, name, v string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendString(b, v)
}

// some appends a field unless it is empty.
func some(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	return text1(b, name, v)
}

func day(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendDate(b, v)
}

func amount(b []byte, name string, v money.Optional) []byte {
	if !v.Known {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":"`...)
	b = v.Amount.AppendDecimal(b)
	return append(b, '"')
}

func texts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = record.AppendString(b, s)
	}
	return append(b, ']')
}

func modifiers(b []byte, list [4]string) []byte {
	b = append(b, '[')
	first := true
	for _, s := range list {
		if s == "" {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = record.AppendString(b, s)
	}
	return append(b, ']')
}

func adjustments(b []byte, list []adjust.Adjustment) []byte {
	b = append(b, '[')
	for i := range list {
		a := &list[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"group":`...)
		b = record.AppendString(b, string(a.Group))
		b = text1(b, "reason", string(a.Reason))
		b = amount(b, "amount", a.Amount)
		b = some(b, "quantity", string(a.Quantity))
		b = append(b, '}')
	}
	return append(b, ']')
}

func party(b []byte, name string, p *Party) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":{"name":`...)
	b = record.AppendString(b, p.Name)
	b = some(b, "id_qualifier", p.IDQualifier)
	b = some(b, "id", p.ID)
	b = some(b, "tax_id", p.TaxID())
	return append(b, '}')
}

func references(b []byte, list []Reference) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"references":[`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"kind":`...)
		b = record.AppendString(b, list[i].Kind)
		b = text1(b, "value", list[i].Value)
		b = append(b, '}')
	}
	return append(b, ']')
}

func dates(b []byte, list []Date) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"dates":[`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"kind":`...)
		b = record.AppendString(b, list[i].Kind)
		b = day(b, "date", list[i].Day)
		b = append(b, '}')
	}
	return append(b, ']')
}
