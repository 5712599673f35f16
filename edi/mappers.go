package edi

import (
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/remit"
	"claimwire/edi/status"
)

// newMapper gives the meaning of a guide's sets; nil where nothing reads it.
func (p *process) newMapper(g *guide.Guide) mapper {
	switch g.Set {
	case "837":
		return claim.NewMapper(g, p.claimRead)
	case "835":
		m := remit.NewMapper(g, p.claimPaymentRead, p.remittanceRead)
		m.Words = explain.Words
		return m
	case "276", "277":
		return status.NewMapper(g, p.claimStatusRead, p.levelRead)
	case "999":
		return ack.NewMapper(g, p.functionalRead)
	}
	return nil
}

func (p *process) functionalRead(f *ack.Functional) {
	if p.sink.Functional != nil {
		p.sink.Functional(f)
	}
	if p.sink.Record != nil {
		p.sink.Record(f)
	}
}

func (p *process) claimPaymentRead(c *remit.ClaimPayment) {
	p.remits.ClaimPayment(c)
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
	if p.sink.ClaimStatus != nil && c.Dialect != status.Inquiry {
		p.sink.ClaimStatus(c)
	}
	if p.sink.Record != nil {
		p.sink.Record(status.Record{ClaimStatus: c, Words: explain.Words})
	}
}

func (p *process) levelRead(l *status.Level) {
	p.statuses.Level(l)
	if p.sink.StatusLevel != nil {
		p.sink.StatusLevel(l)
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
