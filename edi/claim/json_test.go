package claim

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"claimwire/edi/guide"
	"claimwire/edi/money"
)

// What a claim says in JSON, read back and said again, is the same; and it is
// JSON for others too.
func TestJSONRoundTrip(t *testing.T) {
	for _, g := range guides(t) {
		for seed := range uint64(40) {
			opt := guide.GenerateOptions{Optional: float64(seed%5) / 4, Repeats: 1 + int(seed%3)}
			claims := mapSample(g.Generate(seed, opt))
			if len(claims) == 0 {
				continue
			}
			for _, c := range claims {
				first := c.AppendJSON(nil)
				if !json.Valid(first) {
					t.Fatalf("%s seed %d: not JSON: %s", g.ID, seed, first)
				}
				back, err := ParseJSON(first)
				if err != nil {
					t.Fatalf("%s seed %d: %v\n%s", g.ID, seed, err, first)
				}
				if len(back.Unknown) > 0 {
					t.Fatalf("%s seed %d: does not know its own fields %v", g.ID, seed, back.Unknown)
				}
				if second := back.AppendJSON(nil); string(second) != string(first) {
					t.Fatalf("%s seed %d:\n1st %s\n2nd %s", g.ID, seed, first, second)
				}
			}
		}
	}
}

func TestParseJSON(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"not JSON", `{"kind":`, "not JSON at byte 8: want a value"},
		{"an array", `[]`, "not one JSON object"},
		{"two objects", `{} {}`, "not JSON at byte 3: want nothing after"},
		{"another record", `{"record":"payment","kind":"dental"}`, `record: want "claim"`},
		{"no kind", `{}`, "kind: want professional"},
		{"bad amount", `{"kind":"dental","lines":[{},{"charge":"1.234"}]}`, "lines[1].charge: want an amount"},
		{"amount in words", `{"kind":"dental","charge":"SECRET"}`, "charge: want an amount"},
		{"object for text", `{"kind":"dental","claim_id":{}}`, "claim_id: want text"},
		{"text for object", `{"kind":"dental","subscriber":"SECRET"}`, "subscriber: want an object"},
		{"object for array", `{"kind":"dental","lines":{}}`, "lines: want an array"},
		{"text in array", `{"kind":"dental","lines":["SECRET"]}`, "lines[0]: want an object"},
		{"unknown word", `{"kind":"dental","dates":[{"type":"SECRET","date":"2026-10-15"}]}`, "dates[0].type: want a word"},
		{"too many", `{"kind":"dental","lines":[{"modifiers":["1","2","3","4","5"]}]}`, "lines[0].modifiers: want at most 4"},
		{"bad position", `{"kind":"dental","diagnoses":[{"type":"other","code":"X","position":13}]}`, "diagnoses[0].position: want a number from 1 to 12"},
		{"bad entity", `{"kind":"dental","payer":{"entity":"SECRET"}}`, "payer.entity: want person"},
		{"too deep", `{"kind":"dental","x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "want less nesting"},
	} {
		_, err := ParseJSON([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// Records of other hands: any order, blanks, escapes, numbers for text, fields
// that nobody knows.
func TestParseJSONOfOthers(t *testing.T) {
	c, err := ParseJSON([]byte(` {
		"lines": [ {"units": 1.50, "charge": 85.5, "procedure": 99213, "from": "2026-10-14", "to": "20261015", "color": "red"} ],
		"charge": "85.50", "claim_id": "\u0041\"\\\/\n\ud83d\ude00", "other_coverages": null,
		"payer": {"payer_id": "88221", "name": "PLAN"}, "shape": {"round": true},
		"kind": "professional" } `))
	if err != nil {
		t.Fatal(err)
	}
	l := &c.Lines[0]
	if l.Units != "1.50" || l.Charge.Amount != 8550 || l.Procedure.Code != "99213" || l.Service() != (Period{FormatRange, "20261014-20261015"}) ||
		c.Charge != l.Charge || c.ID != "A\"\\/\n😀" || c.Payer.ID.Value != "88221" || c.Payer.Role != RolePayer {
		t.Errorf("reads wrong: %+v", c)
	}
	if got := strings.Join(c.Unknown, " "); got != "lines[0].color shape" {
		t.Errorf("unknown fields: %s", got)
	}
}

// hasMore knows every part of a line that more walks over: a line that holds
// one part only says it.
func TestEveryPartOfALineIsSaid(t *testing.T) {
	fill := func(v reflect.Value) bool {
		switch v.Kind() {
		case reflect.String:
			v.SetString("1")
		case reflect.Array: // of texts
			v.Index(v.Len() - 1).SetString("1")
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		default:
			switch p := v.Addr().Interface().(type) {
			case *money.Optional:
				p.Known = true
			case *Procedure:
				p.Code = "1"
			default:
				return false // where a segment stood
			}
		}
		return true
	}
	said := 0
	for i := range reflect.TypeFor[Line]().NumField() {
		c := &Claim{Kind: Professional, Lines: make([]Line, 1)}
		if !fill(reflect.ValueOf(&c.Lines[0]).Elem().Field(i)) {
			continue
		}
		said++
		if line := string(c.AppendJSON(nil)); strings.Contains(line, `"lines":[{}]`) {
			t.Errorf("%s alone is not said: %s", reflect.TypeFor[Line]().Field(i).Name, line)
		}
	}
	if said < 30 {
		t.Errorf("only %d parts of a line were tried", said)
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// The record is what others read: its names and shapes stay.
func TestRecord(t *testing.T) {
	c := visit("LAKESIDE", "ROE", "TIM", "PCN1")
	c.Source.File, c.Source.Interchange, c.Source.Group, c.Source.Transaction, c.Source.Segment = "visit.edi", "000000001", "1", "0001", 25
	var got bytes.Buffer
	if err := json.Indent(&got, c.AppendJSON(nil), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	golden := filepath.Join("testdata", "visit.json")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, golden, strings.Split(string(want), "\n"), strings.Split(got.String(), "\n"))
}
