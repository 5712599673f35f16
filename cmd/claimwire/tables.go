package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// importedTables is the folder into which import puts CMS's tables.
const importedTables = "cms"

// maxTable bounds a table that is read into memory.
const maxTable = 512 << 20

// findTable finds a table of CMS's in a folder: the file itself, or a jar or
// zip that holds it, as it was downloaded. Of several, the one with the last
// name in the alphabet is taken: releases are numbered.
func findTable(dir, name string) ([]byte, error) {
	var plain, packed []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if rel, err := filepath.Rel(dir, p); err == nil && strings.Count(rel, string(os.PathSeparator)) > 3 {
				return fs.SkipDir
			}
		case strings.EqualFold(d.Name(), name):
			plain = append(plain, p)
		case strings.EqualFold(filepath.Ext(p), ".jar") || strings.EqualFold(filepath.Ext(p), ".zip"):
			packed = append(packed, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(plain)
	sort.Sort(sort.Reverse(sort.StringSlice(packed)))
	if len(plain) > 0 {
		file := plain[len(plain)-1]
		if st, err := os.Stat(file); err == nil && st.Size() > maxTable {
			return nil, fmt.Errorf("%s is larger than %d bytes", file, maxTable)
		}
		if filepath.Base(filepath.Dir(file)) == importedTables { // is never written to
			return mapFile(file)
		}
		return os.ReadFile(file)
	}
	var damaged error // of another archive, which may be the one
	for _, p := range packed {
		b, err := member(p, name, 0)
		if err == nil {
			return b, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && damaged == nil {
			damaged = fmt.Errorf("%s: %w", p, err)
		}
	}
	if damaged != nil {
		return nil, fmt.Errorf("%s holds no %s that can be read: %w", dir, name, damaged)
	}
	return nil, fmt.Errorf("%s holds no %s, and no jar or zip with it: put what CMS publishes there", dir, name)
}

func readTable(r io.Reader, name string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err == nil && len(b) > maxTable {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxTable)
	}
	return b, err
}

// member reads a file out of a zip, also out of a jar in a zip.
func member(file, name string, depth int) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return memberOf(f, st.Size(), name, depth)
}

func memberOf(r io.ReaderAt, size int64, name string, depth int) ([]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	for _, m := range z.File {
		base := path.Base(m.Name)
		inner := strings.EqualFold(path.Ext(base), ".jar") && depth < 2
		if !strings.EqualFold(base, name) && !inner {
			continue
		}
		o, err := m.Open()
		if err != nil {
			return nil, err
		}
		b, err := readTable(o, base)
		o.Close()
		if err != nil {
			return nil, err
		}
		if !inner {
			return b, nil
		}
		if got, err := memberOf(strings.NewReader(string(b)), int64(len(b)), name, depth+1); err == nil {
			return got, nil
		}
	}
	return nil, fs.ErrNotExist
}
