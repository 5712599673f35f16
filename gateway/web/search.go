package web

import (
	"context"
	"encoding/json"
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
	// ClaimsOfPerson lists claims of a patient or subscriber, in the order of their
	// names; of one trading partner, where it is not empty.
	ClaimsOfPerson(ctx context.Context, s gateway.Scope, q gateway.PersonQuery, partner string, limit int) ([]gateway.Claim, error)
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
		return badRequest("Type a number: of a claim (yours, ours, the payer's), a check or trace, a control number, a file; or a person's last name, with the first name or the date of birth; or a code, a partner, a page.")
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
	var people []person
	if len(claims) == 0 && len(meant) == 0 {
		if people, err = s.people(r, q); err != nil {
			return err
		}
	}
	s.audit(r, "search", "", gateway.AuditDone, fmt.Sprintf("%d found", len(claims)+len(hits)+len(people)))
	switch {
	case len(people) == 1 && len(hits) == 0:
		return s.redirect(r, "/claims/"+strconv.FormatInt(people[0].ID, 10))
	case len(people) > 0:
	case len(claims) == 1 && len(hits) == 0:
		return s.redirect(r, "/claims/"+strconv.FormatInt(claims[0].ID, 10))
	case len(claims) == 0 && len(hits) == 1 && len(meant) == 0:
		return s.redirect(r, hits[0].Path)
	}
	day, _ := s.dayAsked(r, "on")
	var codes []standing
	if len(claims) == 0 && len(people) == 0 {
		codes = s.lookUp(plainOf(q), day)
	}
	return s.show(r, http.StatusOK, "search", "Found", map[string]any{"Query": q, "Claims": claims, "People": people, "More": len(people) == maxHits, "Hits": hits, "Explained": meant, "Codes": codes})
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

// person is a claim with whose it is.
type person struct {
	gateway.Claim
	Patient, Insured holder // Insured is empty where the patient is insured himself
}

// holder is a person as a claim names one.
type holder struct{ Name, Born string }

// people finds claims by the names of patients and subscribers, for those who may
// see names.
func (s *server) people(r *request, q string) (found []person, err error) {
	if !r.who.May(access.SeeClaims) || !r.who.May(access.SeePeople) {
		return nil, nil
	}
	seen := map[int64]bool{}
	for _, pq := range gateway.PersonQueries(q) {
		list, err := s.Finder.ClaimsOfPerson(r.Context(), r.who.Scope, pq, r.view().Partner, maxHits-len(found))
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if !seen[c.ID] {
				seen[c.ID] = true
				p := person{Claim: access.Seen(r.who, c)}
				p.Patient, p.Insured = namesOf(p.Document)
				found = append(found, p)
			}
		}
		if len(found) >= maxHits {
			break
		}
	}
	return found, nil
}

// namesOf reads whose a claim is out of its record.
func namesOf(document []byte) (patient, insured holder) {
	type one struct {
		Name  string `json:"name"` // of an organisation
		Last  string `json:"last_name"`
		First string `json:"first_name"`
		Born  string `json:"birth_date"`
		Same  bool   `json:"is_subscriber"`
	}
	var c struct{ Subscriber, Patient one }
	if json.Unmarshal(document, &c) != nil {
		return holder{}, holder{}
	}
	read := func(p one) holder {
		if p.Name != "" {
			return holder{p.Name, p.Born}
		}
		return holder{strings.Trim(p.Last+", "+p.First, ", "), p.Born}
	}
	if c.Patient.Same || c.Patient == (one{}) {
		return read(c.Subscriber), holder{}
	}
	return read(c.Patient), read(c.Subscriber)
}
