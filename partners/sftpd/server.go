package sftpd

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners"
)

// User may log in, and sees one home.
type User struct {
	Name     string
	Keys     []ssh.PublicKey
	Home     string         // folder on this machine; it exists
	Folders  []Folder       // of the home, with rights; empty: the whole home, to read and to write
	Quota    int64          // bytes that it has put and that are still here; 0: no bound
	MaxFiles int            // files in one folder; 0: 10,000
	Rate     int64          // bytes a second, both ways together; 0: no bound
	From     []netip.Prefix // where it may come from; empty: anywhere
	NoRename bool           // it may not rename
}

// Folder is a folder of a home, without folders in it.
type Folder struct {
	Name   string
	Write  bool // new files may be put, renamed and, until they are taken over, removed
	Read   bool
	Remove bool
	// Spool takes a finished file over: when it returns nil, path is gone. It is
	// called before the client has its answer. An error becomes a failure that
	// the client sees. Files with a temporary name are not handed over.
	Spool func(user, name, path string) error
	// Unspool gives back a file that was handed over and is not complete, so
	// that its client may go on with it.
	Unspool func(user, name string) (path string, ok bool)
	// Spooled counts the bytes that were handed over and still wait: they belong
	// to the quota.
	Spooled func(user string) int64
}

// Kind says what an Event tells.
type Kind string

// The events of the door.
const (
	LoggedIn  Kind = "login"
	Refused   Kind = "refused"  // wrong key or password, unknown user
	LockedOut Kind = "locked"   // too many of these
	Busy      Kind = "busy"     // turned away at a bound
	LoggedOut Kind = "logout"   // Size: bytes moved
	Uploaded  Kind = "upload"   // a finished file
	Broken    Kind = "broken"   // an upload that ended before its end
	Read      Kind = "download" // a file that was read to its end
	Removed   Kind = "remove"
	Renamed   Kind = "rename"
	Denied    Kind = "denied" // something that this user may not do
)

// Event is something that an audit wants to know. Name is the partner's own
// words: it belongs in the audit, never in a log.
type Event struct {
	At      time.Time
	Kind    Kind
	User    string
	Address string // without the port
	Key     string // SHA256 fingerprint of the key that logged in
	Name    string
	Size    int64
	Note    string // why, in our words
}

// Config of a Server. A bound of 0 is the one in brackets.
type Config struct {
	HostKeys []ssh.Signer // one of a type
	// NextHostKeys are shown to clients once they have logged in, so that those
	// who care know the keys before they are used.
	NextHostKeys []ssh.Signer
	// User finds a user by its name; nil: there is none.
	User func(name string) *User
	// Still says whether a user whom User found may stay; nil: always.
	Still func(u *User) bool
	// Password says whether a password is the user's. It is asked for unknown
	// users too (nil), and has to take the same time. Without it, keys only.
	Password func(u *User, password []byte) bool

	MaxConns        int           // connections at once [200]
	MaxConnsUser    int           // of one user [10]
	MaxConnsAddress int           // of one address that are logging in at once; others of it wait [20]
	MaxQueue        int           // of one address that are logging in or wait for it [200]
	MaxWaiting      int           // of all addresses [500]
	MaxNewAddress   int           // new connections of one address a second, after a first hundred [20]
	MaxSessions     int           // sessions of one connection [4]
	MaxOpen         int           // files and listings of one user open at once [64]
	MaxRequests     int           // small requests of one user a second, and twice as many large ones [10,000]
	MaxNames        int           // of these, a second, those that look at names or change them [500]
	MaxFile         int64         // bytes of one file [4 GiB]
	Handshake       time.Duration // from connecting to the end of the log-in [20 s]
	Idle            time.Duration // a silent connection is closed [5 min]
	Tries           int           // failed passwords until a user's address is locked out [5]
	LockOut         time.Duration // for how long [15 min]

	Wrap    func(net.Conn) net.Conn // around each connection, to break it in tests; nil: none
	Now     func() time.Time        // [time.Now]
	OnEvent func(Event)             // called from many goroutines
}

func (c *Config) fill() {
	or := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	or(&c.MaxConns, 200)
	or(&c.MaxConnsUser, 10)
	or(&c.MaxConnsAddress, 20)
	or(&c.MaxQueue, 200)
	or(&c.MaxWaiting, 500)
	or(&c.MaxNewAddress, 20)
	or(&c.MaxSessions, 4)
	or(&c.MaxRequests, 10000)
	or(&c.MaxNames, 500)
	or(&c.MaxOpen, 64)
	or(&c.Tries, 5)
	if c.MaxFile == 0 {
		c.MaxFile = 4 << 30
	}
	orTime := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	orTime(&c.Handshake, 20*time.Second)
	orTime(&c.Idle, 5*time.Minute)
	orTime(&c.LockOut, 15*time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.User == nil {
		c.User = func(string) *User { return nil }
	}
}

// Server accepts connections until it is closed.
type Server struct {
	cfg     Config
	ssh     *ssh.ServerConfig
	ln      net.Listener
	wg      sync.WaitGroup
	next    atomic.Int64 // numbers the uploads
	tries   *tries
	mu      sync.Mutex
	conns   map[net.Conn]*User // nil: it has not logged in
	asking  asking             // connections that have not logged in
	parked  int                // connections that are turned away
	closing chan struct{}
	loads   loads
	inside  int     // connections that have
	arrive  buckets // new connections, by address
	users   map[string]*presence
	done    bool
}

// presence is what a user's sessions share.
type presence struct {
	conns    int
	open     atomic.Int64 // files and listings
	rate     bucket       // bytes
	asks     bucket       // requests
	leftover bucket       // bytes, while others work
	looks    bucket       // requests that look at names or change them
	enters   share        // connections, so many a second
	shut     time.Time    // until when it may not come back
	room     room
	recent   recent
	names    nameLocks
}

// Listen starts a server on an address such as 127.0.0.1:0.
func Listen(addr string, cfg Config) (*Server, error) {
	cfg.fill()
	s := &Server{cfg: cfg, conns: map[net.Conn]*User{}, asking: asking{}, closing: make(chan struct{}), users: map[string]*presence{},
		tries: &tries{limit: cfg.Tries, lock: cfg.LockOut, now: cfg.Now, list: map[string]*failures{}}}
	s.arrive.rate = float64(cfg.MaxNewAddress)
	s.ssh = s.sshConfig()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s.ln = ln
	s.wg.Add(1)
	go s.accept()
	return s, nil
}

// errDenied says nothing of the reason: who guesses learns nothing.
var errDenied = errors.New("not allowed")

func (s *Server) sshConfig() *ssh.ServerConfig {
	c := &ssh.ServerConfig{
		Config:                  ssh.Config{KeyExchanges: partners.KeyExchanges, Ciphers: partners.Ciphers, MACs: partners.MACs},
		PublicKeyAuthAlgorithms: append([]string{ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}, partners.KeyAlgorithms...),
		ServerVersion:           "SSH-2.0-claimwire",
		MaxAuthTries:            6,
	}
	for _, k := range s.cfg.HostKeys {
		c.AddHostKey(k)
	}
	return c
}

// attempt is what one connection tries before it is let in, for the audit.
type attempt struct {
	user, key, note string
	// as is who would be let in, by name: a client may ask under several.
	as map[string]*User
}

// questions gives the configuration of one connection.
func (s *Server) questions(t *attempt) *ssh.ServerConfig {
	c := *s.ssh
	c.PublicKeyCallback = func(m ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		from := host(m.RemoteAddr())
		t.user, t.key = m.User(), ssh.FingerprintSHA256(key)
		u := s.cfg.User(m.User())
		switch {
		case u == nil:
			t.note = "no such user"
		case !u.comesFrom(from):
			t.note = "not from this address"
		case s.tries.locked(m.User(), from):
			t.note = "locked out"
		default:
			for _, k := range u.Keys {
				if bytes.Equal(k.Marshal(), key.Marshal()) {
					t.as[u.Name] = u
					return &ssh.Permissions{Extensions: map[string]string{"key": t.key}}, nil
				}
			}
			t.note = "not its key"
		}
		return nil, errDenied
	}
	if s.cfg.Password != nil {
		c.PasswordCallback = func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			from := host(m.RemoteAddr())
			t.user, t.key, t.note = m.User(), "", "wrong password"
			if s.tries.locked(m.User(), from) {
				// Not even looked at: trying is what costs.
				t.note = "locked out"
				return nil, errDenied
			}
			u := s.cfg.User(m.User())
			if s.cfg.Password(u, password) && u != nil {
				if u.comesFrom(from) {
					s.tries.good(m.User(), from)
					t.as[u.Name] = u
					return nil, nil
				}
				t.note = "not from this address"
			}
			if s.tries.failed(m.User(), from) {
				s.event(Event{Kind: LockedOut, User: m.User(), Address: from})
			}
			return nil, errDenied
		}
	}
	return &c
}

// comesFrom says whether the user may come from an address.
func (u *User) comesFrom(from string) bool {
	if len(u.From) == 0 {
		return true
	}
	a, err := netip.ParseAddr(from)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, p := range u.From {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Addr is where the server listens.
func (s *Server) Addr() *net.TCPAddr { return s.ln.Addr().(*net.TCPAddr) }

func (s *Server) event(e Event) {
	e.At = s.cfg.Now()
	s.cfg.OnEvent(e)
}

func host(a net.Addr) string {
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}

func (s *Server) accept() {
	defer s.wg.Done()
	for {
		c, err := s.ln.Accept()
		if err != nil {
			s.mu.Lock()
			done := s.done
			s.mu.Unlock()
			if done {
				return
			}
			time.Sleep(50 * time.Millisecond) // out of file descriptors, most likely: others will end
			continue
		}
		from := host(c.RemoteAddr())
		near := network(from)
		s.mu.Lock()
		why := ""
		switch {
		case s.done:
			why = "the server ends"
		case len(s.conns)-s.inside >= s.cfg.MaxWaiting:
			why = "too many connections that have not logged in"
		case s.asking[near].all() >= s.cfg.MaxQueue:
			why = "too many connections of this address that have not logged in"
		case !s.arrive.take(near, time.Now()):
			why = "too many new connections of this address"
		}
		s.wg.Add(1)
		if why != "" {
			park := s.parked < maxParked
			if park {
				s.parked++
			}
			s.mu.Unlock()
			s.event(Event{Kind: Busy, Address: from, Note: why})
			go s.turnAway(c, park)
			continue
		}
		s.conns[c] = nil
		turn := s.asking.line(near, s.cfg.MaxConnsAddress)
		s.mu.Unlock()
		go func() {
			defer s.wg.Done()
			s.serve(c, from, turn)
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
	}
}

// Who is turned away waits a little before it hears so: whoever comes back at
// once costs as much as one who is let in. Only so many wait.
const (
	maxParked = 512
	parkedFor = 2 * time.Second
)

func (s *Server) turnAway(c net.Conn, park bool) {
	defer s.wg.Done()
	defer c.Close()
	if !park {
		return
	}
	select {
	case <-s.closing:
	case <-time.After(parkedFor):
	}
	s.mu.Lock()
	s.parked--
	s.mu.Unlock()
}

// asked ends the time in which a connection may log in.
func (s *Server) asked(from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asking.leave(network(from))
}

// enter counts a connection of a user; nil, and why, when there are too many.
func (s *Server) enter(u *User, from string) (*presence, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inside >= s.cfg.MaxConns {
		return nil, "too many connections"
	}
	p := s.users[u.Name]
	if p == nil {
		p = &presence{}
		p.asks.set(int64(s.cfg.MaxRequests))
		p.looks.set(int64(s.cfg.MaxNames))
		p.leftover.set(heavyPace)
		p.enters = share{bucketFirst, time.Now()}
		s.users[u.Name] = p
	}
	now := time.Now()
	if now.Before(p.shut) {
		return nil, "too much noise before"
	}
	if !p.enters.take(now, float64(s.cfg.MaxNewAddress)) {
		return nil, "too many new connections of this user"
	}
	if p.conns >= s.cfg.MaxConnsUser {
		return nil, "too many connections of this user"
	}
	p.conns++
	s.inside++
	s.arrive.back(network(from)) // who is let in does not use its address up
	return p, ""
}

func (s *Server) leave(p *presence) {
	s.mu.Lock()
	p.conns--
	s.inside--
	s.mu.Unlock()
}

// Close stops accepting, breaks what is open, and waits.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.done {
		close(s.closing)
	}
	s.done = true
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	err := s.ln.Close()
	s.wg.Wait()
	return err
}

// inAs notes as whom a connection is in; false: that user may not be in any more.
func (s *Server) inAs(c net.Conn, u *User) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Still != nil && !s.cfg.Still(u) {
		return false
	}
	s.conns[c] = u
	return true
}

// LetGo closes the connections of those who may not stay, as Still says by now.
func (s *Server) LetGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, u := range s.conns {
		if u != nil && s.cfg.Still != nil && !s.cfg.Still(u) {
			c.Close()
		}
	}
}

func (s *Server) serve(raw net.Conn, from string, turn <-chan struct{}) {
	accepted := raw
	defer raw.Close()
	deadline := time.Now().Add(s.cfg.Handshake)
	raw.SetDeadline(deadline)
	if turn != nil {
		// Others of its address are being asked.
		t := time.NewTimer(time.Until(deadline))
		defer t.Stop()
		select {
		case <-turn:
		case <-t.C:
			s.mu.Lock()
			s.asking.give(network(from), turn)
			s.mu.Unlock()
			return
		case <-s.closing:
			return
		}
	}
	if s.cfg.Wrap != nil {
		raw = s.cfg.Wrap(raw)
	}
	ic := &meteredConn{Conn: raw}
	tried := attempt{as: map[string]*User{}}
	conn, chans, reqs, err := ssh.NewServerConn(ic, s.questions(&tried))
	s.asked(from)
	if err != nil {
		if tried.user != "" {
			s.event(Event{Kind: Refused, User: cut(tried.user), Address: from, Key: tried.key, Note: tried.note})
		}
		return
	}
	defer conn.Close()
	u := tried.as[conn.User()]
	if u == nil || !s.inAs(accepted, u) {
		return
	}
	p, why := s.enter(u, from)
	if p == nil {
		s.event(Event{Kind: Busy, User: u.Name, Address: from, Note: why})
		return
	}
	defer s.leave(p)
	key := ""
	if conn.Permissions != nil {
		key = conn.Permissions.Extensions["key"]
	}
	s.event(Event{Kind: LoggedIn, User: u.Name, Address: from, Key: key})
	raw.SetDeadline(time.Time{})
	p.rate.set(u.Rate)
	ic.start(s.cfg.Idle, &p.rate, func(n int64) {
		if s.loads.heavy(p, float64(n), time.Now()) {
			p.leftover.spend(float64(n))
		}
	})
	defer func() {
		if ic.noisy.Load() {
			s.mu.Lock()
			p.shut = time.Now().Add(quiet)
			s.mu.Unlock()
			s.event(Event{Kind: Denied, User: u.Name, Address: from, Note: errNoise.Error()})
		}
		s.event(Event{Kind: LoggedOut, User: u.Name, Address: from, Size: ic.moved.Load()})
	}()
	go s.answer(conn, reqs)
	s.announce(conn)
	var wg sync.WaitGroup
	defer wg.Wait()
	var sessions atomic.Int32
	for nc := range chans {
		if nc.ChannelType() != "session" {
			nc.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		if int(sessions.Load()) >= s.cfg.MaxSessions {
			nc.Reject(ssh.ResourceShortage, "too many sessions")
			continue
		}
		ch, chReqs, err := nc.Accept()
		if err != nil {
			return
		}
		sessions.Add(1)
		ic.sessions.Add(1)
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer sessions.Add(-1)
			defer ch.Close()
			requests := 0
			for r := range chReqs {
				ok := r.Type == "subsystem" && len(r.Payload) >= 4 && string(r.Payload[4:]) == "sftp"
				r.Reply(ok, nil)
				if requests++; !ok && requests >= 16 {
					return // it does not want what we have
				}
				if ok {
					go ssh.DiscardRequests(chReqs)
					s.session(u, p, from, &countedChannel{ch, p, ic})
					// scp takes its own exit code from ours.
					ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
					return
				}
			}
		}()
	}
}

func (s *Server) session(u *User, p *presence, from string, ch io.ReadWriteCloser) {
	h, err := openHome(s, u, p, from)
	if err != nil {
		return
	}
	defer h.root.Close()
	rs := sftp.NewRequestServer(keptOpen{ch}, sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h})
	rs.Serve()
	rs.Close()
	h.abandon()
}

// cut shortens what a client calls itself.
func cut(name string) string {
	if len(name) > 64 {
		return name[:64]
	}
	return name
}

// keptOpen leaves closing to the session's end, which has a last word to say.
type keptOpen struct{ io.ReadWriteCloser }

func (keptOpen) Close() error { return nil }
