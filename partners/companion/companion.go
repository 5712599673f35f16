// Package companion reads and checks a trading partner's narrowing of the
// guides (SNIP type 7): a short file that answers "what is different about this
// partner?". It only narrows, or lets a named finding pass; what a guide does
// not allow, no companion allows.
//
//	companion lakeshore-health
//
//	guide 005010X222A1
//	2010BB/NM108 only PI
//	2010BB/NM109 only LSHP1 | LSHP2
//	2300/REF[G1] require                 a prior authorization on every claim
//	2300/CLM01   length 20
//	2310B        require
//	2400         max 25
//	2300/NTE     forbid
//	2010AA/N403  like 9                  digits
//	soften E4409
//
// A line names a loop, a segment use (with the value of its key in brackets,
// where the guide has several), or an element of one, and what the partner
// wants. What follows it after two blanks, as from a hash, is for people.
package companion

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/x12"
	"claimwire/partners"
)

// Verb is what a partner wants.
type Verb string

// The verbs.
const (
	Only    Verb = "only"    // of an element: one of these values
	Require Verb = "require" // a loop, segment or element that the guide leaves open
	Forbid  Verb = "forbid"  // one that the guide allows
	Max     Verb = "max"     // of a loop or segment: no more than so many
	Length  Verb = "length"  // of an element: no more than so many characters
	Like    Verb = "like"    // of an element: digits where 9 stands, letters where A, any where *, else the character itself
)

// Rule is one line.
type Rule struct {
	Line      int
	Loop      string
	Segment   string // empty: the loop
	Key       string // of the segment; empty: any
	Element   int    // 0: the segment
	Component int
	Verb      Verb
	Values    []string
	N         int
	Pattern   string
}

// Section is what is different from one guide.
type Section struct {
	Line   int
	Guide  *guide.Guide
	Rules  []Rule
	soft   map[diag.Code]bool
	byNode []nodeRules
	loops  map[*guide.Node][]*loopRule
}

// Companion is a partner's.
type Companion struct {
	Name     string
	Sections []*Section
}

// maxFile bounds a companion.
const maxFile = 1 << 20

// Load reads and checks a file.
func Load(file string) (*Companion, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, b)
}

// Parse reads a companion and checks it against the guides that it narrows. The
// error is partners.Problems when something is wrong with it.
func Parse(file string, text []byte) (*Companion, error) {
	p := parser{file: file, c: &Companion{}}
	if len(text) > maxFile {
		p.bad(0, "", "a companion has at most %d bytes", maxFile)
		return nil, p.problems
	}
	for i, line := range strings.Split(string(text), "\n") {
		p.line(i+1, line)
	}
	if p.c.Name == "" && len(p.problems) == 0 {
		p.bad(0, "", "its first line is: companion NAME")
	}
	for _, s := range p.c.Sections {
		s.compile(&p)
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return p.c, nil
}

type parser struct {
	file     string
	c        *Companion
	problems partners.Problems
}

func (p *parser) bad(line int, field, format string, a ...any) {
	p.problems = append(p.problems, partners.Problem{File: p.file, Line: line, Field: field, Message: fmt.Sprintf(format, a...)})
}

func (p *parser) line(n int, text string) {
	if i := strings.IndexByte(text, '#'); i >= 0 {
		text = text[:i]
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return
	}
	switch words[0] {
	case "companion":
		if p.c.Name != "" || len(words) != 2 {
			p.bad(n, "companion", "stands once, with a name")
			return
		}
		p.c.Name = words[1]
		return
	case "guide":
		if len(words) != 2 {
			p.bad(n, "guide", "is followed by the guide that is narrowed, such as 005010X222A1")
			return
		}
		g, known := find(words[1])
		if g == nil {
			p.bad(n, words[1], "is no guide that is known: %s", strings.Join(known, ", "))
			return
		}
		for _, s := range p.c.Sections {
			if s.Guide == g {
				p.bad(n, words[1], "stands twice")
			}
		}
		p.c.Sections = append(p.c.Sections, &Section{Line: n, Guide: g, soft: map[diag.Code]bool{}})
		return
	}
	if len(p.c.Sections) == 0 {
		p.bad(n, words[0], "stands before the first guide: which guide is narrowed?")
		return
	}
	s := p.c.Sections[len(p.c.Sections)-1]
	if words[0] == "soften" {
		p.soften(s, n, words)
		return
	}
	r, err := place(words[0])
	if err != "" {
		p.bad(n, words[0], "%s", err)
		return
	}
	r.Line = n
	if len(words) < 2 {
		p.bad(n, words[0], "what does the partner want? only, require, forbid, max, length or like")
		return
	}
	r.Verb = Verb(words[1])
	// The rest goes to two blanks: what follows is for people.
	_, rest, _ := strings.Cut(text, words[1])
	rest = strings.TrimLeft(rest, " \t")
	if i := strings.Index(rest, "  "); i >= 0 {
		rest = rest[:i]
	}
	rest = strings.TrimSpace(rest)
	switch r.Verb {
	case Only:
		for _, v := range strings.Split(rest, "|") {
			if v = strings.TrimSpace(v); v != "" {
				r.Values = append(r.Values, v)
			}
		}
		if len(r.Values) == 0 {
			p.bad(n, words[0], "only what?")
			return
		}
	case Max, Length:
		v, e := strconv.Atoi(rest)
		if e != nil || v < 1 {
			p.bad(n, words[0], "%s is followed by a number", r.Verb)
			return
		}
		r.N = v
	case Like:
		if r.Pattern = rest; rest == "" || strings.ContainsAny(rest, " \t") {
			p.bad(n, words[0], "like is followed by a form such as 999999999 or A9999")
			return
		}
	case Require, Forbid:
		if rest != "" && !strings.Contains(text, "  "+rest) && !strings.HasPrefix(strings.TrimSpace(text[strings.Index(text, words[1])+len(words[1]):]), rest) {
			p.bad(n, words[0], "%s stands alone", r.Verb)
		}
	default:
		p.bad(n, words[0], "%q is none of only, require, forbid, max, length, like", words[1])
		return
	}
	s.Rules = append(s.Rules, r)
}

// find finds a guide by its id or by another name that files use.
func find(id string) (g *guide.Guide, known []string) {
	all, err := guide.All()
	if err != nil {
		panic(err) // embedded; its own tests read them first
	}
	for _, g := range all {
		if g.ID == id || slices.Contains(g.Aliases, id) {
			return g, nil
		}
		known = append(known, g.ID)
	}
	return nil, known
}

func (p *parser) soften(s *Section, n int, words []string) {
	if len(words) < 2 {
		p.bad(n, "soften", "is followed by a code such as E4409")
		return
	}
	c, ok := diag.ParseCode(words[1])
	e, known := diag.Lookup(c)
	switch {
	case !ok || !known:
		p.bad(n, words[1], "is no code that is known: claimwire explain tells them")
	case e.Severity == diag.Warning:
		p.bad(n, words[1], "is a warning already")
	case c.SNIP() == 1 && c.Level() <= diag.LevelSet || e.Rejects >= diag.RejectsGroup:
		p.bad(n, words[1], "is about the envelope: nothing of that can be let pass")
	case c.SNIP() == 7 && c < 7900:
		p.bad(n, words[1], "is a companion's own")
	case s.soft[c]:
		p.bad(n, words[1], "stands twice")
	default:
		s.soft[c] = true
	}
}

// place reads LOOP, LOOP/SEG, LOOP/SEG[KEY], LOOP/SEG02 or LOOP/SEG02-1.
func place(text string) (r Rule, wrong string) {
	const form = "is a loop (2400), a segment (2300/REF[G1]) or an element (2010BB/NM108, 2300/CLM05-1)"
	loop, seg, inside := strings.Cut(text, "/")
	r.Loop = loop
	if loop == "" {
		return r, form
	}
	if !inside {
		return r, ""
	}
	if i := strings.IndexByte(seg, '['); i >= 0 {
		j := strings.IndexByte(seg, ']')
		if j < i+2 {
			return r, form
		}
		r.Key = seg[i+1 : j]
		seg = seg[:i] + seg[j+1:]
	}
	n := 0
	for n < len(seg) && n < 3 && (seg[n] >= 'A' && seg[n] <= 'Z' || n > 0 && seg[n] >= '0' && seg[n] <= '9' && len(seg)-n != 2 && !strings.Contains(seg[n:], "-")) {
		n++
	}
	// SEG or SEGnn or SEGnn-n: the element's number has two digits.
	base, comp, sub := strings.Cut(seg, "-")
	if len(base) >= 4 {
		if e, err := strconv.Atoi(base[len(base)-2:]); err == nil {
			r.Segment, r.Element = base[:len(base)-2], e
		}
	}
	if r.Segment == "" {
		r.Segment = base
	}
	if sub {
		c, err := strconv.Atoi(comp)
		if err != nil || c < 1 || r.Element == 0 {
			return r, form
		}
		r.Component = c
	}
	if len(r.Segment) < 2 || len(r.Segment) > 3 {
		return r, form
	}
	return r, ""
}

// where says a rule's place as it is written.
func (r *Rule) where() string {
	s := r.Loop
	if r.Segment == "" {
		return s
	}
	s += "/" + r.Segment
	if r.Element > 0 {
		s += fmt.Sprintf("%02d", r.Element)
	}
	if r.Component > 0 {
		s += "-" + strconv.Itoa(r.Component)
	}
	if r.Key != "" {
		s += "[" + r.Key + "]"
	}
	return s
}

// nodeRules are the rules of a segment use.
type nodeRules struct {
	elements []*Rule
	forbid   []*Rule
	max      []*maxRule
	require  []*requireRule
}

// loopRule is a rule about a loop, or about what has to stand in it.
type loopRule struct {
	rule  *Rule
	index int // of its state in a frame
}

type maxRule struct {
	rule  *Rule
	index int
}

type requireRule struct {
	rule  *Rule
	index int
}

// compile finds the places of the rules in the guide, and says where a rule
// does not narrow it.
func (s *Section) compile(p *parser) {
	s.byNode = make([]nodeRules, len(s.Guide.Nodes))
	s.loops = map[*guide.Node][]*loopRule{}
	seen := map[string]int{}
	for i := range s.Rules {
		r := &s.Rules[i]
		id := r.where() + " " + string(r.Verb)
		if other := seen[id]; other > 0 {
			p.bad(r.Line, r.where(), "%s stands in line %d too", r.Verb, other)
			continue
		}
		seen[id] = r.Line
		nodes := s.nodes(r)
		if len(nodes) == 0 {
			p.bad(r.Line, r.where(), "%s", s.whyNot(r))
			continue
		}
		for _, n := range nodes {
			if why := s.apply(r, n); why != "" {
				p.bad(r.Line, r.where(), "%s", why)
				break
			}
		}
	}
}

// nodes are the places that a rule names: a loop that stands in several others
// is several.
func (s *Section) nodes(r *Rule) []*guide.Node {
	var list []*guide.Node
	for _, n := range s.Guide.Nodes {
		if n.Loop != r.Loop || n.IsLoop != (r.Segment == "") {
			continue
		}
		if r.Segment == "" || n.Segment.String() == r.Segment && (r.Key == "" || slices.Contains(keysOf(n), r.Key)) {
			list = append(list, n)
		}
	}
	return list
}

// keysOf are the values that tell a segment use from its siblings.
func keysOf(n *guide.Node) []string {
	for i := range n.Elements {
		e := &n.Elements[i]
		if e.Key {
			return e.Codes
		}
		for k := range e.Components {
			if e.Components[k].Key {
				return e.Components[k].Codes
			}
		}
	}
	return nil
}

// keyPlace is where that value stands.
func keyPlace(n *guide.Node) (element, component int) {
	for i := range n.Elements {
		if n.Elements[i].Key {
			return i + 1, 0
		}
		for k := range n.Elements[i].Components {
			if n.Elements[i].Components[k].Key {
				return i + 1, k + 1
			}
		}
	}
	return 0, 0
}

// whyNot says what is wrong with a place that is not there.
func (s *Section) whyNot(r *Rule) string {
	loop, segs, keys := false, []string{}, []string{}
	for _, n := range s.Guide.Nodes {
		if n.Loop != r.Loop {
			continue
		}
		loop = true
		if !n.IsLoop && !slices.Contains(segs, n.Segment.String()) {
			segs = append(segs, n.Segment.String())
		}
		if !n.IsLoop && n.Segment.String() == r.Segment {
			keys = append(keys, keysOf(n)...)
		}
	}
	switch {
	case !loop:
		return "guide " + s.Guide.ID + " has no loop " + r.Loop
	case !slices.Contains(segs, r.Segment):
		return "the loop has no segment " + r.Segment + "; it has " + strings.Join(segs, ", ")
	}
	return "the guide has " + r.Segment + " there with " + strings.Join(slices.Compact(keys), ", ") + " alone"
}

func (s *Section) apply(r *Rule, n *guide.Node) (why string) {
	rules := &s.byNode[n.Index]
	if r.Element > 0 {
		e, why := element(n, r)
		if why != "" {
			return why
		}
		switch r.Verb {
		case Only:
			for _, v := range r.Values {
				if len(e.Codes) > 0 && !slices.Contains(e.Codes, v) {
					return fmt.Sprintf("the guide does not allow %s here: it has %s", v, strings.Join(e.Codes, ", "))
				}
				if e.Max > 0 && len(v) > e.Max {
					return fmt.Sprintf("%s is longer than the %d characters of the dictionary", v, e.Max)
				}
			}
		case Length:
			if e.Max > 0 && r.N >= e.Max {
				return fmt.Sprintf("the dictionary has %d characters: that is no narrower", e.Max)
			}
		case Require:
			if e.Usage == guide.Required {
				return "the guide requires it already"
			}
		case Forbid:
			if e.Usage == guide.Required {
				return "the guide requires it: no partner can do without"
			}
		case Like:
		default:
			return string(r.Verb) + " is for loops and segments"
		}
		rules.elements = append(rules.elements, r)
		return ""
	}
	parent := n.Parent
	switch r.Verb {
	case Max:
		if n.Max > 0 && r.N >= n.Max {
			return fmt.Sprintf("the guide allows %d: that is no narrower", n.Max)
		}
	case Require:
		if n.Usage == guide.Required && r.Key == "" {
			return "the guide requires it already"
		}
	case Forbid:
		if n.Usage == guide.Required {
			return "the guide requires it: no partner can do without"
		}
		if r.Segment == "" {
			// Its first segment is what is not wanted.
			for _, c := range n.Children {
				if !c.IsLoop {
					s.byNode[c.Index].forbid = append(s.byNode[c.Index].forbid, r)
					break
				}
			}
			return ""
		}
		rules.forbid = append(rules.forbid, r)
		return ""
	default:
		return string(r.Verb) + " is for elements"
	}
	if parent == nil {
		return "it is the set itself"
	}
	index := len(s.loops[parent])
	s.loops[parent] = append(s.loops[parent], &loopRule{r, index})
	at := n
	if r.Segment == "" { // counted by the segment that opens it
		at = n.Children[0]
	}
	if r.Verb == Max {
		s.byNode[at.Index].max = append(s.byNode[at.Index].max, &maxRule{r, index})
	} else {
		s.byNode[at.Index].require = append(s.byNode[at.Index].require, &requireRule{r, index})
	}
	return ""
}

// element finds the element of a rule.
func element(n *guide.Node, r *Rule) (*guide.Element, string) {
	if r.Element > len(n.Elements) {
		return nil, fmt.Sprintf("the guide uses %d elements of %s", len(n.Elements), r.Segment)
	}
	e := &n.Elements[r.Element-1]
	if r.Component > 0 {
		if r.Component > len(e.Components) {
			return nil, "it has no such component"
		}
		e = &e.Components[r.Component-1]
	} else if len(e.Components) > 0 && r.Verb != Require && r.Verb != Forbid {
		return nil, fmt.Sprintf("it is a composite: name a component, such as %s%02d-1", r.Segment, r.Element)
	}
	if e.Usage == guide.NotUsed {
		return nil, "the guide does not use it"
	}
	return e, ""
}

// section of a guide; nil: nothing is different.
func (c *Companion) section(g *guide.Guide) *Section {
	for _, s := range c.Sections {
		if s.Guide == g {
			return s
		}
	}
	return nil
}

// Softens says whether the partner lets a finding pass.
func (c *Companion) Softens(g *guide.Guide, code diag.Code) bool {
	s := c.section(g)
	return s != nil && s.soft[code]
}

// match says whether a value has the form of a pattern.
func match(pattern string, v []byte) bool {
	if len(pattern) != len(v) {
		return false
	}
	for i := range v {
		c := v[i]
		switch pattern[i] {
		case '9':
			if c < '0' || c > '9' {
				return false
			}
		case 'A':
			if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
				return false
			}
		case '*':
		default:
			if c != pattern[i] {
				return false
			}
		}
	}
	return true
}

// value is what stands at a rule's place.
func (r *Rule) value(seg *x12.Segment) []byte {
	if r.Component > 0 {
		return seg.Component(r.Element, r.Component)
	}
	return seg.Element(r.Element)
}
