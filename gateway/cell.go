package gateway

import "strings"

// Cell is a value of a CSV file that people open: what a program for tables would
// take for a formula is told apart by an apostrophe. Amounts below zero stay
// amounts.
func Cell(s string) string {
	switch {
	case s == "":
		return s
	case strings.IndexByte("=+@\t\r", s[0]) >= 0, s[0] == '-' && strings.Trim(s[1:], "0123456789.") != "":
		return "'" + s
	}
	return s
}
