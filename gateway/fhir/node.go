package fhir

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// node is an object of a Claim that remembers what was read of it, so that what
// was not can be said: nothing of a claim is left out silently.
type node struct {
	path string
	m    map[string]any
	read map[string]bool
	r    *reading
}

func (r *reading) node(path string, m map[string]any) *node {
	n := &node{path: path, m: m, read: map[string]bool{}, r: r}
	r.nodes = append(r.nodes, n)
	return n
}

// ignored members say nothing that a claim could carry: texts for people, ids,
// and extensions, which FHIR allows a reader to pass over (modifierExtension,
// which it does not, is not among them).
var ignored = []string{"resourceType", "id", "meta", "language", "text", "contained", "extension", "fhir_comments"}

// unread lists the members that nobody has read.
func (n *node) unread() (list []string) {
	for k := range n.m {
		if !n.read[k] && !strings.HasPrefix(k, "_") && !slices.Contains(ignored, k) {
			list = append(list, n.at(k))
		}
	}
	return list
}

func (n *node) at(name string) string {
	if n.path == "" {
		return name
	}
	return n.path + "." + name
}

// skip marks members as read that say nothing of the claim itself.
func (n *node) skip(names ...string) {
	for _, k := range names {
		n.read[k] = true
	}
}

// lose says that a member was understood and cannot be carried, or is missing
// where nothing can be said without it.
func (n *node) lose(name string) {
	n.read[name] = false
	if _, ok := n.m[name]; !ok {
		n.r.missing = append(n.r.missing, n.at(name))
	}
}

func (n *node) value(name string) any {
	n.read[name] = true
	return n.m[name]
}

// text is a string, a number or a truth.
func (n *node) text(name string) string {
	switch v := n.value(name).(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	case nil:
	default:
		n.lose(name)
	}
	return ""
}

func (n *node) texts(name string) (list []string) {
	all, _ := n.value(name).([]any)
	for _, v := range all {
		if s, ok := v.(string); ok {
			list = append(list, strings.TrimSpace(s))
		} else if f, ok := v.(json.Number); ok {
			list = append(list, f.String())
		} else {
			n.lose(name)
		}
	}
	return list
}

// into reads a member into a structure of ours.
func (n *node) into(name string, v any) bool {
	raw, ok := n.m[name]
	n.read[name] = true
	if !ok {
		return false
	}
	b, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		n.lose(name)
	}
	return err == nil
}

func (n *node) child(name string) *node {
	m, ok := n.value(name).(map[string]any)
	if !ok {
		if n.m[name] != nil {
			n.lose(name)
		}
		return nil
	}
	return n.r.node(n.at(name), m)
}

func (n *node) list(name string) (list []*node) {
	all, ok := n.value(name).([]any)
	if !ok && n.m[name] != nil {
		n.lose(name)
	}
	for i, v := range all {
		m, ok := v.(map[string]any)
		if !ok {
			n.lose(name)
			continue
		}
		list = append(list, n.r.node(fmt.Sprintf("%s[%d]", n.at(name), i), m))
	}
	return list
}

// inSequence is the list in the order of its members named sequence.
func (n *node) inSequence(name string) []*node {
	list := n.list(name)
	for _, k := range list {
		k.skip("sequence")
	}
	slices.SortStableFunc(list, func(a, b *node) int { return a.sequence() - b.sequence() })
	return list
}

func (n *node) sequence() int {
	f, _ := n.value("sequence").(json.Number)
	i, _ := f.Int64()
	return int(min(max(i, 0), 1<<20))
}

// code is the code of a concept: of the systems given the first, else the first
// of all, else its text.
func (n *node) code(name string, systems ...string) string {
	var c concept
	n.into(name, &c)
	return c.in(systems...)
}

func (c *concept) in(systems ...string) string {
	for _, s := range systems {
		for _, k := range c.Coding {
			if k.Code != "" && strings.Contains(strings.ToLower(k.System), s) {
				return strings.TrimSpace(k.Code)
			}
		}
	}
	return codeOf(c)
}

// codes are those of a list of concepts.
func (n *node) codes(name string) (list []string) {
	var all []concept
	n.into(name, &all)
	for i := range all {
		if c := codeOf(&all[i]); c != "" {
			list = append(list, c)
		}
	}
	return list
}

// ref is a reference, and the resource that it leads to.
func (n *node) ref(name string) (*reference, *resource) {
	var ref reference
	if !n.into(name, &ref) {
		return nil, nil
	}
	k := n.r.find(&ref)
	if k == nil {
		k = ref.logical()
	}
	if k == nil {
		n.lose(name) // what it leads to is not here
	}
	return &ref, k
}

// money is an amount in US dollars.
func (n *node) money(name string) string {
	var a amount
	if !n.into(name, &a) {
		return ""
	}
	if a.Currency != "" && a.Currency != "USD" {
		n.lose(name)
	}
	return a.Value.String()
}
