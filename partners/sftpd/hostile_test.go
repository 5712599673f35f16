package sftpd_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners/sftpd"
)

// raw speaks SFTP packet by packet, as no client does.
type raw struct {
	t    testing.TB
	ch   ssh.Channel
	next uint32
}

func openRaw(t testing.TB, conn *ssh.Client) *raw {
	t.Helper()
	ch, reqs, err := conn.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go ssh.DiscardRequests(reqs)
	if ok, err := ch.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{"sftp"})); err != nil || !ok {
		t.Fatal("no sftp subsystem", err)
	}
	r := &raw{t: t, ch: ch}
	r.write(1, binary.BigEndian.AppendUint32(nil, 3))
	if _, _, err := r.read(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *raw) write(kind byte, body []byte) error {
	p := binary.BigEndian.AppendUint32(nil, uint32(len(body)+1))
	_, err := r.ch.Write(append(append(p, kind), body...))
	return err
}

func (r *raw) read() (kind byte, body []byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r.ch, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > 1<<20 {
		return 0, nil, fmt.Errorf("a packet of %d bytes", n)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r.ch, b)
	return b[0], b[1:], err
}

func str(s string) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...) }

// ask sends a request and gives its answer, without the id.
func (r *raw) ask(kind byte, parts ...[]byte) (answer byte, body []byte, err error) {
	r.next++
	b := binary.BigEndian.AppendUint32(nil, r.next)
	for _, p := range parts {
		b = append(b, p...)
	}
	if err := r.write(kind, b); err != nil {
		return 0, nil, err
	}
	answer, body, err = r.read()
	if err == nil && len(body) >= 4 {
		body = body[4:]
	}
	return answer, body, err
}

var noAttrs = []byte{0, 0, 0, 0}

func word(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// tricks are paths that want to lead elsewhere; what is not theirs lies in
// outside, beside the home.
func tricks(home, outside string) []string {
	up := strings.Repeat("../", 12)
	abs, _ := filepath.Abs(outside)
	list := []string{
		"..", "../", "/..", "/../..", "../secret", "/../secret", "upload/../../secret", "/upload/../../secret", "./../secret", up + abs, up + "etc/passwd",
		abs, "//" + abs, "/" + abs, "upload/" + abs, "upload//../..//secret", "/./upload/./.././../secret", "upload/..\\..\\secret", "..\\secret", "\\..\\secret", "C:\\secret",
		"upload/%2e%2e/secret", "upload/..%2f..%2fsecret", "upload/..\x00/secret", "upload/x\x00/../../secret", "\x00", "upload/\x00", "~", "~/secret", "~root/.ssh/authorized_keys", "$HOME/secret",
		"../other/download/theirs.835", "/../other/download/theirs.835", "upload/../../other/download", "/other/download/theirs.835", "download/../../other", "link", "link/secret", "upload/link",
		"upload/link/secret", "download/link/secret", "/proc/self/root" + abs, "/proc/self/environ", "/dev/zero", "/dev/stdin", "/dev/fd/3", "dev/null", "upload/../upload/../..",
		"upload/.", "upload/..", ".", "", "/", "////", "upload/", "upload/./", "upload/\u2025/secret", "upload/\uff0e\uff0e/secret", "upload/\xc0\xae\xc0\xae/secret", "upload/\xff\xfe",
		".upload-1", "upload/.upload-1", "upload/.upload-1-" + strconv.Itoa(os.Getpid()), "upload/.partial-secret", "upload/.partial-../../secret", "download/.upload-1-answer",
		"upload/fifo", "download/fifo", "upload/con", "upload/NUL.837", "upload/com1.txt", "upload/aux.tmp", "upload/con .837", "upload/NUL:x.837", "upload/com\u00b9.837", "upload/CONIN$", "upload/clock$.837",
		strings.Repeat("a", 4096), "upload/" + strings.Repeat("n", 4000), "upload/" + strings.Repeat("d/", 2000) + "x", strings.Repeat("../", 1300) + "secret", strings.Repeat("/", 4096) + "secret",
		"upload/" + strings.Repeat("é", 120), "upload/a:b", "upload/a:$DATA", "upload/x.837 ", "upload/ x", "upload/x.", "upload/\u202excod", "upload/a\r\nb", "upload/\x1b[2J",
	}
	return list
}

// tree is everything below a folder, with what it holds.
func tree(t *testing.T, dir string, skip ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		for _, s := range skip {
			if p == s {
				return fs.SkipDir
			}
		}
		i, err := d.Info()
		if err != nil {
			return nil
		}
		what := i.Mode().String()
		if d.Type().IsRegular() {
			b, _ := os.ReadFile(p)
			what += " " + string(b)
		}
		all[p] = what
		return nil
	})
	return all
}

// fortress is a door with something beside its home that nobody may see.
func fortress(t *testing.T, change func(*sftpd.Config, *sftpd.User)) (d *door, outside string) {
	d = openDoor(t, change)
	outside = filepath.Dir(d.home)
	for name, text := range map[string]string{"secret": "CANARY of the machine", "other/download/theirs.835": "CANARY of another", "other/upload/x.837": "CANARY of another"} {
		p := filepath.Join(outside, name)
		os.MkdirAll(filepath.Dir(p), 0o700)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Even links that somebody has put into the home lead nowhere.
	for _, l := range []string{"link", "upload/link", "download/link"} {
		if err := os.Symlink(outside, filepath.Join(d.home, l)); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range []string{"upload/fifo", "download/fifo"} {
		mkfifo(t, filepath.Join(d.home, l))
	}
	return d, outside
}

// TestHostilePaths asks everything of every path that wants to lead elsewhere.
func TestHostilePaths(t *testing.T) {
	d, outside := fortress(t, func(c *sftpd.Config, u *sftpd.User) { c.MaxNames = 1 << 20 })
	_, conn := d.log(t)
	r := openRaw(t, conn)
	before := tree(t, outside, d.home, d.spool)
	leaks := func(what, path string, b []byte) {
		t.Helper()
		if what == "realpath" {
			return // the client's own words, put in order
		}
		for _, s := range []string{"CANARY", "theirs.835", "root:"} {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s of %.80q tells %q", what, path, s)
			}
		}
		if bytes.Contains(b, []byte(outside)) {
			t.Errorf("%s of %.80q tells where the home is", what, path)
		}
	}
	const read, write, appendTo, create, truncate = 1, 2, 4, 8, 16
	for _, p := range tricks(d.home, filepath.Join(outside, "secret")) {
		for _, flags := range []uint32{read, read | write, write | create, write | create | truncate, write | appendTo, write | create | 32} {
			kind, body, err := r.ask(3, str(p), word(flags), noAttrs)
			if err != nil {
				t.Fatalf("open of %.80q ends the session: %v", p, err)
			}
			leaks("open", p, body)
			if kind != 102 {
				continue
			}
			handle := body[:4+binary.BigEndian.Uint32(body)]
			_, body, _ = r.ask(5, handle, make([]byte, 8), word(4096))
			leaks("read", p, body)
			if flags&write != 0 {
				r.ask(6, handle, make([]byte, 8), str("OWNED"))
			}
			r.ask(10, handle, word(1), make([]byte, 8))
			r.ask(4, handle)
		}
		for what, kind := range map[string]byte{"lstat": 7, "stat": 17, "readlink": 19, "remove": 13, "rmdir": 15} {
			_, body, err := r.ask(kind, str(p))
			if err != nil {
				t.Fatalf("%s of %.80q ends the session: %v", what, p, err)
			}
			leaks(what, p, body)
		}
		if kind, body, err := r.ask(11, str(p)); err != nil {
			t.Fatalf("opendir of %.80q: %v", p, err)
		} else if kind == 102 {
			handle := body[:4+binary.BigEndian.Uint32(body)]
			_, body, _ := r.ask(12, handle)
			leaks("readdir", p, body)
			r.ask(4, handle)
		}
		_, body, _ := r.ask(16, str(p))
		leaks("realpath", p, body)
		r.ask(9, str(p), word(1|4|8), make([]byte, 8), word(0o777), word(1), word(1)) // size, mode, times
		r.ask(14, str(p), noAttrs)
		for _, q := range []string{"upload/taken", "/upload/x", "download/taken", "../taken", "link/taken"} {
			for _, kind := range []byte{18, 20} { // rename, symlink: both ways
				r.ask(kind, str(p), str(q))
				r.ask(kind, str(q), str(p))
			}
			r.ask(200, str("posix-rename@openssh.com"), str(p), str(q))
			r.ask(200, str("hardlink@openssh.com"), str(p), str(q))
			r.ask(200, str("hardlink@openssh.com"), str(q), str(p))
		}
		_, body, err := r.ask(200, str("statvfs@openssh.com"), str(p))
		if err != nil {
			t.Fatalf("statvfs of %.80q: %v", p, err)
		}
		leaks("statvfs", p, body)
	}
	after := tree(t, outside, d.home, d.spool)
	for p, v := range before {
		if after[p] != v {
			t.Errorf("%s was %q and is %q", p, v, after[p])
		}
	}
	for p := range after {
		if _, ok := before[p]; !ok {
			t.Errorf("%s was made", p)
		}
	}
	for p, v := range tree(t, d.home) {
		if strings.Contains(v, "CANARY") {
			t.Errorf("%s was brought into the home", p)
		}
		if strings.HasPrefix(v, "L") && filepath.Base(p) != "link" || strings.HasPrefix(v, "d") && filepath.Dir(p) != outside && filepath.Dir(p) != d.home {
			t.Errorf("%s was made: %s", p, v)
		}
	}
	for p, v := range tree(t, d.spool) {
		if strings.Contains(v, "CANARY") {
			t.Errorf("%s was handed over", p)
		}
	}
	if got := runtime.NumGoroutine(); got > 500 {
		t.Errorf("%d goroutines are left", got)
	}
}

// TestHostileHandles opens ten thousand handles, of files, of folders and of
// what is not there, and closes none.
func TestHostileHandles(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { c.MaxNames, c.MaxRequests = 1<<20, 1<<20 })
	for i := range 2000 {
		os.WriteFile(filepath.Join(d.home, "download", fmt.Sprintf("%04d.999", i)), []byte("ISA"), 0o600)
	}
	_, conn := d.log(t)
	r := openRaw(t, conn)
	open := 0
	for i := range 10000 {
		var kind byte
		var err error
		switch i % 3 {
		case 0:
			kind, _, err = r.ask(11, str("/download"))
		case 1:
			kind, _, err = r.ask(3, str(fmt.Sprintf("/download/%04d.999", i%2000)), word(1), noAttrs)
		default:
			kind, _, err = r.ask(3, str(fmt.Sprintf("/upload/%d.tmp", i)), word(2|8), noAttrs)
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind == 102 {
			open++
		}
	}
	if open != 64 {
		t.Errorf("%d handles could be open at once, want 64", open)
	}
	conn.Close()
	// What the dead session held is free again.
	deadline := time.Now().Add(10 * time.Second)
	for {
		c, conn := d.log(t)
		f, err := c.Open("/download/0000.999")
		if err == nil {
			f.Close()
			conn.Close()
			return
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("handles of a connection that is gone are still counted:", err)
		}
	}
}

// TestHostileQuota writes many files at once: the quota holds for all of them
// together, also for files that are made long without writing, and for those
// that wait to be taken.
func TestHostileQuota(t *testing.T) {
	const quota = 1 << 20
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		u.Quota = quota
		u.Folders[0].Spooled = func(string) (n int64) {
			filepath.WalkDir(filepath.Join(filepath.Dir(u.Home), "spool"), func(p string, e fs.DirEntry, err error) error {
				if i, err := e.Info(); err == nil && !e.IsDir() {
					n += i.Size()
				}
				return nil
			})
			return n
		}
	})
	c, _ := d.log(t)
	var files []*sftp.File
	for i := range 40 {
		f, err := c.Create("/upload/" + strconv.Itoa(i) + ".tmp")
		if err != nil {
			break
		}
		files = append(files, f)
	}
	var wg sync.WaitGroup
	for i, f := range files {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if i%2 == 0 {
				f.Truncate(quota / 4)
			} else {
				f.Write(make([]byte, quota/4))
			}
			f.Close()
		}()
	}
	wg.Wait()
	size := func() (n int64) {
		for _, dir := range []string{d.home, d.spool} {
			filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
				if i, err := e.Info(); err == nil && !e.IsDir() {
					n += i.Size()
				}
				return nil
			})
		}
		return n
	}
	if n := size(); n > quota {
		t.Errorf("%d bytes of %d", n, quota)
	}
	for i := range 40 {
		c.Rename("/upload/"+strconv.Itoa(i)+".tmp", "/upload/"+strconv.Itoa(i)+".837")
	}
	for i := range 40 {
		put(c, "/upload/more"+strconv.Itoa(i)+".837", strings.Repeat("x", quota/4))
	}
	if n := size(); n > quota {
		t.Errorf("%d bytes of %d after more", n, quota)
	}
}

// TestHostileRaces lets sessions of one user fight over the same names. What is
// handed over is always a file that somebody wrote whole, and everything ends.
func TestHostileRaces(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { c.MaxNames, c.MaxRequests = 1<<20, 1<<20 })
	var mu sync.Mutex
	bad := ""
	d.user.Folders[0].Spool = func(_, name, path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		mu.Lock()
		if len(b) == 0 || strings.Trim(string(b), string(b[:1])) != "" || len(b)%1000 != 0 {
			bad = fmt.Sprintf("%d bytes beginning with %.10q", len(b), b)
		}
		mu.Unlock()
		return os.Remove(path)
	}
	d.user.Folders[0].Unspool = nil
	var wg sync.WaitGroup
	for n := range 6 {
		c, _ := d.log(t)
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(7, uint64(n)))
			text := strings.Repeat(string(rune('a'+n)), 1000*(1+n))
			for range 120 {
				name := "/upload/" + strconv.Itoa(rng.IntN(3))
				switch rng.IntN(7) {
				case 0, 1:
					put(c, name+".837", text)
				case 2:
					put(c, name+".tmp", text)
				case 3:
					c.Rename(name+".tmp", name+".837")
				case 4:
					c.PosixRename(name+".tmp", "/upload/"+strconv.Itoa(rng.IntN(3))+".part")
				case 5:
					c.Remove(name + ".tmp")
				case 6:
					c.ReadDir("/upload")
					c.Stat(name + ".837")
				}
			}
		}()
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		b := make([]byte, 1<<20)
		t.Fatalf("a deadlock:\n%s", b[:runtime.Stack(b, true)])
	}
	if bad != "" {
		t.Errorf("a mixture was handed over: %s", bad)
	}
}

// TestHostilePackets sends a million bytes of packets that are none.
func TestHostilePackets(t *testing.T) {
	d, outside := fortress(t, func(c *sftpd.Config, u *sftpd.User) { c.MaxNames, c.MaxRequests = 1<<20, 1<<20 })
	before := tree(t, outside, d.home, d.spool)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		conn, err := ssh.Dial("tcp", d.addr(), d.clientConfig())
		if err != nil {
			t.Fatal(err)
		}
		r := openRaw(t, conn)
		go io.Copy(io.Discard, r.ch)
		for range 50 {
			b := make([]byte, rng.IntN(200))
			for i := range b {
				b[i] = byte(rng.IntN(256))
			}
			kind := byte([]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200, 201, 1, 0, 255}[rng.IntN(23)])
			if rng.IntN(3) == 0 { // a good head, so that it gets further
				b = append(append(word(9), str([]string{"upload/x", "/../secret", "1", "link/secret"}[rng.IntN(4)])...), b...)
			}
			if r.write(kind, b) != nil {
				break
			}
		}
		conn.Close()
	}
	after := tree(t, outside, d.home, d.spool)
	for p, v := range before {
		if after[p] != v {
			t.Errorf("%s changed", p)
		}
	}
	if c, _ := d.log(t); put(c, "/upload/fine.837", "claims") != nil {
		t.Error("who means well is not served any more")
	}
}

// TestHostileChannels asks for everything that SSH has besides SFTP.
func TestHostileChannels(t *testing.T) {
	d := openDoor(t, nil)
	_, conn := d.log(t)
	for _, kind := range []string{"direct-tcpip", "x11", "auth-agent@openssh.com", "direct-streamlocal@openssh.com", "tun@openssh.com", "forwarded-tcpip"} {
		payload := ssh.Marshal(struct {
			Host string
			Port uint32
			From string
			Own  uint32
		}{"127.0.0.1", 22, "127.0.0.1", 1})
		if ch, _, err := conn.OpenChannel(kind, payload); err == nil {
			ch.Close()
			t.Errorf("a channel of kind %s was opened", kind)
		}
	}
	for _, kind := range []string{"tcpip-forward", "streamlocal-forward@openssh.com", "hostkeys-prove-00@openssh.com", "no-more-sessions@openssh.com"} {
		if ok, _, err := conn.SendRequest(kind, true, ssh.Marshal(struct {
			Host string
			Port uint32
		}{"0.0.0.0", 0})); err != nil || ok {
			t.Errorf("the request %s was granted: %v", kind, err)
		}
	}
	ch, reqs, err := conn.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go ssh.DiscardRequests(reqs)
	for kind, payload := range map[string][]byte{"shell": nil, "exec": str("cat /etc/passwd"), "pty-req": str("xterm"), "env": append(str("LD_PRELOAD"), str("x")...), "subsystem": str("netconf"),
		"auth-agent-req@openssh.com": nil} {
		if ok, _ := ch.SendRequest(kind, true, payload); ok {
			t.Errorf("%s was granted", kind)
		}
	}
}

// TestHostileKeys tries other people's keys, users that are not there, and old
// algorithms. Nothing of what is answered tells one from the other.
func TestHostileKeys(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		c.Password = func(u *sftpd.User, p []byte) bool { return u != nil && string(p) == "right" }
		c.MaxNewAddress = 1000
	})
	say := func(user string, auth ...ssh.AuthMethod) string {
		cfg := d.clientConfig()
		cfg.User, cfg.Auth = user, auth
		c, err := ssh.Dial("tcp", d.addr(), cfg)
		if err == nil {
			c.Close()
			return "in"
		}
		return err.Error()
	}
	strange := newKey(t)
	for _, auth := range [][]ssh.AuthMethod{{ssh.PublicKeys(strange)}, {ssh.Password("wrong")}, {ssh.PublicKeys(strange), ssh.Password("wrong")}} {
		if a, b := say("office", auth...), say("nobody", auth...); a != b || a == "in" {
			t.Errorf("a user that is there hears %q, another %q", a, b)
		}
	}
	for _, user := range []string{"", "root", "office ", "OFFICE", "office\x00", "../office", strings.Repeat("o", 5000)} {
		if a := say(user, ssh.PublicKeys(d.signer)); a == "in" {
			t.Errorf("%.20q is let in", user)
		}
	}
	var many []ssh.Signer
	for range 20 {
		many = append(many, newKey(t))
	}
	if a := say("office", ssh.PublicKeys(append(many, d.signer)...)); a == "in" {
		t.Error("twenty wrong keys could be tried on one connection")
	}
	for name, change := range map[string]func(*ssh.ClientConfig){
		"key exchange": func(c *ssh.ClientConfig) {
			c.KeyExchanges = []string{"diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1"}
		},
		"cipher": func(c *ssh.ClientConfig) { c.Ciphers = []string{"aes128-cbc", "3des-cbc"} },
		"mac": func(c *ssh.ClientConfig) {
			c.Ciphers, c.MACs = []string{"aes128-ctr"}, []string{"hmac-sha1", "hmac-sha1-96"}
		},
		"host key": func(c *ssh.ClientConfig) { c.HostKeyAlgorithms = []string{"ssh-rsa", "ssh-dss"} },
	} {
		cfg := d.clientConfig()
		change(cfg)
		if c, err := ssh.Dial("tcp", d.addr(), cfg); err == nil {
			c.Close()
			t.Errorf("an old %s is spoken", name)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	refused := 0
	for _, e := range d.events {
		if e.Kind == sftpd.Refused && e.User != "" && e.Note != "" {
			refused++
		}
	}
	if refused < 8 {
		t.Errorf("the audit knows of %d refusals", refused)
	}
}

// TestGuessing locks out one address for all users, and one user for all
// addresses, so that neither is a way around.
func TestGuessing(t *testing.T) {
	checked := 0
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		c.Tries, c.MaxNewAddress = 3, 1000
		c.Password = func(u *sftpd.User, p []byte) bool { checked++; return u != nil && string(p) == "right" }
	})
	for i := range 40 {
		cfg := d.clientConfig()
		cfg.User, cfg.Auth = "user"+strconv.Itoa(i), []ssh.AuthMethod{ssh.Password("guess")}
		if c, err := ssh.Dial("tcp", d.addr(), cfg); err == nil {
			c.Close()
			t.Fatal("a guess opens")
		}
	}
	if checked != 12 {
		t.Errorf("%d passwords of one address were looked at, want 12", checked)
	}
	cfg := d.clientConfig()
	cfg.Auth = []ssh.AuthMethod{ssh.Password("right")}
	if c, err := ssh.Dial("tcp", d.addr(), cfg); err == nil {
		c.Close()
		t.Error("the address is not locked out")
	}
}

// TestWhereFrom keeps a user to its addresses.
func TestWhereFrom(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { u.From = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	if c, err := ssh.Dial("tcp", d.addr(), d.clientConfig()); err == nil {
		c.Close()
		t.Error("another address is let in")
	}
	d.user.From = append(d.user.From, netip.MustParsePrefix("127.0.0.0/8"))
	d.log(t)
}

// TestNoise ends a connection that sends packets which nobody reads, and keeps
// its user away for a while; others do not notice.
func TestNoise(t *testing.T) {
	d := openDoor(t, nil)
	conn, err := ssh.Dial("tcp", d.addr(), d.clientConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	deadline := time.Now().Add(30 * time.Second)
	for err == nil && time.Now().Before(deadline) {
		_, _, err = conn.SendRequest("noise@example.com", false, make([]byte, 20000))
	}
	if err == nil {
		t.Fatal("it goes on for ever")
	}
	for d.count(sftpd.LoggedOut) == 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if c, err := ssh.Dial("tcp", d.addr(), d.clientConfig()); err == nil {
		// The client's library may wait for ever where the connection ends while it
		// opens a channel: then it is not let in either.
		in := make(chan bool, 1)
		go func() {
			_, err := sftp.NewClient(c)
			in <- err == nil
		}()
		select {
		case ok := <-in:
			if ok {
				t.Error("it may come back at once")
			}
		case <-time.After(10 * time.Second):
		}
		c.Close()
	}
}

// TestIdle ends connections that are silent, also in the middle of a file, and
// keeps what came.
func TestIdle(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { c.Idle = 300 * time.Millisecond })
	c, conn := d.log(t)
	f, err := c.Create("/upload/slow.837")
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("ISA"))
	ended := make(chan error, 1)
	go func() { ended <- conn.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("a silent connection stays")
	}
	if len(d.files) != 0 {
		t.Error("half a file was handed over")
	}
}

// TestManyConnections turns away who comes too often, and nobody else.
func TestManyConnections(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { c.MaxNewAddress, c.MaxConnsAddress = 1, 200 })
	var conns []net.Conn
	for range 130 {
		c, err := net.Dial("tcp", d.addr())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	turned := 0
	for _, c := range conns {
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Read(make([]byte, 4)); err != nil {
			turned++
		}
		c.Close()
	}
	if turned < 20 || turned > 40 {
		t.Errorf("%d of 130 connections were turned away", turned)
	}
}

// TestHostKeysAreShown lets a client learn the next host key before it is used.
func TestHostKeysAreShown(t *testing.T) {
	next := newKey(t)
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) { c.NextHostKeys = []ssh.Signer{next} })
	nc, err := net.Dial("tcp", d.addr())
	if err != nil {
		t.Fatal(err)
	}
	conn, chans, reqs, err := ssh.NewClientConn(nc, d.addr(), d.clientConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		for c := range chans {
			c.Reject(ssh.Prohibited, "")
		}
	}()
	var shown []byte
	select {
	case r := <-reqs:
		if r.Type != "hostkeys-00@openssh.com" {
			t.Fatal(r.Type)
		}
		shown = r.Payload
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is shown")
	}
	go ssh.DiscardRequests(reqs)
	key := next.PublicKey().Marshal()
	if !bytes.Contains(shown, key) || !bytes.Contains(shown, d.host.PublicKey().Marshal()) {
		t.Fatal("a key is missing")
	}
	ok, proof, err := conn.SendRequest("hostkeys-prove-00@openssh.com", true, str(string(key)))
	if err != nil || !ok {
		t.Fatal("no proof", err)
	}
	var sig ssh.Signature
	if err := ssh.Unmarshal(proof[4:], &sig); err != nil {
		t.Fatal(err)
	}
	signed := bytes.Join([][]byte{str("hostkeys-prove-00@openssh.com"), str(string(conn.SessionID())), str(string(key))}, nil)
	if err := next.PublicKey().Verify(signed, &sig); err != nil {
		t.Error(err)
	}
	if ok, _, _ := conn.SendRequest("hostkeys-prove-00@openssh.com", true, str("something else")); ok {
		t.Error("it signs what is none of its keys")
	}
}
