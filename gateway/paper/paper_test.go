package paper_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/gateway/paper"
)

func long() *paper.Document {
	d := &paper.Document{Title: "Advice <1> “É”", Date: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Foot: "foot"}
	d.Facts([2]string{"Payer", "A & B"}, [2]string{"Nothing", " "})
	d.Heading("Claims")
	p := paper.Part{Head: []string{"Claim", "Charge"}, Right: []bool{false, true}, Total: []string{"In all", "1.00"}}
	for i := range 400 {
		p.Rows = append(p.Rows, []string{fmt.Sprint("claim ", i), "10.00"})
	}
	d.Parts = append(d.Parts, p)
	d.Text("<script>alert(1)</script>")
	return d
}

// The same document gives the same bytes, long tables go over many pages, and
// what stands in a document is never markup.
func TestDocuments(t *testing.T) {
	var a, b, h bytes.Buffer
	if err := long().PDF(&a); err != nil {
		t.Fatal(err)
	}
	if err := long().PDF(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two times, two files")
	}
	if n := bytes.Count(a.Bytes(), []byte("/Type /Page\n")); n < 6 {
		t.Errorf("%d pages", n)
	}
	if err := long().HTML(&h); err != nil {
		t.Fatal(err)
	}
	text := h.String()
	for _, want := range []string{"Advice &lt;1&gt; “É”", "A &amp; B", "&lt;script&gt;", `<td class="r">10.00</td>`, "24 November 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	if strings.Contains(text, "<script>") || strings.Contains(text, "Nothing") {
		t.Error("what is no markup is, or an empty fact stands")
	}
}

// shown gives the words of each page, in the order in which they are shown.
func shown(t *testing.T, b []byte) (pages [][]string) {
	t.Helper()
	for rest := b; ; {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			return pages
		}
		rest = rest[i+7:]
		z, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(z)
		var words []string
		for _, m := range regexp.MustCompile(`\(((?:\\.|[^\\)])*)\) ?Tj`).FindAllSubmatch(text, -1) {
			words = append(words, string(m[1]))
		}
		if len(words) > 0 {
			pages = append(pages, words)
		}
	}
}

// A name and its value, and a heading and what follows, are never torn apart by
// the end of a page, wherever that falls; an enclosure begins a sheet.
func TestPagesEndBetweenFacts(t *testing.T) {
	for n := range 70 {
		d := &paper.Document{Title: "T", Date: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
		for range n {
			d.Facts([2]string{"filler", "x"})
		}
		d.Heading("Head")
		for i := range 20 {
			d.Facts([2]string{fmt.Sprint("name", i), fmt.Sprintf("value%d\nsecond%d", i, i)})
		}
		d.Enclosure("Sheet")
		d.Facts([2]string{"last", "one"})
		var b bytes.Buffer
		if err := d.PDF(&b); err != nil {
			t.Fatal(err)
		}
		on := map[string]int{}
		pages := shown(t, b.Bytes())
		for p, words := range pages {
			for _, w := range words {
				on[w] = p + 1
			}
		}
		for i := range 20 {
			if p := on[fmt.Sprint("name", i)]; p == 0 || p != on[fmt.Sprint("value", i)] || p != on[fmt.Sprint("second", i)] {
				t.Fatalf("%d lines before: name %d is on page %d, its value on %d and %d", n, i, p, on[fmt.Sprint("value", i)], on[fmt.Sprint("second", i)])
			}
		}
		if on["Head"] != on["name0"] {
			t.Fatalf("%d lines before: the heading is on page %d, what follows on %d", n, on["Head"], on["name0"])
		}
		if last := pages[len(pages)-1]; on["Sheet"] != len(pages) || slices.Contains(last, "name19") {
			t.Fatalf("%d lines before: the enclosure begins no sheet: %v", n, last)
		}
	}
}
