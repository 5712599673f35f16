package x12

import "testing"

func TestForms(t *testing.T) {
	tests := []struct {
		name    string
		valid   func([]byte) bool
		yes, no []string
	}{
		{"date", ValidDate,
			[]string{"20261015", "20240229", "20000229", "19000101", "99991231", "261015", "240229", "000229"},
			[]string{"", "20260229", "19000229", "20261301", "20260001", "20260100", "20260431", "2026101", "202610155", "2026101A", "A0261015", "20 61015", "261032", "250229", "26101"}},
		{"date range", ValidDateRange,
			[]string{"20261001-20261015", "20261015-20261015"},
			[]string{"", "20261015", "20261001 20261015", "20261001-20261032", "20261001-2026101", "20261001-20261015-"}},
		{"time", ValidTime,
			[]string{"0000", "2359", "093000", "235959", "0930005", "09300099"},
			[]string{"", "2400", "0960", "093060", "930", "09300", "093000999", "09A0", "-930"}},
		{"date and time", ValidDateTime,
			[]string{"202610150930", "20261015093059"},
			[]string{"", "20261015", "202610152400", "202613150930", "2026101509305", "2026101509300000"}},
		{"decimal", func(b []byte) bool { _, ok := ValidDecimal(b); return ok },
			[]string{"0", "85.5", "85.", ".5", "-85.50", "00012", "-.5"},
			[]string{"", "-", ".", "-.", "1.2.3", "+1", "1,000", "1e3", " 1", "1 ", "1-", "$1", "--1"}},
		{"integer", ValidInteger,
			[]string{"0", "85", "-85", "0009"},
			[]string{"", "-", "1.", "+1", "1.0", "1 ", "--1"}},
	}
	for _, tt := range tests {
		for _, s := range tt.yes {
			if !tt.valid([]byte(s)) {
				t.Errorf("%s: %q is not valid", tt.name, s)
			}
		}
		for _, s := range tt.no {
			if tt.valid([]byte(s)) {
				t.Errorf("%s: %q is valid", tt.name, s)
			}
		}
	}
	for s, want := range map[string]int{"85.50": 4, "-85.5": 3, "0": 1, ".5": 1, "-0012.": 4} {
		if n, ok := ValidDecimal([]byte(s)); n != want || !ok {
			t.Errorf("length of %q is %d, want %d", s, n, want)
		}
	}
}

func TestSegmentID(t *testing.T) {
	for _, s := range []string{"", "A", "HL", "NM1", "ABCD"} {
		if got := SegmentIDOf(s).String(); got != s || SegmentIDOf([]byte(s)) != SegmentIDOf(s) {
			t.Errorf("%q comes back as %q", s, got)
		}
	}
	if SegmentIDOf("NM1") != 'N'<<16|'M'<<8|'1' || SegmentIDOf("HL") != 'H'<<8|'L' || SegmentIDOf("ABCDE") != 0 {
		t.Error("packed differently")
	}
}

func TestNextComponent(t *testing.T) {
	for s, want := range map[string][]string{"": {""}, "A": {"A"}, "A:B": {"A", "B"}, "A:": {"A", ""}, ":": {"", ""}, "A::B": {"A", "", "B"}} {
		var got []string
		for rest, more := []byte(s), true; more; {
			var c []byte
			c, rest, more = NextComponent(rest, ':')
			got = append(got, string(c))
		}
		if len(got) != len(want) {
			t.Errorf("%q: %q", s, got)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %q", s, got)
			}
		}
	}
}
