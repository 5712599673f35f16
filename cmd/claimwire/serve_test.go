package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway/api"
	"claimwire/gateway/store/storetest"
	"claimwire/partners/simulate"
	"claimwire/testdata"
)

// running is a gateway with a simulated payer, an office that comes over SFTP,
// and keys of two offices.
type running struct {
	t      *testing.T
	s      *service
	log    *lockedBuffer
	file   string // the configuration
	office ssh.Signer
	host   ssh.Signer
}

// The keys of the tests.
const (
	firstKey  = "first-key-of-the-test"
	readerKey = "reader-key-of-the-test"
	otherKey  = "other-key-of-the-test"
	realKey   = "production-key-of-the-test"

	operatorKey = "operator-key-of-the-test"
)

// lockedBuffer may be written and read at once.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all of it.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startGateway starts one; dialect is in which the payer asks for information.
func startGateway(t *testing.T, database string, dialect ...string) *running {
	t.Helper()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	host, _, err := keyIn(filepath.Join(dir, "keys"), "payer-host")
	must(err)
	own, ownFile, err := keyIn(filepath.Join(dir, "keys"), "gateway")
	must(err)
	office, _, err := keyIn(filepath.Join(dir, "keys"), "office")
	must(err)
	door, doorFile, err := keyIn(filepath.Join(dir, "keys"), "door")
	must(err)
	payer, err := simulate.New(simulate.Config{ID: "DEMOPAYER", Dir: filepath.Join(dir, "payer"), Keys: []ssh.PublicKey{own.PublicKey()}, HostKey: host, Seed: 1, Dialect: strings.Join(dialect, "")})
	must(err)
	must(os.MkdirAll(filepath.Join(dir, "partners"), 0o700))
	profile := strings.Replace(fmt.Sprintf(firstPartner, "larkspur", ownFile, ssh.FingerprintSHA256(host.PublicKey())), "port: 2223", fmt.Sprintf("port: %d", payer.Port()), 1)
	must(os.WriteFile(filepath.Join(dir, "partners", "payer.yaml"), []byte(profile), 0o600))
	must(os.WriteFile(filepath.Join(dir, "partners", "office.yaml"), fmt.Appendf(nil, `id: larkspur-office
name: Larkspur Family Medicine
usage: test
kind: office
organisation: larkspur
login: {user: larkspur, keys: [%q]}
`, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(office.PublicKey())))), 0o600))
	payers, err := testdata.Files.ReadFile("payers.yaml")
	must(err)
	must(os.WriteFile(filepath.Join(dir, "payers.yaml"), payers, 0o600))
	var keys []string
	for _, k := range []struct{ key, org, usage, more string }{{firstKey, "larkspur", "test", ""}, {readerKey, "larkspur", "test", ", read_only: true"},
		{otherKey, "northgate", "test", ""}, {realKey, "larkspur", "production", ""}, {operatorKey, "larkspur", "test", ", role: administrator"}} {
		keys = append(keys, fmt.Sprintf("  - {name: k%d, organisation: %s, usage: %s, sha256: %s%s}", len(keys), k.org, k.usage, api.Digest(k.key), k.more))
	}
	file := filepath.Join(dir, "gateway.yaml")
	must(os.WriteFile(file, []byte("http: {listen: 127.0.0.1:0}\nsftp: {listen: 127.0.0.1:0, host_keys: ["+doorFile+"]}\npoll: 1s\ndatabase: "+strconv.Quote(database)+"\nlog: {level: debug}\napi_keys:\n"+strings.Join(keys, "\n")+"\n"), 0o600))
	cfg, err := loadConfig(file)
	must(err)
	r := &running{t: t, log: &lockedBuffer{}, file: file, office: office, host: door}
	ctx, cancel := context.WithCancel(t.Context())
	r.s, err = newService(ctx, cfg, []string{"web", "sftp", "worker"}, zerolog.New(r.log))
	must(err)
	payerDone, done := make(chan struct{}), make(chan error, 1)
	go func() { defer close(payerDone); payer.Run(ctx) }()
	go func() { done <- r.s.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the gateway stopped with %v", err)
		}
		<-payerDone
	})
	return r
}

// ask sends a request and gives the status and the body.
func (r *running) ask(method, path, key, body string, header ...string) (int, []byte) {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://"+r.s.httpAddr+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode >= 400 && resp.Header.Get("Content-Type") != "application/problem+json" {
		r.t.Errorf("%s %s: %d is no problem document but %s", method, path, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	return resp.StatusCode, b
}

func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := testdata.Files.ReadFile("encounters/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// until waits for something to come true.
func (r *running) until(what string, f func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if f() {
			return
		}
	}
	r.t.Fatalf("never: %s\n%s", what, r.log)
}

// TestGatewayServes walks a claim through the running gateway, over HTTP and
// over SFTP, and looks at it with every key.
func TestGatewayServes(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { gatewayServes(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { gatewayServes(t, storetest.Postgres(t)) })
}

func gatewayServes(t *testing.T, database string) {
	r := startGateway(t, database)
	csv := sample(t, "physical-therapy-week.csv")
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, b := r.ask("GET", path, "", ""); status != 200 || string(b) != want {
			t.Errorf("%s: %d %q", path, status, b)
		}
	}
	// Who may.
	if status, _ := r.ask("GET", "/v1/claims", "", ""); status != 401 {
		t.Errorf("without a key: %d", status)
	}
	if status, _ := r.ask("GET", "/v1/claims", "guess", ""); status != 401 {
		t.Errorf("with a wrong key: %d", status)
	}
	if status, _ := r.ask("POST", "/v1/transmissions", readerKey, csv); status != 403 {
		t.Errorf("submitting with a key that may only read: %d", status)
	}
	// Submit, and again.
	var first, again api.Transmission
	status, b := r.ask("POST", "/v1/transmissions", firstKey, csv, "Idempotency-Key", "monday")
	if err := json.Unmarshal(b, &first); err != nil || status != 201 {
		t.Fatalf("submit: %d %s %v", status, b, err)
	}
	status, b = r.ask("POST", "/v1/transmissions", firstKey, csv, "Idempotency-Key", "monday")
	if err := json.Unmarshal(b, &again); err != nil || status != 200 || again.ID != first.ID {
		t.Errorf("the same again: %d %s", status, b)
	}
	status, b = r.ask("POST", "/v1/transmissions", firstKey, csv)
	if err := json.Unmarshal(b, &again); err != nil || status != 200 || again.ID != first.ID {
		t.Errorf("the same bytes without a key: %d %s", status, b)
	}
	if status, _ = r.ask("POST", "/v1/transmissions", firstKey, csv+"\n", "Idempotency-Key", "monday"); status != 422 {
		t.Errorf("the same key with other bytes: %d", status)
	}
	// The claims come to their end.
	var claims api.List[api.Claim]
	r.until("three claims come to an end", func() bool {
		_, b := r.ask("GET", fmt.Sprintf("/v1/transmissions/%d/receipt", first.ID), readerKey, "")
		if err := json.Unmarshal(b, &claims); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		return answeredClaims(claims.Items) == 3
	})
	one := claims.Items[0]
	var whole api.ClaimWhole
	if status, b := r.ask("GET", fmt.Sprintf("/v1/claims/%d", one.ID), readerKey, ""); status != 200 || json.Unmarshal(b, &whole) != nil || len(whole.Events) < 3 || whole.Document[0] != '{' {
		t.Errorf("the claim: %d %s", status, b)
	}
	search, _ := json.Marshal(api.Search{ClaimID: one.ClaimID})
	var found api.List[api.Claim]
	if status, b := r.ask("POST", "/v1/claims/search", readerKey, string(search)); status != 200 || json.Unmarshal(b, &found) != nil || len(found.Items) != 1 {
		t.Errorf("search: %d %s", status, b)
	}
	// Others see nothing: another office, and the same office's production key.
	paths := []string{fmt.Sprintf("/v1/claims/%d", one.ID), fmt.Sprintf("/v1/transmissions/%d", first.ID), fmt.Sprintf("/v1/transmissions/%d/receipt", first.ID),
		fmt.Sprintf("/v1/transmissions/%d/content", first.ID), "/v1/interchanges/1/content", "/v1/remittances/1"}
	for _, key := range []string{otherKey, realKey} {
		for _, p := range paths {
			if status, _ := r.ask("GET", p, firstKey, ""); status != 200 {
				t.Errorf("%s with one's own key: %d", p, status)
			}
			if status, b := r.ask("GET", p, key, ""); status != 404 {
				t.Errorf("%s with another's key: %d %.100s", p, status, b)
			}
		}
		for _, p := range []string{"/v1/claims", "/v1/transmissions", "/v1/interchanges", "/v1/remittances", "/v1/payments", "/v1/denials", "/v1/requests", "/v1/events"} {
			if status, b := r.ask("GET", p, key, ""); status != 200 || !bytes.Contains(b, []byte(`"items":[]`)) && !bytes.Contains(b, []byte(`"items":null`)) {
				t.Errorf("%s with another's key: %d %.200s", p, status, b)
			}
		}
		if status, b := r.ask("POST", "/v1/claims/search", key, string(search)); status != 200 || bytes.Contains(b, []byte(one.ClaimID)) {
			t.Errorf("search with another's key: %d %s", status, b)
		}
	}
	// Bytes are as they came.
	if _, b := r.ask("GET", fmt.Sprintf("/v1/transmissions/%d/content", first.ID), firstKey, ""); string(b) != csv {
		t.Error("the bytes are not those that were sent")
	}
	// Problems name the field and not its value.
	for path, value := range map[string]string{"/v1/claims?limit=JANEDOE": "JANEDOE", "/v1/claims/JANEDOE": "JANEDOE", "/v1/claims?state=JANEDOE": "JANEDOE", "/v1/claims?JANEDOE=1": ""} {
		if status, b := r.ask("GET", path, firstKey, ""); status < 400 || value != "" && bytes.Contains(b, []byte(value)) {
			t.Errorf("%s: %d %s", path, status, b)
		}
	}
	if status, b := r.ask("POST", "/v1/claims/search", firstKey, `{"claim_id": 7, "name": "JANEDOE"}`); status != 422 || bytes.Contains(b, []byte("JANEDOE")) {
		t.Errorf("a wrong search: %d %s", status, b)
	}
	r.sftpDay()
	for _, secret := range []string{one.ClaimID, "Okafor", firstKey} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// sftpDay is the office's day over SFTP.
func (r *running) sftpDay() {
	t := r.t
	conn, err := ssh.Dial("tcp", r.s.sftp.Addr().String(), &ssh.ClientConfig{User: "larkspur", Auth: []ssh.AuthMethod{ssh.PublicKeys(r.office)},
		HostKeyCallback: ssh.FixedHostKey(r.host.PublicKey()), Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c, err := sftp.NewClient(conn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	x12, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", "837p.edi"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Create("upload/claims.837.tmp")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(x12)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Rename("upload/claims.837.tmp", "upload/claims.837"); err != nil {
		t.Fatal(err)
	}
	want := []string{"-999.edi", "-277CA.edi", "-receipt.csv", "-receipt.json", "-receipt.txt"}
	r.until("the answers lie in /download", func() bool {
		infos, err := c.ReadDir("download")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, w := range want {
			for _, i := range infos {
				if strings.HasSuffix(i.Name(), w) {
					n++
					break
				}
			}
		}
		return n == len(want)
	})
	// The same control number with other bytes: refused, and nothing taken.
	if f, err = c.Create("upload/again.837"); err != nil {
		t.Fatal(err)
	}
	f.Write(bytes.Replace(x12, []byte("PCN0001"), []byte("PCN9991"), 1))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r.until("the second interchange of the name is refused", func() bool {
		infos, _ := c.ReadDir("download")
		for _, i := range infos {
			if strings.HasSuffix(i.Name(), "-TA1.edi") {
				f, err := c.Open("download/" + i.Name())
				if err != nil {
					t.Fatal(err)
				}
				b, _ := io.ReadAll(f)
				f.Close()
				return bytes.Contains(b, []byte("*R*025~"))
			}
		}
		return false
	})
	if status, b := r.ask("POST", "/v1/claims/search", firstKey, `{"claim_id":"PCN9991"}`); status != 200 || bytes.Contains(b, []byte("PCN9991")) {
		t.Errorf("a claim of the refused interchange was taken: %d %s", status, b)
	}
	infos, err := c.ReadDir("archive")
	if err != nil || len(infos) != 2 {
		t.Errorf("archive holds %d files, %v", len(infos), err)
	}
	infos, _ = c.ReadDir("download")
	named := 0
	for _, i := range infos {
		f, err := c.Open("download/" + i.Name())
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(f)
		f.Close()
		if strings.HasSuffix(i.Name(), ".edi") {
			var out, errs bytes.Buffer
			if code := run([]string{"validate", "-"}, bytes.NewReader(b), &out, &errs); code != 0 {
				t.Errorf("%s is not valid: %s%s", i.Name(), out.String(), errs.String())
			}
		}
		if strings.HasSuffix(i.Name(), "-receipt.csv") {
			named += strings.Count(string(b), "\n") - 1
		}
	}
	if named != 2 {
		t.Errorf("the receipts name %d claims, want 2", named)
	}
}

// TestOneGatewayAFolder refuses a second gateway on an embedded database.
func TestOneGatewayAFolder(t *testing.T) {
	in := newIncoming(t, "", "leave")
	payers, err := payerDirectory("")
	if err != nil {
		t.Fatal(err)
	}
	o := spineOptions{Dir: in.g.dir, Payers: payers, Now: time.Now, Log: zerolog.Nop()}
	if g, err := openSpine(t.Context(), o); err == nil || !strings.Contains(err.Error(), "another gateway") {
		t.Errorf("a second one: %v, %v", g, err)
	}
	if code, text := command("reconcile", "--dir", in.g.dir); code != 0 {
		t.Errorf("looking at it meanwhile: %d %s", code, text)
	}
	in.g.close()
	g, err := openSpine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	in.g = g // closed at the end
}

// answeredClaims counts those that a payer has decided, asked about or refused.
func answeredClaims(list []api.Claim) (n int) {
	for _, c := range list {
		switch c.State {
		case "payment", "denial", "request_for_information", "rejected":
			n++
		}
	}
	return n
}
