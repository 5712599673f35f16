package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		{"Z99", "2026-01-01", "no system", 1},
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
