package main

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"claimwire/edi/remit"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

var _ api.Postings = books{}

// change runs a transaction that changes something, and gives errors in the
// interface's words.
func change[T any](ctx context.Context, g *spine, f func(tx *store.Tx) (T, error)) (T, error) {
	var v T
	err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
		v, err = f(tx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return v, api.ErrNotFound
	}
	for _, refusal := range []error{ledger.ErrMatched, ledger.ErrNotMatched, ledger.ErrOtherPayer, ledger.ErrNeverSent, ledger.ErrNotHeld, ledger.ErrPosted, ledger.ErrReasonGiven} {
		if errors.Is(err, refusal) {
			return v, api.Refused{Reason: err.Error()}
		}
	}
	return v, err
}

// inLedger is change while nobody else posts.
func inLedger[T any](ctx context.Context, g *spine, s gateway.Scope, f func(tx *store.Tx) (T, error)) (T, error) {
	return change(ctx, g, func(tx *store.Tx) (T, error) {
		if err := tx.Lock(s, "ledger"); err != nil {
			var none T
			return none, err
		}
		return f(tx)
	})
}

type nothing = struct{}

// moneyJobs are the jobs of what is done with money and questions.
func (g *spine) moneyJobs() map[string]work.Handler {
	return map[string]work.Handler{"release": g.releaseJob, "attach": g.attachJob, "silence": g.silenceJob}
}

// HeldRemittances lists what is not posted.
func (b books) HeldRemittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Remittance, error) {
		return tx.RemittancesIn(s, gateway.RemittanceHeld, p)
	})
}

// DecideRemittance releases or discards.
func (b books) DecideRemittance(ctx context.Context, s gateway.Scope, id int64, release bool, by, reason string) (gateway.Remittance, error) {
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Remittance, error) {
		r, err := b.g.ledger.Decide(tx, s, id, release, by, reason)
		if err == nil && release {
			err = tx.AddJob(s, "release", strconv.FormatInt(id, 10), b.g.now())
		}
		return r, err
	})
}

// releaseJob posts a remittance advice that a person has released. It may run
// twice: what was posted is no more being released.
func (g *spine) releaseJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(j.Scope, "ledger"); err != nil {
			return err
		}
		r, err := tx.Remittance(j.Scope, id)
		if err != nil {
			return err
		}
		m, err := tx.TransmissionOf(j.Scope, r.Partner, r.Place.SHA256)
		if err != nil {
			return err
		}
		return g.ledger.Release(tx, &r, &m, func() (io.ReadCloser, error) { return g.archive.Open(m.SHA256) })
	})
}

// Candidates lists claims that a payment may belong to.
func (b books) Candidates(ctx context.Context, s gateway.Scope, payment int64) ([]api.Candidate, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]api.Candidate, error) {
		list, err := b.g.ledger.Candidates(tx, s, payment)
		var out []api.Candidate
		for _, c := range list {
			out = append(out, api.Candidate{Claim: api.ShapeClaim(c.Claim), Why: c.Words})
		}
		return out, err
	})
}

// MatchPayment gives a payment to a claim.
func (b books) MatchPayment(ctx context.Context, s gateway.Scope, payment, claim int64, by string) error {
	_, err := inLedger(ctx, b.g, s, func(tx *store.Tx) (nothing, error) {
		return nothing{}, b.g.ledger.Match(tx, s, payment, claim, by)
	})
	return err
}

// UnmatchPayment takes it away again.
func (b books) UnmatchPayment(ctx context.Context, s gateway.Scope, payment int64, by string) error {
	_, err := inLedger(ctx, b.g, s, func(tx *store.Tx) (nothing, error) {
		return nothing{}, b.g.ledger.Unmatch(tx, s, payment, by)
	})
	return err
}

// ReversalsAlone lists reversals without the payment that they undo.
func (b books) ReversalsAlone(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Payment, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.ReversalsAlone(s, p) })
}

// ProviderAdjustments lists them.
func (b books) ProviderAdjustments(ctx context.Context, s gateway.Scope, remittance int64, p gateway.Page) ([]gateway.ProviderAdjustment, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.ProviderAdjustment, error) {
		return tx.ProviderAdjustments(s, remittance, p)
	})
}

// ProviderBalances works out what is owed.
func (b books) ProviderBalances(ctx context.Context, s gateway.Scope) ([]api.ProviderBalance, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]api.ProviderBalance, error) {
		all, err := adjustmentsOf(tx, s)
		if err != nil {
			return nil, err
		}
		var out []api.ProviderBalance
		for _, d := range ledger.Debts(all) {
			out = append(out, api.ProviderBalance{Partner: d.Partner, Payee: d.Payee, Kind: d.Kind, Reference: d.Reference, Trace: d.Trace, Opened: d.Opened.String(),
				Settled: d.Settled.String(), Open: d.Open().String(), Since: api.ISODate(d.Since), Until: api.ISODate(d.Until)})
		}
		return out, nil
	})
}

// adjustmentsOf lists all money that moved between payers and providers and
// belongs to no claim.
func adjustmentsOf(tx *store.Tx, s gateway.Scope) (all []gateway.ProviderAdjustment, err error) {
	for after := int64(0); ; {
		list, err := tx.ProviderAdjustments(s, 0, gateway.Page{After: after, Limit: gateway.MaxPage})
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) < gateway.MaxPage {
			return all, nil
		}
		after = list[len(list)-1].ID
	}
}

// outcomeTable is a partner's table, and the profile that it is of.
type outcomeTable struct {
	*remit.Table
	of *partners.Profile
}

// outcomesOf is the table of a partner that says what adjustments make of a
// claim payment; nil: the binary's.
func (g *spine) outcomesOf(partner string) *remit.Table {
	p := g.profile(partner)
	if p == nil || len(p.Remittances.Outcomes) == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.outcomes[partner]; t.of == p {
		return t.Table
	}
	t, err := remit.DefaultTable().With(partner, strings.Join(p.Remittances.Outcomes, "\n"))
	if err != nil { // the profile was checked when it was read
		g.log.Error().Err(err).Str("partner", partner).Msg("the partner's lines of the table of outcomes cannot be read")
		return nil
	}
	if g.outcomes == nil {
		g.outcomes = map[string]outcomeTable{}
	}
	g.outcomes[partner] = outcomeTable{t, p}
	return t
}
