package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
)

// What a person does with what was put aside. Each change is in the audit trail
// in the transaction that makes it.

var _ api.Operator = books{}

// audited runs a change that the audit trail tells of and gives errors in the interface's words.
func audited[T any](ctx context.Context, g *spine, s gateway.Scope, who, action, object string, f func(tx *store.Tx) (T, error)) (T, error) {
	var v T
	err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
		// Answers of partners change the same rows.
		if err := tx.Lock(s, "ledger"); err != nil {
			return err
		}
		if v, err = f(tx); err != nil {
			return err
		}
		return tx.AddAudited(&gateway.Audited{Scope: s, At: g.now(), Actor: who, Action: action, Object: object, Outcome: gateway.AuditDone})
	})
	if errors.Is(err, store.ErrNotFound) {
		err = api.ErrNotFound
	}
	return v, err
}

func numbered(noun string, id int64) string { return noun + ":" + strconv.FormatInt(id, 10) }

// Alerts lists alerts.
func (b books) Alerts(ctx context.Context, s gateway.Scope, own, all bool, p gateway.Page) ([]gateway.Alert, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Alert, error) { return tx.Alerts(s, own, all, p) })
}

// jobScope is which jobs a caller sees: an operator sees those of all.
func jobScope(s gateway.Scope, own bool) gateway.Scope {
	if own {
		return gateway.Scope{}
	}
	return s
}

// Jobs lists jobs.
func (b books) Jobs(ctx context.Context, s gateway.Scope, own bool, state string, p gateway.Page) ([]gateway.Job, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Job, error) { return tx.Jobs(jobScope(s, own), state, p) })
}

// RetryJob lets a parked job run again.
func (b books) RetryJob(ctx context.Context, s gateway.Scope, own bool, id int64, who string) (gateway.Job, error) {
	return audited(ctx, b.g, s, who, "job.retry", numbered("job", id), func(tx *store.Tx) (gateway.Job, error) { return tx.FreeJob(jobScope(s, own), id, b.g.now()) })
}

// Release lets a file in that was put aside. What it holds is applied as far as
// it was not before: claims of the same services, and payments of the same trace,
// are not taken twice.
func (b books) Release(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Transmission, error) {
	return audited(ctx, b.g, s, who, "file.release", numbered("file", id), func(tx *store.Tx) (gateway.Transmission, error) {
		m, err := aside(tx, s, id)
		if err != nil {
			return m, err
		}
		if !m.PurgedAt.IsZero() {
			return m, api.Refused{Reason: "its bytes went by retention"}
		}
		m.State, m.Released = "received", who
		if err := tx.SetTransmission(&m); err != nil {
			return m, err
		}
		return m, tx.AddJob(s, b.g.takes(m.Partner), strconv.FormatInt(id, 10), b.g.now())
	})
}

// takes is the kind of job that takes a partner's files in: answers of payers,
// claims of everybody else.
func (g *spine) takes(partner string) string {
	if p := g.profile(partner); p != nil {
		return takingOf(p)
	}
	return "intake"
}

// Dismiss leaves a file out for good.
func (b books) Dismiss(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Transmission, error) {
	return audited(ctx, b.g, s, who, "file.dismiss", numbered("file", id), func(tx *store.Tx) (gateway.Transmission, error) {
		m, err := aside(tx, s, id)
		if err != nil {
			return m, err
		}
		m.State, m.Note = "dismissed", m.Note+"; left out by "+who
		return m, tx.SetTransmission(&m)
	})
}

// aside finds a file that is put aside.
func aside(tx *store.Tx, s gateway.Scope, id int64) (gateway.Transmission, error) {
	m, err := tx.Transmission(s, id)
	if err == nil && (!m.Inbound || m.State != "quarantined") {
		err = api.Refused{Reason: "the file is not put aside: it is " + m.State}
	}
	return m, err
}

// Decide says of an interchange that nobody knows of whether the partner has it.
func (b books) Decide(ctx context.Context, s gateway.Scope, id int64, decision, who string) (gateway.Interchange, error) {
	return audited(ctx, b.g, s, who, "interchange.decide."+decision, numbered("interchange", id), func(tx *store.Tx) (gateway.Interchange, error) {
		i, err := tx.Interchange(s, id)
		if err != nil {
			return i, err
		}
		if i.State != "unsure" {
			return i, api.Refused{Reason: "the interchange is " + i.State + ": there is nothing to decide"}
		}
		if decision == "sent" {
			return i, markSent(tx, &i, b.g.now(), "sent, as "+who+" says")
		}
		if err := tx.Redeliver(id); err != nil {
			return i, err
		}
		i.State, i.Note = "queued", "it is sent again, as "+who+" says"
		if err := tx.SetInterchange(&i); err != nil {
			return i, err
		}
		return i, tx.AddJob(s, "deliver", strconv.FormatInt(id, 10), b.g.now())
	})
}

// Links tells how the connections to the partners of a scope are.
func (b books) Links(ctx context.Context, s gateway.Scope) ([]gateway.Link, error) {
	return read(ctx, b.g, func(tx *store.Tx) (list []gateway.Link, err error) {
		for _, p := range b.g.profiles() {
			if scopeOf(p) != s || p.Connection.Host == "" {
				continue
			}
			l, err := tx.Link(s, p.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, l)
		}
		return list, nil
	})
}

// Resume lets a partner's connection be tried again.
func (b books) Resume(ctx context.Context, s gateway.Scope, partner, who string) (gateway.Link, error) {
	p := b.g.profile(partner)
	if p == nil || scopeOf(p) != s {
		return gateway.Link{}, api.ErrNotFound
	}
	return audited(ctx, b.g, s, who, "partner.resume", "partner:"+partner, func(tx *store.Tx) (gateway.Link, error) {
		if err := tx.SetLink(&gateway.Link{Scope: s, Partner: partner}); err != nil {
			return gateway.Link{}, err
		}
		return tx.Link(s, partner)
	})
}

// Certified tells where the partners of a scope stand.
func (b books) Certified(ctx context.Context, s gateway.Scope) ([]gateway.Certified, error) {
	var list []gateway.Certified
	for _, p := range b.g.profiles() {
		if !p.Certification.Used() || ownerOf(p) != s {
			continue
		}
		c, err := read(ctx, b.g, func(tx *store.Tx) (gateway.Certified, error) { return tx.Certified(s, p.ID) })
		if err != nil {
			return nil, err
		}
		if c.Stage == "" {
			c.Stage = gateway.StageTest
		}
		list = append(list, c)
	}
	return list, nil
}

// SetStage moves a partner to a stage of its certification.
func (b books) SetStage(ctx context.Context, s gateway.Scope, partner, stage, reason, who string) (gateway.Certified, error) {
	p := b.g.profile(partner)
	if p == nil || ownerOf(p) != s {
		return gateway.Certified{}, api.ErrNotFound
	}
	if !p.Certification.Used() {
		return gateway.Certified{}, api.Refused{Reason: "the partner's profile has no certification: it is live"}
	}
	return audited(ctx, b.g, s, who, "partner.stage", "partner:"+partner, func(tx *store.Tx) (gateway.Certified, error) {
		if err := tx.Lock(s, "certification/"+partner); err != nil {
			return gateway.Certified{}, err
		}
		c := gateway.Certified{Scope: s, Partner: partner, Stage: stage, Since: b.g.now(), Note: reason + " (" + who + ")"}
		if err := tx.SetCertified(&c); err != nil {
			return c, err
		}
		return c, b.g.askOverview(tx, p)
	})
}

// Holds lists legal holds.
func (b books) Holds(ctx context.Context, s gateway.Scope) ([]gateway.Hold, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Hold, error) { return tx.Holds(s) })
}

// Hold begins a legal hold.
func (b books) Hold(ctx context.Context, s gateway.Scope, h gateway.Hold, who string) (gateway.Hold, error) {
	object := "organisation"
	if h.Transmission != 0 {
		object = numbered("file", h.Transmission)
	}
	return audited(ctx, b.g, s, who, "hold.begin", object, func(tx *store.Tx) (gateway.Hold, error) {
		if h.Transmission != 0 {
			if _, err := tx.Transmission(s, h.Transmission); err != nil {
				return h, err
			}
		}
		list, err := tx.Holds(s)
		if err != nil {
			return h, err
		}
		for _, was := range list {
			if was.EndedAt.IsZero() && was.Transmission == h.Transmission && was.Reason == h.Reason {
				return was, nil // asked again
			}
		}
		h.Scope, h.By, h.At = s, who, b.g.now()
		return h, tx.AddHold(&h)
	})
}

// EndHold ends one.
func (b books) EndHold(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Hold, error) {
	return audited(ctx, b.g, s, who, "hold.end", numbered("hold", id), func(tx *store.Tx) (gateway.Hold, error) { return tx.EndHold(s, id, b.g.now()) })
}

// Once notes that a request with a key is done, and says since when it is.
func (b books) Once(ctx context.Context, s gateway.Scope, key, request string) (since time.Time, err error) {
	err = b.g.store.Do(ctx, func(tx *store.Tx) error {
		since, err = tx.Once(s, "post/"+key, request, b.g.now())
		return err
	})
	if errors.Is(err, store.ErrOther) {
		err = fmt.Errorf("%w", api.ErrKeyUsed)
	}
	return since, err
}
