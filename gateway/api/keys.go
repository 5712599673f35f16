package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Key is an API key as the configuration has it: not the key, its digest. The
// keys are random (256 bits), so a plain digest serves.
type Key struct {
	Name    string // who holds it, for the audit
	Scope   gateway.Scope
	Role    gateway.Role // what it may; empty: what an office manager may
	Partner string       // of a payer's key: whose claims
	SHA256  string       // hexadecimal
	Write   bool         // may change things; else it may only read
}

// Digest is what the configuration keeps of a key.
func Digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// caller is who asks.
type caller struct {
	*access.Principal
	key     *Key
	once    string    // the idempotency key
	request string    // digest of the request that it came with
	body    string    // and of its body
	since   time.Time // when a request of this idempotency key was noted before; zero: it was not
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// principal is a key as the matrix knows it.
func (k *Key) principal() *access.Principal {
	role := k.Role
	if role == "" {
		role = access.Manager
	}
	return &access.Principal{Actor: "key:" + k.Name, Name: k.Name, Membership: gateway.Membership{Scope: k.Scope, Role: role, Partner: k.Partner}}
}

// find looks a key up: among those of the configuration, each comparison of
// which takes the same time, and then among those that were made since. nil:
// there is none.
func (s *server) find(ctx context.Context, given string) (*Key, error) {
	digest := Digest(given)
	var got *Key
	for i := range s.cfg.Keys {
		if subtle.ConstantTimeCompare([]byte(digest), []byte(s.cfg.Keys[i].SHA256)) == 1 {
			got = &s.cfg.Keys[i]
		}
	}
	if got != nil || given == "" || s.cfg.FindKey == nil {
		return got, nil
	}
	k, err := s.cfg.FindKey(ctx, digest)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Key{Name: k.Name, Scope: k.Scope, Role: k.Role, Partner: k.Partner, SHA256: k.SHA256, Write: !k.ReadOnly}, nil
}

func given(r *http.Request) string {
	if k, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(k)
	}
	return r.Header.Get("X-API-Key")
}
