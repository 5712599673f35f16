package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Who manages users: a manager those of the own organisation and usage, an
// administrator all. A manager may not give a role that sees more than offices
// do, nor take over the login of somebody who works for others too.

// mayManage says whether who asks may change a user as a whole: the password,
// the second factor, being disabled.
func (s *server) mayManage(r *request, u *gateway.User) bool {
	if r.who.May(access.AllTenants) {
		return true
	}
	for _, m := range u.Memberships {
		if m.Scope.Organisation != r.who.Scope.Organisation || !slices.Contains(s.mayGive(r), m.Role) {
			return false
		}
	}
	return len(u.Memberships) > 0
}

// mayGive lists the roles that who asks may give.
func (s *server) mayGive(r *request) []gateway.Role {
	return access.MayGive(r.who)
}

// organisationOfUsers is whose users are listed; empty: all.
func organisationOfUsers(r *request) string {
	if r.who.May(access.AllTenants) {
		return ""
	}
	return r.who.Scope.Organisation
}

func showUsers(s *server, r *request) error { return s.users(r, http.StatusOK, "", nil) }

func (s *server) users(r *request, status int, problem string, more map[string]any) error {
	list, err := s.People.Users(r.Context(), organisationOfUsers(r))
	if err != nil {
		return err
	}
	type row struct {
		gateway.User
		Manage, Locked bool
		Other          bool // may be given another role
	}
	var rows []row
	for _, u := range list {
		manage := s.mayManage(r, &u)
		if organisationOfUsers(r) != "" {
			// What somebody is elsewhere is nobody's business here.
			u.Memberships = slices.DeleteFunc(u.Memberships, func(m gateway.Membership) bool { return m.Scope.Organisation != r.who.Scope.Organisation })
		}
		rows = append(rows, row{u, manage, access.Locked(&u, s.Now()), u.ID != r.user.ID && !u.Disabled && len(u.Memberships) < access.MaxMemberships})
	}
	orgs, err := s.People.Organisations(r.Context())
	if err != nil {
		return err
	}
	data := map[string]any{"Users": rows, "Roles": s.mayGive(r), "Organisations": orgs, "All": r.who.May(access.AllTenants), "Problem": problem, "Form": r.PostForm}
	for k, v := range more {
		data[k] = v
	}
	return s.show(r, status, "users", "Users", data)
}

// newPassword is one that is given once, and changed at the first log-in.
func newPassword() string {
	t := strings.ToLower(rand.Text())
	return t[:5] + "-" + t[5:10] + "-" + t[10:15] + "-" + t[15:20]
}

// memberOf reads a membership from a form.
func (s *server) memberOf(r *request) (gateway.Membership, string) {
	m := gateway.Membership{Scope: gateway.Scope{Organisation: strings.TrimSpace(r.PostFormValue("organisation")), Usage: r.PostFormValue("usage")},
		Role: gateway.Role(r.PostFormValue("role")), Partner: strings.TrimSpace(r.PostFormValue("partner"))}
	if !r.who.May(access.AllTenants) {
		m.Scope.Organisation = r.who.Scope.Organisation
	}
	switch {
	case !slices.Contains(s.mayGive(r), m.Role):
		return m, "Choose a role that you may give."
	case m.Scope.Usage != "test" && m.Scope.Usage != "production":
		return m, "Choose test or production data."
	case !shortName(m.Scope.Organisation):
		return m, "The organisation is a short name of letters, digits and hyphens."
	case m.Role == access.Payer && m.Partner == "":
		return m, "A payer's analyst belongs to a trading partner. Name it."
	case m.Role != access.Payer:
		m.Partner = ""
	}
	return m, ""
}

// shortName says whether a text is a short name: letters, digits, hyphens.
func shortName(t string) bool {
	return t != "" && len(t) <= 60 && strings.Trim(strings.ToLower(t), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

func addUser(s *server, r *request) error {
	login, name := access.CleanLogin(r.PostFormValue("login")), strings.TrimSpace(r.PostFormValue("name"))
	m, problem := s.memberOf(r)
	switch {
	case login == "" || len(login) > access.MaxLogin || strings.ContainsAny(login, " \t\r\n:"):
		problem = "A login is an address or a short name, without blanks and colons."
	case name == "" || len(name) > 120:
		problem = "Give the name of the person."
	}
	if problem != "" {
		return s.users(r, http.StatusUnprocessableEntity, problem, nil)
	}
	password := newPassword()
	added, err := s.People.AddUser(r.Context(), gateway.User{Login: login, Name: name, Password: gateway.HashPassword([]byte(password)), MustChange: true, Memberships: []gateway.Membership{m}})
	if err != nil {
		return err
	}
	if !added {
		// Whose login it is stays unsaid: it may be somebody of another office.
		return s.users(r, http.StatusUnprocessableEntity, "This login is taken. Choose another; for somebody who works for several organisations, ask an administrator.", nil)
	}
	s.audit(r, "user.add", "user:"+login, gateway.AuditDone, string(m.Role)+" of "+m.Scope.Organisation+", "+m.Scope.Usage)
	r.PostForm = nil
	return s.users(r, http.StatusOK, "", map[string]any{"Given": password, "To": login})
}

// errNotManaged says that a user may not be changed by who asks.
var errNotManaged = errors.New("not managed")

// changeUser does one thing to a user.
func changeUser(s *server, r *request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNotFound
	}
	u, err := s.People.User(r.Context(), id)
	if err != nil {
		return err
	}
	if org := organisationOfUsers(r); org != "" && !slices.ContainsFunc(u.Memberships, func(m gateway.Membership) bool { return m.Scope.Organisation == org }) {
		return errNotFound
	}
	if u.ID == r.user.ID {
		return badRequest("You cannot change yourself here: somebody else who manages users does that.")
	}
	password, said, action := "", "", r.PostFormValue("do")
	change := func(v *gateway.User) error {
		switch action {
		case "disable", "enable":
			v.Disabled = action == "disable"
			said = map[string]string{"disable": "Disabled. Sessions end at once.", "enable": "Enabled."}[action]
		case "unlock":
			access.Succeed(v)
			said = "Unlocked."
		case "password":
			password = newPassword()
			v.MustChange = true
		case "factor":
			v.Secret, v.LastStep = "", 0
			said = "The second step is taken away. It is asked for anew at the next log-in."
		case "passkeys":
			said = "The passkeys are removed, and sessions that were begun with one end."
		case "add":
			m, problem := s.memberOf(r)
			if problem != "" {
				return badRequest(problem)
			}
			if len(v.Memberships) >= access.MaxMemberships {
				return badRequest("That is one role too many.")
			}
			if !slices.Contains(v.Memberships, m) {
				v.Memberships = append(v.Memberships, m)
			}
			said = "Added."
		case "remove":
			i, err := strconv.Atoi(r.PostFormValue("member"))
			var own []int
			for k, m := range v.Memberships {
				if org := organisationOfUsers(r); org == "" || m.Scope.Organisation == org {
					own = append(own, k)
				}
			}
			if err != nil || i < 0 || i >= len(own) {
				return errNotFound
			}
			if !slices.Contains(s.mayGive(r), v.Memberships[own[i]].Role) {
				return errNotManaged
			}
			v.Memberships = slices.Delete(v.Memberships, own[i], own[i]+1)
			said = "Taken away."
		default:
			return errNotFound
		}
		// Roles of the own organisation are managed by its manager, also of somebody
		// who works for others; everything else only of one's own people.
		if action != "add" && action != "remove" && !s.mayManage(r, &u) {
			return errNotManaged
		}
		return nil
	}
	var hash string
	if action == "password" {
		hash = "later"
	}
	err = s.People.ChangeUser(r.Context(), u.Login, func(v *gateway.User) error {
		return change(v)
	})
	if err == nil && hash != "" {
		// Hashing takes long, and is not done while others wait.
		hash = gateway.HashPassword([]byte(password))
		err = s.People.ChangeUser(r.Context(), u.Login, func(v *gateway.User) error { v.Password = hash; return nil })
	}
	if err == nil && action == "passkeys" {
		err = s.removePasskeys(r, u.ID)
	}
	if errors.Is(err, errNotManaged) {
		s.audit(r, "user."+action, "user:"+u.Login, gateway.AuditDenied, "")
		return errForbidden
	}
	if err != nil {
		return err
	}
	s.audit(r, "user."+action, "user:"+u.Login, gateway.AuditDone, "")
	if password != "" {
		return s.users(r, http.StatusOK, "", map[string]any{"Given": password, "To": u.Login})
	}
	s.flash(r, said)
	return s.redirect(r, "/users")
}
