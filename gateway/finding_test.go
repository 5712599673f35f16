package gateway

import (
	"slices"
	"testing"

	"claimwire/edi/diag"
)

// A field is named as people count and speak.
func TestWhere(t *testing.T) {
	for field, want := range map[string]string{
		"lines[2].charge":                   "service line 3, charge",
		"patient.birth_date":                "patient, birth date",
		"diagnoses[0]":                      "diagnosis 1",
		"other_insurance[1].adjustments[0]": "other insurance 2, adjustment 1",
		"":                                  "the encounter",
	} {
		if got := (Finding{Field: field}).Where(); got != want {
			t.Errorf("%s: got %q, want %q", field, got, want)
		}
	}
}

// A field is covered by an error in it or in what it is part of, and by nothing
// else.
func TestCovered(t *testing.T) {
	held := func(field string) []Finding {
		return []Finding{{Diagnostic: diag.Diagnostic{Code: 7930}, Field: field}}
	}
	for _, c := range []struct {
		known []Finding
		field string
		want  bool
	}{
		{held("patient"), "patient", true},
		{held("patient"), "patient.sex", true},
		{held("lines"), "lines[0].charge", true},
		{held("patient.sex"), "patient", false},
		{held("id"), "identity", false},
		{held(""), "patient", false},
		{held("patient"), "", false},
		{[]Finding{{Diagnostic: diag.Diagnostic{Code: 7947}, Field: "id"}}, "id", false}, // a warning
	} {
		if got := Covered(c.known, c.field); got != c.want {
			t.Errorf("%q by %q: got %v", c.field, c.known[0].Field, got)
		}
	}
}

func TestNearestWords(t *testing.T) {
	list := []string{"birth_date", "death_date", "last_name", "Cascade Mutual Health"}
	for word, want := range map[string][]string{
		"birthdate":              {"birth_date"},
		"lastnmae":               {"last_name"},
		"Cascade Mutual":         {"Cascade Mutual Health"},
		"Cascade Mutual Insurer": {"Cascade Mutual Health"},
		"xyz":                    nil,
		"":                       nil,
		"---":                    nil,
	} {
		got := Nearest(word, list, 1)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	if got := Nearest("date", list, 5); len(got) > 5 {
		t.Errorf("got %q", got)
	}
}

func TestClaimFiling(t *testing.T) {
	for word, want := range map[string]string{"medicare": "MB", "blue": "BL", "tricare": "CH", "MB": "", "": "", "nothing": ""} {
		if got := ClaimFiling(word); got != want {
			t.Errorf("%q: got %q", word, got)
		}
	}
}
