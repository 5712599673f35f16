package status

import "strings"

// Outcome is what an acknowledgment says became of a claim.
type Outcome byte

// The outcomes, in the order in which one beats another that was said by the
// same party on the same day.
const (
	Nothing  Outcome = 0   // nothing that moves a claim: not found, or another kind of status
	Arrived  Outcome = 'a' // A0, A1: it has arrived, no more
	Taken    Outcome = 'b' // A2, A5: accepted into adjudication
	Rejected Outcome = 'r' // A3, A6, A7, A8
)

// Standing is where a claim stands by the acknowledgments that came for it: by
// the one that decides, whatever order they came in. A payer's decides over a
// clearinghouse's, which has only passed the claim on; of the same party's the
// later day's, and of a day's the refusal. That a claim has arrived never undoes
// what was decided about it.
type Standing struct {
	Outcome Outcome
	Payer   bool   // said by the payer itself; else by a clearinghouse on the way
	Day     string // CCYYMMDD that the status is of
}

// StandingOf is what an acknowledgment says of a claim.
func StandingOf(c *ClaimStatus) Standing {
	s := Standing{Payer: c.Sender == nil || c.Sender.Name.Role != "AY"}
	for i := range c.Infos {
		if c.Infos[i].Date > s.Day {
			s.Day = c.Infos[i].Date
		}
	}
	if s.Day == "" && c.Header != nil {
		s.Day = c.Header.Date
	}
	s.Day = strings.Clone(s.Day)
	switch c.Category() {
	case "A0", "A1":
		s.Outcome = Arrived
	case "A2", "A5":
		s.Outcome = Taken
	}
	if !c.Accepted() {
		s.Outcome = Rejected
	}
	return s
}

// Beats says whether s decides where old has been said: whichever came first.
func (s Standing) Beats(old Standing) bool {
	switch {
	case s.Outcome == Nothing || old.Outcome == Nothing:
		return s.Outcome != Nothing
	case (s.Outcome == Arrived) != (old.Outcome == Arrived):
		return old.Outcome == Arrived
	case s.Payer != old.Payer:
		return s.Payer
	case s.Day != old.Day:
		return s.Day > old.Day
	}
	return s.Outcome > old.Outcome
}

// String writes a standing as it is kept: "r2:20261124".
func (s Standing) String() string {
	if s.Outcome == Nothing {
		return ""
	}
	by := "1"
	if s.Payer {
		by = "2"
	}
	return string(s.Outcome) + by + ":" + s.Day
}

// ParseStanding reads what String wrote; anything else is Nothing.
func ParseStanding(text string) Standing {
	head, day, ok := strings.Cut(text, ":")
	if !ok || len(head) != 2 || !strings.Contains("abr", head[:1]) || head[1] != '1' && head[1] != '2' {
		return Standing{}
	}
	return Standing{Outcome: Outcome(head[0]), Payer: head[1] == '2', Day: day}
}
