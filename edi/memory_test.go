package edi_test

import (
	"runtime"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
)

// TestMemoryIsFlat reads one transaction set of 12 MB and looks at the heap on
// the way: what a set holds must not grow with it.
func TestMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 24 MB")
	}
	for _, kind := range []string{"837p", "835"} {
		t.Run(kind, func(t *testing.T) {
			var early, late, n uint64
			look := func() {
				n++
				if n != 1500 && n != 15000 {
					return
				}
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if n == 1500 {
					early = m.HeapAlloc
				} else {
					late = m.HeapAlloc
				}
			}
			sum, err := edi.Process(newSample(kind, 12<<20, 0), edi.Options{}, edi.Sink{
				Report:       func(d diag.Diagnostic) { t.Fatalf("%+v", d) },
				Claim:        func(*claim.Claim, *edi.Verdict) { look() },
				ClaimPayment: func(*remit.ClaimPayment) { look() },
			})
			if err != nil || sum.Sets != 1 || late == 0 {
				t.Fatal(err, sum, n)
			}
			if late > early+256<<10 {
				t.Errorf("the heap grew from %d to %d bytes", early, late)
			}
		})
	}
}
