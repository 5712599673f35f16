package remit_test

import (
	"bytes"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/remit"
)

// bySplitting works the three equations out from the bare text of a file, with
// nothing of ours: it splits by the separators that the ISA names and adds
// decimals as rationals. It gives, per set, whether all equations are known to
// hold, and BPR02 less PLB in cents.
func bySplitting(t *testing.T, file []byte) (holds []bool, paid []*big.Rat) {
	t.Helper()
	text := string(file)
	for i := strings.Index(text, "ISA"); i >= 0 && i+106 <= len(text); {
		element, component, end := text[i+3:i+4], text[i+104:i+105], text[i+105:i+106]
		segments := strings.Split(text[i:], end)
		var ok bool
		var bpr, clp, plb *big.Rat
		var claim, claimSum, line, lineSum *big.Rat
		number := func(f []string, k int) *big.Rat {
			if k >= len(f) || f[k] == "" {
				ok = false
				return new(big.Rat)
			}
			r, good := new(big.Rat).SetString(f[k])
			if !good {
				ok = false
				return new(big.Rat)
			}
			return r
		}
		closeLine := func() {
			ok = ok && (line == nil || line.Cmp(lineSum) == 0)
			line = nil
		}
		closeClaim := func() {
			closeLine()
			ok = ok && (claim == nil || claim.Cmp(claimSum) == 0)
			claim = nil
		}
		in835 := false
		for _, s := range segments {
			f := strings.Split(strings.TrimSpace(s), element)
			switch f[0] {
			case "ST":
				if in835 = len(f) > 1 && f[1] == "835"; in835 {
					ok, bpr, clp, plb, claim, line = true, nil, new(big.Rat), new(big.Rat), nil, nil
				}
			case "BPR":
				bpr = number(f, 2)
			case "CLP":
				closeClaim()
				claim, claimSum = number(f, 3), new(big.Rat).Set(number(f, 4))
				clp.Add(clp, claimSum)
			case "SVC":
				closeLine()
				line, lineSum = number(f, 2), new(big.Rat).Set(number(f, 3))
			case "CAS":
				for k := 2; k < len(f); k += 3 {
					if f[k] == "" && (k+1 >= len(f) || f[k+1] == "") {
						continue
					}
					a := number(f, k+1)
					if claim != nil {
						claimSum.Add(claimSum, a)
					}
					if line != nil {
						lineSum.Add(lineSum, a)
					}
				}
			case "PLB":
				closeClaim()
				for k := 3; k < len(f); k += 2 {
					if f[k] != "" || k+1 < len(f) && f[k+1] != "" {
						plb.Add(plb, number(f, k+1))
					}
				}
			case "SE":
				if !in835 {
					break
				}
				closeClaim()
				if bpr == nil {
					ok, bpr = false, new(big.Rat)
				}
				holds = append(holds, ok && bpr.Cmp(new(big.Rat).Sub(clp, plb)) == 0)
				paid = append(paid, bpr)
			}
		}
		_ = component
		break // separators are those of the first interchange; the corpus's files keep them
	}
	return holds, paid
}

// Every 835 of the corpus balances as its bare arithmetic says, and every dollar
// of it is in one bucket: the buckets of its claims sum to the charges, and
// those that were paid, less what moved between payer and provider, to the
// check.
func TestCorpusToTheLastCent(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/corpus/835/*.edi")
	if len(files) == 0 {
		t.Skip("the shared corpus is not here")
	}
	var sets, good int
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, checks := bySplitting(t, b)
		var got []bool
		var g remit.Gate
		var sum remit.Buckets
		var charge, unexplained money.Amount
		table := remit.DefaultTable()
		_, err = edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{
			Report: func(diag.Diagnostic) {},
			BeginSet: func(*edi.Set) {
				g.Next()
				sum, charge, unexplained = remit.Buckets{}, 0, 0
			},
			ClaimPayment: func(c *remit.ClaimPayment) {
				g.ClaimPayment(c)
				s := table.Split(c)
				if s.Sum() != c.Charge.Amount {
					t.Errorf("%s: claim: buckets sum to %v, charge %v", filepath.Base(name), s.Sum(), c.Charge.Amount)
				}
				if c.Balance().Holds() && s.Unexplained != 0 {
					t.Errorf("%s: a claim balances, and %v is in no bucket", filepath.Base(name), s.Unexplained)
				}
				sum, charge, unexplained = sum.Plus(s), charge+c.Charge.Amount, unexplained+s.Unexplained
			},
			Remittance: func(r *remit.Remittance) {
				g.Remittance(r)
				n := len(got)
				got = append(got, g.Holds())
				if !g.Holds() {
					return
				}
				good++
				var moved money.Amount
				for _, p := range r.ProviderAdjustments {
					moved += p.Amount.Amount
				}
				if sum.Sum() != charge || unexplained != 0 {
					t.Errorf("%s: set %d: buckets %v, charges %v", filepath.Base(name), n, sum.Sum(), charge)
				}
				if check := new(big.Rat).SetFrac64(int64(sum.Paid-moved), 100); n < len(checks) && check.Cmp(checks[n]) != 0 {
					t.Errorf("%s: set %d: paid %v less %v moved is not the check, %s", filepath.Base(name), n, sum.Paid, moved, checks[n].FloatString(2))
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		sets += len(want)
		if len(got) != len(want) {
			// What is no 835 of a guide that we have has no remittance; say so.
			t.Logf("%s: %d sets by splitting, %d read", filepath.Base(name), len(want), len(got))
			if len(got) == 0 {
				continue
			}
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%s: set %d: the gate says %v, bare arithmetic %v: %v", filepath.Base(name), i, got[i], want[i], g.Faults)
			}
		}
	}
	if sets < 20 || good < 10 {
		t.Errorf("%d sets, %d of them good", sets, good)
	}
	t.Logf("%d sets of %d files; %d balance", sets, len(files), good)
}
