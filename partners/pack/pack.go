// Package pack wraps files for a trading partner and unwraps its files: zip,
// and PGP (sign, then encrypt; decrypt, then verify), as the partner's profile
// says. It works on whole files in memory, each with a bound.
//
// What cannot be unwrapped has a reason that a person can act on: not for our
// key, not signed, a signature that is not the partner's, not encrypted though
// it has to be, not whole, too much.
package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/constants"
	"github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"

	"claimwire/partners"
)

// Why a file cannot be unwrapped. ErrPartial may pass: the file may still be
// growing. The others do not.
var (
	ErrPartial   = errors.New("the file is not whole")
	ErrKey       = errors.New("it is encrypted, and not for a key of ours")
	ErrUnsigned  = errors.New("it is not signed, and has to be")
	ErrSignature = errors.New("its signature is not by a key of the partner's")
	ErrPlain     = errors.New("it is not encrypted, and has to be")
	ErrTooMuch   = errors.New("it holds more than is taken")
	ErrForm      = errors.New("it is no file that can be unwrapped")
)

// Bounds of what is unwrapped.
const (
	maxBytes   = 512 << 20 // of all that a file holds
	MaxMembers = 10000     // of a zip file
)

// File is one file that was unwrapped.
type File struct {
	Name  string
	Bytes []byte
}

// Packer wraps and unwraps for one partner.
type Packer struct {
	p        *partners.Profile
	to       *crypto.KeyRing
	sign     *crypto.KeyRing
	decrypt  *crypto.KeyRing
	verify   *crypto.KeyRing
	MaxBytes int64 // of all that one file holds
}

// New reads the keys that a profile names; their paths are relative to dir. The
// passphrase of ours is in the environment variable that the profile names.
func New(p *partners.Profile, dir string) (*Packer, error) {
	k := &Packer{p: p, MaxBytes: maxBytes}
	g := &p.Files.PGP
	pass := []byte(nil)
	if g.PassphraseEnv != "" {
		v, ok := os.LookupEnv(g.PassphraseEnv)
		if !ok {
			return nil, fmt.Errorf("files.pgp.passphrase_env: environment variable %s is not set", g.PassphraseEnv)
		}
		pass = []byte(v)
	}
	var err error
	if k.to, err = ring(dir, g.EncryptTo, nil, false); err != nil {
		return nil, fmt.Errorf("files.pgp.encrypt_to: %w", err)
	}
	if g.SignWith != "" {
		if k.sign, err = ring(dir, []string{g.SignWith}, pass, true); err != nil {
			return nil, fmt.Errorf("files.pgp.sign_with: %w", err)
		}
	}
	if k.decrypt, err = ring(dir, g.DecryptWith, pass, true); err != nil {
		return nil, fmt.Errorf("files.pgp.decrypt_with: %w", err)
	}
	if k.verify, err = ring(dir, g.VerifyWith, nil, false); err != nil {
		return nil, fmt.Errorf("files.pgp.verify_with: %w", err)
	}
	return k, nil
}

// maxKey bounds a key file.
const maxKey = 1 << 20

// ring reads key files; nil where there are none.
func ring(dir string, files []string, pass []byte, private bool) (*crypto.KeyRing, error) {
	if len(files) == 0 {
		return nil, nil
	}
	r := &crypto.KeyRing{}
	for _, name := range files {
		name = partners.Beside(dir, name)
		key, err := Key(name)
		if err != nil {
			return nil, err
		}
		if !private && key.IsPrivate() {
			if key, err = key.ToPublic(); err != nil {
				return nil, fmt.Errorf("%s: it cannot be used", name)
			}
		}
		if private {
			if !key.IsPrivate() {
				return nil, fmt.Errorf("%s: it is a public key; the private one is needed", name)
			}
			if locked, err := key.IsLocked(); err == nil && locked {
				if key, err = key.Unlock(pass); err != nil {
					return nil, fmt.Errorf("%s: the passphrase does not open it; files.pgp.passphrase_env names its environment variable", name)
				}
			}
		}
		if err := r.AddKey(key); err != nil {
			return nil, fmt.Errorf("%s: it cannot be used", name)
		}
	}
	return r, nil
}

// Key reads a key file, as text or as bytes.
func Key(name string) (*crypto.Key, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKey))
	if err != nil {
		return nil, err
	}
	key, err := crypto.NewKeyFromReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: it is no PGP key", name)
	}
	return key, nil
}

// Wraps says whether anything is done to files on their way out.
func (k *Packer) Wraps() bool { return k.p.Files.Zip || k.p.Files.PGP.Used() }

// Pack wraps a file. What is encrypted is never the same twice: keep what it
// gives, and send that again.
func (k *Packer) Pack(name string, b []byte, at time.Time) (wireName string, wire []byte, err error) {
	wireName = k.p.WireName(name)
	if k.p.Files.Zip {
		if b, err = zipped(name, b, at); err != nil {
			return "", nil, err
		}
	}
	g := &k.p.Files.PGP
	encoding := int8(crypto.Bytes)
	if g.Armor {
		encoding = crypto.Armor
	}
	switch pgp := crypto.PGPWithProfile(profile.RFC4880()); {
	case k.to != nil:
		h := pgp.Encryption().Recipients(k.to).EncryptionTime(at.Unix())
		if k.sign != nil {
			h = h.SigningKeys(k.sign).SignTime(at.Unix())
		}
		e, err := h.New()
		if err != nil {
			return "", nil, fmt.Errorf("files.pgp: %w", err)
		}
		b, err = write(b, func(out crypto.Writer) (crypto.WriteCloser, error) { return e.EncryptingWriter(out, encoding) })
		if err != nil {
			return "", nil, fmt.Errorf("files.pgp: %w", err)
		}
	case k.sign != nil:
		s, err := pgp.Sign().SigningKeys(k.sign).SignTime(at.Unix()).New()
		if err != nil {
			return "", nil, fmt.Errorf("files.pgp: %w", err)
		}
		b, err = write(b, func(out crypto.Writer) (crypto.WriteCloser, error) { return s.SigningWriter(out, encoding) })
		if err != nil {
			return "", nil, fmt.Errorf("files.pgp: %w", err)
		}
	}
	return wireName, b, nil
}

func write(b []byte, open func(crypto.Writer) (crypto.WriteCloser, error)) ([]byte, error) {
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func zipped(name string, b []byte, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.CreateHeader(&zip.FileHeader{Name: path.Base(name), Method: zip.Deflate, Modified: at.UTC().Truncate(2 * time.Second)})
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// Unpack gives the files that a file holds: itself where it is not wrapped.
func (k *Packer) Unpack(name string, b []byte, now time.Time) ([]File, error) {
	g := &k.p.Files.PGP
	signed := false
	if isPGP(b) {
		plain, err := k.open(b, now)
		if err != nil {
			return nil, err
		}
		b, name, signed = plain, unwrapped(name, g.Suffix), true
	} else if g.Required {
		return nil, ErrPlain
	}
	if len(g.VerifyWith) > 0 && !signed {
		return nil, ErrUnsigned
	}
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) && !bytes.HasPrefix(b, []byte("PK\x05\x06")) {
		return []File{{name, b}}, nil
	}
	return k.unzip(b)
}

// unwrapped is a name without what wrapping added.
func unwrapped(name, suffix string) string {
	for _, s := range []string{suffix, ".pgp", ".gpg", ".asc"} {
		if n := len(name) - len(s); n > 0 && strings.EqualFold(name[n:], s) {
			return name[:n]
		}
	}
	return name
}

// isPGP says whether bytes are a PGP message: armoured, or packets of the kinds
// that begin one.
func isPGP(b []byte) bool {
	if bytes.HasPrefix(bytes.TrimLeft(b, "\xef\xbb\xbf \r\n\t"), []byte("-----BEGIN PGP MESSAGE")) {
		return true
	}
	if len(b) < 3 || b[0]&0x80 == 0 {
		return false
	}
	tag := b[0] & 0x3f
	if b[0]&0x40 == 0 {
		tag = b[0] >> 2 & 0x0f
	}
	// Session key for a public key or a passphrase, one-pass signature, signature,
	// compressed, encrypted.
	return slices.Contains([]byte{1, 2, 3, 4, 8, 9, 18, 20}, tag) && b[0] != 0xef && !bytes.HasPrefix(b, []byte{0xfe, 0xff}) && !bytes.HasPrefix(b, []byte{0xff, 0xfe})
}

// open decrypts and verifies.
func (k *Packer) open(b []byte, now time.Time) ([]byte, error) {
	pgp := crypto.PGPWithProfile(profile.RFC4880())
	if k.decrypt == nil {
		if k.verify == nil {
			return nil, fmt.Errorf("%w: files.pgp.decrypt_with is missing", ErrKey)
		}
		// Signed alone.
		v, err := pgp.Verify().VerificationKeys(k.verify).VerifyTime(now.Unix()).New()
		if err != nil {
			return nil, err
		}
		r, err := v.VerifyingReader(nil, bytes.NewReader(b), crypto.Auto)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForm, cut(b, err))
		}
		return k.readAll(r)
	}
	h := pgp.Decryption().DecryptionKeys(k.decrypt).MaxDecompressedMessageSize(k.MaxBytes)
	if k.verify != nil {
		h = h.VerificationKeys(k.verify).VerifyTime(now.Unix())
	}
	d, err := h.New()
	if err != nil {
		return nil, err
	}
	r, err := d.DecryptingReader(bytes.NewReader(b), crypto.Auto)
	if err != nil {
		return nil, cut(b, err)
	}
	return k.readAll(r)
}

// readAll reads a message to its end and looks at its signature.
func (k *Packer) readAll(r *crypto.VerifyDataReader) ([]byte, error) {
	plain, err := io.ReadAll(io.LimitReader(r, k.MaxBytes+1))
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, ErrPartial
		}
		return nil, fmt.Errorf("%w: it was changed or is not whole", ErrPartial)
	}
	if int64(len(plain)) > k.MaxBytes {
		return nil, ErrTooMuch
	}
	if k.verify == nil {
		return plain, nil
	}
	v, err := r.VerifySignature()
	if err != nil {
		return nil, ErrPartial
	}
	if e := v.SignatureErrorExplicit(); e != nil {
		if e.Status == constants.SIGNATURE_NOT_SIGNED {
			return nil, ErrUnsigned
		}
		return nil, ErrSignature
	}
	return plain, nil
}

// cut says whether a message that cannot be opened has been cut off, or is not
// for us.
func cut(b []byte, err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || strings.Contains(text, "EOF"):
		return ErrPartial
	case strings.Contains(text, "incorrect key") || strings.Contains(text, "no decryption key") || strings.Contains(text, "key"):
		return ErrKey
	}
	return ErrForm
}

func (k *Packer) unzip(b []byte) ([]File, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, ErrPartial // the directory is at its end
	}
	if len(z.File) > MaxMembers {
		return nil, ErrTooMuch
	}
	var list []File
	left := k.MaxBytes
	for _, m := range z.File {
		if m.FileInfo().IsDir() {
			continue
		}
		if !m.Mode().IsRegular() || m.Flags&1 != 0 {
			return nil, fmt.Errorf("%w: a member is no plain file, or has a password", ErrForm)
		}
		r, err := m.Open()
		if err != nil {
			return nil, ErrForm
		}
		text, err := io.ReadAll(io.LimitReader(r, left+1))
		r.Close()
		if int64(len(text)) > left {
			return nil, ErrTooMuch
		}
		if err != nil {
			return nil, fmt.Errorf("%w: a member cannot be read", ErrForm)
		}
		left -= int64(len(text))
		// The name is the partner's: it leads nowhere.
		list = append(list, File{path.Base(strings.ReplaceAll(m.Name, "\\", "/")), text})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrForm)
	}
	return list, nil
}

// Fingerprints are those of the keys of a profile, for people to compare.
func (k *Packer) Fingerprints() []string {
	var list []string
	for _, r := range []struct {
		what string
		ring *crypto.KeyRing
	}{{"encrypt to", k.to}, {"sign with", k.sign}, {"decrypt with", k.decrypt}, {"verify with", k.verify}} {
		if r.ring == nil {
			continue
		}
		for _, key := range r.ring.GetKeys() {
			list = append(list, r.what+" "+strings.ToUpper(key.GetFingerprint()))
		}
	}
	return list
}
