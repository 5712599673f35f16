package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/crypto/ssh"

	"claimwire/partners/simulate"
)

type payerCmd struct {
	Dir  string   `help:"Keep the payer's files and keys in this folder." type:"path" default:"payer" placeholder:"DIR"`
	Addr string   `help:"Where its SFTP server listens." default:"127.0.0.1:2222"`
	ID   string   `help:"The payer's id." default:"DEMOPAYER"`
	Keys []string `help:"Public key files (authorized_keys form) that may log in; without one, a key pair is made in the folder." type:"existingfile" name:"key" placeholder:"FILE"`
	Seed uint64   `help:"Decides what it makes of each claim." default:"1"`
	Asks string   `help:"In which dialect it asks for information." enum:"005010X213,006020X313" default:"005010X213"`

	Fault    []string `help:"How it misbehaves, in words; may be given several times (see below)." placeholder:"WORDS" sep:"none"`
	Scenario string   `help:"A file of such words, one a line." type:"existingfile" placeholder:"FILE"`
}

func (payerCmd) Help() string {
	return `A payer to try things with: put 837 files into /inbound over SFTP (under a temporary name, then renamed) and
fetch its answers from /outbound. What it decides is described in docs/simulated-payer.md.

Faults:

` + simulate.FaultHelp() + "\n" + example("payer --dir payer --addr 127.0.0.1:2222", `payer --fault "late 835 1h" --fault "twice 277ca"`, "payer --scenario bad-day.txt")
}

func (c *payerCmd) Run(a *app) error {
	host, _, err := keyIn(c.Dir, "host")
	if err != nil {
		return err
	}
	var keys []ssh.PublicKey
	for _, file := range c.Keys {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		k, _, _, _, err := ssh.ParseAuthorizedKey(b)
		if err != nil {
			return fmt.Errorf("%s: it is no public key", file)
		}
		keys = append(keys, k)
	}
	keyFile := ""
	if len(keys) == 0 {
		user, file, err := keyIn(c.Dir, "user")
		if err != nil {
			return err
		}
		keys, keyFile = append(keys, user.PublicKey()), file
	}
	var faults simulate.Faults
	if c.Scenario != "" {
		f, err := os.Open(c.Scenario)
		if err != nil {
			return err
		}
		err = simulate.ReadScenario(f, &faults)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", c.Scenario, err)
		}
	}
	for _, words := range c.Fault {
		if err := faults.Parse(words); err != nil {
			return fmt.Errorf("--fault %w", err)
		}
	}
	p, err := simulate.New(simulate.Config{ID: c.ID, Dir: c.Dir, Addr: c.Addr, Keys: keys, HostKey: host, Seed: c.Seed, Faults: faults, Dialect: c.Asks})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintf(a.stdout, "host key   %s\n", ssh.FingerprintSHA256(host.PublicKey()))
	if keyFile != "" {
		fmt.Fprintf(a.stdout, "log in     sftp -i %s -P %d claimwire@127.0.0.1\n", keyFile, p.Port())
	}
	fmt.Fprintf(a.stdout, "files      %s\n", filepath.Join(c.Dir, "home"))
	fmt.Fprintf(a.stdout, "listening  on port %d\n", p.Port())
	a.stdout.Flush()
	if err := p.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
