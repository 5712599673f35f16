package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
	"claimwire/partners/simulate"
)

// The demo takes all samples, of all three kinds, to their end, and what goes
// either way raises nothing: claims as we wrote them, answers as the simulated
// payer did.
func TestDemoTakesEverySample(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	d, err := startDemo(ctx, dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.stop(cancel)
	if err := d.submit(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.wait(ctx, 60*time.Second, newSteps(io.Discard)); err != nil {
		t.Fatal(err)
	}
	res, err := d.result(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range res.problems {
		t.Error(p)
	}
	sent := map[claim.Kind]int{}
	stays := 0
	for _, folder := range []string{simulate.Taken, simulate.Outbound} {
		names, err := filepath.Glob(filepath.Join(dir, "payer", "home", folder, "*"))
		if err != nil || len(names) == 0 {
			t.Fatalf("nothing in %s: %v", folder, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{
				Report: func(f diag.Diagnostic) { t.Errorf("%s: %s: %v %s", filepath.Base(name), f.Claim, f.Code, f.Message()) },
				Claim:  func(c *claim.Claim, _ *edi.Verdict) { sent[c.Kind]++ },
				ClaimPayment: func(p *remit.ClaimPayment) {
					if p.DRG != "" && len(p.Inpatient) > 0 {
						stays++
					}
				},
			})
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(name), err)
			}
		}
	}
	if sent[claim.Professional] < 100 || sent[claim.Institutional] < 40 || sent[claim.Dental] < 15 || stays < 10 {
		t.Errorf("claims %v, %d stays paid by their group", sent, stays)
	}
}
