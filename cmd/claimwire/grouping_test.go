package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const codesFolder = "../../../shared/codesets"

// cmsAnswers runs a command over a file of CMS's own answers and gives ours line by
// line.
func cmsAnswers(t *testing.T, command, file string) (asked, got []map[string]json.RawMessage) {
	t.Helper()
	name := filepath.Join(codesFolder, file)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Skip("CMS's answers are not here:", err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{command, "--codes", codesFolder, name}, nil, &out, &errs); code != 0 {
		t.Fatalf("%s ended with %d: %s", command, code, errs.String())
	}
	for _, r := range []struct {
		b    []byte
		list *[]map[string]json.RawMessage
	}{{b, &asked}, {out.Bytes(), &got}} {
		sc := bufio.NewScanner(bytes.NewReader(r.b))
		for sc.Scan() {
			var m map[string]json.RawMessage
			if err := json.Unmarshal(sc.Bytes(), &m); err != nil {
				t.Fatal(err)
			}
			*r.list = append(*r.list, m)
		}
	}
	if len(asked) != len(got) {
		t.Fatalf("%d answers to %d lines", len(got), len(asked))
	}
	return asked, got
}

func TestGroupsAsCMS(t *testing.T) {
	asked, got := cmsAnswers(t, "drg", "msdrg/oracle_v431_heldout_10000.jsonl")
	for i := range asked {
		for theirs, ours := range map[string]string{"id": "id", "final_drg": "drg", "final_mdc": "mdc", "initial_drg": "initial_drg", "initial_mdc": "initial_mdc", "grc": "grc"} {
			if string(asked[i][theirs]) != string(got[i][ours]) {
				t.Fatalf("line %d: %s is %s, CMS says %s", i+1, ours, got[i][ours], asked[i][theirs])
			}
		}
	}
}

func TestEditsAsCMS(t *testing.T) {
	asked, got := cmsAnswers(t, "mce", "mce/oracle_mce_v43.1_6000.jsonl")
	for i := range asked {
		var a, b map[string]int
		if json.Unmarshal(asked[i]["edits"], &a) != nil || json.Unmarshal(got[i]["edits"], &b) != nil || !maps.Equal(a, b) || string(asked[i]["id"]) != string(got[i]["id"]) {
			t.Fatalf("line %d: %v, CMS says %v", i+1, b, a)
		}
	}
}

// TestStaysInManyForms wants the same answer however the values are written,
// and a placed error, in its place, for a line that cannot be read.
func TestStaysInManyForms(t *testing.T) {
	if _, err := os.Stat(filepath.Join(codesFolder, "msdrg")); err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	lines := []string{
		`{"id":1,"version":431,"age":71,"sex":"F","discharge_status":"01","pdx":{"code":"I5021","poa":"Y"},"sdx":[{"code":"N179","poa":"Y"}],"procedures":[]}`,
		`{"id":1,"discharge_date":"2026-04-01","age":"71","sex":"female","discharge_status":1,"pdx":"i50.21","sdx":["N17.9"]}`,
		`{"id":1,"discharge_date":20260930,"age":71,"sex":2,"discharge_status":"1","pdx":{"poa":"Y","code":"I50.21"},"sdx":[{"code":"N179"}],"procedures":[]}`,
	}
	lines[1] = strings.Replace(lines[1], `"i50.21"`, `" i50.21 "`, 1)
	file := strings.Join(lines, "\n") + "\n\nnonsense\n" + `{"id":"x","discharge_date":"tomorrow"}` + "\n" + lines[0] +
		"\n" + `{"id":7,"version":431,"age":71,"sex":"F","discharge_status":"01","pdx":{"code":"","poa":"Y"}}` + "\n" + `{"id":8,"version":431,"age":71,"sex":"F","discharge_status":"01"}`
	var out, errs bytes.Buffer
	if code := run([]string{"drg", "--codes", codesFolder, "-"}, strings.NewReader(file), &out, &errs); code != 1 {
		t.Fatalf("ended with %d: %s", code, errs.String())
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(got) != 8 || got[0] != got[1] || got[1] != got[2] || got[2] != got[5] || !strings.Contains(got[0], `"drg":292`) {
		t.Errorf("answers:\n%s", out.String())
	}
	if !strings.HasPrefix(got[3], `{"id":null,"error":"line 5: `) || !strings.HasPrefix(got[4], `{"id":"x","error":"line 6: `) {
		t.Errorf("errors:\n%s\n%s", got[3], got[4])
	}
	// An empty principal diagnosis is answered as CMS's program does; none at all is no stay.
	if got[6] != `{"id":7,"drg":999,"mdc":0,"initial_drg":999,"initial_mdc":0,"grc":"INVALID_PDX"}` || !strings.Contains(got[7], "pdx: is missing") {
		t.Errorf("without a principal diagnosis:\n%s\n%s", got[6], got[7])
	}
}

// TestStayLineForms: what is read without reflection is what encoding/json reads,
// and what is no JSON is refused by both.
func TestStayLineForms(t *testing.T) {
	for _, line := range []string{
		`{"id":1,"version":431,"age":71,"sex":"F","discharge_status":"01","pdx":{"code":"I5021","poa":"Y"},"sdx":[{"code":"N179","poa":"Y"},"E119"],"procedures":["02RF0KZ"],"other":{"a":[1,2,"]"]},"grc":"OK"}`,
		`{ "id" : "x" , "age" : 7 , "pdx" : "I10" , "sdx" : [ ] , "procedures" : [ "0DTJ4ZZ" , "0DTJ0ZZ" ] , "poa_exempt_hospital" : true }`,
		`{"id": 1, "pdx": {"code": "I10", "poa": "Y"}, "sdx": [{"code": "E119", "poa": "NO"}, {"poa": "", "code": ""}, {"code": "A\\u0030"}, {"code": null}, {}]}`,
		`{"pdx": {"code": "I10" "poa": "Y"}}`, `{"pdx": {"code": "I10",}}`, `{"pdx": {"code": 7}}`, `{"pdx": {"CODE": "I10", "x": [1]}}`, `{"pdx": ""}`, `{"pdx": null}`,
		`{"id":null,"pdx":{"code":"I10"},"sdx":null}`, `{}`, `{"pdx":"I1\u0030"}`, `{"age":-1,"los":0,"sex":2}`, `{"age":1.5}`, `{"pdx":{"code":"I10","poa":""},"sdx":[{"poa":"N","code":"E119"}]}`,
		`{"id":1,}`, `{"id":1`, `{"id":01}`, `{"sdx":["a",]}`, `{"sdx":["a"}`, `{"age":tru}`, `{"age":1 2}`, `{"age":1}x`, `[1]`, `"x"`, ``, `{"age":--1}`, `{"pdx":7}`, `{"a":{]}`,
	} {
		var fast, slow stayLine
		good := fast.read([]byte(line))
		err := json.Unmarshal([]byte(line), &slow)
		if good != (err == nil) {
			t.Errorf("%s: read %v, encoding/json says %v", line, good, err)
			continue
		}
		if good {
			a, b := fast, slow
			if string(a.ID) != string(b.ID) || text(a.Age) != text(b.Age) || text(a.Sex) != text(b.Sex) || a.PDX != b.PDX || !slices.Equal(a.SDX, b.SDX) || !slices.Equal(a.Codes, b.Codes) || a.Exempt != b.Exempt || text(a.LOS) != text(b.LOS) {
				t.Errorf("%s: %+v, encoding/json has %+v", line, a, b)
			}
		}
	}
}
