package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Status says an STC composite in one sentence:
//
//	Status("A7", "562", "85")      Rejected because something is wrong: NPI of the billing provider.
//	Status("R4", "11504-8", "")    A request for documents, such as a certification, an X-ray or notes: operative note.
//
// The status may be a LOINC code, as in a request for information. What has no
// words stands as its code.
func Status(category, status, entity string) string {
	lib := library()
	head := words(lib.lists["category"], category, "claim status category ")
	if i := strings.Index(head, ". "); i > 0 {
		head = head[:i] // the rest of a category's words speaks of the status beside it
	}
	head = strings.TrimSuffix(head, ".")
	if status == "" {
		return head + "."
	}
	list := lib.lists["status"]
	if isLOINC(status) {
		list = lib.lists["loinc"]
	}
	tail := strings.TrimSuffix(words(list, status, list.Title+" "), ".")
	if entity != "" {
		who := strings.TrimSuffix(words(lib.lists["entity"], entity, "entity "), ".")
		named := strings.NewReplacer("The entity", "The "+lower(who), "the entity", "the "+lower(who)).Replace(tail)
		if named == tail {
			named += " (" + lower(who) + ")"
		}
		tail = named
	}
	if strings.Contains(strings.ToLower(head), strings.ToLower(strings.SplitN(tail, " (", 2)[0])) {
		return head + "." // A2:20 says twice that it was accepted
	}
	separator := ": "
	if strings.Contains(head, ":") {
		separator = ", "
	}
	return head + separator + lower(tail) + "."
}

// Adjustment says a claim adjustment in one sentence, without its group:
// Adjustment("45"). What has no words stands as its code.
func Adjustment(reason string) string {
	l := library().lists["carc"]
	return strings.TrimSuffix(words(l, reason, l.Title+" "), ".") + "."
}

// Remark says a remark of a remittance in one sentence.
func Remark(code string) string {
	l := library().lists["rarc"]
	return strings.TrimSuffix(words(l, code, l.Title+" "), ".") + "."
}

// words gives an entry's words, or its code after a name where it has none.
func words(l *List, code, name string) string {
	if e, ok := l.Lookup(code); ok {
		return e.Words
	}
	return name + code
}

// lower makes the first letter small, except of what is written in capitals
// throughout, as "NPI" and "ICD-10", and of names.
func lower(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if !unicode.IsLower(second) && second != ' ' {
		return s
	}
	for _, name := range []string{"Blue ", "Medicare", "Medicaid", "Indian ", "Public Health Service", "Social Security", "Alzheimer"} {
		if strings.HasPrefix(s, name) {
			return s
		}
	}
	return string(unicode.ToLower(first)) + s[n:]
}
