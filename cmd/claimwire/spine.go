package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/archive"
	"claimwire/gateway/collect"
	"claimwire/gateway/deliver"
	"claimwire/gateway/deposit"
	"claimwire/gateway/hook"
	"claimwire/gateway/intake"
	"claimwire/gateway/ledger"
	"claimwire/gateway/route"
	"claimwire/gateway/scrub"
	"claimwire/gateway/sftp"
	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/sqlite"
	"claimwire/gateway/watch"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// spine is the gateway's parts, plugged together: intake → scrub → route →
// deliver → collect → ledger. Each step is a job that was added in the
// transaction of the fact that asks for it.
type spine struct {
	only      *alone
	store     *store.Store
	archive   *archive.Archive
	partners  atomic.Pointer[partnerSet]
	registry  registry
	reloading sync.Mutex                     // one changes the partners at a time
	scrubber  atomic.Pointer[scrub.Scrubber] // with the code sets that are loaded
	ledger    *ledger.Ledger
	outcomes  map[string]outcomeTable // of partners that have their own
	deliver   *deliver.Deliverer
	collect   *collect.Collector
	runner    *work.Runner // what is done here
	remote    *work.Runner // what is done at partners'
	wake      [2]chan struct{}
	teller    *hook.Teller
	door      *sftp.Door // partners who come to us; nil: not in this process
	doorAudit *doorAudit // what happens at it
	now       func() time.Time
	log       zerolog.Logger
	dir       string // where the data are
	watcher   watch.Watcher
	keys      atomic.Pointer[[]watch.Key]
	retain    retainConfig

	counts    claimCounts
	pollEvery time.Duration
	mu        sync.Mutex
	dialing   map[string]*sync.Mutex // by partner: one log-in at a time
	clockSet  time.Duration          // by how much the clock was set since it was told
}

// spineOptions are what a gateway is opened with.
type spineOptions struct {
	Dir      string // archive, and the database unless one is named
	Database string // address of a PostgreSQL database; empty: the embedded one
	Keys     []*archive.Key
	S3       *archive.S3    // keeps archived files; nil: they are in Dir
	Codes    *codes.Library // nil: only what the binary ships
	Stays    rule.Stays     // CMS's tables of inpatient stays; nil: none
	Payers   *route.Directory
	Profiles []*partners.Profile
	Now      func() time.Time
	Log      zerolog.Logger
	// WebhookNetworks are networks inside which webhooks may reach besides public
	// addresses.
	WebhookNetworks []netip.Prefix
}

// openArchive opens the archive.
func openArchive(o spineOptions) (*archive.Archive, error) {
	dir := filepath.Join(o.Dir, "archive")
	if o.S3 != nil {
		return archive.OpenFiles(o.S3, dir, o.Keys...)
	}
	return archive.Open(dir, o.Keys...)
}

// openStores opens the archive and the database, and brings it to this program's
// form.
func openStores(ctx context.Context, o spineOptions) (*archive.Archive, *store.Store, error) {
	return openStoresWith(ctx, o, postgres.Open, sqlite.Open)
}

// lookStores opens them to look at what a gateway uses.
func lookStores(ctx context.Context, o spineOptions) (*archive.Archive, *store.Store, error) {
	return openStoresWith(ctx, o, postgres.Look, sqlite.Look)
}

func openStoresWith(ctx context.Context, o spineOptions, there, here func(ctx context.Context, where string) (*store.Store, error)) (*archive.Archive, *store.Store, error) {
	a, err := openArchive(o)
	if err != nil {
		return nil, nil, err
	}
	var db *store.Store
	if o.Database != "" {
		db, err = there(ctx, o.Database)
	} else {
		db, err = here(ctx, filepath.Join(o.Dir, "gateway.db"))
	}
	return a, db, err
}

// openSpine opens the gateway's data.
func openSpine(ctx context.Context, o spineOptions) (_ *spine, err error) {
	var only *alone
	if o.Database == "" {
		if only, err = beAlone(o.Dir); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				only.release()
			}
		}()
	}
	a, db, err := openStores(ctx, o)
	if err != nil {
		return nil, err
	}
	owner := "gateway"
	if o.Database != "" {
		owner = rand.Text() // many processes share the database: each has its own name
	}
	now, log := o.Now, o.Log
	g := &spine{only: only, store: db, archive: a, dialing: map[string]*sync.Mutex{}, now: now, log: log,
		wake:   [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)},
		ledger: &ledger.Ledger{Now: now, NotFound: store.ErrNotFound, BatchID: route.ParseBatchID}}
	g.dir = o.Dir
	g.scrubber.Store(&scrub.Scrubber{Payers: livePayers{g}, Codes: o.Codes, Stays: o.Stays})
	set, err := newPartnerSet(o.Profiles, o.Payers)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	g.partners.Store(set)
	g.keys.Store(&[]watch.Key{})
	g.deliver = &deliver.Deliverer{Outbox: outbox{g}, Archive: a, Now: now, Owner: owner,
		Dial: func(ctx context.Context, _ gateway.Scope, p *partners.Profile) (deliver.Connection, error) {
			if p.Connection.Host != "" {
				return g.dial(ctx, p)
			}
			if g.door == nil {
				return nil, errNoDoor
			}
			return g.door.Handover(p)
		}}
	incoming := filepath.Join(o.Dir, "incoming")
	if err := clearIncoming(incoming, only != nil); err != nil {
		db.Close()
		return nil, err
	}
	g.collect = &collect.Collector{Inbox: inbox{g}, Dir: incoming, Now: now}
	// What waits for a partner must not keep what does not.
	g.runner = &work.Runner{Jobs: db, Now: now, Log: log, Workers: 2, Wake: g.wake[0], Temporary: g.passing, Handlers: map[string]work.Handler{
		"intake": g.intakeJob, "route": g.routeJob, "take": g.takeJob, "batch": g.batchJob, "share": g.shareJob, "overview": g.overviewJob,
		"answer": g.answerJob, "receipt": g.answerJob, "outcomes": g.outcomesJob, "seal": g.sealJob, "watch": g.watchJob,
		"retention": g.retentionJob, "people": g.peopleJob, "discard": g.discardJob}}
	g.remote = &work.Runner{Jobs: db, Now: now, Log: log, Workers: 8, Wake: g.wake[1], Temporary: g.passing, Handlers: map[string]work.Handler{
		"deliver": g.deliverJob, "poll": g.pollJob, "hook": g.hookJob}}
	g.teller = &hook.Teller{Book: hookBook{g}, Now: now, Client: hook.NewClient(o.WebhookNetworks)}
	maps.Copy(g.runner.Handlers, g.moneyJobs())
	g.ledger.Desk, g.ledger.Outcomes = requestDesk{g}, g.outcomesOf
	if o.Database != "" {
		return g, nil // what others have taken is theirs until their leases run out
	}
	// One process uses an embedded database: what was running has died with the
	// last one.
	return g, db.ResetJobs(ctx)
}

func (g *spine) close() error {
	defer g.only.release()
	return g.store.Close()
}

// run does jobs until the context ends.
func (g *spine) run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, r := range []*work.Runner{g.runner, g.remote} {
		wg.Add(1)
		go func() { defer wg.Done(); r.Run(ctx) }()
	}
	// A job that was added here need not wait for the next look.
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-ctx.Done():
				return
			case <-g.store.Woken():
			}
			for _, w := range g.wake {
				select {
				case w <- struct{}{}:
				default:
				}
			}
		}
	}()
	wg.Wait()
}

// passing says of an error that it is nobody's fault and passes by itself: the
// disk is full, the database is away.
func (g *spine) passing(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, archive.ErrAway) || g.store.Away(err)
}

// clearIncoming makes the folder of files that are being fetched, and removes
// what a process that was killed left there: all of it, where no other may be
// fetching, else what nobody has written to for a day.
func clearIncoming(dir string, alone bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		st, err := e.Info()
		if err != nil {
			continue // another has just removed it
		}
		if alone || time.Since(st.ModTime()) > 24*time.Hour {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// submit keeps a file of claims and asks for it to be taken in. The same bytes
// are taken in once.
func (g *spine) submit(ctx context.Context, s gateway.Scope, from, name string, r io.Reader) (gateway.Transmission, error) {
	m, _, err := books{g}.Submit(ctx, s, from, name, "", r)
	return m, err
}

// codeBilledBefore is the scrubber's code for services that were billed before.
const codeBilledBefore diag.Code = 7973

// chunk is how many claims are written in one transaction.
const chunk = 500

// intakeJob takes in a file of encounters or claims. It may run twice: a claim
// is added under the number of its file and its place in it, once.
func (g *spine) intakeJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	var m gateway.Transmission
	if err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Transmission(j.Scope, id)
		return err
	}); err != nil || m.State != "received" {
		return err
	}
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	if known, err := g.cameBefore(ctx, &m); err != nil || known {
		return err
	}
	var list []gateway.Claim
	flush := func(end bool) error {
		err := g.store.Do(ctx, func(tx *store.Tx) error { return g.addClaims(tx, &m, list, end) })
		list = list[:0]
		return err
	}
	item := 0
	err = g.eachClaim(f, m.Scope, func(c *claim.Claim, found []gateway.Finding, held bool) error {
		item++
		list = append(list, g.newClaim(&m, item, c, found, held))
		if len(list) == chunk {
			return flush(false)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush(true)
}

// sameInterchange begins the note of an interchange whose control number was
// used before, with other bytes.
const sameInterchange = "an interchange of this sender with this control number and day came before"

// cameBefore puts a file aside that names an interchange that came before: the
// same bytes are never here twice, so these are others under its name. Its
// claims are not taken, its sender is told (TA1 025), and a person may release
// it.
func (g *spine) cameBefore(ctx context.Context, m *gateway.Transmission) (known bool, err error) {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return false, err
	}
	defer f.Close()
	names, err := envelopes(f)
	if err != nil || len(names) == 0 {
		return false, err
	}
	m.Business = names[0]
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(m.Scope, "intake/"+m.Partner); err != nil {
			return err
		}
		other, _, err := tx.OwnDocuments(m, names)
		if err != nil || other == 0 {
			return err
		}
		known = true
		m.State, m.Note = "quarantined", fmt.Sprintf("%s, as file %d: nothing of it is taken until you release it", sameInterchange, other)
		if p := g.profile(m.Partner); p != nil && p.Login.User != "" {
			if err := tx.AddJob(m.Scope, "answer", strconv.FormatInt(m.ID, 10), g.now()); err != nil {
				return err
			}
		}
		return tx.SetTransmission(m)
	})
	return known, err
}

// envelopes names the interchanges of a file; none where it is no X12.
func envelopes(r io.Reader) ([]string, error) {
	head := bufio.NewReaderSize(r, 4096)
	if b, _ := head.Peek(512); !bytes.HasPrefix(bytes.TrimLeft(b, "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return nil, nil
	}
	var names []string
	sc := x12.NewScanner(head, x12.ScannerOptions{})
	for sc.Next() && len(names) < maxNamed {
		seg := sc.Segment()
		if seg.ID() != x12.SegmentIDOf("ISA") {
			continue
		}
		at := func(i int) string { return string(seg.Element(i)) }
		names = append(names, ledger.Envelope(&x12.Interchange{SenderQualifier: at(5), Sender: at(6), ReceiverQualifier: at(7), Receiver: at(8), Date: at(9), Control: at(13)}))
	}
	return names, sc.Err()
}

// maxNamed bounds the interchanges of a file that are looked up.
const maxNamed = 10000

// eachClaim reads a file of any accepted form and gives its claims, scrubbed. c
// is nil where an encounter could not be read far enough to make one.
func (g *spine) eachClaim(r io.Reader, s gateway.Scope, visit func(c *claim.Claim, found []gateway.Finding, held bool) error) error {
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	today := g.now().Format("20060102")
	if bytes.HasPrefix(bytes.TrimLeft(head[:n], "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return g.eachX12(r, s, today, visit)
	}
	if r, err = encountersIn(r); err != nil {
		return err
	}
	rd := intake.NewReader(r, intake.Options{})
	for {
		it, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c, found, held, err := g.oneItem(it, s, today)
		if err != nil {
			return err
		}
		if err := visit(c, found, held); err != nil {
			return err
		}
	}
}

func (g *spine) oneItem(it *intake.Item, s gateway.Scope, today string) (c *claim.Claim, found []gateway.Finding, held bool, err error) {
	var locate func(*claim.Claim, diag.Diagnostic) string
	if it.Record == "claim" {
		if c, err = claim.ParseJSON(it.Raw); err != nil {
			return nil, nil, true, nil // what is wrong with it is among the findings of validate
		}
	} else if c = it.Claim(livePayers{g}); c != nil {
		locate = intake.Locate(it.Encounter)
	}
	if c == nil {
		return nil, it.Findings, true, nil
	}
	c, repaired := g.repair(c, s)
	res, err := g.scrub().Scrub(scrub.Input{Claim: c, Today: today, Known: it.Findings, Locate: locate, Narrow: g.companionFor(c, s)})
	if err != nil {
		return nil, nil, true, err
	}
	return c, slices.Concat(it.Findings, res.Findings, repaired), res.Held, nil
}

// eachX12 takes claims of an 837: what is wrong with a claim holds that claim.
func (g *spine) eachX12(r io.Reader, s gateway.Scope, today string, visit func(c *claim.Claim, found []gateway.Finding, held bool) error) error {
	var failed error
	_, err := edi.Process(r, edi.Options{Today: today, Codes: g.scrub().Codes, Stays: g.scrub().Stays}, edi.Sink{Claim: func(c *claim.Claim, v *edi.Verdict) {
		if failed != nil {
			return
		}
		if mended, repaired := g.repair(c, s); len(repaired) > 0 && onlyOfClaim(v) {
			// It is checked anew, as it would be sent.
			mended.At = x12.At{}
			res, err := g.scrub().Scrub(scrub.Input{Claim: mended, Today: today, Narrow: g.companionFor(mended, s)})
			mended.At = c.At
			for i := range res.Findings {
				res.Findings[i].Segment = 0 // it counts in what would be sent, not in the file
			}
			if err == nil {
				err = visit(mended, append(res.Findings, repaired...), res.Held)
			}
			failed = err
			return
		}
		var found []gateway.Finding
		for _, d := range v.Findings {
			found = append(found, gateway.Finding{Diagnostic: d})
		}
		res, err := g.scrub().Scrub(scrub.Input{Claim: c, Today: today, Known: found, Narrow: g.companionFor(c, s)})
		if err == nil {
			err = visit(c, append(found, res.Findings...), res.Held || !v.Accepted())
		}
		failed = err
	}})
	return errors.Join(err, failed)
}

// repair puts right in a claim what the profile of its partner allows, in a copy,
// and gives it with what was done; the claim itself where nothing was.
func (g *spine) repair(c *claim.Claim, s gateway.Scope) (*claim.Claim, []gateway.Finding) {
	if c == nil || c.Payer == nil {
		return c, nil
	}
	known, ok := g.payer(c.Payer.ID.Value, c.Payer.Name.Last)
	if !ok {
		return c, nil
	}
	to := g.partnerFor(s, known.Partner)
	if to == nil || len(to.Repairs) == 0 {
		return c, nil
	}
	allow, err := scrub.ParseRepairs(to.Repairs)
	if err != nil {
		return c, nil // refused when the profiles were read
	}
	mended := c.Clone()
	var found []gateway.Finding
	for _, r := range allow.Apply(mended) {
		found = append(found, r.Finding(mended))
	}
	if len(found) == 0 {
		return c, nil
	}
	return mended, found
}

// onlyOfClaim says whether nothing is wrong above a claim: what is wrong in it may
// have been repaired.
func onlyOfClaim(v *edi.Verdict) bool {
	return !slices.ContainsFunc(v.Findings, func(d diag.Diagnostic) bool {
		return d.Code.Severity() == diag.Error && d.Code.SNIP() < 3 && !strings.HasPrefix(d.Loop, "20") && !strings.HasPrefix(d.Loop, "23") && !strings.HasPrefix(d.Loop, "24")
	})
}

// placeOf says in words where a finding is: the field of an encounter; of a claim
// of an X12 file the element, and where it stands.
func placeOf(c *claim.Claim, f gateway.Finding) string {
	if f.Field != "" || f.SegmentID == "" || c == nil || !c.At.Known() {
		return f.Where()
	}
	where := f.Designator()
	for i := len(c.Lines) - 1; i >= 0; i-- {
		if at := int(c.Lines[i].At.Segment); strings.HasPrefix(f.Loop, "24") && at > 0 && at <= f.Segment {
			where = fmt.Sprintf("service line %d, %s", i+1, where)
			break
		}
	}
	if f.Segment > 0 {
		where += fmt.Sprintf(" (segment %d of its set)", f.Segment)
	}
	return where
}

// maxFindingWords bounds what is kept of what was found in one claim.
const maxFindingWords = 50

// findingWords says what was found in a claim, one finding a string.
func findingWords(c *claim.Claim, found []gateway.Finding) (words []string) {
	for _, f := range found[:min(len(found), maxFindingWords)] {
		words = append(words, fmt.Sprintf("%v %s: %s %s", f.Code, placeOf(c, f), f.Message(), f.Hint()))
	}
	return words
}

// newClaim makes the row of a claim. Our own number leads back to the file and
// the place in it.
func (g *spine) newClaim(m *gateway.Transmission, item int, c *claim.Claim, found []gateway.Finding, held bool) gateway.Claim {
	k := gateway.Claim{Scope: m.Scope, Transmission: m.ID, Item: item, Trace: fmt.Sprintf("CW%08d%06d", m.ID, item), State: gateway.Queued, At: g.now(), Document: []byte("{}")}
	k.Findings = strings.Join(findingWords(c, found), "\n")
	if held {
		k.State = gateway.Held
	}
	if c == nil {
		if len(found) > 0 {
			k.ClaimID = found[0].Claim
		}
		return k
	}
	route.WithTrace(c, k.Trace)
	route.KeepUse(c)
	k.ClaimID, k.Kind, k.Charge, k.Frequency = strings.Clone(c.ID), c.Kind.String(), c.Charge.Amount, strings.Clone(c.Frequency)
	k.Money.Open = k.Charge
	if k.Frequency == "7" || k.Frequency == "8" {
		k.Replaces = strings.Clone(c.Reference(claim.ReferencePayerClaimID))
	}
	if p := c.Payer; p != nil {
		k.Payer, k.PayerName = strings.Clone(p.ID.Value), strings.Clone(p.Name.Last)
		if known, ok := g.payer(p.ID.Value, p.Name.Last); ok {
			k.Partner = known.Partner
			if p := g.partnerFor(m.Scope, known.Partner); p != nil {
				k.Partner = p.ID
			}
		}
	}
	if b := c.BillingProvider; b != nil {
		k.NPI, k.TaxID = strings.Clone(string(b.ID.Value)), strings.Clone(b.TaxID().Value)
	}
	if s := c.Subscriber; s != nil {
		k.Sequence = strings.Clone(s.Coverage.Sequence)
	}
	days := []claim.Period{c.Date(claim.DateService), c.Date(claim.DateStatement)}
	for i := range c.Lines {
		days = append(days, c.Lines[i].Service())
	}
	for _, d := range days {
		if from := d.From(); from != "" && (k.From == "" || from < k.From) {
			k.From = strings.Clone(from)
		}
		if to := d.To(); to > k.To {
			k.To = strings.Clone(to)
		}
	}
	from := g.profile(m.Partner)
	switch to := g.profile(k.Partner); {
	case from != nil && from.Kind == partners.Service && m.Scope.Organisation == from.Organisation:
		k.State, k.Findings = gateway.Held, strings.TrimPrefix(k.Findings+"\n"+nobodysClaim, "\n")
	case k.State != gateway.Queued:
	case g.checkedOnly(m):
		k.State, k.Findings = gateway.Received, checkedAsTest
	case to == nil:
		k.State, k.Findings = gateway.Held, "no trading partner is set up for this payer: "+k.Partner
	case !serves(to, m.Scope):
		k.State, k.Findings = gateway.Held, "the trading partner of this payer takes no "+m.Scope.Usage+" claims of this organisation: "+k.Partner
	}
	if r, ok := scrub.ConditionsOf(g.scrub().Codes, c); ok {
		k.Conditions = r
	}
	k.Person, k.Insured = foundBy(c)
	k.Document = c.AppendJSON(nil)
	return k
}

// conditions notes what a claim codes its patient for, and warns of what the
// patient was coded for last year and not yet in this one. To run twice notes the
// same.
func (g *spine) conditions(tx *store.Tx, c *gateway.Claim) error {
	k := c.Conditions
	if k.Patient == "" {
		return nil
	}
	if err := tx.AddConditions(c.Scope, k.Patient, k.Year, k.Categories); err != nil {
		return err
	}
	last, err := tx.Conditions(c.Scope, k.Patient, k.Year-1)
	if err != nil || len(last) == 0 {
		return err
	}
	this, err := tx.Conditions(c.Scope, k.Patient, k.Year)
	if err != nil {
		return err
	}
	if f, ok := scrub.Dropped(g.scrub().Codes, c.ClaimID, last, this); ok {
		c.Findings = strings.TrimPrefix(fmt.Sprintf("%s\n%v %s: %s %s", c.Findings, f.Code, f.Where(), f.Message(), f.Hint()), "\n")
	}
	return nil
}

// linkReplaced notes which of our claims a replacement or a void that an office
// sent as such takes the place of: of those that the payer knows under the number,
// the latest.
func (g *spine) linkReplaced(tx *store.Tx, c *gateway.Claim) error {
	if c.Replaces == "" {
		return nil
	}
	list, err := tx.ByPayerClaimID(c.Scope, c.Partner, c.Replaces)
	if err != nil || len(list) == 0 {
		return err
	}
	kind := gateway.CorrectReplace
	if c.Frequency == "8" {
		kind = gateway.CorrectVoid
	}
	return tx.AddCorrection(&gateway.Correction{Claim: c.ID, Scope: c.Scope, Original: list[len(list)-1].ID, Kind: kind, At: g.now(), Note: "by the payer's number"})
}

func (g *spine) addClaims(tx *store.Tx, m *gateway.Transmission, list []gateway.Claim, end bool) error {
	if err := tx.Lock(m.Scope, "claims"); err != nil {
		return err
	}
	from := g.profile(m.Partner)
	if from != nil && from.Kind.Gives() {
		good := make([]bool, len(list))
		for i := range list {
			good[i] = list[i].State != gateway.Held
		}
		if err := g.certify(tx, from, good); err != nil {
			return err
		}
	}
	if from != nil && from.Kind == partners.Service {
		var err error
		if list, _, err = g.reenterSome(tx, m, from, list); err != nil {
			return err
		}
	}
	changes := map[gateway.State][]gateway.ClaimChange{}
	partnersOf := map[string]bool{}
	// The same services are billed once. It is looked at here, in the
	// transaction, so that two files at the same time cannot both pass.
	same, err := tx.SameServices(list, func(c *gateway.Claim) bool { return c.State == gateway.Queued && c.Frequency == "1" })
	if err != nil {
		return err
	}
	for i := range list {
		if same[i] != 0 {
			d := diag.Diagnostic{Code: codeBilledBefore, Want: "in the same file, further up"}
			if same[i] > 0 {
				d.Want = fmt.Sprintf("under the same number, our claim %d", same[i])
			}
			list[i].State, list[i].Findings = gateway.Held, fmt.Sprintf("%v the encounter: %s %s", codeBilledBefore, d.Message(), d.Hint())
		}
	}
	for i := range list {
		if err := g.conditions(tx, &list[i]); err != nil {
			return err
		}
	}
	if err := tx.AddClaims(list); err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		if c.ID == 0 {
			continue // added before
		}
		if err := g.linkReplaced(tx, c); err != nil {
			return err
		}
		changes[c.State] = append(changes[c.State], gateway.ClaimChange{Claim: c.ID, State: c.State})
		if c.State == gateway.Queued {
			partnersOf[c.Partner] = true
		}
	}
	for _, st := range []gateway.State{gateway.Received, gateway.Held, gateway.Queued} {
		if len(changes[st]) == 0 {
			continue
		}
		e := gateway.Event{Scope: m.Scope, At: g.now(), Kind: string(st), Transmission: m.ID, Place: gateway.Place{SHA256: m.SHA256}, Claims: changes[st]}
		if err := tx.AddEvent(&e); err != nil {
			return err
		}
	}
	for p := range partnersOf {
		if err := g.askToRoute(tx, m.Scope, p); err != nil {
			return err
		}
	}
	if !end {
		return nil
	}
	if from != nil && from.Login.User != "" {
		if err := tx.AddJob(m.Scope, "answer", strconv.FormatInt(m.ID, 10), g.now()); err != nil {
			return err
		}
		if err := g.answerBatch(tx, m); err != nil {
			return err
		}
	}
	m.State = "taken"
	return tx.SetTransmission(m)
}

// maxClaims is how many claims go into one interchange where the partner's
// profile has no bound.
const maxClaims = 5000

// parallelClaims is how many go into one to a payer that is not live yet: real
// ones, a few at a time.
const parallelClaims = 50

// routeJob puts waiting claims of a partner into interchanges. It may run
// twice: a claim leaves the waiting ones in the transaction that records its
// interchange, and the numbers are allocated in that too.
func (g *spine) routeJob(ctx context.Context, j *gateway.Job) error {
	p := g.profile(j.Args)
	if p == nil {
		return work.Park{Reason: fmt.Errorf("no profile of partner %s", j.Args)}
	}
	if p.Usage != j.Scope.Usage {
		return work.Park{Reason: fmt.Errorf("claims of %s cannot go to a partner of %s", j.Scope.Usage, p.Usage)}
	}
	if !serves(p, j.Scope) {
		return work.Park{Reason: fmt.Errorf("partner %s is not for claims of %s", p.ID, j.Scope.Organisation)}
	}
	stage := g.stage(ctx, p)
	if p.Usage == "production" && stage == gateway.StageTest {
		return work.Snooze(time.Minute) // claims wait until enough tests were good
	}
	for {
		more := false
		err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
			more, err = g.routeOne(tx, j.Scope, p, stage)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

func (g *spine) routeOne(tx *store.Tx, s gateway.Scope, p *partners.Profile, stage string) (more bool, err error) {
	limit := p.Limits.ClaimsPerFile
	if limit == 0 {
		limit = maxClaims
	}
	if stage == gateway.StageParallel {
		limit = min(limit, parallelClaims)
	}
	if err := tx.Lock(s, "route/"+p.ID); err != nil {
		return false, err
	}
	waiting, err := tx.Waiting(s, p.ID, limit)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	// One functional group an interchange: a 999 answers for a group, and finds
	// the interchange by it. Other kinds of claim follow in the next.
	found := len(waiting)
	kind := waiting[0].Kind
	waiting = slices.DeleteFunc(waiting, func(c gateway.Claim) bool { return c.Kind != kind })
	claims := make([]*claim.Claim, len(waiting))
	for i := range waiting {
		if claims[i], err = claim.ParseJSON(waiting[i].Document); err != nil {
			return false, work.Park{Reason: fmt.Errorf("claim %d: %w", waiting[i].ID, err)}
		}
	}
	var n route.Numbers
	// Over a connection that several share, a number is given once.
	if n.Interchange, err = tx.NextControl(ownerOf(p), p.ID, "ISA13"); err != nil {
		return false, err
	}
	for k := range route.GroupsOf(claims) {
		v, err := tx.NextControl(ownerOf(p), p.ID, "GS06")
		if err != nil {
			return false, err
		}
		if k == 0 {
			n.Group = v
		}
	}
	now := g.now()
	built, err := route.Build(p, claims, n, now)
	if err != nil {
		return false, work.Park{Reason: err}
	}
	sum, err := g.archive.PutBytes(built.Bytes)
	if err != nil {
		return false, err
	}
	i := gateway.Interchange{Scope: s, Partner: p.ID, Control: built.Control, Group: built.Group, SHA256: sum, Name: p.FileName(built.Control, kind, now),
		Size: int64(len(built.Bytes)), Claims: len(claims), State: "queued", At: now}
	for k := range waiting {
		i.Charge += waiting[k].Charge
	}
	if err := tx.AddInterchange(&i); err != nil {
		return false, err
	}
	if k := g.packer(p.ID); k.Wraps() {
		name, wire, err := k.Pack(i.Name, built.Bytes, now)
		if err != nil {
			return false, err
		}
		i.Wire = gateway.Wire{Name: name, Size: int64(len(wire))}
		if i.Wire.SHA256, err = g.archive.PutBytes(wire); err != nil {
			return false, err
		}
		if err := tx.AddWire(&i); err != nil {
			return false, err
		}
	}
	bySet := map[string][]int64{}
	for k := range waiting {
		bySet[built.Sets[k]] = append(bySet[built.Sets[k]], waiting[k].ID)
	}
	for _, set := range slices.Sorted(maps.Keys(bySet)) {
		if err := tx.PutInto(s, i.ID, set, bySet[set]); err != nil {
			return false, err
		}
	}
	return found == limit || len(waiting) < found, tx.AddJob(s, "deliver", strconv.FormatInt(i.ID, 10), now)
}

// takeJob takes in a partner's file. It may run twice: all that it changes and
// the transmission's being taken are one transaction.
func (g *spine) takeJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		// What two files say of one claim is applied one after the other.
		if err := tx.Lock(j.Scope, "ledger"); err != nil {
			return err
		}
		m, err := tx.Transmission(j.Scope, id)
		if err != nil {
			return err
		}
		if bank, err := g.takeBank(tx, &m); bank || err != nil {
			return err
		}
		if err := g.ledger.Take(tx, &m, func() (io.ReadCloser, error) { return g.archive.Open(m.SHA256) }); err != nil {
			return err
		}
		if m.Kind == "835" {
			if _, err := deposit.Match(tx, j.Scope); err != nil {
				return err
			}
		}
		if m.State == "taken" {
			if err := g.heard(tx, &m); err != nil {
				return err
			}
		}
		if m.State == "taken" && g.officeOf(j.Scope) != nil {
			return tx.AddJob(j.Scope, "outcomes", j.Args, g.now())
		}
		return nil
	})
}

// sealEvery is how often events are sealed.
const sealEvery = time.Minute

// sealJob seals what happened since the last time, and asks to be called again.
// It may run twice: an event has one checkpoint.
func (g *spine) sealJob(ctx context.Context, j *gateway.Job) error {
	if err := g.seal(ctx); err != nil {
		return err
	}
	return g.store.Do(ctx, func(tx *store.Tx) error { return tx.AddJob(j.Scope, "seal", "", g.now().Add(sealEvery)) })
}

// seal seals all events that are not.
func (g *spine) seal(ctx context.Context) error {
	for {
		n, err := g.store.Seal(ctx, g.now())
		if err != nil || n == 0 {
			return err
		}
	}
}
