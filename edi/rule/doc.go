// Package rule holds the rules that need thought: balances (SNIP type 3) and
// what segments ask of each other (SNIP type 4), later lines of service (type
// 6). They look at the meaning of a document, not at its segments; each rule is
// one function with a code, and everything there is to say about the code
// stands in the catalogue of package diag.
//
// Rules are pure: "in the future" is judged against the date that the document
// itself states (BHT04); the gateway adds its clock. An amount that is missing
// is not zero: what rests on it is reported as "cannot be evaluated".
package rule
