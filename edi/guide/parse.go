package guide

import (
	"fmt"
	"strconv"
	"strings"

	"claimwire/edi/x12"
)

// definition is a guide file as it was read, before the dictionary is applied.
type definition struct {
	file       string
	line       int // of `guide`
	id         string
	set        string
	functional string
	uses       string
	title      string
	aliases    []string
	sources    []string
	partial    bool
	added      bool // it stands beside what the binary holds
	loops      []*loopDef
	byID       map[string]*loopDef
}

type loopDef struct {
	id, name string
	line     int
	uses     []*useDef
}

// useDef is a segment use, or a reference to a loop.
type useDef struct {
	line     int
	position int
	segment  string // "" for a loop reference
	loop     string
	usage    Usage
	max      int
	unsure   bool // only one source says that it stands here, or is required
	name     string
	elements []*elementDef
}

type elementDef struct {
	line      int
	element   int
	component int // 0: the element itself
	usage     Usage
	key       bool
	claim     bool
	count     bool
	unsure    bool
	codes     []string
	set       string
	repeat    int
	min, max  int
	name      string
}

// lineError is a fault of a data file, with its place.
type lineError struct {
	file string
	line int
	msg  string
}

func (e *lineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.file, e.line, e.msg) }

// parseGuide reads the text form described in docs/adding-a-guide.md.
func parseGuide(file, text string) (*definition, error) {
	d := &definition{file: file, byID: map[string]*loopDef{}}
	var loop *loopDef
	var use *useDef
	for n, line := range strings.Split(text, "\n") {
		fail := func(format string, a ...any) error {
			return &lineError{file, n + 1, fmt.Sprintf(format, a...)}
		}
		words, err := splitWords(line)
		if err != nil {
			return nil, fail("%v", err)
		}
		if len(words) == 0 {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			rest := strings.TrimSpace(strings.TrimPrefix(line, words[0].text))
			switch words[0].text {
			case "guide":
				if len(words) != 6 || words[4].text != "uses" {
					return nil, fail("want `guide ID SET FUNCTIONAL uses VERSION`")
				}
				d.id, d.set, d.functional, d.uses = words[1].text, words[2].text, words[3].text, words[5].text
				d.line = n + 1
			case "title":
				d.title = rest
			case "alias":
				for _, w := range words[1:] {
					d.aliases = append(d.aliases, w.text)
				}
			case "source":
				d.sources = append(d.sources, rest)
			case "status":
				switch rest {
				case "complete":
				case "partial":
					d.partial = true
				default:
					return nil, fail("status is complete or partial, got %q", rest)
				}
			case "loop":
				if len(words) < 2 {
					return nil, fail("want `loop ID NAME`")
				}
				loop = &loopDef{id: words[1].text, line: n + 1, name: join(words[2:])}
				use = nil
				if d.byID[loop.id] != nil {
					return nil, fail("loop %s stands twice (first at line %d)", loop.id, d.byID[loop.id].line)
				}
				d.byID[loop.id] = loop
				d.loops = append(d.loops, loop)
			default:
				return nil, fail("unknown word %q", words[0].text)
			}
			continue
		}
		if loop == nil {
			return nil, fail("a use before the first loop")
		}
		if words[0].text[0] >= '0' && words[0].text[0] <= '9' {
			if use, err = parseUse(words); err != nil {
				return nil, fail("%v", err)
			}
			use.line = n + 1
			loop.uses = append(loop.uses, use)
			continue
		}
		if use == nil || use.segment == "" {
			return nil, fail("an element line without a segment above it")
		}
		if words[0].text == "|" && !words[0].quoted && len(use.elements) > 0 {
			if err := use.elements[len(use.elements)-1].narrow(words); err != nil {
				return nil, fail("%v", err)
			}
			continue
		}
		e, err := parseElement(words, use.segment)
		if err != nil {
			return nil, fail("%v", err)
		}
		e.line = n + 1
		use.elements = append(use.elements, e)
	}
	switch {
	case d.id == "":
		return nil, &lineError{file, 1, "no `guide ID SET FUNCTIONAL uses VERSION` line"}
	case len(d.loops) == 0:
		return nil, &lineError{file, 1, "no loop"}
	}
	return d, nil
}

// word is a word of a line; quoted ones may hold blanks.
type word struct {
	text   string
	quoted bool
}

func splitWords(line string) ([]word, error) {
	var out []word
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			return out, nil
		case c == '"':
			end := strings.IndexByte(line[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("a quote is not closed")
			}
			out = append(out, word{line[i+1 : i+1+end], true})
			i += end + 2
		default:
			end := strings.IndexAny(line[i:], " \t\r")
			if end < 0 {
				end = len(line) - i
			}
			out = append(out, word{line[i : i+end], false})
			i += end
		}
	}
	return out, nil
}

func join(ws []word) string {
	s := make([]string, len(ws))
	for i, w := range ws {
		s[i] = w.text
	}
	return strings.Join(s, " ")
}

func parseUsage(s string) (Usage, error) {
	switch s {
	case "R":
		return Required, nil
	case "S":
		return Situational, nil
	case "N":
		return NotUsed, nil
	}
	return 0, fmt.Errorf("usage is R, S or N, got %q", s)
}

func parseMax(s string) (int, error) {
	if s == ">1" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("want a number of repeats or >1, got %q", s)
	}
	return n, nil
}

func parseUse(w []word) (*useDef, error) {
	u := &useDef{}
	var err error
	if u.position, err = strconv.Atoi(w[0].text); err != nil || len(w[0].text) != 4 {
		return nil, fmt.Errorf("want a four-digit position, got %q", w[0].text)
	}
	if len(w) < 4 {
		return nil, fmt.Errorf("want `POSITION SEGMENT USAGE MAX NAME` or `POSITION loop ID USAGE MAX`")
	}
	rest := w[1:]
	if rest[0].text == "loop" {
		if len(rest) < 4 {
			return nil, fmt.Errorf("want `POSITION loop ID USAGE MAX`")
		}
		u.loop = rest[1].text
		rest = rest[2:]
	} else {
		u.segment = rest[0].text
		if n := len(u.segment); n < 2 || n > 3 {
			return nil, fmt.Errorf("a segment id has two or three characters, got %q", u.segment)
		}
		rest = rest[1:]
	}
	if u.usage, err = parseUsage(rest[0].text); err != nil {
		return nil, err
	}
	if u.max, err = parseMax(rest[1].text); err != nil {
		return nil, err
	}
	rest = rest[2:]
	if len(rest) > 0 && rest[0].text == "unsure" {
		u.unsure = true
		rest = rest[1:]
	}
	u.name = join(rest)
	return u, nil
}

func parseElement(w []word, segment string) (*elementDef, error) {
	e := &elementDef{repeat: 1}
	des, ok := strings.CutPrefix(w[0].text, segment)
	if !ok {
		return nil, fmt.Errorf("%q stands under segment %s", w[0].text, segment)
	}
	num, comp, hasComp := strings.Cut(des, "-")
	var err error
	if e.element, err = strconv.Atoi(num); err != nil || len(num) != 2 || e.element < 1 {
		return nil, fmt.Errorf("bad reference designator %q", w[0].text)
	}
	if hasComp {
		if e.component, err = strconv.Atoi(comp); err != nil || e.component < 1 {
			return nil, fmt.Errorf("bad reference designator %q", w[0].text)
		}
	}
	if len(w) < 2 {
		return nil, fmt.Errorf("%s has no usage", w[0].text)
	}
	if e.usage, err = parseUsage(w[1].text); err != nil {
		return nil, err
	}
	return e, e.narrow(w[2:])
}

// narrow reads what an element line says after the usage, and what a line that
// goes on with its codes says.
func (e *elementDef) narrow(w []word) error {
	var err error
	afterBar := false
	for i := 0; i < len(w); i++ {
		t := w[i].text
		// A quoted last word is the label, unless a code has to stand there.
		if w[i].quoted && !afterBar && i == len(w)-1 && (i == 0 || w[i-1].text != "key") {
			e.name = t
			continue
		}
		switch {
		case !w[i].quoted && t == "|":
			if len(e.codes) == 0 {
				return fmt.Errorf("| without a code before it")
			}
			afterBar = true
			continue
		case !w[i].quoted && !afterBar && t == "key":
			e.key = true
		case !w[i].quoted && !afterBar && t == "claim":
			e.claim = true
		case !w[i].quoted && !afterBar && t == "count":
			e.count = true
		case !w[i].quoted && !afterBar && t == "unsure":
			e.unsure = true
		case !w[i].quoted && !afterBar && t == "set":
			if i++; i >= len(w) {
				return fmt.Errorf("set without a name")
			}
			e.set = w[i].text
		case !w[i].quoted && !afterBar && t == "repeat":
			if i++; i >= len(w) {
				return fmt.Errorf("repeat without a number")
			}
			if e.repeat, err = parseMax(w[i].text); err != nil {
				return err
			}
		case !w[i].quoted && !afterBar && strings.Contains(t, "/") && isLengths(t):
			if e.min, e.max, err = parseLengths(t); err != nil {
				return err
			}
		case afterBar || len(e.codes) == 0:
			e.codes = append(e.codes, t)
		default:
			return fmt.Errorf("want | between codes, before %q", t)
		}
		afterBar = false
	}
	if afterBar {
		return fmt.Errorf("| without a code after it")
	}
	if e.key && len(e.codes) == 0 {
		return fmt.Errorf("a key needs its codes")
	}
	return nil
}

func isLengths(s string) bool {
	for i := range len(s) {
		if s[i] != '/' && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

// segmentID packs the id of a use.
func (u *useDef) segmentID() x12.SegmentID { return x12.SegmentIDOf(u.segment) }
