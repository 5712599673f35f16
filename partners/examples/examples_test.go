package examples_test

import (
	"strings"
	"testing"

	"claimwire/partners"
	"claimwire/partners/companion"
	"claimwire/partners/examples"
)

// TestExamples reads each example: a newcomer's first profile has no fault.
func TestExamples(t *testing.T) {
	entries, err := examples.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		b, err := examples.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(e.Name(), ".companion") {
			if _, err := companion.Parse(e.Name(), b); err != nil {
				t.Error(err)
			}
			continue
		}
		if !strings.HasPrefix(string(b), "# ") {
			t.Errorf("%s does not say what it is modelled on", e.Name())
		}
		p, err := partners.Parse(e.Name(), b)
		if err != nil {
			t.Error(err)
			continue
		}
		if seen[p.ID] {
			t.Errorf("%s: the id %s stands twice", e.Name(), p.ID)
		}
		seen[p.ID] = true
		if p.Connection.Host != "" && !strings.HasSuffix(p.Connection.Host, ".example") {
			t.Errorf("%s: the host is not invented", e.Name())
		}
		if p.Companion != "" {
			if _, err := examples.Files.Open(p.Companion); err != nil {
				t.Errorf("%s: %v", e.Name(), err)
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("%d examples", len(seen))
	}
}
