package ledger

import (
	"cmp"
	"slices"

	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// What a claim came to is worked out from all its payments, each time one is
// added or taken away: so the order in which remittance advices arrive does not
// matter, and a reversal that comes before what it undoes is no harm.
//
//   - A reversal undoes the payment of the same payer's number and the mirrored
//     amounts, the latest that is not undone yet. A pair comes to nothing.
//   - What is left stands: parts of a split claim add up.
//   - Where they charge more than the claim did, the payer has decided again
//     without a reversal: the later decision replaces the oldest, for good. What
//     the replaced one paid was paid all the same, and shows as too much.
//   - What nobody has decided is open.

// Standing is what a claim came to by its payments.
type Standing struct {
	State gateway.State // empty: no payment says anything
	Money gateway.Money
	// Pairs joins reversals and the payments that they undo, both ways.
	Pairs map[int64]int64
	// Alone are reversals without the payment that they undo.
	Alone int
	// Counted are the payments that stand, oldest first.
	Counted []int64
	// Again are decisions that do not count, and that no reversal has undone: a later
	// one took their place, or they deny what was paid.
	Again []int64
}

// Project works out what a claim came to by its payments, in any order.
func Project(c *gateway.Claim, payments []gateway.Payment) Standing {
	s := Standing{Money: gateway.Money{Open: c.Charge}, Pairs: map[int64]int64{}}
	if len(payments) == 0 {
		return s
	}
	list := slices.Clone(payments)
	slices.SortFunc(list, older)
	s.pair(list)
	s.arrange(list)
	at := make(map[int64]int, len(list))
	for i := range list {
		at[list[i].ID] = i
	}
	var live []*gateway.Payment // what counts so far, oldest first
	var paid, charge money.Amount
	drop := func(k int) {
		charge -= live[k].Charge
		live = slices.Delete(live, k, k+1)
	}
	said := false
	for i := range list {
		p := &list[i]
		if p.Outcome == "predetermination" && c.Kind != "dental" {
			continue // of a claim that asked to be paid: nothing is decided by it
		}
		said = true
		other, paired := s.Pairs[p.ID]
		reversal := p.Kind == string(remit.Reversal)
		if !paired {
			paid += p.Money.Paid
		}
		switch {
		case reversal && !paired:
			s.Alone++ // the money is gone; which decision it undoes is not known
		case !reversal && (!paired || at[other] > i): // undone later, if at all
			if p.Kind == string(remit.Denial) && charge+p.Charge > c.Charge && paidFor(live) {
				// A denial does not take a payment back: that is a reversal's to do. It
				// is most often the answer to the same claim sent twice.
				s.Again = append(s.Again, p.ID)
				continue
			}
			if paired && charge+p.Charge > c.Charge && paidFor(live) {
				continue // paid twice, and taken back once: the first one stands
			}
			live, charge = append(live, p), charge+p.Charge
			for charge > c.Charge && len(live) > 1 && live[0] != p {
				if s.Pairs[live[0].ID] == 0 {
					s.Again = append(s.Again, live[0].ID)
				}
				drop(0)
			}
		case reversal:
			if k := slices.IndexFunc(live, func(q *gateway.Payment) bool { return q.ID == other }); k >= 0 {
				drop(k)
			}
		}
	}
	if !said {
		return s
	}
	if len(live) == 0 || c.Frequency == "8" {
		s.State = gateway.Reversed
		if c.Frequency != "8" { // what was paid again and not taken back is still here
			s.Money.Paid, s.Money.Adjusted = paid, -paid
		}
		return s
	}
	m := gateway.Money{Paid: paid}
	for _, p := range live {
		s.Counted = append(s.Counted, p.ID)
		m.Patient += p.Money.Patient
		m.Denied += p.Money.Denied
		m.Adjusted += p.Money.Adjusted
	}
	// What nobody has decided, or what an advice that does not balance leaves
	// unexplained, is open. What was paid besides, and not taken back, is among the
	// adjusted, as a credit.
	if left := c.Charge - m.Paid - m.Patient - m.Denied - m.Adjusted; left >= 0 {
		m.Open = left
	} else {
		m.Adjusted += left
	}
	s.Money, s.State = m, stateOf(live)
	return s
}

// paidFor says whether something that counts is a payment.
func paidFor(live []*gateway.Payment) bool {
	return slices.ContainsFunc(live, func(p *gateway.Payment) bool { return p.Kind == string(remit.Payment) })
}

// arrange puts what was undone on the day on which it was decided, and reversals,
// before all else of their day: of two files of a day nobody knows which came
// first, and what is undone must not stand in the way of the correction.
func (s *Standing) arrange(list []gateway.Payment) {
	day := make(map[int64]string, len(list))
	for i := range list {
		day[list[i].ID] = list[i].PaidOn
	}
	stands := func(p *gateway.Payment) int {
		other, paired := s.Pairs[p.ID]
		if p.Kind == string(remit.Reversal) || paired && day[other] == p.PaidOn {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b gateway.Payment) int {
		return cmp.Or(cmp.Compare(a.PaidOn, b.PaidOn), cmp.Compare(stands(&a), stands(&b)), cmp.Compare(kindOrder(&a), kindOrder(&b)))
	})
}

// kindOrder puts a payment before a reversal.
func kindOrder(p *gateway.Payment) int {
	if p.Kind == string(remit.Reversal) {
		return 1
	}
	return 0
}

// older orders payments by the day of the payment, then by where they stand:
// never by when they arrived.
func older(a, b gateway.Payment) int {
	return cmp.Or(cmp.Compare(a.PaidOn, b.PaidOn), cmp.Compare(a.Place.SHA256, b.Place.SHA256), cmp.Compare(a.Place.Offset, b.Place.Offset))
}

// pair joins reversals with what they undo: first those that name the payer's
// number of it, so that none of it is taken by one that names nothing.
func (s *Standing) pair(list []gateway.Payment) {
	for _, named := range []bool{true, false} {
		for i := range list {
			r := &list[i]
			if r.Kind != string(remit.Reversal) || s.Pairs[r.ID] != 0 {
				continue
			}
			best, score := -1, 0
			for k := range list {
				p := &list[k]
				same := p.PayerClaimID != "" && p.PayerClaimID == r.PayerClaimID
				if p.Kind == string(remit.Reversal) || s.Pairs[p.ID] != 0 || p.Charge != -r.Charge || p.Paid != -r.Paid || named && !same {
					continue
				}
				if !named && p.PayerClaimID != "" && r.PayerClaimID != "" && otherHas(list, r) {
					continue // the payment that it names is here, or is undone already
				}
				n := 1
				if p.Money.Patient == -r.Money.Patient && p.Money.Denied == -r.Money.Denied {
					n += 4
				}
				switch {
				case before(p, r):
					n += 2
				case p.PaidOn <= r.PaidOn:
					n++ // of the same day, in another file or after it
				}
				if n >= score { // of equals, the latest
					best, score = k, n
				}
			}
			if best >= 0 {
				s.Pairs[r.ID], s.Pairs[list[best].ID] = list[best].ID, r.ID
			}
		}
	}
}

// before says whether a payment is known to have been decided before a reversal:
// on an earlier day, or of that day and before it in its file. The correction
// stands after the reversal, and may have the same amounts.
func before(p, r *gateway.Payment) bool {
	return p.PaidOn < r.PaidOn || p.PaidOn == r.PaidOn && p.Place.SHA256 == r.Place.SHA256 && p.Place.Offset < r.Place.Offset
}

// otherHas says whether a payment has the payer's number that a reversal names.
func otherHas(list []gateway.Payment, r *gateway.Payment) bool {
	return slices.ContainsFunc(list, func(p gateway.Payment) bool {
		return p.Kind != string(remit.Reversal) && p.PayerClaimID == r.PayerClaimID
	})
}

// stateOf is what decisions come to: denied when all that was decided is.
func stateOf(list []*gateway.Payment) gateway.State {
	state := gateway.Reversed
	for _, p := range list {
		switch remit.Kind(p.Kind) {
		case remit.Payment:
			return gateway.Paid
		case remit.Denial:
			state = gateway.Denied
		}
	}
	return state
}
