package access

import (
	"sync"
	"time"
)

// Throttle bounds how often something may be tried by one address: a bucket of
// tokens that fills up again. It forgets addresses that have been quiet, and
// when it knows too many it lets nobody new in until some are forgotten: then
// somebody tries from everywhere at once.
type Throttle struct {
	Burst int           // tries at once
	Every time.Duration // and one more after this
	Known int           // addresses at most; 0: 10,000

	mu sync.Mutex
	of map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// Allow says whether an address may try once more.
func (t *Throttle) Allow(address string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[string]bucket{}
	}
	known := t.Known
	if known == 0 {
		known = 10_000
	}
	b, ok := t.of[address]
	if !ok {
		if len(t.of) >= known {
			t.forget(now)
		}
		if len(t.of) >= known {
			return false
		}
		b = bucket{float64(t.Burst), now}
	}
	b.tokens = min(float64(t.Burst), b.tokens+float64(now.Sub(b.at))/float64(t.Every))
	b.at = now
	allowed := b.tokens >= 1
	if allowed {
		b.tokens--
	}
	t.of[address] = b
	return allowed
}

// forget drops addresses whose bucket is full again.
func (t *Throttle) forget(now time.Time) {
	for a, b := range t.of {
		if b.tokens+float64(now.Sub(b.at))/float64(t.Every) >= float64(t.Burst) {
			delete(t.of, a)
		}
	}
}
