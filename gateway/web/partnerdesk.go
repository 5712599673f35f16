package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/partners"
)

// Trading partners: how each is, where it stands on its way to live, what is
// different about it, whether it can be reached; and adding one from an example.

// PartnerDesk is what is known of trading partners, and done about them. A
// refusal is a Refused.
type PartnerDesk interface {
	Health(ctx context.Context, s gateway.Scope, p *partners.Profile) (PartnerHealth, error)
	Examples() []Example
	Example(name string) (text string, ok bool)
	// ProfileText is the file of a profile; false: it has none.
	ProfileText(id string) (text string, ok bool)
	// CheckProfile says what is wrong with a profile, by line.
	CheckProfile(text string) ([]partners.Problem, *partners.Profile)
	// SaveProfile keeps a profile that is right; it serves from then on.
	SaveProfile(ctx context.Context, text string) (id string, err error)
	// RemoveProfile takes a partner out of use: nobody comes in as it any more, and
	// nothing is sent to it or fetched from it.
	RemoveProfile(ctx context.Context, id string) error
	// Try goes through the steps of reaching a partner, to the first that fails.
	Try(ctx context.Context, p *partners.Profile) []Tried
}

// PartnerHealth is how a partner is.
type PartnerHealth struct {
	Link        gateway.Link
	Stage       string
	StageText   string // where it stands, and what is left
	LastSent    time.Time
	LastControl string
	LastFile    gateway.Transmission
	Differences []string // what its companion narrows
}

// Example is a profile to begin with.
type Example struct{ Name, About string }

// Tried is one step of reaching a partner.
type Tried struct {
	Name, Said, Advice string
	Failed             bool
	Took               time.Duration
}

// tone of a partner's connection.
func (h PartnerHealth) Tone() string {
	switch {
	case h.Link.Stopped:
		return "bad"
	case h.Link.Failures > 0:
		return "ask"
	}
	return "good"
}

// Words say how its connection is.
func (h PartnerHealth) Words() string {
	switch {
	case h.Link.Stopped:
		return "stopped"
	case h.Link.Failures > 0:
		return "failing"
	}
	return "well"
}

// partner is a trading partner as the pages show it.
type partner struct {
	*partners.Profile
	PartnerHealth
}

func (s *server) partnersOf(r *request) ([]*partners.Profile, error) {
	list, err := s.Desk.Partners(r.Context(), r.who.Scope)
	if p := r.view().Partner; p != "" {
		list = slices.DeleteFunc(list, func(q *partners.Profile) bool { return q.ID != p })
	}
	return list, err
}

func showPartners(s *server, r *request) error {
	list, err := s.partnersOf(r)
	if err != nil {
		return err
	}
	rows := make([]partner, len(list))
	for i, p := range list {
		h, err := s.Partners.Health(r.Context(), r.who.Scope, p)
		if err != nil {
			return err
		}
		rows[i] = partner{p, h}
	}
	return s.show(r, http.StatusOK, "partners", "Trading partners", map[string]any{"Partners": rows})
}

func (s *server) partnerOf(r *request) (*partners.Profile, error) {
	list, err := s.partnersOf(r)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.ID == r.PathValue("partner") {
			return p, nil
		}
	}
	return nil, errNotFound
}

func showPartner(s *server, r *request) error { return s.partner(r, nil) }

func (s *server) partner(r *request, tried []Tried) error {
	p, err := s.partnerOf(r)
	if err != nil {
		return err
	}
	h, err := s.Partners.Health(r.Context(), r.who.Scope, p)
	if err != nil {
		return err
	}
	data := map[string]any{"Partner": partner{p, h}, "Tried": tried, "Failed": slices.ContainsFunc(tried, func(t Tried) bool { return t.Failed })}
	if r.who.May(access.ManagePartners) {
		data["Text"], data["Editable"] = s.Partners.ProfileText(p.ID)
	}
	files, err := s.Desk.Files(r.Context(), r.who.Scope, p.ID, gateway.Page{Limit: 10})
	if err != nil {
		return err
	}
	data["Files"] = files
	return s.show(r, http.StatusOK, "partner", p.Name, data)
}

// tryFor bounds how long reaching a partner may take.
const tryFor = 45 * time.Second

// tryPartner tries to reach a partner, step by step.
func tryPartner(s *server, r *request) error {
	p, err := s.partnerOf(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), tryFor)
	defer cancel()
	tried := s.Partners.Try(ctx, p)
	s.audit(r, "partner.try", "partner:"+p.ID, gateway.AuditDone, "")
	return s.partner(r, tried)
}

// maxProfileText bounds a profile that is written in a page.
const maxProfileText = 256 << 10

func showProfile(s *server, r *request) error {
	text := ""
	if id := r.FormValue("partner"); id != "" {
		p := false
		list, err := s.partnersOf(r)
		if err != nil {
			return err
		}
		for _, q := range list {
			p = p || q.ID == id
		}
		if !p {
			return errNotFound
		}
		text, _ = s.Partners.ProfileText(id)
	} else if name := r.FormValue("example"); name != "" {
		var ok bool
		if text, ok = s.Partners.Example(name); !ok {
			return errNotFound
		}
	}
	return s.profile(r, http.StatusOK, text, nil, "")
}

// numbered is a line of a profile with what is wrong with it.
type numbered struct {
	N     int
	Text  string
	Wrong []string
}

func (s *server) profile(r *request, status int, text string, wrong []partners.Problem, good string) error {
	var lines []numbered
	var loose []string
	if len(wrong) > 0 {
		for i, l := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			lines = append(lines, numbered{N: i + 1, Text: l})
		}
		for _, w := range wrong {
			said := strings.TrimSpace(w.Field + " " + w.Message)
			if w.Line > 0 && w.Line <= len(lines) {
				lines[w.Line-1].Wrong = append(lines[w.Line-1].Wrong, said)
			} else {
				loose = append(loose, said)
			}
		}
		lines = slices.DeleteFunc(lines, func(l numbered) bool { return len(l.Wrong) == 0 })
	}
	return s.show(r, status, "profile", "A trading partner's profile", map[string]any{"Text": text, "Lines": lines, "Loose": loose, "Wrong": len(wrong), "Good": good, "Examples": s.Partners.Examples()})
}

// saveProfile checks a profile, and keeps it when that is asked for and it is right.
func saveProfile(s *server, r *request) error {
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	if len(text) > maxProfileText {
		return badRequest("A profile has at most 256 kB.")
	}
	wrong, p := s.Partners.CheckProfile(text)
	if len(wrong) > 0 || p == nil {
		return s.profile(r, http.StatusUnprocessableEntity, text, wrong, "")
	}
	if r.PostFormValue("do") != "save" {
		return s.profile(r, http.StatusOK, text, nil, p.ID+" is fine.")
	}
	id, err := s.Partners.SaveProfile(r.Context(), text)
	var no Refused
	if errors.As(err, &no) {
		return s.profile(r, http.StatusConflict, text, []partners.Problem{{Message: no.Reason}}, "")
	}
	if err != nil {
		return err
	}
	s.audit(r, "partner.save", "partner:"+id, gateway.AuditDone, "")
	s.flash(r, id+" is kept, and serves.")
	return s.redirect(r, "/partners")
}

// removePartner takes a partner out of use, once its name is typed.
func removePartner(s *server, r *request) error {
	p, err := s.partnerOf(r)
	if err != nil {
		return err
	}
	if strings.TrimSpace(r.PostFormValue("id")) != p.ID {
		return badRequest("Type " + p.ID + ", its short name, so that no other partner is removed.")
	}
	if err := s.Partners.RemoveProfile(r.Context(), p.ID); err != nil {
		return err
	}
	s.audit(r, "partner.remove", "partner:"+p.ID, gateway.AuditDone, "")
	s.flash(r, p.ID+" is removed: nobody comes in as it, and nothing goes to it any more. Its profile is kept beside the others.")
	return s.redirect(r, "/partners")
}
