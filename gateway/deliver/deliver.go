// Package deliver hands interchanges over to partners, each once.
//
// A delivery is owned by a lease with a fence, which is renewed while bytes
// move: begin, send under a temporary name, check the size, rename, commit. What
// the database says after a crash is not what is believed: the partner's folder
// is looked at first. The final name with the right size is done. As long as the
// temporary file is there, nobody has taken it: it is given another name, so that
// a rename which is still on its way cannot find it, and sent anew. After that, a
// file that is nowhere may have been taken, and unless the partner shows what it
// has taken, an acknowledgment or a person decides.
//
// Each delivery writes under a temporary name of its own, which carries its
// fence: one that was thought dead and was not can neither write into the file
// of the next, nor give it its name.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
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
	Lease(ctx context.Context, id int64, owner string, now, until time.Time) (p Progress, ok bool, err error)
	// Step notes how far the delivery is about to go; false when the lease is
	// another's.
	Step(ctx context.Context, id int64, p Progress) (bool, error)
	// Renew extends the lease; false when it is another's.
	Renew(ctx context.Context, id, fence int64, until time.Time) (bool, error)
	Release(ctx context.Context, id, fence int64) error
	Sent(ctx context.Context, i gateway.Interchange, fence int64, at time.Time) error
	Unsure(ctx context.Context, i gateway.Interchange, fence int64, note string) error
}

// Progress is how far a delivery has gone at most.
type Progress struct {
	Fence     int64
	Step      Step
	Temporary string // the names, one a line, under one of which a file may have been written
}

// Step is a step of a delivery.
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
	Dial  func(ctx context.Context, s gateway.Scope, p *partners.Profile) (Connection, error)
	Now   func() time.Time
	Owner string        // this process, for people
	Lease time.Duration // how long a silent delivery is believed; 0: 15 seconds
}

// ErrArchive says that the interchange's own bytes cannot be read: that is no
// matter of the connection.
var ErrArchive = errors.New("the interchange's bytes cannot be read")

// ErrHeld says that another delivery of the same interchange is under way.
var ErrHeld = errors.New("another delivery holds the interchange")

// Deliver brings an interchange to the partner. It may be called again at any
// time: an interchange that is sent is left alone.
func (d *Deliverer) Deliver(ctx context.Context, s gateway.Scope, id int64, p *partners.Profile) error {
	i, err := d.Outbox.Interchange(ctx, s, id)
	if err != nil || i.State != "queued" {
		return err
	}
	c, err := d.Dial(ctx, s, p)
	if err != nil {
		return err
	}
	defer c.Close()
	lease := d.Lease
	if lease == 0 {
		lease = 15 * time.Second
	}
	now := d.Now()
	progress, ok, err := d.Outbox.Lease(ctx, id, d.Owner, now, now.Add(lease))
	if err != nil {
		return err
	}
	if !ok {
		return ErrHeld
	}
	ctx, stop := d.hold(ctx, id, progress.Fence, lease)
	err = (&delivery{d: d, c: c, i: i, p: p, progress: progress, wire: i.OnTheWire(), final: path.Join(p.Folders.Out, i.OnTheWire().Name)}).run(ctx)
	stop()
	if err != nil {
		// Whoever comes next need not wait for the lease; a crash does.
		return errors.Join(err, d.Outbox.Release(context.WithoutCancel(ctx), id, progress.Fence))
	}
	return nil
}

// hold renews the lease until stop is called; the context ends when it is lost.
func (d *Deliverer) hold(ctx context.Context, id, fence int64, lease time.Duration) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(lease / 4)
		defer t.Stop()
		renewed := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				ok, err := d.Outbox.Renew(ctx, id, fence, d.Now().Add(lease))
				switch {
				case err == nil && ok:
					renewed = time.Now()
				case err == nil, time.Since(renewed) > lease:
					cancel() // the lease is another's, or may be by now
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// delivery is one delivery.
type delivery struct {
	d        *Deliverer
	c        Connection
	i        gateway.Interchange
	wire     gateway.Wire // as it goes
	p        *partners.Profile
	progress Progress
	final    string
}

// temporary is the name that this delivery writes under.
func (v *delivery) temporary() string {
	suffix := v.p.Names.Temporary
	switch {
	case suffix == "none":
		return v.final
	case v.progress.Fence <= 1:
		return v.final + suffix
	}
	return fmt.Sprintf("%s.%d%s", v.final, v.progress.Fence, suffix)
}

func (v *delivery) step(ctx context.Context, step Step, temporary string) error {
	v.progress.Step, v.progress.Temporary = max(step, v.progress.Step), temporary
	ok, err := v.d.Outbox.Step(ctx, v.i.ID, v.progress)
	if err == nil && !ok {
		err = ErrHeld
	}
	return err
}

// sent puts the marker that the partner waits for, and records that it has the
// interchange. A marker that is there already is put again: it is the same.
func (v *delivery) sent(ctx context.Context) error {
	if m := v.p.Files.Marker; m != "" {
		name := path.Join(v.p.Folders.Out, partners.MarkerOf(m, v.wire.Name))
		if err := v.c.Put(ctx, name, strings.NewReader(""), 0); err != nil && !errors.Is(err, partners.ErrGone) {
			return err
		}
	}
	return v.d.Outbox.Sent(ctx, v.i, v.progress.Fence, v.d.Now())
}

func (v *delivery) unsure(ctx context.Context, format string, a ...any) error {
	return v.d.Outbox.Unsure(ctx, v.i, v.progress.Fence, fmt.Sprintf(format, a...))
}

func (v *delivery) run(ctx context.Context) error {
	done, err := v.look(ctx)
	if err != nil || done {
		return err
	}
	temp := v.temporary()
	first := Writing
	if temp == v.final {
		first = Naming
	}
	if err := v.step(ctx, first, temp); err != nil {
		return err
	}
	f, err := v.d.Archive.Open(v.wire.SHA256)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	defer f.Close()
	own := &reading{r: f}
	switch err := v.c.Put(ctx, temp, own, v.wire.Size); {
	case own.err != nil:
		return fmt.Errorf("%w: %w", ErrArchive, own.err)
	case errors.Is(err, partners.ErrGone) && temp != v.final:
		return v.unsure(ctx, "the partner took the file while it still had its temporary name: ask whether it was whole, and set names.temporary to none")
	case errors.Is(err, partners.ErrGone) && !v.p.Names.PicksUp:
		return v.unsure(ctx, "the file was closed and is not to be seen: the partner may have taken it; an acknowledgment tells, or ask the partner; names.picks_up says that it always does")
	case err != nil && !errors.Is(err, partners.ErrGone):
		return err
	}
	if temp != v.final {
		if err := v.step(ctx, Naming, temp); err != nil {
			return err
		}
		if err := v.c.Rename(temp, v.final); err != nil {
			return err
		}
	}
	return v.sent(ctx)
}

// look finds out what is true at the partner's before anything is sent; done
// when nothing is to be sent any more.
func (v *delivery) look(ctx context.Context) (done bool, err error) {
	before := v.progress
	direct := v.p.Names.Temporary == "none"
	st, err := v.c.Stat(v.final)
	switch {
	case err == nil && before.Step != Naming:
		return true, v.unsure(ctx, "the partner has a file of this name that we did not send")
	case err == nil && st.Size == v.wire.Size:
		return true, v.sent(ctx)
	case err == nil && !direct:
		return true, v.unsure(ctx, "the partner has a file of this name with %d bytes instead of %d", st.Size, v.wire.Size)
	case err == nil:
		return false, nil // a part of it, under its final name: it is written whole
	case !errors.Is(err, partners.ErrNotFound):
		return false, err
	}
	names := strings.Fields(before.Temporary)
	switch {
	case before.Step == NotBegun:
		return false, nil
	case before.Step == Writing:
		// It was given no name, and whoever wrote it may not any more.
		for _, old := range names {
			if old != v.temporary() {
				if err := v.c.Remove(old); err != nil {
					return false, err
				}
			}
		}
		return false, nil
	case direct:
		names = nil
	}
	for _, old := range names {
		switch _, err := v.c.Stat(old); {
		case err == nil && old == v.temporary():
			return false, nil
		case err == nil:
			// A rename that is still on its way will not find it any more.
			if err := v.step(ctx, Naming, v.temporary()+"\n"+old); err != nil {
				return false, err
			}
			return false, v.c.Rename(old, v.temporary())
		case !errors.Is(err, partners.ErrNotFound):
			return false, err
		}
	}
	if v.p.Folders.Taken != "" {
		switch _, err := v.c.Stat(path.Join(v.p.Folders.Taken, v.wire.Name)); {
		case err == nil:
			return true, v.sent(ctx)
		case !errors.Is(err, partners.ErrNotFound):
			return false, err
		}
	}
	if v.p.Names.PicksUp && !direct {
		return true, v.sent(ctx) // it was renamed, and this partner takes files away at once
	}
	return true, v.unsure(ctx, "the file was given its name and is not to be seen: the partner may have taken it; an acknowledgment tells, or ask the partner and decide")
}

// reading remembers what went wrong with reading.
type reading struct {
	r   io.Reader
	err error
}

// Read reads.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
