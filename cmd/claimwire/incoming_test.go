package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/collect"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/store/storetest"
	"claimwire/partners"
)

// lakeshore is the partner of the base documents.
const lakeshore = `id: lakeshore
name: Lakeshore Health Plan
usage: test
organisation: prairie
envelope:
  sender_qualifier: ZZ
  sender: PRAIRIE01
  receiver_qualifier: ZZ
  receiver: LAKESHORE01
  submitter_name: CEDAR BILLING SERVICE
names:
  after_fetch: %s
answers: {ta1: 1h, 999: 1h, 277ca: 24h, 835: 30d}
`

// prairie is whose partner it is.
var prairie = gateway.Scope{Organisation: "prairie", Usage: "test"}

// incoming is a gateway whose jobs run when the test says so, on a clock that the
// test holds, and a partner's folder.
type incoming struct {
	t     *testing.T
	g     *spine
	p     *partners.Profile
	now   time.Time
	files map[string]*theirs
	cut   string // the operation that breaks
}

type theirs struct {
	content  string
	modified time.Time
}

func newIncoming(t *testing.T, database, after string) *incoming {
	t.Helper()
	in := &incoming{t: t, now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), files: map[string]*theirs{}}
	p, err := partners.Parse("lakeshore.yaml", fmt.Appendf(nil, lakeshore, after))
	if err != nil {
		t.Fatal(err)
	}
	p.Folders.In = "out"
	payers, err := payerDirectory("")
	if err != nil {
		t.Fatal(err)
	}
	in.p = p
	in.g, err = openSpine(t.Context(), spineOptions{Dir: t.TempDir(), Database: database, Payers: payers, Profiles: []*partners.Profile{p},
		Now: func() time.Time { return in.now }, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.g.close() })
	return in
}

var errBroken = errors.New("connection lost")

// The partner's side.

func (in *incoming) List(string) ([]partners.File, error) {
	var list []partners.File
	for n, f := range in.files {
		if !strings.Contains(n, "/") {
			list = append(list, partners.File{Name: n, Size: int64(len(f.content)), ModTime: f.modified})
		}
	}
	return list, nil
}

func (in *incoming) Get(_ context.Context, name string, w io.Writer) (int64, error) {
	f := in.files[path.Base(name)]
	if f == nil {
		return 0, partners.ErrNotFound
	}
	if in.cut == "get" {
		n, _ := io.WriteString(w, f.content[:len(f.content)/2])
		return int64(n), fmt.Errorf("reading %s: %w", name, errBroken)
	}
	n, err := io.WriteString(w, f.content)
	return int64(n), err
}

func (in *incoming) Rename(from, to string) error {
	if in.cut == "after" {
		return errBroken
	}
	in.files[to] = in.files[path.Base(from)]
	delete(in.files, path.Base(from))
	return nil
}

func (in *incoming) Remove(name string) error {
	if in.cut == "after" {
		return errBroken
	}
	delete(in.files, path.Base(name))
	return nil
}

func (in *incoming) Close() error { return nil }

var _ collect.Connection = (*incoming)(nil)

func (in *incoming) put(name, content string) {
	in.files[name] = &theirs{content, in.now}
}

// look is one look into the folder, a minute after the last; then all jobs run.
func (in *incoming) look() (fetched int, err error) {
	in.t.Helper()
	in.now = in.now.Add(time.Minute)
	fetched, err = in.g.collect.Collect(in.t.Context(), prairie, in.p, in)
	if err := in.g.drain(in.t.Context()); err != nil {
		in.t.Fatal(err)
	}
	return fetched, err
}

// looks looks some times and wants no error.
func (in *incoming) looks(n int) (fetched int) {
	in.t.Helper()
	for range n {
		k, err := in.look()
		if err != nil {
			in.t.Fatal(err)
		}
		fetched += k
	}
	return fetched
}

// transmissions lists what is kept: "kind state" of each, with the note of those
// put aside.
func (in *incoming) transmissions() []gateway.Transmission {
	in.t.Helper()
	list, err := read(in.t.Context(), in.g, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.Transmissions(prairie) })
	if err != nil {
		in.t.Fatal(err)
	}
	return list
}

func (in *incoming) last() gateway.Transmission {
	in.t.Helper()
	list := in.transmissions()
	if len(list) == 0 {
		in.t.Fatal("nothing is kept")
	}
	return list[len(list)-1]
}

// onBoth runs a test on both stores.
func onBoth(t *testing.T, f func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) { f(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { f(t, storetest.Postgres(t)) })
}

// TestFetching goes through the rules of fetching: a file is taken when two looks
// find it unchanged and it is whole, once, whatever happens in between; names say
// nothing.
func TestFetching(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		in := newIncoming(t, database, "delete")
		pay := base(t, "835.edi")
		for _, n := range []string{".835.edi", "835.edi.tmp", "835.edi.part", "835.edi.filepart"} {
			in.put(n, pay)
		}
		if n := in.looks(3); n != 0 {
			t.Errorf("%d files under names that say that they are not complete", n)
		}
		in.files = map[string]*theirs{}
		// It grows while we look; a look at half of it takes nothing.
		in.put("day.835", pay[:len(pay)/2])
		if n := in.looks(3); n != 0 {
			t.Error("half a file is taken")
		}
		in.put("day.835", pay)
		if n := in.looks(1); n != 0 {
			t.Error("it is taken at the first look at it")
		}
		// The connection breaks while it is read, and before it is removed there.
		in.cut = "get"
		if n, err := in.look(); n != 0 || err == nil || strings.Contains(err.Error(), "day.835") {
			t.Errorf("broken while it is read: %d, %v", n, err)
		}
		in.cut = "after"
		if _, err := in.look(); err == nil || in.files["day.835"] == nil {
			t.Errorf("broken before it is removed: %v", err)
		}
		in.cut = ""
		in.looks(2)
		if len(in.files) != 0 || len(in.transmissions()) != 1 || in.last().Kind != "835" || in.last().State != "taken" {
			t.Errorf("left there %v, kept %+v", in.files, in.transmissions())
		}
		// Another file of the same name and size: names are used again.
		in.put("day.835", strings.ReplaceAll(strings.ReplaceAll(pay, "EFT0000201", "EFT0000299"), "000000201", "000000299"))
		in.looks(2)
		if list := in.transmissions(); len(list) != 2 || list[1].State != "taken" || list[1].Kind != "835" {
			t.Errorf("another file of the same name and size: %+v", list)
		}
		// What never gets whole is kept and put aside.
		in.put("half.835", pay[:len(pay)-20])
		in.looks(61)
		if m := in.last(); m.State != "quarantined" || !strings.Contains(m.Note, "not whole") || in.files["half.835"] != nil {
			t.Errorf("half a file for an hour: %+v", m)
		}
		// What is no X12 is kept for people, or put aside.
		in.put("report.txt", "Claims received: 3\r\n")
		in.looks(2)
		if m := in.last(); m.State != "taken" || m.Kind != "other" || m.Note == "" {
			t.Errorf("a report: %+v", m)
		}
		in.put("picture.835", "\x89PNG\r\n\x1a\n\x00\x00")
		in.looks(2)
		if m := in.last(); m.State != "quarantined" {
			t.Errorf("a picture: %+v", m)
		}
		// Two in one file, a TA1 before the group, line ends of Windows.
		two := strings.ReplaceAll(strings.ReplaceAll(pay, "000000201", "000000301"), "EFT0000201", "EFT0000301") +
			strings.ReplaceAll(strings.ReplaceAll(pay, "000000201", "000000302"), "EFT0000201", "EFT0000302")
		in.put("two.txt", strings.ReplaceAll(two, "\n", "\r\n"))
		in.looks(2)
		if m := in.last(); m.State != "taken" || m.Kind != "835" || !strings.Contains(m.Business, "EFT0000301") || !strings.Contains(m.Business, "EFT0000302") {
			t.Errorf("two in one file: %+v", m)
		}
	})
}

// TestFetchedAndLeft leaves the partner's copies where they are: each is fetched
// once, also after a restart.
func TestFetchedAndLeft(t *testing.T) {
	in := newIncoming(t, "", "leave")
	for i := range 3 {
		in.put(fmt.Sprintf("%d.835", i), strings.NewReplacer("000000201", fmt.Sprintf("00000040%d", i), "EFT0000201", fmt.Sprintf("EFT000040%d", i)).Replace(base(t, "835.edi")))
	}
	if n := in.looks(5); n != 3 || len(in.files) != 3 {
		t.Errorf("%d fetched, %d left", n, len(in.files))
	}
	in.put("0.835", in.files["0.835"].content) // touched
	if n := in.looks(3); n != 1 || len(in.transmissions()) != 3 {
		t.Errorf("touched and the same: fetched %d times, %d kept", n, len(in.transmissions()))
	}
}

// TestThreeLayers sends each kind of answer again: the same bytes, the same
// envelope with other bytes, and the same document in another envelope. The first
// is told as known; the others are put aside, nothing of them is applied, and a
// person may let them in.
func TestThreeLayers(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		in := newIncoming(t, database, "delete")
		n := 0
		give := func(content string) gateway.Transmission {
			t.Helper()
			n++
			in.put(fmt.Sprintf("f%d.edi", n), content)
			if k := in.looks(2); k != 1 {
				t.Fatalf("%d fetched", k)
			}
			return in.last()
		}
		kept := func() int { return len(in.transmissions()) }
		posted := func() int {
			list, err := read(t.Context(), in.g, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.Payments(prairie) })
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		pay := base(t, "835.edi")
		if m := give(pay); m.State != "taken" || m.Kind != "835" {
			t.Fatalf("the first: %+v", m)
		}
		payments := posted()
		if before := kept(); give(pay).State != "taken" || kept() != before {
			t.Error("the same bytes under another name are kept twice")
		}
		aside := func(what, content, says string) gateway.Transmission {
			t.Helper()
			m := give(content)
			if m.State != "quarantined" || !strings.Contains(m.Note, says) || !strings.Contains(m.Note, "release") {
				t.Errorf("%s: %s, %q", what, m.State, m.Note)
			}
			return m
		}
		other := strings.NewReplacer("000000201", "000000501")
		aside("the same envelope", strings.Replace(strings.Replace(pay, "EFT0000201", "EFT0000777", 1), "PCN0001", "PCN7777", 1), "ISA ZZ LAKESHORE01 ZZ PRAIRIE01 261020 000000201")
		// A remittance advice of a trace that was posted is held, and the arithmetic
		// with it; what else is in its file is posted.
		if m := give(strings.Replace(other.Replace(pay), "LHP26290000001", "LHP26290000009", 1)); m.State != "taken" || !strings.Contains(m.Note, "held") {
			t.Errorf("the same trace: %s, %q", m.State, m.Note)
		}
		if posted() != payments {
			t.Errorf("%d payments are posted, want %d", posted(), payments)
		}
		held, err := (books{in.g}).HeldRemittances(t.Context(), prairie, gateway.Page{})
		if err != nil || len(held) != 1 {
			t.Errorf("%d are held, %v", len(held), err)
		}
		// A person lets a file in that was put aside: what was posted is not posted
		// twice.
		again := aside("the same envelope once more", strings.Replace(strings.Replace(pay, "EFT0000201", "EFT0000778", 1), "PCN0001", "PCN7778", 1), "ISA ZZ LAKESHORE01")
		payments = posted()
		if _, err := (books{in.g}).Release(t.Context(), prairie, again.ID, "key:test"); err != nil {
			t.Fatal(err)
		}
		if _, err := (books{in.g}).Release(t.Context(), prairie, again.ID, "key:test"); err == nil {
			t.Error("it is let in twice")
		}
		in.looks(1)
		m, err := read(t.Context(), in.g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(prairie, again.ID) })
		if err != nil || m.State != "taken" || m.Released != "key:test" || posted() <= payments {
			t.Errorf("let in: %+v, %v, %d payments", m, err, posted())
		}

		ca := base(t, "277ca.edi")
		if m := give(ca); m.State != "taken" || m.Kind != "277CA" {
			t.Errorf("277CA: %+v", m)
		}
		aside("the same 277CA in another envelope", strings.Replace(strings.ReplaceAll(ca, "000000202", "000000602"), "A2:20", "A7:20", 1), "277CA CA0000202 LHP01")
		if m := give(strings.ReplaceAll(strings.ReplaceAll(ca, "000000202", "000000603"), "CA0000202", "CA0000203")); m.State != "taken" {
			t.Errorf("another 277CA: %+v", m)
		}

		ask := base(t, "277rfi.edi")
		if m := give(ask); m.State != "taken" || m.Kind != "277RFI" {
			t.Errorf("277RFI: %+v", m)
		}
		aside("the same question in another envelope", strings.Replace(strings.ReplaceAll(ask, "000000203", "000000703"), "20261119", "20261120", 1), "277RFI RFI0000203 20261020")
		// A payer may ask twice about one claim: on another day, or something else.
		for what, second := range map[string]string{"on another day": strings.ReplaceAll(strings.ReplaceAll(ask, "*20261020*0615*RQ", "*20261025*0615*RQ"), "000000203", "000000704"),
			"something else": strings.ReplaceAll(strings.ReplaceAll(ask, "R4:294", "R4:295"), "000000203", "000000705")} {
			if m := give(second); m.State != "taken" {
				t.Errorf("asked again, %s: %+v", what, m)
			}
		}
	})
}

// TestDuplicateClaims sends a file of claims again in its three ways.
func TestDuplicateClaims(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		in := newIncoming(t, database, "leave")
		submit := func(content string) (gateway.Transmission, bool) {
			t.Helper()
			m, added, err := (books{in.g}).Submit(t.Context(), prairie, "api:office", "claims.837", "", strings.NewReader(content))
			if err == nil {
				err = in.g.drain(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			m, err = read(t.Context(), in.g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(prairie, m.ID) })
			if err != nil {
				t.Fatal(err)
			}
			return m, added
		}
		claims := func() map[gateway.State]int {
			n, err := read(t.Context(), in.g, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(prairie) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		file := base(t, "837p.edi")
		if m, added := submit(file); !added || m.State != "taken" {
			t.Fatalf("the first: %+v", m)
		}
		first := claims()
		if _, added := submit(file); added {
			t.Error("the same bytes are taken again")
		}
		m, _ := submit(strings.Replace(file, "PCN0001", "PCN9991", 1))
		if m.State != "quarantined" || !strings.Contains(m.Note, "control number") {
			t.Errorf("the same envelope with other bytes: %+v", m)
		}
		// The second of two interchanges is known: nothing of the file is taken.
		third := strings.Replace(strings.ReplaceAll(file, "000000101", "000000155"), "PCN0001", "PCN5551", 1)
		if third == file {
			t.Fatal("the base document has another control number")
		}
		both, _ := submit(third + file)
		if both.State != "quarantined" || fmt.Sprint(claims()) != fmt.Sprint(first) {
			t.Errorf("a known interchange behind a new one: %+v, %v", both, claims())
		}
		// Let in, the services that were billed before are held, and nothing twice.
		if _, err := (books{in.g}).Release(t.Context(), prairie, both.ID, "key:test"); err != nil {
			t.Fatal(err)
		}
		if err := in.g.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := claims()
		sum := 0
		for _, n := range first {
			sum += n
		}
		total := 0
		for _, n := range after {
			total += n
		}
		if total != 3*sum {
			t.Errorf("before %v, after %v: every claim of the file has a state", first, after)
		}
		// One may be left out for good, and then not let in any more.
		if _, err := (books{in.g}).Dismiss(t.Context(), prairie, m.ID, "key:test"); err != nil {
			t.Fatal(err)
		}
		if _, err := (books{in.g}).Release(t.Context(), prairie, m.ID, "key:test"); err == nil {
			t.Error("what was left out is let in")
		}
	})
}

// reconcile gives what is wrong with the books.
func (in *incoming) reconcile() []string {
	in.t.Helper()
	account, err := read(in.t.Context(), in.g, func(tx *store.Tx) (*ledger.Account, error) { return ledger.Reconcile(tx) })
	if err != nil {
		in.t.Fatal(err)
	}
	account.Bytes(in.g.archive.Verify)
	return account.Problems
}
