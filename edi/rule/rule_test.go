package rule

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/diag"
)

var update = flag.Bool("update", false, "write docs/rules.md anew")

// guidesOf says of each code that a rule of this package says, which guides it
// looks at.
func guidesOf() map[diag.Code]string {
	m := map[diag.Code]string{}
	for c, kinds := range ClaimCodes() {
		var list []string
		for _, k := range kinds {
			list = append(list, map[rune]string{'P': "837P", 'I': "837I", 'D': "837D"}[k])
		}
		m[c] = strings.Join(list, " ")
	}
	for _, c := range RemittanceCodes() {
		m[c] = "835"
	}
	for _, c := range StatusCodes() {
		m[c] = "277CA"
	}
	for _, c := range AnswerCodes() {
		m[c] = "999"
	}
	return m
}

// TestRulesAndCatalogueAgree holds the tables of rules to the catalogue: each
// code of a rule has an entry, each entry a rule, and each an id of its own.
func TestRulesAndCatalogueAgree(t *testing.T) {
	guides := guidesOf()
	ids := map[string]diag.Code{}
	situations := 0
	for _, e := range diag.Entries() {
		if n := e.Code.SNIP(); n != 3 && n != 4 && n != 6 {
			continue
		}
		if e.Code.SNIP() == 4 {
			situations++
		}
		if guides[e.Code] == "" {
			t.Errorf("%v stands in the catalogue, and no rule says it", e.Code)
		}
		if other := ids[e.ID]; e.ID == "" || other != 0 {
			t.Errorf("%v: the id %q is none, or that of %v", e.Code, e.ID, other)
		}
		ids[e.ID] = e.Code
		if e.IK3 == "" && e.IK4 == "" && e.Severity == diag.Error {
			t.Errorf("%v has no place in a 999", e.Code)
		}
		if e.Status == "" || e.Message == "" || e.Fix == "" {
			t.Errorf("%v lacks a status, message or fix", e.Code)
		}
		if (e.Severity == diag.Warning) != (e.Rejects == diag.RejectsNothing) {
			t.Errorf("%v: a warning rejects nothing, an error something", e.Code)
		}
		if first := strings.Fields(e.Fix)[0]; designator.MatchString(first) {
			t.Errorf("%v: the fix begins with a designator, %s", e.Code, first)
		}
	}
	for c := range guides {
		if _, ok := diag.Lookup(c); !ok {
			t.Errorf("a rule says %v, which is not in the catalogue", c)
		}
	}
	if situations < 150 {
		t.Errorf("only %d situational rules", situations)
	}
}

// TestDocs holds docs/rules.md to the catalogue; -update writes it.
func TestDocs(t *testing.T) {
	const path = "../../docs/rules.md"
	guides := guidesOf()
	var b strings.Builder
	b.WriteString(docsHead)
	for _, snip := range []int{3, 4, 6} {
		fmt.Fprintf(&b, "\n## %s\n\n| code | id | guides | severity | what |\n|---|---|---|---|---|\n", map[int]string{3: "Balances (SNIP type 3)", 4: "Situations (SNIP type 4)", 6: "Lines of service (SNIP type 6)"}[snip])
		for _, e := range diag.Entries() {
			if e.Code.SNIP() == snip {
				fmt.Fprintf(&b, "| %v | `%s` | %s | %v | %s |\n", e.Code, e.ID, guides[e.Code], e.Severity, plain(e.Message))
			}
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		a, c := strings.Split(string(got), "\n"), strings.Split(b.String(), "\n")
		i := 0
		for i < len(a) && i < len(c) && a[i] == c[i] {
			i++
		}
		t.Errorf("docs/rules.md is not up to date, from line %d on: go test ./edi/rule -run TestDocs -update", i+1)
	}
}

// plain writes a message without what stands in for values.
func plain(s string) string {
	for _, r := range [][2]string{{" ({want})", ""}, {", {want},", ""}, {", {want}", ""}, {"; it takes {want}", ""}, {"; it has {want}", ""}, {" ({at})", ""}, {"{want}", "another"}} {
		s = strings.ReplaceAll(s, r[0], r[1])
	}
	return s
}

// TestGroupsHoldEveryRule proves that no rule is lost on the way into the
// groups that are run.
func TestGroupsHoldEveryRule(t *testing.T) {
	for kind, set := range sets {
		want := 0
		for _, r := range allRules() {
			if strings.Contains(r.kinds, string(rune(kind))) {
				want++
			}
		}
		got := len(set.billing.balances) + len(set.billing.situations) + len(set.billing.services)
		for i, g := range set.groups {
			got += len(g.balances) + len(g.situations) + len(g.services)
			if slices.Contains(set.needs[:i], set.needs[i]) {
				t.Errorf("%c: two groups need %b", kind, set.needs[i])
			}
		}
		if got != want || got < 80 {
			t.Errorf("%c: %d rules in groups, %d in the table", kind, got, want)
		}
	}
}

func TestDayNumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		days int
	}{{"20261001", "20261002", 1}, {"20260228", "20260301", 1}, {"20240228", "20240301", 2}, {"20251231", "20260101", 1}, {"20000101", "20260101", 9497}} {
		if got := dayNumber(c.b) - dayNumber(c.a); got != c.days {
			t.Errorf("%s to %s: %d days, want %d", c.a, c.b, got, c.days)
		}
	}
}

func TestToothOf(t *testing.T) {
	for s, want := range map[string][2]bool{"1": {false, true}, "8": {true, true}, "32": {false, true}, "33": {false, false}, "0": {false, false},
		"51": {false, true}, "58": {true, true}, "82": {false, true}, "83": {false, false}, "A": {false, true}, "E": {true, true}, "T": {false, true},
		"U": {false, false}, "AS": {false, true}, "US": {false, false}, "": {false, false}, "AB": {false, false}, "08": {true, true}} {
		if a, ok := toothOf(s); a != want[0] || ok != want[1] {
			t.Errorf("%q: anterior %v, tooth %v", s, a, ok)
		}
	}
}

func TestValidMBI(t *testing.T) {
	for s, want := range map[string]bool{"1EG4TE5MK73": true, "1EG4TE5MK7": false, "0EG4TE5MK73": false, "1SG4TE5MK73": false, "1EG4-TE5-MK73": false, "": false} {
		if ValidMBI(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
