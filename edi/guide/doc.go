// Package guide holds the implementation guides and the dictionary of the
// standard as data, and checks transaction sets against them.
//
// Four kinds of things meet here:
//
//   - the dictionary (data/<version>/<version>.dict) is the standard's: which
//     elements, composites and segments exist, their types, lengths, syntax
//     notes and, where publicly known, their code lists;
//   - a guide (data/<version>/<id>.guide) is what an implementation guide makes
//     of it: loops, the uses of segments in them, usage, repeats, codes. What a
//     guide does not list, it does not use;
//   - a compiled Guide is the two together, as tables that a Matcher walks
//     without allocating;
//   - the Matcher says of each segment which use it is, and reports what SNIP
//     types 1 and 2 have to say of it.
//
// It does not know what a claim is: packages claim, remit, status and ack give
// the matched segments their meaning.
//
// Terms: a *use* is a place in a guide where a segment or a loop may stand. A
// *key* is the element that tells a use from its siblings (NM101, REF01, HL03).
// Only a key decides a match; every other wrong element is a finding in a
// segment that has been recognised.
package guide
