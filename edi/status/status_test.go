package status

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// gathered puts what a Mapper hands on together to documents again.
type gathered struct {
	docs []*Document
	ends []*Level // levels that nothing stands below
	last *ClaimStatus
}

func (g *gathered) claim(c *ClaimStatus) {
	d := g.document(c)
	if n := len(d.Providers); n == 0 || g.last == nil || g.last.Provider != c.Provider {
		d.Providers = append(d.Providers, Provider{Level: *c.Provider})
	}
	p := &d.Providers[len(d.Providers)-1]
	p.Claims = append(p.Claims, *c)
	g.last = c
}

func (g *gathered) document(c *ClaimStatus) *Document {
	if g.last == nil || g.last.Receiver != c.Receiver {
		g.docs = append(g.docs, &Document{Dialect: c.Dialect, Header: *c.Header, Sender: *c.Sender, Receiver: *c.Receiver})
	}
	return g.docs[len(g.docs)-1]
}

// level puts a provider without claims in its place.
func (g *gathered) level(l *Level) {
	if len(g.docs) > 0 && l.Kind == "19" {
		d := g.docs[len(g.docs)-1]
		d.Providers = append(d.Providers, Provider{Level: *l})
		return
	}
	g.ends = append(g.ends, l)
}

// readFile reads the sets of a file, and wants nothing to be wrong with them.
func readFile(t *testing.T, b []byte) *gathered {
	t.Helper()
	g := &gathered{}
	rep := diag.ReporterFunc(func(d diag.Diagnostic) { t.Errorf("%s %+v", d.Code, d.Pos) })
	rd := x12.NewReader(x12.NewBytesScanner(b), rep)
	var m *guide.Matcher
	var mp *Mapper
	for rd.Next() {
		switch rd.Event() {
		case x12.SetStart:
			gd, ok := guide.Lookup(rd.Set().Reference, rd.Set().ID)
			if !ok {
				t.Fatalf("no guide %s", rd.Set().Reference)
			}
			m, mp = guide.NewMatcher(gd, rep), NewMapper(gd, g.claim, g.level)
			m.Begin(guide.SetPos{Transaction: rd.Set().Control}, rd.Segment().Delimiters())
			mp.Begin(record.Source{File: "x.edi", Interchange: rd.Interchange().Control, Group: rd.Group().Control, Transaction: rd.Set().Control}, rd.Set())
			fallthrough
		case x12.Body, x12.SetEnd:
			mp.Segment(m.Segment(rd.Segment(), rd.Ordinal()), rd.Segment(), rd.Ordinal())
			if rd.Event() == x12.SetEnd {
				m.End()
				mp.End()
			}
		}
	}
	return g
}

// written writes documents and gives the segments between ST and SE.
func written(t *testing.T, docs ...*Document) []string {
	t.Helper()
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261020", Time: "0615", Version: "00501", Usage: "T"})
	w.BeginGroup(x12.Group{Control: "1", FunctionalID: "HN", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261020", Time: "0615", Agency: "X", Version: "005010X212"})
	for _, d := range docs {
		w.BeginSet("277", "0001", "005010X212")
		d.Write(w)
		w.EndSet()
	}
	w.EndGroup()
	w.EndInterchange()
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return between(string(w.Buffer()))
}

// between gives the segments of the sets of a file, without ST and SE.
func between(file string) []string {
	var list []string
	for _, s := range strings.Split(file, "~") {
		s = strings.Trim(s, "\r\n")
		id, _, _ := strings.Cut(s, "*")
		if !slices.Contains([]string{"", "ISA", "GS", "ST", "SE", "GE", "IEA"}, id) {
			list = append(list, s)
		}
	}
	return list
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("%s: segment %d is %q, want %q", what, i+1, g, w)
		}
	}
}

func base(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../testdata/base/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is read is written again, to the byte: levels, dependants under their
// subscribers, several claims of one patient, lines.
func TestDocumentsComeBack(t *testing.T) {
	for _, name := range []string{"276.edi", "277.edi", "277ca.edi", "277rfi.edi"} {
		t.Run(name, func(t *testing.T) {
			file := base(t, name)
			want := between(file)
			if name == "277rfi.edi" {
				for i := range want { // HL04 may be left out there, and is written
					if strings.HasPrefix(want[i], "HL*4*3*PT") {
						want[i] += "*0"
					}
				}
			}
			same(t, name, written(t, readFile(t, []byte(file)).docs...), want)
		})
	}
}

// Any set that the grammar allows comes back with every element, so far as it
// has one source and one receiver, and claims below them.
func TestGeneratedSetsComeBack(t *testing.T) {
	for _, g := range []struct{ id, set string }{{"005010X212", "276"}, {"005010X212", "277"}, {"005010X213", "277"}, {"006020X313", "277"}, {"005010X214", "277"}} {
		gd, ok := guide.Lookup(g.id, g.set)
		if !ok {
			t.Logf("guide %s of the %s is not there: not tested", g.id, g.set)
			continue
		}
		t.Run(g.id+"/"+g.set, func(t *testing.T) {
			compared := 0
			for seed := range uint64(600) {
				if comesBack(t, gd, gd.Generate(seed, guide.GenerateOptions{Optional: 0.5, Repeats: int(seed%2) + 1, Segments: 300})) {
					compared++
				}
			}
			if compared < 20 {
				t.Errorf("only %d sets were compared", compared)
			}
			// Each use at its bound, with all that it may hold.
			uses, without := 0, 0
			for i, n := range gd.Nodes {
				if n.IsLoop {
					continue
				}
				uses++
				back := false
				for seed := range uint64(40) {
					back = back || comesBack(t, gd, gd.Generate(seed<<20+uint64(i), guide.GenerateOptions{Optional: 0.1 + 0.02*float64(seed), Include: n, Times: min(max(n.Max, 3), 20), Segments: 60}))
				}
				if !back {
					without++
				}
			}
			if without > uses/10 {
				t.Errorf("%d of %d uses were not compared", without, uses)
			}
			t.Logf("%d sets; %d uses, %d not compared", compared, uses, without)
		})
	}
}

// comesBack compares a set with what is written of its meaning; false where the
// meaning does not have a place for its levels.
func comesBack(t *testing.T, gd *guide.Guide, s *guide.Sample) bool {
	t.Helper()
	var want []string
	levels, claims, simple := map[string]int{}, 0, true
	hasClaims, before := false, ""
	for i := range s.Segments {
		seg := &s.Segments[i]
		line := strings.TrimRight(seg.Node.Segment.String()+"*"+strings.Join(seg.Values, "*"), "*")
		switch seg.Node.Segment.String() {
		case "ST", "SE":
			continue
		case "HL":
			kind := seg.Values[2]
			levels[kind]++
			line = strings.TrimRight("HL*"+seg.Values[0]+"*"+seg.Values[1]+"*"+kind, "*")
			// A patient without a claim has nobody to speak for it, unless a dependant
			// follows; nor has a provider without patients.
			if before == "PT" || before == "23" || before == "22" && kind != "23" {
				simple = simple && hasClaims
			}
			before, hasClaims = kind, false
		}
		if seg.Node.Loop == "2200A" && seg.Node.Segment.String() == "TRN" {
			levels["receipt"]++ // the meaning keeps one
		}
		if strings.HasPrefix(seg.Node.Loop, "2200") && seg.Node.Segment.String() == "TRN" && seg.Node.Loop >= "2200D" {
			claims++
			hasClaims = true
		}
		want = append(want, line)
	}
	if !simple || !hasClaims || levels["20"] != 1 || levels["21"] != 1 || levels["19"] > 1 || levels["22"] > 1 || levels["23"] > 1 || levels["receipt"] > 1 {
		return false
	}
	var got gathered
	m := NewMapper(gd, got.claim, got.level)
	m.Begin(record.Source{}, nil)
	for i := range s.Segments {
		seg := &s.Segments[i]
		mt := guide.Match{Node: seg.Node}
		if seg.Node.Parent.Children[0] == seg.Node {
			mt.Opened = seg.Node.Parent
		}
		line := strings.TrimRight(seg.Node.Segment.String()+"*"+strings.Join(seg.Values, "*"), "*")
		m.Segment(mt, x12.ParseSegment([]byte(line), x12.DefaultDelimiters), i+1)
	}
	m.End()
	out := written(t, got.docs...)
	for i := range out { // HL04 is worked out anew
		if e := strings.Split(out[i], "*"); e[0] == "HL" {
			out[i] = strings.TrimRight(strings.Join(e[:4], "*"), "*")
		}
	}
	for i := range want { // amounts are written in their shortest form
		want[i] = shortest(want[i])
	}
	for i := range out {
		out[i] = shortest(out[i])
	}
	same(t, "set", out, want)
	return true
}

// shortest writes the amounts of STC, SVC in their shortest form.
func shortest(segment string) string {
	e := strings.Split(segment, "*")
	at := map[string][]int{"STC": {4, 5}, "SVC": {2, 3}}[e[0]]
	for _, i := range at {
		if i < len(e) && e[i] != "" {
			if a, err := money.Parse(e[i]); err == nil {
				e[i] = string(a.AppendX12(nil))
			}
		}
	}
	return strings.TrimRight(strings.Join(e, "*"), "*")
}

func info(codes ...string) Info {
	var i Info
	for k, c := range codes {
		f := append(strings.Split(c, ":"), "", "", "")
		i.Codes[k] = Code{f[0], f[1], f[2], f[3]}
	}
	return i
}

// TestWhatBecameOfTheClaim goes through what a 277 may say, at the claim and at
// its lines: which record it is, and whether an acknowledgment accepts.
func TestWhatBecameOfTheClaim(t *testing.T) {
	for _, c := range []struct {
		dialect      Dialect
		claim, lines string // STC01 STC10 STC11, space between; lines with |
		kind         string
		accepted     bool
	}{
		{Response, "F1:65", "", "status", true},
		{Response, "F0:1", "", "status", true},
		{Response, "F2:88", "", "denial", true},
		{Response, "F2:80::RX", "", "denial", true},
		{Response, "F1:65", "F1:65|F2:107", "status", true}, // paid, with a denied line
		{Response, "F1:65", "F2:107", "status", true},
		{Response, "F3:101", "F2:107", "status", true},
		{Response, "F4:101", "", "status", true},
		{Response, "F0:1 F2:88", "", "denial", true},
		{Response, "F2:88 F2:585", "F1:65", "denial", true},
		{Response, "", "F2:107|F2:107", "denial", true},
		{Response, "", "F1:65|F2:107", "status", true},
		{Response, "", "F2:107|F1:65", "status", true},
		{Response, "R4:294", "", "request_for_information", true},
		{Response, "R0:294", "", "request_for_information", true},
		{Response, "R17:294", "", "request_for_information", true},
		{Response, "P3:317", "", "status", true},
		{Response, "P3:317", "R4:294", "request_for_information", true},
		{Response, "F2:88", "R4:294", "denial", true}, // finalized: nothing is waited for
		{Response, "P1:20", "F2:107", "status", true},
		{Response, "A1:19", "", "status", true},
		{Response, "A4:35", "", "status", true},
		{Response, "D0:35", "", "status", true},
		{Response, "E0:24:1P", "", "status", true},
		{Request, "R4:11506-3::LOI", "", "request_for_information", true},
		{Request, "", "R4:287", "request_for_information", true},
		{Acknowledgment, "A0:16", "", "acknowledgment", true},
		{Acknowledgment, "A1:19:PR", "", "acknowledgment", true},
		{Acknowledgment, "A2:20:PR", "", "acknowledgment", true},
		{Acknowledgment, "A3:247", "A7:454", "acknowledgment", false},
		{Acknowledgment, "A2:20", "A7:454", "acknowledgment", false},
		{Acknowledgment, "A6:562:82", "", "acknowledgment", false},
		{Acknowledgment, "A7:562:82", "", "acknowledgment", false},
		{Acknowledgment, "A8:496:85", "", "acknowledgment", false},
		{Acknowledgment, "A5:20", "", "acknowledgment", true},
		{Acknowledgment, "A4:35", "", "acknowledgment", true},
		{Acknowledgment, "A1:19 A7:562", "", "acknowledgment", false},
	} {
		s := ClaimStatus{Dialect: c.dialect}
		if c.claim != "" {
			s.Infos = append(s.Infos, info(strings.Fields(c.claim)...))
		}
		for _, l := range strings.Split(c.lines, "|") {
			if l != "" {
				s.Lines = append(s.Lines, Line{Infos: []Info{info(l)}})
			}
		}
		if got := s.Kind(); got != c.kind {
			t.Errorf("%c %q lines %q: %s, want %s", c.dialect, c.claim, c.lines, got, c.kind)
		}
		if c.dialect == Acknowledgment && s.Accepted() != c.accepted {
			t.Errorf("%q lines %q: accepted %v", c.claim, c.lines, s.Accepted())
		}
	}
}

// The records, as others read them.
func TestRecords(t *testing.T) {
	for name, want := range map[string][]string{
		"276.edi": {
			`{"record":"status_inquiry"`, `"claim_id":"PCN0001"`, `"charge":"251.00"`, `"payer_claim_id":"LHP26290000001"`, `"inquiry":"INQ0000204A"`, `"service_date":"2026-10-12","service_date_to":"2026-10-14"`,
			`"subscriber":{"name":"ABERNATHY"`, `"patient":{"name":"ABERNATHY","first_name":"SAM","sex":"M","birth_date":"2015-03-02"}`,
			`"procedure":"99213","qualifier":"HC","modifiers":["25"],"charge":"151.00"`, `"control_number":"L000000001"`, `"revenue_code":"0300"`},
		"277.edi": {
			`{"record":"status"`, `"claim_id":"PCN0001","codes":[{"category":"F1","status":"65","entity":""}],"charge":"251.00","payer_claim_id":"LHP26290000001","paid":"221.50","effective_date":"2026-10-19","inquiry":"INQ0000204A","trace":"TRC0000000001"`,
			`{"record":"request_for_information"`, `"claim_id":"PCN0003"`, `{"record":"denial"`, `"claim_id":"PCN0004","scenario":"other","reasons":["F2:88","F2:585"]`},
		"277rfi.edi": {`{"record":"request_for_information"`, `"claim_id":"PCN0001"`, `"payer_claim_id":"LHP26290000001"`, `"loinc":"294"`, `"due_date":"2026-11-19"`},
		"277ca.edi":  {`{"record":"acknowledgment"`, `"accepted":true`, `"accepted":false`, `"batch":"B000123"`, `"claim_id":"PCN0002"`},
	} {
		var all bytes.Buffer
		for _, d := range readFile(t, []byte(base(t, name))).docs {
			for i := range d.Providers {
				for k := range d.Providers[i].Claims {
					all.Write(Record{ClaimStatus: &d.Providers[i].Claims[k]}.AppendJSON(nil))
					all.WriteByte('\n')
				}
			}
		}
		for _, w := range want {
			if !strings.Contains(all.String(), w) {
				t.Errorf("%s: no %s in\n%s", name, w, all.String())
			}
		}
	}
}

// A provider whose claims cannot be told is a level of its own.
func TestLevelWithoutClaims(t *testing.T) {
	d := readFile(t, []byte(base(t, "277.edi"))).docs[0]
	last := d.Providers[len(d.Providers)-1]
	if len(d.Providers) != 2 || len(last.Claims) != 0 || len(last.Infos) != 1 || last.Infos[0].Codes[0] != (Code{"E0", "24", "1P", ""}) {
		t.Errorf("%+v", d.Providers)
	}
}
