package web

import (
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/rs/zerolog"

	"claimwire/edi/codes"
	"claimwire/edi/inspect"
	"claimwire/gateway"
	"claimwire/gateway/access"
)

//go:embed static
var static embed.FS

// Config of the pages.
type Config struct {
	Desk        Desk
	People      People
	Audit       Trail
	Operator    Operator
	Postings    Postings
	Corrections Corrections
	Casework    Casework
	Editor      Editor
	Worklists   Worklists
	Finder      Finder
	Partners    PartnerDesk
	Reports     Reports
	Codes       func() *codes.Library // those that are loaded now; nil: none is
	Keys        Keys
	Hooks       Hooks
	Now         func() time.Time
	Log         zerolog.Logger
	Version     string
	Setup       Setup
	Stopped     <-chan struct{} // closed when the gateway is told to stop; nil: it is not told
	// Secure says that people reach the pages by HTTPS alone, so that cookies are
	// for it alone. Off for a gateway on this machine.
	Secure bool
	// SecondFactor says that nobody goes further without a second step.
	SecondFactor bool
	SignIn       *SignIn // nil: no provider lets people in
	// Passkey asks for passkeys; nil: they do not serve, for the reason that NoPasskey
	// gives to those who look for them.
	Passkey      *access.Passkeys
	NoPasskey    string
	PasskeyStore Passkeys
}

// server holds what the handlers need.
type server struct {
	Config
	sessions *scs.SessionManager
	tries    *access.Throttle // of log-ins, by address
	asks     *access.Throttle // of questions for a passkey, by address
	streams  chan struct{}    // a place for each live stream
	readers  chan struct{}    // a place for each file that is read for a page
	stopped  <-chan struct{}  // the gateway is told to stop: streams end
}

// request is one request of somebody who is logged in, or of nobody on the
// public pages.
type request struct {
	*http.Request
	w    http.ResponseWriter
	who  *access.Principal
	user *gateway.User
	// signedIn says that a provider or a passkey has let the user in.
	signedIn bool
}

// view is whose data is looked at: a scope, and of a payer's analyst the one
// trading partner.
type view struct {
	gateway.Scope
	Partner string
}

func (r *request) view() view { return view{r.who.Scope, r.who.Partner} }

// route is a page or an action: its pattern, and what one needs to be let in.
type route struct {
	pattern string
	needs   access.Permission // empty: whoever is logged in
	public  bool              // nobody need be logged in
	do      func(s *server, r *request) error
}

// What handlers answer besides nil.
var (
	errNotFound  = errors.New("not found")
	errForbidden = errors.New("not allowed")
)

// badRequest is what is wrong with what somebody sent, in words for them.
type badRequest string

// Error gives the words.
func (b badRequest) Error() string { return string(b) }

// New makes the handler of everything that people look at.
func New(cfg Config) http.Handler {
	s := &server{Config: cfg, sessions: newSessions(cfg), tries: &access.Throttle{Burst: 20, Every: 15 * time.Second}, asks: &access.Throttle{Burst: 60, Every: 5 * time.Second},
		streams: make(chan struct{}, maxLive), readers: make(chan struct{}, maxReaders), stopped: cfg.Stopped}
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.Handle(rt.pattern, s.handler(rt))
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	mux.HandleFunc("GET /static/file.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		io.WriteString(w, inspect.Style())
	})
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	// Whatever comes from another site is refused by what the browser says of
	// where it comes from; cookies are for this site alone besides.
	return s.front(http.NewCrossOriginProtection().Handler(s.sessions.LoadAndSave(mux)))
}

// front is before everything: what headers answers have. What is logged is the
// pattern of a route, never what stood in an address.
func (s *server) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "public, max-age=3600")
		} else {
			h.Set("Cache-Control", "no-store")
		}
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		next.ServeHTTP(w, r)
	})
}

// maxBody bounds what a page may send; files have routes of their own.
const maxBody = 1 << 20

// withoutFactor is where a user may go who has yet to set the second step up.
var withoutFactor = []string{"GET /factor", "POST /factor", "GET /password", "POST /password", "POST /logout", "GET /passkeys", "POST /passkeys", "POST /passkeys/options", "POST /passkeys/{id}/remove"}

// handler lets in who may, and answers errors.
func (s *server) handler(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		began := time.Now()
		limit := bodies[rt.pattern]
		if limit == 0 {
			limit = maxBody
		}
		hr.Body = http.MaxBytesReader(w, hr.Body, limit)
		r := &request{Request: hr, w: w}
		err := s.identify(r)
		if err == nil && !rt.public {
			switch {
			case r.who == nil:
				s.sessions.Put(hr.Context(), "to", safeReturn(hr))
				http.Redirect(w, hr, "/login", http.StatusSeeOther)
				return
			case r.user.MustChange && !r.signedIn && rt.pattern != "GET /password" && rt.pattern != "POST /password" && rt.pattern != "POST /logout":
				http.Redirect(w, hr, "/password", http.StatusSeeOther)
				return
			case s.SecondFactor && r.user.Secret == "" && !r.signedIn && !r.user.MustChange && !slices.Contains(withoutFactor, rt.pattern):
				http.Redirect(w, hr, "/factor", http.StatusSeeOther)
				return
			case rt.needs != "" && !r.who.May(rt.needs):
				err = errForbidden
			}
		}
		if err == nil {
			err = rt.do(s, r)
		}
		if err != nil {
			s.failed(r, rt, err)
		}
		actor := ""
		if r.who != nil {
			actor = r.who.Actor
		}
		s.Log.Debug().Str("route", rt.pattern).Str("actor", actor).Dur("took", time.Since(began)).Err(quiet(err)).Msg("page")
	})
}

// quiet keeps errors that are no faults out of the log.
func quiet(err error) error {
	var bad badRequest
	if errors.As(err, new(Refused)) || isNotFound(err) || errors.Is(err, errForbidden) || errors.As(err, &bad) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// failed answers an error with a page in words.
func (s *server) failed(r *request, rt route, err error) {
	status, title, text := http.StatusInternalServerError, "That did not work", "Something failed on our side. It is in the gateway's log; nothing was changed."
	var bad badRequest
	var no Refused
	switch {
	case isNotFound(err):
		status, title, text = http.StatusNotFound, "Not found", "There is nothing of this number here, or it is not yours to see."
	case errors.Is(err, errForbidden):
		status, title, text = http.StatusForbidden, "Not for your role", "Your role does not see this. Somebody who manages users can change that."
		s.audit(r, "page.view", rt.pattern, gateway.AuditDenied, "")
	case errors.As(err, &no):
		status, title, text = http.StatusConflict, "That is not possible", no.Reason
	case errors.As(err, &bad):
		status, title, text = http.StatusUnprocessableEntity, "Please check what you sent", string(bad)
	case errors.Is(err, context.Canceled):
		return
	default:
		s.Log.Error().Err(err).Str("route", rt.pattern).Msg("a page failed")
	}
	s.show(r, status, "message", title, map[string]any{"Text": text})
}

// audit writes that somebody did something to something. When the trail cannot
// be written, it is logged; a view goes on, as the store does not answer anyway.
func (s *server) audit(r *request, action, object, outcome, detail string) {
	a := gateway.Audited{At: s.Now(), Action: action, Object: object, Outcome: outcome, Detail: detail, Address: addressOf(r.Request)}
	if r.who != nil {
		a.Scope, a.Actor, a.Role = r.who.Scope, r.who.Actor, string(r.who.Role)
	}
	if err := s.Audit.Audit(context.WithoutCancel(r.Context()), a); err != nil {
		s.Log.Error().Err(err).Str("action", action).Msg("the audit trail could not be written")
	}
}

// addressOf is where a request comes from, without the port.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
