package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// deskInWorld is the pages of a gateway that goes to a simulated payer.
func deskInWorld(t *testing.T) (*world, *deskUnderTest) {
	t.Helper()
	w := newWorld(t)
	w.open("", w.payer("demo-payer", deskScope.Organisation, nil, nil))
	d := &deskUnderTest{t: t, g: w.g}
	d.server = httptest.NewServer(w.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	return w, d
}

// claimOf finds the claim of a number that came first, or last.
func (d *deskUnderTest) claimOf(id string, last bool) (found gateway.Claim) {
	d.t.Helper()
	for _, c := range d.all() {
		if c.ClaimID == id {
			if found = c; !last {
				return found
			}
		}
	}
	if found.ID == 0 {
		d.t.Fatalf("no claim %s", id)
	}
	return found
}

func (d *deskUnderTest) wantState(id string, want gateway.State) {
	d.t.Helper()
	if c := d.claimOf(id, true); c.State != want {
		d.t.Errorf("%s is %s, want %s: %s", id, c.State, want, c.Findings)
	}
}

// press sends keys to whatever has the focus.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.run(chromedp.KeyEvent(k))
	}
}

// tabTo presses Tab until what a script describes has the focus.
func (b *tab) tabTo(what string) {
	b.t.Helper()
	for range 120 {
		b.press("\t")
		if js[bool](b, `(() => { const e = document.activeElement; return !!(`+what+`); })()`) {
			return
		}
	}
	b.t.Fatalf("Tab never comes to %s", what)
}

// goes runs what leads to another page, and waits until that is there.
func (b *tab) goes(to string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.run(actions...)
	b.run(chromedp.WaitReady(to), loaded)
}

// TestBillersDay is the day of a biller, in a browser, against a payer: claims are
// sent, a held one is corrected, a rejected one goes anew, a request is answered, a
// denial is worked, and what was paid shows its arithmetic.
func TestBillersDay(t *testing.T) {
	chromium(t)
	w, d := deskInWorld(t)
	d.user("lena", access.Manager, nil)
	var file bytes.Buffer
	for i, end := range []string{"HELD-SHARED", "REJECT", "RFI", "DENY", "SHARED"} {
		file.Write(encounter(t, "DAY-"+end, func(m map[string]any) {
			m["insurance"].(map[string]any)["member_id"] = "CMH447183" + strconv.Itoa(i)
			if i == 0 {
				m["patient"].(map[string]any)["birth_date"] = "2084-03-19"
			}
		}))
	}
	name := filepath.Join(t.TempDir(), "day.jsonl")
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openTab(t, d.server.URL)
	b.login("lena", goodPassword)
	b.wants("To the first paid claim")

	// Submit.
	b.open("/submit")
	b.goes(".progress", chromedp.SendKeys("#file", name), chromedp.Click(".card form button.main"))
	b.wants("The file is kept")
	w.settle()
	w.settle()
	b.open("/")
	b.wants("Held", "Rejected", "Information asked for", "Denied")
	b.picture("day-today")
	for id, want := range map[string]gateway.State{"DAY-HELD-SHARED": gateway.Held, "DAY-REJECT": gateway.Rejected, "DAY-RFI": gateway.Requested, "DAY-DENY": gateway.Denied, "DAY-SHARED": gateway.Paid} {
		d.wantState(id, want)
	}

	// Fix the held one, with the keyboard alone: go to the list, to the claim's
	// correction, to the field, check, send.
	b.press("gh")
	b.run(chromedp.WaitReady("table"))
	b.tabTo(`e.textContent === "Correct it"`)
	b.goes("#f-patient-birth_date", chromedp.KeyEvent("\r"))
	b.wants("1 thing keeps it from going")
	b.tabTo(`e.id === "f-patient-birth_date"`)
	b.run(chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
	b.press("1984-03-19")
	b.goes(".flash", chromedp.KeyEvent("\r"))
	b.wants("Our checks find nothing", "patient, birth date")
	b.tabTo(`e.value === "send"`)
	b.goes("#life", chromedp.KeyEvent("\r"))
	b.wants("It is on its way")
	w.settle()
	w.settle()
	d.wantState("DAY-HELD-SHARED", gateway.Paid)

	// The rejected one goes anew; the payer's reason stands above the form.
	b.open("/worklists/rejected")
	b.goes(".edit", chromedp.Click("td.do a"))
	b.wants("new original (frequency 1)", "Rejected")
	b.goes("button[value=send]", chromedp.SetValue("#f-id", "DAY-ANEW-SHARED"), chromedp.Click(".act button[value=check]"))
	b.goes("#life", chromedp.Click("button[value=send]"))
	w.settle()
	w.settle()
	d.wantState("DAY-ANEW-SHARED", gateway.Paid)
	if n := len(d.all()); n != 7 {
		t.Errorf("%d claims, want 7", n)
	}

	// The request is answered with a document.
	doc := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(doc, []byte("Visit note: seen for sinusitis.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := d.claimOf("DAY-RFI", true)
	b.open("/requests")
	b.wants("DAY-RFI")
	b.open("/claims/" + strconv.FormatInt(asked.ID, 10))
	b.goes("#answer", chromedp.Click(`.tasks a[href^="/requests/"]`))
	b.goes(".documents", chromedp.SendKeys("#document", doc), chromedp.Click("form.grid button"))
	b.goes("#sent", chromedp.Click("button[value=send]"))
	b.wants("The answer is on its way", "note.txt")
	w.settle()
	w.settle()
	b.run(chromedp.Reload())
	b.wants("answered", "the 275")
	if c := d.claimOf("DAY-RFI", true); c.State == gateway.Requested {
		t.Errorf("the payer has the answer, and the claim is still %s", c.State)
	}

	// The denial is worked: taken, appealed with a letter.
	b.open("/denials")
	b.goes("#do", chromedp.Click("tbody th a"))
	b.picture("day-denial")
	b.goes(".flash", chromedp.SetValue("#note", "asked the office for the order"), chromedp.Click("button[value=appealed]"))
	b.wants("appealed")

	// What was paid says how.
	c := d.claimOf("DAY-SHARED", true)
	b.open("/claims/" + strconv.FormatInt(c.ID, 10))
	b.wants("Where the money is", "Paid", "65.20", "Passed our checks", "Accepted for a decision")
	b.goes("#explained", chromedp.Click(".timeline li:last-child a.source"))
	if !strings.Contains(js[string](b, "location.search"), "at=") {
		t.Error("an event does not open its file at its segment")
	}
	b.goes("#sum", chromedp.Navigate(b.base+"/claims/"+strconv.FormatInt(c.ID, 10)), chromedp.Click("details.paid a"))
	b.wants("balances", "Payment (BPR02)")

	// It is taken back, which is asked twice and needs a reason.
	b.open("/claims/" + strconv.FormatInt(c.ID, 10))
	b.goes(".family", chromedp.Click(".sure summary"), chromedp.WaitVisible("#why-void"), chromedp.SendKeys("#why-void", "wrong patient"), chromedp.Click(`button[value="void"]`))
	b.wants("It takes back")
	w.settle()
	w.settle()
	if got := d.claimOf("DAY-SHARED", false); got.State != gateway.Reversed {
		t.Errorf("after the void it is %s", got.State)
	}
	b.open("/")

	// The one box finds it by its number; the number stands in no address.
	b.goes("#life", chromedp.SendKeys("#number", "DAY-ANEW-SHARED\r"))
	if at := js[string](b, "location.href"); strings.Contains(at, "DAY-ANEW") {
		t.Errorf("the number stands in %s", at)
	}

	everyPage(t, d, b)
}
