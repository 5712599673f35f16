package x12

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"claimwire/edi/diag"
)

type way struct {
	name    string
	scanner func() *Scanner
}

// waysToRead are the ways a file may come; none may make a difference.
func waysToRead(file []byte) []way {
	from := func(r func() io.Reader, window int) func() *Scanner {
		return func() *Scanner { return NewScanner(r(), ScannerOptions{Window: window}) }
	}
	plain := func() io.Reader { return bytes.NewReader(file) }
	half := func() io.Reader { return iotest.HalfReader(plain()) }
	return []way{
		{"bytes", func() *Scanner { return NewBytesScanner(file) }},
		{"reader", from(plain, 0)},
		{"one byte at a time", from(func() io.Reader { return iotest.OneByteReader(plain()) }, 0)},
		{"half at a time", from(half, 0)},
		{"end with data", from(func() io.Reader { return iotest.DataErrReader(plain()) }, 0)},
		{"window of 1", from(plain, 1)},
		{"window of 521", from(plain, 521)},
		{"window of 33,333", from(half, 33333)},
	}
}

// trace writes down what a scanner gives, and checks that every byte of the
// file belongs to one segment or to one gap, or is a terminator, or a blank
// between segments.
func trace(t testing.TB, file []byte, sc *Scanner) string {
	t.Helper()
	var out strings.Builder
	type stretch struct{ from, to int64 }
	var all []stretch
	gaps := func() {
		if len(sc.Gaps()) > maxGaps {
			t.Fatalf("%d gaps at once", len(sc.Gaps()))
		}
		for _, g := range sc.Gaps() {
			fmt.Fprintf(&out, "gap %d at %d+%d %v ×%d\n", g.Kind, g.Offset, g.Length, g.ID, g.Count)
			if g.Length > 0 {
				all = append(all, stretch{g.Offset, g.Offset + g.Length})
			}
		}
	}
	terminators := map[byte]bool{}
	for sc.Next() {
		gaps()
		seg := sc.Segment()
		raw := seg.Raw()
		length := int64(len(raw))
		if seg.Streamed() {
			length += seg.PayloadLen
		}
		all = append(all, stretch{seg.Offset, seg.Offset + length})
		terminators[seg.Delimiters().Segment] = true
		fmt.Fprintf(&out, "%d %v %d %v %q", seg.Offset, seg.ID(), seg.PayloadLen, seg.Unterminated(), raw)
		if !bytes.Equal(raw, file[seg.Offset:seg.Offset+int64(len(raw))]) {
			t.Fatalf("segment at %d is %q", seg.Offset, raw)
		}
		// The elements put together again are the segment.
		built := append([]byte(nil), raw[:min(len(raw), indexOrEnd(raw, seg.Delimiters().Element))]...)
		if seg.ID() != SegmentIDOf(built) {
			t.Fatalf("segment at %d has id %v, not %q", seg.Offset, seg.ID(), built)
		}
		for i := 1; i <= seg.Len(); i++ {
			built = append(append(built, seg.Delimiters().Element), seg.Element(i)...)
		}
		if !bytes.Equal(built, raw) || seg.Element(0) != nil || seg.Element(seg.Len()+1) != nil || seg.Element(-1) != nil {
			t.Fatalf("segment at %d: %d elements make %q", seg.Offset, seg.Len(), built)
		}
		if seg.PayloadLen < 0 && bytes.IndexByte(raw, seg.Delimiters().Segment) >= 0 && seg.ID() != idISA {
			t.Fatalf("segment at %d holds a terminator: %q", seg.Offset, raw)
		}
		out.WriteByte('\n')
	}
	gaps()
	if sc.Err() != nil {
		t.Fatal(sc.Err())
	}
	if sc.Next() {
		t.Fatal("a segment after the last")
	}
	slices.SortFunc(all, func(a, b stretch) int { return int(a.from - b.from) })
	at := int64(0)
	for _, s := range append(all, stretch{int64(len(file)), int64(len(file))}) {
		if s.from < at {
			t.Fatalf("bytes from %d belong to two:\n%s", s.from, out.String())
		}
		for i, c := range file[at:s.from] {
			if !isBlank(c) && !terminators[c] {
				t.Fatalf("byte %d, %q, belongs to nothing:\n%s", at+int64(i), c, out.String())
			}
		}
		at = s.to
	}
	return out.String()
}

func indexOrEnd(b []byte, c byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return i
	}
	return len(b)
}

// allWays checks that a file gives the same in all ways of reading it.
func allWays(t testing.TB, file []byte) {
	t.Helper()
	want := ""
	for i, way := range waysToRead(file) {
		got := trace(t, file, way.scanner())
		if i == 0 {
			want = got
		} else if got != want {
			t.Fatalf("%s gives\n%s\nnot\n%s", way.name, got, want)
		}
	}
}

// awkward files, for truncation, for all ways of reading, and as seeds.
func awkward() map[string][]byte {
	f := func(s string) []byte { return []byte(fill(s)) }
	isa := fill("ISA~")
	return map[string][]byte{
		"whole":                   f(whole),
		"two, other delimiters":   append(f(whole), redelimit(f(whole), Delimiters{'|', '!', '>', '\n'}, "")...),
		"delimiters beyond ASCII": redelimit(f(whole+"N3*STRA\xdfE*\xa1\xa2~"), Delimiters{0xA1, 0xB2, 0xC3, 0xFF}, ""),
		"control characters":      redelimit(f(whole), Delimiters{0x1D, 0x1F, 0x1E, 0x1C}, "\r\n"),
		"carriage returns":        redelimit(f(strings.ReplaceAll(fill(whole), "~", "~\n")), Delimiters{'*', '^', ':', '\r'}, "\n"),
		"text around":             []byte("\xEF\xBB\xBFDear LISA,\r\nISA*\r\n" + fill(whole) + "\r\n-- \nRIEARSON IEA*1~" + fill(whole) + "bye"),
		"collapsed":               f(isaWith(2, "", 4, "", 6, "LISA", 8, "RIEARSON") + "~\r\nGS~ST*837*0001~NM1*IL*1*LISA~SE*3*0001~GE*1*101~IEA*1*000000101~"),
		"terminator is a line":    f(isaWith(2, "", 16, ":\n") + "GS*HC\nST*837*1\n\nSE*2*1\nGE*1*101\nIEA*1*000000101\n"),
		"binary":                  []byte(isa + fill("GS~") + "ST*275*0001~BIN*10*~*:^ISA~\n~~BDS*B64*4*~~*~~BIN*3*ABCD~BIN*x*1~BIN~SE*6*0001~GE*1*101~IEA*1*000000101~"),
		"no trailers":             f("ISA~GS~ST*837*0001~" + whole),
		"run together":            []byte(strings.TrimSuffix(fill(whole), "~") + "\r\n" + fill(whole)),
		"terminators":             f("ISA~~~~GS~~ ~\n~*~*A~**~IEA*0*000000101~~~"),
		"not ASCII":               f("ISA~GS~ST*837*0001~NM1*1*MU\xc3\x91OZ*\x07~N3*A\nB~N4*\x7f~SE*5*0001~GE*1*101~IEA*1*000000101~"),
		"UTF-16":                  utf16(fill(whole)),
		"long ids":                f("ISA~GS~TOOLONG*1~ABCDE~ABCD*1~A*1~IEA*1*000000101~"),
	}
}

func utf16(s string) []byte {
	b := []byte{0xFF, 0xFE}
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

func TestAllWaysAgree(t *testing.T) {
	for name, file := range awkward() {
		t.Run(name, func(t *testing.T) { allWays(t, file) })
	}
	t.Run("over many blocks", func(t *testing.T) {
		for _, br := range []string{"", "\n", "\r\n"} {
			file := sample(300<<10, Delimiters{'|', '#', '>', '\''}, br)
			allWays(t, append(file, file...))
		}
	})
}

// Wherever a file is cut, nothing panics, no byte is lost, and what is wrong
// is said once.
func TestTruncation(t *testing.T) {
	for name, file := range awkward() {
		t.Run(name, func(t *testing.T) {
			for n := range len(file) + 1 {
				cut := file[:n:n]
				trace(t, cut, NewBytesScanner(cut))
				trace(t, cut, NewScanner(bytes.NewReader(cut), ScannerOptions{Window: 1 + n%700}))
				var l diag.List
				drain(t, NewReader(NewBytesScanner(cut), &l))
				if name == "whole" && (len(l.Items) != 1 && n < len(file) || len(l.Items) != 0 && n == len(file)) {
					t.Errorf("cut after %d bytes: %v", n, found(&l))
				}
			}
		})
	}
}

func TestScannerSegments(t *testing.T) {
	file := []byte(fill("ISA~GS~ST*837*0001~CLM*PCN1*251***11:B:1^22:A:*Y~HL*1**20*1~N3*~SE*4*0001~GE*1*101~IEA*1*000000101~"))
	sc := NewBytesScanner(file)
	for sc.Next() && sc.Segment().ID() != SegmentIDOf("CLM") {
	}
	seg := sc.Segment()
	for _, tt := range []struct {
		e, c int
		want string
	}{{1, 1, "PCN1"}, {5, 1, "11"}, {5, 2, "B"}, {5, 3, "1"}, {3, 1, ""}, {6, 1, "Y"}} {
		if got := string(seg.Component(tt.e, tt.c)); got != tt.want {
			t.Errorf("Component(%d, %d) is %q, want %q", tt.e, tt.c, got, tt.want)
		}
	}
	for _, at := range [][2]int{{5, 4}, {5, 0}, {1, 2}, {7, 1}, {0, 1}} {
		if got := seg.Component(at[0], at[1]); got != nil {
			t.Errorf("Component(%d, %d) is %q, want none", at[0], at[1], got)
		}
	}
	if seg.Len() != 6 || seg.Delimiters() != DefaultDelimiters || seg.ID().String() != "CLM" {
		t.Errorf("%d elements, %v, %v", seg.Len(), seg.Delimiters(), seg.ID())
	}
	kept := seg.Clone()
	for sc.Next() && sc.Segment().ID() != SegmentIDOf("N3") {
	}
	if n3 := sc.Segment(); n3.Len() != 1 || n3.Element(1) == nil || len(n3.Element(1)) != 0 {
		t.Errorf("N3* has %d elements", n3.Len())
	}
	if string(kept.Element(5)) != "11:B:1^22:A:" || kept.Offset != int64(bytes.Index(file, []byte("CLM"))) {
		t.Errorf("clone is %q", kept.Raw())
	}
}

// The letters ISA and IEA inside data begin and end nothing, whatever the
// delimiters.
func TestNamesThatLookLikeEnvelopes(t *testing.T) {
	file := fill("ISA~GS~ST*837*0001~NM1*IL*1*LISA*ISA~NM1*DN*1*RIEARSON*IEA~REF*ISA*IEA~N3*ISA 00~SE*6*0001~GE*1*101~IEA*1*000000101~")
	want := []string{"ISA", "GS", "ST", "NM1", "NM1", "REF", "N3", "SE", "GE", "IEA"}
	for _, d := range []Delimiters{DefaultDelimiters, {'|', '^', '>', '\n'}, {0x1D, 0x1F, 0x1E, 0x1C}, {'+', '?', ':', '\''}, {'\t', '\\', '/', '\r'}} {
		b := redelimit([]byte(file), d, "")
		for _, way := range waysToRead(b) {
			var got []string
			var l diag.List
			for sc := way.scanner(); sc.Next(); {
				got = append(got, sc.Segment().ID().String())
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, %s: %v", d, way.name, got)
			}
			if drain(t, NewReader(way.scanner(), &l)); len(l.Items) > 0 {
				t.Errorf("%v, %s: %v", d, way.name, found(&l))
			}
		}
	}
}

func TestLongSegments(t *testing.T) {
	body := func(n int) []byte {
		return []byte(fill("ISA~GS~ST*837*0001~NTE*") + strings.Repeat("X*", n/2) + "~SE*3*0001~GE*1*101~IEA*1*000000101~")
	}
	for _, n := range []int{blockSize - 4, blockSize, 3 * blockSize, 1<<20 - 4} {
		file := body(n)
		allWays(t, file)
		var l diag.List
		if drain(t, NewReader(NewBytesScanner(file), &l)); len(l.Items) > 0 {
			t.Errorf("%d bytes: %v", n, found(&l))
		}
	}
	for _, n := range []int{1<<20 - 2, 2 << 20, 5 << 20} {
		file := body(n)
		allWays(t, file)
		var l diag.List
		drain(t, NewReader(NewScanner(bytes.NewReader(file), ScannerOptions{}), &l))
		want := mark{"E1213", "NTE", int64(bytes.Index(file, []byte("NTE"))), 0, 2}
		if got := found(&l); len(got) != 1 || got[0] != want {
			t.Errorf("%d bytes: found %v, want %v", n, got, want)
		}
	}
	t.Run("bound of 256", func(t *testing.T) {
		for n := 244; n < 270; n++ {
			file := body(n)
			for _, window := range []int{1, 4096} {
				sc := NewScanner(bytes.NewReader(file), ScannerOptions{MaxSegment: 256, Window: window})
				long := false
				for sc.Next() {
					long = long || sc.Segment().ID() == SegmentIDOf("NTE")
				}
				if length := 4 + n/2*2; long != (length <= 256) {
					t.Errorf("a segment of %d bytes: %v", length, long)
				}
			}
		}
	})
}

// The wrong terminator in the ISA makes one segment of all the rest: one
// finding.
func TestWrongTerminator(t *testing.T) {
	file := bytes.Replace(sample(3<<20, DefaultDelimiters, "\n"), []byte(":~"), []byte(":@"), 1)
	var l diag.List
	drain(t, NewReader(NewScanner(bytes.NewReader(file), ScannerOptions{}), &l))
	if got := found(&l); len(got) != 1 || got[0].code != "E1041" {
		t.Errorf("found %v", got)
	}
}

// endless is a long file of one byte, repeated.
type endless struct {
	c    byte
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	e.left -= n
	for i := range p[:n] {
		p[i] = e.c
	}
	return int(n), nil
}

// A file that is nothing, or nothing but one byte, takes no memory.
func TestNothing(t *testing.T) {
	const size = 1 << 26
	tests := []struct {
		name string
		file io.Reader
		want string
	}{
		{"NULs", &endless{0, size}, "E1001"},
		{"blanks", &endless{' ', size}, "E1001"},
		{"letters", &endless{'I', size}, "E1001"},
		{"terminators", io.MultiReader(strings.NewReader(fill("ISA~GS~ST*837*0001~")), &endless{'~', size}), "E1214 E1008"},
		{"separators", io.MultiReader(strings.NewReader(fill("ISA~GS~ST*837*0001~")), &endless{'*', size}), "E1213"},
		{"line breaks", io.MultiReader(strings.NewReader(fill("ISA~GS~ST*837*0001~")), &endless{'\n', size}), "E1008"},
		{"binary", io.MultiReader(strings.NewReader(fill("ISA~GS~ST*837*0001~BIN*999999999999*")), &endless{'~', size}), "E1008"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l diag.List
			sc := NewScanner(tt.file, ScannerOptions{})
			drain(t, NewReader(sc, &l))
			var got []string
			for _, d := range l.Items {
				got = append(got, d.Code.String())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("found %v, want %s", got, tt.want)
			}
			if held := cap(sc.buf) + 4*cap(sc.wide); held > 8<<20 {
				t.Errorf("holds %d bytes", held)
			}
		})
	}
}

func TestPayload(t *testing.T) {
	data := bytes.Repeat([]byte("~*:^\x00\xff\nISA*IEA*1~"), 200000) // 3.2 MB
	file := func(data []byte) []byte {
		return append(append([]byte(fill("ISA~GS~ST*275*0001~BDS*B64*")+fmt.Sprint(len(data))+"*"), data...), fill("~SE*3*0001~GE*1*101~IEA*1*000000101~")...)
	}
	for _, n := range []int{0, 1, 100, 1 << 20, len(data)} {
		b := bytes.Replace(file(data[:n]), []byte("GS*HC"), []byte("GS*PI"), 1)
		for _, way := range []string{"bytes", "reader"} {
			var got []byte
			opt := ScannerOptions{Payload: func(seg *Segment, offset int64, chunk []byte) error {
				if offset != int64(len(got)) || string(seg.Element(1)) != "B64" {
					t.Errorf("chunk at %d of %q", offset, seg.Element(1))
				}
				got = append(got, chunk...)
				return nil
			}}
			sc := NewScanner(bytes.NewReader(b), opt)
			if way == "bytes" {
				sc = NewBytesScanner(b, opt)
			}
			var l diag.List
			rd := NewReader(sc, &l)
			for rd.Next() {
				seg := rd.Segment()
				if seg.ID() != SegmentIDOf("BDS") {
					continue
				}
				long := n > 1<<20-100
				if seg.PayloadLen != int64(n) || seg.Len() != 3 || string(seg.Element(2)) != fmt.Sprint(n) || seg.Streamed() != long {
					t.Errorf("%d bytes, %s: PayloadLen %d, streamed %v", n, way, seg.PayloadLen, seg.Streamed())
				}
				if !long && !bytes.Equal(seg.Element(3), data[:n]) || long && len(seg.Element(3)) > 0 {
					t.Errorf("%d bytes, %s: element has %d bytes", n, way, len(seg.Element(3)))
				}
			}
			if !bytes.Equal(got, data[:n]) || rd.Err() != nil || len(l.Items) > 0 {
				t.Errorf("%d bytes, %s: %d bytes came, %v, %v", n, way, len(got), rd.Err(), found(&l))
			}
			if cap(sc.buf) > 3<<20 && way == "reader" {
				t.Errorf("%d bytes were held", cap(sc.buf))
			}
		}
	}
	t.Run("error", func(t *testing.T) {
		stop := errors.New("disk full")
		for _, n := range []int{5, len(data)} {
			sc := NewBytesScanner(file(data[:n]), ScannerOptions{Payload: func(*Segment, int64, []byte) error { return stop }})
			rd := NewReader(sc, &diag.List{})
			for rd.Next() {
			}
			if rd.Err() != stop {
				t.Errorf("Err is %v", rd.Err())
			}
		}
	})
}

func TestReadError(t *testing.T) {
	fault := errors.New("connection lost")
	file := sample(1<<20, DefaultDelimiters, "\n")
	for _, n := range []int{0, 50, 200, 1000, 300000, len(file)} {
		var l diag.List
		rd := NewReader(NewScanner(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(fault)), ScannerOptions{}), &l)
		for rd.Next() {
			if rd.Synthetic() {
				t.Errorf("after %d bytes: synthetic %s", n, eventNames[rd.Event()])
			}
		}
		if rd.Err() != fault || len(l.Items) > 0 {
			t.Errorf("after %d bytes: %v, %v", n, rd.Err(), found(&l))
		}
	}
}

// The slowest reader that is allowed, and one that never gets anywhere.
func TestIdleReader(t *testing.T) {
	sc := NewScanner(idle{}, ScannerOptions{})
	if sc.Next() || sc.Err() != io.ErrNoProgress {
		t.Errorf("Err is %v", sc.Err())
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestNoAllocationPerSegment(t *testing.T) {
	file := sample(1<<20, DefaultDelimiters, "\n")
	count := func(size int) float64 {
		part := sample(size, DefaultDelimiters, "\n")
		return testing.AllocsPerRun(3, func() {
			rd := NewReader(NewScanner(bytes.NewReader(part), ScannerOptions{}), &diag.List{})
			for rd.Next() {
			}
		})
	}
	if small, large := count(256<<10), count(len(file)); large > small+4 {
		t.Errorf("%v allocations for 256 KiB, %v for 1 MiB", small, large)
	}
}

func TestCorpus(t *testing.T) {
	dir := "../../../shared/corpus"
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Skip("no corpus beside the project: ", err)
	}
	files := 0
	for _, line := range strings.Split(string(manifest), "\n")[1:] {
		path, _, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		file, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Error(err)
			continue
		}
		files++
		t.Run(path, func(t *testing.T) {
			allWays(t, file)
			drain(t, NewReader(NewBytesScanner(file), &diag.List{}))
		})
	}
	if files == 0 {
		t.Error("the manifest names no file")
	}
}

func FuzzScan(f *testing.F) {
	for _, file := range awkward() {
		f.Add(file, uint16(1000), uint16(300))
	}
	f.Fuzz(func(t *testing.T, file []byte, window, bound uint16) {
		opt := ScannerOptions{Window: int(window), MaxSegment: int(bound)}
		want := trace(t, file, NewBytesScanner(file, opt))
		for _, r := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file)), iotest.HalfReader(bytes.NewReader(file))} {
			if got := trace(t, file, NewScanner(r, opt)); got != want {
				t.Fatalf("got\n%s\nwant\n%s", got, want)
			}
		}
	})
}

func FuzzReader(f *testing.F) {
	for _, file := range awkward() {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var l diag.List
		drain(t, NewReader(NewBytesScanner(file), &l))
		if len(bytes.TrimLeft(file, " \t\r\n\x1a")) == 0 && l.Errors != 1 {
			t.Fatalf("nothing is valid: %v", found(&l))
		}
		for _, d := range l.Items {
			if _, ok := diag.Lookup(d.Code); !ok || d.Offset < 0 || d.Offset > int64(len(file)) || d.Segment < 0 {
				t.Fatalf("finding %+v", d)
			}
		}
	})
}
