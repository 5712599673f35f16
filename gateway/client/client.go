// Package client speaks to a running gateway over its API.
//
// A Client has named calls for what billing systems do all day; Do and Each reach
// everything else that /openapi.json describes. What the gateway refuses is a
// *Problem, with the words and the fields that it names.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"claimwire/gateway/api"
)

// Client speaks to one gateway as one API key: its organisation, its usage (test or
// production) and its role are the key's.
type Client struct {
	Server string       // such as http://127.0.0.1:8837
	Key    string       // the API key
	HTTP   *http.Client // nil: http.DefaultClient
}

// Problem is what the gateway says of a request that it does not do.
type Problem struct{ api.Problem }

// Error says it in one line.
func (p *Problem) Error() string {
	text := p.Detail
	for _, e := range p.Errors {
		text += "; " + strings.TrimSpace(e.Location+" "+e.Message)
	}
	return fmt.Sprintf("the gateway answers %d %s: %s", p.Status, p.Title, text)
}

// StatusOf gives the HTTP status of a *Problem, or 0.
func StatusOf(err error) int {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

// maxProblem bounds what is read of an answer that is a problem.
const maxProblem = 1 << 20

// Call asks, and gives the answer when its status is below 300; whoever calls closes
// it.
func (c *Client) Call(ctx context.Context, method, path string, header map[string]string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Server, "/")+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.Key)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the gateway cannot be reached: %w", err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	p := &Problem{}
	if json.NewDecoder(io.LimitReader(resp.Body, maxProblem)).Decode(&p.Problem) != nil || p.Title == "" {
		p.Problem = api.Problem{Status: resp.StatusCode, Title: http.StatusText(resp.StatusCode), Detail: "what answers is no gateway, or something between here and there"}
	}
	return nil, p
}

// Do sends a JSON value (nil: none) and reads one (nil: none).
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	header := map[string]string{"Accept": "application/json"}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body, header["Content-Type"] = bytes.NewReader(b), "application/json"
	}
	resp, err := c.Call(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// Each walks through a list of any length, page by page, up to a limit (0: all).
func Each[T any](ctx context.Context, c *Client, path string, query url.Values, limit int, visit func(T) error) error {
	q := url.Values{}
	for k, v := range query {
		q[k] = v
	}
	const most = 1000
	for n := 0; ; {
		q.Set("limit", strconv.Itoa(most))
		if limit > 0 {
			q.Set("limit", strconv.Itoa(min(limit-n, most)))
		}
		var page api.List[T]
		if err := c.Do(ctx, http.MethodGet, path+"?"+q.Encode(), nil, &page); err != nil {
			return err
		}
		for _, v := range page.Items {
			if err := visit(v); err != nil {
				return err
			}
			n++
		}
		if page.Next == 0 || limit > 0 && n >= limit {
			return nil
		}
		q.Set("after", strconv.FormatInt(page.Next, 10))
	}
}

// Submit puts a file in: encounters as JSON, JSON Lines or CSV, or claims as X12 837.
// It is kept when Submit comes back. once is an idempotency key: the same key with the
// same bytes is the same file, however often it is sent.
func (c *Client) Submit(ctx context.Context, name, once string, file io.Reader) (m api.Transmission, err error) {
	header := map[string]string{"Content-Type": "application/octet-stream", "X-File-Name": name}
	if once != "" {
		header["Idempotency-Key"] = once
	}
	resp, err := c.Call(ctx, http.MethodPost, "/v1/transmissions", header, file)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close()
	return m, json.NewDecoder(resp.Body).Decode(&m)
}

// Check looks at a file as if it were submitted; nothing of it is kept.
func (c *Client) Check(ctx context.Context, file io.Reader) (k api.CheckedFile, err error) {
	resp, err := c.Call(ctx, http.MethodPost, "/v1/checks", map[string]string{"Content-Type": "application/octet-stream"}, file)
	if err != nil {
		return k, err
	}
	defer resp.Body.Close()
	return k, json.NewDecoder(resp.Body).Decode(&k)
}

// Transmission gives a file.
func (c *Client) Transmission(ctx context.Context, id int64) (m api.Transmission, err error) {
	return m, c.Do(ctx, http.MethodGet, path("transmissions", id, ""), nil, &m)
}

// Receipt gives what became of each claim of a file.
func (c *Client) Receipt(ctx context.Context, id int64) (list []api.Claim, err error) {
	err = Each(ctx, c, path("transmissions", id, "receipt"), nil, 0, func(k api.Claim) error {
		list = append(list, k)
		return nil
	})
	return list, err
}

// Claim gives a claim with its history, payments and document.
func (c *Client) Claim(ctx context.Context, id int64) (k api.ClaimWhole, err error) {
	return k, c.Do(ctx, http.MethodGet, path("claims", id, ""), nil, &k)
}

// Find finds claims by numbers, which are never part of an address.
func (c *Client) Find(ctx context.Context, s api.Search) (list []api.Claim, err error) {
	var page api.List[api.Claim]
	err = c.Do(ctx, http.MethodPost, "/v1/claims/search", s, &page)
	return page.Items, err
}

// Events gives what happened after an event, in order, and waits for nothing: keep
// the last id, and ask again with it.
func (c *Client) Events(ctx context.Context, after int64, visit func(api.Event) error) error {
	return Each(ctx, c, "/v1/events", url.Values{"after": {strconv.FormatInt(after, 10)}}, 0, visit)
}

// AddDocument puts a document (PDF, TIFF, text, C-CDA) to a payer's question.
func (c *Client) AddDocument(ctx context.Context, request int64, name string, document io.Reader) error {
	resp, err := c.Call(ctx, http.MethodPost, path("requests", request, "documents"), map[string]string{"Content-Type": "application/octet-stream", "X-File-Name": name}, document)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Answer sends what was put to a payer's question.
func (c *Client) Answer(ctx context.Context, request int64) error {
	return c.Do(ctx, http.MethodPost, path("requests", request, "answer"), struct{}{}, nil)
}

func path(list string, id int64, of string) string {
	p := "/v1/" + list + "/" + strconv.FormatInt(id, 10)
	if of != "" {
		p += "/" + of
	}
	return p
}
