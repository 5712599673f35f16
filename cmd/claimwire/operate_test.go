package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
)

// TestOperating works what was put aside, by the commands that people use: with
// the operator's key, and not with an office's. Asked again it changes nothing.
func TestOperating(t *testing.T) {
	r := startGateway(t, "")
	with := func(args ...string) (int, string) {
		t.Helper()
		return command(append(args, "--server", "http://"+r.s.httpAddr, "--key", operatorKey)...)
	}
	var m gateway.Transmission
	var i gateway.Interchange
	if err := r.s.g.store.Do(t.Context(), func(tx *store.Tx) error {
		m = gateway.Transmission{Scope: larkspur, Inbound: true, Partner: "demo-payer", Name: "x", SHA256: strings.Repeat("1", 64), Kind: "835", State: "quarantined", Note: "a reason", At: r.s.g.now()}
		if _, err := tx.AddTransmission(&m); err != nil {
			return err
		}
		i = gateway.Interchange{Scope: larkspur, Partner: "demo-payer", Control: "000000077", Group: "77", SHA256: strings.Repeat("2", 64), Name: "77", State: "unsure", Note: "nowhere", At: r.s.g.now()}
		if err := tx.AddInterchange(&i); err != nil {
			return err
		}
		return tx.SetLink(&gateway.Link{Scope: larkspur, Partner: "demo-payer", Stopped: true, Reason: "refused", Since: r.s.g.now()})
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.s.g.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, text := with("alerts", "list")
	for _, want := range []string{"file-aside", "delivery-unsure", "partner-stopped", fmt.Sprintf("claimwire files release %d", m.ID), fmt.Sprintf("claimwire files decide %d resend", i.ID), "claimwire partners resume demo-payer"} {
		if code != 1 || !strings.Contains(text, want) {
			t.Errorf("alerts end with %d and do not say %q:\n%s", code, want, text)
		}
	}
	if code, text := with("partners", "links"); code != 1 || !strings.Contains(text, "stopped") {
		t.Errorf("links: %d %s", code, text)
	}
	// An office's key may not; nor may another office's operator.
	for path, body := range map[string]string{fmt.Sprintf("/v1/transmissions/%d/release", m.ID): "", fmt.Sprintf("/v1/interchanges/%d/decide", i.ID): `{"decision":"sent"}`, "/v1/partners/demo-payer/resume": "",
		"/v1/jobs/1/retry": "", "/v1/holds": `{"reason":"x"}`} {
		if status, b := r.ask("POST", path, firstKey, body); status != 403 {
			t.Errorf("%s with an office's key: %d %s", path, status, b)
		}
		if status, _ := r.ask("POST", path, readerKey, body); status != 403 {
			t.Errorf("%s with a key that may only read: %d", path, status)
		}
	}
	if code, text := with("partners", "resume", "demo-payer"); code != 0 {
		t.Errorf("resume: %d %s", code, text)
	}
	if code, text := with("partners", "resume", "nobody"); code != 2 {
		t.Errorf("resume nobody: %d %s", code, text)
	}
	if code, text := with("files", "decide", fmt.Sprint(i.ID), "sent"); code != 0 || !strings.Contains(text, "000000077 to demo-payer: sent") {
		t.Errorf("decide: %d %s", code, text)
	}
	if code, _ := with("files", "decide", fmt.Sprint(i.ID), "resend"); code != 2 {
		t.Errorf("decided twice: %d", code)
	}
	if code, text := with("files", "dismiss", fmt.Sprint(m.ID)); code != 0 {
		t.Errorf("dismiss: %d %s", code, text)
	}
	if code, _ := with("files", "release", fmt.Sprint(m.ID)); code != 2 {
		t.Errorf("released after it was dismissed: %d", code)
	}
	// Under a key, the same request again is answered as it stands, and another is
	// refused.
	path := fmt.Sprintf("/v1/transmissions/%d/dismiss", m.ID)
	for n, want := range []int{409, 200} {
		if status, b := r.ask("POST", path, operatorKey, "", "Idempotency-Key", "k1"); status != want {
			t.Errorf("call %d: %d %s", n, status, b)
		}
	}
	if status, b := r.ask("POST", "/v1/holds", operatorKey, `{"reason":"case 1"}`, "Idempotency-Key", "k1"); status != 422 {
		t.Errorf("the key with another request: %d %s", status, b)
	}
	var first, again api.Hold
	for _, h := range []*api.Hold{&first, &again} {
		status, b := r.ask("POST", "/v1/holds", operatorKey, fmt.Sprintf(`{"reason":"case 2","transmission":%d}`, m.ID), "Idempotency-Key", "k2")
		if err := json.Unmarshal(b, h); err != nil || status != 200 {
			t.Errorf("hold: %d %s", status, b)
		}
	}
	if first.ID == 0 || first.ID != again.ID {
		t.Errorf("held twice: %+v, %+v", first, again)
	}
	if code, text := with("holds", "list"); code != 0 || !strings.Contains(text, fmt.Sprintf("file %d since", m.ID)) {
		t.Errorf("holds: %d %s", code, text)
	}
	if code, text := with("holds", "end", fmt.Sprint(first.ID)); code != 0 || !strings.Contains(text, "ended") {
		t.Errorf("end: %d %s", code, text)
	}
	if code, text := with("jobs", "list"); code != 0 || strings.Contains(text, "take") {
		t.Errorf("jobs: %d %s", code, text)
	}
	if err := r.s.g.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, text = with("alerts", "list", "--all")
	if strings.Contains(text, "(open)") && strings.Contains(text, "file-aside") && !strings.Contains(text, "closed") {
		t.Errorf("what was seen to is still open: %d\n%s", code, text)
	}
}
