package x12

import (
	"encoding/binary"
	"math/bits"
)

// The structural index: where the element separators and the terminators of a
// block stand. It is the one place of this package that is written for speed:
// eight bytes are looked at in one word, and positions are written without
// asking how many there are, past the end of what counts, so that the next
// word overwrites the surplus. What separates components and repetitions is
// not indexed: few of those elements exist, and they are found when asked for.

// blockSize is how many bytes are indexed at once. Positions are 16 bits wide,
// so it may not be more than 65,536; an index of 32 KiB stays in a core's
// second-level cache together with what it indexes.
const blockSize = 32 << 10

const (
	everyByte = 0x0101010101010101
	highBits  = everyByte << 7   // the top bit of each byte
	lowBits   = everyByte * 0x7F // the others
	printable = everyByte * 0x60 // carries 0x20 and up into the top bit
	everyLane = 0x0001000100010001
)

// spread says, for each set of bytes in a word (bit i: byte i), which they are,
// in four 16-bit lanes each, and how many.
var spread = func() (t [256]struct{ low, high, n, _ uint64 }) {
	for set := range t {
		e := &t[set]
		for i := range uint64(8) {
			if set>>i&1 == 0 {
				continue
			}
			if e.n < 4 {
				e.low |= i << (16 * e.n)
			} else {
				e.high |= i << (16 * (e.n - 4))
			}
			e.n++
		}
	}
	return t
}()

// index is the structural index of one block.
type index struct {
	ends  []uint16 // where each element separator and each terminator stands
	lasts []uint16 // which of ends are terminators
	cuts  int      // how many of lasts count
	look  bool     // the block holds control characters or bytes above 0x7E
}

// indexSlack is how far positions may be written past those that count.
const indexSlack = 8

// build indexes block, which is at most blockSize long.
func (x *index) build(block []byte, d Delimiters) {
	if need := len(block) + indexSlack; len(x.ends) < need {
		x.ends, x.lasts = make([]uint16, need), make([]uint16, need)
	}
	ends, lasts := x.ends, x.lasts
	element, terminator := everyByte*uint64(d.Element), everyByte*uint64(d.Segment)
	long := (element | terminator) & highBits
	var unusual uint64
	k, n := 0, 0
	base := uint64(0)
	for i := 0; i < len(block); i += 8 {
		var w uint64
		if i+8 <= len(block) {
			w = binary.LittleEndian.Uint64(block[i:])
		} else {
			w = tail(block[i:])
		}
		// The top bit of each byte of e is 0 where an element separator stands, of
		// t where a terminator does.
		e, t := (w^element)+lowBits, (w^terminator)+lowBits
		if (w|long)&highBits != 0 {
			// Beyond ASCII the sums carry from byte to byte: take the longer way.
			unusual |= w
			e, t = differ(w, element), differ(w, terminator)
		}
		unusual |= ^(w + printable) | (w + everyByte)
		hits := ^(e & t) & highBits
		s := &spread[(hits>>7)*0x0102040810204080>>56]
		put((*[8]uint16)(ends[k:]), base+s.low, base+s.high)
		for t := ^t & highBits; t != 0; t &= t - 1 {
			lasts[n] = uint16(k + bits.OnesCount64(hits&^t&(t-1)))
			n++
		}
		k += int(s.n)
		base += 8 * everyLane
	}
	x.cuts = n
	x.look = unusual&highBits != 0
}

// differ sets the top bit of each byte of w that is not pattern's.
func differ(w, pattern uint64) uint64 {
	x := w ^ pattern
	return (x&lowBits + lowBits) | x
}

// put writes eight 16-bit lanes; the compiler makes two stores of it.
func put(p *[8]uint16, low, high uint64) {
	p[0] = uint16(low)
	p[1] = uint16(low >> 16)
	p[2] = uint16(low >> 32)
	p[3] = uint16(low >> 48)
	p[4] = uint16(high)
	p[5] = uint16(high >> 16)
	p[6] = uint16(high >> 32)
	p[7] = uint16(high >> 48)
}

// tail is the last word of a block, filled up with blanks, which are never
// delimiters.
func tail(b []byte) uint64 {
	w := [8]byte{' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '}
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

// unusual says whether b holds a control character or a byte above 0x7E that
// is none of the delimiters.
func unusual(b []byte, d *Delimiters) bool {
	for i := 0; i < len(b); i += 8 {
		var w uint64
		if i+8 <= len(b) {
			w = binary.LittleEndian.Uint64(b[i:])
		} else {
			w = tail(b[i:])
		}
		if (w|^(w+printable)|(w+everyByte))&highBits == 0 {
			continue
		}
		for _, c := range b[i:min(i+8, len(b))] {
			if (c < ' ' || c > '~') && !d.Holds(c) {
				return true
			}
		}
	}
	return false
}
