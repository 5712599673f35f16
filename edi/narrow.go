package edi

import (
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// codeSoftened stands for a finding that a partner lets pass.
const codeSoftened diag.Code = 7201

// Narrowing is what one trading partner wants different from the guides (SNIP
// type 7). It may be used by many readings at once.
type Narrowing interface {
	// Of gives a check of sets of a guide; nil: nothing is different there.
	Of(g *guide.Guide) Narrowed
	// Softens says whether the partner lets a finding pass: it is a warning then.
	Softens(g *guide.Guide, c diag.Code) bool
}

// Narrowed checks one set after another. at is the segment at hand.
type Narrowed interface {
	Begin(report func(diag.Diagnostic))
	Segment(mt guide.Match, seg *x12.Segment, at diag.Pos)
	// ClaimClosed says that the open claim has ended before the segment at hand.
	ClaimClosed(at diag.Pos)
	End(at diag.Pos)
}

// narrow begins the partner's own check of the open set.
func (p *process) narrow() {
	p.narrowed = nil
	if p.opt.Narrow == nil || p.set.Guide == nil || !p.opt.Types.Has(7) {
		return
	}
	g := p.set.Guide
	n, ok := p.narrowedOf[g]
	if !ok {
		n = p.opt.Narrow.Of(g)
		if p.narrowedOf == nil {
			p.narrowedOf = map[*guide.Guide]Narrowed{}
		}
		p.narrowedOf[g] = n
	}
	if p.narrowed = n; n != nil {
		n.Begin(p.report)
	}
}

// here is the segment at hand, in the open claim.
func (p *process) here() diag.Pos {
	at := p.rd.Pos()
	at.Segment = p.rd.Ordinal()
	if p.matcher != nil {
		at.Claim = string(p.matcher.Claim())
	}
	return at
}

// soften makes a warning of a finding that the partner lets pass.
func (p *process) soften(d diag.Diagnostic) diag.Diagnostic {
	if p.opt.Narrow == nil || p.set == nil || p.set.Guide == nil || d.Code.Severity() != diag.Error || !p.opt.Narrow.Softens(p.set.Guide, d.Code) {
		return d
	}
	d.Want, d.Code = d.Code.String(), codeSoftened
	return d
}
