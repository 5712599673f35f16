package store

import (
	"database/sql"
	"errors"
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
	d := gateway.DenialWork{Payment: payment, Scope: s, State: gateway.DenialOpen}
	var at int64
	err := t.row(`SELECT owner, state, note, made_by, at FROM denial_work WHERE organisation=$1 AND usage=$2 AND payment=$3`, s.Organisation, s.Usage, payment).
		Scan(&d.Owner, &d.State, &d.Note, &d.By, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return d, nil
	}
	d.At = time.UnixMilli(at)
	return d, err
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
