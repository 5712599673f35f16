package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/web"
)

// TestPagesBesides looks, as everyPage does, at what has no link from the desk: the
// way in, what is refused and what is not there, forms that were not taken, papers,
// the description of the API.
func TestPagesBesides(t *testing.T) {
	chromium(t)
	w, d := deskInWorld(t)
	d.user("lena", access.Manager, nil)
	d.user("root", access.Administrator, nil)
	d.user("cody", access.Coder, nil)
	d.user("newly", access.Biller, func(u *gateway.User) { u.MustChange = true })
	d.user("twice", access.Biller, func(u *gateway.User) { u.Secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" })
	for _, id := range []string{"EYE-SHARED", "EYE-DENY", "EYE-HELD", "EYE-RFI"} {
		d.put(deskScope, id+".json", encounter(t, id, func(m map[string]any) {
			m["insurance"].(map[string]any)["member_id"] = "CMH44719" + strconv.Itoa(50+len(id))
			if id == "EYE-HELD" {
				m["patient"].(map[string]any)["birth_date"] = "2084-03-19"
			}
		}))
	}
	w.settle()
	w.settle()
	first := newDeskWith(t, web.Setup{Code: "ABCD-EFGH", Organisation: "larkspur"}, httpConfig{})
	described := httptest.NewServer(api.New(api.Config{Books: books{w.g}, Now: w.g.now, Version: "test", Log: w.g.log}))
	t.Cleanup(described.Close)

	b := openTab(t, d.server.URL)
	l := looker{t: t, b: b, checker: axe(t)}
	// told says that the focus is at what is wrong, and looks at the page.
	told := func(what, problem string) {
		t.Helper()
		b.wants(problem)
		if !js[bool](b, `document.activeElement.matches(".problem")`) {
			t.Errorf("%s: the focus is not at what is wrong but on %s", what, js[string](b, `document.activeElement.outerHTML.slice(0, 120)`))
		}
		l.look(what)
	}

	// Set-up, and a set-up that is not taken.
	b.base = first.server.URL
	b.open("/setup")
	b.press("\t") // a page shows no focus before somebody has touched it
	l.look("set-up")
	b.run(chromedp.SetValue("#code", "X"), chromedp.SetValue("#organisation_name", "Larkspur"), chromedp.SetValue("#name", "Lena"), chromedp.SetValue("#login", "lena"), chromedp.SetValue("#password", goodPassword), chromedp.SetValue("#again", goodPassword))
	b.pressed("button.main", ".problem")
	told("a set-up with a wrong code", "The set-up code is not right")

	// The way in.
	b.base = d.server.URL
	b.open("/login")
	l.look("log-in")
	b.run(chromedp.SetValue("#login", "lena"), chromedp.SetValue("#password", "wrong"))
	b.pressed("button.main", ".problem")
	told("a wrong password", "is not right")
	b.run(chromedp.SetValue("#login", "twice"), chromedp.SetValue("#password", goodPassword))
	b.pressed("button.main", "#code")
	l.look("the second step")
	b.run(chromedp.SetValue("#code", "000000"))
	b.pressed("button.main", ".problem")
	told("a wrong code", "is not right")
	b.open("/login")
	b.run(chromedp.SetValue("#login", "newly"), chromedp.SetValue("#password", goodPassword))
	b.pressed("button.main", "#old")
	l.look("a given password")
	b.run(chromedp.SetValue("#old", goodPassword), chromedp.SetValue("#new", "short enough?"), chromedp.SetValue("#again", "another"))
	b.pressed("main button.main", ".problem")
	told("a password that is not taken", "differ")
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me").open = true`))
	b.goes("#login", chromedp.Click(`.me form[action="/logout"] button`))

	// What is refused, and what is not there.
	b.login("cody", goodPassword)
	b.open("/denials")
	l.look("403")
	b.open("/claims/999999")
	l.look("404")
	b.open("/nothing/of/this/name")
	l.look("404 of no page")
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me").open = true`))
	b.goes("#login", chromedp.Click(`.me form[action="/logout"] button`))
	b.login("lena", goodPassword)
	b.open("/claims/" + strconv.FormatInt(d.claimOf("EYE-RFI", true).ID, 10) + "/correct")
	b.wants("That is not possible")
	l.look("409")
	b.open("/worklists/held")
	b.pressed("fieldset.bulk button", "main")
	b.wants("Choose the rows first")
	l.look("422")

	// Forms that were not taken.
	for _, f := range []struct{ path, form, problem string }{
		{"/users", "form.grid", "A login is an address"},
		{"/keys", "form.grid", ""},
		{"/webhooks", "form:has(#url)", ""},
		{"/submit", `form[action='/submit']`, ""},
	} {
		b.open(f.path)
		b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector("main ` + f.form + `").noValidate = true`))
		b.pressed("main "+f.form+" button", ".problem")
		told(f.path+" with a form that is not taken", f.problem)
	}
	held := d.claimOf("EYE-HELD", true)
	b.open("/claims/" + strconv.FormatInt(held.ID, 10) + "/correct")
	b.goes(".problem[data-focus]", chromedp.SetValue("#f-lines-0--procedure", "9"), chromedp.Click(".act button[value=check]"))
	told("a correction with two things wrong", "2 things keep it from going")

	// Papers, as they are served, but for the rule that nothing on them may act, which
	// would keep the checks out as well.
	denied, paid := d.claimOf("EYE-DENY", true), d.claimOf("EYE-SHARED", true)
	b.open("/claims/" + strconv.FormatInt(denied.ID, 10))
	denial := js[string](b, `document.querySelector('main a[href^="/denials/"]').getAttribute("href")`)
	advice := js[string](b, `document.querySelector('main a[href^="/remittances/"]').getAttribute("href")`)
	paper := ""
	papers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, paper)
	}))
	t.Cleanup(papers.Close)
	for _, path := range []string{"/claims/" + strconv.FormatInt(paid.ID, 10) + "/explanation", "/claims/" + strconv.FormatInt(paid.ID, 10) + "/proof", denial + "/appeal", advice + "/advice"} {
		b.open("/")
		paper = js[string](b, `fetch("`+path+`").then((r) => r.status === 200 ? r.text() : "")`)
		b.run(chromedp.Navigate(papers.URL), chromedp.WaitReady("main h1"))
		l.page(path, accessible)
	}
	b.run(chromedp.Navigate(described.URL+"/docs"), chromedp.WaitReady("h1"))
	l.page("/docs", accessible)
}

// TestKeyboard: every control of a page is come to by Tab, and shows that it has the
// focus; the way to the content, the keys, the menu and what is asked twice are
// opened and closed without a mouse.
func TestKeyboard(t *testing.T) {
	chromium(t)
	w, d := deskInWorld(t)
	d.user("lena", access.Manager, nil)
	d.put(deskScope, "k.json", append(encounter(t, "KEYS-SHARED", nil), encounter(t, "KEYS-HELD", func(m map[string]any) { m["diagnoses"] = []string{} })...))
	w.settle()
	w.settle()
	paid := d.claimOf("KEYS-SHARED", true)
	b := openTab(t, d.server.URL)
	b.login("lena", goodPassword)

	// The first Tab shows the way past the navigation.
	b.open("/claims")
	b.press("\t")
	if !js[bool](b, `(() => { const e = document.activeElement, r = e.getBoundingClientRect(); return e.matches(".skip") && r.left >= 0 && r.top >= 0; })()`) {
		t.Error("the first Tab does not show the way to the content")
	}
	b.press("\r")
	if !js[bool](b, `document.activeElement.id === "main"`) {
		t.Error("the way to the content leads nowhere")
	}
	// The keys: opened and closed by a key, and the focus is where it was.
	b.press("?")
	if !js[bool](b, `document.getElementById("keys").open`) {
		t.Error("? does not list the keys")
	}
	b.press("\x1b")
	if js[bool](b, `document.getElementById("keys").open`) {
		t.Error("Esc does not close them")
	}
	// The menu.
	b.tabTo(`e.matches(".me summary")`)
	b.press("\r")
	b.run(chromedp.WaitVisible(".me .menu a"))
	b.press("\t", "\x1b")
	if js[bool](b, `document.querySelector(".me").open || !document.activeElement.matches(".me summary")`) {
		t.Error("Esc does not close the menu, or the focus is lost")
	}
	// What is asked twice.
	b.open("/claims/" + strconv.FormatInt(paid.ID, 10))
	b.tabTo(`e.matches(".sure summary")`)
	b.press("\r")
	b.run(chromedp.WaitVisible("#why-void"))
	b.press("\t", "\x1b")
	if js[bool](b, `!!document.querySelector(".sure[open]") || !document.activeElement.matches(".sure summary")`) {
		t.Error("Esc does not close what was asked, or the focus is lost")
	}

	// Every control of a page, in its order.
	for _, path := range []string{"/", "/claims/" + strconv.FormatInt(paid.ID, 10), "/worklists/held", "/claims/" + strconv.FormatInt(d.claimOf("KEYS-HELD", true).ID, 10) + "/correct", "/users", "/codes", "/reports/payers"} {
		b.open(path)
		// A field takes the focus as its text is selected; each is marked as it has it.
		n := js[int](b, `(() => {
			window.seen = new Set(); window.dark = [];
			document.addEventListener("focusin", (e) => { seen.add(e.target); const s = getComputedStyle(e.target); if (s.outlineStyle === "none" && s.boxShadow === "none") dark.push(e.target.outerHTML.slice(0, 80)); });
			window.all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !e.disabled);
			return all.length;
		})()`)
		b.press(strings.Split(strings.Repeat("\t", n+20), "")...)
		if missed := js[[]string](b, `all.filter((e) => !seen.has(e)).map((e) => e.outerHTML.slice(0, 90))`); len(missed) > 0 {
			t.Errorf("%s: of %d controls Tab does not come to %v", path, n, missed)
		}
		if dark := js[[]string](b, `dark`); len(dark) > 0 {
			t.Errorf("%s: the focus is not seen on %v", path, dark)
		}
	}
}
