package codes

// Packed is a code of up to eight characters as a number, in the order of codes; 0:
// it is none that a table may have.
func Packed[T string | []byte](code T) uint64 {
	if len(code) > 8 {
		return 0
	}
	k := uint64(0)
	for i := range len(code) {
		k = k<<8 | uint64(code[i])
	}
	return k << (8 * (8 - len(code)))
}

// Unpacked is the code of a number.
func Unpacked(k uint64) string {
	var b []byte
	for ; k != 0; k <<= 8 {
		b = append(b, byte(k>>56))
	}
	return string(b)
}
