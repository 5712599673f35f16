package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/partners"
	"claimwire/partners/companion"
	"claimwire/partners/examples"
	"claimwire/partners/pack"
)

type partnersCmd struct {
	List     partnersListCmd     `cmd:"" help:"List the trading partners of the running gateway."`
	Check    partnersCheckCmd    `cmd:"" help:"Check profiles; every problem is told with its line."`
	Show     partnersShowCmd     `cmd:"" help:"Show a profile as it is understood, without secrets."`
	Test     partnersTestCmd     `cmd:"" help:"Try a partner's connection, step by step."`
	Add      partnersAddCmd      `cmd:"" help:"Check a profile and put it into the gateway's folder of partners."`
	Links    partnersLinksCmd    `cmd:"" help:"Tell how the running gateway's connections to partners are."`
	Resume   partnersResumeCmd   `cmd:"" help:"Let a stopped connection to a partner be tried again."`
	Stage    partnersStageCmd    `cmd:"" help:"Tell where partners stand on their way from test to live, or move one."`
	Examples partnersExamplesCmd `cmd:"" help:"List example profiles, or print one."`
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
		if at == "" && p.Comes {
			at = "comes to us"
		}
		fmt.Fprintf(a.stdout, "%-20s %-30s %-8s %-10s %s\n", p.ID, p.Name, p.Kind, p.Usage, at)
	}
	return nil
}

type partnersCheckCmd struct {
	Files []string `arg:"" help:"Profiles (YAML) and companions (.companion), or folders of them."`
}

// Run checks all of them, whatever is wrong with the first.
func (c *partnersCheckCmd) Run(a *app) error {
	good, unread := true, 0
	cannot := func(file string, err error) {
		unread++
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err
		}
		fmt.Fprintf(a.stderr, "%s: cannot be read: %v\n", file, err)
	}
	for _, f := range c.Files {
		files, err := partnerFiles(f)
		if err != nil {
			cannot(f, err)
		}
		for _, f := range files {
			said, err := checkPartnerFile(f)
			var wrong partners.Problems
			switch {
			case errors.As(err, &wrong):
				good = false
				fmt.Fprintln(a.stdout, wrong)
			case err != nil:
				cannot(f, err)
			default:
				fmt.Fprintf(a.stdout, "%s: %s\n", f, said)
			}
		}
	}
	switch {
	case unread > 0:
		return fmt.Errorf("%s could not be checked", count(unread, "file"))
	case !good:
		return errNotGood
	}
	return nil
}

// partnerFiles lists the profiles and companions of a folder, or the file.
func partnerFiles(file string) ([]string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{file}, nil
	}
	entries, err := os.ReadDir(file)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".yaml", ".yml", ".companion":
			if !e.IsDir() {
				list = append(list, filepath.Join(file, e.Name()))
			}
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the folder has no profile (.yaml, .yml) and no companion (.companion)")
	}
	return list, nil
}

// checkPartnerFile checks a companion, or a profile with all that it names.
func checkPartnerFile(file string) (said string, err error) {
	if strings.HasSuffix(file, ".companion") {
		co, err := companion.Load(file)
		if err != nil {
			return "", err
		}
		n := 0
		for _, s := range co.Sections {
			n += len(s.Rules)
		}
		return fmt.Sprintf("companion %s is fine: %s", co.Name, count(n, "rule")), nil
	}
	p, err := partners.Load(file)
	if err != nil {
		return "", err
	}
	var wrong partners.Problems
	if _, err := companionOfProfile(p); err != nil {
		var list partners.Problems
		if errors.As(err, &list) {
			wrong = append(wrong, list...)
		} else {
			wrong = append(wrong, partners.Problem{File: file, Line: p.Line("companion"), Field: "companion", Message: err.Error()})
		}
	}
	if _, err := pack.New(p, p.Dir); err != nil {
		field, message, _ := strings.Cut(err.Error(), ": ")
		wrong = append(wrong, partners.Problem{File: file, Line: p.Line(field), Field: field, Message: message})
	}
	if k := p.Connection.KeyFile; k != "" {
		if _, err := os.Stat(k); err != nil {
			wrong = append(wrong, partners.Problem{File: file, Line: p.Line("connection.key_file"), Field: "connection.key_file", Message: "is not there: " + k})
		}
	}
	if len(wrong) > 0 {
		return "", wrong
	}
	return p.ID + " is fine", nil
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
	for _, f := range p.Login.From {
		line("only from", f)
	}
	line("shared with", strings.Join(p.SharedWith, ", "))
	for _, o := range p.Offices {
		line("sends for", o.Organisation+" "+strings.Join(append(append([]string(nil), o.NPIs...), o.TaxIDs...), ", "))
	}
	line("out", p.Folders.Out)
	line("in", p.Folders.In)
	line("names", p.Names.Claims)
	if p.Names.Claims != "" && p.Kind == partners.PayerPartner {
		line("such as", p.WireName(p.FileName("000000017", "professional", time.Date(2026, 11, 27, 16, 30, 0, 0, time.UTC))))
	}
	line("afterwards", p.Names.AfterFetch)
	line("schedule", p.Schedule.String())
	if p.Files.Zip {
		line("wrapped", "zip")
	}
	line("marker", p.Files.Marker)
	line("their marker", p.Files.MarkerIn)
	if k, err := pack.New(p, p.Dir); err == nil {
		for _, f := range k.Fingerprints() {
			line("PGP", f)
		}
	} else if p.Files.PGP.Used() || p.Files.PGP.Receives() {
		line("PGP", err.Error())
	}
	if n := p.Certification; n.Used() {
		line("certification", fmt.Sprintf("%d claims as tests, %d in parallel, at most %g %% of the last %d with errors", n.Test, n.Parallel, n.MaxErrors, n.Window))
	}
	if p.Companion != "" {
		line("companion", p.Companion)
		if co, err := companionOfProfile(p); err != nil {
			line("", err.Error())
		} else if co, ok := co.(*companion.Companion); ok {
			for _, s := range co.Sections {
				line("", fmt.Sprintf("%s: %s", s.Guide.ID, count(len(s.Rules), "rule")))
			}
		}
	}
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
	if open := p.Schedule.NextOpen(time.Now()); open.After(time.Now().Add(time.Second)) {
		fmt.Fprintf(a.stdout, "note     %-12s the partner is closed by its schedule until %s; it is tried all the same\n", "schedule", open.Format("2006-01-02 15:04 MST"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if !tryConnection(ctx, p, c.Write, func(name, said string, err error) {
		if err != nil {
			fmt.Fprintf(a.stdout, "FAILED   %-12s %v\n         %s\n", name, err, advice(err))
		} else {
			fmt.Fprintf(a.stdout, "good     %-12s %s\n", name, said)
		}
	}) {
		return errNotGood
	}
	return nil
}

// tryConnection goes through the steps of reaching a partner, tells of each, and
// stops at the first that fails; write also puts a small file there and removes it.
func tryConnection(ctx context.Context, p *partners.Profile, write bool, tell func(name, said string, err error)) (ok bool) {
	step := func(name string, f func() (string, error)) bool {
		said, err := f()
		tell(name, said, err)
		return err == nil
	}
	addr := net.JoinHostPort(p.Connection.Host, strconv.Itoa(p.Connection.Port))
	ok = step("keys", func() (string, error) {
		k, err := pack.New(p, p.Dir)
		if err != nil {
			return "", err
		}
		said := "password from " + p.Connection.PasswordEnv
		if p.Connection.KeyFile != "" {
			b, err := os.ReadFile(p.Connection.KeyFile)
			if err != nil {
				return "", err
			}
			own, err := ssh.ParsePrivateKey(b)
			if err != nil {
				return "", errors.New("connection.key_file: it is no private key, or has a passphrase")
			}
			said = ssh.FingerprintSHA256(own.PublicKey()) + " " + own.PublicKey().Type()
		} else if _, set := os.LookupEnv(p.Connection.PasswordEnv); !set {
			return "", fmt.Errorf("connection.password_env: %s is not set", p.Connection.PasswordEnv)
		}
		if !k.Wraps() {
			return said, nil
		}
		name, wire, err := k.Pack("test.837", []byte("claimwire test"), time.Now())
		return fmt.Sprintf("%s; a file would go as %s, %d bytes", said, name, len(wire)), err
	}) && step("name", func() (string, error) {
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
	ok = ok && step("log-in", func() (_ string, err error) {
		conn, err = partners.Dial(ctx, &p.Connection)
		return "host key as pinned, " + p.Connection.User + " is let in", err
	})
	if conn != nil {
		defer conn.Close()
	}
	for _, f := range []struct{ what, dir string }{{"out", p.Folders.Out}, {"in", p.Folders.In}} {
		ok = ok && step(f.what+" folder", func() (string, error) {
			list, err := conn.List(f.dir)
			return fmt.Sprintf("%s, %s", f.dir, count(len(list), "file")), err
		})
	}
	if write {
		ok = ok && step("write", func() (string, error) {
			name := p.Folders.Out + "/claimwire-test.tmp"
			const text = "claimwire test\n"
			if err := conn.Put(ctx, name, strings.NewReader(text), int64(len(text))); err != nil {
				return "", err
			}
			if p.Names.Temporary == "none" {
				return "a file was put and removed", conn.Remove(name)
			}
			other := p.Folders.Out + "/claimwire-test-2.tmp"
			if err := conn.Rename(name, other); err != nil {
				return "", errors.Join(err, conn.Remove(name))
			}
			return "a file was put, renamed and removed", conn.Remove(other)
		})
	}
	return ok
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
	case errors.Is(err, partners.ErrNoRename):
		return "Set names.temporary to none, and names.picks_up if the partner takes files away at once."
	case errors.Is(err, partners.ErrFull):
		return "The partner's server takes no bytes: its disk, or our quota there, may be full, or the folder is not for us to write into. Ask it."
	case errors.Is(err, partners.ErrGone):
		return "The partner takes files away at once: set names.picks_up."
	case errors.Is(err, partners.ErrSize):
		return "What arrived is not what was sent: try again; if it stays, the partner's server changes files (text mode?)."
	case errors.Is(err, fs.ErrNotExist):
		return "A file that the profile names is not there: paths are relative to the profile, or to the folder above it."
	case strings.Contains(err.Error(), "no common algorithm"):
		return "The partner's server speaks only old algorithms that are not safe any more. Ask it for newer ones; nothing here can be switched on for it."
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return "It answers, and too slowly: connection.timeout says how long is waited for."
	case strings.Contains(err.Error(), "files.pgp") || strings.Contains(err.Error(), "connection."):
		return "Mend the key or the variable that is named; paths are relative to the profile, or to the folder above it."
	case errors.As(err, &dns):
		return "The host's name leads nowhere: check connection.host."
	case errors.As(err, &op):
		return "Nothing answers there: check host and port, and whether the partner lets our address in."
	case errors.Is(err, partners.ErrNotFound):
		return "The folder is not there: check folders in the profile, relative to where the log-in leads."
	}
	return "See docs/partners.md."
}

type partnersExamplesCmd struct {
	Name string `arg:"" optional:"" help:"Which example to print."`
}

// Help gives the example.
func (partnersExamplesCmd) Help() string {
	return `Profiles to begin with: the folders and names that clearinghouses and payers are known to use, as habits.

` + example("partners examples", "partners examples iehp > partners/my-plan.yaml", "partners examples iehp.companion")
}

// Run lists, or prints.
func (c *partnersExamplesCmd) Run(a *app) error {
	if c.Name != "" {
		name := c.Name
		if !strings.Contains(name, ".") {
			name += ".yaml"
		}
		b, err := examples.Files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("no example %q: claimwire partners examples lists them", c.Name)
		}
		a.stdout.Write(b)
		return nil
	}
	entries, err := examples.Files.ReadDir(".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		b, err := examples.Files.ReadFile(e.Name())
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(string(b), "\n")
		fmt.Fprintf(a.stdout, "%-24s %s\n", strings.TrimSuffix(e.Name(), ".yaml"), strings.TrimPrefix(first, "# "))
	}
	return nil
}

type partnersAddCmd struct {
	File   string `arg:"" help:"Profile (YAML)."`
	Config string `help:"The gateway's configuration." type:"existingfile" required:"" placeholder:"FILE"`
}

// Run adds. A running gateway serves it within seconds.
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
	fmt.Fprintf(a.stdout, "%s is added as %s. Try it: claimwire partners test %s. A running gateway serves it within seconds.\n", p.ID, to, to)
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
