package ack

import (
	"fmt"
	"reflect"
	"testing"

	"claimwire/edi/money"
	"claimwire/edi/status"
)

// TestHeldClaims gives back what was kept, in its order, over many chunks.
func TestHeldClaims(t *testing.T) {
	var want []acknowledged
	for i := range 3000 {
		a := acknowledged{id: fmt.Sprintf("PCN%04d", i), from: "20261015", charge: money.Of(money.Amount(i * 137)), codes: []status.Code{{Category: "A2", Status: "20"}},
			patient: status.Name{Role: "QC", Entity: "1", Last: "ABERNATHY", First: "SAM", IDQualifier: "MI", Value: fmt.Sprint("LHP", i)}}
		switch i % 5 {
		case 1:
			a.charge = money.Optional{}
			a.payerClaimID, a.billType, a.to = "ICN1", "111", "20261020"
		case 2:
			a.refused, a.charge = true, money.Of(-5)
			a.codes = []status.Code{{Category: "A7", Status: "562", Entity: "82"}, {Category: "A6", Status: fmt.Sprint(100 + i%300)}}
		case 3:
			a.refused = true
			a.lines = []acknowledgedLine{{line: status.Line{Qualifier: "HC", Procedure: "99213", Modifiers: [4]string{"25", "", "59"}, Charge: money.Of(15100), Revenue: "0300",
				References: []status.Reference{{Kind: "FJ", Value: "L1"}, {Kind: "XZ", Value: "RX1"}}, Dates: []status.Date{day("20261001", "")}}, codes: []status.Code{{Category: "A7", Status: "476"}}}, {codes: []status.Code{}}}
			a.trace = string(make([]byte, 200))
		}
		want = append(want, a)
	}
	var h held
	var p packer
	for i := range want {
		h.add(&p, &want[i])
	}
	var got []acknowledged
	h.each(p.codes, func(a *acknowledged) { got = append(got, *a) })
	if len(got) != len(want) {
		t.Fatalf("%d claims, want %d", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%+v\nwant\n%+v", got[i], want[i])
		}
	}
}
