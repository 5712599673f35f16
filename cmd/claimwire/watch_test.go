package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/watch"
)

// open lists the open alerts as "kind subject", sorted.
func (in *incoming) open() []string {
	in.t.Helper()
	if err := in.g.look(in.t.Context()); err != nil {
		in.t.Fatal(err)
	}
	list, err := read(in.t.Context(), in.g, func(tx *store.Tx) ([]gateway.Alert, error) { return tx.Alerts(prairie, true, false, gateway.Page{}) })
	if err != nil {
		in.t.Fatal(err)
	}
	var out []string
	for _, a := range list {
		if a.Advice == "" || a.Message == "" {
			in.t.Errorf("%s says nothing: %+v", a.Kind, a)
		}
		out = append(out, a.Kind+" "+a.Subject)
	}
	slices.Sort(out)
	return out
}

func (in *incoming) wantOpen(what string, want ...string) {
	in.t.Helper()
	if got := in.open(); !slices.Equal(got, want) {
		in.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestAlerts lets each cause come and go: it is told once, and closed when it
// ends.
func TestAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		in := newIncoming(t, database, "delete")
		in.g.dir = "" // the disk of this machine is not ours to judge
		in.wantOpen("at the beginning")
		claim := strings.ReplaceAll(base(t, "837p.edi"), "T*:", "T*:")
		if _, _, err := (books{in.g}).Submit(t.Context(), prairie, "api:office", "a.837", "", strings.NewReader(claim)); err != nil {
			t.Fatal(err)
		}
		var i gateway.Interchange
		c := gateway.Claim{}
		if err := in.g.store.Do(t.Context(), func(tx *store.Tx) error {
			i = gateway.Interchange{Scope: prairie, Partner: "lakeshore", Control: "000000101", Group: "101", SHA256: strings.Repeat("0", 64), Name: "x", Claims: 1, State: "queued", At: in.now}
			if err := tx.AddInterchange(&i); err != nil {
				return err
			}
			c = gateway.Claim{Scope: prairie, Transmission: 99, Item: 1, ClaimID: "PCN0001", Trace: "TRC0000000001", Kind: "professional", Partner: "lakeshore", State: gateway.Queued, At: in.now, Document: []byte("{}")}
			if _, err := tx.AddClaim(&c); err != nil {
				return err
			}
			if err := tx.PutInto(prairie, i.ID, "0001", []int64{c.ID}); err != nil {
				return err
			}
			return markSent(tx, &i, in.now, "")
		}); err != nil {
			t.Fatal(err)
		}
		of := numbered("interchange", i.ID)
		in.now = in.now.Add(2 * time.Hour)
		in.wantOpen("after two hours", "late-999 "+of, "late-ta1 "+of, "queue-growing jobs")
		if err := in.g.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		in.wantOpen("when the work is done", "late-999 "+of, "late-ta1 "+of)
		in.put("ack.999", strings.NewReplacer("000000204", "000000900").Replace(base(t, "999.edi")))
		in.looks(2)
		in.wantOpen("when the 999 is there")
		in.now = in.now.Add(24 * time.Hour)
		in.wantOpen("a day later", "late-277ca "+of)
		in.now = in.now.Add(49 * time.Hour)
		in.wantOpen("three days later", "late-277ca "+of, "partner-silent partner:lakeshore")
		in.put("ack.277", base(t, "277ca.edi"))
		in.looks(2)
		in.wantOpen("when the 277CA is there")
		in.now = in.now.Add(30 * 24 * time.Hour)
		in.wantOpen("a month later", "late-835 "+of, "partner-silent partner:lakeshore")
		in.put("pay.835", base(t, "835.edi"))
		in.looks(2)
		got := in.open()
		if slices.Contains(got, "late-835 "+of) || slices.Contains(got, "partner-silent partner:lakeshore") {
			t.Errorf("when it is paid: %q", got)
		}
		// What is put aside, until a person has decided.
		in.put("again.835", strings.Replace(base(t, "835.edi"), "EFT0000201", "EFT0000999", 1))
		in.looks(2)
		aside := in.last()
		if got := in.open(); !slices.Contains(got, "file-aside "+numbered("file", aside.ID)) {
			t.Errorf("a file is put aside: %q", got)
		}
		if _, err := (books{in.g}).Dismiss(t.Context(), prairie, aside.ID, "key:test"); err != nil {
			t.Fatal(err)
		}
		if got := in.open(); slices.Contains(got, "file-aside "+numbered("file", aside.ID)) {
			t.Errorf("it was left out: %q", got)
		}
		// A connection that fails, is stopped, and is let try again.
		link := gateway.Link{Scope: prairie, Partner: "lakeshore", Failures: 3, Reason: "no route", Since: in.now.Add(-time.Hour)}
		set := func() {
			if err := in.g.store.Do(t.Context(), func(tx *store.Tx) error { return tx.SetLink(&link) }); err != nil {
				t.Fatal(err)
			}
		}
		set()
		if got := in.open(); !slices.Contains(got, "partner-unreachable partner:lakeshore") {
			t.Errorf("it cannot be reached for an hour: %q", got)
		}
		link.Stopped = true
		set()
		if got := in.open(); !slices.Contains(got, "partner-stopped partner:lakeshore") || slices.Contains(got, "partner-unreachable partner:lakeshore") {
			t.Errorf("it is stopped: %q", got)
		}
		if _, err := (books{in.g}).Resume(t.Context(), prairie, "lakeshore", "key:test"); err != nil {
			t.Fatal(err)
		}
		if got := in.open(); slices.Contains(got, "partner-stopped partner:lakeshore") {
			t.Errorf("it was let try again: %q", got)
		}
		// The gateway's own: keys, the disk, the clock, a job that is parked.
		before := len(in.open())
		in.g.keys.Store(&[]watch.Key{{Name: "young", Made: in.now.Add(-24 * time.Hour)}, {Name: "old", Made: in.now.Add(-400 * 24 * time.Hour)}})
		in.g.dir, in.g.watcher.Free = t.TempDir(), 1<<62
		in.g.clockSet = -time.Hour
		if err := in.g.store.Do(t.Context(), func(tx *store.Tx) error { return tx.AddJob(prairie, "take", "none", in.now) }); err != nil {
			t.Fatal(err)
		}
		if err := in.g.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got = in.open()
		for _, want := range []string{"key-ageing key:old", "disk-full data", "clock-jumped clock"} {
			if !slices.Contains(got, want) {
				t.Errorf("not told: %s; but %q", want, got)
			}
		}
		parked := ""
		for _, a := range got {
			if strings.HasPrefix(a, "job-parked ") {
				parked = strings.TrimPrefix(a, "job-parked job:")
			}
		}
		if len(got) != before+4 || parked == "" {
			t.Errorf("%d were open, and now %q", before, got)
		}
		var id int64
		fmt.Sscan(parked, &id)
		if _, err := (books{in.g}).RetryJob(t.Context(), prairie, false, id, "key:test"); err != nil {
			t.Error(err)
		}
		in.g.dir = ""
		in.g.keys.Store(&[]watch.Key{})
		in.now = in.now.Add(2 * time.Hour)
		for _, a := range in.open() {
			if strings.HasPrefix(a, "key-ageing") || strings.HasPrefix(a, "disk-full") || strings.HasPrefix(a, "clock-jumped") || strings.HasPrefix(a, "job-parked") {
				t.Errorf("it is over, and still open: %s", a)
			}
		}
	})
}

// TestClockSetBack sets the wall clock back by an hour: what waits for a minute
// still waits for a minute.
func TestClockSetBack(t *testing.T) {
	in := newIncoming(t, "", "delete")
	wall, steady := in.now, time.Duration(0)
	c := clockWatch{g: in.g, offset: wall.UnixNano()}
	next := func(w, s time.Duration) {
		wall, steady = wall.Add(w), steady+s
		c.look(t.Context(), wall, steady)
	}
	due := func() time.Duration {
		t.Helper()
		list, err := read(t.Context(), in.g, func(tx *store.Tx) ([]gateway.Job, error) { return tx.Jobs(prairie, "ready", gateway.Page{}) })
		if err != nil || len(list) != 1 {
			t.Fatalf("%v: %d jobs wait", err, len(list))
		}
		return list[0].At.Sub(wall)
	}
	if err := in.g.store.Do(t.Context(), func(tx *store.Tx) error { return tx.AddJob(prairie, "take", "1", wall.Add(time.Minute)) }); err != nil {
		t.Fatal(err)
	}
	next(time.Second, time.Second)
	if d := due(); d != 59*time.Second {
		t.Errorf("due in %v", d)
	}
	next(-time.Hour, time.Second)
	if d := due(); d != 58*time.Second {
		t.Errorf("after the clock was set back, due in %v, want 58s", d)
	}
	if in.g.clockSet >= 0 {
		t.Errorf("told: %v", in.g.clockSet)
	}
	next(time.Second, time.Second)
	next(2*time.Second, time.Second) // a little is nothing
	if d := due(); d != 55*time.Second {
		t.Errorf("due in %v, want 55s", d)
	}
}

// TestRetention lets files go that were kept long enough, and keeps those under a
// hold. The books agree before and after.
func TestRetention(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		in := newIncoming(t, database, "delete")
		in.g.retain = retainConfig{Payments: "7y"}
		in.put("a.835", base(t, "835.edi"))
		in.put("b.835", strings.NewReplacer("000000201", "000000299", "EFT0000201", "EFT0000299").Replace(base(t, "835.edi")))
		in.put("c.txt", "a report\n")
		in.looks(2)
		files := in.transmissions()
		if len(files) != 3 {
			t.Fatalf("%d files", len(files))
		}
		if _, err := (books{in.g}).Hold(t.Context(), prairie, gateway.Hold{Transmission: files[1].ID, Reason: "case 17"}, "key:test"); err != nil {
			t.Fatal(err)
		}
		kept := func() string {
			out := ""
			for _, m := range in.transmissions() {
				err := in.g.archive.Verify(m.SHA256)
				out += fmt.Sprint(map[bool]string{true: "kept ", false: "gone "}[err == nil])
				if (err == nil) == !m.PurgedAt.IsZero() {
					t.Errorf("file %d: purged at %v, archive says %v", m.ID, m.PurgedAt, err)
				}
			}
			return out
		}
		run := func() {
			t.Helper()
			if err := in.g.purge(t.Context(), in.now); err != nil {
				t.Fatal(err)
			}
			if err := in.g.drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := in.g.seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			if problems := in.reconcile(); len(problems) > 0 {
				t.Errorf("the books: %q", problems)
			}
		}
		for _, c := range []struct {
			years int
			want  string
		}{{6, "kept kept kept "}, {2, "gone kept kept "}, {3, "gone kept gone "}} {
			in.now = in.now.AddDate(c.years, 0, 1)
			run()
			if got := kept(); got != c.want {
				t.Errorf("after %d years more: %s, want %s", c.years, got, c.want)
			}
		}
		if _, err := (books{in.g}).EndHold(t.Context(), prairie, 1, "key:test"); err != nil {
			t.Fatal(err)
		}
		run()
		if got := kept(); got != "gone gone gone " {
			t.Errorf("when the hold has ended: %s", got)
		}
		payments, err := read(t.Context(), in.g, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.Payments(prairie) })
		if err != nil || len(payments) == 0 || payments[0].Paid == 0 {
			t.Errorf("the money is gone: %+v, %v", payments, err)
		}
		for _, p := range payments {
			if strings.Contains(string(p.Document), "PCN") || strings.Contains(string(p.Document), "ABERNATHY") {
				t.Errorf("a document is left: %s", p.Document)
			}
		}
	})
}

// TestRetentionNeverBelowSix refuses less than the law asks for.
func TestRetentionNeverBelowSix(t *testing.T) {
	for text, want := range map[string]int{"": 10, "6y": 6, "10y": 10, "5y": 0, "72m": 0, "0y": 0, "-7y": 0, "2190d": 0, "y": 0} {
		if got, err := retentionOf(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "gateway.yaml")
	if err := os.WriteFile(file, []byte("sftp: {listen: \"off\"}\nretention: {claims: 3y}\narchive_s3: {endpoint: s3.example.net, bucket: b, secret_key: abc}\nwatch: {backlog: soon}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadConfig(file)
	if err == nil {
		t.Fatal("it is taken")
	}
	for _, want := range []string{"retention.claims: is at least 6y", "archive_s3.endpoint:", "archive_s3.secret_key:", "watch.backlog:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
}
