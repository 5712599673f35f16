package web

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Setup is what the first visitor of an empty gateway is asked for: a code that
// only who runs it can read, so that nobody else becomes its administrator.
type Setup struct {
	Code         string // shown by serve; empty: there is nothing to set up
	Organisation string // proposed
}

// open says whether the gateway waits for its first administrator.
func (s *server) waits(r *request) (bool, error) {
	if s.Setup.Code == "" {
		return false, nil
	}
	n, err := s.People.CountUsers(r.Context())
	return n == 0, err
}

func showSetup(s *server, r *request) error {
	waits, err := s.waits(r)
	if err != nil {
		return err
	}
	if !waits {
		return s.redirect(r, "/login")
	}
	return s.show(r, http.StatusOK, "setup", "Set the gateway up", map[string]any{"Organisation": s.Setup.Organisation})
}

func doSetup(s *server, r *request) error {
	waits, err := s.waits(r)
	if err != nil {
		return err
	}
	if !waits {
		return s.redirect(r, "/login")
	}
	org := gateway.Organisation{ID: strings.ToLower(strings.TrimSpace(r.PostFormValue("organisation"))), Name: strings.TrimSpace(r.PostFormValue("organisation_name")), Kind: "office"}
	u := gateway.User{Login: access.CleanLogin(r.PostFormValue("login")), Name: strings.TrimSpace(r.PostFormValue("name"))}
	password := r.PostFormValue("password")
	problem := ""
	switch {
	case !s.tries.Allow(addressOf(r.Request), s.Now()):
		problem = "Too many tries from this address. Please wait a minute."
	case subtle.ConstantTimeCompare([]byte(strings.TrimSpace(r.PostFormValue("code"))), []byte(s.Setup.Code)) != 1:
		problem = "The set-up code is not right. The gateway printed it when it started."
	case !shortName(org.ID):
		problem = "The organisation has a short name of letters, digits and hyphens, such as larkspur."
	case org.Name == "" || u.Name == "":
		problem = "Give the name of the organisation, and yours."
	case u.Login == "" || len(u.Login) > access.MaxLogin || strings.ContainsAny(u.Login, " \t\r\n:"):
		problem = "A login is an address or a short name, without blanks and colons."
	default:
		problem = access.PasswordProblem(password, u.Login)
	}
	if problem == "" && password != r.PostFormValue("again") {
		problem = "The two passwords differ."
	}
	if problem != "" {
		return s.show(r, http.StatusUnprocessableEntity, "setup", "Set the gateway up", map[string]any{"Problem": problem, "Organisation": org.ID, "Form": r.PostForm})
	}
	u.Password = gateway.HashPassword([]byte(password))
	for _, usage := range []string{"test", "production"} {
		scope := gateway.Scope{Organisation: org.ID, Usage: usage}
		u.Memberships = append(u.Memberships, gateway.Membership{Scope: scope, Role: access.Manager}, gateway.Membership{Scope: scope, Role: access.Administrator})
	}
	if err := s.People.SetOrganisation(r.Context(), org); err != nil {
		return err
	}
	added, err := s.People.AddUser(r.Context(), u)
	if err != nil {
		return err
	}
	if !added {
		return s.redirect(r, "/login")
	}
	return s.begin(r, u.Login)
}

// firstStep is a step of the way to the first paid claim.
type firstStep struct {
	Title, Text, Path string
	Done              bool
}

// firstSteps leads to the first claim; nil once there is one that is paid.
func (s *server) firstSteps(r *request) ([]firstStep, error) {
	if !r.who.May(access.SubmitClaims) {
		return nil, nil
	}
	ctx, scope := r.Context(), r.who.Scope
	claims, err := s.Desk.CountClaims(ctx, scope, gateway.ClaimQuery{}, 1)
	if err != nil {
		return nil, err
	}
	paid, err := s.Desk.CountClaims(ctx, scope, gateway.ClaimQuery{State: gateway.Paid}, 1)
	if err != nil || paid > 0 {
		return nil, err
	}
	list, err := s.partnersOf(r)
	if err != nil {
		return nil, err
	}
	partner := firstStep{"A trading partner", "A payer or a clearinghouse; to practise with, the payer in a box. An administrator adds one from an example, and tries every step of reaching it.", "/partners", false}
	for _, p := range list {
		h, err := s.Partners.Health(ctx, scope, p)
		if err != nil {
			return nil, err
		}
		partner.Path = "/partners/" + p.ID
		if h.Link.Failures > 0 || h.Link.Stopped {
			partner.Text = p.Name + " is set up and cannot be reached. Is it running? The payer in a box is: claimwire payer --dir payer --addr 127.0.0.1:2223 --key keys/gateway.pub"
			continue
		}
		partner.Done, partner.Text = true, p.Name+" is set up."
		break
	}
	codes := firstStep{"Code sets", "Diagnoses and procedures are checked on their day once the publishers' files are loaded. You can go on without.", "/codes", s.Codes() != nil}
	first := firstStep{"A first claim", "Send encounters (JSON, CSV) or an 837 from here, over the API or over SFTP.", "/submit", claims > 0}
	if scope.Usage == "test" {
		first.Text += " A sample can be sent with one click."
	}
	return []firstStep{
		{"Your organisation", "You are here, as " + scope.Organisation + ", with " + scope.Usage + " data.", "", true},
		partner, codes, first,
		{"A first answer", "The payer acknowledges, asks, pays or denies. It shows up here by itself, within a minute of the payer in a box.", "/claims", false},
	}, nil
}
