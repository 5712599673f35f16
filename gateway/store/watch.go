package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"claimwire/gateway"
)

// waiting are the states of claims that wait for an answer, by how far the
// answers of their interchange are in.
var waiting = [2]string{`'sent'`, `'sent','accepted'`}

// stillWaiting counts the claims of an interchange that wait for its
// acknowledgment (stage 0) or their end (1). Where none does, that is noted, and
// the interchange is not looked at again.
func (t *Tx) stillWaiting(id int64, stage int) (n int, err error) {
	err = t.row(`SELECT COUNT(*) FROM claims WHERE interchange=$1 AND interchange<>0 AND state IN (`+waiting[stage]+`)`, id).Scan(&n)
	if err == nil && n == 0 {
		_, err = t.exec(`UPDATE interchanges SET answered=$1 WHERE id=$2`, stage+1, id)
	}
	return n, err
}

// Overdue lists interchanges of a partner that were sent before a time and whose
// answer ("ta1", "999", "277ca", "835") is missing; Claims is how many claims of
// each still wait for it.
func (t *Tx) Overdue(s gateway.Scope, partner, answer string, sentBefore time.Time, limit int) ([]gateway.Interchange, error) {
	missing, stage := "", -1
	switch answer {
	case "ta1":
		missing = `state='sent' AND ta1_at=0 AND acknowledged_at=0`
	case "999":
		missing = `state='sent' AND acknowledged_at=0`
	case "277ca":
		missing, stage = `answered=0`, 0
	case "835":
		missing, stage = `answered<=1`, 1
	default:
		return nil, fmt.Errorf("no answer %q", answer)
	}
	w := in(s).and(`partner=`, partner).and(`sent_at<`, sentBefore.UnixMilli())
	w.text += ` AND sent_at>0 AND answered<2 AND ` + missing + ` ORDER BY sent_at, id LIMIT ` + strconv.Itoa(limit)
	list, err := list(t, interchangeColumns, `interchanges`, w, scanInterchange)
	if err != nil || stage < 0 {
		return list, err
	}
	left := list[:0]
	for _, i := range list {
		if i.Claims, err = t.stillWaiting(i.ID, stage); err != nil {
			return nil, err
		}
		if i.Claims > 0 {
			left = append(left, i)
		}
	}
	return left, nil
}

// FirstUnanswered is when the oldest interchange of a partner was sent that has
// claims without an end; zero: none.
func (t *Tx) FirstUnanswered(s gateway.Scope, partner string) (time.Time, error) {
	w := in(s).and(`partner=`, partner)
	w.text += ` AND sent_at>0 AND answered<2 ORDER BY sent_at, id LIMIT 50`
	list, err := list(t, interchangeColumns, `interchanges`, w, scanInterchange)
	if err != nil {
		return time.Time{}, err
	}
	for _, i := range list {
		if n, err := t.stillWaiting(i.ID, 1); err != nil || n > 0 {
			return i.SentAt, err
		}
	}
	return time.Time{}, nil
}

// Aside lists files of all scopes that were put aside for a person.
func (t *Tx) Aside(p gateway.Page) ([]gateway.Transmission, error) {
	return list(t, transmissionColumns, `transmissions`, (&where{text: ` WHERE state='quarantined'`}).page(p), scanTransmission)
}

// Unsure lists interchanges of all scopes of which nobody knows whether the
// partner has them.
func (t *Tx) Unsure(p gateway.Page) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, (&where{text: ` WHERE state='unsure'`}).page(p), scanInterchange)
}

const alertColumns = `id, organisation, usage, kind, subject, partner, message, advice, raised_at, closed_at`

func scanAlert(scan func(...any) error) (gateway.Alert, error) {
	var a gateway.Alert
	var raised, closed int64
	err := scan(&a.ID, &a.Scope.Organisation, &a.Scope.Usage, &a.Kind, &a.Subject, &a.Partner, &a.Message, &a.Advice, &raised, &closed)
	a.RaisedAt, a.ClosedAt = timeOf(raised), timeOf(closed)
	return a, err
}

// alertName is what is there once while an alert is open.
func alertName(a *gateway.Alert) string {
	return a.Scope.Organisation + "/" + a.Scope.Usage + "/" + a.Kind + "/" + a.Subject
}

// SetAlerts makes those of a list the open ones: what is new is raised, what is
// not in the list any more is closed. It gives both.
func (t *Tx) SetAlerts(now []gateway.Alert, at time.Time) (raised, closed []gateway.Alert, err error) {
	if err := t.Lock(gateway.Scope{}, "alerts"); err != nil {
		return nil, nil, err
	}
	open, err := listOf(t, alertColumns, `alerts WHERE name IS NOT NULL ORDER BY id`, nil, scanAlert)
	if err != nil {
		return nil, nil, err
	}
	before := map[string]*gateway.Alert{}
	for i := range open {
		before[alertName(&open[i])] = &open[i]
	}
	for _, a := range now {
		name := clean(alertName(&a))
		was := before[name]
		delete(before, name)
		switch {
		case was == nil:
			r, err := t.exec(`INSERT INTO alerts (organisation, usage, kind, subject, partner, message, advice, raised_at, name) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (name) DO NOTHING`,
				a.Scope.Organisation, a.Scope.Usage, a.Kind, a.Subject, a.Partner, a.Message, a.Advice, a.RaisedAt.UnixMilli(), name)
			if err != nil {
				return nil, nil, err
			}
			if n, err := r.RowsAffected(); err == nil && n > 0 {
				raised = append(raised, a)
			}
		case was.Message != clean(a.Message):
			if _, err := t.exec(`UPDATE alerts SET message=$1 WHERE id=$2`, a.Message, was.ID); err != nil {
				return nil, nil, err
			}
		}
	}
	for i := range open {
		if before[alertName(&open[i])] == nil {
			continue
		}
		if _, err := t.exec(`UPDATE alerts SET closed_at=$1, name=NULL WHERE id=$2`, at.UnixMilli(), open[i].ID); err != nil {
			return nil, nil, err
		}
		open[i].ClosedAt = at
		closed = append(closed, open[i])
	}
	return raised, closed, nil
}

// Alerts lists alerts of a scope, the newest first; own adds those of the gateway
// itself, all the closed ones.
func (t *Tx) Alerts(s gateway.Scope, own, all bool, p gateway.Page) ([]gateway.Alert, error) {
	w := &where{text: ` WHERE (organisation=$1 AND usage=$2`, args: []any{s.Organisation, s.Usage}}
	if own {
		w.text += ` OR organisation='' AND usage=''`
	}
	w.text += `)`
	if !all {
		w.text += ` AND name IS NOT NULL`
	}
	return list(t, alertColumns, `alerts`, w.newest(p), scanAlert)
}

// OpenAlerts counts the open alerts of all scopes by kind.
func (t *Tx) OpenAlerts() (map[string]int, error) {
	n := map[string]int{}
	err := t.rows(`SELECT kind, COUNT(*) FROM alerts WHERE name IS NOT NULL GROUP BY kind`, func(r *sql.Rows) error {
		var kind string
		var count int
		err := r.Scan(&kind, &count)
		n[kind] = count
		return err
	})
	return n, err
}

// LastAlert is when an alert of a kind of the gateway itself was raised that is
// open; zero: none is.
func (t *Tx) LastAlert(kind string) (time.Time, error) {
	list, err := listOf(t, alertColumns, `alerts WHERE name IS NOT NULL AND organisation='' AND kind=$1 ORDER BY id DESC LIMIT 1`, []any{kind}, scanAlert)
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].RaisedAt, nil
}

// AsideOf lists the files of a scope that were put aside, the newest first.
func (t *Tx) AsideOf(s gateway.Scope) ([]gateway.Transmission, error) {
	return list(t, transmissionColumns, `transmissions`, in(s).and(`state=`, "quarantined").newest(gateway.Page{Limit: 200}), scanTransmission)
}

// UnsureOf lists the interchanges of a scope of which nobody knows whether the
// partner has them.
func (t *Tx) UnsureOf(s gateway.Scope) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).and(`state=`, "unsure").newest(gateway.Page{Limit: 200}), scanInterchange)
}
