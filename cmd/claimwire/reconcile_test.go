package main

import (
	"bytes"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func reconcile(t *testing.T, dir string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run([]string{"reconcile", "--dir", dir}, nil, &out, &errs)
	if code == 2 {
		t.Fatal(errs.String())
	}
	return code, out.String()
}

// TestReconcile runs the demo, proves that it is whole, and then changes one
// thing at a time in a copy: each is named.
func TestReconcile(t *testing.T) {
	demo := t.TempDir()
	var out, errs bytes.Buffer
	if code := run([]string{"demo", "--dir", demo}, nil, &out, &errs); code != 0 {
		t.Fatalf("demo: %d %s", code, errs.String())
	}
	if code, text := reconcile(t, demo); code != 0 || !strings.Contains(text, "Nothing is lost") {
		t.Fatalf("after the demo: %d\n%s", code, text)
	}
	sqlChange := func(query string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "gateway.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if r, err := db.Exec(query); err != nil {
				t.Fatal(err)
			} else if n, _ := r.RowsAffected(); n == 0 {
				t.Fatal("it changes nothing")
			}
		}
	}
	archived := func(f func(file string) error) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "archive", "*", "*"))
			if err != nil || len(files) == 0 {
				t.Fatal("nothing is archived")
			}
			if err := f(files[len(files)/2]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string)
		says   string
	}{
		{"one bit of the archive", archived(func(file string) error {
			b, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			b[len(b)/2] ^= 1
			return os.WriteFile(file, b, 0o600)
		}), "the archived bytes were changed"},
		{"a file of the archive is gone", archived(os.Remove), "are not in the archive"},
		{"a word of an event", sqlChange(`UPDATE events SET kind='denial' WHERE id=(SELECT MAX(id) FROM events WHERE kind='payment')`), "it was changed"},
		{"a claim in an event", sqlChange(`UPDATE events SET claims=replace(claims,'"state":"payment"','"state":"denial"') WHERE id=(SELECT MAX(id) FROM events WHERE kind='payment')`), "it was changed"},
		{"an event is gone", sqlChange(`DELETE FROM events WHERE id=(SELECT MIN(id) FROM events WHERE kind='sent')`), "are left"},
		{"a state of a claim", sqlChange(`UPDATE claims SET state='payment' WHERE id=(SELECT MIN(id) FROM claims WHERE state='denial')`), "its last event says denial"},
		{"a dollar", sqlChange(`UPDATE claims SET paid=paid+1 WHERE id=(SELECT MIN(id) FROM claims WHERE state='payment')`), "its buckets hold"},
		{"a payment is gone", sqlChange(`DELETE FROM payments WHERE id=1`), "are posted"},
		{"a claim is gone", sqlChange(`DELETE FROM claims WHERE id=(SELECT MIN(id) FROM claims WHERE interchange=1)`), "it was built of"},
		{"a file that nobody takes in", sqlChange(`UPDATE transmissions SET state='received' WHERE id=1`), "nobody will take it in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := copyFolder(demo, dir); err != nil {
				t.Fatal(err)
			}
			c.change(t, dir)
			code, text := reconcile(t, dir)
			if code != 1 || !strings.Contains(text, c.says) {
				t.Errorf("ends with %d and does not say %q:\n%s", code, c.says, text)
			}
		})
	}
}

// copyFolder copies the database and the archive.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		if rel == "payer" || rel == "keys" {
			return fs.SkipDir
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}
