package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"claimwire/edi/diag"
)

// lengthCode and trailingCode are an error and a warning of the catalogue.
const (
	lengthCode   diag.Code = 1403
	trailingCode diag.Code = 1305
)

func sampleReport(snip snipTypes) *fileReport {
	r := newFileReport("x.edi", snip)
	r.BeginInterchange("000000101", "SUBMITTER01", "RECEIVER01", "T")
	r.BeginGroup("101", "HC", "005010X222A1")
	r.BeginTransaction("0001", "837", "005010X222A1")
	r.Report(diag.Diagnostic{Code: lengthCode, Got: "SECRET", Want: "35", Pos: diag.Pos{Offset: 1034, Interchange: "000000101",
		Group: "101", Transaction: "0001", Segment: 18, SegmentID: "NM1", Loop: "2010BA", Element: 3, Claim: "PCN0001"}})
	r.EndTransaction(45, 2)
	r.BeginTransaction("0002", "837", "005010X222A1")
	r.Report(diag.Diagnostic{Code: trailingCode, Pos: diag.Pos{Offset: 4000, Interchange: "000000101", Group: "101", Transaction: "0002",
		Segment: 7, SegmentID: "N3"}})
	r.EndTransaction(30, 1)
	r.NotChecked("icd-10-cm", "no release loaded for 2026-10-15")
	r.NotChecked("icd-10-cm", "no release loaded for 2026-10-15")
	return r
}

// TestReportJSON fixes names and order of validate's JSON.
func TestReportJSON(t *testing.T) {
	got := string(sampleReport(0).AppendJSON(nil))
	want := `{"file":"x.edi","valid":false,"interchanges":[{"control_number":"000000101","sender":"SUBMITTER01","receiver":"RECEIVER01",` +
		`"usage":"T","valid":false,"groups":[{"control_number":"101","functional_id":"HC","guide":"005010X222A1","transactions":[` +
		`{"control_number":"0001","type":"837","guide":"005010X222A1","segments":45,"claims":2,"valid":false},` +
		`{"control_number":"0002","type":"837","guide":"005010X222A1","segments":30,"claims":1,"valid":true}]}]}],` +
		`"findings":[{"severity":"error","snip":1,"code":"E1403","message":"NM103 is longer than 35 characters.",` +
		`"hint":"Shorten the value to what the standard allows.","interchange":"000000101","group":"101","transaction":"0001","segment":18,` +
		`"segment_id":"NM1","loop":"2010BA","element":3,"component":0,"repetition":0,"value":"SECRET","offset":1034,"claim":"PCN0001"},` +
		`{"severity":"warning","snip":1,"code":"E1305","message":"N3 ends in empty elements.",` +
		`"hint":"Leave out separators after the last element that has a value.","interchange":"000000101","group":"101","transaction":"0002",` +
		`"segment":7,"segment_id":"N3","loop":"","element":0,"component":0,"repetition":0,"value":"","offset":4000,"claim":""}],` +
		`"suppressed":0,"not_checked":[{"set":"icd-10-cm","reason":"no release loaded for 2026-10-15"}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid([]byte(got)) {
		t.Error("not JSON")
	}
}

func TestReportText(t *testing.T) {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	sampleReport(0).WriteText(w)
	w.Flush()
	want := `x.edi:18: 2010BA/NM103 E1403: NM103 is longer than 35 characters. Got "SECRET". [000000101/101/0001, claim PCN0001]
    Shorten the value to what the standard allows.
x.edi:7: N3 E1305: warning: N3 ends in empty elements. [000000101/101/0002]
    Leave out separators after the last element that has a value.
x.edi: not checked: icd-10-cm: no release loaded for 2026-10-15
x.edi: not valid: 1 error, 1 warning; 1 interchange, 2 transaction sets, 3 claims
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}

// TestReportRedacts: nothing of a patient is left, in either form.
func TestReportRedacts(t *testing.T) {
	r := newFileReport("x.edi", 0)
	r.Redact = true
	r.Report(diag.Diagnostic{Code: lengthCode, Got: "SECRET", Pos: diag.Pos{Claim: "PCN0001"}})
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	r.WriteText(w)
	w.Flush()
	b.Write(r.AppendJSON(nil))
	if s := b.String(); strings.Contains(s, "SECRET") || strings.Contains(s, "PCN0001") {
		t.Errorf("not redacted: %s", s)
	}
}

// TestReportBounds: the report of a hostile file stays small, and its counts
// stay right.
func TestReportBounds(t *testing.T) {
	r := newFileReport("x.edi", 0)
	r.BeginInterchange("1", "A", "B", "P")
	r.BeginGroup("1", "HC", "G")
	const sets, findings = maxTransactions + 7, maxFindings + 5
	for range sets {
		r.BeginTransaction("1", "837", "G")
		r.EndTransaction(3, 1)
	}
	for range findings {
		r.Report(diag.Diagnostic{Code: lengthCode})
	}
	if len(r.findings) != maxFindings || r.suppressed != 5 || r.suppressedTransactions != 7 || r.sets != sets || r.claims != sets || r.errors != findings {
		t.Errorf("listed %d findings, suppressed %d and %d sets, counted %d sets, %d claims, %d errors",
			len(r.findings), r.suppressed, r.suppressedTransactions, r.sets, r.claims, r.errors)
	}
	var out struct {
		Suppressed   int
		Findings     []json.RawMessage
		Interchanges []struct {
			Groups []struct{ Transactions []json.RawMessage }
		}
	}
	if err := json.Unmarshal(r.AppendJSON(nil), &out); err != nil {
		t.Fatal(err)
	}
	if out.Suppressed != 12 || len(out.Findings) != maxFindings || len(out.Interchanges[0].Groups[0].Transactions) != maxTransactions {
		t.Errorf("JSON lists %d findings, %d sets, suppressed %d", len(out.Findings), len(out.Interchanges[0].Groups[0].Transactions), out.Suppressed)
	}
	many := newFileReport("x.edi", 0)
	for range maxEnvelopes + 3 {
		many.BeginInterchange("1", "A", "B", "P")
	}
	if len(many.interchanges) != maxEnvelopes {
		t.Errorf("%d interchanges are listed", len(many.interchanges))
	}
}

// TestReportTypes: findings of types that were not asked for do not count.
func TestReportTypes(t *testing.T) {
	only3, err := snipTypesOf([]int{3})
	if err != nil {
		t.Fatal(err)
	}
	if r := sampleReport(only3); !r.Valid() || len(r.findings) != 0 {
		t.Errorf("valid %v with %d findings", r.Valid(), len(r.findings))
	}
	if _, err := snipTypesOf([]int{8}); err == nil {
		t.Error("type 8 is taken")
	}
}

// TestReportOutsideSets: a finding between sets belongs to none of them.
func TestReportOutsideSets(t *testing.T) {
	r := newFileReport("x.edi", 0)
	r.BeginInterchange("1", "A", "B", "P")
	r.BeginGroup("1", "HC", "G")
	r.BeginTransaction("0001", "837", "G")
	r.EndTransaction(3, 1)
	r.Report(diag.Diagnostic{Code: lengthCode, Pos: diag.Pos{Interchange: "1", Group: "1", SegmentID: "GE"}})
	if in := r.interchanges[0]; !in.bad || in.Groups[0].Transactions[0].bad {
		t.Errorf("interchange bad %v, set bad %v", in.bad, in.Groups[0].Transactions[0].bad)
	}
}

func TestProgressBar(t *testing.T) {
	p := progress{name: "claims.edi", size: 200e6, read: 50e6}
	if got, want := p.bar(time.Second), "claims.edi  [=======                       ]  25%  50.0 MB  50 MB/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.size = -1
	if got, want := p.bar(time.Second), "claims.edi  50.0 MB  50 MB/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// In a pipe nothing is drawn.
	var out bytes.Buffer
	q := newProgress(&out, &input{Reader: strings.NewReader("x"), Name: "x", Size: 1})
	q.Read(make([]byte, 1))
	q.stop()
	if q.out != nil || out.Len() > 0 {
		t.Errorf("drawn into a pipe: %q", &out)
	}
}
