package remit

import (
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Bounds of one claim payment and one remittance: what goes on beyond is
// dropped and the balance is said to be unknown, so that a set without end
// cannot take the machine.
const (
	maxParts       = 20000
	maxAdjustments = 100000
)

// Mapper makes claim payments and remittance advices of the matched segments
// of an 835. What it hands on is reused: it is valid during the call only.
type Mapper struct {
	Claim      func(*ClaimPayment) // when a claim payment is complete
	Remittance func(*Remittance)   // after its claims
	Table      *Table              // nil: DefaultTable
	Words      func(list, code string) string

	loops    []string
	source   record.Source
	rem      Remittance
	header   Header
	claim    ClaimPayment
	open     bool
	line     *ServicePayment
	at       x12.At
	seg      *x12.Segment
	elements int        // of seg
	set      x12.Memory // strings of the set
	group    x12.Memory // of the header that is open
	own      x12.Memory // of the claim that is open
	current  *x12.Memory
	lists    [4][]string // of TS3, TS2, MIA and MOA
}

// NewMapper makes a Mapper for a guide of the 835.
func NewMapper(g *guide.Guide, claim func(*ClaimPayment), remittance func(*Remittance)) *Mapper {
	m := &Mapper{Claim: claim, Remittance: remittance, loops: make([]string, len(g.Nodes))}
	for _, n := range g.Nodes {
		m.loops[n.Index] = n.Loop
	}
	return m
}

// Begin starts a set.
func (m *Mapper) Begin(src record.Source, _ *x12.Set) {
	m.source = src
	adj := m.rem.ProviderAdjustments[:0]
	m.rem = Remittance{Source: src, ProviderAdjustments: adj}
	m.header = Header{}
	m.open, m.line = false, nil
	m.set.Clear()
	m.group.Clear()
	m.own.Clear()
	m.current = &m.set
}

// str is an element. Many are not there: it is inlined, so that those cost no
// call.
func (m *Mapper) str(e int) string {
	if e > m.elements {
		return ""
	}
	return m.kept(e)
}

// kept keeps an element. Of set and headers few segments are, far apart, so
// that only a claim's blocks are worth copying.
func (m *Mapper) kept(e int) string {
	if m.current == &m.own {
		if v := m.own.View(m.seg); v.Has() {
			return v.Element(e)
		}
	}
	return m.current.Text(m.seg.Element(e))
}

// keep keeps a part of an element.
func (m *Mapper) keep(b []byte) string {
	if m.current == &m.own {
		return m.own.Part(m.seg, b)
	}
	return m.current.Text(b)
}

func (m *Mapper) part(e, c int) string {
	return m.keep(m.seg.Component(e, c))
}

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

func (m *Mapper) quantity(e int) money.Quantity { return money.Quantity(m.str(e)) }

// all keeps all elements of the segment as they stand, in a list that is
// used again for the next segment of its kind.
func (m *Mapper) all(list *[]string) []string {
	*list = (*list)[:0]
	for i := range m.seg.Len() {
		*list = append(*list, m.str(i+1))
	}
	return *list
}

// Segment maps a segment, and before that hands on the claim that it ends.
func (m *Mapper) Segment(mt guide.Match, seg *x12.Segment, ordinal int) {
	if mt.Node == nil {
		return
	}
	m.seg, m.elements = seg, seg.Len()
	m.at = x12.At{Segment: int32(ordinal), Offset: seg.Offset}
	switch loop := m.loops[mt.Node.Index]; loop {
	case "1000A":
		m.partySegment(&m.rem.Payer)
	case "1000B":
		m.partySegment(&m.rem.Payee)
	case "2000":
		m.Flush()
		if mt.Opened != nil {
			m.group.Reset()
		}
		m.current = &m.group
		m.headerSegment()
	case "2100":
		m.claimSegment(mt.Opened != nil)
	case "2110":
		m.lineSegment(mt.Opened != nil)
	default:
		m.Flush()
		m.current = &m.set
		m.setSegment()
	}
}

// End ends the set after its SE.
func (m *Mapper) End() {
	m.Flush()
	if m.Remittance != nil {
		m.Remittance(&m.rem)
	}
}

// Flush hands on the open claim payment; nothing where there is none.
func (m *Mapper) Flush() {
	if !m.open {
		return
	}
	m.open, m.line = false, nil
	c := &m.claim
	m.rem.Claims++
	if c.Paid.Known {
		sum, err := m.rem.PaidTotal.Add(c.Paid.Amount)
		m.rem.PaidTotal = sum
		m.rem.Unbalanced = m.rem.Unbalanced || err != nil
	} else {
		m.rem.Unbalanced = true
	}
	t := m.Table
	if t == nil {
		t = DefaultTable()
	}
	c.Outcome = t.Classify(c, m.Words)
	c.Buckets = t.Split(c)
	m.rem.Buckets = m.rem.Buckets.Plus(c.Buckets)
	if m.Claim != nil {
		m.Claim(c)
	}
	m.current = &m.set
}

var (
	idBPR = x12.SegmentIDOf("BPR")
	idTRN = x12.SegmentIDOf("TRN")
	idCUR = x12.SegmentIDOf("CUR")
	idREF = x12.SegmentIDOf("REF")
	idDTM = x12.SegmentIDOf("DTM")
	idPLB = x12.SegmentIDOf("PLB")
	idN1  = x12.SegmentIDOf("N1")
	idN3  = x12.SegmentIDOf("N3")
	idN4  = x12.SegmentIDOf("N4")
	idPER = x12.SegmentIDOf("PER")
	idRDM = x12.SegmentIDOf("RDM")
	idLX  = x12.SegmentIDOf("LX")
	idTS3 = x12.SegmentIDOf("TS3")
	idTS2 = x12.SegmentIDOf("TS2")
	idCLP = x12.SegmentIDOf("CLP")
	idCAS = x12.SegmentIDOf("CAS")
	idNM1 = x12.SegmentIDOf("NM1")
	idMIA = x12.SegmentIDOf("MIA")
	idMOA = x12.SegmentIDOf("MOA")
	idAMT = x12.SegmentIDOf("AMT")
	idQTY = x12.SegmentIDOf("QTY")
	idSVC = x12.SegmentIDOf("SVC")
	idLQ  = x12.SegmentIDOf("LQ")
)

func (m *Mapper) setSegment() {
	r := &m.rem
	switch m.seg.ID() {
	case idBPR:
		r.At = m.at
		r.Handling, r.Amount, r.CreditDebit, r.Method, r.Format = m.str(1), m.amount(2), m.str(3), m.str(4), m.str(5)
		for i := range r.Accounts {
			r.Accounts[i] = m.str(6 + i)
		}
		r.Date = m.str(16)
	case idTRN:
		if r.TraceAt.Known() {
			break // one that repeats does not give the payment another name
		}
		r.TraceAt = m.at
		r.Trace, r.TraceOrigin, r.TraceCompany = m.str(2), m.str(3), m.str(4)
	case idCUR:
		r.Currency = m.str(2)
	case idREF:
		switch string(m.seg.Element(1)) {
		case "EV":
			r.ReceiverID = m.str(2)
		case "F2":
			r.VersionID = m.str(2)
		}
	case idDTM:
		r.Production = m.str(2)
	case idPLB:
		provider, year := m.str(1), m.str(2)
		for e := 3; e <= 13 && e <= m.seg.Len(); e += 2 {
			if len(m.seg.Element(e)) == 0 && len(m.seg.Element(e+1)) == 0 {
				continue
			}
			if len(r.ProviderAdjustments) >= maxAdjustments {
				r.Unbalanced = true
				return
			}
			r.ProviderAdjustments = append(r.ProviderAdjustments, ProviderAdjustment{m.at, provider, year, m.part(e, 1), m.part(e, 2), m.amount(e + 1)})
		}
	}
}

// partySegment reads payer and payee. They outlive the claims, and what comes late
// stands in one.
func (m *Mapper) partySegment(p *Party) {
	current := m.current
	m.current = &m.set
	defer func() { m.current = current }()
	switch m.seg.ID() {
	case idN1:
		*p = Party{At: m.at, Name: m.str(2), IDQualifier: m.str(3), ID: m.str(4)}
	case idN3:
		p.Line1, p.Line2 = m.str(1), m.str(2)
	case idN4:
		p.City, p.State, p.PostalCode, p.Country, p.Subdivision = m.str(1), m.str(2), m.str(3), m.str(4), m.str(7)
	case idREF:
		p.References = append(p.References, m.reference())
	case idPER:
		p.Contacts = append(p.Contacts, m.contact())
	case idRDM:
		p.Delivery = Delivery{m.str(1), m.str(2), m.str(3)}
	}
}

func (m *Mapper) reference() Reference { return Reference{m.at, m.str(1), m.str(2)} }

func (m *Mapper) contact() Contact {
	c := Contact{At: m.at, Purpose: m.str(1), Name: m.str(2)}
	for i := range c.Numbers {
		c.Numbers[i].Kind, c.Numbers[i].Value = m.str(3+2*i), m.str(4+2*i)
	}
	return c
}

func (m *Mapper) headerSegment() {
	switch m.seg.ID() {
	case idLX:
		m.header = Header{At: m.at, Number: m.str(1)}
	case idTS3:
		m.header.Provider = m.all(&m.lists[0])
	case idTS2:
		m.header.Inpatient = m.all(&m.lists[1])
	}
}

func (m *Mapper) beginClaim() {
	m.Flush()
	m.open = true
	m.own.Reset()
	m.current = &m.own
	c := &m.claim
	*c = ClaimPayment{Source: m.source, At: m.at, Remittance: &m.rem, Header: &m.header,
		Adjustments: c.Adjustments[:0], Names: c.Names[:0], References: c.References[:0], Dates: c.Dates[:0],
		Contacts: c.Contacts[:0], Amounts: c.Amounts[:0], Quantities: c.Quantities[:0], Lines: c.Lines[:0]}
	c.Source.Segment = int(m.at.Segment)
}

func (m *Mapper) claimSegment(opens bool) {
	if opens || !m.open {
		m.beginClaim()
	}
	c := &m.claim
	if len(c.Adjustments)+len(c.References)+len(c.Amounts)+len(c.Names)+len(c.Dates) > maxParts {
		return
	}
	switch m.seg.ID() {
	case idCLP:
		c.ID, c.Status, c.Charge, c.Paid, c.PatientResponsibility = m.str(1), m.str(2), m.amount(3), m.amount(4), m.amount(5)
		c.Filing, c.PayerClaimID, c.Facility, c.Frequency = m.str(6), m.str(7), m.str(8), m.str(9)
		c.DRG, c.DRGWeight, c.DischargeFraction = m.str(11), m.quantity(12), m.quantity(13)
	case idCAS:
		c.Adjustments = m.adjustments(c.Adjustments)
	case idNM1:
		c.Names = append(c.Names, Name{m.at, m.str(1), m.str(2), m.str(3), m.str(4), m.str(5), m.str(7), m.str(8), m.str(9)})
	case idMIA:
		c.InpatientAt, c.Inpatient = m.at, m.all(&m.lists[2])
	case idMOA:
		c.OutpatientAt, c.Outpatient = m.at, m.all(&m.lists[3])
	case idREF:
		c.References = append(c.References, m.reference())
	case idDTM:
		c.Dates = append(c.Dates, Date{m.at, m.str(1), m.str(2)})
	case idPER:
		c.Contacts = append(c.Contacts, m.contact())
	case idAMT:
		c.Amounts = append(c.Amounts, Figure{m.at, m.str(1), m.str(2)})
	case idQTY:
		c.Quantities = append(c.Quantities, Figure{m.at, m.str(1), m.str(2)})
	}
}

func (m *Mapper) adjustments(list []adjust.Adjustment) []adjust.Adjustment {
	group := adjust.Group(m.str(1))
	for e := 2; e <= 17 && e <= m.seg.Len(); e += 3 {
		if len(m.seg.Element(e)) == 0 && len(m.seg.Element(e+1)) == 0 {
			continue
		}
		list = append(list, adjust.Adjustment{At: m.at, Element: int8(e), Group: group, Reason: adjust.Reason(m.str(e)),
			Amount: m.amount(e + 1), Quantity: m.quantity(e + 2)})
	}
	return list
}

func (m *Mapper) procedure(e int) Procedure {
	v := m.seg.Element(e)
	if r := m.seg.Delimiters().Repetition; r != 0 {
		v, _, _ = x12.NextComponent(v, r)
	}
	rest, component := m.keep(v), m.seg.Delimiters().Component
	var p Procedure
	for i := 0; rest != ""; i++ {
		one := rest
		if k := strings.IndexByte(rest, component); k >= 0 {
			one, rest = rest[:k], rest[k+1:]
		} else {
			rest = ""
		}
		switch {
		case i == 0:
			p.Qualifier = one
		case i == 1:
			p.Code = one
		case i < 2+len(p.Modifiers):
			p.Modifiers[i-2] = one
		case i == 6:
			p.Description = one
		}
	}
	return p
}

func (m *Mapper) lineSegment(opens bool) {
	if !m.open {
		m.beginClaim()
	}
	c := &m.claim
	if opens || m.line == nil {
		if len(c.Lines) >= maxParts {
			return
		}
		n := len(c.Lines)
		if n < cap(c.Lines) {
			c.Lines = c.Lines[:n+1]
			old := &c.Lines[n]
			*old = ServicePayment{Dates: old.Dates[:0], Adjustments: old.Adjustments[:0], References: old.References[:0],
				Amounts: old.Amounts[:0], Quantities: old.Quantities[:0], Remarks: old.Remarks[:0]}
		} else {
			c.Lines = append(c.Lines, ServicePayment{})
		}
		m.line = &c.Lines[n]
	}
	l := m.line
	switch m.seg.ID() {
	case idSVC:
		l.At = m.at
		l.Procedure, l.Charge, l.Paid = m.procedure(1), m.amount(2), m.amount(3)
		l.RevenueCode, l.Units = m.str(4), m.quantity(5)
		l.Submitted, l.SubmittedUnits = m.procedure(6), m.quantity(7)
	case idDTM:
		l.Dates = append(l.Dates, Date{m.at, m.str(1), m.str(2)})
	case idCAS:
		l.Adjustments = m.adjustments(l.Adjustments)
	case idREF:
		l.References = append(l.References, m.reference())
	case idAMT:
		l.Amounts = append(l.Amounts, Figure{m.at, m.str(1), m.str(2)})
	case idQTY:
		l.Quantities = append(l.Quantities, Figure{m.at, m.str(1), m.str(2)})
	case idLQ:
		l.Remarks = append(l.Remarks, Remark{m.at, m.str(1), m.str(2)})
	}
}
