package edi

import (
	"cmp"
	"maps"
	"slices"
	"sort"

	"claimwire/edi/codes"
	"claimwire/edi/guide"
)

// notChecked lists the code sets that elements named and that nobody could judge
// by: no release is loaded, or none that answers for the day. They are never
// passed silently.
func (p *process) notChecked() {
	missing := p.codes.Missing()
	guides := slices.SortedFunc(maps.Keys(p.matchers), func(a, b *guide.Guide) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Set, b.Set)) })
	for _, g := range guides {
		for _, s := range p.matchers[g].Unchecked() {
			if p.unknown[s] {
				continue
			}
			p.unknown[s] = true
			if _, noted := missing[s]; noted || !p.judged(s) {
				p.sum.NotChecked = append(p.sum.NotChecked, s)
			}
		}
	}
	// Lists that the elements share with others: CPT beside HCPCS, and so on.
	var more []string
	for s := range missing {
		if !slices.Contains(p.sum.NotChecked, s) {
			more = append(more, s)
		}
	}
	sort.Strings(more)
	p.sum.NotChecked = append(p.sum.NotChecked, more...)
	for s, day := range missing {
		if day != 0 && len(p.opt.Codes.Releases(s)) > 0 {
			if p.sum.NotCheckedOn == nil {
				p.sum.NotCheckedOn = map[string]int{}
			}
			p.sum.NotCheckedOn[s] = day
		}
	}
}

// judged says whether a code set was judged wherever it was named: it has a
// release, or is one of two lists of which the other had the codes.
func (p *process) judged(set string) bool {
	if p.codes == nil {
		return false
	}
	return len(p.opt.Codes.Releases(set)) > 0 || set == codes.HCPCS && len(p.opt.Codes.Releases(codes.CPT)) > 0
}
