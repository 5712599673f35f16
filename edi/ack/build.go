package ack

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// Mode says how much one error refuses.
type Mode int

// The modes.
const (
	ClaimByClaim Mode = iota
	SetBySet
	AllOrNothing
)

// Modes by the names that profiles and commands have for them.
var Modes = map[string]Mode{"claims": ClaimByClaim, "sets": SetBySet, "all": AllOrNothing}

// Settings of an answer. The zero Settings need Date, Time and Control.
type Settings struct {
	Mode      Mode
	Date      string        // CCYYMMDD of the answer
	Time      string        // HHMM
	Control   func() string // the next interchange control number, nine digits
	AlwaysTA1 bool          // also when ISA14 is 0
	// Duplicate says whether an interchange with this control number came before:
	// the TA1 refuses it (025), and nothing in it is answered. nil: none did.
	Duplicate func(ic *x12.Interchange) bool
	// Receiver says whether an interchange is for us; one that is not is refused
	// (009). nil: all are.
	Receiver func(ic *x12.Interchange) bool
	Claims   ClaimSettings
	// Out gives where an answer is written to, one after the other; nil: into its
	// Bytes.
	Out func(kind, control string) (io.Writer, error)
	// MaxClaims bounds the claims of an interchange, of which each is held until its
	// end; 0: DefaultMaxClaims. The set that goes beyond, and those after it, are
	// refused (IK5 R), and Beyond counts them.
	MaxClaims int
}

// DefaultMaxClaims is a thousand times what a set should have at most; their
// memory stays below a gigabyte.
const DefaultMaxClaims = 5_000_000

// Answer is one interchange that answers: TA1, 999 or 277CA.
type Answer struct {
	Kind    string
	Control string // ISA13 of the answer
	Bytes   []byte // nil where it was written to Settings.Out
}

// Bounds of what is listed of a set; the rest is counted in IK5 alone.
const (
	maxSegments = 1000 // IK3 of a set
	maxElements = 99   // IK4 of a segment
)

// Builder collects what was found in a file, interchange by interchange, and
// makes the answers. Its methods are called in the order of the file.
type Builder struct {
	set     Settings
	answers []Answer
	ic      *x12.Interchange
	icNotes []diag.Diagnostic
	before  []diag.Diagnostic // what was found before the first interchange: its TA1 says it
	groups  []groupResult
	group   *groupResult
	current *setResult
	claims  *claims // of the open set
	hasTA1  bool    // the open interchange answers one of ours
	held    int     // claims of the open interchange
	beyond  int
	err     error // of Settings.Out
}

type groupResult struct {
	id, control, version string
	findings             []diag.Diagnostic
	sets                 []setResult
	count                int
}

type setResult struct {
	id, control, reference string
	findings               []diag.Diagnostic
	rejected               bool
	refusedClaims          int
	errors                 int
	claims                 *claims // for the 277CA; nil: there is none
}

// NewBuilder makes a Builder.
func NewBuilder(s Settings) *Builder { return &Builder{set: s} }

// BeginInterchange starts an interchange.
func (b *Builder) BeginInterchange(ic *x12.Interchange) {
	b.finish()
	b.ic = ic
	b.icNotes, b.before = append(b.icNotes, b.before...), nil
}

// BeginGroup starts a group.
func (b *Builder) BeginGroup(g *x12.Group) {
	b.groups = append(b.groups, groupResult{id: g.FunctionalID, control: g.Control, version: g.Version})
	b.group = &b.groups[len(b.groups)-1]
	b.current = nil
}

// BeginSet starts a set.
func (b *Builder) BeginSet(s *x12.Set) {
	if b.group == nil {
		b.BeginGroup(&x12.Group{})
	}
	b.group.count++
	b.group.sets = append(b.group.sets, setResult{id: s.ID, control: s.Control, reference: s.Reference})
	b.current = &b.group.sets[len(b.group.sets)-1]
	b.claims = newClaims(b.set.Claims)
	b.claims.room = cmp.Or(b.set.MaxClaims, DefaultMaxClaims) - b.held
}

// Report takes a finding.
func (b *Builder) Report(d diag.Diagnostic) {
	if d.Code.Severity() != diag.Error {
		return
	}
	e, _ := diag.Lookup(d.Code)
	ofInterchange := e != nil && e.TA1 != "" || d.Code.Level() == diag.LevelInterchange
	ofGroup := e != nil && e.AK9 != "" || d.Code.Level() == diag.LevelGroup
	if ofInterchange { // a GS that is wrong is told by both
		notes := &b.icNotes
		if b.ic == nil {
			notes = &b.before
		}
		if len(*notes) < maxSegments {
			*notes = append(*notes, d)
		}
	}
	switch {
	case ofGroup:
		if b.group != nil && len(b.group.findings) < maxSegments {
			b.group.findings = append(b.group.findings, d)
		}
	case ofInterchange:
	case b.current != nil:
		s := b.current
		s.errors++
		if e != nil && e.Rejects >= diag.RejectsSet {
			s.rejected = true
		}
		if len(s.findings) < maxSegments*4 {
			s.findings = append(s.findings, d)
		}
	}
}

// EndSet ends a set; its 277CA is made when it holds claims and is not refused.
func (b *Builder) EndSet() {
	if b.current == nil {
		return
	}
	s := b.current
	if b.claims != nil {
		s.refusedClaims = b.claims.refused
	}
	if b.set.Mode != ClaimByClaim && (s.errors > 0 || s.refusedClaims > 0) {
		s.rejected = true
	}
	if b.claims != nil && b.claims.beyond {
		b.beyond++
		s.rejected = true
		s.errors++
		b.claims = nil
	}
	if s.rejected || b.claims == nil || b.claims.claims == 0 || b.ic == nil {
		return
	}
	b.held += b.claims.claims
	b.claims.close(b.ic)
	s.claims = b.claims // whether the set stands is known only at the group's end
}

// claimAnswer writes the 277CA of an interchange, a set for each set of claims
// that stands.
func (b *Builder) claimAnswer() {
	var sets []*claims
	for i := range b.groups {
		for k := range b.groups[i].sets {
			r := &b.groups[i].sets[k]
			if r.claims != nil && !r.rejected {
				sets = append(sets, r.claims)
			}
			r.claims = nil
		}
	}
	if len(sets) == 0 {
		return
	}
	control := b.set.Control()
	w := b.begin("277CA", control)
	w.BeginGroup(x12.Group{FunctionalID: "HN", Sender: echoID(b.ic.Receiver), Receiver: echoID(b.ic.Sender), Date: b.set.Date, Time: b.set.Time,
		Control: strings.TrimLeft(control, "0"), Version: "005010X214"})
	for i, k := range sets {
		number, id := fmt.Sprintf("%04d", i+1), control
		if len(sets) > 1 { // each set is a batch of its own
			id += "-" + number
		}
		w.BeginSet("277", number, "005010X214")
		k.document(b.set.Date, b.set.Time, id).Write(w)
		w.EndSet()
		sets[i] = nil
	}
	w.EndGroup()
	b.end(w, "277CA", control)
}

// begin opens the interchange of an answer: sender and receiver change places.
func (b *Builder) begin(kind, control string) *x12.Writer {
	var dst io.Writer
	if b.set.Out != nil {
		var err error
		if dst, err = b.set.Out(kind, control); err != nil {
			if b.err == nil {
				b.err = err
			}
			dst = io.Discard
		}
	}
	w := x12.NewWriter(dst, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{Control: control, SenderQualifier: echoQualifier(b.ic.ReceiverQualifier), Sender: echoID(b.ic.Receiver),
		ReceiverQualifier: echoQualifier(b.ic.SenderQualifier), Receiver: echoID(b.ic.Sender), Date: b.set.Date[2:], Time: b.set.Time, Usage: echoUsage(b.ic.Usage)})
	return w
}

// end closes the interchange of an answer.
func (b *Builder) end(w *x12.Writer, kind, control string) {
	w.EndInterchange()
	a := Answer{Kind: kind, Control: control}
	if b.set.Out == nil {
		a.Bytes = w.Buffer()
	} else if err := w.Flush(); err != nil && b.err == nil {
		b.err = err
	}
	b.answers = append(b.answers, a)
}

// Err is the first error of Settings.Out and its writers.
func (b *Builder) Err() error { return b.err }

// Beyond is how many sets were refused since their interchange has more claims
// than are held.
func (b *Builder) Beyond() int { return b.beyond }

// Finish ends the file and gives the answers: of each interchange the TA1, the
// 999, and the 277CA.
func (b *Builder) Finish() []Answer {
	b.finish()
	return b.answers
}

func (b *Builder) finish() {
	if b.ic != nil && !b.ta1() {
		b.functional()
		b.claimAnswer()
	}
	b.ic, b.icNotes, b.groups, b.group, b.current, b.claims, b.hasTA1, b.held = nil, nil, nil, nil, nil, nil, false, 0
}

// Ack takes a TA1 of the open interchange. What answers us alone is never
// answered, whatever is wrong with it: two programs would write to each other
// for ever.
func (b *Builder) Ack(*Interchange) { b.hasTA1 = true }

// ta1 answers the interchange itself, when it asks for it or is in error; it
// says whether the interchange is refused.
func (b *Builder) ta1() (rejected bool) {
	if b.hasTA1 && len(b.groups) == 0 {
		return true
	}
	status, note := "A", "000"
	for _, d := range b.icNotes {
		e, ok := diag.Lookup(d.Code)
		if !ok {
			continue
		}
		s := "E"
		if e.Rejects == diag.RejectsInterchange {
			s, rejected = "R", true
		}
		if status == "A" || s == "R" && status == "E" {
			status = s
			if note = e.TA1; note == "" {
				note = "024"
			}
		}
	}
	if b.set.Duplicate != nil && b.set.Duplicate(b.ic) {
		status, note, rejected = "R", "025", true
	}
	if b.set.Receiver != nil && !b.set.Receiver(b.ic) {
		status, note, rejected = "R", "009", true
	}
	if status == "A" && !b.ic.AckRequested && !b.set.AlwaysTA1 || len(b.groups) == 0 && status == "A" && !b.ic.AckRequested {
		return rejected
	}
	control := b.set.Control()
	w := b.begin("TA1", control)
	answered, date, time := b.ic.Control, b.ic.Date, b.ic.Time
	if len(answered) != 9 || !isDigits(answered) {
		answered = "000000000"
	}
	if len(date) != 6 || !x12.ValidDate([]byte("20"+date)) {
		date = b.set.Date[2:]
	}
	if !x12.ValidTime([]byte(time)) || len(time) != 4 {
		time = b.set.Time
	}
	w.Ack(answered, date, time, status, note)
	b.end(w, "TA1", control)
	return rejected
}

// functional answers the groups, each with a set of its own.
func (b *Builder) functional() {
	any := false
	for i := range b.groups {
		any = any || b.groups[i].id != "FA"
	}
	if !any || len(b.groups) == 0 {
		return
	}
	control := b.set.Control()
	w := b.begin("999", control)
	w.BeginGroup(x12.Group{FunctionalID: "FA", Sender: echoID(b.ic.Receiver), Receiver: echoID(b.ic.Sender), Date: b.set.Date, Time: b.set.Time,
		Control: strings.TrimLeft(control, "0"), Version: "005010X231A1"})
	n := 0
	for i := range b.groups {
		g := &b.groups[i]
		if g.id == "FA" {
			continue // never a 999 for a 999
		}
		n++
		w.BeginSet("999", zeros(n), "005010X231A1")
		b.writeGroup(w, g)
		w.EndSet()
	}
	w.EndGroup()
	b.end(w, "999", control)
}

func zeros(n int) string {
	s := strconv.Itoa(n)
	for len(s) < 4 {
		s = "0" + s
	}
	return s
}

func segment(w *x12.Writer, id string, values ...string) {
	w.Begin(id)
	for _, v := range values {
		w.Text(v)
	}
	w.End()
}

func (b *Builder) writeGroup(w *x12.Writer, g *groupResult) {
	first, version := "", echo(g.version, 12)
	if len(g.sets) > 0 {
		first = g.sets[0].id
		version = or(version, echo(g.sets[0].reference, 12))
	}
	id := echoGroup(g.id, first)
	segment(w, "AK1", id, echoNumber(g.control), or(version, "005010"))
	groupRejected := false
	var groupCodes []string
	for _, d := range g.findings {
		e, ok := diag.Lookup(d.Code)
		if !ok {
			continue
		}
		groupRejected = groupRejected || e.Rejects >= diag.RejectsGroup
		if e.AK9 != "" && !slices.Contains(groupCodes, e.AK9) && len(groupCodes) < 5 {
			groupCodes = append(groupCodes, e.AK9)
		}
	}
	bad := 0
	for i := range g.sets {
		if g.sets[i].rejected {
			bad++
		}
	}
	if b.set.Mode == AllOrNothing && (bad > 0 || len(g.findings) > 0) {
		groupRejected = true
	}
	accepted, noted := 0, len(g.findings) > 0
	for i := range g.sets {
		s := &g.sets[i]
		own := s.rejected || s.errors > 0 || s.refusedClaims > 0
		if groupRejected {
			s.rejected = true
		}
		// A set that goes down with its group has nothing to answer for, but where the
		// group has no fault of its own, what is not listed counts as accepted.
		if own || !groupRejected || len(groupCodes) == 0 {
			b.writeSet(w, s, id)
		}
		if !s.rejected {
			accepted++
		}
		noted = noted || s.errors > 0 || s.refusedClaims > 0
	}
	status := "A"
	switch {
	case groupRejected || accepted == 0 && len(g.sets) > 0:
		status = "R"
	case accepted < len(g.sets):
		status = "P"
	case noted:
		status = "E"
	}
	count := strconv.Itoa(len(g.sets))
	segment(w, "AK9", append([]string{status, count, count, strconv.Itoa(accepted)}, groupCodes...)...)
}

func (b *Builder) writeSet(w *x12.Writer, s *setResult, group string) {
	segment(w, "AK2", echoSet(s.id, group), echoControl(s.control), echo(s.reference, 35))
	slices.SortStableFunc(s.findings, func(a, c diag.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Segment, c.Segment), cmp.Compare(a.SegmentID, c.SegmentID), cmp.Compare(a.Element, c.Element), cmp.Compare(a.Component, c.Component))
	})
	dict, _ := guide.ForVersion("005010")
	var codes []string
	add := func(code string) {
		if code != "" && !slices.Contains(codes, code) && len(codes) < 5 {
			codes = append(codes, code)
		}
	}
	written := 0
	standard, implementation := false, false
	for i := 0; i < len(s.findings); {
		d := s.findings[i]
		e, ok := diag.Lookup(d.Code)
		if ok && e.IK5 != "" && e.IK3 == "" && e.IK4 == "" {
			add(e.IK5)
			i++
			continue
		}
		if written == maxSegments {
			break
		}
		written++
		from := i
		i = b.writeSegment(w, dict, s.findings, i)
		for _, d := range s.findings[from:i] {
			if d.Code.SNIP() == 1 {
				standard = true
			} else {
				implementation = true
			}
		}
	}
	status := "A"
	switch {
	case s.rejected:
		status = "R"
	case s.errors > 0 || s.refusedClaims > 0:
		status = "E"
	}
	if standard {
		add("5") // against the standard itself
	}
	if implementation || s.refusedClaims > 0 && len(codes) == 0 {
		add("I5") // against the guide
	}
	switch {
	case status == "A":
		codes = nil
	case len(codes) == 0: // more claims than are held; or it goes down with its group
		add("5")
	}
	segment(w, "IK5", append([]string{status}, codes...)...)
}

// writeSegment writes the IK3 of the segment of finding i, with the IK4 of all
// findings on its elements, and gives the first finding that is left.
func (b *Builder) writeSegment(w *x12.Writer, dict *guide.Dictionary, list []diag.Diagnostic, i int) int {
	d := list[i]
	e, _ := diag.Lookup(d.Code)
	code := "8"
	if e != nil && e.IK3 != "" {
		code = e.IK3
	}
	loop := d.Loop
	if len(loop) > 4 {
		loop = loop[:4]
	}
	segment(w, "IK3", echoSegment(d.SegmentID), strconv.Itoa(max(d.Segment, 1)), loop, code)
	if claim := echo(d.Claim, 35); claim != "" {
		w.Begin("CTX")
		w.Composite("CLM01", claim)
		w.End()
	}
	// Both CTX have one position; some readers know them apart in this order alone.
	if e != nil && e.IK4 == "" {
		writeTrigger(w, &d.Trigger)
	}
	if e == nil || e.IK4 == "" {
		return i + 1
	}
	for n := 0; i < len(list); i++ {
		f := list[i]
		fe, ok := diag.Lookup(f.Code)
		if f.Segment != d.Segment || f.SegmentID != d.SegmentID || f.Loop != d.Loop || !ok || fe.IK4 == "" {
			break
		}
		if n++; n > maxElements {
			continue
		}
		w.Begin("IK4")
		parts := []string{strconv.Itoa(max(f.Element, 1))}
		if f.Component > 0 || f.Repetition > 0 {
			parts = append(parts, "")
			if f.Component > 0 {
				parts[1] = strconv.Itoa(f.Component)
			}
		}
		if f.Repetition > 0 {
			parts = append(parts, strconv.Itoa(f.Repetition))
		}
		w.Composite(parts...)
		w.Text(elementNumber(dict, f))
		w.Text(fe.IK4)
		w.Text(echo(f.Got, 99))
		w.End()
		writeTrigger(w, &f.Trigger)
	}
	return i
}

// writeTrigger writes the CTX of what makes something required, or keeps it
// out.
func writeTrigger(w *x12.Writer, t *diag.Trigger) {
	if t.SegmentID == "" || t.Segment < 1 {
		return
	}
	loop := t.Loop
	if len(loop) > 4 {
		loop = loop[:4]
	}
	w.Begin("CTX")
	w.Composite("SITUATIONAL TRIGGER")
	w.Text(t.SegmentID)
	w.Text(strconv.Itoa(t.Segment))
	w.Text(loop)
	switch {
	case t.Component > 0:
		w.Composite(strconv.Itoa(t.Element), strconv.Itoa(t.Component))
	case t.Element > 0:
		w.Composite(strconv.Itoa(t.Element))
	}
	w.End()
}

// elementNumber is the data element's number, "782", where the dictionary
// knows it.
func elementNumber(dict *guide.Dictionary, d diag.Diagnostic) string {
	if dict == nil || d.Element < 1 {
		return ""
	}
	sd := dict.Segments[x12.SegmentIDOf(d.SegmentID)]
	if sd == nil || d.Element > len(sd.Elements) {
		return ""
	}
	p := sd.Elements[d.Element-1]
	if p.Element != nil {
		return p.Element.Number
	}
	if p.Composite != nil && d.Component >= 1 && d.Component <= len(p.Composite.Components) {
		if q := p.Composite.Components[d.Component-1]; q.Element != nil {
			return q.Element.Number
		}
	}
	return ""
}
