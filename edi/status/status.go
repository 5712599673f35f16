// Package status is the meaning of the 276 and of the 277 in its three
// dialects: the inquiry about the status of claims (276, 005010X212), the
// response to it (277, 005010X212), the claim acknowledgment (277CA,
// 005010X214), and the request for additional information (277RFI, 005010X213
// and 006020X313).
//
// They share one shape: levels from the source of the information down to the
// patient, and below the patient claims with status codes, and below those
// lines. A Mapper reads it; Document.Write is the reverse.
package status

import (
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Dialect says which set it is.
type Dialect byte

// The dialects.
const (
	Acknowledgment Dialect = 'A' // 005010X214
	Request        Dialect = 'R' // 005010X213, 006020X313
	Response       Dialect = 'S' // 005010X212, the 277
	Inquiry        Dialect = 'Q' // 005010X212, the 276
)

// DialectOf is the dialect of a guide: of its transaction set (ST01) and its
// identifier (GS08).
func DialectOf(set, guideID string) Dialect {
	if set == "276" {
		return Inquiry
	}
	if len(guideID) >= 10 {
		switch guideID[6:10] {
		case "X214":
			return Acknowledgment
		case "X213", "X313":
			return Request
		}
	}
	return Response
}

// Code is a health care claim status (composite C043).
type Code struct {
	Category string // C043-01: A1, A7, F2, R4 …
	Status   string // C043-02: a claim status code; with list LOI a LOINC
	Entity   string // C043-03: who it is about
	List     string // C043-04: LOI when Status is a LOINC
}

// LOINC is the code of the document that is asked for, or "".
func (c Code) LOINC() string {
	if c.List == "LOI" {
		return c.Status
	}
	return ""
}

// Info is an STC segment.
type Info struct {
	At       x12.At
	Codes    [3]Code        // STC01, STC10, STC11
	Date     string         // STC02
	Action   string         // STC03: WQ accept, U reject; 15 resubmit …
	Charge   money.Optional // STC04
	Paid     money.Optional // STC05
	PaidDate string         // STC06
	Method   string         // STC07
	CheckDay string         // STC08
	Check    string         // STC09
	Text     string         // STC12
}

// Name is an NM1 segment.
type Name struct {
	At                                                                    x12.At
	Role, Entity, Last, First, Middle, Prefix, Suffix, IDQualifier, Value string
}

// Trace is a TRN segment.
type Trace struct {
	At    x12.At
	Type  string // 1 ours, 2 referred to
	Value string
	Payer string // TRN03: 1 and the payer's tax id
	Part  string // TRN04
}

// Reference is a REF segment, Date a DTP segment, Figure a QTY or AMT segment.
type (
	Reference struct {
		At          x12.At
		Kind, Value string
	}
	Date struct {
		At                 x12.At
		Kind, Format, Text string
	}
	Figure struct {
		At          x12.At
		Kind, Value string
	}
)

// From is the first day of the date, CCYYMMDD.
func (d Date) From() string {
	if len(d.Text) >= 8 {
		return d.Text[:8]
	}
	return ""
}

// To is the last day of a range, CCYYMMDD, or "".
func (d Date) To() string {
	if d.Format == "RD8" && len(d.Text) == 17 {
		return d.Text[9:]
	}
	return ""
}

// Level is a level of the hierarchy above the claims.
type Level struct {
	Source     record.Source
	Dialect    Dialect
	At         x12.At // HL
	Kind       string // HL03: 20 source, 21 receiver, 19 provider, 22 subscriber, 23 dependant, PT patient
	Name       Name
	Names      []Name     // after Name: a provider may have two
	BirthDate  string     // DMG02 of an inquiry, CCYYMMDD
	Sex        string     // DMG03
	Contacts   [][]string // PER, elements as they stood
	Trace      Trace
	Infos      []Info
	References []Reference
	Dates      []Date
	Quantities []Figure
	Amounts    []Figure
	Above      *Level // the level that it stands below; nil: none
	claims     int
}

// Batch is our BHT03 that the level answers, or "": a submitter's level has it,
// and what stands below one.
func (l *Level) Batch() string {
	for ; l != nil; l = l.Above {
		if l.Kind == "21" {
			return l.Trace.Value
		}
	}
	return ""
}

// Header is what the set says of itself.
type Header struct {
	At        x12.At
	Structure string // BHT01: 0085 …
	Purpose   string // BHT02
	ID        string // BHT03
	Date      string
	Time      string
	Use       string // BHT06
}

// ClaimStatus is one claim with what is said of it. Lines is empty where the
// claim is spoken of as a whole.
type ClaimStatus struct {
	Source  record.Source
	At      x12.At // TRN
	Dialect Dialect
	Header  *Header

	Sender     *Level // 20
	Receiver   *Level // 21
	Provider   *Level // 19
	Subscriber *Level // 22 where the patient is a dependant (23), else nil
	Patient    *Level // PT, 22 or 23

	Trace      Trace
	Infos      []Info
	References []Reference
	Amounts    []Figure // AMT of an inquiry: T3 the charge
	Dates      []Date
	Ways       []Way // how a question may be answered
	Lines      []Line
}

// Line is a service line.
type Line struct {
	At         x12.At // SVC
	Qualifier  string
	Procedure  string
	Modifiers  [4]string
	Charge     money.Optional
	Paid       money.Optional
	Revenue    string
	Units      string
	Infos      []Info
	References []Reference
	Dates      []Date
	Ways       []Way
}

// Way is how a question may be answered: by what kind of document, to whom and
// where. Each holds the elements of its segment as they stood.
type Way struct {
	At       x12.At
	Document []string // PWK
	Contact  []string // PER
	Place    []string // N1
	Street   []string // N3
	City     []string // N4
}

// ControlNumber is the line's number as we sent it (REF*FJ).
func (l *Line) ControlNumber() string { return find(l.References, "FJ") }

// Reference finds the value of the first reference of a kind, or "".
func (c *ClaimStatus) Reference(kind string) string { return find(c.References, kind) }

func find(list []Reference, kind string) string {
	for i := range list {
		if list[i].Kind == kind {
			return list[i].Value
		}
	}
	return ""
}

// ClaimID is the patient control number as we sent it.
func (c *ClaimStatus) ClaimID() string {
	if c.Dialect == Acknowledgment {
		return c.Trace.Value
	}
	if id := c.Reference("EJ"); id != "" {
		return id
	}
	if c.Dialect == Response || c.Dialect == Inquiry {
		return c.Trace.Value // the inquirer's own number
	}
	return ""
}

// PayerClaimID is the payer's own number of the claim.
func (c *ClaimStatus) PayerClaimID() string {
	if id := c.Reference("1K"); id != "" {
		return id
	}
	if c.Dialect == Request {
		return c.Trace.Value
	}
	return ""
}

// OurTrace is the number that we sent with the claim as its clearinghouse
// (REF*D9).
func (c *ClaimStatus) OurTrace() string { return c.Reference("D9") }

// Batch is our BHT03, as the receiver level of an acknowledgment gives it.
func (c *ClaimStatus) Batch() string {
	if c.Receiver == nil {
		return ""
	}
	return c.Receiver.Trace.Value
}

// DueDate is until when a request is to be answered, CCYYMMDD or "".
func (c *ClaimStatus) DueDate() string {
	for _, kind := range []string{"106", "R01", "245"} {
		for i := range c.Dates {
			if c.Dates[i].Kind == kind {
				return c.Dates[i].From()
			}
		}
	}
	return ""
}

// Rejects says whether codes refuse a claim: categories A3, A6, A7 and A8.
func Rejects(infos []Info) bool {
	for i := range infos {
		if infos[i].Rejects() {
			return true
		}
	}
	return false
}

// Rejects says whether the segment refuses what it is about.
func (i *Info) Rejects() bool {
	for _, c := range i.Codes {
		if refuses(c.Category) {
			return true
		}
	}
	return i.Action == "U" && i.Codes[0].Category != ""
}

// Accepted says whether an acknowledgment accepts the claim: neither it, nor a
// line of it, nor a level above it is refused.
func (c *ClaimStatus) Accepted() bool {
	if Rejects(c.Infos) {
		return false
	}
	for i := range c.Lines {
		if Rejects(c.Lines[i].Infos) {
			return false
		}
	}
	for _, l := range []*Level{c.Receiver, c.Provider} {
		if l != nil && Rejects(l.Infos) && len(c.Infos) == 0 {
			return false
		}
	}
	return true
}

// Category is the category that decides what is said of the claim: of a
// refusal, a denial or a request among the codes of the claim itself, else its
// first. A line speaks for the claim only where the claim is not finalized: a
// paid claim with a denied line is not denied, and a claim that waits for what
// is asked about a line is asked about.
func (c *ClaimStatus) Category() string {
	own := category(c.Infos)
	if own != "" && (own[0] == 'F' || own[0] == 'R' || refuses(own)) {
		return own
	}
	denied, first := 0, ""
	for i := range c.Lines {
		switch cat := category(c.Lines[i].Infos); {
		case cat == "":
		case cat[0] == 'R' || refuses(cat):
			return cat
		case cat == "F2":
			denied++
			fallthrough
		default:
			if first == "" || first == "F2" {
				first = cat
			}
		}
	}
	switch {
	case own != "":
		return own
	case denied > 0 && denied == len(c.Lines):
		return "F2"
	}
	return first
}

// category is the one that decides among codes: of a refusal, a denial or a
// request, else the first.
func category(infos []Info) string {
	first := ""
	for i := range infos {
		for _, code := range infos[i].Codes {
			if code.Category == "" {
				continue
			}
			if first == "" {
				first = code.Category
			}
			if code.Category == "F2" || code.Category[0] == 'R' || refuses(code.Category) {
				return code.Category
			}
		}
	}
	return first
}

func refuses(category string) bool {
	switch category {
	case "A3", "A6", "A7", "A8":
		return true
	}
	return false
}
