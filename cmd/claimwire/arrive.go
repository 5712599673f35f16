package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/collect"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/pack"
)

// Receive keeps a file that was fetched and asks for it to be taken in, or notes
// why it is not.
func (b inbox) Receive(ctx context.Context, s gateway.Scope, partner string, f gateway.Sighting, r io.Reader, refused string) error {
	p := b.g.profile(partner)
	if p == nil {
		return fmt.Errorf("no profile of partner %s", partner)
	}
	return b.g.brought(ctx, s, p, f.Name, r, refused, func(tx *store.Tx, sum string) error {
		return tx.AddFetched(s, partner, f, sum, b.g.now())
	})
}

// Receive keeps a file that a partner has put, and asks for it to be taken in,
// or notes why it is not.
func (b partnerInbox) Receive(ctx context.Context, from *partners.Profile, name string, r io.Reader, refused string) error {
	s := scopeOf(from)
	also := func(tx *store.Tx, _ string) error { return tx.Heard(s, from.ID, b.g.now()) }
	err := b.g.brought(ctx, s, from, name, r, refused, also)
	if errors.Is(err, collect.ErrPartial) {
		// Its client has closed it: nothing more comes.
		return b.g.putAside(ctx, s, from, name, r, "the file was cut off: it cannot be unwrapped", also)
	}
	return err
}

// brought keeps a file that came, whichever way. also is done in the transaction
// that notes it.
func (g *spine) brought(ctx context.Context, s gateway.Scope, p *partners.Profile, name string, r io.Reader, refused string, also func(tx *store.Tx, sum string) error) error {
	if refused != "" {
		return g.putAside(ctx, s, p, name, r, refused, also)
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), r)
	if g.packer(p.ID) != nil && p.Files.PGP.Receives() || bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		text, err := io.ReadAll(io.LimitReader(all, maxWrapped+1))
		if err != nil {
			return err
		}
		if len(text) > maxWrapped {
			return g.putAside(ctx, s, p, name, io.MultiReader(bytes.NewReader(text), r), fmt.Sprintf("a wrapped file has at most %d bytes", maxWrapped), also)
		}
		return g.unwrap(ctx, s, p, name, text, also)
	}
	sum, size, err := g.archive.Put(all)
	if err != nil {
		return err
	}
	m := gateway.Transmission{Scope: g.usageOf(ctx, p, s, head), Inbound: true, Partner: p.ID, Name: name, SHA256: sum, Size: size, Kind: "other", State: "received", At: g.now()}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		return errors.Join(g.askToTake(tx, p, &m), also(tx, sum))
	})
}

// putAside keeps a file that is not taken in. The reader may have been read from
// when it can go back.
func (g *spine) putAside(ctx context.Context, s gateway.Scope, p *partners.Profile, name string, r io.Reader, why string, also func(tx *store.Tx, sum string) error) error {
	if k, ok := r.(io.Seeker); ok {
		if _, err := k.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	sum, size, err := g.archive.Put(r)
	if err != nil {
		return err
	}
	m := gateway.Transmission{Scope: s, Inbound: true, Partner: p.ID, Name: name, SHA256: sum, Size: size, Kind: "other", State: "quarantined", Note: why, At: g.now()}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&m)
		return errors.Join(err, also(tx, sum))
	})
}

// unwrap keeps a partner's file as it came, unwraps it, and asks for what was in
// it to be taken in. The same bytes are taken in once, however often this is
// called.
func (g *spine) unwrap(ctx context.Context, s gateway.Scope, p *partners.Profile, name string, b []byte, also func(tx *store.Tx, sum string) error) error {
	sum, err := g.archive.PutBytes(b)
	if err != nil {
		return err
	}
	m := gateway.Transmission{Scope: s, Inbound: true, Partner: p.ID, Name: name, SHA256: sum, Size: int64(len(b)), Kind: "other", State: "received", At: g.now()}
	files := []pack.File{{Name: name, Bytes: b}}
	if k := g.packer(p.ID); k != nil {
		files, err = k.Unpack(name, b, g.now())
		switch {
		case errors.Is(err, pack.ErrPartial):
			return fmt.Errorf("%w: %w", collect.ErrPartial, err)
		case err != nil:
			return g.putAside(ctx, s, p, name, bytes.NewReader(b), err.Error(), also)
		}
	}
	wrapped := len(files) != 1 || !bytes.Equal(files[0].Bytes, b)
	list := make([]gateway.Transmission, len(files))
	for i, f := range files {
		list[i] = m
		if wrapped {
			list[i].Name, list[i].Size = f.Name, int64(len(f.Bytes))
			if list[i].SHA256, err = g.archive.PutBytes(f.Bytes); err != nil {
				return err
			}
		}
		list[i].Scope = g.usageOf(ctx, p, s, f.Bytes)
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if wrapped {
			whole := m
			whole.Kind, whole.State, whole.Note = "wrapped", "taken", fmt.Sprintf("holds %d", len(files))
			if _, err := tx.AddTransmission(&whole); err != nil {
				return err
			}
		}
		for i := range list {
			if err := g.askToTake(tx, p, &list[i]); err != nil {
				return err
			}
		}
		return also(tx, sum)
	})
}

// askToTake notes a file and asks for it to be taken in, as what its partner is
// gives it.
func (g *spine) askToTake(tx *store.Tx, p *partners.Profile, m *gateway.Transmission) error {
	if p.Kind.Gives() {
		m.Kind = "encounters"
	}
	added, err := tx.AddTransmission(m)
	if err != nil {
		return err
	}
	id := strconv.FormatInt(m.ID, 10)
	switch {
	case !added && p.Kind.Gives():
		// The same bytes again: the partner gets the same answers again.
		return tx.AddJob(m.Scope, "answer", id, g.now())
	case !added:
		return nil
	}
	return tx.AddJob(m.Scope, takingOf(p), id, g.now())
}

// takingOf is the kind of job that takes a partner's file in.
func takingOf(p *partners.Profile) string {
	switch {
	case p.Kind == partners.Service:
		return "batch"
	case p.Kind == partners.Office:
		return "intake"
	case len(p.SharedWith) > 0:
		return "share"
	}
	return "take"
}

// usageOf is the scope that a file of a partner belongs to: what says of itself
// that it is a test is one, whoever sends it; and what a partner sends before it
// is live is no more than that.
func (g *spine) usageOf(ctx context.Context, p *partners.Profile, s gateway.Scope, begin []byte) gateway.Scope {
	if !p.Kind.Gives() || s.Usage != "production" {
		return s
	}
	if usage, ok := usageIndicator(begin); ok && usage == "T" || g.stage(ctx, p) != gateway.StageLive {
		s.Usage = "test"
	}
	return s
}

// usageIndicator is ISA15 of a file's first interchange.
func usageIndicator(begin []byte) (string, bool) {
	sc := x12.NewBytesScanner(begin)
	if !sc.Next() || sc.Segment().ID() != x12.SegmentIDOf("ISA") {
		return "", false
	}
	return string(sc.Segment().Element(15)), true
}

// maxWrapped bounds a zip or PGP file, which is held whole.
const maxWrapped = 512 << 20

// askToRoute asks for the waiting claims of a partner to be sent: a little
// later, so that claims that come together go together, or when the partner's
// schedule says.
func (g *spine) askToRoute(tx *store.Tx, s gateway.Scope, partner string) error {
	at := g.now().Add(300 * time.Millisecond)
	if p := g.profile(partner); p != nil {
		at = p.Schedule.NextSend(at)
	}
	return tx.AddJob(s, "route", partner, at)
}

// partnerFor finds the trading partner that claims of a scope go to for a payer:
// the payer directory's, where it serves that scope, or the one of the same name
// with "-test" behind it.
func (g *spine) partnerFor(s gateway.Scope, partner string) *partners.Profile {
	for _, id := range []string{partner, partner + "-" + s.Usage, partner + "-" + s.Organisation, partner + "-" + s.Organisation + "-" + s.Usage} {
		if p := g.profile(id); p != nil && serves(p, s) && p.Kind == partners.PayerPartner {
			return p
		}
	}
	return nil
}
