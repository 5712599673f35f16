package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/deliver"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// deliverJob hands an interchange over. It may run twice: Deliver looks at the
// partner's folder before it sends anything again. A partner that cannot be
// reached is waited for, however long that takes.
func (g *spine) deliverJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	i, err := read(ctx, g, func(tx *store.Tx) (gateway.Interchange, error) { return tx.Interchange(j.Scope, id) })
	if err != nil {
		return err
	}
	p := g.profile(i.Partner)
	if p == nil {
		return work.Park{Reason: fmt.Errorf("no profile of partner %s", i.Partner)}
	}
	err = g.deliver.Deliver(ctx, j.Scope, id, p)
	var wait errWait
	switch {
	case errors.Is(err, deliver.ErrHeld):
		return work.Snooze(time.Second)
	case errors.Is(err, errNoDoor):
		return work.Snooze(5 * time.Second) // a process that has the door takes it
	case errors.As(err, &wait):
		return work.Snooze(time.Duration(wait))
	case errors.Is(err, deliver.ErrArchive):
		return err
	case err != nil && ctx.Err() == nil && !g.passing(err) && p.Connection.Host != "":
		// The connection broke: all that go to this partner wait a little.
		if err := g.notSent(ctx, i, err); err != nil {
			return err
		}
		if err := g.broken(ctx, ownerOf(p), p, err); err != nil {
			return err
		}

	}
	return err
}

// notSent notes why an interchange is not at the partner's yet.
func (g *spine) notSent(ctx context.Context, i gateway.Interchange, cause error) error {
	why := "the connection broke"
	for _, known := range []error{partners.ErrNoRename, partners.ErrFull, partners.ErrSize, partners.ErrNotFound, partners.ErrExists} {
		if errors.Is(cause, known) {
			why = known.Error()
		}
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(i.Scope, "ledger"); err != nil {
			return err
		}
		i, err := tx.Interchange(i.Scope, i.ID)
		if err != nil || i.State != "queued" {
			return err
		}
		i.Note = gateway.NotSent + why
		return tx.SetInterchange(&i)
	})
}

// errWait says that a partner is not to be tried before some time has passed.
type errWait time.Duration

// Error says how long.
func (w errWait) Error() string { return "the partner is tried again in " + time.Duration(w).String() }

// stoppedLook is how often it is asked whether a stopped connection may be tried
// again.
const stoppedLook = 5 * time.Second

// dial connects to a partner that we go to, unless it is to be left alone: after
// a failure it is tried later each time, by all processes together, and after a
// refused log-in or a strange host key not at all until a person lets us, since
// partners lock out who knocks too often.
//
// A connection that several organisations share is one: how it is stands with
// whose it is.
func (g *spine) dial(ctx context.Context, p *partners.Profile) (*partners.Client, error) {
	s := ownerOf(p)
	g.mu.Lock()
	one := g.dialing[p.ID]
	if one == nil {
		one = &sync.Mutex{}
		g.dialing[p.ID] = one
	}
	g.mu.Unlock()
	one.Lock()
	defer one.Unlock()
	l, err := read(ctx, g, func(tx *store.Tx) (gateway.Link, error) { return tx.Link(s, p.ID) })
	if err != nil {
		return nil, err
	}
	if l.Stopped {
		return nil, errWait(stoppedLook)
	}
	if wait := l.NextTry.Sub(g.now()); wait > 0 {
		return nil, errWait(min(wait, time.Hour))
	}
	if open := p.Schedule.NextOpen(g.now()); open.After(g.now()) {
		return nil, errWait(max(time.Second, min(open.Sub(g.now()), time.Hour)))
	}
	c, err := partners.Dial(ctx, &p.Connection)
	switch {
	case err == nil && l.Failures == 0:
		return c, nil
	case err == nil:
		g.log.Info().Str("partner", p.ID).Msg("the partner can be reached again")
		return c, g.store.Do(ctx, func(tx *store.Tx) error { return tx.SetLink(&gateway.Link{Scope: s, Partner: p.ID}) })
	case ctx.Err() != nil:
		return nil, err
	case errors.Is(err, partners.ErrDenied) || errors.Is(err, partners.ErrHostKey):
		l.Stopped, l.Reason, l.Since, l.Failures = true, err.Error(), g.now(), l.Failures+1
		g.log.Error().Err(err).Str("partner", p.ID).Msg("the connection is stopped: see to it, then claimwire partners resume")
		return nil, errors.Join(g.store.Do(ctx, func(tx *store.Tx) error { return tx.SetLink(&l) }), errWait(stoppedLook))
	}
	return nil, errors.Join(g.fail(ctx, &l, err), errWait(l.NextTry.Sub(g.now())))
}

// broken notes that a connection broke while it was used.
func (g *spine) broken(ctx context.Context, s gateway.Scope, p *partners.Profile, cause error) error {
	l, err := read(ctx, g, func(tx *store.Tx) (gateway.Link, error) { return tx.Link(s, p.ID) })
	if err != nil {
		return err
	}
	if l.Stopped || l.NextTry.After(g.now()) {
		return errWaitOr(l, g.now())
	}
	return errors.Join(g.fail(ctx, &l, cause), errWaitOr(l, g.now()))
}

func errWaitOr(l gateway.Link, now time.Time) error {
	if l.Stopped {
		return work.Snooze(stoppedLook)
	}
	return work.Snooze(max(l.NextTry.Sub(now), 100*time.Millisecond))
}

// fail counts a failure and says when the partner is tried again.
func (g *spine) fail(ctx context.Context, l *gateway.Link, cause error) error {
	if l.Failures++; l.Failures == 1 {
		l.Since = g.now()
	}
	l.Reason, l.NextTry = cause.Error(), g.now().Add(work.Backoff(l.Failures, 500*time.Millisecond, 15*time.Minute))
	g.log.Warn().Err(cause).Str("partner", l.Partner).Int("failures", l.Failures).Msg("the partner cannot be reached, or the connection broke")
	return g.store.Do(ctx, func(tx *store.Tx) error { return tx.SetLink(l) })
}

// outbox is what a delivery asks of the store.
type outbox struct{ g *spine }

// Interchange finds an interchange.
func (o outbox) Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error) {
	return read(ctx, o.g, func(tx *store.Tx) (gateway.Interchange, error) {
		i, err := tx.Interchange(s, id)
		if err == nil {
			err = tx.WireOf(&i)
		}
		return i, err
	})
}

// Lease takes the right to deliver.
func (o outbox) Lease(ctx context.Context, id int64, owner string, now, until time.Time) (p deliver.Progress, ok bool, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) error {
		var d store.Delivery
		d, ok, err = tx.Lease(id, owner, now, until)
		p = deliver.Progress(d)
		return err
	})
	return p, ok, err
}

// Step notes how far a delivery is about to go.
func (o outbox) Step(ctx context.Context, id int64, p deliver.Progress) (ok bool, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.Step(id, store.Delivery(p))
		return err
	})
	return ok, err
}

// Renew extends a lease.
func (o outbox) Renew(ctx context.Context, id, fence int64, until time.Time) (ok bool, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.Renew(id, fence, until)
		return err
	})
	return ok, err
}

// Release gives a lease back.
func (o outbox) Release(ctx context.Context, id, fence int64) error {
	return o.g.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Release(id, fence)
		return err
	})
}

// settle ends a delivery that is still ours: f gets the interchange as it is by
// now. An answer may have come before us, and has told that it is sent.
func (o outbox) settle(ctx context.Context, i gateway.Interchange, fence int64, f func(tx *store.Tx, i *gateway.Interchange) error) error {
	return o.g.store.Do(ctx, func(tx *store.Tx) error {
		// Answers change interchanges and claims too.
		if err := tx.Lock(i.Scope, "ledger"); err != nil {
			return err
		}
		if ok, err := tx.Release(i.ID, fence); err != nil {
			return err
		} else if !ok {
			return deliver.ErrHeld
		}
		i, err := tx.Interchange(i.Scope, i.ID)
		if err != nil || i.State != "queued" {
			return err
		}
		return f(tx, &i)
	})
}

// Sent records that the partner has an interchange, and moves its claims.
func (o outbox) Sent(ctx context.Context, i gateway.Interchange, fence int64, at time.Time) error {
	return o.settle(ctx, i, fence, func(tx *store.Tx, i *gateway.Interchange) error {
		if p := o.g.profile(i.Partner); p != nil {
			if err := o.g.askOverview(tx, p); err != nil {
				return err
			}
		}
		return markSent(tx, i, at, "")
	})
}

// markSent records that an interchange is at the partner's.
func markSent(tx *store.Tx, i *gateway.Interchange, at time.Time, note string) error {
	i.State, i.Note, i.SentAt = "sent", note, at
	if err := tx.SetInterchange(i); err != nil {
		return err
	}
	if err := answersSent(tx, i); err != nil {
		return err
	}
	changes, err := tx.MoveClaims(i.Scope, i.ID, gateway.Sent, at, gateway.Received, gateway.Held, gateway.Queued)
	if err != nil {
		return err
	}
	return tx.AddEvent(&gateway.Event{Scope: i.Scope, At: at, Kind: "sent", Interchange: i.ID, Place: gateway.Place{SHA256: i.SHA256}, Claims: changes})
}

// Unsure records that nobody knows whether the partner has an interchange.
func (o outbox) Unsure(ctx context.Context, i gateway.Interchange, fence int64, note string) error {
	o.g.log.Error().Str("partner", i.Partner).Str("interchange", i.Control).Msg("it is not sure whether an interchange was sent: " + note)
	return o.settle(ctx, i, fence, func(tx *store.Tx, i *gateway.Interchange) error {
		i.State, i.Note = "unsure", note
		return tx.SetInterchange(i)
	})
}
