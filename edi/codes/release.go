package codes

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Systems by the names that commands and findings have for them.
const (
	ICD10CM = "icd-10-cm"
	ICD10PC = "icd-10-pcs"
	HCPCS   = "hcpcs"
	POA     = "poa-exempt"
)

// Entry is one code of a release.
type Entry struct {
	Code     string // without point
	From, To int    // CCYYMMDD in which it is valid; 0: as long as the release is
	Heading  bool   // a category with finer codes below, not to be billed
	Short    string
	Long     string
}

// Meta says what a release is.
type Meta struct {
	System string `json:"system"`
	Name   string `json:"name"`   // FY2026, or the file's own
	From   int    `json:"from"`   // CCYYMMDD from which it is in force
	To     int    `json:"to"`     // and to which; 0: until another begins
	Source string `json:"source"` // name of the file that it was read from
	SHA256 string `json:"sha256"` // of that file
	Loaded string `json:"loaded"` // when, RFC 3339
	Codes  int    `json:"codes"`
	Notice string `json:"notice,omitempty"` // the licence that the operator acknowledged
	// Dated: the codes have dates of their own, so that the release answers for any
	// day from the first of them on.
	Dated bool `json:"dated,omitempty"`
}

// A release in its file: magic, length of the description, description (JSON),
// then rows sorted by code, then the texts. A row is the code padded to the
// width of the longest, from, to, flags, and where short and long text stand.
// It is looked up in place: opening reads the description and notes where each
// pair of first characters begins.

const (
	releaseMagic = "CWCODES1"
	rowTail      = 4 + 4 + 1 + 4 + 2 + 2
	maxCodeWidth = 24
	maxText      = 4000
	flagHeading  = 1
)

// Release is an opened release. It is immutable and serves many goroutines.
type Release struct {
	Meta
	width int
	rows  []byte
	texts []byte
	n     int
	begin []uint32 // by the first two bytes of a code
}

// ErrRelease says that bytes are no release, or are damaged.
var ErrRelease = errors.New("codes: it is no release, or was damaged")

// Build makes the bytes of a release. The same code may stand there several
// times with dates that do not overlap.
func Build(meta Meta, entries []Entry) ([]byte, error) {
	list := append([]Entry(nil), entries...)
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Code != list[j].Code {
			return list[i].Code < list[j].Code
		}
		return list[i].From < list[j].From
	})
	width := 1
	for i := range list {
		c := list[i].Code
		if c == "" || len(c) > maxCodeWidth || strings.IndexByte(c, 0) >= 0 {
			return nil, fmt.Errorf("codes: %q is no code", c)
		}
		width = max(width, len(c))
		if i > 0 && list[i-1].Code == c && (list[i-1].To == 0 || list[i].From == 0 || list[i-1].To >= list[i].From) {
			return nil, fmt.Errorf("codes: %s stands twice for the same day", c)
		}
	}
	meta.Codes = len(list)
	head, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	var texts bytes.Buffer
	out := append([]byte(releaseMagic), 0, 0, 0, 0, byte(width))
	binary.BigEndian.PutUint32(out[8:], uint32(len(head)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(list)))
	out = append(out, head...)
	cut := func(s string) string { return s[:min(len(s), maxText)] }
	for i := range list {
		e := &list[i]
		row := make([]byte, width)
		copy(row, e.Code)
		row = binary.BigEndian.AppendUint32(row, uint32(e.From))
		row = binary.BigEndian.AppendUint32(row, uint32(e.To))
		flags := byte(0)
		if e.Heading {
			flags |= flagHeading
		}
		short, long := cut(e.Short), cut(e.Long)
		row = append(row, flags)
		row = binary.BigEndian.AppendUint32(row, uint32(texts.Len()))
		row = binary.BigEndian.AppendUint16(row, uint16(len(short)))
		row = binary.BigEndian.AppendUint16(row, uint16(len(long)))
		texts.WriteString(short)
		texts.WriteString(long)
		out = append(out, row...)
	}
	return append(out, texts.Bytes()...), nil
}

// OpenRelease opens the bytes of a release; they are not copied.
func OpenRelease(b []byte) (*Release, error) {
	const fixed = len(releaseMagic) + 4 + 1 + 4
	if len(b) < fixed || string(b[:len(releaseMagic)]) != releaseMagic {
		return nil, ErrRelease
	}
	head, width, n := int(binary.BigEndian.Uint32(b[8:])), int(b[12]), int(binary.BigEndian.Uint32(b[13:]))
	if head < 0 || width < 1 || width > maxCodeWidth || len(b)-fixed < head || (len(b)-fixed-head)/(width+rowTail) < n {
		return nil, ErrRelease
	}
	r := &Release{width: width, n: n}
	if err := json.Unmarshal(b[fixed:fixed+head], &r.Meta); err != nil {
		return nil, ErrRelease
	}
	r.rows = b[fixed+head:]
	r.texts = r.rows[n*(width+rowTail):]
	r.rows = r.rows[:n*(width+rowTail)]
	r.begin = make([]uint32, 1<<16+1)
	at := 0
	for i := range n {
		row := r.row(i)
		k := int(row[0]) << 8
		if width > 1 {
			k |= int(row[1])
		}
		if k < at-1 && i > 0 {
			return nil, ErrRelease // not sorted
		}
		for at <= k {
			r.begin[at] = uint32(i)
			at++
		}
	}
	for ; at < len(r.begin); at++ {
		r.begin[at] = uint32(n)
	}
	return r, nil
}

func (r *Release) row(i int) []byte {
	w := r.width + rowTail
	return r.rows[i*w : (i+1)*w]
}

// find gives the first row of a code, or -1. It does not allocate.
func (r *Release) find(code string) int {
	if code == "" || len(code) > r.width {
		return -1
	}
	k := int(code[0]) << 8
	if len(code) > 1 {
		k |= int(code[1])
	}
	lo, hi := int(r.begin[k]), int(r.begin[k+1])
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if r.compare(mid, code) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < int(r.begin[k+1]) && r.compare(lo, code) == 0 {
		return lo
	}
	return -1
}

// compare compares the code of a row with a code.
func (r *Release) compare(i int, code string) int {
	row := r.row(i)
	for k := range r.width {
		var c byte
		if k < len(code) {
			c = code[k]
		}
		if row[k] != c {
			if row[k] < c {
				return -1
			}
			return 1
		}
	}
	return 0
}

func (r *Release) entry(i int) Entry {
	row := r.row(i)
	e := Entry{Code: string(bytes.TrimRight(row[:r.width], "\x00"))}
	t := row[r.width:]
	e.From, e.To, e.Heading = int(binary.BigEndian.Uint32(t)), int(binary.BigEndian.Uint32(t[4:])), t[8]&flagHeading != 0
	at, short, long := int(binary.BigEndian.Uint32(t[9:])), int(binary.BigEndian.Uint16(t[13:])), int(binary.BigEndian.Uint16(t[15:]))
	if at+short+long <= len(r.texts) {
		e.Short, e.Long = string(r.texts[at:at+short]), string(r.texts[at+short:at+short+long])
	}
	return e
}

// Entry finds a code as it stands on a day (CCYYMMDD; 0: any, the last).
func (r *Release) Entry(code string, day int) (Entry, bool) {
	i := r.find(code)
	if i < 0 {
		return Entry{}, false
	}
	best := -1
	for ; i < r.n && r.compare(i, code) == 0; i++ {
		t := r.row(i)[r.width:]
		from, to := int(binary.BigEndian.Uint32(t)), int(binary.BigEndian.Uint32(t[4:]))
		if day == 0 || from <= day && (to == 0 || day <= to) {
			best = i
		}
	}
	if best < 0 {
		return Entry{}, false
	}
	return r.entry(best), true
}

// Known says whether a code is, or ever was, in the release.
func (r *Release) Known(code string) bool { return r.find(code) >= 0 }

// Each visits all codes in their order.
func (r *Release) Each(visit func(e Entry) bool) {
	for i := range r.n {
		if !visit(r.entry(i)) {
			return
		}
	}
}

// Below lists codes that begin with a code, billable ones, at most so many.
func (r *Release) Below(code string, day, most int) []string {
	var list []string
	i := sort.Search(r.n, func(i int) bool { return r.compare(i, code) >= 0 })
	for ; i < r.n && len(list) < most; i++ {
		row := r.row(i)
		c := string(bytes.TrimRight(row[:r.width], "\x00"))
		if !strings.HasPrefix(c, code) {
			break
		}
		e := r.entry(i)
		if c != code && !e.Heading && e.From <= day && (e.To == 0 || day <= e.To) {
			list = append(list, c)
		}
	}
	return list
}

// Covers says whether the release answers for a day.
func (r *Release) Covers(day int) bool { return r.From <= day && (r.To == 0 || day <= r.To) }

// Library is what was loaded, by system, the newest release first.
type Library struct{ systems map[string][]*Release }

// NewLibrary puts releases in their order: later ones answer before earlier
// ones, those loaded later before those loaded earlier.
func NewLibrary(list []*Release) *Library {
	l := &Library{systems: map[string][]*Release{}}
	for _, r := range list {
		l.systems[r.System] = append(l.systems[r.System], r)
	}
	for _, s := range l.systems {
		sort.SliceStable(s, func(i, j int) bool {
			if s[i].Dated != s[j].Dated {
				return s[j].Dated // a release of its own days knows better
			}
			if s[i].From != s[j].From {
				return s[i].From > s[j].From
			}
			return s[i].Loaded > s[j].Loaded
		})
	}
	return l
}

// Releases lists those of a system, the newest first.
func (l *Library) Releases(system string) []*Release { return l.systems[system] }

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

// Lookup judges a code on a day (CCYYMMDD).
func (l *Library) Lookup(system, code string, day int) (Entry, *Release, Standing) {
	for _, r := range l.systems[system] {
		if !r.Covers(day) {
			continue
		}
		e, ok := r.Entry(code, day)
		switch {
		case !ok:
			return Entry{Code: code}, r, NoCode
		case e.Heading:
			return e, r, Heading
		}
		return e, r, Valid
	}
	return Entry{Code: code}, nil, NotLoaded
}

// All lists every code of the release, each once.
func (r *Release) All() []string {
	var list []string
	for i := range r.n {
		if i > 0 && bytes.Equal(r.row(i)[:r.width], r.row(i - 1)[:r.width]) {
			continue
		}
		list = append(list, string(bytes.TrimRight(r.row(i)[:r.width], "\x00")))
	}
	return list
}
