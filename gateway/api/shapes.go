package api

import (
	"encoding/json"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/partners"
)

// The shapes of the answers. Money is a string with two decimals, dates are
// ISO, times RFC 3339, ids the gateway's own numbers.

// Transmission is a file as it came or went.
type Transmission struct {
	ID         int64     `json:"id" doc:"The gateway's own number" example:"17"`
	Direction  string    `json:"direction" enum:"in,out"`
	Partner    string    `json:"partner" doc:"Who sent or got it"`
	Name       string    `json:"name" doc:"The file's name, as the sender gave it"`
	SHA256     string    `json:"sha256" doc:"Digest of the bytes"`
	Size       int64     `json:"size" doc:"Bytes"`
	Kind       string    `json:"kind" doc:"What it holds: encounters, 837, 835, 999, TA1, 277CA, 277RFI, other"`
	State      string    `json:"state" doc:"received: kept and waiting; taken: read; quarantined: put aside, note says why"`
	Note       string    `json:"note,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
}

func shapeTransmission(m gateway.Transmission) Transmission {
	d := "out"
	if m.Inbound {
		d = "in"
	}
	return Transmission{m.ID, d, m.Partner, m.Name, m.SHA256, m.Size, m.Kind, m.State, m.Note, m.At.UTC()}
}

// Money says where a claim's dollars are; the five sum to the charge.
type Money struct {
	Paid     string `json:"paid" example:"64.10"`
	Adjusted string `json:"adjusted"`
	Patient  string `json:"patient"`
	Denied   string `json:"denied"`
	Open     string `json:"open" doc:"Not answered yet, held, rejected or asked about"`
}

// Claim is a claim and what became of it so far.
type Claim struct {
	ID            int64     `json:"id"`
	ClaimID       string    `json:"claim_id,omitempty" doc:"The patient control number, as the submitter gave it; missing where the key's role sees no people"`
	Trace         string    `json:"trace" doc:"Our own number (REF*D9), by which answers are matched"`
	Kind          string    `json:"kind" doc:"professional, institutional or dental"`
	State         string    `json:"state" doc:"received, held, queued, sent, accepted, rejected, payment, request_for_information, denial or reversal"`
	StateSince    time.Time `json:"state_since"`
	Payer         string    `json:"payer" doc:"The payer's number"`
	PayerName     string    `json:"payer_name"`
	Partner       string    `json:"partner" doc:"The trading partner that it goes to"`
	Charge        string    `json:"charge,omitempty" doc:"Missing, as money is, where the key's role sees no money"`
	Money         *Money    `json:"money,omitempty"`
	ServiceFrom   string    `json:"service_from,omitempty" doc:"First day of service"`
	ServiceTo     string    `json:"service_to,omitempty"`
	Frequency     string    `json:"frequency,omitempty" doc:"1 original, 7 replacement, 8 void"`
	Transmission  int64     `json:"transmission" doc:"The file that it came in"`
	Item          int       `json:"item" doc:"Its place in that file, from 1"`
	Interchange   int64     `json:"interchange,omitempty" doc:"The file that it went in"`
	PayerClaimID  string    `json:"payer_claim_id,omitempty"`
	BillingNPI    string    `json:"billing_npi,omitempty"`
	FindingsWords []string  `json:"findings,omitempty" doc:"What the scrubber says, one a string: code, field, what is wrong, what to do"`
}

func isoDate(s string) string {
	if len(s) != 8 {
		return s
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

// shapeClaim shows of a claim what who asks may see.
func shapeClaim(who *access.Principal, c gateway.Claim) Claim {
	c = access.Seen(who, c)
	out := Claim{ID: c.ID, ClaimID: c.ClaimID, Trace: c.Trace, Kind: c.Kind, State: string(c.State), StateSince: c.At.UTC(), Payer: c.Payer, PayerName: c.PayerName,
		Partner:     c.Partner,
		ServiceFrom: isoDate(c.From), ServiceTo: isoDate(c.To), Frequency: c.Frequency, Transmission: c.Transmission, Item: c.Item, Interchange: c.Interchange,
		PayerClaimID: c.PayerClaimID, BillingNPI: c.NPI}
	if who.May(access.SeeMoney) {
		m := c.Money
		out.Charge, out.Money = c.Charge.String(), &Money{m.Paid.String(), m.Adjusted.String(), m.Patient.String(), m.Denied.String(), m.Open.String()}
	}
	if c.Findings != "" {
		out.FindingsWords = strings.Split(c.Findings, "\n")
	}
	return out
}

// ClaimWhole is a claim with its history, its payments and its document.
type ClaimWhole struct {
	Claim
	Events   []ClaimEvent    `json:"events" doc:"What happened to it, oldest first"`
	Payments []Payment       `json:"payments"`
	Document json.RawMessage `json:"document" doc:"The claim record, as decode writes it"`
}

// ClaimEvent is one step of a claim's life, with the place that caused it.
type ClaimEvent struct {
	ID           int64     `json:"id"`
	At           time.Time `json:"at"`
	Kind         string    `json:"kind"`
	State        string    `json:"state" doc:"The claim's state afterwards"`
	Reason       string    `json:"reason,omitempty"`
	Transmission int64     `json:"transmission,omitempty"`
	Interchange  int64     `json:"interchange,omitempty"`
	File         string    `json:"file,omitempty" doc:"Digest of the file that says so"`
	Offset       int64     `json:"offset,omitempty" doc:"Byte offset of the segment in that file"`
	Segment      int       `json:"segment,omitempty" doc:"Ordinal of the segment in its transaction set"`
}

func shapeClaimEvent(e gateway.Event) ClaimEvent {
	out := ClaimEvent{ID: e.ID, At: e.At.UTC(), Kind: e.Kind, Transmission: e.Transmission, Interchange: e.Interchange, File: e.Place.SHA256,
		Offset: e.Place.Offset, Segment: e.Place.Segment}
	if len(e.Claims) > 0 {
		c := e.Claims[0]
		out.State, out.Reason = string(c.State), c.Reason
		if c.Offset != 0 {
			out.Offset, out.Segment = c.Offset, c.Seg
		}
	}
	return out
}

// Event is what happened to claims, for who follows all of them.
type Event struct {
	ID           int64         `json:"id"`
	At           time.Time     `json:"at"`
	Kind         string        `json:"kind"`
	Transmission int64         `json:"transmission,omitempty"`
	Interchange  int64         `json:"interchange,omitempty"`
	File         string        `json:"file,omitempty"`
	Claims       []EventChange `json:"claims"`
}

// EventChange is what an event did to one claim.
type EventChange struct {
	Claim  int64  `json:"claim"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

func shapeEvent(e gateway.Event) Event {
	out := Event{ID: e.ID, At: e.At.UTC(), Kind: e.Kind, Transmission: e.Transmission, Interchange: e.Interchange, File: e.Place.SHA256, Claims: []EventChange{}}
	for _, c := range e.Claims {
		out.Claims = append(out.Claims, EventChange{c.Claim, string(c.State), c.Reason})
	}
	return out
}

// Interchange is a file of claims for a partner.
type Interchange struct {
	ID            int64     `json:"id"`
	Partner       string    `json:"partner"`
	ControlNumber string    `json:"control_number" doc:"ISA13"`
	Group         string    `json:"group" doc:"GS06 of its first group"`
	Name          string    `json:"name"`
	SHA256        string    `json:"sha256"`
	Size          int64     `json:"size"`
	Claims        int       `json:"claims"`
	Charge        string    `json:"charge"`
	State         string    `json:"state" doc:"queued, sent, accepted, rejected, unsure"`
	Note          string    `json:"note,omitempty"`
	BuiltAt       time.Time `json:"built_at"`
}

func shapeInterchange(i gateway.Interchange) Interchange {
	return Interchange{i.ID, i.Partner, i.Control, i.Group, i.Name, i.SHA256, i.Size, i.Claims, i.Charge.String(), i.State, i.Note, i.At.UTC()}
}

// Remittance is a payer's payment.
type Remittance struct {
	ID                  int64    `json:"id"`
	Partner             string   `json:"partner"`
	Trace               string   `json:"trace" doc:"Check or EFT number (TRN02)"`
	Payer               string   `json:"payer" doc:"The payer's number (TRN03)"`
	PayerName           string   `json:"payer_name,omitempty"`
	Payee               string   `json:"payee,omitempty" doc:"NPI or tax id"`
	PayeeName           string   `json:"payee_name,omitempty"`
	Amount              string   `json:"amount" doc:"BPR02"`
	Date                string   `json:"date,omitempty"`
	Method              string   `json:"method,omitempty" doc:"ACH, CHK, NON …"`
	Handling            string   `json:"handling,omitempty" doc:"BPR01; H notifies only"`
	Claims              int      `json:"claims"`
	Balanced            bool     `json:"balanced"`
	State               string   `json:"state" enum:"posted,held,releasing,released,discarded"`
	Hold                []string `json:"hold,omitempty" doc:"Why it is or was held: the arithmetic, and what a person decided"`
	ProviderAdjustments string   `json:"provider_adjustments" doc:"Sum of PLB, sign as sent"`
	File                string   `json:"file" doc:"Digest of the file that it came in"`
	Segment             int      `json:"segment"`
}

func shapeRemittance(m gateway.Remittance) Remittance {
	out := Remittance{m.ID, m.Partner, m.Trace, m.Origin, m.PayerName, m.Payee, m.PayeeName, m.Amount.String(), isoDate(m.Date), m.Method, m.Handling, m.Claims, m.Balanced, string(m.State),
		nil, m.Adjusted.String(), m.Place.SHA256, m.Place.Segment}
	if m.Hold != "" {
		out.Hold = strings.Split(m.Hold, "\n")
	}
	return out
}

// Payment is a claim payment, a denial or a reversal.
type Payment struct {
	ID           int64           `json:"id"`
	Remittance   int64           `json:"remittance"`
	Claim        int64           `json:"claim,omitempty" doc:"0 or missing: not matched; candidates says why"`
	Kind         string          `json:"kind" doc:"payment, denial or reversal"`
	Status       string          `json:"status" doc:"CLP02"`
	Outcome      string          `json:"outcome,omitempty"`
	Scenario     string          `json:"scenario,omitempty" doc:"Of a denial: documentation, claim_data, not_covered, not_separately_payable, patient_not_found, other"`
	ClaimID      string          `json:"claim_id"`
	PayerClaimID string          `json:"payer_claim_id,omitempty"`
	Charge       string          `json:"charge"`
	Paid         string          `json:"paid"`
	Adjusted     string          `json:"adjusted" doc:"By contract, and by other payers"`
	OtherPayer   string          `json:"other_payer" doc:"Of the adjusted, what another payer has paid or must"`
	Patient      string          `json:"patient"`
	Denied       string          `json:"denied"`
	Pair         int64           `json:"pair,omitempty" doc:"Of a reversal, the payment that it undoes, and the other way round"`
	Superseded   bool            `json:"superseded,omitempty" doc:"It does not count: a later decision took its place, or it is a denial of what was paid"`
	Candidates   string          `json:"candidates,omitempty"`
	File         string          `json:"file"`
	Offset       int64           `json:"offset"`
	Segment      int             `json:"segment"`
	Record       json.RawMessage `json:"record,omitempty" doc:"The record, as decode writes it"`
}

func shapePayment(p gateway.Payment, record bool) Payment {
	out := Payment{p.ID, p.Remittance, p.Claim, p.Kind, p.Status, p.Outcome, p.Scenario, p.ClaimID, p.PayerClaimID, p.Charge.String(), p.Paid.String(),
		p.Money.Adjusted.String(), p.OtherPayer.String(), p.Money.Patient.String(), p.Money.Denied.String(), max(p.Pair, 0), p.Pair == gateway.Superseded, p.Candidates, p.Place.SHA256, p.Place.Offset, p.Place.Segment, nil}
	if record && json.Valid(p.Document) {
		out.Record = p.Document
	}
	return out
}

// Partner is a trading partner. Nothing secret is in it.
type Partner struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Usage    string `json:"usage"`
	Kind     string `json:"kind" enum:"payer,office,service"`
	Comes    bool   `json:"comes,omitempty" doc:"It comes to us over SFTP"`
	Receiver string `json:"receiver" doc:"ISA08"`
	Sender   string `json:"sender" doc:"ISA06"`
	Host     string `json:"host,omitempty"`
	Port     int    `json:"port,omitempty"`
}

func shapePartner(p *partners.Profile) Partner {
	out := Partner{ID: p.ID, Name: p.Name, Usage: p.Usage, Kind: string(p.Kind), Comes: p.Login.User != "", Receiver: p.Envelope.Receiver, Sender: p.Envelope.Sender, Host: p.Connection.Host}
	if out.Host != "" {
		out.Port = p.Connection.Port
	}
	return out
}

func shapeAll[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i := range list {
		out[i] = f(list[i])
	}
	return out
}
