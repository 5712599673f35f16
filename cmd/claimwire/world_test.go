package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/simulate"
)

// world is a gateway with payers that it goes to, on one clock that the test
// holds. Connections are real; nothing happens by itself.
type world struct {
	t      *testing.T
	dir    string
	g      *spine
	payers map[string]*simulate.Payer
	door   *door // partners who come to us; nil: there is none
	log    bytes.Buffer

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, dir: t.TempDir(), payers: map[string]*simulate.Payer{}, now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
}

// payer starts a payer and gives the profile by which it is reached; change
// changes the profile's text.
func (w *world) payer(id, organisation string, faults []string, change func(string) string) *partners.Profile {
	w.t.Helper()
	keys := filepath.Join(w.dir, id, "keys")
	host, _, err := keyIn(keys, "host")
	if err != nil {
		w.t.Fatal(err)
	}
	own, ownFile, err := keyIn(keys, "own")
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := simulate.Config{ID: strings.ToUpper(id), Dir: filepath.Join(w.dir, id), Keys: []ssh.PublicKey{own.PublicKey()}, HostKey: host, Seed: 1, Now: w.clock}
	for _, f := range faults {
		if err := cfg.Faults.Parse(f); err != nil {
			w.t.Fatal(err)
		}
	}
	p, err := simulate.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.Close)
	w.payers[id] = p
	text := strings.Replace(demoEnvelope+fmt.Sprintf(demoConnection, p.Port(), ownFile, ssh.FingerprintSHA256(host.PublicKey())), "id: demo-payer", "id: "+id+"\norganisation: "+organisation, 1)
	if change != nil {
		text = change(text)
	}
	profile, err := partners.Parse(id+".yaml", []byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return profile
}

// open opens the gateway with its partners.
func (w *world) open(payers string, list ...*partners.Profile) {
	w.t.Helper()
	directory, err := payerDirectory(payers)
	if err != nil {
		w.t.Fatal(err)
	}
	g, err := openSpine(w.t.Context(), spineOptions{Dir: filepath.Join(w.dir, "gateway"), Payers: directory, Profiles: list, Now: w.clock, Log: zerolog.New(&w.log)})
	if err != nil {
		w.t.Fatal(err)
	}

	w.g = g
	w.t.Cleanup(func() { g.close() })
}

// settle works until nothing is left to do at this moment: jobs, payers, and
// what they have put out.
func (w *world) settle() {
	w.t.Helper()
	ctx := context.Background()
	for quiet := 0; quiet < 2; {
		before := w.marks()
		if w.door != nil {
			w.door.TakeAll(ctx)
		}
		if err := w.g.drain(ctx); err != nil {
			w.t.Fatal(err)
		}
		for _, p := range w.payers {
			if err := p.Once(ctx); err != nil {
				w.t.Fatal(err)
			}
		}
		for _, p := range w.g.profiles() {
			var wait errWait
			if p.Connection.Host == "" {
				continue
			}
			if _, err := w.g.poll(ctx, ownerOf(p), p); err != nil && !errors.As(err, &wait) {
				w.t.Logf("poll: %v", err)
			}
		}
		if err := w.g.drain(ctx); err != nil {
			w.t.Fatal(err)
		}
		if w.marks() == before {
			quiet++
		} else {
			quiet = 0
		}
	}
	if err := w.g.look(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// marks changes when anything happens.
func (w *world) marks() string {
	w.t.Helper()
	n := [3]int{}
	if err := w.g.store.Read(context.Background(), func(tx *store.Tx) error {
		for _, s := range w.scopes() {
			m, err := tx.Transmissions(s)
			if err != nil {
				return err
			}
			e, err := tx.Events(s)
			if err != nil {
				return err
			}
			c, err := tx.Claims(s)
			if err != nil {
				return err
			}
			n[0], n[1], n[2] = n[0]+len(m), n[1]+len(e), n[2]+len(c)
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(n)
}

// scopes are all that partners name.
func (w *world) scopes() []gateway.Scope {
	seen := map[gateway.Scope]bool{}
	var list []gateway.Scope
	add := func(organisation string) {
		for _, u := range []string{"test", "production"} {
			if s := (gateway.Scope{Organisation: organisation, Usage: u}); !seen[s] {
				seen[s] = true
				list = append(list, s)
			}
		}
	}
	for _, p := range w.g.profiles() {
		add(p.Organisation)
		for _, o := range p.SharedWith {
			add(o)
		}
		for _, o := range p.Offices {
			add(o.Organisation)
		}
	}
	return list
}

// states are the claims of a scope by their numbers.
func (w *world) states(s gateway.Scope) map[string]gateway.State {
	w.t.Helper()
	out := map[string]gateway.State{}
	for _, c := range w.claims(s) {
		out[c.ClaimID] = c.State
	}
	return out
}

func (w *world) claims(s gateway.Scope) []gateway.Claim {
	w.t.Helper()
	list, err := read(context.Background(), w.g, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Claims(s) })
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// alerts are the kinds of those that are open, each with what to do.
func (w *world) alerts() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, s := range w.scopes() {
		list, err := read(context.Background(), w.g, func(tx *store.Tx) ([]gateway.Alert, error) { return tx.Alerts(s, false, false, gateway.Page{}) })
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range list {
			out[a.Kind] = a.Advice
		}
	}
	return out
}

// encounter is a sample with another number, and what else is changed.
func encounter(t *testing.T, id string, change func(m map[string]any)) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/encounters/family-medicine-sinusitis-01.json")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	m["id"] = id
	if change != nil {
		change(m)
	}
	if b, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// base is a sample of testdata/base.
func base(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "base", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
