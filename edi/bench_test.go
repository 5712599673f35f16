package edi_test

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
)

var benchFiles = map[string]func() []byte{
	"837p": sync.OnceValue(func() []byte { return sampleBytes("837p", 10<<20, 500) }),
	"835":  sync.OnceValue(func() []byte { return sampleBytes("835", 10<<20, 500) }),
}

// eachBench runs a stage over both files. One operation is one file; bytes and
// allocations are told by segment, too.
func eachBench(b *testing.B, run func(b *testing.B, kind string, file []byte)) {
	for _, kind := range []string{"837p", "835"} {
		b.Run(kind, func(b *testing.B) {
			file := benchFiles[kind]()
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			b.ResetTimer()
			run(b, kind, file)
		})
	}
}

func count(b *testing.B, want, got int) {
	if got < want {
		b.Fatalf("read %d, want at least %d", got, want)
	}
}

// BenchmarkYardstick is what no checker can beat: a plain search for the two
// separators.
func BenchmarkYardstick(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		for range b.N {
			n := 0
			for rest := file; ; {
				i := bytes.IndexByte(rest, '~')
				if i < 0 {
					break
				}
				for seg := rest[:i]; ; {
					k := bytes.IndexByte(seg, '*')
					if k < 0 {
						break
					}
					n++
					seg = seg[k+1:]
				}
				rest = rest[i+1:]
			}
			count(b, 1e6, n)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		for range b.N {
			n := 0
			for sc := x12.NewBytesScanner(file); sc.Next(); n++ {
			}
			count(b, 1e5, n)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		for range b.N {
			n := 0
			rd := x12.NewReader(x12.NewScanner(bytes.NewReader(file), x12.ScannerOptions{}), diag.ReporterFunc(func(d diag.Diagnostic) { b.Fatal(d) }))
			for rd.Next() {
				n++
			}
			count(b, 1e5, n)
		}
	})
}

// BenchmarkMatch is the Matcher alone, after the Reader.
func BenchmarkMatch(b *testing.B) {
	eachBench(b, func(b *testing.B, kind string, file []byte) {
		g := guideOf(b, kind)
		rep := diag.ReporterFunc(func(d diag.Diagnostic) { b.Fatalf("%+v", d) })
		m := guide.NewMatcher(g, rep)
		for range b.N {
			n := 0
			rd := x12.NewReader(x12.NewScanner(bytes.NewReader(file), x12.ScannerOptions{}), rep)
			for rd.Next() {
				switch rd.Event() {
				case x12.SetStart:
					m.Begin(guide.SetPos{}, rd.Segment().Delimiters())
					m.Segment(rd.Segment(), rd.Ordinal())
				case x12.Body:
					m.Segment(rd.Segment(), rd.Ordinal())
				case x12.SetEnd:
					m.Segment(rd.Segment(), rd.Ordinal())
					m.End()
				}
				n++
			}
			count(b, 1e5, n)
		}
	})
}

func guideOf(b *testing.B, kind string) *guide.Guide {
	version := map[string]string{"837p": "005010X222A1", "835": "005010X221A1"}[kind]
	g, ok := guide.Lookup(version, kind[:3])
	if !ok {
		b.Fatal(version)
	}
	return g
}

func process(b *testing.B, file []byte, opt edi.Options, sink edi.Sink) {
	sink.Report = func(d diag.Diagnostic) { b.Fatalf("%+v", d) }
	sum, err := edi.Process(bytes.NewReader(file), opt, sink)
	if err != nil || sum.Errors > 0 {
		b.Fatal(err, sum)
	}
	count(b, 5000, sum.Claims)
}

// BenchmarkCheck is `validate --snip 1,2`.
func BenchmarkCheck(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		for range b.N {
			process(b, file, edi.Options{Types: rule.Of(1, 2)}, edi.Sink{})
		}
	})
}

// BenchmarkValidate is `validate`: meaning and all rules.
func BenchmarkValidate(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		for range b.N {
			process(b, file, edi.Options{}, edi.Sink{})
		}
	})
}

// BenchmarkDecode is `decode`: every record to JSON.
func BenchmarkDecode(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		var buf []byte
		for range b.N {
			process(b, file, edi.Options{}, edi.Sink{Record: func(r edi.Record) { buf = r.AppendJSON(buf[:0]) }})
		}
	})
}

// BenchmarkWrite reads the file and writes it again, segment by segment.
func BenchmarkWrite(b *testing.B) {
	eachBench(b, func(b *testing.B, _ string, file []byte) {
		w := x12.NewWriter(io.Discard, x12.DefaultDelimiters, x12.WriterOptions{})
		for range b.N {
			w.Reset(io.Discard)
			rd := x12.NewReader(x12.NewBytesScanner(file), diag.ReporterFunc(func(d diag.Diagnostic) { b.Fatal(d) }))
			for rd.Next() {
				switch rd.Event() {
				case x12.InterchangeStart:
					w.BeginInterchange(*rd.Interchange())
				case x12.GroupStart:
					w.BeginGroup(*rd.Group())
				case x12.SetStart:
					w.BeginSet(rd.Set().ID, rd.Set().Control, rd.Set().Reference)
				case x12.Body:
					w.Copy(rd.Segment())
				case x12.SetEnd:
					w.EndSet()
				case x12.GroupEnd:
					w.EndGroup()
				case x12.InterchangeEnd:
					w.EndInterchange()
				}
			}
			if err := w.Flush(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestSamplesAreValid keeps the benchmarks honest: what they read is valid, and
// the same with one set as with many.
func TestSamplesAreValid(t *testing.T) {
	for _, kind := range []string{"837p", "835"} {
		for _, perSet := range []int{0, 7} {
			t.Run(fmt.Sprint(kind, perSet), func(t *testing.T) {
				file := sampleBytes(kind, 100<<10, perSet)
				if list := findings(t, file); len(list) > 0 {
					t.Errorf("%d findings; the first: %s", len(list), said(list[:1]))
				}
				if len(file) < 100<<10 {
					t.Errorf("%d bytes", len(file))
				}
			})
		}
	}
}
