// Package duckdb_test reads our Parquet with DuckDB. It is a module of its own,
// since DuckDB needs cgo: go -C gateway/export/duckdb test ./...
package duckdb_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"claimwire/gateway/export"
	"claimwire/gateway/export/exporttest"
	"claimwire/gateway/report"
)

// DuckDB's denial rate by payer and reason over the Parquet of a million claims
// is our own report's. CLAIMS sets another number.
func TestDenialRates(t *testing.T) {
	n := 1_000_000
	if v, err := strconv.Atoi(os.Getenv("CLAIMS")); err == nil {
		n = v
	}
	src := exporttest.Source{Claims: n, Seed: 8}
	dir := t.TempDir()
	for _, table := range export.Tables {
		f, err := os.Create(filepath.Join(dir, table+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := export.Parquet(f, table, src)
		if err != nil {
			t.Fatal(err)
		}
		st, _ := f.Stat()
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d rows, %d bytes", table, rows, st.Size())
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	at := func(table string) string {
		return "read_parquet('" + filepath.Join(dir, table+".parquet") + "')"
	}
	rows, err := db.Query(`SELECT c.payer, a.group_code || '-' || a.reason AS reason, count(DISTINCT a.claim), any_value(d.n), printf('%.4f', count(DISTINCT a.claim) / any_value(d.n))
		FROM ` + at("adjustments") + ` a JOIN ` + at("claims") + ` c ON c.id = a.claim JOIN (SELECT payer, count(*) AS n FROM ` + at("claims") + ` WHERE decided GROUP BY payer) d ON d.payer = c.payer
		WHERE a.denying AND c.decided GROUP BY 1, 2 ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got [][]string
	for rows.Next() {
		var payer, reason, rate string
		var denied, decided int64
		if err := rows.Scan(&payer, &reason, &denied, &decided, &rate); err != nil {
			t.Fatal(err)
		}
		got = append(got, []string{payer, reason, fmt.Sprint(denied), fmt.Sprint(decided), rate})
	}
	r, err := report.Make(src, report.Options{Name: "denials"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(r.Rows) {
		t.Fatalf("%d rows of DuckDB, %d of ours", len(got), len(r.Rows))
	}
	for i := range got {
		for k := range got[i] {
			if got[i][k] != r.Rows[i][k] {
				t.Errorf("DuckDB %v, we %v", got[i], r.Rows[i])
				break
			}
		}
	}
	var types string
	if err := db.QueryRow(`SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT service_from, charge FROM ` + at("claims") + `)`).Scan(&types); err != nil || types != "service_from DATE, charge DECIMAL(18,2)" {
		t.Errorf("types: %s %v", types, err)
	}
	t.Logf("%d rates agree over %d claims; %v", len(got), n, got[0])
}
