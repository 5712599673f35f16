package mce

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"

	"claimwire/edi/codes"
)

var errTables = errors.New("mce: the tables are damaged or not CMS's")

// flag is a bit of what the editor's tables say of a code.
type flag uint32

const (
	adult flag = 1 << iota
	maternity
	newborn
	pediatric
	male
	female
	eCode
	manifestation
	unacceptable
	requiresSecondary
	unspecified
	questionable
	wrongProcedure
	cesarean
	vaginal
	delivery
	nonCovered
	nonCoveredZ302
	nonCovered6
	nonCovered7
	nonCovered45
	nonCoveredOver60
	diabetesI
	kidneyTransplant
	limited
	lengthOfStay
	clinicalTrial
	artificialHeartA
	artificialHeartB
)

var flagNames = map[string]flag{
	"adult": adult, "maternity": maternity, "newborn": newborn, "pediatric": pediatric, "male": male, "female": female,
	"ecodepdx": eCode, "manifestation": manifestation, "unacceptable": unacceptable, "reqsdx": requiresSecondary,
	"unspecified": unspecified, "qadm": questionable, "wrngproc": wrongProcedure, "csect": cesarean, "vagdel": vaginal,
	"delout": delivery, "noncovered": nonCovered, "ncov_z302": nonCoveredZ302, "ncov6": nonCovered6, "ncov7": nonCovered7,
	"ncov45": nonCovered45, "ncov12agele60": nonCoveredOver60, "diabtypeI": diabetesI, "kidneyxp": kidneyTransplant,
	"lcov": limited, "los": lengthOfStay,
	"clintrial": clinicalTrial, "lcov_artheartxpa": artificialHeartA, "lcov_artheartxpb": artificialHeartB,
}

const ageFlags = adult | maternity | newborn | pediatric

// period is a row of a table: from and to as CCYYMMDD, to 99999999 when open.
type period struct {
	from, to int32
	flags    flag
}

// codeTable is CMS's table of codes, whose rows are read when a code is asked for:
// an index finds where they stand. Rows of one code are found in the order of the
// table.
type codeTable struct {
	list  []byte // of rows
	keys  []uint64
	rows  []uint32 // where a row begins in list
	slots []uint32 // row + 1; at most half of them are taken
	shift uint8
}

// newCodeTable indexes a table.
func newCodeTable(list []byte) (codeTable, error) {
	t := codeTable{list: list}
	most := len(list) / 30 // a row of a code, two days and no flag
	t.keys, t.rows = make([]uint64, 0, most), make([]uint32, 0, most)
	err := t.each(func(at int, row []byte) error {
		k := uint64(0)
		if len(row) > 2 && row[0] == 1<<3|2 && int(row[1]) <= len(row)-2 {
			k = codes.Packed(row[2 : 2+int(row[1])])
		}
		if k == 0 {
			return errTables
		}
		t.keys, t.rows = append(t.keys, k), append(t.rows, uint32(at))
		return nil
	})
	if err != nil || len(t.rows) == 0 {
		return t, errTables
	}
	n := 2
	for t.shift = 63; n < 2*len(t.rows); n *= 2 {
		t.shift--
	}
	t.slots = make([]uint32, n)
	for i, k := range t.keys {
		at := t.slot(k)
		for t.slots[at] != 0 {
			at = (at + 1) & (n - 1)
		}
		t.slots[at] = uint32(i + 1)
	}
	return t, nil
}

// each visits the rows and where they stand.
func (t *codeTable) each(visit func(at int, row []byte) error) error {
	for at := 0; at < len(t.list); {
		size, n := binary.Uvarint(t.list[at+1:])
		if t.list[at] != 1<<3|2 || n <= 0 || size > uint64(len(t.list)-at-1-n) {
			return errTables
		}
		row := t.list[at+1+n:][:size]
		if err := visit(at, row); err != nil {
			return err
		}
		at += 1 + n + len(row)
	}
	return nil
}

func (t *codeTable) slot(k uint64) int { return int(k * 0x9e3779b97f4a7c15 >> t.shift) }

// on finds what is said of a code on a day.
func (t *codeTable) on(code string, day int) (flag, bool) {
	k := codes.Packed(code)
	if k == 0 {
		return 0, false
	}
	for at := t.slot(k); t.slots[at] != 0; at = (at + 1) & (len(t.slots) - 1) {
		i := t.slots[at] - 1
		if t.keys[i] != k {
			continue
		}
		from := int(t.rows[i]) + 1
		size, n := binary.Uvarint(t.list[from:])
		if p, err := readRow(t.list[from+n:][:size]); err == nil && p.holds(day) {
			return p.flags, true
		}
	}
	return 0, false
}

// readRow reads a row: code, from, to, flags.
func readRow(row []byte) (period, error) {
	p := period{to: open}
	for len(row) > 0 {
		if len(row) < 2 || row[0]&7 != 2 || int(row[1]) > len(row)-2 || row[1] >= 0x80 {
			return p, errTables // no text of fewer than 128 bytes
		}
		number, text := row[0]>>3, row[2:2+int(row[1])]
		row = row[2+len(text):]
		var err error
		switch number {
		case 2:
			p.from, err = day(text, 0)
		case 3:
			p.to, err = day(text, open)
		case 4:
			p.flags |= flagNames[string(text)]
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *period) holds(day int) bool { return int(p.from) <= day && day <= int(p.to) }

// ageGroup is an age group on the days of a period.
type ageGroup struct {
	min, max int
	period
}

// Tables are the editor's tables of all dates since 2015-10-01.
type Tables struct {
	Last int // day of discharge that they end with, CCYYMMDD

	ages       []ageGroup
	statuses   map[int][]period
	diagnoses  codeTable
	procedures codeTable
}

// Read reads CMS's mce.bin. The bytes are kept: what is said of a code is read when
// it is asked for.
func Read(b []byte) (*Tables, error) {
	t := &Tables{statuses: map[int][]period{}}
	t.Last = open - 1
	err := fields(b, func(number int, _ uint64, list []byte) (err error) {
		switch number {
		case 9:
			last, err := day(list, open-1)
			t.Last = int(last)
			return err
		case 1:
			return items(list, t.age)
		case 2:
			return items(list, t.status)
		case 3:
			t.diagnoses, err = newCodeTable(list)
		case 4:
			t.procedures, err = newCodeTable(list)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(t.diagnoses.rows) == 0 || len(t.procedures.rows) == 0 || len(t.ages) == 0 {
		return nil, errTables
	}
	return t, nil
}

// fields visits the fields of a protocol buffer message.
func fields(b []byte, visit func(number int, value uint64, bytes []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errTables
		}
		b = b[n:]
		var value uint64
		var bytes []byte
		switch tag & 7 {
		case 0:
			if value, n = binary.Uvarint(b); n <= 0 {
				return errTables
			}
			b = b[n:]
		case 2:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return errTables
			}
			bytes, b = b[n:n+int(size)], b[n+int(size):]
		default:
			return errTables
		}
		if err := visit(int(tag>>3), value, bytes); err != nil {
			return err
		}
	}
	return nil
}

func items(list []byte, visit func(item []byte) error) error {
	return fields(list, func(number int, _ uint64, item []byte) error {
		if number != 1 {
			return nil
		}
		return visit(item)
	})
}

const open = 99999999

// day reads CCYYMMDD; empty is missing.
func day(b []byte, missing int32) (int32, error) {
	if len(b) == 0 {
		return missing, nil
	}
	n := int32(0)
	for _, c := range b {
		if c < '0' || c > '9' || len(b) != 8 {
			return 0, errTables
		}
		n = n*10 + int32(c-'0')
	}
	return n, nil
}

func (t *Tables) age(item []byte) error {
	g := ageGroup{period: period{to: open}}
	err := fields(item, func(number int, value uint64, bytes []byte) (err error) {
		switch number {
		case 1:
			g.flags = map[string]flag{"Adult": adult, "Maternity": maternity, "Newborn": newborn, "Pediatric": pediatric}[string(bytes)]
		case 2:
			g.min = int(value)
		case 3:
			g.max = int(value)
		case 4:
			g.from, err = day(bytes, 0)
		case 5:
			g.to, err = day(bytes, open)
		}
		return err
	})
	if g.flags == 0 {
		return err
	}
	t.ages = append(t.ages, g)
	return err
}

func (t *Tables) status(item []byte) error {
	p := period{to: open}
	id := 0
	err := fields(item, func(number int, value uint64, bytes []byte) (err error) {
		switch number {
		case 1:
			if id = int(value); bytes != nil {
				id, err = strconv.Atoi(string(bytes))
			}
		case 2:
			p.from, err = day(bytes, 0)
		case 3:
			p.to, err = day(bytes, open)
		}
		return err
	})
	t.statuses[id] = append(t.statuses[id], p)
	return err
}

// statusOn says whether a discharge status holds on a day.
func (t *Tables) statusOn(status, day int) bool {
	return slices.ContainsFunc(t.statuses[status], func(p period) bool { return p.holds(day) })
}

// Valid says whether a diagnosis (or, with procedure, an ICD-10-PCS code) is
// in force on a day, CCYYMMDD.
func (t *Tables) Valid(code string, procedure bool, day int) bool {
	_, ok := t.table(procedure).on(code, day)
	return ok
}

func (t *Tables) table(procedures bool) *codeTable {
	if procedures {
		return &t.procedures
	}
	return &t.diagnoses
}

// Each visits every code with each span of days in which it is valid
// (CCYYMMDD). A row that cannot be read is an error.
func (t *Tables) Each(procedures bool, visit func(code string, from, to int)) error {
	table, i := t.table(procedures), 0
	return table.each(func(_ int, row []byte) error {
		p, err := readRow(row)
		if err == nil {
			visit(codes.Unpacked(table.keys[i]), int(p.from), int(p.to))
		}
		i++
		return err
	})
}
