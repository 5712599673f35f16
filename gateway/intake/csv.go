package intake

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"claimwire/gateway"
)

// maxColumns bounds the header of a CSV file.
const maxColumns = 2000

// header is the first row of a CSV file, bound to the fields of an encounter.
// The name of a column is the path of the field with underscores; items of
// lists are counted from 1: patient_address_city, diagnosis_2, line_charge,
// line_prior_payment_1_paid.
type header struct {
	names   []string
	columns map[string]int
	under   map[string][]int // columns of an object, by its path
	items   map[string]int   // how many items of a list have columns
}

// any says whether a row has something in the columns of an object.
func (h *header) any(object []byte, cells [][]byte) bool {
	for _, c := range h.under[string(object)] {
		if len(cells[c]) > 0 {
			return true
		}
	}
	return false
}

// bindHeader finds the field of each column. want says what is wrong.
func bindHeader(cells [][]byte) (h *header, want string) {
	h = &header{columns: map[string]int{}, under: map[string][]int{}, items: map[string]int{}}
	if len(cells) > maxColumns {
		return nil, "it has more than " + strconv.Itoa(maxColumns) + " columns"
	}
	for i, c := range cells {
		name := strings.ToLower(string(c))
		h.names = append(h.names, name)
		first, twice := h.columns[name]
		// What stands there is not repeated: where the header is missing it is
		// a patient's data.
		switch {
		case name == "":
			return nil, "column " + strconv.Itoa(i+1) + " has no name"
		case twice:
			return nil, "columns " + strconv.Itoa(first+1) + " and " + strconv.Itoa(i+1) + " have one name"
		case !h.match(description(), "", name, i):
			want = "column " + strconv.Itoa(i+1) + " has a name that is not known"
			if near := gateway.Nearest(name, columnNames(), 2); len(near) > 0 {
				want += "; did you mean " + strings.Join(near, " or ") + "?"
			}
			return nil, want
		}
	}
	has := func(name string) bool { _, ok := h.columns[name]; return ok }
	switch {
	case !has("id"):
		return nil, "there is no column id"
	case !has("line_procedure") && !has("line_revenue_code"):
		return nil, "there is no column line_procedure"
	}
	return h, ""
}

// match binds a column to a field below n. done is the part of its name that
// led to n.
func (h *header) match(n *node, done, rest string, column int) bool {
	for i, m := range n.members {
		if n.short && i == 0 {
			continue // the item itself is its first member
		}
		switch object := m.typeName != ""; {
		case m.list == 0 && !object:
			if rest == m.name {
				h.columns[done+rest] = column
				return true
			}
		case m.list == 0 || m.name == rowList && done == "":
			name := m.name
			if m.list > 0 {
				name = m.item
			}
			if tail, ok := strings.CutPrefix(rest, name+"_"); ok && h.match(m, done+name+"_", tail, column) {
				h.under[done+name] = append(h.under[done+name], column)
				return true
			}
		default:
			tail, ok := strings.CutPrefix(rest, m.item+"_")
			if !ok {
				continue
			}
			digits, tail, more := strings.Cut(tail, "_")
			k, err := strconv.Atoi(digits)
			if err != nil || k < 1 || k > m.list || strconv.Itoa(k) != digits {
				continue
			}
			item := done + m.item + "_" + digits
			switch {
			case !more && (!object || m.short):
				h.columns[item] = column
			case more && object && h.match(m, item+"_", tail, column):
			default:
				continue
			}
			h.under[item] = append(h.under[item], column)
			h.items[done+m.item] = max(h.items[done+m.item], k)
			return true
		}
	}
	return false
}

// columnNames lists the columns, of lists the first item's.
func columnNames() []string {
	var names []string
	description().columns("", func(name string, _ *node) { names = append(names, name) })
	return names
}

// columns visits the columns of all fields below n; of lists those of the
// first item.
func (n *node) columns(done string, visit func(name string, m *node)) {
	for i, m := range n.members {
		name := done + m.name
		if m.list > 0 {
			name = done + m.item
			if !(m.name == rowList && done == "") {
				name += "_1"
			}
		}
		switch {
		case n.short && i == 0:
		case m.typeName == "":
			visit(name, m)
		default:
			if m.short {
				visit(name, m)
			}
			m.columns(name+"_", visit)
		}
	}
}

// column is the name of the column of a member of the open object; index
// counts from 0, -1 is none. It is valid until the next call.
func (f *fields) column(name string, index int) []byte {
	c := append(f.prefix, name...)
	if index >= 0 {
		c = strconv.AppendInt(append(c, '_'), int64(index+1), 10)
	}
	return c
}

// nested walks over the members of the object whose columns begin with a name.
func (f *fields) nested(column []byte, name string, index int, walk func()) {
	outer := f.prefix
	f.prefix = append(column, '_')
	f.enter(name, index)
	walk()
	f.leave()
	f.prefix = outer
}

// cell reads the cell of a column. What an earlier row of the same encounter
// said stays; a row that says something else is reported.
func (f *fields) cell(column []byte, name string, index int, p *string) {
	c, ok := f.header.columns[string(column)]
	if !ok || len(f.cells[c]) == 0 {
		return
	}
	switch s := f.cells[c]; {
	case *p == "":
		*p = plainText(s)
	case *p != plainText(s):
		f.report(codeRowsDisagree, f.where(name, index), "", -1)
	}
}

// plainText reads bytes as UTF-8 or, where they are not, as Latin-1: what
// spreadsheets of western offices save.
func plainText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

var (
	errOpenQuote  = errors.New("a quote opens a cell and is not closed; a quote inside a quoted cell is written twice")
	errStrayQuote = errors.New("a quote stands inside a cell; put the whole cell in quotes, with its own quotes written twice")
)

// rows cuts a CSV file into rows: commas, quotes as RFC 4180 has them, lines
// ending in LF or CRLF.
type rows struct {
	w      *window
	cells  [][]byte
	text   []byte // of the cells
	row    int    // line of the row that came last
	offset int64
}

// next gives the cells of the next row without blanks around them, valid until
// the next call. ok is false at the end. A row that cannot be read is given as
// an error; the row after it comes next.
func (r *rows) next() (cells [][]byte, ok bool, err error) {
	for {
		r.row, r.offset, r.cells = r.w.row, r.w.offset, r.cells[:0]
		n, err := r.w.line(0)
		switch {
		case err != nil:
			// Skip the rest of the line without keeping it.
			for err != nil {
				r.w.consume(n)
				n, err = r.w.line(0)
			}
			r.w.consume(n)
			return nil, true, errFull
		case n == 0:
			return nil, false, nil
		}
		if len(bytes.TrimSpace(r.w.rest()[:n])) == 0 {
			r.w.consume(n)
			continue
		}
		used, err := r.cut(n)
		if err != nil {
			used = n // the next line may be good again
		}
		r.w.consume(used)
		return r.cells, true, err
	}
}

// cut makes cells of the row whose first line has n bytes, and gives its
// length: a quoted cell may hold line breaks. Of a bad row the cells before
// the fault are kept.
func (r *rows) cut(n int) (used int, err error) {
	r.text = r.text[:0]
	var ends []int // of the cells in text
	defer func() {
		from := 0
		for _, to := range ends {
			r.cells = append(r.cells, bytes.TrimSpace(r.text[from:to]))
			from = to
		}
	}()
	for i := 0; ; i++ {
		b := r.w.rest()
		for i < n && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
		if i < n && b[i] == '"' {
			for i++; ; i++ {
				if i == n {
					more, err := r.w.line(n)
					if err != nil || more == 0 {
						return 0, errOpenQuote
					}
					n += more
					b = r.w.rest()
				}
				if b[i] == '"' {
					if i+1 >= n || b[i+1] != '"' {
						break
					}
					i++
				}
				r.text = append(r.text, b[i])
			}
			for i++; i < n && (b[i] == ' ' || b[i] == '\t'); i++ {
			}
		} else {
			for ; i < n && b[i] != ',' && b[i] != '\n' && b[i] != '\r'; i++ {
				if b[i] == '"' {
					return 0, errStrayQuote
				}
				r.text = append(r.text, b[i])
			}
		}
		if i < n && b[i] == '\r' {
			i++
		}
		if i < n && b[i] != ',' && b[i] != '\n' {
			return 0, errStrayQuote
		}
		ends = append(ends, len(r.text))
		if i >= n || b[i] == '\n' {
			return n, nil
		}
	}
}
