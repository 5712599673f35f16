package main

import (
	"claimwire/gateway"
	"claimwire/partners"
)

// ownerOf is the scope whose connection a partner's is: its numbers, and what is
// known of it, are kept there, whoever's claims go over it.
func ownerOf(p *partners.Profile) gateway.Scope { return scopeOf(p) }

// scopesOf are all whose claims go to a partner.
func scopesOf(p *partners.Profile) []gateway.Scope {
	list := []gateway.Scope{ownerOf(p)}
	for _, o := range p.SharedWith {
		list = append(list, gateway.Scope{Organisation: o, Usage: p.Usage})
	}
	return list
}

// serves says whether claims of a scope may go to a partner. A partner of nobody
// in particular serves everybody.
func serves(p *partners.Profile, s gateway.Scope) bool {
	if p.Usage != s.Usage {
		return false
	}
	if p.Organisation == "" || p.Organisation == s.Organisation {
		return true
	}
	for _, o := range p.SharedWith {
		if o == s.Organisation {
			return true
		}
	}
	return false
}
