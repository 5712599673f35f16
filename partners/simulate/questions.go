package simulate

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"claimwire/edi"
	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/partners"
)

// What the payer has asked for comes as a 275: it looks the claim up among the
// files that it has taken, and pays it. What it is asked about in a 276 it
// answers in a 277, as it decides the claim.

// documents takes a document; one that came whole settles its claim.
func (r *reading) documents(a *attach.Attachment) {
	if r == nil || !a.Complete || a.Set == nil {
		return
	}
	id := a.Set.ClaimID()
	if id == "" || r.settled[id] {
		return
	}
	if r.settled == nil {
		r.settled = map[string]bool{}
	}
	r.settled[id] = true
	number := ""
	if a.Solicited() && a.Answer != nil {
		number = a.Answer.Trace
	}
	r.p.taken(id, func(c *claim.Claim) bool {
		if c.ID != id || number != "" && r.p.payerClaimID(c) != number || number == "" && r.p.decide(c) != DenyClaim {
			return false
		}
		if pay, ok := r.p.payAs(c, r.date, PayContract); ok {
			r.add(c, pay)
		}
		return true
	})
}

// add puts a claim payment among those of its payee.
func (r *reading) add(c *claim.Claim, pay remit.ClaimPayment) {
	if r.payer == "" && c.Payer != nil {
		r.payer = strings.Clone(c.Payer.Name.Last)
	}
	var who payee
	if b := c.BillingProvider; b != nil {
		who = payee{strings.Clone(b.Name.Last), strings.Clone(b.ID.Value), strings.Clone(b.TaxID().Value), strings.Clone(b.Address.Line1),
			strings.Clone(b.Address.City), strings.Clone(b.Address.State), strings.Clone(b.Address.PostalCode)}
	}
	if _, seen := r.payments[who]; !seen {
		r.payees = append(r.payees, who)
	}
	r.payments[who] = append(r.payments[who], pay)
}

// taken goes through the claims of the files that were taken and have a patient
// control number in them (empty: of all), in the order of their names, until one
// is found.
func (p *Payer) taken(id string, visit func(c *claim.Claim) bool) {
	entries, err := os.ReadDir(filepath.Join(p.home, Taken))
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || partners.IsTemporary(e.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(p.home, Taken, e.Name()))
		if err != nil || !bytes.Contains(b[:min(len(b), 4096)], []byte("*HC*")) || !bytes.Contains(b, []byte(id)) {
			continue
		}
		found := false
		edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Claim: func(c *claim.Claim, v *edi.Verdict) {
			if !found && v.Accepted() {
				found = visit(c)
			}
		}})
		if found {
			return
		}
	}
}

// inquiry takes a question about a claim, and says how it stands.
func (r *reading) inquiry(q *status.ClaimStatus) {
	if r == nil || q.Patient == nil || q.Provider == nil {
		return
	}
	if r.submit.Role == "" && q.Receiver != nil {
		r.submit = cloned(q.Receiver.Name)
	}
	if r.payer == "" && q.Sender != nil {
		r.payer = strings.Clone(q.Sender.Name.Last)
	}
	s := status.ClaimStatus{Dialect: status.Response, Trace: status.Trace{Type: "2", Value: strings.Clone(q.Trace.Value)}}
	level := func(l *status.Level) *status.Level {
		if l == nil {
			return nil
		}
		return &status.Level{Kind: strings.Clone(l.Kind), Name: cloned(l.Name)}
	}
	s.Patient, s.Subscriber = level(q.Patient), level(q.Subscriber)
	id, trace := q.Reference("EJ"), q.Reference("D9")
	code, charge := status.Code{Category: "D0", Status: "35"}, money.Optional{} // not found
	r.p.taken(id, func(c *claim.Claim) bool {
		if c.ID != id || trace != "" && c.Reference(claim.ReferenceTrace) != trace {
			return false
		}
		charge = c.Charge
		s.References = append(s.References, status.Reference{Kind: "1K", Value: r.p.payerClaimID(c)})
		switch r.p.decide(c) {
		case AskMore:
			code = status.Code{Category: "P3", Status: "21"}
		case DenyClaim:
			code = status.Code{Category: "F2", Status: "105"}
		case Refuse:
			code = status.Code{Category: "A3", Status: "21"}
		default:
			code = status.Code{Category: "F1", Status: "65"}
		}
		return true
	})
	s.Infos = []status.Info{{Codes: [3]status.Code{code}, Date: r.date, Charge: charge}}
	if code.Category == "D0" {
		s.Infos[0].Charge = money.Optional{}
	}
	s.References = append(s.References, status.Reference{Kind: "EJ", Value: strings.Clone(id)})
	if trace != "" {
		s.References = append(s.References, status.Reference{Kind: "D9", Value: strings.Clone(trace)})
	}
	for _, d := range q.Dates {
		s.Dates = append(s.Dates, status.Date{Kind: strings.Clone(d.Kind), Format: strings.Clone(d.Format), Text: strings.Clone(d.Text)})
	}
	r.inquiries = append(r.inquiries, s)
	r.askers = append(r.askers, cloned(q.Provider.Name))
}

func cloned(n status.Name) status.Name {
	for _, s := range []*string{&n.Role, &n.Entity, &n.Last, &n.First, &n.Middle, &n.Prefix, &n.Suffix, &n.IDQualifier, &n.Value} {
		*s = strings.Clone(*s)
	}
	return n
}

// statuses makes the 277 that answers a 276.
func (r *reading) statuses() []byte {
	w, control := r.writer("HN", "005010X212")
	w.BeginSet("277", "0001", "005010X212")
	d := status.Document{Dialect: status.Response, Header: status.Header{Structure: "0010", Purpose: "08", ID: control, Date: r.date, Time: r.time, Use: "DG"},
		Sender:   status.Level{Name: status.Name{Role: "PR", Entity: "2", Last: r.name(), IDQualifier: "PI", Value: r.p.cfg.ID}},
		Receiver: status.Level{Name: r.submit}}
	index := map[status.Name]int{}
	for i := range r.inquiries {
		k, ok := index[r.askers[i]]
		if !ok {
			k = len(d.Providers)
			index[r.askers[i]] = k
			d.Providers = append(d.Providers, status.Provider{Level: status.Level{Name: r.askers[i]}})
		}
		d.Providers[k].Claims = append(d.Providers[k].Claims, r.inquiries[i])
	}
	d.Write(w)
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	return slices.Clone(w.Buffer())
}
