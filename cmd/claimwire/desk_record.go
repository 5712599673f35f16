package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"claimwire/gateway/web"
)

// The form of a claim's record: what it states, in its own order of importance,
// and what people add most. What stands in a record and is not listed here is
// shown as it is.

// recordOrder puts first what people look for first.
var recordOrder = []string{"claim_id", "charge", "place_of_service", "facility_type", "subscriber", "patient", "payer", "billing_provider", "diagnoses", "procedures", "lines", "providers",
	"references", "dates", "admission", "values", "conditions", "occurrences", "notes", "attachments", "other_coverages"}

// recordOwn is what the gateway and the correction decide.
var recordOwn = []string{"record", "source", "levels", "kind", "frequency", "submission", "unread", "truncated"}

// recordAmounts are members that hold money.
var recordAmounts = []string{"charge", "amount", "paid", "patient_paid", "non_covered"}

func textField(name, about string, max int) *web.Field {
	return &web.Field{Name: name, About: about, Kind: "text", Max: max}
}

func mainField(f *web.Field) *web.Field { f.Main = true; return f }

func dayField(name, about string) *web.Field {
	return &web.Field{Name: name, About: about, Kind: "day"}
}

func objectField(name, about string, members ...*web.Field) *web.Field {
	return &web.Field{Name: name, About: about, Members: members}
}

func listField(name, about string, most int, members ...*web.Field) *web.Field {
	return &web.Field{Name: name, About: about, List: most, Members: members}
}

// knownRecord describes what can be added to a record.
func knownRecord() *web.Field {
	address := objectField("address", "Address.", textField("line1", "Street and number.", 55), textField("line2", "Suite, floor or apartment.", 55), textField("city", "City.", 30), textField("state", "State, two letters.", 2),
		textField("postal_code", "ZIP code, five digits or nine.", 15))
	name := []*web.Field{textField("last_name", "Last name.", 60), textField("first_name", "First name.", 35), textField("middle_name", "Middle name or initial.", 25), textField("suffix", "Suffix such as Jr or III.", 10)}
	born := []*web.Field{dayField("birth_date", "Date of birth."), {Name: "gender", About: "F, M or U.", Kind: "text", Max: 1, Choices: []string{"F", "M", "U"}}}
	party := slices.Concat([]*web.Field{textField("name", "Name of an organisation.", 60)}, name, []*web.Field{textField("npi", "National provider identifier, ten digits.", 10), textField("taxonomy", "Provider taxonomy code, ten characters.", 10), address})
	reference := listField("references", "Numbers, each of its type: prior_authorization, referral, payer_claim_id, medical_record.", 20, mainField(textField("type", "What it is.", 60)), mainField(textField("value", "The number.", 80)))
	return objectField("", "",
		mainField(textField("claim_id", "Patient control number: the office's own number of this bill.", 38)),
		&web.Field{Name: "charge", About: "The total; it is the sum of the lines.", Kind: "amount", Main: true},
		textField("place_of_service", "Place of service, two digits: 11 office, 02 or 10 telehealth.", 2),
		objectField("subscriber", "Who holds the insurance.", slices.Concat(name, born, []*web.Field{mainField(textField("member_id", "Member number as on the card, without blanks.", 80)), textField("group_number", "Group or policy number.", 50), address})...),
		objectField("patient", "Who was treated, where it is not the subscriber.", slices.Concat(name, born, []*web.Field{textField("relationship", "What the patient is to the subscriber: 01 spouse, 19 child.", 2), address})...),
		objectField("payer", "Who is asked to pay.", textField("name", "The payer's name.", 60), textField("payer_id", "The payer's number, from the card or the payer directory.", 80), address),
		objectField("billing_provider", "Who bills.", slices.Concat(party, []*web.Field{reference})...),
		listField("diagnoses", "Diagnoses, the principal one first.", 25, mainField(textField("code", "ICD-10-CM code.", 8)), textField("type", "principal, other, admitting.", 30), textField("present_on_admission", "Y, N, U or W.", 1)),
		listField("lines", "The services.", 999, mainField(textField("procedure", "HCPCS or CPT code.", 15)), textField("revenue_code", "Revenue code, four digits.", 4),
			&web.Field{Name: "modifiers", About: "Modifiers.", Kind: "text", Max: 2, List: 4, Main: true}, &web.Field{Name: "charge", About: "Charge of the line.", Kind: "amount", Main: true},
			&web.Field{Name: "units", About: "How many.", Kind: "json_number", Main: true}, &web.Field{Name: "diagnosis_pointers", About: "Which diagnoses, by their places.", Kind: "json_number", List: 4},
			dayField("date", "Day of the service."), textField("place_of_service", "Place of service of this line.", 2)),
		listField("providers", "Other providers, each with a role.", 20, slices.Concat([]*web.Field{mainField(textField("role", "rendering, referring, supervising, attending, operating.", 30))}, party)...),
		reference,
		listField("dates", "Other days, each of its type: onset, accident, last_seen.", 20, mainField(textField("type", "What it is.", 40)), mainField(dayField("date", "The day."))),
	)
}

// recordForm is the form of a record: what is known of records, and what this one
// has besides.
func recordForm(doc []byte) *web.Field {
	f := merged(knownRecord(), parsed(doc))
	f.Members = slices.DeleteFunc(f.Members, func(m *web.Field) bool { return slices.Contains(recordOwn, m.Name) })
	rank := func(m *web.Field) int {
		if i := slices.Index(recordOrder, m.Name); i >= 0 {
			return i
		}
		return len(recordOrder)
	}
	slices.SortStableFunc(f.Members, func(a, b *web.Field) int { return rank(a) - rank(b) })
	return f
}

func parsed(doc []byte) map[string]any {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v map[string]any
	_ = d.Decode(&v) // a record of ours; what cannot be read has no members
	return v
}

// merged adds to a description the members that a value has besides.
func merged(f *web.Field, v map[string]any) *web.Field {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.IndexFunc(f.Members, func(m *web.Field) bool { return m.Name == name })
		if i < 0 {
			f.Members = append(f.Members, &web.Field{Name: name})
			i = len(f.Members) - 1
		}
		m := f.Members[i]
		switch v := v[name].(type) {
		case map[string]any:
			f.Members[i] = merged(m, v)
		case []any:
			if m.List == 0 {
				m.List = max(2*len(v), 20)
			}
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					m.Kind = ""
					merged(m, o)
				} else if len(m.Members) == 0 && m.Kind == "" {
					m.Kind, m.Max = kindOf(name, item), 30
				}
			}
		default:
			if len(m.Members) == 0 && m.Kind == "" {
				m.Kind, m.Max = kindOf(name, v), 60
			}
		}
	}
	return f
}

func kindOf(name string, v any) string {
	switch v := v.(type) {
	case json.Number:
		return "json_number"
	case bool:
		return "yes_no"
	case string:
		if slices.Contains(recordAmounts, name) || strings.HasSuffix(name, "_amount") {
			return "amount"
		}
		if len(v) == 10 && v[4] == '-' && v[7] == '-' {
			return "day"
		}
	}
	return "text"
}
