package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Checks is what Books can do besides: look at a file as if it were submitted.
type Checks interface {
	// Check looks at each claim of a file. Nothing of it is kept.
	// It gives what is wrong outside of claims.
	Check(ctx context.Context, s gateway.Scope, r io.Reader, visit func(Checked) error) (file []string, err error)
}

// Checked is what would become of one claim of a file.
type Checked struct {
	Item     int      `json:"item" doc:"Where it stands in the file, from 1"`
	ClaimID  string   `json:"claim_id,omitempty"`
	Payer    string   `json:"payer,omitempty"`
	Charge   string   `json:"charge,omitempty"`
	Held     bool     `json:"held" doc:"It would wait for a correction"`
	Findings []string `json:"findings,omitempty" doc:"What was found, one a string: code, field, what is wrong, what to do"`
}

// CheckedFile is what would become of a file.
type CheckedFile struct {
	Claims int       `json:"claims"`
	Held   int       `json:"held"`
	Items  []Checked `json:"items"`
	More   int       `json:"more,omitempty" doc:"Claims that were looked at and are not listed"`
	File   []string  `json:"file,omitempty" doc:"Of X12: what is wrong outside of claims, in envelopes and counts"`
}

// Bounds of a check: it is answered while one waits, and kept nowhere.
const (
	maxChecked     = 64 << 20
	maxCheckedList = 1000
)

func (s *server) checks(mux *http.ServeMux, b Checks) {
	s.rawAnswer(mux, raw{method: "POST", path: "/v1/checks", id: "check", tag: "claims", content: "application/json", body: "application/octet-stream", of: typeOf[CheckedFile](),
		summary: "Look at a file of claims as if it were submitted: what would be held, and why. Nothing of it is kept",
		needs:   []access.Permission{access.SeePeople},
		do: func(w http.ResponseWriter, r *http.Request, c caller, _ int64, _ url.Values) error {
			out := CheckedFile{Items: []Checked{}}
			var err error
			out.File, err = b.Check(r.Context(), c.Scope, http.MaxBytesReader(w, r.Body, maxChecked), func(k Checked) error {
				if out.Claims++; k.Held {
					out.Held++
				}
				if len(out.Items) == maxCheckedList {
					out.More++
					return nil
				}
				if !c.May(access.SeeMoney) {
					k.Charge = ""
				}
				out.Items = append(out.Items, k)
				return nil
			})
			var long *http.MaxBytesError
			if errors.As(err, &long) {
				return problem(http.StatusRequestEntityTooLarge, "a file that is only checked has at most 64 MiB: submit it, or use claimwire validate")
			}
			if err != nil {
				return err
			}
			w.Header().Set("Content-Type", "application/json")
			return json.NewEncoder(w).Encode(out)
		}})
}
