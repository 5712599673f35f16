package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

const (
	codeAcceptedCount  diag.Code = 3921
	codeRejectedCount  diag.Code = 3922
	codeAcceptedAmount diag.Code = 3923
	codeRejectedAmount diag.Code = 3924
	codeCountUnknown   diag.Code = 3925
	codeSubmitted      diag.Code = 3926
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
	return []diag.Code{codeAcceptedCount, codeRejectedCount, codeAcceptedAmount, codeRejectedAmount, codeCountUnknown, codeSubmitted}
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
	said := false
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
			said = true
		case a.Kind == "YY" && whole && stated != t.charged[1]:
			s.say(codeRejectedAmount, loop, "AMT", a, t.charged[1].String())
			said = true
		}
	}
	if !said && whole && !t.unknown && listsAll(t, l, accepted, rejected) && len(l.Infos) > 0 && l.Infos[0].Charge.Known {
		total, err := t.charged[0].Add(t.charged[1])
		if c := l.Infos[0].Charge; err == nil && c.Amount != total {
			s.Report.Report(s.at(codeSubmitted, l.Infos[0].At, loop, "STC", 4, c.Amount.String(), total.String()))
		}
	}
}

// listsAll says whether all claims of a level stand below it: it counts as many.
func listsAll(t *tally, l *status.Level, accepted, rejected string) bool {
	counted := map[string]string{}
	for i := range l.Quantities {
		counted[l.Quantities[i].Kind] = l.Quantities[i].Value
	}
	is := func(kind string, n int) bool {
		return counted[kind] == strconv.Itoa(n) || counted[kind] == "" && n == 0
	}
	return is(accepted, t.accepted) && is(rejected, t.rejected)
}

func (s *Statuses) say(code diag.Code, loop, segment string, f *status.Figure, want string) {
	s.Report.Report(s.at(code, f.At, loop, segment, 2, strings.Clone(f.Value), want))
}

func (s *Statuses) at(code diag.Code, at x12.At, loop, segment string, element int, got, want string) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Got: got, Want: want, Pos: diag.Pos{
		Offset: at.Offset, Segment: int(at.Segment), SegmentID: segment, Loop: loop, Element: element,
		Interchange: s.interchange, Group: s.group, Transaction: s.transaction}}
}
