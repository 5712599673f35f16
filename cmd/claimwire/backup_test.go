package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/sqlite"
	"claimwire/gateway/store/storetest"
)

// larkspur is the first office of the tests.
var larkspur = gateway.Scope{Organisation: "larkspur", Usage: "test"}

// command runs a command in this process and gives its exit code and what it
// says.
func command(args ...string) (int, string) {
	var out, errs bytes.Buffer
	code := run(args, nil, &out, &errs)
	return code, out.String() + errs.String()
}

// TestBackup copies a gateway while it works, and restores the copy elsewhere:
// on the same kind of database, and on the other. The books agree there, and what
// would be done twice is not.
func TestBackup(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { backupAndRestore(t, "", func(t *testing.T) string { return "" }) })
	t.Run("SQLite to PostgreSQL", func(t *testing.T) {
		backupAndRestore(t, "", func(t *testing.T) string { return storetest.Postgres(t) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		backupAndRestore(t, storetest.Postgres(t), func(t *testing.T) string { return storetest.Postgres(t) })
	})
}

func backupAndRestore(t *testing.T, database string, elsewhere func(t *testing.T) string) {
	other := elsewhere(t)
	r := startGateway(t, database)
	backups := filepath.Join(t.TempDir(), "backup")
	submit := func(name string) int64 {
		status, b := r.ask("POST", "/v1/transmissions", firstKey, sample(t, name))
		var m api.Transmission
		if err := json.Unmarshal(b, &m); err != nil || status/100 != 2 {
			t.Fatalf("%s: %d %s", name, status, b)
		}
		return m.ID
	}
	names := []string{"physical-therapy-week.csv"}
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "encounters", "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files[:20] {
		names = append(names, filepath.Base(f))
	}
	first := submit(names[0])
	// The others come while the copy is made.
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, n := range names[1:] {
			if ctx.Err() != nil {
				return
			}
			r.ask("POST", "/v1/transmissions", firstKey, sample(t, n))
		}
	}()
	var said []string
	for range 2 { // the second time copies what is new
		code, text := command("backup", "--config", r.file, "--to", backups)
		if code != 0 {
			t.Fatalf("backup: %d %s", code, text)
		}
		said = append(said, text)
	}
	stop()
	<-done
	b, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	place := t.TempDir()
	text := strings.Replace(string(b), "database: "+strconv.Quote(database), "database: "+strconv.Quote(other), 1)
	config := filepath.Join(place, "gateway.yaml")
	if err := os.WriteFile(config, []byte("data: "+filepath.Join(place, "data")+"\npartners: "+filepath.Join(filepath.Dir(r.file), "partners")+"\npayers: "+
		filepath.Join(filepath.Dir(r.file), "payers.yaml")+"\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, text := command("restore", "--from", backups, "--config", config); code != 0 {
		t.Fatalf("restore: %d %s\n%v", code, text, said)
	}
	if code, text := command("restore", "--from", backups, "--config", config); code != 2 {
		t.Errorf("restored into a place that is not empty: %d %s", code, text)
	}
	code, text := command("reconcile", "--config", config, "--format", "json")
	var account struct {
		Good          bool
		Problems      []string
		Transmissions int
		Claims        int
	}
	if err := json.Unmarshal([]byte(text), &account); err != nil || code != 0 || !account.Good || account.Transmissions == 0 {
		t.Fatalf("reconcile at the other place: %d %s", code, text)
	}
	var db *store.Store
	if other != "" {
		db, err = postgres.Open(t.Context(), other)
	} else {
		db, err = sqlite.Open(t.Context(), filepath.Join(place, "data", "gateway.db"))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Do(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Transmission(larkspur, first)
		if err != nil || m.State == "" {
			t.Errorf("the first file: %+v, %v", m, err)
		}
		if l, err := tx.Link(larkspur, "demo-payer"); err != nil || !l.Stopped {
			t.Errorf("the partner's connection is not stopped: %+v, %v", l, err)
		}
		if n, err := tx.NextControl(larkspur, "demo-payer", "ISA13"); err != nil || n != 1 && n <= 10000 {
			t.Errorf("the next control number is %d, %v", n, err)
		}
		// The next id is after the last one.
		c := m
		c.ID, c.SHA256, c.Name = 0, strings.Repeat("0", 64), "new"
		if added, err := tx.AddTransmission(&c); err != nil || !added || c.ID <= int64(account.Transmissions)-1 {
			t.Errorf("a new file: %v as %d after %d, %v", added, c.ID, account.Transmissions, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s%s", said[0], said[1])
	// Changed backups are refused.
	rows := filepath.Join(backups, "database", "claims.rows")
	raw, err := os.ReadFile(rows)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(rows, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if other == "" {
		config = filepath.Join(place, "third.yaml")
		if err := os.WriteFile(config, []byte("data: "+filepath.Join(place, "third")+"\n"+string(b)), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, text := command("restore", "--from", backups, "--config", config); code != 2 {
			t.Errorf("a backup with a changed byte: %d %s", code, text)
		}
	}
}
