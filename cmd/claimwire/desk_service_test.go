package main

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// TestServicesDay is the day of an outsourced coding service, in a browser: one
// coder works for two offices, sees one at a time, and nothing of an office from
// the moment on that it takes its access back.
func TestServicesDay(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.open("", w.payer("demo-payer", deskScope.Organisation, nil, func(s string) string { return s + "shared_with: [meadow]\n" }))
	d := &deskUnderTest{t: t, g: w.g}
	d.server = httptest.NewServer(w.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	meadow := gateway.Scope{Organisation: "meadow", Usage: "test"}
	d.user("cora", access.Coder, nil)
	d.user("root", access.Administrator, nil)
	d.user("mia", access.Manager, func(u *gateway.User) { u.Memberships[0].Scope = meadow })
	d.user("lena", access.Manager, nil)
	for _, c := range []struct {
		scope gateway.Scope
		id    string
	}{{deskScope, "LARK"}, {meadow, "MEAD"}} {
		d.put(c.scope, c.id+".json", encounter(t, c.id+"-1-SHARED", func(m map[string]any) {
			m["diagnoses"] = []string{} // the coder is asked for it
			m["patient"].(map[string]any)["last_name"] = "Of" + strings.ToLower(c.id)
		}))
	}
	w.settle()
	w.pass(time.Minute)
	w.settle()
	theirs := w.claims(meadow)[0]
	page := "/claims/" + strconv.FormatInt(theirs.ID, 10)

	// An administrator lets the coder of the first office work for the second, too.
	m := openTab(t, d.server.URL)
	m.login("root", goodPassword)
	m.open("/users")
	m.goes(".flash", chromedp.Click(`tr:has(button[aria-label="remove Coder from cora"]) details summary`), chromedp.WaitVisible("details[open] form"),
		chromedp.SetValue("details[open] [name=organisation]", "meadow"), chromedp.SetValue("details[open] [name=usage]", "test"), chromedp.Click("details[open] button"))
	m.wants("Added.", "Coder, meadow, test")
	m.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me").open = true`))
	m.goes("#login", chromedp.Click(`.me form[action="/logout"] button`))

	b := openTab(t, d.server.URL)
	b.login("cora", goodPassword)
	only := func(own, other string) {
		t.Helper()
		b.open("/worklists/held?about=codes")
		b.wants(own + "-1-SHARED")
		for _, path := range []string{"/worklists/held", "/claims", "/", "/requests"} {
			b.open(path)
			if s := js[string](b, "document.body.innerText"); strings.Contains(s, other+"-1") || strings.Contains(s, "OF"+other) {
				t.Errorf("as a coder of %s, %s says something of %s", own, path, other)
			}
		}
	}
	only("LARK", "MEAD")
	if status := js[int](b, `fetch("`+page+`").then((r) => r.status)`); status != 404 {
		t.Errorf("the other office's claim, while one works for this one: %d", status)
	}
	b.run(workAs(1)...)
	only("MEAD", "LARK")

	// The coder codes for the second office, as one of its own.
	b.open(page + "/correct")
	b.goes("#f-diagnoses-0--code", chromedp.Click(`button[value="add:diagnoses"]`))
	b.goes("button[value=send]", chromedp.SetValue("#f-diagnoses-0--code", "J01.90"), chromedp.Click(".act button[value=check]"))
	b.goes("#life", chromedp.Click("button[value=send]"))
	b.wants("It is on its way")
	w.settle()
	w.settle()
	if got := w.states(meadow)["MEAD-1-SHARED"]; got != gateway.Paid && got != gateway.Held {
		t.Errorf("it is %s", got)
	}
	sent := false
	for _, c := range w.claims(meadow) {
		sent = sent || c.State == gateway.Paid
	}
	if !sent {
		t.Error("what was coded for the second office is not paid")
	}

	// Its manager sees who did it, and takes the access back; of the other office
	// there is nothing to see.
	m.login("mia", goodPassword)
	m.open("/audit?actor=user:cora")
	m.wants("claim.correct")
	m.open("/users")
	m.wants("cora")
	if s := m.text(); strings.Contains(s, "larkspur") || strings.Contains(s, "lena") {
		t.Errorf("a manager sees what somebody is elsewhere:\n%s", s)
	}
	m.goes(".flash", chromedp.Click(`button[aria-label="remove Coder from cora"]`))
	if s := m.text(); strings.Contains(s, "cora") {
		t.Errorf("after it was taken back the access is there still:\n%s", s)
	}

	// From that moment on there is nothing of it: not on an open page's next step, nor
	// by its number, nor in the menu.
	b.open("/claims")
	if s := b.text(); strings.Contains(s, "MEAD-1") || !strings.Contains(s, "LARK-1") {
		t.Errorf("after the access was taken back:\n%s", s)
	}
	if s := js[string](b, `document.querySelector(".me").textContent`); strings.Contains(s, "meadow") {
		t.Errorf("the menu offers the office still: %s", s)
	}
	for _, path := range []string{page, page + "/correct"} {
		if status := js[int](b, `fetch("`+path+`").then((r) => r.status)`); status != 404 {
			t.Errorf("%s after the access was taken back: %d, want 404", path, status)
		}
	}
	only("LARK", "MEAD")
	m.open("/audit?action=user.")
	m.wants("user:cora")
}
