package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/partners"
)

// Config of the interface.
type Config struct {
	Books Books
	// Operator serves what was put aside; nil: nothing of it is shown.
	Operator Operator
	Keys     []Key
	// FindKey finds a key by its digest, besides Keys; ErrNotFound: there is none.
	// nil: there are no others.
	FindKey func(ctx context.Context, sha256 string) (gateway.APIKey, error)
	Audit   gateway.Auditor  // nil: nothing is audited
	Now     func() time.Time // nil: the machine's clock
	Version string
	Log     zerolog.Logger
	// Away says of an error that it passes by itself: no connection to the store.
	Away    func(error) bool
	Metrics *prometheus.Registry // nil: none are shown
	// Trail is where the audit trail is read, Webhooks where events are told to; nil:
	// nowhere.
	Trail    Trail
	Webhooks Webhooks
	Rate     int   // requests of a key a second, and ten times as many at once; 0: 200
	MaxFile  int64 // bytes of a submitted file; 0: 1 GiB
	MaxBusy  int   // submissions at once; 0: 8
}

// Problem is an RFC 9457 problem document. It never holds a value of the
// request.
type Problem struct {
	Type   string         `json:"type" example:"about:blank"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Errors []ProblemField `json:"errors,omitempty"`
}

// ProblemField is a field that is wrong.
type ProblemField struct {
	Message  string `json:"message"`
	Location string `json:"location,omitempty" doc:"Path to the field: query.limit, body.claim_id"`
	Pointer  string `json:"pointer,omitempty" doc:"JSON Pointer (RFC 6901) to the field of the body"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem documents.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problem(status int, detail string, errs ...error) huma.StatusError {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
	for _, err := range errs {
		f := ProblemField{}
		if d, ok := err.(huma.ErrorDetailer); ok && d.ErrorDetail() != nil {
			// The message may quote the value; the place says enough.
			f.Location = d.ErrorDetail().Location
			if in, ok := strings.CutPrefix(f.Location, "body"); ok {
				f.Pointer = pointerTo(strings.TrimPrefix(in, "."))
			}
			f.Message = withoutValue(d.ErrorDetail().Message)
		} else if err != nil {
			f.Message = "is not what was asked for"
		}
		p.Errors = append(p.Errors, f)
	}
	return p
}

// withoutValue keeps huma's own words, which quote values only after a colon or
// in quotation marks.
func withoutValue(s string) string {
	if i := strings.IndexAny(s, ":\"'`"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	if s == "" {
		return "is not what was asked for"
	}
	return s
}

var setProblems = sync.OnceFunc(func() {
	huma.NewError = problem
	huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return problem(status, msg, errs...)
	}
})

// server holds what the handlers need.
type server struct {
	cfg   Config
	api   huma.API
	mux   *http.ServeMux
	busy  chan struct{}
	rate  rate
	under sync.Map // idempotency keys whose request is under way
}

// New makes the handler of everything under /v1, /openapi.json, /docs,
// /healthz, /readyz and /metrics.
func New(cfg Config) http.Handler {
	setProblems()
	if cfg.MaxFile == 0 {
		cfg.MaxFile = 1 << 30
	}
	if cfg.MaxBusy == 0 {
		cfg.MaxBusy = 8
	}
	if cfg.Rate == 0 {
		cfg.Rate = 200
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	mux := http.NewServeMux()
	c := huma.DefaultConfig("claimwire", cfg.Version)
	c.Info.Description = "Claims in, answers out. Money is a string with two decimals, dates are ISO. Lists are pages: give the last id as `after` to go on."
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.Info.Contact = &huma.Contact{Name: "Who runs this gateway"}
	c.Servers = []*huma.Server{{URL: "/", Description: "The gateway that serves this document"}}
	c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", nil
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.DefaultFormat = "application/json"
	c.RejectUnknownQueryParameters = true
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key. It carries the organisation and the usage, test or production."}}
	c.Security = []map[string][]string{{"key": {}}}
	s := &server{cfg: cfg, api: humago.New(mux, c), mux: mux, busy: make(chan struct{}, cfg.MaxBusy), rate: rate{burst: 10 * float64(cfg.Rate), second: float64(cfg.Rate)}}
	s.register(mux)
	if m, ok := cfg.Books.(Postings); ok {
		s.postings(m)
	}
	if m, ok := cfg.Books.(Corrections); ok {
		s.corrections(m)
	}
	if d, ok := cfg.Books.(RequestDesk); ok {
		s.requestDesk(mux, d)
	}
	if d, ok := cfg.Books.(DenialDesk); ok {
		s.denialDesk(d)
	}
	if p, ok := cfg.Books.(Papers); ok {
		s.papers(mux, p)
	}
	if e, ok := cfg.Books.(Exports); ok {
		s.exports(mux, e)
	}
	if d, ok := cfg.Books.(Deposits); ok {
		s.deposits(mux, d)
	}
	if k, ok := cfg.Books.(Checks); ok {
		s.checks(mux, k)
	}
	if k, ok := cfg.Books.(Codes); ok {
		s.codes(k)
	}
	if k, ok := cfg.Books.(Explained); ok {
		s.explained(mux, k)
	}
	if cfg.Trail != nil {
		s.trail(cfg.Trail)
	}
	if cfg.Webhooks != nil {
		s.webhooks(cfg.Webhooks)
	}
	if k, ok := cfg.Books.(Office); ok {
		s.office(k)
	}
	s.explain()
	s.described()
	s.watch(mux)
	mux.HandleFunc("/v1/", s.nothing)
	return s.front(mux)
}

// front is before everything: who asks, what headers answers have, what is
// logged.
func (s *server) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		h.Set("Referrer-Policy", "no-referrer")
		began := time.Now()
		sw := &statusWriter{ResponseWriter: w}
		who := ""
		if strings.HasPrefix(r.URL.Path, "/v1/") || r.URL.Path == "/v1" {
			k, err := s.find(r.Context(), given(r))
			if err != nil {
				s.cfg.Log.Error().Err(err).Msg("a key could not be looked up")
				s.write(sw, http.StatusServiceUnavailable, "the store does not answer")
				s.logged(r, sw, who, began)
				return
			}
			if k == nil {
				h.Set("WWW-Authenticate", "Bearer")
				s.write(sw, http.StatusUnauthorized, "an API key is needed: Authorization: Bearer KEY")
				s.logged(r, sw, who, began)
				return
			}
			who = k.Name
			if !s.limit(sw, k.SHA256) {
				s.write(sw, http.StatusTooManyRequests, "too many requests of this key; go on after the seconds of Retry-After")
				s.logged(r, sw, who, began)
				return
			}
			if r.Method != http.MethodGet && r.Method != http.MethodHead && !k.Write && !changesNothing(r.URL.Path) {
				s.write(sw, http.StatusForbidden, fmt.Sprintf("the API key %q may only read", k.Name))
				s.logged(r, sw, who, began)
				return
			}
			c := caller{Principal: k.principal(), key: k}
			if r.Method == http.MethodPost {
				if err := noted(r, &c); err != nil {
					s.problem(sw, err)
					s.logged(r, sw, who, began)
					return
				}
			}
			r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
			defer func() { s.audit(r, c, sw.status) }()
		}
		next.ServeHTTP(sw, r)
		s.logged(r, sw, who, began)
	})
}

// changesNothing says of a POST that it only asks.
func changesNothing(path string) bool {
	return strings.HasSuffix(path, "/search") || path == "/v1/checks" || path == "/v1/reports/expected"
}

// logged logs a request: the pattern that it met, never what stood in it.
func (s *server) logged(r *http.Request, w *statusWriter, who string, began time.Time) {
	s.cfg.Log.Debug().Str("method", r.Method).Str("route", r.Pattern).Int("status", w.status).Str("key", who).Dur("took", time.Since(began)).Msg("request")
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// write writes a problem outside of huma.
func (s *server) write(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(problem(status, detail))
}

// failed turns an error of the books into a problem; what it is in detail goes
// to the log, once.
func (s *server) failed(err error) error {
	var said huma.StatusError
	if errors.As(err, &said) {
		return said
	}
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return problem(http.StatusRequestEntityTooLarge, "this takes at most "+strconv.FormatInt(tooLong.Limit, 10)+" bytes; nothing of it was taken")
	case errors.Is(err, ErrNotFound):
		return problem(http.StatusNotFound, "there is none of this id")
	case errors.Is(err, ErrKeyUsed):
		return problem(http.StatusUnprocessableEntity, ErrKeyUsed.Error())
	case errors.As(err, new(Refused)):
		var r Refused
		errors.As(err, &r)
		return problem(http.StatusConflict, r.Reason)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		s.cfg.Log.Error().Err(err).Msg("no room: a request was refused")
		return problem(http.StatusInsufficientStorage, "the gateway has no room to keep it; nothing of it was taken, send it again later")
	case s.cfg.Away != nil && s.cfg.Away(err):
		s.cfg.Log.Error().Err(err).Msg("the store does not answer: a request was refused")
		return problem(http.StatusServiceUnavailable, "the gateway's store does not answer; send it again later")
	case errors.Is(err, context.Canceled):
		return problem(499, "the request was given up")
	}
	s.cfg.Log.Error().Err(err).Msg("a request failed")
	return problem(http.StatusInternalServerError, "it could not be done; the gateway's log says why")
}

// watch adds what operators and their tools ask.
func (s *server) watch(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.cfg.Books.Ready(ctx); err != nil {
			s.write(w, http.StatusServiceUnavailable, "the store does not answer")
			return
		}
		io.WriteString(w, "ready\n")
	})
	if s.cfg.Metrics != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(s.cfg.Metrics, promhttp.HandlerOpts{}))
	}
	mux.HandleFunc("GET /docs", s.docs)
}

// Paging is how lists are asked for.
type Paging struct {
	After int64 `query:"after" minimum:"0" doc:"Only what came after this id"`
	Limit int   `query:"limit" minimum:"0" maximum:"1000" doc:"At most so many; 100 when not given"`
}

func (p Paging) page() gateway.Page { return gateway.Page{After: p.After, Limit: p.Limit} }

// List is a page of a list.
type List[T any] struct {
	Items []T   `json:"items"`
	Next  int64 `json:"next,omitempty" doc:"Give this as after for the next page; missing on the last one"`
}

type listed[T any] struct{ Body List[T] }

func paged[T any](items []T, id func(T) int64, p gateway.Page) *listed[T] {
	out := &listed[T]{Body: List[T]{Items: items}}
	if len(items) == p.Bound() {
		out.Body.Next = id(items[len(items)-1])
	}
	return out
}

// ByID is how one is asked for.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type only[T any] struct{ Body T }

// get registers a GET.
func get[I, O any](s *server, path, id, summary, tag string, f func(ctx context.Context, scope gateway.Scope, in *I) (*O, error)) {
	huma.Register(s.api, huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{tag},
		Errors: []int{401, 404, 422, 500}}, func(ctx context.Context, in *I) (*O, error) {
		if err := allowed(ctx, id); err != nil {
			return nil, err
		}
		out, err := f(ctx, callerOf(ctx).Scope, in)
		if err != nil {
			return nil, s.failed(err)
		}
		return out, nil
	})
}

func (s *server) register(mux *http.ServeMux) {
	b := s.cfg.Books
	s.submit(mux)
	s.operate()
	get(s, "/v1/transmissions", "list-transmissions", "Files in and out, in the order of their arrival", "transmissions",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Transmission], error) {
			list, err := b.Transmissions(ctx, scope, in.page())
			return pagedTheirs(ctx, list, func(v gateway.Transmission) int64 { return v.ID }, func(m gateway.Transmission) string { return m.Partner }, shapeTransmission, in.page()), err
		})
	get(s, "/v1/transmissions/{id}", "show-transmission", "One file", "transmissions",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[Transmission], error) {
			m, err := b.Transmission(ctx, scope, in.ID)
			return &only[Transmission]{shapeTransmission(m)}, errors.Join(err, notTheirs(ctx, m.Partner))
		})
	get(s, "/v1/transmissions/{id}/receipt", "transmission-receipt", "What became of each claim of a file", "transmissions",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			ByID
			Paging
		}) (*listed[Claim], error) {
			if m, err := b.Transmission(ctx, scope, in.ID); err != nil || !theirs(ctx, m.Partner) {
				return nil, errors.Join(err, notTheirs(ctx, m.Partner))
			}
			return s.claims(ctx, gateway.ClaimQuery{Page: in.Paging.page(), Transmission: in.ID})
		})
	s.content(mux, "/v1/transmissions/{id}/content", "transmission-content", func(ctx context.Context, scope gateway.Scope, id int64) (string, error) {
		m, err := b.Transmission(ctx, scope, id)
		return m.SHA256, errors.Join(err, notTheirs(ctx, m.Partner))
	})
	get(s, "/v1/interchanges", "list-interchanges", "Files of claims for partners", "transmissions",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Interchange], error) {
			list, err := b.Interchanges(ctx, scope, in.page())
			return pagedTheirs(ctx, list, func(v gateway.Interchange) int64 { return v.ID }, func(i gateway.Interchange) string { return i.Partner }, shapeInterchange, in.page()), err
		})
	s.content(mux, "/v1/interchanges/{id}/content", "interchange-content", func(ctx context.Context, scope gateway.Scope, id int64) (string, error) {
		i, err := b.Interchange(ctx, scope, id)
		return i.SHA256, errors.Join(err, notTheirs(ctx, i.Partner))
	})
	get(s, "/v1/claims", "list-claims", "Claims, in the order of their arrival", "claims",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			State        string `query:"state" enum:"received,held,queued,sent,accepted,rejected,payment,request_for_information,denial,reversal"`
			Partner      string `query:"partner" doc:"A trading partner's id"`
			Transmission int64  `query:"transmission" doc:"Of this file"`
			Interchange  int64  `query:"interchange" doc:"In this interchange"`
		}) (*listed[Claim], error) {
			return s.claims(ctx, gateway.ClaimQuery{Page: in.Paging.page(), State: gateway.State(in.State), Partner: in.Partner,
				Transmission: in.Transmission, Interchange: in.Interchange})
		})
	huma.Register(s.api, huma.Operation{OperationID: "search-claims", Method: http.MethodPost, Path: "/v1/claims/search", Tags: []string{"claims"},
		Summary: "Find claims by numbers that do not belong into an address", Errors: []int{401, 422, 500}}, func(ctx context.Context, in *struct{ Body Search }) (*listed[Claim], error) {
		q := gateway.ClaimQuery{Page: gateway.Page{After: in.Body.After, Limit: in.Body.Limit}, ClaimID: in.Body.ClaimID, Trace: in.Body.Trace,
			PayerClaimID: in.Body.PayerClaimID, State: gateway.State(in.Body.State)}
		if q.ClaimID == "" && q.Trace == "" && q.PayerClaimID == "" {
			return nil, problem(http.StatusUnprocessableEntity, "one of claim_id, trace and payer_claim_id is needed")
		}
		if err := allowed(ctx, "search-claims"); err != nil {
			return nil, err
		}
		if q.ClaimID != "" && !callerOf(ctx).May(access.SeePeople) {
			return nil, problem(http.StatusForbidden, "the role of this API key may not search by claim_id")
		}
		list, err := s.claims(ctx, q)
		if err != nil {
			return nil, s.failed(err)
		}
		return list, nil
	})
	get(s, "/v1/claims/summary", "count-claims", "How many claims are in which state; of 100,000 or more, as they were at most five seconds ago", "claims",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[map[string]int], error) {
			if callerOf(ctx).Partner != "" {
				return nil, ErrNotFound // how many claims an office has is nothing of a payer's
			}
			n, err := b.ClaimStates(ctx, scope)
			out := map[string]int{}
			for k, v := range n {
				out[string(k)] = v
			}
			return &only[map[string]int]{out}, err
		})
	get(s, "/v1/claims/{id}", "show-claim", "One claim: its history, payments and document", "claims",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[ClaimWhole], error) {
			c, err := b.Claim(ctx, scope, in.ID)
			who := callerOf(ctx).Principal
			if err == nil && !access.Theirs(who, &c) {
				err = ErrNotFound
			}
			if err != nil {
				return nil, err
			}
			c = access.Seen(who, c)
			events, err := b.EventsOf(ctx, scope, in.ID)
			if err != nil {
				return nil, err
			}
			var pays []gateway.Payment
			if who.May(access.SeeMoney) {
				pays, err = b.Payments(ctx, scope, gateway.PaymentQuery{Page: gateway.Page{Limit: gateway.MaxPage}, Claim: in.ID})
			}
			out := ClaimWhole{Claim: shapeClaim(who, c), Events: shapeAll(events, shapeClaimEvent), Payments: shapeAll(pays, func(p gateway.Payment) Payment { return shapePayment(p, true) }),
				Document: json.RawMessage("null")}
			if json.Valid(c.Document) {
				out.Document = c.Document
			}
			return &only[ClaimWhole]{out}, err
		})
	get(s, "/v1/remittances", "list-remittances", "Remittance advices", "money",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Remittance], error) {
			list, err := b.Remittances(ctx, scope, in.page())
			return pagedTheirs(ctx, list, func(v gateway.Remittance) int64 { return v.ID }, func(m gateway.Remittance) string { return m.Partner }, shapeRemittance, in.page()), err
		})
	get(s, "/v1/remittances/{id}", "show-remittance", "One remittance advice", "money",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[Remittance], error) {
			m, err := b.Remittance(ctx, scope, in.ID)
			return &only[Remittance]{shapeRemittance(m)}, errors.Join(err, notTheirs(ctx, m.Partner))
		})
	payments := func(kind string, unmatched bool) func(ctx context.Context, scope gateway.Scope, in *struct {
		Paging
		Remittance int64 `query:"remittance" doc:"Of this remittance advice"`
		Claim      int64 `query:"claim" doc:"Of this claim"`
	}) (*listed[Payment], error) {
		return func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			Remittance int64 `query:"remittance" doc:"Of this remittance advice"`
			Claim      int64 `query:"claim" doc:"Of this claim"`
		}) (*listed[Payment], error) {
			if err := s.theirPayments(ctx, in.Remittance, in.Claim); err != nil {
				return nil, err
			}
			list, err := b.Payments(ctx, scope, gateway.PaymentQuery{Page: in.Paging.page(), Remittance: in.Remittance, Claim: in.Claim, Kind: kind, Unmatched: unmatched})
			return paged(shapeAll(list, func(p gateway.Payment) Payment { return shapePayment(p, kind == "denial") }), func(p Payment) int64 { return p.ID }, in.Paging.page()), err
		}
	}
	get(s, "/v1/payments", "list-payments", "Claim payments, denials and reversals", "money", payments("", false))
	if one, ok := b.(OnePayment); ok {
		get(s, "/v1/payments/{id}", "show-payment", "One claim payment, denial or reversal with its record", "money",
			func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[Payment], error) {
				p, err := one.Payment(ctx, scope, in.ID)
				if err == nil && callerOf(ctx).Partner != "" {
					err = s.theirPayments(ctx, p.Remittance, 0)
				}
				return &only[Payment]{shapePayment(p, true)}, err
			})
	}
	get(s, "/v1/payments/unmatched", "list-unmatched", "Claim payments whose claim is not known", "money", payments("", true))
	get(s, "/v1/denials", "list-denials", "Denied claims, with the reasons", "money", payments("denial", false))
	get(s, "/v1/requests", "list-requests", "Payers' requests for information", "requests",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Request], error) {
			list, err := b.Requests(ctx, scope, in.page())
			return pagedTheirs(ctx, list, func(v gateway.Request) int64 { return v.ID }, func(q gateway.Request) string { return q.Partner }, shapeRequest, in.page()), err
		})
	get(s, "/v1/events", "list-events", "Everything that happened to claims: give next as after to follow", "events",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Event], error) {
			list, err := b.Events(ctx, scope, in.page())
			return paged(shapeAll(list, shapeEvent), func(e Event) int64 { return e.ID }, in.page()), err
		})
	get(s, "/v1/partners", "list-partners", "Trading partners", "partners",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]Partner], error) {
			list, err := b.Partners(ctx, scope)
			return &only[[]Partner]{shapeTheirs(ctx, list, func(p *partners.Profile) string { return p.ID }, shapePartner)}, err
		})
	get(s, "/v1/partners/{partner}", "show-partner", "One trading partner", "partners",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Partner string `path:"partner" maxLength:"40"`
		}) (*only[Partner], error) {
			list, err := b.Partners(ctx, scope)
			for _, p := range list {
				if p.ID == in.Partner && theirs(ctx, p.ID) {
					return &only[Partner]{shapePartner(p)}, err
				}
			}
			return nil, errors.Join(err, ErrNotFound)
		})
}

// claims lists claims that who asks may see, as they may.
func (s *server) claims(ctx context.Context, q gateway.ClaimQuery) (*listed[Claim], error) {
	who := callerOf(ctx).Principal
	if who.Partner != "" {
		q.Partner, q.Sent = who.Partner, true
	}
	list, err := s.cfg.Books.Claims(ctx, who.Scope, q)
	return paged(shapeAll(list, func(c gateway.Claim) Claim { return shapeClaim(who, c) }), func(c Claim) int64 { return c.ID }, q.Page), err
}

// theirs says whether who asks may see what is of a trading partner.
func theirs(ctx context.Context, partner string) bool {
	own := callerOf(ctx).Partner
	return own == "" || own == partner
}

func notTheirs(ctx context.Context, partner string) error {
	if theirs(ctx, partner) {
		return nil
	}
	return ErrNotFound
}

// theirPayments says whether who asks may see payments of a remittance advice
// or a claim. A payer asks for those of one of its own.
func (s *server) theirPayments(ctx context.Context, remittance, claim int64) error {
	who := callerOf(ctx).Principal
	switch {
	case who.Partner == "":
		return nil
	case claim != 0:
		c, err := s.cfg.Books.Claim(ctx, who.Scope, claim)
		if err == nil && !access.Theirs(who, &c) {
			err = ErrNotFound
		}
		return err
	case remittance != 0:
		m, err := s.cfg.Books.Remittance(ctx, who.Scope, remittance)
		return errors.Join(err, notTheirs(ctx, m.Partner))
	}
	return problem(http.StatusUnprocessableEntity, "a payer names the remittance or the claim")
}

// pagedTheirs is a page of what who asks may see of a list; the next page begins
// after the last of the list, seen or not.
func pagedTheirs[T, U any](ctx context.Context, list []T, id func(T) int64, partner func(T) string, shape func(T) U, p gateway.Page) *listed[U] {
	out := &listed[U]{Body: List[U]{Items: shapeTheirs(ctx, list, partner, shape)}}
	if len(list) == p.Bound() {
		out.Body.Next = id(list[len(list)-1])
	}
	return out
}

// shapeTheirs shapes what who asks may see of a list.
func shapeTheirs[T, U any](ctx context.Context, list []T, partner func(T) string, shape func(T) U) []U {
	if callerOf(ctx).Partner != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(v T) bool { return !theirs(ctx, partner(v)) })
	}
	return shapeAll(list, shape)
}

// Search finds claims.
type Search struct {
	ClaimID      string `json:"claim_id,omitempty" doc:"Patient control number" maxLength:"80"`
	Trace        string `json:"trace,omitempty" doc:"Our own number" maxLength:"80"`
	PayerClaimID string `json:"payer_claim_id,omitempty" doc:"The payer's number" maxLength:"80"`
	State        string `json:"state,omitempty" enum:"received,held,queued,sent,accepted,rejected,payment,request_for_information,denial,reversal"`
	After        int64  `json:"after,omitempty"`
	Limit        int    `json:"limit,omitempty" maximum:"1000"`
}

// content gives bytes as they came or went.
func (s *server) content(mux *http.ServeMux, path, id string, find func(ctx context.Context, scope gateway.Scope, id int64) (string, error)) {
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"transmissions"}, Summary: "The bytes of a file",
		Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}}},
		Responses: map[string]*huma.Response{"200": {Description: "The bytes", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
			"404": {Description: "There is none of this id", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, "")}}}}})
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			s.write(w, http.StatusNotFound, "there is none of this id")
			return
		}
		if c := callerOf(r.Context()); !c.May(needs[id]) {
			s.write(w, http.StatusForbidden, c.mayNot(needs[id]))
			return
		}
		scope := callerOf(r.Context()).Scope
		sum, err := find(r.Context(), scope, n)
		var f io.ReadCloser
		if err == nil {
			f, err = s.cfg.Books.Content(r.Context(), scope, sum)
		}
		if err != nil {
			s.problem(w, err)
			return
		}
		defer f.Close()
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
		if _, err := io.Copy(w, f); err != nil {
			s.cfg.Log.Warn().Err(err).Msg("a file could not be given whole")
		}
	})
}
