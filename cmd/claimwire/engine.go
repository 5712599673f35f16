package main

import (
	"cmp"
	"io"
	"runtime"
	"slices"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
)

// checkFile reads a file with the engine and fills validate's report.
func checkFile(r io.Reader, opt checkOptions, rep *fileReport) error {
	types := rule.Types(0)
	for t := 1; t <= 7; t++ {
		if opt.Snip.Has(t) {
			types |= rule.Of(t)
		}
	}
	narrow, err := narrowingOf(opt.Partner)
	if err != nil {
		return err
	}
	sum, err := edi.Process(r, edi.Options{File: rep.File, Workers: runtime.GOMAXPROCS(0), Types: types, Codes: opt.Library, Stays: opt.Stays, Narrow: narrow}, edi.Sink{
		Report: rep.Report,
		BeginInterchange: func(ic *x12.Interchange) {
			rep.BeginInterchange(ic.Control, ic.Sender, ic.Receiver, ic.Usage)
		},
		BeginGroup: func(g *x12.Group) { rep.BeginGroup(g.Control, g.FunctionalID, g.Version) },
		BeginSet:   func(s *edi.Set) { rep.BeginTransaction(s.Control, s.ID, s.GuideID) },
		EndSet:     func(s *edi.Set) { rep.EndTransaction(s.Segments, s.Claims) },
	})
	for _, set := range sum.NotChecked {
		if opt.Snip.Has(5) {
			reason := "no release loaded"
			if day := sum.NotCheckedOn[set]; day != 0 {
				reason += " for " + isoDay(day)
			}
			rep.NotChecked(set, reason)
		}
	}
	// A finding may be made later than the ones behind it in the file.
	slices.SortStableFunc(rep.findings, func(a, b diag.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Element, b.Element), cmp.Compare(a.Component, b.Component))
	})
	return err
}
