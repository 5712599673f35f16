package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
)

// asked is a call of the API with headers.
func asked(t *testing.T, srv *httptest.Server, method, path, key, body string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp, b.Bytes()
}

func answered[T any](t *testing.T, want int, resp *http.Response, b []byte) (v T) {
	t.Helper()
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %d, want %d: %.300s", resp.Request.Method, resp.Request.URL.Path, resp.StatusCode, want, b)
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func apiSample(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// read lets the gateway read what was submitted.
func (d *deskUnderTest) read(id int64) {
	d.t.Helper()
	if err := d.g.intakeJob(d.t.Context(), &gateway.Job{Scope: deskScope, Kind: "intake", Args: strconv.FormatInt(id, 10)}); err != nil {
		d.t.Fatal(err)
	}
}

// TestAPISubmits: every form that the gateway takes is checked without being kept,
// and submitted with a receipt for each claim; what is wrong is placed at its
// field.
func TestAPISubmits(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
	one := apiSample(t, "encounters", "cardiology-echo-02.json")
	var flat bytes.Buffer
	if err := json.Compact(&flat, []byte(one)); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"json": one, "array": "[" + one + "," + apiSample(t, "encounters", "cardiology-stress-test-03.json") + "]",
		"jsonl": flat.String() + "\n", "csv": apiSample(t, "encounters", "dental-day.csv"), "837": apiSample(t, "base", "837p.edi")} {
		t.Run(name, func(t *testing.T) {
			resp, b := asked(t, srv, "POST", "/v1/checks", "key-coder", body)
			checked := answered[api.CheckedFile](t, 200, resp, b)
			if len(checked.Items) == 0 {
				t.Fatal("no claims were checked")
			}
			_, b = asked(t, srv, "GET", "/v1/transmissions?limit=1000", "key-biller", "")
			before := len(answered[api.List[api.Transmission]](t, 200, &http.Response{StatusCode: 200}, b).Items)
			resp, b = asked(t, srv, "POST", "/v1/claims?wait=0", "key-coder", body, "X-File-Name", name)
			kept := answered[api.Submission](t, 202, resp, b)
			if int(kept.Transmission.ID) != before+1 {
				t.Errorf("file %d after %d: a check was kept", kept.Transmission.ID, before)
			}
			d.read(kept.Transmission.ID)
			resp, b = asked(t, srv, "POST", "/v1/claims", "key-coder", body)
			again := answered[api.Submission](t, 200, resp, b)
			if again.Transmission.ID != kept.Transmission.ID || len(again.Claims) != len(checked.Items) {
				t.Fatalf("%d claims of file %d, checked %d of file %d", len(again.Claims), again.Transmission.ID, len(checked.Items), kept.Transmission.ID)
			}
			for i, c := range again.Claims {
				if (c.State == "held") != checked.Items[i].Held || c.ClaimID != checked.Items[i].ClaimID {
					t.Errorf("%s is %s, and the check said held %t of %s", c.ClaimID, c.State, checked.Items[i].Held, checked.Items[i].ClaimID)
				}
			}
		})
	}
	resp, b := asked(t, srv, "POST", "/v1/checks", "key-biller", apiSample(t, "encounters", "held", "diagnosis-missing-04.json"))
	held := answered[api.CheckedFile](t, 200, resp, b)
	if held.Held != 1 || len(held.Items[0].Findings) == 0 {
		t.Errorf("a claim without a diagnosis: %+v", held)
	}
	resp, b = asked(t, srv, "POST", "/v1/claims?wait=31", "key-biller", one)
	answered[api.Problem](t, 422, resp, b)
}

// TestAPIOnce: an idempotency key does a change once, with another body it is
// refused, and what the first made is answered again.
func TestAPIOnce(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
	held := apiSample(t, "encounters", "held", "diagnosis-missing-04.json")
	resp, b := asked(t, srv, "POST", "/v1/transmissions", "key-biller", held, "Idempotency-Key", "k1")
	file := answered[api.Transmission](t, 201, resp, b)
	d.read(file.ID)
	resp, b = asked(t, srv, "POST", "/v1/transmissions", "key-biller", held, "Idempotency-Key", "k1")
	if again := answered[api.Transmission](t, 200, resp, b); again.ID != file.ID {
		t.Errorf("file %d, then %d", file.ID, again.ID)
	}
	resp, b = asked(t, srv, "POST", "/v1/transmissions", "key-biller", held+" ", "Idempotency-Key", "k1")
	answered[api.Problem](t, 422, resp, b)

	_, b = asked(t, srv, "GET", fmt.Sprintf("/v1/transmissions/%d/receipt", file.ID), "key-biller", "")
	claim := answered[api.List[api.Claim]](t, 200, &http.Response{StatusCode: 200}, b).Items[0]
	path := fmt.Sprintf("/v1/claims/%d/corrections", claim.ID)
	for range 3 { // it stays held, so that it might be corrected again
		resp, b = asked(t, srv, "POST", path, "key-biller", `{"note":"same again"}`, "Idempotency-Key", "c1")
		answered[api.Corrected](t, 200, resp, b)
	}
	resp, b = asked(t, srv, "POST", path, "key-biller", `{"note":"other"}`, "Idempotency-Key", "c1")
	answered[api.Problem](t, 422, resp, b)
	_, b = asked(t, srv, "GET", fmt.Sprintf("/v1/claims/%d/followers", claim.ID), "key-biller", "")
	if n := len(answered[[]api.Correction](t, 200, &http.Response{StatusCode: 200}, b)); n != 1 {
		t.Errorf("three requests with one idempotency key made %d corrections", n)
	}
	resp, b = asked(t, srv, "POST", path, "key-biller", `{"note":"`+strings.Repeat("x", 1<<20)+`"}`, "Idempotency-Key", "c2")
	answered[api.Problem](t, 413, resp, b)
	resp, b = asked(t, srv, "POST", path, "key-biller", `{"kind":"sideways"}`)
	if p := answered[api.Problem](t, 422, resp, b); len(p.Errors) != 1 || p.Errors[0].Pointer != "/kind" || bytes.Contains(b, []byte("sideways")) {
		t.Errorf("a wrong kind: %s", b)
	}
}

// TestAPIOffice: keys, webhooks and the audit trail of an organisation, by a key of
// its manager; another organisation's are not there.
func TestAPIOffice(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
	other := gateway.APIKey{Scope: gateway.Scope{Organisation: "finch", Usage: "test"}, Name: "manager", Role: access.Manager, SHA256: api.Digest("key-finch"), MadeBy: "user:max", Made: d.now}
	if err := (apiKeys{d.g}).AddKey(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	resp, b := asked(t, srv, "POST", "/v1/keys", "key-manager", `{"name":"reader","role":"biller","read_only":true}`)
	made := answered[api.NewAPIKey](t, 201, resp, b)
	if resp, _ := asked(t, srv, "GET", "/v1/claims", made.Key, ""); resp.StatusCode != 200 {
		t.Errorf("a new key: %d", resp.StatusCode)
	}
	if resp, _ := asked(t, srv, "POST", "/v1/transmissions", made.Key, "{}"); resp.StatusCode != 403 {
		t.Errorf("a key that may only read submits: %d", resp.StatusCode)
	}
	if resp, _ := asked(t, srv, "POST", "/v1/claims/search", made.Key, `{"claim_id":"X"}`); resp.StatusCode != 200 {
		t.Errorf("a key that may only read does not search: %d", resp.StatusCode)
	}
	for body, want := range map[string]int{`{"name":"reader","role":"biller"}`: 409, `{"name":"a","role":"administrator"}`: 403, `{"name":"b","role":"payer"}`: 403, `{"name":"b b","role":"biller"}`: 422} {
		if resp, b := asked(t, srv, "POST", "/v1/keys", "key-manager", body); resp.StatusCode != want {
			t.Errorf("%s: %d, want %d: %.200s", body, resp.StatusCode, want, b)
		}
	}
	revoke := fmt.Sprintf("/v1/keys/%d/revoke", made.ID)
	resp, b = asked(t, srv, "POST", revoke, "key-finch", "")
	answered[api.Problem](t, 404, resp, b)
	resp, b = asked(t, srv, "POST", revoke, "key-manager", "")
	if k := answered[api.APIKey](t, 200, resp, b); k.RevokedAt == nil {
		t.Error("a revoked key serves")
	}
	if resp, _ := asked(t, srv, "GET", "/v1/claims", made.Key, ""); resp.StatusCode != 401 {
		t.Errorf("a revoked key: %d", resp.StatusCode)
	}

	resp, b = asked(t, srv, "POST", "/v1/webhooks", "key-manager", `{"url":"http://a.example/"}`)
	if p := answered[api.Problem](t, 422, resp, b); p.Errors[0].Pointer != "/url" {
		t.Errorf("%s", b)
	}
	resp, b = asked(t, srv, "POST", "/v1/webhooks", "key-manager", `{"url":"https://billing.example/claimwire","kinds":["payment"]}`)
	hook := answered[api.Webhook](t, 200, resp, b)
	if !strings.HasPrefix(hook.Secret, "whsec_") {
		t.Errorf("%s", b)
	}
	at := fmt.Sprintf("/v1/webhooks/%d", hook.ID)
	for _, path := range []string{at, at + "/pause", at + "/resume", at + "/remove"} {
		method := "POST"
		if path == at {
			method = "GET"
		}
		resp, b := asked(t, srv, method, path, "key-finch", "")
		answered[api.Problem](t, 404, resp, b)
	}
	resp, b = asked(t, srv, "POST", at+"/pause", "key-manager", "")
	if h := answered[api.Webhook](t, 200, resp, b); h.State != "paused" {
		t.Errorf("%s", b)
	}
	resp, b = asked(t, srv, "POST", at+"/replay?from=99", "key-manager", "")
	answered[api.Problem](t, 409, resp, b)
	resp, b = asked(t, srv, "GET", at, "key-manager", "")
	if answered[api.WebhookWhole](t, 200, resp, b); bytes.Contains(b, []byte("whsec_")) {
		t.Error("the secret is shown again")
	}
	resp, b = asked(t, srv, "POST", at+"/remove", "key-manager", "")
	answered[struct{}](t, 204, resp, b)

	resp, b = asked(t, srv, "GET", "/v1/audit?action=key.", "key-manager", "")
	trail := answered[api.List[api.AuditEntry]](t, 200, resp, b)
	if len(trail.Items) == 0 || trail.Items[0].Actor != "key:manager" || trail.Items[0].Action != "key.add" {
		t.Errorf("the trail has %s", b)
	}
	resp, b = asked(t, srv, "GET", "/v1/audit/proof", "key-manager", "")
	if !answered[api.AuditProof](t, 200, resp, b).Unbroken {
		t.Errorf("%s", b)
	}
}

// TestAPIRates: a key that asks too often is told when it may again, another is
// not hindered, and time makes it good.
func TestAPIRates(t *testing.T) {
	d := newDesk(t)
	d.api()
	c := d.apiConfig()
	c.Rate = 1
	srv := httptest.NewServer(d.checked(api.New(c)))
	defer srv.Close()
	refused := 0
	for range 15 {
		resp, _ := asked(t, srv, "GET", "/v1/claims/summary", "key-biller", "")
		if resp.Header.Get("RateLimit") == "" || resp.Header.Get("RateLimit-Policy") != `"key";q=10;w=10` {
			t.Fatalf("headers: %v", resp.Header)
		}
		if resp.StatusCode == 429 {
			if refused++; resp.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
			}
		}
	}
	if refused != 5 {
		t.Errorf("%d of 15 were refused, want 5", refused)
	}
	if resp, _ := asked(t, srv, "GET", "/v1/claims/summary", "key-manager", ""); resp.StatusCode != 200 {
		t.Errorf("another key: %d", resp.StatusCode)
	}
	d.now = d.now.Add(2_000_000_000)
	if resp, _ := asked(t, srv, "GET", "/v1/claims/summary", "key-biller", ""); resp.StatusCode != 200 {
		t.Errorf("after two seconds: %d", resp.StatusCode)
	}
}

// TestAPILost: what is no operation is a problem document too.
func TestAPILost(t *testing.T) {
	srv := newDesk(t).api()
	resp, b := asked(t, srv, "GET", "/v1/nowhere", "key-biller", "")
	answered[api.Problem](t, 404, resp, b)
	resp, b = asked(t, srv, "DELETE", "/v1/claims/1", "key-biller", "")
	if answered[api.Problem](t, 405, resp, b); resp.Header.Get("Allow") != "GET" {
		t.Errorf("Allow: %q", resp.Header.Get("Allow"))
	}
	resp, b = asked(t, srv, "GET", "/v1/explain/CO-97", "key-coder", "")
	if list := answered[[]api.CodeMeaning](t, 200, resp, b); len(list) == 0 || list[0].Words == "" {
		t.Errorf("%s", b)
	}
	resp, b = asked(t, srv, "GET", "/v1/partners/demo-payer", "key-biller", "")
	answered[api.Partner](t, 200, resp, b)
}

// TestAPIExplains: a file that came is explained, and not to another organisation
// nor to who sees no people.
func TestAPIExplains(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
	d.put(deskScope, "claims.837", []byte(apiSample(t, "base", "837p.edi")))
	for _, path := range []string{"explained", "explained/page"} {
		resp, b := asked(t, srv, "GET", "/v1/transmissions/1/"+path, "key-biller", "")
		if resp.StatusCode != 200 || len(b) == 0 {
			t.Errorf("%s: %d %.200s", path, resp.StatusCode, b)
		}
	}
	for key, want := range map[string]int{"key-support": 403, "key-coder": 403, "key-payer": 404} {
		if resp, _ := asked(t, srv, "GET", "/v1/transmissions/1/explained", key, ""); resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", key, resp.StatusCode, want)
		}
	}
}
