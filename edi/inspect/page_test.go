package inspect

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inspectPage shows a text as a page: 1 where something is wrong with it.
func inspectPage(t *testing.T, text string) (int, string) {
	t.Helper()
	return showPage(t, Page{Name: "x.edi"}, text)
}

func showPage(t *testing.T, p Page, text string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	found, err := p.Write(&out, func() (io.Reader, error) { return strings.NewReader(text), nil })
	if err != nil {
		t.Fatal(err)
	}
	return min(found.Errors, 1), out.String()
}

func base(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPageIsSafe puts what could act in a browser into every name of a file.
func TestPageIsSafe(t *testing.T) {
	evil := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "</style><b>", "\u202egnp", strings.Repeat("A", 4000), `{{.}}`, "javascript:alert(1)"}
	for _, e := range evil {
		_, page := inspectPage(t, strings.Replace(base(t, "837p.edi"), "PRAIRIE FAMILY PRACTICE", e, 1))
		for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "</style><b>", "\u202e"} {
			if strings.Contains(page, bad) {
				t.Errorf("%.30q: the page holds %q", e, bad)
			}
		}
	}
}

// TestPageNeedsNothing wants no address of anything outside of the page.
func TestPageNeedsNothing(t *testing.T) {
	for _, name := range []string{"837p.edi", "837i.edi", "837d.edi", "837p-cob.edi", "835.edi", "277ca.edi", "277.edi", "277rfi.edi", "999.edi"} {
		code, page := inspectPage(t, base(t, name))
		if code != 0 || !strings.Contains(page, "Nothing is wrong") && !strings.Contains(page, "the file itself is valid") {
			t.Errorf("%s: code %d, or no word that it is good", name, code)
		}
		if m := regexp.MustCompile(`(?i)(src|href)\s*=\s*"[^#]|url\(|@import|https?:`).FindString(page); m != "" {
			t.Errorf("%s: the page asks for something: %s", name, m)
		}
		if o, c := strings.Count(page, "<details"), strings.Count(page, "</details>"); o != c || o == 0 {
			t.Errorf("%s: %d loops open, %d close", name, o, c)
		}
		if o, c := strings.Count(page, "<div"), strings.Count(page, "</div>"); o != c {
			t.Errorf("%s: %d blocks open, %d close", name, o, c)
		}
	}
}

// TestPageShowsFindings wants a finding at its segment, in an open claim, and
// in the list that leads to it.
func TestPageShowsFindings(t *testing.T) {
	code, page := inspectPage(t, strings.Replace(base(t, "837p.edi"), "CLM*PCN0001*251*", "CLM*PCN0001*252*", 1))
	if code != 1 {
		t.Errorf("ends with %d", code)
	}
	link := regexp.MustCompile(`<a href="#(o\d+)">E3901</a>`).FindStringSubmatch(page)
	if link == nil || !strings.Contains(page, `id="`+link[1]+`"`) {
		t.Fatalf("the list does not lead to the finding: %v", link)
	}
	if !regexp.MustCompile(`(?s)<details class="loop claim" open>.*<bdi>PCN0001</bdi>.*class="finding error"`).MatchString(page) {
		t.Error("the claim is not open, or has no finding")
	}
}

// longClaims is a file of so many claims.
func longClaims(t *testing.T, levels int) string {
	t.Helper()
	text := base(t, "837p.edi")
	from, to := strings.Index(text, "HL*2*1*22*0"), strings.Index(text, "HL*3*1*22*1")
	level := text[from:to]
	var b strings.Builder
	for i := range levels {
		l := strings.Replace(level, "HL*2*1*22*0", fmt.Sprintf("HL*%d*1*22*0", i+2), 1)
		l = strings.Replace(l, "PCN0001", fmt.Sprintf("PCN%07d", i), 1)
		if i > 1500 {
			l = strings.Replace(l, "MARGARET", "AFTER", 1)
		}
		b.WriteString(l)
	}
	text = text[:from] + b.String() + text[strings.Index(text, "SE*"):]
	n := strings.Count(text[strings.Index(text, "ST*"):strings.Index(text, "SE*")], "~") + 1
	text = regexp.MustCompile(`SE\*\d+`).ReplaceAllString(text, fmt.Sprintf("SE*%d", n))
	return text
}

// TestLongPageIsBounded leaves out claims without findings, says so, and shows
// the one with a finding, wherever it stands.
func TestLongPageIsBounded(t *testing.T) {
	const levels = 3000
	text := strings.Replace(longClaims(t, levels), fmt.Sprintf("PCN%07d*251*", levels-10), fmt.Sprintf("PCN%07d*999*", levels-10), 1)
	_, page := inspectPage(t, text)
	if !strings.Contains(page, "are left out") {
		t.Error("the page does not say that something is left out")
	}
	if !strings.Contains(page, fmt.Sprintf("<bdi>PCN%07d</bdi>", levels-10)) || strings.Contains(page, fmt.Sprintf("<bdi>PCN%07d</bdi>", levels-1)) {
		t.Error("the claim with a finding is not shown, or the last one without is")
	}
	if strings.Count(page, `class="seg"`) > 3*maxShown {
		t.Errorf("%d segments are shown", strings.Count(page, `class="seg"`))
	}
}

// TestPageListsClaims wants a table of the claims that leads to each: those
// with something to look at come into it however long the file is.
func TestPageListsClaims(t *testing.T) {
	_, page := inspectPage(t, strings.Replace(base(t, "837p.edi"), "CLM*PCN0001*251*", "CLM*PCN0001*252*", 1))
	m := regexp.MustCompile(`<a href="#(o\d+)"><bdi>PCN0001</bdi></a></th><td><bdi>MARGARET ABERNATHY</bdi></td><td class="amount">252.00</td>\s*<td><span class="chip error">1 error`).FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, `id="`+m[1]+`"`) {
		t.Error("the table has no row for the claim with an error, or it leads nowhere")
	}
	var s summary
	for i := range 3 * maxListed {
		r := claimRow{id: fmt.Sprint(i)}
		if i == 2*maxListed {
			r.class = "error"
		}
		s.add(r)
	}
	found := false
	for _, r := range s.rows {
		found = found || r.class == "error"
	}
	if len(s.rows) != maxListed || !found || s.claims != 3*maxListed {
		t.Errorf("%d rows of %d claims, the one with an error among them: %v", len(s.rows), s.claims, found)
	}
}

// TestPageSaysWhatAClaimComesTo wants the cards: who and what for, lines with
// their money in columns, codes in words, and what to do.
func TestPageSaysWhatAClaimComesTo(t *testing.T) {
	for name, want := range map[string][]string{
		"837p.edi":   {`<dt>Patient</dt><dd><bdi>MARGARET Q ABERNATHY</bdi> <small>born <bdi>1961-04-12</bdi>, female`, `<dt>Diagnoses</dt><dd><b><bdi>J01.90</bdi></b>, <b><bdi>I10</bdi></b>`, `<td><b><bdi>99213</bdi></b></td><td><bdi>J01.90</bdi>, <bdi>I10</bdi></td><td><bdi>1</bdi></td><td class="amount">151.00</td>`, `Sum of the lines</td><td class="amount">251.00`, "As it stands in the file"},
		"837i.edi":   {`<b>0<bdi>111</bdi></b>`, `<bdi>0120</bdi>`},
		"835.edi":    {`<b><bdi>LAKESHORE HEALTH PLAN</bdi></b> pays <b><bdi>PRAIRIE FAMILY PRACTICE</bdi></b> <span class="amount">241.50</span> by transfer`, `sent as 10.00</small></td><td class="amount">-10.00</td>`, `<td class="amount">151.00</td><td class="amount">29.50</td><td class="amount">20.00</td><td></td><td class="amount">101.50</td>`, `<bdi>CO</bdi>-<bdi>45</bdi>`, `class="next"`},
		"277ca.edi":  {`1 of 2 claims to look at`, `Rejected because something is wrong: NPI of the rendering provider.`},
		"277rfi.edi": {`<dt>Answer by</dt><dd><b><bdi>2026-11-19</bdi></b>`, `<dt>Your claim</dt><dd><b><bdi>PCN0001</bdi></b>`},
		"999.edi":    {`What became of what was sent`, `<b><bdi>NM109</bdi></b>`, `<bdi>PCN0002</bdi>`},
	} {
		_, page := inspectPage(t, base(t, name))
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: no %s", name, w)
			}
		}
	}
	_, page := inspectPage(t, strings.Replace(base(t, "837p.edi"), "CLM*PCN0001*251*", "CLM*PCN0001*252*", 1))
	if !strings.Contains(page, "Sum of the lines; the claim says 252.00") {
		t.Error("the card does not say that the lines do not add up")
	}
	_, page = inspectPage(t, strings.Replace(base(t, "835.edi"), "BPR*I*241.5*", "BPR*I*240*", 1))
	if !strings.Contains(page, "the lines above come to 241.50") {
		t.Error("the payment does not say what it should be")
	}
}

// TestPageAroundAPlace wants the claim that a place stands in, opened and
// marked, with what stands above it; nothing of the others, and no more read
// than that.
func TestPageAroundAPlace(t *testing.T) {
	text := longClaims(t, 3000)
	at := int64(strings.Index(text, "CLM*PCN0001500"))
	var read int64
	var out bytes.Buffer
	found, err := Page{Name: "x", Fragment: true, Around: true, At: at}.Write(&out, func() (io.Reader, error) {
		return &counted{strings.NewReader(text), &read}, nil
	})
	if err != nil || len(found.Items) != 0 {
		t.Fatal(err, found)
	}
	page := out.String()
	if !strings.Contains(page, fmt.Sprintf(`here" id="o%d"`, at)) || !regexp.MustCompile(`(?s)<details class="loop claim[^>]* open>.*PCN0001500`).MatchString(page) {
		t.Error("the claim is not there, open and marked")
	}
	for _, other := range []string{"PCN0001499", "PCN0001501", "<html", "<style", "<main"} {
		if strings.Contains(page, other) {
			t.Errorf("the page holds %s", other)
		}
	}
	if strings.Count(page, "Sum of the lines") != 1 || !strings.Contains(page, "MARGARET Q ABERNATHY") {
		t.Error("the card is not that of the claim")
	}
	for _, above := range []string{"Billing provider", "Interchange", "PRAIRIE FAMILY PRACTICE"} {
		if !strings.Contains(page, above) {
			t.Errorf("the page does not hold %s", above)
		}
	}
	if len(page) > 100_000 || read > 2*(at+nearby+64<<10) {
		t.Errorf("a page of %d bytes, after %d were read", len(page), read)
	}
	// What is wrong with the claim is said, what is wrong with another is not.
	for _, c := range []struct {
		claim string
		want  bool
	}{{"PCN0001500", true}, {"PCN0001400", false}} {
		_, page := showPage(t, Page{Fragment: true, Around: true, At: at}, regexp.MustCompile(c.claim+`\*251`).ReplaceAllString(text, c.claim+"*999"))
		if strings.Contains(page, "E3901") != c.want {
			t.Errorf("%s is wrong, and the page says so: %v", c.claim, !c.want)
		}
	}
	for _, name := range []string{"835.edi", "277ca.edi", "999.edi", "ta1.edi", "277rfi.edi"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", name))
		if err != nil {
			continue
		}
		for _, m := range regexp.MustCompile(`(CLP|STC|IK3|TA1|CAS|PLB|AK2)\*`).FindAllIndex(b, -1) {
			if _, page := showPage(t, Page{Fragment: true, Around: true, At: int64(m[0])}, string(b)); !strings.Contains(page, fmt.Sprintf(`id="o%d"`, m[0])) || !strings.Contains(page, ` here"`) {
				t.Errorf("%s: the segment at %d is not shown and marked", name, m[0])
			}
		}
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *int64
}

// Read reads.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	*c.n += int64(n)
	return n, err
}
