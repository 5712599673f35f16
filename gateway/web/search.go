package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// One box finds everything by what is typed into it. It is posted: a number of a
// patient or a claim belongs into no address.

// Finder finds what has a number of its own.
type Finder interface {
	// RemittancesOf lists remittance advices of a trace; FilesOf interchanges of ours
	// of a control number.
	RemittancesOf(ctx context.Context, s gateway.Scope, trace string) ([]gateway.Remittance, error)
	InterchangesOf(ctx context.Context, s gateway.Scope, control string) ([]gateway.Interchange, error)
}

// hit is something that was found.
type hit struct{ Path, Kind, Title, About string }

// maxHits bounds what one kind gives.
const maxHits = 50

func search(s *server, r *request) error {
	q := strings.TrimSpace(r.PostFormValue("number"))
	if q == "" || len(q) > 80 {
		return badRequest("Type a number: of a claim (yours, ours, the payer's), a check or trace, a control number, a file; or a code, a partner, a page.")
	}
	claims, err := s.claimsOf(r, q)
	if err != nil {
		return err
	}
	hits, err := s.others(r, q)
	if err != nil {
		return err
	}
	meant := explanation(q)
	s.audit(r, "search", "", gateway.AuditDone, fmt.Sprintf("%d found", len(claims)+len(hits)))
	switch {
	case len(claims) == 1 && len(hits) == 0:
		return s.redirect(r, "/claims/"+strconv.FormatInt(claims[0].ID, 10))
	case len(claims) == 0 && len(hits) == 1 && len(meant) == 0:
		return s.redirect(r, hits[0].Path)
	}
	day, _ := s.dayAsked(r, "on")
	var codes []standing
	if len(claims) == 0 {
		codes = s.lookUp(plainOf(q), day)
	}
	return s.show(r, http.StatusOK, "search", "Found", map[string]any{"Query": q, "Claims": claims, "Hits": hits, "Explained": meant, "Codes": codes})
}

// claimsOf finds claims by any of their numbers.
func (s *server) claimsOf(r *request, q string) (found []gateway.Claim, err error) {
	if !r.who.May(access.SeeClaims) {
		return nil, nil
	}
	seen := map[int64]bool{}
	for _, k := range []gateway.ClaimQuery{{ClaimID: q}, {Trace: strings.ToUpper(q)}, {PayerClaimID: q}} {
		if k.ClaimID != "" && !r.who.May(access.SeePeople) {
			continue
		}
		k.Limit = maxHits
		list, err := s.claims(r, k)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if !seen[c.ID] {
				seen[c.ID] = true
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// others finds what is no claim.
func (s *server) others(r *request, q string) (hits []hit, err error) {
	partner := r.view().Partner
	if r.who.May(access.SeeMoney) {
		list, err := s.Finder.RemittancesOf(r.Context(), r.who.Scope, q)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			if partner == "" || m.Partner == partner {
				hits = append(hits, hit{"/remittances/" + strconv.FormatInt(m.ID, 10), "Remittance advice", m.Trace, m.PayerName + " " + isoDate(m.Date) + " " + dollars(m.Amount)})
			}
		}
	}
	if r.who.May(access.SeeFiles) {
		list, err := s.Finder.InterchangesOf(r.Context(), r.who.Scope, q)
		if err != nil {
			return nil, err
		}
		for _, i := range list {
			if partner == "" || i.Partner == partner {
				hits = append(hits, hit{"/interchanges/" + strconv.FormatInt(i.ID, 10), "Interchange", i.Control, "to " + i.Partner})
			}
		}
		if number, ok := strings.CutPrefix(strings.ToLower(q), "file "); ok {
			if id, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64); err == nil {
				m, err := s.Desk.File(r.Context(), r.who.Scope, id)
				if err == nil && (partner == "" || m.Partner == partner) {
					hits = append(hits, hit{"/files/" + strconv.FormatInt(id, 10), "File", number, m.Kind})
				} else if err != nil && !isNotFound(err) {
					return nil, err
				}
			}
		}
	}
	low := strings.ToLower(q)
	if r.who.May(access.SeePartners) {
		list, err := s.Desk.Partners(r.Context(), r.who.Scope)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if (partner == "" || p.ID == partner) && len(low) > 2 && (strings.Contains(strings.ToLower(p.Name), low) || strings.Contains(p.ID, low)) {
				hits = append(hits, hit{"/partners/" + p.ID, "Trading partner", p.Name, p.ID})
			}
		}
	}
	for _, n := range navigation {
		if (n.needs == "" || r.who.May(n.needs)) && len(low) > 2 && strings.Contains(strings.ToLower(n.Label), low) {
			hits = append(hits, hit{n.Path, "Page", n.Label, ""})
		}
	}
	return slices.Clip(hits[:min(len(hits), maxHits)]), nil
}
