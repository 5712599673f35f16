package main

import (
	"context"
	"maps"
	"sync"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// A database counts a million claims in some 200 ms, whoever asks. Where there are
// so many, a count serves everybody for a few seconds; where there are few, it is
// always of now.
const (
	manyClaims = 100_000
	countServe = 5 * time.Second
)

// claimCounts are how many claims of a scope are in which state.
type claimCounts struct {
	mu   sync.Mutex
	last map[gateway.Scope]*claimCount
}

// claimCount is what was counted last, and when; nil states: there were few.
type claimCount struct {
	mu     sync.Mutex // of many, it is held while they are counted: who asks meanwhile waits for that
	at     time.Time
	states map[gateway.State]int
}

func (c *claimCounts) of(s gateway.Scope) *claimCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[gateway.Scope]*claimCount{}
	}
	if c.last[s] == nil {
		c.last[s] = &claimCount{}
	}
	return c.last[s]
}

// ClaimStates counts claims.
func (b books) ClaimStates(ctx context.Context, s gateway.Scope) (map[gateway.State]int, error) {
	c := b.g.counts.of(s)
	c.mu.Lock()
	many := c.states != nil
	if many {
		defer c.mu.Unlock()
	} else {
		c.mu.Unlock()
	}
	at := b.g.now()
	if many {
		if age := at.Sub(c.at); age >= 0 && age < countServe {
			return maps.Clone(c.states), nil
		}
	}
	states, err := read(ctx, b.g, func(tx *store.Tx) (map[gateway.State]int, error) { return tx.ClaimStates(s) })
	if err != nil {
		return nil, err
	}
	all := 0
	for _, n := range states {
		all += n
	}
	if !many {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	if c.states = nil; all >= manyClaims {
		c.at, c.states = at, maps.Clone(states)
	}
	return states, nil
}
