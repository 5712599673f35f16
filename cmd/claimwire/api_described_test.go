package main

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is the API's own description, against which tests hold every answer.
type described struct {
	t       *testing.T
	paths   map[string]map[string]any
	schemas *jsonschema.Compiler
}

const descriptionURL = "https://claimwire.invalid/openapi.json"

// checked answers as h, and holds each answer under /v1 against the description:
// its status is documented for the operation, its content type for the status,
// and what it says fits the schema.
func (d *deskUnderTest) checked(h http.Handler) http.Handler {
	d.t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		d.t.Fatal(err)
	}
	k := &described{t: d.t, paths: map[string]map[string]any{}, schemas: jsonschema.NewCompiler()}
	if err := k.schemas.AddResource(descriptionURL, doc); err != nil {
		d.t.Fatal(err)
	}
	top := doc.(map[string]any)
	for path, methods := range top["paths"].(map[string]any) {
		k.paths[path] = methods.(map[string]any)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			k.check(r, rec)
		}
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	})
}

// operation finds what is asked: the path with the fewest parts left open.
func (k *described) operation(r *http.Request) (path string, op map[string]any) {
	parts := strings.Split(r.URL.Path, "/")
	best := len(parts) + 1
	for p, methods := range k.paths {
		of := strings.Split(p, "/")
		if len(of) != len(parts) || methods[strings.ToLower(r.Method)] == nil {
			continue
		}
		open, fits := 0, true
		for i := range of {
			if strings.HasPrefix(of[i], "{") {
				open++
			} else if of[i] != parts[i] {
				fits = false
			}
		}
		if fits && open < best {
			path, op, best = p, methods[strings.ToLower(r.Method)].(map[string]any), open
		}
	}
	return path, op
}

func (k *described) check(r *http.Request, rec *httptest.ResponseRecorder) {
	path, op := k.operation(r)
	if op == nil {
		if rec.Code != 404 && rec.Code != 405 && rec.Code != 401 && rec.Code != 403 && rec.Code != 429 {
			k.t.Errorf("%s %s is not described, and answers %d", r.Method, r.URL.Path, rec.Code)
		}
		return
	}
	at := r.Method + " " + path + ": " + strconv.Itoa(rec.Code)
	answers := op["responses"].(map[string]any)
	code := strconv.Itoa(rec.Code)
	answer, ok := answers[code].(map[string]any)
	if !ok {
		k.t.Errorf("%s is not described: %.200s", at, rec.Body)
		return
	}
	pointer := "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + strings.ToLower(r.Method) + "/responses/" + code
	content, _ := answer["content"].(map[string]any)
	if rec.Body.Len() == 0 && content == nil {
		return
	}
	given, _, err := mime.ParseMediaType(rec.Header().Get("Content-Type"))
	if err != nil {
		k.t.Errorf("%s: content type %q", at, rec.Header().Get("Content-Type"))
		return
	}
	for name := range content {
		if of, _, _ := mime.ParseMediaType(name); of != given {
			continue
		}
		if !strings.HasSuffix(given, "json") || content[name].(map[string]any)["schema"].(map[string]any)["format"] == "binary" {
			return
		}
		schema, err := k.schemas.Compile(descriptionURL + pointer + "/content/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name) + "/schema")
		if err != nil {
			k.t.Errorf("%s: %v", at, err)
			return
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(rec.Body.Bytes()))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			k.t.Errorf("%s does not fit its schema: %v", at, err)
		}
		return
	}
	k.t.Errorf("%s: content type %s is not described", at, given)
}

// TestDescribedSeesFaults: what holds answers against the description notices an
// answer that does not fit.
func TestDescribedSeesFaults(t *testing.T) {
	d := newDesk(t)
	real := d.api()
	status, doc := askAPI(t, real, "GET", "/openapi.json", "", "")
	if status != 200 {
		t.Fatal(status)
	}
	for name, answer := range map[string]func(w http.ResponseWriter){
		"status": func(w http.ResponseWriter) { w.WriteHeader(418) },
		"type":   func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/css"); w.Write([]byte("{}")) },
		"schema": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(map[string]any{"items": "none"})
		},
	} {
		quiet := &testing.T{}
		other := &deskUnderTest{t: quiet}
		h := other.checked(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/openapi.json" {
				w.Write(doc)
				return
			}
			answer(w)
		}))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/claims", nil))
		if !quiet.Failed() {
			t.Errorf("a wrong %s is not noticed", name)
		}
	}
}
