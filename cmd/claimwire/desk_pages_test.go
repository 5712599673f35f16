package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/gateway/access"
)

// TestPagesInBrowser: what the server writes works in a real browser, under its
// own policy of what may load: somebody logs in, finds what waits, and opens it by
// the keyboard alone.
func TestPagesInBrowser(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Manager, nil)
	held, err := os.ReadFile(filepath.Join("..", "..", "testdata", "encounters", "held", "birth-date-in-future-03.json"))
	if err != nil {
		t.Fatal(err)
	}
	d.put(deskScope, "encounter.json", held)
	b := openTab(t, d.server.URL)
	b.login("lena", goodPassword)
	b.wants("Today", "Held")
	b.picture("today")
	// "g" and "c" go to the claims, "j" to the first of them, Enter opens it.
	b.run(chromedp.KeyEvent("gc"), chromedp.WaitReady("tbody th a"), chromedp.KeyEvent("j"), chromedp.KeyEvent("\r"), chromedp.WaitReady("#life"))
	b.wants("What our checks say", "Held by our checks")
	for _, scheme := range []string{"light", "dark"} {
		b.media("", scheme)
		b.picture("claim-" + scheme)
	}
	b.media("print", "light")
	if shown := js[string](b, `getComputedStyle(document.querySelector(".side")).display`); shown != "none" {
		t.Errorf("on paper the navigation is %q", shown)
	}
}
