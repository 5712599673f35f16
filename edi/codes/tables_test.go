package codes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestTables reads invented files of the publishers' forms and asks for a code
// on a day.
func TestTables(t *testing.T) {
	const ptp = "A notice\nColumn 1\tColumn 2\t*\tEffective Date\tDeletion Date\tModifier\tRationale\nA0001\tG0002\t \t20260101\t20260701\t1\tMisuse\nA0001\tG0003\t*\t20260101\t20260101\t9\tNever\n"
	const mue = "\"A notice\nof lines\",,,\n\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\nA0001,2,3 Date of Service Edit: Clinical,Nature\n"
	const stops = "code,description,start,stop\n9,words,1995-01-01,2020-12-31\n16,\"more, words\",1/1/1995,\n"
	for _, c := range []struct {
		file, system, text, of, code string
		day                          int
		want                         Standing
		short                        string
	}{
		{"ccipra-v322r0-f1.TXT", "", ptp, "ncci-ptp-practitioner", "A0001G0002", 20260630, Valid, "1"},
		{"ccipra-v322r0-f1.TXT", "", ptp, "ncci-ptp-practitioner", "A0001G0002", 20260701, NoCode, ""},
		{"ccioph-v322r0-f1.txt", "", ptp, "ncci-ptp-hospital", "A0001G0003", 20260101, NoCode, ""},
		{"MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", "", mue, "mue-practitioner", "A0001", 20260930, Valid, "2/3"},
		{"MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", "", mue, "mue-practitioner", "A0001", 20261001, NotLoaded, ""},
		{"carc.csv", "carc", stops, "carc", "9", 20201231, Valid, ""},
		{"carc.csv", "carc", stops, "carc", "9", 20210101, NoCode, ""},
		{"carc.csv", "carc", stops, "carc", "16", 20260101, Valid, ""},
		{"package.txt", "", "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\nx\t0000-0001\t0000-0001-02\tbox\n", "ndc", "00000000102", 20260701, Valid, ""},
		{"AOC_2026Q3.txt", "", "notice\nA0001\t1\tA0002\t2026060\t\n", "add-on", "A0001A0002", 20260228, NoCode, ""},
		{"AOC_2026Q3.txt", "", "notice\nA0001\t1\tA0002\t2026060\t\n", "add-on", "A0001A0002", 20260301, Valid, "1"},
		{"nucc_taxonomy_261.csv", "", "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n000000000X,g,c,s,d,n,Invented,i\n", "taxonomy", "000000000X", 20260701, Valid, "Invented"},
	} {
		list, err := Read(c.system, c.file, strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		l := list[0]
		b, err := Build(Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Dated: l.Dated}, l.Entries)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		r, err := OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		e, _, standing := NewLibrary([]*Release{r}).Lookup(c.of, c.code, c.day)
		if standing != c.want || standing == Valid && e.Short != c.short {
			t.Errorf("%s: %s %s on %d is %v %q, want %v %q", c.file, c.of, c.code, c.day, standing, e.Short, c.want, c.short)
		}
	}
}

// TestRefusedTables: a file with a bad line is refused with that line.
func TestRefusedTables(t *testing.T) {
	order := func(code, flag string) string {
		return fmt.Sprintf("00001 %-7s %s %-60s %s\r\n", code, flag, "words", "longer words")
	}
	var cut strings.Builder
	for i := range wholeFrom + 1 {
		fmt.Fprintf(&cut, "%05d %-7s 1 %-60s %s\r\n", i+1, fmt.Sprintf("A%05d", i), "words", "longer words")
	}
	for _, c := range []struct {
		file, system, text string
		line               int
	}{
		{"icd10cm_order_2027.txt", "", order("0016070", "1"), 1},
		{"icd10pcs_order_2027.txt", "", order("J180", "1"), 1},
		{"icd10cm_order_2027.txt", "", cut.String(), wholeFrom + 1},
		{"ccipra-v1.txt", "", "A0001\tG0002\t \t20260101\t*\t7\twords\n", 1},
		{"carc.csv", "carc", "code,description,start,stop\n9,x,20261399,\n", 2},
		{"MCR_MUE_DMESupplier.csv", "", "notice,,\nA0001,x,2 Date\n", 2},
		{"package.txt", "", "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tD\nx\ty\t12-3-4\tz\n", 2},
	} {
		_, err := Read(c.system, c.file, strings.NewReader(c.text))
		var le *LineError
		if !errors.As(err, &le) || le.Line != c.line {
			t.Errorf("%s: %v, want line %d", c.file, err, c.line)
		}
	}
}

// TestNDC has the three forms of ten digits, and those of eleven and twelve.
func TestNDC(t *testing.T) {
	for in, want := range map[string]string{"1234-5678-90": "01234567890", "12345-678-90": "12345067890", "12345-6789-0": "12345678900",
		"12345-6789-01": "12345678901", "123456-7890-12": "123456789012", "12345678901": "12345678901", "1234567890": "", "12-3-4": "", "1234A-678-90": "", "": ""} {
		got, ok := NDC(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %s %v, want %s", in, got, ok, want)
		}
	}
}

func TestDayBefore(t *testing.T) {
	for day, want := range map[int]int{0: 0, 20260701: 20260630, 20260101: 20251231, 20240301: 20240229, 20260301: 20260228, 20260715: 20260714} {
		if got := dayBefore(day); got != want {
			t.Errorf("the day before %d: %d, want %d", day, got, want)
		}
	}
}
