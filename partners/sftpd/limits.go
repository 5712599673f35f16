package sftpd

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// meteredConn closes a connection that is silent too long and keeps to its
// user's rate, both once the log-in is done: until then the log-in has a
// deadline of its own.
type meteredConn struct {
	net.Conn
	idle  atomic.Int64 // nanoseconds; 0: not yet
	rate  *bucket      // set before idle
	armed atomic.Int64 // when the deadline was set last, in nanoseconds
	moved atomic.Int64
}

func (c *meteredConn) start(idle time.Duration, rate *bucket) {
	c.rate = rate
	c.idle.Store(int64(idle))
}

// Read reads, and moves the deadline: one second's grain saves the call.
func (c *meteredConn) Read(p []byte) (int, error) {
	d := c.idle.Load()
	if d > 0 {
		if now := time.Now().UnixNano(); now-c.armed.Load() > int64(time.Second) {
			c.armed.Store(now)
			c.Conn.SetDeadline(time.Unix(0, now+d))
		}
	}
	n, err := c.Conn.Read(p)
	if d > 0 {
		c.moved.Add(int64(n))
		c.rate.take(n)
	}
	return n, err
}

// Write writes; bytes that the client does not take for the idle time end the
// connection too.
func (c *meteredConn) Write(p []byte) (int, error) {
	d := c.idle.Load()
	if d > 0 {
		if now := time.Now().UnixNano(); now-c.armed.Load() > int64(time.Second) {
			c.armed.Store(now)
			c.Conn.SetDeadline(time.Unix(0, now+d))
		}
	}
	n, err := c.Conn.Write(p)
	if d > 0 {
		c.moved.Add(int64(n))
		c.rate.take(n)
	}
	return n, err
}

// bucket lets so many bytes a second pass, shared by all of a user's
// connections.
type bucket struct {
	mu   sync.Mutex
	rate float64 // 0: no bound
	have float64
	at   time.Time
}

func (b *bucket) set(rate int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if float64(rate) != b.rate {
		b.rate, b.have, b.at = float64(rate), float64(rate), time.Now()
	}
}

// take waits until n bytes may pass; what is over is paid for by waiting.
func (b *bucket) take(n int) {
	b.mu.Lock()
	if b.rate == 0 {
		b.mu.Unlock()
		return
	}
	now := time.Now()
	b.have = min(b.rate, b.have+now.Sub(b.at).Seconds()*b.rate) - float64(n)
	b.at = now
	wait := -b.have / b.rate
	b.mu.Unlock()
	if wait > 0 {
		time.Sleep(min(time.Duration(wait*float64(time.Second)), 5*time.Second))
	}
}

// maxTries bounds the table of failed log-ins; when it is full, the oldest
// goes.
const maxTries = 10000

// tries counts failed passwords of a user from an address. Another address of
// the same user is not locked out by them.
type tries struct {
	limit int
	lock  time.Duration
	now   func() time.Time
	mu    sync.Mutex
	list  map[string]*failures
}

type failures struct {
	n    int
	last time.Time
}

func (t *tries) locked(user, from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.list[user+"\x00"+from]
	return f != nil && f.n >= t.limit && t.now().Sub(f.last) < t.lock
}

func (t *tries) good(user, from string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.list, user+"\x00"+from)
}

// failed counts one, and says whether it was the one that locks.
func (t *tries) failed(user, from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	k := user + "\x00" + from
	f := t.list[k]
	if f == nil || now.Sub(f.last) >= t.lock {
		if f == nil && len(t.list) >= maxTries {
			t.dropOldest()
		}
		f = &failures{}
		t.list[k] = f
	}
	f.n++
	f.last = now
	return f.n == t.limit
}

func (t *tries) dropOldest() {
	var oldest string
	var at time.Time
	for k, f := range t.list {
		if oldest == "" || f.last.Before(at) {
			oldest, at = k, f.last
		}
	}
	delete(t.list, oldest)
}

// recent remembers files that were handed over, so that their uploader may
// still ask for them and set their times.
type recent struct {
	mu   sync.Mutex
	list map[string]*past
}

type past struct {
	size  int64
	mtime time.Time
	at    time.Time
}

// keptRecent is for how long a file that was handed over is still told of;
// maxRecent bounds how many.
const (
	keptRecent = 10 * time.Minute
	maxRecent  = 10000
)

func (r *recent) add(name string, size int64, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.list == nil {
		r.list = map[string]*past{}
	}
	if len(r.list) >= maxRecent {
		for k, p := range r.list {
			if at.Sub(p.at) > keptRecent || len(r.list) >= maxRecent {
				delete(r.list, k)
			}
		}
	}
	r.list[name] = &past{size: size, mtime: at, at: at}
}

func (r *recent) find(name string, now time.Time) (past, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.list[name]
	if p == nil {
		return past{}, false
	}
	if now.Sub(p.at) > keptRecent {
		delete(r.list, name)
		return past{}, false
	}
	return *p, true
}

func (r *recent) setTime(name string, mtime time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.list[name]; p != nil {
		p.mtime = mtime
	}
}

func (r *recent) move(from, to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.list[from]; p != nil {
		delete(r.list, from)
		r.list[to] = p
	}
}

func (r *recent) drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.list, name)
}

// nameLocks lets one upload of a name go on at a time.
type nameLocks struct {
	mu   sync.Mutex
	held map[string]*upload
}

func (l *nameLocks) hold(name string, u *upload) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*upload{}
	}
	if l.held[name] != nil {
		return false
	}
	l.held[name] = u
	return true
}

func (l *nameLocks) release(name string, u *upload) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[name] == u {
		delete(l.held, name)
	}
}

func (l *nameLocks) find(name string) *upload {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[name]
}
