package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi/drg"
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
	procedures := publishedProcedures(t)
	everySample(t, func(name string, e *Encounter) {
		diagnoses := append(slices.Clone(e.Diagnoses), e.ExternalCauses...)
		for _, s := range append(slices.Clone(e.ReasonsForVisit), e.AdmittingDiagnosis) {
			if s != "" {
				diagnoses = append(diagnoses, Diagnosis{Code: s})
			}
		}
		for _, d := range diagnoses {
			code, _ := readDiagnosis(d.Code)
			if !billable[code] && !(name == "diagnosis-heading-07.json" && heading[code]) {
				t.Errorf("%s: %s is not billable", name, d.Code)
			}
		}
		for _, p := range e.Procedures {
			if !procedures[p.Code] && name != "pcs-six-characters-49.json" {
				t.Errorf("%s: %s is no ICD-10-PCS code", name, p.Code)
			}
		}
		for _, l := range e.Lines {
			// Dental codes are the dentists' own list, which is not public.
			if p := l.Procedure; p != "" && p[0] >= 'A' && !hcpcs[p] && e.Kind != "dental" && name != "procedure-code-short-33.json" {
				t.Errorf("%s: %s is no HCPCS code", name, p)
			}
		}
	})
}

// publishedProcedures are the codes of ICD-10-PCS.
func publishedProcedures(t *testing.T) map[string]bool {
	t.Helper()
	z, err := zip.OpenReader("../../../shared/codesets/icd10pcs/cms_2026_pr.zip")
	if err != nil {
		t.Skip("the published code lists are not here")
	}
	defer z.Close()
	f, err := z.Open("icd10pcs_order_2026.txt")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line[14] == '1' {
			codes[line[6:13]] = true
		}
	}
	return codes
}

// What is exempt from present-on-admission reporting does not say it, and all
// else of a hospital stay does.
func TestSamplesSayWhatWasPresent(t *testing.T) {
	b, err := os.ReadFile("../../../shared/codesets/poa_exempt/POAexemptCodesFY26.txt")
	if err != nil {
		t.Skip("the published code lists are not here")
	}
	exempt := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		for f := range strings.FieldsSeq(line) {
			exempt[strings.ReplaceAll(f, ".", "")] = true
		}
	}
	if !exempt["Z370"] || exempt["J189"] {
		t.Fatal("the list of exempt codes reads wrong")
	}
	seen := 0
	everySample(t, func(name string, e *Encounter) {
		if e.Kind != "institutional" || facilityType(e.TypeOfBill) != "11" || name == "poa-missing-36.json" {
			return
		}
		for _, d := range e.Diagnoses {
			code, _ := readDiagnosis(d.Code)
			if seen++; (d.PresentOnAdmission == "") != exempt[code] {
				t.Errorf("%s: %s, exempt %v", name, d.Code, exempt[code])
			}
		}
	})
	if seen < 60 {
		t.Errorf("%d diagnoses of stays", seen)
	}
}

// The groups that samples state are those that CMS's tables give.
func TestSampleGroups(t *testing.T) {
	b, err := os.ReadFile("../../../shared/codesets/msdrg/msdrg_combined.bin")
	if err != nil {
		t.Skip("CMS's tables are not here")
	}
	g, err := drg.New(b, 431)
	if err != nil {
		t.Fatal(err)
	}
	session, seen := g.NewSession(), 0
	everySample(t, func(name string, e *Encounter) {
		if e.DRG == "" || name == "drg-two-digits-43.json" {
			return
		}
		seen++
		discharged, born := readDay(e.DischargeDate), readDay(e.Patient.BirthDate)
		if drg.Version(discharged) != 431 {
			t.Fatalf("%s: discharged on %s, which other tables are for", name, discharged)
		}
		one := func(d Diagnosis) drg.Diagnosis {
			code, _ := readDiagnosis(d.Code)
			return drg.Diagnosis{Code: code, PresentOnAdmission: (presentWords.code(d.PresentOnAdmission) + " ")[0]}
		}
		s := drg.Stay{Sex: sexWords.code(e.Patient.Sex)[0], DischargeStatus: e.DischargeStatus, Principal: one(e.Diagnoses[0])}
		admitted := readDay(e.AdmissionDate)
		year, _ := strconv.Atoi(admitted[:4])
		birth, _ := strconv.Atoi(born[:4])
		if s.Age = year - birth; admitted[4:] < born[4:] {
			s.Age--
		}
		for _, d := range e.Diagnoses[1:] {
			s.Secondary = append(s.Secondary, one(d))
		}
		for _, p := range e.Procedures {
			s.Procedures = append(s.Procedures, p.Code)
		}
		if r := session.Group(&s); fmt.Sprintf("%03d", r.Final.DRG) != e.DRG {
			t.Errorf("%s: states %s, groups to %03d", name, e.DRG, r.Final.DRG)
		}
	})
	if seen < 20 {
		t.Errorf("%d stays with a group", seen)
	}
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
		for _, p := range []*Provider{e.RenderingProvider, e.ReferringProvider, e.OrderingProvider, e.SupervisingProvider, e.ServiceFacility,
			e.AttendingProvider, e.OperatingProvider, e.OtherOperatingProvider, e.AssistantSurgeon} {
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
	if len(ids) < 240 {
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
