package api

import (
	"context"
	"net/http"

	"claimwire/edi/explain"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Postings is what Books can do besides, where remittances are worked: what waits
// for a person, and what a person decides. by is who asks.
type Postings interface {
	HeldRemittances(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error)
	// DecideRemittance posts a held advice as it stands, or discards it.
	DecideRemittance(ctx context.Context, s gateway.Scope, id int64, release bool, by, reason string) (gateway.Remittance, error)
	Candidates(ctx context.Context, s gateway.Scope, payment int64) ([]Candidate, error)
	MatchPayment(ctx context.Context, s gateway.Scope, payment, claim int64, by string) error
	UnmatchPayment(ctx context.Context, s gateway.Scope, payment int64, by string) error
	ReversalsAlone(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Payment, error)
	ProviderAdjustments(ctx context.Context, s gateway.Scope, remittance int64, p gateway.Page) ([]gateway.ProviderAdjustment, error)
	ProviderBalances(ctx context.Context, s gateway.Scope) ([]ProviderBalance, error)
}

// Refused is what a person asked for and cannot have, in words that they are
// shown.
type Refused struct{ Reason string }

// Error gives the reason.
func (r Refused) Error() string { return r.Reason }

// Candidate is a claim that a payment without one may belong to.
type Candidate struct {
	Claim Claim  `json:"claim"`
	Why   string `json:"why" doc:"What is the same, and what is not"`
}

// ShapeClaim is a claim as the interface shows it to who may post money, and so
// see all of it.
func ShapeClaim(c gateway.Claim) Claim {
	return shapeClaim(&access.Principal{Membership: gateway.Membership{Scope: c.Scope, Role: access.Manager}}, c)
}

// ProviderAdjustment is money that moves between payer and provider.
type ProviderAdjustment struct {
	ID         int64  `json:"id"`
	Remittance int64  `json:"remittance"`
	Partner    string `json:"partner"`
	Payee      string `json:"payee" doc:"NPI or tax id"`
	Reason     string `json:"reason" doc:"PLB03-1"`
	Kind       string `json:"kind" enum:"forward,recovery,interest,levy,advance,capitation,facility,other"`
	Words      string `json:"words,omitempty"`
	Reference  string `json:"reference,omitempty" doc:"PLB03-2"`
	Amount     string `json:"amount" doc:"As sent: positive takes from the payment, negative adds to it"`
	Date       string `json:"date,omitempty"`
}

func shapeProviderAdjustment(a gateway.ProviderAdjustment) ProviderAdjustment {
	return ProviderAdjustment{a.ID, a.Remittance, a.Partner, a.Payee, a.Reason, remit.ProviderKind(a.Reason), explain.Words("plb", a.Reason), a.Reference, a.Amount.String(), isoDate(a.Date)}
}

// ProviderBalance is a balance moved forward, or an overpayment that is taken
// back later.
type ProviderBalance struct {
	Partner   string `json:"partner"`
	Payee     string `json:"payee"`
	Kind      string `json:"kind" enum:"forward,recovery"`
	Reference string `json:"reference,omitempty"`
	Trace     string `json:"trace,omitempty" doc:"Check or EFT number of the remittance advice that opened it"`
	Opened    string `json:"opened"`
	Settled   string `json:"settled"`
	Open      string `json:"open" doc:"Still owed to the payer; negative: more was taken than was opened here"`
	Since     string `json:"since,omitempty"`
	Until     string `json:"until,omitempty" doc:"When the last part was settled"`
}

// Reason says why.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why; it is kept"`
}

func (s *server) postings(m Postings) {
	get(s, "/v1/remittances/held", "list-held-remittances", "Remittance advices that are not posted, with the arithmetic", "money",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Remittance], error) {
			list, err := m.HeldRemittances(ctx, scope, in.page())
			return paged(shapeAll(list, shapeRemittance), func(r Remittance) int64 { return r.ID }, in.page()), err
		})
	type decision struct {
		ByID
		Body Reason
	}
	for word, release := range map[string]bool{"release": true, "discard": false} {
		summary := map[bool]string{true: "Post a held remittance advice as it stands", false: "Never post a held remittance advice"}[release]
		post(s, "/v1/remittances/{id}/"+word, word+"-remittance", summary, "money", func(ctx context.Context, scope gateway.Scope, by string, in *decision) (*only[Remittance], error) {
			r, err := m.DecideRemittance(ctx, scope, in.ID, release, by, in.Body.Reason)
			return &only[Remittance]{shapeRemittance(r)}, err
		})
	}
	get(s, "/v1/payments/{id}/candidates", "payment-candidates", "Claims that a payment may belong to, the likeliest first", "money",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[[]Candidate], error) {
			list, err := m.Candidates(ctx, scope, in.ID)
			if list == nil {
				list = []Candidate{}
			}
			return &only[[]Candidate]{list}, err
		})
	type done struct{ Status int }
	post(s, "/v1/payments/{id}/match", "match-payment", "Give a payment to a claim", "money", func(ctx context.Context, scope gateway.Scope, by string, in *struct {
		ByID
		Body struct {
			Claim int64 `json:"claim" minimum:"1"`
		}
	}) (*done, error) {
		return &done{http.StatusNoContent}, m.MatchPayment(ctx, scope, in.ID, in.Body.Claim, by)
	})
	post(s, "/v1/payments/{id}/unmatch", "unmatch-payment", "Take a payment away from its claim", "money", func(ctx context.Context, scope gateway.Scope, by string, in *struct {
		ByID
	}) (*done, error) {
		return &done{http.StatusNoContent}, m.UnmatchPayment(ctx, scope, in.ID, by)
	})
	get(s, "/v1/reversals/alone", "list-reversals-alone", "Reversals without the payment that they undo", "money",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Payment], error) {
			list, err := m.ReversalsAlone(ctx, scope, in.page())
			return paged(shapeAll(list, func(p gateway.Payment) Payment { return shapePayment(p, false) }), func(p Payment) int64 { return p.ID }, in.page()), err
		})
	get(s, "/v1/provider-adjustments", "list-provider-adjustments", "Provider adjustments (PLB)", "money",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			Remittance int64 `query:"remittance" doc:"Of this remittance advice"`
		}) (*listed[ProviderAdjustment], error) {
			list, err := m.ProviderAdjustments(ctx, scope, in.Remittance, in.Paging.page())
			return paged(shapeAll(list, shapeProviderAdjustment), func(a ProviderAdjustment) int64 { return a.ID }, in.Paging.page()), err
		})
	get(s, "/v1/provider-balances", "list-provider-balances", "Balances moved forward and overpayments put off: what was opened, settled and is still owed", "money",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]ProviderBalance], error) {
			list, err := m.ProviderBalances(ctx, scope)
			if list == nil {
				list = []ProviderBalance{}
			}
			return &only[[]ProviderBalance]{list}, err
		})
}

// ISODate is a day CCYYMMDD as the interface shows it.
func ISODate(day string) string { return isoDate(day) }
