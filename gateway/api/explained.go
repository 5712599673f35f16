package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"claimwire/gateway"
)

// Explained is what Books can do besides: say what a file says.
type Explained interface {
	// Explain writes what an X12 file says: loops, names, codes and findings, as html
	// or json.
	Explain(ctx context.Context, s gateway.Scope, sha256, form string, w io.Writer) error
}

func (s *server) explained(mux *http.ServeMux, b Explained) {
	for _, o := range []struct {
		path, id, summary string
		find              func(ctx context.Context, scope gateway.Scope, id int64) (string, error)
	}{
		{"/v1/transmissions/{id}/explained", "transmission-explained", "What an X12 file says: loops, names, codes and findings", func(ctx context.Context, scope gateway.Scope, id int64) (string, error) {
			m, err := s.cfg.Books.Transmission(ctx, scope, id)
			return m.SHA256, errors.Join(err, notTheirs(ctx, m.Partner))
		}},
		{"/v1/interchanges/{id}/explained", "interchange-explained", "What a file for a partner says", func(ctx context.Context, scope gateway.Scope, id int64) (string, error) {
			i, err := s.cfg.Books.Interchange(ctx, scope, id)
			return i.SHA256, errors.Join(err, notTheirs(ctx, i.Partner))
		}},
	} {
		for form, content := range map[string]string{"json": "application/json", "html": "text/html"} {
			path, id := o.path, o.id
			if form == "html" {
				path, id = path+"/page", id+"-page"
			}
			s.rawAnswer(mux, raw{method: "GET", path: path, id: id, tag: "transmissions", summary: o.summary + " (" + form + ")", content: content,
				payers: true,
				do: func(w http.ResponseWriter, r *http.Request, c caller, n int64, _ url.Values) error {
					sum, err := o.find(r.Context(), c.Scope, n)
					if err != nil {
						return err
					}
					return b.Explain(r.Context(), c.Scope, sum, form, w)
				}})
		}
	}
}
