package web

import (
	"errors"
	"net/http"
	"strconv"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// One message for a wrong login, a wrong password, and a login that is locked
// out or disabled: whoever guesses learns nothing.
const refused = "The login or the password is not right. After five wrong tries a login is locked for a quarter of an hour."

func showLogin(s *server, r *request) error {
	if r.who != nil {
		return s.redirect(r, "/")
	}
	if waits, err := s.waits(r); waits || err != nil {
		return errors.Join(err, s.redirect(r, "/setup"))
	}
	return s.show(r, http.StatusOK, "login", "Log in", nil)
}

func doLogin(s *server, r *request) error {
	again := func(text string) error {
		return s.show(r, http.StatusUnprocessableEntity, "login", "Log in", map[string]any{"Problem": text, "Login": r.PostFormValue("login")})
	}
	if !s.tries.Allow(addressOf(r.Request), s.Now()) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "too many tries from one address")
		return again("Too many tries from this address. Please wait a minute.")
	}
	login, password := access.CleanLogin(r.PostFormValue("login")), r.PostFormValue("password")
	if len(login) > access.MaxLogin || len(password) > 4*access.MaxPassword {
		return again(refused)
	}
	u, err := s.People.UserByLogin(r.Context(), login)
	known := err == nil
	if err != nil && !isNotFound(err) {
		return err
	}
	var good bool
	if known {
		good = access.CheckPassword(&u, password)
	} else {
		access.CheckPassword(nil, password)
	}
	if !known {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "no such login")
		return again(refused)
	}
	locked := access.Locked(&u, s.Now())
	if good && !locked && !u.Disabled && len(u.Memberships) > 0 {
		if u.Secret != "" {
			if err := s.sessions.RenewToken(r.Context()); err != nil {
				return err
			}
			s.sessions.Put(r.Context(), keyHalf, u.ID)
			return s.redirect(r, "/login/code")
		}
		return s.begin(r, login)
	}
	why := "wrong password"
	switch {
	case locked:
		why = "locked out"
	case u.Disabled || len(u.Memberships) == 0:
		why = "disabled"
	default:
		if err := s.People.ChangeUser(r.Context(), login, func(u *gateway.User) error { access.Fail(u, s.Now()); return nil }); err != nil {
			return err
		}
	}
	s.auditUser(r, &u, gateway.AuditDenied, why)
	return again(refused)
}

// auditUser audits a log-in of somebody who is not in yet, where those see it
// who manage that user.
func (s *server) auditUser(r *request, u *gateway.User, outcome, detail string) {
	as := *r
	if len(u.Memberships) > 0 {
		as.who = access.As(u, u.Memberships[0])
	}
	s.audit(&as, "session.begin", "user:"+u.Login, outcome, detail)
}

// begin begins the session of a user who has shown all factors.
func (s *server) begin(r *request, login string) error {
	to, err := s.enter(r, login, "")
	if err != nil {
		return err
	}
	return s.redirect(r, to)
}

// enter begins a session and says where it goes on; how is how the user came in,
// where not by a password.
func (s *server) enter(r *request, login, how string) (to string, err error) {
	var u gateway.User
	err = s.People.ChangeUser(r.Context(), login, func(v *gateway.User) error {
		access.Succeed(v)
		u = *v
		return nil
	})
	if err != nil {
		return "", err
	}
	// A new token, so that one planted before is worth nothing.
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return "", err
	}
	s.sessions.Remove(r.Context(), keyHalf)
	s.sessions.Remove(r.Context(), keySignedIn)
	s.sessions.Remove(r.Context(), keyPasskey)
	s.sessions.Put(r.Context(), keyUser, u.ID)
	s.sessions.Put(r.Context(), keyStamp, stamp(&u))
	s.auditUser(r, &u, gateway.AuditDone, how)
	if to = s.sessions.PopString(r.Context(), "to"); to == "" {
		to = "/"
	}
	return to, nil
}

func showCode(s *server, r *request) error {
	if s.sessions.GetInt64(r.Context(), keyHalf) == 0 {
		return s.redirect(r, "/login")
	}
	return s.show(r, http.StatusOK, "code", "Second step", nil)
}

func doCode(s *server, r *request) error {
	id := s.sessions.GetInt64(r.Context(), keyHalf)
	if id == 0 {
		return s.redirect(r, "/login")
	}
	u, err := s.People.User(r.Context(), id)
	if err != nil {
		return err
	}
	wrong := errors.New("wrong code")
	err = s.People.ChangeUser(r.Context(), u.Login, func(v *gateway.User) error {
		if access.Locked(v, s.Now()) || v.Disabled || !access.CheckCode(v, r.PostFormValue("code"), s.Now()) {
			return wrong
		}
		return nil
	})
	if errors.Is(err, wrong) {
		if err := s.People.ChangeUser(r.Context(), u.Login, func(v *gateway.User) error {
			if !access.Locked(v, s.Now()) {
				access.Fail(v, s.Now())
			}
			u = *v
			return nil
		}); err != nil {
			return err
		}
		s.auditUser(r, &u, gateway.AuditDenied, "wrong code")
		if access.Locked(&u, s.Now()) {
			s.sessions.Remove(r.Context(), keyHalf)
			return s.show(r, http.StatusUnprocessableEntity, "login", "Log in", map[string]any{"Problem": refused})
		}
		return s.show(r, http.StatusUnprocessableEntity, "code", "Second step", map[string]any{"Problem": "That code is not right, or has served already. Wait for the next one."})
	}
	if err != nil {
		return err
	}
	return s.begin(r, u.Login)
}

func doLogout(s *server, r *request) error {
	s.audit(r, "session.end", "", gateway.AuditDone, "")
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return s.redirect(r, "/login")
}

// doMember goes on as another of the user's memberships.
func doMember(s *server, r *request) error {
	i, err := strconv.Atoi(r.PostFormValue("member"))
	if err != nil || i < 0 || i >= len(r.user.Memberships) {
		return badRequest("Choose one of your memberships.")
	}
	s.sessions.Put(r.Context(), keyMember, memberKey(r.user.Memberships[i]))
	r.who = access.As(r.user, r.user.Memberships[i])
	s.audit(r, "session.member", "", gateway.AuditDone, "")
	return s.redirect(r, "/")
}

func showPassword(s *server, r *request) error {
	return s.show(r, http.StatusOK, "password", "Your password", map[string]any{"Must": r.user.MustChange})
}

func doPassword(s *server, r *request) error {
	again := func(text string) error {
		return s.show(r, http.StatusUnprocessableEntity, "password", "Your password", map[string]any{"Must": r.user.MustChange, "Problem": text})
	}
	old, first, second := r.PostFormValue("old"), r.PostFormValue("new"), r.PostFormValue("again")
	if !s.tries.Allow(addressOf(r.Request), s.Now()) || !access.CheckPassword(r.user, old) {
		s.audit(r, "user.password", "user:"+r.user.Login, gateway.AuditDenied, "wrong password")
		return again("The present password is not right.")
	}
	if first != second {
		return again("The two new passwords differ.")
	}
	if p := access.PasswordProblem(first, r.user.Login); p != "" {
		return again(p)
	}
	if first == old {
		return again("The new password is the present one.")
	}
	hash := gateway.HashPassword([]byte(first))
	if err := s.People.ChangeUser(r.Context(), r.user.Login, func(u *gateway.User) error {
		u.Password, u.MustChange = hash, false
		s.sessions.Put(r.Context(), keyStamp, stamp(u))
		return nil
	}); err != nil {
		return err
	}
	s.audit(r, "user.password", "user:"+r.user.Login, gateway.AuditDone, "")
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.flash(r, "Your password is changed.")
	return s.redirect(r, "/")
}
