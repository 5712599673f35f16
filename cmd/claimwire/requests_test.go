package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/attach"
	"claimwire/edi/diag"
	"claimwire/gateway/api"
)

// pdf makes a document of so many bytes with every octet in it, separators too.
func pdf(size int) []byte {
	b := make([]byte, size)
	r := rand.New(rand.NewPCG(5, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	copy(b, "%PDF-1.7\n~*:^~SE*9*0001~GE*1*1~IEA*1*000000001~\n")
	return b
}

// home is the folder of the simulated payer's SFTP server.
func (r *running) home(parts ...string) string {
	return filepath.Join(append([]string{filepath.Dir(r.s.cfg.Data), "payer", "home"}, parts...)...)
}

// document reads the one document of a 275 that the payer has taken, and says
// what is wrong with the file.
func document(t *testing.T, file []byte) (payload []byte, a attach.Attachment, set attach.Set) {
	t.Helper()
	_, err := edi.Process(bytes.NewReader(file), edi.Options{}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			if d.Code.Severity() == diag.Error {
				t.Errorf("%v: %s (got %q, segment %d %s)", d.Code, d.Message(), d.Got, d.Segment, d.SegmentID)
			}
		},
		Payload: func(_ *attach.Attachment, _ int64, chunk []byte) error {
			payload = append(payload, chunk...)
			return nil
		},
		Attachment: func(d *attach.Attachment) { a, set = *d, *d.Set; a.Answer = d.Answer },
	})
	if err != nil {
		t.Fatal(err)
	}
	return payload, a, set
}

// TestRequestAnswered: a question comes in, is answered with a document of 5 MB,
// the 275 goes out over SFTP byte by byte, and the payer's decision closes it; in
// both dialects.
func TestRequestAnswered(t *testing.T) {
	for dialect, answer := range map[string]string{"005010X213": "005010X210", "006020X313": "006020X314"} {
		t.Run(dialect, func(t *testing.T) {
			r := startGateway(t, "", dialect)
			r.submit(encounterAs(t, "cardiology-new-patient-ecg-01.json", "ASK-RFI"))
			c := r.claimNamed("ASK-RFI", "request_for_information")
			due := call[[]api.Request](r, "GET", "/v1/requests/due", "", 200)
			if len(due) != 1 || due[0].Claim != c.ID || due[0].Dialect != dialect || due[0].DueFrom != "payer" || due[0].Owner != "biller" || len(due[0].Items) != 1 || due[0].Items[0].LOINC == "" {
				t.Fatalf("%+v", due)
			}
			q := due[0]
			path := fmt.Sprintf("/v1/requests/%d", q.ID)
			cli := func(want int, args ...string) string {
				t.Helper()
				var out lockedBuffer
				args = append(args, "--server", "http://"+r.s.httpAddr, "--key", firstKey)
				if got := run(args, strings.NewReader(""), &out, &out); got != want {
					t.Errorf("%v: %d, want %d: %s", args, got, want, &out)
				}
				return out.String()
			}
			r.refusedWith(path+"/answer", `{}`, "there is no document to send")
			// What is no document is refused, and so is what is too long.
			if status, b := r.ask("POST", path+"/documents", firstKey, ""); status != 409 || !strings.Contains(string(b), "empty") {
				t.Errorf("an empty document: %d %s", status, b)
			}
			if status, b := r.ask("POST", path+"/documents", firstKey, "PK\x03\x04zipped"); status != 409 || !strings.Contains(string(b), "no PDF") {
				t.Errorf("an archive: %d %s", status, b)
			}
			if status, b := r.ask("POST", path+"/documents", firstKey, `<?xml version="1.0"?><note/>`); status != 409 || !strings.Contains(string(b), "no C-CDA") {
				t.Errorf("XML that is no C-CDA: %d %s", status, b)
			}
			doc := pdf(5 << 20)
			file := filepath.Join(t.TempDir(), "note.pdf")
			if err := os.WriteFile(file, doc, 0o600); err != nil {
				t.Fatal(err)
			}
			cli(0, "requests", "answer", strconv.FormatInt(q.ID, 10), file)
			if again := call[api.RequestWhole](r, "GET", path, "", 200); again.State == "answered" {
				r.refusedWith(path+"/documents", "%PDF-1.7 once more", "payers want one answer")
			}
			paid := r.claimNamed("ASK-RFI", "payment")
			if paid.Money.Paid == "0.00" {
				t.Errorf("%+v", paid.Money)
			}
			var whole api.RequestWhole
			r.until("the request is closed", func() bool {
				whole = call[api.RequestWhole](r, "GET", path, "", 200)
				return whole.State == "closed"
			})
			a := whole.Answers[0]
			if a.State != "closed" || a.Late || a.Dialect != answer || a.Interchange == 0 || len(a.Documents) != 1 || a.Documents[0].Content != "pdf" {
				t.Errorf("%+v", a)
			}
			taken, err := filepath.Glob(r.home("taken", "*.275"))
			if err != nil || len(taken) != 1 {
				t.Fatalf("the payer has %v %v", taken, err)
			}
			b, err := os.ReadFile(taken[0])
			if err != nil {
				t.Fatal(err)
			}
			if _, sent := r.ask("GET", fmt.Sprintf("/v1/interchanges/%d/content", a.Interchange), firstKey, ""); !bytes.Equal(sent, b) {
				t.Error("what the payer has is not what was sent")
			}
			got, d, set := document(t, b)
			if !bytes.Equal(got, doc) || !d.Complete || !d.Solicited() {
				t.Errorf("%d bytes of %d, complete %v", len(got), len(doc), d.Complete)
			}
			if set.ClaimID() != "ASK-RFI" || d.Answer.Trace != q.Trace || len(d.Answer.Codes) != 1 || d.Answer.Codes[0].LOINC() != q.Items[0].LOINC {
				t.Errorf("%+v", d.Answer)
			}
			if (d.Filter == "NOF") != (answer == "006020X314") {
				t.Errorf("filter %q", d.Filter)
			}
			if out := cli(0, "requests", "show", strconv.FormatInt(q.ID, 10)); !strings.Contains(out, "closed") || !strings.Contains(out, "[x] 0") {
				t.Error(out)
			}
			cli(0, "requests", "due")
		})
	}
}

// rfi is a 277 request about a claim: its lines are items "CATEGORY:CODE" or
// "LOINC" with a line's control number after a blank.
func rfi(control int, c api.ClaimWhole, trace, due string, items ...string) string {
	b := "BHT*0085*48*RFI" + strconv.Itoa(control) + "*20261125*0615*RQ~HL*1**20*1~NM1*PR*2*DEMO PAYER*****PI*DEMOPAYER~PER*IC*RECORDS*TE*2175550121~HL*2*1*21*1~NM1*41*2*OFFICE*****46*CLAIMWIREDEMO~" +
		"HL*3*2*19*1~NM1*1P*2*OFFICE*****XX*" + c.BillingNPI + "~HL*4*3*PT~NM1*QC*1*X*Y****MI*M1~TRN*1*" + trace + "~"
	body, lines := "", ""
	for _, it := range items {
		code, line, _ := strings.Cut(it, " ")
		stc := "STC*R4:" + code + "::LOI*20261125**" + c.Charge + "~"
		if line == "" {
			body += stc
		} else {
			lines += "SVC*HC:93000*100*****1~STC*R4:" + code + "::LOI*20261125~REF*FJ*" + line + "~DTP*472*D8*20260910~"
		}
	}
	if body == "" {
		body = "STC*R4:19*20261125**" + c.Charge + "~"
	}
	b += body + "REF*EJ*" + c.ClaimID + "~REF*D9*" + c.Trace + "~DTP*472*D8*20260910~"
	if due != "" {
		b += "DTP*106*D8*" + due + "~"
	}
	b += lines
	return fmt.Sprintf("ISA*00*          *00*          *ZZ*DEMOPAYER      *ZZ*CLAIMWIREDEMO  *261125*0615*^*00501*%09d*0*T*:~GS*HN*L*P*20261125*0615*%d*X*005010X213~ST*277*0001*005010X213~%sSE*%d*0001~GE*1*%d~IEA*1*%09d~",
		control, control, b, strings.Count(b, "~")+2, control, control)
}

// TestRequestsInAllTheirWays: asked twice, asked again after an answer, in part,
// about a line, late, about nobody's claim, closed by hand; documents that go
// with a claim; a claim asked about with a 276.
func TestRequestsInAllTheirWays(t *testing.T) {
	r := startGateway(t, "")
	r.submit(encounterAs(t, "cardiology-new-patient-ecg-01.json", "MANY-CONTRACT"))
	c := r.claimNamed("MANY-CONTRACT", "payment")
	open := func(n int) (list []api.Request) {
		r.until(fmt.Sprint(n, " open requests"), func() bool {
			list = call[[]api.Request](r, "GET", "/v1/requests/due", "", 200)
			return len(list) == n
		})
		return list
	}
	request := func(id int64) api.RequestWhole {
		return call[api.RequestWhole](r, "GET", fmt.Sprintf("/v1/requests/%d", id), "", 200)
	}
	add := func(id int64, query string) {
		t.Helper()
		if status, b := r.ask("POST", fmt.Sprintf("/v1/requests/%d/documents%s", id, query), firstKey, "%PDF-1.7 note"); status != 201 {
			t.Errorf("%d %s", status, b)
		}
	}
	// Two things, one of them about a line; already late.
	r.outbound("a.277", rfi(910001, c, "P1", "20200101", "11506-3", "18842-5 1"))
	first := open(1)[0]
	if len(first.Items) != 2 || first.Items[1].Line != "1" || first.Items[1].Service != "93000" || first.Due != "2020-01-01" {
		t.Fatalf("%+v", first)
	}
	// In part, late.
	add(first.ID, "?item=1")
	a := call[api.Answer](r, "POST", fmt.Sprintf("/v1/requests/%d/answer", first.ID), `{}`, 200)
	if !a.Late || !strings.Contains(a.Note, "after the day") {
		t.Errorf("%+v", a)
	}
	if q := request(first.ID); q.State != "partly_answered" || q.Items[0].Answered || !q.Items[1].Answered {
		t.Errorf("%+v", q)
	}
	// What was answered is refused at once, and does not stand in the way of the rest.
	r.refusedWith(fmt.Sprintf("/v1/requests/%d/documents?item=1", first.ID), "%PDF-1.4 once more", "item 1 was answered already")
	add(first.ID, "?item=1&again=true")
	r.refusedWith(fmt.Sprintf("/v1/requests/%d/answer", first.ID), `{}`, "item 1 was answered already")
	r.until("the first part is acknowledged", func() bool { return request(first.ID).Answers[0].State == "accepted" })
	taken, _ := filepath.Glob(r.home("taken", "*.275"))
	if len(taken) != 1 {
		t.Fatal(taken)
	}
	b, _ := os.ReadFile(taken[0])
	if _, d, _ := document(t, b); len(d.Answer.Codes) != 1 || d.Answer.Codes[0].LOINC() != "18842-5" || len(d.Answer.References)+len(d.References) != 1 {
		t.Errorf("%+v", d.Answer)
	}
	// Asked for the same again while it is open in part: it says so.
	r.outbound("b.277", rfi(910002, c, "P1", "", "11506-3", "18842-5 1"))
	var second api.Request
	for _, q := range open(2) {
		if q.ID != first.ID {
			second = q
		}
	}
	if second.Again != first.ID || !strings.Contains(second.Note, "after request") || second.DueFrom != "medicare" || second.Due == "" {
		t.Errorf("%+v", second)
	}
	// Asked twice before anybody answered: the later one stands.
	r.outbound("c.277", rfi(910003, c, "P1", "20270101", "34117-2"))
	var third api.Request
	for _, q := range open(3) {
		if q.Items[0].LOINC == "34117-2" {
			third = q
		}
	}
	r.outbound("d.277", rfi(910004, c, "P1", "20270201", "34117-2"))
	r.until("the earlier question is closed", func() bool {
		q := request(third.ID)
		return q.State == "closed" && strings.Contains(q.Note, "asked again as request")
	})
	// About nobody's claim: a person says whose.
	nobody := c
	nobody.ClaimID, nobody.Trace = "NOBODYS", "NOTRACE"
	r.outbound("e.277", rfi(910005, nobody, "P9", "20270301", "28570-0"))
	var lost api.Request
	for _, q := range open(4) {
		if q.Claim == 0 {
			lost = q
		}
	}
	if status, b := r.ask("POST", fmt.Sprintf("/v1/requests/%d/documents", lost.ID), firstKey, "%PDF-1"); status != 409 || !strings.Contains(string(b), "match it first") {
		t.Errorf("%d %s", status, b)
	}
	if q := call[api.Request](r, "POST", fmt.Sprintf("/v1/requests/%d/match", lost.ID), fmt.Sprintf(`{"claim":%d}`, c.ID), 200); q.Claim != c.ID {
		t.Errorf("%+v", q)
	}
	if q := call[api.Request](r, "POST", fmt.Sprintf("/v1/requests/%d/owner", lost.ID), `{"owner":"coder"}`, 200); q.Owner != "coder" {
		t.Errorf("%+v", q)
	}
	if q := call[api.Request](r, "POST", fmt.Sprintf("/v1/requests/%d/close", lost.ID), `{"reason":"sent by fax"}`, 200); q.State != "closed" || !strings.Contains(q.Note, "sent by fax") {
		t.Errorf("%+v", q)
	}

	// A document that goes with a claim, under the number that the claim announces.
	var e map[string]any
	if err := json.Unmarshal([]byte(encounterAs(t, "cardiology-new-patient-ecg-01.json", "PWK-CONTRACT")), &e); err != nil {
		t.Fatal(err)
	}
	e["attachments"] = []map[string]string{{"report": "diagnostic_report", "transmission": "electronic", "control_number": "ACN77"}}
	with, _ := json.Marshal(e)
	r.submit(string(with))
	k := r.claimNamed("PWK-CONTRACT", "payment")
	path := fmt.Sprintf("/v1/claims/%d/documents", k.ID)
	if status, b := r.ask("POST", path+"?control=OTHER", firstKey, "%PDF-1.7 x"); status != 409 || !strings.Contains(string(b), "announces no electronic document") {
		t.Errorf("%d %s", status, b)
	}
	if status, b := r.ask("POST", path+"?control=ACN77", firstKey, "II*\x00tiff"); status != 201 {
		t.Errorf("%d %s", status, b)
	}
	if status, b := r.ask("POST", path+"?control=ACN77", firstKey, "II*\x00tiff"); status != 409 || !strings.Contains(string(b), "already") {
		t.Errorf("twice: %d %s", status, b)
	}
	r.until("the document is acknowledged", func() bool {
		list := call[[]api.Answer](r, "GET", path, "", 200)
		return len(list) == 1 && list[0].State == "accepted"
	})
	taken, _ = filepath.Glob(r.home("taken", "*.275"))
	b, _ = os.ReadFile(taken[len(taken)-1])
	if _, d, set := document(t, b); d.Solicited() || d.Answer.Trace != "ACN77" || set.ClaimID() != "PWK-CONTRACT" || d.Content != attach.TIFF {
		t.Errorf("%+v", d)
	}

	// A claim asked about with a 276.
	q := call[api.Inquiry](r, "POST", fmt.Sprintf("/v1/claims/%d/inquire", k.ID), `{}`, 200)
	r.until("the inquiry is answered", func() bool {
		list := call[[]api.Inquiry](r, "GET", fmt.Sprintf("/v1/claims/%d/inquiries", k.ID), "", 200)
		return len(list) == 1 && list[0].AnsweredAt != nil && list[0].Said == "F1:65" && list[0].Trace == q.Trace
	})
}
