package intake

import (
	"bytes"
	"io"
	"testing"
)

const samples = "../../testdata/encounters"

// readAll reads every item of a text.
func readAll(t *testing.T, text []byte) []*Item {
	t.Helper()
	r := NewReader(bytes.NewReader(text), Options{})
	var items []*Item
	for {
		it, err := r.Next()
		if err == io.EOF {
			return items
		}
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, it)
	}
}
