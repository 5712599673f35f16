package sftpd_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners/sftpd"
)

// TestMain is also what an attacker runs: a process of its own, so that what it
// does is not counted as the server's.
func TestMain(m *testing.M) {
	if kind := os.Getenv("SFTPD_ATTACK"); kind != "" {
		// It takes only what nobody else wants of this machine: what is measured is
		// what it makes the server do.
		if os.Getenv("SFTPD_EAGER") == "" {
			lowest()
		}
		attack(kind, os.Getenv("SFTPD_ADDR"), os.Getenv("SFTPD_KEY"))
		return
	}
	os.Exit(m.Run())
}

// attacks are what a hostile partner does all the time, on as many connections
// as it gets.
var attacks = []string{"connections", "handshakes", "wrong keys", "passwords", "states", "listings", "handles", "small writes", "noise", "slow writes", "bulk", "logins"}

func attack(kind, addr, keyFile string) {
	b, err := os.ReadFile(keyFile)
	if err != nil {
		return
	}
	signer, err := ssh.ParsePrivateKey(b)
	if err != nil {
		return
	}
	cfg := func(auth ...ssh.AuthMethod) *ssh.ClientConfig {
		return &ssh.ClientConfig{User: "mallory", Auth: auth, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second}
	}
	mine := cfg(ssh.PublicKeys(signer))
	with := func(do func(c *sftp.Client, conn *ssh.Client)) {
		conn, err := ssh.Dial("tcp", addr, mine)
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			return
		}
		defer conn.Close()
		c, err := sftp.NewClient(conn)
		if err != nil {
			return
		}
		do(c, conn)
	}
	one := func(n int) {
		switch kind {
		case "connections":
			c, err := net.Dial("tcp", addr)
			if err == nil {
				defer c.Close()
				c.SetReadDeadline(time.Now().Add(time.Second))
				c.Read(make([]byte, 1))
				time.Sleep(time.Second)
			}
		case "handshakes":
			c, err := net.Dial("tcp", addr)
			if err == nil {
				ssh.NewClientConn(c, addr, cfg())
				c.Close()
			}
		case "wrong keys":
			wrong, _ := ssh.NewSignerFromKey(newPrivate())
			if c, err := ssh.Dial("tcp", addr, cfg(ssh.PublicKeys(wrong))); err == nil {
				c.Close()
			}
		case "passwords":
			if c, err := ssh.Dial("tcp", addr, cfg(ssh.Password("guess"+strconv.Itoa(n)))); err == nil {
				c.Close()
			}
		case "states":
			with(func(c *sftp.Client, _ *ssh.Client) {
				for {
					if _, err := c.Stat("/download/0001.999"); err != nil {
						return
					}
				}
			})
		case "listings":
			with(func(c *sftp.Client, _ *ssh.Client) {
				for {
					if _, err := c.ReadDir("/download"); err != nil {
						return
					}
				}
			})
		case "handles":
			with(func(c *sftp.Client, _ *ssh.Client) {
				for i := range 10000 {
					c.Create("/upload/" + strconv.Itoa(n) + "-" + strconv.Itoa(i) + ".tmp")
				}
			})
		case "small writes":
			with(func(c *sftp.Client, _ *ssh.Client) {
				f, err := c.Create("/upload/" + strconv.Itoa(n) + ".tmp")
				if err != nil {
					return
				}
				for i := range int64(1 << 20) {
					if _, err := f.WriteAt([]byte{1}, i); err != nil {
						return
					}
				}
			})
		case "noise":
			with(func(_ *sftp.Client, conn *ssh.Client) {
				for {
					if _, _, err := conn.SendRequest("noise@example.com", false, nil); err != nil {
						return
					}
				}
			})
		case "slow writes":
			with(func(c *sftp.Client, _ *ssh.Client) {
				f, err := c.Create("/upload/" + strconv.Itoa(n) + ".tmp")
				if err != nil {
					return
				}
				for {
					if _, err := f.Write([]byte{1}); err != nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			})
		case "logins":
			with(func(*sftp.Client, *ssh.Client) {})
		case "bulk":
			with(func(c *sftp.Client, _ *ssh.Client) {
				f, err := c.Create("/upload/" + strconv.Itoa(n) + ".tmp")
				if err != nil {
					return
				}
				io.Copy(f, io.LimitReader(zeros{}, 64<<20))
				f.Close()
				c.Remove("/upload/" + strconv.Itoa(n) + ".tmp")
			})
		}
	}
	// As many sessions as a user may have; of connections, as many as it can.
	many := 32
	if slices.Index(attacks, kind) >= slices.Index(attacks, "states") {
		many = 10
	}
	var wg sync.WaitGroup
	for n := range many {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				one(n)
			}
		}()
	}
	wg.Wait()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// BenchmarkHostile measures how long a partner's work takes while another one
// attacks, as a ratio to the same without: uploads, listings and questions of
// its own. The median of several turns, each alternating.
func BenchmarkHostile(b *testing.B) {
	dir := b.TempDir()
	host, good := newKey(b), newKey(b)
	bad, badFile := keyPairIn(b, dir, "mallory")
	users := map[string]*sftpd.User{}
	for name, key := range map[string]ssh.Signer{"alice": good, "mallory": bad} {
		home := filepath.Join(dir, name)
		for _, f := range []string{"upload", "download"} {
			os.MkdirAll(filepath.Join(home, f), 0o700)
		}
		for i := range 2000 {
			os.WriteFile(filepath.Join(home, "download", fmt.Sprintf("%04d.999", i)), []byte("ISA"), 0o600)
		}
		users[name] = &sftpd.User{Name: name, Keys: []ssh.PublicKey{key.PublicKey()}, Home: home, Folders: []sftpd.Folder{
			{Name: "upload", Write: true, Spool: func(_, _, p string) error { return os.Remove(p) }}, {Name: "download", Read: true, Remove: true}}}
	}
	s, err := sftpd.Listen("127.0.0.1:0", sftpd.Config{HostKeys: []ssh.Signer{host}, User: func(n string) *sftpd.User { return users[n] },
		Password: func(*sftpd.User, []byte) bool { time.Sleep(30 * time.Millisecond); return false }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	addr := s.Addr().String()
	conn, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{User: "alice", Auth: []ssh.AuthMethod{ssh.PublicKeys(good)}, HostKeyCallback: ssh.FixedHostKey(host.PublicKey())})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	c, err := sftp.NewClient(conn)
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 8<<20)
	work := func() time.Duration {
		began := time.Now()
		for i := range 3 {
			f, err := c.Create("/upload/" + strconv.Itoa(i) + ".837")
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(f, bytes.NewReader(data))
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
		}
		for range 20 {
			if _, err := c.Stat("/download/0001.999"); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := c.ReadDir("/download"); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	work()
	for _, kind := range attacks {
		b.Run(kind, func(b *testing.B) {
			var alone, under []time.Duration
			for range 5 {
				for range 3 {
					alone = append(alone, work())
				}
				cmd := exec.Command(os.Args[0], "-test.run", "^$")
				cmd.Env = append(os.Environ(), "SFTPD_ATTACK="+kind, "SFTPD_ADDR="+addr, "SFTPD_KEY="+badFile)
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				time.Sleep(300 * time.Millisecond)
				for range 3 {
					under = append(under, work())
				}
				cmd.Process.Kill()
				cmd.Wait()
				time.Sleep(200 * time.Millisecond)
			}
			// And what it makes the server do when nobody else is there, however much it
			// wants.
			cmd := exec.Command(os.Args[0], "-test.run", "^$")
			cmd.Env = append(os.Environ(), "SFTPD_ATTACK="+kind, "SFTPD_ADDR="+addr, "SFTPD_KEY="+badFile, "SFTPD_EAGER=1")
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			time.Sleep(6 * time.Second) // what is free at first is gone
			before, began := cpuTime(), time.Now()
			time.Sleep(4 * time.Second)
			cores := (cpuTime() - before).Seconds() / time.Since(began).Seconds()
			cmd.Process.Kill()
			cmd.Wait()
			slices.Sort(alone)
			slices.Sort(under)
			b.ReportMetric(float64(under[len(under)/2])/float64(alone[len(alone)/2]), "times")
			b.ReportMetric(cores, "cores")
			b.ReportMetric(0, "ns/op")
		})
	}
}
