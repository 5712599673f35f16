package attach

import (
	"strings"

	"claimwire/edi/x12"
)

// Write writes the set between ST and SE; the caller has begun it. Payloads are
// copied from their Readers, exactly Length octets of each, and never held;
// when one has fewer, the error says so and what was written is no interchange.
func (s *Set) Write(w *x12.Writer) error {
	o := out{w}
	o.segment("BGN", append([]string{string(s.Purpose), s.ID, s.Date}, s.Rest...)...)
	for i := range s.Parties {
		p := &s.Parties[i]
		o.segment("NM1", p.Role, p.Entity, p.Last, p.First, p.Middle, p.Prefix, p.Suffix, p.IDQualifier, p.Value)
		o.segments(p.More)
	}
	o.references(s.References)
	o.dates(s.Dates)
	for i := range s.Answers {
		if err := s.Answers[i].write(o); err != nil {
			return err
		}
	}
	return nil
}

type out struct{ w *x12.Writer }

func (a *Answer) write(o out) error {
	o.segment("LX", a.Number)
	o.segment("TRN", append([]string{a.TraceType, a.Trace}, a.TraceRest...)...)
	o.statuses(a)
	o.references(a.References)
	o.segments(a.More)
	o.dates(a.Dates)
	for i := range a.Documents {
		d := &a.Documents[i]
		o.references(d.References)
		o.dates(d.Dates)
		category := d.Category
		if category == nil {
			category = []string{d.Type, d.Format}
		}
		o.segment("CAT", category...)
		security, object := d.Security, d.Object
		switch { // before BIN the guide asks for EFI, before BDS for OOI
		case d.Filter == "" && len(security) == 0:
			security = []string{"05"}
		case d.Filter != "" && len(object) == 0:
			object = []string{"1", "47", "ATTACHMENT"}
		}
		if len(security) > 0 {
			o.segment("EFI", security...)
		}
		if len(object) > 0 {
			o.segment("OOI", object...)
		}
		if err := o.w.BinaryFrom(d.Filter, d.Length, d.Payload); err != nil {
			return err
		}
	}
	return nil
}

// statuses writes the STC: as they stood, or one for each three codes.
func (o out) statuses(a *Answer) {
	if len(a.Statuses) > 0 {
		for _, e := range a.Statuses {
			o.segment("STC", e...)
		}
		return
	}
	for list := a.Codes; len(list) > 0; {
		n := min(len(list), 3)
		o.w.Begin("STC")
		for i, c := range list[:n] {
			if i == 1 {
				o.w.Empty(8)
			}
			o.w.Composite(c.Category, c.Status, c.Entity, c.List)
		}
		o.w.End()
		list = list[n:]
	}
}

// segment writes elements with their components and repetitions.
func (o out) segment(id string, values ...string) {
	o.w.Begin(id)
	for _, v := range values {
		for i, one := range strings.Split(v, Repeat) {
			if i > 0 {
				o.w.Repeat()
			}
			if strings.Contains(one, Unit) {
				o.w.Composite(strings.Split(one, Unit)...)
			} else {
				o.w.Text(one)
			}
		}
	}
	o.w.End()
}

func (o out) segments(list []Segment) {
	for i := range list {
		o.segment(list[i].ID, list[i].Elements...)
	}
}

func (o out) references(list []Reference) {
	for i := range list {
		o.segment("REF", append([]string{list[i].Kind, list[i].Value}, list[i].Rest...)...)
	}
}

func (o out) dates(list []Date) {
	for i := range list {
		o.segment("DTP", list[i].Kind, list[i].Format, list[i].Text)
	}
}
