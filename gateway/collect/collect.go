// Package collect fetches files from partners, each once: complete ones only,
// kept in the archive before anything else, noted in the database before the
// partner's copy is moved or removed.
package collect

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"

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
	Collected(ctx context.Context, s gateway.Scope, partner, name string, size int64) (bool, error)
	// Receive keeps the bytes, notes the transmission and that it was collected,
	// and asks for it to be taken in.
	Receive(ctx context.Context, s gateway.Scope, partner, name string, r io.Reader) error
}

// Collector collects.
type Collector struct {
	Inbox   Inbox
	MaxFile int64 // bytes held of one file; 0: 512 MiB
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
	var first error
	for _, f := range list {
		if partners.IsTemporary(f.Name) || f.Name != path.Base(f.Name) || len(f.Name) > 255 || strings.ContainsAny(f.Name, "\x00/\\") {
			continue
		}
		did, err := k.one(ctx, s, p, c, f)
		if err != nil && first == nil {
			first = fmt.Errorf("a file of %d bytes: %w", f.Size, err)
		}
		if did {
			fetched++
		}
	}
	return fetched, first
}

func (k *Collector) one(ctx context.Context, s gateway.Scope, p *partners.Profile, c Connection, f partners.File) (bool, error) {
	done, err := k.Inbox.Collected(ctx, s, p.ID, f.Name, f.Size)
	if err != nil {
		return false, err
	}
	name := path.Join(p.Folders.In, f.Name)
	if done {
		return false, k.after(p, c, name, f.Name)
	}
	limit := k.MaxFile
	if limit == 0 {
		limit = 512 << 20
	}
	if f.Size > limit {
		return false, fmt.Errorf("larger than %d bytes", limit)
	}
	var b bytes.Buffer
	if _, err := c.Get(ctx, name, &b); err != nil {
		return false, err
	}
	if !Complete(b.Bytes()) {
		return false, nil // still growing; it is looked at again
	}
	if err := k.Inbox.Receive(ctx, s, p.ID, f.Name, bytes.NewReader(b.Bytes())); err != nil {
		return false, err
	}
	return true, k.after(p, c, name, f.Name)
}

// after does with the partner's copy what the profile says.
func (k *Collector) after(p *partners.Profile, c Connection, name, base string) error {
	switch a := p.Names.AfterFetch; {
	case a == "delete":
		return c.Remove(name)
	case strings.HasPrefix(a, "move:"):
		return c.Rename(name, path.Join(strings.TrimPrefix(a, "move:"), base))
	}
	return nil
}

// Complete says whether a file is whole: X12 says so itself, with an IEA at its
// end whose ISA it names. Files that are no X12 are taken as they are.
func Complete(b []byte) bool {
	if !bytes.HasPrefix(bytes.TrimLeft(b, "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return true
	}
	sc := x12.NewBytesScanner(b)
	isa, open := "", false
	for sc.Next() {
		seg := sc.Segment()
		switch seg.ID().String() {
		case "ISA":
			isa, open = string(seg.Element(13)), true
		case "IEA":
			if seg.Unterminated() {
				return false
			}
			open = open && string(seg.Element(2)) != isa && len(seg.Element(2)) == 0
		}
	}
	return !open
}
