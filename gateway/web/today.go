package web

import (
	"context"
	"net/http"
	"slices"

	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/access"
)

// maxCounted is how far a worklist is counted: beyond, there is enough to do.
const maxCounted = 1000

// Waiting is how much waits in a worklist.
type Waiting struct {
	Count int
	Money money.Amount // of what was counted
}

// Worklists is what waits for people, and who takes it. Counts end at a limit.
type Worklists interface {
	WaitingClaims(ctx context.Context, s gateway.Scope, q gateway.ClaimQuery, limit int) (Waiting, error)
	WaitingDenials(ctx context.Context, s gateway.Scope, limit int) (Waiting, error)
	WaitingPayments(ctx context.Context, s gateway.Scope, limit int) (Waiting, error)
	WaitingRemittances(ctx context.Context, s gateway.Scope, limit int) (Waiting, error)
	// Silent is what payers say nothing of: sent days ago and not acknowledged, or
	// accepted weeks ago and not decided; the longest first.
	Silent(ctx context.Context, s gateway.Scope, limit int) ([]gateway.Claim, error)
	WaitingSilent(ctx context.Context, s gateway.Scope, limit int) (Waiting, error)

	// Rejections gives what was said of rejected claims, in codes.
	Rejections(ctx context.Context, s gateway.Scope, claims []int64) (map[int64]string, error)
	// FileBy is the last day on which a claim may come to its payer; its zero value:
	// it is not known.
	FileBy(c *gateway.Claim) Deadline

	Tasks(ctx context.Context, s gateway.Scope, kind gateway.TaskKind, objects []int64) (map[int64]gateway.Task, error)
	TasksOf(ctx context.Context, s gateway.Scope, owner string, limit int) ([]gateway.Task, error)
	SetTask(ctx context.Context, k gateway.Task) error
}

// pile is a worklist as the page of today shows it.
type pile struct {
	Title string
	Path  string
	Next  string // what to do with one
	Tone  string
	needs access.Permission
	Waiting
	unless access.Permission // who may this has another pile for it; empty: nobody
	office bool              // a payer has none of it
	More   bool              // there are more than were counted
	What   string
	count  func(s *server, r *request) (Waiting, error)
}

// piles are the worklists, the most urgent first.
var piles = []pile{
	{Title: "Held for a code", Path: "/worklists/held?about=codes", Tone: "bad", needs: access.CorrectClaims, unless: access.WorkDenials, Next: "A diagnosis, a procedure or a modifier is not right. Look it up, and correct it.",
		count: func(s *server, r *request) (Waiting, error) {
			list, _, err := s.heldForCode(r, 0)
			return Waiting{Count: len(list)}, err
		}},
	{Title: "Coding denials", Path: "/worklists/coding", Tone: "bad", needs: access.CorrectClaims, unless: access.WorkDenials, Next: "Denied for how it was coded. Compare it with the record.",
		count: func(s *server, r *request) (Waiting, error) {
			list, _, err := s.codingDenials(r, 0)
			return Waiting{Count: len(list)}, err
		}},
	{Title: "Held", Path: "/worklists/held", Tone: "bad", needs: access.SeeClaims, office: true, What: "open", Next: "Our checks found something. Correct it and send it on.",
		count: func(s *server, r *request) (Waiting, error) { return s.waitingClaims(r, gateway.Held) }},
	{Title: "Rejected", Path: "/worklists/rejected", Tone: "bad", needs: access.SeeClaims, What: "open", Next: "The payer did not take it in. Correct it and send it as new.",
		count: func(s *server, r *request) (Waiting, error) { return s.waitingClaims(r, gateway.Rejected) }},
	{Title: "Information asked for", Path: "/requests", Tone: "ask", needs: access.AnswerRequests, Next: "The payer waits for documents. Answer before the day it names.",
		count: func(s *server, r *request) (Waiting, error) {
			list, err := s.Casework.RequestsDue(r.Context(), r.who.Scope, "", maxListed)
			return Waiting{Count: len(list)}, err
		}},
	{Title: "Denied", Path: "/denials", Tone: "bad", needs: access.WorkDenials, What: "denied", Next: "Not paid. See why, and correct, appeal or bill the patient.",
		count: func(s *server, r *request) (Waiting, error) {
			return s.Worklists.WaitingDenials(r.Context(), r.who.Scope, maxCounted+1)
		}},
	{Title: "Payments without a claim", Path: "/unmatched", Tone: "ask", needs: access.PostMoney, What: "paid", Next: "Find the claim that it is for.",
		count: func(s *server, r *request) (Waiting, error) {
			return s.Worklists.WaitingPayments(r.Context(), r.who.Scope, maxCounted+1)
		}},
	{Title: "Advices that do not balance", Path: "/remittances/held", Tone: "bad", needs: access.PostMoney, What: "not posted", Next: "Ask the payer for a corrected one, or decide and say why.",
		count: func(s *server, r *request) (Waiting, error) {
			return s.Worklists.WaitingRemittances(r.Context(), r.who.Scope, maxCounted+1)
		}},
	{Title: "Silent", Path: "/worklists/silent", Tone: "ask", needs: access.WorkDenials, What: "open", Next: "Sent, and nothing was heard in time. Ask the payer where it is.",
		count: func(s *server, r *request) (Waiting, error) {
			return s.Worklists.WaitingSilent(r.Context(), r.who.Scope, maxCounted+1)
		}},
}

func (s *server) waitingClaims(r *request, state gateway.State) (Waiting, error) {
	return s.Worklists.WaitingClaims(r.Context(), r.who.Scope, gateway.ClaimQuery{State: state, Waiting: true, Partner: r.view().Partner, Sent: r.view().Partner != ""}, maxCounted+1)
}

// piles counts the worklists of who looks.
func (s *server) piles(r *request) ([]pile, error) {
	var list []pile
	for _, p := range piles {
		if !r.who.May(p.needs) || p.unless != "" && r.who.May(p.unless) || p.office && r.view().Partner != "" {
			continue
		}
		var err error
		if p.Waiting, err = p.count(s, r); err != nil {
			return nil, err
		}
		if p.More = p.Count > maxCounted; p.More {
			p.Count = maxCounted
		}
		if p.What == "" || !r.who.May(access.SeeMoney) {
			p.What, p.Money = "", 0
		}
		list = append(list, p)
	}
	return list, nil
}

// taken is something that who looks has taken.
type taking struct {
	gateway.Task
	Claim gateway.Claim
	Left  int
}

// takings lists the claims that who looks has taken and that wait still.
func (s *server) takings(r *request) ([]taking, error) {
	if !r.who.May(access.SeeClaims) {
		return nil, nil
	}
	tasks, err := s.Worklists.TasksOf(r.Context(), r.who.Scope, r.user.Login, 20)
	if err != nil {
		return nil, err
	}
	claims, err := s.claimsByID(r, objectsOf(tasks))
	if err != nil {
		return nil, err
	}
	var list []taking
	for _, k := range tasks {
		c, ok := claims[k.Object]
		if !ok || !slices.Contains([]gateway.State{gateway.Held, gateway.Rejected, gateway.Denied, gateway.Sent, gateway.Accepted}, c.State) {
			continue
		}
		after, err := s.family(r, c.ID)
		if err != nil {
			return nil, err
		}
		if !followed(c.ID, after) {
			list = append(list, taking{k, c, daysUntil(k.Due, s.Now())})
		}
	}
	return list, nil
}

func objectsOf(tasks []gateway.Task) []int64 {
	ids := make([]int64, len(tasks))
	for i := range tasks {
		ids[i] = tasks[i].Object
	}
	return ids
}

func showToday(s *server, r *request) error {
	piles, err := s.piles(r)
	if err != nil {
		return err
	}
	steps, err := s.firstSteps(r)
	if err != nil {
		return err
	}
	mine, err := s.takings(r)
	if err != nil {
		return err
	}
	data := map[string]any{"Piles": piles, "Steps": steps, "Mine": mine, "Tour": steps == nil && r.who.Scope.Usage == "test" && r.who.May(access.WorkDenials)}
	if r.who.May(access.AnswerRequests) {
		due, err := s.Casework.RequestsDue(r.Context(), r.who.Scope, "", 5)
		if err != nil {
			return err
		}
		if data["Due"], err = s.askedOfClaims(r, due); err != nil {
			return err
		}
	}
	if r.who.May(access.SeeAlerts) {
		alerts, err := s.Operator.Alerts(r.Context(), r.who.Scope, r.who.May(access.AllTenants), false, gateway.Page{Limit: 5})
		if err != nil {
			return err
		}
		data["Alerts"] = alerts
	}
	return s.show(r, http.StatusOK, "today", "Today", data)
}
