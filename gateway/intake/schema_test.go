package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// validator checks JSON against the part of JSON Schema that Schema uses. A
// keyword that it does not know fails the test: nothing goes unchecked.
type validator struct {
	t    *testing.T
	defs map[string]any
}

func newValidator(t *testing.T) (*validator, map[string]any) {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatalf("the schema is no JSON: %v", err)
	}
	return &validator{t, root["$defs"].(map[string]any)}, root
}

// faults lists where a value breaks its schema.
func (v *validator) faults(schema map[string]any, value any, path string) (list []string) {
	bad := func(format string, a ...any) { list = append(list, path+": "+fmt.Sprintf(format, a...)) }
	for word, arg := range schema {
		switch word {
		case "$schema", "$id", "$defs", "title", "description":
		case "$ref":
			def, ok := v.defs[strings.TrimPrefix(arg.(string), "#/$defs/")].(map[string]any)
			if !ok {
				v.t.Fatalf("%v is not defined", arg)
			}
			list = append(list, v.faults(def, value, path)...)
		case "anyOf":
			var best []string
			for i, s := range arg.([]any) {
				f := v.faults(s.(map[string]any), value, path)
				if i == 0 || len(f) < len(best) {
					best = f
				}
			}
			list = append(list, best...)
		case "type":
			types, many := arg.([]any)
			if !many {
				types = []any{arg}
			}
			if !slices.ContainsFunc(types, func(t any) bool { return isType(value, t.(string)) }) {
				bad("is no %v", arg)
			}
		case "properties", "additionalProperties", "required":
			// Together, below.
		case "items":
			for i, item := range asList(value) {
				list = append(list, v.faults(arg.(map[string]any), item, fmt.Sprintf("%s[%d]", path, i))...)
			}
		case "maxItems":
			if len(asList(value)) > int(arg.(float64)) {
				bad("too many items")
			}
		case "minItems":
			if _, ok := value.([]any); ok && len(asList(value)) < int(arg.(float64)) {
				bad("too few items")
			}
		case "maxLength":
			if s, ok := value.(string); ok && utf8.RuneCountInString(s) > int(arg.(float64)) {
				bad("too long")
			}
		case "pattern":
			if s, ok := value.(string); ok && !regexp.MustCompile(arg.(string)).MatchString(s) {
				bad("does not match %v", arg)
			}
		case "enum":
			if !slices.Contains(arg.([]any), value) {
				bad("is none of %v", arg)
			}
		case "minimum":
			if n, ok := value.(float64); ok && n < arg.(float64) {
				bad("too small")
			}
		case "maximum":
			if n, ok := value.(float64); ok && n > arg.(float64) {
				bad("too large")
			}
		default:
			v.t.Fatalf("the test does not know the keyword %q", word)
		}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return list
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, member := range object {
		at := strings.TrimPrefix(path+"."+name, ".")
		if p, known := properties[name].(map[string]any); known {
			list = append(list, v.faults(p, member, at)...)
		} else if schema["additionalProperties"] == false {
			list = append(list, at+": is not known")
		}
	}
	for _, name := range asList(schema["required"]) {
		if _, ok := object[name.(string)]; !ok {
			list = append(list, strings.TrimPrefix(path+"."+name.(string), ".")+": is missing")
		}
	}
	return list
}

func asList(v any) []any { l, _ := v.([]any); return l }

func isType(v any, name string) bool {
	switch x := v.(type) {
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && x == float64(int64(x))
	case bool:
		return name == "boolean"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

func sampleFiles(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(samples + "/*.json")
	if err != nil || len(names) < 90 {
		t.Fatalf("%d samples: %v", len(names), err)
	}
	files := map[string][]byte{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(n)] = b
	}
	return files
}

// Every sample is what the schema says an encounter is.
func TestSamplesMatchSchema(t *testing.T) {
	v, schema := newValidator(t)
	for name, b := range sampleFiles(t) {
		var value any
		if err := json.Unmarshal(b, &value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range v.faults(schema, value, "") {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// Schema and reader agree, place by place: whatever is done to a sample, what
// the schema finds wrong the reader finds wrong in the same field, and where
// the schema finds nothing the reader finds nothing about form.
func TestSchemaAndReaderAgree(t *testing.T) {
	v, schema := newValidator(t)
	changes := 0
	files := sampleFiles(t)
	for i, name := range slices.Sorted(maps.Keys(files)) {
		if i%9 > 0 {
			continue // a ninth has every part
		}
		var value any
		if err := json.Unmarshal(files[name], &value); err != nil {
			t.Fatal(err)
		}
		eachChange(value, func(what string) {
			changes++
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			var again any
			if err := json.Unmarshal(text, &again); err != nil {
				t.Fatal(err)
			}
			it := readAll(t, text)[0]
			it.Claim(nil)
			wrong := v.faults(schema, again, "")
			for _, w := range wrong {
				field, _, _ := strings.Cut(w, ":")
				if said := saidByRules[field[strings.LastIndexByte(field, '.')+1:]]; said {
					continue
				}
				if !slices.ContainsFunc(it.Findings, func(f Finding) bool { return about(f.Field, field) }) {
					t.Errorf("%s, %s: the schema says %s, the reader %v", name, what, w, fieldsOf(it.Findings))
				}
			}
			for _, f := range it.Findings {
				if form := f.Code >= 7902 && f.Code <= 7920; form && len(wrong) == 0 {
					t.Errorf("%s, %s: the reader says %v of %s, the schema nothing", name, what, f.Code, f.Field)
				}
			}
		})
	}
	if changes < 5000 {
		t.Errorf("%d changes tried", changes)
	}
}

// saidByRules are fields that the schema requires and whose absence the rules
// over claims report (E4913, E4914): their own tests say that they do.
var saidByRules = map[string]bool{"pick_up": true, "drop_off": true}

// about says whether a finding in one field answers for a fault in another: it
// is the field, or what it is part of, or a part of it.
func about(finding, field string) bool {
	return finding == field || strings.HasPrefix(field, finding) || strings.HasPrefix(finding, field)
}

func fieldsOf(findings []Finding) (list []string) {
	for _, f := range findings {
		list = append(list, f.Code.String()+" "+f.Field)
	}
	return list
}

// eachChange makes every change of a kind to a value, one at a time, and calls
// try after each: a member less, a name misspelt, a value of another type, a
// text that is too long or no word of its field.
func eachChange(node any, try func(what string)) {
	switch n := node.(type) {
	case map[string]any:
		names := make([]string, 0, len(n))
		for name := range n {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			was := n[name]
			delete(n, name)
			try("without " + name)
			n[name+"x"] = was
			try("misspelt " + name)
			delete(n, name+"x")
			for _, other := range []any{true, []any{}, map[string]any{}, strings.Repeat("z", 501), 1.5} {
				n[name] = other
				try(fmt.Sprintf("%s is %T", name, other))
			}
			n[name] = was
			eachChange(was, try)
		}
	case []any:
		for i, was := range n {
			n[i] = true
			try(fmt.Sprintf("item %d is true", i))
			n[i] = was
			eachChange(was, try)
		}
	}
}

// Everything that an encounter can hold stands in the schema with words.
func TestSchemaDescribes(t *testing.T) {
	_, root := newValidator(t)
	var visit func(schema map[string]any, path string)
	count := 0
	visit = func(schema map[string]any, path string) {
		for name, p := range asObject(schema["properties"]) {
			count++
			if s, _ := p.(map[string]any)["description"].(string); !strings.HasSuffix(s, ".") || len(s) < 5 {
				t.Errorf("%s.%s has no description", path, name)
			}
		}
		for name, d := range asObject(schema["$defs"]) {
			visit(d.(map[string]any), name)
		}
	}
	visit(root, "")
	if count < 150 {
		t.Errorf("%d fields", count)
	}
	if !bytes.HasSuffix(Schema(), []byte("}\n")) {
		t.Error("the schema does not end its last line")
	}
}

func asObject(v any) map[string]any { m, _ := v.(map[string]any); return m }
