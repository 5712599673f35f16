package main

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
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
	"claimwire/gateway/store"
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
	// How long processors worked for one, server and browser together, without
	// another process' database: on a machine that does much else, that says more.
	Worked     float64 `json:"processor_p50_ms"`
	WorkedMost float64 `json:"processor_p99_ms"`
}

// benchPages asks for pages and records as a browser and a program do, of a store
// that is full.
func (g *spine) benchPages(ctx context.Context, times int) ([]pageTime, error) {
	const password, key = "measured by the hundred", "cw_test_BENCHBENCHBENCHBENCHBENCH"
	login := "bench-" + strings.ToLower(crand.Text())
	r := rand.New(rand.NewPCG(1, 1))
	ids, numbers, err := g.someClaims(ctx, times, r)
	if err != nil {
		return nil, err
	}
	if _, err := (people{g.store}).AddUser(ctx, gateway.User{Login: login, Name: "Bench", Password: gateway.HashPassword([]byte(password)),
		Memberships: []gateway.Membership{{Scope: demoScope, Role: access.Manager}}}); err != nil {
		return nil, err
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	keys := []api.Key{{Name: login, Scope: demoScope, SHA256: api.Digest(key)}}
	h := &http.Server{Handler: front(api.New(api.Config{Books: books{g}, Operator: books{g}, Away: g.store.Away, Audit: g.store, Now: g.now, Keys: keys, Rate: 1_000_000, Version: "bench", Log: g.log}),
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
	var list []pageTime
	for _, p := range []struct {
		name string
		ask  func(i int) error
	}{
		{"page: today's worklists", func(int) error { return ask("GET", "/", "", nil) }},
		{"page: claims, the newest", func(int) error { return ask("GET", "/claims", "", nil) }},
		{"page: worklist of held", func(int) error { return ask("GET", "/worklists/held", "", nil) }},
		{"page: worklist of rejected", func(int) error { return ask("GET", "/worklists/rejected", "", nil) }},
		{"page: worklist of silent", func(int) error { return ask("GET", "/worklists/silent", "", nil) }},
		{"page: remittance advices", func(int) error { return ask("GET", "/remittances", "", nil) }},
		{"page: files", func(int) error { return ask("GET", "/files", "", nil) }},
		{"page: claims held", func(int) error { return ask("GET", "/claims?state=held", "", nil) }},
		{"page: claims rejected", func(int) error { return ask("GET", "/claims?state=rejected", "", nil) }},
		{"page: claims sent", func(int) error { return ask("GET", "/claims?state=sent", "", nil) }},
		{"page: denials", func(int) error { return ask("GET", "/denials", "", nil) }},
		{"page: requests", func(int) error { return ask("GET", "/requests", "", nil) }},
		{"page: payments of nobody's", func(int) error { return ask("GET", "/unmatched", "", nil) }},
		{"page: a claim", func(i int) error { return ask("GET", fmt.Sprintf("/claims/%d", ids[i]), "", nil) }},
		{"page: search by number", func(i int) error {
			return ask("POST", "/search", form, []byte(url.Values{"number": {numbers[i]}}.Encode()))
		}},
		{"page: search by name", func(i int) error {
			last, first, _ := benchPerson(i * 7919)
			return ask("POST", "/search", form, []byte(url.Values{"number": {first + " " + last}}.Encode()))
		}},
		{"page: search by the beginning of a name", func(i int) error {
			last, _, _ := benchPerson(i * 7919)
			return ask("POST", "/search", form, []byte(url.Values{"number": {last[:3]}}.Encode()))
		}},
		{"page: search by beginnings and date of birth", func(i int) error {
			last, first, born := benchPerson(i * 7919)
			return ask("POST", "/search", form, []byte(url.Values{"number": {last[:2] + ", " + first[:1] + " " + born}}.Encode()))
		}},
		{"API: a claim", func(i int) error { return ask("GET", fmt.Sprintf("/v1/claims/%d", ids[i]), "", nil) }},
		{"API: search by number", func(i int) error {
			b, err := json.Marshal(map[string]string{"claim_id": numbers[i]})
			if err != nil {
				return err
			}
			return ask("POST", "/v1/claims/search", "application/json", b)
		}},
		{"API: claims held", func(int) error { return ask("GET", "/v1/claims?state=held&limit=100", "", nil) }},
		{"API: counts", func(int) error { return ask("GET", "/v1/claims/summary", "", nil) }},
	} {
		took, worked := make([]float64, times), make([]float64, times)
		for i := range took {
			began, before := time.Now(), processorTime()
			if err := p.ask(i); err != nil {
				return nil, err
			}
			took[i], worked[i] = time.Since(began).Seconds()*1000, (processorTime()-before).Seconds()*1000
		}
		slices.Sort(took)
		slices.Sort(worked)
		list = append(list, pageTime{p.name, times, took[times/2], took[times*99/100], took[times-1], worked[times/2], worked[times*99/100]})
	}
	return list, nil
}

// someClaims gives the ids and the numbers of claims of anywhere in the store.
func (g *spine) someClaims(ctx context.Context, n int, r *rand.Rand) (ids []int64, numbers []string, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		states, err := tx.ClaimStates(demoScope)
		if err != nil {
			return err
		}
		all := 0
		for _, k := range states {
			all += k
		}
		if all == 0 {
			return errors.New("there is no claim in the store")
		}
		for range n {
			// The one after an id of chance: ids may have gaps.
			list, err := tx.ClaimPage(demoScope, gateway.ClaimQuery{Page: gateway.Page{After: r.Int64N(int64(all)), Limit: 1}})
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return errors.New("the store has fewer claims than it counts")
			}
			ids, numbers = append(ids, list[0].ID), append(numbers, list[0].ClaimID)
		}
		return nil
	})
	return ids, numbers, err
}
