package edi_test

import (
	"bytes"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/rule"
	"claimwire/edi/x12"
)

// TestFaultsOfTheGrammar reads whole files with one fault of each kind at many
// uses of every guide: of SNIP types 1 and 2 exactly what the grammar predicts
// is said, whatever the separators are.
func TestFaultsOfTheGrammar(t *testing.T) {
	guides, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	step, least := 5, 20
	if testing.Short() {
		step, least = 61, 0
	}
	separators := []x12.Delimiters{x12.DefaultDelimiters, {Element: '|', Repetition: '!', Component: '>', Segment: '\n'}, {Element: 0x1d, Repetition: 0x1e, Component: 0x1f, Segment: 0x1c}}
	for i, g := range guides {
		t.Run(g.ID+"/"+g.Set, func(t *testing.T) {
			n := 0
			g.Faults(i%step, step, func(mu guide.Mutation) bool {
				n++
				d := separators[n%len(separators)]
				file := guide.AppendInterchange(nil, d, mu.Sample)
				var list diag.List
				if _, err := edi.Process(bytes.NewReader(file), edi.Options{Types: rule.Of(1, 2)}, edi.Sink{Report: list.Report}); err != nil {
					t.Fatal(err)
				}
				w := &mu.Want
				if len(list.Items) == 1 {
					f := &list.Items[0]
					if f.Code == w.Code && f.Segment == w.Segment && f.SegmentID == w.SegmentID && f.Element == w.Element &&
						f.Component == w.Component && (f.Loop == w.Loop || w.Loop == guide.AnyLoop) {
						return true
					}
				}
				t.Errorf("%s: want %v at %d, %s/%s; said:", mu.Kind, w.Code, w.Segment, w.Loop, w.Designator())
				for _, f := range list.Items {
					t.Errorf("    %v at %d, %s/%s", f.Code, f.Segment, f.Loop, f.Designator())
				}
				return !t.Failed()
			})
			if n < least {
				t.Errorf("only %d faults", n)
			}
		})
	}
}
