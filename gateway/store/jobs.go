package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"claimwire/gateway"
)

// migrations gives the migrations as the dialect has them.
func (d *Dialect) migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	if d.Schema == nil {
		return sub
	}
	return rewritten{sub, d.Schema}
}

func activeName(s gateway.Scope, kind, args string) string {
	return s.Organisation + "/" + s.Usage + "/" + kind + "/" + args
}

// AddJob adds a job, unless the same one waits already. A job that is running
// does not count as waiting: it may have looked before the new fact was there.
func (t *Tx) AddJob(s gateway.Scope, kind, args string, at time.Time) error {
	t.added = true
	_, err := t.exec(`INSERT INTO jobs (organisation, usage, kind, args, state, run_at, active) VALUES ($1,$2,$3,$4,'ready',$5,$6) ON CONFLICT (active) DO NOTHING`,
		s.Organisation, s.Usage, kind, args, at.UnixMilli(), activeName(s, kind, args))
	return err
}

// AddRecurring adds a job that asks to be called again when it ends, unless it
// is there already, waiting or running.
func (t *Tx) AddRecurring(s gateway.Scope, kind, args string, at time.Time) error {
	if err := t.Lock(s, "recurring/"+kind+"/"+args); err != nil {
		return err
	}
	state, err := t.HasJob(s, kind, args)
	if err != nil || state == "ready" || state == "running" {
		return err
	}
	return t.AddJob(s, kind, args, at)
}

const jobColumns = `id, organisation, usage, kind, args, attempts, failures, state, run_at, note`

func scanJob(scan func(...any) error) (gateway.Job, error) {
	var j gateway.Job
	var at int64
	err := scan(&j.ID, &j.Scope.Organisation, &j.Scope.Usage, &j.Kind, &j.Args, &j.Attempts, &j.Failures, &j.State, &at, &j.Note)
	j.At = time.UnixMilli(at)
	return j, err
}

// The rows of a job are changed only by who took it last: a worker that was
// thought dead and was not changes nothing any more.

// TakeJob gives the next job of some kinds that is due, or one whose worker has
// not been heard of: that beginning was a failure. It gives nil when there is
// none. The lease runs until a time.
func (s *Store) TakeJob(ctx context.Context, kinds []string, now, until time.Time) (*gateway.Job, error) {
	args := []any{now.UnixMilli()}
	for _, k := range kinds {
		args = append(args, k)
	}
	due := ` FROM jobs WHERE kind IN (` + parameters(2, len(kinds)) + `) AND (state='ready' AND run_at<=$1 OR state='running' AND lease_until<$1)`
	// Most looks find nothing: they wait for nobody who writes.
	some := 0
	err := s.do(ctx, s.reads(), &sql.TxOptions{ReadOnly: true}, func(t *Tx) error {
		return t.row(`SELECT COUNT(*) FROM (SELECT id`+due+` LIMIT 1) AS due`, args...).Scan(&some)
	})
	if err != nil || some == 0 {
		return nil, err
	}
	args = append(args, until.UnixMilli())
	var j *gateway.Job
	err = s.Do(ctx, func(t *Tx) error {
		got, err := scanJob(t.row(`UPDATE jobs SET state='running', attempts=attempts+1,
			failures=failures+CASE WHEN state='running' THEN 1 ELSE 0 END, active=NULL, lease_until=`+parameters(len(args), 1)+` WHERE id=(
			SELECT id`+due+` ORDER BY run_at, id LIMIT 1`+t.d.SkipLocked+`) RETURNING `+jobColumns, args...).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			j = &got
		}
		return err
	})
	return j, err
}

// mine runs a statement on the row of a job as long as it is its taker's.
func (s *Store) mine(ctx context.Context, j *gateway.Job, set string, args ...any) (ok bool, err error) {
	err = s.Do(ctx, func(t *Tx) error {
		r, err := t.exec(set+` WHERE id=$1 AND state='running' AND attempts=$2`, append([]any{j.ID, j.Attempts}, args...)...)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		ok = n == 1
		return err
	})
	return ok, err
}

// FinishJob ends a job: what is done leaves no row.
func (s *Store) FinishJob(ctx context.Context, j *gateway.Job) error {
	_, err := s.mine(ctx, j, `DELETE FROM jobs`)
	return err
}

// RetryJob puts a job back until a time, and says why, with as many failures as the
// job says; failed counts one more. The same job that was asked for meanwhile takes its place.
func (s *Store) RetryJob(ctx context.Context, j *gateway.Job, at time.Time, failed bool, note string) error {
	return s.Do(ctx, func(t *Tx) error {
		name := activeName(j.Scope, j.Kind, j.Args)
		var waits int
		if err := t.row(`SELECT COUNT(*) FROM jobs WHERE active=$1`, name).Scan(&waits); err != nil {
			return err
		}
		if waits > 0 {
			// It carries on the count, so that a job that always fails is parked.
			if _, err := t.exec(`UPDATE jobs SET run_at=CASE WHEN run_at>$3 THEN run_at ELSE $3 END, failures=$4, note=$5 WHERE active=$1 AND EXISTS
				(SELECT 1 FROM jobs AS own WHERE own.id=$2 AND own.state='running' AND own.attempts=$6)`, name, j.ID, at.UnixMilli(), j.Failures+flag(failed), note, j.Attempts); err != nil {
				return err
			}
			_, err := t.exec(`DELETE FROM jobs WHERE id=$1 AND state='running' AND attempts=$2`, j.ID, j.Attempts)
			return err
		}
		_, err := t.exec(`UPDATE jobs SET state='ready', run_at=$1, failures=$2, note=$3, active=$4 WHERE id=$5 AND state='running' AND attempts=$6`,
			at.UnixMilli(), j.Failures+flag(failed), note, name, j.ID, j.Attempts)
		return err
	})
}

// ParkJob puts a job aside for a person, and says why.
func (s *Store) ParkJob(ctx context.Context, j *gateway.Job, note string) error {
	_, err := s.mine(ctx, j, `UPDATE jobs SET state='parked', note=$3`, note)
	return err
}

// RenewJob says that a job's worker is alive; false when the job is another's by
// now.
func (s *Store) RenewJob(ctx context.Context, j *gateway.Job, until time.Time) (bool, error) {
	return s.mine(ctx, j, `UPDATE jobs SET lease_until=$3`, until.UnixMilli())
}

// ResetJobs puts jobs and deliveries back that were under way when the only
// process of an embedded database ended.
func (s *Store) ResetJobs(ctx context.Context) error {
	return s.Do(ctx, func(t *Tx) error {
		if _, err := t.exec(`UPDATE interchanges SET lease_until=0 WHERE lease_until>0 AND state='queued'`); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE jobs SET lease_until=0 WHERE state='running'`)
		return err
	})
}

// ShiftJobs moves all times of waiting and running jobs and of leases: the clock
// was set back.
func (s *Store) ShiftJobs(ctx context.Context, by time.Duration) error {
	return s.Do(ctx, func(t *Tx) error {
		for _, q := range []string{`UPDATE jobs SET run_at=run_at+$1, lease_until=lease_until+$1 WHERE state IN ('ready','running')`,
			`UPDATE interchanges SET lease_until=lease_until+$1 WHERE lease_until>0`, `UPDATE links SET next_try=next_try+$1 WHERE next_try>0`} {
			if _, err := t.exec(q, by.Milliseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Jobs lists jobs in a state, of one scope or, where it is empty, of all.
func (t *Tx) Jobs(s gateway.Scope, state string, p gateway.Page) ([]gateway.Job, error) {
	w := &where{text: ` WHERE state=$1`, args: []any{state}}
	if s != (gateway.Scope{}) {
		w.and(`organisation=`, s.Organisation)
		w.and(`usage=`, s.Usage)
	}
	return list(t, jobColumns, `jobs`, w.page(p), scanJob)
}

// FreeJob lets a parked job run again. Where the same job waits already, the
// parked one goes.
func (t *Tx) FreeJob(s gateway.Scope, id int64, at time.Time) (gateway.Job, error) {
	scope := ``
	args := []any{id}
	if s != (gateway.Scope{}) {
		scope, args = ` AND organisation=$2 AND usage=$3`, append(args, s.Organisation, s.Usage)
	}
	j, err := scanJob(t.row(`SELECT `+jobColumns+` FROM jobs WHERE id=$1 AND state='parked'`+scope, args...).Scan)
	if err != nil {
		return j, found(err)
	}
	if _, err := t.exec(`DELETE FROM jobs WHERE id=$1 AND state='parked'`, id); err != nil {
		return j, err
	}
	return j, t.AddJob(j.Scope, j.Kind, j.Args, at)
}

// Backlog is how much work there is.
type Backlog struct {
	Open   int       // jobs that wait or run
	Parked int       // that wait for a person
	Oldest time.Time // since when the oldest that could run waits; zero: none
}

// Backlog counts the jobs.
func (s *Store) Backlog(ctx context.Context, now time.Time) (b Backlog, err error) {
	var oldest sql.NullInt64
	err = s.Read(ctx, func(t *Tx) error {
		return t.row(`SELECT COALESCE(SUM(CASE WHEN state IN ('ready','running') THEN 1 ELSE 0 END),0), COALESCE(SUM(CASE WHEN state='parked' THEN 1 ELSE 0 END),0),
			MIN(CASE WHEN state='ready' AND run_at<=$1 THEN run_at END) FROM jobs`, now.UnixMilli()).Scan(&b.Open, &b.Parked, &oldest)
	})
	if oldest.Valid {
		b.Oldest = time.UnixMilli(oldest.Int64)
	}
	return b, err
}

// Pending counts the jobs that wait or run, and the parked ones.
func (s *Store) Pending(ctx context.Context) (open, parked int, err error) {
	b, err := s.Backlog(ctx, time.UnixMilli(0))
	return b.Open, b.Parked, err
}

// HasJob says whether a job of a kind waits, runs or is parked for something.
func (t *Tx) HasJob(s gateway.Scope, kind, args string) (state string, err error) {
	err = t.row(`SELECT state FROM jobs WHERE organisation=$1 AND usage=$2 AND kind=$3 AND args=$4 ORDER BY id DESC LIMIT 1`, s.Organisation, s.Usage, kind, args).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return state, err
}

// Woken tells when a transaction of this process has added a job.
func (s *Store) Woken() <-chan struct{} { return s.wake }

// clean keeps text that a database would refuse, or keep another way: one that
// is no UTF-8 is taken for Latin-1, and a NUL becomes the mark of what cannot be
// shown.
func clean(text string) string {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	if !utf8.ValidString(text) {
		latin := make([]rune, len(text))
		for i := range len(text) {
			latin[i] = rune(text[i])
		}
		text = string(latin)
	}
	return strings.ReplaceAll(text, "\x00", "\uFFFD")
}
