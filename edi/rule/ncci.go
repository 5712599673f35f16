package rule

import (
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
)

// CMS's edits of correct coding: pairs of procedures of which one is part of the
// other, how many units of a procedure a day are likely, and procedures that are
// only added to others. They hold by table: practitioners, outpatient hospitals,
// suppliers of equipment. All is advice before a claim is sent: what would clear
// it is said, and nothing is added for anybody.
const (
	codePairNever    diag.Code = 5930
	codePairModifier diag.Code = 5931
	codeUnitsOfLine  diag.Code = 5932
	codeUnitsOfDay   diag.Code = 5933
	codeUnitsLikely  diag.Code = 5934
	codeAddedAlone   diag.Code = 5935
)

// pairModifiers are those that say that two procedures of a pair were separate.
var pairModifiers = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields("E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD LM RC RI 24 25 57 58 78 79 27 59 91 XE XS XP XU") {
		m[s] = true
	}
	return m
}()

// correctCoding are the tables of one kind of claim.
type correctCoding struct {
	pairs, units         *codes.System
	pairsName, unitsName string
}

// tables are those of a claim; ok is false where CMS has none for it.
func (x *check) correctCoding(s *CodeSets) (t correctCoding, ok bool) {
	switch x.Kind {
	case claim.Professional:
		t.pairs, t.pairsName = s.lib.System(codes.PTPPractice), codes.PTPPractice
		t.units, t.unitsName = s.lib.System(codes.MUEPractice), codes.MUEPractice
		if b := x.BillingProvider; b != nil && (strings.HasPrefix(b.Specialty.Taxonomy, "332B") || strings.HasPrefix(b.Specialty.Taxonomy, "335")) {
			t.units, t.unitsName = s.lib.System(codes.MUEEquipment), codes.MUEEquipment
		}
		return t, true
	case claim.Institutional:
		switch x.PlaceOfService {
		case "12", "13", "14", "22", "23", "34", "71", "72", "74", "75", "76", "77", "85":
			t.pairs, t.pairsName = s.lib.System(codes.PTPHospital), codes.PTPHospital
			t.units, t.unitsName = s.lib.System(codes.MUEHospital), codes.MUEHospital
			return t, true
		}
	}
	return t, false
}

// billed is a line as these edits look at it.
type billed struct {
	line     *claim.Line
	number   int // from 1
	code     string
	day      string
	provider string
}

// maxBilled bounds how many lines of a claim are compared with each other.
const maxBilled = 400

// billedLines are the lines that bill a procedure of CPT or HCPCS.
func (x *check) billedLines() []billed {
	list := x.billed[:0]
	provider := ""
	if p := x.Provider(claim.RoleRendering); p != nil {
		provider = p.ID.Value
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Procedure.Qualifier != "HC" || !procedureForm(l.Procedure.Code) || len(list) == maxBilled {
			continue
		}
		b := billed{line: l, number: i + 1, code: l.Procedure.Code, day: x.lineDay(l), provider: provider}
		if p := l.Provider(claim.RoleRendering); p != nil {
			b.provider = p.ID.Value
		}
		list = append(list, b)
	}
	x.billed = list
	return list
}

// correctCodes runs the three edits.
func (x *check) correctCodes(s *CodeSets) {
	t, ok := x.correctCoding(s)
	if !ok {
		return
	}
	list := x.billedLines()
	if len(list) == 0 {
		return
	}
	x.pairs(s, t, list)
	x.units(s, t, list)
	x.addedCodes(s, list)
}

// pairs: of two procedures of a pair on one day by one provider, column 2 is part
// of column 1. Indicator 0: always. Indicator 1: unless a modifier on either says
// that they were separate.
func (x *check) pairs(s *CodeSets, t correctCoding, list []billed) {
	if len(list) < 2 {
		return
	}
	day := dayNumberOf(list[0].day)
	if !t.pairs.Covers(day) {
		s.note(t.pairsName, day)
		return
	}
	var pair [10]byte
	for i := range list {
		for k := range list {
			a, b := &list[i], &list[k] // column 1, column 2
			if i == k || a.code == b.code || a.day != b.day || a.provider != b.provider {
				continue
			}
			copy(pair[:5], a.code)
			copy(pair[5:], b.code)
			day := dayNumberOf(a.day)
			indicator, _, ok := t.pairs.Value(string(pair[:]), day)
			if !ok || indicator != 0 && indicator != 1 {
				continue
			}
			code := codePairNever
			if indicator == 1 {
				if separate(&a.line.Procedure) || separate(&b.line.Procedure) {
					continue
				}
				code = codePairModifier
			}
			want := a.code + " (line " + strconv.Itoa(a.number) + ")"
			if e, _, standing := s.lib.Lookup(t.pairsName, string(pair[:]), day); standing == codes.Valid && e.Long != "" {
				want += ": " + e.Long
			}
			e := x.procedureElement()
			x.report(code, x.service(b.line, e, 2), x.service(a.line, e, 2), b.code, want)
		}
	}
}

func separate(p *claim.Procedure) bool {
	for _, m := range p.Modifiers {
		if m != "" && pairModifiers[m] {
			return true
		}
	}
	return false
}

// unitsOf is how many units a line counts for; a bilateral procedure is one.
func unitsOf(l *claim.Line) (n float64, ok bool) {
	if l.Unit != "UN" && l.Unit != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(l.Units), 64)
	return n, err == nil && n > 0
}

// units: what is likely of a procedure, by line (indicator 1) or by day (2 and 3).
// Postoperative care alone (55) does not count.
func (x *check) units(s *CodeSets, t correctCoding, list []billed) {
	day := dayNumberOf(list[0].day)
	if !t.units.Covers(day) {
		s.note(t.unitsName, day)
		return
	}
	for i := range list {
		b := &list[i]
		value, _, ok := t.units.Value(b.code, dayNumberOf(b.day))
		if !ok {
			continue // not published, which is not without limit
		}
		most, indicator := float64(value/10), value%10
		n, ok := unitsOf(b.line)
		if !ok || hasModifier(&b.line.Procedure, "55") {
			continue
		}
		at := x.service(b.line, x.unitsElement(), 0)
		limit := strconv.Itoa(value / 10)
		if indicator == 1 {
			if d := b.line.Service(); d.From() != d.To() && validDay(d.From()) && validDay(d.To()) && d.To() > d.From() {
				n /= float64(dayNumber(d.To()) - dayNumber(d.From()) + 1)
			}
			if n > most {
				x.report(codeUnitsOfLine, at, x.service(b.line, x.procedureElement(), 2), string(b.line.Units), limit)
			}
			continue
		}
		sum, first := 0.0, true
		for k := range list {
			o := &list[k]
			if o.code != b.code || o.day != b.day || o.provider != b.provider || hasModifier(&o.line.Procedure, "55") {
				continue
			}
			if k < i {
				first = false // said with the first of them
				break
			}
			if m, ok := unitsOf(o.line); ok {
				sum += m
			}
		}
		if !first || sum <= most {
			continue
		}
		code := codeUnitsOfDay
		if indicator == 3 {
			code = codeUnitsLikely
		}
		x.report(code, at, x.service(b.line, x.procedureElement(), 2), strconv.FormatFloat(sum, 'f', -1, 64), limit)
	}
}

// addedCodes: a procedure that is only added to others has one of those beside it,
// by the same provider on the same day.
func (x *check) addedCodes(s *CodeSets, list []billed) {
	set := s.lib.System(codes.AddOn)
	day := dayNumberOf(list[0].day)
	if !set.Covers(day) {
		s.note(codes.AddOn, day)
		return
	}
	for i := range list {
		b := &list[i]
		if !s.isAdded(set, b.code) {
			continue
		}
		day := dayNumberOf(b.day)
		r := set.On(day)
		if r == nil {
			continue
		}
		listed, open, found := 0, false, false
		var names []string
		r.Starting(b.code, func(e codes.Entry) bool {
			if e.From > day || e.To != 0 && e.To < day {
				return true
			}
			primary := e.Code[5:]
			if primary == "" || e.Value != 1 {
				open = true // payers have primaries of their own
			}
			if primary == "" {
				return true
			}
			listed++
			if len(names) < mostNamed+1 {
				names = append(names, primary)
			}
			found = slices.ContainsFunc(list, func(o billed) bool { return o.code == primary && o.day == b.day && o.provider == b.provider })
			return !found
		})
		if found || listed == 0 && !open {
			continue
		}
		if open && slices.ContainsFunc(list, func(o billed) bool {
			return o.number != b.number && o.day == b.day && o.provider == b.provider && !s.isAdded(set, o.code)
		}) {
			continue // it may be one of the payer's
		}
		want := ""
		if len(names) > 0 {
			more := ""
			if len(names) > mostNamed {
				names, more = names[:mostNamed], " …"
			}
			want = ", such as " + strings.Join(names, ", ") + more
		}
		x.say(codeAddedAlone, x.service(b.line, x.procedureElement(), 2), b.code, want)
	}
}

// isAdded says whether a code is an add-on code.
func (s *CodeSets) isAdded(set *codes.System, code string) bool {
	if s.added == nil {
		s.added = map[string]bool{}
		for _, r := range set.Releases {
			for _, c := range r.All() {
				s.added[c[:min(5, len(c))]] = true
			}
		}
	}
	return s.added[code]
}
