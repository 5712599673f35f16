package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// input is one thing to read: a file, or standard input for "-".
type input struct {
	io.Reader
	Name  string        // as given; "-" for standard input
	Size  int64         // in bytes; -1 where it is not known
	file  io.ReadSeeker // a regular file, which can be read again; else nil
	whole *wholeFile    // the same as edi.File, where it is one; else nil
	close func() error
}

// wholeFile is a regular file from its beginning. What is read on from there
// shows as progress.
type wholeFile struct {
	*progress
	io.ReaderAt
}

// Size is how many bytes the file has.
func (f *wholeFile) Size() int64 { return f.size }

// quickest is what the engine reads side by side, where that can be done.
func (in *input) quickest() io.Reader {
	if in.whole != nil {
		return in.whole
	}
	return in
}

// Close releases the file.
func (in *input) Close() error {
	if in.close == nil {
		return nil
	}
	return in.close()
}

// open opens a file by name, or standard input for "-".
func (a *app) open(name string) (*input, error) {
	if name == "-" {
		return &input{Reader: a.stdin, Name: name, Size: -1}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if st.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a folder, not a file", name)
	}
	in := &input{Reader: f, Name: name, Size: -1, close: f.Close}
	if st.Mode()&fs.ModeType == 0 {
		in.Size, in.file = st.Size(), f
	}
	return in, nil
}

// eachInput opens the named inputs one after the other. One that cannot be
// read does not stop the rest: it is said on standard error and the command
// ends with 2. Standard input can be read only once.
func (a *app) eachInput(names []string, do func(in *input) error) error {
	var notGood, unreadable int
	stdinRead := false
	for _, name := range names {
		if name == "-" {
			if stdinRead {
				return errors.New("standard input (-) is named twice")
			}
			stdinRead = true
		}
	}
	for _, name := range names {
		err := a.oneInput(name, do)
		switch {
		case err == nil:
		case errors.Is(err, errNotGood):
			notGood++
		default:
			fmt.Fprintln(a.stderr, "claimwire:", err)
			unreadable++
		}
	}
	switch {
	case unreadable > 0:
		return fmt.Errorf("%d of %d could not be done", unreadable, len(names))
	case notGood > 0:
		return errNotGood
	}
	return nil
}

func (a *app) oneInput(name string, do func(in *input) error) error {
	in, err := a.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	p := newProgress(a.stderr, in)
	defer p.stop()
	in.Reader = p
	if at, ok := in.file.(io.ReaderAt); ok {
		in.whole = &wholeFile{p, at}
	}
	return do(in)
}
