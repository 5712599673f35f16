package scrub

import (
	"strings"
	"testing"

	"claimwire/edi/claim"
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
