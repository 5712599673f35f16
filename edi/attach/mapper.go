package attach

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strings"
	"unicode/utf8"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// maxParts bounds the lists of one set; what goes on beyond is dropped.
const maxParts = 2000

// Mapper makes attachments of the segments of a 275. It goes by segments and
// not by loops, which the two dialects name differently. What it hands on
// keeps its own memory.
type Mapper struct {
	Attachment func(*Attachment) // after its payload

	source record.Source
	set    *Set
	answer *Answer
	doc    *Attachment // the document that is open: its CAT or its payload has come
	digest hash.Hash
	read   int64
	refs   []Reference // since the answer's TRN or the document before
	dates  []Date
	parts  int
	seg    *x12.Segment
	at     x12.At
}

// NewMapper makes a Mapper.
func NewMapper(_ *guide.Guide, attachment func(*Attachment)) *Mapper {
	return &Mapper{Attachment: attachment, digest: sha256.New()}
}

// Begin starts a set.
func (m *Mapper) Begin(src record.Source, _ *x12.Set) {
	m.source = src
	m.set = &Set{Source: src}
	m.answer, m.doc, m.refs, m.dates, m.parts = nil, nil, nil, nil, 0
}

func (m *Mapper) str(e int) string { return string(m.seg.Element(e)) }

func (m *Mapper) elements(from int) []string {
	var list []string
	d := m.seg.Delimiters()
	for i := from; i <= m.seg.Len(); i++ {
		list = append(list, strings.Map(func(r rune) rune {
			switch {
			case r == rune(d.Component):
				return rune(Unit[0])
			case r == rune(d.Repetition) && r != 0:
				return rune(Repeat[0])
			}
			return r
		}, m.str(i)))
	}
	return list
}

var (
	idBGN = x12.SegmentIDOf("BGN")
	idNM1 = x12.SegmentIDOf("NM1")
	idREF = x12.SegmentIDOf("REF")
	idDTP = x12.SegmentIDOf("DTP")
	idLX  = x12.SegmentIDOf("LX")
	idTRN = x12.SegmentIDOf("TRN")
	idSTC = x12.SegmentIDOf("STC")
	idCAT = x12.SegmentIDOf("CAT")
	idEFI = x12.SegmentIDOf("EFI")
	idOOI = x12.SegmentIDOf("OOI")
	idBIN = x12.SegmentIDOf("BIN")
	idBDS = x12.SegmentIDOf("BDS")
	idST  = x12.SegmentIDOf("ST")
	idSE  = x12.SegmentIDOf("SE")
)

// Segment maps a segment.
func (m *Mapper) Segment(_ guide.Match, seg *x12.Segment, ordinal int) {
	if m.parts++; m.set == nil || m.parts > maxParts && seg.ID() != idBIN && seg.ID() != idBDS && seg.ID() != idCAT && seg.ID() != idLX {
		return
	}
	m.seg, m.at = seg, x12.At{Segment: int32(ordinal), Offset: seg.Offset}
	s := m.set
	switch seg.ID() {
	case idST, idSE:
	case idBGN:
		s.At, s.Purpose, s.ID, s.Date, s.Rest = m.at, Purpose(m.str(1)), m.str(2), m.str(3), m.elements(4)
	case idNM1:
		if m.answer == nil {
			s.Parties = append(s.Parties, Party{At: m.at, Role: m.str(1), Entity: m.str(2), Last: m.str(3), First: m.str(4), Middle: m.str(5),
				Prefix: m.str(6), Suffix: m.str(7), IDQualifier: m.str(8), Value: m.str(9)})
		} else {
			m.more()
		}
	case idREF:
		r := Reference{At: m.at, Kind: m.str(1), Value: m.str(2), Rest: m.elements(3)}
		if p := m.patientless(); p != nil {
			p.More = append(p.More, Segment{"REF", m.elements(1)})
		} else if m.answer == nil {
			s.References = append(s.References, r)
		} else {
			m.refs = append(m.refs, r)
		}
	case idDTP:
		d := Date{m.at, m.str(1), m.str(2), m.str(3)}
		if m.answer == nil {
			s.Dates = append(s.Dates, d)
		} else {
			m.dates = append(m.dates, d)
		}
	case idLX:
		m.Flush()
		m.answer = &Answer{At: m.at, Number: m.str(1)}
		m.refs, m.dates = nil, nil
	case idTRN:
		if a := m.open(); a.Trace == "" {
			a.TraceType, a.Trace, a.TraceRest = m.str(1), m.str(2), m.elements(3)
		} else {
			m.more()
		}
	case idSTC:
		a := m.open()
		a.Statuses = append(a.Statuses, m.elements(1))
		for _, e := range []int{1, 10, 11} {
			if c := (Code{m.part(e, 1), m.part(e, 2), m.part(e, 3), m.part(e, 4)}); c != (Code{}) {
				a.Codes = append(a.Codes, c)
			}
		}
	case idCAT:
		m.Flush()
		m.begin()
		m.doc.Type, m.doc.Format, m.doc.Category = m.str(1), m.str(2), m.elements(1)
	case idEFI:
		m.begin()
		m.doc.Security = m.elements(1)
	case idOOI:
		m.begin()
		m.doc.Object = m.elements(1)
	case idBIN, idBDS:
		m.binary()
	default:
		m.more()
	}
}

func (m *Mapper) part(e, c int) string { return string(m.seg.Component(e, c)) }

// open is the answer that is open; one is made up where LX is missing.
func (m *Mapper) open() *Answer {
	if m.answer == nil {
		m.answer = &Answer{At: m.at}
	}
	return m.answer
}

// patientless is the party that is open, unless it is the patient.
func (m *Mapper) patientless() *Party {
	if n := len(m.set.Parties); m.answer == nil && n > 0 && m.set.Parties[n-1].Role != "QC" {
		return &m.set.Parties[n-1]
	}
	return nil
}

// more keeps a segment that has no place of its own.
func (m *Mapper) more() {
	s := Segment{m.seg.ID().String(), m.elements(1)}
	if m.answer != nil {
		m.answer.More = append(m.answer.More, s)
	} else if n := len(m.set.Parties); n > 0 {
		m.set.Parties[n-1].More = append(m.set.Parties[n-1].More, s)
	}
}

// begin makes sure that a document is open.
func (m *Mapper) begin() {
	if m.doc != nil {
		return
	}
	m.doc = &Attachment{Source: m.source, At: m.at, Set: m.set, Answer: m.open(), References: m.refs, Dates: m.dates}
	m.doc.Source.Segment = int(m.at.Segment)
	m.refs, m.dates = nil, nil
	m.digest.Reset()
	m.read = 0
}

// Payload takes a chunk of the payload of the BIN or BDS that comes next, whose
// ordinal this is, and gives the attachment that it belongs to; valid during
// the call.
func (m *Mapper) Payload(seg *x12.Segment, ordinal int, offset int64, chunk []byte) *Attachment {
	if m.set == nil {
		return nil
	}
	if offset == 0 {
		m.at = x12.At{Segment: int32(ordinal), Offset: seg.Offset}
		m.begin()
		m.doc.At, m.doc.Source.Segment = m.at, ordinal
		m.doc.Length, m.read = seg.PayloadLen, 0
		m.digest.Reset()
		if seg.ID() == idBDS {
			m.doc.Filter = string(seg.Element(1))
		}
		m.doc.Content = Sniff(chunk)
	}
	if m.doc == nil {
		return nil
	}
	m.digest.Write(chunk)
	m.read += int64(len(chunk))
	return m.doc
}

// binary takes the BIN or BDS, whose payload has gone by.
func (m *Mapper) binary() {
	m.begin()
	d := m.doc
	d.At, d.Source.Segment = m.at, int(m.at.Segment)
	length := m.str(1)
	if m.seg.ID() == idBDS {
		d.Filter, length = m.str(1), m.str(2)
	}
	if n := m.seg.PayloadLen; n >= 0 {
		d.Length, d.Complete = n, m.read == n
	} else { // its length does not lead to its end
		d.Length = 0
		for i := 0; i < len(length) && i < 15 && length[i] >= '0' && length[i] <= '9'; i++ {
			d.Length = 10*d.Length + int64(length[i]-'0')
		}
	}
	m.Flush()
}

// Flush hands on the open document; nothing where there is none.
func (m *Mapper) Flush() {
	d := m.doc
	if d == nil {
		return
	}
	m.doc = nil
	m.digest.Sum(d.SHA256[:0])
	if m.Attachment != nil {
		m.Attachment(d)
	}
}

// End ends the set after its SE. A document whose payload the file does not
// hold to its end is handed on as not complete.
func (m *Mapper) End() {
	m.Flush()
	m.set = nil
}

// Sniff says what a payload looks like by its first octets.
func Sniff(begin []byte) Content {
	begin = begin[:min(len(begin), 512)]
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(begin, []byte("\xEF\xBB\xBF")), " \t\r\n")
	switch {
	case bytes.HasPrefix(trimmed, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(begin, []byte("II*\x00")), bytes.HasPrefix(begin, []byte("MM\x00*")):
		return TIFF
	case bytes.HasPrefix(begin, []byte("\xFF\xD8\xFF")):
		return JPEG
	case bytes.HasPrefix(begin, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(begin, []byte("{\\rtf")):
		return RTF
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return ZIP
	case len(trimmed) > 1 && trimmed[0] == '<' && strings.IndexByte("?!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", trimmed[1]) >= 0:
		return XML
	case len(begin) == 0:
		return Unknown
	}
	for len(begin) > 0 {
		r, n := utf8.DecodeRune(begin)
		if r == utf8.RuneError && n == 1 && len(begin) >= utf8.UTFMax || r < ' ' && r != '\t' && r != '\r' && r != '\n' && r != '\f' {
			return Unknown
		}
		begin = begin[n:]
	}
	return Text
}
