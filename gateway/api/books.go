package api

import (
	"context"
	"errors"
	"io"

	"claimwire/gateway"
	"claimwire/partners"
)

// What Books can answer besides data.
var (
	ErrNotFound = errors.New("not found")
	ErrKeyUsed  = errors.New("the idempotency key was used with another body")
)

// OnePayment is what Books can do besides, where a payment is found by its
// number.
type OnePayment interface {
	Payment(ctx context.Context, s gateway.Scope, id int64) (gateway.Payment, error)
}

// Books is what the interface shows and takes in. Everything is of one scope;
// what is not in it is ErrNotFound.
type Books interface {
	// Submit keeps a file of claims or encounters and asks for it to be taken in.
	// The same bytes, and the same key, give the transmission of then and false.
	Submit(ctx context.Context, s gateway.Scope, from, name, key string, r io.Reader) (m gateway.Transmission, added bool, err error)

	Transmissions(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Transmission, error)
	Transmission(ctx context.Context, s gateway.Scope, id int64) (gateway.Transmission, error)
	// Content gives the bytes of a transmission or an interchange as they came or
	// went, by their digest, where a row of the scope points to them.
	Content(ctx context.Context, s gateway.Scope, sha256 string) (io.ReadCloser, error)

	Claims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error)
	Claim(ctx context.Context, s gateway.Scope, id int64) (gateway.Claim, error)
	ClaimStates(ctx context.Context, s gateway.Scope) (map[gateway.State]int, error)
	EventsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Event, error)
	Events(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Event, error)

	Interchanges(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Interchange, error)
	Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error)
	Remittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error)
	Remittance(ctx context.Context, s gateway.Scope, id int64) (gateway.Remittance, error)
	Payments(ctx context.Context, s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error)
	Requests(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Request, error)

	Partners(ctx context.Context, s gateway.Scope) ([]*partners.Profile, error)
	// Ready says whether the store answers.
	Ready(ctx context.Context) error
}
