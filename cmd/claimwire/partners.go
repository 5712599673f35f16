package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/partners"
)

type partnersCmd struct {
	List     partnersListCmd     `cmd:"" help:"List the trading partners of the running gateway."`
	Check    partnersCheckCmd    `cmd:"" help:"Check profiles; every problem is told with its line."`
	Show     partnersShowCmd     `cmd:"" help:"Show a profile as it is understood, without secrets."`
	Test     partnersTestCmd     `cmd:"" help:"Try a partner's connection, step by step."`
	Add      partnersAddCmd      `cmd:"" help:"Check a profile and put it into the gateway's folder of partners."`
	Links    partnersLinksCmd    `cmd:"" help:"Tell how the running gateway's connections to partners are."`
	Resume   partnersResumeCmd   `cmd:"" help:"Let a stopped connection to a partner be tried again."`
	Password partnersPasswordCmd `cmd:"" help:"Turn a password on standard input into the text that a profile keeps."`
}

// Help gives the example.
func (partnersCmd) Help() string {
	return example("partners check partners/acme.yaml", "partners test partners/acme.yaml", "partners add acme.yaml --config gateway.yaml")
}

type partnersListCmd struct{ serverFlags }

// Run lists.
func (c *partnersListCmd) Run(a *app) error {
	list, err := fetch[[]api.Partner](&c.serverFlags, http.MethodGet, "/v1/partners", nil)
	if err != nil {
		return err
	}
	for _, p := range list {
		if c.Format == "json" {
			if err := printJSON(a, p); err != nil {
				return err
			}
			continue
		}
		at := p.Host
		if at != "" {
			at = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
		}
		fmt.Fprintf(a.stdout, "%-20s %-30s %-10s %s\n", p.ID, p.Name, p.Usage, at)
	}
	return nil
}

type partnersCheckCmd struct {
	Files []string `arg:"" help:"Profiles (YAML)."`
}

// Run checks.
func (c *partnersCheckCmd) Run(a *app) error {
	good := true
	for _, f := range c.Files {
		p, err := partners.Load(f)
		var wrong partners.Problems
		switch {
		case errors.As(err, &wrong):
			good = false
			fmt.Fprintln(a.stdout, wrong)
		case err != nil:
			return err
		default:
			fmt.Fprintf(a.stdout, "%s: %s is fine\n", f, p.ID)
		}
	}
	if !good {
		return errNotGood
	}
	return nil
}

type partnersShowCmd struct {
	File string `arg:"" help:"Profile (YAML)."`
}

// Run shows.
func (c *partnersShowCmd) Run(a *app) error {
	p, err := partners.Load(c.File)
	if err != nil {
		return err
	}
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(a.stdout, "%-14s %s\n", name, value)
		}
	}
	line("id", p.ID)
	line("name", p.Name)
	line("kind", string(p.Kind))
	line("usage", p.Usage)
	line("organisation", p.Organisation)
	line("sends as", strings.TrimSpace(p.Envelope.SenderQualifier+" "+p.Envelope.Sender))
	line("to", strings.TrimSpace(p.Envelope.ReceiverQualifier+" "+p.Envelope.Receiver))
	if p.Connection.Host != "" {
		line("we go to", p.Connection.User+"@"+net.JoinHostPort(p.Connection.Host, strconv.Itoa(p.Connection.Port)))
		for _, k := range p.Connection.HostKeys {
			line("host key", fingerprint(k))
		}
	}
	if p.Login.User != "" {
		line("comes as", p.Login.User)
		for _, k := range p.Login.Keys {
			line("key", fingerprint(k))
		}
		if p.Login.Password != "" {
			line("password", "set")
		}
	}
	line("out", p.Folders.Out)
	line("in", p.Folders.In)
	line("names", p.Names.Claims)
	return nil
}

// fingerprint shows a key as people compare it.
func fingerprint(k string) string {
	if strings.HasPrefix(k, "SHA256:") {
		return k
	}
	key, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(k))
	if err != nil {
		return "not a key"
	}
	return strings.TrimSpace(ssh.FingerprintSHA256(key) + " " + key.Type() + " " + comment)
}

type partnersTestCmd struct {
	File  string `arg:"" help:"Profile (YAML)."`
	Write bool   `help:"Also put a small test file into the partner's folder and remove it again; ask the partner before."`
}

// Run tries the steps in their order and stops at the first that fails.
func (c *partnersTestCmd) Run(a *app) error {
	p, err := partners.Load(c.File)
	if err != nil {
		return err
	}
	if p.Connection.Host == "" {
		fmt.Fprintf(a.stdout, "%s comes to us: there is no connection to try\n", p.ID)
		return nil
	}
	step := func(name string, f func() (string, error)) bool {
		said, err := f()
		if err != nil {
			fmt.Fprintf(a.stdout, "FAILED   %-12s %v\n         %s\n", name, err, advice(err))
			return false
		}
		fmt.Fprintf(a.stdout, "good     %-12s %s\n", name, said)
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	addr := net.JoinHostPort(p.Connection.Host, strconv.Itoa(p.Connection.Port))
	ok := step("name", func() (string, error) {
		ips, err := net.DefaultResolver.LookupHost(ctx, p.Connection.Host)
		return strings.Join(ips, ", "), err
	}) && step("port", func() (string, error) {
		conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", addr)
		if err == nil {
			conn.Close()
		}
		return addr, err
	})
	var conn *partners.Client
	ok = ok && step("log-in", func() (string, error) {
		conn, err = partners.Dial(ctx, &p.Connection)
		return "host key as pinned, " + p.Connection.User + " is let in", err
	})
	if conn != nil {
		defer conn.Close()
	}
	for _, f := range []struct{ what, dir string }{{"out", p.Folders.Out}, {"in", p.Folders.In}} {
		ok = ok && step(f.what+" folder", func() (string, error) {
			list, err := conn.List(f.dir)
			return fmt.Sprintf("%s, %d files", f.dir, len(list)), err
		})
	}
	if c.Write {
		ok = ok && step("write", func() (string, error) {
			name := p.Folders.Out + "/claimwire-test.tmp"
			const text = "claimwire test\n"
			if err := conn.Put(ctx, name, strings.NewReader(text), int64(len(text))); err != nil {
				return "", err
			}
			return "a file was put and removed", conn.Remove(name)
		})
	}
	if !ok {
		return errNotGood
	}
	return nil
}

// advice says what to do about a step that failed.
func advice(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, partners.ErrHostKey):
		return "Ask the partner, by another way than this connection, whether it has a new key; then put it beside the old one in connection.host_keys."
	case errors.Is(err, partners.ErrDenied):
		return "The partner does not know this user with this key or password. Do not try often: many lock out after five tries."
	case errors.As(err, &dns):
		return "The host's name leads nowhere: check connection.host."
	case errors.As(err, &op):
		return "Nothing answers there: check host and port, and whether the partner lets our address in."
	case errors.Is(err, partners.ErrNotFound):
		return "The folder is not there: check folders in the profile, relative to where the log-in leads."
	}
	return "See docs/partners.md."
}

type partnersAddCmd struct {
	File   string `arg:"" help:"Profile (YAML)."`
	Config string `help:"The gateway's configuration." type:"existingfile" required:"" placeholder:"FILE"`
}

// Run adds. A running gateway reads it at its next start.
func (c *partnersAddCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	p, err := partners.Parse(c.File, b)
	var wrong partners.Problems
	if errors.As(err, &wrong) {
		fmt.Fprintln(a.stdout, wrong)
		return errNotGood
	}
	if err != nil {
		return err
	}
	to := cfg.Partners + string(os.PathSeparator) + p.ID + ".yaml"
	if err := writeNew(to, b); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is added as %s. Try it: claimwire partners test %s. The gateway reads it at its next start.\n", p.ID, to, to)
	return nil
}

type partnersPasswordCmd struct{}

// Help says why.
func (partnersPasswordCmd) Help() string {
	return `Reads one line and prints the argon2id text for login.password. The password itself is kept nowhere.

` + example("partners password < password-file")
}

// Run hashes.
func (partnersPasswordCmd) Run(a *app) error {
	b, err := io.ReadAll(io.LimitReader(a.stdin, 4096))
	if err != nil {
		return err
	}
	p := strings.TrimRight(string(b), "\r\n")
	if len(p) < 12 {
		return errors.New("a password has at least 12 characters; better are keys")
	}
	fmt.Fprintln(a.stdout, gateway.HashPassword([]byte(p)))
	return nil
}
