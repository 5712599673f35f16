package claim

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// fields walks over the members of a JSON object. Each struct has one function
// that names its members once; walked by fields that append it writes the
// record, by fields that parse it reads the record back, and by fields that
// clone it gives every string memory of its own.
type fields struct {
	mode fieldsMode

	dst []byte // appending

	doc     record.Document // parsing
	open    int32           // token of the open object
	cursor  int32           // member that probably comes next
	path    []step
	err     error
	unknown []string
	scratch []byte

	memory x12.Memory // parsing and cloning

	// What the struct that is walked next must know of its place.
	references *words // of its references
	implied    Role   // of a party
	kind       Kind   // of the claim
	element    int8   // where the code before it stood
	class      string // of that code
}

type fieldsMode uint8

const (
	appending fieldsMode = iota
	parsing
	cloning
)

// step is a part of the path to the open object.
type step struct {
	name  string
	index int // in an array; -1 otherwise
}

// walkers are reused, so that a record that is appended allocates nothing.
var walkers = sync.Pool{New: func() any { return new(fields) }}

// members is what one function a struct gives.
type members[T any] interface {
	*T
	fields(f *fields)
}

// maxUnknown bounds how many unknown fields of a record are named.
const maxUnknown = 20

// key appends the name of a member.
func (f *fields) key(name string) {
	f.dst = append(f.dst, '"')
	f.dst = append(f.dst, name...)
	f.dst = append(f.dst, '"', ':')
}

// member appends a text member unless it is empty. Every member ends with a
// comma, which the end of the object takes back.
//
// Most of a record is written here: a value is looked through once it is
// copied. What is not plain is done again.
func (f *fields) member(name, value string) {
	if value == "" {
		return
	}
	dst := append(f.dst, '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':', '"')
	from := len(dst)
	dst = append(dst, value...)
	if record.Plain(dst, from) {
		f.dst = append(dst, '"', ',')
		return
	}
	f.dst = append(record.AppendString(dst[:from-1], value), ',')
}

// end closes an object or array.
func (f *fields) end(bracket byte) {
	if n := len(f.dst) - 1; f.dst[n] == ',' {
		f.dst[n] = bracket
		return
	}
	f.dst = append(f.dst, bracket)
}

// find gives the token of a member of the open object, or -1. It looks first
// where the member stands when the record was written by this package.
func (f *fields) find(name string) int32 {
	tokens := f.doc.Tokens
	for i := f.cursor; i < tokens[f.open].Next; i = tokens[i].Next {
		if f.named(i, name) {
			return f.use(i)
		}
	}
	for i := f.open + 1; i < f.cursor; i = tokens[i].Next {
		if f.named(i, name) {
			return f.use(i)
		}
	}
	return -1
}

func (f *fields) named(i int32, name string) bool {
	t := &f.doc.Tokens[i]
	return string(f.doc.Text[t.KeyStart:t.KeyEnd]) == name
}

func (f *fields) use(i int32) int32 {
	t := &f.doc.Tokens[i]
	t.Used = true
	f.cursor = t.Next
	if t.Kind == 'n' {
		return -1 // null is as good as absent
	}
	return i
}

// fail notes the first thing that cannot be read. The message names the field
// and never its value, which may be PHI.
func (f *fields) fail(name, want string) {
	if f.err == nil {
		f.err = fmt.Errorf("claim: %s: want %s", f.where(name), want)
	}
}

// where is the path of a member of the open object; of the object itself when
// name is empty.
func (f *fields) where(name string) string {
	var b strings.Builder
	for _, s := range f.path {
		b.WriteString(s.name)
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		}
		b.WriteByte('.')
	}
	return strings.TrimSuffix(b.String()+name, ".")
}

// plain is the text of a string or number token; ok is false for others.
func (f *fields) plain(i int32) (s []byte, ok bool) {
	t := &f.doc.Tokens[i]
	if t.Kind != '"' && t.Kind != '0' {
		return nil, false
	}
	raw := f.doc.Raw(t)
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, true
	}
	f.scratch = record.AppendPlain(f.scratch[:0], raw)
	return f.scratch, true
}

// read gives a member as text; ok is false when there is none.
func (f *fields) read(name string) (value []byte, ok bool) {
	i := f.find(name)
	if i < 0 {
		return nil, false
	}
	if value, ok = f.plain(i); !ok {
		f.fail(name, "text")
	}
	return value, ok
}

// textField is a member that is text or a code. It is true when it was read. Most
// members of a claim are empty: it is inlined, so that those cost no call.
func textField(f *fields, name string, p *string) bool {
	if f.mode == appending && *p == "" {
		return false
	}
	return f.text(name, p)
}

func (f *fields) text(name string, p *string) bool {
	switch f.mode {
	case appending:
		f.member(name, *p)
		return false
	case cloning:
		*p = f.memory.Copy(*p)
		return false
	}
	v, ok := f.read(name)
	if ok {
		*p = f.memory.Text(v)
	}
	return ok
}

// kind is a code that goes by a word under name, or, having none, as it is
// under fallback.
func kind(f *fields, name, fallback string, w *words, p *string) {
	switch f.mode {
	case appending:
		if *p == "" {
			return
		}
		if word := w.word(*p); word != "" {
			f.member(name, word)
		} else {
			f.member(fallback, *p)
		}
	case cloning:
		f.text(name, p)
	case parsing:
		var word string
		if !f.text(name, &word) {
			f.text(fallback, p)
			return
		}
		code := w.code(word)
		if code == "" {
			f.fail(name, "a word that is known, or else the code in "+fallback)
		}
		*p = code
	}
}

// dayField is a date, ISO in JSON and CCYYMMDD in the struct. What is no date
// stands as it is.
func dayField(f *fields, name string, p *string) bool {
	switch f.mode {
	case appending:
		if d := *p; len(d) == 8 && digits(d) {
			f.key(name)
			f.dst = append(f.dst, '"', d[0], d[1], d[2], d[3], '-', d[4], d[5], '-', d[6], d[7], '"', ',')
		} else {
			f.member(name, d)
		}
		return false
	case cloning:
		return textField(f, name, p)
	}
	v, ok := f.read(name)
	if !ok {
		return false
	}
	if len(v) == 10 && v[4] == '-' && v[7] == '-' {
		var day [8]byte
		copy(day[:4], v)
		copy(day[4:6], v[5:])
		copy(day[6:], v[8:])
		if digits(day[:]) {
			*p = f.memory.Text(day[:])
			return true
		}
	}
	*p = f.memory.Text(v)
	return true
}

func digits[T ~string | ~[]byte](s T) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// amountField is money, "85.50" in JSON; a number is read as well.
func amountField(f *fields, name string, p *money.Optional) {
	switch f.mode {
	case appending:
		if p.Known {
			f.key(name)
			f.dst = append(f.dst, '"')
			f.dst = p.Amount.AppendDecimal(f.dst)
			f.dst = append(f.dst, '"', ',')
		}
	case parsing:
		v, ok := f.read(name)
		if !ok {
			return
		}
		a, err := money.Parse(v)
		if err != nil {
			f.fail(name, `an amount with at most two decimals, such as "85.50"`)
			return
		}
		*p = money.Of(a)
	}
}

// numberField is decimal text that JSON has as a number where its grammar
// allows the very same digits, else as a string: no digit is changed.
func numberField(f *fields, name string, p *string) {
	switch {
	case f.mode != appending:
		f.text(name, p)
	case *p != "":
		f.key(name)
		f.number(*p)
		f.dst = append(f.dst, ',')
	}
}

func (f *fields) number(s string) {
	if isNumber(s) {
		f.dst = append(f.dst, s...)
	} else {
		f.dst = record.AppendString(f.dst, s)
	}
}

// isNumber says whether s is a JSON number without exponent.
func isNumber(s string) bool {
	i := 0
	if s != "" && s[0] == '-' {
		i = 1
	}
	whole := i
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	if i == whole || s[whole] == '0' && i > whole+1 {
		return false
	}
	return i == len(s) || s[i] == '.' && digits(s[i+1:])
}

// flagField is true or absent.
func flagField(f *fields, name string, p *bool) {
	switch f.mode {
	case appending:
		if *p {
			f.key(name)
			f.dst = append(f.dst, "true,"...)
		}
	case parsing:
		if i := f.find(name); i >= 0 {
			t := &f.doc.Tokens[i]
			if t.Kind != 't' && t.Kind != 'f' {
				f.fail(name, "true or false")
			}
			*p = t.Kind == 't'
		}
	}
}

// smallField is a number from 1 to 127; 0 is left out.
func smallField(f *fields, name string, p *int8) {
	switch f.mode {
	case appending:
		if *p > 0 {
			f.key(name)
			f.dst = strconv.AppendInt(f.dst, int64(*p), 10)
			f.dst = append(f.dst, ',')
		}
	case parsing:
		v, ok := f.read(name)
		if !ok {
			return
		}
		n, err := strconv.ParseUint(string(v), 10, 7)
		if err != nil {
			f.fail(name, "a number up to 127")
			return
		}
		*p = int8(n)
	}
}

// textsField is a fixed number of texts, in JSON an array up to the last that
// is not empty.
func textsField(f *fields, name string, list []string) { f.texts(name, list, false) }

// numbersField is textsField for decimal texts.
func numbersField(f *fields, name string, list []string) { f.texts(name, list, true) }

func (f *fields) texts(name string, list []string, numbers bool) {
	switch f.mode {
	case appending:
		n := len(list)
		for n > 0 && list[n-1] == "" {
			n--
		}
		if n == 0 {
			return
		}
		f.key(name)
		f.dst = append(f.dst, '[')
		for _, s := range list[:n] {
			if numbers {
				f.number(s)
			} else {
				f.dst = record.AppendString(f.dst, s)
			}
			f.dst = append(f.dst, ',')
		}
		f.end(']')
		f.dst = append(f.dst, ',')
	case cloning:
		for i := range list {
			list[i] = f.memory.Copy(list[i])
		}
	case parsing:
		self := f.array(name)
		if self < 0 {
			return
		}
		n := 0
		for i := self + 1; i < f.doc.Tokens[self].Next; i = f.doc.Tokens[i].Next {
			v, ok := f.plain(i)
			if !ok || n == len(list) {
				f.fail(name, "at most "+strconv.Itoa(len(list))+" texts")
				return
			}
			list[n] = f.memory.Text(v)
			n++
		}
	}
}

// array gives the token of an array member, or -1.
func (f *fields) array(name string) int32 {
	i := f.find(name)
	if i >= 0 && f.doc.Tokens[i].Kind != '[' {
		f.fail(name, "an array")
		return -1
	}
	return i
}

// into opens the object of a token, so that the fields of a struct can be read
// from it; out goes back and notes which members nobody asked for.
func (f *fields) into(i int32, name string, index int) (back [2]int32) {
	back = [2]int32{f.open, f.cursor}
	f.path = append(f.path, step{name, index})
	if f.doc.Tokens[i].Kind != '{' {
		f.fail("", "an object")
		f.open, f.cursor = -1, 0
		return back
	}
	f.open, f.cursor = i, i+1
	return back
}

func (f *fields) out(back [2]int32) {
	if f.open >= 0 {
		f.noteUnknown()
	}
	f.path = f.path[:len(f.path)-1]
	f.open, f.cursor = back[0], back[1]
}

func (f *fields) noteUnknown() {
	tokens := f.doc.Tokens
	for i := f.open + 1; i < tokens[f.open].Next; i = tokens[i].Next {
		if t := &tokens[i]; !t.Used && len(f.unknown) < maxUnknown {
			f.unknown = append(f.unknown, f.where(string(f.doc.Text[t.KeyStart:t.KeyEnd])))
		}
	}
}

// wants says whether a part that holds something, or not, is to be walked. It
// saves the call where most are empty.
func (f *fields) wants(holds bool) bool { return holds || f.mode != appending }

// object is a struct that is always there; in JSON it stands when present.
func object[T any, P members[T]](f *fields, name string, p P, present bool) {
	switch f.mode {
	case appending:
		if present {
			f.key(name)
			f.dst = append(f.dst, '{')
			p.fields(f)
			f.end('}')
			f.dst = append(f.dst, ',')
		}
	case cloning:
		p.fields(f)
	case parsing:
		if i := f.find(name); i >= 0 {
			back := f.into(i, name, -1)
			if f.open >= 0 {
				p.fields(f)
			}
			f.out(back)
		}
	}
}

// optional is a struct that may not be there.
func optional[T any, P members[T]](f *fields, name string, p *P) {
	switch f.mode {
	case appending:
		if *p != nil {
			object(f, name, *p, true)
		}
	case cloning:
		if *p != nil {
			c := **p
			*p = &c
			(*p).fields(f)
		}
	case parsing:
		if i := f.find(name); i >= 0 {
			*p = new(T)
			back := f.into(i, name, -1)
			if f.open >= 0 {
				(*p).fields(f)
			}
			f.out(back)
		}
	}
}

// list is a repeated struct.
func list[T any, P members[T]](f *fields, name string, p *[]T) {
	switch f.mode {
	case appending:
		if len(*p) == 0 {
			return
		}
		f.key(name)
		f.dst = append(f.dst, '[')
		for i := range *p {
			f.dst = append(f.dst, '{')
			P(&(*p)[i]).fields(f)
			f.end('}')
			f.dst = append(f.dst, ',')
		}
		f.end(']')
		f.dst = append(f.dst, ',')
	case cloning:
		*p = append(make([]T, 0, len(*p)), *p...)
		for i := range *p {
			P(&(*p)[i]).fields(f)
		}
	case parsing:
		self := f.array(name)
		if self < 0 {
			return
		}
		for i := self + 1; i < f.doc.Tokens[self].Next && f.err == nil; i = f.doc.Tokens[i].Next {
			var item T
			*p = append(*p, item)
			n := len(*p) - 1
			back := f.into(i, name, n)
			if f.open >= 0 {
				P(&(*p)[n]).fields(f)
			}
			f.out(back)
		}
	}
}
