package scrub

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/gateway"
)

// ConditionsOf works out the categories of V28 that a claim's diagnoses stand for,
// by the mapping of its first day, without those that a higher one of the same
// hierarchy includes; ok is false where no mapping is loaded, or the claim says too
// little of its patient.
func ConditionsOf(lib *codes.Library, c *claim.Claim) (r gateway.Conditions, ok bool) {
	person := c.PatientPerson()
	day, err := strconv.Atoi(firstDay(c))
	if lib == nil || person == nil || c.Subscriber == nil || err != nil || person.Demographics.BirthDate == "" || c.Subscriber.ID.Value == "" {
		return r, false
	}
	var dx []string
	for i := range c.Diagnoses {
		switch d := &c.Diagnoses[i]; d.Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther:
			dx = append(dx, d.Code)
		}
	}
	list, loaded := lib.HCCs(dx, day)
	if !loaded {
		return r, false
	}
	payer := ""
	if c.Payer != nil {
		payer = c.Payer.ID.Value
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"claimwire risk", payer, c.Subscriber.ID.Value, person.Demographics.BirthDate, person.Demographics.Gender, strings.ToUpper(person.Name.First)}, "\x00")))
	return gateway.Conditions{Patient: hex.EncodeToString(sum[:16]), Year: day / 10000, Categories: list}, true
}

// codeConditionsMissing is the finding of categories that a patient had last year.
const codeConditionsMissing diag.Code = 7991

// Dropped is the warning about categories that the patient was coded for last
// year and not yet in this one; ok is false where there are none.
func Dropped(lib *codes.Library, claimID string, last, this []int) (f gateway.Finding, ok bool) {
	var words []string
	for _, c := range last {
		if slices.Contains(this, c) {
			continue
		}
		word := "HCC " + strconv.Itoa(c)
		if label := lib.HCCLabel(c); label != "" {
			word = fmt.Sprintf("HCC %d (%s)", c, label)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return f, false
	}
	return gateway.Finding{Diagnostic: diag.Diagnostic{Code: codeConditionsMissing, Want: strings.Join(words, ", "), Pos: diag.Pos{Loop: "2300", SegmentID: "HI", Claim: claimID}}}, true
}
