package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/report"
)

// books are a few claims whose numbers are worked out by hand.
type books struct {
	claims      []gateway.Claim
	payments    []gateway.Payment
	events      []gateway.Event
	corrections []gateway.Correction
}

func each[T any](list []T, visit func(*T) error) error {
	for i := range list {
		if err := visit(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *books) EachClaim(visit func(*gateway.Claim) error) error     { return each(b.claims, visit) }
func (b *books) EachPayment(visit func(*gateway.Payment) error) error { return each(b.payments, visit) }
func (b *books) EachEvent(visit func(*gateway.Event) error) error     { return each(b.events, visit) }
func (b *books) EachCorrection(visit func(*gateway.Correction) error) error {
	return each(b.corrections, visit)
}
func (b *books) Coder(transmission int64) string { return fmt.Sprint("coder", transmission) }
func (b *books) Table(string) *remit.Table       { return remit.DefaultTable() }

// add puts a claim of 100.00 in, sent on the first of October.
func (b *books) add(state gateway.State, m gateway.Money) *gateway.Claim {
	c := gateway.Claim{ID: int64(len(b.claims) + 1), State: state, Charge: 10000, Payer: "P1", NPI: "2000000010", From: "20260901", To: "20260901", Frequency: "1", Sequence: "P", Money: m, Transmission: 1}
	b.claims = append(b.claims, c)
	b.events = append(b.events, gateway.Event{Kind: "sent", At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Claims: []gateway.ClaimChange{{Claim: c.ID}}})
	return &b.claims[len(b.claims)-1]
}

// decided adds what a payer decided, and when.
func (b *books) decided(claim int64, kind, day string, charge, paid, patient money.Amount, reasons string) *gateway.Payment {
	var cas []string
	for _, r := range strings.Fields(reasons) {
		p := strings.Split(r, ":")
		cas = append(cas, fmt.Sprintf(`{"group":%q,"reason":%q,"amount":%q}`, p[0], p[1], p[2]))
	}
	doc := fmt.Sprintf(`{"record":%q,"status_code":"1","charge":%q,"paid":%q,"adjustments":[%s],"lines":[]}`, kind, charge, paid, strings.Join(cas, ","))
	p := gateway.Payment{ID: int64(len(b.payments) + 1), Claim: claim, Kind: kind, Charge: charge, Paid: paid, PaidOn: day, Document: []byte(doc), Money: gateway.Money{Paid: paid, Patient: patient}}
	if kind == "denial" {
		p.Money.Denied = charge
	}
	b.payments = append(b.payments, p)
	return &b.payments[len(b.payments)-1]
}

func (b *books) followed(original, claim int64, kind gateway.CorrectionKind) {
	b.corrections = append(b.corrections, gateway.Correction{Original: original, Claim: claim, Kind: kind})
}

// row finds the row of a report and gives its columns by name.
func row(t *testing.T, b *books, name string, key ...string) map[string]string {
	t.Helper()
	r, err := report.Make(b, report.Options{Name: name, Today: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range r.Rows {
		if slices.Equal(line[:len(key)], key) {
			m := map[string]string{}
			for i, c := range r.Columns {
				m[c] = line[i]
			}
			return m
		}
	}
	return nil
}

func want(t *testing.T, got map[string]string, list string) {
	t.Helper()
	for _, w := range strings.Fields(list) {
		name, value, _ := strings.Cut(w, "=")
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

// Six claims of one payer, each 100.00: paid at the first go; denied; denied,
// replaced and paid; rejected, sent anew and paid; paid and void; waiting.
func TestMoneyCountsOnce(t *testing.T) {
	b := &books{}
	b.add(gateway.Paid, gateway.Money{Paid: 8000, Adjusted: 2000}) // 1
	b.decided(1, "payment", "20261011", 10000, 8000, 0, "CO:45:20.00")
	b.add(gateway.Denied, gateway.Money{Denied: 10000}) // 2
	b.decided(2, "denial", "20261021", 10000, 0, 0, "CO:50:100.00")

	b.add(gateway.Reversed, gateway.Money{Open: 10000}) // 3, replaced by 4
	first := b.decided(3, "denial", "20261005", 10000, 0, 0, "CO:16:100.00")
	first.Pair = 99
	b.add(gateway.Paid, gateway.Money{Paid: 8000, Adjusted: 2000}).Frequency = "7" // 4
	b.decided(4, "payment", "20261011", 10000, 8000, 0, "CO:45:20.00")
	b.followed(3, 4, gateway.CorrectReplace)

	b.add(gateway.Rejected, gateway.Money{Open: 10000})            // 5, sent anew as 6
	b.add(gateway.Paid, gateway.Money{Paid: 8000, Adjusted: 2000}) // 6
	b.decided(6, "payment", "20261011", 10000, 8000, 0, "CO:45:20.00")
	b.followed(5, 6, gateway.CorrectNew)

	b.add(gateway.Reversed, gateway.Money{Open: 10000})                 // 7, void by 8
	b.add(gateway.Reversed, gateway.Money{Open: 10000}).Frequency = "8" // 8
	b.followed(7, 8, gateway.CorrectVoid)
	b.add(gateway.Accepted, gateway.Money{Open: 10000}) // 9
	b.add(gateway.Reversed, gateway.Money{Open: 10000}) // 10: taken back by the payer, and nothing has followed

	// Of what was billed there are 1, 2, 4, 6, 9 and 10: six times 100.00. First
	// pass is 1 alone, of the four that are decided.
	want(t, row(t, b, "payers", "P1"), "claims=10 sent=10 rejected=1 decided=4 denied=1 denial_rate=0.2500 first_pass=1 first_pass_rate=0.2500 charged=600.00 paid=240.00 open=200.00")
	// 9 and 10 are sixty days old.
	want(t, row(t, b, "ageing", "P1"), "0-30=0.00 31-60=200.00 61-90=0.00 open=200.00")
	want(t, row(t, b, "denials", "P1", "CO-50"), "denied=1 decided=4 denial_rate=0.2500")
	if row(t, b, "denials", "P1", "CO-16") != nil {
		t.Error("a denial that was taken back counts as one")
	}
	want(t, row(t, b, "days", "P1"), "paid=4 pay_median=10.00 pay_p90=20.00")
	want(t, row(t, b, "coders", "coder1"), "claims=10")
}

// A claim for the next payer: its charge is that of the first, and what is open
// of it is what the first payer left to the patient.
func TestMoneyOfTheNextPayer(t *testing.T) {
	b := &books{}
	b.add(gateway.Paid, gateway.Money{Paid: 7000, Adjusted: 1000, Patient: 2000})
	b.decided(1, "payment", "20261011", 10000, 7000, 2000, "CO:45:10.00 PR:2:20.00")
	second := b.add(gateway.Accepted, gateway.Money{Open: 10000})
	second.Sequence, second.Payer = "S", "P2"
	b.followed(1, 2, gateway.CorrectSecondary)
	want(t, row(t, b, "payers", "P1"), "charged=100.00 paid=70.00 open=0.00 first_pass=1")
	want(t, row(t, b, "payers", "P2"), "charged=0.00 paid=0.00 open=20.00")
	want(t, row(t, b, "ageing", "P2"), "open=20.00")
}

// What a contract promises is held against what the payer allowed: paid and the
// patient's share.
func TestExpected(t *testing.T) {
	b := &books{}
	b.add(gateway.Paid, gateway.Money{Paid: 8000, Adjusted: 2000})
	p := b.decided(1, "payment", "20261011", 10000, 8000, 0, "")
	p.Document = []byte(`{"record":"payment","status_code":"1","charge":"100.00","paid":"80.00","adjustments":[],"lines":[{"procedure":"99213","qualifier":"HC","modifiers":[],"charge":"100.00","paid":"80.00","units":"1","date":"2026-09-01","adjustments":[{"group":"CO","reason":"45","amount":"20.00"}]}]}`)
	c, err := report.ReadContract(strings.NewReader("payer,procedure,amount\nP1,99213,85.00\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Make(b, report.Options{Name: "expected", Contract: c})
	if err != nil || len(r.Rows) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	if line := strings.Join(r.Rows[0], " "); !strings.Contains(line, "85.00") || !strings.Contains(line, "80.00") || !strings.Contains(line, "5.00") {
		t.Errorf("%v: %s", r.Columns, line)
	}
}

func TestBounds(t *testing.T) {
	if _, err := report.Make(&books{}, report.Options{Name: "nonsense"}); err == nil {
		t.Error("a report that nobody knows is made")
	}
	b := &books{}
	b.add(gateway.Paid, gateway.Money{Paid: 10000})
	r, err := report.Make(b, report.Options{Name: "payers", From: "20260902"})
	if err != nil || len(r.Rows) != 0 {
		t.Errorf("a claim of earlier days counts: %+v %v", r, err)
	}
	b.claims[0].Payer = "=cmd()"
	var csv strings.Builder
	if r, err = report.Make(b, report.Options{Name: "payers"}); err != nil {
		t.Fatal(err)
	}
	if err := r.CSV(&csv); err != nil || !strings.Contains(csv.String(), "'=cmd()") {
		t.Errorf("a formula goes into the table: %s %v", csv.String(), err)
	}
}
