package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"claimwire/gateway"
)

// states that claims can be picked by, in the order of a claim's life.
var states = []gateway.State{gateway.Received, gateway.Held, gateway.Queued, gateway.Sent, gateway.Accepted, gateway.Rejected, gateway.Requested, gateway.Paid,
	gateway.Denied, gateway.Reversed}

const claimsOnPage = 50

// claimsAsked reads which claims are asked for: by state, payer and days of service,
// as a report leads to them.
func claimsAsked(r *request) gateway.ClaimQuery {
	q := gateway.ClaimQuery{Page: gateway.Page{Limit: claimsOnPage}, State: gateway.State(r.FormValue("state")), Partner: r.FormValue("partner"), Payer: short(r.FormValue("payer"), 80)}
	q.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64)
	// What was corrected waits for nobody; a report counts it.
	q.Waiting = r.FormValue("all") == "" && (q.State == gateway.Held || q.State == gateway.Rejected)
	for _, d := range []struct {
		field string
		to    *string
	}{{"from", &q.ServedFrom}, {"to", &q.ServedTo}} {
		if t, err := time.Parse("2006-01-02", r.FormValue(d.field)); err == nil {
			*d.to = t.Format("20060102")
		}
	}
	return q
}

// maxPicked is how many payers are offered to pick from.
const maxPicked = 200

// payersToPick are the payers that claims can be picked by: none for a payer, and
// none where there are too many for a list.
func (s *server) payersToPick(r *request) []gateway.Payer {
	list := s.Reports.Payers()
	if r.view().Partner != "" || len(list) > maxPicked {
		return nil
	}
	return list
}

func showClaims(s *server, r *request) error {
	q := claimsAsked(r)
	list, err := s.claims(r, q)
	if err == nil && len(list) == 0 && q.Payer != "" {
		// A payer that the directory does not know goes by its name.
		byName := q
		byName.Payer, byName.PayerName = "", q.Payer
		list, err = s.claims(r, byName)
	}
	if err != nil {
		return err
	}
	next := ""
	if len(list) == claimsOnPage {
		v := url.Values{}
		for key, value := range map[string]string{"state": string(q.State), "partner": q.Partner, "payer": q.Payer, "from": r.FormValue("from"), "to": r.FormValue("to"), "all": r.FormValue("all"), "after": strconv.FormatInt(list[len(list)-1].ID, 10)} {
			if value != "" {
				v.Set(key, value)
			}
		}
		next = "/claims?" + v.Encode()
	}
	return s.show(r, http.StatusOK, "claims", "Claims", map[string]any{"Claims": list, "States": states, "State": q.State, "Partner": q.Partner, "Payer": q.Payer, "Payers": s.payersToPick(r), "From": isoDate(q.ServedFrom), "To": isoDate(q.ServedTo), "All": r.FormValue("all"), "Next": next})
}
