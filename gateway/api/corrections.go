package api

import (
	"context"
	"encoding/json"
	"time"

	"claimwire/gateway"
)

// Corrections is what Books can do besides, where claims are corrected and
// passed on to the next payer.
type Corrections interface {
	// Correct sends what follows a claim: kind is new, replace or void, or empty for
	// what its state allows; encounter is what is right now, in any accepted form,
	// or nothing to send the same again.
	Correct(ctx context.Context, s gateway.Scope, claim int64, kind string, encounter []byte, by, note string) (gateway.Claim, gateway.Correction, error)
	// Secondary sends a claim to the next payer, built from what its payer decided.
	Secondary(ctx context.Context, s gateway.Scope, claim int64, by string) (gateway.Claim, gateway.Correction, error)
	Followers(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Correction, error)
}

// Correction says that a claim follows another.
type Correction struct {
	Claim    int64     `json:"claim" doc:"The claim that follows"`
	Original int64     `json:"original"`
	Kind     string    `json:"kind" enum:"new,replace,void,secondary"`
	At       time.Time `json:"at"`
	Note     string    `json:"note,omitempty"`
}

func shapeCorrection(c gateway.Correction) Correction {
	return Correction{c.Claim, c.Original, string(c.Kind), c.At.UTC(), c.Note}
}

// Corrected is the claim that follows, and how.
type Corrected struct {
	Correction Correction `json:"correction"`
	Claim      Claim      `json:"claim"`
}

// followed finds the claim that a request with the same idempotency key has made;
// nil: it has made none.
func (s *server) followed(ctx context.Context, m Corrections, id int64, is func(gateway.Correction) bool) (*gateway.Claim, gateway.Correction, error) {
	who := callerOf(ctx)
	if who.since.IsZero() {
		return nil, gateway.Correction{}, nil
	}
	list, err := m.Followers(ctx, who.Scope, id)
	for _, k := range list {
		if err == nil && who.doneAt(k.At) && is(k) {
			c, err := s.cfg.Books.Claim(ctx, who.Scope, k.Claim)
			return &c, k, err
		}
	}
	return nil, gateway.Correction{}, err
}

func (s *server) corrections(m Corrections) {
	post(s, "/v1/claims/{id}/corrections", "correct-claim", "Correct a claim: a new original, a replacement or a void, as its true state allows", "claims",
		func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			ByID
			Body struct {
				Kind      string          `json:"kind,omitempty" enum:"new,replace,void" doc:"Not given: what the claim's state allows"`
				Encounter json.RawMessage `json:"encounter,omitempty" doc:"What is right now: an encounter or a claim record; not given: the same again"`
				Note      string          `json:"note,omitempty" maxLength:"500"`
			}
		}) (*only[Corrected], error) {
			if c, k, err := s.followed(ctx, m, in.ID, func(k gateway.Correction) bool { return k.Kind != gateway.CorrectSecondary }); c != nil || err != nil {
				return &only[Corrected]{Corrected{shapeCorrection(k), shapeClaim(callerOf(ctx).Principal, *c)}}, err
			}
			c, k, err := m.Correct(ctx, scope, in.ID, in.Body.Kind, in.Body.Encounter, by, in.Body.Note)
			return &only[Corrected]{Corrected{shapeCorrection(k), shapeClaim(callerOf(ctx).Principal, c)}}, err
		})
	post(s, "/v1/claims/{id}/secondary", "pass-claim-on", "Send a claim to the next payer, built from what its payer decided", "claims",
		func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			ByID
		}) (*only[Corrected], error) {
			if c, k, err := s.followed(ctx, m, in.ID, func(k gateway.Correction) bool { return k.Kind == gateway.CorrectSecondary }); c != nil || err != nil {
				return &only[Corrected]{Corrected{shapeCorrection(k), shapeClaim(callerOf(ctx).Principal, *c)}}, err
			}
			c, k, err := m.Secondary(ctx, scope, in.ID, by)
			return &only[Corrected]{Corrected{shapeCorrection(k), shapeClaim(callerOf(ctx).Principal, c)}}, err
		})
	get(s, "/v1/claims/{id}/followers", "claim-followers", "The claims that correct a claim or pass it on", "claims",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[[]Correction], error) {
			list, err := m.Followers(ctx, scope, in.ID)
			return &only[[]Correction]{shapeAll(list, shapeCorrection)}, err
		})
}
