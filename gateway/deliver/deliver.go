// Package deliver hands interchanges over to partners, each once.
//
// A delivery is owned by a lease with a fence: begin, send under a temporary
// name, check the size, rename, commit. What the database says after a crash
// is not what is believed: the partner's folder is looked at first. The final
// name with the right size is done; as long as no rename had been tried, nobody
// can have taken the file, and it is sent again; after that, a file that is
// nowhere may have been taken, and unless the partner shows what it has taken,
// a person or an acknowledgment decides.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"claimwire/gateway"
	"claimwire/partners"
)

// Connection is what a delivery does at the partner's.
type Connection interface {
	Stat(name string) (partners.File, error)
	Put(ctx context.Context, name string, r io.Reader, size int64) error
	Rename(from, to string) error
	Remove(name string) error
	Close() error
}

// Outbox is what a delivery asks of the store. Each method is a transaction of
// its own.
type Outbox interface {
	Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error)
	Lease(ctx context.Context, id int64, owner string, now, until time.Time) (fence int64, step Step, ok bool, err error)
	// Step notes how far the delivery is about to go; false when the lease is
	// another's.
	Step(ctx context.Context, id, fence int64, step Step) (bool, error)
	Release(ctx context.Context, id, fence int64) error
	Sent(ctx context.Context, i gateway.Interchange, fence int64, at time.Time) error
	Unsure(ctx context.Context, i gateway.Interchange, fence int64, note string) error
}

// Step is how far a delivery has gone at most.
type Step = int

// The steps.
const (
	NotBegun Step = iota
	Writing       // a temporary file may be there
	Naming        // the final name may be there, or may have been
)

// Deliverer delivers.
type Deliverer struct {
	Outbox  Outbox
	Archive interface {
		Open(sum string) (io.ReadCloser, error)
	}
	Dial  func(ctx context.Context, p *partners.Profile) (Connection, error)
	Now   func() time.Time
	Owner string        // this process
	Lease time.Duration // 0: 2 minutes
}

// ErrHeld says that another delivery of the same interchange is under way.
var ErrHeld = errors.New("another delivery holds the interchange")

// Deliver brings an interchange to the partner. It may be called again at any
// time: an interchange that is sent is left alone.
func (d *Deliverer) Deliver(ctx context.Context, s gateway.Scope, id int64, p *partners.Profile) error {
	i, err := d.Outbox.Interchange(ctx, s, id)
	if err != nil {
		return err
	}
	if i.State != "queued" {
		return nil
	}
	lease := d.Lease
	if lease == 0 {
		lease = 2 * time.Minute
	}
	now := d.Now()
	fence, step, ok, err := d.Outbox.Lease(ctx, id, d.Owner, now, now.Add(lease))
	if err != nil {
		return err
	}
	if !ok {
		return ErrHeld
	}
	ctx, cancel := context.WithDeadline(ctx, time.Now().Add(lease))
	defer cancel()
	err = d.send(ctx, i, p, fence, step)
	if err != nil {
		// Whoever comes next need not wait for the lease; a crash does.
		return errors.Join(err, d.Outbox.Release(context.WithoutCancel(ctx), id, fence))
	}
	return nil
}

func (d *Deliverer) send(ctx context.Context, i gateway.Interchange, p *partners.Profile, fence int64, step Step) error {
	c, err := d.Dial(ctx, p)
	if err != nil {
		return err
	}
	defer c.Close()
	final := path.Join(p.Folders.Out, i.Name)
	temp := final + p.Names.Temporary
	if p.Names.Temporary == "none" {
		temp = final
	}
	st, err := c.Stat(final)
	switch {
	case err == nil && st.Size == i.Size && step == Naming:
		return d.Outbox.Sent(ctx, i, fence, d.Now())
	case err == nil && step != Naming:
		return d.Outbox.Unsure(ctx, i, fence, "the partner has a file of this name that we did not send")
	case err == nil && temp != final:
		return d.Outbox.Unsure(ctx, i, fence, fmt.Sprintf("the partner has a file of this name with %d bytes instead of %d", st.Size, i.Size))
	case err != nil && !errors.Is(err, partners.ErrNotFound):
		return err
	}
	if step == Naming && err != nil {
		if p.Folders.Taken != "" {
			switch _, err := c.Stat(path.Join(p.Folders.Taken, i.Name)); {
			case err == nil:
				return d.Outbox.Sent(ctx, i, fence, d.Now())
			case !errors.Is(err, partners.ErrNotFound):
				return err
			}
		} else if _, terr := c.Stat(temp); terr != nil {
			if !errors.Is(terr, partners.ErrNotFound) {
				return terr
			}
			return d.Outbox.Unsure(ctx, i, fence, "the file was given its name and is not to be seen: the partner may have taken it; wait for an acknowledgment, or ask")
		}
	}
	first := Writing
	if temp == final {
		first = Naming
	}
	if ok, err := d.Outbox.Step(ctx, i.ID, fence, max(first, step)); err != nil || !ok {
		return errors.Join(err, ErrHeld)
	}
	f, err := d.Archive.Open(i.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := c.Put(ctx, temp, f, i.Size); err != nil {
		return err
	}
	if temp != final {
		if ok, err := d.Outbox.Step(ctx, i.ID, fence, Naming); err != nil || !ok {
			return errors.Join(err, ErrHeld)
		}
		if err := c.Rename(temp, final); err != nil {
			return err
		}
	}
	return d.Outbox.Sent(ctx, i, fence, d.Now())
}
