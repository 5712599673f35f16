package codes

import (
	"fmt"
	"testing"
)

func testRelease(t testing.TB, n int) *Release {
	t.Helper()
	var list []Entry
	for i := range n {
		list = append(list, Entry{Code: fmt.Sprintf("%c%c%04d", 'A'+i%26, '0'+i/26%10, i), Long: "text", Heading: i%7 == 0})
	}
	list = append(list, Entry{Code: "A", Long: "short"}, Entry{Code: "ZZ", From: 20200101, To: 20201231, Long: "first"}, Entry{Code: "ZZ", From: 20220101, Long: "second"})
	b, err := Build(Meta{System: "test", Name: "one", From: 20200101, To: 20291231}, list)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenRelease(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRelease(t *testing.T) {
	r := testRelease(t, 5000)
	for i := range 5000 {
		c := fmt.Sprintf("%c%c%04d", 'A'+i%26, '0'+i/26%10, i)
		if e, ok := r.Entry(c, 20250101); !ok || e.Code != c || e.Long != "text" || e.Heading != (i%7 == 0) {
			t.Fatalf("%s: %+v %v", c, e, ok)
		}
		if r.Known(c+"X") || r.Known(c[:5]) {
			t.Fatalf("near %s something is found", c)
		}
	}
	for day, want := range map[int]string{20200601: "first", 20210601: "", 20220601: "second", 0: "second"} {
		if e, ok := r.Entry("ZZ", day); ok != (want != "") || e.Long != want {
			t.Errorf("ZZ on %d: %q %v", day, e.Long, ok)
		}
	}
	if e, ok := r.Entry("A", 20250101); !ok || e.Long != "short" {
		t.Errorf("A: %+v %v", e, ok)
	}
	for _, c := range []string{"", "B", "zz", "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZ", "\xff\xff"} {
		if r.Known(c) {
			t.Errorf("%q is found", c)
		}
	}
	if _, err := Build(Meta{}, []Entry{{Code: "A", From: 1, To: 5}, {Code: "A", From: 5}}); err == nil {
		t.Error("a code of two rows for one day")
	}
}

func TestDamagedRelease(t *testing.T) {
	b, err := Build(Meta{System: "test"}, []Entry{{Code: "A1", Long: "x"}, {Code: "B2", Long: "y"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		if r, err := OpenRelease(b[:i]); err == nil {
			r.Entry("A1", 0) // texts may be cut; nothing may panic
		}
		c := append([]byte(nil), b...)
		c[i] ^= 0xff
		if r, err := OpenRelease(c); err == nil {
			r.Entry("A1", 0)
			r.Below("A", 0, 3)
		}
	}
}

func TestLibrary(t *testing.T) {
	build := func(name string, from, to int, dated bool, list ...Entry) *Release {
		b, err := Build(Meta{System: "s", Name: name, From: from, To: to, Dated: dated}, list)
		if err != nil {
			t.Fatal(err)
		}
		r, err := OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	l := NewLibrary([]*Release{build("old", 20250101, 20251231, false, Entry{Code: "A"}, Entry{Code: "B"}), build("dated", 20200101, 20261231, true, Entry{Code: "C", From: 20200101}),
		build("new", 20260101, 20261231, false, Entry{Code: "A", Heading: true})})
	for _, c := range []struct {
		code string
		day  int
		want Standing
	}{{"A", 20250601, Valid}, {"A", 20260601, Heading}, {"B", 20260601, NoCode}, {"C", 20250601, Valid}, {"C", 20240601, Valid}, {"A", 20240601, NoCode}, {"X", 20250601, NoCode}, {"A", 20270101, NotLoaded}} {
		if _, _, got := l.Lookup("s", c.code, c.day); got != c.want {
			t.Errorf("%s on %d: %v, want %v", c.code, c.day, got, c.want)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	r := testRelease(b, 98000)
	l := NewLibrary([]*Release{r})
	codes := r.All()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		l.systems["test"].Releases[0].find(codes[i*7919%len(codes)])
		i++
	}
}
