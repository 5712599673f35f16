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

// mapEntries visits the entries of a map field: key as string or number, and
// the value's bytes.
func mapEntries(b []byte, number int, visit func(key string, id int, value []byte) error) error {
	return fields(b, func(f field) error {
		if f.number != number {
			return nil
		}
		var key string
		var id int
		var value []byte
		err := fields(f.bytes, func(e field) error {
			switch e.number {
			case 1:
				key, id = string(e.bytes), int(int32(e.value))
			case 2:
				value = e.bytes
			}
			return nil
		})
		if err != nil {
			return err
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
