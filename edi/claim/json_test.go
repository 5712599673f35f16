package claim

import (
	"encoding/json"
	"testing"

	"claimwire/edi/guide"
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
