package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
	"claimwire/partners"
)

// deskUnderTest is the pages over a real, embedded store.
type deskUnderTest struct {
	t      *testing.T
	g      *spine
	server *httptest.Server
	setup  web.Setup
	http   httpConfig
	signIn *web.SignIn
	now    time.Time
}

const goodPassword = "violin rain plough"

func newDesk(t *testing.T) *deskUnderTest { return newDeskWith(t, web.Setup{}, httpConfig{}) }

func newDeskWith(t *testing.T, setup web.Setup, c httpConfig) *deskUnderTest {
	return newDeskOf(t, setup, c, nil)
}

func newDeskOf(t *testing.T, setup web.Setup, c httpConfig, signIn *web.SignIn) *deskUnderTest {
	t.Helper()
	d := &deskUnderTest{t: t, setup: setup, http: c, signIn: signIn, now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
	payers, err := payerDirectory("")
	if err != nil {
		t.Fatal(err)
	}
	payer, err := partners.Parse("demo-payer.yaml", []byte(demoEnvelope+"organisation: larkspur\n"+fmt.Sprintf(demoConnection, 1, "key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")))
	if err != nil {
		t.Fatal(err)
	}
	d.g, err = openSpine(t.Context(), spineOptions{Dir: filepath.Join(t.TempDir(), "data"), Payers: payers, Profiles: []*partners.Profile{payer}, Now: func() time.Time { return d.now }, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.g.close() })
	d.server = httptest.NewUnstartedServer(nil)
	d.http.address = d.server.Listener.Addr().String()
	d.server.Config.Handler = d.g.pages(t.Context(), "test", d.http, d.signIn, d.setup)
	d.server.Start()
	t.Cleanup(d.server.Close)
	return d
}

var deskScope = gateway.Scope{Organisation: "larkspur", Usage: "test"}

// user adds a user with one role.
func (d *deskUnderTest) user(login string, role gateway.Role, change func(u *gateway.User)) {
	d.t.Helper()
	u := gateway.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Password: cheapPassword, Memberships: []gateway.Membership{{Scope: deskScope, Role: role}}}
	if change != nil {
		change(&u)
	}
	if added, err := (people{d.g.store}).AddUser(d.t.Context(), u); !added || err != nil {
		d.t.Fatalf("%s: %v %v", login, added, err)
	}
}

// cheapPassword is goodPassword, hashed once.
var cheapPassword = gateway.HashPassword([]byte(goodPassword))

// browser keeps cookies and follows redirects, as a browser does.
func (d *deskUnderTest) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (d *deskUnderTest) ask(c *http.Client, method, path string, form url.Values) (status int, at, body string) {
	d.t.Helper()
	req, err := http.NewRequest(method, d.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := c.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, resp.Request.URL.Path, string(b)
}

func (d *deskUnderTest) login(c *http.Client, login, password string) (status int, at, body string) {
	return d.ask(c, "POST", "/login", url.Values{"login": {login}, "password": {password}})
}

// TestLogIn: who gets in, who does not, and what is said.
func TestLogIn(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	d.user("gone", access.Biller, func(u *gateway.User) { u.Disabled = true })
	d.user("none", access.Biller, func(u *gateway.User) { u.Memberships = nil })
	d.user("newly", access.Biller, func(u *gateway.User) { u.MustChange = true })

	c := d.browser()
	if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/login" {
		t.Fatalf("without a session /claims leads to %s", at)
	}
	for login, password := range map[string]string{"lena": "wrong", "nobody": goodPassword, "gone": goodPassword, "none": goodPassword, "": ""} {
		status, _, body := d.login(c, login, password)
		if status != 422 || !strings.Contains(body, "The login or the password is not right") {
			t.Errorf("%s with %q: %d", login, password, status)
		}
	}
	// The page that was asked for comes after logging in; case and blanks of the
	// login do not matter.
	if status, at, body := d.login(c, " LENA ", goodPassword); status != 200 || at != "/claims" || !strings.Contains(body, "There is no claim yet") {
		t.Fatalf("lena: %d at %s", status, at)
	}
	if status, _, _ := d.ask(c, "GET", "/claims/1", nil); status != 404 {
		t.Errorf("a claim that is not there: %d", status)
	}
	if _, at, _ := d.ask(c, "POST", "/logout", nil); at != "/login" {
		t.Errorf("logging out leads to %s", at)
	}
	if _, at, _ := d.ask(c, "GET", "/", nil); at != "/login" {
		t.Error("after logging out, one is in")
	}
	// Who was given a password chooses another before anything else.
	c = d.browser()
	if _, at, _ := d.login(c, "newly", goodPassword); at != "/password" {
		t.Errorf("with a given password one comes to %s", at)
	}
	if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/password" {
		t.Errorf("with a given password one comes to %s", at)
	}
	change := url.Values{"old": {goodPassword}, "new": {"apples under bridge"}, "again": {"apples under bridge"}}
	if status, at, body := d.ask(c, "POST", "/password", change); status != 200 || at != "/" || !strings.Contains(body, "Your password is changed") {
		t.Errorf("changing it: %d at %s", status, at)
	}
}

// TestLockOutOfPages: five wrong passwords lock out, also the right one, and
// nothing tells so.
func TestLockOutOfPages(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	c := d.browser()
	for range access.MaxFailures {
		d.login(c, "lena", "wrong")
	}
	_, _, wrong := d.login(c, "lena", "wrong")
	status, _, right := d.login(c, "lena", goodPassword)
	if status != 422 || right != wrong {
		t.Errorf("locked out, the right password: %d", status)
	}
	d.now = d.now.Add(access.LockOut)
	if status, at, _ := d.login(c, "lena", goodPassword); status != 200 || at != "/" {
		t.Errorf("a quarter of an hour later: %d at %s", status, at)
	}
	// One address has a bound over all logins.
	refused := 0
	for range 60 {
		if _, _, body := d.login(c, "somebody", ""); strings.Contains(body, "Too many tries") {
			refused++
		}
	}
	if refused < 30 {
		t.Errorf("%d of 60 tries are refused", refused)
	}
}

// TestSecondStep: with a second factor, the password alone lets nobody in.
func TestSecondStep(t *testing.T) {
	d := newDesk(t)
	secret, _, err := access.NewSecret("lena")
	if err != nil {
		t.Fatal(err)
	}
	d.user("lena", access.Biller, func(u *gateway.User) { u.Secret = secret })
	c := d.browser()
	if _, at, _ := d.login(c, "lena", goodPassword); at != "/login/code" {
		t.Fatalf("after the password one is at %s", at)
	}
	if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/login" {
		t.Errorf("with the password alone one comes to %s", at)
	}
	if status, _, _ := d.ask(c, "POST", "/login/code", url.Values{"code": {"000000"}}); status != 422 {
		t.Errorf("a wrong code: %d", status)
	}
	code, err := totp.GenerateCode(secret, d.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, at, _ := d.ask(c, "POST", "/login/code", url.Values{"code": {code}}); at != "/claims" {
		t.Errorf("the right code leads to %s", at)
	}
	other := d.browser()
	d.login(other, "lena", goodPassword)
	if status, _, _ := d.ask(other, "POST", "/login/code", url.Values{"code": {code}}); status != 422 {
		t.Errorf("a code that has served: %d", status)
	}
}

// TestSecondStepOfAll: where everybody needs a second factor, who has none comes to
// where it is set up and nowhere else, and cannot take it away.
func TestSecondStepOfAll(t *testing.T) {
	d := newDeskWith(t, web.Setup{}, httpConfig{SecondFactor: true})
	d.user("lena", access.Biller, nil)
	c := d.browser()
	if _, at, _ := d.login(c, "lena", goodPassword); at != "/factor" {
		t.Fatalf("after the password one is at %s", at)
	}
	for _, path := range []string{"/", "/claims", "/denials"} {
		if _, at, _ := d.ask(c, "GET", path, nil); at != "/factor" {
			t.Errorf("%s leads to %s", path, at)
		}
	}
	_, _, body := d.ask(c, "GET", "/factor", nil)
	secret := regexp.MustCompile(`[A-Z2-7]{32}`).FindString(body)
	code, err := totp.GenerateCode(secret, d.now)
	if err != nil {
		t.Fatalf("%q: %v", secret, err)
	}
	if _, at, _ := d.ask(c, "POST", "/factor", url.Values{"code": {code}}); at != "/" {
		t.Errorf("the right code leads to %s", at)
	}
	if _, at, body := d.ask(c, "GET", "/factor", nil); at != "/factor" || strings.Contains(body, "type=\"password\"") {
		t.Error("it can be taken away")
	}
	if status, _, _ := d.ask(c, "POST", "/factor", url.Values{"password": {goodPassword}}); status != 422 {
		t.Errorf("taking it away: %d", status)
	}
	if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/claims" {
		t.Errorf("/claims leads to %s", at)
	}
}

// TestFromElsewhere: what another site sends in somebody's name is refused.
func TestFromElsewhere(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	c := d.browser()
	d.login(c, "lena", goodPassword)
	req, err := http.NewRequest("POST", d.server.URL+"/logout", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
	if _, at, _ := d.ask(c, "GET", "/", nil); at != "/" {
		t.Error("another site has logged somebody out")
	}
}

// TestFirstAdministrator: who has the code of an empty gateway becomes its
// administrator, nobody else, and nobody a second time.
func TestFirstAdministrator(t *testing.T) {
	d := newDeskWith(t, web.Setup{Code: "ABCD-EFGH", Organisation: "larkspur"}, httpConfig{})
	c := d.browser()
	if _, at, body := d.ask(c, "GET", "/", nil); at != "/setup" || !strings.Contains(body, "larkspur") {
		t.Fatalf("an empty gateway leads to %s", at)
	}
	form := url.Values{"code": {"WRONG"}, "organisation": {"larkspur"}, "organisation_name": {"Larkspur Family Medicine"}, "name": {"Lena Marsh"}, "login": {"lena"},
		"password": {goodPassword}, "again": {goodPassword}}
	for field, value := range map[string]string{"code": "WRONG", "organisation": "two words", "name": "", "login": "a b", "password": "short", "again": "other"} {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f.Set("code", "ABCD-EFGH")
		f.Set(field, value)
		if status, _, _ := d.ask(c, "POST", "/setup", f); status != 422 {
			t.Errorf("%s %q: %d", field, value, status)
		}
	}
	form.Set("code", "ABCD-EFGH")
	status, at, body := d.ask(c, "POST", "/setup", form)
	if status != 200 || at != "/" || !strings.Contains(body, "To the first paid claim") {
		t.Fatalf("with the code: %d at %s", status, at)
	}
	form.Set("login", "mallory")
	if _, at, _ := d.ask(d.browser(), "POST", "/setup", form); at != "/login" {
		t.Errorf("a second set-up leads to %s", at)
	}
	if _, err := (people{d.g.store}).UserByLogin(t.Context(), "mallory"); err == nil {
		t.Error("a second administrator was made")
	}
}
