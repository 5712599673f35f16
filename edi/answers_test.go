package edi_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/status"
)

// answered is what our answers to a file say, read back with our own reader.
type answered struct {
	ta1      []*ack.Interchange
	sets     []ack.Set
	groups   []string // AK901
	codes    []string // AK905
	accepted int      // claims of the 277CA
	refused  map[string]bool
	said     bool // something in any answer says that something is wrong
}

// answer makes TA1, 999 and 277CA of a file, wants them to be valid, and reads
// them back. It gives besides what the engine itself thinks of each claim.
func answer(t *testing.T, file []byte, opt ...edi.Options) (a answered, claims map[string]bool, list []diag.Diagnostic) {
	t.Helper()
	n := 0
	b := ack.NewBuilder(ack.Settings{Date: "20261124", Time: "1200", Control: func() string { n++; return fmt.Sprintf("%09d", n) }})
	claims = map[string]bool{}
	sink := edi.Sink{
		Report:           func(d diag.Diagnostic) { list = append(list, d); b.Report(d) },
		BeginInterchange: b.BeginInterchange,
		Ack:              b.Ack,
		BeginGroup:       b.BeginGroup,
		BeginSet:         func(s *edi.Set) { b.BeginSet(s.Set) },
		EndSet:           func(*edi.Set) { b.EndSet() },
		Claim: func(c *claim.Claim, v *edi.Verdict) {
			b.Claim(c, v.Findings, v.Errors)
			// As the 277CA says it: what has no place in X12 is blank, and it is cut.
			id := strings.TrimSpace(strings.Map(func(r rune) rune {
				if r < 0x20 || r > 0x7e || strings.ContainsRune("*:^~", r) {
					return ' '
				}
				return r
			}, c.ID))
			id = strings.Clone(strings.TrimSpace(id[:min(len(id), 50)]))
			if id == "" {
				id = "0" // as the 277CA says it, which needs a number
			}
			before, twice := claims[id] // two claims may have one number
			claims[id] = v.Errors == 0 && (before || !twice)
		},
	}
	if _, err := edi.Process(bytes.NewReader(file), append(opt, edi.Options{})[0], sink); err != nil {
		t.Fatal(err)
	}
	a.refused = map[string]bool{}
	for _, one := range b.Finish() {
		keepAnswer(t, one.Kind, one.Bytes)
		sum, err := edi.Process(bytes.NewReader(one.Bytes), edi.Options{}, edi.Sink{
			Report: func(d diag.Diagnostic) {
				if d.Code.Severity() == diag.Error {
					t.Errorf("our own %s is not valid: %v %s\n%s", one.Kind, d.Code, d.Message(), one.Bytes)
				}
			},
			Ack: func(k *ack.Interchange) {
				a.ta1 = append(a.ta1, k)
				a.said = a.said || k.Status != "A"
			},
			Functional: func(f *ack.Functional) {
				a.sets = append(a.sets, f.Sets...)
				a.groups = append(a.groups, f.Status)
				a.codes = append(a.codes, f.Codes...)
				a.said = a.said || f.Status != "A"
			},
			ClaimStatus: func(c *status.ClaimStatus) {
				if c.Accepted() {
					a.accepted++
					return
				}
				a.refused[string(append([]byte(nil), c.ClaimID()...))] = true
				a.said = true
			},
		})
		if err != nil || sum.Errors > 0 {
			t.Errorf("%s: %d errors, %v", one.Kind, sum.Errors, err)
		}
	}
	return a, claims, list
}

// check wants the answers to agree with the findings, one to one.
func (a *answered) check(t *testing.T, what string, claims map[string]bool, list []diag.Diagnostic) {
	t.Helper()
	errors := 0
	for _, d := range list {
		if d.Code.Severity() == diag.Error {
			errors++
		}
	}
	if errors > 0 && !a.said {
		t.Errorf("%s: %s vanishes: no answer says that anything is wrong", what, said(list))
	}
	if errors == 0 && a.said {
		t.Errorf("%s: nothing is wrong, and an answer says that something is", what)
	}
	for i := range a.sets {
		s := &a.sets[i]
		if s.Status == "A" && (len(s.Errors) > 0 || len(s.Codes) > 0) || s.Status != "A" && len(s.Codes) == 0 {
			t.Errorf("%s: set %s is %s with %d errors and codes %v", what, s.Control, s.Status, len(s.Errors), s.Codes)
		}
	}
	rejected := false
	for i := range a.sets {
		rejected = rejected || a.sets[i].Rejected()
	}
	for _, k := range a.ta1 {
		rejected = rejected || k.Status == "R"
	}
	for _, g := range a.groups {
		rejected = rejected || g == "R"
	}
	if rejected {
		return // no 277CA for what is refused as a whole
	}
	for id, good := range claims {
		if good == a.refused[id] {
			t.Errorf("%s: claim %s: the engine accepts it: %v, the 277CA refuses it: %v (%s)", what, id, good, a.refused[id], said(list))
		}
	}
}

// TestNoDiagnosticVanishes runs the bad example of every error of the catalogue
// and wants it in an answer that is itself valid; sets and claims are accepted
// and refused as the findings say.
func TestNoDiagnosticVanishes(t *testing.T) {
	for _, e := range diag.Entries() {
		if e.Code.SNIP() == 7 {
			continue
		}
		for i, x := range e.Bad {
			if x.Base == "999" || e.Code == 1001 {
				continue // never a 999 for a 999; and without an ISA nobody is known to answer
			}
			if x.Base != "837p" && x.Base != "837i" && x.Base != "837d" && e.Code.SNIP() > 2 {
				continue // what we refuse of a payer's answer is told by the 999 alone
			}
			what := fmt.Sprintf("%v bad %d", e.Code, i+1)
			opt := edi.Options{}
			if e.Code.SNIP() == 5 && e.Code.Level() == diag.LevelBusiness {
				opt.Codes = inventedCodes(t)
			}
			a, claims, list := answer(t, example(t, x), opt)
			if len(list) == 0 {
				t.Errorf("%s: nothing is found", what)
			}
			a.check(t, what, claims, list)
			if e.Code.Severity() == diag.Error && e.Rejects == diag.RejectsClaim && len(list) > 0 && list[0].Claim != "" && len(a.refused) == 0 && len(a.sets) > 0 && !a.sets[0].Rejected() {
				t.Errorf("%s: it rejects a claim, and no claim is refused", what)
			}
		}
	}
}

// TestAnswersAgreeWithFaults does the same for every single fault of
// testdata/faults.txt.
func TestAnswersAgreeWithFaults(t *testing.T) {
	b, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, changes, _ := strings.Cut(line[:strings.LastIndex(line, "|")], ":")
		c := struct{ base, edits string }{name, changes}
		if c.base == "999" {
			continue
		}
		a, claims, list := answer(t, join(edits(t, base(t, c.base), c.edits)))
		if len(list) > 0 && list[0].Code == 1001 {
			continue
		}
		if c.base[:3] != "837" {
			fatal := false
			for _, d := range list {
				fatal = fatal || d.Code.SNIP() > 2
			}
			if fatal {
				continue
			}
		}
		a.check(t, c.base+": "+c.edits, claims, list)
	}
}
