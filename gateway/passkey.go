package gateway

import "time"

// Passkey is a key pair of a person's device or password manager with which the
// person signs in; the gateway has its public half.
type Passkey struct {
	ID         int64
	User       int64
	Handle     []byte // random, the same for all passkeys of a user; authenticators keep it
	Credential []byte // what the authenticator calls it
	Key        []byte // public, as COSE writes it
	Count      uint32 // of signatures, as the authenticator last said; many always say 0
	Flags      byte   // of the authenticator data: whether it may be, and is, backed up
	Transports string // how it can be reached, apart by commas
	Name       string // as its owner calls it
	Made, Used time.Time
	Suspect    time.Time // when its count went backwards: it serves no more, since a copy may be in use
}
