package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSignature signs the example that Amazon publishes with its description of
// Signature Version 4 for S3: GET of the first ten bytes of an object.
func TestSignature(t *testing.T) {
	s := &S3{AccessKey: "AKIAIOSFODNN7EXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	r, err := http.NewRequest("GET", "https://examplebucket.s3.amazonaws.com/test.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=0-9")
	s.sign(r, emptyDigest, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	const want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("signed\n%s\nwant\n%s", got, want)
	}
}

// bucket is a small object store that is strict about what it is asked: each
// request is signed, each body is what its digest says, ranges are honoured, and
// lists come in pages of two.
type bucket struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string][]byte
	trouble int // so many requests are answered 503
	asked   int
}

// ServeHTTP answers.
func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	if b.trouble > 0 {
		b.trouble--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	refuse := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code)
	}
	given := r.Header.Get("Authorization")
	mine := r.Clone(r.Context())
	mine.URL.Host = r.Host
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	(&S3{AccessKey: "key", SecretKey: "secret"}).sign(mine, r.Header.Get("X-Amz-Content-Sha256"), at)
	if err != nil || given != mine.Header.Get("Authorization") {
		refuse(http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	body, err := io.ReadAll(r.Body)
	sum := sha256.Sum256(body)
	if err != nil || hex.EncodeToString(sum[:]) != r.Header.Get("X-Amz-Content-Sha256") {
		refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch")
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/claims")
	if !ok {
		refuse(http.StatusNotFound, "NoSuchBucket")
		return
	}
	key := strings.TrimPrefix(name, "/")
	switch {
	case key == "" && r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2":
		var keys []string
		for k := range b.objects {
			if strings.HasPrefix(k, r.URL.Query().Get("prefix")) && k > r.URL.Query().Get("start-after") {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%t</IsTruncated>", len(keys) > 2)
		for _, k := range keys[:min(2, len(keys))] {
			fmt.Fprintf(w, "<Contents><Key>%s</Key></Contents>", k)
		}
		fmt.Fprint(w, "</ListBucketResult>")
	case r.Method == http.MethodPut:
		b.objects[key] = body
	case r.Method == http.MethodDelete:
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && b.objects[key] == nil:
		refuse(http.StatusNotFound, "NoSuchKey")
	case r.Method == http.MethodGet:
		o := b.objects[key]
		from, to := 0, len(o)
		spec := strings.TrimPrefix(r.Header.Get("Range"), "bytes=")
		if n, ok := strings.CutPrefix(spec, "-"); ok {
			k, _ := strconv.Atoi(n)
			from = max(0, len(o)-k)
		} else if a, z, ok := strings.Cut(spec, "-"); ok {
			from, _ = strconv.Atoi(a)
			k, _ := strconv.Atoi(z)
			to = min(len(o), k+1)
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(o)))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(o[from:to])
	default:
		b.t.Errorf("asked %s %s", r.Method, r.URL)
		refuse(http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

// TestS3 keeps files in an object store: a small strict one, and the one that
// CLAIMWIRE_TEST_S3 (http://127.0.0.1:7071) names, with bucket claims, access key
// "key" and secret key "secret".
func TestS3(t *testing.T) {
	b := &bucket{t: t, objects: map[string][]byte{}}
	srv := httptest.NewServer(b)
	defer srv.Close()
	t.Run("strict", func(t *testing.T) { keepInS3(t, srv.URL) })
	if real := os.Getenv("CLAIMWIRE_TEST_S3"); real != "" {
		t.Run("real", func(t *testing.T) { keepInS3(t, real) })
	}
	s := &S3{Endpoint: srv.URL, Bucket: "claims", AccessKey: "key", SecretKey: "secret", Wait: time.Millisecond}
	// Trouble that passes is waited out.
	b.trouble = 2
	if err := s.Sums(func(string) error { return nil }); err != nil {
		t.Errorf("after two answers of 503: %v", err)
	}
	b.trouble = s3Tries
	if err := s.Sums(func(string) error { return nil }); !errors.Is(err, ErrAway) {
		t.Errorf("in lasting trouble: %v", err)
	}
	b.asked = 0
	wrong := *s
	wrong.SecretKey = "guess"
	if err := wrong.Sums(func(string) error { return nil }); err == nil || errors.Is(err, ErrAway) || b.asked != 1 {
		t.Errorf("with a wrong key: %v after %d requests, want one", err, b.asked)
	}
	none := *s
	none.Bucket = "nobody"
	if _, err := none.Open(strings.Repeat("ab", 32)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a bucket that is not there is told as an absent file: %v", err)
	}
	srv.Close()
	if err := s.Sums(func(string) error { return nil }); !errors.Is(err, ErrAway) || strings.Contains(err.Error(), "127.0.0.1:") && strings.Contains(err.Error(), "list-type") {
		t.Errorf("nobody there: %v", err)
	}
}

func keepInS3(t *testing.T, endpoint string) {
	s := &S3{Endpoint: endpoint, Bucket: "claims", Prefix: "a test/", AccessKey: "key", SecretKey: "secret"}
	text, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeys(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenFiles(s, t.TempDir(), keys...)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.NewChaCha8([32]byte{1})
	var sums []string
	for _, n := range []int{0, 10, wholeBelow + 1, 3<<20 + 7} {
		b := make([]byte, n)
		rng.Read(b)
		sum, size, err := a.Put(bytes.NewReader(b))
		if err != nil || size != int64(n) {
			t.Fatalf("%d bytes: %d, %v", n, size, err)
		}
		sums = append(sums, sum)
		if err := a.Verify(sum); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		f, err := a.OpenFile(sum)
		if err != nil {
			t.Fatal(err)
		}
		if n > 100 {
			part := make([]byte, 50)
			if _, err := f.ReadAt(part, int64(n)-77); err != nil || !bytes.Equal(part, b[n-77:n-27]) {
				t.Errorf("a part of %d bytes: %v", n, err)
			}
		}
		f.Close()
	}
	var listed []string
	if err := a.Sums(func(sum string) error { listed = append(listed, sum); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(listed)
	slices.Sort(sums)
	if !slices.Equal(listed, sums) {
		t.Errorf("%d listed, %d kept", len(listed), len(sums))
	}
	if _, err := a.OpenFile(strings.Repeat("ab", 32)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was never kept: %v", err)
	}
	for range 2 {
		for _, sum := range sums {
			if err := a.Remove(sum); err != nil {
				t.Errorf("remove: %v", err)
			}
		}
	}
	if _, err := a.OpenFile(sums[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was removed: %v", err)
	}
}
