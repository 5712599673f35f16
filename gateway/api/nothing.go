package api

import (
	"net/http"
	"slices"
	"strings"
)

// nothing answers where there is no operation, or not by this method.
func (s *server) nothing(w http.ResponseWriter, r *http.Request) {
	var by []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := s.mux.Handler(other); pattern != "/v1/" {
			by = append(by, m)
		}
	}
	if len(by) > 0 && !slices.Contains(by, r.Method) {
		w.Header().Set("Allow", strings.Join(by, ", "))
		s.write(w, http.StatusMethodNotAllowed, "this is not asked by that method; Allow says by which")
		return
	}
	s.write(w, http.StatusNotFound, "there is no such operation; /docs lists them")
}
