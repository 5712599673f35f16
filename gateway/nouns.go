package gateway

import (
	"time"

	"claimwire/edi/money"
)

// Scope is whose data it is, and whether it is real: the office (or other
// organisation) and test or production. Every row has one, and every method of
// the store takes one.
type Scope struct {
	Organisation string
	Usage        string // "test" or "production"
}

// UsageCode is ISA15: P or T.
func (s Scope) UsageCode() string {
	if s.Usage == "production" {
		return "P"
	}
	return "T"
}

// State is what became of a claim so far.
type State string

// The states of a claim. The last four say what it came to.
const (
	Received State = "received"
	Held     State = "held"     // by our scrubber
	Queued   State = "queued"   // in an interchange, or waiting for one
	Sent     State = "sent"     // the partner has the interchange
	Accepted State = "accepted" // by the payer's acknowledgment
	Rejected State = "rejected" // by a TA1, 999 or 277CA; not a denial

	Paid      State = "payment"
	Requested State = "request_for_information"
	Denied    State = "denial"
	Reversed  State = "reversal"
)

// stages order the states: a claim moves forward only.
var stages = map[State]int{Received: 10, Held: 15, Queued: 20, Sent: 30, Accepted: 40, Rejected: 45, Requested: 50, Denied: 60, Paid: 60, Reversed: 60}

// Acknowledged says whether a claim in state s is where acknowledgments alone
// have brought it, so that another one may still move it, either way.
func (s State) Acknowledged() bool { return s == Sent || s == Accepted || s == Rejected }

// Moves says whether a claim in state s goes to state next. Acknowledgments
// that arrive late do not pull a claim back; a rejection by the payer wins over
// an earlier acceptance; money wins over everything, and later money over
// earlier.
func (s State) Moves(next State) bool {
	if s == next {
		return false
	}
	if stages[next] == 60 {
		return true
	}
	return stages[next] > stages[s]
}

// Place points into a file that is kept: which bytes, and where in them.
type Place struct {
	SHA256  string
	Offset  int64
	Segment int
}

// Transmission is one file as it was received, or sent.
type Transmission struct {
	ID       int64
	Scope    Scope
	Inbound  bool
	Partner  string
	Name     string
	SHA256   string
	Size     int64
	Kind     string // encounters, 837, 835, 999, TA1, 277CA, 277RFI, other
	State    string // received, taken, duplicate, quarantined
	At       time.Time
	Business string // what makes it the same file by its content
	Note     string
	Released string    // who let it in after it was put aside
	PurgedAt time.Time // its bytes went by retention; zero: they are kept
}

// Claim is a claim on its way.
type Claim struct {
	ID           int64
	Scope        Scope
	Transmission int64  // that it came in
	Item         int    // its place in it, from 1
	ClaimID      string // the submitter's own number (CLM01), never rewritten
	Trace        string // ours (REF*D9)
	Kind         string
	Payer        string
	PayerName    string
	Partner      string
	NPI          string
	TaxID        string
	Charge       money.Amount
	From, To     string
	Frequency    string
	Sequence     string // P, S, T: as which payer's claim
	State        State
	At           time.Time
	Interchange  int64
	Set          string // ST02
	Document     []byte // the JSON record
	Findings     string // in words, of a held claim; one a line
	PayerClaimID string
	// Standing is the acknowledgment that decides, with the interchange that it
	// answers: "INTERCHANGE r2:20261124" (status.Standing).
	Standing string
	Money    Money
	// Conditions are what the claim says of its patient for risk adjustment: a
	// digest, the year, and categories. They are kept by themselves.
	Conditions Conditions
	// Replaces is the payer's number of the claim that it replaces or voids
	// (REF*F8), when it is added. Which claim that is is kept as a Correction.
	Replaces string
	// Person and Insured are by whom the claim is found: its patient, and its
	// subscriber where that is somebody else (PersonKey). They are written, and not
	// read with a claim.
	Person, Insured string
}

// Conditions are categories that a patient is coded for in a year. Patient is a
// digest that leads back to nobody; empty: not worked out.
type Conditions struct {
	Patient    string
	Year       int
	Categories []int
}

// Money says where the dollars of a claim are. The five sum to the charge.
type Money struct{ Paid, Adjusted, Patient, Denied, Open money.Amount }

// Interchange is a file for a partner, with its control numbers.
type Interchange struct {
	ID      int64
	Scope   Scope
	Partner string
	Control string
	Group   string
	SHA256  string
	Name    string
	Size    int64
	Claims  int
	Charge  money.Amount
	State   string // queued, sent, accepted, rejected, unsure
	At      time.Time
	Note    string
	// When it was sent, and answered by a TA1 and by a 999; zero: not yet.
	SentAt, TA1At, AcknowledgedAt time.Time
	PurgedAt                      time.Time // its bytes went by retention; zero: they are kept
	Wire                          Wire      // where it is wrapped on its way
}

// Event is something that happened to claims, with its cause.
type Event struct {
	ID           int64
	Scope        Scope
	At           time.Time
	Kind         string // received, held, queued, sent, acknowledged, rejected, payment …
	Transmission int64
	Interchange  int64
	Place        Place
	Claims       []ClaimChange
}

// ClaimChange is what an event did to one claim.
type ClaimChange struct {
	Claim  int64  `json:"claim"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // codes, no patient's data
	Offset int64  `json:"offset,omitempty"`
	Seg    int    `json:"segment,omitempty"`
}

// Payment is a claim payment of a remittance advice.
type Payment struct {
	ID           int64
	Scope        Scope
	Remittance   int64
	Claim        int64 // 0: not matched
	Kind         string
	Status       string
	Outcome      string
	Scenario     string
	ClaimID      string
	PayerClaimID string
	Charge, Paid money.Amount
	Money        Money
	OtherPayer   money.Amount // of Money.Adjusted, what another payer has paid or must
	PaidOn       string       // BPR16, CCYYMMDD
	Pair         int64        // of a reversal, the payment that it undoes, and the other way round; Superseded; 0: none
	Place        Place
	Document     []byte
	Candidates   string // of an unmatched payment: why
}

// Remittance is a payment of a payer.
type Remittance struct {
	ID        int64
	Scope     Scope
	Partner   string
	Trace     string
	Origin    string
	Amount    money.Amount
	Date      string
	Method    string
	Handling  string // BPR01: H notifies only
	Claims    int
	Balanced  bool
	Adjusted  money.Amount // provider adjustments
	State     RemittanceState
	Hold      string // why it is, or was, held: the arithmetic, one a line
	Digest    string // of its segments, whatever envelope they came in
	PayerName string
	Payee     string // NPI, else tax id
	PayeeName string
	Place     Place
}

// RemittanceState says what became of a remittance advice.
type RemittanceState string

// The states of a remittance advice. Only a person releases or discards one
// that is held.
const (
	RemittancePosted    RemittanceState = "posted"
	RemittanceHeld      RemittanceState = "held"
	RemittanceReleasing RemittanceState = "releasing" // by a person; it is being posted
	RemittanceReleased  RemittanceState = "released"  // posted though it was held
	RemittanceDiscarded RemittanceState = "discarded"
)

// ProviderAdjustment is one reason of a PLB: money that moves between payer and
// provider and belongs to no claim. A positive amount takes from the payment.
type ProviderAdjustment struct {
	ID         int64
	Scope      Scope
	Remittance int64
	Partner    string
	Payee      string // of the remittance advice
	Provider   string // PLB01
	FiscalYear string
	Reason     string
	Reference  string
	Amount     money.Amount
	Date       string // of the remittance advice
	Trace      string
	Position   int // in the set, from 1
}

// Superseded is the Pair of a payment that does not count, and that no reversal has
// undone: a later decision took its place, or it is a denial of what was paid.
const Superseded = -1

// CorrectionKind says how a claim follows another.
type CorrectionKind string

// The kinds.
const (
	CorrectNew       CorrectionKind = "new"       // an original, since the one before was never taken in
	CorrectReplace   CorrectionKind = "replace"   // frequency 7
	CorrectVoid      CorrectionKind = "void"      // frequency 8
	CorrectSecondary CorrectionKind = "secondary" // for the next payer
)

// Correction says that a claim follows another.
type Correction struct {
	Claim    int64
	Scope    Scope
	Original int64
	Kind     CorrectionKind
	At       time.Time
	Note     string
}

// Job is work that a fact asks for. It is added in the transaction of the
// fact, so that neither is there without the other.
type Job struct {
	ID       int64
	Scope    Scope
	Kind     string
	Args     string
	Attempts int // how often it was begun
	Failures int // how often it failed
	State    string
	At       time.Time // when it is due
	Note     string    // why it failed, or is parked
}

// Link is how the connection to a partner is.
type Link struct {
	Scope    Scope
	Partner  string
	Stopped  bool // nobody may try any more until a person lets us
	Failures int  // one after the other
	Reason   string
	Since    time.Time // it fails, or is stopped
	NextTry  time.Time // zero: at any time
	HeardAt  time.Time // when the partner last sent a file; zero: never
}

// Sighting is a file in a partner's folder.
type Sighting struct {
	Name     string
	Size     int64
	Modified time.Time
	Since    time.Time // unchanged; zero: it is seen for the first time
	Fetched  bool
}

// Deposit is money that came to the bank, as the bank's file tells it.
type Deposit struct {
	ID         int64
	Scope      Scope
	SHA256     string // of the bank's file
	Position   int    // in it, from 1
	Format     string // nacha or bai2
	Trace      string // TRN02 of the addenda; empty where the bank passes none on
	Origin     string // TRN03
	Amount     money.Amount
	Date       string // effective entry date, CCYYMMDD
	Account    string // its last four characters
	Company    string // who paid
	BankRef    string
	Remittance int64 // 0: not matched
	State      DepositState
	Note       string
	At         time.Time
}

// DepositState says what became of a deposit.
type DepositState string

// The states of a deposit.
const (
	DepositWaiting DepositState = "waiting" // for its remittance advice
	DepositMatched DepositState = "matched"
	DepositDiffers DepositState = "differs" // the advice of its number says another amount
	DepositRepeats DepositState = "repeats" // another file told of the same money
)
