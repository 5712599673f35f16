package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
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
func (s *server) live(r *request, page string, part func(ctx context.Context) (name string, data any, err error)) error {
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
			if err := pages()[page].ExecuteTemplate(&b, name, data); err != nil {
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
	return s.live(r, "today", func(ctx context.Context) (string, any, error) {
		r.Request = r.WithContext(ctx)
		piles, err := s.piles(r)
		return "piles", piles, err
	})
}

// fileWork is what became of a file's claims.
type fileWork struct {
	Page   page
	File   gateway.Transmission
	Claims []gateway.Claim
	Counts []string // by state, in words
}

func (s *server) fileWork(r *request, m gateway.Transmission) (w fileWork, err error) {
	w = fileWork{Page: page{Who: r.who}, File: m}
	if !r.who.May(access.SeeClaims) {
		return w, nil
	}
	if w.Claims, err = s.claims(r, gateway.ClaimQuery{Page: gateway.Page{Limit: 200}, Transmission: m.ID}); err != nil {
		return w, err
	}
	n := map[gateway.State]int{}
	for i := range w.Claims {
		n[w.Claims[i].State]++
	}
	for _, st := range states {
		if n[st] > 0 {
			w.Counts = append(w.Counts, fmt.Sprintf("%d %s", n[st], stateWords(st)))
		}
	}
	return w, nil
}

// liveFile tells how far a file is, and what becomes of its claims.
func liveFile(s *server, r *request) error {
	if _, err := s.file(r); err != nil {
		return err
	}
	return s.live(r, "file", func(ctx context.Context) (string, any, error) {
		r.Request = r.WithContext(ctx)
		m, err := s.file(r)
		if err != nil {
			return "", nil, err
		}
		w, err := s.fileWork(r, m)
		return "filework", w, err
	})
}
