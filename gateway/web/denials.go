package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
)

// Denials: why, what to do, who does it and by when; and what was done.

// denialStates are the states that denials are listed by.
var denialStates = []gateway.DenialState{gateway.DenialOpen, gateway.DenialAppealed, gateway.DenialCorrected, gateway.DenialBilled, gateway.DenialWritten, gateway.DenialClosed}

func showDenials(s *server, r *request) error {
	state := r.FormValue("state")
	if state == "" {
		state = string(gateway.DenialOpen)
	}
	if state == "all" {
		state = ""
	}
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	reason := short(r.FormValue("reason"), 20)
	list, next, err := s.denialsFor(r, state, reason, after)
	if err != nil {
		return err
	}
	byDay(list)
	more := ""
	if next != 0 {
		more = "/denials?" + url.Values{"state": {r.FormValue("state")}, "reason": {reason}, "after": {strconv.FormatInt(next, 10)}}.Encode()
	}
	return s.show(r, http.StatusOK, "denials", "Denials", map[string]any{"Denials": list, "Next": more, "State": gateway.DenialState(state), "States": denialStates, "Reason": reason, "Staff": s.staff(r)})
}

// denialsFor lists denials; of those for one reason, some pages are looked through.
func (s *server) denialsFor(r *request, state, reason string, after int64) (list []Denied, next int64, err error) {
	for range maxLooked {
		part, more, err := s.Casework.Denials(r.Context(), r.who.Scope, state, gateway.Page{After: after, Limit: maxListed})
		if err != nil || reason == "" {
			return part, more, err
		}
		for _, d := range part {
			if slices.ContainsFunc(d.Reasons, func(k DeniedReason) bool { return k.Code == reason }) {
				list = append(list, d)
			}
		}
		if next = more; more == 0 || len(list) >= maxListed {
			break
		}
		after = more
	}
	return list, next, nil
}

// maxLooked is how many pages are looked through for a reason at a time.
const maxLooked = 5

func showDenial(s *server, r *request) error { return s.denial(r, http.StatusOK, "") }

func (s *server) denial(r *request, status int, problem string) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	list, err := s.Casework.Denial(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errNotFound
	}
	s.audit(r, "denial.view", "payment:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, status, "denial", "Denial", map[string]any{"Denied": list, "First": list[0], "Account": accountOf(&list[0].Payment), "Problem": problem, "Staff": s.staff(r)})
}

// workDenial notes what is done about denials: of one, or of those that were
// chosen in the list.
func workDenial(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	state, problem := denialAsked(r)
	if problem != "" {
		return s.denial(r, http.StatusUnprocessableEntity, problem)
	}
	if err := s.workOne(r, id, state); err != nil {
		return err
	}
	s.flash(r, "Noted: "+denialSaid(state)+".")
	return s.redirect(r, "/denials/"+strconv.FormatInt(id, 10))
}

func denialSaid(state gateway.DenialState) string {
	if state == "" {
		return "who works on it"
	}
	return denialWords[state]
}

// denialAsked reads what is to be done: a state, or nothing but an owner or note.
func denialAsked(r *request) (state gateway.DenialState, problem string) {
	state = gateway.DenialState(r.PostFormValue("do"))
	if _, known := denialWords[state]; !known {
		state = ""
	}
	note := strings.TrimSpace(r.PostFormValue("note"))
	switch {
	case len(note) > 500:
		return state, "A note has at most 500 characters."
	case note == "" && (state == gateway.DenialWritten || state == gateway.DenialClosed):
		return state, "Say why. It is kept with the denial."
	}
	return state, ""
}

func (s *server) workOne(r *request, payment int64, state gateway.DenialState) error {
	err := s.Casework.WorkDenial(r.Context(), r.who.Scope, payment, r.who.Actor, func(d *gateway.DenialWork) {
		if state != "" {
			d.State = state
		}
		if _, there := r.PostForm["owner"]; there && (state == "" || r.PostFormValue("owner") != "") {
			d.Owner = short(r.PostFormValue("owner"), 80)
		}
		if note := short(r.PostFormValue("note"), 500); note != "" {
			d.Note = note
		}
	})
	if err == nil {
		s.audit(r, "denial.work", "payment:"+strconv.FormatInt(payment, 10), gateway.AuditDone, string(state))
	}
	return err
}

// workDenials does so for all that are chosen.
func workDenials(s *server, r *request) error {
	state, problem := denialAsked(r)
	if problem != "" {
		return badRequest(problem)
	}
	ids, err := chosen(r)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.workOne(r, id, state); err != nil {
			return err
		}
	}
	s.flash(r, fmt.Sprintf("%d %s: %s.", len(ids), plural(len(ids), "denial", "denials"), denialSaid(state)))
	return s.redirect(r, "/denials")
}

// chosen reads which rows of a list are meant.
func chosen(r *request) ([]int64, error) {
	if err := r.ParseForm(); err != nil {
		return nil, badRequest("The form cannot be read.")
	}
	var ids []int64
	for _, t := range r.PostForm["id"] {
		id, err := strconv.ParseInt(t, 10, 64)
		if err != nil || id < 1 {
			return nil, errNotFound
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 || len(ids) > maxListed {
		return nil, badRequest("Choose the rows first: tick the boxes at their left.")
	}
	return ids, nil
}

// paper gives a document for people, as a page or as PDF.
func paper(kind, what string) func(s *server, r *request) error {
	return func(s *server, r *request) error {
		id, err := r.id()
		if err != nil {
			return err
		}
		if what == "claim" {
			if _, err := s.claim(r, id); err != nil {
				return err
			}
		}
		format := r.FormValue("format")
		if format != "pdf" {
			format = "html"
		}
		b, content, err := s.Casework.Paper(r.Context(), r.who.Scope, kind, format, id)
		if err != nil {
			return err
		}
		s.audit(r, "paper."+kind, what+":"+strconv.FormatInt(id, 10), gateway.AuditDone, format)
		r.w.Header().Set("Content-Type", content)
		if format == "pdf" {
			r.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d.pdf"`, kind, id))
		} else {
			// It brings its own style; nothing of it may act.
			r.w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-modals; frame-ancestors 'none'")
		}
		_, err = r.w.Write(b)
		return err
	}
}
