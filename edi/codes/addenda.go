package codes

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Addenda are the changes from one year's ICD-10 to the next: of the order file
// (with headings), or of the file of codes. Their trailer counts what the older
// and the newer list have, which checks that nothing was lost.
type Addenda struct {
	System   string
	Name     string // of the newer release
	From, To int
	Order    bool // they have headings, too
	Changes  []Change
	// Of the trailer; 0: it does not say.
	CodesBefore, CodesAfter, HeadingsBefore, HeadingsAfter int
}

// Change is one line of addenda.
type Change struct {
	Line   int
	Action byte // A add, D delete, F revise from, T revise to
	Entry  Entry
}

var (
	addendaName = regexp.MustCompile(`(icd[-_]?10[-_]?(cm|pcs)[-_]?)?(order|codes)[-_]?addenda|addenda[-_]?(order|codes)?`)
	counted     = regexp.MustCompile(`^\s*(\d+) (codes|headers) in icd10(cm|pcs)_\w*?(20\d\d)`)
	actions     = map[string]byte{"Add:": 'A', "Delete:": 'D', "Revise from:": 'F', "Revise to:": 'T'}
)

// IsAddenda says whether a file is one of addenda, by its name and its first
// line.
func IsAddenda(name string, head []byte) bool {
	if !addendaName.MatchString(strings.ToLower(filepathBase(name))) {
		return false
	}
	for action := range actions {
		if bytes.HasPrefix(head, []byte(action)) {
			return true
		}
	}
	return false
}

// ReadAddenda reads addenda: action in 1 to 12; then a flag in 14, code in 16 to
// 22, short and long title of order files of ICD-10-CM; code in 14 to 20, short
// and long title of ICD-10-PCS; code and long title of files of codes.
func ReadAddenda(name string, r io.Reader) (*Addenda, error) {
	a := &Addenda{}
	a.Name, a.From, a.To = fiscal(filepathBase(name))
	base := strings.ToLower(filepathBase(name))
	trailer := false
	section := ""
	err := lines(r, func(n int, line string) error {
		if trailer || strings.TrimSpace(line) == "" {
			trailer = true
			return a.count(n, line, &section)
		}
		action, ok := actions[strings.TrimSpace(line[:min(13, len(line))])]
		if !ok || len(line) < 22 {
			return &LineError{n, "it has no action Add:, Delete:, Revise from: or Revise to:, or is cut off"}
		}
		c := Change{Line: n, Action: action}
		rest := line[13:]
		if (rest[0] == '0' || rest[0] == '1') && rest[1] == ' ' {
			a.Order = true
			c.Entry.Heading = rest[0] == '0'
			rest = rest[2:]
		}
		code, title := strings.TrimSpace(rest[:min(7, len(rest))]), rest[min(8, len(rest)):]
		c.Entry.Code = code
		if !a.Order && !strings.Contains(base, "pcs") && len(title) < 62 || strings.Contains(base, "codes") {
			c.Entry.Long = strings.TrimSpace(title)
		} else {
			c.Entry.Short = strings.TrimSpace(title[:min(60, len(title))])
			c.Entry.Long = strings.TrimSpace(title[min(61, len(title)):])
		}
		if !isCode(code) {
			return &LineError{n, "it has no code where addenda have one"}
		}
		a.Changes = append(a.Changes, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(a.Changes) == 0 {
		return nil, &LineError{1, "it has no change"}
	}
	if a.System == "" {
		a.System = ICD10CM
		if strings.Contains(base, "pcs") || a.looksPCS() {
			a.System = ICD10PC
		}
	}
	for i := range a.Changes {
		e := &a.Changes[i].Entry
		if why := formOf(a.System, e.Code); why != "" {
			return nil, &LineError{a.Changes[i].Line, why}
		}
		if a.System == ICD10PC {
			a.Order = true
			e.Heading = len(e.Code) == 3
		}
	}
	if err := a.agrees(); err != nil {
		return nil, err
	}
	return a, nil
}

// looksPCS: every code of seven or three characters, some of them beginning with
// a digit.
func (a *Addenda) looksPCS() bool {
	digit := false
	for i := range a.Changes {
		c := a.Changes[i].Entry.Code
		digit = digit || c[0] <= '9'
		if len(c) != 7 && len(c) != 3 {
			return false
		}
	}
	return digit
}

// count takes a line of the trailer.
func (a *Addenda) count(n int, line string, section *string) error {
	if m := counted.FindStringSubmatch(line); m != nil {
		k, err := strconv.Atoi(m[1])
		if err != nil {
			return &LineError{n, "the trailer has no number"}
		}
		year, _ := strconv.Atoi(m[4])
		a.System = ICD10CM
		if m[3] == "pcs" {
			a.System = ICD10PC
		}
		before, after := &a.CodesBefore, &a.CodesAfter
		if m[2] == "headers" {
			before, after = &a.HeadingsBefore, &a.HeadingsAfter
		}
		// The older list is named first.
		if *before == 0 {
			*before = k
		} else {
			*after = k
			if a.From == 0 {
				a.Name, a.From, a.To = fiscal(strconv.Itoa(year))
			}
		}
	}
	return nil
}

// agrees says whether the trailer agrees with the changes above it.
func (a *Addenda) agrees() error {
	added := 0
	for i := range a.Changes {
		if !a.Changes[i].Entry.Heading {
			switch a.Changes[i].Action {
			case 'A':
				added++
			case 'D':
				added--
			}
		}
	}
	if a.CodesAfter != 0 && a.CodesBefore+added != a.CodesAfter {
		last := a.Changes[len(a.Changes)-1].Line
		return &LineError{last, fmt.Sprintf("the trailer counts %d codes before and %d after, the lines above it make %d: some are missing", a.CodesBefore, a.CodesAfter, a.CodesBefore+added)}
	}
	return nil
}

// Fits says whether the addenda can follow a list: it has as many codes as the
// trailer says of the older one.
func (a *Addenda) Fits(old []Entry) bool {
	if a.CodesBefore == 0 {
		return len(old) > 0
	}
	n := 0
	for i := range old {
		if !old[i].Heading {
			n++
		}
	}
	return n == a.CodesBefore
}

// Apply makes the newer list of the older one. What the addenda delete or revise
// must stand in it as they say, and what they add must not; the counts of the
// trailer must come out.
func (a *Addenda) Apply(old []Entry, oldName string) (*Loaded, error) {
	type key struct {
		code    string
		heading bool
	}
	list := map[key]Entry{}
	var order []key
	headings := 0
	for _, e := range old {
		k := key{e.Code, e.Heading}
		list[k] = e
		order = append(order, k)
		if e.Heading {
			headings++
		}
	}
	for i := range a.Changes {
		c := &a.Changes[i]
		k := key{c.Entry.Code, c.Entry.Heading}
		was, stands := list[k]
		fail := func(why string) (*Loaded, error) { return nil, &LineError{c.Line, c.Entry.Code + " " + why} }
		switch c.Action {
		case 'D', 'F':
			if !stands {
				return fail("does not stand in " + oldName + ", which the addenda change")
			}
			if c.Entry.Long != "" && was.Long != "" && was.Long != c.Entry.Long {
				return fail("has other words in " + oldName + " than the addenda say")
			}
			if c.Action == 'D' {
				delete(list, k)
				if !a.Order && headings > 0 { // of files of codes: a code with codes below it became a heading
					was.Heading = true
					if k := (key{was.Code, true}); a.addsBelow(was.Code) {
						list[k], order = was, append(order, k)
					}
				}
			}
		case 'A':
			if stands {
				return fail("stands in " + oldName + " already")
			}
			if !a.Order {
				delete(list, key{c.Entry.Code, true})
			}
			list[k], order = c.Entry, append(order, k)
		case 'T':
			if !stands {
				return fail("is revised, and does not stand in " + oldName)
			}
			was.Long = cmp.Or(c.Entry.Long, was.Long)
			was.Short = cmp.Or(c.Entry.Short, was.Short)
			list[k] = was
		}
	}
	out := &Loaded{System: a.System, Name: a.Name, From: a.From, To: a.To}
	codes, heads := 0, 0
	for _, k := range order {
		e, ok := list[k]
		if !ok {
			continue
		}
		delete(list, k)
		e.From, e.To = 0, 0
		if e.Heading {
			heads++
		} else {
			codes++
		}
		e.Value = 0
		out.Entries = append(out.Entries, e)
	}
	if a.System == ICD10CM {
		markSides(out.Entries)
	}
	last := a.Changes[len(a.Changes)-1].Line
	if a.CodesAfter != 0 && codes != a.CodesAfter {
		return nil, &LineError{last, fmt.Sprintf("with these changes %s has %d codes, and the trailer counts %d", a.Name, codes, a.CodesAfter)}
	}
	if a.Order && a.HeadingsAfter != 0 && heads != a.HeadingsAfter && headings == a.HeadingsBefore {
		return nil, &LineError{last, fmt.Sprintf("with these changes %s has %d headings, and the trailer counts %d", a.Name, heads, a.HeadingsAfter)}
	}
	return out, nil
}

func (a *Addenda) addsBelow(code string) bool {
	for i := range a.Changes {
		if c := &a.Changes[i]; c.Action == 'A' && len(c.Entry.Code) > len(code) && strings.HasPrefix(c.Entry.Code, code) {
			return true
		}
	}
	return false
}
