package denial_test

import (
	"strings"
	"testing"

	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/denial"
)

func payment(cas []adjust.Adjustment, remarks ...string) gateway.Payment {
	c := &remit.ClaimPayment{ID: "A", Status: "1", Charge: money.Of(10000), Paid: money.Of(0), Adjustments: cas, Remittance: &remit.Remittance{Date: "20261001"}}
	if len(remarks) > 0 {
		c.Outpatient = append([]string{"", ""}, remarks...)
	}
	c.Outcome = remit.DefaultTable().Classify(c, nil)
	return gateway.Payment{Kind: string(c.Kind), Scenario: c.Scenario, PaidOn: "20261001", Money: gateway.Money{Denied: 10000}, Document: c.AppendJSON(nil)}
}

func cas(group adjust.Group, reason adjust.Reason, amount money.Amount) adjust.Adjustment {
	return adjust.Adjustment{Group: group, Reason: reason, Amount: money.Of(amount)}
}

// Each scenario has an action, someone who does it, and days by the kind of
// payer.
func TestItems(t *testing.T) {
	c := gateway.Claim{From: "20260901", To: "20260905"}
	for _, k := range []struct {
		name     string
		p        gateway.Payment
		r        denial.Rules
		scenario string
		who      string
		action   string
		by       string // first appeal
		filing   string
	}{
		{"documents wanted, Medicare", payment([]adjust.Adjustment{cas("CO", "252", 10000)}, "N706"), denial.Rules{Filing: "MB"}, "documentation", "", "", "20270129", "20270905"},
		{"not covered, the patient owes", payment([]adjust.Adjustment{cas("PR", "204", 10000)}), denial.Rules{Filing: "CI", FilingDays: 90}, "not_covered", "patient", "bill the patient", "20270330", "20261204"},
		{"data wanted, Medicaid", payment([]adjust.Adjustment{cas("CO", "16", 10000)}, "N290"), denial.Rules{Filing: "MC"}, "claim_data", "", "", "20261130", ""},
		{"a contract's own days", payment([]adjust.Adjustment{cas("CO", "50", 10000)}), denial.Rules{Filing: "HM", AppealDays: 30, CorrectedDays: 60}, "not_covered", "", "", "20261031", ""},
		{"too late for Medicare", payment([]adjust.Adjustment{cas("CO", "29", 10000)}), denial.Rules{Filing: "MB"}, "other", "", "cannot be appealed", "", "20270905"},
		{"too late for another", payment([]adjust.Adjustment{cas("CO", "29", 10000)}), denial.Rules{Filing: "CI", FilingDays: 90}, "other", "", "", "20270330", "20261204"},
		{"not processed", payment([]adjust.Adjustment{cas("CO", "16", 10000)}, "MA130"), denial.Rules{Filing: "MB"}, "claim_data", "", "send a new claim", "", "20270905"},
		{"a Medicare Advantage plan", payment([]adjust.Adjustment{cas("CO", "50", 10000)}), denial.Rules{Filing: "16"}, "not_covered", "", "", "20261205", ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			list, err := denial.Items(remit.DefaultTable(), k.p, c, k.r)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			it := list[0]
			if it.Scenario != k.scenario || it.Action == "" || it.Who == "" || k.who != "" && it.Who != k.who || !strings.Contains(it.Action, k.action) {
				t.Errorf("%s, %s: %s", it.Scenario, it.Who, it.Action)
			}
			by := map[string]string{}
			for _, d := range it.Deadlines {
				what, _, _ := strings.Cut(d.What, ":")
				by[what] = d.By
			}
			if (it.NoAppeal != "") != (k.by == "") || it.Appeal("20261001").By != k.by {
				t.Errorf("an appeal: %q, %+v", it.NoAppeal, it.Appeal("20261001"))
			}
			if by["appeal"] != k.by || by["timely filing"] != k.filing {
				t.Errorf("%v, want appeal %s, filing %s", by, k.by, k.filing)
			}
			if k.r.CorrectedDays > 0 && by["corrected claim"] != "20261130" {
				t.Errorf("%v", by)
			}
		})
	}
	if first := denial.First([]denial.Deadline{{By: "20260101"}, {By: "20270101"}, {By: "20261201"}}, "20261124"); first.By != "20261201" {
		t.Errorf("%+v", first)
	}
	if l := denial.Levels("MB"); len(l) != 5 {
		t.Errorf("%v", l)
	}
}
