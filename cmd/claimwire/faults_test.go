package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// The claims of each trial, and what a payer that behaves makes of them.
var (
	trialClaims = []string{"A-FULL", "B-CONTRACT", "C-DENY", "D-RFI"}
	trialEnds   = map[string]gateway.State{"A-FULL": gateway.Paid, "B-CONTRACT": gateway.Paid, "C-DENY": gateway.Denied, "D-RFI": gateway.Requested}
)

func all(s gateway.State) map[string]gateway.State {
	m := map[string]gateway.State{}
	for _, c := range trialClaims {
		m[c] = s
	}
	return m
}

// glance is what is true at a time after the claims were submitted.
type glance struct {
	after  time.Duration
	states map[string]gateway.State
	alerts []string
}

// TestPayerFaults lets a payer misbehave in each way: what became of the claims
// is the one truth, and somebody is told what to do.
func TestPayerFaults(t *testing.T) {
	good := glance{0, trialEnds, nil}
	for _, c := range []struct {
		name   string
		faults []string
		change func(string) string
		looks  []glance
		log    int // log-ins that the payer saw at most; 0: not counted
		then   func(t *testing.T, w *world)
	}{
		{name: "it behaves", looks: []glance{good}},
		{name: "277CA late", faults: []string{"late 277ca 48h", "never 835", "never 277rfi"}, looks: []glance{
			{0, all(gateway.Sent), nil}, {26 * time.Hour, all(gateway.Sent), []string{"late-277ca"}}, {49 * time.Hour, all(gateway.Accepted), nil}}},
		{name: "835 late", faults: []string{"late 835 48h"}, looks: []glance{
			{time.Hour, map[string]gateway.State{"A-FULL": gateway.Accepted, "B-CONTRACT": gateway.Accepted, "C-DENY": gateway.Accepted, "D-RFI": gateway.Requested}, nil}, {49 * time.Hour, trialEnds, nil}}},
		{name: "835 never", faults: []string{"never 835"}, looks: []glance{
			{31 * 24 * time.Hour, map[string]gateway.State{"A-FULL": gateway.Accepted, "B-CONTRACT": gateway.Accepted, "C-DENY": gateway.Accepted, "D-RFI": gateway.Requested}, []string{"late-835", "partner-silent"}}}},
		{name: "nothing ever", faults: []string{"never all"}, looks: []glance{
			{2 * time.Hour, all(gateway.Sent), []string{"late-999", "late-ta1"}}, {40 * 24 * time.Hour, all(gateway.Sent), []string{"late-277ca", "late-835", "late-999", "late-ta1", "partner-silent"}}}},
		{name: "999 never", faults: []string{"never 999", "never 835", "never 277rfi"}, looks: []glance{{2 * time.Hour, all(gateway.Accepted), []string{"late-999"}}}},
		{name: "everything twice", faults: []string{"twice all"}, looks: []glance{good}, then: paidOnce},
		{name: "835 in another envelope", faults: []string{"anew 835"}, looks: []glance{good}, then: paidOnce},
		{name: "277CA in another envelope", faults: []string{"anew 277ca"}, looks: []glance{{0, trialEnds, []string{"file-aside"}}}},
		{name: "wrong order", faults: []string{"reversed"}, looks: []glance{{10 * time.Second, trialEnds, nil}}, then: paidOnce},
		{name: "half an 835 and then all of it", faults: []string{"half 835 10m"}, looks: []glance{
			{time.Minute, map[string]gateway.State{"A-FULL": gateway.Accepted, "B-CONTRACT": gateway.Accepted, "C-DENY": gateway.Accepted, "D-RFI": gateway.Requested}, nil}, {20 * time.Minute, trialEnds, nil}}, then: paidOnce},
		{name: "half an 835 for ever", faults: []string{"half 835"}, looks: []glance{
			{2 * time.Hour, map[string]gateway.State{"A-FULL": gateway.Accepted, "B-CONTRACT": gateway.Accepted, "C-DENY": gateway.Accepted, "D-RFI": gateway.Requested}, []string{"file-aside"}}}},
		{name: "another host key", faults: []string{"host-key"}, looks: []glance{{0, all(gateway.Queued), []string{"partner-stopped"}}, {24 * time.Hour, all(gateway.Queued), []string{"partner-stopped"}}}},
		{name: "log-ins refused", faults: []string{"refuse"}, looks: []glance{{0, all(gateway.Queued), []string{"partner-stopped"}}, {24 * time.Hour, all(gateway.Queued), []string{"partner-stopped"}}}, log: 1},
		{name: "one log-in refused, and a person lets us", faults: []string{"refuse 1"}, looks: []glance{{0, all(gateway.Queued), []string{"partner-stopped"}}}, log: 1, then: func(t *testing.T, w *world) {
			if err := w.g.store.Do(t.Context(), func(tx *store.Tx) error {
				return tx.SetLink(&gateway.Link{Scope: ownerOf(w.g.profiles()[0]), Partner: "demo-payer"})
			}); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Minute)
			w.settle()
			if got := w.states(trialScope); !maps.Equal(got, trialEnds) {
				t.Errorf("afterwards: %v", got)
			}
		}},
		{name: "the disk is full for an hour", faults: []string{"full 1h"}, looks: []glance{{30 * time.Minute, all(gateway.Queued), []string{"partner-full"}}, {2 * time.Hour, trialEnds, nil}}, then: paidOnce},
		{name: "it takes files away", faults: []string{"takes-away"}, change: untaken, looks: []glance{good}, then: paidOnce},
		{name: "it takes files away, and forbids names", faults: []string{"takes-away", "never all"}, change: func(s string) string { return unnamed(untaken(s)) }, looks: []glance{
			{0, all(gateway.Queued), []string{"delivery-unsure"}}}},
		{name: "it takes files away, forbids names, and answers", faults: []string{"takes-away"}, change: func(s string) string { return unnamed(untaken(s)) }, looks: []glance{good}, then: paidOnce},
		{name: "it is known to take files away", faults: []string{"takes-away", "never all"}, change: func(s string) string {
			return strings.Replace(unnamed(untaken(s)), "temporary: none", "temporary: none\n  picks_up: true", 1)
		}, looks: []glance{{0, all(gateway.Sent), nil}}},
		{name: "no renames", faults: []string{"no-rename"}, looks: []glance{{time.Hour, all(gateway.Queued), []string{"delivery-stuck"}}}},
		{name: "no renames, and we know it", faults: []string{"no-rename"}, change: unnamed, looks: []glance{good}},
		{name: "nothing can be removed", faults: []string{"read-only"}, looks: []glance{good, {24 * time.Hour, trialEnds, nil}}, then: paidOnce},
		{name: "connections cut", faults: []string{"cut 4000 2"}, looks: []glance{{time.Minute, trialEnds, nil}}, then: paidOnce},
		{name: "a marker for each file", change: func(s string) string { return s + "files: {marker: \"{name}.done\"}\n" }, looks: []glance{good}},
		{name: "TA1 025", faults: []string{"ta1 025"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "999 refuses the group", faults: []string{"999 group 5"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "999 refuses the set", faults: []string{"999 set 5"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "999 refuses a segment", faults: []string{"999 segment 3"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "999 refuses an element", faults: []string{"999 element 7"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "277CA refuses all", faults: []string{"277ca A7:164:IL"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
		{name: "277CA as a duplicate", faults: []string{"277ca A3:78"}, looks: []glance{{0, all(gateway.Rejected), []string{"interchange-rejected"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.payer("demo-payer", trialScope.Organisation, c.faults, c.change)
			w.open("", p)
			var file bytes.Buffer
			for _, id := range trialClaims {
				file.Write(encounter(t, id, nil))
			}
			if _, err := w.g.submit(t.Context(), trialScope, "office", "trial.json", &file); err != nil {
				t.Fatal(err)
			}
			began := w.clock()
			for _, l := range c.looks {
				// In steps, as time passes.
				for _, step := range []time.Duration{0, time.Second, time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 12 * time.Hour, l.after} {
					if to := began.Add(step); step <= l.after && to.After(w.clock()) {
						w.pass(to.Sub(w.clock()))
					}
					w.settle()
					if step >= l.after {
						break
					}
				}
				if got := w.states(trialScope); !maps.Equal(got, l.states) {
					t.Errorf("after %v: %v, want %v\n%s", l.after, got, l.states, w.log.String())
				}
				open := w.alerts()
				if got := slices.Sorted(maps.Keys(open)); !slices.Equal(got, l.alerts) {
					t.Errorf("after %v: alerts %v, want %v", l.after, got, l.alerts)
				}
				for kind, advice := range open {
					if len(advice) < 20 {
						t.Errorf("the alert %s does not say what to do", kind)
					}
				}
			}
			if c.log > 0 {
				if n := w.payers["demo-payer"].Refusals(); n > c.log {
					t.Errorf("%d log-ins were tried after a refusal", n)
				}
			}
			if c.then != nil {
				c.then(t, w)
			}
		})
	}
}

var trialScope = gateway.Scope{Organisation: "larkspur", Usage: "test"}

// untaken is a partner that does not show what it has taken.
func untaken(s string) string { return strings.Replace(s, "  taken: taken\n", "", 1) }

// unnamed is a partner that forbids temporary names.
func unnamed(s string) string {
	return strings.Replace(s, "names:\n", "names:\n  temporary: none\n", 1)
}

// paidOnce says that each dollar is in one place.
func paidOnce(t *testing.T, w *world) {
	t.Helper()
	for _, c := range w.claims(trialScope) {
		if m := c.Money; m.Paid+m.Adjusted+m.Patient+m.Denied+m.Open != c.Charge {
			t.Errorf("%s: %+v does not come to %v", c.ClaimID, m, c.Charge)
		}
	}
	payments, err := read(context.Background(), w.g, func(tx *store.Tx) ([]gateway.Payment, error) { return tx.Payments(trialScope) })
	if err != nil {
		t.Fatal(err)
	}
	if len(payments) != 3 {
		t.Errorf("%d claim payments, want 3", len(payments))
	}
	sent, err := read(context.Background(), w.g, func(tx *store.Tx) ([]gateway.Interchange, error) { return tx.Interchanges(trialScope) })
	if err != nil || len(sent) != 1 {
		t.Errorf("%d interchanges, %v", len(sent), err)
	}
}

// TestBilledBeforeSaysWhere names the claim that a held one repeats.
func TestBilledBeforeSaysWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("", w.payer("demo-payer", trialScope.Organisation, nil, nil))
	for _, file := range [][]string{{"A-FULL"}, {"A-FULL", "B-CONTRACT", "B-CONTRACT"}} {
		var b bytes.Buffer
		for _, id := range file {
			b.Write(encounter(t, id, nil))
		}
		if _, err := w.g.submit(t.Context(), trialScope, "office", "trial.json", &b); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	list, err := read(t.Context(), w.g, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Claims(trialScope) })
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range list {
		if c.State == gateway.Held {
			said = append(said, c.ClaimID+": "+c.Findings)
		}
	}
	text := strings.Join(said, "\n")
	if want := fmt.Sprintf("A-FULL: E7973 the encounter: The same services were sent before: under the same number, our claim %d.", list[0].ID); !strings.Contains(text, want) {
		t.Errorf("%s\nwant %s", text, want)
	}
	if len(said) != 2 || !strings.Contains(text, "B-CONTRACT: E7973 the encounter: The same services were sent before: in the same file, further up.") {
		t.Errorf("held: %s", text)
	}
}
