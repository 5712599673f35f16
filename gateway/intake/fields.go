package intake

import (
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"claimwire/edi/diag"
	"claimwire/edi/record"
	"claimwire/gateway"
)

// fields walks over the members of an encounter. Each struct has one function
// that names its members once, with their form and what they mean; walked in
// one mode or another it reads JSON, reads the columns of a CSV row, appends
// JSON, describes itself for the schema and the documents, or checks the form
// of what it holds. What one of them knows, all know.
type fields struct {
	mode   walk
	path   []step
	report func(code diag.Code, field, want string, offset int)

	doc    *record.Document // readingJSON
	object int32            // token of the open object
	cursor int32            // member that probably comes next

	header *header // readingCSV
	cells  [][]byte
	prefix []byte // of the columns of the open object

	dst []byte // appending

	node *node // describing

	absent []string // checking: what is always needed and not there
	kind   kinds    // checking: of the encounter
	kinds  kinds    // checking, describing: whose the next members are; 0: all kinds'
}

// kinds are kinds of encounter.
type kinds uint8

const (
	professional kinds = 1 << iota
	institutional
	dental
)

func (k kinds) String() string {
	var list []string
	for i, name := range []string{"professional", "institutional", "dental"} {
		if k>>i&1 == 1 {
			list = append(list, name)
		}
	}
	return strings.Join(list, " and ")
}

// of says which kinds of encounter have the members that follow; 0: all. What
// another kind states there would get lost, and is a finding.
func (f *fields) of(k kinds) { f.kinds = k }

// elsewhere says whether a member belongs to another kind of encounter.
func (f *fields) elsewhere(there bool, name string) bool {
	if f.kinds == 0 || f.kinds&f.kind != 0 {
		return false
	}
	if there {
		f.report(codeOtherKind, f.where(name, -1), f.kinds.String(), -1)
	}
	return true
}

// within walks over the members of an object; whose they are is theirs to say.
func (f *fields) within(walk func()) {
	outer := f.kinds
	f.kinds = 0
	walk()
	f.kinds = outer
}

// says is what a member is about, with the kinds that it belongs to.
func (f *fields) says(about string) string {
	if f.kinds == 0 {
		return about
	}
	name := f.kinds.String()
	return about + " " + strings.ToUpper(name[:1]) + name[1:] + " only."
}

type walk uint8

const (
	readingJSON walk = iota
	readingCSV
	appending
	describing
	checking
)

// described is a struct whose members fields can walk over.
type described[T any] interface {
	*T
	fields(f *fields)
}

// step is a part of the path to the open object.
type step struct {
	name  string
	index int // in an array; -1 otherwise
}

// node is what describing leaves: one member with all below it.
type node struct {
	name, item string // item: what one of a list is called in the columns of a CSV file
	about      string
	form       form
	list       int // most items of a list; 0 when it is none
	required   bool
	typeName   string // of an object
	members    []*node
	short      bool  // an object that may be written as its first member alone
	kinds      kinds // of encounter that have it; 0: all
}

// where is the path of a member of the open object: lines[2].charge.
func (f *fields) where(name string, index int) string {
	var b strings.Builder
	for _, s := range append(f.path, step{name, index}) {
		if s.name == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		}
	}
	return b.String()
}

func (f *fields) enter(name string, index int) { f.path = append(f.path, step{name, index}) }
func (f *fields) leave()                       { f.path = f.path[:len(f.path)-1] }

// text is a member that is one value.
func (f *fields) text(name string, p *string, k form, about string) {
	switch f.mode {
	case readingJSON:
		if t := f.find(name); t != nil {
			*p = f.value(t, k, name, -1)
		}
	case readingCSV:
		f.cell(f.column(name, -1), name, -1, p)
	case appending:
		if *p != "" {
			f.key(name)
			f.appendValue(*p, k)
		}
	case describing:
		f.node.members = append(f.node.members, &node{name: name, about: f.says(about), form: k, required: k.required, kinds: f.kinds})
	case checking:
		if f.elsewhere(*p != "", name) {
			return
		}
		f.check(*p, k, name, -1)
		f.checkThere(*p != "", k, name)
	}
}

// checkThere notes a member that is always needed and not there.
func (f *fields) checkThere(there bool, k form, name string) {
	if k.required && !there {
		f.absent = append(f.absent, f.where(name, -1))
	}
}

func (f *fields) check(s string, k form, name string, index int) {
	if s == "" {
		return
	}
	if code, want := k.fault(s); code != 0 {
		f.report(code, f.where(name, index), want, -1)
	}
}

// texts is a member that is a list of values. item names one of them in the
// columns of a CSV file: item_1, item_2, and so on.
func (f *fields) texts(name, item string, p *[]string, limit int, k form, about string) {
	switch f.mode {
	case readingJSON:
		f.each(name, limit, func(i int, t *record.Token) { *p = append(*p, f.value(t, k, name, i)) })
	case readingCSV:
		for i := range f.header.items[string(f.column(item, -1))] {
			var s string
			if i < len(*p) {
				s = (*p)[i]
			}
			if f.cell(f.column(item, i), name, i, &s); s == "" {
				continue
			}
			for len(*p) <= i {
				*p = append(*p, "")
			}
			(*p)[i] = s
		}
	case appending:
		if len(*p) == 0 {
			return
		}
		f.key(name)
		f.dst = append(f.dst, '[')
		for _, s := range *p {
			f.appendValue(s, k)
		}
		f.end(']')
	case describing:
		f.node.members = append(f.node.members, &node{name: name, item: item, about: f.says(about), form: k, list: limit, required: k.required, kinds: f.kinds})
	case checking:
		if f.elsewhere(len(*p) > 0, name) {
			return
		}
		for i, s := range *p {
			f.check(s, k, name, i)
		}
		f.checkThere(len(*p) > 0, k, name)
	}
}

// object is a member that is an object, nil when it was not stated.
func object[T any, P described[T]](f *fields, name string, p **T, about string) {
	objectAs(f, name, p, about, typeName[T](), func(v *T) { P(v).fields(f) })
}

// required marks what was described last: an encounter is not complete without
// it.
func (f *fields) required() {
	if f.mode == describing {
		f.node.members[len(f.node.members)-1].required = true
	}
}

// objectAs is object where the members depend on the place.
func objectAs[T any](f *fields, name string, p **T, about, kind string, members func(*T)) {
	switch f.mode {
	case readingJSON:
		t := f.find(name)
		if t == nil {
			return
		}
		if t.Kind != '{' {
			f.report(codeWrongType, f.where(name, -1), "an object in braces", int(t.Start))
			return
		}
		*p = new(T)
		f.enter(name, -1)
		f.open(f.index(t), func() { members(*p) })
		f.leave()
	case readingCSV:
		if !f.header.any(f.column(name, -1), f.cells) {
			return
		}
		if *p == nil {
			*p = new(T)
		}
		f.nested(f.column(name, -1), name, -1, func() { members(*p) })
	case appending:
		if *p == nil {
			return
		}
		f.key(name)
		f.dst = append(f.dst, '{')
		members(*p)
		f.end('}')
	case describing:
		n := &node{name: name, about: f.says(about), typeName: kind, kinds: f.kinds}
		f.node.members = append(f.node.members, n)
		f.inside(n, func() { members(new(T)) })
	case checking:
		if !f.elsewhere(*p != nil, name) && *p != nil {
			f.enter(name, -1)
			f.within(func() { members(*p) })
			f.leave()
		}
	}
}

// list is a member that is a list of objects. item names one of them in the
// columns of a CSV file.
func list[T any, P described[T]](f *fields, name, item string, p *[]T, limit int, about string) {
	switch f.mode {
	case readingJSON:
		f.each(name, limit, func(i int, t *record.Token) {
			*p = append(*p, *new(T))
			v := &(*p)[len(*p)-1]
			f.enter(name, i)
			defer f.leave()
			switch s, short := any(v).(shorthand); {
			case t.Kind == '{':
				f.open(f.index(t), func() { P(v).fields(f) })
			case short && t.Kind == '"':
				s.setShort(strings.TrimSpace(f.doc.Plain(t)))
			default:
				f.report(codeWrongType, f.where("", -1), "an object in braces", int(t.Start))
			}
		})
	case readingCSV:
		if name == rowList {
			// Each row is one line more, its columns are not numbered.
			if !f.header.any(f.column(item, -1), f.cells) {
				return
			}
			if len(*p) == limit {
				f.report(codeListTooLong, f.where(name, -1), strconv.Itoa(limit), -1)
				return
			}
			*p = append(*p, *new(T))
			i := len(*p) - 1
			f.nested(f.column(item, -1), name, i, func() { P(&(*p)[i]).fields(f) })
			return
		}
		for i := range f.header.items[string(f.column(item, -1))] {
			if !f.header.any(f.column(item, i), f.cells) {
				continue
			}
			for len(*p) <= i {
				*p = append(*p, *new(T))
			}
			v := &(*p)[i]
			if s, short := any(v).(shorthand); short {
				text := s.short()
				f.cell(f.column(item, i), name, i, &text)
				s.setShort(text)
			}
			f.nested(f.column(item, i), name, i, func() { P(v).fields(f) })
		}
	case appending:
		if len(*p) == 0 {
			return
		}
		f.key(name)
		f.dst = append(f.dst, '[')
		for i := range *p {
			if s, short := any(&(*p)[i]).(shorthand); short && s.isShort() {
				f.appendValue(s.short(), form{})
				continue
			}
			f.dst = append(f.dst, '{')
			P(&(*p)[i]).fields(f)
			f.end('}')
		}
		f.end(']')
	case describing:
		n := &node{name: name, item: item, about: f.says(about), list: limit, typeName: typeName[T](), kinds: f.kinds}
		_, n.short = any(new(T)).(shorthand)
		f.node.members = append(f.node.members, n)
		f.inside(n, func() { P(new(T)).fields(f) })
	case checking:
		if f.elsewhere(len(*p) > 0, name) {
			return
		}
		for i := range *p {
			f.enter(name, i)
			f.within(func() { P(&(*p)[i]).fields(f) })
			f.leave()
		}
	}
}

// shorthand is a struct that may be written as its first member alone.
type shorthand interface {
	short() string
	setShort(string)
	isShort() bool // nothing but the first member stands
}

// typeName is the name of a type as the schema has it: OtherInsurance is
// other_insurance.
func typeName[T any]() string {
	var b strings.Builder
	for i, r := range reflect.TypeFor[T]().Name() {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Describing.

func (f *fields) inside(n *node, walk func()) {
	outer := f.node
	f.node = n
	f.within(walk)
	f.node = outer
}

// Reading JSON.

// find gives the member of the open object; nil when it has none, or null.
func (f *fields) find(name string) *record.Token {
	end := f.doc.Tokens[f.object].Next
	for i := f.cursor; i < end; i = f.doc.Tokens[i].Next {
		if string(f.doc.Key(&f.doc.Tokens[i])) == name {
			return f.use(i)
		}
	}
	for i := f.object + 1; i < f.cursor; i = f.doc.Tokens[i].Next {
		if string(f.doc.Key(&f.doc.Tokens[i])) == name {
			return f.use(i)
		}
	}
	return nil
}

func (f *fields) use(i int32) *record.Token {
	t := &f.doc.Tokens[i]
	t.Used = true
	f.cursor = t.Next
	if t.Kind == 'n' {
		return nil
	}
	return t
}

// index is the place of a token that use gave.
func (f *fields) index(t *record.Token) int32 {
	for i := f.object; ; i++ {
		if &f.doc.Tokens[i] == t {
			return i
		}
	}
}

// open walks over the members of the object at a token and names those that
// nobody asked for.
func (f *fields) open(object int32, walk func()) {
	outer, cursor := f.object, f.cursor
	f.object, f.cursor = object, object+1
	walk()
	f.leftOver()
	f.object, f.cursor = outer, cursor
}

// maxHints is how many unknown fields of an object come with the nearest names.
const maxHints = 20

func (f *fields) leftOver() {
	end := f.doc.Tokens[f.object].Next
	here, hints := f.here(), 0
	for i := f.object + 1; i < end; i = f.doc.Tokens[i].Next {
		t := &f.doc.Tokens[i]
		if t.Used {
			continue
		}
		name := string(f.doc.Key(t))
		if here != nil && here.member(name) != nil {
			f.report(codeFieldTwice, f.where(name, -1), "", int(t.KeyStart))
			continue
		}
		if strings.HasPrefix(name, gateway.NotCarried) {
			f.report(codeNotCarried, f.where(clip(name), -1), "", int(t.KeyStart))
			continue
		}
		want := "claimwire schema encounter lists what is known"
		if hints++; here != nil && hints <= maxHints {
			names := make([]string, len(here.members))
			for i, m := range here.members {
				names[i] = m.name
			}
			if near := gateway.Nearest(name, names, 2); len(near) > 0 {
				want = "did you mean " + strings.Join(near, " or ") + "?"
			}
		}
		f.report(codeUnknownField, f.where(clip(name), -1), want, int(t.KeyStart))
	}
}

// here is the description of the open object.
func (f *fields) here() *node {
	n := description()
	for _, s := range f.path {
		if n = n.member(s.name); n == nil {
			return nil
		}
	}
	return n
}

// clip keeps of what an unknown field is called what a name can be made of, so
// that nothing else gets into a finding.
func clip(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '?'
	}, name)
	return name[:min(len(name), 40)]
}

func (n *node) member(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m
		}
	}
	return nil
}

// value is the text of a token that is one value of a form.
func (f *fields) value(t *record.Token, k form, name string, index int) string {
	want := ""
	switch t.Kind {
	case '"':
		if k.kind != yesNo {
			return strings.TrimSpace(f.doc.Plain(t))
		}
		want = "true or false, without quotes"
	case '0':
		if k.numeric() {
			return f.doc.Plain(t)
		}
		want = "text in quotes, so that no zero is lost"
		if k.kind == yesNo {
			want = "true or false"
		}
	case 't', 'f':
		if k.kind == yesNo {
			if t.Kind == 't' {
				return "yes"
			}
			return "no"
		}
		want = "text in quotes"
	case 'n':
		return ""
	default:
		want = "one value"
	}
	f.report(codeWrongType, f.where(name, index), want, int(t.Start))
	return ""
}

// each visits the items of a list.
func (f *fields) each(name string, limit int, visit func(i int, t *record.Token)) {
	t := f.find(name)
	if t == nil {
		return
	}
	if t.Kind != '[' {
		f.report(codeWrongType, f.where(name, -1), "a list in brackets", int(t.Start))
		return
	}
	self := f.index(t)
	n := 0
	for i := self + 1; i < f.doc.Tokens[self].Next; i = f.doc.Tokens[i].Next {
		if n == limit {
			f.report(codeListTooLong, f.where(name, -1), strconv.Itoa(limit), int(f.doc.Tokens[i].Start))
			return
		}
		visit(n, &f.doc.Tokens[i])
		n++
	}
}

// Appending JSON.

func (f *fields) key(name string) {
	f.dst = append(f.dst, '"')
	f.dst = append(f.dst, name...)
	f.dst = append(f.dst, '"', ':')
}

func (f *fields) appendValue(s string, k form) {
	switch {
	case k.kind == yesNo && isYes(s):
		f.dst = append(f.dst, "true"...)
	case k.kind == yesNo && isNo(s):
		f.dst = append(f.dst, "false"...)
	default:
		f.dst = record.AppendString(f.dst, s)
	}
	f.dst = append(f.dst, ',')
}

// end closes an object or array; every value before it left a comma.
func (f *fields) end(bracket byte) {
	if n := len(f.dst) - 1; f.dst[n] == ',' {
		f.dst[n] = bracket
	} else {
		f.dst = append(f.dst, bracket)
	}
	f.dst = append(f.dst, ',')
}
