// Package money holds amounts of dollars exactly, as whole cents, and
// quantities exactly, as the decimal text that stood in the file.
//
// It reads and writes the forms of X12 ("85.5") and of JSON ("85.50"), and
// knows no currency: HIPAA transactions are in US dollars unless a CUR segment
// says otherwise, and amounts of different currencies never meet.
//
//	a, err := money.Parse("85.5")   // 8550 cents
//	a.String()                      // "85.50"
package money

import (
	"errors"
	"math"
	"strconv"
)

// Amount is a sum of money in cents. Its range is some 92 quadrillion dollars
// either way; what does not fit is an error, never wrapped around.
type Amount int64

// What Parse and the sums can say. None of them carries the value.
var (
	ErrForm      = errors.New("money: not a decimal number")
	ErrPrecision = errors.New("money: more than two decimals")
	ErrRange     = errors.New("money: amount out of range")
)

// Parse reads an amount in the form of X12 data type R without exponent, or of
// JSON: an optional minus sign, digits, and at most two decimals that are not
// zero. ".5", "5.", "5.500" and "-0" are read.
func Parse[T string | []byte](s T) (Amount, error) {
	i, neg := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, neg = 1, true
	}
	var n uint64
	digits := 0
	for ; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			break
		}
		if n > (math.MaxInt64-9)/10 {
			return 0, ErrRange
		}
		n = n*10 + uint64(c)
		digits++
	}
	cents := uint64(0)
	if i < len(s) && s[i] == '.' {
		weight := uint64(10)
		for i++; i < len(s); i++ {
			c := s[i] - '0'
			if c > 9 {
				return 0, ErrForm
			}
			if weight == 0 && c != 0 {
				return 0, ErrPrecision
			}
			cents += uint64(c) * weight
			weight /= 10
			digits++
		}
	}
	if i < len(s) || digits == 0 {
		return 0, ErrForm
	}
	if n > (math.MaxInt64-cents)/100 {
		return 0, ErrRange
	}
	a := Amount(n*100 + cents)
	if neg {
		a = -a
	}
	return a, nil
}

// AppendX12 appends the shortest form of the amount, as data type R has it:
// no trailing zeros, no point without decimals, "0" for nothing. 8550 is
// "85.5", 100 is "1", -5 is "-.05".
func (a Amount) AppendX12(dst []byte) []byte {
	if a == 0 {
		return append(dst, '0')
	}
	whole, cents := a.split()
	if a < 0 {
		dst = append(dst, '-')
	}
	// No zero before the point: R holds the significant digits only.
	if whole > 0 {
		dst = strconv.AppendUint(dst, whole, 10)
	}
	if cents > 0 {
		dst = append(dst, '.', byte('0'+cents/10))
		if cents%10 > 0 {
			dst = append(dst, byte('0'+cents%10))
		}
	}
	return dst
}

// AppendDecimal appends the amount with two decimals, "85.50", the form of all
// JSON records.
func (a Amount) AppendDecimal(dst []byte) []byte {
	whole, cents := a.split()
	if a < 0 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, whole, 10)
	return append(dst, '.', byte('0'+cents/10), byte('0'+cents%10))
}

// split takes the sign off; the smallest Amount has a magnitude too.
func (a Amount) split() (whole, cents uint64) {
	m := uint64(a)
	if a < 0 {
		m = -m
	}
	return m / 100, m % 100
}

// String is the decimal form, "85.50".
func (a Amount) String() string {
	var buf [24]byte
	return string(a.AppendDecimal(buf[:0]))
}

// Add is a+b, or ErrRange.
func (a Amount) Add(b Amount) (Amount, error) {
	s := a + b
	if (s > a) != (b > 0) {
		return 0, ErrRange
	}
	return s, nil
}

// Sub is a-b, or ErrRange.
func (a Amount) Sub(b Amount) (Amount, error) {
	d := a - b
	if (d < a) != (b > 0) {
		return 0, ErrRange
	}
	return d, nil
}

// Sum adds amounts, or says ErrRange.
func Sum(amounts ...Amount) (Amount, error) {
	var sum Amount
	var err error
	for _, a := range amounts {
		if sum, err = sum.Add(a); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Optional is an amount that may not have been stated. A missing amount is
// not zero: what rests on it cannot be evaluated.
type Optional struct {
	Amount Amount
	Known  bool
}

// Of states an amount.
func Of(a Amount) Optional { return Optional{a, true} }

// Or is the amount, or a when none was stated.
func (o Optional) Or(a Amount) Amount {
	if o.Known {
		return o.Amount
	}
	return a
}

// String is the decimal form, or "" when no amount was stated.
func (o Optional) String() string {
	if !o.Known {
		return ""
	}
	return o.Amount.String()
}
