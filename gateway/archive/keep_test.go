package archive

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testKey(t *testing.T) *Key {
	t.Helper()
	text, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeys(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return keys[0]
}

func testArchive(t *testing.T, dir string, keys ...*Key) *Archive {
	t.Helper()
	a, err := Open(dir, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestRotate changes the key of an archive: afterwards the new key alone reads
// all, the old one nothing, and the frames are those of before.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	older, newer := testKey(t), testKey(t)
	rng := rand.NewChaCha8([32]byte{2})
	kept := map[string][]byte{}
	put := func(a *Archive, n int) string {
		b := make([]byte, n)
		rng.Read(b)
		sum, err := a.PutBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		kept[sum] = b
		return sum
	}
	plain := put(testArchive(t, dir), 500)
	for _, n := range []int{0, 20, 2<<20 + 5} {
		put(testArchive(t, dir, older), n)
	}
	both := testArchive(t, dir, newer, older)
	fresh := put(both, 30)
	changed := 0
	if err := both.Sums(func(sum string) error {
		did, err := both.Rewrap(sum)
		if did {
			changed++
		}
		if did == (sum == fresh) {
			t.Errorf("%.8s: changed %v", sum, did)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if changed != 4 {
		t.Errorf("%d changed, want 4 (one of them, %.8s, was not encrypted)", changed, plain)
	}
	now, then := testArchive(t, dir, newer), testArchive(t, dir, older)
	for sum, b := range kept {
		f, err := now.Open(sum)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%.8s with the new key: %v", sum, err)
		}
		f.Close()
		if err := then.Verify(sum); err == nil {
			t.Errorf("%.8s can be read with the old key", sum)
		}
		if did, err := now.Rewrap(sum); did || err != nil {
			t.Errorf("%.8s is changed again: %v %v", sum, did, err)
		}
	}
}

// TestCopy brings a damaged and a missing file back from another archive, and
// refuses one that is damaged there too.
func TestCopy(t *testing.T) {
	key := testKey(t)
	here, there := t.TempDir(), t.TempDir()
	a, b := testArchive(t, here, key), testArchive(t, there, key)
	sum, err := a.PutBytes(bytes.Repeat([]byte("claims"), 1000))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Copy(Folder(here), sum); err != nil {
		t.Fatal(err)
	}
	damage := func(dir string) {
		file := filepath.Join(dir, sum[:2], sum)
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damage(here)
	if a.Verify(sum) == nil {
		t.Fatal("damaged, and not seen")
	}
	if err := a.Copy(Folder(there), sum); err != nil || a.Verify(sum) != nil {
		t.Errorf("brought back: %v, %v", err, a.Verify(sum))
	}
	if err := a.Remove(sum); err != nil {
		t.Fatal(err)
	}
	damage(there)
	if err := a.Copy(Folder(there), sum); err == nil {
		t.Error("a damaged copy is taken")
	}
}

// TestSeal wants what is sealed back, and nothing without the key.
func TestSeal(t *testing.T) {
	a := testArchive(t, t.TempDir(), testKey(t))
	for _, text := range []string{"", "x", strings.Repeat("rows\n", 100000)} {
		var kept bytes.Buffer
		w, err := a.Seal(&kept)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := a.Unseal(bytes.NewReader(kept.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != text {
			t.Errorf("%d bytes come back as %d, %v", len(text), len(got), err)
		}
		if text != "" && bytes.Contains(kept.Bytes(), []byte("rows")) {
			t.Error("it can be read without a key")
		}
		if _, err := testArchive(t, t.TempDir()).Unseal(bytes.NewReader(kept.Bytes())); err == nil {
			t.Error("it is unsealed without a key")
		}
	}
	plain := testArchive(t, t.TempDir())
	var kept bytes.Buffer
	w, err := plain.Seal(&kept)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "as it is")
	if err := w.Close(); err != nil || kept.String() != "as it is" {
		t.Errorf("without a key: %q, %v", kept.String(), err)
	}
}
