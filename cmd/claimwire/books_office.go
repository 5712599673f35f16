package main

import (
	"context"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
)

var (
	_ api.Office     = books{}
	_ api.OnePayment = books{}
)

// Keys lists API keys.
func (b books) Keys(ctx context.Context, s gateway.Scope) ([]gateway.APIKey, error) {
	return apiKeys(b).Keys(ctx, s)
}

// AddKey adds an API key.
func (b books) AddKey(ctx context.Context, k gateway.APIKey) error {
	return apiKeys(b).AddKey(ctx, k)
}

// RevokeKey ends an API key.
func (b books) RevokeKey(ctx context.Context, s gateway.Scope, id int64) error {
	return toAPI(apiKeys(b).RevokeKey(ctx, s, id))
}

// BrokenAudit names entries that are not as they were written.
func (b books) BrokenAudit(ctx context.Context, s gateway.Scope) ([]string, error) {
	return trail{b.g.store}.BrokenAudit(ctx, s)
}

// Payment finds a claim payment.
func (b books) Payment(ctx context.Context, s gateway.Scope, id int64) (gateway.Payment, error) {
	return read(ctx, b.g, func(tx *store.Tx) (gateway.Payment, error) { return tx.Payment(s, id) })
}
