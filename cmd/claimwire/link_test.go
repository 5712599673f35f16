package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/partners/simulate"
)

// again starts a payer of the world once more, where it was, with a host key.
func (w *world) again(id, hostKey string) {
	w.t.Helper()
	old := w.payers[id]
	port := old.Port()
	old.Close()
	host, _, err := keyIn(filepath.Join(w.dir, id, "keys"), hostKey)
	if err != nil {
		w.t.Fatal(err)
	}
	own, _, err := keyIn(filepath.Join(w.dir, id, "keys"), "own")
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := simulate.New(simulate.Config{ID: strings.ToUpper(id), Dir: filepath.Join(w.dir, id), Addr: fmt.Sprintf("127.0.0.1:%d", port), Keys: []ssh.PublicKey{own.PublicKey()}, HostKey: host, Seed: 1, Now: w.clock})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.Close)
	w.payers[id] = p
}

// A payer changes its host key: both are pinned before the day, claims go on
// without a pause, and a third key stops everything.
func TestHostKeyRotation(t *testing.T) {
	w := newWorld(t)
	next, _, err := keyIn(filepath.Join(w.dir, "demo-payer", "keys"), "next")
	if err != nil {
		t.Fatal(err)
	}
	p := w.payer("demo-payer", trialScope.Organisation, nil, func(s string) string {
		return strings.Replace(s, "host_keys: [", fmt.Sprintf("host_keys: [%q, ", ssh.FingerprintSHA256(next.PublicKey())), 1)
	})
	w.open("", p)
	send := func(id string) {
		t.Helper()
		if _, err := w.g.submit(t.Context(), trialScope, "office", id+".json", strings.NewReader(string(encounter(t, id, func(m map[string]any) { m["service_date"] = "2026-10-0" + id[:1] })))); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.pass(time.Minute)
		w.settle()
	}
	send("1-FULL")
	w.again("demo-payer", "next")
	send("2-FULL")
	if got := w.states(trialScope); got["1-FULL"] != "payment" || got["2-FULL"] != "payment" || len(w.alerts()) != 0 {
		t.Errorf("with the next key: %v, alerts %v\n%s", got, w.alerts(), w.log.String())
	}
	w.again("demo-payer", "another")
	send("3-FULL")
	if got := w.states(trialScope); got["3-FULL"] != "queued" || w.alerts()["partner-stopped"] == "" {
		t.Errorf("with a key that nobody pinned: %v, alerts %v", got, w.alerts())
	}
}

// A payer that cannot be reached is tried ever less often, once for all work
// that waits for it, and not in step with others; when it is there again,
// everything goes out, once.
func TestUnreachablePartner(t *testing.T) {
	w := newWorld(t)
	p := w.payer("demo-payer", trialScope.Organisation, nil, nil)
	w.payers["demo-payer"].Close()
	addr := fmt.Sprintf("127.0.0.1:%d", w.payers["demo-payer"].Port())
	dead, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var tries []time.Time
	go func() {
		for {
			c, err := dead.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			tries = append(tries, w.clock())
			mu.Unlock()
			c.Close() // as a firewall does
		}
	}()
	w.open("", p)
	want := map[string]bool{}
	step := func(d time.Duration) {
		w.pass(d)
		if err := w.g.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.g.poll(t.Context(), ownerOf(p), p)
	}
	for i := range 5 { // several files, so several deliveries wait
		id := fmt.Sprintf("%d-FULL", i)
		want[id] = true
		if _, err := w.g.submit(t.Context(), trialScope, "office", id+".json", strings.NewReader(string(encounter(t, id, func(m map[string]any) { m["service_date"] = fmt.Sprintf("2026-10-0%d", i+1) })))); err != nil {
			t.Fatal(err)
		}
		step(time.Second)
	}
	for range 6 * 60 * 2 { // six hours, looked at every half minute
		step(30 * time.Second)
	}
	dead.Close()
	mu.Lock()
	got := tries
	mu.Unlock()
	// Doubling from half a second to a quarter of an hour takes some eleven tries
	// and half an hour; then it is every 15 to 19 minutes.
	if len(got) < 24 || len(got) > 36 {
		t.Errorf("%d tries in six hours: %v", len(got), got)
	}
	gaps := map[time.Duration]bool{}
	for i := 1; i < len(got); i++ {
		gap := got[i].Sub(got[i-1])
		if i >= 14 && (gap < 15*time.Minute || gap > 20*time.Minute) {
			t.Errorf("try %d comes %v after the one before", i+1, gap)
		}
		if i >= 14 {
			gaps[gap] = true
		}
	}
	if len(gaps) < 2 {
		t.Errorf("there is no chance in when it is tried: %v", gaps)
	}
	if w.alerts()["partner-stopped"] != "" {
		t.Error("a partner that is away is stopped as if it refused us")
	}
	w.again("demo-payer", "host")
	w.pass(20 * time.Minute)
	w.settle()
	w.pass(time.Minute)
	w.settle()
	states := w.states(trialScope)
	for id := range want {
		if states[id] != "payment" {
			t.Errorf("%s is %s when the payer is back", id, states[id])
		}
	}
	account, err := read(t.Context(), w.g, func(tx *store.Tx) (*ledger.Account, error) { return ledger.Reconcile(tx) })
	if err != nil || len(account.Problems) != 0 {
		t.Errorf("the books: %+v %v", account, err)
	}
}
