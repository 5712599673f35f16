package scrub

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/party"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Payers is the payer directory.
type Payers interface {
	Payer(id, name string) (gateway.Payer, bool)
	Nearest(id, name string, n int) []string
}

// History knows what was sent before.
type History interface {
	// Sent finds another claim that billed the same services: patient, day,
	// provider, procedure, place and charge. when is CCYYMMDD.
	Sent(c *claim.Claim) (id, when string, ok bool)
}

// Diagnoses knows ICD-10-CM on a day (CCYYMMDD).
type Diagnoses interface {
	Diagnosis(code, day string) (Standing, string)
}

// Standing is what a code set says of a code.
type Standing int

// What a code may be; a set that is not loaded for the day says NotChecked.
const (
	NotChecked Standing = iota
	Billable
	Heading
	NoCode
)

// Scrubber checks claims before they are sent. Its fields are set once; it may
// then be used by several goroutines. Who loads other code sets makes another.
type Scrubber struct {
	Payers    Payers    // nil: not checked
	History   History   // nil: not checked
	Diagnoses Diagnoses // nil: only what the binary ships (see Shipped)
	Types     rule.Types
	Codes     *codes.Library // releases that the operator has loaded; nil: code sets are not looked at
	Stays     rule.Stays     // CMS's tables of inpatient stays; nil: not edited, not grouped
}

// Input is one claim to check.
type Input struct {
	Claim *claim.Claim
	Today string            // CCYYMMDD
	Known []gateway.Finding // what was found when the claim was made; not said again

	// Locate gives the field of the office's document that a finding is about;
	// the claim that it gets is the one that the finding was made on. Nil: none.
	Locate func(*claim.Claim, diag.Diagnostic) string
	// Narrow is what the partner that the claim goes to wants different; nil:
	// nothing.
	Narrow edi.Narrowing
}

// Result is what the scrubber says of a claim.
type Result struct {
	Held       bool
	Findings   []gateway.Finding // without those known before
	NotChecked []Unchecked
}

// Unchecked is something that could not be checked, and why.
type Unchecked struct {
	Set    string // code set or list
	Reason string
}

// codeMissing is said when a claim is made of an encounter: a field is missing.
const codeMissing diag.Code = 7930

// Balances of the rules, of which one follows from the other.
const (
	codeClaimUnbalanced diag.Code = 3902
	codeLineUnbalanced  diag.Code = 3903
)

// heldWarnings are warnings of the rules that keep a claim back all the same:
// to ask costs nothing before it is sent, and much afterwards.
var heldWarnings = map[diag.Code]bool{
	4917: true, // the same line twice
	4920: true, // a ZIP code of five digits, which the guide forbids and many payers take
	4921: true, // a post box as the billing address, likewise
	4332: true, // ICD-10-PCS in an outpatient claim
	4363: true, // a filling or crown without its tooth
	4364: true, // a filling without its surfaces
	4365: true, // treatment of the gums without its quadrant
	4484: true, // still a patient, and the last bill
	4485: true, // not the last bill, and no longer a patient
	4518: true, // a diagnosis of a stay that does not say whether it was present on admission
	4539: true, // a missing tooth is treated
	5926: true, // a diagnosis of a stay, not exempt, does not say whether it was present on admission
	5930: true, // a procedure that is part of another, and nothing separates them
	5932: true, // more units than a line can have
	5933: true, // more units than a day can have
	5944: true, // a manifestation comes first
	5946: true, // what cannot be the principal diagnosis is
	5947: true, // a principal diagnosis that needs another stands alone
	5961: true, // the stay groups to no DRG
}

// Scrub checks a claim. The error is our own fault: a claim that cannot be
// written at all is held with findings, or said to be incomplete.
func (s *Scrubber) Scrub(in Input) (Result, error) {
	x := &scrubbing{Scrubber: s, in: in, c: in.Claim}
	x.result.Held = slices.ContainsFunc(in.Known, func(f gateway.Finding) bool { return f.Held() || heldWarnings[f.Code] })
	if in.Claim.At.Known() {
		// It came as X12 and was checked as it stood; the clock is new.
		rules := rule.Claims{Types: x.types(), Today: in.Today, Report: diag.ReporterFunc(func(d diag.Diagnostic) {
			if !x.isKnown(d) {
				x.found = append(x.found, d)
			}
		})}
		rules.Check(in.Claim)
	} else if err := x.asSent(); err != nil {
		return x.result, err
	}
	x.meaning()
	x.edits()
	x.leftToEdits()
	x.structure()
	return x.result, nil
}

// scrubbing is the check of one claim.
type scrubbing struct {
	*Scrubber
	in     Input
	c      *claim.Claim      // as it is placed: read back from what would be sent
	found  []diag.Diagnostic // by the engine
	left   []diag.Diagnostic // of found: what edits may say
	result Result
}

// isKnown says whether the same was found at the same place when the claim came.
func (x *scrubbing) isKnown(d diag.Diagnostic) bool {
	return slices.ContainsFunc(x.in.Known, func(f gateway.Finding) bool {
		return f.Code == d.Code && f.Segment == d.Segment && f.SegmentID == d.SegmentID && f.Loop == d.Loop && f.Element == d.Element && f.Component == d.Component
	})
}

func (x *scrubbing) types() rule.Types {
	if x.Types == 0 && x.in.Narrow != nil {
		return rule.Of(1, 2, 3, 4, 5, 6, 7)
	}
	if x.Types == 0 {
		return rule.Of(1, 2, 3, 4, 5, 6)
	}
	return x.Types
}

func (x *scrubbing) unchecked(set, reason string) {
	x.result.NotChecked = append(x.result.NotChecked, Unchecked{set, reason})
}

// maxFindings is how many findings of one claim are kept.
const maxFindings = 200

// followsFrom says which findings are only what another, made when the claim
// was, leads to: an amount that could not be read leaves sums that do not
// balance.
var followsFrom = map[diag.Code][]diag.Code{
	7914: {3901, 3902, 3903, 3904}, // amount not readable
	7930: {3901, 3902, 3903, 3904}, // an amount is missing
	7932: {4905},                   // no diagnosis
	7933: {4473},                   // no lines
	7939: {4301, 4302, 4303},       // no patient
	7943: {4353, 4356},             // what the other payer paid
	7944: {3902, 3903, 3904},       // which payer decided
}

// saidByEdits are the rules of which an edit of ours says the same in the words
// of an encounter.
var saidByEdits = map[diag.Code]diag.Code{
	4304: 7979, // a casualty insurer, and no accident
	4320: 7977, // a waived test without its CLIA number
	4323: 7978, // a transport that is not described
	4353: 7943, // an earlier payer has not decided
	4453: 7975, // why Medicare comes later
	4930: 7974, // a patient beside the one whom Medicare insures
}

// leftToEdits says what the edits have not.
func (x *scrubbing) leftToEdits() {
	for _, d := range x.left {
		if !slices.ContainsFunc(x.result.Findings, func(f gateway.Finding) bool { return f.Code == saidByEdits[d.Code] }) {
			x.say(x.c, d)
		}
	}
}

func (x *scrubbing) follows(code diag.Code) bool {
	return slices.ContainsFunc(x.in.Known, func(f gateway.Finding) bool {
		if f.Code == codeMissing && strings.HasPrefix(f.Field, "patient") && slices.Contains(followsFrom[7939], code) {
			return true
		}
		missing := f.Code == codeMissing && !strings.HasSuffix(f.Field, "charge") && !strings.HasSuffix(f.Field, "amount") && !strings.HasSuffix(f.Field, "paid")
		return !missing && slices.Contains(followsFrom[f.Code], code)
	})
}

// say adds a finding about c, unless its field is known to be wrong.
func (x *scrubbing) say(c *claim.Claim, d diag.Diagnostic) {
	f := gateway.Finding{Diagnostic: d}
	if x.in.Locate != nil {
		f.Field = x.in.Locate(c, d)
	}
	x.add(f)
}

func (x *scrubbing) add(f gateway.Finding) {
	f.Claim = x.in.Claim.ID
	if !x.in.Claim.At.Known() {
		// Where it stood in what we wrote for the check tells nobody anything.
		f.Offset, f.Segment, f.Interchange, f.Group, f.Transaction = 0, 0, "", "", ""
	}
	if gateway.Covered(x.in.Known, f.Field) || gateway.Covered(x.result.Findings, f.Field) || len(x.result.Findings) == maxFindings {
		return
	}
	if f.Held() || heldWarnings[f.Code] {
		x.result.Held = true
	}
	x.result.Findings = append(x.result.Findings, f)
}

// placeholder is who sends and receives where the claim has no submission yet.
var placeholder = claim.Submission{
	Purpose: claim.PurposeOriginal, ID: "1", Time: "1200", Use: claim.UseChargeable,
	Submitter: claim.Party{Role: claim.RoleSubmitter, Name: party.OrganizationName("SUBMITTER"), ID: party.Identify(party.QualifierETIN, "SUBMITTER"),
		Contacts: []claim.Contact{{Contact: party.Contact{Name: "DESK", Numbers: [3]party.Number{{Kind: party.Telephone, Value: "5555550100"}}}}}},
	Receiver: claim.Party{Role: claim.RoleReceiver, Name: party.OrganizationName("RECEIVER"), ID: party.Identify(party.QualifierETIN, "RECEIVER")},
}

var guides = map[claim.Kind]string{
	claim.Professional: "005010X222A1", claim.Institutional: "005010X223A2", claim.Dental: "005010X224A2",
}

// asSent writes the claim as it would be sent and has the engine check that.
func (x *scrubbing) asSent() error {
	c := x.in.Claim
	guide := guides[c.Kind]
	if guide == "" || c.BillingProvider == nil || c.Subscriber == nil || c.Payer == nil {
		return nil // what it lacks has been said
	}
	sub := c.Submission
	if sub == nil || sub.ID == "" {
		p := placeholder
		p.Date = x.in.Today
		if sub != nil && sub.Use != "" {
			p.Use = sub.Use
		}
		sub = &p
	}
	var buf bytes.Buffer
	w := x12.NewWriter(&buf, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER",
		Date: sub.Date[min(2, len(sub.Date)):], Time: "1200", Version: "00501", Control: "000000001", Usage: "T"})
	w.BeginGroup(x12.Group{FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: sub.Date, Time: "1200", Control: "1", Version: guide})
	w.BeginSet("837", "0001", guide)
	if err := claim.NewBatch(w).Write(sub, []*claim.Claim{c}); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	if err := w.Flush(); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	var found []diag.Diagnostic
	var sent *claim.Claim
	sum, err := edi.Process(bytes.NewReader(buf.Bytes()), edi.Options{Types: x.types(), Today: x.in.Today, Window: buf.Len() + 64, Narrow: x.in.Narrow, Codes: x.Codes, Stays: x.Stays}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			if len(found) < maxFindings {
				d.Got = string(append([]byte(nil), d.Got...))
				found = append(found, d)
			}
		},
		Claim: func(c *claim.Claim, _ *edi.Verdict) { sent = c.Clone() },
	})
	if err != nil && err != io.EOF {
		return fmt.Errorf("scrub: %w", err)
	}
	if sent != nil {
		x.c = sent
	}
	for _, set := range sum.NotChecked {
		reason := "no release loaded"
		if sum.NotCheckedOn[set] != 0 {
			reason += " for the day of service"
		}
		x.unchecked(set, reason)
	}
	x.found = found
	return nil
}

// meaning says what rules found; structure, later, what the guide found about
// form: of a field that both speak of, the rule knows better what is wrong.
func (x *scrubbing) meaning() {
	lines := slices.ContainsFunc(x.found, func(d diag.Diagnostic) bool { return d.Code == codeLineUnbalanced })
	for _, d := range x.found {
		if d.Code.SNIP() < 3 || lines && d.Code == codeClaimUnbalanced {
			continue // the claim cannot balance where a line does not
		}
		switch {
		case x.follows(d.Code):
		case saidByEdits[d.Code] != 0:
			x.left = append(x.left, d)
		default:
			x.say(x.c, d)
		}
	}
}

func (x *scrubbing) structure() {
	// Something that could not be made of the encounter is missing in the claim
	// too: that follows from what is known.
	incomplete := slices.ContainsFunc(x.in.Known, gateway.Finding.Held)
	for _, d := range x.found {
		if d.Code.SNIP() >= 3 || incomplete && d.Code.SNIP() == 2 && d.Got == "" {
			continue
		}
		x.say(x.c, d)
	}
}
