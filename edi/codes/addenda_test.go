package codes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func orderLine(n int, code, flag, words string) string {
	return fmt.Sprintf("%05d %-7s %s %-60s %s\r\n", n, code, flag, words, words)
}

// opened builds and opens what was read.
func opened(t testing.TB, l *Loaded) *Release {
	t.Helper()
	b, err := Build(Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Dated: l.Dated}, l.Entries)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenRelease(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, system, name, text string) []*Loaded {
	t.Helper()
	list, err := Read(system, name, strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

// addendaText makes a heading of X100, and renames X101.
const addendaText = "Delete:      1 X100    mild\r\n" +
	"Add:         0 X100    mild\r\n" +
	"Add:         1 X1000   mild, left                                                   mild, left\r\n" +
	"Revise from: 1 X101    severe                                                       severe\r\n" +
	"Revise to:   1 X101    very severe                                                  very severe\r\n" +
	"\r\nHeaders\r\n  1 headers in icd10cm_order_2025.txt\r\n  2 headers in icd10cm_order_2026.txt\r\n" +
	"Codes\r\n  2 codes in icd10cm_order_2025.txt\r\n  2 codes in icd10cm_order_2026.txt\r\n"

// TestAddenda: an older list and its addenda make the newer one; the trailer, and
// what they say of the older list, are checked.
func TestAddenda(t *testing.T) {
	old := read(t, "", "icd10cm_order_2025.txt", orderLine(1, "X10", "0", "any")+orderLine(2, "X100", "1", "mild")+orderLine(3, "X101", "1", "severe"))[0]
	a, err := ReadAddenda("icd10cm-order-addenda-2026.txt", strings.NewReader(addendaText))
	if err != nil {
		t.Fatal(err)
	}
	if a.System != ICD10CM || a.From != 20251001 || !a.Order || !a.Fits(old.Entries) {
		t.Fatalf("%+v", a)
	}
	l, err := a.Apply(old.Entries, "FY2025")
	if err != nil {
		t.Fatal(err)
	}
	r := opened(t, l)
	for code, want := range map[string]Standing{"X10": Heading, "X100": Heading, "X1000": Valid, "X101": Valid, "X102": NoCode} {
		if got := r.Standing(code, 20260101); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if e, _ := r.Entry("X101", 20260101); e.Long != "very severe" {
		t.Errorf("X101 is called %q", e.Long)
	}
	for name, change := range map[string][2]string{
		"a line is missing":       {"Add:         1 X1000   mild, left                                                   mild, left\r\n", ""},
		"deletes what is not":     {"Delete:      1 X100 ", "Delete:      1 X109 "},
		"revises what is not":     {"Revise to:   1 X101 ", "Revise to:   1 X109 "},
		"adds what is there":      {"Add:         1 X1000 ", "Add:         1 X101  "},
		"other words than it has": {"Revise from: 1 X101    severe                                                       severe", "Revise from: 1 X101    severe                                                       light"},
		"no action":               {"Revise to:   1", "Revised to:  1"},
		"codes of another":        {"X1000", "01000"},
	} {
		a, err := ReadAddenda("icd10cm-order-addenda-2026.txt", strings.NewReader(strings.Replace(addendaText, change[0], change[1], 1)))
		if err == nil {
			_, err = a.Apply(old.Entries, "FY2025")
		}
		var le *LineError
		if !errors.As(err, &le) || le.Line == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConversion reads the rows that stand in the spreadsheet, and follows codes
// that were replaced in their turn.
func TestConversion(t *testing.T) {
	l := read(t, "", "ICD-10-CM-CONVERSION-TABLE-FY2026.csv", "\"words, of the publisher\"\nCurrent code assignment,Effective,Previous Code(s) Assignment\n"+
		"A04.71,2017,A04.7\nA04.72,2017,A04.7\nQ11.A ,45017,\"Q11.1, Q11.2\"\nQ22.2,2020,Q11.3-Q11.5\nQ33.3,2021,A04.71 and Q11.9\n")[0]
	icd := read(t, "", "icd10cm_order_2026.txt", orderLine(1, "A0472", "1", "x")+orderLine(2, "Q11A", "1", "x")+orderLine(3, "Q222", "1", "x")+orderLine(4, "Q333", "1", "x"))[0]
	lib := NewLibrary([]*Release{opened(t, l), opened(t, icd)})
	for code, want := range map[string]string{"A047": "A0472 Q333", "Q112": "Q11A", "Q114": "Q222", "A0471": "Q333", "Z99": ""} {
		if got, _ := lib.ReplacedBy(code, 20260101, 9); strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
	if _, since := lib.ReplacedBy("Q111", 20260101, 9); since != 20230401 {
		t.Errorf("since %d", since)
	}
}

// TestSides marks what names a side, and what leaves it open while others name it.
func TestSides(t *testing.T) {
	l := read(t, "", "icd10cm_order_2026.txt", orderLine(1, "M2556", "0", "Pain in knee")+orderLine(2, "M25561", "1", "Pain in right knee")+orderLine(3, "M25562", "1", "Pain in left knee")+
		orderLine(4, "M25569", "1", "Pain in unspecified knee")+orderLine(5, "J189", "1", "Pneumonia, unspecified organism"))[0]
	s := NewLibrary([]*Release{opened(t, l)}).System(ICD10CM)
	for code, want := range map[string]int{"M25561": SideRight, "M25562": SideLeft, "M25569": SideUnspecified, "J189": 0} {
		if v, _, _ := s.Value(code, 20260101); v&SideOf != want {
			t.Errorf("%s: %d, want %d", code, v, want)
		}
	}
	if got := s.Sided("M25569", 20260101); !slices.Equal(got, []string{"M25561", "M25562"}) {
		t.Errorf("the sides of M25569: %v", got)
	}
}

// TestHCPCS reads fixed columns with continuations, modifiers and days, of 320 and
// of 293 columns.
func TestHCPCS(t *testing.T) {
	line := func(code, seq, kind, long, short, added, ended string, width int) string {
		b := []byte(strings.Repeat(" ", 320))
		put := func(at int, s string) { copy(b[at-1:], s) }
		put(1, code)
		put(6, seq)
		put(11, kind)
		put(12, long)
		put(92, short)
		put(230, "C")
		put(241, "000")
		put(245, "20200101")
		put(269, added)
		put(285, ended)
		put(293, "N")
		return string(b[:width]) + "\r\n"
	}
	for _, width := range []int{320, 293} {
		text := "a preamble\t\xa0with 3 tabs\r\n" + line("A9999", "00100", "3", "Invented supply,", "Inv supply", "20200101", "", width) + line("A9999", "00200", "4", "of two lines", "", "", "", width) +
			line("G0001", "00100", "3", "Ended", "Ended", "20150101", "20251231", width) + line("   XX", "00100", "7", "Invented modifier", "Inv mod", "20200101", "", width)
		list := read(t, "", "HCPC2026_JUL_ANWEB.txt", text)
		if len(list) != 2 || list[0].Name != "HCPCS 2026 jul" {
			t.Fatalf("%d systems, %s", len(list), list[0].Name)
		}
		lib := NewLibrary([]*Release{opened(t, list[0]), opened(t, list[1])})
		if e, _, st := lib.Lookup(HCPCS, "A9999", 20200301); st != Valid || e.Long != "Invented supply, of two lines" || !strings.Contains(e.Attributes, "mog=000") || !strings.Contains(e.Attributes, "mog-effective=20200101") {
			t.Errorf("A9999: %v %+v", st, e)
		}
		if st, _ := lib.System(HCPCS).Judge("G0001", 20200301); st != Valid {
			t.Errorf("G0001 is %v", st)
		}
		if st, _ := lib.System(Modifiers).Judge("XX", 20200301); st != Valid {
			t.Errorf("XX is %v", st)
		}
	}
	_, err := Read("", "HCPC2026_JUL_ANWEB.txt", strings.NewReader(line("99999", "00100", "3", "x", "x", "20200101", "", 293)))
	var le *LineError
	if !errors.As(err, &le) || le.Line != 1 {
		t.Errorf("a code of CPT: %v", err)
	}
}

// TestHCCs maps diagnoses to categories, a diagnosis to two, and leaves out what a
// higher category includes; both forms of the mapping are read.
func TestHCCs(t *testing.T) {
	rows := read(t, "", "ra_dx_to_cc_2026.csv", "diagnosis_code,cc,model_name\nE1165,37,CMS-HCC Model V28\nE119,38,CMS-HCC Model V28\nB377,2,CMS-HCC Model V28\nB377,6,CMS-HCC Model V28\nE119,19,CMS-HCC Model V24\n")
	order := read(t, "", "ra_hierarchies_2026.csv", "cc_parent,cc_child,model_domain,model_version,model_fullname\n37,38,CMS-HCC,V28,x\n")
	labels := read(t, "", "ra_labels_2026.csv", "cc,label,model_domain,model_version,model_fullname\nHCC37,Invented label,CMS-HCC,V28,x\n")
	var list []*Release
	for _, l := range slices.Concat(rows, order, labels) {
		list = append(list, opened(t, l))
	}
	lib := NewLibrary(list)
	for _, c := range []struct {
		dx   []string
		want []int
	}{{[]string{"E119"}, []int{38}}, {[]string{"E119", "E1165"}, []int{37}}, {[]string{"B377", "E119"}, []int{2, 6, 38}}, {[]string{"Z99"}, nil}} {
		if got, ok := lib.HCCs(c.dx, 20260301); !ok || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v %v, want %v", c.dx, got, ok, c.want)
		}
	}
	if _, ok := lib.HCCs([]string{"E119"}, 20240301); ok {
		t.Error("a day before the mapping is judged")
	}
	if lib.HCCLabel(37) != "Invented label" {
		t.Errorf("label %q", lib.HCCLabel(37))
	}
	official := read(t, "", "2027 Initial ICD-10-CM Mappings.csv", "Title,,\n,,\n\"Diagnosis\nCode\",Description,\"CMS-HCC\nModel\nCategory\nV28\",\"CMS-HCC\nModel\nCategory\nV28\nfor 2027\nPayment Year\"\n"+
		"E119,words,38,Yes\nE1165,words,37,No\nFootnote,,,\n")
	if len(official) != 1 || len(official[0].Entries) != 1 || official[0].Entries[0].Value != 38 || official[0].From != 20260101 {
		t.Errorf("%+v", official[0])
	}
}

// TestLevels: a provider far above the peers is named with the numbers, few visits
// are not judged, and twenty that happen to be high do not flag.
func TestLevels(t *testing.T) {
	var l Levels
	add := func(provider string, counts ...float64) {
		for i, n := range counts {
			l.Add(provider, Families[1].Codes[i], n)
		}
	}
	add("plain 1", 5, 20, 60, 30, 5)
	add("plain 2", 4, 25, 55, 28, 6)
	add("plain 3", 6, 22, 65, 25, 4)
	add("plain 4", 5, 18, 58, 33, 6)
	add("high", 0, 0, 2, 30, 90)
	add("few", 0, 0, 0, 0, 40)
	hints := l.Hints(nil)
	if len(hints) != 1 || hints[0].Provider != "high" || !hints[0].High || hints[0].Percentile < 98 || !strings.Contains(hints[0].String(), "99215 90") {
		t.Errorf("%v", hints)
	}
	national := read(t, "", "visits.csv", "Rndrng_NPI,Rndrng_Prvdr_Type,HCPCS_Cd,Tot_Srvcs\n1,Family Practice,99213,600\n2,Family Practice,99214,300\n3,Family Practice,99215,100\n4,Family Practice,J1100,9\n")
	lib := NewLibrary([]*Release{opened(t, national[0])})
	p, ok := lib.National("family practice", Families[1])
	if !ok || p.Shares[2] != 0.6 || p.Shares[0] != 0 {
		t.Errorf("%+v %v", p, ok)
	}
	if h := l.Hints(func(string, Family) (Peers, bool) { return p, true }); len(h) == 0 || h[len(h)-1].Provider == "few" {
		t.Errorf("%v", h)
	}
}

// TestSpreadsheetDays: 1 is the last day of 1899.
func TestSpreadsheetDays(t *testing.T) {
	for n, want := range map[int]int{45017: 20230401, 44197: 20210101, 43922: 20200401, 44652: 20220401, 2: 19000101} {
		if got := serialDay(n); got != want {
			t.Errorf("%d is %d, want %d", n, got, want)
		}
	}
}

// TestParts: a table that comes in several files answers as one, and the newer
// version by itself.
func TestParts(t *testing.T) {
	part := func(name, pair, indicator string) *Release {
		l := read(t, "", name, pair[:5]+"\t"+pair[5:]+"\t \t20260101\t*\t"+indicator+"\twords\n")[0]
		b, err := Build(Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Dated: l.Dated, Set: l.Set, Loaded: name}, l.Entries)
		if err != nil {
			t.Fatal(err)
		}
		r, err := OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	s := NewLibrary([]*Release{part("ccipra-v322r0-f1.txt", "A0001A0002", "0"), part("ccipra-v322r0-f2.txt", "A0001A0003", "1"), part("ccipra-v321r0-f1.txt", "A0001A0004", "1")}).System(PTPPractice)
	for pair, want := range map[string]bool{"A0001A0002": true, "A0001A0003": true, "A0001A0004": false} {
		if _, loaded, ok := s.Value(pair, 20260301); !loaded || ok != want {
			t.Errorf("%s: %v %v", pair, loaded, ok)
		}
		if st, _ := s.Judge(pair, 20260301); (st == Valid) != want {
			t.Errorf("%s: %v", pair, st)
		}
	}
}
