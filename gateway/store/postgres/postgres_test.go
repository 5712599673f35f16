package postgres_test

import (
	"os"
	"testing"

	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.StopPostgres()
	os.Exit(code)
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store {
		s, err := postgres.Open(t.Context(), storetest.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
