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

// blockSize is how many bytes are indexed at once: so many that what is indexed
// and the index stay in a core's first-level cache. Positions are 16 bits wide.
const blockSize = 8 << 10

const (
	everyByte = 0x0101010101010101
	highBits  = everyByte << 7     // the top bit of each byte
	lowBits   = everyByte * 0x7F   // the others
	gather    = 0x0002040810204081 // brings the top bits of all bytes into the top byte
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

// Positions holds the positions of a block, and what is written past them. A
// position is found in it by i%blockSize: that changes nothing, but saves
// asking whether i is in bounds.
type Positions [blockSize + 8]uint16

// At is position number i.
func (p *Positions) At(i uint) uint { return uint(p[i%blockSize]) }

// index is the structural index of one block.
type index struct {
	ends  Positions // where each element separator and each terminator stands
	lasts Positions // which of ends are terminators
	cuts  int       // how many of lasts count
}

// build indexes block, which is at most blockSize long.
func (x *index) build(block []byte, d Delimiters) {
	f := finder{element: everyByte * uint64(d.Element), terminator: everyByte * uint64(d.Segment)}
	whole := len(block) &^ 15
	f.find(x, block[:whole])
	if whole < len(block) {
		rest := [16]byte{}
		for i := copy(rest[:], block[whole:]); i < len(rest); i++ {
			rest[i] = ' ' // never a delimiter
		}
		f.find(x, rest[:])
	}
	x.cuts = int(f.lasts)
}

// finder is how far an index has been built.
type finder struct {
	element, terminator uint64 // in every byte
	ends, lasts         uint   // how many positions have been written
	base                uint64 // of the next word, in every lane
}

// find goes on with b, whose length is a multiple of 16.
func (f *finder) find(x *index, b []byte) {
	element, terminator := f.element, f.terminator
	k, n, base := f.ends, f.lasts, f.base
	long := (element | terminator) & highBits
	for i := 0; i < len(b)-15; i += 16 {
		v := binary.LittleEndian.Uint64(b[i : i+8])
		w := binary.LittleEndian.Uint64(b[i+8 : i+16])
		// The top bit of each byte of e is 0 where an element separator stands, of
		// t where a terminator does.
		ve, vt := (v^element)+lowBits, (v^terminator)+lowBits
		we, wt := (w^element)+lowBits, (w^terminator)+lowBits
		if (v|w|long)&highBits != 0 {
			// Beyond ASCII the sums carry from byte to byte: take the longer way.
			ve, vt = differ(v, element), differ(v, terminator)
			we, wt = differ(w, element), differ(w, terminator)
		}

		hits := ^(ve & vt) & highBits
		s := &spread[hits*gather>>56]
		put((*[8]uint16)(x.ends[k%blockSize:]), base+s.low, base+s.high)
		n = note(&x.lasts, n, k, hits, ^vt&highBits)
		k += uint(s.n)
		base += 8 * everyLane

		hits = ^(we & wt) & highBits
		s = &spread[hits*gather>>56]
		put((*[8]uint16)(x.ends[k%blockSize:]), base+s.low, base+s.high)
		n = note(&x.lasts, n, k, hits, ^wt&highBits)
		k += uint(s.n)
		base += 8 * everyLane
	}
	f.ends, f.lasts, f.base = k, n, base
}

// note writes which of the positions of a word, the first of which is number
// k, are terminators.
func note(lasts *Positions, n, k uint, hits, terminators uint64) uint {
	for t := terminators; t != 0; t &= t - 1 {
		lasts[n%blockSize] = uint16(k + uint(bits.OnesCount64(hits&^t&(t-1))))
		n++
	}
	return n
}

// differ sets the top bit of each byte of w that is not pattern's.
//
//go:noinline
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
