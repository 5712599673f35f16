package adjust

import (
	"math"
	"testing"

	"claimwire/edi/money"
	"claimwire/edi/x12"
)

func TestNext(t *testing.T) {
	at := func(n int32) x12.At { return x12.At{Segment: n} }
	list := func(a ...Adjustment) []Adjustment { return a }
	co := Adjustment{Group: ContractualObligation}
	pr := Adjustment{Group: PatientResponsibility}
	for name, c := range map[string]struct {
		list []Adjustment
		want int
	}{
		"none":            {nil, 0},
		"one":             {list(co), 1},
		"group changes":   {list(co, co, pr), 2},
		"seven":           {list(co, co, co, co, co, co, co), 6},
		"another segment": {list(Adjustment{At: at(3), Element: 2}, Adjustment{At: at(4), Element: 2}), 1},
		"same segment":    {list(Adjustment{At: at(3), Element: 2}, Adjustment{At: at(3), Element: 8}), 2},
		"elements fall":   {list(Adjustment{At: at(3), Element: 8}, Adjustment{At: at(3), Element: 2}), 1},
	} {
		if got := Next(c.list); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestSum(t *testing.T) {
	a := func(cents money.Amount) Adjustment { return Adjustment{Amount: money.Of(cents)} }
	if s, ok := Sum([]Adjustment{a(150), a(-50)}); s != 100 || !ok {
		t.Errorf("sum %d, %t", s, ok)
	}
	if _, ok := Sum([]Adjustment{a(1), {}}); ok {
		t.Error("a missing amount counts as zero")
	}
	if _, ok := Sum([]Adjustment{a(math.MaxInt64), a(1)}); ok {
		t.Error("a sum out of range counts")
	}
}
