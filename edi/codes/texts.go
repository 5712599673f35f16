package codes

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"sync/atomic"
)

// Texts stand in blocks that are compressed one by one; a reference is the
// number of the block and the place in it. The same texts are kept once.

// blockSize is how much of text a block has, before it is compressed, at most
// (but for one text that is longer).
const blockSize = 1 << 15

type textBuilder struct {
	blocks [][]byte
	block  []byte
	seen   map[string]uint32
	tail   []byte
}

// add keeps the texts of an entry and gives their reference.
func (b *textBuilder) add(e *Entry) (uint32, error) {
	if e.Short == "" && e.Long == "" && e.Attributes == "" {
		return noText, nil
	}
	long := e.Long
	if long == e.Short {
		long = "" // said once
	}
	t := b.tail[:0]
	for _, s := range []string{e.Short, long, e.Attributes} {
		s = s[:min(len(s), maxText)]
		t = append(binary.AppendUvarint(t, uint64(len(s))), s...)
	}
	b.tail = t
	if ref, ok := b.seen[string(t)]; ok {
		return ref, nil
	}
	if b.seen == nil {
		b.seen = map[string]uint32{}
	}
	if len(b.block)+len(t) > blockSize && len(b.block) > 0 {
		if err := b.flush(); err != nil {
			return 0, err
		}
	}
	ref := uint32(len(b.blocks))<<16 | uint32(len(b.block))
	b.seen[string(t)] = ref
	b.block = append(b.block, t...)
	return ref, nil
}

func (b *textBuilder) flush() error {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		if _, err = w.Write(b.block); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return err
	}
	b.blocks = append(b.blocks, out.Bytes())
	b.block = b.block[:0]
	return nil
}

func (b *textBuilder) done() ([][]byte, error) {
	if len(b.block) > 0 {
		if err := b.flush(); err != nil {
			return nil, err
		}
	}
	return b.blocks, nil
}

// texts are those of an opened release. The block read last is kept.
type texts struct {
	ends   []byte // where each block ends, four bytes each
	packed []byte
	last   atomic.Pointer[textBlock]
}

type textBlock struct {
	number int
	plain  []byte
}

func (t *texts) block(number int) []byte {
	if b := t.last.Load(); b != nil && b.number == number {
		return b.plain
	}
	if number*4+4 > len(t.ends) {
		return nil
	}
	from := 0
	if number > 0 {
		from = int(binary.BigEndian.Uint32(t.ends[number*4-4:]))
	}
	to := int(binary.BigEndian.Uint32(t.ends[number*4:]))
	if from > to || to > len(t.packed) {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(t.packed[from:to])), blockSize+4*maxText))
	if err != nil {
		return nil
	}
	t.last.Store(&textBlock{number, plain})
	return plain
}

// of reads the texts of a reference; those that were damaged are empty.
func (t *texts) of(ref uint32, e *Entry) {
	if ref == noText {
		return
	}
	b := t.block(int(ref >> 16))
	at := int(ref & 0xffff)
	for i, s := range []*string{&e.Short, &e.Long, &e.Attributes} {
		if at >= len(b) {
			return
		}
		n, k := binary.Uvarint(b[at:])
		if k <= 0 || n > uint64(len(b)-at-k) {
			return
		}
		*s = string(b[at+k : at+k+int(n)])
		at += k + int(n)
		if i == 1 && n == 0 {
			e.Long = e.Short
		}
	}
}
