package simulate

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/edi/x12"
	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// Config of a Payer.
type Config struct {
	ID       string // as in claims, for the numbers that it gives
	Name     string // N1*PR of its remittances; empty: the name in the claims
	Dir      string // keeps everything: files and keys
	Addr     string // of the SFTP server; empty: 127.0.0.1:0
	User     string // empty: claimwire
	Keys     []ssh.PublicKey
	HostKey  ssh.Signer
	Seed     uint64
	Interval time.Duration // how often the folder is looked at; 0: 50 ms
	Faults   Faults
	Now      func() time.Time // for answers that come late; nil: time.Now
	// Dialect is in which it asks for information: 005010X213, or 006020X313 of the
	// federal rule; empty: the first.
	Dialect string
}

// Payer is the simulated payer. Its folders are those of its SFTP home:
// /inbound for claims, /outbound for answers, /taken for claims it has read.
type Payer struct {
	cfg  Config
	home string
	srv  *sftpd.Server
	wake chan struct{}

	memory  *memory
	user    sftpd.User
	began   time.Time
	mu      sync.Mutex
	refused int
	cut     int
}

// The folders of the home.
const (
	Inbound  = "inbound"
	Outbound = "outbound"
	Taken    = "taken"
)

// New makes the payer's folders and starts its SFTP server.
func New(cfg Config) (*Payer, error) {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.User == "" {
		cfg.User = "claimwire"
	}
	if cfg.Interval == 0 {
		cfg.Interval = 50 * time.Millisecond
	}
	p := &Payer{cfg: cfg, home: filepath.Join(cfg.Dir, "home"), wake: make(chan struct{}, 1)}
	for _, d := range []string{Inbound, Outbound, Taken} {
		if err := os.MkdirAll(filepath.Join(p.home, d), 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "seen"), 0o700); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "pending"), 0o700); err != nil {
		return nil, err
	}
	var err error
	if p.memory, err = openMemory(cfg.Dir); err != nil {
		return nil, err
	}
	if p.cfg.Now == nil {
		p.cfg.Now = time.Now
	}
	p.began = p.cfg.Now()
	p.user = sftpd.User{Name: cfg.User, Keys: cfg.Keys, Home: p.home, NoRename: cfg.Faults.NoRename}
	if cfg.Faults.ReadOnly {
		p.user.Folders = []sftpd.Folder{{Name: Inbound, Write: true, Read: true, Remove: true}, {Name: Outbound, Read: true}, {Name: Taken, Read: true}}
	}
	shown := cfg.HostKey
	if cfg.Faults.HostKey {
		seed := sha256.Sum256([]byte("another host key"))
		k, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
		if err != nil {
			return nil, err
		}
		shown = k
	}
	srv, err := sftpd.Listen(cfg.Addr, sftpd.Config{HostKeys: []ssh.Signer{shown}, User: p.allow, OnEvent: p.event, Wrap: p.wrap})
	if err != nil {
		return nil, err
	}
	p.srv = srv
	return p, nil
}

// allow finds a user who may log in, unless the payer refuses or its disk is
// full.
func (p *Payer) allow(name string) *sftpd.User {
	if name != p.user.Name {
		return nil
	}
	f := &p.cfg.Faults
	if f.Refuse < 0 {
		return nil
	}
	if f.Refuse > 0 {
		p.mu.Lock()
		refused := p.refused < f.Refuse
		p.mu.Unlock()
		if refused {
			return nil
		}
	}
	u := p.user
	if f.Full < 0 || f.Full > 0 && p.cfg.Now().Sub(p.began) < f.Full {
		u.Quota = 1 // nothing fits
	}
	return &u
}

// event notes what happens at the server.
func (p *Payer) event(e sftpd.Event) {
	switch e.Kind {
	case sftpd.Refused:
		p.mu.Lock()
		p.refused++
		p.mu.Unlock()
	case sftpd.Uploaded:
		if name := path.Base(e.Name); p.cfg.Faults.TakesAway && path.Dir(e.Name) == Inbound {
			// Before its sender has its answer, it is gone.
			if err := os.Rename(filepath.Join(p.home, Inbound, name), filepath.Join(p.cfg.Dir, "pending", "claims-"+name)); err != nil {
				return
			}
		}
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// wrap drops connections in the middle, where that is asked for.
func (p *Payer) wrap(c net.Conn) net.Conn {
	if p.cfg.Faults.Cut == 0 {
		return c
	}
	return &cutConn{Conn: c, p: p}
}

// cutConn breaks when it has read so many bytes, as often as the payer is to do
// so.
type cutConn struct {
	net.Conn
	p *Payer
	n int64
}

// Read reads, and breaks.
func (c *cutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.n += int64(n); c.n < c.p.cfg.Faults.Cut {
		return n, err
	}
	c.p.mu.Lock()
	breaks := c.p.cut < c.p.cfg.Faults.CutTimes
	if breaks {
		c.p.cut++
	}
	c.p.mu.Unlock()
	if !breaks {
		return n, err
	}
	c.Conn.Close()
	return 0, io.ErrUnexpectedEOF
}

// Close stops its SFTP server.
func (p *Payer) Close() { p.srv.Close() }

// Port is where its SFTP server listens.
func (p *Payer) Port() int { return p.srv.Addr().Port }

// Run answers files until the context ends.
func (p *Payer) Run(ctx context.Context) error {
	defer p.srv.Close()
	t := time.NewTicker(p.cfg.Interval)
	defer t.Stop()
	for {
		if err := p.Once(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
		case <-t.C:
		}
	}
}

// Once answers what lies in the inbound folder.
func (p *Payer) Once(ctx context.Context) error {
	for _, from := range []struct{ dir, prefix string }{{filepath.Join(p.home, Inbound), ""}, {filepath.Join(p.cfg.Dir, "pending"), "claims-"}} {
		entries, err := os.ReadDir(from.dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			name := strings.TrimPrefix(e.Name(), from.prefix)
			if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), from.prefix) || partners.IsTemporary(name) || p.isMarker(name) {
				continue
			}
			if err := p.answer(filepath.Join(from.dir, e.Name()), name); err != nil {
				return err
			}
		}
	}
	return p.release()
}

// isMarker says whether a file only says that another is whole.
func (p *Payer) isMarker(name string) bool {
	return strings.HasSuffix(name, ".done") || strings.HasSuffix(name, ".ctl")
}

// answer takes one file: answers first, then the file is moved away. Killed in
// between, it does the same again, with the same bytes under the same names.
func (p *Payer) answer(file, name string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	now := p.cfg.Now()
	answers, err := p.Answers(data)
	if err != nil {
		return err
	}
	for i, a := range p.cfg.Faults.place(answers) {
		if a.after <= 0 {
			if err := writeFile(filepath.Join(p.home, Outbound, a.Name), a.Bytes); err != nil {
				return err
			}
			continue
		}
		// What comes later waits outside, under when it is due.
		due := fmt.Sprintf("answer-%019d-%03d-%s", now.Add(a.after).UnixNano(), i, a.Name)
		if err := writeFile(filepath.Join(p.cfg.Dir, "pending", due), a.Bytes); err != nil {
			return err
		}
	}
	if p.cfg.Faults.TakesAway {
		return os.Rename(file, filepath.Join(p.cfg.Dir, "seen", name)) // where nobody sees it
	}
	return os.Rename(file, filepath.Join(p.home, Taken, name))
}

// release puts out answers that are due.
func (p *Payer) release() error {
	dir := filepath.Join(p.cfg.Dir, "pending")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		parts := strings.SplitN(e.Name(), "-", 4)
		if len(parts) != 4 || parts[0] != "answer" {
			continue
		}
		due, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || p.cfg.Now().Before(time.Unix(0, due)) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(p.home, Outbound, parts[3]), b); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// writeFile makes a file appear whole, unless it is there already.
func writeFile(name string, b []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp, name)
}

// Answer is a file that the payer puts out.
type Answer struct {
	Name  string
	Bytes []byte
}

// reading is what is made of one interchange of claims.
type reading struct {
	p        *Payer
	ic       *x12.Interchange
	date     string // of the answers, CCYYMMDD: the day of the claims
	time     string
	builder  *ack.Builder
	payments map[payee][]remit.ClaimPayment
	payees   []payee
	asked    []status.ClaimStatus
	askedOf  []status.Name
	payer    string
	submit   status.Name
	out      []Answer
	serial   int

	inquiries []status.ClaimStatus // what we are asked about, with what we say
	askers    []status.Name
	settled   map[string]bool // claims that documents have come for
}

type payee struct{ name, npi, taxID, line1, city, state, zip string }

// Answers makes the answers to a file.
func (p *Payer) Answers(data []byte) ([]Answer, error) {
	var out []Answer
	var r *reading
	_, err := edi.Process(bytes.NewReader(data), edi.Options{}, edi.Sink{
		BeginInterchange: func(ic *x12.Interchange) {
			r = &reading{p: p, ic: ic, date: "20" + ic.Date, time: ic.Time, payments: map[payee][]remit.ClaimPayment{}}
			if len(r.date) != 8 || !x12.ValidDate([]byte(r.date)) {
				r.date = "20260101"
			}
			if !x12.ValidTime([]byte(r.time)) {
				r.time = "0000"
			}
			mode := ack.Modes["claims"]
			if len(p.cfg.Faults.Reject) > 0 {
				mode = ack.Modes["sets"]
			}
			r.builder = ack.NewBuilder(ack.Settings{Mode: mode, Date: r.date, Time: r.time, Control: r.control,
				Claims: ack.ClaimSettings{PayerClaimID: p.payerClaimID, Refuse: p.refuse}})
			r.builder.BeginInterchange(ic)
			if e, ok := entryOf(func(e *diag.Entry) bool { return e.TA1 == p.cfg.Faults.TA1 }); ok && p.cfg.Faults.TA1 != "" {
				r.builder.Report(diag.Diagnostic{Code: e.Code, Pos: diag.Pos{Interchange: ic.Control, SegmentID: "ISA"}})
			}
		},
		Report: func(d diag.Diagnostic) {
			if r != nil {
				r.builder.Report(d)
			}
		},
		BeginGroup: func(g *x12.Group) { r.builder.BeginGroup(g) },
		BeginSet: func(s *edi.Set) {
			r.builder.BeginSet(s.Set)
			for _, d := range p.cfg.Faults.Reject {
				d.Interchange, d.Transaction = r.ic.Control, s.Control
				r.builder.Report(d)
			}
		},
		EndSet: func(*edi.Set) { r.builder.EndSet() },
		Claim: func(c *claim.Claim, v *edi.Verdict) {
			r.builder.Claim(c, v.Findings, v.Errors)
			if v.Accepted() && len(p.cfg.Faults.Claims) == 0 && len(p.cfg.Faults.Reject) == 0 {
				r.claim(c)
			}
		},
		Attachment: func(a *attach.Attachment) { r.documents(a) },
		Record: func(v edi.Record) {
			if q, ok := v.(status.Record); ok && q.Dialect == status.Inquiry {
				r.inquiry(q.ClaimStatus)
			}
		},
		EndInterchange: func(*x12.Interchange) {
			out = append(out, r.finish()...)
		},
	})
	return out, err
}

// control numbers of answers follow from the interchange that is answered: its
// number, and a digit for each answer.
func (r *reading) control() string {
	r.serial++
	n := strings.TrimLeft(r.ic.Control, "0")
	if len(n) > 7 {
		n = n[len(n)-7:]
	}
	return fmt.Sprintf("%09s", fmt.Sprintf("%s%02d", n, r.serial%100))
}

// claim adjudicates a claim.
func (r *reading) claim(c *claim.Claim) {
	if r.payer == "" && c.Payer != nil {
		r.payer = strings.Clone(c.Payer.Name.Last)
	}
	if s := c.Submission; s != nil && r.submit.Role == "" {
		r.submit = status.Name{Role: "41", Entity: "2", Last: strings.Clone(s.Submitter.Name.Last), IDQualifier: "46", Value: strings.Clone(s.Submitter.ID.Value)}
	}
	if r.p.decide(c) == AskMore {
		r.ask(c)
		return
	}
	if c.Frequency == "7" {
		if pay, ok := r.undone(c); ok {
			r.add(c, pay)
		}
	}
	pay, ok := r.p.pay(c, r.date)
	if !ok {
		return
	}
	if c.Frequency == "8" {
		if mirror, found := r.undone(c); found {
			mirror.Frequency = "8"
			pay = mirror
		}
	}
	r.add(c, pay)
}

// ask makes a question about a claim.
func (r *reading) ask(c *claim.Claim) {
	loinc := requests[r.p.chance(uint64(len(requests)), "request", c.ID)]
	s := status.ClaimStatus{Dialect: status.Request, Trace: status.Trace{Type: "1", Value: r.p.payerClaimID(c)}, Patient: &status.Level{Kind: "PT"}}
	if p := c.PatientPerson(); p != nil {
		s.Patient.Name = status.Name{Role: "QC", Entity: "1", Last: strings.Clone(p.Name.Last), First: strings.Clone(p.Name.First)}
		if c.Subscriber != nil && c.Subscriber.ID.Value != "" {
			s.Patient.Name.IDQualifier, s.Patient.Name.Value = "MI", strings.Clone(c.Subscriber.ID.Value)
		}
	}
	s.Infos = []status.Info{{Codes: [3]status.Code{{Category: "R4", Status: loinc, List: "LOI"}}, Date: r.date, Charge: c.Charge}}
	s.References = []status.Reference{{Kind: "EJ", Value: strings.Clone(c.ID)}}
	if t := c.Reference(claim.ReferenceTrace); t != "" {
		s.References = append(s.References, status.Reference{Kind: "D9", Value: strings.Clone(t)})
	}
	from, to := "", ""
	for i := range c.Lines {
		d := c.Lines[i].Service()
		if f := d.From(); from == "" || f != "" && f < from {
			from = strings.Clone(f)
		}
		if u := d.To(); u > to {
			to = strings.Clone(u)
		}
	}
	if from != "" && (from == to || to == "") {
		s.Dates = append(s.Dates, status.Date{Kind: "472", Format: "D8", Text: from})
	} else if from != "" {
		s.Dates = append(s.Dates, status.Date{Kind: "472", Format: "RD8", Text: from + "-" + to})
	}
	s.Dates = append(s.Dates, status.Date{Kind: "106", Format: "D8", Text: plusDays(r.date, 45)})
	name := status.Name{Role: "1P", Entity: "2", Last: "UNKNOWN", IDQualifier: "FI", Value: "000000000"}
	if b := c.BillingProvider; b != nil {
		name = status.Name{Role: "1P", Entity: or(string(b.Name.Entity), "2"), Last: strings.Clone(b.Name.Last), First: strings.Clone(b.Name.First),
			IDQualifier: "XX", Value: strings.Clone(b.ID.Value)}
		if b.ID.Value == "" {
			name.IDQualifier, name.Value = "FI", strings.Clone(b.TaxID().Value)
		}
	}
	r.asked = append(r.asked, s)
	r.askedOf = append(r.askedOf, name)
}

func plusDays(day string, n int) string {
	t, err := time.Parse("20060102", day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format("20060102")
}

// finish makes the files of one interchange.
func (r *reading) finish() []Answer {
	base := r.ic.Sender + "." + r.ic.Control
	base = strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' {
			return c
		}
		return '_'
	}, base)
	counts := map[string]int{}
	refused := false
	for _, a := range r.builder.Finish() {
		counts[a.Kind]++
		suffix := ""
		if n := counts[a.Kind]; n > 1 {
			suffix = fmt.Sprintf("-%d", n)
		}
		r.out = append(r.out, Answer{base + suffix + "." + strings.ToLower(a.Kind), a.Bytes})
		refused = refused || a.Kind == "TA1" && bytes.Contains(a.Bytes, []byte("*R*"))
	}
	if refused {
		return r.out // nothing was taken in, and so nothing is decided
	}
	if len(r.inquiries) > 0 {
		r.out = append(r.out, Answer{base + ".277", r.statuses()})
	}
	if counts["277CA"] == 0 && len(r.settled) == 0 {
		return r.out
	}
	if len(r.asked) > 0 {
		r.out = append(r.out, Answer{base + ".277rfi", r.questions()})
	}
	if len(r.payees) > 0 {
		r.out = append(r.out, Answer{base + ".835", r.remittances()})
	}
	return r.out
}

// writer opens an interchange of answers.
func (r *reading) writer(functional, version string) (*x12.Writer, string) {
	control := r.control()
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	isa := ""
	if strings.HasPrefix(version, "006020") {
		isa = "00602"
	}
	w.BeginInterchange(x12.Interchange{Control: control, SenderQualifier: r.ic.ReceiverQualifier, Sender: r.ic.Receiver, ReceiverQualifier: r.ic.SenderQualifier,
		Receiver: r.ic.Sender, Date: r.date[2:], Time: r.time, Usage: r.ic.Usage, Version: isa})
	w.BeginGroup(x12.Group{FunctionalID: functional, Sender: r.ic.Receiver, Receiver: r.ic.Sender, Date: r.date, Time: r.time,
		Control: strings.TrimLeft(control, "0"), Version: version})
	return w, control
}

func (r *reading) questions() []byte {
	dialect := r.p.cfg.Dialect
	if dialect == "" {
		dialect = "005010X213"
	}
	w, control := r.writer("HN", dialect)
	w.BeginSet("277", "0001", dialect)
	d := status.Document{Dialect: status.Request, Header: status.Header{Structure: "0085", Purpose: "48", ID: control, Date: r.date, Time: r.time, Use: "RQ"},
		Sender: status.Level{Name: status.Name{Role: "PR", Entity: "2", Last: r.name(), IDQualifier: "PI", Value: r.p.cfg.ID},
			Contacts: [][]string{{"IC", "", "TE", "5555550100"}}},
		Receiver: status.Level{Name: r.submit}}
	index := map[status.Name]int{}
	for i := range r.asked {
		k, ok := index[r.askedOf[i]]
		if !ok {
			k = len(d.Providers)
			index[r.askedOf[i]] = k
			d.Providers = append(d.Providers, status.Provider{Level: status.Level{Name: r.askedOf[i]}})
		}
		d.Providers[k].Claims = append(d.Providers[k].Claims, r.asked[i])
	}
	d.Write(w)
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	return slices.Clone(w.Buffer())
}

func (r *reading) name() string {
	if r.p.cfg.Name != "" {
		return strings.ToUpper(r.p.cfg.Name)
	}
	if r.payer != "" {
		return r.payer
	}
	return "SIMULATED PAYER"
}

// remittances makes one 835 set for each payee.
func (r *reading) remittances() []byte {
	w, control := r.writer("HP", "005010X221A1")
	sort.SliceStable(r.payees, func(i, j int) bool { return r.payees[i].npi < r.payees[j].npi })
	for n, who := range r.payees {
		w.BeginSet("835", fmt.Sprintf("%04d", n+1), "")
		r.advice(control, n, who).Write(w)
		w.EndSet()
	}
	w.EndGroup()
	w.EndInterchange()
	return slices.Clone(w.Buffer())
}

func (r *reading) advice(control string, n int, who payee) *remit.Advice {
	claims := r.payments[who]
	a := &remit.Advice{}
	a.Handling, a.CreditDebit, a.Method, a.Format = "I", "C", "ACH", "CCP"
	a.Accounts = [10]string{"01", "999999992", "DA", "0000012345", "1512345678", "", "01", "999988880", "DA", "98765"}
	a.Date = plusDays(r.date, 2)
	a.Trace = fmt.Sprintf("%s%s%02d", r.p.cfg.ID, control, n+1)
	a.TraceOrigin = "1512345678"
	a.Production = r.date
	a.Payer = remit.Party{Name: r.name(), Line1: "100 MAIN STREET", City: "COLUMBUS", State: "OH", PostalCode: "432150000",
		Contacts: []remit.Contact{{Purpose: "BL", Name: "EDI HELP DESK", Numbers: [3]struct{ Kind, Value string }{{"TE", "5555550101"}}}}}
	a.Payee = remit.Party{Name: or(who.name, "UNKNOWN"), IDQualifier: "XX", ID: who.npi, Line1: who.line1, City: who.city, State: who.state, PostalCode: who.zip}
	if who.npi == "" {
		a.Payee.IDQualifier, a.Payee.ID = "FI", or(who.taxID, "000000000")
	} else if who.taxID != "" {
		a.Payee.References = []remit.Reference{{Kind: "TJ", Value: who.taxID}}
	}
	a.Groups = []remit.Group{{Header: remit.Header{Number: "1"}, Claims: claims}}
	var total money.Amount
	for i := range claims {
		total += claims[i].Paid.Amount
	}
	year := r.date[:4] + "1231"
	adjust := func(reason, reference string, amount money.Amount) {
		a.ProviderAdjustments = append(a.ProviderAdjustments, remit.ProviderAdjustment{ProviderID: a.Payee.ID, FiscalYear: year, Reason: reason, Reference: reference, Amount: money.Of(amount)})
		total -= amount
	}
	if total > 0 && r.p.chance(4, "interest", a.Trace) == 0 {
		adjust("L6", "", -125) // interest: adds to the payment
	}
	if total < 0 {
		adjust("FB", a.Trace, total) // what is owed is moved forward
	}
	a.Amount = money.Of(total)
	if total == 0 {
		a.Handling, a.Method, a.Format, a.Accounts = "H", "NON", "", [10]string{}
	}
	return a
}
