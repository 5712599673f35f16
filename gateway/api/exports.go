package api

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Exports is what Books can do besides, where numbers and files for other
// programs are made. Each writes as it goes.
type Exports interface {
	// Report writes a report; contract is a file of promised amounts, nil but for
	// "expected".
	Report(ctx context.Context, w io.Writer, s gateway.Scope, name, format, from, to string, contract io.Reader) error
	Parquet(ctx context.Context, w io.Writer, s gateway.Scope, table string) error
	// Posting writes a remittance advice for posting: csv, json or fhir.
	Posting(ctx context.Context, w io.Writer, s gateway.Scope, remittance int64, format string) error
	// Split writes an 835 file split by payee, as a ZIP file of whole sets.
	Split(ctx context.Context, w io.Writer, s gateway.Scope, transmission int64) error
	// FHIR writes a claim's ClaimResponse or ExplanationOfBenefit.
	FHIR(ctx context.Context, w io.Writer, s gateway.Scope, claim int64, resource string) error
}

// raw is an operation whose answer is no JSON of ours.
type raw struct {
	method, path, id, tag, summary, content string
	parameters                              map[string][]any // query parameters and what they may be; nil: any text
	body                                    string           // content type of the request's body; empty: none
	needs                                   []access.Permission
	payers                                  bool         // a payer's key may, for what is its own: do looks whose it is
	of                                      reflect.Type // what a JSON answer is; nil: bytes
	do                                      func(w http.ResponseWriter, r *http.Request, c caller, id int64, q url.Values) error
}

// rawAnswer registers one; what is written before an error cannot be taken back,
// so errors come first.
func (s *server) rawAnswer(mux *http.ServeMux, o raw) {
	op := &huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.summary, Responses: map[string]*huma.Response{
		"200": {Description: "The file", Content: map[string]*huma.MediaType{o.content: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
		"409": {Description: "Refused, and why", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, "")}}}}}
	if o.of != nil {
		op.Responses["200"].Content[o.content].Schema = s.api.OpenAPI().Components.Schemas.Schema(o.of, true, "")
	}
	if strings.Contains(o.path, "{id}") {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}})
	}
	for _, name := range slices.Sorted(maps.Keys(o.parameters)) {
		values := o.parameters[name]
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "query", Schema: &huma.Schema{Type: "string", Enum: values}})
	}
	if o.body != "" {
		op.Parameters = append(op.Parameters, onceParam(), nameParam())
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{o.body: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}
	}
	s.api.OpenAPI().AddOperation(op)
	mux.HandleFunc(o.method+" "+o.path, func(w http.ResponseWriter, r *http.Request) {
		c := callerOf(r.Context())
		ok := c.May(needs[o.id]) && (c.Partner == "" || o.payers)
		for _, p := range o.needs {
			ok = ok && c.May(p)
		}
		if !ok {
			s.write(w, http.StatusForbidden, c.mayNot(needs[o.id]))
			return
		}
		var id int64
		if v := r.PathValue("id"); v != "" {
			var err error
			if id, err = strconv.ParseInt(v, 10, 64); err != nil || id < 1 {
				s.write(w, http.StatusNotFound, "there is none of this id")
				return
			}
		}
		q := r.URL.Query()
		for name, list := range q {
			values, known := o.parameters[name]
			good := known && len(list) == 1 && len(list[0]) <= 40
			if good && values != nil {
				good = false
				for _, v := range values {
					good = good || v == list[0]
				}
			}
			if !good {
				s.write(w, http.StatusUnprocessableEntity, "a query parameter is not what was asked for; the API's description lists them")
				return
			}
		}
		late := &lateWriter{w: w, content: o.content}
		if o.body != "" {
			done, ok := s.upload(w, r, &c)
			if !ok {
				return
			}
			defer done()
		}
		if err := o.do(late, r, c, id, q); err != nil {
			if late.begun {
				s.cfg.Log.Error().Err(err).Msg("a file could not be given whole")
				panic(http.ErrAbortHandler) // the caller sees that it is not whole
			}
			s.problem(w, err)
		} else if !late.begun {
			late.Write(nil)
		}
	})
}

// lateWriter says what it writes once something is written.
type lateWriter struct {
	w       http.ResponseWriter
	content string
	begun   bool
}

// Header gives the header.
func (l *lateWriter) Header() http.Header { return l.w.Header() }

// WriteHeader passes on.
func (l *lateWriter) WriteHeader(status int) { l.w.WriteHeader(status) }

// Write writes.
func (l *lateWriter) Write(b []byte) (int, error) {
	if !l.begun {
		l.begun = true
		if l.w.Header().Get("Content-Type") == "" {
			l.w.Header().Set("Content-Type", l.content)
		}
	}
	return l.w.Write(b)
}

func (s *server) exports(mux *http.ServeMux, e Exports) {
	day := func(v string) string { return strings.ReplaceAll(v, "-", "") }
	names := []any{"payers", "providers", "coders", "codes", "reasons", "denials", "days", "ageing", "levels", "outdated", "expected"}
	formats := []any{"text", "json", "csv"}
	types := map[string]string{"text": "text/plain; charset=utf-8", "json": "application/x-ndjson", "csv": "text/csv; charset=utf-8", "fhir": "application/fhir+json"}
	report := func(w http.ResponseWriter, r *http.Request, c caller, name string, q url.Values, contract io.Reader) error {
		format := q.Get("format")
		if format == "" {
			format = "json"
		}
		w.Header().Set("Content-Type", types[format])
		err := e.Report(r.Context(), w, c.Scope, name, format, day(q.Get("from")), day(q.Get("to")), contract)
		if err != nil {
			w.Header().Del("Content-Type")
		}
		return err
	}
	s.rawAnswer(mux, raw{method: "GET", path: "/v1/reports", id: "report", tag: "reports", summary: "Numbers: rates by payer, provider, coder, code, reason; days; ageing; levels of visits; codes that are no more", content: "application/x-ndjson",
		parameters: map[string][]any{"name": names, "format": formats, "from": nil, "to": nil}, needs: []access.Permission{access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, _ int64, q url.Values) error {
			name := q.Get("name")
			if name == "" {
				name = "payers"
			}
			if name == "expected" {
				return Refused{"post the contract file: POST /v1/reports/expected"}
			}
			return report(w, r, c, name, q, nil)
		}})
	s.rawAnswer(mux, raw{method: "POST", path: "/v1/reports/expected", id: "report-expected", tag: "reports", summary: "What a contract promises against what was allowed", content: "application/x-ndjson", body: "text/csv",
		parameters: map[string][]any{"format": formats, "from": nil, "to": nil}, needs: []access.Permission{access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, _ int64, q url.Values) error {
			return report(w, r, c, "expected", q, r.Body)
		}})
	s.rawAnswer(mux, raw{method: "GET", path: "/v1/exports/parquet", id: "export-parquet", tag: "exports", summary: "A table for research, without names and numbers of patients", content: "application/vnd.apache.parquet",
		parameters: map[string][]any{"table": {"claims", "lines", "adjustments", "events"}}, needs: []access.Permission{access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, _ int64, q url.Values) error {
			table := q.Get("table")
			if table == "" {
				table = "claims"
			}
			return e.Parquet(r.Context(), w, c.Scope, table)
		}})
	s.rawAnswer(mux, raw{method: "GET", path: "/v1/remittances/{id}/posting", id: "export-posting", tag: "exports", summary: "A remittance advice for posting: CSV, JSON, or a FHIR PaymentReconciliation", content: "text/csv; charset=utf-8",
		parameters: map[string][]any{"format": {"csv", "json", "fhir"}}, needs: []access.Permission{access.SeePeople},
		do: func(w http.ResponseWriter, r *http.Request, c caller, id int64, q url.Values) error {
			format := q.Get("format")
			if format == "" {
				format = "csv"
			}
			w.Header().Set("Content-Type", types[format])
			err := e.Posting(r.Context(), w, c.Scope, id, format)
			if err != nil {
				w.Header().Del("Content-Type")
			}
			return err
		}})
	s.rawAnswer(mux, raw{method: "GET", path: "/v1/transmissions/{id}/split", id: "split-transmission", tag: "exports", summary: "An 835 file split by payee at its transaction sets, as a ZIP file", content: "application/zip",
		needs: []access.Permission{access.SeePeople, access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, id int64, _ url.Values) error {
			return e.Split(r.Context(), w, c.Scope, id)
		}})
	s.rawAnswer(mux, raw{method: "GET", path: "/v1/claims/{id}/fhir", id: "claim-fhir", tag: "exports", summary: "A claim's FHIR R4 ClaimResponse or ExplanationOfBenefit", content: "application/fhir+json",
		parameters: map[string][]any{"resource": {"ClaimResponse", "ExplanationOfBenefit"}}, needs: []access.Permission{access.SeePeople, access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, id int64, q url.Values) error {
			resource := q.Get("resource")
			if resource == "" {
				resource = "ExplanationOfBenefit"
			}
			return e.FHIR(r.Context(), w, c.Scope, id, resource)
		}})
}
