package status

import (
	"strconv"

	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Document is a 276 or 277 as it is written: one source and one receiver,
// providers, and below each the patients with their claims.
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
	// Each gives the claims one by one, for those who do not want to hold them
	// all; they come after Claims.
	Each   func(yield func(ClaimStatus))
	Claims []ClaimStatus // Patient is required; claims that follow each other and share it share its level
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
		provider := o.level(&p.Level, receiver, "19", len(p.Claims) > 0 || p.Each != nil)
		o.patient, o.subscriber = nil, nil
		for k := range p.Claims {
			o.claim(p.Claims[k:], provider, d.Dialect)
		}
		if p.Each != nil {
			var one [1]ClaimStatus
			p.Each(func(c ClaimStatus) {
				one[0] = c
				o.claim(one[:], provider, d.Dialect)
			})
		}
	}
}

type out struct {
	w   *x12.Writer
	hl  int
	buf []byte

	patient, subscriber *Level // of the claim before
	subscriberHL        int
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
	for i := range l.Names {
		o.name(&l.Names[i])
	}
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
		o.segment("NM1", n.Role, n.Entity, n.Last, n.First, n.Middle, n.Prefix, n.Suffix, n.IDQualifier, n.Value)
	}
}

func (o *out) trace(t Trace) {
	if t.Type != "" {
		o.segment("TRN", t.Type, t.Value, t.Payer, t.Part)
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

// claim writes the first of claims, with the levels of its patient unless the
// claim before has written them.
func (o *out) claim(claims []ClaimStatus, provider int, d Dialect) {
	c := &claims[0]
	if c.Patient == nil || c.Patient != o.patient {
		o.patientLevels(claims, provider, d)
	}
	o.patient = c.Patient
	o.trace(c.Trace)
	o.infos(c.Infos)
	o.references(c.References)
	o.figures("AMT", c.Amounts)
	o.dates(c.Dates)
	o.ways(c.Ways)
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
		o.ways(l.Ways)
	}
}

func (o *out) ways(list []Way) {
	for i := range list {
		w := &list[i]
		for _, s := range []struct {
			id       string
			elements []string
		}{{"PWK", w.Document}, {"PER", w.Contact}, {"N1", w.Place}, {"N3", w.Street}, {"N4", w.City}} {
			if len(s.elements) > 0 {
				o.segment(s.id, s.elements...)
			}
		}
	}
}

func (o *out) patientLevels(claims []ClaimStatus, provider int, d Dialect) {
	c := &claims[0]
	parent := provider
	if c.Subscriber != nil {
		if c.Subscriber != o.subscriber && c.Subscriber != o.patient {
			o.patientLevel(c.Subscriber, provider, "1")
			o.subscriberHL = o.hl
		}
		parent = o.subscriberHL
	}
	o.subscriber = c.Subscriber
	l := Level{Kind: "PT"}
	if c.Patient != nil {
		l = *c.Patient
		if l.Kind == "" {
			l.Kind = "PT"
		}
	}
	child := "0"
	switch {
	case d == Acknowledgment || l.Kind == "23":
		child = ""
	case c.Patient != nil && l.Kind == "22":
		for i := range claims { // dependants may follow the subscriber's own claims
			if claims[i].Subscriber == c.Patient {
				child = "1"
			}
			if claims[i].Patient != c.Patient {
				break
			}
		}
	}
	o.patientLevel(&l, parent, child)
	if c.Subscriber == nil {
		o.subscriberHL = o.hl
	}
}

func (o *out) patientLevel(l *Level, parent int, child string) {
	o.hl++
	o.segment("HL", strconv.Itoa(o.hl), strconv.Itoa(parent), l.Kind, child)
	if l.BirthDate != "" {
		o.segment("DMG", "D8", l.BirthDate, l.Sex)
	}
	o.name(&l.Name)
	for i := range l.Names {
		o.name(&l.Names[i])
	}
}
