package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

type benchCmd struct {
	Claims   int    `help:"How many claims the day has." default:"100000"`
	Fill     int    `help:"Put so many paid claims into the store first, by the bulk loader, to measure with many in store."`
	Dir      string `help:"Keep the data in this folder; without one, they are removed." type:"path" placeholder:"DIR"`
	Again    bool   `help:"Measure in a folder, and a database, that an earlier bench has filled."`
	Pages    bool   `help:"Measure the desk's pages and the API too, when the claims are there."`
	Database string `help:"Address of an empty PostgreSQL database; without one, the embedded database serves." placeholder:"URL"`
	Format   string `help:"How to print the result." enum:"text,json" default:"text"`
}

// Help says what is measured.
func (benchCmd) Help() string {
	return `Builds a day of professional claims and their remittance advices, and measures the gateway on them at full
durability: from an 837 file to interchanges in the outbox, and from 835 files to posted payments. Nothing is sent
anywhere. At the end the books are reconciled. --fill loads claims of earlier days, with their payments, straight into
the store's tables: as rows, without files, to see what a full store costs. Of a hundred, eleven wait for somebody: held,
rejected, silent, denied, asked about, or paid by a payment of nobody's. --pages asks for worklists, a search, a claim and
other pages over HTTP, as a biller's browser and a program do, some hundred times each, and says how long they took.
--again measures in what an earlier bench has filled: a day, where no day was, or pages; the books are not reconciled then.

` + example("bench --claims 20000", "bench --claims 1000000 --dir bench", "bench --fill 5000000 --claims 20000 --dir bench", "bench --fill 1000000 --claims 0 --pages", "bench --again --claims 0 --pages --dir bench")
}

// perFile is how many claims a file of the bench has.
const perFile = 10000

// Run measures.
func (c *benchCmd) Run(a *app) error {
	dir := c.Dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "claimwire-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	if _, err := os.Stat(filepath.Join(dir, "archive")); err == nil && !c.Again {
		return fmt.Errorf("%s holds a gateway already", dir)
	}
	payers, err := payerDirectory("")
	if err != nil {
		return err
	}
	p, err := partners.Parse("bench.yaml", []byte(demoEnvelope))
	if err != nil {
		return err
	}
	ctx := context.Background()
	g, err := openSpine(ctx, spineOptions{Dir: dir, Database: c.Database, Payers: payers, Profiles: []*partners.Profile{p}, Now: time.Now, Log: zerolog.Nop()})
	if err != nil {
		return err
	}
	defer g.close()
	// Delivery and polling stay out: what is measured ends at the outbox.
	delete(g.remote.Handlers, "deliver")
	out := benchResult{Claims: c.Claims, Database: "SQLite", Cores: runtime.GOMAXPROCS(0)}
	if c.Database != "" {
		out.Database = "PostgreSQL"
	}
	filled := time.Now()
	if err := g.fill(ctx, p.ID, c.Fill); err != nil {
		return err
	}
	if c.Fill > 0 {
		out.Fill, out.FillRate = c.Fill, float64(c.Fill)/time.Since(filled).Seconds()
	}
	before, err := read(ctx, g, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(demoScope) })
	if err != nil {
		return err
	}
	began, worked := time.Now(), processorTime()
	for from := 0; from < c.Claims; from += perFile {
		n := min(perFile, c.Claims-from)
		if _, err := g.submit(ctx, demoScope, "bench", fmt.Sprintf("day-%06d.837", from), bytes.NewReader(benchClaims(from, n))); err != nil {
			return err
		}
		if err := g.drain(ctx); err != nil {
			return err
		}
		// As the gateway does now and then.
		if err := g.store.Optimize(ctx); err != nil {
			return err
		}
	}
	out.Outbox, out.OutboxWorked = float64(c.Claims)/time.Since(began).Seconds(), (processorTime() - worked).Seconds()
	alone := func(*store.Tx, string) error { return nil }
	began, worked = time.Now(), processorTime()
	for from := 0; from < c.Claims; from += perFile {
		n := min(perFile, c.Claims-from)
		if err := g.brought(ctx, demoScope, p, fmt.Sprintf("day-%06d.835", from), bytes.NewReader(benchPayments(from, n)), "", alone); err != nil {
			return err
		}
		if err := g.drain(ctx); err != nil {
			return err
		}
	}
	out.Posted, out.PostedWorked = float64(c.Claims)/time.Since(began).Seconds(), (processorTime() - worked).Seconds()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	out.MemoryMiB = m.Sys >> 20
	states, err := read(ctx, g, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(demoScope) })
	if err != nil {
		return err
	}
	out.Paid = states[gateway.Paid] - before[gateway.Paid]
	// The books of a filled store do not agree: its claims came in no file.
	if c.Fill == 0 && !c.Again {
		began = time.Now()
		if err := g.seal(ctx); err != nil {
			return err
		}
		account, err := read(ctx, g, func(tx *store.Tx) (*ledger.Account, error) { return ledger.Reconcile(tx) })
		if err != nil {
			return err
		}
		account.Bytes(g.archive.Verify)
		out.Problems, out.Reconciled = len(account.Problems)+account.More, time.Since(began).Seconds()
		for _, p := range account.Problems[:min(5, len(account.Problems))] {
			fmt.Fprintln(a.stderr, p)
		}
	}
	if c.Pages {
		if out.Pages, err = g.benchPages(ctx, pageTimes); err != nil {
			return err
		}
	}
	out.PeakMiB = peakMiB()
	if c.Format == "json" {
		return printJSON(a, out)
	}
	if out.Fill > 0 {
		fmt.Fprintf(a.stdout, "in store before     %8d claims, loaded at %.0f claims/s\n", out.Fill, out.FillRate)
	}
	if c.Claims > 0 {
		fmt.Fprintf(a.stdout, "%d claims, %s, %d cores\n837 to the outbox   %8.0f claims/s, %.1f s of processor time\n835 to posted       %8.0f claims/s, %.1f s of processor time\n", out.Claims, out.Database,
			out.Cores, out.Outbox, out.OutboxWorked, out.Posted, out.PostedWorked)
	}
	fmt.Fprintf(a.stdout, "paid                %8d\nmemory              %8d MiB at its peak (resident)\n", out.Paid, out.PeakMiB)
	if out.Fill == 0 && !c.Again {
		fmt.Fprintf(a.stdout, "reconciled          %8d problems, in %.1f s\n", out.Problems, out.Reconciled)
	}
	for _, p := range out.Pages {
		fmt.Fprintf(a.stdout, "%-32s %8.1f ms half of %d, %8.1f ms 99 of 100, %8.1f ms the slowest; of processor time %6.1f ms half, %6.1f ms 99 of 100\n", p.Name, p.Half, p.Times, p.Most, p.Slowest, p.Worked, p.WorkedMost)
	}
	if out.Paid != c.Claims || out.Problems > 0 {
		return errNotGood
	}
	return nil
}

// benchResult is what bench measured.
type benchResult struct {
	Claims   int     `json:"claims"`
	Database string  `json:"database"`
	Cores    int     `json:"cores"`
	Outbox   float64 `json:"outbox_claims_per_second"`
	Posted   float64 `json:"posted_claims_per_second"`
	// How many seconds processors worked for this process: on a machine that does
	// much else, that says more than how long it took.
	OutboxWorked float64 `json:"outbox_processor_seconds"`
	PostedWorked float64 `json:"posted_processor_seconds"`
	Paid         int     `json:"paid"`
	MemoryMiB    uint64  `json:"memory_mib"`
	PeakMiB      uint64  `json:"peak_resident_mib"`
	Fill         int     `json:"in_store_before"`
	FillRate     float64 `json:"loaded_claims_per_second,omitempty"`
	Problems     int     `json:"problems"`
	// Reconciled is how many seconds the proof took.
	Reconciled float64    `json:"reconcile_seconds,omitempty"`
	Pages      []pageTime `json:"pages,omitempty"`
}

// peakMiB is the most memory that this process has had, as the system counts it.
func peakMiB() uint64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return n >> 10
		}
	}
	return 0
}

// fillSet is how many claims the bulk loader writes in one transaction.
const fillSet = 5000

// benchSyllables make 8,000 last names, of which a twentieth begin alike.
var (
	benchSyllables = strings.Fields("mar sen bel tor win har lo ka ri den fos gal pe qui ros sta ul ves ya zim")
	benchFirst     = strings.Fields("lena omar mia ben kim otto ana leo zoe ivan ruth paul nora sam tess hugo")
)

// benchPerson is whose the i-th claim of earlier days is.
func benchPerson(i int) (last, first, born string) {
	h := uint32(i) * 2654435761 >> 8
	n := len(benchSyllables)
	s := func(k uint32) string { return benchSyllables[k%uint32(n)] }
	return s(h) + s(h/20) + s(h/400), benchFirst[h/8000%uint32(len(benchFirst))], fmt.Sprintf("19%02d%02d%02d", 30+h/11%70, 1+h/13%12, 1+h/17%28)
}

// fill is the bulk loader: claims of earlier days and their payments as rows,
// without files and history, alike but for their numbers and what became of them.
func (g *spine) fill(ctx context.Context, partner string, n int) error {
	if n == 0 {
		return nil
	}
	var like gateway.Claim
	if err := g.eachClaim(bytes.NewReader(benchClaims(0, 1)), demoScope, func(c *claim.Claim, found []gateway.Finding, held bool) error {
		like = g.newClaim(&gateway.Transmission{Scope: demoScope}, 1, c, found, held)
		return nil
	}); err != nil {
		return err
	}
	const claimID, trace = "B000000000", "CW00000000000001"
	pay := []byte(`{"record":"payment","claim_id":"` + claimID + `","status_code":"1","outcome":"paid","charge":"251.00","paid":"200.80","payer":{"name":"CASCADE MUTUAL HEALTH"}}`)
	for from := 0; from < n; from += fillSet {
		m := int64(1_000_000_000 + from/fillSet)
		if err := g.store.Do(ctx, func(tx *store.Tx) error {
			claims := make([]gateway.Claim, min(fillSet, n-from))
			changed := make([]*gateway.Claim, len(claims))
			payments := make([]gateway.Payment, 0, len(claims))
			for i := range claims {
				c := like
				c.Transmission, c.Item, c.State, c.At = m, i+1, stateOf(from+i), g.now()
				c.ClaimID, c.Trace = fmt.Sprintf("F%09d", from+i), fmt.Sprintf("CF%014d", from+i)
				c.Document = bytes.ReplaceAll(bytes.ReplaceAll(like.Document, []byte(claimID), []byte(c.ClaimID)), []byte(trace), []byte(c.Trace))
				last, first, born := benchPerson(from + i)
				if c.Person = gateway.PersonKey(last, first, born); i%5 == 0 {
					c.Insured, c.Person = c.Person, gateway.PersonKey(last, benchFirst[(from+i)%len(benchFirst)], "20150"+fmt.Sprintf("%d%02d", 1+i%9, 1+i%28))
				}
				claims[i] = c
			}
			if err := tx.AddClaims(claims); err != nil {
				return err
			}
			for i := range claims {
				c := &claims[i]
				changed[i] = c
				if c.State == gateway.Held {
					continue
				}
				c.Interchange, c.PayerClaimID = m, fmt.Sprintf("ICN%09d", from+i)
				place := gateway.Place{SHA256: fmt.Sprintf("%064x", m), Offset: int64(i)}
				p := gateway.Payment{Scope: c.Scope, Remittance: m, Claim: c.ID, Kind: "payment", Status: "1", Outcome: "paid", ClaimID: c.ClaimID, PayerClaimID: c.PayerClaimID,
					Charge: c.Charge, Paid: 20080, Place: place, Document: bytes.ReplaceAll(pay, []byte(claimID), []byte(c.ClaimID))}
				switch c.State {
				case gateway.Paid:
					c.Money = gateway.Money{Paid: 20080, Adjusted: c.Charge - 20080}
					if (from+i)%100 == aloneAt {
						p.Claim, p.ClaimID = 0, "X"+c.ClaimID[1:]
					}
				case gateway.Denied:
					c.Money = gateway.Money{Denied: c.Charge}
					p.Kind, p.Outcome, p.Paid = "denial", "", 0
				case gateway.Requested:
					if _, err := tx.AddRequest(&gateway.Request{Scope: c.Scope, Claim: c.ID, Partner: partner, Kind: gateway.RequestRFI, Dialect: "005010X213", Trace: c.PayerClaimID,
						Due: g.now().AddDate(0, 0, 1+(from+i)/100%45).Format("20060102"), DueFrom: "payer", Question: "Which documents support the service?", State: gateway.RequestOpen, AskedAt: g.now(), Place: place}); err != nil {
						return err
					}
					continue
				default: // nobody has said anything of money
					continue
				}
				p.Money = c.Money
				payments = append(payments, p)
			}
			if err := tx.SetClaims(changed); err != nil {
				return err
			}
			return tx.AddPayments(payments)
		}); err != nil {
			return err
		}
	}
	return nil
}

// aloneAt is the claim of a hundred that is paid by a payment which nobody could
// match.
const aloneAt = 99

// stateOf is what became of the nth claim of the bulk loader.
func stateOf(n int) gateway.State {
	switch n % 100 {
	case 0, 1:
		return gateway.Held
	case 2:
		return gateway.Rejected
	case 3, 4:
		return gateway.Sent
	case 5, 6, 7:
		return gateway.Denied
	case 8, 9:
		return gateway.Requested
	}
	return gateway.Paid
}

// drain works until no job is left, also those that are due a little later.
func (g *spine) drain(ctx context.Context) error {
	now := g.now
	for _, r := range []*work.Runner{g.runner, g.remote} {
		r.Now = func() time.Time { return now().Add(time.Second) }
		defer func() { r.Now = now }()
	}
	for {
		here, err := g.runner.One(ctx)
		if err != nil {
			return err
		}
		there, err := g.remote.One(ctx)
		if err != nil || !here && !there {
			return err
		}
	}
}

// benchClaims is an 837P of n claims, each of two lines, from a number on.
func benchClaims(from, n int) []byte {
	var b bytes.Buffer
	segments := 0
	seg := func(format string, args ...any) {
		fmt.Fprintf(&b, format, args...)
		b.WriteString("~\n")
		segments++
	}
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*BENCHOFFICE    *ZZ*CLAIMWIRE      *261124*0800*^*00501*%09d*0*T*:~\n", from/perFile+1)
	fmt.Fprintf(&b, "GS*HC*BENCHOFFICE*CLAIMWIRE*20261124*0800*%d*X*005010X222A1~\n", from/perFile+1)
	sets := 0
	for set := 0; set*5000 < n; set++ {
		sets++
		segments = 0
		seg("ST*837*%04d*005010X222A1", sets)
		seg("BHT*0019*00*BENCH%d*20261124*0800*CH", from+set)
		seg("NM1*41*2*BENCH OFFICE*****46*BENCHOFFICE")
		seg("PER*IC*BENCH*TE*5555550100")
		seg("NM1*40*2*CLAIMWIRE*****46*CLAIMWIRE")
		seg("HL*1**20*1")
		seg("PRV*BI*PXC*207Q00000X")
		seg("NM1*85*2*LARKSPUR FAMILY MEDICINE*****XX*2103487619")
		seg("N3*100 MAIN STREET")
		seg("N4*SPRINGFIELD*IL*627010001")
		seg("REF*EI*999000001")
		for i := range min(5000, n-set*5000) {
			id := from + set*5000 + i
			seg("HL*%d*1*22*0", i+2)
			seg("SBR*P*18*GRP0001******CI")
			seg("NM1*IL*1*ABERNATHY*MARGARET****MI*CMH%07d", id%9999999+1)
			seg("N3*2401 NORTH GRAND AVENUE")
			seg("N4*SPRINGFIELD*IL*62702")
			seg("DMG*D8*19610412*F")
			seg("NM1*PR*2*CASCADE MUTUAL HEALTH*****PI*CMHP1")
			seg("CLM*B%09d*251***11:B:1*Y*A*Y*Y", id)
			seg("HI*ABK:J0190*ABF:I10")
			seg("NM1*82*1*CASTELLANOS*THEODORA****XX*2000000028")
			seg("PRV*PE*PXC*207Q00000X")
			seg("LX*1")
			seg("SV1*HC:99213*151*UN*1***1:2")
			seg("DTP*472*D8*20261012")
			seg("LX*2")
			seg("SV1*HC:36415*100*UN*1***1")
			seg("DTP*472*D8*20261012")
		}
		seg("SE*%d*%04d", segments+1, sets)
	}
	fmt.Fprintf(&b, "GE*%d*%d~\nIEA*1*%09d~\n", sets, from/perFile+1, from/perFile+1)
	return b.Bytes()
}

// benchPayments is the 835 of the same claims: four fifths are paid, the rest
// is above the contract.
func benchPayments(from, n int) []byte {
	var b bytes.Buffer
	segments := 0
	seg := func(format string, args ...any) {
		fmt.Fprintf(&b, format, args...)
		b.WriteString("~\n")
		segments++
	}
	control := from/perFile + 1
	total := money.Amount(20080 * n)
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*DEMOPAYER      *ZZ*CLAIMWIREDEMO  *261125*0800*^*00501*%09d*0*T*:~\n", control)
	fmt.Fprintf(&b, "GS*HP*DEMOPAYER*CLAIMWIREDEMO*20261125*0800*%d*X*005010X221A1~\n", control)
	seg("ST*835*0001")
	seg("BPR*I*%s*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*20261126", total.AppendX12(nil))
	seg("TRN*1*BENCH%09d*1999000002", control)
	seg("DTM*405*20261125")
	seg("N1*PR*CASCADE MUTUAL HEALTH")
	seg("N3*1 LAKE PLAZA")
	seg("N4*CHICAGO*IL*606010001")
	seg("PER*BL*PROVIDER SERVICES*TE*5555550120")
	seg("N1*PE*LARKSPUR FAMILY MEDICINE*XX*2103487619")
	seg("LX*1")
	for i := range n {
		id := from + i
		seg("CLP*B%09d*1*251*200.8**12*ICN%09d*11*1", id, id)
		seg("NM1*QC*1*ABERNATHY*MARGARET****MI*CMH%07d", id%9999999+1)
		seg("SVC*HC:99213*151*120.8**1")
		seg("DTM*472*20261012")
		seg("CAS*CO*45*30.2")
		seg("SVC*HC:36415*100*80**1")
		seg("DTM*472*20261012")
		seg("CAS*CO*45*20")
	}
	seg("SE*%d*0001", segments+1)
	fmt.Fprintf(&b, "GE*1*%d~\nIEA*1*%09d~\n", control, control)
	return b.Bytes()
}
