package rule_test

import (
	"bytes"
	"os"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
	"claimwire/edi/rule"
)

// claimsOf reads the claims of a base document.
func claimsOf(t testing.TB, name string) []*claim.Claim {
	t.Helper()
	b, err := os.ReadFile("../../testdata/base/" + name + ".edi")
	if err != nil {
		t.Fatal(err)
	}
	var list []*claim.Claim
	_, err = edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Claim: func(c *claim.Claim, _ *edi.Verdict) { list = append(list, c.Clone()) }})
	if err != nil || len(list) == 0 {
		t.Fatal(err, len(list))
	}
	return list
}

var kinds = []string{"837p", "837p-cob", "837p-ambulance", "837p-dme", "837i", "837i-outpatient", "837d"}

// BenchmarkClaim is the cost of all rules on one claim.
func BenchmarkClaim(b *testing.B) {
	for _, name := range kinds {
		b.Run(name, func(b *testing.B) {
			c := claimsOf(b, name)[0]
			r := rule.Claims{Types: rule.All, Report: diag.ReporterFunc(func(d diag.Diagnostic) { b.Fatalf("%+v", d) })}
			b.ReportAllocs()
			for range b.N {
				r.Check(c)
			}
		})
	}
}

// TestRulesAllocateNothing: a claim without findings costs no memory.
func TestRulesAllocateNothing(t *testing.T) {
	for _, name := range kinds {
		c := claimsOf(t, name)[0]
		r := rule.Claims{Types: rule.All, Report: diag.ReporterFunc(func(d diag.Diagnostic) { t.Fatalf("%s: %+v", name, d) })}
		if n := testing.AllocsPerRun(100, func() { r.Check(c) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	b, err := os.ReadFile("../../testdata/base/835.edi")
	if err != nil {
		t.Fatal(err)
	}
	r := rule.Remittances{Types: rule.All, Report: diag.ReporterFunc(func(d diag.Diagnostic) { t.Fatalf("%+v", d) })}
	n := 0
	if _, err := edi.Process(bytes.NewReader(b), edi.Options{Types: rule.Of(1)}, edi.Sink{ClaimPayment: func(c *remit.ClaimPayment) {
		n++
		if a := testing.AllocsPerRun(100, func() { r.ClaimPayment(c) }); a > 0 {
			t.Errorf("835: %v allocations", a)
		}
	}}); err != nil || n == 0 {
		t.Fatal(err, n)
	}
}
