package codes

import (
	"sort"
	"sync"
)

// Library is what was loaded, by system. It is immutable and serves many
// goroutines.
type Library struct{ systems map[string]*System }

// System is what was loaded of one system.
type System struct {
	Name     string
	Releases []*Release // the newest first
	dated    []*Release // of codes with days of their own, the one that reaches furthest first
	others   []*Release // that are in force as a whole, the newest first

	begins     sync.Once
	beginnings map[string]struct{}
}

// NewLibrary puts releases in their order: those of codes with days of their
// own first, later ones before earlier ones, those loaded later before those
// loaded earlier.
func NewLibrary(list []*Release) *Library {
	l := &Library{systems: map[string]*System{}}
	for _, r := range list {
		s := l.systems[r.System]
		if s == nil {
			s = &System{Name: r.System}
			l.systems[r.System] = s
		}
		s.Releases = append(s.Releases, r)
		if r.Dated {
			s.dated = append(s.dated, r)
		} else {
			s.others = append(s.others, r)
		}
	}
	const always = 1<<31 - 1
	end := func(r *Release) int {
		if r.To == 0 {
			return always
		}
		return r.To
	}
	for _, s := range l.systems {
		for _, list := range [][]*Release{s.Releases, s.others} {
			sort.SliceStable(list, func(i, j int) bool {
				if list[i].From != list[j].From {
					return list[i].From > list[j].From
				}
				return list[i].Loaded > list[j].Loaded
			})
		}
		sort.SliceStable(s.dated, func(i, j int) bool {
			if a, b := end(s.dated[i]), end(s.dated[j]); a != b {
				return a > b
			}
			return s.dated[i].Loaded > s.dated[j].Loaded
		})
	}
	return l
}

// System finds a system that has a release, or nil.
func (l *Library) System(name string) *System {
	if l == nil {
		return nil
	}
	return l.systems[name]
}

// Releases lists those of a system, the newest first.
func (l *Library) Releases(system string) []*Release {
	if s := l.System(system); s != nil {
		return s.Releases
	}
	return nil
}

// Systems lists the systems that have a release.
func (l *Library) Systems() []string {
	var list []string
	for s := range l.systems {
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}

// Standing is what a library says of a code on a day.
type Standing int

// The standings.
const (
	NotLoaded Standing = iota // no release answers for the day
	NoCode
	Heading
	Valid
)

// Judge judges a code on a day (CCYYMMDD). Two kinds of release know of a day:
// tables in which each code has days of its own, and lists that are in force as
// a whole. What a table knows of a code holds: it has the codes that came, or
// went, in April. Codes that it has never heard of are judged by the list, which
// may be newer, and headings stand only in lists. It does not allocate, and a nil
// System answers for no day.
func (s *System) Judge(code string, day int) (Standing, *Release) {
	st, r, _ := s.judge(code, day)
	return st, r
}

// JudgeValue judges a code as Judge does, and gives the number that stands with it
// in the list: at the cost of one look-up where the list judged.
func (s *System) JudgeValue(code string, day int) (Standing, int) {
	st, r, row := s.judge(code, day)
	if st != Valid {
		return st, 0
	}
	if !r.Dated {
		return st, r.value(row)
	}
	v, _, _ := s.Value(code, day)
	return st, v
}

func (s *System) judge(code string, day int) (standing Standing, by *Release, row int) {
	if s == nil {
		return NotLoaded, nil, -1
	}
	best, row := NotLoaded, -1
	for _, r := range s.dated {
		// The one that reaches furthest answers, and the other parts of its set.
		if !r.Covers(day) || by != nil && (r.Set == "" || r.Set != by.Set) {
			continue
		}
		if st, i := r.standing(code, day); st > best {
			best, by, row = st, r, i
		}
		if best == Valid {
			return best, by, row
		}
	}
	for _, r := range s.others {
		if !r.Covers(day) {
			continue
		}
		st, i := r.standing(code, day)
		if st > best && (st == Heading || best == NotLoaded || !by.Known(code)) {
			return st, r, i
		}
		break // the newest answers
	}
	return best, by, row
}

// Value finds the number that a table gives a code on a day; ok is false when no
// release answers for the day, or has no such code.
func (s *System) Value(code string, day int) (value int, loaded, ok bool) {
	if s == nil {
		return 0, false, false
	}
	for _, list := range [2][]*Release{s.others, s.dated} {
		var first *Release
		for _, r := range list {
			if !r.Covers(day) || first != nil && (r.Set == "" || r.Set != first.Set) {
				continue
			}
			if first == nil {
				first = r
			}
			loaded = true
			if v, has := r.Value(code, day); has {
				return v, true, true
			}
		}
	}
	return 0, loaded, false
}

// Covers says whether a release answers for a day.
func (s *System) Covers(day int) bool {
	if s == nil {
		return false
	}
	for _, r := range s.Releases {
		if r.Covers(day) {
			return true
		}
	}
	return false
}

// On is the release that answers for a day as a whole, or else by days of its
// own; nil: none.
func (s *System) On(day int) *Release {
	if s == nil {
		return nil
	}
	for _, list := range [2][]*Release{s.others, s.dated} {
		for _, r := range list {
			if r.Covers(day) {
				return r
			}
		}
	}
	return nil
}

// Known says whether a code is, or ever was, in a release.
func (s *System) Known(code string) bool {
	if s == nil {
		return false
	}
	for _, r := range s.Releases {
		if r.Known(code) {
			return true
		}
	}
	return false
}

// Begins says whether a code of five characters begins a code of the system, in
// tables of codes that are made of two.
func (s *System) Begins(code string) bool {
	s.begins.Do(func() {
		s.beginnings = map[string]struct{}{}
		for _, r := range s.Releases {
			r.bareEach(func(e Entry) bool {
				s.beginnings[e.Code[:min(5, len(e.Code))]] = struct{}{}
				return true
			})
		}
	})
	_, ok := s.beginnings[code]
	return ok
}

// Ever finds a code on any day, the newest first, for its days and words.
func (s *System) Ever(code string) (Entry, bool) {
	if s == nil {
		return Entry{}, false
	}
	var found Entry
	ok := false
	for _, r := range s.Releases {
		if e, has := r.Entry(code, 0); has && (!ok || found.Short == "" && found.Long == "") {
			if ok && e.To == 0 {
				e.From, e.To = found.From, found.To
			}
			found, ok = e, true
		}
	}
	return found, ok
}

// Lookup judges a code on a day (CCYYMMDD), with its words: those of a release
// of the day, or of the nearest that has some.
func (l *Library) Lookup(system, code string, day int) (Entry, *Release, Standing) {
	s := l.System(system)
	standing, r := s.Judge(code, day)
	if r == nil || standing == NoCode {
		return Entry{Code: code}, r, standing
	}
	e, _ := r.Entry(code, day)
	if e.Short == "" && e.Long == "" {
		if other, ok := s.Ever(code); ok {
			e.Short, e.Long, e.Attributes = other.Short, other.Long, other.Attributes
		}
	}
	return e, r, standing
}

// Below lists billable codes under a heading on a day, at most so many.
func (s *System) Below(code string, day, most int) []string {
	if s == nil {
		return nil
	}
	for _, list := range [2][]*Release{s.others, s.dated} {
		for _, r := range list {
			if r.Covers(day) {
				if below := r.Below(code, day, most); len(below) > 0 {
					return below
				}
				break
			}
		}
	}
	return nil
}

// AsOf lists what is in force on a day: the list of that day, and what tables of
// codes with days of their own know besides, such as the codes of an April.
func (s *System) AsOf(day int) (entries []Entry, name string) {
	if s == nil {
		return nil, ""
	}
	seen := map[string]bool{}
	for _, list := range [2][]*Release{s.others, s.dated} {
		for _, r := range list {
			if !r.Covers(day) {
				continue
			}
			if name == "" {
				name = r.Name
			}
			r.Each(func(e Entry) bool {
				if standing, _ := s.Judge(e.Code, day); (standing == Valid || e.Heading && standing == Heading) && e.From <= day && (e.To == 0 || day <= e.To) && !seen[e.Code] {
					seen[e.Code] = true
					entries = append(entries, e)
				}
				return true
			})
			break
		}
	}
	return entries, name
}
