package web

import (
	"context"
	"errors"
	"io"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/partners"
)

// ErrNotFound is the desk's word for what is not there, or not of the scope.
var ErrNotFound = errors.New("not found")

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) || errors.Is(err, errNotFound) }

// Desk is what the pages show. Everything is of one scope; what is not in it is
// ErrNotFound.
type Desk interface {
	// CountClaims counts claims that a query picks, at most limit.
	CountClaims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery, limit int) (int, error)
	Claims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error)
	Claim(ctx context.Context, s gateway.Scope, id int64) (gateway.Claim, error)
	EventsOf(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Event, error)
	Payments(ctx context.Context, s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error)

	// LastEvent is the number of the last thing that happened; 0: nothing did.
	LastEvent(ctx context.Context, s gateway.Scope) (int64, error)
	// Submit keeps a file of claims or encounters and asks for it to be taken in. The
	// same bytes again give the file of then, and false.
	Submit(ctx context.Context, s gateway.Scope, from, name string, r io.Reader) (m gateway.Transmission, added bool, err error)

	// Sample is an encounter to try things with; each is one of its own.
	Sample(ctx context.Context) ([]byte, error)

	// The lists below give the newest first: what came before an id (Page.After),
	// of one trading partner where it is not empty.
	Files(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Transmission, error)
	Remittances(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Remittance, error)
	Requests(ctx context.Context, s gateway.Scope, partner string, p gateway.Page) ([]gateway.Request, error)

	File(ctx context.Context, s gateway.Scope, id int64) (gateway.Transmission, error)
	// FileOf finds the file of some bytes that came from a trading partner.
	FileOf(ctx context.Context, s gateway.Scope, partner, sha256 string) (gateway.Transmission, error)
	Interchange(ctx context.Context, s gateway.Scope, id int64) (gateway.Interchange, error)
	// Item gives what the office sent of a claim, as JSON: the encounter, or the
	// record of the claim. ErrNotFound: it came as X12.
	Item(ctx context.Context, s gateway.Scope, c *gateway.Claim) ([]byte, error)
	// Content opens the bytes of a file. The caller has found its digest in a row
	// of the scope.
	Content(ctx context.Context, sha256 string) (io.ReadCloser, error)
	Remittance(ctx context.Context, s gateway.Scope, id int64) (gateway.Remittance, error)
	Partners(ctx context.Context, s gateway.Scope) ([]*partners.Profile, error)
}

// claim finds a claim that the view may see.
func (s *server) claim(r *request, id int64) (gateway.Claim, error) {
	v := r.view()
	c, err := s.Desk.Claim(r.Context(), v.Scope, id)
	if err == nil && !access.Theirs(r.who, &c) {
		err = errNotFound
	}
	if err != nil {
		return gateway.Claim{}, err
	}
	return access.Seen(r.who, c), nil
}

// claimsByID finds claims that the view may see, by their ids; those that are not
// there have none.
func (s *server) claimsByID(r *request, ids []int64) (map[int64]gateway.Claim, error) {
	byID := map[int64]gateway.Claim{}
	if len(ids) == 0 {
		return byID, nil
	}
	list, err := s.claims(r, gateway.ClaimQuery{Page: gateway.Page{Limit: gateway.MaxPage}, IDs: ids})
	for _, c := range list {
		byID[c.ID] = c
	}
	return byID, err
}

// claims lists claims that the view may see.
func (s *server) claims(r *request, q gateway.ClaimQuery) ([]gateway.Claim, error) {
	v := r.view()
	if v.Partner != "" {
		q.Partner, q.Sent = v.Partner, true
	}
	list, err := s.Desk.Claims(r.Context(), v.Scope, q)
	for i := range list {
		list[i] = access.Seen(r.who, list[i])
	}
	return list, err
}
