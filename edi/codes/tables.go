package codes

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Loaders of tables whose rows say more than that a code exists. What they say
// stands as a number in Value, and in words in Short:
//
//	ncci-ptp-…   code: column 1 and column 2 together; value: modifier indicator 0 or 1; long: rationale
//	mue-…        value: ten times the units, and the adjudication indicator; short: both, such as 2/3
//	add-on       code: add-on code and primary code together; value: type 1, 2 or 3
//	hcc-…        see hcc.go
//	em-levels    see levels.go
//	ndc          eleven digits
func init() {
	loaders = append(loaders,
		loader{regexp.MustCompile(`ccipra[^/]*\.txt$`), nil, one(pairs(PTPPractice))},
		loader{regexp.MustCompile(`ccioph[^/]*\.txt$`), nil, one(pairs(PTPHospital))},
		loader{regexp.MustCompile(`mue[-_]?prac[^/]*\.(csv|txt)$`), nil, one(units(MUEPractice))},
		loader{regexp.MustCompile(`mue[-_]?outp[^/]*\.(csv|txt)$`), nil, one(units(MUEHospital))},
		loader{regexp.MustCompile(`mue[-_]?dme[^/]*\.(csv|txt)$`), nil, one(units(MUEEquipment))},
		loader{regexp.MustCompile(`^aoc[^/]*\.(csv|txt)$|add[-_]?on[^/]*\.(csv|txt)$`), nil, one(readAddOn)},
		loader{regexp.MustCompile(`^package\.txt$`), headed("PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE"), one(readNDC)},
		loader{regexp.MustCompile(`nucc[^/]*\.csv$`), headed("Code,Grouping,Classification"), one(columns(Taxonomy, "code", "display name", "definition", "", ""))},
		loader{regexp.MustCompile(`\.csv$`), headed("ICD-10-CM Diagnosis Code"), one(columns("samhsa-icd-10-cm", "icd-10-cm diagnosis code", "", "description", "", ""))},
		loader{regexp.MustCompile(`\.csv$`), headed("ICD-10-PCS Code"), one(columns("samhsa-icd-10-pcs", "icd-10-pcs code", "", "description", "", ""))},
		loader{regexp.MustCompile(`\.csv$`), contains("Rndrng_Prvdr_Type", "HCPCS_Cd", "Tot_Srvcs"), one(readVisits)},
		loader{regexp.MustCompile(`conversion[-_ ]?table[^/]*\.(csv|txt)$`), nil, one(readConversion)},
	)
}

// noticeAMA is what CMS's files of CPT codes say of their use.
const noticeAMA = "the file carries the notice of the AMA: for use within the operator's organisation"

// headed says whether a file begins with a heading.
func headed(text string) func([]byte) bool {
	return func(head []byte) bool {
		return bytes.HasPrefix(bytes.ReplaceAll(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte(`"`), nil), []byte(text))
	}
}

var fiveCharacters = regexp.MustCompile(`^[0-9A-Z]{5}$`)

// tableDay reads a day of a table: CCYYMMDD, with hyphens, CCYYDDD, M/D/CCYY;
// blank and * are none.
func tableDay(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s == "*" {
		return 0, true
	}
	if p := strings.Split(s, "/"); len(p) == 3 {
		s = p[2] + fmt.Sprintf("%02s", p[0]) + fmt.Sprintf("%02s", p[1])
	}
	s = strings.ReplaceAll(s, "-", "")
	if len(s) != 7 {
		return dateOf(s)
	}
	y, err1 := strconv.Atoi(s[:4])
	d, err2 := strconv.Atoi(s[4:])
	if err1 != nil || err2 != nil || d < 1 {
		return 0, false
	}
	for m := 1; m <= 12; m++ {
		if d <= daysOfMonth(y, m) {
			return y*10000 + m*100 + d, true
		}
		d -= daysOfMonth(y, m)
	}
	return 0, false
}

func daysOfMonth(y, m int) int {
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 29
	}
	return []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// tableVersion is the version in a name such as ccipra-v322r0-f1.txt: a table of
// pairs comes in four files.
var tableVersion = regexp.MustCompile(`v\d{2,3}r\d`)

// pairs reads NCCI's procedure-to-procedure edits: tabs, a preamble, a heading.
// A pair that is deleted no longer holds on the day of its deletion.
func pairs(system string) func(string, io.Reader) (*Loaded, error) {
	return func(name string, r io.Reader) (*Loaded, error) {
		out := &Loaded{System: system, Name: filepathBase(name), From: 19960101, Dated: true, Notice: noticeAMA, Set: tableVersion.FindString(strings.ToLower(name))}
		started := false
		err := lines(r, func(n int, line string) error {
			f := strings.Split(line, "\t")
			for i := range f {
				f[i] = strings.TrimSpace(f[i])
			}
			if len(f) < 6 || !fiveCharacters.MatchString(f[0]) {
				if started && strings.Trim(line, " \t") != "" {
					return &LineError{n, "it has not the six columns of a pair"}
				}
				return nil // the preamble, the heading
			}
			started = true
			from, ok := tableDay(f[3])
			end, ok2 := tableDay(f[4])
			if !fiveCharacters.MatchString(f[1]) || !ok || !ok2 || from == 0 || len(f[5]) != 1 || strings.Trim(f[5], "019") != "" {
				return &LineError{n, "it has not two codes, the day from which, the day to which or *, and indicator 0, 1 or 9"}
			}
			if end != 0 && end <= from {
				return nil // never in force
			}
			e := Entry{Code: f[0] + f[1], From: from, To: dayBefore(end), Short: f[5], Value: int(f[5][0] - '0')}
			if len(f) > 6 {
				e.Long = f[6]
			}
			return out.add(n, e)
		})
		return out.done(err)
	}
}

// dayBefore is the day before a day; 0 stays 0.
func dayBefore(day int) int {
	if day == 0 {
		return 0
	}
	y, m, d := day/10000, day/100%100, day%100-1
	if d == 0 {
		if m--; m == 0 {
			y, m = y-1, 12
		}
		d = daysOfMonth(y, m)
	}
	return y*10000 + m*100 + d
}

var effectiveOf = regexp.MustCompile(`(\d\d)[-_](\d\d)[-_](20\d\d)`)

// units reads medically unlikely edits: the first cell is a notice of several
// lines. They hold for the quarter that the name says.
func units(system string) func(string, io.Reader) (*Loaded, error) {
	return func(name string, r io.Reader) (*Loaded, error) {
		out := &Loaded{System: system, Name: filepathBase(name), Notice: noticeAMA}
		if m := effectiveOf.FindStringSubmatch(name); m != nil {
			out.From, _ = strconv.Atoi(m[3] + m[1] + m[2])
			out.To = quarterEnd(out.From)
		}
		err := rows(r, func(n int, f []string) error {
			if len(f) < 3 || !fiveCharacters.MatchString(f[0]) {
				return nil
			}
			v, err := strconv.Atoi(f[1])
			if err != nil || v < 0 || v > 99_999_999 || f[2] == "" || f[2][0] < '1' || f[2][0] > '3' {
				return &LineError{n, "it has not a number of units and an adjudication indicator 1, 2 or 3"}
			}
			e := Entry{Code: f[0], Short: f[1] + "/" + f[2][:1], Value: v*10 + int(f[2][0]-'0')}
			if len(f) > 3 {
				e.Long = f[3]
			}
			return out.add(n, e)
		})
		return out.done(err)
	}
}

// maxRow bounds a row in bytes, of all its lines: a quote that is not closed would
// take the whole file.
const maxRow = 1 << 20

// errRow is the end of a row that is longer.
var errRow = errors.New("its row does not end within a mebibyte: a quote is not closed, or the file is no text")

// rowReader reads rows of columns, one after the other, as the file streams by.
type rowReader struct {
	*csv.Reader
	bound *boundedRow
	line  int // in which the row at hand begins
}

type boundedRow struct {
	r    io.Reader
	left int
}

func (b *boundedRow) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRow
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

func newRowReader(r io.Reader) *rowReader {
	b := &boundedRow{r: r}
	cr := csv.NewReader(b)
	cr.FieldsPerRecord, cr.LazyQuotes, cr.ReuseRecord = -1, true, true
	return &rowReader{cr, b, 0}
}

// next gives a row; io.EOF after the last.
func (r *rowReader) next() ([]string, error) {
	r.bound.left = maxRow
	f, err := r.Reader.Read()
	var wrong *csv.ParseError
	switch {
	case err == io.EOF:
		return nil, err
	case errors.Is(err, errRow):
		return nil, &LineError{r.line + 1, errRow.Error()}
	case errors.As(err, &wrong):
		return nil, &LineError{wrong.Line, "it is not a row of columns"}
	case err != nil:
		return nil, err
	}
	if r.line == 0 {
		f[0] = strings.TrimPrefix(f[0], "\ufeff")
	}
	r.line, _ = r.FieldPos(0)
	return f, nil
}

// rows visits rows with commas, or tabs where the file begins with more of them.
func rows(r io.Reader, visit func(n int, f []string) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(64 << 10)
	if err != nil && err != io.EOF {
		return err
	}
	rr := newRowReader(br)
	if bytes.Count(head, []byte("\t")) > bytes.Count(head, []byte(",")) {
		rr.Comma = '\t'
	}
	for {
		f, err := rr.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range f {
			f[i] = strings.TrimSpace(utf8Of([]byte(f[i])))
		}
		if err := visit(rr.line, f); err != nil {
			return err
		}
	}
}

// readAddOn reads add-on codes. The columns are found by the words of the
// heading; without one they are add-on code, type, primary code, effective,
// deletion. A type 2 code has no list of primary codes: payers decide.
func readAddOn(name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: AddOn, Name: filepathBase(name), From: 19960101, Dated: true, Notice: noticeAMA}
	at := [5]int{0, 1, 2, 3, 4}
	words := [5][]string{{"add-on", "add on"}, {"type"}, {"primary"}, {"effective", "start"}, {"deletion", "delete", "end"}}
	seen := map[string]bool{}
	started := false
	err := rows(r, func(n int, f []string) error {
		if cols, ok := headings(f, words[:]); !started && ok {
			copy(at[:], cols)
			return nil
		}
		cell := func(i int) string {
			if at[i] < 0 || at[i] >= len(f) {
				return ""
			}
			return f[at[i]]
		}
		if !fiveCharacters.MatchString(cell(0)) {
			if started && strings.Trim(strings.Join(f, ""), " ") != "" {
				return &LineError{n, "its first column is no add-on code"}
			}
			return nil
		}
		kind := cell(1)
		kind = kind[strings.LastIndexByte(kind, ' ')+1:] // "Type 1"
		if len(f) < 2 || len(kind) != 1 || kind < "1" || kind > "3" {
			if !started {
				return nil // a preamble that begins with five capitals
			}
			return &LineError{n, "the type of an add-on code is 1, 2 or 3"}
		}
		started = true
		primary := cell(2)
		from, ok := tableDay(cell(3))
		end, ok2 := tableDay(cell(4))
		if !ok || !ok2 || kind == "1" && !fiveCharacters.MatchString(primary) {
			return &LineError{n, "it has not an add-on code, type 1, 2 or 3, a primary code and its days"}
		}
		if !fiveCharacters.MatchString(primary) {
			primary = "" // words, such as that contractors define them
		}
		if end != 0 && end <= from {
			return nil // never in force
		}
		code := cell(0) + primary
		if key := code + strconv.Itoa(from); seen[key] {
			return nil // twice is once
		} else {
			seen[key] = true
		}
		return out.add(n, Entry{Code: code, Short: kind, Value: int(kind[0] - '0'), From: from, To: dayBefore(end)})
	})
	return out.done(err)
}

// headings finds columns by words of a heading row: the first cell that has one
// of the words of each, not taken before; -1: none has. ok is false when the
// first is not found.
func headings(f []string, words [][]string) (at []int, ok bool) {
	taken := map[int]bool{}
	for _, list := range words {
		found := -1
		for k, cell := range f {
			cell = strings.ToLower(strings.Join(strings.Fields(cell), " "))
			for _, w := range list {
				if found < 0 && !taken[k] && strings.Contains(cell, w) {
					found = k
				}
			}
		}
		taken[found] = true
		at = append(at, found)
	}
	return at, at[0] >= 0
}

func readNDC(_ string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: NDCs, Name: "NDC packages", From: 19000101}
	seen := map[string]bool{}
	err := rows(r, func(n int, f []string) error {
		if n == 1 || len(f) < 4 {
			return nil
		}
		code, ok := NDC(f[2])
		if !ok {
			return &LineError{n, "its third column is no package code"}
		}
		if seen[code] {
			return nil // twice is once
		}
		seen[code] = true
		return out.add(n, Entry{Code: code, Long: f[3]})
	})
	return out.done(err)
}

// NDC writes a national drug code as claims have it: eleven digits, 5-4-2. Of
// ten digits the hyphens tell which part lacks its zero. Twelve digits, 6-4-2,
// are those of 2033.
func NDC(s string) (string, bool) {
	if s == "" || strings.Trim(s, "0123456789-") != "" {
		return "", false
	}
	p := strings.Split(s, "-")
	if len(p) == 1 {
		return s, len(s) == 11 || len(s) == 12
	}
	if len(p) != 3 {
		return "", false
	}
	switch [3]int{len(p[0]), len(p[1]), len(p[2])} {
	case [3]int{4, 4, 2}:
		p[0] = "0" + p[0]
	case [3]int{5, 3, 2}:
		p[1] = "0" + p[1]
	case [3]int{5, 4, 1}:
		p[2] = "0" + p[2]
	case [3]int{5, 4, 2}, [3]int{6, 4, 2}:
	default:
		return "", false
	}
	return strings.Join(p, ""), true
}

// columns reads a list by the words of its heading; start and stop may be
// missing.
func columns(system, code, short, long, start, stop string) func(string, io.Reader) (*Loaded, error) {
	return func(name string, r io.Reader) (*Loaded, error) {
		out := &Loaded{System: system, Name: filepathBase(name), From: 19000101}
		if system == Taxonomy {
			out.Notice = "the NUCC's code set: free to use with its notice, to be licensed for resale"
		}
		want := []string{code, short, long, start, stop}
		at := []int{-1, -1, -1, -1, -1}
		seen := map[string]bool{}
		err := rows(r, func(n int, f []string) error {
			if n == 1 {
				for i, w := range want {
					for k := range f {
						if w != "" && at[i] < 0 && strings.EqualFold(f[k], w) {
							at[i] = k
						}
					}
				}
				return nil
			}
			cell := func(i int) string {
				if at[i] < 0 || at[i] >= len(f) {
					return ""
				}
				return f[at[i]]
			}
			c := strings.ToUpper(strings.ReplaceAll(cell(0), ".", ""))
			if c == "" && len(f) == 1 || seen[c] {
				return nil
			}
			from, ok := tableDay(cell(3))
			to, ok2 := tableDay(cell(4))
			if !isCode(c) {
				return &LineError{n, "it is no code"}
			}
			if !ok || !ok2 || to != 0 && to < from {
				return &LineError{n, "its days are not start and stop, such as 2026-07-01"}
			}
			seen[c] = true
			return out.add(n, Entry{Code: c, Short: cell(1), Long: cell(2), From: from, To: to})
		})
		return out.done(err)
	}
}

// dated says whether the heading of an operator's list has days of its codes.
func dated(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.ToLower(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), []byte("\n"))
	return bytes.HasPrefix(bytes.ReplaceAll(line, []byte(`"`), nil), []byte("code,")) && bytes.Contains(line, []byte("stop"))
}
