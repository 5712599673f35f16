package gateway

import (
	"strconv"
	"strings"

	"claimwire/edi/diag"
)

// Finding is a diagnostic with the place in the office's own document that it
// is about: the field of the encounter, and the line of the file it stands on.
// Findings of X12 files have the place in the file (diag.Pos) and no Field
// unless the claim came from an encounter.
type Finding struct {
	diag.Diagnostic
	Field string // path, indices from 0: lines[2].charge; empty: the whole encounter
	Row   int    // line of the file, the first is 1; 0 when it came from no file
}

// Where says in words what the field is, counted as people count:
// "lines[2].charge" is "service line 3, charge".
func (f Finding) Where() string {
	if f.Field == "" {
		return "the encounter"
	}
	var b strings.Builder
	for step := range strings.SplitSeq(f.Field, ".") {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		name, index, indexed := strings.Cut(step, "[")
		if !indexed {
			b.WriteString(strings.ReplaceAll(name, "_", " "))
			continue
		}
		b.WriteString(itemName(name))
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil {
			b.WriteString(" " + strconv.Itoa(n+1))
		}
	}
	return b.String()
}

// itemName is what one item of a list is called.
func itemName(list string) string {
	switch list {
	case "lines":
		return "service line"
	case "diagnoses":
		return "diagnosis"
	case "diagnosis_pointers":
		return "diagnosis pointer"
	}
	return strings.ReplaceAll(strings.TrimSuffix(list, "s"), "_", " ")
}

// Held says whether a finding keeps the claim from being sent by itself.
func (f Finding) Held() bool { return f.Code.Severity() == diag.Error }

// Covered says whether a field, or what it is part of, has an error among
// findings: what else is said of it would only follow from that.
func Covered(findings []Finding, field string) bool {
	if field == "" {
		return false
	}
	for i := range findings {
		if k := findings[i].Field; k != "" && findings[i].Held() &&
			(k == field || strings.HasPrefix(field, k) && (field[len(k)] == '.' || field[len(k)] == '[')) {
			return true
		}
	}
	return false
}

// NotCarried begins the name of a field of an encounter that stands for a part of
// a FHIR Claim that has no place in one: the claim is held, and says which part.
const NotCarried = "fhir_"
