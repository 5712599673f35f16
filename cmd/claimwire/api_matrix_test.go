package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
)

// apiUnderTest is the API over the store of a desk, with a key for each role.
func (d *deskUnderTest) api() *httptest.Server {
	d.t.Helper()
	for _, role := range access.Roles {
		k := gateway.APIKey{Scope: deskScope, Name: string(role), Role: role, SHA256: api.Digest("key-" + string(role)), MadeBy: "user:mia", Made: d.now}
		if role == access.Payer {
			k.Partner = "acme"
		}
		if err := (apiKeys{d.g}).AddKey(d.t.Context(), k); err != nil {
			d.t.Fatal(err)
		}
	}
	srv := httptest.NewServer(d.checked(api.New(d.apiConfig())))
	d.t.Cleanup(srv.Close)
	return srv
}

func (d *deskUnderTest) apiConfig() api.Config {
	return api.Config{Books: books{d.g}, Operator: books{d.g}, FindKey: books{d.g}.FindKey, Audit: d.g.store, Trail: trail{d.g.store}, Webhooks: apiHooks{hooks{d.g}}, Now: d.g.now, Version: "test", Log: zerolog.Nop()}
}

func askAPI(t *testing.T, srv *httptest.Server, method, path, key, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

// TestAPIMatrix goes through every operation of the API with every role: each
// is listed in the matrix, who may not is told so, who may is not.
func TestAPIMatrix(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
	status, b := askAPI(t, srv, "GET", "/openapi.json", "", "")
	if status != 200 {
		t.Fatal(status)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Paths) < 15 {
		t.Fatalf("%d paths", len(doc.Paths))
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			needs, listed := api.Needs(op.OperationID)
			if !listed {
				t.Errorf("%s %s: %s is not in gateway/api/needs.go, so nobody may do it", method, path, op.OperationID)
				continue
			}
			p := strings.NewReplacer("{id}", "999", "{partner}", "nobody", "{code}", "J0190").Replace(path)
			if strings.Contains(p, "{") {
				t.Errorf("%s: the test has no value for a part of the path", path)
				continue
			}
			m := strings.ToUpper(method)
			if status, _ := askAPI(t, srv, m, p, "", "{}"); status != 401 {
				t.Errorf("%s %s without a key: %d", m, p, status)
			}
			if status, _ := askAPI(t, srv, m, p, "key-nobody", "{}"); status != 401 {
				t.Errorf("%s %s with a key that is none: %d", m, p, status)
			}
			for _, role := range access.Roles {
				// A body that the shape refuses is refused before anybody is asked who it
				// is; that tells nothing.
				status, b := askAPI(t, srv, m, p, "key-"+string(role), "{}")
				switch may := access.May(role, needs); {
				case may && (status == 403 || status == 401 || status >= 500):
					t.Errorf("%s %s as %s: %d %.200s, and the matrix lets it in", m, p, role, status, b)
				case !may && status != 403 && status != 422:
					t.Errorf("%s %s as %s: %d, want 403", m, p, role, status)
				}
			}
		}
	}
}

// TestAPIMinimum: a key sees of a claim what its role may, and a payer's key
// nothing of other partners.
func TestAPIMinimum(t *testing.T) {
	d := newDesk(t)
	srv := d.api()
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
		t.Fatal(len(own), err)
	}
	id := strconv.FormatInt(own[0].ID, 10)
	for _, c := range []struct {
		role   gateway.Role
		status int
		shows  []string
		hides  []string
	}{
		{access.Biller, 200, []string{own[0].ClaimID, `"charge"`, "diagnoses"}, nil},
		{access.Coder, 200, []string{own[0].ClaimID, "diagnoses", "procedure"}, []string{`"charge"`, `"money"`, own[0].Charge.String()}},
		{access.Support, 200, []string{own[0].Trace}, []string{own[0].ClaimID, `"charge"`, "diagnoses"}},
		{access.Payer, 404, nil, []string{own[0].ClaimID}},
	} {
		key := "key-" + string(c.role)
		status, got := askAPI(t, srv, "GET", "/v1/claims/"+id, key, "")
		_, list := askAPI(t, srv, "GET", "/v1/claims", key, "")
		if status != c.status {
			t.Errorf("%s: %d %.200s", c.role, status, got)
		}
		for _, s := range c.shows {
			if !bytes.Contains(got, []byte(s)) {
				t.Errorf("%s does not see %q", c.role, s)
			}
		}
		for _, s := range c.hides {
			if bytes.Contains(got, []byte(s)) || bytes.Contains(list, []byte(s)) {
				t.Errorf("%s sees %q", c.role, s)
			}
		}
	}
	_, files := askAPI(t, srv, "GET", "/v1/transmissions", "key-payer", "")
	if !bytes.Contains(files, []byte(`"items":[]`)) && !bytes.Contains(files, []byte(`"items":null`)) {
		t.Errorf("a payer's key sees files of others: %.200s", files)
	}
	for _, p := range []string{"/v1/transmissions/1", "/v1/transmissions/1/receipt", "/v1/transmissions/1/content"} {
		if status, got := askAPI(t, srv, "GET", p, "key-payer", ""); status != 404 {
			t.Errorf("%s with a payer's key: %d %.100s", p, status, got)
		}
	}
	// What keys looked at is in the trail, under our own numbers.
	var trail []gateway.Audited
	if err := d.g.store.Read(t.Context(), func(tx *store.Tx) (err error) {
		trail, err = tx.AuditPage(deskScope, gateway.AuditQuery{Action: "claim.view", Object: "claim:" + id})
		return err
	}); err != nil || len(trail) != 4 || trail[0].Actor != "key:biller" || trail[3].Outcome != gateway.AuditFailed {
		t.Errorf("the audit trail has %+v: %v", trail, err)
	}
}
