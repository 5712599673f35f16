package scrub

import (
	"slices"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/party"
)

// TestRepairs: what is only written otherwise is put right where the partner's
// setting allows it, shown with before and after, and the claim then goes.
func TestRepairs(t *testing.T) {
	untidy := func() *claim.Claim {
		c := office()
		c.Diagnoses[0].Code = "j01.90"
		c.Lines[0].Procedure.Code = " 99213"
		c.BillingProvider.Address.PostalCode = "97701-3127"
		c.BillingProvider.References[0].Value = "93-1180427"
		c.BillingProvider.Contacts = []claim.Contact{{Contact: party.Contact{Name: "DESK", Numbers: [3]party.Number{{Kind: party.Telephone, Value: "(555) 555-0100"}}}}}
		return c
	}
	c := untidy()
	if list := Repairs(0).Apply(c); len(list) > 0 || c.Diagnoses[0].Code != "j01.90" {
		t.Errorf("without leave something is repaired: %v", list)
	}
	all, err := ParseRepairs([]string{"all"})
	if err != nil {
		t.Fatal(err)
	}
	shared := c.BillingProvider
	list := all.Apply(c)
	if shared.Address.PostalCode != "97701-3127" {
		t.Error("what other claims share was changed")
	}
	var words []string
	for _, r := range list {
		words = append(words, r.Finding(c).Message())
	}
	text := strings.Join(words, "\n")
	for _, want := range []string{"j01.90 → J01.90", "J01.90 → J0190", "97701-3127 → 977013127", "93-1180427 → 931180427", "(555) 555-0100 → 5555550100", " 99213 → 99213"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not among\n%s", want, text)
		}
	}
	if again := all.Apply(c); len(again) > 0 {
		t.Errorf("a repaired claim is repaired again: %v", again)
	}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: c}); res.Held {
		t.Errorf("the repaired claim is held: %v", codesOf(res))
	}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: untidy()}); !res.Held {
		t.Error("the claim that is not repaired goes")
	}
	// What is not certain is left alone: a point elsewhere, a number too short.
	c = untidy()
	c.Diagnoses[0].Code, c.BillingProvider.References[0].Value = "J0.190", "93-118042"
	all.Apply(c)
	if c.Diagnoses[0].Code != "J0.190" || c.BillingProvider.References[0].Value != "93-118042" {
		t.Errorf("repaired by guessing: %s %s", c.Diagnoses[0].Code, c.BillingProvider.References[0].Value)
	}
	if _, err := ParseRepairs([]string{"diagnoses"}); err == nil {
		t.Error("a repair that is none is taken")
	}
}

// TestConditions: what a patient was coded for last year and not yet this year is
// named; the patient is known by a digest alone.
func TestConditions(t *testing.T) {
	var releases []*codes.Release
	for name, text := range map[string]string{
		"ra_dx_to_cc_2026.csv":    "diagnosis_code,cc,model_name\nE1165,37,CMS-HCC Model V28\nE119,38,CMS-HCC Model V28\nI509,226,CMS-HCC Model V28\n",
		"ra_hierarchies_2026.csv": "cc_parent,cc_child,model_domain,model_version,model_fullname\n37,38,CMS-HCC,V28,x\n",
		"ra_labels_2026.csv":      "cc,label,model_domain,model_version,model_fullname\nHCC226,Invented heart,CMS-HCC,V28,x\n",
	} {
		list, err := codes.Read("", name, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			b, err := codes.Build(codes.Meta{System: l.System, Name: l.Name, From: l.From}, l.Entries)
			if err != nil {
				t.Fatal(err)
			}
			r, err := codes.OpenRelease(b)
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, r)
		}
	}
	lib := codes.NewLibrary(releases)
	c := office()
	c.Diagnoses = append(c.Diagnoses, claim.Diagnosis{Kind: claim.DiagnosisOther, Code: "E119"}, claim.Diagnosis{Kind: claim.DiagnosisOther, Code: "E1165"})
	k, ok := ConditionsOf(lib, c)
	if !ok || !slices.Equal(k.Categories, []int{37}) || k.Year != 2026 {
		t.Fatalf("%+v %v", k, ok)
	}
	if strings.Contains(k.Patient, "CMH") || len(k.Patient) != 32 {
		t.Errorf("patient %q", k.Patient)
	}
	f, ok := Dropped(lib, c.ID, []int{37, 226}, k.Categories)
	if !ok || !strings.Contains(f.Message(), "HCC 226 (Invented heart)") || strings.Contains(f.Message(), "37") || f.Held() {
		t.Errorf("%v %s", ok, f.Message())
	}
	if _, ok := Dropped(lib, c.ID, []int{37}, k.Categories); ok {
		t.Error("what is coded again is missed")
	}
	if _, ok := ConditionsOf(nil, c); ok {
		t.Error("without a mapping something is worked out")
	}
}

// TestScrubsWithCodeSets: a claim is held by the loaded code sets, and what they
// do not answer for is said.
func TestScrubsWithCodeSets(t *testing.T) {
	list, err := codes.Read("", "icd10cm_order_2027.txt", strings.NewReader("00001 J01     0 Acute sinusitis                                              Acute sinusitis\n"+
		"00002 J0190   1 Acute sinusitis, unspecified                                 Acute sinusitis, unspecified\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := codes.Build(codes.Meta{System: codes.ICD10CM, Name: "FY2027", From: list[0].From, To: list[0].To}, list[0].Entries)
	if err != nil {
		t.Fatal(err)
	}
	r, err := codes.OpenRelease(b)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scrubber{Codes: codes.NewLibrary([]*codes.Release{r})}
	if res := scrubOne(t, s, Input{Claim: office()}); res.Held {
		t.Errorf("held: %v", codesOf(res))
	}
	c := office()
	c.Diagnoses[0].Code = "J01"
	res := scrubOne(t, s, Input{Claim: c})
	if !res.Held || len(res.Findings) != 1 || !strings.Contains(res.Findings[0].Message(), "billable below it: J01.90") {
		t.Errorf("held %v: %v", res.Held, codesOf(res))
	}
	if !slices.ContainsFunc(res.NotChecked, func(u Unchecked) bool { return u.Set == codes.CPT }) {
		t.Errorf("CPT is not said to be not checked: %v", res.NotChecked)
	}
}
