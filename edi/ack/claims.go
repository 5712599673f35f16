package ack

import (
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// ClaimSettings say how claims are acknowledged.
type ClaimSettings struct {
	Accept status.Code // of an accepted claim; zero: A2:20
	Role   string      // of who answers: PR the payer, AY a clearinghouse; empty: PR
	Name   string      // empty: the receiver's name
	// PayerClaimID gives the number under which an accepted claim is kept, or "".
	PayerClaimID func(c *claim.Claim) string
	// Refuse gives the answerer's own reasons against a claim that has no fault
	// of form; nil, or none: it is accepted.
	Refuse func(c *claim.Claim) []status.Code
}

// claims collects the claims of a set: little of each, so that a large set
// stays small.
type claims struct {
	set     ClaimSettings
	list    []acknowledged
	refused int

	batch, date                string
	submitterName, submitterID string
	receiverName, receiverID   string
	openSender, openReceiver   string
}

type acknowledged struct {
	provider     status.Name
	patient      status.Name
	id, trace    string
	payerClaimID string
	from, to     string
	charge       money.Optional
	refused      bool
	codes        []status.Code
}

func newClaims(s ClaimSettings) *claims {
	if s.Accept == (status.Code{}) {
		s.Accept = status.Code{Category: "A2", Status: "20"}
	}
	if s.Role == "" {
		s.Role = "PR"
	}
	return &claims{set: s}
}

// maxCodes is how many reasons a claim is given.
const maxCodes = 12

// Claim takes a claim that was read, with what was found about it.
func (b *Builder) Claim(c *claim.Claim, findings []diag.Diagnostic, errors int) {
	if b.claims == nil {
		return
	}
	k := b.claims
	if s := c.Submission; s != nil && k.batch == "" {
		k.batch, k.date = strings.Clone(s.ID), strings.Clone(s.Date)
		k.submitterName, k.submitterID = strings.Clone(s.Submitter.Name.Last), strings.Clone(s.Submitter.ID.Value)
		k.receiverName, k.receiverID = strings.Clone(s.Receiver.Name.Last), strings.Clone(s.Receiver.ID.Value)
	}
	a := acknowledged{id: strings.Clone(c.ID), charge: c.Charge, trace: strings.Clone(c.Reference(claim.ReferenceTrace))}
	if p := c.BillingProvider; p != nil {
		a.provider = nameOf("85", &p.Party)
		if a.provider.IDQualifier == "XX" && !party.ValidNPI(a.provider.Value) {
			a.provider.IDQualifier, a.provider.Value = "FI", strings.Clone(p.TaxID().Value)
		}
	}
	if p := c.PatientPerson(); p != nil {
		a.patient = nameOf("QC", &p.Party)
		if c.Subscriber != nil && c.Patient != nil && c.Subscriber.ID.Value != "" {
			a.patient.IDQualifier, a.patient.Value = "MI", strings.Clone(c.Subscriber.ID.Value)
		}
		if a.patient.IDQualifier == "" {
			a.patient.Value = ""
		}
	}
	for i := range c.Lines {
		s := c.Lines[i].Service()
		if f := s.From(); f != "" && (a.from == "" || f < a.from) {
			a.from = strings.Clone(f)
		}
		if t := s.To(); t > a.to {
			a.to = strings.Clone(t)
		}
	}
	for _, kind := range []claim.DateKind{claim.DateService, claim.DateStatement} {
		if p := c.Date(kind); p.From() != "" {
			a.from, a.to = strings.Clone(p.From()), strings.Clone(p.To())
		}
	}
	if errors > 0 {
		a.refused = true
		k.refused++
		for _, d := range findings {
			if d.Code.Severity() != diag.Error {
				continue
			}
			if code := StatusOf(d.Code); !slices.Contains(a.codes, code) && len(a.codes) < maxCodes {
				a.codes = append(a.codes, code)
			}
		}
		if len(a.codes) == 0 {
			a.codes = append(a.codes, status.Code{Category: "A7", Status: "684"})
		}
	} else if own := k.refusal(c); len(own) > 0 {
		a.refused, a.codes = true, own[:min(len(own), maxCodes)]
	} else {
		a.codes = []status.Code{k.set.Accept}
		if k.set.PayerClaimID != nil {
			a.payerClaimID = k.set.PayerClaimID(c)
		}
	}
	a.id, a.trace, a.payerClaimID = or(echo(a.id, 50), "0"), echo(a.trace, 50), echo(a.payerClaimID, 50)
	a.patient, a.from, a.to = echoName(a.patient), echoDay(a.from), echoDay(a.to)
	if a.provider.Role != "" {
		a.provider = echoName(a.provider)
	}
	a.patient.Entity = "1"
	if a.patient.Role == "" {
		a.patient.Role = "QC"
	}
	if a.patient.Value == "" || a.patient.IDQualifier == "" {
		a.patient.IDQualifier, a.patient.Value = "MI", or(a.patient.Value, "UNKNOWN")
	}
	if a.from == "" { // the guide wants a day: the one of the file stands in
		a.from, a.to = echoDay(k.date), ""
	}
	if !a.charge.Known {
		a.charge = money.Of(0)
	}
	k.list = append(k.list, a)
}

func (k *claims) refusal(c *claim.Claim) []status.Code {
	if k.set.Refuse == nil {
		return nil
	}
	return k.set.Refuse(c)
}

func nameOf(role string, p *claim.Party) status.Name {
	n := status.Name{Role: role, Entity: string(p.Name.Entity), Last: strings.Clone(p.Name.Last), First: strings.Clone(p.Name.First),
		Middle: strings.Clone(p.Name.Middle), Suffix: strings.Clone(p.Name.Suffix), IDQualifier: strings.Clone(string(p.ID.Qualifier)), Value: strings.Clone(p.ID.Value)}
	if n.Entity == "" {
		n.Entity = "2"
	}
	return n
}

// StatusOf is the claim status that a finding becomes: the catalogue's, else
// by what it is about.
func StatusOf(code diag.Code) status.Code {
	if e, ok := diag.Lookup(code); ok && e.Status != "" {
		p := strings.SplitN(e.Status, ":", 3)
		c := status.Code{Category: p[0]}
		if len(p) > 1 {
			c.Status = p[1]
		}
		if len(p) > 2 {
			c.Entity = p[2]
		}
		return c
	}
	switch code.SNIP() {
	case 3:
		return status.Code{Category: "A8", Status: "178"}
	case 5:
		return status.Code{Category: "A7", Status: "507"}
	}
	return status.Code{Category: "A7", Status: "684"}
}

// close notes the envelope that names stand in for where the claims have none.
func (k *claims) close(ic *x12.Interchange) { k.openSender, k.openReceiver = ic.Sender, ic.Receiver }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// document makes the 277CA.
func (k *claims) document(date, time, control string) *status.Document {
	sourceName, sourceID := or(k.set.Name, or(k.receiverName, k.openReceiver)), or(k.receiverID, k.openReceiver)
	qualifier := "PI"
	if k.set.Role == "AY" {
		qualifier = "46"
	}
	d := &status.Document{Dialect: status.Acknowledgment,
		Header: status.Header{Structure: "0085", Purpose: "08", ID: control, Date: date, Time: time, Use: "TH"},
		Sender: status.Level{Name: status.Name{Role: k.set.Role, Entity: "2", Last: or(echo(sourceName, 60), "UNKNOWN"), IDQualifier: qualifier, Value: or(echo(sourceID, 80), "UNKNOWN")},
			Trace: status.Trace{Type: "1", Value: control},
			Dates: []status.Date{{Kind: "050", Format: "D8", Text: date}, {Kind: "009", Format: "D8", Text: date}}},
		Receiver: status.Level{Name: status.Name{Role: "41", Entity: "2", Last: or(echo(or(k.submitterName, k.openSender), 60), "UNKNOWN"), IDQualifier: "46", Value: or(echo(or(k.submitterID, k.openSender), 80), "UNKNOWN")},
			Trace: status.Trace{Type: "2", Value: or(echo(k.batch, 50), control)}},
	}
	var total sums
	index := map[status.Name]int{}
	var perProvider []sums
	for i := range k.list {
		a := &k.list[i]
		p, ok := index[a.provider]
		if !ok {
			p = len(d.Providers)
			index[a.provider] = p
			name := a.provider
			if name.Role == "" {
				name = status.Name{Role: "85", Entity: "2", Last: "UNKNOWN", IDQualifier: "FI", Value: "000000000"}
			}
			if name.IDQualifier == "" || name.Value == "" {
				name.IDQualifier, name.Value = "FI", "000000000"
			}
			d.Providers = append(d.Providers, status.Provider{Level: status.Level{Name: name, Trace: status.Trace{Type: "1", Value: "0"}}})
			perProvider = append(perProvider, sums{})
		}
		total.add(a)
		perProvider[p].add(a)
		d.Providers[p].Claims = append(d.Providers[p].Claims, a.status(date))
	}
	info := status.Info{Codes: [3]status.Code{{Category: "A1", Status: "19", Entity: "PR"}}, Date: date, Action: "WQ", Charge: money.Of(total.charge)}
	if k.set.Role == "AY" {
		info.Codes[0].Entity = "AY"
	}
	d.Receiver.Infos = []status.Info{info}
	d.Receiver.Quantities, d.Receiver.Amounts = total.figures("90", "AA")
	for p := range d.Providers {
		d.Providers[p].Quantities, d.Providers[p].Amounts = perProvider[p].figures("QA", "QC")
	}
	return d
}

// sums count accepted and refused claims.
type sums struct {
	accepted, refused           int
	acceptedCharge, refusedCost money.Amount
	charge                      money.Amount
}

func (s *sums) add(a *acknowledged) {
	s.charge += a.charge.Amount
	if a.refused {
		s.refused++
		s.refusedCost += a.charge.Amount
		return
	}
	s.accepted++
	s.acceptedCharge += a.charge.Amount
}

func (s *sums) figures(good, bad string) (quantities, amounts []status.Figure) {
	if s.accepted > 0 {
		quantities = append(quantities, status.Figure{Kind: good, Value: strconv.Itoa(s.accepted)})
		amounts = append(amounts, status.Figure{Kind: "YU", Value: string(s.acceptedCharge.AppendX12(nil))})
	}
	if s.refused > 0 {
		quantities = append(quantities, status.Figure{Kind: bad, Value: strconv.Itoa(s.refused)})
		amounts = append(amounts, status.Figure{Kind: "YY", Value: string(s.refusedCost.AppendX12(nil))})
	}
	return quantities, amounts
}

// status makes the patient level of a claim.
func (a *acknowledged) status(date string) status.ClaimStatus {
	c := status.ClaimStatus{Dialect: status.Acknowledgment, Trace: status.Trace{Type: "2", Value: a.id},
		Patient: &status.Level{Kind: "PT", Name: a.patient}}
	action := "WQ"
	if a.refused {
		action = "U"
	}
	for i := 0; i < len(a.codes); i += 3 {
		info := status.Info{Date: date, Action: action, Charge: a.charge}
		copy(info.Codes[:], a.codes[i:min(i+3, len(a.codes))])
		c.Infos = append(c.Infos, info)
	}
	if a.payerClaimID != "" {
		c.References = append(c.References, status.Reference{Kind: "1K", Value: a.payerClaimID})
	}
	if a.trace != "" {
		c.References = append(c.References, status.Reference{Kind: "D9", Value: a.trace})
	}
	switch {
	case a.from == "":
	case a.to == "" || a.to == a.from:
		c.Dates = []status.Date{{Kind: "472", Format: "D8", Text: a.from}}
	default:
		c.Dates = []status.Date{{Kind: "472", Format: "RD8", Text: a.from + "-" + a.to}}
	}
	return c
}
