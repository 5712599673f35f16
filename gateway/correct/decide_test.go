package correct_test

import (
	"errors"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/gateway"
	"claimwire/gateway/correct"
)

// Every state of a claim, with everything that a person may ask for: what is
// made of it, or why not.
func TestDecide(t *testing.T) {
	paid := []gateway.Payment{{ID: 1, Kind: "payment", PayerClaimID: "ICN1", PaidOn: "20261001"}}
	twice := append(paid[:1:1], gateway.Payment{ID: 2, Kind: "reversal", PayerClaimID: "ICN1", PaidOn: "20261010", Pair: 1}, gateway.Payment{ID: 3, Kind: "payment", PayerClaimID: "ICN2", PaidOn: "20261010"})
	twice[0].Pair = 2
	follow := func(kind gateway.CorrectionKind, s gateway.State) []correct.Follower {
		return []correct.Follower{{Correction: gateway.Correction{Claim: 9, Kind: kind}, State: s}}
	}
	for _, c := range []struct {
		name  string
		f     correct.Facts
		state gateway.State
		// what comes of asking for: nothing, new, replace, void
		want [4]string
	}{
		{"held", correct.Facts{}, gateway.Held, [4]string{"new 1", "new 1", "never sent", "never sent"}},
		{"queued", correct.Facts{}, gateway.Queued, [4]string{"not decided", "duplicate", "not decided", "not decided"}},
		{"sent", correct.Facts{}, gateway.Sent, [4]string{"not decided", "duplicate", "not decided", "not decided"}},
		{"accepted", correct.Facts{}, gateway.Accepted, [4]string{"not decided", "duplicate", "not decided", "not decided"}},
		{"rejected", correct.Facts{}, gateway.Rejected, [4]string{"new 1", "new 1", "never took it in", "never took it in"}},
		{"a replacement, rejected", correct.Facts{Claim: gateway.Claim{Frequency: "7", Replaces: "ICN0"}}, gateway.Rejected, [4]string{"replace 7 ICN0", "new 1", "replace 7 ICN0", "never took it in"}},
		{"a replacement, held, without a number", correct.Facts{Claim: gateway.Claim{Frequency: "7"}}, gateway.Held, [4]string{"replace 7", "new 1", "replace 7", "never sent"}},
		{"a replacement, rejected, of what is void", correct.Facts{Claim: gateway.Claim{Frequency: "7", Replaces: "ICN0"}, Followers: follow(gateway.CorrectVoid, gateway.Reversed)}, gateway.Rejected, [4]string{"new 1", "new 1", "never took it in", "never took it in"}},
		{"a replacement, rejected, of what is being voided", correct.Facts{Claim: gateway.Claim{Frequency: "7", Replaces: "ICN0"}, Followers: follow(gateway.CorrectVoid, gateway.Sent)}, gateway.Rejected, [4]string{"claim 9 corrects it already", "claim 9 corrects it already", "claim 9 corrects it already", "claim 9 corrects it already"}},
		{"a void, rejected", correct.Facts{Claim: gateway.Claim{Frequency: "8", Replaces: "ICN0"}}, gateway.Rejected, [4]string{"void 8 ICN0", "new 1", "never took it in", "void 8 ICN0"}},
		{"asked about", correct.Facts{}, gateway.Requested, [4]string{"answer its request", "answer its request", "answer its request", "answer its request"}},
		{"paid", correct.Facts{Payments: paid}, gateway.Paid, [4]string{"replace 7 ICN1", "duplicate", "replace 7 ICN1", "void 8 ICN1"}},
		{"denied", correct.Facts{Payments: paid}, gateway.Denied, [4]string{"replace 7 ICN1", "duplicate", "replace 7 ICN1", "void 8 ICN1"}},
		{"paid anew", correct.Facts{Payments: twice}, gateway.Paid, [4]string{"replace 7 ICN2", "duplicate", "replace 7 ICN2", "void 8 ICN2"}},
		{"paid, and the payer gave no number", correct.Facts{Payments: []gateway.Payment{{Kind: "payment", PayerClaimID: "0"}}}, gateway.Paid, [4]string{"not known", "duplicate", "not known", "not known"}},
		{"paid, the number came with the acknowledgment", correct.Facts{Claim: gateway.Claim{PayerClaimID: "ACK7"}, Payments: []gateway.Payment{{Kind: "payment"}}}, gateway.Paid,
			[4]string{"replace 7 ACK7", "duplicate", "replace 7 ACK7", "void 8 ACK7"}},
		{"taken back by the payer", correct.Facts{Claim: gateway.Claim{PayerClaimID: "ICN1"}}, gateway.Reversed, [4]string{"replace 7 ICN1", "duplicate", "replace 7 ICN1", "void 8 ICN1"}},
		{"void", correct.Facts{Followers: follow(gateway.CorrectVoid, gateway.Reversed)}, gateway.Reversed, [4]string{"new 1", "new 1", "it is void", "it is void"}},
		{"not processed", correct.Facts{Payments: []gateway.Payment{{Kind: "denial", PayerClaimID: "I", Document: []byte(`{"record":"denial","remarks":["MA130"]}`)}}}, gateway.Denied,
			[4]string{"new 1", "new 1", "processed nothing", "processed nothing"}},
		{"predetermined", correct.Facts{Payments: []gateway.Payment{{Kind: "payment", Outcome: "predetermination", PayerClaimID: "I"}}}, gateway.Paid,
			[4]string{"new 1", "new 1", "predetermination", "predetermination"}},
		{"a correction is on its way", correct.Facts{Payments: paid, Followers: follow(gateway.CorrectReplace, gateway.Sent)}, gateway.Paid, [4]string{"claim 9 corrects it already", "claim 9 corrects it already", "claim 9 corrects it already", "claim 9 corrects it already"}},
		{"its correction was rejected", correct.Facts{Payments: paid, Followers: follow(gateway.CorrectReplace, gateway.Rejected)}, gateway.Denied, [4]string{"replace 7 ICN1", "duplicate", "replace 7 ICN1", "void 8 ICN1"}},
		{"its correction was paid", correct.Facts{Payments: paid, Followers: follow(gateway.CorrectReplace, gateway.Paid)}, gateway.Paid, [4]string{"claim 9 has replaced it", "claim 9 has replaced it", "claim 9 has replaced it", "claim 9 has replaced it"}},
		{"a secondary is out", correct.Facts{Payments: paid, Followers: follow(gateway.CorrectSecondary, gateway.Sent)}, gateway.Paid, [4]string{"replace 7 ICN1", "duplicate", "replace 7 ICN1", "void 8 ICN1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.f.Claim.State = c.state
			for i, want := range []gateway.CorrectionKind{"", gateway.CorrectNew, gateway.CorrectReplace, gateway.CorrectVoid} {
				p, err := correct.Decide(&c.f, want)
				got := strings.TrimSpace(string(p.Kind) + " " + p.Frequency + " " + p.PayerClaimID)
				if err != nil {
					if got = err.Error(); !errors.As(err, new(correct.Refusal)) {
						t.Errorf("%v is no refusal", err)
					}
				}
				if err == nil && got != c.want[i] || err != nil && !strings.Contains(got, c.want[i]) {
					t.Errorf("asked for %q: %s; want %s", want, got, c.want[i])
				}
			}
		})
	}
}

func TestApply(t *testing.T) {
	c := &claim.Claim{Frequency: "1", References: []claim.Reference{{Kind: claim.ReferencePayerClaimID, Value: "OLD"}, {Kind: claim.ReferenceTrace, Value: "T"}, {Kind: claim.ReferenceCLIA, Value: "X"}}}
	correct.Apply(c, correct.Plan{Frequency: "7", PayerClaimID: "ICN1"})
	if c.Frequency != "7" || c.Reference(claim.ReferencePayerClaimID) != "ICN1" || c.Reference(claim.ReferenceTrace) != "" || c.Reference(claim.ReferenceCLIA) != "X" || len(c.References) != 2 {
		t.Errorf("%+v", c)
	}
	correct.Apply(c, correct.Plan{Frequency: "1"})
	if c.Frequency != "1" || c.Reference(claim.ReferencePayerClaimID) != "" {
		t.Errorf("%+v", c)
	}
	// A replacement that never came to the payer: the office's own number is kept,
	// and may be what was wrong.
	correct.Apply(c, correct.Plan{Frequency: "7", PayerClaimID: "ICN1", Again: true})
	if c.Frequency != "7" || c.Reference(claim.ReferencePayerClaimID) != "ICN1" {
		t.Errorf("%+v", c)
	}
	c.References = []claim.Reference{{Kind: claim.ReferencePayerClaimID, Value: "RIGHT"}}
	correct.Apply(c, correct.Plan{Frequency: "7", PayerClaimID: "ICN1", Again: true})
	if c.Reference(claim.ReferencePayerClaimID) != "RIGHT" || len(c.References) != 1 {
		t.Errorf("%+v", c)
	}
}
