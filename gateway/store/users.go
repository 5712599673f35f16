package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"claimwire/gateway"
)

// Users and organisations are of the whole gateway: they stand before any
// scope. Who may list or change them is decided by who calls.

const userColumns = `id, login, name, password, secret, last_step, subject, disabled, must_change, failures, locked_until,
	(SELECT COUNT(*) FROM passkeys WHERE passkeys.user_id=users.id)`

func scanUser(scan func(...any) error) (gateway.User, error) {
	var u gateway.User
	var disabled, change int
	var locked int64
	err := scan(&u.ID, &u.Login, &u.Name, &u.Password, &u.Secret, &u.LastStep, &u.Subject, &disabled, &change, &u.Failures, &locked, &u.Passkeys)
	u.Disabled, u.MustChange = disabled == 1, change == 1
	if locked != 0 {
		u.LockedUntil = time.UnixMilli(locked)
	}
	return u, err
}

func (t *Tx) withMemberships(u gateway.User) (gateway.User, error) {
	err := t.rows(`SELECT organisation, usage, role, partner FROM memberships WHERE user_id=$1 ORDER BY position`, func(r *sql.Rows) error {
		var m gateway.Membership
		err := r.Scan(&m.Scope.Organisation, &m.Scope.Usage, &m.Role, &m.Partner)
		u.Memberships = append(u.Memberships, m)
		return err
	}, u.ID)
	return u, err
}

func (t *Tx) userWhere(condition string, arg any) (gateway.User, error) {
	u, err := scanUser(t.row(`SELECT `+userColumns+` FROM users WHERE `+condition, arg).Scan)
	if err != nil {
		return u, found(err)
	}
	return t.withMemberships(u)
}

// User finds a user.
func (t *Tx) User(id int64) (gateway.User, error) { return t.userWhere(`id=$1`, id) }

// UserByLogin finds a user by login.
func (t *Tx) UserByLogin(login string) (gateway.User, error) { return t.userWhere(`login=$1`, login) }

// UserBySubject finds a user by what an identity provider calls it.
func (t *Tx) UserBySubject(subject string) (gateway.User, error) {
	if subject == "" {
		return gateway.User{}, ErrNotFound
	}
	return t.userWhere(`subject=$1`, subject)
}

// Users lists users in the order of their logins, at most MaxPage: those with a
// membership in an organisation, or all where it is empty.
func (t *Tx) Users(organisation string) ([]gateway.User, error) {
	query := `SELECT ` + userColumns + ` FROM users`
	var args []any
	if organisation != "" {
		query += ` WHERE id IN (SELECT user_id FROM memberships WHERE organisation=$1)`
		args = append(args, organisation)
	}
	var all []gateway.User
	err := t.rows(query+` ORDER BY login LIMIT 1000`, func(r *sql.Rows) error {
		u, err := scanUser(r.Scan)
		all = append(all, u)
		return err
	}, args...)
	for i := range all {
		if err == nil {
			all[i], err = t.withMemberships(all[i])
		}
	}
	return all, err
}

// AddUser adds a user with its memberships; false: the login is taken.
func (t *Tx) AddUser(u *gateway.User) (added bool, err error) {
	err = t.row(`INSERT INTO users (login, name, password, secret, last_step, subject, disabled, must_change, failures, locked_until) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0,0)
		ON CONFLICT DO NOTHING RETURNING id`, u.Login, u.Name, u.Password, u.Secret, u.LastStep, u.Subject, flag(u.Disabled), flag(u.MustChange)).Scan(&u.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, t.setMemberships(u)
}

// SetUser changes a user, its memberships included.
func (t *Tx) SetUser(u *gateway.User) error {
	locked := int64(0)
	if !u.LockedUntil.IsZero() {
		locked = u.LockedUntil.UnixMilli()
	}
	r, err := t.exec(`UPDATE users SET name=$1, password=$2, secret=$3, last_step=$4, subject=$5, disabled=$6, must_change=$7, failures=$8, locked_until=$9 WHERE id=$10`,
		u.Name, u.Password, u.Secret, u.LastStep, u.Subject, flag(u.Disabled), flag(u.MustChange), u.Failures, locked, u.ID)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return errors.Join(ErrNotFound, err)
	}
	return t.setMemberships(u)
}

func (t *Tx) setMemberships(u *gateway.User) error {
	if _, err := t.exec(`DELETE FROM memberships WHERE user_id=$1`, u.ID); err != nil {
		return err
	}
	for i, m := range u.Memberships {
		if _, err := t.exec(`INSERT INTO memberships (user_id, organisation, usage, role, partner, position) VALUES ($1,$2,$3,$4,$5,$6)`,
			u.ID, m.Scope.Organisation, m.Scope.Usage, string(m.Role), m.Partner, i); err != nil {
			return err
		}
	}
	return nil
}

// LockUser makes who else changes the user wait until this transaction ends.
func (t *Tx) LockUser(login string) error { return t.Lock(gateway.Scope{}, "user/"+login) }

// CountUsers counts all users.
func (t *Tx) CountUsers() (n int, err error) {
	err = t.row(`SELECT COUNT(*) FROM users`).Scan(&n)
	return n, err
}

// Organisations lists all organisations.
func (t *Tx) Organisations() ([]gateway.Organisation, error) {
	var all []gateway.Organisation
	err := t.rows(`SELECT id, name, kind FROM organisations ORDER BY id`, func(r *sql.Rows) error {
		var o gateway.Organisation
		err := r.Scan(&o.ID, &o.Name, &o.Kind)
		all = append(all, o)
		return err
	})
	return all, err
}

// SetOrganisation adds or changes an organisation.
func (t *Tx) SetOrganisation(o gateway.Organisation) error {
	_, err := t.exec(`INSERT INTO organisations (id, name, kind) VALUES ($1,$2,$3) ON CONFLICT (id) DO UPDATE SET name=$2, kind=$3`, o.ID, o.Name, o.Kind)
	return err
}

// Session finds what a session holds; false: there is none, or it has ended.
func (s *Store) Session(ctx context.Context, token string, now time.Time) (data []byte, ok bool, err error) {
	err = s.Read(ctx, func(t *Tx) error {
		return t.row(`SELECT data FROM sessions WHERE token=$1 AND until>$2`, token, now.UnixMilli()).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// SetSession keeps what a session holds.
func (s *Store) SetSession(ctx context.Context, token string, data []byte, until time.Time) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`INSERT INTO sessions (token, data, until) VALUES ($1,$2,$3) ON CONFLICT (token) DO UPDATE SET data=$2, until=$3`, token, data, until.UnixMilli())
		return err
	})
}

// EndSession forgets a session.
func (s *Store) EndSession(ctx context.Context, token string) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`DELETE FROM sessions WHERE token=$1`, token)
		return err
	})
}

// EndSessions forgets those that have ended.
func (s *Store) EndSessions(ctx context.Context, now time.Time) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`DELETE FROM sessions WHERE until<=$1`, now.UnixMilli())
		return err
	})
}
