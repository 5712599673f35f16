package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway/export"
)

// askFlags say which gateway is spoken to, for commands with formats of their own.
type askFlags struct {
	Server  string `help:"The running gateway." env:"CLAIMWIRE_SERVER" default:"http://127.0.0.1:8837" placeholder:"URL"`
	Key     string `help:"API key; better in the environment or a file." env:"CLAIMWIRE_KEY" placeholder:"KEY"`
	KeyFile string `help:"File with the API key." env:"CLAIMWIRE_KEY_FILE" type:"path" placeholder:"FILE"`
}

// copy writes what the gateway answers.
func (f *askFlags) copy(w io.Writer, method, path string, body io.Reader) error {
	s := serverFlags{Server: f.Server, Key: f.Key, KeyFile: f.KeyFile}
	header := map[string]string{}
	if body != nil {
		header["Content-Type"] = "text/csv"
	}
	resp, err := s.call(method, path, header, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(w, resp.Body)
	return err
}

// file writes what the gateway answers into a file.
func (f *askFlags) file(name, method, path string) error {
	w, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.copy(w, method, path, nil), w.Close())
}

type reportsCmd struct {
	askFlags
	Name     string `arg:"" help:"payers, providers, coders, codes, reasons, denials, days, ageing, levels, outdated or expected." enum:"payers,providers,coders,codes,reasons,denials,days,ageing,levels,outdated,expected" default:"payers"`
	Format   string `help:"text, csv, or json: one object a row." enum:"text,json,csv" default:"text"`
	From     string `help:"Only services from this day on." placeholder:"YYYY-MM-DD"`
	To       string `help:"Only services until this day." placeholder:"YYYY-MM-DD"`
	Contract string `help:"What is promised (CSV: payer, procedure, modifier, amount or percent, from, to); for expected." type:"existingfile" placeholder:"FILE"`
}

// Help gives the example.
func (reportsCmd) Help() string {
	return `Numbers about claims: how many are paid at the first go, rejected and denied, by payer, provider, coder, procedure
code and reason; the denial rate by payer and reason (denials); days to acknowledge and to pay; how old the open money
is; what a contract promises against what was allowed (expected); providers whose levels of visits, or hospitals whose
weight of stays, lie far from their peers' (levels); claims with codes that the newest release has no more (outdated).

` + example("reports denials --format csv --key-file keys/api-first", "reports expected --contract contract.csv --key-file keys/api-first")
}

// Run reports.
func (c *reportsCmd) Run(a *app) error {
	q := url.Values{"format": {c.Format}}
	for k, v := range map[string]string{"from": c.From, "to": c.To} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if c.Name == "expected" {
		if c.Contract == "" {
			return errors.New("expected needs --contract FILE")
		}
		f, err := os.Open(c.Contract)
		if err != nil {
			return err
		}
		defer f.Close()
		return c.copy(a.stdout, http.MethodPost, "/v1/reports/expected?"+q.Encode(), f)
	}
	q.Set("name", c.Name)
	return c.copy(a.stdout, http.MethodGet, "/v1/reports?"+q.Encode(), nil)
}

type exportsCmd struct {
	Parquet exportsParquetCmd `cmd:"" help:"Write claims, lines, adjustments and events as Parquet, without names and numbers of patients."`
	Posting exportsPostingCmd `cmd:"" help:"Write a remittance advice for posting: CSV, JSON or FHIR."`
	Split   exportsSplitCmd   `cmd:"" help:"Split an 835 file by payee at its transaction sets (ZIP)."`
	Fhir    exportsFHIRCmd    `cmd:"" help:"Write a claim's ClaimResponse or ExplanationOfBenefit."`
}

// Help gives the example.
func (exportsCmd) Help() string {
	return example("exports parquet --dir research --key-file keys/api-first", "exports posting 3 --format csv --key-file keys/api-first", "exports split 12 --out by-payee.zip --key-file keys/api-first")
}

type exportsParquetCmd struct {
	askFlags
	Dir    string   `help:"The folder for claims.parquet, lines.parquet, adjustments.parquet and events.parquet." type:"path" required:""`
	Tables []string `arg:"" optional:"" help:"Only these: claims, lines, adjustments, events."`
}

// Run writes the tables.
func (c *exportsParquetCmd) Run(a *app) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	tables := c.Tables
	if len(tables) == 0 {
		tables = export.Tables
	}
	for _, t := range tables {
		if !slices.Contains(export.Tables, t) {
			return fmt.Errorf("no table %q: they are %s", t, strings.Join(export.Tables, ", "))
		}
		name := filepath.Join(c.Dir, t+".parquet")
		if err := c.file(name, http.MethodGet, "/v1/exports/parquet?table="+t); err != nil {
			return err
		}
		st, err := os.Stat(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s  %d bytes\n", name, st.Size())
	}
	return nil
}

type exportsPostingCmd struct {
	askFlags
	ID     int64  `arg:"" help:"The remittance advice's id."`
	Format string `help:"csv, json or fhir (PaymentReconciliation)." enum:"csv,json,fhir" default:"csv"`
}

// Run writes the posting file.
func (c *exportsPostingCmd) Run(a *app) error {
	return c.copy(a.stdout, http.MethodGet, "/v1/remittances/"+strconv.FormatInt(c.ID, 10)+"/posting?format="+c.Format, nil)
}

type exportsSplitCmd struct {
	askFlags
	ID  int64  `arg:"" help:"The file's id."`
	Out string `help:"The ZIP file." type:"path" required:"" placeholder:"FILE"`
}

// Run splits.
func (c *exportsSplitCmd) Run(a *app) error {
	return c.file(c.Out, http.MethodGet, "/v1/transmissions/"+strconv.FormatInt(c.ID, 10)+"/split")
}

type exportsFHIRCmd struct {
	askFlags
	ID       int64  `arg:"" help:"The claim's id."`
	Resource string `help:"ClaimResponse or ExplanationOfBenefit." enum:"ClaimResponse,ExplanationOfBenefit" default:"ExplanationOfBenefit"`
}

// Run writes the resource.
func (c *exportsFHIRCmd) Run(a *app) error {
	return c.copy(a.stdout, http.MethodGet, "/v1/claims/"+strconv.FormatInt(c.ID, 10)+"/fhir?resource="+c.Resource, nil)
}
