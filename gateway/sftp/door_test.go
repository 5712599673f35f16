package sftp_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	pkgsftp "github.com/pkg/sftp"
	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/sftp"
	"claimwire/partners"
)

// inbox keeps what it is handed, and fails when it is told to.
type inbox struct {
	mu    sync.Mutex
	files []received
	fail  error
}

type received struct{ partner, name, text, refused string }

func (i *inbox) Receive(_ context.Context, from *partners.Profile, name string, r io.Reader, refused string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fail != nil {
		return i.fail
	}
	b, err := io.ReadAll(r)
	i.files = append(i.files, received{from.ID, name, string(b), refused})
	return err
}

func signer(t *testing.T) ssh.Signer {
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

type fixture struct {
	door    *sftp.Door
	inbox   *inbox
	dir     string
	profile *partners.Profile
	client  *pkgsftp.Client
	mu      sync.Mutex
	now     time.Time
}

func (f *fixture) time() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	f.now = f.now.Add(d)
	f.mu.Unlock()
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{inbox: &inbox{}, dir: t.TempDir(), now: time.Now()}
	user, host := signer(t), signer(t)
	p, err := partners.Parse("office.yaml", []byte("id: acme\nname: Acme\nusage: test\nkind: office\norganisation: acme\nlogin:\n  user: acme\n  keys: ["+
		strings.TrimSpace(string(ssh.MarshalAuthorizedKey(user.PublicKey())))+"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	f.profile = p
	if f.door, err = sftp.Open(sftp.Config{Dir: f.dir, Listen: "127.0.0.1:0", HostKeys: []ssh.Signer{host}, Partners: []*partners.Profile{p}, Inbox: f.inbox,
		Now: f.time, Log: zerolog.Nop()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.door.Close() })
	conn, err := ssh.Dial("tcp", f.door.Addr().String(), &ssh.ClientConfig{User: "acme", Auth: []ssh.AuthMethod{ssh.PublicKeys(user)}, HostKeyCallback: ssh.FixedHostKey(host.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	if f.client, err = pkgsftp.NewClient(conn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.client.Close(); conn.Close() })
	return f
}

func (f *fixture) put(t *testing.T, name, text string, flags int, at int64) {
	t.Helper()
	w, err := f.client.OpenFile("upload/"+name, os.O_WRONLY|os.O_CREATE|flags)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteAt([]byte(text), at); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

const whole = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~IEA*0*000000001~"

func TestWholeFilesAreHandedOver(t *testing.T) {
	f := open(t)
	f.put(t, "a.837", whole, os.O_TRUNC, 0)
	f.put(t, "a.837", whole, os.O_TRUNC, 0) // the same name again is another file
	f.put(t, "b.csv", "claim_id\n1\n", os.O_TRUNC, 0)
	f.inbox.fail = errors.New("the store is away")
	f.door.TakeAll(t.Context())
	if len(f.inbox.files) != 0 {
		t.Fatal("taken though the store is away")
	}
	f.inbox.fail = nil
	f.door.TakeAll(t.Context())
	f.door.TakeAll(t.Context())
	if len(f.inbox.files) != 3 || f.inbox.files[0] != (received{"acme", "a.837", whole, ""}) || f.inbox.files[2].name != "b.csv" {
		t.Fatalf("handed over: %v", f.inbox.files)
	}
	infos, err := f.client.ReadDir("archive")
	if err != nil || len(infos) != 3 {
		t.Errorf("the archive holds %d files, %v", len(infos), err)
	}
}

func TestHalfFilesWaitAndAreRefused(t *testing.T) {
	f := open(t)
	half := whole[:len(whole)-10]
	f.put(t, "half.837", half, os.O_TRUNC, 0)
	f.put(t, "gone-on.837", half, os.O_TRUNC, 0)
	f.door.TakeAll(t.Context())
	if len(f.inbox.files) != 0 {
		t.Fatalf("half a file was taken: %v", f.inbox.files)
	}
	// The client goes on with one of them.
	f.put(t, "gone-on.837", whole[len(half):], 0, int64(len(half)))
	f.door.TakeAll(t.Context())
	if len(f.inbox.files) != 1 || f.inbox.files[0] != (received{"acme", "gone-on.837", whole, ""}) {
		t.Fatalf("handed over: %v", f.inbox.files)
	}
	f.pass(6 * time.Minute)
	f.door.TakeAll(t.Context())
	if len(f.inbox.files) != 2 || f.inbox.files[1].refused == "" || f.inbox.files[1].text != half {
		t.Fatalf("handed over: %v", f.inbox.files)
	}
	r, err := f.client.Open("download/half.837.refused.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(r); !bytes.Contains(b, []byte("IEA")) {
		t.Errorf("the partner is told %q", b)
	}
}

// TestHandoverSurvivesEveryStep looks, at each step of a delivery, at what a
// new beginning after a crash would see.
func TestHandoverSurvivesEveryStep(t *testing.T) {
	f := open(t)
	h, err := f.door.Handover(f.profile)
	if err != nil {
		t.Fatal(err)
	}
	see := func(name string) bool {
		_, err := h.Stat(name)
		if err != nil && !errors.Is(err, partners.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	const final, temp = "download/1.837", "download/1.837.tmp"
	if err := h.Put(t.Context(), temp, strings.NewReader(whole), int64(len(whole))); err != nil {
		t.Fatal(err)
	}
	if see(final) || !see(temp) || see(sftp.Taken+"/1.837") {
		t.Error("written: not given, not taken")
	}
	if infos, _ := f.client.ReadDir("download"); len(infos) != 0 {
		t.Error("the partner sees a file that is not given yet")
	}
	if err := h.Rename(temp, final); err != nil {
		t.Fatal(err)
	}
	if !see(final) || see(sftp.Taken+"/1.837") {
		t.Error("given: there, not taken")
	}
	if err := h.Put(t.Context(), temp, strings.NewReader(whole), int64(len(whole))); err != nil {
		t.Fatal(err)
	}
	if h.Rename(temp, final) == nil {
		t.Error("a file was given twice")
	}
	h.Remove(temp)
	if err := f.client.Remove("download/1.837"); err != nil {
		t.Fatal(err)
	}
	if see(final) || !see(sftp.Taken+"/1.837") {
		t.Error("fetched and removed: taken")
	}
	if err := h.Put(t.Context(), temp, strings.NewReader("short"), 6); !errors.Is(err, partners.ErrSize) {
		t.Errorf("a short file: %v", err)
	}
}

func TestGiveIsWholeOrNotThere(t *testing.T) {
	f := open(t)
	if err := f.door.Give(f.profile, "../17-999.edi", strings.NewReader("ISA")); err != nil {
		t.Fatal(err)
	}
	infos, err := f.client.ReadDir("download")
	if err != nil || len(infos) != 1 || infos[0].Size() != 3 {
		t.Fatalf("download holds %v, %v", infos, err)
	}
	if err := f.door.Give(f.profile, "x", io.MultiReader(strings.NewReader("ISA"), failing{})); err == nil {
		t.Error("a broken answer gave no error")
	}
	if entries, _ := os.ReadDir(filepath.Join(f.dir, "homes", "acme", "download")); len(entries) != 1 {
		t.Errorf("left: %v", entries)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestPassword(t *testing.T) {
	text := gateway.HashPassword([]byte("correct horse battery"))
	p, err := partners.Parse("x.yaml", []byte("id: acme\nname: Acme\nusage: test\nkind: office\nlogin: {user: acme, password: '"+text+"'}\n"))
	if err != nil {
		t.Fatal(err)
	}
	host := signer(t)
	d, err := sftp.Open(sftp.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", HostKeys: []ssh.Signer{host}, Partners: []*partners.Profile{p}, Inbox: &inbox{}, Now: time.Now, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for password, want := range map[string]bool{"correct horse battery": true, "correct horse": false} {
		for _, user := range []string{"acme", "nobody"} {
			c, err := ssh.Dial("tcp", d.Addr().String(), &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: ssh.FixedHostKey(host.PublicKey())})
			if got := err == nil; got != (want && user == "acme") {
				t.Errorf("%s with %q: %v", user, password, err)
			}
			if err == nil {
				c.Close()
			}
		}
	}
}
