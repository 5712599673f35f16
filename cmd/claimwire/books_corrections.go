package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/correct"
	"claimwire/gateway/scrub"
	"claimwire/gateway/store"
)

var _ api.Corrections = books{}

// facts are what is known of a claim that is to be followed by another.
func (g *spine) facts(tx *store.Tx, s gateway.Scope, id int64) (f correct.Facts, err error) {
	if f.Claim, err = tx.Claim(s, id); err != nil {
		return f, err
	}
	if f.Payments, err = tx.PaymentsOf(s, []int64{id}); err != nil {
		return f, err
	}
	if k := &f.Claim; (k.Frequency == "7" || k.Frequency == "8") && (k.State == gateway.Held || k.State == gateway.Rejected) {
		c, err := claim.ParseJSON(k.Document)
		if err != nil {
			return f, err
		}
		k.Replaces = c.Reference(claim.ReferencePayerClaimID)
	}
	// What follows a follower that never came to the payer follows this one too; and
	// of a replacement that never came, what else was made of the claim before it.
	from := id
	if k := f.Claim.State; k == gateway.Held || k == gateway.Rejected {
		for range maxFollowers {
			k, err := tx.CorrectedBy(s, from)
			if err != nil {
				return f, err
			}
			if k.Claim == 0 || k.Kind == gateway.CorrectSecondary {
				break
			}
			from = k.Original
		}
	}
	for at := []int64{from}; len(at) > 0 && len(f.Followers) < maxFollowers; {
		list, err := tx.CorrectionsOf(s, at...)
		if err != nil {
			return f, err
		}
		at = nil
		for _, k := range list {
			if k.Claim == id && from != id {
				at = append(at, id) // itself
				continue
			}
			c, err := tx.Claim(s, k.Claim)
			if err != nil {
				return f, err
			}
			f.Followers = append(f.Followers, correct.Follower{Correction: k, State: c.State})
			if k.Kind != gateway.CorrectSecondary && (c.State == gateway.Held || c.State == gateway.Rejected) {
				at = append(at, k.Claim)
			}
		}
	}
	return f, nil
}

// maxFollowers bounds how far a claim is followed.
const maxFollowers = 1000

// Correct sends what follows a claim.
func (b books) Correct(ctx context.Context, s gateway.Scope, id int64, kind string, encounter []byte, by, note string) (gateway.Claim, gateway.Correction, error) {
	g := b.g
	f, err := read(ctx, g, func(tx *store.Tx) (correct.Facts, error) { return g.facts(tx, s, id) })
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, err
	}
	plan, err := correct.Decide(&f, gateway.CorrectionKind(kind))
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, refused(err)
	}
	var c *claim.Claim
	if plan.Kind != gateway.CorrectVoid && len(encounter) > 0 && string(encounter) != "null" {
		var why string
		if c, why = g.oneClaim(s, encounter); c == nil {
			return gateway.Claim{}, gateway.Correction{}, api.Refused{Reason: "the encounter cannot be read: " + why}
		}
	} else if c, err = claim.ParseJSON(f.Claim.Document); err != nil {
		return gateway.Claim{}, gateway.Correction{}, err
	}
	correct.Apply(c, plan)
	return g.follow(ctx, s, id, plan.Kind, c, by, note)
}

// oneClaim reads one encounter or claim record.
func (g *spine) oneClaim(s gateway.Scope, text []byte) (c *claim.Claim, why string) {
	n := 0
	err := g.eachClaim(bytes.NewReader(text), s, func(k *claim.Claim, found []gateway.Finding, _ bool) error {
		if n++; k != nil {
			c = k.Clone()
		} else if len(found) > 0 {
			why = found[0].Message() + " " + found[0].Where()
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, "it is no encounter"
	case n != 1:
		return nil, fmt.Sprintf("it holds %d claims instead of one", n)
	}
	return c, why
}

// Secondary sends a claim to the next payer.
func (b books) Secondary(ctx context.Context, s gateway.Scope, id int64, by string) (gateway.Claim, gateway.Correction, error) {
	g := b.g
	f, err := read(ctx, g, func(tx *store.Tx) (correct.Facts, error) { return g.facts(tx, s, id) })
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, err
	}
	if err := mayPass(&f); err != nil {
		return gateway.Claim{}, gateway.Correction{}, refused(err)
	}
	decisions, err := g.decisions(ctx, s, &f)
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, err
	}
	c, err := claim.ParseJSON(f.Claim.Document)
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, err
	}
	n, err := correct.Secondary(c, decisions, g.now().Format("20060102"))
	if err != nil {
		return gateway.Claim{}, gateway.Correction{}, refused(err)
	}
	return g.follow(ctx, s, id, gateway.CorrectSecondary, n, by, "")
}

// mayPass says whether a claim may be passed on: nothing has followed it that
// came to a payer.
func mayPass(f *correct.Facts) error {
	for _, k := range f.Followers {
		if k.State != gateway.Rejected && k.State != gateway.Held {
			return correct.Refusal{Reason: fmt.Sprintf("claim %d follows it already (%s) and is %s", k.Claim, k.Kind, k.State)}
		}
	}
	return nil
}

// decisions reads what the payer has decided of a claim and what stands of it.
func (g *spine) decisions(ctx context.Context, s gateway.Scope, f *correct.Facts) ([]*remit.ClaimPayment, error) {
	counted := countedOf(f)
	var list []*remit.ClaimPayment
	for _, p := range f.Payments {
		if !counted[p.ID] {
			continue
		}
		d, err := g.claimPayment(p.Place)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// errFound ends a reading.
var errFound = errors.New("found")

// claimPayment reads the claim payment at a place of a file that is kept.
func (g *spine) claimPayment(at gateway.Place) (*remit.ClaimPayment, error) {
	f, err := g.archive.Open(at.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found *remit.ClaimPayment
	_, err = edi.Process(stopper{f, func() bool { return found != nil }}, edi.Options{}, edi.Sink{
		Report: func(diag.Diagnostic) {},
		ClaimPayment: func(c *remit.ClaimPayment) {
			if c.At.Offset == at.Offset {
				found = c.Clone()
			}
		},
	})
	if found != nil {
		return found, nil
	}
	if err == nil {
		err = fmt.Errorf("no claim payment stands at %d of file %.12s", at.Offset, at.SHA256)
	}
	return nil, err
}

// stopper reads until what was looked for is found.
type stopper struct {
	io.Reader
	done func() bool
}

// Read reads, or ends.
func (s stopper) Read(b []byte) (int, error) {
	if s.done() {
		return 0, errFound
	}
	return s.Reader.Read(b)
}

// follow checks a claim that follows another, keeps it and lets it go, as every
// claim.
func (g *spine) follow(ctx context.Context, s gateway.Scope, original int64, kind gateway.CorrectionKind, c *claim.Claim, by, note string) (gateway.Claim, gateway.Correction, error) {
	var none gateway.Claim
	now := g.now()
	res, err := g.scrub().Scrub(scrub.Input{Claim: c, Today: now.Format("20060102"), Narrow: g.companionFor(c, s)})
	if err != nil {
		return none, gateway.Correction{}, err
	}
	// What is kept says why it came: the claim before, and who asked.
	body, err := json.Marshal(map[string]any{"follows": original, "kind": kind, "by": by, "at": now.UTC(), "note": note, "claim": json.RawMessage(c.AppendJSON(nil))})
	if err != nil {
		return none, gateway.Correction{}, err
	}
	sum, err := g.archive.PutBytes(body)
	if err != nil {
		return none, gateway.Correction{}, err
	}
	k := gateway.Correction{Scope: s, Original: original, Kind: kind, At: now, Note: strings.TrimSpace(by + ": " + note)}
	made, err := inLedger(ctx, g, s, func(tx *store.Tx) (gateway.Claim, error) {
		// Nothing may have followed it since it was looked at.
		f, err := g.facts(tx, s, original)
		if err != nil {
			return none, err
		}
		if kind == gateway.CorrectSecondary {
			err = mayPass(&f)
		} else {
			_, err = correct.Decide(&f, kind)
		}
		if err != nil {
			return none, err
		}
		m := gateway.Transmission{Scope: s, Inbound: true, Partner: "desk:" + by, Name: "correction", SHA256: sum, Size: int64(len(body)), Kind: "encounters", State: "received", At: now}
		if added, err := tx.AddTransmission(&m); err != nil || !added {
			return none, errors.Join(err, correct.Refusal{Reason: "the same was asked for already"})
		}
		list := []gateway.Claim{g.newClaim(&m, 1, c, res.Findings, res.Held)}
		list[0].Replaces = "" // which claim it follows is known
		if err := g.addClaims(tx, &m, list, true); err != nil {
			return none, err
		}
		k.Claim = list[0].ID
		if err := tx.AddCorrection(&k); err != nil {
			return none, err
		}
		word := map[gateway.CorrectionKind]string{gateway.CorrectNew: "sent anew", gateway.CorrectReplace: "replaced", gateway.CorrectVoid: "voided", gateway.CorrectSecondary: "passed on"}[kind]
		if err := tx.AddEvent(&gateway.Event{Scope: s, At: now, Kind: word, Transmission: m.ID, Place: gateway.Place{SHA256: sum},
			Claims: []gateway.ClaimChange{{Claim: original, State: f.Claim.State, Reason: fmt.Sprintf("by claim %d", k.Claim)}}}); err != nil {
			return none, err
		}
		return tx.Claim(s, k.Claim)
	})
	return made, k, refused(err)
}

// refused gives a refusal in the interface's words.
func refused(err error) error {
	var r correct.Refusal
	if errors.As(err, &r) {
		return api.Refused{Reason: r.Reason}
	}
	return err
}

// Followers lists what follows a claim.
func (b books) Followers(ctx context.Context, s gateway.Scope, id int64) ([]gateway.Correction, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Correction, error) {
		if _, err := tx.Claim(s, id); err != nil {
			return nil, err
		}
		return tx.CorrectionsOf(s, id)
	})
}
