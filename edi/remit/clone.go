package remit

import (
	"slices"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
)

// Clone keeps a claim payment, and the set that it stands in, beyond the call
// that gave it.
func (c *ClaimPayment) Clone() *ClaimPayment {
	n := *c
	k := strings.Clone
	n.Source.File, n.Source.Interchange, n.Source.Group, n.Source.Transaction = k(c.Source.File), k(c.Source.Interchange), k(c.Source.Group), k(c.Source.Transaction)
	if c.Remittance != nil {
		n.Remittance = c.Remittance.Clone()
	}
	n.Header = nil
	if c.Header != nil {
		n.Header = &Header{At: c.Header.At, Number: k(c.Header.Number), Provider: texted(c.Header.Provider), Inpatient: texted(c.Header.Inpatient)}
	}
	for _, s := range []*string{&n.ID, &n.Status, &n.Filing, &n.PayerClaimID, &n.Facility, &n.Frequency, &n.DRG, &n.Word, &n.Scenario} {
		*s = k(*s)
	}
	n.DRGWeight, n.DischargeFraction = quantity(c.DRGWeight), quantity(c.DischargeFraction)
	n.Adjustments = adjusted(c.Adjustments)
	n.Names = slices.Clone(c.Names)
	for i := range n.Names {
		m := &n.Names[i]
		for _, s := range []*string{&m.Role, &m.Entity, &m.Last, &m.First, &m.Middle, &m.Suffix, &m.IDQualifier, &m.ID} {
			*s = k(*s)
		}
	}
	n.Inpatient, n.Outpatient, n.Reasons = texted(c.Inpatient), texted(c.Outpatient), texted(c.Reasons)
	n.References, n.Dates, n.Contacts = referenced(c.References), dated(c.Dates), contacted(c.Contacts)
	n.Amounts, n.Quantities = figured(c.Amounts), figured(c.Quantities)
	n.Lines = slices.Clone(c.Lines)
	for i := range n.Lines {
		l := &n.Lines[i]
		l.Procedure, l.Submitted = l.Procedure.clone(), l.Submitted.clone()
		l.RevenueCode, l.Units, l.SubmittedUnits = k(l.RevenueCode), quantity(l.Units), quantity(l.SubmittedUnits)
		l.Dates, l.Adjustments, l.References = dated(l.Dates), adjusted(l.Adjustments), referenced(l.References)
		l.Amounts, l.Quantities = figured(l.Amounts), figured(l.Quantities)
		l.Remarks = slices.Clone(l.Remarks)
		for r := range l.Remarks {
			l.Remarks[r].CodeList, l.Remarks[r].Code = k(l.Remarks[r].CodeList), k(l.Remarks[r].Code)
		}
	}
	return &n
}

// Clone keeps a set beyond the call that gave it.
func (r *Remittance) Clone() *Remittance {
	n := *r
	k := strings.Clone
	n.Source.File, n.Source.Interchange, n.Source.Group, n.Source.Transaction = k(r.Source.File), k(r.Source.Interchange), k(r.Source.Group), k(r.Source.Transaction)
	for _, s := range []*string{&n.Handling, &n.CreditDebit, &n.Method, &n.Format, &n.Date, &n.Trace, &n.TraceOrigin, &n.TraceCompany, &n.Currency, &n.ReceiverID, &n.VersionID, &n.Production} {
		*s = k(*s)
	}
	for i := range n.Accounts {
		n.Accounts[i] = k(n.Accounts[i])
	}
	n.Payer, n.Payee = r.Payer.clone(), r.Payee.clone()
	n.ProviderAdjustments = slices.Clone(r.ProviderAdjustments)
	for i := range n.ProviderAdjustments {
		p := &n.ProviderAdjustments[i]
		p.ProviderID, p.FiscalYear, p.Reason, p.Reference = k(p.ProviderID), k(p.FiscalYear), k(p.Reason), k(p.Reference)
	}
	return &n
}

func (p Party) clone() Party {
	for _, s := range []*string{&p.Name, &p.IDQualifier, &p.ID, &p.Line1, &p.Line2, &p.City, &p.State, &p.PostalCode, &p.Country, &p.Subdivision,
		&p.Delivery.Code, &p.Delivery.Name, &p.Delivery.Number} {
		*s = strings.Clone(*s)
	}
	p.References, p.Contacts = referenced(p.References), contacted(p.Contacts)
	return p
}

func (p Procedure) clone() Procedure {
	p.Qualifier, p.Code, p.Description = strings.Clone(p.Qualifier), strings.Clone(p.Code), strings.Clone(p.Description)
	for i := range p.Modifiers {
		p.Modifiers[i] = strings.Clone(p.Modifiers[i])
	}
	return p
}

func quantity(q money.Quantity) money.Quantity { return money.Quantity(strings.Clone(string(q))) }

func texted(list []string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = strings.Clone(out[i])
	}
	return out
}

func adjusted(list []adjust.Adjustment) []adjust.Adjustment {
	out := slices.Clone(list)
	for i := range out {
		a := &out[i]
		a.Group, a.Reason, a.Quantity = adjust.Group(strings.Clone(string(a.Group))), adjust.Reason(strings.Clone(string(a.Reason))), quantity(a.Quantity)
	}
	return out
}

func referenced(list []Reference) []Reference {
	out := slices.Clone(list)
	for i := range out {
		out[i].Kind, out[i].Value = strings.Clone(out[i].Kind), strings.Clone(out[i].Value)
	}
	return out
}

func dated(list []Date) []Date {
	out := slices.Clone(list)
	for i := range out {
		out[i].Kind, out[i].Day = strings.Clone(out[i].Kind), strings.Clone(out[i].Day)
	}
	return out
}

func figured(list []Figure) []Figure {
	out := slices.Clone(list)
	for i := range out {
		out[i].Kind, out[i].Value = strings.Clone(out[i].Kind), strings.Clone(out[i].Value)
	}
	return out
}

func contacted(list []Contact) []Contact {
	out := slices.Clone(list)
	for i := range out {
		c := &out[i]
		c.Purpose, c.Name = strings.Clone(c.Purpose), strings.Clone(c.Name)
		for k := range c.Numbers {
			c.Numbers[k].Kind, c.Numbers[k].Value = strings.Clone(c.Numbers[k].Kind), strings.Clone(c.Numbers[k].Value)
		}
	}
	return out
}
