package attach

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

func patient() []Party {
	return []Party{
		{Role: "PR", Entity: "2", Last: "LAKESHORE HEALTH PLAN", IDQualifier: "PI", Value: "LHP01", More: []Segment{{"PER", []string{"IC", "MEDICAL RECORDS", "TE", "2175550121"}}}},
		{Role: "41", Entity: "2", Last: "CEDAR BILLING SERVICE", IDQualifier: "46", Value: "SUBMITTER01"},
		{Role: "1P", Entity: "2", Last: "PRAIRIE FAMILY PRACTICE", IDQualifier: "XX", Value: "2000000010", More: []Segment{{"N3", []string{"5 MILL ROAD"}}, {"REF", []string{"EI", "999000001"}}}},
		{Role: "QC", Entity: "1", Last: "ABERNATHY", First: "MARGARET", Middle: "Q", IDQualifier: "MI", Value: "LHP000000001"},
	}
}

// samples are a solicited and an unsolicited set in each dialect, with payloads
// that hold every octet, delimiters among them.
func samples() map[string]*Set {
	every := make([]byte, 0, 1024)
	for i := range 1024 {
		every = append(every, byte(i))
	}
	pdf := append([]byte("%PDF-1.7\n~*:^~SE*9*0001~GE*1*1~IEA*1*000000001~\n"), every...)
	doc := func(filter, kind, format string, payload []byte) Attachment {
		return Attachment{Type: kind, Format: format, Category: []string{kind, format}, Security: []string{"05", "", "", "", "", "", "", "", "", "", "notes.pdf"}, Filter: filter,
			Length: int64(len(payload)), Payload: bytes.NewReader(payload), Dates: []Date{{Kind: "368", Format: "D8", Text: "20261101"}}}
	}
	m := map[string]*Set{}
	for dialect, filter := range map[string]string{"005010X210": "", "006020X314": "ASC"} {
		m[dialect+" solicited"] = &Set{Purpose: Solicited, ID: "ATT0001", Date: "20261101", Parties: patient(),
			References: []Reference{{Kind: "EJ", Value: "PCN0001"}, {Kind: "BLT", Value: "111"}}, Dates: []Date{{Kind: "472", Format: "RD8", Text: "20261012-20261014"}},
			Answers: []Answer{
				{Number: "1", TraceType: "2", Trace: "LHP26290000001", Codes: []Code{{"R4", "11506-3", "", "LOI"}},
					Documents: []Attachment{doc(filter, "AE", "MB", pdf), doc(filter, "AE", "TX", []byte("SHORT NOTE\nWITH A LINE"))}},
				{Number: "2", TraceType: "2", Trace: "LHP26290000001", Codes: []Code{{"R4", "18842-5", "", "LOI"}, {"R4", "287", "", ""}}, References: []Reference{{Kind: "FJ", Value: "L000000001"}},
					Documents: []Attachment{doc(filter, "AE", "HL", []byte(`<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>`))}},
			}}
		m[dialect+" unsolicited"] = &Set{Purpose: Unsolicited, ID: "ATT0002", Date: "20261101", Parties: patient(), References: []Reference{{Kind: "EJ", Value: "PCN0001"}},
			Answers: []Answer{{Number: "1", TraceType: "1", Trace: "ACN0001", Documents: []Attachment{doc(filter, "OZ", "IA", append([]byte("II*\x00"), every...))}}}}
	}
	return m
}

// write writes a set as a file.
func write(t testing.TB, s *Set, version string, dst io.Writer) []byte {
	t.Helper()
	w := x12.NewWriter(dst, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261101", Time: "0615", Version: "00501", Usage: "T"})
	w.BeginGroup(x12.Group{Control: "1", FunctionalID: "PI", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261101", Time: "0615", Agency: "X", Version: version})
	w.BeginSet("275", "0001", version)
	if err := s.Write(w); err != nil {
		t.Error(err)
	}
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	if dst != nil {
		if err := w.Flush(); err != nil {
			t.Error(err)
		}
		return nil
	}
	return bytes.Clone(w.Buffer())
}

// read reads the sets of a file without a guide: the documents, their payloads,
// and what the reader says.
func read(t testing.TB, r io.Reader, max int, sink func(a *Attachment, offset int64, chunk []byte)) (docs []*Attachment, said []string) {
	t.Helper()
	m := NewMapper(nil, func(a *Attachment) { docs = append(docs, a) })
	var rd *x12.Reader
	sc := x12.NewScanner(r, x12.ScannerOptions{MaxSegment: max, Payload: func(seg *x12.Segment, offset int64, chunk []byte) error {
		if a := m.Payload(seg, rd.Ordinal()+1, offset, chunk); a != nil && sink != nil {
			sink(a, offset, chunk)
		}
		return nil
	}})
	rd = x12.NewReader(sc, diag.ReporterFunc(func(d diag.Diagnostic) { said = append(said, d.Code.String()) }))
	for rd.Next() {
		switch rd.Event() {
		case x12.SetStart:
			m.Begin(record.Source{Interchange: rd.Interchange().Control, Group: rd.Group().Control, Transaction: rd.Set().Control}, rd.Set())
		case x12.Body:
			m.Segment(guide.Match{}, rd.Segment(), rd.Ordinal())
		case x12.SetEnd:
			m.End()
		}
	}
	return docs, said
}

// Every octet of a payload comes back, whether it is held or streamed, and what
// is said about it.
func TestPayloadsComeBack(t *testing.T) {
	for name, s := range samples() {
		for _, max := range []int{0, 256} { // held; streamed
			version, _, _ := strings.Cut(name, " ")
			want := map[int][]byte{}
			n := 0
			for i := range s.Answers {
				for k := range s.Answers[i].Documents {
					r := s.Answers[i].Documents[k].Payload.(*bytes.Reader)
					r.Seek(0, io.SeekStart)
					want[n], _ = io.ReadAll(r)
					r.Seek(0, io.SeekStart)
					n++
				}
			}
			file := write(t, s, version, nil)
			got := map[*Attachment][]byte{}
			docs, said := read(t, bytes.NewReader(file), max, func(a *Attachment, offset int64, chunk []byte) {
				if int64(len(got[a])) != offset {
					t.Fatalf("%s: a chunk at %d after %d octets", name, offset, len(got[a]))
				}
				got[a] = append(got[a], chunk...)
			})
			if len(said) > 0 || len(docs) != len(want) {
				t.Fatalf("%s: %d documents, want %d; said %v\n%q", name, len(docs), len(want), said, file)
			}
			for i, d := range docs {
				if !d.Complete || !bytes.Equal(got[d], want[i]) || d.Length != int64(len(want[i])) || d.SHA256 != sha256.Sum256(want[i]) {
					t.Errorf("%s: document %d: %d octets (complete %v), want %d", name, i, len(got[d]), d.Complete, len(want[i]))
				}
				if d.Solicited() != strings.HasSuffix(name, " solicited") || d.Set.ClaimID() != "PCN0001" || d.Dates[0].Kind != "368" || d.FileName() != "notes.pdf" {
					t.Errorf("%s: %+v", name, d)
				}
				if (d.Filter != "") != (version == "006020X314") {
					t.Errorf("%s: filter %q", name, d.Filter)
				}
			}
			// What was read is written again to the same bytes.
			back := *docs[0].Set
			for i, d := range docs {
				if n := len(back.Answers); n == 0 || back.Answers[n-1].Number != d.Answer.Number {
					back.Answers = append(back.Answers, *d.Answer)
				}
				c := *d
				c.Payload = bytes.NewReader(want[i])
				a := &back.Answers[len(back.Answers)-1]
				if len(a.References) == 0 && len(a.Documents) == 0 {
					a.References, c.References = c.References, nil
				}
				a.Documents = append(a.Documents, c)
			}
			if again := write(t, &back, version, nil); !bytes.Equal(again, file) {
				t.Errorf("%s: written again:\n%q\nwant\n%q", name, again, file)
			}
		}
	}
}

// Any set that the grammar of a guide of the 275 allows comes back with every
// element, and each use of it at its bound.
func TestGeneratedSetsComeBack(t *testing.T) {
	for _, id := range []string{"005010X210", "006020X314"} {
		g, ok := guide.Lookup(id, "275")
		if !ok {
			t.Fatal(id, "is not there")
		}
		var list []*guide.Sample
		for seed := range uint64(100) {
			list = append(list, g.Generate(seed, guide.GenerateOptions{Optional: float64(seed%5) / 4, Repeats: 1 + int(seed%3), AtBounds: seed%2 == 0, Segments: 300}))
		}
		for i, n := range g.Nodes {
			if !n.IsLoop {
				list = append(list, g.Generate(uint64(i), guide.GenerateOptions{Optional: 0.1, Include: n, Times: min(max(n.Max, 3), 20), Segments: 60}))
			}
		}
		for i, s := range list {
			file := guide.AppendInterchange(nil, x12.DefaultDelimiters, s)
			payload := map[*Attachment][]byte{}
			docs, said := read(t, bytes.NewReader(file), 0, func(a *Attachment, _ int64, chunk []byte) { payload[a] = append(payload[a], chunk...) })
			if len(said) > 0 || len(docs) == 0 {
				t.Fatalf("%s %d: %d documents, said %v\n%s", id, i, len(docs), said, file)
			}
			set := *docs[0].Set
			var last *Answer
			for _, d := range docs {
				if d.Answer != last {
					last = d.Answer
					set.Answers = append(set.Answers, *last)
				}
				a := &set.Answers[len(set.Answers)-1]
				a.Documents = append(a.Documents, *d)
				a.Documents[len(a.Documents)-1].Payload = bytes.NewReader(payload[d])
			}
			if got, want := body(write(t, &set, id, nil)), body(file); got != want {
				t.Fatalf("%s %d:\ngot  %s\nwant %s", id, i, got, want)
			}
		}
	}
}

// body is the file from ST to SE, with the number of segments left out.
func body(file []byte) string {
	from, to := bytes.Index(file, []byte("ST*")), bytes.LastIndex(file, []byte("SE*"))
	return strings.ReplaceAll(string(file[from:to]), "~", "~\n")
}

func TestRecord(t *testing.T) {
	s := samples()["005010X210 solicited"]
	docs, _ := read(t, bytes.NewReader(write(t, s, "005010X210", nil)), 0, nil)
	var got map[string]any
	if err := json.Unmarshal(docs[2].AppendJSON(nil), &got); err != nil {
		t.Fatal(err)
	}
	sum := got["sha256"].(string)
	if len(sum) != 64 {
		t.Error(sum)
	}
	for k, want := range map[string]any{"record": "attachment", "claim_id": "PCN0001", "solicited": true, "payer_claim_id": "LHP26290000001", "answer": "2", "type": "AE", "format": "HL",
		"content": "xml", "length": 63.0, "complete": true, "date": "2026-11-01", "service_date": "2026-10-12", "service_date_to": "2026-10-14", "submission": "ATT0001"} {
		if !reflect.DeepEqual(got[k], want) {
			t.Errorf("%s: %v, want %v", k, got[k], want)
		}
	}
	if c := got["codes"].([]any)[0].(map[string]any); c["loinc"] != "18842-5" || c["category"] != "R4" || c["status"] != "" {
		t.Errorf("%v", c)
	}
	if bytes.Contains(docs[2].AppendJSON(nil), []byte("ClinicalDocument")) {
		t.Error("the record holds the payload")
	}
}

// A payload that ends early, or that is longer or shorter than it says, is not
// complete, or is said to be wrong; what follows is not lost.
func TestBrokenPayloads(t *testing.T) {
	s := samples()["005010X210 unsolicited"]
	file := write(t, s, "005010X210", nil)
	for _, max := range []int{0, 256} {
		at := bytes.Index(file, []byte("II*\x00"))
		for _, cut := range []int{at, at + 1, at + 500, at + 1028} {
			docs, said := read(t, bytes.NewReader(file[:cut]), max, nil)
			if len(said) == 0 {
				t.Errorf("cut after %d: nothing is wrong", cut)
			}
			for _, d := range docs {
				if d.Complete && cut < at+1028 {
					t.Errorf("cut after %d: complete", cut)
				}
			}
		}
		for _, n := range []string{"1027", "1029", "0", "99999999999999999999", "-1", "", "1E3", "900000"} {
			wrong := bytes.Replace(file, []byte("BIN*1028*"), []byte("BIN*"+n+"*"), 1)
			if _, said := read(t, bytes.NewReader(wrong), max, nil); len(said) == 0 {
				t.Errorf("length %q: nothing is wrong", n)
			}
		}
	}
}

// pattern gives n octets that are never held.
type pattern struct{ at, n int64 }

func (p *pattern) Read(b []byte) (int, error) {
	if p.at == p.n {
		return 0, io.EOF
	}
	k := int(min(int64(len(b)), p.n-p.at))
	for i := range b[:k] {
		b[i] = byte((p.at + int64(i)) * 7 >> 3)
	}
	p.at += int64(k)
	return k, nil
}

// A payload of 64 MB, what the operating rules ask for, is written and read
// without being held.
func TestLongPayloadIsStreamed(t *testing.T) {
	const n = 64 << 20
	if testing.Short() {
		t.Skip("writes and reads 64 MB")
	}
	s := samples()["006020X314 unsolicited"]
	d := &s.Answers[0].Documents[0]
	d.Length, d.Payload = n, &pattern{n: n}
	r, w := io.Pipe()
	go func() { write(t, s, "006020X314", w); w.Close() }()
	longest, seen := 0, int64(0)
	var docs []*Attachment
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	docs, said := read(t, r, 0, func(_ *Attachment, offset int64, chunk []byte) {
		longest, seen = max(longest, len(chunk)), offset+int64(len(chunk))
	})
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("%d bytes were allocated", took)
	}
	h := sha256.New()
	io.Copy(h, &pattern{n: n})
	if len(said) > 0 || len(docs) != 1 || seen != n || !docs[0].Complete || docs[0].Length != n || !bytes.Equal(docs[0].SHA256[:], h.Sum(nil)) {
		t.Fatalf("%d documents, %d octets, said %v", len(docs), seen, said)
	}
	if longest > 1<<20 {
		t.Errorf("a chunk of %d octets", longest)
	}
}

func TestTooShortAPayloadToWrite(t *testing.T) {
	s := samples()["005010X210 unsolicited"]
	s.Answers[0].Documents[0].Length += 10
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261101", Time: "0615", Version: "00501", Usage: "T"})
	w.BeginGroup(x12.Group{Control: "1", FunctionalID: "PI", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261101", Time: "0615", Agency: "X", Version: "005010X210"})
	w.BeginSet("275", "0001", "005010X210")
	if err := s.Write(w); err == nil {
		t.Error("a payload that is too short is written")
	}
}

func TestSniff(t *testing.T) {
	for begin, want := range map[string]Content{"": Unknown, "%PDF-1.4": PDF, "II*\x00": TIFF, "MM\x00*": TIFF, "\xFF\xD8\xFF\xE0": JPEG, "\x89PNG\r\n\x1a\n": PNG, "<?xml version": XML,
		"\xEF\xBB\xBF<ClinicalDocument": XML, "{\\rtf1": RTF, "PK\x03\x04": ZIP, "Progress note\r\n": Text, "MM note": Text, "\x00\x01": Unknown, "ab\x00": Unknown, "< 5": Text} {
		if got := Sniff([]byte(begin)); got != want {
			t.Errorf("%q: %q, want %q", begin, got, want)
		}
	}
}
