package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"filippo.io/age"
)

// Copy brings what another archive keeps under a sum into this one, as it is,
// encrypted or not, and checks it there.
func (a *Archive) Copy(from Files, sum string) error {
	if !isSum(sum) {
		return errors.New("archive: that is no address")
	}
	r, err := from.Open(sum)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := a.take(sum, func(w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(r, 0, r.Size()))
		return err
	}); err != nil {
		return err
	}
	return a.Verify(sum)
}

// take stages what write writes and keeps it under a sum.
func (a *Archive) take(sum string, write func(w io.Writer) error) error {
	f, err := os.CreateTemp(a.staging, ".put-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return a.files.Take(f.Name(), sum)
}

// Rewrap makes what is kept under a sum readable with the archive's first key,
// unless it is so; it says whether it changed anything. The frames stay as they
// are: their key alone is wrapped anew. What was kept without a key is encrypted.
func (a *Archive) Rewrap(sum string) (changed bool, err error) {
	if len(a.recipients) == 0 {
		return false, errors.New("archive: there is no key to encrypt for")
	}
	f, err := a.OpenFile(sum)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if f.key == nil {
		got, _, err := a.Put(f)
		if err == nil && got != sum {
			err = ErrDamaged
		}
		return err == nil, err
	}
	wrapped := make([]byte, f.head-int64(len(magic))-4)
	if _, err := f.f.ReadAt(wrapped, int64(len(magic))+4); err != nil {
		return false, err
	}
	if _, err := age.Decrypt(bytes.NewReader(wrapped), a.identities[0]); err == nil {
		return false, nil
	}
	head, err := a.wrap(f.key)
	if err != nil {
		return false, err
	}
	shift := int64(len(head)) - int64(len(wrapped))
	end := f.index[len(f.index)-1]
	err = a.take(sum, func(w io.Writer) error {
		out := &counted{w: w}
		out.Write([]byte(magic))
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head))))
		out.Write(head)
		if _, err := io.Copy(out, io.NewSectionReader(f.f, f.head, end-f.head)); err != nil {
			return err
		}
		var index []byte
		for _, at := range f.index[:len(f.index)-1] {
			index = binary.BigEndian.AppendUint64(index, uint64(at+shift))
		}
		out.Write(index)
		foot := binary.BigEndian.AppendUint64(nil, uint64(f.size))
		foot = binary.BigEndian.AppendUint64(foot, uint64(end+shift))
		foot = binary.BigEndian.AppendUint32(foot, uint32(len(index)/8))
		out.Write(append(foot, magic...))
		return out.err
	})
	if err != nil {
		return false, err
	}
	return true, a.Verify(sum)
}

// wrap encrypts a file's key for the archive's recipients.
func (a *Archive) wrap(key []byte) ([]byte, error) {
	var head bytes.Buffer
	e, err := age.Encrypt(&head, a.recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := e.Write(key); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return head.Bytes(), nil
}

// Seal wraps a writer so that what is written can be read with the archive's keys
// alone; without a key it is written as it is. Close ends it, and not w.
func (a *Archive) Seal(w io.Writer) (io.WriteCloser, error) {
	if len(a.recipients) == 0 {
		return unsealed{w}, nil
	}
	return age.Encrypt(w, a.recipients...)
}

type unsealed struct{ io.Writer }

// Close does nothing.
func (unsealed) Close() error { return nil }

// Unseal reads what Seal has written.
func (a *Archive) Unseal(r io.Reader) (io.Reader, error) {
	head := make([]byte, len(sealed))
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	if string(head[:n]) != sealed {
		return r, nil
	}
	if len(a.identities) == 0 {
		return nil, errors.New("archive: it is encrypted, and there is no key")
	}
	return age.Decrypt(r, a.identities...)
}

// sealed begins every file that age has encrypted.
const sealed = "age-encryption.org/v1"
