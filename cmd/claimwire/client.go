package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"claimwire/gateway/api"
	"claimwire/gateway/client"
)

// serverFlags say which gateway is spoken to, and as whom.
type serverFlags struct {
	Server  string `help:"The running gateway." env:"CLAIMWIRE_SERVER" default:"http://127.0.0.1:8837" placeholder:"URL"`
	Key     string `help:"API key; better in the environment or a file, where no list of processes shows it." env:"CLAIMWIRE_KEY" placeholder:"KEY"`
	KeyFile string `help:"File with the API key." env:"CLAIMWIRE_KEY_FILE" type:"path" placeholder:"FILE"`
	Format  string `help:"text, or json: one object a line." enum:"text,json" default:"text"`
}

func (f *serverFlags) key() (string, error) {
	if f.Key != "" {
		return f.Key, nil
	}
	if f.KeyFile == "" {
		return "", errors.New("an API key is needed: --key-file FILE, or CLAIMWIRE_KEY")
	}
	b, err := os.ReadFile(f.KeyFile)
	return strings.TrimSpace(string(b)), err
}

// client speaks to that gateway.
func (f *serverFlags) client() (*client.Client, error) {
	key, err := f.key()
	return &client.Client{Server: f.Server, Key: key}, err
}

// call asks the gateway; a problem document becomes an error with its detail.
func (f *serverFlags) call(method, path string, header map[string]string, body io.Reader) (*http.Response, error) {
	c, err := f.client()
	if err != nil {
		return nil, err
	}
	return c.Call(context.Background(), method, path, header, body)
}

// send asks for something to be done that has no answer but that it is.
func send(f *serverFlags, path string, body any) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	return c.Do(context.Background(), http.MethodPost, path, body, nil)
}

// fetch asks for one JSON value.
func fetch[T any](f *serverFlags, method, path string, body any) (v T, err error) {
	c, err := f.client()
	if err != nil {
		return v, err
	}
	return v, c.Do(context.Background(), method, path, body, &v)
}

// each walks through all pages of a list, up to a limit (0: all).
func each[T any](f *serverFlags, path string, query url.Values, limit int, visit func(T) error) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	return client.Each(context.Background(), c, path, query, limit, visit)
}

// show prints a list: a table, or JSON Lines.
func show[T any](a *app, f *serverFlags, path string, query url.Values, limit int, head string, row func(T) []any) error {
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if f.Format == "text" {
		fmt.Fprintln(t, head)
	}
	err := each(f, path, query, limit, func(v T) error {
		if f.Format == "json" {
			return printJSON(a, v)
		}
		cells := row(v)
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, c)
		}
		fmt.Fprintln(t)
		return nil
	})
	return errors.Join(err, t.Flush())
}

func printJSON(a *app, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	a.stdout.Write(append(b, '\n'))
	return nil
}

type submitCmd struct {
	serverFlags
	Files []string      `arg:"" help:"Encounters (JSON, JSON Lines, CSV) or claims (X12 837); - is standard input."`
	Wait  time.Duration `help:"Wait so long for the file to be read, and print what became of each claim." default:"30s"`
}

// Help gives the example.
func (submitCmd) Help() string {
	return `Puts files into the running gateway, waits until they are read, and names every claim that is held and why. Ends
with 1 when a claim is held. The same file again is not taken twice.

` + example("submit --key-file keys/api-first encounters.jsonl")
}

// Run submits.
func (c *submitCmd) Run(a *app) error {
	held := false
	for _, file := range c.Files {
		h, err := c.one(a, file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		held = held || h
	}
	if held {
		return errNotGood
	}
	return nil
}

func (c *submitCmd) one(a *app, file string) (held bool, err error) {
	r := a.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return false, err
		}
		defer f.Close()
		r = f
	}
	resp, err := c.call(http.MethodPost, "/v1/transmissions", map[string]string{"X-File-Name": filepath.Base(file), "Content-Type": "application/octet-stream"}, io.NopCloser(r))
	if err != nil {
		return false, err
	}
	var m api.Transmission
	err = json.NewDecoder(resp.Body).Decode(&m)
	resp.Body.Close()
	if err != nil {
		return false, err
	}
	known := ""
	if resp.StatusCode == http.StatusOK {
		known = ", known already"
	}
	path := "/v1/transmissions/" + strconv.FormatInt(m.ID, 10)
	for deadline := time.Now().Add(c.Wait); m.State == "received" && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
		if m, err = fetch[api.Transmission](&c.serverFlags, http.MethodGet, path, nil); err != nil {
			return false, err
		}
	}
	if c.Format == "text" {
		fmt.Fprintf(a.stdout, "%s: file %d, %d bytes%s\n", file, m.ID, m.Size, known)
		if m.State == "received" {
			fmt.Fprintf(a.stdout, "  not read yet; ask later: claimwire files show %d\n", m.ID)
			return false, nil
		}
		if m.Note != "" {
			fmt.Fprintf(a.stdout, "  %s\n", m.Note)
		}
	}
	n := map[string]int{}
	err = each(&c.serverFlags, path+"/receipt", url.Values{}, 0, func(k api.Claim) error {
		n[k.State]++
		if c.Format == "json" {
			return printJSON(a, k)
		}
		if k.State == "held" {
			fmt.Fprintf(a.stdout, "  held  %s\n", k.ClaimID)
			for _, w := range k.FindingsWords {
				fmt.Fprintf(a.stdout, "        %s\n", w)
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	total := 0
	for _, k := range n {
		total += k
	}
	if c.Format == "text" {
		fmt.Fprintf(a.stdout, "  %s, %d held\n", count(total, "claim"), n["held"])
	}
	return n["held"] > 0 || m.State == "quarantined", nil
}

type claimsCmd struct {
	List    claimsListCmd    `cmd:"" help:"List claims."`
	Show    claimsShowCmd    `cmd:"" help:"Show one claim: its history and its money."`
	Summary claimsSummaryCmd `cmd:"" help:"Count the claims in each state."`

	Correct   claimsCorrectCmd   `cmd:"" help:"Send a new original, a replacement or a void, as the claim's state allows."`
	Secondary claimsSecondaryCmd `cmd:"" help:"Send a claim to the next payer, built from what its payer decided."`
	Attach    claimsAttachCmd    `cmd:"" help:"Send a document that goes with a claim (275)."`
	Inquire   claimsInquireCmd   `cmd:"" help:"Ask the payer for a claim's status (276)."`
	Proof     claimsProofCmd     `cmd:"" help:"Write the proof that a claim was filed."`

	Explanation claimsExplanationCmd `cmd:"" help:"Write the patient's explanation of benefits."`
}

// Help gives the example.
func (claimsCmd) Help() string {
	return example("claims list --state held --key-file keys/api-first", "claims show PCN0001 --key-file keys/api-first")
}

type claimsListCmd struct {
	serverFlags
	State   string `help:"Only claims in this state: held, queued, sent, accepted, rejected, payment, request_for_information, denial …"`
	Partner string `help:"Only claims of this trading partner." placeholder:"ID"`
	Limit   int    `help:"At most so many; 0: all."`
}

// Run lists.
func (c *claimsListCmd) Run(a *app) error {
	q := url.Values{}
	if c.State != "" {
		q.Set("state", c.State)
	}
	if c.Partner != "" {
		q.Set("partner", c.Partner)
	}
	return show(a, &c.serverFlags, "/v1/claims", q, c.Limit, "ID\tCLAIM\tSTATE\tPAYER\tSERVICE\tCHARGE\tPAID\tOPEN", func(k api.Claim) []any {
		return []any{k.ID, k.ClaimID, k.State, k.Payer, k.ServiceFrom, k.Charge, k.Money.Paid, k.Money.Open}
	})
}

type claimsShowCmd struct {
	serverFlags
	Number string `arg:"" help:"The gateway's id, the patient control number, our trace or the payer's number."`
}

// Run shows every claim that the number fits.
func (c *claimsShowCmd) Run(a *app) error {
	ids := map[int64]bool{}
	var order []int64
	for _, s := range []api.Search{{ClaimID: c.Number}, {Trace: c.Number}, {PayerClaimID: c.Number}} {
		page, err := fetch[api.List[api.Claim]](&c.serverFlags, http.MethodPost, "/v1/claims/search", s)
		if err != nil {
			return err
		}
		for _, k := range page.Items {
			if !ids[k.ID] {
				ids[k.ID] = true
				order = append(order, k.ID)
			}
		}
	}
	if id, err := strconv.ParseInt(c.Number, 10, 64); err == nil && len(order) == 0 {
		order = append(order, id)
	}
	if len(order) == 0 {
		fmt.Fprintln(a.stderr, "claimwire: no claim has this number")
		return errNotGood
	}
	for _, id := range order {
		k, err := fetch[api.ClaimWhole](&c.serverFlags, http.MethodGet, "/v1/claims/"+strconv.FormatInt(id, 10), nil)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			if err := printJSON(a, k); err != nil {
				return err
			}
			continue
		}
		printClaim(a, &k)
	}
	return nil
}

func printClaim(a *app, k *api.ClaimWhole) {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, l := range [][2]string{{"claim", k.ClaimID}, {"id", strconv.FormatInt(k.ID, 10)}, {"our number", k.Trace}, {"state", k.State + " since " + k.StateSince.Format(time.RFC3339)},
		{"kind", k.Kind}, {"payer", strings.TrimSpace(k.Payer + " " + k.PayerName)}, {"payer's number", k.PayerClaimID}, {"service", strings.Trim(k.ServiceFrom+" to "+k.ServiceTo, " to")},
		{"charge", k.Charge}, {"paid", k.Money.Paid}, {"adjusted", k.Money.Adjusted}, {"patient", k.Money.Patient}, {"denied", k.Money.Denied}, {"open", k.Money.Open}} {
		if l[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", l[0], l[1])
		}
	}
	w.Flush()
	for _, f := range k.FindingsWords {
		fmt.Fprintf(a.stdout, "  %s\n", f)
	}
	fmt.Fprintln(a.stdout, "\nhistory")
	for _, e := range k.Events {
		where := ""
		if e.Segment > 0 {
			where = fmt.Sprintf(", segment %d of file %.12s", e.Segment, e.File)
		}
		fmt.Fprintf(a.stdout, "  %s  %s%s%s\n", e.At.Format("2006-01-02 15:04:05"), e.State, before(": ", e.Reason), where)
	}
	fmt.Fprintln(a.stdout)
}

func before(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

type claimsSummaryCmd struct{ serverFlags }

// Run counts.
func (c *claimsSummaryCmd) Run(a *app) error {
	n, err := fetch[map[string]int](&c.serverFlags, http.MethodGet, "/v1/claims/summary", nil)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, n)
	}
	for _, s := range []string{"received", "held", "queued", "sent", "accepted", "rejected", "request_for_information", "denial", "payment", "reversal"} {
		if n[s] > 0 {
			fmt.Fprintf(a.stdout, "%-24s %8d\n", strings.ReplaceAll(s, "_", " "), n[s])
		}
	}
	return nil
}

type remittancesCmd struct {
	List     remittancesListCmd     `cmd:"" help:"List remittance advices."`
	Show     remittancesShowCmd     `cmd:"" help:"Show one with its claim payments."`
	Held     remittancesHeldCmd     `cmd:"" help:"List those that are not posted, with the arithmetic; ends with 1 when there are any."`
	Release  remittancesReleaseCmd  `cmd:"" help:"Post a held one as it stands."`
	Discard  remittancesDiscardCmd  `cmd:"" help:"Never post a held one."`
	Advice   remittancesAdviceCmd   `cmd:"" help:"Write one so that people can read it."`
	Balances remittancesBalancesCmd `cmd:"" help:"List balances moved forward and overpayments put off, and what is still owed."`
}

// Help gives the example.
func (remittancesCmd) Help() string {
	return example("remittances list --key-file keys/api-first", "remittances show 3 --key-file keys/api-first")
}

type remittancesListCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *remittancesListCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/remittances", url.Values{}, c.Limit, "ID\tTRACE\tDATE\tMETHOD\tAMOUNT\tCLAIMS\tBALANCED\tPROVIDER ADJUSTMENTS", func(m api.Remittance) []any {
		return []any{m.ID, m.Trace, m.Date, m.Method, m.Amount, m.Claims, m.Balanced, m.ProviderAdjustments}
	})
}

type remittancesShowCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id."`
}

func paymentRow(p api.Payment) []any {
	return []any{p.ID, p.Claim, p.ClaimID, p.Kind, p.Outcome + p.Scenario, p.Charge, p.Paid, p.Adjusted, p.Patient, p.Denied}
}

const paymentHead = "ID\tCLAIM\tCLAIM NUMBER\tKIND\tOUTCOME\tCHARGE\tPAID\tADJUSTED\tPATIENT\tDENIED"

// Run shows.
func (c *remittancesShowCmd) Run(a *app) error {
	m, err := fetch[api.Remittance](&c.serverFlags, http.MethodGet, "/v1/remittances/"+strconv.FormatInt(c.ID, 10), nil)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		if err := printJSON(a, m); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.stdout, "%s %s of %s, trace %s, %s, balanced: %t\n\n", m.Method, m.Amount, m.Date, m.Trace, count(m.Claims, "claim"), m.Balanced)
	}
	return show(a, &c.serverFlags, "/v1/payments", url.Values{"remittance": {strconv.FormatInt(c.ID, 10)}}, 0, paymentHead, paymentRow)
}

type denialsCmd struct {
	List   denialsListCmd   `cmd:"" default:"withargs" help:"List denied claims."`
	Work   denialsWorkCmd   `cmd:"" help:"List denied claims and lines: why, what to do, who, by when."`
	Show   denialsShowCmd   `cmd:"" help:"Show what is denied of one claim payment."`
	Set    denialsSetCmd    `cmd:"" help:"Say who works on one, and what was done."`
	Appeal denialsAppealCmd `cmd:"" help:"Write a letter of appeal from the facts."`
}

// Help gives the example.
func (denialsCmd) Help() string {
	return example("denials list --format json --key-file keys/api-first")
}

type denialsListCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *denialsListCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/denials", url.Values{}, c.Limit, paymentHead, paymentRow)
}

type requestsCmd struct {
	List   requestsListCmd   `cmd:"" default:"withargs" help:"List payers' requests for information."`
	Due    requestsDueCmd    `cmd:"" help:"List open ones by the day on which they are due; ends with 1 when there are any."`
	Show   requestsShowCmd   `cmd:"" help:"Show one: what is wanted, and what was answered."`
	Answer requestsAnswerCmd `cmd:"" help:"Answer one with documents (275)."`
	Own    requestsOwnCmd    `cmd:"" help:"Say who works on one."`
	Match  requestsMatchCmd  `cmd:"" help:"Say which claim one is about."`
	Close  requestsCloseCmd  `cmd:"" help:"Close one that needs no answer."`
}

// Help gives the example.
func (requestsCmd) Help() string { return example("requests list --key-file keys/api-first") }

type requestsListCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *requestsListCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/requests", url.Values{}, c.Limit, "ID\tCLAIM\tSTATE\tDUE\tQUESTION", func(q api.Request) []any {
		return []any{q.ID, q.Claim, q.State, q.Due, q.Question}
	})
}

type filesCmd struct {
	List filesListCmd `cmd:"" help:"List files, in and out."`
	Sent filesSentCmd `cmd:"" help:"List interchanges for partners."`
	Show filesShowCmd `cmd:"" help:"Show one file and what became of its claims."`
	Get  filesGetCmd  `cmd:"" help:"Write a file's bytes, as they came or went, to standard output."`

	Release filesReleaseCmd `cmd:"" help:"Let a file in that was put aside."`
	Dismiss filesDismissCmd `cmd:"" help:"Leave a file out for good that was put aside."`
	Decide  filesDecideCmd  `cmd:"" help:"Say whether a partner has an interchange that nobody knows of."`
}

// Help gives the example.
func (filesCmd) Help() string {
	return example("files list --key-file keys/api-first", "files get 12 --key-file keys/api-first | claimwire inspect -")
}

type filesListCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *filesListCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/transmissions", url.Values{}, c.Limit, "ID\tDIRECTION\tPARTNER\tKIND\tSTATE\tBYTES\tNAME\tNOTE", func(m api.Transmission) []any {
		return []any{m.ID, m.Direction, m.Partner, m.Kind, m.State, m.Size, m.Name, m.Note}
	})
}

type filesSentCmd struct {
	serverFlags
	Limit int `help:"At most so many; 0: all."`
}

// Run lists.
func (c *filesSentCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/interchanges", url.Values{}, c.Limit, "ID\tPARTNER\tCONTROL\tSTATE\tCLAIMS\tCHARGE\tNAME\tNOTE", func(i api.Interchange) []any {
		return []any{i.ID, i.Partner, i.ControlNumber, i.State, i.Claims, i.Charge, i.Name, i.Note}
	})
}

type filesShowCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id."`
}

// Run shows.
func (c *filesShowCmd) Run(a *app) error {
	path := "/v1/transmissions/" + strconv.FormatInt(c.ID, 10)
	m, err := fetch[api.Transmission](&c.serverFlags, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		if err := printJSON(a, m); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.stdout, "%s, %s, %d bytes, SHA-256 %s\n%s%s\n\n", m.Name, m.Kind, m.Size, m.SHA256, m.State, before(": ", m.Note))
	}
	return show(a, &c.serverFlags, path+"/receipt", url.Values{}, 0, "ITEM\tID\tCLAIM\tSTATE\tPAYER\tCHARGE\tFINDINGS", func(k api.Claim) []any {
		return []any{k.Item, k.ID, k.ClaimID, k.State, k.Payer, k.Charge, strings.Join(k.FindingsWords, "; ")}
	})
}

type filesGetCmd struct {
	serverFlags
	ID   int64 `arg:"" help:"The gateway's id."`
	Sent bool  `help:"The id is that of an interchange."`
}

// Run copies the bytes.
func (c *filesGetCmd) Run(a *app) error {
	kind := "transmissions"
	if c.Sent {
		kind = "interchanges"
	}
	resp, err := c.call(http.MethodGet, "/v1/"+kind+"/"+strconv.FormatInt(c.ID, 10)+"/content", nil, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(a.stdout, resp.Body)
	return err
}
