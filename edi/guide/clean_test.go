package guide

import (
	"math/rand/v2"
	"slices"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// TestCleanIsNeverWrong reads generated sets, their mutations and sets with
// bytes changed at random twice, with clean and without it: the same must be
// said. The sets go through a Scanner, without whose tables clean says nothing.
func TestCleanIsNeverWrong(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	seeds := uint64(8)
	if testing.Short() {
		seeds = 4
	}
	for _, g := range append(all, testGuide(t)) {
		t.Run(g.ID+"/"+g.Set, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			for seed := range seeds {
				d := testDelimiters
				if seed%4 == 3 {
					d = x12.Delimiters{Element: '|', Repetition: '.', Component: '-', Segment: '\n'}
				}
				s := g.Generate(seed, GenerateOptions{Optional: float64(seed%5) / 4, Repeats: int(1 + seed%3), AtBounds: seed%2 == 0, Segments: 120})
				both(t, g, AppendInterchange(nil, d, s))
				for _, mu := range s.Mutate(seed) {
					both(t, g, AppendInterchange(nil, d, mu.Sample))
				}
				for range 20 {
					both(t, g, scatter(r, AppendInterchange(nil, d, s)))
				}
			}
		})
	}
}

// scatter changes some bytes behind the envelopes.
func scatter(r *rand.Rand, file []byte) []byte {
	const odd = "A9 :^.-*|+~\n\x00\x1f\x7f\x80\xff0123456789"
	for range 1 + len(file)/200 {
		file[min(180, len(file)-1)+r.IntN(max(1, len(file)-180))] = odd[r.IntN(len(odd))]
	}
	return file
}

// both reads the sets of a file as the guide's, with clean and without.
func both(t *testing.T, g *Guide, file []byte) {
	t.Helper()
	read := func(thorough bool) ([]diag.Diagnostic, []string) {
		var list diag.List
		m := NewMatcher(g, &list)
		m.thorough = thorough
		open := false
		rd := x12.NewReader(x12.NewBytesScanner(file), diag.ReporterFunc(func(diag.Diagnostic) {}))
		for rd.Next() {
			switch rd.Event() {
			case x12.SetStart:
				open = true
				m.Begin(SetPos{}, rd.Segment().Delimiters())
				m.Segment(rd.Segment(), rd.Ordinal())
			case x12.Body:
				m.Segment(rd.Segment(), rd.Ordinal())
			case x12.SetEnd:
				open = false
				m.End()
			}
		}
		if open {
			m.End()
		}
		return list.Items, m.Unchecked()
	}
	fast, fastUnchecked := read(false)
	slow, slowUnchecked := read(true)
	if !slices.Equal(fast, slow) {
		i := 0
		for i < min(len(fast), len(slow)) && fast[i] == slow[i] {
			i++
		}
		t.Fatalf("clean is wrong: with it\n%v\nwithout\n%v\n%q", short(fast[i:]), short(slow[i:]), file)
	}
	if !slices.Equal(fastUnchecked, slowUnchecked) {
		t.Fatalf("with clean %v are unchecked, without %v\n%q", fastUnchecked, slowUnchecked, file)
	}
}

// TestCleanVouches makes sure that clean does its part: it vouches for every
// segment of valid sets but a few.
func TestCleanVouches(t *testing.T) {
	g, ok := Lookup("005010X222A1", "837")
	if !ok {
		t.Fatal("the professional guide is not there")
	}
	var list diag.List
	m := NewMatcher(g, &list)
	vouched, segments := 0, 0
	for seed := range uint64(10) {
		file := AppendInterchange(nil, testDelimiters, g.Generate(seed, GenerateOptions{Optional: 0.4, Repeats: 2}))
		rd := x12.NewReader(x12.NewBytesScanner(file), diag.ReporterFunc(func(diag.Diagnostic) {}))
		for rd.Next() {
			switch rd.Event() {
			case x12.SetStart:
				m.Begin(SetPos{}, rd.Segment().Delimiters())
				m.Segment(rd.Segment(), rd.Ordinal())
			case x12.Body:
				mt := m.Segment(rd.Segment(), rd.Ordinal())
				segments++
				if m.clean(mt.Node, rd.Segment()) {
					vouched++
				}
			}
		}
		m.End()
	}
	if vouched < segments*95/100 || segments < 500 {
		t.Errorf("clean vouches for %d of %d segments", vouched, segments)
	}
}
