// Package fhir speaks FHIR R4 about claims: a Claim in becomes an encounter; a
// claim and what its payer decided become a ClaimResponse or an
// ExplanationOfBenefit; a remittance advice becomes a PaymentReconciliation.
//
// The structures are our own and hold what is used. What a resource refers to
// stands in it (contained), so that each is whole by itself.
package fhir
