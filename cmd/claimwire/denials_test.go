package main

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"claimwire/gateway/api"
)

// pdfText gives the text of a PDF of ours, roughly: what its streams show.
func pdfText(t *testing.T, b []byte) string {
	t.Helper()
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("%%EOF")) {
		t.Fatalf("it is no PDF: %.80q", b)
	}
	var out strings.Builder
	for rest := b; ; {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			break
		}
		rest = rest[i+7:]
		z, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			continue
		}
		s, _ := io.ReadAll(z)
		for _, m := range regexp.MustCompile(`\(((?:\\.|[^\\)])*)\) ?Tj`).FindAllSubmatch(s, -1) {
			out.Write(bytes.ReplaceAll(bytes.ReplaceAll(m[1], []byte(`\(`), []byte("(")), []byte(`\)`), []byte(")")))
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// TestDenials works denials through the running gateway: why, what to do, who, by
// when; the proof of filing, the letter of appeal, the advice and the patient's
// explanation, on a page and on paper.
func TestDenials(t *testing.T) {
	r := startGateway(t, "")
	const office = "later-payer-named-before-decision-06.json"
	for _, end := range []string{"DENY", "LINE", "REJECT"} {
		r.submit(encounterAs(t, office, "DEN-"+end))
	}
	denied := r.claimNamed("DEN-DENY", "denial")
	line := r.claimNamed("DEN-LINE", "payment")
	rejected := r.claimNamed("DEN-REJECT", "rejected")
	page := call[denialPage](r, "GET", "/v1/denials/work?state=open", "", 200)
	if len(page.Items) != 2 {
		t.Fatalf("%+v", page)
	}
	for _, d := range page.Items {
		if d.Who == "" || d.Action == "" || len(d.Reasons) == 0 || d.Reasons[0].Words == "" || len(d.Deadlines) < 1 || d.Denied == "0.00" {
			t.Errorf("%+v", d)
		}
		if (d.Claim == line.ID) != (d.Line > 0) {
			t.Errorf("%+v", d)
		}
	}
	one := page.Items[0]
	if one.Claim != denied.ID {
		one = page.Items[1]
	}
	path := fmt.Sprintf("/v1/denials/%d", one.Payment)
	if got := call[[]api.DenialItem](r, "POST", path+"/work", `{"owner":"mary","state":"appealed","note":"sent today"}`, 200); len(got) != 1 || got[0].State != "appealed" || got[0].Owner != "mary" {
		t.Errorf("%+v", got)
	}
	if page := call[denialPage](r, "GET", "/v1/denials/work?state=open", "", 200); len(page.Items) != 1 {
		t.Errorf("%+v", page)
	}
	paper := func(path string) (html, pdf string) {
		t.Helper()
		status, h := r.ask("GET", path+"?format=html", firstKey, "")
		if status != 200 || !bytes.HasPrefix(h, []byte("<!doctype html>")) {
			t.Errorf("%s: %d %.200s", path, status, h)
		}
		status, p := r.ask("GET", path+"?format=pdf", firstKey, "")
		if status != 200 {
			t.Fatalf("%s: %d %.200s", path, status, p)
		}
		return string(h), pdfText(t, p)
	}
	has := func(what, text string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%.3000s", what, w, text)
			}
		}
	}
	html, pdf := paper(path + "/appeal")
	has("the letter", html, "DEN-DENY", denied.PayerClaimID, "proof of filing", "A2:20", "We ask you to pay the 288.00", one.Reasons[0].Code)
	has("the letter on paper", pdf, "Appeal of a denied claim", denied.PayerClaimID, "A2:20")
	html, pdf = paper(fmt.Sprintf("/v1/claims/%d/proof", denied.ID))
	status, sent := r.ask("GET", "/v1/interchanges", firstKey, "")
	has("the proof", html, "DEN-DENY", "accepted", "A2:20", "acknowledged", "SHA-256")
	has("the proof on paper", pdf, "Proof of filing")
	if sum := regexp.MustCompile(`"sha256":"([0-9a-f]{64})"`).FindSubmatch(sent); status != 200 || sum == nil || !strings.Contains(html, string(sum[1])) {
		t.Error("the proof does not name the digest of the file that was sent")
	}
	if status, b := r.ask("GET", fmt.Sprintf("/v1/claims/%d/proof", rejected.ID), firstKey, ""); status != 409 || !strings.Contains(string(b), "proves nothing") {
		t.Errorf("a rejected claim has a proof: %d %s", status, b)
	}
	html, _ = paper(fmt.Sprintf("/v1/claims/%d/explanation", line.ID))
	has("the explanation", html, "TEMPLETON", "This is not a bill", "What the plan decided", line.Money.Paid)
	html, pdf = paper(fmt.Sprintf("/v1/remittances/%d/advice", line.Payments[0].Remittance))
	m := call[api.Remittance](r, "GET", fmt.Sprintf("/v1/remittances/%d", line.Payments[0].Remittance), "", 200)
	has("the advice", html, m.Trace, m.Amount, "How the payment comes about", "DEN-LINE", "What the codes mean")
	has("the advice on paper", pdf, m.Amount, "What the codes mean")
}
