package web

import "claimwire/gateway"

// staff lists who may be given work: those who work with the same data.
func (s *server) staff(r *request) []gateway.User {
	list, err := s.People.Users(r.Context(), r.who.Scope.Organisation)
	if err != nil {
		s.Log.Error().Err(err).Msg("the users could not be listed")
		return nil
	}
	var staff []gateway.User
	for _, u := range list {
		for _, m := range u.Memberships {
			if m.Scope == r.who.Scope && !u.Disabled && m.Partner == "" {
				staff = append(staff, gateway.User{Login: u.Login, Name: u.Name})
				break
			}
		}
	}
	return staff
}
