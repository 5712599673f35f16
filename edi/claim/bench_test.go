package claim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// office is what a physician's billing software sends: a billing provider, and
// subscribers with a claim of three lines each, every fourth for a dependant.
func office(claims int) []string {
	var s []string
	add := func(format string, args ...any) { s = append(s, fmt.Sprintf(format, args...)) }
	add("ST*837*0001*005010X222A1")
	add("BHT*0019*00*244579*20261015*1023*CH")
	add("NM1*41*2*LAKESIDE BILLING SERVICE*****46*TGJ23")
	add("PER*IC*PAT DOE*TE*5125550133*EX*231")
	add("NM1*40*2*CENTRAL HEALTH PLAN*****46*66783JJT")
	add("HL*1**20*1")
	add("PRV*BI*PXC*207Q00000X")
	add("NM1*85*2*LAKESIDE FAMILY MEDICINE*****XX*2987654326")
	add("N3*234 SEAWAY ST")
	add("N4*AUSTIN*TX*787010001")
	add("REF*EI*741234567")
	hl := 1
	for i := range claims {
		hl++
		sub := hl
		child := 0
		if i%4 == 3 {
			child = 1
		}
		add("HL*%d*1*22*%d", sub, child)
		add("SBR*P*%s*GRP%05d******CI", []string{"", "18"}[1-child], i%977)
		add("NM1*IL*1*EXAMPLE%d*JANE*M***MI*MBR%09d", i%5003, i)
		add("N3*236 N MAIN ST")
		add("N4*AUSTIN*TX*78701")
		add("DMG*D8*1978%02d%02d*F", 1+i%12, 1+i%28)
		add("NM1*PR*2*CENTRAL HEALTH PLAN*****PI*88221")
		if child == 1 {
			hl++
			add("HL*%d*%d*23*0", hl, sub)
			add("PAT*19")
			add("NM1*QC*1*EXAMPLE%d*TED", i%5003)
			add("N3*236 N MAIN ST")
			add("N4*AUSTIN*TX*78701")
			add("DMG*D8*2012%02d%02d*M", 1+i%12, 1+i%28)
		}
		add("CLM*PCN%07d*%d***11:B:1*Y*A*Y*Y", i, 285+i%7)
		add("DTP*431*D8*202610%02d", 1+i%28)
		add("REF*D9*CW%011d", i)
		add("HI*ABK:J0190*ABF:E119*ABF:I10")
		add("NM1*DN*1*REFERRER*ROBIN****XX*2123456784")
		add("NM1*82*1*KILDARE*BEN****XX*2345678900")
		add("PRV*PE*PXC*207Q00000X")
		for l := range 3 {
			add("LX*%d", l+1)
			add("SV1*HC:%d:25*%d*UN*1***1:2", 99213+l, 85+l*10)
			add("DTP*472*D8*202610%02d", 1+i%28)
			add("REF*6R*%d%07d", l+1, i)
		}
	}
	add("SE*%d*0001", len(s)+1)
	return s
}

// prepared are segments with their matches, so that the mapper can be measured
// alone.
type prepared struct {
	g       *guide.Guide
	segs    []*x12.Segment
	matches []guide.Match
	bytes   int
}

func prepare(t testing.TB, segments []string) *prepared {
	g, ok := guide.Lookup("005010X222A1", "837")
	if !ok {
		t.Fatal("no guide")
	}
	p := &prepared{g: g}
	findings := 0
	mt := guide.NewMatcher(g, diag.ReporterFunc(func(d diag.Diagnostic) {
		if findings < 3 {
			t.Log(d.Code, d.Designator(), d.Loop, d.Got, d.Want)
		}
		findings++
	}))
	mt.Begin(guide.SetPos{Transaction: "0001"}, x12.DefaultDelimiters)
	block := []byte(strings.Join(segments, "~"))
	for i, raw := range bytes.Split(block, []byte("~")) {
		seg := x12.ParseSegment(raw, x12.DefaultDelimiters)
		p.segs = append(p.segs, seg)
		p.matches = append(p.matches, mt.Segment(seg, i+1))
	}
	mt.End()
	if findings > 0 {
		t.Fatalf("%d findings in what should be valid", findings)
	}
	p.bytes = len(block) + 1
	return p
}

func (p *prepared) run(m *Mapper) {
	m.Begin(record.Source{File: "office.edi", Interchange: "000000001", Group: "1", Transaction: "0001"}, nil)
	for i, s := range p.segs {
		m.Segment(p.matches[i], s, i+1)
	}
	m.End()
}

func BenchmarkMap(b *testing.B) {
	p := prepare(b, office(1000))
	m := NewMapper(p.g, func(*Claim) {})
	b.SetBytes(int64(p.bytes))
	b.ReportAllocs()
	for b.Loop() {
		p.run(m)
	}
}

func BenchmarkMapAndAppendJSON(b *testing.B) {
	p := prepare(b, office(1000))
	var dst []byte
	n := 0
	m := NewMapper(p.g, func(c *Claim) { dst = c.AppendJSON(dst[:0]); n += len(dst) })
	b.SetBytes(int64(p.bytes))
	b.ReportAllocs()
	for b.Loop() {
		p.run(m)
	}
	b.ReportMetric(float64(n)/float64(b.N)/float64(p.bytes), "out/in")
}
