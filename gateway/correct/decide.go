package correct

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Refusal says why something cannot be done, for a person to read.
type Refusal struct{ Reason string }

// Error gives the reason.
func (r Refusal) Error() string { return r.Reason }

func refuse(format string, a ...any) error { return Refusal{fmt.Sprintf(format, a...)} }

// Facts are what is known of a claim that is to be corrected.
type Facts struct {
	Claim    gateway.Claim
	Payments []gateway.Payment
	// Followers are the claims that follow it already, and what became of them.
	Followers []Follower
}

// Follower is a claim that follows another.
type Follower struct {
	gateway.Correction
	State gateway.State
}

// Plan is how a claim is corrected.
type Plan struct {
	Kind         gateway.CorrectionKind
	Frequency    string // CLM05-3
	PayerClaimID string // REF*F8 of a replacement or void
	// Again is a replacement or void that never came to the payer and is sent
	// again as what it is: what is corrected in it may be the number itself.
	Again bool
}

// Decide says how a claim is corrected, by its true state. want is what a
// person asked for; empty: what fits. What does not fit is refused, with the
// reason: a second original of a claim that the payer has is a duplicate, and
// what it never took in cannot be replaced.
func Decide(f *Facts, want gateway.CorrectionKind) (Plan, error) {
	c := &f.Claim
	voided := false
	for _, k := range f.Followers {
		switch {
		case k.Kind == gateway.CorrectSecondary:
		case k.State == gateway.Rejected || k.State == gateway.Held:
			// It never came to the payer: the claim may be corrected once more.
		case k.Kind == gateway.CorrectVoid && k.State == gateway.Reversed:
			voided = true
		case k.State == gateway.Paid || k.State == gateway.Denied || k.State == gateway.Reversed:
			return Plan{}, refuse("claim %d has replaced it: correct that one", k.Claim)
		default:
			return Plan{}, refuse("claim %d corrects it already and is %s: wait for the answer", k.Claim, k.State)
		}
	}
	original := Plan{Kind: gateway.CorrectNew, Frequency: "1"}
	switch c.State {
	case gateway.Held, gateway.Rejected:
		// Nothing of it is with the payer. A replacement stays one: what it replaces
		// is with the payer, and an original would be a duplicate of that.
		again := map[string]gateway.CorrectionKind{"7": gateway.CorrectReplace, "8": gateway.CorrectVoid}[c.Frequency]
		if again != "" && !voided && (want == "" || want == again) {
			return Plan{Kind: again, Frequency: c.Frequency, PayerClaimID: c.Replaces, Again: true}, nil
		}
		if want != "" && want != gateway.CorrectNew {
			word := map[gateway.State]string{gateway.Held: "it was never sent", gateway.Rejected: "it was rejected, so the payer never took it in"}[c.State]
			return Plan{}, refuse("%s: there is nothing to %s; send a new original", word, want)
		}
		return original, nil
	case gateway.Reversed:
		if voided {
			if want != "" && want != gateway.CorrectNew {
				return Plan{}, refuse("it is void: there is nothing to %s; send a new original", want)
			}
			return original, nil
		}
	case gateway.Paid, gateway.Denied:
	case gateway.Requested:
		return Plan{}, refuse("the payer asks for information: answer its request; a correction would begin anew")
	default:
		if want == gateway.CorrectNew {
			return Plan{}, refuse("it is %s and not decided: a second original would be a duplicate", c.State)
		}
		return Plan{}, refuse("it is %s and not decided: there is nothing to correct yet; ask the payer for its status", c.State)
	}
	if predetermined(f.Payments) {
		if want != "" && want != gateway.CorrectNew {
			return Plan{}, refuse("it was a predetermination: once the services are done, send the claim itself as a new original")
		}
		return original, nil
	}
	if unprocessed(f.Payments) {
		if want != "" && want != gateway.CorrectNew {
			return Plan{}, refuse("the payer has processed nothing of it (%s): there is nothing to %s; send a new original", remit.Unprocessable, want)
		}
		return original, nil
	}
	if want == gateway.CorrectNew {
		return Plan{}, refuse("the payer has decided it (%s): a second original would be denied as a duplicate; replace or void it", c.State)
	}
	number := payerNumber(f)
	if number == "" {
		return Plan{}, refuse("the payer's own number of the claim is not known: a replacement or void must name it (REF*F8)")
	}
	if want == gateway.CorrectVoid {
		return Plan{Kind: gateway.CorrectVoid, Frequency: "8", PayerClaimID: number}, nil
	}
	return Plan{Kind: gateway.CorrectReplace, Frequency: "7", PayerClaimID: number}, nil
}

// payerNumber is the number of the last decision that stands, else the claim's.
func payerNumber(f *Facts) string {
	number, day := "", ""
	for _, p := range f.Payments {
		if n := strings.TrimSpace(p.PayerClaimID); p.Pair == 0 && p.Kind != "reversal" && n != "" && strings.Trim(n, "0") != "" && p.PaidOn >= day {
			number, day = n, p.PaidOn
		}
	}
	if number == "" && strings.Trim(f.Claim.PayerClaimID, "0 ") != "" {
		number = strings.TrimSpace(f.Claim.PayerClaimID)
	}
	return number
}

// unprocessed says whether all that stands of a payer's decisions is that it
// processed nothing.
func unprocessed(list []gateway.Payment) bool {
	found := false
	for _, p := range list {
		if p.Pair != 0 || p.Kind == string(remit.Reversal) {
			continue
		}
		if p.Kind != string(remit.Denial) {
			return false
		}
		c, err := remit.ParseRecord(p.Document)
		if err != nil || !slices.Contains(c.RemarkCodes(), remit.Unprocessable) {
			return false
		}
		found = true
	}
	return found
}

func predetermined(list []gateway.Payment) bool {
	found := false
	for _, p := range list {
		if p.Outcome != "predetermination" {
			return false
		}
		found = true
	}
	return found
}

// Apply makes a claim the one of a plan: its frequency, and the payer's number
// of the claim that it corrects.
func Apply(c *claim.Claim, p Plan) {
	c.Frequency = p.Frequency
	if own := c.Reference(claim.ReferencePayerClaimID); p.Again && own != "" {
		p.PayerClaimID = own
	}
	var refs []claim.Reference
	for _, r := range c.References {
		if r.Kind != claim.ReferencePayerClaimID && r.Kind != claim.ReferenceTrace {
			refs = append(refs, r)
		}
	}
	if p.PayerClaimID != "" {
		refs = append(refs, claim.Reference{Kind: claim.ReferencePayerClaimID, Value: p.PayerClaimID})
	}
	c.References = refs
}
