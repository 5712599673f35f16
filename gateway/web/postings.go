package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// Postings is what a person decides about money. A refusal is a Refused.
type Postings interface {
	HeldRemittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error)
	// DecideRemittance posts a held remittance advice as it stands, or never.
	DecideRemittance(ctx context.Context, s gateway.Scope, id int64, release bool, by, reason string) error
	Payment(ctx context.Context, s gateway.Scope, id int64) (gateway.Payment, error)
	Candidates(ctx context.Context, s gateway.Scope, payment int64) ([]Candidate, error)
	MatchPayment(ctx context.Context, s gateway.Scope, payment, claim int64, by string) error
	ProviderAdjustments(ctx context.Context, s gateway.Scope, remittance int64, p gateway.Page) ([]gateway.ProviderAdjustment, error)
	// Balances are what payers moved forward or take back later, with what is open.
	Balances(ctx context.Context, s gateway.Scope) ([]Balance, error)
	UnmatchPayment(ctx context.Context, s gateway.Scope, payment int64, by string) error
}

// Candidate is a claim that a payment may belong to.
type Candidate struct {
	Claim gateway.Claim
	Why   string // what is the same, and what is not
}

// Balance is a balance moved forward, or an overpayment that is taken back later.
type Balance struct {
	Partner, Payee, Kind, Reference, Trace, Since, Until string
	Opened, Settled, Open                                money.Amount
}

func showLedger(s *server, r *request) error {
	list, err := s.Postings.Balances(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "ledger", "Balances with payers", map[string]any{"Balances": list})
}

// Corrections is how claims are followed by others. A refusal is a Refused.
type Corrections interface {
	// Correct sends what follows a claim: kind is new, replace or void, or empty for
	// what its state allows; encounter is what is right now, or nothing for the same
	// again.
	Correct(ctx context.Context, s gateway.Scope, claim int64, kind string, encounter []byte, by, note string) (gateway.Claim, gateway.Correction, error)
	Secondary(ctx context.Context, s gateway.Scope, claim int64, by string) (gateway.Claim, gateway.Correction, error)
	Followers(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Correction, error)
	// Original says which claim a claim follows; false: none.
	Original(ctx context.Context, s gateway.Scope, claim int64) (gateway.Correction, bool, error)
}

func showHeld(s *server, r *request) error {
	list, err := s.Postings.HeldRemittances(r.Context(), r.who.Scope, gateway.Page{Limit: 200})
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "held", "Remittance advices that do not balance", map[string]any{"Held": list})
}

func decideHeld(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if reason == "" || len(reason) > 500 {
		return badRequest("Say why, in at most 500 characters. It is kept with the remittance advice.")
	}
	what := r.PostFormValue("do")
	if what != "release" && what != "discard" {
		return errNotFound
	}
	if err := s.Postings.DecideRemittance(r.Context(), r.who.Scope, id, what == "release", r.who.Actor, reason); err != nil {
		return err
	}
	s.audit(r, "remittance."+what, "remittance:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	s.flash(r, map[string]string{"release": "It is posted as it stands.", "discard": "It is never posted."}[what])
	return s.redirect(r, "/remittances/held")
}

func showUnmatched(s *server, r *request) error {
	list, err := s.Desk.Payments(r.Context(), r.who.Scope, gateway.PaymentQuery{Page: gateway.Page{Limit: 200}, Unmatched: true})
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "unmatched", "Payments without a claim", map[string]any{"Payments": list})
}

func showPayment(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	p, err := s.Postings.Payment(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	var candidates []Candidate
	if p.Claim == 0 {
		if candidates, err = s.Postings.Candidates(r.Context(), r.who.Scope, id); err != nil {
			return err
		}
	}
	s.audit(r, "payment.view", "payment:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "payment", "Payment", map[string]any{"Payment": p, "Candidates": candidates, "Reasons": explained(reasonsIn(p.Document))})
}

// matchPayment gives a payment to a claim, or takes it away.
func matchPayment(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	to := "/payments/" + strconv.FormatInt(id, 10)
	if r.PostFormValue("do") == "unmatch" {
		err = s.Postings.UnmatchPayment(r.Context(), r.who.Scope, id, r.who.Actor)
		if err == nil {
			s.audit(r, "payment.unmatch", "payment:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
			s.flash(r, "The payment belongs to no claim now.")
		}
	} else {
		var claim int64
		if claim, err = strconv.ParseInt(strings.TrimSpace(r.PostFormValue("claim")), 10, 64); err != nil {
			return badRequest("Choose a claim.")
		}
		err = s.Postings.MatchPayment(r.Context(), r.who.Scope, id, claim, r.who.Actor)
		if err == nil {
			s.audit(r, "payment.match", "payment:"+strconv.FormatInt(id, 10), gateway.AuditDone, "claim:"+strconv.FormatInt(claim, 10))
			s.flash(r, "The payment belongs to the claim now, and is posted to it.")
			to = "/claims/" + strconv.FormatInt(claim, 10)
		}
	}
	if err != nil {
		return err
	}
	return s.redirect(r, to)
}

// followClaim sends what follows a claim: the same anew, a replacement, a void,
// or the claim to the next payer.
func followClaim(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.claim(r, id); err != nil {
		return err
	}
	var next gateway.Claim
	kind := r.PostFormValue("do")
	note := strings.TrimSpace(r.PostFormValue("note"))
	if len(note) > 500 {
		return badRequest("A note has at most 500 characters.")
	}
	if kind == "void" && note == "" {
		return badRequest("Say why it is taken back. It is kept with the claim.")
	}
	switch kind {
	case "void":
		next, _, err = s.Corrections.Correct(r.Context(), r.who.Scope, id, kind, nil, r.who.Actor, note)
	case "secondary":
		next, _, err = s.Corrections.Secondary(r.Context(), r.who.Scope, id, r.who.Actor)
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	s.audit(r, "claim."+kind, "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "claim:"+strconv.FormatInt(next.ID, 10))
	s.flash(r, "This is the claim that follows.")
	return s.redirect(r, "/claims/"+strconv.FormatInt(next.ID, 10))
}
