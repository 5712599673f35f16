package gateway

import "time"

// Wire is a file as it goes over the wire, where it is wrapped (zip, PGP) on its
// way: what is encrypted is never the same twice, so it is kept and sent again.
type Wire struct {
	Name   string
	Size   int64
	SHA256 string
}

// OnTheWire is how an interchange goes to its partner.
func (i *Interchange) OnTheWire() Wire {
	if i.Wire.SHA256 != "" {
		return i.Wire
	}
	return Wire{Name: i.Name, Size: i.Size, SHA256: i.SHA256}
}

// NotSent begins the note of an interchange that could not be sent yet.
const NotSent = "not sent yet: "

// The stages of a partner's certification.
const (
	StageTest     = "test"
	StageParallel = "parallel"
	StageLive     = "live"
)

// BackInTest begins the note of a partner that had too many errors.
const BackInTest = "back in test"

// Certified is where a partner stands on its way from test to live.
type Certified struct {
	Scope   Scope
	Partner string
	Stage   string
	Since   time.Time
	Checked int64  // claims since then
	Recent  string // the last claims, the newest at the end: . good, x with errors
	Note    string // why the stage was changed last
}

// Errors is how many percent of the recent claims had errors.
func (c *Certified) Errors() float64 {
	if c.Recent == "" {
		return 0
	}
	n := 0
	for _, r := range c.Recent {
		if r == 'x' {
			n++
		}
	}
	return float64(n) * 100 / float64(len(c.Recent))
}

// Part says which part of a file of one organisation was given to another: of a
// coding service's batch to an office, of a payer's answers to an office that
// shares its connection.
type Part struct {
	Scope        Scope // of the whole file
	Transmission int64
	Of           Scope // of the part
	Part         int64 // its transmission
	PartItems
}

// PartItems are the claims of a part, where it is one of a batch.
type PartItems struct {
	Items     []int         `json:"items,omitempty"`     // which of the whole file's claims these are, from 1
	Questions map[int]int64 `json:"questions,omitempty"` // by the place in the part: the question that it answers
}

// Question is a held claim that a coding service is asked about.
type Question struct {
	ID           int64
	Scope        Scope // of the service
	Partner      string
	Transmission int64 // the service's batch
	Item         int   // the claim's place in it
	Office       Scope
	Claim        int64 // the office's
	State        string
	At           time.Time
}

// The states of a question.
const (
	QuestionOpen      = "open"
	QuestionAnswered  = "answered"
	QuestionWithdrawn = "withdrawn"
)
