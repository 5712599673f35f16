package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/archive"
	"claimwire/gateway/collect"
	"claimwire/gateway/deliver"
	"claimwire/gateway/intake"
	"claimwire/gateway/ledger"
	"claimwire/gateway/route"
	"claimwire/gateway/scrub"
	"claimwire/gateway/sftp"
	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/sqlite"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// spine is the gateway's parts, plugged together: intake → scrub → route →
// deliver → collect → ledger. Each step is a job that was added in the
// transaction of the fact that asks for it.
type spine struct {
	store    *store.Store
	archive  *archive.Archive
	payers   *route.Directory
	profiles map[string]*partners.Profile
	// profileList has them in their order.
	profileList []*partners.Profile
	scrub       *scrub.Scrubber
	ledger      *ledger.Ledger
	deliver     *deliver.Deliverer
	collect     *collect.Collector
	runner      *work.Runner
	door        *sftp.Door // partners who come to us; nil: not in this process
	now         func() time.Time
	log         zerolog.Logger

	pollEvery time.Duration
	mu        sync.Mutex
	failures  map[string]int // of polling, by partner
}

// spineOptions are what a gateway is opened with.
type spineOptions struct {
	Dir      string // archive, and the database unless one is named
	Database string // address of a PostgreSQL database; empty: the embedded one
	Keys     []*archive.Key
	Codes    *codes.Library // nil: only what the binary ships
	Payers   *route.Directory
	Profiles []*partners.Profile
	Now      func() time.Time
	Log      zerolog.Logger
}

// openStores opens the archive and the database.
func openStores(ctx context.Context, o spineOptions) (*archive.Archive, *store.Store, error) {
	a, err := archive.Open(filepath.Join(o.Dir, "archive"), o.Keys...)
	if err != nil {
		return nil, nil, err
	}
	var db *store.Store
	if o.Database != "" {
		db, err = postgres.Open(ctx, o.Database)
	} else {
		db, err = sqlite.Open(ctx, filepath.Join(o.Dir, "gateway.db"))
	}
	return a, db, err
}

// loadedDiagnoses asks the releases that the operator has loaded.
type loadedDiagnoses struct{ lib *codes.Library }

func diagnosesOf(l *codes.Library) scrub.Diagnoses {
	if l == nil {
		return nil
	}
	return loadedDiagnoses{l}
}

// Diagnosis judges a code on a day; what no release answers for is left to what
// the binary ships.
func (d loadedDiagnoses) Diagnosis(code, day string) (scrub.Standing, string) {
	n, err := strconv.Atoi(day)
	if err != nil {
		return scrub.NotChecked, ""
	}
	_, r, standing := d.lib.Lookup(codes.ICD10CM, code, n)
	switch standing {
	case codes.Valid:
		return scrub.Billable, ""
	case codes.Heading:
		if below := r.Below(code, n, 8); len(below) > 0 {
			return scrub.Heading, "billable below it: " + strings.Join(below, ", ")
		}
		return scrub.Heading, ""
	case codes.NoCode:
		return scrub.NoCode, ""
	}
	return scrub.Shipped{}.Diagnosis(code, day)
}

// openSpine opens the gateway's data.
func openSpine(ctx context.Context, o spineOptions) (*spine, error) {
	a, db, err := openStores(ctx, o)
	if err != nil {
		return nil, err
	}
	owner := "gateway"
	if o.Database != "" {
		owner = rand.Text() // many processes share the database: each has its own name
	}
	payers, profiles, now, log := o.Payers, o.Profiles, o.Now, o.Log
	g := &spine{store: db, archive: a, payers: payers, profiles: map[string]*partners.Profile{}, failures: map[string]int{}, now: now, log: log,
		scrub:  &scrub.Scrubber{Payers: payers, Diagnoses: diagnosesOf(o.Codes)},
		ledger: &ledger.Ledger{Now: now, NotFound: store.ErrNotFound, BatchID: route.ParseBatchID}}
	g.profileList = profiles
	for _, p := range profiles {
		g.profiles[p.ID] = p
	}
	g.deliver = &deliver.Deliverer{Outbox: outbox{g}, Archive: a, Now: now, Owner: owner,
		Dial: func(ctx context.Context, p *partners.Profile) (deliver.Connection, error) {
			if p.Connection.Host != "" {
				return partners.Dial(ctx, &p.Connection)
			}
			if g.door == nil {
				return nil, errNoDoor
			}
			return g.door.Handover(p)
		}}
	g.collect = &collect.Collector{Inbox: inbox{g}}
	g.runner = &work.Runner{Jobs: db, Now: now, Log: log, Workers: 2, Poll: 20 * time.Millisecond, Handlers: map[string]work.Handler{
		"intake": g.intakeJob, "route": g.routeJob, "deliver": g.deliverJob, "take": g.takeJob,
		"answer": g.answerJob, "outcomes": g.outcomesJob, "poll": g.pollJob, "seal": g.sealJob}}
	if o.Database != "" {
		return g, nil // what others have taken is theirs until their leases run out
	}
	// One process uses an embedded database: what was running has died with the
	// last one.
	return g, db.ResetJobs(ctx)
}

func (g *spine) close() error { return g.store.Close() }

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
	err = g.eachClaim(f, func(c *claim.Claim, found []gateway.Finding, held bool) error {
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
	sc := x12.NewScanner(f, x12.ScannerOptions{})
	if !sc.Next() || sc.Segment().ID() != x12.SegmentIDOf("ISA") {
		return false, sc.Err()
	}
	seg := sc.Segment()
	part := func(i int) string { return strings.TrimSpace(string(seg.Element(i))) }
	m.Business = strings.Join([]string{"ISA", part(5), part(6), part(7), part(8), part(9), part(13)}, " ")
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(m.Scope, "intake/"+m.Partner); err != nil {
			return err
		}
		other, err := tx.SameBusiness(m)
		if err != nil || other == 0 {
			return err
		}
		known = true
		m.State, m.Note = "quarantined", fmt.Sprintf("%s, as file %d", sameInterchange, other)
		if p := g.profiles[m.Partner]; p != nil && p.Login.User != "" {
			if err := tx.AddJob(m.Scope, "answer", strconv.FormatInt(m.ID, 10), g.now()); err != nil {
				return err
			}
		}
		return tx.SetTransmission(m)
	})
	return known, err
}

// eachClaim reads a file of any accepted form and gives its claims, scrubbed. c
// is nil where an encounter could not be read far enough to make one.
func (g *spine) eachClaim(r io.Reader, visit func(c *claim.Claim, found []gateway.Finding, held bool) error) error {
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	today := g.now().Format("20060102")
	if bytes.HasPrefix(bytes.TrimLeft(head[:n], "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return g.eachX12(r, today, visit)
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
		c, found, held, err := g.oneItem(it, today)
		if err != nil {
			return err
		}
		if err := visit(c, found, held); err != nil {
			return err
		}
	}
}

func (g *spine) oneItem(it *intake.Item, today string) (c *claim.Claim, found []gateway.Finding, held bool, err error) {
	var locate func(*claim.Claim, diag.Diagnostic) string
	if it.Record == "claim" {
		if c, err = claim.ParseJSON(it.Raw); err != nil {
			return nil, nil, true, nil // what is wrong with it is among the findings of validate
		}
	} else if c = it.Claim(g.payers); c != nil {
		locate = intake.Locate(it.Encounter)
	}
	if c == nil {
		return nil, it.Findings, true, nil
	}
	res, err := g.scrub.Scrub(scrub.Input{Claim: c, Today: today, Known: it.Findings, Locate: locate})
	if err != nil {
		return nil, nil, true, err
	}
	return c, append(it.Findings, res.Findings...), res.Held, nil
}

// eachX12 takes claims of an 837: what is wrong with a claim holds that claim.
func (g *spine) eachX12(r io.Reader, today string, visit func(c *claim.Claim, found []gateway.Finding, held bool) error) error {
	var failed error
	_, err := edi.Process(r, edi.Options{Today: today}, edi.Sink{Claim: func(c *claim.Claim, v *edi.Verdict) {
		if failed != nil {
			return
		}
		var found []gateway.Finding
		for _, d := range v.Findings {
			found = append(found, gateway.Finding{Diagnostic: d})
		}
		res, err := g.scrub.Scrub(scrub.Input{Claim: c, Today: today, Known: found})
		if err == nil {
			err = visit(c, append(found, res.Findings...), res.Held || !v.Accepted())
		}
		failed = err
	}})
	return errors.Join(err, failed)
}

// newClaim makes the row of a claim. Our own number leads back to the file and
// the place in it.
func (g *spine) newClaim(m *gateway.Transmission, item int, c *claim.Claim, found []gateway.Finding, held bool) gateway.Claim {
	k := gateway.Claim{Scope: m.Scope, Transmission: m.ID, Item: item, Trace: fmt.Sprintf("CW%08d%06d", m.ID, item), State: gateway.Queued, At: g.now(), Document: []byte("{}")}
	var words []string
	for _, f := range found {
		if len(words) < 50 {
			words = append(words, fmt.Sprintf("%v %s: %s %s", f.Code, f.Where(), f.Message(), f.Hint()))
		}
	}
	k.Findings = strings.Join(words, "\n")
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
	if p := c.Payer; p != nil {
		k.Payer, k.PayerName = strings.Clone(p.ID.Value), strings.Clone(p.Name.Last)
		if known, ok := g.payers.Payer(p.ID.Value, p.Name.Last); ok {
			k.Partner = known.Partner
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
	if k.State == gateway.Queued && g.profiles[k.Partner] == nil {
		k.State, k.Findings = gateway.Held, "no trading partner is set up for this payer: "+k.Partner
	}
	k.Document = c.AppendJSON(nil)
	return k
}

func (g *spine) addClaims(tx *store.Tx, m *gateway.Transmission, list []gateway.Claim, end bool) error {
	if err := tx.Lock(m.Scope, "claims"); err != nil {
		return err
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
			d := diag.Diagnostic{Code: codeBilledBefore}
			list[i].State, list[i].Findings = gateway.Held, fmt.Sprintf("%v the encounter: %s %s", codeBilledBefore, d.Message(), d.Hint())
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
		changes[c.State] = append(changes[c.State], gateway.ClaimChange{Claim: c.ID, State: c.State})
		if c.State == gateway.Queued {
			partnersOf[c.Partner] = true
		}
	}
	for _, st := range []gateway.State{gateway.Held, gateway.Queued} {
		if len(changes[st]) == 0 {
			continue
		}
		e := gateway.Event{Scope: m.Scope, At: g.now(), Kind: string(st), Transmission: m.ID, Place: gateway.Place{SHA256: m.SHA256}, Claims: changes[st]}
		if err := tx.AddEvent(&e); err != nil {
			return err
		}
	}
	for p := range partnersOf {
		// A little later, so that claims that come together go together.
		if err := tx.AddJob(m.Scope, "route", p, g.now().Add(300*time.Millisecond)); err != nil {
			return err
		}
	}
	if !end {
		return nil
	}
	if p := g.profiles[m.Partner]; p != nil && p.Login.User != "" {
		if err := tx.AddJob(m.Scope, "answer", strconv.FormatInt(m.ID, 10), g.now()); err != nil {
			return err
		}
	}
	m.State = "taken"
	return tx.SetTransmission(m)
}

// maxClaims is how many claims go into one interchange where the partner's
// profile has no bound.
const maxClaims = 5000

// routeJob puts waiting claims of a partner into interchanges. It may run
// twice: a claim leaves the waiting ones in the transaction that records its
// interchange, and the numbers are allocated in that too.
func (g *spine) routeJob(ctx context.Context, j *gateway.Job) error {
	p := g.profiles[j.Args]
	if p == nil {
		return work.Park{Reason: fmt.Errorf("no profile of partner %s", j.Args)}
	}
	if p.Usage != j.Scope.Usage {
		return work.Park{Reason: fmt.Errorf("claims of %s cannot go to a partner of %s", j.Scope.Usage, p.Usage)}
	}
	for {
		more := false
		err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
			more, err = g.routeOne(tx, j.Scope, p)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

func (g *spine) routeOne(tx *store.Tx, s gateway.Scope, p *partners.Profile) (more bool, err error) {
	limit := p.Limits.ClaimsPerFile
	if limit == 0 {
		limit = maxClaims
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
	if n.Interchange, err = tx.NextControl(s, p.ID, "ISA13"); err != nil {
		return false, err
	}
	for k := range route.GroupsOf(claims) {
		v, err := tx.NextControl(s, p.ID, "GS06")
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
	i := gateway.Interchange{Scope: s, Partner: p.ID, Control: built.Control, Group: built.Group, SHA256: sum, Name: p.FileName(built.Control, now),
		Size: int64(len(built.Bytes)), Claims: len(claims), State: "queued", At: now}
	for k := range waiting {
		i.Charge += waiting[k].Charge
	}
	if err := tx.AddInterchange(&i); err != nil {
		return false, err
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

// deliverJob hands an interchange over. It may run twice: Deliver looks at the
// partner's folder before it sends anything again.
func (g *spine) deliverJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	var i gateway.Interchange
	if err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
		i, err = tx.Interchange(j.Scope, id)
		return err
	}); err != nil {
		return err
	}
	p := g.profiles[i.Partner]
	if p == nil {
		return work.Park{Reason: fmt.Errorf("no profile of partner %s", i.Partner)}
	}
	err = g.deliver.Deliver(ctx, j.Scope, id, p)
	switch {
	case errors.Is(err, deliver.ErrHeld):
		return work.Snooze(time.Second)
	case errors.Is(err, errNoDoor):
		return work.Snooze(5 * time.Second) // a process that has the door takes it
	case errors.Is(err, partners.ErrDenied) || errors.Is(err, partners.ErrHostKey):
		return work.Park{Reason: err} // payers lock out who knocks too often
	}
	return err
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
		if err := g.ledger.Take(tx, &m, func() (io.ReadCloser, error) { return g.archive.Open(m.SHA256) }); err != nil {
			return err
		}
		if m.State == "taken" && g.officeOf(j.Scope) != nil {
			return tx.AddJob(j.Scope, "outcomes", j.Args, g.now())
		}
		return nil
	})
}

// poll fetches what a partner has for us.
func (g *spine) poll(ctx context.Context, s gateway.Scope, p *partners.Profile) (int, error) {
	c, err := partners.Dial(ctx, &p.Connection)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return g.collect.Collect(ctx, s, p, c)
}

// pollJob looks into a partner's folder, and asks to be called again: one job a
// partner, so that of many processes one looks. After a failure it waits
// longer; after a refused log-in or a strange host key it is parked, since
// payers lock out who knocks too often. It may run twice: a file is noted as
// fetched with the transaction that keeps it.
func (g *spine) pollJob(ctx context.Context, j *gateway.Job) error {
	p := g.profiles[j.Args]
	if p == nil || p.Connection.Host == "" {
		return work.Park{Reason: fmt.Errorf("no connection to partner %s", j.Args)}
	}
	n, err := g.poll(ctx, j.Scope, p)
	g.mu.Lock()
	if err == nil {
		g.failures[p.ID] = 0
	} else {
		g.failures[p.ID]++
	}
	failures := g.failures[p.ID]
	g.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, partners.ErrDenied) || errors.Is(err, partners.ErrHostKey):
		return work.Park{Reason: err}
	case err != nil:
		g.log.Warn().Err(err).Str("partner", p.ID).Int("failures", failures).Msg("the partner's files cannot be fetched")
	case n > 0:
		g.log.Info().Str("partner", p.ID).Int("files", n).Msg("files fetched")
	}
	wait := min(g.pollEvery<<min(failures, 6), time.Hour)
	return g.store.Do(ctx, func(tx *store.Tx) error { return tx.AddJob(j.Scope, "poll", j.Args, g.now().Add(wait)) })
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

// startPolling asks for every partner that we go to to be looked at.
func (g *spine) startPolling(ctx context.Context, every time.Duration) error {
	g.pollEvery = every
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.AddJob(gateway.Scope{}, "seal", "", g.now().Add(sealEvery)); err != nil {
			return err
		}
		for _, p := range g.profileList {
			if p.Connection.Host == "" {
				continue
			}
			if err := tx.AddJob(scopeOf(p), "poll", p.ID, g.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// outbox is what a delivery asks of the store.
type outbox struct{ g *spine }

func (o outbox) Interchange(ctx context.Context, s gateway.Scope, id int64) (i gateway.Interchange, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		i, err = tx.Interchange(s, id)
		return err
	})
	return i, err
}

func (o outbox) Lease(ctx context.Context, id int64, owner string, now, until time.Time) (fence int64, step deliver.Step, ok bool, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		fence, step, ok, err = tx.Lease(id, owner, now, until)
		return err
	})
	return fence, step, ok, err
}

func (o outbox) Step(ctx context.Context, id, fence int64, step deliver.Step) (ok bool, err error) {
	err = o.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.Step(id, fence, step)
		return err
	})
	return ok, err
}

func (o outbox) Release(ctx context.Context, id, fence int64) error {
	return o.g.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Release(id, fence)
		return err
	})
}

// Sent records that the partner has an interchange, and moves its claims.
func (o outbox) Sent(ctx context.Context, i gateway.Interchange, fence int64, at time.Time) error {
	return o.g.store.Do(ctx, func(tx *store.Tx) error {
		if ok, err := tx.Release(i.ID, fence); err != nil || !ok {
			return errors.Join(err, deliver.ErrHeld)
		}
		i.State = "sent"
		if err := tx.SetInterchange(&i); err != nil {
			return err
		}
		changes, err := tx.MoveClaims(i.Scope, i.ID, gateway.Sent, at, gateway.Received, gateway.Held, gateway.Queued)
		if err != nil {
			return err
		}
		e := gateway.Event{Scope: i.Scope, At: at, Kind: "sent", Interchange: i.ID, Place: gateway.Place{SHA256: i.SHA256}, Claims: changes}
		return tx.AddEvent(&e)
	})
}

// Unsure records that nobody knows whether the partner has an interchange.
func (o outbox) Unsure(ctx context.Context, i gateway.Interchange, fence int64, note string) error {
	o.g.log.Error().Str("partner", i.Partner).Str("interchange", i.Control).Msg("it is not sure whether an interchange was sent: " + note)
	return o.g.store.Do(ctx, func(tx *store.Tx) error {
		if ok, err := tx.Release(i.ID, fence); err != nil || !ok {
			return errors.Join(err, deliver.ErrHeld)
		}
		i.State, i.Note = "unsure", note
		return tx.SetInterchange(&i)
	})
}

// inbox is what collecting asks of the store and the archive.
type inbox struct{ g *spine }

func (b inbox) Collected(ctx context.Context, s gateway.Scope, partner, name string, size int64) (ok bool, err error) {
	err = b.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.Collected(s, partner, name, size)
		return err
	})
	return ok, err
}

func (b inbox) Receive(ctx context.Context, s gateway.Scope, partner, name string, r io.Reader) error {
	sum, size, err := b.g.archive.Put(r)
	if err != nil {
		return err
	}
	return b.g.store.Do(ctx, func(tx *store.Tx) error {
		m := gateway.Transmission{Scope: s, Inbound: true, Partner: partner, Name: name, SHA256: sum, Size: size, Kind: "other", State: "received", At: b.g.now()}
		added, err := tx.AddTransmission(&m)
		if err != nil {
			return err
		}
		if added {
			if err := tx.AddJob(s, "take", strconv.FormatInt(m.ID, 10), b.g.now()); err != nil {
				return err
			}
		}
		return tx.AddCollected(s, partner, name, size, sum, b.g.now())
	})
}
