package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"claimwire/gateway"
)

// The bounds of what is read at once.
const (
	maxBody   = 1 << 20  // of a request in JSON
	maxUpload = 64 << 20 // of a document or file that comes with an idempotency key
)

// change registers a POST that changes something. What it does, it does once
// however often it is asked; an idempotency key adds that the same key with
// another request is refused, and that what was done before is answered as it
// stands by now (again) instead of as a conflict.
func change[I, O any](s *server, path, id, summary, tag string, f, again func(ctx context.Context, c caller, in *I) (*O, error)) {
	posted(s, path, id, summary, tag, 0, f, again)
}

// made registers a POST that makes something new (201).
func made[I, O any](s *server, path, id, summary, tag string, f func(ctx context.Context, c caller, in *I) (*O, error)) {
	posted(s, path, id, summary, tag, http.StatusCreated, f, nil)
}

// post registers a POST of the office.
func post[I, O any](s *server, path, id, summary, tag string, f func(ctx context.Context, scope gateway.Scope, by string, in *I) (*O, error)) {
	posted(s, path, id, summary, tag, 0, func(ctx context.Context, c caller, in *I) (*O, error) { return f(ctx, c.Scope, c.Name, in) }, nil)
}

func posted[I, O any](s *server, path, id, summary, tag string, status int, f, again func(ctx context.Context, c caller, in *I) (*O, error)) {
	huma.Register(s.api, huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{tag}, DefaultStatus: status, MaxBodyBytes: maxBody,
		Parameters: []*huma.Param{onceParam()}},
		func(ctx context.Context, in *I) (*O, error) {
			if err := allowed(ctx, id); err != nil {
				return nil, err
			}
			c := callerOf(ctx)
			done, err := s.once(ctx, &c)
			if err != nil {
				return nil, s.failed(err)
			}
			defer done()
			ctx = context.WithValue(ctx, callerKey{}, c)
			out, err := f(ctx, c, in)
			if !c.since.IsZero() && again != nil && (errors.As(err, new(Refused)) || errors.Is(err, ErrNotFound)) {
				out, err = again(ctx, c, in)
			}
			if err != nil {
				return nil, s.failed(err)
			}
			return out, nil
		})
}

// once notes the idempotency key of a request that is about to be done, and says
// when it was done before. done ends it.
func (s *server) once(ctx context.Context, c *caller) (done func(), err error) {
	done, ok := s.underway(c)
	if !ok {
		return nil, Refused{"a request with this idempotency key is under way; ask again when it is answered"}
	}
	if c.once != "" && s.cfg.Operator != nil {
		if c.since, err = s.cfg.Operator.Once(ctx, c.Scope, c.key.Name+"/"+c.once, c.request); err != nil {
			done()
			return nil, err
		}
	}
	return done, nil
}

// underway holds an idempotency key until done is called; false: another request
// holds it.
func (s *server) underway(c *caller) (done func(), ok bool) {
	if c.once == "" {
		return func() {}, true
	}
	key := [4]string{c.Scope.Organisation, c.Scope.Usage, c.key.Name, c.once}
	if _, there := s.under.LoadOrStore(key, true); there {
		return nil, false
	}
	return func() { s.under.Delete(key) }, true
}

// doneAt says of something that was made that the request with this idempotency
// key may have made it.
func (c *caller) doneAt(at time.Time) bool {
	return !c.since.IsZero() && !at.Truncate(time.Millisecond).Before(c.since)
}

// streams says of a path that its body is a file, which is read as it comes.
func streams(path string) bool {
	return path == "/v1/transmissions" || path == "/v1/claims" || path == "/v1/deposits" || strings.HasSuffix(path, "/documents") || changesNothing(path)
}

// noted reads the body of a POST, so that an idempotency key is known by its
// request; bodies of these are small.
func noted(r *http.Request, c *caller) error {
	c.once = r.Header.Get("Idempotency-Key")
	if len(c.once) > 200 {
		return problem(http.StatusUnprocessableEntity, "Idempotency-Key has at most 200 characters")
	}
	if c.once == "" || streams(r.URL.Path) {
		return nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return unread(err)
	}
	c.note(r, b)
	return nil
}

// note takes what was read of a request as its body.
func (c *caller) note(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.body = Digest(string(body))
	c.request = Digest(r.Method + " " + r.URL.RequestURI() + "\n" + c.body)
}

// unread says why a body could not be read.
func unread(err error) error {
	if errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return problem(http.StatusBadRequest, "the body could not be read to its end")
}

// upload makes ready for a file that is read as it comes. With an idempotency key
// it has to be read before, so as to know it again, and is bounded; without, its
// bound is that of every file.
func (s *server) upload(w http.ResponseWriter, r *http.Request, c *caller) (done func(), ok bool) {
	if !s.occupy(w) {
		return nil, false
	}
	free := func() { <-s.busy }
	if c.once == "" {
		r.Body = http.MaxBytesReader(w, r.Body, s.cfg.MaxFile)
		return free, true
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, min(maxUpload, s.cfg.MaxFile)))
	if err != nil {
		err = unread(err)
	} else {
		c.note(r, b)
		var end func()
		if end, err = s.once(r.Context(), c); err == nil {
			return func() { end(); free() }, true
		}
	}
	free()
	s.problem(w, err)
	return nil, false
}
