package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// hostile are texts that somebody may put where a name belongs.
var hostile = map[string]string{
	"script":  `<SCRIPT>WINDOW.HACKED=1</SCRIPT>`,
	"lower":   `<script>window.hacked=1</script>`,
	"image":   `"><img src=x onerror=window.hacked=1>`,
	"formula": `=HYPERLINK("http://x","y")`,
	"rtl":     "\u202Egnitsixe\u202C",
	"plus":    "+1-1",
}

// TestHostile: what stands in files and forms acts nowhere: not as a script on any
// page, not as a formula in a spreadsheet, and breaks no page apart, however long
// it is.
func TestHostile(t *testing.T) {
	w, d := deskInWorld(t)
	d.user("lena", access.Manager, nil)
	long := strings.Repeat("LONG NAME ", 410) // 4 kB
	base := string(shipped(t, "base", "837p.edi"))
	var files [][]byte
	for _, k := range []string{"script", "lower", "image", "formula", "rtl", "plus"} {
		v := hostile[k]
		x := regexp.MustCompile(`CLM\*[^*]*\*`).ReplaceAllLiteralString(base, "CLM*"+strings.NewReplacer("*", "", "~", "", ":", "").Replace(v)+"*")
		x = regexp.MustCompile(`NM1\*(85|IL|QC|82)\*([12])\*[^*]*\*`).ReplaceAllString(x, "NM1*$1*$2*"+strings.ReplaceAll(strings.NewReplacer("*", "", "~", "", ":", "").Replace(v), "$", "$$")+"*")
		files = append(files, []byte(x))
	}
	files = append(files, []byte(regexp.MustCompile(`NM1\*(85|IL|QC|PR)\*([12])\*[^*]*\*`).ReplaceAllString(base, "NM1*$1*$2*"+long+"*")))
	for i, v := range []string{hostile["lower"], hostile["image"], hostile["formula"], hostile["rtl"], long} {
		files = append(files, encounter(t, "HOST-"+strconv.Itoa(i)+"-SHARED", func(m map[string]any) {
			m["patient"].(map[string]any)["last_name"] = v
			m["insurance"].(map[string]any)["payer"].(map[string]any)["name"] = v
			m["insurance"].(map[string]any)["member_id"] = "CMH550000" + strconv.Itoa(i)
		}))
	}
	for i, b := range files {
		// Each interchange has a number of its own: the same one twice is put aside.
		b = bytes.ReplaceAll(b, []byte("000000101"), []byte("0000009"+strconv.Itoa(10+i)))
		if _, err := d.g.submit(t.Context(), deskScope, hostile["lower"], hostile["image"]+strconv.Itoa(i), bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
	}
	w.settle()
	w.settle()
	c := d.browser()
	d.login(c, "lena", goodPassword)
	claims := d.all()
	if len(claims) < 12 {
		t.Fatalf("%d claims were read", len(claims))
	}
	acts := regexp.MustCompile(`(?i)<script(?: [^>]*)?>|<img src=x`)
	harmless := regexp.MustCompile(`<script src="/static/[a-z.-]+\.js" defer>`)
	pages := d.paths()
	for _, k := range claims {
		id := strconv.FormatInt(k.ID, 10)
		pages = append(pages, "/claims/"+id, "/claims/"+id+"/correct", "/claims/"+id+"/proof", "/files/"+strconv.FormatInt(k.Transmission, 10))
	}
	for _, p := range pages {
		status, _, body := d.ask(c, "GET", p, nil)
		if status >= 500 {
			t.Errorf("%s: %d", p, status)
		}
		if found := acts.FindString(harmless.ReplaceAllString(body, "")); found != "" {
			t.Errorf("%s: the page holds %q", p, found)
		}
	}
	for _, p := range []string{"/reports/payers/export", "/reports/providers/export", "/reports/coders/export", "/audit/export"} {
		_, _, body := d.ask(c, "GET", p, nil)
		for _, cell := range regexp.MustCompile(`(?m)(?:^|,)"?([=+@\t\r][^,"]*)`).FindAllStringSubmatch(body, -1) {
			t.Errorf("%s: a spreadsheet would run %q", p, cell[1])
		}
	}
	// What somebody types comes back as text.
	for _, v := range hostile {
		_, _, body := d.ask(c, "POST", "/search", url.Values{"number": {v}})
		if acts.MatchString(harmless.ReplaceAllString(body, "")) {
			t.Errorf("searching for %q writes it as it is", v)
		}
	}
	b := openTab(t, d.server.URL)
	b.login("lena", goodPassword)
	for _, p := range []string{"/claims", "/worklists/held", "/files", "/reports/payers", "/claims/" + strconv.FormatInt(claims[len(claims)-1].ID, 10), "/claims/" + strconv.FormatInt(claims[0].ID, 10) + "/correct"} {
		b.open(p)
		if js[bool](b, "!!(window.hacked || window.HACKED)") {
			t.Errorf("%s: a script of somebody else ran", p)
		}
		if wide := js[int](b, "document.documentElement.scrollWidth - innerWidth"); wide > 1 {
			t.Errorf("%s: the page is %d px wider than the window", p, wide)
		}
	}
	othersSeeNothing(t, d)
}

// othersSeeNothing goes through all pages of what is there as somebody of another
// organisation, in every role: each is as if it were not there, and nothing of it
// stands in a list, an export or a search.
func othersSeeNothing(t *testing.T, d *deskUnderTest) {
	t.Helper()
	claim := d.all()[0]
	for _, role := range access.Roles {
		login := "other-" + string(role)
		d.user(login, role, func(u *gateway.User) {
			u.Memberships[0].Scope.Organisation = "elsewhere"
			if role == access.Payer {
				u.Memberships[0].Partner = "demo-payer"
			}
		})
		c := d.browser()
		d.login(c, login, goodPassword)
		for _, p := range d.paths() {
			status, _, body := d.ask(c, "GET", p, nil)
			if regexp.MustCompile(`^/[a-z]+/\d+|^/partners/demo-payer`).MatchString(p) && status != http.StatusNotFound && status != http.StatusForbidden {
				t.Errorf("%s as %s of another organisation: %d", p, role, status)
			}
			if strings.Contains(body, claim.Trace) {
				t.Errorf("%s as %s of another organisation shows a claim", p, role)
			}
		}
		for _, q := range []string{claim.Trace, claim.ClaimID, "000000001"} {
			if _, at, body := d.ask(c, "POST", "/search", url.Values{"number": {q}}); at != "/search" || strings.Contains(body, "/claims/") || strings.Contains(body, "/interchanges/") {
				t.Errorf("%s of another organisation finds %q", role, q)
			}
		}
		for _, p := range []string{"/claims/%d/correct", "/claims/%d/task", "/claims/%d/inquire", "/claims/%d/follow", "/requests/%d", "/denials/%d", "/remittances/%d/decide", "/payments/%d/match"} {
			path := strings.ReplaceAll(p, "%d", strconv.FormatInt(claim.ID, 10))
			status, _, _ := d.ask(c, "POST", path, url.Values{"do": {"void"}, "claim": {"1"}, "reason": {"x"}, "note": {"x"}})
			if status != http.StatusNotFound && status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
				t.Errorf("POST %s as %s of another organisation: %d", path, role, status)
			}
		}
	}
}

// TestPartnerPages: a profile begins with an example, is checked by its lines, kept
// when it is right, and each step of reaching a partner is tried.
func TestPartnerPages(t *testing.T) {
	w := newWorld(t)
	w.open("", w.payer("demo-payer", deskScope.Organisation, nil, nil))
	w.g.registry.partners = t.TempDir()
	d := &deskUnderTest{t: t, g: w.g}
	d.server = httptest.NewServer(w.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	d.user("root", access.Administrator, nil)
	c := d.browser()
	d.login(c, "root", goodPassword)
	_, _, body := d.ask(c, "GET", "/partners/profile", nil)
	if !strings.Contains(body, "waystar") || !strings.Contains(body, "The payer in a box") {
		t.Error("the examples are not listed")
	}
	text, ok := deskActions{}.Example("waystar")
	if !ok {
		t.Fatal("no example")
	}
	wrong := strings.Replace(text, "usage: production", "usage: sometimes", 1)
	line := strconv.Itoa(strings.Count(wrong[:strings.Index(wrong, "usage:")], "\n") + 1)
	if status, _, body := d.ask(c, "POST", "/partners/profile", url.Values{"text": {wrong}, "do": {"save"}}); status != 422 || !strings.Contains(body, "line "+line+": <code>usage: sometimes</code>") {
		t.Errorf("a wrong profile: %d, line %s is not named", status, line)
	}
	if left, _ := filepath.Glob(filepath.Join(w.g.registry.partners, "*")); len(left) != 0 {
		t.Errorf("a wrong profile was kept: %v", left)
	}
	if status, _, body := d.ask(c, "POST", "/partners/profile", url.Values{"text": {text}, "do": {"check"}}); status != 200 || !strings.Contains(body, "is fine") {
		t.Errorf("a right profile: %d", status)
	}
	if status, at, body := d.ask(c, "POST", "/partners/profile", url.Values{"text": {text}, "do": {"save"}}); status != 200 || at != "/partners" || !strings.Contains(body, "is kept, and serves") {
		t.Errorf("keeping it: %d at %s", status, at)
	}
	if kept, _ := filepath.Glob(filepath.Join(w.g.registry.partners, "*.yaml")); len(kept) != 1 {
		t.Errorf("kept: %v", kept)
	}
	if status, _, body := d.ask(c, "POST", "/partners/demo-payer/try", nil); status != 200 || !strings.Contains(body, "Every step went well") || !strings.Contains(body, "host key as pinned") {
		t.Errorf("trying the payer: %d\n%s", status, body)
	}
	w.payers["demo-payer"].Close()
	if status, _, body := d.ask(c, "POST", "/partners/demo-payer/try", nil); status != 200 || strings.Contains(body, "Every step went well") || !strings.Contains(body, "Nothing answers there") {
		t.Errorf("trying a payer that is away: %d", status)
	}
	for path, want := range map[string]string{"/explain?code=CO-45": "fee schedule", "/explain?code=E4518": "present on admission", "/codes?code=CO-45": "fee schedule", "/organisations": "Organisations"} {
		if status, _, body := d.ask(c, "GET", path, nil); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, want %q", path, status, want)
		}
	}
	if status, at, _ := d.ask(c, "POST", "/organisations", url.Values{"id": {"elm"}, "name": {"Elm Street"}, "kind": {"office"}}); status != 200 || at != "/organisations" {
		t.Errorf("adding an organisation: %d", status)
	}
}
