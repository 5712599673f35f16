package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rate bounds how many requests a key makes: so many at once, and so many a second
// after that.
type rate struct {
	burst, second float64

	mu   sync.Mutex
	keys map[string]*allowance
}

type allowance struct {
	left float64
	at   time.Time
}

// maxRated bounds the keys that are remembered; those that are full again are
// forgotten first.
const maxRated = 10_000

// take counts a request of a key: how many are left, and when there is one again.
func (r *rate) take(key string, now time.Time) (ok bool, left int, after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys = map[string]*allowance{}
	}
	a := r.keys[key]
	if a == nil {
		if len(r.keys) >= maxRated {
			for k, o := range r.keys {
				if o.left+now.Sub(o.at).Seconds()*r.second >= r.burst {
					delete(r.keys, k)
				}
			}
		}
		a = &allowance{r.burst, now}
		r.keys[key] = a
	}
	a.left = min(r.burst, a.left+max(0, now.Sub(a.at).Seconds())*r.second)
	a.at = now
	if a.left < 1 {
		return false, 0, time.Duration((1 - a.left) / r.second * float64(time.Second))
	}
	a.left--
	return true, int(a.left), 0
}

// limit says whether a key may go on, and tells it how many requests are left.
func (s *server) limit(w http.ResponseWriter, key string) bool {
	ok, left, after := s.rate.take(key, s.cfg.Now())
	h := w.Header()
	h.Set("RateLimit-Policy", `"key";q=`+strconv.Itoa(int(s.rate.burst))+`;w=`+strconv.Itoa(int(math.Ceil(s.rate.burst/s.rate.second))))
	h.Set("RateLimit", `"key";r=`+strconv.Itoa(left))
	if !ok {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
	return ok
}
