package gateway

import "time"

// Role is what someone is in an organisation; gateway/access says what each
// may.
type Role string

// Organisation is who shares the gateway: every row is of one.
type Organisation struct {
	ID   string // short name, as scopes have it
	Name string
	Kind string // office, coding_service, payer or operator
}

// Membership is a role in an organisation, for test or for production data. A
// payer's analyst is bound to a trading partner.
type Membership struct {
	Scope   Scope
	Role    Role
	Partner string // of a payer's analyst: whose claims
}

// User is a person who logs in.
type User struct {
	ID          int64
	Login       string // lower case: an address, or a short name
	Name        string
	Password    string // argon2id text; empty: logs in through an identity provider only
	Secret      string // of the second factor, base32; empty: none yet
	LastStep    int64  // time step of the last code of the second factor, which serves once
	Subject     string // at the identity provider: ISSUER SUBJECT; empty: none
	Disabled    bool
	MustChange  bool // the password was given by somebody else
	Failures    int  // wrong passwords or codes since the last good one
	LockedUntil time.Time
	Memberships []Membership
	Passkeys    int // how many there are; they are changed by themselves
}

// Member finds a membership; false: the user has none of this scope and role.
func (u *User) Member(s Scope, r Role) (Membership, bool) {
	for _, m := range u.Memberships {
		if m.Scope == s && m.Role == r {
			return m, true
		}
	}
	return Membership{}, false
}
