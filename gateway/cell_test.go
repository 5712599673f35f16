package gateway_test

import (
	"testing"

	"claimwire/gateway"
)

func TestCell(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "PCN-1": "PCN-1", "-12.50": "-12.50", "-": "-", "2026-11-27": "2026-11-27",
		"=1+1": "'=1+1", "+1": "'+1", "@SUM(1)": "'@SUM(1)", "-2+3": "'-2+3", "-A1": "'-A1", "\t=1": "'\t=1", "\r=1": "'\r=1",
	} {
		if got := gateway.Cell(value); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}
