package archive

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// S3 keeps files in a bucket of a store that speaks Amazon's S3: four requests of
// it (PUT, GET of a range, DELETE, ListObjectsV2) and its signature, version 4.
// Paths carry the bucket, which every such store understands.
type S3 struct {
	Endpoint  string // https://s3.example.net
	Region    string // empty: us-east-1
	Bucket    string
	Prefix    string // before every address
	AccessKey string
	SecretKey string
	Client    *http.Client     // nil: one with time-outs
	Now       func() time.Time // nil: the machine's clock
	Wait      time.Duration    // before the second try, doubled for each after it; 0: 200 ms
}

// s3Tries is how often a request is tried whose answer says that another try may
// succeed.
const s3Tries = 4

// errS3 is an answer that is no success.
type errS3 struct {
	status int
	code   string
}

// Error says what the store said; nothing of what was asked.
func (e errS3) Error() string { return fmt.Sprintf("the object store answers %d %s", e.status, e.code) }

// ErrAway says that the object store cannot be reached or is in trouble: it
// passes by itself.
var ErrAway = errors.New("the object store cannot be reached")

// Is says of trouble that it passes, and of an absent object that it is not there.
func (e errS3) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.status == http.StatusNotFound && e.code != "NoSuchBucket"
	case ErrAway:
		return e.status >= 500 || e.status == http.StatusTooManyRequests
	}
	return false
}

func (s *S3) wait() time.Duration {
	if s.Wait > 0 {
		return s.Wait
	}
	return 200 * time.Millisecond
}

func (s *S3) client() *http.Client {
	if s.Client != nil {
		return s.Client
	}
	return defaultClient
}

var defaultClient = &http.Client{Timeout: 10 * time.Minute}

// do sends a request, again where that may help, and gives the answer when it is
// a success. body is read anew for each try.
func (s *S3) do(method, key string, query url.Values, header map[string]string, body func() (io.ReadCloser, error), size int64, digest string) (*http.Response, error) {
	var last error
	for try := range s3Tries {
		if try > 0 {
			time.Sleep(s.wait() << (try - 1))
		}
		resp, err := s.once(method, key, query, header, body, size, digest)
		if err == nil {
			return resp, nil
		}
		last = err
		var said errS3
		if errors.As(err, &said) && said.status < 500 && said.status != http.StatusTooManyRequests && said.status != http.StatusRequestTimeout {
			return nil, err
		}
	}
	return nil, last
}

func (s *S3) once(method, key string, query url.Values, header map[string]string, body func() (io.ReadCloser, error), size int64, digest string) (*http.Response, error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return nil, errors.New("the object store's address cannot be read")
	}
	u.Path = "/" + s.Bucket
	if key != "" {
		u.Path += "/" + key
	}
	u.RawQuery = canonicalQuery(query)
	var r io.ReadCloser
	if body != nil {
		if r, err = body(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, u.String(), r)
	if err != nil {
		return nil, err
	}
	req.ContentLength = size
	for k, v := range header {
		req.Header.Set(k, v)
	}
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	s.sign(req, digest, now().UTC())
	resp, err := s.client().Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err // without the address
		}
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	var said struct {
		Code string `xml:"Code"`
	}
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	_ = xml.Unmarshal(b, &said) // an answer without one is told by its status
	return nil, errS3{resp.StatusCode, said.Code}
}

const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// escaped is S3's form of a part of an address: all but letters, digits and -._~
// as %XX, and the slash where it parts.
func escaped(s string, slash bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 || c == '/' && slash {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func canonicalQuery(q url.Values) string {
	var list []string
	for k, values := range q {
		for _, v := range values {
			list = append(list, escaped(k, false)+"="+escaped(v, false))
		}
	}
	sort.Strings(list)
	return strings.Join(list, "&")
}

// sign adds the signature (AWS Signature Version 4, of the headers).
func (s *S3) sign(r *http.Request, digest string, now time.Time) {
	region := s.Region
	if region == "" {
		region = "us-east-1"
	}
	stamp, day := now.Format("20060102T150405Z"), now.Format("20060102")
	r.Header.Set("X-Amz-Date", stamp)
	r.Header.Set("X-Amz-Content-Sha256", digest)
	signed := map[string]string{"host": r.URL.Host}
	for _, k := range []string{"Range", "X-Amz-Date", "X-Amz-Content-Sha256"} {
		if v := r.Header.Get(k); v != "" {
			signed[strings.ToLower(k)] = strings.TrimSpace(v)
		}
	}
	names := make([]string, 0, len(signed))
	for k := range signed {
		names = append(names, k)
	}
	sort.Strings(names)
	var headers strings.Builder
	for _, k := range names {
		headers.WriteString(k + ":" + signed[k] + "\n")
	}
	request := strings.Join([]string{r.Method, escaped(r.URL.Path, true), r.URL.RawQuery, headers.String(), strings.Join(names, ";"), digest}, "\n")
	scope := day + "/" + region + "/s3/aws4_request"
	sum := sha256.Sum256([]byte(request))
	text := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := []byte("AWS4" + s.SecretKey)
	for _, part := range []string{day, region, "s3", "aws4_request"} {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+s.AccessKey+"/"+scope+",SignedHeaders="+strings.Join(names, ";")+",Signature="+hex.EncodeToString(mac(key, text)))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func (s *S3) key(sum string) string { return s.Prefix + sum[:2] + "/" + sum }

// Take uploads a file; the store checks its digest. The local file goes then.
func (s *S3) Take(local, sum string) error {
	f, err := os.Open(local)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	resp, err := s.do(http.MethodPut, s.key(sum), nil, nil, func() (io.ReadCloser, error) { return os.Open(local) }, size, hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return err
	}
	resp.Body.Close()
	return os.Remove(local)
}

// wholeBelow is how large an object may be that is fetched with one request.
const wholeBelow = 256 << 10

// Open asks for the end of an object: that of a small one is all of it.
func (s *S3) Open(sum string) (Reader, error) {
	o := &object{s: s, key: s.key(sum)}
	resp, err := s.do(http.MethodGet, o.key, nil, map[string]string{"Range": "bytes=-" + strconv.Itoa(wholeBelow)}, nil, 0, emptyDigest)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if o.tail, err = io.ReadAll(io.LimitReader(resp.Body, wholeBelow+1)); err != nil {
		return nil, err
	}
	// Content-Range: bytes FIRST-LAST/SIZE; a store that gives all says none.
	o.size = int64(len(o.tail))
	if _, size, ok := strings.Cut(resp.Header.Get("Content-Range"), "/"); ok {
		if o.size, err = strconv.ParseInt(size, 10, 64); err != nil || o.size < int64(len(o.tail)) {
			return nil, errors.New("the object store does not say how long an object is")
		}
	} else if len(o.tail) > wholeBelow {
		return nil, errors.New("the object store does not give parts of an object")
	}
	return o, nil
}

// object is read by ranges; its end is at hand.
type object struct {
	s    *S3
	key  string
	size int64
	tail []byte
}

// Size is the object's.
func (o *object) Size() int64 { return o.size }

// Close does nothing: no connection is held.
func (o *object) Close() error { return nil }

// ReadAt reads a range.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= o.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), o.size-off))
	end := error(nil)
	if n < len(p) {
		end = io.EOF
	}
	if from := o.size - int64(len(o.tail)); off >= from {
		return copy(p[:n], o.tail[off-from:]), end
	}
	resp, err := o.s.do(http.MethodGet, o.key, nil, map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", off, off+int64(n)-1)}, nil, 0, emptyDigest)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	k, err := io.ReadFull(resp.Body, p[:n])
	if err != nil {
		return k, err
	}
	return k, end
}

// Remove removes an object; one that is not there is no error.
func (s *S3) Remove(sum string) error {
	resp, err := s.do(http.MethodDelete, s.key(sum), nil, nil, nil, 0, emptyDigest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Sums visits every address.
func (s *S3) Sums(visit func(sum string) error) error {
	after := ""
	for {
		q := url.Values{"list-type": {"2"}, "prefix": {s.Prefix}}
		if after != "" {
			q.Set("start-after", after)
		}
		resp, err := s.do(http.MethodGet, "", q, nil, nil, 0, emptyDigest)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
		resp.Body.Close()
		if err != nil {
			return err
		}
		var page struct {
			IsTruncated bool
			Contents    []struct{ Key string }
		}
		if err := xml.NewDecoder(bytes.NewReader(b)).Decode(&page); err != nil {
			return errors.New("the object store's list cannot be read")
		}
		for _, c := range page.Contents {
			after = c.Key
			if name := c.Key[strings.LastIndexByte(c.Key, '/')+1:]; isSum(name) && c.Key == s.key(name) {
				if err := visit(name); err != nil {
					return err
				}
			}
		}
		if !page.IsTruncated || len(page.Contents) == 0 {
			return nil
		}
	}
}
