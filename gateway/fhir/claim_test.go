package fhir_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"claimwire/gateway/fhir"
)

// parts that the claims of these tests refer to.
const parts = `
 {"resourceType":"Patient","id":"p","name":[{"family":"Templeton","given":["Joss"]}],"birthDate":"1984-04-28","gender":"female","address":[{"line":["8969 Ferry Slip Road"],"city":"Bend","state":"OR","postalCode":"97702-5564"}]},
 {"resourceType":"Organization","id":"b","name":"Juniper Clinic","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"2112846052"},{"system":"urn:oid:2.16.840.1.113883.4.4","value":"93-0977246"}]},
 {"resourceType":"Practitioner","id":"r","name":[{"family":"Weller","given":["Joan"]}],"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"2210458925"}]},
 {"resourceType":"Practitioner","id":"s","name":[{"family":"Other","given":["Ann"]}],"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"2000000010"}]},
 {"resourceType":"Location","id":"l","name":"Juniper North","address":{"line":["1 North Way"],"city":"Bend","state":"OR","postalCode":"977010001"}},
 {"resourceType":"Condition","id":"d","code":{"coding":[{"system":"http://snomed.info/sct","code":"202855006"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M77.11"}]}},
 {"resourceType":"Organization","id":"i","name":"Cascade Mutual Health","identifier":[{"value":"CMHP1"}]},
 {"resourceType":"Coverage","id":"c","status":"active","subscriberId":"CMH9920018","beneficiary":{"reference":"#p"},"payor":[{"reference":"#i"}]},
 {"resourceType":"Coverage","id":"k","status":"cancelled","subscriberId":"OLD","beneficiary":{"reference":"#p"},"payor":[{"reference":"#i"}]},
 {"resourceType":"Coverage","id":"m","status":"active","subscriberId":"MED1","beneficiary":{"reference":"#p"},"payor":[{"display":"Medicare"}]}`

// claimWith is a professional Claim with members added or put in the place of
// others.
func claimWith(t *testing.T, more string) string {
	t.Helper()
	var c, add map[string]any
	if err := json.Unmarshal([]byte(`{"resourceType":"Claim","id":"f1","identifier":[{"value":"FHIR-1"}],"status":"active","use":"claim","created":"2026-10-05","type":{"coding":[{"code":"professional"}]},
 "contained":[`+parts+`],"patient":{"reference":"#p"},"provider":{"reference":"#b"},"priority":{"coding":[{"code":"normal"}]},"careTeam":[{"sequence":1,"provider":{"reference":"#r"}}],
 "insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"#c"}}],"diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"code":"M77.11"}]}}],
 "item":[{"sequence":1,"diagnosisSequence":[1],"productOrService":{"coding":[{"code":"99213"}]},"servicedDate":"2026-10-01","locationCodeableConcept":{"coding":[{"code":"11"}]},"net":{"value":142.00,"currency":"USD"}}]}`), &c); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(more), &add); err != nil {
		t.Fatalf("%v: %s", err, more)
	}
	for k, v := range add {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func encounterOf(t *testing.T, claim string) map[string]any {
	t.Helper()
	list, err := fhir.Encounters([]byte(claim))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d encounters: %v", len(list), err)
	}
	var e map[string]any
	if err := json.Unmarshal(list[0], &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// lost are the members that an encounter says were not carried over.
func lost(e map[string]any) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(e)) {
		if rest, ok := strings.CutPrefix(k, "fhir_"); ok {
			list = append(list, rest)
		}
	}
	return strings.Join(list, " ")
}

// Every member of a Claim is carried over, or said not to be; what FHIR lets a
// reader pass over is passed over.
func TestNothingIsLeftOutSilently(t *testing.T) {
	item := func(more string) string {
		return `{"item":[{"sequence":1,"diagnosisSequence":[1],"productOrService":{"coding":[{"code":"99213"}]},"servicedDate":"2026-10-01",` + more + `}]}`
	}
	net := `"net":{"value":142,"currency":"USD"}`
	for _, c := range []struct{ name, more, want string }{
		{"as it is", `{}`, ""},
		{"extensions and texts", `{"extension":[{"url":"x"}],"text":{"status":"generated"},"meta":{},"_created":{}}`, ""},
		{"a modifier extension", `{"modifierExtension":[{"url":"x"}]}`, "modifierExtension"},
		{"a member of a later release", `{"diagnosisRelatedGroup":{"text":"1"}}`, "diagnosisRelatedGroup"},
		{"a draft", `{"status":"draft"}`, "status"},
		{"cancelled", `{"status":"cancelled"}`, "status"},
		{"no status", `{"status":null}`, "status"},
		{"a preauthorization", `{"use":"preauthorization"}`, "use"},
		{"a pharmacy's claim", `{"type":{"coding":[{"code":"pharmacy"}]}}`, "type"},
		{"another claim", `{"related":[{"relationship":{"coding":[{"code":"prior"}]}}]}`, "related"},
		{"a prescription", `{"prescription":{"reference":"X/1"}}`, "prescription"},
		{"a payee of its own", `{"payee":{"type":{"coding":[{"code":"subscriber"}]}}}`, "payee_type"},
		{"somebody who is not here", `{"careTeam":[{"sequence":1,"provider":{"reference":"Practitioner/77"}}]}`, "careTeam_0_provider"},
		{"an unknown role", `{"careTeam":[{"sequence":1,"provider":{"reference":"#r"},"role":{"coding":[{"code":"witness"}]}}]}`, "careTeam_0_provider careTeam_0_role"},
		{"a second one whom no line names", `{"careTeam":[{"sequence":1,"provider":{"reference":"#r"}},{"sequence":2,"provider":{"reference":"#s"}}]}`, "careTeam_1_provider"},
		{"a coverage that is over", `{"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"#k"}}]}`, "insurance_0_coverage"},
		{"two authorizations", `{"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"#c"},"preAuthRef":["A","B"]}]}`, "insurance_0_preAuthRef"},
		{"a procedure of a visit", `{"procedure":[{"sequence":1,"procedureCodeableConcept":{"coding":[{"code":"0SG00ZZ"}]}}]}`, "procedure_0_procedureCodeableConcept"},
		{"an information of no kind that we know", `{"supportingInfo":[{"sequence":1,"category":{"coding":[{"code":"exception"}]},"code":{"text":"x"}}]}`, "supportingInfo_0_category"},
		{"a picture", `{"supportingInfo":[{"sequence":1,"category":{"coding":[{"code":"onset"}]},"valueAttachment":{}}]}`, "supportingInfo_0_valueAttachment"},
		{"parts of a line", item(net + `,"detail":[{"sequence":1}]`), "item_0_detail"},
		{"a diagnosis that is not there", `{"item":[{"sequence":1,"diagnosisSequence":[7],"productOrService":{"coding":[{"code":"99213"}]},"servicedDate":"2026-10-01",` + net + `}]}`, "item_0_diagnosisSequence"},
		{"euros", item(`"net":{"value":142,"currency":"EUR"}`), "item_0_net"},
		{"parts of a cent", item(`"unitPrice":{"value":1.005},"quantity":{"value":3}`), "item_0_unitPrice"},
		{"a site of the body", item(net + `,"bodySite":{"coding":[{"code":"LA"}]}`), "item_0_bodySite"},
		{"a list that is none", `{"diagnosis":"M77.11"}`, "diagnosis item_0_diagnosisSequence"},
		{"a text that is an object", `{"use":{"a":1}}`, "use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lost(encounterOf(t, claimWith(t, c.more))); got != c.want {
				t.Errorf("not carried over: %q, want %q", got, c.want)
			}
		})
	}
}

// What is carried over, and where to.
func TestClaimBecomesEncounter(t *testing.T) {
	for _, c := range []struct{ name, more, path, want string }{
		{"its number", `{}`, "id", "FHIR-1"},
		{"lines in their sequence", `{"item":[{"sequence":2,"productOrService":{"coding":[{"code":"B"}]}},{"sequence":1,"productOrService":{"coding":[{"code":"A"}]}}]}`, "lines.0.procedure", "A"},
		{"the code of CPT before others", `{"item":[{"sequence":1,"productOrService":{"coding":[{"system":"http://snomed.info/sct","code":"1"},{"system":"http://www.ama-assn.org/go/cpt","code":"99213"}]}}]}`, "lines.0.procedure", "99213"},
		{"units by their price", `{"item":[{"sequence":1,"productOrService":{"coding":[{"code":"J1"}]},"quantity":{"value":3},"unitPrice":{"value":12.35}}]}`, "lines.0.charge", "37.05"},
		{"and a factor", `{"item":[{"sequence":1,"productOrService":{"coding":[{"code":"J1"}]},"factor":0.5,"unitPrice":{"value":12.30}}]}`, "lines.0.charge", "6.15"},
		{"what is stated goes before", `{"item":[{"sequence":1,"productOrService":{"coding":[{"code":"J1"}]},"quantity":{"value":3},"unitPrice":{"value":12.35},"net":{"value":37}}]}`, "lines.0.charge", "37"},
		{"the principal diagnosis first", `{"diagnosis":[{"sequence":5,"diagnosisCodeableConcept":{"coding":[{"code":"A"}]}},{"sequence":9,"type":[{"coding":[{"code":"principal"}]}],"diagnosisCodeableConcept":{"coding":[{"code":"B"}]}}],"item":[{"sequence":1,"diagnosisSequence":[5],"productOrService":{"coding":[{"code":"J1"}]}}]}`, "diagnoses", "[B A]"},
		{"and lines point to where it stands", `{"diagnosis":[{"sequence":5,"diagnosisCodeableConcept":{"coding":[{"code":"A"}]}},{"sequence":9,"type":[{"coding":[{"code":"principal"}]}],"diagnosisCodeableConcept":{"coding":[{"code":"B"}]}}],"item":[{"sequence":1,"diagnosisSequence":[5],"productOrService":{"coding":[{"code":"J1"}]}}]}`, "lines.0.diagnosis_pointers", "[2]"},
		{"a condition of ICD-10", `{"diagnosis":[{"sequence":1,"diagnosisReference":{"reference":"#d"}}]}`, "diagnoses", "[M77.11]"},
		{"another doctor for a line", `{"careTeam":[{"sequence":1,"provider":{"reference":"#r"}},{"sequence":2,"provider":{"reference":"#s"}}],"item":[{"sequence":1,"careTeamSequence":[2],"productOrService":{"coding":[{"code":"A"}]}}]}`, "lines.0.rendering_provider.npi", "2000000010"},
		{"a number without a resource", `{"careTeam":[{"sequence":1,"provider":{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"2210458925"},"display":"Weller"}}]}`, "rendering_provider.npi", "2210458925"},
		{"where it was", `{"facility":{"reference":"#l"}}`, "service_facility.address.line1", "1 North Way"},
		{"a referral", `{"referral":{"identifier":{"value":"R77"}}}`, "referral_number", "R77"},
		{"an accident of a car", `{"accident":{"date":"2026-09-30","type":{"coding":[{"code":"MVA"}]},"locationAddress":{"state":"OR"}}}`, "accident", "map[date:2026-09-30 related_to:[auto] state:OR]"},
		{"the second payer", `{"insurance":[{"sequence":2,"focal":true,"coverage":{"reference":"#c"}},{"sequence":1,"focal":false,"coverage":{"reference":"#m"}}]}`, "insurance.order", "secondary"},
		{"and the first", `{"insurance":[{"sequence":2,"focal":true,"coverage":{"reference":"#c"}},{"sequence":1,"focal":false,"coverage":{"reference":"#m"}}]}`, "other_insurance.0.order", "primary"},
		{"a stay", `{"type":{"coding":[{"code":"institutional"}]},"billablePeriod":{"start":"2026-10-01","end":"2026-10-04T10:00:00Z"}}`, "statement_to", "2026-10-04"},
		{"its procedures", `{"type":{"coding":[{"code":"institutional"}]},"procedure":[{"sequence":1,"date":"2026-10-02T08:00:00Z","procedureCodeableConcept":{"coding":[{"code":"0SG00ZZ"}]}}]}`, "procedures.0", "map[code:0SG00ZZ date:2026-10-02]"},
		{"what it came with", `{"type":{"coding":[{"code":"institutional"}]},"diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"code":"A"}]},"onAdmission":{"coding":[{"code":"y"}]}},{"sequence":2,"type":[{"coding":[{"code":"admitting"}]}],"diagnosisCodeableConcept":{"coding":[{"code":"R07.9"}]}}]}`, "admitting_diagnosis", "R07.9"},
		{"a tooth", `{"type":{"coding":[{"code":"oral"}]},"item":[{"sequence":1,"productOrService":{"coding":[{"code":"D2391"}]},"bodySite":{"coding":[{"system":"http://terminology.ada.org/universal-tooth","code":"14"}]},"subSite":[{"coding":[{"code":"M"}]},{"coding":[{"code":"O"}]}]}]}`, "lines.0.teeth.0", "map[surfaces:MO tooth:14]"},
		{"a predetermination", `{"type":{"coding":[{"code":"oral"}]},"use":"predetermination"}`, "predetermination", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := encounterOf(t, claimWith(t, c.more))
			var v any = e
			for _, p := range strings.Split(c.path, ".") {
				switch at := v.(type) {
				case map[string]any:
					v = at[p]
				case []any:
					if v = nil; int(p[0]-'0') < len(at) {
						v = at[p[0]-'0']
					}
				}
			}
			if got := fmt.Sprint(v); got != c.want || lost(e) != "" {
				t.Errorf("%s is %s, want %s; not carried over: %q", c.path, got, c.want, lost(e))
			}
		})
	}
}

// A Bundle gives a claim for each Claim, whatever way it refers to the others.
func TestBundle(t *testing.T) {
	inner := claimWith(t, `{"contained":null,"patient":{"reference":"urn:uuid:1"},"provider":{"reference":"https://ehr.example/fhir/Organization/b"},"careTeam":null,"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"Coverage/c/_history/3"}}]}`)
	var entries []string
	for _, p := range strings.Split(strings.TrimSpace(parts), "\n") {
		p = strings.TrimSuffix(strings.TrimSpace(p), ",")
		url := ""
		if strings.Contains(p, `"id":"p"`) {
			url = "urn:uuid:1"
		}
		entries = append(entries, fmt.Sprintf(`{"fullUrl":%q,"resource":%s}`, url, strings.ReplaceAll(p, `"#i"`, `"Organization/i"`)))
	}
	entries = append(entries, `{"resource":`+inner+`}`, `{"resource":`+inner+`}`)
	list, err := fhir.Encounters([]byte(`{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(entries, ",") + `]}`))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d: %v", len(list), err)
	}
	for _, want := range []string{`"last_name":"Templeton"`, `"name":"Juniper Clinic"`, `"id":"CMHP1"`, `"member_id":"CMH9920018"`} {
		if !strings.Contains(string(list[0]), want) || strings.Contains(string(list[0]), "fhir_") {
			t.Errorf("it lacks %s: %s", want, list[0])
		}
	}
	for _, bad := range []string{`{"resourceType":"Patient"}`, `[]`, `{`, `{"resourceType":"Bundle","entry":[{"resource":7}]}`} {
		if _, err := fhir.Encounters([]byte(bad)); err == nil {
			t.Errorf("%s is taken for a claim", bad)
		}
	}
}

func FuzzEncounters(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Claim","status":"active","item":[{"net":{"value":1e9}},7],"diagnosis":[[]],"careTeam":{"a":[]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := fhir.Encounters(b)
		for _, e := range list {
			if err != nil || !json.Valid(e) {
				t.Errorf("%v: %s", err, e)
			}
		}
	})
}
