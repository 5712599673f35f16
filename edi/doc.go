// Package edi reads health care X12 whole: it puts the scanner, the envelopes,
// the guides, the meaning and the rules together, so that whoever has a file
// gives it to Process and is told what it holds and what is wrong with it.
//
// The layers below it, each of use without the next:
//
//	x12      delimiters, segments, envelopes, control numbers
//	guide    implementation guides as data: match, check (SNIP types 1 and 2)
//	claim, remit, status, ack   what the sets mean: 837, 835, 277, 999 and TA1
//	rule     balances and situations (SNIP types 3 and 4) over the meaning
//	codes    lists kept by others (SNIP type 5)
//	diag     the one record of what is wrong
//
// Everything in edi is pure: bytes in, values and findings out. Clocks, disks,
// networks, databases and logs belong to the gateway.
//
// Glossary: an *interchange* (ISA to IEA) holds *functional groups* (GS to GE),
// which hold *transaction sets* (ST to SE), which hold segments. A *loop* is a
// group of segments that a guide names, such as 2300 for a claim. An *element*
// is a field of a segment, NM103; a *component* is a part of one, CLM05-2.
package edi
