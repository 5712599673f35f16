package remit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
)

// What a record holds comes back: read again, split and classified again, it is
// the same.
func TestParseRecord(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/base/835*.edi")
	more, _ := filepath.Glob("../../../shared/corpus/835/*.edi")
	table := remit.DefaultTable()
	n := 0
	for _, name := range append(files, more...) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Report: func(diag.Diagnostic) {}, ClaimPayment: func(c *remit.ClaimPayment) {
			n++
			p, err := remit.ParseRecord(c.AppendJSON(nil))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if got, want := table.Split(p), table.Split(c); got != want {
				t.Errorf("%s: split %+v, want %+v", name, got, want)
			}
			if got, want := table.Classify(p, nil), table.Classify(c, nil); got.Kind != want.Kind || got.Word != want.Word || got.Scenario != want.Scenario || got.DeniedLines != want.DeniedLines {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
			if p.Balance() != c.Balance() || p.ID != c.ID || p.Remittance.Trace != c.Remittance.Trace || len(p.Lines) != len(c.Lines) {
				t.Errorf("%s: %+v", name, p)
			}
			clone := c.Clone()
			if !bytes.Equal(clone.AppendJSON(nil), c.AppendJSON(nil)) {
				t.Errorf("%s: a clone differs", name)
			}
		}}); err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 {
		t.Error("nothing was read")
	}
}
