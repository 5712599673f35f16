package edi

import (
	"claimwire/edi/ack"
	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/explain"
	"claimwire/edi/generic"
	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/remit"
	"claimwire/edi/rule"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// newMapper gives the meaning of a guide's sets: generic where no package knows
// it, and nil where nobody wants that.
func (p *process) newMapper(g *guide.Guide) mapper {
	if g.Added { // its loops are its own
		return p.genericMapper(g)
	}
	switch g.Set {
	case "837":
		return claim.NewMapper(g, p.claimRead)
	case "835":
		m := remit.NewMapper(g, p.claimPaymentRead, p.remittanceRead)
		m.Words, m.Table = explain.Words, p.opt.Outcomes
		return m
	case "276", "277":
		return status.NewMapper(g, p.claimStatusRead, p.levelRead)
	case "275":
		return attach.NewMapper(g, p.attachmentRead)
	case "999":
		return ack.NewMapper(g, p.functionalRead)
	}
	return p.genericMapper(g)
}

// guidelessMapper gives what can be given of a set whose guide is not known.
func (p *process) guidelessMapper(set string) mapper {
	switch {
	case set == "275":
		return attach.NewMapper(nil, p.attachmentRead)
	case p.sink.Record == nil:
		return nil
	case set == "835":
		if g, ok := guide.Lookup("005010X221A1", set); ok {
			m := remit.NewMapper(g, func(c *remit.ClaimPayment) { p.sink.Record(c) }, func(r *remit.Remittance) { p.sink.Record(r) })
			m.Words = explain.Words
			return newLoose(g, m)
		}
	case set == "999":
		if g, ok := guide.Lookup("005010X231A1", set); ok {
			return newLoose(g, ack.NewMapper(g, func(f *ack.Functional) { p.sink.Record(f) }))
		}
	}
	return p.genericMapper(nil)
}

// loose reads a set whose guide is not known by the one that most sets of its
// kind follow, and keeps to itself what does not fit: that the guide is unknown
// is said. Only records come of it. An 835 is the same in what matters under any
// name; nobody should post by one without looking, so nothing but decode gets
// it.
type loose struct {
	mapper
	matcher *guide.Matcher
}

func newLoose(g *guide.Guide, m mapper) *loose {
	return &loose{mapper: m, matcher: guide.NewMatcher(g, diag.ReporterFunc(func(diag.Diagnostic) {}))}
}

// begin starts the set with its ST.
func (l *loose) begin(src record.Source, st *x12.Segment) {
	l.matcher.Begin(guide.SetPos{Interchange: src.Interchange, Group: src.Group, Transaction: src.Transaction}, st.Delimiters())
	l.Segment(guide.Match{}, st, 1)
}

// Segment matches a segment and maps it.
func (l *loose) Segment(_ guide.Match, seg *x12.Segment, ordinal int) {
	l.mapper.Segment(l.matcher.Segment(seg, ordinal), seg, ordinal)
}

// End ends the set.
func (l *loose) End() {
	l.matcher.End()
	l.mapper.End()
}

func (p *process) genericMapper(g *guide.Guide) mapper {
	if p.sink.Record == nil {
		return nil
	}
	return generic.NewMapper(g, func(r *generic.Record) { p.sink.Record(r) })
}

func (p *process) functionalRead(f *ack.Functional) {
	a := rule.Answer{Source: f.Source, At: f.ClosedAt, Status: f.Status, Codes: f.Codes, Included: f.Included, Received: f.Received, Accepted: f.Accepted}
	for i := range f.Sets {
		s := &f.Sets[i]
		a.Sets = append(a.Sets, rule.AnsweredSet{At: s.ClosedAt, Status: s.Status, Errors: len(s.Errors) > 0})
	}
	p.answers.Check(&a)
	if p.sink.Functional != nil {
		p.sink.Functional(f)
	}
	if p.sink.Record != nil {
		p.sink.Record(f)
	}
}

func (p *process) claimPaymentRead(c *remit.ClaimPayment) {
	p.remits.ClaimPayment(c)
	if p.codes != nil {
		p.codes.Payment(c, diag.ReporterFunc(p.report))
	}
	p.faults.next()
	if p.sink.ClaimPayment != nil {
		p.sink.ClaimPayment(c)
	}
	if p.sink.Record != nil {
		p.sink.Record(c)
	}
}

func (p *process) remittanceRead(r *remit.Remittance) {
	p.remits.Remittance(r)
	if p.sink.Remittance != nil {
		p.sink.Remittance(r)
	}
	if p.sink.Record != nil {
		p.sink.Record(r)
	}
}

func (p *process) claimStatusRead(c *status.ClaimStatus) {
	p.statuses.ClaimStatus(c)
	if p.codes != nil && c.Dialect != status.Inquiry {
		p.codes.Status(c, diag.ReporterFunc(p.report))
	}
	if p.sink.ClaimStatus != nil && c.Dialect != status.Inquiry {
		p.sink.ClaimStatus(c)
	}
	if p.sink.Record != nil {
		p.sink.Record(status.Record{ClaimStatus: c, Words: explain.Words})
	}
}

func (p *process) levelRead(l *status.Level) {
	p.statuses.Level(l)
	if p.codes != nil {
		p.codes.Level(l, diag.ReporterFunc(p.report))
	}
	if p.sink.StatusLevel != nil {
		p.sink.StatusLevel(l)
	}
	if p.sink.Record != nil {
		p.sink.Record(l)
	}
}

// ack takes a TA1.
func (p *process) ack() {
	ic := p.rd.Interchange()
	a := ack.ReadTA1(record.Source{File: p.opt.File, Interchange: ic.Control}, p.rd.Segment())
	if p.sink.Ack != nil {
		p.sink.Ack(a)
	}
	if p.sink.Record != nil {
		p.sink.Record(a)
	}
}

// payload takes a chunk of binary data, which comes before its segment.
func (p *process) payload(seg *x12.Segment, offset int64, chunk []byte) error {
	if p.opt.Payload != nil {
		if err := p.opt.Payload(seg, offset, chunk); err != nil {
			return err
		}
	}
	if m, ok := p.mapper.(*attach.Mapper); ok {
		if a := m.Payload(seg, p.rd.Ordinal()+1, offset, chunk); a != nil && p.sink.Payload != nil {
			return p.sink.Payload(a, offset, chunk)
		}
	}
	return nil
}

func (p *process) attachmentRead(a *attach.Attachment) {
	if p.sink.Attachment != nil {
		p.sink.Attachment(a)
	}
	if p.sink.Record != nil {
		p.sink.Record(a)
	}
}
