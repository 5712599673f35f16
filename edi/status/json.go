package status

import (
	"strconv"
	"strings"

	"claimwire/edi/money"
	"claimwire/edi/record"
)

// Words gives the meaning of a code of a list ("category", "status", "entity",
// "loinc"), or "".
type Words func(list, code string) string

// Record is a claim status as decode prints it.
type Record struct {
	*ClaimStatus
	Words Words
}

// Kind is the name of the record: acknowledgment, request_for_information,
// denial, status or status_inquiry.
func (c *ClaimStatus) Kind() string {
	switch {
	case c.Dialect == Inquiry:
		return "status_inquiry"
	case c.Dialect == Acknowledgment:
		return "acknowledgment"
	case c.Dialect == Request:
		return "request_for_information"
	}
	switch cat := c.Category(); {
	case strings.HasPrefix(cat, "R"):
		return "request_for_information"
	case cat == "F2":
		return "denial"
	}
	return "status"
}

// AppendJSON appends the record.
func (r Record) AppendJSON(b []byte) []byte {
	c := r.ClaimStatus
	kind := c.Kind()
	b = append(b, `{"record":"`...)
	b = append(b, kind...)
	b = append(b, `","source":`...)
	b = c.Source.AppendJSON(b)
	b = field(b, "claim_id", c.ClaimID())
	switch kind {
	case "acknowledgment":
		b = append(b, `,"accepted":`...)
		if c.Accepted() {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	case "denial":
		b = append(b, `,"scenario":"other","reasons":[`...)
		for i, s := range r.reasons() {
			if i > 0 {
				b = append(b, ',')
			}
			b = record.AppendString(b, s)
		}
		b = append(b, ']')
	}
	if kind == "status_inquiry" {
		return append(c.inquiry(b), '}')
	}
	b = append(b, `,"codes":`...)
	b = codes(b, c.Infos, kind == "request_for_information")
	if charge, ok := c.charge(); ok {
		b = money1(b, "charge", charge)
	}
	b = field(b, "payer_claim_id", c.PayerClaimID())
	switch kind {
	case "acknowledgment":
		b = field(b, "batch", c.Batch())
	case "request_for_information":
		b = date(b, "due_date", c.DueDate())
		b = field(b, "attachment_control_number", c.attachment())
		b = field(b, "question", r.question())
	default:
		if len(c.Infos) > 0 && c.Infos[0].Paid.Known {
			b = money1(b, "paid", c.Infos[0].Paid)
		}
		if len(c.Infos) > 0 {
			b = date(b, "effective_date", c.Infos[0].Date)
		}
	}
	if c.Dialect == Response && c.Trace.Value != "" {
		b = field(b, "inquiry", c.Trace.Value) // the trace number of the 276 that it answers
	}
	if t := c.OurTrace(); t != "" {
		b = field(b, "trace", t)
	}
	b = append(b, `,"lines":[`...)
	for i := range c.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.Lines[i].appendJSON(b, kind == "request_for_information")
	}
	return append(b, "]}"...)
}

var levelWords = map[string]string{"20": "source", "21": "receiver", "19": "provider"}

// AppendJSON appends the record `level_status`: what is said of a level that
// no claims stand below, and so of all claims that would.
func (l *Level) AppendJSON(b []byte) []byte {
	b = append(b, `{"record":"level_status","source":`...)
	b = l.Source.AppendJSON(b)
	b = field(b, "level", levelWords[l.Kind])
	b = field(b, "name", l.Name.Last)
	b = field(b, "id", l.Name.Value)
	b = field(b, "batch", l.Batch())
	if l.Dialect == Acknowledgment {
		b = append(b, `,"accepted":`...)
		b = strconv.AppendBool(b, !Rejects(l.Infos))
	}
	b = append(b, `,"codes":`...)
	b = codes(b, l.Infos, l.Dialect == Request)
	names := map[string]string{"90": "accepted_claims", "QA": "accepted_claims", "AA": "refused_claims", "QC": "refused_claims"}
	for i := range l.Quantities {
		q := &l.Quantities[i]
		if n, err := strconv.Atoi(q.Value); err == nil && names[q.Kind] != "" {
			b = append(b, `,"`...)
			b = append(b, names[q.Kind]...)
			b = append(b, `":`...)
			b = strconv.AppendInt(b, int64(n), 10)
			delete(names, q.Kind)
		}
	}
	for _, f := range []struct{ name, kind string }{{"accepted_charge", "YU"}, {"refused_charge", "YY"}} {
		for i := range l.Amounts {
			if a, err := money.Parse(l.Amounts[i].Value); err == nil && l.Amounts[i].Kind == f.kind {
				b = money1(b, f.name, money.Of(a))
				break
			}
		}
	}
	return append(b, '}')
}

// inquiry appends what a 276 asks about one claim.
func (c *ClaimStatus) inquiry(b []byte) []byte {
	for i := range c.Amounts {
		if a, err := money.Parse(c.Amounts[i].Value); err == nil && c.Amounts[i].Kind == "T3" {
			b = money1(b, "charge", money.Of(a))
			break
		}
	}
	b = field(b, "payer_claim_id", c.PayerClaimID())
	b = field(b, "inquiry", c.Trace.Value)
	if t := c.OurTrace(); t != "" {
		b = field(b, "trace", t)
	}
	for _, d := range c.Dates {
		if d.Kind == "472" {
			b = date(b, "service_date", d.From())
			b = date(b, "service_date_to", d.To())
		}
	}
	for _, r := range []struct {
		name  string
		level *Level
	}{{"payer", c.Sender}, {"receiver", c.Receiver}, {"provider", c.Provider}, {"subscriber", c.Subscriber}, {"patient", c.Patient}} {
		if r.level != nil {
			b = r.level.appendJSON(b, r.name)
		}
	}
	b = references(b, c.References)
	b = append(b, `,"lines":[`...)
	for i := range c.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.Lines[i].appendJSON(b, false)
	}
	return append(b, ']')
}

// appendJSON appends who a level is about, as a field.
func (l *Level) appendJSON(b []byte, name string) []byte {
	n := &l.Name
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":{"name":`...)
	b = record.AppendString(b, n.Last)
	for _, f := range []struct{ name, v string }{{"first_name", n.First}, {"middle_name", n.Middle}, {"suffix", n.Suffix}, {"id_qualifier", n.IDQualifier}, {"id", n.Value}, {"sex", l.Sex}} {
		if f.v != "" {
			b = field(b, f.name, f.v)
		}
	}
	b = date(b, "birth_date", l.BirthDate)
	return append(b, '}')
}

func references(b []byte, list []Reference) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"references":[`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"kind":`...)
		b = record.AppendString(b, list[i].Kind)
		b = field(b, "value", list[i].Value)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (l *Line) appendJSON(b []byte, request bool) []byte {
	b = append(b, `{"procedure":`...)
	b = record.AppendString(b, l.Procedure)
	b = field(b, "qualifier", l.Qualifier)
	b = append(b, `,"modifiers":[`...)
	first := true
	for _, m := range l.Modifiers {
		if m != "" {
			if !first {
				b = append(b, ',')
			}
			first = false
			b = record.AppendString(b, m)
		}
	}
	b = append(b, ']')
	if l.Charge.Known {
		b = money1(b, "charge", l.Charge)
	}
	b = append(b, `,"codes":`...)
	b = codes(b, l.Infos, request)
	for i := range l.Dates {
		if l.Dates[i].Kind == "472" {
			b = date(b, "date", l.Dates[i].From())
			break
		}
	}
	b = field(b, "control_number", l.ControlNumber())
	if l.Paid.Known {
		b = money1(b, "paid", l.Paid)
	}
	if l.Revenue != "" {
		b = field(b, "revenue_code", l.Revenue)
	}
	if l.Units != "" {
		b = field(b, "units", l.Units)
	}
	return append(b, '}')
}

func (c *ClaimStatus) charge() (money.Optional, bool) {
	for i := range c.Infos {
		if c.Infos[i].Charge.Known {
			return c.Infos[i].Charge, true
		}
	}
	return money.Optional{}, false
}

// attachment is the control number that the answer carries, where the request
// gives one.
func (c *ClaimStatus) attachment() string {
	for _, way := range c.Ways {
		p := way.Document
		if len(p) >= 6 && p[5] != "" {
			return p[5]
		}
	}
	return c.Reference("6O")
}

// question says in words what is wanted.
func (r Record) question() string {
	var parts []string
	add := func(infos []Info) {
		for i := range infos {
			for _, c := range infos[i].Codes {
				if c.Category == "" {
					continue
				}
				s := ""
				if r.Words != nil {
					if l := c.LOINC(); l != "" {
						s = r.Words("loinc", l)
					} else if c.Status != "" {
						s = r.Words("status", c.Status)
					}
					if s == "" {
						s = r.Words("category", c.Category)
					}
				}
				if s == "" {
					s = strings.TrimRight(c.Category+":"+c.Status+":"+c.Entity, ":")
				}
				if len(parts) < 10 && !contains(parts, s) {
					parts = append(parts, s)
				}
			}
			if t := infos[i].Text; t != "" && len(parts) < 10 {
				parts = append(parts, t)
			}
		}
	}
	add(r.Infos)
	for i := range r.Lines {
		add(r.Lines[i].Infos)
	}
	return strings.Join(parts, "; ")
}

// reasons gives the codes in words: those of the claim, or of its lines where
// it has none.
func (r Record) reasons() []string {
	var list []string
	infos := r.Infos
	for i := 0; len(infos) == 0 && i < len(r.Lines); i++ {
		infos = r.Lines[i].Infos
	}
	for i := range infos {
		for _, c := range infos[i].Codes {
			if c.Category == "" {
				continue
			}
			s := strings.TrimRight(c.Category+":"+c.Status+":"+c.Entity, ":")
			if r.Words != nil {
				if w := r.Words("status", c.Status); w != "" {
					s += ": " + w
				}
			}
			if len(list) < 20 && !contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

func codes(b []byte, infos []Info, request bool) []byte {
	b = append(b, '[')
	first := true
	for i := range infos {
		for _, c := range infos[i].Codes {
			if c.Category == "" && c.Status == "" {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, `{"category":`...)
			b = record.AppendString(b, c.Category)
			l := c.LOINC()
			if l == "" {
				b = field(b, "status", c.Status)
			} else {
				b = field(b, "status", "")
			}
			b = field(b, "entity", c.Entity)
			if request || l != "" {
				b = field(b, "loinc", l)
			}
			b = append(b, '}')
		}
	}
	return append(b, ']')
}

func field(b []byte, name, v string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendString(b, v)
}

func date(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendDate(b, v)
}

func money1(b []byte, name string, v money.Optional) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":"`...)
	b = v.Amount.AppendDecimal(b)
	return append(b, '"')
}
