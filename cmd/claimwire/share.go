package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"

	"claimwire/gateway"
	"claimwire/gateway/route"
	"claimwire/gateway/split"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// ownerName is an owner's name while a file is taken apart.
func ownerName(s gateway.Scope) split.Owner { return split.Owner(s.Usage + "/" + s.Organisation) }

// sharing knows whose the answers of a payer are that several organisations
// share.
type sharing struct {
	ctx     context.Context
	g       *spine
	p       *partners.Profile
	scopes  []gateway.Scope
	byClaim map[split.Claim]split.Owner
}

func (h *sharing) one(ask func(tx *store.Tx) ([]gateway.Scope, error)) (split.Owner, error) {
	list, err := read(h.ctx, h.g, ask)
	if err != nil || len(list) != 1 {
		return "", err // nobody, or more than one: not guessed
	}
	return ownerName(list[0]), nil
}

// Interchange finds who sent an interchange.
func (h *sharing) Interchange(control, group string) (split.Owner, error) {
	return h.one(func(tx *store.Tx) ([]gateway.Scope, error) {
		return tx.WhoseInterchange(h.scopes, h.p.ID, control, group)
	})
}

// Batch finds who sent a batch.
func (h *sharing) Batch(id string) (split.Owner, error) {
	control, _, ok := route.ParseBatchID(id)
	if !ok {
		return "", nil
	}
	return h.Interchange(control, "")
}

// Claim finds whose a claim is.
func (h *sharing) Claim(c split.Claim) (split.Owner, error) {
	if o, ok := h.byClaim[c]; ok {
		return o, nil
	}
	o, err := h.one(func(tx *store.Tx) ([]gateway.Scope, error) {
		if c.Trace != "" {
			if list, err := tx.Whose(h.scopes, c.Trace); err != nil || len(list) > 0 {
				return list, err
			}
		}
		if c.ClaimID == "" {
			return nil, nil
		}
		list, err := tx.WhoseClaim(h.scopes, h.p.ID, c.ClaimID, c.Provider)
		if err != nil || len(list) > 0 || c.Provider == "" {
			return list, err
		}
		// The payer may name the provider in another way than the claim did.
		return tx.WhoseClaim(h.scopes, h.p.ID, c.ClaimID, "")
	})
	if err == nil && len(h.byClaim) < 100000 {
		h.byClaim[c] = o
	}
	return o, err
}

// Provider is not asked for: a payment without a claim of anybody's is nobody's.
func (h *sharing) Provider(string, string) (split.Owner, error) { return "", nil }

// shareJob takes a file apart that came over a connection which several
// organisations share, and gives each its own part to take. It may run twice:
// the parts have the same bytes then, and a file is added once.
func (g *spine) shareJob(ctx context.Context, j *gateway.Job) error {
	m, p, err := g.wholeFile(ctx, j)
	if err != nil || m.State != "received" {
		return err
	}
	h := &sharing{ctx: ctx, g: g, p: p, scopes: scopesOf(p), byClaim: map[split.Claim]split.Owner{}}
	list, err := g.takeApart(m, h)
	if err != nil {
		return err
	}
	scope := map[split.Owner]gateway.Scope{}
	for _, s := range h.scopes {
		scope[ownerName(s)] = s
	}
	alone := len(list) == 1
	type piece struct {
		m     gateway.Transmission
		known bool
	}
	var pieces []piece
	for _, part := range list {
		s, known := scope[part.Owner]
		if alone && (s == m.Scope || !known && len(part.Bytes) == 0) {
			// It is all of the one whose connection it is, or no X12 at all.
			return g.store.Do(ctx, func(tx *store.Tx) error { return tx.AddJob(m.Scope, "take", j.Args, g.now()) })
		}
		t := gateway.Transmission{Scope: s, Inbound: true, Partner: m.Partner, Name: m.Name, SHA256: m.SHA256, Size: m.Size, Kind: "other", State: "received", At: g.now()}
		if !alone {
			if t.SHA256, err = g.archive.PutBytes(part.Bytes); err != nil {
				return err
			}
			t.Size, t.Note = int64(len(part.Bytes)), "part of a file for several"
		}
		if !known {
			t.Scope, t.State, t.Note = m.Scope, "quarantined", "it answers nothing that was sent over this connection, or answers several in one payment"
		}
		pieces = append(pieces, piece{t, known})
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		for i := range pieces {
			t := &pieces[i].m
			if !pieces[i].known && alone {
				m.State, m.Note = t.State, t.Note
				return tx.SetTransmission(&m)
			}
			if _, err := tx.AddTransmission(t); err != nil {
				return err
			}
			if err := tx.AddPart(&gateway.Part{Scope: m.Scope, Transmission: m.ID, Of: t.Scope, Part: t.ID}); err != nil {
				return err
			}
			if pieces[i].known {
				if err := tx.AddJob(t.Scope, "take", strconv.FormatInt(t.ID, 10), g.now()); err != nil {
					return err
				}
			}
		}
		m.Kind, m.State, m.Note = "shared", "taken", fmt.Sprintf("%d parts", len(pieces))
		return tx.SetTransmission(&m)
	})
}

// wholeFile finds the file of a job, and its partner.
func (g *spine) wholeFile(ctx context.Context, j *gateway.Job) (m gateway.Transmission, p *partners.Profile, err error) {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return m, nil, work.Park{Reason: err}
	}
	if m, err = read(ctx, g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(j.Scope, id) }); err != nil {
		return m, nil, err
	}
	if p = g.profile(m.Partner); p == nil {
		return m, nil, work.Park{Reason: fmt.Errorf("no profile of partner %s", m.Partner)}
	}
	return m, p, nil
}

// takeApart splits an X12 file; what is none comes as one part without bytes.
func (g *spine) takeApart(m gateway.Transmission, own split.Owners) ([]split.Part, error) {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 {
		return []split.Part{{}}, nil
	}
	if !startsX12(head[:n]) {
		return []split.Part{{}}, nil
	}
	list, err := split.Split(io.MultiReader(bytes.NewReader(head[:n]), f), own)
	if err == nil && len(list) == 0 {
		list = []split.Part{{}}
	}
	return list, err
}

// startsX12 says whether a file begins as X12 does.
func startsX12(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t"), []byte("ISA"))
}
