package paper_test

import (
	"bytes"
	"fmt"
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
