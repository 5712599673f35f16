package store

import (
	"database/sql"
	"errors"
	"time"

	"claimwire/gateway"
)

const linkColumns = `organisation, usage, partner, stopped, failures, reason, since, next_try, heard_at`

func scanLink(scan func(...any) error) (gateway.Link, error) {
	var l gateway.Link
	var stopped int
	var since, next, heard int64
	err := scan(&l.Scope.Organisation, &l.Scope.Usage, &l.Partner, &stopped, &l.Failures, &l.Reason, &since, &next, &heard)
	l.Stopped, l.Since, l.NextTry, l.HeardAt = stopped == 1, timeOf(since), timeOf(next), timeOf(heard)
	return l, err
}

// timeOf reads a time that may be none.
func timeOf(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli)
}

// milliOf keeps a time that may be none.
func milliOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Link tells how the connection to a partner is; one that was never tried is
// well.
func (t *Tx) Link(s gateway.Scope, partner string) (gateway.Link, error) {
	l, err := scanLink(t.row(`SELECT `+linkColumns+` FROM links WHERE organisation=$1 AND usage=$2 AND partner=$3`, s.Organisation, s.Usage, partner).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return gateway.Link{Scope: s, Partner: partner}, nil
	}
	return l, err
}

// Links lists the connections of all scopes.
func (t *Tx) Links() ([]gateway.Link, error) {
	return listOf(t, linkColumns, `links ORDER BY organisation, usage, partner`, nil, scanLink)
}

// SetLink notes how a connection is. When the partner was last heard of stays.
func (t *Tx) SetLink(l *gateway.Link) error {
	_, err := t.exec(`INSERT INTO links (organisation, usage, partner, stopped, failures, reason, since, next_try) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (organisation, usage, partner) DO UPDATE SET stopped=$4, failures=$5, reason=$6, since=$7, next_try=$8`,
		l.Scope.Organisation, l.Scope.Usage, l.Partner, flag(l.Stopped), l.Failures, l.Reason, milliOf(l.Since), milliOf(l.NextTry))
	return err
}

// Heard notes that a partner has sent a file.
func (t *Tx) Heard(s gateway.Scope, partner string, at time.Time) error {
	_, err := t.exec(`INSERT INTO links (organisation, usage, partner, heard_at) VALUES ($1,$2,$3,$4)
		ON CONFLICT (organisation, usage, partner) DO UPDATE SET heard_at=$4`, s.Organisation, s.Usage, partner, at.UnixMilli())
	return err
}
