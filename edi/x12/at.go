package x12

// At says where a segment stood in the file it was read from, so that a
// finding about a value can be placed. The zero At belongs to a value that was
// not read from X12.
type At struct {
	Segment int32 // ordinal inside the transaction set, ST is 1
	Offset  int64 // byte offset of the segment in the file
}

// Known says whether the value was read from X12.
func (a At) Known() bool { return a.Segment > 0 }
