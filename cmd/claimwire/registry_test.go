package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/partners/simulate"
)

// comesIn logs in at the running gateway's door.
func (r *running) comesIn(user string, key ssh.Signer) (*sftp.Client, error) {
	conn, err := ssh.Dial("tcp", r.s.sftp.Addr().String(), &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.FixedHostKey(r.host.PublicKey()), Timeout: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	r.t.Cleanup(func() { conn.Close() })
	return sftp.NewClient(conn)
}

// TestPartnersServeAtOnce: what is written at the desk, or into the folder, serves in
// the running gateway: an office logs in and brings claims, a payer gets them and is
// asked for its answers, and who is removed or changed is let go.
func TestPartnersServeAtOnce(t *testing.T) {
	r := startGateway(t, "")
	dir := filepath.Dir(r.file)
	d := &deskUnderTest{t: t, g: r.s.g, server: &httptest.Server{URL: "http://" + r.s.httpAddr}}
	d.user("root", access.Administrator, nil)
	c := d.browser()
	d.login(c, "root", goodPassword)
	save := func(text string, want int) string {
		t.Helper()
		status, _, body := d.ask(c, "POST", "/partners/profile", url.Values{"text": {text}, "do": {"save"}})
		if status != want {
			t.Fatalf("keeping a profile: %d, want %d\n%s", status, want, body)
		}
		return body
	}
	key, _, err := keyIn(filepath.Join(dir, "keys"), "meadow")
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := keyIn(filepath.Join(dir, "keys"), "meadow-2")
	if err != nil {
		t.Fatal(err)
	}
	meadow := func(user string, k ssh.Signer) string {
		return fmt.Sprintf("id: meadow-office\nname: Meadow Family Medicine\nusage: test\nkind: office\norganisation: larkspur\nlogin: {user: %s, keys: [%q]}\n", user, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.PublicKey()))))
	}
	if _, err := r.comesIn("meadow", key); err == nil {
		t.Fatal("nobody's log-in lets in")
	}
	// A profile that the door cannot serve changes nothing.
	if body := save(meadow("larkspur", key), 409); !strings.Contains(body, "same login.user") {
		t.Error("it is not said why")
	}
	if _, err := r.comesIn("larkspur", r.office); err != nil {
		t.Errorf("the office that was there: %v", err)
	}
	save(meadow("meadow", key), 200)
	in, err := r.comesIn("meadow", key)
	if err != nil {
		t.Fatalf("added at the desk, it cannot log in: %v", err)
	}
	f, err := in.Create("/upload/day.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(sample(t, "cardiology-echo-02.json"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r.until("the receipt of what it brought", func() bool {
		list, err := in.ReadDir("/download")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if strings.HasSuffix(e.Name(), "-receipt.txt") {
				return true
			}
		}
		return false
	})
	// Others' profiles change: who is inside stays.
	text := meadow("meadow", key) + "certification: {}\n"
	if status, _, body := d.ask(c, "POST", "/partners/profile", url.Values{"text": {text}, "do": {"save"}}); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := in.ReadDir("/download"); err != nil {
		t.Errorf("nothing of its log-in has changed, and it is let go: %v", err)
	}
	// Another key: whoever came by the old one is let go, and does not come back.
	save(meadow("meadow", other), 200)
	if _, err := in.ReadDir("/download"); err == nil {
		t.Error("with a key that is none any more, somebody stays")
	}
	if _, err := r.comesIn("meadow", key); err == nil {
		t.Error("the old key lets in")
	}
	in, err = r.comesIn("meadow", other)
	if err != nil {
		t.Fatalf("the new key does not let in: %v", err)
	}

	// A payer that we go to: claims go there once the directory says so, and its
	// answers are fetched.
	host, _, err := keyIn(filepath.Join(dir, "keys"), "second-host")
	if err != nil {
		t.Fatal(err)
	}
	own, ownFile, err := keyIn(filepath.Join(dir, "keys"), "gateway")
	if err != nil {
		t.Fatal(err)
	}
	payer, err := simulate.New(simulate.Config{ID: "DEMOPAYER", Dir: filepath.Join(dir, "second"), Keys: []ssh.PublicKey{own.PublicKey()}, HostKey: host, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ctx := t.Context()
	go func() { defer close(done); payer.Run(ctx) }()
	t.Cleanup(func() { <-done })
	second := strings.NewReplacer("id: demo-payer", "id: second", "name: Demo Payer", "name: Second Payer", "port: 2223", fmt.Sprintf("port: %d", payer.Port())).
		Replace(fmt.Sprintf(firstPartner, "larkspur", ownFile, ssh.FingerprintSHA256(host.PublicKey())))
	if body := save(strings.Replace(second, "organisation: larkspur\n", "", 1), 409); !strings.Contains(body, "has no organisation") {
		t.Error("it is not said why")
	}
	save(second, 200)
	directory, err := os.ReadFile(filepath.Join(dir, "payers.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "payers.yaml"), []byte(strings.ReplaceAll(string(directory), "partner: demo-payer", "partner: second")), 0o600); err != nil {
		t.Fatal(err)
	}
	r.until("the directory is read anew", func() bool { p, ok := r.s.g.payer("CMHP1", ""); return !ok || p.Partner == "second" })
	var m api.Transmission
	status, b := r.ask("POST", "/v1/transmissions", firstKey, sample(t, "physical-therapy-week.csv"))
	if err := json.Unmarshal(b, &m); err != nil || status != 201 {
		t.Fatalf("submit: %d %s", status, b)
	}
	var claims api.List[api.Claim]
	r.until("the second payer decides", func() bool {
		_, b := r.ask("GET", fmt.Sprintf("/v1/transmissions/%d/receipt", m.ID), firstKey, "")
		if err := json.Unmarshal(b, &claims); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		n := answeredClaims(claims.Items)
		return n > 0 && n == len(claims.Items)
	})
	if sent, err := desk.Files(desk{r.s.g}, t.Context(), deskScope, "second", gateway.Page{Limit: 10}); err != nil || len(sent) == 0 {
		t.Errorf("%d files of the second payer: %v", len(sent), err)
	}

	// Removed: refused, let go, and not gone to any more.
	remove := func(id, typed string, want int) {
		t.Helper()
		if status, _, body := d.ask(c, "POST", "/partners/"+id+"/remove", url.Values{"id": {typed}}); status != want {
			t.Errorf("removing %s: %d, want %d\n%s", id, status, want, body)
		}
	}
	remove("meadow-office", "meadow", 422)
	remove("demo-payer", "demo-payer", 409) // its file has another name
	remove("meadow-office", "meadow-office", 200)
	remove("meadow-office", "meadow-office", 404)
	remove("second", "second", 200)
	if _, err := in.ReadDir("/download"); err == nil {
		t.Error("removed, it stays inside")
	}
	if _, err := r.comesIn("meadow", other); err == nil {
		t.Error("removed, it comes in")
	}
	if _, err := r.comesIn("larkspur", r.office); err != nil {
		t.Errorf("the office that was there: %v", err)
	}
	if status, _, _ := d.ask(c, "GET", "/partners/second", nil); status != 404 {
		t.Errorf("removed, it is shown: %d", status)
	}
	// Written into the folder by hand, it serves too; what is wrong changes nothing.
	file := filepath.Join(dir, "partners", "meadow-office.yaml")
	if err := os.WriteFile(file, []byte("id: meadow-office\nusage: sometimes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.until("what is wrong is told", func() bool { return strings.Contains(r.log.String(), "they stay as they were") })
	if err := os.WriteFile(file, []byte(meadow("meadow", key)), 0o600); err != nil {
		t.Fatal(err)
	}
	r.until("it comes in", func() bool { _, err := r.comesIn("meadow", key); return err == nil })
	for _, want := range []string{"a trading partner is added", "a trading partner is changed", "a trading partner is removed"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}
