package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
	"net/http"

	"github.com/pquerna/otp"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

const keySecret = "secret" // of a second factor that is being set up

// showFactor shows how to set the second step up: a picture to scan, and the
// secret to type.
func showFactor(s *server, r *request) error { return s.factor(r, http.StatusOK, "") }

func (s *server) factor(r *request, status int, problem string) error {
	data := map[string]any{"On": r.user.Secret != "", "Problem": problem, "Needed": s.SecondFactor}
	if r.user.Secret == "" {
		address := s.sessions.GetString(r.Context(), keySecret)
		if address == "" {
			var err error
			if _, address, err = access.NewSecret(r.user.Login); err != nil {
				return err
			}
			s.sessions.Put(r.Context(), keySecret, address)
		}
		k, err := otp.NewKeyFromURL(address)
		if err != nil {
			return err
		}
		img, err := k.Image(220, 220)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			return err
		}
		data["Secret"] = k.Secret()
		data["Picture"] = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
	}
	return s.show(r, status, "factor", "Second step", data)
}

// doFactor sets it up once a first code is right, or takes it away with the
// password.
func doFactor(s *server, r *request) error {
	if r.user.Secret != "" {
		if s.SecondFactor {
			return s.factor(r, http.StatusUnprocessableEntity, "It is asked of everybody, and cannot be turned off.")
		}
		if !s.tries.Allow(addressOf(r.Request), s.Now()) || !access.CheckPassword(r.user, r.PostFormValue("password")) {
			s.audit(r, "user.factor", "user:"+r.user.Login, gateway.AuditDenied, "wrong password")
			return s.factor(r, http.StatusUnprocessableEntity, "The password is not right.")
		}
		if err := s.People.ChangeUser(r.Context(), r.user.Login, func(u *gateway.User) error {
			u.Secret, u.LastStep = "", 0
			s.sessions.Put(r.Context(), keyStamp, stamp(u))
			return nil
		}); err != nil {
			return err
		}
		s.audit(r, "user.factor", "user:"+r.user.Login, gateway.AuditDone, "off")
		s.flash(r, "The second step is off.")
		return s.redirect(r, "/factor")
	}
	k, err := otp.NewKeyFromURL(s.sessions.GetString(r.Context(), keySecret))
	if err != nil {
		return s.redirect(r, "/factor")
	}
	wrong := errors.New("wrong code")
	err = s.People.ChangeUser(r.Context(), r.user.Login, func(u *gateway.User) error {
		u.Secret = k.Secret()
		if !access.CheckCode(u, r.PostFormValue("code"), s.Now()) {
			return wrong
		}
		s.sessions.Put(r.Context(), keyStamp, stamp(u))
		return nil
	})
	if errors.Is(err, wrong) {
		return s.factor(r, http.StatusUnprocessableEntity, "That code is not right. Wait for the next one, and look that the clock of your device is right.")
	}
	if err != nil {
		return err
	}
	s.sessions.Remove(r.Context(), keySecret)
	s.audit(r, "user.factor", "user:"+r.user.Login, gateway.AuditDone, "on")
	s.flash(r, "The second step is on. It is asked for from the next log-in on.")
	return s.redirect(r, "/")
}
