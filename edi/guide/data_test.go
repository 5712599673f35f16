package guide

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// TestGuidesLint reads every guide of the binary.
func TestGuidesLint(t *testing.T) {
	lib, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(dataFiles, "data", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".guide" {
			return err
		}
		b, err := dataFiles.ReadFile(p)
		if err != nil {
			return err
		}
		def, err := parseGuide(p, string(b))
		if err != nil {
			t.Error(err)
			return nil
		}
		dict, err := lib.dicts[def.uses]()
		if err != nil {
			return err
		}
		problems := Lint(p, string(b), dict)
		for i, pr := range problems {
			if i == 20 {
				t.Errorf("… and %d more", len(problems)-i)
				break
			}
			t.Error(pr)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestGuidesTestThemselves writes valid sets from each guide, which must raise
// nothing, and single faults of them, which must raise exactly what is predicted.
func TestGuidesTestThemselves(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	opt := SelfTestOptions{}
	if testing.Short() {
		opt = SelfTestOptions{Seeds: 10, Step: 7}
	}
	for _, g := range all {
		t.Run(g.ID+"/"+g.Set, func(t *testing.T) { selfTestOf(t, g, opt) })
	}
}

func selfTestOf(t *testing.T, g *Guide, opt SelfTestOptions) {
	t.Helper()
	kinds, failures := g.SelfTest(opt)
	for _, f := range failures {
		t.Errorf("%v\n%s", f, around(f.Set, f.Where))
	}
	total := 0
	for _, n := range kinds {
		total += n
	}
	if total < 1000 && opt.Step <= 1 || len(kinds) < 20 {
		t.Errorf("only %d sets of %d kinds", total, len(kinds))
	}
	t.Logf("%s %s: %d sets: %v", g.ID, g.Set, total, kinds)
}

// TestGuideSamples checks the samples in testdata/<guide id>/pass and …/fail.
func TestGuideSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*/*.edi")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no samples")
	}
	for _, f := range files {
		t.Run(f, func(t *testing.T) {
			parts := strings.Split(filepath.ToSlash(f), "/")
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			at := strings.Index(string(b), "ST*")
			if at < 0 {
				t.Fatal("no ST*")
			}
			fields := strings.FieldsFunc(string(b[at:]), func(r rune) bool { return r == '*' || r == '~' })
			g, ok := Lookup(parts[1], fields[1])
			if !ok {
				t.Fatalf("no guide %s for set %s", parts[1], fields[1])
			}
			set := strings.NewReplacer("\n", "", "\r", "").Replace(string(b[at:]))
			if i := strings.Index(set, "~GE*"); i >= 0 {
				set = set[:i+1]
			}
			found := checkSet(t, g, []byte(set))
			if parts[2] == "pass" && len(found) > 0 {
				t.Errorf("raises %v", short(found))
			}
			if parts[2] == "fail" && len(found) == 0 {
				t.Error("raises nothing")
			}
		})
	}
}

// TestMatchingAllocatesNothing holds the promise of the package comment.
func TestMatchingAllocatesNothing(t *testing.T) {
	g, ok := Lookup("005010X222A1", "837")
	if !ok {
		t.Skip("the professional guide is not there")
	}
	set := g.Generate(7, GenerateOptions{Optional: 0.5, Repeats: 2, Segments: 300}).AppendX12(nil, testDelimiters)
	segs := segmentsOf(t, set)
	rep := countReports(0)
	m := NewMatcher(g, &rep)
	run := func() {
		m.Begin(SetPos{Interchange: "1", Group: "1", Transaction: "0001"}, testDelimiters)
		for i, s := range segs {
			m.Segment(s, i+1)
		}
		m.End()
	}
	run()
	if rep != 0 {
		t.Fatalf("%d findings in a valid set", rep)
	}
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations for %d segments, want none", n, len(segs))
	}
}

func FuzzMatch(f *testing.F) {
	f.Add([]byte(valid))
	all, err := All()
	if err != nil {
		f.Fatal(err)
	}
	for _, g := range all {
		f.Add(g.Generate(1, GenerateOptions{Optional: 0.3, Repeats: 2, Segments: 60}).AppendX12(nil, testDelimiters))
	}
	f.Fuzz(func(t *testing.T, set []byte) {
		if len(set) == 0 {
			return
		}
		// The guide that the set names, or one that its bytes choose.
		g := all[int(set[len(set)-1])%len(all)]
		if fields := strings.Split(string(set[:min(len(set), 60)]), "*"); len(fields) > 3 {
			version, _, _ := strings.Cut(fields[3], "~")
			if named, ok := Lookup(version, fields[1]); ok {
				g = named
			}
		}
		// A matcher keeps nothing of the set before.
		var said [2]diag.List
		m := NewMatcher(g, diag.ReporterFunc(func(d diag.Diagnostic) { said[1].Report(d) }))
		for run := range said {
			said[0], said[1] = said[1], diag.List{}
			m.Begin(SetPos{}, testDelimiters)
			n := 0
			for _, raw := range strings.Split(string(set), "~") {
				if raw != "" {
					n++
					m.Segment(x12.ParseSegment([]byte(raw), testDelimiters), n)
				}
			}
			m.End()
			if run == 1 && !slices.Equal(said[0].Items, said[1].Items) {
				t.Fatalf("%s: %v, then %v", g.ID, short(said[0].Items), short(said[1].Items))
			}
		}
	})
}

// TestStandardsDocument wants every guide in the table of docs/standards.md,
// with its aliases, and as partial where its file says so.
func TestStandardsDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/standards.md")
	if err != nil {
		t.Fatal(err)
	}
	guides, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range guides {
		row := ""
		for _, line := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(line, "| "+g.ID+" ") {
				row = line
			}
		}
		switch {
		case row == "":
			t.Errorf("docs/standards.md has no row for %s", g.ID)
		case g.Partial != strings.Contains(row, "| partial |"):
			t.Errorf("docs/standards.md and the file of %s do not agree whether it is partial", g.ID)
		}
		for _, a := range g.Aliases {
			if !strings.Contains(row, a) {
				t.Errorf("docs/standards.md does not name %s, an alias of %s", a, g.ID)
			}
		}
	}
}

// The guide that docs/adding-a-guide.md ends with is what the document says of it.
func TestGuideOfTheDocument(t *testing.T) {
	doc, err := os.ReadFile("../../docs/adding-a-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(doc), "## A small guide, whole\n\n```\n")
	text, says, ok := strings.Cut(last, "```\n")
	if !ok {
		t.Fatal("the document has no guide at its end")
	}
	folder := fstest.MapFS{"005010X901.guide": {Data: []byte(text)}}
	if problems, err := LintFolder(folder); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	list, err := Library(folder)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	kinds, failures := list[0].SelfTest(SelfTestOptions{})
	faults := -kinds[ValidSets]
	for _, n := range kinds {
		faults += n
	}
	want := fmt.Sprintf("%d valid sets raise nothing, %d faults of %d kinds are each found and placed", kinds[ValidSets], faults, len(kinds)-1)
	if len(failures) > 0 || !strings.Contains(says, want) {
		t.Errorf("the test says: %s (%d failures); the document: %s", want, len(failures), says)
	}
}
