package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"claimwire/gateway"
)

// Submission is what became of a file that was submitted, so far.
type Submission struct {
	Transmission Transmission `json:"transmission"`
	Claims       []Claim      `json:"claims" doc:"A receipt for each claim, the first 100; the rest stands under /v1/transmissions/{id}/receipt"`
	Next         int64        `json:"next,omitempty" doc:"Give this as after to the receipt for the next page; missing on the last one"`
}

// pointerTo writes a path such as lines[2].charge as a JSON Pointer.
func pointerTo(path string) string {
	if path == "" {
		return ""
	}
	path = strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
	return "/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path)
}

// fileTypes are how a file of claims may be called.
var fileTypes = []string{"application/octet-stream", "application/json", "application/x-ndjson", "text/csv", "application/edi-x12", "application/fhir+json"}

// fileBody describes a body that is a file of claims.
func fileBody() *huma.RequestBody {
	out := &huma.RequestBody{Required: true, Description: "An encounter, a list of them or JSON Lines (JSON), CSV, FHIR or X12 837. The content decides, whatever the type says.", Content: map[string]*huma.MediaType{}}
	for _, t := range fileTypes {
		out.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
		if strings.Contains(t, "json") && t != "application/x-ndjson" {
			out.Content[t] = &huma.MediaType{Schema: &huma.Schema{}}
		}
	}
	return out
}

// onceParam describes the idempotency key.
func onceParam() *huma.Param {
	return &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string", MaxLength: ptr(200)},
		Description: "Kept for at least a day. The same key with the same request does it once; with another it is refused (422); while the first is under way, so is the second (409)."}
}

func nameParam() *huma.Param {
	return &huma.Param{Name: "X-File-Name", In: "header", Schema: &huma.Schema{Type: "string", MaxLength: ptr(200)}, Description: "What the sender calls the file."}
}

// answer describes a JSON answer.
func answer[T any](s *server, text string) *huma.Response {
	return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(typeOf[T](), true, "")}}}
}

// occupy takes one of the places for files that are read from the line; false:
// there is none, and that was answered.
func (s *server) occupy(w http.ResponseWriter) bool {
	select {
	case s.busy <- struct{}{}:
		return true
	default:
		w.Header().Set("Retry-After", "1")
		s.write(w, http.StatusTooManyRequests, "too many files at once")
		return false
	}
}

// submit takes a file as the body is read: it is never whole in memory. So it
// stands beside huma, and is described by hand.
func (s *server) submit(mux *http.ServeMux) {
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "submit", Method: http.MethodPost, Path: "/v1/transmissions", Tags: []string{"transmissions"},
		Summary:     "Submit a file: encounters as JSON, JSON Lines or CSV, or claims as X12 837",
		Description: "The file is kept before it is answered, and read afterwards: ask for the receipt. The same bytes again give the transmission of then (200).",
		Parameters:  []*huma.Param{onceParam(), nameParam()}, RequestBody: fileBody(),
		Responses: map[string]*huma.Response{"201": answer[Transmission](s, "Kept"), "200": answer[Transmission](s, "Known already")}})
	mux.HandleFunc("POST /v1/transmissions", func(w http.ResponseWriter, r *http.Request) {
		if m, added, ok := s.keep(w, r, "submit"); ok {
			status := http.StatusOK
			if added {
				status = http.StatusCreated
			}
			s.give(w, status, shapeTransmission(m))
		}
	})
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "submit-claims", Method: http.MethodPost, Path: "/v1/claims", Tags: []string{"claims"},
		Summary:     "Submit one claim or many, and get a receipt for each",
		Description: "As POST /v1/transmissions, and waits until the file is read. 202: it is kept and not read to its end yet; ask for the receipt.",
		Parameters: []*huma.Param{onceParam(), nameParam(), {Name: "wait", In: "query", Description: "Seconds to wait at most",
			Schema: &huma.Schema{Type: "integer", Minimum: ptr(0.0), Maximum: ptr(30.0), Default: 10}}}, RequestBody: fileBody(),
		Responses: map[string]*huma.Response{"201": answer[Submission](s, "Kept and read"), "200": answer[Submission](s, "Known already, and read"), "202": answer[Submission](s, "Kept; not read to its end yet")}})
	mux.HandleFunc("POST /v1/claims", s.submitClaims)
}

// keep keeps the file that is a request's body.
func (s *server) keep(w http.ResponseWriter, r *http.Request, operation string) (m gateway.Transmission, added, ok bool) {
	if !s.occupy(w) {
		return m, false, false
	}
	defer func() { <-s.busy }()
	key, name := r.Header.Get("Idempotency-Key"), r.Header.Get("X-File-Name")
	if len(name) > 200 {
		s.write(w, http.StatusUnprocessableEntity, "X-File-Name has at most 200 characters")
		return m, false, false
	}
	if name == "" {
		name = "api"
	}
	c := callerOf(r.Context())
	if !c.May(needs[operation]) {
		s.write(w, http.StatusForbidden, c.mayNot(needs[operation]))
		return m, false, false
	}
	done, free := s.underway(&c)
	if !free {
		s.write(w, http.StatusConflict, "a request with this idempotency key is under way; ask again when it is answered")
		return m, false, false
	}
	defer done()
	m, added, err := s.cfg.Books.Submit(r.Context(), c.Scope, "api:"+c.key.Name, name, key, http.MaxBytesReader(w, r.Body, s.cfg.MaxFile))
	if err != nil {
		s.problem(w, err)
		return m, false, false
	}
	w.Header().Set("Location", "/v1/transmissions/"+strconv.FormatInt(m.ID, 10))
	return m, added, true
}

// give writes a JSON answer outside of huma.
func (s *server) give(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

// maxWait bounds how long a submission waits to be read.
const maxWait = 30 * time.Second

func (s *server) submitClaims(w http.ResponseWriter, r *http.Request) {
	wait := 10 * time.Second
	for name, v := range r.URL.Query() {
		n, err := strconv.Atoi(v[0])
		if name != "wait" || len(v) != 1 || err != nil || n < 0 || n > int(maxWait/time.Second) {
			s.write(w, http.StatusUnprocessableEntity, "wait is a number of seconds from 0 to 30; there is no other parameter")
			return
		}
		wait = time.Duration(n) * time.Second
	}
	m, added, ok := s.keep(w, r, "submit-claims")
	if !ok {
		return
	}
	c := callerOf(r.Context())
	read, err := s.untilRead(r.Context(), c.Scope, m.ID, wait)
	if err == nil {
		m = read
	}
	var page *listed[Claim]
	if err == nil {
		page, err = s.claims(r.Context(), gateway.ClaimQuery{Transmission: m.ID})
	}
	if err != nil {
		s.problem(w, err)
		return
	}
	status := http.StatusOK
	switch {
	case m.State == "received":
		status = http.StatusAccepted
	case added:
		status = http.StatusCreated
	}
	s.give(w, status, Submission{shapeTransmission(m), page.Body.Items, page.Body.Next})
}

// untilRead waits until a file is read, or the time is over.
func (s *server) untilRead(ctx context.Context, scope gateway.Scope, id int64, wait time.Duration) (gateway.Transmission, error) {
	over := time.After(wait)
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		m, err := s.cfg.Books.Transmission(ctx, scope, id)
		if err != nil || m.State != "received" {
			return m, err
		}
		select {
		case <-over:
			return m, nil
		case <-ctx.Done():
			return m, ctx.Err()
		case <-time.After(pause):
		}
	}
}
