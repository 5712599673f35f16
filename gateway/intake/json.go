package intake

// AppendJSON appends the encounter as one line of JSON, the form that Reader
// reads; what was not stated is left out.
func (e *Encounter) AppendJSON(dst []byte) []byte {
	f := fields{mode: appending, dst: append(dst, '{')}
	e.fields(&f)
	f.end('}')
	return f.dst[:len(f.dst)-1] // the comma that end leaves
}
