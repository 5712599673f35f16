package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/export"
)

func set(n int, payee, claim string) string {
	body := "BPR*I*80*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*20261021~TRN*1*E" + claim + "*1999000002~N1*PR*LAKESHORE~N3*1 LAKE PLAZA~N4*CHICAGO*IL*60601~" +
		"PER*BL*DESK*TE*2175550120~N1*PE*OFFICE*XX*" + payee + "~LX*1~CLP*" + claim + "*1*100*80**12*ICN*11*1~CAS*CO*45*20~NM1*QC*1*ABERNATHY*MARGARET~"
	return fmt.Sprintf("ST*835*%04d~%sSE*%d*%04d~", n, body, strings.Count(body, "~")+2, n)
}

// Every set comes whole and byte by byte, once, in a file of its own payee, which
// is good by itself.
func TestSplit835(t *testing.T) {
	isa := func(control string, groups string) string {
		return "ISA*00*          *00*          *ZZ*LAKESHORE      *ZZ*PRAIRIE        *261020*0615*^*00501*" + control + "*0*T*:~" + groups + "IEA*1*" + control + "~\n"
	}
	group := func(control string, sets ...string) string {
		return fmt.Sprintf("GS*HP*LAKE*PRAIRIE*20261020*0615*%s*X*005010X221A1~%sGE*%d*%s~", control, strings.Join(sets, ""), len(sets), control)
	}
	sets := []string{set(1, "2000000010", "A"), set(2, "2000000028", "B"), set(3, "2000000010", "C"), set(1, "2000000028", "D")}
	file := isa("000000001", group("1", sets[:3]...)) + isa("000000002", group("2", sets[3]))
	parts, err := export.Split835(strings.NewReader(file))
	if err != nil || len(parts) != 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	for i, want := range [][]string{{sets[0], sets[2]}, {sets[1], sets[3]}} {
		p := parts[i]
		if p.Sets != len(want) {
			t.Errorf("%s has %d sets", p.Payee, p.Sets)
		}
		for _, s := range want {
			if bytes.Count(p.Bytes, []byte(s)) != 1 {
				t.Errorf("%s: a set is not there once:\n%s", p.Payee, p.Bytes)
			}
		}
		if _, err := edi.Process(bytes.NewReader(p.Bytes), edi.Options{}, edi.Sink{Report: func(d diag.Diagnostic) {
			if d.Code.SNIP() == 1 && d.Code.Severity() == diag.Error {
				t.Errorf("%s: %v %s\n%s", p.Payee, d.Code, d.Message(), p.Bytes)
			}
		}}); err != nil {
			t.Error(err)
		}
	}
	if n := bytes.Count(parts[1].Bytes, []byte("ISA*")); n != 2 {
		t.Errorf("%d interchanges; each set keeps its own", n)
	}
	// Over the corpus: what went in comes out, set by set.
	files, _ := filepath.Glob("../../../shared/corpus/835/*.edi")
	st := regexp.MustCompile(`ST[^A-Za-z0-9]835`)
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := export.Split835(bytes.NewReader(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 0
		for _, p := range parts {
			n += len(st.FindAll(p.Bytes, -1))
			if n == 0 {
				t.Errorf("%s: an empty part", name)
			}
		}
		if want := len(st.FindAll(b, -1)); len(parts) > 0 && n != want {
			t.Errorf("%s: %d sets of %d", filepath.Base(name), n, want)
		}
	}
}

// The rows of a posting file sum to the claims and to the check.
func TestPosting(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/835.edi")
	if err != nil {
		t.Fatal(err)
	}
	p := &export.Posted{Table: remit.DefaultTable(), Remittance: gateway.Remittance{ID: 3, State: gateway.RemittancePosted}}
	var charge, paid money.Amount
	if _, err := edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Report: func(diag.Diagnostic) {}, ClaimPayment: func(c *remit.ClaimPayment) {
		p.Payments = append(p.Payments, gateway.Payment{Kind: string(c.Kind), ClaimID: c.ID, Charge: c.Charge.Amount, Paid: c.Paid.Amount, Document: c.AppendJSON(nil)})
		charge, paid = charge+c.Charge.Amount, paid+c.Paid.Amount
	}}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.CSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) < len(p.Payments) {
		t.Fatal(len(rows), err)
	}
	at := map[string]int{}
	for i, c := range rows[0] {
		at[c] = i
	}
	sum := map[string]money.Amount{}
	for _, r := range rows[1:] {
		for _, c := range []string{"charge", "paid", "contractual", "patient", "other_payer", "denied"} {
			a, err := money.Parse(r[at[c]])
			if err != nil {
				t.Fatal(r)
			}
			sum[c] += a
		}
	}
	if sum["paid"] != paid {
		t.Errorf("rows pay %v, claims %v", sum["paid"], paid)
	}
	if all := sum["paid"] + sum["contractual"] + sum["patient"] + sum["other_payer"] + sum["denied"]; all != charge {
		t.Errorf("rows sum to %v, charges %v", all, charge)
	}
	out.Reset()
	if err := p.JSON(&out); err != nil || !json.Valid(out.Bytes()) || !strings.Contains(out.String(), `"remittance":3`) {
		t.Errorf("%s %v", out.String(), err)
	}
}
