package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"time"

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

// AddJob adds a job, unless the same one waits already. A job that is running
// does not count as waiting: it may have looked before the new fact was there.
func (t *Tx) AddJob(s gateway.Scope, kind, args string, at time.Time) error {
	_, err := t.exec(`INSERT INTO jobs (organisation, usage, kind, args, state, run_at, active) VALUES ($1,$2,$3,$4,'ready',$5,$6) ON CONFLICT (active) DO NOTHING`,
		s.Organisation, s.Usage, kind, args, at.UnixMilli(), s.Organisation+"/"+s.Usage+"/"+kind+"/"+args)
	return err
}

// The rows of a job are changed only by who took it last: a worker that was
// thought dead and was not changes nothing any more.

// TakeJob gives the next job that is due, or one whose worker has not been
// heard of; nil when there is none. The lease runs until a time.
func (s *Store) TakeJob(ctx context.Context, now, until time.Time) (*gateway.Job, error) {
	var j *gateway.Job
	err := s.Do(ctx, func(t *Tx) error {
		var got gateway.Job
		err := t.row(`UPDATE jobs SET state='running', attempts=attempts+1, lease_until=$1, active=NULL WHERE id=(
			SELECT id FROM jobs WHERE state='ready' AND run_at<=$2 OR state='running' AND lease_until<$2 ORDER BY run_at, id LIMIT 1`+t.d.SkipLocked+`)
			RETURNING id, organisation, usage, kind, args, attempts`, until.UnixMilli(), now.UnixMilli()).
			Scan(&got.ID, &got.Scope.Organisation, &got.Scope.Usage, &got.Kind, &got.Args, &got.Attempts)
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

// FinishJob ends a job.
func (s *Store) FinishJob(ctx context.Context, j *gateway.Job) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`UPDATE jobs SET state='done', note='' WHERE id=$1 AND state='running' AND attempts=$2`, j.ID, j.Attempts)
		return err
	})
}

// RetryJob puts a job back until a time, and says why.
func (s *Store) RetryJob(ctx context.Context, j *gateway.Job, at time.Time, note string) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`UPDATE jobs SET state='ready', run_at=$1, note=$2 WHERE id=$3 AND state='running' AND attempts=$4`, at.UnixMilli(), note, j.ID, j.Attempts)
		return err
	})
}

// ParkJob puts a job aside for a person, and says why.
func (s *Store) ParkJob(ctx context.Context, j *gateway.Job, note string) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`UPDATE jobs SET state='parked', note=$1 WHERE id=$2 AND state='running' AND attempts=$3`, note, j.ID, j.Attempts)
		return err
	})
}

// RenewJob says that a job's worker is alive.
func (s *Store) RenewJob(ctx context.Context, j *gateway.Job, until time.Time) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`UPDATE jobs SET lease_until=$1 WHERE id=$2 AND state='running' AND attempts=$3`, until.UnixMilli(), j.ID, j.Attempts)
		return err
	})
}

// ResetJobs puts jobs back that were running when the only process of an
// embedded database ended.
func (s *Store) ResetJobs(ctx context.Context) error {
	return s.Do(ctx, func(t *Tx) error {
		_, err := t.exec(`UPDATE jobs SET lease_until=0 WHERE state='running'`)
		return err
	})
}

// Pending counts the jobs that wait or run, and the parked ones.
func (s *Store) Pending(ctx context.Context) (open, parked int, err error) {
	err = s.Do(ctx, func(t *Tx) error {
		return t.row(`SELECT COALESCE(SUM(CASE WHEN state IN ('ready','running') THEN 1 ELSE 0 END),0), COALESCE(SUM(CASE WHEN state='parked' THEN 1 ELSE 0 END),0) FROM jobs`).Scan(&open, &parked)
	})
	return open, parked, err
}

// NextDue is when the next waiting job is due; zero when none waits.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.Do(ctx, func(t *Tx) error {
		return t.row(`SELECT MIN(run_at) FROM jobs WHERE state='ready'`).Scan(&at)
	})
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return time.UnixMilli(at.Int64), nil
}
