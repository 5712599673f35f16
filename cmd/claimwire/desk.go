package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"claimwire/edi/codes"
	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/intake"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
	"claimwire/partners"
)

// desk shows the gateway's data to the pages.
type desk struct{ g *spine }

var _ web.Desk = desk{}

// look runs one query in a transaction and gives errors in the pages' words.
func look[T any](ctx context.Context, db *store.Store, f func(tx *store.Tx) (T, error)) (T, error) {
	var v T
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		v, err = f(tx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = web.ErrNotFound
	}
	return v, err
}

// CountClaims counts claims.
func (d desk) CountClaims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery, limit int) (int, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (int, error) { return tx.CountClaims(s, q, limit) })
}

// Claims lists claims.
func (d desk) Claims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimPage(s, q) })
}

// Claim finds a claim.
func (d desk) Claim(ctx context.Context, s gateway.Scope, id int64) (gateway.Claim, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(s, id) })
}

// EventsOf lists what happened to a claim.
func (d desk) EventsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Event, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(s, claim) })
}

// Payments lists claim payments.
func (d desk) Payments(ctx context.Context, s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.PaymentPage(s, q) })
}

// LastEvent is the number of the last thing that happened.
func (d desk) LastEvent(ctx context.Context, s gateway.Scope) (int64, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (int64, error) { return tx.LastEvent(s) })
}

// Submit keeps a file and asks for it to be taken in.
func (d desk) Submit(ctx context.Context, s gateway.Scope, from, name string, r io.Reader) (gateway.Transmission, bool, error) {
	return books(d).Submit(ctx, s, from, name, "", r)
}

// Files lists files, the newest first.
func (d desk) Files(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Transmission, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.NewestTransmissions(s, partner, p) })
}

// Remittances lists remittance advices, the newest first.
func (d desk) Remittances(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Remittance, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Remittance, error) { return tx.NewestRemittances(s, partner, p) })
}

// Requests lists payers' questions, the newest first.
func (d desk) Requests(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Request, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) ([]gateway.Request, error) { return tx.NewestRequests(s, partner, p) })
}

// File finds a file.
func (d desk) File(ctx context.Context, s gateway.Scope, id int64) (gateway.Transmission, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(s, id) })
}

// Content opens bytes that are kept.
func (d desk) Content(_ context.Context, sha256 string) (io.ReadCloser, error) {
	return d.g.archive.Open(sha256)
}

// Remittance finds a remittance advice.
func (d desk) Remittance(ctx context.Context, s gateway.Scope, id int64) (gateway.Remittance, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (gateway.Remittance, error) { return tx.Remittance(s, id) })
}

// Partners lists the trading partners of an organisation.
func (d desk) Partners(_ context.Context, s gateway.Scope) ([]*partners.Profile, error) {
	var list []*partners.Profile
	for _, p := range d.g.profiles() {
		if p.Usage == s.Usage && (p.Organisation == s.Organisation || p.Organisation == "") {
			list = append(list, p)
		}
	}
	return list, nil
}

// trail reads and writes the audit trail.
type trail struct{ *store.Store }

var _ web.Trail = trail{}

// AuditPage lists entries.
func (t trail) AuditPage(ctx context.Context, s gateway.Scope, q gateway.AuditQuery) ([]gateway.Audited, error) {
	return look(ctx, t.Store, func(tx *store.Tx) ([]gateway.Audited, error) { return tx.AuditPage(s, q) })
}

// BrokenAudit names entries that are not as they were written.
func (t trail) BrokenAudit(ctx context.Context, s gateway.Scope) ([]string, error) {
	return look(ctx, t.Store, func(tx *store.Tx) ([]string, error) { return tx.BrokenAudit(s) })
}

// people keeps users, organisations and sessions in the store.
type people struct{ *store.Store }

var _ web.People = people{}

// User finds a user.
func (p people) User(ctx context.Context, id int64) (gateway.User, error) {
	return look(ctx, p.Store, func(tx *store.Tx) (gateway.User, error) { return tx.User(id) })
}

// UserByLogin finds a user by login.
func (p people) UserByLogin(ctx context.Context, login string) (gateway.User, error) {
	return look(ctx, p.Store, func(tx *store.Tx) (gateway.User, error) { return tx.UserByLogin(login) })
}

// ChangeUser changes a user while nobody else does.
func (p people) ChangeUser(ctx context.Context, login string, f func(u *gateway.User) error) error {
	err := p.Do(ctx, func(tx *store.Tx) error {
		if err := tx.LockUser(login); err != nil {
			return err
		}
		u, err := tx.UserByLogin(login)
		if err != nil {
			return err
		}
		if err := f(&u); err != nil {
			return err
		}
		return tx.SetUser(&u)
	})
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// Users lists the users of an organisation, or all.
func (p people) Users(ctx context.Context, organisation string) ([]gateway.User, error) {
	return look(ctx, p.Store, func(tx *store.Tx) ([]gateway.User, error) { return tx.Users(organisation) })
}

// AddUser adds a user.
func (p people) AddUser(ctx context.Context, u gateway.User) (added bool, err error) {
	err = p.Do(ctx, func(tx *store.Tx) (err error) {
		added, err = tx.AddUser(&u)
		return err
	})
	return added, err
}

// CountUsers counts users.
func (p people) CountUsers(ctx context.Context) (int, error) {
	return look(ctx, p.Store, func(tx *store.Tx) (int, error) { return tx.CountUsers() })
}

// Organisations lists organisations.
func (p people) Organisations(ctx context.Context) ([]gateway.Organisation, error) {
	return look(ctx, p.Store, func(tx *store.Tx) ([]gateway.Organisation, error) { return tx.Organisations() })
}

// SetOrganisation adds or changes an organisation.
func (p people) SetOrganisation(ctx context.Context, o gateway.Organisation) error {
	return p.Do(ctx, func(tx *store.Tx) error { return tx.SetOrganisation(o) })
}

// passkeys keeps passkeys in the store.
type passkeys struct{ *store.Store }

var _ web.Passkeys = passkeys{}

// Passkeys lists the passkeys of a user.
func (p passkeys) Passkeys(ctx context.Context, user int64) ([]gateway.Passkey, error) {
	return look(ctx, p.Store, func(tx *store.Tx) ([]gateway.Passkey, error) { return tx.Passkeys(user) })
}

// Passkey finds a passkey.
func (p passkeys) Passkey(ctx context.Context, id int64) (gateway.Passkey, error) {
	return look(ctx, p.Store, func(tx *store.Tx) (gateway.Passkey, error) { return tx.Passkey(id) })
}

// PasskeyOf finds a passkey by what its authenticator calls it.
func (p passkeys) PasskeyOf(ctx context.Context, credential []byte) (gateway.Passkey, error) {
	return look(ctx, p.Store, func(tx *store.Tx) (gateway.Passkey, error) { return tx.PasskeyOf(credential) })
}

// AddPasskey adds a passkey, unless there are as many as a user may have.
func (p passkeys) AddPasskey(ctx context.Context, k gateway.Passkey) (added bool, err error) {
	err = p.Do(ctx, func(tx *store.Tx) error {
		u, err := tx.User(k.User)
		if err != nil {
			return err
		}
		if err := tx.LockUser(u.Login); err != nil {
			return err
		}
		has, err := tx.Passkeys(k.User)
		if err != nil || len(has) >= access.MaxPasskeys {
			return err
		}
		added, err = tx.AddPasskey(&k)
		return err
	})
	return added, err
}

// UsePasskey notes a use.
func (p passkeys) UsePasskey(ctx context.Context, id int64, count uint32, flags byte, now time.Time) (ok bool, err error) {
	err = p.Do(ctx, func(tx *store.Tx) error {
		ok, err = tx.UsePasskey(id, count, flags, now)
		return err
	})
	return ok, err
}

// RemovePasskey forgets a passkey.
func (p passkeys) RemovePasskey(ctx context.Context, user, id int64) error {
	err := p.Do(ctx, func(tx *store.Tx) error { return tx.RemovePasskey(user, id) })
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// apiKeys keeps API keys in the store.
type apiKeys struct{ g *spine }

var _ web.Keys = apiKeys{}

// Keys lists keys.
func (k apiKeys) Keys(ctx context.Context, s gateway.Scope) ([]gateway.APIKey, error) {
	return look(ctx, k.g.store, func(tx *store.Tx) ([]gateway.APIKey, error) { return tx.Keys(s) })
}

// AddKey adds a key.
func (k apiKeys) AddKey(ctx context.Context, key gateway.APIKey) error {
	return k.g.store.Do(ctx, func(tx *store.Tx) error { return tx.AddKey(&key) })
}

// RevokeKey ends a key.
func (k apiKeys) RevokeKey(ctx context.Context, s gateway.Scope, id int64) error {
	err := k.g.store.Do(ctx, func(tx *store.Tx) error { return tx.RevokeKey(s, id, k.g.now()) })
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// front puts the API and the pages behind one address.
func front(api, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, p := range []string{"/v1/", "/openapi.json", "/openapi.yaml", "/docs", "/schemas/", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(p, api)
	}
	mux.Handle("/", pages)
	return mux
}

// pages makes the pages of a gateway; live streams end with ctx.
func (g *spine) pages(ctx context.Context, version string, c httpConfig, signIn *web.SignIn, setup web.Setup) http.Handler {
	act := deskActions{books{g}}
	passkey, why, err := c.passkeys()
	if err != nil {
		why = "Passkeys do not serve here: " + err.Error() + "."
		g.log.Error().Err(err).Msg("passkeys do not serve")
	}
	return web.New(web.Config{
		Stopped: ctx.Done(), Setup: setup, Now: func() time.Time { return g.now() }, Log: g.log, Version: version,
		Desk: desk{g}, People: people{g.store}, Audit: trail{g.store}, Operator: act, Postings: act, Corrections: act, Casework: act, Editor: act, Worklists: act, Finder: act, Partners: act, Reports: act, Codes: func() *codes.Library { return g.scrub().Codes },
		Keys: apiKeys{g}, Hooks: hooks{g},
		Secure: c.Secure, SecondFactor: c.SecondFactor, SignIn: signIn,
		Passkey: passkey, NoPasskey: why, PasskeyStore: passkeys{g.store},
	})
}

// Interchange finds a file of ours for a partner.
func (d desk) Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error) {
	return look(ctx, d.g.store, func(tx *store.Tx) (gateway.Interchange, error) { return tx.Interchange(s, id) })
}

// Item gives what the office sent of a claim, as JSON.
func (d desk) Item(ctx context.Context, s gateway.Scope, c *gateway.Claim) ([]byte, error) {
	m, err := d.File(ctx, s, c.Transmission)
	if err != nil {
		return nil, err
	}
	f, err := d.g.archive.Open(m.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return itemIn(f, c.Item)
}

// itemIn gives the encounter or claim record at a place of a file, as JSON;
// web.ErrNotFound where the file is X12.
func itemIn(f io.Reader, item int) ([]byte, error) {
	head := bufio.NewReaderSize(f, 4096)
	b, _ := head.Peek(512)
	if bytes.HasPrefix(bytes.TrimLeft(b, "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return nil, web.ErrNotFound
	}
	if bytes.HasPrefix(b, []byte(`{"at":`)) || bytes.HasPrefix(b, []byte(`{"by":`)) {
		// What followed another claim: its record is kept with who asked for it.
		var k struct{ Claim json.RawMessage }
		if err := json.NewDecoder(head).Decode(&k); err != nil || k.Claim == nil {
			return nil, web.ErrNotFound
		}
		return k.Claim, nil
	}
	rd := intake.NewReader(head, intake.Options{})
	for n := 1; ; n++ {
		it, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return nil, web.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		if n < item {
			continue
		}
		if it.Record != "" {
			return bytes.Clone(it.Raw), nil
		}
		if it.Encounter == nil {
			return nil, web.ErrNotFound
		}
		return it.Encounter.AppendJSON(nil), nil
	}
}
