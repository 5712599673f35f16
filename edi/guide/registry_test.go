package guide

import (
	"strings"
	"testing"
	"testing/fstest"

	"claimwire/edi/x12"
)

// A dictionary that goes on from another has what that has but for what it says
// anew, and leaves the other alone.
func TestDictionaryFromAnother(t *testing.T) {
	base := `dictionary 1
element 1 AN 1/5 One
element 2 ID 1/2 Two
codes 2 A B
composite C1 Pair
  01 M 1
  02 O 2
segment AAA First
  01 M 1
  02 O C1
segment BBB Second
  01 M 2
set 900 XX AAA BBB
pair 2 1 A=date8
`
	next := `dictionary 2 from 1
element 1 AN 1/9
element 3 R 1/3 Three
codes 2 C
composite C1 Triple
  01 M 1
  02 O 2
  03 O 3
segment BBB Second
  01 M 2
  02 O 3
set 900 XX AAA
`
	texts := map[string]string{"1": base, "loop": "dictionary loop from loop\n"}
	find := func(v string) (string, string, bool) { s, ok := texts[v]; return v + ".dict", s, ok }
	old, err := ParseDictionary("1.dict", base, find)
	if err != nil {
		t.Fatal(err)
	}
	d, err := ParseDictionary("2.dict", next, find)
	if err != nil {
		t.Fatal(err)
	}
	aaa, bbb := x12.SegmentIDOf("AAA"), x12.SegmentIDOf("BBB")
	one := d.Segments[aaa].Elements[0].Element
	switch {
	case d.Version != "2" || one.Max != 9 || one.Name != "One":
		t.Errorf("element 1 of %s: %+v", d.Version, one)
	case !d.Elements["2"].Codes["A"] || !d.Elements["2"].Codes["C"]:
		t.Errorf("codes of element 2: %v", d.Elements["2"].Codes)
	case len(d.Segments[aaa].Elements[1].Composite.Components) != 3:
		t.Error("the segment of the first does not have the composite of the second")
	case len(d.Segments[bbb].Elements) != 2 || d.Sets["900"][bbb] || !d.Sets["900"][aaa]:
		t.Errorf("segment BBB or set 900: %v", d.Sets["900"])
	case old.Version != "1" || old.Elements["1"].Max != 5 || old.Elements["2"].Codes["C"] || old.Elements["3"] != nil || !old.Sets["900"][bbb]:
		t.Error("the first has changed")
	}
	for text, want := range map[string]string{
		"dictionary 3 from 7\n":                                     "3.dict:1: dictionary 7 is not there",
		"dictionary 3 from loop\n":                                  "loop.dict:1: dictionary loop is not there",
		"dictionary 3 from 1\nelement 1 AN 1/2\nelement 1 AN 1/3\n": "3.dict:3: element 1 stands twice",
		"dictionary 3 from 1\nsegment CCC\n  01 M 99\n":             "3.dict:3: element \"99\" is not defined",
	} {
		if _, err := ParseDictionary("3.dict", text, find); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// A folder of guides stands beside what the binary holds.
func TestFolderOfGuides(t *testing.T) {
	const guide = `guide 005010X902 277 HN uses %s
title List
alias 005010X902A1
source these tests
status complete

loop ST List
  0100 ST R 1 Header
       ST01 R 277
       ST02 R
       ST03 R
  0200 BHT R 1 Beginning
       BHT01 R 0085
       BHT02 R 08
       BHT03 R
       BHT04 R
       BHT05 R
  0300 %s S 2 A segment of its own
       %s01 R
  9000 SE R 1 Trailer
       SE01 R
       SE02 R
`
	of := func(uses, segment string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.NewReplacer("uses %s", "uses "+uses, "%s S 2", segment+" S 2", "%s01", segment+"01").Replace(guide))}
	}
	dict := &fstest.MapFile{Data: []byte("dictionary 005010TEST from 005010\nsegment OTI Application\n  01 M 127\n  02 O 127\nset 277 HN ST BHT OTI TRN SE\n")}
	faulty := &fstest.MapFile{Data: []byte("dictionary 005010TEST from 005010\nelement 9999 N9 1/2 Number\n")}
	for name, c := range map[string]struct {
		folder fstest.MapFS
		want   string
	}{
		"own dictionary":             {fstest.MapFS{"a.guide": of("005010TEST", "OTI"), "005010TEST.dict": dict}, ""},
		"known segment":              {fstest.MapFS{"deep/a.guide": of("005010", "K3")}, ""},
		"no such dictionary":         {fstest.MapFS{"a.guide": of("005011", "K3")}, "a.guide:1: uses dictionary 005011, which is not there"},
		"segment of another set":     {fstest.MapFS{"a.guide": of("005010", "OTI")}, "a.guide:19: of segment OTI dictionary 005010 has only the id"},
		"twice":                      {fstest.MapFS{"a.guide": of("005010", "K3"), "b.guide": of("005010", "K3")}, "b.guide:1: 005010X902 of the 277 is here already: a.guide"},
		"dictionary of the binary":   {fstest.MapFS{"a.guide": of("005010", "K3"), "005010.dict": dict}, "005010.dict: dictionary 005010 is here already"},
		"fault in the dictionary":    {fstest.MapFS{"a.guide": of("005010TEST", "OTI"), "005010TEST.dict": faulty}, "005010TEST.dict:2: unknown type \"N9\": want AN,"},
		"dictionary of another name": {fstest.MapFS{"a.guide": of("005010Z", "OTI"), "005010Z.dict": dict}, "005010Z.dict: holds dictionary 005010TEST"},
	} {
		t.Run(name, func(t *testing.T) {
			problems, err := LintFolder(c.folder)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, p := range problems {
				said = append(said, p.String())
			}
			if got := strings.Join(said, "\n"); c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Fatalf("said %q, want %q", got, c.want)
			}
			if c.want != "" {
				return
			}
			list, err := Library(c.folder)
			if err != nil || len(list) != 1 || !list[0].Added || list[0].ID != "005010X902" {
				t.Fatalf("%v %v", list, err)
			}
			if kinds, failures := list[0].SelfTest(SelfTestOptions{Seeds: 20}); len(failures) > 0 || len(kinds) < 15 {
				t.Errorf("%v %v", kinds, failures)
			}
			if _, ok := Lookup("005010X902", "277"); ok {
				t.Error("it has been added to what the binary holds")
			}
		})
	}
}

// Loops of two kinds that share a place and a number, and three that begin
// alike: a broken one is still told from those beside it.
func TestLoopsSideBySide(t *testing.T) {
	const dict = `dictionary 005010TEST from 005010
segment ENT Entity
  01 O 554
  02 X 98
`
	const text = `guide 005010X903 820 RA uses 005010TEST
title Payment
source these tests
status complete

loop ST Payment
  0100 ST R 1 Header
       ST01 R 820
       ST02 R
       ST03 R
  0200 TRN R 1 Number
       TRN01 R 1
       TRN02 R
  0700 loop 1000A R 1
  0700 loop 1000B R 1
  0700 loop 1000C S 4
  0800 loop 2000A S 1
  0800 loop 2000B S >1
  0900 loop 2000C R 1
  9000 SE R 1 Trailer
       SE01 R
       SE02 R

loop 1000A Receiver
  0100 N1 R 1 Name
       N101 R key PE
       N102 R
  0200 N3 S 1 Street
       N301 R

loop 1000B Payer
  0100 N1 R 1 Name
       N101 R key PR
       N102 R
  0200 N3 S 1 Street
       N301 R
  0300 PER S 2 Contact
       PER01 R IC
       PER02 R

loop 1000C Bank
  0100 N1 R 1 Name
       N101 R key 04 | ZB
       N102 R
  0200 N3 S 1 Street
       N301 R
  0300 PER S 2 Contact
       PER01 R IC
       PER02 R

loop 2000A Organisation
  0100 ENT R 1 Organisation
       ENT01 R count
       ENT02 R key 2L | AG
  0200 REF R >1 Number
       REF01 R 14 | 17
       REF02 R

loop 2000B Individual
  0100 ENT R 1 Individual
       ENT01 R count
       ENT02 R key 2J
  0200 REF R >1 Number
       REF01 R 14 | 18
       REF02 R

loop 2000C Total
  0100 ENT R 1 Total
       ENT01 R count
       ENT02 R key PR
  0200 AMT R 1 Amount
       AMT01 R C
       AMT02 R
`
	folder := fstest.MapFS{"a.guide": {Data: []byte(text)}, "005010TEST.dict": {Data: []byte(dict)}}
	if problems, err := LintFolder(folder); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	list, err := Library(folder)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	selfTestOf(t, list[0], SelfTestOptions{})
}
