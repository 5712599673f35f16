// Package work runs durable jobs. A job is a row that was added in the
// transaction of the fact that needs it; a worker leases it, and when the
// worker dies the lease runs out and another takes it. So a handler may run
// twice, also at the same time as its dead twin's last step, and says in its
// comment why that is safe.
package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
)

// Jobs is what the runner needs of the store.
type Jobs interface {
	TakeJob(ctx context.Context, now, until time.Time) (*gateway.Job, error)
	FinishJob(ctx context.Context, j *gateway.Job) error
	RetryJob(ctx context.Context, j *gateway.Job, at time.Time, note string) error
	ParkJob(ctx context.Context, j *gateway.Job, note string) error
	RenewJob(ctx context.Context, j *gateway.Job, until time.Time) error
}

// Handler does a job.
type Handler func(ctx context.Context, j *gateway.Job) error

// Snooze is returned by a handler that wants to be called again later, without
// that being a failure.
type Snooze time.Duration

// Error says until when.
func (s Snooze) Error() string { return "again in " + time.Duration(s).String() }

// Park is returned by a handler when no retry will help and a person must look.
type Park struct{ Reason error }

// Error gives the reason.
func (p Park) Error() string { return p.Reason.Error() }

// Unwrap gives the reason.
func (p Park) Unwrap() error { return p.Reason }

// Runner takes jobs and hands them to their handlers.
type Runner struct {
	Jobs     Jobs
	Handlers map[string]Handler
	Now      func() time.Time
	Log      zerolog.Logger
	Workers  int           // at once; 0: 2
	Lease    time.Duration // how long a silent worker is believed; 0: 10 s
	Poll     time.Duration // how often the table is asked; 0: 50 ms
	Attempts int           // before a job is parked; 0: 20
}

// Run works until the context ends.
func (r *Runner) Run(ctx context.Context) {
	workers, poll := r.Workers, r.Poll
	if workers == 0 {
		workers = 2
	}
	if poll == 0 {
		poll = 50 * time.Millisecond
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for ctx.Err() == nil {
				did, err := r.One(ctx)
				if err != nil && ctx.Err() == nil {
					r.Log.Error().Err(err).Msg("jobs cannot be taken")
				}
				if did && err == nil {
					continue
				}
				select {
				case <-ctx.Done():
				case <-time.After(poll):
				}
			}
		}()
	}
	wg.Wait()
}

// One takes one job that is due, and does it; false when there is none.
func (r *Runner) One(ctx context.Context) (did bool, err error) {
	lease := r.Lease
	if lease == 0 {
		lease = 10 * time.Second
	}
	now := r.Now()
	j, err := r.Jobs.TakeJob(ctx, now, now.Add(lease))
	if err != nil || j == nil {
		return false, err
	}
	h := r.Handlers[j.Kind]
	if h == nil {
		return true, r.Jobs.ParkJob(ctx, j, "no handler for jobs of this kind")
	}
	stop := r.heartbeat(ctx, j, lease)
	err = h(ctx, j)
	stop()
	return true, r.settle(ctx, j, err)
}

// heartbeat renews the lease while the handler works.
func (r *Runner) heartbeat(ctx context.Context, j *gateway.Job, lease time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(lease / 3)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if err := r.Jobs.RenewJob(ctx, j, r.Now().Add(lease)); err != nil && ctx.Err() == nil {
					r.Log.Warn().Err(err).Int64("job", j.ID).Msg("a job's lease cannot be renewed")
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}

// settle notes how a job ended.
func (r *Runner) settle(ctx context.Context, j *gateway.Job, err error) error {
	if ctx.Err() != nil {
		return nil // we are told to stop: the lease runs out, and the job is taken again
	}
	attempts := r.Attempts
	if attempts == 0 {
		attempts = 20
	}
	var snooze Snooze
	var park Park
	switch {
	case err == nil:
		return r.Jobs.FinishJob(ctx, j)
	case errors.As(err, &snooze):
		return r.Jobs.RetryJob(ctx, j, r.Now().Add(time.Duration(snooze)), "")
	case errors.As(err, &park) || j.Attempts >= attempts:
		r.Log.Error().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Msg("a job is parked")
		return r.Jobs.ParkJob(ctx, j, err.Error())
	}
	r.Log.Warn().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Int("attempt", j.Attempts).Msg("a job failed and is tried again")
	return r.Jobs.RetryJob(ctx, j, r.Now().Add(backoff(j.Attempts)), err.Error())
}

// backoff doubles from 200 ms to ten minutes, with a quarter of chance in it.
func backoff(attempt int) time.Duration {
	d := 200 * time.Millisecond << min(attempt-1, 12)
	d = min(d, 10*time.Minute)
	return d + time.Duration(rand.Int64N(int64(d)/4+1))
}
