package main

import (
	"context"
	"errors"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

// deskActions does for people what the API does for programs, and gives errors
// in the pages' words.
type deskActions struct{ b books }

var (
	_ web.Operator    = deskActions{}
	_ web.Postings    = deskActions{}
	_ web.Corrections = deskActions{}
)

// said gives an error in the pages' words.
func said(err error) error {
	var r api.Refused
	switch {
	case errors.As(err, &r):
		return web.Refused{Reason: r.Reason}
	case errors.Is(err, api.ErrNotFound), errors.Is(err, store.ErrNotFound):
		return web.ErrNotFound
	}
	return err
}

// Alerts lists alerts.
func (a deskActions) Alerts(ctx context.Context, s gateway.Scope, own, all bool, p gateway.Page) ([]gateway.Alert, error) {
	list, err := a.b.Alerts(ctx, s, own, all, p)
	return list, said(err)
}

// Jobs lists jobs.
func (a deskActions) Jobs(ctx context.Context, s gateway.Scope, own bool, state string, p gateway.Page) ([]gateway.Job, error) {
	list, err := a.b.Jobs(ctx, s, own, state, p)
	return list, said(err)
}

// RetryJob lets a parked job run again.
func (a deskActions) RetryJob(ctx context.Context, s gateway.Scope, own bool, id int64, who string) error {
	_, err := a.b.RetryJob(ctx, s, own, id, who)
	return said(err)
}

// Aside lists files that were put aside.
func (a deskActions) Aside(ctx context.Context, s gateway.Scope) ([]gateway.Transmission, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.AsideOf(s) })
}

// Unsure lists interchanges that nobody knows of.
func (a deskActions) Unsure(ctx context.Context, s gateway.Scope) ([]gateway.Interchange, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.UnsureOf(s) })
}

// Release lets a file in.
func (a deskActions) Release(ctx context.Context, s gateway.Scope, id int64, who string) error {
	_, err := a.b.Release(ctx, s, id, who)
	return said(err)
}

// Dismiss leaves a file out for good.
func (a deskActions) Dismiss(ctx context.Context, s gateway.Scope, id int64, who string) error {
	_, err := a.b.Dismiss(ctx, s, id, who)
	return said(err)
}

// Decide says whether a partner has an interchange.
func (a deskActions) Decide(ctx context.Context, s gateway.Scope, id int64, decision, who string) error {
	_, err := a.b.Decide(ctx, s, id, decision, who)
	return said(err)
}

// Links lists how connections are.
func (a deskActions) Links(ctx context.Context, s gateway.Scope) ([]gateway.Link, error) {
	list, err := a.b.Links(ctx, s)
	return list, said(err)
}

// Resume lets a partner's connection be tried again.
func (a deskActions) Resume(ctx context.Context, s gateway.Scope, partner, who string) error {
	_, err := a.b.Resume(ctx, s, partner, who)
	return said(err)
}

// HeldRemittances lists remittance advices that are not posted.
func (a deskActions) HeldRemittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	list, err := a.b.HeldRemittances(ctx, s, p)
	return list, said(err)
}

// DecideRemittance posts one as it stands, or never.
func (a deskActions) DecideRemittance(ctx context.Context, s gateway.Scope, id int64, release bool, by, reason string) error {
	_, err := a.b.DecideRemittance(ctx, s, id, release, by, reason)
	return said(err)
}

// Payment finds a claim payment.
func (a deskActions) Payment(ctx context.Context, s gateway.Scope, id int64) (gateway.Payment, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) (gateway.Payment, error) { return tx.Payment(s, id) })
}

// Candidates lists claims that a payment may belong to.
func (a deskActions) Candidates(ctx context.Context, s gateway.Scope, payment int64) ([]web.Candidate, error) {
	list, err := look(ctx, a.b.g.store, func(tx *store.Tx) (out []web.Candidate, err error) {
		found, err := a.b.g.ledger.Candidates(tx, s, payment)
		for _, c := range found {
			out = append(out, web.Candidate{Claim: c.Claim, Why: c.Words})
		}
		return out, err
	})
	return list, said(err)
}

// MatchPayment gives a payment to a claim.
func (a deskActions) MatchPayment(ctx context.Context, s gateway.Scope, payment, claim int64, by string) error {
	return said(a.b.MatchPayment(ctx, s, payment, claim, by))
}

// UnmatchPayment takes it away again.
func (a deskActions) UnmatchPayment(ctx context.Context, s gateway.Scope, payment int64, by string) error {
	return said(a.b.UnmatchPayment(ctx, s, payment, by))
}

// Correct sends what follows a claim.
func (a deskActions) Correct(ctx context.Context, s gateway.Scope, claim int64, kind string, encounter []byte, by, note string) (gateway.Claim, gateway.Correction, error) {
	c, k, err := a.b.Correct(ctx, s, claim, kind, encounter, by, note)
	return c, k, said(err)
}

// Secondary sends a claim to the next payer.
func (a deskActions) Secondary(ctx context.Context, s gateway.Scope, claim int64, by string) (gateway.Claim, gateway.Correction, error) {
	c, k, err := a.b.Secondary(ctx, s, claim, by)
	return c, k, said(err)
}

// Followers lists the claims that follow one.
func (a deskActions) Followers(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Correction, error) {
	list, err := a.b.Followers(ctx, s, claim)
	return list, said(err)
}
