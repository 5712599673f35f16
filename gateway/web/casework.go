package web

import (
	"context"
	"io"
	"slices"
	"strings"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// Casework is what payers ask and deny, and what people do about it. A refusal
// is a Refused.
type Casework interface {
	// Denials lists what is denied and in a state, the oldest payment first; next is
	// where the list goes on, 0: nowhere.
	Denials(ctx context.Context, s gateway.Scope, state string, p gateway.Page) (list []Denied, next int64, err error)
	DeniedOf(ctx context.Context, s gateway.Scope, claim int64) ([]Denied, error)
	Denial(ctx context.Context, s gateway.Scope, payment int64) ([]Denied, error)
	WorkDenial(ctx context.Context, s gateway.Scope, payment int64, by string, f func(d *gateway.DenialWork)) error

	RequestsDue(ctx context.Context, s gateway.Scope, by string, limit int) ([]gateway.Request, error)
	RequestsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Request, error)
	Request(ctx context.Context, s gateway.Scope, id int64) (gateway.Request, []gateway.Answer, error)
	ChangeRequest(ctx context.Context, s gateway.Scope, id int64, by string, f func(q *gateway.Request) error) error
	// AddDocument keeps a document for the answer; item -1: for all that is asked.
	AddDocument(ctx context.Context, s gateway.Scope, request int64, item int, report, name, by string, r io.Reader) error
	// RemoveDocument takes a document out of an answer that was not sent.
	RemoveDocument(ctx context.Context, s gateway.Scope, request, document int64) error
	SendAnswer(ctx context.Context, s gateway.Scope, request int64, again bool, by string) (gateway.Answer, error)
	AnswersFor(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Answer, error)

	// Inquire asks the payer where a claim is (276).
	Inquire(ctx context.Context, s gateway.Scope, claim int64, by string) error
	Inquiries(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Inquiry, error)

	// Paper writes a document for people: kind is remittance, eob, proof or appeal;
	// format is html or pdf.
	Paper(ctx context.Context, s gateway.Scope, kind, format string, id int64) (b []byte, contentType string, err error)
}

// Denied is a denied claim, or a denied line of a claim that was paid.
type Denied struct {
	Payment   gateway.Payment
	Claim     gateway.Claim // its zero value: not matched
	Line      int           // of the payment, from 1; 0: the claim
	Procedure string
	Amount    money.Amount
	Scenario  string
	Reasons   []DeniedReason
	Action    string // what to do
	Who       string // coder, biller, enrolment, patient, payer
	Deadlines []Deadline
	First     Deadline // the first day that ends something; its zero value: none
	Work      gateway.DenialWork
}

// DeniedReason is one code of a denial.
type DeniedReason struct {
	Code        string
	Amount      money.Amount
	Words, Next string
}

// Deadline is a day that ends something.
type Deadline struct {
	What, By, Rule string // By: CCYYMMDD
	Left           int    // days from today; negative: over
}

// scenarioWords say a denial's scenario as people do.
var scenarioWords = map[string]string{"documentation": "Documents are wanted", "claim_data": "Something on the claim is missing or wrong", "not_covered": "Not covered",
	"not_separately_payable": "Not paid separately", "patient_not_found": "The patient is not known there", "other": "Denied for another reason"}

// denialWords say a state of work on a denial.
var denialWords = map[gateway.DenialState]string{gateway.DenialOpen: "open", gateway.DenialAppealed: "appealed", gateway.DenialCorrected: "corrected", gateway.DenialBilled: "billed to the patient",
	gateway.DenialWritten: "written off", gateway.DenialClosed: "closed"}

// requestWords say a state of a request.
var requestWords = map[gateway.RequestState]string{gateway.RequestOpen: "open", gateway.RequestPartly: "partly answered", gateway.RequestAnswered: "answered", gateway.RequestClosed: "closed"}

// eventWords say what happened, by the kind of an event.
var eventWords = map[string]string{
	"received": "Kept; it is not to be sent", "held": "Held by our checks", "queued": "Passed our checks, and waits to be sent", "sent": "Sent to the payer",
	"acknowledged": "The payer's system has read the file (999)", "received by payer": "Received by the payer (277CA)", "accepted": "Accepted for a decision (277CA)",
	"rejected": "Rejected: the payer did not take it in", "status": "The payer says where it is (277)", "request_for_information": "The payer asks for information",
	"request answered": "We answered the payer's question", "payment": "Paid", "paid": "Paid", "denial": "Denied", "reversal": "The payer took its decision back",
	"patient_responsibility": "Decided: the patient owes it", "contractual": "Decided: nothing is due by contract", "other_payer": "Decided: another payer has paid",
	"forwarded": "Forwarded to another payer", "predetermination": "The payer says what it would pay", "sent anew": "Corrected, and sent anew as a new claim", "replaced": "A replacement was sent",
	"voided": "It was taken back (void)", "passed on": "Sent on to the next payer", "withdrawn": "Taken off the list", "matched": "A payment was matched by hand", "unmatched": "A payment was taken away by hand",
}

func eventWord(kind string) string {
	if w := eventWords[kind]; w != "" {
		return w
	}
	if kind == "" {
		return ""
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// repair is what was put right by itself, as its finding says it.
type repair struct{ What, Before, After string }

// saidOf is one line of what our checks said of a claim.
type saidOf struct {
	Code, Where, Text string
	Repair            *repair
}

// findingsOf reads the findings of a claim from their words: "E4518 diagnosis 2,
// present on admission: message hint".
func findingsOf(text string) []saidOf {
	var list []saidOf
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		f := saidOf{Text: line}
		code, rest, ok := strings.Cut(line, " ")
		if ok && len(code) == 5 && code[0] == 'E' && strings.Trim(code[1:], "0123456789") == "" {
			if where, what, ok := strings.Cut(rest, ": "); ok {
				f.Code, f.Where, f.Text = code, where, what
			}
		}
		if f.Code == repaired {
			f.Repair = repairOf(f.Text)
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b saidOf) int { return rank(a) - rank(b) })
	return list
}

// repaired is the code of what was put right by itself.
const repaired = "E7990"

// rank puts repairs last.
func rank(f saidOf) int {
	if f.Code == repaired {
		return 1
	}
	return 0
}

// repairOf reads "Repaired, as the partner's profile allows: the point of the
// code: J01.90 → J0190. …".
func repairOf(text string) *repair {
	_, text, _ = strings.Cut(text, ": ")
	what, change, ok := strings.Cut(text, ": ")
	if !ok {
		return nil
	}
	before, after, ok := strings.Cut(change, " → ")
	if !ok {
		return nil
	}
	after, _, _ = strings.Cut(after, ". ")
	return &repair{what, before, strings.TrimSuffix(after, ".")}
}

// byDay puts denials first whose day comes first; those without come last.
func byDay(list []Denied) {
	slices.SortStableFunc(list, func(a, b Denied) int {
		x, y := a.First.By, b.First.By
		switch {
		case x == y:
			return 0
		case x == "" || y != "" && y < x:
			return 1
		}
		return -1
	})
}
