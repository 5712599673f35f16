package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"claimwire/gateway/api"
)

type depositsCmd struct {
	List   depositsListCmd   `cmd:"" default:"withargs" help:"List money that came to the bank."`
	Add    depositsAddCmd    `cmd:"" help:"Take in files of the bank: NACHA CCD+ or BAI2."`
	Match  depositsMatchCmd  `cmd:"" help:"Give a deposit to a remittance advice of the same amount."`
	Unpaid depositsUnpaidCmd `cmd:"" help:"List remittance advices whose transfer is late; ends with 1 when there are any."`
}

// Help gives the example.
func (depositsCmd) Help() string {
	return example("deposits add ccd.ach --key-file keys/api-first", "deposits list --state waiting --key-file keys/api-first", "deposits unpaid --key-file keys/api-first")
}

type depositsListCmd struct {
	serverFlags
	State string `help:"Only in this state: waiting, matched, differs, repeats."`
	Limit int    `help:"At most so many; 0: all."`
}

// Run lists.
func (c *depositsListCmd) Run(a *app) error {
	q := url.Values{}
	if c.State != "" {
		q.Set("state", c.State)
	}
	return show(a, &c.serverFlags, "/v1/deposits", q, c.Limit, "ID\tDATE\tAMOUNT\tTRACE\tCOMPANY\tSTATE\tREMITTANCE\tNOTE", func(d api.Deposit) []any {
		return []any{d.ID, d.Date, d.Amount, d.Trace, d.Company, d.State, d.Remittance, d.Note}
	})
}

type depositsAddCmd struct {
	serverFlags
	Files []string `arg:"" help:"The bank's files." type:"existingfile"`
}

// Run takes files in.
func (c *depositsAddCmd) Run(a *app) error {
	good := true
	for _, name := range c.Files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		resp, err := c.call(http.MethodPost, "/v1/deposits", map[string]string{"Content-Type": "application/octet-stream", "X-File-Name": filepath.Base(name)}, io.NopCloser(f))
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var d api.DepositsAdded
		err = json.NewDecoder(resp.Body).Decode(&d)
		resp.Body.Close()
		if err != nil {
			return err
		}
		for _, n := range d.Notes {
			good = good && strings.Contains(n, "passed over")
			fmt.Fprintf(a.stderr, "%s: %s\n", name, n)
		}
		if c.Format == "json" {
			if err := printJSON(a, d); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.stdout, "%s: %d deposits, %d matched\n", name, d.Added, d.Matched)
	}
	if !good {
		return errNotGood
	}
	return nil
}

type depositsMatchCmd struct {
	serverFlags
	ID         int64 `arg:"" help:"The deposit's id."`
	Remittance int64 `arg:"" help:"The remittance advice's id."`
}

// Run matches.
func (c *depositsMatchCmd) Run(a *app) error {
	_, err := fetch[api.Deposit](&c.serverFlags, http.MethodPost, "/v1/deposits/"+strconv.FormatInt(c.ID, 10)+"/match", map[string]int64{"remittance": c.Remittance})
	return err
}

type depositsUnpaidCmd struct{ serverFlags }

// Run lists.
func (c *depositsUnpaidCmd) Run(a *app) error {
	n := 0
	err := each(&c.serverFlags, "/v1/remittances/unpaid", url.Values{}, 0, func(m api.Remittance) error {
		n++
		if c.Format == "json" {
			return printJSON(a, m)
		}
		fmt.Fprintf(a.stdout, "%d  %s of %s  %s  %s\n", m.ID, m.Amount, m.Date, m.Trace, m.PayerName)
		return nil
	})
	if err == nil && n > 0 {
		return errNotGood
	}
	return err
}
