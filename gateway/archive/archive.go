// Package archive keeps the bytes of every file, addressed by their SHA-256,
// so that an event can point into them for ever. What Put has returned is on
// the disk. (Compression and encryption come with the durable gateway; the
// address is that of the plain bytes, so that they change nothing here.)
package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Archive is a folder.
type Archive struct{ dir string }

// Open opens the archive in a folder, and makes it where it is missing.
func Open(dir string) (*Archive, error) {
	return &Archive{dir}, os.MkdirAll(dir, 0o700)
}

// ErrDamaged says that bytes are not those that their address says.
var ErrDamaged = errors.New("the archived bytes were changed")

func (a *Archive) path(sum string) string { return filepath.Join(a.dir, sum[:2], sum) }

// Put keeps what r gives and says how to find it.
func (a *Archive) Put(r io.Reader) (sum string, size int64, err error) {
	f, err := os.CreateTemp(a.dir, ".put-")
	if err != nil {
		return "", 0, err
	}
	defer os.Remove(f.Name())
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, h), r)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", 0, err
	}
	sum = hex.EncodeToString(h.Sum(nil))
	dir := filepath.Dir(a.path(sum))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", 0, err
	}
	if err := os.Rename(f.Name(), a.path(sum)); err != nil {
		return "", 0, err
	}
	return sum, size, syncDir(dir)
}

// PutBytes keeps b.
func (a *Archive) PutBytes(b []byte) (sum string, err error) {
	sum, _, err = a.Put(bytes.NewReader(b))
	return sum, err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Open opens what is kept under a sum.
func (a *Archive) Open(sum string) (io.ReadCloser, error) {
	if len(sum) != 64 {
		return nil, fmt.Errorf("archive: no address: %q", sum)
	}
	return os.Open(a.path(sum))
}

// Verify reads what is kept under a sum and says whether it is what was put.
func (a *Archive) Verify(sum string) error {
	f, err := a.Open(sum)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return ErrDamaged
	}
	return nil
}
