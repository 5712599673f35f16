package remit_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/x12"
)

// advice is an 835 of the claims given, one segment a `~`, with what BPR02 has
// to be.
func advice(bpr, claims, plb string) string {
	body := bpr + `~TRN*1*EFT0000201*1999000002~DTM*405*20261020~N1*PR*LAKESHORE HEALTH PLAN~N3*1 LAKE PLAZA~N4*CHICAGO*IL*606010001~PER*BL*PROVIDER SERVICES*TE*2175550120~` +
		`N1*PE*PRAIRIE FAMILY PRACTICE*XX*2000000010~LX*1~` + claims + "~" + plb
	body = strings.Trim(strings.ReplaceAll(body, "~~", "~"), "~")
	n := strings.Count(body, "~") + 3
	return `ISA*00*          *00*          *ZZ*LAKESHORE01    *ZZ*PRAIRIE01      *261020*0615*^*00501*000000201*0*T*:~GS*HP*LAKESHORE01*PRAIRIE01*20261020*0615*201*X*005010X221A1~ST*835*0001~` +
		body + fmt.Sprintf("~SE*%d*0001~GE*1*201~IEA*1*000000201~", n)
}

// records decodes a file, and gives the codes of its errors.
func records(t *testing.T, file string) (list []map[string]any, said string) {
	t.Helper()
	_, err := edi.Process(strings.NewReader(file), edi.Options{}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			if d.Code.Severity() == diag.Error {
				said += d.Code.String() + " "
			}
		},
		Record: func(r edi.Record) {
			var m map[string]any
			if err := json.Unmarshal(r.AppendJSON(nil), &m); err != nil {
				t.Fatal(err)
			}
			list = append(list, m)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, strings.TrimSpace(said)
}

// TestClassification goes through field practice case by case: what a claim of
// an 835 came to is never its status code alone.
func TestClassification(t *testing.T) {
	for _, c := range []struct{ name, clp, rest, want, scenario, lines string }{
		// name, CLP02*03*04*05, segments after it, record/outcome, scenario of a denial, denied lines
		{"paid as primary", "1*100*80*0", "CAS*CO*45*20", "payment/paid", "", "0"},
		{"paid as secondary", "2*100*30*0", "CAS*OA*23*70", "payment/paid", "", "0"},
		{"paid as tertiary", "3*100*10*0", "CAS*OA*23*90", "payment/paid", "", "0"},
		{"paid, a line denied", "1*200*80*0", "SVC*HC:99213*100*80~DTM*472*20261012~CAS*CO*45*20~SVC*HC:85025*100*0~DTM*472*20261012~CAS*CO*50*100", "payment/paid", "", "1"},
		{"paid, a line bundled", "1*200*80*0", "SVC*HC:99213*100*80~DTM*472*20261012~CAS*CO*45*20~SVC*HC:36415*100*0~DTM*472*20261012~CAS*CO*97*100", "payment/paid", "", "0"},
		{"paid, a line to the deductible", "1*200*80*100", "SVC*HC:99213*100*80~DTM*472*20261012~CAS*CO*45*20~SVC*HC:85025*100*0~DTM*472*20261012~CAS*PR*1*100", "payment/paid", "", "0"},
		{"paid, a line not covered, which the patient owes", "1*200*80*100", "SVC*HC:99213*100*80~DTM*472*20261012~CAS*CO*45*20~SVC*HC:85025*100*0~DTM*472*20261012~CAS*PR*96*100", "payment/paid", "", "1"},
		{"paid, a line partly denied", "1*100*40*0", "SVC*HC:99213*100*40**1~DTM*472*20261012~CAS*CO*50*60", "payment/paid", "", "0"},
		{"denied as primary", "1*100*0*0", "CAS*CO*29*100", "denial", "other", "0"},
		{"denied as secondary", "2*100*0*0", "CAS*CO*50*100", "denial", "not_covered", "0"},
		{"denied on its lines", "1*100*0*0", "SVC*HC:99213*60*0~DTM*472*20261012~CAS*CO*50*60~SVC*HC:85025*40*0~DTM*472*20261012~CAS*CO*50*40", "denial", "not_covered", "2"},
		{"denied with a contract's part", "1*100*0*0", "CAS*CO*45*40**96*60", "denial", "not_covered", "0"},
		{"not covered, the patient owes", "1*100*0*100", "CAS*PR*96*100", "denial", "not_covered", "0"},
		{"patient not found", "4*100*0*0", "CAS*CO*31*100", "denial", "patient_not_found", "0"},
		{"patient not found, whatever the reason", "4*100*0*0", "CAS*CO*45*100", "denial", "patient_not_found", "0"},
		{"deductible", "1*100*0*100", "CAS*PR*1*100", "payment/patient_responsibility", "", "0"},
		{"deductible, coinsurance, copay", "1*100*0*100", "CAS*PR*1*60**2*30**3*10", "payment/patient_responsibility", "", "0"},
		{"deductible and contract", "1*100*0*70", "CAS*CO*45*30~CAS*PR*1*70", "payment/patient_responsibility", "", "0"},
		{"above the fee, the patient owes", "1*100*0*100", "CAS*PR*45*100", "payment/patient_responsibility", "", "0"},
		{"contract alone", "1*100*0*0", "CAS*CO*45*100", "payment/contractual", "", "0"},
		{"bundled alone", "1*100*0*0", "CAS*CO*97*100", "payment/contractual", "", "0"},
		{"capitated", "1*100*0*0", "CAS*CO*24*100", "payment/contractual", "", "0"},
		{"the primary paid all", "2*100*0*0", "CAS*OA*23*100", "payment/other_payer", "", "0"},
		{"another payer is first", "1*100*0*0", "CAS*OA*22*100", "payment/other_payer", "", "0"},
		{"a duplicate", "1*100*0*0", "CAS*OA*18*100", "denial", "other", "0"},
		{"documents wanted: 252", "1*100*0*0", "CAS*CO*252*100~MOA***N706", "denial", "documentation", "0"},
		{"documents wanted: 226", "1*100*0*0", "CAS*CO*226*100", "denial", "documentation", "0"},
		{"documents wanted: 16 with a remark that asks", "1*100*0*0", "CAS*CO*16*100~MOA***M127", "denial", "documentation", "0"},
		{"data wanted: 16 with another remark", "1*100*0*0", "CAS*CO*16*100~MOA***N290", "denial", "claim_data", "0"},
		{"data wanted: a remark of the line asks", "1*100*0*0", "SVC*HC:99213*100*0~DTM*472*20261012~CAS*CO*16*100~LQ*HE*M127", "denial", "documentation", "1"},
		{"forwarded as primary", "19*100*80*0", "CAS*CO*45*20", "payment/forwarded", "", "0"},
		{"forwarded as secondary", "20*100*0*100", "CAS*PR*1*100", "payment/forwarded", "", "0"},
		{"forwarded as tertiary", "21*100*10*0", "CAS*OA*23*90", "payment/forwarded", "", "0"},
		{"not ours, forwarded", "23*100*0*0", "CAS*OA*109*100", "payment/forwarded", "", "0"},
		{"crossed over", "1*100*80*0", "CAS*CO*45*20~NM1*TT*2*OTHER PLAN*****PI*OP001", "payment/forwarded", "", "0"},
		{"crossed over, nothing paid", "1*100*0*100", "CAS*PR*1*100~NM1*TT*2*OTHER PLAN*****PI*OP001", "payment/forwarded", "", "0"},
		{"predetermination", "25*100*0*0", "CAS*OA*101*100", "payment/predetermination", "", "0"},
		{"reversal", "22*-100*-80*0", "CAS*CO*45*-20", "reversal", "", "0"},
		{"reversal of a denial", "22*-100*0*0", "CAS*CO*50*-100", "reversal", "", "0"},
		{"charged nothing", "1*0*0*0", "", "payment/contractual", "", "0"},
		{"a negative payment is no denial", "1*-100*-80*0", "CAS*CO*50*-20", "payment/paid", "", "0"},
		{"nothing said of why", "1*100*0*0", "", "denial", "other", "0"},
		{"an adjustment of nothing beside the contract", "1*100*0*0", "CAS*CO*45*100~CAS*OA*94*0", "payment/contractual", "", "0"},
		{"paid is missing, a line was paid", "1*100**0", "SVC*HC:99213*100*80~DTM*472*20261012~CAS*CO*45*20", "payment/paid", "", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, _ := records(t, advice("BPR*I*0*C*NON************20261021", "CLP*PCN0001*"+c.clp+"*12*LHP1"+insertPatient(c.rest), ""))
			if len(list) != 2 || list[1]["record"] != "remittance" {
				t.Fatalf("%d records", len(list))
			}
			r := list[0]
			got := fmt.Sprint(r["record"])
			if w, ok := r["outcome"]; ok {
				got += "/" + fmt.Sprint(w)
			}
			if got != c.want || c.scenario != "" && r["scenario"] != c.scenario || fmt.Sprint(r["denied_lines"]) != c.lines {
				t.Errorf("%s, scenario %v, %v denied lines; want %s %s %s", got, r["scenario"], r["denied_lines"], c.want, c.scenario, c.lines)
			}
			if got == "denial" && len(r["reasons"].([]any)) == 0 && c.rest != "" {
				t.Error("a denial without reasons")
			}
		})
	}
}

// insertPatient puts the patient's name where the guide has it: after the
// claim's CAS, before its lines.
func insertPatient(rest string) string {
	var cas, after []string
	for _, s := range strings.Split(rest, "~") {
		if strings.HasPrefix(s, "CAS") && len(after) == 0 {
			cas = append(cas, s)
		} else if s != "" {
			after = append(after, s)
		}
	}
	name := "NM1*QC*1*ABERNATHY*MARGARET"
	return "~" + strings.Join(append(append(cas, name), after...), "~")
}

// The three equations, one broken at a time, and the signs of PLB: positive
// takes from the payment, negative adds.
func TestBalances(t *testing.T) {
	claim := "CLP*PCN0001*1*100*80*0*12*LHP1~NM1*QC*1*ABERNATHY*MARGARET~SVC*HC:99213*100*%s~DTM*472*20261012~CAS*CO*45*20"
	good := fmt.Sprintf(claim, "80")
	bpr := func(amount string) string {
		return "BPR*I*" + amount + "*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*20261021"
	}
	for _, c := range []struct{ name, file, balanced, said string }{
		{"plain", advice(bpr("80"), good, ""), "true", ""},
		{"an overpayment taken back", advice(bpr("70"), good, "PLB*2000000010*20261231*WO:LHP9*10"), "true", ""},
		{"interest paid", advice(bpr("85.25"), good, "PLB*2000000010*20261231*L6:LHP9*-5.25"), "true", ""},
		{"balance moved forward", advice(bpr("0"), good, "PLB*2000000010*20261231*FB:LHP9*80"), "true", ""},
		{"six of one provider", advice(bpr("65"), good, "PLB*2000000010*20261231*WO:A*1*WO:B*2*WO:C*3*WO:D*4*WO:E*5*L6:F*-0"), "true", ""},
		{"two providers", advice(bpr("77"), good, "PLB*2000000010*20261231*WO:A*5~PLB*2000000028*20261231*72:B*-2"), "true", ""},
		{"the sign turned", advice(bpr("90"), good, "PLB*2000000010*20261231*WO:LHP9*10"), "false", "E3"},
		{"the set does not balance", advice(bpr("81"), good, ""), "false", "E3"},
		{"the line does not balance", advice(bpr("80"), fmt.Sprintf(claim, "79"), ""), "true", "E3"},
		{"the claim does not balance", advice(bpr("80"), strings.Replace(good, "PCN0001*1*100", "PCN0001*1*101", 1), ""), "true", "E3"},
		{"a cent", advice(bpr("80.01"), good, ""), "false", "E3"},
	} {
		list, said := records(t, c.file)
		r := list[len(list)-1]
		if fmt.Sprint(r["balanced"]) != c.balanced || c.said == "" && said != "" || !strings.HasPrefix(said, c.said) {
			t.Errorf("%s: balanced %v, said %q", c.name, r["balanced"], said)
		}
	}
}

// Notices without money, and provider adjustments as they were sent.
func TestRemittances(t *testing.T) {
	claim := "CLP*PCN0001*1*100*0*100*12*LHP1~CAS*PR*1*100~NM1*QC*1*ABERNATHY*MARGARET"
	list, said := records(t, advice("BPR*H*0*C*NON************20261021", claim, ""))
	r := list[1]
	if said != "" || r["amount"] != "0.00" || r["method"] != "NON" || r["handling"] != "H" || r["balanced"] != true || r["date"] != "2026-10-21" || r["trace"] != "EFT0000201" || r["claims"] != 1.0 {
		t.Errorf("%v, said %s", r, said)
	}
	list, _ = records(t, advice("BPR*I*5.25*C*CHK************20261021", claim, "PLB*2000000010*20261231*L6:LHP9*-5.25*WO:LHP8*0"))
	adjustments := list[1]["provider_adjustments"].([]any)
	first := adjustments[0].(map[string]any)
	if len(adjustments) != 2 || first["reason"] != "L6" || first["reference"] != "LHP9" || first["amount"] != "-5.25" || list[1]["balanced"] != true {
		t.Errorf("%v", list[1])
	}
}

// What is read is written again, segment for segment.
func TestAdviceComesBack(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/835.edi")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{string(b),
		advice("BPR*I*80*C*CHK************20261021", "CLP*PCN0001*1*100*80*0*12*LHP1*11*1**871*1.25*.5~CAS*CO*45*20*2~NM1*QC*1*ABERNATHY*MARGARET*Q**JR*MI*X1~NM1*74*1*ABERNATHY~MIA*1*****M15~REF*EA*MR1~DTM*232*20261012~PER*CX**TE*2175550120*EX*12~AMT*AU*80~QTY*CA*3", ""),
	}
	g, _ := guide.Lookup("005010X221A1", "835")
	for seed := range uint64(40) {
		s := g.Generate(seed, guide.GenerateOptions{Optional: 0.6, Repeats: 2, Segments: 400})
		files = append(files, string(guide.AppendInterchange(nil, x12.DefaultDelimiters, s)))
	}
	for i, n := range g.Nodes { // each use at its bound, with all that it may hold
		if !n.IsLoop {
			s := g.Generate(uint64(i), guide.GenerateOptions{Optional: 0.1, Include: n, Times: min(max(n.Max, 3), 100), Segments: 60})
			files = append(files, string(guide.AppendInterchange(nil, x12.DefaultDelimiters, s)))
		}
	}
	for i, file := range files {
		var a *remit.Advice
		doc := &remit.Advice{}
		_, err := edi.Process(strings.NewReader(file), edi.Options{}, edi.Sink{
			ClaimPayment: func(c *remit.ClaimPayment) {
				if n := len(doc.Groups); n == 0 || doc.Groups[n-1].At != c.Header.At {
					doc.Groups = append(doc.Groups, remit.Group{Header: clone(t, *c.Header)})
				}
				g := &doc.Groups[len(doc.Groups)-1]
				g.Claims = append(g.Claims, clone(t, *c))
			},
			Remittance: func(r *remit.Remittance) { doc.Remittance = clone(t, *r); a = doc },
		})
		if err != nil || a == nil {
			t.Fatal(err)
		}
		w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
		w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261020", Time: "0615", Version: "00501", Usage: "T"})
		w.BeginGroup(x12.Group{Control: "1", FunctionalID: "HP", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261020", Time: "0615", Agency: "X", Version: "005010X221A1"})
		w.BeginSet("835", "0001", "")
		a.Write(w)
		w.EndSet()
		w.EndGroup()
		w.EndInterchange()
		if w.Err() != nil {
			t.Fatal(w.Err())
		}
		got, want := between(string(w.Buffer())), between(file)
		for k := range max(len(got), len(want)) {
			x, y := "(nothing)", "(nothing)"
			if k < len(got) {
				x = got[k]
			}
			if k < len(want) {
				y = want[k]
			}
			if x != y {
				t.Errorf("file %d: segment %d is %q, want %q", i, k+1, x, y)
				break
			}
		}
	}
}

// clone copies what is valid during a call only.
func clone[T any](t *testing.T, v T) (c T) {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := gob.NewDecoder(&b).Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

// between gives the segments of a set, amounts in their shortest form.
func between(file string) []string {
	var list []string
	for _, s := range strings.Split(file, "~") {
		e := strings.Split(strings.Trim(s, "\r\n"), "*")
		switch e[0] {
		case "", "ISA", "GS", "ST", "SE", "GE", "IEA":
			continue
		}
		at := map[string][]int{"BPR": {2}, "CLP": {3, 4, 5}, "SVC": {2, 3}, "CAS": {3, 6, 9, 12, 15, 18}, "PLB": {4, 6, 8, 10, 12, 14}}[e[0]]
		for _, i := range at {
			if i < len(e) && e[i] != "" {
				if a, err := money.Parse(e[i]); err == nil {
					e[i] = string(a.AppendX12(nil))
				}
			}
		}
		// Gaps between adjustments are closed up.
		if first, step := map[string]int{"CAS": 2, "PLB": 3}[e[0]], map[string]int{"CAS": 3, "PLB": 2}[e[0]]; step > 0 {
			kept := e[:first:first]
			for ; first < len(e); first += step {
				if part := e[first:min(first+step, len(e))]; strings.Join(part, "") != "" {
					kept = append(append(kept, part...), make([]string, step-len(part))...)
				}
			}
			e = kept
		}
		list = append(list, strings.TrimRight(strings.Join(e, "*"), "*"))
	}
	return list
}
