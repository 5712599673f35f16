package edi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// outcome is what the whole stack makes of a file.
type outcome struct {
	list    []diag.Diagnostic // the first thousand
	records []string          // the kind of each record
	sum     edi.Summary
}

// codes lists the codes of the findings, in order.
func (o *outcome) codes() string {
	var list []string
	for _, d := range o.list {
		list = append(list, d.Code.String())
	}
	return strings.Join(list, " ")
}

// wholeStack reads a file, checks it, gives its meaning and answers it, and
// holds what comes out to what must always be true: records are JSON, findings
// lie in the file and are in the catalogue, and our answers are valid.
func wholeStack(t testing.TB, file []byte) outcome {
	t.Helper()
	var o outcome
	n := 0
	b := ack.NewBuilder(ack.Settings{Date: "20261124", Time: "1200", Control: func() string { n++; return fmt.Sprintf("%09d", n) }})
	var line []byte
	sum, err := edi.Process(bytes.NewReader(file), edi.Options{File: "x.edi"}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			b.Report(d)
			if _, ok := diag.Lookup(d.Code); !ok || d.Offset < 0 || d.Offset > int64(len(file)) || d.Segment < 0 || d.Message() == "" {
				t.Errorf("finding %+v", d)
			}
			if len(o.list) < 1000 {
				o.list = append(o.list, d)
			}
		},
		BeginInterchange: b.BeginInterchange,
		BeginGroup:       b.BeginGroup,
		BeginSet:         func(s *edi.Set) { b.BeginSet(s.Set) },
		EndSet:           func(*edi.Set) { b.EndSet() },
		Claim:            func(c *claim.Claim, v *edi.Verdict) { b.Claim(c, v.Findings, v.Errors) },
		Record: func(r edi.Record) {
			line = r.AppendJSON(line[:0])
			var head struct {
				Record string `json:"record"`
				Source *struct{ File string }
			}
			if err := json.Unmarshal(line, &head); err != nil || head.Record == "" || head.Source == nil || bytes.IndexByte(line, '\n') >= 0 {
				t.Errorf("%v: no record: %q", err, line)
			}
			o.records = append(o.records, head.Record)
		},
	})
	if err != nil {
		t.Errorf("reading failed: %v", err)
	}
	o.sum = sum
	for _, one := range b.Finish() {
		_, err := edi.Process(bytes.NewReader(one.Bytes), edi.Options{}, edi.Sink{Report: func(d diag.Diagnostic) {
			// A 999 repeats what it answers, also a set that its guide does not name.
			if repeated := d.SegmentID == "AK1" || d.SegmentID == "AK2"; d.Code.Severity() == diag.Error && !(repeated && d.Element == 1) {
				t.Errorf("our own %s is not valid: %v %s\n%q", one.Kind, d.Code, d.Message(), one.Bytes)
			}
		}})
		if err != nil {
			t.Errorf("%s: %v", one.Kind, err)
		}
	}
	return o
}

func file(segments []string) []byte { return []byte(strings.Join(segments, "~\n") + "~\n") }

func wide(order string, b []byte) []byte {
	var out []byte
	for _, u := range append([]uint16{0xFEFF}, utf16.Encode([]rune(string(b)))...) {
		if order == "LE" {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}

// swap writes a file with other delimiters: element, component, repetition,
// terminator.
func swap(b []byte, e, c, r, s byte) []byte {
	out := bytes.Clone(b)
	out = bytes.ReplaceAll(out, []byte("\n"), nil)
	for i, x := range out {
		switch x {
		case '*':
			out[i] = e
		case ':':
			out[i] = c
		case '^':
			out[i] = r
		case '~':
			out[i] = s
		}
	}
	return out
}

// TestHostileFiles reads what no sender should send and some do. Each is one
// fault, and what is said of it is written down here.
func TestHostileFiles(t *testing.T) {
	good := file(base(t, "837p"))
	text := string(good)
	flat := strings.ReplaceAll(text, "\n", "")
	isa := flat[:106]
	other := strings.NewReplacer("000000101", "000000109").Replace(flat)
	for _, c := range []struct {
		name, file, codes string
		records           int
	}{
		{"nothing", "", "E1001", 0},
		{"blanks and line breaks", " \r\n\t \n\x1a", "E1001", 0},
		{"NUL bytes only", strings.Repeat("\x00", 5000), "E1001", 0},
		{"prose only", "Dear partner, please find enclosed.\n", "E1001", 0},
		{"UTF-16, little end first", string(wide("LE", good)), "E1004", 0},
		{"UTF-16, big end first", string(wide("BE", good)), "E1004", 0},
		{"UTF-16 without a mark", string(wide("LE", good)[2:]), "E1004", 0},
		{"UTF-8 byte order mark", "\xEF\xBB\xBF" + text, "E1003", 2},
		{"prose before the ISA", "X12 EXPORT OF 2026-10-15\r\n" + text, "E1002", 2},
		{"prose after the IEA", text + "\r\n-- end of file --\r\n", "E1002", 2},
		{"NUL bytes after the IEA", text + strings.Repeat("\x00", 512), "E1002", 2},
		{"control-Z after the IEA", text + "\x1a", "", 2},
		{"garbage between interchanges", flat + "#####garbage#####" + other, "E1002", 4},
		{"lower case isa", strings.Replace(flat, "ISA*", "isa*", 1), "E1001", 0},
		{"the same interchange twice", flat + flat, "E1035", 4},
		{"control characters as delimiters", string(swap(good, 0x1d, 0x1f, 0x1e, 0x1c)), "", 2},
		{"other delimiters in each interchange", flat + string(swap([]byte(other), '|', '>', '!', '\n')), "", 4},
		{"CR and LF mixed", strings.Replace(strings.Replace(text, "~\n", "~\r\n", 5), "~\n", "~", 3), "", 2},
		{"CR as terminator", strings.ReplaceAll(flat, "~", "\r"), "", 2},
		{"CRLF as terminator", strings.ReplaceAll(flat, "~", "\r\n"), "", 2},
		{"a NUL in a name", strings.Replace(flat, "ABERNATHY", "ABER\x00ATHY", 1), "E1404", 2},
		{"a lone ISA", isa, "E1033", 0},
		{"a lone segment", "CLM*PCN0001*151~", "E1001", 0},
		{"a lone GS", "GS*HC*A*B*20261015*0930*101*X*005010X222A1~", "E1001", 0},
		{"no ISA", flat[106:], "E1001", 0},
		{"two ISA, one after the other", isa + flat, "E1033", 2},
		{"a dozen empty segments", strings.Replace(flat, "~CLM", strings.Repeat("~", 12)+"CLM", 1), "E1214", 2},
		{"nothing but ISA and IEA", isa + "IEA*0*000000101~", "E1037", 0},
		{"a TA1 before the GS", isa + "TA1*000000777*261015*0930*A*000~" + flat[106:], "", 3},
		{"a letter as separator", strings.ReplaceAll(flat, "*", "A"), "E1001", 0},
		{"an ISA that has lost its padding", strings.Join(strings.Fields(isa), " ") + flat[106:], "E1005", 2},
		{"an ISA with too much padding", strings.Replace(flat, "SUBMITTER01    ", "SUBMITTER01        ", 1), "E1016", 2},
		{"separators in a name", strings.Replace(flat, "ABERNATHY", "ABER*NATHY", 1), "E2404 E2401 E2404", 2},
		{"the terminator in a name", strings.Replace(flat, "ABERNATHY", "ABER~NATHY", 1), "E2401 E2401 E1301 E4450 E1205", 2},
		{"a million empty elements", strings.Replace(flat, "CLM*PCN0001", "CLM"+strings.Repeat("*", 1_000_000)+"PCN0001", 1), "E1401 E2401 E2401 E2401 E2401 E2401 E2401 E2401", 2},
		{"an element of half a million letters", strings.Replace(flat, "ABERNATHY", strings.Repeat("A", 500_000), 1), "E1403", 2},
		{"a digit as separator", strings.ReplaceAll(flat, "*", "5"), "E1001", 0},
		{"60 digits for a charge", strings.Replace(flat, "CLM*PCN0001*251", "CLM*PCN0001*"+strings.Repeat("9", 60), 1), "E1403", 2},
		{"60 digits for a count", strings.Replace(flat, "GE*1*", "GE*"+strings.Repeat("9", 60)+"*", 1), "E1111", 2},
		{"60 digits for IEA01", strings.Replace(flat, "IEA*1*", "IEA*"+strings.Repeat("9", 60)+"*", 1), "E1031", 2},
		{"the 99th of the 99th", strings.Replace(flat, "DTP*472*D8*20261012", "DTP*472*D8*99999999", 1), "E1412", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := wholeStack(t, []byte(c.file))
			if got := o.codes(); c.codes != "" && got != c.codes || c.codes == "" && c.records > 0 && got != "" {
				t.Errorf("said %q, want %q", got, c.codes)
			}
			if n := len(o.records); n != c.records {
				t.Errorf("%d records, want %d", n, c.records)
			}
		})
	}
}

// TestTruncation cuts a sample of each kind after every byte: the end is said,
// it is all that is said of the envelope, and nothing complete is lost.
func TestTruncation(t *testing.T) {
	names, err := filepath.Glob("../testdata/base/*.edi")
	if err != nil || len(names) < 5 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		kind := strings.TrimSuffix(filepath.Base(name), ".edi")
		t.Run(kind, func(t *testing.T) {
			whole := bytes.TrimSpace(file(base(t, kind)))
			iea := bytes.LastIndex(whole, []byte("IEA*"))
			step := 1
			if testing.Short() {
				step = 17
			}
			for n := 0; n < len(whole); n += step {
				o := wholeStack(t, whole[:n])
				switch {
				case o.sum.Errors == 0 && n < len(whole)-1:
					t.Fatalf("cut after %d of %d bytes: nothing is wrong", n, len(whole))
				case n == 0 && o.codes() != "E1001":
					t.Fatalf("nothing: %s", o.codes())
				}
				ends := 0
				for _, d := range o.list {
					switch d.Code {
					case 1001, 1008, 1033, 1036:
						ends++
					}
				}
				if ends != 1 && n > 3 && n < len(whole) && !(n >= iea && ends == 0 && o.sum.Errors > 0) {
					t.Fatalf("cut after %d of %d bytes: the end is said %d times: %s", n, len(whole), ends, o.codes())
				}
			}
		})
	}
}

// endless gives n bytes of a pattern, and is never held.
type endless struct {
	pattern []byte
	left    int64
	at      int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := 0; i < n; {
		k := copy(p[i:n], e.pattern[e.at:])
		i += k
		e.at = (e.at + k) % len(e.pattern)
	}
	e.left -= int64(n)
	return n, nil
}

// TestEndlessFiles reads long files of nothing, of one segment, of one element,
// of empty ones, and of levels: memory stays bounded, and the time is that of
// reading.
func TestEndlessFiles(t *testing.T) {
	size := int64(64 << 20)
	if testing.Short() {
		size = 16 << 20
	}
	flat := bytes.ReplaceAll(file(base(t, "837p")), []byte("\n"), nil)
	head, _, _ := bytes.Cut(flat, []byte("CLM*"))
	isa := flat[:106]
	repeat := func(s string, n int) []byte { return bytes.Repeat([]byte(s), n) }
	for _, c := range []struct {
		name    string
		begin   []byte
		pattern []byte
		codes   []string // all that may be said
	}{
		{"zeros", nil, repeat("\x00", 4096), []string{"E1001"}},
		{"line breaks", nil, repeat("\n", 4096), []string{"E1001"}},
		{"blanks", nil, repeat(" ", 4096), []string{"E1001"}},
		{"letters ISA", nil, repeat("ISA", 1024), []string{"E1001"}},
		{"ISA and stars", nil, repeat("ISA*", 1024), []string{"E1001"}},
		{"zeros after the ISA", isa, repeat("\x00", 4096), []string{"E1041", "E1033"}},
		{"line breaks after the ISA", isa, repeat("\r\n", 4096), []string{"E1033"}},
		{"terminators after the ISA", isa, repeat("~", 4096), []string{"E1042", "E1033"}},
		{"one segment", slices.Concat(head, []byte("NTE*ADD*")), repeat("A", 4096), nil},
		{"empty elements", slices.Concat(head, []byte("CLM")), repeat("*", 4096), nil},
		{"terminators in a set", head, repeat("~", 4096), nil},
		{"segments of one letter", head, repeat("A~", 2048), nil},
		{"one segment again and again", head, repeat("HI*ABK:J0190~", 512), nil},
		{"levels within levels", head, repeat("HL*2*1*22*1~", 512), nil},
		{"claims without end", head, repeat("CLM*1*1***11:B:1*Y*A*Y*Y~", 512), nil},
		{"groups without end", isa, repeat("GS*HC*A*B*20261015*0930*1*X*005010X222A1~", 512), nil},
		{"sets without end", slices.Concat(isa, []byte("GS*HC*A*B*20261015*0930*1*X*005010X222A1~")), repeat("ST*837*0001*005010X222A1~", 512), nil},
		{"interchanges without end", nil, slices.Concat(isa, []byte("IEA*0*000000101~")), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := size
			if c.codes == nil {
				n = size / 16 // these are read with care
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			before, most, said := m.HeapAlloc, uint64(0), map[string]int{}
			began := time.Now()
			src := &watched{r: io.MultiReader(bytes.NewReader(c.begin), &endless{pattern: c.pattern, left: n}), every: n / 8, look: func() {
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}}
			_, err := edi.Process(src, edi.Options{}, edi.Sink{
				Report: func(d diag.Diagnostic) { said[d.Code.String()]++ },
				Claim:  func(*claim.Claim, *edi.Verdict) {},
				Record: func(edi.Record) {},
			})
			took := time.Since(began)
			if err != nil {
				t.Fatal(err)
			}
			for code, n := range said {
				if c.codes != nil && (!slices.Contains(c.codes, code) || n > 1) {
					t.Errorf("%s is said %d times", code, n)
				}
			}
			if len(said) == 0 {
				t.Error("nothing is wrong")
			}
			if grown := int64(most) - int64(before); grown > 48<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			t.Logf("%d MiB in %v, heap %+d KiB, said %v", n>>20, took.Round(time.Millisecond), (int64(most)-int64(before))>>10, said)
		})
	}
}

// watched calls look every so many bytes.
type watched struct {
	r           io.Reader
	every, next int64
	look        func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.next -= int64(n); w.next <= 0 {
		w.next = w.every
		w.look()
	}
	return n, err
}

// seeds are the documents of testdata and of the corpus, where it is there.
func seeds(t testing.TB) [][]byte {
	t.Helper()
	var list [][]byte
	for _, pattern := range []string{"../testdata/base/*.edi", filepath.Join(corpus, "*", "*.edi")} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			if b, err := os.ReadFile(name); err == nil && len(b) < 16<<10 {
				list = append(list, b)
			}
		}
	}
	if len(list) < 5 {
		t.Fatal("no seeds")
	}
	return list
}

func FuzzProcess(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { wholeStack(t, b) })
}
