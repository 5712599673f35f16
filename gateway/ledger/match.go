package ledger

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// match finds the claim of each payment.
func (t *taking) match(list []posting) error {
	var ids []string
	asked := map[string]bool{}
	for i := range list {
		if id := list[i].p.ClaimID; id != "" && !asked[id] {
			asked[id] = true
			ids = append(ids, id)
		}
	}
	claims, err := t.tx.ByClaimIDs(t.m.Scope, t.m.Partner, ids)
	if err != nil {
		return err
	}
	byNumber := map[string][]*gateway.Claim{}
	byID := map[int64]*gateway.Claim{}
	for i := range claims {
		c := &claims[i]
		if byID[c.ID] == nil {
			byID[c.ID] = c
			byNumber[c.ClaimID] = append(byNumber[c.ClaimID], c)
		}
	}
	h, err := t.histories(byNumber)
	if err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		w.same = byNumber[w.p.ClaimID]
		claim, why := w.pick(w.same, h)
		if claim == nil && len(w.same) == 0 && w.p.PayerClaimID != "" {
			found, err := t.tx.ByPayerClaimID(t.m.Scope, t.m.Partner, w.p.PayerClaimID)
			if err != nil {
				return err
			}
			var others []*gateway.Claim
			for k := range found {
				c := &found[k]
				if byID[c.ID] == nil {
					byID[c.ID] = c
				}
				others = append(others, byID[c.ID])
			}
			if len(others) > 0 {
				claim, why = w.pick(others, nil)
			}
		}
		if claim != nil && w.p.PayerClaimID != "" && claim.PayerClaimID != "" && w.p.PayerClaimID != claim.PayerClaimID {
			if other, err := t.contradicted(w, claim); err != nil {
				return err
			} else if other != "" {
				claim, why = nil, other
			}
		}
		if claim == nil {
			w.p.Candidates = why
			t.note("a claim payment waits for a person: %s", why)
			continue
		}
		w.claim, w.p.Claim = claim, claim.ID
		h.add(&w.p)
		if claim.PayerClaimID == "" && w.p.Kind != string(remit.Reversal) {
			claim.PayerClaimID = w.p.PayerClaimID
		}
	}
	return nil
}

// contradicted says why a payment cannot be a claim's though it has its number:
// the payer gives it a number that is another claim's of ours, or another number
// and another person. A payer may give a claim more than one number.
func (t *taking) contradicted(w *posting, c *gateway.Claim) (string, error) {
	others, err := t.tx.ByPayerClaimID(t.m.Scope, t.m.Partner, w.p.PayerClaimID)
	if err != nil {
		return "", err
	}
	for _, o := range others {
		if o.ID != c.ID && o.ClaimID != c.ClaimID {
			return fmt.Sprintf("claim %d has its number, and the payer's number is that of claim %d", c.ID, o.ID), nil
		}
	}
	if len(w.last) == 0 || len(w.members) == 0 {
		return "", nil // a name alone says little: people marry, and payers misspell
	}
	whole, err := t.tx.Claim(t.m.Scope, c.ID)
	if err != nil {
		return "", err
	}
	k, err := claim.ParseJSON(whole.Document)
	if err != nil {
		return "", nil // what cannot be read says nothing
	}
	var ours []string
	if k.Subscriber != nil {
		ours = append(ours, strings.ToUpper(k.Subscriber.Name.Last))
	}
	if k.Patient != nil {
		ours = append(ours, strings.ToUpper(k.Patient.Name.Last))
	}
	for _, name := range w.last {
		if slices.Contains(ours, name) {
			return "", nil
		}
	}
	if k.Subscriber != nil && slices.Contains(w.members, strings.ToUpper(k.Subscriber.ID.Value)) {
		return "", nil
	}
	if len(ours) == 0 {
		return "", nil
	}
	return fmt.Sprintf("claim %d has its number, and another number of the payer and another patient", c.ID), nil
}

// histories are the decisions that stand of claims whose number more than one
// has, such as a claim and its replacement.
type histories map[int64][]gateway.Payment

func (t *taking) histories(byNumber map[string][]*gateway.Claim) (histories, error) {
	var ids []int64
	for _, list := range byNumber {
		if len(list) > 1 {
			for _, c := range list {
				ids = append(ids, c.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	all, err := t.tx.PaymentsOf(t.m.Scope, ids)
	if err != nil {
		return nil, err
	}
	h := histories{}
	for _, id := range ids {
		h[id] = nil
	}
	for i := range all {
		h.add(&all[i])
	}
	return h, nil
}

// add notes what is posted to a claim.
func (h histories) add(p *gateway.Payment) {
	list, known := h[p.Claim]
	if !known {
		return
	}
	if p.Kind == string(remit.Reversal) {
		if k := slices.IndexFunc(list, mirrors(p)); k >= 0 {
			h[p.Claim] = slices.Delete(list, k, k+1)
			return
		}
	}
	h[p.Claim] = append(list, *p)
}

// mirrors finds what a reversal undoes.
func mirrors(r *gateway.Payment) func(p gateway.Payment) bool {
	return func(p gateway.Payment) bool {
		return p.Kind != string(remit.Reversal) && p.Charge == -r.Charge && p.Paid == -r.Paid
	}
}

// waits says whether a later claim of the list, a replacement that went out, has
// no decision yet, and an earlier one has: then the next decision is the
// replacement's, under whatever number.
func (h histories) waits(c *gateway.Claim, list []*gateway.Claim) bool {
	for _, k := range list {
		if k.ID > c.ID && k.Frequency == "7" && k.State != gateway.Held && k.State != gateway.Queued && k.State != gateway.Rejected && len(h[k.ID]) == 0 {
			return true
		}
	}
	return false
}

// pick chooses among claims the one that is paid; nil with the reason when
// nothing decides.
func (w *posting) pick(list []*gateway.Claim, h histories) (*gateway.Claim, string) {
	if len(list) == 0 {
		return nil, "no claim of ours has its number"
	}
	var best *gateway.Claim
	top, ties := 0, 0
	fits := make(map[int64]fit, len(list))
	for _, c := range list {
		f := w.fit(c)
		if f.reversal {
			f.undone = slices.ContainsFunc(h[c.ID], mirrors(&w.p))
		} else {
			f.replaced = h.waits(c, list)
		}
		fits[c.ID] = f
		switch n := f.score(); {
		case best == nil || n > top:
			best, top, ties = c, n, 1
		case n == top:
			ties++
		}
	}
	switch f := fits[best.ID]; {
	case ties > 1:
		return nil, fmt.Sprintf("%d claims of ours answer to it equally", ties)
	case !f.payerNumber && !f.charge && !f.payee:
		return nil, fmt.Sprintf("claim %d has its number, and neither its charge nor its payee", best.ID)
	case f.otherPayee && !f.payerNumber:
		return nil, fmt.Sprintf("claim %d has its number and is another provider's", best.ID)
	case f.otherDays && !f.payerNumber:
		return nil, fmt.Sprintf("claim %d has its number and is of other days", best.ID)
	}
	return best, ""
}

// fit is what a claim and a payment have in common.
type fit struct {
	payerNumber, otherNumber bool // the payer's number is the same; is another
	charge                   bool
	payee, otherPayee        bool
	days, otherDays          bool
	sequence, otherSequence  bool // paid as the payer that the claim is for
	frequency                bool
	void                     bool // the claim is a void
	unsent                   bool // it was refused: nothing is paid on it
	reversal                 bool
	undone                   bool // a decision of it is what the reversal mirrors
	replaced                 bool // its replacement waits for a decision
}

func (w *posting) fit(c *gateway.Claim) fit {
	f := fit{charge: w.p.Charge == c.Charge || w.p.Charge == -c.Charge, void: c.Frequency == "8", unsent: c.State == gateway.Rejected || c.State == gateway.Held,
		frequency: w.frequency != "" && w.frequency == c.Frequency, reversal: w.p.Kind == string(remit.Reversal)}
	if w.p.PayerClaimID != "" && c.PayerClaimID != "" {
		f.payerNumber = w.p.PayerClaimID == c.PayerClaimID
		f.otherNumber = !f.payerNumber
	}
	switch {
	case w.npi != "" && w.npi == c.NPI, w.taxID != "" && w.taxID == c.TaxID:
		f.payee = true
	case (w.npi != "" && c.NPI != "") || (w.taxID != "" && c.TaxID != ""):
		f.otherPayee = true
	}
	if w.from != "" && c.From != "" {
		f.days = w.from <= max(c.To, c.From) && c.From <= max(w.to, w.from)
		f.otherDays = !f.days
	}
	if as := map[string]string{"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}[w.p.Status]; as != "" && c.Sequence != "" {
		f.sequence = as == c.Sequence
		f.otherSequence = !f.sequence
	}
	return f
}

// score weighs it: numbers of the payer go before amounts, and those before
// names and days.
func (f fit) score() int {
	n := 0
	for _, v := range []struct {
		is     bool
		weight int
	}{{f.payerNumber, 32}, {f.otherNumber, -3}, {f.charge, 16}, {f.payee, 8}, {f.otherPayee, -16}, {f.days, 4}, {f.otherDays, -8}, {f.sequence, 6}, {f.otherSequence, -6},
		{f.frequency, 2}, {f.undone, 64}, {f.replaced, -64}, {f.void && !f.reversal, -64}, {f.void && f.reversal, -40}, {f.unsent, -24}} {
		if v.is {
			n += v.weight
		}
	}
	return n
}

// Words say it to a person.
func (f fit) Words() string {
	var list []string
	for _, v := range []struct {
		is   bool
		text string
	}{{f.payerNumber, "the payer's number"}, {f.charge, "the charge"}, {f.payee, "the provider"}, {f.days, "the days"}, {f.sequence, "the payer's turn"}} {
		if v.is {
			list = append(list, v.text)
		}
	}
	var not []string
	for _, v := range []struct {
		is   bool
		text string
	}{{f.otherNumber, "another number of the payer"}, {f.otherPayee, "another provider"}, {f.otherDays, "other days"}, {f.otherSequence, "another turn of the payer"},
		{f.unsent, "it was rejected"}, {f.void, "it is a void"}} {
		if v.is {
			not = append(not, v.text)
		}
	}
	s := "nothing the same"
	if len(list) > 0 {
		s = "the same: " + strings.Join(list, ", ")
	}
	if len(not) > 0 {
		s += "; but " + strings.Join(not, ", ")
	}
	return s
}
