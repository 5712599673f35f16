// Package sftpd is an SFTP server over pkg/sftp and x/crypto/ssh: every user
// is locked in a folder (os.Root), and a file appears only when its upload was
// closed cleanly.
//
// An upload is written beside its name, out of sight, and takes the name when
// the client closes it: fsync, then rename. When the connection breaks first,
// nothing appears. The simulated payer serves its folders with it, and the
// gateway's own door is built on it.
package sftpd

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"os"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners"
)

// User may log in, and sees one folder.
type User struct {
	Name     string
	Keys     []ssh.PublicKey
	Password string // empty: keys only
	Home     string // folder on this machine; it exists
}

// Config of a Server.
type Config struct {
	HostKeys   []ssh.Signer
	Users      []User
	MaxConns   int           // connections at once; 0: 100
	MaxFile    int64         // bytes of one file; 0: 4 GiB
	Idle       time.Duration // a silent connection is closed; 0: 5 minutes
	OnUploaded func(user, name string)
}

// Server accepts connections until it is closed.
type Server struct {
	cfg   Config
	ssh   *ssh.ServerConfig
	ln    net.Listener
	wg    sync.WaitGroup
	mu    sync.Mutex
	conns map[net.Conn]struct{}
	done  bool
	next  atomic.Int64
}

// Listen starts a server on an address such as 127.0.0.1:0.
func Listen(addr string, cfg Config) (*Server, error) {
	if cfg.MaxConns == 0 {
		cfg.MaxConns = 100
	}
	if cfg.MaxFile == 0 {
		cfg.MaxFile = 4 << 30
	}
	if cfg.Idle == 0 {
		cfg.Idle = 5 * time.Minute
	}
	s := &Server{cfg: cfg, conns: map[net.Conn]struct{}{}}
	s.ssh = &ssh.ServerConfig{
		Config:       ssh.Config{KeyExchanges: partners.KeyExchanges, Ciphers: partners.Ciphers, MACs: partners.MACs},
		MaxAuthTries: 6,
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if u := s.user(c.User()); u != nil {
				for _, k := range u.Keys {
					if bytes.Equal(k.Marshal(), key.Marshal()) {
						return nil, nil
					}
				}
			}
			return nil, errors.New("not allowed")
		},
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if u := s.user(c.User()); u != nil && u.Password != "" && subtle.ConstantTimeCompare([]byte(u.Password), password) == 1 {
				return nil, nil
			}
			return nil, errors.New("not allowed")
		},
	}
	for _, k := range cfg.HostKeys {
		s.ssh.AddHostKey(k)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s.ln = ln
	s.wg.Add(1)
	go s.accept()
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() *net.TCPAddr { return s.ln.Addr().(*net.TCPAddr) }

func (s *Server) user(name string) *User {
	for i := range s.cfg.Users {
		if s.cfg.Users[i].Name == name {
			return &s.cfg.Users[i]
		}
	}
	return nil
}

func (s *Server) accept() {
	defer s.wg.Done()
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		full := s.done || len(s.conns) >= s.cfg.MaxConns
		if !full {
			s.conns[c] = struct{}{}
			s.wg.Add(1)
		}
		s.mu.Unlock()
		if full {
			c.Close()
			continue
		}
		go func() {
			defer s.wg.Done()
			s.serve(c)
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
	}
}

// Close stops accepting, breaks what is open, and waits.
func (s *Server) Close() error {
	s.mu.Lock()
	s.done = true
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	err := s.ln.Close()
	s.wg.Wait()
	return err
}

// idleConn closes a connection that is silent too long, once the log-in is
// done: until then the log-in has a deadline of its own.
type idleConn struct {
	net.Conn
	idle atomic.Int64 // nanoseconds; 0: not yet
}

func (c *idleConn) Read(p []byte) (int, error) {
	if d := c.idle.Load(); d > 0 {
		c.Conn.SetReadDeadline(time.Now().Add(time.Duration(d)))
	}
	return c.Conn.Read(p)
}

func (s *Server) serve(raw net.Conn) {
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(30 * time.Second))
	ic := &idleConn{Conn: raw}
	conn, chans, reqs, err := ssh.NewServerConn(ic, s.ssh)
	if err != nil {
		return
	}
	defer conn.Close()
	raw.SetDeadline(time.Time{})
	ic.idle.Store(int64(s.cfg.Idle))
	go ssh.DiscardRequests(reqs)
	u := s.user(conn.User())
	var wg sync.WaitGroup
	defer wg.Wait()
	for nc := range chans {
		if nc.ChannelType() != "session" {
			nc.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		ch, chReqs, err := nc.Accept()
		if err != nil {
			return
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer ch.Close()
			for r := range chReqs {
				ok := r.Type == "subsystem" && len(r.Payload) >= 4 && string(r.Payload[4:]) == "sftp"
				r.Reply(ok, nil)
				if ok {
					go ssh.DiscardRequests(chReqs)
					s.session(u, ch)
					// scp takes its own exit code from ours.
					ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
					return
				}
			}
		}()
	}
}

func (s *Server) session(u *User, ch io.ReadWriteCloser) {
	root, err := os.OpenRoot(u.Home)
	if err != nil {
		return
	}
	defer root.Close()
	h := &home{s: s, user: u.Name, root: root, open: map[string]*upload{}}
	rs := sftp.NewRequestServer(keptOpen{ch}, sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h})
	rs.Serve()
	rs.Close()
	h.abandon()
}

// keptOpen leaves closing to the session's end, which has a last word to say.
type keptOpen struct{ io.ReadWriteCloser }

func (keptOpen) Close() error { return nil }

// home serves one session.
type home struct {
	s    *Server
	user string
	root *os.Root
	mu   sync.Mutex
	open map[string]*upload
}

// hidden is how uploads in flight are called; such names are not shown.
const hidden = ".upload-"

// clean makes a path of the client's relative to the home.
func clean(p string) string {
	p = strings.TrimPrefix(path.Clean("/"+p), "/")
	if p == "" {
		return "."
	}
	return p
}

func isHidden(p string) bool { return strings.HasPrefix(path.Base(p), hidden) }

// status gives the errors of the file system in SFTP's words, without paths of
// this machine.
func status(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrNotExist):
		return sftp.ErrSSHFxNoSuchFile
	case errors.Is(err, os.ErrPermission):
		return sftp.ErrSSHFxPermissionDenied
	}
	return sftp.ErrSSHFxFailure
}

// Fileread opens a file for reading.
func (h *home) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	p := clean(r.Filepath)
	if isHidden(p) {
		return nil, sftp.ErrSSHFxNoSuchFile
	}
	f, err := h.root.Open(p)
	if err != nil {
		return nil, status(err)
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		f.Close()
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	return f, nil
}

// upload is a file on its way in.
type upload struct {
	h      *home
	f      *os.File
	temp   string
	name   string
	mu     sync.Mutex
	size   int64
	failed bool
	closed bool
}

// Filewrite opens a file for writing.
func (h *home) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	p := clean(r.Filepath)
	if isHidden(p) || p == "." {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	if st, err := h.root.Stat(path.Dir(p)); err != nil || !st.IsDir() {
		return nil, sftp.ErrSSHFxNoSuchFile
	}
	if st, err := h.root.Stat(p); err == nil && !st.Mode().IsRegular() {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	temp := path.Join(path.Dir(p), hidden+itoa(h.s.next.Add(1))+"-"+itoa(int64(os.Getpid())))
	f, err := h.root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, status(err)
	}
	u := &upload{h: h, f: f, temp: temp, name: p}
	if fl := r.Pflags(); !fl.Trunc {
		// Going on with a file that is there: begin with what it holds.
		if old, err := h.root.Open(p); err == nil {
			u.size, err = io.Copy(f, io.LimitReader(old, h.s.cfg.MaxFile))
			old.Close()
			if err != nil {
				u.discard()
				return nil, status(err)
			}
		}
	}
	h.mu.Lock()
	h.open[p] = u
	h.mu.Unlock()
	return u, nil
}

func itoa(n int64) string {
	var b [20]byte
	i := len(b)
	for {
		i--
		b[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return string(b[i:])
		}
	}
}

// WriteAt takes a piece.
func (u *upload) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off+int64(len(p)) > u.h.s.cfg.MaxFile {
		u.fail()
		return 0, sftp.ErrSSHFxFailure
	}
	n, err := u.f.WriteAt(p, off)
	u.mu.Lock()
	u.size = max(u.size, off+int64(n))
	u.mu.Unlock()
	if err != nil {
		u.fail()
		return n, sftp.ErrSSHFxFailure
	}
	return n, nil
}

func (u *upload) fail() {
	u.mu.Lock()
	u.failed = true
	u.mu.Unlock()
}

// TransferError is called before Close when the connection broke.
func (u *upload) TransferError(error) { u.fail() }

// Close gives the file its name, if all of it arrived.
func (u *upload) Close() error {
	u.mu.Lock()
	failed, again := u.failed, u.closed
	u.closed = true
	u.mu.Unlock()
	if again {
		return nil
	}
	u.h.mu.Lock()
	if u.h.open[u.name] == u {
		delete(u.h.open, u.name)
	}
	u.h.mu.Unlock()
	if failed {
		u.discard()
		return sftp.ErrSSHFxFailure
	}
	if err := u.f.Sync(); err != nil {
		u.discard()
		return sftp.ErrSSHFxFailure
	}
	if err := u.f.Close(); err != nil {
		u.h.root.Remove(u.temp)
		return sftp.ErrSSHFxFailure
	}
	if err := u.h.root.Rename(u.temp, u.name); err != nil {
		u.h.root.Remove(u.temp)
		return status(err)
	}
	u.h.syncDir(path.Dir(u.name))
	u.h.uploaded(u.name)
	return nil
}

func (u *upload) discard() {
	u.f.Close()
	u.h.root.Remove(u.temp)
}

// syncDir makes a new name durable.
func (h *home) syncDir(dir string) {
	if d, err := h.root.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

func (h *home) uploaded(name string) {
	if h.s.cfg.OnUploaded != nil {
		h.s.cfg.OnUploaded(h.user, name)
	}
}

// abandon drops uploads that were never closed.
func (h *home) abandon() {
	h.mu.Lock()
	list := make([]*upload, 0, len(h.open))
	for _, u := range h.open {
		list = append(list, u)
	}
	h.mu.Unlock()
	for _, u := range list {
		u.fail()
		u.Close()
	}
}

// Filecmd does everything that changes names.
func (h *home) Filecmd(r *sftp.Request) error {
	p := clean(r.Filepath)
	if isHidden(p) {
		return sftp.ErrSSHFxPermissionDenied
	}
	switch r.Method {
	case "Setstat":
		h.mu.Lock()
		_, pending := h.open[p]
		h.mu.Unlock()
		if pending {
			return nil // times and modes of a file on its way in do not matter
		}
		if _, err := h.root.Stat(p); err != nil {
			return status(err)
		}
		if a := r.Attributes(); r.AttrFlags().Acmodtime {
			return status(h.root.Chtimes(p, time.Unix(int64(a.Atime), 0), time.Unix(int64(a.Mtime), 0)))
		}
		return nil
	case "Rename", "PosixRename":
		to := clean(r.Target)
		if isHidden(to) {
			return sftp.ErrSSHFxPermissionDenied
		}
		if r.Method == "Rename" {
			if _, err := h.root.Lstat(to); err == nil {
				return sftp.ErrSSHFxFailure
			}
		}
		if err := h.root.Rename(p, to); err != nil {
			return status(err)
		}
		h.syncDir(path.Dir(to))
		h.uploaded(to)
		return nil
	case "Remove":
		if st, err := h.root.Lstat(p); err != nil {
			return status(err)
		} else if st.IsDir() {
			return sftp.ErrSSHFxFailure
		}
		return status(h.root.Remove(p))
	}
	return sftp.ErrSSHFxOpUnsupported
}

// PosixRename replaces what has the target's name.
func (h *home) PosixRename(r *sftp.Request) error {
	r.Method = "PosixRename"
	return h.Filecmd(r)
}

type listing []os.FileInfo

// ListAt gives a part of a listing.
func (l listing) ListAt(out []os.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(out, l[offset:])
	if n < len(out) {
		return n, io.EOF
	}
	return n, nil
}

// maxListed bounds a listing.
const maxListed = 100000

// Filelist lists and tells.
func (h *home) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	p := clean(r.Filepath)
	switch r.Method {
	case "List":
		d, err := h.root.Open(p)
		if err != nil {
			return nil, status(err)
		}
		defer d.Close()
		infos, err := d.Readdir(maxListed)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, status(err)
		}
		var l listing
		for _, i := range infos {
			if !isHidden(i.Name()) && (i.Mode().IsRegular() || i.IsDir()) {
				l = append(l, i)
			}
		}
		return l, nil
	case "Stat", "Lstat":
		h.mu.Lock()
		u := h.open[p]
		h.mu.Unlock()
		if u != nil {
			st, err := u.f.Stat()
			if err == nil {
				return listing{renamed{st, path.Base(p)}}, nil
			}
		}
		if isHidden(p) {
			return nil, sftp.ErrSSHFxNoSuchFile
		}
		st, err := h.root.Stat(p)
		if err != nil {
			return nil, status(err)
		}
		return listing{st}, nil
	}
	return nil, sftp.ErrSSHFxOpUnsupported
}

type renamed struct {
	os.FileInfo
	name string
}

func (r renamed) Name() string { return r.name }
