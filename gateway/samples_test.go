package gateway_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/gateway"
	"claimwire/gateway/intake"
	"claimwire/gateway/route"
	"claimwire/gateway/scrub"
	"claimwire/partners"
)

const samples = "../testdata/encounters"

var today = "20261124"

func directory(t *testing.T) *route.Directory {
	t.Helper()
	f, err := os.Open("../testdata/payers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := route.ReadDirectory(f)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// scrubbed is what intake and scrubber say of the encounters of a file.
type scrubbed struct {
	item     *intake.Item
	findings []gateway.Finding
	held     bool
}

func scrubFile(t *testing.T, name string, d *route.Directory) []scrubbed {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := scrub.Scrubber{Payers: d}
	r := intake.NewReader(bytes.NewReader(b), intake.Options{})
	var all []scrubbed
	for {
		it, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		x := scrubbed{item: it}
		if c := it.Claim(d); c != nil {
			res, err := s.Scrub(scrub.Input{Claim: c, Today: today, Known: it.Findings, Locate: intake.Locate(it.Encounter)})
			if err != nil {
				t.Fatalf("%s: %v", filepath.Base(name), err)
			}
			x.findings, x.held = append(it.Findings, res.Findings...), res.Held
		} else {
			x.findings, x.held = it.Findings, true
		}
		all = append(all, x)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	return names
}

// Every sample outside held/ is clean: no error at all, and no warning but
// that a new office has not enrolled for remittance advices yet.
func TestSamplesAreClean(t *testing.T) {
	d := directory(t)
	names := append(glob(t, samples+"/*.json"), glob(t, samples+"/*.csv")...)
	count := 0
	for _, name := range names {
		for _, x := range scrubFile(t, name, d) {
			count++
			if x.held {
				t.Errorf("%s is held", filepath.Base(name))
			}
			for _, f := range x.findings {
				if f.Code != 7963 {
					t.Errorf("%s: %s %v: %s", filepath.Base(name), f.Field, f.Code, f.Message())
				}
			}
		}
	}
	if count < 210 {
		t.Errorf("%d samples, want at least 210", count)
	}
}

// sampleClaims are the claims of all clean samples.
func sampleClaims(t *testing.T) []*claim.Claim {
	t.Helper()
	d := directory(t)
	var claims []*claim.Claim
	for _, name := range append(glob(t, samples+"/*.json"), glob(t, samples+"/*.csv")...) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := intake.NewReader(bytes.NewReader(b), intake.Options{})
		for it, err := r.Next(); err == nil; it, err = r.Next() {
			claims = append(claims, it.Claim(d))
		}
	}
	return claims
}

// All samples as one interchange raise nothing, and come back through the JSON
// of their claims byte by byte: sets for payment and for reporting apart.
func TestSamplesAreSentAndComeBack(t *testing.T) {
	p, err := partners.Parse("p.yaml", []byte("id: p\nname: P\nusage: test\nenvelope: {sender_qualifier: ZZ, sender: SENDER, receiver_qualifier: ZZ, receiver: RECEIVER, submitter_name: OFFICE, contact_phone: \"5555550100\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	claims := sampleClaims(t)
	first, err := route.Build(p, claims, route.Numbers{Interchange: 1, Group: 1}, at)
	if err != nil {
		t.Fatal(err)
	}
	var back []*claim.Claim
	kinds := map[claim.Kind]map[claim.SubmissionUse]int{}
	_, err = edi.Process(bytes.NewReader(first.Bytes), edi.Options{Today: today}, edi.Sink{
		Report: func(d diag.Diagnostic) { t.Errorf("%v: %v %s", d.Claim, d.Code, d.Message()) },
		Claim: func(c *claim.Claim, _ *edi.Verdict) {
			x, err := claim.ParseJSON(c.AppendJSON(nil))
			if err != nil {
				t.Error(err)
				return
			}
			if kinds[c.Kind] == nil {
				kinds[c.Kind] = map[claim.SubmissionUse]int{}
			}
			kinds[c.Kind][x.Submission.Use]++
			back = append(back, x)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(claims) {
		t.Errorf("%d claims came back, %d were sent", len(back), len(claims))
	}
	for _, k := range []claim.Kind{claim.Institutional, claim.Dental} {
		if kinds[k][claim.UseChargeable] < 15 || kinds[k][claim.UseReporting] < 1 {
			t.Errorf("%v: %v", k, kinds[k])
		}
	}
	second, err := route.Build(p, back, route.Numbers{Interchange: 1, Group: 1}, at)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes, second.Bytes) {
		t.Error("what comes back is written differently")
	}
	// What a claim is sent for survives, whatever that is.
	for _, use := range []claim.SubmissionUse{claim.UseReporting, claim.UseSubrogation} {
		c := *claims[0]
		c.Submission = &claim.Submission{ID: "theirs", Use: use}
		route.KeepUse(&c)
		x, err := claim.ParseJSON(c.AppendJSON(nil))
		if err != nil || route.Use(x) != use || x.Submission.ID != "" {
			t.Errorf("%s: %+v, %v", use, x.Submission, err)
		}
		b, err := route.Build(p, []*claim.Claim{x}, route.Numbers{Interchange: 2, Group: 2}, at)
		if err != nil || !bytes.Contains(b.Bytes, []byte("*"+string(use)+"~NM1*41")) {
			t.Errorf("%s is not written: %v", use, err)
		}
	}
}

// The samples stay what they are as time goes by: those that are clean are
// clean in ten years, and those that are held are held.
func TestSamplesDoNotAge(t *testing.T) {
	was := today
	defer func() { today = was }()
	today = "20361124"
	TestSamplesAreClean(t)
	TestHeldSamples(t)
}

// Every sample of held/ is held by the finding that EXPECTED.tsv names, in the
// field that it names, and by nothing else.
func TestHeldSamples(t *testing.T) {
	d := directory(t)
	b, err := os.ReadFile(samples + "/held/EXPECTED.tsv")
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		f := strings.Split(line, "\t")
		expected[f[0]] = f[1:]
	}
	names := glob(t, samples+"/held/*.json")
	if len(names) != len(expected) || len(names) < 26 {
		t.Errorf("%d held samples, %d expectations", len(names), len(expected))
	}
	for _, name := range names {
		base := filepath.Base(name)
		for _, x := range scrubFile(t, name, d) {
			if !x.held {
				t.Errorf("%s is not held", base)
			}
			var got []string
			met := false
			for _, f := range x.findings {
				got = append(got, f.Code.String()+" "+f.Field)
				met = met || f.Code.String() == expected[base][0] && f.Field == expected[base][1]
				if f.Message() == "" || f.Hint() == "" {
					t.Errorf("%s: %v has no message or hint", base, f.Code)
				}
			}
			if !met {
				t.Errorf("%s: want %v, got %q", base, expected[base][:2], got)
			}
			// One fault, one finding; but a field of a wrong name is also the
			// right one's missing.
			if len(x.findings) > 1 && base != "field-unknown-30.json" {
				t.Errorf("%s: more than one finding: %q", base, got)
			}
		}
	}
}
