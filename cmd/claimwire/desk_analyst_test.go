package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

const twoPayers = `payers:
  - {id: CMHP1, name: Cascade Mutual Health, partner: cascade, kind: commercial, claims: [professional]}
  - {id: SUMP4, name: Summit PPO, partner: summit, kind: commercial, claims: [professional]}
`

// TestAnalystsDay is the day of a payer's EDI analyst, in a browser: claims and
// files of the own payer, a file opened at the very segment of an event, what is
// wrong with one, where the payer stands on its way to live; and nothing of another
// payer's, nor of what the office has not sent.
func TestAnalystsDay(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	live := w.payer("cascade", "larkspur", nil, func(s string) string {
		return strings.Replace(s, "usage: test", "usage: production", 1) + "certification: {test: 2, parallel: 0, max_errors: 60}\n"
	})
	trial := w.payer("cascade-test", "larkspur", nil, nil)
	summit := w.payer("summit", "larkspur", nil, nil)
	payers := filepath.Join(w.dir, "payers.yaml")
	if err := os.WriteFile(payers, []byte(twoPayers), 0o600); err != nil {
		t.Fatal(err)
	}
	w.open(payers, live, trial, summit)
	d := &deskUnderTest{t: t, g: w.g}
	d.server = httptest.NewServer(w.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	production := gateway.Scope{Organisation: "larkspur", Usage: "production"}
	d.user("ana", access.Payer, func(u *gateway.User) {
		u.Memberships = []gateway.Membership{{Scope: deskScope, Role: access.Payer, Partner: "cascade-test"}, {Scope: production, Role: access.Payer, Partner: "cascade"}}
	})
	// What is whose can be told from every name in it.
	var file bytes.Buffer
	for _, c := range []struct{ id, payer, name, born string }{
		{"ANA-SHARED", "CMHP1", "Ofcascade", "1984-03-19"}, {"ANA-REJECT", "CMHP1", "Ofcascade", "1984-03-19"}, {"ANA-HELD", "CMHP1", "Unsent", "2084-03-19"},
		{"OTH-SHARED", "SUMP4", "Ofsummit", "1984-03-19"}, {"OTH-RFI", "SUMP4", "Ofsummit", "1984-03-19"}} {
		file.Write(encounter(t, c.id, func(m map[string]any) {
			m["insurance"].(map[string]any)["payer"] = map[string]any{"id": c.payer}
			p := m["patient"].(map[string]any)
			p["last_name"], p["birth_date"] = c.name, c.born
		}))
	}
	d.put(deskScope, "day.jsonl", file.Bytes())
	w.settle()
	w.pass(2 * time.Minute)
	w.settle()
	// The payer sends a file that is cut off.
	if err := os.WriteFile(filepath.Join(w.dir, "cascade-test", "home", "outbound", "cut.999"), []byte(base(t, "999.edi")[:300]), 0o600); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.pass(2 * time.Hour) // what may be half a file is waited for, an hour
	w.settle()
	own, theirs, unsent := d.claimOf("ANA-SHARED", true), d.claimOf("OTH-SHARED", true), d.claimOf("ANA-HELD", true)
	d.wantState("ANA-SHARED", gateway.Paid)
	d.wantState("OTH-SHARED", gateway.Paid)
	d.wantState("ANA-HELD", gateway.Held)

	b := openTab(t, d.server.URL)
	b.login("ana", goodPassword)
	b.goes("tbody", chromedp.Click(`nav.side a[href="/claims"]`))
	b.wants("ANA-SHARED", "ANA-REJECT")

	// The claim, and its file at the very segment.
	b.goes("#life", chromedp.Click(`a[href="/claims/`+strconv.FormatInt(own.ID, 10)+`"]`))
	b.wants("OFCASCADE", "Sent to the payer", "Paid")
	b.goes("#explained", chromedp.Click(`.timeline a[href^="/interchanges/"]`))
	b.wants("ANA-SHARED", "CLM")
	if s := b.text(); strings.Contains(strings.ToUpper(s), "OFSUMMIT") {
		t.Error("its interchange holds claims of another payer")
	}
	b.open("/claims/" + strconv.FormatInt(own.ID, 10))
	b.goes("#explained", chromedp.Click(`.timeline li:last-child a.source`))
	place := js[string](b, "location.hash")
	if !strings.HasPrefix(place, "#o") || !js[bool](b, `(() => { const e = document.querySelector(location.hash); const r = e && e.getBoundingClientRect(); return !!r && r.top >= 0 && r.top < innerHeight / 2 && e.textContent.includes("CLP") })()`) {
		t.Errorf("the file does not open at the payment (%s):\n%.1500s", place, b.text())
	}

	// A file of the payer's own that is broken says what is wrong with it, and where.
	b.goes("tbody", chromedp.Click(`nav.side a[href="/files"]`))
	b.goes("#explained", chromedp.Click(`tr:has(.state.bad) th a`))
	b.wants("put aside", "E1", "ends in the middle of an interchange")
	if js[bool](b, `!!document.querySelector('a[href^="/operation"], button[name=do]')`) {
		t.Error("an analyst may decide about a file")
	}

	// How the payer is, and where it stands on the way to live: two tests were right.
	b.open("/partners")
	if s := b.text(); strings.Contains(strings.ToLower(s), "summit") || strings.Count(s, "cascade") == 0 {
		t.Errorf("partners:\n%s", s)
	}
	b.run(workAs(1)...)
	b.open("/partners/cascade")
	b.wants("Where it stands: live")
	if js[bool](b, `!!document.querySelector('form[action$="/try"], a[href^="/partners/profile"]')`) {
		t.Error("an analyst may change the connection")
	}
	b.open("/claims")
	if s := b.text(); strings.Contains(s, "ANA-") {
		t.Errorf("test claims are among those of production:\n%s", s)
	}
	b.run(workAs(0)...)

	// Nothing of another payer's, and nothing that the office has not sent, wherever
	// one comes to; what is asked for by its number is not there.
	foreign := []string{"OFSUMMIT", "OTH-", "SUMP4", "SUMMIT", theirs.Trace, "UNSENT", "ANA-HELD", unsent.Trace}
	seen := b.everywhere(60, func(path string) {
		s := strings.ToUpper(b.text())
		for _, f := range foreign {
			if strings.Contains(s, f) {
				t.Errorf("%s says %q to the analyst of another payer", path, f)
			}
		}
		if strings.HasPrefix(js[string](b, "document.title"), "Not") {
			t.Errorf("a link leads to %s, which is not for the analyst", path)
		}
	})
	if len(seen) < 12 {
		t.Errorf("only %d pages were looked at: %v", len(seen), seen)
	}
	var gone []string
	if err := w.g.store.Read(t.Context(), func(tx *store.Tx) error {
		for _, c := range []gateway.Claim{theirs, unsent} {
			gone = append(gone, "/claims/"+strconv.FormatInt(c.ID, 10))
		}
		gone = append(gone, "/interchanges/"+strconv.FormatInt(theirs.Interchange, 10), "/interchanges/"+strconv.FormatInt(theirs.Interchange, 10)+"/bytes", "/files/"+strconv.FormatInt(theirs.Transmission, 10), "/partners/summit",
			"/interchanges/"+strconv.FormatInt(own.Interchange, 10)+"?claim="+strconv.FormatInt(theirs.ID, 10))
		files, err := tx.NewestTransmissions(deskScope, "summit", gateway.Page{})
		if err != nil {
			return err
		}
		for _, f := range files {
			gone = append(gone, "/files/"+strconv.FormatInt(f.ID, 10))
		}
		advices, err := tx.NewestRemittances(deskScope, "summit", gateway.Page{})
		for _, m := range advices {
			gone = append(gone, "/remittances/"+strconv.FormatInt(m.ID, 10))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(gone) < 10 {
		t.Errorf("only %v are asked for", gone)
	}
	for _, path := range gone {
		if status := js[int](b, `fetch("`+path+`").then((r) => r.status)`); status != 404 {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
	for _, q := range []string{"OTH-SHARED", "ANA-HELD", theirs.Trace, "summit"} {
		b.open("/")
		b.goes("main", chromedp.SendKeys("#number", q+"\r"))
		b.run(chromedp.WaitVisible(".empty"))
		b.wants("Nothing of yours")
	}
}
