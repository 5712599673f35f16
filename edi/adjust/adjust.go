// Package adjust holds adjustments: what a payer took off a charge, or added,
// and why. They stand in CAS segments of remittance advices (835) and, for
// other payers' earlier decisions, of claims (837).
package adjust

import (
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

// Group says who bears an adjustment (CAS01).
type Group string

// The groups. CR left with 5010, but is still met.
const (
	ContractualObligation Group = "CO" // the provider, by contract or law
	PatientResponsibility Group = "PR"
	Other                 Group = "OA"
	PayerInitiated        Group = "PI"
	Correction            Group = "CR"
)

// Reason is a claim adjustment reason code (CARC), such as "45".
type Reason string

// Adjustment is one reason with its amount. A positive amount lowers what is
// paid.
type Adjustment struct {
	At       x12.At // the CAS it stood in
	Element  int8   // of its reason: 2, 5, 8, 11, 14 or 17; 0 when not read from X12
	Group    Group
	Reason   Reason
	Amount   money.Optional
	Quantity money.Quantity
}

// PerSegment is how many adjustments of a group one CAS holds.
const PerSegment = 6

// Next says how many of the leading adjustments stand in one CAS: those of one
// group, at most PerSegment, and, where they were read from X12, those that
// stood together. It is 0 only for an empty list.
func Next(list []Adjustment) int {
	last := int8(-1) // element of the reason before
	for i := range list {
		a := &list[i]
		if i == PerSegment || i > 0 && (a.Group != list[0].Group || a.At != list[0].At || a.Element != 0 && a.Element <= last) {
			return i
		}
		if last = max(last+3, a.Element); last > 3*PerSegment {
			return i
		}
	}
	return len(list)
}

// Sum adds the amounts. ok is false when an amount is missing or the sum does
// not fit: then nothing that rests on it can be evaluated.
func Sum(list []Adjustment) (sum money.Amount, ok bool) {
	for i := range list {
		if !list[i].Amount.Known {
			return 0, false
		}
		var err error
		if sum, err = sum.Add(list[i].Amount.Amount); err != nil {
			return 0, false
		}
	}
	return sum, true
}
