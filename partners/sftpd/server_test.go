package sftpd_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// newKey makes a key that is kept nowhere.
func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keyPair makes a key, and writes the private one into a file.
func keyPair(t *testing.T, dir, name string) (ssh.Signer, string) {
	t.Helper()
	return keyPairIn(t, dir, name)
}

func newPrivate() ed25519.PrivateKey {
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return priv
}

func keyPairIn(t testing.TB, dir, name string) (ssh.Signer, string) {
	t.Helper()
	priv := newPrivate()
	signer, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(priv, "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return signer, file
}

func oneUser(u *sftpd.User) func(string) *sftpd.User {
	return func(name string) *sftpd.User {
		if name != u.Name {
			return nil
		}
		return u
	}
}

type fixture struct {
	server *sftpd.Server
	home   string
	conn   partners.Connection
	host   ssh.Signer
}

func start(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	host, _ := keyPair(t, dir, "host")
	user, keyFile := keyPair(t, dir, "user")
	home := filepath.Join(dir, "home")
	for _, d := range []string{"inbound", "outbound"} {
		if err := os.MkdirAll(filepath.Join(home, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("not yours"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sftpd.Listen("127.0.0.1:0", sftpd.Config{HostKeys: []ssh.Signer{host},
		User: oneUser(&sftpd.User{Name: "office", Keys: []ssh.PublicKey{user.PublicKey()}, Home: home})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &fixture{s, home, partners.Connection{Host: "127.0.0.1", Port: s.Addr().Port, User: "office", KeyFile: keyFile,
		HostKeys: []string{ssh.FingerprintSHA256(host.PublicKey())}, Timeout: "10s"}, host}
}

func (f *fixture) dial(t *testing.T) *partners.Client {
	t.Helper()
	c, err := partners.Dial(t.Context(), &f.conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRoundTrip(t *testing.T) {
	f := start(t)
	c := f.dial(t)
	data := bytes.Repeat([]byte("ISA*00~\n"), 200000)
	if err := c.Put(t.Context(), "inbound/a.tmp", bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if err := c.Rename("inbound/a.tmp", "inbound/a.837"); err != nil {
		t.Fatal(err)
	}
	if err := c.Rename("inbound/a.837", "inbound/a.837"); err == nil {
		t.Error("a final name was taken twice")
	}
	list, err := c.List("inbound")
	if err != nil || len(list) != 1 || list[0].Name != "a.837" || list[0].Size != int64(len(data)) {
		t.Fatalf("listing %v, %v", list, err)
	}
	var back bytes.Buffer
	if _, err := c.Get(t.Context(), "inbound/a.837", &back); err != nil || !bytes.Equal(back.Bytes(), data) {
		t.Fatalf("got %d bytes back, %v", back.Len(), err)
	}
	if _, err := c.Stat("inbound/none"); !errors.Is(err, partners.ErrNotFound) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := c.Remove("inbound/a.837"); err != nil {
		t.Fatal(err)
	}
}

func TestNoWayOut(t *testing.T) {
	f := start(t)
	c := f.dial(t)
	if err := os.Symlink(filepath.Dir(f.home), filepath.Join(f.home, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret", "/../secret", "inbound/../../secret", "link/secret", "/etc/hostname"} {
		var b bytes.Buffer
		if c.Get(t.Context(), name, &b); strings.Contains(b.String(), "not yours") || strings.HasPrefix(name, "link") && b.Len() > 0 {
			t.Errorf("%s could be read: %q", name, b.String())
		}
		if err := c.Put(t.Context(), name, strings.NewReader("x"), 1); err == nil && name != "/etc/hostname" {
			if got, _ := os.ReadFile(filepath.Join(filepath.Dir(f.home), "secret")); string(got) != "not yours" {
				t.Errorf("%s wrote outside the home", name)
			}
		}
	}
}

func TestDroppedConnectionMakesNoFile(t *testing.T) {
	f := start(t)
	c := f.dial(t)
	err := c.Put(t.Context(), "inbound/half.837", &dropping{c: f.server}, 1<<20)
	if err == nil {
		t.Fatal("a broken upload gave no error")
	}
	// Close of the server has waited for its sessions: nothing changes any more.
	entries, err := os.ReadDir(filepath.Join(f.home, "inbound"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".partial-") {
			t.Errorf("a half file is there as %s", e.Name())
		}
	}
}

// dropping closes the server in the middle of what it gives.
type dropping struct {
	c *sftpd.Server
	n int
}

func (d *dropping) Read(p []byte) (int, error) {
	if d.n++; d.n == 4 {
		time.Sleep(50 * time.Millisecond) // so that the pieces before have arrived
		d.c.Close()
	}
	return len(p), nil
}

func TestHostKeyAndLogin(t *testing.T) {
	f := start(t)
	other, _ := keyPair(t, t.TempDir(), "other")
	wrong := f.conn
	wrong.HostKeys = []string{ssh.FingerprintSHA256(other.PublicKey())}
	if _, err := partners.Dial(t.Context(), &wrong); !errors.Is(err, partners.ErrHostKey) {
		t.Errorf("another host key gives %v", err)
	}
	_, strange := keyPair(t, t.TempDir(), "strange")
	denied := f.conn
	denied.KeyFile = strange
	if _, err := partners.Dial(t.Context(), &denied); !errors.Is(err, partners.ErrDenied) {
		t.Errorf("another key gives %v", err)
	}
	two := f.conn
	two.HostKeys = append([]string{wrong.HostKeys[0]}, string(ssh.MarshalAuthorizedKey(f.host.PublicKey())))
	c, err := partners.Dial(t.Context(), &two)
	if err != nil {
		t.Fatalf("the second pin: %v", err)
	}
	c.Close()
}

// TestOpenSSHClient lets OpenSSH's own sftp and scp talk to the server.
func TestOpenSSHClient(t *testing.T) {
	client, err := exec.LookPath("sftp")
	if err != nil {
		t.Skip("OpenSSH's sftp is not installed")
	}
	f := start(t)
	dir := t.TempDir()
	known := filepath.Join(dir, "known_hosts")
	port := strconv.Itoa(f.conn.Port)
	line := "[127.0.0.1]:" + port + " " + string(ssh.MarshalAuthorizedKey(f.host.PublicKey()))
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	local := filepath.Join(dir, "claims.837")
	data := bytes.Repeat([]byte("CLM*A*1~"), 50000)
	if err := os.WriteFile(local, data, 0o600); err != nil {
		t.Fatal(err)
	}
	batch := filepath.Join(dir, "batch")
	script := "put -p " + local + " inbound/x.tmp\nrename inbound/x.tmp inbound/x.837\nls -l inbound\nget inbound/x.837 " + filepath.Join(dir, "back") + "\nrm inbound/x.837\n"
	if err := os.WriteFile(batch, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := []string{"-i", f.conn.KeyFile, "-o", "UserKnownHostsFile=" + known, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-F", "none"}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, client, append(append([]string{"-P", port, "-b", batch}, opts...), "office@127.0.0.1")...).CombinedOutput()
	if err != nil {
		t.Fatalf("sftp: %v\n%s", err, out)
	}
	back, err := os.ReadFile(filepath.Join(dir, "back"))
	if err != nil || !bytes.Equal(back, data) {
		t.Fatalf("%d bytes came back, %v", len(back), err)
	}
	if scp, err := exec.LookPath("scp"); err == nil {
		args := append(append([]string{"-q", "-P", port}, opts...), local, "office@127.0.0.1:inbound/y.837")
		if out, err := exec.CommandContext(ctx, scp, args...).CombinedOutput(); err != nil {
			t.Fatalf("scp: %v\n%s", err, out)
		}
		if got, _ := os.ReadFile(filepath.Join(f.home, "inbound", "y.837")); !bytes.Equal(got, data) {
			t.Error("scp's file is not what was sent")
		}
	}
}
