package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// People is where users, organisations and sessions are kept.
type People interface {
	User(ctx context.Context, id int64) (gateway.User, error)
	UserByLogin(ctx context.Context, login string) (gateway.User, error)
	// ChangeUser reads a user, lets f change it and keeps it, while nobody else
	// changes it. An error of f changes nothing.
	ChangeUser(ctx context.Context, login string, f func(u *gateway.User) error) error
	Users(ctx context.Context, organisation string) ([]gateway.User, error)
	AddUser(ctx context.Context, u gateway.User) (added bool, err error)
	CountUsers(ctx context.Context) (int, error)
	Organisations(ctx context.Context) ([]gateway.Organisation, error)
	SetOrganisation(ctx context.Context, o gateway.Organisation) error

	Session(ctx context.Context, token string, now time.Time) (data []byte, ok bool, err error)
	SetSession(ctx context.Context, token string, data []byte, until time.Time) error
	EndSession(ctx context.Context, token string) error
}

// The bounds of a session.
const (
	sessionLife = 12 * time.Hour   // a working day
	sessionIdle = 30 * time.Minute // then somebody else may sit there
)

// kept keeps sessions in the store. The store has the digest of a token, not
// the token. Their ends are by the clock of scs, which is the machine's.
type kept struct{ cfg Config }

var _ scs.CtxStore = kept{}

// FindCtx finds what a session holds.
func (k kept) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return k.cfg.People.Session(ctx, token, time.Now())
}

// CommitCtx keeps it.
func (k kept) CommitCtx(ctx context.Context, token string, b []byte, until time.Time) error {
	return k.cfg.People.SetSession(ctx, token, b, until)
}

// DeleteCtx forgets it.
func (k kept) DeleteCtx(ctx context.Context, token string) error {
	return k.cfg.People.EndSession(ctx, token)
}

// Find is FindCtx without a context.
func (k kept) Find(token string) ([]byte, bool, error) { return k.FindCtx(context.Background(), token) }

// Commit is CommitCtx without a context.
func (k kept) Commit(token string, b []byte, until time.Time) error {
	return k.CommitCtx(context.Background(), token, b, until)
}

// Delete is DeleteCtx without a context.
func (k kept) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }

func newSessions(cfg Config) *scs.SessionManager {
	m := scs.New()
	m.Store = kept{cfg}
	m.Lifetime, m.IdleTimeout = sessionLife, sessionIdle
	m.HashTokenInStore = true
	m.Cookie.Name = "claimwire"
	if cfg.Secure {
		m.Cookie.Name = "__Host-claimwire"
	}
	m.Cookie.HttpOnly, m.Cookie.Secure, m.Cookie.SameSite, m.Cookie.Path = true, cfg.Secure, http.SameSiteStrictMode, "/"
	m.Cookie.Persist = false
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		cfg.Log.Error().Err(err).Msg("a session could not be read or kept")
		http.Error(w, "The store does not answer. Please try again in a moment.", http.StatusServiceUnavailable)
	}
	return m
}

// What a session holds: who is half logged in (the password was right, the code
// is to come), who is logged in, as which member, and since when.
const (
	keyHalf   = "half"
	keyUser   = "user"
	keyMember = "member" // which membership, by its text
	keyStamp  = "stamp"  // of the password and second factor that were shown
	// keySignedIn says that a provider or a passkey has said who it is: password and
	// second step are not asked for then.
	keySignedIn = "signed in"
	keyPasskey  = "passkey" // which passkey it was
)

// stamp changes when the password or the second factor do: sessions that were
// begun with others end then.
func stamp(u *gateway.User) string {
	sum := sha256.Sum256([]byte(u.Password + "\x1f" + u.Secret))
	return hex.EncodeToString(sum[:16])
}

// identify finds who asks. A user that was disabled, or lost the membership, is
// nobody from that moment on.
func (s *server) identify(r *request) error {
	id := s.sessions.GetInt64(r.Context(), keyUser)
	if id == 0 {
		return nil
	}
	u, err := s.People.User(r.Context(), id)
	if isNotFound(err) || err == nil && (u.Disabled || len(u.Memberships) == 0 || stamp(&u) != s.sessions.GetString(r.Context(), keyStamp)) {
		return s.sessions.Destroy(r.Context())
	}
	if err != nil {
		return err
	}
	if passkey := s.sessions.GetInt64(r.Context(), keyPasskey); passkey != 0 {
		k, err := s.PasskeyStore.Passkey(r.Context(), passkey)
		if isNotFound(err) || err == nil && (k.User != u.ID || !k.Suspect.IsZero()) {
			return s.sessions.Destroy(r.Context())
		}
		if err != nil {
			return err
		}
	}
	member := u.Memberships[0]
	chosen := s.sessions.GetString(r.Context(), keyMember)
	for _, m := range u.Memberships {
		if memberKey(m) == chosen {
			member = m
		}
	}
	r.user, r.who, r.signedIn = &u, access.As(&u, member), s.sessions.GetBool(r.Context(), keySignedIn)
	return nil
}

// memberKey names a membership.
func memberKey(m gateway.Membership) string {
	return strings.Join([]string{m.Scope.Organisation, m.Scope.Usage, string(m.Role), m.Partner}, "\x1f")
}

// safeReturn is the page to come back to after logging in: one of ours, asked
// for by GET.
func safeReturn(r *http.Request) string {
	if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/") || strings.HasPrefix(r.URL.Path, "//") || strings.HasPrefix(r.URL.Path, "/live") {
		return "/"
	}
	return r.URL.RequestURI()
}
