// Package split takes an X12 file apart by whose it is: a payer's answers over a
// connection that several organisations share, or a coding service's batch for
// several offices. Each owner gets a file of its own that stands by itself, with
// nothing of the others in it; what is nobody's is given apart.
//
// It goes by segments, not by guides: what a file's sender did wrong stays as
// wrong as it was, for whoever checks the part.
//
//	TA1, 999     to the owner of the interchange that they answer
//	277          claim by claim; levels above are repeated for each owner, without their totals
//	835          payment by payment: a payment is one owner's, or nobody's
//	837          billing provider by billing provider
package split

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"claimwire/edi/x12"
)

// Owner is whose something is; empty: nobody's that is known.
type Owner string

// Claim is what an answer says of which claim it means.
type Claim struct {
	Trace    string // our own number
	ClaimID  string // the submitter's
	Provider string // NPI or tax id of the billing provider or payee
}

// Owners knows whose things are. An error ends the splitting.
type Owners interface {
	// Interchange finds the owner by an interchange control number, or by that of a
	// functional group.
	Interchange(control, group string) (Owner, error)
	// Batch finds the owner by a BHT03 that we gave.
	Batch(id string) (Owner, error)
	Claim(c Claim) (Owner, error)
	// Provider finds the owner of a billing provider's claims.
	Provider(npi, taxID string) (Owner, error)
}

// Part is one owner's part of a file.
type Part struct {
	Owner Owner
	Bytes []byte
	// Claims are the places of the part's claims among those of the whole file,
	// from 1, of an 837.
	Claims []int
}

// Split takes a file apart. The parts come in the order in which their owners
// do. What a part says of its own is what the whole says of it; its form is ours:
// a line for each segment.
func Split(r io.Reader, own Owners) ([]Part, error) {
	s := &splitter{own: own, byOwner: map[Owner]*part{}}
	sc := x12.NewScanner(r, x12.ScannerOptions{})
	for sc.Next() {
		if err := s.segment(sc.Segment()); err != nil {
			return nil, err
		}
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if err := s.endSet(nil); err != nil {
		return nil, err
	}
	var parts []Part
	for _, p := range s.parts {
		p.endInterchange(s)
		parts = append(parts, Part{p.owner, p.out.Bytes(), p.claims})
	}
	return parts, nil
}

// seg is a segment that is kept, by its elements; the first is its id.
type seg []string

func (g seg) at(i int) string {
	if i < len(g) {
		return g[i]
	}
	return ""
}

func copied(g *x12.Segment) seg {
	return strings.Split(string(g.Raw()), string([]byte{g.Delimiters().Element}))
}

// part is one owner's part as it grows.
type part struct {
	owner   Owner
	out     bytes.Buffer
	ic, gs  int // which interchange and group are open in it; 0: none
	isaOpen seg
	gsOpen  seg
	groups  int
	sets    int
	claims  []int
}

type splitter struct {
	own     Owners
	parts   []*part
	byOwner map[Owner]*part

	isa, gs   seg
	ic, group int // running numbers
	d         x12.Delimiters
	set       []seg // the open set, ST first
	claim     int   // CLM so far, in the whole file
}

func (s *splitter) segment(g *x12.Segment) error {
	switch id := g.ID().String(); {
	case id == "ISA":
		if err := s.endSet(nil); err != nil {
			return err
		}
		for _, p := range s.parts {
			p.endInterchange(s)
		}
		s.d, s.isa, s.gs = g.Delimiters(), copied(g), nil
		s.ic++
	case id == "TA1" && s.set == nil && s.isa != nil:
		o, err := s.own.Interchange(string(g.Element(1)), "")
		if err != nil {
			return err
		}
		p := s.part(o)
		p.openInterchange(s)
		p.write(s, copied(g))
	case id == "GS":
		if err := s.endSet(nil); err != nil {
			return err
		}
		s.gs = copied(g)
		s.group++
	case id == "ST":
		if err := s.endSet(nil); err != nil {
			return err
		}
		s.set = append(s.set, copied(g))
	case id == "SE" && s.set != nil:
		return s.endSet(copied(g))
	case id == "GE", id == "IEA":
		return s.endSet(nil)
	case s.set != nil:
		s.set = append(s.set, copied(g))
	}
	return nil
}

func (s *splitter) part(o Owner) *part {
	p := s.byOwner[o]
	if p == nil {
		p = &part{owner: o}
		s.byOwner[o] = p
		s.parts = append(s.parts, p)
	}
	return p
}

func (p *part) write(s *splitter, g seg) {
	p.out.WriteString(strings.Join(g, string([]byte{s.d.Element})))
	p.out.WriteByte(s.d.Segment)
	p.out.WriteByte('\n')
}

func (p *part) openInterchange(s *splitter) {
	if p.ic == s.ic {
		return
	}
	p.endInterchange(s)
	p.write(s, s.isa)
	p.ic, p.isaOpen, p.groups = s.ic, s.isa, 0
}

func (p *part) openGroup(s *splitter) {
	p.openInterchange(s)
	if p.gs == s.group {
		return
	}
	p.endGroup(s)
	p.write(s, s.gs)
	p.gs, p.gsOpen, p.sets = s.group, s.gs, 0
	p.groups++
}

func (p *part) endGroup(s *splitter) {
	if p.gs != 0 {
		p.write(s, seg{"GE", strconv.Itoa(p.sets), p.gsOpen.at(6)})
		p.gs = 0
	}
}

func (p *part) endInterchange(s *splitter) {
	if p.ic == 0 {
		return
	}
	p.endGroup(s)
	p.write(s, seg{"IEA", strconv.Itoa(p.groups), p.isaOpen.at(13)})
	p.ic = 0
}

// give writes a set of an owner.
func (s *splitter) give(o Owner, body []seg, end seg) *part {
	p := s.part(o)
	if s.gs == nil { // no group around it: kept as it is
		p.openInterchange(s)
	} else {
		p.openGroup(s)
	}
	for _, g := range body {
		p.write(s, g)
	}
	p.write(s, end)
	p.sets++
	return p
}

// endSet gives the open set to whom it belongs. end is its SE; nil: it has none.
func (s *splitter) endSet(end seg) error {
	set := s.set
	s.set = nil
	if len(set) == 0 {
		return nil
	}
	if end == nil {
		end = seg{"SE", strconv.Itoa(len(set) + 1), set[0].at(2)}
	}
	switch set[0].at(1) {
	case "999", "997":
		o, err := s.ofGroup(set)
		if err != nil {
			return err
		}
		s.give(o, set, end)
	case "835":
		o, err := s.ofPayment(set)
		if err != nil {
			return err
		}
		s.give(o, set, end)
	case "277", "837":
		return s.byLevels(set, end)
	default:
		s.give("", set, end)
	}
	return nil
}

func (s *splitter) ofGroup(set []seg) (Owner, error) {
	for _, g := range set {
		if g.at(0) == "AK1" {
			return s.own.Interchange("", g.at(2))
		}
	}
	return "", nil
}

// ofPayment finds whose a payment is: that of all its claims that are known, as
// long as they agree.
func (s *splitter) ofPayment(set []seg) (Owner, error) {
	provider := ""
	var owner Owner
	known := false
	for _, g := range set {
		switch g.at(0) {
		case "N1":
			if g.at(1) == "PE" {
				provider = g.at(4)
			}
		case "CLP":
			o, err := s.own.Claim(Claim{ClaimID: g.at(1), Provider: provider})
			if err != nil {
				return "", err
			}
			if o == "" {
				continue
			}
			if known && o != owner {
				return "", nil // two owners' claims in one payment: nobody's, a person looks
			}
			owner, known = o, true
		}
	}
	if !known && provider != "" { // nothing but adjustments, or claims that nobody knows
		return s.own.Provider(provider, provider)
	}
	return owner, nil
}

// level is an HL with what stands in it.
type level struct {
	hl       seg
	head     []seg   // what is said of the level itself
	items    [][]seg // what is said of claims: loops that begin with TRN
	owners   []Owner // of the items
	children []*level
	claims   []int // of an 837: its claims
}

// byLevels gives each owner the levels that are its own.
func (s *splitter) byLevels(set []seg, end seg) error {
	claims := set[0].at(1) == "837"
	var before []seg
	var roots []*level
	byNumber := map[string]*level{}
	var at *level
	for _, g := range set {
		switch {
		case g.at(0) == "HL":
			at = &level{hl: g}
			byNumber[g.at(1)] = at
			if up := byNumber[g.at(2)]; up != nil && g.at(2) != "" && up != at {
				up.children = append(up.children, at)
			} else {
				roots = append(roots, at)
			}
		case at == nil:
			before = append(before, g)
		case !claims && g.at(0) == "TRN":
			at.items = append(at.items, []seg{g})
		case !claims && len(at.items) > 0:
			k := len(at.items) - 1
			at.items[k] = append(at.items[k], g)
		default:
			if g.at(0) == "CLM" {
				s.claim++
				at.claims = append(at.claims, s.claim)
			}
			at.head = append(at.head, g)
		}
	}
	owners := map[Owner]bool{}
	var order []Owner
	note := func(o Owner) {
		if !owners[o] {
			owners[o] = true
			order = append(order, o)
		}
	}
	for _, l := range roots {
		var err error
		if claims {
			err = s.ownBilling(l, note)
		} else {
			err = s.ownStatus(l, "", "", note)
		}
		if err != nil {
			return err
		}
	}
	if len(order) == 0 {
		order = []Owner{""}
	}
	if len(order) == 1 {
		p := s.give(order[0], set, end)
		for _, l := range roots {
			p.claims = append(p.claims, l.allClaims()...)
		}
		return nil
	}
	for _, o := range order {
		w := writer{owner: o}
		w.out = append(w.out, before...)
		for _, l := range roots {
			w.level(l, "")
		}
		p := s.give(o, w.out, seg{"SE", strconv.Itoa(len(w.out) + 1), end.at(2)})
		p.claims = append(p.claims, w.claims...)
	}
	return nil
}

func (l *level) allClaims() []int {
	list := l.claims
	for _, c := range l.children {
		list = append(list[:len(list):len(list)], c.allClaims()...)
	}
	return list
}

// ownBilling notes whose a billing provider's claims are.
func (s *splitter) ownBilling(l *level, note func(Owner)) error {
	npi, tax := "", ""
	in := false
	for _, g := range l.head {
		switch g.at(0) {
		case "NM1":
			if in = g.at(1) == "85"; in {
				if g.at(8) == "XX" {
					npi = g.at(9)
				} else {
					tax = g.at(9)
				}
			}
		case "REF":
			if in && (g.at(1) == "EI" || g.at(1) == "SY") {
				tax = g.at(2)
			}
		}
	}
	o, err := s.own.Provider(npi, tax)
	l.setAll(o)
	note(o)
	return err
}

// setAll makes a level, with all below it, an owner's.
func (l *level) setAll(o Owner) {
	l.owners = append(l.owners[:0], o)
	for _, c := range l.children {
		c.setAll(o)
	}
}

// ownStatus notes whose the claims of a 277 are. A batch that is an owner's is
// so with all below it.
func (s *splitter) ownStatus(l *level, batch Owner, provider string, note func(Owner)) error {
	for _, g := range l.head {
		if g.at(0) == "NM1" && (g.at(1) == "85" || g.at(1) == "1P") {
			provider = g.at(9)
		}
	}
	kind := l.hl.at(3)
	for _, it := range l.items {
		if kind == "21" && batch == "" {
			o, err := s.own.Batch(it[0].at(2))
			if err != nil {
				return err
			}
			batch = o
		}
		if kind != "PT" && kind != "22" && kind != "23" {
			continue
		}
		o := batch
		if o == "" {
			c := Claim{ClaimID: it[0].at(2), Provider: provider}
			for _, g := range it {
				if g.at(0) == "REF" && g.at(1) == "D9" {
					c.Trace = g.at(2)
				}
				if g.at(0) == "REF" && g.at(1) == "EJ" {
					c.ClaimID = g.at(2)
				}
			}
			var err error
			if o, err = s.own.Claim(c); err != nil {
				return err
			}
		}
		l.owners = append(l.owners, o)
		note(o)
	}
	for _, c := range l.children {
		if err := s.ownStatus(c, batch, provider, note); err != nil {
			return err
		}
	}
	if len(l.owners) == 0 && len(l.children) == 0 && kind != "PT" && kind != "22" && kind != "23" {
		// Nothing stands below it: what is said of the level is its batch's.
		l.owners = []Owner{batch}
		note(batch)
	}
	return nil
}

// has says whether anything of a level, or below it, is an owner's.
func (l *level) has(o Owner) bool {
	for _, w := range l.owners {
		if w == o {
			return true
		}
	}
	for _, c := range l.children {
		if c.has(o) {
			return true
		}
	}
	return false
}

// all says whether everything is.
func (l *level) all(o Owner) bool {
	for _, w := range l.owners {
		if w != o {
			return false
		}
	}
	for _, c := range l.children {
		if !c.all(o) {
			return false
		}
	}
	return true
}

// writer writes an owner's levels, numbered anew.
type writer struct {
	owner  Owner
	out    []seg
	number int
	claims []int
}

func (w *writer) level(l *level, parent string) {
	if !l.has(w.owner) {
		return
	}
	w.number++
	own := strconv.Itoa(w.number)
	hl := append(seg(nil), l.hl...)
	for len(hl) < 4 {
		hl = append(hl, "")
	}
	hl[1], hl[2] = own, parent
	below := false
	for _, c := range l.children {
		below = below || c.has(w.owner)
	}
	if len(hl) > 4 && !below {
		hl[4] = "0"
	}
	w.out = append(w.out, hl)
	w.out = append(w.out, l.head...)
	w.claims = append(w.claims, l.claims...)
	perClaim := len(l.owners) == len(l.items) && len(l.items) > 0 && (l.hl.at(3) == "PT" || l.hl.at(3) == "22" || l.hl.at(3) == "23")
	whole := l.all(w.owner)
	for i, it := range l.items {
		if perClaim && l.owners[i] != w.owner {
			continue
		}
		for _, g := range it {
			// Counts and sums of a level speak of others' claims too.
			if !perClaim && !whole && (g.at(0) == "QTY" || g.at(0) == "AMT") {
				continue
			}
			w.out = append(w.out, g)
		}
	}
	for _, c := range l.children {
		w.level(c, own)
	}
}
