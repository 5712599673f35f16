// Package paper writes what people read on paper or on a screen: remittance
// advices, explanations of benefits, proofs of filing, letters. A Document is
// headings, paragraphs, facts and tables; it becomes a page of HTML or a PDF.
// The same document gives the same bytes.
package paper

import (
	"bytes"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Document is what is written.
type Document struct {
	Title string
	Date  time.Time // when it was made
	Parts []Part
	Foot  string // at the foot of each page
}

// Part is one of a heading, a paragraph, facts or a table.
type Part struct {
	Heading   string
	Sheet     bool // the heading begins a new sheet: an enclosure
	Paragraph string
	Facts     [][2]string // name and value, one a line
	Head      []string    // of a table
	Rows      [][]string
	Widths    []float64 // of the columns, shares of the page; nil: all the same
	Right     []bool    // columns that stand at the right, as money does
	Total     []string  // a last row that is told apart
}

// Text adds a paragraph.
func (d *Document) Text(s string) { d.Parts = append(d.Parts, Part{Paragraph: s}) }

// Heading adds a heading.
func (d *Document) Heading(s string) { d.Parts = append(d.Parts, Part{Heading: s}) }

// Enclosure adds a heading that begins a new sheet.
func (d *Document) Enclosure(s string) { d.Parts = append(d.Parts, Part{Heading: s, Sheet: true}) }

// Facts adds facts; those without a value are left out.
func (d *Document) Facts(list ...[2]string) {
	var kept [][2]string
	for _, f := range list {
		if strings.TrimSpace(f[1]) != "" {
			kept = append(kept, f)
		}
	}
	if len(kept) > 0 {
		d.Parts = append(d.Parts, Part{Facts: kept})
	}
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title><style>
html{background:#fff}body{font:14px/1.45 system-ui,sans-serif;color:#1a1f26;background:#fff;max-width:60em;margin:2em auto;padding:0 1em}
h1{font-size:1.5em;margin:0 0 .2em}h2{font-size:1.1em;margin:1.6em 0 .4em;border-bottom:1px solid #c8ced6}
.date{color:#5b6673}dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em 1.2em;margin:.4em 0}dt{color:#5b6673}dd{margin:0}dd,td{white-space:pre-line}
table{border-collapse:collapse;width:100%;margin:.5em 0}th,td{text-align:left;padding:.25em .5em;border-bottom:1px solid #e3e7ec;vertical-align:top}
th{font-weight:600;border-bottom:1px solid #8893a0}.r{text-align:right;font-variant-numeric:tabular-nums}tr.total td{font-weight:600;border-top:1px solid #8893a0}
footer{margin-top:2em;color:#5b6673;font-size:.85em}
@media screen{main{overflow-x:auto}}
@media print{body{margin:0;max-width:none}thead{display:table-header-group}tr,dt,dd{break-inside:avoid}h2,dt{break-after:avoid}.sheet{break-before:page}}
</style></head><body><main><h1>{{.Title}}</h1><div class="date">{{.Day}}</div>
{{range .Parts}}{{if .Heading}}<h2{{if .Sheet}} class="sheet"{{end}}>{{.Heading}}</h2>
{{end}}{{if .Paragraph}}<p>{{.Paragraph}}</p>
{{end}}{{if .Facts}}<dl>{{range .Facts}}<dt>{{index . 0}}</dt><dd>{{index . 1}}</dd>{{end}}</dl>
{{end}}{{if .Head}}{{$p := .}}<table><thead><tr>{{range $i, $h := .Head}}<th scope="col"{{if $p.IsRight $i}} class="r"{{end}}>{{$h}}</th>{{end}}</tr></thead><tbody>
{{range .Rows}}<tr>{{range $i, $c := .}}<td{{if $p.IsRight $i}} class="r"{{end}}>{{$c}}</td>{{end}}</tr>
{{end}}{{if .Total}}<tr class="total">{{range $i, $c := .Total}}<td{{if $p.IsRight $i}} class="r"{{end}}>{{$c}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{end}}{{end}}</main>{{if .Foot}}<footer>{{.Foot}}</footer>{{end}}</body></html>
`))

// IsRight says whether a column stands at the right.
func (p Part) IsRight(i int) bool { return i < len(p.Right) && p.Right[i] }

// Day is the day of the document, in words.
func (d Document) Day() string { return d.Date.Format("2 January 2006") }

// HTML writes a page.
func (d *Document) HTML(w io.Writer) error { return page.Execute(w, d) }

// Measures of the page, in millimetres.
const (
	margin = 18.0
	width  = 215.9 - 2*margin // US Letter
	height = 279.4
	lineH  = 4.6
)

// PDF writes pages of US Letter.
func (d *Document) PDF(w io.Writer) error {
	pdf := fpdf.New("P", "mm", "Letter", "")
	pdf.SetCreationDate(d.Date.UTC())
	pdf.SetModificationDate(d.Date.UTC())
	pdf.SetCatalogSort(true)
	pdf.SetProducer("claimwire", true)
	pdf.SetTitle(d.Title, true)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, margin)
	tr := pdf.UnicodeTranslatorFromDescriptor("")
	pdf.SetFooterFunc(func() {
		pdf.SetY(-margin + 4)
		pdf.SetFont("Helvetica", "", 8)
		pdf.SetTextColor(91, 102, 115)
		pdf.CellFormat(width-20, 4, tr(d.Foot), "", 0, "L", false, 0, "")
		pdf.CellFormat(20, 4, tr("page ")+strconv.Itoa(pdf.PageNo()), "", 0, "R", false, 0, "")
		pdf.SetTextColor(26, 31, 38)
	})
	pdf.AddPage()
	pdf.SetTextColor(26, 31, 38)
	pdf.SetFont("Helvetica", "B", 15)
	pdf.MultiCell(width, 7, tr(d.Title), "", "L", false)
	pdf.SetFont("Helvetica", "", 9)
	pdf.CellFormat(width, 5, tr(d.Day()), "", 1, "L", false, 0, "")
	pdf.Ln(2)
	for i := range d.Parts {
		p := &d.Parts[i]
		switch {
		case p.Heading != "":
			if p.Sheet {
				pdf.AddPage()
			} else {
				room(pdf, 24) // and something below it
			}
			pdf.Ln(2)
			pdf.SetFont("Helvetica", "B", 11)
			pdf.MultiCell(width, 6, tr(p.Heading), "B", "L", false)
			pdf.Ln(1)
		case p.Paragraph != "":
			pdf.SetFont("Helvetica", "", 9.5)
			pdf.MultiCell(width, lineH, tr(p.Paragraph), "", "L", false)
			pdf.Ln(2)
		case len(p.Facts) > 0:
			for _, f := range p.Facts {
				pdf.SetFont("Helvetica", "", 9)
				// Name and value stand on one page.
				room(pdf, min(float64(len(pdf.SplitLines([]byte(tr(f[1])), width-50)))*lineH, 100))
				pdf.SetTextColor(91, 102, 115)
				y := pdf.GetY()
				pdf.CellFormat(48, lineH, tr(f[0]), "", 0, "L", false, 0, "")
				pdf.SetTextColor(26, 31, 38)
				pdf.SetXY(margin+50, y)
				pdf.MultiCell(width-50, lineH, tr(f[1]), "", "L", false)
			}
			pdf.Ln(1)
		case len(p.Head) > 0:
			p.table(pdf, tr)
		}
	}
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// room begins a new page unless so much is free on this one.
func room(pdf *fpdf.Fpdf, h float64) {
	if pdf.GetY()+h > height-margin {
		pdf.AddPage()
	}
}

// table writes a table; its head stands on every page.
func (p *Part) table(pdf *fpdf.Fpdf, tr func(string) string) {
	widths := make([]float64, len(p.Head))
	sum := 0.0
	for i := range widths {
		widths[i] = 1
		if i < len(p.Widths) {
			widths[i] = p.Widths[i]
		}
		sum += widths[i]
	}
	for i := range widths {
		widths[i] *= width / sum
	}
	var row func(cells []string, style, border string)
	row = func(cells []string, style, border string) {
		pdf.SetFont("Helvetica", style, 8)
		lines := make([][]string, len(cells))
		n := 1
		for i, c := range cells {
			if i >= len(widths) {
				break
			}
			for _, l := range pdf.SplitLines([]byte(tr(c)), widths[i]-2) {
				lines[i] = append(lines[i], string(l))
			}
			n = max(n, len(lines[i]))
		}
		h := float64(n) * 3.9
		if pdf.GetY()+h > height-margin-4 {
			pdf.AddPage()
			if style == "" {
				row(p.Head, "B", "B")
				pdf.SetFont("Helvetica", style, 8)
			}
		}
		y := pdf.GetY()
		x := margin
		for i := range widths {
			align := "L"
			if p.IsRight(i) {
				align = "R"
			}
			for k := range lines[i] {
				pdf.SetXY(x, y+float64(k)*3.9)
				pdf.CellFormat(widths[i], 3.9, lines[i][k], "", 0, align, false, 0, "")
			}
			x += widths[i]
		}
		pdf.SetXY(margin, y+h)
		if border != "" {
			pdf.SetDrawColor(200, 206, 214)
			pdf.Line(margin, y+h+.3, margin+width, y+h+.3)
			pdf.Ln(.8)
		}
	}
	row(p.Head, "B", "B")
	for _, r := range p.Rows {
		row(r, "", "B")
	}
	if len(p.Total) > 0 {
		row(p.Total, "B", "")
	}
	pdf.Ln(2)
}
