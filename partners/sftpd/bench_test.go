package sftpd_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// bare is a server of pkg/sftp's own handlers on plain files: what the library
// does without homes, rights, spool and bounds.
func bare(b *testing.B, dir string, host ssh.Signer, key ssh.PublicKey) string {
	cfg := &ssh.ServerConfig{Config: ssh.Config{KeyExchanges: partners.KeyExchanges, Ciphers: partners.Ciphers, MACs: partners.MACs},
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	cfg.AddHostKey(host)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				_, chans, reqs, err := ssh.NewServerConn(c, cfg)
				if err != nil {
					return
				}
				go ssh.DiscardRequests(reqs)
				for nc := range chans {
					ch, rs, err := nc.Accept()
					if err != nil {
						return
					}
					go func() {
						for r := range rs {
							r.Reply(true, nil)
						}
					}()
					go func() {
						s, err := sftp.NewServer(ch, sftp.WithServerWorkingDirectory(dir))
						if err == nil {
							s.Serve()
							ch.Close()
						}
					}()
				}
			}()
		}
	}()
	return ln.Addr().String()
}

func logIn(b *testing.B, addr string, cfg *ssh.ClientConfig) (*sftp.Client, func()) {
	conn, err := ssh.Dial("tcp", addr, cfg)
	if err != nil {
		b.Fatal(err)
	}
	c, err := sftp.NewClient(conn)
	if err != nil {
		b.Fatal(err)
	}
	return c, func() { c.Close(); conn.Close() }
}

func upload(b *testing.B, c *sftp.Client, name string, data []byte) {
	f, err := c.Create(name)
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := io.Copy(f, bytes.NewReader(data)); err != nil {
		b.Error(err)
	}
	if err := f.Close(); err != nil {
		b.Error(err)
	}
}

// BenchmarkUpload compares one upload of 500 MB, and a hundred partners at once
// with 5 MB each, with a bare server in the same run.
func BenchmarkUpload(b *testing.B) {
	dir := b.TempDir()
	host, client := newKey(b), newKey(b)
	cfg := func(user string) *ssh.ClientConfig {
		return &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.PublicKeys(client)}, HostKeyCallback: ssh.FixedHostKey(host.PublicKey())}
	}
	users := map[string]*sftpd.User{}
	for i := range 100 {
		name := fmt.Sprintf("u%03d", i)
		home := filepath.Join(dir, "homes", name)
		if err := os.MkdirAll(filepath.Join(home, "upload"), 0o700); err != nil {
			b.Fatal(err)
		}
		users[name] = &sftpd.User{Name: name, Keys: []ssh.PublicKey{client.PublicKey()}, Home: home, Quota: 5 << 30, Folders: []sftpd.Folder{{Name: "upload", Write: true,
			Spool: func(_, _, path string) error { return os.Remove(path) }}}}
	}
	ours, err := sftpd.Listen("127.0.0.1:0", sftpd.Config{HostKeys: []ssh.Signer{host}, User: func(n string) *sftpd.User { return users[n] }, MaxConnsAddress: 200})
	if err != nil {
		b.Fatal(err)
	}
	defer ours.Close()
	plain := filepath.Join(dir, "plain")
	os.MkdirAll(plain, 0o700)
	theirs := bare(b, plain, host, client.PublicKey())
	big, small := make([]byte, 500<<20), make([]byte, 5<<20)
	for _, s := range []struct{ name, addr, folder string }{{"bare", theirs, ""}, {"ours", ours.Addr().String(), "upload/"}} {
		b.Run("one/"+s.name, func(b *testing.B) {
			b.SetBytes(int64(len(big)))
			c, out := logIn(b, s.addr, cfg("u000"))
			defer out()
			before := cpuTime()
			for b.Loop() {
				upload(b, c, s.folder+"big", big)
			}
			b.ReportMetric((cpuTime()-before).Seconds()/float64(b.N), "cpu-s/op") // of both ends
		})
		b.Run("hundred/"+s.name, func(b *testing.B) {
			b.SetBytes(int64(len(small)) * 100)
			var clients []*sftp.Client
			for i := range 100 {
				c, out := logIn(b, s.addr, cfg(fmt.Sprintf("u%03d", i)))
				defer out()
				clients = append(clients, c)
			}
			before := cpuTime()
			for b.Loop() {
				var wg sync.WaitGroup
				for i, c := range clients {
					wg.Add(1)
					go func() {
						defer wg.Done()
						upload(b, c, s.folder+fmt.Sprintf("u%03d", i), small)
					}()
				}
				wg.Wait()
			}
			b.ReportMetric((cpuTime()-before).Seconds()/float64(b.N), "cpu-s/op")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys>>20), "MB-of-process")
		})
	}
}
