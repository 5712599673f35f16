package x12

import (
	"strconv"
	"strings"

	"claimwire/edi/diag"
)

// EventKind says what a Reader has come to.
type EventKind uint8

// The events. Every Start has its End: an end that the file does not hold is
// made up (Synthetic).
const (
	EndOfFile        EventKind = iota
	InterchangeStart           // ISA
	InterchangeAck             // TA1
	GroupStart                 // GS
	SetStart                   // ST
	Body                       // a segment inside a set, ST and SE not included
	Stray                      // a segment where no envelope lets it stand; reported
	SetEnd                     // SE
	GroupEnd                   // GE
	InterchangeEnd             // IEA
)

// Interchange is what an ISA says. Ids and the control number are without
// their padding blanks.
type Interchange struct {
	Control                               string // ISA13, nine digits
	SenderQualifier, Sender               string // ISA05, ISA06
	ReceiverQualifier, Receiver           string // ISA07, ISA08
	AuthorizationQualifier, Authorization string // ISA01, ISA02; a Writer takes empty as 00
	SecurityQualifier, Security           string // ISA03, ISA04; a Writer takes empty as 00
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

// Reader puts envelopes over a Scanner and reports what is wrong with them:
// interchange control segments against their widths and codes, counts and
// control numbers against what was read, missing and misplaced segments.
//
// What is found about an envelope is reported between its Start and its End,
// before Next goes on to the End.
//
// One fault is one finding: where a trailer is missing, its count is not
// missed as well, and where two are missing the outer one is named. A missing
// segment is placed at the segment that was read where it should have stood.
type Reader struct {
	sc  *Scanner
	rep diag.Reporter

	handed *Handover // the set that this Reader reads alone; nil: it reads a file

	event     EventKind
	synthetic bool
	ordinal   int

	ic    *Interchange // open, or just ended
	group *Group
	set   *Set

	inInterchange, inGroup, inSet bool

	unchecked bool // the header segment of the last event is still to be checked
	held      bool // the scanner's segment is still to be dealt with
	closing   bool // what it closes unduly has been reported
	finishing bool // the file has ended
	quiet     bool // what follows is the consequence of a fault that was reported
	stray     bool // the segment before was a stray too

	interchanges int     // in the file
	groups       int     // in the interchange
	acks         int     // TA1 in the interchange
	sets         int     // in the group
	bodyless     bool    // segments of the interchange stood outside groups: a count may differ
	numberless   [4]bool // by level: the control number has been reported
	lost         bool    // segments of the set could not be read: its count may differ
	functional   bool    // GS01 has been reported
	reference    string  // ST03 that was reported as differing from GS08

	seenInterchanges map[string]struct{} // partners and ISA13
	lastInterchange  string              // the last that was added
	seenGroups       numberSet           // GS06 in the interchange
	seenSets         numberSet           // ST02 in the group
}

// NewReader reads the envelopes of sc and reports to rep.
func NewReader(sc *Scanner, rep diag.Reporter) *Reader {
	return &Reader{sc: sc, rep: rep, seenInterchanges: map[string]struct{}{}}
}

// Event is the kind of what Next went to.
func (r *Reader) Event() EventKind { return r.event }

// Segment is the segment of the event, valid until the next Next; nil where
// the event is Synthetic.
func (r *Reader) Segment() *Segment {
	if r.synthetic || r.event == EndOfFile {
		return nil
	}
	return &r.sc.seg
}

// Ordinal counts segments in the set, ST is 1; 0 outside a set. Of a synthetic
// SetEnd it is the ordinal that the missing SE would have had.
func (r *Reader) Ordinal() int { return r.ordinal }

// Synthetic says that the file does not hold this event's segment.
func (r *Reader) Synthetic() bool { return r.synthetic }

// Interchange is the open interchange, or the one just ended; nil outside. A
// new one is made for every ISA, so it may be kept.
func (r *Reader) Interchange() *Interchange { return r.ic }

// Group is the open group, or the one just ended; nil outside. It may be kept.
func (r *Reader) Group() *Group { return r.group }

// Set is the open set, or the one just ended; nil outside. It may be kept.
func (r *Reader) Set() *Set { return r.set }

// Err is what made reading fail; nil at the end of the file. After a failure
// there are no synthetic events.
func (r *Reader) Err() error { return r.sc.Err() }

// Pos places a finding about the event's segment.
func (r *Reader) Pos() diag.Pos {
	p := r.envelopes()
	p.Segment = r.ordinal
	if seg := r.Segment(); seg != nil {
		p.Offset, p.SegmentID = seg.Offset, seg.id.String()
	}
	return p
}

// envelopes gives a position without a segment: the open envelopes, at the
// place where the scanner stands.
func (r *Reader) envelopes() diag.Pos {
	p := diag.Pos{Offset: r.sc.Offset()}
	if r.ic != nil {
		p.Interchange = r.ic.Control
	}
	if r.group != nil {
		p.Group = r.group.Control
	}
	if r.set != nil {
		p.Transaction = r.set.Control
	}
	return p
}

// Next goes to the next event. It is false after the last; then Event is
// EndOfFile, and Err says whether reading failed.
func (r *Reader) Next() bool {
	if r.event != Body { // nothing waits after one
		if r.unchecked {
			r.checkHeader()
		}
		if r.event >= SetEnd {
			r.leave()
		}
		if r.held {
			r.held, r.synthetic = false, false
			return r.segment()
		}
		if r.finishing {
			return r.finish()
		}
	}
	if !r.sc.Next() {
		return r.finish()
	}
	if len(r.sc.gaps) > 0 {
		r.noteGaps(false)
	}
	r.synthetic = false
	if r.inSet && !isControl(r.sc.seg.id) { // nearly all of them
		r.ordinal++
		r.event = Body
		return true
	}
	return r.segment()
}

// isControl says whether a segment opens or closes an envelope, or stands
// between them.
func isControl(id SegmentID) bool {
	switch id {
	case idST, idSE, idGS, idGE, idIEA, idISA, idTA1:
		return true
	}
	return false
}

// checkHeader checks the segment of the last event, which began an envelope:
// now that the caller knows of the envelope, it can place what is found.
func (r *Reader) checkHeader() {
	r.unchecked = false
	switch seg := &r.sc.seg; r.event {
	case InterchangeStart:
		r.checkISA(seg)
	case GroupStart:
		r.checkGS(seg)
	case SetStart:
		if r.handed != nil { // the other Reader has
			for _, d := range r.handed.found {
				r.rep.Report(d)
			}
			r.numberless[levelSet] = r.handed.numberless
			return
		}
		r.checkST(seg)
	}
}

// leave forgets the envelope that the last event ended.
func (r *Reader) leave() {
	switch r.event {
	case SetEnd:
		r.set, r.ordinal = nil, 0
	case GroupEnd:
		r.group = nil
	case InterchangeEnd:
		r.ic = nil
	}
}

// segment deals with the scanner's segment.
func (r *Reader) segment() bool {
	seg := &r.sc.seg
	if isControl(seg.id) {
		return r.control(seg)
	}
	if r.inSet {
		r.ordinal++
		r.event = Body
		return true
	}
	r.outside(seg)
	return true
}

// control deals with a segment that opens or closes an envelope. Where an
// inner envelope is still open, that is closed first, with a made-up event,
// and the segment is held.
func (r *Reader) control(seg *Segment) bool {
	switch seg.id {
	case idISA:
		switch {
		case seg.flags&flagHeader == 0:
			r.other(seg)
		case r.inInterchange:
			r.closeInner(levelInterchange)
		default:
			r.beginInterchange(seg)
		}
	case idIEA:
		if r.inGroup {
			r.closeInner(levelGroup)
		} else {
			r.endInterchange(seg)
		}
	case idGS:
		if r.inGroup {
			r.closeInner(levelGroup)
		} else {
			r.beginGroup(seg)
		}
	case idGE:
		switch {
		case r.inSet:
			r.closeInner(levelSet)
		case r.inGroup:
			r.endGroup(seg)
		default:
			r.outside(seg)
		}
	case idST:
		switch {
		case r.inSet:
			r.closeInner(levelSet)
		case r.inGroup:
			r.beginSet(seg)
		default:
			r.missingGroup(seg)
		}
	case idSE:
		if r.inSet {
			r.endSet(seg)
		} else {
			r.outside(seg)
		}
	case idTA1:
		if r.inSet || r.inGroup {
			r.other(seg)
		} else {
			r.acknowledgment(seg)
		}
	}
	return true
}

// other deals with a control segment that is none where it stands.
func (r *Reader) other(seg *Segment) {
	if r.inSet {
		r.ordinal++
		r.event = Body
		return
	}
	r.outside(seg)
}

// outside reports a segment that stands in no set, the first of a run of them.
func (r *Reader) outside(seg *Segment) {
	r.event = Stray
	first := !r.stray
	r.stray = true
	switch {
	case r.inGroup && seg.id == idSE:
		if first {
			r.report(codeSEWithoutST, 0, "", "")
		} else {
			r.sets++ // the end of a set whose ST is missing
		}
		r.stray = false
	case !first:
	case r.inGroup && seg.id == idTA1:
		r.report(codeTA1Place, 0, "", "")
	case r.inGroup:
		p := r.Pos()
		p.SegmentID = "ST"
		r.reportAt(p, codeSTMissing, seg.id.String(), "ST")
	case seg.id == idGE:
		r.bodyless = true
		r.report(codeGEWithoutGS, 0, "", "")
	default:
		r.bodyless = true
		r.report(codeOutsideGroup, 0, "", "")
	}
}

type level uint8

const (
	levelSet level = 1 + iota
	levelGroup
	levelInterchange
)

// closeInner closes the innermost open envelope although its trailer is
// missing; the held segment, or the end of the file, comes back to close the
// next, up to the level given.
func (r *Reader) closeInner(up level) {
	if !r.closing && !r.quiet {
		r.missingTrailers(up)
	}
	r.closing, r.held, r.synthetic = true, !r.finishing, true
	switch {
	case r.inSet:
		r.inSet = false
		r.ordinal++
		r.event = SetEnd
	case r.inGroup:
		r.inGroup = false
		r.event = GroupEnd
	default:
		r.inInterchange = false
		r.event = InterchangeEnd
		if r.groups+r.acks == 0 { // an ISA alone; its repetition is no second interchange
			delete(r.seenInterchanges, r.lastInterchange)
		}
	}
}

// missingTrailers reports the trailers that are missing, as one finding.
func (r *Reader) missingTrailers(up level) {
	p := r.envelopes()
	if !r.finishing {
		p.Offset = r.sc.seg.Offset
	}
	missing := r.trailers(up)
	p.SegmentID = missing[len(missing)-1]
	code := codeSEMissing
	switch {
	case r.finishing && len(missing) > 1:
		code = codePrematureEnd
		if r.inSet {
			p.Segment = r.ordinal + 1
		}
	case up == levelInterchange:
		code = codeIEAMissing
	case up == levelGroup:
		code = codeGEMissing
	default:
		p.Segment = r.ordinal + 1
	}
	if p.Segment == 0 && r.set != nil {
		p.Transaction = ""
	}
	got := ""
	if !r.finishing {
		got = r.sc.seg.id.String()
	}
	r.reportAt(p, code, got, strings.Join(missing, ", "))
}

// trailers lists the trailers that the open envelopes wait for, inmost first.
func (r *Reader) trailers(up level) []string {
	var list []string
	if r.inSet {
		list = append(list, "SE")
	}
	if r.inGroup && up >= levelGroup {
		list = append(list, "GE")
	}
	if up == levelInterchange {
		list = append(list, "IEA")
	}
	return list
}

// finish deals with the end of the file.
func (r *Reader) finish() bool {
	if r.sc.err != nil {
		r.event, r.ordinal = EndOfFile, 0
		r.set, r.group, r.ic = nil, nil, nil
		return false
	}
	if !r.finishing {
		r.finishing, r.closing = true, false
		if len(r.sc.gaps) > 0 {
			r.noteGaps(true)
		} else if r.interchanges == 0 {
			r.noInterchange(r.sc.Offset())
		}
	}
	if r.inInterchange {
		r.closeInner(levelInterchange)
		return true
	}
	r.event, r.ordinal, r.synthetic = EndOfFile, 0, false
	return false
}

// noteGaps reports what the scanner could not read. At the end of the file
// much of it explains what else is missing there.
func (r *Reader) noteGaps(end bool) {
	for i := range r.sc.gaps {
		g := &r.sc.gaps[i]
		p := r.envelopes()
		p.Offset, p.SegmentID = g.Offset, g.ID.String()
		if r.inSet {
			p.Segment = r.ordinal + 1
		}
		var code diag.Code
		switch g.Kind {
		case GapForeign:
			code = codeForeignData
			if end && r.interchanges == 0 {
				r.noInterchange(g.Offset)
				continue
			}
		case GapByteOrder:
			code = codeByteOrderMark
		case GapUTF16:
			code = codeUTF16
		case GapEmpty:
			code = codeEmptyOutside
			if r.inSet {
				code = codeEmptyInSet
			}
		case GapTooLong:
			code = codeTooLongOutside
			if r.inSet {
				code = codeTooLongInSet
				r.ordinal += g.Count
			}
		case GapPayload:
			code = codePayloadLength
			p.Element = 1
			if g.ID == idBDS {
				p.Element = 2
			}
		case GapUnterminated:
			code = codePrematureEnd
		}
		r.lost = true
		if r.quiet {
			continue
		}
		// A segment that goes on to the end of the file leaves trailers missing.
		r.quiet = end && g.Kind >= GapTooLong
		want := ""
		switch g.Kind {
		case GapTooLong:
			want = strconv.Itoa(r.sc.max)
		case GapUnterminated:
			want = strings.Join(r.trailers(levelInterchange), ", ")
		}
		r.reportAt(p, code, "", want)
	}
	if end && r.interchanges == 0 && len(r.sc.gaps) == 1 && r.sc.gaps[0].Kind == GapByteOrder {
		r.noInterchange(r.sc.Offset())
	}
}

// noInterchange reports that the file has none, where it should have begun.
func (r *Reader) noInterchange(offset int64) {
	r.reportAt(diag.Pos{Offset: offset, SegmentID: "ISA"}, codeNoInterchange, "", "ISA")
}

func (r *Reader) beginInterchange(seg *Segment) {
	r.event = InterchangeStart
	r.inInterchange, r.closing, r.quiet, r.stray, r.bodyless = true, false, false, false, false
	r.interchanges++
	r.groups, r.acks = 0, 0
	r.seenGroups.clear()
	r.numberless[levelInterchange] = false
	r.ic = newInterchange(seg)
	r.unchecked = true
}

func (r *Reader) endInterchange(seg *Segment) {
	r.event = InterchangeEnd
	r.inInterchange = false
	r.quiet = r.closing // what follows an IEA in the middle of a set
	r.closing = false
	r.checkIEA(seg)
}

func (r *Reader) acknowledgment(seg *Segment) {
	r.event = InterchangeAck
	r.stray = false
	r.acks++
	if r.groups > 0 {
		r.report(codeTA1Place, 0, "", "")
		return
	}
	r.checkTA1(seg)
}

func (r *Reader) beginGroup(seg *Segment) {
	r.event = GroupStart
	r.inGroup, r.closing, r.stray, r.functional, r.reference = true, false, false, false, ""
	r.groups++
	r.sets = 0
	r.seenSets.clear()
	r.numberless[levelGroup] = false
	r.group = newGroup(seg)
	r.unchecked = true
}

// missingGroup makes up a group for a set that stands in none.
func (r *Reader) missingGroup(seg *Segment) {
	if !r.stray {
		p := r.envelopes()
		p.Offset, p.SegmentID = seg.Offset, "GS"
		r.reportAt(p, codeGSMissing, "ST", "GS")
	}
	r.event, r.synthetic, r.held = GroupStart, true, true
	r.inGroup, r.stray, r.functional, r.reference = true, false, true, ""
	r.groups++
	r.sets = 0
	r.seenSets.clear()
	r.numberless[levelGroup] = true
	r.group = &Group{Offset: seg.Offset}
}

func (r *Reader) endGroup(seg *Segment) {
	r.event = GroupEnd
	r.inGroup, r.closing = false, false
	r.checkGE(seg)
	r.stray = false
}

func (r *Reader) beginSet(seg *Segment) {
	r.event = SetStart
	r.inSet, r.closing, r.stray, r.lost = true, false, false, false
	r.sets++
	r.ordinal = 1
	r.numberless[levelSet] = false
	r.set = newSet(seg)
	r.unchecked = true
}

func (r *Reader) endSet(seg *Segment) {
	r.event = SetEnd
	r.inSet = false
	r.ordinal++
	r.checkSE(seg)
}

// report reports on an element of the event's segment; 0 is the segment.
func (r *Reader) report(code diag.Code, element int, got, want string) {
	p := r.Pos()
	p.Element = element
	r.reportAt(p, code, got, want)
}

func (r *Reader) reportAt(p diag.Pos, code diag.Code, got, want string) {
	r.rep.Report(diag.Diagnostic{Pos: p, Code: code, Got: got, Want: want})
}
