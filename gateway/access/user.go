package access

import (
	"strings"
	"time"
	"unicode/utf8"

	"claimwire/gateway"
)

// The bounds of logging in.
const (
	MaxFailures    = 5                // then the user is locked out
	LockOut        = 15 * time.Minute // for so long
	MinPassword    = 12               // characters
	MaxPassword    = 256
	MaxLogin       = 120
	MaxMemberships = 100
)

// CleanLogin is a login as it is kept and looked for.
func CleanLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// PasswordProblem says what is wrong with a new password; empty: nothing. Length
// is what counts (NIST SP 800-63B): no rules of letters and digits.
func PasswordProblem(password, login string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		return "A password has at least 12 characters. A few words that do not belong together are easy to keep in mind."
	case n > MaxPassword:
		return "A password has at most 256 characters."
	case login != "" && strings.Contains(strings.ToLower(password), login):
		return "The password holds the login. Choose one that does not."
	case strings.Count(password, password[:1]) == len(password):
		return "The password is one character again and again. Choose another."
	}
	return ""
}

// Locked says whether a user is locked out at a time.
func Locked(u *gateway.User, now time.Time) bool { return now.Before(u.LockedUntil) }

// Fail notes a wrong password or code.
func Fail(u *gateway.User, now time.Time) {
	u.Failures++
	if u.Failures >= MaxFailures {
		u.Failures, u.LockedUntil = 0, now.Add(LockOut)
	}
}

// Succeed notes a good one.
func Succeed(u *gateway.User) { u.Failures, u.LockedUntil = 0, time.Time{} }

// CheckPassword says whether a password is the user's. It takes as long for a
// nil user, and for one without a password.
func CheckPassword(u *gateway.User, password string) bool {
	if u == nil || u.Password == "" {
		gateway.CheckPassword(gateway.NoPassword, []byte(password))
		return false
	}
	return len(password) <= 4*MaxPassword && gateway.CheckPassword(u.Password, []byte(password))
}

// As gives the principal of a user's membership.
func As(u *gateway.User, m gateway.Membership) *Principal {
	return &Principal{Actor: "user:" + u.Login, Name: u.Name, Membership: m}
}
