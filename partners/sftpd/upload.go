package sftpd

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"

	"claimwire/partners"
)

// upload is a file on its way in: written out of sight, named when it is
// closed.
type upload struct {
	h       *home
	f       *os.File
	at      place
	temp    string
	end     chan struct{} // closed when it has ended
	mu      sync.Mutex
	size    int64
	flushed int64 // bytes when the last flush began
	failed  bool  // a piece could not be written: what is there is not usable
	broken  bool  // the connection ended first: what is there may be gone on with
	closed  bool
	taken   int64 // bytes that the quota was asked for
	flush   sync.WaitGroup
}

// flushEvery is after how many bytes a flush to the disk begins, so that the
// one before the answer is short.
const flushEvery = 64 << 20

// Filewrite opens a file for writing.
func (h *home) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	at, err := h.find(r.Filepath)
	if err != nil {
		return nil, err
	}
	if at.dir || !at.folder.Write || !goodName(path.Base(at.path)) {
		return nil, h.denied(r.Filepath)
	}
	dir := path.Dir(at.path)
	if st, err := h.root.Lstat(dir); err != nil || !st.IsDir() {
		return nil, errNone
	}
	if st, err := h.root.Lstat(at.path); err == nil {
		if !st.Mode().IsRegular() {
			return nil, errRights
		}
		if r.Pflags().Excl {
			return nil, errFailed
		}
	}
	h.p.looks.spend(1)
	if h.u.Quota > 0 && h.p.room.left(h.u.Quota, time.Now(), h.usage) <= 0 {
		return nil, errFailed
	}
	if h.files(dir) >= h.maxFiles() {
		return nil, errFailed
	}
	if !h.takeHandle() {
		return nil, errFailed
	}
	u := &upload{h: h, at: at, end: make(chan struct{}), temp: path.Join(dir, hiddenUpload+strconv.FormatInt(h.s.next.Add(1), 36)+"-"+strconv.Itoa(os.Getpid()))}
	// The client may have come back before we saw that its old connection is
	// gone: the newer wins.
	u.mu.Lock() // until it has a file, nobody may end it
	for !h.p.names.hold(at.path, u) {
		if old := h.p.names.find(at.path); old != nil {
			old.TransferError(io.ErrUnexpectedEOF)
			old.Close()
			<-old.end // it may be ending by itself
		}
	}
	err = u.begin(!r.Pflags().Trunc)
	u.closed = err != nil
	u.mu.Unlock()
	if err != nil {
		h.p.names.release(at.path, u)
		close(u.end)
		h.p.room.end(u.taken, false)
		h.p.open.Add(-1)
		return nil, status(err)
	}
	h.mu.Lock()
	h.open[u] = struct{}{}
	h.mu.Unlock()
	return u, nil
}

func (h *home) maxFiles() int {
	if h.u.MaxFiles > 0 {
		return h.u.MaxFiles
	}
	return 10000
}

// usage counts the bytes that the user has put: files that it was given are no
// burden of its own.
func (h *home) usage() (bytes int64) {
	fs.WalkDir(h.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if f := h.folder(p); p != "." && f != nil && !f.Write {
				return fs.SkipDir
			}
			return nil
		}
		// What is being written is counted as such.
		if d.Type().IsRegular() && !strings.HasPrefix(d.Name(), hiddenUpload) {
			if i, err := d.Info(); err == nil {
				bytes += i.Size()
			}
		}
		return nil
	})
	for i := range h.u.Folders {
		if f := &h.u.Folders[i]; f.Spooled != nil {
			bytes += f.Spooled(h.u.Name)
		}
	}
	return bytes
}

func (h *home) folder(name string) *Folder {
	for i := range h.u.Folders {
		if h.u.Folders[i].Name == name {
			return &h.u.Folders[i]
		}
	}
	return nil
}

// files counts the files of a folder.
func (h *home) files(dir string) int {
	d, err := h.root.Open(dir)
	if err != nil {
		return 0
	}
	defer d.Close()
	names, _ := d.Readdirnames(h.maxFiles() + 1)
	return len(names)
}

// begin opens the hidden file, with what is there already when the client goes
// on with a file.
func (u *upload) begin(resume bool) error {
	h, p := u.h, u.at.path
	if resume {
		from := ""
		switch {
		case h.exists(partial(p)):
			from = partial(p)
		case h.exists(p) && u.at.folder.Spool != nil && partners.IsTemporary(path.Base(p)):
			from = p // nobody but its client looks at it
		case h.exists(p) && u.at.folder.Spool == nil:
			// The file itself stays until the new one takes its name.
			return u.copyOf(p)
		case u.at.folder.Unspool != nil:
			if back, ok := u.at.folder.Unspool(h.u.Name, path.Base(p)); ok {
				h.p.recent.drop(p)
				return u.takeBack(back)
			}
		}
		if from != "" {
			if err := h.root.Rename(from, u.temp); err != nil {
				return err
			}
			return u.open(os.O_RDWR)
		}
	} else {
		h.root.Remove(partial(p))
	}
	return u.open(os.O_RDWR | os.O_CREATE | os.O_EXCL)
}

func (h *home) exists(p string) bool {
	_, err := h.regular(p)
	return err == nil
}

func (u *upload) open(flags int) error {
	f, err := u.h.root.OpenFile(u.temp, flags, 0o600)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	u.f, u.size = f, st.Size()
	if !u.grow(u.size) {
		f.Close()
		h := u.h
		if !u.keep() {
			h.root.Remove(u.temp)
		}
		return errFailed
	}
	return nil
}

// grow asks the quota for an upload that has come to a size.
func (u *upload) grow(size int64) bool {
	more := size - u.taken
	if more <= 0 {
		return true
	}
	if !u.h.p.room.grow(more, u.h.u.Quota) {
		return false
	}
	u.taken = size
	return true
}

func (u *upload) copyOf(p string) error {
	old, err := u.h.root.Open(p)
	if err != nil {
		return err
	}
	defer old.Close()
	return u.fill(old)
}

// takeBack begins with a file that was handed over too early.
func (u *upload) takeBack(file string) error {
	if err := os.Rename(file, filepath.Join(u.h.u.Home, filepath.FromSlash(u.temp))); err != nil {
		return err
	}
	return u.open(os.O_RDWR)
}

func (u *upload) fill(r io.Reader) error {
	if err := u.open(os.O_RDWR | os.O_CREATE | os.O_EXCL); err != nil {
		return err
	}
	left := u.h.s.cfg.MaxFile
	if q := u.h.u.Quota; q > 0 {
		left = min(left, u.h.p.room.left(q, time.Now(), u.h.usage))
	}
	n, err := io.Copy(u.f, io.LimitReader(r, left+1))
	u.size = n
	if err == nil && (n > left || !u.grow(n)) {
		err = errFailed
	}
	if err != nil {
		u.f.Close()
		u.h.root.Remove(u.temp)
	}
	return err
}

// WriteAt takes a piece.
func (u *upload) WriteAt(p []byte, off int64) (int, error) {
	end := off + int64(len(p))
	u.mu.Lock()
	if u.closed || off < 0 || end < off || end > u.h.s.cfg.MaxFile || !u.grow(end) {
		u.failed = true
		u.mu.Unlock()
		return 0, errFailed
	}
	u.mu.Unlock()
	n, err := u.f.WriteAt(p, off)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.size = max(u.size, off+int64(n))
	if err != nil {
		u.failed = true
		return n, errFailed
	}
	if u.size-u.flushed >= flushEvery {
		u.flushed = u.size
		u.flush.Add(1)
		go func() {
			defer u.flush.Done()
			u.f.Sync()
		}()
	}
	return n, nil
}

func (u *upload) length() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.size
}

func (u *upload) truncate(size int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed || size < 0 || size > u.h.s.cfg.MaxFile || !u.grow(size) {
		return errFailed
	}
	if err := u.f.Truncate(size); err != nil {
		return errFailed
	}
	u.size = size
	return nil
}

// TransferError is called before Close when the connection broke.
func (u *upload) TransferError(error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.broken = true
}

// Close names the file or hands it over, if all of it arrived. The client gets
// what this returns: after a nil, the file is on the disk and ours.
func (u *upload) Close() error {
	u.mu.Lock()
	again, failed, broken, size := u.closed, u.failed, u.broken, u.size
	u.closed = true
	u.mu.Unlock()
	if again {
		return nil
	}
	h := u.h
	h.mu.Lock()
	delete(h.open, u)
	h.mu.Unlock()
	defer close(u.end)
	defer h.p.open.Add(-1)
	defer h.p.names.release(u.at.path, u)
	kept := false
	defer func() { h.p.room.end(u.taken, kept) }()
	u.flush.Wait()
	if failed || broken {
		u.f.Close()
		if kept = !failed && size > 0 && u.keep(); !kept {
			h.root.Remove(u.temp)
		}
		h.event(Broken, u.at.path, size)
		return errFailed
	}
	if err := u.f.Sync(); err != nil {
		u.f.Close()
		h.root.Remove(u.temp)
		return errFailed
	}
	if err := u.f.Close(); err != nil {
		h.root.Remove(u.temp)
		return errFailed
	}
	temporary := partners.IsTemporary(path.Base(u.at.path))
	if u.at.folder.Spool != nil && !temporary {
		if err := h.spool(u.at, u.temp, size); err != nil {
			h.root.Remove(u.temp)
			return err
		}
		kept = true
		h.event(Uploaded, u.at.path, size)
		return nil
	}
	if err := h.root.Rename(u.temp, u.at.path); err != nil {
		h.root.Remove(u.temp)
		return status(err)
	}
	kept = true
	h.root.Remove(partial(u.at.path))
	h.syncDir(path.Dir(u.at.path))
	if !temporary {
		h.event(Uploaded, u.at.path, size)
	}
	return nil
}

// keep keeps what arrived of a broken upload, for its client to go on with. A
// file with a temporary name is kept under it.
func (u *upload) keep() bool {
	to := partial(u.at.path)
	if partners.IsTemporary(path.Base(u.at.path)) {
		to = u.at.path
	}
	return u.h.root.Rename(u.temp, to) == nil
}

// keptPartial is for how long a broken upload is kept.
const keptPartial = 24 * time.Hour

// Sweep removes what broken uploads left in a home, when it is older than a
// day, and everything hidden when the server has just started (no upload is
// under way then).
func Sweep(homeDir string, now time.Time, atStart bool) error {
	root, err := os.OpenRoot(homeDir)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !isHidden(d.Name()) {
			return nil
		}
		i, err := d.Info()
		if err != nil {
			return nil
		}
		old := now.Sub(i.ModTime()) > keptPartial
		if old || atStart && strings.HasPrefix(d.Name(), hiddenUpload) {
			root.Remove(p)
		}
		return nil
	})
}
