// Package archive keeps the bytes of every file, addressed by the SHA-256 of
// the plain bytes, so that an event can point into them for ever. What Put has
// returned is on the disk.
//
// A file is kept as independent frames of at most 1 MiB, each compressed
// (zstd) and, where the archive has a key, encrypted (XChaCha20-Poly1305) with
// a key of the file's own, which is wrapped for the archive's recipients (age).
// An index at the end leads to each frame, so that any part of a large file
// opens at once. A frame cannot be changed, moved or cut off unseen.
package archive

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/crypto/chacha20poly1305"
)

// Key opens what is encrypted for it.
type Key = age.X25519Identity

// Archive keeps files.
type Archive struct {
	files      Files
	staging    string          // where a file is written before it is kept
	recipients []age.Recipient // whom new files are encrypted for; none: they are not
	identities []age.Identity  // who reads; older keys stay here after a rotation
	enc        *zstd.Encoder
	dec        *zstd.Decoder
}

// Open opens the archive in a folder, and makes it where it is missing. Files
// are encrypted for the first of the identities, and read with any; without
// one, they are compressed only.
func Open(dir string, identities ...*Key) (*Archive, error) {
	return OpenFiles(Folder(dir), dir, identities...)
}

// OpenFiles opens an archive that keeps its files elsewhere; staging is a folder
// of this machine where a file is written before it is kept.
func OpenFiles(files Files, staging string, identities ...*Key) (*Archive, error) {
	a := &Archive{files: files, staging: staging}
	for i, id := range identities {
		if i == 0 {
			a.recipients = append(a.recipients, id.Recipient())
		}
		a.identities = append(a.identities, id)
	}
	var err error
	if a.enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, err
	}
	if a.dec, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(8*frameSize), zstd.WithDecoderConcurrency(0)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(staging, 0o700); err != nil {
		return nil, err
	}
	// What a process that was killed had begun.
	left, err := filepath.Glob(filepath.Join(staging, ".put-*"))
	if err != nil {
		return nil, err
	}
	for _, f := range left {
		if st, err := os.Stat(f); err == nil && time.Since(st.ModTime()) > 24*time.Hour {
			os.Remove(f)
		}
	}
	return a, nil
}

// ReadKeys reads the identities of a key file, one a line, the newest first, as
// age-keygen writes them.
func ReadKeys(r io.Reader) ([]*Key, error) {
	b, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, err
	}
	var list []*Key
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		id, err := age.ParseX25519Identity(line)
		if err != nil {
			return nil, fmt.Errorf("line %d is no age identity", i+1)
		}
		list = append(list, id)
	}
	if len(list) == 0 {
		return nil, errors.New("it holds no age identity")
	}
	return list, nil
}

// NewKey makes the text of a key file.
func NewKey() (string, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	return "# public key: " + id.Recipient().String() + "\n" + id.String() + "\n", nil
}

// ErrDamaged says that bytes are not those that their address says.
var ErrDamaged = errors.New("the archived bytes were changed")

const (
	magic     = "CWARCH1\n"
	frameSize = 1 << 20
	footer    = 8 + 8 + 4 + len(magic) // plain size, where the index begins, number of frames, magic
)

// Put keeps what r gives and says how to find it.
func (a *Archive) Put(r io.Reader) (sum string, size int64, err error) {
	f, err := os.CreateTemp(a.staging, ".put-")
	if err != nil {
		return "", 0, err
	}
	defer os.Remove(f.Name())
	h := sha256.New()
	size, err = a.write(f, io.TeeReader(r, h))
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
	return sum, size, a.files.Take(f.Name(), sum)
}

// PutBytes keeps b.
func (a *Archive) PutBytes(b []byte) (sum string, err error) {
	sum, _, err = a.Put(bytes.NewReader(b))
	return sum, err
}

func (a *Archive) write(w io.Writer, r io.Reader) (size int64, err error) {
	out := &counted{w: w}
	var key, head []byte
	if len(a.recipients) > 0 {
		key = make([]byte, chacha20poly1305.KeySize)
		rand.Read(key)
		if head, err = a.wrap(key); err != nil {
			return 0, err
		}
	}
	out.Write([]byte(magic))
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head))))
	out.Write(head)
	var index []byte
	plain, packed := make([]byte, frameSize), []byte(nil)
	for n := 0; ; n++ {
		k, rerr := io.ReadFull(r, plain)
		if k > 0 {
			packed = a.enc.EncodeAll(plain[:k], packed[:0])
			if key != nil {
				if packed, err = seal(key, n, packed); err != nil {
					return 0, err
				}
			}
			index = binary.BigEndian.AppendUint64(index, uint64(out.n))
			out.Write(packed)
			size += int64(k)
		}
		if errors.Is(rerr, io.EOF) || errors.Is(rerr, io.ErrUnexpectedEOF) {
			break
		}
		if rerr != nil {
			return 0, rerr
		}
	}
	at := out.n
	out.Write(index)
	foot := binary.BigEndian.AppendUint64(nil, uint64(size))
	foot = binary.BigEndian.AppendUint64(foot, uint64(at))
	foot = binary.BigEndian.AppendUint32(foot, uint32(len(index)/8))
	out.Write(append(foot, magic...))
	return size, out.err
}

// counted keeps the first error and counts what was written.
type counted struct {
	w   io.Writer
	n   int64
	err error
}

// Write writes, unless something has failed.
func (c *counted) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.err = err
	return n, err
}

// nonce is a frame's own: the key is the file's, so the number of the frame
// suffices, and a frame at another place does not open.
func nonce(n int) []byte {
	b := make([]byte, chacha20poly1305.NonceSizeX)
	binary.BigEndian.PutUint64(b[len(b)-8:], uint64(n))
	return b
}

func seal(key []byte, n int, b []byte) ([]byte, error) {
	c, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return c.Seal(nil, nonce(n), b, []byte(magic)), nil
}

// File reads what is kept: from the beginning, or from anywhere.
type File struct {
	a      *Archive
	f      Reader
	key    []byte
	head   int64   // where the frames begin
	index  []int64 // where each frame begins, and the index after the last
	size   int64
	at     int64
	frame  int // that is unpacked; -1: none
	plain  []byte
	packed []byte
}

// Open opens what is kept under a sum.
func (a *Archive) Open(sum string) (io.ReadCloser, error) { return a.OpenFile(sum) }

// OpenFile opens it for reading from anywhere.
func (a *Archive) OpenFile(sum string) (*File, error) {
	if !isSum(sum) {
		return nil, errors.New("archive: that is no address")
	}
	f, err := a.files.Open(sum)
	if err != nil {
		return nil, err
	}
	file := &File{a: a, f: f, frame: -1}
	if err := file.open(); err != nil {
		f.Close()
		return nil, err
	}
	return file, nil
}

// isSum says whether text is an address.
func isSum(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

func (f *File) open() error {
	foot := make([]byte, footer)
	if f.f.Size() < int64(len(magic)+4+footer) {
		return ErrDamaged
	}
	if _, err := f.f.ReadAt(foot, f.f.Size()-int64(footer)); err != nil {
		return err
	}
	at, frames := int64(binary.BigEndian.Uint64(foot[8:])), int64(binary.BigEndian.Uint32(foot[16:]))
	f.size = int64(binary.BigEndian.Uint64(foot))
	if string(foot[20:]) != magic || at+frames*8+int64(footer) != f.f.Size() || at < 0 || f.size > frames*frameSize || f.size < (frames-1)*frameSize {
		return ErrDamaged
	}
	index := make([]byte, frames*8)
	if _, err := f.f.ReadAt(index, at); err != nil {
		return err
	}
	last := int64(len(magic) + 4)
	for i := range frames {
		o := int64(binary.BigEndian.Uint64(index[i*8:]))
		if o < last || o >= at {
			return ErrDamaged
		}
		last = o
		f.index = append(f.index, o)
	}
	f.index = append(f.index, at)
	head := make([]byte, len(magic)+4)
	if _, err := f.f.ReadAt(head, 0); err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint32(head[len(magic):]))
	f.head = int64(len(head)) + n
	if string(head[:len(magic)]) != magic || n > 1<<16 || f.head > at || frames > 0 && f.index[0] != f.head || frames == 0 && f.head != at {
		return ErrDamaged
	}
	if n == 0 {
		return nil
	}
	wrapped := make([]byte, n)
	if _, err := f.f.ReadAt(wrapped, int64(len(head))); err != nil {
		return err
	}
	if len(f.a.identities) == 0 {
		return errors.New("archive: the file is encrypted, and there is no key")
	}
	r, err := age.Decrypt(bytes.NewReader(wrapped), f.a.identities...)
	if err != nil {
		return fmt.Errorf("archive: none of the keys opens the file: %w", err)
	}
	f.key, err = io.ReadAll(io.LimitReader(r, 64))
	if err == nil && len(f.key) != chacha20poly1305.KeySize {
		err = ErrDamaged
	}
	return err
}

// unpack makes a frame the one at hand.
func (f *File) unpack(n int) error {
	if n == f.frame {
		return nil
	}
	f.frame = -1
	size := f.index[n+1] - f.index[n]
	if size > frameSize+frameSize/2 {
		return ErrDamaged
	}
	if int64(cap(f.packed)) < size {
		f.packed = make([]byte, size)
	}
	f.packed = f.packed[:size]
	if _, err := f.f.ReadAt(f.packed, f.index[n]); err != nil {
		return err
	}
	b := f.packed
	if f.key != nil {
		c, err := chacha20poly1305.NewX(f.key)
		if err != nil {
			return err
		}
		if b, err = c.Open(b[:0], nonce(n), b, []byte(magic)); err != nil {
			return ErrDamaged
		}
	}
	plain, err := f.a.dec.DecodeAll(b, f.plain[:0])
	if err != nil {
		return ErrDamaged
	}
	if want := min(frameSize, f.size-int64(n)*frameSize); int64(len(plain)) != want {
		return ErrDamaged
	}
	f.plain, f.frame = plain, n
	return nil
}

// Read reads on.
func (f *File) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.at)
	f.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// ReadAt reads from anywhere; it opens no more than the frames that it needs.
// One goroutine at a time.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off >= f.size {
			return n, io.EOF
		}
		if err := f.unpack(int(off / frameSize)); err != nil {
			return n, err
		}
		k := copy(p[n:], f.plain[off%frameSize:])
		n += k
		off += int64(k)
	}
	return n, nil
}

// Size is that of the plain bytes.
func (f *File) Size() int64 { return f.size }

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// Verify reads what is kept under a sum and says whether it is what was put.
func (a *Archive) Verify(sum string) error {
	f, err := a.OpenFile(sum)
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

// Sums visits the address of everything that is kept.
func (a *Archive) Sums(visit func(sum string) error) error { return a.files.Sums(visit) }

// Remove removes what is kept under a sum. Only retention does so.
func (a *Archive) Remove(sum string) error {
	if !isSum(sum) {
		return errors.New("archive: that is no address")
	}
	return a.files.Remove(sum)
}
