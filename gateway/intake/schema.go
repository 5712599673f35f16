package intake

import (
	"slices"
	"strconv"

	"claimwire/edi/record"
)

// SchemaID names the form of an encounter; another number means that
// something changed so that earlier encounters are read differently.
const SchemaID = "urn:claimwire:encounter:1"

// Schema is the JSON Schema (2020-12) of one encounter, with line breaks. It is
// made from the same functions that read an encounter.
func Schema() []byte {
	s := schema{defs: map[string]*node{}}
	s.open("{")
	s.pair("$schema", "https://json-schema.org/draft/2020-12/schema")
	s.pair("$id", SchemaID)
	s.pair("title", "Encounter")
	s.pair("description", "What a coder and a biller know of a visit or service that is to be billed to one payer. A file holds one encounter, an array of them, or one on each line.")
	s.object(description())
	s.name("$defs")
	s.open("{")
	// Describing one definition may name others.
	for done := map[string]bool{}; len(done) < len(s.defs); {
		var names []string
		for name := range s.defs {
			if !done[name] {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			done[name] = true
			s.name(name)
			s.open("{")
			s.object(s.defs[name])
			s.shut("}")
		}
	}
	s.shut("}")
	s.shut("}")
	return append(s.dst, '\n')
}

// schema is a JSON text in the making, indented by tabs.
type schema struct {
	dst   []byte
	depth int
	next  bool // something stands before in the open object or array
	defs  map[string]*node
}

func (s *schema) line() {
	if s.next {
		s.dst = append(s.dst, ',')
	}
	if s.depth > 0 {
		s.dst = append(s.dst, '\n')
	}
	for range s.depth {
		s.dst = append(s.dst, '\t')
	}
	s.next = true
}

func (s *schema) open(bracket string) {
	if n := len(s.dst); n > 0 && s.dst[n-1] != ' ' {
		s.line()
	}
	s.dst = append(s.dst, bracket...)
	s.depth++
	s.next = false
}

func (s *schema) shut(bracket string) {
	s.depth--
	s.next = false
	s.dst = append(s.dst, '\n')
	for range s.depth {
		s.dst = append(s.dst, '\t')
	}
	s.dst = append(s.dst, bracket...)
	s.next = true
}

func (s *schema) name(name string) {
	s.line()
	s.dst = append(record.AppendString(s.dst, name), ": "...)
}

func (s *schema) pair(name, value string) {
	s.name(name)
	s.dst = record.AppendString(s.dst, value)
}

func (s *schema) count(name string, n int) {
	s.name(name)
	s.dst = strconv.AppendInt(s.dst, int64(n), 10)
}

// words is an array of texts on one line.
func (s *schema) words(name string, list []string) {
	s.name(name)
	s.dst = append(s.dst, '[')
	for i, w := range list {
		if i > 0 {
			s.dst = append(s.dst, ", "...)
		}
		s.dst = record.AppendString(s.dst, w)
	}
	s.dst = append(s.dst, ']')
}

// object writes what an object may hold.
func (s *schema) object(n *node) {
	s.pair("type", "object")
	s.name("additionalProperties")
	s.dst = append(s.dst, "false"...)
	var need []string
	for _, m := range n.members {
		if m.required {
			need = append(need, m.name)
		}
	}
	if len(need) > 0 {
		s.words("required", need)
	}
	s.name("properties")
	s.open("{")
	for _, m := range n.members {
		s.name(m.name)
		s.open("{")
		s.pair("description", m.about)
		if m.list > 0 {
			s.pair("type", "array")
			s.count("maxItems", m.list)
			if m.required {
				s.count("minItems", 1)
			}
			s.name("items")
			s.open("{")
			s.one(m)
			s.shut("}")
		} else {
			s.one(m)
		}
		s.shut("}")
	}
	s.shut("}")
}

// one writes what one value of a member may be.
func (s *schema) one(m *node) {
	if m.typeName != "" {
		s.defs[m.typeName] = m
		ref := "#/$defs/" + m.typeName
		if !m.short {
			s.pair("$ref", ref)
			return
		}
		s.name("anyOf")
		s.open("[")
		s.open("{")
		s.value(m.members[0].form)
		s.shut("}")
		s.open("{")
		s.pair("$ref", ref)
		s.shut("}")
		s.shut("]")
		return
	}
	s.value(m.form)
}

func (s *schema) value(k form) {
	switch k.kind {
	case amount:
		s.words("type", []string{"string", "number"})
		s.pair("pattern", `^-?[0-9]{1,8}(\.[0-9]{1,2})?$`)
	case quantity:
		s.words("type", []string{"string", "number"})
		s.pair("pattern", `^-?[0-9]{1,10}(\.[0-9]{1,4})?$`)
	case pointer:
		s.words("type", []string{"string", "integer"})
		s.pair("pattern", `^([1-9]|1[0-2]|[A-La-l])$`)
		s.count("minimum", 1)
		s.count("maximum", 12)
	case day:
		s.pair("type", "string")
		s.pair("pattern", `^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})$`)
	case hour:
		s.pair("type", "string")
		s.pair("pattern", `^(([01]?[0-9]|2[0-3])(:[0-5][0-9])?|([01][0-9]|2[0-3])[0-5][0-9])$`)
	case yesNo:
		s.pair("type", "boolean")
	case word:
		s.pair("type", "string")
		s.words("enum", k.words.words)
	default:
		s.pair("type", "string")
		s.count("maxLength", k.limit())
	}
}
