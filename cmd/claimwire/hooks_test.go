package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/hook"
)

// TestWebhooks: what happens is told in its order, signed so that the public
// library takes it, again after a failure, and again from where a person asks;
// nothing of a patient is in it, and no address inside the network is reached.
func TestWebhooks(t *testing.T) {
	d := newDesk(t)
	d.user("mia", access.Manager, nil)
	var mu sync.Mutex
	var got []string
	var bodies strings.Builder
	answer := http.StatusOK
	secret := ""
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies.Write(b)
		check, err := webhooks.NewWebhook(secret)
		if err != nil {
			t.Error(err)
			return
		}
		if err := check.VerifyIgnoringTimestamp(b, r.Header); err != nil {
			t.Errorf("%s: %v", r.Header.Get("webhook-id"), err)
		}
		if err := check.VerifyIgnoringTimestamp(append(b, ' '), r.Header); err == nil {
			t.Error("a changed message is taken")
		}
		var m hook.Message
		if err := json.Unmarshal(b, &m); err != nil {
			t.Error(err)
		}
		if answer == http.StatusOK {
			got = append(got, m.Type)
		}
		w.WriteHeader(answer)
	}))
	defer receiver.Close()

	c := d.browser()
	d.login(c, "mia", goodPassword)
	for _, bad := range []string{"", "ftp://a.example/", "http://a.example/", "https://user:word@a.example/", "https://"} {
		if status, _, _ := d.ask(c, "POST", "/webhooks", url.Values{"url": {bad}}); status != 422 {
			t.Errorf("%q: %d", bad, status)
		}
	}
	if status, at, _ := d.ask(c, "POST", "/webhooks", url.Values{"url": {receiver.URL}, "kind": {"held", "queued"}}); status != 200 || at != "/webhooks/1" {
		t.Fatalf("%d at %s", status, at)
	}
	h, _, err := (hooks{d.g}).Webhook(t.Context(), deskScope, 1)
	if err != nil {
		t.Fatal(err)
	}
	secret = h.Secret
	for _, name := range []string{"birth-date-in-future-03.json", "diagnosis-missing-04.json"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "encounters", "held", name))
		if err != nil {
			t.Fatal(err)
		}
		d.put(deskScope, name, b)
	}

	turn := func(want time.Duration) {
		t.Helper()
		again, err := d.g.teller.Turn(t.Context(), deskScope, 1)
		if err != nil || again != want {
			t.Errorf("again in %v: %v, want %v", again, err, want)
		}
	}
	// An address inside the network is not reached as long as it is not allowed.
	turn(5 * time.Second)
	if len(got) != 0 {
		t.Fatalf("told %v", got)
	}
	d.g.teller.Client = hook.NewClient([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	answer = http.StatusInternalServerError
	turn(5 * time.Minute)
	turn(30 * time.Minute)
	answer = http.StatusOK
	turn(2 * time.Second)
	if len(got) != 2 || got[0] != "claim.held" || got[1] != "claim.held" {
		t.Errorf("told %v, want two held claims", got)
	}
	turn(2 * time.Second)
	if len(got) != 2 {
		t.Errorf("told again: %v", got)
	}
	if status, _, body := d.ask(c, "POST", "/webhooks/1", url.Values{"do": {"replay"}, "event": {"1"}}); status != 200 || !strings.Contains(body, "the receiver answered 500") ||
		!strings.Contains(body, "inside this network") {
		t.Errorf("replay: %d", status)
	}
	turn(2 * time.Second)
	if len(got) != 4 {
		t.Errorf("after replay told %v", got)
	}
	for _, secret := range []string{"birth", "diagnos", "2026-", "HDE-", "LEC-"} {
		if strings.Contains(strings.ToLower(strings.ReplaceAll(bodies.String(), `"timestamp":"2026-`, "")), strings.ToLower(secret)) {
			t.Errorf("a message holds %q: %s", secret, bodies.String())
		}
	}
	// Gone means gone; a person resumes it.
	answer = http.StatusGone
	d.ask(c, "POST", "/webhooks/1", url.Values{"do": {"replay"}, "event": {"1"}})
	if _, err := d.g.teller.Turn(t.Context(), deskScope, 1); err != hook.ErrEnded {
		t.Errorf("gone: %v", err)
	}
	if h, _, _ := (hooks{d.g}).Webhook(t.Context(), deskScope, 1); h.State != gateway.WebhookFailing {
		t.Errorf("gone: %s", h.State)
	}
	if status, at, _ := d.ask(c, "POST", "/webhooks/1", url.Values{"do": {"remove"}}); status != 200 || at != "/webhooks" {
		t.Errorf("removed: %d at %s", status, at)
	}
}
