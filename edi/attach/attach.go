// Package attach is the meaning of the 275: documents that support a claim, as
// the payer asked for them (solicited) or as they go with the claim
// (unsolicited), in both dialects, 005010X210 with BIN and 006020X314 with BDS.
//
// A document of the 275 is an Attachment: a payload of exactly so many octets,
// any of them, delimiters too. A payload is never held: a Mapper is given it
// chunk by chunk, digests it and hands it on; Set.Write copies it from a Reader.
package attach

import (
	"io"

	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Purpose is BGN01.
type Purpose string

// The purposes.
const (
	Unsolicited Purpose = "02" // goes with the claim: TRN01 1, TRN02 is PWK06 of the 837
	Solicited   Purpose = "11" // answers a request: TRN01 2, TRN02 is TRN02 of the 277
)

// Set is a 275: what is said of one claim, and the documents for it.
type Set struct {
	Source  record.Source
	At      x12.At // BGN
	Purpose Purpose
	ID      string   // BGN02
	Date    string   // BGN03, CCYYMMDD
	Rest    []string // BGN04 on, as they stood

	Parties    []Party // in the file's order: PR or 40 the payer, 41 the submitter, 1P or 85 the provider, QC the patient
	References []Reference
	Dates      []Date
	Answers    []Answer
}

// Party is an NM1 with what follows it. References and dates of the patient
// are those of the claim and stand in the Set.
type Party struct {
	At                                                                    x12.At
	Role, Entity, Last, First, Middle, Prefix, Suffix, IDQualifier, Value string
	More                                                                  []Segment // PER, N3, N4, PRV, REF of any but the patient, as they stood
}

// Segment is a segment as it stood. Components of an element are kept apart by
// Unit, repetitions by Repeat, whatever the file's own separators are.
type Segment struct {
	ID       string
	Elements []string
}

// What keeps components and repetitions apart in elements that are kept as they
// stood.
const (
	Unit   = "\x1f"
	Repeat = "\x1e"
)

// Reference is a REF segment, Date a DTP segment.
type (
	Reference struct {
		At          x12.At
		Kind, Value string
		Rest        []string // REF03 on, as they stood
	}
	Date struct {
		At                 x12.At
		Kind, Format, Text string
	}
)

// Code is what was asked for, or why the document is sent (composite C043).
type Code struct{ Category, Status, Entity, List string }

// LOINC is the code of the document, or "".
func (c Code) LOINC() string {
	if c.List == "LOI" {
		return c.Status
	}
	return ""
}

// Answer is a loop LX: documents for one request, or one control number.
type Answer struct {
	At         x12.At // LX
	Number     string
	TraceType  string // TRN01
	Trace      string // TRN02
	TraceRest  []string
	Codes      []Code     // of STC01, STC10, STC11, in order
	Statuses   [][]string // STC, elements as they stood
	More       []Segment  // SVC and others, as they stood
	References []Reference
	Dates      []Date
	Documents  []Attachment // for writing; a Mapper hands each on by itself
}

// Attachment is one document: CAT, EFI and BIN or BDS.
type Attachment struct {
	Source     record.Source // of the BIN or BDS
	At         x12.At
	Set        *Set
	Answer     *Answer
	References []Reference // since the answer's TRN or the document before
	Dates      []Date

	Type     string   // CAT01: what kind of report
	Format   string   // CAT02: HL (C-CDA), IA, MB (images), TX (text) …
	Category []string // CAT, elements as they stood
	Security []string // EFI, elements as they stood; none: written as 05 before a BIN
	Object   []string // OOI, elements as they stood; none: written as what the guide asks for before a BDS
	Filter   string   // BDS01: ASC, B64 …; empty of a BIN

	Length   int64    // octets: as declared, and when Complete as read
	SHA256   [32]byte // of the octets as they were sent
	Content  Content  // what the first octets look like
	Complete bool     // all octets were read

	Payload io.Reader // for writing: gives Length octets
}

// FileName is EFI11, or "". It is the sender's: never use it as a name.
func (a *Attachment) FileName() string { return element(a.Security, 11) }

func element(list []string, i int) string {
	if i <= len(list) {
		return list[i-1]
	}
	return ""
}

// Content is what a payload looks like by its first octets.
type Content string

// The contents that are told apart.
const (
	Unknown Content = ""
	PDF     Content = "pdf"
	TIFF    Content = "tiff"
	JPEG    Content = "jpeg"
	PNG     Content = "png"
	XML     Content = "xml"
	RTF     Content = "rtf"
	ZIP     Content = "zip"
	Text    Content = "text"
)

// Extension is the ending of a file of this content.
func (c Content) Extension() string {
	switch c {
	case Unknown:
		return "bin"
	case TIFF:
		return "tif"
	case JPEG:
		return "jpg"
	case Text:
		return "txt"
	}
	return string(c)
}

// Party finds the first party in one of the roles, or nil.
func (s *Set) Party(roles ...string) *Party {
	for i := range s.Parties {
		for _, r := range roles {
			if s.Parties[i].Role == r {
				return &s.Parties[i]
			}
		}
	}
	return nil
}

// ClaimID is the patient control number as we sent it (REF*EJ).
func (s *Set) ClaimID() string {
	for i := range s.References {
		if s.References[i].Kind == "EJ" {
			return s.References[i].Value
		}
	}
	return ""
}

// Solicited says whether the document answers a request. What TRN01 says of
// the one answer goes before what BGN01 says of all.
func (a *Attachment) Solicited() bool {
	if a.Answer != nil && (a.Answer.TraceType == "1" || a.Answer.TraceType == "2") {
		return a.Answer.TraceType == "2"
	}
	return a.Set != nil && a.Set.Purpose == Solicited
}
