package ack_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/diag"
)

// replies reads 999 and TA1.
func replies(t *testing.T, file string) (fs []ack.Functional, ta1 []ack.Interchange, records []map[string]any) {
	t.Helper()
	_, err := edi.Process(strings.NewReader(file), edi.Options{}, edi.Sink{
		Report:     func(diag.Diagnostic) {},
		Functional: func(f *ack.Functional) { fs = append(fs, *f) },
		Ack:        func(a *ack.Interchange) { ta1 = append(ta1, *a) },
		Record: func(r edi.Record) {
			var m map[string]any
			if err := json.Unmarshal(r.AppendJSON(nil), &m); err != nil {
				t.Fatal(err)
			}
			records = append(records, m)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return fs, ta1, records
}

// reply999 is a 999 of these segments after AK1.
func reply999(segments string) string {
	n := strings.Count(segments, "~") + 4
	return `ISA*00*          *00*          *ZZ*LAKESHORE01    *ZZ*PRAIRIE01      *261020*0615*^*00501*000000206*0*T*:~GS*FA*LAKESHORE01*PRAIRIE01*20261020*0615*206*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*101*005010X222A1~` +
		segments + fmt.Sprintf("~SE*%d*0001~GE*1*206~IEA*1*000000206~", n)
}

// Every status of a set and of a group is read as what it is.
func TestStatusesOfA999(t *testing.T) {
	for _, c := range []struct {
		ik5, ak9 string
		rejected bool
	}{{"A", "A", false}, {"E", "E", false}, {"R", "R", true}, {"R", "P", true}, {"M", "R", true}, {"W", "R", true}, {"X", "R", true}} {
		codes := ""
		if c.ik5 != "A" {
			codes = "*5"
		}
		fs, _, records := replies(t, reply999("AK2*837*0001*005010X222A1~IK5*"+c.ik5+codes+"~AK9*"+c.ak9+"*1*1*0"))
		if len(fs) != 1 || len(fs[0].Sets) != 1 {
			t.Fatalf("%+v", fs)
		}
		f := fs[0]
		if f.Status != c.ak9 || f.Sets[0].Status != c.ik5 || f.Sets[0].Control != "0001" || f.Sets[0].Rejected() != c.rejected {
			t.Errorf("IK5 %s, AK9 %s: %+v", c.ik5, c.ak9, f)
		}
		if r := records[0]; r["record"] != "functional_acknowledgment" || r["status"] != c.ak9 || r["group"] != "101" {
			t.Errorf("%v", r)
		}
	}
}

// All sets of a group are read, with the errors of each.
func TestSetsOfA999(t *testing.T) {
	fs, _, _ := replies(t, reply999("AK2*837*0001*005010X222A1~IK5*A~AK2*837*0002*005010X222A1~IK3*CLM*22*2300*8~CTX*CLM01:PCN0001~IK4*5:1*1331*7*99~IK3*NM1*9**3~IK5*R*5*I5~AK2*837*0003*005010X222A1~IK5*E*5~AK9*P*3*3*2*5"))
	if len(fs) != 1 || len(fs[0].Sets) != 3 || !slices.Equal(fs[0].Codes, []string{"5"}) {
		t.Fatalf("%+v", fs)
	}
	s := fs[0].Sets
	if s[0].Status != "A" || len(s[0].Errors) != 0 || s[1].Status != "R" || !slices.Equal(s[1].Codes, []string{"5", "I5"}) || len(s[1].Errors) == 0 || s[2].Status != "E" || len(s[2].Errors) != 0 {
		t.Errorf("%+v", s)
	}
}

// TA1 of an interchange that was accepted, accepted with errors, rejected; and
// before a GS.
func TestTA1(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/999.edi")
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"A*000", "E*022", "R*025"} {
		file := strings.Replace(string(b), "~\nGS*", "~\nTA1*000000101*261015*0930*"+status+"~\nGS*", 1)
		_, ta1, records := replies(t, file)
		want, note, _ := strings.Cut(status, "*")
		if len(ta1) != 1 || ta1[0].Status != want || ta1[0].Note != note || len(records) != 2 {
			t.Errorf("%s: %+v, %d records", status, ta1, len(records))
		}
		if r := records[0]; r["record"] != "interchange_acknowledgment" || r["interchange"] != "000000101" || r["status"] != want || r["note"] != note {
			t.Errorf("%v", r)
		}
	}
}
