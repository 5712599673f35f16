package explain

import (
	"strings"
	"testing"

	"claimwire/edi/diag"
)

// TestDataLoads reads every shipped file with the strict parser.
func TestDataLoads(t *testing.T) {
	lib, err := readEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.order) < 20 {
		t.Errorf("got %d lists, want at least 20", len(lib.order))
	}
	names := map[string]string{}
	for _, l := range lib.order {
		if l.Where == "" {
			t.Errorf("list %s does not say where its codes stand", l.Name)
		}
		for _, a := range append(l.Aliases, strings.ToUpper(l.Name)) {
			if other := names[a]; other != "" && other != l.Name {
				t.Errorf("%s names both %s and %s", a, other, l.Name)
			}
			names[a] = l.Name
		}
	}
}

// TestWords lints every entry: a sentence of our own, short, with a next step
// and who takes it, or neither.
func TestWords(t *testing.T) {
	// Phrases that would show that a publisher's text was pasted.
	pasted := []string{"Missing/incomplete/invalid", "Usage:", "Refer to the 835", "Alert:", "Payer deems", "Entity's",
		"This code requires", "At least one", "Start:", "Last Modified", "http"}
	for _, l := range Lists() {
		for _, e := range l.Entries() {
			at := l.Name + " " + e.Code
			for _, s := range []string{e.Words, e.Next, e.Note} {
				if s == "" {
					continue
				}
				if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "…).") {
					t.Errorf("%s: %q does not end with a period", at, s)
				}
				if strings.Contains(s, "  ") {
					t.Errorf("%s: two blanks in %q", at, s)
				}
				for _, p := range pasted {
					if strings.Contains(s, p) {
						t.Errorf("%s: %q is a publisher's phrase", at, p)
					}
				}
			}
			if c := e.Words[0]; c >= 'a' && c <= 'z' {
				t.Errorf("%s: %q begins with a small letter", at, e.Words)
			}
			if (e.Next == "") != (e.Who == "") {
				t.Errorf("%s: next step %q for %q", at, e.Next, e.Who)
			}
		}
	}
}

// TestEnough counts what the project promises to explain.
func TestEnough(t *testing.T) {
	for list, want := range map[string]int{
		"carc": 300, "rarc": 700, "category": 48, "status": 600, "entity": 218, "group": 4, "plb": 40, "clp02": 10,
		"frequency": 10, "pos": 52, "ta105": 32, "ta104": 3, "ak901": 7, "ak905": 20, "ik501": 6, "ik502": 20, "ik304": 13,
		"ik403": 18, "relationship": 9, "filing": 20, "sequence": 12, "loinc": 36, "pwk01": 40, "pwk02": 6,
	} {
		l := library().lists[list]
		if l == nil {
			t.Errorf("no list %s", list)
			continue
		}
		if got := len(l.Entries()); got < want {
			t.Errorf("%s: words for %d codes, want %d", list, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		query string
		want  string // LIST:CODE … in order
		parts bool
	}{
		{"CO-45", "group:CO carc:45", true},
		{"co45", "group:CO carc:45", true},
		{"PR 1", "group:PR carc:1", true},
		{"CAS OA-23", "group:OA carc:23", true},
		{"CARC:45", "carc:45", false},
		{"cas 45", "carc:45", false},
		{"N381", "rarc:N381", false},
		{"MA130", "rarc:MA130", false},
		{"P2:42", "category:P2 status:42", true},
		{"CATEGORY A7", "category:A7", false},
		{"A7:507:85", "category:A7 status:507 entity:85", true},
		{"A7>507>85", "category:A7 status:507 entity:85", true},
		{"STC A7:562:82", "category:A7 status:562 entity:82", true},
		{"R4:18842-5::LOI", "category:R4 loinc:18842-5", true},
		{"TA1:025", "ta105:025", false},
		{"TA1 25", "ta105:025", false},
		{"025", "ta105:025", false},
		{"IK403:7", "ik403:7", false},
		{"IK403=I10", "ik403:I10", false},
		{"PLB:WO", "plb:WO", false},
		{"PLB*FB", "plb:FB", false},
		{"CLP02:22", "clp02:22", false},
		{"POS:11", "pos:11", false},
		{"POS 2", "pos:02", false},
		{"F3F", "category:F3F", false},
		{"18842-5", "loinc:18842-5", false},
		{"SBR09:MB", "filing:MB", false},
		{"CLM05-3:7", "frequency:7", false},
	}
	for _, tt := range tests {
		r := Find(tt.query)
		var got []string
		for _, e := range r.Meanings {
			got = append(got, e.List.Name+":"+e.Code)
		}
		if s := strings.Join(got, " "); s != tt.want || r.Parts != tt.parts || !r.Found() || r.Ambiguous() {
			t.Errorf("Find(%q) = %s, parts %v, found %v, ambiguous %v; want %s, parts %v", tt.query, s, r.Parts, r.Found(), r.Ambiguous(), tt.want, tt.parts)
		}
	}
}

func TestFindAmbiguous(t *testing.T) {
	r := Find("45")
	var lists []string
	for _, e := range r.Meanings {
		lists = append(lists, e.List.Name)
	}
	if got := strings.Join(lists, " "); got != "carc status entity" || !r.Ambiguous() {
		t.Errorf("45 means %s, ambiguous %v", got, r.Ambiguous())
	}
}

func TestFindNothing(t *testing.T) {
	for _, q := range []string{"", " ", "QQQ", "E9999", "CO-9999", "A7:99999", "TA1:999", strings.Repeat("A7:", 1000), "45:45", "CARC:", ":", "\x00"} {
		if r := Find(q); r.Found() {
			t.Errorf("Find(%.20q) found %v", q, r.Meanings)
		}
	}
	// A code that exists and has no words is said to exist.
	r := Find("N484")
	if r.Found() || len(r.Wordless) != 1 || r.Wordless[0].List.Name != "rarc" {
		t.Errorf("M98: %+v", r)
	}
	// A composite with one part unknown is not found as a whole.
	if r := Find("A7:507:8Q"); r.Found() || len(r.Unknown) != 1 {
		t.Errorf("A7:507:8Q: %+v", r)
	}
}

func TestParseRefuses(t *testing.T) {
	actions := Source{"a", "actions\nfix biller Do it.\n"}
	for _, tt := range []struct{ name, text, want string }{
		{"no list", "45 fix Words.", "before `list NAME`"},
		{"no rank", "list carc\n", "want `list NAME RANK`"},
		{"no title", "list carc 1\n45 fix Words.\n", "no title"},
		{"unknown action", "list carc 1\ntitle x\n45 mend Words.\n", `unknown action "mend"`},
		{"no words", "list carc 1\ntitle x\n45 fix\n", "want `CODE ACTION words`"},
		{"twice", "list carc 1\ntitle x\n45 fix Words.\n45 fix Words.\n", "stands twice"},
		{"small letters", "list carc 1\ntitle x\na1 fix Words.\n", "not in capitals"},
		{"padding", "list pos 1\ntitle x\npad 2\n1 fix Words.\n", "not 2 digits"},
		{"unknown word", "list carc 1\ntitle x\n45 fix Words.\n  todo now\n", `unknown word "todo"`},
		{"unknown role", "list carc 1\ntitle x\n45 fix Words.\n  who doctor\n", `unknown role "doctor"`},
		{"blanks", "list carc 1\ntitle x \n", "blanks at the end"},
		{"too long", "list carc 1\ntitle x\n45 fix " + strings.Repeat("w", maxWords+1) + "\n", "longer than"},
		{"tab", "list carc 1\ntitle x\n45 fix Words.\n\tnext x\n", "tab"},
	} {
		_, err := Parse([]Source{actions, {"f", tt.text}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := Parse([]Source{actions}); err == nil || !strings.Contains(err.Error(), "not used") {
		t.Errorf("unused action: got %v", err)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"CO-45", "A7:507:85", "TA1:025", "IK403:7", "18842-5", "E2407", "P-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, q string) {
		r := Find(q)
		if r.Found() && len(r.Meanings)+len(r.Diagnostics) == 0 {
			t.Errorf("%q found without a meaning", q)
		}
	})
}

func TestSentences(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Status("A7", "562", "85"), "Rejected because something is wrong: NPI of the billing provider."},
		{Status("A2", "20", "PR"), "Accepted for processing by the payer."},
		{Status("A3", "247", ""), "Returned as not processable: line information: the reason stands at a service line."},
		{Status("A6", "131", "82"), "Rejected because something is missing: Medicare provider id of the rendering provider."},
		{Status("R4", "11504-8", ""), "A request for documents, such as a certification, an X-ray or notes: operative note."},
		{Status("F2", "", ""), "Finished: denied."},
		{Status("Q9", "9999", "8Q"), "claim status category Q9: claim status 9999 (entity 8Q)."},
		{Adjustment("29"), "The claim came after the payer's filing limit."},
		{Adjustment("9999"), "claim adjustment reason 9999."},
		{Remark("M29"), "The operative report is missing."},
	} {
		if tt.got != tt.want {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
}

// TestFindsEveryEntry: every code of every list is found under the name of its
// list, and every finding of the catalogue under its code.
func TestFindsEveryEntry(t *testing.T) {
	for _, e := range diag.Entries() {
		if r := Find(e.Code.String()); len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != e.Code || r.Ambiguous() {
			t.Errorf("%v: found %v", e.Code, r.Diagnostics)
		}
		if e.ID == "" {
			continue
		}
		if r := Find(strings.ToLower(e.ID)); len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != e.Code {
			t.Errorf("%v: found %v under its id %s", e.Code, r.Diagnostics, e.ID)
		}
	}
	for _, l := range Lists() {
		for _, name := range append(l.Aliases, l.Name) {
			for _, e := range l.Entries() {
				r := Find(name + ":" + e.Code)
				if len(r.Meanings) != 1 || r.Meanings[0] != e {
					t.Errorf("%s:%s: found %d meanings, parts %v", name, e.Code, len(r.Meanings), r.Parts)
				}
			}
		}
	}
}
