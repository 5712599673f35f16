package x12

import "errors"

// Delimiters are the four characters that an interchange declares for itself
// in its ISA. Repetition is 0 where the interchange has none (versions before
// 00402, where ISA11 means something else).
type Delimiters struct{ Element, Repetition, Component, Segment byte }

// DefaultDelimiters are those that most partners ask for: * ^ : ~.
var DefaultDelimiters = Delimiters{Element: '*', Repetition: '^', Component: ':', Segment: '~'}

// Check reports delimiters that cannot be told apart from each other or from
// data: two that are equal, a letter, a digit or a blank.
func (d Delimiters) Check() error {
	all := [...]byte{d.Element, d.Component, d.Segment, d.Repetition}
	for i, c := range all {
		if i == 3 && c == 0 {
			break // no repetition separator
		}
		if !canDelimit(c) {
			return errors.New("x12: a delimiter is a letter, a digit or a blank")
		}
		for _, other := range all[:i] {
			if c == other {
				return errors.New("x12: two delimiters are the same")
			}
		}
	}
	return nil
}

// Holds says whether c is one of the delimiters.
func (d Delimiters) Holds(c byte) bool {
	return c == d.Element || c == d.Component || c == d.Segment || c == d.Repetition && c != 0
}

func canDelimit(c byte) bool { return !isAlphanumeric(c) && c != ' ' && c != 0 }

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
