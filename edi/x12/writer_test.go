package x12

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"claimwire/edi/diag"
)

var (
	testInterchange = Interchange{
		Control: "101", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER",
		Date: "261015", Time: "0930", Usage: "T",
	}
	testGroup = Group{Control: "101", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261015", Time: "0930", Version: "005010X222A1"}
)

func beginAll(w *Writer) {
	w.BeginInterchange(testInterchange)
	w.BeginGroup(testGroup)
	w.BeginSet("837", "0001", "005010X222A1")
}

func endAll(w *Writer) {
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
}

func TestWriterEnvelopes(t *testing.T) {
	w := NewWriter(nil, DefaultDelimiters, WriterOptions{})
	w.BeginInterchange(testInterchange)
	w.Ack("000000100", "261014", "0930", "A", "000")
	w.BeginGroup(testGroup)
	for _, control := range []string{"0001", "0002"} {
		w.BeginSet("837", control, "005010X222A1")
		w.Begin("BHT")
		w.Text("0019")
		w.End()
		w.EndSet()
	}
	w.EndGroup()
	w.EndInterchange()
	want := fill("ISA~TA1~GS~ST*837*0001*005010X222A1~BHT*0019~SE*3*0001~ST*837*0002*005010X222A1~BHT*0019~SE*3*0002~GE*2*101~IEA*1*000000101~")
	if got := string(w.Buffer()); got != want || w.Err() != nil {
		t.Errorf("%v\ngot  %s\nwant %s", w.Err(), got, want)
	}
}

func TestWriterSegments(t *testing.T) {
	tests := []struct {
		name, want string
		write      func(w *Writer)
		stripped   int
	}{
		{"elements", "CLM*PCN1*251***11:B:1*Y~", func(w *Writer) {
			w.Text("PCN1")
			w.Int(251)
			w.Empty(2)
			w.Composite("11", "B", "1")
			w.Bytes([]byte("Y"))
		}, 0},
		{"trailing empties", "CLM*PCN1*251~", func(w *Writer) {
			w.Text("PCN1")
			w.Int(251)
			w.Empty(2)
			w.Composite("", "")
			w.Text("")
		}, 0},
		{"trailing components", "CLM*HC:99213:::25*HC**1~", func(w *Writer) {
			w.Composite("HC", "99213", "", "", "25", "", "")
			w.BeginComposite()
			w.Text("HC")
			w.Empty(3)
			w.EndComposite()
			w.BeginComposite()
			w.EndComposite()
			w.Int(1)
		}, 0},
		{"repetitions", "CLM*A^B^C:1^D*E~", func(w *Writer) {
			w.Text("A")
			w.Repeat()
			w.Text("B")
			w.Repeat()
			w.Composite("C", "1")
			w.Repeat()
			w.Bytes([]byte("D"))
			w.Text("E")
		}, 0},
		{"nothing", "", func(w *Writer) { w.Empty(3) }, 0},
		{"delimiters inside data", "CLM*A B*NONE**C~", func(w *Writer) {
			w.Text("A* B~")
			w.Bytes([]byte("NO:N^E\n"))
			w.Text("*:")
			w.Text("C")
		}, 7},
		{"delimiters only", "CLM*A~", func(w *Writer) {
			w.Text("A")
			w.Text("***")
			w.Composite(":", "~")
		}, 5},
		{"beyond ASCII", "CLM*MU\xc3\x91OZ~", func(w *Writer) { w.Text("MUÑOZ") }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := NewWriter(nil, DefaultDelimiters, WriterOptions{})
			beginAll(w)
			head, before := len(w.Buffer()), w.Segments()
			w.Begin("CLM")
			tt.write(w)
			w.End()
			if got := string(w.Buffer()[head:]); got != tt.want || w.Err() != nil || w.Stripped() != tt.stripped {
				t.Errorf("got %q, stripped %d, %v; want %q, %d", got, w.Stripped(), w.Err(), tt.want, tt.stripped)
			}
			if wrote := w.Segments() - before; (wrote == 1) != (tt.want != "") {
				t.Errorf("%d segments counted", wrote)
			}
			endAll(w)
			valid(t, w.Buffer())
		})
	}
}

func valid(t *testing.T, file []byte) {
	t.Helper()
	var l diag.List
	drain(t, NewReader(NewBytesScanner(file), &l))
	if len(l.Items) > 0 {
		t.Errorf("not valid: %v\n%s", l.Items, file)
	}
}

// What is read and written again is the same, byte for byte; in other
// delimiters and back, too.
func TestRoundTrip(t *testing.T) {
	files := map[string][]byte{
		"whole":       []byte(fill(whole)),
		"acks":        []byte(fill("ISA~TA1~TA1~IEA*0*000000101~")),
		"sample":      sample(200<<10, DefaultDelimiters, "\n"),
		"repetitions": []byte(fill("ISA~GS~ST*837*0001~CLM*A^B:C^^D:*:^~SE*3*0001~GE*1*101~IEA*1*000000101~")),
		"binary":      []byte(strings.Replace(fill("ISA~GS~ST*275*0001~BIN*11*~*:^ISA~|>#~BDS*ASC*2*~~~SE*4*0001~GE*1*101~IEA*1*000000101~"), "HC*SEND", "PI*SEND", 1)),
		"two": append([]byte(fill(whole)), strings.Replace(fill("ISA~GS~ST*837*0001~SE*2*0001~GE*1*101~"+
			strings.Replace(testGS, "*101*", "*102*", 1)+"~ST*837*0001~SE*2*0001~ST*837*0002~SE*2*0002~GE*2*102~IEA*2*000000101~"), "000000101", "000000102", 2)...),
	}
	base := readBase(t)
	files["base"] = base
	other := Delimiters{Element: '|', Repetition: '#', Component: '>', Segment: '\''}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			lines := bytes.HasSuffix(file, []byte("\n"))
			there := rewrite(t, file, other, WriterOptions{})
			valid(t, there)
			for _, got := range [][]byte{rewrite(t, file, DefaultDelimiters, WriterOptions{LineBreaks: lines}),
				rewrite(t, there, DefaultDelimiters, WriterOptions{LineBreaks: lines})} {
				if !bytes.Equal(got, file) {
					t.Errorf("got %.300q\nwant %.300q", got, file)
				}
			}
		})
	}
}

// rewrite reads a file and writes what it read.
func rewrite(t *testing.T, file []byte, d Delimiters, opt WriterOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, d, opt)
	var l diag.List
	rd := NewReader(NewScanner(bytes.NewReader(file), ScannerOptions{}), &l)
	for rd.Next() {
		switch rd.Event() {
		case InterchangeStart:
			w.BeginInterchange(*rd.Interchange())
		case InterchangeAck:
			s := rd.Segment()
			e := func(i int) string { return string(s.Element(i)) }
			w.Ack(e(1), e(2), e(3), e(4), e(5))
		case GroupStart:
			w.BeginGroup(*rd.Group())
		case SetStart:
			w.BeginSet(rd.Set().ID, rd.Set().Control, rd.Set().Reference)
		case Body:
			w.Copy(rd.Segment())
		case SetEnd:
			w.EndSet()
		case GroupEnd:
			w.EndGroup()
		case InterchangeEnd:
			w.EndInterchange()
		}
	}
	if err := w.Flush(); err != nil || rd.Err() != nil || w.Stripped() > 0 || len(l.Items) > 0 {
		t.Fatal(err, rd.Err(), w.Stripped(), l.Items)
	}
	return out.Bytes()
}

func TestCopyStrips(t *testing.T) {
	w := NewWriter(nil, Delimiters{'|', '#', '>', '\''}, WriterOptions{})
	beginAll(w)
	head := len(w.Buffer())
	w.Copy(ParseSegment([]byte("NM1*IL*O'HARA>#|*A:B^C"), DefaultDelimiters))
	if got := string(w.Buffer()[head:]); got != "NM1|IL|OHARA|A>B#C'" || w.Stripped() != 4 {
		t.Errorf("%q, %d stripped", got, w.Stripped())
	}
}

func TestBinary(t *testing.T) {
	data := bytes.Repeat([]byte("~*:^\n\x00ISA*"), 20000)
	for _, filter := range []string{"", "B64"} {
		var out bytes.Buffer
		w := NewWriter(&out, DefaultDelimiters, WriterOptions{LineBreaks: true})
		w.BeginInterchange(testInterchange)
		group := testGroup
		group.FunctionalID, group.Version = "PI", "005010X210"
		w.BeginGroup(group)
		w.BeginSet("275", "0001", "005010X210")
		w.Binary(filter, data)
		if err := w.BinaryFrom(filter, int64(len(data)), iotest.HalfReader(bytes.NewReader(data))); err != nil {
			t.Fatal(err)
		}
		endAll(w)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		valid(t, out.Bytes())
		times := 0
		for sc := NewBytesScanner(out.Bytes()); sc.Next(); {
			if s := sc.Segment(); s.PayloadLen >= 0 {
				times++
				if !bytes.Equal(s.Element(s.Len()), data) || (s.ID() == idBDS) != (filter != "") {
					t.Errorf("%v: %d bytes came back", s.ID(), len(s.Element(s.Len())))
				}
			}
		}
		if times != 2 {
			t.Errorf("%d binary segments", times)
		}
	}
	w := NewWriter(nil, DefaultDelimiters, WriterOptions{})
	beginAll(w)
	if err := w.BinaryFrom("", 10, strings.NewReader("short")); err == nil || w.Err() == nil {
		t.Error("a payload that ends too soon is no error")
	}
}

func TestWriterMisuse(t *testing.T) {
	misuses := map[string]func(w *Writer){
		"group outside":          func(w *Writer) { w.BeginGroup(testGroup) },
		"set outside":            func(w *Writer) { w.BeginInterchange(testInterchange); w.BeginSet("837", "0001", "") },
		"segment outside":        func(w *Writer) { w.Begin("CLM") },
		"element outside":        func(w *Writer) { beginAll(w); w.Text("A") },
		"end of nothing":         func(w *Writer) { w.EndInterchange() },
		"end inside":             func(w *Writer) { beginAll(w); w.EndGroup() },
		"segment in a segment":   func(w *Writer) { beginAll(w); w.Begin("CLM"); w.Begin("CLM") },
		"set end in a segment":   func(w *Writer) { beginAll(w); w.Begin("CLM"); w.EndSet() },
		"flush in a segment":     func(w *Writer) { beginAll(w); w.Begin("CLM"); w.Flush() },
		"composite in composite": func(w *Writer) { beginAll(w); w.Begin("CLM"); w.BeginComposite(); w.BeginComposite() },
		"composite never begun":  func(w *Writer) { beginAll(w); w.Begin("CLM"); w.EndComposite() },
		"composite left open":    func(w *Writer) { beginAll(w); w.Begin("CLM"); w.BeginComposite(); w.End() },
		"repeat in composite":    func(w *Writer) { beginAll(w); w.Begin("CLM"); w.BeginComposite(); w.Repeat() },
		"ack after group": func(w *Writer) {
			beginAll(w)
			endAll(w)
			w.BeginInterchange(testInterchange)
			w.BeginGroup(testGroup)
			w.Ack("", "", "", "", "")
		},
		"binary of less":      func(w *Writer) { beginAll(w); w.BinaryFrom("", -1, nil) },
		"long sender":         func(w *Writer) { ic := testInterchange; ic.Sender = "0123456789ABCDEF"; w.BeginInterchange(ic) },
		"no date":             func(w *Writer) { ic := testInterchange; ic.Date = ""; w.BeginInterchange(ic) },
		"long control number": func(w *Writer) { ic := testInterchange; ic.Control = "1234567890"; w.BeginInterchange(ic) },
	}
	for name, misuse := range misuses {
		w := NewWriter(io.Discard, DefaultDelimiters, WriterOptions{})
		if misuse(w); w.Err() == nil {
			t.Errorf("%s: no error", name)
		}
		first := w.Err()
		beginAll(w)
		endAll(w)
		if w.Err() != first || w.Flush() != first {
			t.Errorf("%s: the first error did not stay", name)
		}
	}
	for _, d := range []Delimiters{{'*', '^', ':', '*'}, {'A', '^', ':', '~'}, {'*', ':', ':', '~'}, {'*', '^', ' ', '~'}, {}} {
		if w := NewWriter(io.Discard, d, WriterOptions{}); w.Err() == nil {
			t.Errorf("%v: no error", d)
		}
	}
	if w := NewWriter(nil, Delimiters{'*', 0, ':', '~'}, WriterOptions{}); w.Err() != nil {
		t.Error(w.Err())
	} else if w.BeginInterchange(testInterchange); w.Err() == nil {
		t.Error("00501 without a repetition separator: no error")
	}
	full := errors.New("disk full")
	w := NewWriter(failing{full}, DefaultDelimiters, WriterOptions{})
	beginAll(w)
	if w.Flush() != full || w.Err() != full {
		t.Error(w.Err())
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// An old version has U in ISA11 and no repetitions.
func TestWriterOldVersion(t *testing.T) {
	ic := testInterchange
	ic.Version = "00401"
	w := NewWriter(nil, Delimiters{'*', 0, ':', '~'}, WriterOptions{})
	w.BeginInterchange(ic)
	w.Ack("000000100", "261014", "0930", "A", "000")
	w.EndInterchange()
	if !strings.Contains(string(w.Buffer()), "*U*00401*") || w.Err() != nil {
		t.Errorf("%s %v", w.Buffer(), w.Err())
	}
	valid(t, w.Buffer())
}

func TestWriterAllocatesNothing(t *testing.T) {
	w := NewWriter(io.Discard, DefaultDelimiters, WriterOptions{})
	beginAll(w)
	amount := []byte("85.5")
	if n := testing.AllocsPerRun(2000, func() {
		w.Begin("SV1")
		w.Composite("HC", "99213", "25")
		w.Bytes(amount)
		w.Text("UN")
		w.Int(1)
		w.Empty(2)
		w.BeginComposite()
		w.Int(1)
		w.Int(2)
		w.EndComposite()
		w.End()
	}); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}

func ExampleWriter() {
	w := NewWriter(nil, DefaultDelimiters, WriterOptions{LineBreaks: true})
	w.BeginInterchange(Interchange{
		Control: "101", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER",
		Date: "261015", Time: "0930", Usage: "T",
	})
	w.BeginGroup(Group{Control: "7", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER",
		Date: "20261015", Time: "0930", Version: "005010X222A1"})
	w.BeginSet("837", "0001", "005010X222A1")
	w.Begin("CLM")
	w.Text("PCN0001")
	w.Text("85.5")
	w.Empty(2)
	w.Composite("11", "B", "1")
	w.End()
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	fmt.Printf("%s", w.Buffer())
	// Output:
	// ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261015*0930*^*00501*000000101*0*T*:~
	// GS*HC*SENDER*RECEIVER*20261015*0930*7*X*005010X222A1~
	// ST*837*0001*005010X222A1~
	// CLM*PCN0001*85.5***11:B:1~
	// SE*3*0001~
	// GE*1*7~
	// IEA*1*000000101~
}
