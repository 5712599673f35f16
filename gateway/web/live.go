package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Live numbers: a page may ask for a part of itself again whenever something
// happened. The parts are made by the same templates as the page.

const (
	maxLive   = 200              // streams at once; who comes then sees the page as it was
	liveEvery = 2 * time.Second  // how often is looked whether something happened
	livePing  = 25 * time.Second // keeps proxies from ending a quiet stream
	liveLife  = 30 * time.Minute // then the browser asks anew, so that who has left is let go
)

// live sends a part of a page whenever the last event of the scope is another
// one, until whoever looks is gone.
func (s *server) live(r *request, part func(ctx context.Context) (name string, data any, err error)) error {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		r.w.WriteHeader(http.StatusServiceUnavailable)
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), liveLife)
	defer cancel()
	rc := http.NewResponseController(r.w)
	r.w.Header().Set("Content-Type", "text/event-stream")
	last, err := s.Desk.LastEvent(ctx, r.who.Scope)
	if err != nil {
		return err
	}
	fmt.Fprint(r.w, ": here\n\n")
	if err := rc.Flush(); err != nil {
		return nil // whoever asked is gone
	}
	look := time.NewTicker(liveEvery)
	defer look.Stop()
	quiet := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.stopped:
			return nil
		case <-look.C:
		}
		now, err := s.Desk.LastEvent(ctx, r.who.Scope)
		if err != nil {
			return nil // the browser asks again
		}
		if now == last {
			if quiet += liveEvery; quiet < livePing {
				continue
			}
			fmt.Fprint(r.w, ": still here\n\n")
		} else {
			last = now
			name, data, err := part(ctx)
			if err != nil {
				return nil
			}
			var b bytes.Buffer
			if err := pages()["today"].ExecuteTemplate(&b, name, data); err != nil {
				return nil
			}
			for line := range strings.SplitSeq(strings.TrimSpace(b.String()), "\n") {
				fmt.Fprintf(r.w, "data: %s\n", line)
			}
			fmt.Fprint(r.w, "\n")
		}
		quiet = 0
		if err := rc.Flush(); err != nil {
			return nil
		}
	}
}

// liveToday sends the worklists anew.
func liveToday(s *server, r *request) error {
	return s.live(r, func(ctx context.Context) (string, any, error) {
		r.Request = r.WithContext(ctx)
		piles, err := s.piles(r)
		return "piles", piles, err
	})
}
