// Package ack makes and reads acknowledgments: the TA1 of an interchange, the
// 999 of a functional group, and, from claims and findings, the 277CA.
//
// Which code a finding becomes stands in the catalogue of package diag alone.
// The same input gives the same bytes: date, time and control numbers are the
// caller's.
//
// By default one bad claim does not refuse its neighbours: the set is accepted
// with errors (E) and the claim is refused in the 277CA. Set by set, a set
// with an error is refused; all or nothing, one error refuses the group. There
// is never a 999 for a 999, nor a TA1 for an interchange of TA1s alone.
package ack
