package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// The worklists of claims: what is held, rejected, or silent; why, what to do, by
// when, and who does it.

// worklist is one of them.
type worklist struct {
	Name, Title, Empty string
	needs              access.Permission
	state              gateway.State // empty: silent
}

var worklists = map[string]worklist{
	"held": {"held", "Held", "Nothing is held. A claim stops here before it is sent when our checks find what would get it rejected; each says at which field.", access.SeeClaims, gateway.Held},
	"rejected": {"rejected", "Rejected", "Nothing is rejected. A claim shows up here when a payer did not take it in (999 or 277CA): it was never decided, and is sent as new once it is right.",
		access.SeeClaims, gateway.Rejected},
	"coding": {"coding", "Coding denials", "No denial waits for a coder. One shows up here when a payer did not pay for how something was coded: the diagnosis does not explain the procedure, a modifier is missing, the record does not show the need.",
		access.CorrectClaims, gateway.Denied},
	"silent": {"silent", "Silent", "Every payer has answered in time. A claim shows up here when it was sent and not acknowledged, or accepted and not decided, within the time of its payer's profile: 3 and 30 days where that says none.", access.WorkDenials, ""},
}

// job is a claim of a worklist.
type job struct {
	gateway.Claim
	Why    []saidOf  // what our checks said
	Said   []meaning // what the payer said
	Next   string    // what to do
	Path   string    // where it is done
	Task   gateway.Task
	By     Deadline // the day somebody set, else the last day for filing
	Silent int      // days since anything was heard
}

func (s *server) worklist(r *request) (worklist, error) {
	w, ok := worklists[r.PathValue("list")]
	if !ok {
		return w, errNotFound
	}
	if !r.who.May(w.needs) {
		return w, errForbidden
	}
	return w, nil
}

func showWork(s *server, r *request) error {
	w, err := s.worklist(r)
	if err != nil {
		return err
	}
	ctx, scope := r.Context(), r.who.Scope
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	owner := r.FormValue("owner")
	about := r.FormValue("about")
	if w.Name == "coding" {
		jobs, next, err := s.codingJobs(r, w, after, owner == "me")
		if err != nil {
			return err
		}
		return s.show(r, http.StatusOK, "work", w.Title, map[string]any{"List": w, "Jobs": jobs, "Next": next, "Owner": owner, "Staff": s.staff(r)})
	}
	var list []gateway.Claim
	next := ""
	switch {
	case w.Name == "held" && about == "codes":
		more := int64(0)
		if list, more, err = s.heldForCode(r, after); err != nil {
			return err
		}
		if more != 0 {
			next = "/worklists/held?" + url.Values{"about": {about}, "after": {strconv.FormatInt(more, 10)}}.Encode()
		}
	case owner == "me":
		tasks, err := s.Worklists.TasksOf(ctx, scope, r.user.Login, maxListed)
		if err != nil {
			return err
		}
		claims, err := s.claimsByID(r, objectsOf(tasks))
		if err != nil {
			return err
		}
		for _, k := range tasks {
			if c, ok := claims[k.Object]; ok && (c.State == w.state || w.state == "" && (c.State == gateway.Sent || c.State == gateway.Accepted)) {
				list = append(list, c)
			}
		}
	case w.state == "":
		if list, err = s.Worklists.Silent(ctx, scope, maxListed); err != nil {
			return err
		}
		for i := range list {
			list[i] = access.Seen(r.who, list[i])
		}
	default:
		if list, err = s.claims(r, gateway.ClaimQuery{Page: gateway.Page{After: after, Limit: claimsOnPage}, State: w.state, Waiting: true}); err != nil {
			return err
		}
		if len(list) == claimsOnPage {
			next = "/worklists/" + w.Name + "?" + url.Values{"after": {strconv.FormatInt(list[len(list)-1].ID, 10)}}.Encode()
		}
	}
	jobs, err := s.jobs(r, w, list)
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "work", w.Title, map[string]any{"List": w, "Jobs": jobs, "Next": next, "Owner": owner, "About": about, "Staff": s.staff(r)})
}

// jobs says of claims why they wait, what to do, by when, and who does it.
func (s *server) jobs(r *request, w worklist, list []gateway.Claim) ([]job, error) {
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	tasks, err := s.Worklists.Tasks(r.Context(), r.who.Scope, gateway.TaskClaim, ids)
	if err != nil {
		return nil, err
	}
	var said map[int64]string
	if w.state == gateway.Rejected {
		if said, err = s.Worklists.Rejections(r.Context(), r.who.Scope, ids); err != nil {
			return nil, err
		}
	}
	jobs := make([]job, len(list))
	for i, c := range list {
		j := job{Claim: c, Task: tasks[c.ID], By: s.Worklists.FileBy(&c)}
		if d := j.Task.Due; d != "" {
			j.By = Deadline{What: "set by hand", By: d, Left: daysUntil(d, s.Now())}
		}
		own := "/claims/" + strconv.FormatInt(c.ID, 10)
		switch w.state {
		case gateway.Held:
			j.Why, j.Next, j.Path = findingsOf(c.Findings), "Correct it", own+"/correct"
		case gateway.Denied:
			j.Next, j.Path = correctLabel(c.State), own+"/correct"
		case gateway.Rejected:
			j.Said, j.Next, j.Path = explained(said[c.ID]), "Correct and resend", own+"/correct"
		default:
			j.Silent, j.Next, j.Path = int(s.Now().Sub(c.At).Hours()/24), "Ask the payer", own
		}
		if j.Path != own && !r.who.May(access.CorrectClaims) {
			j.Next, j.Path = "Open it", own
		}
		jobs[i] = j
	}
	return jobs, nil
}

// doWork gives claims to somebody, or asks payers where they are.
func doWork(s *server, r *request) error {
	w, err := s.worklist(r)
	if err != nil {
		return err
	}
	ids, err := chosen(r)
	if err != nil {
		return err
	}
	ask := r.PostFormValue("do") == "ask"
	due := strings.ReplaceAll(r.PostFormValue("due"), "-", "")
	if _, err := time.Parse("20060102", due); due != "" && err != nil {
		return badRequest("The day is not one: 2026-12-01.")
	}
	for _, id := range ids {
		if _, err := s.claim(r, id); err != nil {
			return err
		}
	}
	done, refused := 0, ""
	for _, id := range ids {
		if ask {
			err = s.Casework.Inquire(r.Context(), r.who.Scope, id, r.who.Actor)
			if no, ok := err.(Refused); ok {
				refused, err = no.Reason, nil
				continue
			}
		} else {
			err = s.take(r, id, due)
		}
		if err != nil {
			return err
		}
		s.audit(r, map[bool]string{true: "claim.inquire", false: "claim.task"}[ask], "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
		done++
	}
	what := fmt.Sprintf("%d %s: noted.", done, plural(done, "claim", "claims"))
	if ask {
		what = fmt.Sprintf("The payer is asked about %d %s.", done, plural(done, "claim", "claims"))
	}
	if refused != "" {
		what += " Of others it cannot be asked: " + refused + "."
	}
	s.flash(r, what)
	return s.redirect(r, "/worklists/"+w.Name)
}

// take notes who works on a claim, by when, and what they note.
func (s *server) take(r *request, id int64, due string) error {
	was, err := s.Worklists.Tasks(r.Context(), r.who.Scope, gateway.TaskClaim, []int64{id})
	if err != nil {
		return err
	}
	k := was[id]
	k.Scope, k.Kind, k.Object, k.By, k.At = r.who.Scope, gateway.TaskClaim, id, r.who.Actor, s.Now()
	k.Owner = short(r.PostFormValue("owner"), 80)
	if due != "" {
		k.Due = due
	}
	if note := short(r.PostFormValue("note"), 500); note != "" {
		k.Note = note
	}
	return s.Worklists.SetTask(r.Context(), k)
}

// takeClaim does so from the page of the claim.
func takeClaim(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.claim(r, id); err != nil {
		return err
	}
	due := strings.ReplaceAll(r.PostFormValue("due"), "-", "")
	if _, err := time.Parse("20060102", due); due != "" && err != nil {
		return badRequest("The day is not one: 2026-12-01.")
	}
	if err := s.take(r, id, due); err != nil {
		return err
	}
	s.audit(r, "claim.task", "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	s.flash(r, "Noted.")
	return s.redirect(r, "/claims/"+strconv.FormatInt(id, 10))
}
