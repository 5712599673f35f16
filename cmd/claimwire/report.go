package main

import (
	"bufio"
	"fmt"
	"strconv"

	"claimwire/edi/diag"
	"claimwire/edi/record"
)

// What is listed of a file at most, one by one; the rest is counted. The
// bounds keep the report of a hostile file small.
const (
	maxFindings     = diag.DefaultLimit
	maxTransactions = 10000
	maxEnvelopes    = 10000 // interchanges, and groups
)

// fileReport collects what validate says about one file: its envelopes and the
// findings, in the order in which they are read. It is the one source of the
// text and of the JSON form.
type fileReport struct {
	File   string
	Redact bool // leave out values and claim numbers
	snip   snipTypes

	interchanges []*interchangeReport
	groups       int // listed
	transactions int // listed
	findings     []diag.Diagnostic
	notChecked   []notChecked

	suppressed             int // findings not listed
	suppressedTransactions int
	errors, warnings       int
	sets, claims           int // counted over all, listed or not

	// What is open now; nil outside, or where it is not listed.
	interchange *interchangeReport
	group       *groupReport
	transaction *transactionReport
}

type interchangeReport struct {
	ControlNumber, Sender, Receiver, Usage string
	Groups                                 []*groupReport
	bad                                    bool
}

type groupReport struct {
	ControlNumber, FunctionalID, Guide string
	Transactions                       []*transactionReport
}

type transactionReport struct {
	ControlNumber, Type, Guide string
	Segments, Claims           int
	bad                        bool
}

type notChecked struct{ Set, Reason string }

func newFileReport(file string, snip snipTypes) *fileReport {
	return &fileReport{File: file, snip: snip}
}

// BeginInterchange opens an interchange: ISA13, ISA06, ISA08, ISA15.
func (r *fileReport) BeginInterchange(control, sender, receiver, usage string) {
	r.interchange, r.group, r.transaction = nil, nil, nil
	if len(r.interchanges) >= maxEnvelopes {
		return
	}
	r.interchange = &interchangeReport{ControlNumber: control, Sender: sender, Receiver: receiver, Usage: usage}
	r.interchanges = append(r.interchanges, r.interchange)
}

// BeginGroup opens a functional group: GS06, GS01, GS08.
func (r *fileReport) BeginGroup(control, functionalID, guide string) {
	r.group, r.transaction = nil, nil
	if r.interchange == nil || r.groups >= maxEnvelopes {
		return
	}
	r.groups++
	r.group = &groupReport{ControlNumber: control, FunctionalID: functionalID, Guide: guide}
	r.interchange.Groups = append(r.interchange.Groups, r.group)
}

// BeginTransaction opens a transaction set: ST02, ST01, and its guide.
func (r *fileReport) BeginTransaction(control, set, guide string) {
	r.sets++
	r.transaction = &transactionReport{ControlNumber: control, Type: set, Guide: guide}
	if r.group == nil || r.transactions >= maxTransactions {
		r.suppressedTransactions++
		return
	}
	r.transactions++
	r.group.Transactions = append(r.group.Transactions, r.transaction)
}

// EndTransaction closes the set that is open. segments counts ST and SE;
// claims counts CLM or CLP. Findings reported until the next envelope event
// still belong to the set.
func (r *fileReport) EndTransaction(segments, claims int) {
	r.claims += claims
	if r.transaction != nil {
		r.transaction.Segments, r.transaction.Claims = segments, claims
	}
}

// Report takes a finding; it belongs to what is open now. Types that were not
// asked for do not count at all.
func (r *fileReport) Report(d diag.Diagnostic) {
	if !r.snip.Has(d.Code.SNIP()) {
		return
	}
	if d.Code.Severity() == diag.Error {
		r.errors++
		if r.interchange != nil {
			r.interchange.bad = true
		}
		if r.transaction != nil && (d.Transaction != "" || d.Segment > 0) {
			r.transaction.bad = true
		}
	} else {
		r.warnings++
	}
	if len(r.findings) >= maxFindings {
		r.suppressed++
		return
	}
	if r.Redact {
		d.Got, d.Claim = "", ""
	}
	r.findings = append(r.findings, d)
}

// Suppress counts findings that the engine left out by itself.
func (r *fileReport) Suppress(n int) { r.suppressed += n }

// NotChecked notes that codes of a set could not be judged, and why.
func (r *fileReport) NotChecked(set, reason string) {
	for _, n := range r.notChecked {
		if n.Set == set && n.Reason == reason {
			return
		}
	}
	if len(r.notChecked) < maxFindings {
		r.notChecked = append(r.notChecked, notChecked{set, reason})
	}
}

// Valid says whether the file has no error; warnings do not count.
func (r *fileReport) Valid() bool { return r.errors == 0 }

// AppendJSON appends the report as one JSON object in the order of the
// contract, without a line break.
func (r *fileReport) AppendJSON(b []byte) []byte {
	b = append(b, `{"file":`...)
	b = record.AppendString(b, r.File)
	b = append(b, `,"valid":`...)
	b = strconv.AppendBool(b, r.Valid())
	b = append(b, `,"interchanges":[`...)
	for i, in := range r.interchanges {
		b = comma(b, i)
		b = in.appendJSON(b)
	}
	b = append(b, `],"findings":[`...)
	for i := range r.findings {
		b = comma(b, i)
		b = appendFinding(b, &r.findings[i])
	}
	b = append(b, `],"suppressed":`...)
	b = strconv.AppendInt(b, int64(r.suppressed+r.suppressedTransactions), 10)
	b = append(b, `,"not_checked":[`...)
	for i, n := range r.notChecked {
		b = comma(b, i)
		b = append(b, `{"set":`...)
		b = record.AppendString(b, n.Set)
		b = append(b, `,"reason":`...)
		b = record.AppendString(b, n.Reason)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func (in *interchangeReport) appendJSON(b []byte) []byte {
	b = append(b, `{"control_number":`...)
	b = record.AppendString(b, in.ControlNumber)
	b = append(b, `,"sender":`...)
	b = record.AppendString(b, in.Sender)
	b = append(b, `,"receiver":`...)
	b = record.AppendString(b, in.Receiver)
	b = append(b, `,"usage":`...)
	b = record.AppendString(b, in.Usage)
	b = append(b, `,"valid":`...)
	b = strconv.AppendBool(b, !in.bad)
	b = append(b, `,"groups":[`...)
	for i, g := range in.Groups {
		b = comma(b, i)
		b = append(b, `{"control_number":`...)
		b = record.AppendString(b, g.ControlNumber)
		b = append(b, `,"functional_id":`...)
		b = record.AppendString(b, g.FunctionalID)
		b = append(b, `,"guide":`...)
		b = record.AppendString(b, g.Guide)
		b = append(b, `,"transactions":[`...)
		for j, t := range g.Transactions {
			b = comma(b, j)
			b = t.appendJSON(b)
		}
		b = append(b, "]}"...)
	}
	return append(b, "]}"...)
}

func (t *transactionReport) appendJSON(b []byte) []byte {
	b = append(b, `{"control_number":`...)
	b = record.AppendString(b, t.ControlNumber)
	b = append(b, `,"type":`...)
	b = record.AppendString(b, t.Type)
	b = append(b, `,"guide":`...)
	b = record.AppendString(b, t.Guide)
	b = append(b, `,"segments":`...)
	b = strconv.AppendInt(b, int64(t.Segments), 10)
	b = append(b, `,"claims":`...)
	b = strconv.AppendInt(b, int64(t.Claims), 10)
	b = append(b, `,"valid":`...)
	b = strconv.AppendBool(b, !t.bad)
	return append(b, '}')
}

func appendFinding(b []byte, d *diag.Diagnostic) []byte {
	str := func(key, value string) {
		b = append(b, key...)
		b = record.AppendString(b, value)
	}
	num := func(key string, value int64) {
		b = append(b, key...)
		b = strconv.AppendInt(b, value, 10)
	}
	str(`{"severity":`, d.Code.Severity().String())
	num(`,"snip":`, int64(d.Code.SNIP()))
	str(`,"code":`, d.Code.String())
	str(`,"message":`, d.Message())
	str(`,"hint":`, d.Hint())
	str(`,"interchange":`, d.Interchange)
	str(`,"group":`, d.Group)
	str(`,"transaction":`, d.Transaction)
	num(`,"segment":`, int64(d.Segment))
	str(`,"segment_id":`, d.SegmentID)
	str(`,"loop":`, d.Loop)
	num(`,"element":`, int64(d.Element))
	num(`,"component":`, int64(d.Component))
	num(`,"repetition":`, int64(d.Repetition))
	str(`,"value":`, d.Got)
	num(`,"offset":`, d.Offset)
	str(`,"claim":`, d.Claim)
	return append(b, '}')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// WriteText writes the report for people and grep: one line a finding,
// "claims.edi:25: 2300/CLM05-2 E2502: …", what to do below it, and a last line
// that sums up.
func (r *fileReport) WriteText(w *bufio.Writer) {
	for i := range r.findings {
		r.writeFinding(w, &r.findings[i])
	}
	if r.suppressed > 0 {
		fmt.Fprintf(w, "%s: and %s more, not listed\n", r.File, count(r.suppressed, "finding"))
	}
	for _, n := range r.notChecked {
		fmt.Fprintf(w, "%s: not checked: %s: %s\n", r.File, n.Set, n.Reason)
	}
	verdict := "valid"
	if !r.Valid() {
		verdict = "not valid"
	}
	fmt.Fprintf(w, "%s: %s: %s, %s; %s, %s, %s\n", r.File, verdict,
		count(r.errors, "error"), count(r.warnings, "warning"),
		count(len(r.interchanges), "interchange"), count(r.sets, "transaction set"), count(r.claims, "claim"))
}

func (r *fileReport) writeFinding(w *bufio.Writer, d *diag.Diagnostic) {
	fmt.Fprintf(w, "%s:%d: ", r.File, d.Segment)
	if d.Loop != "" {
		fmt.Fprintf(w, "%s/", d.Loop)
	}
	if at := d.Designator(); at != "" {
		fmt.Fprintf(w, "%s ", at)
	}
	fmt.Fprintf(w, "%v: ", d.Code)
	if d.Code.Severity() == diag.Warning {
		w.WriteString("warning: ")
	}
	w.WriteString(d.Message())
	if d.Got != "" {
		fmt.Fprintf(w, " Got %q.", d.Got)
	}
	switch {
	case d.Transaction != "":
		fmt.Fprintf(w, " [%s/%s/%s", printable(d.Interchange), printable(d.Group), printable(d.Transaction))
	case d.Group != "":
		fmt.Fprintf(w, " [%s/%s", printable(d.Interchange), printable(d.Group))
	case d.Interchange != "":
		fmt.Fprintf(w, " [%s", printable(d.Interchange))
	default:
		fmt.Fprintf(w, " [byte %d", d.Offset)
	}
	if d.Claim != "" {
		fmt.Fprintf(w, ", claim %s", printable(d.Claim))
	}
	w.WriteString("]\n")
	if hint := d.Hint(); hint != "" {
		fmt.Fprintf(w, "    %s\n", hint)
	}
}

// count writes a number with its noun: "1 error", "0 errors".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// printable keeps control characters of a file away from a terminal.
func printable(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
