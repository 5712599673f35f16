package guide

import (
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

func testGuide(t testing.TB) *Guide {
	t.Helper()
	dict, text := testFiles(t)
	def, err := parseGuide("test.guide", text)
	if err != nil {
		t.Fatal(err)
	}
	g, err := compile(def, dict)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func testFiles(t testing.TB) (*Dictionary, string) {
	t.Helper()
	b, err := os.ReadFile("testdata/test.dict")
	if err != nil {
		t.Fatal(err)
	}
	dict, err := ParseDictionary("test.dict", string(b), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile("testdata/test.guide")
	if err != nil {
		t.Fatal(err)
	}
	return dict, string(b)
}

var testDelimiters = x12.Delimiters{Element: '*', Repetition: '^', Component: ':', Segment: '~'}

// checkSet runs the matcher over a set and gives the findings, by place.
func checkSet(t testing.TB, g *Guide, set []byte) []diag.Diagnostic {
	t.Helper()
	var list diag.List
	m := NewMatcher(g, &list)
	m.Begin(SetPos{"000000101", "101", "0001"}, testDelimiters)
	n := 0
	for _, seg := range segmentsOf(t, set) {
		n++
		m.Segment(seg, n)
	}
	m.End()
	slices.SortStableFunc(list.Items, func(a, b diag.Diagnostic) int { return a.Segment - b.Segment })
	return list.Items
}

// valid is a set of the test guide without a fault.
const valid = `ST*837*0001*005010T1~HL*1**20*1~NM1*85*2*CLINIC**XX*2000000002~N3*1 MAIN~N4*TOWN*OH~REF*EI*123456789~` +
	`HL*2*1*22*0~NM1*IL*1*DOE*JANE~NM1*PR*2*PAYER~CLM*A1*100*11:B:1~DTP*431*D8*20261001~LX*1~QTY*2~DTP*472*D8*20261002~` +
	`LX*2~QTY*1^2*20261001~DTP*472*D8*20261003~SE*18*0001~`

// TestMatch gives faulty sets as edits of the valid one, and what must be said:
// "segment:designator code" of each finding, in order.
func TestMatch(t *testing.T) {
	g := testGuide(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"valid", "", "", ""},
		{"unknown segment", "N3*1 MAIN~", "N3*1 MAIN~QQ*1~", "5:QQ E1301"},
		{"other set's segment", "N3*1 MAIN~", "N3*1 MAIN~ZZZ*1~", "5:ZZZ E1302"},
		{"segment not used", "N3*1 MAIN~", "N2*X~N3*1 MAIN~", "4:N2 E2301"},
		{"required segment missing", "N3*1 MAIN~", "", "4:N3 E2303"},
		{"required segment missing at the loop's end", "REF*EI*123456789~", "", "6:REF E2303"},
		{"required loop missing", "NM1*PR*2*PAYER~", "", "9:NM1 E2304"},
		{"opener of a required loop missing", "NM1*85*2*CLINIC**XX*2000000002~", "", "3:NM1 E2303"},
		{"line number missing", "LX*1~", "", "12:LX E2303"},
		{"level missing", "HL*2*1*22*0~", "", "7:HL E2303"},
		{"claim missing", "CLM*A1*100*11:B:1~", "", "10:CLM E2303"},
		{"segment twice", "N3*1 MAIN~", "N3*1 MAIN~N3*2 MAIN~", "5:N3 E2305"},
		{"loop twice", "NM1*PR*2*PAYER~", "NM1*PR*2*PAYER~NM1*PR*2*PAYER~", "10:NM1 E2306"},
		{"wrong order", "N3*1 MAIN~N4*TOWN*OH~", "N4*TOWN*OH~N3*1 MAIN~", "5:N3 E1303"},
		{"bad key of a required segment", "REF*EI*1", "REF*ZZ*1", "6:REF01 E2403"},
		{"bad key of a required loop", "NM1*PR*2*PAYER", "NM1*87*2*PAYER", "9:NM101 E2402"},
		{"bad key of a situational segment", "DTP*431*D8", "DTP*999*D8", "11:DTP01 E2402"},
		{"key missing", "REF*EI*1", "REF**1", "6:REF01 E2401"},
		{"bad level code", "HL*2*1*22*0", "HL*2*1*99*0", "7:HL03 E2402"},
		{"level number", "HL*2*1*22*0", "HL*5*1*22*0", "7:HL01 E2410"},
		{"level parent", "HL*2*1*22*0", "HL*2*7*22*0", "7:HL02 E2411"},
		{"counter", "LX*2", "LX*3", "15:LX01 E2413"},
		{"required element missing", "NM1*IL*1*DOE*", "NM1*IL*1**", "8:NM103 E2401"},
		{"required last element missing", "CLM*A1*100*11:B:1", "CLM*A1*100", "10:CLM03 E2401"},
		{"required component missing", "11:B:1", "11::1", "10:CLM03-2 E2501"},
		{"bad component code", "11:B:1", "11:B:5", "10:CLM03-3 E2502"},
		{"bad place of service", "11:B:1", "98:B:1", "10:CLM03-1 E5503"},
		{"too many components", "11:B:1", "11:B:1:X", "10:CLM03 E1411"},
		{"component in a simple element", "N3*1 MAIN", "N3*1:MAIN", "4:N301 E1411"},
		{"repetition in a simple element", "N3*1 MAIN", "N3*1^MAIN", "4:N301 E1410"},
		{"too many repetitions", "1^2*", "1^2^3^4*", "16:QTY01 E1410"},
		{"bad repetition", "1^2*", "1^B*", "16:QTY01 E1405"},
		{"too many elements", "N3*1 MAIN", "N3*1 MAIN*2*3", "4:N303 E1401"},
		{"element not used", "N4*TOWN*OH~REF*EI*123456789", "N4*TOWN*OH~REF*EI*123456789*D9:1", "6:REF03 E2404"},
		{"bad state", "N4*TOWN*OH", "N4*TOWN*ZZ", "5:N402 E5401"},
		{"state of another country", "N4*TOWN*OH", "N4*TOWN*ZZ*MX", ""},
		{"bad country", "N4*TOWN*OH", "N4*TOWN**QQ", "5:N403 E5402"},
		{"bad check digit", "XX*2000000002", "XX*2000000003", "3:NM106 E5405"},
		{"pair broken", "XX*2000000002", "XX", "3:NM106 E1408"},
		{"too long", "NM1*PR*2*PAYER", "NM1*PR*2*" + strings.Repeat("P", 61), "9:NM103 E1403"},
		{"too short", "N4*TOWN", "N4*T", "5:N401 E1402"},
		{"not a number", "CLM*A1*100*", "CLM*A1*1OO*", "10:CLM02 E1405"},
		{"bad date", "DTP*431*D8*20261001", "DTP*431*D8*20261301", "11:DTP03 E1412"},
		{"bad plain date", "QTY*1^2*20261001", "QTY*1^2*20261301", "16:QTY02 E1406"},
		{"control character", "N3*1 MAIN", "N3*1\x01MAIN", "4:N301 E1404"},
		{"trailing separator", "N3*1 MAIN", "N3*1 MAIN*", "4:N3 E1305"},
		{"segment without its element", "LX*2", "LX", "15:LX01 E2401"},
		{"unexpected segment", "SE*18", "N4*TOWN~SE*18", "18:N4 E2302"},
		{"values of ST are the reader's", "ST*837*0001*", "ST*83*1*", ""},
		{"guide missing in ST", "ST*837*0001*005010T1", "ST*837*0001", "1:ST03 E2401"},
		{"too many elements in SE", "SE*18*0001", "SE*18*0001*X", "18:SE03 E1401"},
		{"values of SE are the reader's", "SE*18*0001", "SE*", ""},
		{"loops of one place in any order", "NM1*IL*1*DOE*JANE~NM1*PR*2*PAYER~", "NM1*PR*2*PAYER~NM1*IL*1*DOE*JANE~", ""},
		{"too many lines", "SE*18", "LX*3~QTY*1~DTP*472*D8*20261003~LX*4~QTY*1~DTP*472*D8*20261003~LX*5~QTY*1~DTP*472*D8*20261003~SE*18", "24:LX E2306"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.old != "" && strings.Count(valid, c.old) < 1 {
				t.Fatalf("the valid set does not hold %q", c.old)
			}
			set := strings.Replace(valid, c.old, c.new, 1)
			var got []string
			for _, d := range checkSet(t, g, []byte(set)) {
				got = append(got, strings.Join([]string{itoa(d.Segment), ":", d.Designator(), " ", d.Code.String()}, ""))
				if _, ok := diag.Lookup(d.Code); !ok {
					t.Errorf("%v is not in the catalogue", d.Code)
				}
			}
			want := c.want
			if strings.HasSuffix(want, "|") { // the first finding is what counts
				want = strings.TrimSuffix(want, "|")
				if len(got) > 1 {
					got = got[:1]
				}
			}
			if s := strings.Join(got, ", "); s != want {
				t.Errorf("got  %s\nwant %s", s, want)
			}
		})
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestGenerateIsValid(t *testing.T) {
	g := testGuide(t)
	for seed := range uint64(300) {
		opt := GenerateOptions{Optional: float64(seed%4) / 3, Repeats: int(1 + seed%3), AtBounds: seed%2 == 0}
		set := g.Generate(seed, opt).AppendX12(nil, testDelimiters)
		if found := checkSet(t, g, set); len(found) > 0 {
			t.Fatalf("seed %d: %v at segment %d %s\n%s", seed, found[0].Code, found[0].Segment, found[0].Designator(), set)
		}
	}
}

func TestMutationsAreFound(t *testing.T) {
	selfTestOf(t, testGuide(t), SelfTestOptions{Seeds: 300})
}

// around is the part of a set near a segment, one a line.
func around(set []byte, at int) string {
	lines := strings.SplitAfter(string(set), "~")
	from, to := max(0, at-6), min(len(lines), at+5)
	return strings.Join(lines[from:to], "\n")
}

func short(list []diag.Diagnostic) []string {
	var out []string
	for i, d := range list {
		if i == 6 {
			break
		}
		out = append(out, itoa(d.Segment)+":"+d.Loop+"/"+d.Designator()+" "+d.Code.String()+" "+d.Want)
	}
	return out
}

func TestLint(t *testing.T) {
	dict, text := testFiles(t)
	if p := Lint("test.guide", text, dict); len(p) > 0 {
		t.Fatalf("the test guide does not lint: %v", p)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"same key", "REF01 R key 0B | G2", "REF01 R key EI | G2", "cannot be told apart"},
		{"unreachable", "  1300 loop 2300 S 3\n", "", "loop 2300 is not reached"},
		{"position", "  0250 N3 R 1 Billing provider address", "  0360 N3 R 1 Billing provider address", "comes after"},
		{"unknown loop", "0150 loop 2010AB S 1", "0150 loop 2010AX S 1", "loop 2010AX is not defined"},
		{"unknown segment", "  0250 N3 S 1 Subscriber address\n       N301 R\n", "  0250 N9 S 1 Subscriber address\n", "not in dictionary"},
		{"code too long", "NM102 R 2", "NM102 R 22", "does not fit"},
		{"code not of the standard", "NM101 R key PR", "NM101 R key P9", "not in the standard's list"},
		{"no such element", "LX01 R count", "LX09 R", "has 1 elements"},
		{"codes without a bar", "NM102 R 1 | 2", "NM102 R 1 2", "want | between codes"},
		{"optional opener", "0010 HL R 1 Subscriber level", "0010 HL S 1 Subscriber level", "it is required"},
		{"misspelt word", "NM103 R", "NM103 R Key", "no code, nor a word"},
		{"unknown set", "set pos", "set places", "there is no set"},
		{"no source", "source written for these tests", "", "no `source` line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(text, c.old) {
				t.Fatalf("the guide does not hold %q", c.old)
			}
			var all []string
			for _, p := range Lint("test.guide", strings.Replace(text, c.old, c.new, 1), dict) {
				all = append(all, p.String())
			}
			if s := strings.Join(all, "\n"); !strings.Contains(s, c.want) {
				t.Errorf("want a problem that says %q, got:\n%s", c.want, s)
			}
		})
	}
}

func segmentsOf(t testing.TB, set []byte) []*x12.Segment {
	t.Helper()
	var list []*x12.Segment
	offset := int64(0)
	for _, raw := range strings.SplitAfter(string(set), "~") {
		if raw == "" {
			continue
		}
		s := x12.ParseSegment([]byte(strings.TrimSuffix(raw, "~")), testDelimiters)
		s.Offset = offset
		offset += int64(len(raw))
		list = append(list, s)
	}
	return list
}

// countReports counts findings and keeps none.
type countReports int

func (c *countReports) Report(diag.Diagnostic) { *c++ }
