package edi

import (
	"io"
	"slices"

	"claimwire/edi/ack"
	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/remit"
	"claimwire/edi/rule"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// A set is not known at all, or not in the edition that the file names.
const (
	codeGuideUnknown diag.Code = 2201
	codeSetNotRead   diag.Code = 2202
	codeLoopMissing  diag.Code = 2304
)

// What the reader finds that explains other findings: of the separators, and of
// the names of a set's guide.
const (
	codeSameSeparators     diag.Code = 1007
	codeComponentSeparator diag.Code = 1026

	codeGroupVersion diag.Code = 1108
	codeSetUnknown   diag.Code = 1201
	codeSetGuide     diag.Code = 1203
	codeSetElsewhere diag.Code = 1209
)

// Options say how a file is read. The zero Options check everything.
type Options struct {
	File       string     // name in records; no path, no PHI
	Types      rule.Types // SNIP types to check; 0: all
	Today      string     // CCYYMMDD that "in the future" is judged against; empty: the file's own date
	MaxSegment int        // longest segment; 0: the scanner's default
	Window     int        // bytes read at a time; 0: the scanner's default
	Payload    func(seg *x12.Segment, offset int64, chunk []byte) error
	Outcomes   *remit.Table   // what adjustments make of a claim payment; nil: the binary's
	Workers    int            // sets read at once, where r is a File and the sink wants nothing but findings, envelopes and JSON
	Codes      *codes.Library // releases of code sets that were loaded; nil: those of the binary alone
	Stays      rule.Stays     // CMS's tables of inpatient stays, beside Codes; nil: none
	Narrow     Narrowing      // what the trading partner wants different; nil: nothing
}

// Sink takes what a file holds, in its order. Each func may be nil. What is
// given is valid only during the call.
type Sink struct {
	Report           func(diag.Diagnostic)
	BeginInterchange func(*x12.Interchange)
	EndInterchange   func(*x12.Interchange)
	BeginGroup       func(*x12.Group)
	EndGroup         func(*x12.Group)
	BeginSet         func(*Set)
	EndSet           func(*Set)
	Segment          func(s *Set, ordinal int, mt guide.Match, seg *x12.Segment) // of sets with a known guide
	Raw              func(s *Set, ordinal int, seg *x12.Segment)                 // of sets whose guide is not known
	Ack              func(a *ack.Interchange)                                    // TA1
	Functional       func(f *ack.Functional)                                     // 999
	Claim            func(c *claim.Claim, v *Verdict)
	ClaimPayment     func(c *remit.ClaimPayment)
	Remittance       func(r *remit.Remittance)                                    // after its claim payments
	ClaimStatus      func(c *status.ClaimStatus)                                  // of a 277; an inquiry is a Record only
	Payload          func(a *attach.Attachment, offset int64, chunk []byte) error // of a 275, in order, before Attachment; an error ends the reading
	Attachment       func(a *attach.Attachment)                                   // a document of a 275, after its payload
	StatusLevel      func(l *status.Level)                                        // a level of a 277 that nothing stands below
	Record           func(r Record)                                               // everything that decode prints, claims included
	JSON             func(lines []byte)                                           // the same as JSON Lines, one or more at a time
}

// Record is one line of decode.
type Record interface {
	AppendJSON(dst []byte) []byte
}

// Set is the transaction set that is being read.
type Set struct {
	*x12.Set
	Interchange *x12.Interchange
	Group       *x12.Group
	Guide       *guide.Guide // nil: not known
	GuideID     string       // the guide's id, or what the file calls it
	Segments    int          // so far, ST and SE included
	Claims      int          // CLM or CLP so far
	Errors      int          // findings of severity error so far
	EndOffset   int64        // after EndSet: where the segment after the set would begin
}

// Summary is what Process counted.
type Summary struct {
	Interchanges, Groups, Sets, Claims int
	Errors, Warnings                   int
	NotChecked                         []string // code sets that elements name and no release was loaded for
	// NotCheckedOn is, of a set of which releases are loaded, a day (CCYYMMDD) that
	// none of them answers for.
	NotCheckedOn map[string]int
}

// add adds the counts of a part of the file.
func (s *Summary) add(part *Summary) {
	s.Interchanges += part.Interchanges
	s.Groups += part.Groups
	s.Sets += part.Sets
	s.Claims += part.Claims
	s.Errors += part.Errors
	s.Warnings += part.Warnings
}

// mapper gives matched segments their meaning; claim, remit, status and ack
// each have one.
type mapper interface {
	Begin(src record.Source, set *x12.Set)
	Segment(mt guide.Match, seg *x12.Segment, ordinal int)
	Flush() // hand on the record that is complete; nothing where there is none
	End()
}

// process is one reading of one file.
type process struct {
	opt      Options
	sink     *Sink
	sum      Summary
	rd       *x12.Reader
	set      *Set
	matchers map[*guide.Guide]*guide.Matcher
	mappers  map[*guide.Guide]mapper
	matcher  *guide.Matcher
	mapper   mapper
	rules    rule.Claims
	codes    *rule.CodeSets // nil: no releases
	remits   rule.Remittances
	statuses rule.Statuses
	answers  rule.Answers
	verdicts verdicts
	unknown  map[string]bool

	guideless *diag.Diagnostic // the open set's guide is unknown, unless its header explains it
	shared    []sharedFinding  // what was said of segments above the open claim
	claimAt   int64            // offset of the claim that the rules look at; 0: none
	faults    faults           // what was said of the open claim, and of the levels above it

	further    bool // somebody wants more of the open set's segments than that they are checked
	claimless  claimless
	offsets    offsets
	narrowed   Narrowed // the partner's own check of the open set; nil: none
	narrowedOf map[*guide.Guide]Narrowed

	unreadable bool // the component separator is none: nothing within segments can be judged
	groupFault bool // GS08 is wrong
	setFault   bool // ST01 or ST03 is wrong
}

// Process reads a file to its end and tells the sink what it holds. The error
// is the reader's; what is wrong with the file is reported.
func Process(r io.Reader, opt Options, sink Sink) (Summary, error) {
	f, ok := sideBySide(r, &opt, &sink)
	p := newProcess(opt, sink)
	if ok {
		return p.processSideBySide(f, usualSizes)
	}
	return p.read(r)
}

func newProcess(opt Options, sink Sink) *process {
	if opt.Types == 0 {
		opt.Types = rule.Of(1, 2, 3, 4, 5, 6, 7)
	}
	p := &process{opt: opt, sink: &sink, matchers: map[*guide.Guide]*guide.Matcher{}, mappers: map[*guide.Guide]mapper{}, unknown: map[string]bool{}}
	if record, lines := sink.Record, []byte(nil); sink.JSON != nil {
		sink.Record = func(r Record) {
			lines = append(r.AppendJSON(lines[:0]), '\n')
			sink.JSON(lines)
			if record != nil {
				record(r)
			}
		}
	}
	rep := diag.ReporterFunc(p.report)
	if opt.Types.Has(5) {
		if p.codes = rule.NewCodeSets(opt.Codes); p.codes != nil {
			p.codes.Stays = opt.Stays
		}
	}
	p.rules = rule.Claims{Types: opt.Types, Today: opt.Today, Report: rep, Codes: p.codes}
	p.remits = rule.Remittances{Types: opt.Types, Report: rep}
	p.statuses = rule.Statuses{Types: opt.Types, Report: rep}
	p.answers = rule.Answers{Types: opt.Types, Report: rep}
	return p
}

// read reads one set after the other.
func (p *process) read(r io.Reader) (Summary, error) {
	sc := x12.NewScanner(r, x12.ScannerOptions{MaxSegment: p.opt.MaxSegment, Window: p.opt.Window, Payload: p.payload})
	p.rd = x12.NewReader(sc, diag.ReporterFunc(p.report))
	for p.rd.Next() {
		if p.guideless != nil {
			p.sayGuideless()
		}
		if p.rd.Event() == x12.Body {
			p.segment()
		} else {
			p.event()
		}
	}
	p.sayGuideless()
	p.notChecked()
	return p.sum, p.rd.Err()
}

// report counts a finding, notes it for the claims that it touches, and hands
// it on.
func (p *process) report(d diag.Diagnostic) {
	d = p.soften(d)
	switch d.Code {
	case codeComponentSeparator, codeSameSeparators:
		p.unreadable = p.unreadable || d.Element == 16
	case codeGroupVersion:
		p.groupFault = true
	case codeSetUnknown, codeSetElsewhere, codeSetGuide:
		p.setFault = true
	}
	if !p.opt.Types.Has(d.Code.SNIP()) {
		return
	}
	if d.Code.SNIP() > 2 && p.set != nil {
		p.offsets.of(&d)
	}
	if p.unreadable && d.Code.Level() >= diag.LevelElement || p.faults.explain(d) {
		return
	}
	if p.set != nil && p.sink.Claim != nil {
		p.verdicts.note(d)
	}
	if d.Offset < p.claimAt && p.saidBefore(d) {
		return
	}
	if d.Code.Severity() == diag.Error {
		p.sum.Errors++
		if p.set != nil {
			p.set.Errors++
		}
	} else {
		p.sum.Warnings++
	}
	if p.sink.Report != nil {
		p.sink.Report(d)
	}
}

// sharedFinding is a finding of a segment that several claims share.
type sharedFinding struct {
	code               diag.Code
	offset             int64
	element, component int
}

// maxShared bounds how many are remembered, those said last.
const maxShared = 64

// saidBefore says whether the rules have said the same of the same segment
// while they looked at an earlier claim.
func (p *process) saidBefore(d diag.Diagnostic) bool {
	f := sharedFinding{d.Code, d.Offset, d.Element, d.Component}
	i := slices.Index(p.shared, f)
	if i < 0 && len(p.shared) == maxShared {
		p.shared = slices.Delete(p.shared, 0, 1)
	} else if i >= 0 {
		p.shared = slices.Delete(p.shared, i, i+1)
	}
	p.shared = append(p.shared, f)
	return i >= 0
}

// sayGuideless reports an unknown guide once the reader has judged the header
// of the set: where that is wrong, the guide is not missed as well.
func (p *process) sayGuideless() {
	d := p.guideless
	if d == nil {
		return
	}
	p.guideless = nil
	if !p.groupFault && !p.setFault {
		p.report(*d)
	}
}

func (p *process) event() {
	switch p.rd.Event() {
	case x12.InterchangeStart:
		p.sum.Interchanges++
		p.unreadable = false
		if p.sink.BeginInterchange != nil {
			p.sink.BeginInterchange(p.rd.Interchange())
		}
	case x12.InterchangeAck:
		p.ack()
	case x12.GroupStart:
		p.sum.Groups++
		p.groupFault = p.rd.Synthetic() // its GS is missing
		if p.sink.BeginGroup != nil {
			p.sink.BeginGroup(p.rd.Group())
		}
	case x12.SetStart:
		p.beginSet()
	case x12.Body:
		p.segment()
	case x12.SetEnd:
		p.endSet()
	case x12.GroupEnd:
		if p.sink.EndGroup != nil {
			p.sink.EndGroup(p.rd.Group())
		}
	case x12.InterchangeEnd:
		if p.sink.EndInterchange != nil {
			p.sink.EndInterchange(p.rd.Interchange())
		}
	}
}

func (p *process) beginSet() {
	st := p.rd.Set()
	s := &Set{Set: st, Interchange: p.rd.Interchange(), Group: p.rd.Group()}
	p.set = s
	p.sum.Sets++
	p.matcher, p.mapper, p.setFault = nil, nil, false
	p.shared = p.shared[:0]
	p.faults.reset()
	p.claimless, p.offsets.last = claimless{}, 0
	p.verdicts.reset()
	p.rules.Group = ""
	if s.Group != nil {
		p.rules.Group = s.Group.Date
	}
	version := st.Reference
	if s.Group != nil && s.Group.Version != "" {
		version = s.Group.Version
	}
	s.GuideID = version
	g, ok := guide.Lookup(version, st.ID)
	if !ok && st.Reference != "" {
		g, ok = guide.Lookup(st.Reference, st.ID)
	}
	if ok {
		s.Guide, s.GuideID = g, version
		p.matcher = p.matcherOf(g)
		if p.meaning() {
			if p.mapper = p.mappers[g]; p.mapper == nil {
				p.mapper = p.newMapper(g)
				p.mappers[g] = p.mapper
			}
		}
	}
	if p.sink.BeginSet != nil {
		p.sink.BeginSet(s)
	}
	if !ok {
		d := diag.Diagnostic{Pos: p.rd.Pos(), Code: codeGuideUnknown, Got: version, Want: st.ID}
		d.Element = 3
		if !guide.Knows(st.ID) {
			d.Code, d.Element = codeSetNotRead, 1
		}
		p.guideless = &d
		s.Segments = 1
		if p.sink.Raw != nil {
			p.sink.Raw(s, 1, p.rd.Segment())
		}
		if p.meaning() {
			if p.mapper = p.guidelessMapper(st.ID); p.mapper != nil {
				p.mapper.Begin(p.source(), st)
			}
			if l, ok := p.mapper.(*loose); ok {
				l.begin(p.source(), p.rd.Segment())
			}
		}
		return
	}
	src := p.source()
	p.narrow()
	p.claimless.watching = g.Set == "837" && p.opt.Types.Has(codeNoClaim.SNIP())
	p.further = p.claimless.watching || p.narrowed != nil || p.mapper != nil || p.sink.Claim != nil || p.sink.Segment != nil
	p.matcher.Begin(guide.SetPos{Interchange: src.Interchange, Group: src.Group, Transaction: src.Transaction}, p.rd.Segment().Delimiters())
	if p.mapper != nil {
		p.mapper.Begin(src, st)
	}
	p.segment()
}

// matcherOf is the matcher of a guide; each process has its own.
func (p *process) matcherOf(g *guide.Guide) *guide.Matcher {
	m := p.matchers[g]
	if m == nil {
		m = guide.NewMatcher(g, diag.ReporterFunc(p.report))
		m.ClaimClosed = p.claimClosed
		p.matchers[g] = m
	}
	return m
}

// source is where the open set begins.
func (p *process) source() record.Source {
	src := record.Source{File: p.opt.File, Transaction: p.set.Control, Segment: 1}
	if ic := p.set.Interchange; ic != nil {
		src.Interchange = ic.Control
	}
	if g := p.set.Group; g != nil {
		src.Group = g.Control
	}
	return src
}

// meaning says whether anybody wants to know what the sets mean.
func (p *process) meaning() bool {
	s := p.sink
	return s.Claim != nil || s.ClaimPayment != nil || s.Remittance != nil || s.ClaimStatus != nil || s.StatusLevel != nil || s.Payload != nil || s.Attachment != nil || s.Functional != nil ||
		s.Record != nil || p.opt.Types&rule.All != 0
}

var (
	idCLM = x12.SegmentIDOf("CLM")
	idCLP = x12.SegmentIDOf("CLP")
)

// segment takes one segment of the open set, ST and SE included.
func (p *process) segment() {
	seg, n := p.rd.Segment(), p.rd.Ordinal()
	p.set.Segments = n
	if p.mapper != nil || p.narrowed != nil {
		p.offsets.note(n, seg.Offset)
	}
	if id := seg.ID(); id == idCLM || id == idCLP {
		p.set.Claims++
		p.sum.Claims++
	}
	if p.matcher == nil {
		if p.sink.Raw != nil {
			p.sink.Raw(p.set, n, seg)
		}
		if p.mapper != nil {
			p.mapper.Segment(guide.Match{}, seg, n)
		}
		return
	}
	mt := p.matcher.Segment(seg, n)
	if !p.further {
		return
	}
	if p.narrowed != nil {
		p.narrowed.Segment(mt, seg, p.here())
	}
	if p.claimless.watching && p.claimless.next(mt, seg) {
		src := p.source()
		p.report(diag.Diagnostic{Code: codeNoClaim, Pos: diag.Pos{Offset: seg.Offset, Interchange: src.Interchange, Group: src.Group,
			Transaction: src.Transaction, Segment: n, SegmentID: "CLM", Loop: "2300"}})
	}
	if p.mapper != nil {
		p.mapper.Segment(mt, seg, n)
	}
	if mt.Opened != nil && p.sink.Claim != nil {
		p.verdicts.opened(mt.Opened)
	}
	if p.sink.Segment != nil {
		p.sink.Segment(p.set, n, mt, seg)
	}
}

func (p *process) endSet() {
	if !p.rd.Synthetic() {
		p.segment()
	}
	if p.matcher != nil {
		p.matcher.End()
	}
	if p.narrowed != nil {
		p.narrowed.End(p.here())
	}
	if p.mapper != nil {
		p.mapper.End()
		p.statuses.End()
	}
	if seg := p.rd.Segment(); seg != nil {
		p.set.EndOffset = seg.Offset + int64(len(seg.Raw())) + 1
	}
	if p.sink.EndSet != nil {
		p.sink.EndSet(p.set)
	}
	p.set, p.matcher, p.mapper, p.narrowed = nil, nil, nil, nil
}

// claimClosed hands on the claim that the matcher has finished with, while the
// findings at hand are its own.
func (p *process) claimClosed() {
	if p.narrowed != nil {
		p.narrowed.ClaimClosed(p.here())
	}
	if p.mapper != nil {
		p.mapper.Flush()
	}
}

// claimRead checks a claim by the rules and hands it on.
func (p *process) claimRead(c *claim.Claim) {
	p.claimAt = c.At.Offset
	p.rules.Check(c)
	p.checkForms(c)
	p.claimAt = 0
	p.faults.next()
	if p.sink.Claim != nil {
		p.sink.Claim(c, p.verdicts.claim())
	}
	if p.sink.Record != nil {
		p.sink.Record(c)
	}
}
