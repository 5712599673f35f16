package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/sqlite"
	"claimwire/gateway/store/storetest"
)

// TestOlderReleases loads the database of each release of before, as it was, into
// either kind of database, and brings it to today's form: its books agree, and
// its claims are what they were. A release adds a folder: a dump of a small demo.
func TestOlderReleases(t *testing.T) {
	releases, err := filepath.Glob(filepath.Join("..", "..", "gateway", "store", "testdata", "releases", "*"))
	if err != nil || len(releases) == 0 {
		t.Fatalf("no releases: %v", err)
	}
	for _, dir := range releases {
		b, err := os.ReadFile(filepath.Join(dir, "dump.json"))
		if err != nil {
			t.Fatal(err)
		}
		var dump store.Dump
		if err := json.Unmarshal(b, &dump); err != nil {
			t.Fatal(err)
		}
		rows := func(table string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, table+".rows")) }
		for name, load := range map[string]func(t *testing.T) (*store.Store, error){
			"SQLite": func(t *testing.T) (*store.Store, error) {
				return sqlite.Load(t.Context(), filepath.Join(t.TempDir(), "gateway.db"), &dump, rows)
			},
			"PostgreSQL": func(t *testing.T) (*store.Store, error) {
				return postgres.Load(t.Context(), storetest.Postgres(t), &dump, rows)
			},
		} {
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				s, err := load(t)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if err := s.Read(t.Context(), func(tx *store.Tx) error {
					account, err := ledger.Reconcile(tx)
					if err != nil {
						return err
					}
					if !account.Good() || account.Claims == 0 || account.Sealed == 0 {
						t.Errorf("the books: %q, %d claims, %d events sealed", account.Problems, account.Claims, account.Sealed)
					}
					list, err := tx.Claims(demoScope)
					for _, c := range list {
						if len(c.Document) < 100 || c.Document[0] != '{' {
							t.Errorf("claim %d has the document %.40q", c.ID, c.Document)
						}
						events, err := tx.EventsOf(c.Scope, c.ID)
						if err != nil || len(events) < 3 {
							t.Errorf("claim %d has %d events, %v", c.ID, len(events), err)
						}
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
				// It goes on from there.
				m := gateway.Transmission{Scope: demoScope, Inbound: true, Partner: "office", Name: "new", SHA256: "new", Kind: "encounters", State: "received"}
				if err := s.Do(t.Context(), func(tx *store.Tx) error {
					added, err := tx.AddTransmission(&m)
					if !added {
						t.Error("a new file is not added")
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
