package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// openID is a provider that lets in whom the test says.
type openID struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	claims map[string]any // of the next token, besides those of the standard
	change func(claims map[string]any)
	asked  url.Values // what the gateway sent the person with
}

func newOpenID(t *testing.T, now func() time.Time) *openID {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &openID{t: t, key: key}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if r.PostFormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		claims := map[string]any{"iss": p.URL, "aud": "claimwire", "sub": "17", "iat": now().Unix(), "exp": now().Add(time.Minute).Unix(), "nonce": p.asked.Get("nonce")}
		for k, v := range p.claims {
			claims[k] = v
		}
		if p.change != nil {
			p.change(claims)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
		if err != nil {
			t.Error(err)
		}
		text, err := json.Marshal(claims)
		if err != nil {
			t.Error(err)
		}
		signed, err := signer.Sign(text)
		if err != nil {
			t.Error(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Error(err)
		}
		answer(w, map[string]any{"access_token": "none", "token_type": "Bearer", "id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// TestSignIn: who an OpenID provider knows comes in as the user of that name, and
// nobody else does.
func TestSignIn(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	p := newOpenID(t, func() time.Time { return now })
	d := newDeskOf(t, web.Setup{}, httpConfig{SecondFactor: true}, &web.SignIn{Name: "Harbor ID", Issuer: p.URL, ClientID: "claimwire", Secret: "word", Back: "http://desk.example/login/back"})
	d.user("lena@larkspur.example", access.Biller, func(u *gateway.User) { u.MustChange = true })
	d.user("gone@larkspur.example", access.Biller, func(u *gateway.User) { u.Disabled = true })

	// begin goes to the provider and gives the way back.
	begin := func(c *http.Client) url.Values {
		t.Helper()
		c.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/authorize" {
				return http.ErrUseLastResponse
			}
			return nil
		}
		resp, err := c.Get(d.server.URL + "/login/with")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		to, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || to.Path != "/authorize" {
			t.Fatalf("it leads to %q", resp.Header.Get("Location"))
		}
		p.asked = to.Query()
		if p.asked.Get("redirect_uri") != "http://desk.example/login/back" || p.asked.Get("code_challenge_method") != "S256" || p.asked.Get("nonce") == "" {
			t.Fatalf("asked with %v", p.asked)
		}
		return url.Values{"state": {p.asked.Get("state")}, "code": {"good"}}
	}
	back := func(c *http.Client, q url.Values) (int, string) {
		t.Helper()
		status, _, body := d.ask(c, "GET", "/login/back?"+q.Encode(), nil)
		return status, body
	}

	if _, _, body := d.ask(d.browser(), "GET", "/login", nil); !strings.Contains(body, "Log in with Harbor ID") {
		t.Error("the page does not offer it")
	}
	c := d.browser()
	d.ask(c, "GET", "/denials", nil) // where it was to go
	p.claims = map[string]any{"email": "Lena@Larkspur.example", "email_verified": true}
	q := begin(c)
	status, body := back(c, q)
	if status != 200 || !strings.Contains(body, `href="/denials"`) {
		t.Fatalf("%d: %s", status, body)
	}
	// The provider's password and second step count, not ours.
	if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/claims" {
		t.Errorf("/claims leads to %s", at)
	}
	if status, _ := back(c, q); status != 422 {
		t.Errorf("the same answer once more: %d", status)
	}

	for name, change := range map[string]func(claims map[string]any, q url.Values){
		"an address that is not verified": func(c map[string]any, _ url.Values) { c["email_verified"] = false },
		"somebody else":                   func(c map[string]any, _ url.Values) { c["email"] = "other@larkspur.example" },
		"somebody who may not":            func(c map[string]any, _ url.Values) { c["email"] = "gone@larkspur.example" },
		"nobody":                          func(c map[string]any, _ url.Values) { delete(c, "email") },
		"another gateway's token":         func(c map[string]any, _ url.Values) { c["aud"] = "other" },
		"another issuer":                  func(c map[string]any, _ url.Values) { c["iss"] = "https://other.example" },
		"an old token":                    func(c map[string]any, _ url.Values) { c["exp"] = now.Add(-time.Minute).Unix() },
		"a token of another question":     func(c map[string]any, _ url.Values) { c["nonce"] = "other" },
		"a state of another browser":      func(_ map[string]any, q url.Values) { q.Set("state", "other") },
		"a code that is none":             func(_ map[string]any, q url.Values) { q.Set("code", "bad") },
		"refused":                         func(_ map[string]any, q url.Values) { q.Del("code"); q.Set("error", "access_denied") },
	} {
		c := d.browser()
		q := begin(c)
		p.change = func(claims map[string]any) { change(claims, url.Values{}) }
		change(map[string]any{}, q)
		if status, body := back(c, q); status != 422 || strings.Contains(body, "larkspur.example") {
			t.Errorf("%s: %d", name, status)
		}
		if _, at, _ := d.ask(c, "GET", "/claims", nil); at != "/login" {
			t.Errorf("%s: /claims leads to %s", name, at)
		}
	}
	p.change = nil
	if status, _ := back(d.browser(), begin(d.browser())); status != 422 {
		t.Errorf("begun in another browser: %d", status)
	}
	// The password is still a way in, with its own second step.
	other := d.browser()
	if _, at, _ := d.login(other, "lena@larkspur.example", goodPassword); at != "/password" {
		t.Errorf("a password leads to %s", at)
	}

	p.Close()
	away := newDeskOf(t, web.Setup{}, httpConfig{}, &web.SignIn{Name: "Harbor ID", Issuer: p.URL, ClientID: "claimwire"})
	if status, _, body := away.ask(away.browser(), "GET", "/login/with", nil); status != 422 || !strings.Contains(body, "cannot be reached") {
		t.Errorf("a provider that is away: %d", status)
	}
	if status, _, _ := newDesk(t).ask(d.browser(), "GET", "/login/with", nil); status != 404 {
		t.Errorf("without a provider: %d", status)
	}
}
