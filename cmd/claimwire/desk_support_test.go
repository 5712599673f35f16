package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// TestSupportsDay is the day of support, in a browser: it finds a claim by our own
// number, says where it is, and sees of no patient a name, a number or an amount.
func TestSupportsDay(t *testing.T) {
	chromium(t)
	w, d := deskInWorld(t)
	d.user("sam", access.Support, nil)
	var file bytes.Buffer
	for i, id := range []string{"NAMED-SHARED", "NAMED-RFI", "NAMED-DENY", "NAMED-REJECT", "NAMED-HELD"} {
		file.Write(encounter(t, id, func(m map[string]any) {
			m["insurance"].(map[string]any)["member_id"] = "CMH447195" + strconv.Itoa(i)
			p := m["patient"].(map[string]any)
			p["last_name"], p["first_name"] = "Quillfeather", "Orsolya"
			if id == "NAMED-HELD" {
				p["birth_date"] = "2084-03-19"
			}
		}))
	}
	d.put(deskScope, "quillfeather.jsonl", file.Bytes())
	w.settle()
	w.settle()
	paid, held := d.claimOf("NAMED-SHARED", true), d.claimOf("NAMED-HELD", true)
	if paid.State != gateway.Paid || held.State != gateway.Held {
		t.Fatalf("%s, %s", paid.State, held.State)
	}

	b := openTab(t, d.server.URL)
	b.login("sam", goodPassword)
	b.goes("#life", chromedp.SendKeys("#number", paid.Trace+"\r"))
	b.wants(paid.Trace, "Sent to the payer", "Paid", "Accepted for a decision")
	b.open("/claims/" + strconv.FormatInt(held.ID, 10))
	b.wants("Held by our checks")
	// The office's own number finds nothing: it may be a patient's.
	b.open("/")
	b.goes(".empty", chromedp.SendKeys("#number", "NAMED-SHARED\r"))
	b.wants("Nothing of yours")

	secrets := []string{"quillfeather", "orsolya", "named-", "cmh44719", "1984-03-19", "2084-03-19", "windmill", "abernathy"}
	seen := b.everywhere(60, func(path string) {
		s := strings.ToLower(js[string](b, "document.documentElement.outerHTML"))
		for _, k := range secrets {
			// What was looked for stands in the box of the search, where it was typed.
			if strings.Contains(s, k) {
				t.Errorf("%s says %q to support", path, k)
			}
		}
		b.noMoney()
		if strings.HasPrefix(js[string](b, "document.title"), "Not") {
			t.Errorf("a link leads to %s, which is not for support", path)
		}
	})
	if len(seen) < 15 {
		t.Errorf("only %d pages were looked at: %v", len(seen), seen)
	}
	id := strconv.FormatInt(paid.Transmission, 10)
	for _, path := range []string{"/files/" + id + "/bytes", "/interchanges/" + strconv.FormatInt(paid.Interchange, 10) + "/bytes", "/denials", "/requests", "/remittances", "/reports", "/audit", "/claims/" + strconv.FormatInt(held.ID, 10) + "/correct"} {
		if status := js[int](b, `fetch("`+path+`").then((r) => r.status)`); status != 403 {
			t.Errorf("%s: %d, want 403", path, status)
		}
	}
}
