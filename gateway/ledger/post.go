package ledger

import (
	"fmt"
	"slices"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/remit"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Claim payments are posted in sets: over a network, each question to the
// database is a round trip, and a remittance advice has thousands of payments.

// postingSet is how many claim payments are posted at once.
const postingSet = 500

// posting is a claim payment that was read and is to be posted.
type posting struct {
	p          gateway.Payment
	at         x12.At
	remittance *gateway.Remittance
	claim      *gateway.Claim   // that it is about; nil: none, or more than one
	same       []*gateway.Claim // all of its number
	before     gateway.State    // of the claim, before this was posted
	// What it was read from is gone when the set is posted; this is what its claim
	// needs to know.
	npi, taxID string
	from, to   string // days of service
	frequency  string
	reasons    string
	words      []string // of a denial
	last       []string // last names of patient and insured, as the payer has them
	members    []string // and their member numbers
}

// payment reads a claim payment; it is posted with its set. One of an advice
// that is held, or that came before, is passed over.
func (t *taking) payment(c *remit.ClaimPayment) error {
	r := t.remits[c.Remittance.At.Offset]
	if r == nil {
		return nil
	}
	payee := &c.Remittance.Payee
	b := t.table.Split(c)
	w := posting{remittance: r, at: c.At, npi: strings.Clone(payee.NPI()), taxID: strings.Clone(payee.TaxID()), frequency: strings.Clone(c.Frequency), reasons: reasons(c),
		p: gateway.Payment{Scope: t.m.Scope, Remittance: r.ID, Kind: string(c.Kind), Status: strings.Clone(c.Status), Outcome: c.Word, Scenario: c.Scenario,
			ClaimID: strings.Clone(c.ID), PayerClaimID: strings.Clone(c.PayerClaimID), Charge: c.Charge.Amount, Paid: c.Paid.Amount, Money: moneyOf(b),
			OtherPayer: b.OtherPayer, PaidOn: r.Date,
			Place: gateway.Place{SHA256: t.m.SHA256, Offset: c.At.Offset, Segment: int(c.At.Segment)}, Document: c.AppendJSON(nil)}}
	w.days(c)
	for i := range c.Names {
		if n := &c.Names[i]; n.Last != "" && (n.Role == "QC" || n.Role == "IL" || n.Role == "74") {
			if n.ID != "" {
				w.members = append(w.members, strings.ToUpper(strings.Clone(n.ID)))
			}
			w.last = append(w.last, strings.ToUpper(strings.Clone(n.Last))) // ToUpper gives what is upper case as it is
		}
	}
	if c.Kind == remit.Denial {
		w.words = slices.Clone(c.Reasons)
	}
	if t.postings = append(t.postings, w); len(t.postings) == postingSet {
		return t.post()
	}
	return nil
}

// moneyOf is what stands in the rows: another payer's share is among the adjusted,
// and what does not balance nowhere.
func moneyOf(b remit.Buckets) gateway.Money {
	return gateway.Money{Paid: b.Paid, Patient: b.Patient, Denied: b.Denied, Adjusted: b.Contractual + b.OtherPayer}
}

// days are the first and the last day of service.
func (w *posting) days(c *remit.ClaimPayment) {
	add := func(list []remit.Date) {
		for i := range list {
			switch d := list[i]; d.Kind {
			case "232", "233", "472", "150", "151":
				if w.from == "" || d.Day < w.from {
					w.from = d.Day
				}
				w.to = max(w.to, d.Day)
			}
		}
	}
	add(c.Dates)
	for i := range c.Lines {
		add(c.Lines[i].Dates)
	}
	w.from, w.to = strings.Clone(w.from), strings.Clone(w.to)
}

// post posts the payments that were read.
func (t *taking) post() error {
	if len(t.postings) == 0 {
		return nil
	}
	list := t.postings
	t.postings = nil
	if err := t.match(list); err != nil {
		return err
	}
	payments := make([]gateway.Payment, len(list))
	for i := range list {
		payments[i] = list[i].p
	}
	if err := t.tx.AddPayments(payments); err != nil {
		return err
	}
	var changed []*gateway.Claim
	seen := map[*gateway.Claim]bool{}
	add := func(c *gateway.Claim) {
		if !seen[c] {
			seen[c] = true
			changed = append(changed, c)
		}
	}
	for i := range list {
		w := &list[i]
		w.remittance.Claims++
		if w.p.ID = payments[i].ID; w.p.ID == 0 || w.claim == nil { // posted before, or nobody's
			continue
		}
		w.before = w.claim.State
		add(w.claim)
	}
	if err := t.project(changed); err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		if w.p.ID == 0 || w.claim == nil {
			continue
		}
		if err := t.tell(w, add); err != nil {
			return err
		}
	}
	return t.tx.SetClaims(changed)
}

// project works out what claims came to by all their payments.
func (t *taking) project(claims []*gateway.Claim) error {
	ids := make([]int64, len(claims))
	for i, c := range claims {
		ids[i] = c.ID
	}
	all, err := t.tx.PaymentsOf(t.m.Scope, ids)
	if err != nil {
		return err
	}
	byClaim := map[int64][]gateway.Payment{}
	for _, p := range all {
		byClaim[p.Claim] = append(byClaim[p.Claim], p)
	}
	for _, c := range claims {
		if err := settle(t.tx, c, byClaim[c.ID]); err != nil {
			return err
		}
		c.At = t.l.Now()
		t.states[c.ID] = c.State
	}
	return nil
}

// settle brings a claim and the pairs among its payments to where its payments
// leave them. The caller writes the claim.
func settle(tx interface {
	SetPayment(p *gateway.Payment) error
}, c *gateway.Claim, payments []gateway.Payment) error {
	s := Project(c, payments)
	c.Money = s.Money
	if s.State != "" {
		c.State = s.State
	}
	for _, id := range s.Again {
		s.Pairs[id] = gateway.Superseded
	}
	for i := range payments {
		if p := &payments[i]; p.Pair != s.Pairs[p.ID] {
			p.Pair = s.Pairs[p.ID]
			if err := tx.SetPayment(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell says what a payment did to its claim, and asks for what it asks for.
func (t *taking) tell(w *posting, changed func(c *gateway.Claim)) error {
	kind := w.p.Kind
	if w.p.Outcome == "predetermination" {
		kind = w.p.Outcome
	}
	t.change(kind, w.claim, w.at, w.reasons)
	if w.before == gateway.Requested || w.before == gateway.Denied {
		if err := t.closeRequests(w.claim.ID, "the payer has decided"); err != nil {
			return err
		}
	}
	switch {
	case kind == string(remit.Reversal) && w.claim.Frequency != "8":
		// The void that asked for it is answered too.
		for _, v := range w.same {
			if v.Frequency == "8" && (v.State.Acknowledged() || v.State == gateway.Queued) && v.Charge == -w.p.Charge {
				v.State, v.At = gateway.Reversed, t.l.Now()
				changed(v)
				t.change(kind, v, w.at, w.reasons)
			}
		}
	case kind == string(remit.Denial) && w.p.Scenario == "documentation":
		q := gateway.Request{Kind: gateway.RequestDenial, Trace: w.p.PayerClaimID, Question: strings.Join(w.words, "; "), Place: w.p.Place}
		if err := t.ask(&q, w.claim, nil, w.words); err != nil {
			return err
		}
	}
	return nil
}

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
