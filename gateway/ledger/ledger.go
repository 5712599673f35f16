// Package ledger knows what became of each claim and each dollar. It takes
// partners' files, finds the claims that they speak of, and moves them: by
// stage and never back because something arrived late.
//
// Every change is an event with its cause: the file, the byte, the segment.
// States are a projection of the events. Money is in exactly one place.
package ledger

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/adjust"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Tx is what the ledger asks of a transaction of the store.
type Tx interface {
	ByTrace(s gateway.Scope, trace string) ([]gateway.Claim, error)
	ByClaimID(s gateway.Scope, partner, claimID string) ([]gateway.Claim, error)
	ClaimsOf(s gateway.Scope, interchange int64, set string) ([]gateway.Claim, error)
	Interchange(s gateway.Scope, id int64) (gateway.Interchange, error)
	// MoveClaims brings claims of an interchange that are in some states to another,
	// and gives all its claims.
	MoveClaims(s gateway.Scope, interchange int64, next gateway.State, at time.Time, before ...gateway.State) ([]gateway.ClaimChange, error)
	ByControl(s gateway.Scope, partner, control, group string) (gateway.Interchange, error)
	Claim(s gateway.Scope, id int64) (gateway.Claim, error)
	SetClaim(c *gateway.Claim) error
	SetClaims(list []*gateway.Claim) error
	ByClaimIDs(s gateway.Scope, partner string, ids []string) ([]gateway.Claim, error)
	SetInterchange(i *gateway.Interchange) error
	AddEvent(e *gateway.Event) error
	ByPayerClaimID(s gateway.Scope, partner, number string) ([]gateway.Claim, error)
	SameTrace(m *gateway.Remittance) (id int64, same bool, err error)
	AddRemittance(m *gateway.Remittance) (bool, error)
	AddProviderAdjustments(list []gateway.ProviderAdjustment) error
	PaymentsOf(s gateway.Scope, claims []int64) ([]gateway.Payment, error)
	SetPayment(p *gateway.Payment) error
	Remittance(s gateway.Scope, id int64) (gateway.Remittance, error)
	SetRemittance(m *gateway.Remittance) error
	AddPayments(list []gateway.Payment) error
	AddRequest(q *gateway.Request) (bool, error)
	Request(s gateway.Scope, id int64) (gateway.Request, error)
	RequestsOf(s gateway.Scope, claim int64) ([]gateway.Request, error)
	SetRequest(q *gateway.Request) error
	AnswersOf(s gateway.Scope, request int64) ([]gateway.Answer, error)
	AnswersIn(s gateway.Scope, interchange int64) ([]gateway.Answer, error)
	SetAnswer(a *gateway.Answer) error
	AnswerInquiry(s gateway.Scope, partner, trace, said string, at time.Time) (claim int64, err error)
	SetTransmission(m *gateway.Transmission) error
	// OwnDocuments notes what documents a file holds, unless another file of the
	// partner holds one of them: then it gives that file and the document.
	OwnDocuments(m *gateway.Transmission, documents []string) (other int64, document string, err error)
}

// Ledger takes in partners' files.
type Ledger struct {
	Now      func() time.Time
	NotFound error // what Tx says where there is no such row
	BatchID  func(id string) (control, set string, ok bool)
	// Outcomes is the table of a partner that says what adjustments make of a claim
	// payment; nil: the binary's for all.
	Outcomes func(partner string) *remit.Table
	// Desk knows questions; nil: they are kept as they came.
	Desk Desk
}

func (l *Ledger) table(partner string) *remit.Table {
	if l.Outcomes != nil {
		if t := l.Outcomes(partner); t != nil {
			return t
		}
	}
	return remit.DefaultTable()
}

// look is what a first reading of a file says of it.
type look struct {
	kind      string
	documents documents
	advices   []advice // the remittance advices, in their order
	traces    []string // of some of them, for people
	unknown   []string // transaction sets whose guide is not known, as "835 of 004010X091A1"
	counts    []string // what is wrong with GE and IEA: something may be missing
	test      bool     // ISA15 is T
	errors    int
	readable  bool
}

// noGuide notes a set that nobody here can read.
func (k *look) noGuide(s *edi.Set) {
	if what := s.ID + " of " + s.GuideID; s.Guide == nil && len(k.unknown) < 5 && !slices.Contains(k.unknown, what) {
		k.unknown = append(k.unknown, what)
	}
}

// first reads a file once, to know what it is and which of its remittance
// advices may be posted.
func (l *Ledger) first(r io.Reader, m *gateway.Transmission) (look, error) {
	k := look{kind: "other"}
	g := gate{m: m}
	before := 0 // advices of the sets before
	sum, err := edi.Process(r, edi.Options{Outcomes: l.table(m.Partner)}, edi.Sink{
		Report: g.report,
		BeginInterchange: func(ic *x12.Interchange) {
			k.test = k.test || ic.Usage == "T"
			k.documents.add(Envelope(ic))
		},
		BeginSet: func(s *edi.Set) {
			g.begin(s.ID)
			k.noGuide(s)
			before = len(k.advices)
		},
		EndSet: func(*edi.Set) {
			for i := range k.advices[before:] {
				g.end(&k.advices[before+i])
			}
		},
		Segment:      func(_ *edi.Set, _ int, _ guide.Match, seg *x12.Segment) { g.segment(seg) },
		ClaimPayment: g.equations.ClaimPayment,
		// A remittance advice is told from others by itself, not with its file.
		Remittance: func(r *remit.Remittance) {
			k.kind = "835"
			if len(k.traces) < 20 {
				k.traces = append(k.traces, "835 "+r.Trace+" "+r.TraceOrigin)
			}
			k.advices = append(k.advices, g.remittance(r))
		},
		Functional: func(*ack.Functional) { k.kind = "999" },
		Ack:        func(*ack.Interchange) { k.kind = "TA1" },
		ClaimStatus: func(c *status.ClaimStatus) {
			k.documents.claimStatus(c)
			switch c.Dialect {
			case status.Acknowledgment:
				k.kind = "277CA"
			case status.Request:
				k.kind = "277RFI"
			default:
				k.kind = "277"
			}
		},
		StatusLevel: func(*status.Level) {
			if k.kind == "other" {
				k.kind = "277CA"
			}
		},
	})
	k.counts = g.counts
	k.errors, k.readable = sum.Errors, sum.Sets > 0 || k.kind == "TA1"
	return k, err
}

// isText says whether a file begins as text does that people read.
func isText(open func() (io.ReadCloser, error)) (bool, error) {
	f, err := open()
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	head = head[:n]
	return readable(head) && !strings.HasPrefix(strings.TrimLeft(string(head), "\xef\xbb\xbf \r\n\t"), "ISA"), nil
}

// taking is one file being taken in.
type taking struct {
	l       *Ledger
	tx      Tx
	m       *gateway.Transmission
	table   *remit.Table
	err     error
	changes map[string][]gateway.ClaimChange
	order   []string
	guide   string                        // GS08 or ST03 of the open set
	states  map[int64]gateway.State       // of claims that were changed, as they are now
	remits  map[int64]*gateway.Remittance // BPR offset → its row; only of those that are posted
	// postings are claim payments that were read and are not posted yet.
	postings []posting
	notes    []string
}

// Take reads a partner's file that is kept and applies what it says. open gives
// its bytes, twice. It runs in the transaction that marks the transmission as
// taken, so that it applies once, however often it is called.
func (l *Ledger) Take(tx Tx, m *gateway.Transmission, open func() (io.ReadCloser, error)) error {
	if m.State != "received" {
		return nil
	}
	f, err := open()
	if err != nil {
		return err
	}
	k, err := l.first(f, m)
	f.Close()
	if err != nil {
		return err
	}
	m.Kind, m.Business = k.kind, strings.Join(k.traces, "; ")
	if m.Business == "" {
		m.Business = k.documents.business()
	}
	switch other, document, err := int64(0), "", error(nil); {
	case !k.readable:
		if text, err := isText(open); err != nil {
			return err
		} else if !text {
			return aside(tx, m, "it is no X12 file that can be read, and no text")
		}
		m.State, m.Note = "taken", "it is no X12: it is kept for people to read, and changes nothing"
		return tx.SetTransmission(m)
	case k.kind == "other" && len(k.unknown) > 0:
		return aside(tx, m, fmt.Sprintf("it holds %s, and no guide of that name is known here: nothing of it is taken. Ask the partner for a version that is (claimwire guides list), and dismiss it", strings.Join(k.unknown, ", ")))
	case k.test && m.Scope.Usage == "production":
		return aside(tx, m, "ISA15 says that it is a test, and the partner is a production one: nothing of it is taken until you release it")
	case k.documents.over:
		return aside(tx, m, fmt.Sprintf("it holds more than %d documents", maxDocuments))
	default:
		if other, document, err = tx.OwnDocuments(m, k.documents.list); err != nil {
			return err
		} else if other != 0 {
			return aside(tx, m, fmt.Sprintf("it holds %s, as file %d does, with other bytes: nothing of it is taken until you release it", label(document), other))
		}
	}
	t := l.taking(tx, m)
	for _, c := range k.counts {
		t.note("a part of it may be missing: %s", c)
	}
	if len(k.unknown) > 0 {
		t.note("of it %s is not read: no guide of that name is known here", strings.Join(k.unknown, ", "))
	}
	if err := t.receive(k.advices); err != nil {
		return err
	}
	err = t.read(open, edi.Sink{
		Report:       func(diag.Diagnostic) {},
		BeginSet:     func(s *edi.Set) { t.guide = s.GuideID },
		Ack:          t.run1(t.interchange),
		Functional:   func(f *ack.Functional) { t.inTurn(func() error { return t.functional(f) }) },
		ClaimStatus:  func(c *status.ClaimStatus) { t.inTurn(func() error { return t.claimStatus(c) }) },
		StatusLevel:  func(v *status.Level) { t.inTurn(func() error { return t.level(v) }) },
		ClaimPayment: func(c *remit.ClaimPayment) { t.do(func() error { return t.payment(c) }) },
	})
	if err != nil {
		return err
	}
	m.State, m.Note = "taken", strings.Join(t.notes, "; ")
	return tx.SetTransmission(m)
}

func (l *Ledger) taking(tx Tx, m *gateway.Transmission) *taking {
	return &taking{l: l, tx: tx, m: m, table: l.table(m.Partner), changes: map[string][]gateway.ClaimChange{}, states: map[int64]gateway.State{},
		remits: map[int64]*gateway.Remittance{}}
}

// read reads the file and applies what it says.
func (t *taking) read(open func() (io.ReadCloser, error), sink edi.Sink) error {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = edi.Process(f, edi.Options{Outcomes: t.table}, sink)
	t.do(t.post)
	if err := errors.Join(err, t.err); err != nil {
		return err
	}
	return t.finish()
}

// maxEvent is how many claims one event tells of: a file of a million claims would
// otherwise be one row.
const maxEvent = 5000

// finish writes down what happened.
func (t *taking) finish() error {
	for _, kind := range t.order {
		list := t.changes[kind]
		// A claim may have been changed more than once: every event says what it came to.
		for i := range list {
			list[i].State = t.states[list[i].Claim]
		}
		for part := range slices.Chunk(list, maxEvent) {
			e := gateway.Event{Scope: t.m.Scope, At: t.l.Now(), Kind: kind, Transmission: t.m.ID, Claims: part,
				Place: gateway.Place{SHA256: t.m.SHA256, Offset: part[0].Offset, Segment: part[0].Seg}}
			if err := t.tx.AddEvent(&e); err != nil {
				return err
			}
		}
	}
	for _, r := range t.remits {
		if err := t.tx.SetRemittance(r); err != nil {
			return err
		}
	}
	return nil
}

func (t *taking) run1(f func(a *ack.Interchange) error) func(a *ack.Interchange) {
	return func(a *ack.Interchange) { t.inTurn(func() error { return f(a) }) }
}

// inTurn runs a step after the payments that stand before it.
func (t *taking) inTurn(f func() error) {
	t.do(t.post)
	t.do(f)
}

// do runs a step unless one has failed.
func (t *taking) do(f func() error) {
	if t.err == nil {
		t.err = f()
	}
}

func (t *taking) note(format string, a ...any) {
	if len(t.notes) < 20 {
		t.notes = append(t.notes, fmt.Sprintf(format, a...))
	}
}

// change notes what an event of a kind did to a claim.
func (t *taking) change(kind string, c *gateway.Claim, at x12.At, reason string) {
	if _, ok := t.changes[kind]; !ok {
		t.order = append(t.order, kind)
	}
	t.changes[kind] = append(t.changes[kind], gateway.ClaimChange{Claim: c.ID, Reason: reason, Offset: at.Offset, Seg: int(at.Segment)})
	t.states[c.ID] = c.State
}

// move brings a claim to a state, where it goes there at all.
func (t *taking) move(c *gateway.Claim, next gateway.State) error {
	if c.State.Moves(next) {
		c.State, c.At = next, t.l.Now()
	}
	return t.tx.SetClaim(c)
}

func (t *taking) isNotFound(err error) bool {
	return err != nil && t.l.NotFound != nil && err == t.l.NotFound
}

func (t *taking) interchange(a *ack.Interchange) error {
	i, err := t.tx.ByControl(t.m.Scope, t.m.Partner, a.Control, "")
	if t.isNotFound(err) {
		t.note("a TA1 for an interchange that we did not send")
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.arrived(&i, x12.At{Offset: a.Offset}); err != nil {
		return err
	}
	if i.TA1At.IsZero() {
		i.TA1At = t.l.Now()
	}
	if a.Status == "R" {
		i.State, i.Note = "rejected", "TA1 "+a.Note
	}
	if err := t.tx.SetInterchange(&i); err != nil || a.Status != "R" {
		return err
	}
	if err := t.answersAcknowledged(&i, true, "TA1 "+a.Note); err != nil {
		return err
	}
	return t.refuse(i.ID, "", "TA1 "+a.Note, x12.At{Offset: a.Offset})
}

// arrived notes that an interchange is at the partner's after all, which nobody
// knew until now: an answer to it tells.
func (t *taking) arrived(i *gateway.Interchange, at x12.At) error {
	if i.State != "unsure" && i.State != "queued" {
		return nil
	}
	i.State, i.Note, i.SentAt = "sent", "", t.l.Now()
	changes, err := t.tx.MoveClaims(t.m.Scope, i.ID, gateway.Sent, i.SentAt, gateway.Received, gateway.Held, gateway.Queued)
	if err != nil {
		return err
	}
	if err := t.tx.SetInterchange(i); err != nil {
		return err
	}
	return t.tx.AddEvent(&gateway.Event{Scope: t.m.Scope, At: i.SentAt, Kind: "sent", Transmission: t.m.ID, Interchange: i.ID,
		Place: gateway.Place{SHA256: t.m.SHA256, Offset: at.Offset, Segment: int(at.Segment)}, Claims: changes})
}

// refuse rejects all claims of an interchange, or of one set of it.
func (t *taking) refuse(interchange int64, set, reason string, at x12.At) error {
	return t.refuseSome(interchange, set, reason, at, func(*gateway.Claim) bool { return true })
}

// refuseSome rejects those claims of an interchange, or of one set of it, that
// are meant.
func (t *taking) refuseSome(interchange int64, set, reason string, at x12.At, meant func(*gateway.Claim) bool) error {
	list, err := t.tx.ClaimsOf(t.m.Scope, interchange, set)
	if err != nil {
		return err
	}
	for k := range list {
		if !meant(&list[k]) {
			continue
		}
		if err := t.move(&list[k], gateway.Rejected); err != nil {
			return err
		}
		t.change("rejected", &list[k], at, reason)
	}
	return nil
}

func (t *taking) functional(f *ack.Functional) error {
	i, err := t.tx.ByControl(t.m.Scope, t.m.Partner, "", f.Group)
	if t.isNotFound(err) {
		t.note("a 999 for a group that we did not send")
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.arrived(&i, f.At); err != nil {
		return err
	}
	if i.AcknowledgedAt.IsZero() {
		i.AcknowledgedAt = t.l.Now()
	}
	i.State = "accepted"
	refused := 0
	for k := range f.Sets {
		s := &f.Sets[k]
		if !s.Rejected() {
			continue
		}
		refused++
		if err := t.refuse(i.ID, s.Control, "999 "+strings.Join(append([]string{s.Status}, s.Codes...), ","), s.At); err != nil {
			return err
		}
	}
	if f.Status == "R" && refused == 0 {
		if err := t.refuse(i.ID, "", "999 "+strings.Join(append([]string{"R"}, f.Codes...), ","), f.At); err != nil {
			return err
		}
		refused = 1
	}
	if refused > 0 {
		i.State = "rejected"
	}
	if err := t.tx.SetInterchange(&i); err != nil {
		return err
	}
	if err := t.answersAcknowledged(&i, refused > 0, "999 "+f.Status); err != nil {
		return err
	}
	list, err := t.tx.ClaimsOf(t.m.Scope, i.ID, "")
	for k := range list {
		if list[k].State != gateway.Rejected {
			t.change("acknowledged", &list[k], f.At, "999 "+f.Status)
		}
	}
	return err
}

// find looks for the claim that an answer speaks of: by our own number, else
// by the submitter's, where that leads to one.
func (t *taking) find(trace, claimID string) (*gateway.Claim, int, error) {
	var list []gateway.Claim
	var err error
	if trace != "" {
		if list, err = t.tx.ByTrace(t.m.Scope, trace); err != nil {
			return nil, 0, err
		}
	}
	if len(list) == 0 && claimID != "" {
		if list, err = t.tx.ByClaimID(t.m.Scope, t.m.Partner, claimID); err != nil {
			return nil, 0, err
		}
	}
	if len(list) != 1 {
		return nil, len(list), nil
	}
	return &list[0], 1, nil
}

func codesOf(infos []status.Info) string {
	var list []string
	for i := range infos {
		for _, c := range infos[i].Codes {
			if c.Category != "" && len(list) < 12 {
				list = append(list, strings.TrimRight(c.Category+":"+c.Status+":"+c.Entity, ":"))
			}
		}
	}
	return strings.Join(list, ",")
}

func (t *taking) claimStatus(c *status.ClaimStatus) error {
	claim, n, err := t.find(c.OurTrace(), c.ClaimID())
	if err != nil {
		return err
	}
	if claim == nil && n == 0 && c.PayerClaimID() != "" {
		if list, err := t.tx.ByPayerClaimID(t.m.Scope, t.m.Partner, c.PayerClaimID()); err != nil {
			return err
		} else if n = len(list); n == 1 {
			claim = &list[0]
		}
	}
	if claim == nil {
		t.note("a claim of a 277 with %d candidates among ours", n)
		if c.Kind() == "request_for_information" {
			return t.question(nil, c) // a person finds the claim
		}
		return nil
	}
	if err := t.saidOfInquiry(c); err != nil {
		return err
	}
	if claim.State == gateway.Queued && claim.Interchange != 0 {
		// Who answers for a claim has its interchange.
		i, err := t.tx.Interchange(t.m.Scope, claim.Interchange)
		if err != nil {
			return err
		}
		if err := t.arrived(&i, c.At); err != nil {
			return err
		}
		claim.State = gateway.Sent
	}
	if id := c.PayerClaimID(); id != "" && claim.PayerClaimID == "" {
		claim.PayerClaimID = id
	}
	switch c.Kind() {
	case "acknowledgment":
		kind, err := t.acknowledge(claim, status.StandingOf(c))
		if err != nil {
			return err
		}
		t.change(kind, claim, c.At, allCodes(c))
	case "request_for_information":
		if err := t.question(claim, c); err != nil {
			return err
		}
		if err := t.move(claim, gateway.Requested); err != nil {
			return err
		}
		t.change("request_for_information", claim, c.At, codesOf(c.Infos))
	default:
		if err := t.tx.SetClaim(claim); err != nil {
			return err
		}
		if t.l.Desk != nil && t.l.Desk.Closes(c.Category()) {
			if err := t.closeRequests(claim.ID, "the payer says "+codesOf(c.Infos)); err != nil {
				return err
			}
		}
		t.change("status", claim, c.At, codesOf(c.Infos))
	}
	return nil
}

// acknowledge applies what an acknowledgment says of a claim, unless another one
// of the same interchange decides, whichever came first; it gives the word for
// the event. A refusal by a TA1 or 999 has no standing: only what moves forward
// moves it.
func (t *taking) acknowledge(claim *gateway.Claim, said status.Standing) (kind string, err error) {
	kind = map[status.Outcome]string{status.Arrived: "received by payer", status.Taken: "accepted", status.Rejected: "rejected"}[said.Outcome]
	if kind == "" {
		return "status", t.tx.SetClaim(claim)
	}
	next := map[status.Outcome]gateway.State{status.Arrived: gateway.Sent, status.Taken: gateway.Accepted, status.Rejected: gateway.Rejected}[said.Outcome]
	of := fmt.Sprintf("%d ", claim.Interchange)
	text, same := strings.CutPrefix(claim.Standing, of)
	old := status.Standing{}
	if same {
		old = status.ParseStanding(text)
	}
	if !said.Beats(old) {
		return kind, t.tx.SetClaim(claim) // noted, and the claim stays where it is
	}
	claim.Standing = of + said.String()
	if old.Outcome != status.Nothing && claim.State.Acknowledged() && claim.State != next {
		claim.State, claim.At = next, t.l.Now()
	}
	return kind, t.move(claim, next)
}

// allCodes lists what is said of a claim and of its lines.
func allCodes(c *status.ClaimStatus) string {
	infos := c.Infos
	for i := range c.Lines {
		infos = append(infos[:len(infos):len(infos)], c.Lines[i].Infos...)
	}
	return codesOf(infos)
}

// level takes a refusal of a level that names no claims: it falls on all
// claims below it.
func (t *taking) level(l *status.Level) error {
	if !status.Rejects(l.Infos) || t.l.BatchID == nil {
		return nil
	}
	control, set, ok := t.l.BatchID(l.Batch())
	if !ok {
		t.note("a refusal of a batch that we do not know")
		return nil
	}
	i, err := t.tx.ByControl(t.m.Scope, t.m.Partner, control, "")
	if t.isNotFound(err) {
		t.note("a refusal of a batch that we did not send")
		return nil
	}
	if err != nil {
		return err
	}
	if l.Kind == "19" { // one billing provider of the batch
		id := l.Name.Value
		return t.refuseSome(i.ID, set, codesOf(l.Infos), l.At, func(c *gateway.Claim) bool { return id != "" && (c.NPI == id || c.TaxID == id) })
	}
	return t.refuse(i.ID, set, codesOf(l.Infos), l.At)
}

// reasons lists the adjustment codes of a claim payment.
func reasons(c *remit.ClaimPayment) string {
	var list []string
	add := func(a []adjust.Adjustment) {
		for i := range a {
			s := string(a[i].Group) + "-" + string(a[i].Reason)
			if len(list) < 12 && !contains(list, s) {
				list = append(list, s)
			}
		}
	}
	add(c.Adjustments)
	for i := range c.Lines {
		add(c.Lines[i].Adjustments)
	}
	for _, r := range c.RemarkCodes() {
		if len(list) < 16 && !contains(list, r) {
			list = append(list, r)
		}
	}
	return strings.Join(list, ",")
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
