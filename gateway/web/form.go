package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
)

// A form of an encounter, or of a claim's record, made from a description of its
// members. It shows what is stated, what is needed, what something was found at,
// and what people correct most; everything else can be added. What it does not
// show stays as it is. Without a script: buttons post, and what was typed comes
// back.

// Field is a member that a form can show.
type Field struct {
	Name     string
	Label    string // empty: the name, as people write it
	About    string
	Kind     string // text, amount, number, day, yes_no, word, pointer, hour; empty: an object
	Max      int
	Choices  []string
	Required bool
	List     int      // most items of a list; 0: it is none
	Only     []string // kinds of encounter that have it; empty: all
	Main     bool     // it is always shown
	Members  []*Field
}

// control is a field as it is shown: with its value, and what was found at it.
type control struct {
	*Field
	Path, ID, Title string
	Value           string
	Problems        []gateway.Finding
	Children        []*control // members of an object, items of a list
	More            []*Field   // members that are not shown
	Item            int        // its place in a list, from 0; -1: it is no item
	Origin          string     // of an item: its place in what the form began with
	Bad             bool       // something was found at it or below it
	Asked           bool       // the payer's rejection is about it
}

// originKey is where an item remembers its place in what the form began with.
const originKey = "\x00origin"

// form shows an object by its fields.
type form struct {
	kind     string            // of the encounter
	hidden   func(*Field) bool // not for who looks
	shown    map[string]bool   // paths that were asked for
	findings []gateway.Finding
	asked    []string // paths that the payer's rejection is about
}

// show makes the control of an object.
func (f *form) show(field *Field, path string, value map[string]any) *control {
	c := &control{Field: field, Path: path, ID: idOf(path), Title: titleOf(field), Item: -1}
	for _, m := range field.Members {
		if f.hidden(m) || len(m.Only) > 0 && !slices.Contains(m.Only, f.kind) {
			continue
		}
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		v, stated := value[m.Name]
		if v == nil {
			stated = false
		}
		if !stated && !m.Required && !m.Main && !f.shown[at] && len(f.at(at, true)) == 0 && !f.about(at) {
			c.More = append(c.More, m)
			continue
		}
		k := f.member(m, at, v)
		c.Bad = c.Bad || k.Bad
		c.Children = append(c.Children, k)
	}
	c.Problems, c.Asked = f.at(path, false), slices.Contains(f.asked, path)
	c.Bad = c.Bad || len(c.Problems) > 0
	return c
}

func (f *form) member(m *Field, at string, v any) *control {
	switch {
	case m.Kind != "": // a value, or a list of values
		k := &control{Field: m, Path: at, ID: idOf(at), Title: titleOf(m), Item: -1, Problems: f.at(at, m.List > 0)}
		k.Value, k.Asked = plainValue(v, m), slices.Contains(f.asked, at)
		k.Bad = len(k.Problems) > 0
		return k
	case m.List == 0:
		o, _ := v.(map[string]any)
		return f.show(m, at, o)
	}
	k := &control{Field: m, Path: at, ID: idOf(at), Title: titleOf(m), Item: -1, Problems: f.at(at, false)}
	k.Asked = slices.Contains(f.asked, at)
	list, _ := v.([]any)
	for i, it := range list {
		o, ok := it.(map[string]any)
		if !ok && len(m.Members) > 0 { // written as its first member alone
			o = map[string]any{m.Members[0].Name: it}
		}
		item := f.show(m, at+"["+strconv.Itoa(i)+"]", o)
		item.Item, item.Origin = i, strconv.Itoa(i)
		if n, ok := o[originKey].(int); ok {
			item.Origin = ""
			if n >= 0 {
				item.Origin = strconv.Itoa(n)
			}
		}
		k.Bad = k.Bad || item.Bad
		k.Children = append(k.Children, item)
	}
	k.Bad = k.Bad || len(k.Problems) > 0
	return k
}

// about says whether the payer's rejection is about a path, or something below it.
func (f *form) about(path string) bool {
	return slices.ContainsFunc(f.asked, func(a string) bool {
		return a == path || strings.HasPrefix(a, path+".") || strings.HasPrefix(a, path+"[")
	})
}

// at lists what was found at a path, and below it.
func (f *form) at(path string, below bool) []gateway.Finding {
	var list []gateway.Finding
	for _, d := range f.findings {
		if d.Field == path || below && (strings.HasPrefix(d.Field, path+".") || strings.HasPrefix(d.Field, path+"[")) {
			list = append(list, d)
		}
	}
	return list
}

// placed says which findings have a place in the form; the others are said above
// it.
func placed(c *control, into map[string]bool) {
	for _, d := range c.Problems {
		into[d.Field+d.Code.String()] = true
	}
	for _, k := range c.Children {
		placed(k, into)
	}
}

func titleOf(f *Field) string {
	if f.Label != "" {
		return f.Label
	}
	switch f.Name {
	case "line1":
		return "Street"
	case "line2":
		return "Street, second line"
	}
	t := strings.ReplaceAll(f.Name, "_", " ")
	if t == "" {
		return t
	}
	words := strings.Fields(t)
	for i, w := range words {
		switch w {
		case "npi", "id", "drg", "clia", "ndc", "epsdt", "hipps", "zip":
			words[i] = strings.ToUpper(w)
		}
	}
	t = strings.Join(words, " ")
	return strings.ToUpper(t[:1]) + t[1:]
}

// itemTitle is what one item of a list is called.
func itemTitle(c *control) string {
	t := gateway.Finding{Field: c.Path}.Where()
	if i := strings.LastIndex(t, ", "); i >= 0 {
		t = t[i+2:]
	}
	return strings.ToUpper(t[:1]) + t[1:]
}

// idOf is a path as the id of an element.
func idOf(path string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r == '.' || r == '[' || r == ']' {
			return '-'
		}
		return r
	}, path)
}

// plainValue writes a value, or a list of values, as it is typed.
func plainValue(v any, f *Field) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case json.Number:
		return v.String()
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, plainValue(p, f))
		}
		return strings.Join(parts, f.between())
	}
	return ""
}

// between is what stands between the values of a list: codes have commas, and
// longer texts lines of their own.
func (f *Field) between() string {
	if f.Max > 30 {
		return "\n"
	}
	return ", "
}

// typed reads a value as its kind is written in JSON; nil: nothing was typed.
func (f *Field) typed(text string) any {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return nil
	}
	switch f.Kind {
	case "yes_no":
		switch strings.ToLower(text) {
		case "yes":
			return true
		case "no":
			return false
		}
	case "json_number":
		if n := json.Number(text); isNumber(text) {
			return n
		}
	}
	return text
}

func isNumber(t string) bool {
	_, err := strconv.ParseFloat(t, 64)
	return err == nil && strings.Trim(t, "0123456789.-") == ""
}

func (f *Field) typedList(text string) any {
	var list []any
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), strings.TrimSpace(f.between())+sep(f)) {
		if v := f.typed(part); v != nil {
			list = append(list, v)
		}
	}
	if list == nil {
		return nil
	}
	return list
}

// sep completes the separator of a list of texts, of which nothing but the line's
// end is left when blanks are taken off.
func sep(f *Field) string {
	if f.Max > 30 {
		return "\n"
	}
	return ""
}

// read makes of what was posted the object that it stands for, over what the form
// began with.
func (f *form) read(field *Field, path string, base map[string]any, post url.Values) map[string]any {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for _, m := range field.Members {
		if f.hidden(m) {
			continue
		}
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		var v any
		switch {
		case m.Kind != "":
			text, there := post["f:"+at]
			if !there {
				continue
			}
			f.shown[at] = true
			if m.List > 0 {
				v = m.typedList(text[0])
			} else {
				v = m.typed(text[0])
			}
		case m.List == 0:
			if _, there := post["h:"+at]; !there {
				continue
			}
			f.shown[at] = true
			o, _ := base[m.Name].(map[string]any)
			if got := f.read(m, at, o, post); len(got) > 0 {
				v = got
			}
		default:
			if _, there := post["h:"+at]; !there {
				continue
			}
			f.shown[at] = true
			v = f.readList(m, at, base[m.Name], post)
		}
		if v == nil {
			delete(out, m.Name)
		} else {
			out[m.Name] = v
		}
	}
	return out
}

func (f *form) readList(m *Field, at string, base any, post url.Values) any {
	was, _ := base.([]any)
	var list []any
	for i := 0; i < m.List; i++ {
		item := at + "[" + strconv.Itoa(i) + "]"
		origin, there := post["o:"+item]
		if !there {
			break
		}
		var o map[string]any
		n, err := strconv.Atoi(origin[0])
		if err != nil || n < 0 || n >= len(was) {
			n = -1
		} else if k, ok := was[n].(map[string]any); ok {
			o = k
		} else if len(m.Members) > 0 {
			o = map[string]any{m.Members[0].Name: was[n]}
		}
		got := f.read(m, item, o, post)
		got[originKey] = n
		list = append(list, got)
	}
	if list == nil {
		return nil
	}
	return list
}

// change does what a button of the form asks for: an item more or less, an object
// taken away, a field to be shown.
func (f *form) change(field *Field, doc map[string]any, do string) {
	what, path, ok := strings.Cut(do, ":")
	if !ok || path == "" {
		return
	}
	if what == "show" {
		f.shown[path] = true
	}
	parent := doc
	steps := strings.Split(path, ".")
	for i, s := range steps {
		name, index, indexed := strings.Cut(s, "[")
		n, _ := strconv.Atoi(strings.TrimSuffix(index, "]"))
		m := member(field, name)
		if m == nil {
			return
		}
		last := i == len(steps)-1
		list, _ := parent[name].([]any)
		switch {
		case last && what == "remove" && indexed:
			if n >= 0 && n < len(list) {
				parent[name] = slices.Delete(list, n, n+1)
			}
			return
		case last && what == "remove":
			delete(parent, name)
			delete(f.shown, path)
			return
		case last && (what == "add" || what == "show" && m.List > 0 && m.Kind == "" && len(list) == 0):
			if m.List > 0 && m.Kind == "" && len(list) < m.List {
				parent[name] = append(list, map[string]any{originKey: -1})
			}
			return
		case last:
			return
		case indexed:
			if n < 0 || n >= len(list) {
				return
			}
			o, ok := list[n].(map[string]any)
			if !ok {
				return
			}
			parent = o
		default:
			o, ok := parent[name].(map[string]any)
			if !ok {
				o = map[string]any{}
				parent[name] = o
			}
			parent = o
		}
		field = m
	}
}

func member(f *Field, name string) *Field {
	for _, m := range f.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// finished is the document without what the form noted in it, and without items
// and objects of which nothing was stated.
func finished(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, m := range v {
			if k == originKey {
				continue
			}
			if m = finished(m); m != nil {
				out[k] = m
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		var out []any
		for _, m := range v {
			if m = finished(m); m != nil {
				out = append(out, m)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return v
}

// decoded reads a document; numbers stay as they are written.
func decoded(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m map[string]any
	err := d.Decode(&m)
	return m, err
}

// hides says whether the value at a path is one that the form does not show to who
// looks.
func (f *form) hides(field *Field, path string) bool {
	for step := range strings.SplitSeq(path, ".") {
		name, _, _ := strings.Cut(step, "[")
		if field = member(field, name); field == nil {
			return false
		}
		if f.hidden(field) {
			return true
		}
	}
	return false
}

// difference is one thing that a form changed.
type difference struct{ Where, Before, After, path string }

// differences lists what is other in one document than in another.
func differences(before, after map[string]any) []difference {
	a, b := map[string]string{}, map[string]string{}
	flat("", before, a)
	flat("", after, b)
	var list []difference
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if a[k] != b[k] {
			list = append(list, difference{gateway.Finding{Field: k}.Where(), a[k], b[k], k})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if _, there := b[k]; !there {
			list = append(list, difference{gateway.Finding{Field: k}.Where(), a[k], "", k})
		}
	}
	return list
}

// flat lists the values of a document by their paths.
func flat(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			at := k
			if path != "" {
				at = path + "." + k
			}
			flat(at, m, into)
		}
	case []any:
		plain := true
		for _, m := range v {
			if _, ok := m.(map[string]any); ok {
				plain = false
			}
		}
		if plain {
			into[path] = plainValue(v, &Field{})
			return
		}
		for i, m := range v {
			at := path + "[" + strconv.Itoa(i) + "]"
			if _, ok := m.(map[string]any); !ok { // written as its first member alone
				at += ".code"
			}
			flat(at, m, into)
		}
	default:
		into[path] = plainValue(v, &Field{})
	}
}
