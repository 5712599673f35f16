package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Passkeys is where passkeys, and questions to browsers, are kept.
type Passkeys interface {
	Passkeys(ctx context.Context, user int64) ([]gateway.Passkey, error)
	Passkey(ctx context.Context, id int64) (gateway.Passkey, error)
	PasskeyOf(ctx context.Context, credential []byte) (gateway.Passkey, error)
	AddPasskey(ctx context.Context, p gateway.Passkey) (added bool, err error)
	// UsePasskey notes a use; false: the count of its signatures does not go on from
	// the last one, or it was suspect before.
	UsePasskey(ctx context.Context, id int64, count uint32, flags byte, now time.Time) (ok bool, err error)
	RemovePasskey(ctx context.Context, user, id int64) error

	AddChallenge(ctx context.Context, token string, data []byte, now, until time.Time) (ok bool, err error)
	TakeChallenge(ctx context.Context, token string, now time.Time) (data []byte, ok bool, err error)
}

// keyChallenge is the question that a browser has yet to answer.
const keyChallenge = "challenge"

// offered says whether passkeys serve.
func (s *server) offered() bool { return s.Passkey != nil }

// reply answers a script.
func (s *server) reply(r *request, status int, v any) error {
	r.w.Header().Set("Content-Type", "application/json")
	r.w.WriteHeader(status)
	return json.NewEncoder(r.w).Encode(v)
}

// problem tells a script what is wrong, in words for people.
func (s *server) problem(r *request, text string) error {
	return s.reply(r, http.StatusUnprocessableEntity, map[string]string{"problem": text})
}

// question keeps what a question is judged by, and gives the browser its options.
// A browser has one question at a time.
func (s *server) question(r *request, options, keep []byte) error {
	token := rand.Text()
	now := s.Now()
	ok, err := s.PasskeyStore.AddChallenge(r.Context(), token, keep, now, now.Add(access.ChallengeLife))
	if err != nil {
		return err
	}
	if !ok {
		return s.problem(r, "Too many people sign in at this moment. Please try again in a minute.")
	}
	s.sessions.Put(r.Context(), keyChallenge, token)
	return s.reply(r, http.StatusOK, map[string]any{"options": json.RawMessage(options)})
}

// kept takes what was kept of this browser's question. It can be taken once.
func (s *server) kept(r *request) ([]byte, error) {
	token := s.sessions.PopString(r.Context(), keyChallenge)
	if token == "" {
		return nil, nil
	}
	b, ok, err := s.PasskeyStore.TakeChallenge(r.Context(), token, s.Now())
	if !ok {
		return nil, err
	}
	return b, err
}

// askPasskey asks whoever wants to sign in for a passkey.
func askPasskey(s *server, r *request) error {
	if !s.offered() {
		return errNotFound
	}
	if !s.asks.Allow(addressOf(r.Request), s.Now()) {
		return s.problem(r, "Too many tries from this address. Please wait a minute.")
	}
	options, keep, err := s.Passkey.Ask()
	if err != nil {
		return err
	}
	return s.question(r, options, keep)
}

// One message for whatever is wrong with a passkey: whoever guesses learns nothing.
const passkeyRefused = "That passkey does not serve here. Log in with your password, or try again."

// signed reads what a device has made, and the question that it answers: nil where
// none is open.
func (s *server) signed(r *request) (answer []byte, keep []byte, err error) {
	if !s.offered() {
		return nil, nil, errNotFound
	}
	if answer, err = io.ReadAll(r.Body); err != nil {
		return nil, nil, badRequest("That is too long.")
	}
	keep, err = s.kept(r)
	return answer, keep, err
}

// doPasskey lets in who signs with a passkey. The device has made sure who holds
// it, so that it counts as both steps.
func doPasskey(s *server, r *request) error {
	answer, keep, err := s.signed(r)
	if err != nil {
		return err
	}
	if keep == nil {
		if s.asks.Allow(addressOf(r.Request), s.Now()) {
			s.audit(r, "session.begin", "", gateway.AuditDenied, "a passkey's answer to no open question")
		}
		return s.problem(r, "That took too long. Please try again.")
	}
	if !s.tries.Allow(addressOf(r.Request), s.Now()) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "too many tries from one address")
		return s.problem(r, "Too many tries from this address. Please wait a minute.")
	}
	credential, err := s.Passkey.Credential(answer)
	if err != nil {
		s.audit(r, "session.begin", "", gateway.AuditDenied, err.Error())
		return s.problem(r, passkeyRefused)
	}
	k, err := s.PasskeyStore.PasskeyOf(r.Context(), credential)
	if isNotFound(err) {
		s.audit(r, "session.begin", "", gateway.AuditDenied, "no such passkey")
		return s.problem(r, passkeyRefused)
	}
	if err != nil {
		return err
	}
	u, err := s.People.User(r.Context(), k.User)
	if err != nil {
		return err
	}
	refuse := func(why string) error {
		s.auditUser(r, &u, gateway.AuditDenied, "passkey "+k.Name+": "+why)
		return s.problem(r, passkeyRefused)
	}
	fail := func(why string) error {
		if err := s.People.ChangeUser(r.Context(), u.Login, func(v *gateway.User) error { access.Fail(v, s.Now()); return nil }); err != nil {
			return err
		}
		return refuse(why)
	}
	switch {
	case u.Disabled || len(u.Memberships) == 0:
		return refuse("disabled")
	case access.Locked(&u, s.Now()):
		return refuse("locked out")
	}
	got, err := s.Passkey.Answered(&u, k, keep, answer)
	if err != nil {
		return fail(err.Error())
	}
	ok, err := s.PasskeyStore.UsePasskey(r.Context(), k.ID, got.Count, got.Flags, s.Now())
	if err != nil {
		return err
	}
	if !ok {
		return fail("its count of signatures went backwards: there may be a copy, and it serves no more")
	}
	to, err := s.enter(r, u.Login, "with the passkey "+k.Name)
	if err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keySignedIn, true)
	s.sessions.Put(r.Context(), keyPasskey, k.ID)
	return s.reply(r, http.StatusOK, map[string]string{"to": safePath(to)})
}

// showPasskeys lists the passkeys of who asks.
func showPasskeys(s *server, r *request) error {
	list, err := s.PasskeyStore.Passkeys(r.Context(), r.user.ID)
	if err != nil {
		return err
	}
	data := map[string]any{"Passkeys": list, "Full": len(list) >= access.MaxPasskeys, "Max": access.MaxPasskeyName, "Why": s.NoPasskey, "Password": r.user.Password != "", "Factor": r.user.Secret != ""}
	return s.show(r, http.StatusOK, "passkeys", "Passkeys", data)
}

// askNewPasskey asks the browser for a new passkey, once who asks has shown the
// password or the second step anew: a desk that somebody left open is not enough.
func askNewPasskey(s *server, r *request) error {
	if !s.offered() {
		return errNotFound
	}
	name := access.PasskeyName(r.PostFormValue("name"))
	if name == "" {
		return s.problem(r, "Give the passkey a name of at most 60 characters, such as the device's.")
	}
	if !s.tries.Allow(addressOf(r.Request), s.Now()) {
		return s.problem(r, "Too many tries from this address. Please wait a minute.")
	}
	shown, err := s.confirmed(r)
	if err != nil {
		return err
	}
	if !shown {
		s.audit(r, "passkey.add", "user:"+r.user.Login, gateway.AuditDenied, "not confirmed")
		return s.problem(r, "The password or the code is not right.")
	}
	has, err := s.PasskeyStore.Passkeys(r.Context(), r.user.ID)
	if err != nil {
		return err
	}
	switch {
	case len(has) >= access.MaxPasskeys:
		return s.problem(r, "There are 20 passkeys. Remove those that you do not use.")
	case slices.ContainsFunc(has, func(k gateway.Passkey) bool { return k.Name == name }):
		return s.problem(r, "You have a passkey of this name. Choose another name.")
	}
	options, keep, err := s.Passkey.Add(r.user, has, name)
	if err != nil {
		return err
	}
	return s.question(r, options, keep)
}

// confirmed says whether who asks has given the password or, in its place, a code
// of the second step. Wrong ones count towards locking out, as at the door.
func (s *server) confirmed(r *request) (bool, error) {
	if access.Locked(r.user, s.Now()) {
		return false, nil
	}
	shown := access.CheckPassword(r.user, r.PostFormValue("confirm"))
	err := s.People.ChangeUser(r.Context(), r.user.Login, func(u *gateway.User) error {
		shown = shown || access.CheckCode(u, r.PostFormValue("confirm"), s.Now())
		if !shown {
			access.Fail(u, s.Now())
		}
		return nil
	})
	return shown, err
}

// addPasskey keeps what the browser made.
func addPasskey(s *server, r *request) error {
	answer, keep, err := s.signed(r)
	if err != nil {
		return err
	}
	if keep == nil {
		return s.problem(r, "That took too long. Please try again.")
	}
	k, err := s.Passkey.Added(r.user, keep, answer)
	if err != nil {
		s.audit(r, "passkey.add", "user:"+r.user.Login, gateway.AuditDenied, err.Error())
		return s.problem(r, "The browser's answer cannot be used. Please try again.")
	}
	k.Made = s.Now()
	added, err := s.PasskeyStore.AddPasskey(r.Context(), k)
	if err != nil {
		return err
	}
	if !added {
		s.audit(r, "passkey.add", "user:"+r.user.Login, gateway.AuditDenied, "it is kept already, or there are too many")
		return s.problem(r, "This passkey is kept already.")
	}
	s.audit(r, "passkey.add", "user:"+r.user.Login, gateway.AuditDone, k.Name)
	s.flash(r, "Added. You can sign in with it from now on.")
	return s.reply(r, http.StatusOK, map[string]string{"to": "/passkeys"})
}

// removePasskey forgets one; sessions that were begun with it end, other than the
// one in which it is removed.
func removePasskey(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	k, err := s.PasskeyStore.Passkey(r.Context(), id)
	if err == nil && k.User != r.user.ID {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	if err := s.PasskeyStore.RemovePasskey(r.Context(), r.user.ID, id); err != nil {
		return err
	}
	if s.sessions.GetInt64(r.Context(), keyPasskey) == id {
		s.sessions.Remove(r.Context(), keyPasskey)
	}
	s.audit(r, "passkey.remove", "user:"+r.user.Login, gateway.AuditDone, k.Name)
	s.flash(r, "Removed. It serves no more; take it out of your device, too.")
	return s.redirect(r, "/passkeys")
}

// removePasskeys forgets all of a user's.
func (s *server) removePasskeys(r *request, user int64) error {
	list, err := s.PasskeyStore.Passkeys(r.Context(), user)
	for _, k := range list {
		if err == nil {
			err = s.PasskeyStore.RemovePasskey(r.Context(), user, k.ID)
		}
	}
	return err
}
