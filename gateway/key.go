package gateway

import "time"

// APIKey is a key by which a program asks. The key itself is shown once; only
// its digest is kept.
type APIKey struct {
	ID       int64
	Scope    Scope
	Name     string
	Role     Role
	Partner  string // of a payer's key: whose claims
	ReadOnly bool
	SHA256   string // hexadecimal
	MadeBy   string // actor
	Made     time.Time
	Revoked  time.Time // zero: it serves
}
