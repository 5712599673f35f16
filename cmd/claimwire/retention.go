package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
)

// What is kept how long. HIPAA asks for six years (45 CFR 164.316(b)(2)),
// Medicare Advantage for ten: ten is what is kept when nothing else is said, and
// less than six is refused.
const (
	leastYears = 6
	usualYears = 10
)

// class is a class of files with how long they are kept.
type class struct {
	name, text string
	kinds      []string // of transmissions; of the last: all that are in no other
}

func (r *retainConfig) classes() []class {
	return []class{{"claims", r.Claims, []string{"encounters", "837"}}, {"payments", r.Payments, []string{"835", "payments"}},
		{"answers", r.Answers, []string{"999", "TA1", "277CA", "277RFI", "277", "receipt", "twin"}}, {"other", r.Other, nil}}
}

// retentionOf reads how long a class is kept, in years.
func retentionOf(text string) (years int, err error) {
	if text == "" {
		return usualYears, nil
	}
	n, ok := strings.CutSuffix(text, "y")
	if years, err = strconv.Atoi(n); err != nil || !ok || years > 100 {
		return 0, errors.New("is a number of years such as 10y")
	}
	if years < leastYears {
		return 0, errors.New("is at least 6y: the law asks for that")
	}
	return years, nil
}

// retainEvery is how often it is looked for what may go.
const retainEvery = 24 * time.Hour

// purgeSet is how many files go in one transaction.
const purgeSet = 50

// retentionJob lets go what was kept long enough and is under no hold, and asks
// to be called again. It may run twice: what went is not found again.
func (g *spine) retentionJob(ctx context.Context, _ *gateway.Job) error {
	if err := g.purge(ctx, g.now()); err != nil {
		return err
	}
	// An idempotency key serves for the day on which it is used; a month is ample.
	now := g.now()
	if err := g.store.Do(ctx, func(tx *store.Tx) error { return tx.Forget(now.AddDate(0, -1, 0), now.AddDate(-1, 0, 0)) }); err != nil {
		return err
	}
	if err := g.store.EndSessions(ctx, now); err != nil {
		return err
	}
	return work.Snooze(retainEvery)
}

// purge lets go what may go.
func (g *spine) purge(ctx context.Context, now time.Time) error {
	classes := g.retain.classes()
	var named []string
	for _, c := range classes {
		named = append(named, c.kinds...)
	}
	for _, c := range classes {
		years, err := retentionOf(c.text)
		if err != nil {
			return err
		}
		before := now.AddDate(-years, 0, 0)
		for {
			n, err := g.purgeFiles(ctx, c.kinds, named, before, now)
			if err != nil {
				return err
			}
			if n < purgeSet {
				break
			}
		}
		if c.name != "claims" {
			continue
		}
		for {
			n, err := g.purgeInterchanges(ctx, before, now)
			if err != nil {
				return err
			}
			if n < purgeSet {
				break
			}
		}
	}
	return nil
}

// purged is the kind of the event that tells that a file's bytes went.
const purged = "deleted by retention"

func (g *spine) purgeFiles(ctx context.Context, kinds, named []string, before, now time.Time) (n int, err error) {
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		list, err := tx.ExpiredFiles(kinds, named, before, purgeSet)
		n = len(list)
		for i := range list {
			m := &list[i]
			last, err := tx.PurgeFile(m, now)
			if err != nil {
				return err
			}
			if err := tx.AddEvent(&gateway.Event{Scope: m.Scope, At: now, Kind: purged, Transmission: m.ID, Place: gateway.Place{SHA256: m.SHA256}}); err != nil {
				return err
			}
			if err := discard(tx, m.Scope, m.SHA256, last, now); err != nil {
				return err
			}
		}
		return err
	})
	return n, err
}

func (g *spine) purgeInterchanges(ctx context.Context, before, now time.Time) (n int, err error) {
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		list, err := tx.ExpiredInterchanges(before, purgeSet)
		n = len(list)
		for k := range list {
			i := &list[k]
			last, err := tx.PurgeInterchange(i, now)
			if err != nil {
				return err
			}
			if err := tx.AddEvent(&gateway.Event{Scope: i.Scope, At: now, Kind: purged, Interchange: i.ID, Place: gateway.Place{SHA256: i.SHA256}}); err != nil {
				return err
			}
			if err := discard(tx, i.Scope, i.SHA256, last, now); err != nil {
				return err
			}
		}
		return err
	})
	return n, err
}

// discard asks for bytes to be removed that no row needs.
func discard(tx *store.Tx, s gateway.Scope, sum string, last bool, now time.Time) error {
	if !last {
		return nil
	}
	return tx.AddJob(s, "discard", sum, now)
}

// discardJob removes bytes that went by retention. It may run twice. The same
// bytes may have come again meanwhile: then they stay.
func (g *spine) discardJob(ctx context.Context, j *gateway.Job) error {
	gone, err := read(ctx, g, func(tx *store.Tx) (bool, error) { return tx.Purged(j.Args) })
	if err != nil || !gone {
		return err
	}
	return g.archive.Remove(j.Args)
}
