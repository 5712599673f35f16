package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
	"claimwire/partners"
	"claimwire/partners/companion"
	"claimwire/partners/examples"
)

var _ web.PartnerDesk = deskActions{}

// Health is how a partner is.
func (a deskActions) Health(ctx context.Context, s gateway.Scope, p *partners.Profile) (web.PartnerHealth, error) {
	g := a.b.g
	h, err := look(ctx, g.store, func(tx *store.Tx) (h web.PartnerHealth, err error) {
		if h.Link, err = tx.Link(ownerOf(p), p.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return h, err
		}
		if list, err := tx.NewestTransmissions(s, p.ID, gateway.Page{Limit: 1}); err != nil {
			return h, err
		} else if len(list) > 0 {
			h.LastFile = list[0]
		}
		sent, err := tx.NewestInterchanges(s, p.ID, gateway.Page{Limit: 1})
		if len(sent) > 0 {
			h.LastSent, h.LastControl = sent[0].At, sent[0].Control
		}
		if p.Certification.Used() {
			c, err := tx.Certified(ownerOf(p), p.ID)
			if err != nil {
				return h, err
			}
			words, _ := certificationText(p, &c)
			h.StageText = strings.ReplaceAll(string(words), "\r", "")
		}
		return h, err
	})
	if err != nil {
		return h, err
	}
	h.Stage = g.stage(ctx, p)
	if p.Companion != "" {
		if co, err := companionOfProfile(p); err == nil {
			if co, ok := co.(*companion.Companion); ok {
				for _, s := range co.Sections {
					h.Differences = append(h.Differences, fmt.Sprintf("%s: %s", s.Guide.ID, count(len(s.Rules), "rule")))
				}
			}
		}
	}
	return h, nil
}

// Examples lists the profiles to begin with; the payer in a box is the first.
func (deskActions) Examples() []web.Example {
	list := []web.Example{{Name: "demo-payer", About: "The payer in a box: claimwire payer runs it, to practise with."}}
	entries, err := examples.Files.ReadDir(".")
	if err != nil {
		return list
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".yaml")
		if !ok {
			continue
		}
		b, err := examples.Files.ReadFile(e.Name())
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(b), "\n")
		list = append(list, web.Example{Name: name, About: strings.TrimPrefix(first, "# ")})
	}
	return list
}

// Example gives one.
func (deskActions) Example(name string) (string, bool) {
	if name == "demo-payer" {
		return "# The payer in a box: claimwire payer --dir payer --addr 127.0.0.1:2223 --key keys/gateway.pub\n# It prints its host key, which belongs below.\norganisation: my-office\n" +
			demoEnvelope + fmt.Sprintf(demoConnection, 2223, "keys/gateway", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), true
	}
	if strings.ContainsAny(name, "./\\") {
		return "", false
	}
	b, err := examples.Files.ReadFile(name + ".yaml")
	return string(b), err == nil
}

// profileFile is where a profile is kept; empty: this gateway keeps none.
func (a deskActions) profileFile(id string) string {
	if a.b.g.registry.partners == "" {
		return ""
	}
	return filepath.Join(a.b.g.registry.partners, id+".yaml")
}

// ProfileText is the file of a profile.
func (a deskActions) ProfileText(id string) (string, bool) {
	file := a.profileFile(id)
	if file == "" {
		return "", false
	}
	b, err := os.ReadFile(file)
	return string(b), err == nil
}

// CheckProfile says what is wrong with a profile.
func (a deskActions) CheckProfile(text string) ([]partners.Problem, *partners.Profile) {
	p, err := partners.Parse("profile", []byte(text))
	var wrong partners.Problems
	switch {
	case errors.As(err, &wrong):
		return wrong, nil
	case err != nil:
		return []partners.Problem{{Message: err.Error()}}, nil
	}
	return nil, p
}

// errNoFolder says that profiles are kept nowhere.
var errNoFolder = web.Refused{Reason: "this gateway keeps no profiles: it was started without a folder of partners"}

// elsewhere says whether a partner serves whose profile stands in a file that has
// another name than it.
func (a deskActions) elsewhere(id string) bool {
	_, here := a.ProfileText(id)
	return !here && a.b.g.profile(id) != nil
}

// SaveProfile keeps a profile and lets it serve: both, or neither.
func (a deskActions) SaveProfile(ctx context.Context, text string) (string, error) {
	wrong, p := a.CheckProfile(text)
	switch {
	case len(wrong) > 0:
		return "", web.Refused{Reason: "it is not right yet"}
	case a.profileFile(p.ID) == "":
		return "", errNoFolder
	case a.elsewhere(p.ID):
		return "", web.Refused{Reason: "the profile of " + p.ID + " stands in a file of another name: change it there, or name the file " + p.ID + ".yaml"}
	}
	err := a.b.g.keepProfile(ctx, p.ID, []byte(text))
	var no refusedProfile
	if errors.As(err, &no) {
		return "", web.Refused{Reason: no.Error()}
	}
	return p.ID, err
}

// RemoveProfile takes a partner out of use.
func (a deskActions) RemoveProfile(ctx context.Context, id string) error {
	switch {
	case a.profileFile(id) == "":
		return errNoFolder
	case a.elsewhere(id):
		return web.Refused{Reason: "the profile of " + id + " stands in a file of another name: remove it there"}
	}
	return a.b.g.dropProfile(ctx, id)
}

// Try goes through the steps of reaching a partner.
func (a deskActions) Try(ctx context.Context, p *partners.Profile) (list []web.Tried) {
	tryConnection(ctx, p, false, func(name, said string, err error) {
		t := web.Tried{Name: name, Said: said}
		if err != nil {
			t.Failed, t.Said, t.Advice = true, err.Error(), advice(err)
		}
		list = append(list, t)
	})
	return list
}
