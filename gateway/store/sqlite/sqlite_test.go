package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/store/sqlite"
	"claimwire/gateway/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "gateway.db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// TestChangedAudit changes the audit trail behind the store's back: each change
// is seen, and named.
func TestChangedAudit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.db")
	s, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	here := gateway.Scope{Organisation: "here", Usage: "test"}
	for i := range 3 {
		a := gateway.Audited{Scope: here, At: time.Date(2026, 11, 24, 12, i, 0, 0, time.UTC), Actor: "user:lena", Action: "claim.view", Outcome: gateway.AuditDone}
		if err := s.Audit(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	broken := func() (wrong []string) {
		err := s.Do(t.Context(), func(tx *store.Tx) (err error) {
			wrong, err = tx.BrokenAudit(here)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return wrong
	}
	db, err := sql.Open("sqlite3", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct{ there, back, want string }{
		{``, ``, "[]"},
		{`UPDATE audit SET actor='user:omar' WHERE id=2`, `UPDATE audit SET actor='user:lena' WHERE id=2`, "[audit entry 2: it is not what its digest says]"},
		{`UPDATE audit SET usage='gone' WHERE id=2`, `UPDATE audit SET usage='test' WHERE id=2`, "[audit entry 3: it does not follow the entry before it]"},
	} {
		if _, err := db.Exec(c.there); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(broken()); got != c.want {
			t.Errorf("%s: %s, want %s", c.there, got, c.want)
		}
		if _, err := db.Exec(c.back); err != nil {
			t.Fatal(err)
		}
	}
}
