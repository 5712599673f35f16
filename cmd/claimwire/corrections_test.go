package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimwire/gateway/api"
)

// encounterAs is a shipped encounter under another number, for a payer whose
// decision the number's ending asks for.
func encounterAs(t *testing.T, sampleName, id string) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(sample(t, sampleName)), &e); err != nil {
		t.Fatal(err)
	}
	e["id"] = id
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// call asks for a JSON value.
func call[T any](r *running, method, path, body string, want int) (v T) {
	r.t.Helper()
	status, b := r.ask(method, path, firstKey, body)
	if status != want {
		r.t.Errorf("%s %s: %d, want %d: %s", method, path, status, want, b)
	}
	if status < 300 && len(b) > 0 {
		if err := json.Unmarshal(b, &v); err != nil {
			r.t.Errorf("%s %s: %v: %s", method, path, err, b)
		}
	}
	return v
}

// claimNamed waits until the latest claim of a number has come to a state.
func (r *running) claimNamed(id, state string) (out api.ClaimWhole) {
	r.t.Helper()
	r.until(id+" is "+state, func() bool {
		list := call[api.List[api.Claim]](r, "POST", "/v1/claims/search", `{"claim_id":"`+id+`"}`, 200)
		n := len(list.Items)
		if n == 0 || list.Items[n-1].State != state {
			return false
		}
		out = call[api.ClaimWhole](r, "GET", "/v1/claims/"+strconv.FormatInt(list.Items[n-1].ID, 10), "", 200)
		return true
	})
	return out
}

func (r *running) submit(body string) {
	r.t.Helper()
	if status, b := r.ask("POST", "/v1/transmissions", firstKey, body); status != 201 {
		r.t.Fatalf("submit: %d %s", status, b)
	}
}

// refusedWith asks for something that is refused, and looks at the reason.
func (r *running) refusedWith(path, body, why string) {
	r.t.Helper()
	status, b := r.ask("POST", path, firstKey, body)
	if status != 409 || !strings.Contains(string(b), why) {
		r.t.Errorf("%s %s: %d %s; want 409 with %q", path, body, status, b, why)
	}
}

// TestCorrections sends claims through the running gateway and the simulated
// payer over SFTP: a denied one, a rejected one and a paid one each get the
// right kind of correction and only that; a claim is passed on to the second
// payer, and its decision is posted too.
func TestCorrections(t *testing.T) {
	r := startGateway(t, "")
	const office = "cardiology-new-patient-ecg-01.json"
	for _, end := range []string{"DENY", "REJECT", "FULL", "RFI"} {
		r.submit(encounterAs(t, office, "COR-"+end))
	}
	correct := func(c api.ClaimWhole, body string) api.Corrected {
		t.Helper()
		return call[api.Corrected](r, "POST", fmt.Sprintf("/v1/claims/%d/corrections", c.ID), body, 200)
	}
	at := func(c api.ClaimWhole) string { return fmt.Sprintf("/v1/claims/%d/corrections", c.ID) }

	denied := r.claimNamed("COR-DENY", "denial")
	r.refusedWith(at(denied), `{"kind":"new"}`, "duplicate")
	k := correct(denied, `{"note":"the right procedure","encounter":`+encounterAs(t, office, "COR-DENY-CONTRACT")+`}`)
	if k.Correction.Kind != "replace" || k.Claim.Frequency != "7" {
		t.Errorf("a denied claim: %+v", k)
	}
	replaced := r.claimNamed("COR-DENY-CONTRACT", "payment")
	var doc struct {
		References []struct{ Kind, Value string } `json:"references"`
	}
	if err := json.Unmarshal(replaced.Document, &doc); err != nil || !strings.Contains(string(replaced.Document), denied.PayerClaimID) || denied.PayerClaimID == "" {
		t.Errorf("the replacement does not name %s: %s %v", denied.PayerClaimID, replaced.Document, err)
	}
	r.refusedWith(at(denied), `{}`, fmt.Sprintf("claim %d has replaced it", k.Claim.ID))
	if list := call[[]api.Correction](r, "GET", fmt.Sprintf("/v1/claims/%d/followers", denied.ID), "", 200); len(list) != 1 || list[0].Claim != k.Claim.ID || !strings.Contains(list[0].Note, "the right procedure") {
		t.Errorf("followers: %+v", list)
	}

	rejected := r.claimNamed("COR-REJECT", "rejected")
	r.refusedWith(at(rejected), `{"kind":"replace"}`, "never took it in")
	r.refusedWith(at(rejected), `{"kind":"void"}`, "never took it in")
	if k := correct(rejected, `{"encounter":`+encounterAs(t, office, "COR-REJ-FULL")+`}`); k.Correction.Kind != "new" || k.Claim.Frequency != "1" {
		t.Errorf("a rejected claim: %+v", k)
	}
	if c := r.claimNamed("COR-REJ-FULL", "payment"); strings.Contains(string(c.Document), `"F8"`) {
		t.Error("a new original names a payer's number")
	}

	paid := r.claimNamed("COR-FULL", "payment")
	r.refusedWith(at(paid), `{"kind":"new"}`, "duplicate")
	if k := correct(paid, `{"kind":"void","note":"wrong patient"}`); k.Correction.Kind != "void" || k.Claim.Frequency != "8" {
		t.Errorf("a paid claim: %+v", k)
	}
	void := r.claimNamed("COR-FULL", "reversal")
	if void.Frequency != "8" {
		t.Errorf("the void is %+v", void.Claim)
	}
	r.until("the paid claim is reversed", func() bool {
		c := call[api.ClaimWhole](r, "GET", fmt.Sprintf("/v1/claims/%d", paid.ID), "", 200)
		return c.State == "reversal" && c.Money.Open == c.Charge && len(c.Payments) == 2 && c.Payments[1].Pair == c.Payments[0].ID
	})
	if k := correct(paid, `{"encounter":`+encounterAs(t, office, "COR-AGAIN-FULL")+`}`); k.Correction.Kind != "new" {
		t.Errorf("after the void: %+v", k)
	}

	asked := r.claimNamed("COR-RFI", "request_for_information")
	r.refusedWith(at(asked), `{}`, "answer its request")
	r.claimNamed("COR-AGAIN-FULL", "payment")
}

// TestReplacementsFromTheOffice takes in replacements that an office sends as
// such: each is joined with the claim that it names, and one that our checks hold
// stays a replacement when it is put right.
func TestReplacementsFromTheOffice(t *testing.T) {
	r := startGateway(t, "")
	const office = "cardiology-new-patient-ecg-01.json"
	r.submit(encounterAs(t, office, "OFF-FULL"))
	first := r.claimNamed("OFF-FULL", "payment")
	// The void of it names a number; the replacement is held for its birth date.
	replacement := func(end, birth, number string) string {
		var m map[string]any
		if err := json.Unmarshal([]byte(encounterAs(t, office, "OFF-"+end)), &m); err != nil {
			t.Fatal(err)
		}
		m["frequency"], m["original_reference"] = "corrected", number
		if birth != "" {
			m["patient"].(map[string]any)["birth_date"] = birth
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	r.submit(replacement("NEW-FULL", "2099-01-01", first.PayerClaimID))
	held := r.claimNamed("OFF-NEW-FULL", "held")
	followers := func(c api.ClaimWhole) []api.Correction {
		return call[[]api.Correction](r, "GET", fmt.Sprintf("/v1/claims/%d/followers", c.ID), "", 200)
	}
	if list := followers(first); len(list) != 1 || list[0].Claim != held.ID || list[0].Kind != "replace" {
		t.Fatalf("what an office replaces: %+v", list)
	}
	fix := fmt.Sprintf("/v1/claims/%d/corrections", held.ID)
	k := call[api.Corrected](r, "POST", fix, `{"encounter":`+replacement("NEW-CONTRACT", "", first.PayerClaimID)+`}`, 200)
	if k.Correction.Kind != "replace" || k.Claim.Frequency != "7" {
		t.Errorf("a held replacement goes as %+v", k)
	}
	// While it is on its way, nothing else may follow the first one.
	if status, b := r.ask("POST", fmt.Sprintf("/v1/claims/%d/corrections", first.ID), firstKey, `{}`); status != 409 || !strings.Contains(string(b), fmt.Sprintf("claim %d", k.Claim.ID)) {
		t.Errorf("the first claim is corrected twice: %d %s", status, b)
	}
	second := r.claimNamed("OFF-NEW-CONTRACT", "payment")
	if !strings.Contains(string(second.Document), first.PayerClaimID) {
		t.Errorf("it names no number: %s", second.Document)
	}
	r.until("the first payment is taken back", func() bool {
		c := call[api.ClaimWhole](r, "GET", fmt.Sprintf("/v1/claims/%d", first.ID), "", 200)
		return c.State == "reversal" && len(c.Payments) == 2 && c.Payments[1].Pair == c.Payments[0].ID
	})

	// Of a claim that is being voided, a held replacement is not sent as one.
	r.submit(encounterAs(t, office, "OFF-TWO-FULL"))
	other := r.claimNamed("OFF-TWO-FULL", "payment")
	r.submit(replacement("TWO-NEW", "2099-01-01", other.PayerClaimID))
	held = r.claimNamed("OFF-TWO-NEW", "held")
	call[api.Corrected](r, "POST", fmt.Sprintf("/v1/claims/%d/corrections", other.ID), `{"kind":"void"}`, 200)
	status, b := r.ask("POST", fmt.Sprintf("/v1/claims/%d/corrections", held.ID), firstKey, `{"encounter":`+replacement("TWO-CONTRACT", "", other.PayerClaimID)+`}`)
	var sent api.Corrected
	if status == 200 { // the payer has taken the void in the meantime
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
	}
	if status != 409 && (status != 200 || sent.Claim.Frequency != "1") {
		t.Errorf("a claim is voided and replaced: %d %s", status, b)
	}
}

// TestSecondary passes a claim on to the second payer that its encounter names.
func TestSecondary(t *testing.T) {
	r := startGateway(t, "")
	const office = "later-payer-named-before-decision-06.json"
	r.submit(encounterAs(t, office, "SEC-SHARED"))
	first := r.claimNamed("SEC-SHARED", "payment")
	pass := fmt.Sprintf("/v1/claims/%d/secondary", first.ID)
	k := call[api.Corrected](r, "POST", pass, `{}`, 200)
	if k.Correction.Kind != "secondary" || k.Claim.Payer != "TRWST" || k.Claim.State != "queued" {
		t.Fatalf("%+v %v", k, k.Claim.FindingsWords)
	}
	r.refusedWith(pass, `{}`, "follows it already")
	second := r.claimNamed("SEC-SHARED", "payment")
	r.until("the second payer's decision", func() bool {
		second = call[api.ClaimWhole](r, "GET", fmt.Sprintf("/v1/claims/%d", k.Claim.ID), "", 200)
		return second.State == "payment"
	})
	if p := second.Payments; len(p) != 1 || p[0].Status != "2" {
		t.Errorf("%d payments of the second", len(p))
	}
	if status, b := r.ask("GET", fmt.Sprintf("/v1/interchanges/%d/content", second.Interchange), firstKey, ""); status != 200 || !strings.Contains(string(b), "~AMT*D*"+strings.TrimRight(strings.TrimRight(first.Money.Paid, "0"), ".")+"~") ||
		!strings.Contains(string(b), "REF*F8*"+first.PayerClaimID) || strings.Count(string(b), "~SVD*CMHP1*") != 2 {
		t.Errorf("%d %s", status, b)
	}
	if c := call[api.ClaimWhole](r, "GET", fmt.Sprintf("/v1/claims/%d", first.ID), "", 200); len(c.Payments) != 1 || c.Payments[0].Status != "1" {
		t.Errorf("the first claim has %+v", c.Payments)
	}
}

// outbound is where the simulated payer puts its answers.
func (r *running) outbound(name string, file string) {
	r.t.Helper()
	dir := filepath.Join(filepath.Dir(r.s.cfg.Data), "payer", "home", "outbound")
	if err := os.WriteFile(filepath.Join(dir, "."+name), []byte(file), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "."+name), filepath.Join(dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

// advice835 is an 835 of one payment to a payee.
func advice835(control int, bpr, trace, payee, claims string) string {
	body := "BPR*I*" + bpr + "*C*ACH*CCP*01*999988880*DA*1200034*1999000002**01*999977771*DA*98700012*" + time.Now().Format("20060102") + "~TRN*1*" + trace + "*1999000002~N1*PR*DEMO PAYER~N3*1 LAKE PLAZA~" +
		"N4*CHICAGO*IL*60601~PER*BL*DESK*TE*2175550120~N1*PE*OFFICE*XX*" + payee + "~LX*1~" + claims
	return fmt.Sprintf("ISA*00*          *00*          *ZZ*DEMOPAYER      *ZZ*CLAIMWIREDEMO  *261020*0615*^*00501*%09d*0*T*:~GS*HP*L*P*20261020*0615*%d*X*005010X221A1~ST*835*0001~%sSE*%d*0001~GE*1*%d~IEA*1*%09d~",
		control, control, body, strings.Count(body, "~")+2, control, control)
}

// TestHeldAndUnmatched works the gate and the match queue through the running
// gateway, with the API and with the commands.
func TestHeldAndUnmatched(t *testing.T) {
	r := startGateway(t, "")
	r.submit(encounterAs(t, "cardiology-new-patient-ecg-01.json", "GATE-RFI"))
	c := r.claimNamed("GATE-RFI", "request_for_information")
	pay := func(id, amount string) string {
		return "CLP*" + id + "*1*" + c.Charge + "*10**12*HAND1*11*1~CAS*CO*45*" + amount + "~NM1*QC*1*X*Y~"
	}
	charge, _ := strconv.ParseFloat(c.Charge, 64)
	rest := strconv.FormatFloat(charge-10, 'f', 2, 64)
	r.outbound("held.835", advice835(900001, "11", "HELD1", c.BillingNPI, pay("GATE-RFI", rest)))
	r.outbound("strange.835", advice835(900002, "10", "STRANGE1", c.BillingNPI, pay("NOT-OURS", rest)))
	cli := func(want int, args ...string) string {
		t.Helper()
		var out, errs lockedBuffer
		args = append(args, "--server", "http://"+r.s.httpAddr, "--key", firstKey)
		if got := run(args, strings.NewReader(""), &out, &errs); got != want {
			t.Errorf("%v: %d, want %d: %s%s", args, got, want, &out, &errs)
		}
		return out.String() + errs.String()
	}
	var held api.Remittance
	r.until("the advice is held", func() bool {
		list := call[api.List[api.Remittance]](r, "GET", "/v1/remittances/held", "", 200)
		if len(list.Items) == 1 {
			held = list.Items[0]
		}
		return len(list.Items) == 1
	})
	if out := cli(1, "remittances", "held"); !strings.Contains(out, "BPR02 11.00, and the sum of CLP04 10.00 - PLB 0.00 = 10.00; the difference is 1.00") {
		t.Error(out)
	}
	cli(0, "remittances", "release", strconv.FormatInt(held.ID, 10), "--reason", "the bank paid 11.00")
	got := r.claimNamed("GATE-RFI", "payment")
	if got.Money.Paid != "10.00" {
		t.Errorf("%+v", got.Money)
	}
	r.refusedWith(fmt.Sprintf("/v1/remittances/%d/discard", held.ID), `{"reason":"x"}`, "not held")
	if out := cli(0, "remittances", "show", strconv.FormatInt(held.ID, 10)); !strings.Contains(out, "GATE-RFI") {
		t.Error(out)
	}

	var list api.List[api.Payment]
	r.until("the strange payment waits", func() bool {
		list = call[api.List[api.Payment]](r, "GET", "/v1/payments/unmatched", "", 200)
		return len(list.Items) == 1
	})
	id := strconv.FormatInt(list.Items[0].ID, 10)
	if out := cli(0, "payments", "unmatched"); !strings.Contains(out, "no claim of ours has its number") {
		t.Error(out)
	}
	if out := cli(0, "payments", "candidates", id); !strings.Contains(out, "GATE-RFI") || !strings.Contains(out, "the same: the charge, the provider") {
		t.Error(out)
	}
	cli(0, "payments", "match", id, strconv.FormatInt(c.ID, 10))
	if k := r.claimNamed("GATE-RFI", "payment"); k.Money.Paid != "20.00" {
		t.Errorf("%+v", k.Money)
	}
	cli(0, "payments", "unmatch", id)
	if k := r.claimNamed("GATE-RFI", "payment"); k.Money.Paid != "10.00" {
		t.Errorf("%+v", k.Money)
	}
	cli(0, "remittances", "balances")
	cli(0, "payments", "reversals")
}
