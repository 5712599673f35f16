package claim

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"claimwire/edi/guide"
)

// everyLevelHasClaims says whether each subscriber level of a sample has
// claims, its own or of patients: a level without them is in no claim.
func everyLevelHasClaims(s *guide.Sample) bool {
	open := false
	for i := range s.Segments {
		switch text := text837(&s.Segments[i]); {
		case strings.HasPrefix(text, "HL*"):
			level := strings.Split(text, "*")[3]
			if open && level != "23" {
				return false
			}
			if level != "23" {
				open = level == "22"
			}
		case strings.HasPrefix(text, "CLM*"):
			open = false
		}
	}
	return !open
}

// samples are generated sets of a guide, from bare to full.
func samples(t testing.TB, g *guide.Guide, n int) []*guide.Sample {
	t.Helper()
	var list []*guide.Sample
	for seed := uint64(0); len(list) < n && seed < uint64(20*n); seed++ {
		s := g.Generate(seed, guide.GenerateOptions{
			Optional: float64(seed%5) / 4, Repeats: 1 + int(seed%3), AtBounds: seed%7 == 0, Segments: 200 + 400*int(seed%6)})
		if everyLevelHasClaims(s) {
			list = append(list, s)
		}
	}
	if len(list) < n/2 {
		t.Fatalf("%s: only %d samples have claims on every level", g.ID, len(list))
	}
	return list
}

// A set that is read and written again keeps every element, in its order.
func TestX12RoundTrip(t *testing.T) {
	for _, g := range guides(t) {
		for _, s := range samples(t, g, 60) {
			compare(t, g.ID, source(s), write(t, mapSample(s)))
		}
	}
}

// So does a set whose claims went through JSON.
func TestX12ThroughJSON(t *testing.T) {
	for _, g := range guides(t) {
		for _, s := range samples(t, g, 60) {
			var back []*Claim
			for _, c := range mapSample(s) {
				b, err := ParseJSON(c.AppendJSON(nil))
				if err != nil {
					t.Fatal(err)
				}
				back = append(back, b)
			}
			compare(t, g.ID, source(s), write(t, back))
		}
	}
}

// Every segment of every guide, as often as it may stand and with all that it
// may hold, comes back, directly and through JSON.
func TestEveryUseAtItsBoundComesBack(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 11
	}
	for _, g := range guides(t) {
		compared, skipped := 0, 0
		for i := 0; i < len(g.Nodes); i += step {
			n := g.Nodes[i]
			if n.IsLoop || n.Segment.String() == "ST" || n.Segment.String() == "SE" {
				continue
			}
			var s *guide.Sample
			for seed := range uint64(60) {
				s = g.Generate(seed<<20+uint64(i), guide.GenerateOptions{Optional: 0.1 + 0.01*float64(seed), Include: n, Times: min(max(n.Max, 3), 100), AtBounds: true, Segments: 60})
				if everyLevelHasClaims(s) {
					break
				}
				s = nil
			}
			if s == nil {
				skipped++
				continue
			}
			compared++
			claims := mapSample(s)
			compare(t, g.ID+" "+n.Loop+" "+n.Name, source(s), write(t, claims))
			var back []*Claim
			for _, c := range claims {
				b, err := ParseJSON(c.AppendJSON(nil))
				if err != nil {
					t.Fatal(err)
				}
				back = append(back, b)
			}
			compare(t, g.ID+" "+n.Loop+" "+n.Name+", through JSON", source(s), write(t, back))
		}
		if skipped > compared/10 || compared == 0 {
			t.Errorf("%s: only %d uses were compared, %d were not", g.ID, compared, skipped)
		}
		t.Logf("%s: %d uses, %d without claims", g.ID, compared, skipped)
	}
}

// Any set that the grammar of any guide allows comes back, directly, through a
// copy and through JSON.
func TestAnySampleComesBack(t *testing.T) {
	list, compared := guides(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		g := rapid.SampledFrom(list).Draw(rt, "guide")
		opt := guide.GenerateOptions{
			Optional: rapid.Float64Range(0.1, 1).Draw(rt, "optional"), Repeats: rapid.IntRange(1, 4).Draw(rt, "repeats"),
			AtBounds: rapid.Bool().Draw(rt, "at bounds"), Segments: rapid.IntRange(50, 1500).Draw(rt, "segments")}
		seed := rapid.Uint64().Draw(rt, "seed")
		s := g.Generate(seed, opt)
		for tries := 0; !everyLevelHasClaims(s); tries++ {
			if tries == 200 {
				return
			}
			seed++
			s = g.Generate(seed, opt)
		}
		claims := mapSample(s)
		compared += len(claims)
		var copies, back []*Claim
		for _, c := range claims {
			copies = append(copies, c.Clone())
			b, err := ParseJSON(c.AppendJSON(nil))
			if err != nil {
				rt.Fatal(err)
			}
			back = append(back, b)
		}
		compare(rt, "direct", source(s), write(rt, claims))
		compare(rt, "copied", source(s), write(rt, copies))
		compare(rt, "through JSON", source(s), write(rt, back))
	})
	if compared < 100 {
		t.Errorf("only %d claims were compared", compared)
	}
}
