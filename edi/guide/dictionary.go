package guide

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"claimwire/edi/x12"
)

// Type is the data type of an element in the standard.
type Type byte

// The standard's types. Nn carries an implied decimal point; the guides that
// we know use N0 only.
const (
	AN Type = iota + 1 // text
	ID                 // code
	DT                 // date
	TM                 // time
	R                  // decimal
	N0                 // integer
	B                  // binary
	Composite
)

var typeNames = map[string]Type{"AN": AN, "ID": ID, "DT": DT, "TM": TM, "R": R, "N0": N0, "N": N0, "N2": N0, "B": B}

// String gives the standard's letters.
func (t Type) String() string {
	for s, v := range typeNames {
		if v == t && s != "N" && s != "N2" {
			return s
		}
	}
	return "composite"
}

// Dictionary is the standard of one version, as far as it is publicly known.
type Dictionary struct {
	Version    string
	Elements   map[string]*ElementDef
	Composites map[string]*CompositeDef
	Segments   map[x12.SegmentID]*SegmentDef
	Sets       map[string]map[x12.SegmentID]bool // segments of a transaction set

	own   map[string]bool                 // while it is read: what this text has defined
	pairs map[[2]string]map[string]string // qualifier element, element → code → form
}

// ElementDef is a data element.
type ElementDef struct {
	Number   string
	Name     string
	Type     Type
	Min, Max int
	Places   int             // decimal places that guides allow; 0: any
	Codes    map[string]bool // the standard's own list; nil: not known, or none
	Printed  map[string]bool // every value that a guide of the library prints for it
}

// CompositeDef is a composite data structure.
type CompositeDef struct {
	ID         string
	Name       string
	Components []Part
	Notes      []syntaxNote
}

// SegmentDef is a segment. One of the line `others` has no elements: of it only
// the id is known.
type SegmentDef struct {
	ID       x12.SegmentID
	Name     string
	Elements []Part
	Notes    []syntaxNote
}

// Part is an element of a segment or a component of a composite.
type Part struct {
	Requirement byte // M, O or X
	Element     *ElementDef
	Composite   *CompositeDef
	Repeat      int
}

// syntaxNote is a condition between elements of one segment (P R E C L).
type syntaxNote struct {
	kind  byte
	first uint32 // of C and L: the bit of the element that the condition starts from
	mask  uint32 // all elements named
	parts []int
}

// Text gives the note as the standard writes it, "P0809".
func (n syntaxNote) Text() string {
	var b strings.Builder
	b.WriteByte(n.kind)
	for _, p := range n.parts {
		fmt.Fprintf(&b, "%02d", p)
	}
	return b.String()
}

// words say the note to a person; prefix and digits make its elements' names.
func (n syntaxNote) words(prefix string, digits int) string {
	names := make([]string, len(n.parts))
	for i, p := range n.parts {
		names[i] = fmt.Sprintf("%s%0*d", prefix, digits, p)
	}
	list := func(s []string, last string) string {
		if len(s) == 1 {
			return s[0]
		}
		return strings.Join(s[:len(s)-1], ", ") + last + s[len(s)-1]
	}
	switch n.kind {
	case 'P':
		return list(names, " and ") + " go together"
	case 'R':
		return "one of " + list(names, " and ") + " is needed"
	case 'E':
		return "only one of " + list(names, " and ") + " may be sent"
	case 'C':
		return names[0] + " goes with " + list(names[1:], " and ")
	case 'L':
		return names[0] + " goes with " + list(names[1:], " or ")
	}
	return n.Text()
}

// holds says whether the present elements (bit i-1 for element i) satisfy it.
func (n *syntaxNote) holds(present uint32) bool {
	switch n.kind {
	case 'P':
		m := present & n.mask
		return m == 0 || m == n.mask
	case 'R':
		return present&n.mask != 0
	case 'E':
		m := present & n.mask
		return m&(m-1) == 0
	case 'C':
		return present&n.first == 0 || present&n.mask == n.mask
	case 'L':
		return present&n.first == 0 || present&(n.mask&^n.first) != 0
	}
	return true
}

// ParseDictionary reads the text form of a dictionary, which the head of
// data/005010/005010.dict describes. One that goes on from another version
// (`dictionary 006020 from 005010`) has all of that one but what it says anew;
// base gives the text of a version.
func ParseDictionary(name, text string, base func(version string) (name, text string, ok bool)) (*Dictionary, error) {
	d := &Dictionary{
		Elements:   map[string]*ElementDef{},
		Composites: map[string]*CompositeDef{},
		Segments:   map[x12.SegmentID]*SegmentDef{},
		Sets:       map[string]map[x12.SegmentID]bool{},
		pairs:      map[[2]string]map[string]string{},
	}
	if err := d.read(name, text, base, 0); err != nil {
		return nil, err
	}
	if d.Version == "" {
		return nil, fmt.Errorf("%s: no `dictionary VERSION` line", name)
	}
	d.own = nil
	return d, nil
}

// maxBases bounds how many dictionaries may stand on one another.
const maxBases = 4

func (d *Dictionary) read(name, text string, base func(version string) (name, text string, ok bool), depth int) error {
	d.own = map[string]bool{}
	var parts *[]Part
	var notes *[]syntaxNote
	for n, line := range strings.Split(text, "\n") {
		if w := strings.Fields(line); len(w) == 4 && w[0] == "dictionary" && w[2] == "from" {
			if base == nil || depth == maxBases {
				return &lineError{name, n + 1, fmt.Sprintf("dictionary %s is not there", w[3])}
			}
			baseName, baseText, ok := base(w[3])
			if !ok {
				return &lineError{name, n + 1, fmt.Sprintf("dictionary %s is not there", w[3])}
			}
			if err := d.read(baseName, baseText, base, depth+1); err != nil {
				return err
			}
			d.Version, d.own = w[1], map[string]bool{}
			continue
		}
		if err := d.line(line, &parts, &notes); err != nil {
			return &lineError{name, n + 1, err.Error()}
		}
	}
	return nil
}

// once says whether a thing is defined for the first time in the text at hand.
func (d *Dictionary) once(what, id string) error {
	if key := what + " " + id; !d.own[key] {
		d.own[key] = true
		return nil
	}
	return fmt.Errorf("%s %s stands twice", what, id)
}

func (d *Dictionary) line(line string, parts **[]Part, notes **[]syntaxNote) error {
	if i := strings.Index(line, "#"); i == 0 || i > 0 && line[i-1] == ' ' {
		line = line[:i]
	}
	w := strings.Fields(line)
	if len(w) == 0 {
		return nil
	}
	if line[0] == ' ' {
		return d.part(w, *parts, *notes)
	}
	*parts, *notes = nil, nil
	switch w[0] {
	case "dictionary":
		if len(w) != 2 {
			return fmt.Errorf("want `dictionary VERSION`")
		}
		d.Version = w[1]
	case "element":
		if len(w) < 4 {
			return fmt.Errorf("want `element NUMBER TYPE MIN/MAX NAME`")
		}
		t, ok := typeNames[w[2]]
		if !ok {
			return fmt.Errorf("unknown type %q: want AN, ID, DT, TM, R, N0, N2 or B", w[2])
		}
		lo, hi, err := parseLengths(w[3])
		if err != nil {
			return err
		}
		if err := d.once("element", w[1]); err != nil {
			return err
		}
		e := d.Elements[w[1]]
		if e == nil {
			e = &ElementDef{Number: w[1]}
			d.Elements[w[1]] = e
		}
		if len(w) > 4 {
			e.Name = strings.Join(w[4:], " ")
		}
		e.Type, e.Min, e.Max = t, lo, hi // the codes of the version before stay
	case "codes":
		if len(w) < 3 {
			return fmt.Errorf("want `codes NUMBER CODE...`")
		}
		e := d.Elements[w[1]]
		if e == nil {
			return fmt.Errorf("codes of element %s, which is not defined above", w[1])
		}
		if e.Codes == nil {
			e.Codes = make(map[string]bool, len(w))
		}
		for _, c := range w[2:] {
			e.Codes[c] = true
		}
	case "places":
		e := d.Elements[w[min(1, len(w)-1)]]
		if len(w) != 3 || e == nil || e.Type != R || len(w[2]) != 1 || w[2][0] < '1' || w[2][0] > '9' {
			return fmt.Errorf("want `places NUMBER COUNT` of a decimal that is defined above")
		}
		e.Places = int(w[2][0] - '0')
	case "composite":
		if len(w) < 2 {
			return fmt.Errorf("want `composite ID NAME`")
		}
		if err := d.once("composite", w[1]); err != nil {
			return err
		}
		c := d.Composites[w[1]]
		if c == nil {
			c = &CompositeDef{}
			d.Composites[w[1]] = c
		}
		*c = CompositeDef{ID: w[1], Name: strings.Join(w[2:], " ")} // in place: segments refer to it
		*parts, *notes = &c.Components, &c.Notes
	case "segment":
		if len(w) < 2 {
			return fmt.Errorf("want `segment ID NAME`")
		}
		if err := d.once("segment", w[1]); err != nil {
			return err
		}
		s := &SegmentDef{ID: x12.SegmentIDOf(w[1]), Name: strings.Join(w[2:], " ")}
		d.Segments[s.ID] = s
		*parts, *notes = &s.Elements, &s.Notes
	case "others":
		for _, id := range w[1:] {
			if s := (&SegmentDef{ID: x12.SegmentIDOf(id)}); d.Segments[s.ID] == nil {
				d.Segments[s.ID] = s
			}
		}
	case "set":
		if len(w) < 3 {
			return fmt.Errorf("want `set ST01 GS01 SEGMENT...`")
		}
		m := d.Sets[w[1]]
		if d.once("set", w[1]) == nil {
			m = map[x12.SegmentID]bool{}
			d.Sets[w[1]] = m
		}
		for _, s := range w[3:] {
			m[x12.SegmentIDOf(s)] = true
		}
	case "pair":
		if len(w) < 4 {
			return fmt.Errorf("want `pair QUALIFIER ELEMENT CODE=form...`")
		}
		m := d.pairs[[2]string{w[1], w[2]}]
		if m == nil {
			m = map[string]string{}
			d.pairs[[2]string{w[1], w[2]}] = m
		}
		for _, p := range w[3:] {
			code, form, ok := strings.Cut(p, "=")
			if !ok {
				return fmt.Errorf("want CODE=form, got %q", p)
			}
			m[code] = form
		}
	default:
		return fmt.Errorf("unknown word %q", w[0])
	}
	return nil
}

func (d *Dictionary) part(w []string, parts *[]Part, notes *[]syntaxNote) error {
	if parts == nil {
		return fmt.Errorf("an indented line outside a segment or composite")
	}
	if w[0] == "note" {
		for _, s := range w[1:] {
			n, err := parseNote(s)
			if err != nil {
				return err
			}
			*notes = append(*notes, n)
		}
		return nil
	}
	if len(w) < 3 {
		return fmt.Errorf("want `POSITION M|O|X ELEMENT [REPEAT]`")
	}
	pos, err := strconv.Atoi(w[0])
	if err != nil || pos != len(*parts)+1 {
		return fmt.Errorf("want position %02d, got %q", len(*parts)+1, w[0])
	}
	if len(w[1]) != 1 || !strings.Contains("MOX", w[1]) {
		return fmt.Errorf("want M, O or X, got %q", w[1])
	}
	p := Part{Requirement: w[1][0], Repeat: 1}
	if e := d.Elements[w[2]]; e != nil {
		p.Element = e
	} else if c := d.Composites[w[2]]; c != nil {
		p.Composite = c
	} else {
		return fmt.Errorf("element %q is not defined above", w[2])
	}
	if len(w) > 3 {
		if w[3] == ">1" {
			p.Repeat = 0
		} else if p.Repeat, err = strconv.Atoi(w[3]); err != nil {
			return fmt.Errorf("repeat: %w", err)
		}
	}
	*parts = append(*parts, p)
	return nil
}

func parseLengths(s string) (lo, hi int, err error) {
	a, b, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, fmt.Errorf("want MIN/MAX, got %q", s)
	}
	if lo, err = strconv.Atoi(a); err != nil {
		return 0, 0, err
	}
	if hi, err = strconv.Atoi(b); err != nil {
		return 0, 0, err
	}
	if lo > hi {
		return 0, 0, fmt.Errorf("minimum above maximum in %q", s)
	}
	return lo, hi, nil
}

func parseNote(s string) (syntaxNote, error) {
	n := syntaxNote{}
	if len(s) < 5 || len(s)%2 == 0 || !strings.ContainsRune("PRECL", rune(s[0])) {
		return n, fmt.Errorf("a syntax note is P, R, E, C or L and two-digit positions, got %q", s)
	}
	n.kind = s[0]
	for i := 1; i < len(s); i += 2 {
		p, err := strconv.Atoi(s[i : i+2])
		if err != nil || p < 1 || p > 32 {
			return n, fmt.Errorf("bad position in syntax note %q", s)
		}
		bit := uint32(1) << (p - 1)
		if i == 1 {
			n.first = bit
		}
		n.mask |= bit
		n.parts = append(n.parts, p)
	}
	return n, nil
}

// forms lists what a qualifier's codes make of the element after it, in the
// order of the codes.
func (d *Dictionary) forms(qualifier, element string) (codes, forms []string) {
	m := d.pairs[[2]string{qualifier, element}]
	for c := range m {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for _, c := range codes {
		forms = append(forms, m[c])
	}
	return codes, forms
}
