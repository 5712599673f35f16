package claim

import (
	"strings"
	"unsafe"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// maxClaim bounds the memory that one claim takes. A claim of 999 lines, each
// decided by 15 payers, stays below it; what goes on beyond is cut off and
// marked Truncated, so that a set without end cannot take the machine.
const maxClaim = 32 << 20

// handler maps the segment at hand.
type handler func(m *Mapper)

// segmentHandler maps the segments of a node.
type segmentHandler struct {
	handle handler     // nil: nothing does
	memory *x12.Memory // where its strings go
}

// Mapper makes claims of the matched segments of transaction sets. It is not
// safe for concurrent use. Once it has seen its largest claim it allocates
// nothing.
type Mapper struct {
	// Emit takes each claim when it is complete. The claim is reused: it is
	// valid during the call only.
	Emit func(*Claim)

	kind     Kind
	segments []segmentHandler // by index of the segment's node
	loops    []handler        // by index of the loop's node
	above    []bool           // by index of the loop's node: it begins or ends a claim

	wire
	source record.Source

	// What is open.
	submission    Submission
	billing       BillingProvider
	subscriber    Subscriber
	payer         Party
	patient       Patient
	hasBilling    bool
	hasSubscriber bool
	hasPayer      bool
	hasPatient    bool
	claim         Claim
	claiming      bool // a claim is open
	full          bool // its room is used up

	// Where the segments of the innermost loop go.
	party        *Party
	demographics *Demographics
	coverage     *OtherCoverage
	line         *Line
	adjudication *Adjudication
	form         *Form

	// Memory of the strings of each level.
	setMemory, billingMemory, subscriberMemory, patientMemory, claimMemory x12.Memory

	payTo       [2]Party
	shared      sharedLevels
	information Information // of the subscriber
	pools       pools
	ignore      Party // takes the segments of a loop that has no place
}

// pools hold the parts of a claim that are rarely there.
type pools struct {
	admission     pool[Admission]
	orthodontics  pool[Orthodontics]
	contract      pool[Contract]
	ambulance     pool[AmbulanceTransport]
	spinal        pool[SpinalManipulation]
	repricing     pool[Repricing]
	outpatient    pool[OutpatientAdjudication]
	inpatient     pool[InpatientAdjudication]
	equipment     pool[Equipment]
	certification pool[EquipmentCertification]
	purchased     pool[PurchasedService]
	drug          pool[Drug]
}

// pool lends zeroed values until it is emptied.
type pool[T any] struct {
	items []*T
	used  int
}

func (p *pool[T]) take(m *Mapper) *T {
	if p.used == len(p.items) {
		p.items = append(p.items, new(T))
	}
	t := p.items[p.used]
	p.used++
	m.room -= sizeOf[T]()
	return t
}

// zeroed is take for types that hold no lists.
func zeroed[T any](m *Mapper, p *pool[T]) *T {
	t := p.take(m)
	var zero T
	*t = zero
	return t
}

// extend adds an item to a list. It holds whatever stood there before: its
// lists may be reused.
func extend[T any](m *Mapper, list *[]T) *T {
	n := len(*list)
	if n < cap(*list) {
		*list = (*list)[:n+1]
	} else {
		var zero T
		*list = append(*list, zero)
	}
	t := &(*list)[n]
	m.room -= sizeOf[T]()
	return t
}

// NewMapper makes a Mapper for a guide of the 837.
func NewMapper(g *guide.Guide, emit func(*Claim)) *Mapper {
	m := &Mapper{Emit: emit, kind: KindOf(g.ID),
		segments: make([]segmentHandler, len(g.Nodes)),
		loops:    make([]handler, len(g.Nodes)),
		above:    make([]bool, len(g.Nodes)),
	}
	for _, n := range g.Nodes {
		if n.IsLoop {
			m.loops[n.Index] = openLoop[n.Loop]
			m.above[n.Index] = beyondClaim[n.Loop]
			continue
		}
		m.segments[n.Index] = segmentHandler{handlerOf(n.Loop, n.Segment.String()), m.memoryOf(n.Loop)}
	}
	return m
}

// memoryOf is where the strings of a loop's segments go: with what they belong
// to, even where they come late, in a claim that does not last as long.
func (m *Mapper) memoryOf(loop string) *x12.Memory {
	switch {
	case loop == "ST_LOOP" || strings.HasPrefix(loop, "1000"):
		return &m.setMemory
	case loop == "2000A" || strings.HasPrefix(loop, "2010A"):
		return &m.billingMemory
	case loop == "2000B" || strings.HasPrefix(loop, "2010B"):
		return &m.subscriberMemory
	case loop == "2000C" || strings.HasPrefix(loop, "2010C"):
		return &m.patientMemory
	}
	return &m.claimMemory
}

// handlerOf gives what maps a segment of a loop, nil when nothing does.
func handlerOf(loop, segment string) handler {
	if h := readLoop[loop][segment]; h != nil {
		return h
	}
	if partyLoop[loop] {
		return readParty[segment]
	}
	return nil
}

// KindOf is the kind of claim of a guide, by its identifier or an alias.
func KindOf(guideID string) Kind {
	if len(guideID) < 10 {
		return 0
	}
	switch guideID[6:10] {
	case "X222":
		return Professional
	case "X223":
		return Institutional
	case "X224":
		return Dental
	}
	return 0
}

// Begin starts a set. src.Segment is not looked at, nor is the set: its ST
// comes as the first segment.
func (m *Mapper) Begin(src record.Source, _ *x12.Set) {
	m.source = src
	m.shared.json = m.shared.json[:0]
	for _, a := range []*x12.Memory{&m.setMemory, &m.billingMemory, &m.subscriberMemory, &m.patientMemory, &m.claimMemory} {
		a.Clear()
	}
	m.memory = &m.setMemory
	s := &m.submission
	s.Submitter.reset()
	s.Receiver.reset()
	*s = Submission{Submitter: s.Submitter, Receiver: s.Receiver}
	m.hasBilling, m.hasSubscriber, m.hasPayer, m.hasPatient = false, false, false, false
	m.claiming, m.full, m.room = false, false, maxClaim
	m.party, m.demographics = &m.ignore, nil
	m.ignore.reset()
}

// Segment maps a segment, and before that emits the claim that it ends.
func (m *Mapper) Segment(mt guide.Match, seg *x12.Segment, ordinal int) {
	if mt.Node == nil {
		return
	}
	m.read(seg, ordinal)
	if mt.Opened != nil {
		m.openLoops(mt.Node.Parent, mt.Opened)
	}
	if m.full {
		m.claim.Truncated = true
		return
	}
	if s := &m.segments[mt.Node.Index]; s.handle != nil {
		m.memory, m.view = s.memory, s.memory.View(seg)
		s.handle(m)
		m.full = m.room < m.memory.Held()
	}
}

// openLoops opens the loops from outermost to innermost.
func (m *Mapper) openLoops(loop, outermost *guide.Node) {
	if loop == nil {
		return
	}
	if loop != outermost {
		m.openLoops(loop.Parent, outermost)
	}
	if m.above[loop.Index] {
		m.Flush()
		m.full, m.room = false, maxClaim
	}
	if h := m.loops[loop.Index]; h != nil && !m.full {
		h(m)
	}
}

// End ends the set after its SE, and emits the last claim.
func (m *Mapper) End() { m.Flush() }

// Flush emits the open claim; nothing where there is none.
func (m *Mapper) Flush() {
	if !m.claiming {
		return
	}
	m.claiming = false
	c := &m.claim
	c.Unread = m.unread
	c.Submission = &m.submission
	c.BillingProvider, c.Subscriber, c.Payer, c.Patient = nil, nil, nil, nil
	if m.hasBilling {
		c.BillingProvider = &m.billing
	}
	m.shared.submission, m.shared.billing = c.Submission, c.BillingProvider
	c.shared = &m.shared
	if m.hasSubscriber {
		c.Subscriber = &m.subscriber
	}
	if m.hasPayer {
		c.Payer = &m.payer
	}
	if m.hasPatient {
		c.Patient = &m.patient
	}
	if m.Emit != nil {
		m.Emit(c)
	}
}

// current is the open claim; without a CLM, one begins that has no number.
func (m *Mapper) current() *Claim {
	if !m.claiming {
		m.beginClaim()
	}
	return &m.claim
}

// beginClaim empties the claim and keeps its room.
func (m *Mapper) beginClaim() {
	m.claim.reset()
	c := &m.claim
	c.Kind = m.kind
	c.Source = m.source
	c.Source.Segment = int(m.at.Segment)
	m.claimMemory.Reset()
	m.memory = &m.claimMemory
	m.unread = m.unread[:0]
	m.claiming, m.full, m.room = true, false, maxClaim
	m.party, m.demographics = &m.ignore, nil
	m.ignore.reset()
	m.coverage, m.line, m.adjudication, m.form = nil, nil, nil, nil
	p := &m.pools
	p.admission.used, p.orthodontics.used, p.contract.used = 0, 0, 0
	p.ambulance.used, p.spinal.used, p.repricing.used = 0, 0, 0
	p.outpatient.used, p.inpatient.used = 0, 0
	p.equipment.used, p.certification.used, p.purchased.used, p.drug.used = 0, 0, 0, 0
}

// The lists are put aside and not named in the literal, which would be made
// elsewhere and copied.

func (c *Claim) reset() {
	dates, teeth, attachments, amounts := c.Dates[:0], c.ToothStatuses[:0], c.Attachments[:0], c.Amounts[:0]
	references, information, notes, certifications := c.References[:0], c.FileInformation[:0], c.Notes[:0], c.Certifications[:0]
	diagnoses, procedures, spans, occurrences := c.Diagnoses[:0], c.Procedures[:0], c.OccurrenceSpans[:0], c.Occurrences[:0]
	values, conditions, treatments := c.Values[:0], c.Conditions[:0], c.Treatments[:0]
	providers, coverages, lines := c.Providers[:0], c.OtherCoverages[:0], c.Lines[:0]
	*c = Claim{}
	c.Dates, c.ToothStatuses, c.Attachments, c.Amounts = dates, teeth, attachments, amounts
	c.References, c.FileInformation, c.Notes, c.Certifications = references, information, notes, certifications
	c.Diagnoses, c.Procedures, c.OccurrenceSpans, c.Occurrences = diagnoses, procedures, spans, occurrences
	c.Values, c.Conditions, c.Treatments = values, conditions, treatments
	c.Providers, c.OtherCoverages, c.Lines = providers, coverages, lines
}

func (l *Line) reset() {
	teeth, attachments, certifications, dates := l.Teeth[:0], l.Attachments[:0], l.Certifications[:0], l.Dates[:0]
	counts, results, references, amounts := l.Counts[:0], l.TestResults[:0], l.References[:0], l.Amounts[:0]
	information, notes, providers := l.FileInformation[:0], l.Notes[:0], l.Providers[:0]
	adjudications, forms := l.Adjudications[:0], l.Forms[:0]
	*l = Line{}
	l.Teeth, l.Attachments, l.Certifications, l.Dates = teeth, attachments, certifications, dates
	l.Counts, l.TestResults, l.References, l.Amounts = counts, results, references, amounts
	l.FileInformation, l.Notes, l.Providers = information, notes, providers
	l.Adjudications, l.Forms = adjudications, forms
}

func (p *Party) reset() {
	references, contacts := p.References[:0], p.Contacts[:0]
	*p = Party{}
	p.References, p.Contacts = references, contacts
}

func (o *OtherCoverage) reset() {
	adjustments, amounts, dates, providers := o.Adjustments[:0], o.Amounts[:0], o.Payer.Dates[:0], o.Providers[:0]
	references, contacts := o.Subscriber.References[:0], o.Subscriber.Contacts[:0]
	payerReferences, payerContacts := o.Payer.References[:0], o.Payer.Contacts[:0]
	*o = OtherCoverage{}
	o.Adjustments, o.Amounts, o.Payer.Dates, o.Providers = adjustments, amounts, dates, providers
	o.Subscriber.References, o.Subscriber.Contacts = references, contacts
	o.Payer.References, o.Payer.Contacts = payerReferences, payerContacts
}

// sizeOf is what a value takes in memory, without what it points to.
func sizeOf[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}
