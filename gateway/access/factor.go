package access

import (
	"crypto/subtle"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"claimwire/gateway"
)

// The second factor is a time-based code (RFC 6238): six digits, thirty seconds,
// one step early or late. A code serves once.

const stepSeconds = 30

var totpOptions = totp.ValidateOpts{Period: stepSeconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// NewSecret makes the secret of a second factor, and the address that
// authenticator programs read it from.
func NewSecret(login string) (secret, address string, err error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "claimwire", AccountName: login, Period: stepSeconds, SecretSize: 20})
	if err != nil {
		return "", "", err
	}
	return k.Secret(), k.URL(), nil
}

// CheckCode says whether code is one of the user's second factor now, and notes
// that it has served.
func CheckCode(u *gateway.User, code string, now time.Time) bool {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if u.Secret == "" || len(code) != 6 {
		return false
	}
	step := now.Unix() / stepSeconds
	for _, s := range []int64{step - 1, step, step + 1} {
		want, err := totp.GenerateCodeCustom(u.Secret, time.Unix(s*stepSeconds, 0), totpOptions)
		if err == nil && s > u.LastStep && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			u.LastStep = s
			return true
		}
	}
	return false
}
