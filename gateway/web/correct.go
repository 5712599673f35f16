package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Editor opens claims as forms. A refusal is a Refused.
type Editor interface {
	// Draft is what a claim that follows another begins with.
	Draft(ctx context.Context, s gateway.Scope, claim int64) (Draft, error)
	// Check says what our checks would say of it, with the fields that it is about,
	// and why it would be held; empty: it would go.
	Check(ctx context.Context, s gateway.Scope, claim int64, text []byte) (findings []gateway.Finding, held string, err error)
}

// Draft is what a form begins with: the encounter as the office sent it, or the
// record of a claim that came as X12.
type Draft struct {
	Text []byte
	Form *Field
	Kind gateway.CorrectionKind // what will be sent
	// PayerClaimID is the payer's own number, which a replacement names.
	PayerClaimID string
	Asked        []string // the fields that the payer's rejection is about
}

// kindWords say what kind of claim is sent, and why that one.
func kindWords(d *Draft, was gateway.State) string {
	never := was == gateway.Held || was == gateway.Rejected
	switch {
	case never && (d.Kind == gateway.CorrectReplace || d.Kind == gateway.CorrectVoid):
		word := map[gateway.CorrectionKind]string{gateway.CorrectReplace: "a replacement (frequency 7)", gateway.CorrectVoid: "a void (frequency 8)"}[d.Kind]
		return "It goes as " + word + " again: this one never came to the payer, and what it is about still stands there."
	case d.Kind == gateway.CorrectReplace:
		return "It goes as a replacement (frequency 7) and names the payer's own number, " + d.PayerClaimID + ": the payer has decided this claim, and would deny a second original as a duplicate."
	case was == gateway.Held:
		return "It goes as an original (frequency 1): this one was held by our checks and never left."
	case was == gateway.Rejected:
		return "It goes as a new original (frequency 1): the payer rejected this one, so it never took it in and there is nothing to replace."
	}
	return "It goes as a new original (frequency 1): nothing of this one stands with the payer any more."
}

// editing is a form that is worked on.
type editing struct {
	s        *server
	r        *request
	claim    gateway.Claim
	draft    Draft
	base     map[string]any
	form     *form
	doc      map[string]any
	text     []byte
	findings []gateway.Finding
	held     string
}

func (s *server) edit(r *request) (*editing, error) {
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	e := &editing{s: s, r: r}
	if e.claim, err = s.claim(r, id); err != nil {
		return nil, err
	}
	if e.draft, err = s.Editor.Draft(r.Context(), r.who.Scope, id); err != nil {
		return nil, err
	}
	if e.base, err = decoded(e.draft.Text); err != nil {
		return nil, Refused{"What the office sent cannot be read. Send it anew as a file."}
	}
	kind, _ := e.base["kind"].(string)
	if kind == "" {
		kind = "professional"
	}
	e.form = &form{kind: kind, shown: map[string]bool{}, asked: e.draft.Asked, hidden: func(f *Field) bool { return f.Kind == "amount" && !r.who.May(access.SeeMoney) }}
	e.doc = e.base
	return e, nil
}

// check runs our checks over what the form holds.
func (e *editing) check() (err error) {
	clean, _ := finished(e.doc).(map[string]any)
	if e.text, err = json.Marshal(clean); err != nil {
		return err
	}
	e.findings, e.held, err = e.s.Editor.Check(e.r.Context(), e.r.who.Scope, e.claim.ID, e.text)
	if !e.r.who.May(access.SeeMoney) {
		e.held = access.WithoutAmounts(e.held)
		for i := range e.findings {
			e.findings[i].Want = access.WithoutAmounts(e.findings[i].Want)
		}
	}
	return err
}

// changes lists what the form changed, without the money for whoever sees none.
func (e *editing) changes(clean map[string]any) []difference {
	was, _ := finished(e.base).(map[string]any)
	return slices.DeleteFunc(differences(was, clean), func(d difference) bool { return e.form.hides(e.draft.Form, d.path) })
}

// digest is by what a form that was checked is known again.
func (e *editing) digest() string {
	sum := sha256.Sum256(e.text)
	return hex.EncodeToString(sum[:12])
}

func (e *editing) page(status int, checked bool, problem string) error {
	e.form.findings = e.findings
	root := e.form.show(e.draft.Form, "", e.doc)
	in := map[string]bool{}
	placed(root, in)
	var above []gateway.Finding
	for _, d := range e.findings {
		if d.Field == "" || !in[d.Field+d.Code.String()] {
			above = append(above, d)
		}
	}
	clean, _ := finished(e.doc).(map[string]any)
	data := map[string]any{"Claim": e.claim, "Root": root, "Above": above, "Count": len(e.findings), "Held": e.held, "Kind": kindWords(&e.draft, e.claim.State), "Checked": checked, "Problem": cmp.Or(problem, e.said(checked)),
		"Changes": e.changes(clean), "Note": e.r.PostFormValue("note"), "Digest": e.digest(), "Found": summary(e.findings), "Asked": askedOf(e.draft.Asked)}
	why, err := e.why()
	if err != nil {
		return err
	}
	data["Why"] = why
	return e.s.show(e.r, status, "correct", "Correct a claim", data)
}

// said is why it would not go, once somebody asked.
func (e *editing) said(checked bool) string {
	if checked {
		return e.held
	}
	return ""
}

// askedOf leads from above the form to the fields that the payer's rejection is
// about.
func askedOf(fields []string) (list []found) {
	for _, f := range fields {
		list = append(list, found{gateway.Finding{Field: f}, idOf(f)})
	}
	return list
}

// found is a finding in the list above a form, with the field that it leads to.
type found struct {
	gateway.Finding
	ID string
}

func summary(findings []gateway.Finding) []found {
	var list []found
	for _, d := range findings {
		if d.Held() {
			list = append(list, found{d, idOf(d.Field)})
		}
	}
	return list
}

// why is what was said of the claim before: by the payer's last answer.
func (e *editing) why() ([]step, error) {
	if e.claim.State == gateway.Held {
		return nil, nil
	}
	events, err := e.s.Desk.EventsOf(e.r.Context(), e.r.who.Scope, e.claim.ID)
	if err != nil {
		return nil, err
	}
	list := steps(e.r, &e.claim, events)
	for i := len(list) - 1; i >= 0; i-- {
		if k := list[i].Kind; (k == "rejected" || k == "denial" || k == "payment" || list[i].State == e.claim.State) && list[i].Reason != "" {
			return list[i : i+1], nil
		}
	}
	return nil, nil
}

func showCorrect(s *server, r *request) error {
	e, err := s.edit(r)
	if err != nil {
		return err
	}
	if err := e.check(); err != nil {
		return err
	}
	s.audit(r, "claim.view", "claim:"+strconv.FormatInt(e.claim.ID, 10), gateway.AuditDone, "to correct")
	return e.page(http.StatusOK, false, "")
}

func doCorrect(s *server, r *request) error {
	e, err := s.edit(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("The form cannot be read: it is larger than 4 MiB.")
	}
	e.doc = e.form.read(e.draft.Form, "", e.base, r.PostForm)
	do := r.PostFormValue("do")
	if path := r.PostFormValue("show"); do == "more" && path != "" {
		do = "show:" + path
	}
	if p, ok := strings.CutPrefix(do, "more:"); ok {
		do = "show:" + r.PostFormValue("more:"+p)
	}
	e.form.change(e.draft.Form, e.doc, do)
	if err := e.check(); err != nil {
		return err
	}
	note := short(r.PostFormValue("note"), 500)
	if do != "send" {
		return e.page(http.StatusOK, do == "check", "")
	}
	switch {
	case r.PostFormValue("checked") != e.digest():
		return e.page(http.StatusOK, true, "It was changed since it was checked. Look at it once more, then send it.")
	case e.held != "":
		return e.page(http.StatusUnprocessableEntity, true, "")
	}
	next, _, err := s.Corrections.Correct(r.Context(), r.who.Scope, e.claim.ID, "", e.text, r.who.Actor, note)
	var no Refused
	if errors.As(err, &no) {
		return e.page(http.StatusConflict, true, sentence(no.Reason))
	}
	if err != nil {
		return err
	}
	if err := s.corrected(r, e.claim.ID); err != nil {
		return err
	}
	s.audit(r, "claim.correct", "claim:"+strconv.FormatInt(e.claim.ID, 10), gateway.AuditDone, fmt.Sprintf("claim:%d, %s", next.ID, e.draft.Kind))
	if next.State == gateway.Held {
		s.flash(r, "It was sent on to our checks, and is held by them.")
	} else {
		s.flash(r, "It is on its way. This is the claim that follows.")
	}
	return s.redirect(r, "/claims/"+strconv.FormatInt(next.ID, 10))
}

// corrected notes with what was denied of a claim that it is corrected: it waits
// for nobody any more.
func (s *server) corrected(r *request, claim int64) error {
	list, err := s.Casework.DeniedOf(r.Context(), r.who.Scope, claim)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Work.State != "" && d.Work.State != gateway.DenialOpen {
			continue
		}
		err := s.Casework.WorkDenial(r.Context(), r.who.Scope, d.Payment.ID, r.who.Actor, func(w *gateway.DenialWork) { w.State = gateway.DenialCorrected })
		if err != nil {
			return err
		}
	}
	return nil
}

// maxForm bounds the form of a claim: one of 999 lines is long.
const maxForm = 4 << 20
