package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/explain"
)

// Code sets: which releases are loaded and how long each answers, what one
// changed, and what a code is on a day.

// release is a release as its page shows it.
type release struct {
	codes.Meta
	State, Tone string
	Until       string // the last day that it answers for; empty: always
}

// system is a code system with its releases.
type system struct {
	Name     string
	Releases []release
	Stale    bool
	Left     int // days until it is stale; -1: it never is
	Diff     bool
}

// numberOf is a day as the code sets have it.
func numberOf(t time.Time) int {
	n, _ := strconv.Atoi(t.Format("20060102"))
	return n
}

func dayOf(n int) string {
	if n == 0 {
		return ""
	}
	return isoDate(strconv.Itoa(n))
}

// dayAsked is the day of a form, else today.
func (s *server) dayAsked(r *request, name string) (int, string) {
	if t, err := time.Parse("2006-01-02", r.FormValue(name)); err == nil {
		return numberOf(t), t.Format("2006-01-02")
	}
	return numberOf(s.Now()), s.Now().Format("2006-01-02")
}

func (s *server) systems(day int) (list []system, stale int) {
	if s.Codes() == nil {
		return nil, 0
	}
	for _, name := range s.Codes().Systems() {
		sys := system{Name: name, Stale: true, Left: -1}
		last := 0
		for _, m := range s.Codes().Releases(name) {
			if m.Covers(day) {
				sys.Stale = false
			}
			if m.To == 0 {
				last = -1
			} else if last >= 0 {
				last = max(last, m.To)
			}
		}
		if last > 0 {
			sys.Left = daysUntil(strconv.Itoa(last), s.Now())
		}
		for i, m := range s.Codes().Releases(name) {
			r := release{Meta: m.Meta, State: "earlier", Tone: "calm", Until: dayOf(m.To)}
			switch {
			case m.Covers(day):
				r.State, r.Tone = "in force", "good"
			case m.From > day:
				r.State = "to come"
			case i == 0 && sys.Stale:
				r.State, r.Tone = "stale", "bad"
			}
			sys.Releases = append(sys.Releases, r)
		}
		sys.Diff = len(sys.Releases) > 1
		if sys.Stale {
			stale++
		}
		list = append(list, sys)
	}
	return list, stale
}

// standing is what a system says of a code on a day.
type standing struct {
	System, Release, Words, Tone, Text string
	Below, Instead                     []string
}

// plainOf is a code as lists have it: without point, in capitals.
func plainOf(code string) string {
	return strings.ToUpper(strings.NewReplacer(".", "", " ", "").Replace(code))
}

func (s *server) lookUp(code string, day int) (list []standing) {
	if s.Codes() == nil {
		return nil
	}
	for _, name := range s.Codes().Systems() {
		sys := s.Codes().System(name)
		if !sys.Known(code) {
			continue
		}
		e, rel, st := s.Codes().Lookup(name, code, day)
		k := standing{System: name, Text: e.Long}
		if k.Text == "" {
			k.Text = e.Short
		}
		if rel != nil {
			k.Release = rel.Name
		}
		switch st {
		case codes.Valid:
			k.Words, k.Tone = "valid", "good"
		case codes.Heading:
			k.Words, k.Tone, k.Below = "a heading: not to be billed", "bad", sys.Below(code, day, 12)
		case codes.NoCode:
			k.Words, k.Tone = "not valid on this day", "bad"
			if was, ok := sys.Ever(code); ok && was.To != 0 {
				k.Words += "; it was until " + dayOf(was.To)
			}
		default:
			k.Words, k.Tone = "no release of this day is loaded", "ask"
		}
		if name == codes.ICD10CM && st != codes.Valid {
			k.Instead, _ = s.Codes().ReplacedBy(code, day, 12)
		}
		list = append(list, k)
	}
	return list
}

func showCodes(s *server, r *request) error {
	day, iso := s.dayAsked(r, "on")
	code := short(r.FormValue("code"), 40)
	list, stale := s.systems(day)
	data := map[string]any{"Systems": list, "Stale": stale, "On": iso, "Code": code}
	if code != "" {
		data["Found"], data["Explained"] = s.lookUp(plainOf(code), day), explanation(code)
	}
	return s.show(r, http.StatusOK, "codes", "Codes", data)
}

// change is one code that a release changed.
type change struct{ What, Tone, Code, Text string }

// maxChanges bounds what is listed of a release's changes; all are counted.
const maxChanges = 500

func showDiff(s *server, r *request) error {
	if s.Codes() == nil {
		return errNotFound
	}
	name := r.PathValue("system")
	rels := slices.Clone(s.Codes().Releases(name))
	if len(rels) < 2 {
		return errNotFound
	}
	slices.SortStableFunc(rels, func(a, b *codes.Release) int { return a.From - b.From })
	pick := func(name string, at int) *codes.Release {
		for _, m := range rels {
			if m.Name == name {
				return m
			}
		}
		return rels[at]
	}
	older, newer := pick(r.FormValue("from"), len(rels)-2), pick(r.FormValue("to"), len(rels)-1)
	counts := map[string]int{}
	var list []change
	note := func(what, tone string, e codes.Entry) {
		if counts[what]++; len(list) < maxChanges {
			text := e.Long
			if text == "" {
				text = e.Short
			}
			list = append(list, change{what, tone, e.Code, text})
		}
	}
	older.Each(func(e codes.Entry) bool {
		if !newer.Known(e.Code) {
			note("removed", "bad", e)
		}
		return true
	})
	newer.Each(func(e codes.Entry) bool {
		was, ok := older.Entry(e.Code, 0)
		switch {
		case !ok:
			note("added", "good", e)
		case was.Heading != e.Heading && e.Heading:
			note("became a heading", "bad", e)
		case was.Heading != e.Heading:
			note("became billable", "good", e)
		case was.To != e.To && e.To != 0:
			note("ended", "bad", e)
		case was.Long != e.Long || was.Short != e.Short:
			note("reworded", "calm", e)
		}
		return true
	})
	total := 0
	for _, n := range counts {
		total += n
	}
	return s.show(r, http.StatusOK, "diff", "What a release changes", map[string]any{"System": name, "Older": older.Name, "Newer": newer.Name, "From": dayOf(newer.From), "Releases": rels, "Counts": counts, "Changes": list, "More": total - len(list)})
}

// explanation is what a code of an answer, or of a finding, means.
func explanation(code string) (list []explainedCode) {
	res := explain.Find(strings.TrimSpace(code))
	if res.Sentence != "" {
		list = append(list, explainedCode{Code: res.Query, Words: res.Sentence})
	}
	for _, e := range res.Diagnostics {
		list = append(list, diagnosticCode(e))
	}
	for _, m := range res.Meanings {
		list = append(list, explainedCode{Code: m.Code, List: m.List.Title, Words: m.Words, Next: m.Next, Who: string(m.Who)})
	}
	return list
}

// explainedCode is a code in words.
type explainedCode struct{ Code, List, Words, Next, Who string }

func diagnosticCode(e *diag.Entry) explainedCode {
	return explainedCode{Code: e.Code.String(), List: "findings of our checks", Words: e.Message, Next: e.Fix}
}

func showExplain(s *server, r *request) error {
	code := short(r.FormValue("code"), 40)
	return s.show(r, http.StatusOK, "explain", "What a code means", map[string]any{"Code": code, "Explained": explanation(code)})
}
