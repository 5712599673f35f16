package scrub

import (
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/gateway"
)

const today = "20261124"

// office is a claim with nothing wrong.
func office() *claim.Claim {
	address := party.Address{Line1: "1 LUPINE STREET", City: "BEND", State: "OR", PostalCode: "977013127"}
	return &claim.Claim{
		Kind: claim.Professional, ID: "T-1", Charge: money.Of(8550), PlaceOfService: "11", Frequency: "1",
		ProviderSignature: "Y", Assignment: "A", BenefitsAssignment: "Y", ReleaseOfInformation: "Y",
		BillingProvider: &claim.BillingProvider{Party: claim.Party{Role: claim.RoleBilling, Name: party.OrganizationName("LARKSPUR FAMILY MEDICINE"),
			ID: party.Identify(party.QualifierNPI, "2103487619"), Address: address, Specialty: claim.Specialty{Taxonomy: "207Q00000X"},
			References: []claim.Reference{{Kind: claim.ReferenceEmployerID, Value: "931180427"}}}},
		Subscriber: &claim.Subscriber{Coverage: claim.Coverage{Sequence: "P", Relationship: "18", ClaimFiling: "CI"},
			Person: claim.Person{Party: claim.Party{Role: claim.RoleSubscriber, Name: party.PersonName("ALDER", "PRU"), ID: party.Identify(party.QualifierMember, "CMH1234567"), Address: address},
				Demographics: claim.Demographics{BirthDate: "19700101", Gender: "F"}}},
		Payer:     &claim.Party{Role: claim.RolePayer, Name: party.OrganizationName("CASCADE MUTUAL HEALTH"), ID: party.Identify(party.QualifierPayer, "CMHP1")},
		Diagnoses: []claim.Diagnosis{{Kind: claim.DiagnosisPrincipal, Code: "J0190"}},
		Lines: []claim.Line{{Procedure: claim.Procedure{Qualifier: "HC", Code: "99213"}, Charge: money.Of(8550), Unit: "UN", Units: "1",
			DiagnosisPointers: [4]string{"1"}, Dates: []claim.Date{claim.On(claim.DateService, "20261015")}}},
	}
}

func scrubOne(t *testing.T, s *Scrubber, in Input) Result {
	t.Helper()
	in.Today = today
	res, err := s.Scrub(in)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func codesOf(res Result) (list []string) {
	for _, f := range res.Findings {
		list = append(list, f.Code.String())
	}
	return list
}

// A claim with nothing wrong goes; what could not be checked is said.
func TestCleanClaim(t *testing.T) {
	res := scrubOne(t, &Scrubber{}, Input{Claim: office()})
	if res.Held || len(res.Findings) > 0 {
		t.Errorf("held %v: %v", res.Held, codesOf(res))
	}
	var sets []string
	for _, u := range res.NotChecked {
		sets = append(sets, u.Set)
		if u.Reason == "" {
			t.Errorf("%s: no reason", u.Set)
		}
	}
	for _, want := range []string{"payers", "history", "icd-10-cm"} {
		if !slices.Contains(sets, want) {
			t.Errorf("%s is not among what could not be checked: %v", want, sets)
		}
	}
}

// The claim is not changed, and may be scrubbed by many at once.
func TestScrubChangesNothing(t *testing.T) {
	c := office()
	before := string(c.AppendJSON(nil))
	s := &Scrubber{}
	done := make(chan bool)
	for range 4 {
		go func() {
			for range 20 {
				s.Scrub(Input{Claim: c, Today: today})
			}
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	if after := string(c.AppendJSON(nil)); after != before {
		t.Errorf("\n%s\n%s", before, after)
	}
}

// Findings of the guide, of rules and of the scrubber stand side by side; where
// the claim stood in what we wrote to check it is not told.
func TestFindingsOfAllKinds(t *testing.T) {
	c := office()
	c.BillingProvider.ID.Value = "2103487618" // check digit
	c.Lines[0].Dates[0].Text = "20261201"     // after today
	c.Lines[0].Charge, c.Charge = money.Of(0), money.Of(0)
	c.Subscriber.Person.Address.State = "ZZ"
	res := scrubOne(t, &Scrubber{}, Input{Claim: c})
	got := codesOf(res)
	slices.Sort(got)
	if want := []string{"E4906", "E5401", "E5405", "E7976"}; !slices.Equal(got, want) || !res.Held {
		t.Errorf("got %v, held %v", got, res.Held)
	}
	for _, f := range res.Findings {
		if f.Segment != 0 || f.Offset != 0 || f.Interchange != "" || f.Claim != "T-1" || f.Field != "" || f.SegmentID == "" {
			t.Errorf("%v: %+v", f.Code, f.Pos)
		}
	}
}

// What is known is not said again, and holds.
func TestKnownFindings(t *testing.T) {
	c := office()
	c.BillingProvider.ID.Value = "2103487618"
	locate := func(_ *claim.Claim, d diag.Diagnostic) string {
		if d.Loop == "2010AA" {
			return "billing_provider.npi"
		}
		return ""
	}
	known := []gateway.Finding{{Diagnostic: diag.Diagnostic{Code: 7950}, Field: "billing_provider"}}
	res := scrubOne(t, &Scrubber{}, Input{Claim: c, Known: known, Locate: locate})
	if !res.Held || len(res.Findings) > 0 {
		t.Errorf("held %v: %v", res.Held, codesOf(res))
	}
	warned := []gateway.Finding{{Diagnostic: diag.Diagnostic{Code: 7947}, Field: "id"}}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: office(), Known: warned}); res.Held {
		t.Error("a warning holds")
	}
}

// The same line twice is only a warning to the rules, and held here.
func TestDuplicateLineIsHeld(t *testing.T) {
	c := office()
	c.Lines = append(c.Lines, c.Lines[0])
	c.Charge = money.Of(17100)
	res := scrubOne(t, &Scrubber{}, Input{Claim: c})
	if got := codesOf(res); !slices.Equal(got, []string{"E4917"}) || !res.Held {
		t.Errorf("got %v, held %v", got, res.Held)
	}
}

// A claim that came as X12 keeps the places that it came with.
func TestClaimFromX12(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/837p.edi")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "HI*ABK:", "HI*ABK:J18*ABF:", 1)
	var claims []*claim.Claim
	if _, err := edi.Process(strings.NewReader(text), edi.Options{}, edi.Sink{
		Claim: func(c *claim.Claim, _ *edi.Verdict) { claims = append(claims, c.Clone()) }}); err != nil || len(claims) == 0 {
		t.Fatal(err)
	}
	res := scrubOne(t, &Scrubber{}, Input{Claim: claims[0]})
	i := slices.IndexFunc(res.Findings, func(f gateway.Finding) bool { return f.Code == codeHeading })
	if i < 0 {
		t.Fatalf("got %v", codesOf(res))
	}
	f := res.Findings[i]
	if at := strings.Index(text, "HI*ABK"); f.Offset != int64(at) || f.Segment == 0 || f.Element != 1 || f.Interchange == "" || !res.Held {
		t.Errorf("%+v, want offset %d", f.Pos, at)
	}
}

// What was found when the file was checked is not said again, and its warnings hold
// as those of the rules do: code sets are looked up there.
func TestClaimFromX12IsHeldByWarnings(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/837i.edi")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "ABF:I10:::::::Y", "ABF:I10", 1) // not exempt, and not said
	var c *claim.Claim
	var known []gateway.Finding
	if _, err := edi.Process(strings.NewReader(text), edi.Options{}, edi.Sink{Claim: func(k *claim.Claim, v *edi.Verdict) {
		c = k.Clone()
		for _, d := range v.Findings {
			known = append(known, gateway.Finding{Diagnostic: d})
		}
	}}); err != nil || c == nil {
		t.Fatal(err)
	}
	if len(known) != 1 || known[0].Code != 4518 {
		t.Fatalf("known: %v", known)
	}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: c, Known: known}); !res.Held || slices.Contains(codesOf(res), "E4518") {
		t.Errorf("held %v: %v", res.Held, codesOf(res))
	}
	of := []gateway.Finding{{Diagnostic: diag.Diagnostic{Code: 5946, Pos: diag.Pos{Segment: 27}}}}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: c, Known: of}); !res.Held {
		t.Error("a stay that cannot have its principal diagnosis goes")
	}
}

// release is a code set that knows three codes.
type release struct{}

func (release) Diagnosis(code, day string) (Standing, string) {
	switch {
	case day != "20261015":
		return NotChecked, ""
	case code == "J18":
		return Heading, "billable below it are J18.0, J18.1"
	case code == "J0190" || code == "I10":
		return Billable, ""
	}
	return NoCode, ""
}

// A release that is loaded judges all diagnoses on the day of service.
func TestDiagnoses(t *testing.T) {
	for _, c := range []struct {
		code, want, words string
		set               Diagnoses
	}{
		{"J0190", "", "", release{}},
		{"J18", "E5901", "J18.0", release{}},
		{"J9999", "E5902", "", release{}},
		{"J18", "E5901", "", nil},
		{"I10", "", "", nil},
		{"J9999", "", "", nil}, // not for us to judge
	} {
		x := office()
		x.Diagnoses[0].Code = c.code
		res := scrubOne(t, &Scrubber{Diagnoses: c.set}, Input{Claim: x})
		got := strings.Join(codesOf(res), " ")
		if got != c.want || c.want != "" && !strings.Contains(res.Findings[0].Message(), c.words) {
			t.Errorf("%s: got %q", c.code, got)
		}
	}
}

// What a payer asks for is asked of its claims alone.
type payers map[string]gateway.Payer

func (p payers) Payer(id, _ string) (gateway.Payer, bool) { x, ok := p[id]; return x, ok }
func (p payers) Nearest(string, string, int) []string     { return []string{"One (P1)", "Two (P2)"} }

func TestPayerEdits(t *testing.T) {
	one := gateway.Payer{ID: "CMHP1", Claims: []claim.Kind{claim.Professional}}
	asks := one
	asks.Requires = gateway.Requirements
	late := one
	late.FilingDays = 30
	for name, c := range map[string]struct {
		payer gateway.Payer
		edit  func(*claim.Claim)
		want  string
	}{
		"nothing asked":    {one, func(*claim.Claim) {}, ""},
		"group, referral":  {asks, func(*claim.Claim) {}, "E7967 E7968"},
		"drug":             {asks, func(c *claim.Claim) { c.Lines[0].Procedure.Code = "J1100" }, "E7967 E7968 E7969"},
		"too late":         {late, func(*claim.Claim) {}, "E7971"},
		"late for reasons": {late, func(c *claim.Claim) { c.DelayReason = "11" }, ""},
		"nearly too late":  {gateway.Payer{ID: "CMHP1", Claims: one.Claims, FilingDays: 40}, func(*claim.Claim) {}, "E7972"},
		"on the last day":  {gateway.Payer{ID: "CMHP1", Claims: one.Claims, FilingDays: 40}, func(*claim.Claim) {}, "E7972"},
		"corrected late": {late, func(c *claim.Claim) {
			c.Frequency = "7"
			c.References = []claim.Reference{{Kind: claim.ReferencePayerClaimID, Value: "X"}}
		}, ""},
		"another kind": {gateway.Payer{ID: "CMHP1", Claims: []claim.Kind{claim.Dental}}, func(*claim.Claim) {}, "E7961"},
		"unknown":      {gateway.Payer{}, func(c *claim.Claim) { c.Payer.ID.Value = "NEW" }, "E7960"},
	} {
		x := office()
		c.edit(x)
		res := scrubOne(t, &Scrubber{Payers: payers{"CMHP1": c.payer}}, Input{Claim: x})
		got := codesOf(res)
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", name, got, c.want)
		}
		if c.want == "E7960" && !strings.Contains(res.Findings[0].Message(), "One (P1), Two (P2)") {
			t.Errorf("%s: %s", name, res.Findings[0].Message())
		}
	}
}

// A claim without levels is held by what made it, and no error.
func TestIncompleteClaim(t *testing.T) {
	c := &claim.Claim{Kind: claim.Professional, ID: "T-2"}
	known := []gateway.Finding{{Diagnostic: diag.Diagnostic{Code: 7930}, Field: "billing_provider"}}
	if res := scrubOne(t, &Scrubber{}, Input{Claim: c, Known: known}); !res.Held || len(res.Findings) > 0 {
		t.Errorf("held %v: %v", res.Held, codesOf(res))
	}
}

func BenchmarkScrub(b *testing.B) {
	c, s := office(), &Scrubber{}
	b.ReportAllocs()
	for range b.N {
		if _, err := s.Scrub(Input{Claim: c, Today: today}); err != nil {
			b.Fatal(err)
		}
	}
}
