package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

// accessible is our own checks of a page, in the page's language.
//
//go:embed testdata/accessible.js
var accessible string

// axe is the accessibility checker of others, where CLAIMWIRE_AXE names its file,
// or says npm: it is fetched then, and never kept.
func axe(t *testing.T) string {
	file := os.Getenv("CLAIMWIRE_AXE")
	if file == "npm" {
		dir := t.TempDir()
		cmd := exec.Command("npm", "pack", "axe-core@4", "--silent")
		cmd.Dir = dir
		if b, err := cmd.CombinedOutput(); err != nil {
			t.Logf("axe-core cannot be had, so our own checks run alone: %v %s", err, b)
			return ""
		}
		packed, _ := filepath.Glob(filepath.Join(dir, "*.tgz"))
		if len(packed) != 1 {
			return ""
		}
		if b, err := exec.Command("tar", "xzf", packed[0], "-C", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, b)
		}
		file = filepath.Join(dir, "package", "axe.min.js")
	}
	if file == "" {
		return ""
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// paths are all pages that show something, with ids that are there.
func (d *deskUnderTest) paths() (list []string) {
	ids := map[string]string{}
	note := func(what string, id int64) {
		if ids[what] == "" && id != 0 {
			ids[what] = strconv.FormatInt(id, 10)
		}
	}
	if err := d.g.store.Read(d.t.Context(), func(tx *store.Tx) error {
		claims, err := tx.Claims(deskScope)
		if err != nil {
			return err
		}
		for i := len(claims) - 1; i >= 0; i-- {
			if claims[i].State == gateway.Paid {
				note("claims", claims[i].ID)
			}
		}
		for _, c := range claims {
			note("interchanges", c.Interchange)
			note("files", c.Transmission)
			if c.State == gateway.Denied || c.State == gateway.Held {
				note("correct", c.ID)
			}
		}
		pays, err := tx.PaymentPage(deskScope, gateway.PaymentQuery{})
		if err != nil {
			return err
		}
		for _, p := range pays {
			note("payments", p.ID)
			note("remittances", p.Remittance)
			if p.Money.Denied != 0 {
				note("denials", p.ID)
			}
		}
		asked, err := tx.Requests(deskScope)
		for _, q := range asked {
			note("requests", q.ID)
		}
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	for _, r := range web.Routes() {
		method, path, ok := strings.Cut(r.Pattern, " ")
		if !ok || method != "GET" || r.Public || strings.HasPrefix(path, "/live/") || strings.HasSuffix(path, "/bytes") || strings.HasSuffix(path, "/export") || strings.Contains(path, "{document}") || strings.Contains(path, "{system}") {
			continue
		}
		for _, paper := range []string{"/appeal", "/proof", "/explanation", "/advice"} {
			if strings.HasSuffix(path, paper) {
				path = "" // they have a style and a form of their own, and no navigation
			}
		}
		if path == "" || path == "/setup" {
			continue
		}
		if path == "/claims/{id}/correct" {
			path = "/claims/" + ids["correct"] + "/correct"
		}
		kind := strings.Split(strings.TrimPrefix(path, "/"), "/")[0]
		if strings.Contains(path, "{id}") && ids[kind] == "" {
			continue
		}
		list = append(list, strings.NewReplacer("{$}", "", "{id}", ids[kind], "{list}", "held", "{partner}", "demo-payer", "{report}", "payers").Replace(path))
	}
	return append(list, "/worklists/rejected", "/worklists/silent", "/reports/reasons", "/reports/ageing", "/codes?code=CO-45", "/explain?code=A7:562:85", "/partners/profile?example=waystar", "/denials?state=all", "/requests?all=1")
}

// looker looks at pages as they are, for those who see little, hear pages or have no
// mouse.
type looker struct {
	t       *testing.T
	b       *tab
	checker string // axe-core; empty: there is none
}

// look looks at the page that is open, light and dark; our own checks of a page of
// the desk, and those of axe.
func (l *looker) look(what string) { l.t.Helper(); l.page(what, accessible) }

// page does so with checks of ours that fit the page; empty: none.
func (l *looker) page(what, own string) {
	l.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		l.b.media("", scheme)
		if own != "" {
			for _, p := range js[[]string](l.b, own) {
				l.t.Errorf("%s, %s: %s", what, scheme, p)
			}
		}
		if l.checker == "" {
			continue
		}
		// What is out of sight is laid out as if it were seen.
		js[bool](l.b, l.checker+`; document.querySelectorAll(".loop").forEach((e) => { e.style.contentVisibility = "visible"; }); true`)
		var found []struct {
			ID, Impact, Help string
			Nodes            []struct {
				Target         []any
				FailureSummary string
			}
		}
		text := js[string](l.b, `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map(n => ({target: n.target, failureSummary: n.failureSummary}))}))))`)
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			l.t.Fatal(err)
		}
		for _, v := range found {
			l.t.Errorf("%s, %s: axe: %s (%s) %s at %v", what, scheme, v.ID, v.Impact, v.Help, v.Nodes)
		}
	}
	if wide := js[int](l.b, "document.documentElement.scrollWidth - innerWidth"); wide > 1 {
		l.t.Errorf("%s: the page is %d px wider than the window", what, wide)
	}
}

// everyPage looks at all pages, light and dark: nothing serious is wrong for those
// who see little, hear pages or have no mouse, and nothing of what was typed into
// a claim acts.
func everyPage(t *testing.T, d *deskUnderTest, b *tab) {
	t.Helper()
	for _, role := range []string{"Administrator"} {
		if err := (people{d.g.store}).ChangeUser(t.Context(), "lena", func(u *gateway.User) error {
			u.Memberships = append(u.Memberships, gateway.Membership{Scope: deskScope, Role: gateway.Role(strings.ToLower(role))})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	l := looker{t: t, b: b, checker: axe(t)}
	seen := map[string]bool{}
	look := func(path string) {
		b.open(path)
		if at := js[string](b, "document.title"); strings.HasPrefix(at, "Not for your role") {
			return
		}
		if seen[path] {
			return
		}
		seen[path] = true
		if js[bool](b, "!!window.hacked") || js[int](b, `document.querySelectorAll("script").length`) != 3 {
			t.Errorf("%s: something on the page acts", path)
		}
		l.look(path)
	}
	paths := d.paths()
	for _, p := range paths {
		look(p)
	}
	// What only an administrator sees.
	b.run(workAs(1)...)
	for _, p := range paths {
		if !seen[p] {
			look(p)
		}
	}
	b.run(workAs(0)...)
	t.Logf("%d pages were looked at", len(seen))
	if len(seen) < 45 {
		t.Errorf("only %d pages were looked at", len(seen))
	}
}

// workAs works as another of one's memberships, from the menu.
func workAs(i int) []chromedp.Action[chromedp.Void] {
	return []chromedp.Action[chromedp.Void]{chromedp.WaitReady(".me"), chromedp.Evaluate[chromedp.Void](`document.querySelector(".me").open = true; document.querySelector("main").classList.add("before")`),
		chromedp.Click(fmt.Sprintf(`.me button[name=member][value="%d"]`, i)), chromedp.WaitReady("main:not(.before)"), chromedp.WaitReady(fmt.Sprintf(`.me button[value="%d"][aria-current]`, i)), loaded}
}

// loaded waits until a page is there as a whole: going on before aborts the next one.
var loaded = chromedp.Evaluate[chromedp.Void](`new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", () => done()))`, chromedp.EvalAwaitPromise)
