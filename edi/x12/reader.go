package x12

import "claimwire/edi/diag"

// EventKind says what a Reader has come to.
type EventKind uint8

// The events, in the order of a file. Every Start has its End: an end that the
// file does not hold is made up (Synthetic).
const (
	EndOfFile        EventKind = iota
	InterchangeStart           // ISA
	InterchangeAck             // TA1
	GroupStart                 // GS
	SetStart                   // ST
	Body                       // a segment inside a set, ST and SE not included
	SetEnd                     // SE
	GroupEnd                   // GE
	InterchangeEnd             // IEA
	Stray                      // a segment where no envelope lets it stand; reported
)

// Interchange is what an ISA says. Ids and the control number are without
// their padding blanks.
type Interchange struct {
	Control                               string // ISA13, nine digits
	SenderQualifier, Sender               string // ISA05, ISA06
	ReceiverQualifier, Receiver           string // ISA07, ISA08
	AuthorizationQualifier, Authorization string // ISA01, ISA02; empty reads as 00
	SecurityQualifier, Security           string // ISA03, ISA04; empty reads as 00
	Date, Time                            string // ISA09 YYMMDD, ISA10 HHMM
	Version                               string // ISA12, "00501"
	Usage                                 string // ISA15: "P" production, "T" test
	AckRequested                          bool   // ISA14 is 1
	Delimiters                            Delimiters
	Offset                                int64
}

// Group is what a GS says.
type Group struct {
	Control          string // GS06
	FunctionalID     string // GS01, "HC"
	Sender, Receiver string // GS02, GS03
	Date, Time       string // GS04 CCYYMMDD, GS05 HHMM[SS[DD]]
	Agency           string // GS07, "X"
	Version          string // GS08, "005010X222A1"
	Offset           int64
}

// Set is what an ST says.
type Set struct {
	Control   string // ST02
	ID        string // ST01, "837"
	Reference string // ST03, empty where not sent
	Offset    int64
}

// Reader puts envelopes over a Scanner and reports what is wrong with them.
// One fault is one finding.
type Reader struct {
	sc  *Scanner
	rep diag.Reporter
}

// NewReader reads the envelopes of sc and reports to rep.
func NewReader(sc *Scanner, rep diag.Reporter) *Reader { return &Reader{sc: sc, rep: rep} }

// Next goes to the next event. It is false after the last; then Event is
// EndOfFile, and Err says whether reading failed.
func (r *Reader) Next() bool { return false }

// Event is the kind of what Next went to.
func (r *Reader) Event() EventKind { return EndOfFile }

// Segment is the segment of the event, nil where the event is Synthetic.
func (r *Reader) Segment() *Segment { return nil }

// Ordinal counts segments in the set, ST is 1; 0 outside a set. Of a synthetic
// SetEnd it is the ordinal that the missing SE would have had.
func (r *Reader) Ordinal() int { return 0 }

// Synthetic says that the file does not hold this event's segment.
func (r *Reader) Synthetic() bool { return false }

// Interchange is the open interchange, or the one just ended; nil outside. A
// new one is made for every ISA, so it may be kept.
func (r *Reader) Interchange() *Interchange { return nil }

// Group is the open group, or the one just ended; nil outside. It may be kept.
func (r *Reader) Group() *Group { return nil }

// Set is the open set, or the one just ended; nil outside. It may be kept.
func (r *Reader) Set() *Set { return nil }

// Pos places a finding about the current segment: file offset, envelope
// control numbers, ordinal and segment id.
func (r *Reader) Pos() diag.Pos { return diag.Pos{} }

// Err is what made reading fail; nil at the end of the file.
func (r *Reader) Err() error { return r.sc.Err() }
