// Package work runs durable jobs. A job is a row that was added in the
// transaction of the fact that needs it; a worker leases it, and when the
// worker dies the lease runs out and another takes it. So a handler may run
// twice, also at the same time as its dead twin's last step, and says in its
// comment why that is safe.
//
// A job that fails is tried again, later each time; after many failures it is
// parked with the reason, and a person lets it run again. What is nobody's fault
// (no room on the disk, no database) does not count as a failure. A handler that
// panics, or a job that many workers have died of, is parked.
package work

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
)

// Jobs is what the runner needs of the store.
type Jobs interface {
	TakeJob(ctx context.Context, kinds []string, now, until time.Time) (*gateway.Job, error)
	FinishJob(ctx context.Context, j *gateway.Job) error
	RetryJob(ctx context.Context, j *gateway.Job, at time.Time, failed bool, note string) error
	ParkJob(ctx context.Context, j *gateway.Job, note string) error
	// RenewJob says that the worker is alive; false when the job is another's.
	RenewJob(ctx context.Context, j *gateway.Job, until time.Time) (bool, error)
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
	Poll     time.Duration // how often the table is asked when nobody wakes us; 0: 100 ms
	Attempts int           // failures before a job is parked; 0: 20
	Starts   int           // beginnings before a job is parked that nobody brings to an end; 0: 200
	Grace    time.Duration // how long handlers may work on once we are told to stop; 0: 10 s
	Wake     <-chan struct{}
	// Temporary says of an error that it is nobody's fault and passes by itself.
	Temporary func(error) bool
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// kinds are those that this runner has handlers for.
func (r *Runner) kinds() []string {
	list := make([]string, 0, len(r.Handlers))
	for k := range r.Handlers {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// Run works until the context ends; then it takes nothing new, and gives what
// is under way some time.
func (r *Runner) Run(ctx context.Context) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	slots := make(chan struct{}, or(r.Workers, 2))
	kinds := r.kinds()
	failures, told := 0, time.Time{}
	for ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		j, err := r.take(ctx, kinds)
		if j != nil {
			failures = 0
			wg.Add(1)
			go func() {
				defer func() { <-slots; wg.Done() }()
				if err := r.work(working, j); err != nil {
					r.Log.Error().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Msg("how a job ended cannot be noted: it is taken again")
				}
			}()
			continue
		}
		<-slots
		wait := or(r.Poll, 100*time.Millisecond)
		if err != nil && ctx.Err() == nil {
			// The database is away: it is asked less often, and told once a minute.
			failures++
			wait = min(wait<<min(failures, 6), 5*time.Second)
			if now := time.Now(); now.Sub(told) > time.Minute {
				told = now
				r.Log.Error().Err(err).Msg("jobs cannot be taken; it is tried again")
			}
		} else {
			failures = 0
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.Wake:
		case <-t.C:
		}
		t.Stop()
	}
	stop := time.AfterFunc(or(r.Grace, 10*time.Second), cancel)
	defer stop.Stop()
	wg.Wait()
}

func (r *Runner) take(ctx context.Context, kinds []string) (*gateway.Job, error) {
	now := r.Now()
	return r.Jobs.TakeJob(ctx, kinds, now, now.Add(or(r.Lease, 10*time.Second)))
}

// One takes one job that is due, and does it; false when there is none.
func (r *Runner) One(ctx context.Context) (did bool, err error) {
	j, err := r.take(ctx, r.kinds())
	if err != nil || j == nil {
		return false, err
	}
	return true, r.work(ctx, j)
}

// work does a job and notes how it ended.
func (r *Runner) work(ctx context.Context, j *gateway.Job) error {
	h := r.Handlers[j.Kind]
	// Not by its attempts: what watches or polls is begun again and again.
	if starts := or(r.Starts, 200); j.Failures >= starts {
		return r.Jobs.ParkJob(ctx, j, fmt.Sprintf("it was begun %d times and never came to an end", starts))
	}
	held, stop := r.heartbeat(ctx, j)
	err := r.call(held, h, j)
	stop()
	return r.settle(ctx, j, err)
}

// errPanic says that a handler panicked. What it panicked with may hold a
// patient's data and is told nowhere.
type errPanic struct{ at string }

// Error says where.
func (e errPanic) Error() string { return "the handler panicked at " + e.at }

func (r *Runner) call(ctx context.Context, h Handler, j *gateway.Job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = Park{errPanic{PanickedAt()}}
		}
	}()
	return h(ctx, j)
}

// PanickedAt tells, in a deferred call that has recovered, where the panic was:
// functions of ours and their lines, the innermost first.
func PanickedAt() string {
	var where []string
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "claimwire/") || strings.HasPrefix(f.Function, "main.") {
			where = append(where, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more || len(where) == 4 {
			return strings.Join(where, " < ")
		}
	}
}

// heartbeat renews the lease while the handler works; the context ends when the
// lease is lost.
func (r *Runner) heartbeat(ctx context.Context, j *gateway.Job) (_ context.Context, stop func()) {
	lease := or(r.Lease, 10*time.Second)
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
				ok, err := r.Jobs.RenewJob(ctx, j, r.Now().Add(lease))
				if err == nil && !ok {
					cancel()
					return
				}
				if err != nil && ctx.Err() == nil {
					r.Log.Warn().Err(err).Int64("job", j.ID).Msg("a job's lease cannot be renewed")
				}
			}
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// settle notes how a job ended.
func (r *Runner) settle(ctx context.Context, j *gateway.Job, err error) error {
	stopped := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var snooze Snooze
	var park Park
	switch {
	case err == nil:
		return r.Jobs.FinishJob(ctx, j)
	case stopped:
		// We are told to stop in the midst of it: whoever is next takes it at once.
		return r.Jobs.RetryJob(ctx, j, r.Now(), false, "")
	case errors.As(err, &snooze):
		j.Failures = 0 // it came to an end: what polls and watches never ends otherwise
		return r.Jobs.RetryJob(ctx, j, r.Now().Add(time.Duration(snooze)), false, "")
	case errors.As(err, &park):
		r.Log.Error().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Msg("a job is parked")
		return r.Jobs.ParkJob(ctx, j, err.Error())
	case r.Temporary != nil && r.Temporary(err):
		r.Log.Warn().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Msg("a job waits for what is missing")
		return r.Jobs.RetryJob(ctx, j, r.Now().Add(Backoff(j.Attempts, firstWait, 12*time.Second)), false, err.Error())
	case j.Failures+1 >= or(r.Attempts, 20):
		r.Log.Error().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Msg("a job has failed too often and is parked")
		return r.Jobs.ParkJob(ctx, j, err.Error())
	}
	r.Log.Warn().Err(err).Int64("job", j.ID).Str("kind", j.Kind).Int("failures", j.Failures+1).Msg("a job failed and is tried again")
	return r.Jobs.RetryJob(ctx, j, r.Now().Add(Backoff(j.Failures+1, firstWait, mostWait)), true, err.Error())
}

// The waits of a job: its first, and its longest.
const (
	firstWait = 200 * time.Millisecond
	mostWait  = 10 * time.Minute
)

// Backoff is how long to wait after so many failures: it doubles from the first
// wait to the longest, with a quarter of chance in it, so that those who failed
// together do not come back together.
func Backoff(failures int, first, most time.Duration) time.Duration {
	d := min(first<<min(max(failures-1, 0), 20), most)
	return d + time.Duration(rand.Int64N(int64(d)/4+1))
}
