package route

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/claim"
	"claimwire/edi/party"
	"claimwire/edi/x12"
	"claimwire/partners"
)

// Numbers are the control numbers of one interchange. They were allocated in
// the transaction that records it, and are never used again.
type Numbers struct {
	Interchange int64 // ISA13
	Group       int64 // GS06 of the first group; one more for each further group
}

// Built is an interchange as bytes.
type Built struct {
	Bytes   []byte
	Control string
	Group   string
	Sets    []string // ST02 of claims[i]
}

// guides of the kinds of claims.
var guides = map[claim.Kind]string{claim.Professional: "005010X222A1", claim.Institutional: "005010X223A2", claim.Dental: "005010X224A2"}

// Build writes claims as one interchange to a partner: a functional group for
// each guide, at most the partner's number of claims in a set. The same claims,
// numbers and time give the same bytes.
func Build(p *partners.Profile, claims []*claim.Claim, n Numbers, at time.Time) (*Built, error) {
	e := &p.Envelope
	b := &Built{Control: fmt.Sprintf("%09d", n.Interchange), Group: strconv.FormatInt(n.Group, 10), Sets: make([]string, len(claims))}
	w := x12.NewWriter(nil, e.X12Delimiters(), x12.WriterOptions{LineBreaks: e.LineBreaks})
	w.BeginInterchange(x12.Interchange{Control: b.Control, SenderQualifier: e.SenderQualifier, Sender: e.Sender, ReceiverQualifier: e.ReceiverQualifier,
		Receiver: e.Receiver, Date: at.Format("060102"), Time: at.Format("1504"), Usage: p.UsageCode(), AckRequested: e.RequestTA1})
	group, set := n.Group, 0
	for _, kind := range []claim.Kind{claim.Professional, claim.Institutional, claim.Dental} {
		var parts [][]int // sets, each for one use: to be paid, reported, demanded back
		for _, use := range uses {
			var of []int
			for i, c := range claims {
				if c.Kind == kind && Use(c) == use {
					of = append(of, i)
				}
			}
			parts = slices.AppendSeq(parts, slices.Chunk(of, p.Limits.ClaimsPerSet))
		}
		if len(parts) == 0 {
			continue
		}
		w.BeginGroup(x12.Group{FunctionalID: "HC", Sender: e.GroupSender, Receiver: e.GroupReceiver, Date: at.Format("20060102"), Time: at.Format("1504"),
			Control: strconv.FormatInt(group, 10), Version: guides[kind]})
		for _, part := range parts {
			set++
			control := fmt.Sprintf("%04d", set)
			list := make([]*claim.Claim, len(part))
			for k, i := range part {
				list[k] = claims[i]
				b.Sets[i] = control
			}
			claim.Arrange(list)
			w.BeginSet("837", control, guides[kind])
			sub := submission(p, BatchID(b.Control, control), at)
			sub.Use = Use(list[0])
			if err := claim.NewBatch(w).Write(sub, list); err != nil {
				return nil, err
			}
			w.EndSet()
		}
		w.EndGroup()
		group++
	}
	w.EndInterchange()
	if err := w.Err(); err != nil {
		return nil, err
	}
	b.Bytes = slices.Clone(w.Buffer())
	return b, nil
}

// uses are what sets of claims are for, in the order in which they are written.
var uses = []claim.SubmissionUse{claim.UseChargeable, claim.UseReporting, claim.UseSubrogation}

// Use is what a claim is sent for; to be paid when it does not say.
func Use(c *claim.Claim) claim.SubmissionUse {
	if c.Submission != nil && slices.Contains(uses, c.Submission.Use) {
		return c.Submission.Use
	}
	return claim.UseChargeable
}

// KeepUse leaves of a claim's submission only what it is sent for: the rest is
// ours when it is written.
func KeepUse(c *claim.Claim) {
	if use := Use(c); use != claim.UseChargeable {
		c.Submission = &claim.Submission{Use: use}
		return
	}
	c.Submission = nil
}

// GroupsOf is how many functional groups claims make, so that their numbers
// can be allocated before they are written.
func GroupsOf(claims []*claim.Claim) int64 {
	kinds := map[claim.Kind]bool{}
	for _, c := range claims {
		kinds[c.Kind] = true
	}
	return int64(len(kinds))
}

// BatchID is the BHT03 of a set: unique for the partner, and it leads back to
// the set when an acknowledgment names it.
func BatchID(control, set string) string { return control + "-" + set }

// ParseBatchID takes a BHT03 of ours apart.
func ParseBatchID(id string) (control, set string, ok bool) {
	control, set, ok = strings.Cut(id, "-")
	return control, set, ok && len(control) == 9 && len(set) == 4
}

func submission(p *partners.Profile, batch string, at time.Time) *claim.Submission {
	e := &p.Envelope
	s := &claim.Submission{Purpose: claim.PurposeOriginal, ID: batch, Date: at.Format("20060102"), Time: at.Format("1504"), Use: claim.UseChargeable}
	s.Submitter = claim.Party{Role: claim.RoleSubmitter, Name: party.OrganizationName(e.SubmitterName), ID: party.Identifier{Qualifier: party.IDQualifier("46"), Value: e.SubmitterID}}
	contact := party.Contact{Name: e.ContactName}
	contact.Numbers[0] = party.Number{Kind: party.NumberKind("TE"), Value: e.ContactPhone}
	if e.ContactPhone == "" {
		contact.Numbers[0] = party.Number{Kind: party.NumberKind("TE"), Value: "5555550100"}
	}
	s.Submitter.Contacts = []claim.Contact{{Contact: contact}}
	s.Receiver = claim.Party{Role: claim.RoleReceiver, Name: party.OrganizationName(e.ReceiverName), ID: party.Identifier{Qualifier: party.IDQualifier("46"), Value: e.ReceiverID}}
	return s
}

// WithTrace gives a claim our own number (REF*D9), by which answers find it.
func WithTrace(c *claim.Claim, trace string) {
	for i := range c.References {
		if c.References[i].Kind == claim.ReferenceTrace {
			c.References[i].Value = trace
			return
		}
	}
	c.References = append(c.References, claim.Reference{Kind: claim.ReferenceTrace, Value: trace})
}
