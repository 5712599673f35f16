package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"claimwire/gateway/api"
)

type remittancesHeldCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists what is held, with the arithmetic.
func (c *remittancesHeldCmd) Run(a *app) error {
	n := 0
	err := each(&c.serverFlags, "/v1/remittances/held", url.Values{}, c.Limit, func(m api.Remittance) error {
		n++
		if c.Format == "json" {
			return printJSON(a, m)
		}
		fmt.Fprintf(a.stdout, "%d  %s  %s of %s  %s\n", m.ID, m.Trace, m.Amount, m.Date, m.PayerName)
		for _, h := range m.Hold {
			fmt.Fprintf(a.stdout, "    %s\n", h)
		}
		return nil
	})
	if err == nil && n > 0 {
		return errNotGood
	}
	return err
}

type remittancesDecideCmd struct {
	serverFlags
	ID     int64  `arg:"" help:"The gateway's id."`
	Reason string `help:"Why; it is kept with the remittance advice." required:""`
}

func (c *remittancesDecideCmd) decide(a *app, word string) error {
	m, err := fetch[api.Remittance](&c.serverFlags, http.MethodPost, "/v1/remittances/"+strconv.FormatInt(c.ID, 10)+"/"+word, api.Reason{Reason: c.Reason})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, m)
	}
	fmt.Fprintf(a.stdout, "%d is %s\n", m.ID, m.State)
	return nil
}

type remittancesReleaseCmd struct{ remittancesDecideCmd }

// Help gives the example.
func (remittancesReleaseCmd) Help() string {
	return "Posts a held remittance advice as it stands: nothing is adjusted to make it balance.\n\n" + example(`remittances release 7 --reason "the payer confirmed it" --key-file keys/api-first`)
}

// Run releases.
func (c *remittancesReleaseCmd) Run(a *app) error { return c.decide(a, "release") }

type remittancesDiscardCmd struct{ remittancesDecideCmd }

// Run discards.
func (c *remittancesDiscardCmd) Run(a *app) error { return c.decide(a, "discard") }

type remittancesBalancesCmd struct{ serverFlags }

// Run lists what is owed.
func (c *remittancesBalancesCmd) Run(a *app) error {
	list, err := fetch[[]api.ProviderBalance](&c.serverFlags, http.MethodGet, "/v1/provider-balances", nil)
	if err != nil {
		return err
	}
	for i, b := range list {
		if c.Format == "json" {
			if err := printJSON(a, b); err != nil {
				return err
			}
			continue
		}
		if i == 0 {
			fmt.Fprintf(a.stdout, "%-16s %-12s %-9s %-20s %-10s %12s %12s %12s\n", "PARTNER", "PAYEE", "KIND", "REFERENCE", "SINCE", "OPENED", "SETTLED", "OPEN")
		}
		fmt.Fprintf(a.stdout, "%-16s %-12s %-9s %-20s %-10s %12s %12s %12s\n", b.Partner, b.Payee, b.Kind, b.Reference, b.Since, b.Opened, b.Settled, b.Open)
	}
	return nil
}

type paymentsCmd struct {
	Unmatched  paymentsUnmatchedCmd  `cmd:"" help:"List claim payments whose claim is not known, and why."`
	Candidates paymentsCandidatesCmd `cmd:"" help:"List claims that a payment may belong to."`
	Match      paymentsMatchCmd      `cmd:"" help:"Give a payment to a claim."`
	Unmatch    paymentsUnmatchCmd    `cmd:"" help:"Take a payment away from its claim."`
	Reversals  paymentsReversalsCmd  `cmd:"" help:"List reversals without the payment that they undo."`
}

// Help gives the example.
func (paymentsCmd) Help() string {
	return example("payments unmatched --key-file keys/api-first", "payments candidates 12 --key-file keys/api-first", "payments match 12 345 --key-file keys/api-first")
}

type paymentsUnmatchedCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *paymentsUnmatchedCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/payments/unmatched", url.Values{}, c.Limit, "ID\tCLAIM NUMBER\tPAYER'S NUMBER\tKIND\tCHARGE\tPAID\tWHY", func(p api.Payment) []any {
		return []any{p.ID, p.ClaimID, p.PayerClaimID, p.Kind, p.Charge, p.Paid, p.Candidates}
	})
}

type paymentsReversalsCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *paymentsReversalsCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/reversals/alone", url.Values{}, c.Limit, paymentHead, paymentRow)
}

type paymentsCandidatesCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The payment's id."`
}

// Run lists.
func (c *paymentsCandidatesCmd) Run(a *app) error {
	list, err := fetch[[]api.Candidate](&c.serverFlags, http.MethodGet, "/v1/payments/"+strconv.FormatInt(c.ID, 10)+"/candidates", nil)
	if err != nil {
		return err
	}
	for _, k := range list {
		if c.Format == "json" {
			if err := printJSON(a, k); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.stdout, "%6d  %-24s %-10s %12s  %s\n", k.Claim.ID, k.Claim.ClaimID, k.Claim.ServiceFrom, k.Claim.Charge, k.Why)
	}
	return nil
}

type paymentsMatchCmd struct {
	serverFlags
	ID    int64 `arg:"" help:"The payment's id."`
	Claim int64 `arg:"" help:"The claim's id."`
}

// Run matches.
func (c *paymentsMatchCmd) Run(a *app) error {
	return send(&c.serverFlags, "/v1/payments/"+strconv.FormatInt(c.ID, 10)+"/match", map[string]int64{"claim": c.Claim})
}

type paymentsUnmatchCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The payment's id."`
}

// Run takes away.
func (c *paymentsUnmatchCmd) Run(a *app) error {
	return send(&c.serverFlags, "/v1/payments/"+strconv.FormatInt(c.ID, 10)+"/unmatch", nil)
}
