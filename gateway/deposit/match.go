package deposit

import (
	"fmt"
	"strings"
	"time"

	"claimwire/gateway"
)

// Tx is what matching asks of a transaction.
type Tx interface {
	RemittanceByTrace(s gateway.Scope, trace string) ([]gateway.Remittance, error)
	DepositsOf(s gateway.Scope, remittance int64) ([]gateway.Deposit, error)
	DepositsToMatch(s gateway.Scope, p gateway.Page) ([]gateway.Deposit, error)
	SetDeposit(d *gateway.Deposit) error
}

// Match looks for the remittance advice of each deposit that waits. It may run
// at any time, and finds what has come since.
func Match(tx Tx, s gateway.Scope) (matched int, err error) {
	for after := int64(0); ; {
		list, err := tx.DepositsToMatch(s, gateway.Page{After: after, Limit: gateway.MaxPage})
		if err != nil {
			return matched, err
		}
		for i := range list {
			d := &list[i]
			after = d.ID
			ok, err := match(tx, s, d)
			if err != nil {
				return matched, err
			}
			if ok {
				matched++
			}
		}
		if len(list) < gateway.MaxPage {
			return matched, nil
		}
	}
}

// sameOrigin compares TRN03 of both; a bank may drop its leading 1.
func sameOrigin(a, b string) bool {
	trim := func(s string) string {
		if len(s) == 10 {
			return s[1:]
		}
		return s
	}
	return a == "" || b == "" || trim(a) == trim(b)
}

func match(tx Tx, s gateway.Scope, d *gateway.Deposit) (bool, error) {
	if d.Trace == "" {
		return false, nil // the bank passes no addenda on: a person matches it
	}
	found, err := tx.RemittanceByTrace(s, d.Trace)
	if err != nil {
		return false, err
	}
	was := *d
	for i := range found {
		m := &found[i]
		if m.State == gateway.RemittanceDiscarded || !sameOrigin(d.Origin, m.Origin) {
			continue
		}
		if m.Amount != d.Amount {
			d.State, d.Note = gateway.DepositDiffers, fmt.Sprintf("remittance advice %d of this number says %v", m.ID, m.Amount)
			continue
		}
		others, err := tx.DepositsOf(s, m.ID)
		if err != nil {
			return false, err
		}
		d.Remittance, d.State, d.Note = m.ID, gateway.DepositMatched, ""
		for _, o := range others {
			if o.ID != d.ID && o.State == gateway.DepositMatched {
				d.State, d.Note = gateway.DepositRepeats, fmt.Sprintf("deposit %d told of the same money", o.ID)
			}
		}
		break
	}
	if *d == was {
		return false, nil
	}
	return d.Remittance != 0, tx.SetDeposit(d)
}

// BankDays is how many banking days a payment and its advice may lie apart.
const BankDays = 3

// Before is the day so many banking days before another: Saturdays and Sundays
// are none.
func Before(today time.Time, days int) string {
	for days > 0 {
		today = today.AddDate(0, 0, -1)
		if w := today.Weekday(); w != time.Saturday && w != time.Sunday {
			days--
		}
	}
	return today.Format("20060102")
}

// ByHand gives a deposit to a remittance advice, since a person has said so. The
// amounts must be the same: money is never adjusted to fit.
func ByHand(d *gateway.Deposit, m *gateway.Remittance, by string) error {
	switch {
	case d.State == gateway.DepositMatched:
		return fmt.Errorf("the deposit is matched with remittance advice %d already", d.Remittance)
	case d.Amount != m.Amount:
		return fmt.Errorf("the deposit is of %v, and the remittance advice of %v", d.Amount, m.Amount)
	case strings.TrimSpace(d.Trace) != "" && d.Trace != m.Trace:
		return fmt.Errorf("the bank names another payment than the remittance advice")
	}
	d.Remittance, d.State, d.Note = m.ID, gateway.DepositMatched, "by "+by
	return nil
}
