package export_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"

	"claimwire/gateway/export"
	"claimwire/gateway/export/exporttest"
	"claimwire/gateway/report"
)

// rows reads a table back.
func rows[T any](t *testing.T, table string, src export.Source) []T {
	t.Helper()
	var b bytes.Buffer
	n, err := export.Parquet(&b, table, src)
	if err != nil {
		t.Fatal(err)
	}
	r := parquet.NewGenericReader[T](bytes.NewReader(b.Bytes()))
	defer r.Close()
	list := make([]T, n+1)
	got, err := r.Read(list)
	if err != nil && err != io.EOF || int64(got) != n {
		t.Fatalf("%s: wrote %d rows, read %d: %v", table, n, got, err)
	}
	return list[:got]
}

// The tables say the same as the reports: denials by payer and reason worked out
// from the tables alone are those of the report.
func TestTablesAgreeWithReports(t *testing.T) {
	src := exporttest.Source{Claims: 5000, Seed: 4}
	claims := rows[export.ClaimRow](t, "claims", src)
	adjustments := rows[export.AdjustmentRow](t, "adjustments", src)
	if n := len(rows[export.LineRow](t, "lines", src)); n < 5000 {
		t.Errorf("%d lines", n)
	}
	if n := len(rows[export.EventRow](t, "events", src)); n < 9000 {
		t.Errorf("%d events", n)
	}
	payer, decided, byPayer := map[int64]string{}, map[int64]bool{}, map[string]int{}
	for _, c := range claims {
		if c.Paid+c.Adjusted+c.Patient+c.Denied+c.Open != c.Charge {
			t.Fatalf("claim %d: %+v", c.ID, c)
		}
		if payer[c.ID] = c.Payer; c.Decided {
			decided[c.ID] = true
			byPayer[c.Payer]++
		}
		if c.ServiceFrom == nil || *c.ServiceFrom < 20454 || *c.ServiceFrom > 20454+300 {
			t.Fatalf("claim %d: day %v", c.ID, c.ServiceFrom)
		}
	}
	denied := map[string]map[int64]bool{}
	for _, a := range adjustments {
		if !a.Denying || !decided[a.Claim] {
			continue
		}
		k := payer[a.Claim] + " " + a.Group + "-" + a.Reason
		if denied[k] == nil {
			denied[k] = map[int64]bool{}
		}
		denied[k][a.Claim] = true
	}
	r, err := report.Make(src, report.Options{Name: "denials"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != len(denied) || len(denied) < 20 {
		t.Errorf("%d rows, %d of the tables", len(r.Rows), len(denied))
	}
	for _, row := range r.Rows {
		if n := len(denied[row[0]+" "+row[1]]); fmt.Sprint(n) != row[2] || fmt.Sprint(byPayer[row[0]]) != row[3] {
			t.Errorf("%v: the tables say %d of %d", row, n, byPayer[row[0]])
		}
	}
}
