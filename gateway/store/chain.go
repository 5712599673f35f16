package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"claimwire/gateway"
)

// Events are chained: each carries the digest of the one before it in its
// chain, which is that of its transmission, or of its interchange; no chain is
// shared by what has nothing to do with each other, so nobody waits for another.
// Checkpoints seal them: a checkpoint has the Merkle root over the digests of
// the events that no checkpoint had yet, and the digest of the checkpoint
// before it. So an event that is changed, removed or slipped in later is found,
// and payloads may go by retention, since digests stay.

// chainOf is the chain of an event.
func chainOf(e *gateway.Event) string {
	if e.Transmission != 0 {
		return "t" + strconv.FormatInt(e.Transmission, 10)
	}
	return "i" + strconv.FormatInt(e.Interchange, 10)
}

// digestOf is the digest of an event after the one before it. Each part is
// written with its length, so that no two events read the same.
func digestOf(previous, chain string, e *gateway.Event, claims string) string {
	h := sha256.New()
	for _, s := range []string{previous, chain, e.Scope.Organisation, e.Scope.Usage, strconv.FormatInt(e.At.UnixMilli(), 10), e.Kind, strconv.FormatInt(e.Transmission, 10),
		strconv.FormatInt(e.Interchange, 10), e.Place.SHA256, strconv.FormatInt(e.Place.Offset, 10), strconv.Itoa(e.Place.Segment), claims} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AddEvent appends an event to its chain. Events are never changed.
func (t *Tx) AddEvent(e *gateway.Event) error {
	claims, err := json.Marshal(e.Claims)
	if err != nil {
		return err
	}
	chain := chainOf(e)
	if err := t.Lock(e.Scope, "chain/"+chain); err != nil {
		return err
	}
	var previous string
	err = t.row(`SELECT digest FROM events WHERE `+byKey+` AND chain=$3 ORDER BY id DESC LIMIT 1`, e.Scope.Organisation, e.Scope.Usage, chain).Scan(&previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	first, last := int64(0), int64(0)
	for i, c := range e.Claims {
		if i == 0 || c.Claim < first {
			first = c.Claim
		}
		last = max(last, c.Claim)
	}
	if last == 0 {
		last = -1 // about no claim
	}
	return t.row(`INSERT INTO events (organisation, usage, at, kind, transmission, interchange, sha256, place_offset, segment, claims, chain, previous, digest, first_claim, last_claim)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) RETURNING id`, e.Scope.Organisation, e.Scope.Usage, e.At.UnixMilli(), e.Kind, e.Transmission, e.Interchange,
		e.Place.SHA256, e.Place.Offset, e.Place.Segment, string(claims), chain, previous, digestOf(previous, chain, e, string(claims)), first, last).Scan(&e.ID)
}

const sealedColumns = `chain, previous, digest, checkpoint, ` + eventColumns

func scanSealed(scan func(...any) error) (gateway.Sealed, error) {
	var s gateway.Sealed
	var at int64
	var claims string
	if err := scan(&s.Chain, &s.Previous, &s.Digest, &s.Checkpoint, &s.ID, &s.Scope.Organisation, &s.Scope.Usage, &at, &s.Kind, &s.Transmission, &s.Interchange,
		&s.Place.SHA256, &s.Place.Offset, &s.Place.Segment, &claims); err != nil {
		return s, err
	}
	s.At = time.UnixMilli(at)
	// What cannot be read is told by the digest.
	_ = json.Unmarshal([]byte(claims), &s.Claims)
	s.Intact = s.Chain == chainOf(&s.Event) && s.Digest == digestOf(s.Previous, s.Chain, &s.Event, claims)
	return s, nil
}

// SealedPage lists a part of the events of a scope with what ties them.
func (t *Tx) SealedPage(s gateway.Scope, p gateway.Page) ([]gateway.Sealed, error) {
	return list(t, sealedColumns, `events`, in(s).page(p), scanSealed)
}

func digestOfCheckpoint(c *gateway.Checkpoint) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%d %d %s %s", c.At.UnixMilli(), c.Events, c.Root, c.Previous)))
	return hex.EncodeToString(sum[:])
}

// Root is the Merkle root over digests: pairs are hashed until one is left, an
// odd one goes up as it is.
func Root(digests []string) string {
	if len(digests) == 0 {
		return ""
	}
	level := digests
	for len(level) > 1 {
		var next []string
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				next = append(next, level[i])
				continue
			}
			sum := sha256.Sum256([]byte(level[i] + level[i+1]))
			next = append(next, hex.EncodeToString(sum[:]))
		}
		level = next
	}
	return level[0]
}

// maxSealed is how many events one checkpoint seals.
const maxSealed = 1000

// Seal makes a checkpoint over events that have none yet; it says how many it
// sealed.
func (s *Store) Seal(ctx context.Context, now time.Time) (sealed int, err error) {
	err = s.Do(ctx, func(t *Tx) error {
		if err := t.Lock(gateway.Scope{}, "seal"); err != nil {
			return err
		}
		var ids []int64
		var digests []string
		err := t.rows(`SELECT id, digest FROM events WHERE checkpoint=0 ORDER BY id LIMIT `+strconv.Itoa(maxSealed), func(r *sql.Rows) error {
			var id int64
			var digest string
			err := r.Scan(&id, &digest)
			ids, digests = append(ids, id), append(digests, digest)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		c := gateway.Checkpoint{At: time.UnixMilli(now.UnixMilli()), Events: len(ids), Root: Root(digests)}
		err = t.row(`SELECT digest FROM checkpoints ORDER BY id DESC LIMIT 1`).Scan(&c.Previous)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		c.Digest = digestOfCheckpoint(&c)
		if err := t.row(`INSERT INTO checkpoints (at, events, root, previous, digest) VALUES ($1,$2,$3,$4,$5) RETURNING id`, c.At.UnixMilli(), c.Events, c.Root, c.Previous, c.Digest).Scan(&c.ID); err != nil {
			return err
		}
		sealed = len(ids)
		for len(ids) > 0 {
			part := ids[:min(len(ids), setSize)]
			ids = ids[len(part):]
			args := []any{c.ID, int64(0)}
			n := padded(len(part))
			for i := range n {
				args = append(args, part[min(i, len(part)-1)])
			}
			if _, err := t.exec(`UPDATE events SET checkpoint=$1 WHERE checkpoint=$2 AND id IN (`+parameters(3, n)+`)`, args...); err != nil {
				return err
			}
		}
		return nil
	})
	return sealed, err
}

// Checkpoints visits them in their order; what is wrong with each is worked out
// anew from the events.
func (t *Tx) Checkpoints(visit func(c gateway.Checkpoint) error) error {
	var all []gateway.Checkpoint
	err := t.rows(`SELECT id, at, events, root, previous, digest FROM checkpoints ORDER BY id`, func(r *sql.Rows) error {
		var c gateway.Checkpoint
		var at int64
		err := r.Scan(&c.ID, &at, &c.Events, &c.Root, &c.Previous, &c.Digest)
		c.At = time.UnixMilli(at)
		all = append(all, c)
		return err
	})
	if err != nil {
		return err
	}
	previous := ""
	for _, c := range all {
		var digests []string
		err := t.rows(`SELECT digest FROM events WHERE checkpoint=$1 ORDER BY id`, func(r *sql.Rows) error {
			var d string
			err := r.Scan(&d)
			digests = append(digests, d)
			return err
		}, c.ID)
		if err != nil {
			return err
		}
		switch {
		case c.Digest != digestOfCheckpoint(&c):
			c.Wrong = "it was changed"
		case c.Previous != previous:
			c.Wrong = "the one before it is missing or was changed"
		case len(digests) != c.Events:
			c.Wrong = fmt.Sprintf("it sealed %d events, and %d are left", c.Events, len(digests))
		case Root(digests) != c.Root:
			c.Wrong = "an event that it sealed was changed"
		}
		previous = c.Digest
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

// Scopes lists the organisations and usages that have anything.
func (t *Tx) Scopes() ([]gateway.Scope, error) {
	var all []gateway.Scope
	err := t.rows(`SELECT organisation, usage FROM transmissions UNION SELECT organisation, usage FROM claims UNION SELECT organisation, usage FROM events ORDER BY 1, 2`, func(r *sql.Rows) error {
		var s gateway.Scope
		err := r.Scan(&s.Organisation, &s.Usage)
		all = append(all, s)
		return err
	})
	return all, err
}
