package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/report"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
	"claimwire/testdata"
)

var (
	_ web.Finder  = deskActions{}
	_ web.Reports = deskActions{}
)

// ClaimsOfPerson lists claims of a patient or subscriber.
func (a deskActions) ClaimsOfPerson(ctx context.Context, s gateway.Scope, q gateway.PersonQuery, partner string, limit int) ([]gateway.Claim, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimsOfPerson(s, q, partner, limit) })
}

// RemittancesOf lists remittance advices of a trace.
func (a deskActions) RemittancesOf(ctx context.Context, s gateway.Scope, trace string) ([]gateway.Remittance, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Remittance, error) { return tx.RemittancesBy(s, trace) })
}

// InterchangesOf lists our interchanges of a control number.
func (a deskActions) InterchangesOf(ctx context.Context, s gateway.Scope, control string) ([]gateway.Interchange, error) {
	return look(ctx, a.b.g.store, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.InterchangesBy(s, control) })
}

// Names lists the reports that need nothing besides.
func (deskActions) Names() []string {
	return []string{"payers", "ageing", "denials", "reasons", "codes", "days", "providers", "coders"}
}

// Report makes a report.
func (a deskActions) Report(ctx context.Context, s gateway.Scope, name, from, to string) (web.Report, error) {
	r, err := report.Make(&numbers{ctx: ctx, g: a.b.g, s: s}, report.Options{Name: name, From: from, To: to, Today: a.b.g.now()})
	if err != nil {
		return web.Report{}, err
	}
	return web.Report{Name: r.Name, Columns: r.Columns, Rows: r.Rows, Notes: r.Notes}, nil
}

// Payers lists the payers of the directory by name.
func (a deskActions) Payers() []gateway.Payer {
	list := a.b.g.partners.Load().payers.Payers()
	slices.SortFunc(list, func(a, b gateway.Payer) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// CSV writes a report for a spreadsheet.
func (a deskActions) CSV(ctx context.Context, w io.Writer, s gateway.Scope, name, from, to string) error {
	return said(a.b.Report(ctx, w, s, name, "csv", from, to, nil))
}

// Sample is an encounter to try things with. Its number ends so that the payer in a
// box pays it with the patient's share; number and member are of their own, since
// the same services are billed once.
func (d desk) Sample(context.Context) ([]byte, error) {
	b, err := testdata.Files.ReadFile("encounters/family-medicine-sinusitis-01.json")
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	now := d.g.now()
	n := now.UnixMilli() / 100
	doc["id"] = "S" + strings.ToUpper(strconv.FormatInt(n, 36)) + "-SHARED"
	doc["service_date"] = now.AddDate(0, 0, -7).Format("2006-01-02")
	delete(doc, "note_to_reader")
	if in, ok := doc["insurance"].(map[string]any); ok {
		in["member_id"] = fmt.Sprintf("CMH%07d", n%10_000_000)
	}
	return json.Marshal(doc)
}
