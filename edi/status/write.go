package status

import (
	"strconv"

	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Document is a 277 as it is written: one source and one receiver, providers,
// and below each the patients with one claim each.
type Document struct {
	Dialect   Dialect
	Header    Header
	Sender    Level
	Receiver  Level
	Providers []Provider
}

// Provider is a provider level with its claims.
type Provider struct {
	Level
	Claims []ClaimStatus // Patient is required
}

// Write writes the set between ST and SE; the caller has begun it.
func (d *Document) Write(w *x12.Writer) {
	o := out{w: w}
	h := &d.Header
	o.segment("BHT", h.Structure, h.Purpose, h.ID, h.Date, h.Time, h.Use)
	source := o.level(&d.Sender, 0, "20", true)
	receiver := o.level(&d.Receiver, source, "21", len(d.Providers) > 0)
	for i := range d.Providers {
		p := &d.Providers[i]
		provider := o.level(&p.Level, receiver, "19", len(p.Claims) > 0)
		for k := range p.Claims {
			o.claim(&p.Claims[k], provider, d.Dialect)
		}
	}
}

type out struct {
	w   *x12.Writer
	hl  int
	buf []byte
}

func (o *out) segment(id string, values ...string) {
	o.w.Begin(id)
	for _, v := range values {
		o.w.Text(v)
	}
	o.w.End()
}

func (o *out) amount(v money.Optional) {
	if !v.Known {
		o.w.Text("")
		return
	}
	o.buf = v.Amount.AppendX12(o.buf[:0])
	o.w.Bytes(o.buf)
}

// level writes HL, name and status of a level, and gives its number.
func (o *out) level(l *Level, parent int, kind string, child bool) int {
	o.hl++
	up, down := "", "0"
	if parent > 0 {
		up = strconv.Itoa(parent)
	}
	if child {
		down = "1"
	}
	o.segment("HL", strconv.Itoa(o.hl), up, kind, down)
	o.name(&l.Name)
	for _, p := range l.Contacts {
		o.segment("PER", p...)
	}
	o.trace(l.Trace)
	o.dates(l.Dates)
	o.infos(l.Infos)
	o.references(l.References)
	o.figures("QTY", l.Quantities)
	o.figures("AMT", l.Amounts)
	return o.hl
}

func (o *out) name(n *Name) {
	if n.Role != "" {
		o.segment("NM1", n.Role, n.Entity, n.Last, n.First, n.Middle, "", n.Suffix, n.IDQualifier, n.Value)
	}
}

func (o *out) trace(t Trace) {
	if t.Type != "" {
		o.segment("TRN", t.Type, t.Value)
	}
}

func (o *out) dates(list []Date) {
	for i := range list {
		o.segment("DTP", list[i].Kind, list[i].Format, list[i].Text)
	}
}

func (o *out) references(list []Reference) {
	for i := range list {
		o.segment("REF", list[i].Kind, list[i].Value)
	}
}

func (o *out) figures(id string, list []Figure) {
	for i := range list {
		o.segment(id, list[i].Kind, list[i].Value)
	}
}

func (o *out) infos(list []Info) {
	for i := range list {
		s := &list[i]
		o.w.Begin("STC")
		o.code(s.Codes[0])
		o.w.Text(s.Date)
		o.w.Text(s.Action)
		o.amount(s.Charge)
		o.amount(s.Paid)
		for _, v := range []string{s.PaidDate, s.Method, s.CheckDay, s.Check} {
			o.w.Text(v)
		}
		o.code(s.Codes[1])
		o.code(s.Codes[2])
		o.w.Text(s.Text)
		o.w.End()
	}
}

func (o *out) code(c Code) { o.w.Composite(c.Category, c.Status, c.Entity, c.List) }

func (o *out) claim(c *ClaimStatus, provider int, d Dialect) {
	o.hl++
	kind, patient := "PT", Level{}
	if c.Patient != nil {
		patient = *c.Patient
		if patient.Kind != "" {
			kind = patient.Kind
		}
	}
	if d == Acknowledgment {
		o.segment("HL", strconv.Itoa(o.hl), strconv.Itoa(provider), kind)
	} else {
		o.segment("HL", strconv.Itoa(o.hl), strconv.Itoa(provider), kind, "0")
	}
	o.name(&patient.Name)
	o.trace(c.Trace)
	o.infos(c.Infos)
	o.references(c.References)
	o.dates(c.Dates)
	for _, p := range c.Attachments {
		o.segment("PWK", p...)
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		o.w.Begin("SVC")
		o.w.Composite(l.Qualifier, l.Procedure, l.Modifiers[0], l.Modifiers[1], l.Modifiers[2], l.Modifiers[3])
		o.amount(l.Charge)
		o.amount(l.Paid)
		o.w.Text(l.Revenue)
		o.w.Empty(2)
		o.w.Text(l.Units)
		o.w.End()
		o.infos(l.Infos)
		o.references(l.References)
		o.dates(l.Dates)
	}
}
