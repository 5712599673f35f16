package money

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Amount
		err  error
	}{
		{"0", 0, nil}, {"85.5", 8550, nil}, {"85.50", 8550, nil}, {"85.500", 8550, nil}, {".5", 50, nil}, {"5.", 500, nil},
		{"-0", 0, nil}, {"-.05", -5, nil}, {"-12.34", -1234, nil}, {"007", 700, nil},
		{"92233720368547758.07", math.MaxInt64, nil},
		{"92233720368547758.08", 0, ErrRange}, {"99999999999999999999", 0, ErrRange}, {"92233720368547759", 0, ErrRange},
		{"1.005", 0, ErrPrecision}, {"1.001", 0, ErrPrecision},
		{"", 0, ErrForm}, {"-", 0, ErrForm}, {".", 0, ErrForm}, {"1,000", 0, ErrForm}, {"1e3", 0, ErrForm}, {"+1", 0, ErrForm},
		{"1.2.3", 0, ErrForm}, {" 1", 0, ErrForm}, {"1 ", 0, ErrForm}, {"--1", 0, ErrForm}, {"٣", 0, ErrForm},
	} {
		got, err := Parse(c.text)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Parse(%q) = %d, %v, want %d, %v", c.text, got, err, c.want, c.err)
		}
		if fromBytes, err := Parse([]byte(c.text)); fromBytes != got || !errors.Is(err, c.err) {
			t.Errorf("Parse([]byte(%q)) = %d, %v differs from the string's", c.text, fromBytes, err)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		a            Amount
		x12, decimal string
	}{
		{0, "0", "0.00"}, {1, ".01", "0.01"}, {10, ".1", "0.10"}, {100, "1", "1.00"}, {8550, "85.5", "85.50"}, {8555, "85.55", "85.55"},
		{-5, "-.05", "-0.05"}, {-100, "-1", "-1.00"},
		{math.MaxInt64, "92233720368547758.07", "92233720368547758.07"},
		{math.MinInt64, "-92233720368547758.08", "-92233720368547758.08"},
	} {
		if got := string(c.a.AppendX12(nil)); got != c.x12 {
			t.Errorf("AppendX12(%d) = %s, want %s", int64(c.a), got, c.x12)
		}
		if got := c.a.String(); got != c.decimal {
			t.Errorf("String(%d) = %s, want %s", int64(c.a), got, c.decimal)
		}
	}
}

// Every amount but the smallest, whose magnitude has no positive twin, reads
// back from both forms.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Min(math.MinInt64+1).Draw(t, "cents"))
		for _, text := range []string{string(a.AppendX12(nil)), a.String()} {
			if b, err := Parse(text); b != a || err != nil {
				t.Fatalf("%d wrote %q, which reads as %d, %v", int64(a), text, int64(b), err)
			}
		}
	})
}

func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Amount { return Amount(rapid.Int64().Draw(t, "a")) }), 0, 5).Draw(t, "list")
		want, fits := new(big.Int), true
		for _, x := range a {
			want.Add(want, big.NewInt(int64(x)))
			fits = fits && want.IsInt64()
		}
		got, err := Sum(a...)
		if fits != (err == nil) || fits && int64(got) != want.Int64() {
			t.Fatalf("Sum(%v) = %d, %v, want %s", a, int64(got), err, want)
		}
		if len(a) == 2 {
			d := new(big.Int).Sub(big.NewInt(int64(a[0])), big.NewInt(int64(a[1])))
			got, err := a[0].Sub(a[1])
			if d.IsInt64() != (err == nil) || err == nil && int64(got) != d.Int64() {
				t.Fatalf("Sub = %d, %v, want %s", int64(got), err, d)
			}
		}
	})
}

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		a, b  Quantity
		order int
		ok    bool
	}{
		{"1.50", "1.5", 0, true}, {"01", "1", 0, true}, {".5", "0.50", 0, true}, {"-0", "0", 0, true},
		{"2", "10", -1, true}, {"10", "9.99", 1, true}, {"-2", "-10", 1, true}, {"-1", "0", -1, true}, {"0.1", "0.09", 1, true},
		{"1e3", "1", 0, false}, {"", "1", 0, false}, {"1", "x", 0, false}, {".", "1", 0, false},
	} {
		order, ok := c.a.Compare(c.b)
		if order != c.order || ok != c.ok {
			t.Errorf("%q compared with %q = %d, %t, want %d, %t", c.a, c.b, order, ok, c.order, c.ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (Quantity, *big.Rat) {
			s := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,6})?`).Draw(t, label)
			r, _ := new(big.Rat).SetString(s)
			return Quantity(s), r
		}
		a, ra := draw("a")
		b, rb := draw("b")
		if order, ok := a.Compare(b); !ok || order != ra.Cmp(rb) {
			t.Fatalf("%s compared with %s = %d, %t", a, b, order, ok)
		}
		n, ok := a.Int()
		if ok != ra.IsInt() || ok && ra.Cmp(new(big.Rat).SetInt64(n)) != 0 {
			t.Fatalf("%s as a whole number is %d, %t", a, n, ok)
		}
	})
	if _, ok := Quantity(strings.Repeat("9", 19)).Int(); ok {
		t.Error("nineteen digits fit in no int64")
	}
}
