package store

import (
	"time"

	"claimwire/gateway"
)

const keyColumns = `id, organisation, usage, name, role, partner, read_only, sha256, made_by, made, revoked`

func scanKey(scan func(...any) error) (gateway.APIKey, error) {
	var k gateway.APIKey
	var only int
	var made, revoked int64
	err := scan(&k.ID, &k.Scope.Organisation, &k.Scope.Usage, &k.Name, &k.Role, &k.Partner, &only, &k.SHA256, &k.MadeBy, &made, &revoked)
	k.ReadOnly, k.Made = only == 1, time.UnixMilli(made)
	if revoked != 0 {
		k.Revoked = time.UnixMilli(revoked)
	}
	return k, err
}

// KeyByDigest finds the key of a digest that serves.
func (t *Tx) KeyByDigest(sha256 string) (gateway.APIKey, error) {
	k, err := scanKey(t.row(`SELECT `+keyColumns+` FROM api_keys WHERE sha256=$1 AND revoked=0`, sha256).Scan)
	return k, found(err)
}

// Keys lists the keys of a scope, also those that serve no more.
func (t *Tx) Keys(s gateway.Scope) ([]gateway.APIKey, error) {
	return list(t, keyColumns, `api_keys`, in(s).all(), scanKey)
}

// AddKey adds a key.
func (t *Tx) AddKey(k *gateway.APIKey) error {
	return t.row(`INSERT INTO api_keys (organisation, usage, name, role, partner, read_only, sha256, made_by, made) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) RETURNING id`,
		k.Scope.Organisation, k.Scope.Usage, k.Name, string(k.Role), k.Partner, flag(k.ReadOnly), k.SHA256, k.MadeBy, k.Made.UnixMilli()).Scan(&k.ID)
}

// RevokeKey ends a key.
func (t *Tx) RevokeKey(s gateway.Scope, id int64, at time.Time) error {
	var one int64
	return found(t.row(`UPDATE api_keys SET revoked=$1 WHERE organisation=$2 AND usage=$3 AND id=$4 AND revoked=0 RETURNING id`, at.UnixMilli(), s.Organisation, s.Usage, id).Scan(&one))
}
