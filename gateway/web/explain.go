package web

import (
	"regexp"
	"strings"

	"claimwire/edi/explain"
)

// meaning is a code with what it means and what to do.
type meaning struct {
	Code, Words, Next string
	Who               string
}

var codeShape = regexp.MustCompile(`^[A-Z0-9][A-Z0-9:.-]{0,40}$`)

// explained says what the codes of a reason mean: "CO-45,PR-1", "A7:562:85",
// "999 R". What has no words is shown as its code.
func explained(reason string) []meaning {
	var list []meaning
	for _, code := range strings.FieldsFunc(reason, func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		if !codeShape.MatchString(code) {
			continue
		}
		r := explain.Find(code)
		m := meaning{Code: code, Words: r.Sentence}
		for _, e := range r.Meanings {
			if r.Ambiguous() {
				break // a bare code that means different things is better left alone
			}
			if m.Words == "" || r.Parts && r.Sentence == "" && e.List.Name != "group" {
				m.Words = e.Words
			}
			if e.Next != "" {
				m.Next, m.Who = e.Next, string(e.Who)
			}
		}
		if len(r.Meanings) == 0 && len(r.Diagnostics) == 1 {
			m.Words, m.Next = r.Diagnostics[0].Message, r.Diagnostics[0].Fix
		}
		if m.Words != "" {
			list = append(list, m)
		}
	}
	return list
}
