package sftpd_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners/sftpd"
)

// door is a server with homes of folders, as the gateway has them, and a spool
// that keeps what it was handed.
type door struct {
	server *sftpd.Server
	user   *sftpd.User
	home   string
	spool  string
	signer ssh.Signer
	host   ssh.Signer

	mu     sync.Mutex
	files  map[string]int // by name, how often handed over
	events []sftpd.Event
	refuse bool
}

// change makes another user of the present one, for connections from now on.
func (d *door) change(how func(u *sftpd.User)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := *d.user
	how(&u)
	d.user = &u
}

func (d *door) count(k sftpd.Kind) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.events {
		if e.Kind == k {
			n++
		}
	}
	return n
}

func openDoor(t *testing.T, change func(*sftpd.Config, *sftpd.User)) *door {
	t.Helper()
	dir := t.TempDir()
	d := &door{home: filepath.Join(dir, "home"), spool: filepath.Join(dir, "spool"), files: map[string]int{}}
	for _, f := range []string{"home/upload", "home/download", "home/archive", "spool"} {
		if err := os.MkdirAll(filepath.Join(dir, f), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.host, _ = keyPair(t, dir, "host")
	d.signer, _ = keyPair(t, dir, "user")
	d.user = &sftpd.User{Name: "office", Keys: []ssh.PublicKey{d.signer.PublicKey()}, Home: d.home, Folders: []sftpd.Folder{
		{Name: "upload", Write: true, Spool: d.take, Unspool: d.back}, {Name: "download", Read: true, Remove: true}, {Name: "archive", Read: true}}}
	cfg := sftpd.Config{HostKeys: []ssh.Signer{d.host}, OnEvent: func(e sftpd.Event) {
		d.mu.Lock()
		d.events = append(d.events, e)
		d.mu.Unlock()
	}}
	if change != nil {
		change(&cfg, d.user)
	}
	cfg.User = func(name string) *sftpd.User {
		d.mu.Lock()
		defer d.mu.Unlock()
		return oneUser(d.user)(name)
	}
	s, err := sftpd.Listen("127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.server = s
	t.Cleanup(func() { s.Close() })
	return d
}

func (d *door) take(_, name, path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse {
		return errors.New("full")
	}
	d.files[name]++
	return os.Rename(path, filepath.Join(d.spool, name))
}

func (d *door) back(_, name string) (string, bool) {
	p := filepath.Join(d.spool, name)
	_, err := os.Stat(p)
	return p, err == nil
}

func (d *door) clientConfig() *ssh.ClientConfig {
	return &ssh.ClientConfig{User: "office", Auth: []ssh.AuthMethod{ssh.PublicKeys(d.signer)}, HostKeyCallback: ssh.FixedHostKey(d.host.PublicKey()), Timeout: 10 * time.Second}
}

func (d *door) addr() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(d.server.Addr().Port))
}

// log logs in with the client that others build on.
func (d *door) log(t *testing.T) (*sftp.Client, *ssh.Client) {
	t.Helper()
	conn, err := ssh.Dial("tcp", d.addr(), d.clientConfig())
	if err != nil {
		t.Fatal(err)
	}
	c, err := sftp.NewClient(conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); conn.Close() })
	return c, conn
}

func put(c *sftp.Client, name, text string) error {
	f, err := c.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte(text)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func TestFoldersKeepTheirRights(t *testing.T) {
	d := openDoor(t, nil)
	for name, text := range map[string]string{"download/a.999": "answer", "archive/old.837": "before"} {
		if err := os.WriteFile(filepath.Join(d.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, _ := d.log(t)
	infos, err := c.ReadDir("/")
	if err != nil || len(infos) != 3 {
		t.Fatalf("the home lists %v, %v", infos, err)
	}
	if err := put(c, "/upload/x.837", "claims"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.spool, "x.837")); err != nil {
		t.Fatal("the file was not handed over")
	}
	// The uploader may still ask and set times, and nothing else.
	if st, err := c.Stat("/upload/x.837"); err != nil || st.Size() != 6 {
		t.Errorf("the uploader sees %v, %v", st, err)
	}
	then := time.Unix(1790000000, 0)
	if err := c.Chtimes("/upload/x.837", then, then); err != nil {
		t.Errorf("times: %v", err)
	}
	if st, err := c.Stat("/upload/x.837"); err != nil || !st.ModTime().Equal(then) {
		t.Errorf("the time that was set is not told: %v", err)
	}
	if f, err := c.Open("/upload/x.837"); err == nil {
		if b, err := io.ReadAll(f); err == nil {
			t.Errorf("upload could be read: %q", b)
		}
	}
	for _, name := range []string{"/download/x", "/archive/x", "/x", "/other/x", "/upload/sub/x", "/upload/../x", "/upload/.upload-1", "/upload/con.txt", "/upload/con .txt", "/upload/prn:x",
		"/upload/a\nb", "/upload/a\\b", "/upload/" + strings.Repeat("n", 300), "/upload/\u202egpj.837", "/upload/ x", "/upload/x."} {
		if put(c, name, "no") == nil {
			t.Errorf("%q could be written", name)
		}
	}
	for what, err := range map[string]error{
		"mkdir": c.Mkdir("/upload/sub"), "mkdir at the top": c.Mkdir("/new"), "link": c.Symlink("/etc/passwd", "/upload/l"), "hard link": c.Link("/download/a.999", "/upload/l"),
		"rename between folders": c.Rename("/download/a.999", "/upload/a.999"), "rename of a folder": c.Rename("/upload", "/new"),
		"remove of the archive": c.Remove("/archive/old.837"), "rmdir": c.RemoveDirectory("/archive"),
	} {
		if err == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	f, err := c.Open("/download/a.999")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(f); string(b) != "answer" {
		t.Errorf("download gives %q", b)
	}
	f.Close()
	if err := c.Remove("/download/a.999"); err != nil {
		t.Errorf("remove of a fetched answer: %v", err)
	}
	if n := d.count(sftpd.Denied); n == 0 {
		t.Error("the audit does not know of what was denied")
	}
	if d.count(sftpd.Read) != 1 || d.count(sftpd.Uploaded) != 1 || d.count(sftpd.LoggedIn) != 1 {
		t.Errorf("events: %v", d.events)
	}
}

func TestTemporaryNamesCountWhenRenamed(t *testing.T) {
	d := openDoor(t, nil)
	c, _ := d.log(t)
	for _, temp := range []string{"a.837.filepart", "a.837.tmp", ".a.837", "a.837.part"} {
		if err := put(c, "/upload/"+temp, "claims"); err != nil {
			t.Fatal(err)
		}
		if len(d.files) != 0 {
			t.Fatalf("%s was handed over", temp)
		}
		if err := c.Rename("/upload/"+temp, "/upload/a.837"); err != nil {
			t.Fatalf("rename of %s: %v", temp, err)
		}
		if d.files["a.837"] != 1 {
			t.Fatalf("%s was handed over %d times after its rename", temp, d.files["a.837"])
		}
		delete(d.files, "a.837")
	}
	// The same name again is another file.
	for range 3 {
		if err := put(c, "/upload/b.837", "claims"); err != nil {
			t.Fatal(err)
		}
	}
	if d.files["b.837"] != 3 {
		t.Errorf("%d files were handed over, want 3", d.files["b.837"])
	}
	d.refuse = true
	if put(c, "/upload/c.837", "claims") == nil {
		t.Error("a file that the gateway did not take looked good to its client")
	}
}

func TestBrokenUploadIsGoneOnWith(t *testing.T) {
	d := openDoor(t, nil)
	c, conn := d.log(t)
	f, err := c.OpenFile("/upload/x.837", os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(bytes.Repeat([]byte("a"), 100000)); err != nil {
		t.Fatal(err)
	}
	conn.Conn.Close() // no close of the file, no good-bye
	for d.count(sftpd.Broken) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	if len(d.files) != 0 {
		t.Fatal("half a file was handed over")
	}
	c, _ = d.log(t)
	st, err := c.Stat("/upload/x.837")
	if err != nil || st.Size() != 100000 {
		t.Fatalf("the client is told %v, %v", st, err)
	}
	f, err = c.OpenFile("/upload/x.837", os.O_WRONLY|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("b"), 100000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(d.spool, "x.837"))
	if err != nil || len(b) != 100001 || b[100000] != 'b' || b[0] != 'a' {
		t.Fatalf("%d bytes were handed over, %v", len(b), err)
	}
	// A file that was handed over and is not complete is gone on with too.
	f, err = c.OpenFile("/upload/x.837", os.O_WRONLY|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("c"), 100001); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(d.spool, "x.837")); len(b) != 100002 || b[100001] != 'c' {
		t.Errorf("%d bytes after going on again", len(b))
	}
}

func TestBounds(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		c.MaxFile, c.MaxOpen, c.MaxConnsUser = 1<<20, 8, 2
		u.Quota = 3 << 20
	})
	c, _ := d.log(t)
	if put(c, "/upload/big", strings.Repeat("x", 1<<20+1)) == nil {
		t.Error("a file over the bound was taken")
	}
	var open []*sftp.File
	for i := range 20 {
		f, err := c.Create("/upload/" + strconv.Itoa(i) + ".tmp")
		if err != nil {
			break
		}
		open = append(open, f)
	}
	if len(open) != 8 {
		t.Errorf("%d files could be open at once, want 8", len(open))
	}
	for _, f := range open {
		f.Close()
	}
	full := false
	for i := range 6 {
		if put(c, "/upload/q"+strconv.Itoa(i)+".tmp", strings.Repeat("x", 900<<10)) != nil {
			full = true
		}
	}
	if !full {
		t.Error("the quota has no effect")
	}
	if err := c.Remove("/upload/q0.tmp"); err != nil {
		t.Errorf("removing one's own unfinished file: %v", err)
	}
	d.log(t)
	if conn, err := ssh.Dial("tcp", d.addr(), d.clientConfig()); err == nil {
		if _, err := sftp.NewClient(conn); err == nil {
			t.Error("a third connection of the same user was served")
		}
		conn.Close()
	}
	if d.count(sftpd.Busy) == 0 {
		t.Error("the audit does not know of who was turned away")
	}
}

func TestLockOut(t *testing.T) {
	var passed atomic.Int64
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		c.Now = func() time.Time {
			return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(time.Duration(passed.Load()))
		}
		c.Tries = 3
		c.Password = func(u *sftpd.User, p []byte) bool { return u != nil && string(p) == "right" }
	})
	try := func(password string) error {
		cfg := d.clientConfig()
		cfg.Auth = []ssh.AuthMethod{ssh.Password(password)}
		c, err := ssh.Dial("tcp", d.addr(), cfg)
		if err == nil {
			c.Close()
		}
		return err
	}
	if err := try("right"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if try("wrong") == nil {
			t.Fatal("a wrong password opens")
		}
	}
	if try("right") == nil {
		t.Error("no lock-out after three wrong passwords")
	}
	if d.count(sftpd.LockedOut) != 1 {
		t.Error("the audit does not know of the lock-out")
	}
	passed.Store(int64(16 * time.Minute))
	if err := try("right"); err != nil {
		t.Errorf("after the lock-out: %v", err)
	}
}

func TestSilentHandshakeEnds(t *testing.T) {
	d := openDoor(t, func(c *sftpd.Config, u *sftpd.User) {
		c.Handshake = 200 * time.Millisecond
		c.MaxConnsAddress = 3
	})
	var conns []net.Conn
	for range 6 {
		c, err := net.Dial("tcp", d.addr())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	for i, c := range conns {
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("connection %d is still open: %v", i, err)
		}
		c.Close()
	}
	d.log(t) // who means well still gets in
}

// TestOpenSSHOnFolders lets OpenSSH's own sftp do a partner's day.
func TestOpenSSHOnFolders(t *testing.T) {
	client, err := exec.LookPath("sftp")
	if err != nil {
		t.Skip("OpenSSH's sftp is not installed")
	}
	d := openDoor(t, nil)
	dir := t.TempDir()
	signer, key := keyPair(t, dir, "key")
	d.user.Keys = append(d.user.Keys, signer.PublicKey())
	local := filepath.Join(dir, "claims.837")
	data := bytes.Repeat([]byte("CLM*A*1~"), 100000)
	if err := os.WriteFile(local, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.home, "download", "answer.999"), []byte("ISA"), 0o600); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "half.837")
	os.WriteFile(half, data, 0o600)
	// As a broken upload leaves it.
	os.WriteFile(filepath.Join(d.home, "upload", ".partial-half.837"), data[:300000], 0o600)
	known := filepath.Join(dir, "known")
	port := strconv.Itoa(d.server.Addr().Port)
	os.WriteFile(known, []byte("[127.0.0.1]:"+port+" "+string(ssh.MarshalAuthorizedKey(d.host.PublicKey()))), 0o600)
	batch := filepath.Join(dir, "batch")
	os.WriteFile(batch, []byte("cd upload\nput -p "+local+"\nls -l\nreput "+half+"\ncd /download\nls\nget answer.999 "+dir+"/answer\nrm answer.999\n"), 0o600)
	out, err := exec.Command(client, "-P", port, "-b", batch, "-i", key, "-o", "UserKnownHostsFile="+known, "-o", "IdentitiesOnly=yes", "-F", "none", "office@127.0.0.1").CombinedOutput()
	if err != nil {
		t.Fatalf("sftp: %v\n%s", err, out)
	}
	for _, name := range []string{"claims.837", "half.837"} {
		if b, err := os.ReadFile(filepath.Join(d.spool, name)); err != nil || !bytes.Equal(b, data) {
			t.Errorf("%s: %d bytes, %v\n%s", name, len(b), err, out)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "answer")); string(b) != "ISA" {
		t.Errorf("the answer came as %q", b)
	}
}
