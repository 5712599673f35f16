package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/status"
)

const (
	codeAcceptedCount  diag.Code = 3921
	codeRejectedCount  diag.Code = 3922
	codeAcceptedAmount diag.Code = 3923
	codeRejectedAmount diag.Code = 3924
	codeCountUnknown   diag.Code = 3925
)

// Statuses checks claim acknowledgments (277CA): what a level counts and sums
// up is what stands below it.
//
// Some answerers list refused claims only. Where no accepted claim is listed,
// the count of them is not judged; nor is anything below a level that is
// refused as a whole, below which no claims stand.
type Statuses struct {
	Types  Types
	Report diag.Reporter

	receiver, provider tally
	refused            int  // claims of providers that are refused as a whole
	refusedUnknown     bool // how many, is not said

	interchange, group, transaction string // of the set
}

// tally is what stands below a level.
type tally struct {
	level              *status.Level
	accepted, rejected int
	charged            [2]money.Amount // accepted, rejected
	unknown            bool            // the charge of a claim is not known
}

// StatusCodes are the codes that rules of claim acknowledgments say.
func StatusCodes() []diag.Code {
	return []diag.Code{codeAcceptedCount, codeRejectedCount, codeAcceptedAmount, codeRejectedAmount, codeCountUnknown}
}

// ClaimStatus takes a claim of an acknowledgment.
func (s *Statuses) ClaimStatus(c *status.ClaimStatus) {
	if c.Dialect != status.Acknowledgment || !s.Types.Has(3) {
		return
	}
	if c.Provider != s.provider.level {
		s.settle(&s.provider, "2200C", "QA", "QC")
		s.provider = tally{level: c.Provider}
	}
	if c.Receiver != s.receiver.level {
		s.settle(&s.receiver, "2200B", "90", "AA")
		s.receiver = tally{level: c.Receiver}
	}
	s.interchange, s.group, s.transaction = c.Source.Interchange, c.Source.Group, c.Source.Transaction
	s.provider.add(c)
	s.receiver.add(c)
}

// Level takes a level that no claims stand below.
func (s *Statuses) Level(l *status.Level) {
	if l.Kind != "19" || !status.Rejects(l.Infos) {
		return
	}
	for i := range l.Quantities {
		if n, err := strconv.Atoi(l.Quantities[i].Value); err == nil && l.Quantities[i].Kind == "QC" {
			s.refused += n
			return
		}
	}
	s.refusedUnknown = true
}

// End settles what is open at the end of a set.
func (s *Statuses) End() {
	s.settle(&s.provider, "2200C", "QA", "QC")
	s.settle(&s.receiver, "2200B", "90", "AA")
	s.provider, s.receiver, s.refused, s.refusedUnknown = tally{}, tally{}, 0, false
}

func (t *tally) add(c *status.ClaimStatus) {
	var charge money.Optional
	for i := range c.Infos {
		if c.Infos[i].Charge.Known {
			charge = c.Infos[i].Charge
			break
		}
	}
	i := 0
	if c.Accepted() {
		t.accepted++
	} else {
		i = 1
		t.rejected++
	}
	sum, err := t.charged[i].Add(charge.Amount)
	t.unknown = t.unknown || !charge.Known || err != nil
	t.charged[i] = sum
}

func (s *Statuses) settle(t *tally, loop, accepted, rejected string) {
	l := t.level
	if l == nil || status.Rejects(l.Infos) {
		return
	}
	refused, whole := t.rejected, true
	if t == &s.receiver {
		refused, whole = refused+s.refused, s.refused == 0 && !s.refusedUnknown
	}
	for i := range l.Quantities {
		q := &l.Quantities[i]
		n, err := strconv.Atoi(q.Value)
		switch {
		case err != nil:
		case q.Kind == accepted && t.accepted > 0 && n != t.accepted:
			s.say(codeAcceptedCount, loop, "QTY", q, strconv.Itoa(t.accepted))
		case q.Kind == rejected && n != refused && !s.refusedUnknown:
			s.say(codeRejectedCount, loop, "QTY", q, strconv.Itoa(refused))
		}
	}
	for i := range l.Amounts {
		a := &l.Amounts[i]
		stated, err := money.Parse(a.Value)
		if err != nil || a.Kind != "YU" && a.Kind != "YY" {
			continue
		}
		switch {
		case a.Kind == "YU" && t.accepted == 0:
		case t.unknown:
			s.say(codeCountUnknown, loop, "AMT", a, "")
			return
		case a.Kind == "YU" && stated != t.charged[0]:
			s.say(codeAcceptedAmount, loop, "AMT", a, t.charged[0].String())
		case a.Kind == "YY" && whole && stated != t.charged[1]:
			s.say(codeRejectedAmount, loop, "AMT", a, t.charged[1].String())
		}
	}
}

func (s *Statuses) say(code diag.Code, loop, segment string, f *status.Figure, want string) {
	s.Report.Report(diag.Diagnostic{Code: code, Got: strings.Clone(f.Value), Want: want, Pos: diag.Pos{
		Offset: f.At.Offset, Segment: int(f.At.Segment), SegmentID: segment, Loop: loop, Element: 2,
		Interchange: s.interchange, Group: s.group, Transaction: s.transaction}})
}
