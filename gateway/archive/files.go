package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Files keep what is archived, each under its address, whole or not at all.
type Files interface {
	// Take keeps a local file, whose bytes are on the disk, under an address; the
	// local file goes. When it returns nil, it is kept.
	Take(local, sum string) error
	// Open opens what is kept; fs.ErrNotExist when there is nothing of the address.
	Open(sum string) (Reader, error)
	Remove(sum string) error
	// Sums visits every address.
	Sums(visit func(sum string) error) error
}

// Reader reads from anywhere in a file.
type Reader interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Folder keeps files in a folder of this machine, in sub-folders by the first two
// digits of their addresses.
type Folder string

func (d Folder) path(sum string) string { return filepath.Join(string(d), sum[:2], sum) }

// Take moves a file in.
func (d Folder) Take(local, sum string) error {
	dir := filepath.Dir(d.path(sum))
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o700); err == nil {
			err = syncDir(string(d))
		}
	}
	if err != nil {
		return err
	}
	if err := os.Rename(local, d.path(sum)); err != nil {
		return err
	}
	return syncDir(dir)
}

type localFile struct {
	*os.File
	size int64
}

// Size is the file's.
func (f localFile) Size() int64 { return f.size }

// Open opens a file.
func (d Folder) Open(sum string) (Reader, error) {
	f, err := os.Open(d.path(sum))
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return localFile{f, st.Size()}, nil
}

// Remove removes a file; one that is not there is no error.
func (d Folder) Remove(sum string) error {
	if err := os.Remove(d.path(sum)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sums visits every address.
func (d Folder) Sums(visit func(sum string) error) error {
	return filepath.WalkDir(string(d), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !isSum(e.Name()) {
			return err
		}
		return visit(e.Name())
	})
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
