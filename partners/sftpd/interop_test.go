package sftpd_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// The clients and servers of others that partners use, as Debian ships them.
// CLAIMWIRE_NEED_CLIENTS=1 (.ci/run interop) makes a missing one a failure.
func need(t *testing.T, command string, probe ...string) {
	t.Helper()
	_, err := exec.LookPath(command)
	if err == nil && len(probe) > 0 {
		err = exec.Command(probe[0], probe[1:]...).Run()
	}
	if err == nil {
		return
	}
	if os.Getenv("CLAIMWIRE_NEED_CLIENTS") != "" {
		t.Fatalf("%s is not installed", command)
	}
	t.Skipf("%s is not installed", command)
}

const python = "/usr/bin/python3"

// foreign is a client of somebody else's that talks to our door.
type foreign struct {
	t                           *testing.T
	d                           *door
	dir, key, known, port, conf string
}

func newForeign(t *testing.T, change func(*sftpd.Config, *sftpd.User)) *foreign {
	f := &foreign{t: t, d: openDoor(t, change), dir: t.TempDir()}
	signer, key := keyPair(t, f.dir, "key")
	f.d.user.Keys = append(f.d.user.Keys, signer.PublicKey())
	f.key, f.port, f.known, f.conf = key, strconv.Itoa(f.d.server.Addr().Port), filepath.Join(f.dir, "known"), filepath.Join(f.dir, "rclone.conf")
	os.WriteFile(f.known, []byte("[127.0.0.1]:"+f.port+" "+string(ssh.MarshalAuthorizedKey(f.d.host.PublicKey()))), 0o600)
	os.WriteFile(f.conf, []byte("[door]\ntype = sftp\nhost = 127.0.0.1\nuser = office\nport = "+f.port+"\nkey_file = "+key+"\nknown_hosts_file = "+f.known+
		"\nshell_type = none\nmd5sum_command = none\nsha1sum_command = none\n"), 0o600)
	return f
}

func (f *foreign) file(name string, b []byte) string {
	p := filepath.Join(f.dir, name)
	if err := os.WriteFile(p, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
	// Of another day: rclone takes a file of the same size and second for the same.
	old := time.Date(2026, 10, 15, 9, 30, 0, 0, time.UTC)
	if err := os.Chtimes(p, old, old); err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *foreign) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "HOME="+f.dir, "LANG=C")
	return cmd
}

func (f *foreign) opts() []string {
	return []string{"-q", "-P", f.port, "-i", f.key, "-o", "UserKnownHostsFile=" + f.known, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-F", "none"}
}

// The clients: each does what it is told in its own words.
var clients = []struct {
	name  string
	need  []string
	put   func(f *foreign, local, remote string) *exec.Cmd // under the name
	temp  func(f *foreign, local, remote string) *exec.Cmd // under a temporary name, and renamed
	again func(f *foreign, local, remote string) *exec.Cmd // goes on with what is there; nil: it cannot
	get   func(f *foreign, remote, local string) *exec.Cmd // fetches and removes
}{
	{"sftp", []string{"sftp"},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.batch("put -p " + l + " upload/" + r + "\nls -l upload\n")
		},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.batch("put " + l + " upload/" + r + ".filepart\nrename upload/" + r + ".filepart upload/" + r + "\n")
		},
		func(f *foreign, l, r string) *exec.Cmd { return f.batch("reput " + l + " upload/" + r + "\n") },
		func(f *foreign, r, l string) *exec.Cmd {
			return f.batch("get download/" + r + " " + l + "\nrm download/" + r + "\n")
		}},
	{"scp", []string{"scp"},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.command("scp", append(f.opts(), "-p", l, "office@127.0.0.1:upload/"+r)...)
		}, nil, nil,
		func(f *foreign, r, l string) *exec.Cmd {
			return f.command("scp", append(f.opts(), "office@127.0.0.1:download/"+r, l)...)
		}},
	{"lftp", []string{"lftp"},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.lftp("put " + l + " -o upload/" + r + "; cls -l upload")
		},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.lftp("set xfer:use-temp-file yes; set xfer:temp-file-name .in.*; put " + l + " -o upload/" + r)
		},
		func(f *foreign, l, r string) *exec.Cmd { return f.lftp("put -c " + l + " -o upload/" + r) },
		func(f *foreign, r, l string) *exec.Cmd {
			return f.lftp("get download/" + r + " -o " + l + "; rm download/" + r)
		}},
	{"paramiko", []string{python, python, "-c", "import paramiko"},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.paramiko("s.put(sys.argv[4], '/upload/' + sys.argv[5], confirm=True)", l, r)
		},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.paramiko("t='/upload/' + sys.argv[5]; s.put(sys.argv[4], t + '.tmp'); s.posix_rename(t + '.tmp', t)", l, r)
		},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.paramiko(`
t = '/upload/' + sys.argv[5]
n = s.stat(t).st_size
with s.open(t, 'r+') as w, open(sys.argv[4], 'rb') as b:
    b.seek(n); w.seek(n); w.write(b.read())`, l, r)
		},
		func(f *foreign, r, l string) *exec.Cmd {
			return f.paramiko("s.get('/download/' + sys.argv[4], sys.argv[5]); s.remove('/download/' + sys.argv[4])", r, l)
		}},
	{"rclone", []string{"rclone"},
		func(f *foreign, l, r string) *exec.Cmd {
			return f.command("rclone", "--config", f.conf, "copyto", l, "door:upload/"+r)
		},
		nil, nil,
		func(f *foreign, r, l string) *exec.Cmd {
			return f.command("rclone", "--config", f.conf, "moveto", "door:download/"+r, l)
		}},
}

func (f *foreign) batch(text string) *exec.Cmd {
	args := append([]string{"-b", f.file("batch", []byte(text))}, f.opts()...)
	return f.command("sftp", append(args, "office@127.0.0.1")...)
}

func (f *foreign) lftp(text string) *exec.Cmd {
	connect := fmt.Sprintf("ssh -a -x -i %s -o UserKnownHostsFile=%s -o IdentitiesOnly=yes -F none", f.key, f.known)
	return f.command("lftp", "-c", fmt.Sprintf("set sftp:connect-program '%s'; set net:max-retries 2; set net:timeout 20; open -u office,x -p %s sftp://127.0.0.1 && %s", connect, f.port, text))
}

func (f *foreign) paramiko(text string, args ...string) *exec.Cmd {
	script := f.file("day.py", []byte(`
import sys, paramiko
c = paramiko.SSHClient()
c.load_host_keys(sys.argv[3])
c.connect("127.0.0.1", int(sys.argv[1]), "office", pkey=paramiko.Ed25519Key.from_private_key_file(sys.argv[2]), look_for_keys=False, allow_agent=False)
s = c.open_sftp()
`+text+"\nc.close()\n"))
	return f.command(python, append([]string{script, f.port, f.key, f.known}, args...)...)
}

func (f *foreign) do(cmd *exec.Cmd) {
	f.t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Fatalf("%v: %v\n%s", filepath.Base(cmd.Path), err, out)
	}
}

func (f *foreign) handed(name string, want []byte, times int) {
	f.t.Helper()
	f.d.mu.Lock()
	n := f.d.files[name]
	f.d.mu.Unlock()
	if b, err := os.ReadFile(filepath.Join(f.d.spool, name)); err != nil || !bytes.Equal(b, want) || n != times {
		f.t.Errorf("%s: %d bytes of %d were handed over %d times of %d, %v", name, len(b), len(want), n, times, err)
	}
}

// TestInteropClients lets each client do everything that it can at our door:
// put, put and rename, put the same name again, fetch and remove; be cut off in
// the middle, and go on or begin anew.
func TestInteropClients(t *testing.T) {
	data := bytes.Repeat([]byte("CLM*A*1~"), 300000) // 2.4 MB
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			need(t, c.need[0], c.need[1:]...)
			t.Run("put", func(t *testing.T) {
				f := newForeign(t, nil)
				local := f.file("claims.837", data)
				f.do(c.put(f, local, "claims.837"))
				f.handed("claims.837", data, 1)
			})
			t.Run("the same name again", func(t *testing.T) {
				f := newForeign(t, nil)
				f.d.user.Folders[0].Unspool = nil // the first was whole
				f.do(c.put(f, f.file("one", data), "claims.837"))
				other := bytes.Repeat([]byte("CLM*B*2~"), 250000)
				f.do(c.put(f, f.file("two", other), "claims.837"))
				f.handed("claims.837", other, 2)
			})
			if c.temp != nil {
				t.Run("temporary name", func(t *testing.T) {
					f := newForeign(t, nil)
					f.do(c.temp(f, f.file("claims.837", data), "claims.837"))
					f.handed("claims.837", data, 1)
					if len(f.d.files) != 1 {
						t.Errorf("handed over: %v", f.d.files)
					}
				})
			}
			t.Run("get", func(t *testing.T) {
				f := newForeign(t, nil)
				os.WriteFile(filepath.Join(f.d.home, "download", "answer.999"), data, 0o600)
				back := filepath.Join(f.dir, "back")
				f.do(c.get(f, "answer.999", back))
				if b, _ := os.ReadFile(back); !bytes.Equal(b, data) {
					t.Errorf("%d bytes came back", len(b))
				}
				if _, err := os.Stat(filepath.Join(f.d.home, "download", "answer.999")); err == nil && c.name != "scp" {
					t.Error("it was not removed")
				}
			})
			t.Run("cut off", func(t *testing.T) {
				f := newForeign(t, func(_ *sftpd.Config, u *sftpd.User) { u.Rate = 256 << 10 }) // slow enough to be cut in the middle, however busy the machine
				local := f.file("claims.837", data)
				cmd := c.put(f, local, "claims.837")
				ownGroup(cmd)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				deadline := time.Now().Add(30 * time.Second)
				for !f.growing() {
					if time.Now().After(deadline) {
						t.Fatal("nothing arrives")
					}
					time.Sleep(5 * time.Millisecond)
				}
				killGroup(cmd) // with the ssh that some of them start
				cmd.Wait()
				for f.d.count(sftpd.Broken) == 0 {
					if time.Now().After(deadline) {
						t.Fatal("the door does not notice")
					}
					time.Sleep(5 * time.Millisecond)
				}
				if len(f.d.files) != 0 {
					t.Fatalf("half a file was handed over: %v", f.d.files)
				}
				f.d.change(func(u *sftpd.User) { u.Rate = 0 })
				if c.again != nil {
					f.do(c.again(f, local, "claims.837"))
				} else {
					f.do(c.put(f, local, "claims.837"))
				}
				f.handed("claims.837", data, 1)
			})
		})
	}
}

// growing says whether some of an upload has arrived.
func (f *foreign) growing() bool {
	entries, _ := os.ReadDir(filepath.Join(f.d.home, "upload"))
	for _, e := range entries {
		if i, err := e.Info(); err == nil && i.Size() > 100000 {
			return true
		}
	}
	return false
}

// stranger is a server of somebody else's that our client talks to.
type stranger struct {
	conn partners.Connection
	root string // its folder, as our client names it
	disk string // the same on this machine
	stop func()
}

// The servers.
var servers = []struct {
	name  string
	need  []string
	start func(t *testing.T, readOnly bool) *stranger
}{
	{"OpenSSH", []string{"/usr/sbin/sshd"}, startSSHD},
	{"rclone", []string{"rclone"}, startRclone},
	{"paramiko", []string{python, python, "-c", "import paramiko"}, startParamiko},
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

func running(t *testing.T, cmd *exec.Cmd) func() {
	t.Helper()
	var log bytes.Buffer
	cmd.Stderr, cmd.Stdout = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	once := false
	stop := func() {
		if !once {
			once = true
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s: %.2000s", filepath.Base(cmd.Path), log.String())
		}
	})
	return stop
}

func startSSHD(t *testing.T, readOnly bool) *stranger {
	dir := t.TempDir()
	host, hostFile := keyPair(t, dir, "host")
	user, userFile := keyPair(t, dir, "user")
	auth := filepath.Join(dir, "authorized_keys")
	os.WriteFile(auth, ssh.MarshalAuthorizedKey(user.PublicKey()), 0o600)
	port := freePort(t)
	sub := "internal-sftp"
	if readOnly {
		sub += " -R"
	}
	text := fmt.Sprintf("Port %d\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin yes\nSubsystem sftp %s\n",
		port, hostFile, auth, sub)
	config := filepath.Join(dir, "sshd_config")
	os.WriteFile(config, []byte(text), 0o600)
	os.MkdirAll("/run/sshd", 0o755)
	stop := running(t, exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", config))
	name := os.Getenv("USER")
	if name == "" {
		name = "root"
	}
	root := filepath.Join(dir, "files")
	os.Mkdir(root, 0o700)
	return &stranger{partners.Connection{Host: "127.0.0.1", Port: port, User: name, KeyFile: userFile, HostKeys: []string{ssh.FingerprintSHA256(host.PublicKey())}, Timeout: "10s"}, root, root, stop}
}

func startRclone(t *testing.T, readOnly bool) *stranger {
	dir := t.TempDir()
	host, hostFile := keyPair(t, dir, "host")
	user, userFile := keyPair(t, dir, "user")
	auth := filepath.Join(dir, "authorized_keys")
	os.WriteFile(auth, ssh.MarshalAuthorizedKey(user.PublicKey()), 0o600)
	port := freePort(t)
	root := filepath.Join(dir, "files")
	os.Mkdir(root, 0o700)
	args := []string{"--config", filepath.Join(dir, "none"), "serve", "sftp", root, "--addr", "127.0.0.1:" + strconv.Itoa(port), "--key", hostFile, "--authorized-keys", auth, "--vfs-cache-mode", "writes", "--cache-dir", filepath.Join(dir, "cache"), "--dir-cache-time", "0s"}
	if readOnly {
		args = append(args, "--read-only")
	}
	cmd := exec.Command("rclone", args...)
	cmd.Env = append(os.Environ(), "HOME="+dir)
	stop := running(t, cmd)
	return &stranger{partners.Connection{Host: "127.0.0.1", Port: port, User: "office", KeyFile: userFile, HostKeys: []string{ssh.FingerprintSHA256(host.PublicKey())}, Timeout: "10s"}, "", root, stop}
}

// paramikoServer is a server of paramiko's own classes on plain files.
const paramikoServer = `
import os, socket, sys, threading, paramiko
port, hostkey, auth, root, readonly = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5] == "1"
key = paramiko.Ed25519Key.from_private_key_file(hostkey)
allowed = open(auth).read().split()[1]
class Server(paramiko.ServerInterface):
    def check_auth_publickey(self, user, k):
        return paramiko.AUTH_SUCCESSFUL if k.get_base64() == allowed else paramiko.AUTH_FAILED
    def get_allowed_auths(self, user): return "publickey"
    def check_channel_request(self, kind, n): return paramiko.OPEN_SUCCEEDED
class Handle(paramiko.SFTPHandle):
    def stat(self): return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))
class Files(paramiko.SFTPServerInterface):
    def p(self, n): return root + self.canonicalize(n)
    def wrap(self, f):
        try: return f()
        except OSError as e: return paramiko.SFTPServer.convert_errno(e.errno)
    def list_folder(self, n):
        def f():
            out = []
            for e in os.listdir(self.p(n)):
                a = paramiko.SFTPAttributes.from_stat(os.stat(os.path.join(self.p(n), e))); a.filename = e; out.append(a)
            return out
        return self.wrap(f)
    def stat(self, n): return self.wrap(lambda: paramiko.SFTPAttributes.from_stat(os.stat(self.p(n))))
    lstat = stat
    def open(self, n, flags, attr):
        if readonly and flags & (os.O_WRONLY | os.O_RDWR): return paramiko.SFTP_PERMISSION_DENIED
        def f():
            fd = os.open(self.p(n), flags, 0o600)
            mode = "r+b" if flags & (os.O_WRONLY | os.O_RDWR) else "rb"
            if flags & os.O_WRONLY:
                os.close(fd); fd = os.open(self.p(n), os.O_RDWR)
            h = Handle(flags); h.readfile = h.writefile = os.fdopen(fd, mode); return h
        return self.wrap(f)
    def done(self, f):
        if readonly: return paramiko.SFTP_PERMISSION_DENIED
        def g(): f(); return paramiko.SFTP_OK
        return self.wrap(g)
    def remove(self, n): return self.done(lambda: os.remove(self.p(n)))
    def rename(self, a, b):
        if os.path.exists(self.p(b)): return paramiko.SFTP_FAILURE
        return self.done(lambda: os.rename(self.p(a), self.p(b)))
    def posix_rename(self, a, b): return self.done(lambda: os.replace(self.p(a), self.p(b)))
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", port)); s.listen(10)
while True:
    c, _ = s.accept()
    def serve(c):
        try:
            t = paramiko.Transport(c); t.add_server_key(key); t.set_subsystem_handler("sftp", paramiko.SFTPServer, Files); t.start_server(server=Server())
        except Exception: pass
    threading.Thread(target=serve, args=(c,), daemon=True).start()
`

func startParamiko(t *testing.T, readOnly bool) *stranger {
	dir := t.TempDir()
	host, hostFile := keyPair(t, dir, "host")
	user, userFile := keyPair(t, dir, "user")
	auth := filepath.Join(dir, "authorized_keys")
	os.WriteFile(auth, ssh.MarshalAuthorizedKey(user.PublicKey()), 0o600)
	script := filepath.Join(dir, "server.py")
	os.WriteFile(script, []byte(paramikoServer), 0o600)
	root := filepath.Join(dir, "files")
	os.Mkdir(root, 0o700)
	port := freePort(t)
	ro := "0"
	if readOnly {
		ro = "1"
	}
	stop := running(t, exec.Command(python, script, strconv.Itoa(port), hostFile, auth, root, ro))
	return &stranger{partners.Connection{Host: "127.0.0.1", Port: port, User: "office", KeyFile: userFile, HostKeys: []string{ssh.FingerprintSHA256(host.PublicKey())}, Timeout: "10s"}, "", root, stop}
}

func (s *stranger) dial(t *testing.T) *partners.Client {
	t.Helper()
	var err error
	for range 200 {
		var c *partners.Client
		if c, err = partners.Dial(t.Context(), &s.conn); err == nil {
			t.Cleanup(func() { c.Close() })
			return c
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal(err)
	return nil
}

// TestInteropServers lets our client do everything that it does at the servers
// of others: put, rename, fetch, remove; be refused; be cut off in the middle.
func TestInteropServers(t *testing.T) {
	data := bytes.Repeat([]byte("ISA*00~\n"), 300000)
	for _, v := range servers {
		t.Run(v.name, func(t *testing.T) {
			need(t, v.need[0], v.need[1:]...)
			s := v.start(t, false)
			c := s.dial(t)
			at := func(name string) string { return s.root + "/" + name }
			if err := c.Put(t.Context(), at("a.tmp"), bytes.NewReader(data), int64(len(data))); err != nil {
				t.Fatal(err)
			}
			if err := c.Rename(at("a.tmp"), at("a.837")); err != nil {
				t.Fatal(err)
			}
			if err := c.Put(t.Context(), at("b.tmp"), bytes.NewReader(data[:100]), 100); err != nil {
				t.Fatal(err)
			}
			if err := c.Rename(at("b.tmp"), at("a.837")); !errors.Is(err, partners.ErrExists) {
				t.Errorf("a final name that is there: %v", err)
			}
			if st, err := c.Stat(at("a.837")); err != nil || st.Size != int64(len(data)) {
				t.Errorf("%+v, %v", st, err)
			}
			if _, err := c.Stat(at("none")); !errors.Is(err, partners.ErrNotFound) {
				t.Errorf("what is not there: %v", err)
			}
			var back bytes.Buffer
			if n, err := c.Get(t.Context(), at("a.837"), &back); err != nil || n != int64(len(data)) || !bytes.Equal(back.Bytes(), data) {
				t.Errorf("%d bytes came back, %v", n, err)
			}
			list, err := c.List(s.root + "/")
			if err != nil || len(list) != 2 {
				t.Errorf("listing %v, %v", list, err)
			}
			for range 2 { // one that is gone is no error
				if err := c.Remove(at("a.837")); err != nil {
					t.Error(err)
				}
			}
			// Another host key, and another key.
			other := s.conn
			other.HostKeys = []string{ssh.FingerprintSHA256(newKey(t).PublicKey())}
			if _, err := partners.Dial(t.Context(), &other); !errors.Is(err, partners.ErrHostKey) {
				t.Errorf("another host key: %v", err)
			}
			other = s.conn
			_, other.KeyFile = keyPair(t, t.TempDir(), "strange")
			if _, err := partners.Dial(t.Context(), &other); !errors.Is(err, partners.ErrDenied) {
				t.Errorf("a strange key: %v", err)
			}
			if v.name == "OpenSSH" {
				if err := c.Put(t.Context(), "/dev/full", bytes.NewReader(data), int64(len(data))); !errors.Is(err, partners.ErrFull) {
					t.Errorf("a full disk: %v", err)
				}
			}
			// Cut off in the middle of a file.
			line := newLine(t, s.conn.Port)
			other = s.conn
			other.Port = line.port
			broken, err := partners.Dial(t.Context(), &other)
			if err != nil {
				t.Fatal(err)
			}
			if err := broken.Put(t.Context(), at("cut.tmp"), &cutting{line: line, left: 64 << 20}, 64<<20); err == nil {
				t.Error("a broken upload gave no error")
			}
			broken.Close()
			if st, err := os.Stat(filepath.Join(s.disk, "cut.tmp")); err == nil && st.Size() >= 64<<20 {
				t.Error("all of it arrived")
			}
			// And begun anew.
			if err := c.Put(t.Context(), at("cut.tmp"), bytes.NewReader(data), int64(len(data))); err != nil {
				t.Errorf("begun anew: %v", err)
			}
		})
		t.Run(v.name+", read-only", func(t *testing.T) {
			need(t, v.need[0], v.need[1:]...)
			s := v.start(t, true)
			os.WriteFile(filepath.Join(s.disk, "x.835"), data, 0o600)
			c := s.dial(t)
			var back bytes.Buffer
			if _, err := c.Get(t.Context(), s.root+"/x.835", &back); err != nil || !bytes.Equal(back.Bytes(), data) {
				t.Errorf("%d bytes, %v", back.Len(), err)
			}
			if err := c.Put(t.Context(), s.root+"/y", strings.NewReader("x"), 1); err == nil {
				t.Error("it could be written")
			}
			if err := c.Remove(s.root + "/x.835"); err == nil {
				t.Error("it could be removed")
			}
			if err := c.Rename(s.root+"/x.835", s.root+"/z"); err == nil {
				t.Error("it could be renamed")
			}
			if _, err := os.Stat(filepath.Join(s.disk, "x.835")); err != nil {
				t.Error(err)
			}
		})
	}
}

// line is a line to a server that can be cut.
type line struct {
	port  int
	mu    sync.Mutex
	conns []net.Conn
}

func newLine(t *testing.T, to int) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{port: ln.Addr().(*net.TCPAddr).Port}
	t.Cleanup(func() { ln.Close(); l.cut() })
	go func() {
		for {
			a, err := ln.Accept()
			if err != nil {
				return
			}
			b, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(to)))
			if err != nil {
				a.Close()
				return
			}
			l.mu.Lock()
			l.conns = append(l.conns, a, b)
			l.mu.Unlock()
			go io.Copy(a, b)
			go io.Copy(b, a)
		}
	}()
	return l
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.Close()
	}
}

// cutting cuts the line in the middle of what it gives.
type cutting struct {
	line *line
	left int
}

func (d *cutting) Read(p []byte) (int, error) {
	if d.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), d.left)
	if d.left -= n; d.left < 32<<20 {
		d.line.cut()
	}
	return n, nil
}
