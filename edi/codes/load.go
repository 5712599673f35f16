package codes

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// LineError places what is wrong in a publisher's file.
type LineError struct {
	Line    int
	Message string
}

// Error gives "line N: …".
func (e *LineError) Error() string { return "line " + strconv.Itoa(e.Line) + ": " + e.Message }

// Loaded is what a publisher's file holds.
type Loaded struct {
	System   string
	Name     string
	From, To int // 0: the file does not say
	Dated    bool
	Entries  []Entry
	// Partial: another file of the same release, of which this one is a part, says
	// more; where both lie in one archive, this one is not needed.
	Partial bool
	Notice  string // what the publisher demands of who uses it
	// Set names a table that is published in parts: releases of the same set
	// answer together.
	Set string
}

// maxEntries bounds a release.
const maxEntries = 4_000_000

// loader reads one kind of file.
type loader struct {
	names   *regexp.Regexp // of the file, lower case
	content func(head []byte) bool
	read    func(name string, r io.Reader) ([]*Loaded, error)
}

// one is a loader of a file that holds one system.
func one(read func(name string, r io.Reader) (*Loaded, error)) func(string, io.Reader) ([]*Loaded, error) {
	return func(name string, r io.Reader) ([]*Loaded, error) {
		l, err := read(name, r)
		if err != nil {
			return nil, err
		}
		return []*Loaded{l}, nil
	}
}

var loaders = []loader{
	{regexp.MustCompile(`icd[-_]?10[-_]?cm[-_]?order[-_]?\d*\.txt$`), nil, one(func(name string, r io.Reader) (*Loaded, error) { return readOrder(ICD10CM, name, r) })},
	{regexp.MustCompile(`icd[-_]?10[-_]?pcs[-_]?order[-_]?\d*\.txt$`), nil, one(func(name string, r io.Reader) (*Loaded, error) { return readOrder(ICD10PC, name, r) })},
	{regexp.MustCompile(`icd[-_]?10[-_]?cm[-_]?codes[-_]?\d*\.txt$`), nil, one(func(name string, r io.Reader) (*Loaded, error) { return readCodes(ICD10CM, name, r) })},
	{regexp.MustCompile(`icd[-_]?10[-_]?pcs[-_]?codes[-_]?\d*\.txt$`), nil, one(func(name string, r io.Reader) (*Loaded, error) { return readCodes(ICD10PC, name, r) })},
	{regexp.MustCompile(`anweb.*\.txt$`), nil, readHCPCS},
	{regexp.MustCompile(`poaexemptcodes.*\.txt$`), nil, one(readPOA)},
	{regexp.MustCompile(`^pos[-_]?codes?.*\.csv$`), nil, one(readPOS)},
}

// Recognise says whether a file of this name is one that is read, by its name
// and what it begins with. Addenda are not: see Addenda.
func Recognise(name string, head []byte) bool {
	return find(name, head) != nil || sheet(head) && find(plainName(name), nil) != nil
}

func find(name string, head []byte) *loader {
	n := strings.ToLower(name)
	if i := strings.LastIndexAny(n, `/\`); i >= 0 {
		n = n[i+1:]
	}
	if strings.Contains(n, "addenda") {
		return nil
	}
	for i := range loaders {
		l := &loaders[i]
		if l.names.MatchString(n) && (l.content == nil || head == nil || l.content(head)) {
			return l
		}
	}
	return nil
}

// Read reads a publisher's file, which may hold several systems. system is empty,
// or says that it is a bare list of codes of that system, one a line, with or
// without a text after a comma or tab. A line that cannot be read refuses the
// file.
func Read(system, name string, r io.Reader) ([]*Loaded, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(4096)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if sheet(head) {
		return readSheet(system, name, br)
	}
	if l := find(name, head); l != nil && system == "" {
		return l.read(name, br)
	}
	if system == "" {
		return nil, fmt.Errorf("neither its name nor its content says what it holds; --system says that it is a list of codes")
	}
	if dated(head) {
		return one(columns(system, "code", "", "description", "start", "stop"))(name, br)
	}
	return one(func(name string, r io.Reader) (*Loaded, error) { return readBare(system, name, r) })(name, br)
}

// lines visits the lines of a text, Latin-1 turned into UTF-8, without line ends.
func lines(r io.Reader, visit func(n int, line string) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), 1<<20)
	n := 0
	for sc.Scan() {
		n++
		if err := visit(n, strings.TrimRight(utf8Of(sc.Bytes()), "\r\x1a")); err != nil {
			return err
		}
	}
	if sc.Err() == bufio.ErrTooLong {
		return &LineError{n + 1, "it is longer than a mebibyte"}
	}
	return sc.Err()
}

func utf8Of(b []byte) string {
	for _, c := range b {
		if c >= 0x80 {
			if bytes.ContainsRune(b, '\uFFFD') || !validUTF8(b) {
				out := make([]rune, len(b))
				for i, c := range b {
					out[i] = rune(c)
				}
				return string(out)
			}
			break
		}
	}
	return string(b)
}

func validUTF8(b []byte) bool { return string([]rune(string(b))) == string(b) }

var yearOf = regexp.MustCompile(`(20\d\d)`)

// fiscal gives the fiscal year that a name says, and its days.
func fiscal(name string) (label string, from, to int) {
	m := yearOf.FindString(name)
	if m == "" {
		return "", 0, 0
	}
	y, _ := strconv.Atoi(m)
	return "FY" + m, (y-1)*10000 + 1001, y*10000 + 930
}

func readOrder(system, name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: system}
	out.Name, out.From, out.To = fiscal(name)
	last := 0
	err := lines(r, func(n int, line string) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		if len(line) < 17 || len(line) > 400 {
			return &LineError{n, "it has not the length of a line of an order file"}
		}
		seq, err := strconv.Atoi(line[:5])
		if err != nil || seq <= last {
			return &LineError{n, "its order number does not follow the one before"}
		}
		last = seq
		code, flag := strings.TrimSpace(line[6:13]), line[14]
		if why := formOf(system, code); why != "" && isCode(code) {
			return &LineError{n, why}
		}
		if !isCode(code) || flag != '0' && flag != '1' {
			return &LineError{n, "it has no code or no flag where an order file has them"}
		}
		e := Entry{Code: code, Heading: flag == '0', Short: strings.TrimSpace(line[16:min(76, len(line))])}
		if e.Long = strings.TrimSpace(line[min(77, len(line)):]); e.Long == "" {
			return &LineError{n, "it ends before its long title, in 78"}
		}
		return out.add(n, e)
	})
	if system == ICD10CM {
		markSides(out.Entries)
	}
	return out.done(out.whole(err))
}

// whole says that a year's list ends before its last chapter; small lists are not
// judged.
func (l *Loaded) whole(err error) error {
	if n := len(l.Entries); err == nil && n > wholeFrom {
		if c := l.Entries[n-1].Code[0]; c != 'Z' && c != 'U' && c != 'X' {
			return &LineError{n, "the file ends here, after " + l.Entries[n-1].Code + ": its last chapters are cut off"}
		}
	}
	return err
}

// readCodes reads a codes file: code, blank, long title; only what is billable.
func readCodes(system, name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: system, Partial: true}
	out.Name, out.From, out.To = fiscal(name)
	seen := map[string]bool{}
	err := lines(r, func(n int, line string) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		if len(line) < 9 || len(line) > 400 || line[7] != ' ' {
			return &LineError{n, "it has not the columns of a file of codes: the code in 1 to 7, its title from 9"}
		}
		code := strings.TrimSpace(line[:7])
		if why := formOf(system, code); !isCode(code) || why != "" {
			return &LineError{n, cmp.Or(why, "it has no code where a file of codes has one")}
		}
		if seen[code] {
			return &LineError{n, code + " stands twice"}
		}
		seen[code] = true
		return out.add(n, Entry{Code: code, Long: strings.TrimSpace(line[8:])})
	})
	return out.done(out.whole(err))
}

// wholeFrom is the number of codes from which an order file is taken for a
// whole year's.
const wholeFrom = 5000

// formOf says why a code cannot be one of the system whose name the file has;
// empty: it can.
func formOf(system, code string) string {
	switch {
	case system == ICD10CM && code != "" && (code[0] < 'A' || len(code) < 3):
		return "its code has not the form of ICD-10-CM: the file is another's, or mislabelled"
	case system == ICD10PC && len(code) != 3 && len(code) != 7:
		return "its code has not the form of ICD-10-PCS: the file is another's, or mislabelled"
	}
	return ""
}

func isCode(s string) bool {
	if len(s) < 1 || len(s) > maxCodeWidth {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (l *Loaded) add(line int, e Entry) error {
	if len(l.Entries) >= maxEntries {
		return &LineError{line, fmt.Sprintf("a release has at most %d codes", maxEntries)}
	}
	l.Entries = append(l.Entries, e)
	return nil
}

func (l *Loaded) done(err error) (*Loaded, error) {
	if err != nil {
		return nil, err
	}
	if len(l.Entries) == 0 {
		return nil, &LineError{1, "it holds no code"}
	}
	return l, nil
}

// readHCPCS reads the alpha-numeric file: fixed columns, a preamble, a record a
// code or modifier with continuations, and the dates of each. Files of 320
// columns and of 293 have them in the same places; shorter lines are padded.
func readHCPCS(name string, r io.Reader) ([]*Loaded, error) {
	release := "HCPCS " + strings.TrimSuffix(filepathBase(name), ".txt")
	if y := yearOf.FindString(name); y != "" {
		release = "HCPCS " + y + quarterOf(name)
	}
	codes := &Loaded{System: HCPCS, Name: release, Dated: true}
	modifiers := &Loaded{System: Modifiers, Name: release, Dated: true}
	var cur *Entry
	index := map[string]int{}
	lineOf := map[string]int{}
	err := lines(r, func(n int, line string) error {
		rs := []rune(line)
		if len(rs) < 12 || !strings.ContainsRune("3478", rs[10]) {
			return nil // preamble, or a blank line
		}
		at := func(from, to int) string { // 1-based, inclusive
			if from > len(rs) {
				return ""
			}
			return strings.TrimSpace(string(rs[from-1 : min(to, len(rs))]))
		}
		kind, code := rs[10], at(1, 5)
		if strings.Trim(at(6, 10), "0123456789") != "" || at(6, 10) == "" || !isCode(code) {
			return nil // preamble that happens to have a digit there
		}
		into := codes
		switch kind {
		case '4', '8':
			if cur != nil && cur.Code == code {
				cur.Long = strings.TrimSpace(cur.Long + " " + at(12, 91))
			}
			return nil
		case '7':
			if into = modifiers; len(code) != 2 || string(rs[:3]) != "   " {
				return &LineError{n, "a modifier is two characters after three blanks"}
			}
		default:
			if len(code) != 5 {
				return &LineError{n, "a code of HCPCS has five characters"}
			}
			if code[0] >= '0' && code[0] <= '9' {
				return &LineError{n, "a code that begins with a digit is CPT's, which this file must not hold"}
			}
		}
		e := Entry{Code: code, Long: at(12, 91), Short: at(92, 119)}
		var ok [2]bool
		e.From, ok[0] = dateOf(at(269, 276))
		e.To, ok[1] = dateOf(at(285, 292))
		if !ok[0] || !ok[1] {
			return &LineError{n, "a date is not CCYYMMDD"}
		}
		for _, a := range hcpcsAttributes {
			if v := at(a.from, a.to); v != "" {
				e.Attributes += " " + a.name + "=" + strings.Join(strings.Fields(v), ",")
			}
		}
		e.Attributes = strings.TrimSpace(e.Attributes)
		lineOf[code] = n
		key := string(kind) + code
		i, twice := index[key]
		if twice {
			into.Entries[i] = e // the last record of a code is the one in force
		} else {
			i = len(into.Entries)
			index[key] = i
			if err := into.add(n, e); err != nil {
				return err
			}
		}
		cur = &into.Entries[i]
		return nil
	})
	if n := len(codes.Entries); err == nil && n > manyOfHCPCS {
		// Of a whole file, not of a few of its lines, two things are known.
		last, named := latest(codes.Entries), quarterNamed(name)
		switch e := codes.Entries[n-1]; {
		case e.Code[0] < 'V':
			err = &LineError{lineOf[e.Code], "the file ends here, after " + e.Code + ": its last chapters are cut off"}
		case named != 0 && last < named-2_0000: // two years
			err = &LineError{lineOf[e.Code], "none of its codes is newer than " + strconv.Itoa(last) + ": it is not the release that its name says"}
		}
	}
	if _, err := codes.done(err); err != nil {
		return nil, err
	}
	list := []*Loaded{codes}
	codes.From, codes.To = 19830101, max(quarterEnd(latest(codes.Entries)), quarterNamed(name))
	if len(modifiers.Entries) > 0 {
		modifiers.From, modifiers.To = codes.From, max(codes.To, quarterEnd(latest(modifiers.Entries)))
		list = append(list, modifiers)
	}
	return list, nil
}

// manyOfHCPCS is how many codes a file has at least of which it is known how it
// ends.
const manyOfHCPCS = 300

// hcpcsAttributes are the columns that are kept as they stand: coverage (C
// carrier's judgement, D special instructions, I not payable, M not covered, S
// not covered by statute), the group and day of Medicare's outpatient groups, the
// type of service of BETOS, pricing, and what the release did with the code.
var hcpcsAttributes = []struct {
	name     string
	from, to int
}{
	{"pricing", 120, 127}, {"statute", 171, 180}, {"cross-reference", 205, 229}, {"coverage", 230, 230}, {"asc", 231, 231},
	{"mog", 241, 243}, {"mog-policy", 244, 244}, {"mog-effective", 245, 252}, {"note", 253, 256}, {"betos", 257, 259}, {"type-of-service", 261, 265},
	{"action-effective", 277, 284}, {"action", 293, 293},
}

var monthOf = regexp.MustCompile(`(?i)_(jan|apr|jul|oct)[a-z]*_`)

// quarterOf is the quarter that a name such as HCPC2026_JUL_ANWEB.txt has, with
// a blank before it.
func quarterOf(name string) string {
	if m := monthOf.FindStringSubmatch(name); m != nil {
		return " " + strings.ToLower(m[1])
	}
	return ""
}

// quarterNamed is the last day of the quarter that a name has; 0: it has none.
func quarterNamed(name string) int {
	y, err := strconv.Atoi(yearOf.FindString(filepathBase(name)))
	m := monthOf.FindStringSubmatch(name)
	if err != nil || m == nil {
		return 0
	}
	return quarterEnd(y*10000 + map[string]int{"jan": 101, "apr": 401, "jul": 701, "oct": 1001}[strings.ToLower(m[1])])
}

func filepathBase(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// latest is the last day on which a code of a list became valid.
func latest(list []Entry) int {
	day := 0
	for i := range list {
		day = max(day, list[i].From)
	}
	return day
}

// quarterEnd is the last day of the quarter of a day: the next release may know
// of codes that this one does not.
func quarterEnd(day int) int {
	year, quarter := day/10000, (day/100%100-1)/3
	return year*10000 + []int{331, 630, 930, 1231}[max(0, min(quarter, 3))]
}

func dateOf(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	if err != nil || len(s) != 8 || n/100%100 < 1 || n/100%100 > 12 {
		return 0, false
	}
	return n, n%100 >= 1 && n%100 <= daysOfMonth(n/10000, n/100%100)
}

// readPOA reads the codes that are exempt from reporting whether they were
// present on admission.
func readPOA(name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: POA}
	out.Name, out.From, out.To = fiscal(strings.NewReplacer("FY2", "FY202", "fy2", "fy202").Replace(name))
	err := lines(r, func(n int, line string) error {
		f := strings.Split(line, "\t")
		if strings.TrimSpace(line) == "" || n == 1 && strings.Contains(strings.ToLower(line), "code") {
			return nil // the heading
		}
		if len(f) < 2 {
			return &LineError{n, "it has not the columns order, code, description"}
		}
		code := strings.ReplaceAll(strings.TrimSpace(f[1]), ".", "")
		if why := formOf(ICD10CM, code); !isCode(code) || why != "" || !has(code, '0', '9') {
			return &LineError{n, "its second column is no diagnosis, nor does it say that it is a heading"}
		}
		e := Entry{Code: code}
		if len(f) > 2 {
			e.Long = strings.Trim(strings.TrimSpace(f[2]), `"`)
		}
		return out.add(n, e)
	})
	return out.done(out.whole(err))
}

func readPOS(_ string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: Places, Name: "place of service"}
	err := rows(r, func(n int, f []string) error {
		code := f[0]
		if len(f) < 2 && code == "" || n == 1 && strings.Contains(strings.ToLower(code), "code") {
			return nil // blank, the heading
		}
		if len(code) == 1 {
			code = "0" + code
		}
		if len(f) < 2 || len(code) != 2 || strings.Trim(code, "0123456789") != "" {
			return &LineError{n, "its first column is no place of service, nor is it a heading"}
		}
		e := Entry{Code: code, Short: f[1]}
		if len(f) > 2 {
			e.Long = f[2]
		}
		return out.add(n, e)
	})
	return out.done(err)
}

// has says whether a text has a character of a range.
func has(s string, from, to byte) bool {
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			return true
		}
	}
	return false
}

// readBare reads one code a line, upper-cased, points left out; what follows a
// comma, tab or semicolon is its text.
func readBare(system, name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: system, Name: name}
	seen := map[string]bool{}
	err := lines(r, func(n int, line string) error {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || line[0] == '#' {
			return nil
		}
		code, text := line, ""
		if i := strings.IndexAny(line, ",;\t"); i >= 0 {
			code, text = strings.TrimSpace(line[:i]), strings.Trim(strings.TrimSpace(line[i+1:]), `"`)
		}
		code = strings.ToUpper(strings.ReplaceAll(strings.Trim(code, `"`), ".", ""))
		if n == 1 && (code == "CODE" || code == "CODES") {
			return nil
		}
		if !isCode(code) {
			return &LineError{n, "it is no code"}
		}
		if seen[code] {
			return nil // twice is once
		}
		seen[code] = true
		return out.add(n, Entry{Code: code, Long: text})
	})
	return out.done(err)
}
