// Package x12 reads and writes the outer form of X12: delimiters, segments,
// elements, and the three envelopes (interchange ISA–IEA, functional group
// GS–GE, transaction set ST–SE).
//
// It knows nothing of guides: which segments a set holds, and what they mean,
// is package guide's. It does no I/O but on the reader or writer it is given.
//
// A Scanner cuts bytes into segments and never judges them. A Reader puts
// envelopes over a Scanner, raises the findings of SNIP type 1 that concern
// envelopes (codes 10xx, 11xx, 12xx), and tells its caller about each envelope
// and each segment in turn. A Writer is the reverse: exact envelopes, exact
// counts.
//
//	sc := x12.NewScanner(file, x12.ScannerOptions{})
//	rd := x12.NewReader(sc, findings)
//	for rd.Next() {
//		switch rd.Event() {
//		case x12.SetStart:
//			begin(rd.Set())
//		case x12.Body:
//			segment(rd.Segment(), rd.Ordinal())
//		}
//	}
//	if err := rd.Err(); err != nil { // I/O only; bad input is a finding
//		return err
//	}
package x12
