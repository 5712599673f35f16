package claim

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

const corpus = "../../../shared/corpus"

// corpusFile is an 837 of the corpus; valid is what its owner says.
type corpusFile struct {
	name  string
	valid bool
}

func corpusFiles(t *testing.T) []corpusFile {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(corpus, "manifest.tsv"))
	if err != nil {
		t.Skip("no corpus beside the project")
	}
	var list []corpusFile
	for line := range strings.Lines(string(manifest)) {
		f := strings.Split(line, "\t")
		if len(f) > 6 && slices.Contains([]string{"837p", "837i", "837d"}, f[1]) {
			list = append(list, corpusFile{f[0], f[6] == "valid"})
		}
	}
	if len(list) < 30 {
		t.Fatalf("only %d claims files in the corpus", len(list))
	}
	return list
}

// readSet is a set of a file, mapped.
type readSet struct {
	guide    *guide.Guide
	claims   []*Claim
	segments []string // normal, between ST and SE
	whole    bool     // every level has claims
}

func readSets(t *testing.T, file []byte) []*readSet {
	t.Helper()
	var sets []*readSet
	rd := x12.NewReader(x12.NewBytesScanner(file), ignore)
	var set *readSet
	var matcher *guide.Matcher
	var m *Mapper
	for rd.Next() {
		switch rd.Event() {
		case x12.SetStart:
			set = nil
			version := rd.Set().Reference
			if g := rd.Group(); g != nil {
				version = g.Version
			}
			g, ok := guide.Lookup(version, rd.Set().ID)
			if !ok {
				continue
			}
			set = &readSet{guide: g, whole: true}
			sets = append(sets, set)
			s := set
			m = NewMapper(g, func(c *Claim) { s.claims = append(s.claims, c.Clone()) })
			matcher = guide.NewMatcher(g, ignore)
			matcher.Begin(guide.SetPos{}, rd.Segment().Delimiters())
			m.Begin(record.Source{Transaction: rd.Set().Control}, rd.Set())
		case x12.Body, x12.SetEnd:
		default:
			continue
		}
		if set == nil {
			continue
		}
		if seg := rd.Segment(); seg != nil {
			mt := matcher.Segment(seg, rd.Ordinal())
			m.Segment(mt, seg, rd.Ordinal())
			if rd.Event() == x12.Body {
				if mt.Node != nil {
					set.segments = append(set.segments, normal(mt.Node, inDefault(seg)))
				}
			}
		}
		if rd.Event() == x12.SetEnd {
			matcher.End()
			m.End()
			set = nil
		}
	}
	for _, s := range sets {
		open := false
		for _, text := range s.segments {
			if strings.HasPrefix(text, "HL*") {
				level := strings.Split(text, "*")[3]
				if open && level != "23" {
					s.whole = false
				}
				if level != "23" {
					open = level == "22"
				}
			}
			open = open && !strings.HasPrefix(text, "CLM*")
		}
		s.whole = s.whole && !open
	}
	return sets
}

// inDefault gives a segment in the default delimiters.
func inDefault(seg *x12.Segment) string {
	d := seg.Delimiters()
	return strings.Map(func(r rune) rune {
		switch byte(r) {
		case d.Element:
			return '*'
		case d.Component:
			return ':'
		}
		return r
	}, string(seg.Raw()))
}

// altered are files that their owner calls valid and that hold what a guide
// does not use: it is not kept.
var altered = map[string]string{
	"lfh-837-out-of-network-repriced-claim.edi":         "components are separated by > and not by what ISA16 says",
	"oop-837i-spec-3.1.1.edi":                           "an institutional claim that names the professional guide",
	"oop-837i-spec-3.1.4-outofnetworkrepricedclaim.edi": "an institutional claim that names the professional guide",
	"lfh-837-demo.ambulance.example5.edi":               "CLM05-2 is missing",
	"lfh-837-demo.cob.2ndary.example4.edi":              "components are separated by > and not by what ISA16 says",
	"lfh-837-demo.example11.edi":                        "components are separated by > and not by what ISA16 says",
	"lfh-837-demo.example12.edi":                        "components are separated by > and not by what ISA16 says",
	"lfh-837-demo.example9.edi":                         "components are separated by > and not by what ISA16 says",
	"oop-837p-example1-2-and-3-combined.edi":            "SBR08 is used",
	"oop-837p-medicaidexample.edi":                      "BHT01 is 9999",
}

// Files of others come back as they were, element by element, directly and
// through JSON; what is not valid is read without harm.
func TestCorpus(t *testing.T) {
	compared := map[string]int{}
	for _, f := range corpusFiles(t) {
		file, err := os.ReadFile(filepath.Join(corpus, f.name))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(f.name, func(t *testing.T) {
			for _, s := range readSets(t, file) {
				var back []*Claim
				for _, c := range s.claims {
					line := c.AppendJSON(nil)
					if !json.Valid(line) || bytes.IndexByte(line, '\n') >= 0 {
						t.Fatalf("not one line of JSON: %s", line)
					}
					b, err := ParseJSON(line)
					if err != nil {
						t.Fatalf("%v\n%s", err, line)
					}
					back = append(back, b)
				}
				if len(s.claims) == 0 || !f.valid {
					continue
				}
				if !s.whole {
					t.Log("a level without claims: not compared")
					continue
				}
				if why := altered[filepath.Base(f.name)]; why != "" {
					t.Logf("not compared: %s", why)
					continue
				}
				compared[s.guide.ID]++
				compare(t, "direct", s.segments, write(t, s.claims))
				compare(t, "through JSON", s.segments, write(t, back))
			}
		})
	}
	t.Logf("sets compared: %v", compared)
	if compared["005010X222A1"] < 15 || compared["005010X223A2"] < 5 {
		t.Errorf("too few sets were compared: %v", compared)
	}
}
