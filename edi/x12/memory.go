package x12

import "unsafe"

// Memory keeps what segments hold as strings, for who makes records of many
// segments: the strings are valid until Reset, when the scanner has long gone
// on. What is read is copied block by block and not segment by segment: most of
// a block becomes strings, and one copy of it costs less than hundreds.
//
// This file is the only one of the package that reads memory by address.
type Memory struct {
	blocks [][]byte       // copies of blocks
	used   int            // so many of them
	behind int64          // one more than where in the file the last begins, 0 if there is none; and of that
	whole  unsafe.Pointer // the original,
	copied unsafe.Pointer // the copy,
	size   uint           // and how long they are

	texts []byte // single texts; what grows beyond it goes to new ones, so that earlier strings stay true
	held  int
}

// Reset makes all strings worthless, and room for others. The last block is
// kept: the next record begins in it.
func (m *Memory) Reset() {
	m.texts, m.held = m.texts[:0], 0
	if m.used > 1 {
		last := m.used - 1
		m.blocks[0], m.blocks[last] = m.blocks[last], m.blocks[0]
		m.used = 1
	}
}

// Clear is Reset before another set, whose blocks are others.
func (m *Memory) Clear() {
	m.Reset()
	m.used, m.behind = 0, 0
}

// Held is how many bytes were copied since Reset.
func (m *Memory) Held() int { return m.held }

// View is a segment whose elements are had as strings of a Memory. The zero View
// is none.
type View struct {
	copied unsafe.Pointer
	ends   *Positions
	id     uint // number of the identifier's end
	size   uint
}

// View gives the view of a segment, until the scanner moves on. It is the zero
// View for the few segments, long or binary, that have no table: Text keeps
// their elements.
func (m *Memory) View(s *Segment) View {
	if s.wide != nil {
		return View{}
	}
	if begin := s.Offset - int64(s.start); begin+1 != m.behind {
		m.copyBlock(s.block, begin)
	}
	return View{m.copied, &s.index.ends, uint(s.first), m.size}
}

// Has says that there is a view.
func (v *View) Has() bool { return v.ends != nil }

// Element gives element i, counted from 1, of those there are.
func (v *View) Element(i int) string {
	from, to := v.ends.At(v.id+uint(i)-1)+1, v.ends.At(v.id+uint(i))
	if from >= to || to > v.size {
		return ""
	}
	return unsafe.String((*byte)(unsafe.Add(v.copied, from)), to-from)
}

// Part gives b, which is a part of an element of s.
func (m *Memory) Part(s *Segment, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s.wide != nil {
		return m.Text(b)
	}
	if begin := s.Offset - int64(s.start); begin+1 != m.behind {
		m.copyBlock(s.block, begin)
	}
	from := uint(uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(m.whole))
	if from > m.size || uint(len(b)) > m.size-from {
		return m.Text(b)
	}
	return unsafe.String((*byte)(unsafe.Add(m.copied, from)), len(b))
}

// copyBlock copies the block that begins at a place of the file.
func (m *Memory) copyBlock(block []byte, begin int64) {
	if m.used == len(m.blocks) {
		m.blocks = append(m.blocks, nil)
	}
	k := append(m.blocks[m.used][:0], block...)
	m.blocks[m.used] = k
	m.used++
	m.held += len(k)
	m.behind, m.whole, m.copied, m.size = begin+1, unsafe.Pointer(unsafe.SliceData(block)), unsafe.Pointer(unsafe.SliceData(k)), uint(len(k))
}

// Text copies b and gives the copy.
func (m *Memory) Text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	n := len(m.texts)
	if cap(m.texts)-n < len(b) {
		m.texts = make([]byte, 0, max(2*cap(m.texts), 2*len(b), 4096))
		n = 0
	}
	m.texts = append(m.texts, b...)
	m.held += len(b)
	return unsafe.String(unsafe.SliceData(m.texts[n:]), len(b))
}

// Copy gives a string with memory of its own.
func (m *Memory) Copy(s string) string {
	if s == "" {
		return ""
	}
	return m.Text(unsafe.Slice(unsafe.StringData(s), len(s)))
}
