package store

import (
	"encoding/json"
	"fmt"
	"testing"

	"claimwire/gateway"
)

// TestChangesOfOneClaim finds the changes of one claim among those of others, also
// where numbers begin alike.
func TestChangesOfOneClaim(t *testing.T) {
	packed, err := json.Marshal([]gateway.ClaimChange{{Claim: 1, State: gateway.Sent, Reason: `{"claim":9,"`}, {Claim: 12, State: gateway.Sent}, {Claim: 123, State: gateway.Paid, Reason: "CO-45", Offset: 7}, {Claim: 12, State: gateway.Denied, Seg: 3}})
	if err != nil {
		t.Fatal(err)
	}
	for claim, want := range map[int64]string{1: `[{1 sent {"claim":9," 0 0}]`, 12: "[{12 sent  0 0} {12 denial  0 3}]", 123: "[{123 payment CO-45 7 0}]", 2: "[]", 23: "[]", 9: "[]"} {
		if got, err := changesOf(packed, claim); err != nil || fmt.Sprint(got) != want {
			t.Errorf("claim %d: %v %v, want %s", claim, got, err, want)
		}
	}
	if _, err := changesOf(packed[:len(packed)-4], 12); err == nil {
		t.Error("what is cut off is read")
	}
}
