package simulate

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"claimwire/edi/claim"
	"claimwire/edi/remit"
)

// What is sent again is taken: a claim that was refused at the front end and
// comes under the same patient control number with another number of the
// submitter's, and a replacement of what was denied. Else nobody could see a
// corrected claim paid, as a payer that knows nothing of medicine cannot see that
// it is right now.

// maxRefused bounds how many refused claims are remembered; those beyond are
// refused each time that they come.
const maxRefused = 100_000

// memory is what the payer keeps of the claims that it refused: which number of
// the submitter's came first under a patient control number.
type memory struct {
	name string // of the file

	mu    sync.Mutex
	first map[string]string // patient control number → the submitter's number
}

func openMemory(dir string) (*memory, error) {
	m := &memory{name: filepath.Join(dir, "refused"), first: map[string]string{}}
	f, err := os.Open(m.name)
	if os.IsNotExist(err) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if id, trace, ok := strings.Cut(lines.Text(), "\t"); ok && m.first[id] == "" {
			m.first[id] = trace
		}
	}
	return m, lines.Err()
}

// again says whether a claim that would be refused was refused before as
// another. It remembers those that it sees first, so that the answer is the same
// when the payer is killed and looks at the file once more.
func (m *memory) again(c *claim.Claim) bool {
	trace := c.Reference(claim.ReferenceTrace)
	if trace == "" || c.ID == "" || strings.ContainsAny(c.ID+trace, "\t\n\r") {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if first := m.first[c.ID]; first != "" {
		return first != trace
	}
	if len(m.first) >= maxRefused {
		return false
	}
	m.first[strings.Clone(c.ID)] = strings.Clone(trace)
	f, err := os.OpenFile(m.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return false
	}
	f.WriteString(c.ID + "\t" + trace + "\n")
	f.Close()
	return false
}

// undone is the reversal of what was decided of the claim that a replacement or
// a void takes back, as the payer finds it among the files that it has taken; ok
// is false where there is none, or nothing was decided of it yet.
func (r *reading) undone(c *claim.Claim) (pay remit.ClaimPayment, ok bool) {
	number := c.Reference(claim.ReferencePayerClaimID)
	if number == "" {
		return remit.ClaimPayment{}, false
	}
	r.p.taken("", func(k *claim.Claim) bool {
		if r.p.payerClaimID(k) != number {
			return false
		}
		d := r.p.decide(k)
		if d == AskMore || d == Undo { // a question that was answered was paid
			d = PayContract
		}
		if pay, ok = r.p.payAs(k, r.date, d); ok {
			reverse(&pay)
		}
		return true
	})
	return pay, ok
}
