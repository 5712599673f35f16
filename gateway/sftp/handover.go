package sftp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"claimwire/partners"
)

// Taken is where a Handover tells of files that the partner has fetched and
// removed.
const Taken = "taken"

// Handover is a connection to a partner that comes to us: its files are put
// into its /download. It does what a connection to a partner that we go to does,
// so that one way of delivering serves both.
//
// A file is written out of the home and moved into it. So what is neither in
// the home nor outside of it was moved, and then fetched and removed by the
// partner: it is shown as taken.
type Handover struct {
	d    *Door
	user string
	home string
}

// Handover is the connection to a partner.
func (d *Door) Handover(p *partners.Profile) (*Handover, error) {
	u := d.known(p.Login.User)
	if u == nil {
		return nil, fmt.Errorf("partner %s has no home here", p.ID)
	}
	dir := filepath.Join(d.cfg.Dir, "outgoing", p.Login.User)
	return &Handover{d, p.Login.User, u.Home}, os.MkdirAll(dir, 0o700)
}

// where leads a name to its file: temporary ones are outside of the home.
func (h *Handover) where(name string) string {
	base := safe(path.Base(name))
	if partners.IsTemporary(base) {
		return filepath.Join(h.d.cfg.Dir, "outgoing", h.user, base)
	}
	return filepath.Join(h.home, Download, base)
}

// Stat tells of a file.
func (h *Handover) Stat(name string) (partners.File, error) {
	st, err := os.Lstat(h.where(name))
	if path.Dir(name) == Taken {
		if !errors.Is(err, os.ErrNotExist) {
			return partners.File{}, errors.Join(err, partners.ErrNotFound)
		}
		if _, err := os.Lstat(h.where(path.Base(name) + ".tmp")); !errors.Is(err, os.ErrNotExist) {
			return partners.File{}, errors.Join(err, partners.ErrNotFound)
		}
		return partners.File{Name: path.Base(name)}, nil
	}
	if errors.Is(err, os.ErrNotExist) {
		return partners.File{}, partners.ErrNotFound
	}
	if err != nil {
		return partners.File{}, err
	}
	return partners.File{Name: path.Base(name), Size: st.Size(), ModTime: st.ModTime()}, nil
}

// Put writes a file; when it returns nil, the bytes are on the disk.
func (h *Handover) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	if !strings.HasSuffix(name, ".tmp") {
		return errors.New("a file for a partner is written under a temporary name")
	}
	f, err := os.OpenFile(h.where(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, r)
	if err == nil && n != size {
		err = partners.ErrSize
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(h.where(name)))
}

// Rename gives a file its final name; one that is there is an error.
func (h *Handover) Rename(from, to string) error {
	if _, err := os.Lstat(h.where(to)); err == nil {
		return partners.ErrExists
	}
	if err := os.Rename(h.where(from), h.where(to)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(h.where(to)))
}

// Remove removes a file; one that is not there is no error.
func (h *Handover) Remove(name string) error {
	if err := os.Remove(h.where(name)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Close ends it.
func (h *Handover) Close() error { return nil }
