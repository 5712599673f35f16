package main

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"claimwire/gateway/access"
)

// TestDrillDown: a number of a report leads to the claims that it counts: of that
// payer, also where it is known by its name alone, and of those days.
func TestDrillDown(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Manager, nil)
	for _, c := range []struct{ id, payer, day string }{{"DRILL-1", "CMHP1", "2026-09-14"}, {"DRILL-2", "CMHP1", "2026-10-05"}, {"DRILL-3", "", "2026-10-06"}} {
		d.put(deskScope, c.id+".json", encounter(t, c.id, func(m map[string]any) {
			m["service_date"] = c.day
			if c.payer == "" {
				m["insurance"].(map[string]any)["payer"] = map[string]any{"name": "Unheard Of Health"}
			}
		}))
	}
	c := d.browser()
	d.login(c, "lena", goodPassword)
	list := func(report, label string) string {
		t.Helper()
		_, _, body := d.ask(c, "GET", report, nil)
		_, body, _ = strings.Cut(body, "<tbody>")
		m := regexp.MustCompile(`<th scope="row"><a href="([^"]*)">` + label).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("%s leads to no claims of %s:\n%s", report, label, body)
		}
		_, _, page := d.ask(c, "GET", html.UnescapeString(m[1]), nil)
		return page
	}
	for _, k := range []struct {
		report, label string
		want, not     []string
	}{
		{"/reports/payers", "Cascade Mutual Health", []string{"DRILL-1", "DRILL-2"}, []string{"DRILL-3"}},
		{"/reports/payers?from=2026-10-01&to=2026-10-31", "Cascade Mutual Health", []string{"DRILL-2"}, []string{"DRILL-1", "DRILL-3"}},
		{"/reports/payers", "UNHEARD OF HEALTH", []string{"DRILL-3"}, []string{"DRILL-1"}},
	} {
		page := list(k.report, "(?i)"+k.label)
		for _, w := range k.want {
			if !strings.Contains(page, w) {
				t.Errorf("%s, %s does not lead to %s", k.report, k.label, w)
			}
		}
		for _, w := range k.not {
			if strings.Contains(page, w) {
				t.Errorf("%s, %s leads to %s", k.report, k.label, w)
			}
		}
	}
}
