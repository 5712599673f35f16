// Package scrub holds a claim that would come back: it writes the claim as it
// would be sent, has the engine check that against its guide and the rules
// (SNIP 1 to 4), and adds the edits that need more than the claim: the payer
// directory, what one payer asks for, a clock, and what was sent before.
//
// It changes nothing in a claim and sends nothing. What it finds is placed in
// the office's own encounter where the caller says how (Scrubber.Locate). A
// check whose data are not there is listed as not checked, never as passed.
package scrub
