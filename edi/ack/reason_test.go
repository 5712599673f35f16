package ack

import (
	"strings"
	"testing"
)

// TestReasonTable reads the table that the binary has, and wants lines that are
// no reasons to be named.
func TestReasonTable(t *testing.T) {
	table, err := parseReasons("reasons.txt", reasonsText)
	if err != nil {
		t.Fatal(err)
	}
	for segment, list := range table.bySegment {
		for _, r := range list {
			for _, c := range r.status {
				if c < '0' || c > '9' {
					t.Errorf("%s: status %q is no number", segment, r.status)
				}
			}
		}
	}
	for _, e := range table.entities {
		if len(e.kind) != 1 || !strings.Contains("PID*", e.kind) {
			t.Errorf("%+v: no kind of claim", e)
		}
	}
	for _, bad := range []string{"reason * SV1 x 1", "reason * SV1 1-x 1", "entity P 2310A", "reason * SV1 * 1:", "unknown"} {
		if _, err := parseReasons("t", bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
