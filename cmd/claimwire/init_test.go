package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A profile that init writes names its key from its own place: the folder may
// move, and a backup of it may be restored elsewhere.
func TestFirstFolderMoves(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	for _, args := range [][]string{{"init", "--dir", first}, nil, {"partners", "check", filepath.Join(second, "partners", "demo-payer.yaml")}} {
		if args == nil {
			if err := os.Rename(first, second); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var out, errs bytes.Buffer
		if code := run(args, nil, &out, &errs); code != 0 {
			t.Fatalf("%v ends with %d\n%s%s", args, code, out.String(), errs.String())
		}
	}
}

// The program may lie where the README's folder would be made: that is said in words.
func TestInitWhereTheProgramLies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "claimwire")
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"init", "--dir", file}, nil, &out, &errs); code != 2 || !bytes.Contains(errs.Bytes(), []byte("--dir")) {
		t.Errorf("it ends with %d: %s", code, errs.String())
	}
}
