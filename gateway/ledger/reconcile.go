package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// Books is what a reconciliation reads.
type Books interface {
	Scopes() ([]gateway.Scope, error)
	TransmissionPage(s gateway.Scope, p gateway.Page) ([]gateway.Transmission, error)
	InterchangePage(s gateway.Scope, p gateway.Page) ([]gateway.Interchange, error)
	ClaimPage(s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error)
	SealedPage(s gateway.Scope, p gateway.Page) ([]gateway.Sealed, error)
	RemittancePage(s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error)
	PaymentPage(s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error)
	Checkpoints(visit func(c gateway.Checkpoint) error) error
	HasJob(s gateway.Scope, kind, args string) (state string, err error)
	// Unaccounted lists digests of files that were fetched of which no transmission
	// tells.
	Unaccounted(s gateway.Scope) ([]string, error)
	// BrokenAudit names entries of the audit trail that were changed.
	BrokenAudit(s gateway.Scope) ([]string, error)
	// Purged says whether bytes that rows name went by retention.
	Purged(sha256 string) (bool, error)
}

// Account is what a reconciliation found.
type Account struct {
	Problems      []string // at most maxProblems
	More          int      // problems beyond those
	Transmissions int
	Interchanges  int
	Claims        int
	Events        int
	Sealed        int // of the events
	Checkpoints   int
	Remittances   int
	Purged        int // files whose bytes went by retention
	Charged       money.Amount
	Money         gateway.Money

	kept []keptBytes // what the archive has to hold
}

// keptBytes are bytes that a row names.
type keptBytes struct{ what, sum string }

// maxProblems bounds the list.
const maxProblems = 1000

func (a *Account) problem(format string, args ...any) {
	if len(a.Problems) >= maxProblems {
		a.More++
		return
	}
	a.Problems = append(a.Problems, fmt.Sprintf(format, args...))
}

// Good says whether nothing was found.
func (a *Account) Good() bool { return len(a.Problems) == 0 }

// pages walks through a list.
func pages[T any](page func(p gateway.Page) ([]T, error), id func(*T) int64, visit func(*T) error) error {
	for after := int64(0); ; {
		list, err := page(gateway.Page{After: after, Limit: gateway.MaxPage})
		if err != nil {
			return err
		}
		for i := range list {
			after = id(&list[i])
			if err := visit(&list[i]); err != nil {
				return err
			}
		}
		if len(list) < gateway.MaxPage {
			return nil
		}
	}
}

// Reconcile proves, from the rows of one state of the books, that nothing is
// lost, doubled or changed: the chain of events is unbroken and sealed as the
// checkpoints say; every file received is taken, put aside with a reason, or
// waits with a job; every interchange was sent once; every claim is in one state,
// the one that its events end in; and every dollar of a claim is in one bucket.
// Bytes then proves the rest.
func Reconcile(b Books) (*Account, error) {
	a := &Account{}
	checkpoints := map[int64]bool{0: true}
	if err := b.Checkpoints(func(c gateway.Checkpoint) error {
		a.Checkpoints++
		checkpoints[c.ID] = true
		if c.Wrong != "" {
			a.problem("checkpoint %d: %s", c.ID, c.Wrong)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	scopes, err := b.Scopes()
	if err != nil {
		return nil, err
	}
	checked, purged := map[string]bool{}, map[string]bool{}
	kept := func(what, sum string) error {
		if sum == "" || checked[sum] {
			return nil
		}
		checked[sum] = true
		gone, err := b.Purged(sum)
		if err != nil {
			return err
		}
		if gone {
			purged[sum] = true
			a.Purged++
			return nil
		}
		a.kept = append(a.kept, keptBytes{what, sum})
		return nil
	}
	for _, s := range scopes {
		r := &reconciling{a: a, b: b, s: s, kept: kept, checkpoints: checkpoints}
		for _, step := range []func() error{r.events, r.transmissions, r.interchanges, r.claims, r.remittances, r.audit} {
			if err := step(); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

// Bytes proves that every byte that a row names is archived and is what it was;
// verify reads archived bytes and compares them with their address. It needs no
// database: what was named stays archived, but for retention.
func (a *Account) Bytes(verify func(sha256 string) error) {
	for _, k := range a.kept {
		switch err := verify(k.sum); {
		case errors.Is(err, fs.ErrNotExist):
			a.problem("%s: its bytes (%.12s…) are not in the archive", k.what, k.sum)
		case err != nil:
			a.problem("%s: its bytes (%.12s…): %v", k.what, k.sum, err)
		}
	}
}

type reconciling struct {
	a    *Account
	b    Books
	s    gateway.Scope
	kept func(what, sum string) error

	checkpoints map[int64]bool

	states map[int64]gateway.State // of a claim, by its last event
	sent   map[int64]int           // events that say that an interchange was sent
	inside map[int64]int           // claims of an interchange
}

// events checks the chain, and learns from it what claims and interchanges came
// to.
func (r *reconciling) events() error {
	r.states, r.sent, r.inside = map[int64]gateway.State{}, map[int64]int{}, map[int64]int{}
	last := map[string]string{}
	return pages(func(p gateway.Page) ([]gateway.Sealed, error) { return r.b.SealedPage(r.s, p) }, func(e *gateway.Sealed) int64 { return e.ID }, func(e *gateway.Sealed) error {
		r.a.Events++
		if e.Checkpoint != 0 {
			r.a.Sealed++
		}
		if !r.checkpoints[e.Checkpoint] {
			r.a.problem("event %d (%s): the checkpoint that sealed it is missing", e.ID, e.Kind)
		}
		if !e.Intact {
			r.a.problem("event %d (%s): it was changed", e.ID, e.Kind)
		}
		if e.Previous != last[e.Chain] {
			r.a.problem("event %d (%s): the event before it in its chain is missing or was changed", e.ID, e.Kind)
		}
		last[e.Chain] = e.Digest
		if e.Kind == "sent" {
			r.sent[e.Interchange]++
		}
		for _, c := range e.Claims {
			r.states[c.Claim] = c.State
		}
		return r.kept(fmt.Sprintf("event %d", e.ID), e.Place.SHA256)
	})
}

func (r *reconciling) transmissions() error {
	return pages(func(p gateway.Page) ([]gateway.Transmission, error) { return r.b.TransmissionPage(r.s, p) }, func(m *gateway.Transmission) int64 { return m.ID },
		func(m *gateway.Transmission) error {
			r.a.Transmissions++
			if err := r.kept(fmt.Sprintf("transmission %d", m.ID), m.SHA256); err != nil || !m.Inbound {
				return err
			}
			switch m.State {
			case "taken":
			case "quarantined", "duplicate", "dismissed":
				if m.Note == "" {
					r.a.problem("transmission %d: it is put aside and nothing says why", m.ID)
				}
			default:
				for _, kind := range []string{"intake", "take"} {
					state, err := r.b.HasJob(r.s, kind, strconv.FormatInt(m.ID, 10))
					if err != nil {
						return err
					}
					if state == "parked" {
						r.a.problem("transmission %d: it could not be taken in; its job is parked", m.ID)
					}
					if state != "" {
						return nil
					}
				}
				r.a.problem("transmission %d: it was received and nobody will take it in", m.ID)
			}
			return nil
		})
}

// audit checks the audit trail, and that all files that were fetched are here.
func (r *reconciling) audit() error {
	wrong, err := r.b.BrokenAudit(r.s)
	for _, w := range wrong {
		r.a.problem("%s", w)
	}
	if err != nil {
		return err
	}
	sums, err := r.b.Unaccounted(r.s)
	for _, sum := range sums {
		r.a.problem("a file that was fetched (%.12s…): nothing tells what became of it", sum)
	}
	return err
}

func (r *reconciling) claims() error {
	known := map[gateway.State]bool{}
	for _, s := range []gateway.State{gateway.Received, gateway.Held, gateway.Queued, gateway.Sent, gateway.Accepted, gateway.Rejected, gateway.Paid, gateway.Requested, gateway.Denied, gateway.Reversed} {
		known[s] = true
	}
	err := pages(func(p gateway.Page) ([]gateway.Claim, error) { return r.b.ClaimPage(r.s, gateway.ClaimQuery{Page: p}) }, func(c *gateway.Claim) int64 { return c.ID },
		func(c *gateway.Claim) error {
			r.a.Claims++
			if !known[c.State] {
				r.a.problem("claim %d: %q is no state", c.ID, c.State)
			}
			if s, ok := r.states[c.ID]; !ok {
				r.a.problem("claim %d: it is %s, and no event says so", c.ID, c.State)
			} else if s != c.State {
				r.a.problem("claim %d: it is %s, and its last event says %s", c.ID, c.State, s)
			}
			m := c.Money
			if m.Paid+m.Adjusted+m.Patient+m.Denied+m.Open != c.Charge {
				r.a.problem("claim %d: charge %v, and its buckets hold %v", c.ID, c.Charge, m.Paid+m.Adjusted+m.Patient+m.Denied+m.Open)
			}
			r.a.Charged += c.Charge
			r.a.Money.Paid += m.Paid
			r.a.Money.Adjusted += m.Adjusted
			r.a.Money.Patient += m.Patient
			r.a.Money.Denied += m.Denied
			r.a.Money.Open += m.Open
			if c.Interchange != 0 {
				r.inside[c.Interchange]++
			}
			switch c.State {
			case gateway.Sent, gateway.Accepted, gateway.Paid, gateway.Requested, gateway.Denied, gateway.Reversed:
				if c.Interchange == 0 {
					r.a.problem("claim %d: it is %s, and was never in an interchange", c.ID, c.State)
				}
			}
			return nil
		})
	if err != nil {
		return err
	}
	return pages(func(p gateway.Page) ([]gateway.Interchange, error) { return r.b.InterchangePage(r.s, p) }, func(i *gateway.Interchange) int64 { return i.ID },
		func(i *gateway.Interchange) error {
			if r.inside[i.ID] != i.Claims {
				r.a.problem("interchange %s to %s: it was built of %d claims, and %d say that they are in it", i.Control, i.Partner, i.Claims, r.inside[i.ID])
			}
			return nil
		})
}

func (r *reconciling) interchanges() error {
	controls := map[string]bool{}
	return pages(func(p gateway.Page) ([]gateway.Interchange, error) { return r.b.InterchangePage(r.s, p) }, func(i *gateway.Interchange) int64 { return i.ID },
		func(i *gateway.Interchange) error {
			r.a.Interchanges++
			what := fmt.Sprintf("interchange %s to %s", i.Control, i.Partner)
			if err := r.kept(what, i.SHA256); err != nil {
				return err
			}
			if k := i.Partner + " " + i.Control; controls[k] {
				r.a.problem("%s: its control number was used twice", what)
			} else {
				controls[k] = true
			}
			switch n := r.sent[i.ID]; i.State {
			case "queued":
				if n != 0 {
					r.a.problem("%s: it waits to be sent, and an event says that it was", what)
				}
				state, err := r.b.HasJob(r.s, "deliver", strconv.FormatInt(i.ID, 10))
				if err != nil {
					return err
				}
				switch state {
				case "":
					r.a.problem("%s: it waits to be sent, and nobody will send it", what)
				case "parked":
					r.a.problem("%s: it could not be sent; its job is parked", what)
				}
			case "unsure":
				r.a.problem("%s: nobody knows whether the partner has it: %s", what, i.Note)
			default:
				switch {
				case n > 1:
					r.a.problem("%s: it was sent %d times", what, n)
				case n == 0:
					r.a.problem("%s: it is %s, and no event says that it was sent", what, i.State)
				}
			}
			return nil
		})
}

func (r *reconciling) remittances() error {
	return pages(func(p gateway.Page) ([]gateway.Remittance, error) { return r.b.RemittancePage(r.s, p) }, func(m *gateway.Remittance) int64 { return m.ID },
		func(m *gateway.Remittance) error {
			r.a.Remittances++
			var paid money.Amount
			n := 0
			err := pages(func(p gateway.Page) ([]gateway.Payment, error) {
				return r.b.PaymentPage(r.s, gateway.PaymentQuery{Page: p, Remittance: m.ID})
			}, func(p *gateway.Payment) int64 { return p.ID }, func(p *gateway.Payment) error {
				paid += p.Paid
				n++
				return nil
			})
			if err != nil {
				return err
			}
			if n != m.Claims {
				r.a.problem("remittance %d: it holds %d claim payments, and %d are posted", m.ID, m.Claims, n)
			}
			if posted := m.State == gateway.RemittancePosted || m.State == gateway.RemittanceReleased; posted && m.Balanced && paid-m.Adjusted != m.Amount {
				r.a.problem("remittance %d: it pays %v, and its claims less provider adjustments come to %v", m.ID, m.Amount, paid-m.Adjusted)
			}
			return nil
		})
}
