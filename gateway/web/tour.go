package web

import (
	"net/http"
	"slices"
	"strconv"

	"claimwire/gateway"
)

// The tour tells one claim's life step by step, with the files in which each step
// stands: what a newcomer looks at first.

// tourWords say of the kinds of events what happens at each, and why.
var tourWords = map[string]string{
	"held":                    "Our checks go over every claim before it leaves: form and required parts, codes on their day, what this payer wants, what fits together. What would be rejected is held here, with the field that it is about, so that it costs a minute and not a month.",
	"queued":                  "The office sent an encounter: who was treated, by whom, what was done, and what it costs. It was checked, given a number of ours (it goes to the payer as REF*D9 and comes back with every answer), and written as an X12 837 claim.",
	"sent":                    "The claim went in an interchange, one file with others for the same payer, over SFTP: uploaded under a temporary name, renamed when it was whole. Its bytes are kept as they went.",
	"acknowledged":            "The payer's system answered that it could read the file (TA1 for the envelope, 999 for what is in it). Nobody has looked at the claim yet.",
	"received by payer":       "The payer's front end has the claim (277CA, category A1).",
	"accepted":                "The payer's front end took the claim in for a decision (277CA, category A2). A claim that it refuses here was never decided: it is corrected and sent as new.",
	"rejected":                "The payer's front end did not take the claim in. It says which part it is about; the correction opens at that field.",
	"request_for_information": "The payer wants documents before it decides (277). They are sent from here, as a 275, before the day it names.",
	"request answered":        "The documents went to the payer, with the number by which it asked.",
	"payment":                 "The payer decided, and the remittance advice (835) says what it pays and what it took off, line by line. The sums were checked to the cent before anything was posted.",
	"denial":                  "The payer decided not to pay. The codes say why; the desk says in words what to do, who does it, and until when.",
	"reversal":                "The payer took its decision back, and a new one follows or not.",
}

// tourOrder is a claim's life; what is not in it comes first, as it came.
var tourOrder = []string{"held", "queued", "sent", "acknowledged", "received by payer", "accepted", "rejected", "request_for_information", "request answered", "denial", "payment", "paid",
	"patient_responsibility", "contractual", "other_payer", "forwarded", "reversal"}

func showTour(s *server, r *request) error {
	id, _ := strconv.ParseInt(r.FormValue("claim"), 10, 64)
	if id == 0 {
		list, err := s.claims(r, gateway.ClaimQuery{Page: gateway.Page{Limit: 1}, State: gateway.Paid})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return s.show(r, http.StatusOK, "tour", "One claim's life", map[string]any{})
		}
		id = list[0].ID
	}
	c, err := s.claim(r, id)
	if err != nil {
		return err
	}
	events, err := s.Desk.EventsOf(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	type told struct {
		step
		Tells string
	}
	var list []told
	for _, t := range steps(r, &c, events) {
		tells := tourWords[t.Kind]
		if tells == "" && t.State == gateway.Paid {
			tells = tourWords["payment"]
		}
		list = append(list, told{t, tells})
	}
	// Answers that came together are told in the order in which they say something.
	slices.SortStableFunc(list, func(a, b told) int { return slices.Index(tourOrder, a.Kind) - slices.Index(tourOrder, b.Kind) })
	data := map[string]any{"Claim": c, "Steps": list}
	payments, err := s.Desk.Payments(r.Context(), r.who.Scope, gateway.PaymentQuery{Page: gateway.Page{Limit: 1}, Claim: id})
	if err != nil {
		return err
	}
	if len(payments) > 0 {
		data["Account"], data["Remittance"] = accountOf(&payments[0]), payments[0].Remittance
	}
	s.audit(r, "claim.view", "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "the tour")
	return s.show(r, http.StatusOK, "tour", "One claim's life", data)
}
