package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimwire/gateway/api"
)

// TestDeposits: the bank's file meets the remittance advices, whichever comes
// first; amounts that differ, money told of twice, payments without advice and
// advices without payment are told.
func TestDeposits(t *testing.T) {
	r := startGateway(t, "")
	r.submit(encounterAs(t, "later-payer-named-before-decision-06.json", "DEP-FULL"))
	c := r.claimNamed("DEP-FULL", "payment")
	m := call[api.Remittance](r, "GET", fmt.Sprintf("/v1/remittances/%d", c.Payments[0].Remittance), "", 200)
	bai := func(lines ...string) string {
		sum, n := 0, len(lines)
		for _, l := range lines {
			cents, err := strconv.Atoi(strings.Split(l, ",")[2])
			if err != nil {
				t.Fatal(err)
			}
			sum += cents
		}
		return "01,1,2,261125,0615,1,,,2/\n02,2,1,1,261125,,USD,2/\n03,0975312468,USD,010,0,,/\n" + strings.Join(lines, "\n") +
			fmt.Sprintf("\n49,%d,%d/\n98,%d,1,%d/\n99,%d,1,%d/\n", sum, n+2, sum, n+4, sum, n+6)
	}
	cents := strings.Replace(m.Amount, ".", "", 1)
	add := func(want int, text string) (d api.DepositsAdded) {
		t.Helper()
		return call[api.DepositsAdded](r, "POST", "/v1/deposits", text, want)
	}
	if d := add(200, bai("16,142,"+cents+",0,B1,,TRN*1*"+m.Trace+"*"+m.Payer+"~", "16,142,5000,0,B2,,TRN*1*LATER1*1999000002~", "16,142,900,0,B3,,NO ADDENDA")); d.Added != 3 || d.Matched != 1 {
		t.Errorf("%+v", d)
	}
	if d := add(200, bai("16,142,"+cents+",0,B1,,TRN*1*"+m.Trace+"*"+m.Payer+"~", "16,142,5000,0,B2,,TRN*1*LATER1*1999000002~", "16,142,900,0,B3,,NO ADDENDA")); d.Added != 0 {
		t.Errorf("the same file again: %+v", d)
	}
	add(200, bai("16,142,"+cents+",0,B9,,again TRN*1*"+m.Trace+"*"+m.Payer+"~"))
	if status, b := r.ask("POST", "/v1/deposits", firstKey, "ISA*00*"); status != 409 || !strings.Contains(string(b), "no NACHA file") {
		t.Errorf("%d %s", status, b)
	}
	states := func() map[string]api.Deposit {
		by := map[string]api.Deposit{}
		for _, d := range call[api.List[api.Deposit]](r, "GET", "/v1/deposits", "", 200).Items {
			by[d.BankRef] = d
		}
		return by
	}
	if by := states(); by["B1"].State != "matched" || by["B1"].Remittance != m.ID || by["B2"].State != "waiting" || by["B3"].State != "waiting" || by["B9"].State != "repeats" {
		t.Errorf("%+v", by)
	}
	// The advice comes after the money: of another amount, and of the right one.
	pay := func(paid string) string {
		return "CLP*NOBODY*1*100*" + paid + "**12*I1*11*1~CAS*CO*45*" + map[string]string{"50": "50", "40": "60", "9": "91"}[paid] + "~NM1*QC*1*X*Y~"
	}
	r.outbound("x.835", strings.Replace(advice835(920001, "40", "LATER1", c.BillingNPI, pay("40")), "*ACH*", "*ACH*", 1))
	r.until("the amounts differ", func() bool { return states()["B2"].State == "differs" })
	old := time.Now().AddDate(0, 0, -30).Format("20060102")
	r.outbound("y.835", strings.ReplaceAll(advice835(920002, "9", "OLD1", c.BillingNPI, pay("9")), time.Now().Format("20060102")+"~TRN", old+"~TRN"))
	var late api.Remittance
	r.until("a payment is late", func() bool {
		for _, k := range call[api.List[api.Remittance]](r, "GET", "/v1/remittances/unpaid", "", 200).Items {
			if k.Trace == "OLD1" {
				late = k
			}
		}
		return late.ID != 0
	})
	// Late either way is an alert.
	add(200, strings.ReplaceAll(bai("16,142,777,0,B4,,NO ADDENDA"), "261125", "261105"))
	if err := r.s.g.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, a := range call[api.List[api.Alert]](r, "GET", "/v1/alerts", "", 200).Items {
		told[a.Kind+" "+a.Subject] = true
	}
	for _, want := range []string{fmt.Sprintf("payment-missing remittance:%d", late.ID), fmt.Sprintf("advice-missing deposit:%d", states()["B4"].ID)} {
		if !told[want] {
			t.Errorf("not told: %s; but %v", want, told)
		}
	}
	// It is the one that came without addenda: a person says so, when the amount fits.
	b3 := states()["B3"]
	r.refusedWith(fmt.Sprintf("/v1/deposits/%d/match", b3.ID), fmt.Sprintf(`{"remittance":%d}`, m.ID), "the remittance advice of")
	if d := call[api.Deposit](r, "POST", fmt.Sprintf("/v1/deposits/%d/match", b3.ID), fmt.Sprintf(`{"remittance":%d}`, late.ID), 200); d.State != "matched" {
		t.Errorf("%+v", d)
	}
	for _, k := range call[api.List[api.Remittance]](r, "GET", "/v1/remittances/unpaid", "", 200).Items {
		if k.Trace == "OLD1" {
			t.Error("it is still told as late")
		}
	}
	if err := r.s.g.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, a := range call[api.List[api.Alert]](r, "GET", "/v1/alerts", "", 200).Items {
		kinds[a.Kind]++
	}
	if kinds["payment-differs"] != 1 {
		t.Errorf("alerts %v", kinds)
	}
	file := filepath.Join(t.TempDir(), "bank.bai")
	if err := os.WriteFile(file, []byte(bai("16,142,100,0,B7,,x")), 0o600); err != nil {
		t.Fatal(err)
	}
	var out lockedBuffer
	if got := run([]string{"deposits", "add", file, "--server", "http://" + r.s.httpAddr, "--key", firstKey}, strings.NewReader(""), &out, &out); got != 0 || !strings.Contains(out.String(), "1 deposits, 0 matched") {
		t.Errorf("%d %s", got, &out)
	}
	// One whose totals are others is taken, and said not to be good.
	if err := os.WriteFile(file, []byte(strings.Replace(bai("16,142,100,0,B9,,x"), "49,100,", "49,101,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out = lockedBuffer{}
	if got := run([]string{"deposits", "add", file, "--server", "http://" + r.s.httpAddr, "--key", firstKey}, strings.NewReader(""), &out, &out); got != 1 || !strings.Contains(out.String(), "control total is 101, and it is 100") {
		t.Errorf("%d %s", got, &out)
	}
	// A bank that brings its file as a partner does.
	r.outbound("z.bai", bai("16,142,200,0,B8,,y"))
	r.until("the bank's file is taken", func() bool { return states()["B8"].State == "waiting" })
}
