package money

// Quantity is a count, a measure or a rate: decimal text exactly as it was
// stated ("2", "1.50", ".5"), so that writing it again changes no byte. The
// empty Quantity was not stated.
type Quantity string

// Known says whether a quantity was stated.
func (q Quantity) Known() bool { return q != "" }

// Valid says whether the text is a decimal number without exponent.
func (q Quantity) Valid() bool {
	_, ok := q.split()
	return ok
}

// parts of a decimal number: digits before the point without leading zeros,
// digits after it without trailing zeros.
type parts struct {
	negative    bool
	whole, frac string
}

func (q Quantity) split() (parts, bool) {
	var p parts
	s := string(q)
	if s != "" && s[0] == '-' {
		p.negative, s = true, s[1:]
	}
	point := len(s)
	for i := range len(s) {
		switch {
		case s[i] == '.' && point == len(s):
			point = i
		case s[i] < '0' || s[i] > '9':
			return parts{}, false
		}
	}
	if s == "" || s == "." {
		return parts{}, false
	}
	p.whole = s[:point]
	if point < len(s) {
		p.frac = s[point+1:]
	}
	for p.whole != "" && p.whole[0] == '0' {
		p.whole = p.whole[1:]
	}
	for p.frac != "" && p.frac[len(p.frac)-1] == '0' {
		p.frac = p.frac[:len(p.frac)-1]
	}
	if p.whole == "" && p.frac == "" {
		p.negative = false
	}
	return p, true
}

// Compare orders two quantities by value, -1, 0 or 1, whatever their number of
// digits: "1.50" equals "1.5". ok is false when one of them is not a number.
func (q Quantity) Compare(other Quantity) (order int, ok bool) {
	a, okA := q.split()
	b, okB := other.split()
	if !okA || !okB {
		return 0, false
	}
	if a.negative != b.negative {
		if a.negative {
			return -1, true
		}
		return 1, true
	}
	order = a.compareMagnitude(b)
	if a.negative {
		order = -order
	}
	return order, true
}

func (p parts) compareMagnitude(o parts) int {
	if len(p.whole) != len(o.whole) {
		if len(p.whole) < len(o.whole) {
			return -1
		}
		return 1
	}
	switch x, y := p.whole+"."+p.frac, o.whole+"."+o.frac; {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Sign is -1, 0 or 1. ok is false when the text is not a number.
func (q Quantity) Sign() (sign int, ok bool) { return q.Compare("0") }

// Int is the quantity as a whole number; ok is false when it is not one, or
// has more than 18 digits.
func (q Quantity) Int() (n int64, ok bool) {
	p, ok := q.split()
	if !ok || p.frac != "" || len(p.whole) > 18 {
		return 0, false
	}
	for i := range len(p.whole) {
		n = n*10 + int64(p.whole[i]-'0')
	}
	if p.negative {
		n = -n
	}
	return n, true
}
