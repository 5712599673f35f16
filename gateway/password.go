package gateway

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// HashPassword makes the text that is kept of a password: argon2id with its
// parameters and salt.
func HashPassword(password []byte) string {
	var salt [16]byte
	rand.Read(salt[:])
	const memory, passes, threads = 46 << 10, 1, 1 // some 30 ms of one core: enough, and guessing does not slow others
	sum := argon2.IDKey(password, salt[:], passes, memory, threads, 32)
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, passes, threads, base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(sum))
}

// NoPassword is compared with when there is no such user, so that it takes as
// long.
const NoPassword = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hashing lets one password be tried at a time: each takes 46 MiB and a core.
var hashing = make(chan struct{}, 1)

// CheckPassword says whether a password is the one of a text. Few run at once.
func CheckPassword(text string, password []byte) bool {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || memory > 1<<20 || passes > 20 || passes < 1 || threads < 1 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return subtle.ConstantTimeCompare(argon2.IDKey(password, salt, passes, memory, threads, uint32(len(want))), want) == 1
}
