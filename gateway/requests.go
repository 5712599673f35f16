package gateway

import "time"

// Request is a payer's question about a claim.
type Request struct {
	ID       int64
	Scope    Scope
	Claim    int64 // 0: not known
	Partner  string
	Kind     RequestKind
	Dialect  string // GS08 of the question: 005010X213, 006020X313; empty: it came with an 835
	Trace    string // the payer's own number of the claim (TRN02), which the answer gives back
	Due      string // CCYYMMDD
	DueFrom  string // payer, partner, medicare or assumed: who says so
	Question string // in words
	Items    []RequestItem
	Owner    string
	State    RequestState
	AskedAt  time.Time
	// AnsweredAt is when the last answer was made, ClosedAt when the payer had
	// decided; zero: not yet.
	AnsweredAt, ClosedAt time.Time
	Again                int64 // the request that asked for the same before; 0: none
	Note                 string
	Place                Place
}

// RequestKind is how a question came.
type RequestKind string

// The kinds of requests.
const (
	RequestRFI    RequestKind = "277rfi" // 277 request for additional information
	RequestStatus RequestKind = "277"    // a status of category R
	RequestDenial RequestKind = "835"    // a denial for want of documents
)

// RequestState is what became of a question.
type RequestState string

// The states of a request.
const (
	RequestOpen     RequestState = "open"
	RequestPartly   RequestState = "partly_answered"
	RequestAnswered RequestState = "answered"
	RequestClosed   RequestState = "closed" // the payer has decided, or a person has
)

// RequestItem is one thing that is wanted.
type RequestItem struct {
	Category string `json:"category,omitempty"`
	Status   string `json:"status,omitempty"`
	Entity   string `json:"entity,omitempty"`
	LOINC    string `json:"loinc,omitempty"`
	Line     string `json:"line,omitempty"` // control number of the service line; empty: the claim
	Service  string `json:"service,omitempty"`
	Words    string `json:"words"`
	Answered bool   `json:"answered"`
}

// Answer is a 275: documents for a request, or that go with a claim.
type Answer struct {
	ID          int64
	Scope       Scope
	Request     int64 // 0: unsolicited
	Claim       int64
	Partner     string
	Dialect     string // GS08: 005010X210, 006020X314
	Control     string // TRN02: the payer's number, or the attachment control number (PWK06)
	State       AnswerState
	Interchange int64
	Late        bool // after the day that the payer set
	By          string
	At          time.Time
	Note        string
	Documents   []Document
}

// AnswerState is what became of an answer.
type AnswerState string

// The states of an answer.
const (
	AnswerDraft    AnswerState = "draft" // documents are being gathered
	AnswerQueued   AnswerState = "queued"
	AnswerSent     AnswerState = "sent"
	AnswerAccepted AnswerState = "accepted" // by the partner's 999
	AnswerRejected AnswerState = "rejected" // by its TA1 or 999
	AnswerClosed   AnswerState = "closed"   // the payer has decided
)

// Document is one document of an answer.
type Document struct {
	ID      int64
	Answer  int64
	Item    int    // which item of the request it answers, from 0; -1: all of it
	Report  string // LOINC, or PWK01
	Content string // pdf, tiff, xml, text …
	Name    string // the sender's own name for it; it goes to nobody
	SHA256  string
	Size    int64
}

// Inquiry is a question of ours about a claim (276).
type Inquiry struct {
	ID          int64
	Scope       Scope
	Claim       int64
	Partner     string
	Interchange int64
	Trace       string // TRN02
	At          time.Time
	AnsweredAt  time.Time // zero: not yet
	Said        string    // codes of the 277
}

// DenialWork is what a person does about a denied claim payment.
type DenialWork struct {
	Payment int64
	Scope   Scope
	Owner   string
	State   DenialState
	Note    string
	By      string
	At      time.Time
}

// DenialState is where work on a denial stands.
type DenialState string

// The states of work on a denial.
const (
	DenialOpen      DenialState = "open"
	DenialAppealed  DenialState = "appealed"
	DenialCorrected DenialState = "corrected"
	DenialBilled    DenialState = "patient_billed"
	DenialWritten   DenialState = "written_off"
	DenialClosed    DenialState = "closed"
)
