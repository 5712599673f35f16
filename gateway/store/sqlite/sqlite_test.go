package sqlite_test

import (
	"path/filepath"
	"testing"

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
