package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// step is an event of a claim's life as its timeline shows it.
type step struct {
	gateway.Event
	Words  string
	State  gateway.State
	Reason string
	Link   string // where it stands in the file, explained; empty: there is none, or it is not for who looks
	File   string // which file that is
}

// steps make the timeline of a claim.
func steps(r *request, c *gateway.Claim, events []gateway.Event) []step {
	var list []step
	for _, e := range events {
		t := step{Event: e, Words: eventWord(e.Kind)}
		at := e.Place.Offset
		if len(e.Claims) > 0 {
			t.State, t.Reason = e.Claims[0].State, e.Claims[0].Reason
			if e.Claims[0].Offset != 0 {
				at = e.Claims[0].Offset
			}
		}
		if r.who.May(access.ReadFiles) {
			t.Link, t.File = linkOf(r, &e, c, at)
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b step) int {
		if c := a.At.Truncate(time.Minute).Compare(b.At.Truncate(time.Minute)); c != 0 {
			return c
		}
		return stageOf(a.Kind) - stageOf(b.Kind)
	})
	return list
}

// stageOf is where in a claim's life a kind of event belongs. A payer's answers
// often come at once and are read side by side, so that the payment may be read
// before the acknowledgment: of what happens within a minute, the order is that of
// a claim's life.
func stageOf(kind string) int {
	switch kind {
	case "received", "held", "queued":
		return 0
	case "sent":
		return 1
	case "acknowledged":
		return 2
	case "received by payer":
		return 3
	case "accepted", "rejected":
		return 4
	case "status", "request_for_information":
		return 5
	case "request answered":
		return 6
	}
	return 7
}

// linkOf is where an event opens its file: at the segment that said it; where a
// claim came in or went out, at the claim.
func linkOf(r *request, e *gateway.Event, c *gateway.Claim, at int64) (link, file string) {
	switch {
	case r.view().Partner != "" && e.Transmission == c.Transmission && e.Transmission != 0:
		return "", "" // the office's own file, which its payer never saw
	case e.Transmission != 0:
		link, file = fmt.Sprintf("/files/%d", e.Transmission), fmt.Sprintf("file %d", e.Transmission)
	case e.Interchange != 0:
		link, file = fmt.Sprintf("/interchanges/%d", e.Interchange), "the interchange"
	default:
		return "", ""
	}
	switch {
	case at > 0:
		link += fmt.Sprintf("?at=%d#o%d", at, at)
	case e.Interchange != 0 || e.Transmission == c.Transmission:
		link += fmt.Sprintf("?claim=%d#explained", c.ID)
	}
	return link, file
}

// paidClaim is a payment with its arithmetic.
type paidClaim struct {
	gateway.Payment
	Account []sum
}

// kin is a claim that this one follows, or that follows this one.
type kin struct {
	Words string
	Claim gateway.Claim
	Note  string
	At    gateway.Correction
}

var followWords = map[gateway.CorrectionKind][2]string{ // of the one that follows; of the one before
	gateway.CorrectNew:       {"sent anew instead of this one", "It was sent instead of"},
	gateway.CorrectReplace:   {"replaces this one", "It replaces"},
	gateway.CorrectVoid:      {"takes this one back", "It takes back"},
	gateway.CorrectSecondary: {"goes to the next payer", "It goes to the next payer after"},
}

// family lists the claim before and those after.
func (s *server) family(r *request, id int64) (list []kin, err error) {
	before, ok, err := s.Corrections.Original(r.Context(), r.who.Scope, id)
	if err != nil {
		return nil, err
	}
	if ok {
		c, err := s.claim(r, before.Original)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		if err == nil {
			list = append(list, kin{Words: followWords[before.Kind][1], Claim: c, Note: before.Note, At: before})
		}
	}
	after, err := s.Corrections.Followers(r.Context(), r.who.Scope, id)
	if err != nil {
		return nil, err
	}
	for _, k := range after {
		c, err := s.claim(r, k.Claim)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, kin{Words: followWords[k.Kind][0], Claim: c, Note: k.Note, At: k})
	}
	return list, nil
}

func showClaim(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	c, err := s.claim(r, id)
	if err != nil {
		return err
	}
	ctx, scope := r.Context(), r.who.Scope
	events, err := s.Desk.EventsOf(ctx, scope, id)
	if err != nil {
		return err
	}
	data := map[string]any{"Claim": c, "Steps": steps(r, &c, events), "Findings": findingsOf(c.Findings), "Follow": follows(r, &c)}
	if r.who.May(access.SeeMoney) {
		payments, err := s.Desk.Payments(ctx, scope, gateway.PaymentQuery{Page: gateway.Page{Limit: 100}, Claim: id})
		if err != nil {
			return err
		}
		list := make([]paidClaim, len(payments))
		for i := range payments {
			list[i] = paidClaim{payments[i], accountOf(&payments[i])}
		}
		data["Payments"] = list
	}
	if r.who.May(access.WorkDenials) {
		if data["Denied"], err = s.Casework.DeniedOf(ctx, scope, id); err != nil {
			return err
		}
		if data["Inquiries"], err = s.Casework.Inquiries(ctx, scope, id); err != nil {
			return err
		}
	}
	if r.who.May(access.CorrectClaims) && !r.who.May(access.WorkDenials) {
		if data["Coding"], err = s.codingOf(r, id); err != nil {
			return err
		}
	}
	if r.who.May(access.AnswerRequests) {
		requests, err := s.Casework.RequestsOf(ctx, scope, id)
		if err != nil {
			return err
		}
		data["Requests"] = s.asked(requests)
	}
	family, err := s.family(r, id)
	if err != nil {
		return err
	}
	data["Family"] = family
	if r.who.May(access.CorrectClaims) {
		tasks, err := s.Worklists.Tasks(ctx, scope, gateway.TaskClaim, []int64{id})
		if err != nil {
			return err
		}
		data["Task"], data["Staff"] = tasks[id], s.staff(r)
	}
	if followed(id, family) {
		data["Follow"] = []following(nil)
	}
	if len(c.Document) > 0 {
		// Numbers stay as they are written. A document that cannot be read is not shown;
		// reconcile tells of it.
		var document map[string]any
		d := json.NewDecoder(bytes.NewReader(c.Document))
		d.UseNumber()
		_ = d.Decode(&document)
		data["Document"] = document
	}
	if r.who.May(access.CorrectClaims) && !followed(id, family) {
		data["Correct"] = correctLabel(c.State)
	}
	data["Proof"] = r.who.May(access.WorkDenials) && c.Interchange != 0
	data["Silent"] = r.who.May(access.WorkDenials) && (c.State == gateway.Sent || c.State == gateway.Accepted)
	s.audit(r, "claim.view", "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "claim", strings.TrimSpace("Claim "+c.ClaimID), data)
}

// following is what may follow a claim.
type following struct{ Do, Label, Means, Yes string }

// follows lists what may follow a claim in its state besides a correction;
// whether it may in truth is decided when it is asked for, with the reason.
func follows(r *request, c *gateway.Claim) []following {
	switch c.State {
	case gateway.Paid, gateway.Denied, gateway.Reversed:
		list := []following{{"void", "Take it back (void)", "A void (frequency 8) goes to the payer under its own number of the claim: it takes its decision back, and its money with it.", "Send the void"}}
		if r.who.May(access.PostMoney) {
			list = append(list, following{"secondary", "Send to the next payer", "The claim goes to the next payer that it names, with what this one paid and adjusted.", "Send it on"})
		}
		return list
	}
	return nil
}

// followed says whether a claim has one after it that takes its place.
func followed(id int64, family []kin) bool {
	for _, k := range family {
		if k.At.Original == id && k.At.Kind != gateway.CorrectSecondary && k.Claim.State != gateway.Held && k.Claim.State != gateway.Rejected {
			return true
		}
	}
	return false
}

// correctLabel is what opening a claim as a form is called in its state; empty:
// it cannot be.
func correctLabel(state gateway.State) string {
	switch state {
	case gateway.Held:
		return "Correct it and send it on"
	case gateway.Rejected:
		return "Correct it and send it as new"
	case gateway.Paid, gateway.Denied, gateway.Reversed:
		return "Correct it and send a replacement"
	}
	return ""
}

// inquireClaim asks the payer where a claim is.
func inquireClaim(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.claim(r, id); err != nil {
		return err
	}
	if err := s.Casework.Inquire(r.Context(), r.who.Scope, id, r.who.Actor); err != nil {
		return err
	}
	s.audit(r, "claim.inquire", "claim:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	s.flash(r, "The payer is asked where the claim is. Its answer shows up here.")
	return s.redirect(r, "/claims/"+strconv.FormatInt(id, 10))
}
