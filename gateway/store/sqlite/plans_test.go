package sqlite_test

import (
	"database/sql"
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
	const key = `COALESCE(organisation,'')='a' AND COALESCE(usage,'')='b' AND `
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
		rows, err := db.Query(`EXPLAIN QUERY PLAN ` + q)
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		var plan []string
		for rows.Next() {
			var a, b, c int
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, text)
		}
		rows.Close()
		if text := strings.Join(plan, "; "); !strings.Contains(text, want) || strings.Contains(text, "SCAN") || strings.Contains(text, "TEMP B-TREE") && strings.Contains(q, "LIMIT") {
			t.Errorf("%s\n\tis answered by: %s\n\twant %s", q, text, want)
		}
	}
}
