package request

import (
	"fmt"
	"slices"
	"time"

	"claimwire/edi/claim"
	"claimwire/edi/status"
	"claimwire/gateway"
	"claimwire/partners"
)

// Asked is a claim that a payer is asked about.
type Asked struct {
	Claim  *gateway.Claim
	Record *claim.Claim
	Trace  string // TRN02, which the answer gives back
}

// Inquiry writes a 276 that asks about claims, one interchange of one set.
func Inquiry(p *partners.Profile, list []Asked, n Numbers, at time.Time) ([]byte, error) {
	if len(list) == 0 {
		return nil, refuse("there is nothing to ask about")
	}
	e := &p.Envelope
	first := list[0].Record
	if first.Payer == nil {
		return nil, refuse("the claim's record has no payer")
	}
	d := status.Document{Dialect: status.Inquiry, Header: status.Header{Structure: "0010", Purpose: "13", ID: n.Control() + "-0001", Date: at.Format("20060102"), Time: at.Format("1504")},
		Sender:   status.Level{Name: status.Name{Role: "PR", Entity: "2", Last: first.Payer.Name.Last, IDQualifier: or(string(first.Payer.ID.Qualifier), "PI"), Value: first.Payer.ID.Value}},
		Receiver: status.Level{Name: status.Name{Role: "41", Entity: "2", Last: e.SubmitterName, IDQualifier: "46", Value: e.SubmitterID}}}
	at1P := map[status.Name]int{}
	for i := range list {
		q := &list[i]
		c := q.Record
		if c.BillingProvider == nil || c.Subscriber == nil {
			return nil, refuse("claim %d: its record has no provider or subscriber", q.Claim.ID)
		}
		b := c.BillingProvider
		name := status.Name{Role: "1P", Entity: or(string(b.Name.Entity), "2"), Last: b.Name.Last, First: b.Name.First, IDQualifier: "XX", Value: b.ID.Value}
		if name.Value == "" {
			name.IDQualifier, name.Value = "FI", b.TaxID().Value
		}
		k, known := at1P[name]
		if !known {
			k = len(d.Providers)
			at1P[name] = k
			d.Providers = append(d.Providers, status.Provider{Level: status.Level{Name: name}})
		}
		d.Providers[k].Claims = append(d.Providers[k].Claims, inquired(q))
	}
	w := interchange(nil, p, n, "HR", "005010X212", at)
	w.BeginSet("276", "0001", "005010X212")
	d.Write(w)
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	if err := w.Err(); err != nil {
		return nil, err
	}
	return slices.Clone(w.Buffer()), nil
}

// inquired is what is asked about one claim.
func inquired(q *Asked) status.ClaimStatus {
	c, k := q.Record, q.Claim
	person := func(kind, role string, p *claim.Person, birth bool) *status.Level {
		l := &status.Level{Kind: kind, Name: status.Name{Role: role, Entity: or(string(p.Name.Entity), "1"), Last: p.Name.Last, First: p.Name.First, Middle: p.Name.Middle, Suffix: p.Name.Suffix}}
		if p.ID.Value != "" {
			l.Name.IDQualifier, l.Name.Value = "MI", p.ID.Value
		}
		if birth {
			l.BirthDate = p.Demographics.BirthDate
			if s := p.Demographics.Gender; s == "F" || s == "M" {
				l.Sex = s
			}
		}
		return l
	}
	s := status.ClaimStatus{Dialect: status.Inquiry, Trace: status.Trace{Type: "1", Value: q.Trace}}
	if c.Patient != nil {
		s.Subscriber = person("22", "IL", &c.Subscriber.Person, false)
		s.Patient = person("23", "QC", &c.Patient.Person, true)
		s.Patient.Name.IDQualifier, s.Patient.Name.Value = "", ""
	} else {
		s.Patient = person("22", "IL", &c.Subscriber.Person, true)
	}
	ref := func(kind, value string) {
		if value != "" {
			s.References = append(s.References, status.Reference{Kind: kind, Value: value})
		}
	}
	ref("1K", k.PayerClaimID)
	if c.Kind == claim.Institutional && c.PlaceOfService != "" {
		ref("BLT", c.PlaceOfService+c.Frequency)
	}
	ref("EJ", k.ClaimID)
	ref("D9", k.Trace)
	s.Amounts = []status.Figure{{Kind: "T3", Value: string(k.Charge.AppendX12(nil))}}
	if k.From != "" {
		d := status.Date{Kind: "472", Format: "D8", Text: k.From}
		if k.To != "" && k.To != k.From {
			d.Format, d.Text = "RD8", k.From+"-"+k.To
		}
		s.Dates = []status.Date{d}
	}
	return s
}

// Trace is the number of an inquiry about a claim: of the interchange and the
// place in it.
func Trace(n Numbers, i int) string { return fmt.Sprintf("%sQ%d", n.Control(), i+1) }
