// Package collect fetches files from partners, each once: complete ones only,
// kept in the archive before anything else, noted in the database before the
// partner's copy is moved or removed.
//
// A file is fetched when two looks have found it with the same size and time,
// and is taken when its content says that it is whole: X12 does so by its IEA.
// One that does not get whole is kept all the same, after a while, and put aside.
package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/partners"
)

// Connection is what collecting does at the partner's.
type Connection interface {
	List(dir string) ([]partners.File, error)
	Get(ctx context.Context, name string, w io.Writer) (int64, error)
	Rename(from, to string) error
	Remove(name string) error
	Close() error
}

// Inbox is what collecting asks of the store and the archive.
type Inbox interface {
	// Look notes what lies in the partner's folder, and says of each file since
	// when it is there unchanged, and whether it was fetched.
	Look(ctx context.Context, s gateway.Scope, partner string, files []gateway.Sighting) error
	// Receive keeps the bytes, notes the transmission and that it was fetched, and
	// asks for it to be taken in; or notes why it is not. ErrPartial when it is
	// wrapped and not whole.
	Receive(ctx context.Context, s gateway.Scope, partner string, f gateway.Sighting, r io.Reader, refused string) error
}

// ErrPartial says that a wrapped file is not whole.
var ErrPartial = errors.New("the wrapped file is not whole")

// Collector collects.
type Collector struct {
	Inbox    Inbox
	Dir      string // for files while they are fetched; empty: the system's
	Now      func() time.Time
	MaxFile  int64         // bytes of one file; 0: 4 GiB
	Patience time.Duration // how long a file may be unchanged and not whole; 0: an hour
}

// Collect fetches what is new and complete. One file that cannot be fetched
// does not keep the others.
func (k *Collector) Collect(ctx context.Context, s gateway.Scope, p *partners.Profile, c Connection) (fetched int, err error) {
	list, err := c.List(p.Folders.In)
	if err != nil {
		return 0, err
	}
	sort.Slice(list, func(i, j int) bool {
		if !list[i].ModTime.Equal(list[j].ModTime) {
			return list[i].ModTime.Before(list[j].ModTime)
		}
		return list[i].Name < list[j].Name
	})
	there := map[string]bool{}
	for _, f := range list {
		there[f.Name] = true
	}
	marker := p.Files.MarkerIn
	var files []gateway.Sighting
	for _, f := range list {
		if marker != "" && (partners.IsMarker(marker, f.Name) || !there[partners.MarkerOf(marker, f.Name)]) {
			continue // a marker, or its writer has not said that it is done
		}
		if partners.IsTemporary(f.Name) || f.Name != path.Base(f.Name) || len(f.Name) > 255 || strings.ContainsAny(f.Name, "\x00/\\") {
			continue
		}
		files = append(files, gateway.Sighting{Name: f.Name, Size: f.Size, Modified: f.ModTime})
	}
	if err := k.Inbox.Look(ctx, s, p.ID, files); err != nil {
		return 0, err
	}
	var failed []error
	for _, f := range files {
		if ctx.Err() != nil {
			return fetched, ctx.Err()
		}
		did, err := k.one(ctx, s, p, c, f)
		if err != nil && len(failed) < 3 {
			// The name is the partner's and stays out.
			failed = append(failed, fmt.Errorf("a file of %d bytes: %w", f.Size, withoutName(err, f.Name)))
		}
		if did {
			fetched++
		}
	}
	return fetched, errors.Join(failed...)
}

// withoutName keeps the partner's word for a file out of an error's text.
func withoutName(err error, name string) error {
	if strings.Contains(err.Error(), name) {
		return nameless{err, strings.ReplaceAll(err.Error(), name, "(its name)")}
	}
	return err
}

type nameless struct {
	error
	text string
}

// Error is the text without the name.
func (n nameless) Error() string { return n.text }

// Unwrap gives the cause.
func (n nameless) Unwrap() error { return n.error }

func (k *Collector) one(ctx context.Context, s gateway.Scope, p *partners.Profile, c Connection, f gateway.Sighting) (bool, error) {
	name := path.Join(p.Folders.In, f.Name)
	if f.Fetched {
		// It is still here: it stays, or we died before it was put away.
		return false, k.after(p, c, name, f.Name)
	}
	if f.Since.IsZero() {
		return false, nil // seen for the first time: it may still grow
	}
	limit := k.MaxFile
	if limit == 0 {
		limit = 4 << 30
	}
	if f.Size > limit {
		return false, fmt.Errorf("larger than %d bytes", limit)
	}
	temp, err := os.CreateTemp(k.Dir, "fetch-")
	if err != nil {
		return false, err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	n, err := c.Get(ctx, name, temp)
	if err != nil {
		return false, err
	}
	if n != f.Size {
		return false, nil // it has changed since we looked
	}
	refused := ""
	whole, err := k.whole(temp)
	if err != nil {
		return false, err
	}
	patience := k.Patience
	if patience == 0 {
		patience = time.Hour
	}
	waited := k.Now().Sub(f.Since) >= patience
	if !whole {
		if !waited {
			return false, nil
		}
		refused = "the file is not whole: its last interchange has no IEA that names it and counts its groups, and it has not changed for " + patience.String()
	}
	if _, err := temp.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	err = k.Inbox.Receive(ctx, s, p.ID, f, temp, refused)
	if errors.Is(err, ErrPartial) {
		if !waited {
			return false, nil
		}
		if _, err := temp.Seek(0, io.SeekStart); err != nil {
			return false, err
		}
		err = k.Inbox.Receive(ctx, s, p.ID, f, temp, "the file is cut off: it cannot be unwrapped, and has not changed for "+patience.String())
	}
	if err != nil {
		return false, err
	}
	return true, k.after(p, c, name, f.Name)
}

func (k *Collector) whole(f *os.File) (bool, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	return x12.Complete(f)
}

// after does with the partner's copy, and with its marker, what the profile
// says. At a partner where nothing may be moved or removed, what was seen says
// what was fetched.
func (k *Collector) after(p *partners.Profile, c Connection, name, base string) error {
	if err := k.afterOne(p, c, name, base); err != nil {
		return err
	}
	if m := p.Files.MarkerIn; m != "" {
		base = partners.MarkerOf(m, base)
		return k.afterOne(p, c, path.Join(p.Folders.In, base), base)
	}
	return nil
}

func (k *Collector) afterOne(p *partners.Profile, c Connection, name, base string) error {
	switch a := p.Names.AfterFetch; {
	case a == "delete":
		return c.Remove(name)
	case strings.HasPrefix(a, "move:"):
		// A name that is taken there is another file's: partners use names again.
		to := path.Join(strings.TrimPrefix(a, "move:"), base)
		err := c.Rename(name, to)
		for i := 2; i < 100 && errors.Is(err, partners.ErrExists); i++ {
			ext := path.Ext(base)
			err = c.Rename(name, strings.TrimSuffix(to, ext)+"-"+strconv.Itoa(i)+ext)
		}
		if errors.Is(err, partners.ErrNotFound) {
			return nil
		}
		return err
	}
	return nil
}
