package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/store"
)

// TestFindPeople: the one box finds claims by whose they are, for those who may see
// names, in their own organisation; also claims that came before people could be
// found, once the job has read them.
func TestFindPeople(t *testing.T) {
	d := newDesk(t)
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", "837p.edi"))
	if err != nil {
		t.Fatal(err)
	}
	d.put(deskScope, "claims.837", b)
	d.put(gateway.Scope{Organisation: "elsewhere", Usage: "test"}, "claims.837", b)
	all, err := look(t.Context(), d.g.store, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Claims(deskScope) })
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	first := all[0].ClaimID
	d.user("biller", access.Biller, nil)
	d.user("coder", access.Coder, nil)
	d.user("support", access.Support, nil)
	d.user("root", access.Administrator, nil)
	d.user("analyst", access.Payer, func(u *gateway.User) { u.Memberships[0].Partner = "somebody-else" })
	d.user("stranger", access.Manager, func(u *gateway.User) { u.Memberships[0].Scope.Organisation = "nobody" })
	search := func(c *http.Client, text string) (string, string) {
		t.Helper()
		status, at, body := d.ask(c, "POST", "/search", url.Values{"number": {text}})
		if status != 200 {
			t.Errorf("%q: %d", text, status)
		}
		if i := strings.Index(body, "<main"); i >= 0 {
			body = body[i:]
		}
		return at, body
	}
	sees := map[string]bool{"biller": true, "coder": true}
	for _, login := range []string{"biller", "coder", "support", "root", "analyst", "stranger"} {
		c := d.browser()
		d.login(c, login, goodPassword)
		for _, text := range []string{"Abernathy", "abernathy, marg", "Margaret ABERNATHY", "aber 1961-04-12", "Abérnathy, M 04/12/1961"} {
			at, body := search(c, text)
			found := strings.HasPrefix(at, "/claims/") && strings.Contains(body, first) || strings.Contains(body, "People") && strings.Contains(body, "ABERNATHY, MARGARET")
			if found != sees[login] {
				t.Errorf("%s looks for %q: found %v, at %s\n%.1500s", login, text, found, at, body)
			}
			if !sees[login] && strings.Contains(body, first) {
				t.Errorf("%s looks for %q and sees a claim", login, text)
			}
		}
		for _, text := range []string{"Abernathy 1961-04-13", "Abernathy, Zoe", "Nobody", "%"} {
			if at, body := search(c, text); at != "/search" || strings.Contains(body, first) {
				t.Errorf("%s looks for %q and finds something at %s", login, text, at)
			}
		}
	}
	// Before, nobody could be found.
	if err := d.g.store.Do(t.Context(), func(tx *store.Tx) error {
		for i := range all {
			all[i].Person, all[i].Insured = gateway.NotIndexed, ""
		}
		if err := tx.SetPeople(all); err != nil {
			return err
		}
		return d.g.askToIndex(tx)
	}); err != nil {
		t.Fatal(err)
	}
	c := d.browser()
	d.login(c, "biller", goodPassword)
	if _, body := search(c, "Abernathy"); strings.Contains(body, first) {
		t.Error("what is not read is found")
	}
	if err := d.g.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if at, body := search(c, "Abernathy, Margaret"); !strings.HasPrefix(at, "/claims/") && !strings.Contains(body, first) {
		t.Errorf("what was read is not found: %s\n%.1500s", at, body)
	}
	// No name is kept of who was looked for.
	trail, err := look(t.Context(), d.g.store, func(tx *store.Tx) ([]gateway.Audited, error) {
		return tx.AuditPage(deskScope, gateway.AuditQuery{Action: "search"})
	})
	if err != nil || len(trail) == 0 {
		t.Fatalf("%d searches are in the audit trail: %v", len(trail), err)
	}
	for _, a := range trail {
		if strings.Contains(strings.ToLower(a.Detail+a.Object), "abern") {
			t.Errorf("the audit trail holds a name: %+v", a)
		}
	}
}
