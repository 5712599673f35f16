package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// states that claims can be picked by, in the order of a claim's life.
var states = []gateway.State{gateway.Received, gateway.Held, gateway.Queued, gateway.Sent, gateway.Accepted, gateway.Rejected, gateway.Requested, gateway.Paid,
	gateway.Denied, gateway.Reversed}

const claimsOnPage = 50

func showClaims(s *server, r *request) error {
	q := gateway.ClaimQuery{Page: gateway.Page{Limit: claimsOnPage}, State: gateway.State(r.FormValue("state")), Partner: r.FormValue("partner")}
	q.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64)
	list, err := s.claims(r, q)
	if err != nil {
		return err
	}
	next := ""
	if len(list) == claimsOnPage {
		v := url.Values{}
		for key, value := range map[string]string{"state": string(q.State), "partner": q.Partner, "after": strconv.FormatInt(list[len(list)-1].ID, 10)} {
			if value != "" {
				v.Set(key, value)
			}
		}
		next = "/claims?" + v.Encode()
	}
	return s.show(r, http.StatusOK, "claims", "Claims", map[string]any{"Claims": list, "States": states, "State": q.State, "Partner": q.Partner, "Next": next})
}

// searchClaims finds claims by a number that does not belong into an address.
func searchClaims(s *server, r *request) error {
	number := strings.TrimSpace(r.PostFormValue("number"))
	if number == "" || len(number) > 80 {
		return badRequest("Give the number of a claim: the patient control number, ours (it begins with the file's), or the payer's.")
	}
	seenIDs := map[int64]bool{}
	var found []gateway.Claim
	for _, q := range []gateway.ClaimQuery{{ClaimID: number}, {Trace: number}, {PayerClaimID: number}} {
		if q.ClaimID != "" && !r.who.May(access.SeePeople) {
			continue
		}
		q.Limit = claimsOnPage
		list, err := s.claims(r, q)
		if err != nil {
			return err
		}
		for _, c := range list {
			if !seenIDs[c.ID] {
				seenIDs[c.ID] = true
				found = append(found, c)
			}
		}
	}
	s.audit(r, "claims.search", "", gateway.AuditDone, strconv.Itoa(len(found))+" found")
	if len(found) == 1 {
		return s.redirect(r, "/claims/"+strconv.FormatInt(found[0].ID, 10))
	}
	return s.show(r, http.StatusOK, "claims", "Claims of this number", map[string]any{"Claims": found, "States": states, "Searched": true})
}

// step is an event of a claim's life as its timeline shows it.
type step struct {
	gateway.Event
	State  gateway.State
	Reason string
	Place  gateway.Place
}

func showClaim(s *server, r *request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNotFound
	}
	c, err := s.claim(r, id)
	if err != nil {
		return err
	}
	events, err := s.Desk.EventsOf(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	var steps []step
	for _, e := range events {
		t := step{Event: e, Place: e.Place}
		if len(e.Claims) > 0 {
			t.State, t.Reason = e.Claims[0].State, e.Claims[0].Reason
			if e.Claims[0].Offset != 0 {
				t.Place.Offset, t.Place.Segment = e.Claims[0].Offset, e.Claims[0].Seg
			}
		}
		steps = append(steps, t)
	}
	var payments []gateway.Payment
	if r.who.May(access.SeeMoney) {
		if payments, err = s.Desk.Payments(r.Context(), r.who.Scope, gateway.PaymentQuery{Page: gateway.Page{Limit: 100}, Claim: id}); err != nil {
			return err
		}
	}
	var document map[string]any
	if len(c.Document) > 0 {
		// Numbers stay as they are written. A document that cannot be read is not shown;
		// reconcile tells of it.
		d := json.NewDecoder(bytes.NewReader(c.Document))
		d.UseNumber()
		_ = d.Decode(&document)
	}
	followers, err := s.Corrections.Followers(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	s.audit(r, "claim.view", "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "claim", "Claim "+c.ClaimID, map[string]any{"Claim": c, "Steps": steps, "Payments": payments, "Document": document,
		"Follow": follows(r, &c), "Followers": followers})
}

// following is what may follow a claim.
type following struct{ Do, Label string }

// follows lists what may follow a claim in its state; whether it may in truth is
// decided when it is asked for, with the reason.
func follows(r *request, c *gateway.Claim) []following {
	switch c.State {
	case gateway.Held, gateway.Rejected:
		return []following{{"new", "Check and send again"}}
	case gateway.Paid, gateway.Denied:
		list := []following{{"replace", "Send a replacement"}, {"void", "Take it back (void)"}}
		if r.who.May(access.PostMoney) {
			list = append(list, following{"secondary", "Send to the next payer"})
		}
		return list
	}
	return nil
}
