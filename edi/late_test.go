package edi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"claimwire/edi"
)

// TestLatePartiesOutliveTheClaim moves segments of payer, payee and levels above
// the claim behind the claim's first: what they say belongs to what outlives
// it, and may not become what later claims say.
func TestLatePartiesOutliveTheClaim(t *testing.T) {
	for _, test := range []struct{ kind, segment, behind, field, want string }{
		{"835", "N1*PR*", "CLP*", "payer", "LAKESHORE HEALTH PLAN"},
		{"835", "N1*PE*", "CLP*", "payee", "PRAIRIE FAMILY PRACTICE"},
		{"837p", "NM1*85*", "CLM*", "billing_provider", "PRAIRIE FAMILY PRACTICE"},
	} {
		t.Run(test.kind+" "+test.segment, func(t *testing.T) {
			segments := strings.SplitAfter(string(sampleBytes(test.kind, 200<<10, 0)), "~\n")
			from, to := -1, -1
			for i, s := range segments {
				if from < 0 && strings.HasPrefix(s, test.segment) {
					from = i
				}
				if to < 0 && strings.HasPrefix(s, test.behind) {
					to = i
				}
			}
			late := segments[from]
			copy(segments[from:to], segments[from+1:to+1])
			segments[to] = late
			n := 0
			_, err := edi.Process(strings.NewReader(strings.Join(segments, "")), edi.Options{}, edi.Sink{JSON: func(lines []byte) {
				for line := range bytes.Lines(lines) {
					var r map[string]any
					if err := json.Unmarshal(line, &r); err != nil {
						t.Fatal(err)
					}
					said, _ := json.Marshal(r[test.field])
					if n++; n > 1 && !strings.Contains(string(said), test.want) && strings.Contains(string(said), `"name"`) {
						t.Fatalf("record %d: %s is %s, want %s", n, test.field, said, test.want)
					}
				}
			}})
			if err != nil || n < 100 {
				t.Fatal(fmt.Sprint(n, " records"), err)
			}
		})
	}
}
