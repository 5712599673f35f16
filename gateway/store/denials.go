package store

import (
	"database/sql"
	"time"

	"claimwire/gateway"
)

// Denied lists a part of the claim payments of which something is denied and
// that no reversal has undone.
func (t *Tx) Denied(s gateway.Scope, p gateway.Page) ([]gateway.Payment, error) {
	w := in(s)
	w.text += ` AND denied<>0 AND kind<>'reversal' AND pair=0`
	return list(t, paymentColumns, `payments`, w.page(p), scanPayment)
}

// SetDenialWork notes what is done about a denial.
func (t *Tx) SetDenialWork(d *gateway.DenialWork) error {
	_, err := t.exec(`INSERT INTO denial_work (payment, organisation, usage, owner, state, note, made_by, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (payment) DO UPDATE SET owner=$4, state=$5, note=$6, made_by=$7, at=$8`, d.Payment, d.Scope.Organisation, d.Scope.Usage, d.Owner, string(d.State), d.Note, d.By, d.At.UnixMilli())
	return err
}

// DenialWork finds what is done about a denial: open where nothing is yet.
func (t *Tx) DenialWork(s gateway.Scope, payment int64) (gateway.DenialWork, error) {
	all, err := t.DenialWorks(s, []int64{payment})
	return all[payment], err
}

// DenialWorks finds the same of many, at most gateway.MaxPage.
func (t *Tx) DenialWorks(s gateway.Scope, payments []int64) (map[int64]gateway.DenialWork, error) {
	all := make(map[int64]gateway.DenialWork, len(payments))
	for _, id := range payments {
		all[id] = gateway.DenialWork{Payment: id, Scope: s, State: gateway.DenialOpen}
	}
	if len(payments) == 0 {
		return all, nil
	}
	err := t.rows(`SELECT payment, owner, state, note, made_by, at FROM denial_work WHERE `+byKey+` AND payment IN (`+numbersOf(payments)+`)`, func(r *sql.Rows) error {
		d := gateway.DenialWork{Scope: s}
		var at int64
		err := r.Scan(&d.Payment, &d.Owner, &d.State, &d.Note, &d.By, &at)
		d.At = time.UnixMilli(at)
		all[d.Payment] = d
		return err
	}, s.Organisation, s.Usage)
	return all, err
}

// DeniedIn lists a part of them whose work is in a state; empty: all.
func (t *Tx) DeniedIn(s gateway.Scope, state gateway.DenialState, p gateway.Page) ([]gateway.Payment, error) {
	w := in(s)
	w.text += ` AND denied<>0 AND kind<>'reversal' AND pair=0`
	if state == gateway.DenialOpen {
		w.text += ` AND NOT EXISTS (SELECT 1 FROM denial_work WHERE payment=payments.id AND denial_work.state<>'open')`
	} else if state != "" {
		w.args = append(w.args, string(state))
		w.text += ` AND EXISTS (SELECT 1 FROM denial_work WHERE payment=payments.id AND denial_work.state=$3)`
	}
	return list(t, paymentColumns, `payments`, w.page(p), scanPayment)
}
