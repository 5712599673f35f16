package edi_test

import (
	"runtime"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/attach"
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

// A payload that is streamed by is there, though nobody holds it.
func TestStreamedPayloadIsThere(t *testing.T) {
	for kind, old := range map[string]string{"275": "BIN*", "275-6020": "BDS*NOF*"} {
		whole := string(file(base(t, kind)))
		at := strings.Index(whole, old)
		end := at + strings.Index(whole[at:], "~")
		const n = 100_000
		long := whole[:at] + old + "100000*" + strings.Repeat("~:*^X\n", n)[:n] + whole[end:]
		for _, max := range []int{0, 4096} { // held; streamed
			var list diag.List
			documents := 0
			_, err := edi.Process(strings.NewReader(long), edi.Options{MaxSegment: max}, edi.Sink{Report: list.Report, Attachment: func(a *attach.Attachment) {
				if documents++; !a.Complete || a.Length != n {
					t.Errorf("%s: %+v", kind, a)
				}
			}})
			if err != nil || len(list.Items) > 0 || documents != 1 {
				t.Errorf("%s, segments up to %d: %v, %v, %d documents", kind, max, err, list.Items, documents)
			}
		}
	}
}
