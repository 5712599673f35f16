package ack

import (
	"encoding/binary"

	"claimwire/edi/money"
	"claimwire/edi/status"
)

// A 277CA says totals before claims, and a group may be refused by its last
// segment, so the claims of an interchange are held until it ends: in short, as
// bytes, some 130 of them a claim.

// held keeps the claims of a billing provider in their order.
type held struct{ chunks [][]byte }

// Chunks begin small, since there may be a provider for every claim.
const (
	firstChunk = 256
	largeChunk = 64 << 10
)

// add keeps a claim.
func (h *held) add(p *packer, a *acknowledged) {
	p.claim(a)
	n := len(h.chunks)
	if n == 0 || cap(h.chunks[n-1])-len(h.chunks[n-1]) < len(p.b) {
		size := firstChunk
		if n > 0 {
			size = min(2*cap(h.chunks[n-1]), largeChunk)
		}
		h.chunks = append(h.chunks, make([]byte, 0, max(size, len(p.b))))
		n++
	}
	h.chunks[n-1] = append(h.chunks[n-1], p.b...)
}

// each gives the claims in their order.
func (h *held) each(codes []status.Code, visit func(a *acknowledged)) {
	for _, chunk := range h.chunks {
		u := unpacker{b: string(chunk), codes: codes}
		for len(u.b) > 0 {
			a := u.claim()
			visit(&a)
		}
	}
}

// packer writes claims as bytes: counts and amounts as varints, texts with
// their length before them, codes by their place among those of the set.
type packer struct {
	b     []byte
	codes []status.Code
	place map[status.Code]uint64
}

func (p *packer) number(n int64) { p.b = binary.AppendVarint(p.b, n) }

func (p *packer) text(s string) {
	p.b = binary.AppendUvarint(p.b, uint64(len(s)))
	p.b = append(p.b, s...)
}

func (p *packer) list(codes []status.Code) {
	p.b = binary.AppendUvarint(p.b, uint64(len(codes)))
	for _, c := range codes {
		n, ok := p.place[c]
		if !ok {
			n = uint64(len(p.codes))
			if p.place == nil {
				p.place = map[status.Code]uint64{}
			}
			p.place[c] = n
			p.codes = append(p.codes, c)
		}
		p.b = binary.AppendUvarint(p.b, n)
	}
}

func (p *packer) name(n *status.Name) {
	for _, s := range []string{n.Role, n.Entity, n.Last, n.First, n.Middle, n.Prefix, n.Suffix, n.IDQualifier, n.Value} {
		p.text(s)
	}
}

func (p *packer) amount(o money.Optional) {
	if !o.Known {
		p.b = append(p.b, 0)
		return
	}
	p.b = append(p.b, 1)
	p.number(int64(o.Amount))
}

func (p *packer) claim(a *acknowledged) {
	p.b = p.b[:0]
	p.name(&a.patient)
	for _, s := range []string{a.id, a.trace, a.payerClaimID, a.billType, a.from, a.to} {
		p.text(s)
	}
	p.amount(a.charge)
	refused := int64(0)
	if a.refused {
		refused = 1
	}
	p.number(refused)
	p.list(a.codes)
	p.number(int64(len(a.lines)))
	for i := range a.lines {
		l := &a.lines[i].line
		for _, s := range []string{l.Qualifier, l.Procedure, l.Modifiers[0], l.Modifiers[1], l.Modifiers[2], l.Modifiers[3], l.Revenue} {
			p.text(s)
		}
		p.amount(l.Charge)
		p.number(int64(len(l.References)))
		for _, r := range l.References {
			p.text(r.Kind)
			p.text(r.Value)
		}
		p.number(int64(len(l.Dates)))
		for _, d := range l.Dates {
			p.text(d.Kind)
			p.text(d.Format)
			p.text(d.Text)
		}
		p.list(a.lines[i].codes)
	}
}

// unpacker reads what a packer wrote; the texts are parts of b.
type unpacker struct {
	b     string
	codes []status.Code
}

// uvarint is binary.Uvarint of a string.
func (u *unpacker) uvarint() uint64 {
	var n uint64
	for shift := uint(0); ; shift += 7 {
		c := u.b[0]
		u.b = u.b[1:]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return n
		}
	}
}

func (u *unpacker) number() int64 {
	n := u.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (u *unpacker) text() string {
	n := u.uvarint()
	s := u.b[:n]
	u.b = u.b[n:]
	return s
}

func (u *unpacker) list() []status.Code {
	list := make([]status.Code, u.uvarint())
	for i := range list {
		list[i] = u.codes[u.uvarint()]
	}
	return list
}

func (u *unpacker) amount() money.Optional {
	known := u.b[0] == 1
	u.b = u.b[1:]
	if !known {
		return money.Optional{}
	}
	return money.Of(money.Amount(u.number()))
}

func (u *unpacker) claim() (a acknowledged) {
	n := &a.patient
	for _, s := range []*string{&n.Role, &n.Entity, &n.Last, &n.First, &n.Middle, &n.Prefix, &n.Suffix, &n.IDQualifier, &n.Value,
		&a.id, &a.trace, &a.payerClaimID, &a.billType, &a.from, &a.to} {
		*s = u.text()
	}
	a.charge = u.amount()
	a.refused = u.number() == 1
	a.codes = u.list()
	for range u.number() {
		var l acknowledgedLine
		s := &l.line
		for _, t := range []*string{&s.Qualifier, &s.Procedure, &s.Modifiers[0], &s.Modifiers[1], &s.Modifiers[2], &s.Modifiers[3], &s.Revenue} {
			*t = u.text()
		}
		s.Charge = u.amount()
		for range u.number() {
			s.References = append(s.References, status.Reference{Kind: u.text(), Value: u.text()})
		}
		for range u.number() {
			s.Dates = append(s.Dates, status.Date{Kind: u.text(), Format: u.text(), Text: u.text()})
		}
		l.codes = u.list()
		a.lines = append(a.lines, l)
	}
	return a
}
