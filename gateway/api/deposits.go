package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Deposits is what Books can do besides, where the bank's files meet remittance
// advices.
type Deposits interface {
	// AddDeposits takes in a bank's file (NACHA or BAI2); the same bytes add nothing.
	AddDeposits(ctx context.Context, s gateway.Scope, name, by string, r io.Reader) (d DepositsAdded, err error)
	Deposits(ctx context.Context, s gateway.Scope, state string, p gateway.Page) ([]gateway.Deposit, error)
	MatchDeposit(ctx context.Context, s gateway.Scope, deposit, remittance int64, by string) (gateway.Deposit, error)
	// Unpaid lists remittance advices whose payment has not come in its time.
	Unpaid(ctx context.Context, s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error)
}

// Deposit is money that came to the bank.
type Deposit struct {
	ID         int64  `json:"id"`
	Format     string `json:"format" enum:"nacha,bai2"`
	Trace      string `json:"trace,omitempty" doc:"Of the addenda; missing where the bank passes none on"`
	Origin     string `json:"origin,omitempty"`
	Amount     string `json:"amount"`
	Date       string `json:"date,omitempty" doc:"Effective entry date"`
	Account    string `json:"account,omitempty" doc:"The last four characters"`
	Company    string `json:"company,omitempty"`
	BankRef    string `json:"bank_reference,omitempty"`
	Remittance int64  `json:"remittance,omitempty"`
	State      string `json:"state" enum:"waiting,matched,differs,repeats"`
	Note       string `json:"note,omitempty"`
}

func shapeDeposit(d gateway.Deposit) Deposit {
	return Deposit{d.ID, d.Format, d.Trace, d.Origin, d.Amount.String(), isoDate(d.Date), d.Account, d.Company, d.BankRef, d.Remittance, string(d.State), d.Note}
}

// DepositsAdded is what a bank's file brought.
type DepositsAdded struct {
	Added   int      `json:"added"`
	Matched int      `json:"matched"`
	Notes   []string `json:"notes" doc:"What the file's own totals say against it, and what of it was passed over"`
}

func (s *server) deposits(mux *http.ServeMux, d Deposits) {
	get(s, "/v1/deposits", "list-deposits", "Money that came to the bank", "money",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			State string `query:"state" enum:"waiting,matched,differs,repeats"`
		}) (*listed[Deposit], error) {
			list, err := d.Deposits(ctx, scope, in.State, in.Paging.page())
			return paged(shapeAll(list, shapeDeposit), func(d Deposit) int64 { return d.ID }, in.Paging.page()), err
		})
	get(s, "/v1/remittances/unpaid", "list-unpaid-remittances", "Remittance advices whose transfer has not come in its time", "money",
		func(ctx context.Context, scope gateway.Scope, in *Paging) (*listed[Remittance], error) {
			list, err := d.Unpaid(ctx, scope, in.page())
			return paged(shapeAll(list, shapeRemittance), func(r Remittance) int64 { return r.ID }, in.page()), err
		})
	post(s, "/v1/deposits/{id}/match", "match-deposit", "Give a deposit to a remittance advice of the same amount", "money", func(ctx context.Context, scope gateway.Scope, by string, in *struct {
		ByID
		Body struct {
			Remittance int64 `json:"remittance" minimum:"1"`
		}
	}) (*only[Deposit], error) {
		k, err := d.MatchDeposit(ctx, scope, in.ID, in.Body.Remittance, by)
		return &only[Deposit]{shapeDeposit(k)}, err
	})
	s.rawAnswer(mux, raw{method: "POST", path: "/v1/deposits", id: "add-deposits", tag: "money", summary: "Take in a bank's file: NACHA CCD+ or BAI2", content: "application/json", body: "application/octet-stream",
		needs: []access.Permission{access.SeeMoney},
		do: func(w http.ResponseWriter, r *http.Request, c caller, _ int64, _ url.Values) error {
			added, err := d.AddDeposits(r.Context(), c.Scope, r.Header.Get("X-File-Name"), c.Name, r.Body)
			if err != nil {
				return err
			}
			return json.NewEncoder(w).Encode(added)
		}})
}
