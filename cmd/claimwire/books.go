package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
	"claimwire/partners"
)

// books shows the gateway's data to the HTTP interface.
type books struct{ g *spine }

var _ api.Books = books{}

// read runs one query in a transaction and gives errors in the interface's
// words.
func read[T any](ctx context.Context, g *spine, f func(tx *store.Tx) (T, error)) (T, error) {
	var v T
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		v, err = f(tx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = api.ErrNotFound
	}
	return v, err
}

// Submit keeps a file and asks for it to be taken in.
func (b books) Submit(ctx context.Context, s gateway.Scope, from, name, key string, r io.Reader) (gateway.Transmission, bool, error) {
	g := b.g
	m := gateway.Transmission{Scope: s, Inbound: true, Partner: from, Name: name, Kind: "encounters", State: "received", At: g.now()}
	sum, size, err := g.archive.Put(r)
	if err != nil {
		return m, false, err
	}
	m.SHA256, m.Size = sum, size
	added := false
	err = g.store.Do(ctx, func(tx *store.Tx) (err error) {
		if added, err = tx.AddTransmission(&m); err != nil {
			return err
		}
		if key != "" {
			id, same, err := tx.Idempotent(s, from+"/"+key, sum, m.ID, g.now())
			if err != nil {
				return err
			}
			if !same {
				return api.ErrKeyUsed
			}
			if id != m.ID {
				m.ID, added = id, false
			}
		}
		if !added {
			m, err = tx.Transmission(s, m.ID)
			return err
		}
		return tx.AddJob(s, "intake", strconv.FormatInt(m.ID, 10), g.now())
	})
	return m, added, err
}

// Transmissions lists files.
func (b books) Transmissions(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Transmission, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.TransmissionPage(s, p) })
}

// Transmission finds a file.
func (b books) Transmission(ctx context.Context, s gateway.Scope, id int64) (gateway.Transmission, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(s, id) })
}

// Content opens bytes that are kept. The caller has found the digest in a row
// of the scope.
func (b books) Content(_ context.Context, _ gateway.Scope, sha256 string) (io.ReadCloser, error) {
	return b.g.archive.Open(sha256)
}

// Claims lists claims.
func (b books) Claims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimPage(s, q) })
}

// Claim finds a claim.
func (b books) Claim(ctx context.Context, s gateway.Scope, id int64) (gateway.Claim, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(s, id) })
}

// EventsOf lists what happened to a claim.
func (b books) EventsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Event, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(s, claim) })
}

// Events lists what happened.
func (b books) Events(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Event, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventPage(s, p) })
}

// Interchanges lists files of claims for partners.
func (b books) Interchanges(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Interchange, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.InterchangePage(s, p) })
}

// Interchange finds one.
func (b books) Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.Interchange, error) { return tx.Interchange(s, id) })
}

// Remittances lists remittance advices.
func (b books) Remittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Remittance, error) { return tx.RemittancePage(s, p) })
}

// Remittance finds one.
func (b books) Remittance(ctx context.Context, s gateway.Scope, id int64) (gateway.Remittance, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.Remittance, error) { return tx.Remittance(s, id) })
}

// Payments lists claim payments.
func (b books) Payments(ctx context.Context, s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.PaymentPage(s, q) })
}

// Requests lists payers' questions.
func (b books) Requests(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Request, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestPage(s, p) })
}

// Partners lists the trading partners of a scope: its own, those that it shares,
// and the services that send for it.
func (b books) Partners(_ context.Context, s gateway.Scope) ([]*partners.Profile, error) {
	var list []*partners.Profile
	for _, p := range b.g.profiles() {
		if serves(p, s) || p.Usage == s.Usage && slices.ContainsFunc(p.Offices, func(o partners.ServedOffice) bool { return o.Organisation == s.Organisation }) {
			list = append(list, p)
		}
	}
	return list, nil
}

// Ready asks the store.
func (b books) Ready(ctx context.Context) error {
	_, _, err := b.g.store.Pending(ctx)
	return err
}

// FindKey finds a key that was made since.
func (b books) FindKey(ctx context.Context, sha256 string) (gateway.APIKey, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.APIKey, error) { return tx.KeyByDigest(sha256) })
}
