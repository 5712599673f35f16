package edi_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// sampleFile writes a valid file of a kind ("837p", "835") of about size bytes,
// piece by piece, so that a file of any size can be read without being held.
// The lengths of segments and the shape of claims are those of real files; the
// same kind and size give the same bytes.
type sampleFile struct {
	kind      string
	size      int64
	perSet    int // claims in a set; 0: all in one
	r         *rand.Rand
	buf       bytes.Buffer
	written   int64
	sets      int
	claims    int // of the set
	segments  int // of the set
	hl        int
	patients  int
	paid      int64 // of the set, in cents
	finished  bool
	inSet     bool
	lineBreak string
}

func newSample(kind string, size int64, perSet int) *sampleFile {
	return &sampleFile{kind: kind, size: size, perSet: perSet, r: rand.New(rand.NewPCG(1, 2)), lineBreak: "\n"}
}

func sampleBytes(kind string, size int64, perSet int) []byte {
	b, _ := io.ReadAll(newSample(kind, size, perSet))
	return b
}

// Read gives the next bytes.
func (s *sampleFile) Read(p []byte) (int, error) {
	for s.buf.Len() < len(p) && !s.finished {
		s.more()
	}
	if s.buf.Len() == 0 {
		return 0, io.EOF
	}
	n, _ := s.buf.Read(p)
	s.written += int64(n)
	return n, nil
}

func (s *sampleFile) seg(format string, a ...any) {
	s.segments++
	fmt.Fprintf(&s.buf, format, a...)
	s.buf.WriteByte('~')
	s.buf.WriteString(s.lineBreak)
}

var (
	sampleNames = []string{"ABERNATHY", "BO", "CASTELLANOS", "DUVALL", "EASTBROOK", "FINCH", "GALLOWAY", "HOLLOWAY", "IVERSEN", "JUNIPER"}
	sampleGiven = []string{"JO", "MARGARET", "SAM", "THEODORA", "WILL", "ADAEZE", "PRISCILLA"}
)

func (s *sampleFile) name() string  { return sampleNames[s.r.IntN(len(sampleNames))] }
func (s *sampleFile) given() string { return sampleGiven[s.r.IntN(len(sampleGiven))] }

// more writes what comes next: the head of the file, a claim, the end of a set
// or of the file.
func (s *sampleFile) more() {
	fid, version, st := "HC", "005010X222A1", "837"
	if s.kind == "835" {
		fid, version, st = "HP", "005010X221A1", "835"
	}
	if s.written == 0 && s.buf.Len() == 0 {
		s.seg("ISA*00*          *00*          *ZZ*SUBMITTER01    *ZZ*RECEIVER01     *261015*0930*^*00501*000000101*0*T*:")
		s.seg("GS*%s*SUBMITTER01*RECEIVER01*20261015*0930*101*X*%s", fid, version)
	}
	if !s.inSet {
		s.inSet = true
		s.sets++
		s.segments, s.claims, s.hl, s.paid = 0, 0, 0, 0
		if s.kind == "835" {
			s.seg("ST*%s*%04d", st, s.sets)
		} else {
			s.seg("ST*%s*%04d*%s", st, s.sets, version)
		}
		s.header()
	}
	s.claims++
	if s.kind == "835" {
		s.payment()
	} else {
		s.claim()
	}
	full := s.written+int64(s.buf.Len()) >= s.size
	if full || s.perSet > 0 && s.claims >= s.perSet {
		if s.kind == "835" {
			s.seg("PLB*2000000010*20261231*WO:BALANCE*%s", cents(s.paid))
		}
		s.inSet = false
		s.seg("SE*%d*%04d", s.segments+1, s.sets)
	}
	if full {
		s.seg("GE*%d*101", s.sets)
		s.seg("IEA*1*000000101")
		s.finished = true
	}
}

func (s *sampleFile) header() {
	if s.kind == "835" {
		s.seg("BPR*H*0*C*NON************20261016")
		s.seg("TRN*1*EFT%09d*1999000002", s.sets)
		s.seg("DTM*405*20261015")
		s.seg("N1*PR*LAKESHORE HEALTH PLAN")
		s.seg("N3*1 LAKE PLAZA")
		s.seg("N4*CHICAGO*IL*606010001")
		s.seg("PER*BL*PROVIDER SERVICES*TE*2175550120")
		s.seg("N1*PE*PRAIRIE FAMILY PRACTICE*XX*2000000010")
		s.seg("REF*TJ*999000001")
		s.seg("LX*1")
		return
	}
	s.seg("BHT*0019*00*B%06d*20261015*0930*CH", s.sets)
	s.seg("NM1*41*2*CEDAR BILLING SERVICE*****46*SUBMITTER01")
	s.seg("PER*IC*DANA WHITLOCK*TE*2175550101")
	s.seg("NM1*40*2*LAKESHORE HEALTH PLAN*****46*RECEIVER01")
	s.hl++
	s.seg("HL*1**20*1")
	s.seg("PRV*BI*PXC*207Q00000X")
	s.seg("NM1*85*2*PRAIRIE FAMILY PRACTICE*****XX*2000000010")
	s.seg("N3*100 MAIN STREET")
	s.seg("N4*SPRINGFIELD*IL*627010001")
	s.seg("REF*EI*999000001")
}

func cents(n int64) string {
	switch {
	case n%100 == 0:
		return fmt.Sprint(n / 100)
	case n%10 == 0:
		return fmt.Sprintf("%d.%d", n/100, n%100/10)
	}
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}

// claim writes a subscriber with one claim; every fourth is for a dependant.
func (s *sampleFile) claim() {
	r := s.r
	s.patients++
	s.hl++
	subscriber := s.hl
	child := r.IntN(4) == 0
	if child {
		s.seg("HL*%d*1*22*1", subscriber)
		s.seg("SBR*P**GRP%06d******CI", r.IntN(1e6))
	} else {
		s.seg("HL*%d*1*22*0", subscriber)
		s.seg("SBR*P*18*GRP%06d******CI", r.IntN(1e6))
	}
	s.seg("NM1*IL*1*%s*%s*%c***MI*LHP%09d", s.name(), s.given(), 'A'+rune(r.IntN(26)), r.IntN(1e9))
	if !child {
		s.seg("N3*%d NORTH GRAND AVENUE", 1+r.IntN(9999))
		s.seg("N4*SPRINGFIELD*IL*62702")
		s.seg("DMG*D8*%d%02d%02d*%c", 1930+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28), "FM"[r.IntN(2)])
	}
	s.seg("NM1*PR*2*LAKESHORE HEALTH PLAN*****PI*LHP01")
	if child {
		s.hl++
		s.seg("HL*%d*%d*23*0", s.hl, subscriber)
		s.seg("PAT*19")
		s.seg("NM1*QC*1*%s*%s", s.name(), s.given())
		s.seg("N3*%d WILLOW LANE", 1+r.IntN(9999))
		s.seg("N4*CHATHAM*IL*62629")
		s.seg("DMG*D8*%d%02d%02d*%c", 2010+r.IntN(15), 1+r.IntN(12), 1+r.IntN(28), "FM"[r.IntN(2)])
	}
	lines := 1 + r.IntN(4)
	charges := make([]int64, lines)
	var total int64
	for i := range charges {
		charges[i] = int64(2000+r.IntN(30000)) / 5 * 5
		total += charges[i]
	}
	s.seg("CLM*PCN%07d*%s***11:B:1*Y*A*Y*Y", s.patients, cents(total))
	s.seg("REF*D9*%014d", r.Int64N(1e14))
	s.seg("HI*ABK:J%03d*ABF:E11%d*ABF:I10", r.IntN(999), r.IntN(9))
	if r.IntN(3) == 0 {
		s.seg("NM1*82*1*%s*%s****XX*2000000028", s.name(), s.given())
		s.seg("PRV*PE*PXC*207RC0000X")
	}
	for i, c := range charges {
		s.seg("LX*%d", i+1)
		s.seg("SV1*HC:%05d:25*%s*UN*1***1:2", 99201+i, cents(c))
		s.seg("DTP*472*D8*202610%02d", 1+r.IntN(14))
		s.seg("REF*6R*%d%03d", s.patients, i)
	}
}

// payment writes a claim payment of a few lines.
func (s *sampleFile) payment() {
	r := s.r
	s.patients++
	lines := 1 + r.IntN(4)
	type line struct{ charge, paid, adjusted, patient int64 }
	list := make([]line, lines)
	var charge, paid, patient int64
	for i := range list {
		c := int64(2000+r.IntN(30000)) / 5 * 5
		a := c * int64(10+r.IntN(40)) / 100 / 5 * 5
		p := int64(r.IntN(4)) * 500
		if p > c-a {
			p = 0
		}
		list[i] = line{c, c - a - p, a, p}
		charge, paid, patient = charge+c, paid+list[i].paid, patient+p
	}
	s.paid += paid
	s.seg("CLP*PCN%07d*1*%s*%s*%s*12*LHP%011d*11*1", s.patients, cents(charge), cents(paid), cents(patient), s.patients)
	s.seg("NM1*QC*1*%s*%s*%c***MI*LHP%09d", s.name(), s.given(), 'A'+rune(r.IntN(26)), r.IntN(1e9))
	s.seg("NM1*82*1*%s*%s****XX*2000000028", s.name(), s.given())
	if r.IntN(3) == 0 {
		s.seg("MOA***MA01")
	}
	s.seg("DTM*232*202610%02d", 1+r.IntN(14))
	for i, l := range list {
		s.seg("SVC*HC:%05d*%s*%s**1", 99201+i, cents(l.charge), cents(l.paid))
		s.seg("DTM*472*202610%02d", 1+r.IntN(14))
		s.seg("CAS*CO*45*%s", cents(l.adjusted))
		if l.patient > 0 {
			s.seg("CAS*PR*%d*%s", 1+r.IntN(3), cents(l.patient))
		}
		s.seg("REF*6R*%d%03d", s.patients, i)
		s.seg("AMT*B6*%s", cents(l.paid+l.patient))
	}
}

// TestWriteSample writes a sample file for measurements by hand:
//
//	CLAIMWIRE_SAMPLE='837p 1000000000 500 /tmp/claims.edi' go test -run TestWriteSample ./edi
func TestWriteSample(t *testing.T) {
	var kind, path string
	var size int64
	var perSet int
	if _, err := fmt.Sscan(os.Getenv("CLAIMWIRE_SAMPLE"), &kind, &size, &perSet, &path); err != nil {
		t.Skip("CLAIMWIRE_SAMPLE is not set to KIND SIZE CLAIMS-IN-A-SET PATH")
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, newSample(kind, size, perSet)); err != nil {
		t.Fatal(err)
	}
}
