package web

import (
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
	q.Waiting = q.State == gateway.Held || q.State == gateway.Rejected // what was corrected waits for nobody
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
