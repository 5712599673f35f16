package edi_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/diag"
)

// TestAnswersOfChangedFiles breaks the base documents at random, one to four
// times each, and wants what TestNoDiagnosticVanishes wants: each error in an
// answer that is itself valid, and claims refused where something was found
// about them and nowhere else. CLAIMWIRE_ANSWERS names a folder that the
// answers are written to, for readers of other people.
func TestAnswersOfChangedFiles(t *testing.T) {
	many := 300
	if testing.Short() {
		many = 40
	}
	r := rand.New(rand.NewPCG(20261124, 4))
	for _, name := range []string{"837p", "837i", "837d", "837p-cob", "837p-ambulance", "835", "277ca"} {
		doc := base(t, name)
		for range many {
			changed := slices.Clone(doc)
			var what []string
			for range 1 + r.IntN(4) {
				at := 1 + r.IntN(len(changed)-1)
				what = append(what, changeOne(r, &changed, at))
			}
			file := join(changed)
			a, claims, list := answer(t, file)
			if len(list) > 0 && list[0].Code == 1001 {
				continue
			}
			if !strings.HasPrefix(name, "837") && slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code.SNIP() > 2 }) {
				continue // what a receiver refuses of a payer's answer is told by the 999 alone
			}
			a.check(t, fmt.Sprintf("%s: %s", name, strings.Join(what, "; ")), claims, list)
			if t.Failed() {
				return
			}
		}
	}
}

// changeOne changes a segment of a document and says how.
func changeOne(r *rand.Rand, doc *[]string, at int) string {
	s := (*doc)[at]
	e := strings.Split(s, "*")
	switch k := r.IntN(6); {
	case k == 0:
		*doc = slices.Delete(*doc, at, at+1)
		return "without " + s
	case k == 1:
		*doc = slices.Insert(*doc, at, s)
		return "twice " + s
	case k == 2 && at+1 < len(*doc):
		(*doc)[at], (*doc)[at+1] = (*doc)[at+1], s
		return "after the next " + s
	case k == 3:
		e = append(e, "X")
	default:
		values := []string{"", "X", "0", "99999999999999999999", "20261399", "-1", "A:B:C", "A^B", strings.Repeat("LONG", 30), "a\x01b", "é", "NOT A CODE"}
		n := r.IntN(len(e))
		if n == 0 {
			n = len(e) - 1
		}
		e[n] = values[r.IntN(len(values))]
	}
	(*doc)[at] = strings.Join(e, "*")
	return s + " as " + (*doc)[at]
}

// keepAnswer writes an answer for other people's readers.
func keepAnswer(t *testing.T, kind string, b []byte) {
	dir := os.Getenv("CLAIMWIRE_ANSWERS")
	if dir == "" {
		return
	}
	f, err := os.CreateTemp(dir, "*."+strings.ToLower(kind))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		t.Fatal(filepath.Base(f.Name()), err)
	}
}
