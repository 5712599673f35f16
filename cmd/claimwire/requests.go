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

	"claimwire/gateway/api"
)

type requestsDueCmd struct {
	serverFlags
	By    string `help:"Only those due by this day." placeholder:"YYYY-MM-DD"`
	Limit int    `help:"At most so many." default:"100"`
}

// Run lists, and ends with 1 when there are any.
func (c *requestsDueCmd) Run(a *app) error {
	q := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	if c.By != "" {
		q.Set("by", c.By)
	}
	list, err := fetch[[]api.Request](&c.serverFlags, http.MethodGet, "/v1/requests/due?"+q.Encode(), nil)
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
		fmt.Fprintf(a.stdout, "%6d  due %s (%s)  claim %d  %s  %s  %s\n", k.ID, k.Due, k.DueFrom, k.Claim, k.State, k.Owner, k.Question)
	}
	if len(list) > 0 {
		return errNotGood
	}
	return nil
}

type requestsShowCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The request's id."`
}

// Run shows.
func (c *requestsShowCmd) Run(a *app) error {
	q, err := fetch[api.RequestWhole](&c.serverFlags, http.MethodGet, "/v1/requests/"+strconv.FormatInt(c.ID, 10), nil)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, q)
	}
	fmt.Fprintf(a.stdout, "request %d about claim %d, %s, by %s %s\n%s, due %s (%s), owner %s\n", q.ID, q.Claim, q.State, q.Kind, q.Dialect, q.Partner, q.Due, q.DueFrom, q.Owner)
	for _, it := range q.Items {
		mark := " "
		if it.Answered {
			mark = "x"
		}
		line := ""
		if it.Line+it.Service != "" {
			line = fmt.Sprintf("  line %s %s", it.Line, it.Service)
		}
		fmt.Fprintf(a.stdout, "  [%s] %d  %s  %s%s\n", mark, it.Item, it.LOINC+it.Status, it.Words, line)
	}
	for _, k := range q.Answers {
		late := ""
		if k.Late {
			late = ", late"
		}
		fmt.Fprintf(a.stdout, "answer %d  %s%s  %s by %s  interchange %d  %s\n", k.ID, k.State, late, k.At.Format("2006-01-02 15:04"), k.By, k.Interchange, k.Note)
		for _, d := range k.Documents {
			fmt.Fprintf(a.stdout, "    %s  %d bytes  SHA-256 %.12s…\n", d.Content, d.Size, d.SHA256)
		}
	}
	if q.Note != "" {
		fmt.Fprintln(a.stdout, q.Note)
	}
	return nil
}

type requestsAnswerCmd struct {
	serverFlags
	ID    int64    `arg:"" help:"The request's id."`
	Files []string `arg:"" help:"Documents: PDF, TIFF, JPEG, PNG, C-CDA, RTF or text." type:"existingfile"`
	Item  int      `help:"Which item of the request they answer, from 0; not given: all of it." default:"-1"`
	Again bool     `help:"Send though it was answered."`
}

// Help gives the example.
func (requestsAnswerCmd) Help() string {
	return `Sends documents to the payer as a 275 in the dialect of its question, over the same connection as claims, and follows
it until the payer has acknowledged it and decided the claim.

` + example("requests answer 5 note.pdf --key-file keys/api-first", "requests answer 5 op-report.pdf --item 1 --key-file keys/api-first")
}

// Run adds the documents and sends them.
func (c *requestsAnswerCmd) Run(a *app) error {
	path := "/v1/requests/" + strconv.FormatInt(c.ID, 10)
	query := "?again=" + strconv.FormatBool(c.Again)
	if c.Item >= 0 {
		query += "&item=" + strconv.Itoa(c.Item)
	}
	for _, f := range c.Files {
		if err := c.upload(path+"/documents"+query, f); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	k, err := fetch[api.Answer](&c.serverFlags, http.MethodPost, path+"/answer", map[string]bool{"again": c.Again})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, k)
	}
	fmt.Fprintf(a.stdout, "answer %d is %s: %d documents, %s\n", k.ID, k.State, len(k.Documents), k.Dialect)
	return nil
}

// upload sends a document.
func (f *serverFlags) upload(path, file string) error {
	r, err := os.Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	resp, err := f.call(http.MethodPost, path, map[string]string{"Content-Type": "application/octet-stream", "X-File-Name": filepath.Base(file)}, io.NopCloser(r))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(&api.Answer{})
}

type requestsOwnCmd struct {
	serverFlags
	ID    int64  `arg:"" help:"The request's id."`
	Owner string `arg:"" help:"Who works on it: coder, biller, a name."`
}

// Run sets the owner.
func (c *requestsOwnCmd) Run(a *app) error {
	return send(&c.serverFlags, "/v1/requests/"+strconv.FormatInt(c.ID, 10)+"/owner", map[string]string{"owner": c.Owner})
}

type requestsMatchCmd struct {
	serverFlags
	ID    int64 `arg:"" help:"The request's id."`
	Claim int64 `arg:"" help:"The claim's id."`
}

// Run says which claim it is about.
func (c *requestsMatchCmd) Run(a *app) error {
	return send(&c.serverFlags, "/v1/requests/"+strconv.FormatInt(c.ID, 10)+"/match", map[string]int64{"claim": c.Claim})
}

type requestsCloseCmd struct {
	serverFlags
	ID     int64  `arg:"" help:"The request's id."`
	Reason string `help:"Why it needs no answer; it is kept." required:""`
}

// Run closes.
func (c *requestsCloseCmd) Run(a *app) error {
	return send(&c.serverFlags, "/v1/requests/"+strconv.FormatInt(c.ID, 10)+"/close", map[string]string{"reason": c.Reason})
}

type claimsAttachCmd struct {
	serverFlags
	ID      int64  `arg:"" help:"The gateway's id of the claim."`
	File    string `arg:"" help:"The document." type:"existingfile"`
	Control string `help:"The attachment control number that the claim announces (PWK06)." required:""`
}

// Help gives the example.
func (claimsAttachCmd) Help() string {
	return "Sends a document that goes with a claim, after the claim: a 275 that nobody asked for.\n\n" + example("claims attach 17 x-ray.tif --control ACN17 --key-file keys/api-first")
}

// Run attaches.
func (c *claimsAttachCmd) Run(a *app) error {
	return c.upload("/v1/claims/"+strconv.FormatInt(c.ID, 10)+"/documents?"+url.Values{"control": {c.Control}}.Encode(), c.File)
}

type claimsInquireCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id of the claim."`
}

// Run asks the payer.
func (c *claimsInquireCmd) Run(a *app) error {
	q, err := fetch[api.Inquiry](&c.serverFlags, http.MethodPost, "/v1/claims/"+strconv.FormatInt(c.ID, 10)+"/inquire", map[string]any{})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, q)
	}
	fmt.Fprintf(a.stdout, "asked as %s\n", q.Trace)
	return nil
}
