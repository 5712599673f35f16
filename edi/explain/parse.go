package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Source is one data file.
type Source struct{ Name, Text string }

// Library is every list.
type Library struct {
	lists map[string]*List
	order []*List
}

// action is a next step that many codes share.
type action struct {
	who  Role
	next string
	used bool
}

// maxWords bounds an entry's words, so that no publisher's paragraph slips in.
const maxWords = 240

// Parse reads data files in the form described at the top of
// data/actions.words. Anything it does not know is an error with its line.
func Parse(sources []Source) (*Library, error) {
	p := parser{lib: &Library{lists: map[string]*List{}}, actions: map[string]*action{}}
	// Actions first: the lists name them.
	for _, want := range []bool{true, false} {
		for _, s := range sources {
			if isActions(s.Text) != want {
				continue
			}
			if err := p.file(s); err != nil {
				return nil, err
			}
		}
	}
	for name, a := range p.actions {
		if !a.used {
			return nil, fmt.Errorf("action %s is not used by any code", name)
		}
	}
	slices.SortFunc(p.lib.order, func(a, b *List) int {
		if d := p.rank[a] - p.rank[b]; d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return p.lib, nil
}

func isActions(text string) bool {
	for _, line := range strings.Split(text, "\n") {
		if line != "" && line[0] != '#' {
			return strings.HasPrefix(line, "actions")
		}
	}
	return false
}

type parser struct {
	lib     *Library
	actions map[string]*action
	rank    map[*List]int
	list    *List
	entry   *Entry
	inNames bool // inside an actions file
}

func (p *parser) file(s Source) error {
	p.list, p.entry, p.inNames = nil, nil, false
	if p.rank == nil {
		p.rank = map[*List]int{}
	}
	for i, line := range strings.Split(s.Text, "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		if err := p.line(line); err != nil {
			return fmt.Errorf("%s:%d: %w", s.Name, i+1, err)
		}
	}
	if p.list != nil && p.list.Title == "" {
		return fmt.Errorf("%s: list %s has no title", s.Name, p.list.Name)
	}
	return nil
}

func (p *parser) line(line string) error {
	if line != strings.TrimRight(line, " \t\r") {
		return fmt.Errorf("blanks at the end of the line")
	}
	indented := line[0] == ' '
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line[0] == '\t':
		return fmt.Errorf("indented with a tab")
	case !indented && word == "actions":
		p.inNames = true
		return nil
	case !indented && word == "list":
		return p.newList(rest)
	case p.inNames:
		return p.newAction(word, rest)
	case p.list == nil:
		return fmt.Errorf("a line before `list NAME`")
	case indented:
		return p.attribute(word, rest)
	case len(p.list.order) == 0 && p.header(word, rest):
		return nil
	default:
		return p.newEntry(word, rest)
	}
}

func (p *parser) newAction(name, rest string) error {
	who, next, _ := strings.Cut(rest, " ")
	next = strings.TrimSpace(next)
	if !roles[Role(who)] {
		return fmt.Errorf("unknown role %q", who)
	}
	if next == "" {
		return fmt.Errorf("action %s says nothing", name)
	}
	if p.actions[name] != nil {
		return fmt.Errorf("action %s stands twice", name)
	}
	p.actions[name] = &action{who: Role(who), next: next}
	return nil
}

func (p *parser) newList(rest string) error {
	name, rank, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(strings.TrimSpace(rank))
	if name == "" || err != nil {
		return fmt.Errorf("want `list NAME RANK`")
	}
	if p.lib.lists[name] != nil {
		return fmt.Errorf("list %s stands twice", name)
	}
	if p.list != nil && p.list.Title == "" {
		return fmt.Errorf("list %s has no title", p.list.Name)
	}
	p.list = &List{Name: name, entries: map[string]*Entry{}}
	p.entry = nil
	p.lib.lists[name] = p.list
	p.lib.order = append(p.lib.order, p.list)
	p.rank[p.list] = n
	return nil
}

// header reads the lines between `list` and the first code; it reports whether
// the line was one of them.
func (p *parser) header(word, rest string) bool {
	switch word {
	case "title":
		p.list.Title = rest
	case "where":
		p.list.Where = rest
	case "alias":
		p.list.Aliases = append(p.list.Aliases, strings.Fields(rest)...)
	case "pad":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > 4 {
			return false
		}
		p.list.pad = n
	case "known":
		for _, f := range strings.Fields(rest) {
			s, ok := parseSpan(f)
			if !ok {
				return false
			}
			p.list.known = append(p.list.known, s)
		}
	default:
		return false
	}
	return true
}

// newEntry reads `CODE ACTION words`.
func (p *parser) newEntry(code, rest string) error {
	name, words, _ := strings.Cut(rest, " ")
	words = strings.TrimSpace(words)
	if words == "" {
		return fmt.Errorf("want `CODE ACTION words`, got %q", code+" "+rest)
	}
	if code != strings.ToUpper(code) {
		return fmt.Errorf("code %q is not in capitals", code)
	}
	if p.list.normal(code) != code {
		return fmt.Errorf("code %q is not %d digits", code, p.list.pad)
	}
	if p.list.entries[code] != nil {
		return fmt.Errorf("code %s stands twice", code)
	}
	if len(words) > maxWords {
		return fmt.Errorf("the words of %s are longer than %d bytes", code, maxWords)
	}
	e := &Entry{List: p.list, Code: code, Words: words}
	if name != "-" {
		a := p.actions[name]
		if a == nil {
			return fmt.Errorf("unknown action %q", name)
		}
		a.used = true
		e.Who, e.Next = a.who, a.next
	}
	p.list.entries[code] = e
	p.list.order = append(p.list.order, e)
	p.entry = e
	return nil
}

// attribute reads an indented line below an entry.
func (p *parser) attribute(word, rest string) error {
	e := p.entry
	if e == nil {
		return fmt.Errorf("an indented line before the first code")
	}
	if len(rest) > maxWords {
		return fmt.Errorf("%s of %s is longer than %d bytes", word, e.Code, maxWords)
	}
	switch word {
	case "who":
		if !roles[Role(rest)] {
			return fmt.Errorf("unknown role %q", rest)
		}
		e.Who = Role(rest)
	case "next":
		e.Next = rest
	case "note":
		if e.Note != "" {
			return fmt.Errorf("%s has two notes", e.Code)
		}
		e.Note = rest
	case "old":
		e.Old = true
		if rest != "" {
			if e.Note != "" {
				return fmt.Errorf("%s has two notes", e.Code)
			}
			e.Note = rest
		}
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

// span is one code, or a run of codes that differ in their number: "N1-N905".
type span struct {
	prefix   string
	from, to int
	width    int // digits with leading zeros; 0: none
	code     string
}

func parseSpan(f string) (span, bool) {
	a, b, isRun := strings.Cut(f, "-")
	if !isRun {
		return span{code: f}, true
	}
	pa, na := splitNumber(a)
	pb, nb := splitNumber(b)
	from, err1 := strconv.Atoi(na)
	to, err2 := strconv.Atoi(nb)
	if err1 != nil || err2 != nil || pa != pb || from > to {
		return span{}, false
	}
	s := span{prefix: pa, from: from, to: to}
	if na[0] == '0' {
		s.width = len(na)
	}
	return s, true
}

func (s span) has(code string) bool {
	if s.code != "" {
		return s.code == code
	}
	prefix, number := splitNumber(code)
	if prefix != s.prefix || number == "" || len(number) > 6 {
		return false
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < s.from || n > s.to {
		return false
	}
	if s.width > 0 {
		return len(number) == max(s.width, len(strconv.Itoa(n)))
	}
	return number == strconv.Itoa(n)
}

// splitNumber cuts the digits at the end of a code off.
func splitNumber(code string) (prefix, number string) {
	i := len(code)
	for i > 0 && code[i-1] >= '0' && code[i-1] <= '9' {
		i--
	}
	return code[:i], code[i:]
}

func allDigits(s string) bool {
	_, n := splitNumber(s)
	return n == s && s != ""
}
