package edi_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
)

// calls writes down what a sink is told.
func calls(out *strings.Builder) edi.Sink {
	return edi.Sink{
		Report:           func(d diag.Diagnostic) { fmt.Fprintf(out, "\nfinding %+v", d) },
		JSON:             func(lines []byte) { out.Write(lines) },
		BeginInterchange: func(ic *x12.Interchange) { fmt.Fprintf(out, "\nbegin %+v", *ic) },
		EndInterchange:   func(ic *x12.Interchange) { fmt.Fprintf(out, "\nend %+v", *ic) },
		BeginGroup:       func(g *x12.Group) { fmt.Fprintf(out, "\nbegin %+v", *g) },
		EndGroup:         func(g *x12.Group) { fmt.Fprintf(out, "\nend %+v", *g) },
		BeginSet: func(s *edi.Set) {
			fmt.Fprintf(out, "\nbegin %+v of %s %s, %s\n", *s.Set, s.Interchange.Control, s.Group.Control, s.GuideID)
		},
		EndSet: func(s *edi.Set) {
			fmt.Fprintf(out, "\nend %+v, %s, %d segments, %d claims, %d errors, to %d\n", *s.Set, s.GuideID, s.Segments, s.Claims, s.Errors, s.EndOffset)
		},
	}
}

// sameSideBySide reads a file one set after the other and side by side: the
// sink must be told the same in the same order.
func sameSideBySide(t *testing.T, file []byte, opt edi.Options) {
	t.Helper()
	var one strings.Builder
	want, err := edi.Process(bytes.NewReader(file), opt, calls(&one))
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct {
		workers     int
		job         int64
		json, items int
	}{{2, 1, 100, 3}, {4, 3000, 5000, 50}, {3, 256 << 10, 128 << 10, 256}} {
		opt.Workers = way.workers
		var many strings.Builder
		got, err := edi.SideBySide(bytes.NewReader(file), opt, calls(&many), way.job, way.json, way.items)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := one.String(), many.String(); a != b {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			from := max(0, at-200)
			t.Fatalf("%+v: side by side differs at byte %d of what is told: one after the other\n…%.600s\nside by side\n…%.600s", way, at, a[from:], b[from:])
		}
		if fmt.Sprintf("%+v", want) != fmt.Sprintf("%+v", got) {
			t.Fatalf("%+v: one after the other %+v, side by side %+v", way, want, got)
		}
	}
}

// TestSideBySide reads generated files, whole and with faults: sets, groups
// and interchanges of all guides, bytes changed at random, segments lost or
// doubled, envelopes among them.
func TestSideBySide(t *testing.T) {
	all, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 5))
	for seed := range uint64(6) {
		var file []byte
		for i := range 3 {
			g := all[(int(seed)*3+i)%len(all)]
			var sets []*guide.Sample
			for k := range uint64(3) {
				sets = append(sets, g.Generate(seed*10+k, guide.GenerateOptions{Optional: 0.4, Repeats: 2, Segments: 80}))
			}
			file = guide.AppendInterchange(file, x12.DefaultDelimiters, sets...)
			file = append(file, "\r\n"...)
		}
		sameSideBySide(t, file, edi.Options{File: "x.edi"})
		for range 12 {
			sameSideBySide(t, damaged(r, file), edi.Options{File: "x.edi"})
		}
	}
	for _, kind := range []string{"837p", "835"} {
		file := sampleBytes(kind, 60<<10, 7)
		sameSideBySide(t, file, edi.Options{})
		sameSideBySide(t, bytes.ReplaceAll(file, []byte("~\n"), []byte("~")), edi.Options{Types: rule.Of(1, 2)})
		for range 10 {
			sameSideBySide(t, damaged(r, file), edi.Options{})
		}
	}
}

// damaged loses, doubles and changes segments, and some bytes.
func damaged(r *rand.Rand, file []byte) []byte {
	list := bytes.SplitAfter(file, []byte("~"))
	var out []byte
	for _, s := range list {
		chance := 400
		if id := strings.TrimSpace(string(s)); len(id) > 3 && strings.Contains("ST* SE* GS* GE* IEA ISA", id[:3]) {
			chance = 12
		}
		switch r.IntN(chance) {
		case 0:
		case 1:
			out = append(append(out, s...), s...)
		case 2:
			c := bytes.Clone(s)
			c[r.IntN(len(c))] = "*:^~\nX0"[r.IntN(7)]
			out = append(out, c...)
		default:
			out = append(out, s...)
		}
	}
	if r.IntN(4) == 0 {
		out = out[:r.IntN(len(out))]
	}
	return out
}

func TestSideBySideCorpus(t *testing.T) {
	root := "../../shared/corpus"
	if _, err := os.Stat(root); err != nil {
		t.Skip("the corpus is not there")
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil || len(file) > 1<<20 || !bytes.Contains(file[:min(len(file), 2000)], []byte("ISA")) {
			return err
		}
		n++
		sameSideBySide(t, file, edi.Options{File: "x.edi"})
		return nil
	})
	if err != nil || n == 0 {
		t.Fatal(err, n)
	}
}

// TestSideBySideOrNot wants every call of the sink that cannot wait for its turn
// to keep a file from being read side by side, those that come later, too.
func TestSideBySideOrNot(t *testing.T) {
	file := bytes.NewReader(make([]byte, 2<<20))
	can := map[string]bool{"Report": true, "JSON": true, "BeginInterchange": true, "EndInterchange": true, "BeginGroup": true, "EndGroup": true, "BeginSet": true, "EndSet": true}
	for i := range reflect.TypeFor[edi.Sink]().NumField() {
		var sink edi.Sink
		f := reflect.ValueOf(&sink).Elem().Field(i)
		f.Set(reflect.MakeFunc(f.Type(), func([]reflect.Value) []reflect.Value { return nil }))
		name := reflect.TypeFor[edi.Sink]().Field(i).Name
		if got := edi.CanSideBySide(file, edi.Options{Workers: 2}, sink); got != can[name] {
			t.Errorf("with %s: %v", name, got)
		}
	}
	if edi.CanSideBySide(file, edi.Options{Workers: 1}, edi.Sink{}) || edi.CanSideBySide(bytes.NewReader(make([]byte, 1000)), edi.Options{Workers: 2}, edi.Sink{}) {
		t.Error("with one worker, or a small file")
	}
}

// TestWorkers goes through Process itself with a file that is large enough.
func TestWorkers(t *testing.T) {
	file := sampleBytes("837p", 3<<20, 300)
	file = append(file[:1<<20], bytes.Replace(file[1<<20:], []byte("*UN*1*"), []byte("*UN*one*"), 20)...)
	var one, many strings.Builder
	want, _ := edi.Process(bytes.NewReader(file), edi.Options{}, calls(&one))
	got, err := edi.Process(bytes.NewReader(file), edi.Options{Workers: 3}, calls(&many))
	if err != nil || one.String() != many.String() || fmt.Sprint(want) != fmt.Sprint(got) {
		t.Errorf("%v: %+v, side by side %+v", err, want, got)
	}
}
