package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/edi/codes"
)

func codesRun(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(append([]string{"codes"}, args...), nil, &out, &errs); code != want {
		t.Fatalf("codes %s ends with %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

// order is a line of an order file.
func order(seq, code, flag, short, long string) string {
	pad := func(s string, n int) string { return s + strings.Repeat(" ", n-len(s)) }
	return pad(seq, 6) + pad(code, 8) + flag + " " + pad(short, 60) + " " + long + "\r\n"
}

func zipped(t *testing.T, file string, members map[string]string) string {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, text := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestCodes loads two years of a small, invented release and asks about them.
func TestCodes(t *testing.T) {
	dir := t.TempDir()
	store := filepath.Join(dir, "codes")
	older := order("00001", "X10", "0", "Invented illness", "Invented illness, any") + order("00002", "X100", "1", "Invented, mild", "Invented illness, mild") +
		order("00003", "X101", "1", "Invented, severe", "Invented illness, severe")
	newer := order("00001", "X10", "0", "Invented illness", "Invented illness, any") + order("00002", "X100", "0", "Invented, mild", "Invented illness, mild") +
		order("00003", "X1000", "1", "Invented, mild, left", "Invented illness, mild, left") + order("00004", "X102", "1", "Invented, other", "Invented illness, other")
	if text := codesRun(t, 2, "list", "--dir", store); !strings.Contains(text, "codes import --dir "+store+" FILE... makes it") {
		t.Errorf("without a folder: %s", text)
	}
	codesRun(t, 0, "import", "--dir", store, zipped(t, filepath.Join(dir, "2025.zip"), map[string]string{"sub/ICD10CM_Order_2025.TXT": older, "readme.pdf": "x", "icd10cm_order_addenda_2025.txt": "Add: x"}))
	codesRun(t, 0, "import", "--dir", store, zipped(t, filepath.Join(dir, "2026.zip"), map[string]string{"icd10cm-order-2026.txt": newer}))
	if text := codesRun(t, 0, "list", "--dir", store, "--on", "2026-01-05"); !strings.Contains(text, "FY2026") || !strings.Contains(text, "in force") || !strings.Contains(text, "earlier") {
		t.Errorf("list:\n%s", text)
	}
	if text := codesRun(t, 0, "list", "--dir", store, "--on", "2027-01-05"); !strings.Contains(text, "stale") {
		t.Errorf("nothing is stale in 2027:\n%s", text)
	}
	for _, c := range []struct {
		code, on, says string
		want           int
	}{
		{"x10.1", "2025-09-30", "valid", 0}, {"X101", "2025-10-01", "not valid on this day", 1}, {"X100", "2025-09-30", "valid", 0},
		{"X100", "2025-10-01", "billable below it: X1000", 1}, {"X102", "2025-09-30", "not valid on this day", 1}, {"X102", "2027-10-01", "no release of this day", 1},
		{"Z99", "2026-01-01", "no list of codes", 1},
	} {
		if text := codesRun(t, c.want, "lookup", "--dir", store, c.code, "--on", c.on); !strings.Contains(text, c.says) {
			t.Errorf("%s on %s: %s", c.code, c.on, text)
		}
	}
	if text := codesRun(t, 0, "search", "--dir", store, "--on", "2026-01-01", "MILD", "left"); !strings.HasPrefix(text, "X1000") {
		t.Errorf("search: %s", text)
	}
	if text := codesRun(t, 0, "diff", "--dir", store, "icd-10-cm"); !strings.Contains(text, "2 added, 1 removed, 1 became headings") {
		t.Errorf("diff: %s", text)
	}
	// What is broken is refused with its line, and what was loaded still serves.
	for name, text := range map[string]string{
		"icd10cm_order_2027.txt": older + "00004 short\r\n", "icd10pcs_order_2027.txt": strings.Replace(older, "00003", "00001", 1),
		"icd10cm_order_2028.txt": strings.Replace(older, "X101 ", "X1-1 ", 1),
	} {
		file := filepath.Join(dir, name)
		os.WriteFile(file, []byte(text), 0o600)
		if said := codesRun(t, 2, "import", "--dir", store, file); !strings.Contains(said, "line ") {
			t.Errorf("%s: %s", name, said)
		}
	}
	truncated := filepath.Join(dir, "broken.zip")
	whole, _ := os.ReadFile(filepath.Join(dir, "2026.zip"))
	os.WriteFile(truncated, whole[:len(whole)-30], 0o600)
	codesRun(t, 2, "import", "--dir", store, truncated)
	codesRun(t, 0, "lookup", "--dir", store, "X102", "--on", "2026-01-01")
	// Bare lists, licences, days.
	bare := filepath.Join(dir, "list.txt")
	os.WriteFile(bare, []byte("Code,Text\nA1,one\nA2,two\n"), 0o600)
	codesRun(t, 2, "import", "--dir", store, bare)
	codesRun(t, 2, "import", "--dir", store, "--system", "cpt", bare)
	codesRun(t, 0, "import", "--dir", store, "--system", "carc", "--effective", "2026-01-01..2026-12-31", bare)
	if text := codesRun(t, 0, "lookup", "--dir", store, "a2", "--on", "2026-05-05"); !strings.Contains(text, "two") {
		t.Errorf("a bare list: %s", text)
	}
	codesRun(t, 1, "lookup", "--dir", store, "a2", "--on", "2027-05-05")
}

// TestCodesOfCMS loads CMS's own files: each year's validity is that of CMS's
// editor on the same days.
func TestCodesOfCMS(t *testing.T) {
	for _, f := range []string{"icd10cm/cms_2026_dx.zip", "icd10pcs/cms_2026_pr.zip", "mce/mce.bin"} {
		if _, err := os.Stat(filepath.Join(codesFolder, f)); err != nil {
			t.Skip("CMS's files are not here:", err)
		}
	}
	official, editor := t.TempDir(), t.TempDir()
	codesRun(t, 0, "import", "--dir", official, filepath.Join(codesFolder, "icd10cm/cms_2025_dx.zip"), filepath.Join(codesFolder, "icd10cm/cms_2026_dx.zip"),
		filepath.Join(codesFolder, "icd10pcs/cms_2025_pr.zip"), filepath.Join(codesFolder, "icd10pcs/cms_2026_pr.zip"))
	codesRun(t, 0, "import", "--dir", editor, filepath.Join(codesFolder, "mce/mce.bin"))
	a, err := loadLibrary(official)
	if err != nil {
		t.Fatal(err)
	}
	b, err := loadLibrary(editor)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		system string
		day    int
	}{{"icd-10-cm", 20241001}, {"icd-10-cm", 20250930}, {"icd-10-cm", 20251001}, {"icd-10-cm", 20260401}, {"icd-10-pcs", 20251001}} {
		seen := map[string]bool{}
		for _, r := range append(a.Releases(c.system), b.Releases(c.system)...) {
			for _, code := range r.All() {
				if seen[code] {
					continue
				}
				seen[code] = true
				_, _, one := a.Lookup(c.system, code, c.day)
				_, _, other := b.Lookup(c.system, code, c.day)
				if (one == 3) != (other == 3) {
					t.Fatalf("%s %s on %d: the release says %v, the editor %v", c.system, code, c.day, one, other)
				}
			}
		}
		if len(seen) < 70000 {
			t.Errorf("%s: only %d codes", c.system, len(seen))
		}
	}
}

// TestAddendaOfCMS: FY2025 and the addenda are FY2026, with texts, of order files
// and of files of codes; PCS, too, with what came in April from the editor's table.
func TestAddendaOfCMS(t *testing.T) {
	for _, f := range []string{"icd10cm/cms_2025_dx.zip", "icd10cm/icd10cm-order-addenda-2026.txt", "icd10pcs/order_addenda_2026.txt"} {
		if _, err := os.Stat(filepath.Join(codesFolder, f)); err != nil {
			t.Skip("CMS's files are not here:", err)
		}
	}
	dir := t.TempDir()
	load := func(into string, files ...string) *codes.Library {
		t.Helper()
		args := []string{"import", "--dir", filepath.Join(dir, into)}
		for _, f := range files {
			args = append(args, filepath.Join(codesFolder, f))
		}
		codesRun(t, 0, args...)
		l, err := loadLibrary(filepath.Join(dir, into))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	whole := load("whole", "icd10cm/cms_2026_dx.zip", "icd10pcs/cms_2026_pr.zip")
	changed := load("changed", "icd10cm/cms_2025_dx.zip", "icd10cm/icd10cm-order-addenda-2026.txt")
	bare := load("bare", "icd10cm/cms_2025_dx.zip", "icd10cm/icd10cm-codes-addenda-2026.txt")
	pcs := load("pcs", "icd10pcs/cms_2025_pr.zip", "mce/mce.bin", "icd10pcs/order_addenda_2026.txt")
	const day = 20251101
	same := func(name, system string, a, b *codes.Library, all bool) {
		t.Helper()
		n := 0
		ra, rb := a.System(system).On(day), b.System(system).On(day)
		ra.Each(func(e codes.Entry) bool {
			o, ok := rb.Entry(e.Code, day)
			if n++; !ok && (all || !e.Heading) || ok && e.Heading != o.Heading && !e.Heading || all && (o.Long != e.Long || o.Short != e.Short) {
				t.Errorf("%s: %s is %+v, and by the addenda %+v", name, e.Code, e, o)
				return false
			}
			return true
		})
		rb.Each(func(e codes.Entry) bool {
			if _, ok := ra.Entry(e.Code, day); !ok {
				t.Errorf("%s: %s is only in the list with the addenda", name, e.Code)
				return false
			}
			return true
		})
		if n < 70000 {
			t.Errorf("%s: only %d codes", name, n)
		}
	}
	same("order files", codes.ICD10CM, whole, changed, true)
	same("files of codes", codes.ICD10CM, whole, bare, false)
	same("ICD-10-PCS", codes.ICD10PC, whole, pcs, false)
}

// TestValidityOfCMS: with CMS's lists loaded beside the editor's table, each code
// is valid on the days on which the table says so, since 2015.
func TestValidityOfCMS(t *testing.T) {
	if _, err := os.Stat(filepath.Join(codesFolder, "mce/mce.bin")); err != nil {
		t.Skip("CMS's files are not here:", err)
	}
	dir := t.TempDir()
	codesRun(t, 0, "import", "--dir", dir, filepath.Join(codesFolder, "mce/mce.bin"), filepath.Join(codesFolder, "icd10cm/cms_2025_dx.zip"), filepath.Join(codesFolder, "icd10cm/cms_2026_dx.zip"),
		filepath.Join(codesFolder, "icd10pcs/cms_2025_pr.zip"), filepath.Join(codesFolder, "icd10pcs/cms_2026_pr.zip"))
	lib, err := loadLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	tables := newStayTables(dir).Editor()
	for procedures, system := range map[bool]string{false: codes.ICD10CM, true: codes.ICD10PC} {
		all := map[string]bool{}
		for _, r := range lib.Releases(system) {
			for _, c := range r.All() {
				all[c] = true
			}
		}
		// Every day on which a code of the table comes or goes, and the days beside it.
		days := map[int]bool{20151001: true, tables.Last: true}
		err := tables.Each(procedures, func(code string, from, to int) {
			for _, day := range [3]int{from, to, dayAfter(to)} {
				if day >= 20151001 && day <= tables.Last {
					days[day] = true
				}
			}
			if from > 20151001 {
				days[dayBefore(from)] = true
			}
			all[code] = true
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(days) < 15 || len(all) < 70000 {
			t.Errorf("%s: only %d days and %d codes", system, len(days), len(all))
		}
		for day := range days {
			for c := range all {
				standing, _ := lib.System(system).Judge(c, day)
				if valid := tables.Valid(c, procedures, day); valid != (standing == codes.Valid) {
					t.Fatalf("%s %s on %d: the library says %v, the table %v", system, c, day, standing, valid)
				}
			}
		}
	}
}

// hcpcs are 400 codes of HCPCS that begin with a letter, since a day.
func hcpcs(letter byte, day string) string {
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "%c%04d00100%-258s%s%17s\r\n", letter, i, "3Invented", day, "N")
	}
	return b.String()
}

// TestRefusedFiles: what is broken, cut off, under a wrong name, packed without
// end or licensed is refused, and what was loaded before still serves.
func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	store := filepath.Join(dir, "codes")
	good := order("00001", "X10", "0", "Invented illness", "Invented illness, any") + order("00002", "X100", "1", "Invented, mild", "Invented illness, mild")
	codesRun(t, 0, "import", "--dir", store, zipped(t, filepath.Join(dir, "good.zip"), map[string]string{"icd10cm_order_2026.txt": good}))
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, c := range []struct{ file, says string }{
		{write("icd10cm_order_2025.txt", good), "one of the two names is wrong"},
		{write("icd10cm_order_2027.txt", ""), "empty"},
		{write("icd10cm_order_2028.txt", strings.Replace(good, "00002", "00001", 1)), "line 2"},
		{write("order_addenda_2027.txt", "Add:         1 X1001   words                                                        words\r\n\r\nCodes\r\n 5 codes in icd10cm_order_2026.txt\r\n 6 codes in icd10cm_order_2027.txt\r\n"), "of 5 codes"},
		{write("ICD-10-CM-Conversion-Table.xlsx", "PK\x03\x04[Content_Types].xml but no spreadsheet"), "spreadsheet"},
		{write("HCPC2026_OCT_ANWEB.txt", "99999"+"00100"+"3"+strings.Repeat(" ", 309)+"\r\n"), "line 1"},
		{write("ccipra-v1.txt", "A0001\tA0002\t\t20261301\t*\t1\tx\n"), "line 1"},
		{zipped(t, filepath.Join(dir, "half.zip"), map[string]string{"icd10cm_order_2029.txt": good + order("00003", "X101", "1", "x", "x"), "icd10pcs_order_2029.txt": "00001 X10 broken\r\n"}), "line 1"},
		{zipped(t, filepath.Join(dir, "nothing.zip"), map[string]string{"readme.md": "words"}), "nothing that is known"},
		{write("readme.pdf", "words"), "--system"},
		{write("icd10cm-order-2031.txt", strings.ReplaceAll(good, "\r\n", "\n")), "its codes are those of icd-10-cm FY2026"},
		{write("icd10cm_order_2032.txt", good[:len(good)-40]), "line 2: it ends before its long title"},
		{write("POAexemptCodesFY28.txt", "Foo\tBar\tBaz\n1\tB90.0\tx\n"), "line 1"},
		{write("pos_codes.csv", "c,n,d\n11,Office,x\n"), "line 1"},
		{write("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", "a\nA0001,1,2 x,y\n\"A0002,1,2"+strings.Repeat("x\n", 1<<20)), "line 3: its row does not end"},
		{write("HCPC2026_JUL_ANWEB.txt", hcpcs('A', "20260701")), "line 400: the file ends here"},
		{write("HCPC2026_APR_ANWEB.txt", hcpcs('V', "20190101")), "none of its codes is newer than 20190101"},
	} {
		if said := codesRun(t, 2, "import", "--dir", store, c.file); !strings.Contains(said, c.says) || !strings.Contains(said, "what was loaded before is as it was") {
			t.Errorf("%s: %s", filepath.Base(c.file), said)
		}
	}
	if text := codesRun(t, 0, "list", "--dir", store, "--on", "2026-01-01"); strings.Count(text, "\n") != 2 {
		t.Errorf("something of what was refused was kept:\n%s", text)
	}
	codesRun(t, 0, "lookup", "--dir", store, "X100", "--on", "2026-01-01")
	// The same bytes for other days are a release beside the one that is there.
	dated := write("days.txt", "A1\nA2\n")
	for _, span := range []string{"2026-01-01..2026-03-31", "2026-01-01..2026-06-30", "2026-01-01..2026-06-30"} {
		codesRun(t, 0, "import", "--dir", store, "--system", "carc", "--effective", span, dated)
	}
	if text := codesRun(t, 0, "list", "--dir", store, "--on", "2026-01-01"); strings.Count(text, "\ncarc ") != 2 {
		t.Errorf("a release took the place of another:\n%s", text)
	}
	// A licensed list is taken with the licence, which is recorded with who and when.
	list := write("list.txt", "99213\n99214\n")
	codesRun(t, 2, "import", "--dir", store, "--system", "cpt", list)
	codesRun(t, 0, "import", "--dir", store, "--system", "cpt", "--licence", "number 12", list)
	if text := codesRun(t, 0, "list", "--dir", store, "--on", "2026-01-01"); !strings.Contains(text, "licence: number 12, acknowledged by ") {
		t.Errorf("the licence is not recorded:\n%s", text)
	}
	// A release that was damaged on the disk is an error, not a silence.
	files, _ := filepath.Glob(filepath.Join(store, "cpt", "*"+releaseExt))
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], b[:len(b)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	codesRun(t, 2, "lookup", "--dir", store, "X100", "--on", "2026-01-01")
}

// TestTouchedClaims: a release names the claims that have a code which it takes
// away.
func TestTouchedClaims(t *testing.T) {
	dir := t.TempDir()
	store := filepath.Join(dir, "codes")
	older := order("00001", "J019", "0", "x", "x") + order("00002", "J0190", "1", "x", "x") + order("00003", "I10", "1", "x", "x")
	newer := order("00001", "J019", "0", "x", "x") + order("00002", "J0190", "0", "x", "x") + order("00003", "J01901", "1", "x", "x") + order("00004", "I10", "1", "x", "x")
	for name, text := range map[string]string{"icd10cm_order_2026.txt": older, "icd10cm_order_2027.txt": newer} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		codesRun(t, 0, "import", "--dir", store, file)
	}
	text := codesRun(t, 0, "diff", "icd-10-cm", "--dir", store, "--claims", "../../testdata/base/837p.edi")
	if !strings.Contains(text, "J0190    claim PCN0001; instead: J01901") || !strings.Contains(text, "1 claim with codes that are gone") {
		t.Errorf("%s", text)
	}
}
