package access

import (
	"encoding/json"
	"regexp"

	"claimwire/gateway"
)

// Seen leaves of a claim what who looks may see. It is the one place that
// decides so: pages and API have nothing else to show.
func Seen(who *Principal, c gateway.Claim) gateway.Claim {
	if !who.May(SeePeople) {
		c.ClaimID, c.Document, c.Findings = "", nil, ""
	}
	if who != nil && who.Partner != "" {
		c.Findings = "" // what the office's own checks said is between it and us
	}
	if !who.May(SeeMoney) {
		c.Charge, c.Money = 0, gateway.Money{}
		c.Document, c.Findings = clinical(c.Document), WithoutAmounts(c.Findings)
	}
	return c
}

// amount is money in a sentence: 1,642.00. A code such as E11.65 is none.
var amount = regexp.MustCompile(`\b\d[\d,]*\.\d\d\b`)

// WithoutAmounts takes the money out of what was found, for whoever sees none: the
// sum of the lines, what another payer has paid.
func WithoutAmounts(text string) string { return amount.ReplaceAllString(text, "(an amount)") }

// Theirs says whether a claim is among those that who looks may see at all: a
// payer's analyst sees those that went to one trading partner, and none that the
// office holds still.
func Theirs(who *Principal, c *gateway.Claim) bool {
	return who != nil && c.Scope == who.Scope && (who.Partner == "" || who.Partner == c.Partner && c.Interchange != 0)
}

// What of a claim record has nothing of money: what is not named is left out,
// so that a new field is seen by nobody who should not.
var (
	clinicalFields = fields("record", "kind", "claim_id", "frequency", "facility_type", "place_of_service", "admission", "ambulance", "attachments", "certifications",
		"conditions", "dates", "diagnoses", "drg", "notes", "occurrences", "occurrence_spans", "orthodontics", "procedures", "providers", "billing_provider", "patient",
		"subscriber", "payer", "related_causes", "special_program", "spinal_manipulation", "tooth_statuses", "treatments", "lines")
	clinicalLineFields = fields("number", "procedure", "qualifier", "modifiers", "diagnosis_pointers", "unit", "units", "date", "from", "to", "dates", "place_of_service",
		"revenue_code", "drug", "epsdt", "family_planning", "notes", "oral_cavity", "prosthesis", "providers", "teeth", "test_results", "ambulance", "certifications",
		"attachments", "description", "emergency")
)

func fields(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// clinical leaves of a claim record what a coder needs; what cannot be read is
// left out whole.
func clinical(document []byte) []byte {
	if len(document) == 0 {
		return nil
	}
	var c map[string]json.RawMessage
	if json.Unmarshal(document, &c) != nil {
		return nil
	}
	keep(c, clinicalFields)
	var lines []map[string]json.RawMessage
	if json.Unmarshal(c["lines"], &lines) == nil {
		for _, l := range lines {
			keep(l, clinicalLineFields)
		}
		b, err := json.Marshal(lines)
		if err != nil {
			return nil
		}
		c["lines"] = b
	} else {
		delete(c, "lines")
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil
	}
	return b
}

func keep(m map[string]json.RawMessage, names map[string]bool) {
	for k := range m {
		if !names[k] {
			delete(m, k)
		}
	}
}
