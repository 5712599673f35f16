package status

import (
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// maxParts bounds the lists of one claim; what goes on beyond is dropped.
const maxParts = 20000

// Mapper makes claim statuses of the matched segments of a 276 or 277. What it hands
// on keeps its own memory.
type Mapper struct {
	Claim func(*ClaimStatus) // a claim is complete
	Level func(*Level)       // a level without claims below it is complete

	dialect Dialect
	loops   []string
	source  record.Source
	header  Header
	levels  [5]*Level // source, receiver, provider, patient or subscriber, dependant
	claim   *ClaimStatus
	line    *Line
	seg     *x12.Segment
	at      x12.At
}

// NewMapper makes a Mapper for a guide of the 276 or 277.
func NewMapper(g *guide.Guide, claim func(*ClaimStatus), level func(*Level)) *Mapper {
	m := &Mapper{Claim: claim, Level: level, dialect: DialectOf(g.Set, g.ID), loops: make([]string, len(g.Nodes))}
	for _, n := range g.Nodes {
		m.loops[n.Index] = n.Loop
	}
	return m
}

// Begin starts a set.
func (m *Mapper) Begin(src record.Source, _ *x12.Set) {
	m.source = src
	m.header = Header{}
	m.levels = [5]*Level{}
	m.claim, m.line = nil, nil
}

func (m *Mapper) str(e int) string     { return string(m.seg.Element(e)) }
func (m *Mapper) part(e, c int) string { return string(m.seg.Component(e, c)) }

func (m *Mapper) amount(e int) money.Optional {
	v := m.seg.Element(e)
	if len(v) == 0 {
		return money.Optional{}
	}
	a, err := money.Parse(v)
	if err != nil {
		return money.Optional{}
	}
	return money.Of(a)
}

// Segment maps a segment.
func (m *Mapper) Segment(mt guide.Match, seg *x12.Segment, ordinal int) {
	if mt.Node == nil {
		return
	}
	m.seg, m.at = seg, x12.At{Segment: int32(ordinal), Offset: seg.Offset}
	loop := m.loops[mt.Node.Index]
	switch {
	case len(loop) < 4:
		m.Flush()
	case loop[:4] == "2000":
		m.levelSegment(loop)
	case loop[:4] == "2100":
		m.nameSegment()
	case loop == "2200A" || loop == "2200B" || loop == "2200C":
		if l := m.levels[loop[4]-'A']; l != nil {
			m.levelStatus(l)
		}
	case loop[:4] == "2210" && m.dialect == Request:
		if c := m.claim; c != nil {
			m.way(&c.Ways)
		}
	case loop[:4] == "2225":
		if m.line != nil {
			m.way(&m.line.Ways)
		}
	case loop[:4] == "2200":
		m.claimSegment(mt.Opened != nil)
	case len(loop) >= 4 && loop[:2] == "22":
		m.lineSegment(mt.Opened != nil)
	default:
		m.headerSegment()
	}
}

func (m *Mapper) headerSegment() {
	if m.seg.ID() == idBHT {
		m.header = Header{m.at, m.str(1), m.str(2), m.str(3), m.str(4), m.str(5), m.str(6)}
	}
}

var (
	idBHT = x12.SegmentIDOf("BHT")
	idDMG = x12.SegmentIDOf("DMG")
	idHL  = x12.SegmentIDOf("HL")
	idNM1 = x12.SegmentIDOf("NM1")
	idPER = x12.SegmentIDOf("PER")
	idTRN = x12.SegmentIDOf("TRN")
	idSTC = x12.SegmentIDOf("STC")
	idREF = x12.SegmentIDOf("REF")
	idDTP = x12.SegmentIDOf("DTP")
	idQTY = x12.SegmentIDOf("QTY")
	idAMT = x12.SegmentIDOf("AMT")
	idPWK = x12.SegmentIDOf("PWK")
	idN1  = x12.SegmentIDOf("N1")
	idN3  = x12.SegmentIDOf("N3")
	idN4  = x12.SegmentIDOf("N4")
	idSVC = x12.SegmentIDOf("SVC")
)

func (m *Mapper) levelSegment(loop string) {
	switch m.seg.ID() {
	case idHL:
	case idDMG:
		if l := m.inmost(); l != nil {
			l.BirthDate, l.Sex = m.str(2), m.str(3)
		}
		return
	default:
		return
	}
	m.Flush()
	kind := m.str(3)
	s := len(m.levels)
	if len(loop) == 5 {
		s = int(loop[4] - 'A') // 2000A to 2000E
	}
	if s < 0 || s >= len(m.levels) {
		return
	}
	for i := 4; i >= s; i-- {
		m.closeLevel(i)
	}
	m.levels[s] = &Level{Source: m.source, Dialect: m.dialect, At: m.at, Kind: kind}
	m.levels[s].Source.Segment = int(m.at.Segment)
	for i := range s {
		if m.levels[i] != nil {
			m.levels[i].claims++ // something stands below it
			m.levels[s].Above = m.levels[i]
		}
	}
}

// closeLevel hands on a level that nothing stood below.
func (m *Mapper) closeLevel(i int) {
	l := m.levels[i]
	m.levels[i] = nil
	if l != nil && l.claims == 0 && i < 3 && m.Level != nil && len(l.Infos) > 0 {
		m.Level(l)
	}
}

// inmost is the level that is open, or nil.
func (m *Mapper) inmost() *Level {
	for i := len(m.levels) - 1; i >= 0; i-- {
		if m.levels[i] != nil {
			return m.levels[i]
		}
	}
	return nil
}

func (m *Mapper) nameSegment() {
	l := m.inmost()
	if l == nil {
		return
	}
	switch m.seg.ID() {
	case idNM1:
		n := Name{m.at, m.str(1), m.str(2), m.str(3), m.str(4), m.str(5), m.str(6), m.str(7), m.str(8), m.str(9)}
		if l.Name.Role == "" {
			l.Name = n
		} else if len(l.Names) < 10 {
			l.Names = append(l.Names, n)
		}
	case idPER:
		if len(l.Contacts) < 10 {
			l.Contacts = append(l.Contacts, m.elements())
		}
	}
}

func (m *Mapper) elements() []string {
	list := make([]string, m.seg.Len())
	for i := range list {
		list[i] = m.str(i + 1)
	}
	return list
}

func (m *Mapper) levelStatus(l *Level) {
	if len(l.Infos)+len(l.References)+len(l.Dates)+len(l.Quantities)+len(l.Amounts) > maxParts {
		return
	}
	switch m.seg.ID() {
	case idTRN:
		l.Trace = Trace{m.at, m.str(1), m.str(2), m.str(3), m.str(4)}
	case idSTC:
		l.Infos = append(l.Infos, m.info())
	case idREF:
		l.References = append(l.References, Reference{m.at, m.str(1), m.str(2)})
	case idDTP:
		l.Dates = append(l.Dates, Date{m.at, m.str(1), m.str(2), m.str(3)})
	case idQTY:
		l.Quantities = append(l.Quantities, Figure{m.at, m.str(1), m.str(2)})
	case idAMT:
		l.Amounts = append(l.Amounts, Figure{m.at, m.str(1), m.str(2)})
	}
}

func (m *Mapper) info() Info {
	i := Info{At: m.at, Date: m.str(2), Action: m.str(3), Charge: m.amount(4), Paid: m.amount(5), PaidDate: m.str(6),
		Method: m.str(7), CheckDay: m.str(8), Check: m.str(9), Text: m.str(12)}
	for k, e := range []int{1, 10, 11} {
		i.Codes[k] = Code{m.part(e, 1), m.part(e, 2), m.part(e, 3), m.part(e, 4)}
	}
	return i
}

func (m *Mapper) claimSegment(opens bool) {
	if opens || m.claim == nil {
		m.Flush()
		c := &ClaimStatus{Source: m.source, At: m.at, Dialect: m.dialect, Sender: m.levels[0], Receiver: m.levels[1], Provider: m.levels[2], Patient: m.levels[3]}
		if m.levels[4] != nil {
			c.Subscriber, c.Patient = m.levels[3], m.levels[4]
		}
		h := m.header
		c.Header = &h
		c.Source.Segment = int(m.at.Segment)
		m.claim, m.line = c, nil
		for _, l := range m.levels {
			if l != nil {
				l.claims++
			}
		}
	}
	c := m.claim
	if len(c.Infos)+len(c.References)+len(c.Amounts)+len(c.Dates) > maxParts {
		return
	}
	switch m.seg.ID() {
	case idTRN:
		c.Trace = Trace{m.at, m.str(1), m.str(2), m.str(3), m.str(4)}
	case idSTC:
		c.Infos = append(c.Infos, m.info())
	case idREF:
		c.References = append(c.References, Reference{m.at, m.str(1), m.str(2)})
	case idAMT:
		c.Amounts = append(c.Amounts, Figure{m.at, m.str(1), m.str(2)})
	case idDTP:
		c.Dates = append(c.Dates, Date{m.at, m.str(1), m.str(2), m.str(3)})
	}
}

// way takes a segment of how the question may be answered.
func (m *Mapper) way(list *[]Way) {
	id := m.seg.ID()
	if id == idPWK || len(*list) == 0 {
		if len(*list) >= maxParts {
			return
		}
		*list = append(*list, Way{At: m.at})
	}
	w := &(*list)[len(*list)-1]
	switch id {
	case idPWK:
		w.Document = m.elements()
	case idPER:
		w.Contact = m.elements()
	case idN1:
		w.Place = m.elements()
	case idN3:
		w.Street = m.elements()
	case idN4:
		w.City = m.elements()
	}
}

func (m *Mapper) lineSegment(opens bool) {
	c := m.claim
	if c == nil || len(c.Lines) > maxParts {
		return
	}
	if opens || m.line == nil {
		c.Lines = append(c.Lines, Line{At: m.at})
		m.line = &c.Lines[len(c.Lines)-1]
	}
	l := m.line
	if len(l.Infos)+len(l.References)+len(l.Dates) > maxParts {
		return
	}
	switch m.seg.ID() {
	case idSVC:
		l.Qualifier, l.Procedure = m.part(1, 1), m.part(1, 2)
		for i := range l.Modifiers {
			l.Modifiers[i] = m.part(1, 3+i)
		}
		l.Charge, l.Paid, l.Revenue, l.Units = m.amount(2), m.amount(3), m.str(4), m.str(7)
	case idSTC:
		l.Infos = append(l.Infos, m.info())
	case idREF:
		l.References = append(l.References, Reference{m.at, m.str(1), m.str(2)})
	case idDTP:
		l.Dates = append(l.Dates, Date{m.at, m.str(1), m.str(2), m.str(3)})
	}
}

// Flush hands on the open claim; nothing where there is none.
func (m *Mapper) Flush() {
	if c := m.claim; c != nil {
		m.claim, m.line = nil, nil
		if m.Claim != nil {
			m.Claim(c)
		}
	}
}

// End ends the set after its SE.
func (m *Mapper) End() {
	m.Flush()
	for i := 4; i >= 0; i-- {
		m.closeLevel(i)
	}
}
