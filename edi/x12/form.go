package x12

import "encoding/binary"

// The forms of values, checked without allocating. An empty value has no form:
// all of these say false to it.

// ValidDate checks a calendar date, CCYYMMDD or, six long, YYMMDD (of a year
// from 2000 to 2099 for what February is concerned).
func ValidDate(b []byte) bool {
	var digits uint64 // one a byte, the first in the lowest
	switch len(b) {
	case 8:
		digits = binary.LittleEndian.Uint64(b)
	case 6:
		digits = '2' | '0'<<8 | uint64(binary.LittleEndian.Uint32(b))<<16 | uint64(binary.LittleEndian.Uint16(b[4:]))<<48
	default:
		return false
	}
	digits ^= everyByte * '0'
	if (digits|(digits+everyByte*(0x80-10)))&highBits != 0 {
		return false
	}
	const lanes = 0x00FF00FF00FF00FF
	pairs := digits&lanes*10 + digits>>8&lanes // century, year, month and day
	month, day := pairs>>32&0xFF, pairs>>48
	if month > 12 || day == 0 || day > uint64(longest[month]) {
		return false
	}
	return day < 29 || month != 2 || leap(int(pairs&0xFF*100+pairs>>16&0xFF))
}

// longest is how many days a month may have.
var longest = [13]uint8{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// ValidDateRange checks RD8: CCYYMMDD-CCYYMMDD. Which is the later is no matter
// of form.
func ValidDateRange(b []byte) bool {
	return len(b) == 17 && b[8] == '-' && ValidDate(b[:8]) && ValidDate(b[9:])
}

// ValidTime checks HHMM, HHMMSS, HHMMSSD or HHMMSSDD (tenths or hundredths of
// a second), 0000 to 2359.
func ValidTime(b []byte) bool {
	if len(b) != 4 && (len(b) < 6 || len(b) > 8) {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	h, _ := twoDigits(b)
	m, _ := twoDigits(b[2:])
	s := 0
	if len(b) > 4 {
		s, _ = twoDigits(b[4:])
	}
	return h < 24 && m < 60 && s < 60
}

// ValidDateTime checks a date with a time, CCYYMMDDHHMM (DT) or with seconds.
func ValidDateTime(b []byte) bool {
	return (len(b) == 12 || len(b) == 14) && ValidDate(b[:8]) && ValidTime(b[8:])
}

// ValidDecimal checks type R: digits with at most one point, a leading minus
// sign if negative, no exponent. length counts as the standard does, without
// sign and point.
func ValidDecimal(b []byte) (length int, ok bool) {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	point := false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			length++
		case c == '.' && !point:
			point = true
		default:
			return length, false
		}
	}
	return length, length > 0
}

// ValidInteger checks types N0 and Nn: digits, a leading minus sign if negative.
// (The point of Nn is implied and never written.)
func ValidInteger(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	return allDigits(b)
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func twoDigits(b []byte) (int, bool) {
	t, u := b[0]-'0', b[1]-'0'
	return int(t)*10 + int(u), t < 10 && u < 10
}
