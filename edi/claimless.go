package edi

import (
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// codeNoClaim: a subscriber has neither a claim nor a patient.
const codeNoClaim diag.Code = 4932

// claimless watches the levels of a claim set: a subscriber that no patient
// stands below has a claim. (Of a patient the guide says so itself.)
type claimless struct {
	watching bool        // the set is one of claims, and somebody wants to know
	open     bool        // a subscriber is open, and has neither so far
	looked   *guide.Node // the loop of the last segment, which is no claim's
}

// next takes a matched segment, and says whether the subscriber before it ends
// without a claim.
func (c *claimless) next(mt guide.Match, seg *x12.Segment) bool {
	if mt.Opened == nil && !c.open {
		return false
	}
	switch n := mt.Opened; {
	case n != nil && n.IsLevel():
		ends := c.open && n.Loop != "2000C"
		c.open, c.looked = n.Loop == "2000B" && string(seg.Element(4)) != "1", nil // a promise that is broken is said
		return ends
	case c.open:
		if n := mt.Node; n != nil && n.Parent != c.looked {
			c.looked = n.Parent
			for ; n != nil; n = n.Parent {
				if n.Loop == "2300" {
					c.open = false
				}
			}
		}
		if seg.ID() == idSE {
			return c.open
		}
	}
	return false
}

var idSE = x12.SegmentIDOf("SE")
