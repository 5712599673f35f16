package web

import (
	"net/http"
	"slices"
	"strings"

	"claimwire/gateway"
)

// organisationKinds are what an organisation can be.
var organisationKinds = []string{"office", "coding_service", "payer", "operator"}

func showOrganisations(s *server, r *request) error {
	return s.organisations(r, http.StatusOK, "")
}

func (s *server) organisations(r *request, status int, problem string) error {
	list, err := s.People.Organisations(r.Context())
	if err != nil {
		return err
	}
	users, err := s.People.Users(r.Context(), "")
	if err != nil {
		return err
	}
	people := map[string]int{}
	for _, u := range users {
		in := map[string]bool{}
		for _, m := range u.Memberships {
			in[m.Scope.Organisation] = true
		}
		for o := range in {
			people[o]++
		}
	}
	return s.show(r, status, "organisations", "Organisations", map[string]any{"Organisations": list, "People": people, "Kinds": organisationKinds, "Problem": problem, "Form": r.PostForm})
}

func setOrganisation(s *server, r *request) error {
	o := gateway.Organisation{ID: strings.ToLower(strings.TrimSpace(r.PostFormValue("id"))), Name: short(r.PostFormValue("name"), 120), Kind: r.PostFormValue("kind")}
	switch {
	case !shortName(o.ID):
		return s.organisations(r, http.StatusUnprocessableEntity, "The short name has letters, digits and hyphens, such as larkspur.")
	case o.Name == "":
		return s.organisations(r, http.StatusUnprocessableEntity, "Give its full name.")
	case !slices.Contains(organisationKinds, o.Kind):
		return s.organisations(r, http.StatusUnprocessableEntity, "Choose what it is.")
	}
	if err := s.People.SetOrganisation(r.Context(), o); err != nil {
		return err
	}
	s.audit(r, "organisation.set", "organisation:"+o.ID, gateway.AuditDone, o.Kind)
	s.flash(r, "Kept.")
	return s.redirect(r, "/organisations")
}
