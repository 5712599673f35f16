// Package correct makes the claims that follow a claim: a new original, a
// replacement or a void, whichever its true state allows, and the claim to the
// next payer, built from what the payer before has decided.
//
// It decides and builds, and knows no store: what became of a claim is given to
// it, and what it builds is checked and sent as every claim is.
package correct
