package x12

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"claimwire/edi/diag"
)

// sample10MB is an 837P-like interchange of about 10 MB: the segments, their
// lengths and the lengths of their elements are those of real claims, the
// values are not.
var sample10MB = sync.OnceValue(func() []byte { return sample(10<<20, DefaultDelimiters, "") })

func sample(size int, d Delimiters, lineBreak string) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	segments := 0
	add := func(format string, a ...any) {
		segments++
		fmt.Fprintf(&b, format+"~\n", a...)
	}
	names := []string{"ABERNATHY", "BO", "CASTELLANOS", "DUVALL", "EASTBROOK", "FINCH", "GALLOWAY"}
	given := []string{"JO", "MARGARET", "SAM", "THEODORA", "WILL"}
	name := func() string { return names[r.IntN(len(names))] }
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261015*0930*^*00501*000000101*0*T*:~\n")
	fmt.Fprintf(&b, "GS*HC*SENDER*RECEIVER*20261015*0930*101*X*005010X222A1~\n")
	add("ST*837*0001*005010X222A1")
	add("BHT*0019*00*0123*20261015*0930*CH")
	add("NM1*41*2*ACME BILLING SERVICE*****46*12345")
	add("PER*IC*SUPPORT*TE*2175550101")
	add("NM1*40*2*EXAMPLE HEALTH PLAN*****46*54321")
	add("HL*1**20*1")
	add("PRV*BI*PXC*207Q00000X")
	add("NM1*85*2*PRAIRIE FAMILY PRACTICE*****XX*2000000003")
	add("N3*100 MAIN STREET")
	add("N4*SPRINGFIELD*IL*627010001")
	add("REF*EI*999999999")
	for hl := 2; b.Len() < size; hl++ {
		add("HL*%d*1*22*0", hl)
		add("SBR*P*18*%06d******CI", r.IntN(1e6))
		add("NM1*IL*1*%s*%s*%c***MI*W%09d", name(), given[r.IntN(len(given))], 'A'+rune(r.IntN(26)), r.IntN(1e9))
		add("N3*%d NORTH GRAND AVENUE", 1+r.IntN(9999))
		add("N4*SPRINGFIELD*IL*62702")
		add("DMG*D8*%d%02d%02d*%c", 1930+r.IntN(90), 1+r.IntN(12), 1+r.IntN(28), "FM"[r.IntN(2)])
		add("NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*%05d", r.IntN(1e5))
		add("CLM*PCN%07d*%d.%02d***11:B:1*Y*A*Y*Y", r.IntN(1e7), 40+r.IntN(900), r.IntN(100))
		add("REF*D9*%014d", r.Int64N(1e14))
		add("HI*ABK:J%03d*ABF:E11%d*ABF:I10", r.IntN(999), r.IntN(9))
		if r.IntN(3) == 0 {
			add("NM1*82*1*%s*%s****XX*2000000011", name(), given[r.IntN(len(given))])
			add("PRV*PE*PXC*207RC0000X")
		}
		for i := range 1 + r.IntN(4) {
			add("LX*%d", i+1)
			add("SV1*HC:%05d:25*%d.5*UN*1***1:2", r.IntN(99999), 20+r.IntN(300))
			add("DTP*472*D8*202610%02d", 1+r.IntN(28))
			add("REF*6R*%d", r.IntN(1e9))
		}
	}
	segments++
	fmt.Fprintf(&b, "SE*%d*0001~\nGE*1*101~\nIEA*1*000000101~\n", segments)
	return redelimit(b.Bytes(), d, lineBreak)
}

// redelimit gives a file that was written with * ^ : ~ and line feeds other
// delimiters and line breaks.
func redelimit(b []byte, d Delimiters, lineBreak string) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch c {
		case '*':
			c = d.Element
		case '^':
			c = d.Repetition
		case ':':
			c = d.Component
		case '~':
			c = d.Segment
		case '\n':
			out = append(out, lineBreak...)
			continue
		}
		out = append(out, c)
	}
	return out
}

func benchmarkScan(b *testing.B, file []byte, next func() *Scanner) {
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		sc := next()
		segments, elements := 0, 0
		for sc.Next() {
			segments++
			elements += sc.Segment().Len()
		}
		if segments < len(file)/50 || sc.Err() != nil {
			b.Fatalf("%d segments, %v", segments, sc.Err())
		}
	}
}

func BenchmarkScan(b *testing.B) {
	plain, broken := sample10MB(), sample(10<<20, DefaultDelimiters, "\n")
	b.Run("bytes", func(b *testing.B) {
		benchmarkScan(b, plain, func() *Scanner { return NewBytesScanner(plain, ScannerOptions{}) })
	})
	b.Run("reader", func(b *testing.B) {
		benchmarkScan(b, plain, func() *Scanner { return NewScanner(bytes.NewReader(plain), ScannerOptions{}) })
	})
	b.Run("lines", func(b *testing.B) {
		benchmarkScan(b, broken, func() *Scanner { return NewScanner(bytes.NewReader(broken), ScannerOptions{}) })
	})
}

func BenchmarkIndex(b *testing.B) {
	file := sample10MB()
	b.SetBytes(int64(len(file)))
	var x index
	for b.Loop() {
		for at := 0; at < len(file); at += blockSize {
			x.build(file[at:min(at+blockSize, len(file))], DefaultDelimiters)
		}
	}
}

// BenchmarkElements scans and looks at every element once.
func BenchmarkElements(b *testing.B) {
	for _, br := range []struct{ name, text string }{{"plain", ""}, {"lines", "\n"}} {
		file := sample(10<<20, DefaultDelimiters, br.text)
		b.Run(br.name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				bytesSeen := 0
				for sc := NewBytesScanner(file); sc.Next(); {
					seg := sc.Segment()
					for i := 1; i <= seg.Len(); i++ {
						bytesSeen += len(seg.Element(i))
					}
				}
				if bytesSeen < len(file)/2 {
					b.Fatal(bytesSeen)
				}
			}
		})
	}
}

func BenchmarkReader(b *testing.B) {
	file := sample10MB()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		var l diag.List
		rd := NewReader(NewScanner(bytes.NewReader(file), ScannerOptions{}), &l)
		segments := 0
		for rd.Next() {
			if rd.Event() == Body {
				segments++
			}
		}
		if segments < len(file)/50 || len(l.Items) > 0 {
			b.Fatal(segments, l.Items)
		}
	}
}

// BenchmarkWrite writes the segments of the sample, element by element, one
// set of all.
func BenchmarkWrite(b *testing.B) {
	file := sample10MB()
	var segments []*Segment
	for sc := NewBytesScanner(file); sc.Next(); {
		switch seg := sc.Segment(); seg.ID() {
		case idISA, idGS, idST, idSE, idGE, idIEA:
		default:
			if segments = append(segments, seg.Clone()); len(segments) == 1000 {
				goto gathered
			}
		}
	}
gathered:
	type text struct {
		id       string
		elements [][][]byte
	}
	var texts []text
	for _, seg := range segments {
		t := text{id: seg.ID().String()}
		for i := 1; i <= seg.Len(); i++ {
			t.elements = append(t.elements, bytes.Split(seg.Element(i), []byte{':'}))
		}
		texts = append(texts, t)
	}
	b.Run("elements", func(b *testing.B) {
		w := NewWriter(nil, DefaultDelimiters, WriterOptions{})
		b.ReportAllocs()
		for b.Loop() {
			w.Reset(io.Discard)
			beginAll(w)
			for _, t := range texts {
				w.Begin(t.id)
				for _, e := range t.elements {
					switch {
					case len(e) > 1:
						w.BeginComposite()
						for _, c := range e {
							w.Bytes(c)
						}
						w.EndComposite()
					default:
						w.Bytes(e[0])
					}
				}
				w.End()
			}
			b.SetBytes(int64(len(w.Buffer())))
			endAll(w)
			if w.Flush() != nil {
				b.Fatal(w.Err())
			}
		}
	})
	b.Run("copy", func(b *testing.B) {
		w := NewWriter(nil, DefaultDelimiters, WriterOptions{})
		b.ReportAllocs()
		for b.Loop() {
			w.Reset(io.Discard)
			beginAll(w)
			for _, s := range segments {
				w.Copy(s)
			}
			b.SetBytes(int64(len(w.Buffer())))
			endAll(w)
			if w.Flush() != nil {
				b.Fatal(w.Err())
			}
		}
	})
}

// BenchmarkYardstick is what a plain scan with the standard library does on
// the same file: terminators, then element separators, found by IndexByte.
func BenchmarkYardstick(b *testing.B) {
	file := sample10MB()
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		elements := 0
		for rest := file; ; {
			i := bytes.IndexByte(rest, '~')
			if i < 0 {
				break
			}
			seg := rest[:i]
			rest = rest[i+1:]
			for {
				j := bytes.IndexByte(seg, '*')
				if j < 0 {
					break
				}
				elements++
				seg = seg[j+1:]
			}
		}
		if elements < len(file)/50 {
			b.Fatal(elements)
		}
	}
}
