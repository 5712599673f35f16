package guide

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Problem is what the linter has to say of a line of a guide file.
type Problem struct {
	File    string
	Line    int
	Message string
}

// String gives "file:line: message"; the message alone where it is of no line.
func (p Problem) String() string {
	if p.File == "" {
		return p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// Lint checks the text of a guide file against a dictionary and explains what
// is wrong with it. No problem means that the guide compiles and that no two
// uses which may stand at the same place can be taken for each other.
func Lint(file, text string, dict *Dictionary) []Problem {
	def, err := parseGuide(file, text)
	if err != nil {
		return []Problem{problemOf(file, err)}
	}
	l := &linter{def: def, dict: dict}
	l.loops()
	l.reachable()
	l.elements()
	g, err := compile(def, dict)
	if err != nil {
		return append(l.problems, problemOf(file, err))
	}
	l.keys(g)
	if len(def.sources) == 0 {
		l.add(1, "no `source` line says what the guide was read from")
	}
	sort.SliceStable(l.problems, func(i, j int) bool { return l.problems[i].Line < l.problems[j].Line })
	return l.problems
}

func problemOf(file string, err error) Problem {
	if le, ok := err.(*lineError); ok {
		return Problem{le.file, le.line, le.msg}
	}
	return Problem{File: file, Message: err.Error()}
}

type linter struct {
	def      *definition
	dict     *Dictionary
	problems []Problem
}

func (l *linter) add(line int, format string, a ...any) {
	l.problems = append(l.problems, Problem{l.def.file, line, fmt.Sprintf(format, a...)})
}

func (l *linter) loops() {
	for _, lp := range l.def.loops {
		for i, u := range lp.uses {
			if i == 0 && u.segment != "" && u.usage != Required {
				l.add(u.line, "the first segment of loop %s is what says that the loop is there: it is required", lp.id)
			}
			if u.loop != "" && l.def.byID[u.loop] == nil {
				l.add(u.line, "loop %s is not defined", u.loop)
			}
		}
	}
}

func (l *linter) reachable() {
	seen := map[string]bool{}
	var walk func(lp *loopDef)
	walk = func(lp *loopDef) {
		if lp == nil || seen[lp.id] {
			return
		}
		seen[lp.id] = true
		for _, u := range lp.uses {
			if u.loop != "" {
				walk(l.def.byID[u.loop])
			}
		}
	}
	walk(l.def.loops[0])
	for _, lp := range l.def.loops {
		if !seen[lp.id] {
			l.add(lp.line, "loop %s is not reached from loop %s", lp.id, l.def.loops[0].id)
		}
	}
}

// setNames are the lists kept by others that an element may name; those of them
// that are neither in the binary nor loaded are said to be not checked.
var setNames = []string{
	"admission-source", "admission-type", "bill-type", "carc", "cdt", "claim-frequency", "claim-status", "claim-status-category",
	"condition-code", "countries", "country-subdivision", "currency", "drg", "hcpcs", "hipps", "icd-10-cm", "icd-10-pcs", "loinc",
	"modifier", "ndc", "npi", "occurrence-code", "occurrence-span-code", "patient-status", "pos", "rarc", "revenue-code", "states",
	"taxonomy", "treatment-code", "value-code",
}

// elements compares what the guide asks with what the standard has.
func (l *linter) elements() {
	for _, lp := range l.def.loops {
		for _, u := range lp.uses {
			if u.segment == "" {
				continue
			}
			sd := l.dict.Segments[u.segmentID()]
			if sd == nil {
				continue // compile says so
			}
			listed := map[int]bool{}
			for _, e := range u.elements {
				listed[e.element] = true
				if e.set != "" && !slices.Contains(setNames, e.set) {
					l.add(e.line, "there is no set %q; there are %s", e.set, strings.Join(setNames, ", "))
				}
				for _, c := range e.codes {
					if c != strings.ToUpper(c) {
						l.add(e.line, "%q is no code, nor a word of an element line: key, set, repeat, claim, count, unsure, MIN/MAX; a label stands last, in quotes", c)
					}
				}
				if e.element > len(sd.Elements) {
					continue
				}
				p := sd.Elements[e.element-1]
				def := p.Element
				if e.component > 0 {
					if p.Composite == nil {
						l.add(e.line, "%s%02d is no composite in the dictionary", u.segment, e.element)
						continue
					}
					if e.component > len(p.Composite.Components) {
						continue
					}
					def = p.Composite.Components[e.component-1].Element
				}
				if def == nil {
					continue
				}
				for _, c := range e.codes {
					if def.Type == ID && (len(c) < def.Min || len(c) > def.Max) {
						l.add(e.line, "code %q does not fit element %s (%d to %d characters)", c, def.Number, def.Min, def.Max)
					}
					if def.Codes != nil && !def.Codes[c] {
						l.add(e.line, "code %q is not in the standard's list of element %s", c, def.Number)
					}
				}
			}
			for i, p := range sd.Elements {
				if p.Requirement == 'M' && !listed[i+1] {
					l.add(u.line, "%s%02d is mandatory in the standard and not listed", u.segment, i+1)
				}
			}
		}
	}
}

// keys proves that no two uses that may follow the same segment in the same
// loop answer to the same segment: their keys are disjoint.
func (l *linter) keys(g *Guide) {
	said := map[string]bool{}
	for _, n := range g.Nodes {
		if !n.IsLoop {
			continue
		}
		for i, a := range n.Children {
			for _, b := range n.Children[i+1:] {
				sa, sb := opener(a), opener(b)
				if sa.Segment != sb.Segment || sa.first && !a.IsLoop {
					continue
				}
				if disjoint(sa, sb) {
					continue
				}
				key := fmt.Sprintf("%s/%04d/%s/%04d/%s", n.Loop, a.Position, a.Name, b.Position, b.Name)
				if said[key] {
					continue
				}
				said[key] = true
				l.add(l.lineOf(n.Loop, b), "in loop %s, %s %q at %04d and %q at %04d cannot be told apart: declare keys whose codes differ",
					n.Loop, sa.Segment, nameOf(a), a.Position, nameOf(b), b.Position)
			}
		}
	}
}

func opener(n *Node) *Node {
	if n.IsLoop {
		return n.Children[0]
	}
	return n
}

func nameOf(n *Node) string {
	if n.IsLoop {
		return n.Loop
	}
	return n.Name
}

func disjoint(a, b *Node) bool {
	for _, ka := range a.keys {
		for _, kb := range b.keys {
			if ka.element != kb.element || ka.component != kb.component {
				continue
			}
			shared := false
			for _, c := range ka.codes.text {
				shared = shared || kb.codes.has([]byte(c))
			}
			if !shared {
				return true
			}
		}
	}
	return false
}

func (l *linter) lineOf(loop string, n *Node) int {
	if lp := l.def.byID[loop]; lp != nil {
		for _, u := range lp.uses {
			if u.position == n.Position && (u.loop == n.Loop && n.IsLoop || u.segment == n.Segment.String() && u.name == n.Name) {
				return u.line
			}
		}
		return lp.line
	}
	return 1
}
