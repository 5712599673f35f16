package attach

import (
	"encoding/hex"
	"strconv"

	"claimwire/edi/record"
)

// AppendJSON appends the record `attachment`: what the document is and how
// long, its digest, and not the payload.
func (a *Attachment) AppendJSON(b []byte) []byte {
	s, w := a.Set, a.Answer
	b = append(b, `{"record":"attachment","source":`...)
	b = a.Source.AppendJSON(b)
	b = field(b, "claim_id", s.ClaimID())
	b = append(b, `,"solicited":`...)
	b = strconv.AppendBool(b, a.Solicited())
	if a.Solicited() {
		b = field(b, "payer_claim_id", w.Trace)
	} else {
		b = field(b, "attachment_control_number", w.Trace)
	}
	b = field(b, "answer", w.Number)
	b = field(b, "type", a.Type)
	b = field(b, "format", a.Format)
	b = field(b, "content", string(a.Content))
	b = some(b, "filter", a.Filter)
	b = some(b, "file_name", a.FileName())
	b = append(b, `,"length":`...)
	b = strconv.AppendInt(b, a.Length, 10)
	b = append(b, `,"complete":`...)
	b = strconv.AppendBool(b, a.Complete)
	if a.Complete {
		b = append(b, `,"sha256":"`...)
		b = hex.AppendEncode(b, a.SHA256[:])
		b = append(b, '"')
	}
	b = append(b, `,"codes":[`...)
	for i, c := range w.Codes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"category":`...)
		b = record.AppendString(b, c.Category)
		loinc, status := c.LOINC(), c.Status
		if loinc != "" {
			status = ""
		}
		b = field(b, "status", status)
		b = field(b, "entity", c.Entity)
		b = field(b, "loinc", loinc)
		b = append(b, '}')
	}
	b = append(b, ']')
	b = day(b, "date", s.Date)
	b = field(b, "submission", s.ID)
	for _, r := range []struct {
		name  string
		party *Party
	}{{"payer", s.Party("PR", "40")}, {"submitter", s.Party("41")}, {"provider", s.Party("1P", "85")}, {"patient", s.Party("QC")}} {
		if r.party != nil {
			b = r.party.appendJSON(b, r.name)
		}
	}
	b = references(b, "references", s.References)
	b = references(b, "line_references", append(append([]Reference(nil), w.References...), a.References...))
	for _, d := range s.Dates {
		if (d.Kind == "472" || d.Kind == "434") && len(d.Text) >= 8 {
			b = day(b, "service_date", d.Text[:8])
			if d.Format == "RD8" && len(d.Text) == 17 {
				b = day(b, "service_date_to", d.Text[9:])
			}
			break
		}
	}
	return append(b, '}')
}

func (p *Party) appendJSON(b []byte, name string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":{"name":`...)
	b = record.AppendString(b, p.Last)
	b = some(b, "first_name", p.First)
	b = some(b, "middle_name", p.Middle)
	b = some(b, "suffix", p.Suffix)
	b = some(b, "id_qualifier", p.IDQualifier)
	b = some(b, "id", p.Value)
	return append(b, '}')
}

func references(b []byte, name string, list []Reference) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":[`...)
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

func field(b []byte, name, v string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendString(b, v)
}

func some(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	return field(b, name, v)
}

func day(b []byte, name, v string) []byte {
	if v == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return record.AppendDate(b, v)
}
