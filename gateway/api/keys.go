package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"claimwire/gateway"
)

// Key is an API key as the configuration has it: not the key, its digest. The
// keys are random (256 bits), so a plain digest serves.
type Key struct {
	Name   string // who holds it, for the audit
	Scope  gateway.Scope
	SHA256 string // hexadecimal
	Write  bool   // may submit; else it may only read
}

// Digest is what the configuration keeps of a key.
func Digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// caller is who asks.
type caller struct {
	key   *Key
	scope gateway.Scope
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// find looks a key up; each comparison takes the same time.
func find(keys []Key, given string) *Key {
	d := []byte(Digest(given))
	var got *Key
	for i := range keys {
		if subtle.ConstantTimeCompare(d, []byte(keys[i].SHA256)) == 1 {
			got = &keys[i]
		}
	}
	return got
}

func given(r *http.Request) string {
	if k, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(k)
	}
	return r.Header.Get("X-API-Key")
}
