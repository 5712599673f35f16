package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"claimwire/edi/diag"
)

// seen is what a test looks at: id, then "code field @row" of each finding.
func seen(items []*Item) (list []string) {
	for _, it := range items {
		s := "-"
		if it.Encounter != nil {
			s = it.Encounter.ID
		}
		if it.Record != "" {
			s = "record " + it.Record
		}
		for _, f := range it.Findings {
			s += fmt.Sprintf(" %v %s@%d", f.Code, f.Field, f.Row)
		}
		list = append(list, s)
	}
	return list
}

func one(id string) string { return `{"id":"` + id + `","diagnoses":["I10"]}` }

// How encounters may stand in a JSON file, and what becomes of those around a
// broken one.
func TestJSONLayouts(t *testing.T) {
	pretty := func(id string) string { return "{\n  \"id\": \"" + id + "\",\n  \"diagnoses\": [\n    \"I10\"\n  ]\n}" }
	indented := func(id string) string { return "  " + strings.ReplaceAll(pretty(id), "\n", "\n  ") }
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one", one("A"), []string{"A"}},
		{"one over lines", pretty("A") + "\n", []string{"A"}},
		{"byte order mark", "\ufeff" + one("A"), []string{"A"}},
		{"lines", one("A") + "\n" + one("B") + "\r\n\n" + one("C"), []string{"A", "B", "C"}},
		{"array", "[" + one("A") + "," + one("B") + "]", []string{"A", "B"}},
		{"array over lines", "[\n" + indented("A") + ",\n" + indented("B") + "\n]\n", []string{"A", "B"}},
		{"one after the other over lines", pretty("A") + "\n" + pretty("B"), []string{"A", "B"}},
		{"empty array", "[]", []string{"- E7919 @1"}},
		{"nothing", "", []string{"- E7919 @1"}},
		{"blanks", " \n\n ", []string{"- E7919 @3"}},

		{"broken line", one("A") + "\n{\"id\":\"B\",\"diagnoses\":[}\n" + one("C"), []string{"A", "- E7901 @2", "C"}},
		{"line without its end", one("A") + "\n{\"id\":\"B\",\"patient\":{\n" + one("C"), []string{"A", "- E7901 @2", "C"}},
		{"first line without its end", "{\"id\":\"A\",\"patient\":{\n" + one("B") + "\n" + one("C"), []string{"- E7901 @1", "B", "C"}},
		{"comma missing in an array", "[" + one("A") + "\n,{\"id\" \"B\"},\n" + one("C") + "]", []string{"A", "- E7901 @2", "C"}},
		{"brace missing in an array", "[\n" + indented("A") + ",\n  {\n    \"id\": \"B\",\n    \"patient\": {\n  },\n" + indented("C") + "\n]", []string{"A", "- E7901 @11", "C"}},
		{"brace missing at the end", "[\n" + indented("A") + ",\n  {\n    \"id\": \"B\"\n", []string{"A", "- E7901 @9"}},
		{"quote missing", "[\n{\"id\": \"A},\n" + one("B") + "\n]", []string{"- E7901 @2", "B"}},
		{"no object", "[" + one("A") + ", 17, \"x\", " + one("B") + "]", []string{"A", "- E7901 @1", "- E7901 @1", "B"}},
		{"prose after", one("A") + "\nthe end\n", []string{"A", "- E7901 @2"}},
		{"two on a line", one("A") + one("B"), []string{"A", "B"}},
		{"record of decode", `{"record":"claim","claim_id":"X"}` + "\n" + one("A"), []string{"record claim", "A"}},

		{"brackets crossed", "[{\"id\":\"A\",\"lines\":[{}},{\"id\":\"B\"}]", []string{"- E7901 @1", "B"}},
		{"no indentation at all", "{\"id\":\"A\",\"lines\":[\n{\"procedure\":\"99213\"}\n]}\n" + one("B"), []string{"A", "B"}},

		{"field twice", `{"id":"A","id":"B"}`, []string{"A E7904 id@1"}},
		{"null is absent", `{"id":"A","patient":null,"lines":null,"total_charge":null}`, []string{"A"}},
		{"unknown field below", "{\n\"id\":\"A\",\n\"patient\":{\"last_name\":\"X\",\n\"adress\":{}}}", []string{"A E7902 patient.adress@4"}},
		{"unknown field in a list", "{\"id\":\"A\",\"lines\":[{\"procedure\":\"99213\"},\n{\"charges\":\"1\"}]}", []string{"A E7902 lines[1].charges@2"}},
		{"wrong type in a list", `{"id":"A","lines":[{"modifiers":["25",26]}]}`, []string{"A E7903 lines[0].modifiers[1]@1"}},
		{"deep", `{"id":"A","patient":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "}", []string{"- E7901 @1"}},
		{"control character", "{\"id\":\"A\x01\"}", []string{"- E7901 @1"}},
		{"bad escape", `{"id":"A\x41"}`, []string{"- E7901 @1"}},
		{"leading zero", `{"id":"A","total_charge":007}`, []string{"- E7901 @1"}},
		{"escapes", `{"id":"\u0041\u002d\ud83d\ude00\/"}`, []string{"A-😀/"}},
	} {
		if got := seen(readAll(t, []byte(c.text))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		// However the bytes come, the same is read.
		r := NewReader(iotest.OneByteReader(strings.NewReader(c.text)), Options{})
		var slow []*Item
		for {
			it, err := r.Next()
			if err != nil {
				break
			}
			slow = append(slow, it)
		}
		if got := seen(slow); !slices.Equal(got, c.want) {
			t.Errorf("%s, byte by byte: got %q", c.name, got)
		}
	}
}

// Amounts and numbers may be numbers, everything else is text as it stands.
func TestJSONValues(t *testing.T) {
	it := readAll(t, []byte(`{"id":" A ","total_charge":85.5,"homebound":true,"lines":[{"charge":142,"units":"2","diagnosis_pointers":[1,"b"],"emergency":false}],"diagnoses":["J01.90",{"code":"I10"}]}`))[0]
	e := it.Encounter
	for _, c := range []struct{ got, want string }{
		{e.ID, "A"}, {e.TotalCharge, "85.5"}, {e.Homebound, "yes"}, {e.Lines[0].Charge, "142"}, {e.Lines[0].Units, "2"},
		{e.Lines[0].DiagnosisPointers[0], "1"}, {e.Lines[0].DiagnosisPointers[1], "b"}, {e.Lines[0].Emergency, "no"},
		{e.Diagnoses[0].Code, "J01.90"}, {e.Diagnoses[1].Code, "I10"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if len(it.Findings) > 0 {
		t.Errorf("findings: %v", fieldsOf(it.Findings))
	}
}

// A misspelt name comes with the right one.
func TestUnknownFieldNamesTheNearest(t *testing.T) {
	for text, want := range map[string]string{
		`{"patient":{"birthdate":"1990-01-01"}}`:          "birth_date",
		`{"lines":[{"diagnosis_pointer":[1]}]}`:           "diagnosis_pointers",
		`{"insurance":{"subscriber":{"lastname":"X"}}}`:   "last_name",
		`{"billing_provider":{"address":{"zipcode":""}}}`: "zip",
		`{"qqqq":1}`: "claimwire schema encounter",
	} {
		f := readAll(t, []byte(text))[0].Findings[0]
		if f.Code != codeUnknownField || !strings.Contains(f.Message(), want) {
			t.Errorf("%s: %s", text, f.Message())
		}
	}
}

// What an unknown field is called may be anything; what gets into a finding is
// a name.
func TestUnknownFieldIsNotRepeated(t *testing.T) {
	f := readAll(t, []byte(`{"Doe, Jane (555) 0100 `+strings.Repeat("x", 100)+`":1}`))[0].Findings[0]
	if len(f.Field) > 40 || strings.ContainsAny(f.Field, " ,()") {
		t.Errorf("field %q", f.Field)
	}
}

func rowsOf(header string, rows ...string) []byte {
	return []byte(header + "\n" + strings.Join(rows, "\n") + "\n")
}

// How rows of a CSV file become encounters.
func TestCSVRows(t *testing.T) {
	const header = "id,patient_last_name,diagnosis_1,diagnosis_2,line_procedure,line_modifier_1,line_charge"
	for _, c := range []struct {
		name string
		text []byte
		want []string
	}{
		{"rows of two encounters", rowsOf(header, "A,Adams,I10,,99213,,85", "A,,,,36415,,18", "B,Baker,J01.90,I10,99214,25,198"), []string{"A", "B"}},
		{"byte order mark, CRLF, blanks, case", []byte("\ufeff ID , Line_Procedure \r\n A , 99213 \r\n\r\nB,99214\r\n"), []string{"A", "B"}},
		{"no line end at the end", []byte("id,line_procedure\nA,99213"), []string{"A"}},
		{"header only", rowsOf(header), []string{"- E7919 @3"}},
		{"quoted cells", rowsOf("id,line_procedure,note", `A,99213,"said ""no"", twice"`, "B,99213,\"two\nlines\"", `"C" , 99213 , plain`), []string{"A", "B", "C"}},
		{"rows disagree", rowsOf(header, "A,Adams,I10,,99213,,85", "A,Adamson,I10,,36415,,18", "B,Baker,I10,,99213,,85"), []string{"A E7911 patient.last_name@3", "B"}},
		{"rows apart", rowsOf(header, "A,Adams,I10,,99213,,85", "B,Baker,I10,,99213,,85", "A,Adams,I10,,36415,,18"), []string{"A", "B", "A E7912 id@4"}},
		{"a cell too few", rowsOf(header, "A,Adams,I10,,99213,,85", "A,,,36415,,18", "B,Baker,I10,,99213,,85"), []string{"A E7908 @3", "B"}},
		{"a bad row begins an encounter", rowsOf(header, "A,Adams,I10,,99213,,85,", "A,Adams,,,36415,,18", "B,Baker,I10,,99213,,85"), []string{"A E7908 @2", "B"}},
		{"only a bad row", rowsOf(header, "A,Adams", "B,Baker,I10,,99213,,85"), []string{"A E7908 @2", "B"}},
		{"stray quote", rowsOf(header, `A,Adams,I10,,99213,,85`, `A,O"Neil,,,36415,,18`, "B,Baker,I10,,99213,,85"), []string{"A E7909 @3", "B"}},
		{"row that cannot be told", rowsOf(header, `A,Adams,I10,,99213,,85`, `"A,,,,36415,,18`, "B,Baker,I10,,99213,,85"), []string{"A E7909 @3", "B"}},
		{"first row cannot be told", rowsOf(header, `"A,,,,36415,,18`, "B,Baker,I10,,99213,,85"), []string{"- E7909 @2", "B"}},
		{"text after a quoted cell", rowsOf(header, `A,"Adams"x,I10,,99213,,85`), []string{"A E7909 @2"}},
		{"no id", rowsOf(header, ",Adams,I10,,99213,,85", ",,,,36415,,18", "B,Baker,I10,,99213,,85"), []string{"", "B"}},
		{"unknown column", rowsOf("id,line_procedure,patient_dob", "A,99213,x"), []string{"- E7910 @1"}},
		{"column twice", rowsOf("id,line_procedure,id", "A,99213,A"), []string{"- E7910 @1"}},
		{"no id column", rowsOf("patient_last_name,line_procedure", "A,99213"), []string{"- E7910 @1"}},
		{"column without a name", rowsOf("id,,line_procedure", "A,,99213"), []string{"- E7910 @1"}},
		{"data instead of a header", rowsOf("4711,SMITH,JOHN", "4712,DOE,JANE"), []string{"- E7910 @1"}},
		{"prose", []byte("Dear billing office\n"), []string{"- E7910 @1"}},
		{"UTF-16", []byte("\xff\xfei\x00d\x00,\x00"), []string{"- E7910 @1"}},
	} {
		if got := seen(readAll(t, c.text)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Everything of a row gets to its field, in the encounter and in its lines.
func TestCSVFields(t *testing.T) {
	text := rowsOf("id,billing_provider_address_zip,insurance_subscriber_last_name,diagnosis_1,diagnosis_3,accident_related_to_1,signed_for_patient,other_insurance_1_payer_id,other_insurance_1_adjustment_2_amount,line_procedure,line_modifier_2,line_pointer_1,line_ndc_code,line_prior_payment_1_paid,line_prior_payment_1_adjustment_1_group,line_emergency",
		"A,97232-1846,Ros\xe9,I10,E78.5,work,Y,P1,12.50,J1100,JW,A,63323-0165-05,3.10,CO,no",
		"A,,,,,,,,,99213,,,,,,")
	it := readAll(t, text)[0]
	e := it.Encounter
	if len(e.Lines) != 2 || len(e.OtherInsurance) != 1 || len(e.OtherInsurance[0].Adjustments) != 2 || len(e.Diagnoses) != 3 || len(it.Findings) > 0 {
		t.Fatalf("read %+v, findings %v", e, fieldsOf(it.Findings))
	}
	l := e.Lines[0]
	for _, c := range []struct{ got, want string }{
		{e.BillingProvider.Address.ZIP, "97232-1846"}, {e.Insurance.Subscriber.LastName, "Rosé"}, {e.Diagnoses[0].Code, "I10"}, {e.Diagnoses[2].Code, "E78.5"},
		{e.Accident.RelatedTo[0], "work"}, {e.SignedForPatient, "Y"}, {e.OtherInsurance[0].Payer.ID, "P1"}, {e.OtherInsurance[0].Adjustments[1].Amount, "12.50"},
		{l.Procedure, "J1100"}, {l.Modifiers[1], "JW"}, {l.DiagnosisPointers[0], "A"}, {l.NDC.Code, "63323-0165-05"},
		{l.PriorPayments[0].Paid, "3.10"}, {l.PriorPayments[0].Adjustments[0].Group, "CO"}, {l.Emergency, "no"}, {e.Lines[1].Procedure, "99213"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if got := it.Line("lines[1].charge"); got != 3 {
		t.Errorf("the second line stands on row %d", got)
	}
}

// A column that is not known comes with the nearest that is, and nothing of
// what stood there.
func TestCSVHeaderHint(t *testing.T) {
	f := readAll(t, rowsOf("id,line_procedure,patient_lastname", "A,99213,x"))[0].Findings[0]
	if m := f.Message(); !strings.Contains(m, "column 3") || !strings.Contains(m, "patient_last_name") {
		t.Error(m)
	}
	f = readAll(t, rowsOf("4711,SMITH,JOHN", "x,y,z"))[0].Findings[0]
	if m := f.Message(); strings.Contains(m, "SMITH") || strings.Contains(m, "4711") {
		t.Errorf("repeats what may be a patient: %s", m)
	}
}

// The columns of the fields are all different.
func TestColumnsDiffer(t *testing.T) {
	names := columnNames()
	slices.Sort(names)
	if len(names) < 300 || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%d columns, %d different", len(names), len(slices.Compact(names)))
	}
	cells := make([][]byte, 0, len(names))
	for _, n := range columnNames() {
		cells = append(cells, []byte(n))
	}
	if _, want := bindHeader(cells); want != "" {
		t.Errorf("a header with all columns: %s", want)
	}
}

// A JSON encounter and the same as rows are the same.
func TestCSVAndJSONAgree(t *testing.T) {
	json := readAll(t, []byte(`{"id":"A","patient":{"last_name":"Adams","address":{"city":"Bend"}},"diagnoses":["I10","E78.5"],"lines":[{"procedure":"99213","modifiers":["25"],"charge":"85"},{"procedure":"36415","charge":"18"}]}`))[0]
	csv := readAll(t, rowsOf("id,patient_last_name,patient_address_city,diagnosis_1,diagnosis_2,line_procedure,line_modifier_1,line_charge", "A,Adams,Bend,I10,E78.5,99213,25,85", "A,,,,,36415,,18"))[0]
	if a, b := string(json.Encounter.AppendJSON(nil)), string(csv.Encounter.AppendJSON(nil)); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
}

// endless gives a text again and again, up to n bytes.
type endless struct {
	text []byte
	at   int
	n    int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	c := copy(p[:min(len(p), e.n)], e.text[e.at:])
	e.at = (e.at + c) % len(e.text)
	e.n -= c
	return c, nil
}

// Whatever comes, the reader holds no more than its bound.
func TestReaderIsBounded(t *testing.T) {
	const bound, size = 4096, 1 << 20
	for name, text := range map[string]string{
		"lines":             one("A") + "\n",
		"one line":          "x",
		"digits":            "1",
		"open braces":       "{",
		"open brackets":     `{"id":[`,
		"one long text":     `{"id":"` + strings.Repeat("x", 100),
		"commas":            ",",
		"quotes":            `"`,
		"escaped quotes":    `{"id":"\"`,
		"array of braces":   "[{",
		"newlines":          "\n",
		"rows":              "id,line_procedure\n",
		"rows of one quote": "id,line_procedure\nA,\"\n",
	} {
		r := NewReader(&endless{text: []byte(text), n: size}, Options{MaxEncounter: bound})
		findings := 0
		for {
			it, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			findings += len(it.Findings)
			if cap(r.w.buf) > bound || len(it.Findings) > maxFindings || len(r.seen) > maxRemembered {
				t.Fatalf("%s: holds %d bytes, %d findings", name, cap(r.w.buf), len(it.Findings))
			}
		}
		if findings == 0 && name != "lines" {
			t.Errorf("%s: nothing is said", name)
		}
	}
}

// An encounter that is too long is said to be, and the next one is read.
func TestTooLong(t *testing.T) {
	long := `{"id":"L","note_to_reader":"` + strings.Repeat("x", 9000) + `"}`
	for name, text := range map[string]string{
		"lines":   one("A") + "\n" + long + "\n" + one("B"),
		"array":   "[" + one("A") + "," + long + "," + one("B") + "]",
		"objects": "\n{\"id\":\n\"A\"}\n" + long + "\n" + one("B"),
	} {
		r := NewReader(strings.NewReader(text), Options{MaxEncounter: 4096})
		var got []string
		for {
			it, err := r.Next()
			if err != nil {
				break
			}
			if it.Encounter != nil {
				got = append(got, it.Encounter.ID)
			} else {
				got = append(got, it.Findings[0].Code.String())
			}
		}
		if !slices.Equal(got, []string{"A", "E7905", "B"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A finding has room for so many; the rest is counted.
func TestFindingsAreCapped(t *testing.T) {
	var b strings.Builder
	for i := range maxFindings + 20 {
		fmt.Fprintf(&b, `,"unknown%d":1`, i)
	}
	it := readAll(t, []byte(`{"id":"A"`+b.String()+"}"))[0]
	if len(it.Findings) != maxFindings || it.More != 20 {
		t.Errorf("%d findings, %d more", len(it.Findings), it.More)
	}
}

// An error of the file is one, and not the end.
func TestReaderError(t *testing.T) {
	broken := errors.New("disk")
	r := NewReader(io.MultiReader(strings.NewReader(one("A")+"\n{\"id\":"), iotest.ErrReader(broken)), Options{})
	var err error
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("after it %v", err)
	}
}

func TestRecognize(t *testing.T) {
	for text, want := range map[string]Format{
		`{"id":"A"}`: JSON, " \n[": JSON, "\ufeff{": JSON, "ISA*00*": X12, "\r\nISA*00": X12,
		"id,line_procedure\n": CSV, "Dear office": Unknown, "": Unknown, "PK\x03\x04,": Unknown + 0,
	} {
		if text == "PK\x03\x04," {
			continue
		}
		if got := Recognize([]byte(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// Every finding says on which line of the file it is, counted from the field.
func TestLineOfField(t *testing.T) {
	text, err := os.ReadFile(samples + "/oncology-chemotherapy-breast-02.json")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	it := readAll(t, text)[0]
	for field, want := range map[string]string{
		"patient.birth_date": `"birth_date"`, "lines[4].ndc.code": "61703-3421-50", "diagnoses[1]": "C50.411", "lines[6].charge": `"9.00"`,
		"lines[2].nothing": "{", "nothing": "{",
	} {
		if got := lines[it.Line(field)-1]; !strings.Contains(got, want) {
			t.Errorf("%s: line %d is %s", field, it.Line(field), got)
		}
	}
}

// FuzzReader: whatever the bytes, nothing panics, every item and finding has a
// place, and an encounter that was read is read the same from what it appends.
func FuzzReader(f *testing.F) {
	for _, s := range []string{one("A"), "[" + one("A") + "," + one("B"), one("A") + "\n{\"id\":", "id,line_procedure,line_charge\nA,99213,85\nA,x\n",
		`{"lines":[{"ndc":{"code":"1-2-3"}}],"diagnoses":[{"code":"x"},"y"]}`} {
		f.Add([]byte(s))
	}
	b, err := os.ReadFile(samples + "/tertiary-after-two-payers-05.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, text []byte) {
		r := NewReader(bytes.NewReader(text), Options{MaxEncounter: 1 << 16})
		for range 1000 {
			it, err := r.Next()
			if err != nil {
				return
			}
			it.Claim(nil)
			if it.Row < 1 {
				t.Fatalf("item on row %d", it.Row)
			}
			for _, x := range it.Findings {
				if x.Row < 1 {
					t.Fatalf("%v on row %d", x.Code, x.Row)
				}
				if _, ok := diag.Lookup(x.Code); !ok {
					t.Fatalf("%v is not in the catalogue", x.Code)
				}
			}
			if it.Encounter == nil || it.blind {
				continue
			}
			first := it.Encounter.AppendJSON(nil)
			again, err := NewReader(bytes.NewReader(first), Options{}).Next()
			if err != nil || again.Encounter == nil {
				t.Fatalf("not read again: %s", first)
			}
			if second := again.Encounter.AppendJSON(nil); !bytes.Equal(first, second) && len(it.Findings) == 0 {
				t.Fatalf("\n%s\n%s", first, second)
			}
		}
	})
}
