// Package explain holds what the codes of X12 health care files mean, in our
// own words, what to do about them, and who acts.
//
// It is not anyone's official text. X12, CMS, NUBC and Regenstrief publish
// theirs; an operator with a licence loads it as a code set (package codes).
// Which codes exist and what they are about are facts; the words here were
// written for a biller who has to act on them. A code that exists and has no
// words here says so.
//
// The words are data: one file a list in data/, read strictly by Parse, in the
// form described at the top of data/actions.words.
//
//	for _, m := range explain.Find("CO-45").Meanings {
//		fmt.Println(m.List.Title, m.Code, m.Words, m.Next)
//	}
package explain

import (
	"embed"
	"sync"
)

// Role is who acts on a code.
type Role string

// The roles. Nobody means that the code only informs.
const (
	Coder     Role = "coder"
	Biller    Role = "biller"
	Enrolment Role = "enrolment"
	Patient   Role = "patient"
	Payer     Role = "payer"
	IT        Role = "it"
	Nobody    Role = "nobody"
)

var roles = map[Role]bool{Coder: true, Biller: true, Enrolment: true, Patient: true, Payer: true, IT: true, Nobody: true}

// Entry is what is said about one code of one list.
type Entry struct {
	List  *List
	Code  string
	Words string // what it means: one or two sentences, or a name
	Next  string // what to do; empty where there is nothing to do
	Who   Role   // who does it; empty where there is nothing to do
	Note  string // what else to know; may be empty
	Old   bool   // withdrawn by the list's owner; still met in reversals and old files
}

// List is one code list.
type List struct {
	Name    string   // "carc"
	Title   string   // "claim adjustment reason"
	Where   string   // where it stands in a file: "CAS02, 05, 08 …"
	Aliases []string // how a person may name it: "CARC", "CAS02"

	entries map[string]*Entry
	order   []*Entry
	known   []span // codes that exist, with or without words
	pad     int    // codes of digits only are this long: "1" is read as "01"
}

// Lookup finds the words for a code.
func (l *List) Lookup(code string) (*Entry, bool) {
	e, ok := l.entries[l.normal(code)]
	return e, ok
}

// Entries gives every entry in the order of the file.
func (l *List) Entries() []*Entry { return l.order }

// Known says whether the code exists, as far as the list says, with words or
// without.
func (l *List) Known(code string) bool {
	code = l.normal(code)
	if l.entries[code] != nil {
		return true
	}
	for _, s := range l.known {
		if s.has(code) {
			return true
		}
	}
	return false
}

// normal writes a code as the list does.
func (l *List) normal(code string) string {
	for len(code) < l.pad && code != "" && allDigits(code) {
		code = "0" + code
	}
	return code
}

//go:embed data/*.words
var files embed.FS

var library = sync.OnceValue(func() *Library {
	lib, err := readEmbedded()
	if err != nil {
		panic(err) // embedded at build time; a test reads it first
	}
	return lib
})

func readEmbedded() (*Library, error) {
	names, err := files.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var sources []Source
	for _, n := range names {
		b, err := files.ReadFile("data/" + n.Name())
		if err != nil {
			return nil, err
		}
		sources = append(sources, Source{Name: n.Name(), Text: string(b)})
	}
	return Parse(sources)
}

// Lookup finds the words for a code of a list: Lookup("carc", "45").
func Lookup(list, code string) (*Entry, bool) {
	l, ok := library().lists[list]
	if !ok {
		return nil, false
	}
	return l.Lookup(code)
}

// Words is Lookup for callers that only need the meaning; "" when there is
// none.
func Words(list, code string) string {
	if e, ok := Lookup(list, code); ok {
		return e.Words
	}
	return ""
}

// Lists gives every list, in the order in which a bare code is looked up.
func Lists() []*List { return library().order }
