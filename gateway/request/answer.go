package request

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/partners"
)

// Dialects of an answer.
const (
	Answer5010 = "005010X210"
	Answer6020 = "006020X314"
)

// DialectFor is the dialect that answers a question: of a question of the
// federal rule its own, else what the partner's profile says, else today's.
func DialectFor(question, preferred string) string {
	switch {
	case strings.HasPrefix(question, "006020"):
		return Answer6020
	case strings.HasPrefix(question, "005010X213"):
		return Answer5010
	case strings.HasPrefix(preferred, "006020"):
		return Answer6020
	}
	return Answer5010
}

// MaxSize is the largest document where a partner's profile says nothing: what
// the operating rules ask payers to take.
const MaxSize = 64 << 20

// Refusal says why a document cannot be sent, for a person to read.
type Refusal struct{ Reason string }

// Error gives the reason.
func (r Refusal) Error() string { return r.Reason }

func refuse(format string, a ...any) error { return Refusal{fmt.Sprintf(format, a...)} }

// Check says whether a document may be sent: not empty, not too long, and of a
// form that payers take. content is what it looks like by its first octets.
func Check(content attach.Content, size, limit int64) error {
	if limit <= 0 {
		limit = MaxSize
	}
	switch {
	case size == 0:
		return refuse("the document is empty")
	case size > limit:
		return refuse("the document has %d bytes, and the partner takes at most %d", size, limit)
	}
	switch content {
	case attach.PDF, attach.TIFF, attach.JPEG, attach.PNG, attach.XML, attach.Text, attach.RTF:
		return nil
	}
	return refuse("the document is no PDF, TIFF, JPEG, PNG, C-CDA, RTF or text")
}

// format is CAT02 of a content.
func format(c attach.Content) string {
	switch c {
	case attach.XML:
		return "HL"
	case attach.Text:
		return "TX"
	case attach.TIFF, attach.JPEG, attach.PNG:
		return "IA"
	}
	return "MB"
}

// Answering is what a 275 is built of.
type Answering struct {
	Answer  *gateway.Answer
	Request *gateway.Request // nil: unsolicited
	Claim   *gateway.Claim
	Record  *claim.Claim // of Claim
	Open    func(d *gateway.Document) (io.ReadCloser, error)
}

// Numbers are the control numbers of the interchange.
type Numbers struct{ Interchange, Group int64 }

// Control is ISA13 as it is written.
func (n Numbers) Control() string { return fmt.Sprintf("%09d", n.Interchange) }

// interchange opens an interchange and its one group.
func interchange(dst io.Writer, p *partners.Profile, n Numbers, functional, version string, at time.Time) *x12.Writer {
	e := &p.Envelope
	isa := ""
	if strings.HasPrefix(version, "006020") {
		isa = "00602"
	}
	w := x12.NewWriter(dst, e.X12Delimiters(), x12.WriterOptions{LineBreaks: e.LineBreaks})
	w.BeginInterchange(x12.Interchange{Control: n.Control(), SenderQualifier: e.SenderQualifier, Sender: e.Sender, ReceiverQualifier: e.ReceiverQualifier, Receiver: e.Receiver,
		Date: at.Format("060102"), Time: at.Format("1504"), Usage: p.UsageCode(), AckRequested: e.RequestTA1, Version: isa})
	w.BeginGroup(x12.Group{FunctionalID: functional, Sender: e.GroupSender, Receiver: e.GroupReceiver, Date: at.Format("20060102"), Time: at.Format("1504"),
		Control: strconv.FormatInt(n.Group, 10), Version: version})
	return w
}

// Write writes the answer as one interchange of one 275: one claim, one set, as
// the guide wants it. Documents are copied, never held. The same input gives the
// same bytes.
func Write(dst io.Writer, p *partners.Profile, in *Answering, n Numbers, at time.Time) (err error) {
	s, closers, err := set(p, in, n, at)
	defer func() {
		for _, c := range closers {
			err = errors.Join(err, c.Close())
		}
	}()
	if err != nil {
		return err
	}
	w := interchange(dst, p, n, "PI", in.Answer.Dialect, at)
	w.BeginSet("275", "0001", in.Answer.Dialect)
	if err := s.Write(w); err != nil {
		return err
	}
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	return errors.Join(w.Flush(), w.Err())
}

func set(p *partners.Profile, in *Answering, n Numbers, at time.Time) (s *attach.Set, closers []io.Closer, err error) {
	a, c := in.Answer, in.Record
	s = &attach.Set{Purpose: attach.Unsolicited, ID: n.Control() + "-0001", Date: at.Format("20060102")}
	if in.Request != nil && in.Request.Kind != gateway.RequestDenial {
		s.Purpose = attach.Solicited
	}
	e := &p.Envelope
	if c.Payer == nil || c.BillingProvider == nil || c.PatientPerson() == nil {
		return nil, nil, refuse("the claim's record lacks payer, provider or patient")
	}
	payer := attach.Party{Role: "PR", Entity: "2", Last: c.Payer.Name.Last, IDQualifier: or(string(c.Payer.ID.Qualifier), "PI"), Value: c.Payer.ID.Value}
	provider := attach.Party{Role: "1P", Entity: or(string(c.BillingProvider.Name.Entity), "2"), Last: c.BillingProvider.Name.Last, First: c.BillingProvider.Name.First,
		IDQualifier: "XX", Value: c.BillingProvider.ID.Value}
	if provider.Value == "" {
		provider.IDQualifier, provider.Value = "FI", c.BillingProvider.TaxID().Value
	}
	who := c.PatientPerson()
	patient := attach.Party{Role: "QC", Entity: "1", Last: who.Name.Last, First: who.Name.First, Middle: who.Name.Middle, Suffix: who.Name.Suffix, IDQualifier: "MI", Value: who.ID.Value}
	if patient.Value == "" && c.Subscriber != nil {
		patient.Value = c.Subscriber.ID.Value
	}
	s.Parties = []attach.Party{payer, {Role: "41", Entity: "2", Last: e.SubmitterName, IDQualifier: "46", Value: e.SubmitterID}, provider, patient}
	s.References = []attach.Reference{{Kind: "EJ", Value: in.Claim.ClaimID}}
	if c.Kind == claim.Institutional && c.PlaceOfService != "" {
		s.References = append(s.References, attach.Reference{Kind: "BLT", Value: c.PlaceOfService + c.Frequency})
	}
	if m := c.Reference(claim.ReferenceMedicalRecord); m != "" {
		s.References = append(s.References, attach.Reference{Kind: "EA", Value: m})
	}
	if in.Claim.Trace != "" {
		s.References = append(s.References, attach.Reference{Kind: "D9", Value: in.Claim.Trace})
	}
	if s.Purpose == attach.Unsolicited && in.Claim.PayerClaimID != "" {
		s.References = append(s.References, attach.Reference{Kind: "1K", Value: in.Claim.PayerClaimID})
	}
	if from, to := in.Claim.From, in.Claim.To; from != "" {
		d := attach.Date{Kind: "472", Format: "D8", Text: from}
		if c.Kind == claim.Institutional {
			d.Kind = "434"
		}
		if to != "" && to != from || d.Kind == "434" {
			d.Format, d.Text = "RD8", from+"-"+or(to, from)
		}
		s.Dates = []attach.Date{d}
	}
	trace := "1"
	if s.Purpose == attach.Solicited {
		trace = "2"
	}
	for i := range a.Documents {
		d := &a.Documents[i]
		f, err := in.Open(d)
		if err != nil {
			return nil, closers, err
		}
		closers = append(closers, f)
		answer := attach.Answer{Number: strconv.Itoa(i + 1), TraceType: trace, Trace: a.Control}
		if s.Purpose == attach.Solicited && in.Request != nil {
			answer.Codes, answer.References = asked(in.Request, d)
		}
		doc := attach.Attachment{Type: "AE", Format: format(attach.Content(d.Content)), Length: d.Size, Payload: f}
		if a.Dialect == Answer6020 {
			doc.Filter = "NOF"
		}
		answer.Dates = []attach.Date{{Kind: "368", Format: "D8", Text: at.Format("20060102")}}
		answer.Documents = []attach.Attachment{doc}
		s.Answers = append(s.Answers, answer)
	}
	return s, closers, nil
}

// asked gives back what was asked for, of the item that a document answers.
func asked(q *gateway.Request, d *gateway.Document) (codes []attach.Code, refs []attach.Reference) {
	items := q.Items
	if d.Item >= 0 && d.Item < len(items) {
		items = items[d.Item : d.Item+1]
	}
	for _, it := range items[:min(len(items), 3)] {
		c := attach.Code{Category: it.Category, Status: it.Status, Entity: it.Entity}
		if it.LOINC != "" {
			c.Status, c.List = it.LOINC, "LOI"
		}
		codes = append(codes, c)
	}
	if len(items) == 1 && items[0].Line != "" {
		refs = []attach.Reference{{Kind: "FJ", Value: items[0].Line}}
	}
	return codes, refs
}

func or(a, b string) string {
	if strings.Trim(a, "\x00") != "" {
		return a
	}
	return b
}
