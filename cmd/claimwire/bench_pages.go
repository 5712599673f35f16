package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/web"
)

// pageTimes is how often each page is asked for.
const pageTimes = 300

// pageTime is how long one page took, in milliseconds: from asking to its last byte.
type pageTime struct {
	Name    string  `json:"name"`
	Times   int     `json:"times"`
	Half    float64 `json:"p50_ms"`
	Most    float64 `json:"p99_ms"`
	Slowest float64 `json:"max_ms"`
}

// benchPages asks for pages and records as a browser and a program do, of a store
// that the bulk loader has filled with n claims.
func (g *spine) benchPages(ctx context.Context, n, times int) ([]pageTime, error) {
	const login, password, key = "bench", "measured by the hundred", "cw_test_BENCHBENCHBENCHBENCHBENCH"
	if _, err := (people{g.store}).AddUser(ctx, gateway.User{Login: login, Name: "Bench", Password: gateway.HashPassword([]byte(password)),
		Memberships: []gateway.Membership{{Scope: demoScope, Role: access.Manager}}}); err != nil {
		return nil, err
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	keys := []api.Key{{Name: login, Scope: demoScope, SHA256: api.Digest(key)}}
	h := &http.Server{Handler: front(api.New(api.Config{Books: books{g}, Operator: books{g}, Away: g.store.Away, Audit: g.store, Now: g.now, Keys: keys, Version: "bench", Log: g.log}),
		g.pages(ctx, "bench", httpConfig{}, nil, web.Setup{})), ReadHeaderTimeout: 10 * time.Second}
	go h.Serve(server)
	defer h.Close()
	base := "http://" + server.Addr().String()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar}
	ask := func(method, path, kind string, body []byte) error {
		req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		if strings.HasPrefix(path, "/v1/") {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		resp, err := browser.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err = io.Copy(io.Discard, resp.Body); err == nil && (resp.StatusCode != http.StatusOK || resp.Request.URL.Path == "/login") {
			err = fmt.Errorf("%s %s: %s", method, path, resp.Status)
		}
		return err
	}
	const form = "application/x-www-form-urlencoded"
	if err := ask("POST", "/login", form, []byte(url.Values{"login": {login}, "password": {password}}.Encode())); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(1, 1))
	number := func() string { return fmt.Sprintf("F%09d", r.IntN(max(n, 1))) }
	var list []pageTime
	for _, p := range []struct {
		name string
		ask  func() error
	}{
		{"page: today's worklists", func() error { return ask("GET", "/", "", nil) }},
		{"page: claims, the newest", func() error { return ask("GET", "/claims", "", nil) }},
		{"page: claims held", func() error { return ask("GET", "/claims?state=held", "", nil) }},
		{"page: claims rejected", func() error { return ask("GET", "/claims?state=rejected", "", nil) }},
		{"page: claims sent", func() error { return ask("GET", "/claims?state=sent", "", nil) }},
		{"page: denials", func() error { return ask("GET", "/denials", "", nil) }},
		{"page: requests", func() error { return ask("GET", "/requests", "", nil) }},
		{"page: payments of nobody's", func() error { return ask("GET", "/unmatched", "", nil) }},
		{"page: a claim", func() error { return ask("GET", fmt.Sprintf("/claims/%d", 1+r.IntN(max(n, 1))), "", nil) }},
		{"page: search by number", func() error {
			return ask("POST", "/claims/search", form, []byte(url.Values{"number": {number()}}.Encode()))
		}},
		{"API: a claim", func() error { return ask("GET", fmt.Sprintf("/v1/claims/%d", 1+r.IntN(max(n, 1))), "", nil) }},
		{"API: search by number", func() error {
			b, err := json.Marshal(map[string]string{"claim_id": number()})
			if err != nil {
				return err
			}
			return ask("POST", "/v1/claims/search", "application/json", b)
		}},
		{"API: claims held", func() error { return ask("GET", "/v1/claims?state=held&limit=100", "", nil) }},
		{"API: counts", func() error { return ask("GET", "/v1/claims/summary", "", nil) }},
	} {
		took := make([]float64, times)
		for i := range took {
			began := time.Now()
			if err := p.ask(); err != nil {
				return nil, err
			}
			took[i] = time.Since(began).Seconds() * 1000
		}
		slices.Sort(took)
		list = append(list, pageTime{p.name, times, took[times/2], took[times*99/100], took[times-1]})
	}
	return list, nil
}
