package storetest

import (
	"fmt"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// people: claims are found by whose they are, in the order of names by their
// bytes, within the scope and the partner that is asked for, and no more once
// their files are gone.
func people(t *testing.T, s *store.Store) {
	m := gateway.Transmission{Scope: here, Inbound: true, Name: "people", SHA256: "people", Kind: "837", State: "taken", At: noon}
	names := []struct {
		of              gateway.Scope
		person, insured string
		partner         string
	}{
		{here, gateway.PersonKey("Marsh", "Lena", "19800131"), "", "acme"},
		{here, gateway.PersonKey("MARSH", "Leo", "20150301"), gateway.PersonKey("Marsh", "Lena", "19800131"), "acme"},
		{here, gateway.PersonKey("Marshall", "Lena", "19700101"), "", "other"},
		{here, gateway.PersonKey("Márshes", "Ōlaf", "19700101"), gateway.PersonKey("Quill", "Ann", "19500101"), "other"},
		{here, gateway.PersonKey("山田", "太郎", "19700101"), "", "other"},
		{others, gateway.PersonKey("Marsh", "Lena", "19800131"), "", "acme"},
		{here, gateway.NotIndexed, "", "acme"},
		{here, "", "", "acme"},
	}
	ids := make([]int64, len(names))
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddTransmission(&m); err != nil {
			return err
		}
		for i, n := range names {
			c := gateway.Claim{Scope: n.of, Transmission: m.ID, Item: i + 1, ClaimID: fmt.Sprintf("P%d", i), Trace: fmt.Sprintf("PEOPLE%d", i), State: gateway.Queued, At: noon, Document: []byte(`{"x":1}`), Partner: n.partner, Person: n.person, Insured: n.insured}
			if added, err := tx.AddClaim(&c); !added || err != nil {
				return fmt.Errorf("claim %d: %v %w", i, added, err)
			}
			ids[i] = c.ID
		}
		return nil
	})
	find := func(text, partner string, limit int) string {
		t.Helper()
		got := ""
		seen := map[int64]bool{}
		for _, q := range gateway.PersonQueries(text) {
			for _, c := range ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimsOfPerson(here, q, partner, limit) }) {
				if !seen[c.ID] {
					seen[c.ID] = true
					got += c.ClaimID + " "
				}
			}
		}
		return got
	}
	for _, c := range []struct{ text, partner, want string }{
		{"marsh", "", "P1 P0 P2 P3 "}, // the whole name first
		{"MÁRSH", "acme", "P1 P0 "},
		{"Marsh, Le", "", "P1 P0 P2 "},
		{"Lena Marsh", "", "P1 P0 "},
		{"marsh 1980-01-31", "", "P1 P0 "},
		{"Marsh, Leo", "", "P1 "},
		{"Leo Marsh 2015-03-01", "", "P1 "},
		{"Leo Marsh 2015-03-02", "", ""},
		{"Quill", "", "P3 "},
		{"Quill", "acme", ""},
		{"山田", "", "P4 "},
		{"Olaf Marshes", "", "P3 "},
		{"zz", "", ""},
		{"%%", "", ""},
	} {
		if got := find(c.text, c.partner, 50); got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.text, c.partner, got, c.want)
		}
	}
	if got := find("marsh", "", 2); got != "P1 P0 " {
		t.Errorf("the first two: %q", got)
	}
	// What came before people could be found is read once.
	unread := func() (n int) {
		for _, c := range ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Unread(1000) }) {
			if c.ID == ids[6] {
				n++
			}
		}
		return n
	}
	if unread() != 1 {
		t.Error("a claim from before is not found to be read")
	}
	do(t, s, func(tx *store.Tx) error {
		return tx.SetPeople([]gateway.Claim{{ID: ids[6], Person: gateway.PersonKey("Vole", "Pia", "")}})
	})
	if unread() != 0 || find("Vole", "", 50) != "P6 " {
		t.Error("a claim that was read is not found, or read again")
	}
	do(t, s, func(tx *store.Tx) error { _, err := tx.PurgeFile(&m, noon); return err })
	for _, text := range []string{"marsh", "quill", "vole"} {
		if got := find(text, "", 50); got != "" {
			t.Errorf("its file is gone, and %s finds %q", text, got)
		}
	}
}
