package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"claimwire/gateway/api"
)

type denialsWorkCmd struct {
	serverFlags
	State string `help:"Only in this state: open, appealed, corrected, patient_billed, written_off, closed." default:"open"`
	Who   string `help:"Only what is for: coder, biller, enrolment, patient."`
	By    string `help:"Only what has a deadline until this day." placeholder:"YYYY-MM-DD"`
}

type denialPage struct {
	Items []api.DenialItem `json:"items"`
	Next  int64            `json:"next"`
}

// Run lists what there is to do.
func (c *denialsWorkCmd) Run(a *app) error {
	q := url.Values{"limit": {"1000"}}
	for k, v := range map[string]string{"state": c.State, "who": c.Who, "by": c.By} {
		if v != "" {
			q.Set(k, v)
		}
	}
	for {
		page, err := fetch[denialPage](&c.serverFlags, http.MethodGet, "/v1/denials/work?"+q.Encode(), nil)
		if err != nil {
			return err
		}
		for i := range page.Items {
			if c.Format == "json" {
				if err := printJSON(a, page.Items[i]); err != nil {
					return err
				}
				continue
			}
			printDenial(a, &page.Items[i])
		}
		if page.Next == 0 {
			return nil
		}
		q.Set("after", strconv.FormatInt(page.Next, 10))
	}
}

func printDenial(a *app, d *api.DenialItem) {
	line := ""
	if d.Line > 0 {
		line = fmt.Sprintf(", line %d %s", d.Line, d.Procedure)
	}
	fmt.Fprintf(a.stdout, "%d  claim %s%s  %s denied  %s  %s %s\n", d.Payment, d.ClaimID, line, d.Denied, d.Scenario, d.State, d.Owner)
	for _, r := range d.Reasons {
		fmt.Fprintf(a.stdout, "    %-8s %s\n", r.Code, r.Words)
	}
	fmt.Fprintf(a.stdout, "    %s: %s\n", d.Who, d.Action)
	for _, k := range d.Deadlines {
		fmt.Fprintf(a.stdout, "    until %s  %s (%s)\n", k.By, k.What, k.Rule)
	}
}

type denialsShowCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The claim payment's id."`
}

// Run shows.
func (c *denialsShowCmd) Run(a *app) error {
	list, err := fetch[[]api.DenialItem](&c.serverFlags, http.MethodGet, "/v1/denials/"+strconv.FormatInt(c.ID, 10), nil)
	if err != nil {
		return err
	}
	for i := range list {
		if c.Format == "json" {
			if err := printJSON(a, list[i]); err != nil {
				return err
			}
			continue
		}
		printDenial(a, &list[i])
	}
	return nil
}

type denialsSetCmd struct {
	serverFlags
	ID    int64  `arg:"" help:"The claim payment's id."`
	Owner string `help:"Who works on it."`
	State string `help:"What was done." enum:",open,appealed,corrected,patient_billed,written_off,closed" default:""`
	Note  string `help:"What else to know."`
}

// Run notes it.
func (c *denialsSetCmd) Run(a *app) error {
	body := map[string]string{}
	for k, v := range map[string]string{"owner": c.Owner, "state": c.State, "note": c.Note} {
		if v != "" {
			body[k] = v
		}
	}
	_, err := fetch[[]api.DenialItem](&c.serverFlags, http.MethodPost, "/v1/denials/"+strconv.FormatInt(c.ID, 10)+"/work", body)
	return err
}

// paperFlags ask for something that is written for people.
type paperFlags struct {
	Server  string `help:"The running gateway." env:"CLAIMWIRE_SERVER" default:"http://127.0.0.1:8837" placeholder:"URL"`
	Key     string `help:"API key; better in the environment or a file." env:"CLAIMWIRE_KEY" placeholder:"KEY"`
	KeyFile string `help:"File with the API key." env:"CLAIMWIRE_KEY_FILE" type:"path" placeholder:"FILE"`
	ID      int64  `arg:"" help:"The id."`
	Format  string `help:"html or pdf." enum:"html,pdf" default:"pdf"`
	Out     string `help:"Write it here instead of to standard output." type:"path" placeholder:"FILE"`
}

func (c *paperFlags) write(a *app, path string) error {
	f := serverFlags{Server: c.Server, Key: c.Key, KeyFile: c.KeyFile}
	resp, err := f.call(http.MethodGet, fmt.Sprintf(path, c.ID)+"?format="+c.Format, nil, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if c.Out == "" {
		_, err = io.Copy(a.stdout, resp.Body)
		return err
	}
	w, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

type denialsAppealCmd struct{ paperFlags }

// Help gives the example.
func (denialsAppealCmd) Help() string {
	return "Writes a letter of appeal from the facts, with the proof of filing.\n\n" + example("denials appeal 31 --out appeal.pdf --key-file keys/api-first")
}

// Run writes the letter.
func (c *denialsAppealCmd) Run(a *app) error { return c.write(a, "/v1/denials/%d/appeal") }

type claimsProofCmd struct{ paperFlags }

// Help gives the example.
func (claimsProofCmd) Help() string {
	return "Writes the proof that a claim was filed: the accepted 277CA, the 999, digests and times. Refused where nothing proves it.\n\n" + example("claims proof 17 --out proof.pdf --key-file keys/api-first")
}

// Run writes the proof.
func (c *claimsProofCmd) Run(a *app) error { return c.write(a, "/v1/claims/%d/proof") }

type claimsExplanationCmd struct{ paperFlags }

// Run writes the patient's explanation of benefits.
func (c *claimsExplanationCmd) Run(a *app) error { return c.write(a, "/v1/claims/%d/explanation") }

type remittancesAdviceCmd struct{ paperFlags }

// Run writes the remittance advice.
func (c *remittancesAdviceCmd) Run(a *app) error { return c.write(a, "/v1/remittances/%d/advice") }
