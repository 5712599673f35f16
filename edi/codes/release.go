package codes

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"sort"
	"strings"
)

// Systems by the names that commands, guides and findings have for them.
const (
	ICD10CM      = "icd-10-cm"
	ICD10PC      = "icd-10-pcs"
	HCPCS        = "hcpcs"
	Modifiers    = "modifier"
	CPT          = "cpt"
	CDT          = "cdt"
	POA          = "poa-exempt"
	Conversion   = "icd-10-cm-conversion" // what a code was replaced by
	NDCs         = "ndc"
	Taxonomy     = "taxonomy"
	Revenue      = "revenue-code"
	CARC         = "carc"
	RARC         = "rarc"
	Status       = "claim-status"
	Category     = "claim-status-category"
	PTPPractice  = "ncci-ptp-practitioner"
	PTPHospital  = "ncci-ptp-hospital"
	MUEPractice  = "mue-practitioner"
	MUEHospital  = "mue-hospital"
	MUEEquipment = "mue-dme"
	AddOn        = "add-on"
	HCCV28       = "hcc-v28"
	HCCV28Order  = "hcc-v28-hierarchy"
	HCCV28Label  = "hcc-v28-label"
	Places       = "pos"
	VisitMix     = "em-levels" // visits by specialty and code, of the operator's file
)

// Entry is one code of a release.
type Entry struct {
	Code     string // without point
	From, To int    // CCYYMMDD in which it is valid; 0: as long as the release is
	Heading  bool   // a category with finer codes below, not to be billed
	Value    int    // what a table says of the code as a number; see tables.go
	Short    string
	Long     string
	// Attributes are what the publisher says besides, as name=value with blanks
	// between.
	Attributes string
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
	Notice string `json:"notice,omitempty"` // the licence that the operator acknowledged, and who did
	// Dated: the codes have dates of their own, so that the release answers for any
	// day from the first of them on.
	Dated bool `json:"dated,omitempty"`
	// Set names a table that is published in parts: releases of the same set answer
	// together.
	Set string `json:"set,omitempty"`
}

// A release in its file: magic, the lengths of what follows, a check sum of the
// next two, description (JSON), where each block of texts ends, a hash table of
// row numbers, rows sorted by code, blocks of texts. A row is the code padded to
// the width of the longest, from, to, flags, value, and where its texts stand.
// It is looked up in place, so that many processes share the pages of a file
// that is mapped: opening reads the head alone. Texts are compressed; a code's
// validity does not need them.

const (
	releaseMagic = "CWCODES2"
	releaseFixed = len(releaseMagic) + 4*4 + 1
	rowTail      = 4 + 4 + 1 + 4 + 4
	maxCodeWidth = 48
	maxText      = 4000
	flagHeading  = 1
	noText       = 1<<32 - 1
)

// hash spreads codes over the slots of a release (FNV-1a, its bits mixed once
// more at the end).
func hash(code string) uint32 {
	h := uint32(2166136261)
	for i := range len(code) {
		h = (h ^ uint32(code[i])) * 16777619
	}
	h = (h ^ h>>15) * 2654435769
	return h ^ h>>16
}

// rowBits are the bits of a slot that hold a row: more than maxEntries.
const rowBits = 1<<22 - 1

// slotsFor is how many slots n codes have: a power of two, a quarter of which
// stays free.
func slotsFor(n int) int {
	slots := 4
	for slots*3 < n*4 {
		slots *= 2
	}
	return slots
}

// Release is an opened release. It is immutable and serves many goroutines.
type Release struct {
	Meta
	width int
	rows  []byte
	texts texts
	n     int
	slots []byte // four bytes each: ten bits of the hash, and the first row of a code, counted from 1
}

// ErrRelease says that bytes are no release, or are damaged.
var ErrRelease = errors.New("codes: it is no release, or was damaged; import the publisher's file again")

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
	var words textBuilder
	slots := make([]byte, 4*slotsFor(len(list)))
	rows := make([]byte, 0, len(list)*(width+rowTail))
	for i := range list {
		e := &list[i]
		if i == 0 || list[i-1].Code != e.Code {
			k := int(hash(e.Code)) & (len(slots)/4 - 1)
			for binary.BigEndian.Uint32(slots[4*k:]) != 0 {
				k = (k + 1) & (len(slots)/4 - 1)
			}
			binary.BigEndian.PutUint32(slots[4*k:], hash(e.Code)&^rowBits|uint32(i+1))
		}
		at := len(rows)
		rows = append(rows, make([]byte, width)...)
		copy(rows[at:], e.Code)
		rows = binary.BigEndian.AppendUint32(rows, uint32(e.From))
		rows = binary.BigEndian.AppendUint32(rows, uint32(e.To))
		flags := byte(0)
		if e.Heading {
			flags |= flagHeading
		}
		rows = append(rows, flags)
		rows = binary.BigEndian.AppendUint32(rows, uint32(e.Value))
		text, err := words.add(e)
		if err != nil {
			return nil, err
		}
		rows = binary.BigEndian.AppendUint32(rows, text)
	}
	blocks, err := words.done()
	if err != nil {
		return nil, err
	}
	out := append([]byte(releaseMagic), byte(width))
	for _, n := range []int{len(head), len(list), len(blocks), 0} {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	out = append(out, head...)
	at := uint32(0)
	for _, b := range blocks {
		at += uint32(len(b))
		out = binary.BigEndian.AppendUint32(out, at)
	}
	binary.BigEndian.PutUint32(out[releaseFixed-4:], crc32.ChecksumIEEE(out[releaseFixed:]))
	out = append(append(out, slots...), rows...)
	return append(out, bytes.Join(blocks, nil)...), nil
}

// OpenRelease opens the bytes of a release; they are not copied.
func OpenRelease(b []byte) (*Release, error) {
	if len(b) < releaseFixed || string(b[:len(releaseMagic)]) != releaseMagic {
		return nil, ErrRelease
	}
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
	at := len(releaseMagic)
	width, head, n, blocks := int(b[at]), u32(at+1), u32(at+5), u32(at+9)
	rest := b[releaseFixed:]
	if width < 1 || width > maxCodeWidth || len(rest) < head+4*blocks || crc32.ChecksumIEEE(rest[:head+4*blocks]) != uint32(u32(releaseFixed-4)) {
		return nil, ErrRelease
	}
	r := &Release{width: width, n: n}
	if err := json.Unmarshal(rest[:head], &r.Meta); err != nil {
		return nil, ErrRelease
	}
	ends := rest[head : head+4*blocks]
	rest = rest[head+4*blocks:]
	if len(rest)/(width+rowTail) < n || len(rest)-n*(width+rowTail) < 4*slotsFor(n) {
		return nil, ErrRelease
	}
	r.slots, rest = rest[:4*slotsFor(n)], rest[4*slotsFor(n):]
	r.rows, rest = rest[:n*(width+rowTail)], rest[n*(width+rowTail):]
	if blocks > 0 && int(binary.BigEndian.Uint32(ends[len(ends)-4:])) != len(rest) || blocks == 0 && len(rest) > 0 {
		return nil, ErrRelease // cut off, or more than a release
	}
	r.texts = texts{ends: ends, packed: rest}
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
	mask, h := len(r.slots)/4-1, hash(code)
	for k, tries := int(h)&mask, 0; tries <= mask; k, tries = (k+1)&mask, tries+1 {
		slot := binary.BigEndian.Uint32(r.slots[4*k:])
		i := int(slot&rowBits) - 1
		if i < 0 || i >= r.n {
			return -1
		}
		if (slot^h)&^rowBits == 0 && r.is(i, code) {
			return i
		}
	}
	return -1
}

// is says whether a row is of a code.
func (r *Release) is(i int, code string) bool {
	row := r.row(i)
	if string(row[:len(code)]) != code {
		return false
	}
	return len(code) == r.width || row[len(code)] == 0
}

func (r *Release) code(i int) string {
	return string(bytes.TrimRight(r.row(i)[:r.width], "\x00"))
}

// bare is a row without its texts.
func (r *Release) bare(i int) Entry {
	t := r.row(i)[r.width:]
	return Entry{Code: r.code(i), From: int(binary.BigEndian.Uint32(t)), To: int(binary.BigEndian.Uint32(t[4:])), Heading: t[8]&flagHeading != 0,
		Value: int(binary.BigEndian.Uint32(t[9:]))}
}

func (r *Release) entry(i int) Entry {
	e := r.bare(i)
	r.texts.of(binary.BigEndian.Uint32(r.row(i)[r.width+13:]), &e)
	return e
}

// row finds the row of a code that holds on a day (0: any, the last), or -1.
func (r *Release) on(code string, day int) int {
	best := -1
	for i := r.find(code); i >= 0 && i < r.n && r.is(i, code); i++ {
		t := r.row(i)[r.width:]
		from, to := int(binary.BigEndian.Uint32(t)), int(binary.BigEndian.Uint32(t[4:]))
		if day == 0 || from <= day && (to == 0 || day <= to) {
			best = i
		}
	}
	return best
}

// Entry finds a code as it stands on a day (CCYYMMDD; 0: any, the last).
func (r *Release) Entry(code string, day int) (Entry, bool) {
	i := r.on(code, day)
	if i < 0 {
		return Entry{}, false
	}
	return r.entry(i), true
}

// Value finds the number that a table gives a code on a day. It does not
// allocate.
func (r *Release) Value(code string, day int) (int, bool) {
	i := r.on(code, day)
	if i < 0 {
		return 0, false
	}
	return r.value(i), true
}

func (r *Release) value(row int) int {
	return int(binary.BigEndian.Uint32(r.row(row)[r.width+9:]))
}

// Standing judges a code on a day without reading its texts. It does not
// allocate.
func (r *Release) Standing(code string, day int) Standing {
	st, _ := r.standing(code, day)
	return st
}

func (r *Release) standing(code string, day int) (st Standing, row int) {
	i := r.on(code, day)
	switch {
	case i < 0:
		return NoCode, i
	case r.row(i)[r.width+8]&flagHeading != 0:
		return Heading, i
	}
	return Valid, i
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

// Starting visits, without their texts, the codes that begin with others.
func (r *Release) Starting(prefix string, visit func(e Entry) bool) {
	i := sort.Search(r.n, func(i int) bool { return bytes.Compare(r.row(i)[:min(len(prefix), r.width)], []byte(prefix)) >= 0 })
	for ; i < r.n; i++ {
		if e := r.bare(i); !strings.HasPrefix(e.Code, prefix) || !visit(e) {
			return
		}
	}
}

// Below lists codes that begin with a code, billable ones, at most so many.
func (r *Release) Below(code string, day, most int) []string {
	var list []string
	r.Starting(code, func(e Entry) bool {
		if e.Code != code && !e.Heading && e.From <= day && (e.To == 0 || day <= e.To) && (len(list) == 0 || list[len(list)-1] != e.Code) {
			list = append(list, e.Code)
		}
		return len(list) < most
	})
	return list
}

// Covers says whether the release answers for a day.
func (r *Release) Covers(day int) bool { return r.From <= day && (r.To == 0 || day <= r.To) }

// All lists every code of the release, each once.
func (r *Release) All() []string {
	var list []string
	for i := range r.n {
		if i > 0 && bytes.Equal(r.row(i)[:r.width], r.row(i - 1)[:r.width]) {
			continue
		}
		list = append(list, r.code(i))
	}
	return list
}
