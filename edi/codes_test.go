package edi_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/diag"
)

// TestEveryAcknowledgmentCode makes every code of TA105, AK905, IK502, IK304
// and IK403 that can arise from a small file, and holds the list of those that
// cannot, testdata/acknowledgment-codes.txt, to its word.
func TestEveryAcknowledgmentCode(t *testing.T) {
	b, err := os.ReadFile("testdata/acknowledgment-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{} // what the fixtures gave, whatever they were for
	never := map[string]bool{}
	for _, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		element, rest, _ := strings.Cut(line, " ")
		code, from, _ := strings.Cut(strings.TrimSpace(rest), " ")
		from = strings.TrimSpace(from)
		name := element + " " + code
		if strings.HasPrefix(from, "never: ") {
			never[name] = true
			continue
		}
		var file []byte
		if c, ok := diag.ParseCode(from); ok {
			e, _ := diag.Lookup(c)
			if e == nil || len(e.Bad) == 0 {
				t.Errorf("%s: %s has no bad example", name, from)
				continue
			}
			file = example(t, e.Bad[0])
		} else {
			doc, changes, ok := strings.Cut(from, ":")
			if !ok {
				t.Fatalf("%q is neither a code of the catalogue nor an edit of a base document", line)
			}
			file = join(edits(t, base(t, doc), changes))
		}
		a, _, list := answer(t, file)
		got := a.all()
		if !slices.Contains(got, name) {
			t.Errorf("%s: the answers have %v (%s)", name, got, said(list))
		}
		for _, g := range got {
			seen[g] = true
		}
	}
	for g := range seen {
		if never[g] {
			t.Errorf("%s arises, and is listed as one that cannot", g)
		}
	}
	// Whatever the catalogue maps to is in the list, and so made by a file.
	for _, e := range diag.Entries() {
		for element, code := range map[string]string{"TA105": e.TA1, "AK905": e.AK9, "IK502": e.IK5, "IK304": e.IK3, "IK403": e.IK4} {
			if name := element + " " + code; code != "" && e.Severity == diag.Error && !seen[name] {
				t.Errorf("%v maps to %s, which no file of the list gives", e.Code, name)
			}
		}
	}
}

// all lists the codes that answers hold.
func (a *answered) all() []string {
	var list []string
	for _, k := range a.ta1 {
		list = append(list, "TA105 "+k.Note)
	}
	for _, c := range a.codes {
		list = append(list, "AK905 "+c)
	}
	for i := range a.sets {
		for _, c := range a.sets[i].Codes {
			list = append(list, "IK502 "+c)
		}
		for _, e := range a.sets[i].Errors {
			if e.HasElement {
				list = append(list, "IK403 "+e.Code, "IK304 8")
			} else {
				list = append(list, fmt.Sprintf("IK304 %s", e.Code))
			}
		}
	}
	return list
}
