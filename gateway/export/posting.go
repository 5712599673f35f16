package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/remit"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// PostingColumns are those of a posting file: one row a service line of a claim
// payment, or one a claim payment that has none, or for what is said of it as a whole, and one
// a provider adjustment. Their paid come to the payment.
var PostingColumns = []string{"remittance", "trace", "payment_date", "method", "payer", "payee", "claim", "patient_control_number", "payer_claim_number", "kind", "status", "outcome", "line",
	"procedure", "modifiers", "date", "charge", "paid", "contractual", "patient", "other_payer", "denied", "reasons", "remarks", "line_control_number", "billed_procedure"}

// postingTail are the columns of a line as it was billed: the number that we gave
// it, by which it is told, and its procedure, where the payer paid another.
const postingTail = 2

// Posted is a remittance advice with its payments, as it is exported.
type Posted struct {
	Remittance  gateway.Remittance
	Payments    []gateway.Payment // with their records
	Adjustments []gateway.ProviderAdjustment
	Table       *remit.Table
}

// postingRows makes the rows of a remittance advice.
func (p *Posted) postingRows() ([][]string, error) {
	m := &p.Remittance
	var list [][]string
	for i := range p.Payments {
		k := &p.Payments[i]
		c, err := remit.ParseRecord(k.Document)
		if err != nil {
			return nil, err
		}
		head := func(line, proc, mods, day string) []string {
			return []string{strconv.FormatInt(m.ID, 10), m.Trace, m.Date, m.Method, m.PayerName, m.Payee, strconv.FormatInt(k.Claim, 10), k.ClaimID, k.PayerClaimID, k.Kind, k.Status, k.Outcome + k.Scenario,
				line, proc, mods, day}
		}
		money := func(charge string, b remit.Buckets, reasons, remarks string) []string {
			return []string{charge, b.Paid.String(), (b.Contractual + b.Unexplained).String(), b.Patient.String(), b.OtherPayer.String(), b.Denied.String(), reasons, remarks}
		}
		// What is said of the claim as a whole is a row of its own, so that rows sum to
		// the claim.
		if len(c.Lines) == 0 || len(c.Adjustments) > 0 {
			whole := *c
			charge := k.Charge.String()
			if len(c.Lines) > 0 {
				// It takes away from what the lines paid.
				whole.Lines, charge = nil, "0.00"
				whole.Charge.Amount = 0
				for n := range c.Lines {
					whole.Paid.Amount -= c.Lines[n].Paid.Amount
				}
			}
			b := p.Table.Split(&whole)
			row := append(head("", "", "", ""), money(charge, b, codesOf(&whole), strings.Join(whole.RemarkCodes(), " "))...)
			list = append(list, append(row, make([]string, postingTail)...))
		}
		for n := range c.Lines {
			l := &c.Lines[n]
			one := remit.ClaimPayment{Status: c.Status, Charge: l.Charge, Paid: l.Paid, Lines: c.Lines[n : n+1], Outcome: remit.Outcome{Kind: c.Kind, Word: c.Word}}
			row := append(head(strconv.Itoa(n+1), l.Procedure.Code, modifiers(l.Procedure.Modifiers), l.Date()), money(l.Charge.Amount.String(), p.Table.Split(&one), codesOf(&one), strings.Join(one.RemarkCodes(), " "))...)
			list = append(list, append(row, l.ControlNumber(), l.Submitted.Code))
		}
	}
	// What was settled with the provider, so that the rows come to the payment.
	for _, a := range p.Adjustments {
		row := make([]string, len(PostingColumns))
		copy(row, []string{strconv.FormatInt(m.ID, 10), m.Trace, m.Date, m.Method, m.PayerName, m.Payee, "", "", a.Reference, "provider_adjustment", a.Reason, remit.ProviderKind(a.Reason)})
		for i, c := range PostingColumns {
			switch c {
			case "paid":
				row[i] = (-a.Amount).String()
			case "charge", "contractual", "patient", "other_payer", "denied":
				row[i] = "0.00"
			case "reasons":
				row[i] = a.Reason + ":" + a.Amount.String()
			}
		}
		list = append(list, row)
	}
	return list, nil
}

func codesOf(c *remit.ClaimPayment) string {
	var list []string
	for i := range c.Adjustments {
		list = append(list, fmt.Sprintf("%s-%s:%v", c.Adjustments[i].Group, c.Adjustments[i].Reason, c.Adjustments[i].Amount.Amount))
	}
	for n := range c.Lines {
		for i := range c.Lines[n].Adjustments {
			a := &c.Lines[n].Adjustments[i]
			list = append(list, fmt.Sprintf("%s-%s:%v", a.Group, a.Reason, a.Amount.Amount))
		}
	}
	return strings.Join(list, " ")
}

// CSV writes the posting file of a remittance advice. What a program for tables
// might take for a formula is told apart by an apostrophe.
func (p *Posted) CSV(w io.Writer) error {
	rows, err := p.postingRows()
	if err != nil {
		return err
	}
	c := csv.NewWriter(w)
	if err := c.Write(PostingColumns); err != nil {
		return err
	}
	for _, row := range rows {
		for i, v := range row {
			row[i] = gateway.Cell(v)
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// JSON writes the remittance advice as one object: what was paid, its claims as
// decode writes them, and its provider adjustments.
func (p *Posted) JSON(w io.Writer) error {
	m := &p.Remittance
	type adjustment struct {
		Reason    string `json:"reason"`
		Kind      string `json:"kind"`
		Reference string `json:"reference,omitempty"`
		Amount    string `json:"amount"`
	}
	type payment struct {
		Claim  int64           `json:"claim,omitempty"`
		Record json.RawMessage `json:"record"`
	}
	out := struct {
		ID          int64        `json:"remittance"`
		Trace       string       `json:"trace"`
		Amount      string       `json:"amount"`
		Date        string       `json:"date"`
		Method      string       `json:"method"`
		Payer       string       `json:"payer"`
		Payee       string       `json:"payee"`
		Payments    []payment    `json:"payments"`
		Adjustments []adjustment `json:"provider_adjustments"`
	}{m.ID, m.Trace, m.Amount.String(), m.Date, m.Method, m.PayerName, m.Payee, []payment{}, []adjustment{}}
	for i := range p.Payments {
		out.Payments = append(out.Payments, payment{p.Payments[i].Claim, p.Payments[i].Document})
	}
	for _, a := range p.Adjustments {
		out.Adjustments = append(out.Adjustments, adjustment{a.Reason, remit.ProviderKind(a.Reason), a.Reference, a.Amount.String()})
	}
	return json.NewEncoder(w).Encode(out)
}

// Part is a file of whole transaction sets of one payee.
type Part struct {
	Payee string // NPI or tax id
	Sets  int
	Bytes []byte
}

// maxSplit bounds a file that is split in memory.
const maxSplit = 256 << 20

// ErrTooLong says that a file is too long to be split.
var ErrTooLong = errors.New("the file is longer than 256 MB: split it at the sender's")

// Split835 splits the transaction sets of a file by payee: every set is copied
// byte by byte and never cut, and stands in an interchange and group of its own
// payee, with the envelope that it came in and counts that fit. Sets of the same
// payee that came in one group stay in one.
func Split835(r io.Reader) ([]Part, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxSplit+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxSplit {
		return nil, ErrTooLong
	}
	var parts []*part
	byPayee := map[string]*part{}
	s := splitting{file: file}
	_, err = edi.Process(bytes.NewReader(file), edi.Options{}, edi.Sink{
		Report:           func(diag.Diagnostic) {},
		BeginInterchange: func(ic *x12.Interchange) { s.ic, s.interchange = *ic, s.interchange+1 },
		BeginGroup:       func(g *x12.Group) { s.group = *g; s.groups++ },
		BeginSet:         func(set *edi.Set) { s.payee, s.from, s.in = "", -1, set.ID == "835" },
		Segment: func(_ *edi.Set, ordinal int, _ guide.Match, seg *x12.Segment) {
			if ordinal == 1 {
				s.from = seg.Offset
			}
		},
		Remittance: func(m *remit.Remittance) {
			if s.payee = m.Payee.NPI(); s.payee == "" {
				s.payee = m.Payee.ID
			}
			s.payee = strings.Clone(s.payee)
		},
		EndSet: func(set *edi.Set) {
			if !s.in || s.from < 0 {
				return
			}
			p := byPayee[s.payee]
			if p == nil {
				p = &part{payee: s.payee}
				byPayee[s.payee] = p
				parts = append(parts, p)
			}
			p.set(&s, file[s.from:set.EndOffset])
		},
	})
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, p := range parts {
		p.close()
		out = append(out, Part{p.payee, p.sets, p.b.Bytes()})
	}
	return out, nil
}

type splitting struct {
	file                []byte
	ic                  x12.Interchange
	group               x12.Group
	interchange, groups int
	payee               string
	from                int64
	in                  bool
}

// part is a file that is being put together.
type part struct {
	payee               string
	b                   bytes.Buffer
	sets, inGroup       int
	interchange, groups int // of which the last set was
	open                bool
	groupsInside        int
	ic                  x12.Interchange
	group               x12.Group
	d                   x12.Delimiters
}

// set adds a set as it stood.
func (p *part) set(s *splitting, text []byte) {
	if p.open && p.interchange != s.interchange {
		p.close()
	}
	if !p.open {
		p.open, p.interchange, p.groupsInside, p.ic, p.d = true, s.interchange, 0, s.ic, s.ic.Delimiters
		p.b.Write(isa(s.file, &s.ic))
		p.groups = -1
	}
	if p.groups != s.groups {
		p.endGroup()
		p.groups, p.inGroup, p.group = s.groups, 0, s.group
		p.groupsInside++
		p.segment("GS", s.group.FunctionalID, s.group.Sender, s.group.Receiver, s.group.Date, s.group.Time, s.group.Control, s.group.Agency, s.group.Version)
	}
	p.b.Write(bytes.TrimRight(text, "\r\n"))
	p.sets++
	p.inGroup++
}

func (p *part) segment(id string, values ...string) {
	p.b.WriteString(id)
	for _, v := range values {
		p.b.WriteByte(p.d.Element)
		p.b.WriteString(v)
	}
	p.b.WriteByte(p.d.Segment)
}

func (p *part) endGroup() {
	if p.inGroup > 0 {
		p.segment("GE", strconv.Itoa(p.inGroup), p.group.Control)
		p.inGroup = 0
	}
}

func (p *part) close() {
	if !p.open {
		return
	}
	p.endGroup()
	p.segment("IEA", strconv.Itoa(p.groupsInside), p.ic.Control)
	p.open = false
}

// isa is the ISA of an interchange as it stood: 106 bytes from its offset.
func isa(file []byte, ic *x12.Interchange) []byte {
	from := ic.Offset
	return file[from:min(from+106, int64(len(file)))]
}
