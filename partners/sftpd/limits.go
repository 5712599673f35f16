package sftpd

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// meteredConn closes a connection that is silent too long and keeps to its
// user's rate, both once the log-in is done: until then the log-in has a
// deadline of its own.
type meteredConn struct {
	net.Conn
	idle      atomic.Int64 // nanoseconds; 0: not yet
	rate      *bucket      // set before idle
	armed     atomic.Int64 // when the deadline was set last, in nanoseconds
	moved     atomic.Int64
	weigh     func(n int64) // called now and then with what was moved
	unweighed atomic.Int64
	came      atomic.Int64 // bytes read
	used      atomic.Int64 // of these, bytes of requests
	sessions  atomic.Int64 // that were ever opened
	noisy     atomic.Bool
}

// errNoise ends a connection that sends what nobody asked for.
var errNoise = errors.New("more noise than requests")

func (c *meteredConn) start(idle time.Duration, rate *bucket, weigh func(n int64)) {
	c.rate, c.weigh = rate, weigh
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
		c.count(n)
		// What was read and not yet handed on waits in the channels' windows.
		if c.came.Add(int64(n)) > noise+window*c.sessions.Load()+noiseTimes*c.used.Load() {
			c.noisy.Store(true)
			return n, errNoise
		}
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
		c.count(n)
		c.rate.take(n)
	}
	return n, err
}

func (c *meteredConn) count(n int) {
	c.moved.Add(int64(n))
	if c.unweighed.Add(int64(n)) >= weighEvery {
		c.weigh(c.unweighed.Swap(0))
	}
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
func (b *bucket) take(n int) { b.spend(float64(n)) }

func (b *bucket) spend(n float64) {
	b.mu.Lock()
	if b.rate == 0 {
		b.mu.Unlock()
		return
	}
	now := time.Now()
	b.have = min(b.rate, b.have+now.Sub(b.at).Seconds()*b.rate) - n
	b.at = now
	wait := -b.have / b.rate
	b.mu.Unlock()
	if wait > 0 {
		time.Sleep(min(time.Duration(wait*float64(time.Second)), 5*time.Second))
	}
}

// countedChannel takes the requests of a session at its user's pace, and ends a
// connection that is all noise: packets that are no requests cost as much as
// those that are, and nobody waits for them.
type countedChannel struct {
	ssh.Channel
	p    *presence
	conn *meteredConn
}

// smallPart is how long a part of a request is that costs half a request: a
// small one has two, its length and itself, a large one of bytes has one.
const smallPart = 512

// Read takes a part of a request.
func (c *countedChannel) Read(b []byte) (int, error) {
	n, err := c.Channel.Read(b)
	c.conn.used.Add(int64(n))
	if n < smallPart {
		c.p.asks.spend(0.5)
	}
	return n, err
}

// loads knows which users move how much at present, so that who moves much does
// not keep others from moving little: while somebody else is at work who has
// moved half as much or less, the heavier one goes on at a pace that leaves room.
type loads struct {
	mu   sync.Mutex
	list map[*presence]*load
}

type load struct {
	recent float64 // bytes, half as much after each halfLife
	at     time.Time
}

const (
	halfLife   = 5 * time.Second
	heavyFrom  = 128 << 20 // bytes of late from which on a user is heavy at all
	lightFrom  = 1 << 20   // and from which on another one counts as at work
	heavyPace  = 32 << 20  // bytes a second of a heavy user while others work
	atWork     = time.Second
	weighEvery = 256 << 10
)

// heavy notes that a user has moved bytes, and says whether it is to slow down.
func (l *loads) heavy(p *presence, n float64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list == nil {
		l.list = map[*presence]*load{}
	}
	own := l.list[p]
	if own == nil {
		own = &load{at: now}
		l.list[p] = own
	}
	own.recent = own.now(now) + n
	own.at = now
	if own.recent < heavyFrom {
		return false
	}
	for q, o := range l.list {
		if q == p || now.Sub(o.at) > atWork {
			continue
		}
		if r := o.now(now); r >= lightFrom && 2*r < own.recent {
			return true
		}
	}
	return false
}

// now is what is left of a load.
func (o *load) now(now time.Time) float64 {
	return o.recent * math.Exp2(-now.Sub(o.at).Seconds()/halfLife.Seconds())
}

// noise is how many bytes may come on a connection that are no part of a
// request: so many, and so many times the bytes that are. A request for a
// file's state is some 90 bytes, of which 40 are the request.
const (
	noise      = 256 << 10
	noiseTimes = 8
	// window is what a session may have been sent and not yet read.
	window = 2 << 20
	// quiet is for how long a user who made noise may not come back.
	quiet = time.Minute
)

// buckets let each of many addresses so many a second, after a first hundred.
// The server's lock guards it.
type buckets struct {
	rate float64
	list map[string]*share
}

type share struct {
	have float64
	at   time.Time
}

const (
	bucketFirst = 100
	maxBuckets  = 10000
)

func (b *buckets) take(of string, now time.Time) bool {
	if b.list == nil {
		b.list = map[string]*share{}
	}
	v := b.list[of]
	if v == nil {
		if len(b.list) >= maxBuckets {
			clear(b.list) // all begin anew: rare, and better than a search at each connection
		}
		v = &share{bucketFirst, now}
		b.list[of] = v
	}
	return v.take(now, b.rate)
}

func (v *share) take(now time.Time, rate float64) bool {
	v.have = min(bucketFirst, v.have+now.Sub(v.at).Seconds()*rate)
	v.at = now
	if v.have < 1 {
		return false
	}
	v.have--
	return true
}

// back gives one back.
func (b *buckets) back(of string) {
	if v := b.list[of]; v != nil {
		v.have = min(bucketFirst, v.have+1)
	}
}

// asking are the connections that are logging in, by address, and those that
// wait for their turn: one address asks so many questions at once. The server's
// lock guards it.
type asking map[string]*turns

type turns struct {
	active int
	queue  []chan struct{}
}

func (t *turns) all() int {
	if t == nil {
		return 0
	}
	return t.active + len(t.queue)
}

// line gives nil when it is a connection's turn, else what is closed when it is.
func (a asking) line(near string, most int) <-chan struct{} {
	t := a[near]
	if t == nil {
		t = &turns{}
		a[near] = t
	}
	if t.active < most {
		t.active++
		return nil
	}
	turn := make(chan struct{})
	t.queue = append(t.queue, turn)
	return turn
}

// leave ends a connection's turn; the next one's begins.
func (a asking) leave(near string) {
	t := a[near]
	if t == nil {
		return
	}
	if len(t.queue) > 0 {
		close(t.queue[0])
		t.queue = t.queue[1:]
		return
	}
	if t.active--; t.active == 0 {
		delete(a, near)
	}
}

// give gives up waiting; a turn that has come meanwhile goes on to the next.
func (a asking) give(near string, turn <-chan struct{}) {
	t := a[near]
	if t == nil {
		return
	}
	for i, q := range t.queue {
		if q == turn {
			t.queue = append(t.queue[:i], t.queue[i+1:]...)
			return
		}
	}
	a.leave(near)
}

// network is what counts as one address: of IPv6 the half that a site is given.
func network(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil || a.Unmap().Is4() {
		return from
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return from
	}
	return p.String()
}

// room is what a user's uploads take of its quota, all of them together.
type room struct {
	mu    sync.Mutex
	known bool
	at    time.Time // when it was counted last
	used  int64     // in files that are there
	open  int64     // in uploads under way
}

// recount is after how long what is on the disk is counted again: others take
// files away.
const recount = 2 * time.Second

// left is how many bytes a user may still write; count counts what is there.
func (r *room) left(quota int64, now time.Time, count func() int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known || now.Sub(r.at) > recount {
		r.used, r.known, r.at = count(), true, now
	}
	return quota - r.used - r.open
}

// grow takes more of it for an upload; false when there is no more.
func (r *room) grow(n, quota int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > 0 && quota > 0 && r.used+r.open+n > quota {
		return false
	}
	r.open += n
	return true
}

// end moves an upload's bytes to those that are there, or gives them back.
func (r *room) end(n int64, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open -= n
	if kept {
		r.used += n
	}
}

// maxTries bounds the table of failed log-ins; when it is full, the oldest
// goes.
const maxTries = 10000

// tries counts failed passwords: of a user from an address, which lock that
// user out from there; of an address, whatever the user, and of a user, from
// wherever, which take more.
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

// How many times the limit an address may fail for all its users, and a user
// from all addresses.
const (
	triesAddress = 4
	triesUser    = 10
)

// counted are the keys under which a failure counts, with their limits.
func (t *tries) counted(user, from string) [3]struct {
	key   string
	limit int
} {
	near := network(from)
	return [3]struct {
		key   string
		limit int
	}{{user + "\x00" + near, t.limit}, {"\x00" + near, t.limit * triesAddress}, {user + "\x00", t.limit * triesUser}}
}

func (t *tries) locked(user, from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.counted(user, from) {
		if f := t.list[c.key]; f != nil && f.n >= c.limit && t.now().Sub(f.last) < t.lock {
			return true
		}
	}
	return false
}

// good forgets the failures of a user from an address; those of the address as
// a whole stay, so that knowing one user does not help with guessing others.
func (t *tries) good(user, from string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.list, user+"\x00"+network(from))
}

// failed counts one, and says whether it was one that locks.
func (t *tries) failed(user, from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	locks := false
	for _, c := range t.counted(user, from) {
		f := t.list[c.key]
		if f == nil || now.Sub(f.last) >= t.lock {
			if f == nil && len(t.list) >= maxTries {
				t.dropOldest()
			}
			f = &failures{}
			t.list[c.key] = f
		}
		f.n++
		f.last = now
		locks = locks || f.n == c.limit
	}
	return locks
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
