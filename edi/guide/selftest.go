package guide

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Failure is what the grammar of a guide says of itself and does not keep.
type Failure struct {
	What  string            // what was tried
	Want  []diag.Diagnostic // what should have been said; none: the set is valid
	Got   []diag.Diagnostic
	Set   []byte // the set, ST to SE, with * ^ : ~
	Where int    // the segment to look at
}

// String says it in a line, for who wrote the guide.
func (f Failure) String() string {
	say := func(list []diag.Diagnostic) string {
		if len(list) == 0 {
			return "nothing"
		}
		var s []string
		for i, d := range list {
			if i == 6 {
				s = append(s, "…")
				break
			}
			s = append(s, fmt.Sprintf("%v at segment %d, %s/%s", d.Code, d.Segment, d.Loop, d.Designator()))
		}
		return strings.Join(s, "; ")
	}
	return fmt.Sprintf("%s: should say %s, says %s", f.What, say(f.Want), say(f.Got))
}

// SelfTestOptions bound a self-test.
type SelfTestOptions struct {
	Seeds uint64 // sets of chance; 0: 60
	Step  int    // every step-th use; 0: every one
}

// SelfTest writes valid sets from the guide, which must raise nothing: of
// chance, and one for each use at its bound with all that it may hold. Then it
// makes single faults (Mutate, Faults), of each of which exactly what is
// predicted must be said. kinds counts the sets by what they try.
func (g *Guide) SelfTest(opt SelfTestOptions) (kinds map[string]int, failures []Failure) {
	if opt.Seeds == 0 {
		opt.Seeds = 60
	}
	opt.Step = max(opt.Step, 1)
	t := &selfTest{g: g, kinds: map[string]int{}, failed: map[string]int{}}
	t.m = NewMatcher(g, diag.ReporterFunc(func(d diag.Diagnostic) { t.found = append(t.found, d) }))
	for seed := range opt.Seeds {
		t.valid(seed, GenerateOptions{Optional: float64(seed%5) / 4, Repeats: int(1 + seed%3), AtBounds: seed%2 == 0, Lengths: seed%3 == 0, Segments: 400})
	}
	for i := 0; i < len(g.Nodes); i += opt.Step {
		if n := g.Nodes[i]; !n.IsLoop {
			t.valid(uint64(i), GenerateOptions{Optional: 0.1, Include: n, Times: min(max(n.Max, 3), 120), AtBounds: true, Lengths: true, Segments: 60})
		}
	}
	for seed := range opt.Seeds {
		for _, mu := range g.Generate(seed, GenerateOptions{Optional: 0.3 + float64(seed%3)*0.2, Repeats: 2, Segments: 120}).Mutate(seed) {
			t.fault(mu)
		}
	}
	g.Faults(0, opt.Step, func(mu Mutation) bool {
		t.fault(mu)
		return true
	})
	return t.kinds, t.failures
}

type selfTest struct {
	g        *Guide
	m        *Matcher
	found    []diag.Diagnostic
	buf      []byte
	kinds    map[string]int
	failed   map[string]int
	failures []Failure
}

// maxFailures is how many failures of one kind are told.
const maxFailures = 3

// ValidSets is the kind, among those of a self-test, of the sets without fault.
const ValidSets = "valid set"

var selfTestDelimiters = x12.Delimiters{Element: '*', Repetition: '^', Component: ':', Segment: '~'}

// check gives what is said of a sample, by place.
func (t *selfTest) check(s *Sample) []diag.Diagnostic {
	t.buf = s.AppendX12(t.buf[:0], selfTestDelimiters)
	t.found = t.found[:0]
	t.m.Begin(SetPos{"000000101", "101", "0001"}, selfTestDelimiters)
	n, offset := 0, int64(0)
	for rest := t.buf; len(rest) > 0; n++ {
		raw, tail, _ := x12.NextComponent(rest, selfTestDelimiters.Segment)
		seg := x12.ParseSegment(raw, selfTestDelimiters)
		seg.Offset = offset
		t.m.Segment(seg, n+1)
		offset += int64(len(raw)) + 1
		rest = tail
	}
	t.m.End()
	slices.SortStableFunc(t.found, func(a, b diag.Diagnostic) int { return a.Segment - b.Segment })
	return t.found
}

func (t *selfTest) fail(kind string, want []diag.Diagnostic, where int) {
	if t.failed[kind]++; t.failed[kind] <= maxFailures {
		t.failures = append(t.failures, Failure{kind, want, slices.Clone(t.found), slices.Clone(t.buf), where})
	}
}

func (t *selfTest) valid(seed uint64, opt GenerateOptions) {
	t.kinds[ValidSets]++
	if found := t.check(t.g.Generate(seed, opt)); len(found) > 0 {
		t.fail(ValidSets, nil, found[0].Segment)
	}
}

func (t *selfTest) fault(mu Mutation) {
	t.kinds[mu.Kind]++
	found := t.check(mu.Sample)
	if len(found) != 1 || !mu.matches(found[0]) {
		t.fail(mu.Kind, []diag.Diagnostic{mu.Want}, mu.Want.Segment)
	}
}

// matches says whether a finding is what is wanted.
func (mu *Mutation) matches(d diag.Diagnostic) bool {
	w := &mu.Want
	return d.Code == w.Code && d.Segment == w.Segment && d.SegmentID == w.SegmentID && d.Element == w.Element &&
		d.Component == w.Component && (d.Loop == w.Loop || w.Loop == AnyLoop)
}
