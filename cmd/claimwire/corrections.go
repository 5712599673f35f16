package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"claimwire/gateway/api"
	"claimwire/gateway/client"
)

type claimsCorrectCmd struct {
	serverFlags
	ID   int64  `arg:"" help:"The gateway's id of the claim."`
	File string `help:"What is right now: an encounter or a claim record; - is standard input. Not given: the same again." placeholder:"FILE"`
	Kind string `help:"new, replace or void; not given: what the claim's state allows." enum:",new,replace,void" default:""`
	Note string `help:"Why; it is kept."`
}

// Help gives the example.
func (claimsCorrectCmd) Help() string {
	return `Sends what follows a claim, as its true state allows: a rejected claim goes out as a new original, since the payer
never took it in; a paid or denied one is replaced (7) or voided (8) under the payer's own number. A second original of
a claim that the payer has is refused, since it would be a duplicate. Ends with 1 when it is refused.

` + example("claims correct 17 --file encounter.json --key-file keys/api-first", "claims correct 17 --kind void --note 'wrong patient' --key-file keys/api-first")
}

// Run corrects.
func (c *claimsCorrectCmd) Run(a *app) error {
	body := map[string]any{}
	if c.Kind != "" {
		body["kind"] = c.Kind
	}
	if c.Note != "" {
		body["note"] = c.Note
	}
	if c.File != "" {
		r := a.stdin
		if c.File != "-" {
			f, err := os.Open(c.File)
			if err != nil {
				return err
			}
			defer f.Close()
			r = f
		}
		b, err := io.ReadAll(io.LimitReader(r, 16<<20))
		if err != nil {
			return err
		}
		if !json.Valid(b) {
			return errors.New("the file is no JSON")
		}
		body["encounter"] = json.RawMessage(b)
	}
	return c.follow(a, "/v1/claims/"+strconv.FormatInt(c.ID, 10)+"/corrections", body)
}

// follow asks for a claim that follows another, and says what came of it.
func (f *serverFlags) follow(a *app, path string, body any) error {
	k, err := fetch[api.Corrected](f, http.MethodPost, path, body)
	if p := new(client.Problem); errors.As(err, &p) && p.Status == http.StatusConflict {
		fmt.Fprintln(a.stderr, "claimwire: refused:", p.Detail)
		return errNotGood
	}
	if err != nil {
		return err
	}
	if f.Format == "json" {
		if err := printJSON(a, k); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.stdout, "%s: claim %d (frequency %s) is %s\n", k.Correction.Kind, k.Claim.ID, k.Claim.Frequency, k.Claim.State)
		for _, w := range k.Claim.FindingsWords {
			fmt.Fprintf(a.stdout, "  %s\n", w)
		}
	}
	if k.Claim.State == "held" {
		return errNotGood
	}
	return nil
}

type claimsSecondaryCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id of the claim."`
}

// Help gives the example.
func (claimsSecondaryCmd) Help() string {
	return `Sends a claim to the next payer that it names, built from what its payer has decided: what that paid and adjusted,
on the claim and on each line, balanced. Refused, with the reason, when the payer has forwarded it itself or when it
cannot be balanced; ends with 1 then.

` + example("claims secondary 17 --key-file keys/api-first")
}

// Run passes a claim on.
func (c *claimsSecondaryCmd) Run(a *app) error {
	return c.follow(a, "/v1/claims/"+strconv.FormatInt(c.ID, 10)+"/secondary", map[string]any{})
}
