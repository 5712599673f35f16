package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/simulate"
	"claimwire/testdata"
)

type demoCmd struct {
	Dir        string        `help:"Keep everything in this folder: database, archive, the files that went over SFTP." type:"path" placeholder:"DIR"`
	Encounters string        `help:"Take in these encounters instead of the shipped ones." type:"path" placeholder:"FILE"`
	Format     string        `help:"How to print the result." enum:"text,json" default:"text"`
	Serve      bool          `help:"Keep running afterwards, with the web page open to look at."`
	Listen     string        `help:"Where the web page is, with --serve." default:"127.0.0.1:8837" placeholder:"ADDRESS"`
	Seed       uint64        `help:"Decides what the simulated payer makes of each claim." default:"1"`
	Timeout    time.Duration `help:"Give up waiting for answers after this." default:"60s"`
}

func (demoCmd) Help() string {
	return `Starts the gateway with an embedded database, and a simulated payer with an SFTP server of its own; takes in
the shipped encounters, checks them, sends the claims over SFTP, takes the payer's answers, and prints what
became of every claim and every dollar. Nothing is to be configured and nothing leaves this machine. With
--dir it can be stopped at any point and started again: it goes on where it was.

` + example("demo", "demo --dir demo --format json")
}

// The demo's trading partner: its envelope, and how it is reached.
const (
	demoEnvelope = `id: demo-payer
name: Demo Payer
usage: test
envelope:
  sender_qualifier: ZZ
  sender: CLAIMWIREDEMO
  receiver_qualifier: ZZ
  receiver: DEMOPAYER
  submitter_name: CLAIMWIRE DEMO OFFICE
  contact_phone: "5555550100"
  request_ta1: true
names:
  claims: "claimwire-{control}.837"
  after_fetch: leave
answers: {ta1: 1h, 999: 1h, 277ca: 24h, 277rfi: 10d, 835: 30d}
`
	demoConnection = `connection:
  host: 127.0.0.1
  port: %d
  user: claimwire
  key_file: %q
  host_keys: [%q]
folders:
  out: inbound
  in: outbound
  taken: taken
`
)

// demoScope is whose claims the demo's are.
var demoScope = gateway.Scope{Organisation: "demo-office", Usage: "test"}

func (c *demoCmd) Run(a *app) error {
	dir := c.Dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "claimwire-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d, err := startDemo(ctx, dir, c.Seed)
	if err != nil {
		return err
	}
	defer d.stop(cancel)
	if err := d.submit(ctx, c.Encounters); err != nil {
		return err
	}
	if err := d.wait(ctx, c.Timeout, newSteps(a.stderr)); err != nil {
		return err
	}
	if err := d.g.seal(ctx); err != nil {
		return err
	}
	res, err := d.result(ctx)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		a.stdout.Write(append(res.appendJSON(nil), '\n'))
	} else {
		res.writeText(a.stdout, c.Dir)
	}
	if c.Serve {
		if err := d.serve(ctx, a, c.Listen); err != nil {
			return err
		}
	}
	if len(res.problems) > 0 {
		return errNotGood
	}
	return nil
}

// demo is the gateway and the payer, running.
type demo struct {
	g     *spine
	payer *simulate.Payer
	p     *partners.Profile
	done  chan error
	ran   chan struct{}
}

// startDemo opens what is in the folder, or begins anew.
func startDemo(ctx context.Context, dir string, seed uint64) (*demo, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	host, _, err := keyIn(filepath.Join(dir, "keys"), "payer-host")
	if err != nil {
		return nil, err
	}
	user, userFile, err := keyIn(filepath.Join(dir, "keys"), "gateway")
	if err != nil {
		return nil, err
	}
	payer, err := simulate.New(simulate.Config{ID: "DEMOPAYER", Dir: filepath.Join(dir, "payer"), Keys: []ssh.PublicKey{user.PublicKey()}, HostKey: host, Seed: seed})
	if err != nil {
		return nil, err
	}
	// The payer's port is another one each time. Other profiles, added at the desk,
	// stay in the folder.
	folder := filepath.Join(dir, "partners")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	text := fmt.Sprintf(demoEnvelope+"organisation: "+demoScope.Organisation+"\n"+demoConnection, payer.Port(), userFile, ssh.FingerprintSHA256(host.PublicKey()))
	file := filepath.Join(folder, "demo-payer.yaml")
	// Whole or not at all: the demo may be killed here.
	if err := os.WriteFile(file+".tmp", []byte(text), 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(file+".tmp", file); err != nil {
		return nil, err
	}
	profiles, err := profilesIn(folder)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(profiles, func(p *partners.Profile) bool { return p.ID == "demo-payer" })
	if i < 0 {
		return nil, errors.New("the demo's payer has another id in its profile")
	}
	p := profiles[i]
	payers, err := payerDirectory("")
	if err != nil {
		return nil, err
	}
	log := zerolog.New(io.Discard)
	if f, err := os.OpenFile(filepath.Join(dir, "gateway.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		log = zerolog.New(f).With().Timestamp().Logger()
	}
	g, err := openSpine(ctx, spineOptions{Dir: dir, Payers: payers, Profiles: profiles, Now: time.Now, Log: log})
	if err != nil {
		return nil, err
	}
	g.registry = registry{partners: folder}
	d := &demo{g: g, payer: payer, p: p, done: make(chan error, 1), ran: make(chan struct{})}
	go func() { d.done <- payer.Run(ctx) }()
	go func() { defer close(d.ran); g.run(ctx) }()
	return d, nil
}

func (d *demo) stop(cancel func()) {
	cancel()
	<-d.ran
	<-d.done
	d.g.close()
}

// keyIn reads a key from a folder, or makes it.
func keyIn(dir, name string) (ssh.Signer, string, error) {
	file := filepath.Join(dir, name)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, "", err
		}
		_, priv, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, "", err
		}
		block, err := ssh.MarshalPrivateKey(priv, "")
		if err != nil {
			return nil, "", err
		}
		b = pem.EncodeToMemory(block)
		// Whole or not at all: the demo may be killed here.
		if err := os.WriteFile(file+".tmp", b, 0o600); err != nil {
			return nil, "", err
		}
		if err := os.Rename(file+".tmp", file); err != nil {
			return nil, "", err
		}
	} else if err != nil {
		return nil, "", err
	}
	s, err := ssh.ParsePrivateKey(b)
	return s, file, err
}

// submit puts the encounters in. Files that were put in before are not taken
// twice.
func (d *demo) submit(ctx context.Context, file string) error {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = d.g.submit(ctx, demoScope, "office", filepath.Base(file), f)
		return err
	}
	var names []string
	err := fs.WalkDir(testdata.Files, "encounters", func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && (strings.HasSuffix(p, ".json") || strings.HasSuffix(p, ".csv")) {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, n := range names {
		b, err := testdata.Files.ReadFile(n)
		if err != nil {
			return err
		}
		if _, err := d.g.submit(ctx, demoScope, "office", strings.TrimPrefix(n, "encounters/"), bytes.NewReader(b)); err != nil {
			return err
		}
	}
	return nil
}

// wait polls the payer until every claim has come to its end.
func (d *demo) wait(ctx context.Context, timeout time.Duration, steps *steps) error {
	deadline := time.Now().Add(timeout)
	defer steps.stop()
	for {
		if _, err := d.g.poll(ctx, demoScope, d.p); err != nil && ctx.Err() == nil {
			d.g.log.Warn().Err(err).Msg("the payer's answers cannot be fetched")
		}
		open, _, err := d.g.store.Pending(ctx)
		if err != nil {
			return err
		}
		var claims []gateway.Claim
		if err := d.g.store.Do(ctx, func(tx *store.Tx) (err error) {
			claims, err = tx.Claims(demoScope)
			return err
		}); err != nil {
			return err
		}
		waiting := 0
		for i := range claims {
			switch claims[i].State {
			case gateway.Received, gateway.Queued, gateway.Sent, gateway.Accepted:
				waiting++
			}
		}
		steps.show(len(claims), len(claims)-waiting)
		if open == 0 && waiting == 0 && len(claims) > 0 || time.Now().After(deadline) {
			return nil
		}
		select {
		case err := <-d.done:
			d.done <- err
			return fmt.Errorf("the simulated payer stopped: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
