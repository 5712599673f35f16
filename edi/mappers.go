package edi

import (
	"claimwire/edi/claim"
	"claimwire/edi/explain"
	"claimwire/edi/guide"
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
	case "277":
		return status.NewMapper(g, p.claimStatusRead, p.levelRead)
	}
	return nil
}

func (p *process) claimPaymentRead(c *remit.ClaimPayment) {
	p.remits.ClaimPayment(c)
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
	if p.sink.ClaimStatus != nil {
		p.sink.ClaimStatus(c)
	}
	if p.sink.Record != nil {
		p.sink.Record(status.Record{ClaimStatus: c, Words: explain.Words})
	}
}

func (p *process) levelRead(l *status.Level) {
	if p.sink.StatusLevel != nil {
		p.sink.StatusLevel(l)
	}
}

// ack takes a TA1.
func (p *process) ack() {
	if p.sink.Ack != nil {
		p.sink.Ack(p.rd.Interchange(), p.rd.Segment())
	}
}
