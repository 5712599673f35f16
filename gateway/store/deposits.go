package store

import (
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
)

var insertDeposits = set{before: `INSERT INTO deposits (organisation, usage, sha256, position, format, trace, origin, amount, date, account, company, bank_reference, remittance, state, note, at) VALUES `,
	parameters: 16, after: ` ON CONFLICT DO NOTHING`}

// AddDeposits notes deposits; what stands at its place of its file already is
// left.
func (t *Tx) AddDeposits(list []gateway.Deposit) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*insertDeposits.parameters)
		for i := range part {
			d := &part[i]
			args = append(args, d.Scope.Organisation, d.Scope.Usage, d.SHA256, d.Position, d.Format, d.Trace, d.Origin, int64(d.Amount), d.Date, d.Account, d.Company, d.BankRef, d.Remittance,
				string(d.State), d.Note, d.At.UnixMilli())
		}
		if _, err := t.exec(insertDeposits.query(len(part)), args...); err != nil {
			return err
		}
	}
	return nil
}

const depositColumns = `id, organisation, usage, sha256, position, format, trace, origin, amount, date, account, company, bank_reference, remittance, state, note, at`

func scanDeposit(scan func(...any) error) (gateway.Deposit, error) {
	var d gateway.Deposit
	var amount, at int64
	err := scan(&d.ID, &d.Scope.Organisation, &d.Scope.Usage, &d.SHA256, &d.Position, &d.Format, &d.Trace, &d.Origin, &amount, &d.Date, &d.Account, &d.Company, &d.BankRef, &d.Remittance,
		&d.State, &d.Note, &at)
	d.Amount, d.At = money.Amount(amount), time.UnixMilli(at)
	return d, err
}

// DepositPage lists a part of the deposits; state picks those of one.
func (t *Tx) DepositPage(s gateway.Scope, state gateway.DepositState, p gateway.Page) ([]gateway.Deposit, error) {
	w := in(s)
	if state != "" {
		w.and(`state=`, string(state))
	}
	return list(t, depositColumns, `deposits`, w.page(p), scanDeposit)
}

// Deposit finds a deposit.
func (t *Tx) Deposit(s gateway.Scope, id int64) (gateway.Deposit, error) {
	return one(t, depositColumns, `deposits`, s, id, scanDeposit)
}

// DepositsOpen lists a part of the deposits that no remittance advice explains.
func (t *Tx) DepositsOpen(s gateway.Scope, p gateway.Page) ([]gateway.Deposit, error) {
	w := in(s)
	w.text += ` AND (state='waiting' OR state='differs')`
	return list(t, depositColumns, `deposits`, w.page(p), scanDeposit)
}

// DepositsToMatch lists a part of the deposits that wait and whose number some
// remittance advice has.
func (t *Tx) DepositsToMatch(s gateway.Scope, p gateway.Page) ([]gateway.Deposit, error) {
	w := in(s)
	w.text += ` AND (state='waiting' OR state='differs') AND EXISTS (SELECT 1 FROM remittances r
		WHERE r.organisation=deposits.organisation AND r.usage=deposits.usage AND r.trace=deposits.trace)`
	return list(t, depositColumns, `deposits`, w.page(p), scanDeposit)
}

// DepositsOf lists the deposits of a remittance advice.
func (t *Tx) DepositsOf(s gateway.Scope, remittance int64) ([]gateway.Deposit, error) {
	return list(t, depositColumns, `deposits`, in(s).and(`remittance=`, remittance).all(), scanDeposit)
}

// SetDeposit changes what became of a deposit.
func (t *Tx) SetDeposit(d *gateway.Deposit) error {
	_, err := t.exec(`UPDATE deposits SET remittance=$1, state=$2, note=$3 WHERE id=$4 AND organisation=$5 AND usage=$6`, d.Remittance, string(d.State), d.Note, d.ID, d.Scope.Organisation, d.Scope.Usage)
	return err
}

// Unpaid lists remittance advices that announce a transfer dated before a day
// for which no deposit has come, in a scope that gets files of its bank.
func (t *Tx) Unpaid(s gateway.Scope, before string, p gateway.Page) ([]gateway.Remittance, error) {
	w := in(s).and(`date<`, before)
	w.text += ` AND (method='ACH' OR method='FWT') AND amount>0 AND (state='posted' OR state='released' OR state='held')
		AND EXISTS (SELECT 1 FROM deposits d WHERE d.organisation=remittances.organisation AND d.usage=remittances.usage)
		AND NOT EXISTS (SELECT 1 FROM deposits d WHERE d.remittance=remittances.id AND d.state='matched')`
	return list(t, remittanceColumns, `remittances`, w.page(p), scanRemittance)
}
