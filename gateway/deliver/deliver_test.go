package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/partners"
)

// errCut is a connection that breaks.
var errCut = errors.New("connection lost")

// folder is a partner's server: it does what it is told, and a connection to it
// breaks at a step that the test chooses, before the step has its effect or after.
type folder struct {
	files map[string][]byte
	// pickUp is what the partner does with a file as soon as it has its final name.
	pickUp func(f *folder, name string)
	got    map[string]int // how often the partner got a file, by name

	steps int
	cutAt int // the step that breaks; 0: none
	after bool
	half  bool // an upload that breaks has left half of the file
}

// step counts a step, and says whether it breaks before or after its effect.
func (f *folder) step() (before, after bool) {
	f.steps++
	if f.steps != f.cutAt {
		return false, false
	}
	return !f.after, f.after
}

func (f *folder) named(name string) {
	if strings.HasSuffix(name, ".837") && path.Dir(name) == "in" {
		f.got[name]++
		if f.pickUp != nil {
			f.pickUp(f, name)
		}
	}
}

type conn struct {
	f      *folder
	broken bool
}

func (c *conn) do(effect func() error) error {
	if c.broken {
		return errCut
	}
	before, after := c.f.step()
	if before {
		c.broken = true
		return errCut
	}
	err := effect()
	if after {
		c.broken = true
		return errCut
	}
	return err
}

func (c *conn) Stat(name string) (st partners.File, err error) {
	err = c.do(func() error {
		b, ok := c.f.files[name]
		if !ok {
			return partners.ErrNotFound
		}
		st = partners.File{Name: path.Base(name), Size: int64(len(b))}
		return nil
	})
	return st, err
}

func (c *conn) Put(_ context.Context, name string, r io.Reader, size int64) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if c.f.half && c.f.steps+1 == c.f.cutAt {
		c.f.files[name] = b[:len(b)/2]
	}
	return c.do(func() error {
		c.f.files[name] = b
		c.f.named(name)
		return nil
	})
}

func (c *conn) Rename(from, to string) error {
	return c.do(func() error {
		b, ok := c.f.files[from]
		if !ok {
			return partners.ErrNotFound
		}
		if _, ok := c.f.files[to]; ok {
			return errors.New("it is there")
		}
		delete(c.f.files, from)
		c.f.files[to] = b
		c.f.named(to)
		return nil
	})
}

func (c *conn) Remove(name string) error {
	return c.do(func() error { delete(c.f.files, name); return nil })
}

func (c *conn) Close() error { return nil }

// ledger is the outbox of one interchange.
type ledger struct {
	i        gateway.Interchange
	p        Progress
	until    time.Time
	sent     int
	crashAt  int // the call that never comes back: the process dies there
	calls    int
	crashed  bool
	unsureBy string
}

var errCrash = errors.New("the process is gone")

// call counts; a process that has died does nothing any more.
func (l *ledger) call() error {
	if l.crashed {
		return errCrash
	}
	l.calls++
	if l.calls == l.crashAt {
		l.crashed = true
		return errCrash
	}
	return nil
}

func (l *ledger) Interchange(context.Context, gateway.Scope, int64) (gateway.Interchange, error) {
	return l.i, l.call()
}

func (l *ledger) Lease(_ context.Context, _ int64, _ string, now, until time.Time) (Progress, bool, error) {
	if err := l.call(); err != nil {
		return Progress{}, false, err
	}
	if now.Before(l.until) || l.i.State != "queued" {
		return Progress{}, false, nil
	}
	l.p.Fence++
	l.until = until
	return l.p, true, nil
}

func (l *ledger) Step(_ context.Context, _ int64, p Progress) (bool, error) {
	if err := l.call(); err != nil {
		return false, err
	}
	if p.Fence != l.p.Fence {
		return false, nil
	}
	l.p = p
	return true, nil
}

func (l *ledger) Renew(_ context.Context, _, fence int64, until time.Time) (bool, error) {
	return fence == l.p.Fence, nil
}

func (l *ledger) Release(_ context.Context, _, fence int64) error {
	if err := l.call(); err != nil {
		return err
	}
	if fence == l.p.Fence {
		l.until = time.Time{}
	}
	return nil
}

func (l *ledger) Sent(_ context.Context, _ gateway.Interchange, fence int64, _ time.Time) error {
	if err := l.call(); err != nil {
		return err
	}
	if fence != l.p.Fence {
		return ErrHeld
	}
	l.sent++
	l.i.State = "sent"
	return nil
}

func (l *ledger) Unsure(_ context.Context, _ gateway.Interchange, fence int64, note string) error {
	if err := l.call(); err != nil {
		return err
	}
	l.i.State, l.unsureBy = "unsure", note
	return nil
}

type bytesOf []byte

// Open opens the only archived file.
func (b bytesOf) Open(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

var content = bytesOf("ISA*00*…~IEA*1*000000001~")

func profile(taken, temporary string) *partners.Profile {
	p := &partners.Profile{ID: "acme", Usage: "test"}
	p.Folders.Out, p.Folders.Taken, p.Names.Temporary = "in", taken, temporary
	return p
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// tries delivers again and again, as jobs do, until nothing is left to do.
func tries(t *testing.T, f *folder, l *ledger, p *partners.Profile) {
	t.Helper()
	now := noon
	for range 10 {
		d := &Deliverer{Outbox: l, Archive: content, Owner: "a test", Now: func() time.Time { return now },
			Dial: func(context.Context, gateway.Scope, *partners.Profile) (Connection, error) { return &conn{f: f}, nil }}
		err := d.Deliver(t.Context(), gateway.Scope{}, 1, p)
		if l.i.State != "queued" {
			return
		}
		if err == nil {
			t.Fatal("it ends well, and the interchange still waits")
		}
		l.crashed = false          // the process starts again,
		now = now.Add(time.Minute) // when the lease has run out
	}
	t.Fatalf("never delivered: %+v, %v", l, f.files)
}

// TestEveryCut breaks the connection, or kills the process, at every step of a
// delivery, before and after the step's effect, with partners that leave the file,
// move it away at once, or take it at once: the partner gets the whole file once,
// and what nobody can know is told as that and not sent again.
func TestEveryCut(t *testing.T) {
	pickUps := map[string]func(f *folder, name string){
		"leaves it": nil,
		"moves it":  func(f *folder, name string) { f.files["taken/"+path.Base(name)] = f.files[name]; delete(f.files, name) },
		"takes it":  func(f *folder, name string) { delete(f.files, name) },
	}
	cases, unsure := 0, 0
	for pick, pickUp := range pickUps {
		for _, temporary := range []string{".tmp", "none"} {
			for cut := 0; cut <= 12; cut++ {
				for _, mode := range []string{"before", "after", "half", "crash"} {
					name := fmt.Sprintf("%s, %s, %s %d", pick, temporary, mode, cut)
					taken := ""
					if pick == "moves it" {
						taken = "taken"
					}
					f := &folder{files: map[string][]byte{}, got: map[string]int{}, pickUp: pickUp, cutAt: cut, after: mode == "after", half: mode == "half"}
					l := &ledger{i: gateway.Interchange{ID: 1, Name: "1.837", Size: int64(len(content)), State: "queued"}}
					if mode == "crash" {
						f.cutAt, l.crashAt = 0, cut
					}
					tries(t, f, l, profile(taken, temporary))
					cases++
					if n := f.got["in/1.837"]; n > 1 && temporary != "none" {
						t.Errorf("%s: the partner got it %d times", name, n)
					}
					if l.sent > 1 {
						t.Errorf("%s: noted as sent %d times", name, l.sent)
					}
					switch l.i.State {
					case "sent":
						if f.got["in/1.837"] == 0 {
							t.Errorf("%s: sent, and the partner never got it", name)
						}
						for n, b := range f.files {
							if !strings.HasSuffix(n, ".tmp") && !bytes.Equal(b, content) {
								t.Errorf("%s: %s holds %d bytes", name, n, len(b))
							}
						}
					case "unsure":
						unsure++
						// Only a file that has its final name, or may have had, is beyond knowing.
						if pick != "takes it" && temporary != "none" {
							t.Errorf("%s: unsure (%s), and the partner's folders tell", name, l.unsureBy)
						}
					}
				}
			}
		}
	}
	if cases < 200 || unsure == 0 {
		t.Errorf("%d cases, %d unsure", cases, unsure)
	}
}

// TestLateRename lets a delivery that was thought dead give its file the final
// name while the next one is at work: it finds nothing to name.
func TestLateRename(t *testing.T) {
	f := &folder{files: map[string][]byte{}, got: map[string]int{}}
	l := &ledger{i: gateway.Interchange{ID: 1, Name: "1.837", Size: int64(len(content)), State: "queued"}}
	// The first delivery has written its file, noted that it is about to name it,
	// and stands still.
	f.files["in/1.837.tmp"] = content
	l.p = Progress{Fence: 1, Step: Naming, Temporary: "in/1.837.tmp"}
	late := &conn{f: f}
	d := &Deliverer{Outbox: l, Archive: content, Now: func() time.Time { return noon }, Dial: func(context.Context, gateway.Scope, *partners.Profile) (Connection, error) {
		return &slowPut{conn: conn{f: f}, during: func() {
			if err := late.Rename("in/1.837.tmp", "in/1.837"); !errors.Is(err, partners.ErrNotFound) {
				t.Errorf("the late delivery names a file: %v", err)
			}
		}}, nil
	}}
	if err := d.Deliver(t.Context(), gateway.Scope{}, 1, profile("", ".tmp")); err != nil {
		t.Fatal(err)
	}
	if f.got["in/1.837"] != 1 || !bytes.Equal(f.files["in/1.837"], content) || len(f.files) != 1 {
		t.Errorf("the partner got it %d times: %v", f.got["in/1.837"], f.files)
	}
}

// slowPut does something while it has written half of a file.
type slowPut struct {
	conn
	during func()
}

// Put writes half, waits, and writes the rest.
func (s *slowPut) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	s.f.files[name] = content[:3]
	s.during()
	return s.conn.Put(ctx, name, r, size)
}

// TestForeignFile leaves a file of our name alone that we did not send.
func TestForeignFile(t *testing.T) {
	for what, there := range map[string][]byte{"the same size": bytes.Repeat([]byte("x"), len(content)), "another size": []byte("x")} {
		f := &folder{files: map[string][]byte{"in/1.837": there}, got: map[string]int{}}
		l := &ledger{i: gateway.Interchange{ID: 1, Name: "1.837", Size: int64(len(content)), State: "queued"}}
		tries(t, f, l, profile("", ".tmp"))
		if l.i.State != "unsure" || !bytes.Equal(f.files["in/1.837"], there) {
			t.Errorf("%s: %s, %q", what, l.i.State, f.files["in/1.837"])
		}
	}
}

// TestLostLease ends a delivery whose lease has gone to another, before the file
// has its final name.
func TestLostLease(t *testing.T) {
	f := &folder{files: map[string][]byte{}, got: map[string]int{}}
	l := &ledger{i: gateway.Interchange{ID: 1, Name: "1.837", Size: int64(len(content)), State: "queued"}}
	d := &Deliverer{Outbox: l, Archive: content, Now: func() time.Time { return noon }, Dial: func(context.Context, gateway.Scope, *partners.Profile) (Connection, error) {
		return &slowPut{conn: conn{f: f}, during: func() { l.p.Fence++ }}, nil // another has taken it
	}}
	if err := d.Deliver(t.Context(), gateway.Scope{}, 1, profile("", ".tmp")); !errors.Is(err, ErrHeld) {
		t.Errorf("ends with %v", err)
	}
	if f.got["in/1.837"] != 0 || l.sent != 0 {
		t.Errorf("it was named %d times and noted %d times", f.got["in/1.837"], l.sent)
	}
}
