package gateway_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/intake"
	"claimwire/gateway/route"
	"claimwire/gateway/scrub"
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
	if count < 90 {
		t.Errorf("%d samples, want at least 90", count)
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
