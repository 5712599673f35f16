package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/gateway/store/sqlite"
)

// TestPlans wants questions that few rows answer answered by an index of these
// rows, also in a database that has no statistics yet: by the office's alone, a day
// of a million claims took hours.
func TestPlans(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.db")
	s, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sql.Open("sqlite3", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const key = scopeKey
	for q, want := range map[string]string{
		`SELECT id FROM claims WHERE ` + key + `state NOT IN ('held') AND claim_id IN ('a','b')`:                                                           "claims_claim_id",
		`SELECT id FROM claims WHERE ` + key + `state='queued' AND interchange=0 AND partner='x' ORDER BY id LIMIT 5000`:                                   "claims_waiting",
		`SELECT id FROM claims WHERE ` + key + `interchange=7 AND interchange<>0 ORDER BY id`:                                                              "claims_interchange",
		`UPDATE claims SET interchange=1 WHERE ` + key + `id IN (1,2)`:                                                                                     "INTEGER PRIMARY KEY",
		`UPDATE claims SET state='sent' WHERE ` + key + `interchange=7 AND interchange<>0 AND state IN ('queued')`:                                         "claims_interchange",
		`SELECT id FROM payments WHERE ` + key + `claim IN (1,2) ORDER BY id`:                                                                              "payments_claim",
		`SELECT id FROM claims WHERE organisation='a' AND usage='b' AND id>5 ORDER BY id LIMIT 100`:                                                        "claims_scope",
		`SELECT id FROM payments WHERE organisation='a' AND usage='b' AND id>5 ORDER BY id LIMIT 100`:                                                      "payments_scope",
		`SELECT id FROM events WHERE organisation='a' AND usage='b' AND id>5 ORDER BY id LIMIT 100`:                                                        "events_scope",
		`SELECT id FROM transmissions WHERE organisation='a' AND usage='b' AND id>5 ORDER BY id LIMIT 100`:                                                 "transmissions_scope",
		`SELECT id FROM claims WHERE organisation='a' AND usage='b' AND state='held' AND id>5 ORDER BY id LIMIT 100`:                                       "claims_state",
		`SELECT id FROM claims WHERE organisation='a' AND usage='b' AND state='sent' AND at<5 ORDER BY at LIMIT 100`:                                       "claims_silent",
		`SELECT amount FROM remittances WHERE organisation='a' AND usage='b' AND state='held' ORDER BY id LIMIT 100`:                                       "remittances_held",
		`SELECT paid FROM payments WHERE ` + key + `claim=0 LIMIT 100`:                                                                                     "payments_claim",
		`SELECT digest FROM events WHERE ` + key + `chain='t1' ORDER BY id DESC LIMIT 1`:                                                                   "events_chain",
		`SELECT id FROM requests WHERE organisation='a' AND usage='b' AND (state='open' OR state='partly_answered') AND due>'' ORDER BY due, id LIMIT 200`: "requests_open",
		`SELECT id FROM requests WHERE organisation='a' AND usage='b' AND (state='open' OR state='partly_answered') AND due='' ORDER BY id LIMIT 200`:      "requests_open",
		`SELECT id FROM claims WHERE ` + key + `id IN (1,2) AND id>0 ORDER BY id LIMIT 200`:                                                                "INTEGER PRIMARY KEY",
		`SELECT id FROM events WHERE organisation='a' AND usage='b' AND last_claim>=7 AND first_claim<=7 AND claims LIKE '%7%'`:                            "events_claims",
		`SELECT COUNT(*) FROM claims WHERE interchange=7 AND interchange<>0 AND state IN ('sent')`:                                                         "claims_interchange",
	} {
		text := planOf(t, db, q)
		if !strings.Contains(text, want) || strings.Contains(text, "SCAN") || strings.Contains(text, "TEMP B-TREE") && strings.Contains(q, "LIMIT") {
			t.Errorf("%s\n\tis answered by: %s\n\twant %s", q, text, want)
		}
	}
}

// scopeKey is how a question by something that few rows have says its scope.
const scopeKey = `COALESCE(organisation,'')='a' AND COALESCE(usage,'')='b' AND `

// planOf is how the database would answer.
func planOf(t *testing.T, db *sql.DB, q string) string {
	t.Helper()
	rows, err := db.Query(`EXPLAIN QUERY PLAN ` + q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var a, b, c int
		var text string
		if err := rows.Scan(&a, &b, &c, &text); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, text)
	}
	return strings.Join(plan, "; ")
}

// TestSets: what is written and asked for in sets is found by what it is asked for
// by, however many rows the database believes that there are.
func TestSets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.db")
	s, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, rows := range []int{0, 100, 1000, 10_000, 1_000_000} {
		db, err := sql.Open("sqlite3", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{`ANALYZE`, `DELETE FROM sqlite_stat1`, fmt.Sprintf(`INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('claims','claims_scope','%d %d %d 1'), ('claims','claims_claim_id','%d 1'), ('payments','payments_claim','%d 1')`, rows, rows, rows, rows, rows)} {
			if rows == 0 {
				break
			}
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		db.Close()
		if err := s.Optimize(t.Context()); err != nil {
			t.Fatal(err)
		}
		// What it knows of its rows is read when a connection begins.
		if db, err = sql.Open("sqlite3", "file:"+file); err != nil {
			t.Fatal(err)
		}
		var values, ids, texts []string
		for id := range 500 {
			values, ids, texts = append(values, fmt.Sprintf("(%d,'a','b','sent')", id)), append(ids, fmt.Sprint(id)), append(texts, fmt.Sprintf("'%d'", id))
		}
		for _, c := range []struct{ query, want string }{
			{`WITH v (id, organisation, usage, state) AS (VALUES ` + strings.Join(values, ",") + `) UPDATE claims SET state=v.state FROM v
				WHERE claims.id=v.id AND COALESCE(claims.organisation,'')=COALESCE(v.organisation,'') AND COALESCE(claims.usage,'')=COALESCE(v.usage,'') AND claims.id IN (` + strings.Join(ids, ",") + `)`,
				"SEARCH claims USING INTEGER PRIMARY KEY"},
			{`UPDATE claims SET interchange=1 WHERE ` + scopeKey + `id IN (` + strings.Join(ids, ",") + `)`, "SEARCH claims USING INTEGER PRIMARY KEY"},
			{`SELECT npi FROM claims WHERE ` + scopeKey + `claim_id IN (` + strings.Join(texts, ",") + `)`, "SEARCH claims USING INDEX claims_claim_id"},
			{`SELECT paid FROM payments WHERE ` + scopeKey + `claim IN (` + strings.Join(ids, ",") + `) ORDER BY id`, "SEARCH payments USING INDEX payments_claim"},
		} {
			if plan := planOf(t, db, c.query); strings.Contains(plan, "SCAN claims") || strings.Contains(plan, "SCAN payments") || !strings.Contains(plan, c.want) {
				t.Errorf("of %d rows: %.80s: %s", rows, c.query, plan)
			}
		}
		db.Close()
	}
}
