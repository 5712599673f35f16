package codes

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Some publishers give a spreadsheet beside, or instead of, a text. Its first
// sheet is turned into that text and read as it.

const (
	maxSheet = 1 << 30 // bytes of a part, unpacked
	maxCells = 1 << 24
	maxWidth = 64 // columns that are read
)

// sheet says whether a file begins as a spreadsheet does: a zip whose first
// member is its list of content types.
func sheet(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head[:min(len(head), 2048)], []byte("[Content_Types].xml"))
}

// plainName is the name of the text that a spreadsheet stands for: MUE and add-on
// codes come as CSV, the others with tabs.
func plainName(name string) string {
	n := strings.ToLower(name)
	return strings.TrimSuffix(n, ".xlsx") + ".txt"
}

func readSheet(system, name string, r io.Reader) ([]*Loaded, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSheet+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxSheet {
		return nil, fmt.Errorf("it is larger than %d bytes", maxSheet)
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Comma = '\t'
	if err := sheetRows(b, func(row []string) error { return w.Write(row) }); err != nil {
		return nil, err
	}
	if w.Flush(); w.Error() != nil {
		return nil, w.Error()
	}
	if system == "" && find(plainName(name), text.Bytes()[:min(text.Len(), 4096)]) == nil {
		return nil, errors.New("its name does not say what the spreadsheet holds; the publisher's text file does, or --system")
	}
	return Read(system, plainName(name), &text)
}

// sheetRows visits the rows of the first sheet, line by line: a row that is not
// there is empty.
func sheetRows(b []byte, visit func(row []string) error) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fmt.Errorf("it is no spreadsheet that can be read: %w", err)
	}
	open := func(name string) (io.ReadCloser, error) {
		for _, f := range z.File {
			if path.Clean(f.Name) == name {
				r, err := f.Open()
				if err != nil {
					return nil, err
				}
				return struct {
					io.Reader
					io.Closer
				}{io.LimitReader(r, maxSheet), r}, nil
			}
		}
		return nil, nil
	}
	shared, err := sharedStrings(open)
	if err != nil {
		return err
	}
	r, err := open("xl/worksheets/sheet1.xml")
	if err != nil || r == nil {
		return errors.Join(errors.New("it has no first sheet"), err)
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	line, cells := 1, 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &LineError{line, "the spreadsheet is damaged: " + err.Error()}
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		var row struct {
			R     int `xml:"r,attr"`
			Cells []struct {
				R      string `xml:"r,attr"`
				T      string `xml:"t,attr"`
				V      string `xml:"v"`
				Inline struct {
					T string `xml:"t"`
					R []struct {
						T string `xml:"t"`
					} `xml:"r"`
				} `xml:"is"`
			} `xml:"c"`
		}
		if err := d.DecodeElement(&row, &start); err != nil {
			return &LineError{line, "the spreadsheet is damaged: " + err.Error()}
		}
		for ; line < row.R && line < maxCells; line++ {
			if err := visit([]string{""}); err != nil {
				return err
			}
		}
		var out []string
		for k, c := range row.Cells {
			if cells++; cells > maxCells {
				return &LineError{line, "the spreadsheet has too many cells"}
			}
			col := columnOf(c.R, k)
			if col >= maxWidth {
				continue
			}
			for len(out) <= col {
				out = append(out, "")
			}
			switch c.T {
			case "s":
				i, err := strconv.Atoi(c.V)
				if err != nil || i < 0 || i >= len(shared) {
					return &LineError{line, "a cell names a text that the spreadsheet does not have"}
				}
				out[col] = shared[i]
			case "inlineStr":
				out[col] = c.Inline.T
				for _, part := range c.Inline.R {
					out[col] += part.T
				}
			default:
				out[col] = c.V
			}
		}
		if len(out) == 0 {
			out = []string{""}
		}
		if err := visit(out); err != nil {
			return err
		}
		line++
	}
}

// columnOf is the column of a cell reference such as C12, from 0; where it has
// none, the one that follows.
func columnOf(ref string, next int) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > maxWidth {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

func sharedStrings(open func(string) (io.ReadCloser, error)) ([]string, error) {
	r, err := open("xl/sharedStrings.xml")
	if err != nil || r == nil {
		return nil, err
	}
	defer r.Close()
	var list []string
	d := xml.NewDecoder(r)
	for {
		t, err := d.Token()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the texts of the spreadsheet are damaged: %w", err)
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "si" {
			continue
		}
		var si struct {
			T string `xml:"t"`
			R []struct {
				T string `xml:"t"`
			} `xml:"r"`
		}
		if err := d.DecodeElement(&si, &start); err != nil {
			return nil, fmt.Errorf("the texts of the spreadsheet are damaged: %w", err)
		}
		for _, part := range si.R {
			si.T += part.T
		}
		if list = append(list, si.T); len(list) > maxCells {
			return nil, errors.New("the spreadsheet has too many texts")
		}
	}
}

// serialDay is the day that a spreadsheet counts as n, from the last of 1899.
func serialDay(n int) int {
	y, m, d := 1899, 12, 30
	for range n {
		if d++; d > daysOfMonth(y, m) {
			if d, m = 1, m+1; m > 12 {
				m, y = 1, y+1
			}
		}
	}
	return y*10000 + m*100 + d
}
