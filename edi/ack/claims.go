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
	set ClaimSettings
	// Billing providers, each once, and where each stands among them.
	providers []providerClaims
	place     map[status.Name]int32
	packer    packer
	total     sums
	reasons   common        // that all claims share
	accepted  []status.Code // of every claim that is accepted
	claims    int
	refused   int
	room      int  // how many claims more may be held
	beyond    bool // there were more

	batch, date                string
	submitterName, submitterID string
	receiverName, receiverID   string
	openSender, openReceiver   string
}

// providerClaims are the claims of a billing provider.
type providerClaims struct {
	name    status.Name
	claims  held
	sums    sums
	reasons common
}

// acknowledged is what a 277CA says of a claim.
type acknowledged struct {
	patient      status.Name
	id, trace    string
	payerClaimID string
	billType     string // of an institutional claim: the first two digits and the frequency
	from, to     string
	charge       money.Optional
	refused      bool
	codes        []status.Code // of the claim, those of the levels above it included
	shared       []status.Code // those of them that the billing provider is refused for
	batch        []status.Code // those that the whole batch is refused for
	lines        []acknowledgedLine
}

// acknowledgedLine is a service line that the claim is refused for.
type acknowledgedLine struct {
	line  status.Line
	codes []status.Code
}

// maxLines is how many lines of a claim are named with their reasons; those
// beyond give their reasons to the claim.
const maxLines = 50

func newClaims(s ClaimSettings) *claims {
	if s.Accept == (status.Code{}) {
		s.Accept = status.Code{Category: "A2", Status: "20"}
	}
	if s.Role == "" {
		s.Role = "PR"
	}
	return &claims{set: s, place: map[status.Name]int32{}, accepted: []status.Code{s.Accept}}
}

// maxCodes is how many reasons a claim is given.
const maxCodes = 12

// Claim takes a claim that was read, with what was found about it.
func (b *Builder) Claim(c *claim.Claim, findings []diag.Diagnostic, errors int) {
	if b.claims == nil {
		return
	}
	k := b.claims
	if k.claims >= k.room {
		k.beyond = true
		return
	}
	if s := c.Submission; s != nil && k.batch == "" {
		k.batch, k.date = strings.Clone(s.ID), strings.Clone(s.Date)
		k.submitterName, k.submitterID = strings.Clone(s.Submitter.Name.Last), strings.Clone(s.Submitter.ID.Value)
		k.receiverName, k.receiverID = strings.Clone(s.Receiver.Name.Last), strings.Clone(s.Receiver.ID.Value)
	}
	a := acknowledged{id: strings.Clone(c.ID), charge: c.Charge, trace: strings.Clone(c.Reference(claim.ReferenceTrace))}
	if c.Kind == claim.Institutional && c.PlaceOfService != "" {
		a.billType = echo(c.PlaceOfService+c.Frequency, 50)
	}
	var provider status.Name
	if p := c.BillingProvider; p != nil {
		provider = nameOf("85", &p.Party)
		if provider.IDQualifier == "XX" && !party.ValidNPI(provider.Value) {
			provider.IDQualifier, provider.Value = "FI", strings.Clone(p.TaxID().Value)
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
		for i := range findings {
			if findings[i].Code.Severity() == diag.Error {
				a.refuse(c, &findings[i])
			}
		}
		switch {
		case len(a.codes) > 0:
		case len(a.lines) > 0:
			a.codes = append(a.codes, status.Code{Category: "A3", Status: "247"}) // the reasons stand at the lines
		default:
			a.codes = append(a.codes, status.Code{Category: "A7", Status: "684"})
		}
	} else if own := k.refusal(c); len(own) > 0 {
		a.refused, a.codes = true, own[:min(len(own), maxCodes)]
	} else {
		a.codes = k.accepted
		if k.set.PayerClaimID != nil {
			a.payerClaimID = k.set.PayerClaimID(c)
		}
	}
	a.id, a.trace, a.payerClaimID = or(echo(a.id, 50), "0"), echo(a.trace, 50), echo(a.payerClaimID, 50)
	a.patient, a.from, a.to = echoName(a.patient), echoDay(a.from), echoDay(a.to)
	if provider.Role != "" {
		provider = echoName(provider)
	}
	a.patient.Entity = "1"
	if a.patient.Role == "" {
		a.patient.Role = "QC"
	}
	if q := a.patient.IDQualifier; a.patient.Value == "" || q != "MI" && q != "II" {
		a.patient.IDQualifier, a.patient.Value = "MI", or(a.patient.Value, "UNKNOWN")
	}
	if a.from == "" { // the guide wants a day: the one of the file stands in
		a.from, a.to = echoDay(k.date), ""
	}
	if !a.charge.Known {
		a.charge = money.Of(0)
	}
	k.add(k.provider(provider), &a)
}

// add counts a claim and keeps it.
func (k *claims) add(p *providerClaims, a *acknowledged) {
	k.claims++
	k.total.add(a)
	k.reasons.add(a.batch)
	p.sums.add(a)
	p.reasons.add(a.shared)
	p.claims.add(&k.packer, a)
}

// refuse adds the reason that a finding is, at the level that it is about.
func (a *acknowledged) refuse(c *claim.Claim, d *diag.Diagnostic) {
	code := reasonOf(c, d)
	if d.Claim != "" && strings.HasPrefix(d.Loop, "24") {
		if l := a.line(c, d.Segment); l != nil {
			l.codes = addCode(l.codes, code)
			return
		}
	}
	a.codes = addCode(a.codes, code)
	switch {
	case strings.HasPrefix(d.Loop, "2000A"), strings.HasPrefix(d.Loop, "2010A"): // also where a rule looked from a claim
		a.shared = addCode(a.shared, code)
	case strings.HasPrefix(d.Loop, "1000"), d.Loop == "" && d.Claim == "":
		a.batch = addCode(a.batch, code)
	}
}

func addCode(list []status.Code, code status.Code) []status.Code {
	if len(list) < maxCodes && !slices.Contains(list, code) {
		list = append(list, code)
	}
	return list
}

// lineQualifiers are what SVC01-1 of a 277CA may be.
var lineQualifiers = []string{"AD", "ER", "HC", "HP", "IV", "NU", "WK"}

// line finds the line that a segment belongs to, as the 277CA names it; nil
// where it cannot be named: without a procedure or a charge.
func (a *acknowledged) line(c *claim.Claim, segment int) *acknowledgedLine {
	n := -1
	for i := range c.Lines {
		if int(c.Lines[i].At.Segment) <= segment {
			n = i
		}
	}
	if n < 0 {
		return nil
	}
	l := &c.Lines[n]
	at := l.At
	for i := range a.lines {
		if a.lines[i].line.At == at {
			return &a.lines[i]
		}
	}
	s := status.Line{At: at, Qualifier: echo(l.Procedure.Qualifier, 2), Procedure: echo(l.Procedure.Code, 48), Charge: l.Charge}
	n = 0
	for _, m := range l.Procedure.Modifiers {
		if m = echo(m, 3); len(m) == 2 && n < len(s.Modifiers) {
			s.Modifiers[n], n = m, n+1
		}
	}
	revenue := echo(l.RevenueCode, 5)
	if len(revenue) != 4 || !isDigits(revenue) {
		revenue = ""
	}
	if s.Procedure == "" {
		s.Qualifier, s.Procedure = "NU", revenue
	} else {
		s.Revenue = revenue
	}
	if s.Procedure == "" || !s.Charge.Known || !slices.Contains(lineQualifiers, s.Qualifier) || len(a.lines) == maxLines {
		return nil
	}
	if number := echo(l.Reference(claim.ReferenceLineControlNumber), 50); number != "" {
		s.References = []status.Reference{{Kind: "FJ", Value: number}}
	}
	if drug := l.Drug; drug != nil {
		for i := range drug.References {
			if r := &drug.References[i]; r.Kind == "XZ" && echo(r.Value, 50) != "" {
				s.References = append(s.References, status.Reference{Kind: "XZ", Value: echo(r.Value, 50)})
				break
			}
		}
	}
	if p := l.Service(); echoDay(p.From()) != "" {
		s.Dates = []status.Date{day(echoDay(p.From()), echoDay(p.To()))}
	}
	a.lines = append(a.lines, acknowledgedLine{line: s})
	return &a.lines[len(a.lines)-1]
}

// day is a DTP*472 of a day or a period.
func day(from, to string) status.Date {
	if to == "" || to <= from {
		return status.Date{Kind: "472", Format: "D8", Text: from}
	}
	return status.Date{Kind: "472", Format: "RD8", Text: from + "-" + to}
}

// infosOf spreads codes over as many STC as they need.
func infosOf(codes []status.Code, date, action string, charge money.Optional) []status.Info {
	var list []status.Info
	for i := 0; i < len(codes); i += 3 {
		info := status.Info{Date: date, Action: action, Charge: charge}
		copy(info.Codes[:], codes[i:min(i+3, len(codes))])
		list = append(list, info)
	}
	return list
}

// provider gives a billing provider's claims; the pointer holds until the next
// one is asked for.
func (k *claims) provider(n status.Name) *providerClaims {
	p, ok := k.place[n]
	if !ok {
		p = int32(len(k.providers))
		k.place[n] = p
		k.providers = append(k.providers, providerClaims{name: n})
	}
	return &k.providers[p]
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
		Sender: status.Level{Name: status.Name{Role: k.set.Role, Entity: "2", Last: or(echo(sourceName, 60), "UNKNOWN"), IDQualifier: qualifier, Value: or(echoIdentifier(sourceID), "UNKNOWN")},
			Trace: status.Trace{Type: "1", Value: control},
			Dates: []status.Date{{Kind: "050", Format: "D8", Text: date}, {Kind: "009", Format: "D8", Text: date}}},
		Receiver: status.Level{Name: status.Name{Role: "41", Entity: "2", Last: or(echo(or(k.submitterName, k.openSender), 60), "UNKNOWN"), IDQualifier: "46", Value: or(echoIdentifier(or(k.submitterID, k.openSender)), "UNKNOWN")},
			Trace: status.Trace{Type: "2", Value: or(echo(k.batch, 50), control)}},
	}
	for i := range k.providers {
		p := &k.providers[i]
		name := p.name
		if name.Role == "" {
			name = status.Name{Role: "85", Entity: "2", Last: "UNKNOWN", IDQualifier: "FI", Value: "000000000"}
		}
		if q := name.IDQualifier; q != "XX" && q != "FI" && q != "SV" || name.Value == "" {
			name.IDQualifier, name.Value = "FI", "000000000"
		}
		d.Providers = append(d.Providers, status.Provider{Level: status.Level{Name: name, Trace: status.Trace{Type: "1", Value: "0"}},
			Each: func(yield func(status.ClaimStatus)) {
				p.claims.each(k.packer.codes, func(a *acknowledged) { yield(a.status(date)) })
			}})
	}
	role := k.set.Role
	if role != "AY" {
		role = "PR"
	}
	charge := money.Of(k.total.charge)
	if codes := forLevel(k.reasons.codes, batchEntities); len(codes) > 0 {
		d.Receiver.Infos = infosOf(codes, date, "U", charge)
	} else {
		d.Receiver.Infos = infosOf([]status.Code{{Category: "A1", Status: "19", Entity: role}}, date, "WQ", charge)
	}
	d.Receiver.Quantities, d.Receiver.Amounts = k.total.figures("90", "AA")
	for p := range d.Providers {
		sums := &k.providers[p].sums
		if codes := forLevel(k.providers[p].reasons.codes, providerEntities); len(codes) > 0 {
			d.Providers[p].Infos = infosOf(codes, "", "U", money.Of(sums.charge))
		} else { // other readers want a status wherever there are counts
			d.Providers[p].Infos = infosOf([]status.Code{{Category: "A1", Status: "19", Entity: role}}, "", "WQ", money.Of(sums.charge))
		}
		d.Providers[p].Quantities, d.Providers[p].Amounts = sums.figures("QA", "QC")
	}
	return d
}

// common are the reasons that all claims of a level share: only those refuse
// the level. Each claim has them besides, so that nobody has to carry them
// down.
type common struct {
	codes []status.Code
	begun bool
}

func (r *common) add(codes []status.Code) {
	if !r.begun {
		r.codes, r.begun = slices.Clone(codes), true
		return
	}
	r.codes = slices.DeleteFunc(r.codes, func(c status.Code) bool { return !slices.Contains(codes, c) })
}

// What a reason may be about at the two upper levels.
var (
	batchEntities    = []string{"36", "40", "41", "AY", "PR"}
	providerEntities = []string{"36", "40", "41", "77", "82", "85", "87", "AY", "PR"}
)

func forLevel(codes []status.Code, entities []string) []status.Code {
	for i := range codes {
		if !slices.Contains(entities, codes[i].Entity) {
			codes[i].Entity = ""
		}
	}
	return codes
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
	c.Infos = infosOf(a.codes, date, action, a.charge)
	if a.payerClaimID != "" {
		c.References = append(c.References, status.Reference{Kind: "1K", Value: a.payerClaimID})
	}
	if a.trace != "" {
		c.References = append(c.References, status.Reference{Kind: "D9", Value: a.trace})
	}
	if a.billType != "" {
		c.References = append(c.References, status.Reference{Kind: "BLT", Value: a.billType})
	}
	c.Dates = []status.Date{day(or(a.from, date), a.to)} // the guide wants one
	for i := range a.lines {
		l := a.lines[i].line
		l.Infos = infosOf(a.lines[i].codes, date, "U", money.Optional{})
		c.Lines = append(c.Lines, l)
	}
	return c
}
