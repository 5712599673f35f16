package claim

import (
	"bytes"
	"strings"
	"testing"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Every segment that a guide uses has a place in a claim, but those of the
// envelope.
func TestEverySegmentIsMapped(t *testing.T) {
	for _, g := range guides(t) {
		if KindOf(g.ID).String() == "" {
			t.Errorf("%s is no kind of claim", g.ID)
		}
		for _, n := range g.Nodes {
			id := n.Segment.String()
			switch {
			case n.IsLoop && openLoop[n.Loop] == nil && n != g.Root:
				t.Errorf("%s: nothing opens loop %s", g.ID, n.Loop)
			case !n.IsLoop && id != "ST" && id != "SE" && handlerOf(n.Loop, id) == nil:
				t.Errorf("%s: nothing maps %s in loop %s", g.ID, id, n.Loop)
			}
		}
	}
}

// prepared are segments with their matches, so that the mapper runs alone.
type prepared struct {
	g       *guide.Guide
	segs    []*x12.Segment
	matches []guide.Match
}

func prepare(t testing.TB, segments []string) *prepared {
	g, ok := guide.Lookup("005010X222A1", "837")
	if !ok {
		t.Fatal("the guide of professional claims is not there")
	}
	p := &prepared{g: g}
	mt := guide.NewMatcher(g, ignore)
	mt.Begin(guide.SetPos{Transaction: "0001"}, x12.DefaultDelimiters)
	for i, raw := range segments {
		seg := x12.ParseSegment([]byte(raw), x12.DefaultDelimiters)
		p.segs = append(p.segs, seg)
		p.matches = append(p.matches, mt.Segment(seg, i+1))
	}
	mt.End()
	return p
}

func (p *prepared) run(m *Mapper) {
	m.Begin(record.Source{File: "office.edi", Interchange: "000000001", Group: "1", Transaction: "0001"}, nil)
	for i, s := range p.segs {
		m.Segment(p.matches[i], s, i+1)
	}
	m.End()
}

// Once it has seen its largest claim, a mapper allocates nothing, and neither
// does the record.
func TestNothingIsAllocatedOnceWarm(t *testing.T) {
	full := func(seed uint64) []string {
		g := guides(t)[0]
		s := g.Generate(seed, guide.GenerateOptions{Optional: 1, Repeats: 3, Segments: 4000})
		var list []string
		for i := range s.Segments {
			list = append(list, text837(&s.Segments[i]))
		}
		return list
	}
	for name, segments := range map[string][]string{"office": office(50), "everything": full(1)} {
		p := prepare(t, segments)
		claims := 0
		var dst []byte
		m := NewMapper(p.g, func(c *Claim) {
			claims++
			if !raced {
				dst = c.AppendJSON(dst[:0])
			}
		})
		p.run(m)
		if claims == 0 {
			t.Fatalf("%s: no claims", name)
		}
		if n := testing.AllocsPerRun(20, func() { p.run(m) }); n > 0 {
			t.Errorf("%s: %v allocations for %d claims", name, n, claims)
		}
	}
}

// What a claim says, where it stands, and what it shares with its neighbours.
func TestClaimOfAnOffice(t *testing.T) {
	var claims []*Claim
	p := prepare(t, office(8))
	m := NewMapper(p.g, func(c *Claim) { claims = append(claims, c.Clone()) })
	p.run(m)
	if len(claims) != 8 {
		t.Fatalf("%d claims, want 8", len(claims))
	}
	c := claims[3]
	if c.Patient == nil || c.Patient.Name.First != "TED" || c.Patient.Information.Relationship != "19" {
		t.Errorf("the dependant reads wrong: %+v", c.Patient)
	}
	if claims[2].Patient != nil || claims[4].Patient != nil || claims[4].PatientPerson().Name.First != "JANE" {
		t.Error("a subscriber's claim has another patient")
	}
	if got := c.BillingProvider.TaxID().Value; got != "741234567" {
		t.Errorf("tax id %q", got)
	}
	if got := c.Provider(RoleRendering); got == nil || got.ID.NPI() == "" || !got.ID.NPI().Valid() || got.Specialty.Taxonomy != "207Q00000X" {
		t.Errorf("rendering provider reads wrong: %+v", got)
	}
	if c.Provider(RoleSupervising) != nil || c.Date(DateAccident) != (Period{}) || c.Reference(ReferenceReferral) != "" || c.Amount(AmountPatientPaid).Known {
		t.Error("what is not there is found")
	}
	if got := c.Reference(ReferenceTrace); got != "CW00000000003" {
		t.Errorf("trace %q", got)
	}
	if l := &c.Lines[1]; l.Procedure.Code != "99214" || l.Charge.String() != "95.00" || l.Service().From() != "20260904" || l.Service().To() != "20260904" ||
		l.Reference(ReferenceLineControlNumber) != "20000003" {
		t.Errorf("second line reads wrong: %+v", l)
	}
	if d := c.Diagnosis(c.Lines[0].DiagnosisPointers[1]); d == nil || d.Code != "E119" {
		t.Errorf("pointer 2 counts to %+v", d)
	}
	for _, pointer := range []string{"", "0", "4", "x", "99999999999999999999"} {
		if c.Diagnosis(pointer) != nil {
			t.Errorf("pointer %q counts to a diagnosis", pointer)
		}
	}
	// Each segment stands where the file has it.
	at := func(a x12.At, want string) {
		t.Helper()
		if got := string(p.segs[a.Segment-1].Raw()); !strings.HasPrefix(got, want) {
			t.Errorf("segment %d is %s, want %s", a.Segment, got, want)
		}
	}
	at(c.At, "CLM*PCN0000003")
	at(c.BillingProvider.HL, "HL*1**20")
	at(c.BillingProvider.At, "NM1*85")
	at(c.BillingProvider.Specialty.At, "PRV*BI")
	at(c.Subscriber.Coverage.At, "SBR*P")
	at(c.Patient.Demographics.At, "DMG*D8*2012")
	at(c.Diagnoses[1].At, "HI*")
	at(c.Lines[2].At, "LX*3")
	at(c.Lines[2].ServiceAt, "SV1*HC:99215")
	at(c.Lines[2].Dates[0].At, "DTP*472")
	at(c.Providers[1].Specialty.At, "PRV*PE")
	if c.Source.Segment != int(c.At.Segment) {
		t.Errorf("the record begins at segment %d, CLM is %d", c.Source.Segment, c.At.Segment)
	}
}

// A clone stays as it is while the mapper goes on.
func TestCloneStays(t *testing.T) {
	for _, g := range guides(t) {
		for _, s := range samples(t, g, 20) {
			var records []string
			var clones []*Claim
			m := NewMapper(g, func(c *Claim) {
				records = append(records, string(c.AppendJSON(nil)))
				clones = append(clones, c.Clone())
			})
			for range 2 {
				m.Begin(record.Source{File: "sample", Transaction: "0001"}, nil)
				for i := range s.Segments {
					seg := &s.Segments[i]
					mt := guide.Match{Node: seg.Node}
					if seg.Node.Parent.Children[0] == seg.Node {
						mt.Opened = seg.Node.Parent
					}
					raw := []byte(text837(seg))
					m.Segment(mt, x12.ParseSegment(raw, x12.DefaultDelimiters), i+1)
					for k := range raw { // the window moves on
						raw[k] = '#'
					}
				}
				m.End()
			}
			for i, c := range clones {
				if got := string(c.AppendJSON(nil)); got != records[i] {
					t.Fatalf("%s: the clone has changed:\nwas %s\nis  %s", g.ID, records[i], got)
				}
			}
		}
	}
}

// A claim without end is cut off; the next one is whole again.
func TestClaimWithoutEnd(t *testing.T) {
	segments := office(2)
	p := prepare(t, segments)
	var got []bool
	var lines []int
	m := NewMapper(p.g, func(c *Claim) { got = append(got, c.Truncated); lines = append(lines, len(c.Lines)) })
	m.Begin(record.Source{}, nil)
	for i, s := range p.segs {
		m.Segment(p.matches[i], s, i+1)
		if i+1 < len(segments) && strings.HasPrefix(segments[i], "LX*3") && len(got) == 0 {
			for range 200_000 {
				m.Segment(p.matches[i], s, i+1)
			}
		}
	}
	m.End()
	if len(got) != 2 || !got[0] || got[1] || lines[1] != 3 {
		t.Errorf("cut off: %v with %v lines, want the first only", got, lines)
	}
	if size := lines[0] * sizeOf[Line](); size > maxClaim {
		t.Errorf("the claim took %d bytes in lines", size)
	}
	// Long texts count as well.
	long := x12.ParseSegment([]byte("K3*"+strings.Repeat("X", 1<<20)), x12.DefaultDelimiters)
	var k3 guide.Match
	for _, n := range p.g.Nodes {
		if !n.IsLoop && n.Loop == "2300" && n.Segment.String() == "K3" {
			k3 = guide.Match{Node: n}
		}
	}
	got = nil
	m.Begin(record.Source{}, nil)
	for range 100 {
		m.Segment(k3, long, 1)
	}
	m.End()
	if len(got) != 1 || !got[0] {
		t.Errorf("a hundred megabytes were kept: %v", got)
	}
}

// Broken files are read as far as they go, and nothing panics.
func FuzzMap(f *testing.F) {
	f.Add([]byte(strings.Join(office(2), "~")))
	f.Add(bytes.ReplaceAll([]byte(strings.Join(office(2), "~")), []byte("HL*"), []byte("XL*")))
	f.Add(bytes.ReplaceAll([]byte(strings.Join(office(2), "~")), []byte("CLM*"), []byte("CL*")))
	f.Add([]byte("ST*837~LX*1~SV1*HC:1~SVD*1~CAS*CO~SBR*S~NM1*PR~HI*::::::::::::::::::::~LIN~CTP*****:~LQ~FRM"))
	g, ok := guide.Lookup("005010X222A1", "837")
	if !ok {
		f.Fatal("the guide of professional claims is not there")
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m := NewMapper(g, func(c *Claim) {
			line := c.AppendJSON(nil)
			back, err := ParseJSON(line)
			if err != nil {
				t.Fatalf("%v\n%s", err, line)
			}
			if again := back.AppendJSON(nil); !bytes.Equal(again, line) {
				t.Fatalf("1st %s\n2nd %s", line, again)
			}
			w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
			_ = NewBatch(w).Write(c.Submission, []*Claim{c})
		})
		matcher := guide.NewMatcher(g, ignore)
		matcher.Begin(guide.SetPos{}, x12.DefaultDelimiters)
		m.Begin(record.Source{}, nil)
		for i, raw := range bytes.Split(text, []byte("~")) {
			seg := x12.ParseSegment(raw, x12.DefaultDelimiters)
			m.Segment(matcher.Segment(seg, i+1), seg, i+1)
		}
		matcher.End()
		m.End()
	})
}

// An amount that is no dollars and cents is not lost, and is nowhere taken for
// another.
func TestUnreadAmounts(t *testing.T) {
	segments := office(1)
	for i, s := range segments {
		segments[i] = strings.Replace(strings.Replace(s, "SV1*HC:99214:25*95*", "SV1*HC:99214:25*95.005*", 1), "*285*", "*1E3*", 1)
	}
	p := prepare(t, segments)
	var c *Claim
	p.run(NewMapper(p.g, func(k *Claim) { c = k.Clone() }))
	if c.Charge.Known || c.Lines[1].Charge.Known || !c.Lines[0].Charge.Known {
		t.Errorf("charges: %v %v %v", c.Charge, c.Lines[0].Charge, c.Lines[1].Charge)
	}
	if len(c.Unread) != 2 {
		t.Fatalf("unread: %+v", c.Unread)
	}
	if u := c.Unread[1]; u.Segment != "SV1" || u.Element != 2 || u.Component != 0 || u.Text != "95.005" || u.At != c.Lines[1].ServiceAt {
		t.Errorf("unread: %+v", u)
	}
	back, err := ParseJSON(c.AppendJSON(nil))
	if err != nil || len(back.Unread) != 2 || back.Unread[0].Text != "1E3" {
		t.Errorf("through JSON: %v, %v", back, err)
	}
}
