package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/edi/codes"
	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// anAmount is money as a page writes it; a code such as E11.65 is none.
var anAmount = regexp.MustCompile(`\b\d[\d,]*\.\d\d\b`)

// noMoney says that nothing on a page is an amount.
func (b *tab) noMoney() {
	b.t.Helper()
	// What a form would send is on the page, too.
	all := b.text() + js[string](b, `[...document.querySelectorAll("main input, main textarea, main option")].map((e) => e.value).join("\n")`)
	if m := anAmount.FindString(all); m != "" {
		b.t.Errorf("%s says %s to somebody who sees no money:\n%.1500s", js[string](b, "location.pathname"), m, all)
	}
}

// links are the pages that a page leads to.
func (b *tab) links() []string {
	b.t.Helper()
	return js[[]string](b, `[...new Set([...document.querySelectorAll("nav a[href^='/'], main a[href^='/']")].map((a) => a.getAttribute("href").split("#")[0]))]`)
}

// everywhere opens every page that somebody can come to by links, at most a number,
// and looks at each.
func (b *tab) everywhere(most int, look func(path string)) (seen []string) {
	b.t.Helper()
	todo, known := []string{"/"}, map[string]bool{"/": true}
	for len(todo) > 0 && len(seen) < most {
		path := todo[0]
		todo = todo[1:]
		b.open(path)
		look(path)
		seen = append(seen, path)
		for _, l := range b.links() {
			if strings.HasSuffix(l, "/bytes") || strings.Contains(l, "format=pdf") || strings.Contains(l, "/export") {
				continue // no pages
			}
			if !known[l] {
				known[l] = true
				todo = append(todo, l)
			}
		}
	}
	return seen
}

// madeUp is a library of a few codes, in words of our own.
func madeUp(t *testing.T, entries ...codes.Entry) *codes.Library {
	t.Helper()
	b, err := codes.Build(codes.Meta{System: codes.ICD10CM, Name: "FY2026-27", From: 20251001, To: 20270930}, entries)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := codes.OpenRelease(b)
	if err != nil {
		t.Fatal(err)
	}
	return codes.NewLibrary([]*codes.Release{rel})
}

// TestCodersDay is the day of a coder, in a browser: what is held for a code is
// looked up, corrected and goes; a denial for the coding comes back, is in the
// coder's list, and is replaced. No page says money.
func TestCodersDay(t *testing.T) {
	chromium(t)
	w, d := deskInWorld(t)
	w.g.scrub().Codes = madeUp(t, codes.Entry{Code: "J019", Heading: true, Long: "Made-up: sinuses, acute"}, codes.Entry{Code: "J0190", Long: "Made-up: sinuses, acute, not told which"},
		codes.Entry{Code: "J0101", Long: "Made-up: sinuses, acute, again and again"})
	d.server = httptest.NewServer(w.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	d.user("cody", access.Coder, nil)
	var file bytes.Buffer
	for i, c := range []struct {
		id, diagnosis, total string
	}{{"CODE-HEAD-SHARED", "J01.9", ""}, {"CODE-04-DENY", "J01.90", ""}, {"CODE-SUM-SHARED", "J01.90", "242.00"}, {"CODE-OTHER", "J01.90", ""}} {
		file.Write(encounter(t, c.id, func(m map[string]any) {
			m["insurance"].(map[string]any)["member_id"] = "CMH447190" + strconv.Itoa(i)
			m["diagnoses"] = []string{c.diagnosis}
			if c.total != "" { // our checks say what the lines come to
				m["total_charge"] = c.total
			}
			if c.id == "CODE-OTHER" { // held, and not for a code
				m["patient"].(map[string]any)["birth_date"] = "2084-03-19"
			}
		}))
	}
	name := filepath.Join(t.TempDir(), "coded.jsonl")
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	d.put(deskScope, "coded.jsonl", file.Bytes())
	w.settle()
	w.settle()
	for id, want := range map[string]gateway.State{"CODE-HEAD-SHARED": gateway.Held, "CODE-SUM-SHARED": gateway.Held, "CODE-OTHER": gateway.Held, "CODE-04-DENY": gateway.Denied} {
		d.wantState(id, want)
	}

	b := openTab(t, d.server.URL)
	b.login("cody", goodPassword)
	b.wants("Held for a code", "Coding denials")
	b.noMoney()

	// What waits for a code, and nothing else.
	b.goes("table", chromedp.Click(`.pile a[href="/worklists/held?about=codes"]`))
	b.wants("CODE-HEAD-SHARED", "diagnosis 1", "For a coder")
	if s := b.text(); strings.Contains(s, "CODE-OTHER") || strings.Contains(s, "CODE-SUM") {
		t.Errorf("what is held for something else is in the coder's list:\n%s", s)
	}
	b.goes("table", chromedp.Click(`.tabs a[href="/worklists/held"]`))
	b.wants("CODE-OTHER", "CODE-SUM-SHARED", "not the sum of its line charges")
	b.noMoney() // although the finding names the sum

	// The code is looked up, on the day of the service.
	b.goes("h2#loaded", chromedp.Click(`nav.side a[href="/codes"]`))
	b.goes("#found", chromedp.SetValue("#code", "J01.9"), chromedp.SetValue("#on", "2026-09-14"), chromedp.Click("form.filter button"))
	b.wants("a heading: not to be billed", "J0190")
	b.goes("#found", chromedp.Click(`main a[href="/codes?code=J0190"]`))
	b.wants("valid", "Made-up: sinuses, acute, not told which")

	// It is corrected, and goes.
	held := d.claimOf("CODE-HEAD-SHARED", true)
	b.open("/worklists/held?about=codes")
	b.goes(".edit", chromedp.Click(`a[href="/claims/`+strconv.FormatInt(held.ID, 10)+`/correct"]`))
	b.wants("1 thing keeps it from going")
	b.noMoney()
	if js[bool](b, `!!document.querySelector("[name*=charge], [name*=paid]")`) {
		t.Error("the coder's form has a field of money")
	}
	b.run(chromedp.Click(".problem a"))
	b.goes(".flash", chromedp.SetValue("#f-diagnoses-0--code", "J01.90"), chromedp.SetValue("#f-lines-0--procedure", "99214"), chromedp.Click(".act button[value=check]"))
	b.wants("Our checks find nothing", "J01.90", "99214")
	b.noMoney()
	b.goes("#life", chromedp.Click("button[value=send]"))
	b.wants("It is on its way")
	b.noMoney()
	w.settle()
	w.settle()
	d.wantState("CODE-HEAD-SHARED", gateway.Paid)
	if c := d.claimOf("CODE-HEAD-SHARED", true); c.Charge.String() != "142.00" {
		t.Errorf("correcting codes changed the charge to %s", c.Charge)
	}
	b.run(chromedp.Reload())
	b.run(chromedp.WaitReady("#life"))
	b.wants("Paid")
	b.noMoney()

	// A denial for the coding is in the coder's list, and is replaced.
	b.goes(".piles", chromedp.Click(`nav.side a[href="/"]`))
	if n := js[string](b, `document.querySelector('.pile a[href="/worklists/coding"] .count').textContent`); n != "1" {
		t.Errorf("%s coding denials wait, want 1", n)
	}
	b.goes("table", chromedp.Click(`.pile a[href="/worklists/coding"]`))
	b.wants("CODE-04-DENY", "CO-50", "does not see the medical need", "Compare the diagnoses")
	b.noMoney()
	b.goes(".flash", chromedp.Click("td input[type=checkbox]"), chromedp.SetValue("#owner", "cody"), chromedp.Click("fieldset.bulk button"))
	b.open("/")
	b.wants("CODE-04-DENY") // it is the coder's now
	b.open("/worklists/coding")
	b.goes("#denied", chromedp.Click("tbody th a"))
	b.wants("Denied for how it was coded", "CO-50")
	b.noMoney()
	b.goes(".edit", chromedp.Click(".actions a.main"))
	b.wants("replacement (frequency 7)")
	b.noMoney()
	b.goes("button[value=send]", chromedp.SetValue("#f-diagnoses-0--code", "J01.01"), chromedp.SetValue("#f-id", "CODE-AGAIN-SHARED"), chromedp.Click(".act button[value=check]"))
	b.noMoney()
	b.goes("#life", chromedp.Click("button[value=send]"))
	w.settle()
	w.settle()
	d.wantState("CODE-AGAIN-SHARED", gateway.Paid)
	b.open("/worklists/coding")
	b.wants("No denial waits for a coder")

	// Wherever a coder comes to, there is no money; and what has some says no.
	seen := b.everywhere(60, func(string) { b.noMoney() })
	if len(seen) < 15 {
		t.Errorf("only %d pages were looked at: %v", len(seen), seen)
	}
	for _, path := range []string{"/denials", "/remittances", "/reports", "/files", "/claims/" + strconv.FormatInt(held.ID, 10) + "/explanation"} {
		if b.open(path); !strings.HasPrefix(js[string](b, "document.title"), "Not for your role") {
			t.Errorf("a coder comes to %s", path)
		}
	}
}
