package drg

import (
	"encoding/binary"
	"errors"
)

// CMS ships its tables as protocol buffer messages. The few wire types that
// they use are read here, without generated code.

var errTables = errors.New("drg: the tables are damaged or not CMS's")

// field is one field of a message: a number, and a varint or bytes.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

// fields calls visit for each field of a message.
func fields(b []byte, visit func(f field) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errTables
		}
		b = b[n:]
		f := field{number: int(tag >> 3)}
		switch tag & 7 {
		case 0:
			if f.value, n = binary.Uvarint(b); n <= 0 {
				return errTables
			}
			b = b[n:]
		case 2:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return errTables
			}
			f.bytes = b[n : n+int(size)]
			b = b[n+int(size):]
		default:
			return errTables
		}
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// mapEntries visits the entries of a map field: key as text or number, and the
// value's bytes, which are not copied.
func mapEntries(b []byte, visit func(key []byte, id int, value []byte) error) error {
	return fields(b, func(f field) error {
		if f.number != 1 {
			return nil
		}
		var key, value []byte
		id := 0
		for e := f.bytes; len(e) > 0; {
			tag, n := binary.Uvarint(e)
			if n <= 0 {
				return errTables
			}
			v, k := binary.Uvarint(e[n:])
			if k <= 0 {
				return errTables
			}
			e = e[n+k:]
			if tag&7 != 2 {
				if id = int(int32(v)); tag != 1<<3 {
					return errTables
				}
				continue
			}
			if v > uint64(len(e)) {
				return errTables
			}
			switch tag >> 3 {
			case 1:
				key = e[:v]
			case 2:
				value = e[:v]
			}
			e = e[v:]
		}
		return visit(key, id, value)
	})
}

// ints reads a repeated number, packed or not.
func ints(f field, list []int) ([]int, error) {
	if f.bytes == nil {
		return append(list, int(int32(f.value))), nil
	}
	for b := f.bytes; len(b) > 0; {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errTables
		}
		list = append(list, int(int32(v)))
		b = b[n:]
	}
	return list, nil
}

// holdsInt says whether a repeated number, packed or not, has a value.
func holdsInt(f field, want int) (bool, error) {
	if f.bytes == nil {
		return int(int32(f.value)) == want, nil
	}
	for b := f.bytes; len(b) > 0; {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return false, errTables
		}
		if int(int32(v)) == want {
			return true, nil
		}
		b = b[n:]
	}
	return false, nil
}
