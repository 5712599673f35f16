package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"claimwire/gateway"
)

// Passkeys are of users, and stand like these before any scope.

const passkeyColumns = `id, user_id, handle, credential, public_key, sign_count, flags, transports, name, made, used, suspect`

var asText = base64.RawURLEncoding

func scanPasskey(scan func(...any) error) (gateway.Passkey, error) {
	var p gateway.Passkey
	var handle, credential string
	var made, used, suspect int64
	err := scan(&p.ID, &p.User, &handle, &credential, &p.Key, &p.Count, &p.Flags, &p.Transports, &p.Name, &made, &used, &suspect)
	if err != nil {
		return p, err
	}
	p.Made = time.UnixMilli(made)
	for _, t := range []struct {
		to *time.Time
		at int64
	}{{&p.Used, used}, {&p.Suspect, suspect}} {
		if t.at != 0 {
			*t.to = time.UnixMilli(t.at)
		}
	}
	if p.Handle, err = asText.DecodeString(handle); err != nil {
		return p, err
	}
	p.Credential, err = asText.DecodeString(credential)
	return p, err
}

// Passkeys lists the passkeys of a user in the order in which they were added.
func (t *Tx) Passkeys(user int64) ([]gateway.Passkey, error) {
	var all []gateway.Passkey
	err := t.rows(`SELECT `+passkeyColumns+` FROM passkeys WHERE user_id=$1 ORDER BY id`, func(r *sql.Rows) error {
		p, err := scanPasskey(r.Scan)
		all = append(all, p)
		return err
	}, user)
	return all, err
}

// Passkey finds a passkey by its number.
func (t *Tx) Passkey(id int64) (gateway.Passkey, error) {
	p, err := scanPasskey(t.row(`SELECT `+passkeyColumns+` FROM passkeys WHERE id=$1`, id).Scan)
	return p, found(err)
}

// PasskeyOf finds a passkey by what its authenticator calls it.
func (t *Tx) PasskeyOf(credential []byte) (gateway.Passkey, error) {
	p, err := scanPasskey(t.row(`SELECT `+passkeyColumns+` FROM passkeys WHERE credential=$1`, asText.EncodeToString(credential)).Scan)
	return p, found(err)
}

// AddPasskey adds a passkey; false: there is one of this credential, whoever has
// it.
func (t *Tx) AddPasskey(p *gateway.Passkey) (added bool, err error) {
	err = t.row(`INSERT INTO passkeys (user_id, handle, credential, public_key, sign_count, flags, transports, name, made) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT DO NOTHING RETURNING id`, p.User, asText.EncodeToString(p.Handle), asText.EncodeToString(p.Credential), p.Key, int64(p.Count), int(p.Flags), p.Transports, p.Name,
		p.Made.UnixMilli()).Scan(&p.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// UsePasskey notes that a passkey has signed, with the count that its
// authenticator says. False: the count does not go on from the last one, and the
// passkey is suspect from now on; or it was already, or is gone.
func (t *Tx) UsePasskey(id int64, count uint32, flags byte, now time.Time) (ok bool, err error) {
	r, err := t.exec(`UPDATE passkeys SET sign_count=$1, flags=$2, used=$3 WHERE id=$4 AND suspect=0 AND (sign_count<$5 OR sign_count=0 AND sign_count=$6)`,
		int64(count), int(flags), now.UnixMilli(), id, int64(count), int64(count))
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); n > 0 || err != nil {
		return n > 0, err
	}
	_, err = t.exec(`UPDATE passkeys SET suspect=$1 WHERE id=$2 AND suspect=0`, now.UnixMilli(), id)
	return false, err
}

// RemovePasskey forgets a passkey of a user.
func (t *Tx) RemovePasskey(user, id int64) error {
	r, err := t.exec(`DELETE FROM passkeys WHERE user_id=$1 AND id=$2`, user, id)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}

// maxChallenges bounds the questions to browsers that are open at a time.
const maxChallenges = 10_000

// AddChallenge keeps what belongs to a question to a browser until it is
// answered; false: too many are open.
func (s *Store) AddChallenge(ctx context.Context, token string, data []byte, now, until time.Time) (ok bool, err error) {
	err = s.Do(ctx, func(t *Tx) error {
		ok = false
		if _, err := t.exec(`DELETE FROM challenges WHERE until<=$1`, now.UnixMilli()); err != nil {
			return err
		}
		var n int
		if err := t.row(`SELECT COUNT(*) FROM challenges`).Scan(&n); err != nil || n >= maxChallenges {
			return err
		}
		ok = true
		_, err := t.exec(`INSERT INTO challenges (token, data, until) VALUES ($1,$2,$3)`, token, data, until.UnixMilli())
		return err
	})
	return ok, err
}

// TakeChallenge gives what belongs to a question, once; false: there is none, or
// it is too old.
func (s *Store) TakeChallenge(ctx context.Context, token string, now time.Time) (data []byte, ok bool, err error) {
	var until int64
	err = s.Do(ctx, func(t *Tx) error {
		return t.row(`DELETE FROM challenges WHERE token=$1 RETURNING data, until`, token).Scan(&data, &until)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil && now.UnixMilli() < until, err
}
