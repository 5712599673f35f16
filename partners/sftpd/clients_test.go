package sftpd_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// TestOtherClients lets the clients that partners use do a partner's day: put a
// file (as each does it: with a temporary name or without, setting times,
// asking afterwards), list and fetch answers, remove one.
func TestOtherClients(t *testing.T) {
	data := bytes.Repeat([]byte("CLM*A*1~"), 200000)
	clients := []struct {
		name, needs string
		run         func(dir, port, key, known, local string) *exec.Cmd
	}{
		{"lftp", "lftp", func(dir, port, key, known, local string) *exec.Cmd {
			connect := fmt.Sprintf("ssh -a -x -i %s -o UserKnownHostsFile=%s -o IdentitiesOnly=yes -F none", key, known)
			return exec.Command("lftp", "-c", fmt.Sprintf("set sftp:connect-program '%s'; set net:max-retries 2; set net:timeout 10; open -u office,x -p %s sftp://127.0.0.1; "+
				"put -O upload %s; cls -l upload; get -O %s download/answer.999; rm download/answer.999", connect, port, local, dir))
		}},
		{"lftp with temporary names", "lftp", func(dir, port, key, known, local string) *exec.Cmd {
			connect := fmt.Sprintf("ssh -a -x -i %s -o UserKnownHostsFile=%s -o IdentitiesOnly=yes -F none", key, known)
			return exec.Command("lftp", "-c", fmt.Sprintf("set sftp:connect-program '%s'; set xfer:use-temp-file yes; set net:max-retries 2; open -u office,x -p %s sftp://127.0.0.1; "+
				"put -O upload %s; get -O %s download/answer.999; rm download/answer.999", connect, port, local, dir))
		}},
		{"rclone", "rclone", func(dir, port, key, known, local string) *exec.Cmd {
			config := filepath.Join(dir, "rclone.conf")
			os.WriteFile(config, []byte("[door]\ntype = sftp\nhost = 127.0.0.1\nuser = office\nport = "+port+"\nkey_file = "+key+"\nknown_hosts_file = "+known+
				"\nshell_type = none\nmd5sum_command = none\nsha1sum_command = none\n"), 0o600)
			return exec.Command("sh", "-ec", fmt.Sprintf("rclone --config %[1]s copy %[2]s door:upload; rclone --config %[1]s lsl door:upload; rclone --config %[1]s move door:download %[3]s",
				config, local, dir))
		}},
		{"paramiko", "/usr/bin/python3", func(dir, port, key, known, local string) *exec.Cmd {
			script := filepath.Join(dir, "day.py")
			os.WriteFile(script, []byte(`
import sys, paramiko
port, key, known, local, back = sys.argv[1:]
c = paramiko.SSHClient()
c.load_host_keys(known)
c.connect("127.0.0.1", int(port), "office", pkey=paramiko.Ed25519Key.from_private_key_file(key), look_for_keys=False, allow_agent=False)
s = c.open_sftp()
s.put(local, "/upload/claims.837", confirm=True)
assert "claims.837" in s.listdir("/upload")
s.get("/download/answer.999", back + "/answer.999")
s.remove("/download/answer.999")
c.close()
`), 0o600)
			return exec.Command("/usr/bin/python3", script, port, key, known, local, dir)
		}},
		{"scp", "scp", func(dir, port, key, known, local string) *exec.Cmd {
			opts := fmt.Sprintf("-q -P %s -i %s -o UserKnownHostsFile=%s -o IdentitiesOnly=yes -F none", port, key, known)
			return exec.Command("sh", "-ec", fmt.Sprintf("scp -p %[1]s %[2]s office@127.0.0.1:upload/claims.837; scp %[1]s office@127.0.0.1:download/answer.999 %[3]s/answer.999", opts, local, dir))
		}},
	}
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			if _, err := exec.LookPath(c.needs); err != nil {
				t.Skip(c.needs + " is not installed")
			}
			if c.name == "paramiko" && exec.Command(c.needs, "-c", "import paramiko").Run() != nil {
				t.Skip("paramiko is not installed")
			}
			d := openDoor(t, nil)
			dir := t.TempDir()
			signer, key := keyPair(t, dir, "key")
			d.user.Keys = append(d.user.Keys, signer.PublicKey())
			local := filepath.Join(dir, "claims.837")
			if err := os.WriteFile(local, data, 0o600); err != nil {
				t.Fatal(err)
			}
			old := time.Now().Add(-time.Hour)
			os.Chtimes(local, old, old)
			if err := os.WriteFile(filepath.Join(d.home, "download", "answer.999"), []byte("ISA"), 0o600); err != nil {
				t.Fatal(err)
			}
			known := filepath.Join(dir, "known")
			port := strconv.Itoa(d.server.Addr().Port)
			os.WriteFile(known, []byte("[127.0.0.1]:"+port+" "+string(ssh.MarshalAuthorizedKey(d.host.PublicKey()))), 0o600)
			cmd := c.run(dir, port, key, known, local)
			cmd.Env = append(os.Environ(), "HOME="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if b, err := os.ReadFile(filepath.Join(d.spool, "claims.837")); err != nil || !bytes.Equal(b, data) || d.files["claims.837"] != 1 {
				t.Errorf("%d bytes were handed over %d times, %v\n%s", len(b), d.files["claims.837"], err, out)
			}
			if b, _ := os.ReadFile(filepath.Join(dir, "answer.999")); string(b) != "ISA" {
				t.Errorf("the answer came as %q\n%s", b, out)
			}
			if c.name != "scp" {
				if _, err := os.Stat(filepath.Join(d.home, "download", "answer.999")); err == nil {
					t.Error("the answer was not removed")
				}
			}
			var names []string
			entries, _ := os.ReadDir(filepath.Join(d.home, "upload"))
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if len(names) > 0 {
				t.Errorf("upload still holds %s", strings.Join(names, ", "))
			}
		})
	}
}
