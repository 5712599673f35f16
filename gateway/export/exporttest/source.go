// Package exporttest makes up claims, what payers decided of them, and what
// happened, for tests of reports and exports: any number of them, the same for
// the same seed, without a store.
package exporttest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Source makes up so many claims.
type Source struct {
	Claims int
	Seed   uint64
}

// Coder is who gave a file.
func (s Source) Coder(transmission int64) string { return fmt.Sprint("coder", transmission%3) }

// Table is the binary's.
func (s Source) Table(string) *remit.Table { return remit.DefaultTable() }

var (
	payers  = []string{"CMHP1", "MDCRB", "EVMCD", "TRWST", "BLUEH"}
	reasons = []adjust.Adjustment{{Group: "CO", Reason: "50"}, {Group: "PR", Reason: "204"}, {Group: "CO", Reason: "29"}, {Group: "CO", Reason: "16"}, {Group: "OA", Reason: "18"}, {Group: "CO", Reason: "197"}}
	codes   = []string{"99213", "99214", "93000", "85025", "97110"}
)

// made is one claim and all about it, which depends on its number and the seed
// alone.
type made struct {
	c        gateway.Claim
	payments []gateway.Payment
}

func (s Source) make(i int) made {
	r := rand.New(rand.NewPCG(s.Seed, uint64(i)))
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(300))
	c := gateway.Claim{ID: int64(i + 1), Transmission: int64(1 + i/1000), Item: 1 + i%1000, ClaimID: fmt.Sprint("PCN", i), Kind: "professional", Payer: payers[r.IntN(len(payers))], Partner: "p",
		NPI: fmt.Sprint("200000", 1000+r.IntN(20)), From: day.Format("20060102"), To: day.Format("20060102"), Frequency: "1", Sequence: "P", At: day.AddDate(0, 0, 3), State: gateway.Sent}
	rec := &claim.Claim{Kind: claim.Professional, ID: c.ClaimID}
	for range 1 + r.IntN(3) {
		charge := money.Amount(5000 + r.IntN(30000))
		c.Charge += charge
		rec.Lines = append(rec.Lines, claim.Line{Procedure: claim.Procedure{Qualifier: "HC", Code: codes[r.IntN(len(codes))]}, Charge: money.Of(charge), Unit: "UN", Units: "1"})
	}
	c.Document = rec.AppendJSON(nil)
	c.Money.Open = c.Charge
	m := made{c: c}
	decide := func(days int, outcome int) *gateway.Payment {
		d := &remit.ClaimPayment{ID: c.ClaimID, Status: "1", Charge: money.Of(c.Charge), PayerClaimID: fmt.Sprint("ICN", i), Remittance: &remit.Remittance{Date: day.AddDate(0, 0, days).Format("20060102")}}
		for k := range rec.Lines {
			charge := rec.Lines[k].Charge.Amount
			l := remit.ServicePayment{Procedure: remit.Procedure{Qualifier: "HC", Code: rec.Lines[k].Procedure.Code}, Charge: money.Of(charge), Paid: money.Of(0)}
			switch {
			case outcome == 0 || outcome == 1 && k == 0:
				a := reasons[r.IntN(len(reasons))]
				a.Amount = money.Of(charge)
				l.Adjustments = []adjust.Adjustment{a}
			default:
				off := charge / 5
				l.Paid = money.Of(charge - off)
				l.Adjustments = []adjust.Adjustment{{Group: "CO", Reason: "45", Amount: money.Of(off)}}
			}
			d.Paid = money.Of(d.Paid.Amount + l.Paid.Amount)
			d.Lines = append(d.Lines, l)
		}
		t := remit.DefaultTable()
		d.Outcome = t.Classify(d, nil)
		b := t.Split(d)
		m.payments = append(m.payments, gateway.Payment{ID: int64(i*4 + len(m.payments) + 1), Claim: c.ID, Kind: string(d.Kind), Status: d.Status, Outcome: d.Word, Scenario: d.Scenario, ClaimID: c.ClaimID,
			PayerClaimID: d.PayerClaimID, Charge: c.Charge, Paid: d.Paid.Amount, Money: gateway.Money{Paid: b.Paid, Adjusted: b.Contractual, Patient: b.Patient, Denied: b.Denied}, PaidOn: d.Remittance.Date,
			Document: d.AppendJSON(nil)})
		return &m.payments[len(m.payments)-1]
	}
	settle := func(p *gateway.Payment) {
		m.c.Money, m.c.State = p.Money, gateway.Paid
		if p.Kind == "denial" {
			m.c.State = gateway.Denied
		}
	}
	switch n := r.IntN(100); {
	case n < 5:
		m.c.State = gateway.Held
	case n < 10:
		m.c.State = gateway.Rejected
	case n < 20:
		m.c.State = gateway.Accepted
	case n < 35:
		settle(decide(20, 0))
	case n < 45:
		settle(decide(25, 1))
	case n < 50: // denied, taken back, paid
		first := *decide(20, 0)
		second := gateway.Payment{ID: int64(i*4 + 2), Claim: c.ID, Kind: "reversal", Charge: -first.Charge, PaidOn: first.PaidOn, Pair: first.ID, Document: first.Document,
			Money: gateway.Money{Denied: -first.Money.Denied}}
		m.payments[0].Pair = second.ID
		m.payments = append(m.payments, second)
		settle(decide(40, 2))
	default:
		settle(decide(15+r.IntN(20), 2))
	}
	return m
}

// EachClaim gives the claims.
func (s Source) EachClaim(visit func(c *gateway.Claim) error) error {
	for i := range s.Claims {
		m := s.make(i)
		if err := visit(&m.c); err != nil {
			return err
		}
	}
	return nil
}

// EachPayment gives the claim payments.
func (s Source) EachPayment(visit func(p *gateway.Payment) error) error {
	for i := range s.Claims {
		m := s.make(i)
		for k := range m.payments {
			if err := visit(&m.payments[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// EachCorrection gives none: each claim stands by itself.
func (s Source) EachCorrection(func(k *gateway.Correction) error) error { return nil }

// EachEvent gives what happened.
func (s Source) EachEvent(visit func(e *gateway.Event) error) error {
	id := int64(0)
	for i := range s.Claims {
		m := s.make(i)
		if m.c.State == gateway.Held {
			continue
		}
		kind, state := "accepted", gateway.Accepted
		if m.c.State == gateway.Rejected {
			kind, state = "rejected", gateway.Rejected
		}
		for _, e := range []gateway.Event{{Kind: "sent", At: m.c.At, Claims: []gateway.ClaimChange{{Claim: m.c.ID, State: gateway.Sent}}},
			{Kind: kind, At: m.c.At.Add(time.Duration(1+i%4) * 12 * time.Hour), Claims: []gateway.ClaimChange{{Claim: m.c.ID, State: state, Reason: "A2:20"}}}} {
			id++
			e.ID = id
			if err := visit(&e); err != nil {
				return err
			}
		}
	}
	return nil
}
