package intake

import (
	"bytes"
	"hash/maphash"
	"io"
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/record"
	"claimwire/gateway"
)

// Finding is a diagnostic with the field of the encounter that it is about.
type Finding = gateway.Finding

// Format is a form in which claims come in.
type Format int

// The forms that Recognize tells apart.
const (
	Unknown Format = iota
	JSON           // encounters, or claim records: one, an array, or one on each line
	CSV            // encounters, one service line on each row
	X12            // an interchange
)

// Recognize says from its first bytes in what form a file is.
func Recognize(begin []byte) Format {
	begin = bytes.TrimLeft(bytes.TrimPrefix(begin, []byte("\ufeff")), " \t\r\n")
	switch {
	case len(begin) == 0:
		return Unknown
	case begin[0] == '{' || begin[0] == '[':
		return JSON
	case bytes.HasPrefix(begin, []byte("ISA")):
		return X12
	}
	if i := bytes.IndexByte(begin, '\n'); i >= 0 {
		begin = begin[:i]
	}
	if bytes.IndexByte(begin, ',') > 0 && bytes.IndexByte(begin, 0) < 0 {
		return CSV
	}
	return Unknown
}

// Options bound what a Reader takes.
type Options struct {
	MaxEncounter int // bytes of one encounter, or of one CSV row; 0: 1 MiB
}

// Item is one encounter of a file, as far as it could be read.
type Item struct {
	Encounter *Encounter // nil when nothing of it could be read
	Findings  []Finding  // what is wrong with how it is written
	More      int        // findings beyond maxFindings
	Row       int        // line of the file where it begins
	Offset    int64      // byte of the file where it begins

	// Record is the kind of a JSON record that is no encounter ("claim", the
	// record that decode writes); Encounter is nil then, and Raw its text.
	Record string
	Raw    []byte // JSON; valid until the next call of Next

	blind    bool  // only rows that could not be read
	rows     []int // of the lines of a CSV file
	document *record.Document
}

// maxFindings is how many findings of one encounter are kept.
const maxFindings = 100

func (it *Item) report(d Finding) {
	if len(it.Findings) == maxFindings {
		it.More++
		return
	}
	it.Findings = append(it.Findings, d)
}

// fault makes a finding of the item.
func (it *Item) fault(code diag.Code, field, want string, row int, offset int64) {
	d := Finding{Diagnostic: diag.Diagnostic{Code: code, Want: want}, Field: field, Row: row}
	d.Offset = offset
	if it.Encounter != nil {
		d.Claim = it.Encounter.ID
	}
	it.report(d)
}

// Line is the line of the file where a field stands, or where the encounter
// begins when the field does not stand there.
func (it *Item) Line(field string) int {
	if rest, ok := strings.CutPrefix(field, rowList+"["); ok && it.rows != nil {
		if n, err := strconv.Atoi(rest[:max(strings.IndexByte(rest, ']'), 0)]); err == nil && n < len(it.rows) {
			return it.rows[n]
		}
	}
	if it.document == nil || field == "" {
		return it.Row
	}
	d, at := it.document, int32(0)
	for step := range strings.SplitSeq(field, ".") {
		name, index, indexed := strings.Cut(step, "[")
		next := d.Child(at, name, -1)
		if indexed && next >= 0 {
			n, _ := strconv.Atoi(strings.TrimSuffix(index, "]"))
			next = d.Child(next, "", n)
		}
		if next < 0 {
			break
		}
		at = next
	}
	return it.Row + bytes.Count(d.Text[:d.Tokens[at].Start], []byte{'\n'})
}

// Reader reads the encounters of a file one after the other. It holds one at a
// time, whatever the size of the file.
type Reader struct {
	w       *window
	format  Format
	opt     Options
	started bool
	done    bool
	count   int

	layout layout // JSON

	rows   rows // CSV
	header *header
	ahead  *row           // first row of the next encounter
	seen   map[uint64]int // row where an encounter began, by its id
	seed   maphash.Seed
	order  []uint64 // of seen; once full, a ring
	oldest int
}

// layout is how the encounters of a JSON file stand.
type layout uint8

const (
	oneByOne layout = iota // each may take several lines
	inArray
	byLine
)

// NewReader reads the encounters of r, in JSON or CSV.
func NewReader(r io.Reader, opt Options) *Reader {
	if opt.MaxEncounter <= 0 {
		opt.MaxEncounter = 1 << 20
	}
	return &Reader{w: newWindow(r, opt.MaxEncounter), opt: opt}
}

// Next gives the next encounter, with what is wrong with it; io.EOF after the
// last. Any other error means that the file could not be read on.
func (r *Reader) Next() (*Item, error) {
	if !r.started {
		r.started = true
		r.begin()
	}
	for !r.done {
		it := &Item{Row: r.w.row, Offset: r.w.offset}
		var ok bool
		if r.format == JSON {
			ok = r.nextJSON(it)
		} else {
			ok = r.nextCSV(it)
		}
		if err := r.w.failed(); err != nil {
			r.done = true
			return nil, err
		}
		if ok {
			r.count++
			return it, nil
		}
		r.done = true
		if r.count == 0 {
			r.count++
			it.Row, it.Offset = r.w.row, r.w.offset
			it.fault(codeNoEncounter, "", "", it.Row, it.Offset)
			return it, nil
		}
	}
	return nil, io.EOF
}

func (r *Reader) begin() {
	r.w.atLeast(3)
	if bytes.HasPrefix(r.w.rest(), []byte("\ufeff")) {
		r.w.consume(3)
		r.w.column, r.w.dark = 0, false
	}
	r.skipBlank()
	switch c := r.peek(); c {
	case '[':
		r.format, r.layout = JSON, inArray
		r.w.consume(1)
	case '{':
		r.format = JSON
		r.layout = r.guessLayout()
	default:
		r.format = CSV
		r.rows.w = r.w
		r.seed, r.seen = maphash.MakeSeed(), map[uint64]int{}
	}
}

func (r *Reader) peek() byte {
	if len(r.w.rest()) == 0 && !r.w.fill() {
		return 0
	}
	return r.w.rest()[0]
}

func (r *Reader) skipBlank() {
	for {
		b := r.w.rest()
		n := len(b) - len(bytes.TrimLeft(b, " \t\r\n"))
		r.w.consume(n)
		if n < len(b) || !r.w.fill() {
			return
		}
	}
}

// guessLayout tells one encounter over several lines from encounters that
// stand on one line each, also when the first of those is broken: then the
// second line is one by itself, and the first is none however far one reads.
func (r *Reader) guessLayout() layout {
	n, err := r.w.line(0)
	if err != nil {
		return oneByOne
	}
	if first := bytes.TrimSpace(r.w.rest()[:n]); whole(first) {
		return byLine
	}
	if m, err := r.w.line(n); err != nil || !whole(bytes.TrimSpace(r.w.rest()[n:n+m])) {
		return oneByOne
	}
	for r.w.fill() {
	}
	var s scanner
	for i, c := range r.w.rest() {
		switch s.step(c) {
		case closed:
			if new(record.Document).Read(r.w.rest()[:i+1]) == nil {
				return oneByOne
			}
			return byLine
		case broken:
			return byLine
		}
	}
	return byLine
}

// whole says whether a text is one object, closed where it ends.
func whole(b []byte) bool {
	var s scanner
	for i, c := range b {
		if state := s.step(c); state != open {
			return state == closed && i == len(b)-1
		}
	}
	return false
}

// scanner follows braces and brackets from the one that opens an object. A
// text that is not closed on its line ends with it, so that one lost quote
// does not swallow what follows.
type scanner struct {
	depth   int
	arrays  uint64 // bit n: what is open at depth n is an array
	quoted  bool
	escaped bool
}

// state is where a scanner is.
type state uint8

const (
	open   state = iota
	closed       // at the brace that closes the object
	broken       // at a brace or bracket that closes what is not open
)

func (s *scanner) step(c byte) state {
	switch {
	case c == '\n':
		s.quoted, s.escaped = false, false
	case s.escaped:
		s.escaped = false
	case s.quoted:
		s.quoted, s.escaped = c != '"', c == '\\'
	case c == '"':
		s.quoted = true
	case c == '{' || c == '[':
		s.depth++
		if s.depth >= 64 {
			return broken
		}
		s.arrays &^= 1 << s.depth
		if c == '[' {
			s.arrays |= 1 << s.depth
		}
	case c == '}' || c == ']':
		if s.depth <= 0 || (c == ']') != (s.arrays>>s.depth&1 == 1) {
			return broken
		}
		if s.depth--; s.depth == 0 {
			return closed
		}
	}
	return open
}

// nextJSON reads the next encounter of a JSON file; false at the end.
func (r *Reader) nextJSON(it *Item) bool {
	for {
		r.skipBlank()
		it.Row, it.Offset = r.w.row, r.w.offset
		switch c := r.peek(); {
		case c == 0 && len(r.w.rest()) == 0:
			return false
		case r.layout == inArray && c == ',':
			r.w.consume(1)
			continue
		case r.layout == inArray && c == ']':
			r.w.consume(1)
			r.layout = oneByOne // what may follow
			continue
		case r.layout == byLine:
			return r.nextLine(it)
		case c != '{':
			// No encounter: up to the next line, comma or brace.
			n := 1
			for ; n < len(r.w.rest()) || r.w.fill(); n++ {
				if strings.IndexByte("\n,{]", r.w.rest()[n]) >= 0 {
					break
				}
			}
			r.w.consume(n)
			it.fault(codeNotReadable, "", "an encounter begins with a brace", it.Row, it.Offset)
			return true
		}
		return r.nextObject(it)
	}
}

func (r *Reader) nextLine(it *Item) bool {
	n, err := r.w.line(0)
	if err != nil {
		for err != nil {
			r.w.consume(n)
			n, err = r.w.line(0)
		}
		r.w.consume(n)
		it.fault(codeTooLarge, "", r.bound(), it.Row, it.Offset)
		return true
	}
	r.parse(it, bytes.TrimSpace(r.w.rest()[:n]))
	r.w.consume(n)
	return true
}

func (r *Reader) bound() string { return strconv.Itoa(r.opt.MaxEncounter) + " bytes" }

// nextObject reads the object that begins here, over as many lines as it takes.
func (r *Reader) nextObject(it *Item) bool {
	var s scanner
	for i := 0; ; {
		b := r.w.rest()
		state := open
		for ; i < len(b) && state == open; i++ {
			state = s.step(b[i])
		}
		switch {
		case state == closed:
			n := i
			if !r.parse(it, b[:n]) {
				// A brace that is missing here and one too many there: the next
				// encounter may be inside.
				if m := r.resume(b[:n]); m > 0 {
					n = m
				}
			}
			r.w.consume(n)
			return true
		case state == open && r.w.fill():
			continue
		case r.w.failed() != nil:
			return true
		}
		// It does not end as it should. Perhaps one of the next lines begins
		// another.
		full := state == open && r.w.full()
		r.w.atLeast(lookAhead)
		b = r.w.rest()
		switch n := r.resume(b[:min(len(b), lookAhead)]); {
		case n > 0:
			r.unreadable(it, b[:n], "a closing brace or bracket is missing before the next encounter")
			r.w.consume(n)
		case full:
			it.fault(codeTooLarge, "", r.bound(), it.Row, it.Offset)
			r.skipObject(&s)
		default:
			r.unreadable(it, b[:i], "a closing brace or bracket is missing")
			r.w.consume(i)
		}
		return true
	}
}

// lookAhead is how far the beginning of the next encounter is looked for when
// one does not end.
const lookAhead = 64 << 10

// unreadable says where a text stops being JSON; missing says what is wrong
// when that is only its end.
func (r *Reader) unreadable(it *Item, text []byte, missing string) {
	row, offset, want := it.Row, it.Offset, missing
	text = bytes.TrimRight(text, " \t\r\n")
	if err := new(record.Document).Read(text); err != nil {
		at := min(err.Offset, len(text))
		row += bytes.Count(text[:at], []byte{'\n'})
		offset += int64(at)
		if at < len(text) {
			want = err.Want + " is expected here"
		}
	}
	it.fault(codeNotReadable, "", want, row, offset)
}

// skipObject goes to the end of an object that is too long to hold.
func (r *Reader) skipObject(s *scanner) {
	r.w.consume(len(r.w.rest()))
	for r.w.fill() {
		b := r.w.rest()
		for i, c := range b {
			if s.step(c) != open {
				r.w.consume(i + 1)
				return
			}
		}
		r.w.consume(len(b))
	}
}

// resume finds the line in b where the next encounter begins: with a brace in
// the same column as this one, which is the first on its line. 0 is none.
func (r *Reader) resume(b []byte) int {
	if r.w.dark {
		return 0
	}
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return 0
		}
		i += n + 1
		line := b[i:]
		if blank := len(line) - len(bytes.TrimLeft(line, " \t")); blank == r.w.column && blank < len(line) && line[blank] == '{' {
			return i
		}
	}
}

// parse makes an encounter of one JSON object; false when it is none.
func (r *Reader) parse(it *Item, text []byte) bool {
	it.Raw = text
	d := &record.Document{}
	at := func(offset int) (int, int64) {
		return it.Row + bytes.Count(text[:offset], []byte{'\n'}), it.Offset + int64(offset)
	}
	if err := d.Read(text); err != nil {
		row, offset := at(min(err.Offset, len(text)))
		it.fault(codeNotReadable, "", err.Want+" is expected here", row, offset)
		return false
	}
	it.document = d
	if d.Tokens[0].Kind != '{' {
		it.fault(codeNotReadable, "", "an encounter begins with a brace", it.Row, it.Offset)
		return false
	}
	if t := d.Child(0, "record", -1); t >= 0 && d.Tokens[t].Kind == '"' {
		it.Record = d.Plain(&d.Tokens[t])
		return true
	}
	it.Encounter = new(Encounter)
	f := fields{mode: readingJSON, doc: d}
	f.report = func(code diag.Code, field, want string, offset int) {
		row, place := at(max(offset, 0))
		it.fault(code, field, want, row, place)
	}
	f.open(0, func() { it.Encounter.fields(&f) })
	return true
}

// row is one row of a CSV file, good or not.
type row struct {
	cells  [][]byte // nil when it could not be read
	code   diag.Code
	want   string
	row    int
	offset int64
	id     string // "" when it could not be read
}

// nextRow gives the next row, nil at the end.
func (r *Reader) nextRow() *row {
	cells, ok, err := r.rows.next()
	if !ok {
		return nil
	}
	n := &row{row: r.rows.row, offset: r.rows.offset}
	if c := r.header.columns["id"]; c < len(cells) {
		n.id = plainText(cells[c])
	}
	switch {
	case err == errFull:
		n.code, n.want = codeTooLarge, r.bound()
	case err != nil:
		n.code, n.want = codeRowNotRead, err.Error()
	case len(cells) != len(r.header.names):
		n.code, n.want = codeCells, strconv.Itoa(len(r.header.names))+", and not "+strconv.Itoa(len(cells))
	default:
		// One copy of the row, since the next one overwrites it.
		var size int
		for _, c := range cells {
			size += len(c)
		}
		text := make([]byte, 0, size)
		n.cells = make([][]byte, len(cells))
		for i, c := range cells {
			text = append(text, c...)
			n.cells[i] = text[len(text)-len(c):]
		}
	}
	return n
}

// nextCSV reads the rows of the next encounter; false at the end.
func (r *Reader) nextCSV(it *Item) bool {
	if r.header == nil {
		cells, ok, err := r.rows.next()
		if !ok {
			return false
		}
		want := ""
		if err != nil {
			want = err.Error()
		} else {
			r.header, want = bindHeader(cells)
		}
		if want != "" {
			// Without its header nothing of the file can be read.
			r.done = true
			it.fault(codeHeader, "", want, r.rows.row, r.rows.offset)
			return true
		}
		r.ahead = r.nextRow()
	}
	first := r.ahead
	if first == nil {
		return false
	}
	it.Row, it.Offset = first.row, first.offset
	if first.id != "" {
		it.Encounter = &Encounter{ID: first.id}
	}
	f := fields{mode: readingCSV, header: r.header, prefix: make([]byte, 0, 128)}
	now := first
	f.report = func(code diag.Code, field, want string, _ int) {
		if code == codeRowsDisagree {
			want = strconv.Itoa(first.row)
		}
		it.fault(code, field, want, now.row, now.offset)
	}
	if earlier := r.recall(first); earlier > 0 {
		it.fault(codeRowsApart, "id", strconv.Itoa(earlier), first.row, first.offset)
	}
	it.blind = true
	for {
		if now.code != 0 {
			it.fault(now.code, "", now.want, now.row, now.offset)
		} else {
			if it.Encounter == nil {
				it.Encounter = new(Encounter)
			}
			it.blind = false
			before := len(it.Encounter.Lines)
			f.cells = now.cells
			it.Encounter.fields(&f)
			if len(it.Encounter.Lines) > before {
				it.rows = append(it.rows, now.row)
			}
		}
		// A row whose id cannot be read goes with the encounter before it: it
		// may be one of its lines.
		if now = r.nextRow(); now == nil || now.id != first.id && !(now.id == "" && now.code != 0) {
			r.ahead = now
			return true
		}
	}
}

// maxRemembered is how many encounters back rows are recognised that have gone
// astray.
const maxRemembered = 1 << 16

// recall gives the row where an encounter with the same id began, and
// remembers this one.
func (r *Reader) recall(n *row) (earlier int) {
	if n.id == "" {
		return 0
	}
	h := maphash.String(r.seed, n.id)
	earlier = r.seen[h]
	if earlier == 0 {
		if len(r.order) < maxRemembered {
			r.order = append(r.order, h)
		} else {
			delete(r.seen, r.order[r.oldest])
			r.order[r.oldest] = h
			r.oldest = (r.oldest + 1) % maxRemembered
		}
		r.seen[h] = n.row
	}
	return earlier
}
