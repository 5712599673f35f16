package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

// TestMatrix goes through every route with every role: who may not is told so,
// who may is not, and who is not logged in is asked to.
func TestMatrix(t *testing.T) {
	d := newDesk(t)
	browsers := map[gateway.Role]*http.Client{}
	for _, role := range access.Roles {
		d.user(string(role), role, func(u *gateway.User) {
			if role == access.Payer {
				u.Memberships[0].Partner = "acme"
			}
		})
	}
	begin := func(role gateway.Role) *http.Client {
		c := d.browser()
		d.now = d.now.Add(5 * time.Minute) // so that the bound of an address is not reached
		if status, at, _ := d.login(c, string(role), goodPassword); status != 200 || at == "/login" {
			t.Fatalf("%s: %d at %s", role, status, at)
		}
		return c
	}
	for _, role := range access.Roles {
		browsers[role] = begin(role)
	}
	nobody := d.browser()
	for _, route := range web.Routes() {
		method, path, ok := strings.Cut(route.Pattern, " ")
		if !ok {
			continue // what is nowhere
		}
		if strings.HasPrefix(path, "/live/") {
			continue // a stream does not end; who may is asked in the same place
		}
		path = strings.NewReplacer("{$}", "", "{id}", "999", "{document}", "999", "{list}", "held", "{partner}", "demo-payer", "{system}", "icd-10-cm", "{report}", "payers", "{sha256}", strings.Repeat("0", 64)).Replace(path)
		if strings.Contains(path, "{") {
			t.Errorf("%s: the test has no value for a part of the path", route.Pattern)
			continue
		}
		if status, at, body := d.ask(nobody, method, path, url.Values{}); !route.Public && (at != "/login" || !strings.Contains(body, "Log in")) {
			t.Errorf("%s without a session: %d at %s", route.Pattern, status, at)
		}
		for _, role := range access.Roles {
			c := browsers[role]
			status, at, _ := d.ask(c, method, path, url.Values{})
			if path == "/logout" {
				browsers[role] = begin(role)
			}
			may := route.Public || route.Needs == "" || access.May(role, route.Needs)
			switch {
			case may && (status == http.StatusForbidden || status >= 500):
				t.Errorf("%s as %s: %d at %s, and the matrix lets it in", route.Pattern, role, status, at)
			case !may && status != http.StatusForbidden:
				t.Errorf("%s as %s: %d at %s, want 403", route.Pattern, role, status, at)
			}
		}
	}
}

// put takes a file in, as an organisation's.
func (d *deskUnderTest) put(scope gateway.Scope, name string, b []byte) {
	d.t.Helper()
	m, err := d.g.submit(d.t.Context(), scope, "office", name, bytes.NewReader(b))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.g.intakeJob(d.t.Context(), &gateway.Job{Scope: scope, Kind: "intake", Args: strconv.FormatInt(m.ID, 10)}); err != nil {
		d.t.Fatal(err)
	}
}

// TestOthersData: nothing of another organisation, of the other usage, or for a
// payer of another partner, is found, listed, counted or shown; and a role sees
// of a claim what it may.
func TestOthersData(t *testing.T) {
	d := newDesk(t)
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", "837p.edi"))
	if err != nil {
		t.Fatal(err)
	}
	d.put(deskScope, "claims.837", b)
	var own []gateway.Claim
	if err := d.g.store.Read(t.Context(), func(tx *store.Tx) (err error) {
		own, err = tx.Claims(deskScope)
		return err
	}); err != nil || len(own) == 0 {
		t.Fatalf("%d claims: %v", len(own), err)
	}
	claim := own[0]
	page := "/claims/" + strconv.FormatInt(claim.ID, 10)
	money := claim.Charge.String()
	for _, c := range []struct {
		login  string
		role   gateway.Role
		change func(u *gateway.User)
		sees   bool
		shown  []string
		hidden []string
	}{
		{"biller", access.Biller, nil, true, []string{claim.ClaimID, money}, nil},
		{"coder", access.Coder, nil, true, []string{claim.ClaimID}, []string{money, "Where the money is"}},
		{"support", access.Support, nil, true, []string{claim.Trace}, []string{claim.ClaimID, money}},
		{"stranger", access.Manager, func(u *gateway.User) { u.Memberships[0].Scope.Organisation = "elsewhere" }, false, nil, nil},
		{"live", access.Manager, func(u *gateway.User) { u.Memberships[0].Scope.Usage = "production" }, false, nil, nil},
		{"payer", access.Payer, func(u *gateway.User) { u.Memberships[0].Partner = "somebody-else" }, false, nil, nil},
	} {
		d.user(c.login, c.role, c.change)
		b := d.browser()
		d.login(b, c.login, goodPassword)
		status, _, body := d.ask(b, "GET", page, nil)
		_, _, list := d.ask(b, "GET", "/claims", nil)
		_, at, found := d.ask(b, "POST", "/search", url.Values{"number": {claim.Trace}})
		if !c.sees {
			if status != http.StatusNotFound || strings.Contains(list, claim.Trace) || strings.Contains(list, claim.ClaimID) || at != "/search" || !strings.Contains(found, "Nothing of yours") {
				t.Errorf("%s sees a claim that is not theirs: %d, found at %s", c.login, status, at)
			}
			// It looks as if it were not there at all.
			_, _, none := d.ask(b, "GET", "/claims/999999", nil)
			if none != body {
				t.Errorf("%s: a claim that is not theirs looks unlike one that is not there", c.login)
			}
			continue
		}
		if status != 200 || at != page {
			t.Errorf("%s: %d, found at %s", c.login, status, at)
		}
		for _, text := range c.shown {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not see %q", c.login, text)
			}
		}
		for _, text := range c.hidden {
			if strings.Contains(body, text) || strings.Contains(list, text) {
				t.Errorf("%s sees %q", c.login, text)
			}
		}
	}
	// Each look is in the trail, and what was refused too.
	var trail []gateway.Audited
	if err := d.g.store.Read(t.Context(), func(tx *store.Tx) (err error) {
		trail, err = tx.AuditPage(deskScope, gateway.AuditQuery{Action: "claim.view", Object: "claim:" + strconv.FormatInt(claim.ID, 10)})
		return err
	}); err != nil || len(trail) < 3 {
		t.Errorf("%d looks at the claim are in the audit trail: %v", len(trail), err)
	}
	for _, a := range trail {
		if strings.Contains(a.Detail+a.Object+a.Actor, claim.ClaimID) {
			t.Errorf("the audit trail holds a patient control number: %+v", a)
		}
	}
}

// TestManagingUsers: a manager manages the own people and no others, gives no
// role above the own, and a session ends with what it was begun with.
func TestManagingUsers(t *testing.T) {
	d := newDesk(t)
	d.user("mia", access.Manager, nil)
	d.user("ben", access.Biller, nil)
	d.user("otto", access.Biller, func(u *gateway.User) { u.Memberships[0].Scope.Organisation = "elsewhere" })
	d.user("both", access.Biller, func(u *gateway.User) {
		u.Memberships = append(u.Memberships, gateway.Membership{Scope: gateway.Scope{Organisation: "elsewhere", Usage: "test"}, Role: access.Biller})
	})
	d.user("root", access.Administrator, nil)
	id := func(login string) string {
		u, err := (people{d.g.store}).UserByLogin(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		return "/users/" + strconv.FormatInt(u.ID, 10)
	}
	mia, ben := d.browser(), d.browser()
	d.login(mia, "mia", goodPassword)
	d.login(ben, "ben", goodPassword)
	_, _, list := d.ask(mia, "GET", "/users", nil)
	if !strings.Contains(list, "ben") || strings.Contains(list, "otto") || strings.Contains(list, "elsewhere") {
		t.Error("a manager sees other people than the own")
	}
	for _, c := range []struct {
		user, do string
		want     int
	}{{"otto", "disable", 404}, {"both", "password", 403}, {"both", "disable", 403}, {"root", "password", 403}, {"root", "remove", 403}, {"mia", "disable", 422}, {"ben", "nonsense", 404}} {
		form := url.Values{"do": {c.do}, "member": {"0"}}
		if status, _, _ := d.ask(mia, "POST", id(c.user), form); status != c.want {
			t.Errorf("%s of %s: %d, want %d", c.do, c.user, status, c.want)
		}
	}
	for role, want := range map[string]int{"administrator": 422, "payer": 422, "coder": 200} {
		form := url.Values{"login": {"new" + role}, "name": {"New"}, "role": {role}, "usage": {"production"}, "organisation": {"elsewhere"}}
		status, _, body := d.ask(mia, "POST", "/users", form)
		if status != want {
			t.Errorf("adding a %s: %d, want %d", role, status, want)
		}
		if want == 200 {
			u, err := (people{d.g.store}).UserByLogin(t.Context(), "new"+role)
			if err != nil || u.Memberships[0].Scope.Organisation != deskScope.Organisation || !u.MustChange || !strings.Contains(body, "until the first log-in") {
				t.Errorf("added %+v: %v", u, err)
			}
		}
	}
	// A new password ends the sessions of the old one.
	if _, at, _ := d.ask(ben, "GET", "/claims", nil); at != "/claims" {
		t.Fatal("ben is not in")
	}
	if status, _, body := d.ask(mia, "POST", id("ben"), url.Values{"do": {"password"}}); status != 200 || !strings.Contains(body, "secret") {
		t.Errorf("a new password: %d", status)
	}
	if _, at, _ := d.ask(ben, "GET", "/claims", nil); at != "/login" {
		t.Errorf("after the password was changed, a session goes on at %s", at)
	}
	if status, _, body := d.ask(mia, "GET", "/audit?object=user:ben", nil); status != 200 || !strings.Contains(body, "user.password") {
		t.Errorf("the audit trail does not tell of it: %d", status)
	}
	if status, _, body := d.ask(mia, "POST", "/audit/prove", nil); status != 200 || !strings.Contains(body, "Yes. Every entry follows") {
		t.Errorf("the audit trail is not whole: %d", status)
	}
	if status, _, body := d.ask(mia, "GET", "/audit/export", nil); status != 200 || !strings.HasPrefix(body, "id,at,actor") || strings.Contains(body, "false") {
		t.Errorf("export: %d %.80s", status, body)
	}
}
