package archive_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"claimwire/gateway/archive"
)

func key(t *testing.T) *age.X25519Identity {
	t.Helper()
	text, err := archive.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	list, err := archive.ReadKeys(strings.NewReader(text))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d keys, %v", len(list), err)
	}
	return list[0]
}

func open(t *testing.T, dir string, keys ...*age.X25519Identity) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// claims is text that compresses as claims do.
func claims(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 1))
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString("CLM*PCN0")
		for range 6 {
			b.WriteByte(byte('0' + rng.IntN(10)))
		}
		b.WriteString("*251***11:B:1*Y*A*Y*Y~")
	}
	return b.Bytes()[:n]
}

func TestRoundTrip(t *testing.T) {
	for name, keys := range map[string][]*age.X25519Identity{"plain": nil, "encrypted": {key(t)}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, keys...)
			for _, n := range []int{0, 1, 1 << 20, 1<<20 + 1, 3<<20 - 1, 5<<20 + 17} {
				data := claims(n)
				sum, size, err := a.Put(bytes.NewReader(data))
				if err != nil || size != int64(n) {
					t.Fatalf("%d bytes: %d, %v", n, size, err)
				}
				if again, _, err := a.Put(bytes.NewReader(data)); err != nil || again != sum {
					t.Errorf("the same bytes again: %v %v", again, err)
				}
				f, err := a.OpenFile(sum)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(f)
				if err != nil || !bytes.Equal(got, data) {
					t.Fatalf("%d bytes came back as %d, %v", n, len(got), err)
				}
				for _, off := range []int64{0, int64(n) / 2, int64(n) - 10} {
					if off < 0 || n < 20 {
						continue
					}
					part := make([]byte, 10)
					if _, err := f.ReadAt(part, off); err != nil || !bytes.Equal(part, data[off:off+10]) {
						t.Errorf("at %d of %d: %q, %v", off, n, part, err)
					}
				}
				f.Close()
				if err := a.Verify(sum); err != nil {
					t.Error(err)
				}
				raw, err := os.ReadFile(filepath.Join(dir, sum[:2], sum))
				if err != nil {
					t.Fatal(err)
				}
				if n > 1<<20 && len(raw) > n/2 {
					t.Errorf("%d bytes are kept in %d", n, len(raw))
				}
				if keys != nil && n > 100 && bytes.Contains(raw, []byte("CLM*PCN")) {
					t.Error("the bytes can be read without the key")
				}
			}
		})
	}
}

// TestOneBit changes every 97th byte of a kept file by one bit; none may go
// unseen.
func TestOneBit(t *testing.T) {
	for name, keys := range map[string][]*age.X25519Identity{"plain": nil, "encrypted": {key(t)}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, keys...)
			sum, err := a.PutBytes(claims(40000))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, sum[:2], sum)
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			os.Chmod(file, 0o600)
			for i := 0; i < len(whole); i += 97 {
				b := bytes.Clone(whole)
				b[i] ^= 1
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if a.Verify(sum) == nil {
					t.Errorf("byte %d of %d was changed, and nobody sees it", i, len(whole))
				}
			}
			for _, n := range []int{0, 1, 10, len(whole) / 2, len(whole) - 1} {
				if err := os.WriteFile(file, whole[:n], 0o600); err != nil {
					t.Fatal(err)
				}
				if a.Verify(sum) == nil {
					t.Errorf("cut to %d bytes, and nobody sees it", n)
				}
			}
		})
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	older, newer, strange := key(t), key(t), key(t)
	before, err := open(t, dir, older).PutBytes(claims(1000))
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, dir, newer, older)
	after, err := a.PutBytes(claims(2000))
	if err != nil {
		t.Fatal(err)
	}
	for _, sum := range []string{before, after} {
		if err := a.Verify(sum); err != nil {
			t.Error(err)
		}
	}
	if open(t, dir, newer).Verify(before) == nil || open(t, dir, strange).Verify(after) == nil || open(t, dir).Verify(after) == nil {
		t.Error("a file opens with a key that it was not made for")
	}
	n := 0
	if err := a.Sums(func(string) error { n++; return nil }); err != nil || n != 2 {
		t.Errorf("%d are kept, %v", n, err)
	}
}

func TestNoAddress(t *testing.T) {
	a := open(t, t.TempDir())
	for _, s := range []string{"", "..", "../../etc/passwd", strings.Repeat("Z", 64), strings.Repeat("../", 22)[:64]} {
		if _, err := a.Open(s); err == nil {
			t.Errorf("%q opens", s)
		}
	}
	if _, err := a.Open(strings.Repeat("a", 64)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what is not there: %v", err)
	}
	if _, _, err := a.Put(io.MultiReader(strings.NewReader("x"), failing{})); err == nil {
		t.Error("a file that breaks off is kept")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

func BenchmarkPut(b *testing.B) {
	a, err := archive.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	data := claims(16 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, err := a.Put(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}
