package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"claimwire/edi/party"
)

// published reads a list of codes that the project does not ship.
func published(t *testing.T, name string) *bufio.Scanner {
	t.Helper()
	b, err := os.ReadFile("../../../shared/codesets/" + name)
	if err != nil {
		t.Skip("the published code lists are not here")
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(z)
}

// everySample visits the encounters of all files, held ones too.
func everySample(t *testing.T, visit func(name string, e *Encounter)) {
	t.Helper()
	var names []string
	for _, pattern := range []string{"/*.json", "/*.csv", "/held/*.json"} {
		list, err := filepath.Glob(samples + pattern)
		if err != nil || len(list) == 0 {
			t.Fatalf("no %s", pattern)
		}
		names = append(names, list...)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range readAll(t, b) {
			visit(filepath.Base(name), it.Encounter)
		}
	}
}

// The codes of the samples are codes: billable ICD-10-CM and HCPCS, as their
// publishers list them.
func TestSampleCodesExist(t *testing.T) {
	billable, heading := map[string]bool{}, map[string]bool{}
	for s := published(t, "icd10cm/icd10cm-order-2026.txt.gz"); s.Scan(); {
		line := s.Text()
		code := strings.TrimSpace(line[6:13])
		billable[code], heading[code] = line[14] == '1', line[14] == '0'
	}
	hcpcs := map[string]bool{}
	for s := published(t, "hcpcs/hcpcs_level2_2026q3_codes_only.txt.gz"); s.Scan(); {
		hcpcs[strings.TrimSpace(s.Text())] = true
	}
	everySample(t, func(name string, e *Encounter) {
		for _, d := range e.Diagnoses {
			code, _ := readDiagnosis(d.Code)
			if !billable[code] && !(name == "diagnosis-heading-07.json" && heading[code]) {
				t.Errorf("%s: %s is not billable", name, d.Code)
			}
		}
		for _, l := range e.Lines {
			if p := l.Procedure; p[0] >= 'A' && !hcpcs[p] && name != "procedure-code-short-33.json" {
				t.Errorf("%s: %s is no HCPCS code", name, p)
			}
		}
	})
}

// Nobody in the samples exists: numbers are of the ranges that belong to
// nobody, and no two bills have one number.
func TestSamplesAreInvented(t *testing.T) {
	ids := map[string]string{}
	phone := regexp.MustCompile(`^\d{3}-555-01\d\d$`)
	npi := func(name, s string) {
		if s != "" && (s[0] != '2' || !party.ValidNPI(s)) && name != "npi-wrong-digit-01.json" {
			t.Errorf("%s: NPI %s", name, s)
		}
	}
	everySample(t, func(name string, e *Encounter) {
		if other := ids[e.ID]; other != "" || e.ID == "" {
			t.Errorf("%s: the number %s stands in %s", name, e.ID, other)
		}
		ids[e.ID] = name
		if e.NoteToReader == "" && strings.HasSuffix(name, ".json") {
			t.Errorf("%s does not say what it shows", name)
		}
		npi(name, e.BillingProvider.NPI)
		for _, p := range []*Provider{e.RenderingProvider, e.ReferringProvider, e.OrderingProvider, e.SupervisingProvider, e.ServiceFacility} {
			if p != nil {
				npi(name, p.NPI)
			}
		}
		numbers := []string{e.BillingProvider.Phone, e.BillingProvider.Fax}
		if e.Patient != nil {
			numbers = append(numbers, e.Patient.Phone)
		}
		for _, n := range numbers {
			if n != "" && !phone.MatchString(n) {
				t.Errorf("%s: telephone %s", name, n)
			}
		}
	})
	if len(ids) < 150 {
		t.Errorf("%d samples", len(ids))
	}
}

func BenchmarkReadJSON(b *testing.B) { benchmarkRead(b, "oncology-chemotherapy-breast-02.json") }
func BenchmarkReadCSV(b *testing.B)  { benchmarkRead(b, "urgent-care-sunday.csv") }

// benchmarkRead reads a file and makes its claims.
func benchmarkRead(b *testing.B, name string) {
	text, err := os.ReadFile(samples + "/" + name)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for range b.N {
		for r := NewReader(bytes.NewReader(text), Options{}); ; {
			it, err := r.Next()
			if err == io.EOF {
				break
			}
			it.Claim(nil)
		}
	}
}
