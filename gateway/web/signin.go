package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// SignIn lets people in whom an OpenID provider knows. It says who somebody is; what
// that user may, and that there is one, is said here.
type SignIn struct {
	Name     string // what people call it; on the button
	Issuer   string
	ClientID string
	Secret   string
	Claim    string // the claim that is the login; empty: email, when it is verified
	Back     string // the address of this desk's /login/back

	mu       sync.Mutex
	provider *oidc.Provider
	again    time.Time // not before: it could not be reached
}

// Bounds of a sign-in: how long a provider may take to answer, and a person.
const (
	signInAnswer = 10 * time.Second
	signInLife   = 10 * time.Minute
)

// errNotKnown is a sign-in whose login is nobody's here, or may not come in.
var errNotKnown = errors.New("no such login")

// open finds out about the provider when it is first needed, so that the gateway
// starts without it.
func (p *SignIn) open(now time.Time) (*oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.provider == nil {
		if now.Before(p.again) {
			return nil, errors.New("it could not be reached a moment ago")
		}
		// The provider's keys are fetched again by this client for as long as it lives.
		found, err := oidc.NewProvider(oidc.ClientContext(context.Background(), &http.Client{Timeout: signInAnswer}), p.Issuer)
		if err != nil {
			p.again = now.Add(signInAnswer)
			return nil, err
		}
		p.provider = found
	}
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: p.provider.Endpoint(), RedirectURL: p.Back, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

// login reads who somebody is out of a provider's answer.
func (p *SignIn) login(ctx context.Context, code, verifier, nonce string, now func() time.Time) (string, error) {
	c, err := p.open(now())
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, &http.Client{Timeout: signInAnswer}), signInAnswer)
	defer cancel()
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", errors.New("the provider gave no token") // its words are not ours to log
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.provider.Verifier(&oidc.Config{ClientID: p.ClientID, Now: now}).Verify(ctx, raw)
	if err != nil {
		return "", errors.New("the provider's token does not hold")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return "", errors.New("the provider's token answers another question")
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return "", err
	}
	if p.Claim != "" {
		login, _ := claims[p.Claim].(string)
		return access.CleanLogin(login), nil
	}
	if verified, _ := claims["email_verified"].(bool); !verified {
		return "", errNotKnown
	}
	login, _ := claims["email"].(string)
	return access.CleanLogin(login), nil
}

// signInCookie keeps what only the browser that began may end. It is for requests
// that come from the provider too, which a session's cookie is not.
func (s *server) signInCookie(value string, age time.Duration) *http.Cookie {
	name := "claimwire-signin"
	if s.Secure {
		name = "__Host-" + name
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(age / time.Second)}
}

// doSignIn sends somebody to the provider.
func doSignIn(s *server, r *request) error {
	if s.SignIn == nil {
		return errNotFound
	}
	c, err := s.SignIn.open(s.Now())
	if err != nil {
		s.Log.Error().Msg("the sign-in provider cannot be reached")
		return s.signInFailed(r, s.SignIn.Name+" cannot be reached now. Log in with your password, or try again.")
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	to := base64.RawURLEncoding.EncodeToString([]byte(s.sessions.PopString(r.Context(), "to")))
	http.SetCookie(r.w, s.signInCookie(strings.Join([]string{state, nonce, verifier, to}, "."), signInLife))
	http.Redirect(r.w, r.Request, c.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	return nil
}

// doSignedIn takes somebody whom the provider sends back.
func doSignedIn(s *server, r *request) error {
	if s.SignIn == nil {
		return errNotFound
	}
	q := r.URL.Query()
	kept, err := r.Cookie(s.signInCookie("", 0).Name)
	http.SetCookie(r.w, s.signInCookie("", -time.Second))
	var parts []string
	if err == nil {
		parts = strings.Split(kept.Value, ".")
	}
	if len(parts) != 4 || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(q.Get("state"))) != 1 || !s.tries.Allow(addressOf(r.Request), s.Now()) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "a sign-in that was not begun here")
		return s.signInFailed(r, "That sign-in was not begun here, or took too long. Begin again.")
	}
	if q.Get("code") == "" {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "refused by the provider")
		return s.signInFailed(r, s.SignIn.Name+" did not let you in.")
	}
	login, err := s.SignIn.login(r.Context(), q.Get("code"), parts[2], parts[1], s.Now)
	if err != nil && !errors.Is(err, errNotKnown) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, err.Error())
		return s.signInFailed(r, "The answer of "+s.SignIn.Name+" cannot be used. Begin again; if it stays so, tell your administrator.")
	}
	u := gateway.User{}
	if err == nil && login != "" {
		if u, err = s.People.UserByLogin(r.Context(), login); err != nil && !isNotFound(err) {
			return err
		}
	}
	if err != nil || login == "" || u.Disabled || len(u.Memberships) == 0 || access.Locked(&u, s.Now()) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "no log-in here of who signed in")
		return s.signInFailed(r, s.SignIn.Name+" knows you, and you have no log-in here. Ask your administrator for one.")
	}
	if _, err := s.enter(r, login, "through "+s.SignIn.Name); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keySignedIn, true)
	to := "/"
	if b, err := base64.RawURLEncoding.DecodeString(parts[3]); err == nil && len(b) > 0 {
		to = safePath(string(b))
	}
	// The session's cookie is not sent along a way that began elsewhere; a page of
	// ours begins a new one.
	r.w.Header().Set("Refresh", "0; url="+to)
	return s.show(r, http.StatusOK, "signedin", "Log in", map[string]any{"To": to})
}

// safePath is a path of this desk, or the first page.
func safePath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

func (s *server) signInFailed(r *request, text string) error {
	return s.show(r, http.StatusUnprocessableEntity, "login", "Log in", map[string]any{"Problem": text})
}
