package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/gateway/api"
	"claimwire/gateway/archive"
	"claimwire/testdata"
)

type initCmd struct {
	Dir          string `help:"Write into this folder." type:"path" default:"claimwire" placeholder:"DIR"`
	Organisation string `help:"Short name of the office that the first API keys are for." default:"my-office"`
}

// Help gives the example.
func (initCmd) Help() string {
	return `Writes gateway.yaml, a payer directory with the payers of the samples, the profile of a simulated payer, the keys
of the SFTP server and of our own log-ins, and three API keys for test data: one that may submit, one that may
only read, and one of the operator, who sees alerts and parked work and no claims. A file that is there already is never touched. What to run next is printed.

` + example("init --dir claimwire --organisation larkspur", "serve --config claimwire/gateway.yaml")
}

const firstConfig = `# The gateway's configuration. An unknown key is an error. Paths are relative to this file.
data: data              # archive, partners' homes, and the database unless one is named
# database: env:CLAIMWIRE_DATABASE   # postgres://user:password@host/claimwire, for many gateways at once
archive_key: keys/archive   # keep a copy elsewhere: without it, nothing that was archived can be read
partners: partners      # a profile per trading partner, *.yaml
payers: payers.yaml     # which payer is reached through which partner
http:
  listen: 127.0.0.1:8837   # put a TLS proxy before it when others come in
sftp:
  listen: 127.0.0.1:2222   # partners who come to us; off: nobody does
  host_keys: [keys/sftp-host, keys/sftp-host-rsa]
  # next_host_keys: [keys/sftp-host-2027]   # shown to partners before it takes the place of the other
poll: 15s               # how often partners' folders are looked at
log:
  level: info           # debug, info, warn, error; no patient's data at any level
api_keys:               # digests; the keys themselves are in keys/, for you to hand out
  - {name: first, organisation: %[1]s, usage: test, sha256: %[2]s, made: %[5]s}
  - {name: reader, organisation: %[1]s, usage: test, sha256: %[3]s, read_only: true, made: %[5]s}
  - {name: operator, organisation: %[1]s, usage: test, sha256: %[4]s, role: administrator, made: %[5]s}
`

const firstPartner = `# The simulated payer: claimwire payer --dir payer --addr 127.0.0.1:2223 --key keys/gateway.pub
id: demo-payer
name: Demo Payer
usage: test
organisation: %[1]s
envelope:
  sender_qualifier: ZZ
  sender: CLAIMWIREDEMO
  receiver_qualifier: ZZ
  receiver: DEMOPAYER
  submitter_name: CLAIMWIRE DEMO OFFICE
  contact_phone: "5555550100"
  request_ta1: true
connection:
  host: 127.0.0.1
  port: 2223
  user: claimwire
  key_file: %[2]q
  host_keys: [%[3]q]
folders:
  out: inbound
  in: outbound
  taken: taken
names:
  claims: "claimwire-{control}.837"
  after_fetch: leave
answers: {ta1: 1h, 999: 1h, 277ca: 24h, 277rfi: 10d, 835: 30d}
`

// Run writes the files.
func (c *initCmd) Run(a *app) error {
	if strings.ContainsAny(c.Organisation, " :#{}[],&*?|<>=!%@`\"'\\\n") || c.Organisation == "" {
		return fmt.Errorf("--organisation: is a short name of letters, digits and hyphens")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	if st, err := os.Stat(dir); err == nil && !st.IsDir() {
		return fmt.Errorf("%s is a file (the program itself?): name a folder with --dir", dir)
	}
	for _, d := range []string{"", "partners", "keys", "payer"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return err
		}
	}
	config := filepath.Join(dir, "gateway.yaml")
	if _, err := os.Stat(config); err == nil {
		return fmt.Errorf("%s is there already: nothing was changed", config)
	}
	var digests []any
	for _, name := range []string{"api-first", "api-reader", "api-operator"} {
		var b [32]byte
		rand.Read(b[:])
		key := "cw_test_" + base64.RawURLEncoding.EncodeToString(b[:])
		if err := writeNew(filepath.Join(dir, "keys", name), []byte(key+"\n")); err != nil {
			return err
		}
		digests = append(digests, api.Digest(key))
	}
	key, err := archive.NewKey()
	if err != nil {
		return err
	}
	if err := writeNew(filepath.Join(dir, "keys", "archive"), []byte(key)); err != nil {
		return err
	}
	if _, _, err := keyIn(filepath.Join(dir, "keys"), "sftp-host"); err != nil {
		return err
	}
	if err := rsaKeyIn(filepath.Join(dir, "keys", "sftp-host-rsa")); err != nil {
		return err
	}
	own, _, err := keyIn(filepath.Join(dir, "keys"), "gateway")
	if err != nil {
		return err
	}
	if err := writeNew(filepath.Join(dir, "keys", "gateway.pub"), ssh.MarshalAuthorizedKey(own.PublicKey())); err != nil {
		return err
	}
	host, _, err := keyIn(filepath.Join(dir, "payer"), "host")
	if err != nil {
		return err
	}
	payers, err := testdata.Files.ReadFile("payers.yaml")
	if err != nil {
		return err
	}
	for file, text := range map[string][]byte{
		"payers.yaml":              payers,
		"partners/demo-payer.yaml": fmt.Appendf(nil, firstPartner, c.Organisation, "keys/gateway", ssh.FingerprintSHA256(host.PublicKey())),
		"gateway.yaml":             fmt.Appendf(nil, firstConfig, c.Organisation, digests[0], digests[1], digests[2], time.Now().Format("2006-01-02")),
	} {
		if err := writeNew(filepath.Join(dir, file), text); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stdout, `written    %[1]s

To try it, in three terminals:
    claimwire payer --dir %[1]s/payer --addr 127.0.0.1:2223 --key %[1]s/keys/gateway.pub
    claimwire serve --config %[1]s/gateway.yaml      (and open the page that it names)
    claimwire submit --key-file %[1]s/keys/api-first encounters.jsonl
    claimwire claims list --key-file %[1]s/keys/api-first
`, dir)
	return nil
}

// writeNew writes a file that is not there yet, for our own eyes.
func writeNew(file string, b []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// rsaKeyIn makes an RSA key, for clients that know no other.
func rsaKeyIn(file string) error {
	k, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(k, "")
	if err != nil {
		return err
	}
	return writeNew(file, pem.EncodeToMemory(block))
}
