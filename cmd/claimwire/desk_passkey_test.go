package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	bigEndian "encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

// authenticator is a device with one passkey, as the test wants it to be.
type authenticator struct {
	key        *ecdsa.PrivateKey
	credential []byte
	handle     []byte
	count      uint32
	origin     string
	rpID       string
	verified   bool
}

var b64 = base64.RawURLEncoding

func newAuthenticator(t *testing.T, origin string) *authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{key: key, credential: []byte("credential " + rand.Text()), origin: origin, rpID: "localhost", verified: true}
}

// question is what the gateway asks a browser.
type question struct {
	Options struct {
		Challenge        string `json:"challenge"`
		RPID             string `json:"rpId"`
		UserVerification string `json:"userVerification"`
		RP               struct{ ID string }
		User             struct{ ID, Name string }
		Selection        struct {
			UserVerification string `json:"userVerification"`
			ResidentKey      string `json:"residentKey"`
		} `json:"authenticatorSelection"`
		Exclude []struct{ ID string } `json:"excludeCredentials"`
		Allow   []struct{ ID string } `json:"allowCredentials"`
	} `json:"options"`
	Problem string `json:"problem"`
	To      string `json:"to"`
}

func (a *authenticator) clientData(kind, challenge string) []byte {
	return []byte(`{"type":"webauthn.` + kind + `","challenge":"` + challenge + `","origin":"` + a.origin + `","crossOrigin":false}`)
}

// data is the authenticator data (WebAuthn 6.1).
func (a *authenticator) data(attested bool) []byte {
	rp := sha256.Sum256([]byte(a.rpID))
	flags := byte(1)
	if a.verified {
		flags |= 4
	}
	if attested {
		flags |= 64
	}
	b := append(bytes.Clone(rp[:]), flags)
	b = bigEndian.BigEndian.AppendUint32(b, a.count)
	if attested {
		b = append(b, make([]byte, 16)...)
		b = bigEndian.BigEndian.AppendUint16(b, uint16(len(a.credential)))
		b = append(b, a.credential...)
		point, err := a.key.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		// A COSE key: EC2, ES256, P-256, x and y.
		b = append(b, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32)
		b = append(b, point[1:33]...)
		b = append(b, 0x22, 0x58, 32)
		b = append(b, point[33:]...)
	}
	return b
}

// create answers a question for a new passkey, with no attestation.
func (a *authenticator) create(q question) map[string]any {
	a.handle, _ = b64.DecodeString(q.Options.User.ID)
	data := a.data(true)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"), byte(len(data)>>8), byte(len(data)))
	object = append(object, data...)
	return map[string]any{"id": b64.EncodeToString(a.credential), "rawId": b64.EncodeToString(a.credential), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(a.clientData("create", q.Options.Challenge)), "attestationObject": b64.EncodeToString(object), "transports": []string{"internal"}}}
}

// sign answers a question for a passkey.
func (a *authenticator) sign(t *testing.T, q question) map[string]any {
	t.Helper()
	client, data := a.clientData("get", q.Options.Challenge), a.data(false)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"id": b64.EncodeToString(a.credential), "rawId": b64.EncodeToString(a.credential), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.handle)}}
}

// script asks as a page's script does.
func (d *deskUnderTest) script(c *http.Client, path string, form url.Values, body any) (status int, q question) {
	d.t.Helper()
	kind, text := "application/x-www-form-urlencoded", []byte(form.Encode())
	if body != nil {
		var err error
		kind = "text/plain"
		if text, err = json.Marshal(body); err != nil {
			d.t.Fatal(err)
		}
	}
	req, err := http.NewRequest("POST", d.server.URL+path, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
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
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &q); err != nil {
			d.t.Fatal(err)
		}
	}
	return resp.StatusCode, q
}

func (d *deskUnderTest) origin() string {
	return strings.Replace(d.server.URL, "127.0.0.1", "localhost", 1)
}

// addPasskey adds a passkey of who is logged in.
func (d *deskUnderTest) addPasskey(c *http.Client, a *authenticator, name string) {
	d.t.Helper()
	status, q := d.script(c, "/passkeys/options", url.Values{"name": {name}, "confirm": {goodPassword}}, nil)
	if status != 200 {
		d.t.Fatalf("asking for a new passkey: %d %s", status, q.Problem)
	}
	if status, q := d.script(c, "/passkeys", nil, a.create(q)); status != 200 || q.To != "/passkeys" {
		d.t.Fatalf("adding it: %d %s", status, q.Problem)
	}
}

// signIn signs in with a passkey, in a browser of its own.
func (d *deskUnderTest) signInWith(a *authenticator) (c *http.Client, status int, q question) {
	d.t.Helper()
	c = d.browser()
	_, q = d.script(c, "/login/passkey/options", nil, nil)
	status, q = d.script(c, "/login/passkey", nil, a.sign(d.t, q))
	return c, status, q
}

// audited lists the details of an action's entries with an outcome, of lena's
// organisation, the oldest first.
func (d *deskUnderTest) audited(action, outcome string) string {
	d.t.Helper()
	var all []string
	for _, scope := range []gateway.Scope{deskScope, {}} {
		list, err := look(d.t.Context(), d.g.store, func(tx *store.Tx) ([]gateway.Audited, error) {
			return tx.AuditPage(scope, gateway.AuditQuery{Action: action})
		})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, a := range list {
			if a.Outcome == outcome {
				all = append(all, a.Actor+" "+a.Detail)
			}
		}
	}
	return strings.Join(all, "\n")
}

// TestPasskey: a passkey is added by who shows the password or the second step,
// lets its owner in as both steps, and serves no more once it is removed.
func TestPasskey(t *testing.T) {
	d := newDeskWith(t, web.Setup{}, httpConfig{SecondFactor: true})
	secret, _, err := access.NewSecret("lena")
	if err != nil {
		t.Fatal(err)
	}
	d.user("lena", access.Biller, nil)
	d.user("kim", access.Biller, func(u *gateway.User) { u.Secret, u.Password = secret, "" })
	c := d.browser()
	d.login(c, "lena", goodPassword)
	if _, _, body := d.ask(c, "GET", "/passkeys", nil); !strings.Contains(body, `data-origin="`+d.origin()+`"`) {
		t.Fatalf("the page offers none: %s", body)
	}
	for name, form := range map[string]url.Values{
		"no password":      {"name": {"Laptop"}},
		"a wrong password": {"name": {"Laptop"}, "confirm": {"wrong"}},
		"no name":          {"name": {" "}, "confirm": {goodPassword}},
		"a long name":      {"name": {strings.Repeat("n", 61)}, "confirm": {goodPassword}},
	} {
		if status, q := d.script(c, "/passkeys/options", form, nil); status != 422 || q.Options.Challenge != "" {
			t.Errorf("%s: %d", name, status)
		}
	}
	a := newAuthenticator(t, d.origin())
	d.addPasskey(c, a, " Laptop  of Lena ")
	if _, _, body := d.ask(c, "GET", "/passkeys", nil); !strings.Contains(body, "Laptop of Lena") || !strings.Contains(body, "never") {
		t.Error("the page does not list it")
	}
	if status, q := d.script(c, "/passkeys/options", url.Values{"name": {"Laptop of Lena"}, "confirm": {goodPassword}}, nil); status != 422 {
		t.Errorf("a second one of its name: %d %+v", status, q)
	}
	_, q := d.script(c, "/passkeys/options", url.Values{"name": {"Other"}, "confirm": {goodPassword}}, nil)
	if len(q.Options.Exclude) != 1 || q.Options.Exclude[0].ID != b64.EncodeToString(a.credential) || q.Options.User.ID != b64.EncodeToString(a.handle) ||
		q.Options.Selection.UserVerification != "required" || q.Options.Selection.ResidentKey != "required" || q.Options.RP.ID != "localhost" {
		t.Errorf("a second one is asked for with %+v", q.Options)
	}
	// It is both steps: where everybody needs two, one is in.
	a.count = 1
	in, status, q := d.signInWith(a)
	if status != 200 || q.To != "/" {
		t.Fatalf("signing in: %d %+v", status, q)
	}
	if _, at, _ := d.ask(in, "GET", "/claims", nil); at != "/claims" {
		t.Errorf("/claims leads to %s", at)
	}
	if got := d.audited("session.begin", gateway.AuditDone); !strings.Contains(got, "user:lena with the passkey Laptop of Lena") {
		t.Errorf("the audit trail says %q", got)
	}
	// Somebody else cannot remove it, nor a question be asked of them.
	d.user("otto", access.Biller, nil)
	otto := d.browser()
	d.login(otto, "otto", goodPassword)
	keys, err := passkeys{d.g.store}.Passkeys(t.Context(), mustUser(d, "lena").ID)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d passkeys: %v", len(keys), err)
	}
	remove := "/passkeys/" + strconv.FormatInt(keys[0].ID, 10) + "/remove"
	if status, _, _ := d.ask(otto, "POST", remove, nil); status != 404 {
		t.Errorf("somebody else removes it: %d", status)
	}
	// Removed, it serves no more, and what was begun with it ends.
	if _, at, body := d.ask(c, "POST", remove, nil); at != "/passkeys" || !strings.Contains(body, "Removed.") {
		t.Errorf("removing leads to %s", at)
	}
	if _, at, _ := d.ask(in, "GET", "/claims", nil); at != "/login" {
		t.Errorf("after its passkey is removed, a session goes on at %s", at)
	}
	a.count = 2
	if _, status, q := d.signInWith(a); status != 422 || q.To != "" {
		t.Errorf("removed, it lets in: %d", status)
	}
	if got := d.audited("passkey.add", gateway.AuditDone) + d.audited("passkey.remove", gateway.AuditDone); !strings.Contains(got, "user:lena Laptop of Lena") || strings.Count(got, "Laptop of Lena") != 2 {
		t.Errorf("the audit trail says %q", got)
	}

	// Who has no password confirms with a code, which serves once.
	kim := d.browser()
	if status, _, _ := d.ask(kim, "GET", "/passkeys", nil); status != 200 {
		t.Error(status)
	}
	code, err := totp.GenerateCode(secret, d.now)
	if err != nil {
		t.Fatal(err)
	}
	u := mustUser(d, "kim")
	d.give(kim, &u)
	if status, q := d.script(kim, "/passkeys/options", url.Values{"name": {"Key"}, "confirm": {code}}, nil); status != 200 || q.Options.Challenge == "" {
		t.Errorf("confirmed with a code: %d %s", status, q.Problem)
	}
	if status, _ := d.script(kim, "/passkeys/options", url.Values{"name": {"Key 2"}, "confirm": {code}}, nil); status != 422 {
		t.Errorf("the same code once more: %d", status)
	}
}

func mustUser(d *deskUnderTest, login string) gateway.User {
	d.t.Helper()
	u, err := (people{d.g.store}).UserByLogin(d.t.Context(), login)
	if err != nil {
		d.t.Fatal(err)
	}
	return u
}

// give gives a browser the session of a user who has no password: one that was
// begun with one, which is taken away then.
func (d *deskUnderTest) give(c *http.Client, u *gateway.User) {
	d.t.Helper()
	set := func(password string) {
		if err := (people{d.g.store}).ChangeUser(d.t.Context(), u.Login, func(v *gateway.User) error { v.Password = password; return nil }); err != nil {
			d.t.Fatal(err)
		}
	}
	a := newAuthenticator(d.t, d.origin())
	set(cheapPassword)
	k := gateway.Passkey{User: u.ID, Handle: []byte(u.Login + " handle"), Credential: a.credential, Name: "first", Made: d.now}
	data := a.data(true)
	k.Key = data[37+18+len(a.credential):]
	k.Flags = 5
	a.handle = k.Handle
	if added, err := (passkeys{d.g.store}).AddPasskey(d.t.Context(), k); !added || err != nil {
		d.t.Fatal(added, err)
	}
	set("")
	_, q := d.script(c, "/login/passkey/options", nil, nil)
	if status, q := d.script(c, "/login/passkey", nil, a.sign(d.t, q)); status != 200 {
		d.t.Fatalf("%d %s", status, q.Problem)
	}
}

// TestPasskeyRefused: what does not let in, and what the audit trail says of it.
func TestPasskeyRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(a *authenticator)           // before it signs
		answer  func(m map[string]any)           // what it has signed
		user    func(u *gateway.User)            // whose it is
		wait    bool                             // longer than a question lives
		also    func(d *deskUnderTest, id int64) // to what is kept
		audited string
		failure bool // counts towards locking out
	}{
		"another origin":         {change: func(a *authenticator) { a.origin = "https://elsewhere.example" }, audited: "verification error", failure: true},
		"another port":           {change: func(a *authenticator) { a.origin = "http://localhost:1" }, audited: "verification error", failure: true},
		"another name":           {change: func(a *authenticator) { a.rpID = "elsewhere.example" }, audited: "verification error", failure: true},
		"nobody verified":        {change: func(a *authenticator) { a.verified = false }, audited: "verification error", failure: true},
		"another key":            {change: func(a *authenticator) { a.key = newAuthenticator(t, "").key }, audited: "invalid signature", failure: true},
		"another user's handle":  {change: func(a *authenticator) { a.handle = []byte("otto handle") }, audited: "does not hold", failure: true},
		"no handle":              {change: func(a *authenticator) { a.handle = nil }, audited: "does not hold", failure: true},
		"an unknown credential":  {change: func(a *authenticator) { a.credential = []byte("nobody's") }, audited: "no such passkey"},
		"another user's":         {change: func(a *authenticator) { a.credential = []byte("otto's") }, audited: "user:otto", failure: false},
		"the count again":        {change: func(a *authenticator) { a.count = 10 }, audited: "went backwards", failure: true},
		"a count gone back":      {change: func(a *authenticator) { a.count = 3 }, audited: "went backwards", failure: true},
		"a count that is none":   {change: func(a *authenticator) { a.count = 0 }, audited: "went backwards", failure: true},
		"a locked user":          {user: func(u *gateway.User) { u.LockedUntil = u.LockedUntil.AddDate(3000, 0, 0) }, audited: "locked out"},
		"a disabled user":        {user: func(u *gateway.User) { u.Disabled = true }, audited: "disabled"},
		"a user without a role":  {user: func(u *gateway.User) { u.Memberships = nil }, audited: ""},
		"too late":               {wait: true, audited: "no open question"},
		"an answer that is none": {answer: func(m map[string]any) { delete(m, "response") }, audited: "does not hold"},
		"a changed authenticator": {answer: func(m map[string]any) {
			m["response"].(map[string]any)["authenticatorData"] = b64.EncodeToString(make([]byte, 37))
		}, audited: "does not hold", failure: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.user("lena", access.Biller, nil)
			d.user("otto", access.Biller, nil)
			in := d.browser()
			d.login(in, "lena", goodPassword)
			a := newAuthenticator(t, d.origin())
			d.addPasskey(in, a, "Laptop")
			other := newAuthenticator(t, d.origin())
			other.credential = []byte("otto's")
			data := other.data(true)
			if added, err := (passkeys{d.g.store}).AddPasskey(t.Context(), gateway.Passkey{User: mustUser(d, "otto").ID, Handle: []byte("otto handle"), Credential: other.credential, Key: data[37+18+len(other.credential):], Name: "o", Made: d.now}); !added || err != nil {
				t.Fatal(added, err)
			}
			a.count = 10
			if _, status, q := d.signInWith(a); status != 200 {
				t.Fatalf("%d %s", status, q.Problem)
			}
			a.count = 11
			if c.user != nil {
				if err := (people{d.g.store}).ChangeUser(t.Context(), "lena", func(u *gateway.User) error { c.user(u); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			before := mustUser(d, "lena")
			b := d.browser()
			_, q := d.script(b, "/login/passkey/options", nil, nil)
			if len(q.Options.Allow) != 0 || q.Options.UserVerification != "required" || q.Options.RPID != "localhost" {
				t.Errorf("asked with %+v", q.Options)
			}
			if c.change != nil {
				c.change(a)
			}
			m := a.sign(t, q)
			if c.answer != nil {
				c.answer(m)
			}
			if c.wait {
				d.now = d.now.Add(access.ChallengeLife)
			}
			status, got := d.script(b, "/login/passkey", nil, m)
			if status != 422 || got.To != "" || got.Problem == "" {
				t.Errorf("%d %+v", status, got)
			}
			if _, at, _ := d.ask(b, "GET", "/claims", nil); at != "/login" {
				t.Errorf("/claims leads to %s", at)
			}
			if denied := d.audited("session.begin", gateway.AuditDenied); !strings.Contains(denied, c.audited) {
				t.Errorf("the audit trail says %q", denied)
			}
			if after := mustUser(d, "lena"); (after.Failures != before.Failures) != c.failure {
				t.Errorf("failures %d, before %d", after.Failures, before.Failures)
			}
		})
	}
}

// TestPasskeyOnce: an answer serves once and in the browser that was asked; five
// that do not hold lock out, and a copy that was found out serves no more.
func TestPasskeyOnce(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	in := d.browser()
	d.login(in, "lena", goodPassword)
	a := newAuthenticator(t, d.origin())
	d.addPasskey(in, a, "Laptop")

	a.count = 1
	c := d.browser()
	_, q := d.script(c, "/login/passkey/options", nil, nil)
	m := a.sign(t, q)
	stranger := d.browser()
	d.script(stranger, "/login/passkey/options", nil, nil)
	if status, q := d.script(stranger, "/login/passkey", nil, m); status != 422 || q.To != "" {
		t.Errorf("in another browser: %d", status)
	}
	if status, _ := d.script(c, "/login/passkey", nil, m); status != 200 {
		t.Fatalf("in the browser that was asked: %d", status)
	}
	if status, q := d.script(c, "/login/passkey", nil, m); status != 422 || q.To != "" {
		t.Errorf("the same answer once more: %d", status)
	}
	// A question for a new passkey is none for signing in, and the other way round.
	_, q = d.script(in, "/passkeys/options", url.Values{"name": {"Other"}, "confirm": {goodPassword}}, nil)
	a.count = 2
	if status, _ := d.script(in, "/login/passkey", nil, a.sign(t, q)); status != 422 {
		t.Errorf("the answer to another question: %d", status)
	}
	_, q = d.script(in, "/login/passkey/options", nil, nil)
	if status, _ := d.script(in, "/passkeys", nil, newAuthenticator(t, d.origin()).create(q)); status != 422 {
		t.Errorf("a new passkey without a password: %d", status)
	}
	// A passkey of somebody else's device cannot be added twice.
	d.user("otto", access.Biller, nil)
	otto := d.browser()
	d.login(otto, "otto", goodPassword)
	_, q = d.script(otto, "/passkeys/options", url.Values{"name": {"Mine"}, "confirm": {goodPassword}}, nil)
	b := *a
	if status, _ := d.script(otto, "/passkeys", nil, b.create(q)); status != 422 {
		t.Errorf("a credential of somebody else's: %d", status)
	}
	for name, change := range map[string]func(a *authenticator){"another origin": func(a *authenticator) { a.origin = "https://elsewhere.example" }, "nobody verified": func(a *authenticator) { a.verified = false },
		"another name": func(a *authenticator) { a.rpID = "elsewhere.example" }} {
		_, q = d.script(otto, "/passkeys/options", url.Values{"name": {"Mine"}, "confirm": {goodPassword}}, nil)
		b := newAuthenticator(t, d.origin())
		change(b)
		if status, _ := d.script(otto, "/passkeys", nil, b.create(q)); status != 422 {
			t.Errorf("added from %s: %d", name, status)
		}
	}

	// Copied: both go on from the same count.
	d.now = d.now.Add(access.LockOut)
	copied := *a
	copied.count = 7
	if _, status, q := d.signInWith(&copied); status != 200 {
		t.Fatalf("the copy, first: %d %s", status, q.Problem)
	}
	a.count = 3
	if _, status, _ := d.signInWith(a); status != 422 {
		t.Errorf("the other one, then: %d", status)
	}
	copied.count = 8
	if _, status, _ := d.signInWith(&copied); status != 422 {
		t.Errorf("the copy serves still: %d", status)
	}
	if _, _, body := d.ask(in, "GET", "/passkeys", nil); !strings.Contains(body, "there may be a copy of it") {
		t.Error("its owner is not told")
	}

	// Wrong answers lock out, for passwords as well.
	d.now = d.now.Add(access.LockOut)
	key := newAuthenticator(t, d.origin())
	again := d.browser()
	d.login(again, "lena", goodPassword)
	d.addPasskey(again, key, "Phone")
	for range access.MaxFailures {
		wrong := *key
		wrong.origin = "https://elsewhere.example"
		d.signInWith(&wrong)
	}
	if _, status, _ := d.signInWith(key); status != 422 {
		t.Errorf("locked out, the passkey: %d", status)
	}
	if status, _, _ := d.login(d.browser(), "lena", goodPassword); status != 422 {
		t.Errorf("locked out, the password: %d", status)
	}
	d.now = d.now.Add(access.LockOut)
	key.count = 1
	if _, status, q := d.signInWith(key); status != 200 {
		t.Errorf("a quarter of an hour later: %d %s", status, q.Problem)
	}
	// One address has a bound.
	turned := 0
	for range 200 {
		if status, _ := d.script(stranger, "/login/passkey/options", nil, nil); status == 422 {
			turned++
		}
	}
	if turned < 100 {
		t.Errorf("%d of 200 questions are refused", turned)
	}
}

// TestPasskeysOfSomebody: who manages users can take passkeys away.
func TestPasskeysOfSomebody(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	d.user("mia", access.Manager, nil)
	in, mia := d.browser(), d.browser()
	d.login(in, "lena", goodPassword)
	a := newAuthenticator(t, d.origin())
	d.addPasskey(in, a, "Laptop")
	d.login(mia, "mia", goodPassword)
	if _, _, body := d.ask(mia, "GET", "/users", nil); !strings.Contains(body, "1 passkey") {
		t.Error("the list of users does not say who has passkeys")
	}
	if _, at, body := d.ask(mia, "POST", "/users/"+strconv.FormatInt(mustUser(d, "lena").ID, 10), url.Values{"do": {"passkeys"}}); at != "/users" || !strings.Contains(body, "The passkeys are removed") {
		t.Errorf("it leads to %s", at)
	}
	if _, status, _ := d.signInWith(a); status != 422 {
		t.Errorf("taken away, it lets in: %d", status)
	}
	if got := d.audited("user.passkeys", gateway.AuditDone); !strings.Contains(got, "user:mia") {
		t.Errorf("the audit trail says %q", got)
	}
}

// TestWherePasskeysServe: at an https address with a name, or on this machine; else
// the reason is said.
func TestWherePasskeysServe(t *testing.T) {
	for address, why := range map[string]string{"https://desk.example.net": "", "https://desk.example.net/": "", "https://desk.example.net:8443": "", "http://localhost:8837": "",
		"http://desk.example.net": "begins with https://", "http://127.0.0.1:8837": "begins with https://", "https://192.0.2.7": "has a name", "desk.example.net": "is an address",
		"https://desk.example.net/desk": "is an address", "ftp://desk.example.net": "begins with https://", "": "is an address"} {
		if got := access.PasskeyProblem(address); (got == "") != (why == "") || !strings.Contains(got, why) {
			t.Errorf("%s: %q", address, got)
		}
	}
	for _, c := range []struct {
		http   httpConfig
		origin string
	}{
		{httpConfig{PublicURL: "https://Desk.example.net/", address: "127.0.0.1:8837"}, "https://desk.example.net"},
		{httpConfig{address: "127.0.0.1:8837"}, "http://localhost:8837"},
		{httpConfig{address: "[::1]:8837"}, "http://localhost:8837"},
		{httpConfig{address: "192.0.2.7:8837"}, ""},
		{httpConfig{address: "[::]:8837"}, ""},
		{httpConfig{address: "[::]:8837", SignIn: &signInConfig{URL: "https://desk.example.net"}}, "https://desk.example.net"},
		{httpConfig{address: "[::]:8837", SignIn: &signInConfig{URL: "http://127.0.0.1:8837"}}, ""},
	} {
		p, why, err := c.http.passkeys()
		if err != nil || (p == nil) != (c.origin == "") || p != nil && p.Origin != c.origin || (p == nil) != (why != "") {
			t.Errorf("%+v: %v, %q, %v", c.http, p, why, err)
		}
	}
	d := newDeskWith(t, web.Setup{}, httpConfig{PublicURL: "http://desk.example.net"})
	d.user("lena", access.Biller, nil)
	c := d.browser()
	d.login(c, "lena", goodPassword)
	if _, _, body := d.ask(c, "GET", "/passkeys", nil); !strings.Contains(body, "Passkeys do not serve here") || strings.Contains(body, "passkey.js") {
		t.Error("the page does not say why none can be added")
	}
	if status, _ := d.script(c, "/login/passkey/options", nil, nil); status != 404 {
		t.Errorf("where none serve: %d", status)
	}
	if _, _, body := d.ask(d.browser(), "GET", "/login", nil); strings.Contains(body, "passkey") {
		t.Error("the door offers what does not serve")
	}
}
