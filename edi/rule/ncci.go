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

// codingTables are the tables of practitioners, of hospitals, and of suppliers.
type codingTables struct{ practitioner, hospital, supplier correctCoding }

func newCodingTables(lib *codes.Library) codingTables {
	t := codingTables{
		practitioner: correctCoding{lib.System(codes.PTPPractice), lib.System(codes.MUEPractice), codes.PTPPractice, codes.MUEPractice},
		hospital:     correctCoding{lib.System(codes.PTPHospital), lib.System(codes.MUEHospital), codes.PTPHospital, codes.MUEHospital},
	}
	t.supplier = t.practitioner
	t.supplier.units, t.supplier.unitsName = lib.System(codes.MUEEquipment), codes.MUEEquipment
	return t
}

// correctCoding gives the tables of a claim; nil where CMS has none for it.
func (x *check) correctCoding(s *CodeSets) *correctCoding {
	switch x.Kind {
	case claim.Professional:
		if b := x.BillingProvider; b != nil && (strings.HasPrefix(b.Specialty.Taxonomy, "332B") || strings.HasPrefix(b.Specialty.Taxonomy, "335")) {
			return &s.coding.supplier
		}
		return &s.coding.practitioner
	case claim.Institutional:
		switch x.PlaceOfService {
		case "12", "13", "14", "22", "23", "34", "71", "72", "74", "75", "76", "77", "85":
			return &s.coding.hospital
		}
	}
	return nil
}

// billed is a line as these edits look at it.
type billed struct {
	line     *claim.Line
	number   int // from 1
	code     string
	day      int // CCYYMMDD
	provider string
	units    float64 // 0: none that count
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
		b := billed{line: l, number: i + 1, code: l.Procedure.Code, day: dayNumberOf(x.lineDay(l)), provider: provider}
		if !hasModifier(&l.Procedure, "55") { // postoperative care alone does not count
			b.units = unitsOf(l)
		}
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
	t := x.correctCoding(s)
	if t == nil {
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
func (x *check) pairs(s *CodeSets, t *correctCoding, list []billed) {
	if len(list) < 2 {
		return
	}
	day := list[0].day
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
			day := a.day
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

// unitsOf is how many units a line counts for; 0: none.
func unitsOf(l *claim.Line) float64 {
	if l.Unit != "UN" && l.Unit != "" {
		return 0
	}
	if len(l.Units) == 1 && l.Units[0] >= '0' && l.Units[0] <= '9' {
		return float64(l.Units[0] - '0')
	}
	n, err := strconv.ParseFloat(string(l.Units), 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// units: what is likely of a procedure, by line (indicator 1) or by day (2 and 3).
func (x *check) units(s *CodeSets, t *correctCoding, list []billed) {
	day := list[0].day
	if !t.units.Covers(day) {
		s.note(t.unitsName, day)
		return
	}
	for i := range list {
		b := &list[i]
		if b.units == 0 {
			continue
		}
		value, _, ok := t.units.Value(b.code, b.day)
		if !ok {
			continue // not published, which is not without limit
		}
		most, indicator := float64(value/10), value%10
		code, n := codeUnitsOfLine, b.units
		if indicator == 1 {
			if d := b.line.Service(); d.From() != d.To() && validDay(d.From()) && validDay(d.To()) && d.To() > d.From() {
				n /= float64(dayNumber(d.To()) - dayNumber(d.From()) + 1)
			}
		} else {
			if code = codeUnitsOfDay; indicator == 3 {
				code = codeUnitsLikely
			}
			first := true
			for k := range list {
				o := &list[k]
				if k == i || o.code != b.code || o.day != b.day || o.provider != b.provider {
					continue
				}
				first = first && (k > i || o.units == 0) // said with the first of them
				n += o.units
			}
			if !first {
				continue
			}
		}
		if n > most {
			x.report(code, x.service(b.line, x.unitsElement(), 0), x.service(b.line, x.procedureElement(), 2), strconv.FormatFloat(n, 'f', -1, 64), strconv.Itoa(value/10))
		}
	}
}

// addedCodes: a procedure that is only added to others has one of those beside it,
// by the same provider on the same day.
func (x *check) addedCodes(s *CodeSets, list []billed) {
	set := s.addOn
	day := list[0].day
	if !set.Covers(day) {
		s.note(codes.AddOn, day)
		return
	}
	for i := range list {
		b := &list[i]
		if !isAdded(set, b.code) {
			continue
		}
		day := b.day
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
			return o.number != b.number && o.day == b.day && o.provider == b.provider && !isAdded(set, o.code)
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
func isAdded(set *codes.System, code string) bool { return set.Begins(code) }
