package claim

import (
	"strings"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// checker is a test, or one draw of a property.
type checker interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// guides of the three kinds; one whose data is not there yet is left out.
func guides(t testing.TB) []*guide.Guide {
	t.Helper()
	var list []*guide.Guide
	for _, id := range []string{"005010X222A1", "005010X223A2", "005010X224A2"} {
		if g, ok := guide.Lookup(id, "837"); ok {
			list = append(list, g)
		} else {
			t.Logf("guide %s is not there: not tested", id)
		}
	}
	if len(list) == 0 {
		t.Fatal("no guide of the 837 is there")
	}
	return list
}

// text gives a segment of a sample in the default delimiters.
func text837(s *guide.SampleSegment) string {
	return strings.TrimRight(s.Node.Segment.String()+"*"+strings.Join(s.Values, "*"), "*")
}

// mapSample maps the segments of a sample without scanner and matcher.
func mapSample(s *guide.Sample) []*Claim {
	var claims []*Claim
	m := NewMapper(s.Guide, func(c *Claim) { claims = append(claims, c.Clone()) })
	m.Begin(record.Source{File: "sample", Interchange: "000000001", Group: "1", Transaction: "0001"}, nil)
	for i := range s.Segments {
		seg := &s.Segments[i]
		mt := guide.Match{Node: seg.Node}
		if seg.Node.Parent.Children[0] == seg.Node {
			mt.Opened = seg.Node.Parent
		}
		m.Segment(mt, x12.ParseSegment([]byte(text837(seg)), x12.DefaultDelimiters), i+1)
	}
	m.End()
	return claims
}

// write writes claims as a set and gives its segments, ST and SE left out.
func write(t checker, claims []*Claim) []string {
	t.Helper()
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261015", Time: "1200", Version: "00501", Usage: "T"})
	w.BeginGroup(x12.Group{Control: "1", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261015", Time: "1200", Agency: "X", Version: "005010X222A1"})
	w.BeginSet("837", "0001", "005010X222A1")
	if err := NewBatch(w).Write(claims[0].Submission, claims); err != nil {
		t.Fatal(err)
	}
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	list := strings.Split(string(w.Buffer()), "~")
	from, to := 0, len(list)
	for i, s := range list {
		if strings.HasPrefix(s, "ST*") {
			from = i + 1
		}
		if strings.HasPrefix(s, "SE*") {
			to = i
		}
	}
	return list[from:to]
}

// source gives the segments of a sample between ST and SE, amounts in their
// shortest form, empty segments and trailing empty elements left out.
func source(s *guide.Sample) []string {
	var list []string
	for i := range s.Segments {
		seg := &s.Segments[i]
		if id := seg.Node.Segment.String(); id == "ST" || id == "SE" {
			continue
		}
		list = append(list, normal(seg.Node, text837(seg)))
	}
	return list
}

// normal brings the amounts of a segment to their shortest form; all else it
// leaves.
func normal(n *guide.Node, segment string) string {
	elements := strings.Split(segment, "*")
	for e := 1; e < len(elements); e++ {
		if e > len(n.Elements) {
			break
		}
		def := n.Elements[e-1]
		if len(def.Components) == 0 {
			elements[e] = shortest(def.Number, elements[e])
			continue
		}
		parts := strings.Split(elements[e], ":")
		for c := range parts {
			if c < len(def.Components) {
				parts[c] = shortest(def.Components[c].Number, parts[c])
			}
		}
		elements[e] = strings.TrimRight(strings.Join(parts, ":"), ":")
	}
	return strings.TrimRight(strings.Join(elements, "*"), "*")
}

// shortest is the shortest form of data element 782, monetary amount, which
// alone is held as money; every other element is kept as it stands.
func shortest(element, text string) string {
	if element != "782" || text == "" {
		return text
	}
	a, err := money.Parse(text)
	if err != nil {
		return text // what is no amount is not kept, and the comparison says so
	}
	return string(a.AppendX12(nil))
}

// compare reports the first place where two lists of segments part.
func compare(t checker, name string, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		w, g := "(nothing)", "(nothing)"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Fatalf("%s: segment %d of %d:\nwant %s\ngot  %s", name, i+1, len(want), w, g)
		}
	}
}

// ignore takes findings that a test does not look at.
var ignore = diag.ReporterFunc(func(diag.Diagnostic) {})
