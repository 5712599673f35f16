package inspect

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/explain"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// explained says of an element which list its code is of; "" for those that
// hold no code that people have to know.
func explained(e *guide.Element) string {
	segment, component, _ := strings.Cut(e.Designator, "-")
	switch {
	case byDesignator[e.Designator] != "":
		return byDesignator[e.Designator]
	case segment == "STC01" || segment == "STC10" || segment == "STC11":
		return map[string]string{"1": "category", "2": "status", "3": "entity"}[component]
	case segment == "LQ02", segment == "MOA03", segment == "MOA04", segment == "MOA05", segment == "MOA06", segment == "MOA07", segment == "MIA05":
		return "rarc"
	case strings.HasPrefix(segment, "PLB") && component == "1":
		return "plb"
	}
	return byNumber[e.Number]
}

// TestCodesOfRealFiles counts the codes of other people's files, and wants words
// for 95 of 100 in every list.
func TestCodesOfRealFiles(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "*", "*.edi"))
	if len(files) == 0 {
		t.Skip("no corpus at ../shared/corpus")
	}
	all, without := map[string]int{}, map[string]map[string]int{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = edi.Process(bytes.NewReader(b), edi.Options{Types: 1 << 1}, edi.Sink{Segment: func(_ *edi.Set, _ int, mt guide.Match, seg *x12.Segment) {
			if mt.Node == nil {
				return
			}
			Elements(mt.Node, seg, func(e *guide.Element, value []byte, _ string) {
				list := explained(e)
				if list == "" || bytes.Contains(seg.Raw(), []byte(":RX")) {
					return // a pharmacy's code is of another list
				}
				if form := map[string]string{"rarc": `^(M|MA|N)[1-9]\d*$`, "status": `^[0-7]?\d?\d$|-`, "pos": `^\d\d$|^\d\d\d$`}[list]; form != "" && !regexp.MustCompile(form).Match(value) {
					return // no code of the list: the file is wrong there, often on purpose
				}
				if list == "status" && bytes.Contains(value, []byte("-")) {
					list = "loinc"
				}
				all[list]++
				if explain.Words(list, string(value)) == "" {
					if without[list] == nil {
						without[list] = map[string]int{}
					}
					without[list][string(value)]++
				}
			})
		}})
		if err != nil {
			t.Fatal(name, err)
		}
	}
	for list, n := range all {
		missing := 0
		for _, k := range without[list] {
			missing += k
		}
		t.Logf("%-14s %5d codes, %5.1f %% have words; without: %v", list, n, 100*float64(n-missing)/float64(n), without[list])
		if missing*20 > n {
			t.Errorf("%s: %d of %d codes have no words: %v", list, missing, n, without[list])
		}
	}
}
