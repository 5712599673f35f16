package money

import (
	"strings"
	"testing"
)

// Any text is an amount or is refused; an amount is written and read again
// without a change, and no sum of amounts wraps around.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "0", "-0", "1.5", "-.25", "92233720368547758.07", "-92233720368547758.08", "999999999999999999999", "1e3", "1.005", "00012.30", "+1", "1,000", ".", "-"} {
		f.Add(s, "0.01")
	}
	f.Fuzz(func(t *testing.T, s, other string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(s, "eE, $") {
			t.Fatalf("%q is read as %v", s, a)
		}
		for _, text := range []string{string(a.AppendX12(nil)), string(a.AppendDecimal(nil))} {
			if back, err := Parse(text); err != nil || back != a {
				t.Fatalf("%q: %v is written %q and read as %v, %v", s, a, text, back, err)
			}
		}
		b, err := Parse(other)
		if err != nil {
			return
		}
		if sum, err := a.Add(b); err == nil {
			if back, err := sum.Sub(b); err != nil || back != a {
				t.Fatalf("%v + %v = %v, less it %v, %v", a, b, sum, back, err)
			}
			if (b >= 0) != (sum >= a) {
				t.Fatalf("%v + %v = %v", a, b, sum)
			}
		}
	})
}
