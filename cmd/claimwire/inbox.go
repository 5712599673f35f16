package main

import (
	"context"
	"errors"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// poll fetches what a partner has for us.
func (g *spine) poll(ctx context.Context, s gateway.Scope, p *partners.Profile) (int, error) {
	c, err := g.dial(ctx, p)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return g.collect.Collect(ctx, s, p, c)
}

// pollJob looks into a partner's folder, and asks to be called again: one job a
// partner, so that of many processes one looks. After a failure it waits
// longer. It may run twice: a file is noted as fetched with the transaction that
// keeps it.
func (g *spine) pollJob(ctx context.Context, j *gateway.Job) error {
	p := g.profile(j.Args)
	if p == nil || p.Connection.Host == "" {
		return nil // it is no partner any more that we go to
	}
	n, err := g.poll(ctx, j.Scope, p)
	wait := g.pollEvery
	if e := p.Schedule.Every(); e > 0 {
		wait = e
	}
	var until errWait
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &until):
		wait = time.Duration(until)
	case err != nil && g.passing(err):
		return err
	case err != nil:
		// Not through broken: the connection may be well and one file not.
		g.log.Warn().Err(err).Str("partner", p.ID).Msg("the partner's files cannot all be fetched")
		wait = max(wait, 5*time.Second)
	}
	if n > 0 {
		g.log.Info().Str("partner", p.ID).Int("files", n).Msg("files fetched")
	}
	return work.Snooze(wait)
}

// startPolling asks for every partner that we go to to be looked at.
func (g *spine) startPolling(ctx context.Context, every time.Duration) error {
	g.reloading.Lock() // a page may add a partner at the same time
	g.pollEvery = every
	g.reloading.Unlock()
	if err := g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.AddRecurring(gateway.Scope{}, "seal", "", g.now().Add(sealEvery)); err != nil {
			return err
		}
		if err := g.askToIndex(tx); err != nil {
			return err
		}
		if err := tx.AddRecurring(gateway.Scope{}, "watch", "", g.now()); err != nil {
			return err
		}
		if err := tx.AddRecurring(gateway.Scope{}, "retention", "", g.now().Add(time.Minute)); err != nil {
			return err
		}
		return nil
	}); err != nil {
		return err
	}
	if err := g.partners.Load().served(); err != nil {
		return err
	}
	return g.pollNew(ctx)
}

// inbox is what collecting asks of the store and the archive.
type inbox struct{ g *spine }

// Look notes what lies in a partner's folder.
func (b inbox) Look(ctx context.Context, s gateway.Scope, partner string, files []gateway.Sighting) error {
	return b.g.store.Do(ctx, func(tx *store.Tx) error { return tx.Look(s, partner, files, b.g.now()) })
}
