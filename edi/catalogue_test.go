package edi_test

import (
	"regexp"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
)

// withoutExample lists the codes that no edit of one segment of a base document
// can show, and why. SNIP type 7 is the gateway's and is shown there.
var withoutExample = map[diag.Code]string{
	1003: "bytes before the first segment",
	1004: "all bytes of the file",
	1041: "a segment of more than a mebibyte",
	1213: "a segment of more than a mebibyte",
	1215: "no guide so far holds binary data",
	1404: "control characters do not show in a text",
	1504: "control characters do not show in a text",
	1409: "no segment of the guides so far excludes one of two elements that it uses",
	1506: "no composite of the guides so far has a plain date",
	1507: "no composite of the guides so far has a plain time",
	1508: "no composite of the guides so far uses two parts that a syntax note ties",
	1509: "no composite of the guides so far uses two parts that a syntax note ties",
	1510: "components do not repeat: kept because codes of components are those of elements plus 100",
	1511: "components have no components: kept because codes of components are those of elements plus 100",
	5504: "no composite of the guides so far has a currency",
	5505: "no composite of the guides so far has a national provider identifier",
	5941: "needs CMS's tables, which are not shipped: stays_test.go",
	5942: "needs CMS's tables, which are not shipped: stays_test.go",
	5943: "needs CMS's tables, which are not shipped: stays_test.go",
	5944: "needs CMS's tables, which are not shipped: stays_test.go",
	5946: "needs CMS's tables, which are not shipped: stays_test.go",
	5947: "needs CMS's tables, which are not shipped: stays_test.go",
	5949: "needs CMS's tables, which are not shipped: stays_test.go",
	5950: "needs CMS's tables, which are not shipped: stays_test.go",
	5951: "needs CMS's tables, which are not shipped: stays_test.go",
	5952: "needs CMS's tables, which are not shipped: stays_test.go",
	5953: "needs CMS's tables, which are not shipped: stays_test.go",
	5954: "needs CMS's tables, which are not shipped: stays_test.go",
	5955: "needs CMS's tables, which are not shipped: stays_test.go",
	5960: "needs CMS's tables, which are not shipped: stays_test.go",
	5961: "needs CMS's tables, which are not shipped: stays_test.go",
}

var eightDigits = regexp.MustCompile(`[0-9]{8}`)

// TestCatalogueExamples runs every bad and good example of the catalogue
// through the whole stack: a bad one raises its code and nothing else, a good
// one does not raise it.
func TestCatalogueExamples(t *testing.T) {
	for _, e := range diag.Entries() {
		if e.Code.SNIP() == 7 {
			continue
		}
		t.Run(e.Code.String(), func(t *testing.T) {
			why, excused := withoutExample[e.Code]
			switch {
			case len(e.Bad) == 0 && !excused:
				t.Error("no bad example")
			case len(e.Bad) > 0 && excused:
				t.Errorf("has an example, and is said to have none: %s", why)
			case len(e.Bad) > 0 && len(e.Good) == 0:
				t.Error("no good example")
			}
			opt := edi.Options{}
			if e.Code.SNIP() == 5 && e.Code.Level() == 9 {
				opt.Codes = inventedCodes(t)
			}
			for _, x := range e.Bad {
				list := findingsOf(t, example(t, x), opt)
				for _, d := range list {
					if n := d.Code.SNIP(); (n == 3 || n == 4) && eightDigits.MatchString(d.Want) {
						t.Errorf("%v: what is wanted may hold a day of the patient: %q", d.Code, d.Want)
					}
				}
				if len(list) != 1 || list[0].Code != e.Code {
					t.Errorf("bad %s: %s => %s\n gives %s", x.Base, x.Find, x.Replace, said(list))
				}
			}
			for _, x := range e.Good {
				for _, d := range findingsOf(t, example(t, x), opt) {
					if d.Code == e.Code || d.Code.Severity() == diag.Error {
						t.Errorf("good %s: %s => %s\n gives %s", x.Base, x.Find, x.Replace, said([]diag.Diagnostic{d}))
					}
				}
			}
		})
	}
	for c := range withoutExample {
		if _, ok := diag.Lookup(c); !ok {
			t.Errorf("%v is not in the catalogue", c)
		}
	}
}

// example is the document of an example.
func example(t *testing.T, x diag.Example) []byte {
	t.Helper()
	doc := base(t, x.Base)
	if x.Find == "" {
		return join(doc)
	}
	return join(edits(t, doc, x.Find+" => "+x.Replace))
}
