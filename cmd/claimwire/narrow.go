package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
	"claimwire/gateway"
	"claimwire/gateway/route"
	"claimwire/partners"
	"claimwire/partners/companion"
	"claimwire/partners/examples"
)

// companionOfProfile reads the companion of a profile; nil where it has none.
func companionOfProfile(p *partners.Profile) (edi.Narrowing, error) {
	if p.Companion == "" {
		return nil, nil
	}
	if p.Dir == "" {
		b, err := examples.Files.ReadFile(p.Companion)
		if err != nil {
			return nil, fmt.Errorf("partner %s: companion: %w", p.ID, err)
		}
		return companion.Parse(p.Companion, b)
	}
	return companion.Load(filepath.Join(p.Dir, p.Companion))
}

// narrowingOf finds what is different about a partner: a profile's companion, or
// a companion file itself.
func narrowingOf(id string) (edi.Narrowing, error) {
	if id == "" {
		return nil, nil
	}
	if strings.HasSuffix(id, ".companion") {
		return companion.Load(id)
	}
	p, err := partnerProfile(id)
	if err != nil {
		return nil, err
	}
	return companionOfProfile(p)
}

// companionOf is what is different about a partner of the gateway; nil: nothing.
func (g *spine) companionOf(p *partners.Profile) edi.Narrowing {
	if p == nil {
		return nil
	}
	return g.partners.Load().companions[p.ID]
}

// companionFor is that of the partner that a claim goes to.
func (g *spine) companionFor(c *claim.Claim, s gateway.Scope) edi.Narrowing {
	if len(g.partners.Load().companions) == 0 || c == nil || c.Payer == nil {
		return nil
	}
	known, ok := g.payer(c.Payer.ID.Value, c.Payer.Name.Last)
	if !ok {
		return nil
	}
	return g.companionOf(g.partnerFor(s, known.Partner))
}

// againstPartner checks a claim as it would be sent to a partner.
func againstPartner(p *partners.Profile, n edi.Narrowing, c *claim.Claim, at time.Time) ([]diag.Diagnostic, error) {
	if n == nil {
		return nil, nil
	}
	b, err := route.Build(p, []*claim.Claim{c}, route.Numbers{Interchange: 1, Group: 1}, at)
	if err != nil {
		return nil, err
	}
	var found []diag.Diagnostic
	_, err = edi.Process(bytes.NewReader(b.Bytes), edi.Options{Types: rule.Of(7), Narrow: n}, edi.Sink{Report: func(d diag.Diagnostic) { found = append(found, d) }})
	return found, err
}
