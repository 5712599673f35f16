package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/pack"
)

// officeOf is an office's profile that comes with a key.
func officeProfile(t *testing.T, id, key, more string) *partners.Profile {
	t.Helper()
	p, err := partners.Parse("p.yaml", []byte(fmt.Sprintf("id: %[1]s\nname: %[1]s\nusage: production\nkind: office\norganisation: %[1]s\nlogin: {user: %[1]s, keys: [%q]}\n%[3]s", id, key, more)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLadder brings an office from test over parallel to live, and back when too
// many of its claims have errors. Nothing of it reaches a payer before.
func TestLadder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lark, key := w.comer("larkspur")
	office := officeProfile(t, "larkspur", key, "certification: {test: 5, parallel: 4, max_errors: 20, window: 10}\n")
	payer := w.payer("demo-payer", "larkspur", nil, func(s string) string { return strings.Replace(s, "usage: test", "usage: production", 1) })
	w.open("", payer, office)
	w.openDoor()
	live, test := gateway.Scope{Organisation: "larkspur", Usage: "production"}, gateway.Scope{Organisation: "larkspur", Usage: "test"}
	n := 0
	put := func(count int, bad bool) {
		t.Helper()
		var b bytes.Buffer
		for range count {
			n++
			b.Write(encounter(t, fmt.Sprintf("LK-%d-FULL", n), func(m map[string]any) {
				if bad {
					m["diagnoses"] = []any{"J01"}
				}
			}))
		}
		lark.put(fmt.Sprintf("f%d.json", n), b.Bytes())
		w.settle()
		w.pass(time.Minute)
		w.settle()
	}
	stage := func(want string) {
		t.Helper()
		if got := w.g.stage(t.Context(), office); got != want {
			t.Fatalf("it is in %s, want %s", got, want)
		}
		files := lark.fetch()
		if !strings.Contains(string(files["certification.txt"]), ": "+want) {
			t.Errorf("it is told %q", files["certification.txt"])
		}
	}
	put(4, false)
	stage(gateway.StageTest)
	put(1, false)
	stage(gateway.StageParallel)
	put(4, false)
	stage(gateway.StageLive)
	if len(w.claims(live)) != 0 || len(w.claims(test)) != 9 {
		t.Fatalf("%d claims are real, %d are tests", len(w.claims(live)), len(w.claims(test)))
	}
	for id, s := range w.states(test) {
		if s != gateway.Received {
			t.Errorf("%s is %s before its office is live", id, s)
		}
	}
	put(3, false)
	for id, s := range w.states(live) {
		if s != gateway.Paid {
			t.Errorf("%s is %s", id, s)
		}
	}
	lark.fetch()
	put(8, true)
	stage(gateway.StageTest)
	if _, told := w.alerts()["partner-back-in-test"]; !told {
		t.Error("nobody is told that it is back in test")
	}
	before := len(w.claims(live))
	put(2, false)
	if len(w.claims(live)) != before {
		t.Error("its claims go on though it is in test again")
	}
	// What says of itself that it is a test is one, whoever sends it.
	if err := w.g.store.Do(t.Context(), func(tx *store.Tx) error {
		return tx.SetCertified(&gateway.Certified{Scope: ownerOf(office), Partner: "larkspur", Stage: gateway.StageLive, Since: w.clock()})
	}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../../testdata/base/837p.edi")
	if err != nil {
		t.Fatal(err)
	}
	lark.put("test.837", b)
	w.settle()
	if len(w.claims(live)) != before {
		t.Error("a file with ISA15 T was taken for real")
	}
}

// TestWrappedBothWays sends encrypted and signed files, with markers, over both
// kinds of connection.
func TestWrappedBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keys := filepath.Join(w.dir, "pgp")
	os.MkdirAll(keys, 0o700)
	pgp := crypto.PGPWithProfile(profile.RFC4880())
	for _, name := range []string{"we", "they"} {
		k, err := pgp.KeyGeneration().AddUserId(name, name+"@example.com").GenerationTime(w.clock().Add(-time.Hour).Unix()).New().GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		private, _ := k.Armor()
		public, _ := k.GetArmoredPublicKey()
		os.WriteFile(filepath.Join(keys, name+".asc"), []byte(private), 0o600)
		os.WriteFile(filepath.Join(keys, name+".pub.asc"), []byte(public), 0o600)
	}
	at := func(n string) string { return filepath.Join(keys, n) }
	ours := fmt.Sprintf("files:\n  zip: true\n  marker: \"{name}.done\"\n  marker_in: \"{name}.ctl\"\n  pgp: {encrypt_to: [%q], sign_with: %q, decrypt_with: [%q], verify_with: [%q], required: true}\n",
		at("they.pub.asc"), at("we.asc"), at("we.asc"), at("they.pub.asc"))
	// The payer's own words for the same.
	theirs, err := partners.Parse("t.yaml", []byte(strings.Replace(demoEnvelope, "id: demo-payer", "id: theirs", 1)+
		fmt.Sprintf("files: {zip: true, pgp: {encrypt_to: [%q], sign_with: %q, decrypt_with: [%q], verify_with: [%q]}}\n", at("we.pub.asc"), at("they.asc"), at("they.asc"), at("we.pub.asc"))))
	if err != nil {
		t.Fatal(err)
	}
	packer, err := pack.New(theirs, "")
	if err != nil {
		t.Fatal(err)
	}
	p := w.payer("demo-payer", "larkspur", nil, func(s string) string { return untaken(s) + ours })
	w.open("", p)
	var b bytes.Buffer
	for _, id := range trialClaims {
		b.Write(encounter(t, id, nil))
	}
	if _, err := w.g.submit(t.Context(), trialScope, "office", "x.json", &b); err != nil {
		t.Fatal(err)
	}
	payer := w.payers["demo-payer"]
	delete(w.payers, "demo-payer") // it cannot read this by itself: the test unwraps for it
	home := filepath.Join(w.dir, "demo-payer", "home")
	w.settle()
	names := func(dir string) (list []string) {
		entries, _ := os.ReadDir(filepath.Join(home, dir))
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	if got := names("inbound"); !slices.Equal(got, []string{"claimwire-000000001.837.zip.pgp", "claimwire-000000001.837.zip.pgp.done"}) {
		t.Fatalf("inbound holds %v", got)
	}
	wire, _ := os.ReadFile(filepath.Join(home, "inbound", "claimwire-000000001.837.zip.pgp"))
	files, err := packer.Unpack("claimwire-000000001.837.zip.pgp", wire, w.clock())
	if err != nil || len(files) != 1 || files[0].Name != "claimwire-000000001.837" {
		t.Fatalf("the payer cannot read it: %v", err)
	}
	answers, err := payer.Answers(files[0].Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		name, sealed, err := packer.Pack(a.Name, a.Bytes, w.clock())
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(home, "outbound", name), sealed, 0o600)
	}
	w.settle()
	if got := w.states(trialScope); !maps.Equal(got, all(gateway.Sent)) {
		t.Errorf("before the markers: %v", got)
	}
	for _, n := range names("outbound") {
		os.WriteFile(filepath.Join(home, "outbound", n+".ctl"), nil, 0o600)
	}
	w.settle()
	if got := w.states(trialScope); !maps.Equal(got, trialEnds) {
		t.Errorf("%v\n%s", got, w.log.String())
	}
	// The encrypted originals are kept, and so is what was sent.
	list, err := read(t.Context(), w.g, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.Transmissions(trialScope) })
	if err != nil {
		t.Fatal(err)
	}
	wrapped := 0
	for _, m := range list {
		if m.Kind == "wrapped" {
			wrapped++
			f, err := w.g.archive.Open(m.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
	}
	if wrapped != len(answers) {
		t.Errorf("%d encrypted originals are kept, want %d", wrapped, len(answers))
	}
	// What is not signed, or not encrypted, is put aside.
	os.WriteFile(filepath.Join(home, "outbound", "plain.835"), append(answers[0].Bytes, 10), 0o600)
	os.WriteFile(filepath.Join(home, "outbound", "plain.835.ctl"), nil, 0o600)
	w.settle()
	if _, told := w.alerts()["file-aside"]; !told {
		t.Error("a file that had to be encrypted was taken")
	}
}

// TestPayerLadder brings a payer from test to live by what it says of tests and
// then of a few real claims.
func TestPayerLadder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	real := w.payer("demo-payer", "larkspur", nil, func(s string) string {
		return strings.Replace(s, "usage: test", "usage: production", 1) + "certification: {test: 3, parallel: 2, max_errors: 10}\n"
	})
	trial := w.payer("demo-payer-test", "larkspur", nil, nil)
	w.open("", real, trial)
	live, test := gateway.Scope{Organisation: "larkspur", Usage: "production"}, gateway.Scope{Organisation: "larkspur", Usage: "test"}
	put := func(s gateway.Scope, ids ...string) {
		t.Helper()
		var b bytes.Buffer
		for _, id := range ids {
			b.Write(encounter(t, id+"-FULL", nil))
		}
		if _, err := w.g.submit(t.Context(), s, "office", ids[0]+".json", &b); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.pass(2 * time.Minute)
		w.settle()
	}
	put(live, "R1", "R2")
	for id, s := range w.states(live) {
		if s != gateway.Queued {
			t.Errorf("%s is %s before any test", id, s)
		}
	}
	put(test, "T1", "T2", "T3")
	if got := w.g.stage(t.Context(), real); got != gateway.StageLive && got != gateway.StageParallel {
		t.Errorf("it is in %s", got)
	}
	w.pass(2 * time.Minute)
	w.settle()
	for id, s := range w.states(live) {
		if s != gateway.Paid {
			t.Errorf("%s is %s", id, s)
		}
	}
	if got := w.g.stage(t.Context(), real); got != gateway.StageLive {
		t.Errorf("it is in %s at the end", got)
	}
}
