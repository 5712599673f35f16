package simulate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/diag"
	"claimwire/edi/status"
)

// Faults say how the payer misbehaves. The zero Faults is a payer that behaves.
// Each is asked for by a line of words (ParseFault), on the command line or in a
// scenario file.
type Faults struct {
	Late     map[string]time.Duration // by kind of answer: so long after the claims
	Never    map[string]bool          // answers that do not come
	Twice    map[string]bool          // answers that come a second time, byte by byte, under another name
	Anew     map[string]bool          // answers that come a second time in another envelope
	Half     map[string]time.Duration // answers of which only the first half is there; whole after a time, 0: never
	Reversed bool                     // the last answer comes first

	HostKey   bool          // it shows another host key
	Refuse    int           // log-ins that it refuses; < 0: all
	Full      time.Duration // its disk is full for so long after it starts; < 0: always
	TakesAway bool          // it takes each file away the moment it is closed
	NoRename  bool          // it renames nothing
	ReadOnly  bool          // what is in /outbound cannot be removed or renamed
	Cut       int64         // it drops each connection after so many bytes, CutTimes times
	CutTimes  int

	TA1    string            // note code with which it refuses interchanges
	Reject []diag.Diagnostic // what it finds in each set or group, for its 999
	Claims []status.Code     // with which it refuses all claims, in its 277CA
}

// kinds are the answers that a fault may be about.
var kinds = []string{"ta1", "999", "277ca", "277rfi", "835"}

// faultHelp lists the words of faults.
var faultHelp = []struct{ form, does string }{
	{"late KIND TIME", "the answers of a kind (ta1, 999, 277ca, 277rfi, 835, or all) come so long after the claims: late 835 48h"},
	{"never KIND", "they never come"},
	{"twice KIND", "they come a second time, byte by byte, under another name"},
	{"anew KIND", "they come a second time, the same document in another envelope"},
	{"half KIND [TIME]", "only their first half is there, and the whole after a time; without one, never"},
	{"reversed", "the last answer to a file comes first, the others a second apart"},
	{"host-key", "its server shows another host key than the one it says"},
	{"refuse [N]", "it refuses the first N log-ins; without a number, all"},
	{"full [TIME]", "its disk is full for so long after the start; without a time, always"},
	{"takes-away", "it takes each file away the moment it is closed, and does not show it"},
	{"no-rename", "it renames nothing"},
	{"read-only", "nothing in /outbound can be removed or renamed"},
	{"cut BYTES [N]", "it drops the connection after so many bytes, N times (1)"},
	{"ta1 CODE", "it refuses each interchange with this TA105: ta1 025"},
	{"999 group CODE", "it refuses each functional group with this AK905"},
	{"999 set CODE", "it refuses each set with this IK502"},
	{"999 segment CODE", "it refuses each set for a segment, with this IK304"},
	{"999 element CODE", "it refuses each set for an element, with this IK403"},
	{"277ca CATEGORY:STATUS[:ENTITY]", "it refuses each claim with this: 277ca A7:164:IL"},
}

// FaultHelp is the list of faults, for people.
func FaultHelp() string {
	var b strings.Builder
	for _, f := range faultHelp {
		fmt.Fprintf(&b, "  %-32s %s\n", f.form, f.does)
	}
	return b.String()
}

// ReadScenario reads a file of faults, one a line; a hash begins a remark.
func ReadScenario(r io.Reader, f *Faults) error {
	sc := bufio.NewScanner(io.LimitReader(r, 1<<20))
	for n := 1; sc.Scan(); n++ {
		line, _, _ := strings.Cut(sc.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := f.Parse(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return sc.Err()
}

// Parse adds a fault that is said in words.
func (f *Faults) Parse(text string) error {
	w := strings.Fields(text)
	bad := func(why string) error {
		return fmt.Errorf("%q: %s; faults are\n%s", strings.TrimSpace(text), why, FaultHelp())
	}
	if len(w) == 0 {
		return bad("no fault")
	}
	duration := func(i int, none time.Duration) (time.Duration, error) {
		if len(w) <= i {
			return none, nil
		}
		d, err := time.ParseDuration(w[i])
		if err != nil || d < 0 {
			return 0, errors.New("a time is such as 48h or 5m")
		}
		return d, nil
	}
	number := func(i int, none int64) (int64, error) {
		if len(w) <= i {
			return none, nil
		}
		n, err := strconv.ParseInt(w[i], 10, 64)
		if err != nil || n < 0 {
			return 0, errors.New("a number is expected")
		}
		return n, nil
	}
	var err error
	switch w[0] {
	case "late", "never", "twice", "anew", "half":
		if len(w) < 2 || w[1] != "all" && !slices.Contains(kinds, w[1]) {
			return bad("of which answers? " + strings.Join(kinds, ", ") + " or all")
		}
		var d time.Duration
		if w[0] == "late" && len(w) < 3 {
			return bad("how late?")
		}
		if d, err = duration(2, 0); err != nil {
			return bad(err.Error())
		}
		for _, k := range kinds {
			if w[1] != "all" && w[1] != k {
				continue
			}
			switch w[0] {
			case "late":
				put(&f.Late, k, d)
			case "half":
				put(&f.Half, k, d)
			case "never":
				put(&f.Never, k, true)
			case "twice":
				put(&f.Twice, k, true)
			case "anew":
				put(&f.Anew, k, true)
			}
		}
	case "reversed":
		f.Reversed = true
	case "host-key":
		f.HostKey = true
	case "refuse":
		var n int64
		if n, err = number(1, -1); err != nil {
			return bad(err.Error())
		}
		f.Refuse = int(n)
	case "full":
		if f.Full, err = duration(1, -1); err != nil {
			return bad(err.Error())
		}
	case "takes-away":
		f.TakesAway = true
	case "no-rename":
		f.NoRename = true
	case "read-only":
		f.ReadOnly = true
	case "cut":
		if len(w) < 2 {
			return bad("after how many bytes?")
		}
		if f.Cut, err = number(1, 0); err != nil {
			return bad(err.Error())
		}
		var n int64
		if n, err = number(2, 1); err != nil {
			return bad(err.Error())
		}
		f.CutTimes = int(n)
	case "ta1":
		if len(w) != 2 {
			return bad("with which TA105?")
		}
		if _, ok := entryOf(func(e *diag.Entry) bool { return e.TA1 == w[1] }); !ok {
			return bad("no finding of ours maps to this TA105")
		}
		f.TA1 = w[1]
	case "999":
		if len(w) != 3 {
			return bad("what does it refuse, and with which code?")
		}
		of := map[string]func(e *diag.Entry) string{"group": func(e *diag.Entry) string { return e.AK9 }, "set": func(e *diag.Entry) string { return e.IK5 },
			"segment": func(e *diag.Entry) string { return e.IK3 }, "element": func(e *diag.Entry) string { return e.IK4 }}[w[1]]
		if of == nil {
			return bad("it refuses a group, a set, a segment or an element")
		}
		e, ok := entryOf(func(e *diag.Entry) bool { return of(e) == w[2] && e.TA1 == "" })
		if !ok {
			return bad("no finding of ours maps to this code")
		}
		d := diag.Diagnostic{Code: e.Code}
		if w[1] == "segment" || w[1] == "element" {
			d.Segment, d.SegmentID = 2, "BHT"
		}
		if w[1] == "element" {
			d.Element = 2
		}
		f.Reject = append(f.Reject, d)
	case "277ca":
		if len(w) != 2 {
			return bad("with which category and status?")
		}
		p := strings.Split(w[1], ":")
		if len(p) < 2 || len(p) > 3 || !slices.Contains([]string{"A3", "A4", "A5", "A6", "A7", "A8"}, p[0]) {
			return bad("a refusal is A3 to A8, a status and, where it has one, an entity: A7:164:IL")
		}
		c := status.Code{Category: p[0], Status: p[1]}
		if len(p) == 3 {
			c.Entity = p[2]
		}
		f.Claims = append(f.Claims, c)
	default:
		return bad("no such fault")
	}
	return nil
}

func put[T any](m *map[string]T, k string, v T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[k] = v
}

// entryOf finds the first error of the catalogue that has something.
func entryOf(has func(e *diag.Entry) bool) (*diag.Entry, bool) {
	for _, e := range diag.Entries() {
		if e.Severity == diag.Error && has(e) {
			return e, true
		}
	}
	return nil, false
}

// kindOf is the kind of an answer, by its name's ending.
func kindOf(name string) string {
	for _, k := range kinds {
		if strings.HasSuffix(name, "."+k) {
			return k
		}
	}
	return ""
}

// placed is an answer with when it comes.
type placed struct {
	Answer
	after time.Duration
}

// place says of each answer what becomes of it.
func (f *Faults) place(list []Answer) []placed {
	var out []placed
	if f.Reversed {
		list = slices.Clone(list)
		slices.Reverse(list)
	}
	for i, a := range list {
		k := kindOf(a.Name)
		if f.Never[k] {
			continue
		}
		after := f.Late[k]
		if f.Reversed {
			after += time.Duration(i) * time.Second
		}
		if d, half := f.Half[k]; half {
			out = append(out, placed{Answer{a.Name, a.Bytes[:len(a.Bytes)/2]}, after})
			if d == 0 {
				continue
			}
			after += d
		}
		out = append(out, placed{a, after})
		if f.Twice[k] {
			out = append(out, placed{Answer{"again-" + a.Name, a.Bytes}, after})
		}
		if f.Anew[k] {
			out = append(out, placed{Answer{"anew-" + a.Name, anotherEnvelope(a.Bytes)}, after})
		}
	}
	return out
}

// anotherEnvelope is the same documents under another interchange control
// number.
func anotherEnvelope(b []byte) []byte {
	if len(b) < 106 {
		return b
	}
	old := string(b[90:99])
	n, err := strconv.Atoi(old)
	if err != nil {
		return b
	}
	next := fmt.Sprintf("%09d", (n+500000000)%1000000000)
	text := string(b)
	i := strings.LastIndex(text, old)
	if i < 99 {
		return b
	}
	return []byte(text[:90] + next + text[99:i] + next + text[i+9:])
}

// Refusals is how many log-ins were refused so far.
func (p *Payer) Refusals() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}
