// Package watch finds out what a person should see to: answers that do not come
// in the partner's time, partners that have gone silent, work that waits, files
// that were put aside, keys that age. Each cause is told once, with what to do,
// and taken back when it ends.
//
// It knows nothing of how alerts are shown; it gives those that hold now. Its
// messages hold ids, counts and our own words.
package watch

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/partners"
)

// Books is what is looked at.
type Books interface {
	// Overdue lists interchanges of a partner that were sent before a time and whose
	// answer is missing: "ta1", "999", "277ca" or "835". Claims is how many claims
	// of each still wait.
	Overdue(s gateway.Scope, partner, answer string, sentBefore time.Time, limit int) ([]gateway.Interchange, error)
	Links() ([]gateway.Link, error)
	// FirstUnanswered is when the oldest interchange of a partner was sent that
	// still has claims without an end; zero: none.
	FirstUnanswered(s gateway.Scope, partner string) (time.Time, error)
	Jobs(s gateway.Scope, state string, p gateway.Page) ([]gateway.Job, error)
	Aside(p gateway.Page) ([]gateway.Transmission, error)
	Unsure(p gateway.Page) ([]gateway.Interchange, error)
	// Refused lists interchanges that their partner has refused, whole or in part,
	// as long as claims of theirs stay rejected.
	Refused(p gateway.Page) ([]gateway.Interchange, error)
	BackInTest() ([]gateway.Certified, error)
	// NotSent lists interchanges that were to be sent before a time and could not.
	NotSent(before time.Time, p gateway.Page) ([]gateway.Interchange, error)
}

// Key is a key that ages.
type Key struct {
	Name string // our own word for it, or its file's name
	Made time.Time
}

// State is what the books do not know.
type State struct {
	Waiting time.Time // since when the oldest job that could run waits; zero: none
	Open    int       // jobs that wait or run
	Free    uint64    // bytes free where the data are; 0: not known
	Size    uint64
	Jumped  time.Duration // by how much the clock was set lately; 0: it was not
	Keys    []Key
}

// Watcher finds causes of alerts.
type Watcher struct {
	Partners []*partners.Profile
	KeyAge   time.Duration // 0: a year
	Backlog  time.Duration // how long work may wait; 0: 5 minutes
	Free     uint64        // bytes that have to be free; 0: 1 GiB
}

// maxOf bounds the alerts of one cause.
const maxOf = 200

// Look gives the alerts that hold at a time.
func (w *Watcher) Look(b Books, st State, now time.Time) ([]gateway.Alert, error) {
	l := &look{w: w, b: b, now: now}
	l.state(st)
	for _, f := range []func() error{l.links, l.answers, l.aside} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return l.list, nil
}

type look struct {
	w    *Watcher
	b    Books
	now  time.Time
	list []gateway.Alert

	troubled map[string]bool // partners whose connection is told of
}

func (l *look) add(s gateway.Scope, kind, subject, partner, advice, format string, a ...any) {
	if kind == "partner-stopped" || kind == "partner-full" || kind == "partner-unreachable" {
		if l.troubled == nil {
			l.troubled = map[string]bool{}
		}
		l.troubled[partner] = true
	}
	l.list = append(l.list, gateway.Alert{Scope: s, Kind: kind, Subject: subject, Partner: partner, Advice: advice, Message: fmt.Sprintf(format, a...), RaisedAt: l.now})
}

// ago is a duration as people say it.
func ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

// state looks at what is the gateway's own.
func (l *look) state(st State) {
	none := gateway.Scope{}
	bound := l.w.Backlog
	if bound == 0 {
		bound = 5 * time.Minute
	}
	if !st.Waiting.IsZero() && l.now.Sub(st.Waiting) > bound {
		l.add(none, "queue-growing", "jobs", "", "See that workers run (serve --role worker) and that machine and database keep up; add workers on another machine where PostgreSQL is used.",
			"work waits for %s: %d jobs are open", ago(l.now.Sub(st.Waiting)), st.Open)
	}
	need := l.w.Free
	if need == 0 {
		need = 1 << 30
	}
	if st.Size > 0 && st.Free < need {
		l.add(none, "disk-full", "data", "", "Make room where data lies. Nothing is lost meanwhile: what cannot be kept is refused, and work goes on when there is room.",
			"%d MiB are free where the data are", st.Free>>20)
	}
	if st.Jumped != 0 {
		l.add(none, "clock-jumped", "clock", "", "See that the machines' clocks are kept by NTP. Times of events since then are as the clock said; the order of events is not touched.",
			"the clock was set by %s", st.Jumped.Round(time.Second))
	}
	age := l.w.KeyAge
	if age == 0 {
		age = 365 * 24 * time.Hour
	}
	for _, k := range st.Keys {
		if old := l.now.Sub(k.Made); old > age {
			l.add(none, "key-ageing", "key:"+k.Name, "", "Change it: docs/operations.md says how for each kind of key.", "the key %s is %d days old", k.Name, int(old.Hours()/24))
		}
	}
}

// links looks at the connections to partners.
func (l *look) links() error {
	links, err := l.b.Links()
	if err != nil {
		return err
	}
	heard := map[string]time.Time{}
	for _, k := range links {
		heard[k.Scope.Organisation+"/"+k.Scope.Usage+"/"+k.Partner] = k.HeardAt
		switch {
		case k.Stopped:
			advice := "Ask the partner whether the account, the key or the password was changed, and put the right one in place (claimwire partners test); then: claimwire partners resume " + k.Partner
			if strings.Contains(k.Reason, partners.ErrHostKey.Error()) {
				advice = "Ask the partner, by another way than this connection, whether it has a new host key. If so, put its fingerprint beside the old one in connection.host_keys; if not, somebody may be in between. Then: claimwire partners resume " + k.Partner
			}
			l.add(k.Scope, "partner-stopped", "partner:"+k.Partner, k.Partner, advice,
				"nothing goes to or comes from %s: %s", k.Partner, k.Reason)
		case k.Failures > 0 && strings.Contains(k.Reason, partners.ErrFull.Error()):
			l.add(k.Scope, "partner-full", "partner:"+k.Partner, k.Partner, "Tell the partner that its server takes no more bytes: its disk, or our quota there, may be full. Nothing is lost; it is tried again by itself.",
				"%s cannot take files (%d tries)", k.Partner, k.Failures)
		case k.Failures > 0 && l.now.Sub(k.Since) > 15*time.Minute:
			l.add(k.Scope, "partner-unreachable", "partner:"+k.Partner, k.Partner, "Ask whether the partner is down; it is tried again by itself, at least every quarter of an hour. Try it: claimwire partners test",
				"%s cannot be reached for %s (%d tries)", k.Partner, ago(l.now.Sub(k.Since)), k.Failures)
		}
	}
	for _, p := range l.w.Partners {
		if p.Kind != partners.PayerPartner {
			continue
		}
		gap := p.Answers.Silence()
		s := gateway.Scope{Organisation: p.Organisation, Usage: p.Usage}
		var first time.Time
		for _, of := range sharing(p) {
			t, err := l.b.FirstUnanswered(of, p.ID)
			if err != nil {
				return err
			}
			if first.IsZero() || !t.IsZero() && t.Before(first) {
				first = t
			}
		}
		last := heard[s.Organisation+"/"+s.Usage+"/"+p.ID]
		if first.After(last) {
			last = first // it may be silent until we send something
		}
		if first.IsZero() || l.now.Sub(last) <= gap {
			continue
		}
		l.add(s, "partner-silent", "partner:"+p.ID, p.ID, "Often its credentials, folder or enrolment have changed: look into its folder (claimwire partners test), then ask the partner.",
			"no file came from %s for %s, and claims wait there", p.ID, ago(l.now.Sub(last)))
	}
	return nil
}

// answers looks at the clocks of interchanges and claims.
func (l *look) answers() error {
	for _, p := range l.w.Partners {
		for _, s := range sharing(p) {
			if err := l.late(p, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// sharing are all whose claims go to a partner.
func sharing(p *partners.Profile) []gateway.Scope {
	list := []gateway.Scope{{Organisation: p.Organisation, Usage: p.Usage}}
	for _, o := range p.SharedWith {
		list = append(list, gateway.Scope{Organisation: o, Usage: p.Usage})
	}
	return list
}

// late looks at the answers that a partner owes to what one organisation sent.
func (l *look) late(p *partners.Profile, s gateway.Scope) error {
	for _, a := range []struct{ answer, kind, advice string }{
		{"ta1", "late-ta1", "Ask the partner whether it has the interchange, by its control number. Do not send it anew: the same claims would be there twice."},
		{"999", "late-999", "Ask the partner whether it has the interchange, by its control number. Do not send it anew: the same claims would be there twice."},
		{"277ca", "late-277ca", "Ask the partner for the claim acknowledgment of this interchange; without one nothing proves that the claims were filed in time."},
		{"835", "late-835", "Ask the payer for the status of these claims (claimwire claims list --state accepted); mind its filing limit."},
	} {
		wait, ok := p.Answers.Within(a.answer)
		if !ok {
			continue
		}
		late, err := l.b.Overdue(s, p.ID, a.answer, l.now.Add(-wait), maxOf)
		if err != nil {
			return err
		}
		for i := range late {
			x := &late[i]
			// What was sent after the cut-off counts from the next working day.
			if l.now.Sub(p.Schedule.Counts(x.SentAt)) < wait {
				continue
			}
			what := map[string]string{"ta1": "no TA1", "999": "no 999", "277ca": strconv.Itoa(x.Claims) + " claims without a 277CA", "835": strconv.Itoa(x.Claims) + " claims without a payment"}[a.answer]
			l.add(s, a.kind, "interchange:"+strconv.FormatInt(x.ID, 10), p.ID, a.advice, "interchange %s to %s, sent %s: %s for %s",
				x.Control, p.ID, x.SentAt.UTC().Format("2006-01-02 15:04"), what, ago(l.now.Sub(x.SentAt)))
		}
	}
	return nil
}

// aside looks at what was put aside for a person.
func (l *look) aside() error {
	jobs, err := l.b.Jobs(gateway.Scope{}, "parked", gateway.Page{Limit: maxOf})
	if err != nil {
		return err
	}
	for _, j := range jobs {
		l.add(j.Scope, "job-parked", "job:"+strconv.FormatInt(j.ID, 10), "", "See to the cause, then: claimwire jobs retry "+strconv.FormatInt(j.ID, 10),
			"%s of %s is parked: %s", j.Kind, j.Args, j.Note)
	}
	files, err := l.b.Aside(gateway.Page{Limit: maxOf})
	if err != nil {
		return err
	}
	for _, m := range files {
		id := strconv.FormatInt(m.ID, 10)
		// Why stands with the file: its words may name numbers of the document.
		l.add(m.Scope, "file-aside", "file:"+id, m.Partner, "Look at it (claimwire files show "+id+"), then let it in (claimwire files release "+id+") or leave it out (claimwire files dismiss "+id+").",
			"a file of %s is put aside", m.Partner)
	}
	unsure, err := l.b.Unsure(gateway.Page{Limit: maxOf})
	if err != nil {
		return err
	}
	for _, i := range unsure {
		id := strconv.FormatInt(i.ID, 10)
		l.add(i.Scope, "delivery-unsure", "interchange:"+id, i.Partner, "Ask the partner whether it has it, then: claimwire files decide "+id+" sent, or: claimwire files decide "+id+" resend. An acknowledgment settles it by itself.",
			"nobody knows whether %s has interchange %s: %s", i.Partner, i.Control, i.Note)
	}
	refused, err := l.b.Refused(gateway.Page{Limit: maxOf})
	if err != nil {
		return err
	}
	for _, i := range refused {
		id := strconv.FormatInt(i.ID, 10)
		why := ""
		if i.Note != "" {
			why = " (" + i.Note + ")"
		}
		l.add(i.Scope, "interchange-rejected", "interchange:"+id, i.Partner, "The partner took nothing of it, or not all: claimwire explain says what its code means. Mend what it names and submit the claims again; they get new numbers.",
			"%s has refused interchange %s%s", i.Partner, i.Control, why)
	}
	stuck, err := l.b.NotSent(l.now.Add(-15*time.Minute), gateway.Page{Limit: maxOf})
	if err != nil {
		return err
	}
	for _, i := range stuck {
		// Where the connection as a whole is told of, this says nothing more.
		if k := l.troubled[i.Partner]; k {
			continue
		}
		l.add(i.Scope, "delivery-stuck", "interchange:"+strconv.FormatInt(i.ID, 10), i.Partner, "The partner is reached, and the file cannot be put: mend what is named in the profile, or ask the partner. It is tried again by itself.",
			"interchange %s to %s waits for %s: %s", i.Control, i.Partner, ago(l.now.Sub(i.At)), i.Note)
	}
	back, err := l.b.BackInTest()
	if err != nil {
		return err
	}
	for _, c := range back {
		l.add(c.Scope, "partner-back-in-test", "partner:"+c.Partner, c.Partner, "Nothing more of it goes on until its claims are better. Look at its receipts with it; certification.txt in its /download tells what is left.",
			"%s: %s", c.Partner, c.Note)
	}
	return nil
}
