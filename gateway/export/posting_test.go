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

// The rows of a posting file come to what the advice says, whatever it says: the
// charge and the payment of each claim, each row in itself, the buckets of the
// claim, and with the provider adjustments the check.
func TestPostingRowsAddUp(t *testing.T) {
	const head = "ISA*00*          *00*          *ZZ*LAKESHORE      *ZZ*PRAIRIE        *261020*0615*^*00501*000000001*0*T*:~GS*HP*LAKE*PRAIRIE*20261020*0615*1*X*005010X221A1~"
	advice := func(bpr, claims, plb string) string {
		body := "BPR*I*" + bpr + "*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*20261021~TRN*1*E1*1999000002~N1*PR*LAKESHORE~N3*1 LAKE PLAZA~N4*CHICAGO*IL*60601~" +
			"PER*BL*DESK*TE*2175550120~N1*PE*OFFICE*XX*2000000010~LX*1~" + claims + plb
		return head + fmt.Sprintf("ST*835*0001~%sSE*%d*0001~GE*1*1~IEA*1*000000001~", body, strings.Count(body, "~")+2)
	}
	line := func(n int, charge, paid, cas string) string {
		return fmt.Sprintf("SVC*HC:9921%d*%s*%s**1~DTM*472*20261001~%sREF*6R*L%d~", n, charge, paid, cas, n)
	}
	files := map[string]string{
		"claim and lines":          advice("159", "CLP*A*1*189*159*20*12*I*11*1~CAS*CO*253*10~CAS*PR*1*20~NM1*QC*1*X*Y~"+line(1, "142", "142", "")+line(2, "47", "47", ""), ""),
		"denied with a deductible": advice("0", "CLP*A*1*189*0*142*12*I*11*1~NM1*QC*1*X*Y~"+line(1, "142", "0", "CAS*PR*1*142~")+line(2, "47", "0", "CAS*CO*50*47~"), ""),
		"and taken back":           advice("0", "CLP*A*22*-189*0*-142*12*I*11*1~NM1*QC*1*X*Y~"+line(1, "-142", "0", "CAS*PR*1*-142~")+line(2, "-47", "0", "CAS*CO*50*-47~"), ""),
		"paid, a line denied":      advice("80", "CLP*A*1*147*80*0*12*I*11*1~NM1*QC*1*X*Y~"+line(1, "100", "80", "CAS*CO*45*20~")+line(2, "47", "0", "CAS*CO*50*47~"), ""),
		"a denial of the whole":    advice("0", "CLP*A*1*100*0*0*12*I*11*1~CAS*CO*29*100~NM1*QC*1*X*Y~", ""),
		"provider adjustments":     advice("73.9", "CLP*A*1*100*80*0*12*I*11*1~CAS*CO*45*20~NM1*QC*1*X*Y~", "PLB*2000000010*20261231*WO:X1*10*L6*-3.9~"),
		"a forward without claims": advice("0", "", "PLB*2000000010*20261231*FB:X1*10*FB:X2*-10~"),
	}
	if list, _ := filepath.Glob("../../../shared/corpus/835/*.edi"); len(list) > 0 {
		for _, name := range list {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(name)] = string(b)
		}
	}
	seen := 0
	for name, file := range files {
		var p export.Posted
		var want []remit.ClaimPayment
		var good remit.Gate
		_, err := edi.Process(strings.NewReader(file), edi.Options{}, edi.Sink{Report: func(diag.Diagnostic) {},
			BeginSet: func(*edi.Set) { p, want = export.Posted{Table: remit.DefaultTable()}, nil; good.Next() },
			ClaimPayment: func(c *remit.ClaimPayment) {
				good.ClaimPayment(c)
				p.Payments = append(p.Payments, gateway.Payment{Kind: string(c.Kind), Status: strings.Clone(c.Status), Charge: c.Charge.Amount, Paid: c.Paid.Amount, Document: c.AppendJSON(nil), Claim: int64(len(want) + 1)})
				want = append(want, *c.Clone())
			},
			Remittance: func(r *remit.Remittance) {
				good.Remittance(r)
				if !good.Holds() {
					return // held: nothing of it is exported
				}
				seen++
				p.Remittance.Amount = r.Amount.Amount
				for _, a := range r.ProviderAdjustments {
					p.Adjustments = append(p.Adjustments, gateway.ProviderAdjustment{Reason: strings.Clone(a.Reason), Reference: strings.Clone(a.Reference), Amount: a.Amount.Amount})
				}
				var b bytes.Buffer
				if err := p.CSV(&b); err != nil {
					t.Fatal(err)
				}
				rows, err := csv.NewReader(&b).ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				at := map[string]int{}
				for i, c := range rows[0] {
					at[c] = i
				}
				amount := func(row []string, column string) money.Amount {
					v, err := money.Parse([]byte(strings.TrimPrefix(row[at[column]], "'")))
					if err != nil {
						t.Fatalf("%s: %s %q: %v", name, column, row[at[column]], err)
					}
					return v
				}
				var total money.Amount
				sums := map[string]remit.Buckets{}
				charges := map[string]money.Amount{}
				for _, row := range rows[1:] {
					total += amount(row, "paid")
					if row[at["kind"]] == "provider_adjustment" {
						continue
					}
					k := remit.Buckets{Paid: amount(row, "paid"), Contractual: amount(row, "contractual"), Patient: amount(row, "patient"), Denied: amount(row, "denied"), OtherPayer: amount(row, "other_payer")}
					if k.Sum() != amount(row, "charge") {
						t.Errorf("%s: a row does not balance: %v", name, row)
					}
					id := row[at["claim"]]
					sums[id] = sums[id].Plus(k)
					charges[id] += amount(row, "charge")
				}
				if total != r.Amount.Amount {
					t.Errorf("%s: the rows come to %v, the payment is %v", name, total, r.Amount.Amount)
				}
				for i := range want {
					c, id := &want[i], fmt.Sprint(i+1)
					b := remit.DefaultTable().Split(c)
					b.Contractual, b.Unexplained = b.Contractual+b.Unexplained, 0
					if charges[id] != c.Charge.Amount || sums[id] != b {
						t.Errorf("%s: claim %s of %v: its rows come to %v %+v, the claim to %+v", name, c.ID, c.Charge.Amount, charges[id], sums[id], b)
					}
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 7 {
		t.Errorf("%d advices were looked at", seen)
	}
}
