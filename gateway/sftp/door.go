package sftp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// The folders of a home.
const (
	Upload   = "upload"
	Download = "download"
	Archive  = "archive"
)

// Inbox takes what came in.
type Inbox interface {
	// Receive keeps a file and asks for it to be taken in. refused is not empty
	// when the file is not to be taken in, and says why. It may be called again
	// for the same file after a crash; the same bytes are taken in once.
	Receive(ctx context.Context, from *partners.Profile, name string, r io.Reader, refused string) error
}

// Config of a Door.
type Config struct {
	Dir      string // homes and spool
	Listen   string
	HostKeys []ssh.Signer
	// NextHostKeys are shown to clients before they take the place of HostKeys.
	NextHostKeys []ssh.Signer
	Partners     []*partners.Profile // those without a log-in are passed over
	Inbox        Inbox
	Now          func() time.Time
	Log          zerolog.Logger
	Audit        func(sftpd.Event)
	Wait         time.Duration // for a file that is not whole; 0: 5 minutes
	MaxFile      int64         // bytes of one file; 0: 4 GiB
}

// Door is the SFTP server with its homes.
type Door struct {
	cfg     Config
	server  *sftpd.Server
	members atomic.Pointer[map[string]*member] // by user; not changed: another takes its place
	wake    chan struct{}
	next    atomic.Int64
	closing sync.Once
}

// member is a partner that may come in.
type member struct {
	user    *sftpd.User
	profile *partners.Profile
	spool   *spool
}

// member finds who a user is; nil: nobody comes in under this name now.
func (d *Door) member(user string) *member { return (*d.members.Load())[user] }

func (d *Door) known(user string) *sftpd.User {
	if m := d.member(user); m != nil {
		return m.user
	}
	return nil
}

// spool is what of a user waits to be taken.
type spool struct {
	mu sync.Mutex // taking a file out against giving it back
	// whole says of files that were looked at whether they are: a file in the spool
	// does not change, so it is read once, however long it is.
	whole map[string]bool
}

// complete says whether a file of the spool is whole.
func (s *spool) complete(path string) (bool, error) {
	file := filepath.Base(path)
	if whole, seen := s.whole[file]; seen {
		return whole, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	whole, err := x12.Complete(f)
	if err == nil {
		s.whole[file] = whole
	}
	return whole, err
}

// Open makes the homes and begins to listen.
func Open(cfg Config) (*Door, error) {
	if cfg.Wait == 0 {
		cfg.Wait = 5 * time.Minute
	}
	d := &Door{cfg: cfg, wake: make(chan struct{}, 1)}
	d.members.Store(&map[string]*member{})
	if err := d.Serve(cfg.Partners); err != nil {
		return nil, err
	}
	for _, m := range *d.members.Load() {
		if err := sftpd.Sweep(m.user.Home, cfg.Now(), true); err != nil {
			return nil, err
		}
	}
	srv, err := sftpd.Listen(cfg.Listen, sftpd.Config{HostKeys: cfg.HostKeys, NextHostKeys: cfg.NextHostKeys, User: d.known, Still: func(u *sftpd.User) bool { return d.known(u.Name) == u },
		Password: d.password, MaxFile: cfg.MaxFile, Now: cfg.Now, OnEvent: cfg.Audit})
	if err != nil {
		return nil, err
	}
	d.server = srv
	return d, nil
}

// Serve lets these partners come in from now on, and no others: who is inside and
// may not be any more, or may be in another way, is let go. An error changes
// nothing. One calls it at a time.
func (d *Door) Serve(list []*partners.Profile) error {
	was := *d.members.Load()
	now := map[string]*member{}
	for _, p := range list {
		if p.Login.User == "" {
			continue
		}
		if other, ok := now[p.Login.User]; ok {
			return fmt.Errorf("partners %s and %s have the same login.user", other.profile.ID, p.ID)
		}
		m := &member{profile: p, spool: &spool{whole: map[string]bool{}}}
		if old := was[p.Login.User]; old != nil {
			m.spool = old.spool
			if old.profile.ID == p.ID && reflect.DeepEqual(old.profile.Login, p.Login) {
				m.user = old.user
			}
		}
		if m.user == nil {
			u, err := d.user(p)
			if err != nil {
				return fmt.Errorf("partner %s: %w", p.ID, err)
			}
			m.user = u
		}
		now[p.Login.User] = m
	}
	d.members.Store(&now)
	if d.server != nil {
		d.server.LetGo()
	}
	return nil
}

func (d *Door) user(p *partners.Profile) (*sftpd.User, error) {
	keys, err := p.Login.PublicKeys()
	if err != nil {
		return nil, err
	}
	u := &sftpd.User{Name: p.Login.User, Keys: keys, Home: filepath.Join(d.cfg.Dir, "homes", p.Login.User), Folders: []sftpd.Folder{
		{Name: Upload, Write: true, Spool: d.spool, Unspool: d.unspool, Spooled: d.waiting}, {Name: Download, Read: true, Remove: true}, {Name: Archive, Read: true}}}
	if u.Quota, err = partners.Bytes(p.Login.Quota); err != nil {
		return nil, err
	}
	if p.Login.Rate != "" {
		if u.Rate, err = partners.Bytes(p.Login.Rate); err != nil {
			return nil, err
		}
	}
	if u.From, err = p.Login.Networks(); err != nil {
		return nil, err
	}
	for _, f := range []string{Upload, Download, Archive} {
		if err := os.MkdirAll(filepath.Join(u.Home, f), 0o700); err != nil {
			return nil, err
		}
	}
	return u, os.MkdirAll(d.spoolDir(u.Name), 0o700)
}

// Addr is where the door is.
func (d *Door) Addr() net.Addr { return d.server.Addr() }

// Close shuts the door and waits for what is under way.
func (d *Door) Close() error {
	err := error(nil)
	d.closing.Do(func() { err = d.server.Close() })
	return err
}

func (d *Door) password(u *sftpd.User, password []byte) bool {
	var m *member
	if u != nil {
		m = d.member(u.Name)
	}
	if m == nil || m.user != u || m.profile.Login.Password == "" {
		gateway.CheckPassword(gateway.NoPassword, password) // as long as for a user
		return false
	}
	return gateway.CheckPassword(m.profile.Login.Password, password)
}

func (d *Door) spoolDir(user string) string { return filepath.Join(d.cfg.Dir, "spool", user) }

// A spooled file's name is when it came, a number, and the partner's own name
// in base64, so that any name fits and none leads anywhere.
func spoolName(at time.Time, n int64, name string) string {
	return fmt.Sprintf("%019d-%06d-%s", at.UnixNano(), n%1000000, base64.RawURLEncoding.EncodeToString([]byte(name)))
}

func spooledName(file string) (name string, at time.Time, ok bool) {
	parts := strings.SplitN(file, "-", 3)
	if len(parts) != 3 {
		return "", time.Time{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[2])
	var nano int64
	if _, e := fmt.Sscanf(parts[0], "%d", &nano); e != nil || err != nil {
		return "", time.Time{}, false
	}
	return string(b), time.Unix(0, nano), true
}

// spool takes a finished file over.
func (d *Door) spool(user, name, path string) error {
	to := filepath.Join(d.spoolDir(user), spoolName(d.cfg.Now(), d.next.Add(1), name))
	if err := os.Rename(path, to); err != nil {
		return err
	}
	if err := syncDir(d.spoolDir(user)); err != nil {
		return err
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return nil
}

// unspool gives the newest file of a name back when it is not whole: its client
// goes on with it.
func (d *Door) unspool(user, name string) (string, bool) {
	m := d.member(user)
	if m == nil {
		return "", false
	}
	sp := m.spool
	sp.mu.Lock()
	defer sp.mu.Unlock()
	files := d.spooled(user)
	for i := len(files) - 1; i >= 0; i-- {
		n, _, ok := spooledName(files[i])
		if !ok || n != name {
			continue
		}
		from := filepath.Join(d.spoolDir(user), files[i])
		if whole, err := sp.complete(from); whole || err != nil {
			return "", false
		}
		// Out of the spool, so that it is not taken meanwhile.
		delete(sp.whole, files[i])
		to := filepath.Join(d.spoolDir(user), ".back-"+files[i])
		return to, os.Rename(from, to) == nil
	}
	return "", false
}

// waiting counts the bytes of a user that wait to be taken.
func (d *Door) waiting(user string) (n int64) {
	entries, err := os.ReadDir(d.spoolDir(user))
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if i, err := e.Info(); err == nil {
			n += i.Size()
		}
	}
	return n
}

// spooled lists the spool of a user, oldest first.
func (d *Door) spooled(user string) []string {
	entries, err := os.ReadDir(d.spoolDir(user))
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			list = append(list, e.Name())
		}
	}
	sort.Strings(list)
	return list
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Run hands files over until the context ends: at once when one comes, and
// every few seconds what waits.
func (d *Door) Run(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	swept := time.Time{}
	for {
		d.TakeAll(ctx)
		if now := d.cfg.Now(); now.Sub(swept) > time.Hour {
			swept = now
			d.tidy(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-tick.C:
		}
	}
}

// How users' files are taken: so many of one before it is the next one's turn,
// so many users at once. Who brings ten thousand files does not keep the others
// waiting, nor does who brings a long one.
const (
	takenAtOnce = 8
	takers      = 4
)

// TakeAll hands over what is whole, and refuses what waited too long.
func (d *Door) TakeAll(ctx context.Context) {
	members := *d.members.Load()
	users := slices.Sorted(maps.Keys(members))
	for more := true; more && ctx.Err() == nil; {
		left := make([]bool, len(users))
		turn := make(chan int)
		var wg sync.WaitGroup
		for range min(takers, len(users)) {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range turn {
					left[i] = d.takeSome(ctx, members[users[i]])
				}
			}()
		}
		for i := range users {
			turn <- i
		}
		close(turn)
		wg.Wait()
		more = slices.Contains(left, true)
	}
}

// takeSome takes a few files of a user; more says that others can be taken.
func (d *Door) takeSome(ctx context.Context, m *member) (more bool) {
	n := 0
	for _, file := range d.spooled(m.user.Name) {
		if ctx.Err() != nil {
			return false
		}
		if n == takenAtOnce {
			return true
		}
		did, err := d.take(ctx, m, file)
		if err != nil {
			// The name is the partner's and stays out of the log.
			d.cfg.Log.Error().Err(err).Str("partner", m.profile.ID).Msg("a file of a partner cannot be taken in; it is tried again")
			return false
		}
		if did {
			n++
		}
	}
	return false
}

// take hands one file over. After a crash it may be called again: the inbox
// takes the same bytes once.
func (d *Door) take(ctx context.Context, m *member, file string) (did bool, err error) {
	sp, user := m.spool, m.user.Name
	sp.mu.Lock()
	defer sp.mu.Unlock()
	path := filepath.Join(d.spoolDir(user), file)
	name, at, ok := spooledName(file)
	if !ok {
		return false, nil // not ours
	}
	refused := ""
	whole, err := sp.complete(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // given back meanwhile
	}
	if err != nil {
		return false, err
	}
	if !whole {
		if d.cfg.Now().Sub(at) < d.cfg.Wait {
			return false, nil
		}
		refused = "the file is not whole: its last interchange has no IEA that names it and counts its groups"
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	err = d.cfg.Inbox.Receive(ctx, m.profile, name, f, refused)
	f.Close()
	if err != nil {
		return false, err
	}
	delete(sp.whole, file)
	home := m.user.Home
	if refused != "" {
		d.give(user, safe(name)+".refused.txt", strings.NewReader(refused+"\r\n"))
		return true, os.Remove(path)
	}
	// Where the partner may look at it again; a copy, since the archive has it.
	if err := os.Rename(path, filepath.Join(home, Archive, free(filepath.Join(home, Archive), name))); err != nil {
		return true, os.Remove(path)
	}
	return true, nil
}

// safe is a name that we may give a file of ours.
func safe(name string) string {
	if len(name) > 150 {
		name = name[:150]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == '/' || r == '\\' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
}

// free is a name that no file of a folder has. After a few tries it takes the
// time into the name: who brings the same name ten thousand times does not make
// us look ten thousand times.
func free(dir, name string) string {
	name = safe(name)
	ext := filepath.Ext(name)
	for i := 1; i < 20; i++ {
		n := name
		if i > 1 {
			n = strings.TrimSuffix(name, ext) + "-" + fmt.Sprint(i) + ext
		}
		if _, err := os.Lstat(filepath.Join(dir, n)); errors.Is(err, os.ErrNotExist) {
			return n
		}
	}
	return strings.TrimSuffix(name, ext) + "-" + fmt.Sprint(time.Now().UnixNano()) + ext
}

// Give puts a file into a partner's /download: whole or not at all. A file that
// has the name is replaced: it is the same answer, given again after a crash.
func (d *Door) Give(p *partners.Profile, name string, r io.Reader) error {
	return d.give(p.Login.User, name, r)
}

func (d *Door) give(user, name string, r io.Reader) error {
	u := d.known(user)
	if u == nil {
		return fmt.Errorf("no home for user %s", user)
	}
	dir := filepath.Join(u.Home, Download)
	temp := filepath.Join(dir, ".upload-"+fmt.Sprint(d.next.Add(1))+"-answer")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, safe(name)))
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return syncDir(dir)
}

// tidy removes what stayed longer than the partner's profile says, and what
// broken uploads left.
func (d *Door) tidy(now time.Time) {
	for _, m := range *d.members.Load() {
		u := m.user
		if err := sftpd.Sweep(u.Home, now, false); err != nil {
			d.cfg.Log.Warn().Err(err).Str("partner", m.profile.ID).Msg("a home cannot be tidied")
		}
		keep := time.Duration(m.profile.Login.KeepDays) * 24 * time.Hour
		for _, folder := range []string{Download, Archive} {
			dir := filepath.Join(u.Home, folder)
			entries, err := os.ReadDir(dir)
			if err != nil {
				continue
			}
			for _, e := range entries {
				if i, err := e.Info(); err == nil && i.Mode().IsRegular() && now.Sub(i.ModTime()) > keep {
					os.Remove(filepath.Join(dir, e.Name()))
				}
			}
		}
	}
}
