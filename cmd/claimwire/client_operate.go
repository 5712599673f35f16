package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"claimwire/gateway/api"
)

type alertsCmd struct {
	List alertsListCmd `cmd:"" default:"withargs" help:"List what a person should see to, the newest first."`
}

// Help gives the example.
func (alertsCmd) Help() string {
	return `An alert is raised once, is also in the log and in the metric claimwire_alerts_open, says what to do, and is closed when
its cause ends. Ends with 1 when one is open.

` + example("alerts list --key-file keys/api-operator", "alerts list --all --format json --key-file keys/api-operator")
}

type alertsListCmd struct {
	serverFlags
	All   bool `help:"Also those that are closed."`
	Limit int  `help:"At most so many; 0: all."`
}

// Run lists.
func (c *alertsListCmd) Run(a *app) error {
	open := false
	err := each(&c.serverFlags, "/v1/alerts", url.Values{"all": {strconv.FormatBool(c.All)}}, c.Limit, func(v api.Alert) error {
		open = open || v.ClosedAt == nil
		if c.Format == "json" {
			return printJSON(a, v)
		}
		state := "open"
		if v.ClosedAt != nil {
			state = "closed " + v.ClosedAt.Format("2006-01-02 15:04")
		}
		_, err := fmt.Fprintf(a.stdout, "%s  %-19s %s  (%s)\n                  %s\n                  %s\n", v.RaisedAt.Format("2006-01-02 15:04"), v.Kind, v.Subject, state, v.Message, v.Advice)
		return err
	})
	if err == nil && open {
		return errNotGood
	}
	return err
}

type jobsCmd struct {
	List  jobsListCmd  `cmd:"" default:"withargs" help:"List jobs that were parked for a person, with the reason."`
	Retry jobsRetryCmd `cmd:"" help:"Let parked jobs run again."`
}

// Help gives the example.
func (jobsCmd) Help() string {
	return example("jobs list --key-file keys/api-operator", "jobs retry 17 --key-file keys/api-operator")
}

type jobsListCmd struct {
	serverFlags
	State string `help:"Which: parked, ready (they wait) or running." enum:"parked,ready,running" default:"parked"`
	Limit int    `help:"At most so many; 0: all."`
}

// Run lists.
func (c *jobsListCmd) Run(a *app) error {
	return show(a, &c.serverFlags, "/v1/jobs", url.Values{"state": {c.State}}, c.Limit, "ID\tKIND\tABOUT\tDUE\tBEGUN\tFAILURES\tNOTE", func(j api.Job) []any {
		return []any{j.ID, j.Kind, j.About, j.DueAt.Format(time.RFC3339), j.Begun, j.Failures, j.Note}
	})
}

type jobsRetryCmd struct {
	serverFlags
	IDs []int64 `arg:"" help:"The jobs' ids."`
}

// Run retries.
func (c *jobsRetryCmd) Run(a *app) error {
	for _, id := range c.IDs {
		j, err := fetch[api.Job](&c.serverFlags, http.MethodPost, "/v1/jobs/"+strconv.FormatInt(id, 10)+"/retry", nil)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			if err := printJSON(a, j); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.stdout, "job %d, %s of %s, runs again\n", id, j.Kind, j.About)
	}
	return nil
}

type filesReleaseCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id of the file."`
}

// Run releases.
func (c *filesReleaseCmd) Run(a *app) error { return c.change(a, c.ID, "release", "is let in") }

type filesDismissCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The gateway's id of the file."`
}

// Run dismisses.
func (c *filesDismissCmd) Run(a *app) error { return c.change(a, c.ID, "dismiss", "is left out") }

func (f *serverFlags) change(a *app, id int64, verb, said string) error {
	m, err := fetch[api.Transmission](f, http.MethodPost, "/v1/transmissions/"+strconv.FormatInt(id, 10)+"/"+verb, nil)
	if err != nil {
		return err
	}
	if f.Format == "json" {
		return printJSON(a, m)
	}
	fmt.Fprintf(a.stdout, "file %d %s\n", id, said)
	return nil
}

type filesDecideCmd struct {
	serverFlags
	ID       int64  `arg:"" help:"The gateway's id of the interchange (claimwire files sent)."`
	Decision string `arg:"" help:"sent: the partner has it. resend: it does not, and gets the same bytes under the same control number." enum:"sent,resend"`
}

// Run decides.
func (c *filesDecideCmd) Run(a *app) error {
	i, err := fetch[api.Interchange](&c.serverFlags, http.MethodPost, "/v1/interchanges/"+strconv.FormatInt(c.ID, 10)+"/decide", map[string]string{"decision": c.Decision})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, i)
	}
	fmt.Fprintf(a.stdout, "interchange %s to %s: %s, %s\n", i.ControlNumber, i.Partner, i.State, i.Note)
	return nil
}

type partnersLinksCmd struct{ serverFlags }

// Run lists.
func (c *partnersLinksCmd) Run(a *app) error {
	list, err := fetch[[]api.Link](&c.serverFlags, http.MethodGet, "/v1/links", nil)
	if err != nil {
		return err
	}
	bad := false
	for _, l := range list {
		bad = bad || l.State != "well"
		if c.Format == "json" {
			if err := printJSON(a, l); err != nil {
				return err
			}
			continue
		}
		heard := "never"
		if l.LastHeard != nil {
			heard = l.LastHeard.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(a.stdout, "%-20s %-8s last heard of %s%s\n", l.Partner, l.State, heard, before(": ", l.Reason))
	}
	if bad {
		return errNotGood
	}
	return nil
}

type partnersResumeCmd struct {
	serverFlags
	ID string `arg:"" help:"The partner's id."`
}

// Run resumes.
func (c *partnersResumeCmd) Run(a *app) error {
	l, err := fetch[api.Link](&c.serverFlags, http.MethodPost, "/v1/partners/"+url.PathEscape(c.ID)+"/resume", nil)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, l)
	}
	fmt.Fprintf(a.stdout, "%s is tried again\n", l.Partner)
	return nil
}

type partnersStageCmd struct {
	serverFlags
	ID     string `arg:"" help:"The partner's id." optional:""`
	Stage  string `arg:"" help:"test, parallel or live; without it, stages are listed." enum:",test,parallel,live" default:"" optional:""`
	Reason string `help:"Why; kept with it." placeholder:"WORDS"`
}

// Help says what a stage is.
func (partnersStageCmd) Help() string {
	return `Partners whose profile has a certification go from test (claims are checked and answered as tests) to parallel (real
claims are checked and answered, and go no further) to live, by themselves when enough of their claims were good, and
back to test when too many were not.

` + example("partners stage --key-file keys/api-operator", `partners stage acme live --reason "agreed by telephone" --key-file keys/api-operator`)
}

// Run lists stages, or sets one.
func (c *partnersStageCmd) Run(a *app) error {
	if c.Stage == "" {
		list, err := fetch[[]api.Certification](&c.serverFlags, http.MethodGet, "/v1/certifications", nil)
		if err != nil {
			return err
		}
		for _, v := range list {
			if c.ID != "" && v.Partner != c.ID {
				continue
			}
			if c.Format == "json" {
				if err := printJSON(a, v); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(a.stdout, "%-20s %-9s %5d checked, %.1f %% of the last with errors  %s\n", v.Partner, v.Stage, v.Checked, v.Errors, v.Note)
		}
		return nil
	}
	if c.Reason == "" {
		return fmt.Errorf("--reason: why?")
	}
	v, err := fetch[api.Certification](&c.serverFlags, http.MethodPost, "/v1/partners/"+url.PathEscape(c.ID)+"/stage", map[string]string{"stage": c.Stage, "reason": c.Reason})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(a, v)
	}
	fmt.Fprintf(a.stdout, "%s is in %s\n", v.Partner, v.Stage)
	return nil
}

type holdsCmd struct {
	List holdsListCmd `cmd:"" default:"withargs" help:"List legal holds."`
	Add  holdsAddCmd  `cmd:"" help:"Keep a file, or everything of the organisation, from being deleted by retention."`
	End  holdsEndCmd  `cmd:"" help:"End a legal hold."`
}

// Help gives the example.
func (holdsCmd) Help() string {
	return example(`holds add --file 17 --reason "case 2026-114" --key-file keys/api-operator`, "holds end 3 --key-file keys/api-operator")
}

type holdsListCmd struct{ serverFlags }

// Run lists.
func (c *holdsListCmd) Run(a *app) error {
	list, err := fetch[[]api.Hold](&c.serverFlags, http.MethodGet, "/v1/holds", nil)
	if err != nil {
		return err
	}
	for _, h := range list {
		if err := c.print(a, h); err != nil {
			return err
		}
	}
	return nil
}

func (f *serverFlags) print(a *app, h api.Hold) error {
	if f.Format == "json" {
		return printJSON(a, h)
	}
	what, state := "everything", "holds"
	if h.Transmission != 0 {
		what = fmt.Sprintf("file %d", h.Transmission)
	}
	if h.EndedAt != nil {
		state = "ended " + h.EndedAt.Format("2006-01-02")
	}
	fmt.Fprintf(a.stdout, "%d  %s since %s by %s, %s: %s\n", h.ID, what, h.At.Format("2006-01-02"), h.By, state, h.Reason)
	return nil
}

type holdsAddCmd struct {
	serverFlags
	File   int64  `help:"The gateway's id of the file; without one, everything is kept."`
	Reason string `help:"Why, such as a case number; no patient's data." required:""`
}

// Run adds.
func (c *holdsAddCmd) Run(a *app) error {
	body := map[string]any{"reason": c.Reason}
	if c.File != 0 {
		body["transmission"] = c.File
	}
	h, err := fetch[api.Hold](&c.serverFlags, http.MethodPost, "/v1/holds", body)
	if err != nil {
		return err
	}
	return c.print(a, h)
}

type holdsEndCmd struct {
	serverFlags
	ID int64 `arg:"" help:"The hold's id."`
}

// Run ends.
func (c *holdsEndCmd) Run(a *app) error {
	h, err := fetch[api.Hold](&c.serverFlags, http.MethodPost, "/v1/holds/"+strconv.FormatInt(c.ID, 10)+"/end", nil)
	if err != nil {
		return err
	}
	return c.print(a, h)
}
