package store

import (
	"bytes"
	"io/fs"
)

// rewritten is a file system whose files are read through a function: the
// migrations are written once, and turned into each database's words.
type rewritten struct {
	fs.FS
	words func(string) string
}

// Open opens a file, rewritten.
func (r rewritten) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	i, err := f.Stat()
	if err != nil || i.IsDir() {
		return f, err
	}
	b, err := fs.ReadFile(r.FS, name)
	if err != nil {
		return nil, err
	}
	return &rewrittenFile{f, bytes.NewReader([]byte(r.words(string(b))))}, nil
}

type rewrittenFile struct {
	fs.File
	r *bytes.Reader
}

// Read gives the rewritten text.
func (f *rewrittenFile) Read(p []byte) (int, error) { return f.r.Read(p) }
