package api

import (
	"context"
	"errors"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Operator is what a person does with what the gateway put aside. Who is the name
// of the key, for the audit trail. Own is whether the caller sees what is the
// gateway's own, and not an office's.
type Operator interface {
	Alerts(ctx context.Context, s gateway.Scope, own, all bool, p gateway.Page) ([]gateway.Alert, error)
	Jobs(ctx context.Context, s gateway.Scope, own bool, state string, p gateway.Page) ([]gateway.Job, error)
	RetryJob(ctx context.Context, s gateway.Scope, own bool, id int64, who string) (gateway.Job, error)
	// Release lets a file in that was put aside; Dismiss leaves it out for good.
	Release(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Transmission, error)
	Dismiss(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Transmission, error)
	// Decide says of an interchange that nobody knows of: "sent" or "resend".
	Decide(ctx context.Context, s gateway.Scope, id int64, decision, who string) (gateway.Interchange, error)
	Links(ctx context.Context, s gateway.Scope) ([]gateway.Link, error)
	// Resume lets a partner's connection be tried again.
	Resume(ctx context.Context, s gateway.Scope, partner, who string) (gateway.Link, error)
	// Certified tells where partners stand on their way to live; SetStage moves one.
	Certified(ctx context.Context, s gateway.Scope) ([]gateway.Certified, error)
	SetStage(ctx context.Context, s gateway.Scope, partner, stage, reason, who string) (gateway.Certified, error)
	Holds(ctx context.Context, s gateway.Scope) ([]gateway.Hold, error)
	Hold(ctx context.Context, s gateway.Scope, h gateway.Hold, who string) (gateway.Hold, error)
	EndHold(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Hold, error)
	// Once notes that a change is done under an idempotency key: the same key with
	// another request is ErrKeyUsed. since is when it was noted before; zero: it was
	// not.
	Once(ctx context.Context, s gateway.Scope, key, request string) (since time.Time, err error)
}

// Alert is something that a person should see to.
type Alert struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind" doc:"late-ta1, late-999, late-277ca, late-835, partner-silent, partner-stopped, partner-unreachable, queue-growing, job-parked, file-aside, delivery-unsure, key-ageing, disk-full, clock-jumped, partner-full, delivery-stuck, interchange-rejected, partner-back-in-test"`
	Subject  string     `json:"subject" doc:"What it is about: interchange:17, file:4, partner:acme, job:9"`
	Partner  string     `json:"partner,omitempty"`
	Message  string     `json:"message"`
	Advice   string     `json:"advice" doc:"What to do"`
	RaisedAt time.Time  `json:"raised_at"`
	ClosedAt *time.Time `json:"closed_at,omitempty" doc:"Missing while it is open"`
}

func shapeAlert(a gateway.Alert) Alert {
	out := Alert{a.ID, a.Kind, a.Subject, a.Partner, a.Message, a.Advice, a.RaisedAt.UTC(), nil}
	if !a.ClosedAt.IsZero() {
		out.ClosedAt = ptr(a.ClosedAt.UTC())
	}
	return out
}

// Job is a piece of work.
type Job struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	About    string    `json:"about" doc:"What it is for: the number of a file or an interchange, a partner"`
	State    string    `json:"state" doc:"ready, running or parked"`
	DueAt    time.Time `json:"due_at"`
	Begun    int       `json:"begun" doc:"How often it was begun"`
	Failures int       `json:"failures"`
	Note     string    `json:"note,omitempty" doc:"Why it failed, or is parked"`
}

func shapeJob(j gateway.Job) Job {
	return Job{j.ID, j.Kind, j.Args, j.State, j.At.UTC(), j.Attempts, j.Failures, j.Note}
}

// Certification is where a partner stands on its way from test to live.
type Certification struct {
	Partner string     `json:"partner"`
	Stage   string     `json:"stage" enum:"test,parallel,live"`
	Since   *time.Time `json:"since,omitempty"`
	Note    string     `json:"note,omitempty" doc:"Why it is there"`
	Checked int64      `json:"checked" doc:"Claims since then"`
	Errors  float64    `json:"errors_percent" doc:"Of its last claims"`
}

func shapeCertified(c gateway.Certified) Certification {
	out := Certification{c.Partner, c.Stage, nil, c.Note, c.Checked, c.Errors()}
	if !c.Since.IsZero() {
		out.Since = ptr(c.Since.UTC())
	}
	return out
}

// Link is how the connection to a partner is.
type Link struct {
	Partner   string     `json:"partner"`
	State     string     `json:"state" enum:"well,failing,stopped"`
	Failures  int        `json:"failures"`
	Reason    string     `json:"reason,omitempty"`
	Since     *time.Time `json:"since,omitempty"`
	NextTry   *time.Time `json:"next_try,omitempty"`
	LastHeard *time.Time `json:"last_heard,omitempty" doc:"When it last sent a file"`
}

func shapeLink(l gateway.Link) Link {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return ptr(t.UTC())
	}
	out := Link{l.Partner, "well", l.Failures, l.Reason, at(l.Since), at(l.NextTry), at(l.HeardAt)}
	switch {
	case l.Stopped:
		out.State = "stopped"
	case l.Failures > 0:
		out.State = "failing"
	}
	return out
}

// Hold keeps files from being deleted by retention.
type Hold struct {
	ID           int64      `json:"id"`
	Transmission int64      `json:"transmission,omitempty" doc:"The file that is kept; missing: everything of the organisation"`
	Reason       string     `json:"reason" doc:"Why, such as a case number; no patient's data"`
	By           string     `json:"by"`
	At           time.Time  `json:"at"`
	EndedAt      *time.Time `json:"ended_at,omitempty"`
}

func shapeHold(h gateway.Hold) Hold {
	out := Hold{h.ID, h.Transmission, h.Reason, h.By, h.At.UTC(), nil}
	if !h.EndedAt.IsZero() {
		out.EndedAt = ptr(h.EndedAt.UTC())
	}
	return out
}

func (s *server) operate() {
	o := s.cfg.Operator
	if o == nil {
		return
	}
	get(s, "/v1/alerts", "list-alerts", "What a person should see to, the newest first", "operation",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			All bool `query:"all" doc:"Also those that are closed"`
		}) (*listed[Alert], error) {
			list, err := o.Alerts(ctx, scope, callerOf(ctx).May(access.AllTenants), in.All, in.Paging.page())
			return paged(shapeAll(list, shapeAlert), func(a Alert) int64 { return a.ID }, in.Paging.page()), err
		})
	get(s, "/v1/jobs", "list-jobs", "Work that waits, runs or was parked for a person", "operation",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			State string `query:"state" enum:"ready,running,parked" default:"parked"`
		}) (*listed[Job], error) {
			list, err := o.Jobs(ctx, scope, callerOf(ctx).May(access.AllTenants), in.State, in.Paging.page())
			return paged(shapeAll(list, shapeJob), func(j Job) int64 { return j.ID }, in.Paging.page()), err
		})
	change(s, "/v1/jobs/{id}/retry", "retry-job", "Let a parked job run again", "operation",
		func(ctx context.Context, c caller, in *ByID) (*only[Job], error) {
			j, err := o.RetryJob(ctx, c.Scope, c.May(access.AllTenants), in.ID, c.Actor)
			j.State = "ready"
			return &only[Job]{shapeJob(j)}, err
		}, func(_ context.Context, _ caller, in *ByID) (*only[Job], error) {
			return &only[Job]{Job{ID: in.ID, State: "ready"}}, nil
		})
	type act = func(ctx context.Context, s gateway.Scope, id int64, who string) (gateway.Transmission, error)
	file := func(f act) func(ctx context.Context, c caller, in *ByID) (*only[Transmission], error) {
		return func(ctx context.Context, c caller, in *ByID) (*only[Transmission], error) {
			m, err := f(ctx, c.Scope, in.ID, c.Actor)
			return &only[Transmission]{shapeTransmission(m)}, err
		}
	}
	stands := file(func(ctx context.Context, scope gateway.Scope, id int64, _ string) (gateway.Transmission, error) {
		return s.cfg.Books.Transmission(ctx, scope, id)
	})
	change(s, "/v1/transmissions/{id}/release", "release-transmission", "Let a file in that was put aside", "transmissions", file(o.Release), stands)
	change(s, "/v1/transmissions/{id}/dismiss", "dismiss-transmission", "Leave a file out for good that was put aside", "transmissions", file(o.Dismiss), stands)
	type decide struct {
		ByID
		Body struct {
			Decision string `json:"decision" enum:"sent,resend" doc:"sent: the partner has it; resend: it does not, and gets the same bytes under the same numbers"`
		}
	}
	change(s, "/v1/interchanges/{id}/decide", "decide-interchange", "Say whether a partner has an interchange that nobody knows of", "transmissions",
		func(ctx context.Context, c caller, in *decide) (*only[Interchange], error) {
			i, err := o.Decide(ctx, c.Scope, in.ID, in.Body.Decision, c.Actor)
			return &only[Interchange]{shapeInterchange(i)}, err
		}, func(ctx context.Context, c caller, in *decide) (*only[Interchange], error) {
			i, err := s.cfg.Books.Interchange(ctx, c.Scope, in.ID)
			return &only[Interchange]{shapeInterchange(i)}, err
		})
	get(s, "/v1/links", "list-links", "How the connections to partners are", "operation",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]Link], error) {
			list, err := o.Links(ctx, scope)
			return &only[[]Link]{shapeAll(list, shapeLink)}, err
		})
	change(s, "/v1/partners/{partner}/resume", "resume-partner", "Let a partner's connection be tried again", "operation",
		func(ctx context.Context, c caller, in *struct {
			Partner string `path:"partner" maxLength:"40"`
		}) (*only[Link], error) {
			l, err := o.Resume(ctx, c.Scope, in.Partner, c.Actor)
			return &only[Link]{shapeLink(l)}, err
		}, nil)
	get(s, "/v1/certifications", "list-certifications", "Where partners stand on their way from test to live", "operation",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]Certification], error) {
			list, err := o.Certified(ctx, scope)
			return &only[[]Certification]{shapeAll(list, shapeCertified)}, err
		})
	change(s, "/v1/partners/{partner}/stage", "set-stage", "Move a partner to a stage of its certification", "operation",
		func(ctx context.Context, c caller, in *struct {
			Partner string `path:"partner" maxLength:"40"`
			Body    struct {
				Stage  string `json:"stage" enum:"test,parallel,live"`
				Reason string `json:"reason" minLength:"1" maxLength:"200"`
			}
		}) (*only[Certification], error) {
			v, err := o.SetStage(ctx, c.Scope, in.Partner, in.Body.Stage, in.Body.Reason, c.Actor)
			return &only[Certification]{shapeCertified(v)}, err
		}, nil)
	get(s, "/v1/holds", "list-holds", "Legal holds: what retention must not delete", "operation",
		func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]Hold], error) {
			list, err := o.Holds(ctx, scope)
			return &only[[]Hold]{shapeAll(list, shapeHold)}, err
		})
	change(s, "/v1/holds", "add-hold", "Keep a file, or everything of the organisation, from being deleted", "operation",
		func(ctx context.Context, c caller, in *struct {
			Body struct {
				Transmission int64  `json:"transmission,omitempty" minimum:"0"`
				Reason       string `json:"reason" minLength:"1" maxLength:"200"`
			}
		}) (*only[Hold], error) {
			if !c.since.IsZero() {
				list, err := o.Holds(ctx, c.Scope)
				for _, h := range list {
					if c.doneAt(h.At) && h.Transmission == in.Body.Transmission && h.Reason == in.Body.Reason {
						return &only[Hold]{shapeHold(h)}, err
					}
				}
			}
			h, err := o.Hold(ctx, c.Scope, gateway.Hold{Transmission: in.Body.Transmission, Reason: in.Body.Reason}, c.Actor)
			return &only[Hold]{shapeHold(h)}, err
		}, nil)
	change(s, "/v1/holds/{id}/end", "end-hold", "End a legal hold", "operation",
		func(ctx context.Context, c caller, in *ByID) (*only[Hold], error) {
			h, err := o.EndHold(ctx, c.Scope, in.ID, c.Actor)
			return &only[Hold]{shapeHold(h)}, err
		}, func(ctx context.Context, c caller, in *ByID) (*only[Hold], error) {
			list, err := o.Holds(ctx, c.Scope)
			for _, h := range list {
				if h.ID == in.ID {
					return &only[Hold]{shapeHold(h)}, err
				}
			}
			return nil, errors.Join(err, ErrNotFound)
		})
}
