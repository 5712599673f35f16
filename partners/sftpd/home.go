package sftpd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/sftp"

	"claimwire/partners"
)

// home serves one session of a user.
type home struct {
	s    *Server
	u    *User
	p    *presence
	from string
	root *os.Root
	mu   sync.Mutex
	open map[*upload]struct{}
}

func openHome(s *Server, u *User, p *presence, from string) (*home, error) {
	root, err := os.OpenRoot(u.Home)
	if err != nil {
		return nil, err
	}
	return &home{s: s, u: u, p: p, from: from, root: root, open: map[*upload]struct{}{}}, nil
}

func (h *home) event(k Kind, name string, size int64) {
	h.s.event(Event{Kind: k, User: h.u.Name, Address: h.from, Name: name, Size: size})
}

// How files are called that the client does not see as such: uploads in
// flight, and what arrived of broken ones.
const (
	hiddenUpload  = ".upload-"
	hiddenPartial = ".partial-"
)

func isHidden(name string) bool {
	return strings.HasPrefix(name, hiddenUpload) || strings.HasPrefix(name, hiddenPartial)
}

func partial(p string) string { return path.Join(path.Dir(p), hiddenPartial+path.Base(p)) }

// maxName bounds a file's name in bytes; with what we put before it, it still
// fits in a directory.
const maxName = 200

// devices are names that mean a device where Windows reads the folder.
var devices = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true, "com1": true, "com2": true, "com3": true, "com4": true,
	"com5": true, "com6": true, "com7": true, "com8": true, "com9": true, "lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true,
	"lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true, "com¹": true, "com²": true, "com³": true, "lpt¹": true, "lpt²": true, "lpt³": true,
	"conin$": true, "conout$": true, "clock$": true}

// goodName says whether a file may be called so.
func goodName(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > maxName || !utf8.ValidString(name) || isHidden(name) {
		return false
	}
	if name[0] == ' ' || strings.HasSuffix(name, " ") || strings.HasSuffix(name, ".") {
		return false
	}
	for _, r := range name {
		// Format characters turn a name around or hide in it.
		if r == '/' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	// Windows takes what stands before the first dot or colon for the name of a
	// device, blanks after it or not, and what follows a colon for a stream of the
	// file.
	stem := strings.ToLower(name)
	if i := strings.IndexAny(stem, ".:"); i >= 0 {
		stem = stem[:i]
	}
	return !devices[strings.TrimRight(stem, " ")]
}

// place is where a client's path leads.
type place struct {
	path   string  // relative to the home, "." the home itself
	folder *Folder // of a home with folders; nil: plain
	dir    bool    // a folder of a home with folders, or that home itself
}

var (
	errNone   = sftp.ErrSSHFxNoSuchFile
	errRights = sftp.ErrSSHFxPermissionDenied
	errFailed = sftp.ErrSSHFxFailure
)

// plain is what a home without folders allows.
var plain = Folder{Write: true, Read: true, Remove: true}

// find leads a client's path to its place. A home with folders has files in
// them and nothing deeper.
func (h *home) find(p string) (place, error) {
	if strings.IndexByte(p, 0) >= 0 || len(p) > 4096 {
		return place{}, errNone
	}
	p = strings.TrimPrefix(path.Clean("/"+p), "/")
	if p == "" {
		return place{path: ".", dir: true}, nil
	}
	if len(h.u.Folders) == 0 {
		if isHidden(path.Base(p)) {
			return place{}, errNone
		}
		return place{path: p, folder: &plain}, nil
	}
	first, rest, deep := strings.Cut(p, "/")
	for i := range h.u.Folders {
		if f := &h.u.Folders[i]; f.Name == first {
			if !deep {
				return place{path: p, folder: f, dir: true}, nil
			}
			if strings.Contains(rest, "/") || isHidden(rest) {
				return place{}, errNone
			}
			return place{path: p, folder: f}, nil
		}
	}
	return place{}, errNone
}

// status gives the errors of the file system in SFTP's words, without paths of
// this machine.
func status(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrNotExist):
		return errNone
	case errors.Is(err, os.ErrPermission):
		return errRights
	}
	return errFailed
}

// denied tells the audit, and the client that it may not.
func (h *home) denied(name string) error {
	h.event(Denied, cutName(name), 0)
	return errRights
}

// cutName shortens a name for the audit: a client may ask for 4 kB of it.
func cutName(name string) string {
	if len(name) > maxName {
		return name[:maxName]
	}
	return name
}

// takeHandle counts an open file; false at the bound.
func (h *home) takeHandle() bool {
	if h.p.open.Add(1) > int64(h.s.cfg.MaxOpen) {
		h.p.open.Add(-1)
		return false
	}
	return true
}

// regular says whether a path is a plain file. It asks without opening: a
// device or a pipe would block.
func (h *home) regular(p string) (os.FileInfo, error) {
	st, err := h.root.Lstat(p)
	if err != nil {
		return nil, status(err)
	}
	if !st.Mode().IsRegular() {
		return nil, errRights
	}
	return st, nil
}

// Fileread opens a file for reading.
func (h *home) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	h.p.looks.spend(1)
	at, err := h.find(r.Filepath)
	if err != nil {
		return nil, err
	}
	if at.dir || !at.folder.Read {
		return nil, h.denied(r.Filepath)
	}
	st, err := h.regular(at.path)
	if err != nil {
		return nil, err
	}
	if !h.takeHandle() {
		return nil, errFailed
	}
	f, err := h.root.Open(at.path)
	if err != nil {
		h.p.open.Add(-1)
		return nil, status(err)
	}
	return &download{h: h, f: f, name: at.path, size: st.Size()}, nil
}

// download is a file on its way out.
type download struct {
	h    *home
	f    *os.File
	name string
	size int64
	mu   sync.Mutex
	read int64
	once sync.Once
}

// ReadAt gives a piece.
func (d *download) ReadAt(p []byte, off int64) (int, error) {
	n, err := d.f.ReadAt(p, off)
	d.mu.Lock()
	d.read += int64(n)
	d.mu.Unlock()
	return n, err
}

// Close notes whether as much was read as the file holds.
func (d *download) Close() error {
	err := error(nil)
	d.once.Do(func() {
		d.h.p.open.Add(-1)
		if d.read >= d.size {
			d.h.event(Read, d.name, d.size)
		}
		err = d.f.Close()
	})
	return err
}

// syncDir makes a new name durable.
func (h *home) syncDir(dir string) {
	if d, err := h.root.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

// abandon ends uploads that were never closed.
func (h *home) abandon() {
	h.mu.Lock()
	list := make([]*upload, 0, len(h.open))
	for u := range h.open {
		list = append(list, u)
	}
	h.mu.Unlock()
	for _, u := range list {
		u.TransferError(io.ErrUnexpectedEOF)
		u.Close()
	}
}

// Filecmd does everything that changes names.
func (h *home) Filecmd(r *sftp.Request) error {
	h.p.looks.spend(1)
	at, err := h.find(r.Filepath)
	if err != nil {
		return err
	}
	switch r.Method {
	case "Setstat":
		return h.setstat(at, r)
	case "Rename", "PosixRename":
		return h.rename(at, r)
	case "Remove":
		return h.remove(at)
	case "Mkdir", "Rmdir", "Link", "Symlink":
		return h.denied(r.Filepath)
	}
	return sftp.ErrSSHFxOpUnsupported
}

// PosixRename replaces what has the target's name.
func (h *home) PosixRename(r *sftp.Request) error {
	r.Method = "PosixRename"
	return h.Filecmd(r)
}

// setstat sets times; modes and owners are ours.
func (h *home) setstat(at place, r *sftp.Request) error {
	if at.dir {
		return nil
	}
	if !at.folder.Write {
		return h.denied(at.path)
	}
	flags, a := r.AttrFlags(), r.Attributes()
	if u := h.p.names.find(at.path); u != nil {
		if flags.Size {
			return u.truncate(int64(a.Size))
		}
		return nil // times of a file on its way in do not matter
	}
	if flags.Size {
		return sftp.ErrSSHFxOpUnsupported
	}
	if _, ok := h.p.recent.find(at.path, h.s.cfg.Now()); ok {
		if flags.Acmodtime {
			h.p.recent.setTime(at.path, time.Unix(int64(a.Mtime), 0))
		}
		return nil
	}
	if _, err := h.regular(at.path); err != nil {
		return err
	}
	if flags.Acmodtime {
		return status(h.root.Chtimes(at.path, time.Unix(int64(a.Atime), 0), time.Unix(int64(a.Mtime), 0)))
	}
	return nil
}

func (h *home) rename(at place, r *sftp.Request) error {
	to, err := h.find(r.Target)
	if err != nil {
		return err
	}
	if h.u.NoRename || at.dir || to.dir || at.folder != to.folder || !at.folder.Write || !goodName(path.Base(to.path)) {
		return h.denied(r.Filepath)
	}
	if len(h.u.Folders) == 0 {
		// A folder is not moved into itself, and a file not onto a folder.
		if st, err := h.root.Lstat(to.path); err == nil && !st.Mode().IsRegular() {
			return errRights
		}
	}
	if _, err := h.root.Lstat(to.path); err == nil && (r.Method == "Rename" || to.folder.Spool != nil) {
		return errFailed
	}
	if h.p.names.find(to.path) != nil {
		return errFailed // being written
	}
	final := to.folder.Spool != nil && !partners.IsTemporary(path.Base(to.path))
	if _, handed := h.p.recent.find(at.path, h.s.cfg.Now()); handed {
		if _, err := h.root.Lstat(at.path); err != nil {
			// Handed over already: the name is all that could change.
			h.p.recent.move(at.path, to.path)
			h.event(Renamed, to.path, 0)
			return nil
		}
	}
	st, err := h.regular(at.path)
	if err != nil {
		return err
	}
	if h.p.names.find(at.path) != nil {
		return errFailed // being written
	}
	if final {
		if err := h.spool(to, at.path, st.Size()); err != nil {
			return err
		}
	} else if err := h.root.Rename(at.path, to.path); err != nil {
		return status(err)
	}
	h.syncDir(path.Dir(to.path))
	if final || to.folder == &plain {
		h.event(Uploaded, to.path, st.Size())
	} else {
		h.event(Renamed, to.path, st.Size())
	}
	return nil
}

// spool hands a finished file over under the name of to.
func (h *home) spool(to place, from string, size int64) error {
	if err := to.folder.Spool(h.u.Name, path.Base(to.path), filepath.Join(h.u.Home, filepath.FromSlash(from))); err != nil {
		return errFailed
	}
	h.root.Remove(partial(to.path))
	h.p.recent.add(to.path, size, h.s.cfg.Now())
	return nil
}

func (h *home) remove(at place) error {
	if at.dir {
		return h.denied(at.path)
	}
	if !at.folder.Remove && !at.folder.Write {
		return h.denied(at.path)
	}
	st, err := h.root.Lstat(at.path)
	if err == nil {
		if st.IsDir() {
			return errFailed
		}
		if err := h.root.Remove(at.path); err != nil {
			return status(err)
		}
		h.event(Removed, at.path, st.Size())
		return nil
	}
	if at.folder.Write {
		if h.root.Remove(partial(at.path)) == nil {
			return nil
		}
		if _, ok := h.p.recent.find(at.path, h.s.cfg.Now()); ok {
			if at.folder.Unspool != nil {
				if p, ok := at.folder.Unspool(h.u.Name, path.Base(at.path)); ok {
					os.Remove(p)
					h.p.recent.drop(at.path)
					h.event(Removed, at.path, 0)
					return nil
				}
			}
			return h.denied(at.path) // ours by now
		}
	}
	return status(err)
}

type listing []os.FileInfo

// openListing is a folder that a client has open: it holds memory, so it counts
// as an open file does.
type openListing struct {
	listing
	h    *home
	once sync.Once
}

// Close gives it back.
func (l *openListing) Close() error {
	l.once.Do(func() { l.h.p.open.Add(-1) })
	return nil
}

// ListAt gives a part of a listing.
func (l listing) ListAt(out []os.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(out, l[offset:])
	if n < len(out) {
		return n, io.EOF
	}
	return n, nil
}

// maxListed bounds a listing.
const maxListed = 100000

// told is a file as we tell of it.
type told struct {
	name  string
	size  int64
	mode  fs.FileMode
	mtime time.Time
}

func (t told) Name() string       { return t.name }
func (t told) Size() int64        { return t.size }
func (t told) Mode() fs.FileMode  { return t.mode }
func (t told) ModTime() time.Time { return t.mtime }
func (t told) IsDir() bool        { return t.mode.IsDir() }
func (t told) Sys() any           { return nil }

// Filelist lists and tells.
func (h *home) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	h.p.looks.spend(1)
	at, err := h.find(r.Filepath)
	if err != nil {
		return nil, err
	}
	switch r.Method {
	case "List":
		if !h.takeHandle() {
			return nil, errFailed
		}
		l, err := h.list(at)
		if err != nil {
			h.p.open.Add(-1)
			return nil, err
		}
		h.p.looks.spend(float64(len(l)) / listedAtOnce)
		return &openListing{listing: l, h: h}, nil
	case "Stat", "Lstat":
		i, err := h.stat(at)
		if err != nil {
			return nil, err
		}
		return listing{i}, nil
	}
	return nil, sftp.ErrSSHFxOpUnsupported
}

// listedAtOnce is how many files of a listing cost as much as one request.
const listedAtOnce = 50

func (h *home) list(at place) (listing, error) {
	if at.path == "." && len(h.u.Folders) > 0 {
		var l listing
		for i := range h.u.Folders {
			l = append(l, told{h.u.Folders[i].Name, 0, fs.ModeDir | 0o700, h.s.cfg.Now()})
		}
		return l, nil
	}
	if !at.dir && len(h.u.Folders) > 0 {
		return nil, errNone // a file
	}
	if st, err := h.root.Lstat(at.path); err != nil {
		return nil, status(err)
	} else if !st.IsDir() {
		return nil, errFailed
	}
	d, err := h.root.Open(at.path)
	if err != nil {
		return nil, status(err)
	}
	defer d.Close()
	infos, err := d.Readdir(maxListed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, status(err)
	}
	var l listing
	seen := map[string]bool{}
	for _, i := range infos {
		switch name := i.Name(); {
		case strings.HasPrefix(name, hiddenPartial):
			name = strings.TrimPrefix(name, hiddenPartial)
			if !seen[name] {
				seen[name] = true
				l = append(l, told{name, i.Size(), 0o600, i.ModTime()})
			}
		case isHidden(name):
		case i.Mode().IsRegular() || i.IsDir() && len(h.u.Folders) == 0:
			seen[name] = true
			l = append(l, i)
		}
	}
	if at.folder != nil && at.folder.Spool != nil {
		now := h.s.cfg.Now()
		h.p.recent.mu.Lock()
		for p, f := range h.p.recent.list {
			if name := path.Base(p); path.Dir(p) == at.path && !seen[name] && now.Sub(f.at) <= keptRecent {
				l = append(l, told{name, f.size, 0o600, f.mtime})
			}
		}
		h.p.recent.mu.Unlock()
	}
	return l, nil
}

func (h *home) stat(at place) (os.FileInfo, error) {
	if at.dir {
		return told{path.Base("/" + at.path), 0, fs.ModeDir | 0o700, h.s.cfg.Now()}, nil
	}
	name := path.Base(at.path)
	if u := h.p.names.find(at.path); u != nil {
		return told{name, u.length(), 0o600, h.s.cfg.Now()}, nil
	}
	if st, err := h.root.Lstat(at.path); err == nil {
		if !st.Mode().IsRegular() && !st.IsDir() {
			return nil, errNone // links and devices are not there
		}
		return st, nil
	}
	if at.folder.Write {
		if st, err := h.root.Lstat(partial(at.path)); err == nil {
			return told{name, st.Size(), 0o600, st.ModTime()}, nil
		}
		if f, ok := h.p.recent.find(at.path, h.s.cfg.Now()); ok {
			return told{name, f.size, 0o600, f.mtime}, nil
		}
	}
	return nil, errNone
}
