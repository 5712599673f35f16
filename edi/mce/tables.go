package mce

import (
	"encoding/binary"
	"errors"
	"strconv"
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
	from, to int
	flags    flag
}

// ageGroup is an age group on the days of a period.
type ageGroup struct {
	flag     flag
	min, max int
	from, to int
}

// Tables are the editor's tables of all dates since 2015-10-01.
type Tables struct {
	Last int // day of discharge that they end with, CCYYMMDD

	ages       []ageGroup
	statuses   map[int][]period
	diagnoses  map[string][]period
	procedures map[string][]period
}

// Read reads CMS's mce.bin.
func Read(b []byte) (*Tables, error) {
	t := &Tables{statuses: map[int][]period{}, diagnoses: map[string][]period{}, procedures: map[string][]period{}}
	t.Last = open - 1
	err := fields(b, func(number int, _ uint64, list []byte) (err error) {
		switch number {
		case 9:
			t.Last, err = day(list, open-1)
			return err
		case 1:
			return items(list, t.age)
		case 2:
			return items(list, t.status)
		case 3:
			return items(list, func(item []byte) error { return code(t.diagnoses, item) })
		case 4:
			return items(list, func(item []byte) error { return code(t.procedures, item) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(t.diagnoses) == 0 || len(t.procedures) == 0 || len(t.ages) == 0 {
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
func day(b []byte, missing int) (int, error) {
	if len(b) == 0 {
		return missing, nil
	}
	n, err := strconv.Atoi(string(b))
	if err != nil || len(b) != 8 {
		return 0, errTables
	}
	return n, nil
}

func (t *Tables) age(item []byte) error {
	g := ageGroup{to: open}
	err := fields(item, func(number int, value uint64, bytes []byte) (err error) {
		switch number {
		case 1:
			g.flag = map[string]flag{"Adult": adult, "Maternity": maternity, "Newborn": newborn, "Pediatric": pediatric}[string(bytes)]
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
	if g.flag == 0 {
		return nil
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

func code(m map[string][]period, item []byte) error {
	p := period{to: open}
	var id string
	err := fields(item, func(number int, _ uint64, bytes []byte) (err error) {
		switch number {
		case 1:
			id = string(bytes)
		case 2:
			p.from, err = day(bytes, 0)
		case 3:
			p.to, err = day(bytes, open)
		case 4:
			p.flags |= flagNames[string(bytes)]
		}
		return err
	})
	m[id] = append(m[id], p)
	return err
}

// on finds the row that holds on a day.
func on(list []period, day int) (flag, bool) {
	for i := range list {
		if list[i].from <= day && day <= list[i].to {
			return list[i].flags, true
		}
	}
	return 0, false
}

// Valid says whether a diagnosis (or, with procedure, an ICD-10-PCS code) is
// in force on a day, CCYYMMDD.
func (t *Tables) Valid(code string, procedure bool, day int) bool {
	m := t.diagnoses
	if procedure {
		m = t.procedures
	}
	_, ok := on(m[code], day)
	return ok
}

// Each visits every code with each span of days in which it is valid
// (CCYYMMDD).
func (t *Tables) Each(procedures bool, visit func(code string, from, to int)) {
	m := t.diagnoses
	if procedures {
		m = t.procedures
	}
	for code, list := range m {
		for _, p := range list {
			visit(code, p.from, p.to)
		}
	}
}
