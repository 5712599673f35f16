package claim

import (
	"bytes"
	"errors"
	"fmt"

	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Batch writes claims as the inside of a transaction set: BHT, submitter and
// receiver, and the levels of billing providers, subscribers and patients with
// their claims. The caller writes ST and SE (x12.Writer.BeginSet, EndSet).
//
// Claims that follow one another and have the same billing provider,
// subscriber, payer and patient share their levels; Arrange brings those
// together. Claims that were read from one transaction set share no level that
// they did not share there, so that what was read is written again.
type Batch struct {
	w      wire
	levels []level
	starts []start // which levels begin with a claim
	text   []byte  // of the levels
}

// start says which levels begin with a claim.
type start struct{ billing, subscriber, patient bool }

// maxClaims is how many claims the guides let stand below one subscriber or one
// patient (2300 repeats 100 times). More begin the level once more.
const maxClaims = 100

// level is a claim's levels as they are compared: their JSON, which leaves out
// where they stood.
type level struct {
	billing, subscriber, patient []byte
}

// NewBatch writes to out.
func NewBatch(out *x12.Writer) *Batch { return &Batch{w: wire{out: out}} }

// Levels that a claim must have to be written.
var (
	errNoSubmission = errors.New("no submission")
	errNoBilling    = errors.New("no billing provider")
	errNoSubscriber = errors.New("no subscriber")
	errNoPayer      = errors.New("no payer")
	errMixedKinds   = errors.New("kinds of claims differ")
)

// Write writes all between ST and SE. A claim that lacks a level is an error
// that names its number in the list; then nothing has been written. At most
// 5,000 claims in a set is what the guides ask for.
func (b *Batch) Write(s *Submission, claims []*Claim) error {
	if s == nil {
		return fmt.Errorf("claim: %w", errNoSubmission)
	}
	b.levels, b.text = b.levels[:0], b.text[:0]
	for i, c := range claims {
		if err := complete(c, claims[0].Kind); err != nil {
			return fmt.Errorf("claim: claim %d of %d: %w", i+1, len(claims), err)
		}
		var l level
		l, b.text = levelOf(c, b.text)
		b.levels = append(b.levels, l)
	}
	w := &b.w
	writeHeader(w, s)
	b.arrangeLevels(claims)
	hl, billing, subscriber := 0, 0, 0
	for i, c := range claims {
		at := b.starts[i]
		if at.billing {
			hl++
			billing = hl
			writeHL(w, billing, 0, "20", true)
			writeBilling(w, c.BillingProvider)
		}
		if at.subscriber {
			hl++
			subscriber = hl
			writeHL(w, subscriber, billing, "22", b.hasPatient(claims, i))
			writeSubscriber(w, c.Subscriber, c.Payer)
		}
		if at.patient {
			hl++
			writeHL(w, hl, subscriber, "23", false)
			writePatient(w, c.Patient)
		}
		writeClaim(w, c)
	}
	return w.out.Err()
}

// arrangeLevels finds with which claims levels begin.
func (b *Batch) arrangeLevels(claims []*Claim) {
	b.starts = b.starts[:0]
	n := 0 // below the level that is open
	for i, c := range claims {
		var at start
		at.billing = i == 0 || !sameBilling(claims[i-1], c, &b.levels[i-1], &b.levels[i])
		at.subscriber = at.billing || !sameSubscriber(claims[i-1], c, &b.levels[i-1], &b.levels[i])
		if c.Patient == nil {
			at.subscriber = at.subscriber || n == maxClaims
		} else {
			at.patient = at.subscriber || n == maxClaims || !samePatient(claims[i-1], c, &b.levels[i-1], &b.levels[i])
		}
		if n++; at.subscriber || at.patient {
			n = 1
		}
		b.starts = append(b.starts, at)
	}
}

func complete(c *Claim, k Kind) error {
	switch {
	case c.BillingProvider == nil:
		return errNoBilling
	case c.Subscriber == nil:
		return errNoSubscriber
	case c.Payer == nil:
		return errNoPayer
	case c.Kind != k || k.String() == "":
		return errMixedKinds
	}
	return nil
}

// hasPatient says whether a patient level comes below the subscriber level
// that begins with claim i.
func (b *Batch) hasPatient(claims []*Claim, i int) bool {
	for k := i; k < len(claims) && (k == i || !b.starts[k].subscriber); k++ {
		if claims[k].Patient != nil {
			return true
		}
	}
	return false
}

type hierarchy struct {
	number, parent int
	code           string
	child          bool
}

func (h *hierarchy) segment(w *wire) { // HL
	w.out.Int(h.number)
	if h.parent > 0 {
		w.out.Int(h.parent)
	} else {
		w.out.Empty(1)
	}
	w.out.Text(h.code)
	if h.child {
		w.out.Text("1")
	} else {
		w.out.Text("0")
	}
}

func writeHL(w *wire, number, parent int, code string, child bool) {
	w.level = hierarchy{number, parent, code, child}
	put(w, "HL", &w.level)
}

// levelOf appends what levels are compared by to dst.
func levelOf(c *Claim, dst []byte) (level, []byte) {
	f := walkers.Get().(*fields)
	f.mode = appending
	f.dst = dst
	from := len(dst)
	c.BillingProvider.fields(f)
	subscriber := len(f.dst)
	c.Subscriber.fields(f)
	f.dst = append(f.dst, '|')
	c.Payer.fields(f)
	patient := len(f.dst)
	if c.Patient != nil {
		f.dst = append(f.dst, '|')
		c.Patient.fields(f)
	}
	dst = f.dst
	f.dst = nil
	walkers.Put(f)
	return level{dst[from:subscriber], dst[subscriber:patient], dst[patient:]}, dst
}

// same compares two levels: they say the same, and, where both were read from
// one set, they were one there.
func same(a, b *Claim, atA, atB x12.At, textA, textB []byte) bool {
	if atA.Known() && atB.Known() && atA.Segment != atB.Segment && set(a.Source) == set(b.Source) {
		return false
	}
	return bytes.Equal(textA, textB)
}

// set is a source without its segment.
func set(s record.Source) record.Source {
	s.Segment = 0
	return s
}

func sameBilling(a, b *Claim, la, lb *level) bool {
	return same(a, b, a.BillingProvider.HL, b.BillingProvider.HL, la.billing, lb.billing)
}

func sameSubscriber(a, b *Claim, la, lb *level) bool {
	// A claim of the subscriber's own cannot follow one of a patient.
	if a.Patient != nil && b.Patient == nil {
		return false
	}
	return same(a, b, a.Subscriber.HL, b.Subscriber.HL, la.subscriber, lb.subscriber)
}

func samePatient(a, b *Claim, la, lb *level) bool {
	if a.Patient == nil || b.Patient == nil {
		return false
	}
	return same(a, b, a.Patient.HL, b.Patient.HL, la.patient, lb.patient)
}

// Arrange reorders claims so that those with the same billing provider,
// subscriber and patient follow one another, the subscriber's own claims
// before those of patients; the first of each keeps its turn. Doing it twice
// changes nothing. Claims that lack a level go last.
func Arrange(claims []*Claim) {
	type node struct {
		order []string
		next  map[string]*node
		list  []*Claim
	}
	newNode := func() *node { return &node{next: map[string]*node{}} }
	child := func(n *node, key []byte) *node {
		k := string(key)
		c := n.next[k]
		if c == nil {
			c = newNode()
			n.next[k] = c
			n.order = append(n.order, k)
		}
		return c
	}
	root := newNode()
	var rest []*Claim
	for _, c := range claims {
		if complete(c, c.Kind) != nil {
			rest = append(rest, c)
			continue
		}
		l, _ := levelOf(c, nil)
		n := child(child(root, l.billing), l.subscriber)
		if c.Patient != nil {
			n = child(n, l.patient)
		}
		n.list = append(n.list, c)
	}
	out := claims[:0]
	var walk func(n *node)
	walk = func(n *node) {
		out = append(out, n.list...)
		for _, k := range n.order {
			walk(n.next[k])
		}
	}
	walk(root)
	copy(claims[len(out):], rest)
}
