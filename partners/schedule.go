package partners

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a machine may have no time zones of its own
)

// Schedule says when files go to a partner and when its folder is looked at, on
// its own clock. The zero Schedule is always.
type Schedule struct {
	TimeZone string   `yaml:"time_zone"` // such as America/New_York; empty: UTC
	Days     []string `yaml:"days"`      // mon, tue … or mon-fri; empty: every day
	Holidays []string `yaml:"holidays"`  // 2026-12-25
	Open     string   `yaml:"open"`      // when the partner's server may be visited, such as 06:00-22:00; over midnight too
	Send     []string `yaml:"send"`      // when what waits is sent, such as ["10:00", "16:30"]; empty: at once
	// CutOff is until when what is sent counts for the day; the times of answers
	// run from the next day's opening for what comes later.
	CutOff string `yaml:"cut_off"`
	Fetch  string `yaml:"fetch"` // how often its folder is looked at, such as 15m; empty: as the gateway's poll

	zone    *time.Location
	from    int // minutes of the day
	until   int
	cutOff  int
	sends   []int
	fetch   time.Duration
	closed  [7]bool
	holiday map[string]bool
}

// Zone is the partner's time zone.
func (s *Schedule) Zone() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

// Every is how often the partner's folder is looked at; 0: not said.
func (s *Schedule) Every() time.Duration { return s.fetch }

const wholeDay = 24 * 60

func minuteOf(text string) (int, error) {
	h, m, ok := strings.Cut(text, ":")
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || len(m) != 2 || err != nil || err2 != nil || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > wholeDay {
		return 0, errors.New("is a time of day such as 16:30")
	}
	return hour*60 + minute, nil
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func dayOf(text string) (int, bool) {
	for i, n := range dayNames {
		if text == n {
			return i, true
		}
	}
	return 0, false
}

// check reads the words, and says what is wrong with them.
func (s *Schedule) check(bad func(field, format string, a ...any)) {
	s.from, s.until, s.cutOff = 0, wholeDay, -1
	if s.TimeZone != "" {
		z, err := time.LoadLocation(s.TimeZone)
		if err != nil || s.TimeZone == "Local" {
			bad("schedule.time_zone", "is a zone such as America/New_York, not %q", s.TimeZone)
		} else {
			s.zone = z
		}
	} else if s.Open != "" || len(s.Send) > 0 || s.CutOff != "" || len(s.Days) > 0 {
		bad("schedule.time_zone", "is missing: whose clock is meant?")
	}
	if len(s.Days) > 0 {
		s.closed = [7]bool{true, true, true, true, true, true, true}
		for _, d := range s.Days {
			first, last, ranged := strings.Cut(d, "-")
			a, ok := dayOf(first)
			b := a
			if ranged {
				var k bool
				b, k = dayOf(last)
				ok = ok && k
			}
			if !ok {
				bad("schedule.days", "are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri, not %q", d)
				continue
			}
			for i := a; ; i = (i + 1) % 7 {
				s.closed[i] = false
				if i == b {
					break
				}
			}
		}
	}
	s.holiday = map[string]bool{}
	for _, h := range s.Holidays {
		if _, err := time.Parse("2006-01-02", h); err != nil {
			bad("schedule.holidays", "are dates such as 2026-12-25, not %q", h)
		}
		s.holiday[h] = true
	}
	if s.Open != "" {
		a, b, ok := strings.Cut(s.Open, "-")
		from, err := minuteOf(strings.TrimSpace(a))
		until, err2 := minuteOf(strings.TrimSpace(b))
		if !ok || err != nil || err2 != nil || from == until {
			bad("schedule.open", "is a time from and until, such as 06:00-22:00")
		} else {
			s.from, s.until = from, until
		}
	}
	s.sends = nil
	for _, t := range s.Send {
		m, err := minuteOf(t)
		if err != nil || m == wholeDay {
			bad("schedule.send", "%q is no time of day such as 16:30", t)
			continue
		}
		if !s.within(m) {
			bad("schedule.send", "%s is outside of schedule.open", t)
		}
		s.sends = append(s.sends, m)
	}
	sort.Ints(s.sends)
	if s.CutOff != "" {
		m, err := minuteOf(s.CutOff)
		if err != nil {
			bad("schedule.cut_off", "%v", err)
		} else {
			s.cutOff = m
		}
	}
	if s.Fetch != "" {
		d, err := time.ParseDuration(s.Fetch)
		if err != nil || d < time.Second || d > 24*time.Hour {
			bad("schedule.fetch", "is a time such as 15m, from a second to a day")
		}
		s.fetch = d
	}
	if s.never() {
		bad("schedule.days", "leave no day")
	}
}

func (s *Schedule) never() bool {
	for _, c := range s.closed {
		if !c {
			return false
		}
	}
	return true
}

// within says whether a minute of the day is in the opening time.
func (s *Schedule) within(m int) bool {
	if s.from < s.until {
		return m >= s.from && m < s.until
	}
	return m >= s.from || m < s.until
}

// businessDay says whether the partner works on the day of t.
func (s *Schedule) businessDay(t time.Time) bool {
	return !s.closed[t.Weekday()] && !s.holiday[t.Format("2006-01-02")]
}

// day says to which day's opening a time belongs: after midnight, an opening
// over midnight is still the day before's.
func (s *Schedule) day(t time.Time) time.Time {
	if s.from > s.until && t.Hour()*60+t.Minute() < s.until {
		return t.AddDate(0, 0, -1)
	}
	return t
}

// maxDays is how far ahead an opening is looked for: nobody closes longer.
const maxDays = 400

// NextOpen is the first time from t on at which the partner may be visited.
func (s *Schedule) NextOpen(t time.Time) time.Time {
	if s.zone == nil && s.Open == "" || s.from == 0 && s.until == 0 {
		return t
	}
	l := t.In(s.Zone())
	if s.within(l.Hour()*60+l.Minute()) && s.businessDay(s.day(l)) {
		return t
	}
	for n := 0; n < maxDays; n++ {
		d := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, 0, s.Zone())
		if o := s.at(d, s.from); s.businessDay(d) && !o.Before(t) {
			return o
		}
	}
	return t
}

// at is a minute of a day on the partner's clock. On the day on which the clock
// jumps forward, a minute that is not there is the one after the jump.
func (s *Schedule) at(day time.Time, minute int) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, s.Zone())
	if is := t.Hour()*60 + t.Minute(); is < minute%wholeDay {
		t = t.Add(time.Duration(minute%wholeDay-is) * time.Minute)
	}
	return t
}

// NextSend is when what waits at t is sent.
func (s *Schedule) NextSend(t time.Time) time.Time {
	if len(s.sends) == 0 {
		return s.NextOpen(t)
	}
	l := t.In(s.Zone())
	for n := 0; n < maxDays; n++ {
		d := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, 0, s.Zone())
		for _, m := range s.sends {
			at := s.at(d, m)
			if !at.Before(t) && s.businessDay(s.day(at)) {
				return at
			}
		}
	}
	return t
}

// Counts is from when the times of answers run, for what was sent at t: what
// comes after the cut-off, or on a day on which nobody works, counts from the
// next working day's opening.
func (s *Schedule) Counts(t time.Time) time.Time {
	if s.zone == nil {
		return t
	}
	l := t.In(s.zone)
	late := s.cutOff >= 0 && l.Hour()*60+l.Minute() >= s.cutOff
	if !late && s.businessDay(l) {
		return t
	}
	for n := 1; n < maxDays; n++ {
		d := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, 0, s.zone)
		if s.businessDay(d) {
			return s.at(d, s.from)
		}
	}
	return t
}

// Due is by when an answer of a kind (ta1, 999, 277ca, 277rfi, 835) is expected
// to what was sent at a time; false when the partner sends none.
func (p *Profile) Due(kind string, sent time.Time) (time.Time, bool) {
	text := map[string]string{"ta1": p.Answers.TA1, "999": p.Answers.A999, "277ca": p.Answers.CA, "277rfi": p.Answers.RFI, "835": p.Answers.Pay}[kind]
	if text == "" {
		return time.Time{}, false
	}
	d, err := parseWait(text)
	if err != nil {
		return time.Time{}, false
	}
	return p.Schedule.Counts(sent).Add(d), true
}

// String says the schedule in a line.
func (s *Schedule) String() string {
	var parts []string
	add := func(format string, a ...any) { parts = append(parts, fmt.Sprintf(format, a...)) }
	if len(s.Send) > 0 {
		add("sent at %s", strings.Join(s.Send, ", "))
	}
	if s.Open != "" {
		add("open %s", s.Open)
	}
	if len(s.Days) > 0 {
		add("%s", strings.Join(s.Days, ", "))
	}
	if s.CutOff != "" {
		add("cut-off %s", s.CutOff)
	}
	if s.Fetch != "" {
		add("looked at every %s", s.Fetch)
	}
	if s.TimeZone != "" {
		add("%s", s.TimeZone)
	}
	return strings.Join(parts, "; ")
}
