package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
	"claimwire/gateway/store/storetest"
	"claimwire/gateway/web"
)

// TestAnothersIsNobodys asks for ids that are another organisation's, and for ids that
// are nobody's, in turns of chance: both are answered with 404 and the same words. How
// long that takes is measured, and never asserted: CLAIMWIRE_TIMING says how many
// requests of each to make, and the figures are printed with how surely the two can be
// told apart: a rank test, whose z is within 2.6 for 99 of 100 runs where nothing is to
// be told.
func TestAnothersIsNobodys(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("CLAIMWIRE_TIMING"))
	for _, db := range []string{"SQLite", "PostgreSQL"} {
		t.Run(db, func(t *testing.T) { timing(t, db == "PostgreSQL", n) })
	}
}

func timing(t *testing.T, postgres bool, n int) {
	database := ""
	if postgres {
		database = storetest.Postgres(t)
	}
	payers, err := payerDirectory("")
	if err != nil {
		t.Fatal(err)
	}
	g, err := openSpine(t.Context(), spineOptions{Dir: filepath.Join(t.TempDir(), "data"), Database: database, Payers: payers, Now: time.Now, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.close() })
	d := &deskUnderTest{t: t, g: g}
	theirs := gateway.Scope{Organisation: "elsewhere", Usage: "test"}
	claims, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", "837p.edi"))
	if err != nil {
		t.Fatal(err)
	}
	d.put(theirs, "claims.837", claims)
	// Hundreds of each kind, so that no page of the database is always the same one.
	var ids = map[string][2][]int64{}
	const rows = 400
	if err := g.store.Do(t.Context(), func(tx *store.Tx) error {
		var claim, file, advice []int64
		like, err := tx.Claims(theirs)
		if err != nil {
			return err
		}
		for i := range rows {
			c := like[0]
			m := gateway.Transmission{Scope: theirs, Inbound: true, Name: fmt.Sprintf("f%d", i), SHA256: fmt.Sprintf("%064x", i), Kind: "837", State: "taken", At: g.now()}
			if _, err := tx.AddTransmission(&m); err != nil {
				return err
			}
			c.Transmission, c.Item, c.Trace, c.ClaimID = m.ID, 1, fmt.Sprintf("T%013d", i), fmt.Sprintf("T%d", i)
			if _, err := tx.AddClaim(&c); err != nil {
				return err
			}
			r := gateway.Remittance{Scope: theirs, Partner: "p", Trace: fmt.Sprintf("R%d", i), Date: "20261127", State: "posted", Place: gateway.Place{SHA256: m.SHA256}}
			if _, err := tx.AddRemittance(&r); err != nil {
				return err
			}
			claim, file, advice = append(claim, c.ID), append(file, m.ID), append(advice, r.ID)
		}
		beyond := func(list []int64) [2][]int64 {
			var none []int64
			for i := range rows {
				none = append(none, slices.Max(list)+1+int64(i))
			}
			return [2][]int64{list, none}
		}
		ids["claims"], ids["files"], ids["remittances"] = beyond(claim), beyond(file), beyond(advice)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	pages := g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{})
	books := books{g}
	program := api.New(api.Config{Books: books, Operator: books, Away: g.store.Away, FindKey: books.FindKey, Audit: g.store, Trail: trail{g.store}, Now: g.now, Rate: 1_000_000,
		Keys: []api.Key{{Name: "k", Scope: deskScope, SHA256: api.Digest(firstKey), Write: true}}, Version: "test", Log: zerolog.Nop()})
	d.server = httptest.NewServer(pages)
	t.Cleanup(d.server.Close)
	d.user("lena", access.Manager, nil)
	browser := d.browser()
	d.login(browser, "lena", goodPassword)
	at, err := url.Parse(d.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	page := func(path string) *http.Request {
		r := httptest.NewRequest("GET", path, nil)
		for _, c := range browser.Jar.Cookies(at) {
			r.AddCookie(c)
		}
		return r
	}
	call := func(path string) *http.Request {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+firstKey)
		return r
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name, path, of string
		h              http.Handler
		make           func(path string) *http.Request
	}{
		{"API: a claim", "/v1/claims/%d", "claims", program, call},
		{"API: a transmission", "/v1/transmissions/%d", "files", program, call},
		{"API: a remittance advice", "/v1/remittances/%d", "remittances", program, call},
		{"page: a claim", "/claims/%d", "claims", pages, page},
		{"page: a remittance advice", "/remittances/%d", "remittances", pages, page},
		{"page: a file", "/files/%d", "files", pages, page},
		{"page: correct a claim", "/claims/%d/correct", "claims", pages, page},
	} {
		var took [2][]float64
		var bodies [2]string
		warm := 20 // what comes first says nothing of time
		if n > 0 {
			warm = 200
		}
		for i := range 2*n + warm {
			which := r.IntN(2)
			list := ids[c.of][which]
			w, q := httptest.NewRecorder(), c.make(fmt.Sprintf(c.path, list[r.IntN(len(list))]))
			began := time.Now()
			c.h.ServeHTTP(w, q)
			us := float64(time.Since(began).Nanoseconds()) / 1e3
			if w.Code != http.StatusNotFound {
				t.Fatalf("%s: %d %s", c.name, w.Code, w.Body)
			}
			if i >= warm {
				took[which] = append(took[which], us)
			}
			bodies[which] = w.Body.String()
		}
		if a, b := withoutNumbers(bodies[0]), withoutNumbers(bodies[1]); a != b {
			t.Errorf("%s: what is another's looks unlike what is nobody's:\n%s\n%s", c.name, a, b)
		}
		if bodies[0] == "" || bodies[1] == "" {
			t.Errorf("%s: only one of the two was asked for", c.name)
		}
		if n == 0 {
			continue
		}
		half := func(v []float64) float64 { s := slices.Sorted(slices.Values(v)); return s[len(s)/2] }
		t.Logf("%-26s another's %7.1f µs (%d), nobody's %7.1f µs (%d), difference %+.2f %%, z %+.2f", c.name, half(took[0]), len(took[0]), half(took[1]), len(took[1]),
			100*(half(took[0])/half(took[1])-1), rankZ(took[0], took[1]))
	}
}

// rankZ is the z of the rank-sum test (Mann and Whitney) of two samples.
func rankZ(a, b []float64) float64 {
	type one struct {
		v     float64
		first bool
	}
	var all []one
	for _, v := range a {
		all = append(all, one{v, true})
	}
	for _, v := range b {
		all = append(all, one{v, false})
	}
	slices.SortFunc(all, func(x, y one) int {
		switch {
		case x.v < y.v:
			return -1
		case x.v > y.v:
			return 1
		}
		return 0
	})
	sum := 0.0
	for i, o := range all {
		if o.first {
			sum += float64(i + 1)
		}
	}
	n, m := float64(len(a)), float64(len(b))
	return (sum - n*(n+m+1)/2) / math.Sqrt(n*m*(n+m+1)/12)
}

func withoutNumbers(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}
