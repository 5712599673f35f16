package drg

import (
	"slices"
	"sync/atomic"

	"claimwire/edi/codes"
)

// A version's tables hold some 75,000 diagnoses and as many procedures, and a stay
// has a dozen. So the tables are not unpacked: an index finds where a code stands,
// and what it says is read when a stay first has it.

// index finds what a table says of a code, and keeps what was made of it. It
// serves many goroutines once it is built.
type index[T any] struct {
	slots []uint32 // row + 1; at most half of them are taken
	shift uint8
	keys  []uint64
	rows  [][]byte
	made  []atomic.Pointer[T]
}

// newIndex indexes the entries of a map field.
func newIndex[T any](b []byte) (*index[T], error) {
	most := len(b) / 40 // an entry of a few versions
	x := &index[T]{keys: make([]uint64, 0, most), rows: make([][]byte, 0, most)}
	err := mapEntries(b, func(key []byte, _ int, row []byte) error {
		k := codes.Packed(key)
		if k == 0 {
			return errTables
		}
		x.keys, x.rows = append(x.keys, k), append(x.rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.made = make([]atomic.Pointer[T], len(x.keys))
	n := 2
	for x.shift = 63; n < 2*len(x.keys); n *= 2 {
		x.shift--
	}
	x.slots = make([]uint32, n)
	for i, k := range x.keys {
		at := x.slot(k)
		for x.slots[at] != 0 {
			at = (at + 1) & (n - 1)
		}
		x.slots[at] = uint32(i + 1)
	}
	return x, nil
}

func (x *index[T]) slot(k uint64) int { return int(k * 0x9e3779b97f4a7c15 >> x.shift) }

// row is where a code stands; -1: nowhere.
func (x *index[T]) row(k uint64) int {
	if k == 0 || x == nil {
		return -1
	}
	for at := x.slot(k); ; at = (at + 1) & (len(x.slots) - 1) {
		i := int(x.slots[at]) - 1
		if i < 0 || x.keys[i] == k {
			return i
		}
	}
}

// of is what make makes of the row of a code, once; nil where the code has none.
// What several goroutines make at a time, only the first of them keeps.
func (x *index[T]) of(k uint64, make func(row []byte) *T) *T {
	i := x.row(k)
	if i < 0 {
		return nil
	}
	if v := x.made[i].Load(); v != nil {
		return v
	}
	v := make(x.rows[i])
	if v != nil && !x.made[i].CompareAndSwap(nil, v) {
		v = x.made[i].Load()
	}
	return v
}

// codeSet is a set of codes, in their order.
type codeSet []uint64

func (s codeSet) has(k uint64) bool {
	_, ok := slices.BinarySearch(s, k)
	return ok
}

// sorted makes a set of codes that come in any order.
func sorted(list []uint64) codeSet {
	if !slices.IsSorted(list) {
		slices.Sort(list)
	}
	return list
}
