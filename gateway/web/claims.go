package web

import (
	"net/http"
	"net/url"
	"strconv"

	"claimwire/gateway"
)

// states that claims can be picked by, in the order of a claim's life.
var states = []gateway.State{gateway.Received, gateway.Held, gateway.Queued, gateway.Sent, gateway.Accepted, gateway.Rejected, gateway.Requested, gateway.Paid,
	gateway.Denied, gateway.Reversed}

const claimsOnPage = 50

func showClaims(s *server, r *request) error {
	q := gateway.ClaimQuery{Page: gateway.Page{Limit: claimsOnPage}, State: gateway.State(r.FormValue("state")), Partner: r.FormValue("partner"), Payer: short(r.FormValue("payer"), 80)}
	q.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64)
	q.Waiting = q.State == gateway.Held || q.State == gateway.Rejected // what was corrected waits for nobody
	list, err := s.claims(r, q)
	if err != nil {
		return err
	}
	next := ""
	if len(list) == claimsOnPage {
		v := url.Values{}
		for key, value := range map[string]string{"state": string(q.State), "partner": q.Partner, "payer": q.Payer, "after": strconv.FormatInt(list[len(list)-1].ID, 10)} {
			if value != "" {
				v.Set(key, value)
			}
		}
		next = "/claims?" + v.Encode()
	}
	return s.show(r, http.StatusOK, "claims", "Claims", map[string]any{"Claims": list, "States": states, "State": q.State, "Partner": q.Partner, "Payer": q.Payer, "Next": next})
}
