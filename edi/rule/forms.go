package rule

// Forms of codes. What has not the form of its list is said by package edi and not
// looked up.

// procedureForm says whether a code has the form of CPT or HCPCS: five digits,
// four and a letter, or a letter and four digits.
func procedureForm(c string) bool {
	if len(c) != 5 || !digits(c[1:4]) {
		return false
	}
	first, last := c[0], c[4]
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	letter := func(b byte) bool { return b >= 'A' && b <= 'Z' }
	return digit(first) && (digit(last) || letter(last)) || letter(first) && digit(last)
}

// icd10cm says whether a code has the form of ICD-10-CM: a letter, a digit, and
// one to five more letters or digits, without point.
func icd10cm(c string) bool {
	if len(c) < 3 || len(c) > 7 || c[0] < 'A' || c[0] > 'Z' || c[1] < '0' || c[1] > '9' {
		return false
	}
	for i := 2; i < len(c); i++ {
		if b := c[i]; (b < '0' || b > '9') && (b < 'A' || b > 'Z') {
			return false
		}
	}
	return true
}

// icd10pcs says whether a code has the form of ICD-10-PCS.
func icd10pcs(c string) bool {
	ok := len(c) == 7
	for k := range len(c) {
		b := c[k]
		ok = ok && (b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' && b != 'I' && b != 'O')
	}
	return ok
}
