package main

import (
	"context"
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/denial"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

var _ web.Worklists = deskActions{}

// How long nothing may be heard of a claim whose payer's profile says nothing: an
// acknowledgment comes within days, a decision within a month (the clean claim laws'
// most common bound).
const (
	quietSent     = 3 * 24 * time.Hour
	quietAccepted = 30 * 24 * time.Hour
)

// quiet is since when nothing may have been heard of claims in a state: by the times
// in which a partner's profile says that its 277CA and its 835 come.
func (a deskActions) quiet(state gateway.State, now time.Time) store.Quiet {
	answer, usual := "277ca", quietSent
	if state == gateway.Accepted {
		answer, usual = "835", quietAccepted
	}
	q := store.Quiet{Before: now.Add(-usual), Of: map[string]time.Time{}}
	for _, p := range a.b.g.profiles() {
		if wait, ok := p.Answers.Within(answer); ok && wait > 0 {
			q.Of[p.ID] = now.Add(-wait)
		}
	}
	return q
}

// waiting runs one count.
func (a deskActions) waiting(ctx context.Context, f func(tx *store.Tx) (int, money.Amount, error)) (web.Waiting, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) (w web.Waiting, err error) {
		w.Count, w.Money, err = f(tx)
		return w, err
	})
}

// WaitingClaims counts claims.
func (a deskActions) WaitingClaims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery, limit int) (web.Waiting, error) {
	return a.waiting(ctx, func(tx *store.Tx) (int, money.Amount, error) { return tx.SumClaims(s, q, limit) })
}

// WaitingDenials counts denials.
func (a deskActions) WaitingDenials(ctx context.Context, s gateway.Scope, limit int) (web.Waiting, error) {
	return a.waiting(ctx, func(tx *store.Tx) (int, money.Amount, error) { return tx.SumDenied(s, limit) })
}

// WaitingPayments counts payments without a claim.
func (a deskActions) WaitingPayments(ctx context.Context, s gateway.Scope, limit int) (web.Waiting, error) {
	return a.waiting(ctx, func(tx *store.Tx) (int, money.Amount, error) { return tx.SumUnmatched(s, limit) })
}

// WaitingRemittances counts remittance advices that do not balance.
func (a deskActions) WaitingRemittances(ctx context.Context, s gateway.Scope, limit int) (web.Waiting, error) {
	return a.waiting(ctx, func(tx *store.Tx) (int, money.Amount, error) { return tx.SumHeldRemittances(s, limit) })
}

// Silent lists claims of which nothing is heard.
func (a deskActions) Silent(ctx context.Context, s gateway.Scope, limit int) ([]gateway.Claim, error) {
	now := a.b.g.now()
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Claim, error) {
		list, err := tx.QuietFor(s, gateway.Sent, a.quiet(gateway.Sent, now), limit)
		if err != nil || len(list) == limit {
			return list, err
		}
		more, err := tx.QuietFor(s, gateway.Accepted, a.quiet(gateway.Accepted, now), limit-len(list))
		return append(list, more...), err
	})
}

// WaitingSilent counts them.
func (a deskActions) WaitingSilent(ctx context.Context, s gateway.Scope, limit int) (web.Waiting, error) {
	now := a.b.g.now()
	return a.waiting(ctx, func(tx *store.Tx) (int, money.Amount, error) {
		n, open, err := tx.SumQuiet(s, gateway.Sent, a.quiet(gateway.Sent, now), limit)
		if err != nil {
			return 0, 0, err
		}
		m, more, err := tx.SumQuiet(s, gateway.Accepted, a.quiet(gateway.Accepted, now), limit)
		return n + m, open + more, err
	})
}

// Rejections gives what was said of rejected claims.
func (a deskActions) Rejections(ctx context.Context, s gateway.Scope, claims []int64) (map[int64]string, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) (map[int64]string, error) { return tx.ReasonsOf(s, "rejected", claims) })
}

// FileBy is the last day on which a claim may come to its payer.
func (a deskActions) FileBy(c *gateway.Claim) web.Deadline {
	for _, k := range denial.Filing(c, a.b.g.rulesOf(c)) {
		return deadline(k, a.b.g.now())
	}
	return web.Deadline{}
}

// Tasks finds who works on claims.
func (a deskActions) Tasks(ctx context.Context, s gateway.Scope, kind gateway.TaskKind, objects []int64) (map[int64]gateway.Task, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) (map[int64]gateway.Task, error) { return tx.Tasks(s, kind, objects) })
}

// TasksOf lists the claims that somebody has taken.
func (a deskActions) TasksOf(ctx context.Context, s gateway.Scope, owner string, limit int) ([]gateway.Task, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Task, error) {
		return tx.TasksOf(s, gateway.TaskClaim, owner, limit)
	})
}

// SetTask notes who works on something.
func (a deskActions) SetTask(ctx context.Context, k gateway.Task) error {
	return a.b.g.store.Do(ctx, func(tx *store.Tx) error { return tx.SetTask(&k) })
}
