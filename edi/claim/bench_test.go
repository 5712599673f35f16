package claim

import (
	"bytes"
	"fmt"
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
		add("CLM*PCN%07d*285***11:B:1*Y*A*Y*Y", i)
		add("DTP*431*D8*202609%02d", 1+i%28)
		add("REF*D9*CW%011d", i)
		add("HI*ABK:J0190*ABF:E119*ABF:I10")
		add("NM1*DN*1*REFERRER*ROBIN****XX*2123456784")
		add("NM1*82*1*KILDARE*BEN****XX*2345678900")
		add("PRV*PE*PXC*207Q00000X")
		for l := range 3 {
			add("LX*%d", l+1)
			add("SV1*HC:%d:25*%d*UN*1***1:2", 99213+l, 85+l*10)
			add("DTP*472*D8*202609%02d", 1+i%28)
			add("REF*6R*%d%07d", l+1, i)
		}
	}
	add("SE*%d*0001", len(s)+1)
	return s
}

// interchange puts the envelopes around a set.
func interchange(segments []string) []byte {
	var b bytes.Buffer
	b.WriteString("ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261015*1200*^*00501*000000001*0*T*:~")
	b.WriteString("GS*HC*SENDER*RECEIVER*20261015*1200*1*X*005010X222A1~")
	for _, s := range segments {
		b.WriteString(s)
		b.WriteByte('~')
	}
	b.WriteString("GE*1*1~IEA*1*000000001~")
	return b.Bytes()
}

// stages are how far a file is taken.
type stages int

const (
	scan stages = iota
	match
	mapping
	appendJSON
)

// runner takes a file of one set through the stages, as decode does.
type runner struct {
	file     []byte
	g        *guide.Guide
	matcher  *guide.Matcher
	mapper   *Mapper
	findings int
	dst      []byte
	out      int
}

func newRunner(t testing.TB, file []byte, upTo stages) *runner {
	g, ok := guide.Lookup("005010X222A1", "837")
	if !ok {
		t.Fatal("the guide of professional claims is not there")
	}
	r := &runner{file: file, g: g}
	if upTo >= match {
		r.matcher = guide.NewMatcher(g, diag.ReporterFunc(func(d diag.Diagnostic) {
			if r.findings < 3 {
				t.Log(d.Code, d.Designator(), d.Loop, d.Want)
			}
			r.findings++
		}))
	}
	if upTo >= mapping {
		r.mapper = NewMapper(g, func(c *Claim) {
			if upTo >= appendJSON {
				r.dst = c.AppendJSON(r.dst[:0])
				r.out += len(r.dst)
			}
		})
	}
	return r
}

func (r *runner) run() {
	sc := x12.NewBytesScanner(r.file)
	ordinal := 0
	for sc.Next() {
		seg := sc.Segment()
		switch seg.ID() {
		case idISA, idGS, idGE, idIEA:
			continue
		case idST:
			ordinal = 0
			if r.matcher != nil {
				r.matcher.Begin(guide.SetPos{Transaction: "0001"}, seg.Delimiters())
			}
			if r.mapper != nil {
				r.mapper.Begin(record.Source{File: "office.edi", Interchange: "000000001", Group: "1", Transaction: "0001"}, nil)
			}
		}
		ordinal++
		if r.matcher == nil {
			continue
		}
		mt := r.matcher.Segment(seg, ordinal)
		if r.mapper != nil {
			r.mapper.Segment(mt, seg, ordinal)
		}
		if seg.ID() == idSE {
			r.matcher.End()
			if r.mapper != nil {
				r.mapper.End()
			}
		}
	}
}

var (
	idISA = x12.SegmentIDOf("ISA")
	idGS  = x12.SegmentIDOf("GS")
	idST  = x12.SegmentIDOf("ST")
	idSE  = x12.SegmentIDOf("SE")
	idGE  = x12.SegmentIDOf("GE")
	idIEA = x12.SegmentIDOf("IEA")
)

func benchmark(b *testing.B, upTo stages) {
	file := interchange(office(2000))
	r := newRunner(b, file, upTo)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r.run()
	}
	if r.findings > 0 {
		b.Fatalf("%d findings in what should be valid", r.findings)
	}
	if r.out > 0 {
		b.ReportMetric(float64(r.out)/float64(b.N)/float64(len(file)), "out/in")
	}
}

// The stages of decode, each with those before it.
func BenchmarkScan(b *testing.B)       { benchmark(b, scan) }
func BenchmarkMatch(b *testing.B)      { benchmark(b, match) }
func BenchmarkMap(b *testing.B)        { benchmark(b, mapping) }
func BenchmarkAppendJSON(b *testing.B) { benchmark(b, appendJSON) }

// BenchmarkWrite writes the claims of a set as segments.
func BenchmarkWrite(b *testing.B) {
	var claims []*Claim
	r := newRunner(b, interchange(office(2000)), mapping)
	r.mapper.Emit = func(c *Claim) { claims = append(claims, c.Clone()) }
	r.run()
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	batch := NewBatch(w)
	b.SetBytes(int64(len(r.file)))
	b.ReportAllocs()
	for b.Loop() {
		w.Reset(nil)
		w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261015", Time: "1200", Version: "00501", Usage: "T"})
		w.BeginGroup(x12.Group{Control: "1", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261015", Time: "1200", Agency: "X", Version: "005010X222A1"})
		w.BeginSet("837", "0001", "005010X222A1")
		if err := batch.Write(claims[0].Submission, claims); err != nil {
			b.Fatal(err)
		}
		w.EndSet()
		w.EndGroup()
		w.EndInterchange()
	}
	if err := w.Err(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkParseJSON reads records back.
func BenchmarkParseJSON(b *testing.B) {
	var lines [][]byte
	size := 0
	r := newRunner(b, interchange(office(200)), mapping)
	r.mapper.Emit = func(c *Claim) {
		lines = append(lines, c.AppendJSON(nil))
		size += len(lines[len(lines)-1])
	}
	r.run()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range lines {
			if _, err := ParseJSON(line); err != nil {
				b.Fatal(err)
			}
		}
	}
}
