package record_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"claimwire/edi/record"
)

const sample = `{"a":"x\\n\\u00e9\\ud83d\\ude00","b":[1,-2.5e+3,true,false,null,{}],"c":{"d":[]," e ":"\\\"q\\\\"}, "f" : 0}`

// What is read is what the standard library calls JSON, whatever is changed in it;
// but for nesting, which is bounded.
func TestDocumentReadsWhatIsJSON(t *testing.T) {
	const bytes = `{}[]",:\\u0123e+-.tfn x` + "\n\x01\xff"
	r := rand.New(rand.NewPCG(1, 1))
	var d record.Document
	valid := 0
	for range 200_000 {
		b := []byte(sample)
		for range r.IntN(3) {
			i := r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b[i] = bytes[r.IntN(len(bytes))]
			case 1:
				b = append(b[:i], b[i+1:]...)
			default:
				b = append(b[:i], append([]byte{bytes[r.IntN(len(bytes))]}, b[i:]...)...)
			}
		}
		err, want := d.Read(b), json.Valid(b)
		if (err == nil) != want {
			t.Fatalf("%q: %v, the standard library says %v", b, err, want)
		}
		if want {
			valid++
		} else if err.Offset < 0 || err.Offset > len(b) || err.Want == "" {
			t.Fatalf("%q: %v", b, err)
		}
	}
	if valid < 50_000 || valid > 150_000 {
		t.Errorf("%d of 200,000 are JSON: nothing was tried", valid)
	}
}

func TestDocumentText(t *testing.T) {
	var d record.Document
	if err := d.Read([]byte(sample)); err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(sample), &want); err != nil {
		t.Fatal(err)
	}
	if got := d.Plain(&d.Tokens[d.Child(0, "a", -1)]); got != want["a"] {
		t.Errorf("%q, want %q", got, want["a"])
	}
	c := d.Child(0, "c", -1)
	if got := d.Plain(&d.Tokens[d.Child(c, " e ", -1)]); got != want["c"].(map[string]any)[" e "] {
		t.Errorf("%q", got)
	}
	list := d.Child(0, "b", -1)
	for i, kind := range []byte{'0', '0', 't', 'f', 'n', '{'} {
		if at := d.Child(list, "", i); at < 0 || d.Tokens[at].Kind != kind {
			t.Errorf("item %d: token %d", i, at)
		}
	}
	if d.Child(list, "", 6) >= 0 || d.Child(0, "x", -1) >= 0 {
		t.Error("what is not there was found")
	}
}

func TestDocumentBounds(t *testing.T) {
	var d record.Document
	if err := d.Read([]byte(strings.Repeat("[", 17) + strings.Repeat("]", 17))); err != nil {
		t.Error(err)
	}
	if err := d.Read([]byte(strings.Repeat("[", 18) + strings.Repeat("]", 18))); err == nil || err.Offset != 17 {
		t.Error(err)
	}
}
