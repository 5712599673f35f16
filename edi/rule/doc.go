// Package rule holds the rules that need thought: balances (SNIP type 3) and
// what segments ask of each other (SNIP type 4), and lines of service (type
// 6). They look at the meaning of a document, not at its segments; each rule is
// one function with a code, and everything there is to say about the code
// stands in the catalogue of package diag. docs/rules.md lists them.
//
// Rules are pure: "in the future" is judged against the day that the file itself
// states (the later of BHT04 and GS04); the gateway adds its clock. An amount
// that is missing is not zero: what rests on it is reported as "cannot be
// evaluated".
//
// A rule of claims stands in a table (table.go) with the kinds of claim that it
// looks at and the parts without which it has nothing to say:
//
//	{code(4346), "P", hasCMN, renewedCertificationHasDate},
//
// What a claim has is worked out once; rules that need what it has not are not
// called. A rule reports at the element that is wrong (say), at the one that is
// wrong with what makes it so (report), or at the place where a segment should
// have stood (missing). Two rules never speak of one fault: where one follows
// from another, the later one looks whether the earlier has spoken.
//
// What this package does not know: form and guide (package guide, which has
// looked before), lists that others keep (package codes), and what partners
// want beyond the guides.
package rule
