package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// What waits for a coder: claims that are held for a code, and denials for how
// something was coded. Nothing here says money.

// coded are the fields that say what was done and why, by the words of a finding's
// place.
var coded = []string{"diagnos", "procedure", "modifier", "revenue code", "drg", "reasons for visit", "units", "teeth", "surface", "ndc", "drug"}

// forCoder says whether a finding is one that a coder decides: a code set says it
// (SNIP type 5), or it is at a code.
func forCoder(f saidOf) bool {
	if f.Repair != nil {
		return false
	}
	if strings.HasPrefix(f.Code, "E5") {
		return true
	}
	last := f.Where[strings.LastIndex(f.Where, ", ")+1:] // what the place ends in
	return slices.ContainsFunc(coded, func(w string) bool { return strings.Contains(last, w) })
}

// heldForCode lists the claims that are held for a code, the newest first. Some
// pages are looked through at a time; next is where the list goes on, 0: nowhere.
func (s *server) heldForCode(r *request, after int64) (list []gateway.Claim, next int64, err error) {
	for range maxLooked {
		part, err := s.claims(r, gateway.ClaimQuery{Page: gateway.Page{After: after, Limit: maxListed}, State: gateway.Held, Waiting: true})
		if err != nil {
			return nil, 0, err
		}
		for _, c := range part {
			if slices.ContainsFunc(findingsOf(c.Findings), forCoder) {
				list = append(list, c)
			}
		}
		if len(part) < maxListed {
			return list, 0, nil
		}
		if after = part[len(part)-1].ID; len(list) >= claimsOnPage {
			break
		}
	}
	return list, after, nil
}

// codingDenials lists what is denied for how it was coded and waits, the oldest
// first; what is denied of a claim stands together.
func (s *server) codingDenials(r *request, after int64) (list [][]Denied, next int64, err error) {
	at := map[int64]int{}
	for range maxLooked {
		part, more, err := s.Casework.Denials(r.Context(), r.who.Scope, string(gateway.DenialOpen), gateway.Page{After: after, Limit: maxListed})
		if err != nil {
			return nil, 0, err
		}
		for _, d := range part {
			if d.Who != "coder" || d.Claim.ID == 0 {
				continue
			}
			i, there := at[d.Claim.ID]
			if !there {
				i = len(list)
				at[d.Claim.ID], list = i, append(list, nil)
			}
			list[i] = append(list[i], d)
		}
		if next = more; more == 0 || len(list) >= claimsOnPage {
			break
		}
		after = more
	}
	return list, next, nil
}

// codingJobs are the rows of the worklist of coding denials.
func (s *server) codingJobs(r *request, w worklist, after int64, mine bool) (jobs []job, more string, err error) {
	denied, next, err := s.codingDenials(r, after)
	if err != nil {
		return nil, "", err
	}
	list := make([]gateway.Claim, len(denied))
	for i := range denied {
		list[i] = access.Seen(r.who, denied[i][0].Claim)
	}
	if jobs, err = s.jobs(r, w, list); err != nil {
		return nil, "", err
	}
	for i := range jobs {
		j := &jobs[i]
		for _, d := range denied[i] {
			j.Said = append(j.Said, codingReasons(d)...)
			if j.Task.Due == "" && d.First.By != "" {
				j.By = d.First
			}
		}
	}
	if mine {
		jobs = slices.DeleteFunc(jobs, func(j job) bool { return j.Task.Owner != r.user.Login })
	}
	if next != 0 {
		more = "/worklists/" + w.Name + "?" + url.Values{"after": {strconv.FormatInt(next, 10)}}.Encode()
	}
	return jobs, more, nil
}

// codingReasons say why something was denied: its codes in words, and at the first
// what to do.
func codingReasons(d Denied) (list []meaning) {
	for i, k := range d.Reasons {
		m := meaning{Code: k.Code, Words: k.Words}
		if i == 0 {
			m.Next = d.Action
			if d.Line > 0 {
				m.Words = "Line " + strconv.Itoa(d.Line) + " " + d.Procedure + ": " + m.Words
			}
		}
		list = append(list, m)
	}
	return list
}

// codingOf lists what is denied of a claim for how it was coded, for whoever works
// on no denials besides.
func (s *server) codingOf(r *request, claim int64) (list []meaning, err error) {
	denied, err := s.Casework.DeniedOf(r.Context(), r.who.Scope, claim)
	for _, d := range denied {
		if d.Who == "coder" && (d.Work.State == "" || d.Work.State == gateway.DenialOpen) {
			list = append(list, codingReasons(d)...)
		}
	}
	return list, err
}
