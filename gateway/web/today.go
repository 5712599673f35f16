package web

import (
	"net/http"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// maxCounted is how far a worklist is counted: beyond, there is enough to do.
const maxCounted = 1000

// worklist is a pile of things that wait for somebody.
type worklist struct {
	Title string
	Path  string
	Next  string // what to do with one
	Tone  string
	Count int
	More  bool // there are more than were counted
	needs access.Permission
	query gateway.ClaimQuery
}

// worklists are the piles, the most urgent first.
var worklists = []worklist{
	{Title: "Held", Path: "/claims?state=held", Tone: "bad", needs: access.SeeClaims, query: gateway.ClaimQuery{State: gateway.Held, Waiting: true},
		Next: "Our checks found something. Correct it and send it on."},
	{Title: "Rejected", Path: "/claims?state=rejected", Tone: "bad", needs: access.SeeClaims, query: gateway.ClaimQuery{State: gateway.Rejected, Waiting: true},
		Next: "The payer did not take it in. Correct it and send it as new."},
	{Title: "Information asked for", Path: "/requests", Tone: "ask", needs: access.AnswerRequests, query: gateway.ClaimQuery{State: gateway.Requested},
		Next: "The payer waits for documents. Answer before the day it names."},
	{Title: "Denied", Path: "/denials", Tone: "bad", needs: access.WorkDenials, query: gateway.ClaimQuery{State: gateway.Denied},
		Next: "Not paid. See why, and correct, appeal or bill the patient."},
}

// piles counts the worklists of who looks.
func (s *server) piles(r *request) ([]worklist, error) {
	var piles []worklist
	for _, w := range worklists {
		if !r.who.May(w.needs) {
			continue
		}
		n, err := s.countClaims(r, w.query, maxCounted+1)
		if err != nil {
			return nil, err
		}
		if w.Count = n; n > maxCounted {
			w.Count, w.More = maxCounted, true
		}
		piles = append(piles, w)
	}
	return piles, nil
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
	return s.show(r, http.StatusOK, "today", "Today", map[string]any{"Piles": piles, "Steps": steps})
}
