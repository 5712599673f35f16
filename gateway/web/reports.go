package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Reports are numbers about claims. A refusal is a Refused.
type Reports interface {
	Names() []string
	Report(ctx context.Context, s gateway.Scope, name, from, to string) (Report, error)
	// Payers lists the payers that are known, by name.
	Payers() []gateway.Payer
	CSV(ctx context.Context, w io.Writer, s gateway.Scope, name, from, to string) error
}

// Report is a table of numbers: money with two decimals, rates with four.
type Report struct {
	Name    string
	Columns []string
	Rows    [][]string
	Notes   []string
}

// reportWords say what a report is, and what its chart shows.
var reportWords = map[string]struct{ Title, About, Chart string }{
	"payers":    {"By payer", "How much goes through at the first go, is rejected or denied, and what it comes to.", "charged"},
	"ageing":    {"Ageing", "How old the open money is, by days since the service.", "open"},
	"denials":   {"Denial rates", "Of what payers decided, how much they denied, and for which reason.", "denied"},
	"reasons":   {"Reasons", "What payers took off, by reason.", "amount"},
	"codes":     {"Procedures", "What each procedure was charged, paid and denied.", "charged"},
	"days":      {"Days to answer", "How long payers take to acknowledge and to pay.", "pay_median"},
	"providers": {"By provider", "The same rates, by billing provider.", "charged"},
	"coders":    {"By coder", "The same rates, by who gave the claims.", "claims"},
}

func showReports(s *server, r *request) error {
	type row struct{ Name, Title, About string }
	var list []row
	for _, n := range s.Reports.Names() {
		list = append(list, row{n, reportWords[n].Title, reportWords[n].About})
	}
	return s.show(r, http.StatusOK, "reports", "Reports", map[string]any{"Reports": list})
}

// asked reads which report, and of which services.
func (s *server) reportAsked(r *request) (name, from, to string, err error) {
	name = r.PathValue("report")
	if !slices.Contains(s.Reports.Names(), name) {
		return "", "", "", errNotFound
	}
	for _, p := range []struct {
		field string
		to    *string
	}{{"from", &from}, {"to", &to}} {
		if t, e := time.Parse("2006-01-02", r.FormValue(p.field)); e == nil {
			*p.to = t.Format("20060102")
		}
	}
	return name, from, to, nil
}

// cell is a value of a report as its page shows it.
type cell struct {
	Text, Link string
	Quiet      string // the number of what Text names
	Number     bool
}

// named gives a payer its name; what is not known keeps its number.
func named(payers []gateway.Payer, id string) (name, number string) {
	if i := slices.IndexFunc(payers, func(p gateway.Payer) bool { return p.ID == id }); i >= 0 && payers[i].Name != "" {
		return payers[i].Name, id
	}
	return id, ""
}

func showReport(s *server, r *request) error {
	name, from, to, err := s.reportAsked(r)
	if err != nil {
		return err
	}
	rep, err := s.Reports.Report(r.Context(), r.who.Scope, name, from, to)
	if err != nil {
		return err
	}
	payers := s.Reports.Payers()
	heads := make([]cell, len(rep.Columns))
	for i, c := range rep.Columns {
		heads[i] = cell{Text: headOf(c), Number: numeric(rep.Rows, i)}
	}
	rows := make([][]cell, len(rep.Rows))
	for i, row := range rep.Rows {
		rows[i] = make([]cell, len(row))
		for j, v := range row {
			k := cell{Text: shownNumber(rep.Columns[j], v), Number: heads[j].Number, Link: drill(r, &rep, row, j)}
			if rep.Columns[j] == "payer" {
				k.Text, k.Quiet = named(payers, v)
			}
			rows[i][j] = k
		}
	}
	s.audit(r, "report.view", "report:"+name, gateway.AuditDone, "")
	w := reportWords[name]
	return s.show(r, http.StatusOK, "report", w.Title, map[string]any{"Name": name, "About": w.About, "Heads": heads, "Rows": rows, "Notes": rep.Notes, "Chart": chart(&rep, w.Chart, payers, func(row []string) string { return drill(r, &rep, row, 0) }),
		"ChartOf": headOf(w.Chart), "From": r.FormValue("from"), "To": r.FormValue("to"), "Export": "/reports/" + name + "/export?" + url.Values{"from": {r.FormValue("from")}, "to": {r.FormValue("to")}}.Encode()})
}

// headOf is a column's name for people.
func headOf(column string) string {
	switch column {
	case "pay_median":
		return "Days to payment, median"
	case "pay_p90":
		return "Days to payment, 90 %"
	case "ack_median":
		return "Days to acknowledgment, median"
	case "ack_p90":
		return "Days to acknowledgment, 90 %"
	case "over_120":
		return "Over 120"
	case "":
		return ""
	}
	t := strings.ReplaceAll(column, "_", " ")
	return strings.ToUpper(t[:1]) + t[1:]
}

// exportReport gives a report for a spreadsheet.
func exportReport(s *server, r *request) error {
	name, from, to, err := s.reportAsked(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Reports.CSV(r.Context(), &b, r.who.Scope, name, from, to); err != nil {
		return err
	}
	s.audit(r, "report.export", "report:"+name, gateway.AuditDone, "")
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	_, err = b.WriteTo(r.w)
	return err
}

// numeric says whether a column holds numbers alone.
func numeric(rows [][]string, i int) bool {
	some := false
	for _, row := range rows {
		if i >= len(row) || row[i] == "" {
			continue
		}
		if !isNumber(row[i]) {
			return false
		}
		some = true
	}
	return some
}

// shownNumber writes a rate as percent, and money with its thousands apart.
func shownNumber(column, v string) string {
	if v == "" || !isNumber(v) {
		return v
	}
	if strings.HasSuffix(column, "_rate") {
		f, _ := strconv.ParseFloat(v, 64)
		return strconv.FormatFloat(100*f, 'f', 1, 64) + " %"
	}
	whole, cents, money := strings.Cut(v, ".")
	if !money || len(cents) != 2 {
		return v
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + cents
}

// drill is where a value of a report leads: the claims that it counts, on the same
// days; nothing where there are none.
func drill(r *request, rep *Report, row []string, i int) string {
	if row[0] == "" || row[i] == "0" || rep.Columns[0] == "provider" || rep.Columns[0] == "coder" {
		return ""
	}
	claims := func(state gateway.State) string {
		v := url.Values{"payer": {row[0]}}
		if state != "" {
			v.Set("state", string(state))
			v.Set("all", "1")
		}
		for _, day := range []string{"from", "to"} {
			if t := r.FormValue(day); t != "" {
				v.Set(day, t)
			}
		}
		return "/claims?" + v.Encode()
	}
	switch {
	case rep.Columns[i] == "reason" && r.who.May(access.WorkDenials):
		return "/denials?" + url.Values{"state": {"all"}, "reason": {row[i]}}.Encode()
	case rep.Columns[0] == "code" && i == 0:
		return "/codes?" + url.Values{"code": {row[0]}}.Encode()
	case rep.Columns[0] != "payer":
		return ""
	case i == 0:
		return claims("")
	case rep.Columns[i] == "rejected":
		return claims(gateway.Rejected)
	case rep.Columns[i] == "denied":
		return claims(gateway.Denied)
	}
	return ""
}

// maxBars bounds a chart: the largest, which are what it is looked at for.
const maxBars = 12

// chart draws the largest values of a column as bars, as a picture in the page.
// Each is a link, and says its number; the table says the same.
func chart(rep *Report, column string, payers []gateway.Payer, link func(row []string) string) template.HTML {
	at := slices.Index(rep.Columns, column)
	if at < 0 {
		return ""
	}
	type bar struct {
		row   []string
		value float64
	}
	var bars []bar
	for _, row := range rep.Rows {
		if v, err := strconv.ParseFloat(row[at], 64); err == nil && v > 0 {
			bars = append(bars, bar{row, v})
		}
	}
	slices.SortStableFunc(bars, func(a, b bar) int {
		switch {
		case a.value > b.value:
			return -1
		case a.value < b.value:
			return 1
		}
		return 0
	})
	bars = bars[:min(len(bars), maxBars)]
	if len(bars) == 0 {
		return ""
	}
	const high, left, wide = 26, 170, 420
	var b strings.Builder
	e := template.HTMLEscapeString
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 720 %d" role="group" aria-label="%s">`, len(bars)*high+6, e("Bars: "+headOf(column)+", the largest first; the table below has the same numbers"))
	for i, k := range bars {
		y := i*high + 4
		label := k.row[0]
		if rep.Columns[0] == "payer" {
			label, _ = named(payers, label)
		}
		if rep.Columns[0] == "payer" && len(rep.Columns) > 1 && rep.Columns[1] == "reason" {
			label += " " + k.row[1]
		}
		if r := []rune(label); len(r) > 22 {
			label = string(r[:21]) + "…"
		}
		body := fmt.Sprintf(`<text class="name" x="%d" y="%d" text-anchor="end">%s</text><rect x="%d" y="%d" width="%.1f" height="%d" rx="2"/><text class="value" x="%.1f" y="%d">%s</text>`,
			left-8, y+15, e(label), left, y+1, max(1, wide*k.value/bars[0].value), high-8, left+max(1, wide*k.value/bars[0].value)+8, y+15, e(shownNumber(column, k.row[at])))
		if to := link(k.row); to != "" {
			body = `<a href="` + e(to) + `">` + body + `</a>`
		}
		b.WriteString(body)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}
