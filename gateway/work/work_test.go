package work

import (
	"context"
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
)

// table is the jobs' table: one that is taken is the taker's until its lease runs
// out.
type table struct {
	mu    sync.Mutex
	jobs  map[int64]*row
	broke error
}

type row struct {
	gateway.Job
	due, lease time.Time
}

func (t *table) add(id int64, kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.jobs[id] = &row{Job: gateway.Job{ID: id, Kind: kind, State: "ready"}, due: time.Now()}
}

func (t *table) TakeJob(_ context.Context, kinds []string, now, until time.Time) (*gateway.Job, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broke != nil {
		return nil, t.broke
	}
	for _, k := range kinds {
		for _, r := range t.jobs {
			if r.Kind == k && (r.State == "ready" && !r.due.After(now) || r.State == "running" && r.lease.Before(now)) {
				if r.State == "running" {
					r.Failures++
				}
				r.State, r.lease = "running", until
				r.Attempts++
				j := r.Job
				return &j, nil
			}
		}
	}
	return nil, nil
}

func (t *table) own(j *gateway.Job, f func(r *row)) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broke != nil {
		return false, t.broke
	}
	r := t.jobs[j.ID]
	if r == nil || r.State != "running" || r.Attempts != j.Attempts {
		return false, nil
	}
	f(r)
	return true, nil
}

func (t *table) FinishJob(_ context.Context, j *gateway.Job) error {
	_, err := t.own(j, func(r *row) { delete(t.jobs, j.ID) })
	return err
}

func (t *table) RetryJob(_ context.Context, j *gateway.Job, at time.Time, failed bool, note string) error {
	_, err := t.own(j, func(r *row) {
		r.State, r.due, r.Note = "ready", at, note
		if r.Failures = j.Failures; failed {
			r.Failures++
		}
	})
	return err
}

func (t *table) ParkJob(_ context.Context, j *gateway.Job, note string) error {
	_, err := t.own(j, func(r *row) { r.State, r.Note = "parked", note })
	return err
}

func (t *table) RenewJob(_ context.Context, j *gateway.Job, until time.Time) (bool, error) {
	return t.own(j, func(r *row) { r.lease = until })
}

func (t *table) state(id int64) gateway.Job {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.jobs[id]; r != nil {
		return r.Job
	}
	return gateway.Job{State: "done"}
}

func run(t *testing.T, h map[string]Handler, f func(r *Runner, tab *table)) {
	synctest.Test(t, func(t *testing.T) {
		tab := &table{jobs: map[int64]*row{}}
		r := &Runner{Jobs: tab, Now: time.Now, Log: zerolog.Nop(), Handlers: h, Temporary: func(err error) bool { return errors.Is(err, syscall.ENOSPC) }}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		f(r, tab)
		stop()
		<-done
	})
}

// TestEnds wants every way a handler may end noted as what it is.
func TestEnds(t *testing.T) {
	var mu sync.Mutex
	calls := map[int64]int{}
	count := func(j *gateway.Job) int {
		mu.Lock()
		defer mu.Unlock()
		calls[j.ID]++
		return calls[j.ID]
	}
	secret := "JANE DOE"
	run(t, map[string]Handler{
		"good": func(context.Context, *gateway.Job) error { return nil },
		"twice": func(_ context.Context, j *gateway.Job) error {
			return map[bool]error{true: errors.New("once"), false: nil}[count(j) == 1]
		},
		"never": func(context.Context, *gateway.Job) error { return errors.New("always") },
		"park":  func(context.Context, *gateway.Job) error { return Park{errors.New("a person")} },
		"panic": func(context.Context, *gateway.Job) error { panic(secret) },
		"full": func(_ context.Context, j *gateway.Job) error {
			return map[bool]error{true: syscall.ENOSPC, false: nil}[count(j) <= 50]
		},
		"later": func(_ context.Context, j *gateway.Job) error {
			if count(j) <= 30 {
				return Snooze(time.Minute)
			}
			return nil
		},
	}, func(r *Runner, tab *table) {
		for id, kind := range map[int64]string{1: "good", 2: "twice", 3: "never", 4: "park", 5: "panic", 6: "full", 7: "later"} {
			tab.add(id, kind)
		}
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		for id, want := range map[int64]gateway.Job{1: {State: "done"}, 2: {State: "done"}, 3: {State: "parked", Note: "always", Failures: 19}, 4: {State: "parked", Note: "a person"},
			5: {State: "parked"}, 6: {State: "done"}, 7: {State: "done"}} {
			if got := tab.state(id); got.State != want.State || want.Note != "" && got.Note != want.Note || got.Failures != want.Failures {
				t.Errorf("job %d: %s with %d failures, %q; want %s, %d", id, got.State, got.Failures, got.Note, want.State, want.Failures)
			}
		}
		if note := tab.state(5).Note; strings.Contains(note, secret) || !strings.Contains(note, "panicked at claimwire/gateway/work.TestEnds") {
			t.Errorf("the panic is told as %q", note)
		}
	})
}

// TestLongJob outlives its lease many times, and stays its worker's.
func TestLongJob(t *testing.T) {
	begun := 0
	run(t, map[string]Handler{"long": func(ctx context.Context, _ *gateway.Job) error {
		begun++
		select {
		case <-time.After(5 * time.Minute):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, func(r *Runner, tab *table) {
		tab.add(1, "long")
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if tab.state(1).State != "done" || begun != 1 {
			t.Errorf("%+v, begun %d times", tab.state(1), begun)
		}
	})
}

// TestLostJob ends the handler whose job is another's by now.
func TestLostJob(t *testing.T) {
	ended := make(chan error, 1)
	run(t, map[string]Handler{"long": func(ctx context.Context, _ *gateway.Job) error {
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}}, func(r *Runner, tab *table) {
		tab.add(1, "long")
		time.Sleep(time.Second)
		synctest.Wait()
		tab.mu.Lock()
		tab.jobs[1].Attempts++ // another has taken it
		tab.jobs[1].lease = time.Now().Add(time.Hour)
		tab.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("it works on")
		}
	})
}

// TestStop gives handlers some time when the runner is told to stop, and puts back
// at once what did not end.
func TestStop(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration
		want  string
	}{{5 * time.Second, "done"}, {time.Hour, "ready"}} {
		synctest.Test(t, func(t *testing.T) {
			tab := &table{jobs: map[int64]*row{}}
			r := &Runner{Jobs: tab, Now: time.Now, Log: zerolog.Nop(), Handlers: map[string]Handler{"job": func(ctx context.Context, _ *gateway.Job) error {
				select {
				case <-time.After(c.takes):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}}}
			tab.add(1, "job")
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { defer close(done); r.Run(ctx) }()
			time.Sleep(time.Second)
			stop()
			<-done
			if got := tab.state(1); got.State != c.want || got.Failures != 0 {
				t.Errorf("a job of %v: %+v, want %s", c.takes, got, c.want)
			}
		})
	}
}

// TestAway works on when the database is back, and does not ask it all the time
// while it is away.
func TestAway(t *testing.T) {
	run(t, map[string]Handler{"job": func(context.Context, *gateway.Job) error { return nil }}, func(r *Runner, tab *table) {
		tab.mu.Lock()
		tab.broke = errors.New("no connection")
		tab.mu.Unlock()
		tab.add(1, "job")
		time.Sleep(time.Minute)
		tab.mu.Lock()
		tab.broke = nil
		tab.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if tab.state(1).State != "done" {
			t.Errorf("%+v", tab.state(1))
		}
	})
}

// TestManyStarts parks a job that worker after worker dies of.
func TestManyStarts(t *testing.T) {
	run(t, map[string]Handler{"job": func(context.Context, *gateway.Job) error { t.Error("it is begun once more"); return nil }}, func(r *Runner, tab *table) {
		tab.mu.Lock()
		tab.jobs[1] = &row{Job: gateway.Job{ID: 1, Kind: "job", State: "running", Attempts: 200, Failures: 199}, lease: time.Now().Add(-time.Second)}
		tab.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		if got := tab.state(1); got.State != "parked" || !strings.Contains(got.Note, "200 times") {
			t.Errorf("%+v", got)
		}
	})
}

// TestSnoozedForEver goes on with a job that is put off again and again, as what
// watches and polls is.
func TestSnoozedForEver(t *testing.T) {
	times := 0
	run(t, map[string]Handler{"job": func(context.Context, *gateway.Job) error { times++; return Snooze(time.Second) }}, func(r *Runner, tab *table) {
		tab.mu.Lock()
		tab.jobs[1] = &row{Job: gateway.Job{ID: 1, Kind: "job", State: "ready"}}
		tab.mu.Unlock()
		time.Sleep(1000 * time.Second)
		synctest.Wait()
		if got := tab.state(1); got.State == "parked" || times < 900 {
			t.Errorf("begun %d times: %+v", times, got)
		}
	})
}
