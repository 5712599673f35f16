package remit

import (
	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Advice is a remittance advice with its claims, as it is written.
type Advice struct {
	Remittance
	Groups []Group
}

// Group is a loop 2000 with its claims.
type Group struct {
	Header
	Claims []ClaimPayment
}

// Write writes the set between ST and SE; the caller has begun it.
func (a *Advice) Write(w *x12.Writer) {
	o := out{w: w}
	r := &a.Remittance
	o.begin("BPR")
	o.texts(r.Handling)
	o.amount(r.Amount)
	o.texts(r.CreditDebit, r.Method, r.Format)
	o.texts(r.Accounts[:]...)
	o.texts(r.Date)
	w.End()
	o.segment("TRN", "1", r.Trace, r.TraceOrigin, r.TraceCompany)
	o.optional("CUR", r.Currency, "PR", r.Currency)
	o.optional("REF", r.ReceiverID, "EV", r.ReceiverID)
	o.optional("REF", r.VersionID, "F2", r.VersionID)
	o.optional("DTM", r.Production, "405", r.Production)
	o.party("PR", &r.Payer)
	o.party("PE", &r.Payee)
	for i := range a.Groups {
		g := &a.Groups[i]
		o.segment("LX", g.Number)
		if len(g.Provider) > 0 {
			o.segment("TS3", g.Provider...)
		}
		if len(g.Inpatient) > 0 {
			o.segment("TS2", g.Inpatient...)
		}
		for k := range g.Claims {
			o.claim(&g.Claims[k])
		}
	}
	o.providerAdjustments(r.ProviderAdjustments)
}

// out writes segments.
type out struct {
	w   *x12.Writer
	buf []byte
}

func (o *out) begin(id string) { o.w.Begin(id) }

func (o *out) texts(values ...string) {
	for _, v := range values {
		o.w.Text(v)
	}
}

func (o *out) segment(id string, values ...string) {
	o.w.Begin(id)
	o.texts(values...)
	o.w.End()
}

// optional writes a segment when what it is about is there.
func (o *out) optional(id, about string, values ...string) {
	if about != "" {
		o.segment(id, values...)
	}
}

func (o *out) amount(v money.Optional) {
	if !v.Known {
		o.w.Text("")
		return
	}
	o.buf = v.Amount.AppendX12(o.buf[:0])
	o.w.Bytes(o.buf)
}

func (o *out) party(role string, p *Party) {
	o.segment("N1", role, p.Name, p.IDQualifier, p.ID)
	if p.Line1 != "" {
		o.segment("N3", p.Line1, p.Line2)
	}
	if p.City != "" || p.State != "" {
		o.segment("N4", p.City, p.State, p.PostalCode, p.Country, "", "", p.Subdivision)
	}
	o.references(p.References)
	o.contacts(p.Contacts)
	if p.Delivery.Code != "" {
		o.segment("RDM", p.Delivery.Code, p.Delivery.Name, p.Delivery.Number)
	}
}

func (o *out) references(list []Reference) {
	for i := range list {
		o.segment("REF", list[i].Kind, list[i].Value)
	}
}

func (o *out) contacts(list []Contact) {
	for i := range list {
		c := &list[i]
		o.segment("PER", c.Purpose, c.Name, c.Numbers[0].Kind, c.Numbers[0].Value, c.Numbers[1].Kind, c.Numbers[1].Value,
			c.Numbers[2].Kind, c.Numbers[2].Value)
	}
}

func (o *out) dates(list []Date) {
	for i := range list {
		o.segment("DTM", list[i].Kind, list[i].Day)
	}
}

func (o *out) figures(id string, list []Figure) {
	for i := range list {
		o.segment(id, list[i].Kind, list[i].Value)
	}
}

func (o *out) adjustments(list []adjust.Adjustment) {
	for len(list) > 0 {
		n := adjust.Next(list)
		if n == 0 {
			return
		}
		o.begin("CAS")
		o.texts(string(list[0].Group))
		for i := range list[:n] {
			o.texts(string(list[i].Reason))
			o.amount(list[i].Amount)
			o.texts(string(list[i].Quantity))
		}
		o.w.End()
		list = list[n:]
	}
}

func (o *out) claim(c *ClaimPayment) {
	o.begin("CLP")
	o.texts(c.ID, c.Status)
	o.amount(c.Charge)
	o.amount(c.Paid)
	o.amount(c.PatientResponsibility)
	o.texts(c.Filing, c.PayerClaimID, c.Facility, c.Frequency, "", c.DRG, string(c.DRGWeight), string(c.DischargeFraction))
	o.w.End()
	o.adjustments(c.Adjustments)
	for i := range c.Names {
		n := &c.Names[i]
		o.segment("NM1", n.Role, n.Entity, n.Last, n.First, n.Middle, "", n.Suffix, n.IDQualifier, n.ID)
	}
	if len(c.Inpatient) > 0 {
		o.segment("MIA", c.Inpatient...)
	}
	if len(c.Outpatient) > 0 {
		o.segment("MOA", c.Outpatient...)
	}
	o.references(c.References)
	o.dates(c.Dates)
	o.contacts(c.Contacts)
	o.figures("AMT", c.Amounts)
	o.figures("QTY", c.Quantities)
	for i := range c.Lines {
		o.line(&c.Lines[i])
	}
}

func (o *out) procedure(p *Procedure) {
	o.w.Composite(p.Qualifier, p.Code, p.Modifiers[0], p.Modifiers[1], p.Modifiers[2], p.Modifiers[3], p.Description)
}

func (o *out) line(l *ServicePayment) {
	o.begin("SVC")
	o.procedure(&l.Procedure)
	o.amount(l.Charge)
	o.amount(l.Paid)
	o.texts(l.RevenueCode, string(l.Units))
	o.procedure(&l.Submitted)
	o.texts(string(l.SubmittedUnits))
	o.w.End()
	o.dates(l.Dates)
	o.adjustments(l.Adjustments)
	o.references(l.References)
	o.figures("AMT", l.Amounts)
	o.figures("QTY", l.Quantities)
	for i := range l.Remarks {
		o.segment("LQ", l.Remarks[i].CodeList, l.Remarks[i].Code)
	}
}

// providerAdjustments writes PLB segments, up to six reasons of one provider
// and year each.
func (o *out) providerAdjustments(list []ProviderAdjustment) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && n < 6 && list[n].ProviderID == list[0].ProviderID && list[n].FiscalYear == list[0].FiscalYear && list[n].At == list[0].At {
			n++
		}
		o.begin("PLB")
		o.texts(list[0].ProviderID, list[0].FiscalYear)
		for i := range list[:n] {
			o.w.Composite(list[i].Reason, list[i].Reference)
			o.amount(list[i].Amount)
		}
		o.w.End()
		list = list[n:]
	}
}
