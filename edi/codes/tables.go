package codes

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Loaders of tables whose rows say more than that a code exists. What they say
// stands in Short:
//
//	ncci-ptp-…   code: column 1 and column 2 together; short: modifier indicator 0, 1 or 9; long: rationale
//	mue-…        short: units/adjudication indicator, such as 2/3; long: rationale
//	add-on       code: add-on code and primary code together; short: type 1, 2 or 3
//	hcc-v28 …    short: category, or categories with a blank between
//	ndc          eleven digits
func init() {
	loaders = append(loaders,
		loader{regexp.MustCompile(`ccipra[^/]*\.txt$`), nil, pairs("ncci-ptp-practitioner")},
		loader{regexp.MustCompile(`ccioph[^/]*\.txt$`), nil, pairs("ncci-ptp-hospital")},
		loader{regexp.MustCompile(`mue[-_]?prac[^/]*\.(csv|txt)$`), nil, units("mue-practitioner")},
		loader{regexp.MustCompile(`mue[-_]?outp[^/]*\.(csv|txt)$`), nil, units("mue-hospital")},
		loader{regexp.MustCompile(`mue[-_]?dme[^/]*\.(csv|txt)$`), nil, units("mue-dme")},
		loader{regexp.MustCompile(`^aoc[^/]*\.(csv|txt)$|add[-_]?on[^/]*\.(csv|txt)$`), nil, readAddOn},
		loader{regexp.MustCompile(`^package\.txt$`), headed("PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE"), readNDC},
		loader{regexp.MustCompile(`nucc[^/]*\.csv$`), headed("Code,Grouping,Classification"), columns("taxonomy", "code", "display name", "definition", "", "")},
		loader{regexp.MustCompile(`\.csv$`), headed("ICD-10-CM Diagnosis Code"), columns("samhsa-icd-10-cm", "icd-10-cm diagnosis code", "", "description", "", "")},
		loader{regexp.MustCompile(`\.csv$`), headed("ICD-10-PCS Code"), columns("samhsa-icd-10-pcs", "icd-10-pcs code", "", "description", "", "")},
	)
}

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
	for m, days := range []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31} {
		if m == 1 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			days++
		}
		if d <= days {
			return y*10000 + (m+1)*100 + d, true
		}
		d -= days
	}
	return 0, false
}

// pairs reads NCCI's procedure-to-procedure edits: tabs, a preamble, a heading.
// A pair that is deleted no longer holds on the day of its deletion.
func pairs(system string) func(string, io.Reader) (*Loaded, error) {
	return func(name string, r io.Reader) (*Loaded, error) {
		out := &Loaded{System: system, Name: name, From: 19960101, Dated: true}
		err := lines(r, func(n int, line string) error {
			f := strings.Split(line, "\t")
			if len(f) < 6 || !fiveCharacters.MatchString(strings.TrimSpace(f[0])) {
				return nil // the preamble, the heading
			}
			for i := range f {
				f[i] = strings.TrimSpace(f[i])
			}
			from, ok := tableDay(f[3])
			end, ok2 := tableDay(f[4])
			if !fiveCharacters.MatchString(f[1]) || !ok || !ok2 || from == 0 || len(f[5]) != 1 || strings.Trim(f[5], "019") != "" {
				return &LineError{n, "it has not two codes, the day from which, the day to which or *, and indicator 0, 1 or 9"}
			}
			if end != 0 && end <= from {
				return nil // never in force
			}
			e := Entry{Code: f[0] + f[1], From: from, To: dayBefore(end), Short: f[5]}
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
		d = []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
		if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			d = 29
		}
	}
	return y*10000 + m*100 + d
}

var effectiveOf = regexp.MustCompile(`(\d\d)[-_](\d\d)[-_](20\d\d)`)

// units reads medically unlikely edits: the first cell is a notice of several
// lines. They hold for the quarter that the name says.
func units(system string) func(string, io.Reader) (*Loaded, error) {
	return func(name string, r io.Reader) (*Loaded, error) {
		out := &Loaded{System: system, Name: name}
		if m := effectiveOf.FindStringSubmatch(name); m != nil {
			out.From, _ = strconv.Atoi(m[3] + m[1] + m[2])
			out.To = quarterEnd(out.From)
		}
		err := rows(r, func(n int, f []string) error {
			if len(f) < 3 || !fiveCharacters.MatchString(f[0]) {
				return nil
			}
			v, err := strconv.Atoi(f[1])
			if err != nil || v < 0 || f[2] == "" || f[2][0] < '1' || f[2][0] > '3' {
				return &LineError{n, "it has not a number of units and an adjudication indicator 1, 2 or 3"}
			}
			e := Entry{Code: f[0], Short: f[1] + "/" + f[2][:1]}
			if len(f) > 3 {
				e.Long = f[3]
			}
			return out.add(n, e)
		})
		return out.done(err)
	}
}

// rows visits rows with commas, or tabs where the file has more of them.
func rows(r io.Reader, visit func(n int, f []string) error) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	cr := csv.NewReader(strings.NewReader(strings.TrimPrefix(utf8Of(b), "\ufeff")))
	cr.FieldsPerRecord, cr.LazyQuotes, cr.ReuseRecord = -1, true, true
	if bytes.Count(b, []byte("\t")) > bytes.Count(b, []byte(",")) {
		cr.Comma = '\t'
	}
	for {
		f, err := cr.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			line := 1
			if pe, ok := err.(*csv.ParseError); ok {
				line = pe.Line
			}
			return &LineError{line, "it is not a row of columns"}
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		n, _ := cr.FieldPos(0)
		if err := visit(n, f); err != nil {
			return err
		}
	}
}

func readAddOn(name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: "add-on", Name: name, From: 19960101, Dated: true}
	err := rows(r, func(n int, f []string) error {
		if len(f) < 3 || !fiveCharacters.MatchString(f[0]) {
			return nil
		}
		days := [2]int{}
		ok := true
		for i := range days {
			if len(f) > 3+i {
				var good bool
				days[i], good = tableDay(f[3+i])
				ok = ok && good
			}
		}
		if !ok || len(f[1]) != 1 || f[1] < "1" || f[1] > "3" || f[2] != "" && !fiveCharacters.MatchString(f[2]) {
			return &LineError{n, "it has not an add-on code, type 1, 2 or 3, a primary code and its days"}
		}
		return out.add(n, Entry{Code: f[0] + f[2], Short: f[1], From: days[0], To: days[1]})
	})
	return out.done(err)
}

func readNDC(_ string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: "ndc", Name: "NDC packages", From: 19000101}
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
		out := &Loaded{System: system, Name: name, From: 19000101}
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
