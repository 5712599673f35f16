package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"claimwire/gateway/api"
	"claimwire/gateway/export"
)

// TestExports makes reports and files for other programs of what went through
// the running gateway, with the commands.
func TestExports(t *testing.T) {
	r := startGateway(t, "")
	const office = "later-payer-named-before-decision-06.json"
	for _, end := range []string{"DENY", "LINE", "REJECT", "CONTRACT", "SHARED", "RFI"} {
		r.submit(encounterAs(t, office, "EXP-"+end))
	}
	r.claimNamed("EXP-DENY", "denial")
	line := r.claimNamed("EXP-LINE", "payment")
	r.claimNamed("EXP-REJECT", "rejected")
	paid := r.claimNamed("EXP-CONTRACT", "payment")
	r.claimNamed("EXP-SHARED", "payment")
	r.claimNamed("EXP-RFI", "request_for_information")
	cli := func(args ...string) string {
		t.Helper()
		var out, errs lockedBuffer
		args = append(args, "--server", "http://"+r.s.httpAddr, "--key", firstKey)
		if got := run(args, strings.NewReader(""), &out, &errs); got != 0 {
			t.Errorf("%v: %d: %s", args, got, &errs)
		}
		return out.String()
	}
	table := func(args ...string) map[string]string {
		t.Helper()
		rows, err := csv.NewReader(strings.NewReader(cli(append(args, "--format", "csv")...))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%v: %v %v", args, rows, err)
		}
		m := map[string]string{}
		for i, c := range rows[0] {
			m[c] = rows[1][i]
		}
		return m
	}
	if m := table("reports", "payers"); m["payer"] != "CMHP1" || m["claims"] != "6" || m["sent"] != "6" || m["rejected"] != "1" || m["decided"] != "4" || m["denied"] != "1" || m["partly_denied"] != "1" ||
		m["first_pass"] != "2" || m["first_pass_rate"] != "0.5000" || m["denial_rate"] != "0.2500" || m["rejection_rate"] != "0.1667" {
		t.Errorf("%v", m)
	}
	if m := table("reports", "coders"); m["coder"] == "" || m["claims"] != "6" {
		t.Errorf("%v", m)
	}
	if m := table("reports", "days"); m["acknowledged"] != "6" || m["paid"] != "4" || m["pay_median"] == "" {
		t.Errorf("%v", m)
	}
	if m := table("reports", "codes"); m["lines"] != "4" {
		t.Errorf("%v", m)
	}
	if m := table("reports", "ageing"); m["open"] != "576.00" {
		t.Errorf("%v", m)
	}
	for _, name := range []string{"providers", "reasons", "denials"} {
		if text := cli("reports", name); strings.Count(text, "\n") < 2 {
			t.Errorf("%s: %s", name, text)
		}
	}
	contract := filepath.Join(t.TempDir(), "contract.csv")
	if err := os.WriteFile(contract, []byte("payer,procedure,amount\nCMHP1,99213,120.00\nCMHP1,20551,100\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m := table("reports", "expected", "--contract", contract); m["payer"] != "CMHP1" || m["lines"] == "0" || m["difference"] == "0.00" {
		t.Errorf("%v", m)
	}
	dir := t.TempDir()
	cli("exports", "parquet", "--dir", dir)
	claims, err := parquet.ReadFile[export.ClaimRow](filepath.Join(dir, "claims.parquet"))
	if err != nil || len(claims) != 6 || claims[0].Charge != 28800 {
		t.Errorf("%v %v", claims, err)
	}
	for _, name := range []string{"lines", "adjustments", "events"} {
		b, err := os.ReadFile(filepath.Join(dir, name+".parquet"))
		if err != nil || !bytes.HasPrefix(b, []byte("PAR1")) || bytes.Contains(b, []byte("TEMPLETON")) || bytes.Contains(b, []byte("EXP-")) {
			t.Errorf("%s: %v, or it names a patient or a patient's number", name, err)
		}
	}
	remittance := fmt.Sprint(paid.Payments[0].Remittance)
	if text := cli("exports", "posting", remittance); !strings.Contains(text, "EXP-CONTRACT,") || !strings.Contains(text, "CO-45:") {
		t.Error(text)
	}
	if text := cli("exports", "posting", remittance, "--format", "json"); !json.Valid([]byte(text)) || !strings.Contains(text, `"record":{"record":"payment"`) {
		t.Error(text)
	}
	for _, resource := range []string{"ClaimResponse", "ExplanationOfBenefit"} {
		var v map[string]any
		if err := json.Unmarshal([]byte(cli("exports", "fhir", fmt.Sprint(line.ID), "--resource", resource)), &v); err != nil || v["resourceType"] != resource || v["outcome"] != "complete" || len(v["item"].([]any)) != 2 {
			t.Errorf("%v %v", v, err)
		}
		if resource == "ExplanationOfBenefit" {
			if b, _ := json.Marshal(v); !strings.Contains(string(b), `"modifier":[{"coding":[{"code":"RT","system":"https://www.cms.gov/`) {
				t.Errorf("a modifier without the system of its code: %s", b)
			}
		}
		if at := os.Getenv("CLAIMWIRE_FHIR_OUT"); at != "" {
			b, _ := json.Marshal(v)
			os.WriteFile(filepath.Join(at, resource+".json"), b, 0o600)
		}
	}
	if at := os.Getenv("CLAIMWIRE_FHIR_OUT"); at != "" {
		os.WriteFile(filepath.Join(at, "PaymentReconciliation.json"), []byte(cli("exports", "posting", remittance, "--format", "fhir")), 0o600)
	}
	list := call[api.List[api.Transmission]](r, "GET", "/v1/transmissions?limit=1000", "", 200)
	for _, m := range list.Items {
		if m.Kind != "835" || m.Direction != "in" {
			continue
		}
		out := filepath.Join(dir, "split.zip")
		cli("exports", "split", fmt.Sprint(m.ID), "--out", out)
		z, err := zip.OpenReader(out)
		if err != nil || len(z.File) != 1 || !strings.HasSuffix(z.File[0].Name, "-2112846052.835") {
			t.Errorf("%v", err)
		}
		break
	}
}

// TestFHIRClaim: a FHIR R4 Claim is taken in as an encounter.
func TestFHIRClaim(t *testing.T) {
	r := startGateway(t, "")
	r.submit(`{"resourceType":"Claim","id":"fhir-1","identifier":[{"value":"FHIR-CONTRACT"}],"status":"active","use":"claim","created":"2026-10-05",
 "type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},
 "contained":[
  {"resourceType":"Patient","id":"p","name":[{"family":"Templeton","given":["Joss"]}],"birthDate":"1984-04-28","gender":"female","address":[{"line":["8969 Ferry Slip Road"],"city":"Bend","state":"OR","postalCode":"97702-5564"}]},
  {"resourceType":"Organization","id":"b","name":"Juniper Orthopedic and Sports Clinic","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"2112846052"},{"system":"urn:oid:2.16.840.1.113883.4.4","value":"93-0977246"}],
   "type":[{"coding":[{"system":"http://nucc.org/provider-taxonomy","code":"207X00000X"}]}],"telecom":[{"system":"phone","value":"541-555-0119"}],"address":[{"line":["62 Obsidian Court"],"city":"Bend","state":"OR","postalCode":"97701-3127"}]},
  {"resourceType":"Practitioner","id":"r","name":[{"family":"Weller","given":["Joan"]}],"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"2210458925"}],"qualification":[{"code":{"coding":[{"system":"http://nucc.org/provider-taxonomy","code":"207XX0005X"}]}}]},
  {"resourceType":"Organization","id":"i","name":"Cascade Mutual Health","identifier":[{"value":"CMHP1"}]},
  {"resourceType":"Coverage","id":"c","status":"active","subscriberId":"CMH9920018","beneficiary":{"reference":"#p"},"payor":[{"reference":"#i"}],"class":[{"type":{"coding":[{"code":"group"}]},"value":"70021"}]}],
 "patient":{"reference":"#p"},"provider":{"reference":"#b"},"priority":{"coding":[{"code":"normal"}]},
 "careTeam":[{"sequence":1,"provider":{"reference":"#r"}}],"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"#c"}}],
 "diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M77.11"}]}}],
 "item":[{"sequence":1,"diagnosisSequence":[1],"productOrService":{"coding":[{"code":"99213"}]},"servicedDate":"2026-10-01","locationCodeableConcept":{"coding":[{"code":"11"}]},"net":{"value":142.00,"currency":"USD"}},
         {"sequence":2,"diagnosisSequence":[1],"productOrService":{"coding":[{"code":"20551"}]},"modifier":[{"coding":[{"code":"RT"}]}],"servicedDate":"2026-10-01","locationCodeableConcept":{"coding":[{"code":"11"}]},"net":{"value":146.00,"currency":"USD"}}],
 "total":{"value":288.00,"currency":"USD"}}`)
	c := r.claimNamed("FHIR-CONTRACT", "payment")
	if c.Charge != "288.00" || c.Payer != "CMHP1" || c.BillingNPI != "2112846052" {
		t.Errorf("%+v %v", c.Claim, c.FindingsWords)
	}
}
