package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// Bounds of what a payer that comes to us sees at once.
const (
	overviewInterchanges = 200
	overviewClaims       = 20000
)

// overviewJob puts into the /download of a payer that comes to us what it was
// given and what it has said of it: interchanges, claims, and where it stands.
// It sees its own alone. It may run twice: the files have the same names.
func (g *spine) overviewJob(ctx context.Context, j *gateway.Job) error {
	p := g.profile(j.Args)
	if p == nil || p.Login.User == "" {
		return nil
	}
	if g.door == nil {
		return work.Snooze(5 * time.Second)
	}
	var sent, claims bytes.Buffer
	a, b := csv.NewWriter(&sent), csv.NewWriter(&claims)
	a.Write([]string{"control", "file", "claims", "charge", "sent", "state"})
	b.Write([]string{"control", "set", "claim_id", "trace", "charge", "state"})
	n := 0
	for _, s := range scopesOf(p) {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Interchange, error) {
			return tx.InterchangesTo(s, p.ID, overviewInterchanges)
		})
		if err != nil {
			return err
		}
		for i := range list {
			ic := &list[i]
			if ic.State == "queued" {
				continue // it has not been given
			}
			a.Write([]string{ic.Control, gateway.Cell(ic.Name), strconv.Itoa(ic.Claims), ic.Charge.String(), ic.At.UTC().Format(time.RFC3339), ic.State})
			of, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.ClaimsOf(s, ic.ID, "") })
			if err != nil {
				return err
			}
			for k := range of {
				if n++; n > overviewClaims {
					break
				}
				c := &of[k]
				b.Write([]string{ic.Control, c.Set, gateway.Cell(c.ClaimID), c.Trace, c.Charge.String(), string(c.State)})
			}
		}
	}
	a.Flush()
	b.Flush()
	for name, text := range map[string][]byte{"interchanges.csv": sent.Bytes(), "claims.csv": claims.Bytes()} {
		if err := g.door.Give(p, name, bytes.NewReader(text)); err != nil {
			return err
		}
	}
	return g.tellStage(ctx, p)
}

// askOverview asks for a payer's overview: a moment later, so that what comes
// together is told together.
func (g *spine) askOverview(tx *store.Tx, p *partners.Profile) error {
	if p.Login.User == "" || p.Kind != partners.PayerPartner {
		return nil
	}
	return tx.AddJob(ownerOf(p), "overview", p.ID, g.now().Add(time.Second))
}

// heard sees to what a payer's file did: it counts for its certification.
func (g *spine) heard(tx *store.Tx, m *gateway.Transmission) error {
	p := g.profile(m.Partner)
	if p == nil {
		return nil
	}
	events, err := tx.EventsOfFile(m.Scope, m.ID)
	if err != nil {
		return err
	}
	var good []bool
	for i := range events {
		for range events[i].Claims {
			switch events[i].Kind {
			case "accepted":
				good = append(good, true)
			case "rejected":
				good = append(good, false)
			}
		}
	}
	if err := g.certify(tx, p, good); err != nil {
		return err
	}
	// What a payer says of tests counts for the one that takes real claims.
	if real := g.profile(strings.TrimSuffix(p.ID, "-test")); real != nil && real != p && p.Usage == "test" && real.Usage == "production" {
		if c, err := tx.Certified(ownerOf(real), real.ID); err != nil {
			return err
		} else if c.Stage == "" || c.Stage == gateway.StageTest {
			if err := g.certify(tx, real, good); err != nil {
				return err
			}
		}
	}
	return g.askOverview(tx, p)
}
